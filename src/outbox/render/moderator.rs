//! What moderators and owners hear of cases, each with a link of their own.

use anyhow::Context as _;

use super::{Draft, Links, MASK, Words};
use crate::auth::role::Role;
use crate::ids::{CaseId, UserId};
use crate::moderation::handover::OWNERS;
use crate::moderation::link::{self, Claims};
use crate::moderation::rows::{CaseRow, CaseStatus};
use crate::moderation::rules::Hit;
use crate::moderation::wording;
use crate::outbox::not_sent::NotSent;
use crate::store::case_texts::{self, CaseText};
use crate::store::{accounts, audit, brakes, cases, sites};

/// A deadline further away than this is none.
const NO_DEADLINE_MS: i64 = 10 * 365 * 24 * 60 * 60 * 1000;

/// The part `case` of `templates/mail/parts.html`.
struct MailCase {
    title: String,
    author: String,
    about: String,
    why: String,
    excerpt: String,
    due: String,
    decide_url: String,
    case_url: String,
}

letter!(OneCase, "mail/case_waiting.html", "mail/case_waiting.txt", {
    case: &'a MailCase,
    waiting: &'a str,
});

letter!(ManyCases, "mail/digest.html", "mail/digest.txt", {
    heading: &'a str,
    cases: &'a [MailCase],
    more: &'a str,
    queue_url: &'a str,
});

letter!(Reminder, "mail/reminder.html", "mail/reminder.txt", {
    case: &'a MailCase,
    waited: &'a str,
});

letter!(Escalation, "mail/escalation.html", "mail/escalation.txt", {
    case: &'a MailCase,
    waited: &'a str,
});

letter!(HandedOver, "mail/handed_over.html", "mail/handed_over.txt", {
    case: &'a MailCase,
    by: &'a str,
    words: &'a str,
});

letter!(RuleBraked, "mail/rule_braked.html", "mail/rule_braked.txt", {
    pattern: &'a str,
    figures: &'a str,
    rules_url: &'a str,
});

letter!(WorkflowFailed, "mail/workflow_failed.html", "mail/workflow_failed.txt", {
    title: &'a str,
    problem: &'a str,
    case_url: &'a str,
});

impl Draft<'_> {
    pub(super) async fn cases_waiting(&self) -> anyhow::Result<Result<Words, NotSent>> {
        if !self.may_decide() {
            return Ok(Err(NotSent::NoModerator));
        }
        let mut cases = Vec::new();
        for id in &self.payload.cases {
            if let Some(text) = self.case_text(id).await?
                && text.case.status == CaseStatus::Waiting
                && !self.is_own(&text.case)
            {
                cases.push(self.mail_case(&text)?);
            }
        }
        let (counted, aside) =
            sites::count_waiting(&self.outbox.db, self.site.id, i64::MAX).await?;
        let others = usize::try_from(counted - aside)
            .unwrap_or(0)
            .saturating_sub(cases.len());
        let more = self.payload.more.min(others);
        let locale = self.frame.locale;
        match (&cases[..], more) {
            ([], 0) => Ok(Err(NotSent::Decided)),
            ([case], 0) => {
                let waiting = match others {
                    0 => String::new(),
                    _ => locale
                        .say("waiting-others")
                        .with("count", others)
                        .to_string(),
                };
                OneCase {
                    mail: &self.frame,
                    case,
                    waiting: &waiting,
                }
                .words(self.subject("waiting-subject", &case.title))
                .map(Ok)
            }
            (listed, more) => {
                let heading = locale
                    .say("waiting-many")
                    .with("count", listed.len() + more)
                    .to_string();
                ManyCases {
                    mail: &self.frame,
                    heading: &heading,
                    cases: listed,
                    more: &match more {
                        0 => String::new(),
                        more => locale.say("waiting-more").with("count", more).to_string(),
                    },
                    queue_url: &self.site_url("/admin/queue"),
                }
                .words(heading.clone())
                .map(Ok)
            }
        }
    }

    pub(super) async fn reminder(&self) -> anyhow::Result<Result<Words, NotSent>> {
        if !self.may_decide() {
            return Ok(Err(NotSent::NoModerator));
        }
        let text = match self.waiting_case().await? {
            Ok(text) if self.is_own(&text.case) => return Ok(Err(NotSent::OwnPost)),
            Ok(text) => text,
            Err(reason) => return Ok(Err(reason)),
        };
        Reminder {
            mail: &self.frame,
            case: &self.mail_case(&text)?,
            waited: &self.waited(&text.case),
        }
        .words(self.subject("reminder-subject", &text.title))
        .map(Ok)
    }

    pub(super) async fn escalation(&self) -> anyhow::Result<Result<Words, NotSent>> {
        let text = match self.waiting_case().await? {
            Ok(text) => text,
            Err(reason) => return Ok(Err(reason)),
        };
        Escalation {
            mail: &self.frame,
            case: &self.mail_case(&text)?,
            waited: &self.waited(&text.case),
        }
        .words(self.subject("escalation-subject", &text.title))
        .map(Ok)
    }

    pub(super) async fn handed_over(&self) -> anyhow::Result<Result<Words, NotSent>> {
        if !self.may_decide() {
            return Ok(Err(NotSent::NoModerator));
        }
        if let Some(from) = &self.payload.from {
            return self.moved_on(from).await;
        }
        let text = match self.waiting_case().await? {
            Ok(text) => text,
            Err(reason) => return Ok(Err(reason)),
        };
        // It has moved on, where whom it was for is away by now.
        let listed = cases::find(&self.outbox.db, self.site.id, &text.case.id).await?;
        let is_for_them = match listed.and_then(|listed| listed.handed_to).as_deref() {
            Some(OWNERS) => self.to.role == Some(Role::Owner),
            Some(id) => id == self.to.id.as_str(),
            None => false,
        };
        if !is_for_them {
            return Ok(Err(NotSent::NotHandedOver));
        }
        let subject = format!("post:{}", text.case.post_id);
        let lines = audit::list_named_of_subject(&self.outbox.db, self.site.id, &subject).await?;
        let of_case = |line: &&audit::NamedAudit| {
            line.row.action == "case.handed_over"
                && line.row.details.contains(text.case.id.as_str())
        };
        let Some(line) = lines.iter().rfind(of_case) else {
            return Ok(Err(NotSent::NotHandedOver));
        };
        let details: serde_json::Value = serde_json::from_str(&line.row.details)?;
        let colleague = self.frame.locale.text("handed-colleague");
        let by = line.actor_name.as_deref().unwrap_or(&colleague);
        HandedOver {
            mail: &self.frame,
            case: &self.mail_case(&text)?,
            by,
            words: details["words"].as_str().unwrap_or_default(),
        }
        .words(
            self.frame
                .say("handed-subject")
                .with("name", by)
                .quoted("title", &text.title)
                .to_string(),
        )
        .map(Ok)
    }

    /// That cases of somebody who is not there are for the owners now.
    async fn moved_on(&self, from: &UserId) -> anyhow::Result<Result<Words, NotSent>> {
        let mut listed = Vec::new();
        for id in &self.payload.cases {
            let found = cases::find(&self.outbox.db, self.site.id, id).await?;
            let is_theirs = found.is_some_and(|found| {
                found.handed_to.as_deref() == Some(OWNERS)
                    && found.case.status == CaseStatus::Waiting
                    && !self.is_own(&found.case)
            });
            if is_theirs && let Some(text) = self.case_text(id).await? {
                listed.push(self.mail_case(&text)?);
            }
        }
        if listed.is_empty() || self.to.role != Some(Role::Owner) {
            return Ok(Err(NotSent::NotHandedOver));
        }
        let locale = self.frame.locale;
        let from = accounts::find(&self.outbox.db, from).await?;
        let from = from.filter(|user| !user.is_erased());
        let somebody = locale.text("moved-somebody");
        let heading = locale
            .say("moved-heading")
            .with("name", from.map_or(somebody, |user| user.name))
            .with("count", listed.len() + self.payload.more)
            .to_string();
        ManyCases {
            mail: &self.frame,
            heading: &heading,
            cases: &listed,
            more: &match self.payload.more {
                0 => String::new(),
                more => locale.say("waiting-more").with("count", more).to_string(),
            },
            queue_url: &self.site_url("/admin/queue?mine=true"),
        }
        .words(heading.clone())
        .map(Ok)
    }

    pub(super) async fn rule_braked(&self) -> anyhow::Result<Result<Words, NotSent>> {
        let rule = self.payload.rule.as_deref();
        let rule = rule.context("the payload names no rule")?;
        let found = brakes::find_newest(&self.outbox.db, self.site.id, rule).await?;
        let Some(brake) = found else {
            return Ok(Err(NotSent::Rule));
        };
        let figures = self
            .frame
            .say("braked-figures")
            .with("held", brake.held)
            .with("posts", brake.posts)
            .to_string();
        RuleBraked {
            mail: &self.frame,
            pattern: &brake.pattern,
            figures: &figures,
            rules_url: &self.site_url("/admin/rules"),
        }
        .words(
            self.frame
                .say("braked-subject")
                .quoted("pattern", &brake.pattern)
                .to_string(),
        )
        .map(Ok)
    }

    pub(super) async fn workflow_failed(&self) -> anyhow::Result<Result<Words, NotSent>> {
        let id = self.case_id()?;
        let text = match self.case_text(id).await? {
            Some(text) if text.case.status == CaseStatus::Failed => text,
            _ => return Ok(Err(NotSent::Settled)),
        };
        let no_cause = self.frame.locale.text("workflow-no-cause");
        WorkflowFailed {
            mail: &self.frame,
            title: &text.title,
            problem: text.case.problem.as_deref().unwrap_or(&no_cause),
            case_url: &self.case_url(&text.case),
        }
        .words(self.subject("workflow-subject", &text.title))
        .map(Ok)
    }

    fn case_id(&self) -> anyhow::Result<&CaseId> {
        let id = self.payload.case.as_ref();
        id.context("the payload names no case")
    }

    async fn case_text(&self, id: &CaseId) -> anyhow::Result<Option<CaseText>> {
        case_texts::find_case(&self.outbox.db, self.site.id, id).await
    }

    async fn waiting_case(&self) -> anyhow::Result<Result<CaseText, NotSent>> {
        let text = self.case_text(self.case_id()?).await?;
        Ok(text
            .filter(|text| text.case.status == CaseStatus::Waiting)
            .ok_or(NotSent::CaseDecided))
    }

    /// Whether the addressee is still somebody who decides.
    fn may_decide(&self) -> bool {
        self.to.role >= Some(Role::Moderator)
    }

    /// Whether they wrote it themselves and so may not decide.
    fn is_own(&self, case: &CaseRow) -> bool {
        case.author_id == self.to.id && !self.site.settings.allow_self_approval
    }

    fn waited(&self, case: &CaseRow) -> String {
        self.frame
            .locale
            .length(self.outbox.clock.now_ms() - case.waiting_since_ms)
    }

    fn case_url(&self, case: &CaseRow) -> String {
        self.site_url(&format!("/admin/queue/{}", case.id))
    }

    fn mail_case(&self, text: &CaseText) -> anyhow::Result<MailCase> {
        let case = &text.case;
        let hits: Vec<Hit> = serde_json::from_str(&text.hits)?;
        let now_ms = self.outbox.clock.now_ms();
        let locale = self.frame.locale;
        Ok(MailCase {
            title: text.title.clone(),
            author: text.author_name.clone(),
            about: wording::about(locale, &hits, case.revision),
            why: wording::why(locale, &hits, case.problem.as_deref()),
            excerpt: wording::excerpt(&text.body, &hits),
            due: if case.deadline_ms - now_ms > NO_DEADLINE_MS {
                locale.text("case-no-deadline")
            } else {
                locale
                    .say("case-due")
                    .with("when", locale.moment(case.deadline_ms))
                    .to_string()
            },
            decide_url: self.decide_url(case),
            case_url: self.case_url(case),
        })
    }

    fn decide_url(&self, case: &CaseRow) -> String {
        let token = match self.links {
            Links::Masked => MASK.to_owned(),
            Links::Working => {
                let claims = Claims {
                    site_id: self.site.id,
                    case_id: case.id.clone(),
                    revision: case.revision,
                    user_id: self.to.id.clone(),
                    epoch: self.to.epoch,
                    expires_at_ms: self.outbox.clock.now_ms() + link::LIFETIME_MS,
                };
                link::token(&self.outbox.keyring, &claims)
            }
        };
        self.outbox.config.link(&format!("/decide/{token}"))
    }
}

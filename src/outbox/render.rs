//! From a row of the outbox to a letter: who gets it, whether there is still a reason to send it, and what it says. All
//! of it is read now and not when the row was written, so that nobody is asked to decide what is decided.

use serde::Deserialize;

use super::letter::Letter;
use super::{Outbox, is_notice, notices};
use crate::ids::{CaseId, PostId, UserId};
use crate::locale::{Locale, Message};
use crate::moderation::rows::{MailKind, MailRow};
use crate::moderation::site::Site;
use crate::outbox::not_sent::NotSent;
use crate::people::notice_kinds::{Muted, NoticeKind};
use crate::store::addressees::{self, Addressee, Audience};

/// A letter of that name whose two parts are made by two templates with the same fields.
macro_rules! letter {
    ($name:ident, $html:tt, $text:tt, { $($field:ident: $type:ty),* $(,)? }) => {
        struct $name<'a> {
            mail: &'a crate::outbox::render::MailFrame,
            $($field: $type,)*
        }

        impl<'a> $name<'a> {
            fn words(&self, subject: String) -> anyhow::Result<crate::outbox::render::Words> {
                #[derive(askama::Template)]
                #[template(path = $html)]
                struct Html<'a> {
                    mail: &'a crate::outbox::render::MailFrame,
                    $($field: $type,)*
                }

                #[derive(askama::Template)]
                #[template(path = $text)]
                struct Text<'a> {
                    mail: &'a crate::outbox::render::MailFrame,
                    $($field: $type,)*
                }

                let Self { mail, $($field,)* } = *self;
                Ok(crate::outbox::render::Words {
                    subject,
                    html: askama::Template::render(&Html { mail, $($field,)* })?,
                    text: askama::Template::render(&Text { mail, $($field,)* })?,
                })
            }
        }
    };
}

mod account;
mod author;
mod moderator;

/// What a row turns out to be.
#[derive(Debug)]
pub(crate) enum Rendering {
    /// A letter to one person.
    Letter(Box<Letter>),
    /// One row for each of these people.
    Each(Vec<UserId>),
    /// No mail, and why not.
    Nothing(NotSent),
}

/// How secret links are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Links {
    /// As they work.
    Working,
    /// Cut short, for somebody whom the letter is not for.
    Masked,
}

/// What stands for the secret part of a masked link.
const MASK: &str = "…";

/// The payloads of all kinds: ids, never texts. `seed` makes a one-time link only together with the instance's key.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Payload {
    to: Option<String>,
    post: Option<PostId>,
    revision: i64,
    case: Option<CaseId>,
    rule: Option<String>,
    cases: Vec<CaseId>,
    more: usize,
    from: Option<UserId>,
    seed: Option<String>,
    expires_at_ms: i64,
    role: Option<String>,
    inviter: Option<String>,
}

/// The frame of `templates/mail/base.html`.
#[derive(Debug, Clone)]
struct MailFrame {
    locale: Locale,
    site_name: String,
    site_url: String,
    off_url: Option<String>,
}

impl MailFrame {
    /// A message in the language of the mail.
    fn say<'a>(&self, id: &'static str) -> Message<'a> {
        self.locale.say(id)
    }
}

/// What one letter is made from.
struct Draft<'a> {
    outbox: &'a Outbox,
    mail: &'a MailRow,
    payload: &'a Payload,
    site: &'a Site,
    to: &'a Addressee,
    links: Links,
    frame: MailFrame,
}

/// A letter's words; its address and frame are known.
struct Words {
    subject: String,
    text: String,
    html: String,
}

impl Outbox {
    /// The mail as it would be sent now.
    pub(crate) async fn render(&self, mail: &MailRow, links: Links) -> anyhow::Result<Rendering> {
        let payload: Payload = serde_json::from_str(&mail.payload)?;
        let Some(in_force) = self.in_force.load(mail.site_id).await? else {
            return Ok(Rendering::Nothing(NotSent::Site));
        };
        if let (None, Some(to)) = (&mail.user_id, &payload.to) {
            return self.audience(mail, to).await;
        }
        let Some(to) = self.addressee(mail).await? else {
            return Ok(Rendering::Nothing(NotSent::Account));
        };
        if is_notice(mail.kind) && (to.notices == Some(false) || is_muted(&to, mail.kind)) {
            return Ok(Rendering::Nothing(NotSent::Muted));
        }
        let off_url = is_notice(mail.kind).then(|| self.off_url(mail, &to, links));
        let site = &in_force.site;
        let draft = Draft {
            outbox: self,
            mail,
            payload: &payload,
            site,
            to: &to,
            links,
            frame: MailFrame {
                locale: to.language.unwrap_or(site.settings.language),
                site_name: site.name.clone(),
                site_url: self.config.link(&format!("/s/{}/", site.slug)),
                off_url: off_url.clone(),
            },
        };
        Ok(match draft.words().await? {
            Ok(words) => Rendering::Letter(Box::new(Letter {
                email: to.email,
                name: to.name,
                subject: words.subject,
                text: words.text,
                html: words.html,
                off_url,
            })),
            Err(reason) => Rendering::Nothing(reason),
        })
    }

    /// The mail as `viewer` may see it. Links that act for somebody are shown to nobody else, and links into an account to
    /// nobody at all.
    pub(crate) async fn preview(
        &self,
        mail: &MailRow,
        viewer: &UserId,
    ) -> anyhow::Result<Rendering> {
        let links = match is_notice(mail.kind) && mail.user_id.as_ref() == Some(viewer) {
            true => Links::Working,
            false => Links::Masked,
        };
        self.render(mail, links).await
    }

    async fn audience(&self, mail: &MailRow, to: &str) -> anyhow::Result<Rendering> {
        let audience = match to {
            "owners" => Audience::Owners,
            "moderators" => Audience::Moderators,
            other => anyhow::bail!("there is no audience {other}"),
        };
        let people =
            addressees::list(&self.db, mail.site_id, audience, self.clock.now_ms()).await?;
        Ok(if people.is_empty() {
            Rendering::Nothing(NotSent::Nobody)
        } else {
            Rendering::Each(people)
        })
    }

    async fn addressee(&self, mail: &MailRow) -> anyhow::Result<Option<Addressee>> {
        match (&mail.user_id, &mail.recipient) {
            (Some(user_id), _) => addressees::find(&self.db, mail.site_id, user_id).await,
            (None, Some(email)) => Ok(Some(Addressee {
                id: UserId::from(String::new()),
                email: email.clone(),
                name: String::new(),
                epoch: 0,
                language: None,
                role: None,
                notices: None,
                muted: None,
            })),
            (None, None) => Ok(None),
        }
    }

    fn off_url(&self, mail: &MailRow, to: &Addressee, links: Links) -> String {
        let token = match links {
            Links::Working => notices::token(&self.keyring, mail.site_id, &to.id),
            Links::Masked => MASK.to_owned(),
        };
        self.config.link(&format!("/notices/off/{token}"))
    }
}

/// Whether somebody has switched off this kind of notice.
fn is_muted(to: &Addressee, kind: MailKind) -> bool {
    let Ok(muted) = to.muted.as_deref().unwrap_or_default().parse::<Muted>();
    NoticeKind::of(kind).is_some_and(|kind| muted.has(kind))
}

impl Draft<'_> {
    /// The letter's words, or why there is nothing to say any more.
    async fn words(&self) -> anyhow::Result<Result<Words, NotSent>> {
        match self.mail.kind {
            MailKind::CasesWaiting => self.cases_waiting().await,
            MailKind::Reminder => self.reminder().await,
            MailKind::Escalation => self.escalation().await,
            MailKind::HandedOver => self.handed_over().await,
            MailKind::RuleBraked => self.rule_braked().await,
            MailKind::WorkflowFailed => self.workflow_failed().await,
            MailKind::PostHeld => self.post_held().await,
            MailKind::PostPublished => self.post_published().await,
            MailKind::PostRejected => self.post_rejected().await,
            MailKind::ChangeAsked => self.change_asked().await,
            MailKind::AppealReceived => self.appeal_received().await,
            MailKind::DecisionUpheld => self.decision_upheld().await,
            MailKind::DecisionOverturned => self.decision_overturned().await,
            MailKind::Invitation | MailKind::PasswordReset | MailKind::AddressConfirmation => {
                self.about_account().map(Ok)
            }
        }
    }

    /// The subject of a mail about a post.
    fn subject(&self, id: &'static str, title: &str) -> String {
        let subject = self.frame.say(id).quoted("title", title);
        subject.to_string()
    }

    /// An absolute link to a page of the site.
    fn site_url(&self, path: &str) -> String {
        let slug = &self.site.slug;
        self.outbox.config.link(&format!("/s/{slug}{path}"))
    }
}

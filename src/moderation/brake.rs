//! The brake: a rule that holds or rejects far more than anybody can have meant, soon after it was written or a change of
//! outcomes made it do so, is put to shadow, and the owners are told. Looks at the posts that were judged, so nothing is counted while posts come in, and
//! neither a restart nor another replica forgets what was held.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use serde_json::json;

use crate::auth::role::Actor;
use crate::ids::{self, CaseId, MailId, SiteId};
use crate::moderation::Moderation;
use crate::moderation::decide::{Answer, Decider, Decision};
use crate::moderation::in_force::InForce;
use crate::moderation::rows::{MailKind, PostStatus};
use crate::moderation::rule_set::{Edit, RuleRefused};
use crate::moderation::rules::{Action, Rule};
use crate::store::brakes::{self, Brake, Braked, Judged};
use crate::store::{outbox, rule_versions, rules};

/// How long a rule is watched after it was written.
pub const WATCHED_MS: i64 = 24 * 60 * 60 * 1_000;
/// Of so many posts it may hold one.
const ONE_OF: i64 = 20;
/// A handful of posts is no reason to brake, whatever their share.
const HANDFUL: i64 = 5;
/// How many of the newest posts are looked at.
const JUDGED: i64 = 1_000;
/// A site on which fewer posts were judged before the rule was written has no usual from which the rule could depart.
const BEFORE: i64 = 20;
/// Cases that are released at once.
const BATCH: usize = 100;
/// Who brakes, for the books.
const BRAKE: &str = "brake";

/// What the brake has to know of a hit.
#[derive(Deserialize)]
struct HitOf {
    rule: String,
    action: Action,
}

/// How a post was judged: since which version, and which rules kept it back.
struct Verdict {
    version: i64,
    by: HashSet<String>,
}

/// What was released of what a rule kept back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Released {
    /// Posts that are published.
    pub released: usize,
    /// Posts that wait for another reason too, or may not be decided by whoever asked.
    pub others: usize,
}

impl Moderation {
    /// Brakes the rules that have run away; answers how many.
    pub async fn brake_due(&self) -> anyhow::Result<usize> {
        let since_ms = self.tools.clock.now_ms() - WATCHED_MS;
        let mut braked = 0;
        for site in brakes::list_sites(&self.db, since_ms).await? {
            braked += self.brake_site(site, since_ms).await?;
        }
        if braked > 0 {
            self.mail_bell.notify_one();
        }
        Ok(braked)
    }

    async fn brake_site(&self, site: SiteId, since_ms: i64) -> anyhow::Result<usize> {
        let Some(in_force) = self.in_force.load(site).await? else {
            return Ok(0);
        };
        if !in_force.site.settings.brake {
            return Ok(0);
        }
        let judged = brakes::list_judged(&self.db, site, JUDGED).await?;
        let verdicts: Vec<Verdict> = judged.iter().map(Verdict::of).collect::<Result<_, _>>()?;
        let mut braked = 0;
        for rule in suspects(&verdicts) {
            let written = brakes::find_young(&self.db, site, rule, since_ms).await?;
            let raised = self.find_raised(&in_force, rule, since_ms).await?;
            let Some(from_version) = written.max(raised) else {
                continue;
            };
            let since = verdicts.iter().filter(|post| post.version >= from_version);
            let held = since.clone().filter(|post| post.by.contains(rule)).count();
            let (posts, held) = (i64::try_from(since.count())?, i64::try_from(held)?);
            if held <= HANDFUL || held * ONE_OF <= posts {
                continue;
            }
            if brakes::count_before(&self.db, site, from_version, BEFORE).await? < BEFORE {
                continue;
            }
            let run_away = Braked {
                rule_id: rule.clone(),
                from_version,
                posts,
                held,
            };
            braked += usize::from(self.put_to_shadow(site, run_away).await?);
        }
        Ok(braked)
    }

    /// Since which version a rule leads to something else because what hits lead to was changed, not the rule; if that is
    /// not longer ago than `since_ms`.
    async fn find_raised(
        &self,
        in_force: &InForce,
        rule: &str,
        since_ms: i64,
    ) -> anyhow::Result<Option<i64>> {
        let site = in_force.site.id;
        let changed = brakes::find_outcomes_change(&self.db, site, rule, since_ms).await?;
        let Some(version) = changed else {
            return Ok(None);
        };
        let before = rule_versions::outcomes_of(&self.db, site, version - 1).await?;
        let rule = rules::find(&self.db, site, rule).await?;
        let is_other = |rule: &Rule| before.of(rule) != in_force.outcomes.of(rule);
        Ok(rule.is_some_and(|rule| is_other(&rule)).then_some(version))
    }

    /// Whether it was: another replica may have been first, or somebody changed the rules just now.
    async fn put_to_shadow(&self, site: SiteId, run_away: Braked) -> anyhow::Result<bool> {
        let Some(rule) = rules::find(&self.db, site, &run_away.rule_id).await? else {
            return Ok(false);
        };
        let now_ms = self.tools.clock.now_ms();
        let comment = format!(
            "brake: it kept back {} of the last {} posts",
            run_away.held, run_away.posts
        );
        let mut draft = rule.draft;
        draft.action = Action::Shadow;
        let edit = Edit::Change(Rule { id: rule.id, draft });
        let mut plan = match self.plan(site, edit, &comment).await? {
            Ok(plan) => plan,
            Err(RuleRefused::Known(_) | RuleRefused::Unknown) => return Ok(false),
            Err(refused) => anyhow::bail!("the brake cannot change the rules: {refused:?}"),
        };
        let payload = json!({"to": "owners", "rule": run_away.rule_id});
        let id = self.tools.ids.next::<MailId>(now_ms);
        let kind = MailKind::RuleBraked;
        let mail = outbox::waiting_mail(id, site, kind, None, &payload, now_ms);
        plan.change.brake = Some((run_away, mail));
        tracing::warn!(%site, comment, "a rule was put to shadow");
        let saved = self.put_in_force(&plan, BRAKE, None).await?;
        Ok(saved.is_ok())
    }

    /// Approves what waits only because of the rule as it was before it was braked, and has what it rejected at once
    /// checked again.
    pub async fn release_braked(
        &self,
        by: &Actor,
        decider: &Decider,
        brake: &Brake,
    ) -> anyhow::Result<Released> {
        let answer = Answer::Decision {
            decision: Decision::Approved,
            reason: None,
            note: Some(format!("released: the rule “{}” was braked", brake.pattern)),
        };
        let mut found = Released::default();
        // What the rule held came in after it was written.
        let mut after = ids::floor(brake.at_ms - WATCHED_MS);
        loop {
            let held = brakes::list_held(&self.db, by.site_id, brake, &after, BATCH as i64).await?;
            let Some(last) = held.last() else {
                break;
            };
            after = last.id.to_string();
            let mut cases: Vec<(CaseId, i64, Answer)> = Vec::new();
            for case in held {
                let hits: Vec<HitOf> = serde_json::from_str(&case.hits)?;
                match hits
                    .iter()
                    .all(|hit| hit.rule == brake.rule_id || !hit.keeps_back())
                {
                    true => cases.push((case.id, case.revision, answer.clone())),
                    false => found.others += 1,
                }
            }
            for (_, outcome) in self.decide_many(by, decider, cases).await? {
                match outcome? {
                    Ok(_) => found.released += 1,
                    Err(_) => found.others += 1,
                }
            }
        }
        self.check_rejected_again(by, brake, &mut found).await?;
        self.settle_brake(by.site_id, brake).await?;
        Ok(found)
    }

    /// Sends what only this rule rejected through the workflow again: what nothing else hits is published, what another rule
    /// holds is put into the queue.
    async fn check_rejected_again(
        &self,
        by: &Actor,
        brake: &Brake,
        found: &mut Released,
    ) -> anyhow::Result<()> {
        let site = by.site_id;
        let mut after = ids::floor(brake.at_ms - WATCHED_MS);
        loop {
            let rejected =
                brakes::list_rejected(&self.db, site, brake, &after, BATCH as i64).await?;
            let Some(last) = rejected.last() else {
                return Ok(());
            };
            after = last.id.to_string();
            for post in rejected {
                let hits: Vec<HitOf> = serde_json::from_str(&post.hits)?;
                let mut rejecting = hits.iter().filter(|hit| hit.action == Action::Reject);
                if !rejecting.all(|hit| hit.rule == brake.rule_id) {
                    found.others += 1;
                    continue;
                }
                let actor = format!("user:{}", by.user_id);
                let checked = self
                    .check_again(site, post.id, actor, post.author_name)
                    .await?;
                match checked {
                    Ok(submitted) if submitted.post.status == PostStatus::Published => {
                        found.released += 1;
                    }
                    _ => found.others += 1,
                }
            }
        }
    }

    /// Leaves what the rule held to the moderators.
    pub async fn settle_brake(&self, site: SiteId, brake: &Brake) -> anyhow::Result<()> {
        let now_ms = self.tools.clock.now_ms();
        brakes::settle(&self.db, site, &brake.rule_id, now_ms).await
    }
}

impl HitOf {
    fn keeps_back(&self) -> bool {
        matches!(self.action, Action::Hold | Action::Reject)
    }
}

impl Verdict {
    fn of(judged: &Judged) -> serde_json::Result<Self> {
        let hits: Vec<HitOf> = serde_json::from_str(&judged.hits)?;
        let by = hits.into_iter().filter(HitOf::keeps_back);
        Ok(Self {
            version: judged.rule_set_version,
            by: by.map(|hit| hit.rule).collect(),
        })
    }
}

/// The rules that kept back more than a handful.
fn suspects(verdicts: &[Verdict]) -> Vec<&String> {
    let mut counts: HashMap<&String, i64> = HashMap::new();
    for rule in verdicts.iter().flat_map(|verdict| &verdict.by) {
        *counts.entry(rule).or_default() += 1;
    }
    let mut rules: Vec<&String> = counts
        .into_iter()
        .filter(|(_, held)| *held > HANDFUL)
        .map(|(rule, _)| rule)
        .collect();
    rules.sort();
    rules
}

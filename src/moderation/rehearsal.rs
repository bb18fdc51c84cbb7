//! What a change of the rules would have done to the posts that are there, before it is saved. Reads only.
//! Knows nothing of pages.

use std::collections::HashMap;

use crate::ids::{CaseId, PostId, SiteId};
use crate::moderation::Moderation;
use crate::moderation::in_force::InForce;
use crate::moderation::rows::{CaseStatus, RevisionRow};
use crate::moderation::rule_set::Uncompilable;
use crate::moderation::rules::{Checked, Matcher, Rule, RuleDraft, Verdict};
use crate::store::{cases, posts, rules};

/// How many of the newest posts are looked at.
pub const POSTS_MAX: i64 = 10_000;

/// What other rules would have done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rehearsal {
    /// How many posts were looked at: all, or the newest [`POSTS_MAX`].
    pub posts: usize,
    /// How many of them the rules as they would be hold or reject.
    pub held: usize,
    /// Posts that would newly be held or rejected, newest first.
    pub newly_held: Vec<Changed>,
    /// Posts that would be held or rejected no more.
    pub released: Vec<Changed>,
}

/// A post with another verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The post.
    pub post: PostId,
    /// Its title.
    pub title: String,
    /// What hits it, or hit it.
    pub hit: String,
    /// What people last decided of it, and in which case.
    pub decision: Option<(CaseId, CaseStatus)>,
}

impl Rehearsal {
    /// How many of the posts people had approved.
    pub fn approved(changed: &[Changed]) -> usize {
        let is_approved =
            |changed: &&Changed| matches!(&changed.decision, Some((_, CaseStatus::Approved)));
        changed.iter().filter(is_approved).count()
    }
}

impl Moderation {
    /// What the rules would do if `drafts` were added and, where a rule is named, it were taken out for them.
    pub async fn rehearse(
        &self,
        site_id: SiteId,
        without: Option<&str>,
        drafts: Vec<RuleDraft>,
    ) -> anyhow::Result<Result<Rehearsal, Uncompilable>> {
        let mut rules = rules::list_in_force(&self.db, site_id).await?;
        rules.retain(|rule| Some(rule.id.as_str()) != without);
        let added = drafts.into_iter().enumerate();
        rules.extend(added.map(|(index, draft)| Rule {
            id: format!("new {index}"),
            draft,
        }));
        let texts = posts::list_texts(&self.db, site_id, POSTS_MAX).await?;
        let decisions = cases::list_decisions(&self.db, site_id).await?;
        let decisions: HashMap<PostId, (CaseId, CaseStatus)> = decisions
            .into_iter()
            .map(|(post, case, status)| (post, (case, status)))
            .collect();
        let Some(in_force) = self.in_force.load(site_id).await? else {
            return Ok(Ok(Rehearsal::default()));
        };
        let compared = tokio::task::spawn_blocking(move || match Matcher::build(0, &rules) {
            Ok(matcher) => Ok(compare(&in_force, &matcher, texts, &decisions)),
            Err(problems) => Err(Uncompilable(problems)),
        });
        Ok(compared.await?)
    }
}

fn compare(
    in_force: &InForce,
    matcher: &Matcher,
    texts: Vec<RevisionRow>,
    decisions: &HashMap<PostId, (CaseId, CaseStatus)>,
) -> Rehearsal {
    let mut rehearsal = Rehearsal {
        posts: texts.len(),
        ..Rehearsal::default()
    };
    for text in texts {
        let before = in_force.check(&text.title, &text.body);
        let after = matcher.check(&text.title, &text.body);
        let (was_held, is_held) = (is_held(&before), is_held(&after));
        rehearsal.held += usize::from(is_held);
        let (list, checked) = match (was_held, is_held) {
            (false, true) => (&mut rehearsal.newly_held, after),
            (true, false) => (&mut rehearsal.released, before),
            _ => continue,
        };
        list.push(Changed {
            decision: decisions.get(&text.post_id).cloned(),
            post: text.post_id,
            title: text.title,
            hit: checked
                .hits
                .first()
                .map(|hit| hit.text.clone())
                .unwrap_or_default(),
        });
    }
    rehearsal
}

fn is_held(checked: &Checked) -> bool {
    checked.verdict != Verdict::Publish
}

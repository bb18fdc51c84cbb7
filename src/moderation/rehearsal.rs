//! What a change of the rules would do to the posts that are there, before it is put in force. Reads only, and no more
//! than it can in a moment. Knows nothing of pages.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::thread::available_parallelism;

use crate::ids::{CaseId, PostId};
use crate::moderation::Moderation;
use crate::moderation::collisions::Collision;
use crate::moderation::in_force::InForce;
use crate::moderation::rows::{CaseStatus, RevisionRow};
use crate::moderation::rule_set::Plan;
use crate::moderation::rules::{
    Action, Author, Checked, MatchMode, Matcher, Rule, RuleKind, Verdict,
};
use crate::store::{cases, posts, records};

/// How many of the newest posts are looked at.
pub const POSTS_MAX: usize = 10_000;
/// How many are read at once.
const PAGE: i64 = 250;
/// After so long it is enough of them.
const TIME_MS: i64 = 1_200;
/// On so many processors at most, for that time.
const PARTS_MAX: usize = 4;
/// Posts that are kept of each list; the others are counted.
const KEPT: usize = 100;
/// With more rules than this it is cheaper to check each post twice than to find out first which ones they are about.
const PROBE_RULES_MAX: usize = 2_000;

/// What other rules would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rehearsal {
    /// How many posts were looked at, the newest ones.
    pub posts: usize,
    /// Whether these are all of the site.
    pub is_all: bool,
    /// In how many of them the rules that are put would hit something.
    pub hit: usize,
    /// Published before, held by the rules as they would be.
    pub newly_held: Changes,
    /// Published or held before, rejected at once by the rules as they would be.
    pub newly_rejected: Changes,
    /// Rejected at once before, held by the rules as they would be.
    pub softened: Changes,
    /// Held or rejected before, published by the rules as they would be.
    pub released: Changes,
    /// Common words that the rules that are put would hold, and did not before.
    pub collisions: Vec<Collision>,
}

/// Posts with another verdict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// How many.
    pub count: usize,
    /// How many of them people had approved.
    pub approved: usize,
    /// How many of them people had rejected.
    pub rejected: usize,
    /// The newest of them.
    pub posts: Vec<Changed>,
}

/// One of them.
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
    /// Whether the rules hit so many posts that they look like a mistake.
    pub fn is_harsh(&self) -> bool {
        let more = self.newly_held.count + self.newly_rejected.count;
        more > 5 && more * 20 > self.posts
    }

    /// The percentage of the posts that the rules newly keep back.
    pub fn kept_back(&self) -> usize {
        let more = self.newly_held.count + self.newly_rejected.count;
        more * 100 / self.posts.max(1)
    }

    /// Whether somebody should see this before the change is saved.
    pub fn warns(&self) -> bool {
        self.is_harsh() || !self.collisions.is_empty()
    }

    /// The percentage of the posts in which the rules hit something.
    pub fn share(&self) -> usize {
        self.hit * 100 / self.posts.max(1)
    }
}

/// Two rule sets and a quick way to tell whether they may differ about a text.
struct Comparison {
    before: Arc<InForce>,
    after: Arc<Matcher>,
    put: HashSet<String>,
    /// Only the rules that come, go or change, none of them excused; none if there are too many.
    probe: Option<Matcher>,
}

/// A post about which the two differ.
struct Difference {
    was: Verdict,
    is: Verdict,
    changed: Changed,
}

impl Moderation {
    /// What `plan` would do.
    pub async fn rehearse(&self, plan: &Plan) -> anyhow::Result<Rehearsal> {
        let Some(in_force) = self.in_force.load(plan.site_id).await? else {
            return Ok(Rehearsal::default());
        };
        let (plan_put, before) = (plan.change.put.clone(), plan.before.clone());
        let after = plan.matcher.clone();
        let comparison =
            tokio::task::spawn_blocking(move || Comparison::of(in_force, after, plan_put, before));
        let comparison = Arc::new(comparison.await?);
        let mut rehearsal = Rehearsal {
            collisions: plan.collisions.clone(),
            ..Rehearsal::default()
        };
        let started_ms = self.tools.clock.now_ms();
        let mut before = posts::NEWEST.to_owned();
        while rehearsal.posts < POSTS_MAX && self.tools.clock.now_ms() - started_ms < TIME_MS {
            let texts = posts::list_texts(&self.db, plan.site_id, &before, PAGE).await?;
            let (Some(newest), Some(oldest)) = (texts.first(), texts.last()) else {
                rehearsal.is_all = true;
                break;
            };
            let range = (oldest.post_id.clone(), newest.post_id.clone());
            before = oldest.post_id.to_string();
            rehearsal.posts += texts.len();
            let authors = match comparison.needs_author() {
                true => {
                    let (from, to) = (&range.0, &range.1);
                    records::list_of_posts(&self.db, plan.site_id, from, to).await?
                }
                false => HashMap::new(),
            };
            let (hit, differences) = comparison.compare_in_parts(texts, authors).await?;
            rehearsal.hit += hit;
            if differences.is_empty() {
                continue;
            }
            let decisions =
                cases::list_decisions(&self.db, plan.site_id, &range.0, &range.1).await?;
            let mut decisions: HashMap<PostId, (CaseId, CaseStatus)> = decisions
                .into_iter()
                .map(|(post, case, status)| (post, (case, status)))
                .collect();
            for mut difference in differences {
                difference.changed.decision = decisions.remove(&difference.changed.post);
                rehearsal.note(difference);
            }
        }
        Ok(rehearsal)
    }
}

impl Rehearsal {
    fn note(&mut self, difference: Difference) {
        let list = match (difference.was, difference.is) {
            (Verdict::Publish, Verdict::Hold) => &mut self.newly_held,
            (_, Verdict::Reject) => &mut self.newly_rejected,
            (Verdict::Reject, Verdict::Hold) => &mut self.softened,
            (_, _) => &mut self.released,
        };
        list.count += 1;
        match difference.changed.decision {
            Some((_, CaseStatus::Approved)) => list.approved += 1,
            Some((_, CaseStatus::Rejected)) => list.rejected += 1,
            _ => {}
        }
        if list.posts.len() < KEPT {
            list.posts.push(difference.changed);
        }
    }
}

impl Comparison {
    fn of(before: Arc<InForce>, after: Arc<Matcher>, put: Vec<Rule>, replaced: Vec<Rule>) -> Self {
        let ids: HashSet<String> = put.iter().map(|rule| rule.id.clone()).collect();
        let unexcused = |(index, mut rule): (usize, Rule)| {
            rule.id = format!("{index} {}", rule.id);
            if rule.draft.action == Action::Allow {
                rule.draft.mode = MatchMode::Exact;
            }
            rule.draft.action = Action::Shadow;
            rule
        };
        // A combination may hold for the post because of what it has not.
        let is_simple = |rule: &Rule| rule.draft.kind != RuleKind::Combination;
        let is_known = before.problem().is_none() && put.iter().chain(&replaced).all(is_simple);
        let probe = (is_known && put.len() + replaced.len() <= PROBE_RULES_MAX)
            .then(|| {
                let changed = put.into_iter().chain(replaced).enumerate();
                let changed: Vec<Rule> = changed.map(unexcused).collect();
                Matcher::build(0, &changed).ok()
            })
            .flatten();
        Self {
            before,
            after,
            put: ids,
            probe,
        }
    }

    /// Compares parts of the texts at the same time, on what processors there are.
    async fn compare_in_parts(
        self: &Arc<Self>,
        texts: Vec<RevisionRow>,
        authors: HashMap<PostId, Author>,
    ) -> anyhow::Result<(usize, Vec<Difference>)> {
        let parts = available_parallelism().map_or(1, |cores| cores.get().min(PARTS_MAX));
        let size = texts.len().div_ceil(parts).max(1);
        let authors = Arc::new(authors);
        let mut texts = texts.into_iter();
        let mut compared = Vec::new();
        while !texts.as_slice().is_empty() {
            let part = texts.by_ref().take(size).collect();
            let (comparison, authors) = (self.clone(), authors.clone());
            compared.push(tokio::task::spawn_blocking(move || {
                comparison.compare(part, &authors)
            }));
        }
        let (mut hits, mut differences) = (0, Vec::new());
        for part in compared {
            let (hit, found) = part.await?;
            hits += hit;
            differences.extend(found);
        }
        Ok((hits, differences))
    }

    /// In how many of the texts the new rules hit, and about which the verdicts differ.
    fn compare(
        &self,
        texts: Vec<RevisionRow>,
        authors: &HashMap<PostId, Author>,
    ) -> (usize, Vec<Difference>) {
        let unknown = Author::default();
        let mut hits = 0;
        let mut differences = Vec::new();
        for text in texts {
            if !self.may_differ(&text) {
                continue;
            }
            let author = authors.get(&text.post_id).unwrap_or(&unknown);
            let before = self.before.check_by(&text.title, &text.body, author);
            let after = self.after.check_by(&text.title, &text.body, author);
            hits += usize::from(after.hits.iter().any(|hit| self.put.contains(&hit.rule)));
            if before.verdict == after.verdict {
                continue;
            }
            let (was, is) = (before.verdict, after.verdict);
            let shown = if is > was { &after } else { &before };
            differences.push(Difference {
                was,
                is,
                changed: Changed {
                    hit: gravest(shown),
                    post: text.post_id,
                    title: text.title,
                    decision: None,
                },
            });
        }
        (hits, differences)
    }

    fn needs_author(&self) -> bool {
        self.before.needs_author() || self.after.needs_author()
    }

    fn may_differ(&self, text: &RevisionRow) -> bool {
        self.probe.as_ref().is_none_or(|probe| {
            let checked = probe.check(&text.title, &text.body);
            !checked.hits.is_empty() || checked.problem.is_some()
        })
    }
}

/// What of a text the verdict is for.
fn gravest(checked: &Checked) -> String {
    let rank = |action| match action {
        Action::Reject => 2,
        Action::Hold => 1,
        Action::Allow | Action::Shadow => 0,
    };
    let hits = checked.hits.iter().rev();
    hits.max_by_key(|hit| rank(hit.action))
        .map(|hit| match hit.text.as_str() {
            "" => hit.pattern.clone(),
            text => text.to_owned(),
        })
        .or_else(|| checked.problem.clone())
        .unwrap_or_default()
}

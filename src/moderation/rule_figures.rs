//! What is known of a rule beside its cases: in how many posts it hit, also where it only logs, and what it costs: how long
//! the newest posts take to check with it alone, beside how long they take with all rules. Found out when somebody looks,
//! not kept.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::ids::{self, SiteId};
use crate::moderation::Moderation;
use crate::moderation::in_force::InForce;
use crate::moderation::rows::RevisionRow;
use crate::moderation::rules::{Action, Matcher, Rule};
use crate::store::cases::{self, RuleFigures};
use crate::store::{posts, rules};

/// What counts as recent: 30 days.
pub const RECENT_MS: i64 = 30 * 24 * 60 * 60 * 1_000;
/// How many of the newest posts are asked for hits.
pub const POSTS_MAX: i64 = 10_000;
/// How many of the newest posts are checked to know the cost.
const MEASURED: i64 = 100;
/// Of so many rounds the fastest counts: in the others something else ran too.
const ROUNDS: usize = 3;
/// Long posts are not all read.
const TEXT_BYTES: usize = 512 << 10;

/// In how many posts a rule hit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HitPosts {
    /// In all.
    pub all: usize,
    /// Where it only logged what it found.
    pub only_logged: usize,
    /// When the newest of them came in.
    pub last_ms: Option<i64>,
}

/// What a check of one post takes on average.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// With a rule set of this rule alone.
    pub alone: Duration,
    /// With the rules in force.
    pub all: Duration,
    /// Over how many posts.
    pub posts: u32,
}

/// How good a rule is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// What became of the cases that it opened.
    pub cases: RuleFigures,
    /// In how many recent posts it hit.
    pub posts: HitPosts,
    /// What it costs; none where there are no posts, or it cannot be compiled.
    pub cost: Option<Cost>,
}

#[derive(Deserialize)]
struct HitOf {
    rule: String,
    action: Action,
}

impl Figures {
    /// When it hit last; of hits that only logged or rejected at once, those of the recent posts count.
    pub fn last_hit_ms(&self) -> Option<i64> {
        self.posts.last_ms.max(self.cases.last_ms)
    }
}

impl Cost {
    /// In microseconds, begun ones whole: alone, and with all rules.
    pub fn micros(&self) -> (i64, i64) {
        let micros = |duration: Duration| {
            i64::try_from(duration.as_nanos().div_ceil(1_000)).unwrap_or(i64::MAX)
        };
        (micros(self.alone), micros(self.all))
    }
}

impl Moderation {
    /// All that is known of a rule of the site.
    pub async fn figures_of(&self, site: SiteId, rule: &Rule) -> anyhow::Result<Figures> {
        let since_ms = self.tools.clock.now_ms() - RECENT_MS;
        Ok(Figures {
            cases: cases::figures_of_rule(&self.db, site, &rule.id, since_ms).await?,
            posts: self.posts_hit_by(site, &rule.id, since_ms).await?,
            cost: self.cost_of(site, rule).await?,
        })
    }

    /// In how many of the posts since then the rule hit, of the newest [`POSTS_MAX`].
    async fn posts_hit_by(
        &self,
        site: SiteId,
        rule: &str,
        since_ms: i64,
    ) -> anyhow::Result<HitPosts> {
        let since = ids::floor(since_ms);
        let mut found = HitPosts::default();
        for (at_ms, hits) in rules::list_hits(&self.db, site, rule, &since, POSTS_MAX).await? {
            let hits: Vec<HitOf> = serde_json::from_str(&hits)?;
            let mut of_rule = hits.iter().filter(|hit| hit.rule == rule);
            found.all += 1;
            found.last_ms = found.last_ms.max(Some(at_ms));
            found.only_logged += usize::from(of_rule.all(|hit| hit.action == Action::Shadow));
        }
        Ok(found)
    }

    /// What the rule costs on the site's newest posts; `None` where there are none, or the rule cannot be compiled.
    async fn cost_of(&self, site: SiteId, rule: &Rule) -> anyhow::Result<Option<Cost>> {
        let Some(in_force) = self.in_force.load(site).await? else {
            return Ok(None);
        };
        let mut texts = posts::list_texts(&self.db, site, posts::NEWEST, MEASURED).await?;
        let mut bytes = 0;
        texts.retain(|text| {
            bytes += text.body.len();
            bytes <= TEXT_BYTES
        });
        let mut alone = rule.clone();
        alone.draft.enabled = true;
        let measured = tokio::task::spawn_blocking(move || measure(&in_force, alone, &texts));
        Ok(measured.await?)
    }
}

fn measure(in_force: &Arc<InForce>, rule: Rule, texts: &[RevisionRow]) -> Option<Cost> {
    let posts = u32::try_from(texts.len()).ok().filter(|posts| *posts > 0)?;
    let alone = Matcher::build(0, &[rule]).ok()?;
    Some(Cost {
        alone: fastest(texts, |text| {
            black_box(alone.check(&text.title, &text.body));
        }) / posts,
        all: fastest(texts, |text| {
            black_box(in_force.check(&text.title, &text.body));
        }) / posts,
        posts,
    })
}

fn fastest(texts: &[RevisionRow], check: impl Fn(&RevisionRow)) -> Duration {
    let round = |_| {
        let started = Instant::now();
        texts.iter().for_each(&check);
        started.elapsed()
    };
    (0..ROUNDS).map(round).min().unwrap_or_default()
}

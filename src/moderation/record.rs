//! What an author did on a site before a post: how their posts stand, the last of them, and the rules that hit them.

use std::collections::{HashMap, HashSet};

use anyhow::Context as _;
use tokio::try_join;

use crate::ids::{PostId, SiteId, UserId};
use crate::moderation::rows::PostStatus;
use crate::moderation::rules::{Action, Hit};
use crate::store::{Db, author_past};

pub use crate::store::author_past::EarlierPost;

/// An author's record counts their newest posts up to this number.
pub const COUNTED_POSTS: i64 = 1_000;
/// Rules that hit before are those of an author's last posts.
pub const HITS_OF_POSTS: i64 = 20;
/// No more of them are told, and lists of hits that are longer than this are not read.
const RULES_BEFORE: usize = 5;
const HITS_CHARS: i64 = 50_000;
/// Earlier posts that are listed.
const EARLIER: i64 = 5;

/// What an author did on a site.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Since when they belong to it; `None` if they do not any more.
    pub member_since_ms: Option<i64>,
    /// How many of their newest [`COUNTED_POSTS`] posts stand how.
    pub by_status: Vec<(PostStatus, i64)>,
    /// What they submitted before this post, newest first.
    pub earlier: Vec<EarlierPost>,
    /// The rules that hit most of their last [`HITS_OF_POSTS`] posts before this one.
    pub rules: Vec<RuleBefore>,
}

/// A rule that hit earlier posts of an author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleBefore {
    /// Its pattern, as it was then.
    pub pattern: String,
    /// Its category, as it was then.
    pub category: String,
    /// How many of the posts it hit.
    pub posts: usize,
}

impl Record {
    /// How many posts stand like this.
    pub fn count(&self, status: PostStatus) -> i64 {
        self.by_status
            .iter()
            .filter(|(other, _)| *other == status)
            .map(|(_, posts)| posts)
            .sum()
    }
}

/// What an author did before that post.
pub(crate) async fn find(
    db: &Db,
    site: SiteId,
    author: &UserId,
    post: &PostId,
) -> anyhow::Result<Record> {
    let (member_since_ms, by_status, earlier, hits) = try_join!(
        author_past::find_member_since(db, site, author),
        author_past::count_by_status(db, site, author, COUNTED_POSTS),
        author_past::list_earlier(db, site, author, post, EARLIER),
        author_past::list_hits(db, site, author, post, HITS_OF_POSTS, HITS_CHARS),
    )?;
    Ok(Record {
        member_since_ms,
        by_status,
        earlier,
        rules: rules_before(&hits)?,
    })
}

/// The rules that held or rejected most posts, those that hit most of them first.
fn rules_before(hits: &[(PostId, String)]) -> anyhow::Result<Vec<RuleBefore>> {
    let mut posts_of: HashMap<String, (Hit, HashSet<&PostId>)> = HashMap::new();
    for (post, list) in hits {
        let list: Vec<Hit> =
            serde_json::from_str(list).with_context(|| format!("read the hits of post {post}"))?;
        for hit in list {
            if matches!(hit.action, Action::Hold | Action::Reject) {
                let found = posts_of.entry(hit.rule.clone());
                found.or_insert((hit, HashSet::new())).1.insert(post);
            }
        }
    }
    let mut rules: Vec<RuleBefore> = posts_of
        .into_values()
        .map(|(hit, posts)| RuleBefore {
            pattern: hit.pattern,
            category: hit.category,
            posts: posts.len(),
        })
        .collect();
    rules.sort_by(|one, other| {
        (other.posts.cmp(&one.posts)).then_with(|| one.pattern.cmp(&other.pattern))
    });
    rules.truncate(RULES_BEFORE);
    Ok(rules)
}

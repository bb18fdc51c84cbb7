//! Rows of `cases` as pages and lists read them; the flow writes them through the ledger.

use sqlx::FromRow;

use crate::ids::{CaseId, PostId, SiteId};
use crate::moderation::rows::{CaseRow, CaseStatus};
use crate::on_db;
use crate::store::Db;

macro_rules! list_columns {
    () => {
        concat!(
            case_columns!(),
            ", (SELECT title FROM revisions WHERE revisions.site_id = cases.site_id \
             AND revisions.post_id = cases.post_id AND revisions.number = cases.revision) AS title, \
             (SELECT hits FROM revisions WHERE revisions.site_id = cases.site_id \
             AND revisions.post_id = cases.post_id AND revisions.number = cases.revision) AS hits, \
             (SELECT name FROM users WHERE users.id = cases.author_id) AS author_name, \
             (SELECT email FROM users WHERE users.id = cases.author_id) AS author_email, \
             (SELECT name FROM users WHERE users.id = cases.claimed_by) AS claimed_by_name, \
             handed_to, (SELECT name FROM users WHERE users.id = cases.handed_to) AS handed_to_name"
        )
    };
}

const FIND: &str = concat!(
    "SELECT ",
    list_columns!(),
    " FROM cases WHERE site_id = $1 AND id = $2"
);
const LIST: &str = concat!(
    "SELECT ",
    list_columns!(),
    " FROM cases WHERE site_id = $1 AND status = $2 AND (rank_ms, id) > ($3, $4) ORDER BY rank_ms, id LIMIT $5"
);
const LIST_OF_POST: &str = concat!(
    "SELECT ",
    list_columns!(),
    " FROM cases WHERE site_id = $1 AND post_id = $2 ORDER BY id DESC LIMIT 100"
);
const LIST_UNDOABLE: &str = "SELECT id, status, undo_until_ms,
    (SELECT title FROM revisions WHERE revisions.site_id = cases.site_id
        AND revisions.post_id = cases.post_id AND revisions.number = cases.revision) AS title,
    (SELECT hits FROM revisions WHERE revisions.site_id = cases.site_id
        AND revisions.post_id = cases.post_id AND revisions.number = cases.revision) AS hits
    FROM cases WHERE site_id = $1 AND undo_until_ms > $2 AND decided_by = $3 ORDER BY undo_until_ms DESC LIMIT $4";
const LIST_DECISIONS: &str = "SELECT post_id, id, status FROM cases
    WHERE site_id = $1 AND post_id >= $2 AND post_id <= $3 AND status IN ('approved', 'rejected') ORDER BY id";
const FIGURES_OF_RULE: &str = "SELECT
        COUNT(*) FILTER (WHERE waiting_since_ms >= $3) AS recent,
        COUNT(*) FILTER (WHERE status = 'approved') AS approved,
        COUNT(*) FILTER (WHERE status = 'rejected') AS rejected,
        MAX(waiting_since_ms) AS last_ms
    FROM cases WHERE site_id = $1 AND rules LIKE $2 ESCAPE '!'";
const LIST_RECENT: &str =
    "SELECT rules, status FROM cases WHERE site_id = $1 AND id >= $2 ORDER BY id DESC LIMIT $3";
// Counting stops at a bound, so that a long queue costs no more than a short one.
const COUNT: &str = "SELECT COUNT(*) FROM (SELECT 1 FROM cases WHERE site_id = $1 AND status = $2 LIMIT $3) AS bounded";

/// A case with what a list shows of its post.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct ListedCase {
    /// The case.
    #[sqlx(flatten)]
    pub case: CaseRow,
    /// The title of the case's revision.
    pub title: String,
    /// What the rules found in it, a JSON list.
    pub hits: String,
    /// The author's name.
    pub author_name: String,
    /// The author's address.
    pub author_email: String,
    /// The name of whoever claimed it, however long ago.
    pub claimed_by_name: Option<String>,
    /// Whom it was handed to: a person's id, or `owners`.
    pub handed_to: Option<String>,
    /// The name of the person whom it was handed to.
    pub handed_to_name: Option<String>,
}

/// Where a page of a list begins: after the case with this rank and id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, FromRow)]
pub struct CaseCursor {
    /// Its place in the queue.
    pub rank_ms: i64,
    /// Its id.
    pub id: String,
}

impl CaseCursor {
    /// Before all cases.
    pub fn start() -> Self {
        Self {
            rank_ms: i64::MIN,
            id: String::new(),
        }
    }

    /// After all cases.
    pub fn end() -> Self {
        Self {
            rank_ms: i64::MAX,
            id: String::new(),
        }
    }
}

/// One case.
pub async fn find(db: &Db, site: SiteId, id: &CaseId) -> anyhow::Result<Option<ListedCase>> {
    Ok(on_db!(db, |c| sqlx::query_as(FIND)
        .bind(site)
        .bind(id)
        .fetch_optional(c.read())
        .await?))
}

/// Cases that stand like this in the order of the queue, from the cursor on.
pub async fn list(
    db: &Db,
    site: SiteId,
    status: CaseStatus,
    after: &CaseCursor,
    limit: i64,
) -> anyhow::Result<Vec<ListedCase>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST)
        .bind(site)
        .bind(status.as_str())
        .bind(after.rank_ms)
        .bind(&after.id)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// What people decided of the posts from one to another, oldest first: the post, the case and its status.
pub async fn list_decisions(
    db: &Db,
    site: SiteId,
    from: &PostId,
    to: &PostId,
) -> anyhow::Result<Vec<(PostId, CaseId, CaseStatus)>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_DECISIONS)
        .bind(site)
        .bind(from)
        .bind(to)
        .fetch_all(c.read())
        .await?))
}

/// What became of the cases that a rule opened.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromRow)]
pub struct RuleFigures {
    /// Cases since the given time.
    pub recent: i64,
    /// Cases that people approved, ever.
    pub approved: i64,
    /// Cases that people rejected, ever.
    pub rejected: i64,
    /// When the newest was opened.
    pub last_ms: Option<i64>,
}

/// The figures of a rule; `since_ms` is from when on cases are recent.
pub async fn figures_of_rule(
    db: &Db,
    site: SiteId,
    rule: &str,
    since_ms: i64,
) -> anyhow::Result<RuleFigures> {
    Ok(on_db!(db, |c| sqlx::query_as(FIGURES_OF_RULE)
        .bind(site)
        .bind(member_pattern(rule))
        .bind(since_ms)
        .fetch_one(c.read())
        .await?))
}

/// What hit in a case, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct RecentCase {
    /// The rules that hit, `,a,b,`.
    pub rules: String,
    /// How it stands.
    pub status: CaseStatus,
}

/// The newest cases whose ids are not below `since`, at most `limit`.
pub async fn list_recent(
    db: &Db,
    site: SiteId,
    since: &str,
    limit: i64,
) -> anyhow::Result<Vec<RecentCase>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_RECENT)
        .bind(site)
        .bind(since)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// The cases of a post, newest first.
pub async fn list_of_post(db: &Db, site: SiteId, post: &PostId) -> anyhow::Result<Vec<ListedCase>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_OF_POST)
        .bind(site)
        .bind(post)
        .fetch_all(c.read())
        .await?))
}

/// A decision that can still be taken back.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct UndoableCase {
    /// The case.
    pub id: CaseId,
    /// What was decided.
    pub status: CaseStatus,
    /// Until when.
    pub undo_until_ms: i64,
    /// The title of the case's revision.
    pub title: String,
    /// What the rules found in it, a JSON list.
    pub hits: String,
}

/// What somebody decided and can still take back, the newest first.
pub async fn list_undoable(
    db: &Db,
    site: SiteId,
    now_ms: i64,
    decided_by: &str,
    limit: i64,
) -> anyhow::Result<Vec<UndoableCase>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_UNDOABLE)
        .bind(site)
        .bind(now_ms)
        .bind(decided_by)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// How many cases have that status, counted up to `limit`.
pub async fn count(db: &Db, site: SiteId, status: CaseStatus, limit: i64) -> anyhow::Result<i64> {
    Ok(on_db!(db, |c| sqlx::query_scalar(COUNT)
        .bind(site)
        .bind(status.as_str())
        .bind(limit)
        .fetch_one(c.read())
        .await?))
}

/// The LIKE pattern that finds `word` in a list of the form `,a,b,`; an empty one does not filter.
pub(crate) fn member_pattern(word: &str) -> String {
    if word.is_empty() {
        return String::new();
    }
    format!("%,{},%", escape_like(word))
}

/// `text` for a LIKE with `ESCAPE '!'`, so that it finds only itself.
pub(crate) fn escape_like(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            escaped.push('!');
        }
        escaped.push(c);
    }
    escaped
}

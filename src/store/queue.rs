//! Reads of the moderators' desk: the queue, page by page. Every statement reads a bounded number
//! of rows, however long the queue is; what a filter finds is known to `search`.

use sqlx::FromRow;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

use crate::ids::{CaseId, SiteId};
use crate::moderation::rows::{CaseRow, CaseStatus};
use crate::on_db;
use crate::store::Db;
use crate::store::cases::{CaseCursor, member_pattern};
use crate::store::search::Order;

macro_rules! brief_columns {
    () => {
        concat!(
            case_columns!(),
            ", (SELECT title FROM revisions WHERE revisions.site_id = cases.site_id \
             AND revisions.post_id = cases.post_id AND revisions.number = cases.revision) AS title, \
             (SELECT hits FROM revisions WHERE revisions.site_id = cases.site_id \
             AND revisions.post_id = cases.post_id AND revisions.number = cases.revision) AS hits, \
             (SELECT name FROM users WHERE users.id = cases.author_id) AS author_name, \
             (SELECT name FROM users WHERE users.id = cases.claimed_by) AS claimed_by_name, \
             handed_to, (SELECT name FROM users WHERE users.id = cases.handed_to) AS handed_to_name"
        )
    };
}

macro_rules! queue_columns {
    () => {
        concat!(
            brief_columns!(),
            ", (SELECT body FROM revisions WHERE revisions.site_id = cases.site_id \
             AND revisions.post_id = cases.post_id AND revisions.number = cases.revision) AS body"
        )
    };
}

// What was put aside is out of the queue until it comes back.
macro_rules! in_the_queue {
    () => {
        "AND ($2 <> 'waiting' OR NOT EXISTS (SELECT 1 FROM asides \
         WHERE asides.site_id = cases.site_id AND asides.case_id = cases.id))"
    };
}

const LIST_ASCENDING: &str = concat!(
    "SELECT ",
    queue_columns!(),
    " FROM cases WHERE site_id = $1 AND status = $2 AND (rank_ms, id) > ($3, $4) ",
    in_the_queue!(),
    " ORDER BY rank_ms, id LIMIT $5"
);
const LIST_DESCENDING: &str = concat!(
    "SELECT ",
    queue_columns!(),
    " FROM cases WHERE site_id = $1 AND status = $2 AND (rank_ms, id) < ($3, $4) ",
    in_the_queue!(),
    " ORDER BY rank_ms DESC, id DESC LIMIT $5"
);
const LIST_BRIEF_ASCENDING: &str = concat!(
    "SELECT ",
    brief_columns!(),
    " FROM cases WHERE site_id = $1 AND status = $2 AND (rank_ms, id) > ($3, $4) ",
    in_the_queue!(),
    " ORDER BY rank_ms, id LIMIT $5"
);
const LIST_BRIEF_DESCENDING: &str = concat!(
    "SELECT ",
    brief_columns!(),
    " FROM cases WHERE site_id = $1 AND status = $2 AND (rank_ms, id) < ($3, $4) ",
    in_the_queue!(),
    " ORDER BY rank_ms DESC, id DESC LIMIT $5"
);
const LIST_THESE_SQLITE: &str = concat!(
    "SELECT ",
    queue_columns!(),
    " FROM cases WHERE site_id = $1 AND id IN (SELECT value FROM json_each($2))"
);
const LIST_THESE_POSTGRES: &str = concat!(
    "SELECT ",
    queue_columns!(),
    " FROM cases WHERE site_id = $1 AND id IN (SELECT json_array_elements_text($2::json))"
);
const LIST_BRIEF_THESE_SQLITE: &str = concat!(
    "SELECT ",
    brief_columns!(),
    " FROM cases WHERE site_id = $1 AND id IN (SELECT value FROM json_each($2))"
);
const LIST_BRIEF_THESE_POSTGRES: &str = concat!(
    "SELECT ",
    brief_columns!(),
    " FROM cases WHERE site_id = $1 AND id IN (SELECT json_array_elements_text($2::json))"
);
const LIST_HANDED: &str = concat!(
    "SELECT ",
    queue_columns!(),
    " FROM cases WHERE site_id = $1 AND handed_to IN ($2, $3) AND status = 'waiting' ORDER BY rank_ms, id LIMIT $4"
);
const COUNT_HANDED: &str = "SELECT COUNT(*) FROM cases
    WHERE site_id = $1 AND handed_to IN ($2, $3) AND status = 'waiting'";
// Similar is what the same rule holds, among the foremost of the queue.
const LIST_SIMILAR: &str = "SELECT id, rules,
    (SELECT title FROM revisions WHERE revisions.site_id = foremost.site_id
        AND revisions.post_id = foremost.post_id AND revisions.number = foremost.revision) AS title,
    (SELECT hits FROM revisions WHERE revisions.site_id = foremost.site_id
        AND revisions.post_id = foremost.post_id AND revisions.number = foremost.revision) AS hits,
    (SELECT name FROM users WHERE users.id = foremost.author_id) AS author_name
    FROM (SELECT site_id, id, post_id, revision, author_id, rules, rank_ms FROM cases
        WHERE site_id = $1 AND status = 'waiting' ORDER BY rank_ms, id LIMIT $4) foremost
    WHERE id <> $2 AND rules LIKE $3 ESCAPE '!' ORDER BY rank_ms, id LIMIT $5";
// Counting stops at a bound, so that a long queue costs no more than a short one. In order, as in `due`.
const COUNT_BEFORE: &str = "SELECT COUNT(*) FROM (SELECT 1 FROM cases
    WHERE site_id = $1 AND status = 'waiting' AND (rank_ms, id) < ($2, $3) AND NOT EXISTS (SELECT 1 FROM asides
        WHERE asides.site_id = cases.site_id AND asides.case_id = cases.id) ORDER BY rank_ms, id LIMIT $4) AS bounded";
const COUNT_CATEGORIES: &str = "SELECT categories, COUNT(*) FROM (SELECT categories FROM cases
    WHERE site_id = $1 AND status = 'waiting' AND NOT EXISTS (SELECT 1 FROM asides
        WHERE asides.site_id = cases.site_id AND asides.case_id = cases.id)
    ORDER BY rank_ms, id LIMIT $2) AS foremost GROUP BY categories";

/// A case with what a narrow list shows of its post.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct BriefCase {
    /// The case.
    #[sqlx(flatten)]
    pub case: CaseRow,
    /// The title of the case's revision.
    pub title: String,
    /// What the rules found in it, a JSON list.
    pub hits: String,
    /// The author's name.
    pub author_name: String,
    /// The name of whoever claimed it, however long ago.
    pub claimed_by_name: Option<String>,
    /// Whom it was handed to: a person's id, or `owners`.
    pub handed_to: Option<String>,
    /// The name of the person whom it was handed to.
    pub handed_to_name: Option<String>,
}

/// A case with what the queue shows of its post.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct QueuedCase {
    /// The case.
    #[sqlx(flatten)]
    pub brief: BriefCase,
    /// The text of the case's revision, Markdown.
    pub body: String,
}

/// A case that waits for the same rule.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct SimilarCase {
    /// The case.
    pub id: CaseId,
    /// The title of its revision.
    pub title: String,
    /// What the rules found in it, a JSON list.
    pub hits: String,
    /// The author's name.
    pub author_name: String,
}

/// Which cases of the queue to list. Empty texts do not filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueFilter {
    /// How they stand.
    pub status: CaseStatus,
    /// A category that one of their hits has.
    pub category: String,
    /// The categories of a queue: one of their hits has any of them.
    pub queue: Option<Vec<String>>,
    /// The bands of a text (`search::bands`): theirs is much like it.
    pub like: Option<Vec<String>>,
    /// The id of a rule that hit.
    pub rule: String,
    /// The author: an id, an address or a name.
    pub author: String,
    /// Words of the title, the text or the author's name.
    pub words: String,
}

impl QueueFilter {
    /// All that stands like this.
    pub fn all(status: CaseStatus) -> Self {
        Self {
            status,
            category: String::new(),
            queue: None,
            like: None,
            rule: String::new(),
            author: String::new(),
            words: String::new(),
        }
    }

    /// Whether it leaves anything out.
    pub fn is_narrow(&self) -> bool {
        let mut texts = [&self.category, &self.rule, &self.author, &self.words].into_iter();
        self.queue.is_some() || self.like.is_some() || texts.any(|text| !text.trim().is_empty())
    }
}

/// Cases that stand like this, from the cursor on, that way through the queue.
pub(crate) async fn list(
    db: &Db,
    site: SiteId,
    status: CaseStatus,
    order: Order,
    after: &CaseCursor,
    limit: i64,
) -> anyhow::Result<Vec<QueuedCase>> {
    let sql = match order {
        Order::Ascending => LIST_ASCENDING,
        Order::Descending => LIST_DESCENDING,
    };
    read(sql, db, site, status, after, limit).await
}

/// [`list`] without the texts.
pub(crate) async fn list_brief(
    db: &Db,
    site: SiteId,
    status: CaseStatus,
    order: Order,
    after: &CaseCursor,
    limit: i64,
) -> anyhow::Result<Vec<BriefCase>> {
    let sql = match order {
        Order::Ascending => LIST_BRIEF_ASCENDING,
        Order::Descending => LIST_BRIEF_DESCENDING,
    };
    read(sql, db, site, status, after, limit).await
}

async fn read<T>(
    sql: &'static str,
    db: &Db,
    site: SiteId,
    status: CaseStatus,
    after: &CaseCursor,
    limit: i64,
) -> anyhow::Result<Vec<T>>
where
    T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    Ok(on_db!(db, |c| sqlx::query_as(sql)
        .bind(site)
        .bind(status.as_str())
        .bind(after.rank_ms)
        .bind(&after.id)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// The cases at these places, in their order.
pub(crate) async fn list_these(
    db: &Db,
    site: SiteId,
    places: &[CaseCursor],
) -> anyhow::Result<Vec<QueuedCase>> {
    let sql = match db {
        Db::Sqlite(_) => LIST_THESE_SQLITE,
        Db::Postgres(_) => LIST_THESE_POSTGRES,
    };
    let cases = read_these(sql, db, site, places).await?;
    Ok(in_order(cases, places, |queued: &QueuedCase| {
        &queued.brief.case.id
    }))
}

/// [`list_these`] without the texts.
pub(crate) async fn list_brief_these(
    db: &Db,
    site: SiteId,
    places: &[CaseCursor],
) -> anyhow::Result<Vec<BriefCase>> {
    let sql = match db {
        Db::Sqlite(_) => LIST_BRIEF_THESE_SQLITE,
        Db::Postgres(_) => LIST_BRIEF_THESE_POSTGRES,
    };
    let cases = read_these(sql, db, site, places).await?;
    Ok(in_order(cases, places, |brief: &BriefCase| &brief.case.id))
}

async fn read_these<T>(
    sql: &'static str,
    db: &Db,
    site: SiteId,
    places: &[CaseCursor],
) -> anyhow::Result<Vec<T>>
where
    T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    let ids: Vec<&str> = places.iter().map(|place| place.id.as_str()).collect();
    Ok(on_db!(db, |c| sqlx::query_as(sql)
        .bind(site)
        .bind(serde_json::to_string(&ids)?)
        .fetch_all(c.read())
        .await?))
}

fn in_order<T>(mut cases: Vec<T>, places: &[CaseCursor], id: fn(&T) -> &CaseId) -> Vec<T> {
    cases.sort_by_key(|case| {
        let id = id(case).as_str();
        places.iter().position(|place| place.id == id)
    });
    cases
}

/// What waits and was handed to either of two.
pub(crate) async fn list_handed(
    db: &Db,
    site: SiteId,
    to: &str,
    or: &str,
    limit: i64,
) -> anyhow::Result<Vec<QueuedCase>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_HANDED)
        .bind(site)
        .bind(to)
        .bind(or)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// How much waits and was handed to either of two.
pub(crate) async fn count_handed(db: &Db, site: SiteId, to: &str, or: &str) -> anyhow::Result<i64> {
    Ok(on_db!(db, |c| sqlx::query_scalar(COUNT_HANDED)
        .bind(site)
        .bind(to)
        .bind(or)
        .fetch_one(c.read())
        .await?))
}

/// Cases among the `among` foremost of the queue in which the rule hit too.
pub(crate) async fn list_similar(
    db: &Db,
    site: SiteId,
    id: &CaseId,
    rule: &str,
    among: i64,
    limit: i64,
) -> anyhow::Result<Vec<SimilarCase>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_SIMILAR)
        .bind(site)
        .bind(id)
        .bind(member_pattern(rule))
        .bind(among)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// How many cases of the queue come before that place, without what is put aside, counted up to `limit`.
pub(crate) async fn count_before(
    db: &Db,
    site: SiteId,
    place: &CaseCursor,
    limit: i64,
) -> anyhow::Result<i64> {
    Ok(on_db!(db, |c| sqlx::query_scalar(COUNT_BEFORE)
        .bind(site)
        .bind(place.rank_ms)
        .bind(&place.id)
        .bind(limit)
        .fetch_one(c.read())
        .await?))
}

/// How many of the `limit` foremost cases have which categories, `,a,b,`.
pub(crate) async fn count_categories(
    db: &Db,
    site: SiteId,
    limit: i64,
) -> anyhow::Result<Vec<(String, i64)>> {
    Ok(on_db!(db, |c| sqlx::query_as(COUNT_CATEGORIES)
        .bind(site)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

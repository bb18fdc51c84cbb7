//! Rows of `search_cases`, `search_words` and `search_marks`: which cases have which words. What words are is known to
//! `moderation::search`; here they become an FTS5 expression or a `tsquery`. Whatever is asked reads a bounded number of
//! rows: few matches are put into the queue's order; of many, the queue is walked from its place on for so many cases.

use serde_json::json;
use sqlx::FromRow;

use crate::ids::{CaseId, SiteId, UserId};
use crate::moderation::rows::CaseStatus;
use crate::moderation::search::{Term, Terms};
use crate::on_db;
use crate::store::Db;
use crate::store::cases::CaseCursor;

/// So many matches are put into order; where there are more, the queue is walked.
const FEW: i64 = 2_000;
/// Cases that are looked at for one page where the queue is walked, and in one go: most pages are full after the first.
pub(crate) const WALK: i64 = 512;
const STEP: usize = 64;
/// PostgreSQL counts places up to here, and keeps so many of one word.
const POSITION_MAX: usize = 16_383;

const FIND_MARK: &str = "SELECT through_id FROM search_marks WHERE site_id = $1";
const PUT_MARK: &str = "INSERT INTO search_marks (site_id, through_id) VALUES ($1, $2)
    ON CONFLICT (site_id) DO UPDATE SET through_id = excluded.through_id
    WHERE search_marks.through_id < excluded.through_id";
// Looked up one by one, because PostgreSQL would join all cases with all that are in to find the few that are not.
const LIST_MISSING: &str = "SELECT cases.id, cases.author_id, cases.categories, cases.rules,
        revisions.title, revisions.body, users.name AS author_name, users.email AS author_email
    FROM cases
    JOIN revisions ON revisions.site_id = cases.site_id AND revisions.post_id = cases.post_id AND revisions.number = cases.revision
    JOIN users ON users.id = cases.author_id
    WHERE cases.site_id = $1 AND cases.id > $2 AND (SELECT 1 FROM search_cases
        WHERE search_cases.site_id = cases.site_id AND search_cases.case_id = cases.id) IS NULL
    ORDER BY cases.id LIMIT $3";
const FIND_LAST: &str =
    "SELECT id FROM cases WHERE site_id = $1 AND id > $2 AND id <= $3 ORDER BY id DESC LIMIT 1";
const COUNT_MISSING: &str =
    "SELECT COUNT(*) FROM (SELECT 1 FROM cases WHERE cases.site_id = $1 AND cases.id > $2
    AND (SELECT 1 FROM search_cases
        WHERE search_cases.site_id = cases.site_id AND search_cases.case_id = cases.id) IS NULL
    ORDER BY cases.id LIMIT $3) AS missing";

const INSERT_CASES_SQLITE: &str = "INSERT INTO search_cases (site_id, case_id)
    SELECT $1, value ->> '$.id' FROM json_each($2) WHERE TRUE ON CONFLICT (site_id, case_id) DO NOTHING";
const INSERT_WORDS_SQLITE: &str = "INSERT OR REPLACE INTO search_words (rowid, words)
    SELECT search_cases.id, entry.value ->> '$.words' FROM json_each($2) entry
    CROSS JOIN search_cases ON search_cases.site_id = $1 AND search_cases.case_id = entry.value ->> '$.id'";
const INSERT_CASES_POSTGRES: &str = "INSERT INTO search_cases (site_id, case_id)
    SELECT $1, entry ->> 'id' FROM json_array_elements($2::json) AS entry
    ORDER BY entry ->> 'id' ON CONFLICT (site_id, case_id) DO NOTHING";
const INSERT_WORDS_POSTGRES: &str = "INSERT INTO search_words (rowid, words)
    SELECT search_cases.id, (entry ->> 'words')::tsvector FROM json_array_elements($2::json) AS entry
    JOIN search_cases ON search_cases.site_id = $1 AND search_cases.case_id = entry ->> 'id'
    ORDER BY search_cases.id ON CONFLICT (rowid) DO NOTHING";

const LIST_MATCHES_SQLITE: &str = "SELECT search_cases.case_id FROM search_words
    CROSS JOIN search_cases ON search_cases.id = search_words.rowid
    WHERE search_words MATCH $2 AND search_cases.site_id = $1 LIMIT $3";
// Each case is looked up by itself: a join would read all of `search_cases` for a few.
const LIST_MATCHES_POSTGRES: &str = "SELECT found.case_id FROM search_words
    CROSS JOIN LATERAL (SELECT search_cases.case_id FROM search_cases
        WHERE search_cases.id = search_words.rowid AND search_cases.site_id = $1 OFFSET 0) AS found
    WHERE search_words.words @@ ($2::text)::tsquery LIMIT $3";

const AMONG_SQLITE: &str = "SELECT cases.rank_ms, cases.id FROM json_each($3) one
    CROSS JOIN cases ON cases.site_id = $1 AND cases.id = one.value
    WHERE cases.status = $2 AND ($2 <> 'waiting' OR NOT EXISTS (SELECT 1 FROM asides
        WHERE asides.site_id = cases.site_id AND asides.case_id = cases.id))";
const AMONG_POSTGRES: &str =
    "SELECT cases.rank_ms, cases.id FROM json_array_elements_text($3::json) AS one (value)
    JOIN cases ON cases.site_id = $1 AND cases.id = one.value
    WHERE cases.status = $2 AND ($2 <> 'waiting' OR NOT EXISTS (SELECT 1 FROM asides
        WHERE asides.site_id = cases.site_id AND asides.case_id = cases.id))";
const FRONT_ASCENDING: &str = "SELECT rank_ms, id FROM cases
    WHERE site_id = $1 AND status = $2 AND (rank_ms, id) > ($3, $4)
    AND ($2 <> 'waiting' OR NOT EXISTS (SELECT 1 FROM asides
        WHERE asides.site_id = cases.site_id AND asides.case_id = cases.id))
    ORDER BY rank_ms, id LIMIT $5";
const FRONT_DESCENDING: &str = "SELECT rank_ms, id FROM cases
    WHERE site_id = $1 AND status = $2 AND (rank_ms, id) < ($3, $4)
    AND ($2 <> 'waiting' OR NOT EXISTS (SELECT 1 FROM asides
        WHERE asides.site_id = cases.site_id AND asides.case_id = cases.id))
    ORDER BY rank_ms DESC, id DESC LIMIT $5";
// Looked up one by one: all that match may be most of what there is.
const MATCHING_SQLITE: &str = "SELECT one.value FROM json_each($2) one
    CROSS JOIN search_cases ON search_cases.site_id = $1 AND search_cases.case_id = one.value
    WHERE EXISTS (SELECT 1 FROM search_words WHERE search_words.rowid = search_cases.id AND search_words MATCH $3)";
const MATCHING_POSTGRES: &str =
    "SELECT one.value FROM json_array_elements_text($2::json) AS one (value)
    CROSS JOIN LATERAL (SELECT search_words.words FROM search_cases
        JOIN search_words ON search_words.rowid = search_cases.id
        WHERE search_cases.site_id = $1 AND search_cases.case_id = one.value LIMIT 1) AS found
    WHERE found.words @@ ($3::text)::tsquery";

/// A case that is to be put into the index.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Source {
    pub(crate) id: CaseId,
    pub(crate) author_id: UserId,
    pub(crate) categories: String,
    pub(crate) rules: String,
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) author_name: String,
    pub(crate) author_email: String,
}

/// The words of a case, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) case: CaseId,
    pub(crate) words: Vec<String>,
}

/// Which way the queue is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Ascending,
    Descending,
}

/// Cases that were found, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) places: Vec<CaseCursor>,
    /// Where to look on: behind the last case that was looked at.
    pub(crate) next: Option<CaseCursor>,
    /// How many there are in all, where all were counted.
    pub(crate) total: Option<usize>,
}

/// Up to which case all of a site's are in.
pub(crate) async fn find_mark(db: &Db, site: SiteId) -> anyhow::Result<String> {
    let mark: Option<String> = on_db!(db, |c| sqlx::query_scalar(FIND_MARK)
        .bind(site)
        .fetch_optional(c.read())
        .await?);
    Ok(mark.unwrap_or_default())
}

/// Cases behind `mark` that are not in yet, the oldest first.
pub(crate) async fn list_missing(
    db: &Db,
    site: SiteId,
    mark: &str,
    limit: i64,
) -> anyhow::Result<Vec<Source>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_MISSING)
        .bind(site)
        .bind(mark)
        .bind(limit)
        .fetch_all(c.read())
        .await?))
}

/// How many cases are not in yet, counted up to `limit`.
pub(crate) async fn count_missing(db: &Db, site: SiteId, limit: i64) -> anyhow::Result<i64> {
    let mark = find_mark(db, site).await?;
    Ok(on_db!(db, |c| sqlx::query_scalar(COUNT_MISSING)
        .bind(site)
        .bind(mark)
        .bind(limit)
        .fetch_one(c.read())
        .await?))
}

/// The newest case behind `after` up to `through`.
pub(crate) async fn find_last(
    db: &Db,
    site: SiteId,
    after: &str,
    through: &str,
) -> anyhow::Result<Option<CaseId>> {
    Ok(on_db!(db, |c| sqlx::query_scalar(FIND_LAST)
        .bind(site)
        .bind(after)
        .bind(through)
        .fetch_optional(c.read())
        .await?))
}

/// Puts cases in, those that another replica has put in meanwhile left as they are, and moves the mark.
pub(crate) async fn put(
    db: &Db,
    site: SiteId,
    entries: &[Entry],
    through: Option<&CaseId>,
) -> anyhow::Result<()> {
    let statements = match db {
        Db::Sqlite(_) => [INSERT_CASES_SQLITE, INSERT_WORDS_SQLITE],
        Db::Postgres(_) => [INSERT_CASES_POSTGRES, INSERT_WORDS_POSTGRES],
    };
    let render = |words: &[String]| match db {
        Db::Sqlite(_) => words.join(" "),
        Db::Postgres(_) => vector(words),
    };
    let rows: Vec<_> = entries
        .iter()
        .map(|entry| json!({"id": entry.case, "words": render(&entry.words)}))
        .collect();
    let rows = serde_json::to_string(&rows)?;
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        for sql in statements.iter().filter(|_| !entries.is_empty()) {
            sqlx::query(*sql)
                .bind(site)
                .bind(&rows)
                .execute(tx.conn())
                .await?;
        }
        if let Some(through) = through {
            sqlx::query(PUT_MARK)
                .bind(site)
                .bind(through)
                .execute(tx.conn())
                .await?;
        }
        Ok(tx.commit().await?)
    })
}

/// Cases of that status which have one of each list of the terms, from the cursor on; at most `limit`.
pub(crate) async fn find(
    db: &Db,
    site: SiteId,
    terms: &Terms,
    status: CaseStatus,
    order: Order,
    after: &CaseCursor,
    limit: usize,
) -> anyhow::Result<Found> {
    let (query, list_matches) = match db {
        Db::Sqlite(_) => (expression(terms), LIST_MATCHES_SQLITE),
        Db::Postgres(_) => (tsquery(terms), LIST_MATCHES_POSTGRES),
    };
    let matches: Vec<String> = on_db!(db, |c| sqlx::query_scalar(list_matches)
        .bind(site)
        .bind(&query)
        .bind(FEW + 1)
        .fetch_all(c.read())
        .await?);
    match matches.len() as i64 > FEW {
        true => walk(db, site, &query, status, order, after, limit).await,
        false => few(db, site, &matches, status, order, after, limit).await,
    }
}

async fn few(
    db: &Db,
    site: SiteId,
    matches: &[String],
    status: CaseStatus,
    order: Order,
    after: &CaseCursor,
    limit: usize,
) -> anyhow::Result<Found> {
    let among = match db {
        Db::Sqlite(_) => AMONG_SQLITE,
        Db::Postgres(_) => AMONG_POSTGRES,
    };
    let mut places: Vec<CaseCursor> = on_db!(db, |c| sqlx::query_as(among)
        .bind(site)
        .bind(status.as_str())
        .bind(serde_json::to_string(matches)?)
        .fetch_all(c.read())
        .await?);
    let total = Some(places.len());
    match order {
        Order::Ascending => {
            places.sort();
            places.retain(|place| place > after);
        }
        Order::Descending => {
            places.sort_by(|a, b| b.cmp(a));
            places.retain(|place| place < after);
        }
    }
    let more = places.len() > limit;
    places.truncate(limit);
    Ok(Found {
        next: places.last().filter(|_| more).cloned(),
        places,
        total,
    })
}

async fn walk(
    db: &Db,
    site: SiteId,
    query: &str,
    status: CaseStatus,
    order: Order,
    after: &CaseCursor,
    limit: usize,
) -> anyhow::Result<Found> {
    let matching = match db {
        Db::Sqlite(_) => MATCHING_SQLITE,
        Db::Postgres(_) => MATCHING_POSTGRES,
    };
    let front = match order {
        Order::Ascending => FRONT_ASCENDING,
        Order::Descending => FRONT_DESCENDING,
    };
    let places: Vec<CaseCursor> = on_db!(db, |c| sqlx::query_as(front)
        .bind(site)
        .bind(status.as_str())
        .bind(after.rank_ms)
        .bind(&after.id)
        .bind(WALK)
        .fetch_all(c.read())
        .await?);
    let end = places
        .last()
        .filter(|_| places.len() as i64 == WALK)
        .cloned();
    let mut found = Vec::new();
    for step in places.chunks(STEP) {
        let ids: Vec<&str> = step.iter().map(|place| place.id.as_str()).collect();
        let here: Vec<String> = on_db!(db, |c| sqlx::query_scalar(matching)
            .bind(site)
            .bind(serde_json::to_string(&ids)?)
            .bind(query)
            .fetch_all(c.read())
            .await?);
        found.extend(
            step.iter()
                .filter(|place| here.contains(&place.id))
                .cloned(),
        );
        if found.len() > limit {
            break;
        }
    }
    let more = found.len() > limit;
    found.truncate(limit);
    Ok(Found {
        next: match more {
            true => found.last().cloned(),
            false => end,
        },
        places: found,
        total: None,
    })
}

/// For FTS5. Words have neither quotes nor signs.
fn expression(terms: &Terms) -> String {
    let term = |Term { words, is_prefix }: &Term| {
        let prefix = if *is_prefix { " *" } else { "" };
        format!("\"{}\"{prefix}", words.join(" "))
    };
    all_of(terms, term, " OR ", " AND ")
}

fn tsquery(terms: &Terms) -> String {
    let term = |Term { words, is_prefix }: &Term| {
        let last = words.len().saturating_sub(1);
        let words = words.iter().enumerate().map(|(place, word)| {
            let prefix = if *is_prefix && place == last {
                ":*"
            } else {
                ""
            };
            format!("'{word}'{prefix}")
        });
        format!("({})", words.collect::<Vec<_>>().join(" <-> "))
    };
    all_of(terms, term, " | ", " & ")
}

fn all_of(terms: &Terms, term: impl Fn(&Term) -> String, or: &str, and: &str) -> String {
    let any_of = |any: &Vec<Term>| {
        let any: Vec<String> = any.iter().map(&term).collect();
        format!("({})", any.join(or))
    };
    terms.0.iter().map(any_of).collect::<Vec<_>>().join(and)
}

fn vector(words: &[String]) -> String {
    let words = words
        .iter()
        .enumerate()
        .map(|(place, word)| format!("'{word}':{}", (place + 1).min(POSITION_MAX)));
    words.collect::<Vec<_>>().join(" ")
}

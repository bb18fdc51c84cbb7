//! Statements of reasons (Regulation (EU) 2022/2065, Article 17): one for each decision that keeps a post from the public. A
//! statement is read out of the audit log, where the decision stands sealed, and out of the revision that it is about.

use anyhow::Context as _;
use serde::Serialize;
use serde_json::Value;

use crate::ids::{PostId, SiteId, floor};
use crate::locale::Locale;
use crate::moderation::rows::AuditRow;
use crate::moderation::rules::Hit;
use crate::moderation::wording::counted;
use crate::people::User;
use crate::store::{Db, accounts, audit, posts, statements};

mod category;

/// Statements that the transparency database takes at once.
pub const BATCH: i64 = 100;
/// Batches that are listed; programs go on by the links from one to the next.
const BATCHES_MAX: i64 = 500;
const GROUND_MAX_CHARS: usize = 500;
const OTHER_MAX_CHARS: usize = 500;
const EXPLANATION_MAX_CHARS: usize = 2_000;
const FACTS_MAX_CHARS: usize = 5_000;
const DAY_CHARS: usize = 10;
/// What is kept back is kept back everywhere; the database asks for the countries of the European Economic Area.
const TERRITORY: [&str; 30] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS",
    "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
];
/// What stands where a moderator gave no reason, or it was erased.
const NO_REASON: &str = "No reason is kept.";
/// What stands where a person was named.
const REMOVED: &str = "[removed]";

/// A statement in the words of the transparency database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(
    missing_docs,
    reason = "the names are those of the database's own description"
)]
pub struct Statement {
    pub puid: String,
    pub decision_visibility: [&'static str; 1],
    pub decision_ground: &'static str,
    pub incompatible_content_ground: String,
    pub incompatible_content_explanation: String,
    pub content_type: [&'static str; 1],
    pub category: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub category_addition: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub category_specification: Vec<&'static str>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub category_specification_other: String,
    pub territorial_scope: [&'static str; 30],
    pub content_date: String,
    pub application_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_date_visibility_restriction: Option<String>,
    pub decision_facts: String,
    pub source_type: &'static str,
    pub automated_detection: &'static str,
    pub automated_decision: &'static str,
}

/// A batch as it is sent to the transparency database.
#[derive(Debug, Clone, Serialize)]
pub struct Batch {
    /// Its statements.
    pub statements: Vec<Statement>,
    /// Where the next batch begins, if there is one.
    #[serde(skip)]
    pub next: Option<String>,
}

/// What a year's report counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Year {
    /// Posts that were held for a person.
    pub held: i64,
    /// Published without anybody's help.
    pub published: i64,
    /// Let pass by a person, appeals among them.
    pub approved: i64,
    /// Kept back by a person, appeals among them.
    pub rejected: i64,
    /// Kept back by a rule alone.
    pub rejected_by_rule: i64,
    /// Appeals that came in.
    pub appeals: i64,
}

/// The next statements of a site behind `after`, of decisions from `from_ms` to before `until_ms`.
pub async fn batch(
    db: &Db,
    site: SiteId,
    site_name: &str,
    from_ms: i64,
    until_ms: i64,
    after: Option<&str>,
) -> anyhow::Result<Batch> {
    let from = floor(from_ms);
    let after = after.filter(|after| **after > *from).unwrap_or(&from);
    let mut lines = statements::list(db, site, after, &floor(until_ms), BATCH + 1).await?;
    let more = lines.len() as i64 > BATCH;
    lines.truncate(BATCH as usize);
    let next = lines
        .last()
        .filter(|_| more)
        .map(|line| line.id.to_string());
    let mut statements = Vec::with_capacity(lines.len());
    for line in &lines {
        statements.extend(statement(db, site, site_name, line).await?);
    }
    Ok(Batch { statements, next })
}

/// Behind which line each batch of that time begins, the first 500 of them: the first behind none.
pub async fn batches(
    db: &Db,
    site: SiteId,
    from_ms: i64,
    until_ms: i64,
) -> anyhow::Result<Vec<Option<String>>> {
    let (from, until) = (floor(from_ms), floor(until_ms));
    let first = statements::list(db, site, &from, &until, 1).await?;
    if first.is_empty() {
        return Ok(Vec::new());
    }
    let mut ends = statements::list_ends(db, site, &from, &until, BATCH, BATCHES_MAX).await?;
    // Nothing follows a last batch that is full.
    if let Some(last) = ends.last()
        && statements::list(db, site, last, &until, 1)
            .await?
            .is_empty()
    {
        ends.pop();
    }
    Ok(std::iter::once(None)
        .chain(ends.into_iter().map(Some))
        .collect())
}

/// What happened at a site between two moments.
pub async fn year(db: &Db, site: SiteId, from_ms: i64, until_ms: i64) -> anyhow::Result<Year> {
    let mut year = Year::default();
    for (action, count) in statements::count(db, site, &floor(from_ms), &floor(until_ms)).await? {
        match action.as_str() {
            "post.held" => year.held = count,
            "post.published" => year.published = count,
            "case.approved" => year.approved = count,
            "case.rejected" => year.rejected = count,
            "post.rejected" => year.rejected_by_rule = count,
            "post.appealed" => year.appeals = count,
            _ => {}
        }
    }
    Ok(year)
}

async fn statement(
    db: &Db,
    site: SiteId,
    site_name: &str,
    line: &AuditRow,
) -> anyhow::Result<Option<Statement>> {
    let details: Value = serde_json::from_str(&line.details).context("read a line's details")?;
    let Some(post_id) = line.subject.strip_prefix("post:") else {
        return Ok(None);
    };
    let post_id = PostId::from(post_id.to_owned());
    let Some(post) = posts::find(db, site, &post_id).await? else {
        return Ok(None);
    };
    let number = details["revision"].as_i64().unwrap_or(post.revision);
    let Some(revision) = posts::find_revision(db, site, &post_id, number).await? else {
        return Ok(None);
    };
    let author = accounts::find(db, &post.author_id).await?;
    let hits: Vec<Hit> = serde_json::from_str(&revision.hits).unwrap_or_default();
    let by_person = line.action == "case.rejected";
    let is_appeal = details["appeal"] == true;
    let reason = details["reason"].as_str().or(details["cause"].as_str());
    let reason = reason.filter(|reason| !reason.trim().is_empty());
    let categories = categories_of(&hits);
    let told = category::of(&categories);
    let ended_ms = match post.published_revision >= Some(number) {
        true => published_ms(db, line, number).await?,
        false => None,
    };
    Ok(Some(Statement {
        puid: line.id.to_string(),
        decision_visibility: ["DECISION_VISIBILITY_CONTENT_REMOVED"],
        decision_ground: "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        incompatible_content_ground: ground(Locale::En, site_name, &categories)
            .chars()
            .take(GROUND_MAX_CHARS)
            .collect(),
        incompatible_content_explanation: impersonal(
            reason.unwrap_or(NO_REASON),
            author.as_ref(),
            EXPLANATION_MAX_CHARS,
        ),
        content_type: ["CONTENT_TYPE_TEXT"],
        category: told.name,
        category_addition: told.additions,
        category_specification: told.keywords,
        category_specification_other: impersonal(&told.other, author.as_ref(), OTHER_MAX_CHARS),
        territorial_scope: TERRITORY,
        content_date: day(revision.created_at_ms),
        application_date: day(line.at_ms),
        end_date_visibility_restriction: ended_ms.map(day),
        decision_facts: impersonal(
            &facts(Locale::En, &hits, by_person, is_appeal),
            author.as_ref(),
            FACTS_MAX_CHARS,
        ),
        source_type: "SOURCE_VOLUNTARY",
        automated_detection: if counted(&hits).next().is_some() {
            "Yes"
        } else {
            "No"
        },
        automated_decision: match by_person {
            true => "AUTOMATED_DECISION_NOT_AUTOMATED",
            false => "AUTOMATED_DECISION_FULLY",
        },
    }))
}

/// When the revision that `line` kept back was published after all, as by an appeal.
async fn published_ms(db: &Db, line: &AuditRow, revision: i64) -> anyhow::Result<Option<i64>> {
    let lines = audit::list_of_subject(db, line.site_id, &line.subject).await?;
    let publishes = |later: &&AuditRow| {
        let is_publication = matches!(&*later.action, "case.approved" | "post.published");
        let details: Value = serde_json::from_str(&later.details).unwrap_or_default();
        is_publication && later.at_ms >= line.at_ms && details["revision"] == revision
    };
    Ok(lines.iter().find(publishes).map(|later| later.at_ms))
}

/// The categories of the hits that hold or reject, each once.
pub(crate) fn categories_of(hits: &[Hit]) -> Vec<&str> {
    let mut categories: Vec<&str> = counted(hits).map(|hit| hit.category.as_str()).collect();
    categories.retain(|category| !category.is_empty());
    categories.sort_unstable();
    categories.dedup();
    categories
}

/// What a decision was based on.
pub(crate) fn ground(locale: Locale, site_name: &str, categories: &[&str]) -> String {
    match categories {
        [] => locale.say("rejected-ground").with("site", site_name),
        categories => locale
            .say("rejected-ground-on")
            .with("site", site_name)
            .with("categories", categories.join(", ")),
    }
    .to_string()
}

/// What was found and who decided.
pub(crate) fn facts(locale: Locale, hits: &[Hit], by_person: bool, is_appeal: bool) -> String {
    let found = locale
        .say("facts-found")
        .with("count", counted(hits).count());
    let decided = match (by_person, is_appeal) {
        (true, true) => locale.say("facts-appeal"),
        (true, false) => locale.say("facts-moderator"),
        (false, _) => locale.say("facts-rule"),
    };
    format!("{found} {decided}")
}

/// `text` without the author's name and without addresses, not longer than the database takes.
fn impersonal(text: &str, author: Option<&User>, most_chars: usize) -> String {
    let mut names: Vec<&str> = author
        .iter()
        .flat_map(|author| author.name.split_whitespace())
        .filter(|name| name.chars().count() > 1)
        .collect();
    names.sort_unstable_by_key(|name| std::cmp::Reverse(name.len()));
    let word = |word: &str| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let is_address = word.contains('@') || word.contains("://") || word.starts_with("www.");
        match is_address
            || names
                .iter()
                .any(|name| name.to_lowercase() == bare.to_lowercase())
        {
            true if is_address || bare.is_empty() => REMOVED.to_owned(),
            true => word.replace(bare, REMOVED),
            false => word.to_owned(),
        }
    };
    let text: Vec<String> = text.split_whitespace().map(word).collect();
    text.join(" ").chars().take(most_chars).collect()
}

fn day(ms: i64) -> String {
    crate::clock::rfc3339(ms).chars().take(DAY_CHARS).collect()
}

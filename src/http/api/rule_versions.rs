//! `/rules/versions`: what the rules were, what each version changed, and how to get one back.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::auth::access_key::Scope;
use crate::clock::rfc3339;
use crate::http::error::HttpError;
use crate::http::extract::{read_query, segment};
use crate::moderation::outcomes::Outcomes;
use crate::moderation::rule_set::{Edit, Saved};
use crate::store::rule_versions::{self, RuleSetVersion};

use super::caller::Caller;
use super::page::{self, Page};
use super::request::{JSON, Request};
use super::rules::{ListedRule, SavedRules, answer_refused};

/// Rules of one version that are told; the others are counted.
const CHANGES_SHOWN: usize = 1_000;

/// A version of the rule set.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListedVersion {
    /// Its number.
    version: i64,
    /// Why it was made.
    comment: String,
    /// Who made it: the name of a person or of a key, or `cli` and the like.
    created_by: String,
    /// When.
    #[schema(format = DateTime)]
    created_at: String,
    /// How many rules it added.
    added: i64,
    /// How many rules it changed.
    changed: i64,
    /// How many rules it removed.
    removed: i64,
    /// Whether it changed what hits lead to.
    outcomes_changed: bool,
}

/// A version with what it changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VersionDetails {
    #[serde(flatten)]
    version: ListedVersion,
    /// What it made of each rule; the first 1,000 of them.
    changes: Vec<ChangedEntry>,
    /// What hits led to in this version.
    outcomes: Outcomes,
}

/// What a version made of a rule.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangedEntry {
    /// What it said before; null if it is new.
    before: Option<ListedRule>,
    /// What it says since; null if it was removed.
    after: Option<ListedRule>,
}

/// Why a version is restored.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"comment": "the list of yesterday held everything"}))]
pub(crate) struct Restoration {
    /// Why, for the history.
    #[schema(max_length = 500)]
    comment: Option<String>,
}

impl From<RuleSetVersion> for ListedVersion {
    fn from(found: RuleSetVersion) -> Self {
        Self {
            version: found.version,
            created_at: rfc3339(found.created_at_ms),
            added: found.added(),
            changed: found.changed,
            removed: found.removed(),
            outcomes_changed: found.other_outcomes,
            comment: found.comment,
            created_by: found.created_by_name,
        }
    }
}

/// Which versions to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct VersionsFilter {
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many items a page has; 50 if it is not said.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
}

/// List the versions of the rule set, the newest first
#[utoipa::path(
    get, path = "/rules/versions", operation_id = "list_rule_versions", tag = "rules", security(("api_key" = ["read"])),
    params(VersionsFilter),
    responses((status = 200, description = "A page of versions", body = Page<ListedVersion>))
)]
pub(crate) async fn list(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let caller = Caller::of(&req, &[Scope::Read]).await?;
    let query: VersionsFilter = read_query(&req)?;
    let limit = page::limit(query.limit)?;
    let before = page::read_number_cursor(query.cursor.as_deref())?;
    let rows = rule_versions::list(&caller.app.db, caller.site_id(), before, limit + 1)
        .await
        .context("list the versions of the rules")?;
    let page = Page::of(
        rows,
        limit,
        |found| page::number_cursor(found.version),
        |found| Ok(ListedVersion::from(found)),
    )?;
    Ok(HttpResponse::Ok().json(page))
}

/// Read what a version of the rule set changed
#[utoipa::path(
    get, path = "/rules/versions/{version}", operation_id = "read_rule_version", tag = "rules",
    security(("api_key" = ["read"])),
    params(("version" = i64, Path, description = "Its number")),
    responses((status = 200, description = "The version", body = VersionDetails))
)]
pub(crate) async fn show(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let caller = Caller::of(&req, &[Scope::Read]).await?;
    let (db, site, version) = (&caller.app.db, caller.site_id(), number(&req)?);
    let found = rule_versions::find(db, site, version)
        .await
        .context("read a version of the rules")?
        .ok_or_else(HttpError::not_found)?;
    let changes = rule_versions::list_changes(db, site, version, CHANGES_SHOWN)
        .await
        .context("read what a version changed")?;
    let outcomes = rule_versions::outcomes_of(db, site, version).await?;
    Ok(HttpResponse::Ok().json(VersionDetails {
        version: found.into(),
        outcomes,
        changes: changes
            .iter()
            .map(|change| ChangedEntry {
                before: change.before.as_ref().map(ListedRule::from),
                after: change.after.as_ref().map(ListedRule::from),
            })
            .collect(),
    }))
}

/// Restore a version of the rule set
///
/// Makes a new version in which all rules, and what hits lead to, are what they were in that one. What came after stays in the history.
#[utoipa::path(
    post, path = "/rules/versions/{version}/restore", operation_id = "restore_rule_version", tag = "rules",
    security(("api_key" = ["admin"])),
    params(("version" = i64, Path, description = "Its number")),
    request_body = Restoration,
    responses((status = 200, description = "The rules are in force again", body = SavedRules))
)]
pub(crate) async fn restore(
    req: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, HttpError> {
    let caller = Caller::of(&req, &[Scope::Admin]).await?;
    let edit = Edit::Restore(number(&req)?);
    let Request { value, idempotency } = Request::<Restoration>::read(&req, payload).await?;
    let repeatable = idempotency.map(|idempotency| {
        idempotency.repeatable(&caller, |saved: &Saved| {
            (StatusCode::OK.as_u16(), SavedRules::to_json(saved))
        })
    });
    let (comment, by) = (value.comment.unwrap_or_default(), caller.by());
    let restored =
        caller
            .app
            .moderation
            .edit_rules(caller.site_id(), edit, &comment, &by, repeatable);
    match restored.await? {
        Ok(saved) => Ok(HttpResponse::Ok()
            .content_type(JSON)
            .body(SavedRules::to_json(&saved))),
        Err(refused) => answer_refused(refused),
    }
}

fn number(req: &HttpRequest) -> Result<i64, HttpError> {
    segment(req, "version")
        .parse()
        .map_err(|_| HttpError::not_found())
}

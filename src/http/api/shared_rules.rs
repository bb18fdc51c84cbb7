//! `/rules/shared`: the rules of other sites that a site uses.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::access_key::Scope;
use crate::http::error::HttpError;
use crate::moderation::rule_set::{Edit, RuleRefused};
use crate::moderation::shared_rules::{self, SharedRules};

use super::caller::Caller;
use super::request::Request;
use super::rules::answer_refused;

/// The rules of another site.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SharedRuleSet {
    /// The site's name in paths.
    site: String,
    /// Its name on pages.
    name: String,
    /// How many rules it has.
    rules: i64,
    /// The version of its rules in force.
    rule_set_version: i64,
    /// The version that was last taken over; null where they are not used.
    taken_version: Option<i64>,
}

/// The rules of other sites.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SharedRuleSets {
    /// Those that may be used or are.
    items: Vec<SharedRuleSet>,
}

/// Whose rules are to be used.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"uses": ["house"]}))]
pub(crate) struct UsedRuleSets {
    /// The names in paths of the sites; rules of all others are given up.
    uses: Vec<String>,
}

impl From<SharedRules> for SharedRuleSet {
    fn from(found: SharedRules) -> Self {
        Self {
            site: found.slug,
            name: found.name,
            rules: found.rules,
            rule_set_version: found.rule_set_version,
            taken_version: found.taken,
        }
    }
}

/// List the rules of other sites that may be used
#[utoipa::path(
    get, path = "/rules/shared", operation_id = "list_shared_rules", tag = "rules", security(("api_key" = ["admin"])),
    responses((status = 200, description = "The sites", body = SharedRuleSets))
)]
pub(crate) async fn show(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let caller = Caller::of(&req, &[Scope::Admin]).await?;
    answer(&caller).await
}

/// Say whose rules are used
///
/// Their rules become rules of this site, under the same ids, and follow when they are changed there; what this site
/// changes about one of them stays as it says. The same request again changes nothing, with an Idempotency-Key or without.
#[utoipa::path(
    put, path = "/rules/shared", operation_id = "use_shared_rules", tag = "rules", security(("api_key" = ["admin"])),
    request_body = UsedRuleSets,
    responses((status = 200, description = "They are in force", body = SharedRuleSets))
)]
pub(crate) async fn change(
    req: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, HttpError> {
    let caller = Caller::of(&req, &[Scope::Admin]).await?;
    let UsedRuleSets { uses } = Request::<UsedRuleSets>::read(&req, payload).await?.value;
    let (app, site) = (&caller.app, caller.site_id());
    let by = caller.by();
    let known = shared_rules::list(&app.db, site).await?;
    if let Some(unknown) = uses
        .iter()
        .find(|slug| !known.iter().any(|known| known.slug == **slug))
    {
        return Err(HttpError::invalid(
            "uses",
            format!("{unknown:?} is no site that shares its rules"),
        ));
    }
    for of in known {
        let edit = match (uses.contains(&of.slug), of.taken) {
            (true, None) => Edit::TakeOver(of.slug),
            (false, Some(_)) => Edit::GiveUp(of.slug),
            _ => continue,
        };
        let changed = app.moderation.edit_rules(site, edit, "", &by, None);
        match changed.await? {
            Ok(_) | Err(RuleRefused::Unknown) => {}
            Err(refused) => return answer_refused(refused),
        }
    }
    answer(&caller).await
}

async fn answer(caller: &Caller) -> Result<HttpResponse, HttpError> {
    let found = shared_rules::list(&caller.app.db, caller.site_id()).await?;
    let items = found.into_iter().map(SharedRuleSet::from).collect();
    Ok(HttpResponse::Ok().json(SharedRuleSets { items }))
}

//! `/rules/{rule}/figures`: how good a rule is.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::access_key::Scope;
use crate::clock::rfc3339;
use crate::http::error::HttpError;
use crate::http::extract::segment;
use crate::moderation::rule_figures::{Figures, POSTS_MAX};

use super::caller::Caller;
use super::rules::find;

/// How good a rule is, found out when it is asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RuleFigures {
    /// In how many posts of the last 30 days it hit.
    posts: usize,
    /// In how many of those it only logged what it found.
    posts_only_logged: usize,
    /// Whether there are more than were counted.
    posts_is_more: bool,
    /// Cases of the last 30 days that it opened, alone or with others.
    cases: i64,
    /// Of all its cases, those that people approved.
    approved: i64,
    /// Of all its cases, those that people rejected.
    rejected: i64,
    /// How often people agreed with it, from 0 to 1; null where nobody decided.
    precision: Option<f64>,
    /// When it hit last; of hits that only logged or rejected at once, those of the last 30 days count.
    last_hit_at: Option<String>,
    /// When it opened its last case.
    last_case_at: Option<String>,
    /// What it costs; null where there are no posts to measure with.
    cost: Option<RuleCost>,
}

/// What checking a post takes on average, in microseconds.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RuleCost {
    /// With this rule alone.
    alone_us: i64,
    /// With all rules in force.
    all_us: i64,
    /// Over how many of the newest posts.
    posts: u32,
}

impl From<Figures> for RuleFigures {
    fn from(found: Figures) -> Self {
        let last_hit_at = found.last_hit_ms().map(rfc3339);
        let Figures { cases, posts, cost } = found;
        let decided = cases.approved + cases.rejected;
        Self {
            posts: posts.all,
            posts_only_logged: posts.only_logged,
            posts_is_more: i64::try_from(posts.all).is_ok_and(|all| all >= POSTS_MAX),
            cases: cases.recent,
            approved: cases.approved,
            rejected: cases.rejected,
            precision: (decided > 0).then(|| cases.rejected as f64 / decided as f64),
            last_hit_at,
            last_case_at: cases.last_ms.map(rfc3339),
            cost: cost.map(|cost| {
                let (alone_us, all_us) = cost.micros();
                RuleCost {
                    alone_us,
                    all_us,
                    posts: cost.posts,
                }
            }),
        }
    }
}

/// Read how good a rule is
///
/// In how many posts it hit, what people decided on its cases, and what it costs.
#[utoipa::path(
    get, path = "/rules/{rule}/figures", operation_id = "read_rule_figures", tag = "rules", security(("api_key" = ["read"])),
    params(("rule" = String, Path, description = "The rule's id")),
    responses((status = 200, description = "Its figures", body = RuleFigures))
)]
pub(crate) async fn show(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let caller = Caller::of(&req, &[Scope::Read]).await?;
    let rule = find(&caller, segment(&req, "rule")).await?;
    let moderation = &caller.app.moderation;
    let found = moderation.figures_of(caller.site_id(), &rule).await?;
    Ok(HttpResponse::Ok().json(RuleFigures::from(found)))
}

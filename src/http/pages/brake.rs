//! What the rules page says of rules that the brake put to shadow, and the one action that releases what they held.

use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use serde::Deserialize;

use crate::app::App;
use crate::http::chrome::Redirect;
use crate::http::error::HttpError;
use crate::http::extract::Id;
use crate::http::form::Form;
use crate::http::language::locale;
use crate::http::parts::When;
use crate::http::visitor::Member;
use crate::ids::{RuleId, SiteId};
use crate::locale::{Locale, MessageId};
use crate::moderation::brake::WATCHED_MS;
use crate::store::brakes;

use super::case::decider;
use super::rule::rule_path;
use super::rules::{counted, path};

/// A brake is told so long if nobody acts on it.
const TOLD_MS: i64 = 7 * WATCHED_MS;

/// A part of `templates/admin/rules.html`.
#[derive(Debug, Clone)]
pub(super) struct BrakeRow {
    pub(super) pattern: String,
    pub(super) path: String,
    pub(super) held: i64,
    pub(super) posts: String,
    pub(super) when: When,
    pub(super) release_path: Option<String>,
}

/// What the form sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReleaseFields {
    #[serde(default)]
    keep: bool,
}

/// The brakes about which nobody has decided; who may release gets the way to do it.
pub(super) async fn rows(
    app: &App,
    locale: Locale,
    slug: &str,
    site: SiteId,
    may_release: bool,
) -> anyhow::Result<Vec<BrakeRow>> {
    let since_ms = app.clock.now_ms() - TOLD_MS;
    let open = brakes::list_open(&app.db, site, since_ms).await?;
    Ok(open
        .into_iter()
        .map(|brake| {
            let path = rule_path(slug, &brake.rule_id);
            BrakeRow {
                held: brake.held,
                posts: counted(locale, MessageId("post-count"), brake.posts),
                when: When::of(locale, brake.at_ms),
                release_path: may_release.then(|| format!("{path}/release")),
                pattern: brake.pattern,
                path,
            }
        })
        .collect())
}

/// `POST /s/{site}/admin/rules/{rule}/release`
pub(crate) async fn release(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<RuleId>,
    fields: Form<ReleaseFields>,
) -> Result<HttpResponse, HttpError> {
    let locale = locale(&req);
    let site = &member.site;
    let brake = brakes::find_newest(&app.db, site.id, id.0.as_str())
        .await?
        .ok_or_else(HttpError::not_found)?;
    let message = if fields.0.keep {
        app.moderation.settle_brake(site.id, &brake).await?;
        locale.text("brake-kept")
    } else {
        let (by, decider) = (member.actor(), decider(&member));
        let found = app.moderation.release_braked(&by, &decider, &brake).await?;
        match found.others {
            0 => counted(locale, MessageId("brake-released"), found.released),
            others => locale
                .say("brake-released-others")
                .with(
                    "released",
                    counted(locale, MessageId("post-count"), found.released),
                )
                .with("others", counted(locale, MessageId("post-count"), others))
                .to_string(),
        }
    };
    Ok(Redirect::to(path(&site.slug))
        .flash(message)
        .respond_to(&req))
}

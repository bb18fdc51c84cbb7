//! The rules of other sites: which a site uses, and whether others may use its own. Taking them over is a version of the
//! rules and is tried on the posts like any other.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::http::chrome::{PageChrome, Redirect, page, page_with};
use crate::http::error::HttpError;
use crate::http::form::Form;
use crate::http::language::locale;
use crate::http::visitor::Member;
use crate::locale::MessageId;
use crate::moderation::rule_set::{Edit, RuleRefused};
use crate::moderation::shared_rules::{self, SharedRules};
use crate::moderation::wording;

use super::rehearsal::{Report, rehearse};
use super::rule::STALE;
use super::rules::{counted, path as rules_path};

#[derive(Template)]
#[template(path = "admin/shared_rules.html")]
struct SharedRulesPage {
    page: PageChrome,
    rules_path: String,
    action_path: String,
    shares: bool,
    sites: Vec<Row>,
    problem: Option<String>,
}

/// A site whose rules can be used.
struct Row {
    slug: String,
    name: String,
    about: String,
    is_used: bool,
    rehearsal: Option<Report>,
}

/// What the forms send.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SharedFields {
    /// `share` and `keep` say whether others may use this site's rules; `take` and `give-up` are of another site's.
    what: What,
    #[serde(default)]
    of: String,
    #[serde(default)]
    rehearse: bool,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum What {
    Share,
    Keep,
    Take,
    GiveUp,
}

/// `GET /s/{site}/admin/rules/shared`
pub(crate) async fn show(
    req: HttpRequest,
    app: web::Data<App>,
    owner: Member,
) -> Result<HttpResponse, HttpError> {
    page(&SharedRulesPage::of(&req, &app, &owner).await?)
}

/// `POST /s/{site}/admin/rules/shared`
pub(crate) async fn change(
    req: HttpRequest,
    app: web::Data<App>,
    owner: Member,
    fields: Form<SharedFields>,
) -> Result<HttpResponse, HttpError> {
    let SharedFields {
        what,
        of,
        rehearse: is_tried,
    } = fields.0;
    let locale = locale(&req);
    let done = |id: MessageId| {
        Redirect::to(path(&owner.site.slug))
            .flash(locale.text(id))
            .respond_to(&req)
    };
    let edit = match what {
        What::Share | What::Keep => {
            let shares = matches!(what, What::Share);
            app.moderation
                .share_rules(owner.site.id, shares, &owner.by())
                .await?;
            return Ok(done(match shares {
                true => MessageId("shared-are-shared"),
                false => MessageId("shared-are-kept"),
            }));
        }
        What::Take => Edit::TakeOver(of.clone()),
        What::GiveUp => Edit::GiveUp(of.clone()),
    };
    let refused = if is_tried {
        match rehearse(&app, locale, &owner.site, edit).await? {
            Ok(report) => {
                let mut again = SharedRulesPage::of(&req, &app, &owner).await?;
                let row = again.sites.iter_mut().find(|row| row.slug == of);
                row.ok_or_else(HttpError::not_found)?.rehearsal = Some(report);
                return page(&again);
            }
            Err(refused) => refused,
        }
    } else {
        let (site, by) = (owner.site.id, owner.by());
        let saved = app.moderation.edit_rules(site, edit, "", &by, None);
        match saved.await? {
            Ok(_) => {
                return Ok(done(match what {
                    What::GiveUp => MessageId("shared-given-up"),
                    _ => MessageId("shared-taken"),
                }));
            }
            Err(refused) => refused,
        }
    };
    let problem = match refused {
        RuleRefused::Unknown => return Err(HttpError::not_found()),
        RuleRefused::Uncompilable(problems) => locale
            .say("rule-unsavable")
            .with("problem", wording::uncompilable(locale, &problems))
            .to_string(),
        _ => locale.text(STALE),
    };
    let again = SharedRulesPage {
        problem: Some(problem),
        ..SharedRulesPage::of(&req, &app, &owner).await?
    };
    page_with(StatusCode::CONFLICT, &again)
}

/// The page of shared rules.
pub(super) fn path(slug: &str) -> String {
    format!("{}/shared", rules_path(slug))
}

impl SharedRulesPage {
    async fn of(req: &HttpRequest, app: &App, owner: &Member) -> Result<Self, HttpError> {
        let page = PageChrome::titled(req, "shared", "rules");
        let locale = page.locale;
        let sites = shared_rules::list(&app.db, owner.site.id).await?;
        let row = |site: SharedRules| {
            let rules = counted(locale, MessageId("case-rules"), site.rules);
            let about = match site.taken {
                None => rules,
                Some(version) => locale
                    .say("shared-used")
                    .with("rules", rules)
                    .with("version", version.to_string())
                    .to_string(),
            };
            Row {
                about,
                is_used: site.taken.is_some(),
                slug: site.slug,
                name: site.name,
                rehearsal: None,
            }
        };
        Ok(Self {
            page,
            rules_path: rules_path(&owner.site.slug),
            action_path: path(&owner.site.slug),
            shares: shared_rules::is_shared(&app.db, owner.site.id).await?,
            sites: sites.into_iter().map(row).collect(),
            problem: None,
        })
    }
}

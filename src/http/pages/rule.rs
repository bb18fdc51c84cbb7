//! One rule: its page, changes to it, and what it said over time. Its form is `rule_form`.

use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::auth::role::Role;
use crate::http::chrome::{PageChrome, Redirect, page, page_with};
use crate::http::error::HttpError;
use crate::http::extract::{Id, Query};
use crate::http::form::Form;
use crate::http::language::locale;
use crate::http::parts::{Status, TimelineRow, When};
use crate::http::terms;
use crate::http::visitor::Member;
use crate::ids::{RuleId, SiteId};
use crate::locale::{Locale, MessageId};
use crate::moderation::rule_figures::Figures;
use crate::moderation::rule_set::Edit;
use crate::moderation::rules::Rule;
use crate::store::cases::RuleFigures;
use crate::store::rules::{self, RuleVersion};

use super::rehearsal::{Report, rehearse};
use super::rule_form::{self, RuleFields, RuleForm};
use super::rules::{outcome, path};

/// What to say to somebody who was overtaken.
pub(super) const STALE: MessageId = MessageId("rule-stale");

/// On the button of the form that changes a rule.
const SAVE: MessageId = MessageId("rule-save");

#[derive(Template)]
#[template(path = "admin/rule.html")]
struct RulePage {
    page: PageChrome,
    pattern: String,
    status: Status,
    form: Option<RuleForm>,
    delete_path: Option<String>,
    removal: Option<Report>,
    figures: Vec<Figure>,
    history: Vec<TimelineRow>,
}

/// A number of a rule with what it counts.
struct Figure {
    label: String,
    value: String,
    when: Option<When>,
}

/// What the form that removes a rule sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RemovalFields {
    #[serde(default)]
    rehearse: bool,
}

/// What a link to a rule says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleQuery {
    /// An exception to be added to it.
    except: Option<String>,
}

/// `GET /s/{site}/admin/rules/{rule}`
pub(crate) async fn show(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<RuleId>,
    query: Query<RuleQuery>,
) -> Result<HttpResponse, HttpError> {
    let desk = rule_page(&req, &app, &member, &id.0).await?;
    let present = rules::find(&app.db, member.site.id, id.0.as_str()).await?;
    let (Some(exception), Some(rule), Some(_)) = (&query.0.except, present, &desk.form) else {
        return page(&desk);
    };
    let fields = RuleFields::from(&rule.draft).excusing(exception);
    let locale = locale(&req);
    let action = rule_path(&member.site.slug, &rule.id);
    let form = RuleForm::of(locale, action, SAVE, &fields);
    let form = match fields.draft() {
        Ok(draft) => {
            let edit = Edit::Change(Rule { id: rule.id, draft });
            let rehearsed = rehearse(&app, locale, &member.site, edit).await?;
            form.rehearsed(&fields, rehearsed)
        }
        Err(refused) => form.refused(&refused),
    };
    page(&RulePage {
        form: Some(form),
        ..desk
    })
}

/// `POST /s/{site}/admin/rules/{rule}`
pub(crate) async fn change(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<RuleId>,
    fields: Form<RuleFields>,
) -> Result<HttpResponse, HttpError> {
    let fields = fields.0;
    let locale = locale(&req);
    let action = rule_path(&member.site.slug, id.0.as_str());
    let form = RuleForm::of(locale, action, SAVE, &fields);
    let id = id.0;
    let change = |draft| {
        Edit::Change(Rule {
            id: id.to_string(),
            draft,
        })
    };
    match rule_form::save(&app, &member, &fields, form, change).await? {
        Ok(_) => Ok(Redirect::to(path(&member.site.slug))
            .flash(
                locale
                    .say("rule-changed")
                    .with("pattern", fields.pattern.trim())
                    .to_string(),
            )
            .respond_to(&req)),
        Err((status, form)) => {
            let desk = RulePage {
                form: Some(form),
                ..rule_page(&req, &app, &member, &id).await?
            };
            page_with(status, &desk)
        }
    }
}

/// `POST /s/{site}/admin/rules/{rule}/remove`
pub(crate) async fn remove(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<RuleId>,
    fields: Form<RemovalFields>,
) -> Result<HttpResponse, HttpError> {
    let locale = locale(&req);
    let edit = Edit::Remove(id.0.to_string());
    if fields.0.rehearse {
        let rehearsed = rehearse(&app, locale, &member.site, edit).await?;
        return page(&RulePage {
            removal: Some(rehearsed.map_err(|_| HttpError::not_found())?),
            ..rule_page(&req, &app, &member, &id.0).await?
        });
    }
    let (site, by) = (member.site.id, member.by());
    let Some(rule) = rules::find(&app.db, site, id.0.as_str()).await? else {
        return Err(HttpError::not_found());
    };
    match app.moderation.edit_rules(site, edit, "", &by, None).await? {
        Ok(_) => Ok(Redirect::to(path(&member.site.slug))
            .flash(
                locale
                    .say("rule-is-removed")
                    .with("pattern", rule.draft.pattern)
                    .to_string(),
            )
            .respond_to(&req)),
        Err(_) => Err(HttpError::not_found()),
    }
}

/// The page of a rule.
pub(super) fn rule_path(slug: &str, id: &str) -> String {
    format!("{}/{id}", path(slug))
}

async fn rule_page(
    req: &HttpRequest,
    app: &App,
    member: &Member,
    id: &RuleId,
) -> Result<RulePage, HttpError> {
    let site = &member.site;
    let versions = rules::list_versions(&app.db, site.id, id.as_str()).await?;
    let newest = versions.first().ok_or_else(HttpError::not_found)?;
    let present = rules::find(&app.db, site.id, id.as_str()).await?;
    let draft = &newest.rule.draft;
    let action = rule_path(&site.slug, id.as_str());
    let is_ours = present.is_some() && member.role == Role::Owner;
    let page = PageChrome::of(req, &draft.pattern, "rules");
    let locale = page.locale;
    Ok(RulePage {
        page,
        pattern: draft.pattern.clone(),
        status: match &present {
            Some(rule) => outcome(locale, &rule.draft),
            None => Status {
                tone: "off",
                text: locale.text("rule-removed"),
            },
        },
        form: is_ours.then(|| RuleForm::of(locale, action.clone(), SAVE, &RuleFields::from(draft))),
        delete_path: is_ours.then(|| format!("{action}/remove")),
        removal: None,
        figures: figures(app, locale, site.id, &newest.rule).await?,
        history: versions
            .iter()
            .map(|version| history_row(locale, version))
            .collect(),
    })
}

async fn figures(
    app: &App,
    locale: Locale,
    site_id: SiteId,
    rule: &Rule,
) -> Result<Vec<Figure>, HttpError> {
    let figures = app.moderation.figures_of(site_id, rule).await?;
    let last_ms = figures.last_hit_ms();
    let Figures {
        cases: found,
        posts: hit,
        cost,
    } = figures;
    let figure = |label: MessageId, value| Figure {
        label: locale.text(label),
        value,
        when: None,
    };
    Ok(vec![
        figure(
            MessageId("rule-posts"),
            locale
                .say("rule-posts-logged")
                .with("all", hit.all)
                .with("logged", hit.only_logged)
                .to_string(),
        ),
        figure(MessageId("rule-cases"), locale.number(found.recent)),
        figure(MessageId("rule-decided"), precision(locale, &found)),
        Figure {
            when: last_ms.map(|ms| When::of(locale, ms)),
            ..figure(
                MessageId("rule-last"),
                match last_ms {
                    None => locale.text("rule-none-yet"),
                    Some(_) => String::new(),
                },
            )
        },
        figure(
            MessageId("rule-cost"),
            match cost {
                None => locale.text("rule-cost-unknown"),
                Some(cost) => {
                    let (alone, all) = cost.micros();
                    locale
                        .say("rule-cost-of")
                        .with("alone", alone)
                        .with("all", all)
                        .with("posts", i64::from(cost.posts))
                        .to_string()
                }
            },
        ),
    ])
}

/// How often people agreed with a rule.
pub(super) fn precision(locale: Locale, found: &RuleFigures) -> String {
    match found.approved + found.rejected {
        0 => locale.text("rule-no-precision"),
        decided => locale
            .say("rule-precision")
            .with("percent", found.rejected * 100 / decided)
            .with("count", decided)
            .to_string(),
    }
}

fn history_row(locale: Locale, version: &RuleVersion) -> TimelineRow {
    let draft = &version.rule.draft;
    let outcome = outcome(locale, draft);
    TimelineRow {
        title: format!(
            "{} “{}”, {}",
            locale.text(terms::kind(draft.kind)),
            draft.pattern,
            outcome.text
        ),
        tone: outcome.tone,
        detail: Some(
            locale
                .say("rule-version")
                .with("version", version.from_version.to_string())
                .with("name", version.created_by_name.as_str())
                .with("comment", version.comment.as_str())
                .to_string(),
        ),
        when: Some(When::of(locale, version.created_at_ms)),
    }
}

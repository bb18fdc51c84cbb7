//! What hits lead to at a site: by severity, and for each category what becomes of the post, which queue it waits in and how
//! many people approve. A change is a version of the rule set and is tried on the posts like one of a rule.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use askama::Template;

use crate::app::App;
use crate::http::chrome::{PageChrome, Redirect, page, page_with};
use crate::http::error::HttpError;
use crate::http::form::Form;
use crate::http::language::locale;
use crate::http::parts::Choice;
use crate::http::terms;
use crate::http::visitor::Member;
use crate::locale::{Locale, MessageId};
use crate::moderation::outcomes::{CATEGORIES_MAX, Outcomes};
use crate::moderation::rule_set::{Edit, RuleRefused};
use crate::moderation::rules::Action;
use crate::moderation::wording;
use crate::store::{rule_versions, rules};

use super::rehearsal::{Report, rehearse};
use super::rule::STALE;
use super::rule_form::severities;
use super::rules::path as rules_path;

/// How many empty rows the form offers.
const EMPTY_ROWS: usize = 2;
/// What a category can lead to; an exception is of a rule.
const ACTIONS: [Action; 3] = [Action::Hold, Action::Reject, Action::Shadow];

#[derive(Template)]
#[template(path = "admin/outcomes.html")]
struct OutcomesPage {
    page: PageChrome,
    rules_path: String,
    action_path: String,
    hold_from: Vec<Choice>,
    reject_from: Vec<Choice>,
    rows: Vec<Row>,
    queues: Vec<String>,
    comment: String,
    form_error: Option<String>,
    rehearsal: Option<Report>,
}

/// A category.
struct Row {
    number: usize,
    category: String,
    actions: Vec<Choice>,
    queue: String,
    needs_two: bool,
}

/// What was typed, field by field; those of the categories are numbered.
type Fields = BTreeMap<String, String>;

/// `GET /s/{site}/admin/rules/outcomes`
pub(crate) async fn show(
    req: HttpRequest,
    app: web::Data<App>,
    owner: Member,
) -> Result<HttpResponse, HttpError> {
    let (_, outcomes) = rule_versions::outcomes_in_force(&app.db, owner.site.id).await?;
    page(&OutcomesPage::of(&req, &app, &owner, &outcomes, String::new()).await?)
}

/// `POST /s/{site}/admin/rules/outcomes`
pub(crate) async fn save(
    req: HttpRequest,
    app: web::Data<App>,
    owner: Member,
    Form(mut fields): Form<Fields>,
) -> Result<HttpResponse, HttpError> {
    let locale = locale(&req);
    let comment = fields.remove("comment").unwrap_or_default();
    let is_tried = fields.remove("rehearse").is_some();
    let outcomes = read(fields)?;
    let again = OutcomesPage::of(&req, &app, &owner, &outcomes, comment.clone()).await?;
    let edit = Edit::Outcomes(outcomes);
    let refused = if is_tried {
        match rehearse(&app, locale, &owner.site, edit).await? {
            Ok(report) => {
                let rehearsal = Some(report);
                return page(&OutcomesPage { rehearsal, ..again });
            }
            Err(refused) => refused,
        }
    } else {
        let (site, by) = (owner.site.id, owner.by());
        let saved = app
            .moderation
            .edit_rules(site, edit, &comment, &by, None)
            .await?;
        match saved {
            Ok(_) => {
                return Ok(Redirect::to(path(&owner.site.slug))
                    .flash(locale.text("outcomes-saved"))
                    .respond_to(&req));
            }
            Err(refused) => refused,
        }
    };
    let again = OutcomesPage {
        form_error: Some(in_words(locale, &refused)),
        ..again
    };
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
}

/// The page of what hits lead to.
pub(super) fn path(slug: &str) -> String {
    format!("{}/outcomes", rules_path(slug))
}

impl OutcomesPage {
    async fn of(
        req: &HttpRequest,
        app: &App,
        owner: &Member,
        outcomes: &Outcomes,
        comment: String,
    ) -> Result<Self, HttpError> {
        let page = PageChrome::titled(req, "outcomes", "rules");
        let locale = page.locale;
        let known = rules::list_categories(&app.db, owner.site.id).await?;
        let mut categories = outcomes.all_categories();
        for category in &known {
            if categories.len() < CATEGORIES_MAX {
                categories.insert(category);
            }
        }
        let empty = std::iter::repeat_n("", EMPTY_ROWS);
        let rows = categories.into_iter().chain(empty).enumerate();
        let by_queue = outcomes.by_queue();
        Ok(Self {
            page,
            rules_path: rules_path(&owner.site.slug),
            action_path: path(&owner.site.slug),
            hold_from: from_choices(locale, outcomes.hold_from),
            reject_from: from_choices(locale, outcomes.reject_from),
            rows: rows
                .map(|(index, category)| Row::of(locale, index + 1, category, outcomes))
                .collect(),
            queues: by_queue.into_keys().map(str::to_owned).collect(),
            comment,
            form_error: None,
            rehearsal: None,
        })
    }
}

impl Row {
    fn of(locale: Locale, number: usize, category: &str, outcomes: &Outcomes) -> Self {
        let chosen = outcomes.categories.get(category);
        let as_rules = ("", locale.text("outcomes-as-rules"));
        let actions = ACTIONS
            .iter()
            .map(|action| (action.as_str(), locale.text(terms::action(*action))));
        Self {
            number,
            category: category.to_owned(),
            actions: Choice::labelled(
                std::iter::once(as_rules).chain(actions),
                chosen.map_or("", |action| action.as_str()),
            ),
            queue: outcomes.queues.get(category).cloned().unwrap_or_default(),
            needs_two: outcomes.second_approval.contains(category),
        }
    }
}

/// What the form says; a field that is not known is refused, and what is said of no category left out.
fn read(fields: Fields) -> Result<Outcomes, HttpError> {
    let mut outcomes = Outcomes::default();
    let mut rows: BTreeMap<usize, Fields> = BTreeMap::new();
    for (field, value) in fields {
        let value = value.trim().to_owned();
        let refuse = |what: &str| HttpError::invalid(&field, what);
        let severity = || value.parse().map_err(|_| refuse("must be a severity"));
        match field.as_str() {
            "hold_from" => outcomes.hold_from = severity()?,
            "reject_from" => outcomes.reject_from = severity()?,
            numbered => {
                let part = numbered.rsplit_once('_');
                let number = part.and_then(|(_, number)| number.parse().ok());
                match (part, number) {
                    (Some((part @ ("category" | "action" | "queue" | "two"), _)), Some(number)) => {
                        let row = rows.entry(number).or_default();
                        row.insert(part.to_owned(), value);
                    }
                    _ => return Err(refuse("is not a field of this form")),
                }
            }
        }
    }
    for (number, mut row) in rows {
        let category = row.remove("category").unwrap_or_default();
        if category.is_empty() {
            continue;
        }
        match row.remove("action").as_deref() {
            None | Some("") => {}
            Some(action) => {
                let action = action.parse().map_err(|_| {
                    HttpError::invalid(&format!("action_{number}"), "must be an outcome")
                })?;
                outcomes.categories.insert(category.clone(), action);
            }
        }
        if let Some(queue) = row.remove("queue").filter(|queue| !queue.is_empty()) {
            outcomes.queues.insert(category.clone(), queue);
        }
        if row.remove("two").as_deref() == Some("on") {
            outcomes.second_approval.insert(category);
        }
    }
    Ok(outcomes)
}

/// The severities from which on something happens; with none, what the rules say.
fn from_choices(locale: Locale, chosen: u8) -> Vec<Choice> {
    let all = ("0", locale.text("outcomes-as-rules"));
    Choice::labelled(
        std::iter::once(all).chain(severities(locale)),
        &chosen.to_string(),
    )
}

fn in_words(locale: Locale, refused: &RuleRefused) -> String {
    match refused {
        RuleRefused::Uncompilable(problems) => locale
            .say("rule-unsavable")
            .with("problem", wording::uncompilable(locale, problems))
            .to_string(),
        RuleRefused::Invalid(errors) => {
            let id = match errors.first().map(|error| error.field) {
                Some("comment") => MessageId("outcomes-comment-rule"),
                Some("queues") => MessageId("outcomes-queue-rule"),
                _ => MessageId("outcomes-category-rule"),
            };
            locale.text(id)
        }
        RuleRefused::Unknown
        | RuleRefused::Known(_)
        | RuleRefused::Stale
        | RuleRefused::Replayed(_) => locale.text(STALE),
    }
}

/// What hits lead to, each thing that is said by itself, for the page of a version.
pub(super) fn said(locale: Locale, outcomes: &Outcomes) -> Vec<String> {
    let mut lines = Vec::new();
    for (id, severity) in [
        (MessageId("outcomes-line-hold"), outcomes.hold_from),
        (MessageId("outcomes-line-reject"), outcomes.reject_from),
    ] {
        if severity > 0 {
            let severity = i64::from(severity);
            lines.push(locale.say(id).with("severity", severity).to_string());
        }
    }
    for category in outcomes.all_categories() {
        let mut said = Vec::new();
        if let Some(action) = outcomes.categories.get(category) {
            said.push(locale.text(terms::action(*action)));
        }
        if let Some(queue) = outcomes.queues.get(category) {
            let queue = locale.say("outcomes-line-queue").with("queue", queue);
            said.push(queue.to_string());
        }
        if outcomes.second_approval.contains(category) {
            said.push(locale.text("outcomes-line-two"));
        }
        lines.push(format!("{category}: {}", said.join(", ")));
    }
    lines
}

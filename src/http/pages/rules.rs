//! The rules of a site: the list with its filters, the box to try a text, and the form for a new rule. One rule is
//! `rule`, lists of them are `rule_lists`.

use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use anyhow::Context as _;
use askama::Template;
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use crate::app::App;
use crate::auth::role::Role;
use crate::http::chrome::{PageChrome, Redirect, page, page_with};
use crate::http::error::HttpError;
use crate::http::extract::Query;
use crate::http::form::Form;
use crate::http::language::locale;
use crate::http::marks::{HitRow, Marks, Segment};
use crate::http::parts::{Choice, Link, Notice, Status, Tag};
use crate::http::terms;
use crate::http::visitor::Member;
use crate::ids::is_id;
use crate::locale::{Locale, MessageId, Value};
use crate::moderation::in_force::InForce;
use crate::moderation::rule_figures::RECENT_MS;
use crate::moderation::rule_set::Edit;
use crate::moderation::rules::{
    Action, Author, Rule, RuleDraft, RuleKind, Verdict, View, readings,
};
use crate::moderation::wording;
use crate::store::rules::{self, RuleFilter};
use crate::store::{cases, posts};

use super::brake::{self, BrakeRow};
use super::outcomes::path as outcomes_path;
use super::rehearsal::rehearse;
use super::rule::{precision, rule_path};
use super::rule_form::{self, RuleFields, RuleForm};
use super::rule_lists::ImportForm;
use super::shared_rules::path as shared_path;
use super::suggestions::{NewRuleQuery, lead_to_exceptions};

const PER_PAGE: usize = 50;
/// On the button of the form for a new rule.
const ADD: MessageId = MessageId("rule-add");

/// The fields of `templates/admin/rules.html`.
#[derive(Template)]
#[template(path = "admin/rules.html")]
pub(super) struct RulesPage {
    page: PageChrome,
    summary: String,
    versions_path: String,
    outcomes_path: Option<String>,
    shared_path: Option<String>,
    suggestions_path: Option<String>,
    notice: Option<Notice>,
    brakes: Vec<BrakeRow>,
    q: String,
    kinds: Vec<Choice>,
    actions: Vec<Choice>,
    categories: Vec<Choice>,
    filtered: bool,
    clear_path: String,
    rules: Vec<RuleRow>,
    first_path: Option<String>,
    next_path: Option<String>,
    pub form: Option<RuleForm>,
    pub form_open: bool,
    test_path: String,
    test_title: String,
    test_text: String,
    test_author: Option<String>,
    test: Option<TestResult>,
    pub import: Option<ImportForm>,
    exports: Vec<Link>,
}

struct RuleRow {
    pattern: String,
    path: String,
    kind: String,
    action: Status,
    tag: Tag,
    about: String,
}

struct TestResult {
    status: Status,
    why: String,
    title_segments: Vec<Segment>,
    body_segments: Vec<Segment>,
    hits: Vec<TestHit>,
    readings: Vec<Reading>,
}

/// What a view reads.
struct Reading {
    view: String,
    text: String,
}

/// A rule that hits the text which is tried, with how good it is.
struct TestHit {
    row: HitRow,
    path: String,
    figures: String,
}

/// The query of the list.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RulesQuery {
    q: String,
    kind: Option<RuleKind>,
    action: Option<Action>,
    category: String,
    before: Option<String>,
}

/// A text to try.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TestFields {
    #[serde(default)]
    title: String,
    #[serde(default)]
    body: String,
    /// The address of who would submit it; somebody new if it is empty.
    #[serde(default)]
    author: String,
}

/// `GET /s/{site}/admin/rules`
pub(crate) async fn list(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    query: Query<RulesQuery>,
) -> Result<HttpResponse, HttpError> {
    page(&rules_page(&req, &app, &member, query.0).await?)
}

/// `POST /s/{site}/admin/rules`
pub(crate) async fn add(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    fields: Form<RuleFields>,
) -> Result<HttpResponse, HttpError> {
    let fields = fields.0;
    let locale = locale(&req);
    let slug = &member.site.slug;
    let form = RuleForm::of(locale, path(slug), ADD, &fields);
    match rule_form::save(&app, &member, &fields, form, Edit::Add).await? {
        Ok(_) => Ok(Redirect::to(path(slug))
            .flash(
                locale
                    .say("rule-added")
                    .with("pattern", fields.pattern.trim())
                    .to_string(),
            )
            .respond_to(&req)),
        Err((status, form)) => {
            let desk = RulesPage {
                form: Some(form),
                form_open: true,
                ..rules_page(&req, &app, &member, RulesQuery::default()).await?
            };
            page_with(status, &desk)
        }
    }
}

/// `POST /s/{site}/admin/rules/test`
pub(crate) async fn test(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    fields: Form<TestFields>,
) -> Result<HttpResponse, HttpError> {
    let TestFields {
        title,
        body,
        author,
    } = fields.0;
    let locale = locale(&req);
    let in_force = app
        .moderation
        .in_force
        .load(member.site.id)
        .await?
        .ok_or_else(HttpError::not_found)?;
    let in_force_asks = in_force.needs_author();
    let record = match author.trim() {
        "" => Author::default(),
        email => app.moderation.record_at(&in_force, email).await?,
    };
    let (checked, title, body) = web::block(move || {
        let checked = in_force.check_by(&title, &body, &record);
        (checked, title, body)
    })
    .await
    .context("check a text")?;
    let mut marks = Marks::of(locale, &title, &body, &checked.hits);
    if member.role == Role::Owner {
        let slug = &member.site.slug;
        lead_to_exceptions(
            locale,
            slug,
            &mut marks.rows,
            (&title, &body),
            &checked.hits,
        );
    }
    let mut hits = Vec::new();
    for row in marks.rows {
        hits.push(test_hit(&app, locale, &member, row).await?);
    }
    let (tone, word) = match checked.verdict {
        Verdict::Publish => ("ok", MessageId("rules-try-publish")),
        Verdict::Hold => ("wait", MessageId("rules-try-hold")),
        Verdict::Reject => ("no", MessageId("rules-try-reject")),
    };
    let desk = RulesPage {
        test: Some(TestResult {
            status: Status {
                tone,
                text: locale.text(word),
            },
            why: checked
                .problem
                .map(|problem| wording::problem(locale, &problem))
                .unwrap_or_else(|| counted(locale, MessageId("case-hits"), checked.hits.len())),
            title_segments: marks.title,
            body_segments: marks.body,
            hits,
            readings: readings(&body)
                .into_iter()
                .map(|(view, text)| Reading {
                    view: match view {
                        View::Text => locale.text("view-text"),
                        view => locale.text(terms::view(view)),
                    },
                    text,
                })
                .collect(),
        }),
        test_title: title,
        test_text: body,
        test_author: in_force_asks.then_some(author),
        ..rules_page(&req, &app, &member, RulesQuery::default()).await?
    };
    page(&desk)
}

async fn test_hit(
    app: &App,
    locale: Locale,
    member: &Member,
    row: HitRow,
) -> Result<TestHit, HttpError> {
    let (site, since_ms) = (&member.site, app.clock.now_ms() - RECENT_MS);
    let found = cases::figures_of_rule(&app.db, site.id, &row.rule, since_ms).await?;
    Ok(TestHit {
        path: rule_path(&site.slug, &row.rule),
        figures: locale
            .say("rules-try-figures")
            .with(
                "cases",
                counted(locale, MessageId("case-count"), found.recent),
            )
            .with("precision", precision(locale, &found))
            .to_string(),
        row,
    })
}

/// `GET /s/{site}/admin/rules/new`
pub(crate) async fn new(
    req: HttpRequest,
    app: web::Data<App>,
    owner: Member,
    query: Query<NewRuleQuery>,
) -> Result<HttpResponse, HttpError> {
    let locale = locale(&req);
    let draft = query.0.draft();
    let fields = RuleFields::from(&draft);
    let mut form = RuleForm::of(locale, path(&owner.site.slug), ADD, &fields);
    if !draft.pattern.is_empty() {
        let rehearsed = rehearse(&app, locale, &owner.site, Edit::Add(draft)).await?;
        form = form.rehearsed(&fields, rehearsed);
    }
    page(&RulesPage {
        form: Some(form),
        form_open: true,
        ..rules_page(&req, &app, &owner, RulesQuery::default()).await?
    })
}

/// The rules of a site.
pub(super) fn path(slug: &str) -> String {
    format!("/s/{slug}/admin/rules")
}

/// The page with the rules that `query` asks for.
pub(super) async fn rules_page(
    req: &HttpRequest,
    app: &App,
    member: &Member,
    query: RulesQuery,
) -> Result<RulesPage, HttpError> {
    if query.before.as_ref().is_some_and(|id| !is_id(id)) {
        return Err(HttpError::invalid("before", "must be an id"));
    }
    let site = &member.site;
    let slug = &site.slug;
    let filter = RuleFilter {
        text: query.q,
        kind: query.kind.map_or("", RuleKind::as_str).to_owned(),
        action: query.action.map_or("", Action::as_str).to_owned(),
        category: query.category,
    };
    let before = query.before.as_deref().unwrap_or(posts::NEWEST);
    let mut found = rules::list(&app.db, site.id, &filter, before, PER_PAGE as i64 + 1).await?;
    let more = found.len() > PER_PAGE;
    found.truncate(PER_PAGE);
    let (total, off) = rules::count(&app.db, site.id).await?;
    let categories = rules::list_categories(&app.db, site.id).await?;
    let in_force = app.moderation.in_force.load(site.id).await?;
    let is_owner = member.role == Role::Owner;
    let page = PageChrome::titled(req, "rules", "rules");
    let locale = page.locale;
    let any = locale.text("any");
    let kinds = RuleKind::ALL
        .iter()
        .map(|kind| (kind.as_str(), locale.text(terms::kind(*kind))));
    let actions = Action::ALL
        .iter()
        .map(|action| (action.as_str(), locale.text(terms::action(*action))));
    let with_any = |rest: Vec<_>| std::iter::once(("", any.clone())).chain(rest);
    Ok(RulesPage {
        page,
        versions_path: format!("{}/versions", path(slug)),
        shared_path: is_owner.then(|| shared_path(slug)),
        outcomes_path: is_owner.then(|| outcomes_path(slug)),
        suggestions_path: is_owner.then(|| format!("{}/suggestions", path(slug))),
        summary: summary(locale, site.rule_set_version, total, off),
        notice: (in_force.as_deref()).and_then(|in_force| notice(locale, in_force)),
        brakes: brake::rows(app, locale, slug, site.id, is_owner).await?,
        kinds: Choice::labelled(with_any(kinds.collect()), &filter.kind),
        actions: Choice::labelled(with_any(actions.collect()), &filter.action),
        categories: Choice::list(
            &any,
            categories.iter().map(String::as_str),
            &filter.category,
        ),
        filtered: filter != RuleFilter::default(),
        clear_path: path(slug),
        rules: found.iter().map(|rule| row(locale, slug, rule)).collect(),
        first_path: query
            .before
            .is_some()
            .then(|| page_path(slug, &filter, None)),
        next_path: found
            .last()
            .filter(|_| more)
            .map(|last| page_path(slug, &filter, Some(&last.id))),
        form: is_owner.then(|| {
            RuleForm::of(
                locale,
                path(slug),
                ADD,
                &RuleFields::from(&RuleDraft::default()),
            )
        }),
        form_open: false,
        test_path: format!("{}/test", path(slug)),
        test_title: String::new(),
        test_text: String::new(),
        test_author: in_force
            .as_ref()
            .filter(|in_force| in_force.needs_author())
            .map(|_| String::new()),
        test: None,
        import: is_owner.then(|| ImportForm::new(locale, format!("{}/import", path(slug)))),
        exports: ["txt", "csv", "json"]
            .iter()
            .map(|format| Link {
                path: format!("{}/export.{format}", path(slug)),
                label: format.to_uppercase(),
            })
            .collect(),
        q: filter.text,
    })
}

fn summary(locale: Locale, version: i64, total: i64, off: i64) -> String {
    let id = match off {
        0 => MessageId("rules-summary"),
        _ => MessageId("rules-summary-off"),
    };
    locale
        .say(id)
        .with("version", version.to_string())
        .with("rules", counted(locale, MessageId("case-rules"), total))
        .with("off", off)
        .to_string()
}

/// A number of things, "3 rules": a message with the argument `count`.
pub(super) fn counted<'a>(locale: Locale, id: MessageId, count: impl Value<'a>) -> String {
    locale.say(id).with("count", count).to_string()
}

fn notice(locale: Locale, in_force: &InForce) -> Option<Notice> {
    in_force.problem().map(|problem| Notice {
        tone: "warn",
        title: locale.text("rules-broken"),
        text: wording::problem(locale, problem),
    })
}

/// How a rule's outcome is shown.
pub(super) fn outcome(locale: Locale, draft: &RuleDraft) -> Status {
    let tone = match draft.action {
        _ if !draft.enabled => "off",
        Action::Hold => "wait",
        Action::Reject => "no",
        Action::Allow => "ok",
        Action::Shadow => "off",
    };
    Status {
        tone,
        text: locale.text(match draft.enabled {
            true => terms::action(draft.action),
            false => MessageId("rule-off"),
        }),
    }
}

fn row(locale: Locale, slug: &str, rule: &Rule) -> RuleRow {
    let draft = &rule.draft;
    let mut about = locale.text(terms::fields(draft.fields));
    if !draft.note.is_empty() {
        about.push_str(&format!(" · {}", draft.note));
    }
    RuleRow {
        pattern: draft.pattern.clone(),
        path: rule_path(slug, &rule.id),
        kind: locale.text(terms::kind(draft.kind)),
        action: outcome(locale, draft),
        tag: Tag::severity(locale, &draft.category, i64::from(draft.severity)),
        about,
    }
}

fn page_path(slug: &str, filter: &RuleFilter, before: Option<&str>) -> String {
    let mut query = Serializer::new(String::new());
    for (name, value) in [
        ("q", filter.text.as_str()),
        ("kind", &filter.kind),
        ("action", &filter.action),
        ("category", &filter.category),
        ("before", before.unwrap_or_default()),
    ] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    format!("{}?{}", path(slug), query.finish())
}

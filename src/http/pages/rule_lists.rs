//! Lists of rules in and out: the import with its dry run, and the exports.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use anyhow::Context as _;
use serde::Deserialize;

use crate::app::App;
use crate::http::chrome::{Redirect, page_with};
use crate::http::error::HttpError;
use crate::http::extract::segment;
use crate::http::form::Form;
use crate::http::language::locale;
use crate::http::parts::Choice;
use crate::http::visitor::Member;
use crate::locale::{Locale, MessageId};
use crate::moderation::rule_set::{Edit, Plan, RuleRefused};
use crate::moderation::rules::import::{Format, ImportReport, parse};
use crate::moderation::rules::{Action, Inflections, MatchMode, RuleDraft, export};
use crate::moderation::wording;
use crate::store::rules;

use super::rehearsal;
use super::rule::STALE;
use super::rule_form::{actions, inflections, modes};
use super::rules::{RulesQuery, counted, path, rules_page};

/// Problems that a page shows; the rest is only counted.
const PROBLEMS_SHOWN: usize = 50;

/// The part of `templates/admin/rules.html` that imports.
#[derive(Debug, Clone)]
pub(super) struct ImportForm {
    pub(super) action_path: String,
    pub(super) formats: Vec<Choice>,
    pub(super) actions: Vec<Choice>,
    pub(super) modes: Vec<Choice>,
    pub(super) inflections: Vec<Choice>,
    pub(super) category: String,
    pub(super) text: String,
    pub(super) comment: String,
    pub(super) read: Option<Report>,
    pub(super) rehearsal: Option<rehearsal::Report>,
    /// What of the list a warning was shown for.
    pub(super) seen: Option<String>,
    pub(super) submit_label: String,
}

/// What an import would do.
#[derive(Debug, Clone)]
pub(super) struct Report {
    pub(super) tone: &'static str,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) problems: Vec<String>,
}

/// What the form sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImportFields {
    text: String,
    format: Format,
    action: Action,
    #[serde(default, rename = "match")]
    mode: MatchMode,
    #[serde(default)]
    inflections: Inflections,
    #[serde(default)]
    category: String,
    #[serde(default)]
    comment: String,
    #[serde(default)]
    dry_run: bool,
    #[serde(default)]
    seen: String,
}

impl ImportForm {
    /// An empty form.
    pub fn new(locale: Locale, action_path: String) -> Self {
        let empty = ImportFields {
            text: String::new(),
            format: Format::Txt,
            action: Action::Hold,
            mode: MatchMode::Normal,
            inflections: Inflections::None,
            category: String::new(),
            comment: String::new(),
            dry_run: false,
            seen: String::new(),
        };
        Self::of(locale, action_path, &empty)
    }

    fn of(locale: Locale, action_path: String, fields: &ImportFields) -> Self {
        let formats = Format::ALL
            .iter()
            .map(|format| (format.as_str(), format.to_string()));
        Self {
            action_path,
            formats: Choice::labelled(formats, fields.format.as_str()),
            actions: actions(locale, fields.action),
            modes: modes(locale, fields.mode),
            inflections: inflections(locale, fields.inflections),
            category: fields.category.clone(),
            text: fields.text.clone(),
            comment: fields.comment.clone(),
            read: None,
            rehearsal: None,
            seen: None,
            submit_label: locale.text("import-button"),
        }
    }

    /// The form with how the list in it was read.
    fn reading(self, read: Report) -> Self {
        Self {
            read: Some(read),
            ..self
        }
    }

    /// The form with what the list in it, which `fields` are, would do.
    fn rehearsed(
        mut self,
        locale: Locale,
        fields: &ImportFields,
        report: rehearsal::Report,
    ) -> Self {
        if report.warns {
            self.seen = Some(fields.seen());
            self.submit_label = locale.text("import-anyway");
        }
        self.rehearsal = Some(report);
        self
    }
}

impl ImportFields {
    fn seen(&self) -> String {
        rehearsal::seen(&(
            (&self.text, self.format.as_str(), self.mode.as_str()),
            (self.action.as_str(), self.inflections.as_str()),
            &self.category,
        ))
    }
}

/// `POST /s/{site}/admin/rules/import`
pub(crate) async fn import(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    fields: Form<ImportFields>,
) -> Result<HttpResponse, HttpError> {
    let fields = fields.0;
    let locale = locale(&req);
    let site = &member.site;
    let defaults = RuleDraft {
        action: fields.action,
        mode: fields.mode,
        inflections: fields.inflections,
        category: fields.category.trim().to_owned(),
        ..RuleDraft::default()
    };
    let (mut read, fields) = web::block(move || {
        let read = parse(fields.format, fields.text.as_bytes(), &defaults);
        (read, fields)
    })
    .await
    .context("read a list")?;
    let edit = Edit::Import(std::mem::take(&mut read.drafts));
    let form = ImportForm::of(locale, format!("{}/import", path(&site.slug)), &fields);
    let (status, form) = match app.moderation.plan(site.id, edit, &fields.comment).await? {
        Err(refused) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            form.reading(Report::refused(locale, &refused)),
        ),
        Ok(plan) if plan.is_empty() => (
            StatusCode::UNPROCESSABLE_ENTITY,
            form.reading(Report::of(locale, &plan, &read)),
        ),
        Ok(plan) => {
            let is_seen = !fields.dry_run && fields.seen == fields.seen();
            let report = match is_seen {
                true => None,
                false => Some(rehearsal::report(&app, locale, site, &plan).await?),
            };
            match report.filter(|report| fields.dry_run || report.warns) {
                Some(report) => {
                    let form = form.reading(Report::of(locale, &plan, &read));
                    let status = match fields.dry_run {
                        true => StatusCode::OK,
                        false => StatusCode::UNPROCESSABLE_ENTITY,
                    };
                    (status, form.rehearsed(locale, &fields, report))
                }
                None => {
                    let by = member.by();
                    match app.moderation.put_in_force(&plan, &by, None).await? {
                        Ok(_) => return Ok(imported(&req, locale, &site.slug, &plan, &read)),
                        Err(refused) => (
                            StatusCode::CONFLICT,
                            form.reading(Report::refused(locale, &refused)),
                        ),
                    }
                }
            }
        }
    };
    let mut desk = rules_page(&req, &app, &member, RulesQuery::default()).await?;
    desk.import = Some(form);
    page_with(status, &desk)
}

/// Back to the rules, with what came of a list.
fn imported(
    req: &HttpRequest,
    locale: Locale,
    slug: &str,
    plan: &Plan,
    read: &ImportReport,
) -> HttpResponse {
    let rules = counted(locale, MessageId("case-rules"), plan.rules().len());
    let left_out = plan.known + read.problems.len();
    let lines = counted(locale, MessageId("import-lines"), left_out);
    let done = locale
        .say("import-done")
        .with("rules", rules)
        .with("lines", lines);
    Redirect::to(path(slug))
        .flash(done.to_string())
        .respond_to(req)
}

impl Report {
    fn of(locale: Locale, plan: &Plan, read: &ImportReport) -> Self {
        let mut parts = vec![counted(locale, MessageId("import-known"), plan.known)];
        for (number, what) in [
            (read.duplicates, MessageId("import-duplicates")),
            (read.unneeded, MessageId("import-unneeded")),
            (read.mild, MessageId("import-mild")),
            (read.addresses, MessageId("import-addresses")),
            (plan.literal.len(), MessageId("import-literal")),
            (read.problems.len(), MessageId("import-unreadable")),
        ] {
            if number > 0 {
                parts.push(counted(locale, what, number));
            }
        }
        let mut problems: Vec<String> = read
            .problems
            .iter()
            .take(PROBLEMS_SHOWN)
            .map(|problem| {
                locale
                    .say("import-problem")
                    .with("line", problem.line)
                    .with("problem", wording::flaw(locale, &problem.flaw))
                    .to_string()
            })
            .collect();
        if read.problems.len() > PROBLEMS_SHOWN {
            let more = read.problems.len() - PROBLEMS_SHOWN;
            problems.push(counted(locale, MessageId("import-more"), more));
        }
        let new = plan.rules().len();
        Self {
            tone: if new == 0 { "warn" } else { "ok" },
            title: match new {
                0 => locale.text("import-nothing"),
                new => counted(locale, MessageId("import-would-add"), new),
            },
            text: locale
                .say("import-text")
                .with("parts", parts.join(", "))
                .to_string(),
            problems,
        }
    }

    fn refused(locale: Locale, refused: &RuleRefused) -> Self {
        let (title, problems) = match refused {
            RuleRefused::Uncompilable(problems) => (
                MessageId("import-together"),
                problems
                    .0
                    .iter()
                    .map(|problem| wording::flaw(locale, &problem.flaw))
                    .collect(),
            ),
            RuleRefused::Invalid(errors) => (
                MessageId("import-refused"),
                errors
                    .iter()
                    .map(|error| wording::flaw(locale, &error.flaw.clone().of(error.field)))
                    .collect(),
            ),
            _ => (STALE, Vec::new()),
        };
        Self {
            tone: "no",
            title: locale.text(title),
            text: locale.text("import-unchanged"),
            problems,
        }
    }
}

/// `GET /s/{site}/admin/rules/export.{format}`
pub(crate) async fn download(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
) -> Result<HttpResponse, HttpError> {
    let format: Format = segment(&req, "format")
        .parse()
        .map_err(|_| HttpError::not_found())?;
    let all = rules::list_in_force(&app.db, member.site.id).await?;
    let (content_type, text) = match format {
        Format::Txt => ("text/plain; charset=utf-8", export::to_txt(&all)),
        Format::Csv => ("text/csv; charset=utf-8", export::to_csv(&all)),
        Format::Json => ("application/json", export::to_json(&all)),
    };
    let name = format!(
        "attachment; filename=\"{}-rules.{format}\"",
        member.site.slug
    );
    Ok(HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((header::CONTENT_DISPOSITION, name))
        .body(text))
}

//! `/s/{site}/admin/settings`: what the owners of a site set.

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
use crate::http::visitor::Member;
use crate::locale::Locale;
use crate::moderation::site::{self, Look, MAX_UNDO_SECONDS, ReasonTemplate, SiteSettings};
use crate::people::name::Name;

use super::typed;

const HOUR_SECONDS: f64 = 3_600.0;
const DAY_SECONDS: f64 = 86_400.0;
const MAX_DAYS: f64 = 365.0;
const MAX_DIGEST_MINUTES: i64 = 1_440;
const TAGLINE_MAX_CHARS: usize = 200;
const LABEL_MAX_CHARS: usize = 60;
const TEXT_MAX_CHARS: usize = 2_000;
const LANGUAGE_MAX_BYTES: usize = 12;
/// So many reasons are a list that one can still choose from.
const MAX_TEMPLATES: usize = 50;
/// How many empty ones the form offers.
const EMPTY_TEMPLATES: usize = 2;

#[derive(Template)]
#[template(path = "admin/settings.html")]
struct SettingsPage {
    page: PageChrome,
    name: String,
    name_error: Option<String>,
    tagline: String,
    languages: Vec<Choice>,
    signup: bool,
    target_hours: String,
    target_hours_error: Option<String>,
    timeout_days: String,
    timeout_days_error: Option<String>,
    appeal_days: String,
    appeal_days_error: Option<String>,
    digest_minutes: String,
    digest_minutes_error: Option<String>,
    undo_seconds: String,
    undo_seconds_error: Option<String>,
    tell_authors_hits: bool,
    allow_self_approval: bool,
    brake: bool,
    templates: Vec<TemplateRow>,
    form_error: Option<String>,
}

struct TemplateRow {
    number: String,
    label: String,
    language: String,
    text: String,
    error: Option<String>,
}

/// What was typed, field by field; the fields of the reasons are numbered.
type Fields = BTreeMap<String, String>;

/// `GET /s/{site}/admin/settings`
pub(crate) async fn show(req: HttpRequest, owner: Member) -> Result<HttpResponse, HttpError> {
    let settings = &owner.site.settings;
    let templates = settings.reason_templates.iter().cloned();
    page(&SettingsPage {
        page: PageChrome::titled(&req, "settings", "settings"),
        name: owner.site.name.clone(),
        name_error: None,
        tagline: settings.tagline.clone(),
        languages: languages(settings.language),
        signup: settings.signup,
        target_hours: hours(settings.target_seconds),
        target_hours_error: None,
        timeout_days: days(settings.decision_timeout_seconds),
        timeout_days_error: None,
        appeal_days: days(settings.appeal_timeout_seconds),
        appeal_days_error: None,
        digest_minutes: settings.digest_minutes.to_string(),
        digest_minutes_error: None,
        undo_seconds: settings.undo_seconds.to_string(),
        undo_seconds_error: None,
        tell_authors_hits: settings.tell_authors_hits,
        allow_self_approval: settings.allow_self_approval,
        brake: settings.brake,
        templates: rows(templates.collect()),
        form_error: None,
    })
}

/// `POST /s/{site}/admin/settings`
pub(crate) async fn save(
    req: HttpRequest,
    app: web::Data<App>,
    owner: Member,
    Form(mut fields): Form<Fields>,
) -> Result<HttpResponse, HttpError> {
    let locale = locale(&req);
    let mut take = |name: &str| fields.remove(name).unwrap_or_default();
    let mut again = SettingsPage {
        page: PageChrome::titled(&req, "settings", "settings"),
        name: take("name"),
        name_error: None,
        tagline: take("tagline"),
        languages: languages(
            Locale::of_tag(&take("language")).unwrap_or(owner.site.settings.language),
        ),
        signup: take("signup") == "on",
        target_hours: take("target_hours"),
        target_hours_error: None,
        timeout_days: take("timeout_days"),
        timeout_days_error: None,
        appeal_days: take("appeal_days"),
        appeal_days_error: None,
        digest_minutes: take("digest_minutes"),
        digest_minutes_error: None,
        undo_seconds: take("undo_seconds"),
        undo_seconds_error: None,
        tell_authors_hits: take("tell_authors_hits") == "on",
        allow_self_approval: take("allow_self_approval") == "on",
        brake: take("brake") == "on",
        templates: Vec::new(),
        form_error: None,
    };
    again.templates = rows(take_templates(&mut fields)?);
    match again.check() {
        Some((name, mut settings)) => {
            settings.look = owner.site.settings.look.clone();
            site::change(&app.moderation, &owner.actor(), &name, &settings).await?;
            let to = format!("/s/{}/admin/settings", owner.site.slug);
            Ok(Redirect::to(to)
                .flash(locale.text("settings-saved"))
                .respond_to(&req))
        }
        None => page_with(StatusCode::UNPROCESSABLE_ENTITY, &again),
    }
}

/// The reasons in the order of their numbers; a field that is not known is refused.
fn take_templates(fields: &mut Fields) -> Result<Vec<ReasonTemplate>, HttpError> {
    let mut templates: BTreeMap<u16, ReasonTemplate> = BTreeMap::new();
    for (field, value) in std::mem::take(fields) {
        let part = field
            .strip_prefix("template_")
            .and_then(|rest| rest.split_once('_'));
        let number = part.and_then(|(_, number)| number.parse().ok());
        let (Some((part @ ("label" | "language" | "text"), _)), Some(number)) = (part, number)
        else {
            return Err(HttpError::invalid(&field, "is not a field of this form"));
        };
        let template = templates.entry(number).or_default();
        match part {
            "label" => template.label = value.trim().to_owned(),
            "language" => template.language = value.trim().to_owned(),
            _ => template.text = value.trim().replace("\r\n", "\n"),
        }
    }
    Ok(templates
        .into_values()
        .filter(|template| !template.label.is_empty())
        .collect())
}

fn languages(chosen: Locale) -> Vec<Choice> {
    let offered = Locale::offered().iter();
    offered
        .map(|language| Choice {
            value: language.to_string(),
            label: language.name().to_owned(),
            selected: *language == chosen,
        })
        .collect()
}

fn rows(templates: Vec<ReasonTemplate>) -> Vec<TemplateRow> {
    let empty = std::iter::repeat_n(ReasonTemplate::default(), EMPTY_TEMPLATES);
    templates
        .into_iter()
        .chain(empty)
        .enumerate()
        .map(|(index, template)| TemplateRow {
            number: (index + 1).to_string(),
            label: template.label,
            language: template.language,
            text: template.text,
            error: None,
        })
        .collect()
}

impl SettingsPage {
    fn language(&self) -> Locale {
        let chosen = self.languages.iter().find(|choice| choice.selected);
        chosen
            .and_then(|choice| Locale::of_tag(&choice.value))
            .unwrap_or(Locale::En)
    }

    /// What was typed as settings, or notes beside the fields that break their rules.
    fn check(&mut self) -> Option<(Name, SiteSettings)> {
        let locale = self.page.locale;
        let name = Name::parse(&self.name);
        self.name_error = (name.as_ref().err()).map(|rule| locale.text(typed::name(*rule)));
        let target = seconds_of(&self.target_hours, HOUR_SECONDS);
        if target.is_none() {
            self.target_hours_error = Some(locale.text("settings-hours-rule"));
        }
        let seconds = seconds_of(&self.timeout_days, DAY_SECONDS);
        if seconds.is_none() {
            self.timeout_days_error = Some(locale.text("settings-days-rule"));
        }
        let appeal_timeout_seconds = seconds_of(&self.appeal_days, DAY_SECONDS);
        if appeal_timeout_seconds.is_none() {
            self.appeal_days_error = Some(locale.text("settings-days-rule"));
        }
        let minutes = self.digest_minutes.trim().parse().ok();
        let minutes = minutes.filter(|minutes| (1..=MAX_DIGEST_MINUTES).contains(minutes));
        if minutes.is_none() {
            self.digest_minutes_error = Some(locale.text("settings-minutes-rule"));
        }
        let undo_seconds = self.undo_seconds.trim().parse().ok();
        let undo_seconds = undo_seconds.filter(|seconds| (0..=MAX_UNDO_SECONDS).contains(seconds));
        if undo_seconds.is_none() {
            self.undo_seconds_error = Some(locale.text("settings-seconds-rule"));
        }
        if self.tagline.chars().count() > TAGLINE_MAX_CHARS || self.tagline.contains(['\r', '\n']) {
            self.form_error = Some(locale.text("settings-tagline-rule"));
        }
        if self.templates.len() > MAX_TEMPLATES + EMPTY_TEMPLATES {
            self.form_error = Some(locale.text("settings-reasons-rule"));
        }
        for row in self
            .templates
            .iter_mut()
            .filter(|row| !row.label.is_empty())
        {
            row.check(locale);
        }
        let is_refused =
            self.form_error.is_some() || self.templates.iter().any(|row| row.error.is_some());
        let (
            Ok(name),
            Some(target),
            Some(seconds),
            Some(appeal_timeout_seconds),
            Some(minutes),
            Some(undo_seconds),
            false,
        ) = (
            name,
            target,
            seconds,
            appeal_timeout_seconds,
            minutes,
            undo_seconds,
            is_refused,
        )
        else {
            return None;
        };
        let settings = SiteSettings {
            tagline: self.tagline.trim().to_owned(),
            language: self.language(),
            signup: self.signup,
            target_seconds: target,
            decision_timeout_seconds: seconds,
            appeal_timeout_seconds,
            digest_minutes: minutes,
            undo_seconds,
            tell_authors_hits: self.tell_authors_hits,
            allow_self_approval: self.allow_self_approval,
            brake: self.brake,
            look: Look::default(),
            reason_templates: self
                .templates
                .iter()
                .filter(|row| !row.label.is_empty())
                .map(|row| ReasonTemplate {
                    label: row.label.clone(),
                    language: row.language.clone(),
                    text: row.text.clone(),
                })
                .collect(),
        };
        Some((name, settings))
    }
}

impl TemplateRow {
    fn check(&mut self, locale: Locale) {
        let is_label = self.label.chars().count() <= LABEL_MAX_CHARS;
        let is_language = self.language.len() <= LANGUAGE_MAX_BYTES
            && self
                .language
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let is_text = (1..=TEXT_MAX_CHARS).contains(&self.text.chars().count());
        self.error = match (is_label, is_language, is_text) {
            (false, ..) => Some(locale.text("settings-label-rule")),
            (_, false, _) => Some(locale.text("settings-tag-rule")),
            (.., false) => Some(locale.text("settings-text-rule")),
            (true, true, true) => None,
        };
    }
}

/// `7` of 604,800, `0.5` of 43,200.
#[expect(
    clippy::cast_precision_loss,
    reason = "a year of seconds is far below 2^52"
)]
fn days(seconds: i64) -> String {
    (seconds as f64 / DAY_SECONDS).to_string()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a year of seconds is far below 2^52"
)]
fn hours(seconds: i64) -> String {
    (seconds as f64 / HOUR_SECONDS).to_string()
}

#[expect(clippy::cast_possible_truncation, reason = "a year of seconds fits")]
fn seconds_of(typed: &str, unit_seconds: f64) -> Option<i64> {
    let typed: f64 = typed.trim().parse().ok()?;
    let seconds = (typed * unit_seconds).round();
    (1.0..=MAX_DAYS * DAY_SECONDS)
        .contains(&seconds)
        .then_some(seconds as i64)
}

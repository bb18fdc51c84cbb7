//! The form with which a case is decided, and what it sends. Shared by the case page and the page behind the link in a
//! mail; `moderation::decide` is the one function that decides.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::locale::Locale;
use crate::moderation::decide::{Answer, Decision, REASON_MAX_CHARS};
use crate::moderation::masks::Masks;
use crate::moderation::passages::{self, Span};
use crate::moderation::reason::{self, Known};
use crate::moderation::rules::{Field, Hit};
use crate::moderation::site::SiteSettings;

use super::handover::HandOver;

/// Characters on either side of a passage, by which it is told from others of the same words.
const AROUND_CHARS: usize = 24;

/// The fields of `templates/admin/decision.html`.
#[derive(Debug, Clone)]
pub(crate) struct DecisionForm {
    /// Where it is sent.
    pub action_path: String,
    /// The revision that is shown.
    pub revision: String,
    /// Reasons to choose from.
    pub templates: Vec<ReasonChoice>,
    /// What was typed.
    pub reason: String,
    /// What is wrong with it.
    pub reason_error: Option<String>,
    /// What was typed.
    pub note: String,
    /// Whether the part for rejecting is open.
    pub reject_open: bool,
    /// What the author can be shown of what was hit.
    pub passages: Vec<PassageRow>,
    /// Handing it over, where that is possible.
    pub hand_over: Option<HandOver>,
    /// Where the mail to the author can be looked at before it goes.
    pub preview_path: Option<String>,
    /// That mail.
    pub preview: Option<MailPreview>,
    /// The page of the case, where it can be put aside.
    pub aside_path: Option<String>,
}

/// A mail as the author would get it.
#[derive(Debug, Clone)]
pub(crate) struct MailPreview {
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
}

/// A template of a reason, as an entry of a select.
#[derive(Debug, Clone)]
pub(crate) struct ReasonChoice {
    /// Its place in the site's list, from 1.
    pub key: String,
    /// What moderators see.
    pub label: String,
    /// What the author reads.
    pub text: String,
    /// Whether it is chosen.
    pub selected: bool,
}

/// What the form sends.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct DecisionFields {
    pub decision: Decision,
    pub revision: i64,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    template: String,
    /// Every other field: unknown ones are refused by [`ChosenPassages`].
    #[serde(flatten)]
    pub passages: ChosenPassages,
}

/// A passage that the author can be shown, with the words around it.
#[derive(Debug, Clone)]
pub(crate) struct PassageRow {
    /// Its place.
    pub span: Span,
    /// What stands before it.
    pub before: String,
    /// What was hit.
    pub text: String,
    /// What stands behind it.
    pub after: String,
    /// Whether it is covered until somebody points at it.
    pub is_masked: bool,
    /// Whether it is chosen.
    pub is_chosen: bool,
}

/// Fields `passage_PLACE` of a form: what the author is shown.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(try_from = "BTreeMap<String, String>")]
pub(crate) struct ChosenPassages(pub Vec<Span>);

impl TryFrom<BTreeMap<String, String>> for ChosenPassages {
    type Error = String;

    fn try_from(fields: BTreeMap<String, String>) -> Result<Self, String> {
        let span = |name: &String| name.strip_prefix("passage_")?.parse().ok();
        let spans = fields
            .keys()
            .map(|name| span(name).ok_or_else(|| format!("unknown field `{name}`")));
        spans.collect::<Result<_, _>>().map(Self)
    }
}

impl PassageRow {
    /// What can be shown of a text, with a few words around each.
    pub fn list(title: &str, body: &str, hits: &[Hit], masks: &Masks) -> Vec<Self> {
        let rows = passages::list(hits).into_iter().map(|hit| {
            let source = match hit.field {
                Field::Title => title,
                Field::Body => body,
            };
            let from = hit.start.saturating_sub(AROUND_CHARS);
            let to = hit.end + AROUND_CHARS;
            let part = |from: usize, to: usize| -> String {
                source
                    .chars()
                    .skip(from)
                    .take(to.saturating_sub(from))
                    .collect()
            };
            Self {
                span: Span::of(hit),
                before: whole_words_of_end(part(from, hit.start), from > 0),
                text: part(hit.start, hit.end),
                after: whole_words_of_beginning(
                    part(hit.end, to),
                    source.chars().nth(to).is_some(),
                ),
                is_masked: masks.covers(hit),
                is_chosen: false,
            }
        });
        rows.collect()
    }
}

/// What stands before a passage, without the piece of a word that it begins with if it was cut.
fn whole_words_of_end(text: String, is_cut: bool) -> String {
    match text.split_once(char::is_whitespace) {
        Some((_, whole)) if is_cut => format!("… {whole}"),
        _ => text,
    }
}

/// What stands behind one, without the piece of a word that it ends with if it was cut.
fn whole_words_of_beginning(text: String, is_cut: bool) -> String {
    match text.rsplit_once(char::is_whitespace) {
        Some((whole, _)) if is_cut => format!("{whole} …"),
        _ => text,
    }
}

impl DecisionForm {
    /// An empty form.
    pub fn new(
        action_path: String,
        revision: i64,
        settings: &SiteSettings,
        known: &Known<'_>,
    ) -> Self {
        Self {
            action_path,
            revision: revision.to_string(),
            templates: filled(settings, "", known),
            reason: String::new(),
            reason_error: None,
            note: String::new(),
            reject_open: false,
            passages: Vec::new(),
            hand_over: None,
            preview_path: None,
            preview: None,
            aside_path: None,
        }
    }

    /// The form with the words of a decision that was taken back, from its line in the audit log.
    pub fn undone(mut self, details: &str) -> Self {
        let details: Value = serde_json::from_str(details).unwrap_or_default();
        let text = |name: &str| details[name].as_str().unwrap_or_default().to_owned();
        self.reason = text("reason");
        self.note = text("note");
        self.reject_open = details["decision"] == "rejected";
        self
    }

    /// The form with what was typed before, and what was wrong with it.
    pub fn typed(
        mut self,
        fields: &DecisionFields,
        settings: &SiteSettings,
        known: &Known<'_>,
        error: Option<String>,
    ) -> Self {
        self.templates = filled(settings, &fields.template, known);
        self.reason = fields.reason.clone();
        self.note = fields.note.clone();
        for row in &mut self.passages {
            row.is_chosen = fields.passages.0.contains(&row.span);
        }
        self.reject_open = fields.decision == Decision::Rejected;
        self.reason_error = error;
        self
    }
}

impl DecisionFields {
    /// What a form for many cases sends, which each have a revision of their own.
    pub fn for_many(decision: Decision, reason: String, template: String) -> Self {
        Self {
            decision,
            revision: 0,
            reason,
            note: String::new(),
            template,
            passages: ChosenPassages::default(),
        }
    }

    /// What was typed as the reason, and which template was chosen.
    pub fn words(&self) -> (&str, &str) {
        (&self.reason, &self.template)
    }

    /// The answer, or what is wrong with the reason. An empty reason takes the words of the chosen template; a reason with a
    /// variable that nobody has filled goes nowhere.
    pub fn answer(
        &self,
        locale: Locale,
        settings: &SiteSettings,
        known: &Known<'_>,
    ) -> Result<Answer, String> {
        let typed = Some(self.reason.trim()).filter(|reason| !reason.is_empty());
        let template = choices(settings, &self.template)
            .into_iter()
            .find(|choice| choice.selected)
            .map(|choice| choice.text);
        let reason = typed.map(str::to_owned).or(template);
        if let Some(name) = reason.as_deref().and_then(reason::unfilled) {
            let variable = format!("{{{name}}}");
            return Err(locale
                .say("decide-unfilled")
                .with("name", variable)
                .to_string());
        }
        let reason = reason.map(|words| reason::fill(&words, known));
        let note = Some(self.note.trim()).filter(|note| !note.is_empty());
        let is_long = |text: &str| text.chars().count() > REASON_MAX_CHARS;
        if reason.as_deref().is_some_and(is_long) || note.is_some_and(is_long) {
            return Err(locale
                .say("decide-too-long")
                .with("chars", REASON_MAX_CHARS)
                .to_string());
        }
        if self.decision == Decision::Rejected && reason.is_none() {
            return Err(locale.text("decide-why"));
        }
        Ok(Answer::Decision {
            decision: self.decision,
            reason,
            note: note.map(str::to_owned),
        })
    }
}

fn filled(settings: &SiteSettings, chosen: &str, known: &Known<'_>) -> Vec<ReasonChoice> {
    let mut choices = choices(settings, chosen);
    for choice in &mut choices {
        choice.text = reason::fill(&choice.text, known);
    }
    choices
}

/// The site's templates, with the chosen one.
pub(crate) fn choices(settings: &SiteSettings, chosen: &str) -> Vec<ReasonChoice> {
    settings
        .reason_templates
        .iter()
        .enumerate()
        .map(|(place, template)| {
            let key = (place + 1).to_string();
            ReasonChoice {
                selected: key == chosen,
                key,
                label: match template.language.as_str() {
                    "" => template.label.clone(),
                    language => format!("{} ({language})", template.label),
                },
                text: template.text.clone(),
            }
        })
        .collect()
}

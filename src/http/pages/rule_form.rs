//! The form with which a rule is made or changed, and what it sends.

use actix_web::http::StatusCode;
use serde::Deserialize;

use crate::app::App;
use crate::http::error::HttpError;
use crate::http::parts::Choice;
use crate::http::terms;
use crate::http::visitor::Member;
use crate::locale::{Locale, MessageId};
use crate::moderation::rule_set::{Edit, RuleRefused, Saved};
use crate::moderation::rules::{
    Action, FieldError, Fields, Flaw, Inflections, MatchMode, RuleDraft, RuleKind,
};
use crate::moderation::wording;

use super::rehearsal::{self, Report};
use super::rule::STALE;

/// The field that is refused when a rule looks at nothing.
const NO_FIELD: &str = "looks at";

/// The fields of `templates/admin/rule_form.html`.
#[derive(Debug, Clone)]
pub(super) struct RuleForm {
    locale: Locale,
    pub(super) action_path: String,
    pub(super) kinds: Vec<Choice>,
    pub(super) pattern: String,
    pub(super) pattern_error: Option<String>,
    pub(super) modes: Vec<Choice>,
    pub(super) inflections: Vec<Choice>,
    pub(super) inflections_error: Option<String>,
    pub(super) forms: String,
    pub(super) exceptions: String,
    pub(super) exceptions_error: Option<String>,
    pub(super) in_title: bool,
    pub(super) in_body: bool,
    pub(super) actions: Vec<Choice>,
    pub(super) category: String,
    pub(super) category_error: Option<String>,
    pub(super) severities: Vec<Choice>,
    pub(super) note: String,
    pub(super) enabled: bool,
    pub(super) comment: String,
    pub(super) form_error: Option<String>,
    pub(super) rehearsal: Option<Report>,
    /// What of the rule a warning was shown for.
    pub(super) seen: Option<String>,
    pub(super) submit_label: String,
}

/// What the form sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleFields {
    kind: RuleKind,
    pub pattern: String,
    #[serde(default, rename = "match")]
    mode: MatchMode,
    #[serde(default)]
    inflections: Inflections,
    #[serde(default)]
    exceptions: String,
    #[serde(default)]
    in_title: bool,
    #[serde(default)]
    in_body: bool,
    action: Action,
    #[serde(default)]
    category: String,
    severity: u16,
    #[serde(default)]
    note: String,
    #[serde(default)]
    enabled: bool,
    #[serde(default)]
    pub comment: String,
    #[serde(default)]
    pub rehearse: bool,
    #[serde(default)]
    seen: String,
}

impl RuleForm {
    /// The form filled with `fields`.
    pub fn of(
        locale: Locale,
        action_path: String,
        submit_label: MessageId,
        fields: &RuleFields,
    ) -> Self {
        let kinds = RuleKind::ALL
            .iter()
            .map(|kind| (kind.as_str(), locale.text(terms::kind(*kind))));
        Self {
            locale,
            action_path,
            kinds: Choice::labelled(kinds, fields.kind.as_str()),
            pattern: fields.pattern.clone(),
            pattern_error: None,
            modes: modes(locale, fields.mode),
            inflections: inflections(locale, fields.inflections),
            inflections_error: None,
            forms: fields.forms(),
            exceptions: fields.exceptions.clone(),
            exceptions_error: None,
            in_title: fields.in_title,
            in_body: fields.in_body,
            actions: actions(locale, fields.action),
            category: fields.category.clone(),
            category_error: None,
            severities: Choice::labelled(severities(locale), &fields.severity.to_string()),
            note: fields.note.clone(),
            enabled: fields.enabled,
            comment: fields.comment.clone(),
            form_error: None,
            rehearsal: None,
            seen: None,
            submit_label: locale.text(submit_label),
        }
    }

    /// The form with what the rule in it, which `fields` are, would do.
    pub fn rehearsed(
        mut self,
        fields: &RuleFields,
        rehearsed: Result<Report, RuleRefused>,
    ) -> Self {
        let report = match rehearsed {
            Ok(report) => report,
            Err(refused) => return self.refused(&refused),
        };
        if report.warns {
            self.seen = Some(fields.seen());
            self.submit_label = self.locale.text("rule-save-anyway");
        }
        self.rehearsal = Some(report);
        self
    }

    /// The form with what is wrong, at the fields where it belongs to one.
    pub fn refused(mut self, refused: &RuleRefused) -> Self {
        let errors = match refused {
            RuleRefused::Unknown => {
                self.form_error = Some(self.locale.text("rule-gone"));
                return self;
            }
            RuleRefused::Known(_) => {
                self.pattern_error = Some(self.locale.text("rule-known"));
                return self;
            }
            RuleRefused::Uncompilable(problems) => {
                let problem = wording::uncompilable(self.locale, problems);
                let said = self.locale.say("rule-unsavable").with("problem", problem);
                self.form_error = Some(said.to_string());
                return self;
            }
            RuleRefused::Stale | RuleRefused::Replayed(_) => {
                self.form_error = Some(self.locale.text(STALE));
                return self;
            }
            RuleRefused::Invalid(errors) => errors,
        };
        for FieldError { field, flaw } in errors {
            let locale = self.locale;
            let said = |flaw| Some(format!("{}.", wording::flaw(locale, flaw)));
            match *field {
                "pattern" => self.pattern_error = said(flaw),
                "category" => self.category_error = said(flaw),
                "inflections" => self.inflections_error = said(flaw),
                "exceptions" => self.exceptions_error = said(flaw),
                NO_FIELD => self.form_error = said(flaw),
                field => self.form_error = said(&flaw.clone().of(field)),
            }
        }
        self
    }
}

/// Saves the rule that was sent, or answers with its `form`: with what is wrong with it, or with what it would do, if that was asked
/// for or is to be seen first.
pub(super) async fn save(
    app: &App,
    member: &Member,
    fields: &RuleFields,
    form: RuleForm,
    edit: impl FnOnce(RuleDraft) -> Edit,
) -> Result<Result<Saved, (StatusCode, RuleForm)>, HttpError> {
    let site = &member.site;
    let locale = form.locale;
    let planned = match fields.draft() {
        Ok(draft) => {
            let plan = app.moderation.plan(site.id, edit(draft), &fields.comment);
            plan.await?
        }
        Err(refused) => Err(refused),
    };
    let plan = match planned {
        Ok(plan) => plan,
        Err(refused) => return Ok(Err(not_saved(form.refused(&refused)))),
    };
    if fields.rehearse || !(fields.are_seen() || plan.is_of_notes()) {
        let report = rehearsal::report(app, locale, site, &plan).await?;
        if fields.rehearse || report.warns {
            let form = form.rehearsed(fields, Ok(report));
            return Ok(Err(match fields.rehearse {
                true => (StatusCode::OK, form),
                false => not_saved(form),
            }));
        }
    }
    let by = member.by();
    let saved = app.moderation.put_in_force(&plan, &by, None);
    Ok(saved
        .await?
        .map_err(|refused| not_saved(form.refused(&refused))))
}

fn not_saved(form: RuleForm) -> (StatusCode, RuleForm) {
    (StatusCode::UNPROCESSABLE_ENTITY, form)
}

impl RuleFields {
    /// The rule that was meant.
    pub fn draft(&self) -> Result<RuleDraft, RuleRefused> {
        let invalid = |field, flaw| RuleRefused::Invalid(vec![FieldError { field, flaw }]);
        let fields = match (self.in_title, self.in_body) {
            (true, true) => Fields::Both,
            (true, false) => Fields::Title,
            (false, true) => Fields::Body,
            (false, false) => {
                return Err(invalid(NO_FIELD, Flaw::new("flaw-no-field")));
            }
        };
        Ok(RuleDraft {
            kind: self.kind,
            pattern: self.pattern.trim().to_owned(),
            mode: self.mode,
            fields,
            action: self.action,
            category: self.category.trim().to_owned(),
            severity: u8::try_from(self.severity)
                .map_err(|_| invalid("severity", Flaw::new("flaw-severity")))?,
            note: self.note.trim().to_owned(),
            enabled: self.enabled,
            inflections: self.inflections,
            exceptions: self.exceptions().map(str::to_owned).collect(),
        })
    }

    /// Whether these are to be saved whatever would come of them.
    fn are_seen(&self) -> bool {
        self.seen == self.seen()
    }

    fn seen(&self) -> String {
        rehearsal::seen(&(
            (self.kind.as_str(), &self.pattern, self.mode.as_str()),
            (self.inflections.as_str(), &self.exceptions),
            (self.in_title, self.in_body, self.enabled),
            (self.action.as_str(), &self.category, self.severity),
        ))
    }

    fn exceptions(&self) -> impl Iterator<Item = &str> {
        let lines = self.exceptions.lines().map(str::trim);
        lines.filter(|line| !line.is_empty())
    }

    /// In which other forms the word is looked for.
    fn forms(&self) -> String {
        match self.kind {
            RuleKind::Word => self.inflections.forms(&self.pattern)[1..].join(", "),
            _ => String::new(),
        }
    }

    /// With one more exception.
    pub(super) fn excusing(mut self, exception: &str) -> Self {
        if !self.exceptions().any(|known| known == exception) {
            let lines = self.exceptions().chain([exception]);
            self.exceptions = lines.collect::<Vec<_>>().join("\n");
        }
        self
    }
}

impl From<&RuleDraft> for RuleFields {
    fn from(draft: &RuleDraft) -> Self {
        Self {
            kind: draft.kind,
            pattern: draft.pattern.clone(),
            mode: draft.mode,
            in_title: draft.fields != Fields::Body,
            in_body: draft.fields != Fields::Title,
            action: draft.action,
            category: draft.category.clone(),
            severity: u16::from(draft.severity),
            note: draft.note.clone(),
            enabled: draft.enabled,
            inflections: draft.inflections,
            exceptions: draft.exceptions.join("\n"),
            comment: String::new(),
            rehearse: false,
            seen: String::new(),
        }
    }
}

/// The modes with what they mean.
pub(super) fn modes(locale: Locale, chosen: MatchMode) -> Vec<Choice> {
    let modes = MatchMode::ALL
        .iter()
        .map(|mode| (mode.as_str(), locale.text(terms::mode_in_full(*mode))));
    Choice::labelled(modes, chosen.as_str())
}

/// The languages in whose forms a word may be looked for.
pub(super) fn inflections(locale: Locale, chosen: Inflections) -> Vec<Choice> {
    let languages = Inflections::ALL.iter().map(|language| {
        (
            language.as_str(),
            locale.text(terms::inflections(*language)),
        )
    });
    Choice::labelled(languages, chosen.as_str())
}

/// What a rule can do.
pub(super) fn actions(locale: Locale, chosen: Action) -> Vec<Choice> {
    let actions = Action::ALL
        .iter()
        .map(|action| (action.as_str(), locale.text(terms::action(*action))));
    Choice::labelled(actions, chosen.as_str())
}

/// The severities with their labels.
pub(super) fn severities(locale: Locale) -> [(&'static str, String); 4] {
    [
        ("1", locale.text("rule-severity-1")),
        ("2", "2".to_owned()),
        ("3", "3".to_owned()),
        ("4", locale.text("rule-severity-4")),
    ]
}

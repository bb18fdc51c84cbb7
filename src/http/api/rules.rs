//! `/rules`: the rules of the site, one by one. Lists of them are `rule_lists`, what they were `rule_versions`.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::auth::access_key::Scope;
use crate::http::error::{Code, HttpError};
use crate::http::extract::{read_query, segment};
use crate::ids::is_id;
use crate::locale::Locale;
use crate::moderation::collisions::Collision;
use crate::moderation::rule_set::{Edit, OnWarning, Plan, RuleRefused, Saved};
use crate::moderation::rules::{Action, Fields, Inflections, MatchMode, Rule, RuleDraft, RuleKind};
use crate::moderation::wording;
use crate::store::rules::{self, RuleFilter};

use super::caller::Caller;
use super::page::{self, Page};
use super::request::{JSON, Request, invalid_fields, replayed};
use super::rule_lists::RehearsedChange;

/// A rule to be added. What is not said is as in the form for a new rule.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"pattern": "free money", "category": "scam", "severity": 3, "comment": "complaints of last week"}))]
pub(crate) struct NewRule {
    /// What is looked for.
    #[schema(min_length = 1, max_length = 500)]
    pattern: String,
    /// How the pattern is read; told from the pattern if it is not said.
    kind: Option<RuleKind>,
    /// How much disguise it sees through; `normal` if it is not said.
    #[serde(rename = "match")]
    mode: Option<MatchMode>,
    /// Where it is looked for; `both` if it is not said.
    fields: Option<Fields>,
    /// What a hit leads to; `hold` if it is not said.
    action: Option<Action>,
    /// A name for rules of a sort.
    #[schema(max_length = 64)]
    category: Option<String>,
    /// From mild to severe; 2 if it is not said.
    #[schema(minimum = 1, maximum = 4)]
    severity: Option<u8>,
    /// For the moderators.
    #[schema(max_length = 2000)]
    note: Option<String>,
    /// Whether the rule is in force; yes if it is not said.
    enabled: Option<bool>,
    /// The language in whose forms a word is looked for too; `none` if it is not said.
    inflections: Option<Inflections>,
    /// What excuses a hit of this rule that lies in it.
    #[schema(max_items = 50)]
    exceptions: Option<Vec<String>>,
    /// Why, for the history.
    #[schema(max_length = 500)]
    pub(super) comment: Option<String>,
    /// What to do if there is something to be warned of; `save` if it is not said.
    on_warning: Option<OnWarning>,
}

/// What is to be different about a rule. What is not said stays.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"severity": 4, "comment": "worse than thought"}))]
pub(crate) struct ChangedRule {
    /// What is looked for.
    #[schema(min_length = 1, max_length = 500)]
    pattern: Option<String>,
    /// How the pattern is read.
    kind: Option<RuleKind>,
    /// How much disguise it sees through.
    #[serde(rename = "match")]
    mode: Option<MatchMode>,
    /// Where it is looked for.
    fields: Option<Fields>,
    /// What a hit leads to.
    action: Option<Action>,
    /// A name for rules of a sort.
    #[schema(max_length = 64)]
    category: Option<String>,
    /// From mild to severe.
    #[schema(minimum = 1, maximum = 4)]
    severity: Option<u8>,
    /// For the moderators.
    #[schema(max_length = 2000)]
    note: Option<String>,
    /// Whether the rule is in force.
    enabled: Option<bool>,
    /// The language in whose forms a word is looked for too.
    inflections: Option<Inflections>,
    /// What excuses a hit of this rule that lies in it.
    #[schema(max_items = 50)]
    exceptions: Option<Vec<String>>,
    /// Why, for the history.
    #[schema(max_length = 500)]
    comment: Option<String>,
    /// What to do if there is something to be warned of; `save` if it is not said.
    on_warning: Option<OnWarning>,
}

/// A common word that a rule would hold.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct CommonWord {
    /// The rule's pattern.
    pattern: String,
    /// The word.
    word: String,
    /// What of it is hit.
    hit: String,
}

impl CommonWord {
    pub(super) fn list(collisions: &[Collision]) -> Vec<Self> {
        let told = collisions.iter().map(|collision| Self {
            pattern: collision.pattern.clone(),
            word: collision.word.clone(),
            hit: collision.hit.clone(),
        });
        told.collect()
    }
}

/// A rule of the site.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListedRule {
    /// Its id, the same through all versions.
    id: String,
    /// How the pattern is read.
    kind: RuleKind,
    /// What is looked for.
    pattern: String,
    /// How much disguise it sees through.
    #[serde(rename = "match")]
    mode: MatchMode,
    /// Where it is looked for.
    fields: Fields,
    /// What a hit leads to.
    action: Action,
    /// A name for rules of a sort; empty if it has none.
    category: String,
    /// From mild to severe.
    #[schema(minimum = 1, maximum = 4)]
    severity: u8,
    /// For the moderators.
    note: String,
    /// Whether it is in force.
    enabled: bool,
    /// The language in whose forms a word is looked for too.
    inflections: Inflections,
    /// Those forms, beside the word itself.
    forms: Vec<String>,
    /// What excuses a hit of this rule that lies in it.
    exceptions: Vec<String>,
}

impl From<&Rule> for ListedRule {
    fn from(rule: &Rule) -> Self {
        let draft = rule.draft.clone();
        Self {
            id: rule.id.clone(),
            forms: draft.forms(),
            kind: draft.kind,
            pattern: draft.pattern,
            mode: draft.mode,
            fields: draft.fields,
            action: draft.action,
            category: draft.category,
            severity: draft.severity,
            note: draft.note,
            enabled: draft.enabled,
            inflections: draft.inflections,
            exceptions: draft.exceptions,
        }
    }
}

/// A rule as it is since a version.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SavedRule {
    #[serde(flatten)]
    rule: ListedRule,
    /// The version of the rule set that is in force now.
    rule_set_version: i64,
    /// Common words that it holds, and did not before.
    collisions: Vec<CommonWord>,
}

/// What a change came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SavedRules {
    /// The version of the rule set that is in force now.
    rule_set_version: i64,
    /// How many rules are new or changed in it.
    put: usize,
}

fn trimmed(texts: Vec<String>) -> Vec<String> {
    texts.iter().map(|text| text.trim().to_owned()).collect()
}

impl NewRule {
    /// The rule that was meant.
    pub(super) fn draft(self) -> RuleDraft {
        let usual = RuleDraft::default();
        let (kind, pattern) = match self.kind {
            Some(kind) => (kind, self.pattern.trim().to_owned()),
            None => {
                let (kind, pattern) = RuleKind::guess(&self.pattern);
                (kind, pattern.to_owned())
            }
        };
        RuleDraft {
            kind,
            pattern,
            mode: self.mode.unwrap_or(usual.mode),
            fields: self.fields.unwrap_or(usual.fields),
            action: self.action.unwrap_or(usual.action),
            category: self.category.unwrap_or(usual.category).trim().to_owned(),
            severity: self.severity.unwrap_or(usual.severity),
            note: self.note.unwrap_or(usual.note).trim().to_owned(),
            enabled: self.enabled.unwrap_or(usual.enabled),
            inflections: self.inflections.unwrap_or(usual.inflections),
            exceptions: self.exceptions.map(trimmed).unwrap_or_default(),
        }
    }
}

impl ChangedRule {
    /// The rule as it is to be.
    pub(super) fn of(self, rule: Rule) -> Rule {
        let was = rule.draft;
        let trimmed =
            |text: Option<String>, was: String| text.map_or(was, |text| text.trim().to_owned());
        Rule {
            id: rule.id,
            draft: RuleDraft {
                kind: self.kind.unwrap_or(was.kind),
                pattern: trimmed(self.pattern, was.pattern),
                mode: self.mode.unwrap_or(was.mode),
                fields: self.fields.unwrap_or(was.fields),
                action: self.action.unwrap_or(was.action),
                category: trimmed(self.category, was.category),
                severity: self.severity.unwrap_or(was.severity),
                note: trimmed(self.note, was.note),
                enabled: self.enabled.unwrap_or(was.enabled),
                inflections: self.inflections.unwrap_or(was.inflections),
                exceptions: self.exceptions.map_or(was.exceptions, self::trimmed),
            },
        }
    }
}

impl SavedRule {
    fn to_json(saved: &Saved) -> String {
        let shown = saved.rules.first().map(|rule| Self {
            rule: ListedRule::from(rule),
            rule_set_version: saved.version,
            collisions: CommonWord::list(&saved.collisions),
        });
        serde_json::to_string(&shown).expect("texts and numbers are always JSON")
    }
}

impl SavedRules {
    pub(super) fn to_json(saved: &Saved) -> String {
        let shown = Self {
            rule_set_version: saved.version,
            put: saved.rules.len(),
        };
        serde_json::to_string(&shown).expect("texts and numbers are always JSON")
    }
}

/// Which rules to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RulesFilter {
    /// Part of the pattern.
    q: Option<String>,
    /// Only those of this kind.
    kind: Option<RuleKind>,
    /// Only those with this outcome.
    action: Option<Action>,
    /// Only those of this category.
    category: Option<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many items a page has; 50 if it is not said.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
}

/// List the rules in force, the newest first
#[utoipa::path(
    get, path = "/rules", operation_id = "list_rules", tag = "rules", security(("api_key" = ["read"])),
    params(RulesFilter),
    responses((status = 200, description = "A page of rules", body = Page<ListedRule>))
)]
pub(crate) async fn list(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let caller = Caller::of(&req, &[Scope::Read]).await?;
    let query: RulesFilter = read_query(&req)?;
    let limit = page::limit(query.limit)?;
    let before = page::read_id_cursor(query.cursor.as_deref())?;
    let filter = RuleFilter {
        text: query.q.unwrap_or_default(),
        kind: query.kind.map_or("", RuleKind::as_str).to_owned(),
        action: query.action.map_or("", Action::as_str).to_owned(),
        category: query.category.unwrap_or_default(),
    };
    let rows = rules::list(
        &caller.app.db,
        caller.site_id(),
        &filter,
        &before,
        limit + 1,
    )
    .await
    .context("list rules")?;
    let page = Page::of(
        rows,
        limit,
        |rule| page::id_cursor(&rule.id),
        |rule| Ok(ListedRule::from(&rule)),
    )?;
    Ok(HttpResponse::Ok().json(page))
}

/// Read a rule
#[utoipa::path(
    get, path = "/rules/{rule}", operation_id = "read_rule", tag = "rules", security(("api_key" = ["read"])),
    params(("rule" = String, Path, description = "The rule's id")),
    responses((status = 200, description = "The rule", body = ListedRule))
)]
pub(crate) async fn show(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let caller = Caller::of(&req, &[Scope::Read]).await?;
    let rule = find(&caller, segment(&req, "rule")).await?;
    Ok(HttpResponse::Ok().json(ListedRule::from(&rule)))
}

/// Add a rule
///
/// The rule is in force when this answers; other replicas follow within a second.
#[utoipa::path(
    post, path = "/rules", operation_id = "add_rule", tag = "rules", security(("api_key" = ["admin"])),
    request_body = NewRule,
    responses((status = 201, description = "The rule is in force", body = SavedRule))
)]
pub(crate) async fn create(
    req: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, HttpError> {
    let caller = Caller::of(&req, &[Scope::Admin]).await?;
    let Request {
        value: mut new,
        idempotency,
    } = Request::<NewRule>::read(&req, payload).await?;
    let comment = new.comment.take().unwrap_or_default();
    let repeatable = idempotency.map(|idempotency| {
        idempotency.repeatable(&caller, |saved: &Saved| {
            (StatusCode::CREATED.as_u16(), SavedRule::to_json(saved))
        })
    });
    let moderation = &caller.app.moderation;
    let (site, by, on_warning) = (caller.site_id(), caller.by(), new.on_warning);
    let edit = Edit::Add(new.draft());
    let plan = moderation.plan_once(site, edit, &comment, repeatable.as_ref());
    let plan = match plan.await? {
        Ok(plan) => plan,
        Err(refused) => return answer_refused(refused),
    };
    check_warnings(&caller, on_warning, &plan).await?;
    let saved = match moderation.put_in_force(&plan, &by, repeatable).await? {
        Ok(saved) => saved,
        Err(refused) => return answer_refused(refused),
    };
    let id = saved.rules.first().map_or("", |rule| &rule.id);
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, format!("{}/{id}", req.path())))
        .content_type(JSON)
        .body(SavedRule::to_json(&saved)))
}

/// Change a rule
///
/// Only the fields that are sent change. The same change again changes nothing and makes no new version.
#[utoipa::path(
    patch, path = "/rules/{rule}", operation_id = "change_rule", tag = "rules", security(("api_key" = ["admin"])),
    params(("rule" = String, Path, description = "The rule's id")),
    request_body = ChangedRule,
    responses((status = 200, description = "The change is in force", body = SavedRule))
)]
pub(crate) async fn change(
    req: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, HttpError> {
    let caller = Caller::of(&req, &[Scope::Admin]).await?;
    let rule = find(&caller, segment(&req, "rule")).await?;
    let mut changed = Request::<ChangedRule>::read(&req, payload).await?.value;
    let comment = changed.comment.take().unwrap_or_default();
    let on_warning = changed.on_warning;
    let rule = changed.of(rule);
    let edit = Edit::Change(rule.clone());
    let moderation = &caller.app.moderation;
    let plan = match moderation.plan(caller.site_id(), edit, &comment).await? {
        Ok(plan) => plan,
        Err(refused) => return answer_refused(refused),
    };
    check_warnings(&caller, on_warning, &plan).await?;
    match moderation.put_in_force(&plan, &caller.by(), None).await? {
        Ok(saved) => Ok(HttpResponse::Ok().json(SavedRule {
            rule: ListedRule::from(&rule),
            rule_set_version: saved.version,
            collisions: CommonWord::list(&saved.collisions),
        })),
        Err(refused) => answer_refused(refused),
    }
}

/// Remove a rule
///
/// Earlier cases keep the rule and the version that held them; restoring a version brings it back.
#[utoipa::path(
    delete, path = "/rules/{rule}", operation_id = "remove_rule", tag = "rules", security(("api_key" = ["admin"])),
    params(("rule" = String, Path, description = "The rule's id")),
    responses((status = 200, description = "The rule is not in force any more", body = SavedRules))
)]
pub(crate) async fn remove(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let caller = Caller::of(&req, &[Scope::Admin]).await?;
    let rule = find(&caller, segment(&req, "rule")).await?;
    let by = caller.by();
    let saved =
        caller
            .app
            .moderation
            .edit_rules(caller.site_id(), Edit::Remove(rule.id), "", &by, None);
    match saved.await? {
        Ok(saved) => Ok(HttpResponse::Ok()
            .content_type(JSON)
            .body(SavedRules::to_json(&saved))),
        Err(refused) => answer_refused(refused),
    }
}

/// The rule in force with that id.
pub(super) async fn find(caller: &Caller, id: &str) -> Result<Rule, HttpError> {
    if !is_id(id) {
        return Err(HttpError::not_found());
    }
    rules::find(&caller.app.db, caller.site_id(), id)
        .await
        .context("read a rule")?
        .ok_or_else(HttpError::not_found)
}

/// Refuses a plan that is to be warned of, where that is asked for.
pub(super) async fn check_warnings(
    caller: &Caller,
    on_warning: Option<OnWarning>,
    plan: &Plan,
) -> Result<(), HttpError> {
    if on_warning != Some(OnWarning::Refuse) || plan.is_of_notes() {
        return Ok(());
    }
    let rehearsal = caller.app.moderation.rehearse(plan).await?;
    if !rehearsal.warns() {
        return Ok(());
    }
    let told = RehearsedChange::of(plan, None, rehearsal);
    let told = serde_json::to_value(told).context("tell what a change would do")?;
    Err(HttpError::new(
        Code::Warned,
        "nothing was saved; send it with the on_warning `save` if it is meant",
    )
    .with("rehearsal", told))
}

/// The answer to a change that was not made.
pub(super) fn answer_refused(refused: RuleRefused) -> Result<HttpResponse, HttpError> {
    Err(match refused {
        RuleRefused::Replayed(replay) => return replayed(replay),
        RuleRefused::Unknown => HttpError::not_found(),
        RuleRefused::Invalid(errors) => invalid_fields(&errors),
        RuleRefused::Known(id) => HttpError::new(
            Code::DuplicateRule,
            "the site has a rule that says the same; change that one",
        )
        .with("rule", id),
        RuleRefused::Uncompilable(problems) => {
            let problem = wording::uncompilable(Locale::En, &problems);
            HttpError::new(Code::InvalidField, problem).with("field", "pattern")
        }
        RuleRefused::Stale => HttpError::new(
            Code::Conflict,
            "the rules were changed meanwhile; look again, then try again",
        ),
    })
}

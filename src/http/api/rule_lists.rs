//! `/rules/import`, `/rules/export` and `/rules/rehearse`: lists of rules in and out, and what a change would do.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::auth::access_key::Scope;
use crate::http::error::HttpError;
use crate::http::extract::read_query;
use crate::ids::{CaseId, PostId};
use crate::locale::Locale;
use crate::moderation::outcomes::Outcomes;
use crate::moderation::rehearsal::{Changes, Rehearsal};
use crate::moderation::rows::CaseStatus;
use crate::moderation::rule_set::{Edit, OnWarning, Plan, RuleRefused, Saved};
use crate::moderation::rules::import::{Format, ImportReport, parse};
use crate::moderation::rules::{Action, Inflections, MatchMode, RuleDraft, export};
use crate::moderation::wording;
use crate::store::rules;

use super::caller::Caller;
use super::request::{JSON, LIST_BYTES, Request};
use super::rules::{ChangedRule, CommonWord, NewRule, answer_refused, check_warnings, find};

/// Problems of a list that are told; the rest is only counted.
const PROBLEMS_SHOWN: usize = 100;

/// A list of rules.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"text": "free money\ncasino*", "action": "hold", "category": "scam"}))]
pub(crate) struct NewList {
    /// The list, 8 MiB at most.
    text: String,
    /// How it is written; told from its beginning if it is not said.
    format: Option<Format>,
    /// The outcome, where the list does not say; `hold` if this does not either.
    action: Option<Action>,
    /// How much disguise to see through, where the list does not say; `normal` if this does not either.
    #[serde(rename = "match")]
    mode: Option<MatchMode>,
    /// The language in whose forms words are looked for too, where the list does not say; `none` if this does not either.
    inflections: Option<Inflections>,
    /// The category, where the list does not say.
    #[schema(max_length = 64)]
    category: Option<String>,
    /// Why, for the history.
    #[schema(max_length = 500)]
    comment: Option<String>,
    /// What to do if there is something to be warned of; `save` if it is not said.
    on_warning: Option<OnWarning>,
}

/// What became of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportedList {
    /// The version of the rule set that is in force now.
    rule_set_version: i64,
    /// How many rules were added.
    added: usize,
    /// How its entries were read.
    #[serde(flatten)]
    read: ReadList,
    /// Entries that are taken at their word, because seen through disguises they are common words.
    literal: Vec<String>,
    /// Common words that the rules hold.
    collisions: Vec<CommonWord>,
}

/// How the entries of a list were read.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ReadList {
    /// How many the site had already.
    known: usize,
    /// How many the list has more than once.
    duplicates: usize,
    /// Hosts and parts of addresses, which are taken as they are written.
    addresses: usize,
    /// Mild words of a list with severities, which are only noted.
    mild: usize,
    /// Exceptions that only matter to those who match parts of words.
    unneeded: usize,
    /// How many entries are no rules.
    refused: usize,
    /// The first of them.
    problems: Vec<ListProblem>,
}

/// Something in a list that is no rule.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ListProblem {
    /// The line, from 1; in JSON, the number of the entry.
    line: usize,
    /// What is wrong with it.
    message: String,
}

/// A change to be tried: exactly one of these.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"add": {"pattern": "free money"}}))]
pub(crate) struct TriedChange {
    /// A new rule.
    add: Option<NewRule>,
    /// The id of a rule that `with` changes.
    change: Option<String>,
    /// What would be different about it.
    with: Option<ChangedRule>,
    /// The id of a rule that would be gone.
    remove: Option<String>,
    /// A list.
    import: Option<NewList>,
    /// What hits lead to.
    outcomes: Option<Outcomes>,
    /// An earlier version of the rule set.
    restore: Option<i64>,
}

/// What a change would do to the posts that are there.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RehearsedChange {
    /// How many rules would be new or changed.
    put: usize,
    /// How many rules would be gone.
    removed: usize,
    /// How many posts were looked at, the newest ones.
    posts: usize,
    /// Whether these are all posts of the site.
    all_posts: bool,
    /// In how many of them the rules that are new or changed hit something.
    hit: usize,
    /// Published by the rules in force, held by those as they would be.
    newly_held: PostChanges,
    /// Published or held by the rules in force, rejected at once by those as they would be.
    newly_rejected: PostChanges,
    /// Rejected at once by the rules in force, held by those as they would be.
    softened: PostChanges,
    /// Held or rejected by the rules in force, published by those as they would be.
    released: PostChanges,
    /// Common words that the rules that are new or changed would hold, and did not before.
    collisions: Vec<CommonWord>,
    /// Entries of the list that are taken at their word, because seen through disguises they are common words.
    literal: Vec<CommonWord>,
    /// How the entries of the list were read.
    #[serde(skip_serializing_if = "Option::is_none")]
    list: Option<ReadList>,
}

/// Posts with another verdict.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PostChanges {
    /// How many.
    count: usize,
    /// How many of them people had approved.
    approved: usize,
    /// How many of them people had rejected.
    rejected: usize,
    /// The newest of them, 100 at most.
    posts: Vec<ChangedPost>,
}

/// A post with another verdict.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangedPost {
    /// Its id.
    #[schema(value_type = String)]
    id: PostId,
    /// Its title.
    title: String,
    /// What hits it, or hit it.
    hit: String,
    /// What people last decided of it.
    decision: Option<CaseStatus>,
    /// In which case.
    #[schema(value_type = Option<String>)]
    case_id: Option<CaseId>,
}

impl NewList {
    /// The list, its rules, and how they were read.
    async fn read(self) -> Result<(Self, Vec<RuleDraft>, ImportReport), HttpError> {
        let usual = RuleDraft::default();
        let defaults = RuleDraft {
            action: self.action.unwrap_or(usual.action),
            mode: self.mode.unwrap_or(usual.mode),
            inflections: self.inflections.unwrap_or(usual.inflections),
            category: self.category.as_deref().unwrap_or("").trim().to_owned(),
            ..usual
        };
        let reading = web::block(move || {
            let bytes = self.text.as_bytes();
            let format = self.format.unwrap_or_else(|| Format::detect(None, bytes));
            let mut report = parse(format, bytes, &defaults);
            (self, std::mem::take(&mut report.drafts), report)
        });
        Ok(reading.await.context("read a list")?)
    }
}

/// Import a list of rules
///
/// Rules that the site has already are left out, so a list can be imported again.
#[utoipa::path(
    post, path = "/rules/import", operation_id = "import_rules", tag = "rules", security(("api_key" = ["admin"])),
    request_body = NewList,
    responses((status = 200, description = "The rules are in force", body = ImportedList))
)]
pub(crate) async fn import(
    req: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, HttpError> {
    let caller = Caller::of(&req, &[Scope::Admin]).await?;
    let Request {
        value: list,
        idempotency,
    } = Request::<NewList>::read_up_to(&req, payload, LIST_BYTES).await?;
    let (list, drafts, report) = list.read().await?;
    let moderation = &caller.app.moderation;
    let comment = list.comment.unwrap_or_default();
    // The answer tells more than the change alone knows, so it is written from the plan.
    if let Some(idempotency) = &idempotency
        && let Some(replay) = idempotency.replay(&caller).await?
    {
        return answer_refused(RuleRefused::Replayed(replay));
    }
    let plan = match moderation
        .plan(caller.site_id(), Edit::Import(drafts), &comment)
        .await?
    {
        Ok(plan) => plan,
        Err(refused) => return answer_refused(refused),
    };
    check_warnings(&caller, list.on_warning, &plan).await?;
    let answer = Answer::of(&plan, &report);
    let repeatable = idempotency.map(|idempotency| {
        let answer = answer.clone();
        idempotency.repeatable(&caller, move |saved: &Saved| {
            (StatusCode::OK.as_u16(), answer.to_json(saved))
        })
    });
    match moderation
        .put_in_force(&plan, &caller.by(), repeatable)
        .await?
    {
        Ok(saved) => Ok(HttpResponse::Ok()
            .content_type(JSON)
            .body(answer.to_json(&saved))),
        Err(refused) => answer_refused(refused),
    }
}

/// What an import is answered with, before its version is known.
#[derive(Clone)]
struct Answer {
    read: ReadList,
    literal: Vec<String>,
}

impl ReadList {
    fn of(plan: &Plan, report: &ImportReport) -> Self {
        let problems = report.problems.iter().take(PROBLEMS_SHOWN);
        Self {
            known: plan.known,
            duplicates: report.duplicates,
            addresses: report.addresses,
            mild: report.mild,
            unneeded: report.unneeded,
            refused: report.problems.len(),
            problems: problems
                .map(|problem| ListProblem {
                    line: problem.line,
                    message: wording::flaw(Locale::En, &problem.flaw),
                })
                .collect(),
        }
    }
}

impl Answer {
    fn of(plan: &Plan, report: &ImportReport) -> Self {
        let literal = plan.literal.iter();
        Self {
            read: ReadList::of(plan, report),
            literal: literal.map(|known| known.pattern.clone()).collect(),
        }
    }

    fn to_json(&self, saved: &Saved) -> String {
        let shown = ImportedList {
            rule_set_version: saved.version,
            added: saved.rules.len(),
            read: self.read.clone(),
            literal: self.literal.clone(),
            collisions: CommonWord::list(&saved.collisions),
        };
        serde_json::to_string(&shown).expect("texts and numbers are always JSON")
    }
}

/// Try a change on the posts that are there
///
/// Looks at the newest posts, 10,000 at most, and says about which of them the rules would say something else, judged by
/// what people had decided. Nothing is stored, so an Idempotency-Key changes nothing.
#[utoipa::path(
    post, path = "/rules/rehearse", operation_id = "rehearse_rules", tag = "rules", security(("api_key" = ["admin"])),
    request_body = TriedChange,
    responses((status = 200, description = "What would happen", body = RehearsedChange))
)]
pub(crate) async fn rehearse(
    req: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, HttpError> {
    let caller = Caller::of(&req, &[Scope::Admin]).await?;
    let tried = Request::<TriedChange>::read_up_to(&req, payload, LIST_BYTES).await?;
    let (edit, list) = tried.value.edit(&caller).await?;
    let moderation = &caller.app.moderation;
    let plan = match moderation.plan(caller.site_id(), edit, "").await? {
        Ok(plan) => plan,
        Err(refused) => return answer_refused(refused),
    };
    let rehearsal = moderation.rehearse(&plan).await?;
    let list = list.map(|list| ReadList::of(&plan, &list));
    Ok(HttpResponse::Ok().json(RehearsedChange::of(&plan, list, rehearsal)))
}

impl TriedChange {
    /// What is meant, and of a list how it was read.
    async fn edit(self, caller: &Caller) -> Result<(Edit, Option<ImportReport>), HttpError> {
        let mut read = None;
        let edit = match (
            self.add,
            self.change,
            self.with,
            self.remove,
            self.import,
            self.outcomes,
            self.restore,
        ) {
            (Some(new), None, None, None, None, None, None) => Edit::Add(new.draft()),
            (None, Some(id), Some(with), None, None, None, None) => {
                Edit::Change(with.of(find(caller, &id).await?))
            }
            (None, None, None, Some(id), None, None, None) => {
                Edit::Remove(find(caller, &id).await?.id)
            }
            (None, None, None, None, Some(list), None, None) => {
                let (_, drafts, report) = list.read().await?;
                read = Some(report);
                Edit::Import(drafts)
            }
            (None, None, None, None, None, Some(outcomes), None) => Edit::Outcomes(outcomes),
            (None, None, None, None, None, None, Some(version)) => Edit::Restore(version),
            _ => {
                return Err(HttpError::invalid(
                    "add",
                    "or exactly one of change (with `with`), remove, import, outcomes and restore must be given",
                ));
            }
        };
        Ok((edit, read))
    }
}

impl RehearsedChange {
    pub(super) fn of(plan: &Plan, list: Option<ReadList>, rehearsal: Rehearsal) -> Self {
        Self {
            put: plan.rules().len(),
            removed: plan.removed(),
            posts: rehearsal.posts,
            all_posts: rehearsal.is_all,
            hit: rehearsal.hit,
            collisions: CommonWord::list(&rehearsal.collisions),
            literal: CommonWord::list(&plan.literal),
            list,
            newly_held: rehearsal.newly_held.into(),
            newly_rejected: rehearsal.newly_rejected.into(),
            softened: rehearsal.softened.into(),
            released: rehearsal.released.into(),
        }
    }
}

impl From<Changes> for PostChanges {
    fn from(changes: Changes) -> Self {
        Self {
            count: changes.count,
            approved: changes.approved,
            rejected: changes.rejected,
            posts: changes
                .posts
                .into_iter()
                .map(|changed| {
                    let (case_id, decision) = changed.decision.unzip();
                    ChangedPost {
                        id: changed.post,
                        title: changed.title,
                        hit: changed.hit,
                        decision,
                        case_id,
                    }
                })
                .collect(),
        }
    }
}

/// How to export.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportQuery {
    /// How the list is written; `json` if it is not said. `txt` has the patterns alone.
    format: Option<Format>,
}

/// Export the rules in force
///
/// In a form that can be imported again.
#[utoipa::path(
    get, path = "/rules/export", operation_id = "export_rules", tag = "rules", security(("api_key" = ["read"])),
    params(ExportQuery),
    responses((status = 200, description = "The list; JSON, CSV or plain text", content_type = "application/json", body = Object))
)]
pub(crate) async fn export(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let caller = Caller::of(&req, &[Scope::Read]).await?;
    let query: ExportQuery = read_query(&req)?;
    let all = rules::list_in_force(&caller.app.db, caller.site_id())
        .await
        .context("export rules")?;
    let (content_type, text) = match query.format.unwrap_or(Format::Json) {
        Format::Txt => ("text/plain; charset=utf-8", export::to_txt(&all)),
        Format::Csv => ("text/csv; charset=utf-8", export::to_csv(&all)),
        Format::Json => (JSON, export::to_json(&all)),
    };
    Ok(HttpResponse::Ok().content_type(content_type).body(text))
}

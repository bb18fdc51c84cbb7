//! Many cases of the queue decided at once, with one reason, and what became of each.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use anyhow::Context as _;
use askama::Template;

use crate::app::App;
use crate::http::chrome::{PageChrome, Redirect, page_with};
use crate::http::error::HttpError;
use crate::http::form::Form;
use crate::http::language::locale;
use crate::http::visitor::Member;
use crate::ids::{CaseId, is_id};
use crate::locale::{Locale, MessageId};
use crate::moderation::bulk::{MAX_CASES, Outcome};
use crate::moderation::decide::{Answer, DecideError, Decided, Decision};
use crate::moderation::masks::{self, Masks};
use crate::moderation::reason::Known;
use crate::moderation::rules::Hit;
use crate::store::cases::{self, ListedCase};

use super::case::{case_path, decider};
use super::decision::{DecisionFields, MailPreview, ReasonChoice, choices};
use super::queue::path as queue_path;
use super::undo::UndoBar;

#[derive(Template)]
#[template(path = "admin/bulk.html")]
struct BulkPage {
    page: PageChrome,
    undo: UndoBar,
    summary: String,
    rows: Vec<ResultRow>,
}

#[derive(Template)]
#[template(path = "admin/bulk_again.html")]
struct BulkAgainPage {
    page: PageChrome,
    problem: Option<String>,
    preview: Option<(MailPreview, String)>,
    decisions_path: String,
    chosen: Vec<ChosenRow>,
    templates: Vec<ReasonChoice>,
    reason: String,
}

/// A case that was chosen before and is so still.
struct ChosenRow {
    id: String,
    revision: i64,
    title: String,
    author: String,
    path: String,
}

struct ResultRow {
    tone: &'static str,
    title: String,
    path: String,
    text: String,
}

/// What the form sends: the cases that were chosen, each at the revision that was seen, and what is decided of them.
struct Sent {
    chosen: Vec<(ListedCase, i64)>,
    fields: DecisionFields,
}

/// `POST /s/{site}/admin/queue/decisions`
pub(crate) async fn decide(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    form: Form<BTreeMap<String, String>>,
) -> Result<HttpResponse, HttpError> {
    let locale = locale(&req);
    let sent = Sent::read(&app, &member, form.0).await?;
    let masks = masks::find(&app.db, &member.actor()).await?;
    let answers = match sent.answers(locale, &member) {
        Ok(answers) => answers,
        Err(problem) => return sent.again(&req, &member, &masks, Some(problem), None),
    };
    let cases = sent
        .chosen
        .iter()
        .zip(answers)
        .map(|((listed, revision), answer)| (listed.case.id.clone(), *revision, answer))
        .collect();
    let outcomes = app
        .moderation
        .decide_many(&member.actor(), &decider(&member), cases)
        .await?;
    if outcomes
        .iter()
        .all(|(_, result)| matches!(result, Ok(Ok(_))))
    {
        let id = match sent.fields.decision {
            Decision::Approved => MessageId("bulk-approved"),
            Decision::Rejected => MessageId("bulk-rejected"),
        };
        return Ok(Redirect::to(queue_path(&member.site.slug))
            .flash(locale.say(id).with("count", outcomes.len()).to_string())
            .respond_to(&req));
    }
    outcome(&req, &app, &member, &masks, &sent.chosen, &outcomes).await
}

/// `POST /s/{site}/admin/queue/decisions/preview`
pub(crate) async fn preview(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    form: Form<BTreeMap<String, String>>,
) -> Result<HttpResponse, HttpError> {
    let sent = Sent::read(&app, &member, form.0).await?;
    let masks = masks::find(&app.db, &member.actor()).await?;
    let answers = match sent.answers(locale(&req), &member) {
        Ok(answers) => answers,
        Err(problem) => return sent.again(&req, &member, &masks, Some(problem), None),
    };
    let mut mails = None;
    if let Some(((listed, _), Answer::Decision { reason, .. })) =
        sent.chosen.iter().zip(answers).next()
    {
        let hits: Vec<Hit> = serde_json::from_str(&listed.hits).context("the hits of a case")?;
        let reason = reason.unwrap_or_default();
        let (subject, text) = app.outbox.preview_rejection(
            &member.site,
            (&listed.case.post_id, &listed.title, &hits),
            &reason,
            &[],
        )?;
        mails = Some((MailPreview { subject, text }, listed.author_name.clone()));
    }
    sent.again(&req, &member, &masks, None, mails)
}

/// `POST /s/{site}/admin/queue/undo`
pub(crate) async fn undo(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
) -> Result<HttpResponse, HttpError> {
    let undone = app.moderation.undo_all(&member.actor()).await?;
    let locale = locale(&req);
    let message = match undone {
        0 => locale.say("undo-nothing"),
        undone => locale.say("undo-all-done").with("count", undone),
    };
    Ok(Redirect::to(queue_path(&member.site.slug))
        .flash(message.to_string())
        .respond_to(&req))
}

/// The chosen cases: fields `case_ID` whose value is the revision that was seen.
fn take_cases(fields: &mut BTreeMap<String, String>) -> Result<Vec<(CaseId, i64)>, HttpError> {
    let mut cases = Vec::new();
    for (field, value) in fields.iter() {
        let Some(id) = field.strip_prefix("case_") else {
            continue;
        };
        let revision = value.parse().ok().filter(|_| is_id(id));
        let revision =
            revision.ok_or_else(|| HttpError::invalid(field, "is not a case with its revision"))?;
        cases.push((CaseId::from(id.to_owned()), revision));
    }
    if cases.len() > MAX_CASES {
        let told = |locale: Locale| {
            locale
                .say("bulk-too-many")
                .with("count", MAX_CASES)
                .to_string()
        };
        return Err(HttpError::invalid("case", "at most 100 at once").told(told));
    }
    fields.retain(|field, _| !field.starts_with("case_"));
    Ok(cases)
}

impl Sent {
    async fn read(
        app: &App,
        member: &Member,
        mut fields: BTreeMap<String, String>,
    ) -> Result<Self, HttpError> {
        let cases = take_cases(&mut fields)?;
        let mut take = |name: &str| fields.remove(name).unwrap_or_default();
        let decision: Decision = take("decision")
            .parse()
            .map_err(|_| HttpError::invalid("decision", "must be APPROVED or REJECTED"))?;
        let fields = DecisionFields::for_many(decision, take("reason"), take("template"));
        let mut chosen = Vec::with_capacity(cases.len());
        for (id, revision) in cases {
            let listed = cases::find(&app.db, member.site.id, &id).await?;
            chosen.extend(listed.map(|listed| (listed, revision)));
        }
        Ok(Self { chosen, fields })
    }

    /// The answer to each case, or what is wrong with one of them.
    fn answers(&self, locale: Locale, member: &Member) -> Result<Vec<Answer>, String> {
        if self.chosen.is_empty() {
            return Err(locale.text("bulk-none"));
        }
        let of_case = |(listed, _): &(ListedCase, i64)| {
            let known = Known {
                title: &listed.title,
                author: &listed.author_name,
                site: &member.site.name,
            };
            self.fields.answer(locale, &member.site.settings, &known)
        };
        self.chosen.iter().map(of_case).collect()
    }

    /// What was chosen and typed, to be sent once more: with what is wrong with it, or with the first of the mails and the
    /// name of whom it goes to.
    fn again(
        self,
        req: &HttpRequest,
        member: &Member,
        masks: &Masks,
        problem: Option<String>,
        preview: Option<(MailPreview, String)>,
    ) -> Result<HttpResponse, HttpError> {
        let status = match problem {
            Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
            None => StatusCode::OK,
        };
        let slug = &member.site.slug;
        let (reason, template) = self.fields.words();
        let page = BulkAgainPage {
            page: PageChrome::titled(req, "bulk-heading", "queue"),
            problem,
            preview,
            decisions_path: format!("{}/decisions", queue_path(slug)),
            templates: choices(&member.site.settings, template),
            reason: reason.to_owned(),
            chosen: self
                .chosen
                .into_iter()
                .map(|(listed, revision)| {
                    Ok(ChosenRow {
                        path: case_path(slug, &listed.case.id),
                        id: listed.case.id.to_string(),
                        revision,
                        title: masks.cover_stored(&listed.title, &listed.hits)?,
                        author: listed.author_name,
                    })
                })
                .collect::<anyhow::Result<_>>()?,
        };
        page_with(status, &page)
    }
}

async fn outcome(
    req: &HttpRequest,
    app: &App,
    member: &Member,
    masks: &Masks,
    chosen: &[(ListedCase, i64)],
    outcomes: &[Outcome],
) -> Result<HttpResponse, HttpError> {
    let slug = &member.site.slug;
    let locale = locale(req);
    let done = outcomes
        .iter()
        .filter(|(_, result)| matches!(result, Ok(Ok(_))))
        .count();
    let rows = chosen
        .iter()
        .zip(outcomes)
        .map(|((listed, _), (id, result))| {
            let (tone, text) = match result {
                Ok(result) => told(locale, result),
                Err(fault) => {
                    tracing::error!(case = %id, "a case could not be decided: {fault:#}");
                    ("warn", locale.text("bulk-failed"))
                }
            };
            Ok(ResultRow {
                tone,
                title: masks.cover_stored(&listed.title, &listed.hits)?,
                path: case_path(slug, id),
                text,
            })
        })
        .collect::<anyhow::Result<_>>()?;
    let page = BulkPage {
        page: PageChrome::titled(req, "bulk-heading", "queue"),
        undo: UndoBar::of(app, locale, slug, &member.actor(), None).await?,
        summary: locale
            .say("bulk-summary")
            .with("done", done)
            .with("count", outcomes.len())
            .to_string(),
        rows,
    };
    page_with(StatusCode::CONFLICT, &page)
}

/// What became of one case, with its tone.
fn told(locale: Locale, result: &Result<Decided, DecideError>) -> (&'static str, String) {
    let (tone, id) = match result {
        Ok(decided) if decided.repeated => ("ok", MessageId("bulk-repeated")),
        Ok(_) => ("ok", MessageId("bulk-done")),
        Err(DecideError::AlreadyDecided(_)) => ("no", MessageId("bulk-first")),
        Err(DecideError::Stale(_)) => ("warn", MessageId("bulk-stale")),
        Err(DecideError::OwnPost) => ("off", MessageId("bulk-own")),
        Err(DecideError::OwnDecision) => ("off", MessageId("bulk-own-decision")),
        Err(DecideError::First(_)) => ("wait", MessageId("bulk-two")),
        Err(DecideError::Unknown) => ("off", MessageId("bulk-unknown")),
        Err(DecideError::Expired(_) | DecideError::NeedsPeople | DecideError::Replayed(_)) => {
            ("off", MessageId("bulk-closed"))
        }
    };
    let decided = match result {
        Ok(decided) => Some(decided),
        Err(DecideError::AlreadyDecided(decided)) => Some(&**decided),
        Err(_) => None,
    };
    let name = decided
        .and_then(|decided| decided.case.as_ref()?.decided_by_name.clone())
        .unwrap_or_else(|| locale.text("somebody"));
    (tone, locale.say(id).with("name", name).to_string())
}

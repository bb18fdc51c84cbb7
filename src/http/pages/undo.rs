//! What can still be taken back: the bar on the desk's pages, with a button for each decision, and what the button sends.

use actix_web::{HttpRequest, HttpResponse, Responder as _, web};

use crate::app::App;
use crate::auth::role::Actor;
use crate::http::chrome::Redirect;
use crate::http::error::{Code, HttpError};
use crate::http::extract::Id;
use crate::http::language::locale;
use crate::http::visitor::Member;
use crate::ids::CaseId;
use crate::locale::{Locale, MessageId};
use crate::moderation::bulk::MAX_CASES;
use crate::moderation::masks::{self, Masks};
use crate::moderation::rows::{CaseRow, CaseStatus};
use crate::moderation::undo::{UndoError, may_undo};
use crate::store::cases::{self, ListedCase, UndoableCase};

use super::case::case_path;
use super::queue::path as queue_path;

/// Decisions in the bar, each with its button.
const SHOWN: usize = 3;

/// The fields of `templates/admin/undo.html`: decisions that this person can take back, the newest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct UndoBar {
    pub rows: Vec<UndoRow>,
    /// Where the button for all of them sends to, if there are several.
    pub all_path: Option<String>,
    /// How many there are.
    pub count: usize,
}

/// A decision that can be taken back.
#[derive(Debug, Clone)]
pub(crate) struct UndoRow {
    /// `ok` or `no`.
    pub tone: &'static str,
    /// `Approved`.
    pub word: String,
    /// The post's title, with dots for what this person does not want to read.
    pub title: String,
    /// Where the button sends to.
    pub action_path: String,
    /// So many seconds later it takes effect.
    pub left: i64,
    /// The same in milliseconds.
    pub left_ms: i64,
}

impl UndoBar {
    /// What this person decided, and what was decided of the case that is shown, if they may take it back.
    pub async fn of(
        app: &App,
        locale: Locale,
        slug: &str,
        actor: &Actor,
        shown: Option<&ListedCase>,
    ) -> anyhow::Result<Self> {
        let now_ms = app.clock.now_ms();
        let by = format!("user:{}", actor.user_id);
        let limit = MAX_CASES as i64;
        let mine = cases::list_undoable(&app.db, actor.site_id, now_ms, &by, limit).await?;
        let count = mine.len();
        let shown = shown.and_then(|listed| {
            Some(UndoableCase {
                id: listed.case.id.clone(),
                status: listed.case.status,
                undo_until_ms: undoable(&listed.case, actor, now_ms)?,
                title: listed.title.clone(),
                hits: listed.hits.clone(),
            })
        });
        let masks = match count > 0 || shown.is_some() {
            true => masks::find(&app.db, actor).await?,
            false => Masks::default(),
        };
        let others = mine
            .into_iter()
            .filter(|case| shown.as_ref().is_none_or(|shown| shown.id != case.id));
        Ok(Self {
            rows: shown
                .iter()
                .cloned()
                .chain(others)
                .take(SHOWN)
                .map(|case| row(locale, slug, now_ms, &masks, case))
                .collect::<anyhow::Result<_>>()?,
            all_path: (count > 1).then(|| format!("{}/undo", queue_path(slug))),
            count,
        })
    }
}

/// Until when this person can take back what was decided of the case.
pub(crate) fn undoable(case: &CaseRow, actor: &Actor, now_ms: i64) -> Option<i64> {
    case.undo_until_ms
        .filter(|until_ms| *until_ms > now_ms && may_undo(case, actor))
}

fn row(
    locale: Locale,
    slug: &str,
    now_ms: i64,
    masks: &Masks,
    case: UndoableCase,
) -> anyhow::Result<UndoRow> {
    let (tone, word) = match case.status {
        CaseStatus::Approved => ("ok", MessageId("undo-approved")),
        _ => ("no", MessageId("undo-rejected")),
    };
    let left_ms = case.undo_until_ms - now_ms;
    Ok(UndoRow {
        tone,
        word: locale.text(word),
        title: masks.cover_stored(&case.title, &case.hits)?,
        action_path: format!("{}/undo", case_path(slug, &case.id)),
        left: (left_ms + 999) / 1_000,
        left_ms,
    })
}

/// `POST /s/{site}/admin/queue/{case}/undo`
pub(crate) async fn undo(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<CaseId>,
) -> Result<HttpResponse, HttpError> {
    let path = case_path(&member.site.slug, &id.0);
    let message = match app.moderation.undo(id.0, member.actor()).await? {
        Ok(_) => MessageId("undo-done"),
        Err(UndoError::Unknown) => return Err(HttpError::not_found()),
        Err(UndoError::NotYours(known)) => {
            let who = known.case.and_then(|case| case.decided_by_name);
            let detail = "only whoever decided and the owners can take this decision back";
            return Err(HttpError::new(Code::Forbidden, detail).told(move |locale| {
                let name = who.clone().unwrap_or_else(|| locale.text("somebody"));
                locale.say("undo-not-yours").with("name", name).to_string()
            }));
        }
        Err(UndoError::TooLate(known)) => match known.case.map(|case| case.status) {
            Some(CaseStatus::Waiting) => MessageId("undo-waits"),
            _ => MessageId("undo-too-late"),
        },
    };
    let message = locale(&req).text(message);
    Ok(Redirect::to(path).flash(message).respond_to(&req))
}

//! An author asks that somebody else looks at a rejection again. The appeal is a run of a workflow of its own, which does
//! nothing but ask a moderator: it parks in the same queue, is decided by the same function, and publishes by the same
//! path as everything else.

use std::sync::{Arc, LazyLock};

use serde_json::json;

use crate::asl::Definition;
use crate::ids::{ExecutionId, PostId, SiteId, UserId};
use crate::moderation::Moderation;
use crate::moderation::flow::{Course, Passage};
use crate::moderation::rows::{AppealRow, Change, ExecutionRow, PostRow, PostStatus, RevisionRow};
use crate::moderation::text_rule::TextRule;
use crate::store::ledger::{Key, Loaded, Scope};
use crate::store::workflows;

pub use crate::store::appeals::{Appeal, find, find_of_revision};

/// The version under which each site keeps the workflow of appeals; its own versions count from 1.
pub const VERSION: i64 = 0;
/// The category of the cases in which appeals are heard.
pub const CATEGORY: &str = "appeal";
/// A rejection can be appealed against for so long: six months.
pub const OPEN_MS: i64 = 183 * 24 * 60 * 60 * 1000;
/// The longest statement, in characters.
pub const STATEMENT_MAX_CHARS: usize = 5_000;

const WORKFLOW: &str = include_str!("appeal.asl.json");

static DEFINITION: LazyLock<Arc<Definition>> = LazyLock::new(|| {
    Arc::new(Definition::parse(WORKFLOW).expect("the appeal's workflow is valid"))
});

/// Why an author thinks that a decision was wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement(String);

impl Statement {
    /// Trims and checks what was typed.
    pub fn parse(raw: &str) -> Result<Self, TextRule> {
        let text = raw.trim().replace("\r\n", "\n");
        if text.is_empty() {
            return Err(TextRule::StatementEmpty);
        }
        if text.chars().count() > STATEMENT_MAX_CHARS {
            return Err(TextRule::StatementLength);
        }
        if text
            .chars()
            .any(|c| c.is_control() && !matches!(c, '\n' | '\t'))
        {
            return Err(TextRule::StatementControl);
        }
        Ok(Self(text))
    }
}

/// Why an appeal was not taken. Nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppealError {
    /// No such post at this site, or it belongs to somebody else.
    Unknown,
    /// It is not rejected: there is nothing to appeal against.
    NotRejected,
    /// The decision is older than six months.
    TooLate,
    /// Somebody has heard an appeal against this decision.
    Heard,
}

/// Whether an execution is the hearing of an appeal.
pub(crate) fn is_hearing(execution: &ExecutionRow) -> bool {
    execution.workflow_version == VERSION
}

/// Until when a post's newest decision can be appealed against, if it can be.
pub fn open_until_ms(post: &PostRow, execution: &ExecutionRow) -> Option<i64> {
    let rejected = post.status == PostStatus::Rejected && !is_hearing(execution);
    rejected.then_some(execution.stopped_at_ms.unwrap_or(post.updated_at_ms) + OPEN_MS)
}

impl Moderation {
    /// Opens the hearing of an appeal against the rejection of a post. When this returns, it is durable and in the queue.
    pub async fn appeal(
        &self,
        site_id: SiteId,
        post_id: PostId,
        author_id: UserId,
        author_name: String,
        statement: Statement,
    ) -> anyhow::Result<Result<PostRow, AppealError>> {
        let Some(in_force) = self.in_force.load(site_id).await? else {
            return Ok(Err(AppealError::Unknown));
        };
        let now_ms = self.tools.clock.now_ms();
        workflows::keep(&self.db, site_id, VERSION, WORKFLOW, now_ms).await?;
        let record = self.record_of(&in_force, &author_id).await?;
        let tools = self.tools.clone();
        let scope = Scope {
            site_id,
            key: Key::Post(post_id),
            idempotency: None,
        };
        let decide = move |loaded: Loaded| {
            let Some(subject) = loaded.subject.filter(|s| s.post.author_id == author_id) else {
                return refuse(AppealError::Unknown);
            };
            let now_ms = tools.clock.now_ms();
            match open_until_ms(&subject.post, &subject.execution) {
                Some(until_ms) if now_ms <= until_ms => {}
                Some(_) => return refuse(AppealError::TooLate),
                None if subject.post.status == PostStatus::Rejected => {
                    return refuse(AppealError::Heard);
                }
                None => return refuse(AppealError::NotRejected),
            }
            let mut post = subject.post;
            post.status = PostStatus::Held;
            post.updated_at_ms = now_ms;
            post.execution_id = tools.ids.next::<ExecutionId>(now_ms);
            let revision = RevisionRow {
                created_at_ms: now_ms,
                ..subject.revision
            };
            let course = Course {
                definition: &DEFINITION,
                version: VERSION,
                hold_seconds: in_force.site.settings.appeal_timeout_seconds,
                place_ms: None,
            };
            let checked = in_force.check_by(&revision.title, &revision.body, &record);
            let mut passage = Passage::start_on(
                &tools,
                &in_force,
                &course,
                post,
                revision,
                &author_name,
                &checked,
            );
            let Some(case_id) = passage.case().map(|case| case.id.clone()) else {
                unreachable!("the appeal's workflow begins by asking a moderator");
            };
            let actor = format!("user:{author_id}");
            passage.audit(&actor, "post.appealed", json!({"case": case_id}));
            let row = AppealRow {
                site_id,
                case_id,
                post_id: passage.post().id.clone(),
                revision: passage.post().revision,
                of_case: subject.case.as_ref().map(|case| case.id.clone()),
                of_actor: subject.case.and_then(|case| case.decided_by),
                statement: statement.0.clone(),
                created_at_ms: now_ms,
            };
            let post = passage.post().clone();
            let mut change = passage.into_change();
            change.appeals.push(row);
            (change, Ok(post))
        };
        let result = self.ledger.transact(scope, decide).await?;
        self.mail_bell.notify_one();
        Ok(result)
    }
}

fn refuse(error: AppealError) -> (Change, Result<PostRow, AppealError>) {
    (Change::default(), Err(error))
}

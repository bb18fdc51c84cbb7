//! What the moderation flow keeps: the rows of one post and of the run that decides it. The store reads and writes them
//! whole; their meaning is given by the use cases beside this file.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use crate::asl::Definition;
use crate::ids::{AuditId, CaseId, ExecutionId, KeyId, MailId, PostId, SiteId, TaskId, UserId};
use crate::text_enum;

text_enum! {
    /// Where a post's newest revision stands.
    PostStatus {
        /// Its workflow runs, or it waits in the queue.
        Held = "held",
        /// It is what readers see.
        Published = "published",
        /// It was refused.
        Rejected = "rejected",
        /// Its workflow broke; moderators see it and can run it again.
        Failed = "failed",
        /// Its author took it back.
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    /// How an execution stands, in AWS's words.
    ExecutionStatus {
        /// It waits or runs.
        Running = "RUNNING",
        /// It ended well.
        Succeeded = "SUCCEEDED",
        /// It ended in a Fail state or by an error.
        Failed = "FAILED",
        /// It took longer than its definition allows.
        TimedOut = "TIMED_OUT",
        /// It was stopped.
        Aborted = "ABORTED",
    }
}

text_enum! {
    /// How a case stands.
    CaseStatus {
        /// Somebody has to decide.
        Waiting = "waiting",
        /// Decided: publish.
        Approved = "approved",
        /// Decided: do not publish.
        Rejected = "rejected",
        /// Its task was answered over the AWS API with something else than a decision.
        Answered = "answered",
        /// A newer revision or a withdrawal took its place.
        Void = "void",
        /// Its execution broke; it waits for somebody to run it again.
        Failed = "failed",
    }
}

text_enum! {
    /// How a task ended.
    TaskOutcome {
        /// With an output.
        Succeeded = "succeeded",
        /// With an error.
        Failed = "failed",
        /// Its time, or that between two heartbeats, was over.
        TimedOut = "timed_out",
        /// Its execution was stopped.
        Aborted = "aborted",
    }
}

text_enum! {
    /// Which template a mail is made of.
    MailKind {
        /// To moderators: cases that wait.
        CasesWaiting = "cases_waiting",
        /// To moderators: half of a case's time is over.
        Reminder = "reminder",
        /// To owners: a case's time is over.
        Escalation = "escalation",
        /// To a moderator or the owners: a colleague hands a case over.
        HandedOver = "handed_over",
        /// To owners: a rule held too much and is put to shadow.
        RuleBraked = "rule_braked",
        /// To owners: a workflow broke.
        WorkflowFailed = "workflow_failed",
        /// To the author.
        PostHeld = "post_held",
        /// To the author.
        PostPublished = "post_published",
        /// To the author, with the reason.
        PostRejected = "post_rejected",
        /// To the author: a moderator asks for a change.
        ChangeAsked = "change_asked",
        /// To the author: somebody will look at it again.
        AppealReceived = "appeal_received",
        /// To the author: the rejection stands.
        DecisionUpheld = "decision_upheld",
        /// To the author: it is published after all.
        DecisionOverturned = "decision_overturned",
        /// To somebody who is asked to join a site.
        Invitation = "invitation",
        /// To somebody who forgot the password.
        PasswordReset = "password_reset",
        /// To a new author, to confirm the address.
        AddressConfirmation = "address_confirmation",
    }
}

text_enum! {
    /// How a mail stands.
    MailStatus {
        /// It is to be sent at its due time.
        Waiting = "waiting",
        /// A server (or the mail folder) has it.
        Sent = "sent",
        /// There was no reason left to send it: the case was decided before, or notices are switched off.
        Skipped = "skipped",
        /// Given up; somebody can send it again.
        Dead = "dead",
        /// Kept back, after a restore, until somebody sends it.
        Kept = "kept",
    }
}

/// A row of `posts`.
#[derive(Debug, Clone, PartialEq, FromRow)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct PostRow {
    pub site_id: SiteId,
    pub id: PostId,
    pub author_id: UserId,
    pub external_id: Option<String>,
    pub slug: Option<String>,
    pub status: PostStatus,
    pub revision: i64,
    pub published_revision: Option<i64>,
    pub execution_id: ExecutionId,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub published_at_ms: Option<i64>,
}

/// A row of `author_posts_new`: a new post on its way into the index of posts by author. Only SQLite has it (docs/adr/0038).
#[derive(Debug, Clone, PartialEq, FromRow)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct AuthorPostRow {
    pub site_id: SiteId,
    pub author_id: UserId,
    pub post_id: PostId,
}

/// A row of `revisions`. `hits` is the JSON list of the hits found when it was checked.
#[derive(Debug, Clone, PartialEq, FromRow)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct RevisionRow {
    pub site_id: SiteId,
    pub post_id: PostId,
    pub number: i64,
    pub title: String,
    pub body: String,
    pub hits: String,
    pub rule_set_version: i64,
    pub created_at_ms: i64,
}

impl RevisionRow {
    /// The texts that are left out of the states and histories of the revision's runs, because whoever reads those has the
    /// revision.
    pub fn texts(&self) -> [&str; 2] {
        [&self.body, &self.title]
    }
}

/// A row of `executions`.
#[derive(Debug, Clone, PartialEq, FromRow)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct ExecutionRow {
    pub site_id: SiteId,
    pub id: ExecutionId,
    pub post_id: PostId,
    pub revision: i64,
    pub workflow_version: i64,
    pub status: ExecutionStatus,
    pub started_at_ms: i64,
    pub stopped_at_ms: Option<i64>,
    pub wake_at_ms: Option<i64>,
    pub events: i64,
    pub state: Option<Vec<u8>>,
    pub error: Option<String>,
    pub cause: Option<String>,
}

/// A row of `history`: the events of one transition.
#[derive(Debug, Clone, PartialEq, FromRow)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct HistoryRow {
    pub site_id: SiteId,
    pub execution_id: ExecutionId,
    pub first_event: i64,
    pub events: Vec<u8>,
}

/// A row of `tasks`.
#[derive(Debug, Clone, PartialEq, FromRow)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct TaskRow {
    pub site_id: SiteId,
    pub id: TaskId,
    pub execution_id: ExecutionId,
    pub case_id: Option<CaseId>,
    pub opened_at_ms: i64,
    pub closed_at_ms: Option<i64>,
    pub outcome: Option<TaskOutcome>,
    pub answer: Option<String>,
}

/// A row of `check_requests`: a task that waits for the answer of an external check.
#[derive(Debug, Clone, PartialEq, FromRow)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct CheckRequestRow {
    pub site_id: SiteId,
    pub task_id: TaskId,
    pub execution_id: ExecutionId,
    pub check_name: String,
    pub attempt: i64,
    pub created_at_ms: i64,
    pub expires_at_ms: i64,
    pub lease_until_ms: i64,
}

/// The hits of a revision, where an external check has added its own.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct HitsRow {
    pub site_id: SiteId,
    pub post_id: PostId,
    pub number: i64,
    pub hits: String,
}

/// A row of `cases`.
#[derive(Debug, Clone, PartialEq, FromRow)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct CaseRow {
    pub site_id: SiteId,
    pub id: CaseId,
    pub post_id: PostId,
    pub revision: i64,
    pub execution_id: ExecutionId,
    pub task_id: Option<TaskId>,
    pub author_id: UserId,
    pub status: CaseStatus,
    pub severity: i64,
    pub categories: String,
    pub rules: String,
    pub problem: Option<String>,
    pub waiting_since_ms: i64,
    pub deadline_ms: i64,
    pub remind_at_ms: Option<i64>,
    pub escalated_at_ms: Option<i64>,
    pub claimed_by: Option<UserId>,
    pub claimed_until_ms: Option<i64>,
    pub decided_at_ms: Option<i64>,
    pub decided_by: Option<String>,
    pub decided_by_name: Option<String>,
    pub decided_via: Option<String>,
    pub reason: Option<String>,
    pub note: Option<String>,
    pub rank_ms: i64,
    pub undo_until_ms: Option<i64>,
}

/// A row of `appeals`: against which decision an author appeals, and in which case that is heard.
#[derive(Debug, Clone, PartialEq, FromRow)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct AppealRow {
    pub site_id: SiteId,
    pub case_id: CaseId,
    pub post_id: PostId,
    pub revision: i64,
    pub of_case: Option<CaseId>,
    pub of_actor: Option<String>,
    pub statement: String,
    pub created_at_ms: i64,
}

/// A row of `audit`. `subject` is `post:ID`, `case:ID`, `user:ID` and the like; `details` a JSON object.
#[derive(Debug, Clone, PartialEq, FromRow)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct AuditRow {
    pub site_id: SiteId,
    pub id: AuditId,
    pub at_ms: i64,
    pub actor: String,
    pub action: String,
    pub subject: String,
    pub details: String,
}

/// A row of `outbox`: one mail to one person. Its text is made when it is sent, from `kind`, `payload` (a JSON object)
/// and what the database then says; `recipient` is only set where there is no account yet.
#[derive(Debug, Clone, PartialEq, FromRow)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct MailRow {
    pub site_id: SiteId,
    pub id: MailId,
    pub kind: MailKind,
    pub user_id: Option<UserId>,
    pub recipient: Option<String>,
    pub payload: String,
    pub status: MailStatus,
    pub attempts: i64,
    pub due_at_ms: i64,
    pub lease_until_ms: i64,
    pub created_at_ms: i64,
    pub sent_at_ms: Option<i64>,
    pub last_error: Option<String>,
}

/// A row of `idempotency`: the first answer to a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, FromRow)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct IdempotencyRow {
    pub site_id: SiteId,
    pub key_id: KeyId,
    pub key: String,
    pub request_hash: String,
    pub status: i64,
    pub body: String,
    pub created_at_ms: i64,
}

/// A post with the run that decides it, as one transaction sees it.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The post.
    pub post: PostRow,
    /// The revision that the execution is about.
    pub revision: RevisionRow,
    /// The execution that was asked for, else the post's newest.
    pub execution: ExecutionRow,
    /// The definition that it began with.
    pub definition: Arc<Definition>,
    /// The case in the queue, if it ever parked.
    pub case: Option<CaseRow>,
    /// The task that was asked for, else the case's.
    pub task: Option<TaskRow>,
    /// Whose decision the case is an appeal against, as the books name them, if it is one.
    pub against: Option<String>,
}

/// All that one event changes, committed together or not at all. Rows are written whole: what is there is replaced.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Posts, new or changed.
    pub posts: Vec<PostRow>,
    /// The new ones among them.
    pub author_posts: Vec<AuthorPostRow>,
    /// New revisions.
    pub revisions: Vec<RevisionRow>,
    /// Executions, new or changed.
    pub executions: Vec<ExecutionRow>,
    /// New transitions.
    pub history: Vec<HistoryRow>,
    /// Tasks, opened or closed.
    pub tasks: Vec<TaskRow>,
    /// Cases, new or changed.
    pub cases: Vec<CaseRow>,
    /// New appeals.
    pub appeals: Vec<AppealRow>,
    /// New lines of the audit log.
    pub audit: Vec<AuditRow>,
    /// New mails.
    pub outbox: Vec<MailRow>,
    /// Sites whose moderators are to hear of a new case, and when at the earliest: at once, or this many milliseconds
    /// after they last heard.
    pub digests: Vec<Digest>,
    /// Answers to keep for the same requests.
    pub idempotency: Vec<IdempotencyRow>,
    /// Hits of revisions, as they are now.
    pub hits: Vec<HitsRow>,
    /// Questions to external checks.
    pub check_requests: Vec<CheckRequestRow>,
    /// Those that are answered.
    pub answered_checks: Vec<(SiteId, TaskId)>,
}

impl Change {
    /// Adds all that `other` changes.
    pub fn append(&mut self, other: Change) {
        self.posts.extend(other.posts);
        self.author_posts.extend(other.author_posts);
        self.revisions.extend(other.revisions);
        self.executions.extend(other.executions);
        self.history.extend(other.history);
        self.tasks.extend(other.tasks);
        self.cases.extend(other.cases);
        self.appeals.extend(other.appeals);
        self.audit.extend(other.audit);
        self.outbox.extend(other.outbox);
        for digest in other.digests {
            if !self
                .digests
                .iter()
                .any(|known| known.site_id == digest.site_id)
            {
                self.digests.push(digest);
            }
        }
        self.idempotency.extend(other.idempotency);
        self.hits.extend(other.hits);
        self.check_requests.extend(other.check_requests);
        self.answered_checks.extend(other.answered_checks);
    }
}

/// A wish that moderators hear of new cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest {
    /// The site.
    pub site_id: SiteId,
    /// Now.
    pub now_ms: i64,
    /// The least time between two such mails.
    pub every_ms: i64,
}

//! What ends a run before its time: a new revision, a withdrawal, a moderator who stops it, or one who has a broken one
//! run again. The old token, links and case are void from the same transaction on.

use std::collections::HashMap;

use serde_json::json;

use crate::asl::Event;
use crate::ids::{ExecutionId, PostId, SiteId, UserId};
use crate::moderation::Moderation;
use crate::moderation::Tools;
use crate::moderation::flow::{Passage, audit_row, execution_arn};
use crate::moderation::in_force::InForce;
use crate::moderation::rows::{
    CaseStatus, Change, ExecutionStatus, PostRow, PostStatus, RevisionRow, Subject,
};
use crate::moderation::rules::Checked;
use crate::moderation::submit::{Body, Submitted, Title};
use crate::store::ledger::{Key, Loaded, Scope};
use crate::store::records;

/// Why a run could not be superseded. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SupersedeError {
    /// No such post at this site, or it belongs to somebody else.
    Unknown,
    /// The post was withdrawn.
    Withdrawn,
    /// There is a newer revision than the one that was edited; its number is given.
    Stale(i64),
    /// The run goes on, or ended as it should: there is nothing to run again, or nothing to stop.
    NotPossible,
}

/// A new text for a post.
#[derive(Debug, Clone)]
pub struct Edit {
    /// The author; others' posts are unknown.
    pub author_id: UserId,
    /// The author's name as the workflow sees it.
    pub author_name: String,
    /// The revision that was edited.
    pub revision: i64,
    /// The title.
    pub title: Title,
    /// The text, Markdown.
    pub body: Body,
}

type Superseded<T> = (Change, anyhow::Result<Result<T, SupersedeError>>);

fn refuse<T>(error: SupersedeError) -> Superseded<T> {
    (Change::default(), Ok(Err(error)))
}

impl Moderation {
    /// Makes a new revision of a post and sends it through the workflow in force. What is published stays so until the
    /// new revision is.
    pub async fn revise(
        &self,
        site_id: SiteId,
        post_id: PostId,
        edit: Edit,
    ) -> anyhow::Result<Result<Submitted, SupersedeError>> {
        let Some(in_force) = self.in_force.load(site_id).await? else {
            return Ok(Err(SupersedeError::Unknown));
        };
        let author = self.record_of(&in_force, &edit.author_id).await?;
        let checked = in_force.check_by(edit.title.as_str(), edit.body.as_str(), &author);
        let hits = serde_json::to_string(&checked.hits)?;
        let tools = self.tools.clone();
        self.transact_post(site_id, post_id, move |loaded| {
            let Some(subject) = loaded
                .subject
                .filter(|s| s.post.author_id == edit.author_id)
            else {
                return refuse(SupersedeError::Unknown);
            };
            if subject.post.status == PostStatus::Withdrawn {
                return refuse(SupersedeError::Withdrawn);
            }
            if subject.post.revision != edit.revision {
                return refuse(SupersedeError::Stale(subject.post.revision));
            }
            let now_ms = tools.clock.now_ms();
            let revision = RevisionRow {
                site_id,
                post_id: subject.post.id.clone(),
                number: subject.post.revision + 1,
                title: edit.title.as_str().to_owned(),
                body: edit.body.as_str().to_owned(),
                hits: hits.clone(),
                rule_set_version: checked.rule_set_version,
                created_at_ms: now_ms,
            };
            let actor = format!("user:{}", edit.author_id);
            let post = subject.post.clone();
            let ended = match end_run(&tools, &in_force, subject, "Superseded") {
                Ok(ended) => ended,
                Err(error) => return (Change::default(), Err(error)),
            };
            let (mut change, submitted) = begin_run(
                &tools,
                &in_force,
                post,
                revision.clone(),
                &edit.author_name,
                &checked,
                ended,
            );
            change.revisions.push(revision.clone());
            change.audit.push(audit_row(
                &tools,
                now_ms,
                &submitted.post,
                &actor,
                "post.revised",
                json!({"revision": revision.number}),
            ));
            (change, Ok(Ok(submitted)))
        })
        .await
    }

    /// Has a post whose run broke or was stopped go through the workflow in force again, with the same text.
    pub async fn run_again(
        &self,
        site_id: SiteId,
        post_id: PostId,
        actor: String,
        author_name: String,
    ) -> anyhow::Result<Result<Submitted, SupersedeError>> {
        let is_broken = |subject: &Subject| subject.post.status == PostStatus::Failed;
        self.begin_again(site_id, post_id, actor, author_name, is_broken)
            .await
    }

    /// Has a post that was rejected without anybody's decision go through the workflow in force again.
    pub(crate) async fn check_again(
        &self,
        site_id: SiteId,
        post_id: PostId,
        actor: String,
        author_name: String,
    ) -> anyhow::Result<Result<Submitted, SupersedeError>> {
        let was_nobodys = |subject: &Subject| {
            subject.post.status == PostStatus::Rejected
                && subject.execution.status != ExecutionStatus::Running
                && subject.case.is_none()
        };
        self.begin_again(site_id, post_id, actor, author_name, was_nobodys)
            .await
    }

    async fn begin_again(
        &self,
        site_id: SiteId,
        post_id: PostId,
        actor: String,
        author_name: String,
        may_begin: fn(&Subject) -> bool,
    ) -> anyhow::Result<Result<Submitted, SupersedeError>> {
        let Some(in_force) = self.in_force.load(site_id).await? else {
            return Ok(Err(SupersedeError::Unknown));
        };
        let mut authors = match in_force.needs_author() {
            true => records::list_of_posts(&self.db, site_id, &post_id, &post_id).await?,
            false => HashMap::new(),
        };
        let author = authors.remove(&post_id).unwrap_or_default();
        let tools = self.tools.clone();
        self.transact_post(site_id, post_id, move |loaded| {
            let Some(subject) = loaded.subject else {
                return refuse(SupersedeError::Unknown);
            };
            if !may_begin(&subject) {
                return refuse(SupersedeError::NotPossible);
            }
            let now_ms = tools.clock.now_ms();
            let (title, body) = (&subject.revision.title, &subject.revision.body);
            let checked = in_force.check_by(title, body, &author);
            let revision = RevisionRow {
                created_at_ms: now_ms,
                ..subject.revision.clone()
            };
            let post = subject.post.clone();
            let ended = match end_run(&tools, &in_force, subject, "RunAgain") {
                Ok(ended) => ended,
                Err(error) => return (Change::default(), Err(error)),
            };
            let (mut change, submitted) = begin_run(
                &tools,
                &in_force,
                post,
                revision,
                &author_name,
                &checked,
                ended,
            );
            change.audit.push(audit_row(
                &tools,
                now_ms,
                &submitted.post,
                &actor,
                "post.run_again",
                json!({"execution": submitted.post.execution_id}),
            ));
            (change, Ok(Ok(submitted)))
        })
        .await
    }

    /// Takes a post back: off the queue and, if it was there, off the public pages.
    pub async fn withdraw(
        &self,
        site_id: SiteId,
        post_id: PostId,
        author_id: UserId,
    ) -> anyhow::Result<Result<PostRow, SupersedeError>> {
        let Some(in_force) = self.in_force.load(site_id).await? else {
            return Ok(Err(SupersedeError::Unknown));
        };
        let tools = self.tools.clone();
        self.transact_post(site_id, post_id, move |loaded| {
            let Some(subject) = loaded.subject.filter(|s| s.post.author_id == author_id) else {
                return refuse(SupersedeError::Unknown);
            };
            if subject.post.status == PostStatus::Withdrawn {
                return refuse(SupersedeError::Withdrawn);
            }
            let mut post = subject.post.clone();
            let mut change = match end_run(&tools, &in_force, subject, "Withdrawn") {
                Ok(ended) => ended.change,
                Err(error) => return (Change::default(), Err(error)),
            };
            post.status = PostStatus::Withdrawn;
            post.published_revision = None;
            post.updated_at_ms = tools.clock.now_ms();
            let actor = format!("user:{author_id}");
            change.audit.push(audit_row(
                &tools,
                post.updated_at_ms,
                &post,
                &actor,
                "post.withdrawn",
                json!({}),
            ));
            change.posts.push(post.clone());
            (change, Ok(Ok(post)))
        })
        .await
    }

    /// Stops an execution, as `StopExecution` does. Its post stays unpublished and visible to moderators.
    pub async fn stop(
        &self,
        site_id: SiteId,
        execution_id: ExecutionId,
        actor: String,
        error: Option<String>,
        cause: Option<String>,
    ) -> anyhow::Result<Result<PostRow, SupersedeError>> {
        let Some(in_force) = self.in_force.load(site_id).await? else {
            return Ok(Err(SupersedeError::Unknown));
        };
        let tools = self.tools.clone();
        let scope = Scope {
            site_id,
            key: Key::Execution(execution_id),
            idempotency: None,
        };
        self.ledger
            .transact(scope, move |loaded: Loaded| {
                let Some(subject) = loaded.subject else {
                    return refuse(SupersedeError::Unknown);
                };
                let event = Event::Stopped {
                    error: error.clone(),
                    cause: cause.clone(),
                };
                match Passage::advance(&tools, &in_force, subject, event, None) {
                    Ok(Ok(mut passage)) => {
                        passage.mark_failed();
                        passage.audit(
                            &actor,
                            "execution.stopped",
                            json!({"error": error, "cause": cause}),
                        );
                        let post = passage.post().clone();
                        (passage.into_change(), Ok(Ok(post)))
                    }
                    Ok(Err(_)) => refuse(SupersedeError::NotPossible),
                    Err(error) => (Change::default(), Err(error)),
                }
            })
            .await?
    }

    async fn transact_post<T, F>(
        &self,
        site_id: SiteId,
        post_id: PostId,
        decide: F,
    ) -> anyhow::Result<Result<T, SupersedeError>>
    where
        T: Send + 'static,
        F: FnMut(Loaded) -> Superseded<T> + Send + 'static,
    {
        let scope = Scope {
            site_id,
            key: Key::Post(post_id),
            idempotency: None,
        };
        let result = self.ledger.transact(scope, decide).await??;
        self.mail_bell.notify_one();
        Ok(result)
    }
}

/// A run that was ended.
struct Ended {
    change: Change,
    /// The place in the queue that its post had.
    place_ms: Option<i64>,
}

/// Ends the subject's run, if it has not ended, and voids its case; the post's own row is left to the caller.
fn end_run(
    tools: &Tools,
    in_force: &InForce,
    subject: Subject,
    error: &str,
) -> anyhow::Result<Ended> {
    let place_ms = Passage::place_of(&subject)?;
    let mut change = Change::default();
    if subject.execution.status == ExecutionStatus::Running {
        let event = Event::Stopped {
            error: Some(error.to_owned()),
            cause: None,
        };
        if let Ok(passage) = Passage::advance(tools, in_force, subject, event, None)? {
            change = passage.into_change_without_post();
        }
        return Ok(Ended { change, place_ms });
    }
    change.cases.extend(
        subject
            .case
            .filter(|case| case.status == CaseStatus::Failed)
            .map(|mut case| {
                case.status = CaseStatus::Void;
                case
            }),
    );
    Ok(Ended { change, place_ms })
}

/// Starts a run for `revision` and adds what it does to `change`.
fn begin_run(
    tools: &Tools,
    in_force: &InForce,
    mut post: PostRow,
    revision: RevisionRow,
    author_name: &str,
    checked: &Checked,
    ended: Ended,
) -> (Change, Submitted) {
    post.revision = revision.number;
    post.status = PostStatus::Held;
    post.updated_at_ms = revision.created_at_ms;
    post.execution_id = tools.ids.next::<ExecutionId>(revision.created_at_ms);
    let place_ms = ended.place_ms;
    let passage = Passage::start(
        tools,
        in_force,
        post,
        revision,
        author_name,
        checked,
        place_ms,
    );
    let submitted = Submitted {
        execution_arn: execution_arn(&in_force.site.account, &passage.post().execution_id),
        post: passage.post().clone(),
        hits: checked.hits.clone(),
    };
    let mut change = ended.change;
    change.append(passage.into_change());
    (change, submitted)
}

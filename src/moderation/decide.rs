//! Somebody answers a task. The dashboard, the link in a mail, the JSON API and the AWS API all end here: one policy, one
//! transaction, one winner.

use std::ops::ControlFlow;
use std::sync::Arc;

use crate::asl::{Event, StepError};
use crate::engine::token::TaskToken;
use crate::ids::{CaseId, SiteId, TaskId, UserId};
use crate::moderation::approval;
use crate::moderation::flow::Passage;
use crate::moderation::in_force::InForce;
use crate::moderation::rows::{CaseRow, Change, PostRow, Subject, TaskOutcome};
use crate::moderation::submit::{Repeatable, Replay};
use crate::moderation::{Moderation, Tools};
use crate::store::ledger::{Key, Loaded, Scope};
use crate::text_enum;

mod answer;

pub use answer::{Answer, Decision};

text_enum! {
    /// The door that a decision came through.
    Via {
        /// The queue's pages.
        Desk = "desk",
        /// The link in a mail.
        Link = "link",
        /// The JSON API.
        Api = "api",
        /// The AWS Step Functions API.
        Aws = "aws",
    }
}

/// The longest reason or note, in characters.
pub const REASON_MAX_CHARS: usize = 5_000;

/// Which task is meant.
#[derive(Debug, Clone)]
pub enum Target {
    /// By its token, as it was handed out.
    Token(String),
    /// The open task of a case.
    Case(CaseId),
}

/// Who answers, checked by the door.
#[derive(Debug, Clone)]
pub struct Decider {
    /// The person, where it is one; nobody decides on their own post unless the site allows it.
    pub user_id: Option<UserId>,
    /// For the books: `user:ID` or `key:ID`.
    pub actor: String,
    /// For people: the name.
    pub name: String,
    /// The door.
    pub via: Via,
    /// How long what they decide can be taken back. Programs mean what they say: nothing for the APIs.
    pub undo_ms: i64,
}

/// A decision that stands.
#[derive(Debug, Clone)]
pub struct Decided {
    /// The case, if the task had one.
    pub case: Option<CaseRow>,
    /// The post as it is now.
    pub post: PostRow,
    /// Whether it was decided so before; nothing happened this time.
    pub repeated: bool,
}

/// Why an answer was not taken. Nothing has changed.
#[derive(Debug, Clone)]
pub enum DecideError {
    /// No such task at this site.
    Unknown,
    /// Somebody answered differently before.
    AlreadyDecided(Box<Decided>),
    /// The task's time was over, or its execution was stopped.
    Expired(Box<Decided>),
    /// The post has a newer revision than the one that was looked at.
    Stale(Box<Decided>),
    /// It is the decider's own post.
    OwnPost,
    /// It is an appeal against the decider's own decision.
    OwnDecision,
    /// Two people have to approve, and this is the first approval: it is kept, the case goes on waiting.
    First(Box<Decided>),
    /// Two people have to approve, and this is a program.
    NeedsPeople,
    /// The request was answered before.
    Replayed(Replay),
}

impl Moderation {
    /// Answers a task. When this returns `Ok(Ok(_))`, the decision and all that follows from it are durable.
    ///
    /// `revision` is the one that the decider saw; with `None` the answer is for whatever the task is about. The same
    /// answer again is acknowledged with `repeated`.
    pub async fn decide(
        &self,
        site_id: SiteId,
        target: Target,
        by: Decider,
        answer: Answer,
        revision: Option<i64>,
        repeatable: Option<Repeatable<Decided>>,
    ) -> anyhow::Result<Result<Decided, DecideError>> {
        let Some((in_force, key)) = self.locate(site_id, target).await? else {
            return Ok(Err(DecideError::Unknown));
        };
        let outcomes = &in_force.outcomes;
        let mut first = self
            .first_approval(site_id, outcomes, &key, &answer)
            .await?;
        loop {
            let deciding = Deciding {
                tools: self.tools.clone(),
                in_force: in_force.clone(),
                by: by.clone(),
                answer: answer.clone(),
                revision,
                repeatable: repeatable.clone(),
                first: first.clone(),
            };
            let scope = deciding.scope(site_id, key.clone());
            let result = self
                .ledger
                .transact(scope, move |loaded| deciding.decide(loaded))
                .await??;
            // Somebody else may have been the first in the same moment; then this one is the second.
            if let Err(DecideError::First(known)) = &result {
                first = self.keep_first_approval(&by, &answer, known).await?;
                if first.is_some() {
                    continue;
                }
            }
            self.mail_bell.notify_one();
            return Ok(result);
        }
    }

    /// [`Moderation::decide`] for many cases, each with its revision and its answer, in one transaction; answers in their
    /// order.
    pub async fn decide_all(
        &self,
        site_id: SiteId,
        by: &Decider,
        cases: Vec<(CaseId, i64, Answer)>,
    ) -> anyhow::Result<Vec<anyhow::Result<Result<Decided, DecideError>>>> {
        let Some(in_force) = self.in_force.load(site_id).await? else {
            return Ok(cases
                .iter()
                .map(|_| Ok(Err(DecideError::Unknown)))
                .collect());
        };
        let outcomes = &in_force.outcomes;
        let mut works = Vec::with_capacity(cases.len());
        for (case, revision, answer) in &cases {
            let key = Key::Case(case.clone());
            let deciding = Deciding {
                first: self.first_approval(site_id, outcomes, &key, answer).await?,
                tools: self.tools.clone(),
                in_force: in_force.clone(),
                by: by.clone(),
                answer: answer.clone(),
                revision: Some(*revision),
                repeatable: None,
            };
            let scope = deciding.scope(site_id, key);
            works.push((scope, move |loaded| deciding.decide(loaded)));
        }
        let mut results = Vec::with_capacity(works.len());
        let transacted = self.ledger.transact_all(works).await?;
        for (result, (case, revision, answer)) in transacted.into_iter().zip(cases) {
            let result = match result.flatten() {
                Ok(Err(DecideError::First(known))) => {
                    match self.keep_first_approval(by, &answer, &known).await {
                        Ok(None) => Ok(Err(DecideError::First(known))),
                        Ok(Some(_)) => {
                            let target = Target::Case(case);
                            let by = by.clone();
                            self.decide(site_id, target, by, answer, Some(revision), None)
                                .await
                        }
                        Err(error) => Err(error),
                    }
                }
                result => result,
            };
            results.push(result);
        }
        self.mail_bell.notify_one();
        Ok(results)
    }

    /// Puts off the moment at which a task without a heartbeat is given up.
    pub async fn heartbeat(
        &self,
        site_id: SiteId,
        token: String,
    ) -> anyhow::Result<Result<(), DecideError>> {
        let Some((in_force, key)) = self.locate(site_id, Target::Token(token)).await? else {
            return Ok(Err(DecideError::Unknown));
        };
        let tools = self.tools.clone();
        let scope = Scope {
            site_id,
            key,
            idempotency: None,
        };
        self.ledger
            .transact(scope, move |loaded: Loaded| {
                let Some(subject) = loaded.subject else {
                    return refuse(DecideError::Unknown);
                };
                let Some(task) = subject.task.as_ref().map(|task| task.id.to_string()) else {
                    return refuse(DecideError::Unknown);
                };
                let before = decided(&subject, false);
                match Passage::advance(
                    &tools,
                    &in_force,
                    subject,
                    Event::TaskHeartbeat { task },
                    None,
                ) {
                    Ok(Ok(passage)) => (passage.into_change(), Ok(Ok(()))),
                    Ok(Err(_)) => refuse(DecideError::Expired(Box::new(before))),
                    Err(error) => (Change::default(), Err(error)),
                }
            })
            .await?
    }

    async fn locate(
        &self,
        site_id: SiteId,
        target: Target,
    ) -> anyhow::Result<Option<(Arc<InForce>, Key)>> {
        let key = match target {
            Target::Case(id) => Key::Case(id),
            Target::Token(token) => match TaskToken::verify(&self.tools.keyring, &token) {
                Some(task) => Key::Task(task),
                None => return Ok(None),
            },
        };
        Ok(self
            .in_force
            .load(site_id)
            .await?
            .map(|in_force| (in_force, key)))
    }
}

/// One answer on its way through its transaction.
struct Deciding {
    tools: Tools,
    in_force: Arc<InForce>,
    by: Decider,
    answer: Answer,
    revision: Option<i64>,
    repeatable: Option<Repeatable<Decided>>,
    /// Who approved first, where two have to.
    first: Option<UserId>,
}

impl Deciding {
    fn scope(&self, site_id: SiteId, key: Key) -> Scope {
        Scope {
            site_id,
            key,
            idempotency: self.repeatable.as_ref().map(Repeatable::scope),
        }
    }

    fn decide(&self, loaded: Loaded) -> Refused<Decided> {
        let (tools, in_force, by) = (&self.tools, &self.in_force, &self.by);
        if let (Some(replay), Some(repeatable)) = (&loaded.replay, &self.repeatable) {
            return refuse(DecideError::Replayed(repeatable.replay(replay)));
        }
        let Some(subject) = loaded.subject else {
            return refuse(DecideError::Unknown);
        };
        let task = match open_task(&subject, by, &self.answer, self.revision) {
            ControlFlow::Continue(task) => task,
            // A program that is told "decided" is told what cannot be taken back any more.
            ControlFlow::Break(Ok(known)) if by.undo_ms == 0 && is_undoable(&known) => {
                let advanced = Passage::take_effect(tools, in_force, subject);
                return acknowledge(advanced, known);
            }
            ControlFlow::Break(known) => return (Change::default(), Ok(known)),
        };
        if let Err(error) = self.check_policy(&subject) {
            return refuse(error);
        }
        let before = decided(&subject, false);
        let ruling = self.answer.ruling(by);
        let advanced = match by.undo_ms {
            0 => {
                let event = self.answer.event(&task);
                Passage::advance(tools, in_force, subject, event, Some(&ruling))
            }
            undo_ms => Ok(Passage::hold(tools, in_force, subject, &ruling, undo_ms)),
        };
        let passage = match advanced {
            Ok(Ok(passage)) => passage,
            Ok(Err(StepError::UnknownTask | StepError::Finished)) => {
                return refuse(DecideError::Expired(Box::new(before)));
            }
            Ok(Err(error @ StepError::WrongDefinition)) => {
                return (Change::default(), Err(error.into()));
            }
            Err(error) => return (Change::default(), Err(error)),
        };
        let decided = Decided {
            case: passage.case().cloned(),
            post: passage.post().clone(),
            repeated: false,
        };
        let mut change = passage.into_change();
        change.idempotency.extend(
            self.repeatable
                .as_ref()
                .map(|repeatable| repeatable.row(in_force.site.id, tools.clock.now_ms(), &decided)),
        );
        (change, Ok(Ok(decided)))
    }

    /// Whether whoever answers may: nobody on their own post, nor on an appeal against their own decision, and nobody alone
    /// where two have to approve.
    fn check_policy(&self, subject: &Subject) -> Result<(), DecideError> {
        let settings = &self.in_force.site.settings;
        let is_own_post = self.by.user_id.as_ref() == Some(&subject.post.author_id);
        if is_own_post && !settings.allow_self_approval {
            return Err(DecideError::OwnPost);
        }
        let is_own_decision = subject.against.as_ref() == Some(&self.by.actor);
        if is_own_decision && !settings.allow_self_approval {
            return Err(DecideError::OwnDecision);
        }
        let needs_two = |case: &CaseRow| self.in_force.outcomes.needs_two(case);
        if !approval::is_approval(&self.answer) || !subject.case.as_ref().is_some_and(needs_two) {
            return Ok(());
        }
        match (&self.by.user_id, &self.first) {
            (None, _) => Err(DecideError::NeedsPeople),
            (Some(user), Some(first)) if user != first => Ok(()),
            (Some(_), _) => Err(DecideError::First(Box::new(decided(subject, false)))),
        }
    }
}

/// The task that the answer is for, or what to say because there is none to answer.
fn open_task(
    subject: &Subject,
    by: &Decider,
    answer: &Answer,
    revision: Option<i64>,
) -> ControlFlow<Result<Decided, DecideError>, TaskId> {
    if revision.is_some_and(|seen| seen != subject.post.revision) {
        let stale = DecideError::Stale(Box::new(decided(subject, false)));
        return ControlFlow::Break(Err(stale));
    }
    let Some(task) = &subject.task else {
        return ControlFlow::Break(Err(DecideError::Unknown));
    };
    match task.outcome {
        None if is_held(subject) => ControlFlow::Break(answered_before(subject, by, answer)),
        None => ControlFlow::Continue(task.id.clone()),
        Some(TaskOutcome::TimedOut | TaskOutcome::Aborted) => {
            let expired = DecideError::Expired(Box::new(decided(subject, false)));
            ControlFlow::Break(Err(expired))
        }
        Some(TaskOutcome::Succeeded | TaskOutcome::Failed) => {
            ControlFlow::Break(answered_before(subject, by, answer))
        }
    }
}

fn is_held(subject: &Subject) -> bool {
    subject
        .case
        .as_ref()
        .is_some_and(|case| case.undo_until_ms.is_some())
}

fn is_undoable(decided: &Decided) -> bool {
    decided
        .case
        .as_ref()
        .is_some_and(|case| case.undo_until_ms.is_some())
}

/// The answer to somebody who decides what was decided before, now that it has taken effect.
fn acknowledge(
    advanced: anyhow::Result<Result<Passage<'_>, StepError>>,
    known: Decided,
) -> Refused<Decided> {
    match advanced {
        Ok(Ok(passage)) => {
            let decided = Decided {
                case: passage.case().cloned(),
                post: passage.post().clone(),
                repeated: true,
            };
            (passage.into_change(), Ok(Ok(decided)))
        }
        Ok(Err(_)) => refuse(DecideError::Expired(Box::new(known))),
        Err(error) => (Change::default(), Err(error)),
    }
}

fn answered_before(
    subject: &Subject,
    by: &Decider,
    answer: &Answer,
) -> Result<Decided, DecideError> {
    let ruling = answer.ruling(by);
    let same = match (answer.decision(), &subject.case) {
        (Some(_), Some(case)) => case.status == ruling.status,
        _ => subject
            .task
            .as_ref()
            .is_some_and(|task| task.answer.as_ref() == Some(&ruling.answer)),
    };
    if same {
        Ok(decided(subject, true))
    } else {
        Err(DecideError::AlreadyDecided(Box::new(decided(
            subject, false,
        ))))
    }
}

pub(crate) fn decided(subject: &Subject, repeated: bool) -> Decided {
    Decided {
        case: subject.case.clone(),
        post: subject.post.clone(),
        repeated,
    }
}

/// What a transaction answers when nothing has changed.
pub(crate) type Refused<T> = (Change, anyhow::Result<Result<T, DecideError>>);

fn refuse<T>(error: DecideError) -> Refused<T> {
    (Change::default(), Ok(Err(error)))
}

//! Task states: scheduling, answers, deadlines, retrying and catching.

use std::sync::Arc;

use serde_json::{Value, json};

use super::record::faults;
use super::visit::{evaluate_text, seconds_at};
use super::{Here, HistoryFull, Progress, Run, TOKEN_MASK, Visit, data};
use crate::command::{CloseReason, Command, ScheduledTask};
use crate::context::TaskIdentity;
use crate::definition::{Node, Seconds, Task, Transition, Work};
use crate::event::{Event, StepError};
use crate::failure::{Failure, Origin, name};
use crate::history::{Details, EventKind};
use crate::resource::Resource;
use crate::retry::find_retrier;
use crate::state::{Activity, Branch, Status, TaskState};
use crate::template::Scope;

/// Everything that is worked out before a task is scheduled.
struct Prepared {
    identity: TaskIdentity,
    parameters: Arc<Value>,
    /// The same without the token.
    shown_parameters: Arc<Value>,
    role_arn: Option<String>,
    timeout_seconds: Option<i64>,
    heartbeat_seconds: Option<i64>,
}

impl Run<'_, '_> {
    /// Schedules the task of `node`, for the first time or again.
    pub(super) fn schedule(
        &mut self,
        node: &Node,
        mut branch: Here,
        task: &Task,
    ) -> Result<Progress, HistoryFull> {
        let prepared = match self.prepare(node, &branch, task) {
            Ok(prepared) => prepared,
            Err(failure) => return self.recover(node, branch, task, failure),
        };
        self.record_schedule(&mut branch, task, &prepared)?;

        let in_ms = |seconds: Option<i64>| seconds.map(|seconds| seconds.saturating_mul(1000));
        let mut state = TaskState {
            id: prepared.identity.id.clone(),
            timeout_ms: in_ms(prepared.timeout_seconds),
            heartbeat_ms: in_ms(prepared.heartbeat_seconds),
            deadline_ms: None,
            heartbeat_due_ms: None,
            is_acknowledged: false,
        };
        // The clocks of an activity start when a worker takes it.
        if !task.resource.waits_for_worker() {
            state.begin(self.env.now_ms);
        }
        self.step.commands.push(Command::Schedule(ScheduledTask {
            id: prepared.identity.id,
            token: prepared.identity.token,
            state_name: node.name.to_string(),
            resource: task.resource.clone(),
            parameters: prepared.parameters,
            role_arn: prepared.role_arn,
            timeout_ms: state.timeout_ms,
            heartbeat_ms: state.heartbeat_ms,
            deadline_ms: state.wake_at_ms(),
            waits_for_token: task.resource.waits_for_token(),
        }));
        branch.activity = Activity::Task(state);
        Ok(Progress::Halt(Status::Running(branch)))
    }

    fn prepare(&mut self, node: &Node, branch: &Here, task: &Task) -> Result<Prepared, Failure> {
        let visit = branch.visit(Some(branch.retry_count()));
        let input = data::select(
            "InputPath",
            node.input_path.as_ref(),
            &branch.input,
            &self.scope(&branch.input, &visit),
        )?;
        let mut scope = self.scope(&input, &visit);
        let timeout_seconds =
            evaluate_seconds("TimeoutSecondsPath", task.timeout.as_ref(), &scope)?;
        let heartbeat_seconds =
            evaluate_seconds("HeartbeatSecondsPath", task.heartbeat.as_ref(), &scope)?;
        let role_arn = evaluate_text("RoleArn.$", task.role_arn.as_ref(), &mut scope)?;

        let identity = (self.env.new_task)();
        let shows_token = task.resource.shows_token();
        let visit = Visit {
            task_token: shows_token.then_some(&identity.token),
            ..visit
        };
        let (parameters, shown_parameters) = match &task.parameters {
            None => (Arc::clone(&input), input),
            Some(template) => {
                let mut scope = self.scope(&input, &visit);
                let parameters = template.evaluate(&mut scope)?;
                let shown = if task.passes_token {
                    scope.draws.again();
                    scope.context.task_token = Some(TOKEN_MASK);
                    template.evaluate(&mut scope)?
                } else {
                    Arc::clone(&parameters)
                };
                (parameters, shown)
            }
        };
        let parameters = data::bounded(&node.name, parameters)?;
        Ok(Prepared {
            identity,
            parameters,
            shown_parameters,
            role_arn,
            timeout_seconds,
            heartbeat_seconds,
        })
    }

    fn record_schedule(
        &mut self,
        branch: &mut Here,
        task: &Task,
        prepared: &Prepared,
    ) -> Result<(), HistoryFull> {
        let mut details = Details {
            role_arn: prepared.role_arn.as_deref().map(Arc::from),
            timeout_seconds: prepared.timeout_seconds,
            heartbeat_seconds: prepared.heartbeat_seconds,
            ..of_resource(&task.resource)
        };
        let shown = Some(Arc::clone(&prepared.shown_parameters));
        let (kind, started) = match &task.resource {
            Resource::Integration { .. } => {
                details.parameters = shown;
                details.region = Some(self.context.region().into());
                (EventKind::TaskScheduled, Some(EventKind::TaskStarted))
            }
            Resource::LambdaFunction { arn } => {
                details.input = shown;
                details.resource = Some(arn.as_str().into());
                (
                    EventKind::LambdaFunctionScheduled,
                    Some(EventKind::LambdaFunctionStarted),
                )
            }
            Resource::Activity { arn } => {
                details.input = shown;
                details.resource = Some(arn.as_str().into());
                (EventKind::ActivityScheduled, None)
            }
        };
        self.follow(branch, kind, details)?;
        if let Some(kind) = started {
            self.follow(branch, kind, of_resource(&task.resource))?;
        }
        Ok(())
    }

    /// Lets something happen to the open task. The result is refused, or what comes of it.
    pub(super) fn answer(
        &mut self,
        node: &Node,
        mut branch: Here,
        event: Event,
    ) -> Result<Result<Progress, HistoryFull>, StepError> {
        let Work::Task(task) = &node.work else {
            return Err(StepError::UnknownTask);
        };
        let now_ms = self.env.now_ms;
        Ok(match event {
            Event::TaskHeartbeat { task: id } => {
                branch.open(&id)?.beat(now_ms);
                Ok(Progress::Halt(Status::Running(branch)))
            }
            Event::TaskStarted { task: id, worker } if task.resource.waits_for_worker() => {
                branch.acknowledge(&id)?.begin(now_ms);
                let details = Details {
                    worker: worker.as_deref().map(Arc::from),
                    ..Details::default()
                };
                self.follow(&mut branch, EventKind::ActivityStarted, details)
                    .map(|()| Progress::Halt(Status::Running(branch)))
            }
            Event::TaskSubmitted { task: id, output } if task.resource.is_submitted() => {
                branch.acknowledge(&id)?;
                let details = Details {
                    output: Some(Arc::new(output)),
                    ..of_resource(&task.resource)
                };
                self.follow(&mut branch, EventKind::TaskSubmitted, details)
                    .map(|()| Progress::Halt(Status::Running(branch)))
            }
            Event::TaskSucceeded { task: id, output } => {
                branch.open(&id)?;
                self.succeeded(node, task, branch, Arc::new(output))
            }
            Event::TaskFailed {
                task: id,
                error,
                cause,
            } => {
                branch.open(&id)?;
                self.failed(
                    node,
                    task,
                    branch,
                    Failure {
                        error: error.map(Into::into),
                        cause,
                        origin: Origin::Task,
                    },
                )
            }
            _ => return Err(StepError::UnknownTask),
        })
    }

    fn succeeded(
        &mut self,
        node: &Node,
        task: &Task,
        mut branch: Here,
        output: Arc<Value>,
    ) -> Result<Progress, HistoryFull> {
        let output = match data::bounded(task.resource.arn(), output) {
            Ok(output) => output,
            // Too much data out of a task is the task's failure, and can be caught like any other.
            Err(failure) => {
                return self.failed(
                    node,
                    task,
                    branch,
                    Failure {
                        origin: Origin::Task,
                        ..failure
                    },
                );
            }
        };
        let details = Details {
            output: Some(Arc::clone(&output)),
            ..of_resource(&task.resource)
        };
        self.follow(&mut branch, events(&task.resource).succeeded, details)?;
        match self.result(node, &branch, task, output) {
            Ok(output) => self.leave(node, &branch, output, task.transition),
            Err(failure) => self.recover(node, branch, task, failure),
        }
    }

    /// What a task's output becomes as the output of its state.
    fn result(
        &mut self,
        node: &Node,
        branch: &Here,
        task: &Task,
        output: Arc<Value>,
    ) -> Result<Arc<Value>, Failure> {
        let visit = branch.visit(Some(branch.retry_count()));
        let result = match &task.result_selector {
            Some(selector) => selector.evaluate(&mut self.scope(&output, &visit))?,
            None => output,
        };
        let placed = data::place(task.result_path.as_ref(), &branch.input, result)?;
        self.output(node, branch, &placed, &visit)
    }

    fn failed(
        &mut self,
        node: &Node,
        task: &Task,
        mut branch: Here,
        failure: Failure,
    ) -> Result<Progress, HistoryFull> {
        let faults = faults(failure.error.as_deref(), failure.cause.as_deref());
        let details = Details {
            error: faults.error,
            cause: faults.cause,
            ..of_resource(&task.resource)
        };
        self.follow(&mut branch, events(&task.resource).failed, details)?;
        self.recover(node, branch, task, failure)
    }

    /// The timeout or the heartbeat of the open task is due.
    pub(super) fn task_timed_out(
        &mut self,
        node: &Node,
        task: &Task,
        mut branch: Here,
    ) -> Result<Progress, HistoryFull> {
        let is_timeout = branch
            .open_task()
            .is_some_and(|task| task.deadline_ms == task.wake_at_ms());
        let origin = if is_timeout {
            Origin::Timeout
        } else {
            Origin::Heartbeat
        };
        self.close_task(&branch, CloseReason::TimedOut);
        let details = Details {
            error: Some(name::TIMEOUT.into()),
            ..of_resource(&task.resource)
        };
        self.follow(&mut branch, events(&task.resource).timed_out, details)?;
        self.recover(
            node,
            branch,
            task,
            Failure {
                error: Some(name::TIMEOUT.into()),
                cause: None,
                origin,
            },
        )
    }

    /// Retries, or catches, or gives up.
    fn recover(
        &mut self,
        node: &Node,
        mut branch: Here,
        task: &Task,
        failure: Failure,
    ) -> Result<Progress, HistoryFull> {
        if let Some((place, retrier)) = find_retrier(&task.retriers, &failure) {
            branch.retries.resize(task.retriers.len(), 0);
            let attempts = branch.retries[place];
            if attempts < retrier.max_attempts {
                branch.retries[place] += 1;
                let delay_ms = retrier.delay_ms(attempts, &mut *self.env.random);
                branch.activity = Activity::Backoff {
                    until_ms: self.env.now_ms.saturating_add(delay_ms),
                };
                return Ok(Progress::Halt(Status::Running(branch)));
            }
        }
        let Some(catcher) = task
            .catchers
            .iter()
            .find(|catcher| failure.is_matched_by(&catcher.errors))
        else {
            return Ok(self.give_up(&branch, failure));
        };
        let failure = branch.explain(failure);
        let caught = Arc::new(
            json!({"Error": failure.error.unwrap_or_default(), "Cause": failure.cause.unwrap_or_default()}),
        );
        let output = data::place(catcher.result_path.as_ref(), &branch.input, caught)
            .and_then(|output| data::bounded(&node.name, output));
        match output {
            Ok(output) => self.leave(node, &branch, output, Transition::Next(catcher.next)),
            Err(failure) => Ok(self.give_up(&branch, failure)),
        }
    }

    /// Records what follows in a branch.
    fn follow(
        &mut self,
        branch: &mut Here,
        kind: EventKind,
        details: Details,
    ) -> Result<(), HistoryFull> {
        branch.previous_event_id = self.record(branch.previous_event_id, kind, details)?;
        Ok(())
    }
}

impl Branch<Arc<Value>> {
    /// The open task, if it has this id.
    fn open(&mut self, id: &str) -> Result<&mut TaskState, StepError> {
        match &mut self.activity {
            Activity::Task(task) if task.id == id => Ok(task),
            _ => Err(StepError::UnknownTask),
        }
    }

    /// The open task, if this is its first acknowledgement.
    fn acknowledge(&mut self, id: &str) -> Result<&mut TaskState, StepError> {
        let task = self.open(id)?;
        if std::mem::replace(&mut task.is_acknowledged, true) {
            Err(StepError::UnknownTask)
        } else {
            Ok(task)
        }
    }
}

/// How the history calls the ends of a task.
struct Ends {
    succeeded: EventKind,
    failed: EventKind,
    timed_out: EventKind,
}

fn events(resource: &Resource) -> Ends {
    match resource {
        Resource::Integration { .. } => Ends {
            succeeded: EventKind::TaskSucceeded,
            failed: EventKind::TaskFailed,
            timed_out: EventKind::TaskTimedOut,
        },
        Resource::LambdaFunction { .. } => Ends {
            succeeded: EventKind::LambdaFunctionSucceeded,
            failed: EventKind::LambdaFunctionFailed,
            timed_out: EventKind::LambdaFunctionTimedOut,
        },
        Resource::Activity { .. } => Ends {
            succeeded: EventKind::ActivitySucceeded,
            failed: EventKind::ActivityFailed,
            timed_out: EventKind::ActivityTimedOut,
        },
    }
}

/// The details that every event of a service's task has; those of functions and activities have none.
fn of_resource(resource: &Resource) -> Details {
    match resource {
        Resource::Integration {
            service, action, ..
        } => Details {
            resource_type: Some(service.as_str().into()),
            resource: Some(action.as_str().into()),
            ..Details::default()
        },
        Resource::LambdaFunction { .. } | Resource::Activity { .. } => Details::default(),
    }
}

fn evaluate_seconds(
    field: &str,
    seconds: Option<&Seconds>,
    scope: &Scope,
) -> Result<Option<i64>, Failure> {
    match seconds {
        None => Ok(None),
        Some(Seconds::Fixed(seconds)) => Ok(Some(*seconds)),
        Some(Seconds::Path(path)) => match seconds_at(field, path, scope)? {
            0 => Err(Failure::runtime(format!(
                "The {field} parameter must be positive: {} == 0",
                path.text
            ))),
            seconds => Ok(Some(seconds)),
        },
    }
}

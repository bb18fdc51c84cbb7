//! What happens to an open task: it is taken, submitted, answered, or times out.

use std::sync::Arc;

use serde_json::Value;

use super::stay::Stay;
use super::{Interruption, Progress, Run, data};
use crate::command::CloseReason;
use crate::definition::{Task, Work};
use crate::event::{Event, StepError};
use crate::failure::{Failure, Origin, name};
use crate::history::{Details, EventKind};
use crate::resource::Resource;
use crate::state::{Activity, Branch, TaskState};

impl Run<'_, '_> {
    pub(super) fn answer(
        &mut self,
        mut stay: Stay,
        event: Event,
    ) -> Result<Progress, Interruption> {
        let Work::Task(task) = &stay.node.work else {
            return Err(StepError::UnknownTask.into());
        };
        match event {
            Event::TaskHeartbeat { task: id } => {
                stay.branch.open(&id)?.beat(self.env.now_ms);
                Ok(stay.rest())
            }
            Event::TaskStarted { task: id, worker } if task.resource.waits_for_worker() => {
                stay.branch.acknowledge(&id)?.begin(self.env.now_ms);
                let details = Details {
                    worker: worker.as_deref().map(Arc::from),
                    ..Details::default()
                };
                self.follow(&mut stay, EventKind::ActivityStarted, details)?;
                Ok(stay.rest())
            }
            Event::TaskSubmitted { task: id, output } if task.resource.is_submitted() => {
                stay.branch.acknowledge(&id)?;
                // Only shown: what is too large to be stored is left out.
                let output = data::bounded(task.resource.arn(), Arc::new(output)).ok();
                let details = Details {
                    output,
                    ..Details::of(&task.resource)
                };
                self.follow(&mut stay, EventKind::TaskSubmitted, details)?;
                Ok(stay.rest())
            }
            Event::TaskSucceeded { task: id, output } => {
                stay.branch.open(&id)?;
                self.task_succeeded(stay, task, Arc::new(output))
            }
            Event::TaskFailed {
                task: id,
                error,
                cause,
            } => {
                stay.branch.open(&id)?;
                self.task_failed(stay, task, Failure::new(error, cause, Origin::Task))
            }
            _ => Err(StepError::UnknownTask.into()),
        }
    }

    fn task_succeeded(
        &mut self,
        mut stay: Stay,
        task: &Task,
        output: Arc<Value>,
    ) -> Result<Progress, Interruption> {
        let output = match data::bounded(task.resource.arn(), output) {
            Ok(output) => output,
            // Too much data out of a task is the task's failure, and can be caught like any other.
            Err(failure) => {
                return self.task_failed(
                    stay,
                    task,
                    Failure {
                        origin: Origin::Task,
                        ..failure
                    },
                );
            }
        };
        let details = Details {
            output: Some(Arc::clone(&output)),
            ..Details::of(&task.resource)
        };
        self.follow(&mut stay, task.resource.events().succeeded, details)?;
        match self.result(&stay, task, output) {
            Ok(output) => self.leave(&stay, output, task.transition),
            Err(failure) => self.recover(stay, task, failure),
        }
    }

    /// What a task's output becomes as the output of its state.
    fn result(
        &mut self,
        stay: &Stay,
        task: &Task,
        output: Arc<Value>,
    ) -> Result<Arc<Value>, Failure> {
        let result = match &task.result_selector {
            Some(selector) => selector.evaluate(&mut self.scope(&output, stay, None))?,
            None => output,
        };
        let placed = data::place(task.result_path.as_ref(), &stay.branch.input, result)?;
        self.output(stay, placed)
    }

    fn task_failed(
        &mut self,
        mut stay: Stay,
        task: &Task,
        failure: Failure,
    ) -> Result<Progress, Interruption> {
        let (error, cause) = failure.texts();
        let details = Details {
            error,
            cause,
            ..Details::of(&task.resource)
        };
        self.follow(&mut stay, task.resource.events().failed, details)?;
        self.recover(stay, task, failure)
    }

    /// The open task has taken too long, or has given no sign of life.
    pub(super) fn task_timed_out(
        &mut self,
        mut stay: Stay,
        task: &Task,
        is_timeout: bool,
    ) -> Result<Progress, Interruption> {
        self.close_task(&stay.branch, CloseReason::TimedOut);
        let details = Details {
            error: Some(name::TIMEOUT.into()),
            ..Details::of(&task.resource)
        };
        self.follow(&mut stay, task.resource.events().timed_out, details)?;
        let origin = if is_timeout {
            Origin::Timeout
        } else {
            Origin::Heartbeat
        };
        self.recover(
            stay,
            task,
            Failure {
                error: Some(name::TIMEOUT.into()),
                cause: None,
                origin,
            },
        )
    }

    /// Records the next event of a stay.
    pub(super) fn follow(
        &mut self,
        stay: &mut Stay,
        kind: EventKind,
        details: Details,
    ) -> Result<(), Interruption> {
        stay.branch.previous_event_id =
            self.record(stay.branch.previous_event_id, kind, details)?;
        Ok(())
    }
}

impl Branch {
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

impl Resource {
    fn events(&self) -> Ends {
        match self {
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
}

impl Details {
    /// What every event of a service's task has; those of functions and activities have nothing.
    pub(super) fn of(resource: &Resource) -> Details {
        match resource {
            Resource::Integration {
                service, action, ..
            } => Details {
                resource_type: Some(Arc::clone(service)),
                resource: Some(Arc::clone(action)),
                ..Details::default()
            },
            Resource::LambdaFunction { .. } | Resource::Activity { .. } => Details::default(),
        }
    }
}

//! Scheduling the task of a Task state, for the first time or again.

use std::sync::Arc;

use serde_json::Value;

use super::stay::Stay;
use super::work::{evaluate_seconds, evaluate_text};
use super::{Interruption, Progress, Run, TOKEN_MASK, data};
use crate::command::{Command, ScheduledTask};
use crate::context::TaskIdentity;
use crate::definition::{Seconds, Task};
use crate::failure::{Failure, name};
use crate::history::{Details, EventKind};
use crate::resource::Resource;
use crate::retry::MAX_SECONDS;
use crate::state::{Activity, TaskState};
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
    pub(super) fn schedule(
        &mut self,
        mut stay: Stay,
        task: &Task,
    ) -> Result<Progress, Interruption> {
        let prepared = match self.prepare(&stay, task) {
            Ok(prepared) => prepared,
            Err(failure) => return self.recover(stay, task, failure),
        };
        self.record_schedule(&mut stay, &task.resource, &prepared)?;

        let in_ms = |seconds: Option<i64>| seconds.map(|seconds| seconds * 1000);
        let mut open = TaskState {
            id: prepared.identity.id.clone(),
            timeout_ms: in_ms(prepared.timeout_seconds),
            heartbeat_ms: in_ms(prepared.heartbeat_seconds),
            deadline_ms: None,
            heartbeat_due_ms: None,
            is_acknowledged: false,
        };
        // The clocks of an activity start when a worker takes it.
        if !task.resource.waits_for_worker() {
            open.begin(self.env.now_ms);
        }
        self.step.commands.push(Command::Schedule(ScheduledTask {
            id: prepared.identity.id,
            token: prepared.identity.token,
            state_name: stay.node.name.to_string(),
            resource: task.resource.clone(),
            parameters: prepared.parameters,
            role_arn: prepared.role_arn,
            timeout_ms: open.timeout_ms,
            heartbeat_ms: open.heartbeat_ms,
            deadline_ms: open.wake_at_ms(),
            waits_for_token: task.resource.waits_for_token(),
        }));
        stay.branch.activity = Activity::Task(open);
        Ok(stay.rest())
    }

    fn prepare(&mut self, stay: &Stay, task: &Task) -> Result<Prepared, Failure> {
        let input = self.input(stay)?;
        let mut scope = self.scope(&input, stay, None);
        let timeout_seconds = limit("TimeoutSecondsPath", task.timeout.as_ref(), &scope)?;
        let heartbeat_seconds = limit("HeartbeatSecondsPath", task.heartbeat.as_ref(), &scope)?;
        let role_arn = task
            .role_arn
            .as_ref()
            .map(|text| evaluate_text("RoleArn.$", text, &mut scope))
            .transpose()?;

        let identity = (self.env.new_task)();
        let token = task
            .resource
            .shows_token()
            .then_some(identity.token.as_str());
        let (parameters, shown_parameters) = self.parameters(stay, task, input, token)?;
        Ok(Prepared {
            identity,
            parameters,
            shown_parameters,
            role_arn,
            timeout_seconds,
            heartbeat_seconds,
        })
    }

    /// The parameters, and the same as the history may show them.
    fn parameters(
        &mut self,
        stay: &Stay,
        task: &Task,
        input: Arc<Value>,
        token: Option<&str>,
    ) -> Result<(Arc<Value>, Arc<Value>), Failure> {
        let Some(template) = &task.parameters else {
            let input = data::bounded(&stay.node.name, input)?;
            return Ok((Arc::clone(&input), input));
        };
        let mut scope = self.scope(&input, stay, token);
        let computed = template.evaluate(&mut scope);
        if !task.passes_token {
            let parameters = data::bounded(&stay.node.name, computed?)?;
            return Ok((Arc::clone(&parameters), parameters));
        }
        // Everything that is stored, be it the cause of a failure, comes from a second go with the mask.
        match (computed, template.evaluate(&mut scope.masked(TOKEN_MASK))) {
            (Ok(parameters), shown) => {
                let parameters = data::bounded(&stay.node.name, parameters)?;
                Ok((
                    parameters,
                    shown.unwrap_or_else(|_| Arc::new(TOKEN_MASK.into())),
                ))
            }
            (Err(_), Err(failure)) => Err(failure),
            (Err(_), Ok(_)) => Err(Failure::processing(
                name::INTRINSIC_FAILURE,
                "The parameters could not be computed from the task token.",
            )),
        }
    }

    fn record_schedule(
        &mut self,
        stay: &mut Stay,
        resource: &Resource,
        prepared: &Prepared,
    ) -> Result<(), Interruption> {
        let shown = Some(Arc::clone(&prepared.shown_parameters));
        let details = Details {
            role_arn: prepared.role_arn.as_deref().map(Arc::from),
            timeout_seconds: prepared.timeout_seconds,
            heartbeat_seconds: prepared.heartbeat_seconds,
            ..Details::of(resource)
        };
        match resource {
            Resource::Integration { .. } => {
                let region = Some(self.context.region().into());
                let details = Details {
                    parameters: shown,
                    region,
                    ..details
                };
                self.follow(stay, EventKind::TaskScheduled, details)?;
                self.follow(stay, EventKind::TaskStarted, Details::of(resource))
            }
            Resource::LambdaFunction { arn } => {
                let details = Details {
                    input: shown,
                    resource: Some(Arc::clone(arn)),
                    ..details
                };
                self.follow(stay, EventKind::LambdaFunctionScheduled, details)?;
                self.follow(stay, EventKind::LambdaFunctionStarted, Details::default())
            }
            Resource::Activity { arn } => {
                let details = Details {
                    input: shown,
                    resource: Some(Arc::clone(arn)),
                    ..details
                };
                self.follow(stay, EventKind::ActivityScheduled, details)
            }
        }
    }
}

/// The seconds of a timeout or a heartbeat.
fn limit(field: &str, seconds: Option<&Seconds>, scope: &Scope) -> Result<Option<i64>, Failure> {
    let Some(seconds) = seconds else {
        return Ok(None);
    };
    match evaluate_seconds(field, seconds, scope)? {
        limit if (1..=MAX_SECONDS as i64).contains(&limit) => Ok(Some(limit)),
        other => Err(Failure::runtime(format!(
            "The {field} parameter must be from 1 to {MAX_SECONDS}, not {other}"
        ))),
    }
}

//! A pure interpreter of the Amazon States Language.
//!
//! [`start`] and [`step`] take a [`Definition`], a [`State`] and an [`Event`] and answer with
//! [`Command`]s and [`HistoryEvent`]s. The crate knows no clock, no socket, no database, no `async`
//! and no randomness of its own: time, random numbers and task identities come in through [`Env`],
//! and timers are one number, [`State::wake_at_ms`].
//!
//! ```
//! use std::sync::Arc;
//! use gatepost_asl::{Command, Definition, Env, Event, ExecutionContext, Outcome, TaskIdentity, start, step};
//! use serde_json::json;
//!
//! let definition = Definition::parse(r#"{"StartAt": "Ask", "States": {"Ask": {
//!     "Type": "Task",
//!     "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
//!     "Parameters": {"FunctionName": "ask", "Payload": {"token.$": "$$.Task.Token"}},
//!     "TimeoutSeconds": 60,
//!     "End": true
//! }}}"#).unwrap();
//! # let context = ExecutionContext {
//! #     id: "arn:aws:states:local:0:execution:ask:1".into(), name: "1".into(), role_arn: None, start_time_ms: 0,
//! #     state_machine_id: "arn:aws:states:local:0:stateMachine:ask".into(), state_machine_name: "ask".into(),
//! # };
//! let mut random = || 4;
//! let mut new_task = || TaskIdentity { id: "task-1".into(), token: "secret".into() };
//! let mut env = Env { now_ms: 0, random: &mut random, new_task: &mut new_task };
//!
//! let (mut state, begun) = start(&definition, &context, Arc::new(json!({})), &mut env);
//! let Command::Schedule(task) = &begun.commands[0] else { panic!() };
//! assert_eq!(task.parameters["Payload"]["token"], "secret");
//! assert_eq!(state.wake_at_ms(), Some(60_000));
//!
//! let answer = Event::TaskSucceeded { task: task.id.clone(), output: json!("yes") };
//! step(&definition, &context, &mut state, answer, &mut env).unwrap();
//! assert_eq!(state.outcome(), Some(&Outcome::Succeeded { output: Arc::new(json!("yes")) }));
//! ```
//!
//! # Where AWS leaves room
//!
//! Recorded answers of AWS Step Functions decide where there are any. Where there are none:
//!
//! - A Choice whose variable is missing fails with `States.Runtime`, default or not: in moderation
//!   the default may be the branch that publishes.
//! - An answer that comes after its deadline is refused, even before [`Event::Woken`] has arrived.
//! - `States.Runtime` is never caught; `States.DataLimitExceeded` only by its name, unless it was a
//!   task that returned too much.
//! - Where the parameters of a task contain its token, the history shows [`TOKEN_MASK`].
//! - Data may nest 120 levels deep, and one step enters 100 states before the execution has to be
//!   woken again.
//!
//! Parallel and Map states, variables and JSONata are reported as `UNSUPPORTED` by [`validate()`].

mod choice;
mod command;
mod context;
mod cursor;
mod definition;
mod event;
mod failure;
pub mod history;
mod intrinsic;
mod json;
mod machine;
mod path;
mod payloads;
mod problem;
mod resource;
mod retry;
mod state;
mod template;
mod timestamp;
mod validate;

pub use command::{CloseReason, Command, Outcome, ScheduledTask, Step};
pub use context::{Env, ExecutionContext, TaskIdentity};
pub use definition::{Definition, StateKind, StateSummary};
pub use event::{Event, StepError};
pub use history::{Details, EventKind, HistoryEvent};
pub use json::MAX_DATA_BYTES;
pub use machine::{MAX_HISTORY_EVENTS, TOKEN_MASK, start, step};
pub use payloads::DecodeError;
pub use problem::{Problem, Severity};
pub use resource::{Pattern, Resource};
pub use state::{OpenTask, State};
pub use validate::validate;

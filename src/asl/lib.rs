//! A pure interpreter of the Amazon States Language.
//!
//! [`start`] and [`step`] take a [`Definition`], a [`State`] and an [`Event`] and answer with
//! [`Command`]s and [`HistoryEvent`]s. The crate knows no clock, no socket, no database, no `async`
//! and no randomness of its own: time, random numbers and task identities come in through [`Env`],
//! and timers are one number, [`State::wake_at_ms`].

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

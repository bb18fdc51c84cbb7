//! The pages, one file for each area.

pub(crate) mod account;
pub(crate) mod audit;
pub(crate) mod author;
pub(crate) mod case;
pub(crate) mod decision;
pub(crate) mod executions;
pub(crate) mod health;
pub(crate) mod home;
pub(crate) mod invitation;
pub(crate) mod keys;
pub(crate) mod link;
pub(crate) mod notices;
pub(crate) mod outbox;
pub(crate) mod password;
pub(crate) mod people;
pub(crate) mod queue;
pub(crate) mod reader;
pub(crate) mod rule;
pub(crate) mod rule_lists;
pub(crate) mod rules;
pub(crate) mod session;
pub(crate) mod settings;
pub(crate) mod setup;
pub(crate) mod sign_up;
pub(crate) mod stats;
pub(crate) mod workflow;

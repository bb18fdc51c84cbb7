//! Gatepost decides what gets published: posts run through a durable workflow, flagged ones wait for a moderator.
//! The modules below are the map of the tree; ARCHITECTURE.md says who may call whom.

pub use gatepost_asl as asl;

pub mod app;
pub mod auth;
pub mod backup;
pub mod bench;
pub mod checks;
pub mod cli;
pub mod clock;
pub mod config;
pub mod engine;
pub mod http;
pub mod ids;
pub mod locale;
pub mod moderation;
pub mod outbox;
pub mod people;
pub mod store;
pub mod telemetry;
mod text_enum;
pub mod workers;

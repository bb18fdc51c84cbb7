//! The command line, through the built program.

mod backup;
mod bench;
mod configuration;
mod content;
mod serve;
mod workflow;

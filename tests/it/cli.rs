//! The command line, through the built program.

mod backup;
mod configuration;
mod content;
mod serve;
mod workflow;

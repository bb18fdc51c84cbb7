//! The command line, through the built program.

mod backup;
mod configuration;
mod serve;
mod workflow;

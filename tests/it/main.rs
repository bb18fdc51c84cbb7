//! Every test that goes through a door of Gatepost, on both databases. One binary, so that it links once.
//! `tests/run.sh` runs them with nothing skipped.

#[macro_use]
mod setting;
mod database;
mod program;

mod cli;
mod flow;
mod packaging;
mod schema;

//! Every test that goes through a door of Gatepost, on both databases. One binary, so that it links once.
//! `tests/run.sh` runs them with nothing skipped.

#[macro_use]
mod setting;
mod app;
mod audit;
mod child;
mod database;
mod fresh;
mod load;
mod mailbox;
mod pair;
mod process;
mod program;
mod signature;
mod site;
mod smtp_script;
mod visitor;

mod access;
mod api;
mod appeal;
mod approval;
mod aside;
mod aws;
mod brake;
mod browser;
mod catalog;
mod chain;
mod cli;
mod crash;
mod desk;
mod drafts;
mod figures;
mod flow;
mod link;
mod mail;
mod malformed;
mod outbox;
mod own_data;
mod packaging;
mod people;
mod races;
mod rehearsal;
mod replicas;
mod rule_versions;
mod schema;
mod search;
mod smtp;
mod standing;
mod stop;
mod story;
mod suggestions;
mod team;
mod tenants;
mod undo;
mod wellness;

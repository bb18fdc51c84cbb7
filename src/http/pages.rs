//! The pages, one file for each area.

pub(crate) mod author;
pub(crate) mod health;
pub(crate) mod home;
pub(crate) mod reader;

//! The pages, one file for each area.

pub(crate) mod health;
pub(crate) mod home;

//! `/api/v1`, the door of programs: JSON in, JSON or problem+json out, a key instead of a session. Each file is one
//! resource; its handlers authenticate first, then read the request, then call one use case. Cookies mean nothing here.

pub(crate) mod caller;
pub(crate) mod check;
pub(crate) mod checks;
pub(crate) mod decisions;
pub(crate) mod docs;
pub mod document;
pub(crate) mod hit;
pub(crate) mod outcomes;
pub(crate) mod page;
pub(crate) mod posts;
pub(crate) mod queue;
pub(crate) mod request;
pub(crate) mod rule_figures;
pub(crate) mod rule_lists;
pub(crate) mod rule_versions;
pub(crate) mod rules;
pub(crate) mod shared_rules;

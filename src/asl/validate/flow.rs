//! How the states hang together: whether each can be reached, and whether there is an end.
//!
//! Works on the text itself, so that one broken field hides nothing.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::Report;
use crate::json::join;
use crate::problem::code;

pub(super) fn check(start_at: Option<&str>, states: &Map<String, Value>, report: &mut Report) {
    let Some(start_at) = start_at.filter(|name| states.contains_key(*name)) else {
        return;
    };
    let mut reached = HashSet::new();
    let mut next = vec![start_at];
    while let Some(name) = next.pop() {
        if let Some(state) = states.get(name)
            && reached.insert(name)
        {
            next.extend(targets(state));
        }
    }
    for name in states
        .keys()
        .filter(|name| !reached.contains(name.as_str()))
    {
        let message = format!("no path leads to the state '{name}'");
        report.error(&join("/States", name), code::UNREACHABLE, message);
    }
    if !reached.iter().any(|name| is_terminal(&states[*name])) {
        report.error(
            "/States",
            code::NO_TERMINAL_STATE,
            "no path leads to an end",
        );
    }
}

/// The names of all states that can follow.
fn targets(state: &Value) -> impl Iterator<Item = &str> {
    let rules = state["Choices"].as_array().into_iter().flatten();
    let catchers = state["Catch"].as_array().into_iter().flatten();
    let direct = [&state["Next"], &state["Default"]];
    direct
        .into_iter()
        .chain(rules.chain(catchers).map(|entry| &entry["Next"]))
        .filter_map(Value::as_str)
}

fn is_terminal(state: &Value) -> bool {
    state["End"] == true || matches!(state["Type"].as_str(), Some("Succeed" | "Fail"))
}

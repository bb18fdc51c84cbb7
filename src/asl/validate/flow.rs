//! How the states hang together: whether each can be reached, and whether there is an end.

use super::Report;
use crate::definition::Machine;
use crate::json::join;
use crate::problem::code;

pub(super) fn check(machine: &Machine, report: &mut Report) {
    let mut is_reached = vec![false; machine.states.len()];
    let mut next = vec![machine.start_at];
    while let Some(place) = next.pop() {
        if !std::mem::replace(&mut is_reached[place], true) {
            next.extend(machine.states[place].targets());
        }
    }
    let states = || machine.states.iter().zip(&is_reached);
    for (node, _) in states().filter(|(_, is_reached)| !**is_reached) {
        let message = format!("no path leads to the state '{}'", node.name);
        report.error(&join("/States", &node.name), code::UNREACHABLE, message);
    }
    if !states().any(|(node, is_reached)| *is_reached && node.is_terminal()) {
        report.error(
            "/States",
            code::NO_TERMINAL_STATE,
            "no path leads to an end",
        );
    }
}

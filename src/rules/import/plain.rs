//! Lists of one pattern a line, as people paste them into the blocklists of their blogs: words, phrases, hosts and parts of
//! addresses.

use super::super::flaw::Flaw;
use super::super::inflect::Inflections;
use super::super::rule::{MatchMode, RuleDraft, RuleKind};
use super::{ImportReport, of_kind};

pub(super) fn parse(bytes: &[u8], defaults: &RuleDraft, report: &mut ImportReport) {
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let Ok(line) = std::str::from_utf8(line) else {
            report.refuse(index + 1, Flaw::new("flaw-encoding"));
            continue;
        };
        let line = line.trim();
        if line.is_empty() || line.starts_with("# ") {
            continue;
        }
        let (kind, pattern) = RuleKind::guess(line);
        let mut draft = of_kind(defaults, kind, pattern);
        // Nobody disguises an address that is to be followed.
        let is_address = kind == RuleKind::Host || kind == RuleKind::Word && is_address(pattern);
        if is_address {
            draft.mode = MatchMode::Exact;
            draft.inflections = Inflections::None;
        }
        let before = report.drafts.len();
        report.accept(index + 1, draft);
        report.addresses += usize::from(is_address && report.drafts.len() > before);
    }
}

/// Whether the entry is a host or a part of an address: `example.com`, `.info/`, `/blog/`, `page.php?id=`, `-pills-`.
fn is_address(pattern: &str) -> bool {
    let is_inner = |at: usize| {
        let next = pattern[at + 1..].chars().next();
        at > 0 && next.is_some_and(char::is_alphanumeric)
    };
    pattern.contains(char::is_alphanumeric)
        && (pattern.starts_with(['/', '.', '-', '_', '?', '&', '=', '%'])
            || pattern.ends_with(['/', '-', '_', '=', '&', '?'])
            || pattern.contains(['/', '=', '?'])
            || pattern.match_indices('.').any(|(at, _)| is_inner(at)))
}

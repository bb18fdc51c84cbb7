//! How a case is put into words: the same in mails and on the pages behind their links.

use crate::locale::Locale;
use crate::moderation::in_force::NOT_LOADED;
use crate::moderation::rules::{Action, Checked, Field, Hit};

/// Characters on either side of the first hit.
const EXCERPT_MARGIN: usize = 90;

/// What stands at a glance: "scam 3 · 3 hits · revision 2".
pub(crate) fn about(locale: Locale, hits: &[Hit], revision: i64) -> String {
    let mut parts = Vec::new();
    let worst = counted(hits).max_by_key(|hit| hit.severity);
    if let Some(hit) = worst.filter(|hit| !hit.category.is_empty()) {
        parts.push(format!("{} {}", hit.category, hit.severity));
    }
    let count = counted(hits).count();
    if count > 0 {
        parts.push(locale.say("case-hits").with("count", count).to_string());
    }
    parts.push(locale.say("revision").with("number", revision).to_string());
    parts.join(" · ")
}

/// Why the post is held: "3 hits of 2 rules; the highest severity is 3."
pub(crate) fn why(locale: Locale, hits: &[Hit], problem: Option<&str>) -> String {
    if let Some(stored) = problem {
        return sentence(&self::problem(locale, stored));
    }
    let mut rules: Vec<&str> = counted(hits).map(|hit| hit.rule.as_str()).collect();
    let count = rules.len();
    rules.sort_unstable();
    rules.dedup();
    match counted(hits).map(|hit| hit.severity).max() {
        None => locale.text("case-why-workflow"),
        Some(severity) => {
            let hits = locale.say("case-hits").with("count", count).to_string();
            let rules = locale
                .say("case-rules")
                .with("count", rules.len())
                .to_string();
            locale
                .say("case-why")
                .with("hits", hits)
                .with("rules", rules)
                .with("severity", i64::from(severity))
                .to_string()
        }
    }
}

/// What kept a post from its verdict, from what its row says. What services, rules and workflows said of it themselves
/// is shown as they said it.
pub(crate) fn problem(locale: Locale, stored: &str) -> String {
    if let Some(cause) = stored.strip_prefix(NOT_LOADED) {
        return locale
            .say("problem-not-loaded")
            .with("cause", cause)
            .to_string();
    }
    let of_check = stored
        .strip_prefix("The check “")
        .and_then(|rest| rest.split_once("” "));
    match (stored, of_check) {
        (Checked::TOO_MUCH_WORK, _) => locale.text("problem-too-much-work"),
        (Checked::BROKEN, _) => locale.text("problem-broken"),
        (_, Some((check, cause))) => locale
            .say("problem-check")
            .with("check", check)
            .with("cause", cause)
            .to_string(),
        _ => stored.to_owned(),
    }
}

/// The words around the first hit in the body, on one line; the beginning where the body has none.
pub(crate) fn excerpt(body: &str, hits: &[Hit]) -> String {
    let first = counted(hits)
        .filter(|hit| hit.field == Field::Body)
        .min_by_key(|hit| hit.start);
    let (from, to) = first.map_or((0, 2 * EXCERPT_MARGIN), |hit| {
        (
            hit.start.saturating_sub(EXCERPT_MARGIN),
            hit.end.min(hit.start + EXCERPT_MARGIN) + EXCERPT_MARGIN,
        )
    });
    let cut: String = body.chars().skip(from).take(to - from).collect();
    let words: Vec<&str> = cut.split_whitespace().collect();
    let is_cut_behind = body.chars().nth(to).is_some();
    format!(
        "{}{}{}",
        if from > 0 { "… " } else { "" },
        words.join(" "),
        if is_cut_behind { " …" } else { "" }
    )
}

/// The hits that hold or reject; the others were only noted.
pub(crate) fn counted(hits: &[Hit]) -> impl Iterator<Item = &Hit> {
    hits.iter()
        .filter(|hit| matches!(hit.action, Action::Hold | Action::Reject))
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let mut sentence: String = chars
        .next()
        .map(|first| first.to_uppercase().collect())
        .unwrap_or_default();
    sentence.push_str(chars.as_str());
    if !sentence.ends_with('.') {
        sentence.push('.');
    }
    sentence
}

//! How a case, and what is wrong with something typed, is put into words: the same wherever it is read.

use crate::checks::NOT_PUBLIC;
use crate::locale::{Locale, MessageId};
use crate::moderation::external;
use crate::moderation::in_force::NOT_LOADED;
use crate::moderation::rule_set::Uncompilable;
use crate::moderation::rules::{Action, Checked, Field, Flaw, FlawArg, Hit};

/// Stands for the error of a workflow that named none.
pub(super) const ENDED: &str = "the workflow ended";
/// Stands for the cause of an error that came without one.
pub(super) const NO_CAUSE: &str = "no cause was given";
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
    match (stored, external::read_failed(stored)) {
        (Checked::TOO_MUCH_WORK, _) => locale.text("problem-too-much-work"),
        (Checked::BROKEN, _) => locale.text("problem-broken"),
        (_, Some((check, failure))) => locale
            .say("problem-check")
            .with("check", check)
            .with("failure", check_failure(locale, failure))
            .to_string(),
        _ => broken(locale, stored),
    }
}

/// How a workflow broke, `ERROR: CAUSE`; what it did not say is stored as [`ENDED`] and [`NO_CAUSE`].
fn broken(locale: Locale, stored: &str) -> String {
    let Some((error, cause)) = stored.split_once(": ") else {
        return stored.to_owned();
    };
    let said = |text: &str| match text {
        ENDED => locale.text("problem-ended"),
        NO_CAUSE => locale.text("problem-no-cause"),
        text => text.to_owned(),
    };
    format!("{}: {}", said(error), said(cause))
}

/// How a check failed, after its name. What a server answered stands in it as it was.
pub(crate) fn check_failure(locale: Locale, stored: &str) -> String {
    let (failure, attempts) = match stored.strip_suffix(" attempts") {
        Some(failure) => failure.rsplit_once(", in ").unwrap_or((stored, "")),
        None => (stored, ""),
    };
    let kinds = [
        ("did not answer within ", MessageId("check-failure-slow")),
        ("is not available (", MessageId("check-failure-unavailable")),
        ("was not asked (", MessageId("check-failure-refused")),
        (
            "gave an answer that cannot be used (",
            MessageId("check-failure-answer"),
        ),
        ("is left alone after ", MessageId("check-failure-resting")),
        ("did not answer in time", MessageId("check-failure-timeout")),
    ];
    let said = kinds.iter().find_map(|(beginning, id)| {
        let detail = failure.strip_prefix(beginning)?;
        let detail = detail.strip_suffix(')').unwrap_or(detail);
        let detail = detail.strip_suffix(" failures in a row").unwrap_or(detail);
        let detail = detail
            .split_once(NOT_PUBLIC)
            .map_or(detail, |(host, _)| host);
        Some(locale.say(*id).with("detail", detail).to_string())
    });
    let said = said.unwrap_or_else(|| failure.to_owned());
    match attempts {
        "" => said,
        attempts => locale
            .say("check-failure-attempts")
            .with("failure", said)
            .with("attempts", attempts)
            .to_string(),
    }
}

/// What is wrong with something that was typed, without a full stop.
pub(crate) fn flaw(locale: Locale, flaw: &Flaw) -> String {
    let said = flaw
        .args
        .iter()
        .fold(locale.say(flaw.message), |said, (name, arg)| match arg {
            FlawArg::Number(number) => said.with(name, *number),
            FlawArg::Text(text) => said.with(name, text),
            FlawArg::Flaw(inner) => said.with(name, self::flaw(locale, inner)),
        });
    said.to_string()
}

/// What is wrong with a rule set that does not load.
pub(crate) fn uncompilable(locale: Locale, uncompilable: &Uncompilable) -> String {
    let flaws: Vec<String> = (uncompilable.0.iter())
        .map(|problem| flaw(locale, &problem.flaw))
        .collect();
    let problem = flaws.join("; ");
    locale
        .say("rules-do-not-load")
        .with("problem", problem)
        .to_string()
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

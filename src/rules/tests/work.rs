//! Work is counted in steps, so that whether it grows with the text or faster does not depend on the machine.

use super::*;

/// What somebody would send over and over to keep a checker busy.
const HOSTILE: [&str; 22] = [
    "aaaa", "a b ", "a.", "*a", "fu", "[", "]", "](", "!", "<", "<b>", "<!--", "&#", "&#97;",
    "%61", "|", "$", "\u{301}", "あ", "e\u{301}", "> ", "\n1. ",
];

/// Words, short ones too, phrases of common words, wildcards, an address and a disguised entry.
fn matcher(mode: MatchMode) -> Matcher {
    let words =
        ["smurfing", "fudge", "ass", "al", "iiss", "ɑɕ", "あほ"].map(|word| (RuleKind::Word, word));
    let phrases = ["a b c d", "the of it", "a kind of smurf", "an * ass"]
        .map(|phrase| (RuleKind::Phrase, phrase));
    let others = [
        (RuleKind::Wildcard, "fu?ge*"),
        (RuleKind::Host, "smurf.example/a"),
        (RuleKind::Regex, r"smurf\s+\d+"),
    ];
    let all = words.into_iter().chain(phrases).chain(others);
    let rules: Vec<Rule> = all
        .enumerate()
        .map(|(n, (kind, pattern))| Rule {
            id: n.to_string(),
            draft: RuleDraft {
                kind,
                pattern: pattern.to_owned(),
                mode,
                ..RuleDraft::default()
            },
        })
        .collect();
    Matcher::build(1, &rules).unwrap()
}

#[test]
fn ten_times_the_text_is_at_most_twelve_times_the_work() {
    for mode in [MatchMode::Normal, MatchMode::Aggressive] {
        let matcher = matcher(mode);
        let nested = |count: usize| format!("{}a{}", "<b>".repeat(count), "</b>".repeat(count));
        let quoted = |count: usize| format!("{}a", "> ".repeat(count));
        let grows = |name: &str, text: &dyn Fn(usize) -> String| {
            let [small, large] = [400, 4_000].map(|count| matcher.work(&text(count)));
            assert!(
                large <= 12 * small.max(1),
                "{name} {mode}: {small}, {large}"
            );
        };
        for piece in HOSTILE {
            grows(piece, &|count| piece.repeat(count));
        }
        grows("nested", &nested);
        grows("quoted", &quoted);
    }
}

#[test]
fn what_is_read_in_vain_is_counted() {
    let matcher = matcher(MatchMode::Normal);

    let work = matcher.work(&"smurfini ".repeat(1_000));

    assert!(work >= 2_000, "{work}");
}

#[test]
fn a_text_that_takes_too_much_work_is_held() {
    let matcher = matcher(MatchMode::Aggressive);

    let checked = matcher.check("", &"!a".repeat(500_000));

    assert_eq!(checked.problem.as_deref(), Some(Checked::TOO_MUCH_WORK));
}

//! Phrases in which a word that lists forbid is innocent, for rules in normal mode. An owner who wants a word held wherever
//! it stands makes the rule exact.

use super::normalize::fold;

/// A word, and the words behind it that make it innocent.
const PHRASES: &[(&str, &[&str])] = &[(
    "sexual",
    &[
        "orientation",
        "identity",
        "harassment",
        "health",
        "assault",
        "reproduction",
        "selection",
        "dimorphism",
        "minorities",
    ],
)];

/// Whether `found`, with what follows it in the text, is one of the usual phrases.
pub(super) fn is_usual(found: &str, after: &str) -> bool {
    let is_it = |word: &str| word.eq_ignore_ascii_case(found);
    let Some((_, followers)) = PHRASES.iter().find(|(word, _)| is_it(word)) else {
        return false;
    };
    let next: String = after
        .chars()
        .skip_while(|c| !c.is_alphabetic())
        .take_while(|c| c.is_alphabetic())
        .take(20)
        .collect();
    let next = fold(&next).text;
    followers.contains(&next.as_str())
}

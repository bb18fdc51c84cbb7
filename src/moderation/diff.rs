//! What an author changed between two revisions, word by word. Pure; knows nothing of pages.

use std::time::Duration;

use similar::{ChangeTag, TextDiff};

/// Texts that have nothing in common are not worth more time; what is left is shown as replaced.
const TIMEOUT: Duration = Duration::from_millis(50);
/// Words that did not change and stand farther from any change are left out.
const CONTEXT_WORDS: usize = 24;

/// What became of a stretch of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is in both.
    Kept,
    /// It was left out here, being the same.
    Skipped,
    /// Only the new text has it.
    Added,
    /// Only the old text had it.
    Removed,
}

/// A stretch of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What became of it.
    pub fate: Fate,
    /// The text; empty for what is skipped.
    pub text: String,
}

/// The two texts as one, with what was removed and added; nothing where they are the same.
pub fn words(old: &str, new: &str) -> Vec<Piece> {
    if old == new {
        return Vec::new();
    }
    let diff = TextDiff::configure().timeout(TIMEOUT).diff_words(old, new);
    let mut pieces: Vec<Piece> = Vec::new();
    for change in diff.iter_all_changes() {
        let fate = match change.tag() {
            ChangeTag::Equal => Fate::Kept,
            ChangeTag::Insert => Fate::Added,
            ChangeTag::Delete => Fate::Removed,
        };
        match pieces.last_mut() {
            Some(last) if last.fate == fate => last.text.push_str(change.value()),
            _ => pieces.push(Piece {
                fate,
                text: change.value().to_owned(),
            }),
        }
    }
    let last = pieces.len().saturating_sub(1);
    pieces
        .into_iter()
        .enumerate()
        .flat_map(|(place, piece)| match piece.fate {
            Fate::Kept => shorten(&piece.text, place == 0, place == last),
            _ => vec![piece],
        })
        .collect()
}

/// How many words only one of the texts has.
pub fn changed_words(pieces: &[Piece]) -> usize {
    pieces
        .iter()
        .filter(|piece| matches!(piece.fate, Fate::Added | Fate::Removed))
        .map(|piece| piece.text.split_whitespace().count())
        .sum()
}

/// The ends of a long stretch, next to the changes.
fn shorten(text: &str, is_first: bool, is_last: bool) -> Vec<Piece> {
    let words: Vec<&str> = text.split_inclusive(char::is_whitespace).collect();
    let kept = |words: &[&str]| Piece {
        fate: Fate::Kept,
        text: words.concat(),
    };
    let (head, tail) = (
        if is_first { 0 } else { CONTEXT_WORDS },
        if is_last { 0 } else { CONTEXT_WORDS },
    );
    if words.len() <= head + tail {
        return vec![kept(&words)];
    }
    let skipped = Piece {
        fate: Fate::Skipped,
        text: String::new(),
    };
    [
        kept(&words[..head]),
        skipped,
        kept(&words[words.len() - tail..]),
    ]
    .into_iter()
    .filter(|piece| piece.fate == Fate::Skipped || !piece.text.is_empty())
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(old: &str, new: &str) -> String {
        words(old, new)
            .iter()
            .map(|piece| match piece.fate {
                Fate::Kept => piece.text.clone(),
                Fate::Skipped => "…".to_owned(),
                Fate::Added => format!("[+{}]", piece.text),
                Fate::Removed => format!("[-{}]", piece.text),
            })
            .collect()
    }

    #[test]
    fn changes_are_shown_in_place() {
        assert_eq!(shown("a b c", "a b c"), "");
        assert_eq!(
            shown("buy free money now", "buy free honey now"),
            "buy free [-money][+honey] now"
        );
        assert_eq!(changed_words(&words("one two", "one two three four")), 2);
    }

    #[test]
    fn what_is_far_from_any_change_is_left_out() {
        let long = "word ".repeat(200);
        let text = shown(&format!("{long}old {long}"), &format!("{long}new {long}"));

        assert!(text.starts_with("…") && text.ends_with("…"), "{text}");
        let kept = text.matches("word").count();
        assert!(
            (1..=2 * CONTEXT_WORDS).contains(&kept),
            "{kept} words are shown"
        );
        assert!(text.contains("[-old][+new]"), "{text}");
    }
}

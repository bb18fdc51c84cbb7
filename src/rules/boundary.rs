//! Where words begin and end. In the spirit of UAX #29, with three differences that moderation needs: scripts written
//! without spaces have a boundary between any two letters, and neither `_` nor a full stop or apostrophe inside a word
//! glues its halves together.

use unicode_normalization::char::is_combining_mark;

/// What a character does to a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// White space, punctuation, symbols, controls.
    Separator,
    /// A letter or digit of a script that puts spaces between words.
    Letter,
    /// A combining mark of such a script.
    Mark,
    /// A letter of a script without spaces.
    Unspaced,
    /// A combining mark of a script without spaces.
    UnspacedMark,
}

impl Class {
    pub(super) fn of(c: char) -> Class {
        if c.is_ascii() {
            return if c.is_ascii_alphanumeric() {
                Class::Letter
            } else {
                Class::Separator
            };
        }
        let unspaced = is_unspaced(c);
        if is_combining_mark(c) {
            return if unspaced {
                Class::UnspacedMark
            } else {
                Class::Mark
            };
        }
        match c.is_alphanumeric() {
            false => Class::Separator,
            true if unspaced => Class::Unspaced,
            true => Class::Letter,
        }
    }

    /// Whether characters of this class are parts of words.
    pub(super) fn is_word(self) -> bool {
        self != Class::Separator
    }
}

/// Whether a word may end after `left` and another begin with `right`.
pub(super) fn between(left: Class, right: Class) -> bool {
    use Class::{Letter, Mark, Separator, Unspaced, UnspacedMark};
    match (left, right) {
        (Separator, _) | (_, Separator) => true,
        // A mark belongs to the letter before it.
        (_, Mark | UnspacedMark) => false,
        (Letter | Mark, Letter) => false,
        (Unspaced | UnspacedMark, Letter) | (_, Unspaced) => true,
    }
}

/// Whether a word may begin or end at the byte `at` of `text`.
pub(super) fn is_boundary(text: &str, at: usize) -> bool {
    let (Some(left), Some(right)) = (text[..at].chars().next_back(), text[at..].chars().next())
    else {
        return true;
    };
    between(Class::of(left), Class::of(right))
}

/// Han, Kana, Thai, Lao, Khmer, Burmese and their neighbours.
fn is_unspaced(c: char) -> bool {
    matches!(u32::from(c),
        0x0E00..=0x0EFF         // Thai, Lao
        | 0x1000..=0x109F       // Myanmar
        | 0x1780..=0x17FF       // Khmer
        | 0x1950..=0x19FF       // Tai Le, New Tai Lue, Khmer symbols
        | 0x1A20..=0x1AAF       // Tai Tham
        | 0x2E80..=0x2FDF       // radicals
        | 0x3005..=0x3007
        | 0x3021..=0x3029
        | 0x3031..=0x30FF       // Kana
        | 0x31F0..=0x31FF
        | 0x3400..=0x4DBF
        | 0x4E00..=0x9FFF
        | 0xA9E0..=0xA9FF
        | 0xAA60..=0xAADF
        | 0xF900..=0xFAFF
        | 0x1AFF0..=0x1B16F
        | 0x20000..=0x3FFFF)
}

//! Passages that are read the other way round: turned by a direction control, or written upside down. Knows texts; nothing of
//! rules.

use std::ops::Range;

use memchr::{memchr, memchr3};

use super::view::View;

/// Makes what follows run from right to left.
const OVERRIDE: char = '\u{202E}';
/// In a text without so many letters that stand on their heads nothing is upside down.
const FLIPPED_MIN: usize = 2;

/// A passage as a reader reads it.
pub(super) struct Turned {
    pub(super) text: String,
    /// How it has to be looked at.
    pub(super) view: View,
    /// For each character, where it begins, and the bytes of the original from which it comes.
    from: Vec<(usize, Range<usize>)>,
}

impl Turned {
    /// The bytes of the original from which `range` comes, which is not empty.
    pub(super) fn source(&self, range: Range<usize>) -> Range<usize> {
        let piece = |at: usize| {
            let behind = self.from.partition_point(|(begin, _)| *begin <= at);
            &self.from[behind.saturating_sub(1)].1
        };
        piece(range.end - 1).start..piece(range.start).end
    }

    fn of(text: &str, passage: Range<usize>, view: View, read: impl Fn(char) -> char) -> Turned {
        let mut turned = Turned {
            text: String::with_capacity(passage.len()),
            view,
            from: Vec::new(),
        };
        for (at, c) in text[passage.clone()].char_indices().rev() {
            let at = passage.start + at;
            turned.from.push((turned.text.len(), at..at + c.len_utf8()));
            turned.text.push(read(c));
        }
        turned
    }
}

/// The passages of a text that are turned; none of most texts, which is found out fast.
pub(super) fn passages(text: &str) -> Vec<Turned> {
    let mut found = Vec::new();
    if text.is_ascii() {
        return found;
    }
    let bytes = text.as_bytes();
    // The last byte of the control, and the first ones of letters that stand on their heads.
    if memchr(0xAE, bytes).is_some() {
        found.extend(overridden(text));
    }
    if memchr3(0xC7, 0xC9, 0xCA, bytes).is_some() {
        found.extend(upside_down(text));
    }
    found
}

fn overridden(text: &str) -> impl Iterator<Item = Turned> {
    text.match_indices(OVERRIDE).map(|(at, control)| {
        let begin = at + control.len();
        let is_end = |c: char| c == '\n' || ('\u{202A}'..=OVERRIDE).contains(&c);
        let end = text[begin..].find(is_end).unwrap_or(text.len() - begin);
        Turned::of(text, begin..begin + end, View::Hidden, |c| c)
    })
}

fn upside_down(text: &str) -> impl Iterator<Item = Turned> {
    let lines = text.split_inclusive('\n').scan(0, |at, line| {
        let begin = *at;
        *at += line.len();
        Some(begin..*at)
    });
    lines
        .filter(|line| is_flipped(&text[line.clone()]))
        .map(|line| {
            Turned::of(text, line, View::Lookalike, |c| {
                flipped(c).or(flipped_plain(c)).unwrap_or(c)
            })
        })
}

/// Whether some letters stand on their heads.
pub(super) fn is_flipped(text: &str) -> bool {
    text.chars().filter(|c| flipped(*c).is_some()).count() >= FLIPPED_MIN
}

/// The letter that stands on its head.
fn flipped(c: char) -> Option<char> {
    Some(match c {
        'ɐ' => 'a',
        'ɔ' => 'c',
        'ǝ' => 'e',
        'ɟ' => 'f',
        'ƃ' | 'ᵷ' => 'g',
        'ɥ' => 'h',
        'ᴉ' | 'ı' => 'i',
        'ɾ' => 'j',
        'ʞ' => 'k',
        'ʅ' | 'ꞁ' => 'l',
        'ɯ' => 'm',
        'ɹ' => 'r',
        'ʇ' => 't',
        'ʌ' => 'v',
        'ʍ' => 'w',
        'ʎ' => 'y',
        _ => return None,
    })
}

/// Letters of which another is made by turning.
fn flipped_plain(c: char) -> Option<char> {
    Some(match c {
        'b' => 'q',
        'q' => 'b',
        'd' => 'p',
        'p' => 'd',
        'n' => 'u',
        'u' => 'n',
        '6' => '9',
        '9' => '6',
        _ => return None,
    })
}

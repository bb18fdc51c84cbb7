//! What stands between two letters of a text: signs to pass over, and signs that may be letters themselves. Mirrors what
//! [`walk`](super::walk) does there. Knows nothing of keys.

use super::codes::{ANY, SIGN, code_of_letter, code_of_loose_stand_in};
use super::sign::{How, Sign, behind_row, drawn, sign};
use super::starts::{CLOSED, KINDS, LEAD, LETTER_MAX, SPACE};
use super::token::{behind_number, decode, stretch};
use super::walk::{UNSEEN_MAX, is_in_sentences};

/// More signs than this do not stand inside a word.
pub(super) const SIGNS_MAX: usize = 10;
/// More signs in a row that may be letters are left to a walk.
const FORKS_MAX: usize = 6;
/// How far a closing bracket is looked for.
const BRACKET_MAX: usize = 40;

/// The signs of a text.
#[derive(Clone, Copy)]
pub(super) struct Signs<'a> {
    pub(super) text: &'a str,
    /// The loosest way to read one.
    pub(super) loosest: How,
    /// The text may go on in any way.
    pub(super) is_open: bool,
}

/// What stands behind signs.
pub(super) enum Next {
    /// Nothing that may belong to the word.
    End,
    Letter {
        at: usize,
        is_spaced: bool,
    },
    /// What only a walk can read.
    Unknown {
        is_spaced: bool,
    },
}

/// Signs that may be letters, each with where it begins and ends, the letter's code, and whether space stands before it.
#[derive(Default)]
pub(super) struct Forks {
    pub(super) all: [(usize, usize, u16, bool); FORKS_MAX],
    pub(super) count: usize,
}

impl Forks {
    /// Answers whether there was room.
    fn push(&mut self, fork: (usize, usize, u16, bool)) -> bool {
        let is_room = self.count < FORKS_MAX;
        if is_room {
            self.all[self.count] = fork;
            self.count += 1;
        }
        is_room
    }
}

impl Signs<'_> {
    /// What stands behind signs from the byte `at` on, which may stand inside of a word.
    #[inline(always)]
    pub(super) fn behind_signs(&self, at: usize, forks: &mut Forks) -> Next {
        // Most often it is one sign that is nothing else.
        let bytes = &self.text.as_bytes()[at..];
        let kinds = |bytes: &[u8]| KINDS[usize::from(bytes[0])];
        match bytes {
            [sign, next @ ..]
                if *sign != b'\n'
                    && matches!(kinds(bytes), SPACE | CLOSED)
                    && next.first().is_some_and(|_| kinds(next) <= LETTER_MAX) =>
            {
                Next::Letter {
                    at: at + 1,
                    is_spaced: kinds(bytes) == SPACE,
                }
            }
            _ => self.behind_many(at, forks),
        }
    }

    fn behind_many(&self, mut at: usize, forks: &mut Forks) -> Next {
        let bytes = self.text.as_bytes();
        let mut is_spaced = false;
        let first = at;
        let (mut signs, mut unseen) = (0, 0);
        while signs < SIGNS_MAX && unseen < UNSEEN_MAX {
            signs += 1;
            let Some(byte) = bytes.get(at) else {
                return match self.is_open {
                    true => Next::Unknown { is_spaced },
                    false => Next::End,
                };
            };
            match KINDS[usize::from(*byte)] {
                ..=LETTER_MAX => return Next::Letter { at, is_spaced },
                LEAD => {
                    let (c, sign) = character(self.text, at);
                    if !sign.hidden && sign.class.is_word() {
                        return Next::Letter { at, is_spaced };
                    }
                    if !sign.hidden && sign.code == ANY {
                        return Next::Unknown { is_spaced };
                    }
                    if sign.hidden {
                        (signs, unseen) = (signs - 1, unseen + 1);
                    }
                    is_spaced |= c.is_whitespace();
                    at += c.len_utf8();
                    continue;
                }
                SPACE => is_spaced |= is_in_sentences(self.text, at, char::from(*byte)),
                CLOSED => {}
                _ => {
                    if self.is_letter(at, at == first)
                        && (self.is_hidden_letter(at, at == first)
                            || !self.letters(at, is_spaced, forks))
                    {
                        return Next::Unknown { is_spaced };
                    }
                    if let Some(end) = self.markup_end(at) {
                        at = end;
                        continue;
                    }
                }
            }
            at += 1;
            if *byte == b'\n' && behind_number(self.text, at) != at {
                return Next::Unknown { is_spaced };
            }
        }
        Next::End
    }

    /// Whether a character is encoded at the byte `at`.
    pub(super) fn is_encoded(&self, at: usize) -> bool {
        matches!(self.text.as_bytes()[at], b'&' | b'%') && decode(&self.text[at..]).is_some()
    }

    /// Where the markup that begins at the byte `at`, and which readers do not see, ends.
    pub(super) fn markup_end(&self, at: usize) -> Option<usize> {
        match self.text.as_bytes()[at] {
            b'<' | b']' => stretch(self.text, at),
            _ => None,
        }
    }

    /// Whether any letter may be meant by the sign at the byte `at`, or one that is encoded.
    fn is_hidden_letter(&self, at: usize, is_first: bool) -> bool {
        match self.text.as_bytes()[at] {
            b'*' | b'&' | b'%' => true,
            b'#' | b'@' | b'$' => is_first,
            _ => false,
        }
    }

    /// The letters that the sign at the byte `at` may be. Answers whether that is all.
    fn letters(&self, at: usize, is_spaced: bool, forks: &mut Forks) -> bool {
        let bytes = &self.text.as_bytes()[at..];
        let drawn = drawn(bytes, self.loosest)
            .map(|(drawn, _, letter)| (drawn.len(), code_of_drawn(letter)));
        let single = code_of_loose_stand_in(bytes[0]).map(|code| (1, u16::from(code)));
        let mut all = drawn.chain(single);
        all.all(|(length, code)| forks.push((at, at + length, code, is_spaced)))
    }

    /// Whether the sign at the byte `at` may be a letter of a word, or hide one.
    pub(super) fn is_letter(&self, at: usize, is_first: bool) -> bool {
        let bytes = &self.text.as_bytes()[at..];
        let is_followed = |bytes: &[u8]| {
            let next = bytes.first();
            next.is_some_and(|next| next.is_ascii_alphanumeric() || !next.is_ascii())
        };
        let is_open = |closer: u8| {
            let inside = &bytes[..bytes.len().min(BRACKET_MAX)];
            is_followed(&bytes[1..]) && !inside.contains(&closer)
        };
        if is_drawn(bytes, self.loosest) {
            return true;
        }
        match bytes[0] {
            b'!' | b'@' | b'$' | b'#' | b'+' | b'|' => true,
            b'(' => self.is_wide() || is_open(b')'),
            b'<' => self.is_wide() || is_open(b'>'),
            b'[' | b'{' | b'^' => self.is_wide(),
            b'*' => {
                let is_behind_row = || {
                    let behind = behind_row(&self.text[at..], "*");
                    behind.is_some_and(|behind| is_followed(behind.as_bytes()))
                };
                is_first && (self.is_wide() || is_behind_row())
            }
            b'&' | b'%' => self.is_encoded(at) || is_first && is_followed(&bytes[1..]),
            _ => false,
        }
    }

    fn is_wide(&self) -> bool {
        self.loosest == How::Loose
    }
}

/// The code of a letter that is drawn.
pub(super) fn code_of_drawn(letter: &str) -> u16 {
    letter.chars().next().map_or(SIGN, code_of_letter)
}

/// The character at the byte `at`, where there is one.
pub(super) fn character(text: &str, at: usize) -> (char, &'static Sign) {
    let c = text[at..].chars().next().unwrap_or_default();
    (c, sign(c))
}

/// Whether a letter is drawn here with several characters.
fn is_drawn(bytes: &[u8], loosest: How) -> bool {
    drawn(bytes, loosest).next().is_some()
}

//! Follows a text from one place as far as keys may go, by scent. Mirrors what [`walk`](super::walk) passes over, and leaves to
//! it whatever has more than one reading.

use super::codes::{ANY, SIGN};
use super::scent::{PREFIX_MAX, Scent, Scents};
use super::sign::{How, Sign, drawn, sign};
use super::starts::{CLOSED, KINDS, LEAD, LETTER_MAX, SPACE, is_seam};
use super::token::{behind_number, decode, is_dash, stretch};

/// How many words of phrases, and pieces of words, are looked at from one place before it is simply walked.
const PIECES_MAX: u32 = 32;
/// How many characters are looked at before the place is simply walked.
const LENGTH_MAX: usize = 256;
/// More signs than this do not stand inside a word, or between two words of a phrase.
const SIGNS_MAX: usize = 10;
const GAP_MAX: usize = 64;
/// How far a closing bracket is looked for.
const BRACKET_MAX: usize = 40;

/// One look from one place.
pub(super) struct Trail<'a> {
    scents: &'a Scents,
    wide: bool,
    text: &'a str,
    /// How many pieces may still be looked at.
    pieces: u32,
    /// The text may go on in any way: what its end leaves undecided may hold.
    is_open: bool,
    /// Everything may hold.
    #[cfg(test)]
    every: bool,
}

/// What stands behind signs.
enum Next {
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

/// How far one step leads.
enum Step {
    /// To the next byte, with a letter read or not.
    On(usize, bool),
    Answer(bool),
    /// A sign stands here.
    Sign,
}

impl<'a> Trail<'a> {
    pub(super) fn new(scents: &'a Scents, wide: bool, is_open: bool, text: &'a str) -> Trail<'a> {
        Trail {
            scents,
            wide,
            text,
            pieces: PIECES_MAX,
            is_open,
            #[cfg(test)]
            every: false,
        }
    }

    /// With `every`, everything may hold.
    #[cfg(test)]
    pub(super) fn every(self, every: bool) -> Trail<'a> {
        Trail { every, ..self }
    }

    /// Whether keys go on from the byte `at` as the text does.
    #[inline]
    pub(super) fn may_hold(&mut self, mut at: usize, mut scent: Scent) -> bool {
        #[cfg(test)]
        if self.every {
            return true;
        }
        let bytes = self.text.as_bytes();
        let word = (scent == Scent::NONE).then_some(at);
        let (mut letters, mut splits, mut spaces) = (scent.codes, 0, 0);
        for _ in 0..LENGTH_MAX {
            let kind = match bytes.get(at) {
                Some(byte) => KINDS[usize::from(*byte)],
                None if self.is_open => return true,
                None => SPACE,
            };
            if kind <= LETTER_MAX {
                if self.wide && self.is_seen_widely(at, &scent) {
                    return true;
                }
                letters += 1;
                scent.is_plain &= !bytes[at].is_ascii_digit();
                at += 1;
                if scent.add(u16::from(kind))
                    && let Some(answer) = self.answer(&scent, word)
                {
                    return answer;
                }
                continue;
            }
            if self.may_end(at, &scent) {
                return true;
            }
            if kind == LEAD {
                match self.other(at, &mut scent, word) {
                    Step::Answer(answer) => return answer,
                    Step::On(next, is_letter) => {
                        letters += u32::from(is_letter);
                        at = next;
                        continue;
                    }
                    Step::Sign => {}
                }
            }
            let (next, is_spaced) = match self.behind_signs(at) {
                Next::End => return false,
                Next::Unknown { is_spaced } => (None, is_spaced),
                Next::Letter { at, is_spaced } => (Some(at), is_spaced),
            };
            let may_split = !is_spaced || letters <= splits + 2 || self.wide && spaces < 2;
            if !may_split || !self.scents.may_go_on(&scent) {
                return false;
            }
            let Some(next) = next.filter(|_| self.pieces > 0) else {
                return true;
            };
            scent.is_plain &= is_only_spaced(&bytes[at..next]);
            self.pieces -= 1;
            splits += 1;
            // Signs may be letters of a key: only space is certain to split a word.
            spaces += u32::from(is_spaced);
            at = next;
        }
        true
    }

    /// Whether a key with the signs at the byte `at` before its first letter may begin there.
    pub(super) fn may_begin_with_signs(&mut self, mut at: usize) -> bool {
        #[cfg(test)]
        if self.every {
            return true;
        }
        let mut scent = Scent::NONE;
        for _ in 0..SIGNS_MAX {
            let (c, sign) = character(self.text, at);
            if !sign.hidden {
                if at == self.text.len() || sign.class.is_word() {
                    return self.may_hold(at, scent);
                }
                if c.is_whitespace() || scent.add_sign(c) && !self.scents.may_go_on(&scent) {
                    return false;
                }
            }
            at += c.len_utf8();
            let is_ascii = self.text.as_bytes().get(at).is_some_and(u8::is_ascii);
            let may_be_letter = match is_ascii {
                true => self.is_letter(at, false),
                false => at < self.text.len() && character(self.text, at).1.code == ANY,
            };
            if may_be_letter || self.may_end(at, &scent) {
                return true;
            }
        }
        true
    }

    /// What a new letter of the word that begins at the byte `word` decides.
    #[inline(always)]
    fn answer(&self, scent: &Scent, word: Option<usize>) -> Option<bool> {
        if self
            .scents
            .is_open(scent, || plain_length(self.text, word?, self.is_open))
        {
            return Some(true);
        }
        let is_lost = scent.is_prefix() && !self.scents.may_go_on(scent)
            || scent.codes > PREFIX_MAX && self.scents.is_too_long(scent);
        is_lost.then_some(false)
    }

    /// What aggressive rules see in letters.
    fn is_seen_widely(&mut self, at: usize, scent: &Scent) -> bool {
        is_drawn(&self.text.as_bytes()[at..], true) && self.scents.may_go_on(scent)
            || is_seam(self.text, at) && self.may_end(at, scent)
    }

    /// Reads a character that is none of ASCII.
    fn other(&mut self, at: usize, scent: &mut Scent, word: Option<usize>) -> Step {
        let (c, sign) = character(self.text, at);
        let end = at + c.len_utf8();
        scent.is_plain = false;
        if sign.hidden {
            return Step::On(end, false);
        }
        if sign.code == ANY {
            return Step::Answer(self.scents.may_go_on(scent));
        }
        if sign.code == SIGN {
            return Step::Sign;
        }
        if scent.add(sign.code)
            && let Some(answer) = self.answer(scent, word)
        {
            return Step::Answer(answer);
        }
        // Words of many languages may end behind any letter.
        match self.may_end(end, scent) {
            true => Step::Answer(true),
            false => Step::On(end, true),
        }
    }

    /// Whether a key may end before the byte `at`, or a phrase go on behind it.
    #[inline]
    fn may_end(&mut self, at: usize, scent: &Scent) -> bool {
        let next = self.text.as_bytes().get(at);
        let is_plain = scent.is_plain && next.is_none_or(u8::is_ascii_whitespace);
        let known = self.scents.look(scent, is_plain);
        known.is_whole || known.is_more && self.may_go_on_behind(at, scent)
    }

    /// Whether the next word of a phrase may stand behind the byte `at`.
    fn may_go_on_behind(&mut self, mut at: usize, scent: &Scent) -> bool {
        if self.pieces == 0 {
            return true;
        }
        self.pieces -= 1;
        let bytes = self.text.as_bytes();
        for _ in 0..GAP_MAX {
            let Some(byte) = bytes.get(at) else {
                return self.is_open;
            };
            match KINDS[usize::from(*byte)] {
                ..=LETTER_MAX => return self.may_hold(at, scent.behind_gap()),
                LEAD => {
                    let (c, sign) = character(self.text, at);
                    if !sign.hidden && !c.is_whitespace() && !is_dash(c) {
                        return !sign.class.is_word() || self.may_hold(at, scent.behind_gap());
                    }
                    at += c.len_utf8();
                    continue;
                }
                SPACE | CLOSED => {}
                _ if self.is_encoded(at) => return true,
                _ => {
                    if let Some(end) = self.markup_end(at) {
                        at = end;
                        continue;
                    }
                }
            }
            at += 1;
            if *byte == b'\n' && behind_number(self.text, at) != at {
                return true;
            }
        }
        true
    }

    /// What stands behind signs from the byte `at` on, which may stand inside of a word.
    fn behind_signs(&self, mut at: usize) -> Next {
        let bytes = self.text.as_bytes();
        let mut is_spaced = false;
        let first = at;
        for _ in 0..SIGNS_MAX {
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
                    is_spaced |= c.is_whitespace();
                    at += c.len_utf8();
                    continue;
                }
                SPACE => is_spaced = true,
                CLOSED => {}
                _ if self.is_letter(at, at == first) => return Next::Unknown { is_spaced },
                _ => {
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
    fn is_encoded(&self, at: usize) -> bool {
        matches!(self.text.as_bytes()[at], b'&' | b'%') && decode(&self.text[at..]).is_some()
    }

    /// Where the markup that begins at the byte `at`, and which readers do not see, ends.
    fn markup_end(&self, at: usize) -> Option<usize> {
        match self.text.as_bytes()[at] {
            b'<' | b']' => stretch(self.text, at),
            _ => None,
        }
    }

    /// Whether the sign at the byte `at` may be a letter of a word, or hide one.
    fn is_letter(&self, at: usize, is_first: bool) -> bool {
        let bytes = &self.text.as_bytes()[at..];
        let is_followed = |bytes: &[u8]| {
            let next = bytes.first();
            next.is_some_and(|next| next.is_ascii_alphanumeric() || !next.is_ascii())
        };
        let is_open = |closer: u8| {
            let inside = bytes.iter().take(BRACKET_MAX);
            is_followed(&bytes[1..]) && !inside.into_iter().any(|byte| *byte == closer)
        };
        if is_drawn(bytes, self.wide) {
            return true;
        }
        match bytes[0] {
            b'!' | b'@' | b'$' | b'#' | b'+' | b'|' => true,
            b'(' => self.wide || is_open(b')'),
            b'<' => self.wide || is_open(b'>'),
            b'[' | b'{' | b'^' => self.wide,
            b'*' => {
                let run = bytes.iter().take_while(|byte| **byte == b'*').count();
                is_first && (self.wide || is_followed(&bytes[run..]))
            }
            _ => self.is_encoded(at),
        }
    }
}

/// How many letters the word at the byte `at` has, if it has nothing but letters of ASCII. The text may go on if `is_open`.
pub(super) fn plain_length(text: &str, at: usize, is_open: bool) -> Option<u32> {
    let bytes = &text.as_bytes()[at..];
    let letters = bytes.iter().take_while(|byte| byte.is_ascii_alphabetic());
    let length = letters.count();
    let is_end = |bytes: &[u8]| match bytes.first() {
        Some(byte) => byte.is_ascii_whitespace(),
        None => !is_open,
    };
    let is_over = match &bytes[length..] {
        [b'.' | b',' | b';' | b':', behind @ ..] => is_end(behind),
        behind => is_end(behind),
    };
    is_over.then_some(length as u32)
}

/// Whether nothing stands there but white space.
fn is_only_spaced(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_whitespace)
}

/// The character at the byte `at`, where there is one.
fn character(text: &str, at: usize) -> (char, &'static Sign) {
    let c = text[at..].chars().next().unwrap_or_default();
    (c, sign(c))
}

/// Whether a letter is drawn here with several characters.
pub(super) fn is_drawn(bytes: &[u8], wide: bool) -> bool {
    let loosest = if wide { How::Loose } else { How::Leet };
    drawn(bytes, loosest).next().is_some()
}

//! Follows a text from one place as far as keys may go, by scent. Mirrors what [`walk`](super::walk) passes over, and leaves to
//! it whatever has more than one reading.

use std::cell::Cell;

use super::boundary::Class;
use super::codes::{ANY, ASCII, SIGN};
use super::pattern::{Glob, ends_word, may_be_read, plain_word};
use super::scent::{Scent, Scents};
use super::sign::{How, drawn};
use super::signs::{Forks, Next, SIGNS_MAX, Signs, character, code_of_drawn};
use super::starts::{CLOSED, KINDS, LEAD, LETTER_MAX, SPACE, is_seam};
use super::token::{behind_number, is_dash, is_markup_sign};
use super::walk::REPEATS_MAX;

/// How many words of phrases, and pieces of words, are looked at from one place before it is simply walked.
const PIECES_MAX: u32 = 32;
/// How many characters are looked at before the place is simply walked.
const LENGTH_MAX: usize = 256;
/// More signs than this do not stand between two words of a phrase.
const GAP_MAX: usize = 64;

/// Small letters that draw no other one together with the next, and before which no word begins inside another, but behind
/// a digit.
const USUAL: [bool; 256] = {
    let mut usual = [false; 256];
    let mut byte = b'a';
    while byte <= b'z' {
        usual[byte as usize] = !matches!(byte, b'v' | b'r' | b'p');
        byte += 1;
    }
    usual
};

/// A text with how many bytes of it trails have read, some more than once.
pub(super) struct Read<'a> {
    pub(super) text: &'a str,
    pub(super) bytes: Cell<usize>,
}

impl<'a> Read<'a> {
    pub(super) fn new(text: &'a str) -> Read<'a> {
        Read {
            text,
            bytes: Cell::new(0),
        }
    }
}

/// One look from one place.
pub(super) struct Trail<'a> {
    scents: &'a Scents,
    wide: bool,
    text: &'a str,
    read: &'a Cell<usize>,
    /// How many pieces may still be looked at.
    pieces: u32,
    /// The text may go on in any way: what its end leaves undecided may hold.
    is_open: bool,
    /// Everything may hold.
    #[cfg(test)]
    every: bool,
}

/// How far one reading of the text has come.
#[derive(Clone, Copy)]
struct Way {
    at: usize,
    scent: Scent,
    /// Where the word begins, if its first character is a letter.
    word: Option<usize>,
    /// Nothing stands between its letters that a wildcard would not pass over.
    is_joined: bool,
    /// Signs that no markup is made of stand between them.
    is_cut: bool,
    letters: u32,
    splits: u32,
    spaces: u32,
}

impl Way {
    /// From the byte `at` on, behind what has that scent.
    fn new(at: usize, scent: Scent) -> Way {
        Way {
            at,
            scent,
            word: (scent == Scent::NONE).then_some(at),
            is_joined: true,
            is_cut: false,
            letters: scent.codes,
            splits: 0,
            spaces: 0,
        }
    }
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
    pub(super) fn new(
        scents: &'a Scents,
        wide: bool,
        is_open: bool,
        read: &'a Read<'_>,
    ) -> Trail<'a> {
        Trail {
            scents,
            wide,
            text: read.text,
            read: &read.bytes,
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
    pub(super) fn may_hold(&mut self, at: usize, scent: Scent) -> bool {
        #[cfg(test)]
        if self.every {
            return true;
        }
        self.follow(Way::new(at, scent))
    }

    /// Whether keys begin with a sign that is read as the letter of that code, and go on from the byte `at`.
    pub(super) fn may_hold_behind(&mut self, code: u16, at: usize) -> bool {
        #[cfg(test)]
        if self.every {
            return true;
        }
        let way = Way::new(at, Scent::of_sign(code));
        self.answer(&way).unwrap_or_else(|| self.follow(way))
    }

    fn follow(&mut self, mut way: Way) -> bool {
        let begin = way.at;
        let answer = self.follow_on(&mut way);
        self.read.set(self.read.get() + 1 + way.at - begin);
        answer
    }

    #[inline(always)]
    fn follow_on(&mut self, way: &mut Way) -> bool {
        let bytes = self.text.as_bytes();
        for _ in 0..LENGTH_MAX {
            let kind = match bytes.get(way.at) {
                Some(byte) => KINDS[usize::from(*byte)],
                None if self.is_open => return true,
                None => SPACE,
            };
            if kind <= LETTER_MAX {
                let is_usual = way.scent.is_plain && USUAL[usize::from(bytes[way.at])];
                if self.wide && !is_usual && self.is_seen_widely(way) {
                    return true;
                }
                way.letters += 1;
                if self.is_split_too_little(way) {
                    return false;
                }
                way.scent.is_plain &= !bytes[way.at].is_ascii_digit();
                way.at += 1;
                if way.scent.add(u16::from(kind))
                    && let Some(answer) = self.answer(way)
                {
                    return answer;
                }
                continue;
            }
            if self.may_end(way.at, way) {
                return true;
            }
            if kind == LEAD {
                match self.other(way) {
                    Step::Answer(answer) => return answer,
                    Step::On(next, is_letter) => {
                        way.letters += u32::from(is_letter);
                        way.at = next;
                        continue;
                    }
                    Step::Sign => {}
                }
            }
            let mut forks = Forks::default();
            let next = self.signs().behind_signs(way.at, &mut forks);
            for &(from, to, code, is_spaced) in &forks.all[..forks.count] {
                if self.may_split(way, is_spaced) && self.fork(way, from, to, code, is_spaced) {
                    return true;
                }
            }
            let (next, is_spaced) = match next {
                Next::End => return false,
                Next::Unknown { is_spaced } => (None, is_spaced),
                Next::Letter { at, is_spaced } => (Some(at), is_spaced),
            };
            if !self.may_split(way, is_spaced) {
                return false;
            }
            let Some(next) = next.filter(|_| self.pieces > 0) else {
                return true;
            };
            self.pieces -= 1;
            self.pass(way, next, is_spaced);
        }
        true
    }

    /// Whether a word may go on behind signs with or without space among them.
    fn may_split(&self, way: &Way, is_spaced: bool) -> bool {
        !is_spaced || way.letters <= way.splits + 2 || self.wide && way.spaces < 2
    }

    /// Whether normal rules do not believe that a word with space inside is one: it has to be split letter by letter.
    #[inline(always)]
    fn is_split_too_little(&self, way: &Way) -> bool {
        way.spaces > 0 && way.letters > way.splits + 2 && !self.wide
    }

    /// Passes over signs up to the byte `next`.
    fn pass(&self, way: &mut Way, next: usize, is_spaced: bool) {
        let signs = &self.text.as_bytes()[way.at..next];
        if signs != b" " {
            way.scent.is_plain &= is_only_spaced(signs);
            way.is_joined &= !is_apart(signs);
            way.is_cut |= is_cut(signs);
        }
        way.is_joined &= !is_spaced;
        way.is_cut |= is_spaced;
        way.splits += 1;
        // Signs may be letters of a key: only space is certain to split a word.
        way.spaces += u32::from(is_spaced);
        way.at = next;
    }

    /// Whether keys go on with the signs between `from` and `to` as a letter.
    fn fork(&mut self, way: &Way, from: usize, to: usize, code: u16, is_spaced: bool) -> bool {
        if self.pieces == 0 {
            return true;
        }
        self.pieces -= 1;
        let mut way = Way { word: None, ..*way };
        if from > way.at {
            self.pass(&mut way, from, is_spaced);
        }
        way.scent.is_plain = false;
        way.letters += 1;
        way.at = to;
        let answer = way.scent.add(code).then(|| self.answer(&way)).flatten();
        answer.unwrap_or_else(|| self.follow(way))
    }

    /// Whether a key begins with a letter that is drawn at the byte `at`.
    pub(super) fn may_begin_drawn(&mut self, at: usize) -> bool {
        let bytes = &self.text.as_bytes()[at..];
        drawn(bytes, self.loosest())
            .any(|(drawn, _, letter)| self.may_hold_behind(code_of_drawn(letter), at + drawn.len()))
    }

    fn signs(&self) -> Signs<'a> {
        Signs {
            text: self.text,
            loosest: self.loosest(),
            is_open: self.is_open,
        }
    }

    fn loosest(&self) -> How {
        match self.wide {
            true => How::Loose,
            false => How::Leet,
        }
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
                if c.is_whitespace() || scent.add_sign(c) && !self.scents.look_inside(&scent).0 {
                    return false;
                }
            }
            at += c.len_utf8();
            let is_ascii = self.text.as_bytes().get(at).is_some_and(u8::is_ascii);
            let may_be_letter = match is_ascii {
                true => self.signs().is_letter(at, false),
                false => at < self.text.len() && character(self.text, at).1.code == ANY,
            };
            if may_be_letter || self.may_end(at, &Way::new(at, scent)) {
                return true;
            }
        }
        true
    }

    /// What a new letter decides.
    #[inline(always)]
    fn answer(&self, way: &Way) -> Option<bool> {
        let (goes_on, is_open) = self.scents.look_inside(&way.scent);
        match () {
            () if is_open && self.is_open(way) => Some(true),
            () if goes_on => None,
            () => Some(false),
        }
    }

    /// Whether a wildcard is open behind the last letter that may match what stands there.
    #[inline(never)]
    fn is_open(&self, way: &Way) -> bool {
        let is_meant = |glob: &Glob| {
            way.word.is_none_or(|at| {
                let (word, goes_on) = plain_word(self.text, at);
                // Of what only begins a text, each letter stands for all of its code.
                let (goes_on, is_read) = match self.is_open {
                    true => (
                        goes_on || at + word.len() == self.text.len(),
                        has_code as fn(u8, char) -> bool,
                    ),
                    false => (goes_on, may_be_read as fn(u8, char) -> bool),
                };
                glob.has_signs() || glob.may_match(word, goes_on, is_read)
            })
        };
        self.scents.is_open(&way.scent, way.is_joined, is_meant)
    }

    /// What aggressive rules see in letters.
    fn is_seen_widely(&mut self, way: &Way) -> bool {
        let bytes = &self.text.as_bytes()[way.at..];
        let is_pair = matches!(bytes[0] | 0x20, b'v' | b'r' | b'p');
        if is_pair && bytes.len() == 1 && self.is_open {
            return true;
        }
        if is_pair {
            for (drawn, _, letter) in drawn(bytes, How::Loose) {
                let end = way.at + drawn.len();
                if self.fork(way, way.at, end, code_of_drawn(letter), false) {
                    return true;
                }
            }
        }
        is_seam(self.text, way.at) && self.may_end(way.at, way)
    }

    /// Reads a character that is none of ASCII.
    fn other(&mut self, way: &mut Way) -> Step {
        let (c, sign) = character(self.text, way.at);
        let end = way.at + c.len_utf8();
        way.scent.is_plain = false;
        if sign.hidden {
            return Step::On(end, false);
        }
        if sign.code == ANY {
            return Step::Answer(true);
        }
        if sign.code == SIGN {
            return Step::Sign;
        }
        let is_new = way.scent.add(sign.code);
        if is_new && let Some(answer) = self.answer(way) {
            return Step::Answer(answer);
        }
        // Words of many languages may end behind any letter.
        match self.may_end(end, way) {
            true => Step::Answer(true),
            false if !is_new && sign.readings.len() == 1 && self.is_endless(way.at, c) => {
                Step::Answer(false)
            }
            // Marks are no letters to count.
            false => Step::On(
                end,
                !matches!(sign.class, Class::Mark | Class::UnspacedMark),
            ),
        }
    }

    /// Whether `c`, which is repeated at the byte `at`, stands there more often than a walk reads a letter. Where each of
    /// many is a word, each would be followed through all the others. Cold, so that what is asked of every letter stays short.
    #[cold]
    fn is_endless(&self, at: usize, c: char) -> bool {
        let run = self.text[at..].chars().take(REPEATS_MAX as usize);
        run.take_while(|next| *next == c).count() == REPEATS_MAX as usize
    }

    /// Whether a key may end before the byte `at`, or a phrase go on behind it.
    #[inline]
    fn may_end(&mut self, at: usize, way: &Way) -> bool {
        let next = self.text.as_bytes().get(at);
        let is_plain = way.scent.is_plain && next.is_none_or(u8::is_ascii_whitespace);
        let known = self.scents.look(&way.scent, is_plain);
        known.is_whole
            || known.is_unsplit && !way.is_cut
            || known.is_more && self.may_go_on_behind(at, &way.scent)
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
                _ if self.signs().is_encoded(at) => return true,
                _ => {
                    if let Some(end) = self.signs().markup_end(at) {
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
}

/// Whether a letter or digit has the code of `c`.
fn has_code(byte: u8, c: char) -> bool {
    c.is_ascii() && ASCII[usize::from(byte)] == ASCII[c as usize]
}

/// Whether something stands there, outside of tags and links, that a wildcard does not pass over.
fn is_apart(signs: &[u8]) -> bool {
    let is_apart = |byte: &u8| byte.is_ascii_whitespace() || ends_word(*byte);
    !signs.contains(&b'<') && !signs.contains(&b']') && signs.iter().any(is_apart)
}

/// Whether one of the signs, outside of tags and links, is none that rendering may remove.
fn is_cut(signs: &[u8]) -> bool {
    let is_cut = |sign: &u8| sign.is_ascii() && !is_markup_sign(char::from(*sign));
    !signs.contains(&b'<') && !signs.contains(&b']') && signs.iter().any(is_cut)
}

/// Whether nothing stands there but white space.
fn is_only_spaced(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_whitespace)
}

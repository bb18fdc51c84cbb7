//! The places of a text where words of the rules may begin: most words are known by their scent not to be looked up at
//! all. May be wrong in one direction only: what it leaves out, no walk would find.

use std::collections::HashSet;

use super::budget::{Budget, Exhausted};
use super::codes::{ANY, ASCII, SIGN, code_of_loose_stand_in, code_of_stand_in};
use super::judge::may_begin;
use super::keys::{Keys, Reach};
use super::literal::Beginnings;
use super::scent::{Ending, Scent, Scents};
use super::sign::{Sign, behind_row, sign};
use super::token::decode;
use super::trail::{Read, Trail};
use super::windows::{LENGTH, Windows};

/// What keys begin with and what they are made of.
#[derive(Debug)]
pub(super) struct Starts {
    scents: Scents,
    windows: Windows,
    beginnings: Beginnings,
    /// The signs that keys begin with.
    signs: [bool; 128],
    /// All letters and signs that they begin with.
    firsts: HashSet<char>,
    /// What a byte is: three bits, each the lowest of its sixteen.
    lanes: [u64; 256],
    /// No key may be disguised.
    is_literal: bool,
    /// Words are also looked for inside others, where capitals or digits show that one begins.
    wide: bool,
    /// Texts are beginnings of texts.
    is_open: bool,
    /// Every place is one.
    #[cfg(test)]
    every: bool,
}

/// Which keys may begin at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    /// Those that texts have to show as they are.
    Literal,
    /// The others.
    Disguised,
}

/// How many bytes a trail reads for what a step of a walk costs.
const BYTES_A_STEP: usize = 2;

/// How many bytes are looked at together.
const BLOCK: usize = 16;

/// A byte is a letter or digit.
const WORD: u64 = 1;
/// One that is, is a small letter; with one that is none a disguised key may begin.
const SMALL_OR_OTHER: u64 = 1 << 16;
/// One that is, is a digit; with one that is none a literal key may begin.
const DIGIT_OR_LITERAL: u64 = 1 << 32;

/// What a byte is to the search for beginnings. Letters and digits are their codes.
pub(super) const KINDS: [u8; 256] = {
    let mut kinds = [CLOSED; 256];
    let mut byte = 0;
    while byte < 256 {
        if byte < 128 && ASCII[byte] != SIGN as u8 {
            kinds[byte] = ASCII[byte];
        } else {
            kinds[byte] = match byte as u8 {
                b' ' | b'\t' | b'\n' | b'\r' | 0x0B | 0x0C => SPACE,
                b'$' | b'@' | b'!' | b'#' | b'+' | b'|' | b'/' | b'\\' | b'(' | b'[' | b'>'
                | b'_' | b'&' | b'%' | b'{' | b'<' | b'^' | b'*' | b']' => SYMBOL,
                0xC0.. => LEAD,
                _ => CLOSED,
            };
        }
        byte += 1;
    }
    kinds
};
/// The last code of a letter of ASCII.
pub(super) const LETTER_MAX: u8 = 26;
pub(super) const SPACE: u8 = 32;
/// A sign that is no letter.
pub(super) const CLOSED: u8 = 33;
/// A sign that may be one.
pub(super) const SYMBOL: u8 = 34;
/// The first byte of something else.
pub(super) const LEAD: u8 = 35;

impl Starts {
    /// Of keys that may be disguised, each with how it ends, and of those that may not.
    pub(super) fn new(keys: &[(Vec<u8>, Ending)], literal: &[Vec<u8>], reach: Reach) -> Starts {
        let mut signs = [false; 128];
        for (key, _) in keys {
            if key[0].is_ascii() && !key[0].is_ascii_alphanumeric() {
                signs[usize::from(key[0])] = true;
            }
        }
        let first = |(key, _): &(Vec<u8>, Ending)| str::from_utf8(key).ok()?.chars().next();
        let firsts = keys.iter().filter_map(first).collect();
        let beginnings = Beginnings::new(literal);
        let mut lanes = [0; 256];
        for (byte, lanes) in lanes.iter_mut().enumerate() {
            let is_sign = |signs: &[bool; 128]| signs.get(byte).is_some_and(|is_sign| *is_sign);
            let byte = byte as u8;
            let [is_of_second, is_of_third] = match KINDS[usize::from(byte)] <= LETTER_MAX {
                true => {
                    *lanes = WORD;
                    [byte.is_ascii_lowercase(), byte.is_ascii_digit()]
                }
                false => {
                    let is_other = begins_something(byte) || is_sign(&signs);
                    let is_literal =
                        matches!(byte, b'&' | b'%' | 0xC0..) || is_sign(&beginnings.signs);
                    [
                        is_other && !keys.is_empty(),
                        is_literal && !literal.is_empty(),
                    ]
                }
            };
            *lanes |= SMALL_OR_OTHER * u64::from(is_of_second);
            *lanes |= DIGIT_OR_LITERAL * u64::from(is_of_third);
        }
        let mut starts = Starts {
            scents: Scents::new(keys),
            windows: Windows::default(),
            is_literal: keys.is_empty(),
            beginnings,
            signs,
            firsts,
            lanes,
            wide: reach == Reach::Wide,
            is_open: true,
            #[cfg(test)]
            every: false,
        };
        starts.windows = Windows::new(starts.wide, |begin| {
            starts.is_start(&Read::new(begin), 0, false)
        });
        starts.is_open = false;
        starts
    }

    /// Calls `visit` with every byte at which a key may begin. What trails read costs, too.
    pub(super) fn each<T>(
        &self,
        text: &str,
        literal: &Keys<T>,
        budget: &mut Budget,
        mut visit: impl FnMut(Lane, usize, &mut Budget) -> Result<(), Exhausted>,
    ) -> Result<(), Exhausted> {
        let read = Read::new(text);
        let bytes = text.as_bytes();
        let (mut word_before, mut small_before, mut digit_before) = (0, 0, 0);
        for (index, block) in bytes.chunks(BLOCK).enumerate() {
            let from = index * BLOCK;
            // Sixteen bytes at a time: what they are becomes masks in one word, whose bits are then visited.
            let lanes = joined(block, &self.lanes);
            let [words, second, third] = [0, 16, 32].map(|lane| (lanes >> lane) as u16);
            let [small, digits] = [second, third].map(|lane| lane & words);
            let [others, signs] = [second, third].map(|lane| lane & !words);
            let follows = words << 1 | word_before;
            word_before = words >> 15;
            let begin = words & !follows;
            let mut starts = match self.is_literal {
                true => 0,
                false => begin | others,
            };
            if self.wide {
                let was_small = small << 1 | small_before;
                let was_digit = digits << 1 | digit_before;
                (small_before, digit_before) = (small >> 15, digits >> 15);
                let seams = was_small & !small & !digits | was_digit ^ digits;
                starts |= words & follows & seams;
            }
            let mut starts =
                self.perhaps(bytes, from, starts, |bytes| self.windows.may_begin(bytes));
            while starts != 0 {
                let bit = starts.trailing_zeros();
                starts &= starts - 1;
                let at = from + bit as usize;
                if self.is_start(&read, at, follows >> bit & 1 != 0) {
                    visit(Lane::Disguised, at, budget)?;
                }
            }
            budget.spend(read.bytes.take() / BYTES_A_STEP)?;
            if literal.is_empty() {
                continue;
            }
            let mut starts = self.perhaps(bytes, from, begin | signs, |bytes| {
                self.beginnings.may_begin(bytes)
            });
            while starts != 0 {
                let at = from + starts.trailing_zeros() as usize;
                starts &= starts - 1;
                if self.beginnings.may_stand(literal, text, at) {
                    visit(Lane::Literal, at, budget)?;
                }
            }
        }
        Ok(())
    }

    /// Those of the sixteen places from the byte `from` on that are worth a longer look.
    #[inline(always)]
    fn perhaps(
        &self,
        bytes: &[u8],
        from: usize,
        mut starts: u16,
        may_begin: impl Fn([u8; LENGTH]) -> bool,
    ) -> u16 {
        let Some(bytes) = bytes[from..].first_chunk::<{ BLOCK + LENGTH }>() else {
            return starts;
        };
        let mut perhaps = 0;
        // Without a branch that depends on the text.
        while starts != 0 {
            let at = starts.trailing_zeros() as usize % BLOCK;
            starts &= starts - 1;
            let window = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
            perhaps |= u16::from(may_begin(window)) << at;
        }
        perhaps
    }

    #[inline]
    fn is_start(&self, read: &Read<'_>, at: usize, follows_word: bool) -> bool {
        let text = read.text;
        let bytes = text.as_bytes();
        let byte = bytes[at];
        match KINDS[usize::from(byte)] {
            ..=LETTER_MAX if !follows_word && at > 0 && !bytes[at - 1].is_ascii() => {
                may_begin(text, at) && self.may_hold(read, at)
            }
            ..=LETTER_MAX => self.may_hold(read, at),
            LEAD => self.may_begin_with_other(read, at),
            _ => {
                self.signs[usize::from(byte)] && self.trail(read).may_begin_with_signs(at)
                    || !follows_word && self.may_begin_with_symbol(read, at)
            }
        }
    }

    /// Whether a key may begin with the letter at the byte `at`.
    #[inline]
    fn may_hold(&self, read: &Read<'_>, at: usize) -> bool {
        self.trail(read).may_hold(at, Scent::NONE)
    }

    fn trail<'a>(&'a self, read: &'a Read<'_>) -> Trail<'a> {
        let trail = Trail::new(&self.scents, self.wide, self.is_open, read);
        #[cfg(test)]
        let trail = trail.every(self.every);
        trail
    }

    fn may_begin_with_other(&self, read: &Read<'_>, at: usize) -> bool {
        let text = read.text;
        let Some(c) = text[at..].chars().next() else {
            return false;
        };
        let first = sign(c);
        let may_hold = |(): ()| match first.class.is_word() {
            _ if first.code == ANY => self.may_be_first(first),
            true => self.may_hold(read, at),
            false => self.trail(read).may_begin_with_signs(at),
        };
        // Nothing begins with what is not seen.
        let may_begin = || may_begin(text, at) || self.wide && is_seam(text, at);
        !first.hidden && may_begin() && may_hold(())
    }

    /// Whether a key begins with a letter that the character may be.
    fn may_be_first(&self, sign: &Sign) -> bool {
        #[cfg(test)]
        if self.every {
            return true;
        }
        let mut firsts = sign
            .readings
            .iter()
            .filter_map(|reading| reading.letters.chars().next());
        firsts.any(|letter| self.firsts.contains(&letter))
    }

    fn may_begin_with_symbol(&self, read: &Read<'_>, at: usize) -> bool {
        let rest = &read.text[at..];
        match rest.as_bytes() {
            [b'&' | b'%', ..] => decode(rest).is_some(),
            _ if self.trail(read).may_begin_drawn(at) => true,
            [symbol @ (b'{' | b'[' | b'<' | b'(' | b'^'), next, ..] => {
                let code = code_of_loose_stand_in(*symbol).map_or(SIGN, u16::from);
                self.wide
                    && next.is_ascii_alphanumeric()
                    && self.trail(read).may_hold_behind(code, at + 1)
            }
            [_] => self.is_open,
            [_, next, ..] if next.is_ascii_whitespace() => false,
            [symbol, ..] => code_of_stand_in(*symbol).is_some_and(|code| {
                // A row of signs before white space is a heading or a line.
                behind_row(rest, &rest[..1])
                    .is_some_and(|behind| !behind.starts_with(char::is_whitespace))
                    && self.trail(read).may_hold_behind(u16::from(code), at + 1)
            }),
            [] => false,
        }
    }
}

/// Whether a word may begin with this sign.
fn begins_something(byte: u8) -> bool {
    matches!(KINDS[usize::from(byte)], SYMBOL | LEAD) && !matches!(byte, b'*' | b']')
}

/// What each byte of a block is by `table`, each shifted by its place.
#[inline(always)]
fn joined(block: &[u8], table: &[u64; 256]) -> u64 {
    let all = |joined, (at, byte): (usize, &u8)| joined | table[usize::from(*byte)] << at;
    match block.first_chunk::<BLOCK>() {
        // Of a known length it needs no loop.
        Some(block) => block.iter().enumerate().fold(0, all),
        None => block.iter().enumerate().fold(0, all),
    }
}

/// Whether a word may begin inside another at the byte `at`, as capitals and digits tell: `aB`, `1a`, `a1`.
#[inline]
pub(super) fn is_seam(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    let (Some(left), Some(right)) = (
        at.checked_sub(1).and_then(|at| bytes.get(at)),
        bytes.get(at),
    ) else {
        return false;
    };
    match left.is_ascii() && right.is_ascii() {
        true => SORTS[usize::from(*left)] >> 4 & SORTS[usize::from(*right)] != 0,
        false => is_seam_of_others(text, at),
    }
}

/// The sort of a byte as one bit, and four places higher the sorts before which a word may begin behind it.
const SORTS: [u8; 128] = {
    const SMALL: u8 = 1;
    const CAPITAL: u8 = 2;
    const DIGIT: u8 = 4;
    let mut sorts = [0; 128];
    let mut byte = 0;
    while byte < 128 {
        sorts[byte] = match byte as u8 {
            b'a'..=b'z' => SMALL | (CAPITAL | DIGIT) << 4,
            b'A'..=b'Z' => CAPITAL | DIGIT << 4,
            b'0'..=b'9' => DIGIT | (SMALL | CAPITAL) << 4,
            _ => 0,
        };
        byte += 1;
    }
    sorts
};

/// The same of letters that are not all of ASCII.
#[cold]
fn is_seam_of_others(text: &str, at: usize) -> bool {
    let (Some(left), Some(right)) = (text[..at].chars().next_back(), text[at..].chars().next())
    else {
        return false;
    };
    left.is_lowercase() && right.is_uppercase()
        || left.is_ascii_digit() && right.is_alphabetic()
        || left.is_alphabetic() && right.is_ascii_digit()
}

#[cfg(test)]
impl Starts {
    /// One that goes by no scent.
    pub(super) fn without_scents(self) -> Starts {
        Starts {
            windows: Windows::new(self.wide, |_| true),
            every: true,
            ..self
        }
    }
}

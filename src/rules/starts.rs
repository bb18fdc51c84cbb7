//! The places of a text where words of the rules may begin: a look at three letters keeps most words from being looked up
//! at all. May be wrong in one direction only: what it leaves out, no walk would find.

use super::judge::may_begin;
use super::sign::{DRAWN, sign};
use super::token::decode;

/// Which three letters keys begin with.
#[derive(Debug)]
pub(super) struct Starts {
    bits: Box<[u64; 512]>,
    /// The signs that keys begin with.
    signs: [bool; 128],
    /// Whether a byte is part of a word, and whether something else may begin with it, each as the lowest bit of its sixteen.
    lanes: [u64; 256],
    /// Words are also looked for inside others, where capitals or digits show that one begins.
    wide: bool,
}

/// Letters that may be taken for each other have one code; 0 is no letter, [`ANY`] may be several.
const CODES: [u8; 128] = {
    let mut codes = [0; 128];
    let mut byte = 0;
    while byte < 128 {
        codes[byte] = match (byte as u8).to_ascii_lowercase() {
            b'i' | b'l' | b'1' | b'!' | b'|' => code(b'i'),
            b'u' | b'v' => code(b'u'),
            b's' | b'z' | b'5' | b'$' | b'2' => code(b's'),
            b'o' | b'0' => code(b'o'),
            b'e' | b'3' => code(b'e'),
            b'a' | b'4' | b'@' => code(b'a'),
            b't' | b'7' => code(b't'),
            b'b' | b'8' => code(b'b'),
            letter @ b'a'..=b'z' => code(letter),
            b'6' | b'9' | b'+' | b'#' => ANY,
            _ => 0,
        };
        byte += 1;
    }
    codes
};
/// Any letter.
const ANY: u8 = 31;
/// Any letter may come, or none.
const NO_LETTER: u8 = 0;

const fn code(letter: u8) -> u8 {
    letter - b'a' + 1
}

/// What a byte is to the search for beginnings.
const WORD: u8 = 1;
const SYMBOL: u8 = 2;
const LEAD: u8 = 3;
const KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = match byte as u8 {
            letter if letter.is_ascii_alphanumeric() => WORD,
            b'$' | b'@' | b'!' | b'#' | b'+' | b'|' | b'/' | b'\\' | b'(' | b'[' | b'>' | b'_'
            | b'&' | b'%' | b'{' | b'<' | b'^' => SYMBOL,
            0xC0.. => LEAD,
            _ => 0,
        };
        byte += 1;
    }
    kinds
};

impl Starts {
    pub(super) fn new<'k>(keys: impl Iterator<Item = &'k [u8]>, wide: bool) -> Starts {
        let mut starts = Starts {
            bits: Box::new([0; 512]),
            signs: [false; 128],
            lanes: [0; 256],
            wide,
        };
        for key in keys {
            match key[0] {
                // Such letters are looked up wherever they stand.
                0x80.. => {}
                letter if letter.is_ascii_alphanumeric() => starts.insert(key, 0, 0, 0),
                sign => starts.signs[usize::from(sign)] = true,
            }
        }
        for (byte, lanes) in starts.lanes.iter_mut().enumerate() {
            let is_sign = starts.signs.get(byte).is_some_and(|is_sign| *is_sign);
            *lanes = match KINDS[byte] {
                WORD => 1,
                LEAD | SYMBOL => 1 << 16,
                _ => u64::from(is_sign) << 16,
            };
        }
        starts
    }

    fn insert(&mut self, key: &[u8], at: usize, last: u8, codes: usize) {
        if at == 3 {
            self.bits[codes / 64] |= 1 << (codes % 64);
            return;
        }
        let Some((&byte, rest)) = key.split_first() else {
            // Whatever follows the whole pattern.
            for next in 0..32 {
                self.insert(&[], at + 1, next, codes << 5 | usize::from(next));
            }
            return;
        };
        if byte < super::spelling::FIRST_TEXT_BYTE {
            return match byte == super::spelling::GAP {
                true => self.insert(rest, at, last, codes),
                // Any words may come.
                false => self.insert(&[], at, last, codes),
            };
        }
        if !byte.is_ascii_alphanumeric() {
            // Between letters, signs are passed over or lead to a closer look.
            if is_passed_over(byte) {
                self.insert(rest, at, last, codes);
            }
            return;
        }
        let next = CODES[usize::from(byte)];
        if next == ANY {
            return;
        }
        if next == last {
            return self.insert(rest, at, last, codes);
        }
        self.insert(rest, at + 1, next, codes << 5 | usize::from(next));
        if self.wide {
            let drawn: &[u8] = match byte {
                b'm' => b"rn",
                b'w' => b"v",
                b'f' => b"ph",
                _ => return,
            };
            let mut with = drawn.to_vec();
            with.extend_from_slice(rest);
            self.insert(&with, at, last, codes);
        }
    }

    /// Calls `visit` with every byte at which a key may begin.
    pub(super) fn each<E>(
        &self,
        text: &str,
        mut visit: impl FnMut(usize) -> Result<(), E>,
    ) -> Result<(), E> {
        let bytes = text.as_bytes();
        let mut word_before = 0;
        for (index, block) in bytes.chunks(16).enumerate() {
            // Sixteen bytes at a time: their kinds become two masks in one word, whose bits are then visited.
            let mut lanes = 0u64;
            for (at, byte) in block.iter().enumerate() {
                lanes |= self.lanes[usize::from(*byte)] << at;
            }
            let (words, others) = (lanes as u16, (lanes >> 16) as u16);
            let follows = words << 1 | word_before;
            let mut starts = match self.wide {
                true => words | others,
                false => words & !follows | others,
            };
            word_before = words >> 15;
            while starts != 0 {
                let bit = starts.trailing_zeros();
                starts &= starts - 1;
                let at = index * 16 + bit as usize;
                if self.is_start(text, at, follows >> bit & 1 != 0) {
                    visit(at)?;
                }
            }
        }
        Ok(())
    }

    #[inline]
    fn is_start(&self, text: &str, at: usize, follows_word: bool) -> bool {
        let bytes = text.as_bytes();
        let byte = bytes[at];
        match KINDS[usize::from(byte)] {
            WORD if follows_word => is_seam(text, at) && self.may_hold(bytes, at),
            WORD if at > 0 && !bytes[at - 1].is_ascii() => {
                self.may_hold(bytes, at) && may_begin(text, at)
            }
            WORD => self.may_hold(bytes, at),
            LEAD => !is_hidden_at(text, at) && may_begin(text, at),
            _ if self.signs[usize::from(byte)] => true,
            _ => !follows_word && self.may_begin_with_symbol(text, at),
        }
    }

    fn may_begin_with_symbol(&self, text: &str, at: usize) -> bool {
        let rest = &text[at..];
        match rest.as_bytes() {
            [b'&' | b'%', ..] => decode(rest).is_some(),
            [b'$' | b'@' | b'!' | b'|' | b'#' | b'+', next, ..] if next.is_ascii_alphanumeric() => {
                self.may_hold(text.as_bytes(), at)
            }
            [b'{' | b'[' | b'<' | b'(' | b'^', next, ..] if next.is_ascii_alphanumeric() => {
                self.wide
            }
            [_, next, ..] if next.is_ascii_whitespace() => false,
            [b'$' | b'@' | b'!' | b'+', ..] => true,
            bytes => DRAWN
                .iter()
                .any(|(drawn, ..)| bytes.starts_with(drawn.as_bytes())),
        }
    }

    /// Whether a key may begin at the byte `at`.
    #[inline]
    fn may_hold(&self, bytes: &[u8], at: usize) -> bool {
        let (Some(&first), Some(&second), Some(&third)) =
            (bytes.get(at), bytes.get(at + 1), bytes.get(at + 2))
        else {
            return self.may_hold_slowly(bytes, at);
        };
        if !(second.is_ascii_alphanumeric() && third.is_ascii_alphanumeric() && first.is_ascii()) {
            return self.may_hold_slowly(bytes, at);
        }
        let (first, second, third) = (
            CODES[usize::from(first)],
            CODES[usize::from(second)],
            CODES[usize::from(third)],
        );
        if first == second || second == third || first == ANY || second == ANY || third == ANY {
            return self.may_hold_slowly(bytes, at);
        }
        self.contain(usize::from(first) << 10 | usize::from(second) << 5 | usize::from(third))
    }

    fn contain(&self, codes: usize) -> bool {
        self.bits[codes / 64] >> (codes % 64) & 1 != 0
    }

    /// Three letters with repetitions and signs between them.
    #[cold]
    fn may_hold_slowly(&self, bytes: &[u8], at: usize) -> bool {
        let mut codes = 0;
        let mut letters = 0;
        let mut last = NO_LETTER;
        for (index, byte) in bytes[at..].iter().enumerate().take(32) {
            let next = match byte {
                0x80.. => ANY,
                byte => CODES[usize::from(*byte)],
            };
            let is_symbol = !byte.is_ascii_alphanumeric() && !byte.is_ascii_whitespace();
            // A sign may be a letter, hide one, or stand between two.
            if next == ANY || is_symbol && index > 0 && !is_passed_over(*byte) {
                return true;
            }
            if next == NO_LETTER || next == last {
                continue;
            }
            last = next;
            codes = codes << 5 | usize::from(next);
            letters += 1;
            if letters == 3 {
                return self.contain(codes);
            }
        }
        at + 32 < bytes.len() || self.contain(codes << (5 * (3 - letters)))
    }
}

/// Nothing begins with what is not seen.
fn is_hidden_at(text: &str, at: usize) -> bool {
    text[at..].chars().next().is_some_and(|c| sign(c).hidden)
}

/// Signs that only stand between letters.
fn is_passed_over(byte: u8) -> bool {
    matches!(
        byte,
        b'.' | b','
            | b'-'
            | b';'
            | b':'
            | b'"'
            | b'\''
            | b'?'
            | b')'
            | b'}'
            | b'='
            | b'~'
            | b'`'
            | b'_'
    )
}

/// Whether a word may begin inside another at the byte `at`, as capitals and digits tell: `aB`, `1a`, `a1`.
pub(super) fn is_seam(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    let (Some(left), Some(right)) = (
        at.checked_sub(1).and_then(|at| bytes.get(at)),
        bytes.get(at),
    ) else {
        return false;
    };
    left.is_ascii_lowercase() && right.is_ascii_uppercase()
        || left.is_ascii_alphanumeric()
            && right.is_ascii_alphanumeric()
            && left.is_ascii_digit() != right.is_ascii_digit()
}

#[cfg(test)]
impl Starts {
    /// One that keeps every letter.
    pub(super) fn without_letters(self) -> Starts {
        Starts {
            bits: Box::new([u64::MAX; 512]),
            ..self
        }
    }
}

//! Keys that have to stand in a text as they are: the places where one may begin, as its first bytes tell. May be wrong in
//! one direction only: where it says no, a literal walk finds nothing that a rule would believe. Knows bytes; nothing of rules.

use super::judge::may_begin;
use super::keys::Keys;
use super::sign::{How, Sign, sign};
use super::spelling::FIRST_TEXT_BYTE;
use super::token::{decode, is_markup_sign, stretch};
use super::trie::ROOT;
use super::walk::SEPARATORS_MAX;
use super::windows::LENGTH;

/// The bits for each beginning, so that most others find none set.
const BITS_EACH: usize = 16;
const BITS_MIN: usize = 1 << 12;
/// Words of bits for all pairs of bytes of ASCII.
const SHORT: usize = 128 * 128 / 64;

/// Whether a byte may be read in another way than as it stands, or passed over.
const SPECIAL: [bool; 256] = special(false);
/// The same for the first byte, before which nothing stands that signs could be passed over behind.
const SPECIAL_FIRST: [bool; 256] = special(true);
/// What capital letters do not have and small ones do. Signs that differ by it only are taken for each other.
const SMALL: u32 = 0x2020_2020;

const fn special(is_first: bool) -> [bool; 256] {
    let mut special = [true; 256];
    let mut byte = 1;
    while byte < 128 {
        special[byte] = match byte as u8 {
            b'&' | b'%' => true,
            sign => !is_first && is_markup_sign(sign as char),
        };
        byte += 1;
    }
    special
}

/// The beginnings of all keys.
#[derive(Debug)]
pub(super) struct Beginnings {
    /// By a number made of four bytes.
    bits: Box<[u64]>,
    shift: u32,
    /// By two bytes, of keys that have fewer than four.
    short: Box<[u64; SHORT]>,
    /// How often the same byte stands in a row in a key, at most.
    longest_run: usize,
    /// The signs with which keys begin.
    pub(super) signs: [bool; 128],
    #[cfg(test)]
    pub(super) every: bool,
}

impl Beginnings {
    /// Of keys with each letter as often as it stands there.
    pub(super) fn new(keys: &[Vec<u8>]) -> Beginnings {
        let count = (keys.len() * BITS_EACH).next_power_of_two().max(BITS_MIN);
        let mut found = Beginnings {
            bits: vec![0; count / 64].into(),
            shift: 32 - count.trailing_zeros(),
            short: Box::new([0; SHORT]),
            longest_run: keys.iter().map(|key| longest_run(key)).max().unwrap_or(0),
            signs: [false; 128],
            #[cfg(test)]
            every: false,
        };
        for key in keys {
            let text = key.iter().take_while(|byte| **byte >= FIRST_TEXT_BYTE);
            let begin: Vec<u8> = text.take(LENGTH).copied().collect();
            found.add(&begin);
        }
        found
    }

    fn add(&mut self, begin: &[u8]) {
        // What else a letter is read from is never a plain byte.
        if !begin[0].is_ascii() {
            return;
        }
        self.signs[usize::from(begin[0])] |= !begin[0].is_ascii_alphanumeric();
        match *begin {
            [first, second, third, fourth] => {
                let place = self.place(small([first, second, third, fourth]));
                self.bits[place / 64] |= 1 << (place % 64);
            }
            [first] => {
                let all = (0..128).map(|second| pair(small([first, second, 0, 0])));
                all.for_each(|place| self.short[place / 64] |= 1 << (place % 64));
            }
            [first, second, ..] if second.is_ascii() => {
                let place = pair(small([first, second, 0, 0]));
                self.short[place / 64] |= 1 << (place % 64);
            }
            _ => {}
        }
    }

    /// Of four small letters.
    #[inline(always)]
    fn place(&self, small: u32) -> usize {
        (small.wrapping_mul(0x9E37_79B1) >> self.shift) as usize
    }

    /// Whether a key may begin as these bytes do, without a branch that depends on them.
    #[inline(always)]
    pub(super) fn may_begin(&self, bytes: [u8; LENGTH]) -> bool {
        let is_special = |at: usize| SPECIAL[usize::from(bytes[at])];
        let small = small(bytes);
        let (place, short) = (self.place(small), pair(small));
        SPECIAL_FIRST[usize::from(bytes[0])]
            | is_special(1)
            | is_special(2)
            | is_special(3)
            | (self.bits[place / 64] >> (place % 64) & 1 != 0)
            | (self.short[short / 64] >> (short % 64) & 1 != 0)
    }

    /// Whether one of `keys`, whose beginnings these are, may stand at the byte `at`.
    pub(super) fn may_stand<T>(&self, keys: &Keys<T>, text: &str, at: usize) -> bool {
        #[cfg(test)]
        if self.every {
            return true;
        }
        let bytes = text.as_bytes();
        let is_beside_other = !bytes[at].is_ascii() || at > 0 && !bytes[at - 1].is_ascii();
        if is_beside_other {
            let c = text[at..].chars().next().unwrap_or_default();
            if !c.is_ascii() && !begins(keys, sign(c)) || !may_begin(text, at) {
                return false;
            }
            if !c.is_ascii() {
                return true;
            }
        }
        // A letter that is encoded belongs to the word before it.
        if matches!(bytes[at], b'&' | b'%') && decode(&text[at..]).is_some() {
            return at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
        }
        let (mut node, mut last, mut at) = (ROOT, 0, at);
        // How often the last letter is repeated, and how many signs stand behind it.
        let (mut repeats, mut signs) = (0, 0);
        while let Some(byte) = bytes.get(at) {
            if repeats >= self.longest_run || signs > SEPARATORS_MAX {
                return false;
            }
            let folded = byte.to_ascii_lowercase();
            // Most often a letter follows a letter, with which no key goes on.
            if is_letter(last) && is_letter(folded) && folded != last {
                let Some(next) = keys.trie.next(node, folded) else {
                    return false;
                };
                (node, last, at) = (next, folded, at + 1);
                (repeats, signs) = (0, 0);
                continue;
            }
            let is_sign = match byte {
                b'&' | b'%' if decode(&text[at..]).is_some() => return true,
                0x80.. => return true,
                byte => last != 0 && is_markup_sign(char::from(*byte)),
            };
            let is_inside = is_letter(last) && is_letter(folded);
            if keys.trie.mark(node) != 0 && !is_inside {
                return true;
            }
            at += 1;
            let next = keys.trie.next(node, folded);
            if is_sign {
                if next.is_some() {
                    return true;
                }
                at = stretch(text, at - 1).unwrap_or(at);
                signs += 1;
                continue;
            }
            // Keys have a letter that is repeated once.
            if folded == last {
                (repeats, signs) = (repeats + 1, 0);
                continue;
            }
            (repeats, signs) = (0, 0);
            let Some(next) = next else {
                return false;
            };
            (node, last) = (next, folded);
        }
        keys.trie.mark(node) != 0
    }
}

/// Whether a key begins with the character.
fn begins<T>(keys: &Keys<T>, sign: &Sign) -> bool {
    let mut plain = sign
        .readings
        .iter()
        .filter(|reading| reading.how == How::Plain);
    let first = plain
        .next()
        .and_then(|reading| reading.letters.chars().next());
    !sign.hidden && first.is_some_and(|letter| keys.child(ROOT, letter).is_some())
}

fn longest_run(key: &[u8]) -> usize {
    let runs = key.chunk_by(|left, right| left == right);
    runs.map(<[u8]>::len).max().unwrap_or(0)
}

/// Whether a byte is a letter or digit of ASCII.
fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn small(bytes: [u8; LENGTH]) -> u32 {
    u32::from_le_bytes(bytes) | SMALL
}

/// The number of the first two of four small letters.
fn pair(small: u32) -> usize {
    (small & 0x7F | (small >> 8 & 0x7F) << 7) as usize
}

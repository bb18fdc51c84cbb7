//! What words of a text can be recognized by without looking them up: a number rolled over the codes of their letters, and
//! a set that says of most numbers that no key has them. Knows keys and codes; nothing of texts.

use std::collections::HashMap;

use super::boundary::Class;
use super::codes::{SIGN, code_of_letter};
use super::pattern::Glob;
use super::spelling::{FIRST_TEXT_BYTE, GAP};

/// The beginnings by which words are known before they end have so many letters, each a bit.
const PREFIXES: u64 = 1 << 1 | 1 << 2 | 1 << 4 | 1 << PREFIX_MAX;
/// The longest beginning that is known.
pub(super) const PREFIX_MAX: u32 = 6;

/// A number for the codes so far. Codes that repeat the one before them are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scent {
    hash: u64,
    /// The number at the last beginning that is known.
    prefix: u64,
    last: u32,
    /// How many codes this word has.
    pub(super) codes: u32,
    /// So far there were only small or capital letters of ASCII: keys with digits, signs or other letters are not meant.
    pub(super) is_plain: bool,
    /// A letter was repeated: without it, keys with double letters are not meant.
    is_doubled: bool,
}

impl Scent {
    pub(super) const NONE: Scent = Scent {
        hash: 0,
        prefix: 0,
        last: 0,
        codes: 0,
        is_plain: true,
        is_doubled: false,
    };

    /// Of a sign that is read as a letter with that code.
    pub(super) fn of_sign(code: u16) -> Scent {
        let mut scent = Scent {
            is_plain: false,
            ..Scent::NONE
        };
        scent.add(code);
        scent
    }

    /// Adds a letter; answers whether it counts.
    #[inline(always)]
    pub(super) fn add(&mut self, code: u16) -> bool {
        self.roll(u32::from(code))
    }

    /// Adds a sign with which a key begins; answers whether it counts.
    pub(super) fn add_sign(&mut self, sign: char) -> bool {
        self.is_plain = false;
        self.roll(u32::from(sign) << 8 | 0xFF)
    }

    #[inline(always)]
    fn roll(&mut self, what: u32) -> bool {
        if what == self.last {
            self.is_doubled = true;
            return false;
        }
        self.last = what;
        self.hash = mixed(self.hash ^ u64::from(what));
        self.codes += 1;
        if is_prefix(self.codes) {
            self.prefix = self.hash;
        }
        true
    }

    /// Whether keys are known by so much of a word.
    #[inline]
    pub(super) fn is_prefix(&self) -> bool {
        is_prefix(self.codes)
    }

    /// As it is known of keys of a sort.
    #[inline]
    fn known(&self, is_plain: bool, is_doubled: bool) -> u64 {
        self.hash ^ u64::from(!is_plain) << 63 ^ u64::from(is_doubled) << 62
    }

    fn own(&self) -> u64 {
        self.known(self.is_plain, self.is_doubled)
    }

    /// The scent with which the next word of a phrase begins.
    pub(super) fn behind_gap(self) -> Scent {
        Scent {
            hash: mixed(self.hash ^ 0xFE),
            is_plain: self.is_plain,
            is_doubled: self.is_doubled,
            ..Scent::NONE
        }
    }
}

#[inline]
fn is_prefix(codes: u32) -> bool {
    codes <= PREFIX_MAX && PREFIXES >> codes & 1 != 0
}

#[inline]
fn mixed(hash: u64) -> u64 {
    (hash ^ 0x5851_F42D_4C95_7F2D).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// How a word goes on behind a key.
#[derive(Debug, Clone)]
pub(super) enum Ending {
    /// Not at all.
    Whole,
    /// As this wildcard does.
    Glob(Glob),
}

/// What is known of a scent.
pub(super) struct Known {
    /// A key may end here.
    pub(super) is_whole: bool,
    /// Another word of a phrase may follow.
    pub(super) is_more: bool,
}

/// The scents of all keys.
#[derive(Debug)]
pub(super) struct Scents {
    words: Filter,
    prefixes: Filter,
    /// Wildcards by their beginnings, and the lengths of those as bits.
    globs: HashMap<u64, Vec<Glob>>,
    open: Filter,
    open_lengths: u64,
    /// Some have signs themselves.
    has_signs: bool,
    longest: u32,
}

/// One step of reading a key.
#[derive(Clone, Copy)]
enum Mark {
    Whole,
    More,
    Prefix,
    Open,
}

impl Scents {
    /// Of keys, each with how it ends.
    pub(super) fn new(keys: &[(Vec<u8>, Ending)]) -> Scents {
        let mut marks: [Vec<u64>; 4] = Default::default();
        let (mut open_lengths, mut longest) = (0, 0);
        let mut globs = HashMap::<u64, Vec<Glob>>::new();
        for (key, ending) in keys {
            let (scent, most) = follow(key, |mark, hash| marks[mark as usize].push(hash));
            longest = longest.max(most);
            match ending {
                Ending::Whole => marks[Mark::Whole as usize].push(scent.own()),
                Ending::Glob(glob) => {
                    open_lengths |= 1 << scent.codes.min(63);
                    marks[Mark::Open as usize].push(scent.hash);
                    globs.entry(scent.hash).or_default().push(glob.clone());
                }
            }
        }
        for marks in &mut marks {
            marks.sort_unstable();
            marks.dedup();
        }
        let [whole, more, prefixes, open] = &marks;
        Scents {
            words: Filter::new(&[whole, more]),
            prefixes: Filter::new(&[prefixes]),
            has_signs: globs.values().flatten().any(Glob::has_signs),
            globs,
            open: Filter::new(&[open]),
            open_lengths,
            longest,
        }
    }

    /// What is known of the scent of a text, with nothing but letters so far and white space next, or not.
    #[inline(always)]
    pub(super) fn look(&self, scent: &Scent, is_plain: bool) -> Known {
        let mut known = self.words.find(scent.known(true, false));
        let mut add = |is_plain, is_doubled| {
            let found = self.words.find(scent.known(is_plain, is_doubled));
            known = (known.0 | found.0, known.1 | found.1);
        };
        if scent.is_doubled {
            add(true, true);
        }
        if !is_plain {
            add(false, false);
            if scent.is_doubled {
                add(false, true);
            }
        }
        Known {
            is_whole: known.0,
            is_more: known.1,
        }
    }

    /// Whether a word of a key may begin so.
    #[inline]
    pub(super) fn may_go_on(&self, scent: &Scent) -> bool {
        scent.codes == 0 || self.prefixes.find(scent.prefix).0
    }

    /// Whether a wildcard begins so that may be meant, which is asked of each. They do not go on behind most signs:
    /// `is_joined` says that none of those were passed over.
    #[inline]
    pub(super) fn is_open(
        &self,
        scent: &Scent,
        is_joined: bool,
        is_meant: impl Fn(&Glob) -> bool,
    ) -> bool {
        self.open_lengths >> scent.codes.min(63) & 1 != 0
            && (is_joined || self.has_signs)
            && (scent.codes >= 63 || self.open.find(scent.hash).0)
            && (scent.codes >= 63
                || self
                    .globs
                    .get(&scent.hash)
                    .is_some_and(|globs| globs.iter().any(is_meant)))
    }

    /// Whether no word of a key has so many letters.
    #[inline]
    pub(super) fn is_too_long(&self, scent: &Scent) -> bool {
        scent.codes > self.longest
    }
}

/// Reads a key as texts are read, and tells what is to be known of it; answers the last scent and the longest word.
fn follow(key: &[u8], mut note: impl FnMut(Mark, u64)) -> (Scent, u32) {
    let mut scent = Scent::NONE;
    let (mut longest, mut is_leading) = (0, true);
    let text = std::str::from_utf8(key).unwrap_or_default();
    for c in text.chars() {
        if c < char::from(FIRST_TEXT_BYTE) {
            if c != char::from(GAP) {
                // Any words may come.
                break;
            }
            note(Mark::More, scent.own());
            scent = scent.behind_gap();
            is_leading = false;
            continue;
        }
        scent.is_plain &= c.is_ascii_alphabetic();
        let is_new = match code_of_letter(c) {
            SIGN if is_leading && !Class::of(c).is_word() => scent.add_sign(c),
            // Between letters, texts have signs that keys do not have.
            SIGN => false,
            code => {
                is_leading = false;
                scent.add(code)
            }
        };
        if is_new && is_prefix(scent.codes) {
            note(Mark::Prefix, scent.prefix);
        }
        longest = longest.max(scent.codes);
    }
    (scent, longest)
}

/// Two sets of numbers, a few bits for each number. Says of some that they are in a set although they are not.
#[derive(Debug)]
struct Filter {
    /// The lower half of a block is for the first set, the upper one for the second.
    blocks: Box<[u64]>,
    shift: u32,
}

/// The fewest blocks.
const BLOCKS_MIN: usize = 64;

impl Filter {
    fn new(sets: &[&[u64]]) -> Filter {
        let count: usize = sets.iter().map(|set| set.len()).sum();
        let blocks = count.next_power_of_two().max(BLOCKS_MIN);
        let mut filter = Filter {
            blocks: vec![0; blocks].into(),
            shift: 64 - blocks.trailing_zeros(),
        };
        for (half, set) in sets.iter().enumerate() {
            for hash in *set {
                let (block, bits) = filter.place(*hash);
                filter.blocks[block] |= bits << (32 * half);
            }
        }
        filter
    }

    #[inline]
    fn place(&self, hash: u64) -> (usize, u64) {
        let bits = 1 << (hash >> 20 & 31) | 1 << (hash >> 25 & 31);
        ((hash >> self.shift) as usize, bits)
    }

    #[inline]
    fn find(&self, hash: u64) -> (bool, bool) {
        let (block, bits) = self.place(hash);
        let block = self.blocks[block];
        (block & bits == bits, block >> 32 & bits == bits)
    }
}

//! What words of a text can be recognized by without looking them up: a number rolled over the codes of their letters, and
//! a set that says of most numbers that no key has them. Knows keys and codes; nothing of texts.

use super::boundary::Class;
use super::codes::{SIGN, code_of_letter};
use super::pattern::Glob;
use super::spelling::{FIRST_TEXT_BYTE, GAP, SPLIT_MIN};

/// What is known of a word is kept by the numbers at so many letters, each a bit: few words share five.
const PLACES: u64 = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 5;
/// Longer beginnings of wildcards are not told apart.
const LENGTH_MAX: u32 = 63;
/// The longest beginning by which words are known before they end.
const PREFIX_MAX: u32 = 8;

/// A number for the codes so far. Codes that repeat the one before them are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scent {
    hash: u64,
    /// The number at the last letter that counts for where things are known.
    place: u64,
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
        place: 0,
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
        if PLACES >> self.codes.min(LENGTH_MAX) & 1 != 0 {
            self.place = self.hash;
        }
        true
    }

    /// The bits of a mark for keys of the sort of this one.
    fn own_bits(&self, mark: Mark) -> u64 {
        mark.bits(self, self.is_plain, self.is_doubled)
    }

    /// The scent with which the next word of a phrase begins.
    pub(super) fn behind_gap(self) -> Scent {
        let hash = mixed(self.hash ^ 0xFE);
        Scent {
            hash,
            place: hash,
            is_plain: self.is_plain,
            is_doubled: self.is_doubled,
            ..Scent::NONE
        }
    }
}

#[inline]
const fn mixed(hash: u64) -> u64 {
    (hash ^ 0x5851_F42D_4C95_7F2D).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// How a word goes on behind a key.
#[derive(Debug, Clone)]
pub(super) enum Ending {
    /// Not at all.
    Whole,
    /// Not at all, and no signs are believed between its letters.
    Unsplit,
    /// As this wildcard does.
    Glob(Glob),
}

/// What is known of a scent.
#[derive(Default)]
pub(super) struct Known {
    /// A key may end here.
    pub(super) is_whole: bool,
    /// One may end here if nothing stands between its letters.
    pub(super) is_unsplit: bool,
    /// Another word of a phrase may follow.
    pub(super) is_more: bool,
}

/// The scents of all keys.
#[derive(Debug)]
pub(super) struct Scents {
    marks: Filter,
    /// Wildcards by their beginnings, in order, and the lengths of those as bits.
    globs: Vec<(u64, Glob)>,
    open_lengths: u64,
    longest: u32,
}

/// What may be known of a scent.
#[derive(Clone, Copy)]
enum Mark {
    /// A key ends here.
    Whole,
    /// A key ends here that may not be split.
    Unsplit,
    /// Another word of a phrase follows.
    More,
    /// A word goes on.
    Inside,
    /// A wildcard is open.
    Open,
}

/// The half of a block for what is known of few scents.
const ENDS: u64 = 0xFFFF_FFFF << 32;

impl Mark {
    /// Its bits in a block, for keys of a sort. What is known of most scents has a half of its own.
    #[inline(always)]
    fn bits(self, scent: &Scent, is_plain: bool, is_doubled: bool) -> u64 {
        let sort = (is_plain as usize) << 1 | is_doubled as usize;
        let hash = scent.hash ^ SALTS[(self as usize) << 2 | sort];
        let bits = 1 << (hash >> 20 & 31) | 1 << (hash >> 25 & 31) | 1 << (hash >> 30 & 31);
        match self {
            Mark::Inside => bits,
            Mark::Whole | Mark::Unsplit | Mark::More | Mark::Open => bits << ENDS.trailing_zeros(),
        }
    }

    /// The same where sorts do not matter.
    #[inline(always)]
    fn any_bits(self, scent: &Scent) -> u64 {
        self.bits(scent, false, false)
    }
}

/// What tells apart the bits of marks and sorts.
const SALTS: [u64; 20] = {
    let mut salts = [0; 20];
    let mut salt = 1;
    while salt < salts.len() {
        salts[salt] = mixed(salt as u64);
        salt += 1;
    }
    salts
};

impl Scents {
    /// Of keys, each with how it ends.
    pub(super) fn new(keys: &[(Vec<u8>, Ending)]) -> Scents {
        let mut marks = Vec::new();
        let (mut open_lengths, mut longest) = (0, 0);
        let mut globs = Vec::new();
        for (key, ending) in keys {
            let mut note = |scent: &Scent, bits| marks.push((scent.place, bits));
            let (scent, most) = follow(key, &mut note);
            longest = longest.max(most);
            match ending {
                Ending::Whole => note(&scent, scent.own_bits(Mark::Whole)),
                Ending::Unsplit => note(&scent, scent.own_bits(Mark::Unsplit)),
                Ending::Glob(glob) => {
                    open_lengths |= 1 << scent.codes.min(LENGTH_MAX);
                    note(&scent, Mark::Open.any_bits(&scent));
                    globs.push((scent.hash, glob.clone()));
                }
            }
        }
        globs.sort_by_key(|(hash, _)| *hash);
        Scents {
            marks: Filter::new(marks),
            globs,
            open_lengths,
            longest,
        }
    }

    /// What is known of the scent of a text, with nothing but letters so far and white space next, or not.
    #[inline(always)]
    pub(super) fn look(&self, scent: &Scent, is_plain: bool) -> Known {
        let block = self.marks.block(scent);
        if block & ENDS == 0 {
            // Most words end nowhere.
            return Known::default();
        }
        let is_known = |mark: Mark| {
            let is_of = |is_plain, is_doubled| has(block, mark.bits(scent, is_plain, is_doubled));
            let is_of_plain =
                |is_plain| is_of(is_plain, false) || scent.is_doubled && is_of(is_plain, true);
            is_of_plain(true) || !is_plain && is_of_plain(false)
        };
        Known {
            is_whole: is_known(Mark::Whole),
            is_unsplit: scent.codes < SPLIT_MIN && is_known(Mark::Unsplit),
            is_more: is_known(Mark::More),
        }
    }

    /// Whether a word of a key may go on behind these letters, and whether a wildcard may be open there.
    #[inline(always)]
    pub(super) fn look_inside(&self, scent: &Scent) -> (bool, bool) {
        let block = self.marks.block(scent);
        let may_be_open = self.open_lengths >> scent.codes.min(LENGTH_MAX) & 1 != 0;
        let is_open =
            may_be_open && (scent.codes >= LENGTH_MAX || has(block, Mark::Open.any_bits(scent)));
        let goes_on = match scent.codes > PREFIX_MAX {
            true => scent.codes <= self.longest,
            false => has(block, Mark::Inside.any_bits(scent)),
        };
        (goes_on, is_open)
    }

    /// Whether one of the wildcards that are open behind these letters is meant, which is asked of each. They do not go on
    /// behind most signs, if they have none themselves: `is_joined` says that none of those were passed over.
    pub(super) fn is_open(
        &self,
        scent: &Scent,
        is_joined: bool,
        is_meant: impl Fn(&Glob) -> bool,
    ) -> bool {
        let may_be_meant = |glob: &Glob| (is_joined || glob.has_signs()) && is_meant(glob);
        let first = self.globs.partition_point(|(hash, _)| *hash < scent.hash);
        let mut globs = self.globs[first..]
            .iter()
            .take_while(|(hash, _)| *hash == scent.hash);
        scent.codes >= LENGTH_MAX || globs.any(|(_, glob)| may_be_meant(glob))
    }
}

/// Reads a key as texts are read, and tells what is to be known of it; answers the last scent and the longest word.
fn follow(key: &[u8], mut note: impl FnMut(&Scent, u64)) -> (Scent, u32) {
    let mut scent = Scent::NONE;
    let (mut longest, mut is_leading) = (0, true);
    let text = std::str::from_utf8(key).unwrap_or_default();
    for c in text.chars() {
        if c < char::from(FIRST_TEXT_BYTE) {
            if c != char::from(GAP) {
                // Any words may come.
                break;
            }
            note(&scent, scent.own_bits(Mark::More));
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
        if is_new && scent.codes <= PREFIX_MAX {
            note(&scent, Mark::Inside.any_bits(&scent));
        }
        longest = longest.max(scent.codes);
    }
    (scent, longest)
}

#[inline(always)]
fn has(block: u64, bits: u64) -> bool {
    block & bits == bits
}

/// A set of marks, a few bits for each. Says of some that they are in it although they are not. What is known of the letters
/// behind one that counts is in one block, so that a word is known by few places in memory.
#[derive(Debug)]
struct Filter {
    blocks: Box<[u64]>,
    shift: u32,
}

/// The fewest blocks, and how many marks each has room for.
const BLOCKS_MIN: usize = 64;
const BLOCK_MARKS: usize = 2;

impl Filter {
    /// Of the places of marks, each with its bits in the block.
    fn new(mut marks: Vec<(u64, u64)>) -> Filter {
        marks.sort_unstable();
        marks.dedup();
        let blocks = (marks.len() / BLOCK_MARKS)
            .next_power_of_two()
            .max(BLOCKS_MIN);
        let mut filter = Filter {
            blocks: vec![0; blocks].into(),
            shift: 64 - blocks.trailing_zeros(),
        };
        for (place, bits) in marks {
            filter.blocks[(place >> filter.shift) as usize] |= bits;
        }
        filter
    }

    #[inline]
    fn block(&self, scent: &Scent) -> u64 {
        self.blocks[(scent.place >> self.shift) as usize]
    }
}

//! Which places of a text need no look at all, as four characters tell. A table that is made by asking the longer way
//! about all of them, so that the two cannot disagree. Knows bytes and classes of them; nothing of keys.

use super::codes::ASCII;
use super::starts::{CLOSED, KINDS, LETTER_MAX};

/// How many bytes are looked at.
pub(super) const LENGTH: usize = 4;
/// The class of what is not looked behind: how it is read, or what follows, decides.
const OTHER: u32 = 0;

/// For every four bytes, by their classes, whether a key may begin with them.
#[derive(Debug)]
pub(super) struct Windows {
    weights: Box<[[u32; 256]; LENGTH]>,
    bits: Box<[u64]>,
}

/// What a byte at one of the four places adds to the number of a window.
#[derive(Debug)]
struct Place {
    weights: [u32; 256],
    /// A byte of each class, with its weight.
    samples: Vec<(u8, u32)>,
    /// How many numbers there are from one weight to the next.
    unit: u32,
}

impl Default for Windows {
    fn default() -> Windows {
        Windows {
            weights: Box::new([[0; 256]; LENGTH]),
            bits: Box::default(),
        }
    }
}

impl Default for Place {
    fn default() -> Place {
        Place {
            weights: [0; 256],
            samples: Vec::new(),
            unit: 0,
        }
    }
}

impl Place {
    /// Of bytes with their classes.
    fn new(classes: [u8; 256], unit: u32) -> Place {
        let mut place = Place {
            unit,
            ..Place::default()
        };
        for (byte, class) in classes.into_iter().enumerate() {
            let weight = u32::from(class) * unit;
            place.weights[byte] = weight;
            if !place.samples.iter().any(|(_, known)| *known == weight) {
                place.samples.push((byte as u8, weight));
            }
        }
        place
    }

    fn end(&self) -> u32 {
        self.samples.len() as u32 * self.unit
    }
}

/// The classes of bytes that are the same to the search for beginnings. With `wide`, two `v` may draw another
/// letter, as two `u` do not, and capitals inside of a word begin another word: those are left to the longer way. The `first` byte may be a sign.
fn classes(wide: bool, first: bool) -> [u8; 256] {
    let mut classes = [OTHER as u8; 256];
    let mut by_code = [OTHER as u8; LETTER_MAX as usize + 1];
    let mut count = OTHER as u8;
    let mut next = || {
        count += 1;
        count
    };
    for letter in b'a'..=b'z' {
        let class = &mut by_code[usize::from(ASCII[usize::from(letter)])];
        if *class == OTHER as u8 || wide && letter == b'v' {
            *class = next();
        }
        classes[usize::from(letter)] = *class;
        if first || !wide {
            classes[usize::from(letter.to_ascii_uppercase())] = *class;
        }
    }
    classes[usize::from(b' ')] = next();
    let closed = next();
    for byte in 0..128_u8 {
        classes[usize::from(byte)] = match byte {
            // What they stand for is known by what follows.
            b'&' | b'%' => OTHER as u8,
            _ if first && byte.is_ascii_punctuation() => next(),
            // They may be parts of letters that are drawn.
            b'-' | b'=' => OTHER as u8,
            // Draws a letter behind others of the same sort (`|)`), and stands everywhere else.
            b')' => next(),
            _ if KINDS[usize::from(byte)] == CLOSED => closed,
            _ => continue,
        };
    }
    classes
}

impl Windows {
    /// Asks `may_begin` about beginnings of texts that may go on in any way.
    pub(super) fn new(wide: bool, may_begin: impl Fn(&str) -> bool) -> Windows {
        let fourth = Place::new(classes(wide, false), 1);
        let third = Place::new(classes(wide, false), fourth.end());
        let second = Place::new(classes(wide, false), third.end());
        let first = Place::new(classes(wide, true), second.end());
        let mut bits = vec![0; first.end().div_ceil(64) as usize];
        let places = [first, second, third, fourth];
        fill(&mut bits, &places, &mut String::new(), 0, &may_begin);
        Windows {
            weights: Box::new(places.map(|place| place.weights)),
            bits: bits.into(),
        }
    }

    /// Whether a key may begin as these bytes do.
    #[inline(always)]
    pub(super) fn may_begin(&self, bytes: [u8; LENGTH]) -> bool {
        let [first, second, third, fourth] = &*self.weights;
        // Without a check for an overflow, which cannot be.
        let number = first[usize::from(bytes[0])]
            .wrapping_add(second[usize::from(bytes[1])])
            .wrapping_add(third[usize::from(bytes[2])])
            .wrapping_add(fourth[usize::from(bytes[3])]);
        self.bits[number as usize / 64] >> (number % 64) & 1 != 0
    }
}

/// Sets the bits of all windows that begin with `begin`, whose number is `number`, and with which keys may begin.
fn fill(
    bits: &mut [u64],
    places: &[Place],
    begin: &mut String,
    number: u32,
    may_begin: &impl Fn(&str) -> bool,
) {
    let Some((place, places)) = places.split_first() else {
        bits[number as usize / 64] |= 1 << (number % 64);
        return;
    };
    for (byte, weight) in &place.samples {
        let number = number + weight;
        if *weight == OTHER {
            let all = number..number + place.unit;
            all.for_each(|number| bits[number as usize / 64] |= 1 << (number % 64));
            continue;
        }
        begin.push(char::from(*byte));
        if may_begin(begin) {
            fill(bits, places, begin, number, may_begin);
        }
        begin.pop();
    }
}

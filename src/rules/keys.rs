//! The spellings of all rules as one automaton.
//! Knows bytes, letters and gaps; nothing of texts and rules.

use super::sign::{How, drawn, sign};
use super::spelling::FIRST_TEXT_BYTE;
use super::trie::Trie;

/// A set of keys with a list of what each stands for.
#[derive(Debug, Default)]
pub(super) struct Keys<T> {
    pub(super) trie: Trie,
    /// What node marks point at: `marks[mark - 1]`.
    marks: Vec<Mark<T>>,
    pub(super) reach: Reach,
    /// What each letter or digit is that can be read in one way only.
    only: Only,
}

/// The letters of ASCII that can be read in one way only, as small ones by their bytes; 0 for all other bytes.
#[derive(Debug)]
struct Only([u8; 256]);

impl Default for Only {
    fn default() -> Only {
        Only([0; 256])
    }
}

impl Only {
    fn new(reach: Reach) -> Only {
        let loosest = reach.loosest();
        let mut only = Only::default();
        for byte in (0..128_u8).filter(u8::is_ascii_alphanumeric) {
            let readings = &sign(char::from(byte)).readings;
            let count = readings.iter().filter(|reading| reading.how <= loosest);
            let is_drawn = |next| drawn(&[byte, next], loosest).next().is_some();
            if count.count() == 1 && !(0..128).any(is_drawn) {
                only.0[usize::from(byte)] = byte.to_ascii_lowercase();
            }
        }
        only
    }
}

/// How far from a key a text may be that shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Reach {
    /// Case, width, markup and what is not seen.
    Literal,
    /// What normal rules see through.
    #[default]
    Usual,
    /// Words are also looked for where they are cut in two, and by loose readings.
    Wide,
}

impl Reach {
    /// The furthest way to read a character.
    pub(super) fn loosest(self) -> How {
        match self {
            Reach::Literal => How::Plain,
            Reach::Usual => How::Leet,
            Reach::Wide => How::Loose,
        }
    }
}

/// What is special about a node.
#[derive(Debug)]
pub(super) struct Mark<T> {
    /// For keys that end a word.
    pub(super) values: Vec<T>,
    /// For keys that begin one.
    pub(super) prefixes: Vec<T>,
    /// The gaps that may follow.
    pub(super) gaps: Vec<u8>,
}

impl<T> Keys<T> {
    /// Each entry says whether its key is only the beginning of a word.
    pub(super) fn build(entries: Vec<(Vec<u8>, T, bool)>, reach: Reach) -> Keys<T> {
        let mut keys = std::collections::BTreeMap::<Vec<u8>, Mark<T>>::new();
        for (key, value, is_prefix) in entries {
            let gaps = key.iter().enumerate();
            for (at, byte) in gaps.filter(|(_, byte)| **byte < FIRST_TEXT_BYTE) {
                let mark = keys.entry(key[..at].to_vec()).or_default();
                if !mark.gaps.contains(byte) {
                    mark.gaps.push(*byte);
                }
            }
            let mark = keys.entry(key).or_default();
            match is_prefix {
                true => mark.prefixes.push(value),
                false => mark.values.push(value),
            }
        }
        let mut marks = Vec::with_capacity(keys.len());
        let mut marked = Vec::with_capacity(keys.len());
        for (key, mark) in keys {
            marks.push(mark);
            marked.push((key, marks.len() as u32));
        }
        Keys {
            trie: Trie::build(&marked),
            marks,
            reach,
            only: Only::new(reach),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    pub(super) fn mark(&self, node: u32) -> Option<&Mark<T>> {
        match self.trie.mark(node) {
            0 => None,
            mark => self.marks.get(mark as usize - 1),
        }
    }

    /// The small letter that the byte is, if it can be read in one way only.
    #[inline]
    pub(super) fn only(&self, byte: u8) -> Option<u8> {
        Some(self.only.0[usize::from(byte)]).filter(|letter| *letter != 0)
    }

    pub(super) fn child(&self, node: u32, letter: char) -> Option<u32> {
        if letter.is_ascii() {
            return self.trie.next(node, letter as u8);
        }
        let mut buffer = [0; 4];
        let mut bytes = letter.encode_utf8(&mut buffer).bytes();
        bytes.try_fold(node, |node, byte| self.trie.next(node, byte))
    }

    /// Every letter that may follow, of as many bytes as a mask hides: three at most.
    pub(super) fn each_letter(&self, node: u32, mut visit: impl FnMut(char, u32)) {
        for letter in b'a'..=b'z' {
            if let Some(child) = self.trie.next(node, letter) {
                visit(char::from(letter), child);
            }
        }
        for lead in 0xCE..=0xDFu8 {
            let Some(middle) = self.trie.next(node, lead) else {
                continue;
            };
            for trail in 0x80..=0xBFu8 {
                if let Some(child) = self.trie.next(middle, trail)
                    && let Ok(letter) = std::str::from_utf8(&[lead, trail])
                {
                    visit(letter.chars().next().unwrap_or_default(), child);
                }
            }
        }
        for lead in 0xE0..=0xEDu8 {
            let Some(second) = self.trie.next(node, lead) else {
                continue;
            };
            for middle in 0x80..=0xBFu8 {
                let Some(third) = self.trie.next(second, middle) else {
                    continue;
                };
                for trail in 0x80..=0xBFu8 {
                    if let Some(child) = self.trie.next(third, trail)
                        && let Ok(letter) = std::str::from_utf8(&[lead, middle, trail])
                    {
                        visit(letter.chars().next().unwrap_or_default(), child);
                    }
                }
            }
        }
    }
}

impl<T> Default for Mark<T> {
    fn default() -> Self {
        Mark {
            values: Vec::new(),
            prefixes: Vec::new(),
            gaps: Vec::new(),
        }
    }
}

//! How a letter of a spelling was read in a text. Plain data between [`walk`](super::walk) and [`judge`](super::judge).

use unicode_normalization::char::is_combining_mark;

use super::sign::How;

/// What stands between two letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Between {
    Nothing,
    /// Signs that rendering may remove.
    Markup,
    /// Punctuation or symbols.
    Signs,
    /// White space or an apostrophe, at least.
    Space,
}

/// How one letter of a spelling, with its repetitions, was read. Between words of a phrase stands one for the gap.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    /// `\0` for a gap.
    pub(super) letter: char,
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) run: u32,
    pub(super) how: How,
    /// The most that stands before it, or inside its repetitions.
    pub(super) between: Between,
    /// How often signs or space stand there.
    pub(super) splits: u32,
    /// Something invisible stands there.
    pub(super) hidden: bool,
}

impl Step {
    /// How many letters it is; a mark is none.
    pub(super) fn counted(&self) -> u32 {
        match is_combining_mark(self.letter) {
            true => 0,
            false => self.run,
        }
    }
}

/// A letter as it was read.
#[derive(Clone, Copy)]
pub(super) struct Read<'s> {
    pub(super) from: usize,
    pub(super) len: usize,
    pub(super) letters: &'s str,
    pub(super) how: How,
    pub(super) between: Between,
    pub(super) hidden: bool,
}

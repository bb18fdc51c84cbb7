//! Where the keys of an automaton stand in a folded text.
//! Knows keys, boundaries and a budget; nothing of rules.

use super::boundary::{Class, between};
use super::pattern::{FIRST_TEXT_BYTE, GAP, REPEAT};
use super::trie::{ROOT, Trie};

/// How often a character is skipped where a key lets it repeat: keeps a run of them linear.
pub(super) const REPEATS_MAX: usize = 256;

/// The work that may still be done for one text.
#[derive(Debug)]
pub(super) struct Budget {
    left: usize,
}

/// The text is not worth more work: a person looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exhausted;

impl Budget {
    pub(super) fn new(steps: usize) -> Budget {
        Budget { left: steps }
    }

    pub(super) fn spend(&mut self, steps: usize) -> Result<(), Exhausted> {
        self.left = self.left.checked_sub(steps).ok_or(Exhausted)?;
        Ok(())
    }
}

/// A set of keys with a list of what each stands for.
#[derive(Debug, Default)]
pub(super) struct Keys<T> {
    trie: Trie,
    /// What node marks point at: `marks[mark - 1]`.
    marks: Vec<Mark<T>>,
}

/// What is special about a node.
#[derive(Debug)]
pub(super) struct Mark<T> {
    pub(super) values: Vec<T>,
    gap: bool,
    repeat: bool,
}

impl<T> Keys<T> {
    /// The node behind `node` by a byte of text.
    #[inline]
    pub(super) fn next(&self, node: u32, byte: u8) -> Option<u32> {
        self.trie
            .next(node, byte)
            .filter(|_| byte >= FIRST_TEXT_BYTE)
    }

    /// What is special about `node`, if anything.
    #[inline]
    pub(super) fn mark(&self, node: u32) -> Option<&Mark<T>> {
        match self.trie.mark(node) {
            0 => None,
            mark => self.marks.get(mark as usize - 1),
        }
    }

    /// The node behind `node` after any more of the last character.
    pub(super) fn repeat(&self, node: u32, mark: &Mark<T>) -> Option<u32> {
        mark.repeat.then(|| self.trie.next(node, REPEAT)).flatten()
    }

    /// The node behind `node` after any separators.
    fn gap(&self, node: u32, mark: &Mark<T>) -> Option<u32> {
        mark.gap.then(|| self.trie.next(node, GAP)).flatten()
    }

    pub(super) fn build(mut entries: Vec<(Vec<u8>, T)>) -> Keys<T> {
        entries.sort_by(|left, right| left.0.cmp(&right.0));
        let mut keys = std::collections::BTreeMap::<Vec<u8>, Mark<T>>::new();
        for (key, value) in entries {
            for (at, byte) in key
                .iter()
                .enumerate()
                .filter(|(_, byte)| **byte < FIRST_TEXT_BYTE)
            {
                let mark = keys.entry(key[..at].to_vec()).or_default();
                mark.gap |= *byte == GAP;
                mark.repeat |= *byte == REPEAT;
            }
            keys.entry(key).or_default().values.push(value);
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
        }
    }

    /// Calls `found(value, start, end)` for every key between boundaries.
    pub(super) fn scan(
        &self,
        text: &str,
        budget: &mut Budget,
        mut found: impl FnMut(&T, usize, usize) -> Result<(), Exhausted>,
    ) -> Result<(), Exhausted> {
        if self.marks.is_empty() {
            return Ok(());
        }
        let mut left = Class::Separator;
        for (start, c) in text.char_indices() {
            let class = Class::of(c);
            if between(left, class) && self.trie.next(ROOT, text.as_bytes()[start]).is_some() {
                let mut walk = Walk {
                    keys: self,
                    text,
                    steps: 0,
                    start,
                    found: &mut found,
                };
                let done = walk.go(ROOT, start);
                budget.spend(walk.steps)?;
                done?;
            }
            left = class;
        }
        Ok(())
    }
}

impl<T> Default for Mark<T> {
    fn default() -> Self {
        Mark {
            values: Vec::new(),
            gap: false,
            repeat: false,
        }
    }
}

/// One way through the automaton from one place in the text.
struct Walk<'a, T, F> {
    keys: &'a Keys<T>,
    text: &'a str,
    start: usize,
    steps: usize,
    found: &'a mut F,
}

impl<T, F: FnMut(&T, usize, usize) -> Result<(), Exhausted>> Walk<'_, T, F> {
    fn go(&mut self, mut node: u32, mut at: usize) -> Result<(), Exhausted> {
        let keys = self.keys;
        loop {
            self.steps += 1;
            if let Some(mark) = keys.mark(node) {
                self.visit(node, mark, at)?;
            }
            let Some(&byte) = self.text.as_bytes().get(at) else {
                return Ok(());
            };
            let Some(child) = keys.next(node, byte) else {
                return Ok(());
            };
            node = child;
            at += 1;
        }
    }

    #[cold]
    fn visit(&mut self, node: u32, mark: &Mark<T>, at: usize) -> Result<(), Exhausted> {
        for value in &mark.values {
            (self.found)(value, self.start, at)?;
        }
        if let Some(after) = self.keys.repeat(node, mark) {
            let repeated = self.text[..at].chars().next_back();
            let run = self.text[at..]
                .chars()
                .take(REPEATS_MAX)
                .take_while(|c| Some(*c) == repeated);
            let skipped: usize = run.map(char::len_utf8).sum();
            self.steps += skipped;
            self.go(after, at + skipped)?;
        }
        if let Some(after) = self.keys.gap(node, mark) {
            for (offset, c) in self.text[at..].char_indices() {
                self.steps += 1;
                let is_word = Class::of(c).is_word();
                if offset > 0 || !is_word {
                    self.go(after, at + offset)?;
                }
                if is_word {
                    break;
                }
            }
        }
        Ok(())
    }
}

//! From patterns to what the scout looks out for.

use aho_corasick::{AhoCorasick, BuildError};

use super::super::boundary::Class;
use super::super::pattern::{GAP, Glob, Pattern, REPEAT};
use super::super::scan::Keys;
use super::first_bytes::FirstBytes;
use super::{Clue, SIGNS, Scout, flag, without_signs};

/// Symbols that may stand inside a key. They are rare directly behind a link, where they make a post not clean.
const SYMBOLS: &[u8] = b"&-@$+#%";

/// Collects what the rules look for.
#[derive(Debug, Default)]
pub(in super::super) struct ScoutBuilder {
    keys: Vec<(Vec<u8>, Clue)>,
    pairs: usize,
    literals: Vec<String>,
    hopeless: bool,
}

impl ScoutBuilder {
    /// For rules that may match anything.
    #[cfg(test)]
    pub(super) fn hopeless() -> ScoutBuilder {
        ScoutBuilder {
            hopeless: true,
            ..ScoutBuilder::default()
        }
    }

    /// Looks out for a pattern; if it is a glob, it has the index `glob`.
    pub(in super::super) fn pattern(&mut self, pattern: &Pattern, glob: usize) {
        match pattern {
            Pattern::Key(key) => self.key(key),
            Pattern::Glob(pattern) => self.glob(glob, pattern),
            Pattern::Regex { literals, .. } if literals.is_empty() => self.hopeless = true,
            Pattern::Regex { literals, .. } => {
                literals.iter().for_each(|literal| self.literal(literal))
            }
        }
    }

    fn key(&mut self, key: &[u8]) {
        let whole = without_signs(key);
        if is_plain(&whole) {
            return self.keys.push((whole, Clue::Rule));
        }
        let words: Vec<_> = key
            .split(|byte| *byte == GAP)
            .flat_map(|piece| word_runs(&without_signs(piece)))
            .collect();
        let lengths = |pair: &[Vec<u8>]| {
            (
                pair[0].len().min(pair[1].len()),
                pair[0].len() + pair[1].len(),
            )
        };
        match words.windows(2).max_by_key(|pair| lengths(pair)) {
            Some([first, second]) => {
                self.keys.push((first.clone(), Clue::First(self.pairs)));
                self.keys.push((second.clone(), Clue::Second(self.pairs)));
                self.pairs += 1;
            }
            _ => match words.first() {
                Some(word) => self.keys.push((word.clone(), Clue::Rule)),
                None => self.symbols(key),
            },
        }
    }

    /// A key without letters: its first character that rendering leaves alone is enough.
    fn symbols(&mut self, key: &[u8]) {
        let text = String::from_utf8_lossy(key);
        let is_sign = |c: char| u8::try_from(c).is_ok_and(|byte| SIGNS.contains(&byte));
        match text.chars().find(|c| !(c.is_control() || is_sign(*c))) {
            Some(symbol) => self
                .keys
                .push((symbol.to_string().into_bytes(), Clue::Rule)),
            None => self.hopeless = true,
        }
    }

    fn glob(&mut self, index: usize, glob: &Glob) {
        let prefix = without_signs(glob.prefix().as_bytes());
        match word_runs(&prefix).into_iter().next() {
            Some(run) if prefix.starts_with(&run) => self.keys.push((run, Clue::Glob(index))),
            _ => self.literal(&glob.longest_literal()),
        }
    }

    fn literal(&mut self, literal: &str) {
        let runs = word_runs(&without_signs(literal.as_bytes()));
        match runs.into_iter().max_by_key(Vec::len).map(String::from_utf8) {
            Some(Ok(run)) => self.literals.push(run),
            _ => self.hopeless = true,
        }
    }

    pub(in super::super) fn build(self) -> Result<Scout, BuildError> {
        let mut flags = [0; 256];
        for byte in 0..=255u8 {
            let is_word = byte.is_ascii_alphanumeric() || !byte.is_ascii();
            flags[usize::from(byte)] = if is_word { flag::WORD | flag::JOINS } else { 0 };
        }
        let mut set = |bytes: &[u8], flag: u8| {
            bytes
                .iter()
                .for_each(|byte| flags[usize::from(*byte)] |= flag)
        };
        set(SIGNS, flag::SIGN);
        set(b")]<>&\0", flag::CLOSER);
        for (key, _) in &self.keys {
            let symbols: Vec<u8> = key
                .iter()
                .copied()
                .filter(|byte| SYMBOLS.contains(byte))
                .collect();
            set(&symbols, flag::JOINS);
            if !key[0].is_ascii_alphanumeric() {
                set(&key[..1], flag::START);
            }
        }
        for byte in 0xC0..=0xFF {
            set(&[byte], flag::START);
        }
        let mut lanes = [0; 256];
        for (byte, flags) in flags.iter().enumerate() {
            let is = |flag: u8| u64::from(flags & flag != 0);
            let word = u64::from(byte < 0x80) & is(flag::WORD);
            lanes[byte] = word | is(flag::START) << 16 | is(flag::CLOSER) << 32;
        }
        Ok(Scout {
            flags,
            lanes,
            first_bytes: FirstBytes::new(
                self.keys
                    .iter()
                    .map(|(key, clue)| (&key[..], matches!(clue, Clue::Glob(_)))),
            ),
            keys: Keys::build(self.keys),
            pairs: self.pairs,
            literals: (!self.literals.is_empty())
                .then(|| AhoCorasick::new(&self.literals))
                .transpose()?,
            hopeless: self.hopeless,
        })
    }
}

/// Whether the key may be looked for as it is.
fn is_plain(key: &[u8]) -> bool {
    let text = String::from_utf8_lossy(key);
    let is_word = |c: char| Class::of(c).is_word();
    let is_known =
        |c: char| u8::try_from(c).is_ok_and(|byte| byte == REPEAT || SYMBOLS.contains(&byte));
    text.chars().any(is_word) && text.chars().all(|c| is_word(c) || is_known(c))
}

fn word_runs(key: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(key);
    let is_part = |c: char| Class::of(c).is_word() || u32::from(c) == u32::from(REPEAT);
    text.split(|c| !is_part(c))
        .filter(|run| run.contains(|c| Class::of(c).is_word()))
        .map(|run| run.as_bytes().to_vec())
        .collect()
}

//! A look at the Markdown itself that tells where rules may match without reading it as Markdown, at a tenth of the cost.
//!
//! It may be wrong in one direction only: what it does not suspect is not in the rendered text. That is so because
//! rendering only ever *removes*: signs (`sp**a**m`) and whole stretches (targets, tags, markers). Signs are stepped over
//! inside a word, and a word may begin and end at them. A stretch can join two halves of a word only where text stands
//! directly behind its closing `)`, `]` or `>`; nothing is known of such a post, nor of one with an entity. Of a phrase, two
//! words are looked for: one behind the other, or anywhere where a stretch may begin behind the first. Everything else is
//! a word or the beginning of one, and found as in the rendered text.

mod first_bytes;
mod plan;

use aho_corasick::AhoCorasick;

use self::first_bytes::FirstBytes;
use super::boundary::{Class, between, is_boundary};
use super::normalize::composes_with_left;
use super::pattern::Glob;
use super::scan::{Keys, Mark, REPEATS_MAX};
use super::trie::ROOT;

pub(super) use self::plan::ScoutBuilder;

/// Signs that rendering may remove from inside a word.
const SIGNS: &[u8] = b"*_~`[]!\\<>";
/// How far to look across signs, and how long a word may be, before giving up.
const REACH: usize = 64;
/// More suspicions than this, and the text is read as a whole.
const PLACES_MAX: usize = 32;
/// The longest name of an entity has 31 letters.
const ENTITY_MAX: usize = 40;

/// What a byte of the folded Markdown may be: several flags.
mod flag {
    pub(super) const WORD: u8 = 1;
    pub(super) const SIGN: u8 = 2;
    /// A key may begin here whatever stands before.
    pub(super) const START: u8 = 4;
    /// A removed stretch may begin or end here.
    pub(super) const CLOSER: u8 = 8;
    /// Directly behind a removed stretch, a key may go on here.
    pub(super) const JOINS: u8 = 16;
}

/// What the rules look for, as it may stand in Markdown.
#[derive(Debug)]
pub(super) struct Scout {
    flags: [u8; 256],
    /// The flags WORD (of ASCII), START and CLOSER, each as the lowest bit of its sixteen.
    lanes: [u64; 256],
    first_bytes: FirstBytes,
    keys: Keys<Clue>,
    /// How many phrases there are, each with two of its words among the keys.
    pairs: usize,
    /// Words that may stand inside others.
    literals: Option<AhoCorasick>,
    /// Some rule may match anything.
    hopeless: bool,
}

#[derive(Debug)]
enum Clue {
    /// A rule may match.
    Rule,
    /// A word of the phrase with this index, and the word behind it.
    First(usize),
    Second(usize),
    /// The beginning of the glob with this index.
    Glob(usize),
}

impl Scout {
    /// One that calls nothing clean.
    #[cfg(test)]
    pub(super) fn blind() -> Scout {
        ScoutBuilder::hopeless().build().expect("nothing to build")
    }

    /// Looks at a folded Markdown text. `globs` are those of the rules.
    pub(super) fn look(&self, text: &str, globs: &[(usize, Glob)]) -> Outlook {
        if self.hopeless {
            return Outlook::Unknown;
        }
        let mut search = Search {
            scout: self,
            globs,
            text,
            places: Vec::new(),
            expected: Vec::new(),
            loose: Vec::new(),
            joints: Joints::default(),
        };
        if search.run().is_err() {
            return Outlook::Unknown;
        }
        let is_literal_in =
            |literals: &AhoCorasick| literals.is_match(&without_signs(text.as_bytes()));
        match self.literals.as_ref().is_some_and(is_literal_in) {
            true => Outlook::Unknown,
            false => Outlook::Suspect(search.places),
        }
    }
}

/// What is known of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outlook {
    /// No rule can match but where one of these bytes is part of the match. None: the text is clean.
    Suspect(Vec<usize>),
    /// Anything may match.
    Unknown,
}

/// One look at one text.
struct Search<'a> {
    scout: &'a Scout,
    globs: &'a [(usize, Glob)],
    text: &'a str,
    places: Vec<usize>,
    /// Where the second words of phrases would have to begin.
    expected: Vec<(usize, usize)>,
    /// The phrases whose second word may stand anywhere.
    loose: Vec<bool>,
    joints: Joints,
}

/// Words may be glued together by a stretch of a kind if one may begin and text stands directly behind the end of one.
#[derive(Default)]
struct Joints {
    link: bool,
    reference: bool,
    tag: bool,
}

/// Nothing is known of the text.
struct Unknown;

impl Search<'_> {
    /// Sixteen bytes at a time: their flags become three masks in one word, whose bits are then visited.
    fn run(&mut self) -> Result<(), Unknown> {
        let mut word_before = 0;
        for (index, block) in self.text.as_bytes().chunks(16).enumerate() {
            let mut lanes = 0u64;
            for (at, byte) in block.iter().enumerate() {
                lanes |= self.scout.lanes[usize::from(*byte)] << at;
            }
            let (words, starts, closers) =
                (lanes as u16, (lanes >> 16) as u16, (lanes >> 32) as u16);
            let mut starts = starts | words & !(words << 1 | word_before);
            word_before = words >> 15;
            while starts != 0 {
                self.start(index * 16 + starts.trailing_zeros() as usize)?;
                starts &= starts - 1;
            }
            let mut closers = closers;
            while closers != 0 {
                self.close(index * 16 + closers.trailing_zeros() as usize)?;
                closers &= closers - 1;
            }
        }
        Ok(())
    }

    fn flags(&self, at: usize) -> u8 {
        self.text
            .as_bytes()
            .get(at)
            .map_or(0, |byte| self.scout.flags[usize::from(*byte)])
    }

    #[inline]
    fn start(&mut self, at: usize) -> Result<(), Unknown> {
        let bytes = self.text.as_bytes();
        if !bytes[at].is_ascii() {
            return self.start_beyond_ascii(at);
        }
        match self.scout.first_bytes.contain(bytes, at) {
            true => self.follow(ROOT, at, at),
            false => Ok(()),
        }
    }

    fn start_beyond_ascii(&mut self, at: usize) -> Result<(), Unknown> {
        let c = self.text[at..].chars().next().unwrap_or_default();
        let before = self.text[..at].chars().next_back();
        let behind_sign = at > 0 && self.flags(at - 1) & flag::SIGN != 0;
        // Where the sign is removed, the mark joins what stands before the sign; `<` and `>` may have joined already.
        if behind_sign && composes_with_left(c) || matches!(c, '≮' | '≯') {
            return Err(Unknown);
        }
        let may_start =
            behind_sign || before.is_none_or(|before| between(Class::of(before), Class::of(c)));
        match may_start && self.scout.first_bytes.contain(self.text.as_bytes(), at) {
            true => self.follow(ROOT, at, at),
            false => Ok(()),
        }
    }

    /// Goes through the keys from `node`, stepping over signs.
    fn follow(&mut self, mut node: u32, start: usize, mut at: usize) -> Result<(), Unknown> {
        let keys = &self.scout.keys;
        loop {
            if let Some(mark) = keys.mark(node) {
                self.visit(node, mark, start, at)?;
            }
            at = self.behind_signs(at);
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

    fn behind_signs(&self, mut at: usize) -> usize {
        while self.flags(at) & flag::SIGN != 0 {
            at += 1;
        }
        at
    }

    fn visit(
        &mut self,
        node: u32,
        mark: &Mark<Clue>,
        start: usize,
        at: usize,
    ) -> Result<(), Unknown> {
        for clue in &mark.values {
            match *clue {
                Clue::Rule if self.may_end(at) => self.suspect(start)?,
                Clue::First(pair) if self.may_end(at) => self.expect(pair, start, at),
                Clue::Second(pair) if self.may_end(at) && self.completes(pair, start) => {
                    return Err(Unknown);
                }
                Clue::Glob(glob) => self.check_glob(glob, start)?,
                Clue::Rule | Clue::First(_) | Clue::Second(_) => {}
            }
        }
        let Some(after) = self.scout.keys.repeat(node, mark) else {
            return Ok(());
        };
        let Some(repeated) = self.text[..at].chars().next_back() else {
            return Ok(());
        };
        let mut next = at;
        for _ in 0..REPEATS_MAX {
            next = self.behind_signs(next);
            match self.text[next..].starts_with(repeated) {
                true => next += repeated.len_utf8(),
                false => break,
            }
        }
        self.follow(after, start, next)
    }

    fn may_end(&self, at: usize) -> bool {
        let Some(next) = self.text[at..].chars().next() else {
            return true;
        };
        let last = self.text[..at].chars().next_back().unwrap_or_default();
        self.flags(at) & flag::SIGN != 0 || between(Class::of(last), Class::of(next))
    }

    fn suspect(&mut self, start: usize) -> Result<(), Unknown> {
        if self.places.len() == PLACES_MAX {
            return Err(Unknown);
        }
        self.places.push(start);
        Ok(())
    }

    /// The first word of a pair ends here. The second is the next word, unless a stretch may begin before that.
    fn expect(&mut self, pair: usize, start: usize, at: usize) {
        let between = self.text[at..]
            .char_indices()
            .take(REACH)
            .take_while(|(_, c)| !Class::of(*c).is_word());
        let (mut next, mut new_line, mut stretch) = (at, false, false);
        for (offset, c) in between {
            next = at + offset + c.len_utf8();
            new_line |= matches!(c, '\n' | '\r');
            stretch |= matches!(c, '(' | '<' | '[' | '`' | '~' | '|') || next - at >= REACH;
        }
        // The number of a list's item is not part of the text.
        stretch |= new_line
            && self
                .text
                .as_bytes()
                .get(next)
                .is_some_and(u8::is_ascii_digit);
        if stretch {
            self.loose.resize(self.scout.pairs, false);
            self.loose[pair] = true;
        } else {
            self.expected.retain(|(next, _)| *next >= start);
            self.expected.push((next, pair));
        }
    }

    fn completes(&self, pair: usize, start: usize) -> bool {
        self.expected.contains(&(start, pair)) || self.loose.get(pair).is_some_and(|loose| *loose)
    }

    /// Tries the glob on the word without its signs. With signs, or if the word is long, its end is anybody's guess.
    fn check_glob(&mut self, glob: usize, start: usize) -> Result<(), Unknown> {
        let (_, glob) = &self.globs[glob];
        let rest = &self.text[start..self.text.floor_char_boundary(start + REACH)];
        let is_sign = |c: char| u8::try_from(c).is_ok_and(|byte| SIGNS.contains(&byte));
        let word_end = rest.find(|c| !is_sign(c) && !Class::of(c).is_word());
        let Some(word_end) =
            word_end.or_else(|| (start + rest.len() == self.text.len()).then_some(rest.len()))
        else {
            return Err(Unknown);
        };
        let word: String = rest[..word_end].chars().filter(|c| !is_sign(*c)).collect();
        let has_signs = word.len() < word_end;
        let may_end = |at: usize| has_signs || is_boundary(&word, at);
        match !glob.is_one_word() || glob.find_end(&word, may_end, &mut 0).is_some() {
            true => self.suspect(start),
            false => Ok(()),
        }
    }

    /// A byte at which a stretch may begin or end.
    fn close(&mut self, at: usize) -> Result<(), Unknown> {
        let bytes = self.text.as_bytes();
        let next = bytes.get(at + 1).copied().unwrap_or_default();
        let glued = match bytes[at] {
            b')' => self.joints.link && self.joins_after(at + 1),
            b']' if next == b'(' => {
                self.joints.link = true;
                false
            }
            b']' if next == b'[' => {
                self.joints.reference = true;
                false
            }
            b']' => self.joints.reference && self.joins_after(at + 1),
            b'<' => {
                let is_tag = next.is_ascii_alphabetic() || matches!(next, b'/' | b'!' | b'?');
                self.joints.tag |= is_tag && self.joins_before(at);
                false
            }
            b'>' => self.joints.tag && self.joins_after(at + 1),
            b'&' => self.is_entity(at),
            _ => true,
        };
        if glued { Err(Unknown) } else { Ok(()) }
    }

    fn joins_after(&self, at: usize) -> bool {
        let signs = (at..at + REACH)
            .take_while(|at| self.flags(*at) & flag::SIGN != 0)
            .count();
        signs == REACH || self.flags(at + signs) & flag::JOINS != 0
    }

    fn joins_before(&self, at: usize) -> bool {
        let signs = (0..at)
            .rev()
            .take(REACH)
            .take_while(|at| self.flags(*at) & flag::SIGN != 0)
            .count();
        signs == REACH || at > signs && self.flags(at - signs - 1) & flag::JOINS != 0
    }

    fn is_entity(&self, at: usize) -> bool {
        let name = &self.text.as_bytes()[at + 1..];
        let end = name
            .iter()
            .take(ENTITY_MAX)
            .position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'#');
        end.is_some_and(|end| end > 0 && name[end] == b';')
            || end.is_none() && name.len() >= ENTITY_MAX
    }
}

fn without_signs(key: &[u8]) -> Vec<u8> {
    key.iter()
        .copied()
        .filter(|byte| !SIGNS.contains(byte))
        .collect()
}

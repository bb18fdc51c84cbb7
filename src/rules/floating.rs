//! What may stand anywhere in a word: wildcards that begin with `*`, and the literals without which a regular expression
//! cannot match. One automaton over a flat view of the text. Knows nothing of actions and fields.

use std::ops::Range;

use aho_corasick::{AhoCorasick, BuildError};
use regex::Regex;

use super::boundary::is_boundary;
use super::budget::{Budget, Exhausted};
use super::judge::{Text, may_be_first, may_begin};
use super::literals::Literals;
use super::normalize::widen;
use super::pattern::{Glob, may_be_read, plain_word};
use super::rule::MatchMode;
use super::sign::How;
use super::step::Step;
use super::text::{Rendered, rendered};
use super::token::{stretch, token};
use super::view::{View, Views};

/// A word is read no further than this.
const WORD_MAX: usize = 200;

/// Globs and regular expressions, each with the number that its rule has.
#[derive(Debug, Default)]
pub(super) struct FloatingBuilder {
    literals: Vec<String>,
    targets: Vec<Target>,
    globs: Vec<(usize, MatchMode, Glob)>,
    regexes: Vec<(usize, Regex)>,
    unfiltered: Vec<usize>,
}

/// The compiled form.
#[derive(Debug)]
pub(super) struct Floating {
    literals: Option<(Literals, AhoCorasick)>,
    targets: Vec<Target>,
    globs: Vec<(usize, MatchMode, Glob)>,
    regexes: Vec<(usize, Regex)>,
    /// Regular expressions of which no literal is known.
    unfiltered: Vec<usize>,
}

/// What a literal belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Glob(usize),
    Regex(usize),
}

/// Something found: a rule, where, and in which views.
pub(super) struct Found {
    pub(super) rule: usize,
    pub(super) span: Range<usize>,
    pub(super) views: Views,
}

impl FloatingBuilder {
    /// Adds a glob; answers its index, if what comes before its first open place is to be looked for at beginnings.
    pub(super) fn glob(&mut self, rule: usize, mode: MatchMode, glob: Glob) -> Option<usize> {
        let index = self.globs.len();
        let is_anchored = !glob.prefix().is_empty();
        if !is_anchored {
            self.literals.push(glob.longest_literal());
            self.targets.push(Target::Glob(index));
        }
        self.globs.push((rule, mode, glob));
        is_anchored.then_some(index)
    }

    pub(super) fn regex(&mut self, rule: usize, regex: Regex, literals: Vec<String>) {
        let index = self.regexes.len();
        if literals.is_empty() {
            self.unfiltered.push(index);
        }
        self.targets
            .extend(literals.iter().map(|_| Target::Regex(index)));
        self.literals.extend(literals);
        self.regexes.push((rule, regex));
    }

    pub(super) fn build(self) -> Result<Floating, BuildError> {
        let literals = match self.literals.is_empty() {
            true => None,
            false => Some((
                Literals::new(self.literals.iter().map(String::as_str)),
                AhoCorasick::new(&self.literals)?,
            )),
        };
        Ok(Floating {
            literals,
            targets: self.targets,
            globs: self.globs,
            regexes: self.regexes,
            unfiltered: self.unfiltered,
        })
    }
}

impl Floating {
    /// Finds all that floats.
    pub(super) fn find(
        &self,
        text: &Text<'_>,
        budget: &mut Budget,
        mut found: impl FnMut(Found) -> Result<(), Exhausted>,
    ) -> Result<(), Exhausted> {
        let mut regexes = self.unfiltered.clone();
        if let Some((some, literals)) = &self.literals
            && some.may_be_in(text.text)
        {
            budget.spend(text.text.len() / 16)?;
            let plain = Flat::of(text.text, 0, usize::MAX, false);
            self.find_literals(literals, &plain, text, budget, &mut regexes, &mut found)?;
            if plain.is_disguised {
                let shown = Flat::of(text.text, 0, usize::MAX, true);
                self.find_literals(literals, &shown, text, budget, &mut regexes, &mut found)?;
            }
        }
        regexes.sort_unstable();
        regexes.dedup();
        if regexes.is_empty() {
            return Ok(());
        }
        let rendered = match text.is_markdown {
            true => rendered(text.text),
            false => Rendered {
                text: text.text.to_owned(),
                ..Rendered::default()
            },
        };
        let wide = widen(&rendered.text);
        for index in regexes {
            let (rule, regex) = &self.regexes[index];
            budget.spend(wide.text.len() / 8)?;
            for matched in regex
                .find_iter(&wide.text)
                .filter(|found| !found.is_empty())
            {
                // The next search may read all that is left before it finds anything.
                budget.spend((wide.text.len() - matched.end()) / 8)?;
                found(Found {
                    rule: *rule,
                    span: rendered.map.source(wide.map.source(matched.range())),
                    views: Views::TEXT,
                })?;
            }
        }
        Ok(())
    }

    fn find_literals(
        &self,
        literals: &AhoCorasick,
        flat: &Flat,
        text: &Text<'_>,
        budget: &mut Budget,
        regexes: &mut Vec<usize>,
        found: &mut impl FnMut(Found) -> Result<(), Exhausted>,
    ) -> Result<(), Exhausted> {
        let mut tried: Vec<(usize, usize)> = Vec::new();
        let mut word = 0..0;
        for literal in literals.find_overlapping_iter(&flat.text) {
            budget.spend(1)?;
            match self.targets[literal.pattern().as_usize()] {
                Target::Regex(regex) => {
                    if regexes.last() != Some(&regex) {
                        regexes.push(regex);
                    }
                    if regexes.len() > 1 << 16 {
                        regexes.sort_unstable();
                        regexes.dedup();
                    }
                }
                Target::Glob(glob) => {
                    if !word.contains(&literal.start()) {
                        word = flat.word_around(literal.start(), word.end);
                        budget.spend(word.len())?;
                        tried.clear();
                    }
                    if tried.contains(&(glob, word.start)) {
                        continue;
                    }
                    tried.push((glob, word.start));
                    if let Some(hit) = self.glob_in(glob, flat, word.start, text, budget)? {
                        found(hit)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn glob_in(
        &self,
        glob: usize,
        flat: &Flat,
        start: usize,
        text: &Text<'_>,
        budget: &mut Budget,
    ) -> Result<Option<Found>, Exhausted> {
        let (rule, mode, glob) = &self.globs[glob];
        if flat.shows_disguised && *mode == MatchMode::Exact {
            return Ok(None);
        }
        let mut steps = 0;
        let may_end = |end| is_boundary(&flat.text, start + end);
        let end = glob.find_end(&flat.text[start..], may_end, &mut steps);
        budget.spend(steps)?;
        Ok(end.filter(|end| *end > 0).map(|end| Found {
            rule: *rule,
            span: flat.source(text.text, start..start + end),
            views: flat.views(start..start + end),
        }))
    }

    /// Tries the glob with that index on the word whose first letter is `first`.
    pub(super) fn glob_at(
        &self,
        glob: usize,
        text: &Text<'_>,
        first: &Step,
        budget: &mut Budget,
    ) -> Result<Option<Found>, Exhausted> {
        let (_, mode, pattern) = &self.globs[glob];
        let start = first.from;
        let is_inside = *mode != MatchMode::Aggressive && !may_begin(text.text, start);
        if is_inside || !may_be_first(text.text, first, *mode) {
            return Ok(None);
        }
        let (word, goes_on) = plain_word(text.text, start);
        if !pattern.has_signs() && !pattern.may_match(word, goes_on, may_be_read) {
            return budget.spend(word.len()).map(|()| None);
        }
        for disguised in [false, true] {
            let flat = Flat::of(text.text, start, WORD_MAX, disguised);
            // Markup leaves nothing in the text, but was read.
            budget.spend(flat.text.len().max(flat.bytes_read))?;
            let found = self.glob_in(glob, &flat, 0, text, budget)?;
            if found.is_some() || !flat.is_disguised {
                return Ok(found);
            }
        }
        Ok(None)
    }
}

/// A text without case, width, marks, invisible characters and the signs of Markdown, with the way back.
struct Flat {
    text: String,
    /// For every byte of `text`, the byte of the original where its character begins.
    from: Vec<u32>,
    /// Digits and symbols stand where letters may be meant, and letters of other scripts.
    is_disguised: bool,
    /// They are read as letters.
    shows_disguised: bool,
    /// How much of the original it was made of.
    bytes_read: usize,
}

/// The lower-case letter, or the character itself; 0 where more has to be known.
const PLAIN: [u8; 256] = {
    let mut plain = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        plain[byte] = match byte as u8 {
            b'*' | b'~' | b'`' | b'\\' | b'<' | b']' | b'&' | b'%' | b'_' => 0,
            byte => byte.to_ascii_lowercase(),
        };
        byte += 1;
    }
    plain
};

impl Flat {
    /// The flat view of `original` from the byte `start` on; of one word, if it may be no longer than `max`.
    fn of(original: &str, start: usize, max: usize, disguised: bool) -> Flat {
        let bytes = original.as_bytes();
        let room = (bytes.len() - start).min(max);
        let mut flat = Flat {
            text: String::with_capacity(room),
            from: Vec::with_capacity(room),
            is_disguised: false,
            shows_disguised: disguised,
            bytes_read: 0,
        };
        let is_word = max < usize::MAX;
        let mut at = start;
        while at < bytes.len() && flat.text.len() < max {
            let byte = bytes[at];
            let plain = PLAIN[usize::from(byte)];
            if plain != 0 && (plain.is_ascii_lowercase() || plain == b' ') {
                if is_word && plain == b' ' {
                    break;
                }
                flat.text.push(char::from(plain));
                flat.from.push(at as u32);
                at += 1;
                continue;
            }
            let Some(token) = token(original, at) else {
                break;
            };
            if let Some(end) = stretch(original, at) {
                at = end;
                continue;
            }
            if token.sign.hidden
                || plain == 0 && token.c.is_ascii() && token.c != '<' && !token.encoded
            {
                at += token.len;
                continue;
            }
            if is_word && token.c.is_whitespace() {
                break;
            }
            flat.push(&token, at);
            at += token.len;
        }
        flat.bytes_read = at - start;
        flat
    }

    fn push(&mut self, token: &super::token::Token, at: usize) {
        let readings = &token.sign.readings;
        let other = readings
            .iter()
            .find(|reading| matches!(reading.how, How::Leet | How::Lookalike));
        self.is_disguised |= other.is_some() && !token.c.is_ascii_alphabetic();
        let reading = match other {
            Some(other) if self.shows_disguised && !token.c.is_ascii_alphabetic() => Some(other),
            _ => readings.first(),
        };
        match reading {
            Some(reading) => self.text.push_str(&reading.letters),
            None => self.text.push(token.c),
        }
        self.from.resize(self.text.len(), at as u32);
    }

    fn source(&self, original: &str, range: Range<usize>) -> Range<usize> {
        let start = self.from[range.start] as usize;
        let last = self.from[range.end - 1] as usize;
        let end = token(original, last).map_or(original.len(), |token| last + token.len);
        start..end
    }

    fn views(&self, _range: Range<usize>) -> Views {
        let mut views = Views::TEXT;
        if self.shows_disguised {
            views.add(View::Leet);
        }
        views
    }

    /// The word in which the byte `at` stands. No word begins before `from` and goes on behind it.
    fn word_around(&self, at: usize, from: usize) -> Range<usize> {
        let text = &self.text;
        let is_edge = |at: usize| text.is_char_boundary(at) && is_boundary(text, at);
        let start = (from.min(at)..=at).rev().find(|at| is_edge(*at));
        let end = (at + 1..=text.len()).find(|at| is_edge(*at));
        start.unwrap_or(at)..end.unwrap_or(text.len())
    }
}

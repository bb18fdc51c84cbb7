//! Patterns as owners write them, made ready for the automaton.
//! Knows nothing of actions, fields or texts.

use regex::{Regex, RegexBuilder};
use regex_syntax::hir::{Hir, HirKind};
use unicode_normalization::UnicodeNormalization;

use super::boundary::Class;
use super::expression;
use super::flaw::Flaw;
use super::inflect::Inflections;
use super::normalize::fold;
use super::rule::RuleKind;
use super::sign::{base, sign};
use super::spelling::{GAP_WORDS_MAX, Spelling};

/// How many words a gap may have that does not say it.
const GAP_WORDS: u8 = 3;
/// More letters of a word are not looked at together.
const PLAIN_MAX: usize = 200;
const REGEX_SIZE_BYTES: usize = 1 << 20;
const REGEX_NESTING: u32 = 50;

/// A pattern, ready to be looked for.
#[derive(Debug)]
pub(super) enum Pattern {
    /// Words to be found, disguised or not; each stands for the pattern.
    Spelled(Vec<Spelling>),
    /// A word with open places.
    Glob(Glob),
    /// A regular expression. Where it matches, one of the literals is in the folded text; none means that it is unknown.
    Regex { regex: Regex, literals: Vec<String> },
}

/// A word with open places, folded.
#[derive(Debug, Clone)]
pub(super) struct Glob {
    pub(super) parts: Vec<GlobPart>,
}

/// One place of a [`Glob`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GlobPart {
    /// This character.
    Char(char),
    /// One character of a word.
    AnyOne,
    /// Any characters of a word, or none.
    Any,
}

/// Whether the pattern can be compiled; if not, what would be right.
pub(super) fn check(kind: RuleKind, pattern: &str) -> Result<(), Flaw> {
    compile(kind, pattern, Inflections::None).map(drop)
}

/// Makes the pattern ready.
pub(super) fn compile(
    kind: RuleKind,
    pattern: &str,
    inflections: Inflections,
) -> Result<Pattern, Flaw> {
    let pattern = pattern.trim();
    if pattern.is_empty() {
        return Err(Flaw::new("flaw-empty"));
    }
    if pattern.contains(char::is_control) {
        return Err(Flaw::new("flaw-control"));
    }
    match kind {
        RuleKind::Word => word(pattern, inflections),
        RuleKind::Phrase => phrase(pattern),
        RuleKind::Wildcard => wildcard(pattern),
        RuleKind::Regex => regex(pattern),
        RuleKind::Host => host(pattern),
        // Its patterns are inner rules.
        RuleKind::Combination => expression::parse(pattern).map(|_| Pattern::Spelled(Vec::new())),
    }
}

fn word(pattern: &str, inflections: Inflections) -> Result<Pattern, Flaw> {
    if pattern.contains(char::is_whitespace) {
        return Err(Flaw::new("flaw-word-spaces"));
    }
    let spelled = |text: &str| {
        let mut spelling = Spelling::of_script(text);
        spelling.push_text(text);
        spelling
    };
    let mut spellings = vec![spelled(pattern)];
    spellings[0].typed = typed_form(RuleKind::Word, pattern);
    if spellings[0].places.is_empty() {
        return Err(Flaw::new("flaw-invisible"));
    }
    if inflections != Inflections::None {
        let forms = inflections.forms(pattern);
        spellings.extend(forms.iter().skip(1).map(|form| spelled(form)));
    }
    Ok(Pattern::Spelled(spellings))
}

/// Each way to write the host; the labels around it are looked at where it was found.
fn host(pattern: &str) -> Result<Pattern, Flaw> {
    let spelled = |text: &String| {
        let mut spelling = Spelling::of_script(text);
        spelling.push_text(text);
        spelling
    };
    let spellings = super::host::spellings(pattern)?;
    Ok(Pattern::Spelled(spellings.iter().map(spelled).collect()))
}

/// `kill * yourself` has a gap of at most [`GAP_WORDS`] words, `kill *5 yourself` one of at most five.
fn phrase(pattern: &str) -> Result<Pattern, Flaw> {
    let mut spelling = Spelling::of_script(pattern);
    spelling.typed = typed_form(RuleKind::Phrase, pattern);
    let mut gap = 0;
    for piece in pattern.split_whitespace() {
        if let Some(words) = gap_words(piece)? {
            gap += words;
            continue;
        }
        for word in phrase_words(&fold(piece).text) {
            spelling.push_gap(gap.min(GAP_WORDS_MAX));
            spelling.push_text(word);
            gap = 0;
        }
    }
    if spelling.places.is_empty() {
        return Err(Flaw::new("flaw-phrase-empty"));
    }
    if gap > 0 {
        return Err(Flaw::new("flaw-phrase-gap-end"));
    }
    Ok(Pattern::Spelled(vec![spelling]))
}

/// How the pattern has to stand in a text for a rule that takes it at its word, where its letters alone would say less: signs
/// stand among the words of the phrase, or it has letters of an unusual width.
pub(super) fn typed_form(kind: RuleKind, pattern: &str) -> Option<Box<str>> {
    let has_width = !pattern.is_ascii() && !pattern.nfc().eq(pattern.nfkc());
    let mut pieces = pattern.split_whitespace();
    let is_phrase = kind == RuleKind::Phrase
        && !pieces
            .clone()
            .any(|piece| matches!(gap_words(piece), Ok(Some(_)) | Err(_)));
    let has_signs = is_phrase && pieces.any(|piece| phrase_words(piece).next().is_none());
    let is_spelled = matches!(kind, RuleKind::Word) || is_phrase;
    let words = || pattern.split_whitespace().collect::<Vec<_>>().join(" ");
    (is_spelled && (has_width || has_signs)).then(|| words().into())
}

/// How many words may stand where the phrase has `*` or `*n`.
fn gap_words(piece: &str) -> Result<Option<u8>, Flaw> {
    match piece.strip_prefix('*') {
        Some("") => Ok(Some(GAP_WORDS)),
        Some(words) if words.bytes().all(|byte| byte.is_ascii_digit()) => match words.parse() {
            Ok(words @ 1..=GAP_WORDS_MAX) => Ok(Some(words)),
            _ => Err(Flaw::new("flaw-phrase-gap").with("most", usize::from(GAP_WORDS_MAX))),
        },
        _ => Ok(None),
    }
}

/// The runs of word characters, and signs such as an emoji between them; punctuation is left out.
fn phrase_words(folded: &str) -> impl Iterator<Item = &str> {
    folded
        .split(|c: char| {
            c.is_ascii_punctuation() || c.is_whitespace() || ('\u{2010}'..='\u{205E}').contains(&c)
        })
        .flat_map(|piece| {
            let mut rest = piece;
            std::iter::from_fn(move || {
                let first = Class::of(rest.chars().next()?).is_word();
                let end = rest
                    .find(|c| Class::of(c).is_word() != first)
                    .unwrap_or(rest.len());
                let (run, after) = rest.split_at(end);
                rest = after;
                Some(run)
            })
        })
}

fn wildcard(pattern: &str) -> Result<Pattern, Flaw> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let flush = |literal: &mut String, parts: &mut Vec<GlobPart>| {
        let letters = fold(literal).text;
        parts.extend(
            letters
                .chars()
                .flat_map(|c| base(c).chars().collect::<Vec<_>>())
                .map(GlobPart::Char),
        );
        literal.clear();
    };
    for c in pattern.chars() {
        let open = match c {
            '*' => GlobPart::Any,
            '?' => GlobPart::AnyOne,
            c if c.is_whitespace() => return Err(Flaw::new("flaw-wildcard-spaces")),
            c => {
                literal.push(c);
                continue;
            }
        };
        flush(&mut literal, &mut parts);
        if !(open == GlobPart::Any && parts.last() == Some(&GlobPart::Any)) {
            parts.push(open);
        }
    }
    flush(&mut literal, &mut parts);
    let glob = Glob { parts };
    if glob
        .longest_literal()
        .chars()
        .map(|c| if c.is_ascii() { 1 } else { 2 })
        .sum::<usize>()
        < 2
    {
        return Err(Flaw::new("flaw-wildcard-open"));
    }
    Ok(Pattern::Glob(glob))
}

impl Glob {
    /// The characters before the first open place.
    pub(super) fn prefix(&self) -> String {
        self.parts.iter().map_while(|part| part.literal()).collect()
    }

    /// The longest run of characters without an open place.
    pub(super) fn longest_literal(&self) -> String {
        self.parts
            .split(|part| part.literal().is_none())
            .map(|run| {
                run.iter()
                    .filter_map(|part| part.literal())
                    .collect::<String>()
            })
            .max_by_key(String::len)
            .unwrap_or_default()
    }

    /// Whether it matches all of `word`, letters and digits of ASCII, or with `goes_on` something that begins so. It has no
    /// signs itself.
    /// `is_read` says which of its characters a letter or digit may be taken for.
    pub(super) fn may_match(
        &self,
        word: &[u8],
        goes_on: bool,
        is_read: impl Fn(u8, char) -> bool,
    ) -> bool {
        let (mut part, mut at) = (0, 0);
        // Where the last `*` stands, and up to where it reaches.
        let mut open: Option<(usize, usize)> = None;
        while at < word.len() {
            match self.parts.get(part) {
                Some(GlobPart::Any) => {
                    open = Some((part, at));
                    part += 1;
                }
                Some(GlobPart::AnyOne) => (part, at) = (part + 1, at + 1),
                Some(GlobPart::Char(c)) if is_read(word[at], *c) => {
                    (part, at) = (part + 1, at + 1);
                }
                _ => match &mut open {
                    Some((star, reach)) => {
                        *reach += 1;
                        (part, at) = (*star + 1, *reach);
                    }
                    None => return false,
                },
            }
        }
        goes_on || self.parts[part..].iter().all(|part| *part == GlobPart::Any)
    }

    /// Whether it has other characters than letters and digits.
    pub(super) fn has_signs(&self) -> bool {
        let is_sign = |part: &GlobPart| part.literal().is_some_and(|c| !c.is_alphanumeric());
        self.parts.iter().any(is_sign)
    }

    /// Where the shortest match that begins `text` and satisfies `may_end` ends. `steps` counts the work.
    pub(super) fn find_end(
        &self,
        text: &str,
        may_end: impl Fn(usize) -> bool,
        steps: &mut usize,
    ) -> Option<usize> {
        // The places where the pattern may stand, as in any simulation of an automaton: linear in the text.
        let mut here = vec![false; self.parts.len() + 1];
        here[0] = true;
        self.skip_open(&mut here);
        for (at, c) in text
            .char_indices()
            .map(|(at, c)| (at, Some(c)))
            .chain([(text.len(), None)])
        {
            *steps += here.len();
            if here[self.parts.len()] && may_end(at) {
                return Some(at);
            }
            let c = c?;
            let is_word = Class::of(c).is_word();
            let mut next = vec![false; here.len()];
            for (place, part) in self
                .parts
                .iter()
                .enumerate()
                .filter(|(place, _)| here[*place])
            {
                match part {
                    GlobPart::Char(literal) => next[place + 1] |= *literal == c,
                    GlobPart::AnyOne => next[place + 1] |= is_word,
                    GlobPart::Any => next[place] |= is_word,
                }
            }
            self.skip_open(&mut next);
            if !next.contains(&true) {
                return None;
            }
            here = next;
        }
        None
    }

    /// `*` may stand for nothing.
    fn skip_open(&self, here: &mut [bool]) {
        for (place, part) in self.parts.iter().enumerate() {
            if here[place] && *part == GlobPart::Any {
                here[place + 1] = true;
            }
        }
    }
}

impl GlobPart {
    fn literal(self) -> Option<char> {
        match self {
            GlobPart::Char(c) => Some(c),
            GlobPart::AnyOne | GlobPart::Any => None,
        }
    }
}

/// The letters and digits of ASCII at the byte `start`, and whether the word may go on behind them.
pub(super) fn plain_word(text: &str, start: usize) -> (&[u8], bool) {
    let bytes = &text.as_bytes()[start..];
    let letters = bytes.iter().take(PLAIN_MAX);
    let length = letters
        .take_while(|byte| byte.is_ascii_alphanumeric())
        .count();
    let next = bytes.get(length);
    let is_end = next.is_none_or(|next| next.is_ascii_whitespace() || ends_word(*next));
    (&bytes[..length], !is_end)
}

/// Whether no wildcard goes on behind this sign, unless it has the sign itself.
pub(super) fn ends_word(sign: u8) -> bool {
    matches!(
        sign,
        b'"' | b'\'' | b')' | b',' | b'-' | b'.' | b'/' | b':' | b';' | b'=' | b'?' | b'}'
    )
}

/// Whether a wildcard may take this letter or digit for `c`.
pub(super) fn may_be_read(byte: u8, c: char) -> bool {
    if byte.is_ascii_alphabetic() {
        return char::from(byte.to_ascii_lowercase()) == c;
    }
    let mut readings = sign(char::from(byte)).readings.iter();
    readings.any(|reading| reading.letters.chars().eq([c]))
}

fn regex(pattern: &str) -> Result<Pattern, Flaw> {
    if let Some(spelling) = repeated_letters(pattern) {
        return Ok(Pattern::Spelled(vec![spelling]));
    }
    let pattern: String = pattern.nfc().collect();
    let regex = RegexBuilder::new(&pattern)
        .case_insensitive(true)
        .size_limit(REGEX_SIZE_BYTES)
        .nest_limit(REGEX_NESTING)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => Flaw::new("flaw-regex-large"),
            error => Flaw::words(last_line(&error.to_string())),
        })?;
    if regex.is_match("") {
        return Err(Flaw::new("flaw-regex-empty"));
    }
    let literals = regex_syntax::parse(&pattern)
        .ok()
        .and_then(|hir| required(&hir))
        .unwrap_or_default();
    Ok(Pattern::Regex { regex, literals })
}

/// The parser draws the pattern with a caret; a form wants the sentence below it.
fn last_line(error: &str) -> String {
    error
        .lines()
        .last()
        .unwrap_or(error)
        .trim_start_matches("error: ")
        .to_owned()
}

/// `\bfu+c+k\b` and the like, as lists of elongated words need them by the dozen: one more key instead of one more pass.
fn repeated_letters(pattern: &str) -> Option<Spelling> {
    let mut rest = pattern.strip_prefix(r"\b")?.strip_suffix(r"\b")?;
    let mut spelling = Spelling::of_script(rest);
    let mut is_edge = true;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix(r"\W+") {
            if is_edge {
                return None;
            }
            spelling.push_gap(0);
            is_edge = true;
            rest = after;
            continue;
        }
        if !Class::of(c).is_word() {
            return None;
        }
        spelling.push_text(c.encode_utf8(&mut [0; 4]));
        is_edge = false;
        rest = &rest[c.len_utf8()..];
        if let Some(after) = rest.strip_prefix('+') {
            spelling.open();
            rest = after;
        }
    }
    (!is_edge).then_some(spelling)
}

/// Words of which at least one is, folded, in every folded text that the expression matches; none where that is unknown.
fn required(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Literal(literal) => {
            let folded = fold(std::str::from_utf8(&literal.0).ok()?).text;
            let folded: String = folded.chars().map(base).collect();
            let word = folded
                .split(|c| !Class::of(c).is_word())
                .max_by_key(|word| word.len())?;
            (word.len() >= 3).then(|| vec![word.to_owned()])
        }
        HirKind::Capture(capture) => required(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => required(&repetition.sub),
        HirKind::Concat(parts) => parts
            .iter()
            .filter_map(required)
            .max_by_key(|words| selectivity(words)),
        HirKind::Alternation(parts) => {
            let words: Option<Vec<_>> = parts.iter().map(required).collect();
            Some(words?.concat())
        }
        _ => None,
    }
}

fn selectivity(words: &[String]) -> usize {
    words.iter().map(String::len).min().unwrap_or(0)
}

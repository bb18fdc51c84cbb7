//! The pattern of a combination, read: `"casino" and (links >= 3 or author.age < 7d) and not "press"`.
//! Knows nothing of texts; [`combination`](super::combination) asks one of what was found.

use super::flaw::Flaw;
use super::pattern;
use super::rule::RuleKind;

/// Words between two patterns that are near each other, where the pattern does not say.
const NEAR_WORDS: usize = 5;
const NEAR_WORDS_MAX: usize = 100;
const DEPTH_MAX: usize = 20;
const NUMBER_MAX: i64 = 1_000_000;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// What has to be so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expression {
    /// This pattern is found.
    Found(usize),
    /// Both patterns are found in one field, with at most so many words between them.
    Near(usize, usize, usize),
    /// A number of the post or of its author.
    Measured(Measure, Comparison, i64),
    Not(Box<Expression>),
    All(Vec<Expression>),
    Any(Vec<Expression>),
}

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    Links,
    Words,
    Characters,
    TitleWords,
    TitleCharacters,
    /// Milliseconds since the author has an account.
    AuthorAge,
    AuthorPublished,
    AuthorRejected,
}

/// How it compares with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Less,
    AtMost,
    Equal,
    AtLeast,
    More,
}

/// An expression with the patterns that it asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parsed {
    pub(super) expression: Expression,
    pub(super) patterns: Vec<(RuleKind, String)>,
}

const MEASURES: [(&str, Measure); 8] = [
    ("links", Measure::Links),
    ("words", Measure::Words),
    ("characters", Measure::Characters),
    ("title.words", Measure::TitleWords),
    ("title.characters", Measure::TitleCharacters),
    ("author.age", Measure::AuthorAge),
    ("author.published", Measure::AuthorPublished),
    ("author.rejected", Measure::AuthorRejected),
];

/// Reads an expression; an error names the character where it is.
pub(super) fn parse(text: &str) -> Result<Parsed, Flaw> {
    let mut parser = Parser {
        text,
        at: 0,
        patterns: Vec::new(),
        depth: 0,
    };
    let expression = parser.any()?;
    match parser.rest() {
        "" => Ok(Parsed {
            expression,
            patterns: parser.patterns,
        }),
        _ => Err(parser.here(Flaw::new("flaw-wanted-end"))),
    }
}

/// Whether somebody who wrote only this most likely meant a combination, not a phrase in quotes.
pub(super) fn is_likely(line: &str) -> bool {
    line.contains(['"', '<', '>', '='])
        && line.contains(char::is_whitespace)
        && parse(line).is_ok_and(|parsed| !matches!(parsed.expression, Expression::Found(_)))
}

impl Measure {
    /// Whether it is of the author, not of the post.
    pub(super) fn is_of_author(self) -> bool {
        matches!(
            self,
            Measure::AuthorAge | Measure::AuthorPublished | Measure::AuthorRejected
        )
    }
}

impl Comparison {
    /// Whether the number compares so with the one in the pattern.
    pub(super) fn holds(self, number: i64, with: i64) -> bool {
        match self {
            Comparison::Less => number < with,
            Comparison::AtMost => number <= with,
            Comparison::Equal => number == with,
            Comparison::AtLeast => number >= with,
            Comparison::More => number > with,
        }
    }
}

impl Expression {
    /// Whether it asks for something of the author.
    pub(super) fn needs_author(&self) -> bool {
        match self {
            Expression::Measured(measure, ..) => measure.is_of_author(),
            Expression::Not(inner) => inner.needs_author(),
            Expression::All(parts) | Expression::Any(parts) => {
                parts.iter().any(Expression::needs_author)
            }
            Expression::Found(_) | Expression::Near(..) => false,
        }
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    patterns: Vec<(RuleKind, String)>,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn any(&mut self) -> Result<Expression, Flaw> {
        let mut parts = vec![self.all()?];
        while self.word("or") {
            parts.push(self.all()?);
        }
        Ok(one_or(parts, Expression::Any))
    }

    fn all(&mut self) -> Result<Expression, Flaw> {
        let mut parts = vec![self.one()?];
        while self.word("and") {
            parts.push(self.one()?);
        }
        Ok(one_or(parts, Expression::All))
    }

    fn one(&mut self) -> Result<Expression, Flaw> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.here(Flaw::new("flaw-nested")));
        }
        let found = self.simple();
        self.depth -= 1;
        found
    }

    fn simple(&mut self) -> Result<Expression, Flaw> {
        if self.word("not") {
            return Ok(Expression::Not(Box::new(self.one()?)));
        }
        if self.sign("(") {
            let inner = self.any()?;
            return match self.sign(")") {
                true => Ok(inner),
                false => Err(self.here(Flaw::new("flaw-wanted-bracket"))),
            };
        }
        if let Some(first) = self.pattern()? {
            if !self.word("near") {
                return Ok(Expression::Found(first));
            }
            let words = self.words_between()?;
            return match self.pattern()? {
                Some(second) => Ok(Expression::Near(first, second, words)),
                None => Err(self.here(Flaw::new("flaw-wanted-near"))),
            };
        }
        let name = self.name();
        let Some((_, measure)) = MEASURES.iter().find(|(known, _)| *known == name) else {
            let names: Vec<_> = MEASURES.iter().map(|(name, _)| *name).collect();
            return Err(self.here(Flaw::new("flaw-wanted-part").with("names", names.join(", "))));
        };
        self.at += name.len();
        let comparison = self.comparison()?;
        let number = self.number(*measure)?;
        Ok(Expression::Measured(*measure, comparison, number))
    }

    /// A pattern in quotes, or a regular expression between slashes.
    fn pattern(&mut self) -> Result<Option<usize>, Flaw> {
        let rest = self.rest();
        let (closer, is_regex) = match rest.chars().next() {
            Some('"') => ('"', false),
            Some('“') => ('”', false),
            Some('/') => ('/', true),
            _ => return Ok(None),
        };
        let begin = rest.chars().next().map_or(0, char::len_utf8);
        let mut end = begin;
        loop {
            match rest[end..].chars().next() {
                None => return Err(self.here(Flaw::new("flaw-not-closed"))),
                Some(c) if c == closer => break,
                // A slash in a regular expression is written with a backslash.
                Some('\\') if is_regex => {
                    end += 1 + rest[end + 1..].chars().next().map_or(0, char::len_utf8);
                }
                Some(c) => end += c.len_utf8(),
            }
        }
        let inner = &rest[begin..end];
        let (kind, inner) = match is_regex {
            true => (RuleKind::Regex, inner),
            false => match RuleKind::guess(inner) {
                (RuleKind::Combination, _) => (RuleKind::Phrase, inner),
                guessed => guessed,
            },
        };
        pattern::check(kind, inner).map_err(|flaw| self.here(flaw.inside(inner)))?;
        self.at += end + closer.len_utf8();
        self.patterns.push((kind, inner.to_owned()));
        Ok(Some(self.patterns.len() - 1))
    }

    fn words_between(&mut self) -> Result<usize, Flaw> {
        let digits = self.digits();
        match digits.parse() {
            _ if digits.is_empty() => Ok(NEAR_WORDS),
            Ok(words) if words <= NEAR_WORDS_MAX => {
                self.at += digits.len();
                Ok(words)
            }
            _ => Err(self.here(Flaw::new("flaw-wanted-words").with("most", NEAR_WORDS_MAX))),
        }
    }

    fn comparison(&mut self) -> Result<Comparison, Flaw> {
        // The longer sign first.
        for (sign, comparison) in [
            ("<=", Comparison::AtMost),
            (">=", Comparison::AtLeast),
            ("<", Comparison::Less),
            (">", Comparison::More),
            ("=", Comparison::Equal),
        ] {
            if self.sign(sign) {
                return Ok(comparison);
            }
        }
        Err(self.here(Flaw::new("flaw-wanted-sign")))
    }

    fn number(&mut self, measure: Measure) -> Result<i64, Flaw> {
        let digits = self.digits();
        let number: i64 = match digits.parse() {
            Ok(number @ 0..=NUMBER_MAX) => number,
            _ => {
                return Err(self.here(Flaw::new("flaw-wanted-number").with("most", NUMBER_MAX)));
            }
        };
        if measure != Measure::AuthorAge {
            self.at += digits.len();
            return Ok(number);
        }
        let unit = match self.rest()[digits.len()..].chars().next() {
            Some('h') => DAY_MS / 24,
            Some('d') => DAY_MS,
            Some('w') => 7 * DAY_MS,
            _ => return Err(self.here(Flaw::new("flaw-wanted-age"))),
        };
        self.at += digits.len() + 1;
        Ok(number * unit)
    }

    /// What is left, from its first sign on.
    fn rest(&mut self) -> &'t str {
        let rest = &self.text[self.at..];
        let rest = rest.trim_start();
        self.at = self.text.len() - rest.len();
        rest
    }

    fn name(&mut self) -> &'t str {
        let rest = self.rest();
        let is_inner = |c: char| c.is_ascii_alphabetic() || c == '.';
        &rest[..rest.find(|c| !is_inner(c)).unwrap_or(rest.len())]
    }

    fn digits(&mut self) -> &'t str {
        let rest = self.rest();
        &rest[..rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len())]
    }

    /// Takes the word if it stands here.
    fn word(&mut self, word: &str) -> bool {
        let is_here = self.name().eq_ignore_ascii_case(word);
        self.at += if is_here { word.len() } else { 0 };
        is_here
    }

    /// Takes the sign if it stands here.
    fn sign(&mut self, sign: &str) -> bool {
        let is_here = self.rest().starts_with(sign);
        self.at += if is_here { sign.len() } else { 0 };
        is_here
    }

    fn here(&self, flaw: Flaw) -> Flaw {
        let place = self.text[..self.at].chars().count() + 1;
        Flaw::new("flaw-at").with("place", place).with("flaw", flaw)
    }
}

fn one_or(mut parts: Vec<Expression>, all: fn(Vec<Expression>) -> Expression) -> Expression {
    match parts.len() {
        1 => parts.swap_remove(0),
        _ => all(parts),
    }
}

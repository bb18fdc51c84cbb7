//! The conditions of Choice states.

use std::borrow::Cow;
use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::{Number, Value};

use crate::failure::Failure;
use crate::path::{Path, compare_numbers};
use crate::template::Scope;
use crate::timestamp;

/// A choice rule without its `Next`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Condition {
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Not(Box<Condition>),
    Test { variable: Path, test: Test },
}

/// One of the comparison operators, with what it compares to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Test {
    IsPresent(bool),
    Is(Kind, bool),
    Compare(Relation, Operand),
    /// The same, with the operand found by a path of this kind.
    ComparePath(Relation, Comparable, Path),
    Matches(Pattern),
}

/// What `Is…` asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Null,
    Boolean,
    Numeric,
    String,
    Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Relation {
    Equals,
    LessThan,
    GreaterThan,
    LessThanEquals,
    GreaterThanEquals,
}

/// What the operators named `String…`, `Numeric…`, `Boolean…` and `Timestamp…` compare.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Comparable {
    String,
    Numeric,
    Boolean,
    Timestamp,
}

/// A value that can be compared.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operand {
    String(String),
    Numeric(Number),
    Boolean(bool),
    Timestamp(Timestamp),
}

impl Condition {
    /// Whether the condition holds. A variable that is not there is an error, not a `false`:
    /// in moderation the default branch may be the one that publishes.
    pub fn holds(&self, scope: &Scope) -> Result<bool, Failure> {
        match self {
            Condition::And(parts) => {
                for part in parts {
                    if !part.holds(scope)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Condition::Or(parts) => {
                for part in parts {
                    if part.holds(scope)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Condition::Not(part) => Ok(!part.holds(scope)?),
            Condition::Test { variable, test } => test.holds(variable, scope),
        }
    }
}

impl Test {
    fn holds(&self, variable: &Path, scope: &Scope) -> Result<bool, Failure> {
        let value = || find(variable, scope);
        Ok(match self {
            Test::IsPresent(wanted) => is_present(variable, scope) == *wanted,
            Test::Is(kind, wanted) => kind.fits(value()?.as_ref()) == *wanted,
            Test::Compare(relation, operand) => {
                relation.holds(operand.compared_with(value()?.as_ref()))
            }
            Test::ComparePath(relation, comparable, path) => {
                let value = value()?;
                let operand = comparable.operand(find(path, scope)?.as_ref());
                operand.is_some_and(|operand| relation.holds(operand.compared_with(&value)))
            }
            Test::Matches(pattern) => value()?.as_str().is_some_and(|text| pattern.matches(text)),
        })
    }
}

/// An indefinite path is present when it matches anything.
fn is_present(variable: &Path, scope: &Scope) -> bool {
    match scope.find(variable) {
        Some(Cow::Owned(Value::Array(found))) if !variable.is_definite() => !found.is_empty(),
        found => found.is_some(),
    }
}

fn find<'a>(path: &Path, scope: &Scope<'a>) -> Result<Cow<'a, Value>, Failure> {
    scope.find(path).ok_or_else(|| {
        Failure::runtime(format!(
            "Invalid path '{}': The choice state's condition path references an invalid value.",
            path.text
        ))
    })
}

impl Kind {
    fn fits(self, value: &Value) -> bool {
        match self {
            Kind::Null => value.is_null(),
            Kind::Boolean => value.is_boolean(),
            Kind::Numeric => value.is_number(),
            Kind::String => value.is_string(),
            Kind::Timestamp => value.as_str().and_then(timestamp::parse).is_some(),
        }
    }
}

impl Comparable {
    /// `value` as something of this kind, if it is.
    pub fn operand(self, value: &Value) -> Option<Operand> {
        Some(match (self, value) {
            (Comparable::String, Value::String(text)) => Operand::String(text.clone()),
            (Comparable::Numeric, Value::Number(number)) => Operand::Numeric(number.clone()),
            (Comparable::Boolean, Value::Bool(boolean)) => Operand::Boolean(*boolean),
            (Comparable::Timestamp, Value::String(text)) => {
                Operand::Timestamp(timestamp::parse(text)?)
            }
            _ => return None,
        })
    }
}

impl Operand {
    /// How `value` stands to this; `None` where they are of different kinds.
    fn compared_with(&self, value: &Value) -> Option<Ordering> {
        match (value, self) {
            (Value::String(value), Operand::String(operand)) => Some(value.as_str().cmp(operand)),
            (Value::Number(value), Operand::Numeric(operand)) => compare_numbers(value, operand),
            (Value::Bool(value), Operand::Boolean(operand)) => Some(value.cmp(operand)),
            (Value::String(value), Operand::Timestamp(operand)) => {
                Some(timestamp::parse(value)?.cmp(operand))
            }
            _ => None,
        }
    }
}

impl Relation {
    fn holds(self, order: Option<Ordering>) -> bool {
        let Some(order) = order else { return false };
        match self {
            Relation::Equals => order.is_eq(),
            Relation::LessThan => order.is_lt(),
            Relation::GreaterThan => order.is_gt(),
            Relation::LessThanEquals => order.is_le(),
            Relation::GreaterThanEquals => order.is_ge(),
        }
    }
}

/// A `StringMatches` pattern: literal pieces with a `*` between each two.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pattern(Vec<String>);

impl Pattern {
    /// `*` is anything, `\*` a star, `\\` a backslash. `None`: a backslash escapes nothing.
    pub fn parse(text: &str) -> Option<Pattern> {
        let mut pieces = vec![String::new()];
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            match c {
                '*' => pieces.push(String::new()),
                '\\' => pieces
                    .last_mut()?
                    .push(chars.next().filter(|c| matches!(c, '*' | '\\'))?),
                c => pieces.last_mut()?.push(c),
            }
        }
        Some(Pattern(pieces))
    }

    pub fn matches(&self, text: &str) -> bool {
        let Some((first, rest)) = self.0.split_first() else {
            return false;
        };
        let Some(mut text) = text.strip_prefix(first.as_str()) else {
            return false;
        };
        let Some((last, middle)) = rest.split_last() else {
            return text.is_empty();
        };
        // Taking the leftmost match of each piece leaves the most for those that follow.
        for piece in middle {
            match text.find(piece.as_str()) {
                Some(at) => text = &text[at + piece.len()..],
                None => return false,
            }
        }
        text.ends_with(last.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn stars_match_anything() {
        let matches = |pattern: &str, text: &str| Pattern::parse(pattern).unwrap().matches(text);

        assert!(matches("*forbidden*", "a forbidden word"));
        assert!(matches("*", ""));
        assert!(matches("a*b*c", "a-b-b-c"));
        assert!(matches("ü*", "über"));
        assert!(matches(r"1\*2\\", r"1*2\"));
        assert!(matches("", ""));
        assert!(!matches("", "x"));
        assert!(!matches("*Forbidden*", "a forbidden word"));
        assert!(!matches("ab*ba", "aba"));
        assert!(!matches("a*b", "a-b-c"));
        assert!(!matches(r"1\*2", "1x2"));
        assert_eq!(Pattern::parse(r"open\"), None);
    }
}

//! The conditions of `[?(…)]`.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::{Step, find};

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Filter {
    Any(Vec<Filter>),
    All(Vec<Filter>),
    Not(Box<Filter>),
    Exists(Operand),
    Compare(Operand, Operator, Operand),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operand {
    /// `@…`: from the candidate.
    Current(Vec<Step>),
    /// `$…`: from the whole value.
    Root(Vec<Step>),
    Literal(Value),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Filter {
    pub fn accepts(&self, candidate: &Value, root: &Value) -> bool {
        match self {
            Filter::Any(filters) => filters.iter().any(|filter| filter.accepts(candidate, root)),
            Filter::All(filters) => filters.iter().all(|filter| filter.accepts(candidate, root)),
            Filter::Not(filter) => !filter.accepts(candidate, root),
            Filter::Exists(operand) => operand.value(candidate, root).is_some(),
            Filter::Compare(left, operator, right) => {
                let (left, right) = (left.value(candidate, root), right.value(candidate, root));
                operator.holds(left.as_deref(), right.as_deref())
            }
        }
    }
}

impl Operand {
    fn value<'v>(&'v self, candidate: &'v Value, root: &'v Value) -> Option<Cow<'v, Value>> {
        match self {
            Operand::Current(steps) => find(steps, candidate),
            Operand::Root(steps) => find(steps, root),
            Operand::Literal(value) => Some(Cow::Borrowed(value)),
        }
    }
}

impl Operator {
    /// Values of different kinds are unequal and in no order; so is a value that is not there.
    fn holds(self, left: Option<&Value>, right: Option<&Value>) -> bool {
        let order = match (left, right) {
            (Some(Value::Number(left)), Some(Value::Number(right))) => compare_numbers(left, right),
            (Some(Value::String(left)), Some(Value::String(right))) => Some(left.cmp(right)),
            (Some(left), Some(right)) => {
                return (left == right) == (self == Operator::Equal) && self.tests_equality();
            }
            _ => return self == Operator::NotEqual,
        };
        match self {
            Operator::Equal => order == Some(Ordering::Equal),
            Operator::NotEqual => order != Some(Ordering::Equal),
            Operator::Less => order == Some(Ordering::Less),
            Operator::AtMost => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Operator::Greater => order == Some(Ordering::Greater),
            Operator::AtLeast => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        }
    }

    fn tests_equality(self) -> bool {
        matches!(self, Operator::Equal | Operator::NotEqual)
    }
}

/// Whole numbers exactly, all others as floating point.
pub(crate) fn compare_numbers(left: &Number, right: &Number) -> Option<Ordering> {
    let whole = |number: &Number| {
        number
            .as_i64()
            .map(i128::from)
            .or_else(|| number.as_u64().map(i128::from))
    };
    match (whole(left), whole(right)) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

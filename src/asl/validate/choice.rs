//! Choice states and their rules.

use super::fields::Fields;
use super::states::{Places, target};
use crate::choice::{Comparable, Condition, Kind, Pattern, Relation, Test};
use crate::definition::Choice;
use crate::json::type_name;
use crate::problem::code;

/// The fields of a rule that are not its operator.
const OTHER_FIELDS: [&str; 4] = ["Variable", "Next", "Comment", "Assign"];

pub(super) fn choice(fields: &mut Fields, places: &Places) -> Option<Choice> {
    fields.required("Choices");
    let rules = fields.array("Choices");
    if rules.is_some_and(Vec::is_empty) {
        fields.error(
            "Choices",
            code::INVALID_VALUE,
            "there must be at least one rule",
        );
    }
    let default = target(fields, "Default", places);
    let pointer = fields.place("Choices");
    let mut read = Vec::new();
    for (place, value) in rules?.iter().enumerate() {
        let Some(mut rule) = Fields::of(value, &format!("{pointer}/{place}"), fields.report) else {
            continue;
        };
        rule.required("Next");
        let next = target(&mut rule, "Next", places);
        let condition = condition(rule);
        read.extend(condition.zip(next));
    }
    Some(Choice {
        rules: read,
        default,
    })
}

/// The condition of a rule; consumes its fields.
fn condition(mut fields: Fields) -> Option<Condition> {
    fields.string("Comment");
    if fields.value("Assign").is_some() {
        fields.unsupported("Assign", "assigning variables");
    }
    if fields.value("Condition").is_some() {
        fields.unsupported("Condition", "a JSONata condition");
        return None;
    }
    let operators: Vec<&String> = fields
        .names()
        .filter(|name| !OTHER_FIELDS.contains(&name.as_str()))
        .collect();
    let condition = match operators[..] {
        [name] => operator(&mut fields, name),
        _ => {
            let pointer = fields.pointer.clone();
            let message = format!("a rule has exactly one operator, not {}", operators.len());
            fields
                .report
                .error(&pointer, code::CHOICE_OPERATOR, message);
            return None;
        }
    };
    fields.finish();
    condition
}

fn operator<'v>(fields: &mut Fields<'v, '_>, name: &'v str) -> Option<Condition> {
    match name {
        "And" => nested(fields, "And").map(Condition::And),
        "Or" => nested(fields, "Or").map(Condition::Or),
        "Not" => {
            let value = fields.value("Not")?;
            let pointer = fields.place("Not");
            let inner = Fields::of(value, &pointer, fields.report).and_then(condition);
            inner.map(|inner| Condition::Not(Box::new(inner)))
        }
        _ => {
            let Some(operator) = Operator::named(name) else {
                fields.error(
                    name,
                    code::CHOICE_OPERATOR,
                    format!("there is no comparison operator '{name}'"),
                );
                fields.value(name);
                fields.value("Variable");
                return None;
            };
            fields.required("Variable");
            let variable = fields.path("Variable");
            let test = operator.test(fields, name);
            Some(Condition::Test {
                variable: variable?,
                test: test?,
            })
        }
    }
}

fn nested(fields: &mut Fields, name: &'static str) -> Option<Vec<Condition>> {
    let rules = fields.array(name)?;
    let pointer = fields.place(name);
    if rules.is_empty() {
        fields.error(
            name,
            code::INVALID_VALUE,
            format!("'{name}' needs at least one condition"),
        );
    }
    let mut all = Vec::with_capacity(rules.len());
    for (place, rule) in rules.iter().enumerate() {
        let inner = Fields::of(rule, &format!("{pointer}/{place}"), fields.report);
        all.push(inner.and_then(condition));
    }
    all.into_iter().collect()
}

/// A comparison operator, told from its name.
enum Operator {
    IsPresent,
    Is(Kind),
    Matches,
    Compare(Comparable, Relation),
    ComparePath(Comparable, Relation),
}

impl Operator {
    fn named(name: &str) -> Option<Operator> {
        Some(match name {
            "IsPresent" => Operator::IsPresent,
            "IsNull" => Operator::Is(Kind::Null),
            "IsBoolean" => Operator::Is(Kind::Boolean),
            "IsNumeric" => Operator::Is(Kind::Numeric),
            "IsString" => Operator::Is(Kind::String),
            "IsTimestamp" => Operator::Is(Kind::Timestamp),
            "StringMatches" => Operator::Matches,
            _ => return Operator::comparison(name),
        })
    }

    /// `String`, `Numeric`, `Timestamp` or `Boolean`, then how, then perhaps `Path`.
    fn comparison(name: &str) -> Option<Operator> {
        let comparables = [
            ("String", Comparable::String),
            ("Numeric", Comparable::Numeric),
            ("Timestamp", Comparable::Timestamp),
            ("Boolean", Comparable::Boolean),
        ];
        let (relation, comparable) = comparables
            .into_iter()
            .find_map(|(prefix, kind)| Some((name.strip_prefix(prefix)?, kind)))?;
        let relations = [
            ("Equals", Relation::Equals),
            ("LessThan", Relation::LessThan),
            ("GreaterThan", Relation::GreaterThan),
            ("LessThanEquals", Relation::LessThanEquals),
            ("GreaterThanEquals", Relation::GreaterThanEquals),
        ];
        let (plain, by_path) = match relation.strip_suffix("Path") {
            Some(plain) => (plain, true),
            None => (relation, false),
        };
        let (_, relation) = relations.into_iter().find(|(name, _)| *name == plain)?;
        match (comparable, relation, by_path) {
            // There is no order among booleans.
            (Comparable::Boolean, other, _) if other != Relation::Equals => None,
            (_, _, true) => Some(Operator::ComparePath(comparable, relation)),
            (_, _, false) => Some(Operator::Compare(comparable, relation)),
        }
    }

    /// The test that the value of the operator's field asks for.
    fn test<'v>(self, fields: &mut Fields<'v, '_>, name: &'v str) -> Option<Test> {
        Some(match self {
            Operator::IsPresent => Test::IsPresent(fields.boolean(name)?),
            Operator::Is(kind) => Test::Is(kind, fields.boolean(name)?),
            Operator::ComparePath(comparable, relation) => {
                Test::ComparePath(relation, comparable, fields.path(name)?)
            }
            Operator::Matches => {
                let pattern = Pattern::parse(fields.string(name)?);
                if pattern.is_none() {
                    fields.error(
                        name,
                        code::INVALID_VALUE,
                        "a backslash may only stand before '*' or another backslash",
                    );
                }
                Test::Matches(pattern?)
            }
            Operator::Compare(comparable, relation) => {
                let value = fields.value(name)?;
                let operand = comparable.operand(value);
                if operand.is_none() {
                    let message = format!(
                        "expected {} but found {}",
                        comparable.description(),
                        type_name(value)
                    );
                    fields.error(name, code::WRONG_TYPE, message);
                }
                Test::Compare(relation, operand?)
            }
        })
    }
}

impl Comparable {
    fn description(self) -> &'static str {
        match self {
            Comparable::String => "a string",
            Comparable::Numeric => "a number",
            Comparable::Boolean => "a boolean",
            Comparable::Timestamp => "an RFC 3339 timestamp",
        }
    }
}

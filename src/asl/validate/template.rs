//! Payload templates, and the paths and intrinsic functions in them.

use std::sync::Arc;

use serde_json::Value;

use super::Report;
use super::fields::{Fields, parse_path};
use crate::definition::Text;
use crate::intrinsic::{Intrinsic, IntrinsicError};
use crate::json::{join, type_name};
use crate::problem::code;
use crate::template::{Expression, Template};

/// The template in a field.
pub(super) fn template(fields: &mut Fields, name: &'static str) -> Option<Template> {
    fields.object(name)?;
    let pointer = fields.place(name);
    fields
        .value(name)
        .map(|value| compile(value, &pointer, fields.report))
}

fn compile(value: &Value, pointer: &str, report: &mut Report) -> Template {
    match value {
        Value::Object(members) => {
            let mut compiled: Vec<(String, Template)> = Vec::with_capacity(members.len());
            for (key, member) in members {
                let pointer = join(pointer, key);
                let (name, template) = match key.strip_suffix(".$") {
                    Some(name) => match computed(member, &pointer, report) {
                        Some(expression) => (name, Template::Computed(key.clone(), expression)),
                        None => continue,
                    },
                    None => (key.as_str(), compile(member, &pointer, report)),
                };
                if compiled.iter().any(|(other, _)| other == name) {
                    report.error(
                        &pointer,
                        code::DUPLICATE_KEY,
                        format!("the field '{name}' is given twice"),
                    );
                }
                compiled.push((name.to_owned(), template));
            }
            if compiled
                .iter()
                .all(|(_, member)| matches!(member, Template::Constant(_)))
            {
                return constant(value);
            }
            Template::Object(compiled)
        }
        Value::Array(items) => {
            let compiled: Vec<Template> = items
                .iter()
                .enumerate()
                .map(|(place, item)| compile(item, &join(pointer, &place.to_string()), report))
                .collect();
            if compiled
                .iter()
                .all(|item| matches!(item, Template::Constant(_)))
            {
                return constant(value);
            }
            Template::Array(compiled)
        }
        other => constant(other),
    }
}

fn constant(value: &Value) -> Template {
    Template::Constant(Arc::new(value.clone()))
}

/// The value of a field whose name ends in `.$`.
fn computed(value: &Value, pointer: &str, report: &mut Report) -> Option<Expression> {
    match value {
        Value::String(text) => expression(text, pointer, report),
        other => {
            let message = format!(
                "a field named '.$' holds a path or an intrinsic function, not {}",
                type_name(other)
            );
            report.error(pointer, code::WRONG_TYPE, message);
            None
        }
    }
}

fn expression(text: &str, pointer: &str, report: &mut Report) -> Option<Expression> {
    if text.starts_with('$') {
        return parse_path(text, pointer, report).map(Expression::Path);
    }
    match Intrinsic::parse(text) {
        Ok(intrinsic) => return Some(Expression::Intrinsic(intrinsic)),
        Err(IntrinsicError::Malformed(message)) => {
            let message =
                format!("'{text}' is neither a path nor an intrinsic function: {message}");
            report.error(pointer, code::INVALID_INTRINSIC, message);
        }
        Err(IntrinsicError::Variable(name)) => {
            report.unsupported(pointer, &format!("the variable ${name}"))
        }
    }
    None
}

/// `literal` gives the text itself, `computed` a path or intrinsic function that makes it.
pub(super) fn text(
    fields: &mut Fields,
    literal: &'static str,
    computed: &'static str,
) -> Option<Text> {
    fields.exclusive(&[literal, computed]);
    let fixed = fields
        .string(literal)
        .map(|text| Text::Literal(text.to_owned()));
    let expression = fields.string(computed).and_then(|text| {
        let pointer = fields.place(computed);
        expression(text, &pointer, fields.report)
    });
    fixed.or(expression.map(Text::Computed))
}

//! The fields of one JSON object: each is asked for by name and type, what is wrong is reported
//! with its pointer, and what nobody asked for is reported at the end.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::Report;
use crate::json::{join, type_name};
use crate::path::{Path, PathError};
use crate::problem::code;

pub(crate) struct Fields<'v, 'r> {
    object: &'v Map<String, Value>,
    pub pointer: String,
    pub report: &'r mut Report,
    asked: Vec<&'v str>,
}

impl<'v, 'r> Fields<'v, 'r> {
    /// The fields of `value`, which must be an object.
    pub fn of(value: &'v Value, pointer: &str, report: &'r mut Report) -> Option<Self> {
        match value {
            Value::Object(object) => Some(Fields {
                object,
                pointer: pointer.to_owned(),
                report,
                asked: Vec::new(),
            }),
            other => {
                report.error(
                    pointer,
                    code::WRONG_TYPE,
                    format!("expected an object but found {}", type_name(other)),
                );
                None
            }
        }
    }

    /// The value of a field as it is.
    pub fn value(&mut self, name: &'v str) -> Option<&'v Value> {
        self.asked.push(name);
        self.object.get(name)
    }

    pub fn has(&self, name: &str) -> bool {
        self.object.contains_key(name)
    }

    /// All names, in the order of the text.
    pub fn names(&self) -> impl Iterator<Item = &'v String> + use<'v> {
        self.object.keys()
    }

    pub fn required(&mut self, name: &'v str) -> Option<&'v Value> {
        let value = self.value(name);
        if value.is_none() {
            let message = format!("the field '{name}' is required");
            self.report
                .error(&self.pointer, code::MISSING_FIELD, message);
        }
        value
    }

    pub fn string(&mut self, name: &'v str) -> Option<&'v str> {
        self.typed(name, "a string", Value::as_str)
    }

    pub fn required_string(&mut self, name: &'v str) -> Option<&'v str> {
        self.required(name).and_then(|_| self.string(name))
    }

    pub fn boolean(&mut self, name: &'v str) -> Option<bool> {
        self.typed(name, "a boolean", Value::as_bool)
    }

    pub fn array(&mut self, name: &'v str) -> Option<&'v Vec<Value>> {
        self.typed(name, "an array", Value::as_array)
    }

    pub fn object(&mut self, name: &'v str) -> Option<&'v Map<String, Value>> {
        self.typed(name, "an object", Value::as_object)
    }

    pub fn number(&mut self, name: &'v str) -> Option<f64> {
        self.typed(name, "a number", Value::as_f64)
    }

    pub fn integer(&mut self, name: &'v str, range: RangeInclusive<u64>) -> Option<i64> {
        let value = self.value(name)?;
        match value.as_u64().filter(|number| range.contains(number)) {
            Some(number) => i64::try_from(number).ok(),
            None => {
                let (least, most) = range.into_inner();
                let message =
                    format!("expected a whole number from {least} to {most} but found {value}");
                let code = if value.is_number() {
                    code::INVALID_VALUE
                } else {
                    code::WRONG_TYPE
                };
                self.error(name, code, message);
                None
            }
        }
    }

    /// A path; `null` and what is wrong count as missing.
    pub fn path(&mut self, name: &'v str) -> Option<Path> {
        let text = self.string(name)?;
        self.parsed_path(name, text)
    }

    /// A path or `null`: missing is `default`, `null` is `None`.
    pub fn nullable_path(&mut self, name: &'v str) -> Option<Path> {
        match self.value(name) {
            None => Some(Path::whole()),
            Some(Value::Null) => None,
            Some(Value::String(text)) => {
                Some(self.parsed_path(name, text).unwrap_or_else(Path::whole))
            }
            Some(other) => {
                let message = format!("expected a path or null but found {}", type_name(other));
                self.error(name, code::WRONG_TYPE, message);
                None
            }
        }
    }

    /// A nullable path that can be written to.
    pub fn reference_path(&mut self, name: &'v str) -> Option<Path> {
        let path = self.nullable_path(name)?;
        if !path.is_reference() {
            let message = format!(
                "'{}' is not a reference path: only fields and indexes from $ are",
                path.text
            );
            self.error(name, code::INVALID_PATH, message);
        }
        Some(path)
    }

    fn parsed_path(&mut self, name: &str, text: &str) -> Option<Path> {
        let pointer = self.place(name);
        parse_path(text, &pointer, self.report)
    }

    /// At most one of the fields may be given.
    pub fn exclusive(&mut self, names: &[&str]) {
        let given: Vec<_> = names.iter().filter(|name| self.has(name)).collect();
        if let [first, .., last] = given[..] {
            let message = format!("'{first}' and '{last}' exclude each other");
            self.error(last, code::CONFLICTING_FIELDS, message);
        }
    }

    pub fn error(&mut self, name: &str, code: &'static str, message: impl Into<String>) {
        let pointer = self.place(name);
        self.report.error(&pointer, code, message);
    }

    pub fn warning(&mut self, name: &str, code: &'static str, message: impl Into<String>) {
        let pointer = self.place(name);
        self.report.warning(&pointer, code, message);
    }

    pub fn unsupported(&mut self, name: &str, what: &str) {
        let pointer = self.place(name);
        self.report.unsupported(&pointer, what);
    }

    /// The pointer to a field.
    pub fn place(&self, name: &str) -> String {
        join(&self.pointer, name)
    }

    /// Reports what nobody asked for.
    pub fn finish(self) {
        for name in self
            .object
            .keys()
            .filter(|name| !self.asked.contains(&name.as_str()))
        {
            let message = format!("the field '{name}' is not known here");
            self.report
                .error(&join(&self.pointer, name), code::UNKNOWN_FIELD, message);
        }
    }

    fn typed<T>(
        &mut self,
        name: &'v str,
        what: &str,
        cast: impl Fn(&'v Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(name)?;
        let cast = cast(value);
        if cast.is_none() {
            self.error(
                name,
                code::WRONG_TYPE,
                format!("expected {what} but found {}", type_name(value)),
            );
        }
        cast
    }
}

/// Parses a path, or reports why it is none.
pub(crate) fn parse_path(text: &str, pointer: &str, report: &mut Report) -> Option<Path> {
    match Path::parse(text) {
        Ok(path) => return Some(path),
        Err(PathError::Malformed(message)) => {
            report.error(
                pointer,
                code::INVALID_PATH,
                format!("'{text}' is not a path: {message}"),
            );
        }
        Err(PathError::Variable(name)) => {
            report.unsupported(pointer, &format!("the variable ${name}"))
        }
    }
    None
}

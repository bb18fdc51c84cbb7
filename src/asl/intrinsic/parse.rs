//! From text to [`Intrinsic`].

use serde_json::Value;

use super::{Argument, Call, Function, Intrinsic};
use crate::cursor::Cursor;
use crate::path::{Path, PathError};

/// How deep invocations may nest.
const MAX_DEPTH: usize = 10;

/// Why a text is no invocation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum IntrinsicError {
    /// Not in the language.
    Malformed(String),
    /// An argument names a workflow variable.
    Variable(String),
}

impl From<String> for IntrinsicError {
    fn from(message: String) -> Self {
        IntrinsicError::Malformed(message)
    }
}

impl From<PathError> for IntrinsicError {
    fn from(error: PathError) -> Self {
        match error {
            PathError::Malformed(message) => IntrinsicError::Malformed(message),
            PathError::Variable(name) => IntrinsicError::Variable(name),
        }
    }
}

impl Intrinsic {
    pub fn parse(text: &str) -> Result<Intrinsic, IntrinsicError> {
        let mut cursor = Cursor::new(text);
        let call = call(&mut cursor, 1)?;
        cursor.skip_space();
        cursor.expect_end()?;
        Ok(Intrinsic {
            text: text.to_owned(),
            call,
        })
    }
}

fn call(cursor: &mut Cursor, depth: usize) -> Result<Call, IntrinsicError> {
    if depth > MAX_DEPTH {
        return Err(format!("intrinsic functions nest deeper than {MAX_DEPTH}").into());
    }
    cursor.expect("States.")?;
    let name = cursor.take_while(|c| c.is_ascii_alphanumeric());
    let function = Function::named(name)
        .ok_or_else(|| format!("there is no intrinsic function States.{name}"))?;
    let arguments = arguments(cursor, function, depth)?;
    let (least, most) = function.arity();
    if arguments.len() < least || arguments.len() > most {
        return Err(format!("States.{name} does not take {} arguments", arguments.len()).into());
    }
    Ok(Call {
        function,
        arguments,
    })
}

fn arguments(
    cursor: &mut Cursor,
    function: Function,
    depth: usize,
) -> Result<Vec<Argument>, IntrinsicError> {
    let mut arguments = Vec::new();
    cursor.skip_space();
    cursor.expect("(")?;
    cursor.skip_space();
    if cursor.eat(")") {
        return Ok(arguments);
    }
    loop {
        cursor.skip_space();
        let is_template = function == Function::Format && arguments.is_empty();
        arguments.push(argument(cursor, is_template, depth)?);
        cursor.skip_space();
        if cursor.eat(")") {
            return Ok(arguments);
        }
        cursor.expect(",")?;
    }
}

fn argument(
    cursor: &mut Cursor,
    is_template: bool,
    depth: usize,
) -> Result<Argument, IntrinsicError> {
    let literal = match cursor.peek() {
        Some('$') => return Ok(Argument::Path(Path::parse_at(cursor)?)),
        Some('\'') => {
            let text = quoted(cursor)?;
            if is_template {
                return Ok(Argument::Template(pieces(text)));
            }
            pieces(text).join("{}").into()
        }
        Some(c) if c == '-' || c.is_ascii_digit() => cursor.number()?.into(),
        _ if cursor.rest().starts_with("States.") => {
            return Ok(Argument::Call(call(cursor, depth + 1)?));
        }
        _ => match cursor.take_while(|c| c.is_ascii_alphabetic()) {
            "true" => true.into(),
            "false" => false.into(),
            "null" => Value::Null,
            _ => return Err(cursor.unexpected("an argument").into()),
        },
    };
    Ok(Argument::Literal(literal))
}

/// The text between two apostrophes, escapes untouched but checked.
fn quoted<'t>(cursor: &mut Cursor<'t>) -> Result<&'t str, String> {
    cursor.expect("'")?;
    let start = cursor.position();
    loop {
        let end = cursor.position();
        match cursor.next() {
            Some('\\') => match cursor.next() {
                Some('\'' | '{' | '}' | '\\') => {}
                _ => return Err(format!("a backslash at position {end} escapes nothing")),
            },
            Some('\'') => return Ok(cursor.since(start).strip_suffix('\'').unwrap_or_default()),
            Some(_) => {}
            None => return Err("an apostrophe is not closed".to_owned()),
        }
    }
}

/// Cuts a text at each `{}` and resolves `\'`, `\{`, `\}` and `\\` in between.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => piece.extend(rest.next()),
            '{' if rest.as_str().starts_with('}') => {
                rest.next();
                pieces.push(std::mem::take(&mut piece));
            }
            c => piece.push(c),
        }
    }
    pieces.push(piece);
    pieces
}

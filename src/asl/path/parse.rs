//! From text to [`Path`].

use super::filter::{Filter, Operand, Operator};
use super::{Path, Root, Step};
use crate::cursor::Cursor;

/// How deep parentheses may nest in a filter.
const MAX_FILTER_DEPTH: usize = 16;

/// Why a text is no path.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum PathError {
    /// Not in the language.
    Malformed(String),
    /// `$name`: a workflow variable.
    Variable(String),
}

impl Path {
    pub fn parse(text: &str) -> Result<Path, PathError> {
        let mut cursor = Cursor::new(text);
        let path = Path::parse_at(&mut cursor)?;
        cursor.expect_end().map_err(PathError::Malformed)?;
        Ok(path)
    }

    /// Reads the path that begins here, and leaves the cursor behind it.
    pub fn parse_at(cursor: &mut Cursor) -> Result<Path, PathError> {
        let start = cursor.position();
        cursor.expect("$").map_err(PathError::Malformed)?;
        let root = if cursor.eat("$") {
            Root::Context
        } else {
            Root::Data
        };
        if root == Root::Data && cursor.peek().is_some_and(|c| c.is_alphabetic() || c == '_') {
            return Err(PathError::Variable(cursor.take_while(is_name).to_owned()));
        }
        let steps = steps(cursor, 0).map_err(PathError::Malformed)?;
        Ok(Path {
            text: cursor.since(start).to_owned(),
            root,
            steps,
        })
    }
}

/// What may stand in a member name after a dot.
fn is_name(c: char) -> bool {
    !c.is_whitespace() && !".[]()'\",=<>!&|?*:".contains(c)
}

fn steps(cursor: &mut Cursor, depth: usize) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    loop {
        if cursor.eat("..") {
            steps.push(Step::Descend);
            if cursor.eat("[") {
                steps.push(bracket(cursor, depth)?);
            } else {
                steps.push(member(cursor)?);
            }
        } else if cursor.eat(".") {
            steps.push(member(cursor)?);
        } else if cursor.eat("[") {
            steps.push(bracket(cursor, depth)?);
        } else {
            return Ok(steps);
        }
    }
}

fn member(cursor: &mut Cursor) -> Result<Step, String> {
    if cursor.eat("*") {
        return Ok(Step::Wildcard);
    }
    let name = cursor.take_while(is_name);
    match cursor.peek() {
        _ if name.is_empty() => Err(cursor.unexpected("a field name")),
        Some('(') => Err(format!("the function {name}() is not available in paths")),
        _ => Ok(Step::Member(name.to_owned())),
    }
}

/// What stands between `[` and `]`; the `[` has been read.
fn bracket(cursor: &mut Cursor, depth: usize) -> Result<Step, String> {
    cursor.skip_space();
    let step = match cursor.peek() {
        Some('*') => {
            cursor.next();
            Step::Wildcard
        }
        Some('?') => {
            cursor.next();
            cursor.skip_space();
            cursor.expect("(")?;
            let filter = any(cursor, depth + 1)?;
            cursor.expect(")")?;
            Step::Filter(filter)
        }
        Some('\'' | '"') => {
            let mut names = list(cursor, quoted)?;
            if names.len() == 1 {
                Step::Member(names.remove(0))
            } else {
                Step::Members(names)
            }
        }
        _ => indexes(cursor)?,
    };
    cursor.skip_space();
    cursor.expect("]")?;
    Ok(step)
}

fn indexes(cursor: &mut Cursor) -> Result<Step, String> {
    let from = if cursor.peek() == Some(':') {
        None
    } else {
        Some(integer(cursor)?)
    };
    cursor.skip_space();
    if cursor.eat(":") {
        cursor.skip_space();
        let to = if cursor.peek() == Some(']') {
            None
        } else {
            Some(integer(cursor)?)
        };
        return Ok(Step::Slice(from, to));
    }
    let first = from.ok_or_else(|| cursor.unexpected("an index"))?;
    if !cursor.eat(",") {
        return Ok(Step::Index(first));
    }
    cursor.skip_space();
    let mut all = vec![first];
    all.extend(list(cursor, integer)?);
    Ok(Step::Indexes(all))
}

fn list<T>(
    cursor: &mut Cursor,
    item: impl Fn(&mut Cursor) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    let mut items = vec![item(cursor)?];
    loop {
        cursor.skip_space();
        if !cursor.eat(",") {
            return Ok(items);
        }
        cursor.skip_space();
        items.push(item(cursor)?);
    }
}

fn integer(cursor: &mut Cursor) -> Result<i64, String> {
    let start = cursor.position();
    cursor.eat("-");
    cursor.take_while(|c| c.is_ascii_digit());
    cursor
        .since(start)
        .parse()
        .map_err(|_| cursor.unexpected("an index"))
}

fn quoted(cursor: &mut Cursor) -> Result<String, String> {
    let quote = cursor
        .next()
        .filter(|c| matches!(c, '\'' | '"'))
        .ok_or("expected a quoted name")?;
    let mut text = String::new();
    loop {
        match cursor.next() {
            Some('\\') => text.extend(cursor.next()),
            Some(c) if c == quote => return Ok(text),
            Some(c) => text.push(c),
            None => return Err(format!("the quotation {quote} is not closed")),
        }
    }
}

/// Terms joined by `||`.
fn any(cursor: &mut Cursor, depth: usize) -> Result<Filter, String> {
    joined(cursor, depth, "||", all, Filter::Any)
}

/// Terms joined by `&&`.
fn all(cursor: &mut Cursor, depth: usize) -> Result<Filter, String> {
    joined(cursor, depth, "&&", term, Filter::All)
}

fn joined(
    cursor: &mut Cursor,
    depth: usize,
    operator: &str,
    part: fn(&mut Cursor, usize) -> Result<Filter, String>,
    join: fn(Vec<Filter>) -> Filter,
) -> Result<Filter, String> {
    let mut parts = vec![part(cursor, depth)?];
    while cursor.eat(operator) {
        parts.push(part(cursor, depth)?);
    }
    Ok(if parts.len() == 1 {
        parts.remove(0)
    } else {
        join(parts)
    })
}

fn term(cursor: &mut Cursor, depth: usize) -> Result<Filter, String> {
    if depth > MAX_FILTER_DEPTH {
        return Err("the filter is nested too deeply".to_owned());
    }
    cursor.skip_space();
    let filter = if cursor.eat("!") {
        Filter::Not(Box::new(term(cursor, depth + 1)?))
    } else if cursor.eat("(") {
        let inner = any(cursor, depth + 1)?;
        cursor.expect(")")?;
        inner
    } else {
        comparison(cursor, depth)?
    };
    cursor.skip_space();
    Ok(filter)
}

fn comparison(cursor: &mut Cursor, depth: usize) -> Result<Filter, String> {
    let left = operand(cursor, depth)?;
    cursor.skip_space();
    let operators = [
        ("==", Operator::Equal),
        ("!=", Operator::NotEqual),
        ("<=", Operator::AtMost),
        (">=", Operator::AtLeast),
        ("<", Operator::Less),
        (">", Operator::Greater),
    ];
    let Some((_, operator)) = operators.into_iter().find(|(text, _)| cursor.eat(text)) else {
        return Ok(Filter::Exists(left));
    };
    cursor.skip_space();
    Ok(Filter::Compare(left, operator, operand(cursor, depth)?))
}

fn operand(cursor: &mut Cursor, depth: usize) -> Result<Operand, String> {
    match cursor.peek() {
        Some('@') => {
            cursor.next();
            let steps = steps(cursor, depth + 1)?;
            // Filters inside of filters would look at everything below everything.
            if steps.contains(&Step::Descend) {
                return Err("'..' is not available inside of a filter".to_owned());
            }
            Ok(Operand::Current(steps))
        }
        Some('$') => {
            cursor.next();
            let steps = steps(cursor, depth + 1)?;
            if !super::is_definite(&steps) {
                return Err("a path from $ inside of a filter must name one value".to_owned());
            }
            Ok(Operand::Root(steps))
        }
        Some('\'' | '"') => Ok(Operand::Literal(quoted(cursor)?.into())),
        Some(c) if c == '-' || c.is_ascii_digit() => Ok(Operand::Literal(cursor.number()?.into())),
        _ => match cursor.take_while(|c| c.is_ascii_alphabetic()) {
            "true" => Ok(Operand::Literal(true.into())),
            "false" => Ok(Operand::Literal(false.into())),
            "null" => Ok(Operand::Literal(serde_json::Value::Null)),
            _ => Err(cursor.unexpected("@, $ or a literal")),
        },
    }
}

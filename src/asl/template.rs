//! Payload templates (`Parameters`, `ResultSelector`): JSON in which fields named `x.$` are computed.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::context::{ContextObject, Draws, reaches_token};
use crate::failure::Failure;
use crate::intrinsic::Intrinsic;
use crate::json;
use crate::path::{Path, Root};

/// How much one template may copy together on its way to a result of at most 256 KiB: bytes of JSON
/// text by their upper bound, which is six times the length of plain strings.
const MAX_COPIED_BYTES: usize = 16 * 1024 * 1024;

/// What a path or an intrinsic function can see.
pub(crate) struct Scope<'a> {
    /// `$`
    pub data: &'a Value,
    /// `$$`
    pub context: ContextObject<'a>,
    pub draws: Draws<'a>,
    copied_bytes: usize,
}

impl<'a> Scope<'a> {
    pub fn new(data: &'a Value, context: ContextObject<'a>, draws: Draws<'a>) -> Self {
        Scope {
            data,
            context,
            draws,
            copied_bytes: 0,
        }
    }

    /// The same scope once more, with `mask` in the place of the task token.
    pub fn masked(mut self, mask: &'a str) -> Self {
        self.context.task_token = Some(mask);
        self.draws.again();
        self.copied_bytes = 0;
        self
    }

    pub fn find(&self, path: &Path) -> Option<Cow<'a, Value>> {
        match path.root {
            Root::Data => path.find(self.data),
            Root::Context => self.context.find(path),
        }
    }

    /// Counts a value that is copied; fails when it gets too much.
    pub fn charge(&mut self, value: &Value) -> Result<(), Failure> {
        self.copied_bytes +=
            json::bytes_at_most(value, json::MAX_DATA_DEPTH).unwrap_or(MAX_COPIED_BYTES);
        if self.copied_bytes > MAX_COPIED_BYTES {
            return Err(Failure::data_limit(self.context.state_name));
        }
        Ok(())
    }
}

/// A path or an intrinsic function: what may compute a value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expression {
    Path(Path),
    Intrinsic(Intrinsic),
}

impl Expression {
    /// The value; `field` names the field in messages.
    pub fn evaluate(&self, field: &str, scope: &mut Scope) -> Result<Value, Failure> {
        match self {
            Expression::Path(path) => match scope.find(path) {
                Some(value) => {
                    scope.charge(&value)?;
                    Ok(value.into_owned())
                }
                None => Err(Failure::runtime(format!(
                    "The JSONPath '{}' specified for the field '{field}' could not be found in the input '{}'",
                    path.text, scope.data
                ))),
            },
            Expression::Intrinsic(intrinsic) => intrinsic.evaluate(scope),
        }
    }

    fn reaches_token(&self) -> bool {
        match self {
            Expression::Path(path) => reaches_token(path),
            Expression::Intrinsic(intrinsic) => intrinsic.call.any_path(reaches_token),
        }
    }
}

/// A payload template, with everything in it parsed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Template {
    Constant(Arc<Value>),
    /// The field's name as written, `x.$`, and what computes it.
    Computed(String, Expression),
    Object(Vec<(String, Template)>),
    Array(Vec<Template>),
}

impl Template {
    pub fn evaluate(&self, scope: &mut Scope) -> Result<Arc<Value>, Failure> {
        match self {
            Template::Constant(value) => Ok(Arc::clone(value)),
            other => other.fill(scope).map(Arc::new),
        }
    }

    fn fill(&self, scope: &mut Scope) -> Result<Value, Failure> {
        Ok(match self {
            Template::Constant(value) => value.as_ref().clone(),
            Template::Computed(field, expression) => expression.evaluate(field, scope)?,
            Template::Object(members) => {
                let mut filled = Map::with_capacity(members.len());
                for (key, member) in members {
                    filled.insert(key.clone(), member.fill(scope)?);
                }
                Value::Object(filled)
            }
            Template::Array(items) => Value::Array(
                items
                    .iter()
                    .map(|item| item.fill(scope))
                    .collect::<Result<_, _>>()?,
            ),
        })
    }

    /// Whether the task token can get into the result.
    pub fn reaches_token(&self) -> bool {
        match self {
            Template::Constant(_) => false,
            Template::Computed(_, expression) => expression.reaches_token(),
            Template::Object(members) => members.iter().any(|(_, member)| member.reaches_token()),
            Template::Array(items) => items.iter().any(Template::reaches_token),
        }
    }
}

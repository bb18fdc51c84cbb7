//! JSONPath in the dialect of Jayway, as Amazon's interpreter uses it.
//!
//! A path is parsed once, with the definition, and then applied to many values. A *definite* path
//! (members and single indexes only) names at most one value; every other path yields a list, which
//! is empty when nothing matches.

mod filter;
mod parse;

use std::borrow::Cow;

use serde_json::{Map, Value};

use filter::Filter;

pub(crate) use filter::compare_numbers;
pub(crate) use parse::PathError;

/// More matches than this are never meant; the bound keeps `$..*..*` from eating the machine.
const MAX_MATCHES: usize = 100_000;

/// Where a path starts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Root {
    /// `$`: the data at hand.
    Data,
    /// `$$`: the context object.
    Context,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    Member(String),
    Members(Vec<String>),
    Index(i64),
    Indexes(Vec<i64>),
    Slice(Option<i64>, Option<i64>),
    Wildcard,
    /// `..`: the next step applies to the value and to everything inside it.
    Descend,
    Filter(Filter),
}

/// A parsed path with its text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Path {
    pub text: String,
    pub root: Root,
    pub steps: Vec<Step>,
}

impl Path {
    /// `$`
    pub fn whole() -> Path {
        Path {
            text: "$".to_owned(),
            root: Root::Data,
            steps: Vec::new(),
        }
    }

    /// `$` or `$$`.
    pub fn is_root(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether the path names at most one value.
    pub fn is_definite(&self) -> bool {
        is_definite(&self.steps)
    }

    /// Applies the path to its root value. `None`: there is no such value.
    pub fn find<'v>(&self, root: &'v Value) -> Option<Cow<'v, Value>> {
        find(&self.steps, root)
    }

    /// Only members and indexes from the front: what may be written to.
    pub fn is_reference(&self) -> bool {
        let simple = |step: &Step| match step {
            Step::Member(_) => true,
            Step::Index(index) => *index >= 0,
            _ => false,
        };
        self.root == Root::Data && self.steps.iter().all(simple)
    }

    /// Puts `new` where this reference path points, making objects on the way where nothing stands.
    /// `false`: something else stands in the way.
    pub fn place(&self, target: &mut Value, new: Value) -> bool {
        let mut place = target;
        for step in &self.steps {
            place = match (step, place) {
                (Step::Member(name), Value::Object(members)) => members
                    .entry(name.as_str())
                    .or_insert_with(|| Value::Object(Map::new())),
                (Step::Index(index), Value::Array(items)) => {
                    match usize::try_from(*index)
                        .ok()
                        .and_then(|index| items.get_mut(index))
                    {
                        Some(item) => item,
                        None => return false,
                    }
                }
                _ => return false,
            };
        }
        *place = new;
        true
    }
}

/// Applies `steps` to `root`.
pub(crate) fn find<'v>(steps: &[Step], root: &'v Value) -> Option<Cow<'v, Value>> {
    if is_definite(steps) {
        return steps.iter().try_fold(root, child).map(Cow::Borrowed);
    }
    let mut found = vec![root];
    for step in steps {
        let mut next = Vec::new();
        for value in found {
            matches(step, value, root, &mut next);
            if next.len() > MAX_MATCHES {
                return None;
            }
        }
        found = next;
    }
    Some(Cow::Owned(found.into_iter().cloned().collect()))
}

fn is_definite(steps: &[Step]) -> bool {
    steps
        .iter()
        .all(|step| matches!(step, Step::Member(_) | Step::Index(_)))
}

fn child<'v>(value: &'v Value, step: &Step) -> Option<&'v Value> {
    match step {
        Step::Member(name) => value.as_object()?.get(name),
        Step::Index(index) => {
            let items = value.as_array()?;
            items.get(position(*index, items.len())?)
        }
        _ => None,
    }
}

/// The place of `index` in a list, counted from the end when negative.
fn position(index: i64, length: usize) -> Option<usize> {
    let length = i64::try_from(length).ok()?;
    usize::try_from(if index < 0 {
        index.checked_add(length)?
    } else {
        index
    })
    .ok()
}

fn matches<'v>(step: &Step, value: &'v Value, root: &'v Value, found: &mut Vec<&'v Value>) {
    match step {
        Step::Member(_) | Step::Index(_) => found.extend(child(value, step)),
        Step::Members(names) => {
            if let Value::Object(members) = value {
                found.extend(names.iter().filter_map(|name| members.get(name)));
            }
        }
        Step::Indexes(indexes) => {
            if let Value::Array(items) = value {
                found.extend(
                    indexes
                        .iter()
                        .filter_map(|index| items.get(position(*index, items.len())?)),
                );
            }
        }
        Step::Slice(from, to) => {
            if let Value::Array(items) = value {
                found.extend(slice(items, *from, *to));
            }
        }
        Step::Wildcard => found.extend(children(value)),
        Step::Descend => descend(value, found),
        Step::Filter(filter) => match value {
            Value::Array(items) => {
                found.extend(items.iter().filter(|item| filter.accepts(item, root)))
            }
            other => found.extend(filter.accepts(other, root).then_some(other)),
        },
    }
}

fn slice(items: &[Value], from: Option<i64>, to: Option<i64>) -> &[Value] {
    // Before the beginning means from the beginning, past the end means to the end.
    let clamp = |index: i64| position(index, items.len()).unwrap_or(0).min(items.len());
    let (from, to) = (from.map_or(0, clamp), to.map_or(items.len(), clamp));
    items.get(from..to).unwrap_or_default()
}

fn children(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Value::Array(items) => Box::new(items.iter()),
        Value::Object(members) => Box::new(members.values()),
        _ => Box::new(std::iter::empty()),
    }
}

fn descend<'v>(value: &'v Value, found: &mut Vec<&'v Value>) {
    if found.len() <= MAX_MATCHES {
        found.push(value);
        children(value).for_each(|child| descend(child, found));
    }
}

#[cfg(test)]
mod tests;

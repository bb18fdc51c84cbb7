//! How data flows through a state: selecting, placing, and the limits of both.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::failure::{Failure, name};
use crate::json::{self, Excess};
use crate::path::{Path, Root};
use crate::template::Scope;

/// Applies `InputPath` or `OutputPath`, called `field`; `None` yields an empty object.
pub(super) fn select(
    field: &str,
    path: Option<&Path>,
    data: &Arc<Value>,
    scope: &Scope,
) -> Result<Arc<Value>, Failure> {
    match path {
        None => Ok(Arc::new(Value::Object(Map::new()))),
        Some(path) if path.is_root() && path.root == Root::Data => Ok(Arc::clone(data)),
        Some(path) => match scope.find(path) {
            Some(found) => Ok(Arc::new(found.into_owned())),
            None => Err(missing(field, path, data)),
        },
    }
}

/// The failure of a path which names nothing in `data`.
pub(super) fn missing(field: &str, path: &Path, data: &Value) -> Failure {
    Failure::runtime(format!(
        "The JSONPath '{}' specified for the field '{field}' could not be found in the input '{data}'",
        path.text
    ))
}

/// Applies `ResultPath`: puts `result` into the raw input; `None` discards it.
pub(super) fn place(
    path: Option<&Path>,
    raw: &Arc<Value>,
    result: Arc<Value>,
) -> Result<Arc<Value>, Failure> {
    match path {
        None => Ok(Arc::clone(raw)),
        Some(path) if path.is_root() => Ok(result),
        Some(path) => {
            let mut combined = raw.as_ref().clone();
            if path.place(&mut combined, Arc::unwrap_or_clone(result)) {
                Ok(Arc::new(combined))
            } else {
                let cause = format!("Unable to apply ReferencePath {} to input {raw}", path.text);
                Err(Failure::processing(name::RESULT_PATH_MATCH_FAILURE, cause))
            }
        }
    }
}

/// Passes `value` on if it is within the limits; `what` names the state or task that made it.
pub(super) fn bounded(what: &str, value: Arc<Value>) -> Result<Arc<Value>, Failure> {
    match json::check_size(&value) {
        Ok(()) => Ok(value),
        Err(Excess::Bytes) => Err(Failure::data_limit(what)),
        Err(Excess::Depth) => Err(Failure::runtime(format!(
            "The data of '{what}' is nested deeper than {} levels.",
            json::MAX_DATA_DEPTH
        ))),
    }
}

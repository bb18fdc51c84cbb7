//! Reading JSON strictly, and measuring it against the data limits.
//!
//! Knows nothing of states: text and values only.

use std::fmt;
use std::io;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The most bytes of JSON an input or output of a state, task or execution may have.
pub const MAX_DATA_BYTES: usize = 262_144;

/// The deepest nesting of data. Below the 128 of `serde_json`, so that what was stored can be read again.
pub(crate) const MAX_DATA_DEPTH: usize = 120;

/// Text read as JSON, with the pointers of keys that were given twice (the last one counts).
pub(crate) struct Document {
    pub value: Value,
    pub duplicate_keys: Vec<String>,
}

pub(crate) fn read(text: &str) -> Result<Document, serde_json::Error> {
    let mut reader = Reader {
        pointer: String::new(),
        duplicate_keys: Vec::new(),
    };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = reader.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(Document {
        value,
        duplicate_keys: reader.duplicate_keys,
    })
}

/// `pointer` extended by one reference token (RFC 6901).
pub(crate) fn join(pointer: &str, token: &str) -> String {
    format!("{pointer}/{}", token.replace('~', "~0").replace('/', "~1"))
}

struct Reader {
    pointer: String,
    duplicate_keys: Vec<String>,
}

impl Reader {
    fn at<T>(&mut self, token: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.pointer.len();
        self.pointer = join(&self.pointer, token);
        let result = read(self);
        self.pointer.truncate(length);
        result
    }
}

impl<'de> DeserializeSeed<'de> for &mut Reader {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }
    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = self.at(&items.len().to_string(), |reader| {
            seq.next_element_seed(reader)
        })? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if members.contains_key(&key) {
                self.duplicate_keys.push(join(&self.pointer, &key));
            }
            let value = self.at(&key, |reader| map.next_value_seed(reader))?;
            members.insert(key, value);
        }
        Ok(Value::Object(members))
    }
}

/// Why a value may not become the input or output of a state.
#[derive(Debug, PartialEq)]
pub(crate) enum Excess {
    Bytes,
    Depth,
}

/// Checks `value` against [`MAX_DATA_BYTES`] and [`MAX_DATA_DEPTH`].
pub(crate) fn check_size(value: &Value) -> Result<(), Excess> {
    // Nearly all data is far below the limit: a cheap upper bound spares writing it out.
    if bytes_at_most(value, MAX_DATA_DEPTH)? <= MAX_DATA_BYTES {
        return Ok(());
    }
    let mut counter = Counter(0);
    match serde_json::to_writer(&mut counter, value) {
        Ok(()) if counter.0 <= MAX_DATA_BYTES => Ok(()),
        _ => Err(Excess::Bytes),
    }
}

/// An upper bound of the bytes of `value` as JSON text; an error if it is nested deeper than `depth`.
pub(crate) fn bytes_at_most(value: &Value, depth: usize) -> Result<usize, Excess> {
    // A control character takes six bytes (\u0000), everything else at most two for one.
    let text = |text: &str| 6 * text.len() + 3;
    let inner = || depth.checked_sub(1).ok_or(Excess::Depth);
    Ok(match value {
        Value::Null | Value::Bool(_) => 5,
        Value::Number(_) => 32,
        Value::String(string) => text(string),
        Value::Array(items) => {
            let depth = inner()?;
            items
                .iter()
                .try_fold(2, |sum, item| Ok(sum + 1 + bytes_at_most(item, depth)?))?
        }
        Value::Object(members) => {
            let depth = inner()?;
            members.iter().try_fold(2, |sum, (key, item)| {
                Ok(sum + 1 + text(key) + bytes_at_most(item, depth)?)
            })?
        }
    })
}

struct Counter(usize);

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        if self.0 > MAX_DATA_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The kind of a value, for messages.
pub(crate) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

//! Storing what refers to the same JSON values many times: each value once, references by number.
//!
//! Values that differ often share their longest part, say the text of a post. So long strings are
//! stored once as well, and a value refers to them by a string which no value contains as such. Long
//! strings that the reader has anyway are not stored at all: both sides name them in the same order.

use std::cell::RefCell;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// How many of the latest values, or long strings, a new one is compared with.
const COMPARED: usize = 8;

/// Strings from this length on are stored once.
const LONG_BYTES: usize = 64;

/// Begins a reference to a long string. Before a string that happens to begin like this it is doubled.
const REFERENCE: char = '\u{1}';

/// Gives numbers to values.
#[derive(Default)]
pub(crate) struct Numbering<'p> {
    payloads: Vec<&'p Arc<Value>>,
}

impl<'p> Numbering<'p> {
    pub fn number(&mut self, payload: &'p Arc<Value>) -> usize {
        if let Some(number) = self
            .payloads
            .iter()
            .rposition(|other| Arc::ptr_eq(other, payload))
        {
            return number;
        }
        find_latest(&self.payloads, |other| *other == payload).unwrap_or_else(|| {
            self.payloads.push(payload);
            self.payloads.len() - 1
        })
    }

    /// The values and what refers to them, as JSON. The reader must know the same `texts`.
    pub fn encode<T: Serialize>(&self, data: &T, texts: &[&'p str]) -> Vec<u8> {
        let strings = Strings {
            known: texts.len(),
            all: RefCell::new(texts.to_vec()),
        };
        let payloads = self
            .payloads
            .iter()
            .map(|value| Stored {
                value,
                strings: &strings,
            })
            .collect();
        let mut bytes = Vec::with_capacity(4096);
        // Only a map with keys that are no strings can fail, or a writer: neither is here.
        serde_json::to_writer(
            &mut bytes,
            &Encoded {
                payloads,
                strings: &strings,
                data,
            },
        )
        .expect("plain data is written to memory");
        bytes
    }
}

/// The place of the first of the latest items that fits, counted from the end.
fn find_latest<T>(items: &[T], fits: impl Fn(&T) -> bool) -> Option<usize> {
    (items.len().saturating_sub(COMPARED)..items.len())
        .rev()
        .find(|place| fits(&items[*place]))
}

/// Written in this order: writing the payloads collects the strings.
#[derive(Serialize)]
struct Encoded<'a, T> {
    #[serde(rename = "p")]
    payloads: Vec<Stored<'a>>,
    #[serde(rename = "s")]
    strings: &'a Strings<'a>,
    #[serde(rename = "d")]
    data: &'a T,
}

/// The long strings by number: first those that the reader knows, then those that are stored.
struct Strings<'a> {
    known: usize,
    all: RefCell<Vec<&'a str>>,
}

impl Serialize for Strings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.all.borrow()[self.known..].serialize(serializer)
    }
}

impl<'a> Strings<'a> {
    fn number(&self, string: &'a str) -> usize {
        let mut strings = self.all.borrow_mut();
        find_latest(&strings, |other| *other == string).unwrap_or_else(|| {
            strings.push(string);
            strings.len() - 1
        })
    }
}

/// A value with references in the place of its long strings.
struct Stored<'a> {
    value: &'a Value,
    strings: &'a Strings<'a>,
}

impl Serialize for Stored<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stored = |value| Stored {
            value,
            strings: self.strings,
        };
        match self.value {
            Value::String(string) if string.len() >= LONG_BYTES => {
                serializer.collect_str(&format_args!("{REFERENCE}{}", self.strings.number(string)))
            }
            Value::String(string) if string.starts_with(REFERENCE) => {
                serializer.collect_str(&format_args!("{REFERENCE}{string}"))
            }
            Value::Array(items) => serializer.collect_seq(items.iter().map(stored)),
            Value::Object(members) => {
                serializer.collect_map(members.iter().map(|(key, value)| (key, stored(value))))
            }
            plain => plain.serialize(serializer),
        }
    }
}

/// Values by number.
pub(crate) struct Payloads(Vec<Arc<Value>>);

impl Payloads {
    pub fn find(&self, number: usize) -> Option<Arc<Value>> {
        self.0.get(number).cloned()
    }
}

#[derive(Deserialize)]
struct Decoded<'a> {
    #[serde(rename = "p", borrow)]
    payloads: Vec<&'a RawValue>,
    #[serde(rename = "s")]
    strings: Vec<String>,
    #[serde(rename = "d", borrow)]
    data: &'a RawValue,
}

/// Reads what [`Numbering::encode`] wrote with the same `texts`.
pub(crate) fn decode<T: DeserializeOwned>(
    bytes: &[u8],
    texts: &[&str],
) -> Result<(T, Payloads), DecodeError> {
    let stored: Decoded = serde_json::from_slice(bytes)?;
    let strings: Vec<&str> = texts
        .iter()
        .copied()
        .chain(stored.strings.iter().map(String::as_str))
        .collect();
    let mut payloads = Vec::with_capacity(stored.payloads.len());
    for raw in stored.payloads {
        // Each value is parsed by itself, so that it may nest as deeply as it could when it came in.
        let mut value = serde_json::from_str(raw.get())?;
        resolve(&mut value, &strings).ok_or(DecodeError::Missing)?;
        payloads.push(Arc::new(value));
    }
    Ok((serde_json::from_str(stored.data.get())?, Payloads(payloads)))
}

/// Puts the long strings back.
fn resolve(value: &mut Value, strings: &[&str]) -> Option<()> {
    match value {
        Value::String(string) => {
            if let Some(reference) = string.strip_prefix(REFERENCE) {
                *string = match reference.strip_prefix(REFERENCE) {
                    Some(_) => reference.to_owned(),
                    None => (*strings.get(reference.parse::<usize>().ok()?)?).to_owned(),
                };
            }
        }
        Value::Array(items) => items
            .iter_mut()
            .try_for_each(|item| resolve(item, strings))?,
        Value::Object(members) => members
            .values_mut()
            .try_for_each(|member| resolve(member, strings))?,
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    Some(())
}

/// Why stored bytes cannot be read.
#[derive(Debug)]
pub enum DecodeError {
    /// They are not the JSON that was expected.
    Json(serde_json::Error),
    /// They refer to something that they do not contain.
    Missing,
}

impl From<serde_json::Error> for DecodeError {
    fn from(error: serde_json::Error) -> Self {
        DecodeError::Json(error)
    }
}

impl std::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            DecodeError::Json(error) => write!(f, "the stored bytes are damaged: {error}"),
            DecodeError::Missing => {
                f.write_str("the stored bytes lack something that they refer to")
            }
        }
    }
}

impl std::error::Error for DecodeError {}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_come_back_as_they_were() {
        let long = "x\u{1}\"".repeat(50);
        let values = [
            json!({"a": long, "b": [long, "\u{1}0", "\u{1}", "\u{1}\u{1}7", "", null, 1.5, -1], "\u{1}key": {long.clone(): true}}),
            json!(long),
            json!("\u{1}"),
        ]
        .map(Arc::new);
        let mut numbering = Numbering::default();
        let numbers: Vec<usize> = values.iter().map(|value| numbering.number(value)).collect();

        let written = serde_json::to_string(&long).unwrap();
        // As a key it always stands there; as a string only where the reader does not know it.
        for (texts, times) in [(&[][..], 2), (&["another", &long][..], 1)] {
            let bytes = numbering.encode(&numbers, texts);
            let (numbers, payloads): (Vec<usize>, _) = decode(&bytes, texts).unwrap();
            let read: Vec<_> = numbers
                .into_iter()
                .map(|number| payloads.find(number).unwrap())
                .collect();
            assert_eq!(read, values);
            let text = String::from_utf8(bytes).unwrap();
            assert_eq!(text.matches(&written).count(), times);
        }
        let bytes = numbering.encode(&numbers, &[&long]);
        assert!(
            decode::<Vec<usize>>(&bytes, &[]).is_err(),
            "a text is missing"
        );
    }
}

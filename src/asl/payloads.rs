//! Storing what refers to the same JSON values many times: each value once, references by number.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

/// How many of the latest values a new one is compared with.
const COMPARED: usize = 8;

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
        let compared = self.payloads.len().saturating_sub(COMPARED)..self.payloads.len();
        if let Some(number) = compared
            .rev()
            .find(|number| self.payloads[*number] == payload)
        {
            return number;
        }
        self.payloads.push(payload);
        self.payloads.len() - 1
    }

    /// The values and what refers to them, as JSON.
    pub fn encode<T: Serialize>(&self, data: &T) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(1024);
        let stored = Encoded {
            payloads: &self.payloads,
            data,
        };
        // Only a map with keys that are no strings can fail, or a writer: neither is here.
        serde_json::to_writer(&mut bytes, &stored).expect("plain data is written to memory");
        bytes
    }
}

/// Reads what [`Numbering::encode`] wrote.
pub(crate) fn decode<T: DeserializeOwned>(
    bytes: &[u8],
) -> Result<(T, Payloads), serde_json::Error> {
    let stored: Decoded = serde_json::from_slice(bytes)?;
    // Each value is parsed by itself, so that it may nest as deeply as it could when it came in.
    let payloads = stored
        .payloads
        .iter()
        .map(|raw| serde_json::from_str(raw.get()).map(Arc::new));
    Ok((
        serde_json::from_str(stored.data.get())?,
        Payloads(payloads.collect::<Result<_, _>>()?),
    ))
}

/// Values by number.
pub(crate) struct Payloads(Vec<Arc<Value>>);

impl Payloads {
    pub fn get(&self, number: usize) -> Option<Arc<Value>> {
        self.0.get(number).cloned()
    }
}

#[derive(Serialize)]
struct Encoded<'a, T> {
    #[serde(rename = "p")]
    payloads: &'a [&'a Arc<Value>],
    #[serde(rename = "d")]
    data: &'a T,
}

#[derive(Deserialize)]
struct Decoded<'a> {
    #[serde(rename = "p", borrow)]
    payloads: Vec<&'a RawValue>,
    #[serde(rename = "d", borrow)]
    data: &'a RawValue,
}

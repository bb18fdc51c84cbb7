//! What the intrinsic functions compute.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Number, Value};
use sha1::Digest;

use super::{Argument, Call, Function, Intrinsic};
use crate::failure::{Failure, name};
use crate::template::Scope;

/// The most items `States.ArrayRange` makes.
const MAX_RANGE: i64 = 1000;
/// The most characters that are encoded, decoded or hashed.
const MAX_TEXT_CHARS: usize = 10_000;

impl Intrinsic {
    pub fn evaluate(&self, scope: &mut Scope) -> Result<Value, Failure> {
        let (error, message) = match self.call.evaluate(scope) {
            Ok(value) => return Ok(value),
            Err(Wrong::TooMuch(failure)) => return Err(failure),
            Err(Wrong::Argument(message)) => (name::INTRINSIC_FAILURE, message),
            Err(Wrong::Missing(path)) => {
                let message = format!(
                    "The JsonPath argument for the field '{path}' could not be found in the input '{}'",
                    scope.data
                );
                (name::RUNTIME, message)
            }
        };
        let cause = format!(
            "The function '{}' had the following error: {message}",
            self.text
        );
        Err(Failure::processing(error, cause))
    }
}

/// Why a call has no value.
enum Wrong {
    /// The function cannot do with its arguments.
    Argument(String),
    /// A path names nothing.
    Missing(String),
    /// The values are larger than any result may be.
    TooMuch(Failure),
}

impl From<Failure> for Wrong {
    fn from(failure: Failure) -> Self {
        Wrong::TooMuch(failure)
    }
}

impl From<String> for Wrong {
    fn from(message: String) -> Self {
        Wrong::Argument(message)
    }
}

impl From<&str> for Wrong {
    fn from(message: &str) -> Self {
        Wrong::Argument(message.to_owned())
    }
}

impl Call {
    fn evaluate(&self, scope: &mut Scope) -> Result<Value, Wrong> {
        match (self.function, self.arguments.split_first()) {
            (Function::Format, Some((Argument::Template(pieces), rest))) => {
                Ok(fill(pieces, &values(rest, scope)?)?.into())
            }
            (Function::Format, Some((template, rest))) => {
                let template = value(template, scope)?;
                let pieces: Vec<&str> = text(&template)?.split("{}").collect();
                Ok(fill(&pieces, &values(rest, scope)?)?.into())
            }
            (function, _) => function.apply(&values(&self.arguments, scope)?, scope),
        }
    }
}

fn values<'c, 'a: 'c>(
    arguments: &'c [Argument],
    scope: &mut Scope<'a>,
) -> Result<Vec<Cow<'c, Value>>, Wrong> {
    arguments
        .iter()
        .map(|argument| value(argument, scope))
        .collect()
}

fn value<'c, 'a: 'c>(
    argument: &'c Argument,
    scope: &mut Scope<'a>,
) -> Result<Cow<'c, Value>, Wrong> {
    let value = match argument {
        Argument::Literal(value) => Cow::Borrowed(value),
        Argument::Template(pieces) => Cow::Owned(pieces.join("{}").into()),
        Argument::Path(path) => scope
            .find(path)
            .ok_or_else(|| Wrong::Missing(path.text.clone()))?,
        Argument::Call(call) => Cow::Owned(call.evaluate(scope)?),
    };
    scope.charge(&value)?;
    Ok(value)
}

impl Function {
    fn apply(self, arguments: &[Cow<Value>], scope: &mut Scope) -> Result<Value, Wrong> {
        Ok(match (self, arguments) {
            (Function::StringToJson, [json]) => string_to_json(text(json)?)?,
            (Function::JsonToString, [value]) => value.to_string().into(),
            (Function::Array, items) => items.iter().map(|item| item.as_ref().clone()).collect(),
            (Function::ArrayPartition, [array, size]) => partition(items(array)?, whole(size)?)?,
            (Function::ArrayContains, [array, wanted]) => items(array)?.contains(wanted).into(),
            (Function::ArrayRange, [first, last, step]) => {
                range(whole(first)?, whole(last)?, whole(step)?)?
            }
            (Function::ArrayGetItem, [array, index]) => item(items(array)?, whole(index)?)?.clone(),
            (Function::ArrayLength, [array]) => items(array)?.len().into(),
            (Function::ArrayUnique, [array]) => unique(items(array)?),
            (Function::Base64Encode, [plain]) => STANDARD.encode(short(text(plain)?)?).into(),
            (Function::Base64Decode, [encoded]) => decode(short(text(encoded)?)?)?.into(),
            (Function::Hash, [data, algorithm]) => hash(data, text(algorithm)?)?.into(),
            (Function::JsonMerge, [first, second, deep]) => merge(first, second, deep)?,
            (Function::MathRandom, [first, last, seed @ ..]) => random(
                whole(first)?,
                whole(last)?,
                seed.first().map(|seed| whole(seed)).transpose()?,
                scope,
            )?,
            (Function::MathAdd, [left, right]) => whole(left)?
                .checked_add(whole(right)?)
                .ok_or("the sum is out of range")?
                .into(),
            (Function::StringSplit, [string, delimiters]) => {
                split(text(string)?, text(delimiters)?)
            }
            (Function::Uuid, []) => uuid(scope).into(),
            _ => return Err("wrong number of arguments".into()),
        })
    }
}

fn text(value: &Value) -> Result<&str, Wrong> {
    value
        .as_str()
        .ok_or_else(|| format!("expected a string but got {value}").into())
}

fn items(value: &Value) -> Result<&[Value], Wrong> {
    value
        .as_array()
        .map(Vec::as_slice)
        .ok_or_else(|| format!("expected an array but got {value}").into())
}

/// A number, rounded to the nearest whole one, halves upwards.
fn whole(value: &Value) -> Result<i64, Wrong> {
    if let Some(whole) = value.as_i64() {
        return Ok(whole);
    }
    let number = value
        .as_f64()
        .ok_or_else(|| format!("expected a number but got {value}"))?;
    let rounded = (number + 0.5).floor();
    if rounded.abs() >= i64::MAX as f64 {
        return Err(format!("the number {value} is out of range").into());
    }
    Ok(rounded as i64)
}

fn short(text: &str) -> Result<&str, Wrong> {
    if text.chars().count() > MAX_TEXT_CHARS {
        return Err(format!("the string is longer than {MAX_TEXT_CHARS} characters").into());
    }
    Ok(text)
}

/// Puts an argument between each two pieces.
fn fill<S: AsRef<str>>(pieces: &[S], arguments: &[Cow<Value>]) -> Result<String, Wrong> {
    let places = pieces.len().saturating_sub(1);
    if places != arguments.len() {
        return Err(format!(
            "there are {} arguments for {places} places",
            arguments.len()
        )
        .into());
    }
    let mut filled = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        filled.push_str(piece.as_ref());
        match arguments.get(at).map(AsRef::as_ref) {
            Some(Value::String(text)) => filled.push_str(text),
            Some(other) => filled.push_str(&other.to_string()),
            None => {}
        }
    }
    Ok(filled)
}

fn string_to_json(json: &str) -> Result<Value, Wrong> {
    if json.trim().is_empty() {
        return Ok(Value::Null);
    }
    let value: Value =
        serde_json::from_str(json).map_err(|error| format!("the string is no JSON: {error}"))?;
    // "-0" is the whole number zero, which `serde_json` reads as a floating point one.
    Ok(if value.as_f64() == Some(0.0) && !json.contains('.') {
        0.into()
    } else {
        value
    })
}

fn partition(items: &[Value], size: i64) -> Result<Value, Wrong> {
    let size = usize::try_from(size)
        .ok()
        .filter(|size| *size > 0)
        .ok_or("the size of a part must be positive")?;
    Ok(items
        .chunks(size)
        .map(|part| Value::Array(part.to_vec()))
        .collect())
}

fn range(first: i64, last: i64, step: i64) -> Result<Value, Wrong> {
    if step == 0 {
        return Err("the step must not be zero".into());
    }
    let mut numbers: Vec<Value> = Vec::new();
    let mut next = Some(first);
    while let Some(number) = next.filter(|number| {
        if step > 0 {
            *number <= last
        } else {
            *number >= last
        }
    }) {
        if numbers.len() as i64 == MAX_RANGE {
            return Err(format!("the range has more than {MAX_RANGE} items").into());
        }
        numbers.push(number.into());
        next = number.checked_add(step);
    }
    Ok(numbers.into())
}

fn item(items: &[Value], index: i64) -> Result<&Value, Wrong> {
    let found = usize::try_from(index)
        .ok()
        .and_then(|index| items.get(index));
    found.ok_or_else(|| format!("there is no item {index} in an array of {}", items.len()).into())
}

fn unique(items: &[Value]) -> Value {
    let mut seen = std::collections::HashSet::new();
    items
        .iter()
        .filter(|item| seen.insert(item.to_string()))
        .cloned()
        .collect()
}

fn decode(encoded: &str) -> Result<String, Wrong> {
    let bytes = STANDARD
        .decode(encoded)
        .map_err(|error| format!("the string is no Base64: {error}"))?;
    String::from_utf8(bytes).map_err(|_| "the decoded bytes are no UTF-8".into())
}

fn hash(data: &Value, algorithm: &str) -> Result<String, Wrong> {
    let data = match data {
        Value::String(text) => Cow::Borrowed(text.as_str()),
        other => Cow::Owned(other.to_string()),
    };
    let bytes = short(&data)?.as_bytes();
    Ok(match algorithm {
        "MD5" => hex(&md5::Md5::digest(bytes)),
        "SHA-1" => hex(&sha1::Sha1::digest(bytes)),
        "SHA-256" => hex(&sha2::Sha256::digest(bytes)),
        "SHA-384" => hex(&sha2::Sha384::digest(bytes)),
        "SHA-512" => hex(&sha2::Sha512::digest(bytes)),
        other => return Err(format!("there is no algorithm {other:?}").into()),
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn merge(first: &Value, second: &Value, deep: &Value) -> Result<Value, Wrong> {
    match (first, second, deep) {
        (Value::Object(first), Value::Object(second), Value::Bool(false)) => {
            let mut merged = first.clone();
            merged.extend(second.clone());
            Ok(merged.into())
        }
        (Value::Object(_), Value::Object(_), _) => {
            Err("only shallow merging is available: the third argument must be false".into())
        }
        _ => Err("only objects can be merged".into()),
    }
}

/// A whole number from `first` up to, not including, `last`.
fn random(first: i64, last: i64, seed: Option<i64>, scope: &mut Scope) -> Result<Value, Wrong> {
    let width = u64::try_from(i128::from(last) - i128::from(first))
        .ok()
        .filter(|width| *width > 0);
    let width = width.ok_or("the end must be greater than the start")?;
    let bits = match seed {
        Some(seed) => mix(seed as u64),
        None => scope.draws.draw(),
    };
    // Scaling down the 64 random bits is even to within width / 2^64.
    let offset = (u128::from(bits) * u128::from(width)) >> 64;
    Ok(Number::from_i128(i128::from(first) + offset as i128).map_or(Value::Null, Value::Number))
}

/// SplitMix64: makes even small seeds differ in all bits.
fn mix(seed: u64) -> u64 {
    let mut bits = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// Splits at each of the characters; empty parts are dropped.
fn split(string: &str, delimiters: &str) -> Value {
    string
        .split(|c| delimiters.contains(c))
        .filter(|part| !part.is_empty())
        .map(Value::from)
        .collect()
}

/// A random (version 4) UUID.
fn uuid(scope: &mut Scope) -> String {
    let bits = u128::from(scope.draws.draw()) << 64 | u128::from(scope.draws.draw());
    let bits = bits & !(0xf << 76) | (4 << 76);
    let bits = bits & !(0b11 << 62) | (0b10 << 62);
    let hex = format!("{bits:032x}");
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

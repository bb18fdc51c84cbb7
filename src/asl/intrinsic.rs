//! The intrinsic functions, `States.Format(…)` and its seventeen siblings.

mod call;
mod parse;

use serde_json::Value;

use crate::path::Path;

pub(crate) use parse::IntrinsicError;

/// A parsed invocation with its text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Intrinsic {
    pub text: String,
    pub call: Call,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    pub function: Function,
    pub arguments: Vec<Argument>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Argument {
    Literal(Value),
    /// The literal template of `States.Format`, cut where the arguments go.
    Template(Vec<String>),
    Path(Path),
    Call(Call),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Function {
    Format,
    StringToJson,
    JsonToString,
    Array,
    ArrayPartition,
    ArrayContains,
    ArrayRange,
    ArrayGetItem,
    ArrayLength,
    ArrayUnique,
    Base64Encode,
    Base64Decode,
    Hash,
    JsonMerge,
    MathRandom,
    MathAdd,
    StringSplit,
    Uuid,
}

impl Function {
    fn named(name: &str) -> Option<Function> {
        Some(match name {
            "Format" => Function::Format,
            "StringToJson" => Function::StringToJson,
            "JsonToString" => Function::JsonToString,
            "Array" => Function::Array,
            "ArrayPartition" => Function::ArrayPartition,
            "ArrayContains" => Function::ArrayContains,
            "ArrayRange" => Function::ArrayRange,
            "ArrayGetItem" => Function::ArrayGetItem,
            "ArrayLength" => Function::ArrayLength,
            "ArrayUnique" => Function::ArrayUnique,
            "Base64Encode" => Function::Base64Encode,
            "Base64Decode" => Function::Base64Decode,
            "Hash" => Function::Hash,
            "JsonMerge" => Function::JsonMerge,
            "MathRandom" => Function::MathRandom,
            "MathAdd" => Function::MathAdd,
            "StringSplit" => Function::StringSplit,
            "UUID" => Function::Uuid,
            _ => return None,
        })
    }

    /// How many arguments it takes, at least and at most.
    fn arity(self) -> (usize, usize) {
        match self {
            Function::Uuid => (0, 0),
            Function::StringToJson
            | Function::JsonToString
            | Function::ArrayLength
            | Function::ArrayUnique
            | Function::Base64Encode
            | Function::Base64Decode => (1, 1),
            Function::ArrayPartition
            | Function::ArrayContains
            | Function::ArrayGetItem
            | Function::Hash
            | Function::MathAdd
            | Function::StringSplit => (2, 2),
            Function::ArrayRange | Function::JsonMerge => (3, 3),
            Function::MathRandom => (2, 3),
            Function::Format => (1, usize::MAX),
            Function::Array => (0, usize::MAX),
        }
    }
}

impl Call {
    /// Whether `test` holds for any path among the arguments, at any depth.
    pub fn any_path(&self, test: fn(&Path) -> bool) -> bool {
        self.arguments.iter().any(|argument| match argument {
            Argument::Literal(_) | Argument::Template(_) => false,
            Argument::Path(path) => test(path),
            Argument::Call(call) => call.any_path(test),
        })
    }
}

//! The durable side of the interpreter: names, tokens and the loop that carries an execution on until it parks or ends.
//! It knows neither posts nor databases; who calls it commits what it returns.

pub mod definitions;
pub mod pack;
pub mod run;
pub mod token;

//! The constraints of AWS's model on the members of a request, and its one message for all that are broken. Values are
//! not repeated: one of them is a secret.

use crate::http::error::HttpError;

/// The broken constraints of a request.
#[derive(Debug, Default)]
pub(super) struct Constraints(Vec<String>);

impl Constraints {
    /// A required member whose length, in bytes, is limited.
    pub(super) fn required(
        &mut self,
        name: &str,
        value: Option<String>,
        min: usize,
        max: usize,
    ) -> String {
        if value.is_none() {
            self.0.push(format!(
                "Value null at '{name}' failed to satisfy constraint: Member must not be null"
            ));
        }
        self.optional(name, value, min, max).unwrap_or_default()
    }

    /// A member that may be absent.
    pub(super) fn optional(
        &mut self,
        name: &str,
        value: Option<String>,
        min: usize,
        max: usize,
    ) -> Option<String> {
        let broken = match value.as_deref() {
            Some(text) if text.len() < min => {
                format!("Member must have length greater than or equal to {min}")
            }
            Some(text) if text.len() > max => {
                format!("Member must have length less than or equal to {max}")
            }
            Some(text) if text.contains('\0') => "Member must not have NUL characters".to_owned(),
            _ => return value,
        };
        self.0.push(format!(
            "Value at '{name}' failed to satisfy constraint: {broken}"
        ));
        None
    }

    /// An error if one was broken.
    pub(super) fn check(self) -> Result<(), HttpError> {
        let (count, list) = (self.0.len(), self.0.join("; "));
        match count {
            0 => Ok(()),
            1 => Err(invalid(format!("1 validation error detected: {list}"))),
            _ => Err(invalid(format!(
                "{count} validation errors detected: {list}"
            ))),
        }
    }
}

fn invalid(message: String) -> HttpError {
    HttpError::aws("ValidationException", message)
}

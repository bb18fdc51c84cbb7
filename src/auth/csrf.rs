//! The token that every form carries. It is bound to the cookie of the browser which was shown the form: the session's,
//! or, before anybody has logged in, that of the visit. Being allowed to do something is another question (`role`).

use crate::auth::keyring::{Keyring, Purpose};

/// The cookie that a form is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Binding {
    /// Somebody is logged in: the hash of the session's token.
    Session(String),
    /// Nobody is: the value of the visit's cookie.
    Visit(String),
}

impl Binding {
    fn parts(&self) -> [&[u8]; 2] {
        match self {
            Self::Session(hash) => [b"session", hash.as_bytes()],
            Self::Visit(value) => [b"visit", value.as_bytes()],
        }
    }
}

/// The token for a form.
pub fn token(keyring: &Keyring, binding: &Binding) -> String {
    keyring.mac_text(Purpose::Csrf, &binding.parts())
}

/// Whether `token` was made for the same browser, in constant time.
pub fn is_valid(keyring: &Keyring, binding: &Binding, token: &str) -> bool {
    keyring.verify(Purpose::Csrf, &binding.parts(), token)
}

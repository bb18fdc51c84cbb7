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
    /// What a token is a code over.
    fn parts<'a>(&'a self, salt: &'a str) -> [&'a [u8]; 3] {
        let (kind, value) = match self {
            Self::Session(hash) => ("session", hash),
            Self::Visit(value) => ("visit", value),
        };
        [kind, value, salt].map(str::as_bytes)
    }
}

/// The token for the forms of one response: `salt` of 64 random bits and the code over it. It differs from response to
/// response, so that what compression tells of a page's length cannot add up to it
/// ([BREACH](https://www.breachattack.com/), section 3.4).
pub fn token(keyring: &Keyring, binding: &Binding, salt: u64) -> String {
    let salt = format!("{salt:016x}");
    let code = keyring.mac_text(Purpose::Csrf, &binding.parts(&salt));
    format!("{salt}.{code}")
}

/// Whether `token` was made for the same browser, in constant time.
pub fn is_valid(keyring: &Keyring, binding: &Binding, token: &str) -> bool {
    token
        .split_once('.')
        .is_some_and(|(salt, code)| keyring.verify(Purpose::Csrf, &binding.parts(salt), code))
}

//! Who somebody is and what they may do: keys, passwords, sessions, CSRF, roles. No pages.

pub mod access_key;
pub mod csrf;
pub mod keyring;
pub mod one_time;
pub mod password;
pub mod role;
pub mod secret;
pub mod session;
pub mod throttle;

//! Who somebody is and what they may do: keys, passwords, sessions, CSRF, roles. No pages.

pub mod keyring;

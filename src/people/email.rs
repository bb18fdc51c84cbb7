//! Addresses of people, checked once and then trusted. Pure.

use std::fmt;

/// The longest address that mail servers take (RFC 5321).
const MAX_BYTES: usize = 254;
const LOCAL_MAX_BYTES: usize = 64;
const LABEL_MAX_BYTES: usize = 63;

/// An e-mail address as browsers check it, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

/// What an address must be; `Display` says it after the field's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressRule {
    /// As browsers check it.
    Form,
    /// No longer than mail servers take.
    Length,
}

impl fmt::Display for AddressRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "must be an e-mail address",
            Self::Length => "must have at most 254 bytes",
        })
    }
}

impl std::error::Error for AddressRule {}

impl EmailAddress {
    /// Trims and checks what was typed; the error is the rule that it breaks.
    pub fn parse(raw: &str) -> Result<Self, AddressRule> {
        let address = raw.trim();
        if address.len() > MAX_BYTES {
            return Err(AddressRule::Length);
        }
        let (local, domain) = address.rsplit_once('@').ok_or(AddressRule::Form)?;
        let local_is_valid = local.len() <= LOCAL_MAX_BYTES
            && local
                .split('.')
                .all(|atom| !atom.is_empty() && atom.bytes().all(is_atom_byte));
        if local_is_valid && domain.split('.').all(is_label) {
            Ok(Self(address.to_ascii_lowercase()))
        } else {
            Err(AddressRule::Form)
        }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the `@`, for somebody whose name is not known.
    pub fn local_part(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(local, _)| local)
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_atom_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

fn is_label(label: &str) -> bool {
    (1..=LABEL_MAX_BYTES).contains(&label.len())
        && label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::EmailAddress;

    #[test]
    fn addresses_are_checked_and_lowered() {
        let good = |raw: &str| EmailAddress::parse(raw).unwrap().to_string();

        assert_eq!(good(" Anna.B+c@Example.ORG "), "anna.b+c@example.org");
        assert_eq!(good("root@localhost"), "root@localhost");
        for bad in [
            "",
            "anna",
            "@example.org",
            "anna@",
            "a@b@example.org",
            "a..b@example.org",
            ".a@example.org",
            "a@-example.org",
            "a@example..org",
            "a b@example.org",
            "a@example.org\nBcc: b@example.org",
            "\"a\"@example.org",
        ] {
            assert!(EmailAddress::parse(bad).is_err(), "{bad:?}");
        }
        assert!(EmailAddress::parse(&format!("a@{}.org", "x".repeat(64))).is_err());
    }
}

//! Where external checks may be although it is not public: names of hosts, and blocks of addresses.

use std::fmt;
use std::str::FromStr;

use super::proxies::IpBlock;

/// A host or a block of addresses that the operator trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed {
    /// By its name, whatever address that has.
    Host(String),
    /// Addresses.
    Block(IpBlock),
}

impl FromStr for Allowed {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(block) = text.parse() {
            return Ok(Self::Block(block));
        }
        let is_name = !text.is_empty()
            && text.len() <= 253
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.')
            // A mistyped address is no name.
            && text.bytes().any(|byte| byte.is_ascii_alphabetic());
        match is_name {
            true => Ok(Self::Host(text.trim_end_matches('.').to_ascii_lowercase())),
            false => {
                Err("expected a host, an address or a block, like checks.internal or 10.0.0.0/8")
            }
        }
    }
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(name) => f.write_str(name),
            Self::Block(block) => block.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_blocks_are_told_apart() {
        let read = |text: &str| text.parse::<Allowed>();
        assert_eq!(
            read("Checks.Internal."),
            Ok(Allowed::Host("checks.internal".to_owned()))
        );
        assert!(matches!(read("127.0.0.1"), Ok(Allowed::Block(_))));
        assert!(matches!(read("fd00::/8"), Ok(Allowed::Block(_))));
        for text in ["", "10.0.0.0/40", "10.0.0", "a b", "https://a/"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}

//! Names of people and sites, checked once and then trusted. Pure.

use std::fmt;

use unicode_normalization::UnicodeNormalization as _;

/// The longest name.
const MAX_CHARS: usize = 80;

/// The name of a person or a site: one line, composed (NFC).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(String);

/// What a name must be; `Display` says it after the field's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameRule {
    /// Neither empty nor too long.
    Length,
    /// Nothing but visible characters.
    OneLine,
}

impl fmt::Display for NameRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "must have 1 to 80 characters",
            Self::OneLine => "must be one line of visible characters",
        })
    }
}

impl std::error::Error for NameRule {}

impl Name {
    /// Trims and checks what was typed; the error is the rule that it breaks.
    pub fn parse(raw: &str) -> Result<Self, NameRule> {
        let name: String = raw.trim().nfc().collect();
        if !(1..=MAX_CHARS).contains(&name.chars().count()) {
            return Err(NameRule::Length);
        }
        if name.chars().any(is_forbidden) {
            return Err(NameRule::OneLine);
        }
        Ok(Self(name))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Control characters, line separators, and marks that turn the direction of the text around them.
fn is_forbidden(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::Name;

    #[test]
    fn names_are_one_line() {
        assert_eq!(Name::parse(" Zoe\u{308} ").unwrap().as_str(), "Zoë");
        for bad in ["", "   ", "a\nb", "a\u{202e}b", &"x".repeat(81)] {
            assert!(Name::parse(bad).is_err(), "{bad:?}");
        }
    }
}

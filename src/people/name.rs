//! Names of people and sites, checked once and then trusted. Pure.

use unicode_normalization::UnicodeNormalization as _;

/// The longest name.
const MAX_CHARS: usize = 80;

/// The name of a person or a site: one line, composed (NFC).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// Trims and checks what was typed; the error is the rule that it breaks, to be said after the field's name.
    pub fn parse(raw: &str) -> Result<Self, &'static str> {
        let name: String = raw.trim().nfc().collect();
        if !(1..=MAX_CHARS).contains(&name.chars().count()) {
            return Err("must have 1 to 80 characters");
        }
        if name.chars().any(is_forbidden) {
            return Err("must be one line of visible characters");
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

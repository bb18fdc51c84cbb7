//! A position in a text: what the parsers of paths and intrinsic functions share.

/// Reads a text from left to right.
pub(crate) struct Cursor<'t> {
    text: &'t str,
    position: usize,
}

impl<'t> Cursor<'t> {
    pub fn new(text: &'t str) -> Self {
        Cursor { text, position: 0 }
    }

    pub fn position(&self) -> usize {
        self.position
    }

    pub fn rest(&self) -> &'t str {
        &self.text[self.position..]
    }

    /// The text from `start` to here.
    pub fn since(&self, start: usize) -> &'t str {
        &self.text[start..self.position]
    }

    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.position += next.len_utf8();
        Some(next)
    }

    /// Goes past `expected` if it stands here.
    pub fn eat(&mut self, expected: &str) -> bool {
        let found = self.rest().starts_with(expected);
        if found {
            self.position += expected.len();
        }
        found
    }

    pub fn expect(&mut self, expected: &str) -> Result<(), String> {
        if self.eat(expected) {
            Ok(())
        } else {
            Err(self.unexpected(expected))
        }
    }

    /// Goes past white space.
    pub fn skip_space(&mut self) {
        self.take_while(char::is_whitespace);
    }

    pub fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'t str {
        let taken = self.rest();
        let length = taken.find(|c| !belongs(c)).unwrap_or(taken.len());
        self.position += length;
        &taken[..length]
    }

    /// A JSON number.
    pub fn number(&mut self) -> Result<serde_json::Number, String> {
        let start = self.position;
        let digits =
            self.take_while(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E'));
        serde_json::from_str(digits).map_err(|_| format!("no number at position {start}"))
    }

    pub fn expect_end(&mut self) -> Result<(), String> {
        if self.rest().is_empty() {
            Ok(())
        } else {
            Err(self.unexpected("the end"))
        }
    }

    pub fn unexpected(&self, expected: &str) -> String {
        match self.peek() {
            Some(found) => format!(
                "expected {expected} but found {found:?} at position {}",
                self.position
            ),
            None => format!("expected {expected} but the text ends"),
        }
    }
}

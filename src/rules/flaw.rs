//! What is wrong with something that a person typed, to be said in their language: the name of a message and what stands in
//! it. Knows no words; the catalogues of whoever shows it have them.

/// What is wrong, without its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// The message that says it, without a full stop.
    pub message: &'static str,
    /// What stands in the message, by name.
    pub args: Vec<(&'static str, FlawArg)>,
}

/// What can stand in the message of a [`Flaw`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FlawArg {
    /// A number.
    Number(i64),
    /// Something that was typed, or a name that is the same in every language.
    Text(String),
    /// What is wrong with a part.
    Flaw(Flaw),
}

impl Flaw {
    /// A flaw that nothing needs to be added to.
    pub fn new(message: &'static str) -> Self {
        Self {
            message,
            args: Vec::new(),
        }
    }

    /// Words of others, or for programs: shown as they are, in whatever language they were.
    pub fn words(text: impl Into<String>) -> Self {
        Flaw::new("flaw-words").with("text", text.into())
    }

    /// What is wrong with this field, named as files and programs name it.
    pub fn of(self, field: &'static str) -> Self {
        Flaw::new("flaw-of").with("field", field).with("flaw", self)
    }

    /// What is wrong with this part of what was typed.
    pub fn inside(self, part: &str) -> Self {
        Flaw::new("flaw-inside")
            .with("part", part)
            .with("flaw", self)
    }

    /// Adds what stands in the message under this name.
    pub fn with(mut self, name: &'static str, arg: impl Into<FlawArg>) -> Self {
        self.args.push((name, arg.into()));
        self
    }
}

impl From<usize> for FlawArg {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<i64> for FlawArg {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<String> for FlawArg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for FlawArg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Flaw> for FlawArg {
    fn from(flaw: Flaw) -> Self {
        Self::Flaw(flaw)
    }
}

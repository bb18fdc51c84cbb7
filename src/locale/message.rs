//! One message of a catalogue with its arguments, as plain text or with a little markup of ours around arguments.
//! Catalogues hold no markup: what stands in them is escaped like any other text.

use std::fmt;

use askama::filters::{Html, HtmlSafe, escape};
use fluent_bundle::{FluentArgs, FluentValue};

use super::{Locale, catalogue};

/// Around the number of an argument with markup while a message is formatted; no text that people write has them.
const OPEN: char = '\u{fdd0}';
const CLOSE: char = '\u{fdd1}';

/// The id of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageId(pub &'static str);

impl From<&'static str> for MessageId {
    fn from(id: &'static str) -> Self {
        Self(id)
    }
}

/// What can stand in a message.
pub trait Value<'a> {
    /// As Fluent has it.
    fn value(self) -> FluentValue<'a>;
}

macro_rules! values {
    ($($type:ty, |$it:ident| $value:expr;)*) => {$(
        impl<'a> Value<'a> for $type {
            fn value(self) -> FluentValue<'a> {
                let $it = self;
                $value
            }
        }
    )*};
}

values! {
    &'a str, |it| it.into();
    &'a &str, |it| (*it).into();
    &'a String, |it| it.as_str().into();
    &'a &String, |it| it.as_str().into();
    String, |it| it.into();
    i64, |it| it.into();
    &i64, |it| (*it).into();
    u32, |it| it.into();
    usize, |it| it.into();
    &usize, |it| (*it).into();
}

/// A message with its arguments; `Display` is its text.
pub struct Message<'a> {
    locale: Locale,
    id: MessageId,
    args: FluentArgs<'a>,
}

impl<'a> Message<'a> {
    pub(super) fn new(locale: Locale, id: MessageId) -> Self {
        Self {
            locale,
            id,
            args: FluentArgs::new(),
        }
    }

    /// Adds an argument. A number chooses the plural form and is written as the language writes numbers.
    pub fn with(mut self, name: &'static str, value: impl Value<'a>) -> Self {
        self.args.set(name, value.value());
        self
    }

    /// Adds an argument in quotation marks.
    pub fn quoted(self, name: &'static str, text: &str) -> Self {
        self.with(name, format!("“{text}”"))
    }

    /// Adds an argument that stands out.
    pub fn strong(self, name: &'static str, text: &str) -> Markup<'a> {
        self.markup().strong(name, text)
    }

    /// Adds an argument that must not be kept on one line, such as an address.
    pub fn breaking(self, name: &'static str, text: &str) -> Markup<'a> {
        self.markup().breaking(name, text)
    }

    /// Adds an argument that is to be typed as it stands.
    pub fn code(self, name: &'static str, text: &str) -> Markup<'a> {
        self.markup()
            .piece(name, format!("<code>{}</code>", escaped(text)))
    }

    /// Adds an argument that stands for a key.
    pub fn key(self, name: &'static str, text: &str) -> Markup<'a> {
        self.markup()
            .piece(name, format!("<kbd>{}</kbd>", escaped(text)))
    }

    /// Adds a moment for people and for programs.
    pub fn time(self, name: &'static str, text: &str, rfc3339: &str) -> Markup<'a> {
        self.markup().time(name, text, rfc3339)
    }

    /// Adds a link to a path of ours.
    pub fn link(self, name: &'static str, path: &str, label: &str) -> Markup<'a> {
        self.markup().piece(
            name,
            format!(
                "<a class=\"break\" href=\"{}\">{}</a>",
                escaped(path),
                escaped(label)
            ),
        )
    }

    /// Adds a link to `url` in the colour of a mail's small print.
    pub fn mail_link(self, name: &'static str, url: &str, label: &str) -> Markup<'a> {
        self.markup().piece(
            name,
            format!(
                "<a href=\"{}\" style=\"color:#5d605b\">{}</a>",
                escaped(url),
                escaped(label)
            ),
        )
    }

    fn markup(self) -> Markup<'a> {
        Markup {
            message: self,
            pieces: Vec::new(),
        }
    }
}

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&catalogue::format(self.locale, self.id, &self.args))
    }
}

/// A message some of whose arguments have markup; `Display` is HTML.
pub struct Markup<'a> {
    message: Message<'a>,
    pieces: Vec<String>,
}

impl<'a> Markup<'a> {
    /// Adds an argument that is to be typed as it stands.
    pub fn code(self, name: &'static str, text: &str) -> Self {
        self.piece(name, format!("<code>{}</code>", escaped(text)))
    }

    /// Adds an argument.
    pub fn with(mut self, name: &'static str, value: impl Value<'a>) -> Self {
        self.message = self.message.with(name, value);
        self
    }

    /// Adds an argument that stands out.
    pub fn strong(self, name: &'static str, text: &str) -> Self {
        self.piece(
            name,
            format!("<strong class=\"break\">{}</strong>", escaped(text)),
        )
    }

    /// Adds an argument that must not be kept on one line, such as an address.
    pub fn breaking(self, name: &'static str, text: &str) -> Self {
        self.piece(
            name,
            format!("<span class=\"break\">{}</span>", escaped(text)),
        )
    }

    /// Adds a moment for people and for programs.
    pub fn time(self, name: &'static str, text: &str, rfc3339: &str) -> Self {
        self.piece(
            name,
            format!(
                "<time datetime=\"{}\">{}</time>",
                escaped(rfc3339),
                escaped(text)
            ),
        )
    }

    fn piece(mut self, name: &'static str, html: String) -> Self {
        let place = format!("{OPEN}{}{CLOSE}", self.pieces.len());
        self.pieces.push(html);
        self.with(name, place)
    }
}

impl fmt::Display for Markup<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.message.to_string();
        for (number, part) in text.split(OPEN).enumerate() {
            let after = match part.split_once(CLOSE) {
                Some((piece, after)) if number > 0 => {
                    let piece = piece.parse().ok().and_then(|at: usize| self.pieces.get(at));
                    f.write_str(piece.map_or("", String::as_str))?;
                    after
                }
                _ => part,
            };
            f.write_str(&escaped(after))?;
        }
        Ok(())
    }
}

impl HtmlSafe for Markup<'_> {}

fn escaped(text: &str) -> String {
    escape(text, Html).map_or_else(|never| match never {}, |safe| safe.to_string())
}

//! A mail with its texts, and how it becomes a MIME message. Headers are typed, so that nothing which somebody typed can
//! begin a header of its own.

use std::time::{Duration, UNIX_EPOCH};

use anyhow::Context as _;
use lettre::Address;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A mail to one person, ready to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Letter {
    /// The address.
    pub(crate) email: String,
    /// The name beside it; may be empty.
    pub(crate) name: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
    /// Where such notices are switched off, if they can be.
    pub(crate) off_url: Option<String>,
}

/// Longer subjects are cut.
const SUBJECT_CHARS: usize = 150;

impl Letter {
    /// The message with both parts. `message_id` with its brackets.
    pub(crate) fn message(
        &self,
        from: &str,
        message_id: &str,
        created_at_ms: i64,
    ) -> anyhow::Result<Message> {
        let address: Address = self
            .email
            .parse()
            .context("the address of the recipient is not valid")?;
        let name = one_line(&self.name, SUBJECT_CHARS);
        let to = Mailbox::new((!name.is_empty()).then_some(name), address);
        let created = Duration::from_millis(u64::try_from(created_at_ms).unwrap_or(0));
        let mut message = Message::builder()
            .from(from.parse().context("the sender's address is not valid")?)
            .to(to)
            .subject(one_line(&self.subject, SUBJECT_CHARS))
            .date(UNIX_EPOCH + created)
            .message_id(Some(message_id.to_owned()))
            .header(AutoSubmitted);
        if let Some(url) = &self.off_url {
            message = message
                .header(ListUnsubscribe(format!("<{url}>")))
                .header(ListUnsubscribePost);
        }
        let parts = MultiPart::alternative_plain_html(self.text.clone(), self.html.clone());
        message.multipart(parts).context("put a mail together")
    }
}

/// `text` on one line and not too long.
pub(crate) fn one_line(text: &str, most_chars: usize) -> String {
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let line = line.trim();
    if line.chars().count() <= most_chars {
        return line.to_owned();
    }
    let mut cut: String = line.chars().take(most_chars - 1).collect();
    cut.push('…');
    cut
}

macro_rules! fixed_header {
    ($(#[$doc:meta])* $name:ident, $header:literal, $value:literal) => {
        $(#[$doc])*
        #[derive(Clone)]
        struct $name;

        impl Header for $name {
            fn name() -> HeaderName {
                HeaderName::new_from_ascii_str($header)
            }

            fn parse(_: &str) -> Result<Self, BoxError> {
                Ok(Self)
            }

            fn display(&self) -> HeaderValue {
                HeaderValue::new(Self::name(), $value.to_owned())
            }
        }
    };
}

fixed_header!(
    /// No answer by a machine, please (RFC 3834).
    AutoSubmitted, "Auto-Submitted", "auto-generated"
);
fixed_header!(
    /// The address of `List-Unsubscribe` takes a POST without being seen first (RFC 8058).
    ListUnsubscribePost, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"
);

/// Where notices are switched off (RFC 2369).
#[derive(Clone)]
struct ListUnsubscribe(String);

impl Header for ListUnsubscribe {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe")
    }

    fn parse(text: &str) -> Result<Self, BoxError> {
        Ok(Self(text.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.clone())
    }
}

//! The languages that people are spoken to in: which there are, their catalogues of messages, and how they write numbers
//! and moments. Knows neither pages nor mails nor who asks.

mod catalogue;
mod message;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::text_enum;

pub use catalogue::problems;
pub use message::{Markup, Message, MessageId, Value};

text_enum! {
    /// A language with its form of numbers and dates, by its BCP 47 tag.
    Locale {
        /// English, which every other catalogue falls back to.
        En = "en",
        /// Turkish.
        Tr = "tr",
        /// English written from right to left, word by word: shows what a page would be in Arabic or Hebrew.
        Mirrored = "ar-XB",
    }
}

impl Locale {
    /// The languages that can be chosen. The mirrored one is for whoever builds Gatepost.
    pub fn offered() -> &'static [Self] {
        match cfg!(debug_assertions) {
            true => &[Self::En, Self::Tr, Self::Mirrored],
            false => &[Self::En, Self::Tr],
        }
    }

    /// The language of that tag, if it is offered.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let fits = |locale: &&Self| locale.as_str().eq_ignore_ascii_case(tag);
        Self::offered().iter().find(fits).copied()
    }

    /// Its name in itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Tr => "Türkçe",
            Self::Mirrored => "Mirrored English",
        }
    }

    /// The direction of its writing, as HTML names it.
    pub fn dir(self) -> &'static str {
        match self {
            Self::En | Self::Tr => "ltr",
            Self::Mirrored => "rtl",
        }
    }

    /// A message, to which its arguments are added.
    pub fn say<'a>(self, id: impl Into<MessageId>) -> Message<'a> {
        Message::new(self, id.into())
    }

    /// A message without arguments.
    pub fn text(self, id: impl Into<MessageId>) -> String {
        self.say(id).to_string()
    }

    /// A moment in full: "29 November 2026, 07:41 UTC".
    pub fn moment(self, ms: i64) -> String {
        self.time(MessageId("moment"), ms)
    }

    /// A moment where there is little room: "29 Nov 2026, 07:41 UTC".
    pub fn short_moment(self, ms: i64) -> String {
        self.time(MessageId("moment-short"), ms)
    }

    /// A day of this year or the last: "29 Nov".
    pub fn day(self, ms: i64) -> String {
        self.time(MessageId("day-month"), ms)
    }

    fn time(self, id: MessageId, ms: i64) -> String {
        let Ok(at) = Timestamp::from_millisecond(ms) else {
            return String::new();
        };
        let at = at.to_zoned(TimeZone::UTC);
        self.say(id)
            .with("day", at.day().to_string())
            .with("month", i64::from(at.month()))
            .with("year", at.year().to_string())
            .with("time", at.strftime("%H:%M").to_string())
            .to_string()
    }

    /// How long something takes, in its two greatest units: "6 d 3 h", "42 m".
    pub fn span(self, ms: i64) -> String {
        let minutes = ms / 60_000;
        let (days, hours) = (minutes / 1_440, minutes / 60);
        match (days, hours, minutes) {
            (0, 0, 0) => self
                .say("span-seconds")
                .with("seconds", (ms as f64 / 1_000.0).to_string()),
            (0, 0, _) => self.say("span-minutes").with("minutes", minutes),
            (0, _, _) => self
                .say("span-hours")
                .with("hours", hours)
                .with("minutes", minutes % 60),
            _ => self
                .say("span-days")
                .with("days", days)
                .with("hours", hours % 24),
        }
        .to_string()
    }

    /// A number as the language writes it: "1,204".
    pub fn number(self, number: i64) -> String {
        self.say("number").with("number", number).to_string()
    }

    /// A length of time in words: "3 days", "1 hour".
    pub fn length(self, ms: i64) -> String {
        let minutes = ms / 60_000;
        match minutes {
            ..=119 => self.say("length-minutes").with("minutes", minutes.max(1)),
            120..=2_879 => self.say("length-hours").with("hours", minutes / 60),
            _ => self.say("length-days").with("days", minutes / (24 * 60)),
        }
        .to_string()
    }

    /// "412 words".
    pub fn count_words(self, text: &str) -> String {
        let count = text.split_whitespace().count();
        self.say("word-count").with("count", count).to_string()
    }
}

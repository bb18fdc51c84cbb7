//! How a text had to be looked at to find a hit.
//! Plain data with names; knows nothing of how it is done.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::rule::named_enum;

named_enum! {
    /// A way to look at a text.
    View {
        /// Without differences of case and width.
        Text = "text",
        /// Without invisible characters.
        Hidden = "hidden",
        /// Without the signs of Markdown and HTML.
        Markup = "markup",
        /// Without marks on letters.
        Marks = "marks",
        /// By the shape of letters.
        Lookalike = "lookalike",
        /// With digits and symbols read as letters.
        Leet = "leet",
        /// Without repeated letters.
        Repeated = "repeated",
        /// Without what stands between letters.
        Separated = "separated",
        /// With a sign in the place of a letter.
        Masked = "masked",
        /// The target of a link.
        Link = "link",
        /// Not by a rule: an external check said so.
        External = "external",
    }
}

/// The views which together show a hit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Views(u16);

impl Views {
    /// The text as it is, but for case and width.
    pub const TEXT: Views = Views(0);
    /// What an external check sees.
    pub const EXTERNAL: Views = Views(1 << View::External as u16);

    /// Adds a view.
    pub(super) fn add(&mut self, view: View) {
        if view != View::Text {
            self.0 |= 1 << view as u16;
        }
    }

    /// Whether the view is one of these.
    pub fn contains(self, view: View) -> bool {
        match view {
            View::Text => self.0 == 0,
            view => self.0 & 1 << view as u16 != 0,
        }
    }

    /// How many views are needed beside the text as it is.
    pub(super) fn count(self) -> u32 {
        self.0.count_ones()
    }
}

/// Names, joined by `+`.
impl fmt::Display for Views {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = View::ALL.iter().filter(|view| self.contains(**view));
        for (index, view) in shown.enumerate() {
            if index > 0 {
                f.write_str("+")?;
            }
            f.write_str(view.as_str())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Views {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Views({self})")
    }
}

impl FromStr for Views {
    type Err = String;

    fn from_str(names: &str) -> Result<Self, String> {
        let mut views = Views::TEXT;
        for name in names.split('+') {
            views.add(name.parse()?);
        }
        Ok(views)
    }
}

impl Serialize for Views {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Views {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = std::borrow::Cow::<str>::deserialize(deserializer)?;
        names.parse().map_err(serde::de::Error::custom)
    }
}

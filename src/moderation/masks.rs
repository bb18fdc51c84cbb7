//! What somebody does not want to see at once: terms of the categories that they chose are covered until they point at
//! them, and images are blurred or not shown at all. Everybody's own choice, for the pages of the desk only.

use crate::auth::role::Actor;
use crate::moderation::rules::Hit;
use crate::store::Db;
use crate::store::masks;
use crate::text_enum;

/// The longest list, in bytes.
const MAX_BYTES: usize = 4_000;

text_enum! {
    /// How somebody is shown the images of a post.
    #[derive(Default)]
    Images {
        /// Not at all: nothing is fetched for them.
        #[default]
        Links = "links",
        /// Blurred until they point at one.
        Blurred = "blurred",
        /// As they are.
        Shown = "shown",
    }
}

/// What somebody covers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Masks {
    categories: Vec<String>,
    /// How images are shown.
    pub images: Images,
}

impl Masks {
    /// Whether a category is covered.
    pub fn has(&self, category: &str) -> bool {
        self.categories.iter().any(|masked| masked == category)
    }

    /// Whether a hit is.
    pub fn covers(&self, hit: &Hit) -> bool {
        self.has(&hit.category)
    }

    /// [`Masks::cover`] with the hits as they are stored.
    pub fn cover_stored(&self, text: &str, hits: &str) -> anyhow::Result<String> {
        if self.categories.is_empty() {
            return Ok(text.to_owned());
        }
        Ok(self.cover(text, &serde_json::from_str::<Vec<Hit>>(hits)?))
    }

    /// A text in pieces, each with whether it is what a covered hit found. For texts that the hits were not found in
    /// themselves, as a difference between two revisions.
    pub fn pieces<'t>(&self, text: &'t str, hits: &[Hit]) -> Vec<(&'t str, bool)> {
        let covered = hits
            .iter()
            .filter(|hit| self.covers(hit) && !hit.text.trim().is_empty());
        covered.fold(vec![(text, false)], |pieces, hit| {
            let cut = |(piece, is_covered): (&'t str, bool)| match is_covered {
                true => vec![(piece, true)],
                false => cut(piece, &hit.text),
            };
            pieces.into_iter().flat_map(cut).collect()
        })
    }

    /// A short text in which what the covered hits found is dots.
    pub fn cover(&self, text: &str, hits: &[Hit]) -> String {
        let covered = hits
            .iter()
            .filter(|hit| self.covers(hit) && !hit.text.trim().is_empty());
        covered.fold(text.to_owned(), |text, hit| {
            text.replace(&hit.text, &"•".repeat(hit.text.chars().count()))
        })
    }
}

/// What stands between the places of `word`, and those.
fn cut<'t>(text: &'t str, word: &str) -> Vec<(&'t str, bool)> {
    let mut pieces = Vec::new();
    let mut from = 0;
    for (at, found) in text.match_indices(word) {
        pieces.push((&text[from..at], false));
        pieces.push((found, true));
        from = at + found.len();
    }
    pieces.push((&text[from..], false));
    pieces.retain(|(piece, _)| !piece.is_empty());
    pieces
}

/// What somebody has chosen.
pub async fn find(db: &Db, who: &Actor) -> anyhow::Result<Masks> {
    let found = masks::find(db, who.site_id, &who.user_id).await?;
    let (list, images) = found.unwrap_or_default();
    let words = list.split(',').filter(|word| !word.is_empty());
    Ok(Masks {
        categories: words.map(str::to_owned).collect(),
        images,
    })
}

/// Keeps what somebody chooses; images stay as they were where nothing is said of them.
pub async fn set(
    db: &Db,
    who: &Actor,
    categories: &[String],
    images: Option<Images>,
) -> anyhow::Result<()> {
    let mut list = String::new();
    for category in categories {
        if !category.is_empty() && list.len() + category.len() < MAX_BYTES {
            list.push(',');
            list.push_str(category);
        }
    }
    if !list.is_empty() {
        list.push(',');
    }
    masks::set(db, who.site_id, &who.user_id, &list, images).await
}

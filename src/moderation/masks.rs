//! What somebody does not want to read at once: terms of the categories that they chose are covered until they point at
//! them. Everybody's own choice, for the pages of the desk only.

use crate::auth::role::Actor;
use crate::moderation::rules::Hit;
use crate::store::Db;
use crate::store::masks;

/// The longest list, in bytes.
const MAX_BYTES: usize = 4_000;

/// The categories that somebody covers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Masks(Vec<String>);

impl Masks {
    /// Whether a category is covered.
    pub fn has(&self, category: &str) -> bool {
        self.0.iter().any(|masked| masked == category)
    }

    /// Whether a hit is.
    pub fn covers(&self, hit: &Hit) -> bool {
        self.has(&hit.category)
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

/// What somebody has chosen.
pub async fn find(db: &Db, who: &Actor) -> anyhow::Result<Masks> {
    let list = masks::find(db, who.site_id, &who.user_id).await?;
    let words = list.split(',').filter(|word| !word.is_empty());
    Ok(Masks(words.map(str::to_owned).collect()))
}

/// Keeps what somebody chooses.
pub async fn set(db: &Db, who: &Actor, categories: &[String]) -> anyhow::Result<()> {
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
    masks::set(db, who.site_id, &who.user_id, &list).await
}

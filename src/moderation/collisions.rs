//! Common words that a rule would hold, found before it is saved. Pure; the words are a list in this folder.

use crate::moderation::rules::{Action, Matcher, View};

/// Words of everyday texts in several languages, and those in which others are hidden ("Scunthorpe").
const WORDS: &str = include_str!("common_words.txt");

/// A common word that a rule holds or rejects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collision {
    /// The rule's id.
    pub rule: String,
    /// Its pattern.
    pub pattern: String,
    /// The word.
    pub word: String,
    /// What of the word it hits.
    pub hit: String,
    /// Whether the word had to be looked at as a disguise.
    pub is_disguised: bool,
}

/// The first common word that each rule of a set holds or rejects.
pub(super) fn of(matcher: &Matcher) -> Vec<Collision> {
    let mut collisions: Vec<Collision> = Vec::new();
    for word in WORDS.split_whitespace() {
        for hit in matcher.check_word(word).hits {
            if matches!(hit.action, Action::Allow | Action::Shadow)
                || collisions.iter().any(|known| known.rule == hit.rule)
            {
                continue;
            }
            collisions.push(Collision {
                is_disguised: !hit.view.contains(View::Text),
                rule: hit.rule,
                pattern: hit.pattern,
                word: word.to_owned(),
                hit: hit.text,
            });
        }
    }
    collisions
}

impl Collision {
    /// For people.
    pub fn in_words(&self) -> String {
        let Self {
            pattern, word, hit, ..
        } = self;
        if hit != word {
            return format!("“{pattern}” also holds “{word}”, which contains “{hit}”");
        }
        match pattern.to_lowercase() == word.to_lowercase() {
            true => format!("“{word}” is a common word"),
            false => format!("“{pattern}” also holds the common word “{word}”"),
        }
    }
}

//! Finding cases by words, and by what the queue is filtered by. A case is put into the index a moment after it came in, by
//! whichever replica gets to it, so that a submission pays nothing for it. Words are split and folded here, so that both
//! databases find the same; knows nothing of either's own ideas of words.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::canonical_combining_class;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::ids::{self, SiteId, is_id};
use crate::moderation::Moderation;
use crate::moderation::likeness;
use crate::moderation::site;
use crate::store::search::{self, Entry, Source};

/// Cases that go into the index in one transaction: few enough that whoever submits hardly waits for it.
const BATCH: i64 = 96;
/// A transaction commits a case at most so long after it has made its id.
const LAG_MS: i64 = 10_000;
/// The longest word that is kept, in characters.
const WORD_MAX: usize = 64;
/// A shorter beginning of a word would stand for half of the dictionary.
const PREFIX_MIN: usize = 2;
/// Words of one search; what is typed behind them does not count.
const TERMS_MAX: usize = 16;

/// Words that follow each other; what is looked for has all of its terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Term {
    /// The words, folded.
    pub(crate) words: Vec<String>,
    /// Whether the last one is only the beginning of one.
    pub(crate) is_prefix: bool,
}

/// What a filter asks for, as terms of the index: one of each list. The kinds beside words begin with a character that no
/// word has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Terms(pub(crate) Vec<Vec<Term>>);

impl Terms {
    /// What was typed: all of the words, `"words in a row"`, and `beginn*`.
    pub(crate) fn typed(mut self, text: &str) -> Self {
        for (place, part) in text.split('"').enumerate() {
            let pieces: Vec<&str> = match place % 2 {
                0 => part.split_whitespace().collect(),
                _ => vec![part],
            };
            for piece in pieces {
                let words = words(piece);
                let is_prefix = piece.ends_with('*')
                    && words
                        .last()
                        .is_some_and(|word| word.chars().count() >= PREFIX_MIN);
                if !words.is_empty() && self.0.len() < TERMS_MAX {
                    self.0.push(vec![Term { words, is_prefix }]);
                }
            }
        }
        self
    }

    /// A category of the hits.
    pub(crate) fn category(self, category: &str) -> Self {
        self.exactly('c', category)
    }

    /// Any of these categories; where there is none, nothing is found.
    pub(crate) fn any_category(mut self, categories: &[String]) -> Self {
        let terms = categories.iter().map(|category| Term {
            words: vec![marked('c', category)],
            is_prefix: false,
        });
        self.0.push(terms.collect());
        self
    }

    /// A text that is much like another one: any of its bands.
    pub(crate) fn any_band(mut self, bands: &[String]) -> Self {
        let terms = bands.iter().map(|band| Term {
            words: vec![band_word(band)],
            is_prefix: false,
        });
        self.0.push(terms.collect());
        self
    }

    /// A rule that hit.
    pub(crate) fn rule(self, rule: &str) -> Self {
        self.exactly('r', rule)
    }

    /// The author: an id, an address, or words of a name in a row.
    pub(crate) fn author(mut self, author: &str) -> Self {
        let author = author.trim();
        if is_id(author) {
            return self.exactly('a', author);
        }
        if author.contains('@') {
            return self.exactly('m', &author.to_lowercase());
        }
        let words: Vec<String> = words(author).iter().map(|word| name_word(word)).collect();
        // A name of signs alone is nobody's.
        match words.is_empty() && !author.is_empty() {
            true => self.exactly('n', author),
            false => {
                if !words.is_empty() {
                    self.0.push(vec![Term {
                        words,
                        is_prefix: false,
                    }]);
                }
                self
            }
        }
    }

    fn exactly(mut self, kind: char, value: &str) -> Self {
        if !value.is_empty() {
            self.0.push(vec![Term {
                words: vec![marked(kind, value)],
                is_prefix: false,
            }]);
        }
        self
    }
}

impl Terms {
    /// Where words that were typed stand in a text, in bytes, in order.
    pub(crate) fn places(&self, text: &str) -> Vec<Range<usize>> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let is_meant = |word: &String| {
            self.0.iter().flatten().any(|term| {
                let last = term.words.len() - 1;
                term.words.iter().enumerate().any(|(place, meant)| {
                    word == meant
                        || term.is_prefix && place == last && word.starts_with(meant.as_str())
                })
            })
        };
        text.unicode_word_indices()
            .filter(|(_, word)| words(word).iter().any(is_meant))
            .map(|(at, word)| at..at + word.len())
            .collect()
    }
}

/// The words of a text: without case, accents and signs.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    // No word reaches over a blank, and what stands between two is mostly plain.
    for piece in text.split_ascii_whitespace() {
        match piece.is_ascii() {
            true => found.extend(plain_words(piece)),
            false => found.extend(folded_words(piece)),
        }
    }
    found
}

/// [`folded_words`] of ASCII, for a small part of the work.
fn plain_words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word[..word.len().min(WORD_MAX)].to_ascii_lowercase())
}

fn folded_words(text: &str) -> Vec<String> {
    let folded: String = text
        .nfkd()
        .filter(|c| !matches!(c, '\u{300}'..='\u{36f}'))
        .flat_map(char::to_lowercase)
        .filter(|c| !matches!(c, '\u{300}'..='\u{36f}'))
        .collect();
    folded
        .unicode_words()
        .flat_map(|word| {
            word.split(|c: char| !c.is_alphanumeric() && canonical_combining_class(c) == 0)
        })
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .map(|word| word.chars().take(WORD_MAX).collect())
        .collect()
}

/// The bands by which texts are found that are much like this one.
pub(crate) fn bands(title: &str, body: &str) -> Vec<String> {
    let mut all = words(title);
    all.extend(words(body));
    likeness::bands(&all)
}

/// All that a case is found by, in order.
fn entry(source: &Source) -> Entry {
    let mut all = words(&source.title);
    all.extend(words(&source.body));
    let bands = likeness::bands(&all);
    all.extend(bands.iter().map(|band| band_word(band)));
    let name = words(&source.author_name);
    all.extend(name.iter().cloned());
    all.extend(name.iter().map(|word| name_word(word)));
    all.push(marked('a', source.author_id.as_str()));
    all.push(marked('m', &source.author_email));
    for (kind, list) in [('c', &source.categories), ('r', &source.rules)] {
        let members = list.split(',').filter(|member| !member.is_empty());
        all.extend(members.map(|member| marked(kind, member)));
    }
    Entry {
        case: source.id.clone(),
        words: all,
    }
}

fn name_word(word: &str) -> String {
    format!("_n{word}")
}

fn band_word(band: &str) -> String {
    format!("_l{band}")
}

/// A value of a kind, letter by letter, as one word that no text has.
fn marked(kind: char, value: &str) -> String {
    use std::fmt::Write as _;
    let mut word = format!("_{kind}");
    for byte in value.bytes() {
        // Writing to a String does not fail.
        let _ = write!(word, "{byte:02x}");
    }
    word
}

impl Moderation {
    /// Puts what is missing of each site's cases into the index, a batch of each; answers how many were put there.
    pub async fn index_due(&self) -> anyhow::Result<usize> {
        let mut indexed = 0;
        for site in site::list(&self.db).await? {
            indexed += self.index(site.id).await?;
        }
        Ok(indexed)
    }

    async fn index(&self, site: SiteId) -> anyhow::Result<usize> {
        let mark = search::find_mark(&self.db, site).await?;
        let sources = search::list_missing(&self.db, site, &mark, BATCH).await?;
        // Ids are made a little before their rows are there to be seen, so the mark stays behind the present.
        let floor = ids::floor(self.tools.clock.now_ms() - LAG_MS);
        let complete = match sources.last() {
            Some(last) if sources.len() as i64 == BATCH => last.id.as_str().min(&floor),
            _ => &floor,
        };
        let through = search::find_last(&self.db, site, &mark, complete).await?;
        let entries: Vec<Entry> = sources.iter().map(entry).collect();
        if !entries.is_empty() || through.is_some() {
            search::put(&self.db, site, &entries, through.as_ref()).await?;
        }
        Ok(entries.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_and_signs_split_them() {
        assert_eq!(
            words("Café CRÈME, don't_stop İstanbul!"),
            ["cafe", "creme", "don", "t", "stop", "istanbul"]
        );
        assert_eq!(words("無料"), ["無", "料"]);
        assert!(words("… — !?").is_empty());
    }

    #[test]
    fn plain_pieces_have_the_words_of_the_whole() {
        let letters = [
            "a", "Z", "9", "'", ".", "_", ",", " ", "\n", "é", "\u{301}", "\u{a8}", "\u{200d}",
            "İ", "無", "ไ",
        ];
        let mut texts = vec![String::new()];
        for _ in 0..4 {
            texts = texts
                .iter()
                .flat_map(|text| letters.map(|letter| format!("{text}{letter}")))
                .collect();
            for text in &texts {
                assert_eq!(words(text), folded_words(text), "{text:?}");
            }
        }
    }

    #[test]
    fn what_was_typed_becomes_terms() {
        let Terms(terms) = Terms::default().typed("Free \"money now\" scam* x* ");

        let told: Vec<(String, bool)> = terms
            .iter()
            .flatten()
            .map(|term| (term.words.join(" "), term.is_prefix))
            .collect();
        let told: Vec<(&str, bool)> = told
            .iter()
            .map(|(words, is)| (words.as_str(), *is))
            .collect();
        assert_eq!(
            told,
            [
                ("free", false),
                ("money now", false),
                ("scam", true),
                ("x", false)
            ]
        );
    }

    #[test]
    fn words_are_found_where_they_stand() {
        let terms = Terms::default().typed("\"free money\" café scam*");
        let text = "Money, money! Scammers in the CAFE\u{301} are not carefree.";

        let found: Vec<&str> = terms
            .places(text)
            .into_iter()
            .map(|place| &text[place])
            .collect();

        assert_eq!(found, ["Money", "money", "Scammers", "CAFE\u{301}"]);
    }

    #[test]
    fn no_text_is_taken_for_a_category() {
        let category = &Terms::default().category("spam").0[0][0].words[0];
        assert_eq!(words(category).concat(), category.trim_start_matches('_'));
        assert_ne!(words(category), [category.as_str()]);
    }
}

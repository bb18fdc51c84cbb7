//! A pattern as the letters that have to be found, one after the other, whatever they are disguised as.
//! Knows nothing of texts; [`walk`](super::walk) looks for spellings, [`judge`](super::judge) believes what it finds.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript};

use super::normalize::fold;
use super::sign::{base, is_ornament, lookalikes};

/// In a key: any separators here. The bytes above it: separators with at most so many words between.
pub(super) const GAP: u8 = 1;
/// The most words that a gap may have.
pub(super) const GAP_WORDS_MAX: u8 = 20;
/// Bytes below this are no text to a key.
pub(super) const FIRST_TEXT_BYTE: u8 = 0x20;
/// A word of fewer letters is not known again with signs between them.
pub(super) const SPLIT_MIN: u32 = 3;

/// One place of a spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// A letter, or whatever else the pattern has there.
    Letter(Letter),
    /// The end of a word of a phrase, and at most so many words before the next.
    Gap(u8),
}

/// A letter with those of its kind that follow it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Letter {
    /// Without case, width and marks.
    pub(super) letter: char,
    /// The marks that the pattern has on it.
    marks: Option<Box<Marks>>,
    /// How often it stands there.
    run: u16,
    /// It may stand there more often.
    pub(super) open: bool,
}

/// Marks on a letter. Most have none, and there are many letters: those pay for a pointer alone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Marks(String);

impl Letter {
    /// The marks that the pattern has on it.
    pub(super) fn marks(&self) -> &str {
        self.marks.as_ref().map_or("", |marks| &marks.0)
    }

    /// How often it stands there.
    pub(super) fn run(&self) -> u32 {
        u32::from(self.run)
    }
}

/// The letters of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spelling {
    pub(super) places: Vec<Place>,
    /// How many letters, each counted once.
    pub(super) length: usize,
    /// How many, each as often as it stands there.
    pub(super) total: u32,
    /// The script of all its letters; none where it mixes them, as a disguise does.
    pub(super) script: Option<Script>,
    /// This is not the pattern, but what it looks like.
    pub(super) is_lookalike: bool,
    /// It has signs that words do not have, so there is nothing to disguise.
    pub(super) is_literal: bool,
    /// The pattern, where its letters alone say less than it does.
    pub(super) typed: Option<Box<str>>,
}

impl Spelling {
    /// An empty one for a pattern whose letters come by [`Self::push_text`].
    pub(super) fn of_script(pattern: &str) -> Spelling {
        Spelling {
            places: Vec::new(),
            length: 0,
            total: 0,
            script: common_script(pattern),
            is_lookalike: false,
            is_literal: false,
            typed: None,
        }
    }

    /// Appends letters.
    pub(super) fn push_text(&mut self, text: &str) {
        for c in fold(text).text.nfkd() {
            if is_ornament(c) {
                if let Some(Place::Letter(last)) = self.places.last_mut() {
                    last.marks.get_or_insert_default().0.push(c);
                }
            } else {
                base(c).chars().for_each(|letter| self.push(letter));
            }
        }
    }

    fn push(&mut self, letter: char) {
        self.total += u32::from(!is_combining_mark(letter));
        self.is_literal |= !letter.is_alphanumeric()
            && !is_combining_mark(letter)
            && !matches!(letter, '-' | '\'' | '’');
        match self.places.last_mut() {
            Some(Place::Letter(last)) if last.letter == letter => {
                last.run = last.run.saturating_add(1);
            }
            _ => {
                self.length += 1;
                self.places.push(Place::Letter(Letter {
                    letter,
                    marks: None,
                    run: 1,
                    open: false,
                }));
            }
        }
    }

    /// Lets the last letter stand there more often.
    pub(super) fn open(&mut self) {
        if let Some(Place::Letter(last)) = self.places.last_mut() {
            last.open = true;
        }
    }

    /// Whether it is one word with each letter as often as the pattern has it.
    pub(super) fn is_one_run(&self) -> bool {
        let is_run = |place: &Place| matches!(place, Place::Letter(letter) if !letter.open);
        self.places.iter().all(is_run)
    }

    /// Whether somebody may know it again with signs between its letters.
    pub(super) fn may_be_split(&self) -> bool {
        self.total >= SPLIT_MIN
    }

    /// Ends a word, with at most `words` before the next.
    pub(super) fn push_gap(&mut self, words: u8) {
        if !self.places.is_empty() {
            self.places.push(Place::Gap(words));
        }
    }

    /// What the automaton looks for: each letter once.
    pub(super) fn key(&self) -> Vec<u8> {
        self.key_of(|_| 1)
    }

    /// The key with each letter as often as it stands there.
    pub(super) fn whole_key(&self) -> Vec<u8> {
        self.key_of(Letter::run)
    }

    fn key_of(&self, times: impl Fn(&Letter) -> u32) -> Vec<u8> {
        let mut key = Vec::new();
        for place in &self.places {
            match place {
                Place::Letter(letter) => {
                    for _ in 0..times(letter) {
                        key.extend_from_slice(letter.letter.encode_utf8(&mut [0; 4]).as_bytes());
                    }
                }
                Place::Gap(words) => key.push(GAP + words),
            }
        }
        key
    }

    /// The letters with which somebody would imitate this spelling in small and in capital letters, where others than its
    /// own do.
    pub(super) fn imitations(&self) -> Vec<Spelling> {
        let is_own = |letter: &Letter| letter.letter.is_ascii();
        let mut letters = self.places.iter().filter_map(|place| match place {
            Place::Letter(letter) => Some(letter),
            Place::Gap(_) => None,
        });
        if self.is_literal || self.script.is_none() || letters.all(is_own) {
            return Vec::new();
        }
        let capital = |c: char| {
            let mut upper = c.to_uppercase();
            match (upper.next(), upper.next()) {
                (Some(upper), None) => upper,
                _ => c,
            }
        };
        let mut found: Vec<Spelling> = Vec::new();
        let is_latin = |c: char| looks_like(c).is_ascii();
        let either = |c: char| match !is_latin(c) && is_latin(capital(c)) {
            true => capital(c),
            false => c,
        };
        for imitation in [
            self.imitated(|c| c),
            self.imitated(capital),
            self.imitated(either),
        ] {
            let is_known = |known: &Spelling| known.places == imitation.places;
            if imitation.places != self.places && !found.iter().any(is_known) {
                found.push(imitation);
            }
        }
        found
    }

    fn imitated(&self, form: impl Fn(char) -> char) -> Spelling {
        let mut imitation = Spelling {
            places: Vec::new(),
            length: 0,
            total: 0,
            script: self.script,
            is_lookalike: true,
            is_literal: false,
            typed: None,
        };
        for place in &self.places {
            match place {
                Place::Gap(words) => imitation.places.push(Place::Gap(*words)),
                Place::Letter(letter) => {
                    let looks = looks_like(form(letter.letter));
                    for _ in 0..letter.run {
                        looks.chars().for_each(|look| imitation.push(look));
                    }
                    if letter.open {
                        imitation.open();
                    }
                }
            }
        }
        imitation
    }
}

/// The letter as which `c` is drawn.
fn looks_like(c: char) -> String {
    let base = base(c);
    match c.is_ascii() {
        true => base,
        false => {
            let mut looks = lookalikes(c).into_iter();
            looks.find(|look| *look != base).unwrap_or(base)
        }
    }
}

/// The one script of the letters; Han and Kana are one.
fn common_script(text: &str) -> Option<Script> {
    let mut scripts = text.chars().filter_map(script_of);
    let first = scripts.next()?;
    scripts.all(|script| script == first).then_some(first)
}

/// The script of a letter, if it belongs to one.
pub(super) fn script_of(c: char) -> Option<Script> {
    if c.is_ascii() {
        return c.is_ascii_alphabetic().then_some(Script::Latin);
    }
    match c.script() {
        Script::Common | Script::Inherited | Script::Unknown => None,
        Script::Hiragana | Script::Katakana | Script::Bopomofo => Some(Script::Han),
        _ if !c.is_alphabetic() => None,
        script => Some(script),
    }
}

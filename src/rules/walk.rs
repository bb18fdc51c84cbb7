//! Where the spellings of an automaton may stand in a typed text, disguised or not: goes from the beginnings of words
//! through the keys, and keeps how each letter was read. Knows nothing of rules; what is found may be refused.

use super::boundary::{Class, between};
use super::budget::{Budget, Exhausted};
use super::keys::{Keys, Reach};
use super::sign::{How, behind_row, drawn, is_mask, is_ornament, sign};
use super::spelling::GAP;
use super::starts::is_seam;
use super::step::{Between, Read, Step};
use super::token::{behind_number, is_dash, is_markup_sign, stretch, token};
use super::trie::ROOT;

/// How often a letter may be repeated, and how many may be read on one way: keeps runs linear and the stack shallow.
pub(super) const REPEATS_MAX: u32 = 64;
/// How often a sign may also be passed over instead that repeats a letter.
const SIGN_REPEATS_MAX: u32 = 3;
const LETTERS_MAX: u32 = 200;
/// How many characters may stand between two letters of a word.
pub(super) const SEPARATORS_MAX: usize = 8;
/// How many that are not seen.
pub(super) const UNSEEN_MAX: usize = 64;
/// How many may stand between two words of a phrase.
const GAP_MAX: usize = 64;

/// The ways through the automaton from places in a text. `found(value, start, end, path)` is called for every key that
/// ends at the end of a word.
pub(super) struct Walk<'a, T, F> {
    keys: &'a Keys<T>,
    text: &'a str,
    letters: u32,
    path: Vec<Step>,
    found: F,
}

/// What reading an encoded character costs, and looking behind a sign, beside a letter.
const ENCODED_STEPS: usize = 12;
const SIGN_STEPS: usize = 4;

/// The first character of a text that is seen.
pub(super) fn first_seen(text: &str) -> Option<char> {
    text.chars().take(UNSEEN_MAX).find(|c| !sign(*c).hidden)
}

/// Whether the character `c` at the byte `at` stands between the words of sentences: white space and apostrophes, but no
/// line feed behind a hyphen, where a word goes on.
pub(super) fn is_in_sentences(text: &str, at: usize, c: char) -> bool {
    let before = &text[..at];
    let before = before.strip_suffix('\r').unwrap_or(before);
    match c {
        '\'' | '’' => true,
        '\r' | '\n' => !before.ends_with(['-', '\u{2010}', '\u{AD}']),
        c => c.is_whitespace(),
    }
}

/// Where a way has come to.
#[derive(Clone, Copy)]
struct Place {
    node: u32,
    at: usize,
}

impl<'a, T, F: FnMut(&T, usize, usize, &[Step], &mut Budget) -> Result<(), Exhausted>>
    Walk<'a, T, F>
{
    pub(super) fn new(keys: &'a Keys<T>, text: &'a str, found: F) -> Self {
        Walk {
            keys,
            text,
            letters: 0,
            path: Vec::with_capacity(32),
            found,
        }
    }

    /// Goes all ways from the byte `start`.
    #[inline]
    pub(super) fn from(&mut self, start: usize, budget: &mut Budget) -> Result<(), Exhausted> {
        self.path.clear();
        self.letters = 0;
        let place = Place {
            node: ROOT,
            at: start,
        };
        self.seek(place, budget)
    }

    /// Goes on from a place in all ways.
    fn seek(&mut self, place: Place, budget: &mut Budget) -> Result<(), Exhausted> {
        let depth = self.path.len();
        let from = place.at;
        if let Some(place) = self.letters(place) {
            budget.spend(1 + place.at - from)?;
            let done = match self.path.len() > depth {
                true => self.arrive(place, budget),
                false => Ok(()),
            };
            self.path.truncate(depth);
            return done;
        }
        self.try_all(place, budget)
    }

    /// Tries everything that the next letter may be, and goes on behind what may stand before it.
    fn try_all(&mut self, place: Place, budget: &mut Budget) -> Result<(), Exhausted> {
        let Place { node, mut at } = place;
        let (mut gap, mut hidden) = (Between::Nothing, false);
        let (mut separators, mut unseen) = (0, 0);
        while separators <= SEPARATORS_MAX && unseen <= UNSEEN_MAX {
            budget.spend(1)?;
            let Some(token) = token(self.text, at) else {
                return Ok(());
            };
            if token.encoded {
                budget.spend(ENCODED_STEPS)?;
            }
            if token.sign.hidden {
                hidden = true;
                at += token.len;
                unseen += 1;
                continue;
            }
            separators += 1;
            // A sign that repeats the letter often enough is no other thing: each of many would double the ways.
            let is_repetition = |letters: &str| {
                let last = self.path.last();
                last.is_some_and(|last| {
                    last.run >= SIGN_REPEATS_MAX && letters.chars().eq([last.letter])
                })
            };
            let mut readings = token.sign.readings.iter();
            let is_settled = !token.sign.class.is_word()
                && readings.any(|reading| is_repetition(&reading.letters));
            for reading in &token.sign.readings {
                if reading.how > self.keys.reach.loosest() {
                    continue;
                }
                let read = Read {
                    from: at,
                    len: token.len,
                    letters: &reading.letters,
                    how: reading.how,
                    between: gap,
                    hidden: hidden || token.encoded,
                };
                self.read(node, read, budget)?;
            }
            if token.c.is_ascii() && self.keys.reach.loosest() > How::Plain {
                self.drawn(node, at, gap, hidden, budget)?;
            }
            if token.sign.class.is_word() || self.path.is_empty() || is_settled {
                return Ok(());
            }
            let is_behind_letter = self.is_behind_letter();
            budget.spend(SIGN_STEPS)?;
            if gap == Between::Nothing && is_mask(token.c) && !self.is_literal() && is_behind_letter
            {
                self.masked(node, at, token.len, gap, budget)?;
            }
            if matches!(token.c, '<' | ']') {
                budget.spend(32)?;
            }
            if let Some(end) = stretch(self.text, at) {
                gap = gap.max(Between::Markup);
                budget.spend((end - at) / 8)?;
                at = end;
                continue;
            }
            if (self.is_literal() || !is_behind_letter) && !is_markup_sign(token.c) {
                return Ok(());
            }
            let is_in_words = is_in_sentences(self.text, at, token.c);
            if !self.may_split(is_in_words) {
                return Ok(());
            }
            gap = gap.max(match () {
                () if is_in_words => Between::Space,
                () if is_markup_sign(token.c) => Between::Markup,
                () => Between::Signs,
            });
            at += token.len;
            if token.c == '\n' {
                at = behind_number(self.text, at);
            }
        }
        Ok(())
    }

    /// Reads letters that can be read in one way only, up to one behind which there is more to do than to go on. Answers
    /// where that is, with no letter read where no key goes on; nothing if the first letter is none of those.
    fn letters(&mut self, place: Place) -> Option<Place> {
        let bytes = self.text.as_bytes();
        let depth = self.path.len();
        let mut last = self.path.last().map_or(0, |step| step.letter as u32);
        let Place { mut node, mut at } = place;
        while let Some(letter) = bytes.get(at).and_then(|byte| self.keys.only(*byte))
            && u32::from(letter) != last
            && (at == place.at || !(self.is_wide() && is_seam(self.text, at)))
        {
            let Some(child) = self.keys.trie.next(node, letter) else {
                self.path.truncate(depth);
                return Some(place);
            };
            self.path.push(Step {
                letter: char::from(letter),
                from: at,
                to: at + 1,
                run: 1,
                how: How::Plain,
                between: Between::Nothing,
                splits: 0,
                hidden: false,
            });
            (node, at, last) = (child, at + 1, u32::from(letter));
            if self.keys.trie.mark(node) != 0 {
                break;
            }
        }
        (at > place.at).then_some(Place { node, at })
    }

    fn is_literal(&self) -> bool {
        self.keys.reach == Reach::Literal
    }

    fn is_wide(&self) -> bool {
        self.keys.reach == Reach::Wide
    }

    /// Signs are passed over behind letters only; behind a sign of a pattern only those of markup are.
    fn is_behind_letter(&self) -> bool {
        let last = self.path.last();
        last.is_some_and(|step| step.letter == '\0' || Class::of(step.letter).is_word())
    }

    /// Whether the word may be split here: by signs, or everywhere. Space and apostrophes stand in any sentence.
    fn may_split(&self, by_space: bool) -> bool {
        let (mut letters, mut splits, mut markup) = (0, 0, 0);
        let mut counted = usize::MAX;
        for step in self.path.iter().rev() {
            if step.letter == '\0' {
                break;
            }
            // Of a syllable that is one character, one letter counts.
            letters += match step.from == counted {
                true => 0,
                false => step.counted(),
            };
            counted = step.from;
            splits += step.splits;
            markup += u32::from(step.between == Between::Markup);
        }
        let is_letter_by_letter = letters <= splits + markup + 2;
        is_letter_by_letter || self.is_wide() && splits < 2 || !by_space
    }

    /// Characters that together draw a letter.
    fn drawn(
        &mut self,
        node: u32,
        at: usize,
        between: Between,
        hidden: bool,
        budget: &mut Budget,
    ) -> Result<(), Exhausted> {
        let rest = &self.text.as_bytes()[at..];
        for (drawn, how, letters) in drawn(rest, self.keys.reach.loosest()) {
            let read = Read {
                from: at,
                len: drawn.len(),
                letters,
                how: *how,
                between,
                hidden,
            };
            self.read(node, read, budget)?;
        }
        Ok(())
    }

    /// A sign in the place of one letter; a run of signs may stand for one letter too.
    fn masked(
        &mut self,
        node: u32,
        at: usize,
        len: usize,
        between: Between,
        budget: &mut Budget,
    ) -> Result<(), Exhausted> {
        let sign = &self.text[at..at + len];
        let Some(behind) = behind_row(&self.text[at..], sign) else {
            return Ok(());
        };
        let run = self.text.len() - at - behind.len();
        let after = first_seen(behind);
        // At the end of a word a sign is punctuation, or closes an emphasis.
        let may_end = self.is_wide() && !matches!(sign, "@" | "$" | "%" | "&");
        if !may_end && !after.is_some_and(char::is_alphanumeric) {
            return Ok(());
        }
        let mut letters = Vec::new();
        self.keys
            .each_letter(node, |letter, child| letters.push((letter, child)));
        budget.spend(60)?;
        if let Some(last) = self.path.last().copied()
            && (last.letter.is_alphabetic() && last.run == 1 && last.how < How::Masked)
            && first_seen(&self.text[at + len..]).is_some_and(char::is_alphanumeric)
        {
            // The letter before it, once more.
            let depth = self.path.len();
            self.path[depth - 1] = Step {
                run: last.run + 1,
                to: at + len,
                how: How::Masked,
                ..last
            };
            let place = Place { node, at: at + len };
            let done = self.arrive(place, budget);
            self.path[depth - 1] = last;
            done?;
        }
        for (letter, child) in letters {
            for to in [at + len, at + run] {
                self.path.push(Step {
                    letter,
                    from: at,
                    to,
                    run: 1,
                    how: How::Masked,
                    between,
                    splits: u32::from(between > Between::Markup),
                    hidden: false,
                });
                let place = Place {
                    node: child,
                    at: to,
                };
                let done = self.arrive(place, budget);
                self.path.pop();
                done?;
                if run == len {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Follows the letters of one reading.
    fn read(
        &mut self,
        mut node: u32,
        read: Read<'_>,
        budget: &mut Budget,
    ) -> Result<(), Exhausted> {
        let depth = self.path.len();
        let last = self.path.last().copied();
        let mut fits = self.letters < LETTERS_MAX;
        for letter in read.letters.chars() {
            if !fits {
                break;
            }
            let splits = u32::from(read.between > Between::Markup);
            match self.path.last_mut() {
                Some(step) if step.letter == letter => {
                    step.run += 1;
                    step.to = read.from + read.len;
                    step.how = step.how.max(read.how);
                    step.between = step.between.max(read.between);
                    step.splits += splits;
                    step.hidden |= read.hidden;
                    fits = step.run < REPEATS_MAX;
                }
                _ => match self.keys.child(node, letter) {
                    Some(child) => {
                        node = child;
                        self.path.push(Step {
                            letter,
                            from: read.from,
                            to: read.from + read.len,
                            run: 1,
                            how: read.how,
                            between: read.between,
                            splits,
                            hidden: read.hidden,
                        });
                    }
                    None => fits = false,
                },
            }
        }
        let mut done = Ok(());
        if fits {
            self.letters += 1;
            let place = Place {
                node,
                at: read.from + read.len,
            };
            done = self.arrive(place, budget);
            self.letters -= 1;
        }
        self.path.truncate(depth);
        if let (Some(last), Some(step)) = (last, self.path.last_mut()) {
            *step = last;
        }
        done
    }

    /// A letter is read: takes its marks and repetitions, says what ends here, and goes on.
    fn arrive(&mut self, place: Place, budget: &mut Budget) -> Result<(), Exhausted> {
        let Place { node, mut at } = place;
        let keys = self.keys;
        let mark = keys.mark(node);
        let last = self.path.last().copied();
        let typed = last.and_then(|step| self.text[step.from..].chars().next());
        if self.goes_on(at, typed) {
            budget.spend(1)?;
            for value in mark.map_or(&[][..], |mark| &mark.prefixes) {
                (self.found)(value, self.path[0].from, at, &self.path, budget)?;
            }
            return self.seek(place, budget);
        }
        loop {
            budget.spend(1)?;
            at = self.behind_marks(at, budget)?;
            if let Some(mark) = mark
                && !mark.values.is_empty()
                && self.may_end(at)
            {
                let start = self.path[0].from;
                for value in &mark.values {
                    (self.found)(value, start, at, &self.path, budget)?;
                }
            }
            let prefixes = mark.map_or(&[][..], |mark| &mark.prefixes);
            for value in prefixes {
                (self.found)(value, self.path[0].from, at, &self.path, budget)?;
            }
            // The same character again needs no new way.
            let Some(step) = self.path.last_mut() else {
                break;
            };
            let next = self.text[at..].chars().next();
            if next.is_none()
                || next != typed
                || matches!(next, Some('&' | '%'))
                || step.run >= REPEATS_MAX
                || !matches!(step.how, How::Plain | How::Lookalike)
                || !step.letter.is_alphanumeric()
            {
                break;
            }
            at += next.map_or(0, char::len_utf8);
            step.run += 1;
            step.to = at;
        }
        let mut done = Ok(());
        if let Some(mark) = mark {
            for gap in &mark.gaps {
                done = done.and_then(|()| self.cross(node, *gap, at, budget));
            }
        }
        done = done.and_then(|()| self.seek(Place { node, at }, budget));
        if let (Some(last), Some(step)) = (last, self.path.last_mut()) {
            *step = last;
        }
        done
    }

    /// Whether another letter follows behind one at the byte `at`: no word ends there, and nothing belongs to the first.
    fn goes_on(&self, at: usize, typed: Option<char>) -> bool {
        let Some(next) = self.text.as_bytes().get(at) else {
            return false;
        };
        next.is_ascii_alphanumeric()
            && typed != Some(char::from(*next))
            && self
                .path
                .last()
                .is_some_and(|step| step.letter.is_ascii_alphanumeric())
            && !(self.is_wide() && is_seam(self.text, at))
    }

    fn behind_marks(&mut self, mut at: usize, budget: &mut Budget) -> Result<usize, Exhausted> {
        while let Some(c) = self.text[at..].chars().next()
            && !c.is_ascii()
            && is_ornament(c)
        {
            budget.spend(1)?;
            at += c.len_utf8();
            if let Some(step) = self.path.last_mut() {
                step.to = at;
            }
        }
        Ok(at)
    }

    /// Whether a word may end before the byte `at`.
    fn may_end(&self, at: usize) -> bool {
        let Some(last) = self.path.last() else {
            return false;
        };
        // What stands for a letter is one.
        let left = match Class::of(last.letter) {
            Class::Separator if last.how != How::Plain => Class::Letter,
            class => class,
        };
        let mut at = at;
        while let Some(next) = token(self.text, at) {
            if next.sign.hidden {
                at += next.len;
                continue;
            }
            return between(left, next.sign.class) || self.is_wide() && is_seam(self.text, at);
        }
        true
    }

    /// Goes over a gap of a phrase, and over as many words as it may have.
    fn cross(
        &mut self,
        node: u32,
        gap: u8,
        from: usize,
        budget: &mut Budget,
    ) -> Result<(), Exhausted> {
        let Some(node) = self.keys.trie.next(node, gap) else {
            return Ok(());
        };
        if !self.may_end(from) {
            return Ok(());
        }
        let mut at = from;
        for word in 0..=gap - GAP {
            if word > 0 {
                let rest = &self.text[at..];
                at += rest.find(|c| !Class::of(c).is_word()).unwrap_or(rest.len());
            }
            let end = self.behind_separators(at);
            budget.spend(1 + (end - at))?;
            self.path.push(Step {
                letter: '\0',
                from: at,
                to: end,
                run: 0,
                how: How::Plain,
                between: Between::Nothing,
                splits: 0,
                hidden: false,
            });
            let done = self.seek(Place { node, at: end }, budget);
            self.path.pop();
            done?;
            if end == self.text.len() {
                break;
            }
            at = end;
        }
        Ok(())
    }

    fn behind_separators(&self, mut at: usize) -> usize {
        for _ in 0..GAP_MAX {
            if let Some(end) = stretch(self.text, at) {
                at = end;
                continue;
            }
            let Some(token) = token(self.text, at) else {
                break;
            };
            let is_text = token.sign.class.is_word() && !token.sign.hidden;
            // A symbol between words may be a word of the phrase.
            if is_text
                || !token.c.is_ascii()
                    && !token.c.is_whitespace()
                    && !token.sign.hidden
                    && !is_dash(token.c)
            {
                break;
            }
            at += token.len;
            if token.c == '\n' {
                at = behind_number(self.text, at);
            }
        }
        at
    }
}

//! Whether a way on which a spelling was found shows the pattern, in its rule's mode, and in which views.
//! Knows spellings and one text; nothing of actions.

use std::cell::OnceCell;
use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;
use unicode_script::Script;

use super::rule::MatchMode;
use super::sign::{How, behind_row, drawn, is_ornament, sign};
use super::spelling::{Letter, Place, Spelling, script_of};
use super::step::{Between, Step};
use super::text::rendered;
use super::token::{Context, context, is_markup_sign, token};
use super::view::{View, Views};
use super::walk::first_seen;

/// A pattern with fewer letters is no word for some disguises: too many other words are near.
const SHORT: usize = 4;
/// How many invisible characters are looked behind.
const HIDDEN_MAX: usize = 64;

/// A field of a post, with what has to be known of all of it, found out when it is needed.
pub(super) struct Text<'t> {
    pub(super) text: &'t str,
    pub(super) is_markdown: bool,
    letters: OnceCell<Letters>,
    plain: OnceCell<String>,
    /// Where fences of code stand.
    fences: OnceCell<Vec<usize>>,
}

/// Of what letters a text consists.
#[derive(Debug, Default)]
struct Letters {
    by_script: HashMap<Script, usize>,
    all: usize,
    marked: usize,
}

impl<'t> Text<'t> {
    pub(super) fn new(text: &'t str, is_markdown: bool) -> Text<'t> {
        Text {
            text,
            is_markdown,
            letters: OnceCell::new(),
            plain: OnceCell::new(),
            fences: OnceCell::new(),
        }
    }

    fn letters(&self) -> &Letters {
        self.letters.get_or_init(|| Letters::of(self.text))
    }

    /// Whether the text outside of `part` is written in `script`, as far as it is written at all.
    fn is_written_in(&self, script: Script, part: &str) -> bool {
        let (whole, part) = (self.letters(), Letters::of(part));
        let outside = |script: &Script, count: usize| {
            count.saturating_sub(part.by_script.get(script).copied().unwrap_or(0))
        };
        let own = whole.by_script.get(&script).copied().unwrap_or(0);
        let own = outside(&script, own);
        whole
            .by_script
            .iter()
            .all(|(other, count)| *other == script || outside(other, *count) <= own)
    }

    /// Whether marks on letters are how the text outside of `part` is written.
    fn is_written_with_marks(&self, part: &str) -> bool {
        let (whole, part) = (self.letters(), Letters::of(part));
        let marked = whole.marked.saturating_sub(part.marked);
        marked * 100 > whole.all.saturating_sub(part.all)
    }

    /// Whether the byte `at` is in code, where runs of one letter are placeholders.
    fn is_code(&self, at: usize) -> bool {
        let from = self.text.floor_char_boundary(at.saturating_sub(500));
        let before = &self.text[from..at];
        let line = &before[before.rfind('\n').map_or(0, |feed| feed + 1)..];
        let fences = self
            .fences
            .get_or_init(|| self.text.match_indices("```").map(|(at, _)| at).collect());
        self.is_markdown
            && (fences.partition_point(|fence| *fence < at) % 2 == 1
                || line.matches('`').count() % 2 == 1)
    }

    /// The text as rendered, folded.
    fn plain(&self) -> &str {
        self.plain
            .get_or_init(|| super::normalize::fold(&rendered(self.text).text).text)
    }
}

impl Letters {
    fn of(text: &str) -> Letters {
        let mut letters = Letters::default();
        if text.is_ascii() {
            letters.all = text.bytes().filter(u8::is_ascii_alphabetic).count();
            letters.by_script.insert(Script::Latin, letters.all);
            return letters;
        }
        for c in text.chars() {
            if let Some(script) = script_of(c) {
                letters.all += 1;
                *letters.by_script.entry(script).or_default() += 1;
                letters.marked += usize::from(has_marks(c));
            }
        }
        letters
    }
}

/// Whether `c` is one letter with a mark.
fn has_marks(c: char) -> bool {
    !c.is_ascii() && c.nfd().any(is_ornament)
}

/// What was found out about one word.
#[derive(Debug, Default)]
struct Word {
    /// Letters that stand there, however often repeated.
    letters: u32,
    /// Where the last of them stands.
    counted: Option<usize>,
    /// Letters of the pattern's own script.
    own: u32,
    foreign: u32,
    digits: u32,
    symbols: u32,
    masked: u32,
    splits: u32,
    /// How often signs of Markdown stand between.
    markup: u32,
    space: bool,
    repeated: bool,
    /// Letters that stand there more often than in the pattern.
    doubled: u32,
}

/// The views in which `path` shows the spelling, if the mode believes it.
pub(super) fn judge(
    text: &Text<'_>,
    spelling: &Spelling,
    mode: MatchMode,
    path: &[Step],
    end: usize,
) -> Option<Views> {
    let start = path[0].from;
    let part = &text.text[start..end];
    let mut views = Views::TEXT;
    let mut word = Word::default();
    let mut is_first = true;
    for (step, place) in path.iter().zip(&spelling.places) {
        let Place::Letter(letter) = place else {
            word.believe(spelling, mode)?;
            word = Word::default();
            is_first = true;
            continue;
        };
        let is_last = step.to == path[path.len() - 1].to;
        see(
            text, spelling, letter, step, is_last, part, mode, &mut views, &mut word,
        )?;
        if is_first && step.letter == path[0].letter && step.from == path[0].from {
            // Its repetitions may be split.
            word.splits += step.splits;
            word.space |= step.between == Between::Space;
        } else if !is_first {
            word.splits += step.splits;
            word.space |= step.between == Between::Space;
            match step.between {
                Between::Nothing => {}
                Between::Markup => {
                    word.markup += 1;
                    views.add(View::Markup);
                }
                Between::Signs | Between::Space => views.add(View::Separated),
            }
        }
        if step.hidden {
            views.add(View::Hidden);
        }
        is_first = false;
    }
    word.believe(spelling, mode)?;
    if views.contains(View::Lookalike) || spelling.is_lookalike {
        views.add(View::Lookalike);
        let script = spelling.script?;
        let has_own = part.chars().any(|c| script_of(c) == Some(script));
        if word.foreign > 0 && !has_own && !text.is_written_in(script, part) {
            return None;
        }
    }
    if views.contains(View::Marks) && mode == MatchMode::Normal {
        is_disguise_by_marks(text, spelling, path, part, views).then_some(())?;
    }
    if mode == MatchMode::Normal && super::usual::is_usual(part, &text.text[end..]) {
        return None;
    }
    if mode == MatchMode::Normal && spelling.length == 1 && text.is_code(start) {
        return None;
    }
    let is_typed = |typed: &str| is_as_typed(text.text, start, typed);
    if mode == MatchMode::Exact
        && !(is_literal(text, views, path, end) && spelling.typed.as_deref().is_none_or(is_typed))
    {
        return None;
    }
    if mode != MatchMode::Aggressive && !is_apart(text.text, path) {
        return None;
    }
    if mode != MatchMode::Aggressive && !(may_begin(text.text, start) && may_end(text.text, end)) {
        return None;
    }
    if text.is_markdown {
        match context(text.text, start) {
            Context::Text => {}
            Context::Link => views.add(View::Link),
            Context::Tag => return None,
        }
    }
    Some(views)
}

/// Compares one letter; answers whether it may be this one at all.
#[expect(clippy::too_many_arguments, reason = "the parts of one comparison")]
fn see(
    text: &Text<'_>,
    spelling: &Spelling,
    letter: &Letter,
    step: &Step,
    is_last: bool,
    part: &str,
    mode: MatchMode,
    views: &mut Views,
    word: &mut Word,
) -> Option<()> {
    if step.run < letter.run() {
        return None;
    }
    if step.run > letter.run() && !letter.open {
        // Many innocent words end in a letter more.
        let is_many = step.run >= 3 && spelling.length > 1
            || spelling.length >= SHORT && !(is_last && step.run == 2 && word.doubled < 2);
        (mode == MatchMode::Aggressive || is_many).then_some(())?;
        views.add(View::Repeated);
        word.repeated = true;
        word.doubled += 1;
    }
    // Of a syllable that is one character, one letter counts.
    word.letters += match word.counted.replace(step.from) == Some(step.from) {
        true => 0,
        false => step.counted(),
    };
    let typed = &text.text[step.from..step.to];
    match step.how {
        How::Plain if typed.len() == 1 => {
            let is_own = spelling.script == Some(Script::Latin)
                || !typed.as_bytes()[0].is_ascii_alphabetic();
            word.own += u32::from(is_own);
            word.foreign += u32::from(!is_own && spelling.is_lookalike);
            if !letter.marks().is_empty() {
                views.add(View::Marks);
            }
        }
        How::Plain => {
            let c = typed.chars().next()?;
            match (script_of(c), spelling.script) {
                (Some(typed), Some(own)) if typed != own => word.foreign += 1,
                _ => word.own += 1,
            }
            if marks(typed) != letter.marks() {
                views.add(View::Marks);
            }
        }
        How::Lookalike => {
            views.add(View::Lookalike);
            match (script_of(typed.chars().next()?), spelling.script) {
                (Some(typed), Some(own)) if typed == own && !spelling.is_lookalike => {
                    // A letter of the same script that looks like it is a disguise as marks are.
                    views.add(View::Marks);
                    word.own += 1;
                }
                (Some(typed), Some(own)) if typed == own => word.own += 1,
                (None, _) => word.own += 1,
                _ => word.foreign += 1,
            }
        }
        How::Leet | How::Loose => {
            if step.how == How::Loose && mode != MatchMode::Aggressive {
                return None;
            }
            is_leet(text.text, step, part, mode)?;
            views.add(View::Leet);
            match typed.bytes().all(|byte| byte.is_ascii_digit()) {
                true => word.digits += 1,
                false => word.symbols += 1,
            }
        }
        How::Masked => {
            (step.run <= letter.run()).then_some(())?;
            views.add(View::Masked);
            word.masked += 1;
        }
    }
    Some(())
}

/// I for l among small letters, l for I among capitals; a bracket for c inside a word, if nothing closes it.
fn is_leet(text: &str, step: &Step, part: &str, mode: MatchMode) -> Option<()> {
    if mode == MatchMode::Aggressive {
        return Some(());
    }
    let typed = text[step.from..].chars().next()?;
    let before = text[..step.from].chars().next_back();
    let after = text[step.to..].chars().next();
    let near = |is: fn(char) -> bool| before.is_some_and(is) || after.is_some_and(is);
    let believed = match typed {
        'I' => near(char::is_lowercase),
        'l' => near(char::is_uppercase),
        '(' if step.to - step.from == 1 => {
            before.is_some_and(char::is_alphanumeric)
                && after.is_some_and(char::is_alphanumeric)
                && !part.contains(')')
                && !text[step.to..].chars().take(40).any(|c| c == ')')
        }
        '<' => {
            before.is_some_and(char::is_alphanumeric)
                && after.is_some_and(char::is_alphanumeric)
                && !text[step.to..].chars().take(40).any(|c| c == '>')
        }
        _ => true,
    };
    believed.then_some(())
}

impl Word {
    fn believe(&self, spelling: &Spelling, mode: MatchMode) -> Option<()> {
        let is_believed = match mode {
            MatchMode::Exact => true,
            MatchMode::Normal => self.is_likely(spelling),
            MatchMode::Aggressive => self.is_possible(spelling),
        };
        is_believed.then_some(())
    }

    fn is_likely(&self, spelling: &Spelling) -> bool {
        let leet = self.digits + self.symbols;
        let is_short = spelling.total < SHORT as u32;
        let plain = self.own + self.foreign;
        let is_word_in_leet = leet == 0
            || match is_short {
                true => plain >= 2 || plain == 1 && self.symbols > 0,
                false => plain >= 1 || self.symbols >= 2,
            };
        let is_masked = self.masked == 0
            || !is_short && self.masked * 2 <= self.letters && plain >= self.masked;
        // Letters one by one, or cut by signs; words of a sentence are neither.
        let is_split = match (self.splits, self.space) {
            (0, _) => true,
            (splits, true) => {
                splits >= 2 && self.letters.saturating_sub(splits + self.markup + 1) <= 1
            }
            (_, false) => true,
        };
        // Of a short word, one disguise leaves enough to be known by.
        let disguises = u32::from(leet > 0) + u32::from(self.repeated) + u32::from(self.splits > 0);
        let is_known = !is_short || disguises <= 1 && (self.splits == 0 || spelling.may_be_split());
        is_word_in_leet && is_masked && is_split && is_known
    }

    fn is_possible(&self, spelling: &Spelling) -> bool {
        let plain = self.own + self.foreign;
        let is_masked = self.masked * 2 <= self.letters && (self.masked == 0 || self.letters >= 3);
        let is_long = spelling.may_be_split() || self.splits == 0;
        let is_number = plain == 0 && self.symbols == 0 && self.digits > 0;
        let is_split = !self.space
            || spelling.length >= SHORT
            || self.letters.saturating_sub(self.splits + 1) <= 1 && self.splits >= 2;
        is_masked && !is_number && is_split && is_long
    }
}

fn marks_only() -> Views {
    let mut views = Views::TEXT;
    views.add(View::Marks);
    views
}

/// The marks on a letter.
fn marks(typed: &str) -> String {
    typed.nfkd().filter(|c| is_ornament(*c)).collect()
}

/// Marks that are on letters for show: several on one letter, or in a text that is written without.
fn is_disguise_by_marks(
    text: &Text<'_>,
    spelling: &Spelling,
    path: &[Step],
    part: &str,
    views: Views,
) -> bool {
    let letters = || path.iter().zip(&spelling.places);
    let added = |step: &Step, letter: &Letter| {
        let typed = &text.text[step.from..step.to];
        let count = marks(typed).chars().count();
        (
            count > letter.marks().chars().count(),
            count > 1 || typed.chars().skip(1).any(is_ornament),
        )
    };
    let (mut is_added, mut is_heaped, mut left_out) = (false, false, false);
    let mut tildes = 0;
    let mut changed = 0;
    for (step, place) in letters() {
        let Place::Letter(letter) = place else {
            continue;
        };
        let (more, heap) = added(step, letter);
        let typed = &text.text[step.from..step.to];
        let differs = step.how == How::Lookalike || marks(typed) != letter.marks();
        is_added |= more || step.how == How::Lookalike;
        is_heaped |= heap;
        left_out |= differs && !more && step.how != How::Lookalike;
        changed += u32::from(differs);
        tildes += u32::from(differs && matches!(typed, "ñ" | "Ñ"));
    }
    if is_heaped {
        return true;
    }
    if left_out && spelling.length <= SHORT {
        return false;
    }
    // One letter with its usual mark is how a name or a foreign word is spelled; the Spanish ñ is no n with a mark.
    let is_spelling = changed == 1 && views == marks_only() || changed > 0 && tildes == changed;
    !is_added || !is_spelling && !text.is_written_with_marks(part)
}

/// Whether the words of a phrase are apart, and what hides a letter is followed by another: other rules of the set may be
/// looked for where neither is so.
fn is_apart(text: &str, path: &[Step]) -> bool {
    path.iter().all(|step| match (step.how, step.letter) {
        (How::Masked, _) => {
            let sign = text[step.from..].chars().next().unwrap_or_default();
            let sign = &text[step.from..step.from + sign.len_utf8()];
            let behind = behind_row(&text[step.to..], sign).and_then(first_seen);
            behind.is_some_and(char::is_alphanumeric)
        }
        (_, '\0') => step.from < step.to || super::boundary::is_boundary(text, step.from),
        _ => true,
    })
}

/// Whether the sign at the byte `from` may be the first letter of a word, if that is what it was read as: no sign behind a
/// letter is, and none before white space. Asked of every way, so that it does not matter for which rule it was gone.
pub(super) fn may_be_first(text: &str, first: &Step, mode: MatchMode) -> bool {
    let bytes = &text.as_bytes()[first.from..];
    let sign = bytes[0];
    let is_encoded = matches!(sign, b'&' | b'%') && first.to > first.from + 1;
    let is_for_letter = matches!(first.how, How::Leet | How::Loose) && sign.is_ascii_punctuation();
    if !is_encoded && !is_for_letter {
        return true;
    }
    if first.from > 0 && text.as_bytes()[first.from - 1].is_ascii_alphanumeric() {
        return false;
    }
    if is_encoded {
        return true;
    }
    let is_drawn = drawn(bytes, How::Loose).any(|(drawn, _, letters)| {
        letters.starts_with(first.letter) && drawn.len() <= first.to - first.from
    });
    let next = bytes.get(1).copied().unwrap_or(b' ');
    let behind = behind_row(&text[first.from..], &text[first.from..][..1]);
    is_drawn
        || match sign {
            b'{' | b'[' | b'<' | b'(' | b'^' => {
                mode == MatchMode::Aggressive && next.is_ascii_alphanumeric()
            }
            b'$' | b'@' | b'!' | b'|' | b'#' | b'+' => {
                !next.is_ascii_whitespace()
                    && behind.is_some_and(|behind| !behind.starts_with(char::is_whitespace))
            }
            _ => false,
        }
}

/// Whether what a rule that takes its pattern at its word has found is there as rendered.
fn is_literal(text: &Text<'_>, views: Views, path: &[Step], end: usize) -> bool {
    const DISGUISES: [View; 6] = [
        View::Marks,
        View::Lookalike,
        View::Leet,
        View::Repeated,
        View::Separated,
        View::Masked,
    ];
    if DISGUISES.iter().any(|view| views.contains(*view)) {
        return false;
    }
    if !views.contains(View::Markup) {
        return true;
    }
    let start = path[0].from;
    let part = &text.text[start..end];
    let is_letter = |at: usize| {
        path.iter()
            .any(|step| step.from == at && step.letter != '\0')
    };
    let mut letters = String::new();
    let mut at = 0;
    while let Some(token) = token(part, at) {
        if let Some(end) = super::token::stretch(part, at) {
            at = end;
            continue;
        }
        // Signs of Markdown are left out, unless the pattern has them.
        if !is_markup_sign(token.c) || is_letter(start + at) {
            letters.push(token.c);
        }
        at += token.len;
    }
    text.is_markdown
        && text
            .plain()
            .contains(&super::normalize::fold(&letters).text)
}

/// Whether `typed` stands in the text, with its first letter or digit at the byte `at`, but for case and how much white
/// space there is.
fn is_as_typed(text: &str, at: usize, typed: &str) -> bool {
    let first = typed.find(char::is_alphanumeric).unwrap_or(0);
    let (before, behind) = typed.split_at(first);
    goes_as(text[at..].chars(), behind.chars())
        && goes_as(text[..at].chars().rev(), before.chars().rev())
}

/// Whether the text goes on as the pattern does.
fn goes_as(text: impl Iterator<Item = char>, mut pattern: impl Iterator<Item = char>) -> bool {
    let mut text = text.peekable();
    pattern.all(|wanted| match wanted {
        ' ' => {
            let is_space = |c: &char| c.is_whitespace();
            let found = text.next_if(is_space).is_some();
            while text.next_if(is_space).is_some() {}
            found
        }
        wanted => text
            .next()
            .is_some_and(|c| c.to_lowercase().eq(wanted.to_lowercase())),
    })
}

/// Whether a word may begin at the byte `at`: nothing seen stands before it that belongs to the same word.
pub(super) fn may_begin(text: &str, at: usize) -> bool {
    let Some(first) = text[at..].chars().next() else {
        return false;
    };
    let first = sign(first).class;
    for before in text[..at].chars().rev().take(HIDDEN_MAX) {
        let before = sign(before);
        if before.hidden {
            continue;
        }
        return super::boundary::between(before.class, first);
    }
    true
}

/// Whether a word may end before the byte `at`.
fn may_end(text: &str, mut at: usize) -> bool {
    let last = text[..at].chars().rev().map(sign).find(|sign| !sign.hidden);
    let Some(last) = last else {
        return true;
    };
    while let Some(next) = token(text, at) {
        if !next.sign.hidden {
            return super::boundary::between(last.class, next.sign.class);
        }
        at += next.len;
    }
    true
}

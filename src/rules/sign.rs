//! What a character may be read as: the letter that it is, letters that it looks like, letters that it stands for.
//! Knows single characters only; whether a reading is believed is for [`judge`](super::judge).

use std::sync::OnceLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript};

use super::boundary::Class;
use super::codes::code_of_sign;
use super::normalize::{fold_char, is_default_ignorable};

/// How far a reading is from what stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum How {
    /// The same letter, but for case, width and marks.
    Plain,
    /// A letter that looks the same.
    Lookalike,
    /// A digit or symbol that stands for a letter.
    Leet,
    /// What only somebody who searches hard takes for the letter.
    Loose,
    /// A sign that hides one letter.
    Masked,
}

/// One way to read a character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) how: How,
    /// Letters without case, width and marks.
    pub(super) letters: Box<str>,
}

/// A character with all that can be told about it.
#[derive(Debug, Clone)]
pub(super) struct Sign {
    pub(super) class: Class,
    /// It is not seen, or only changes the look of the letter before it.
    pub(super) hidden: bool,
    /// What all its readings have in common.
    pub(super) code: u16,
    /// [`How::Plain`] first, if it can be read as itself.
    pub(super) readings: Box<[Reading]>,
}

const PAGE: usize = 256;
static PAGES: [OnceLock<Box<[Sign]>>; 0x11_0000 / PAGE] =
    [const { OnceLock::new() }; 0x11_0000 / PAGE];

/// What is known of `c`; found out for 256 neighbours at a time, once.
pub(super) fn sign(c: char) -> &'static Sign {
    let code = c as usize;
    let page = PAGES[code / PAGE].get_or_init(|| {
        let first = (code - code % PAGE) as u32;
        (first..first + PAGE as u32)
            .map(|code| Sign::of(char::from_u32(code).unwrap_or('\u{FFFD}')))
            .collect()
    });
    &page[code % PAGE]
}

impl Sign {
    fn of(c: char) -> Sign {
        let base = base(c);
        let mut readings = Vec::new();
        let mut read = |how, letters: &str| {
            let is_known = |reading: &Reading| &*reading.letters == letters;
            if !letters.is_empty() && !readings.iter().any(is_known) {
                readings.push(Reading {
                    how,
                    letters: letters.into(),
                });
            }
        };
        let hidden = is_hidden(c);
        if !hidden && !c.is_whitespace() && !c.is_control() {
            read(How::Plain, &base);
            if !c.is_ascii() {
                for letters in lookalikes(c) {
                    read(How::Lookalike, &letters);
                }
            }
            for (how, letters) in stand_ins(c) {
                read(*how, letters);
            }
        }
        let class = Class::of(c);
        Sign {
            class,
            hidden,
            code: code_of_sign(c, class, &readings),
            readings: readings.into(),
        }
    }
}

/// The letters of `c` without case, width and marks.
pub(super) fn base(c: char) -> String {
    fold_char(c).nfkd().filter(|c| !is_hidden(*c)).collect()
}

/// What is not seen, and marks that letters do without. Marks that make another letter of it (Indic vowels, the voicing of
/// Kana) are none of these.
pub(super) fn is_hidden(c: char) -> bool {
    if c.is_ascii() {
        return false;
    }
    is_default_ignorable(c) || is_ornament(c)
}

/// Marks over, under and around letters.
pub(super) fn is_ornament(c: char) -> bool {
    is_combining_mark(c)
        && (matches!(c, '\u{0591}'..='\u{05C7}' | '\u{064B}'..='\u{065F}' | '\u{0670}')
            || c.script() == Script::Inherited && !matches!(c, '\u{3099}' | '\u{309A}'))
}

/// Letters that look like `c`: by the table of UTS 39, which knows shapes, and by one that knows fancy alphabets.
pub(super) fn lookalikes(c: char) -> Vec<String> {
    let mut found = Vec::new();
    let mut add = |shape: String| {
        let letters: String = shape.chars().map(base).collect();
        if letters.chars().all(char::is_alphanumeric) {
            // I, l and 1 have one shape.
            found.extend((letters == "l").then(|| "i".to_owned()));
            found.push(letters);
        }
    };
    let mut buffer = [0; 4];
    let shape: String = unicode_security::skeleton(c.encode_utf8(&mut buffer)).collect();
    match shape.as_str() {
        "rn" => add("m".to_owned()),
        _ => add(shape),
    }
    match decancer::cure_char!(c) {
        decancer::Translation::Character(shape) => add(shape.to_string()),
        decancer::Translation::String(shape) => add(shape.to_string()),
        decancer::Translation::None => {}
    }
    found
}

/// What digits and symbols stand for.
#[rustfmt::skip]
fn stand_ins(c: char) -> &'static [(How, &'static str)] {
    use How::{Leet, Loose};
    match c {
        '0' => &[(Leet, "o")],
        '1' | '!' | '|' | '¡' | '¦' => &[(Leet, "i"), (Leet, "l")],
        '2' => &[(Leet, "z")],
        '3' | '€' => &[(Leet, "e")],
        '4' | '@' => &[(Leet, "a")],
        '5' | '$' | '§' => &[(Leet, "s")],
        '6' => &[(Leet, "g"), (Leet, "b")],
        '7' | '+' | '†' => &[(Leet, "t")],
        '8' => &[(Leet, "b")],
        '9' => &[(Leet, "g"), (Leet, "q")],
        '#' => &[(Leet, "h")],
        '(' | '<' | '¢' | '©' => &[(Leet, "c")],
        '£' => &[(Leet, "l")],
        '¥' => &[(Leet, "y")],
        '®' => &[(Leet, "r")],
        'I' => &[(Leet, "l")],
        'l' => &[(Leet, "i")],
        '^' | '∆' | '∧' => &[(Loose, "a")],
        '{' | '[' => &[(Loose, "c")],
        'v' | 'V' => &[(Loose, "u")],
        'u' | 'U' => &[(Loose, "v")],
        'z' | 'Z' => &[(Loose, "s")],
        '×' | '✕' | '✖' => &[(Leet, "x")],
        '∅' | '⭕' | '○' | '●' => &[(Leet, "o")],
        _ => &[],
    }
}

/// A letter drawn with several characters.
pub(super) type Drawn = (&'static str, How, &'static str);

/// Those that `text` begins with, read no looser than that; the longest first.
#[inline]
pub(super) fn drawn(text: &[u8], loosest: How) -> impl Iterator<Item = &'static Drawn> {
    let all: &[Drawn] = match text {
        [first, second, ..] => drawn_with(*first, *second),
        _ => &[],
    };
    all.iter().filter(move |(drawn, how, _)| {
        *how <= loosest
            && text
                .get(..drawn.len())
                .is_some_and(|begin| begin.eq_ignore_ascii_case(drawn.as_bytes()))
    })
}

/// Those that begin with these two bytes, or with the first.
#[inline]
fn drawn_with(first: u8, second: u8) -> &'static [Drawn] {
    use How::{Leet, Loose};
    if second.is_ascii_alphanumeric() {
        return match (first, second) {
            (b'|', b'3') => &[("|3", Leet, "b")],
            (b'|', b'2') => &[("|2", Leet, "r")],
            (b'v' | b'V', b'v' | b'V') => &[("vv", Loose, "w")],
            (b'r' | b'R', b'n' | b'N') => &[("rn", Loose, "m")],
            (b'p' | b'P', b'h' | b'H') => &[("ph", Loose, "f")],
            _ => &[],
        };
    }
    match first {
        b'|' => &[
            (r"|\/|", Leet, "m"),
            (r"|\|", Leet, "n"),
            ("|_|", Leet, "u"),
            ("|-|", Leet, "h"),
            ("|<", Leet, "k"),
            ("|)", Leet, "d"),
            ("|=", Leet, "f"),
            ("|>", Leet, "p"),
            ("|_", Leet, "l"),
        ],
        b'\\' => &[(r"\/\/", Leet, "w"), (r"\/", Leet, "v")],
        b'/' => &[(r"/\/\", Leet, "m"), ("/-/", Leet, "h"), (r"/\", Leet, "a")],
        b'_' => &[("_|", Leet, "j")],
        b'(' => &[("()", Leet, "o")],
        b'[' => &[("[]", Leet, "o")],
        b'>' => &[("><", Leet, "x")],
        _ => &[],
    }
}

/// Whether `c` may hide a letter.
pub(super) fn is_mask(c: char) -> bool {
    matches!(
        c,
        '*' | '#' | '•' | '●' | '█' | '▇' | '■' | '×' | '✱' | '＊'
    )
}

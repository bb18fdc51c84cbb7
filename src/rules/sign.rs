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
                if let Some(letter) = drawn_by(c) {
                    read(How::Lookalike, letter);
                }
            }
            // A digit in a circle stands for what the digit does.
            let plain = single(&base).unwrap_or(c);
            let all = stand_ins(c).iter().chain(stand_ins(plain));
            for (how, letters) in all {
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

/// The letters of `c` without case, width and marks, and without differences that are to other scripts what case is to ours.
pub(super) fn base(c: char) -> String {
    let folded = fold_char(c);
    let letters = folded.nfkd().filter(|c| !is_hidden(*c));
    match c.is_ascii() {
        true => letters.collect(),
        false => letters.flat_map(usual_form).collect(),
    }
}

/// Letters of which one script or another has two: both Kana, Hebrew at the end of a word, Hangul at the end of a syllable.
fn usual_form(c: char) -> impl Iterator<Item = char> {
    /// Those at the end of a syllable, from U+11A8 on, as they are written at its beginning.
    const ENDS: [&str; 27] = [
        "ᄀ", "ᄁ", "ᄀᄉ", "ᄂ", "ᄂᄌ", "ᄂᄒ", "ᄃ", "ᄅ", "ᄅᄀ", "ᄅᄆ", "ᄅᄇ", "ᄅᄉ",
        "ᄅᄐ", "ᄅᄑ", "ᄅᄒ", "ᄆ", "ᄇ", "ᄇᄉ", "ᄉ", "ᄊ", "ᄋ", "ᄌ", "ᄎ", "ᄏ", "ᄐ", "ᄑ",
        "ᄒ",
    ];
    let moved = |by: u32| char::from_u32(u32::from(c) + by);
    let (one, several) = match c {
        '\u{3041}'..='\u{3096}' => (moved(0x60), ""),
        'ך' | 'ם' | 'ן' | 'ף' | 'ץ' => (moved(1), ""),
        '\u{11A8}'..='\u{11C2}' => (None, ENDS[c as usize - 0x11A8]),
        c => (Some(c), ""),
    };
    one.into_iter().chain(several.chars())
}

/// The only character of a text.
fn single(text: &str) -> Option<char> {
    let mut chars = text.chars();
    chars.next().filter(|_| chars.next().is_none())
}

/// What is not seen, and marks that letters do without. Marks that make another letter of it (Indic vowels, the voicing of
/// Kana) are none of these.
pub(super) fn is_hidden(c: char) -> bool {
    if c.is_ascii() {
        return false;
    }
    is_default_ignorable(c) || is_ornament(c) || is_blank(c)
}

/// Fillers that are not seen although they are no controls, and the line that only makes words of Arabic longer.
fn is_blank(c: char) -> bool {
    matches!(
        c,
        '\u{2800}' | '\u{FFF9}'..='\u{FFFC}' | '\u{1D159}' | '\u{640}'
    )
}

/// Marks over, under and around letters.
pub(super) fn is_ornament(c: char) -> bool {
    is_combining_mark(c)
        && (matches!(c, '\u{0483}'..='\u{0489}' | '\u{0591}'..='\u{05C7}' | '\u{064B}'..='\u{065F}' | '\u{0670}')
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
    if !found.iter().any(|letters| letters.is_ascii()) {
        // Who imitates a small letter may take a capital for it.
        let capital: String = c.to_uppercase().collect();
        let shape: String = unicode_security::skeleton(&capital).collect();
        let letters: String = shape.chars().map(base).collect();
        let is_letter = |c: char| c.is_ascii_alphanumeric();
        found.extend((letters.len() == 1 && letters.contains(is_letter)).then_some(letters));
    }
    found
}

/// The letter that `c` draws in alphabets for show, which take their shapes from wherever they find them: currencies,
/// syllabaries, characters of Chinese, letters with hooks. Nobody who writes those scripts takes one for the other, so a
/// pattern in them has no such look.
pub(super) fn drawn_by(c: char) -> Option<&'static str> {
    const SHAPES: [(&str, &str); 26] = [
        ("a", "ᗩ卂ค₳ልᎪⱥąꓮ𐊠λДд"),
        ("b", "ᗷ乃๒฿ጌɓƀᏴꓐ"),
        ("c", "ᑕ匚ς₵ርƈȼᏟꓚ𐐽Ↄↄ"),
        ("d", "ᗪ๔Đዕɗđᗞꓓ"),
        ("e", "乇єɆቿęɇꓰ"),
        ("f", "ᖴ千Ŧ₣ቻʄꞘꓝ"),
        ("g", "Ꮆɠ₲ኗցǥɢ"),
        ("h", "ᕼ卄ђⱧዘɦհħ"),
        ("i", "丨ጎįɨ𐌉"),
        ("j", "ᒍﾌןጋʝյɉ"),
        ("k", "Ҝк₭ጕҟƙꝁ"),
        ("l", "ᒪㄥɭⱠረƚł"),
        ("m", "ᗰ爪๓₥ጠɱ𐌌"),
        ("n", "ᑎ几ภ₦ክŋոиИ"),
        ("o", "ㄖ๏ØዐơօØ𐐬𐐄"),
        ("p", "ᑭ卩ק₱የƥᵽ"),
        ("q", "ᑫɊợዒզꝗ"),
        ("r", "ᖇ尺гⱤዪɾɽɍяЯ"),
        ("s", "ᔕ丂ร₴ነʂ𐑃𐑈"),
        ("t", "ㄒ₮ፕƭŧ"),
        ("u", "ᑌㄩยɄሁųսᵾ"),
        ("v", "ᐯשሀʋ"),
        ("w", "ᗯ山ฬ₩ሠɯա"),
        ("x", "᙭乂ץӾሸҳ"),
        ("y", "ㄚאɎሃყ"),
        ("z", "乙ⱫጊȥƶՀ"),
    ];
    let small = c.to_lowercase().next().unwrap_or(c);
    let is_drawn = |(_, shapes): &&(&str, &str)| shapes.contains(c) || shapes.contains(small);
    let found = SHAPES.iter().find(is_drawn).filter(|_| !c.is_ascii());
    found.map(|(letter, _)| *letter)
}

/// What digits and symbols stand for.
#[rustfmt::skip]
fn stand_ins(c: char) -> &'static [(How, &'static str)] {
    use How::{Leet, Loose};
    match c {
        '0' => &[(Leet, "o")],
        '1' | '!' | '|' | '¡' | '¦' | '❗' | '❕' => &[(Leet, "i"), (Leet, "l")],
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
            ("|{", Leet, "k"),
            ("|*", Leet, "p"),
            ("|_", Leet, "l"),
        ],
        b'\\' => &[(r"\/\/", Leet, "w"), (r"\/", Leet, "v")],
        b'/' => &[
            (r"/\/\", Leet, "m"),
            (r"/\/", Leet, "n"),
            ("/-/", Leet, "h"),
            (r"/-\", Leet, "a"),
            (r"/\", Leet, "a"),
        ],
        b'_' => &[("_|", Leet, "j")],
        b'(' => &[("(_)", Leet, "u"), ("()", Leet, "o")],
        b'[' => &[("[]", Leet, "o")],
        b'>' => &[("><", Leet, "x")],
        _ => &[],
    }
}

/// More of one sign in a row are a line, and stand for no letter.
const ROW_MAX: usize = 64;

/// What stands behind the row of `sign` with which `text` begins; nothing if that is too long to stand for a letter, which
/// is found out without reading all of it.
pub(super) fn behind_row<'t>(mut text: &'t str, sign: &str) -> Option<&'t str> {
    for _ in 0..=ROW_MAX {
        match text.strip_prefix(sign) {
            Some(behind) => text = behind,
            None => return Some(text),
        }
    }
    None
}

/// Whether `c` may hide a letter.
pub(super) fn is_mask(c: char) -> bool {
    matches!(
        c,
        '*' | '#'
            | '@'
            | '$'
            | '%'
            | '&'
            | '•'
            | '●'
            | '█'
            | '▇'
            | '■'
            | '×'
            | '✱'
            | '＊'
            | '★'
            | '☆'
            | '♥'
            | '🤬'
    )
}

//! The next character of a typed text: as it stands, as an entity, or percent-encoded; and stretches of markup that a
//! reader does not see. Knows just enough of Markdown and HTML for that; nothing of rules.

use std::collections::HashMap;
use std::sync::OnceLock;

use memchr::{memchr, memchr_iter, memchr3};

use super::sign::{Sign, sign};

/// The longest name of an entity, with `&` and `;`.
const ENTITY_MAX: usize = 34;
/// How long a tag or a link's target may be to be stepped over inside a word, and how long a comment.
const STRETCH_MAX: usize = 256;
const COMMENT_MAX: usize = 2_000;

/// One character, however it is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) c: char,
    pub(super) sign: &'static Sign,
    /// How many bytes it takes.
    pub(super) len: usize,
    /// It is an entity or percent-encoded.
    pub(super) encoded: bool,
}

/// The token at the byte `at`.
#[inline]
pub(super) fn token(text: &str, at: usize) -> Option<Token> {
    let c = text[at..].chars().next()?;
    if let '&' | '%' = c
        && let Some((c, len)) = decode(&text[at..])
    {
        return Some(Token {
            c,
            sign: sign(c),
            len,
            encoded: true,
        });
    }
    Some(Token {
        c,
        sign: sign(c),
        len: c.len_utf8(),
        encoded: false,
    })
}

/// The character that an entity or a percent-encoded byte at the beginning of `text` stands for, and how long that is.
pub(super) fn decode(text: &str) -> Option<(char, usize)> {
    let bytes = text.as_bytes();
    if bytes[0] == b'%' {
        return percent_encoded(bytes);
    }
    if let Some(number) = text.strip_prefix("&#") {
        return numbered(number).map(|(c, len)| (c, len + 2));
    }
    let end = bytes
        .iter()
        .take(ENTITY_MAX)
        .skip(1)
        .position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'#')?
        + 1;
    if bytes[end] != b';' || end == 1 {
        return None;
    }
    entity(&text[1..end]).map(|c| (c, end + 1))
}

/// The longest number of an entity, in digits.
const DIGITS_MAX: usize = 12;

/// What the entity with this number is, and how long the number. Many programs do without the semicolon.
fn numbered(number: &str) -> Option<(char, usize)> {
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(hex) => (hex, 16),
        None => (number, 10),
    };
    let count = digits.bytes().take(DIGITS_MAX);
    let count = count
        .take_while(|byte| char::from(*byte).is_digit(radix))
        .count();
    let c = char::from_u32(u32::from_str_radix(&digits[..count], radix).ok()?)?;
    let semicolon = usize::from(digits[count..].starts_with(';'));
    Some((c, number.len() - digits.len() + count + semicolon))
}

/// A character of which each byte is written as `%` and two digits.
fn percent_encoded(bytes: &[u8]) -> Option<(char, usize)> {
    let byte = |at: usize| {
        let code = bytes.get(3 * at..3 * at + 3)?.strip_prefix(b"%")?;
        u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok()
    };
    let first = byte(0)?;
    if first.is_ascii() {
        let is_seen = first.is_ascii_graphic() || first == b' ';
        return is_seen.then(|| (char::from(first), 3));
    }
    let length = (first.leading_ones() as usize).min(4);
    let encoded: Vec<u8> = (0..length).map_while(byte).collect();
    let c = std::str::from_utf8(&encoded).ok()?.chars().next()?;
    Some((c, 3 * encoded.len()))
}

/// The first character that the entity of this name stands for. The one for `&` is read as it stands.
fn entity(name: &str) -> Option<char> {
    static NAMES: OnceLock<HashMap<&str, char>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let entry = |line: &'static str| {
            let (name, code) = line.split_once(' ')?;
            let code = u32::from_str_radix(code, 16).ok()?;
            Some((name, char::from_u32(code)?))
        };
        include_str!("entities.txt")
            .lines()
            .filter_map(entry)
            .collect()
    });
    names.get(name).copied()
}

/// Where a stretch that a reader does not see, and which begins at the byte `at`, ends: a tag, a comment, the rest of a
/// link behind its text.
pub(super) fn stretch(text: &str, at: usize) -> Option<usize> {
    let rest = &text.as_bytes()[at..];
    let short = &rest[..rest.len().min(STRETCH_MAX)];
    let end = match short {
        [b'<', b'!', b'-', b'-', ..] => {
            let comment = &rest[4..rest.len().min(COMMENT_MAX)];
            4 + comment_end(comment)?
        }
        [b'<', b'/' | b'!' | b'?' | b'a'..=b'z' | b'A'..=b'Z', ..] => tag_end(short)?,
        [b']', b'(', ..] => 2 + memchr(b')', &short[2..])? + 1,
        [b']', b'[', ..] => 2 + memchr(b']', &short[2..])? + 1,
        _ => return None,
    };
    Some(at + end)
}

/// Where the comment that `text` is the rest of ends.
fn comment_end(text: &[u8]) -> Option<usize> {
    let mut closers = memchr_iter(b'>', text);
    closers
        .find(|at| text[..*at].ends_with(b"--"))
        .map(|at| at + 1)
}

/// Where the tag with which `text` begins ends: at the first `>` outside of quotes; if there is none, at the first.
fn tag_end(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(next) = memchr3(b'>', b'"', b'\'', &text[at..]) {
        at += next + 1;
        let quote = text[at - 1];
        if quote == b'>' {
            return Some(at);
        }
        let Some(close) = memchr(quote, &text[at..]) else {
            break;
        };
        at += close + 1;
    }
    Some(memchr(b'>', text)? + 1)
}

/// Whether rendering may remove `c` from inside a word.
pub(super) const fn is_markup_sign(c: char) -> bool {
    matches!(
        c,
        '*' | '_' | '~' | '`' | '\\' | '[' | ']' | '!' | '<' | '>'
    )
}

/// What the byte `at` of a Markdown text is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    Text,
    /// The target of a link.
    Link,
    /// A tag, which nobody sees.
    Tag,
}

/// Finds out by looking back over the same line.
pub(super) fn context(text: &str, at: usize) -> Context {
    let from = text.floor_char_boundary(at.saturating_sub(STRETCH_MAX));
    let line = &text[from..at];
    let line = &line[line.rfind('\n').map_or(0, |feed| feed + 1)..];
    let is_open = |open: &str, close: char| {
        line.rfind(open)
            .is_some_and(|found| !line[found..].contains(close))
    };
    let last_word = line.rsplit(char::is_whitespace).next().unwrap_or_default();
    let is_mail = last_word.starts_with('<') && last_word.contains('@');
    let is_address = last_word.contains("://") || last_word.starts_with("www.") || is_mail;
    if is_open("](", ')') || is_address {
        return Context::Link;
    }
    let tag = line
        .rfind('<')
        .filter(|open| !line[*open..].contains('>'))
        .and_then(|open| line.as_bytes().get(open + 1));
    let is_tag = tag.is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, b'/' | b'!'));
    let rest = &text[at..text.floor_char_boundary(at + STRETCH_MAX)];
    let closes = rest.split('\n').next().unwrap_or_default().contains('>');
    match is_tag && closes {
        true => Context::Tag,
        false => Context::Text,
    }
}

/// Dashes and the like.
pub(super) fn is_dash(c: char) -> bool {
    ('\u{2010}'..='\u{205E}').contains(&c) || ('\u{3001}'..='\u{3003}').contains(&c)
}

/// The number of a list's item is not part of the text.
pub(super) fn behind_number(text: &str, at: usize) -> usize {
    let rest = &text.as_bytes()[at..];
    let spaces = rest
        .iter()
        .take(3)
        .take_while(|byte| **byte == b' ')
        .count();
    let digits = rest[spaces..]
        .iter()
        .take(9)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    match rest.get(spaces + digits) {
        Some(b'.' | b')') if digits > 0 => at + spaces + digits + 1,
        _ => at,
    }
}

#[cfg(test)]
mod tests {
    use pulldown_cmark::{Event, Parser};

    use super::decode;

    #[test]
    fn entities_are_what_the_parser_of_markdown_makes_of_them() {
        for line in include_str!("entities.txt").lines() {
            let name = line.split(' ').next().unwrap_or_default();
            let entity = format!("&{name};");
            let parsed = Parser::new(&entity).find_map(|event| match event {
                Event::Text(text) => text.chars().next(),
                _ => None,
            });
            assert_eq!(
                decode(&entity),
                parsed.map(|c| (c, entity.len())),
                "{entity}"
            );
        }
        assert_eq!(decode("&amp;"), None);
        assert_eq!(decode("&nothing;"), None);
        assert_eq!(decode("&#x73;pam"), Some(('s', 6)));
    }
}

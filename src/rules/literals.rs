//! Whether a text may have one of many literals in it, whatever signs of markup stand between its letters: a look at three
//! letters at a time. May be wrong in one direction only. Knows codes of letters; nothing of what the literals are for.

use super::codes::{ANY, ASCII, SIGN, code_of_letter};
use super::sign::{Reading, Sign, sign};
use super::token::{decode, stretch};

/// Letters of English, the rarest first: by a rare one, few texts are taken for one that has the literal.
const RARE: &[u8] = b"jxqzwkvbgyfpmuhdclsnroaite";
const WINDOW: u32 = 5;
const WINDOWS: usize = 1 << (3 * WINDOW);

/// What a byte does to the three letters before it. Letters are their codes.
const KINDS: [u8; 256] = {
    let mut kinds = [BREAK; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = match byte as u8 {
            b'*' | b'~' | b'`' | b'\\' | b'_' => SKIPPED,
            b'<' | b']' | b'&' | b'%' | 0x80.. => CLOSER,
            b'!' | b'|' => ASCII[b'i' as usize],
            b'@' => ASCII[b'a' as usize],
            b'$' => ASCII[b's' as usize],
            b'+' => ASCII[b't' as usize],
            b'#' => ASCII[b'h' as usize],
            b'(' => ASCII[b'c' as usize],
            byte if byte < 128 => ASCII[byte as usize],
            _ => BREAK,
        };
        byte += 1;
    }
    kinds
};
const BREAK: u8 = 0;
/// Codes of letters that look like none of ASCII begin here.
const OTHERS: u8 = 27;
const SKIPPED: u8 = 30;
/// Needs a closer look.
const CLOSER: u8 = 31;

/// The literals by three letters of each.
#[derive(Debug)]
pub(super) struct Literals {
    windows: Box<[u64]>,
    /// One has no three letters.
    is_open: bool,
    /// Some are known by letters that look like none of ASCII.
    has_others: bool,
}

impl Literals {
    pub(super) fn new<'l>(literals: impl Iterator<Item = &'l str>) -> Literals {
        let mut found = Literals {
            windows: vec![0; WINDOWS / 64].into(),
            is_open: false,
            has_others: false,
        };
        for literal in literals {
            let codes: Vec<u8> = literal.chars().map(window_code).collect();
            let windows = codes
                .windows(3)
                .filter(|codes| !codes.contains(&BREAK))
                .min_by_key(|codes| codes.iter().map(|code| commonness(*code)).sum::<usize>());
            match windows {
                Some(codes) => {
                    let window = codes.iter().fold(0, |window, code| next(window, *code));
                    found.windows[window / 64] |= 1 << (window % 64);
                    found.has_others |= codes.iter().any(|code| *code >= OTHERS);
                }
                None => found.is_open = true,
            }
        }
        found
    }

    /// Whether a literal may be in the text.
    pub(super) fn may_be_in(&self, text: &str) -> bool {
        if self.is_open {
            return true;
        }
        let bytes = text.as_bytes();
        let mut window = 0;
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            let mut code = KINDS[usize::from(*byte)];
            at += 1;
            if code >= SKIPPED {
                if code == SKIPPED {
                    continue;
                }
                match closer(text, at - 1, self.has_others) {
                    Closer::Behind(end) => {
                        at = end;
                        continue;
                    }
                    Closer::Code(read, end) => (code, at) = (read, end),
                    Closer::Unknown => return true,
                }
            }
            window = next(window, code);
            if self.windows[window / 64] >> (window % 64) & 1 != 0 {
                return true;
            }
        }
        false
    }
}

fn next(window: usize, code: u8) -> usize {
    (window << WINDOW | usize::from(code)) % WINDOWS
}

/// How common a letter of this code is.
fn commonness(code: u8) -> usize {
    let of_code = |letter: &u8| ASCII[usize::from(*letter)] == code;
    RARE.iter().rposition(of_code).unwrap_or(0)
}

/// Codes of other letters, folded to few.
fn window_code(c: char) -> u8 {
    folded(code_of_letter(c))
}

/// Whether a letter or digit of ASCII may be meant.
fn may_be_ascii(sign: &Sign) -> bool {
    let is_ascii = |reading: &Reading| {
        reading
            .letters
            .contains(|c: char| c.is_ascii_alphanumeric())
    };
    sign.readings.iter().any(is_ascii)
}

fn folded(code: u16) -> u8 {
    match code {
        0..=26 => code as u8,
        code => OTHERS + (code % 3) as u8,
    }
}

enum Closer {
    /// Not seen; the text goes on there.
    Behind(usize),
    /// This code, and where the text goes on.
    Code(u8, usize),
    Unknown,
}

fn closer(text: &str, at: usize, has_others: bool) -> Closer {
    match text.as_bytes()[at] {
        b'&' | b'%' => match decode(&text[at..]) {
            Some(_) => Closer::Unknown,
            None => Closer::Behind(at + 1),
        },
        bracket @ (b'<' | b']') => match (stretch(text, at), bracket) {
            (Some(end), _) => Closer::Behind(end),
            (None, b'<') => Closer::Code(ASCII[usize::from(b'c')], at + 1),
            (None, _) => Closer::Behind(at + 1),
        },
        _ => {
            let c = text[at..].chars().next().unwrap_or_default();
            let sign = sign(c);
            let end = at + c.len_utf8();
            match sign.code {
                _ if sign.hidden => Closer::Behind(end),
                ANY if has_others || may_be_ascii(sign) => Closer::Unknown,
                ANY => Closer::Code(BREAK, end),
                SIGN => Closer::Code(BREAK, end),
                code => Closer::Code(folded(code), end),
            }
        }
    }
}

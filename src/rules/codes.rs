//! Letters that may be taken for each other have one code, so that a disguised word and the plain one have the same codes.
//! Knows single characters; what is made of their codes is for [`starts`](super::starts).

use super::boundary::Class;
use super::sign::{Reading, drawn_by, is_mask, lookalikes};

/// Stands between letters; never one itself.
pub(super) const SIGN: u16 = 0;
/// May be one of several letters, several letters, or none.
pub(super) const ANY: u16 = u16::MAX;
/// Codes of letters that look like none of ASCII begin here.
const OTHERS: u16 = 32;

/// The codes of letters and digits of ASCII; the rest is [`SIGN`].
pub(super) const ASCII: [u8; 128] = {
    let mut codes = [SIGN as u8; 128];
    let mut byte = 0;
    while byte < 128 {
        codes[byte] = match (byte as u8).to_ascii_lowercase() {
            b'i' | b'l' | b'1' => b'i' - b'a' + 1,
            b'u' | b'v' => b'u' - b'a' + 1,
            b's' | b'z' | b'5' | b'2' => b's' - b'a' + 1,
            b'o' | b'0' => b'o' - b'a' + 1,
            b'e' | b'3' => b'e' - b'a' + 1,
            b'a' | b'4' => 1,
            b't' | b'7' => b't' - b'a' + 1,
            b'b' | b'8' | b'6' | b'g' | b'9' | b'q' => b'b' - b'a' + 1,
            letter @ b'a'..=b'z' => letter - b'a' + 1,
            _ => SIGN as u8,
        };
        byte += 1;
    }
    codes
};

/// The code of a letter of a key.
pub(super) fn code_of_letter(letter: char) -> u16 {
    if letter.is_ascii() {
        return u16::from(ASCII[letter as usize]);
    }
    if !Class::of(letter).is_word() {
        return SIGN;
    }
    let single = |shape: &String| {
        let mut letters = shape.chars();
        match (letters.next(), letters.next()) {
            (Some(letter), None) if letter.is_ascii_alphanumeric() => Some(letter),
            _ => None,
        }
    };
    let drawn = || drawn_by(letter)?.chars().next();
    match lookalikes(letter).iter().find_map(single).or_else(drawn) {
        Some(look) => u16::from(ASCII[look as usize]),
        None => OTHERS + (u32::from(letter) % 0xFF00) as u16,
    }
}

/// The code of a character of a text with these readings.
pub(super) fn code_of_sign(c: char, class: Class, readings: &[Reading]) -> u16 {
    if c.is_ascii_alphanumeric() {
        return u16::from(ASCII[c as usize]);
    }
    let is_letter = |reading: &Reading| reading.letters.chars().any(|c| Class::of(c).is_word());
    if !class.is_word() {
        return match is_mask(c) || readings.iter().any(is_letter) {
            true => ANY,
            false => SIGN,
        };
    }
    let mut codes = readings.iter().map(|reading| {
        let mut letters = reading.letters.chars();
        match (letters.next(), letters.next()) {
            (Some(letter), None) => code_of_letter(letter),
            _ => ANY,
        }
    });
    let first = codes.next().unwrap_or(SIGN);
    match codes.all(|code| code == first) {
        true => first,
        false => ANY,
    }
}

/// The code of a sign that begins a word in the place of a letter.
pub(super) fn code_of_stand_in(byte: u8) -> Option<u8> {
    let letter = match byte {
        b'$' => b's',
        b'@' => b'a',
        b'!' | b'|' => b'i',
        b'#' => b'h',
        b'+' => b't',
        _ => return None,
    };
    Some(ASCII[usize::from(letter)])
}

/// The same, with those that only aggressive rules, or brackets without another one, take for letters.
pub(super) fn code_of_loose_stand_in(byte: u8) -> Option<u8> {
    match byte {
        b'(' | b'<' | b'[' | b'{' => Some(ASCII[usize::from(b'c')]),
        b'^' => Some(ASCII[usize::from(b'a')]),
        byte => code_of_stand_in(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sign::sign;
    use super::*;

    #[test]
    fn whatever_a_character_is_read_as_has_its_code() {
        for c in (0..0x2_0000).filter_map(char::from_u32) {
            let sign = sign(c);
            if sign.code == ANY || sign.code == SIGN || sign.hidden {
                continue;
            }
            for reading in &sign.readings {
                let codes: Vec<u16> = reading.letters.chars().map(code_of_letter).collect();
                assert_eq!(codes, [sign.code], "{c:?} as {:?}", reading.letters);
            }
        }
    }
}

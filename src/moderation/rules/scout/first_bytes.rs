//! A filter before the automaton: which three bytes a key may begin with.
//! Knows which bytes rendering may remove; nothing of rules.

use super::super::pattern::FIRST_TEXT_BYTE;

/// A set of keys' first three bytes, with everything that rendering may remove from between them. Keeps most words from
/// being looked up at all.
#[derive(Debug)]
pub(super) struct FirstBytes {
    bits: Box<[u64; 512]>,
}

/// Five bits for a byte: letters apart, the rest in groups.
const CODES: [u8; 256] = {
    let mut codes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        codes[byte] = match byte as u8 {
            letter @ b'a'..=b'z' => letter - b'a' + 1,
            b'0'..=b'9' => 27,
            b'*' | b'_' | b'~' | b'`' | b'[' | b']' | b'!' | b'\\' | b'<' | b'>' => SIGN_CODE,
            other @ 0x80.. => FIRST_BEYOND_ASCII + other % 3,
            _ => 0,
        };
        byte += 1;
    }
    codes
};
const SIGN_CODE: u8 = 28;
const FIRST_BEYOND_ASCII: u8 = 29;

impl FirstBytes {
    pub(super) fn new<'k>(keys: impl Iterator<Item = (&'k [u8], bool)>) -> FirstBytes {
        let mut set = FirstBytes {
            bits: Box::new([0; 512]),
        };
        for (key, goes_on) in keys {
            set.insert(key, goes_on, 0, 0);
        }
        set
    }

    fn insert(&mut self, key: &[u8], goes_on: bool, at: usize, code: usize) {
        if at == 3 {
            self.bits[code / 64] |= 1 << (code % 64);
            return;
        }
        let mut next = |byte_code: u8, key: &[u8], goes_on| {
            self.insert(key, goes_on, at + 1, code << 5 | usize::from(byte_code))
        };
        match key.split_first() {
            Some((&byte, rest)) if byte >= FIRST_TEXT_BYTE => {
                let anything_after = rest.is_empty() && !byte.is_ascii();
                next(CODES[usize::from(byte)], rest, goes_on || anything_after);
                if at > 0 {
                    next(SIGN_CODE, &[], true);
                }
            }
            None if !goes_on => [0, SIGN_CODE, 29, 30, 31]
                .into_iter()
                .for_each(|code| next(code, &[], true)),
            _ => (0..32).for_each(|code| next(code, &[], true)),
        }
    }

    #[inline]
    pub(super) fn contain(&self, text: &[u8], at: usize) -> bool {
        let code = |at: usize| {
            text.get(at)
                .map_or(0, |byte| usize::from(CODES[usize::from(*byte)]))
        };
        let code = code(at) << 10 | code(at + 1) << 5 | code(at + 2);
        self.bits[code / 64] >> (code % 64) & 1 != 0
    }
}

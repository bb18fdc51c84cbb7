//! Texts and patterns in the form in which they are compared, with the way back.
//! Knows nothing of Markdown or rules.

use std::iter::once;

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, decompose_compatible};
use unicode_normalization::{IsNormalized, is_nfc_quick};

use super::span::SpanMap;

/// A text made comparable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Normalized {
    /// The comparable text.
    pub text: String,
    /// Where its bytes come from.
    pub map: SpanMap,
}

/// Without differences of case and width: NFKC, full case folding, and no default-ignorable characters.
pub fn fold(source: &str) -> Normalized {
    if source.is_ascii() {
        return Normalized {
            text: source.to_ascii_lowercase(),
            map: SpanMap::default(),
        };
    }
    let mut text = String::with_capacity(source.len());
    let mut map = SpanMap::default();
    each_cluster(source, |cluster| match cluster {
        Cluster::Ascii(start, run) => {
            map.push_verbatim(text.len(), start..start + run.len());
            text.push_str(run);
            let at = text.len() - run.len();
            text[at..].make_ascii_lowercase();
        }
        Cluster::Other(start, cluster) => {
            map.push_whole(text.len(), start..start + cluster.len());
            text.extend(
                cluster
                    .nfkc()
                    .default_case_fold()
                    .filter(|c| !is_default_ignorable(*c)),
            );
        }
    });
    Normalized { text, map }
}

/// Without differences of width: NFKC. Case and invisible characters stay.
pub fn widen(source: &str) -> Normalized {
    if source.is_ascii() {
        return Normalized {
            text: source.to_owned(),
            map: SpanMap::default(),
        };
    }
    let mut text = String::with_capacity(source.len());
    let mut map = SpanMap::default();
    each_cluster(source, |cluster| match cluster {
        Cluster::Ascii(start, run) => {
            map.push_verbatim(text.len(), start..start + run.len());
            text.push_str(run);
        }
        Cluster::Other(start, cluster) => {
            map.push_whole(text.len(), start..start + cluster.len());
            text.extend(cluster.nfkc());
        }
    });
    Normalized { text, map }
}

/// A part of a text that normalizes on its own, with the byte where it starts.
enum Cluster<'a> {
    Ascii(usize, &'a str),
    /// One character with those that may compose with it.
    Other(usize, &'a str),
}

fn each_cluster<'a>(source: &'a str, mut visit: impl FnMut(Cluster<'a>)) {
    let mut chars = source.char_indices().peekable();
    let mut ascii_from = 0;
    while let Some((start, c)) = chars.next() {
        let composed = chars
            .peek()
            .is_some_and(|&(_, next)| composes_with_left(next));
        if c.is_ascii() && !composed {
            continue;
        }
        if ascii_from < start {
            visit(Cluster::Ascii(ascii_from, &source[ascii_from..start]));
        }
        while chars
            .next_if(|&(_, next)| composes_with_left(next))
            .is_some()
        {}
        let end = chars.peek().map_or(source.len(), |&(at, _)| at);
        visit(Cluster::Other(start, &source[start..end]));
        ascii_from = end;
    }
    if ascii_from < source.len() {
        visit(Cluster::Ascii(ascii_from, &source[ascii_from..]));
    }
}

/// Whether normalization may join `c`, or what it decomposes to, with the character before it.
fn composes_with_left(c: char) -> bool {
    if matches!(c, '\0'..'\u{300}' | '\u{2000}'..='\u{2BFF}' | '\u{3041}'..='\u{3096}' | '\u{4E00}'..='\u{9FFF}')
    {
        return false;
    }
    let mut first = None;
    decompose_compatible(c, |d| first = first.or(Some(d)));
    first.is_some_and(|d| {
        canonical_combining_class(d) != 0 || is_nfc_quick(once(d)) == IsNormalized::Maybe
    })
}

/// One character without differences of case and width; empty where it is not seen.
pub(super) fn fold_char(c: char) -> String {
    once(c)
        .nfkc()
        .default_case_fold()
        .nfkc()
        .filter(|c| !is_default_ignorable(*c))
        .collect()
}

/// Unicode's Default_Ignorable_Code_Point: soft hyphen, zero-width and bidi controls, variation selectors, fillers.
pub(super) fn is_default_ignorable(c: char) -> bool {
    matches!(u32::from(c),
        0x00AD | 0x034F | 0x061C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F
        | 0x202A..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFF8
        | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
}

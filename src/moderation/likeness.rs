//! Which texts are much the same, whoever sent them: bands of least hashes, which two texts share the more likely the more
//! runs of three words they share (MinHash: Broder, "On the resemblance and containment of documents", 1997; bands:
//! Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", section 3.4). Knows nothing of where they are kept.

/// Words in a row that are compared.
const RUN: usize = 3;
/// Two texts are alike if they share any band.
const BANDS: usize = 4;
/// Least hashes in a band. Texts that share half of their runs have a band in common in 68 of 100 cases, with four fifths
/// in 98, with a tenth in 4.
const ROWS: usize = 2;

/// The bands of a text with these words, each as a word of its own that says its place; none for a text without words.
/// They are kept in the index: changing how they are made makes older texts unlike newer ones.
pub(crate) fn bands(words: &[String]) -> Vec<String> {
    if words.is_empty() {
        return Vec::new();
    }
    let mut least = [u64::MAX; BANDS * ROWS];
    for run in words.windows(RUN.min(words.len())) {
        let run = hash(run);
        for (row, least) in least.iter_mut().enumerate() {
            *least = mix(run ^ mix(row as u64 + 1)).min(*least);
        }
    }
    let bands = least.chunks(ROWS).enumerate();
    bands
        .map(|(place, rows)| {
            let band = rows.iter().fold(0, |band, row| mix(band ^ row));
            format!("{place}{:08x}", band as u32)
        })
        .collect()
}

/// FNV-1a over the words with a blank behind each.
fn hash(words: &[String]) -> u64 {
    let bytes = words.iter().flat_map(|word| word.bytes().chain([b' ']));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The finalizer of SplitMix64.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(words: impl IntoIterator<Item = usize>) -> Vec<String> {
        words.into_iter().map(|word| format!("w{word}")).collect()
    }

    fn is_alike(one: &[String], other: &[String]) -> bool {
        let other = bands(other);
        bands(one).iter().any(|band| other.contains(band))
    }

    #[test]
    fn a_text_is_like_itself_with_another_beginning_and_end() {
        let one = text(0..200);
        let changed = text((900..910).chain(5..195).chain(950..960));

        assert!(is_alike(&one, &one));
        assert!(is_alike(&one, &changed));
        assert!(is_alike(&text(0..2), &text(0..2)));
    }

    #[test]
    fn texts_of_their_own_are_not_alike() {
        let texts: Vec<Vec<String>> = (0..100).map(|at| text(at * 300..at * 300 + 200)).collect();
        for (at, one) in texts.iter().enumerate() {
            assert!(texts[..at].iter().all(|other| !is_alike(one, other)));
        }
        assert!(bands(&[]).is_empty());
        assert!(!is_alike(&text(0..2), &text(0..3)));
    }

    #[test]
    fn bands_stay_as_they_were_kept() {
        assert_eq!(
            bands(&text(0..5)),
            ["05a83c162", "1748ff5c8", "2f0f76517", "3aa2fe140"]
        );
    }
}

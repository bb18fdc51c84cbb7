//! How states and histories are kept: LZ4 blocks with the post's text as the dictionary. Both repeat that text several
//! times over, so that what is stored is little more than what is new in them.

use anyhow::{Context as _, ensure};

/// No state or transition comes near this; a larger size means a damaged blob.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// `bytes`, packed; `dictionary` must be given again to [`unpack`].
pub fn pack(bytes: &[u8], dictionary: &str) -> Vec<u8> {
    let mut packed = u32::try_from(bytes.len())
        .unwrap_or(u32::MAX)
        .to_le_bytes()
        .to_vec();
    packed.extend(lz4_flex::block::compress_with_dict(
        bytes,
        dictionary.as_bytes(),
    ));
    packed
}

/// What was given to [`pack`].
pub fn unpack(packed: &[u8], dictionary: &str) -> anyhow::Result<Vec<u8>> {
    let (length, block) = packed
        .split_first_chunk::<4>()
        .context("a packed blob is cut short")?;
    let length = u32::from_le_bytes(*length) as usize;
    ensure!(length <= MAX_BYTES, "a packed blob claims {length} bytes");
    lz4_flex::block::decompress_with_dict(block, length, dictionary.as_bytes())
        .context("unpack a blob")
}

//! How states and histories are kept: LZ4 blocks with a dictionary that has the post's text, as it stands in JSON, and the
//! turns of phrase of every history. What is stored is then little more than what is new.

use anyhow::{Context as _, ensure};

/// What states and histories of the default workflow look like. A packed blob can only be read with the very text it was
/// packed with: another text is another version beside this one.
const PHRASES: &str = include_str!("pack-1.txt");
const VERSION: u8 = 1;
/// No state or transition comes near this; a larger size means a damaged blob.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// What a blob is packed against. The same text gives the same dictionary.
pub struct Dictionary(Vec<u8>);

impl Dictionary {
    /// For the runs of a post with this text.
    pub fn of(text: &str) -> Self {
        let mut bytes = Vec::with_capacity(text.len() + text.len() / 16 + PHRASES.len() + 2);
        serde_json::to_writer(&mut bytes, text).expect("a text can be written to memory");
        bytes.extend_from_slice(PHRASES.as_bytes());
        Self(bytes)
    }

    /// `bytes`, packed.
    pub fn pack(&self, bytes: &[u8]) -> Vec<u8> {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let block = lz4_flex::block::compress_with_dict(bytes, &self.0);
        let mut packed = Vec::with_capacity(5 + block.len());
        packed.push(VERSION);
        packed.extend_from_slice(&length.to_le_bytes());
        packed.extend_from_slice(&block);
        packed
    }

    /// What was given to [`Dictionary::pack`].
    pub fn unpack(&self, packed: &[u8]) -> anyhow::Result<Vec<u8>> {
        let (head, block) = packed
            .split_first_chunk::<5>()
            .context("a packed blob is cut short")?;
        let [version, length @ ..] = *head;
        ensure!(
            version == VERSION,
            "a packed blob has the unknown version {version}"
        );
        let length = u32::from_le_bytes(length) as usize;
        ensure!(length <= MAX_BYTES, "a packed blob claims {length} bytes");
        lz4_flex::block::decompress_with_dict(block, length, &self.0).context("unpack a blob")
    }
}

//! How states and histories are kept: Zstandard frames (RFC 8878) with a dictionary of what they have in common. What is
//! stored is then little more than what is new. The post's own texts are left out before, by `asl` itself.

use std::cell::RefCell;
use std::sync::LazyLock;

use anyhow::{Context as _, ensure};
use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};

/// Trained by `examples/train_pack.rs`. A blob can only be read with the very dictionary it was packed with: another one
/// is another version beside this one.
const DICTIONARY: &[u8] = include_bytes!("pack-2.dict");
const VERSION: u8 = 2;
/// The fastest of the usual levels; higher ones save less than a tenth.
const LEVEL: i32 = 1;
/// No state or transition comes near this; a larger size means a damaged blob.
const MAX_BYTES: usize = 64 * 1024 * 1024;

static ENCODER: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(DICTIONARY, LEVEL));
static DECODER: LazyLock<DecoderDictionary<'static>> =
    LazyLock::new(|| DecoderDictionary::copy(DICTIONARY));

thread_local! {
    static COMPRESSOR: RefCell<Compressor<'static>> =
        RefCell::new(Compressor::with_prepared_dictionary(&ENCODER).expect("the dictionary is sound"));
    static DECOMPRESSOR: RefCell<Decompressor<'static>> =
        RefCell::new(Decompressor::with_prepared_dictionary(&DECODER).expect("the dictionary is sound"));
}

/// `bytes`, packed.
pub fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut packed = vec![VERSION];
    let frame = COMPRESSOR
        .with_borrow_mut(|compressor| compressor.compress(bytes))
        .expect("bytes in memory can be packed");
    packed.extend_from_slice(&frame);
    packed
}

/// What was given to [`pack`].
pub fn unpack(packed: &[u8]) -> anyhow::Result<Vec<u8>> {
    let (version, frame) = packed.split_first().context("a packed blob is empty")?;
    ensure!(
        *version == VERSION,
        "a packed blob has the unknown version {version}"
    );
    let length = zstd::zstd_safe::get_frame_content_size(frame)
        .ok()
        .flatten()
        .context("a packed blob is damaged")?;
    ensure!(
        length <= MAX_BYTES as u64,
        "a packed blob claims {length} bytes"
    );
    DECOMPRESSOR
        .with_borrow_mut(|decompressor| decompressor.decompress(frame, length as usize))
        .context("unpack a blob")
}

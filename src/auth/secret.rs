//! Secrets that are handed to a person: session tokens, one-time links, API keys. They come from the operating system,
//! never from the seeded source of ids, and only their hash is kept.

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::TryRng as _;
use rand::rngs::SysRng;

/// How many characters [`fresh`] has.
pub const LENGTH: usize = 43;

/// 256 random bits as 43 URL-safe characters.
pub fn fresh() -> anyhow::Result<String> {
    let mut bytes = [0; 32];
    SysRng
        .try_fill_bytes(&mut bytes)
        .context("ask the operating system for randomness")?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Whether `text` has the form of [`fresh`], so that nothing else reaches a query.
pub fn is_secret(text: &str) -> bool {
    text.len() == LENGTH
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

//! Passwords: what a new one must be, and argon2id. Hashing takes tens of milliseconds of a core and 19 MiB, so it runs
//! aside, no more of it at once than there are cores.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization as _;

use crate::auth::secret;

/// NIST 800-63B-4 for passwords that stand alone.
pub const MIN_CHARS: usize = 15;
/// More than anybody types; bounds the work of hashing.
pub const MAX_BYTES: usize = 1024;

/// 19 MiB, two passes, one lane: the least that OWASP asks of argon2id.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// How long somebody waits for a core before being told that we are too busy.
const PATIENCE: Duration = Duration::from_secs(10);

/// Passwords of 15 characters and more that many people have, one a line, in lower case.
const COMMON: &str = include_str!("common_passwords.txt");
/// Words that carry no secret of their own; a password must not consist of them.
const WORDS: &[&str] = &[
    "password",
    "passwort",
    "passw0rd",
    "gatepost",
    "moderator",
    "moderation",
    "administrator",
    "admin",
    "owner",
    "author",
    "welcome",
    "letmein",
    "changeme",
    "secret",
    "iloveyou",
    "qwertyuiop",
    "qwerty",
    "asdfghjkl",
    "zxcvbnm",
    "login",
    "monkey",
    "dragon",
    "master",
    "hello",
    "test",
    "demo",
    "user",
    "root",
];
/// What must be left of a password when those words and what belongs to the person are taken out.
const MIN_OWN_CHARS: usize = 6;
/// Fewer different characters than this are a pattern.
const MIN_DIFFERENT_CHARS: usize = 5;

/// A password that somebody may choose. Composed (NFC), so that it verifies from any keyboard.
#[derive(Clone)]
pub struct NewPassword(String);

/// Why a password cannot be chosen, as the end of "Password …".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordRule {
    /// Fewer than [`MIN_CHARS`].
    TooShort,
    /// More than [`MAX_BYTES`].
    TooLong,
    /// Among those that everybody tries first.
    Common,
    /// Little but a pattern, or the names of the person, the site and this product.
    Guessable,
}

impl std::fmt::Display for PasswordRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::TooShort => "must have at least 15 characters",
            Self::TooLong => "must have at most 1,024 bytes",
            Self::Common => "is one of the common ones, which are tried first",
            Self::Guessable => {
                "must be more than a pattern or the names of you, the site and this product"
            }
        })
    }
}

impl NewPassword {
    /// Checks `raw`; `names` are the person's and the site's.
    pub fn parse(raw: &str, names: &[&str]) -> Result<Self, PasswordRule> {
        if raw.len() > MAX_BYTES {
            return Err(PasswordRule::TooLong);
        }
        let password: String = raw.nfc().collect();
        if password.chars().count() < MIN_CHARS {
            return Err(PasswordRule::TooShort);
        }
        let lower = password.to_lowercase();
        if COMMON.lines().any(|common| common == lower) {
            return Err(PasswordRule::Common);
        }
        if is_guessable(&lower, names) {
            return Err(PasswordRule::Guessable);
        }
        Ok(Self(password))
    }
}

fn is_guessable(lower: &str, names: &[&str]) -> bool {
    let mut different: Vec<char> = lower.chars().collect();
    let neighbours = different
        .windows(2)
        .filter(|pair| is_next(pair[0], pair[1]))
        .count();
    let is_run = neighbours * 4 >= (different.len() - 1) * 3;
    different.sort_unstable();
    different.dedup();
    if different.len() < MIN_DIFFERENT_CHARS || is_run || repeats(lower) {
        return true;
    }
    let mut own = lower.to_owned();
    let names = names
        .iter()
        .flat_map(|name| name.split(|char: char| !char.is_alphanumeric()))
        .map(str::to_lowercase)
        .filter(|name| name.chars().count() >= 3);
    for word in names.chain(WORDS.iter().map(|&word| word.to_owned())) {
        own = own.replace(&word, "");
    }
    own.chars().filter(|char| char.is_alphabetic()).count() < MIN_OWN_CHARS
        && own.chars().filter(|char| char.is_alphanumeric()).count() < 2 * MIN_OWN_CHARS
}

/// Whether `b` follows or precedes `a` in the alphabet or among the digits, or is the same.
fn is_next(a: char, b: char) -> bool {
    (u32::from(a)).abs_diff(u32::from(b)) <= 1
}

/// Whether the password is a short block again and again.
fn repeats(lower: &str) -> bool {
    let chars: Vec<char> = lower.chars().collect();
    (1..=chars.len() / 3).any(|length| chars.iter().skip(length).zip(&chars).all(|(a, b)| a == b))
}

/// Hashes and verifies, a bounded number at once.
#[derive(Clone)]
pub struct Passwords {
    cores: Arc<Semaphore>,
    /// A hash that no password has, so that an unknown account costs the same time as a known one.
    nobody: Arc<str>,
}

impl Passwords {
    /// As many at once as there are cores.
    pub fn new() -> anyhow::Result<Self> {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Ok(Self {
            cores: Arc::new(Semaphore::new(cores)),
            nobody: nobodys()?.into(),
        })
    }

    /// The hash to keep.
    pub async fn hash(&self, password: NewPassword) -> anyhow::Result<String> {
        self.aside(move || hash(password.0.as_bytes())).await
    }

    /// Whether `password` is the one of `kept`. Without one the answer is no, after the same time.
    pub async fn verify(&self, password: &str, kept: Option<&str>) -> anyhow::Result<bool> {
        let known = kept.is_some();
        let kept = kept.unwrap_or(&self.nobody).to_owned();
        if password.len() > MAX_BYTES {
            return Ok(false);
        }
        let password: String = password.nfc().collect();
        let matches = self
            .aside(move || verify(password.as_bytes(), &kept))
            .await?;
        Ok(matches && known)
    }

    async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
    ) -> anyhow::Result<T> {
        let permit = tokio::time::timeout(PATIENCE, self.cores.clone().acquire_owned())
            .await
            .context(Busy)??;
        tokio::task::spawn_blocking(move || {
            let result = work();
            drop(permit);
            result
        })
        .await
        .context("hash a password")?
    }
}

/// All cores were hashing passwords for too long.
#[derive(Debug)]
pub struct Busy;

impl std::fmt::Display for Busy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("wait for a core to hash a password")
    }
}

/// A hash as it could be of a password that nobody knows, made without hashing one.
fn nobodys() -> anyhow::Result<String> {
    let output = secret::fresh()?.replace('-', "+").replace('_', "/");
    Ok(format!(
        "$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$Z2F0ZXBvc3Qgbm9ib2R5IQ${output}"
    ))
}

fn argon2() -> anyhow::Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).context("set argon2's parameters")?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &[u8]) -> anyhow::Result<String> {
    let hash = argon2()?
        .hash_password(password)
        .context("hash a password")?;
    Ok(hash.to_string())
}

fn verify(password: &[u8], kept: &str) -> anyhow::Result<bool> {
    let kept = PasswordHash::new(kept).context("read a password's hash")?;
    match argon2()?.verify_password(password, &kept) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(error).context("verify a password"),
    }
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::phc::PasswordHash;

    use super::{NewPassword, PasswordRule, hash, nobodys, verify};

    #[test]
    fn nobodys_hash_costs_what_a_persons_does() {
        let (nobodys, persons) = (nobodys().unwrap(), hash(b"seven green umbrellas").unwrap());

        assert!(!verify(b"seven green umbrellas", &nobodys).unwrap());
        let read = |hash: &str| {
            let hash = PasswordHash::new(hash).unwrap();
            (
                hash.algorithm.to_string(),
                hash.version,
                hash.params.to_string(),
                hash.salt.map(|salt| salt.len()),
                hash.hash.map(|hash| hash.len()),
            )
        };
        assert_eq!(read(&nobodys), read(&persons));
    }

    #[test]
    fn passwords_are_judged_by_length_and_guessability_only() {
        for (password, expected) in [
            ("fourteen chars", Some(PasswordRule::TooShort)),
            ("correct horse battery staple", Some(PasswordRule::Common)),
            ("qwertyuiopasdfghjkl", Some(PasswordRule::Common)),
            ("gatepost-password-2026", Some(PasswordRule::Guessable)),
            ("aaaaaaaaaaaaaaaaaaaa", Some(PasswordRule::Guessable)),
            ("abcdefghijklmnopqr", Some(PasswordRule::Guessable)),
            ("tiger1tiger1tiger1", Some(PasswordRule::Guessable)),
            ("ada.lovelace@example.org", Some(PasswordRule::Guessable)),
            ("seven green umbrellas", None),
            ("nur kleine buchstaben", None),
            ("пароль из нескольких слов", None),
            ("4821-7730-1195-6402", None),
        ] {
            let names = ["Ada Lovelace", "ada.lovelace@example.org", "Main Site"];
            assert_eq!(
                NewPassword::parse(password, &names).err(),
                expected,
                "{password}"
            );
        }
        assert_eq!(
            NewPassword::parse(&"long ".repeat(400), &[]).err(),
            Some(PasswordRule::TooLong)
        );
    }
}

//! Access keys: what programs show instead of a password. A key belongs to one site and names what its holder may do
//! there. Of an API key only the hash is kept; the secret of an AWS pair is derived from its id and kept nowhere.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::auth::keyring::{Keyring, Purpose, secret_hash};
use crate::auth::secret;
use crate::clock::Clock;
use crate::ids::{Ids, KeyId, SiteId};
use crate::moderation::rows::AuditRow;
use crate::store::{Db, keys};
use crate::text_enum;

/// What every API key begins with, so that secret scanners know it.
const API_PREFIX: &str = "gpk_";
/// What the id of every AWS access key begins with.
const AWS_PREFIX: &str = "GPAK";
/// How many characters the id of an AWS access key has, as at AWS.
const AWS_ID_CHARS: usize = 20;
/// How long a process goes by what it knows of a key: so soon a revoked one is refused everywhere.
const MAX_AGE_MS: i64 = 1_000;
/// That a key was used is noted at most this often, so that using one does not write.
const USED_STEP_MS: i64 = 60_000;
/// More keys than are in use at once; past it the cache begins anew.
const CAPACITY: usize = 4_096;

text_enum! {
    /// Which door a key opens.
    KeyKind {
        /// The JSON API: one text, `gpk_…`.
        Api = "api",
        /// The AWS API: an access key id and a secret access key.
        Aws = "aws",
    }
}

text_enum! {
    /// What a key allows.
    Scope {
        /// Check texts and submit posts.
        Submit = "submit",
        /// Read posts and the queue.
        Read = "read",
        /// See task tokens and answer tasks.
        Decide = "decide",
        /// Everything.
        Admin = "admin",
    }
}

/// A set of scopes, written as `submit,read`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes(u8);

impl Scopes {
    /// Whether something that needs `scope` is allowed.
    pub fn allow(self, scope: Scope) -> bool {
        self.0 & (bit(scope) | bit(Scope::Admin)) != 0
    }

    fn iter(self) -> impl Iterator<Item = Scope> {
        let named = move |scope: &Scope| self.0 & bit(*scope) != 0;
        Scope::ALL.iter().copied().filter(named)
    }
}

fn bit(scope: Scope) -> u8 {
    1 << scope as u8
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().map(bit).fold(0, |all, one| all | one))
    }
}

impl FromStr for Scopes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.split(',')
            .map(|word| word.trim().parse())
            .collect::<Result<Self, _>>()
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.iter().map(Scope::as_str).collect();
        f.write_str(&words.join(","))
    }
}

/// A key without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessKey {
    /// Its id; of an AWS pair the access key id.
    pub id: KeyId,
    /// The site that it belongs to.
    pub site_id: SiteId,
    /// Which door it opens.
    pub kind: KeyKind,
    /// What it is called.
    pub name: String,
    /// What it allows.
    pub scopes: Scopes,
    /// When it was made.
    pub created_at_ms: i64,
    /// When it was last used, within a minute.
    pub used_at_ms: Option<i64>,
    /// When it was revoked.
    pub revoked_at_ms: Option<i64>,
}

impl AccessKey {
    /// What people call it: its name, or its id where it has none.
    pub fn title(&self) -> &str {
        if self.name.is_empty() {
            self.id.as_str()
        } else {
            &self.name
        }
    }
}

/// What a new key is to be.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// The site that it belongs to.
    pub site_id: SiteId,
    /// Which door it opens.
    pub kind: KeyKind,
    /// What it is called.
    pub name: String,
    /// What it allows.
    pub scopes: Scopes,
}

/// Makes a key and answers it with its secret, which cannot be read again: the whole `gpk_…` of an API key, the secret
/// access key of an AWS pair. The audit log has it as `by`'s doing.
pub async fn create(
    db: &Db,
    keyring: &Keyring,
    ids: &Ids,
    now_ms: i64,
    by: &str,
    new: NewKey,
) -> anyhow::Result<(AccessKey, String)> {
    let (id, secret, hash) = match new.kind {
        KeyKind::Api => {
            let secret = format!("{API_PREFIX}{}", secret::fresh()?);
            let hash = secret_hash(&secret);
            (ids.next(now_ms), secret, Some(hash))
        }
        KeyKind::Aws => {
            let id = KeyId::from(aws_id(ids));
            let secret = aws_secret(keyring, &id);
            (id, secret, None)
        }
    };
    let key = AccessKey {
        id,
        site_id: new.site_id,
        kind: new.kind,
        name: new.name,
        scopes: new.scopes,
        created_at_ms: now_ms,
        used_at_ms: None,
        revoked_at_ms: None,
    };
    let details = json!({"name": key.name, "kind": key.kind, "scopes": key.scopes.to_string()});
    let line = audit_row(
        ids,
        now_ms,
        by,
        "key.created",
        key.site_id,
        &key.id,
        &details,
    );
    keys::insert(db, &key, hash.as_deref(), &line).await?;
    Ok((key, secret))
}

/// Ends a key, within a second everywhere; answers whether it was in force.
pub async fn revoke(
    db: &Db,
    ids: &Ids,
    now_ms: i64,
    by: &str,
    site_id: SiteId,
    id: &KeyId,
) -> anyhow::Result<bool> {
    let line = audit_row(ids, now_ms, by, "key.revoked", site_id, id, &json!({}));
    keys::revoke(db, site_id, id, now_ms, &line).await
}

fn audit_row(
    ids: &Ids,
    now_ms: i64,
    by: &str,
    action: &str,
    site_id: SiteId,
    id: &KeyId,
    details: &serde_json::Value,
) -> AuditRow {
    AuditRow {
        site_id,
        id: ids.next(now_ms),
        at_ms: now_ms,
        actor: by.to_owned(),
        action: action.to_owned(),
        subject: format!("key:{id}"),
        details: details.to_string(),
    }
}

fn aws_id(ids: &Ids) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let random: [u8; AWS_ID_CHARS - AWS_PREFIX.len()] = ids.bytes();
    let letters = random
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
    AWS_PREFIX.chars().chain(letters).collect()
}

/// The secret access key of the pair with that id.
pub fn aws_secret(keyring: &Keyring, id: &KeyId) -> String {
    keyring.mac_text(Purpose::AwsSecret, &[id.as_str().as_bytes()])
}

/// The keys that are in use, as this process knows them. Clones share what is known.
#[derive(Clone)]
pub struct AccessKeys {
    db: Db,
    clock: Arc<dyn Clock>,
    known: Arc<Mutex<HashMap<Credential, Known>>>,
}

/// What a key is looked up by. A secret is known by its hash only, so that none stays in memory and comparing one takes
/// the same time for all.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Credential {
    Secret([u8; 32]),
    Id(String),
}

#[derive(Clone)]
struct Known {
    key: Arc<AccessKey>,
    seen_at_ms: i64,
}

impl AccessKeys {
    /// Nothing is known yet.
    pub fn new(db: Db, clock: Arc<dyn Clock>) -> Self {
        Self {
            db,
            clock,
            known: Arc::default(),
        }
    }

    /// The API key in force whose text is `text`.
    pub async fn find_api(&self, text: &str) -> anyhow::Result<Option<Arc<AccessKey>>> {
        if !text.strip_prefix(API_PREFIX).is_some_and(secret::is_secret) {
            return Ok(None);
        }
        let credential = Credential::Secret(Sha256::digest(text.as_bytes()).into());
        match self.recall(&credential) {
            Some(key) => Ok(Some(key)),
            None => {
                // Boxed, so that the future of every request is not as large as that of the few which look.
                Box::pin(async {
                    let found = keys::find_by_secret(&self.db, &secret_hash(text)).await?;
                    self.learn(credential, found).await
                })
                .await
            }
        }
    }

    /// The AWS pair in force with the access key id `id`.
    pub async fn find_aws(&self, id: &str) -> anyhow::Result<Option<Arc<AccessKey>>> {
        let is_id = id.len() == AWS_ID_CHARS && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_id {
            return Ok(None);
        }
        let credential = Credential::Id(id.to_owned());
        match self.recall(&credential) {
            Some(key) => Ok(Some(key)),
            None => {
                Box::pin(async {
                    let found = keys::find_aws(&self.db, id).await?;
                    self.learn(credential, found).await
                })
                .await
            }
        }
    }

    fn recall(&self, credential: &Credential) -> Option<Arc<AccessKey>> {
        let now_ms = self.clock.now_ms();
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .get(credential)
            .filter(|known| (0..MAX_AGE_MS).contains(&(now_ms - known.seen_at_ms)))
            .map(|known| known.key.clone())
    }

    async fn learn(
        &self,
        credential: Credential,
        found: Option<AccessKey>,
    ) -> anyhow::Result<Option<Arc<AccessKey>>> {
        let Some(mut key) = found else {
            self.known().remove(&credential);
            return Ok(None);
        };
        let now_ms = self.clock.now_ms();
        let note_use = key
            .used_at_ms
            .is_none_or(|used| now_ms - used >= USED_STEP_MS);
        if note_use {
            key.used_at_ms = Some(now_ms);
        }
        let key = Arc::new(key);
        {
            let mut known = self.known();
            if known.len() >= CAPACITY {
                known.clear();
            }
            let seen_at_ms = now_ms;
            known.insert(
                credential,
                Known {
                    key: key.clone(),
                    seen_at_ms,
                },
            );
        }
        if note_use {
            // A disk that is full must not keep anybody from reading.
            let noted = keys::note_use(&self.db, &key.id, now_ms, now_ms - USED_STEP_MS).await;
            if let Err(error) = noted {
                tracing::warn!(
                    key = key.id.as_str(),
                    "the use of a key was not noted: {error:#}"
                );
            }
        }
        Ok(Some(key))
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<Credential, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Scope, Scopes};

    #[test]
    fn scopes_are_read_as_they_are_written() {
        let scopes: Scopes = "decide, submit".parse().unwrap();

        assert_eq!(scopes.to_string(), "submit,decide");
        assert!(scopes.allow(Scope::Decide) && !scopes.allow(Scope::Read));
        assert!("submit,everything".parse::<Scopes>().is_err());
        assert!("".parse::<Scopes>().is_err());
    }

    #[test]
    fn admin_allows_everything() {
        let admin: Scopes = "admin".parse().unwrap();

        assert!(Scope::ALL.iter().all(|scope| admin.allow(*scope)));
    }
}

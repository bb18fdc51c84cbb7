//! The link in a moderator's mail. It names a case, the revision that was seen, and the one person who may use it; a
//! code over all of it makes it impossible to forge or to bend. It gives nobody a right: whether that person may decide
//! is asked when they do. Knows nothing of HTTP.

use crate::auth::keyring::{Keyring, Purpose};
use crate::auth::role::Role;
use crate::ids::{CaseId, SiteId, UserId, is_id};
use crate::locale::Locale;
use crate::moderation::rows::CaseStatus;
use crate::moderation::site::{self, Site};
use crate::store::case_texts::{self, CaseText};
use crate::store::{Db, addressees};

/// How long a link works.
pub const LIFETIME_MS: i64 = 72 * 60 * 60 * 1000;

/// What a link says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The site of the case.
    pub site_id: SiteId,
    /// The case.
    pub case_id: CaseId,
    /// The revision that the mail was about.
    pub revision: i64,
    /// The moderator whom the mail was sent to.
    pub user_id: UserId,
    /// The moderator's epoch then; sessions and links of earlier ones have ended.
    pub epoch: i64,
    /// When the link ends.
    pub expires_at_ms: i64,
}

/// The link's last part.
pub fn token(keyring: &Keyring, claims: &Claims) -> String {
    let Claims {
        site_id,
        case_id,
        revision,
        user_id,
        epoch,
        expires_at_ms,
    } = claims;
    let text = format!("{site_id}.{case_id}.{revision}.{user_id}.{epoch}.{expires_at_ms}");
    let code = keyring.mac_text(Purpose::DecisionLink, &[text.as_bytes()]);
    format!("{text}.{code}")
}

/// What a link says, if we made it. The code covers the text itself, so that there is only one way to write a link.
pub fn verify(keyring: &Keyring, token: &str) -> Option<Claims> {
    let (text, code) = token.rsplit_once('.')?;
    keyring
        .verify(Purpose::DecisionLink, &[text.as_bytes()], code)
        .then(|| parse(text))?
}

fn parse(text: &str) -> Option<Claims> {
    let mut parts = text.split('.');
    let mut next = || parts.next();
    let claims = Claims {
        site_id: SiteId(next()?.parse().ok()?),
        case_id: CaseId::from(next().filter(|id| is_id(id))?.to_owned()),
        revision: next()?.parse().ok()?,
        user_id: UserId::from(next().filter(|id| is_id(id))?.to_owned()),
        epoch: next()?.parse().ok()?,
        expires_at_ms: next()?.parse().ok()?,
    };
    parts.next().is_none().then_some(claims)
}

/// What a link is good for at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Its case can be decided.
    Open,
    /// Somebody decided, by whichever door.
    Decided,
    /// The person may not decide any more, or has ended all sessions and links since.
    Revoked,
    /// Its time is over.
    Expired,
    /// The post is not what the mail was about: changed, withdrawn, or its workflow broke.
    Void,
}

/// A link with what it leads to.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) claims: Claims,
    /// The language of the mail that it stood in.
    pub(crate) locale: Locale,
    pub(crate) site: Site,
    pub(crate) text: CaseText,
    pub(crate) standing: Standing,
}

/// Reads a link and what is there now; `None` if we did not make it or nothing is left of its case. Changes nothing.
pub(crate) async fn open(
    db: &Db,
    keyring: &Keyring,
    now_ms: i64,
    token: &str,
) -> anyhow::Result<Option<Opened>> {
    let Some(claims) = verify(keyring, token) else {
        return Ok(None);
    };
    let site = site::find(db, claims.site_id).await?;
    let person = addressees::find(db, claims.site_id, &claims.user_id).await?;
    let text = case_texts::find_case(db, claims.site_id, &claims.case_id).await?;
    let (Some(site), Some(person), Some(text)) = (site, person, text) else {
        return Ok(None);
    };
    let standing = if person.epoch != claims.epoch || person.role < Some(Role::Moderator) {
        Standing::Revoked
    } else {
        match text.case.status {
            CaseStatus::Approved | CaseStatus::Rejected | CaseStatus::Answered => Standing::Decided,
            _ if claims.expires_at_ms <= now_ms => Standing::Expired,
            CaseStatus::Waiting if text.newest_revision == claims.revision => Standing::Open,
            CaseStatus::Waiting | CaseStatus::Void | CaseStatus::Failed => Standing::Void,
        }
    };
    Ok(Some(Opened {
        locale: person.language.unwrap_or(site.settings.language),
        claims,
        site,
        text,
        standing,
    }))
}

//! The link in a moderator's mail. It names a case, the revision that was seen, and the one person who may use it; a
//! code over all of it makes it impossible to forge or to bend. It gives nobody a right: whether that person may decide
//! is asked when they do. Knows nothing of HTTP.

use crate::auth::keyring::{Keyring, Purpose};
use crate::ids::{CaseId, SiteId, UserId, is_id};

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

/// Why a link is no good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkError {
    /// We did not make it.
    Unknown,
    /// We did, too long ago; what it said is given.
    Expired(Box<Claims>),
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

/// What a link says, if we made it and its time is not over. The code covers the text itself, so that there is only one
/// way to write a link.
pub fn verify(keyring: &Keyring, token: &str, now_ms: i64) -> Result<Claims, LinkError> {
    let (text, code) = token.rsplit_once('.').ok_or(LinkError::Unknown)?;
    if !keyring.verify(Purpose::DecisionLink, &[text.as_bytes()], code) {
        return Err(LinkError::Unknown);
    }
    let claims = parse(text).ok_or(LinkError::Unknown)?;
    if claims.expires_at_ms <= now_ms {
        return Err(LinkError::Expired(Box::new(claims)));
    }
    Ok(claims)
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

//! Links that switch a person's notices from one site off, without a login: the address itself is the proof, a code over
//! the site, the person and what they no longer want. It cannot be used for anything else and switches nothing on.

use crate::auth::keyring::{Keyring, Purpose};
use crate::ids::{SiteId, UserId, is_id};

/// What is switched off: all notices of the site. Other kinds of links may follow and must not be exchangeable.
const ALL: &str = "all";

/// The last part of the address.
pub fn token(keyring: &Keyring, site_id: SiteId, user_id: &UserId) -> String {
    let claims = format!("{site_id}.{user_id}");
    let code = keyring.mac_text(Purpose::NoticesLink, &[claims.as_bytes(), ALL.as_bytes()]);
    format!("{claims}.{code}")
}

/// Whose notices from which site; `None` if the token is not ours.
pub fn verify(keyring: &Keyring, token: &str) -> Option<(SiteId, UserId)> {
    let (claims, code) = token.rsplit_once('.')?;
    if !keyring.verify(
        Purpose::NoticesLink,
        &[claims.as_bytes(), ALL.as_bytes()],
        code,
    ) {
        return None;
    }
    let (site, user) = claims.split_once('.')?;
    let site = site.parse().ok()?;
    is_id(user).then(|| (SiteId(site), UserId::from(user.to_owned())))
}

//! Links that switch a person's notices from one site off, without a login: the address itself is the proof, a code over
//! the site, the person and what they no longer want. It cannot be used for anything else and switches nothing on.

use crate::auth::keyring::{Keyring, Purpose};
use crate::ids::{SiteId, UserId, is_id};
use crate::moderation::site::{self, Site};
use crate::store::{Db, addressees};

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

/// Somebody who gets notices from a site, as their link names them.
#[derive(Debug, Clone)]
pub struct Subscriber {
    /// The site.
    pub site: Site,
    /// Who.
    pub user_id: UserId,
    /// Where notices go.
    pub email: String,
}

/// Whom a token is about; `None` if it is not ours, or they or the site are gone.
pub async fn find(db: &Db, keyring: &Keyring, token: &str) -> anyhow::Result<Option<Subscriber>> {
    let Some((site_id, user_id)) = verify(keyring, token) else {
        return Ok(None);
    };
    let site = site::find(db, site_id).await?;
    let person = addressees::find(db, site_id, &user_id).await?;
    Ok(site.zip(person).map(|(site, person)| Subscriber {
        site,
        user_id,
        email: person.email,
    }))
}

/// Stops all notices of the site to them.
pub async fn switch_off(db: &Db, subscriber: &Subscriber) -> anyhow::Result<()> {
    addressees::switch_notices_off(db, subscriber.site.id, &subscriber.user_id).await
}

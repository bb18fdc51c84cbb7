//! Who calls: the key in `Authorization: Bearer gpk_…`. It alone names the site, so nothing of another one can be asked
//! for.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, web};

use crate::app::App;
use crate::auth::access_key::{AccessKey, Scope};
use crate::http::answer::app;
use crate::http::error::{Code, HttpError};
use crate::ids::SiteId;
use crate::moderation::decide::{Decider, Via};

/// A program with a key that is in force.
pub(crate) struct Caller {
    pub(crate) app: web::Data<App>,
    pub(crate) key: Arc<AccessKey>,
}

impl Caller {
    /// The caller of `req`, if its key allows one of `scopes`.
    pub(crate) async fn of(req: &HttpRequest, scopes: &[Scope]) -> Result<Self, HttpError> {
        let app = app(req);
        let Some(text) = bearer(req) else {
            return Err(HttpError::new(
                Code::Unauthenticated,
                "send an API key as Authorization: Bearer gpk_…",
            ));
        };
        let Some(key) = app.access_keys.find_api(text).await? else {
            return Err(HttpError::new(
                Code::Unauthenticated,
                "the API key is unknown or revoked",
            ));
        };
        if scopes.iter().any(|scope| key.scopes.allow(*scope)) {
            return Ok(Self { app, key });
        }
        let needed: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
        Err(HttpError::new(
            Code::Forbidden,
            format!("the API key has not the scope {}", needed.join(" or ")),
        ))
    }

    /// The site that the key belongs to.
    pub(crate) fn site_id(&self) -> SiteId {
        self.key.site_id
    }

    /// How the site is named in answers.
    pub(crate) async fn site(&self) -> Result<SiteName, HttpError> {
        let in_force = self.app.moderation.in_force.load(self.site_id()).await?;
        let in_force = in_force.ok_or_else(HttpError::not_found)?;
        let base = self.app.config.base_url.as_str().trim_end_matches('/');
        Ok(SiteName {
            url: format!("{base}/s/{}", in_force.site.slug),
            account: in_force.site.account.clone(),
        })
    }

    /// Who changes something, for the books.
    pub(crate) fn by(&self) -> String {
        format!("key:{}", self.key.id)
    }

    /// The caller as it goes into the books.
    pub(crate) fn decider(&self) -> Decider {
        Decider {
            user_id: None,
            actor: self.by(),
            name: self.key.title().to_owned(),
            via: Via::Api,
            undo_ms: 0,
        }
    }
}

fn bearer(req: &HttpRequest) -> Option<&str> {
    let value = req.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim_start_matches(' '))
}

/// How a site is named in answers.
#[derive(Debug, Clone)]
pub(crate) struct SiteName {
    /// The address of its pages, without a slash at the end.
    pub(crate) url: String,
    /// The 12 digits in its ARNs.
    pub(crate) account: String,
}

//! Who asks, for which site, and as what: looked up once a request, kept with it, and given to handlers as
//! [`Visitor`], [`SignedIn`], [`SiteContext`] and [`Member`]. `guard` holds every route to its line of the policy.

use std::ops::Deref;
use std::rc::Rc;

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest};
use futures_util::future::LocalBoxFuture;
use tokio::try_join;

use crate::auth::role::{Access, Actor, Role, Verdict, decide};
use crate::auth::session::{self, Session};
use crate::moderation::live;
use crate::moderation::site::{self, Site};
use crate::people::{self, User};

use super::answer::app;
use super::cookies::{self, Name};
use super::error::{Code, HttpError};

/// What is known of a request once it was looked up.
#[derive(Debug)]
pub(crate) struct Known {
    /// Who is logged in.
    pub session: Option<Session>,
    /// The site of the path.
    pub site: Option<Site>,
    /// What the user is on that site.
    pub role: Option<Role>,
    /// For moderators: how many cases wait.
    pub waiting: i64,
    /// For moderators: up to where the page that they get knows what happened, for [`live::Live`].
    pub heard: String,
}

/// What was looked up before, if it was.
pub(crate) fn known(req: &HttpRequest) -> Option<Rc<Known>> {
    req.extensions().get::<Rc<Known>>().cloned()
}

/// Whether somebody is logged in, as far as this request has asked.
pub(crate) fn is_signed_in(req: &HttpRequest) -> bool {
    known(req).is_some_and(|known| known.session.is_some())
}

/// What whoever is logged in is on the site of the path, as far as this request has asked.
pub(crate) fn role_here(req: &HttpRequest) -> Option<Role> {
    known(req).and_then(|known| known.role)
}

/// Looks up the session of the cookie, the site of the path and the role that follows from both. A site that does not
/// exist is 404.
pub(crate) async fn learn(req: &HttpRequest) -> Result<Rc<Known>, HttpError> {
    if let Some(known) = known(req) {
        return Ok(known);
    }
    let app = app(req);
    let session = async {
        match cookies::read(&app, req, Name::Session) {
            Some(token) => session::find(&app.db, app.clock.now_ms(), &token).await,
            None => Ok(None),
        }
    };
    let slug = req.match_info().get("site");
    let site = async {
        match slug {
            Some(slug) => site::find_by_slug(&app.db, slug).await,
            None => Ok(None),
        }
    };
    let (session, site) = try_join!(session, site)?;
    if slug.is_some() && site.is_none() {
        return Err(HttpError::not_found());
    }
    let role = match (&session, &site) {
        (Some(session), Some(site)) => {
            people::find_role(&app.db, site.id, &session.user.id).await?
        }
        _ => None,
    };
    let (waiting, heard) = match &site {
        Some(site) if role >= Some(Role::Moderator) => try_join!(
            app.moderation.counts.waiting(site.id),
            live::newest_line(&app.db, site.id),
        )?,
        _ => (0, String::new()),
    };
    let known = Rc::new(Known {
        session,
        site,
        role,
        waiting,
        heard,
    });
    req.extensions_mut().insert(known.clone());
    Ok(known)
}

/// The middleware of a route: nobody gets past it whom the policy does not let.
pub(crate) async fn guard<B: MessageBody + 'static>(
    access: Access,
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    // No path of ours has a NUL, and PostgreSQL has no text with one.
    let has_nul = |(_, value): (&str, &str)| value.contains('\0');
    let refused = match access {
        _ if req.match_info().iter().any(has_nul) => Some(HttpError::not_found()),
        Access::Open => None,
        access => match learn(req.request()).await {
            Ok(known) => check(access, &known).err(),
            Err(error) => Some(error),
        },
    };
    match refused {
        None => next
            .call(req)
            .await
            .map(ServiceResponse::map_into_left_body),
        Some(error) => Ok(req.error_response(error).map_into_right_body()),
    }
}

fn check(access: Access, known: &Known) -> Result<(), HttpError> {
    let visitor = known.session.as_ref().map(|_| known.role);
    match decide(access, visitor) {
        Verdict::Allow => Ok(()),
        Verdict::LogIn => Err(HttpError::new(Code::Unauthenticated, "log in first")),
        Verdict::Hide => Err(HttpError::not_found()),
        Verdict::Refuse => {
            let role = known.role;
            let name = role.map_or("", Role::as_str);
            let detail = format!("your role on this site is {name}, which does not reach here");
            Err(HttpError::new(Code::Forbidden, detail).told(move |locale| {
                let role = role.map_or_else(String::new, |role| locale.text(role.message()));
                locale
                    .say("role-does-not-reach")
                    .with("role", role)
                    .to_string()
            }))
        }
    }
}

/// Whoever asks, logged in or not.
#[derive(Debug, Clone)]
pub struct Visitor(pub Option<User>);

/// Somebody who is logged in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who.
    pub user: User,
    /// The hash that names the session.
    pub session_hash: String,
}

/// The site of the path.
#[derive(Debug, Clone)]
pub struct SiteContext(pub Site);

impl Deref for SiteContext {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.0
    }
}

/// A member of the site of the path.
#[derive(Debug, Clone)]
pub struct Member {
    /// The site.
    pub site: Site,
    /// Who.
    pub user: User,
    /// What they are on it.
    pub role: Role,
}

impl Member {
    /// Who acts, for the books.
    pub fn by(&self) -> String {
        format!("user:{}", self.user.id)
    }

    /// Who acts, for use cases.
    pub fn actor(&self) -> Actor {
        Actor {
            site_id: self.site.id,
            user_id: self.user.id.clone(),
            name: self.user.name.clone(),
            role: self.role,
        }
    }
}

macro_rules! extract {
    ($($name:ty, |$known:ident| $body:expr;)*) => {$(
        impl FromRequest for $name {
            type Error = HttpError;
            type Future = LocalBoxFuture<'static, Result<Self, HttpError>>;

            fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
                let req = req.clone();
                Box::pin(async move {
                    let $known = learn(&req).await?;
                    $body
                })
            }
        }
    )*};
}

extract! {
    Visitor, |known| Ok(Self(known.session.as_ref().map(|session| session.user.clone())));
    SignedIn, |known| {
        check(Access::SignedIn, &known)?;
        let session = known.session.as_ref().ok_or_else(HttpError::not_found)?;
        Ok(Self { user: session.user.clone(), session_hash: session.hash.clone() })
    };
    SiteContext, |known| known.site.clone().map(Self).ok_or_else(HttpError::not_found);
    Member, |known| {
        check(Access::Member(Role::Author), &known)?;
        let member = |known: &Known| Some(Self {
            site: known.site.clone()?,
            user: known.session.as_ref()?.user.clone(),
            role: known.role?,
        });
        member(&known).ok_or_else(HttpError::not_found)
    };
}

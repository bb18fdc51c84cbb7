//! `GET /`: the only site, or the list of sites.

use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use askama::Template;

use crate::app::App;
use crate::http::chrome::{PageChrome, Redirect, page};
use crate::http::error::HttpError;
use crate::http::language::locale;
use crate::http::visitor::SiteContext;
use crate::moderation::site;

#[derive(Template)]
#[template(path = "site/sites.html")]
struct SitesPage {
    page: PageChrome,
    sites: Vec<SiteRow>,
}

struct SiteRow {
    name: String,
    path: String,
    posts: String,
}

/// `GET /s/{site}`: the address without its slash.
pub(crate) async fn site(site: SiteContext) -> Redirect {
    Redirect::to(format!("/s/{}/", site.slug))
}

/// `GET /`
pub(crate) async fn show(req: HttpRequest, app: web::Data<App>) -> Result<HttpResponse, HttpError> {
    let sites = site::list_public(&app.db).await?;
    if let [only] = &sites[..] {
        let path = format!("/s/{}/", only.slug);
        return Ok(Redirect::to(path).respond_to(&req));
    }
    let locale = locale(&req);
    page(&SitesPage {
        page: PageChrome::titled(&req, "sites", "home"),
        sites: sites
            .into_iter()
            .map(|site| SiteRow {
                path: format!("/s/{}/", site.slug),
                posts: locale
                    .say("post-count")
                    .with("count", site.published)
                    .to_string(),
                name: site.name,
            })
            .collect(),
    })
}

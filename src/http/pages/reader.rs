//! What everybody may read: the index, a post, the feed. Only published revisions get here; of a withdrawn post nothing
//! but that it was withdrawn.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HttpDate};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use atom_syndication::{
    ContentBuilder, EntryBuilder, FeedBuilder, FixedDateTime, LinkBuilder, PersonBuilder, Text,
};
use serde::Deserialize;

use crate::app::App;
use crate::clock::rfc3339;
use crate::http::chrome::{PageChrome, page, page_with};
use crate::http::error::HttpError;
use crate::http::extract::{Query, segment};
use crate::http::parts::When;
use crate::http::visitor::{SiteContext, is_signed_in};
use crate::moderation::markdown;
use crate::moderation::rows::PostStatus;
use crate::moderation::site::Site;
use crate::people::own_data::gone_slug;
use crate::store::posts::{self, PublishedCursor, PublishedPost};

const PER_PAGE: i64 = 20;
const FEED_ENTRIES: i64 = 50;
const EXCERPT_CHARS: usize = 280;
/// A shared cache may show a public page for a minute; a browser asks every time, so that an author who was just told that
/// the post is published finds it. (A page has a nonce of its own, so a 304 to an older one would block its script.)
const PUBLIC: &str = "public, max-age=0, s-maxage=60";

#[derive(Template)]
#[template(path = "site/index.html")]
struct IndexPage {
    page: PageChrome,
    tagline: String,
    feed_path: String,
    posts: Vec<Teaser>,
    first_path: Option<String>,
    next_path: Option<String>,
}

struct Teaser {
    title: String,
    path: String,
    author: String,
    published: When,
    excerpt: String,
}

#[derive(Template)]
#[template(path = "site/post.html")]
struct PostPage {
    page: PageChrome,
    title: String,
    author: String,
    published: When,
    updated: Option<When>,
    body_html: String,
    feed_path: String,
    canonical_url: String,
}

#[derive(Template)]
#[template(path = "site/tombstone.html")]
struct TombstonePage {
    page: PageChrome,
    withdrawn: When,
}

/// The query of the index.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IndexQuery {
    after: Option<String>,
}

/// `GET /s/{site}/`
pub(crate) async fn index(
    req: HttpRequest,
    app: web::Data<App>,
    site: SiteContext,
    query: Query<IndexQuery>,
) -> Result<HttpResponse, HttpError> {
    let after = match &query.0.after {
        Some(text) => read_cursor(text)
            .ok_or_else(|| HttpError::invalid("after", "must be taken from a page's link"))?,
        None => PublishedCursor::start(),
    };
    let mut posts = posts::list_published(&app.db, site.id, &after, PER_PAGE + 1).await?;
    let more = posts.len() as i64 > PER_PAGE;
    posts.truncate(PER_PAGE as usize);
    let next_path = posts.last().filter(|_| more).map(|last| {
        format!(
            "/s/{}/?after={}-{}",
            site.slug, last.published_at_ms, last.id
        )
    });
    let answer = page(&IndexPage {
        page: PageChrome::of(&req, "", "home"),
        tagline: site.settings.tagline.clone(),
        feed_path: feed_path(&site),
        posts: posts.iter().map(|post| teaser(&site, post)).collect(),
        first_path: query
            .0
            .after
            .is_some()
            .then(|| format!("/s/{}/", site.slug)),
        next_path,
    })?;
    Ok(cached(&req, answer))
}

/// `GET /s/{site}/posts/{slug}`
pub(crate) async fn post(
    req: HttpRequest,
    app: web::Data<App>,
    site: SiteContext,
) -> Result<HttpResponse, HttpError> {
    let slug = segment(&req, "slug");
    let Some(post) = posts::find_published(&app.db, site.id, slug).await? else {
        return tombstone(&req, &app, &site, slug).await;
    };
    let path = post_path(&site, &post.slug);
    let locale = site.settings.language;
    let answer = page(&PostPage {
        page: PageChrome::of(&req, &post.title, "home"),
        author: post.author_name.clone(),
        published: When::of(locale, post.published_at_ms),
        updated: (post.revised_at_ms > post.published_at_ms)
            .then(|| When::of(locale, post.revised_at_ms)),
        body_html: markdown::render(&post.body),
        feed_path: feed_path(&site),
        canonical_url: app.config.link(&path),
        title: post.title,
    })?;
    Ok(cached(&req, answer))
}

async fn tombstone(
    req: &HttpRequest,
    app: &App,
    site: &Site,
    slug: &str,
) -> Result<HttpResponse, HttpError> {
    let found = match posts::find_by_slug(&app.db, site.id, slug).await? {
        Some(post) => Some(post),
        // The address of a post whose author is gone is kept as a hash of it.
        None => posts::find_by_slug(&app.db, site.id, &gone_slug(slug)).await?,
    };
    let post = found
        .filter(|post| post.status == PostStatus::Withdrawn)
        .ok_or_else(HttpError::not_found)?;
    page_with(
        StatusCode::GONE,
        &TombstonePage {
            page: PageChrome::titled(req, "withdrawn", "home"),
            withdrawn: When::of(site.settings.language, post.updated_at_ms),
        },
    )
}

/// `GET /s/{site}/feed.atom`
pub(crate) async fn feed(
    req: HttpRequest,
    app: web::Data<App>,
    site: SiteContext,
) -> Result<HttpResponse, HttpError> {
    let posts =
        posts::list_published(&app.db, site.id, &PublishedCursor::start(), FEED_ENTRIES).await?;
    let link = |path: &str| app.config.link(path);
    let entries = posts.iter().map(|post| {
        let url = link(&post_path(&site, &post.slug));
        EntryBuilder::default()
            .id(format!("urn:gatepost:{}:{}", site.account, post.id))
            .title(Text::plain(post.title.clone()))
            .author(
                PersonBuilder::default()
                    .name(post.author_name.clone())
                    .build(),
            )
            .link(
                LinkBuilder::default()
                    .href(url)
                    .rel("alternate".to_owned())
                    .build(),
            )
            .published(time(post.published_at_ms))
            .updated(time(post.revised_at_ms.max(post.published_at_ms)).unwrap_or_default())
            .content(
                ContentBuilder::default()
                    .content_type("html".to_owned())
                    .value(markdown::render(&post.body))
                    .build(),
            )
            .build()
    });
    let newest = posts
        .iter()
        .map(|post| post.revised_at_ms.max(post.published_at_ms))
        .max();
    let feed = FeedBuilder::default()
        .lang(site.settings.language.to_string())
        .id(format!("urn:gatepost:{}", site.account))
        .title(Text::plain(site.name.clone()))
        .updated(time(newest.unwrap_or(0)).unwrap_or_default())
        .link(
            LinkBuilder::default()
                .href(link(&feed_path(&site)))
                .rel("self".to_owned())
                .build(),
        )
        .link(
            LinkBuilder::default()
                .href(link(&format!("/s/{}/", site.slug)))
                .rel("alternate".to_owned())
                .build(),
        )
        .entries(entries.collect::<Vec<_>>())
        .build();
    let mut answer = HttpResponse::Ok()
        .content_type("application/atom+xml; charset=utf-8")
        .body(feed.to_string());
    if let Some(newest) = newest {
        let modified =
            std::time::UNIX_EPOCH + std::time::Duration::from_millis(newest.unsigned_abs());
        if let Ok(value) = header::HeaderValue::from_str(&HttpDate::from(modified).to_string()) {
            answer.headers_mut().insert(header::LAST_MODIFIED, value);
        }
    }
    Ok(cached(&req, answer))
}

/// Lets shared caches keep what everybody sees alike.
fn cached(req: &HttpRequest, mut answer: HttpResponse) -> HttpResponse {
    if !is_signed_in(req) && !crate::http::chrome::shows_flash(req) {
        answer.headers_mut().insert(
            header::CACHE_CONTROL,
            header::HeaderValue::from_static(PUBLIC),
        );
        answer
            .headers_mut()
            .insert(header::VARY, header::HeaderValue::from_static("Cookie"));
    }
    answer
}

fn teaser(site: &Site, post: &PublishedPost) -> Teaser {
    Teaser {
        title: post.title.clone(),
        path: post_path(site, &post.slug),
        author: post.author_name.clone(),
        published: When::of(site.settings.language, post.published_at_ms),
        excerpt: markdown::excerpt(&post.body, EXCERPT_CHARS),
    }
}

/// Where readers find a published post.
pub(crate) fn post_path(site: &Site, slug: &str) -> String {
    format!("/s/{}/posts/{slug}", site.slug)
}

fn feed_path(site: &Site) -> String {
    format!("/s/{}/feed.atom", site.slug)
}

fn read_cursor(text: &str) -> Option<PublishedCursor> {
    let (time, id) = text.split_once('-')?;
    crate::ids::is_id(id).then_some(PublishedCursor {
        published_at_ms: time.parse().ok()?,
        id: id.to_owned(),
    })
}

fn time(ms: i64) -> Option<FixedDateTime> {
    FixedDateTime::parse_from_rfc3339(&rfc3339(ms)).ok()
}

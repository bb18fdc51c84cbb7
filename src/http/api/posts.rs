//! `/posts`: a program submits posts for their authors and sees what becomes of them.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::auth::access_key::Scope;
use crate::clock::rfc3339;
use crate::http::error::{Code, HttpError};
use crate::http::extract::{read_query, segment};
use crate::ids::{PostId, is_id};
use crate::moderation::flow::execution_arn;
use crate::moderation::rows::{PostRow, PostStatus};
use crate::moderation::rules::{self, FieldError, Flaw};
use crate::moderation::submit::{Content, Draft, SubmitError, Submitted};
use crate::people::email::EmailAddress;
use crate::store::posts::{self, ListedPost};

use super::caller::{Caller, SiteName};
use super::hit::{self, Hit};
use super::page::{self, Page};
use super::request::{JSON, Request, invalid_fields, replayed};

const NAME_MAX_CHARS: usize = 100;

/// A post to be submitted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "title": "A win",
    "body": "I won the *lottery*.",
    "author": {"email": "ana@example.org", "name": "Ana"},
    "external_id": "blog-17"
}))]
pub(crate) struct NewPost {
    /// Plain text, one line.
    #[schema(min_length = 1, max_length = 200)]
    title: String,
    /// Markdown, 200,000 bytes at most.
    #[schema(min_length = 1)]
    body: String,
    /// Who wrote it.
    author: NewAuthor,
    /// Your own name for the post; a second post with the same one is refused.
    #[schema(min_length = 1, max_length = 200)]
    external_id: Option<String>,
}

/// Who wrote a post. Somebody new gets an account without a password and a place on the site as an author.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAuthor {
    /// Where notices about the post go.
    #[schema(format = Email, max_length = 254)]
    email: String,
    /// What somebody new is called; whoever has an account keeps the name it has.
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
}

/// A post that was taken.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TakenPost<'a> {
    /// Its id.
    #[schema(value_type = String)]
    id: &'a PostId,
    /// What became of it.
    status: PostStatus,
    /// Where it is to be read: the public page once it was published, until then the author's own page.
    #[schema(format = "uri")]
    url: String,
    /// What the rules found.
    #[serde(serialize_with = "hit::list")]
    #[schema(value_type = Vec<Hit>)]
    hits: &'a [rules::Hit],
    /// The run of the workflow that decides on it.
    execution_arn: &'a str,
}

/// A post as lists show it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PostSummary {
    /// Its id.
    #[schema(value_type = String)]
    id: PostId,
    /// Where its newest revision stands.
    status: PostStatus,
    /// Where it is to be read: the public page once it was published, until then the author's own page.
    #[schema(format = "uri")]
    url: String,
    /// The title of its newest revision.
    title: String,
    /// Who wrote it.
    author: PostAuthor,
    /// Your own name for it.
    external_id: Option<String>,
    /// The number of its newest revision.
    revision: i64,
    /// The number of the revision that readers see.
    published_revision: Option<i64>,
    /// The run of the workflow that decides on its newest revision.
    execution_arn: String,
    /// When it was submitted.
    #[schema(format = DateTime)]
    created_at: String,
    /// When something last happened to it.
    #[schema(format = DateTime)]
    updated_at: String,
    /// When it was first published.
    #[schema(format = DateTime)]
    published_at: Option<String>,
}

/// A post with its text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Post {
    #[serde(flatten)]
    summary: PostSummary,
    /// The text of its newest revision, Markdown.
    body: String,
    /// What the rules found in its newest revision.
    #[serde(serialize_with = "hit::list")]
    #[schema(value_type = Vec<Hit>)]
    hits: Vec<rules::Hit>,
}

/// Who wrote a post.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PostAuthor {
    /// The author's address.
    #[schema(format = Email)]
    pub(crate) email: String,
    /// The author's name.
    pub(crate) name: String,
}

impl PostSummary {
    fn of(site: &SiteName, listed: ListedPost) -> Self {
        let post = listed.post;
        Self {
            status: post.status,
            url: url(site, &post),
            title: listed.title,
            author: PostAuthor {
                email: listed.author_email,
                name: listed.author_name,
            },
            revision: post.revision,
            published_revision: post.published_revision,
            execution_arn: execution_arn(&site.account, &post.execution_id),
            created_at: rfc3339(post.created_at_ms),
            updated_at: rfc3339(post.updated_at_ms),
            published_at: post.published_at_ms.map(rfc3339),
            external_id: post.external_id,
            id: post.id,
        }
    }
}

fn url(site: &SiteName, post: &PostRow) -> String {
    match (&post.slug, post.published_revision) {
        (Some(slug), Some(_)) => format!("{}/posts/{slug}", site.url),
        _ => format!("{}/mine/{}", site.url, post.id),
    }
}

/// Submit a post
///
/// The post is checked and its workflow starts; by the time of the answer it is published, held for a moderator, or
/// rejected, and all of that is durable.
#[utoipa::path(
    post, path = "/posts", operation_id = "submit_post", tag = "posts", security(("api_key" = ["submit"])),
    request_body = NewPost,
    responses((
        status = 201, description = "The post was taken", body = TakenPost,
        headers(("Location" = String, description = "The post in this API")),
    ))
)]
pub(crate) async fn create(
    req: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, HttpError> {
    let caller = Caller::of(&req, &[Scope::Submit]).await?;
    let request = Request::<NewPost>::read(&req, payload).await?;
    let site = caller.site().await?;
    let draft = draft(&caller, request.value).await?;
    let repeatable = request.idempotency.map(|idempotency| {
        let site = site.clone();
        idempotency.repeatable(&caller, move |taken: &Submitted| {
            (StatusCode::CREATED.as_u16(), answer(&site, taken))
        })
    });
    let result = caller
        .app
        .moderation
        .submit(caller.site_id(), draft, repeatable)
        .await?;
    match result {
        Ok(taken) => Ok(HttpResponse::Created()
            .insert_header((header::LOCATION, format!("/api/v1/posts/{}", taken.post.id)))
            .content_type(JSON)
            .body(answer(&site, &taken))),
        Err(SubmitError::UnknownSite) => Err(HttpError::not_found()),
        Err(SubmitError::DuplicateExternalId(post)) => Err(HttpError::new(
            Code::DuplicateExternalId,
            "the site has a post with this external_id",
        )
        .with("post_id", post.id.as_str())),
        Err(SubmitError::Replayed(replay)) => replayed(replay),
    }
}

/// Everything is checked before anybody gets an account.
async fn draft(caller: &Caller, new: NewPost) -> Result<Draft, HttpError> {
    let content = Content::parse(&new.title, &new.body, new.external_id);
    let email = EmailAddress::parse(&new.author.email);
    let name = new.author.name.as_deref().map(parse_name).transpose();
    let (content, email, name) = match (content, email, name) {
        (Ok(content), Ok(email), Ok(name)) => (content, email, name),
        (content, email, name) => {
            let broken = content.err().unwrap_or_default();
            let mut errors: Vec<FieldError> = broken.into_iter().map(FieldError::from).collect();
            errors.extend(email.err().map(|rule| FieldError {
                field: "author.email",
                flaw: Flaw::words(rule.to_string()),
            }));
            errors.extend(name.err());
            return Err(invalid_fields(&errors));
        }
    };
    let authors = &caller.app.authors;
    let author = authors
        .find_or_create(caller.site_id(), email, name)
        .await?;
    Ok(content.by(author.id, &author.name))
}

fn parse_name(raw: &str) -> Result<&str, FieldError> {
    let name = raw.trim();
    let is_valid =
        (1..=NAME_MAX_CHARS).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    is_valid.then_some(name).ok_or_else(|| FieldError {
        field: "author.name",
        flaw: Flaw::new("flaw-line").with("most", NAME_MAX_CHARS),
    })
}

fn answer(site: &SiteName, taken: &Submitted) -> String {
    let answer = TakenPost {
        id: &taken.post.id,
        status: taken.post.status,
        url: url(site, &taken.post),
        hits: &taken.hits,
        execution_arn: &taken.execution_arn,
    };
    serde_json::to_string(&answer).expect("texts and numbers are always JSON")
}

/// Read a post
#[utoipa::path(
    get, path = "/posts/{id}", operation_id = "read_post", tag = "posts", security(("api_key" = ["read"])),
    params(("id" = String, Path, description = "The post's id")),
    responses((status = 200, description = "The post", body = Post))
)]
pub(crate) async fn show(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let caller = Caller::of(&req, &[Scope::Read]).await?;
    let site = caller.site().await?;
    let id = segment(&req, "id");
    if !is_id(id) {
        return Err(HttpError::not_found());
    }
    let (db, id) = (&caller.app.db, PostId::from(id.to_owned()));
    let listed = posts::find_listed(db, caller.site_id(), &id)
        .await
        .context("read a post")?
        .ok_or_else(HttpError::not_found)?;
    let revision = posts::find_revision(db, caller.site_id(), &id, listed.post.revision)
        .await
        .context("read a post's text")?
        .ok_or_else(HttpError::not_found)?;
    Ok(HttpResponse::Ok().json(Post {
        hits: serde_json::from_str(&revision.hits).context("read a post's hits")?,
        body: revision.body,
        summary: PostSummary::of(&site, listed),
    }))
}

/// Which posts to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PostFilter {
    /// Only those that stand so.
    status: Option<PostStatus>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many items a page has; 50 if it is not said.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
}

/// List posts, the newest first
#[utoipa::path(
    get, path = "/posts", operation_id = "list_posts", tag = "posts", security(("api_key" = ["read"])),
    params(PostFilter),
    responses((status = 200, description = "A page of posts", body = Page<PostSummary>))
)]
pub(crate) async fn list(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let caller = Caller::of(&req, &[Scope::Read]).await?;
    let filter: PostFilter = read_query(&req)?;
    let limit = page::limit(filter.limit)?;
    let before = page::read_id_cursor(filter.cursor.as_deref())?;
    let status = filter.status.map_or("", PostStatus::as_str);
    let rows = posts::list(&caller.app.db, caller.site_id(), status, &before, limit + 1)
        .await
        .context("list posts")?;
    let site = caller.site().await?;
    let page = Page::of(
        rows,
        limit,
        |row| page::id_cursor(row.post.id.as_str()),
        |row| Ok(PostSummary::of(&site, row)),
    )?;
    Ok(HttpResponse::Ok().json(page))
}

//! The author's pages: write, preview, submit, what became of each post and why, correct and resubmit, withdraw.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::http::chrome::{PageChrome, Redirect, page, page_with};
use crate::http::error::HttpError;
use crate::http::extract::{Id, Query};
use crate::http::form::Form;
use crate::http::pages::reader::post_path;
use crate::http::parts::{Notice, Status, TimelineRow, When, words};
use crate::http::visitor::Member;
use crate::ids::{PostId, is_id};
use crate::moderation::markdown;
use crate::moderation::rows::{PostRow, PostStatus, RevisionRow};
use crate::moderation::rules::FieldError;
use crate::moderation::submit::{Body, Draft, SubmitError, Title};
use crate::moderation::supersede::{Edit, SupersedeError};
use crate::moderation::timeline::{self, Step};
use crate::store::posts::{self, ListedPost};

const PER_PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "site/write.html")]
struct WritePage {
    page: PageChrome,
    form: PostForm,
    preview: Option<Preview>,
}

#[derive(Template)]
#[template(path = "site/mine.html")]
struct MinePage {
    page: PageChrome,
    posts: Vec<MineRow>,
    first_path: Option<String>,
    next_path: Option<String>,
}

struct MineRow {
    title: String,
    path: String,
    status: Status,
    when: When,
    about: String,
    reason: Option<String>,
}

#[derive(Template)]
#[template(path = "site/mine_post.html")]
struct MinePostPage {
    page: PageChrome,
    title: String,
    status: Status,
    about: String,
    summary: Notice,
    reason: Option<String>,
    public_path: Option<String>,
    timeline: Vec<TimelineRow>,
    body_html: String,
    form: Option<PostForm>,
    form_open: bool,
    preview: Option<Preview>,
    withdraw_path: Option<String>,
}

#[derive(Default)]
struct PostForm {
    action_path: String,
    preview_path: String,
    title: String,
    body: String,
    title_error: Option<String>,
    body_error: Option<String>,
    form_error: Option<String>,
    revision: Option<String>,
    submit_label: String,
}

struct Preview {
    title: String,
    body_html: String,
}

/// What the form of a new post sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Typed {
    title: String,
    body: String,
}

/// What the form of a correction sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TypedRevision {
    title: String,
    body: String,
    revision: i64,
}

/// The query of the list of one's own posts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MineQuery {
    before: Option<String>,
}

/// `GET /s/{site}/write`
pub(crate) async fn write(req: HttpRequest, member: Member) -> Result<HttpResponse, HttpError> {
    write_page(&req, StatusCode::OK, PostForm::new(&member), None)
}

/// `POST /s/{site}/write/preview`
pub(crate) async fn preview(
    req: HttpRequest,
    member: Member,
    form: Form<Typed>,
) -> Result<HttpResponse, HttpError> {
    let typed = form.0;
    let preview = Preview::of(&typed.title, &typed.body);
    let form = PostForm::new(&member).typed(typed.title, typed.body);
    write_page(&req, StatusCode::OK, form, Some(preview))
}

/// `POST /s/{site}/posts`
pub(crate) async fn submit(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    form: Form<Typed>,
) -> Result<HttpResponse, HttpError> {
    let typed = form.0;
    let draft = Draft::parse(
        member.user.id.clone(),
        &member.user.name,
        &typed.title,
        &typed.body,
        None,
    );
    let draft = match draft {
        Ok(draft) => draft,
        Err(errors) => {
            let form = PostForm::new(&member)
                .typed(typed.title, typed.body)
                .refused(errors);
            return write_page(&req, StatusCode::UNPROCESSABLE_ENTITY, form, None);
        }
    };
    match app.moderation.submit(member.site.id, draft, None).await? {
        Ok(submitted) => Ok(Redirect::to(mine_path(&member, &submitted.post.id))
            .flash(outcome(submitted.post.status))
            .respond_to(&req)),
        Err(SubmitError::UnknownSite) => Err(HttpError::not_found()),
        Err(SubmitError::DuplicateExternalId(_) | SubmitError::Replayed(_)) => {
            unreachable!("a form carries neither an external id nor an idempotency key")
        }
    }
}

/// `GET /s/{site}/mine`
pub(crate) async fn mine(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    query: Query<MineQuery>,
) -> Result<HttpResponse, HttpError> {
    let before = match &query.0.before {
        Some(id) if is_id(id) => id,
        Some(_) => {
            return Err(HttpError::invalid(
                "before",
                "must be taken from a page's link",
            ));
        }
        None => posts::NEWEST,
    };
    let author = &member.user.id;
    let mut listed =
        posts::list_of_author(&app.db, member.site.id, author, before, PER_PAGE + 1).await?;
    let more = listed.len() as i64 > PER_PAGE;
    listed.truncate(PER_PAGE as usize);
    let base = format!("/s/{}/mine", member.site.slug);
    let next_path = listed
        .last()
        .filter(|_| more)
        .map(|last| format!("{base}?before={}", last.post.id));
    page(&MinePage {
        page: PageChrome::of(&req, "My posts", "mine"),
        posts: listed
            .into_iter()
            .map(|listed| mine_row(&member, listed))
            .collect(),
        first_path: query.0.before.is_some().then_some(base),
        next_path,
    })
}

/// `GET /s/{site}/mine/{post}`
pub(crate) async fn show(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<PostId>,
) -> Result<HttpResponse, HttpError> {
    let own = OwnPost::load(&app, &member, &id.0).await?;
    let form = own.form(&member);
    own.page(&req, &app, &member, StatusCode::OK, form, None)
        .await
}

/// `POST /s/{site}/mine/{post}/preview`
pub(crate) async fn preview_revision(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<PostId>,
    form: Form<TypedRevision>,
) -> Result<HttpResponse, HttpError> {
    let own = OwnPost::load(&app, &member, &id.0).await?;
    let typed = form.0;
    let preview = Preview::of(&typed.title, &typed.body);
    let form = own
        .form_of(&member, typed.revision)
        .typed(typed.title, typed.body);
    own.page(&req, &app, &member, StatusCode::OK, form, Some(preview))
        .await
}

/// `POST /s/{site}/mine/{post}/revise`
pub(crate) async fn revise(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<PostId>,
    form: Form<TypedRevision>,
) -> Result<HttpResponse, HttpError> {
    let typed = form.0;
    let (title, body) = (Title::parse(&typed.title), Body::parse(&typed.body));
    let refused = match (title, body) {
        (Ok(title), Ok(body)) => {
            let edit = Edit {
                author_id: member.user.id.clone(),
                author_name: member.user.name.clone(),
                revision: typed.revision,
                title,
                body,
            };
            match app
                .moderation
                .revise(member.site.id, id.0.clone(), edit)
                .await?
            {
                Ok(submitted) => {
                    return Ok(Redirect::to(mine_path(&member, &id.0))
                        .flash(outcome(submitted.post.status))
                        .respond_to(&req));
                }
                Err(SupersedeError::Stale(newest)) => vec![FieldError {
                    field: "revision",
                    message: format!(
                        "You corrected revision {}, but revision {newest} is newer. Compare it below, then submit again.",
                        typed.revision
                    ),
                }],
                Err(SupersedeError::Withdrawn) => vec![FieldError {
                    field: "revision",
                    message: "The post was withdrawn. Submit it as a new one.".to_owned(),
                }],
                Err(SupersedeError::Unknown | SupersedeError::NotPossible) => {
                    return Err(HttpError::not_found());
                }
            }
        }
        (title, body) => title.err().into_iter().chain(body.err()).collect(),
    };
    let own = OwnPost::load(&app, &member, &id.0).await?;
    let form = own
        .form_of(&member, own.post.revision)
        .typed(typed.title, typed.body)
        .refused(refused);
    own.page(
        &req,
        &app,
        &member,
        StatusCode::UNPROCESSABLE_ENTITY,
        form,
        None,
    )
    .await
}

/// `POST /s/{site}/mine/{post}/withdraw`
pub(crate) async fn withdraw(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<PostId>,
) -> Result<HttpResponse, HttpError> {
    let author = member.user.id.clone();
    let message = match app
        .moderation
        .withdraw(member.site.id, id.0.clone(), author)
        .await?
    {
        Ok(_) => "Withdrawn",
        Err(SupersedeError::Withdrawn) => "It was withdrawn before",
        Err(_) => return Err(HttpError::not_found()),
    };
    Ok(Redirect::to(mine_path(&member, &id.0))
        .flash(message)
        .respond_to(&req))
}

impl PostForm {
    fn new(member: &Member) -> Self {
        let base = format!("/s/{}", member.site.slug);
        Self {
            action_path: format!("{base}/posts"),
            preview_path: format!("{base}/write/preview"),
            submit_label: "Submit".to_owned(),
            ..Self::default()
        }
    }

    fn typed(mut self, title: String, body: String) -> Self {
        (self.title, self.body) = (title, body);
        self
    }

    fn refused(mut self, errors: Vec<FieldError>) -> Self {
        for FieldError { field, message } in errors {
            match field {
                "title" => self.title_error = Some(format!("The title {message}.")),
                "body" => self.body_error = Some(format!("The text {message}.")),
                _ => self.form_error = Some(message),
            }
        }
        self
    }
}

impl Preview {
    fn of(title: &str, body: &str) -> Self {
        Self {
            title: title.to_owned(),
            body_html: markdown::render(body),
        }
    }
}

/// A post of the member who asks, with its newest revision.
struct OwnPost {
    post: PostRow,
    revision: RevisionRow,
}

impl OwnPost {
    async fn load(app: &App, member: &Member, id: &PostId) -> Result<Self, HttpError> {
        let site = member.site.id;
        let post = posts::find(&app.db, site, id)
            .await?
            .filter(|post| post.author_id == member.user.id)
            .ok_or_else(HttpError::not_found)?;
        let revision = posts::find_revision(&app.db, site, id, post.revision)
            .await?
            .ok_or_else(HttpError::not_found)?;
        Ok(Self { post, revision })
    }

    fn form(&self, member: &Member) -> PostForm {
        self.form_of(member, self.post.revision)
            .typed(self.revision.title.clone(), self.revision.body.clone())
    }

    fn form_of(&self, member: &Member, revision: i64) -> PostForm {
        let base = mine_path(member, &self.post.id);
        PostForm {
            action_path: format!("{base}/revise"),
            preview_path: format!("{base}/preview"),
            revision: Some(revision.to_string()),
            submit_label: "Submit the correction".to_owned(),
            ..PostForm::default()
        }
    }

    async fn page(
        self,
        req: &HttpRequest,
        app: &App,
        member: &Member,
        status: StatusCode,
        form: PostForm,
        preview: Option<Preview>,
    ) -> Result<HttpResponse, HttpError> {
        let steps = timeline::steps(&app.db, member.site.id, &self.post.id).await?;
        let reason = steps.iter().rev().find_map(|(_, step)| match step {
            Step::Rejected(reason) => reason.clone(),
            _ => None,
        });
        let withdrawn = self.post.status == PostStatus::Withdrawn;
        let slug = self
            .post
            .slug
            .as_deref()
            .filter(|_| self.post.published_revision.is_some());
        page_with(
            status,
            &MinePostPage {
                page: PageChrome::of(req, &self.revision.title, "mine"),
                status: self.post.status.into(),
                about: format!(
                    "revision {} · {}",
                    self.post.revision,
                    words(&self.revision.body)
                ),
                summary: summary(&self.post),
                reason: reason.filter(|_| self.post.status == PostStatus::Rejected),
                public_path: slug.map(|slug| post_path(&member.site, slug)),
                timeline: timeline_rows(&self.post, &steps),
                body_html: markdown::render(&self.revision.body),
                form_open: preview.is_some() || status != StatusCode::OK,
                form: (!withdrawn).then_some(form),
                preview,
                withdraw_path: (!withdrawn)
                    .then(|| format!("{}/withdraw", mine_path(member, &self.post.id))),
                title: self.revision.title,
            },
        )
    }
}

fn write_page(
    req: &HttpRequest,
    status: StatusCode,
    form: PostForm,
    preview: Option<Preview>,
) -> Result<HttpResponse, HttpError> {
    let page = PageChrome::of(req, "Write", "write");
    page_with(
        status,
        &WritePage {
            page,
            form,
            preview,
        },
    )
}

fn mine_row(member: &Member, listed: ListedPost) -> MineRow {
    let online = listed.post.published_revision;
    let about = match online {
        Some(number) if number != listed.post.revision => {
            format!(
                "revision {} · readers see revision {number}",
                listed.post.revision
            )
        }
        _ => format!("revision {}", listed.post.revision),
    };
    MineRow {
        path: mine_path(member, &listed.post.id),
        status: listed.post.status.into(),
        when: When::at(listed.post.updated_at_ms),
        title: listed.title,
        about,
        reason: None,
    }
}

fn mine_path(member: &Member, post: &PostId) -> String {
    format!("/s/{}/mine/{post}", member.site.slug)
}

fn outcome(status: PostStatus) -> &'static str {
    match status {
        PostStatus::Published => "Published",
        PostStatus::Held => "Submitted. A moderator looks at it before it is published",
        PostStatus::Rejected => "Submitted, but a rule of this site does not let it pass",
        PostStatus::Failed | PostStatus::Withdrawn => "Submitted",
    }
}

fn summary(post: &PostRow) -> Notice {
    let (title, text) = match (post.status, post.published_revision) {
        (PostStatus::Held, None) => (
            "It waits for a moderator.",
            "You get a mail when somebody has decided. You can still correct it or take it back.",
        ),
        (PostStatus::Held, Some(_)) => (
            "Your correction waits for a moderator.",
            "Until somebody has decided, readers see the revision before it.",
        ),
        (PostStatus::Published, _) => ("It is published.", "Everybody can read it."),
        (PostStatus::Rejected, None) => (
            "It was not published.",
            "You can correct it and submit it again, or take it back.",
        ),
        (PostStatus::Rejected, Some(_)) => (
            "Your correction was not published.",
            "Readers go on seeing the revision before it. You can correct it and submit it again.",
        ),
        (PostStatus::Failed, _) => (
            "Something on our side went wrong with it.",
            "Nothing is lost: the moderators see the post and can send it through again.",
        ),
        (PostStatus::Withdrawn, _) => (
            "You took it back.",
            "Nobody but you and the moderators can see it.",
        ),
    };
    Notice {
        tone: Status::from(post.status).tone,
        title: title.to_owned(),
        text: text.to_owned(),
    }
}

fn timeline_rows(post: &PostRow, steps: &[(i64, Step)]) -> Vec<TimelineRow> {
    let row = |tone, title: &str, detail: Option<String>, at_ms: Option<i64>| TimelineRow {
        tone,
        title: title.to_owned(),
        detail,
        when: at_ms.map(When::at),
    };
    let submitted = (post.created_at_ms, Step::Submitted);
    let mut rows: Vec<TimelineRow> = std::iter::once(&submitted)
        .chain(steps)
        .map(|(at_ms, step)| {
            let (tone, title, detail) = match step {
                Step::Submitted => ("run", "Submitted", None),
                Step::Revised => ("run", "Corrected and submitted again", None),
                Step::Held => (
                    "wait",
                    "Held for a moderator",
                    Some("The site's rules ask that a person looks at it."),
                ),
                Step::Escalated => (
                    "warn",
                    "Nobody decided in time",
                    Some("The owners of the site were told."),
                ),
                Step::Approved => ("ok", "Approved and published", None),
                Step::Rejected(reason) => ("no", "Rejected", reason.as_deref()),
                Step::Published => ("ok", "Published", None),
                Step::Failed => ("warn", "Something on our side went wrong", None),
                Step::RunAgain => ("run", "Sent through again", None),
                Step::Withdrawn => ("off", "Withdrawn", None),
            };
            row(tone, title, detail.map(str::to_owned), Some(*at_ms))
        })
        .collect();
    if post.status == PostStatus::Held {
        rows.push(row("next", "A moderator decides", None, None));
    }
    rows
}

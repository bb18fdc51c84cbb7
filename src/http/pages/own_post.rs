//! The page of one's own post: where it stands and why, what somebody who looks at it may expect, correct and resubmit,
//! withdraw, appeal.

mod standing;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::http::chrome::{PageChrome, Redirect, page_with};
use crate::http::error::HttpError;
use crate::http::extract::Id;
use crate::http::form::Form;
use crate::http::language::locale;
use crate::http::pages::author::{PostForm, Preview, mine_path, outcome};
use crate::http::pages::reader::post_path;
use crate::http::pages::{drafts, typed};
use crate::http::parts::{Fact, Notice, Status, TimelineRow, When};
use crate::http::visitor::Member;
use crate::ids::PostId;
use crate::locale::{Locale, MessageId};
use crate::moderation::appeal::{self, Appeal, AppealError, Statement};
use crate::moderation::aside;
use crate::moderation::draft;
use crate::moderation::markdown;
use crate::moderation::outlook;
use crate::moderation::passages;
use crate::moderation::rows::{PostRow, PostStatus, RevisionRow};
use crate::moderation::rules::Field;
use crate::moderation::submit::{Body, Title};
use crate::moderation::supersede::{Edit, SupersedeError};
use crate::moderation::timeline::{self, Step};
use crate::store::{cases, executions, posts};
use standing::{asked_summary, facts, summary, timeline_rows};

#[derive(Template)]
#[template(path = "site/mine_post.html")]
struct MinePostPage {
    page: PageChrome,
    title: Vec<(String, bool)>,
    status: Status,
    about: String,
    summary: Notice,
    reason: Option<String>,
    public_path: Option<String>,
    timeline: Vec<TimelineRow>,
    marked: bool,
    body_html: String,
    form: Option<PostForm>,
    form_open: bool,
    preview: Option<Preview>,
    outlook: Vec<Fact>,
    statement: Option<String>,
    appeal: Option<AppealForm>,
    appeal_refused: Option<(String, String)>,
    withdraw_path: Option<String>,
}

struct AppealForm {
    action_path: String,
    until: When,
    statement: String,
    error: Option<String>,
}

/// What the form of a correction sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TypedRevision {
    pub(super) title: String,
    pub(super) body: String,
    pub(super) revision: i64,
    #[serde(default)]
    pub(super) draft: String,
}

/// What the form of an appeal sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TypedAppeal {
    statement: String,
}

/// `GET /s/{site}/mine/{post}`
pub(crate) async fn show(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<PostId>,
) -> Result<HttpResponse, HttpError> {
    let own = OwnPost::load(&app, &member, &id.0).await?;
    let (site, author) = (member.site.id, &member.user.id);
    let locale = locale(&req);
    let form = match draft::find_of_post(&app.db, site, author, &id.0).await? {
        Some(draft) => own
            .form_of(
                &app,
                &member,
                locale,
                draft.revision.unwrap_or(own.post.revision),
            )
            .with_draft(&member, draft),
        None => own.form(&app, &member, locale),
    };
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
    let locale = locale(&req);
    let preview = Preview::of(&app, &member, locale, &typed.title, &typed.body).await?;
    let form = own
        .form_of(&app, &member, locale, typed.revision)
        .typed(typed.title, typed.body)
        .continuing(typed.draft);
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
    let locale = locale(&req);
    let (title, body) = (Title::parse(&typed.title), Body::parse(&typed.body));
    let (broken, problem) = match (title, body) {
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
                    drafts::forget(&app, &member, typed.draft).await?;
                    return Ok(Redirect::to(mine_path(&member, &id.0))
                        .flash(locale.text(outcome(submitted.post.status)))
                        .respond_to(&req));
                }
                Err(SupersedeError::Stale(newest)) => {
                    let stale = locale
                        .say("revision-stale")
                        .with("seen", typed.revision)
                        .with("newest", newest);
                    (Vec::new(), Some(stale.to_string()))
                }
                Err(SupersedeError::Withdrawn) => {
                    (Vec::new(), Some(locale.text("revision-withdrawn")))
                }
                Err(SupersedeError::Unknown | SupersedeError::NotPossible) => {
                    return Err(HttpError::not_found());
                }
            }
        }
        (title, body) => (title.err().into_iter().chain(body.err()).collect(), None),
    };
    let own = OwnPost::load(&app, &member, &id.0).await?;
    let mut form = own
        .form_of(&app, &member, locale, own.post.revision)
        .typed(typed.title, typed.body)
        .continuing(typed.draft)
        .refused(locale, broken);
    form.form_error = problem;
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
        Ok(_) => MessageId("post-withdrawn"),
        Err(SupersedeError::Withdrawn) => MessageId("post-withdrawn-before"),
        Err(_) => return Err(HttpError::not_found()),
    };
    Ok(Redirect::to(mine_path(&member, &id.0))
        .flash(locale(&req).text(message))
        .respond_to(&req))
}

/// `POST /s/{site}/mine/{post}/appeal`
pub(crate) async fn appeal(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<PostId>,
    form: Form<TypedAppeal>,
) -> Result<HttpResponse, HttpError> {
    let typed = form.0.statement;
    let locale = locale(&req);
    let problem = match Statement::parse(&typed) {
        Ok(statement) => {
            let (author, name) = (member.user.id.clone(), member.user.name.clone());
            let moderation = &app.moderation;
            let appealed = moderation
                .appeal(member.site.id, id.0.clone(), author, name, statement)
                .await?;
            match appealed {
                Ok(_) => {
                    return Ok(Redirect::to(mine_path(&member, &id.0))
                        .flash(locale.text("appeal-sent"))
                        .respond_to(&req));
                }
                Err(AppealError::Unknown) => return Err(HttpError::not_found()),
                Err(AppealError::NotRejected) => locale.text("appeal-not-rejected"),
                Err(AppealError::TooLate) => locale.text("appeal-too-late"),
                Err(AppealError::Heard) => locale.text("appeal-heard"),
            }
        }
        Err(rule) => typed::text(locale, rule),
    };
    let mut own = OwnPost::load(&app, &member, &id.0).await?;
    own.appeal_typed = Some((typed, problem));
    let form = own.form(&app, &member, locale);
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    own.page(&req, &app, &member, status, form, None).await
}

/// A post of the member who asks, with its newest revision.
struct OwnPost {
    post: PostRow,
    revision: RevisionRow,
    appeal: Option<Appeal>,
    appeal_until_ms: Option<i64>,
    appeal_typed: Option<(String, String)>,
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
        let execution = executions::find(&app.db, site, &post.execution_id).await?;
        let until_ms = execution.and_then(|execution| appeal::open_until_ms(&post, &execution));
        Ok(Self {
            appeal: appeal::find_of_revision(&app.db, site, id, post.revision).await?,
            appeal_until_ms: until_ms.filter(|until_ms| app.clock.now_ms() <= *until_ms),
            appeal_typed: None,
            post,
            revision,
        })
    }

    fn form(&self, app: &App, member: &Member, locale: Locale) -> PostForm {
        self.form_of(app, member, locale, self.post.revision)
            .typed(self.revision.title.clone(), self.revision.body.clone())
    }

    fn form_of(&self, app: &App, member: &Member, locale: Locale, revision: i64) -> PostForm {
        PostForm::of_revision(app, member, locale, &self.post.id, revision)
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
        let locale = locale(req);
        let mut steps = timeline::steps(&app.db, member.site.id, &self.post.id).await?;
        // What can still be taken back has not left the house.
        let told_ms = app.clock.now_ms() - member.site.settings.undo_seconds * 1_000;
        steps.retain(|(at_ms, step)| !matches!(step, Step::Asked(_)) || *at_ms <= told_ms);
        let asked = aside::asked(&app.db, member.site.id, &self.post.id, told_ms).await?;
        let reason = steps.iter().rev().find_map(|(_, step)| match step {
            Step::Rejected(reason) | Step::Upheld(reason) => Some(reason.clone()),
            _ => None,
        });
        let passages = match self.post.status {
            PostStatus::Rejected => {
                passages::shown(&app.db, member.site.id, &self.post.id, &self.revision).await?
            }
            PostStatus::Held => {
                let (site, post) = (member.site.id, &self.post.id);
                passages::shown_asking(&app.db, site, post, &self.revision, told_ms).await?
            }
            _ => Vec::new(),
        };
        let outlook =
            outlook::of_post(&app.db, member.site.id, &self.post.id, app.clock.now_ms()).await?;
        // What never came before a moderator is still with the checks of the workflow.
        let is_checked = self.post.status == PostStatus::Held
            && outlook.is_none()
            && cases::list_of_post(&app.db, member.site.id, &self.post.id)
                .await?
                .iter()
                .all(|listed| listed.case.execution_id != self.post.execution_id);
        let base = mine_path(member, &self.post.id);
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
                status: Status::of(locale, self.post.status),
                about: locale
                    .say("revision-words")
                    .with("number", self.post.revision)
                    .with("words", locale.count_words(&self.revision.body))
                    .to_string(),
                summary: match asked {
                    Some(_) => asked_summary(locale),
                    None => summary(locale, &self.post, self.appeal.is_some(), is_checked),
                },
                reason: reason
                    .flatten()
                    .filter(|_| self.post.status == PostStatus::Rejected)
                    .or(asked.clone()),
                public_path: slug.map(|slug| post_path(&member.site, slug)),
                timeline: timeline_rows(locale, &self.post, &steps),
                outlook: outlook
                    .map(|outlook| facts(locale, &outlook))
                    .unwrap_or_default(),
                statement: self.appeal.map(|appeal| appeal.row.statement),
                appeal_refused: self
                    .appeal_typed
                    .clone()
                    .filter(|_| self.appeal_until_ms.is_none()),
                appeal: self.appeal_until_ms.map(|until_ms| {
                    let (statement, error) = self.appeal_typed.clone().unzip();
                    AppealForm {
                        action_path: format!("{base}/appeal"),
                        until: When::of(locale, until_ms),
                        statement: statement.unwrap_or_default(),
                        error,
                    }
                }),
                marked: !passages.is_empty(),
                title: markdown::highlight(&self.revision.title, &passages, Field::Title)
                    .into_iter()
                    .map(|piece| (piece.text.to_owned(), piece.hit.is_some()))
                    .collect(),
                body_html: match passages.is_empty() {
                    true => markdown::render(&self.revision.body),
                    false => markdown::render_with_marks(
                        &self.revision.body,
                        &passages,
                        markdown::Marking::Seen,
                    ),
                },
                form_open: preview.is_some()
                    || form.discard_path.is_some()
                    || asked.is_some()
                    || (status != StatusCode::OK && self.appeal_typed.is_none()),
                form: (!withdrawn).then_some(form),
                preview,
                withdraw_path: (!withdrawn).then(|| format!("{base}/withdraw")),
            },
        )
    }
}

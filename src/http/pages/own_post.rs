//! The page of one's own post: where it stands and why, what somebody who looks at it may expect, correct and resubmit,
//! withdraw, appeal.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::http::chrome::{PageChrome, Redirect, page_with};
use crate::http::error::HttpError;
use crate::http::extract::Id;
use crate::http::form::Form;
use crate::http::pages::author::{PostForm, Preview, mine_path, outcome};
use crate::http::pages::drafts;
use crate::http::pages::reader::post_path;
use crate::http::parts::{Fact, Notice, Status, TimelineRow, When, count, grouped, span, words};
use crate::http::visitor::Member;
use crate::ids::PostId;
use crate::moderation::appeal::{self, Appeal, AppealError, Statement};
use crate::moderation::aside;
use crate::moderation::draft;
use crate::moderation::markdown;
use crate::moderation::outlook::{self, MOST_AHEAD, Outlook};
use crate::moderation::passages;
use crate::moderation::rows::{PostRow, PostStatus, RevisionRow};
use crate::moderation::rules::{Field, FieldError};
use crate::moderation::submit::{Body, Title};
use crate::moderation::supersede::{Edit, SupersedeError};
use crate::moderation::timeline::{self, Step};
use crate::store::{executions, posts};

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
    let form = match draft::find_of_post(&app.db, site, author, &id.0).await? {
        Some(draft) => own
            .form_of(&app, &member, draft.revision.unwrap_or(own.post.revision))
            .with_draft(&member, draft),
        None => own.form(&app, &member),
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
    let preview = Preview::of(&app, &member, &typed.title, &typed.body).await?;
    let form = own
        .form_of(&app, &member, typed.revision)
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
                    drafts::forget(&app, &member, typed.draft).await?;
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
        .form_of(&app, &member, own.post.revision)
        .typed(typed.title, typed.body)
        .continuing(typed.draft)
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

/// `POST /s/{site}/mine/{post}/appeal`
pub(crate) async fn appeal(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    id: Id<PostId>,
    form: Form<TypedAppeal>,
) -> Result<HttpResponse, HttpError> {
    let typed = form.0.statement;
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
                        .flash("Your appeal is in the queue")
                        .respond_to(&req));
                }
                Err(AppealError::Unknown) => return Err(HttpError::not_found()),
                Err(AppealError::NotRejected) => {
                    "There is no rejection to appeal against any more."
                }
                Err(AppealError::TooLate) => "The decision is older than six months.",
                Err(AppealError::Heard) => "An appeal against this decision was heard before.",
            }
            .to_owned()
        }
        Err(refused) => format!("Your words {}.", refused.message),
    };
    let mut own = OwnPost::load(&app, &member, &id.0).await?;
    own.appeal_typed = Some((typed, problem));
    let form = own.form(&app, &member);
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

    fn form(&self, app: &App, member: &Member) -> PostForm {
        self.form_of(app, member, self.post.revision)
            .typed(self.revision.title.clone(), self.revision.body.clone())
    }

    fn form_of(&self, app: &App, member: &Member, revision: i64) -> PostForm {
        PostForm::of_revision(app, member, &self.post.id, revision)
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
            _ => Vec::new(),
        };
        let outlook = outlook::of_post(&app.db, member.site.id, &self.post.id).await?;
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
                status: self.post.status.into(),
                about: format!(
                    "revision {} · {}",
                    self.post.revision,
                    words(&self.revision.body)
                ),
                summary: match asked {
                    Some(_) => asked_summary(),
                    None => summary(&self.post, self.appeal.is_some()),
                },
                reason: reason
                    .flatten()
                    .filter(|_| self.post.status == PostStatus::Rejected)
                    .or(asked.clone()),
                public_path: slug.map(|slug| post_path(&member.site, slug)),
                timeline: timeline_rows(&self.post, &steps),
                outlook: outlook.map(|outlook| facts(&outlook)).unwrap_or_default(),
                statement: self.appeal.map(|appeal| appeal.row.statement),
                appeal_refused: self
                    .appeal_typed
                    .clone()
                    .filter(|_| self.appeal_until_ms.is_none()),
                appeal: self.appeal_until_ms.map(|until_ms| {
                    let (statement, error) = self.appeal_typed.clone().unzip();
                    AppealForm {
                        action_path: format!("{base}/appeal"),
                        until: When::at(until_ms),
                        statement: statement.unwrap_or_default(),
                        error,
                    }
                }),
                marked: passages.iter().any(|hit| hit.field == Field::Body),
                body_html: match passages.is_empty() {
                    true => markdown::render(&self.revision.body),
                    false => markdown::render_with_marks(&self.revision.body, &passages),
                },
                form_open: preview.is_some()
                    || form.discard_path.is_some()
                    || asked.is_some()
                    || (status != StatusCode::OK && self.appeal_typed.is_none()),
                form: (!withdrawn).then_some(form),
                preview,
                withdraw_path: (!withdrawn).then(|| format!("{base}/withdraw")),
                title: self.revision.title,
            },
        )
    }
}

/// `about 3 before it`, `usually 2 h 5 m`, with the spread.
fn facts(outlook: &Outlook) -> Vec<Fact> {
    let ahead = match outlook.ahead {
        0 => "next".to_owned(),
        MOST_AHEAD.. => format!("more than {} before it", grouped(MOST_AHEAD)),
        ahead => format!("{} before it", grouped(ahead)),
    };
    let mut facts = vec![Fact::new("Place in the queue", ahead)];
    match &outlook.usual {
        Some(usual) => {
            facts.push(Fact::new("Half were decided within", span(usual.median_ms)));
            let spread = format!("{} to {}", span(usual.short_ms), span(usual.long_ms));
            facts.push(Fact::new("Eight in ten took", spread));
            let cases = count(usual.cases as i64, "case");
            facts.push(Fact::new("Said of the last", cases));
        }
        None => facts.push(Fact::new("Usual wait", "too few decisions yet")),
    }
    let due = When::at(outlook.deadline_ms).text;
    facts.push(Fact::new("The site wants it decided by", due));
    facts
}

fn asked_summary() -> Notice {
    Notice {
        tone: "warn",
        title: "A moderator asks you to change it.".to_owned(),
        text: "Nothing is decided. Change it and submit it again: it keeps its place in the queue."
            .to_owned(),
    }
}

fn summary(post: &PostRow, appealed: bool) -> Notice {
    let (title, text) = match (post.status, post.published_revision) {
        (PostStatus::Held, _) if appealed => (
            "Your appeal waits for a moderator.",
            "Somebody who did not take the decision looks at it again. You get a mail when it is decided.",
        ),
        (PostStatus::Rejected, _) if appealed => (
            "The decision stands after your appeal.",
            "You can correct it and submit it again, or take it back.",
        ),
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
            "You can correct it and submit it again, appeal, or take it back.",
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
                Step::Asked(words) => (
                    "run",
                    "A moderator asked for a change",
                    Some(words.as_str()),
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
                Step::Appealed => (
                    "wait",
                    "You appealed",
                    Some("Somebody who did not take the decision looks at it again."),
                ),
                Step::Overturned => ("ok", "Appeal granted, published", None),
                Step::Upheld(reason) => ("no", "The decision stands", reason.as_deref()),
            };
            row(tone, title, detail.map(str::to_owned), Some(*at_ms))
        })
        .collect();
    if post.status == PostStatus::Held {
        rows.push(row("next", "A moderator decides", None, None));
    }
    rows
}

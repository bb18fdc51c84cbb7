//! `/decide/{link}`: the link in a moderator's mail. GET shows the post and both buttons, and changes nothing however often
//! it is asked, by whomever or whatever; POST decides, for the one person whom the link was sent to, logged in. Without
//! that person's session the page has the buttons, which lead to the login and back, but not one word of the post.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use askama::Template;
use url::form_urlencoded::byte_serialize;

use crate::app::App;
use crate::auth::role::{Actor, Role};
use crate::http::chrome::{PageChrome, Redirect, token_page};
use crate::http::error::HttpError;
use crate::http::extract::segment;
use crate::http::form::Form;
use crate::http::marks::{HitRow, Marks, Segment};
use crate::http::pages::case::{FIRST_APPROVAL, case_path};
use crate::http::pages::decision::{DecisionFields, DecisionForm};
use crate::http::pages::queue::path as queue_path;
use crate::http::pages::undo::UndoBar;
use crate::http::parts::{Notice, When, words};
use crate::http::visitor::{Visitor, is_signed_in};
use crate::locale::Locale;
use crate::moderation::decide::{DecideError, Decider, Target, Via};
use crate::moderation::link::{self, Opened, Standing};
use crate::moderation::reason::Known;
use crate::moderation::rows::CaseStatus;
use crate::moderation::rules::Hit;
use crate::moderation::wording;
use crate::people::User;
use crate::store::case_texts;

#[derive(Template)]
#[template(path = "link/decide.html")]
struct DecidePage {
    page: PageChrome,
    about: String,
    submitted: When,
    expires: When,
    why: String,
    notice: Option<Notice>,
    title_segments: Vec<Segment>,
    body_segments: Vec<Segment>,
    hits: Vec<HitRow>,
    case_path: String,
    form: DecisionForm,
}

#[derive(Template)]
#[template(path = "link/decided.html")]
struct DecidedPage {
    page: PageChrome,
    undo: UndoBar,
    title: String,
    tone: &'static str,
    text: String,
    when: When,
    reason: Option<String>,
    case_path: String,
    next_path: Option<String>,
}

#[derive(Template)]
#[template(path = "link/void.html")]
struct VoidPage {
    page: PageChrome,
    heading: String,
    what: String,
    go_path: String,
    go_label: String,
}

/// `GET /decide/{link}`
pub(crate) async fn show(
    req: HttpRequest,
    app: web::Data<App>,
    visitor: Visitor,
) -> Result<HttpResponse, HttpError> {
    let opened = open(&req, &app).await?;
    if visitor
        .0
        .as_ref()
        .is_some_and(|user| !is_theirs(user, &opened))
    {
        return somebody_elses(&req, &opened);
    }
    match opened.standing {
        Standing::Open => decide_page(&req, &opened, None, StatusCode::OK),
        _ => closed(&req, &app, &opened, StatusCode::OK).await,
    }
}

/// `POST /decide/{link}`
pub(crate) async fn decide(
    req: HttpRequest,
    app: web::Data<App>,
    visitor: Visitor,
    Form(fields): Form<DecisionFields>,
) -> Result<HttpResponse, HttpError> {
    let opened = open(&req, &app).await?;
    let path = req.path().to_owned();
    let Some(user) = visitor.0 else {
        let next: String = byte_serialize(path.as_bytes()).collect();
        return Ok(Redirect::to(format!("/login?next={next}")).respond_to(&req));
    };
    if !is_theirs(&user, &opened) {
        return somebody_elses(&req, &opened);
    }
    let is_void = fields.revision != opened.claims.revision;
    if is_void || !matches!(opened.standing, Standing::Open | Standing::Decided) {
        return closed(&req, &app, &opened, StatusCode::CONFLICT).await;
    }
    let answer = match fields.answer(&opened.site.settings, &known(&opened)) {
        Ok(answer) => answer,
        Err(problem) => {
            let typed = Some((&fields, problem));
            return decide_page(&req, &opened, typed, StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let by = Decider {
        actor: format!("user:{}", user.id),
        user_id: Some(user.id),
        name: user.name,
        via: Via::Link,
        undo_ms: opened.site.settings.undo_seconds * 1_000,
    };
    let target = Target::Case(opened.claims.case_id.clone());
    let revision = Some(opened.claims.revision);
    let decided = app
        .moderation
        .decide(opened.site.id, target, by, answer, revision, None)
        .await?;
    match decided {
        Ok(_) => Ok(Redirect::to(path).respond_to(&req)),
        Err(DecideError::OwnPost) => own_post(&req, &opened),
        Err(DecideError::OwnDecision) => own_decision(&req, &opened),
        Err(DecideError::First(_)) => Ok(Redirect::to(path).flash(FIRST_APPROVAL).respond_to(&req)),
        Err(DecideError::Unknown) => Err(HttpError::not_found()),
        Err(
            DecideError::NeedsPeople
            | DecideError::AlreadyDecided(_)
            | DecideError::Expired(_)
            | DecideError::Stale(_)
            | DecideError::Replayed(_),
        ) => {
            let now = open(&req, &app).await?;
            closed(&req, &app, &now, StatusCode::CONFLICT).await
        }
    }
}

fn known(opened: &Opened) -> Known<'_> {
    Known {
        title: &opened.text.title,
        author: &opened.text.author_name,
        site: &opened.site.name,
    }
}

/// What the link leads to now. A link that we did not make leads nowhere.
async fn open(req: &HttpRequest, app: &App) -> Result<Opened, HttpError> {
    link::open(
        &app.db,
        &app.keyring,
        app.clock.now_ms(),
        segment(req, "link"),
    )
    .await?
    .ok_or_else(HttpError::not_found)
}

fn is_theirs(user: &User, opened: &Opened) -> bool {
    user.id == opened.claims.user_id
}

fn decide_page(
    req: &HttpRequest,
    opened: &Opened,
    typed: Option<(&DecisionFields, String)>,
    status: StatusCode,
) -> Result<HttpResponse, HttpError> {
    let (text, case) = (&opened.text, &opened.text.case);
    let settings = &opened.site.settings;
    let hits: Vec<Hit> = serde_json::from_str(&text.hits).map_err(anyhow::Error::from)?;
    let may_read = is_signed_in(req);
    let marks = if may_read {
        Marks::of(&text.title, &text.body, &hits)
    } else {
        Marks::of("A post waits for your decision", "", &[])
    };
    let form = DecisionForm::new(
        req.path().to_owned(),
        case.revision,
        settings,
        &known(opened),
    );
    let page = DecidePage {
        about: if may_read {
            format!(
                "by {} · revision {} · {}",
                text.author_name,
                case.revision,
                words(&text.body)
            )
        } else {
            format!("revision {}", case.revision)
        },
        submitted: When::at(case.waiting_since_ms),
        expires: When::at(opened.claims.expires_at_ms),
        why: if may_read {
            wording::why(Locale::En, &hits, case.problem.as_deref())
        } else {
            String::new()
        },
        notice: (!may_read).then(|| Notice {
            tone: "off",
            title: "You are not logged in.".to_owned(),
            text: "Either button leads to the login and back here, where you can read the post."
                .to_owned(),
        }),
        title_segments: marks.title,
        body_segments: marks.body,
        hits: marks.rows,
        case_path: case_path(&opened.site.slug, &case.id),
        form: match typed {
            Some((fields, problem)) => form.typed(fields, settings, &known(opened), Some(problem)),
            None => form,
        },
        page: chrome(req, opened, "Decide"),
    };
    token_page(status, &page)
}

/// The page of a link whose case cannot be decided with it; `status` unless the link itself is no good.
async fn closed(
    req: &HttpRequest,
    app: &App,
    opened: &Opened,
    status: StatusCode,
) -> Result<HttpResponse, HttpError> {
    let slug = &opened.site.slug;
    let case = &opened.text.case;
    match opened.standing {
        Standing::Decided => decided_page(req, app, opened, status).await,
        Standing::Revoked => {
            let what = "You do not decide on this site any more, or you have changed your password or logged out \
                        everywhere since the mail was sent.";
            let heading = "This link has ended";
            void(
                req,
                opened,
                (heading, what),
                (queue_path(slug), "The queue"),
                StatusCode::GONE,
            )
        }
        Standing::Expired => {
            let what = "The case still waits. Log in to decide it in the queue.";
            let heading = "This link is older than 72 hours";
            let go = (case_path(slug, &case.id), "The case");
            void(req, opened, (heading, what), go, StatusCode::GONE)
        }
        Standing::Open | Standing::Void => {
            let newer =
                case_texts::find_waiting_of_post(&app.db, opened.site.id, &case.post_id).await?;
            let (what, go) = match newer.filter(|newer| *newer != case.id) {
                Some(newer) => (
                    "The mail was about an earlier revision. The new one waits in the queue.",
                    (case_path(slug, &newer), "The new revision"),
                ),
                None => (
                    "The mail was about an earlier state of the post, which no longer waits for a decision.",
                    (case_path(slug, &case.id), "The case"),
                ),
            };
            let status = match status {
                StatusCode::OK => StatusCode::GONE,
                status => status,
            };
            void(
                req,
                opened,
                ("The author changed the post", what),
                go,
                status,
            )
        }
    }
}

async fn decided_page(
    req: &HttpRequest,
    app: &App,
    opened: &Opened,
    status: StatusCode,
) -> Result<HttpResponse, HttpError> {
    let slug = &opened.site.slug;
    let case = &opened.text.case;
    let (tone, word) = match case.status {
        CaseStatus::Approved => ("ok", "approved"),
        CaseStatus::Rejected => ("no", "rejected"),
        _ => ("ok", "answered"),
    };
    let by_reader = format!("user:{}", opened.claims.user_id);
    let text = match &case.decided_by_name {
        _ if case.decided_by.as_deref() == Some(&by_reader) => format!("You {word} it."),
        Some(name) => format!("Already {word} by {name}."),
        None => format!("Already {word}."),
    };
    let next = case_texts::find_next(&app.db, opened.site.id).await?;
    let undo = match is_signed_in(req) {
        true => {
            let actor = Actor {
                site_id: opened.site.id,
                user_id: opened.claims.user_id.clone(),
                name: String::new(),
                role: Role::Moderator,
            };
            UndoBar::of(app, slug, &actor, None).await?
        }
        false => UndoBar::default(),
    };
    let page = DecidedPage {
        undo,
        title: opened.text.title.clone(),
        tone,
        text,
        when: When::at(case.decided_at_ms.unwrap_or_default()),
        reason: case.reason.clone(),
        case_path: case_path(slug, &case.id),
        next_path: next.map(|id| case_path(slug, &id)),
        page: chrome(req, opened, "Decided"),
    };
    token_page(status, &page)
}

fn somebody_elses(req: &HttpRequest, opened: &Opened) -> Result<HttpResponse, HttpError> {
    let what = "You are logged in as somebody else than the mail was sent to. If you may decide here, do it in the queue.";
    let go = (queue_path(&opened.site.slug), "The queue");
    let heading = "This link is for somebody else";
    void(req, opened, (heading, what), go, StatusCode::FORBIDDEN)
}

fn own_post(req: &HttpRequest, opened: &Opened) -> Result<HttpResponse, HttpError> {
    let what = "Somebody else has to decide it; the site does not let moderators decide on their own posts.";
    let go = (queue_path(&opened.site.slug), "The queue");
    let heading = "This is your own post";
    void(req, opened, (heading, what), go, StatusCode::FORBIDDEN)
}

fn own_decision(req: &HttpRequest, opened: &Opened) -> Result<HttpResponse, HttpError> {
    let what = "An appeal is heard by somebody else than whoever took the decision.";
    let go = (queue_path(&opened.site.slug), "The queue");
    let heading = "This appeal is against your own decision";
    void(req, opened, (heading, what), go, StatusCode::FORBIDDEN)
}

fn void(
    req: &HttpRequest,
    opened: &Opened,
    (heading, what): (&str, &str),
    (go_path, go_label): (String, &str),
    status: StatusCode,
) -> Result<HttpResponse, HttpError> {
    let page = VoidPage {
        heading: heading.to_owned(),
        what: what.to_owned(),
        go_path,
        go_label: go_label.to_owned(),
        page: chrome(req, opened, heading),
    };
    token_page(status, &page)
}

/// The frame under the site's name: the path of a link names no site, and the link itself no session.
fn chrome(req: &HttpRequest, opened: &Opened, title: &str) -> PageChrome {
    PageChrome {
        site_name: opened.site.name.clone(),
        ..PageChrome::of(req, title, "")
    }
}

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
use crate::http::language::{self, locale};
use crate::http::marks::{HitRow, Marks, Segment};
use crate::http::pages::case::{FIRST_APPROVAL, case_path};
use crate::http::pages::decision::{DecisionFields, DecisionForm};
use crate::http::pages::queue::path as queue_path;
use crate::http::pages::undo::UndoBar;
use crate::http::parts::{Notice, When};
use crate::http::visitor::{Visitor, is_signed_in};
use crate::locale::MessageId;
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
    let answer = match fields.answer(locale(&req), &opened.site.settings, &known(&opened)) {
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
        Err(DecideError::First(_)) => Ok(Redirect::to(path)
            .flash(locale(&req).text(FIRST_APPROVAL))
            .respond_to(&req)),
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
    let now_ms = app.clock.now_ms();
    let opened = link::open(&app.db, &app.keyring, now_ms, segment(req, "link"))
        .await?
        .ok_or_else(HttpError::not_found)?;
    language::address(req, opened.locale);
    Ok(opened)
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
    let locale = locale(req);
    let marks = if may_read {
        Marks::of(locale, &text.title, &text.body, &hits)
    } else {
        Marks::of(locale, &locale.text("link-heading"), "", &[])
    };
    let form = DecisionForm::new(
        req.path().to_owned(),
        case.revision,
        settings,
        &known(opened),
    );
    let page = DecidePage {
        about: if may_read {
            locale
                .say("link-about")
                .with("name", text.author_name.as_str())
                .with("number", case.revision)
                .with("words", locale.count_words(&text.body))
                .to_string()
        } else {
            locale
                .say("revision")
                .with("number", case.revision)
                .to_string()
        },
        submitted: When::of(locale, case.waiting_since_ms),
        expires: When::of(locale, opened.claims.expires_at_ms),
        why: if may_read {
            wording::why(locale, &hits, case.problem.as_deref())
        } else {
            String::new()
        },
        notice: (!may_read).then(|| Notice {
            tone: "off",
            title: locale.text("link-logged-out"),
            text: locale.text("link-logged-out-text"),
        }),
        title_segments: marks.title,
        body_segments: marks.body,
        hits: marks.rows,
        case_path: case_path(&opened.site.slug, &case.id),
        form: match typed {
            Some((fields, problem)) => form.typed(fields, settings, &known(opened), Some(problem)),
            None => form,
        },
        page: chrome(req, opened, MessageId("link-decide")),
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
            let said = (MessageId("link-ended"), MessageId("link-ended-text"));
            let go = (queue_path(slug), MessageId("link-queue"));
            void(req, opened, said, go, StatusCode::GONE)
        }
        Standing::Expired => {
            let said = (MessageId("link-expired"), MessageId("link-expired-text"));
            let go = (case_path(slug, &case.id), MessageId("link-case"));
            void(req, opened, said, go, StatusCode::GONE)
        }
        Standing::Open | Standing::Void => {
            let newer =
                case_texts::find_waiting_of_post(&app.db, opened.site.id, &case.post_id).await?;
            let (what, go) = match newer.filter(|newer| *newer != case.id) {
                Some(newer) => (
                    MessageId("link-changed-newer"),
                    (case_path(slug, &newer), MessageId("link-new-revision")),
                ),
                None => (
                    MessageId("link-changed-gone"),
                    (case_path(slug, &case.id), MessageId("link-case")),
                ),
            };
            let status = match status {
                StatusCode::OK => StatusCode::GONE,
                status => status,
            };
            void(req, opened, (MessageId("link-changed"), what), go, status)
        }
    }
}

/// How it was decided, and by whom, to whoever comes too late.
fn already(status: CaseStatus, is_readers: bool, has_name: bool) -> MessageId {
    match (status, is_readers, has_name) {
        (CaseStatus::Approved, true, _) => MessageId("link-you-approved"),
        (CaseStatus::Rejected, true, _) => MessageId("link-you-rejected"),
        (_, true, _) => MessageId("link-you-answered"),
        (CaseStatus::Approved, _, true) => MessageId("link-already-approved-by"),
        (CaseStatus::Rejected, _, true) => MessageId("link-already-rejected-by"),
        (_, _, true) => MessageId("link-already-answered-by"),
        (CaseStatus::Approved, ..) => MessageId("link-already-approved"),
        (CaseStatus::Rejected, ..) => MessageId("link-already-rejected"),
        _ => MessageId("link-already-answered"),
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
    let tone = match case.status {
        CaseStatus::Rejected => "no",
        _ => "ok",
    };
    let by_reader = format!("user:{}", opened.claims.user_id);
    let is_readers = case.decided_by.as_deref() == Some(&by_reader);
    let name = case.decided_by_name.as_deref();
    let locale = locale(req);
    let text = locale
        .say(already(case.status, is_readers, name.is_some()))
        .with("name", name.unwrap_or_default())
        .to_string();
    let next = case_texts::find_next(&app.db, opened.site.id).await?;
    let undo = match is_signed_in(req) {
        true => {
            let actor = Actor {
                site_id: opened.site.id,
                user_id: opened.claims.user_id.clone(),
                name: String::new(),
                role: Role::Moderator,
            };
            UndoBar::of(app, locale, slug, &actor, None).await?
        }
        false => UndoBar::default(),
    };
    let page = DecidedPage {
        undo,
        title: opened.text.title.clone(),
        tone,
        text,
        when: When::of(locale, case.decided_at_ms.unwrap_or_default()),
        reason: case.reason.clone(),
        case_path: case_path(slug, &case.id),
        next_path: next.map(|id| case_path(slug, &id)),
        page: chrome(req, opened, MessageId("link-decided")),
    };
    token_page(status, &page)
}

fn somebody_elses(req: &HttpRequest, opened: &Opened) -> Result<HttpResponse, HttpError> {
    let said = (
        MessageId("link-not-yours"),
        MessageId("link-not-yours-text"),
    );
    forbidden(req, opened, said)
}

fn own_post(req: &HttpRequest, opened: &Opened) -> Result<HttpResponse, HttpError> {
    let said = (MessageId("link-own-post"), MessageId("case-own-post-text"));
    forbidden(req, opened, said)
}

fn own_decision(req: &HttpRequest, opened: &Opened) -> Result<HttpResponse, HttpError> {
    let said = (
        MessageId("link-own-decision"),
        MessageId("link-own-decision-text"),
    );
    forbidden(req, opened, said)
}

fn forbidden(
    req: &HttpRequest,
    opened: &Opened,
    said: (MessageId, MessageId),
) -> Result<HttpResponse, HttpError> {
    let go = (queue_path(&opened.site.slug), MessageId("link-queue"));
    void(req, opened, said, go, StatusCode::FORBIDDEN)
}

fn void(
    req: &HttpRequest,
    opened: &Opened,
    (heading, what): (MessageId, MessageId),
    (go_path, go_label): (String, MessageId),
    status: StatusCode,
) -> Result<HttpResponse, HttpError> {
    let locale = locale(req);
    let page = VoidPage {
        heading: locale.text(heading),
        what: locale.text(what),
        go_path,
        go_label: locale.text(go_label),
        page: chrome(req, opened, heading),
    };
    token_page(status, &page)
}

/// The frame under the site's name: the path of a link names no site, and the link itself no session.
fn chrome(req: &HttpRequest, opened: &Opened, title: MessageId) -> PageChrome {
    PageChrome {
        site_name: opened.site.name.clone(),
        ..PageChrome::of(req, &locale(req).text(title), "")
    }
}

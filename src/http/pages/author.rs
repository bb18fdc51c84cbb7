//! The author's pages: write, preview, submit, and the list of one's own posts. The page of one post is `own_post`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::http::chrome::{PageChrome, Redirect, page, page_with};
use crate::http::error::HttpError;
use crate::http::extract::Query;
use crate::http::form::Form;
use crate::http::language::locale;
use crate::http::pages::{drafts, typed};
use crate::http::parts::{Notice, Status, When};
use crate::http::visitor::Member;
use crate::ids::{DraftId, PostId, is_id};
use crate::locale::{Locale, MessageId};
use crate::moderation::draft::{self, DraftRow};
use crate::moderation::rows::PostStatus;
use crate::moderation::rules::{Checked, Verdict};
use crate::moderation::submit::{Draft, SubmitError};
use crate::moderation::text_rule::TextRule;
use crate::moderation::{markdown, wording};
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
    drafts: Vec<DraftEntry>,
    posts: Vec<MineRow>,
    first_path: Option<String>,
    next_path: Option<String>,
}

/// A draft in the list of one's own posts.
struct DraftEntry {
    title: String,
    path: String,
    when: When,
    about: String,
}

struct MineRow {
    title: String,
    path: String,
    status: Status,
    when: When,
    about: String,
    reason: Option<String>,
}

#[derive(Default)]
pub(super) struct PostForm {
    pub(super) action_path: String,
    pub(super) preview_path: String,
    pub(super) title: String,
    pub(super) body: String,
    pub(super) title_error: Option<String>,
    pub(super) body_error: Option<String>,
    pub(super) form_error: Option<String>,
    pub(super) revision: Option<String>,
    pub(super) draft_path: String,
    pub(super) draft: String,
    pub(super) discard_path: Option<String>,
    pub(super) submit_label: String,
}

pub(super) struct Preview {
    pub(super) title: String,
    pub(super) body_html: String,
    pub(super) words: String,
    pub(super) verdict: Option<Notice>,
}

/// What the form of a new post sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Typed {
    pub(super) title: String,
    pub(super) body: String,
    #[serde(default)]
    pub(super) draft: String,
}

/// The query of the page to write on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WriteQuery {
    draft: Option<String>,
}

/// The query of the list of one's own posts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MineQuery {
    before: Option<String>,
}

/// `GET /s/{site}/write`
pub(crate) async fn write(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    query: Query<WriteQuery>,
) -> Result<HttpResponse, HttpError> {
    let form = PostForm::new(&app, &member, locale(&req));
    let form = match query.0.draft {
        None => form,
        Some(id) if is_id(&id) => {
            let id = DraftId::from(id);
            let draft = draft::find(&app.db, member.site.id, &member.user.id, &id).await?;
            form.with_draft(&member, draft.ok_or_else(HttpError::not_found)?)
        }
        Some(_) => return Err(HttpError::not_found()),
    };
    write_page(&req, StatusCode::OK, form, None)
}

/// `POST /s/{site}/write/preview`
pub(crate) async fn preview(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    form: Form<Typed>,
) -> Result<HttpResponse, HttpError> {
    let typed = form.0;
    let locale = locale(&req);
    let preview = Preview::of(&app, &member, locale, &typed.title, &typed.body).await?;
    let form = PostForm::new(&app, &member, locale)
        .typed(typed.title, typed.body)
        .continuing(typed.draft);
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
            let form = PostForm::new(&app, &member, locale(&req))
                .typed(typed.title, typed.body)
                .continuing(typed.draft)
                .refused(locale(&req), errors);
            return write_page(&req, StatusCode::UNPROCESSABLE_ENTITY, form, None);
        }
    };
    match app.moderation.submit(member.site.id, draft, None).await? {
        Ok(submitted) => {
            drafts::forget(&app, &member, typed.draft).await?;
            Ok(Redirect::to(mine_path(&member, &submitted.post.id))
                .flash(locale(&req).text(outcome(submitted.post.status)))
                .respond_to(&req))
        }
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
    let locale = locale(&req);
    let drafts = draft::list(&app.db, member.site.id, author).await?;
    page(&MinePage {
        page: PageChrome::titled(&req, "nav-mine", "mine"),
        drafts: drafts
            .into_iter()
            .filter(|_| query.0.before.is_none())
            .map(|draft| DraftEntry {
                path: drafts::path(&member, &draft.id),
                when: When::of(locale, draft.updated_at_ms),
                about: locale.count_words(&draft.body),
                title: match draft.title.trim() {
                    "" => locale.text("mine-untitled"),
                    title => title.to_owned(),
                },
            })
            .collect(),
        posts: listed
            .into_iter()
            .map(|listed| mine_row(&member, locale, listed))
            .collect(),
        first_path: query.0.before.is_some().then_some(base),
        next_path,
    })
}

impl PostForm {
    fn new(app: &App, member: &Member, locale: Locale) -> Self {
        let base = format!("/s/{}", member.site.slug);
        Self {
            action_path: format!("{base}/posts"),
            preview_path: format!("{base}/write/preview"),
            draft_path: format!("{base}/write/draft"),
            draft: app.ids.next::<DraftId>(app.clock.now_ms()).to_string(),
            submit_label: locale.text("submit"),
            ..Self::default()
        }
    }

    /// What was typed before.
    pub(super) fn with_draft(mut self, member: &Member, draft: DraftRow) -> Self {
        let base = format!("/s/{}/write/draft/{}", member.site.slug, draft.id);
        self.discard_path = Some(format!("{base}/discard"));
        self.typed(draft.title, draft.body)
            .continuing(draft.id.to_string())
    }

    /// The same form, going on with a draft.
    pub(super) fn continuing(mut self, draft: String) -> Self {
        if is_id(&draft) {
            self.draft = draft;
        }
        self
    }

    /// The form that corrects a revision of a post.
    pub(super) fn of_revision(
        app: &App,
        member: &Member,
        locale: Locale,
        post: &PostId,
        revision: i64,
    ) -> Self {
        let base = mine_path(member, post);
        Self {
            draft_path: format!("{base}/draft"),
            draft: app.ids.next::<DraftId>(app.clock.now_ms()).to_string(),

            action_path: format!("{base}/revise"),
            preview_path: format!("{base}/preview"),
            revision: Some(revision.to_string()),
            submit_label: locale.text("submit-correction"),
            ..Self::default()
        }
    }

    pub(super) fn typed(mut self, title: String, body: String) -> Self {
        (self.title, self.body) = (title, body);
        self
    }

    pub(super) fn refused(mut self, locale: Locale, broken: Vec<TextRule>) -> Self {
        for rule in broken {
            let said = Some(typed::text(locale, rule));
            match rule.field() {
                "title" => self.title_error = said,
                "body" => self.body_error = said,
                _ => self.form_error = said,
            }
        }
        self
    }
}

impl Preview {
    /// What was typed, as readers would see it, and what the rules say to it where the site tells.
    pub(super) async fn of(
        app: &App,
        member: &Member,
        locale: Locale,
        title: &str,
        body: &str,
    ) -> Result<Self, HttpError> {
        let in_force = match member.site.settings.tell_authors_hits {
            true => app.moderation.in_force.load(member.site.id).await?,
            false => None,
        };
        let verdict = match in_force {
            None => None,
            Some(in_force) => {
                let record = app.moderation.record_of(&in_force, &member.user.id).await?;
                Some(verdict(locale, &in_force.check_by(title, body, &record)))
            }
        };
        Ok(Self {
            title: title.to_owned(),
            body_html: markdown::render(body),
            words: locale.count_words(body),
            verdict,
        })
    }
}

/// What the rules would do, and for which words.
fn verdict(locale: Locale, checked: &Checked) -> Notice {
    let mut found: Vec<String> = Vec::new();
    for hit in wording::counted(&checked.hits).filter(|hit| !hit.text.is_empty()) {
        let word = match hit.category.as_str() {
            "" => format!("“{}”", hit.text),
            category => format!("“{}” ({category})", hit.text),
        };
        if !found.contains(&word) {
            found.push(word);
        }
    }
    let (tone, title) = match checked.verdict {
        Verdict::Publish => ("ok", MessageId("verdict-publish")),
        Verdict::Hold => ("wait", MessageId("verdict-hold")),
        Verdict::Reject => ("no", MessageId("verdict-reject")),
    };
    let text = match checked.verdict {
        Verdict::Hold | Verdict::Reject if !found.is_empty() => locale
            .say("verdict-because")
            .with("words", found.join(", "))
            .to_string(),
        _ => String::new(),
    };
    Notice {
        tone,
        title: locale.text(title),
        text,
    }
}

fn write_page(
    req: &HttpRequest,
    status: StatusCode,
    form: PostForm,
    preview: Option<Preview>,
) -> Result<HttpResponse, HttpError> {
    let page = PageChrome::titled(req, "nav-write", "write");
    page_with(
        status,
        &WritePage {
            page,
            form,
            preview,
        },
    )
}

fn mine_row(member: &Member, locale: Locale, listed: ListedPost) -> MineRow {
    let online = listed.post.published_revision;
    let about = match online {
        Some(number) if number != listed.post.revision => locale
            .say("revision-online")
            .with("number", listed.post.revision)
            .with("online", number),
        _ => locale.say("revision").with("number", listed.post.revision),
    };
    MineRow {
        path: mine_path(member, &listed.post.id),
        status: Status::of(locale, listed.post.status),
        when: When::of(locale, listed.post.updated_at_ms),
        title: listed.title,
        about: about.to_string(),
        reason: None,
    }
}

pub(super) fn mine_path(member: &Member, post: &PostId) -> String {
    format!("/s/{}/mine/{post}", member.site.slug)
}

pub(super) fn outcome(status: PostStatus) -> MessageId {
    match status {
        PostStatus::Published => MessageId("submitted-published"),
        PostStatus::Held => MessageId("submitted-held"),
        PostStatus::Rejected => MessageId("submitted-rejected"),
        PostStatus::Failed | PostStatus::Withdrawn => MessageId("submitted"),
    }
}

//! The page of a case: the queue around it, the post with its hits, and the buttons. What is known besides is `context`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use tokio::try_join;

use super::context::{self, DiffPiece, EarlierRow, NoteRow, RuleBeforeRow, SimilarRow};
use super::figures;
use super::images::ImagesPart;
use crate::app::App;
use crate::auth::role::Role;
use crate::http::chrome::{PageChrome, page_with};
use crate::http::error::HttpError;
use crate::http::language;
use crate::http::marks::{HitRow, Line, Marks, Segment};
use crate::http::pages::aside::AsidePart;
use crate::http::pages::decision::{DecisionFields, DecisionForm, MailPreview, PassageRow};
use crate::http::pages::handover::HandOver;
use crate::http::pages::queue::row::{Brief, Viewer, aged, brief, claimed, place};
use crate::http::pages::queue::{CaseQuery, author_path, path as queue_path};
use crate::http::pages::suggestions::lead_to_exceptions;
use crate::http::pages::undo::UndoBar;
use crate::http::parts::{Fact, Notice, Status, TimelineRow, When};
use crate::http::visitor::Member;
use crate::ids::{CaseId, SiteId};
use crate::locale::{Locale, MessageId};
use crate::moderation::appeal::Appeal;
use crate::moderation::markdown;
use crate::moderation::masks::{self, Masks};
use crate::moderation::queue::{self, CaseFile, Neighbours};
use crate::moderation::reason::Known;
use crate::moderation::rows::{CaseRow, CaseStatus, PostStatus};
use crate::moderation::search::Terms;
use crate::moderation::wording;
use crate::store::audit::NamedAudit;
use crate::store::cases::RecentCase;

#[derive(Template)]
#[template(path = "admin/case.html")]
struct CasePage {
    page: PageChrome,
    undo: UndoBar,
    cards: Vec<Brief>,
    queue_path: String,
    previous_path: Option<String>,
    next_path: Option<String>,
    case_path: String,
    status: Status,
    author: String,
    author_path: String,
    about: String,
    submitted: When,
    due: String,
    due_tone: &'static str,
    place: String,
    why: String,
    notice: Option<Notice>,
    newer_path: Option<String>,
    appeal: Option<AppealPart>,
    aside: Option<AsidePart>,
    approval: Option<ApprovalPart>,
    decided: Option<DecidedNotice>,
    claim: Option<Claimed>,
    title_segments: Vec<Segment>,
    lines: Vec<Line>,
    reader_masked: bool,
    reader_html: String,
    images: Option<ImagesPart>,
    diff: Vec<DiffPiece>,
    diff_about: String,
    hits: Vec<HitRow>,
    author_facts: Vec<Fact>,
    rules_before: Vec<RuleBeforeRow>,
    earlier: Vec<EarlierRow>,
    notes: Vec<NoteRow>,
    alike: Vec<SimilarRow>,
    alike_path: String,
    alike_more: bool,
    similar: Vec<SimilarRow>,
    run: Vec<TimelineRow>,
    execution_path: String,
    trail: Vec<TimelineRow>,
    form: Option<DecisionForm>,
    run_again_path: Option<String>,
}

/// The fields of `templates/admin/appeal.html`.
struct AppealPart {
    statement: String,
    against: String,
    sent: When,
}

/// How far two people have approved.
struct ApprovalPart {
    text: String,
    is_mine: bool,
}

struct DecidedNotice {
    tone: &'static str,
    text: String,
    when: When,
    reason: Option<String>,
    note: Option<String>,
}

/// Who works on it.
struct Claimed {
    is_mine: bool,
    text: String,
}

impl AppealPart {
    fn of(locale: Locale, appeal: &Appeal) -> Self {
        let name = appeal.of_name.as_deref();
        Self {
            statement: appeal.row.statement.clone(),
            against: match (name, appeal.of_reason.as_deref()) {
                (Some(name), Some(reason)) => locale
                    .say("appeal-against-reason")
                    .with("name", name)
                    .with("reason", reason),
                (Some(name), None) => locale.say("appeal-against").with("name", name),
                (None, _) => locale.say("appeal-against-rule"),
            }
            .to_string(),
            sent: When::of(locale, appeal.row.created_at_ms),
        }
    }
}

/// A case on its way to the page.
pub(super) struct Desk<'a> {
    member: &'a Member,
    query: &'a CaseQuery,
    page: PageChrome,
    undo: UndoBar,
    masks: Masks,
    recent: Vec<RecentCase>,
    now_ms: i64,
    pub(super) file: CaseFile,
    neighbours: Neighbours,
    notice: Option<Notice>,
    needs_two: bool,
    form: Option<DecisionForm>,
}

impl<'a> Desk<'a> {
    pub(super) async fn find(
        req: &HttpRequest,
        app: &App,
        member: &'a Member,
        query: &'a CaseQuery,
        id: &CaseId,
    ) -> Result<Self, HttpError> {
        let (site, slug) = (member.site.id, &member.site.slug);
        let file = queue::find(&app.db, site, id)
            .await?
            .ok_or_else(HttpError::not_found)?;
        let case = &file.listed.case;
        let actor = member.actor();
        let locale = language::locale(req);
        let filter = query.filter(app, site, CaseStatus::Waiting).await?;
        let hand_over = async {
            match file.is_open() {
                true => HandOver::of(app, locale, member, id).await.map(Some),
                false => Ok(None),
            }
        };
        let (masks, neighbours, undo, recent, needs_two, hand_over) = try_join!(
            masks::find(&app.db, &actor),
            queue::neighbours(&app.db, site, &filter, case),
            UndoBar::of(app, locale, slug, &actor, Some(&file.listed)),
            figures::recent(app, site),
            needs_two(app, site, case),
            hand_over,
        )?;
        let settings = &member.site.settings;
        let is_own = file.post.author_id == member.user.id && !settings.allow_self_approval;
        let title = masks.cover(&file.listed.title, &file.hits);
        let page = PageChrome::of(req, &title, "queue");
        let form = (file.is_open() && !is_own).then(|| {
            let action = query.on(&format!("{}/decision", case_path(slug, id)));
            let form = DecisionForm::new(action, case.revision, settings, &known(member, &file));
            let is_act = |line: &&NamedAudit| line.row.action != "case.opened";
            match file.trail.iter().rfind(is_act) {
                Some(last) if last.row.action == "decision.undone" => {
                    form.undone(&last.row.details)
                }
                _ => form,
            }
        });
        let form = form.map(|form| DecisionForm {
            passages: PassageRow::list(
                &file.revision.title,
                &file.revision.body,
                &file.hits,
                &masks,
            ),
            hand_over,
            preview_path: Some(query.on(&format!("{}/preview", case_path(slug, id)))),
            aside_path: file.aside.is_none().then(|| case_path(slug, id)),
            ..form
        });
        let desk = Self {
            page,
            undo,
            masks,
            recent,
            now_ms: app.clock.now_ms(),
            form,
            notice: None,
            needs_two,
            neighbours,
            member,
            query,
            file,
        };
        Ok(match desk.file.is_open() && is_own {
            true => desk.own_post(),
            false => desk.state(),
        })
    }

    pub(super) fn notice(
        mut self,
        tone: &'static str,
        title: MessageId,
        text: impl Into<String>,
    ) -> Self {
        self.notice = Some(Notice {
            tone,
            title: self.locale().text(title),
            text: text.into(),
        });
        self
    }

    /// The language of the page.
    pub(super) fn locale(&self) -> Locale {
        self.page.locale
    }

    pub(super) fn own_post(self) -> Self {
        let text = self.locale().text("case-own-post-text");
        self.notice("off", MessageId("case-own-post"), text)
    }

    /// Says why there is nothing to decide, where it is not plain.
    fn state(self) -> Self {
        let locale = self.locale();
        match (self.file.listed.case.status, self.file.post.status) {
            (CaseStatus::Void, PostStatus::Withdrawn) => self.notice(
                "off",
                MessageId("case-withdrawn"),
                locale.text("case-withdrawn-text"),
            ),
            (CaseStatus::Void, _) => {
                let number = self.file.post.revision;
                let text = locale.say("case-not-open-text").with("number", number);
                self.notice("off", MessageId("case-not-open"), text.to_string())
            }
            (CaseStatus::Failed, PostStatus::Failed) => self.notice(
                "warn",
                MessageId("case-broken"),
                locale.text("case-broken-text"),
            ),
            _ => self,
        }
    }

    pub(super) fn typed(mut self, fields: &DecisionFields, error: Option<String>) -> Self {
        let settings = &self.member.site.settings;
        let known = known(self.member, &self.file);
        self.form = self
            .form
            .map(|form| form.typed(fields, settings, &known, error));
        self
    }

    pub(super) fn known(&self) -> Known<'_> {
        known(self.member, &self.file)
    }

    pub(super) fn preview(mut self, preview: MailPreview) -> Self {
        self.form = self.form.map(|form| DecisionForm {
            preview: Some(preview),
            ..form
        });
        self
    }

    pub(super) fn page(self, status: StatusCode) -> Result<HttpResponse, HttpError> {
        let slug = &self.member.site.slug;
        let locale = self.locale();
        let nothing = Terms::default();
        let viewer = Viewer {
            locale,
            settings: &self.member.site.settings,
            user_id: &self.member.user.id,
            masks: &self.masks,
            sought: &nothing,
            now_ms: self.now_ms,
        };
        let to_path = |id: &CaseId| self.query.on(&case_path(slug, id));
        let (file, now_ms) = (&self.file, self.now_ms);
        let (case, revision) = (&file.listed.case, &file.revision);
        let mut marks = Marks::masked(
            locale,
            &revision.title,
            &revision.body,
            &file.hits,
            &self.masks,
        );
        figures::tell(locale, &self.recent, &mut marks.rows);
        if self.member.role == Role::Owner {
            let texts = (&*revision.title, &*revision.body);
            lead_to_exceptions(locale, slug, &mut marks.rows, texts, &file.hits);
        }
        let (due, due_tone) = aged(case, &viewer);
        let can_run_again =
            case.status == CaseStatus::Failed && file.post.status == PostStatus::Failed;
        let diff = context::diff(file, &self.masks);
        let reader_masked = file.hits.iter().any(|hit| self.masks.covers(hit));
        let marking = match reader_masked {
            true => markdown::Marking::Focused,
            false => markdown::Marking::Seen,
        };
        let mut cards = Vec::new();
        for queued in &self.neighbours.before {
            cards.push(brief(queued, &viewer, to_path(&queued.case.id))?);
        }
        let here = cards.len();
        cards.push(context::card(file, &viewer, to_path(&case.id)));
        for queued in &self.neighbours.after {
            cards.push(brief(queued, &viewer, to_path(&queued.case.id))?);
        }
        let path_at = |place: usize| cards.get(place).map(|card| card.path.clone());
        let page = CasePage {
            previous_path: here.checked_sub(1).and_then(path_at),
            next_path: path_at(here + 1),
            queue_path: self.query.on(&queue_path(slug)),
            case_path: case_path(slug, &case.id),
            status: Status::of(locale, case.status),
            author: file.listed.author_name.clone(),
            author_path: author_path(slug, case.author_id.as_str()),
            about: locale
                .say("case-about")
                .with("number", revision.number)
                .with("words", locale.count_words(&revision.body))
                .to_string(),
            submitted: When::of(locale, revision.created_at_ms),
            due,
            due_tone,
            place: match case.status {
                CaseStatus::Waiting => place(locale, case, self.neighbours.place, now_ms),
                _ => String::new(),
            },
            why: wording::why(locale, &file.hits, case.problem.as_deref()),
            newer_path: file.newer.as_ref().map(|id| case_path(slug, id)),
            appeal: (file.appeal.as_ref()).map(|appeal| AppealPart::of(locale, appeal)),
            approval: approval(file, &viewer, self.needs_two),
            aside: (file.aside.as_ref()).map(|aside| AsidePart::of(locale, slug, aside)),
            decided: decided(locale, case),
            claim: claim(file, &viewer),
            title_segments: marks.title,
            lines: marks.lines,
            reader_html: markdown::render_with_marks(&revision.body, &file.hits, marking),
            reader_masked,
            images: ImagesPart::of(locale, slug, file, &self.masks),
            diff_about: context::diff_about(locale, file),
            diff,
            hits: marks.rows,
            author_facts: context::facts(locale, file),
            rules_before: context::rules_before(locale, file, &self.masks),
            earlier: context::earlier(locale, slug, file, &self.masks)?,
            notes: context::notes(locale, file),
            alike: context::alike(slug, file, &self.masks)?,
            alike_path: format!("{}?like={}", queue_path(slug), case.id),
            alike_more: file.alike.is_more,
            similar: context::similar(slug, file, &self.masks)?,
            run: context::run(locale, &file.run),
            execution_path: format!("/s/{slug}/admin/executions/{}", case.execution_id),
            trail: (file.trail.iter())
                .map(|line| context::trail(locale, line))
                .collect(),
            run_again_path: can_run_again
                .then(|| format!("{}/run-again", case_path(slug, &case.id))),
            cards,
            undo: self.undo,
            notice: self.notice,
            form: self.form,
            page: self.page,
        };
        page_with(status, &page)
    }
}

fn known<'k>(member: &'k Member, file: &'k CaseFile) -> Known<'k> {
    Known {
        title: &file.listed.title,
        author: &file.listed.author_name,
        site: &member.site.name,
    }
}

/// The page of a case.
pub(crate) fn case_path(slug: &str, id: &CaseId) -> String {
    format!("{}/{id}", queue_path(slug))
}

fn decided(locale: Locale, case: &CaseRow) -> Option<DecidedNotice> {
    let at_ms = case.decided_at_ms?;
    let (tone, by, alone) = match case.status {
        CaseStatus::Approved => (
            "ok",
            MessageId("case-decided-approved-by"),
            MessageId("case-decided-approved"),
        ),
        CaseStatus::Rejected => (
            "no",
            MessageId("case-decided-rejected-by"),
            MessageId("case-decided-rejected"),
        ),
        _ => (
            "run",
            MessageId("case-decided-answered-by"),
            MessageId("case-decided-answered"),
        ),
    };
    Some(DecidedNotice {
        tone,
        text: match &case.decided_by_name {
            Some(name) => locale.say(by).with("name", name).to_string(),
            None => locale.text(alone),
        },
        when: When::of(locale, at_ms),
        reason: case.reason.clone(),
        note: case.note.clone(),
    })
}

/// Whether two people have to approve what falls into the case's categories.
async fn needs_two(app: &App, site: SiteId, case: &CaseRow) -> anyhow::Result<bool> {
    let in_force = app.moderation.in_force.load(site).await?;
    Ok(in_force.is_some_and(|in_force| in_force.outcomes.needs_two(case)))
}

/// That two people have to approve, and who was first.
fn approval(file: &CaseFile, viewer: &Viewer<'_>, needs_two: bool) -> Option<ApprovalPart> {
    let locale = viewer.locale;
    if !file.is_open() || !needs_two {
        return None;
    }
    Some(ApprovalPart {
        text: match &file.first_approval {
            Some(first) if first.by_id == *viewer.user_id => locale.text("case-two-you"),
            Some(first) => locale
                .say("case-two-first")
                .with("name", first.by_name.as_str())
                .to_string(),
            None => locale.text("case-two-none"),
        },
        is_mine: (file.first_approval.as_ref()).is_some_and(|first| first.by_id == *viewer.user_id),
    })
}

fn claim(file: &CaseFile, viewer: &Viewer<'_>) -> Option<Claimed> {
    if !file.is_open() {
        return None;
    }
    let case = &file.listed.case;
    let claimer = claimed(case, file.listed.claimed_by_name.as_deref(), viewer)?;
    let locale = viewer.locale;
    let span = locale.span(claimer.left_ms);
    let text = match claimer.is_viewer {
        true => locale.say("case-yours-for").with("span", span),
        false => locale
            .say("case-theirs-for")
            .with("name", claimer.name)
            .with("span", span),
    };
    Some(Claimed {
        is_mine: claimer.is_viewer,
        text: text.to_string(),
    })
}

//! `/s/{site}/admin/outbox`: the mails of a site, each with what became of it, and the button for those that were given up
//! or kept back.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::http::chrome::{PageChrome, Redirect, page};
use crate::http::error::{Code, HttpError};
use crate::http::extract::{Id, Query};
use crate::http::language::locale;
use crate::http::parts::{Fact, Standing, Status, Tab, When};
use crate::http::visitor::Member;
use crate::ids::{MailId, is_id};
use crate::locale::{Locale, MessageId};
use crate::moderation::rows::{MailKind, MailStatus};
use crate::outbox::not_sent;
use crate::outbox::render::Rendering;
use crate::outbox::transport::Transport;
use crate::store::outbox::{self, Counts, ListedMail};

/// Mails on a page.
const PER_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "admin/outbox.html")]
struct OutboxPage {
    page: PageChrome,
    summary: String,
    tabs: Vec<Tab>,
    mails: Vec<Row>,
    first_path: Option<String>,
    next_path: Option<String>,
}

struct Row {
    subject: String,
    path: String,
    recipient: String,
    about: String,
    status: Status,
    when: When,
    error: String,
    resend_path: Option<String>,
}

#[derive(Template)]
#[template(path = "admin/outbox_mail.html")]
struct MailPage {
    page: PageChrome,
    subject: String,
    status: Status,
    facts: Vec<Fact>,
    error: Option<String>,
    text: String,
    links: Vec<String>,
    resend_path: Option<String>,
}

/// The query of the list.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct OutboxQuery {
    status: Option<MailStatus>,
    before: Option<String>,
}

/// `GET /s/{site}/admin/outbox`
pub(crate) async fn list(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    Query(query): Query<OutboxQuery>,
) -> Result<HttpResponse, HttpError> {
    let site_id = member.site.id;
    let slug = &member.site.slug;
    let before = match query.before {
        Some(id) if is_id(&id) => Some(MailId::from(id)),
        Some(_) => {
            return Err(HttpError::invalid(
                "before",
                "must be taken from a page's link",
            ));
        }
        None => None,
    };
    let limit = PER_PAGE as i64 + 1;
    let mut mails = outbox::list(&app.db, site_id, query.status, before.as_ref(), limit).await?;
    let has_more = mails.len() > PER_PAGE;
    mails.truncate(PER_PAGE);
    let next = mails.last().filter(|_| has_more).map(|last| {
        let path = list_path(slug, query.status);
        let sign = if path.contains('?') { '&' } else { '?' };
        format!("{path}{sign}before={}", last.mail.id)
    });
    let counts = outbox::count(&app.db, site_id).await?;
    let page_chrome = PageChrome::titled(&req, "outbox", "outbox");
    let locale = page_chrome.locale;
    page(&OutboxPage {
        page: page_chrome,
        summary: destination(locale, app.outbox.transport()),
        tabs: tabs(locale, slug, query.status, counts),
        mails: mails
            .iter()
            .map(|listed| row(locale, slug, listed))
            .collect(),
        first_path: before.map(|_| list_path(slug, query.status)),
        next_path: next,
    })
}

/// `GET /s/{site}/admin/outbox/{mail}`
pub(crate) async fn show(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    Id(id): Id<MailId>,
) -> Result<HttpResponse, HttpError> {
    let listed = outbox::find(&app.db, member.site.id, &id)
        .await?
        .ok_or_else(HttpError::not_found)?;
    let mail = &listed.mail;
    let locale = locale(&req);
    let kind = || locale.text(label(mail.kind));
    let (subject, text) = match app.outbox.preview(mail, &member.user.id).await? {
        Rendering::Letter(letter) => (letter.subject, letter.text),
        Rendering::Each(_) => (kind(), locale.text("outbox-each")),
        Rendering::Nothing(reason) => {
            let text = locale
                .say("outbox-not-now")
                .with("reason", reason.told(locale));
            (kind(), text.to_string())
        }
    };
    let fact = |label: MessageId, value: String| Fact::new(&locale.text(label), value);
    let mut facts = vec![
        fact(MessageId("mail-to"), recipient(locale, &listed)),
        fact(MessageId("mail-kind"), kind()),
        fact(
            MessageId("mail-created"),
            locale.short_moment(mail.created_at_ms),
        ),
    ];
    if let Some(sent_at_ms) = mail.sent_at_ms {
        facts.push(fact(
            MessageId("mail-sent"),
            locale.short_moment(sent_at_ms),
        ));
    }
    facts.push(fact(
        MessageId("mail-attempts"),
        locale.number(mail.attempts),
    ));
    facts.push(Fact::new("Message-ID", app.outbox.message_id(&mail.id)));
    page(&MailPage {
        page: PageChrome::of(&req, &subject, "outbox"),
        status: Status::of(locale, mail.status),
        error: mail
            .last_error
            .as_deref()
            .filter(|_| mail.status != MailStatus::Skipped)
            .map(|error| not_sent::told(locale, error)),
        facts,
        links: links(&text),
        text,
        resend_path: resend_path(&member.site.slug, &listed),
        subject,
    })
}

/// `POST /s/{site}/admin/outbox/{mail}/again`
pub(crate) async fn send_again(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    Id(id): Id<MailId>,
) -> Result<Redirect, HttpError> {
    outbox::find(&app.db, member.site.id, &id)
        .await?
        .ok_or_else(HttpError::not_found)?;
    if !app.outbox.send_again(member.site.id, &id).await? {
        let detail = "only a mail that was given up or kept back can be sent again";
        let told = |locale: Locale| locale.text("outbox-not-again");
        return Err(HttpError::new(Code::Conflict, detail).told(told));
    }
    app.moderation.mail_bell.notify_one();
    let path = format!("{}/{id}", list_path(&member.site.slug, None));
    Ok(Redirect::to(path).flash(locale(&req).text("outbox-sent-again")))
}

fn list_path(slug: &str, status: Option<MailStatus>) -> String {
    match status {
        Some(status) => format!("/s/{slug}/admin/outbox?status={status}"),
        None => format!("/s/{slug}/admin/outbox"),
    }
}

fn tabs(locale: Locale, slug: &str, current: Option<MailStatus>, counts: Counts) -> Vec<Tab> {
    [
        (MessageId("outbox-all"), None, 0),
        (
            MessageId("outbox-tab-waiting"),
            Some(MailStatus::Waiting),
            counts.waiting,
        ),
        (
            MessageId("outbox-tab-kept"),
            Some(MailStatus::Kept),
            counts.kept,
        ),
        (
            MessageId("outbox-tab-dead"),
            Some(MailStatus::Dead),
            counts.dead,
        ),
        (MessageId("outbox-tab-sent"), Some(MailStatus::Sent), 0),
        (
            MessageId("outbox-tab-skipped"),
            Some(MailStatus::Skipped),
            0,
        ),
    ]
    .into_iter()
    .map(|(label, status, number)| Tab {
        label: locale.text(label),
        path: list_path(slug, status),
        count: match number {
            0 => String::new(),
            1_000.. => format!("{}+", locale.number(1_000)),
            number => locale.number(number),
        },
        current: status == current,
    })
    .collect()
}

fn row(locale: Locale, slug: &str, listed: &ListedMail) -> Row {
    let mail = &listed.mail;
    let tries = match mail.attempts {
        0 => locale.say("outbox-untried"),
        tries => locale.say("outbox-tries").with("count", tries),
    };
    Row {
        subject: locale.text(label(mail.kind)),
        path: format!("{}/{}", list_path(slug, None), mail.id),
        recipient: recipient(locale, listed),
        about: tries.to_string(),
        status: Status::of(locale, mail.status),
        when: When::of(locale, mail.sent_at_ms.unwrap_or(mail.created_at_ms)),
        error: mail
            .last_error
            .as_deref()
            .map_or_else(String::new, |error| not_sent::told(locale, error)),
        resend_path: resend_path(slug, listed),
    }
}

fn resend_path(slug: &str, listed: &ListedMail) -> Option<String> {
    let mail = &listed.mail;
    matches!(mail.status, MailStatus::Dead | MailStatus::Kept)
        .then(|| format!("{}/{}/again", list_path(slug, None), mail.id))
}

fn recipient(locale: Locale, listed: &ListedMail) -> String {
    let person = listed.email.as_ref().or(listed.mail.recipient.as_ref());
    person
        .cloned()
        .unwrap_or_else(|| locale.text("outbox-several"))
}

impl Standing for MailStatus {
    fn shown(self) -> (&'static str, MessageId) {
        match self {
            Self::Waiting => ("wait", MessageId("mail-status-waiting")),
            Self::Sent => ("ok", MessageId("mail-status-sent")),
            Self::Skipped => ("off", MessageId("mail-status-skipped")),
            Self::Dead => ("no", MessageId("mail-status-dead")),
            Self::Kept => ("warn", MessageId("mail-status-kept")),
        }
    }
}

/// Where mail goes.
fn destination(locale: Locale, transport: &Transport) -> String {
    match transport {
        Transport::Smtp(smtp) => {
            let said = locale.say("outbox-smtp").with("host", smtp.host());
            said.to_string()
        }
        Transport::Folder(_) => locale.text("outbox-files"),
        Transport::Memory(_) => locale.text("outbox-memory"),
    }
}

fn label(kind: MailKind) -> MessageId {
    match kind {
        MailKind::CasesWaiting => MessageId("mail-kind-waiting"),
        MailKind::Reminder => MessageId("mail-kind-reminder"),
        MailKind::Escalation => MessageId("mail-kind-escalation"),
        MailKind::HandedOver => MessageId("mail-kind-handed-over"),
        MailKind::RuleBraked => MessageId("mail-kind-braked"),
        MailKind::WorkflowFailed => MessageId("mail-kind-broke"),
        MailKind::PostHeld => MessageId("mail-kind-held"),
        MailKind::PostPublished => MessageId("mail-kind-published"),
        MailKind::PostRejected => MessageId("mail-kind-rejected"),
        MailKind::ChangeAsked => MessageId("mail-kind-asked"),
        MailKind::AppealReceived => MessageId("mail-kind-appeal"),
        MailKind::DecisionUpheld => MessageId("mail-kind-upheld"),
        MailKind::DecisionOverturned => MessageId("mail-kind-overturned"),
        MailKind::Invitation => MessageId("mail-kind-invitation"),
        MailKind::PasswordReset => MessageId("mail-kind-reset"),
        MailKind::AddressConfirmation => MessageId("mail-kind-confirmation"),
    }
}

/// The addresses in a text that can be opened.
fn links(text: &str) -> Vec<String> {
    text.split_whitespace()
        .filter(|word| word.starts_with("http://") || word.starts_with("https://"))
        .filter(|word| !word.contains('…'))
        .map(str::to_owned)
        .collect()
}

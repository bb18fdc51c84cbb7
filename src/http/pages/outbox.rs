//! `/s/{site}/admin/outbox`: the mails of a site, each with what became of it, and the button for those that were given up
//! or kept back.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::http::chrome::{PageChrome, Redirect, page};
use crate::http::error::{Code, HttpError};
use crate::http::extract::{Id, Query};
use crate::http::parts::{Fact, Status, Tab, When, grouped};
use crate::http::visitor::Member;
use crate::ids::{MailId, is_id};
use crate::moderation::rows::{MailKind, MailStatus};
use crate::outbox::render::Rendering;
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
    page(&OutboxPage {
        page: PageChrome::of(&req, "Outbox", "outbox"),
        summary: app.outbox.destination(),
        tabs: tabs(slug, query.status, counts),
        mails: mails.iter().map(|listed| row(slug, listed)).collect(),
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
    let (subject, text) = match app.outbox.preview(mail, &member.user.id).await? {
        Rendering::Letter(letter) => (letter.subject, letter.text),
        Rendering::Each(_) => {
            let text = "Each of them gets a mail of their own; this one is about to be replaced.";
            (label(mail.kind).to_owned(), text.to_owned())
        }
        Rendering::Nothing(reason) => {
            let text = format!("It would not be sent now: {reason}.");
            (label(mail.kind).to_owned(), text)
        }
    };
    let mut facts = vec![
        Fact::new("To", recipient(&listed)),
        Fact::new("Kind", label(mail.kind)),
        Fact::new("Created", When::at(mail.created_at_ms).text),
    ];
    if let Some(sent_at_ms) = mail.sent_at_ms {
        facts.push(Fact::new("Sent", When::at(sent_at_ms).text));
    }
    facts.push(Fact::new("Tries", grouped(mail.attempts)));
    facts.push(Fact::new("Message-ID", app.outbox.message_id(&mail.id)));
    page(&MailPage {
        page: PageChrome::of(&req, &subject, "outbox"),
        status: status(mail.status),
        error: mail
            .last_error
            .clone()
            .filter(|_| mail.status != MailStatus::Skipped),
        facts,
        links: links(&text),
        text,
        resend_path: resend_path(&member.site.slug, &listed),
        subject,
    })
}

/// `POST /s/{site}/admin/outbox/{mail}/again`
pub(crate) async fn send_again(
    app: web::Data<App>,
    member: Member,
    Id(id): Id<MailId>,
) -> Result<Redirect, HttpError> {
    outbox::find(&app.db, member.site.id, &id)
        .await?
        .ok_or_else(HttpError::not_found)?;
    if !app.outbox.send_again(member.site.id, &id).await? {
        let detail = "only a mail that was given up or kept back can be sent again";
        return Err(HttpError::new(Code::Conflict, detail));
    }
    app.moderation.mail_bell.notify_one();
    let path = format!("{}/{id}", list_path(&member.site.slug, None));
    Ok(Redirect::to(path).flash("It is sent again."))
}

fn list_path(slug: &str, status: Option<MailStatus>) -> String {
    match status {
        Some(status) => format!("/s/{slug}/admin/outbox?status={status}"),
        None => format!("/s/{slug}/admin/outbox"),
    }
}

fn tabs(slug: &str, current: Option<MailStatus>, counts: Counts) -> Vec<Tab> {
    [
        ("All", None, 0),
        ("Waiting", Some(MailStatus::Waiting), counts.waiting),
        ("Kept back", Some(MailStatus::Kept), counts.kept),
        ("Dead letters", Some(MailStatus::Dead), counts.dead),
        ("Sent", Some(MailStatus::Sent), 0),
        ("Not needed", Some(MailStatus::Skipped), 0),
    ]
    .into_iter()
    .map(|(label, status, number)| Tab {
        label: label.to_owned(),
        path: list_path(slug, status),
        count: match number {
            0 => String::new(),
            1_000.. => "1,000+".to_owned(),
            number => grouped(number),
        },
        current: status == current,
    })
    .collect()
}

fn row(slug: &str, listed: &ListedMail) -> Row {
    let mail = &listed.mail;
    let tries = match mail.attempts {
        0 => "not tried yet".to_owned(),
        1 => "1 try".to_owned(),
        tries => format!("{} tries", grouped(tries)),
    };
    Row {
        subject: label(mail.kind).to_owned(),
        path: format!("{}/{}", list_path(slug, None), mail.id),
        recipient: recipient(listed),
        about: tries,
        status: status(mail.status),
        when: When::at(mail.sent_at_ms.unwrap_or(mail.created_at_ms)),
        error: mail.last_error.clone().unwrap_or_default(),
        resend_path: resend_path(slug, listed),
    }
}

fn resend_path(slug: &str, listed: &ListedMail) -> Option<String> {
    let mail = &listed.mail;
    matches!(mail.status, MailStatus::Dead | MailStatus::Kept)
        .then(|| format!("{}/{}/again", list_path(slug, None), mail.id))
}

fn recipient(listed: &ListedMail) -> String {
    let person = listed.email.as_ref().or(listed.mail.recipient.as_ref());
    person.cloned().unwrap_or_else(|| "several".to_owned())
}

fn status(status: MailStatus) -> Status {
    let (tone, text) = match status {
        MailStatus::Waiting => ("wait", "waiting"),
        MailStatus::Sent => ("ok", "sent"),
        MailStatus::Skipped => ("off", "not needed"),
        MailStatus::Dead => ("no", "given up"),
        MailStatus::Kept => ("warn", "kept back"),
    };
    Status {
        tone,
        text: text.to_owned(),
    }
}

fn label(kind: MailKind) -> &'static str {
    match kind {
        MailKind::CasesWaiting => "Posts wait for a decision",
        MailKind::Reminder => "A post still waits",
        MailKind::Escalation => "Nobody decided in time",
        MailKind::HandedOver => "A colleague hands a case over",
        MailKind::RuleBraked => "A rule held too much",
        MailKind::WorkflowFailed => "A workflow broke",
        MailKind::PostHeld => "Your post waits for a moderator",
        MailKind::PostPublished => "Your post is published",
        MailKind::PostRejected => "Your post was not published",
        MailKind::ChangeAsked => "A moderator asks for a change",
        MailKind::AppealReceived => "Your appeal waits for a moderator",
        MailKind::DecisionUpheld => "Your appeal did not change the decision",
        MailKind::DecisionOverturned => "Your appeal was granted",
        MailKind::Invitation => "Invitation",
        MailKind::PasswordReset => "A new password",
        MailKind::AddressConfirmation => "Confirm your address",
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

//! The versions of a site's rule set: who changed what, when and why, and how to get an earlier one back.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::auth::role::Role;
use crate::http::chrome::{PageChrome, Redirect, page, page_with};
use crate::http::error::HttpError;
use crate::http::extract::{Query, segment};
use crate::http::form::Form;
use crate::http::language::locale;
use crate::http::parts::When;
use crate::http::terms;
use crate::http::visitor::Member;
use crate::locale::{Locale, MessageId};
use crate::moderation::diff::{self, Fate};
use crate::moderation::rule_set::{Edit, RuleRefused};
use crate::moderation::rules::{Inflections, Rule, RuleDraft};
use crate::moderation::wording;
use crate::store::rule_versions::{self, RuleChange, RuleSetVersion};

use super::outcomes;
use super::rehearsal::{Report, rehearse};
use super::rule::{STALE, rule_path};
use super::rules::{counted, outcome, path};

const PER_PAGE: i64 = 50;
/// Rules that the page of one version shows; the others are counted.
const CHANGES_SHOWN: usize = 200;

#[derive(Template)]
#[template(path = "admin/versions.html")]
struct VersionsPage {
    page: PageChrome,
    rules_path: String,
    versions: Vec<VersionRow>,
    first_path: Option<String>,
    next_path: Option<String>,
}

#[derive(Template)]
#[template(path = "admin/version.html")]
struct VersionPage {
    page: PageChrome,
    rules_path: String,
    version: VersionRow,
    is_current: bool,
    changes: Vec<ChangeRow>,
    more: Option<String>,
    restore_path: Option<String>,
    comment: String,
    problem: Option<String>,
    rehearsal: Option<Report>,
}

struct VersionRow {
    number: i64,
    path: String,
    comment: String,
    by: String,
    when: When,
    counts: String,
    is_current: bool,
}

/// A rule that a version added, changed or removed.
struct ChangeRow {
    tone: &'static str,
    word: String,
    pattern: String,
    path: String,
    pieces: Vec<Piece>,
}

struct Piece {
    fate: &'static str,
    text: String,
}

/// The query of the list.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct VersionsQuery {
    before: Option<i64>,
}

/// What the form that restores a version sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RestoreFields {
    #[serde(default)]
    comment: String,
    #[serde(default)]
    rehearse: bool,
}

/// `GET /s/{site}/admin/rules/versions`
pub(crate) async fn list(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    query: Query<VersionsQuery>,
) -> Result<HttpResponse, HttpError> {
    let (slug, before) = (&member.site.slug, query.0.before);
    let mut found = rule_versions::list(
        &app.db,
        member.site.id,
        before.unwrap_or(i64::MAX),
        PER_PAGE + 1,
    )
    .await?;
    let has_more = found.len() > PER_PAGE as usize;
    found.truncate(PER_PAGE as usize);
    let all = versions_path(slug);
    let page_chrome = PageChrome::titled(&req, "versions-title", "rules");
    let locale = page_chrome.locale;
    page(&VersionsPage {
        page: page_chrome,
        rules_path: path(slug),
        next_path: found
            .last()
            .filter(|_| has_more)
            .map(|last| format!("{all}?before={}", last.version)),
        first_path: before.map(|_| all),
        versions: found
            .into_iter()
            .map(|found| row(locale, &member, found))
            .collect(),
    })
}

/// `GET /s/{site}/admin/rules/versions/{version}`
pub(crate) async fn show(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
) -> Result<HttpResponse, HttpError> {
    page(&version_page(&req, &app, &member).await?)
}

/// `POST /s/{site}/admin/rules/versions/{version}/restore`
pub(crate) async fn restore(
    req: HttpRequest,
    app: web::Data<App>,
    member: Member,
    fields: Form<RestoreFields>,
) -> Result<HttpResponse, HttpError> {
    let fields = fields.0;
    let version = number(&req)?;
    let locale = locale(&req);
    let edit = Edit::Restore(version);
    let refused = if fields.rehearse {
        match rehearse(&app, locale, &member.site, edit).await? {
            Ok(report) => {
                return page(&VersionPage {
                    rehearsal: Some(report),
                    comment: fields.comment,
                    ..version_page(&req, &app, &member).await?
                });
            }
            Err(refused) => refused,
        }
    } else {
        let (site, by) = (member.site.id, member.by());
        let restored = app
            .moderation
            .edit_rules(site, edit, &fields.comment, &by, None);
        match restored.await? {
            Ok(_) => {
                return Ok(Redirect::to(path(&member.site.slug))
                    .flash(
                        locale
                            .say("version-restored")
                            .with("version", version.to_string())
                            .to_string(),
                    )
                    .respond_to(&req));
            }
            Err(refused) => refused,
        }
    };
    let (status, problem) = match refused {
        RuleRefused::Unknown | RuleRefused::Known(_) => return Err(HttpError::not_found()),
        RuleRefused::Stale | RuleRefused::Replayed(_) => (StatusCode::CONFLICT, locale.text(STALE)),
        RuleRefused::Invalid(errors) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            locale
                .say("version-comment")
                .with("problem", wording::flaw(locale, &errors[0].flaw))
                .to_string(),
        ),
        RuleRefused::Uncompilable(problems) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            locale
                .say("version-unrestorable")
                .with("problem", wording::uncompilable(locale, &problems))
                .to_string(),
        ),
    };
    let again = VersionPage {
        problem: Some(problem),
        comment: fields.comment,
        ..version_page(&req, &app, &member).await?
    };
    page_with(status, &again)
}

/// The versions of a site's rules.
fn versions_path(slug: &str) -> String {
    format!("{}/versions", path(slug))
}

/// The page of a version.
pub(super) fn version_path(slug: &str, version: i64) -> String {
    format!("{}/{version}", versions_path(slug))
}

fn number(req: &HttpRequest) -> Result<i64, HttpError> {
    let version = segment(req, "version").parse();
    version.map_err(|_| HttpError::not_found())
}

async fn version_page(
    req: &HttpRequest,
    app: &App,
    member: &Member,
) -> Result<VersionPage, HttpError> {
    let (site, version) = (&member.site, number(req)?);
    let found = rule_versions::find(&app.db, site.id, version)
        .await?
        .ok_or_else(HttpError::not_found)?;
    let total = found.added() + found.changed + found.removed();
    let changes = rule_versions::list_changes(&app.db, site.id, version, CHANGES_SHOWN).await?;
    let more = total - changes.len() as i64;
    let led_to = match found.other_outcomes {
        true => Some(outcomes_row(req, app, member, version).await?),
        false => None,
    };
    let is_current = version == site.rule_set_version;
    let may_restore = member.role == Role::Owner && !is_current;
    let locale = locale(req);
    let title = locale
        .say("version-heading")
        .with("number", version.to_string())
        .to_string();
    Ok(VersionPage {
        page: PageChrome::of(req, &title, "rules"),
        rules_path: path(&site.slug),
        is_current,
        restore_path: may_restore.then(|| format!("{}/restore", version_path(&site.slug, version))),
        changes: led_to
            .into_iter()
            .chain(
                changes
                    .iter()
                    .map(|change| change_row(locale, &site.slug, change)),
            )
            .collect(),
        more: (more > 0).then(|| counted(locale, MessageId("version-more"), more)),
        version: row(locale, member, found),
        comment: String::new(),
        problem: None,
        rehearsal: None,
    })
}

fn row(locale: Locale, member: &Member, found: RuleSetVersion) -> VersionRow {
    let counts = [
        (found.added(), MessageId("version-added")),
        (found.changed, MessageId("version-changed")),
        (found.removed(), MessageId("version-removed")),
    ];
    let mut counts: Vec<String> = counts
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| counted(locale, what, number))
        .collect();
    if found.other_outcomes {
        counts.push(locale.text("version-outcomes"));
    }
    VersionRow {
        number: found.version,
        path: version_path(&member.site.slug, found.version),
        is_current: found.version == member.site.rule_set_version,
        comment: found.comment,
        by: found.created_by_name,
        when: When::of(locale, found.created_at_ms),
        counts: counts.join(", "),
    }
}

/// What hits led to before and since.
async fn outcomes_row(
    req: &HttpRequest,
    app: &App,
    member: &Member,
    version: i64,
) -> Result<ChangeRow, HttpError> {
    let (site, locale) = (&member.site, locale(req));
    let before = rule_versions::outcomes_of(&app.db, site.id, version - 1).await?;
    let after = rule_versions::outcomes_of(&app.db, site.id, version).await?;
    let (before, after) = (
        outcomes::said(locale, &before),
        outcomes::said(locale, &after),
    );
    let gone = before.iter().filter(|said| !after.contains(said));
    let gone = gone.map(|said| ("removed", said));
    let now = after.iter().map(|said| match before.contains(said) {
        true => ("kept", said),
        false => ("added", said),
    });
    let mut pieces: Vec<Piece> = Vec::new();
    for (fate, said) in gone.chain(now) {
        if !pieces.is_empty() {
            pieces.push(Piece {
                fate: "kept",
                text: " · ".to_owned(),
            });
        }
        let text = said.clone();
        pieces.push(Piece { fate, text });
    }
    Ok(ChangeRow {
        tone: "run",
        word: locale.text("version-word-changed"),
        pattern: locale.text("outcomes"),
        path: outcomes::path(&site.slug),
        pieces,
    })
}

fn change_row(locale: Locale, slug: &str, change: &RuleChange) -> ChangeRow {
    let text = |rule: &Option<Rule>| {
        rule.as_ref()
            .map_or_else(String::new, |rule| in_words(locale, &rule.draft))
    };
    let (tone, word) = match (&change.before, &change.after) {
        (None, _) => ("ok", MessageId("version-word-added")),
        (_, None) => ("no", MessageId("version-word-removed")),
        _ => ("run", MessageId("version-word-changed")),
    };
    let shown = change.after.as_ref().or(change.before.as_ref());
    let pieces = match (&change.before, &change.after) {
        (Some(_), Some(_)) => diff::words(&text(&change.before), &text(&change.after)),
        _ => vec![diff::Piece {
            fate: Fate::Kept,
            text: format!("{}{}", text(&change.before), text(&change.after)),
        }],
    };
    ChangeRow {
        tone,
        word: locale.text(word),
        pattern: shown.map_or_else(String::new, |rule| rule.draft.pattern.clone()),
        path: rule_path(slug, &change.id),
        pieces: pieces
            .into_iter()
            .map(|piece| Piece {
                fate: match piece.fate {
                    Fate::Kept => "kept",
                    Fate::Skipped => "skipped",
                    Fate::Added => "added",
                    Fate::Removed => "removed",
                },
                text: piece.text,
            })
            .collect(),
    }
}

/// All that a rule says, in one line.
fn in_words(locale: Locale, draft: &RuleDraft) -> String {
    let mut text = format!(
        "{} {} · {} · {} · {} · {}",
        locale.text(terms::kind(draft.kind)),
        draft.pattern,
        locale.text(terms::mode(draft.mode)),
        locale.text(terms::fields(draft.fields)),
        outcome(locale, draft).text,
        locale
            .say("severity")
            .with("severity", i64::from(draft.severity))
    );
    if draft.inflections != Inflections::None {
        text.push_str(&format!(
            " · {}",
            locale.text(terms::inflections(draft.inflections))
        ));
    }
    for exception in &draft.exceptions {
        let but = locale.say("rule-but-not").with("text", exception);
        text.push_str(&format!(" · {but}"));
    }
    for extra in [&draft.category, &draft.note] {
        if !extra.is_empty() {
            text.push_str(&format!(" · {extra}"));
        }
    }
    text
}

//! The lines of the audit log in the reader's language: what was done, to what, and the details, with names in the place of
//! ids. What is sealed are the codes and the ids; an unknown one is shown as it stands there.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::http::pages::executions;
use crate::locale::{Locale, MessageId};
use crate::moderation::handover::OWNERS;
use crate::moderation::wording;
use crate::store::audit::ListedAudit;

/// Characters of a day in RFC 3339.
const DAY_CHARS: usize = 10;

/// A piece of the details.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Detail {
    pub(super) text: String,
    /// Where it is to be seen.
    pub(super) path: Option<String>,
}

/// What a line is about, and the page about it, where there is one.
pub(super) fn subject(locale: Locale, slug: &str, line: &ListedAudit) -> Detail {
    let row = &line.row;
    let (kind, id) = row.subject.split_once(':').unwrap_or((&row.subject, ""));
    let title = line.post_title.as_deref().filter(|title| !title.is_empty());
    let (text, path) = match kind {
        "post" => (
            title.map(|title| format!("“{title}”")),
            Some(executions::post_path(slug, id)),
        ),
        "user" => (line.subject_name.clone(), None),
        "key" => (
            line.subject_name.as_deref().map(|name| key(locale, name)),
            None,
        ),
        "workflow" => (
            Some(said(locale, MessageId("audit-workflow"), "number", id)),
            Some(format!("/s/{slug}/admin/workflow?version={id}")),
        ),
        "rules" => (
            Some(said(locale, MessageId("version-number"), "number", id)),
            Some(format!("/s/{slug}/admin/rules/versions")),
        ),
        _ => (None, None),
    };
    Detail {
        text: text.unwrap_or_else(|| row.subject.clone()),
        path,
    }
}

/// Who did it.
pub(super) fn actor(locale: Locale, line: &ListedAudit) -> String {
    match (&line.actor_name, line.row.actor.as_str()) {
        (Some(name), actor) if actor.starts_with("key:") => key(locale, name),
        (Some(name), _) => name.clone(),
        (None, "system") => "Gatepost".to_owned(),
        (None, "operator") => locale.text("audit-operator"),
        (None, "command line") => locale.text("audit-command-line"),
        (None, actor) => actor.to_owned(),
    }
}

/// A key by its name; not all have one.
fn key(locale: Locale, name: &str) -> String {
    match name {
        "" => locale.text("audit-key-unnamed"),
        name => said(locale, MessageId("audit-key"), "name", name),
    }
}

/// What was done.
pub(super) fn action(locale: Locale, code: &str) -> String {
    let known = ACTIONS.iter().find(|(known, _)| *known == code);
    known.map_or_else(|| code.to_owned(), |(_, id)| locale.text(*id))
}

/// The details, with the patterns of rules by their ids.
pub(super) fn details(
    locale: Locale,
    slug: &str,
    line: &ListedAudit,
    patterns: &HashMap<&str, &str>,
) -> Vec<Detail> {
    let details: Map<String, Value> = serde_json::from_str(&line.row.details).unwrap_or_default();
    let detail = |(name, value): (&String, &Value)| {
        let id = value.as_str().unwrap_or_default();
        let (text, path) = match name.as_str() {
            "case" => (
                locale.text("audit-case"),
                Some(format!("/s/{slug}/admin/queue/{id}")),
            ),
            "execution" => (
                locale.text("audit-execution"),
                Some(format!("/s/{slug}/admin/executions/{id}")),
            ),
            name => (plain(locale, name, value, patterns)?, None),
        };
        Some(Detail { text, path })
    };
    details.iter().filter_map(detail).collect()
}

/// The ids of the rules that the details name.
pub(super) fn rule_ids(details: &str) -> Vec<String> {
    let details: Map<String, Value> = serde_json::from_str(details).unwrap_or_default();
    let lists = ["rules", "rule"].map(|name| details.get(name).and_then(Value::as_str));
    let ids = lists.into_iter().flatten().flat_map(members);
    ids.map(str::to_owned).collect()
}

/// A detail that leads nowhere; nothing where there is nothing to say.
fn plain(
    locale: Locale,
    name: &str,
    value: &Value,
    patterns: &HashMap<&str, &str>,
) -> Option<String> {
    let text = match value {
        Value::String(text) if text.is_empty() => return None,
        Value::Null => return None,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let text = text.as_str();
    Some(match name {
        "revision" => said(locale, MessageId("revision"), "number", text),
        "rules" | "rule" => {
            let named = members(text).map(|id| patterns.get(id).map_or(id, |pattern| *pattern));
            let named: Vec<&str> = named.collect();
            said(locale, MessageId("audit-rules"), "rules", named.join(", "))
        }
        "via" => locale.text(match text {
            "desk" => MessageId("via-desk"),
            "link" => MessageId("via-link"),
            "api" => MessageId("via-api"),
            _ => MessageId("via-aws"),
        }),
        "decision" if text == "approved" => locale.text("case-status-approved"),
        "decision" if text == "rejected" => locale.text("case-status-rejected"),
        "decision" => locale.text("case-status-answered"),
        "seconds" => said(locale, MessageId("audit-seconds"), "seconds", text),
        "until_ms" => {
            let moment = locale.short_moment(value.as_i64().unwrap_or_default());
            said(locale, MessageId("audit-until"), "when", moment)
        }
        "until" => {
            let day: String = text.chars().take(DAY_CHARS).collect();
            said(locale, MessageId("audit-until"), "when", day)
        }
        // Lines of former versions have the words.
        "to" if matches!(text, OWNERS | "the owners") => said(
            locale,
            MessageId("audit-to-whom"),
            "name",
            locale.text("the-owners"),
        ),
        "to" => said(locale, MessageId("audit-to-whom"), "name", text),
        "role" => locale.text(match text {
            "owner" => MessageId("role-owner"),
            "moderator" => MessageId("role-moderator"),
            _ => MessageId("role-author"),
        }),
        "problem" => wording::problem(locale, text),
        "told" if text == "true" => return None,
        "told" => locale.text("audit-untold"),
        "appeal" => locale.text("audit-appeal"),
        "erased" => locale.text("audit-erased"),
        "reason" => said(locale, MessageId("audit-reason"), "text", text),
        "note" => said(locale, MessageId("audit-note"), "text", text),
        "words" | "comment" | "cause" | "error" | "name" | "email" | "check" | "kind"
        | "scopes" | "query" => text.to_owned(),
        "on_failure" if text == "pass" => locale.text("check-on-failure-pass"),
        "on_failure" => locale.text("check-on-failure-hold"),
        "shares" if text == "true" => locale.text("shared-own-shared"),
        "shares" => locale.text("shared-own-kept"),
        "put" | "removed" if text == "0" => return None,
        "put" => said(locale, MessageId("audit-put"), "count", text),
        "removed" => said(locale, MessageId("audit-removed"), "count", text),
        "outcomes" => locale.text("version-outcomes"),
        name => format!("{name} {text}"),
    })
}

/// The members of a list of the form `,a,b,`, or of one that is no list.
fn members(list: &str) -> impl Iterator<Item = &str> {
    list.trim_matches(',')
        .split(',')
        .filter(|member| !member.is_empty())
}

fn said<'a>(
    locale: Locale,
    id: MessageId,
    name: &'static str,
    value: impl crate::locale::Value<'a>,
) -> String {
    locale.say(id).with(name, value).to_string()
}

const ACTIONS: &[(&str, MessageId)] = &[
    ("case.answered", MessageId("act-case-answered")),
    (
        "case.approval_taken_back",
        MessageId("act-case-approval-taken-back"),
    ),
    ("case.approved", MessageId("act-case-approved")),
    ("case.asked", MessageId("act-case-asked")),
    ("case.brought_back", MessageId("act-case-brought-back")),
    ("case.escalated", MessageId("act-case-escalated")),
    ("case.first_approved", MessageId("act-case-first-approved")),
    ("case.handed_over", MessageId("act-case-handed-over")),
    ("case.opened", MessageId("act-case-opened")),
    ("case.rejected", MessageId("act-case-rejected")),
    ("case.snoozed", MessageId("act-case-snoozed")),
    ("check.added", MessageId("act-check-added")),
    ("check.changed", MessageId("act-check-changed")),
    ("check.failed", MessageId("act-check-failed")),
    ("check.removed", MessageId("act-check-removed")),
    (
        "check.secret_renewed",
        MessageId("act-check-secret-renewed"),
    ),
    ("decision.dropped", MessageId("act-decision-dropped")),
    ("decision.held", MessageId("act-decision-held")),
    ("decision.undone", MessageId("act-decision-undone")),
    ("execution.stopped", MessageId("act-execution-stopped")),
    ("key.created", MessageId("act-key-created")),
    ("key.revoked", MessageId("act-key-revoked")),
    ("member.added", MessageId("act-member-added")),
    ("member.away", MessageId("act-member-away")),
    ("member.confirmed", MessageId("act-member-confirmed")),
    ("member.invited", MessageId("act-member-invited")),
    ("member.joined", MessageId("act-member-joined")),
    ("member.removed", MessageId("act-member-removed")),
    ("member.restored", MessageId("act-member-restored")),
    ("member.role_set", MessageId("act-member-role-set")),
    ("member.signed_up", MessageId("act-member-signed-up")),
    ("member.suspended", MessageId("act-member-suspended")),
    ("member.uninvited", MessageId("act-member-uninvited")),
    ("note.added", MessageId("act-note-added")),
    ("post.appealed", MessageId("act-post-appealed")),
    ("post.failed", MessageId("act-post-failed")),
    ("post.held", MessageId("act-post-held")),
    ("post.published", MessageId("act-post-published")),
    ("post.rejected", MessageId("act-post-rejected")),
    ("post.revised", MessageId("act-post-revised")),
    ("post.run_again", MessageId("act-post-run-again")),
    ("post.withdrawn", MessageId("act-post-withdrawn")),
    ("rules.changed", MessageId("act-rules-changed")),
    ("rules.shared", MessageId("act-rules-shared")),
    ("site.changed", MessageId("act-site-changed")),
    ("site.set_up", MessageId("act-site-set-up")),
    ("view.kept", MessageId("act-view-kept")),
    ("view.removed", MessageId("act-view-removed")),
    ("workflow.set", MessageId("act-workflow-set")),
];

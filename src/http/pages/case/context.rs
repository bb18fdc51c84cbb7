//! What stands beside a case: why it is held, its author, what was changed since it was last judged, what is like it, its
//! run and what happened to it.

use serde_json::Value;

use super::case_path;
use crate::http::pages::queue::row::{Brief, Viewer, aged, handed, tags, with};
use crate::http::parts::{Fact, Status, TimelineRow, When};
use crate::locale::{Locale, MessageId};
use crate::moderation::diff::{self, Fate};
use crate::moderation::handover::OWNERS;
use crate::moderation::masks::Masks;
use crate::moderation::queue::{BriefCase, CaseFile, SimilarCase};
use crate::moderation::record::{COUNTED_POSTS, EarlierPost, RuleBefore};
use crate::moderation::rows::{ExecutionStatus, PostStatus};
use crate::moderation::rules::Hit;
use crate::moderation::run::Run;
use crate::moderation::wording;
use crate::store::audit::NamedAudit;

/// A post that the author submitted before.
pub(super) struct EarlierRow {
    pub title: String,
    pub path: String,
    pub status: Status,
}

/// A rule that hit the author's earlier posts.
pub(super) struct RuleBeforeRow {
    pub pattern: String,
    pub is_masked: bool,
    /// `×3`, or nothing for one post.
    pub times: String,
}

/// A note of a colleague about the author.
pub(super) struct NoteRow {
    pub text: String,
    pub by: String,
    pub when: When,
}

/// Another case that waits, with much the same text or for the same rule.
pub(super) struct SimilarRow {
    pub title: String,
    pub path: String,
    pub author: String,
}

/// A stretch of the text before and after: `kept`, `skipped`, `added` or `removed`.
pub(super) struct DiffPiece {
    pub fate: &'static str,
    pub words: Vec<Words>,
}

/// A part of it, and whether it is covered until somebody points at it.
pub(super) struct Words {
    pub text: String,
    pub is_masked: bool,
}

/// The case itself, in the list beside it.
pub(super) fn card(file: &CaseFile, viewer: &Viewer<'_>, path: String) -> Brief {
    let listed = &file.listed;
    let (due, due_tone) = aged(&listed.case, viewer);
    Brief {
        id: listed.case.id.to_string(),
        is_current: true,
        title: viewer.masks.cover(&listed.title, &file.hits),
        path,
        tags: tags(viewer.locale, &file.hits),
        author: listed.author_name.clone(),
        about: viewer
            .locale
            .say("case-hits")
            .with("count", file.hits.len())
            .to_string(),
        claimed_by: with(&listed.case, listed.claimed_by_name.as_deref(), viewer),
        handed_to: handed(
            listed.handed_to.as_deref(),
            listed.handed_to_name.as_deref(),
            viewer,
        ),
        status: Status::of(viewer.locale, listed.case.status),
        due,
        due_tone,
    }
}

/// What was changed since the post was judged, title first.
pub(super) fn diff(file: &CaseFile, masks: &Masks) -> Vec<DiffPiece> {
    let Some(judged) = &file.judged else {
        return Vec::new();
    };
    let with_title = |title: &str, body: &str| format!("{title}\n\n{body}");
    // What was taken out is covered as well as what is left.
    let judged_hits: Vec<Hit> = serde_json::from_str(&judged.hits).unwrap_or_default();
    let hits = [judged_hits, file.hits.clone()].concat();
    let old = with_title(&judged.title, &judged.body);
    let new = with_title(&file.revision.title, &file.revision.body);
    diff::words(&old, &new)
        .into_iter()
        .map(|piece| DiffPiece {
            fate: match piece.fate {
                Fate::Kept => "kept",
                Fate::Skipped => "skipped",
                Fate::Added => "added",
                Fate::Removed => "removed",
            },
            words: masks
                .pieces(&piece.text, &hits)
                .into_iter()
                .map(|(text, is_masked)| Words {
                    text: text.to_owned(),
                    is_masked,
                })
                .collect(),
        })
        .collect()
}

/// `since revision 1, which was judged last`
pub(super) fn diff_about(locale: Locale, file: &CaseFile) -> String {
    match &file.judged {
        Some(judged) => locale
            .say("case-changed-since")
            .with("number", file.revision.number)
            .with("judged", judged.number)
            .to_string(),
        None => String::new(),
    }
}

pub(super) fn notes(locale: Locale, file: &CaseFile) -> Vec<NoteRow> {
    file.notes
        .iter()
        .map(|note| NoteRow {
            text: note.text.clone(),
            by: note.by_name.clone(),
            when: When::of(locale, note.created_at_ms),
        })
        .collect()
}

pub(super) fn similar(
    slug: &str,
    file: &CaseFile,
    masks: &Masks,
) -> anyhow::Result<Vec<SimilarRow>> {
    let row = |case: &SimilarCase| {
        Ok(SimilarRow {
            title: masks.cover_stored(&case.title, &case.hits)?,
            path: case_path(slug, &case.id),
            author: case.author_name.clone(),
        })
    };
    file.similar.iter().map(row).collect()
}

/// What waits with much the same text.
pub(super) fn alike(slug: &str, file: &CaseFile, masks: &Masks) -> anyhow::Result<Vec<SimilarRow>> {
    let row = |case: &BriefCase| {
        Ok(SimilarRow {
            title: masks.cover_stored(&case.title, &case.hits)?,
            path: case_path(slug, &case.case.id),
            author: case.author_name.clone(),
        })
    };
    file.alike.cases.iter().map(row).collect()
}

pub(super) fn facts(locale: Locale, file: &CaseFile) -> Vec<Fact> {
    let record = &file.record;
    let since = match record.member_since_ms {
        Some(at_ms) => locale.short_moment(at_ms),
        None => locale.text("fact-no-member"),
    };
    let mut facts = vec![Fact::new(&locale.text("fact-member-since"), since)];
    for (label, status) in [
        (MessageId("fact-published"), PostStatus::Published),
        (MessageId("fact-held"), PostStatus::Held),
        (MessageId("fact-rejected"), PostStatus::Rejected),
    ] {
        let posts = record.count(status);
        let more = if posts >= COUNTED_POSTS { "+" } else { "" };
        let posts = format!("{}{more}", locale.number(posts));
        facts.push(Fact::new(&locale.text(label), posts));
    }
    facts
}

/// The rules that hit what the author wrote before.
pub(super) fn rules_before(locale: Locale, file: &CaseFile, masks: &Masks) -> Vec<RuleBeforeRow> {
    let row = |rule: &RuleBefore| RuleBeforeRow {
        pattern: rule.pattern.clone(),
        is_masked: masks.has(&rule.category),
        times: match rule.posts {
            1 => String::new(),
            posts => format!("×{}", locale.number(posts as i64)),
        },
    };
    file.record.rules.iter().map(row).collect()
}

pub(super) fn earlier(
    locale: Locale,
    slug: &str,
    file: &CaseFile,
    masks: &Masks,
) -> anyhow::Result<Vec<EarlierRow>> {
    let row = |post: &EarlierPost| {
        Ok(EarlierRow {
            title: masks.cover_stored(&post.title, &post.hits)?,
            path: match &post.case_id {
                Some(case) => case_path(slug, case),
                None => format!("/s/{slug}/admin/executions/{}", post.execution_id),
            },
            status: Status::of(locale, post.status),
        })
    };
    file.record.earlier.iter().map(row).collect()
}

/// The states of the run; after the last one, those that can follow.
pub(super) fn run(locale: Locale, run: &Run) -> Vec<TimelineRow> {
    let visits = run.visits();
    let last = visits.len().saturating_sub(1);
    let mut rows: Vec<TimelineRow> = visits
        .iter()
        .enumerate()
        .map(|(place, visit)| TimelineRow {
            tone: match run.execution.status {
                ExecutionStatus::Running if place == last => "wait",
                ExecutionStatus::Failed | ExecutionStatus::TimedOut if place == last => "no",
                ExecutionStatus::Aborted if place == last => "off",
                _ => "ok",
            },
            title: visit.state.to_string(),
            detail: None,
            when: Some(When::of(locale, visit.entered_at_ms)),
        })
        .collect();
    rows.extend(run.next.iter().map(|state| TimelineRow {
        tone: "next",
        title: state.clone(),
        detail: None,
        when: None,
    }));
    rows
}

/// What happened to the case, by whom and through which door.
pub(super) fn trail(locale: Locale, line: &NamedAudit) -> TimelineRow {
    let details: Value = serde_json::from_str(&line.row.details).unwrap_or_default();
    let (tone, what) = act(locale, &line.row.action, &details);
    let via = details["via"].as_str().map(|via| {
        locale.text(match via {
            "desk" => MessageId("via-desk"),
            "link" => MessageId("via-link"),
            "api" => MessageId("via-api"),
            _ => MessageId("via-aws"),
        })
    });
    let words = |name: &str| details[name].as_str().filter(|words| !words.is_empty());
    let problem = words("problem").map(|problem| wording::problem(locale, problem));
    TimelineRow {
        tone,
        title: match &line.actor_name {
            Some(name) => locale
                .say("trail-by")
                .with("what", what)
                .with("name", name)
                .to_string(),
            None => what,
        },
        detail: via.or(problem).or_else(|| Some(words("words")?.to_owned())),
        when: Some(When::of(locale, line.row.at_ms)),
    }
}

/// An act of the audit log in words.
fn act(locale: Locale, action: &str, details: &Value) -> (&'static str, String) {
    let (tone, id) = match action {
        "case.handed_over" => ("run", MessageId("trail-handed-over")),
        "case.snoozed" => ("off", MessageId("trail-snoozed")),
        "case.first_approved" => ("ok", MessageId("trail-first-approved")),
        "case.approval_taken_back" => ("off", MessageId("trail-approval-back")),
        "case.asked" => ("run", MessageId("trail-asked")),
        "case.brought_back" => ("wait", MessageId("trail-brought-back")),
        "case.opened" => ("off", MessageId("trail-opened")),
        "post.held" => ("wait", MessageId("trail-held")),
        "case.escalated" => ("warn", MessageId("trail-escalated")),
        "case.approved" => ("ok", MessageId("trail-approved")),
        "case.rejected" => ("no", MessageId("trail-rejected")),
        "case.answered" => ("run", MessageId("trail-answered")),
        "decision.held" => ("wait", MessageId("trail-decided")),
        "decision.undone" => ("off", MessageId("trail-undone")),
        "decision.dropped" => ("off", MessageId("trail-dropped")),
        "post.failed" => ("warn", MessageId("trail-failed")),
        "check.failed" if details["on_failure"] == "pass" => {
            ("warn", MessageId("trail-check-passed"))
        }
        "check.failed" => ("warn", MessageId("trail-check-held")),
        other => return ("off", other.to_owned()),
    };
    let until_ms = details["until_ms"].as_i64().unwrap_or_default();
    let to = match details["to"].as_str() {
        // Lines of former versions have the words.
        None | Some(OWNERS | "the owners") => locale.text("the-owners"),
        Some(name) => name.to_owned(),
    };
    let said = locale
        .say(id)
        .with("to", to)
        .with("when", locale.short_moment(until_ms))
        .with("seconds", details["seconds"].as_i64().unwrap_or_default());
    (tone, said.to_string())
}

//! What stands beside a case: why it is held, its author, what was changed since it was last judged, what is like it, its
//! run and what happened to it.

use serde_json::Value;

use super::case_path;
use crate::http::pages::queue::row::{Brief, Viewer, aged, claimed, handed, tags};
use crate::http::parts::{Fact, Status, TimelineRow, When, count, grouped};
use crate::moderation::diff::{self, Fate};
use crate::moderation::queue::{self, CaseFile};
use crate::moderation::rows::{ExecutionStatus, PostStatus};
use crate::moderation::run::Run;
use crate::store::audit::NamedAudit;

/// A post that the author submitted before.
pub(super) struct EarlierRow {
    pub title: String,
    pub path: String,
    pub status: Status,
}

/// A note of a colleague about the author.
pub(super) struct NoteRow {
    pub text: String,
    pub by: String,
    pub when: When,
}

/// Another case that waits for the same rule.
pub(super) struct SimilarRow {
    pub title: String,
    pub path: String,
    pub author: String,
}

/// A stretch of the text before and after: `kept`, `skipped`, `added` or `removed`.
pub(super) struct DiffPiece {
    pub fate: &'static str,
    pub text: String,
}

/// The case itself, in the list beside it.
pub(super) fn card(file: &CaseFile, viewer: &Viewer<'_>, path: String) -> Brief {
    let listed = &file.listed;
    let (due, due_tone) = aged(&listed.case, viewer);
    let claim = claimed(&listed.case, listed.claimed_by_name.as_deref(), viewer);
    Brief {
        id: listed.case.id.to_string(),
        is_current: true,
        title: viewer.masks.cover(&listed.title, &file.hits),
        path,
        tags: tags(&file.hits),
        author: listed.author_name.clone(),
        about: count(file.hits.len(), "hit"),
        claimed_by: claim.map(|(name, _)| name),
        handed_to: handed(
            listed.handed_to.as_deref(),
            listed.handed_to_name.as_deref(),
            viewer,
        ),
        status: listed.case.status.into(),
        due,
        due_tone,
    }
}

/// What was changed since the post was judged, title first.
pub(super) fn diff(file: &CaseFile) -> Vec<DiffPiece> {
    let Some(judged) = &file.judged else {
        return Vec::new();
    };
    let with_title = |title: &str, body: &str| format!("{title}\n\n{body}");
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
            text: piece.text,
        })
        .collect()
}

/// `since revision 1, which was judged last`
pub(super) fn diff_about(file: &CaseFile) -> String {
    match &file.judged {
        Some(judged) => format!(
            "Revision {} against revision {}, which was judged last.",
            file.revision.number, judged.number
        ),
        None => String::new(),
    }
}

pub(super) fn notes(file: &CaseFile) -> Vec<NoteRow> {
    file.notes
        .iter()
        .map(|note| NoteRow {
            text: note.text.clone(),
            by: note.by_name.clone(),
            when: When::at(note.created_at_ms),
        })
        .collect()
}

pub(super) fn similar(slug: &str, file: &CaseFile) -> Vec<SimilarRow> {
    file.similar
        .iter()
        .map(|case| SimilarRow {
            title: case.title.clone(),
            path: case_path(slug, &case.id),
            author: case.author_name.clone(),
        })
        .collect()
}

/// Why the post is held, in words.
pub(super) fn why(file: &CaseFile) -> String {
    if let Some(problem) = &file.listed.case.problem {
        return format!("{problem}.");
    }
    let mut rules: Vec<&str> = file.hits.iter().map(|hit| hit.rule.as_str()).collect();
    rules.sort_unstable();
    rules.dedup();
    match rules.len() {
        0 => "The workflow asks for a decision; no rule hit.".to_owned(),
        number => format!(
            "{} of {}; the greatest severity is {}.",
            count(file.hits.len(), "hit"),
            count(number, "rule"),
            file.listed.case.severity
        ),
    }
}

pub(super) fn facts(file: &CaseFile) -> Vec<Fact> {
    let record = &file.record;
    let since = match record.member_since_ms {
        Some(at_ms) => When::at(at_ms).text,
        None => "not a member any more".to_owned(),
    };
    let mut facts = vec![Fact::new("Member since", since)];
    for (label, status) in [
        ("Published", PostStatus::Published),
        ("Held", PostStatus::Held),
        ("Rejected", PostStatus::Rejected),
    ] {
        let posts = record.count(status);
        let more = if posts >= queue::RECORD_POSTS {
            "+"
        } else {
            ""
        };
        facts.push(Fact::new(label, format!("{}{more}", grouped(posts))));
    }
    facts
}

pub(super) fn earlier(slug: &str, file: &CaseFile) -> Vec<EarlierRow> {
    file.record
        .earlier
        .iter()
        .map(|post| EarlierRow {
            title: post.title.clone(),
            path: match &post.case_id {
                Some(case) => case_path(slug, case),
                None => format!("/s/{slug}/admin/executions/{}", post.execution_id),
            },
            status: post.status.into(),
        })
        .collect()
}

/// The states of the run; after the last one, those that can follow.
pub(super) fn run(run: &Run) -> Vec<TimelineRow> {
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
            when: Some(When::at(visit.entered_at_ms)),
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

pub(super) fn trail(line: &NamedAudit) -> TimelineRow {
    let details: Value = serde_json::from_str(&line.row.details).unwrap_or_default();
    let seconds = details["seconds"].as_i64().unwrap_or_default();
    let (tone, title) = match line.row.action.as_str() {
        "case.handed_over" => {
            let to = details["to"].as_str().unwrap_or("a colleague");
            ("run", format!("Handed over to {to}"))
        }
        "case.snoozed" => {
            let until = details["until_ms"].as_i64().unwrap_or_default();
            ("off", format!("Snoozed until {}", When::at(until).text))
        }
        "case.first_approved" => ("ok", "First approval".to_owned()),
        "case.approval_taken_back" => ("off", "Approval taken back".to_owned()),
        "case.asked" => ("run", "Sent back to the author".to_owned()),
        "case.brought_back" => ("wait", "Back in the queue".to_owned()),
        "case.opened" => ("off", "Opened".to_owned()),
        "post.held" => ("wait", "Put into the queue".to_owned()),
        "case.escalated" => ("warn", "Time was over; the owners were told".to_owned()),
        "case.approved" => ("ok", "Approved".to_owned()),
        "case.rejected" => ("no", "Rejected".to_owned()),
        "case.answered" => ("run", "Answered".to_owned()),
        "decision.held" => (
            "wait",
            format!("Decided, for {seconds} s to be taken back,"),
        ),
        "decision.undone" => ("off", "Decision taken back".to_owned()),
        "decision.dropped" => (
            "off",
            "Decision dropped, as the post had changed".to_owned(),
        ),
        "post.failed" => ("warn", "The workflow ended without an outcome".to_owned()),
        other => ("off", other.to_owned()),
    };
    let via = details["via"].as_str().map(|via| match via {
        "desk" => "on this page",
        "link" => "from the mail",
        "api" => "over the API",
        _ => "over the AWS API",
    });
    TimelineRow {
        tone,
        title: match &line.actor_name {
            Some(name) => format!("{title} by {name}"),
            None => title,
        },
        detail: via
            .or(details["problem"].as_str())
            .or(details["words"].as_str().filter(|words| !words.is_empty()))
            .map(str::to_owned),
        when: Some(When::at(line.row.at_ms)),
    }
}

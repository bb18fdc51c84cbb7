//! A case as the queue shows it: in the list, and more briefly beside the case that is open.

use crate::http::parts::{Status, Tag, When, count, grouped, span};
use crate::ids::UserId;
use crate::moderation::aside::{Aside, AsideKind};
use crate::moderation::handover::OWNERS;
use crate::moderation::markdown;
use crate::moderation::masks::Masks;
use crate::moderation::queue::{BriefCase, PLACE_MAX, QueuedCase};
use crate::moderation::rows::{CaseRow, CaseStatus};
use crate::moderation::rules::{Field, Hit};
use crate::moderation::site::SiteSettings;

/// Characters of the text before the first hit, few enough that the hit stands on the line even of a narrow screen.
const BEFORE_CHARS: usize = 24;
/// Characters from the first hit on.
const AFTER_CHARS: usize = 160;
/// Hours that a step of severity counts for in the queue's order.
const SEVERITY_STEP_HOURS: i64 = 6;

/// Who looks at the queue, and when.
pub(crate) struct Viewer<'a> {
    pub settings: &'a SiteSettings,
    pub user_id: &'a UserId,
    /// What they do not want to read at once.
    pub masks: &'a Masks,
    pub now_ms: i64,
}

/// A row of the list.
pub(crate) struct Row {
    /// Its id.
    pub id: String,
    /// The revision that is shown.
    pub revision: i64,
    pub title: String,
    pub path: String,
    pub tags: Vec<Tag>,
    pub author: String,
    pub about: String,
    pub excerpt: String,
    pub place: String,
    pub claimed_by: Option<String>,
    pub handed_to: Option<String>,
    pub aside: Option<String>,
    pub status: Status,
    pub due: String,
    pub due_tone: &'static str,
    pub when: When,
}

impl Row {
    /// With how it is out of the queue.
    pub fn aside(mut self, aside: Option<&Aside>) -> Self {
        self.aside = aside.map(|aside| match (aside.kind, aside.until_ms) {
            (AsideKind::Snoozed, Some(until_ms)) => {
                format!("snoozed until {}", When::at(until_ms).text)
            }
            (AsideKind::Snoozed, None) => "snoozed".to_owned(),
            (AsideKind::Asked, _) => "with the author".to_owned(),
        });
        self
    }
}

/// A row of the list beside a case.
pub(crate) struct Brief {
    pub id: String,
    pub is_current: bool,
    pub title: String,
    pub path: String,
    pub tags: Vec<Tag>,
    pub author: String,
    pub about: String,
    pub claimed_by: Option<String>,
    pub handed_to: Option<String>,
    pub status: Status,
    pub due: String,
    pub due_tone: &'static str,
}

/// A case of the list, with the words around its first hit.
pub(crate) fn row(queued: &QueuedCase, viewer: &Viewer<'_>, path: String) -> anyhow::Result<Row> {
    let case = &queued.brief.case;
    let hits: Vec<Hit> = serde_json::from_str(&queued.brief.hits)?;
    let (due, due_tone) = aged(case, viewer);
    let claim = claimed(case, queued.brief.claimed_by_name.as_deref(), viewer);
    Ok(Row {
        id: case.id.to_string(),
        revision: case.revision,
        title: viewer.masks.cover(&queued.brief.title, &hits),
        path,
        tags: tags(&hits),
        author: queued.brief.author_name.clone(),
        about: about(case, &hits),
        excerpt: match &case.problem {
            Some(problem) => problem.clone(),
            None => viewer.masks.cover(&excerpt(&queued.body, &hits), &hits),
        },
        place: reason(case, viewer.now_ms),
        claimed_by: claim.map(|(name, _)| name),
        handed_to: handed(
            queued.brief.handed_to.as_deref(),
            queued.brief.handed_to_name.as_deref(),
            viewer,
        ),
        aside: None,
        status: case.status.into(),
        due,
        due_tone,
        when: When::at(case.decided_at_ms.unwrap_or(case.waiting_since_ms)),
    })
}

/// A case of the list beside another.
pub(crate) fn brief(
    queued: &BriefCase,
    viewer: &Viewer<'_>,
    path: String,
) -> anyhow::Result<Brief> {
    let case = &queued.case;
    let hits: Vec<Hit> = serde_json::from_str(&queued.hits)?;
    let (due, due_tone) = aged(case, viewer);
    let claim = claimed(case, queued.claimed_by_name.as_deref(), viewer);
    Ok(Brief {
        id: case.id.to_string(),
        is_current: false,
        title: viewer.masks.cover(&queued.title, &hits),
        path,
        tags: tags(&hits),
        author: queued.author_name.clone(),
        about: about(case, &hits),
        claimed_by: claim.map(|(name, _)| name),
        handed_to: handed(
            queued.handed_to.as_deref(),
            queued.handed_to_name.as_deref(),
            viewer,
        ),
        status: case.status.into(),
        due,
        due_tone,
    })
}

/// How a waiting case stands against the site's target, in words and with its tone; nothing for one that does not wait.
pub(crate) fn aged(case: &CaseRow, viewer: &Viewer<'_>) -> (String, &'static str) {
    if case.status != CaseStatus::Waiting {
        return (String::new(), "");
    }
    let target_ms = viewer.settings.target_seconds * 1_000;
    let left_ms = (case.waiting_since_ms + target_ms).min(case.deadline_ms) - viewer.now_ms;
    match left_ms {
        ..=0 => (format!("{} late", span(-left_ms)), "late"),
        _ if case.escalated_at_ms.is_some() => ("escalated".to_owned(), "late"),
        _ if left_ms < target_ms / 4 => (format!("{} left", span(left_ms)), "soon"),
        _ => (format!("{} left", span(left_ms)), ""),
    }
}

/// Who works on a case, and for how long yet.
pub(crate) fn claimed(
    case: &CaseRow,
    claimed_by_name: Option<&str>,
    viewer: &Viewer<'_>,
) -> Option<(String, String)> {
    let left_ms = case.claimed_until_ms? - viewer.now_ms;
    let name = match case.claimed_by.as_ref() == Some(viewer.user_id) {
        true => "you",
        false => claimed_by_name?,
    };
    (left_ms > 0).then(|| (name.to_owned(), span(left_ms)))
}

/// Where a case stands in the queue, and why.
pub(crate) fn place(case: &CaseRow, before: i64, now_ms: i64) -> String {
    let number = match before {
        PLACE_MAX.. => format!("after the first {}", grouped(PLACE_MAX)),
        before => format!("number {} in the queue", grouped(before + 1)),
    };
    format!("{number}: {}", reason(case, now_ms))
}

/// What a case's place in the queue comes from.
fn reason(case: &CaseRow, now_ms: i64) -> String {
    if case.status != CaseStatus::Waiting {
        return String::new();
    }
    let waited = span(((now_ms - case.waiting_since_ms) / 60_000).max(0) * 60_000);
    let waited = match waited.as_str() {
        "0 s" => "waits since now".to_owned(),
        waited => format!("waits {waited}"),
    };
    let severity = match case.severity {
        0 => String::new(),
        severity => format!(
            ", severity {severity} counts {} h more",
            severity * SEVERITY_STEP_HOURS
        ),
    };
    let escalated = match case.escalated_at_ms {
        Some(_) => ", its time was over",
        None => "",
    };
    format!("{waited}{severity}{escalated}")
}

/// Whom a case was handed to: `you`, `the owners` or a name.
pub(crate) fn handed(to: Option<&str>, name: Option<&str>, viewer: &Viewer<'_>) -> Option<String> {
    match to? {
        OWNERS => Some("the owners".to_owned()),
        id if id == viewer.user_id.as_str() => Some("you".to_owned()),
        _ => name.map(str::to_owned),
    }
}

fn about(case: &CaseRow, hits: &[Hit]) -> String {
    let mut about = count(hits.len(), "hit");
    if case.revision > 1 {
        about.push_str(&format!(" · revision {}", case.revision));
    }
    about
}

/// Each category once, with the greatest severity that hit.
pub(crate) fn tags(hits: &[Hit]) -> Vec<Tag> {
    let mut worst: Vec<(&str, u8)> = Vec::new();
    for hit in hits {
        match worst
            .iter_mut()
            .find(|(category, _)| *category == hit.category)
        {
            Some((_, severity)) => *severity = hit.severity.max(*severity),
            None => worst.push((&hit.category, hit.severity)),
        }
    }
    worst
        .into_iter()
        .map(|(category, severity)| Tag::severity(category, i64::from(severity)))
        .collect()
}

/// The words around the first hit in the body, or its beginning, as readers see them.
fn excerpt(body: &str, hits: &[Hit]) -> String {
    let hit = hits.iter().find(|hit| hit.field == Field::Body);
    let text = markdown::plain_text(body);
    let found = hit.and_then(|hit| text.find(&hit.text));
    let Some(hit_at) = found else {
        return markdown::excerpt(body, BEFORE_CHARS + AFTER_CHARS);
    };
    let before = text[..hit_at].chars().count();
    let start = before.saturating_sub(BEFORE_CHARS);
    let shown: String = text
        .chars()
        .skip(start)
        .take(before - start + AFTER_CHARS)
        .collect();
    let mut words: Vec<&str> = shown.split_whitespace().collect();
    // The first word is cut, unless the hit itself is the first.
    if start > 0 && words.len() > 1 {
        words[0] = "…";
    }
    words.join(" ")
}

//! A case as the queue shows it: in the list, and more briefly beside the case that is open.

use std::ops::Range;

use crate::http::parts::{Status, Tag, When};
use crate::ids::UserId;
use crate::locale::{Locale, MessageId};
use crate::moderation::aside::{Aside, AsideKind};
use crate::moderation::handover::OWNERS;
use crate::moderation::markdown;
use crate::moderation::masks::Masks;
use crate::moderation::queue::{BriefCase, PLACE_MAX, QueuedCase};
use crate::moderation::rows::{CaseRow, CaseStatus};
use crate::moderation::rules::{Field, Hit};
use crate::moderation::search::Terms;
use crate::moderation::site::SiteSettings;
use crate::moderation::wording;

/// Characters of the text before the first hit, few enough that the hit stands on the line even of a narrow screen.
const BEFORE_CHARS: usize = 24;
/// Characters from the first hit on.
const AFTER_CHARS: usize = 160;
/// Hours that a step of severity counts for in the queue's order.
const SEVERITY_STEP_HOURS: i64 = 6;

/// Who looks at the queue, and when.
pub(crate) struct Viewer<'a> {
    pub locale: Locale,
    pub settings: &'a SiteSettings,
    pub user_id: &'a UserId,
    /// What they do not want to read at once.
    pub masks: &'a Masks,
    /// What was typed into the search.
    pub sought: &'a Terms,
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
    pub excerpt: Vec<Piece>,
    pub place: String,
    /// Who works on it, "with Ada".
    pub claimed_by: Option<String>,
    /// Whose it is, "for Ada".
    pub handed_to: Option<String>,
    pub aside: Option<String>,
    pub status: Status,
    pub due: String,
    pub due_tone: &'static str,
    pub when: When,
}

impl Row {
    /// With how it is out of the queue.
    pub fn aside(mut self, locale: Locale, aside: Option<&Aside>) -> Self {
        self.aside = aside.map(|aside| match (aside.kind, aside.until_ms) {
            (AsideKind::Snoozed, Some(until_ms)) => {
                let when = locale.short_moment(until_ms);
                locale
                    .say("case-snoozed-until")
                    .with("when", when)
                    .to_string()
            }
            (AsideKind::Snoozed, None) => locale.text("case-snoozed"),
            (AsideKind::Asked, _) => locale.text("case-with-author"),
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
    /// Who works on it, "with Ada".
    pub claimed_by: Option<String>,
    /// Whose it is, "for Ada".
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
    let claimed_by = with(case, queued.brief.claimed_by_name.as_deref(), viewer);
    Ok(Row {
        id: case.id.to_string(),
        revision: case.revision,
        title: viewer.masks.cover(&queued.brief.title, &hits),
        path,
        tags: tags(viewer.locale, &hits),
        author: queued.brief.author_name.clone(),
        about: about(viewer.locale, case, &hits),
        excerpt: match &case.problem {
            Some(problem) => vec![Piece {
                text: wording::problem(viewer.locale, problem),
                tone: "",
            }],
            None => excerpt(&queued.body, &hits, viewer),
        },
        place: reason(viewer.locale, case, viewer.now_ms),
        claimed_by,
        handed_to: handed(
            queued.brief.handed_to.as_deref(),
            queued.brief.handed_to_name.as_deref(),
            viewer,
        ),
        aside: None,
        status: Status::of(viewer.locale, case.status),
        due,
        due_tone,
        when: When::of(
            viewer.locale,
            case.decided_at_ms.unwrap_or(case.waiting_since_ms),
        ),
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
    let claimed_by = with(case, queued.claimed_by_name.as_deref(), viewer);
    Ok(Brief {
        id: case.id.to_string(),
        is_current: false,
        title: viewer.masks.cover(&queued.title, &hits),
        path,
        tags: tags(viewer.locale, &hits),
        author: queued.author_name.clone(),
        about: about(viewer.locale, case, &hits),
        claimed_by,
        handed_to: handed(
            queued.handed_to.as_deref(),
            queued.handed_to_name.as_deref(),
            viewer,
        ),
        status: Status::of(viewer.locale, case.status),
        due,
        due_tone,
    })
}

/// How a waiting case stands against the site's target, in words and with its tone; nothing for one that does not wait.
pub(crate) fn aged(case: &CaseRow, viewer: &Viewer<'_>) -> (String, &'static str) {
    if case.status != CaseStatus::Waiting {
        return (String::new(), "");
    }
    let locale = viewer.locale;
    let target_ms = viewer.settings.target_seconds * 1_000;
    let left_ms = (case.waiting_since_ms + target_ms).min(case.deadline_ms) - viewer.now_ms;
    let left = || {
        let span = locale.span(left_ms);
        locale.say("case-left").with("span", span).to_string()
    };
    match left_ms {
        ..=0 => {
            let span = locale.span(-left_ms);
            let late = locale.say("case-late").with("span", span);
            (late.to_string(), "late")
        }
        _ if case.escalated_at_ms.is_some() => (locale.text("case-escalated"), "late"),
        _ if left_ms < target_ms / 4 => (left(), "soon"),
        _ => (left(), ""),
    }
}

/// Who works on a case.
pub(crate) struct Claimer {
    /// Whether it is whoever looks.
    pub is_viewer: bool,
    /// Their name; empty for whoever looks.
    pub name: String,
    /// For how long yet.
    pub left_ms: i64,
}

/// Who works on a case, and for how long yet.
pub(crate) fn claimed(
    case: &CaseRow,
    claimed_by_name: Option<&str>,
    viewer: &Viewer<'_>,
) -> Option<Claimer> {
    let left_ms = case.claimed_until_ms? - viewer.now_ms;
    let is_viewer = case.claimed_by.as_ref() == Some(viewer.user_id);
    let name = match is_viewer {
        true => String::new(),
        false => claimed_by_name?.to_owned(),
    };
    (left_ms > 0).then_some(Claimer {
        is_viewer,
        name,
        left_ms,
    })
}

/// The same for a list, "with Ada".
pub(crate) fn with(
    case: &CaseRow,
    claimed_by_name: Option<&str>,
    viewer: &Viewer<'_>,
) -> Option<String> {
    claimed(case, claimed_by_name, viewer).map(|claimer| match claimer.is_viewer {
        true => viewer.locale.text("case-with-you"),
        false => {
            let said = viewer.locale.say("case-with").with("name", claimer.name);
            said.to_string()
        }
    })
}

/// Where a case stands in the queue, and why.
pub(crate) fn place(locale: Locale, case: &CaseRow, before: i64, now_ms: i64) -> String {
    let (id, number) = match before {
        PLACE_MAX.. => (MessageId("case-place-far"), PLACE_MAX),
        before => (MessageId("case-place"), before + 1),
    };
    locale
        .say(id)
        .with("number", number)
        .with("reason", reason(locale, case, now_ms))
        .to_string()
}

/// What a case's place in the queue comes from.
fn reason(locale: Locale, case: &CaseRow, now_ms: i64) -> String {
    if case.status != CaseStatus::Waiting {
        return String::new();
    }
    let mut reasons = vec![match (now_ms - case.waiting_since_ms) / 60_000 {
        ..=0 => locale.text("case-waits-now"),
        minutes => locale
            .say("case-waits")
            .with("span", locale.span(minutes * 60_000))
            .to_string(),
    }];
    if case.severity > 0 {
        let counts = locale
            .say("case-severity-counts")
            .with("severity", case.severity)
            .with("hours", case.severity * SEVERITY_STEP_HOURS);
        reasons.push(counts.to_string());
    }
    if case.escalated_at_ms.is_some() {
        reasons.push(locale.text("case-over"));
    }
    reasons.join(", ")
}

/// Whose a case is that was handed over, "for Ada".
pub(crate) fn handed(to: Option<&str>, name: Option<&str>, viewer: &Viewer<'_>) -> Option<String> {
    let locale = viewer.locale;
    Some(match to? {
        OWNERS => locale.text("case-for-owners"),
        id if id == viewer.user_id.as_str() => locale.text("case-for-you"),
        _ => locale.say("case-for").with("name", name?).to_string(),
    })
}

fn about(locale: Locale, case: &CaseRow, hits: &[Hit]) -> String {
    let hits = locale
        .say("case-hits")
        .with("count", hits.len())
        .to_string();
    match case.revision {
        ..=1 => hits,
        number => format!("{hits} · {}", locale.say("revision").with("number", number)),
    }
}

/// Each category once, with the greatest severity that hit.
pub(crate) fn tags(locale: Locale, hits: &[Hit]) -> Vec<Tag> {
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
        .map(|(category, severity)| Tag::severity(locale, category, i64::from(severity)))
        .collect()
}

/// A part of an excerpt: plain, what a rule hit, or what was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub text: String,
    /// `hit`, `found` or nothing.
    pub tone: &'static str,
}

/// The words around what was looked for in the body, else around the first hit, else its beginning, as readers see them.
fn excerpt(body: &str, hits: &[Hit], viewer: &Viewer<'_>) -> Vec<Piece> {
    let found = viewer.sought.places(body).into_iter().next();
    let sought = found.map(|place| (body[..place.start].chars().count(), &body[place]));
    let hit = hits.iter().find(|hit| hit.field == Field::Body);
    let centre = sought.or(hit.map(|hit| (hit.start, hit.text.as_str())));
    let line = centre
        .and_then(|(at, words)| line_around(body, at, words))
        .unwrap_or_else(|| markdown::excerpt(body, BEFORE_CHARS + AFTER_CHARS));
    marked(&viewer.masks.cover(&line, hits), hits, viewer)
}

/// The line around `words`, which stand at the code point `at` of the body.
fn line_around(body: &str, at: usize, words: &str) -> Option<String> {
    let text = markdown::plain_text(&markdown::around(body, at, BEFORE_CHARS, AFTER_CHARS));
    let before = text[..text.find(words)?].chars().count();
    let start = before.saturating_sub(BEFORE_CHARS);
    let shown: String = text
        .chars()
        .skip(start)
        .take(before - start + AFTER_CHARS)
        .collect();
    let mut words: Vec<&str> = shown.split_whitespace().collect();
    // The first word is cut, unless what is shown is the first.
    if start > 0 && words.len() > 1 {
        words[0] = "…";
    }
    Some(words.join(" "))
}

/// The line with what was looked for and what was hit marked; where both stand, what was looked for.
fn marked(line: &str, hits: &[Hit], viewer: &Viewer<'_>) -> Vec<Piece> {
    let mut marks: Vec<(Range<usize>, &'static str)> = Vec::new();
    let found = viewer.sought.places(line).into_iter();
    marks.extend(found.map(|place| (place, "found")));
    for hit in hits.iter().filter(|hit| !hit.text.trim().is_empty()) {
        for (at, text) in line.match_indices(&hit.text) {
            let place = at..at + text.len();
            let is_free = |(other, _): &(Range<usize>, _)| {
                other.end <= place.start || place.end <= other.start
            };
            if marks.iter().all(is_free) {
                marks.push((place, "hit"));
            }
        }
    }
    marks.sort_by_key(|(place, _)| place.start);
    let mut pieces = Vec::new();
    let mut from = 0;
    let end = (line.len()..line.len(), "");
    for (place, tone) in marks.into_iter().chain([end]) {
        for (text, tone) in [(&line[from..place.start], ""), (&line[place.clone()], tone)] {
            if !text.is_empty() {
                pieces.push(Piece {
                    text: text.to_owned(),
                    tone,
                });
            }
        }
        from = place.end;
    }
    pieces
}

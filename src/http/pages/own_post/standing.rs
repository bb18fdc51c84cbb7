//! Where one's own post stands, in words: a sentence, what a waiting one may expect, and what happened to it.

use crate::http::parts::{Fact, Notice, Standing as _, TimelineRow, When};
use crate::locale::{Locale, MessageId};
use crate::moderation::outlook::{MOST_AHEAD, Outlook, UsualWait, Wait};
use crate::moderation::rows::{PostRow, PostStatus};
use crate::moderation::timeline::Step;

/// `about 3 before it`, `usually 2 h 5 m`, with the spread.
pub(super) fn facts(locale: Locale, outlook: &Outlook) -> Vec<Fact> {
    let fact = |label: MessageId, value: String| Fact::new(&locale.text(label), value);
    let ahead = match outlook.ahead {
        0 => locale.say("outlook-next"),
        MOST_AHEAD.. => locale.say("outlook-more").with("count", MOST_AHEAD),
        ahead => locale.say("outlook-before").with("count", ahead),
    };
    let mut facts = vec![fact(MessageId("outlook-place"), ahead.to_string())];
    match &outlook.usual {
        Some(usual) => facts.extend(usual_facts(locale, usual)),
        None => facts.push(fact(
            MessageId("outlook-usual"),
            locale.text("outlook-too-few"),
        )),
    }
    let due = locale.short_moment(outlook.deadline_ms);
    facts.push(fact(MessageId("outlook-due"), due));
    facts
}

/// How long half of the waits take, their spread, and of how many that is said.
fn usual_facts(locale: Locale, usual: &UsualWait) -> Vec<Fact> {
    let fact = |label: MessageId, value: String| Fact::new(&locale.text(label), value);
    let mut facts = vec![match usual.median {
        Wait::Within(ms) => fact(MessageId("outlook-half"), locale.span(ms)),
        Wait::Beyond(ms) => fact(MessageId("outlook-half-beyond"), locale.span(ms)),
    }];
    let spread = match (usual.short, usual.long) {
        (Wait::Beyond(_), _) => None,
        (Wait::Within(short), Wait::Within(long)) => {
            Some((MessageId("outlook-spread"), short, long))
        }
        (Wait::Within(short), Wait::Beyond(long)) => {
            Some((MessageId("outlook-spread-beyond"), short, long))
        }
    };
    if let Some((id, short, long)) = spread {
        let spread = locale
            .say(id)
            .with("short", locale.span(short))
            .with("long", locale.span(long));
        facts.push(fact(MessageId("outlook-most"), spread.to_string()));
    }
    let cases = match usual.waiting {
        0 => locale.say("outlook-cases").with("count", usual.cases),
        waiting => locale
            .say("outlook-cases-waiting")
            .with("count", usual.cases)
            .with("waiting", waiting),
    };
    facts.push(fact(MessageId("outlook-of"), cases.to_string()));
    facts
}

/// That a moderator asks for a change.
pub(super) fn asked_summary(locale: Locale) -> Notice {
    Notice {
        tone: "warn",
        title: locale.text("summary-asked"),
        text: locale.text("summary-asked-text"),
    }
}

/// Where it stands, in a sentence.
pub(super) fn summary(locale: Locale, post: &PostRow, appealed: bool, is_checked: bool) -> Notice {
    let (title, text) = match (post.status, post.published_revision) {
        (PostStatus::Held, _) if appealed => (
            MessageId("summary-appeal"),
            MessageId("summary-appeal-text"),
        ),
        (PostStatus::Rejected, _) if appealed => (
            MessageId("summary-upheld"),
            MessageId("summary-upheld-text"),
        ),
        (PostStatus::Held, _) if is_checked => (
            MessageId("summary-checked"),
            MessageId("summary-checked-text"),
        ),
        (PostStatus::Held, None) => (MessageId("summary-held"), MessageId("summary-held-text")),
        (PostStatus::Held, Some(_)) => (
            MessageId("summary-correction"),
            MessageId("summary-correction-text"),
        ),
        (PostStatus::Published, _) => (
            MessageId("summary-published"),
            MessageId("summary-published-text"),
        ),
        (PostStatus::Rejected, None) => (
            MessageId("summary-rejected"),
            MessageId("summary-rejected-text"),
        ),
        (PostStatus::Rejected, Some(_)) => (
            MessageId("summary-correction-rejected"),
            MessageId("summary-correction-rejected-text"),
        ),
        (PostStatus::Failed, _) => (
            MessageId("summary-failed"),
            MessageId("summary-failed-text"),
        ),
        (PostStatus::Withdrawn, _) => (
            MessageId("summary-withdrawn"),
            MessageId("summary-withdrawn-text"),
        ),
    };
    Notice {
        tone: post.status.shown().0,
        title: locale.text(title),
        text: locale.text(text),
    }
}

/// What happened to it, and what comes next.
pub(super) fn timeline_rows(
    locale: Locale,
    post: &PostRow,
    steps: &[(i64, Step)],
) -> Vec<TimelineRow> {
    let row = |tone, title: MessageId, detail: Option<String>, at_ms: Option<i64>| TimelineRow {
        tone,
        title: locale.text(title),
        detail,
        when: at_ms.map(|at_ms| When::of(locale, at_ms)),
    };
    let say = |detail: &'static str| Some(locale.text(detail));
    let submitted = (post.created_at_ms, Step::Submitted);
    let mut rows: Vec<TimelineRow> = std::iter::once(&submitted)
        .chain(steps)
        .map(|(at_ms, step)| {
            let (tone, title, detail) = match step {
                Step::Submitted => ("run", MessageId("step-submitted"), None),
                Step::Revised => ("run", MessageId("step-revised"), None),
                Step::Held => ("wait", MessageId("step-held"), say("step-held-text")),
                Step::Asked(words) => ("run", MessageId("step-asked"), Some(words.clone())),
                Step::Escalated => (
                    "warn",
                    MessageId("step-escalated"),
                    say("step-escalated-text"),
                ),
                Step::Approved => ("ok", MessageId("step-approved"), None),
                Step::Rejected(reason) => ("no", MessageId("step-rejected"), reason.clone()),
                Step::Published => ("ok", MessageId("step-published"), None),
                Step::Failed => ("warn", MessageId("step-failed"), None),
                Step::RunAgain => ("run", MessageId("step-run-again"), None),
                Step::Withdrawn => ("off", MessageId("step-withdrawn"), None),
                Step::Appealed => (
                    "wait",
                    MessageId("step-appealed"),
                    say("step-appealed-text"),
                ),
                Step::Overturned => ("ok", MessageId("step-overturned"), None),
                Step::Upheld(reason) => ("no", MessageId("step-upheld"), reason.clone()),
            };
            row(tone, title, detail, Some(*at_ms))
        })
        .collect();
    if post.status == PostStatus::Held {
        rows.push(row("next", MessageId("step-next"), None, None));
    }
    rows
}

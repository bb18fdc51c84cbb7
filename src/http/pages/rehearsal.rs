//! What a change of the rules would do to the posts that are there, in words, for the forms in which it is written.

use std::hash::{DefaultHasher, Hash, Hasher as _};

use crate::app::App;
use crate::http::error::HttpError;
use crate::locale::{Locale, MessageId};
use crate::moderation::collisions::Collision;
use crate::moderation::rehearsal::{Changed, Changes, Rehearsal};
use crate::moderation::rows::CaseStatus;
use crate::moderation::rule_set::{Edit, Plan, RuleRefused};
use crate::moderation::site::Site;

use super::rules::counted;

/// Posts that a list shows; the rest is only counted.
const POSTS_SHOWN: usize = 20;
/// Warnings that are shown; the rest is only counted.
const WARNINGS_SHOWN: usize = 10;

/// What a form was when its sender saw what it would do: sent again with it, the same form is saved in spite of warnings.
pub(super) fn seen(form: &impl Hash) -> String {
    let mut hasher = DefaultHasher::new();
    form.hash(&mut hasher);
    format!("{:x}", hasher.finish())
}

/// The fields of `templates/admin/rehearsal.html`.
#[derive(Debug, Clone)]
pub(super) struct Report {
    /// Whether the change is to be saved only by somebody who has seen this.
    pub(super) warns: bool,
    pub(super) tone: &'static str,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) warnings: Vec<String>,
    pub(super) lists: Vec<List>,
}

/// Posts with another verdict.
#[derive(Debug, Clone)]
pub(super) struct List {
    pub(super) title: String,
    pub(super) posts: Vec<Post>,
}

/// One of them.
#[derive(Debug, Clone)]
pub(super) struct Post {
    pub(super) title: String,
    pub(super) path: Option<String>,
    pub(super) hit: String,
    pub(super) decision: String,
}

/// Tries what is to become of the rules. Nothing is saved.
pub(super) async fn rehearse(
    app: &App,
    locale: Locale,
    site: &Site,
    edit: Edit,
) -> Result<Result<Report, RuleRefused>, HttpError> {
    Ok(match app.moderation.plan(site.id, edit, "").await? {
        Ok(plan) => Ok(report(app, locale, site, &plan).await?),
        Err(refused) => Err(refused),
    })
}

/// Tries a plan.
pub(super) async fn report(
    app: &App,
    locale: Locale,
    site: &Site,
    plan: &Plan,
) -> Result<Report, HttpError> {
    let rehearsal = app.moderation.rehearse(plan).await?;
    Ok(Report::of(locale, &site.slug, plan, &rehearsal))
}

impl Report {
    fn of(locale: Locale, slug: &str, plan: &Plan, rehearsal: &Rehearsal) -> Self {
        let (held, rejected) = (&rehearsal.newly_held, &rehearsal.newly_rejected);
        let title = match rejected.count {
            0 => MessageId("rehearsal-title"),
            _ => MessageId("rehearsal-title-rejected"),
        };
        let title = locale
            .say(title)
            .with("held", held.count)
            .with("rejected", rejected.count)
            .with("released", rehearsal.released.count)
            .to_string();
        let warnings = warnings(locale, plan, rehearsal);
        let lists = [
            (MessageId("rehearsal-held"), held),
            (MessageId("rehearsal-rejected"), rejected),
            (MessageId("rehearsal-softened"), &rehearsal.softened),
            (MessageId("rehearsal-released"), &rehearsal.released),
        ];
        Self {
            warns: rehearsal.warns(),
            tone: match warnings.is_empty() {
                true => "ok",
                false => "warn",
            },
            title,
            text: looked_at(locale, plan, rehearsal),
            warnings,
            lists: lists
                .into_iter()
                .filter(|(_, changes)| changes.count > 0)
                .map(|(title, changes)| List::of(locale, slug, title, changes))
                .collect(),
        }
    }
}

fn looked_at(locale: Locale, plan: &Plan, rehearsal: &Rehearsal) -> String {
    let looked_at = match (rehearsal.posts, rehearsal.is_all) {
        (0, _) => MessageId("rehearsal-none"),
        (_, true) => MessageId("rehearsal-all"),
        (_, false) => MessageId("rehearsal-newest"),
    };
    let looked_at = locale.say(looked_at).with("count", rehearsal.posts);
    let hit = match plan.rules().len() {
        0 => None,
        _ if rehearsal.posts == 0 => None,
        1 => Some(MessageId("rehearsal-hit-one")),
        _ => Some(MessageId("rehearsal-hit-many")),
    };
    let hit = hit.map(|id| {
        locale
            .say(id)
            .with("hit", rehearsal.hit)
            .with("share", rehearsal.share())
            .to_string()
    });
    [
        Some(looked_at.to_string()),
        hit,
        Some(locale.text("rehearsal-unchanged")),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join(" ")
}

fn warnings(locale: Locale, plan: &Plan, rehearsal: &Rehearsal) -> Vec<String> {
    let mut warnings = Vec::new();
    if rehearsal.is_harsh() {
        let share = rehearsal.kept_back();
        let harsh = locale.say("rehearsal-harsh").with("share", share);
        warnings.push(harsh.to_string());
    }
    let mut more = 0_usize;
    for collision in rehearsal.collisions.iter().chain(&plan.literal) {
        if warnings.len() > WARNINGS_SHOWN {
            more += 1;
            continue;
        }
        warnings.push(collides(
            locale,
            collision,
            plan.literal.contains(collision),
        ));
    }
    if more > 0 {
        warnings.push(locale.say("rehearsal-more").with("count", more).to_string());
    }
    warnings
}

fn collides(locale: Locale, collision: &Collision, is_literal: bool) -> String {
    let Collision {
        pattern, word, hit, ..
    } = collision;
    let is_word = pattern.to_lowercase() == word.to_lowercase();
    let id = match (hit != word, is_word, is_literal) {
        (true, _, false) => MessageId("collision-contains"),
        (true, _, true) => MessageId("collision-contains-literal"),
        (_, true, false) => MessageId("collision-is-common"),
        (_, true, true) => MessageId("collision-is-common-literal"),
        (_, _, false) => MessageId("collision-common"),
        (_, _, true) => MessageId("collision-common-literal"),
    };
    locale
        .say(id)
        .with("pattern", pattern)
        .with("word", word)
        .with("hit", hit)
        .to_string()
}

impl List {
    fn of(locale: Locale, slug: &str, what: MessageId, changes: &Changes) -> Self {
        let id = match changes.count > POSTS_SHOWN {
            true => MessageId("rehearsal-list-newest"),
            false => MessageId("rehearsal-list"),
        };
        let title = locale
            .say(id)
            .with("what", locale.text(what))
            .with(
                "posts",
                counted(locale, MessageId("post-count"), changes.count),
            )
            .with("approved", changes.approved)
            .with("rejected", changes.rejected)
            .with("shown", POSTS_SHOWN);
        let posts = changes.posts.iter().take(POSTS_SHOWN);
        Self {
            title: title.to_string(),
            posts: posts
                .map(|changed| Post::of(locale, slug, changed))
                .collect(),
        }
    }
}

impl Post {
    fn of(locale: Locale, slug: &str, changed: &Changed) -> Self {
        let case = changed.decision.as_ref();
        Self {
            title: changed.title.clone(),
            path: case.map(|(case, _)| format!("/s/{slug}/admin/queue/{case}")),
            hit: changed.hit.clone(),
            decision: locale.text(match case {
                Some((_, CaseStatus::Approved)) => MessageId("rehearsal-by-approved"),
                Some((_, CaseStatus::Rejected)) => MessageId("rehearsal-by-rejected"),
                _ => MessageId("rehearsal-by-nobody"),
            }),
        }
    }
}

//! What a change of the rules would do to the posts that are there, in words, for the forms in which it is written.

use crate::app::App;
use crate::http::error::HttpError;
use crate::http::parts::{count, grouped};
use crate::moderation::rehearsal::{Changed, Changes, Rehearsal};
use crate::moderation::rows::CaseStatus;
use crate::moderation::rule_set::{Edit, Plan, RuleRefused};
use crate::moderation::site::Site;

/// Posts that a list shows; the rest is only counted.
const POSTS_SHOWN: usize = 20;
/// Warnings that are shown; the rest is only counted.
const WARNINGS_SHOWN: usize = 10;

/// The fields of `templates/admin/rehearsal.html`.
#[derive(Debug, Clone)]
pub(super) struct Report {
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
    pub(super) decision: &'static str,
}

/// Tries what is to become of the rules. Nothing is saved.
pub(super) async fn rehearse(
    app: &App,
    site: &Site,
    edit: Edit,
) -> Result<Result<Report, RuleRefused>, HttpError> {
    Ok(match app.moderation.plan(site.id, edit, "").await? {
        Ok(plan) => Ok(report(app, site, &plan).await?),
        Err(refused) => Err(refused),
    })
}

/// Tries a plan.
pub(super) async fn report(app: &App, site: &Site, plan: &Plan) -> Result<Report, HttpError> {
    let rehearsal = app.moderation.rehearse(plan).await?;
    Ok(Report::of(&site.slug, plan, &rehearsal))
}

impl Report {
    fn of(slug: &str, plan: &Plan, rehearsal: &Rehearsal) -> Self {
        let (held, rejected) = (&rehearsal.newly_held, &rehearsal.newly_rejected);
        let mut title = format!("Newly held {}", grouped_of(held));
        if rejected.count > 0 {
            title.push_str(&format!(", rejected at once {}", grouped_of(rejected)));
        }
        title.push_str(&format!(", released {}.", grouped_of(&rehearsal.released)));
        let warnings = warnings(plan, rehearsal);
        let lists = [
            ("Newly held", held),
            ("Rejected at once", rejected),
            ("Held and no more rejected at once", &rehearsal.softened),
            ("Released", &rehearsal.released),
        ];
        Self {
            tone: match warnings.is_empty() {
                true => "ok",
                false => "warn",
            },
            title,
            text: looked_at(plan, rehearsal),
            warnings,
            lists: lists
                .into_iter()
                .filter(|(_, changes)| changes.count > 0)
                .map(|(title, changes)| List::of(slug, title, changes))
                .collect(),
        }
    }
}

fn grouped_of(changes: &Changes) -> String {
    grouped(i64::try_from(changes.count).unwrap_or(i64::MAX))
}

fn looked_at(plan: &Plan, rehearsal: &Rehearsal) -> String {
    let posts = count(rehearsal.posts, "post");
    let looked_at = match (rehearsal.posts, rehearsal.is_all) {
        (0, _) => "There are no posts yet to look at".to_owned(),
        (_, true) => format!("Looked at all {posts}"),
        (_, false) => format!("Looked at the newest {posts}"),
    };
    let hit = match plan.rules().len() {
        0 => String::new(),
        _ if rehearsal.posts == 0 => String::new(),
        1 => format!(
            "; the rule hits {} ({} %)",
            rehearsal.hit,
            rehearsal.share()
        ),
        _ => format!(
            "; the rules hit {} ({} %)",
            rehearsal.hit,
            rehearsal.share()
        ),
    };
    format!("{looked_at}{hit}. Nothing was changed yet.")
}

fn warnings(plan: &Plan, rehearsal: &Rehearsal) -> Vec<String> {
    let mut warnings = Vec::new();
    if rehearsal.is_harsh() {
        let more = rehearsal.newly_held.count + rehearsal.newly_rejected.count;
        let share = more * 100 / rehearsal.posts.max(1);
        warnings.push(format!("This would keep back {share} % of your posts."));
    }
    let mut more = 0;
    for collision in rehearsal.collisions.iter().chain(&plan.literal) {
        if warnings.len() > WARNINGS_SHOWN {
            more += 1;
            continue;
        }
        let is_literal = plan.literal.contains(collision);
        warnings.push(match is_literal {
            true => format!("{}, so it is taken at its word.", collision.in_words()),
            false => format!("{}.", collision.in_words()),
        });
    }
    if more > 0 {
        warnings.push(format!("And {} more.", count(more, "collision")));
    }
    warnings
}

impl List {
    fn of(slug: &str, title: &str, changes: &Changes) -> Self {
        let mut title = format!(
            "{title}: {}, of which moderators had approved {} and rejected {}",
            count(changes.count, "post"),
            changes.approved,
            changes.rejected
        );
        if changes.count > POSTS_SHOWN {
            title.push_str(&format!("; the newest {POSTS_SHOWN}"));
        }
        let posts = changes.posts.iter().take(POSTS_SHOWN);
        Self {
            title,
            posts: posts.map(|changed| Post::of(slug, changed)).collect(),
        }
    }
}

impl Post {
    fn of(slug: &str, changed: &Changed) -> Self {
        let case = changed.decision.as_ref();
        Self {
            title: changed.title.clone(),
            path: case.map(|(case, _)| format!("/s/{slug}/admin/queue/{case}")),
            hit: changed.hit.clone(),
            decision: match case {
                Some((_, CaseStatus::Approved)) => "approved by moderators",
                Some((_, CaseStatus::Rejected)) => "rejected by moderators",
                _ => "nobody decided",
            },
        }
    }
}

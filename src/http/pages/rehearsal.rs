//! What a rule would have done to the posts that are there, in words, for the form in which it is written.

use crate::app::App;
use crate::http::error::HttpError;
use crate::http::parts::count;
use crate::moderation::rehearsal::{Changed, POSTS_MAX, Rehearsal};
use crate::moderation::rows::CaseStatus;
use crate::moderation::rule_set::RuleRefused;
use crate::moderation::rules::RuleDraft;
use crate::moderation::site::Site;

/// Posts that a list shows; the rest is only counted.
const SHOWN: usize = 20;

/// The part of `templates/admin/rule_form.html` that tells what would happen.
#[derive(Debug, Clone)]
pub(super) struct Report {
    pub(super) tone: &'static str,
    pub(super) title: String,
    pub(super) text: String,
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

/// Tries the rule, in place of the one with the id `without` if there is one. Nothing is saved.
pub(super) async fn rehearse(
    app: &App,
    site: &Site,
    without: Option<&str>,
    draft: RuleDraft,
) -> Result<Result<Report, RuleRefused>, HttpError> {
    if let Err(errors) = draft.validate() {
        return Ok(Err(RuleRefused::Invalid(errors)));
    }
    let rehearsed = app
        .moderation
        .rehearse(site.id, without, vec![draft])
        .await?;
    Ok(rehearsed
        .map(|rehearsal| Report::of(&site.slug, &rehearsal))
        .map_err(RuleRefused::Uncompilable))
}

impl Report {
    fn of(slug: &str, rehearsal: &Rehearsal) -> Self {
        let (held, released) = (&rehearsal.newly_held, &rehearsal.released);
        let share = match rehearsal.posts {
            0 => 0,
            posts => rehearsal.held * 100 / posts,
        };
        let is_harsh = held.len() * 20 > rehearsal.posts && held.len() > 5;
        let looked_at = match rehearsal.posts as i64 {
            POSTS_MAX => format!("Of the newest {}", count(rehearsal.posts, "post")),
            _ => format!("Of all {}", count(rehearsal.posts, "post")),
        };
        Self {
            tone: if is_harsh { "warn" } else { "ok" },
            title: format!("Newly held {}, released {}.", held.len(), released.len()),
            text: format!(
                "{looked_at}, the rules would hold {} ({share} %). Nothing was changed yet.",
                rehearsal.held
            ),
            lists: [("Newly held", held), ("Released", released)]
                .into_iter()
                .filter(|(_, changed)| !changed.is_empty())
                .map(|(title, changed)| List::of(slug, title, changed))
                .collect(),
        }
    }
}

impl List {
    fn of(slug: &str, title: &str, changed: &[Changed]) -> Self {
        let approved = Rehearsal::approved(changed);
        let mut title = format!(
            "{title}: {}, of which moderators had approved {approved}",
            count(changed.len(), "post")
        );
        if changed.len() > SHOWN {
            title.push_str(&format!("; the newest {SHOWN}"));
        }
        let posts = changed.iter().take(SHOWN);
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

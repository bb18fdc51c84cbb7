//! What somebody may do with all that is kept about them: take it with them, and have it erased.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::clock::rfc3339;
use crate::ids::SiteId;
use crate::moderation::rows::PostStatus;
use crate::moderation::{appeal, chain, draft, site};
use crate::people::{User, account, membership};
use crate::store::cases::escape_like;
use crate::store::erasure::{self, ErasedLine};
use crate::store::{cases, members, posts};

/// Posts read in one go.
const BATCH: i64 = 100;

/// Why an account was not deleted. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeleteError {
    /// The password is not theirs, or there were too many tries.
    Refused(account::LogInError),
    /// The site of that name would have no owner.
    SoleOwner(String),
}

/// All that is kept about somebody, as JSON. What moderators tell each other is theirs and not part of it.
pub async fn export(app: &App, user: &User) -> anyhow::Result<Value> {
    let mut sites = Vec::new();
    let places = members::list_of_user(&app.db, &user.id).await?;
    for site in site::list(&app.db).await? {
        let place = places.iter().find(|place| place.site_id == site.id);
        let posts = posts_of(app, site.id, user).await?;
        let drafts: Vec<Value> = draft::list(&app.db, site.id, &user.id)
            .await?
            .into_iter()
            .map(|draft| json!({"title": draft.title, "body": draft.body, "updated_at": rfc3339(draft.updated_at_ms)}))
            .collect();
        if place.is_some() || !posts.is_empty() {
            sites.push(json!({
                "site": site.slug,
                "name": site.name,
                "role": place.map(|place| place.role),
                "notices": place.map(|place| place.notices),
                "posts": posts,
                "drafts": drafts,
            }));
        }
    }
    Ok(json!({
        "account": {
            "id": user.id,
            "email": user.email,
            "name": user.name,
            "language": user.language,
            "confirmed_at": user.confirmed_at_ms.map(rfc3339),
        },
        "sites": sites,
    }))
}

async fn posts_of(app: &App, site: SiteId, user: &User) -> anyhow::Result<Vec<Value>> {
    let mut all = Vec::new();
    let mut before = posts::NEWEST.to_owned();
    loop {
        let page = posts::list_of_author(&app.db, site, &user.id, &before, BATCH).await?;
        let Some(last) = page.last() else {
            return Ok(all);
        };
        before = last.post.id.to_string();
        for listed in &page {
            let post = &listed.post;
            let mut revisions = Vec::new();
            for revision in posts::list_revisions(&app.db, site, &post.id).await? {
                let appeal =
                    appeal::find_of_revision(&app.db, site, &post.id, revision.number).await?;
                revisions.push(json!({
                    "number": revision.number,
                    "title": revision.title,
                    "body": revision.body,
                    "submitted_at": rfc3339(revision.created_at_ms),
                    "appeal": appeal.map(|appeal| appeal.row.statement),
                }));
            }
            let decisions: Vec<Value> = cases::list_of_post(&app.db, site, &post.id)
                .await?
                .into_iter()
                .map(|listed| listed.case)
                .filter(|case| case.undo_until_ms.is_none())
                .filter_map(|case| {
                    Some(json!({
                        "revision": case.revision,
                        "decision": case.status,
                        "reason": case.reason,
                        "decided_at": rfc3339(case.decided_at_ms?),
                    }))
                })
                .collect();
            all.push(json!({
                "id": post.id,
                "status": post.status,
                "slug": post.slug,
                "published_revision": post.published_revision,
                "created_at": rfc3339(post.created_at_ms),
                "published_at": post.published_at_ms.map(rfc3339),
                "revisions": revisions,
                "decisions": decisions,
            }));
        }
    }
}

/// Deletes an account: what was handed to it is for the owners, its posts are withdrawn, every word of theirs is erased, and
/// what is left leads to nobody. When this returns `Ok(Ok(()))`, it is durable; it can be called again if it was interrupted.
pub async fn delete(
    app: &App,
    user: &User,
    password: &str,
) -> anyhow::Result<Result<(), DeleteError>> {
    if let Some(name) = erasure::find_sole_ownership(&app.db, &user.id).await? {
        return Ok(Err(DeleteError::SoleOwner(name)));
    }
    if let Err(refused) = account::check_password(app, user, password).await? {
        return Ok(Err(DeleteError::Refused(refused)));
    }
    if let Err(name) = membership::leave_all(app, user).await? {
        return Ok(Err(DeleteError::SoleOwner(name)));
    }
    let sites: Vec<SiteId> = site::list(&app.db)
        .await?
        .into_iter()
        .map(|site| site.id)
        .collect();
    let (mut slugs, mut lines) = (Vec::new(), Vec::new());
    let pattern = format!("%{}%", escape_like(&user.email));
    for site in &sites {
        for post in erasure::list_posts(&app.db, *site, &user.id).await? {
            if post.status != PostStatus::Withdrawn {
                let (id, author) = (post.id.clone(), user.id.clone());
                // One that was withdrawn meanwhile is what it is to be.
                let _ = app.moderation.withdraw(*site, id, author).await?;
            }
            slugs.extend(post.slug.map(|slug| (*site, post.id, gone_slug(&slug))));
        }
        for (id, details) in erasure::list_lines(&app.db, *site, &user.id, &pattern).await? {
            lines.push(ErasedLine {
                site_id: *site,
                id,
                code: chain::details_code(&app.keyring, &details),
            });
        }
    }
    let now_ms = app.clock.now_ms();
    erasure::erase(
        &app.db,
        &user.id,
        &user.email,
        &sites,
        &slugs,
        &lines,
        now_ms,
    )
    .await?;
    Ok(Ok(()))
}

/// The address that stands for an erased one: whoever knows the old one is told that the post is gone, and nobody can read
/// its title out of the new one.
pub fn gone_slug(slug: &str) -> String {
    const PREFIX: &str = "gone-";
    if slug.starts_with(PREFIX) {
        return slug.to_owned();
    }
    let digest = Sha256::digest(slug.as_bytes());
    let hex: String = digest[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{PREFIX}{hex}")
}

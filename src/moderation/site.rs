//! Sites, the tenants: what one is and what its owners can set. Settings are one JSON value whose absent fields have
//! their defaults, so that a new setting needs no migration.

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::auth::role::Actor;
use crate::ids::SiteId;
use crate::locale::Locale;
use crate::moderation::Moderation;
use crate::moderation::rows::AuditRow;
use crate::people::name::Name;
use crate::store::{Db, sites};

/// A site.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// Its number, part of every key in the database.
    pub id: SiteId,
    /// Its name in paths.
    pub slug: String,
    /// Its name on pages.
    pub name: String,
    /// The 12 digits that stand for it in ARNs.
    pub account: String,
    /// What its owners set.
    pub settings: SiteSettings,
    /// The version of its workflow that new posts go through.
    pub workflow_version: i64,
    /// The version of its rule set in force.
    pub rule_set_version: i64,
    /// How often its external checks were changed.
    pub checks_version: i64,
}

/// What the owners of a site can set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SiteSettings {
    /// A line below the site's name.
    pub tagline: String,
    /// The language of its public pages, and of what it writes to people who have chosen none.
    pub language: Locale,
    /// Whether anybody may become an author.
    pub signup: bool,
    /// Within what time moderators mean to decide; the age of a case is shown against it.
    pub target_seconds: i64,
    /// How long a post waits for a moderator before the owners are told.
    pub decision_timeout_seconds: i64,
    /// How long an appeal waits before the owners are told.
    pub appeal_timeout_seconds: i64,
    /// Moderators hear of new cases at most this often.
    pub digest_minutes: i64,
    /// How long a decision from the desk or from a mail's link can be taken back before it takes effect.
    pub undo_seconds: i64,
    /// Whether authors are told before they submit what the rules would hold, and why. Helpful, also to those who test
    /// how far they can go.
    pub tell_authors_hits: bool,
    /// Whether moderators may decide on their own posts.
    pub allow_self_approval: bool,
    /// Whether a rule that holds far too much soon after it was written is put to shadow.
    pub brake: bool,
    /// How it looks.
    pub look: Look,
    /// Reasons to reject that moderators choose from.
    pub reason_templates: Vec<ReasonTemplate>,
}

/// The longest time for which a decision can be taken back.
pub const MAX_UNDO_SECONDS: i64 = 120;

/// How a site looks, where its owners have chosen; empty texts are ours.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Look {
    /// The colour that was chosen, `#28578a`.
    pub accent: String,
    /// A drawing, SVG.
    pub logo: String,
}

/// A reason to reject, ready to be chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonTemplate {
    /// What moderators see in the list.
    pub label: String,
    /// In which language it is, where the site has several: `tr`.
    #[serde(default)]
    pub language: String,
    /// What the author reads; `moderation::reason` knows its variables.
    pub text: String,
}

impl Default for SiteSettings {
    fn default() -> Self {
        Self {
            tagline: String::new(),
            language: Locale::En,
            signup: true,
            target_seconds: 24 * 60 * 60,
            decision_timeout_seconds: 7 * 24 * 60 * 60,
            appeal_timeout_seconds: 14 * 24 * 60 * 60,
            digest_minutes: 5,
            undo_seconds: 10,
            tell_authors_hits: false,
            allow_self_approval: false,
            brake: true,
            look: Look::default(),
            reason_templates: [
                (
                    "Insults",
                    "The post attacks people instead of what they say.",
                ),
                (
                    "Spam",
                    "The post advertises something that has nothing to do with this site.",
                ),
                ("Off topic", "The post is not about what this site is for."),
                (
                    "Personal data",
                    "The post makes private details of a person public.",
                ),
            ]
            .into_iter()
            .map(|(label, text)| ReasonTemplate {
                label: label.to_owned(),
                language: String::new(),
                text: text.to_owned(),
            })
            .collect(),
        }
    }
}

/// Changes a site's name and settings.
pub async fn change(
    moderation: &Moderation,
    owner: &Actor,
    name: &Name,
    settings: &SiteSettings,
) -> anyhow::Result<()> {
    let now_ms = moderation.tools.clock.now_ms();
    let settings = serde_json::to_string(settings).context("write the settings of a site")?;
    let audit = AuditRow {
        site_id: owner.site_id,
        id: moderation.tools.ids.next(now_ms),
        at_ms: now_ms,
        actor: format!("user:{}", owner.user_id),
        action: "site.changed".to_owned(),
        subject: format!("site:{}", owner.site_id),
        details: json!({"name": name.as_str()}).to_string(),
    };
    sites::change(
        &moderation.db,
        owner.site_id,
        name.as_str(),
        &settings,
        &audit,
    )
    .await?;
    moderation.in_force.forget(owner.site_id);
    Ok(())
}

/// The site with that name in paths.
pub async fn find_by_slug(db: &Db, slug: &str) -> anyhow::Result<Option<Site>> {
    if !is_slug(slug) {
        return Ok(None);
    }
    sites::find_by_slug(db, slug).await
}

/// The site of a credential that was checked.
pub async fn find(db: &Db, id: SiteId) -> anyhow::Result<Option<Site>> {
    sites::find(db, id).await
}

/// All sites by name.
pub async fn list(db: &Db) -> anyhow::Result<Vec<Site>> {
    sites::list(db).await
}

/// What everybody may know of a site.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PublicSite {
    /// Its name in paths.
    pub slug: String,
    /// Its name on pages.
    pub name: String,
    /// How many posts are published.
    pub published: i64,
}

/// All sites by name, as everybody sees them.
pub async fn list_public(db: &Db) -> anyhow::Result<Vec<PublicSite>> {
    sites::list_public(db).await
}

/// Whether `text` can name a site in paths: 1 to 40 lower-case letters, digits and inner hyphens.
pub fn is_slug(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

//! Views: filters of the queue that the team has given a name, for all who decide on the site.

use serde_json::json;

use crate::auth::role::Actor;
use crate::ids::{SiteId, ViewId};
use crate::moderation::Moderation;
use crate::moderation::rows::AuditRow;
use crate::store::views;

pub use crate::store::views::View;

/// A site has so many views at most.
pub const MAX_VIEWS: i64 = 50;
/// The longest name, in characters.
pub const NAME_MAX_CHARS: usize = 40;

/// Why a view was not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViewError {
    /// It has no name, or one longer than [`NAME_MAX_CHARS`].
    Name,
    /// Another one has that name, or there are [`MAX_VIEWS`].
    NoRoom,
}

impl Moderation {
    /// The views of a site, by name.
    pub async fn views(&self, site: SiteId) -> anyhow::Result<Vec<View>> {
        views::list(&self.db, site, MAX_VIEWS).await
    }

    /// Gives a filter, the query of the queue's page, a name.
    pub async fn keep_view(
        &self,
        by: &Actor,
        name: &str,
        query: String,
    ) -> anyhow::Result<Result<View, ViewError>> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > NAME_MAX_CHARS {
            return Ok(Err(ViewError::Name));
        }
        let view = View {
            id: self.tools.ids.next(self.tools.clock.now_ms()),
            name: name.to_owned(),
            query,
        };
        let details = json!({"name": view.name, "query": view.query});
        let line = self.view_line(by, &view.id, "view.kept", details);
        Ok(
            match views::insert(&self.db, &view, &by.user_id, &line, MAX_VIEWS).await? {
                true => Ok(view),
                false => Err(ViewError::NoRoom),
            },
        )
    }

    /// Removes a view; says whether it was there.
    pub async fn remove_view(&self, by: &Actor, id: &ViewId) -> anyhow::Result<bool> {
        let line = self.view_line(by, id, "view.removed", json!({}));
        views::delete(&self.db, id, &line).await
    }

    fn view_line(
        &self,
        by: &Actor,
        id: &ViewId,
        action: &str,
        details: serde_json::Value,
    ) -> AuditRow {
        let now_ms = self.tools.clock.now_ms();
        AuditRow {
            site_id: by.site_id,
            id: self.tools.ids.next(now_ms),
            at_ms: now_ms,
            actor: format!("user:{}", by.user_id),
            action: action.to_owned(),
            subject: format!("view:{id}"),
            details: details.to_string(),
        }
    }
}

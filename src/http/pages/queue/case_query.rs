//! Which part of the queue is worked on: the filter in the address of a case's page, so that what stands beside it and what
//! comes next stays within.

use serde::Deserialize;
use url::form_urlencoded::Serializer;

use crate::app::App;
use crate::ids::{CaseId, SiteId, is_id};
use crate::moderation::queue::{self, QueueFilter};
use crate::moderation::rows::CaseStatus;

/// The query of a case's page: which cases stand beside it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CaseQuery {
    pub category: String,
    pub queue: String,
    pub rule: String,
    pub author: String,
    pub q: String,
    /// The id of a case: those with much the same text.
    pub like: String,
}

impl CaseQuery {
    /// As a filter of the queue.
    pub async fn filter(
        &self,
        app: &App,
        site: SiteId,
        status: CaseStatus,
    ) -> anyhow::Result<QueueFilter> {
        let queue = match self.queue.as_str() {
            "" => None,
            queue => {
                let in_force = app.moderation.in_force.load(site).await?;
                let outcomes = in_force.map(|in_force| in_force.outcomes.clone());
                Some(outcomes.unwrap_or_default().in_queue(queue))
            }
        };
        let like = match is_id(&self.like) {
            true => queue::bands_of(&app.db, site, &CaseId::from(self.like.clone())).await?,
            false => None,
        };
        let like = like.or((!self.like.is_empty()).then(Vec::new));
        Ok(QueueFilter {
            status,
            queue,
            like,
            category: self.category.clone(),
            rule: self.rule.clone(),
            author: self.author.clone(),
            words: self.q.clone(),
        })
    }

    /// Whether it names a queue, and nothing else.
    pub fn is_queue(&self) -> bool {
        let mut others = self
            .fields()
            .into_iter()
            .filter(|(name, _)| *name != "queue");
        !self.queue.is_empty() && others.all(|(_, value)| value.is_empty())
    }

    /// Whether it leaves anything out.
    pub fn is_narrow(&self) -> bool {
        self.fields().iter().any(|(_, value)| !value.is_empty())
    }

    fn fields(&self) -> [(&'static str, &str); 6] {
        [
            ("queue", &self.queue),
            ("category", &self.category),
            ("rule", &self.rule),
            ("author", &self.author),
            ("q", &self.q),
            ("like", &self.like),
        ]
    }

    /// As the query of the queue's page.
    pub fn text(&self, status: CaseStatus) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("state", status.as_str());
        for (name, value) in self.fields() {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        query.finish()
    }

    /// The path with this query.
    pub fn on(&self, path: &str) -> String {
        if !self.is_narrow() {
            return path.to_owned();
        }
        let mut query = Serializer::new(String::new());
        for (name, value) in self.fields() {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        format!("{path}?{}", query.finish())
    }
}

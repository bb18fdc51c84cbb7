//! What an author has typed and not submitted: kept as it is typed, so that nothing is lost, and read by nobody else.

use crate::ids::{DraftId, PostId, SiteId, UserId};
use crate::moderation::Moderation;
use crate::store::{Db, drafts};

pub use crate::store::drafts::DraftRow;

/// Drafts that one author may have on a site.
pub const MOST: i64 = 100;
/// The longest text that is kept, title and body together, in bytes; longer than what can be submitted.
const MAX_BYTES: usize = 400_000;

/// What was typed, unchecked: a draft may be anything.
#[derive(Debug, Clone)]
pub struct Typing {
    /// The draft that it goes on with; a new one without.
    pub id: Option<DraftId>,
    /// The post that it corrects, with the revision that was being corrected.
    pub of: Option<(PostId, i64)>,
    /// The title.
    pub title: String,
    /// The text.
    pub body: String,
}

/// Why a draft was not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeepError {
    /// It is longer than anything that can be submitted.
    TooLong,
    /// There are as many drafts as anybody may have.
    TooMany,
    /// The draft belongs to somebody else, or to another post.
    Unknown,
}

impl Moderation {
    /// Keeps what was typed; answers the draft's id.
    pub async fn keep_draft(
        &self,
        site_id: SiteId,
        author_id: &UserId,
        typing: Typing,
    ) -> anyhow::Result<Result<DraftId, KeepError>> {
        if typing.title.len() + typing.body.len() > MAX_BYTES {
            return Ok(Err(KeepError::TooLong));
        }
        let id = match typing.id {
            Some(id) => id,
            None => self.tools.ids.next(self.tools.clock.now_ms()),
        };
        let is_new = drafts::find(&self.db, site_id, author_id, &id)
            .await?
            .is_none();
        if is_new && drafts::count(&self.db, site_id, author_id).await? >= MOST {
            return Ok(Err(KeepError::TooMany));
        }
        let (post_id, revision) = typing.of.unzip();
        let draft = DraftRow {
            site_id,
            id: id.clone(),
            author_id: author_id.clone(),
            post_id,
            revision,
            title: typing.title,
            body: typing.body.replace("\r\n", "\n"),
            updated_at_ms: self.tools.clock.now_ms(),
        };
        Ok(match drafts::put(&self.db, &draft).await? {
            true => Ok(id),
            false => Err(KeepError::Unknown),
        })
    }
}

/// A draft of that author.
pub async fn find(
    db: &Db,
    site: SiteId,
    author: &UserId,
    id: &DraftId,
) -> anyhow::Result<Option<DraftRow>> {
    drafts::find(db, site, author, id).await
}

/// The correction of a post that its author has not submitted.
pub async fn find_of_post(
    db: &Db,
    site: SiteId,
    author: &UserId,
    post: &PostId,
) -> anyhow::Result<Option<DraftRow>> {
    drafts::find_of_post(db, site, author, post).await
}

/// An author's drafts of new posts, the newest first.
pub async fn list(db: &Db, site: SiteId, author: &UserId) -> anyhow::Result<Vec<DraftRow>> {
    drafts::list(db, site, author, MOST).await
}

/// Throws a draft away; says whether there was one.
pub async fn delete(db: &Db, site: SiteId, author: &UserId, id: &DraftId) -> anyhow::Result<bool> {
    drafts::delete(db, site, author, id).await
}

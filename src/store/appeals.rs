//! Rows of `appeals`. They are written by the ledger, with the case in which they are heard.

use sqlx::FromRow;

use crate::ids::{CaseId, PostId, SiteId};
use crate::moderation::rows::{AppealRow, CaseStatus};
use crate::on_db;
use crate::store::Db;

macro_rules! heard_columns {
    () => {
        concat!(
            appeal_columns!(),
            ", (SELECT status FROM cases WHERE cases.site_id = appeals.site_id AND cases.id = appeals.case_id) AS status, \
             (SELECT reason FROM cases WHERE cases.site_id = appeals.site_id AND cases.id = appeals.case_id) AS reason, \
             (SELECT deadline_ms FROM cases WHERE cases.site_id = appeals.site_id AND cases.id = appeals.case_id) AS deadline_ms, \
             (SELECT reason FROM cases WHERE cases.site_id = appeals.site_id AND cases.id = appeals.of_case) AS of_reason, \
             (SELECT decided_by_name FROM cases WHERE cases.site_id = appeals.site_id AND cases.id = appeals.of_case) AS of_name"
        )
    };
}
const FIND: &str = concat!(
    "SELECT ",
    heard_columns!(),
    " FROM appeals WHERE site_id = $1 AND case_id = $2"
);
const FIND_OF_REVISION: &str = concat!(
    "SELECT ",
    heard_columns!(),
    " FROM appeals WHERE site_id = $1 AND post_id = $2 AND revision = $3"
);

/// An appeal with what became of it.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct Appeal {
    /// The appeal.
    #[sqlx(flatten)]
    pub row: AppealRow,
    /// How its case stands: approved is overturned, rejected is upheld.
    pub status: CaseStatus,
    /// The words of whoever heard it.
    pub reason: Option<String>,
    /// Until when somebody is to have heard it.
    pub deadline_ms: i64,
    /// The reason that it is against, if a person gave one.
    pub of_reason: Option<String>,
    /// Who decided what it is against.
    pub of_name: Option<String>,
}

/// The appeal that is heard in a case.
pub async fn find(db: &Db, site: SiteId, case: &CaseId) -> anyhow::Result<Option<Appeal>> {
    Ok(on_db!(db, |c| sqlx::query_as(FIND)
        .bind(site)
        .bind(case)
        .fetch_optional(c.read())
        .await?))
}

/// The appeal against what was decided on a revision.
pub async fn find_of_revision(
    db: &Db,
    site: SiteId,
    post: &PostId,
    revision: i64,
) -> anyhow::Result<Option<Appeal>> {
    Ok(on_db!(db, |c| sqlx::query_as(FIND_OF_REVISION)
        .bind(site)
        .bind(post)
        .bind(revision)
        .fetch_optional(c.read())
        .await?))
}

//! What happened to a post, as its author may know it: from the audit log, without who did it and without what moderators
//! tell each other.

use serde_json::Value;

use crate::ids::{PostId, SiteId};
use crate::moderation::rows::AuditRow;
use crate::store::{Db, audit};

/// A step in a post's life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A revision came in.
    Submitted,
    /// A newer revision took the place of the one before.
    Revised,
    /// It waits for a moderator.
    Held,
    /// A moderator asked the author to change it, in these words.
    Asked(String),
    /// Nobody decided in time; the owners were told.
    Escalated,
    /// A moderator let it pass.
    Approved,
    /// It was refused, with the reason.
    Rejected(Option<String>),
    /// It was published without anybody's help.
    Published,
    /// Its workflow broke.
    Failed,
    /// It goes through the workflow again.
    RunAgain,
    /// The author took it back.
    Withdrawn,
    /// The author asked that somebody else looks at it again.
    Appealed,
    /// Somebody else looked and let it pass.
    Overturned,
    /// Somebody else looked and came to the same decision.
    Upheld(Option<String>),
}

/// The steps of a post after its submission, in order, each with its time in epoch milliseconds.
pub async fn steps(db: &Db, site: SiteId, post: &PostId) -> anyhow::Result<Vec<(i64, Step)>> {
    let rows = audit::list_of_subject(db, site, &format!("post:{post}")).await?;
    // What a moderator took back before the author was told never happened for the author.
    let untold: Vec<usize> = rows.iter().filter_map(|row| untold(&rows, row)).collect();
    Ok(rows
        .into_iter()
        .enumerate()
        .filter(|(place, _)| !untold.contains(place))
        .filter_map(|(_, row)| {
            let details: Value = serde_json::from_str(&row.details).unwrap_or_default();
            let text = |key: &str| details[key].as_str().map(str::to_owned);
            let heard = details["appeal"] == true;
            let step = match row.action.as_str() {
                "post.appealed" => Step::Appealed,
                "case.approved" if heard => Step::Overturned,
                "case.rejected" if heard => Step::Upheld(text("reason")),
                "post.revised" => Step::Revised,
                "post.held" => Step::Held,
                "case.asked" => Step::Asked(text("words").unwrap_or_default()),
                "case.escalated" => Step::Escalated,
                "case.approved" => Step::Approved,
                "case.rejected" => Step::Rejected(text("reason")),
                "post.rejected" => Step::Rejected(text("cause")),
                "post.published" => Step::Published,
                "post.failed" => Step::Failed,
                "post.run_again" => Step::RunAgain,
                "post.withdrawn" => Step::Withdrawn,
                _ => return None,
            };
            Some((row.at_ms, step))
        })
        .collect())
}

/// The place of the line that asked for a change, if `back` says that it was taken back before the author was told.
fn untold(rows: &[AuditRow], back: &AuditRow) -> Option<usize> {
    let details =
        |row: &AuditRow| -> Value { serde_json::from_str(&row.details).unwrap_or_default() };
    let of_back = details(back);
    if back.action != "case.brought_back" || of_back["told"] != false {
        return None;
    }
    let is_asked = |row: &AuditRow| {
        row.action == "case.asked"
            && row.at_ms <= back.at_ms
            && details(row)["case"] == of_back["case"]
    };
    let asked = rows.iter().enumerate().filter(|(_, row)| is_asked(row));
    asked
        .max_by_key(|(_, row)| row.at_ms)
        .map(|(place, _)| place)
}

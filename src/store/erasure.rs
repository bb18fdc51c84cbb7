//! Erasing a person: one transaction over every table that has words of theirs. What is left says that something was there,
//! and of whom it was only under an id that leads to nobody.

use crate::ids::{AuditId, PostId, SiteId, UserId};
use crate::moderation::chain::ERASED;
use crate::on_db;
use crate::store::Db;

const LIST_POSTS: &str =
    "SELECT id, status, slug FROM authored_posts WHERE site_id = $1 AND author_id = $2";
const FIND_SOLE_OWNERSHIP: &str = "SELECT s.name FROM members m JOIN sites s ON s.id = m.site_id
    WHERE m.user_id = $1 AND m.role = 'owner' AND NOT EXISTS (SELECT 1 FROM members o
        WHERE o.site_id = m.site_id AND o.role = 'owner' AND o.user_id <> m.user_id AND o.suspended_at_ms IS NULL) LIMIT 1";
const LIST_LINES: &str = "SELECT id, details FROM audit WHERE site_id = $1 AND details NOT IN ('{}', '{\"erased\":true}')
    AND (subject = 'user:' || $2 OR details LIKE $3 ESCAPE '!'
        OR subject IN (SELECT 'post:' || id FROM authored_posts WHERE authored_posts.site_id = $1 AND author_id = $2))";
const INSERT_ERASURE: &str =
    "INSERT INTO audit_erasures (site_id, audit_id, details_code, erased_at_ms)
    VALUES ($1, $2, $3, $4) ON CONFLICT (site_id, audit_id) DO NOTHING";
const ERASE_LINE: &str = "UPDATE audit SET details = $3 WHERE site_id = $1 AND id = $2";
const SET_SLUG: &str = "UPDATE posts SET slug = $3 WHERE site_id = $1 AND id = $2";

/// What is done on each site, in order; `$1` is the site, `$2` the person.
const ON_SITE: [&str; 19] = [
    ERASE_REVISIONS,
    ERASE_HISTORY,
    ERASE_EXECUTIONS,
    ERASE_TASKS,
    ERASE_CASES,
    ERASE_DECIDER,
    ERASE_APPEALS,
    ERASE_EXTERNAL_IDS,
    ERASE_ANSWERS,
    DELETE_WORDS,
    DELETE_WORDS_OF,
    DELETE_ASIDES,
    DELETE_APPROVALS,
    DELETE_PASSAGES,
    DELETE_DRAFTS,
    DELETE_NOTES,
    HAND_BACK,
    DELETE_MAILS,
    DELETE_MEMBER,
];
const ERASE_REVISIONS: &str =
    "UPDATE revisions SET title = '', body = '', hits = '[]' WHERE site_id = $1
    AND post_id IN (SELECT id FROM authored_posts WHERE authored_posts.site_id = $1 AND author_id = $2)";
const ERASE_HISTORY: &str = "DELETE FROM history WHERE site_id = $1 AND execution_id IN (SELECT id FROM executions
    WHERE executions.site_id = $1 AND post_id IN (SELECT id FROM authored_posts WHERE authored_posts.site_id = $1 AND author_id = $2))";
const ERASE_EXECUTIONS: &str = "UPDATE executions SET state = NULL, cause = NULL WHERE site_id = $1
    AND post_id IN (SELECT id FROM authored_posts WHERE authored_posts.site_id = $1 AND author_id = $2)";
const ERASE_TASKS: &str = "UPDATE tasks SET answer = NULL WHERE site_id = $1 AND execution_id IN (SELECT id FROM executions
    WHERE executions.site_id = $1 AND post_id IN (SELECT id FROM authored_posts WHERE authored_posts.site_id = $1 AND author_id = $2))";
const ERASE_CASES: &str =
    "UPDATE cases SET reason = NULL, note = NULL, problem = NULL WHERE site_id = $1
    AND post_id IN (SELECT id FROM authored_posts WHERE authored_posts.site_id = $1 AND author_id = $2)";
const ERASE_DECIDER: &str =
    "UPDATE cases SET decided_by_name = 'somebody who left', claimed_by = NULL
    WHERE site_id = $1 AND (decided_by = 'user:' || $2 OR claimed_by = $2)";
const ERASE_APPEALS: &str = "UPDATE appeals SET statement = '' WHERE site_id = $1
    AND post_id IN (SELECT id FROM authored_posts WHERE authored_posts.site_id = $1 AND author_id = $2)";
const ERASE_EXTERNAL_IDS: &str = "UPDATE posts SET external_id = NULL WHERE site_id = $1
    AND id IN (SELECT id FROM authored_posts WHERE authored_posts.site_id = $1 AND author_id = $2)";
const ERASE_ANSWERS: &str =
    "DELETE FROM idempotency WHERE site_id = $1 AND EXISTS (SELECT 1 FROM authored_posts
    WHERE authored_posts.site_id = $1 AND author_id = $2 AND idempotency.body LIKE '%' || authored_posts.id || '%')";
const DELETE_WORDS: &str =
    "DELETE FROM search_words WHERE rowid IN (SELECT search_cases.id FROM search_cases
    JOIN cases ON cases.site_id = search_cases.site_id AND cases.id = search_cases.case_id
    WHERE search_cases.site_id = $1 AND cases.author_id = $2)";
const DELETE_WORDS_OF: &str = "DELETE FROM search_cases WHERE site_id = $1
    AND case_id IN (SELECT id FROM cases WHERE cases.site_id = $1 AND author_id = $2)";
const DELETE_ASIDES: &str = "DELETE FROM asides WHERE site_id = $1 AND (by_id = $2
    OR case_id IN (SELECT id FROM cases WHERE cases.site_id = $1 AND author_id = $2))";
const DELETE_APPROVALS: &str = "DELETE FROM approvals WHERE site_id = $1 AND (by_id = $2
    OR case_id IN (SELECT id FROM cases WHERE cases.site_id = $1 AND author_id = $2))";
const DELETE_PASSAGES: &str = "DELETE FROM passages WHERE site_id = $1
    AND case_id IN (SELECT id FROM cases WHERE cases.site_id = $1 AND author_id = $2)";
const HAND_BACK: &str =
    "UPDATE cases SET handed_to = 'owners' WHERE site_id = $1 AND handed_to = $2";
const DELETE_DRAFTS: &str = "DELETE FROM drafts WHERE site_id = $1 AND author_id = $2";
const DELETE_NOTES: &str = "DELETE FROM notes WHERE site_id = $1 AND (about_id = $2 OR by_id = $2)";
const DELETE_MAILS: &str = "DELETE FROM outbox WHERE site_id = $1 AND user_id = $2";
const DELETE_MEMBER: &str = "DELETE FROM members WHERE site_id = $1 AND user_id = $2";

const DELETE_SESSIONS: &str = "DELETE FROM sessions WHERE user_id = $1";
const DELETE_LINKS: &str = "DELETE FROM one_time_links WHERE user_id = $1 OR email = $2";
const DELETE_INVITATIONS: &str = "DELETE FROM outbox WHERE recipient = $1";
const DELETE_ATTEMPTS: &str = "DELETE FROM login_attempts WHERE subject = 'account:' || $1";
const ERASE_USER: &str =
    "UPDATE users SET email = id || '@deleted.invalid', name = 'Deleted account',
    password_hash = NULL, confirmed_at_ms = NULL, language = NULL, epoch = epoch + 1 WHERE id = $1";

/// A post of somebody who is to be erased.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct OwnedPost {
    pub(crate) id: PostId,
    pub(crate) status: crate::moderation::rows::PostStatus,
    pub(crate) slug: Option<String>,
}

/// A line of the audit log whose details go.
#[derive(Debug, Clone)]
pub(crate) struct ErasedLine {
    pub(crate) site_id: SiteId,
    pub(crate) id: AuditId,
    /// What stands for the details in the chain.
    pub(crate) code: String,
}

/// A person's posts on a site.
pub(crate) async fn list_posts(
    db: &Db,
    site: SiteId,
    user: &UserId,
) -> anyhow::Result<Vec<OwnedPost>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_POSTS)
        .bind(site)
        .bind(user)
        .fetch_all(c.read())
        .await?))
}

/// The name of a site that would be left without an owner who is not suspended.
pub(crate) async fn find_sole_ownership(db: &Db, user: &UserId) -> anyhow::Result<Option<String>> {
    Ok(on_db!(db, |c| sqlx::query_scalar(FIND_SOLE_OWNERSHIP)
        .bind(user)
        .fetch_optional(c.read())
        .await?))
}

/// Lines of a site's audit log with words about a person, their posts, or with `pattern` in them.
pub(crate) async fn list_lines(
    db: &Db,
    site: SiteId,
    user: &UserId,
    pattern: &str,
) -> anyhow::Result<Vec<(AuditId, String)>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_LINES)
        .bind(site)
        .bind(user)
        .bind(pattern)
        .fetch_all(c.read())
        .await?))
}

/// Erases a person from all of `sites`, in one transaction. `slugs` are the addresses that stand in the place of those of
/// their published posts.
pub(crate) async fn erase(
    db: &Db,
    user: &UserId,
    email: &str,
    sites: &[SiteId],
    slugs: &[(SiteId, PostId, String)],
    lines: &[ErasedLine],
    now_ms: i64,
) -> anyhow::Result<()> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        for (site, post, slug) in slugs {
            sqlx::query(SET_SLUG)
                .bind(site)
                .bind(post)
                .bind(slug)
                .execute(tx.conn())
                .await?;
        }
        for line in lines {
            sqlx::query(INSERT_ERASURE)
                .bind(line.site_id)
                .bind(&line.id)
                .bind(&line.code)
                .bind(now_ms)
                .execute(tx.conn())
                .await?;
            sqlx::query(ERASE_LINE)
                .bind(line.site_id)
                .bind(&line.id)
                .bind(ERASED)
                .execute(tx.conn())
                .await?;
        }
        for site in sites {
            for sql in ON_SITE {
                sqlx::query(sql)
                    .bind(site)
                    .bind(user)
                    .execute(tx.conn())
                    .await?;
            }
        }
        sqlx::query(DELETE_SESSIONS)
            .bind(user)
            .execute(tx.conn())
            .await?;
        sqlx::query(DELETE_LINKS)
            .bind(user)
            .bind(email)
            .execute(tx.conn())
            .await?;
        for sql in [DELETE_INVITATIONS, DELETE_ATTEMPTS] {
            sqlx::query(sql).bind(email).execute(tx.conn()).await?;
        }
        sqlx::query(ERASE_USER)
            .bind(user)
            .execute(tx.conn())
            .await?;
        Ok(tx.commit().await?)
    })
}

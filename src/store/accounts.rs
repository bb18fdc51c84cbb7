//! All that one step of an account changes (user, place on a site, links, mails, audit), committed together or not at
//! all, and the finders for people and their links.

use sqlx::query::Query;
use sqlx::{Database, Encode, Type};

use crate::auth::one_time::{Link, LinkPurpose};
use crate::auth::role::Role;
use crate::auth::throttle::MAX_FAILURES;
use crate::ids::{SiteId, UserId};
use crate::locale::Locale;
use crate::moderation::rows::{AuditRow, MailRow};
use crate::on_db;
use crate::people::User;
use crate::store::{Db, audit, outbox};

const USE_LINK: &str = "UPDATE one_time_links SET used_at_ms = $2
    WHERE token_hash = $1 AND used_at_ms IS NULL AND expires_at_ms > $2";
const VOID_LINKS: &str = "UPDATE one_time_links SET used_at_ms = $3
    WHERE user_id = $1 AND purpose = $2 AND used_at_ms IS NULL";
const INSERT_LINK: &str = "INSERT INTO one_time_links
    (token_hash, purpose, site_id, user_id, email, role, created_by, created_at_ms, expires_at_ms, used_at_ms)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (token_hash) DO NOTHING";
const INSERT_USER: &str =
    "INSERT INTO users (id, email, name, password_hash, epoch, confirmed_at_ms, created_at_ms, language)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (email) DO NOTHING";
const SET_PASSWORD: &str = "UPDATE users SET password_hash = $2, epoch = epoch + 1 WHERE id = $1";
const SET_NAME: &str = "UPDATE users SET name = $2 WHERE id = $1";
const SET_LANGUAGE: &str = "UPDATE users SET language = $2 WHERE id = $1";
const CONFIRM: &str =
    "UPDATE users SET confirmed_at_ms = $2 WHERE id = $1 AND confirmed_at_ms IS NULL";
const RAISE_EPOCH: &str = "UPDATE users SET epoch = epoch + 1 WHERE id = $1";
const DELETE_SESSIONS: &str = "DELETE FROM sessions WHERE user_id = $1";
const PUT_MEMBER: &str = "INSERT INTO members (site_id, user_id, role, notices, created_at_ms)
    VALUES ($1, $2, $3, TRUE, $4) ON CONFLICT (site_id, user_id) DO UPDATE SET role = excluded.role";
const RENAME_SITE: &str = "UPDATE sites SET name = $2 WHERE id = $1";

const FIND: &str =
    "SELECT id, email, name, epoch, confirmed_at_ms, language FROM users WHERE id = $1";
const FIND_BY_EMAIL: &str = "SELECT id, email, name, epoch, confirmed_at_ms, language, password_hash FROM users WHERE email = $1";
const FIND_PASSWORD_HASH: &str = "SELECT password_hash FROM users WHERE id = $1";
const FIND_OPEN_LINK: &str =
    "SELECT token_hash, purpose, site_id, user_id, email, role, created_by, created_at_ms, expires_at_ms
    FROM one_time_links WHERE token_hash = $1 AND purpose = $2 AND used_at_ms IS NULL AND expires_at_ms > $3";
const FIND_NEWEST_LINK: &str =
    "SELECT token_hash, purpose, site_id, user_id, email, role, created_by, created_at_ms, expires_at_ms
    FROM one_time_links WHERE user_id = $1 AND purpose = $2 ORDER BY created_at_ms DESC LIMIT 1";
const LIST_OPEN_LINKS: &str =
    "SELECT token_hash, purpose, site_id, user_id, email, role, created_by, created_at_ms, expires_at_ms
    FROM one_time_links WHERE site_id = $1 AND purpose = $2 AND used_at_ms IS NULL AND expires_at_ms > $3
    ORDER BY created_at_ms DESC, token_hash LIMIT 100";
const VOID_SITE_LINK: &str = "UPDATE one_time_links SET used_at_ms = $3
    WHERE site_id = $1 AND token_hash = $2 AND used_at_ms IS NULL";
const FIND_OWNER: &str = "SELECT user_id FROM members WHERE role = 'owner' LIMIT 1";
const DELETE_ENDED_SESSIONS: &str =
    "DELETE FROM sessions WHERE expires_at_ms <= $1 OR seen_at_ms <= $2";
const DELETE_OLD_LINKS: &str =
    "DELETE FROM one_time_links WHERE expires_at_ms < $1 AND purpose <> 'setup'";
const DELETE_OLD_ATTEMPTS: &str =
    "DELETE FROM login_attempts WHERE window_start_ms < $1 AND failures < $2";

/// A user together with what they log in with.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct Account {
    #[sqlx(flatten)]
    pub user: User,
    pub password_hash: Option<String>,
}

/// A new user.
#[derive(Debug, Clone)]
pub(crate) struct NewUser {
    pub user: User,
    pub password_hash: Option<String>,
}

/// What is to be changed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Change {
    /// When.
    pub now_ms: i64,
    /// A link that must be open still and is used up by the change.
    pub use_link: Option<String>,
    /// A link that can be used once in the life of the database and needs no row before.
    pub claim: Option<Link>,
    /// A user whose address must be new.
    pub new_user: Option<NewUser>,
    /// A new hash, which ends all sessions of the user.
    pub password: Option<(UserId, String)>,
    /// A new name.
    pub name: Option<(UserId, String)>,
    /// A language that was chosen, or that none is.
    pub language: Option<(UserId, Option<Locale>)>,
    /// A user whose address is proved by this.
    pub confirmed: Option<UserId>,
    /// A user all of whose sessions end.
    pub log_out: Option<UserId>,
    /// A place on a site, new or with another role.
    pub member: Option<(SiteId, UserId, Role)>,
    /// A site's new name.
    pub site_name: Option<(SiteId, String)>,
    /// A user whose open links of that purpose end.
    pub void_links: Option<(UserId, LinkPurpose)>,
    /// A new link.
    pub new_link: Option<Link>,
    /// Mails.
    pub mails: Vec<MailRow>,
    /// Lines of the audit log.
    pub audit: Vec<AuditRow>,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Committed {
    /// It is durable.
    Done,
    /// Nothing changed: the link was used, has expired or never was.
    LinkSpent,
    /// Nothing changed: the address belongs to somebody.
    EmailTaken,
}

/// Commits a change.
pub(crate) async fn commit(db: &Db, change: &Change) -> anyhow::Result<Committed> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        if let Some(hash) = &change.use_link {
            let used = sqlx::query(USE_LINK)
                .bind(hash)
                .bind(change.now_ms)
                .execute(tx.conn())
                .await?;
            if used.rows_affected() == 0 {
                return Ok(Committed::LinkSpent);
            }
        }
        if let Some(link) = &change.claim {
            let claimed = insert_link_query(link, Some(change.now_ms));
            if claimed.execute(tx.conn()).await?.rows_affected() == 0 {
                return Ok(Committed::LinkSpent);
            }
        }
        if let Some(NewUser {
            user,
            password_hash,
        }) = &change.new_user
        {
            let inserted = sqlx::query(INSERT_USER)
                .bind(&user.id)
                .bind(&user.email)
                .bind(&user.name)
                .bind(password_hash)
                .bind(user.epoch)
                .bind(user.confirmed_at_ms)
                .bind(change.now_ms)
                .bind(user.language);
            if inserted.execute(tx.conn()).await?.rows_affected() == 0 {
                return Ok(Committed::EmailTaken);
            }
        }
        if let Some((user_id, hash)) = &change.password {
            sqlx::query(SET_PASSWORD)
                .bind(user_id)
                .bind(hash)
                .execute(tx.conn())
                .await?;
            sqlx::query(DELETE_SESSIONS)
                .bind(user_id)
                .execute(tx.conn())
                .await?;
        }
        if let Some((user_id, name)) = &change.name {
            sqlx::query(SET_NAME)
                .bind(user_id)
                .bind(name)
                .execute(tx.conn())
                .await?;
        }
        if let Some((user_id, language)) = &change.language {
            sqlx::query(SET_LANGUAGE)
                .bind(user_id)
                .bind(language)
                .execute(tx.conn())
                .await?;
        }
        if let Some(user_id) = &change.confirmed {
            sqlx::query(CONFIRM)
                .bind(user_id)
                .bind(change.now_ms)
                .execute(tx.conn())
                .await?;
        }
        if let Some(user_id) = &change.log_out {
            sqlx::query(RAISE_EPOCH)
                .bind(user_id)
                .execute(tx.conn())
                .await?;
            sqlx::query(DELETE_SESSIONS)
                .bind(user_id)
                .execute(tx.conn())
                .await?;
        }
        if let Some((site_id, user_id, role)) = &change.member {
            let put = sqlx::query(PUT_MEMBER)
                .bind(site_id)
                .bind(user_id)
                .bind(role)
                .bind(change.now_ms);
            put.execute(tx.conn()).await?;
        }
        if let Some((site_id, name)) = &change.site_name {
            sqlx::query(RENAME_SITE)
                .bind(site_id)
                .bind(name)
                .execute(tx.conn())
                .await?;
        }
        if let Some((user_id, purpose)) = &change.void_links {
            let void = sqlx::query(VOID_LINKS)
                .bind(user_id)
                .bind(purpose)
                .bind(change.now_ms);
            void.execute(tx.conn()).await?;
        }
        if let Some(link) = &change.new_link {
            insert_link_query(link, None).execute(tx.conn()).await?;
        }
        for mail in &change.mails {
            outbox::insert_query(mail).execute(tx.conn()).await?;
        }
        for row in &change.audit {
            audit::insert_query(row).execute(tx.conn()).await?;
        }
        tx.commit().await?;
        Ok(Committed::Done)
    })
}

fn insert_link_query<D: Database>(
    link: &Link,
    used_at_ms: Option<i64>,
) -> Query<'_, D, D::Arguments>
where
    for<'q> i64: Encode<'q, D> + Type<D>,
    for<'q> Option<i64>: Encode<'q, D>,
    for<'q> &'q str: Encode<'q, D> + Type<D>,
    for<'q> Option<&'q str>: Encode<'q, D>,
{
    sqlx::query(INSERT_LINK)
        .bind(link.token_hash.as_str())
        .bind(link.purpose.as_str())
        .bind(link.site_id.map(|site_id| site_id.0))
        .bind(link.user_id.as_ref().map(UserId::as_str))
        .bind(link.email.as_deref())
        .bind(link.role.map(Role::as_str))
        .bind(link.created_by.as_ref().map(UserId::as_str))
        .bind(link.created_at_ms)
        .bind(link.expires_at_ms)
        .bind(used_at_ms)
}

/// The user with that id.
pub(crate) async fn find(db: &Db, id: &UserId) -> anyhow::Result<Option<User>> {
    Ok(on_db!(db, |c| sqlx::query_as(FIND)
        .bind(id)
        .fetch_optional(c.read())
        .await?))
}

/// The account with that address.
pub(crate) async fn find_by_email(db: &Db, email: &str) -> anyhow::Result<Option<Account>> {
    Ok(on_db!(db, |c| sqlx::query_as(FIND_BY_EMAIL)
        .bind(email)
        .fetch_optional(c.read())
        .await?))
}

/// What a user logs in with.
pub(crate) async fn find_password_hash(db: &Db, id: &UserId) -> anyhow::Result<Option<String>> {
    let hash: Option<Option<String>> = on_db!(db, |c| sqlx::query_scalar(FIND_PASSWORD_HASH)
        .bind(id)
        .fetch_optional(c.read())
        .await?);
    Ok(hash.flatten())
}

/// A link that can be used now.
pub(crate) async fn find_open_link(
    db: &Db,
    hash: &str,
    purpose: LinkPurpose,
    now_ms: i64,
) -> anyhow::Result<Option<Link>> {
    Ok(on_db!(db, |c| sqlx::query_as(FIND_OPEN_LINK)
        .bind(hash)
        .bind(purpose)
        .bind(now_ms)
        .fetch_optional(c.read())
        .await?))
}

/// The newest link of a user, used or not.
pub(crate) async fn find_newest_link(
    db: &Db,
    user_id: &UserId,
    purpose: LinkPurpose,
) -> anyhow::Result<Option<Link>> {
    Ok(on_db!(db, |c| sqlx::query_as(FIND_NEWEST_LINK)
        .bind(user_id)
        .bind(purpose)
        .fetch_optional(c.read())
        .await?))
}

/// The links to a site that can be used now, the newest first.
pub(crate) async fn list_open_links(
    db: &Db,
    site_id: SiteId,
    purpose: LinkPurpose,
    now_ms: i64,
) -> anyhow::Result<Vec<Link>> {
    Ok(on_db!(db, |c| sqlx::query_as(LIST_OPEN_LINKS)
        .bind(site_id)
        .bind(purpose)
        .bind(now_ms)
        .fetch_all(c.read())
        .await?))
}

/// Ends a link to a site; says whether it was open.
pub(crate) async fn void_link(
    db: &Db,
    site_id: SiteId,
    hash: &str,
    now_ms: i64,
    line: &AuditRow,
) -> anyhow::Result<bool> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        let void = sqlx::query(VOID_SITE_LINK)
            .bind(site_id)
            .bind(hash)
            .bind(now_ms);
        let voided = void.execute(tx.conn()).await?.rows_affected();
        if voided == 1 {
            audit::insert_query(line).execute(tx.conn()).await?;
        }
        tx.commit().await?;
        Ok(voided == 1)
    })
}

/// Whether any site has an owner.
pub(crate) async fn has_owner(db: &Db) -> anyhow::Result<bool> {
    let owner: Option<String> = on_db!(db, |c| sqlx::query_scalar(FIND_OWNER)
        .fetch_optional(c.read())
        .await?);
    Ok(owner.is_some())
}

/// Deletes what has ended: sessions, links that nobody will ask about any more, and failures that no longer count.
pub(crate) async fn sweep(
    db: &Db,
    now_ms: i64,
    idle_since_ms: i64,
    day_ago_ms: i64,
) -> anyhow::Result<()> {
    on_db!(db, |c| {
        let mut tx = c.begin().await?;
        sqlx::query(DELETE_ENDED_SESSIONS)
            .bind(now_ms)
            .bind(idle_since_ms)
            .execute(tx.conn())
            .await?;
        sqlx::query(DELETE_OLD_LINKS)
            .bind(day_ago_ms)
            .execute(tx.conn())
            .await?;
        sqlx::query(DELETE_OLD_ATTEMPTS)
            .bind(day_ago_ms)
            .bind(MAX_FAILURES)
            .execute(tx.conn())
            .await?;
        Ok(tx.commit().await?)
    })
}

//! Roles on a site and the one policy that says who may use a route. What somebody may do to a particular post or case
//! is decided by its use case, with an [`Actor`].

use crate::ids::{SiteId, UserId};
use crate::locale::MessageId;
use crate::text_enum;

text_enum! {
    /// What a member is on a site. Each role may do all that those before it may.
    Role {
        /// Writes posts.
        Author = "author",
        /// Decides on the posts of others.
        Moderator = "moderator",
        /// Runs the site.
        Owner = "owner",
    }
}

impl Role {
    /// Its name in the catalogues.
    pub fn message(self) -> MessageId {
        match self {
            Self::Author => MessageId("role-author"),
            Self::Moderator => MessageId("role-moderator"),
            Self::Owner => MessageId("role-owner"),
        }
    }
}

/// Somebody who acts on a site, with the role that they have now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The site they act on.
    pub site_id: SiteId,
    /// Who they are.
    pub user_id: UserId,
    /// Their name, for the record.
    pub name: String,
    /// Their role.
    pub role: Role,
}

/// Who may use a route. Each route of the URL map names one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nobody is asked who they are: assets, probes, and doors that verify a key or a signature themselves.
    Open,
    /// Everybody. What is shown may still depend on who asks.
    Anyone,
    /// Whoever is logged in.
    SignedIn,
    /// Members of the site in the path, from this role on.
    Member(Role),
}

/// The answer of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Go on.
    Allow,
    /// Log in first.
    LogIn,
    /// A site that this user does not belong to shows nothing of itself behind the public pages.
    Hide,
    /// A member whose role is too low is told so.
    Refuse,
}

/// Decides on `access` for a visitor: `None` is nobody logged in, `Some(None)` a user who is not a member of the site.
pub fn decide(access: Access, visitor: Option<Option<Role>>) -> Verdict {
    match (access, visitor) {
        (Access::Open | Access::Anyone, _) | (Access::SignedIn, Some(_)) => Verdict::Allow,
        (Access::SignedIn | Access::Member(_), None) => Verdict::LogIn,
        (Access::Member(_), Some(None)) => Verdict::Hide,
        (Access::Member(least), Some(Some(role))) if role >= least => Verdict::Allow,
        (Access::Member(_), Some(Some(_))) => Verdict::Refuse,
    }
}

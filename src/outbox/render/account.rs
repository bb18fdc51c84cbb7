//! Mails about somebody's account, with a link that works once.

use anyhow::Context as _;

use super::{Draft, Links, MASK, Words};
use crate::auth::one_time::{self, LinkPurpose};
use crate::moderation::rows::MailKind;
use crate::moderation::wording;

letter!(Invitation, "mail/invitation.html", "mail/invitation.txt", {
    inviter: &'a str,
    role: &'a str,
    url: &'a str,
    expires: &'a str,
});

letter!(Confirmation, "mail/confirm_email.html", "mail/confirm_email.txt", {
    url: &'a str,
    expires: &'a str,
});

letter!(Reset, "mail/reset_password.html", "mail/reset_password.txt", {
    url: &'a str,
    expires: &'a str,
});

impl Draft<'_> {
    pub(super) fn about_account(&self) -> anyhow::Result<Words> {
        let mail = &self.frame;
        match self.mail.kind {
            MailKind::Invitation => {
                let (url, expires) = self.one_time_link(LinkPurpose::Invite)?;
                Invitation {
                    mail,
                    inviter: self.payload.inviter.as_deref().unwrap_or("An owner"),
                    role: self.payload.role.as_deref().unwrap_or("member"),
                    url: &url,
                    expires: &expires,
                }
                .words(format!("Invitation to {}", self.site.name))
            }
            MailKind::AddressConfirmation => {
                let (url, expires) = self.one_time_link(LinkPurpose::Confirm)?;
                Confirmation {
                    mail,
                    url: &url,
                    expires: &expires,
                }
                .words("Confirm your address".to_owned())
            }
            _ => {
                let (url, expires) = self.one_time_link(LinkPurpose::Reset)?;
                Reset {
                    mail,
                    url: &url,
                    expires: &expires,
                }
                .words("A new password".to_owned())
            }
        }
    }

    /// The link and until when it works.
    fn one_time_link(&self, purpose: LinkPurpose) -> anyhow::Result<(String, String)> {
        let config = &self.outbox.config;
        let url = match self.links {
            Links::Masked => config.link(&format!("/{purpose}/{MASK}")),
            Links::Working => {
                let seed = self.payload.seed.as_deref();
                let seed = seed.context("the payload has no seed")?;
                one_time::url(&config.base_url, &self.outbox.keyring, purpose, seed)
            }
        };
        Ok((url, wording::moment(self.payload.expires_at_ms)))
    }
}

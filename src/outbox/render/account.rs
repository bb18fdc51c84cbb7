//! Mails about somebody's account, with a link that works once.

use anyhow::Context as _;

use super::{Draft, Links, MASK, Words};
use crate::auth::one_time::{self, LinkPurpose};
use crate::auth::role::Role;
use crate::moderation::rows::MailKind;

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
        let locale = mail.locale;
        match self.mail.kind {
            MailKind::Invitation => {
                let (url, expires) = self.one_time_link(LinkPurpose::Invite)?;
                let inviter = self.payload.inviter.clone();
                let inviter = inviter.unwrap_or_else(|| locale.text("invitation-an-owner"));
                let role = self.payload.role.as_deref().unwrap_or_default();
                let role = role.parse().map_or_else(
                    |_| role.to_owned(),
                    |role: Role| locale.text(role.message()),
                );
                Invitation {
                    mail,
                    inviter: &inviter,
                    role: &role,
                    url: &url,
                    expires: &expires,
                }
                .words(
                    locale
                        .say("invitation-subject")
                        .with("site", &self.site.name)
                        .to_string(),
                )
            }
            MailKind::AddressConfirmation => {
                let (url, expires) = self.one_time_link(LinkPurpose::Confirm)?;
                Confirmation {
                    mail,
                    url: &url,
                    expires: &expires,
                }
                .words(locale.text("confirm-subject"))
            }
            _ => {
                let (url, expires) = self.one_time_link(LinkPurpose::Reset)?;
                Reset {
                    mail,
                    url: &url,
                    expires: &expires,
                }
                .words(locale.text("reset-subject"))
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
        Ok((url, self.frame.locale.moment(self.payload.expires_at_ms)))
    }
}

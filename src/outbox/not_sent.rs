//! Why a mail is not sent any more. The words are kept in its row and read by programs; people read a message.

use crate::locale::{Locale, MessageId};
use crate::text_enum;

text_enum! {
    /// Why there is nothing to say any more.
    NotSent {
        /// Its site was removed.
        Site = "the site is gone",
        /// Its addressee has no account any more.
        Account = "the account is gone",
        /// Its addressee does not want this kind.
        Muted = "notices are switched off",
        /// Nobody of those whom it is for wants this kind.
        Nobody = "nobody wants to hear of it",
        /// Its addressee does not decide on the site any more.
        NoModerator = "they may not decide any more",
        /// All cases that it is about are decided.
        Decided = "the cases are decided",
        /// The case that it is about is decided.
        CaseDecided = "the case is decided",
        /// It is about a post of its addressee's.
        OwnPost = "it is their own post",
        /// The case is not handed over any more.
        NotHandedOver = "nobody has handed it over",
        /// The rule was removed.
        Rule = "the rule is gone",
        /// The case is not broken any more.
        Settled = "the case is settled",
        /// The post was removed.
        Post = "the post is gone",
        /// The post is decided.
        NotWaiting = "the post does not wait any more",
        /// The post was withdrawn.
        NotPublic = "the post is not public any more",
        /// There is a newer revision.
        Changed = "the post was changed since",
        /// What it tells was taken back.
        TakenBack = "it was taken back",
        /// The appeal is decided.
        AppealNotWaiting = "the appeal does not wait any more",
        /// The appeal was removed with its post.
        Appeal = "the appeal is gone",
    }
}

impl NotSent {
    fn message(self) -> MessageId {
        match self {
            Self::Site => MessageId("not-sent-gone-site"),
            Self::Account => MessageId("not-sent-gone-account"),
            Self::Muted => MessageId("not-sent-muted"),
            Self::Nobody => MessageId("not-sent-nobody"),
            Self::NoModerator => MessageId("not-sent-no-moderator"),
            Self::Decided => MessageId("not-sent-decided"),
            Self::CaseDecided => MessageId("not-sent-case-decided"),
            Self::OwnPost => MessageId("not-sent-own-post"),
            Self::NotHandedOver => MessageId("not-sent-not-handed"),
            Self::Rule => MessageId("not-sent-gone-rule"),
            Self::Settled => MessageId("not-sent-settled"),
            Self::Post => MessageId("not-sent-gone-post"),
            Self::NotWaiting => MessageId("not-sent-not-waiting"),
            Self::NotPublic => MessageId("not-sent-not-public"),
            Self::Changed => MessageId("not-sent-changed"),
            Self::TakenBack => MessageId("not-sent-taken-back"),
            Self::AppealNotWaiting => MessageId("not-sent-appeal-not-waiting"),
            Self::Appeal => MessageId("not-sent-gone-appeal"),
        }
    }

    /// The reason in words.
    pub(crate) fn told(self, locale: Locale) -> String {
        locale.text(self.message())
    }
}

/// The error in a mail's row in words: a reason of ours, or what a mail server said, as it said it.
pub(crate) fn told(locale: Locale, error: &str) -> String {
    error
        .parse()
        .map_or_else(|_| error.to_owned(), |reason: NotSent| reason.told(locale))
}

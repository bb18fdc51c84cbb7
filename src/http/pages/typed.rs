//! The rules that something typed breaks, as messages of the catalogues.

use crate::auth::password::PasswordRule;
use crate::locale::{Locale, MessageId};
use crate::moderation::appeal::STATEMENT_MAX_CHARS;
use crate::moderation::submit::BODY_MAX_BYTES;
use crate::moderation::text_rule::TextRule;
use crate::people::email::AddressRule;
use crate::people::name::NameRule;

/// What a name must be.
pub(super) fn name(rule: NameRule) -> MessageId {
    match rule {
        NameRule::Length => MessageId("name-length"),
        NameRule::OneLine => MessageId("name-one-line"),
    }
}

/// What an address must be.
pub(super) fn address(rule: AddressRule) -> MessageId {
    match rule {
        AddressRule::Form => MessageId("address-form"),
        AddressRule::Length => MessageId("address-length"),
    }
}

/// What a password must be.
pub(super) fn password(rule: PasswordRule) -> MessageId {
    match rule {
        PasswordRule::TooShort => MessageId("password-too-short"),
        PasswordRule::TooLong => MessageId("password-too-long"),
        PasswordRule::Common => MessageId("password-common"),
        PasswordRule::Guessable => MessageId("password-guessable"),
    }
}

/// What the texts of a post or an appeal must be.
pub(super) fn text(locale: Locale, rule: TextRule) -> String {
    match rule {
        TextRule::TitleEmpty => locale.say("title-empty"),
        TextRule::TitleLength => locale.say("title-too-long"),
        TextRule::TitleLine => locale.say("title-one-line"),
        TextRule::BodyEmpty => locale.say("body-empty"),
        TextRule::BodyLength => locale.say("body-too-long").with("bytes", BODY_MAX_BYTES),
        TextRule::BodyControl => locale.say("body-control"),
        TextRule::StatementEmpty => locale.say("statement-empty"),
        TextRule::StatementLength => locale
            .say("statement-too-long")
            .with("chars", STATEMENT_MAX_CHARS),
        TextRule::StatementControl => locale.say("statement-control"),
        // No page has the field.
        TextRule::ExternalId => return rule.to_string(),
    }
    .to_string()
}

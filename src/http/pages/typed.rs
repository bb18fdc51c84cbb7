//! The rules that something typed breaks, as messages of the catalogues.

use crate::auth::password::PasswordRule;
use crate::locale::{Locale, MessageId};
use crate::moderation::appeal::STATEMENT_MAX_CHARS;
use crate::moderation::rules::FieldError;
use crate::moderation::submit::BODY_MAX_BYTES;
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

/// What the texts of a post or an appeal must be: the field says which text, the message which of its rules.
pub(super) fn text(locale: Locale, error: &FieldError) -> String {
    let is_empty = error.message.contains("empty");
    let is_long = error.message.contains("at most");
    match (error.field, is_empty, is_long) {
        ("title", true, _) => locale.say("title-empty"),
        ("title", _, true) => locale.say("title-too-long"),
        ("title", ..) => locale.say("title-one-line"),
        ("body", true, _) => locale.say("body-empty"),
        ("body", _, true) => locale
            .say("body-too-long")
            .with("bytes", BODY_MAX_BYTES.to_string()),
        ("body", ..) => locale.say("body-control"),
        ("statement", true, _) => locale.say("statement-empty"),
        ("statement", _, true) => locale
            .say("statement-too-long")
            .with("chars", STATEMENT_MAX_CHARS.to_string()),
        ("statement", ..) => locale.say("statement-control"),
        _ => return error.message.clone(),
    }
    .to_string()
}

//! The catalogues of messages, embedded and parsed once. A message that a language lacks is said in English; what English
//! lacks is said by its id. Either is a fault that the tests find, and never one that hides a page.

use std::borrow::Cow;
use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentError, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use super::{Locale, MessageId};

type Bundle = FluentBundle<FluentResource>;

macro_rules! files {
    ($language:literal) => {
        &[
            include_str!(concat!("../../locales/", $language, "/account.ftl")),
            include_str!(concat!("../../locales/", $language, "/author.ftl")),
            include_str!(concat!("../../locales/", $language, "/checks.ftl")),
            include_str!(concat!("../../locales/", $language, "/desk.ftl")),
            include_str!(concat!("../../locales/", $language, "/flaws.ftl")),
            include_str!(concat!("../../locales/", $language, "/frame.ftl")),
            include_str!(concat!("../../locales/", $language, "/link.ftl")),
            include_str!(concat!("../../locales/", $language, "/mail.ftl")),
            include_str!(concat!("../../locales/", $language, "/owner.ftl")),
            include_str!(concat!("../../locales/", $language, "/reader.ftl")),
            include_str!(concat!("../../locales/", $language, "/rules.ftl")),
        ]
    };
}

const ENGLISH: &[&str] = files!("en");
const TURKISH: &[&str] = files!("tr");

/// The message's text with its arguments.
pub(super) fn format(locale: Locale, id: MessageId, args: &FluentArgs<'_>) -> String {
    let text =
        try_format(bundle(locale), id, args).or_else(|| try_format(bundle(Locale::En), id, args));
    debug_assert!(text.is_some(), "there is no message {}", id.0);
    text.unwrap_or_else(|| {
        tracing::error!(id = id.0, "there is no such message");
        id.0.to_owned()
    })
}

fn try_format(bundle: &Bundle, id: MessageId, args: &FluentArgs<'_>) -> Option<String> {
    let pattern = bundle.get_message(id.0)?.value()?;
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(args), &mut errors);
    debug_assert!(errors.is_empty(), "message {}: {errors:?}", id.0);
    if !errors.is_empty() {
        tracing::error!(id = id.0, ?errors, "the message has other arguments");
    }
    Some(text.into_owned())
}

fn bundle(locale: Locale) -> &'static Bundle {
    static ENGLISH: OnceLock<Bundle> = OnceLock::new();
    static TURKISH: OnceLock<Bundle> = OnceLock::new();
    static MIRRORED: OnceLock<Bundle> = OnceLock::new();
    let cell = match locale {
        Locale::En => &ENGLISH,
        Locale::Tr => &TURKISH,
        Locale::Mirrored => &MIRRORED,
    };
    cell.get_or_init(|| load(locale).0)
}

/// The catalogue, and what is wrong with its files.
fn load(locale: Locale) -> (Bundle, Vec<String>) {
    let (tag, files) = match locale {
        Locale::Tr => ("tr", TURKISH),
        // The words of the mirrored one are English, and so are their plurals.
        Locale::En | Locale::Mirrored => ("en", ENGLISH),
    };
    let language: LanguageIdentifier = tag.parse().unwrap_or_default();
    let mut problems = Vec::new();
    let mut bundle = Bundle::new_concurrent(vec![language]);
    // Isolating marks around arguments matter only where the directions of writing meet.
    bundle.set_use_isolating(locale.dir() == "rtl");
    bundle.set_formatter(Some(match locale {
        Locale::Tr => |value, _| number(value, '.'),
        Locale::En | Locale::Mirrored => |value, _| number(value, ','),
    }));
    if locale == Locale::Mirrored {
        bundle.set_transform(Some(mirrored));
    }
    for file in files {
        let resource =
            FluentResource::try_new((*file).to_owned()).unwrap_or_else(|(resource, errors)| {
                problems.extend(errors.iter().map(ToString::to_string));
                resource
            });
        if let Err(errors) = bundle.add_resource(resource) {
            problems.extend(errors.iter().map(FluentError::to_string));
        }
    }
    for problem in &problems {
        tracing::error!(%locale, problem, "a catalogue cannot be read whole");
    }
    (bundle, problems)
}

/// What is wrong with the files of a catalogue: what cannot be read, and messages that are there twice.
pub fn problems(locale: Locale) -> Vec<String> {
    load(locale).1
}

/// `1,204` or `1.204`.
fn number(value: &FluentValue<'_>, separator: char) -> Option<String> {
    let FluentValue::Number(number) = value else {
        return None;
    };
    let digits = number.value.to_string();
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut text = String::new();
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    Some(text)
}

/// Each word between marks that turn it from right to left, as Android's `ar-XB` does it.
fn mirrored(text: &str) -> Cow<'_, str> {
    let turned = text.split_inclusive(' ').map(|word| {
        let bare = word.trim();
        match bare.is_empty() {
            true => word.to_owned(),
            false => word.replace(bare, &format!("\u{200f}\u{202e}{bare}\u{202c}\u{200f}")),
        }
    });
    Cow::Owned(turned.collect())
}

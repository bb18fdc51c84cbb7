//! The catalogues of messages: whole, used, alike in all languages, and nothing beside them on the pages that use them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use gatepost::locale::{self, Locale};
use regex::Regex;

/// The templates whose words are in the catalogues: all that people see but those for developers.
const CONVERTED: &[&str] = &[
    "base.html",
    "parts.html",
    "error.html",
    "site",
    "account",
    "link",
    "admin",
];

/// Words of templates that are the same in all languages.
const NAMES: &[&str] = &["Gatepost", "Markdown", "CSV", "SVG"];

/// What only developers see.
const FOR_DEVELOPERS: &str = "admin/design.html";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    if dir.is_file() {
        let end = dir.extension().and_then(|end| end.to_str());
        if end.is_some_and(|end| ["rs", "html", "txt", "ftl"].contains(&end)) {
            found.push(dir.to_owned());
        }
        return;
    }
    for entry in fs::read_dir(dir).unwrap() {
        files(&entry.unwrap().path(), found);
    }
}

fn read(dirs: &[&str]) -> Vec<(PathBuf, String)> {
    let mut paths = Vec::new();
    for dir in dirs {
        files(&root().join(dir), &mut paths);
    }
    let text = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        (path, text)
    };
    paths.into_iter().map(text).collect()
}

/// The messages of a language with the arguments of each.
fn messages(language: &str) -> BTreeMap<String, BTreeSet<String>> {
    let head = Regex::new(r"^([a-z][a-z0-9-]*) =").unwrap();
    let argument = Regex::new(r"\$([a-z_]+)").unwrap();
    let mut messages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, text) in read(&[&format!("locales/{language}")]) {
        let mut id = String::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some(found) = head.captures(line) {
                id = found[1].to_owned();
                let before = messages.insert(id.clone(), BTreeSet::new());
                assert!(before.is_none(), "{language}: {id} is there twice");
            }
            let here = messages.entry(id.clone()).or_default();
            here.extend(
                argument
                    .captures_iter(line)
                    .map(|found| found[1].to_owned()),
            );
        }
    }
    messages.remove("");
    messages
}

/// The ids that templates and code name, each with the arguments that the place gives, where it is one call.
fn uses() -> Vec<(PathBuf, String, Option<BTreeSet<String>>)> {
    let call = Regex::new(
        r#"(?s)(\bsay|\.text|\btitled|\bsubject|\bMessageId|\bFlaw::new)\(\s*(?:&?req,\s*)?"([a-z][a-z0-9-]*)"[^()]*\)((?:\s*\.(?:with|strong|breaking|time|code|key|link|quoted|mail_link)\(\s*"[a-z_]+"(?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))*)"#,
    )
    .unwrap();
    // Also where it is an argument of another message.
    let name = Regex::new(r#"\bMessageId\("([a-z][a-z0-9-]*)"\)"#).unwrap();
    let argument = Regex::new(
        r#"\.(?:with|strong|breaking|time|code|key|link|quoted|mail_link)\(\s*"([a-z_]+)""#,
    )
    .unwrap();
    let mut uses = Vec::new();
    for (path, text) in read(&["src", "templates"]) {
        for found in call.captures_iter(&text) {
            let arguments = argument
                .captures_iter(&found[3])
                .map(|argument| argument[1].to_owned())
                .collect();
            for inner in name.captures_iter(&found[3]) {
                uses.push((path.clone(), inner[1].to_owned(), None));
            }
            let is_whole = found[1].ends_with("say") || &found[1] == "Flaw::new";
            uses.push((
                path.clone(),
                found[2].to_owned(),
                is_whole.then_some(arguments),
            ));
        }
    }
    uses
}

#[test]
fn catalogues_can_be_read_whole() {
    for locale in Locale::ALL {
        assert_eq!(locale::problems(*locale), Vec::<String>::new(), "{locale}");
    }
}

#[test]
fn every_language_has_every_message_with_the_same_arguments() {
    let (english, turkish) = (messages("en"), messages("tr"));

    assert!(english.len() > 200, "{} messages", english.len());
    let ids = |of: &BTreeMap<String, _>| of.keys().cloned().collect::<Vec<_>>();
    assert_eq!(ids(&english), ids(&turkish));
    for (id, arguments) in &english {
        assert_eq!(arguments, &turkish[id], "the arguments of {id}");
    }
}

#[test]
fn what_is_said_is_in_the_catalogues_and_nothing_else() {
    let english = messages("en");
    let uses = uses();

    let mut used = BTreeSet::new();
    for (path, id, arguments) in uses {
        let known = english
            .get(&id)
            .unwrap_or_else(|| panic!("{}: there is no message {id}", path.display()));
        if let Some(arguments) = arguments {
            assert_eq!(
                &arguments,
                known,
                "{}: the arguments of {id}",
                path.display()
            );
        }
        used.insert(id);
    }
    let unused: Vec<_> = english.keys().filter(|id| !used.contains(*id)).collect();
    assert!(unused.is_empty(), "nobody says {unused:?}");
}

#[test]
fn no_words_are_left_in_the_templates() {
    let dirs: Vec<String> = CONVERTED
        .iter()
        .map(|path| format!("templates/{path}"))
        .collect();
    let dirs: Vec<&str> = dirs.iter().map(String::as_str).collect();
    let comment = Regex::new(r"(?s)\{#.*?#\}|\{% block body %\}.*?\{% endblock %\}").unwrap();
    let code = Regex::new(r"(?s)\{\{.*?\}\}|\{%.*?%\}|<code>.*?</code>").unwrap();
    let spoken = Regex::new(r#"(?:aria-label|title|alt|placeholder|data-name)="([^"]*)""#).unwrap();
    let tag = Regex::new(r"(?s)<[^>]*>").unwrap();
    let word = Regex::new(r"\p{L}{2,}").unwrap();
    let converted = read(&dirs);
    let shown = converted
        .iter()
        .filter(|(path, _)| !path.ends_with(FOR_DEVELOPERS));
    for (path, text) in shown {
        let text = comment.replace_all(text, " ");
        let text = code.replace_all(&text, "");
        let attributes = spoken.captures_iter(&text).map(|found| found[1].to_owned());
        let shown = attributes
            .chain([tag.replace_all(&text, " ").into_owned()])
            .collect::<Vec<_>>()
            .join(" ")
            .replace("&middot;", " ");
        let left: Vec<&str> = word
            .find_iter(&shown)
            .map(|found| found.as_str())
            .filter(|word| !NAMES.contains(word))
            .collect();
        assert!(left.is_empty(), "{}: {left:?}", path.display());
    }
}

#[test]
fn numbers_and_moments_follow_the_language() {
    const AT_MS: i64 = 1_795_938_060_000; // 2026-11-29T07:41:00Z
    let (en, tr) = (Locale::En, Locale::Tr);
    let posts =
        |locale: Locale, count: i64| locale.say("post-count").with("count", count).to_string();

    assert_eq!([posts(en, 1), posts(en, 1_204)], ["1 post", "1,204 posts"]);
    assert_eq!([posts(tr, 1), posts(tr, 1_204)], ["1 yazı", "1.204 yazı"]);
    assert_eq!(en.moment(AT_MS), "29 November 2026, 07:41 UTC");
    assert_eq!(en.short_moment(AT_MS), "29 Nov 2026, 07:41 UTC");
    assert_eq!(tr.moment(AT_MS), "29 Kasım 2026 07:41 UTC");
    assert_eq!(tr.short_moment(AT_MS), "29 Kas 2026 07:41 UTC");
    assert_eq!([en.span(1_500), en.span(42 * 60_000)], ["1.5 s", "42 m"]);
    assert_eq!(en.span(312 * 60_000), "5 h 12 m");
    assert_eq!(tr.span(147 * 3_600_000), "6 g 3 sa");
    assert_eq!(
        [en.length(60_000), en.length(72 * 3_600_000)],
        ["1 minute", "3 days"]
    );
    assert_eq!(tr.length(72 * 3_600_000), "3 gün");
}

#[test]
fn what_somebody_typed_stays_text_in_a_message_with_markup() {
    let said = Locale::En
        .say("confirm-ask")
        .strong("email", "<b>\u{fdd0}9\u{fdd1}</b>")
        .to_string();

    assert_eq!(said.matches('<').count(), 2, "{said}");
    assert!(
        said.contains("&#60;b&#62;") || said.contains("&lt;b&gt;"),
        "{said}"
    );
}

/// What a script says comes with the page, in its language: no literal in one is a sentence, or begins like one.
#[test]
fn scripts_say_nothing_of_their_own() {
    let literal = Regex::new(r#""([^"\\]*)"|`([^`]*)`"#).unwrap();
    let filled = Regex::new(r"\$\{[^}]*\}").unwrap();
    let prose = Regex::new(r"^\p{L}[\p{L}’',.!?…]* [\p{L}’',.!?… ]+$|^\p{Lu}\p{Ll}{2,}").unwrap();
    // Names of keys, and lists of classes and of elements.
    let names = Regex::new(r"^(Enter|Escape|Arrow(Up|Down))$").unwrap();
    let is_code = Regex::new(r"className|querySelector|closest|matches|control\(").unwrap();
    let mut scripts = 0;
    for entry in fs::read_dir(root().join("static")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "js") {
            continue;
        }
        scripts += 1;
        let text = fs::read_to_string(&path).unwrap();
        let lines = text.lines().filter(|line| !line.trim().starts_with("//"));
        for line in lines.filter(|line| !is_code.is_match(line)) {
            for found in literal.captures_iter(line) {
                let said = found.get(1).or(found.get(2)).unwrap().as_str();
                let said = filled.replace_all(said, "");
                let said = said.trim();
                assert!(
                    !prose.is_match(said) || names.is_match(said),
                    "{} says {said:?}",
                    path.display()
                );
            }
        }
    }
    assert!(scripts > 2, "{scripts} scripts");
}

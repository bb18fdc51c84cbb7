//! Hosts with the labels before them, and with a path where the pattern has one: how the pattern may stand in a text, and
//! whether what was found is that host and not another one around it. Knows nothing of rules and disguises.

use super::flaw::Flaw;

/// What may follow the last dot of a file's name and is no domain that people link to.
const FILES: [&str; 26] = [
    "asp", "aspx", "ashx", "bat", "cfm", "cgi", "conf", "css", "csv", "ctr", "doc", "exe", "gif",
    "htm", "html", "jpg", "jpeg", "js", "json", "jsp", "pdf", "php", "png", "txt", "xml", "yml",
];

/// A host as it is to be looked for, and where on it.
#[derive(Debug, PartialEq, Eq)]
struct Host<'p> {
    /// Any host that ends so: `.example`.
    is_ending: bool,
    name: &'p str,
    /// From the slash on; empty for all of the host.
    path: &'p str,
}

/// The ways in which a host is written: with its own letters, and as the network has it.
pub(super) fn spellings(pattern: &str) -> Result<Vec<String>, Flaw> {
    let host = Host::read(pattern)?;
    let dot = if host.is_ending { "." } else { "" };
    let spelled = |name: &str| format!("{dot}{name}{}", host.path);
    if host.name.is_ascii() && !host.name.to_ascii_lowercase().contains("xn--") {
        return Ok(vec![spelled(host.name)]);
    }
    let ascii = idna::domain_to_ascii(host.name).map_err(|_| wanted())?;
    let (unicode, is_known) = idna::domain_to_unicode(&ascii);
    is_known.map_err(|_| wanted())?;
    let mut found = vec![spelled(&unicode)];
    if ascii != unicode {
        found.push(spelled(&ascii));
    }
    Ok(found)
}

/// Whether somebody who wrote only this most likely meant a host: `example.com`, `example.com/offers`, no `index.html`.
pub(super) fn is_likely(line: &str) -> bool {
    let Ok(host) = Host::read(line) else {
        return false;
    };
    let last = host.name.rsplit('.').next().unwrap_or_default();
    let is_domain = last.chars().count() >= 2
        && (last.chars().all(char::is_alphabetic) || last.to_ascii_lowercase().starts_with("xn--"));
    let is_file = FILES.iter().any(|file| last.eq_ignore_ascii_case(file));
    !host.is_ending
        && is_domain
        && !is_file
        && !host.path.contains(['*', '='])
        && !line.contains('*')
}

/// Whether what stands from `start` to `end` is a host of its own, not a part of another one's name, such as
/// `spam.example` of `spam.example.org` or of `no-spam.example`.
pub(super) fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let found = &text[start..end];
    let before = text[..start].chars().next_back();
    let mut after = text[end..].chars();
    let is_name = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '-');
    let begins = match found.starts_with('.') {
        true => is_name(before),
        false => before != Some('-'),
    };
    let ends = found.contains('/')
        || match after.next() {
            Some('.') => !is_name(after.next()),
            Some('-') => !is_name(after.next()),
            // The name of somebody in front of the real host.
            Some('@') => false,
            _ => true,
        };
    begins && ends
}

impl<'p> Host<'p> {
    fn read(pattern: &'p str) -> Result<Host<'p>, Flaw> {
        let pattern = pattern.trim();
        let rest = pattern
            .split_once("://")
            .map_or(pattern, |(_, rest)| rest)
            .trim_start_matches('/');
        let (name, path) = match rest.find('/') {
            Some(slash) => rest.split_at(slash),
            None => (rest, ""),
        };
        let name = name.strip_prefix("*.").unwrap_or(name);
        let (is_ending, name) = match name.strip_prefix('.') {
            Some(name) => (true, name),
            None => (false, name),
        };
        if name.contains(':') {
            return Err(Flaw::new("flaw-host-port"));
        }
        let is_letter = |c: char| {
            c.is_alphanumeric() || c == '-' || unicode_normalization::char::is_combining_mark(c)
        };
        let is_label = |label: &str| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(is_letter)
        };
        let is_host = name.split('.').all(is_label) && (is_ending || name.contains('.'));
        if !is_host || path.contains(char::is_whitespace) {
            return Err(wanted());
        }
        let path = if path == "/" && !is_ending { "" } else { path };
        Ok(Host {
            is_ending,
            name,
            path,
        })
    }
}

fn wanted() -> Flaw {
    Flaw::new("flaw-host")
}

//! Collects the texts of settings from file, environment and flags, finds every mistake, and remembers where each value
//! came from. The only readers of files here are the configuration itself and the files that hold secrets.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::settings::{MASK, SETTINGS, Setting, find_setting, masked_url};
use super::{Config, derived_base_url, derived_database_url};

/// Read from the working directory when it exists and no other file is named.
const DEFAULT_FILE: &str = "gatepost.toml";
const PREFIX: &str = "GATEPOST_";
const FILE_SUFFIX: &str = "_file";
/// Tells the tests of this repository that nothing may be skipped; programs that they start inherit it.
const OF_THE_TESTS: &str = "GATEPOST_REQUIRE_ALL";

/// Everything that can say what a setting is, besides the defaults.
#[derive(Debug, Default)]
pub struct Sources {
    /// The configuration file that was asked for; then it must exist.
    pub file: Option<PathBuf>,
    /// The environment, all of it.
    pub environment: Vec<(OsString, OsString)>,
    /// What the flags say: key and text.
    pub flags: Vec<(&'static str, String)>,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// A line of the configuration file.
    File(PathBuf, usize),
    /// A variable.
    Environment(String),
    /// A flag.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path, line) => write!(f, "{} line {line}", path.display()),
            Self::Environment(variable) => f.write_str(variable),
            Self::Flag(key) => write!(f, "--{}", key.replace('_', "-")),
        }
    }
}

/// A checked configuration and the origin of each of its values.
#[derive(Debug)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    origins: BTreeMap<&'static str, Origin>,
}

impl Loaded {
    /// Where the value of `setting` came from.
    pub fn origin(&self, setting: &Setting) -> &Origin {
        self.origins.get(setting.key).unwrap_or(&Origin::Default)
    }

    /// Whether somebody set `key`.
    pub fn is_set(&self, key: &str) -> bool {
        self.origins.contains_key(key)
    }
}

/// All that is wrong with a configuration.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Mistakes(Vec<String>);

impl std::error::Error for Mistakes {}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => write!(f, "the configuration has a mistake:")?,
            count => write!(f, "the configuration has {count} mistakes:")?,
        }
        self.0
            .iter()
            .try_for_each(|mistake| write!(f, "\n  {mistake}"))
    }
}

/// Reads all sources, a later one over an earlier one, and checks every value.
pub fn load(sources: Sources) -> Result<Loaded, Mistakes> {
    let mut reader = Reader::default();
    reader.file(sources.file);
    reader.environment(sources.environment);
    for (key, text) in sources.flags {
        reader.put(key, text, Origin::Flag(key));
    }
    reader.finish()
}

/// A text that was given for a setting.
struct Given {
    text: String,
    origin: Origin,
}

#[derive(Default)]
struct Reader {
    given: BTreeMap<&'static str, Given>,
    mistakes: Vec<String>,
}

impl Reader {
    fn file(&mut self, asked_for: Option<PathBuf>) {
        let is_asked_for = asked_for.is_some();
        let path = asked_for.unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !is_asked_for => return,
            Err(error) => {
                self.mistakes.push(format!("{}: {error}", path.display()));
                return;
            }
        };
        match DeTable::parse(&text) {
            Ok(table) => self.table(&path, &text, table.get_ref()),
            Err(error) => {
                let line = line_of(&text, error.span().map_or(0, |span| span.start));
                self.mistakes.push(format!(
                    "{} line {line}: {}",
                    path.display(),
                    error.message()
                ));
            }
        }
    }

    fn table(&mut self, path: &Path, text: &str, table: &DeTable<'_>) {
        let mut seen = Vec::new();
        for (key, value) in table {
            let origin = Origin::File(path.to_owned(), line_of(text, key.span().start));
            let key = key.get_ref();
            match text_of(value.get_ref()) {
                Some(text) => self.take(key, text, origin, &mut seen),
                None => self.mistakes.push(format!(
                    "{key} ({origin}): expected a text, a number or a list of texts"
                )),
            }
        }
    }

    fn environment(&mut self, environment: Vec<(OsString, OsString)>) {
        let mut seen = Vec::new();
        for (variable, value) in environment {
            let Some(variable) = variable.to_str() else {
                continue;
            };
            let Some(name) = variable.strip_prefix(PREFIX) else {
                continue;
            };
            if variable == OF_THE_TESTS {
                continue;
            }
            let key = name.to_ascii_lowercase();
            let origin = Origin::Environment(variable.to_owned());
            match value.into_string() {
                Ok(text) => self.take(&key, text, origin, &mut seen),
                Err(_) => self
                    .mistakes
                    .push(format!("{key} ({origin}): expected UTF-8")),
            }
        }
    }

    /// Takes `text` for `key`, which one source must not give twice (as itself and as a file).
    fn take(&mut self, key: &str, text: String, origin: Origin, seen: &mut Vec<&'static str>) {
        let (setting, text) = match (find_setting(key), secret_of(key)) {
            (Some(setting), _) => (setting, Ok(text)),
            // An empty value leaves the default, for a file of a secret too.
            (None, Some(setting)) if text.is_empty() => (setting, Ok(text)),
            (None, Some(setting)) => (setting, read_secret(&text)),
            (None, None) => {
                let hint = nearest(key).map_or_else(String::new, |known| {
                    format!("; did you mean {}?", known.key)
                });
                self.mistakes
                    .push(format!("{key} ({origin}): there is no such setting{hint}"));
                return;
            }
        };
        match text {
            Ok(text) if text.is_empty() => {}
            Ok(_) if seen.contains(&setting.key) => self.mistakes.push(format!(
                "{key} ({origin}): given twice, as {} and as {}{FILE_SUFFIX}",
                setting.key, setting.key
            )),
            Ok(text) => {
                seen.push(setting.key);
                self.put(setting.key, text, origin);
            }
            Err(reason) => self.mistakes.push(format!("{key} ({origin}): {reason}")),
        }
    }

    fn put(&mut self, key: &'static str, text: String, origin: Origin) {
        self.given.insert(key, Given { text, origin });
    }

    fn finish(mut self) -> Result<Loaded, Mistakes> {
        let mut config = Config::default();
        let mut origins = BTreeMap::new();
        for setting in SETTINGS {
            let Some(Given { text, origin }) = self.given.remove(setting.key) else {
                continue;
            };
            if let Err(reason) = setting.read(&mut config, &text) {
                let shown = if setting.is_secret {
                    masked(&text)
                } else {
                    format!("{text:?}")
                };
                self.mistakes
                    .push(format!("{} = {shown} ({origin}): {reason}", setting.key));
            }
            origins.insert(setting.key, origin);
        }
        if !self.mistakes.is_empty() {
            return Err(Mistakes(self.mistakes));
        }
        if !origins.contains_key("base_url") {
            config.base_url = derived_base_url(config.listen);
        }
        if !origins.contains_key("database_url") {
            config.database_url = derived_database_url(&config.data_dir);
        }
        Ok(Loaded { config, origins })
    }
}

/// The setting whose secret is read from the file that `key` names.
fn secret_of(key: &str) -> Option<&'static Setting> {
    let setting = find_setting(key.strip_suffix(FILE_SUFFIX)?)?;
    setting.is_secret.then_some(setting)
}

fn read_secret(path: &str) -> Result<String, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("read {path}: {error}"))?;
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        return Err(format!("{path} is empty"));
    }
    Ok(secret.to_owned())
}

/// A wrong secret: its length helps, its text would leak.
fn masked(text: &str) -> String {
    match masked_url(text) {
        url if url != MASK && url != text => format!("{url:?}"),
        _ => format!("{MASK} ({} characters)", text.chars().count()),
    }
}

/// A value as one text; lists are joined with commas.
fn text_of(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Boolean(is_on) => Some(is_on.to_string()),
        DeValue::Array(items) => {
            let texts: Option<Vec<_>> = items.iter().map(|item| item.get_ref().as_str()).collect();
            Some(texts?.join(","))
        }
        _ => None,
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text.as_bytes()[..offset.min(text.len())]
        .iter()
        .filter(|&&byte| byte == b'\n')
        .count()
}

/// The setting that was probably meant.
fn nearest(key: &str) -> Option<&'static Setting> {
    const TYPOS: usize = 3;
    SETTINGS
        .iter()
        .map(|setting| (distance(key, setting.key), setting))
        .filter(|(distance, _)| *distance <= TYPOS)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, setting)| setting)
}

/// How many letters must be changed, added or left out to make `b` of `a` (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.bytes().enumerate() {
            let substituted = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests;

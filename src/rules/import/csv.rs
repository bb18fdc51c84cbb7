//! Rules as a table with a heading; also without one, then the first column is the pattern.

use csv::{ReaderBuilder, StringRecord, Trim};

use super::super::flaw::Flaw;
use super::super::inflect::Inflections;
use super::super::rule::{Action, Fields, MatchMode, RuleDraft, RuleKind};
use super::{ImportReport, of_kind};

const COLUMNS: [&str; 12] = [
    "id",
    "kind",
    "pattern",
    "match",
    "fields",
    "action",
    "category",
    "severity",
    "note",
    "enabled",
    "inflections",
    "exceptions",
];

pub(super) fn parse(bytes: &[u8], defaults: &RuleDraft, report: &mut ImportReport) {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .delimiter(delimiter(bytes))
        .from_reader(bytes);
    let mut heading = StringRecord::from(vec!["pattern"]);
    for (index, record) in reader.records().enumerate() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error
                    .position()
                    .map_or(index as u64 + 1, |position| position.line());
                report.refuse(line as usize, Flaw::new("flaw-encoding"));
                continue;
            }
        };
        let line = record
            .position()
            .map_or(index + 1, |position| position.line() as usize);
        if index == 0
            && record
                .iter()
                .any(|cell| cell.eq_ignore_ascii_case("pattern"))
        {
            heading = record.iter().map(str::to_ascii_lowercase).collect();
            for name in heading.iter().filter(|name| !COLUMNS.contains(name)) {
                let known = COLUMNS.join(", ");
                let flaw = Flaw::new("flaw-column")
                    .with("name", name)
                    .with("known", known);
                report.refuse(line, flaw);
            }
            continue;
        }
        match draft(&heading, &record, defaults) {
            Ok(draft) => report.accept(line, draft),
            Err(flaw) => report.refuse(line, flaw),
        }
    }
}

/// Spreadsheets write semicolons or tabs in half of the world.
fn delimiter(bytes: &[u8]) -> u8 {
    let first_line = bytes
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    let count = |wanted: u8| first_line.iter().filter(|byte| **byte == wanted).count();
    [b',', b';', b'\t']
        .into_iter()
        .rev()
        .max_by_key(|delimiter| count(*delimiter))
        .unwrap_or(b',')
}

fn draft(
    heading: &StringRecord,
    record: &StringRecord,
    defaults: &RuleDraft,
) -> Result<RuleDraft, Flaw> {
    let cell = |name: &str| {
        let column = heading.iter().position(|column| column == name)?;
        record.get(column).filter(|cell| !cell.is_empty())
    };
    let pattern = cell("pattern").ok_or_else(|| Flaw::new("flaw-no-pattern"))?;
    let (kind, pattern) = match cell("kind") {
        Some(kind) => (
            kind.parse()
                .map_err(|_| one_of("kind", RuleKind::names()))?,
            pattern,
        ),
        None => RuleKind::guess(pattern),
    };
    let mut draft = of_kind(defaults, kind, pattern);
    if let Some(mode) = cell("match") {
        draft.mode = mode
            .parse()
            .map_err(|_| one_of("match", MatchMode::names()))?;
    }
    if let Some(fields) = cell("fields") {
        draft.fields = fields
            .parse()
            .map_err(|_| one_of("fields", Fields::names()))?;
    }
    if let Some(action) = cell("action") {
        draft.action = action
            .parse()
            .map_err(|_| one_of("action", Action::names()))?;
    }
    if let Some(severity) = cell("severity") {
        draft.severity = severity
            .parse()
            .map_err(|_| Flaw::new("flaw-severity").of("severity"))?;
    }
    if let Some(enabled) = cell("enabled") {
        draft.enabled = match enabled.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => true,
            "false" | "no" | "off" | "0" => false,
            _ => return Err(one_of("enabled", "true, false".to_owned())),
        };
    }
    if let Some(language) = cell("inflections") {
        draft.inflections = language
            .parse()
            .map_err(|_| one_of("inflections", Inflections::names()))?;
    }
    if let Some(exceptions) = cell("exceptions") {
        draft.exceptions = exceptions
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect();
    }
    draft.category = cell("category").unwrap_or(&defaults.category).to_owned();
    draft.note = cell("note").unwrap_or(&defaults.note).to_owned();
    Ok(draft)
}

fn one_of(column: &'static str, names: String) -> Flaw {
    Flaw::new("flaw-one-of").with("names", names).of(column)
}

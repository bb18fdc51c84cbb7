//! Rule lists from files and back.

use super::super::import::{Format, parse};
use super::*;

fn read(format: Format, text: &str) -> import::ImportReport {
    parse(
        format,
        text.as_bytes(),
        &RuleDraft {
            category: "c".into(),
            ..RuleDraft::default()
        },
    )
}

fn kinds(report: &import::ImportReport) -> Vec<(RuleKind, &str)> {
    report
        .drafts
        .iter()
        .map(|draft| (draft.kind, draft.pattern.as_str()))
        .collect()
}

#[test]
fn a_line_is_a_word_a_phrase_a_wildcard_or_a_regex() {
    let report = read(
        Format::Txt,
        "\u{FEFF}# a list\nspam\r\n\n two words\nsm?rf*\n/a+b/\nSPAM\n*\n/(/\n",
    );

    assert_eq!(
        kinds(&report),
        [
            (RuleKind::Word, "spam"),
            (RuleKind::Phrase, "two words"),
            (RuleKind::Wildcard, "sm?rf*"),
            (RuleKind::Regex, "a+b"),
            (RuleKind::Word, "*"),
        ]
    );
    assert_eq!(report.duplicates, 1);
    assert_eq!(report.problems.len(), 1);
    assert_eq!(report.problems[0].line, 9);
}

#[test]
fn hosts_and_parts_of_addresses_are_exact() {
    let report = read(
        Format::Txt,
        "spam\nspam.example\n/buy-now/\nphp?id\n.info/\nwell-known\nstop...\nsm?rf\n",
    );

    let modes: Vec<_> = report.drafts.iter().map(|draft| draft.mode).collect();
    use MatchMode::{Exact, Normal};
    assert_eq!(
        modes,
        [Normal, Exact, Exact, Exact, Exact, Normal, Normal, Normal]
    );
    let last = report.drafts.last().expect("there is one");
    assert_eq!(last.kind, RuleKind::Wildcard);
    assert_eq!(report.addresses, 4);
}

#[test]
fn tables_may_leave_columns_out_and_mistakes_name_their_line() {
    let report = read(
        Format::Csv,
        "Pattern;Action;Severity\nspam;reject;4\n\"a; b\";;\nx;drop;1\ny;hold;9\n",
    );

    assert_eq!(
        kinds(&report),
        [(RuleKind::Word, "spam"), (RuleKind::Phrase, "a; b")]
    );
    assert_eq!(
        (report.drafts[0].action, report.drafts[0].severity),
        (Action::Reject, 4)
    );
    assert_eq!(report.drafts[1].category, "c");
    let lines: Vec<_> = report.problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [4, 5]);
}

#[test]
fn what_is_exported_is_imported_again() {
    let rules = [
        rule("1", RuleKind::Word, "a,\"b\"", Action::Reject),
        rule("2", RuleKind::Phrase, "c d", Action::Allow),
        rule("3", RuleKind::Regex, r"e+\b", Action::Shadow),
        rule("4", RuleKind::Wildcard, "fo*", Action::Hold),
    ];
    let rules = rules.map(|rule| Rule {
        draft: RuleDraft {
            category: "c".into(),
            ..rule.draft
        },
        ..rule
    });
    let drafts: Vec<_> = rules.iter().map(|rule| rule.draft.clone()).collect();

    assert_eq!(read(Format::Csv, &export::to_csv(&rules)).drafts, drafts);
    assert_eq!(read(Format::Json, &export::to_json(&rules)).drafts, drafts);
    assert_eq!(kinds(&read(Format::Txt, &export::to_txt(&rules))).len(), 4);
    assert_eq!(
        Format::detect(None, export::to_csv(&rules).as_bytes()),
        Format::Csv
    );
    assert_eq!(
        Format::detect(None, export::to_json(&rules).as_bytes()),
        Format::Json
    );
    assert_eq!(Format::detect(Some("list.TXT"), b"[x]"), Format::Txt);
    assert_eq!(Format::detect(None, b"[x] y"), Format::Txt);
}

#[test]
fn profanity_lists_bring_their_tags_severities_and_exceptions() {
    let list = r#"[{"id": "coon", "match": "coon|co*ons", "tags": ["racial"], "severity": 3,
        "exceptions": ["rac*", "* can"]}, {"match": 3}, "plain", {"pattern": "x", "sevrity": 1}]"#;

    let report = read(Format::Json, list);

    assert_eq!(
        kinds(&report),
        [
            (RuleKind::Word, "coon"),
            (RuleKind::Phrase, "coon can"),
            (RuleKind::Regex, r"\bco+ons\b"),
            (RuleKind::Regex, r"\bco+ons\W+can\b"),
            (RuleKind::Word, "plain"),
        ]
    );
    assert_eq!(
        (
            report.drafts[0].category.as_str(),
            report.drafts[0].severity
        ),
        ("racial", 3)
    );
    assert_eq!(report.drafts[1].action, Action::Allow);
    assert_eq!(report.unneeded, 2);
    let lines: Vec<_> = report.problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [2, 4]);
}

#[test]
fn mild_words_of_a_list_with_severities_are_only_noted() {
    let list = r#"[{"match": "hell", "severity": 1}, {"match": "grawlix", "severity": 2}]"#;
    let actions = |report: &import::ImportReport| -> Vec<Action> {
        report.drafts.iter().map(|draft| draft.action).collect()
    };

    let held = read(Format::Json, list);
    let reject = RuleDraft {
        action: Action::Reject,
        ..RuleDraft::default()
    };
    let rejected = parse(Format::Json, list.as_bytes(), &reject);

    assert_eq!(actions(&held), [Action::Shadow, Action::Hold]);
    assert_eq!(held.mild, 1);
    assert_eq!(actions(&rejected), [Action::Reject, Action::Reject]);
}

#[test]
fn files_that_are_no_lists_are_refused_without_a_panic() {
    for bytes in [
        &b"\xFF\xFE"[..],
        b"{}",
        b"[",
        b"",
        b"[[[[",
        b"\"a\",\"",
        &[0; 100],
    ] {
        for format in Format::ALL {
            let report = parse(*format, bytes, &RuleDraft::default());
            assert!(report.drafts.len() <= 2, "{bytes:?}");
        }
    }
}

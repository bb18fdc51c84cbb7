//! What a rule set does to real and to hostile texts, through the public functions.

use super::*;

fn rule(id: &str, kind: RuleKind, pattern: &str, action: Action) -> Rule {
    let draft = RuleDraft {
        kind,
        pattern: pattern.into(),
        action,
        ..RuleDraft::default()
    };
    Rule {
        id: id.into(),
        draft,
    }
}

fn matcher(rules: &[(RuleKind, &str, Action)]) -> Matcher {
    let rules: Vec<_> = rules
        .iter()
        .enumerate()
        .map(|(n, (kind, pattern, action))| rule(&format!("r{n}"), *kind, pattern, *action))
        .collect();
    Matcher::build(7, &rules).expect("the rules compile")
}

fn holding(kind: RuleKind, pattern: &str) -> Matcher {
    matcher(&[(kind, pattern, Action::Hold)])
}

/// The original texts of the hits in a body.
fn hits(matcher: &Matcher, body: &str) -> Vec<String> {
    let checked = matcher.check("", body);
    assert_eq!(checked.problem, None);
    for hit in &checked.hits {
        let at: String = body
            .chars()
            .skip(hit.start)
            .take(hit.end - hit.start)
            .collect();
        assert_eq!(at, hit.text, "the span is where the text is");
    }
    checked.hits.into_iter().map(|hit| hit.text).collect()
}

#[test]
fn words_are_found_between_boundaries_whatever_their_case_and_width() {
    let spam = holding(RuleKind::Word, "Spam");

    assert_eq!(
        hits(&spam, "spam, SPAM; ｓｐａｍ spam_spam"),
        ["spam", "SPAM", "ｓｐａｍ", "spam", "spam"]
    );
    assert_eq!(hits(&spam, "spammer antispam sp am"), [""; 0]);
    assert_eq!(
        hits(&holding(RuleKind::Word, "straße"), "STRASSE"),
        ["STRASSE"]
    );
    assert_eq!(
        hits(&holding(RuleKind::Word, "café"), "un cafe\u{301} noir"),
        ["cafe\u{301}"]
    );
}

#[test]
fn markdown_and_invisible_characters_hide_nothing() {
    let spam = holding(RuleKind::Word, "spam");

    assert_eq!(hits(&spam, "sp**a**m"), ["sp**a**m"]);
    assert_eq!(
        hits(&spam, "sp&#97;m s&shy;pam s\u{200b}pam"),
        ["sp&#97;m", "s&shy;pam", "s\u{200b}pam"]
    );
    assert_eq!(
        hits(&spam, "[spam](http://example.org/x) ![spam](y.png) `spam`"),
        ["spam", "spam", "spam"]
    );
    assert_eq!(
        hits(&spam, "[sp](x)am sp<b>am</b>"),
        ["sp](x)am", "sp<b>am"]
    );
    assert_eq!(
        hits(&spam, "<div>\nspam <b title=spam>x</b>\n</div>"),
        ["spam"]
    );
    assert_eq!(hits(&spam, "[x](http://example.org/spam)"), [""; 0]);
}

#[test]
fn phrases_go_over_white_space_and_punctuation() {
    let phrase = holding(RuleKind::Phrase, "kill yourself");

    assert_eq!(
        hits(&phrase, "Kill\n> yourself, kill ... YOURSELF"),
        ["Kill\n> yourself", "kill ... YOURSELF"]
    );
    assert_eq!(hits(&phrase, "kill it yourself; skill yourself"), [""; 0]);
}

#[test]
fn scripts_without_spaces_have_boundaries_everywhere() {
    assert_eq!(
        hits(&holding(RuleKind::Word, "おっぱい"), "これはおっぱいです"),
        ["おっぱい"]
    );
    assert_eq!(
        hits(&holding(RuleKind::Word, "sm"), "日本smです small"),
        ["sm"]
    );
    assert_eq!(hits(&holding(RuleKind::Word, "хуй"), "хуйня, ХУЙ"), ["ХУЙ"]);
}

#[test]
fn wildcards_stay_within_a_word() {
    assert_eq!(
        hits(
            &holding(RuleKind::Wildcard, "sm?rf*"),
            "smurfs smarf smrf smu rf"
        ),
        ["smurfs", "smarf"]
    );
    assert_eq!(
        hits(&holding(RuleKind::Wildcard, "*smurf*"), "blasmurfed smurf"),
        ["blasmurfed", "smurf"]
    );
    assert_eq!(
        hits(&holding(RuleKind::Wildcard, "*smurf"), "blasmurf smurfs"),
        ["blasmurf"]
    );
}

#[test]
fn regexes_ignore_case_and_see_the_rendered_text() {
    assert_eq!(
        hits(&holding(RuleKind::Regex, r"smu+rf\d*"), "a **SM**UUURF12 b"),
        ["SM**UUURF12"]
    );
    assert_eq!(
        hits(&holding(RuleKind::Regex, r"\d{3}-\d{4}"), "call 555-1234"),
        ["555-1234"]
    );
    assert_eq!(
        hits(&holding(RuleKind::Regex, r"\bfu+c+k\b"), "fuuucck fuckk"),
        ["fuuucck"]
    );
}

#[test]
fn exceptions_excuse_what_lies_inside_them() {
    let rules = matcher(&[
        (RuleKind::Wildcard, "*cunt*", Action::Reject),
        (RuleKind::Word, "Scunthorpe", Action::Allow),
    ]);

    assert_eq!(
        rules.check("Scunthorpe", "scunthorpe").verdict,
        Verdict::Publish
    );
    assert_eq!(
        rules.check("", "cunts of Scunthorpe").verdict,
        Verdict::Reject
    );
}

mod files {
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
}

//! What a rule set does to real and to hostile texts, through the public functions.

use super::*;

mod equivalence;
mod evasion;
mod files;
mod innocent;
mod kinds;
mod samples;
mod work;

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
    let checked = spam.check("", "[x](http://example.org/spam)");
    assert_eq!(checked.hits[0].text, "spam");
    assert!(checked.hits[0].view.contains(View::Link));
}

#[test]
fn a_wide_space_before_a_word_does_not_break_the_check() {
    assert_eq!(
        hits(
            &holding(RuleKind::Word, "spam"),
            "<b>a</b>\u{a0}spam \u{3000}spam"
        ),
        ["spam", "spam"]
    );
}

#[test]
fn passages_that_are_turned_are_read_as_a_reader_reads_them() {
    let spam = holding(RuleKind::Word, "spam");

    assert_eq!(
        hits(&spam, "it is \u{202E}maps\u{202C}, so \u{202E}em maps"),
        ["maps", "maps"]
    );
    assert_eq!(hits(&spam, "well, ɯɐds"), ["ɯɐds"]);
    assert_eq!(hits(&spam, "maps and ɯɐps"), [""; 0]);
    let checked = spam.check("\u{202E}maps", "");
    assert!(checked.hits[0].view.contains(View::Hidden), "{checked:?}");
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
fn a_wildcard_is_found_behind_a_sign_that_stands_for_its_only_letter() {
    assert_eq!(
        hits(&holding(RuleKind::Wildcard, "s*am"), "$pam 5pam span"),
        ["$pam", "5pam"]
    );
}

#[test]
fn a_text_of_tags_alone_is_held_before_a_wildcard_has_read_it_from_each_of_them() {
    let mut rule = rule("r0", RuleKind::Wildcard, "c*ck", Action::Hold);
    rule.draft.mode = MatchMode::Aggressive;
    let wildcard = Matcher::build(7, &[rule]).expect("the rule compiles");

    let checked = wildcard.check("", &"<b>".repeat(60_000));

    assert_eq!(checked.verdict, Verdict::Hold);
    assert!(checked.problem.is_some(), "{checked:?}");
    assert_eq!(wildcard.check("", &"<b>".repeat(300)).problem, None);
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
        hits(&holding(RuleKind::Regex, r"\bfu+c+k\b"), "fuuucck fucky"),
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

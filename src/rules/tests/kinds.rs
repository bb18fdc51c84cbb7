//! Hosts: their labels, their paths, and how they are written.

use super::*;

#[test]
fn a_host_is_found_with_what_stands_before_it_and_not_inside_of_another() {
    let spam = holding(RuleKind::Host, "spam.com");

    for text in [
        "spam.com",
        "SPAM.com, really",
        "www.spam.com",
        "see https://a.spam.com/x?y",
        "end of spam.com.",
        "(spam.com)",
        "_spam.com_",
        "me@spam.com",
        "http://spam.com:8080/",
        "[here](https://spam.com/x)",
        "[here](//spam.com)",
        "<https://spam.com>",
        "![x](http://img.spam.com/a.png)",
        "<a href=\"https://spam.com/\">x</a>",
        "[1]: https://spam.com\n\n[x][1]",
        "http://spam&#46;com/",
        "spam\u{ad}.com",
        "ｓｐａｍ.com",
        "sp**am**.com",
        "spam.**com**",
        "sp<b></b>am<i>.com</i>",
        "<me@spam.com>",
    ] {
        assert_eq!(hits(&spam, text).len(), 1, "{text}");
    }
    for text in [
        "spam.com.au",
        "notspam.com",
        "not-spam.com",
        "spam.community",
        "spam.com-pany.org",
        "spam com",
        "sp4m.com",
        "spam",
        "https://spam.com@good.example/",
        "sp**am.com",
    ] {
        assert_eq!(hits(&spam, text), [""; 0], "{text}");
    }
    let shown = spam.check("", "[x](https://spam.com)");
    assert!(shown.hits[0].view.contains(View::Link));
}

#[test]
fn a_path_narrows_a_host_and_a_dot_widens_it() {
    let offers = holding(RuleKind::Host, "https://Example.com/offers");

    assert_eq!(
        hits(
            &offers,
            "example.com/offers www.example.com/Offers/1 example.com/offers?x=1"
        )
        .len(),
        3
    );
    assert_eq!(
        hits(&offers, "example.com example.com/ example.com/offersheet"),
        [""; 0]
    );
    let ending = holding(RuleKind::Host, ".top");
    assert_eq!(
        hits(&ending, "https://a.top/x b.top, c.top.example .top"),
        [".top", ".top"]
    );
    let all = holding(RuleKind::Host, "*.example.org/");
    assert_eq!(hits(&all, "x.example.org example.org/a").len(), 2);
}

#[test]
fn a_host_is_known_by_its_own_letters_and_as_the_network_has_it() {
    for pattern in ["bücher.de", "xn--bcher-kva.de", "BÜCHER.de"] {
        let books = holding(RuleKind::Host, pattern);
        assert_eq!(
            hits(&books, "https://www.bücher.de and http://xn--bcher-kva.de/"),
            ["bücher.de", "xn--bcher-kva.de"],
            "{pattern}"
        );
        assert_eq!(hits(&books, "bucher.de"), [""; 0]);
    }
    let (one, other) = ("bücher.de", "https://xn--bcher-kva.de/");
    let identity = |pattern| {
        rule("", RuleKind::Host, pattern, Action::Hold)
            .draft
            .identity()
    };
    assert_eq!(identity(one), identity(other));
}

#[test]
fn what_is_no_host_is_refused_and_what_is_one_is_told_from_a_word() {
    for pattern in [
        "spam",
        "a b.com",
        "-.com",
        "a..com",
        "spam.com:80",
        "http://",
    ] {
        let refused = rule("", RuleKind::Host, pattern, Action::Hold)
            .draft
            .validate();
        assert!(refused.is_err(), "{pattern}");
    }
    let kind = |line| RuleKind::guess(line).0;
    for line in [
        "spam.com",
        "a.spam.co.uk/x",
        "https://spam.com/",
        "bücher.de",
    ] {
        assert_eq!(kind(line), RuleKind::Host, "{line}");
    }
    for line in [
        "index.html",
        "/blog/",
        ".info/",
        "page.php?id=",
        "v1.2",
        "a.b",
        "stop...",
    ] {
        assert_eq!(kind(line), RuleKind::Word, "{line}");
    }
    assert_eq!(kind("*.com*"), RuleKind::Word);
}

fn with(draft: RuleDraft) -> Matcher {
    let rule = Rule {
        id: "r".into(),
        draft,
    };
    rule.draft.validate().expect("the rule is right");
    Matcher::build(1, &[rule]).expect("the rule compiles")
}

#[test]
fn a_word_is_found_in_the_forms_of_its_language_and_no_others() {
    let inflected = |inflections, pattern: &str| RuleDraft {
        pattern: pattern.into(),
        inflections,
        ..RuleDraft::default()
    };
    use Inflections::{English, French, German, Spanish, Turkish};
    for (language, pattern, found, others) in [
        (
            English,
            "spam",
            "Spam spams spammed spamming sp4mming",
            "spasm spammer Spamalot",
        ),
        (English, "univers", "univers", "university universe"),
        (
            English,
            "hop",
            "hop hops hopped hopping",
            "hope hoped hoping",
        ),
        (English, "scam", "scam scams", "scamp scampi"),
        (English, "bully", "bully bullies bullied bullying", "bull"),
        (English, "kiss", "kiss kisses kissed kissing", "kis"),
        (English, "die", "die dies died dying", "diet"),
        (
            English,
            "cancel",
            "cancels canceled cancelled cancelling",
            "cancer",
        ),
        (German, "Idiot", "Idiot Idioten Idiotes", "Idiotie"),
        (German, "kotzen", "kotzen kotzt gekotzt kotzte", "Kotze2"),
        (French, "idiot", "idiot idiots idiote idiotes", "idiotie"),
        (French, "honteux", "honteux honteuse honteuses", "honte"),
        (Spanish, "idiota", "idiota idiotas", "idiotez"),
        (Spanish, "luz", "luz luces", "lucero"),
        (
            Turkish,
            "aptal",
            "aptal aptallar aptala aptalın aptalsın aptalların aptaldan",
            "aptallık",
        ),
        (
            Turkish,
            "köpek",
            "köpek köpekler köpeğin köpeğe köpeklere",
            "köpekbalığı",
        ),
    ] {
        let matcher = with(inflected(language, pattern));
        let expected = found.split(' ').filter(|word| *word != "aptalsın");
        let expected: Vec<&str> = expected.collect();
        assert_eq!(hits(&matcher, found), expected, "{pattern}");
        assert_eq!(hits(&matcher, others), [""; 0], "{pattern}");
    }
    let plain = with(inflected(Inflections::None, "spam"));
    assert_eq!(hits(&plain, "spams spamming"), [""; 0]);
    assert_eq!(
        inflected(English, "spam").forms(),
        ["spams", "spammed", "spamming"]
    );
}

#[test]
fn a_rule_is_excused_by_its_own_exceptions_only() {
    let press = RuleDraft {
        pattern: "*press*".into(),
        kind: RuleKind::Wildcard,
        exceptions: vec!["WordPress".into(), "press release".into()],
        ..RuleDraft::default()
    };
    let matcher = with(press.clone());
    assert_eq!(
        hits(
            &matcher,
            "Wordpress and a press release; pressure, the press released"
        ),
        ["pressure", "press"]
    );
    assert_eq!(matcher.rule_count(), 1);
    assert_eq!(matcher.rules()[0].draft, press);

    let other = rule("other", RuleKind::Wildcard, "word*", Action::Hold);
    let both = Matcher::build(
        1,
        &[
            Rule {
                id: "press".into(),
                draft: press.clone(),
            },
            other,
        ],
    );
    let checked = both.expect("they compile").check("", "WordPress");
    assert_eq!(checked.hits.len(), 1, "{:?}", checked.hits);
    assert_eq!(checked.hits[0].rule, "other");

    for (draft, field) in [
        (
            RuleDraft {
                action: Action::Allow,
                ..press.clone()
            },
            "exceptions",
        ),
        (
            RuleDraft {
                exceptions: vec!["/(/".into()],
                ..press.clone()
            },
            "exceptions",
        ),
        (
            RuleDraft {
                inflections: Inflections::English,
                ..press
            },
            "inflections",
        ),
    ] {
        let errors = draft.validate().expect_err("it is refused");
        assert_eq!(errors[0].field, field);
    }
}

/// What a combination hits in a post.
fn combined(pattern: &str, title: &str, body: &str, author: &Author) -> Option<Vec<String>> {
    let matcher = holding(RuleKind::Combination, pattern);
    let checked = matcher.check_by(title, body, author);
    assert_eq!(checked.problem, None);
    for hit in &checked.hits {
        let text = match hit.field {
            Field::Title => title,
            Field::Body => body,
        };
        let at: String = text
            .chars()
            .skip(hit.start)
            .take(hit.end - hit.start)
            .collect();
        assert_eq!(at, hit.text);
        assert_eq!(hit.pattern, pattern);
    }
    let is_held = checked.verdict == Verdict::Hold;
    assert_eq!(is_held, !checked.hits.is_empty());
    is_held.then(|| checked.hits.into_iter().map(|hit| hit.text).collect())
}

#[test]
fn combinations_ask_for_patterns_links_lengths_and_authors() {
    const DAY_MS: i64 = 86_400_000;
    let known = Author {
        age_ms: 400 * DAY_MS,
        published: 12,
        rejected: 2,
    };
    let new = Author::default();
    let says = |pattern: &str, body: &str| combined(pattern, "The title", body, &known);
    let some = |texts: &[&str]| Some(texts.iter().map(|text| (*text).to_owned()).collect());

    let casino = r#""casino" and links >= 2"#;
    assert_eq!(says(casino, "A casino at http://a.example."), None);
    assert_eq!(says(casino, "[a](http://a.example) www.b.example"), None);
    assert_eq!(
        says(casino, "ä cas1no: [a](http://a.example), www.b.example"),
        some(&["cas1no", "[a](http://a.example)", "www.b.example"])
    );
    assert_eq!(says(r#""a b" or "c""#, "a b and c"), some(&["a b", "c"]));
    assert_eq!(
        says(r#""press" and not "press release""#, "a press release"),
        None
    );
    assert_eq!(
        says(r#""press" and not "release""#, "a press"),
        some(&["press"])
    );
    assert_eq!(says(r#"("a" or "b") and "c""#, "b c"), some(&["b", "c"]));
    assert_eq!(
        says(r#""free" near 2 "money""#, "free of all money"),
        some(&["free", "money"])
    );
    assert_eq!(
        says(r#""free" near 2 "money""#, "Money: it is free"),
        some(&["Money", "free"])
    );
    assert_eq!(
        says(r#""free" near 2 "money""#, "free of all the money"),
        None
    );
    assert_eq!(
        says(r#""spam.com" and /w[io]n+/"#, "www.spam.com wins: winn"),
        some(&["spam.com", "win", "winn"])
    );
    assert_eq!(says("words < 3", "Two words"), some(&[""]));
    assert_eq!(says("words < 3", "Three are **enough**"), None);
    assert_eq!(
        says("characters > 5 and title.words = 2", "123456"),
        some(&[""])
    );
    assert_eq!(says("author.age < 7d", "Any text"), None);
    assert_eq!(
        combined("author.age < 7d", "", "Any text", &new),
        some(&[""])
    );
    assert_eq!(
        says("author.rejected >= 2 AND author.published <= 12", "x"),
        some(&[""])
    );
    assert_eq!(says("author.published > 12", "x"), None);
    assert_eq!(
        combined(r#""title""#, "A title", "A title", &new),
        some(&["title", "title"])
    );

    assert!(holding(RuleKind::Combination, "\"a\" and author.age < 7d").needs_author());
    assert!(!holding(RuleKind::Combination, casino).needs_author());
    assert!(
        holding(RuleKind::Combination, "words < 3")
            .check_word("Two")
            .hits
            .is_empty()
    );
}

#[test]
fn exceptions_modes_and_forms_are_those_of_the_combination() {
    let draft = RuleDraft {
        kind: RuleKind::Combination,
        pattern: r#""press" and "spam""#.into(),
        exceptions: vec!["press release".into()],
        inflections: Inflections::English,
        ..RuleDraft::default()
    };
    let matcher = with(draft.clone());
    assert_eq!(
        hits(&matcher, "pressed by spamming"),
        ["pressed", "spamming"]
    );
    assert_eq!(hits(&matcher, "a press release, spam"), [""; 0]);
    let exact = RuleDraft {
        mode: MatchMode::Exact,
        ..draft.clone()
    };
    assert_eq!(hits(&with(exact), "press sp4m"), [""; 0]);
    let rules = [
        Rule {
            id: "r".into(),
            draft,
        },
        rule("a", RuleKind::Phrase, "green spam", Action::Allow),
    ];
    let excused = Matcher::build(1, &rules).expect("they compile");
    assert_eq!(hits(&excused, "press green spam"), [""; 0]);
    assert_eq!(hits(&excused, "press red spam"), ["press", "spam"]);
}

#[test]
fn combinations_that_cannot_be_read_say_where() {
    for (pattern, place, message) in [
        (r#""a" and"#, 8, "flaw-wanted-part"),
        (r#""a" "b""#, 5, "flaw-wanted-end"),
        (r#"("a""#, 5, "flaw-wanted-bracket"),
        (r#""a"#, 1, "flaw-not-closed"),
        ("links", 6, "flaw-wanted-sign"),
        ("links > x", 9, "flaw-wanted-number"),
        ("author.age < 7", 14, "flaw-wanted-age"),
        ("size > 7", 1, "flaw-wanted-part"),
        (r#""ä" and /(/"#, 9, "flaw-inside"),
        (r#""a" near 500 "b""#, 10, "flaw-wanted-words"),
    ] {
        let errors = rule("", RuleKind::Combination, pattern, Action::Hold)
            .draft
            .validate();
        let errors = errors.expect_err("it is refused");
        assert_eq!(errors[0].field, "pattern");
        let flaw = &errors[0].flaw;
        let [(_, FlawArg::Number(found)), (_, FlawArg::Flaw(inner))] = &*flaw.args else {
            panic!("{pattern}: {flaw:?}");
        };
        assert_eq!((*found, inner.message), (place, message), "{pattern}");
    }
    let deep = "(".repeat(200);
    assert!(
        rule("", RuleKind::Combination, &deep, Action::Hold)
            .draft
            .validate()
            .is_err()
    );
    assert!(
        rule("", RuleKind::Combination, "links > 1", Action::Allow)
            .draft
            .validate()
            .is_err()
    );
    for line in [
        r#""casino" and links >= 3"#,
        "links > 2",
        r#"not "a" or "b""#,
    ] {
        assert_eq!(RuleKind::guess(line).0, RuleKind::Combination, "{line}");
    }
    for line in [r#""free money""#, "free money", "a < b", "say \"no\" more"] {
        assert_eq!(RuleKind::guess(line).0, RuleKind::Phrase, "{line}");
    }
}

#[test]
fn combinations_take_time_in_proportion_to_the_text() {
    let matcher = holding(
        RuleKind::Combination,
        r#""free" near 3 "money" and links >= 1 and words > 3"#,
    );
    let text = "free money http://a.example/ ".repeat(400);
    let checked = matcher.check("", &text);
    assert_eq!((checked.verdict, checked.problem), (Verdict::Hold, None));
    let many = "free ".repeat(200_000);
    assert_eq!(
        matcher.check("", &many).verdict,
        Verdict::Hold,
        "it fails closed"
    );
}

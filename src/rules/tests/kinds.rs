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

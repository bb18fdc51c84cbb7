//! What readers and moderators get to see of friendly and of hostile Markdown.

use super::super::rules::{Action, Matcher, Rule, RuleDraft};
use super::*;

fn check(pattern: &str, body: &str) -> Vec<Hit> {
    let draft = RuleDraft {
        pattern: pattern.into(),
        action: Action::Hold,
        ..RuleDraft::default()
    };
    let matcher = Matcher::build(
        1,
        &[Rule {
            id: "r".into(),
            draft,
        }],
    )
    .expect("the rule compiles");
    matcher.check("", body).hits
}

#[test]
fn headings_begin_below_the_title_and_have_no_ids() {
    assert_eq!(render("# A\n\n###### B"), "<h2>A</h2>\n<h6>B</h6>\n");
}

#[test]
fn links_are_absolute_and_say_that_we_do_not_vouch_for_them() {
    assert_eq!(
        render("[a](https://example.org/?q=1&r=2 \"t\")"),
        "<p><a href=\"https://example.org/?q=1&amp;r=2\" title=\"t\" rel=\"nofollow ugc noopener\">a</a></p>\n"
    );
    for dest in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "//example.org",
        "/x",
        "vbscript:x",
    ] {
        assert_eq!(render(&format!("[a](<{dest}>)")), "<p>a</p>\n", "{dest}");
    }
}

#[test]
fn images_are_links_to_them() {
    assert_eq!(
        render("![a *b*](https://example.org/i.png)"),
        "<p><a href=\"https://example.org/i.png\" rel=\"nofollow ugc noopener\">a <em>b</em></a></p>\n"
    );
    assert_eq!(
        render("[![badge](https://example.org/i.png) x](https://example.org/)"),
        "<p><a href=\"https://example.org/\" rel=\"nofollow ugc noopener\">badge x</a></p>\n"
    );
}

#[test]
fn a_link_without_words_shows_its_address() {
    let link = "<p><a href=\"https://example.org/i.png\" rel=\"nofollow ugc noopener\">https://example.org/i.png</a></p>\n";
    for body in [
        "![](https://example.org/i.png)",
        "[](https://example.org/i.png)",
        "[![](https://example.org/other.png)](https://example.org/i.png)",
        "[<b></b>](https://example.org/i.png)",
    ] {
        assert_eq!(render(body), link, "{body}");
    }
}

#[test]
fn html_loses_its_tags_and_keeps_its_text() {
    assert_eq!(
        render("a <b onclick=x>c</b> <!-- d --> e"),
        "<p>a c  e</p>\n"
    );
    assert_eq!(
        render("<script>\nalert(1)\n</script>\n\n&lt;b&gt;"),
        "<p>\nalert(1)\n\n</p>\n<p>&lt;b&gt;</p>\n"
    );
    assert_eq!(
        render("<svg><a xlink:href=\"javascript:x\">y</a></svg>"),
        "<p>y</p>\n"
    );
    assert_eq!(render("<div\nclass=x>y<img src=x onerror=z>"), "<p>y</p>\n");
}

#[test]
fn tables_and_code_are_kept() {
    assert_eq!(
        render("|a|b|\n|-|:-:|\n|`c`|~~d~~|"),
        "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody>\n<tr><td><code>c</code></td><td><del>d</del></td>\
         </tr>\n</tbody></table>\n"
    );
    assert_eq!(
        render("```rust\n<b>\n```"),
        "<pre><code>&lt;b&gt;\n</code></pre>\n"
    );
}

#[test]
fn marks_surround_what_was_hit_wherever_it_is_shown() {
    let body = "sp**a**m, `a spam`, [spam](https://example.org/spam), sp&#97;m\n\n    spam <b>";

    assert_eq!(
        render_with_marks(body, &check("spam", body), Marking::Seen),
        "<p><mark>sp</mark><strong><mark>a</mark></strong><mark>m</mark>, <code>a <mark>spam</mark></code>, \
         <span class=\"link\"><mark>spam</mark></span> <span class=\"link-target\">https://example.org/spam</span>, \
         <mark>sp</mark><mark>a</mark><mark>m</mark></p>\n<pre><code><mark>spam</mark> &lt;b&gt;</code></pre>\n"
    );
    assert_eq!(
        render_with_marks("no <i>hit</i>", &[], Marking::Seen),
        "<p>no hit</p>\n"
    );
    let forged = "<mark tabindex=\"9\">spam</mark>";
    assert_eq!(
        render_with_marks(forged, &check("spam", forged), Marking::Focused),
        "<p><mark tabindex=\"0\">spam</mark></p>\n"
    );
}

#[test]
fn the_typed_text_is_cut_at_its_hits() {
    let body = "é spam **spam** x";
    let hits = check("spam", body);

    let segments: Vec<_> = highlight(body, &hits, Field::Body)
        .iter()
        .map(|s| (s.text, s.hit.is_some()))
        .collect();

    assert_eq!(
        segments,
        [
            ("é ", false),
            ("spam", true),
            (" **", false),
            ("spam", true),
            ("** x", false)
        ]
    );
    assert_eq!(highlight(body, &hits, Field::Title).len(), 1);
}

#[test]
fn overlapping_and_touching_hits_are_cut_cleanly() {
    let at = |start, end| Hit {
        start,
        end,
        ..check("a", "a").remove(0)
    };
    let cut = |hits: &[Hit]| -> Vec<String> {
        highlight("añcdef", hits, Field::Body)
            .iter()
            .map(|s| s.text.to_owned())
            .collect()
    };

    assert_eq!(cut(&[at(0, 2), at(2, 4)]), ["añ", "cd", "ef"]);
    assert_eq!(cut(&[at(1, 4), at(0, 2), at(3, 9)]), ["añcdef"]);
    assert_eq!(cut(&[at(8, 9)]), ["añcdef"]);
    assert_eq!(cut(&[]), ["añcdef"]);
}

#[test]
fn excerpts_are_one_line_cut_between_words() {
    assert_eq!(
        excerpt("# Title\n\nSome *text* here", 80),
        "Title Some text here"
    );
    assert_eq!(excerpt("Some text here", 10), "Some text…");
    assert_eq!(excerpt("Donaudampfschiff", 6), "Donau…");
    assert_eq!(excerpt("", 6), "");
}

#[test]
fn deep_nesting_is_shown_flat() {
    for piece in [
        ">", "[", "*a **b ", "- ", "![", "<b>", "`", "<!--", "[a](", "_", "~~a", "&", "\\",
        "[a]: ", "|",
    ] {
        let body = piece.repeat(20_000);
        let page = render(&body);
        assert!(page.len() <= 100 + 40 * body.len(), "{piece}");
        render_with_marks(&body, &[], Marking::Focused);
        excerpt(&body, 100);
    }
}

#[test]
fn long_texts_are_shown_whole() {
    for (typed, shown) in [
        ("&", "&amp;"),
        ("é&", "é&amp;"),
        ("a ", "a "),
        ("&x;", "&amp;x;"),
    ] {
        let (typed, shown) = (typed.repeat(5_000), shown.repeat(5_000));
        let (text, shown) = (format!("x{typed}x"), format!("x{shown}x"));
        assert_eq!(render(&text), format!("<p>{shown}</p>\n"));
        assert_eq!(
            render(&format!("`{text}`")),
            format!("<p><code>{shown}</code></p>\n")
        );
        assert_eq!(
            render(&format!("```\n{text}\n```")),
            format!("<pre><code>{shown}\n</code></pre>\n")
        );
    }
}

#[test]
fn no_text_is_longer_than_the_sanitizer_bears() {
    let hostile = ["&", "é&", "&x;", "a\n", "a `&` "].map(|piece| piece.repeat(5_000));
    let code = format!("`{}`", "&".repeat(20_000));
    for markdown in hostile.iter().chain([&code]) {
        let (mut breaks, mut run) = (Breaks::default(), 0);
        let mut page = Page::new(Links::Followed);
        let events = text::events(markdown).flat_map(|(event, _)| page.keep(event));
        for event in events.flat_map(|event| breaks.put(event)) {
            run = match event {
                Event::Text(text) => run + text.len(),
                Event::SoftBreak => run + 1,
                Event::Code(code) => code.len(),
                _ => 0,
            };
            assert!(run <= NODE_BYTES + 1, "{run} bytes between two tags");
        }
    }
}

#[test]
fn addresses_and_titles_that_nobody_has_are_left_out() {
    let long = "&".repeat(ATTRIBUTE_MAX_BYTES);

    let page = render(&format!(
        "[a](https://x.example/?{long}) [b](https://x.example \"{long}&\")"
    ));

    assert_eq!(
        page,
        "<p>a <a href=\"https://x.example\" rel=\"nofollow ugc noopener\">b</a></p>\n"
    );
}

#[test]
fn a_part_of_a_body_is_around_its_place_and_begins_with_its_block() {
    let block = "> one *two* three\n".repeat(12);
    let body = format!(
        "{}\n\n{block}HERE {}",
        "é ".repeat(9_000),
        "and on ".repeat(9_000)
    );
    let at = body.chars().position(|c| c == 'H').unwrap();

    let part = around(&body, at, 24, 160);

    assert!(part.len() < 1_000, "{}", part.len());
    assert!(part.starts_with(&format!("\n\n{block}HERE and on")));
    assert_eq!(around("short", 2, 24, 160), "short");
    assert_eq!(around("é", 9, 1, 1), "é");
}

#[test]
fn links_that_are_defined_far_away_are_read_as_links() {
    let filling = "Words. ".repeat(200);
    let body = format!(
        "See [the advisory][ml], [docs] and [sic] in `a[0][ml]`. {filling}\n\n[ml]: https://a.example/\n[docs]: /d\n"
    );

    assert!(excerpt(&body, 60).starts_with("See the advisory, docs and [sic] in a[0][ml]. Words."));
}

//! How pages go over the wire: compressed for who takes it, without giving the token of their forms away by that, and light.

use std::io::Read as _;

use flate2::read::GzDecoder;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, VARY};
use scraper::{Html, Selector};

use crate::app::TestApp;
use crate::pair::csrf_token;
use crate::site::{AUTHOR, MODERATOR};
use crate::visitor::Visitor;

/// What a page and all that it needs may weigh at the first visit, as it goes over the wire, and its scripts among it.
const FIRST_LOAD_MAX: usize = 60_000;
const SCRIPTS_MAX: usize = 20_000;

/// What goes over the wire for that path to a browser that takes gzip, and what it means.
async fn packed(visitor: &Visitor, path: &str) -> (usize, String) {
    let ask = visitor
        .http()
        .get(visitor.url(path))
        .header(ACCEPT_ENCODING, "gzip");
    let answer = ask.send().await.expect("an answer");
    assert_eq!(answer.status(), 200, "{path}");
    let head: usize = answer
        .headers()
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum();
    let is_packed = answer.headers().contains_key(CONTENT_ENCODING);
    let body = answer.bytes().await.expect("a body");
    let mut text = String::new();
    match is_packed {
        true => GzDecoder::new(&body[..]).read_to_string(&mut text),
        false => (&body[..]).read_to_string(&mut text),
    }
    .expect("text");
    (head + body.len(), text)
}

both_dbs! {
    async fn pages_and_feeds_are_compressed_for_who_takes_it(app: TestApp) {
        app.submit("Published", &"Harmless words. ".repeat(40)).await;
        app.submit_held("Held").await;
        let mora = app.login(MODERATOR).await;

        for path in ["", "feed.atom", "admin/queue", "no-such-page"] {
            let url = mora.url(&app.path(path));
            let ask = |encodings: &'static str| mora.http().get(url.clone()).header(ACCEPT_ENCODING, encodings).send();
            let packed = ask("gzip, deflate, br").await.expect("an answer");
            let plain = ask("gzip;q=0, br").await.expect("an answer");

            assert_eq!(packed.headers()[CONTENT_ENCODING], "gzip", "{path}");
            assert!(!plain.headers().contains_key(CONTENT_ENCODING), "{path}");
            for answer in [&packed, &plain] {
                assert!(answer.headers().get_all(VARY).iter().any(|by| by == "Accept-Encoding"), "{path}");
            }
            let (packed, plain) = (packed.bytes().await.expect("a body"), plain.text().await.expect("a body"));
            let mut text = String::new();
            GzDecoder::new(&packed[..]).read_to_string(&mut text).expect("gzip");
            assert!(packed.len() < plain.len() && text.len() == plain.len(), "{path}: {}", packed.len());
        }
        let api = app.request("GET", "/queue").header(ACCEPT_ENCODING, "gzip").send().await.expect("an answer");
        assert!(!api.headers().contains_key(CONTENT_ENCODING));
    }

    async fn a_first_visit_is_light(app: TestApp) {
        for number in 0..30 {
            let body = format!("It has a forbidden word. {}", format!("Sentence {number} of a long text. ").repeat(60));
            app.submit(&format!("A post of some length, number {number}"), &body).await;
        }
        let needed = Selector::parse("script[src], link[rel=stylesheet], link[rel=icon], img[src]").expect("a selector");
        let (mora, anna) = (app.login(MODERATOR).await, app.login(AUTHOR).await);
        let case = mora.get(&app.path("admin/queue")).await.attributes(".rows a.name", "href").remove(0);
        let write = app.path("write");

        for (visitor, path) in [(&mora, &app.path("admin/queue")), (&mora, &case), (&anna, &write), (&anna, &app.path(""))] {
            let (mut all, html) = packed(visitor, path).await;
            let mut scripts = 0;
            let paths: Vec<String> = Html::parse_document(&html)
                .select(&needed)
                .map(|part| part.attr("src").or(part.attr("href")).expect("selected by it").to_owned())
                .collect();
            for part in &paths {
                let (bytes, _) = packed(visitor, part).await;
                all += bytes;
                if part.ends_with(".js") {
                    scripts += bytes;
                }
            }
            assert!(paths.len() > 2, "{path} needs {paths:?}");
            assert!(all <= FIRST_LOAD_MAX && scripts <= SCRIPTS_MAX, "{path}: {all} bytes, {scripts} of them scripts");
        }
    }

    async fn no_two_responses_carry_the_same_token_of_forms(app: TestApp) {
        let anna = app.login(AUTHOR).await;
        let (first, second) = (csrf_token(&anna).await, csrf_token(&anna).await);

        assert_ne!(first, second);
        for token in [&first, &second] {
            let kept = anna.post(&app.path("write/draft"), &[("csrf_token", token), ("title", "A draft"), ("body", "")]).await;
            assert_eq!(kept.status, 303, "{}", kept.text);
        }
        let (salt, code) = (first.split_once('.').expect("a salt").0, second.split_once('.').expect("a code").1);
        let mixed = anna.post(&app.path("write/draft"), &[("csrf_token", &format!("{salt}.{code}")), ("title", "A draft"), ("body", "")]).await;
        assert_eq!(mixed.status, 403);
    }
}

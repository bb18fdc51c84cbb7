//! How pages go over the wire: compressed for who takes it, and without giving the token of their forms away by that.

use std::io::Read as _;

use flate2::read::GzDecoder;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, VARY};

use crate::app::TestApp;
use crate::pair::csrf_token;
use crate::site::{AUTHOR, MODERATOR};

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

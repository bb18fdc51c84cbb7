//! What no client should send is refused cleanly: 400, 413 or the like with a reason, never a 5xx, and nothing is kept.

use serde_json::json;

use crate::app::TestApp;
use crate::site::{AUTHOR, OWNER};
use crate::visitor::Page;

/// JSON texts that `POST /api/v1/posts` has to refuse, with what is wrong with each.
fn bad_posts() -> Vec<(&'static str, Vec<u8>)> {
    let post = |title: &str, body: &str| {
        format!(r#"{{"title": {title}, "body": {body}, "author": {{"email": "{AUTHOR}"}}}}"#)
    };
    let deep =
        |open: &str, close: &str| format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
    let mut list: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", Vec::new()),
        ("no object", b"[]".to_vec()),
        ("a number", b"1e999".to_vec()),
        ("cut off", br#"{"title": "a"#.to_vec()),
        ("no UTF-8", b"{\"title\": \"\xff\xfe\"}".to_vec()),
        (
            "a byte order mark",
            [
                b"\xef\xbb\xbf".as_slice(),
                post(r#""a""#, r#""b""#).as_bytes(),
            ]
            .concat(),
        ),
        (
            "two values",
            [post(r#""a""#, r#""b""#), post(r#""a""#, r#""b""#)]
                .concat()
                .into_bytes(),
        ),
        ("10,000 arrays deep", deep("[", "]").into_bytes()),
        ("10,000 objects deep", deep(r#"{"a":"#, "}").into_bytes()),
        (
            "10,000 deep inside",
            post(&deep("[", "]"), r#""b""#).into_bytes(),
        ),
        (
            "more than a mebibyte",
            post(r#""a""#, &format!("\"{}\"", "b ".repeat(1 << 20))).into_bytes(),
        ),
    ];
    let fields = [
        ("a NUL in the title", r#""a\u0000b""#, r#""b""#),
        ("a NUL in the body", r#""a""#, r#""b\u0000""#),
        ("a lone high surrogate", r#""a\ud800b""#, r#""b""#),
        ("a lone low surrogate", r#""a""#, r#""\udc00""#),
        ("an empty title", r#""""#, r#""b""#),
        ("a blank title", r#"" \t""#, r#""b""#),
        ("an empty body", r#""a""#, r#""""#),
        ("a title that is a number", "1", r#""b""#),
        ("a body that is null", r#""a""#, "null"),
        ("a body that is a list", r#""a""#, r#"["b"]"#),
        ("a title with a line's end", r#""a\nb""#, r#""b""#),
    ];
    list.extend(fields.map(|(what, title, body)| (what, post(title, body).into_bytes())));
    list.push((
        "a title without end",
        post(&format!("\"{}\"", "a".repeat(10_000)), r#""b""#).into_bytes(),
    ));
    for (what, extra) in [
        ("an unknown field", r#""status": "published""#),
        ("a duplicate field", r#""title": "c""#),
        ("an external id of another type", r#""external_id": {}"#),
        ("an external id with a NUL", r#""external_id": "\u0000""#),
        (
            "an external id without end",
            &*format!(r#""external_id": "{}""#, "x".repeat(100_000)),
        ),
    ] {
        let text =
            format!(r#"{{"title": "a", "body": "b", "author": {{"email": "{AUTHOR}"}}, {extra}}}"#);
        list.push((what, text.into_bytes()));
    }
    for (what, author) in [
        ("no author", "null"),
        ("an author that is text", r#""anna""#),
        ("an author without an address", r#"{"name": "Anna"}"#),
        ("an address that is none", r#"{"email": "anna"}"#),
        (
            "an address with a header",
            r#"{"email": "a@example.org\r\nBcc: b@example.org"}"#,
        ),
        (
            "an address with a NUL",
            r#"{"email": "a\u0000@example.org"}"#,
        ),
        (
            "an address twice",
            r#"{"email": "a@example.org", "email": "b@example.org"}"#,
        ),
        (
            "a name with a NUL",
            r#"{"email": "a@example.org", "name": "\u0000"}"#,
        ),
        (
            "an author with a role",
            r#"{"email": "a@example.org", "role": "owner"}"#,
        ),
    ] {
        list.push((
            what,
            format!(r#"{{"title": "a", "body": "b", "author": {author}}}"#).into_bytes(),
        ));
    }
    list
}

both_dbs! {
    async fn bad_json_is_refused_with_its_reason(app: TestApp) {
        for (what, body) in bad_posts() {
            let request = app.request("POST", "/posts").header("content-type", "application/json").body(body);
            let page = Page::read(request).await;

            assert!(matches!(page.status, 400 | 413 | 422), "{what}: {} {}", page.status, page.text);
            assert_eq!(page.headers["content-type"], "application/problem+json", "{what}");
            let problem = page.json();
            assert!(problem["code"].is_string() && problem["title"].is_string(), "{what}: {problem}");
        }

        let posts = app.api_get("/posts").await.json();
        assert_eq!(posts["items"], json!([]), "nothing of it was kept");
        assert_eq!(app.submit("After all that", "It serves.").await["status"], "published");
    }

    async fn bad_paths_and_queries_are_refused(app: TestApp) {
        let owner = app.login(OWNER).await;
        for path in ["/posts", "/queue"] {
            for query in ["limit=-1", "limit=0", "limit=101", "limit=x", "limit=99999999999999999999", "cursor=%00",
                "cursor=x", "cursor=%ff", "status=%00", "status=nonsense", "limit=1&limit=2", "surplus=1"]
            {
                let page = app.api_get(&format!("{path}?{query}")).await;
                assert_eq!(page.status, 400, "{path}?{query}: {}", page.text);
            }
        }
        for path in ["/posts/%00", "/posts/%ff", "/posts/..%2f", "/posts/'", "/queue/%00", "/nothing", "/posts/"] {
            let page = app.api_get(path).await;
            assert!(matches!(page.status, 400 | 404), "{path}: {} {}", page.status, page.text);
        }
        let long = "a".repeat(8_000);
        for path in ["%00", "admin/queue/%00", "admin/queue/%ff", "posts/%00", "posts/%ff%fe", "mine/%00", &long,
            "admin/queue?cursor=%00", "admin/queue?category=%00", "admin/queue?state=nonsense", "admin/executions/%00"]
        {
            let page = owner.get(&app.path(path)).await;
            assert!(page.status < 500, "{path}: {} {}", page.status, page.text);
            assert!(!page.text.contains("\u{0}"), "{path} echoes a NUL");
        }
        for path in ["/s/%00/", "/s/%ff/", "/static/%2e%2e/gatepost.css", "/static/../Cargo.toml", "/decide/%00", "/reset/%00"] {
            let page = owner.get(path).await;
            assert!((400..500).contains(&page.status), "{path}: {} {}", page.status, page.text);
        }
    }

    async fn bad_forms_are_refused(app: TestApp) {
        let owner = app.login(OWNER).await;
        let write = owner.get(&app.path("write")).await;
        let form = write.form(&["title", "body"]).expect("a form to write");
        let token = &form.fields.iter().find(|(name, _)| name == "csrf_token").expect("a token").1;
        let path = owner.url(&app.path("posts"));
        let huge = format!("csrf_token={token}&title=a&body={}", "b".repeat(2 << 20));
        let bodies = [
            ("a NUL", format!("csrf_token={token}&title=a%00&body=b")),
            ("no UTF-8", format!("csrf_token={token}&title=a%ff&body=b")),
            ("a title twice", format!("csrf_token={token}&title=a&title=b&body=b")),
            ("a token twice", format!("csrf_token={token}&csrf_token={token}&title=a&body=b")),
            ("no title", format!("csrf_token={token}&body=b")),
            ("a field too many", format!("csrf_token={token}&title=a&body=b&status=published&role=owner")),
            ("no token", "title=a&body=b".to_owned()),
            ("a wrong token", "csrf_token=x&title=a&body=b".to_owned()),
            ("two mebibytes", huge),
        ];
        for (what, body) in bodies {
            let request = owner
                .http()
                .post(path.clone())
                .header("origin", app.base.origin().ascii_serialization())
                .header("sec-fetch-site", "same-origin")
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body);
            let page = Page::read(request).await;
            assert!((400..500).contains(&page.status), "{what}: {} {}", page.status, page.text);
        }

        let posts = app.api_get("/posts").await.json();
        assert_eq!(posts["items"], json!([]), "nothing of it was kept");
    }

    async fn a_form_from_elsewhere_is_refused(app: TestApp) {
        let owner = app.login(OWNER).await;
        let write = owner.get(&app.path("write")).await;
        let form = write.form(&["title", "body"]).expect("a form to write");
        let token = form.fields.iter().find(|(name, _)| name == "csrf_token").expect("a token").1.clone();
        for (origin, site) in [
            (Some("https://evil.example"), Some("cross-site")),
            (Some("https://evil.example"), None),
            (None, Some("cross-site")),
            (None, Some("same-site")),
        ] {
            let mut request = owner.http().post(owner.url(&app.path("posts"))).form(&[
                ("csrf_token", token.as_str()),
                ("title", "a"),
                ("body", "b"),
            ]);
            if let Some(origin) = origin {
                request = request.header("origin", origin);
            }
            if let Some(site) = site {
                request = request.header("sec-fetch-site", site);
            }

            assert_eq!(Page::read(request).await.status, 403, "{origin:?} {site:?}");
        }
    }

    async fn bad_calls_of_the_aws_api_get_awss_errors(app: TestApp) {
        let call = async |operation: &str, body: &str| {
            crate::signature::call(&app.base, &app.aws_key, operation, body, app.now_ms()).await
        };
        for (operation, body) in [
            ("SendTaskSuccess", ""),
            ("SendTaskSuccess", "{"),
            ("SendTaskSuccess", "[]"),
            ("SendTaskSuccess", "{}"),
            ("SendTaskSuccess", r#"{"taskToken": 1, "output": "{}"}"#),
            ("SendTaskSuccess", r#"{"taskToken": "\u0000", "output": "{}"}"#),
            ("SendTaskSuccess", r#"{"taskToken": "\ud800", "output": "{}"}"#),
            ("SendTaskSuccess", &format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000))),
            ("SendTaskSuccess", &format!(r#"{{"taskToken": "{}", "output": "{{}}"}}"#, "x".repeat(3_000))),
            ("SendTaskFailure", r#"{"taskToken": "x", "error": 5}"#),
            ("SendTaskHeartbeat", r#"{"taskToken": ""}"#),
            ("Nonsense", "{}"),
            ("", "{}"),
        ] {
            let page = call(operation, body).await;

            assert_eq!(page.status, 400, "{operation} {body:.60}: {}", page.text);
            assert!(page.json()["__type"].is_string(), "{operation} {body:.60}: {}", page.text);
        }
        let large = call("SendTaskSuccess", &format!(r#"{{"taskToken": "{}"}}"#, "x".repeat(3 << 20))).await;
        assert!(matches!(large.status, 400 | 413), "{}", large.status);
    }
}

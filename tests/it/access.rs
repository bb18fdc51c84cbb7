//! Who may use which route, held against the whole URL map: every role on every route, every unsafe route with a forged
//! form, another site's members everywhere. And what every response carries.

use gatepost::auth::role::{Access, Role, Verdict, decide};
use gatepost::http::{RouteRow, route_table};
use gatepost::people::User;
use reqwest::header::{HeaderMap, LOCATION};

use crate::fresh::Fresh;
use crate::site::PASSWORD;
use crate::visitor::Page;

/// A path that fits the pattern: the site, and ids of nothing for the rest.
fn path(pattern: &str, site: &str) -> String {
    let mut path = String::new();
    for part in pattern.split('/').skip(1) {
        path.push('/');
        match part {
            "{site}" => path.push_str(site),
            part if part.starts_with('{') => path.push_str(&"0".repeat(26)),
            part => path.push_str(part),
        }
    }
    path
}

/// The routes that ask who somebody is.
fn guarded() -> Vec<RouteRow> {
    route_table()
        .into_iter()
        .filter(|row| row.access != Access::Open)
        .collect()
}

async fn send(
    fresh: &Fresh,
    row: &RouteRow,
    headers: &[(&str, &str)],
    form: &[(&str, &str)],
) -> Page {
    let visitor = fresh.visitor();
    let url = visitor.url(&path(row.path, "main"));
    let method = row.method.parse().expect("a method");
    let mut request = visitor.http().request(method, url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if row.method != "GET" {
        request = request.form(form);
    }
    Page::read(request).await
}

fn is_to_login(headers: &HeaderMap) -> bool {
    headers
        .get(LOCATION)
        .is_some_and(|location| location.as_bytes().starts_with(b"/login?next="))
}

/// Everybody whom the policy tells apart: nobody, a member of another site, and one of each role.
async fn everybody(fresh: &Fresh) -> Vec<(Option<User>, Option<Option<Role>>)> {
    fresh
        .app
        .found_site("other", "Other")
        .await
        .expect("found a site");
    let stranger = fresh.add("other", "otto@example.org", Role::Owner).await;
    let mut everybody = vec![(None, None), (Some(stranger), Some(None))];
    for role in Role::ALL {
        let user = fresh
            .add("main", &format!("{role}@example.org"), *role)
            .await;
        everybody.push((Some(user), Some(Some(*role))));
    }
    everybody
}

both_dbs! {
    async fn every_role_gets_what_the_policy_says_on_every_route(fresh: Fresh) {
        for (user, visitor) in everybody(&fresh).await {
            // Signing up changes what somebody is; it has a test of its own.
            for row in guarded().into_iter().filter(|row| !row.path.ends_with("/signup")) {
                // A route may end the session, so each gets one of its own.
                let (cookie, token) = match &user {
                    Some(user) => fresh.session(user).await,
                    None => {
                        let visit = "v".repeat(43);
                        let binding = gatepost::auth::csrf::Binding::Visit(visit.clone());
                        (format!("gp_visit={visit}"), gatepost::auth::csrf::token(&fresh.app.keyring, &binding, 1))
                    }
                };

                let page = send(&fresh, &row, &[("cookie", &cookie)], &[("csrf_token", &token)]).await;

                let about = format!("{} {} for {visitor:?}: {}", row.method, row.path, page.status);
                match decide(row.access, visitor) {
                    Verdict::Allow => {
                        assert!(page.status < 500, "{about}\n{}", page.text);
                        assert!(!is_to_login(&page.headers), "{about}");
                        assert!(page.status != 403, "{about}\n{}", page.text);
                    }
                    Verdict::LogIn => assert!(page.status == 303 && is_to_login(&page.headers), "{about}"),
                    Verdict::Hide => assert_eq!(page.status, 404, "{about}"),
                    Verdict::Refuse => assert_eq!(page.status, 403, "{about}"),
                }
            }
        }
    }

    async fn every_unsafe_route_refuses_forged_forms(fresh: Fresh) {
        let owner = fresh.add("main", "olga@example.org", Role::Owner).await;
        let other = fresh.add("main", "maud@example.org", Role::Owner).await;
        let (cookie, token) = fresh.session(&owner).await;
        let (_, others_token) = fresh.session(&other).await;
        let cookie = ("cookie", cookie.as_str());
        let unsafe_rows = guarded().into_iter().filter(|row| row.method != "GET");

        for row in unsafe_rows {
            for (headers, form, reason) in [
                (vec![cookie], vec![], "the form has no csrf_token"),
                (vec![cookie], vec![("csrf_token", "forged")], "another session"),
                (vec![cookie], vec![("csrf_token", others_token.as_str())], "another session"),
                (vec![], vec![("csrf_token", token.as_str())], "no cookie of this server"),
                (
                    vec![cookie, ("sec-fetch-site", "cross-site")],
                    vec![("csrf_token", token.as_str())],
                    "sent from another site",
                ),
                (
                    vec![cookie, ("sec-fetch-site", "same-site")],
                    vec![("csrf_token", token.as_str())],
                    "sent from another site",
                ),
                (
                    vec![cookie, ("origin", "https://evil.example")],
                    vec![("csrf_token", token.as_str())],
                    "but this server is",
                ),
                // Pages with a token in their address send no referrer, and browsers then no origin: that alone proves nothing.
                (vec![cookie, ("origin", "null")], vec![], "the form has no csrf_token"),
                (
                    vec![cookie, ("origin", "null")],
                    vec![("csrf_token", others_token.as_str())],
                    "another session",
                ),
                (
                    vec![cookie, ("origin", "null"), ("sec-fetch-site", "cross-site")],
                    vec![("csrf_token", token.as_str())],
                    "sent from another site",
                ),
            ] {
                let page = send(&fresh, &row, &headers, &form).await;

                let reason = reason.replace('\'', "&#39;");
                assert_eq!(page.status, 403, "{} {} {headers:?} {form:?}", row.method, row.path);
                let text = page.text.to_lowercase();
                assert!(text.contains(&reason.to_lowercase()), "{} {}: {}", row.method, row.path, page.text);
            }
        }
    }

    async fn every_response_carries_the_security_headers(fresh: Fresh) {
        let owner = fresh.add("main", "olga@example.org", Role::Owner).await;
        let (cookie, _) = fresh.session(&owner).await;
        let mut rows = route_table();
        rows.push(RouteRow { method: "GET".to_owned(), path: "/nothing/here", access: Access::Open });

        for row in rows.into_iter().filter(|row| row.method == "GET") {
            let page = send(&fresh, &row, &[("cookie", &cookie)], &[]).await;

            let header = |name: &str| page.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
            let policy = header("content-security-policy").to_owned();
            assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{}", row.path);
            assert_eq!(header("x-content-type-options"), "nosniff", "{}", row.path);
            assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{}", row.path);
            assert_eq!(header("cross-origin-resource-policy"), "same-origin", "{}", row.path);
            assert!(header("permissions-policy").contains("camera=()"), "{}", row.path);
            assert!(!header("referrer-policy").is_empty() && !header("x-request-id").is_empty(), "{}", row.path);
            assert!(!page.headers.contains_key("server"), "{}", row.path);
            if row.access != Access::Open && page.status != 303 {
                assert_eq!(header("cache-control"), "no-store", "{}", row.path);
            }
            if let Some((_, rest)) = page.text.split_once("nonce=\"") {
                let nonce = rest.split('"').next().expect("a nonce ends");
                assert!(policy.contains(&format!("'nonce-{nonce}'")), "{}", row.path);
            }
        }
    }

    async fn a_visit_reads_but_does_not_write(fresh: Fresh) {
        fresh.add("main", "olga@example.org", Role::Owner).await;
        for row in route_table().into_iter().filter(|row| row.method == "GET") {
            let head = RouteRow { method: "HEAD".to_owned(), ..row.clone() };
            let deletes = route_table().iter().any(|other| other.method == "DELETE" && other.path == row.path);
            let post = RouteRow { method: "DELETE".to_owned(), ..row.clone() };

            let get = send(&fresh, &row, &[], &[]).await;
            let head = send(&fresh, &head, &[], &[]).await;
            let delete = send(&fresh, &post, &[], &[]).await;

            assert_eq!(head.status, get.status, "HEAD {}", row.path);
            assert!(head.text.is_empty(), "HEAD {}", row.path);
            assert!(
                matches!(delete.status, 403 | 405) || deletes && delete.status == 401,
                "DELETE {}: {}", row.path, delete.status
            );
        }
    }

    async fn what_cannot_be_read_is_refused_with_the_field_and_the_rule(fresh: Fresh) {
        let anna = fresh.add("main", "anna@example.org", Role::Author).await;
        let (cookie, token) = fresh.session(&anna).await;
        let client = fresh.visitor();
        let post = async |path: &str, kind: &str, body: String| {
            let request = client.http().post(client.url(path)).header("cookie", &cookie).header("content-type", kind);
            Page::read(request.body(body)).await
        };
        const FORM: &str = "application/x-www-form-urlencoded";
        let with = |rest: &str| format!("csrf_token={token}&{rest}");

        for (body, status, reason) in [
            (with("title=a&body=b%00c"), 400, "Body must be UTF-8 without NUL characters"),
            (with("title=a&body=%ed%a0%80"), 400, "Body must be UTF-8 without NUL characters"),
            (with("title=a&body=%zz"), 400, "Body must be UTF-8 without NUL characters"),
            (with("title=a&title=b&body=c"), 400, "Title must not be given twice"),
            (with("title=a&body=b&status=published"), 400, "unknown field"),
            (with("title=a"), 400, "Missing field"),
            (format!("csrf_token={token}&csrf_token={token}"), 400, "Csrf_token must not be given twice"),
            (with(&format!("title=a&body={}", "x".repeat(1024 * 1024))), 413, "at most 1048576 bytes"),
        ] {
            let page = post("/s/main/posts", FORM, body.clone()).await;
            assert_eq!(page.status, status, "{}", page.text);
            assert!(page.text.to_lowercase().contains(&reason.to_lowercase()), "{reason}: {}", page.text);
        }
        assert_eq!(post("/s/main/posts", "application/json", "{}".to_owned()).await.status, 415);
        assert_eq!(post("/account/notices", FORM, "x".repeat(64 * 1024 + 1)).await.status, 413);
        assert_eq!(client.get("/s/main/mine?before=x&before=y").await.status, 303);
        for path in ["/s/%00/", "/s/main/posts/%ff", "/s/../etc", "/s/main/mine/not-an-id"] {
            let url = client.url(path);
            let page = Page::read(client.http().get(url).header("cookie", &cookie)).await;
            assert_eq!(page.status, 404, "{path}: {}", page.text);
        }
    }

    async fn a_browser_is_sent_to_the_login_and_back(fresh: Fresh) {
        fresh.add("main", "olga@example.org", Role::Owner).await;
        let olga = fresh.visitor();

        let asked = olga.get("/s/main/admin/people?after=").await;
        let login = olga.follow(&asked).await;
        let back = olga.submit(&login, &[("email", "olga@example.org"), ("password", PASSWORD)]).await;
        let hostile = fresh.visitor();
        let page = hostile.get("/login?next=//evil.example/").await;
        let safe = hostile.submit(&page, &[("email", "olga@example.org"), ("password", PASSWORD)]).await;

        assert_eq!(asked.location().as_str(), fresh.base.join("/login?next=%2Fs%2Fmain%2Fadmin%2Fpeople%3Fafter%3D").unwrap().as_str());
        assert_eq!(back.location(), fresh.base.join("/s/main/admin/people?after=").unwrap());
        assert_eq!(safe.location().host_str(), fresh.base.host_str());
    }
}

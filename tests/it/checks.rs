//! External checks: a service on this machine is asked about posts, as a task of the workflow, and what it says or fails
//! to say decides with the rules.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::app::TestApp;
use crate::process::Installation;
use crate::service::{Heard, Reply, Service, hit, nothing};
use crate::setting::{Arrange, Kind};
use crate::site::{AUTHOR, MODERATOR, OWNER};
use crate::visitor::Page;

/// An instance that may connect to this machine, and a service on it.
struct Checked {
    app: TestApp,
    service: Service,
}

impl Arrange for Checked {
    async fn arrange(kind: Kind) -> Result<Self, String> {
        let mut installation = Installation::arrange(kind).await?;
        installation.set("GATEPOST_CHECKS_ALLOW", "127.0.0.0/8");
        let app = TestApp::start(installation, |config| {
            config.checks_allow = vec!["127.0.0.0/8".parse().expect("a block")];
        })
        .await;
        let service = Service::start().await;
        Ok(Self { app, service })
    }
}

impl Checked {
    /// Adds or changes the check `images`; answers it with its secret.
    async fn put(&self, more: Value) -> Page {
        let mut check = json!({"url": self.service.url});
        for (name, value) in more.as_object().expect("fields") {
            check[name] = value.clone();
        }
        Page::read(self.app.request("PUT", "/checks/images").json(&check)).await
    }

    async fn work(&self) {
        self.app.app.run_until_idle().await.expect("work");
    }

    /// Lets the time pass until a retry is due.
    async fn work_later(&self) {
        self.app.clock.advance_ms(60_000);
        self.work().await;
    }

    /// Lets just so much time pass that a retry is due.
    async fn work_soon(&self) {
        self.app.clock.advance_ms(25_000);
        self.work().await;
    }

    /// Submits two posts; the workflow asks three times for each.
    async fn fail_five_times(&self) {
        self.service
            .reply((0..5).map(|_| Reply::Answer(503, String::new())));
        for _ in 0..2 {
            self.submit().await;
            self.work().await;
            self.work_soon().await;
            self.work_soon().await;
        }
    }

    /// Submits a post that no rule hits, and what became of it.
    async fn submit(&self) -> String {
        let post = self.app.submit("A title", "A señor with pills.").await;
        assert_eq!(post["status"], "held", "nobody knows yet: {post}");
        post["id"].as_str().expect("an id").to_owned()
    }

    async fn status(&self, post: &str) -> String {
        let post = self.app.post(post).await;
        post["status"].as_str().expect("a status").to_owned()
    }
}

fn is_signed(heard: &Heard, secret: &str) -> bool {
    let key = STANDARD
        .decode(secret.strip_prefix("whsec_").expect("a secret"))
        .expect("base 64");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key");
    let signed = format!(
        "{}.{}.{}",
        heard.header("webhook-id"),
        heard.header("webhook-timestamp"),
        heard.body
    );
    mac.update(signed.as_bytes());
    heard.header("webhook-signature")
        == format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

both_dbs! {
    async fn what_a_check_finds_is_held_and_shown_like_a_hit(checked: Checked) {
        let put = checked.put(json!({})).await;
        assert_eq!(put.status, 201, "{}", put.text);
        let secret = put.json()["secret"].as_str().expect("it is shown once").to_owned();
        checked.service.reply([hit(json!({
            "category": "drugs", "severity": 3, "score": 0.93, "note": "Sells medicine", "quote": "pills"
        }))]);

        let post = checked.submit().await;
        checked.work().await;

        let case = checked.app.case_of(&post).await;
        let told = &case["hits"][0];
        assert_eq!(told["check"], "images", "{case}");
        assert_eq!((&told["category"], &told["severity"], &told["view"]), (&json!("drugs"), &json!(3), &json!("external")));
        assert_eq!((&told["score"], &told["note"], &told["text"]), (&json!(0.93), &json!("Sells medicine"), &json!("pills")));
        assert_eq!((&told["start"], &told["end"]), (&json!(13), &json!(18)));
        let heard = checked.service.heard();
        assert_eq!(heard.len(), 1);
        assert!(is_signed(&heard[0], &secret), "{heard:?}");
        assert_eq!(heard[0].json()["data"]["body"], "A señor with pills.");
        assert_eq!(heard[0].json()["data"]["post_id"], json!(post));
        let moderator = checked.app.login(MODERATOR).await;
        let page = moderator.get(&checked.app.path(&format!("admin/queue/{}", case["id"].as_str().expect("an id")))).await;
        assert!(page.text.contains("check “images”"), "{}", page.text);
        assert!(page.text.contains("Sells medicine") && page.text.contains("0.93"), "{}", page.text);

        let token = case["task_token"].as_str().expect("a token");
        assert_eq!(checked.app.decide(token, "APPROVED").await.status, 200);
        assert_eq!(checked.status(&post).await, "published");
    }

    async fn an_author_is_told_that_a_post_is_checked(checked: Checked) {
        checked.put(json!({})).await;
        checked.service.reply([hit(json!({"category": "drugs"}))]);
        let post = checked.submit().await;
        let anna = checked.app.login(AUTHOR).await;
        let mine = checked.app.path(&format!("mine/{post}"));

        let checking = anna.get(&mine).await;
        checked.work().await;
        let waiting = anna.get(&mine).await;

        assert!(checking.text.contains("It is being checked."), "{}", checking.text);
        assert!(waiting.text.contains("It waits for a moderator."), "{}", waiting.text);
    }

    async fn a_corrected_post_keeps_its_place_though_it_is_checked_first(checked: Checked) {
        checked.put(json!({})).await;
        let objection = || hit(json!({"category": "drugs"}));
        checked.service.reply([objection(), objection(), objection()]);
        let anna = checked.app.login(AUTHOR).await;
        let fields = [("title", "Mine"), ("body", "A señor with pills.")];
        let sent = anna.fill(&checked.app.path("write"), &fields).await;
        checked.work().await;
        checked.app.clock.advance_ms(60_000);
        checked.submit().await;
        checked.work().await;
        let order = async || -> Vec<Value> {
            let queue = checked.app.api_get("/queue").await.json();
            let cases = queue["items"].as_array().expect("items");
            cases.iter().map(|case| case["title"].clone()).collect()
        };
        assert_eq!(order().await, ["Mine", "A title"]);

        // Corrected twice: the second time while the first correction is being checked.
        checked.app.clock.advance_ms(60_000);
        for body in ["No pills.", "None at all."] {
            let mine = anna.follow(&sent).await;
            let revised = anna.submit(&mine, &[("title", "Mine"), ("body", body)]).await;
            assert_eq!(revised.status, 303, "{}", revised.text);
            assert_eq!(order().await, ["A title"], "it is being checked");
        }
        checked.app.clock.advance_ms(60_000);
        checked.work().await;

        assert_eq!(order().await, ["Mine", "A title"]);
    }

    async fn what_a_check_does_not_object_to_is_published(checked: Checked) {
        checked.put(json!({"action": "reject"})).await;
        checked.service.reply([nothing(), hit(json!({"category": "spam", "score": 0.2})), hit(json!({"category": "spam"}))]);

        let clean = checked.submit().await;
        checked.work().await;
        assert_eq!(checked.status(&clean).await, "published");
        let unsure = checked.submit().await;
        checked.work().await;
        let unsure = checked.app.post(&unsure).await;
        assert_eq!((&unsure["status"], &unsure["hits"][0]["action"]), (&json!("published"), &json!("shadow")));
        let spam = checked.submit().await;
        checked.work().await;
        assert_eq!(checked.status(&spam).await, "rejected");
        // What the rules hold waits for a person at once.
        let held = checked.app.submit_held("By a rule").await;
        assert_eq!(held["hits"][0].get("check"), None, "{held}");
        checked.work().await;
        assert_eq!(checked.service.heard().len(), 3);
    }

    async fn a_check_that_does_not_answer_is_asked_again_and_then_holds_the_post(checked: Checked) {
        checked.put(json!({"timeout_ms": 100})).await;
        checked.service.reply([Reply::Silence, Reply::Answer(503, String::new()), Reply::HangUp]);

        let post = checked.submit().await;
        checked.work().await;
        assert_eq!(checked.service.heard().len(), 1, "it waits before it asks again");
        checked.work_later().await;
        assert_eq!(checked.status(&post).await, "held");
        checked.work_later().await;

        let heard = checked.service.heard();
        assert_eq!(heard.len(), 3);
        assert!(heard.iter().all(|one| one.header("webhook-id") == heard[0].header("webhook-id")), "{heard:?}");
        let case = checked.app.case_of(&post).await;
        let moderator = checked.app.login(MODERATOR).await;
        let path = checked.app.path(&format!("admin/queue/{}", case["id"].as_str().expect("an id")));
        let page = moderator.get(&path).await;
        assert!(page.text.contains("The check “images” is not available"), "{}", page.text);
        assert!(page.text.contains("in 3 attempts"), "{}", page.text);
        assert!(page.text.contains("A check failed; the post is held"), "{}", page.text);
        moderator.fill("/account", &[("language", "tr")]).await;
        let page = moderator.get(&path).await;
        assert!(page.text.contains("“images” denetleyicisi kullanılamıyor ("), "{}", page.text);
        assert!(page.text.contains(") (3 deneme)"), "{}", page.text);
        let shown = checked.app.api_get("/checks/images").await.json();
        assert!(shown["failure"].as_str().expect("a failure").contains("in 3 attempts"), "{shown}");
        assert_eq!(shown.get("secret"), None, "it is shown once");
    }

    async fn a_check_that_is_not_reached_is_left_alone_until_one_post_tries_it_out(checked: Checked) {
        checked.put(json!({"timeout_ms": 300, "on_failure": "pass"})).await;
        checked.fail_five_times().await;
        assert_eq!(checked.service.heard().len(), 5, "the sixth time it is left alone");
        let shown = checked.app.api_get("/checks/images").await.json();
        assert_eq!(shown["failures"], 5, "{shown}");
        assert!(shown["rests_until"].is_string(), "{shown}");
        let owner = checked.app.login(OWNER).await;
        let page = owner.get(&checked.app.path("admin/checks")).await;
        assert!(page.text.contains("It was not reached 5 times in a row"), "{}", page.text);

        // One of three posts tries it out; the others are not asked about, nor is it when its rest is twice as long.
        checked.app.clock.advance_ms(30_000);
        checked.service.reply([Reply::Silence]);
        let posts = [checked.submit().await, checked.submit().await, checked.submit().await];
        checked.work().await;
        assert_eq!(checked.service.heard().len(), 6);
        checked.work_soon().await;
        checked.work_soon().await;
        assert_eq!(checked.service.heard().len(), 6);
        for post in &posts {
            assert_eq!(checked.status(post).await, "published", "they went on without it");
        }

        checked.app.clock.advance_ms(60_000);
        let post = checked.submit().await;
        checked.work().await;
        assert_eq!(checked.service.heard().len(), 7);
        assert_eq!(checked.status(&post).await, "published");
        let shown = checked.app.api_get("/checks/images").await.json();
        assert_eq!((&shown["failures"], &shown["rests_until"]), (&json!(0), &Value::Null), "{shown}");
    }

    async fn a_try_that_is_answered_ends_a_rest(checked: Checked) {
        checked.put(json!({"timeout_ms": 900})).await;
        checked.fail_five_times().await;
        assert_eq!(checked.app.api_get("/checks/images").await.json()["failures"], 5);
        let try_out = async |text: Value| {
            Page::read(checked.app.request("POST", "/checks/images/try").json(&text)).await
        };

        checked.service.reply([Reply::Answer(500, String::new()), hit(json!({"category": "spam", "quote": "pills"}))]);
        let failed = try_out(json!({"body": "Buy pills"})).await.json();
        assert_eq!((&failed["error"], &failed["verdict"]), (&json!("Check.Unavailable"), &Value::Null), "{failed}");
        assert_eq!(checked.app.api_get("/checks/images").await.json()["failures"], 5, "posts count alone");
        let found = try_out(json!({"title": "T", "body": "Buy pills"})).await.json();
        assert_eq!((&found["verdict"], &found["hits"][0]["text"]), (&json!("hold"), &json!("pills")), "{found}");
        assert_eq!(checked.app.api_get("/checks/images").await.json()["failures"], 0);

        assert_eq!(try_out(json!({"title": "T"})).await.status, 400);
        let unknown = checked.app.request("POST", "/checks/nobody/try").json(&json!({"body": "a"}));
        assert_eq!(Page::read(unknown).await.status, 404);
    }

    async fn commands_list_checks_and_try_them(checked: Checked) {
        let installation = &checked.app.installation;
        assert_eq!(installation.run_json(&["checks", "list", "--json"]).await, json!([]));
        checked.put(json!({})).await;
        checked.fail_five_times().await;
        checked.service.reply([hit(json!({"category": "spam", "quote": "pills", "score": 0.75, "note": "sells"})), Reply::Answer(404, String::new())]);
        let file = installation.database.folder.path().join("text.md");
        std::fs::write(&file, "Buy pills").expect("write the text");
        let file = file.to_str().expect("a path");

        let listed = installation.run(&["checks", "list"]).await;
        let (_, ended) = installation.try_run(&["checks", "try", "nobody", file]).await;
        assert!(!ended.success(), "there is none of that name");
        let tried = installation.run_with(&["checks", "try", "images", "--title", "T"], "Buy pills").await;
        let (failed, ended) = installation.try_run(&["checks", "try", "images", file, "--json"]).await;
        assert!(!ended.success() && failed.contains("Check.BadAnswer"), "{failed}");
        let told = installation.run_json(&["checks", "list", "--json"]).await;

        assert!(listed.starts_with("on  images") && listed.contains("left alone until 2030-01-01T"), "{listed}");
        assert!(tried.contains(r#"body 4..9 "pills": hold spam, severity 2, score 0.75 sells"#), "{tried}");
        assert!(tried.ends_with("hold\n"), "{tried}");
        assert_eq!((&told[0]["name"], &told[0]["failures"]), (&json!("images"), &json!(0)), "the try ended its rest: {told}");
    }

    async fn a_check_that_fails_open_lets_the_post_pass_and_says_so(checked: Checked) {
        checked.put(json!({"timeout_ms": 100, "on_failure": "pass"})).await;
        let second = json!({"url": checked.service.url});
        let put = Page::read(checked.app.request("PUT", "/checks/second").json(&second)).await;
        assert_eq!(put.status, 201, "{}", put.text);
        checked.service.reply([Reply::Answer(200, "no".to_owned()), hit(json!({"category": "spam"}))]);

        let held = checked.submit().await;
        checked.work().await;
        let case = checked.app.case_of(&held).await;
        let moderator = checked.app.login(MODERATOR).await;
        let path = checked.app.path(&format!("admin/queue/{}", case["id"].as_str().expect("an id")));
        let page = moderator.get(&path).await;
        assert!(page.text.contains("the post went on without it"), "{}", page.text);
        assert!(page.text.contains("gave an answer that cannot be used"), "{}", page.text);

        checked.service.reply([Reply::Answer(200, "no".to_owned()), nothing()]);
        let passed = checked.submit().await;
        checked.work().await;
        assert_eq!(checked.status(&passed).await, "published");
    }

    async fn an_answer_that_is_none_is_not_asked_for_again(checked: Checked) {
        checked.put(json!({})).await;
        for (reply, about) in [
            (Reply::Answer(302, String::new()), "status 302"),
            (Reply::Answer(204, String::new()), "status 204"),
            (Reply::Answer(404, String::new()), "status 404"),
            (Reply::Answer(200, r#"{"hits": [], "verdict": "publish"}"#.to_owned()), "verdict"),
            (hit(json!({"category": "a", "severity": 9})), "severity"),
            (Reply::Answer(200, " ".repeat(70_000)), "65536 bytes"),
        ] {
            let before = checked.service.heard().len();
            checked.service.reply([reply]);
            let post = checked.submit().await;
            checked.work().await;
            let case = checked.app.case_of(&post).await;
            let shown = checked.app.api_get("/checks/images").await.json();
            assert!(shown["failure"].as_str().expect("a failure").contains(about), "{about}: {shown}");
            checked.work_later().await;
            assert_eq!(checked.service.heard().len(), before + 1, "{about}");
            assert_eq!(checked.app.case_of(&post).await["id"], case["id"], "{about}: it waits");
        }
    }

    async fn a_request_of_a_dead_worker_is_asked_again_and_answered_once(checked: Checked) {
        let put = checked.put(json!({"timeout_ms": 30_000})).await;
        assert_eq!(put.status, 201, "{}", put.text);
        let bell = Arc::new(Notify::new());
        checked.service.reply([Reply::Silence, Reply::Later(bell.clone()), nothing()]);
        let post = checked.submit().await;

        let ask = || {
            let checks = checked.app.app.checks.clone();
            tokio::spawn(async move { checks.run_once().await })
        };
        let dead = ask();
        checked.service.is_asked().await;
        dead.abort();
        assert!(dead.await.is_err(), "it is gone");
        checked.app.clock.advance_ms(61_000);
        let slow = ask();
        checked.service.is_asked().await;
        checked.app.clock.advance_ms(61_000);
        checked.work().await;
        assert_eq!(checked.status(&post).await, "published", "the third one heard nothing bad");
        bell.notify_one();
        slow.await.expect("it ends").expect("it works");

        let shown = checked.app.post(&post).await;
        assert_eq!((&shown["status"], &shown["hits"]), (&json!("published"), &json!([])), "the first answer counts");
        let heard = checked.service.heard();
        assert_eq!(heard.len(), 3);
        assert!(heard.iter().all(|one| one.header("webhook-id") == heard[0].header("webhook-id")));
        assert!(heard.iter().all(|one| one.body == heard[0].body));
    }

    async fn nobody_is_asked_about_what_is_withdrawn_or_switched_off(checked: Checked) {
        checked.put(json!({})).await;
        let withdrawn = checked.submit().await;
        let author = checked.app.login(AUTHOR).await;
        let page = author.get(&checked.app.path(&format!("mine/{withdrawn}"))).await;
        let form = page.form_to("/withdraw").expect("the form");
        assert_eq!(author.send(form, &[]).await.status, 303);
        checked.work().await;
        assert_eq!(checked.status(&withdrawn).await, "withdrawn");

        let waiting = checked.submit().await;
        checked.put(json!({"enabled": false})).await;
        checked.work().await;
        assert_eq!(checked.status(&waiting).await, "published");
        assert_eq!(checked.service.heard().len(), 0);
    }

    async fn the_workflow_asks_while_there_are_checks_and_one_of_the_sites_own_is_left_alone(checked: Checked) {
        let owner = checked.app.login(OWNER).await;
        let path = checked.app.path("admin/workflow");
        let asks = async || owner.get(&path).await.text.contains("ExternalChecksFunction");
        assert!(!asks().await);
        assert_eq!(checked.app.submit("Before", "Harmless.").await["status"], "published");
        checked.put(json!({})).await;
        assert!(asks().await);
        let removed = Page::read(checked.app.request("DELETE", "/checks/images")).await;
        assert_eq!(removed.status, 204, "{}", removed.text);
        assert!(!asks().await);
        assert_eq!(checked.app.submit("After", "Harmless.").await["status"], "published");

        let own = gatepost::moderation::DEFAULT_WORKFLOW.replace("Gatepost's own workflow", "Ours");
        let form = owner.get(&path).await.form(&["definition"]).expect("the form");
        assert_eq!(owner.send(form, &[("definition", &own)]).await.status, 303);
        checked.put(json!({})).await;
        assert!(!asks().await);
        assert_eq!(checked.app.api_get("/checks").await.json()["asked_by_workflow"], false);
        let page = owner.get(&checked.app.path("admin/checks")).await;
        assert!(page.text.contains("The workflow in force asks no checks."), "{}", page.text);
    }

    async fn owners_keep_checks_on_their_page(checked: Checked) {
        let owner = checked.app.login(OWNER).await;
        let list = checked.app.path("admin/checks");
        let form = owner.get(&list).await.form(&["name", "url"]).expect("the form");
        let wrong = owner.send(form.clone(), &[("name", "A b"), ("url", "https://checks.example.org/")]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text.contains("A b") && wrong.text.contains("lower-case letters"), "{}", wrong.text);
        let wrong = owner.send(form.clone(), &[("name", "images"), ("url", "https://10.0.0.1/")]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text.contains("no public address"), "{}", wrong.text);
        let made = owner.send(form, &[("name", "images"), ("url", &checked.service.url)]).await;
        assert_eq!(made.status, 200, "{}", made.text);
        let secret = secret_of(&made.text).expect("it is shown");

        let page = owner.get(&format!("{list}/images")).await;
        assert!(secret_of(&page.text).is_none(), "it is shown once");
        checked.service.reply([hit(json!({"category": "spam", "quote": "pills", "note": "sells"})), Reply::Answer(500, String::new())]);
        let form = page.form_to("/try").expect("the box");
        let tried = owner.send(form.clone(), &[("title", "T"), ("body", "Buy pills")]).await;
        assert!(tried.text.contains("It found one thing.") && tried.text.contains("sells"), "{}", tried.text);
        let tried = owner.send(form, &[("title", "T"), ("body", "Buy pills")]).await;
        assert!(tried.text.contains("Check.Unavailable"), "{}", tried.text);
        let heard = checked.service.heard();
        assert!(is_signed(&heard[0], &secret), "{heard:?}");
        assert_eq!(heard[0].json()["type"], "post.try");

        let form = page.form(&["timeout_ms"]).expect("the form");
        let wrong = owner.send(form.clone(), &[("timeout_ms", "soon"), ("score_from", "7")]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text.contains("soon") && wrong.text.contains("from 0 to 1"), "{}", wrong.text);
        assert_eq!(owner.send(form, &[("timeout_ms", "900")]).await.status, 303);
        assert_eq!(checked.app.api_get("/checks/images").await.json()["timeout_ms"], 900);
        let renewed = owner.send(page.form_to("/secret").expect("the form"), &[]).await;
        assert_ne!(secret_of(&renewed.text).expect("it is shown"), secret);
        let removed = owner.send(page.form_to("/remove").expect("the form"), &[]).await;
        assert_eq!(removed.status, 303);
        assert_eq!(checked.app.api_get("/checks/images").await.status, 404);
    }

    async fn addresses_inside_are_not_connected_to(app: TestApp) {
        let put = async |url: &str| {
            Page::read(app.request("PUT", "/checks/images").json(&json!({"url": url}))).await
        };
        for url in [
            "http://checks.example.org/",
            "https://127.0.0.1/",
            "https://10.0.0.1/",
            "https://169.254.169.254/latest/meta-data/",
            "https://[::1]/",
            "https://[::ffff:192.168.0.1]/",
            "https://[fd00:ec2::254]/",
            "https://2130706433/",
            "https://user@checks.example.org/",
            "ftp://checks.example.org/",
            "nonsense",
        ] {
            let refused = put(url).await;
            assert_eq!((refused.status, &refused.json()["field"]), (400, &json!("url")), "{url}: {}", refused.text);
        }
        // A name tells its address only when it is asked for.
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("find a port");
        let port = listener.local_addr().expect("it is bound").port();
        let named = put(&format!("https://localhost:{port}/")).await;
        assert_eq!(named.status, 201, "{}", named.text);
        let post = app.submit("A title", "Harmless.").await;
        app.app.run_until_idle().await.expect("work");
        app.case_of(post["id"].as_str().expect("an id")).await;
        let shown = app.api_get("/checks/images").await.json();
        assert!(shown["failure"].as_str().expect("a failure").contains("no public address"), "{shown}");
        let nobody = std::future::poll_fn(|context| std::task::Poll::Ready(listener.poll_accept(context).is_pending()));
        assert!(nobody.await, "nobody connected");
    }
}

fn secret_of(page: &str) -> Option<String> {
    let (_, rest) = page.split_once("<code id=\"check-secret\">")?;
    let (secret, _) = rest.split_once('<')?;
    Some(secret.replace("&#38;", "&").replace("&#43;", "+"))
}

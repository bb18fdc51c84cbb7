//! What hits lead to is a part of the rule set: tried, changed, compared and restored like a rule; and cases of a category
//! have a queue.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::site::{MODERATOR, OWNER, WORD};
use crate::visitor::Page;

async fn add(app: &TestApp, rule: Value) {
    let added = app.api_post("/rules", &rule).await;
    assert_eq!(added.status, 201, "{}", added.text);
}

async fn change(app: &TestApp, outcomes: Value) -> Page {
    let body = json!({"outcomes": outcomes});
    let sent = Page::read(app.request("PUT", "/rules/outcomes").json(&body)).await;
    // What is in force is looked up once a second.
    app.clock.advance_ms(1_000);
    sent
}

both_dbs! {
    async fn outcomes_follow_categories_and_severity_and_are_tried_first(app: TestApp) {
        add(&app, json!({"pattern": "mildly", "severity": 1})).await;
        add(&app, json!({"pattern": "gravely", "severity": 4})).await;
        add(&app, json!({"pattern": "scammy", "severity": 1, "category": "scam"})).await;
        assert_eq!(app.submit("Before", "mildly").await["status"], "held");
        assert_eq!(app.submit("Grave", "gravely").await["status"], "held");
        let olga = app.login(OWNER).await;
        let path = app.path("admin/rules/outcomes");
        let form = olga.get(&path).await.form(&["hold_from", "reject_from"]).expect("the form");
        let scam = form.fields.iter().find(|(_, value)| value == "scam").expect("the rules' categories are offered").0.clone();
        let action = scam.replace("category", "action");

        let wrong = olga.send(form.clone(), &[("queue_3", "a,b"), ("category_3", "other")]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text.contains("A queue must be") && wrong.text.contains("a,b"), "{}", wrong.text);
        let unknown = olga.send(form.clone(), &[(&action, "burn")]).await;
        assert_eq!(unknown.status, 400, "{}", unknown.text);

        let fields = [("hold_from", "2"), ("reject_from", "4"), (&*action, "reject"), ("comment", "too many complaints")];
        let mut tried = fields.to_vec();
        tried.push(("rehearse", "on"));
        let report = olga.send(form, &tried).await;
        assert_eq!(report.texts("#rehearsal strong"), ["Newly held 0, rejected at once 1, released 1."], "{}", report.text);
        assert_eq!(app.submit("Still", "mildly").await["status"], "held", "nothing is saved yet");
        let form = report.form(&["hold_from", "reject_from"]).expect("the form with what was typed");
        let saved = olga.send(form, &[]).await;
        assert_eq!(saved.status, 303, "{}", saved.text);

        for (body, status) in [("mildly", "published"), ("gravely", "rejected"), ("scammy", "rejected"), (WORD, "held")] {
            assert_eq!(app.submit(body, body).await["status"], status, "{body}");
        }
        // What a change of a rule would do is told by the same measure.
        let tried = app.api_post("/rules/rehearse", &json!({"add": {"pattern": "before", "severity": 4}})).await.json();
        assert_eq!((&tried["newly_held"]["count"], &tried["newly_rejected"]["count"]), (&json!(0), &json!(1)), "{tried}");

        let list = olga.get(&app.path("admin/rules/versions")).await;
        let version = olga.get(&list.links("too many complaints")[0]).await;
        assert_eq!(version.texts("ins"), ["hold from severity 2", "reject from severity 4", "scam: reject"], "{}", version.text);
        let read = app.api_get("/rules/versions").await.json();
        assert_eq!(read["items"][0]["outcomes_changed"], true, "{read}");

        // An earlier version brings back what hits led to then.
        let earlier = olga.get(&list.links("added scammy")[0]).await;
        let restored = olga.send(earlier.form(&["comment"]).expect("the form to restore"), &[]).await;
        assert_eq!(restored.status, 303, "{}", restored.text);
        assert_eq!(app.submit("Again", "mildly").await["status"], "held");
        assert_eq!(app.api_get("/rules/outcomes").await.json()["outcomes"]["hold_from"], 0);
    }

    async fn what_cannot_be_an_outcome_is_refused_with_its_field(app: TestApp) {
        for (outcomes, field) in [
            (json!({"hold_from": 5}), "hold_from"),
            (json!({"categories": {"scam": "allow"}}), "categories"),
            (json!({"queues": {"scam": ""}}), "queues"),
        ] {
            let refused = change(&app, outcomes).await;
            assert_eq!(refused.status, 400, "{}", refused.text);
            assert_eq!(refused.json()["field"], field, "{}", refused.text);
        }
        let same = change(&app, json!({})).await.json();
        assert_eq!(same["rule_set_version"], 1, "what changes nothing makes no version: {same}");
    }

    async fn a_category_has_a_queue(app: TestApp) {
        add(&app, json!({"pattern": "lawsuit", "category": "threat", "severity": 1})).await;
        add(&app, json!({"pattern": "libel", "category": "press"})).await;
        let set = change(&app, json!({"queues": {"threat": "Legal", "press": "Legal", "house": "House"}})).await;
        assert_eq!(set.status, 200, "{}", set.text);
        app.submit_held("A house thing").await;
        for (title, body) in [("First", "A lawsuit."), ("Second", "Libel!"), ("Third", "A lawsuit.")] {
            assert_eq!(app.submit(title, body).await["status"], "held");
        }
        app.app.run_until_idle().await.expect("index");

        let mora = app.login(MODERATOR).await;
        let page = mora.get(&app.path("admin/queue")).await;
        assert_eq!(page.texts("nav[aria-label=Queues] a"), ["All", "House 1", "Legal 3"]);
        let legal = mora.get(&page.links("Legal")[0]).await;
        let mut names = legal.texts(".rows a.name");
        names.sort();
        assert_eq!(names, ["First", "Second", "Third"]);
        assert_eq!(legal.texts("nav[aria-label=Queues] a[aria-current]"), ["Legal 3"]);

        // Working on a queue stays in it until it is empty.
        let mut at = mora.send(legal.form_to("/queue/next").expect("the button"), &[]).await;
        for _ in 0..3 {
            let case = mora.follow(&at).await;
            assert!(case.texts("h1").concat() != "A house thing", "{}", case.text);
            let form = case.form(&["decision", "reason"]).expect("the form");
            at = mora.send(form, &[("decision", "APPROVED")]).await;
            assert_eq!(at.status, 303, "{}", at.text);
        }
        let done = mora.follow(&at).await;
        assert_eq!(done.texts("nav[aria-label=Queues] a[aria-current]"), ["Legal 0"]);
        assert!(done.texts(".rows a.name").is_empty(), "{}", done.text);

        let names = |page: Page| page.json()["items"].as_array().expect("a page").iter().map(|case| case["title"].clone()).collect::<Vec<_>>();
        assert_eq!(names(app.api_get("/queue?queue=House").await), ["A house thing"]);
        assert_eq!(names(app.api_get("/queue?queue=Legal&status=approved").await).len(), 3);
        assert_eq!(names(app.api_get("/queue?queue=Nobody's").await), Vec::<Value>::new());
        let both = app.api_get("/queue?queue=House&post_id=01jd8v8g3w8v8g3w8v8g3w8v8g").await;
        assert_eq!(both.status, 400, "{}", both.text);

        // Nothing is kept with a case: the queue of those that wait follows the category.
        change(&app, json!({"queues": {"house": "Upstairs"}})).await;
        assert_eq!(names(app.api_get("/queue?queue=Upstairs").await), ["A house thing"]);
        assert_eq!(names(app.api_get("/queue?queue=House").await), Vec::<Value>::new());
    }

    async fn outcomes_are_kept_in_a_file(app: TestApp) {
        let file = app.installation.database.folder.path().join("outcomes.json");
        std::fs::write(&file, r#"{"categories": {"house": "reject"}, "second_approval": ["threat"]}"#).expect("write a file");
        let file = file.to_str().expect("a path is text");
        app.submit_held("A house thing").await;
        let tried = app.installation.run(&["rules", "outcomes", "--site", "main", file, "--dry-run"]).await;
        assert!(tried.contains("rejected at once 1"), "{tried}");
        let changed = app.installation.run(&["rules", "outcomes", "--site", "main", file]).await;
        assert!(changed.contains("rule set 2"), "{changed}");
        let read = app.installation.run_json(&["rules", "outcomes", "--site", "main"]).await;
        assert_eq!(read["categories"]["house"], "reject", "{read}");
        std::fs::write(file, r#"{"hold_from": 9}"#).expect("write a file");
        let (_, status) = app.installation.try_run(&["rules", "outcomes", "--site", "main", file]).await;
        assert!(!status.success());
    }
}

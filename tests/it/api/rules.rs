//! The rules over the API: added, changed, tried, removed, restored, in and out as lists.

use gatepost::moderation::rule_set::Edit;
use gatepost::moderation::rules::{Rule, RuleDraft};
use gatepost::store::rules;
use serde_json::{Value, json};

use super::{Api, new_post, text};
use crate::visitor::Page;

impl Api {
    async fn send(&self, method: &str, path: &str, body: &Value) -> Page {
        let request = self.request(method, path).bearer_auth(&self.key);
        Page::read(request.json(body)).await
    }

    async fn check_text(&self, body: &str) -> Value {
        self.post("/check", &json!({"body": body})).await.json()["verdict"].clone()
    }

    /// The patterns of the rules in force, newest first.
    async fn patterns(&self) -> Vec<String> {
        let rules = self.get("/rules").await.json();
        let items = rules["items"].as_array().expect("items");
        items
            .iter()
            .map(|rule| text(&rule["pattern"]).to_owned())
            .collect()
    }
}

both_dbs! {
    async fn a_change_of_a_note_alone_judges_no_post_otherwise(api: Api) {
        let site = gatepost::ids::SiteId(1);
        let in_force = rules::list_in_force(&api.app.db, site).await.expect("the rules");
        let rule = in_force.into_iter().next().expect("a rule");
        let noted = RuleDraft { note: "Ask Ana.".to_owned(), ..rule.draft.clone() };
        let severer = RuleDraft { severity: 4, ..noted.clone() };
        let plan = async |edit| {
            let plan = api.app.moderation.plan(site, edit, "").await;
            plan.expect("plan").expect("be possible")
        };
        let change = |draft| Edit::Change(Rule { id: rule.id.clone(), draft });

        assert!(plan(change(noted.clone())).await.is_of_notes());
        assert!(!plan(change(severer)).await.is_of_notes());
        assert!(!plan(Edit::Remove(rule.id.clone())).await.is_of_notes());
        let other = RuleDraft { pattern: "zeppelin".to_owned(), ..noted };
        assert!(!plan(Edit::Add(other)).await.is_of_notes());
    }

    async fn a_rule_has_figures(api: Api) {
        let rule = api.post("/rules", &json!({"pattern": "smurf", "action": "shadow"})).await.json();
        let path = format!("/rules/{}", text(&rule["id"]));
        let of_nothing = api.get(&format!("{path}/figures")).await.json();
        assert_eq!((&of_nothing["posts"], &of_nothing["precision"], &of_nothing["cost"]), (&json!(0), &Value::Null, &Value::Null));

        api.post("/posts", &new_post("A smurf", "Blue.")).await;
        let logged = api.get(&format!("{path}/figures")).await.json();
        assert!(logged["last_hit_at"].is_string() && logged["last_case_at"].is_null(), "{logged}");
        api.send("PATCH", &path, &json!({"action": "hold"})).await;
        for decision in ["APPROVED", "REJECTED", "REJECTED"] {
            api.post("/posts", &new_post("A smurf", "Bluer.")).await;
            let case = api.get("/queue").await.json()["items"][0].clone();
            let decided = api.post("/decisions", &json!({"task_token": case["task_token"], "decision": decision, "reason": "So."})).await;
            assert_eq!(decided.status, 200, "{}", decided.text);
        }
        let found = api.get(&format!("{path}/figures")).await.json();

        assert_eq!((&found["posts"], &found["posts_only_logged"], &found["posts_is_more"]), (&json!(4), &json!(1), &json!(false)), "{found}");
        assert_eq!((&found["cases"], &found["approved"], &found["rejected"]), (&json!(3), &json!(1), &json!(2)), "{found}");
        let precision = found["precision"].as_f64().expect("a number");
        assert!((precision - 2.0 / 3.0).abs() < 1e-9, "{found}");
        assert!(found["last_case_at"].is_string() && found["cost"]["posts"] == 4, "{found}");
        assert_eq!(api.get(&format!("/rules/{}/figures", "0".repeat(26))).await.status, 404);
    }

    async fn a_checked_text_is_read_by_each_view(api: Api) {
        let body = json!({"body": "Fr\u{00e9}\u{00e9} **m0ney**", "readings": true});
        let read = api.post("/check", &body).await.json();

        let readings = read["readings"].as_array().expect("a list");
        let of = |view: &str| readings.iter().find(|reading| reading["view"] == view).map(|reading| text(&reading["text"]));
        assert_eq!(of("text"), Some("fr\u{00e9}\u{00e9} **m0ney**"), "{read}");
        assert_eq!((of("marks"), of("repeated")), (Some("free m0ney"), Some("fre money")), "{read}");
        let without = api.post("/check", &json!({"body": "a"})).await.json();
        assert_eq!(without.get("readings"), None);
    }

    async fn rules_are_added_changed_and_removed(api: Api) {
        let added = api.post("/rules", &json!({"pattern": "free money", "severity": 3, "comment": "complaints"})).await;
        assert_eq!(added.status, 201, "{}", added.text);
        let rule = added.json();
        assert_eq!((text(&rule["kind"]), text(&rule["match"]), text(&rule["fields"])), ("phrase", "normal", "both"));
        assert_eq!(api.check_text("Take free money!").await, "hold");
        let path = format!("/rules/{}", text(&rule["id"]));
        assert!(added.headers["location"].to_str().expect("text").ends_with(&path));

        let changed = api.send("PATCH", &path, &json!({"action": "reject"})).await.json();
        assert_eq!((&changed["action"], &changed["severity"]), (&json!("reject"), &json!(3)));
        assert_eq!(api.check_text("Take free money!").await, "reject");
        let same = api.send("PATCH", &path, &json!({"action": "reject"})).await.json();
        assert_eq!(same["rule_set_version"], changed["rule_set_version"], "nothing changed");

        let removed = api.send("DELETE", &path, &json!({})).await;
        assert_eq!(removed.status, 200, "{}", removed.text);
        assert_eq!(api.check_text("Take free money!").await, "publish");
        assert_eq!(api.get(&path).await.status, 404);

        let versions = api.get("/rules/versions?limit=3").await.json();
        let comments: Vec<_> = versions["items"].as_array().expect("items").iter().map(|one| text(&one["comment"])).collect();
        assert_eq!(comments, ["removed free money", "changed free money", "complaints"]);
        assert_eq!(versions["items"][0]["removed"], 1);
        let restored = format!("/rules/versions/{}/restore", changed["rule_set_version"]);
        assert_eq!(api.post(&restored, &json!({})).await.status, 200);
        assert_eq!(api.check_text("Take free money!").await, "reject");
    }

    async fn what_is_no_rule_is_refused_with_its_reason(api: Api) {
        for (rule, status, code, field) in [
            (json!({"pattern": ""}), 400, "invalid_field", "pattern"),
            (json!({"pattern": "(open", "kind": "regex"}), 400, "invalid_field", "pattern"),
            (json!({"pattern": "x", "severity": 5}), 400, "invalid_field", "severity"),
            (json!({"pattern": "x", "comment": "two\nlines"}), 400, "invalid_field", "comment"),
            (json!({"pattern": "x", "colour": "red"}), 400, "invalid_field", "colour"),
            (json!({"pattern": "Lottery", "category": "other"}), 409, "duplicate_rule", ""),
        ] {
            let page = api.post("/rules", &rule).await;
            let problem = page.json();
            assert_eq!((page.status, text(&problem["code"])), (status, code), "{rule}: {}", page.text);
            assert_eq!(problem["field"].as_str().unwrap_or_default(), field, "{rule}");
        }
        assert_eq!(api.post("/rules/versions/99/restore", &json!({})).await.status, 404);
        assert_eq!(api.send("PATCH", "/rules/x", &json!({})).await.status, 404);
        assert_eq!(api.post("/rules/rehearse", &json!({})).await.status, 400);
        assert_eq!(api.patterns().await.len(), 2, "nothing was added");
    }

    async fn lists_go_in_and_out(api: Api) {
        let list = json!({"text": "smurf\nsm*rfs\nlottery\n/(/\nsmurf.example\n/smurfs/", "category": "blue", "comment": "the village"});
        let tried = api.post("/rules/rehearse", &json!({"import": {"text": list["text"]}})).await.json();
        assert_eq!((&tried["put"], &tried["list"]["addresses"], &tried["list"]["known"]), (&json!(4), &json!(2), &json!(1)), "{tried}");
        assert_eq!(tried["list"]["problems"][0]["line"], 4, "{tried}");
        let imported = api.post("/rules/import", &list).await;
        assert_eq!(imported.status, 200, "{}", imported.text);
        let told = imported.json();
        assert_eq!((&told["added"], &told["known"], &told["refused"]), (&json!(4), &json!(1), &json!(1)));
        assert_eq!(told["addresses"], 2, "{told}");
        assert_eq!(told["problems"][0]["line"], 4);
        assert_eq!(api.patterns().await.len(), 6);

        let again = api.post("/rules/import", &list).await.json();
        assert_eq!((&again["added"], &again["rule_set_version"]), (&json!(0), &told["rule_set_version"]));

        let exported = api.get("/rules/export?format=csv").await;
        assert!(exported.text.contains("smurf") && exported.text.contains("blue"), "{}", exported.text);
        let all = api.get("/rules/export").await.json();
        assert_eq!(all.as_array().map(Vec::len), Some(6));
    }

    async fn entries_of_a_list_that_are_common_words_but_for_their_looks_are_taken_at_their_word(api: Api) {
        let list = json!({"text": "bｅ\nblog ::\nto get $\n！\nviagra"});
        let tried = api.post("/rules/rehearse", &json!({"import": list})).await.json();
        let literal = tried["literal"].as_array().expect("a list");
        let patterns: Vec<_> = literal.iter().map(|one| text(&one["pattern"])).collect();
        assert_eq!(patterns, ["bｅ", "blog ::"], "{tried}");
        assert_eq!(tried["collisions"], json!([]), "{tried}");
        api.post("/rules/import", &list).await;

        assert_eq!(api.check_text("To be on my blog, to get more! Yes.").await, "publish");
        for held in ["to bｅ", "my BLOG  ::", "to get $", "so！", "v1agra"] {
            assert_eq!(api.check_text(held).await, "hold", "{held}");
        }
    }

    async fn a_change_is_tried_before_it_is_made(api: Api) {
        api.post("/posts", &new_post("Birds", "A harmless thing.")).await;
        let case = api.hold("Snails").await;
        assert_eq!(api.decide(&case["task_token"], "APPROVED").await.status, 200);

        let tried = api.post("/rules/rehearse", &json!({"add": {"pattern": "harmless"}})).await;
        assert_eq!(tried.status, 200, "{}", tried.text);
        let told = tried.json();
        assert_eq!((&told["posts"], &told["all_posts"], &told["hit"]), (&json!(2), &json!(true), &json!(1)));
        assert_eq!(told["newly_held"]["count"], 1);
        assert_eq!(told["newly_held"]["posts"][0]["title"], "Birds");

        let rule = api.get("/rules?q=lottery").await.json()["items"][0]["id"].clone();
        let told = api.post("/rules/rehearse", &json!({"remove": rule})).await.json();
        assert_eq!((&told["released"]["count"], &told["released"]["approved"]), (&json!(1), &json!(1)));
        let told = api.post("/rules/rehearse", &json!({"change": rule, "with": {"action": "reject"}})).await.json();
        assert_eq!((&told["newly_held"]["count"], &told["newly_rejected"]["count"]), (&json!(0), &json!(1)));
        let told = api.post("/rules/rehearse", &json!({"add": {"pattern": "smart*"}})).await.json();
        assert!(told["collisions"].to_string().contains("smartwatch"), "{told}");
        assert_eq!(api.patterns().await.len(), 2, "nothing was saved");
    }

    async fn a_change_is_refused_if_there_is_something_to_be_warned_of(api: Api) {
        let careful = |mut body: Value| {
            body["on_warning"] = json!("refuse");
            body
        };
        let harmless = api.post("/rules", &careful(json!({"pattern": "zeppelin"}))).await;
        assert_eq!((harmless.status, &harmless.json()["collisions"]), (201, &json!([])), "{}", harmless.text);
        let path = format!("/rules/{}", text(&harmless.json()["id"]));

        let (wild, list) = (json!({"pattern": "smart*"}), json!({"text": "smart*\nzebra"}));
        for (page, saving) in [
            (api.post("/rules", &careful(wild.clone())).await, "/rules"),
            (api.send("PATCH", &path, &careful(json!({"pattern": "smart*", "kind": "wildcard"}))).await, "PATCH"),
            (api.post("/rules/import", &careful(list.clone())).await, "/rules/import"),
        ] {
            assert_eq!((page.status, &page.json()["code"]), (409, &json!("warned")), "{saving}: {}", page.text);
            let word = &page.json()["rehearsal"]["collisions"][0]["word"];
            assert_eq!(word, "smartwatch", "{saving}: {}", page.text);
        }
        assert_eq!(api.patterns().await, ["zeppelin", "casino", "lottery"].map(str::to_owned), "nothing was saved");

        let told = api.post("/rules/import", &list).await.json();
        assert_eq!((&told["added"], &told["collisions"][0]["word"]), (&json!(2), &json!("smartwatch")), "{told}");
        let shadow = api.post("/rules", &careful(json!({"pattern": "smar*", "action": "shadow"}))).await;
        assert_eq!(shadow.status, 201, "it only logs: {}", shadow.text);
    }

    async fn a_repeated_change_of_rules_is_made_once(api: Api) {
        let keyed = |path: &'static str, body: Value| {
            let request = api.request("POST", path).bearer_auth(&api.key).header("Idempotency-Key", "k-1");
            Page::read(request.json(&body))
        };
        let rule = json!({"pattern": "smurf"});
        let first = keyed("/rules", rule.clone()).await;
        let again = keyed("/rules", rule).await;
        assert_eq!((first.status, again.status), (201, 201), "{}", again.text);
        assert_eq!(first.text, again.text);
        assert_eq!(again.headers["idempotency-replayed"], "true");
        let other = keyed("/rules/import", json!({"text": "gargamel"})).await;
        assert_eq!(text(&other.json()["code"]), "idempotency_key_reused");
        assert_eq!(api.patterns().await.len(), 3);
    }

    async fn versions_come_in_pages_and_tell_both_sides(api: Api) {
        for (pattern, severity) in [("one", 1), ("two", 2), ("three", 3)] {
            api.post("/rules", &json!({"pattern": pattern, "severity": severity})).await;
        }
        let newest = api.get("/rules?q=three").await.json()["items"][0]["id"].clone();
        let saved = api.send("PATCH", &format!("/rules/{}", text(&newest)), &json!({"severity": 4})).await.json();
        let version = api.get(&format!("/rules/versions/{}", saved["rule_set_version"])).await.json();
        assert_eq!((&version["changes"][0]["before"]["severity"], &version["changes"][0]["after"]["severity"]), (&json!(3), &json!(4)));

        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = api.get(&format!("/rules/versions?limit=2{cursor}")).await.json();
            seen.extend(page["items"].as_array().expect("items").iter().map(|one| one["version"].clone()));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let newest = saved["rule_set_version"].as_i64().expect("a number");
        assert_eq!(seen, (0..=newest).rev().map(Value::from).collect::<Vec<_>>());
    }
}

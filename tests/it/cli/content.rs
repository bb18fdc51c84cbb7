//! `gatepost site`, `key`, `rules`, `posts` and `workflow set|show`, on both databases.

use std::fs;

use serde_json::{Value, json};

use crate::database::TestDatabase;
use crate::program::{Ended, gatepost_with};

/// Commands on the test's database.
struct Desk(TestDatabase);

impl Desk {
    fn run(&self, arguments: &[&str]) -> Ended {
        self.run_with(arguments, "")
    }

    fn run_with(&self, arguments: &[&str], input: &str) -> Ended {
        let place = ["--database-url", &self.0.url, "--data-dir", "data"];
        gatepost_with(self.0.folder.path(), &[arguments, &place].concat(), input)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.folder.path().join(name), text).unwrap();
    }
}

both_dbs! {
    async fn sites_are_added_once(given: TestDatabase) {
        let desk = Desk(given);

        let added = desk.run(&["site", "add", "kitchen", "--name", "The Kitchen", "--json"]).json();
        let again = desk.run(&["site", "add", "kitchen"]);
        let wrong = desk.run(&["site", "add", "The Kitchen"]);
        let unknown = desk.run(&["rules", "export", "--site", "cellar"]);

        assert_eq!(added["url"], "http://127.0.0.1:8080/s/kitchen/");
        assert_eq!((again.code, wrong.code, unknown.code), (1, 2, 1));
        assert!(unknown.stderr.contains("there are: main, kitchen")
            || unknown.stderr.contains("there are: kitchen, main"), "{}", unknown.stderr);
    }

    async fn accounts_are_created_and_updated(given: TestDatabase) {
        let desk = Desk(given);
        let add = ["user", "add", "--email", "Ada@example.org", "--json", "--role"];

        let author = desk.run(&[&add[..], &["author"]].concat()).json();
        let owner = [&add[..], &["owner", "--name", "Ada M.", "--password-stdin"]].concat();
        let owner = desk.run_with(&owner, "correct horse battery\n").json();
        let weak = desk.run_with(&[&add[..], &["owner", "--password-stdin"]].concat(), "secret\n");
        let role = desk.run(&[&add[..], &["king"]].concat());
        let email = desk.run(&["user", "add", "--email", "ada", "--role", "author"]);

        assert_eq!((author["email"].clone(), author["is_new"].clone()), (json!("ada@example.org"), json!(true)));
        assert!(author["link"].as_str().unwrap().starts_with("http://127.0.0.1:8080/reset/"));
        assert_eq!(owner["id"], author["id"]);
        assert_eq!((owner["name"].clone(), owner["link"].clone()), (json!("Ada M."), Value::Null));
        assert_eq!((weak.code, role.code, email.code), (1, 2, 2));
        assert!(weak.stderr.contains("at least 15 characters"), "{}", weak.stderr);
    }

    async fn keys_are_shown_once_listed_and_revoked(given: TestDatabase) {
        let desk = Desk(given);

        let api = desk.run(&["key", "add", "--site", "main", "--kind", "api", "--scope", "submit"]).json();
        let aws = desk.run(&["key", "add", "--kind", "aws", "--name", "handler", "--json"]).json();
        let listed = desk.run(&["key", "list", "--json"]);
        let id = api["id"].as_str().unwrap();
        let revoked = desk.run(&["key", "revoke", id]);
        let twice = desk.run(&["key", "revoke", id]);
        let after = desk.run(&["key", "list", "--site", "main", "--json"]).json();

        let key = api["key"].as_str().unwrap();
        assert!(key.starts_with("gpk_"));
        assert!(aws["access_key_id"].is_string() && aws["secret_access_key"].is_string());
        let keys = listed.json();
        assert_eq!(keys.as_array().unwrap().len(), 2);
        assert!(keys.as_array().unwrap().iter().any(|key| key["scopes"] == "submit"));
        assert!(!listed.stdout.contains(key));
        assert_eq!((revoked.code, twice.code), (0, 1));
        let revoked: Vec<_> = after.as_array().unwrap().iter()
            .filter(|key| !key["revoked_at"].is_null()).collect();
        assert_eq!(revoked.len(), 1);
        assert_eq!(revoked[0]["id"], api["id"]);
    }

    async fn rules_ask_for_forms_hosts_and_authors(given: TestDatabase) {
        let desk = Desk(given);
        desk.write("kinds.txt", "blockhead\nspam.example\n\"casino\" and author.age < 7d\n");
        let added = desk.run(&["rules", "import", "kinds.txt", "--inflections", "en", "--json"]).json();
        desk.write(
            "kinds.json",
            r#"[{"text": "Two blockheads", "expect": "hold"}, {"text": "At www.spam.example", "expect": "hold"},
                {"text": "A casino", "expect": "hold", "hits": ["\"casino\" and author.age < 7d"]},
                {"text": "A casino", "author": {"age_days": 30}, "expect": "publish"}]"#,
        );
        let met = desk.run(&["rules", "test", "kinds.json", "--json"]);
        let new = desk.run_with(&["rules", "check", "--author", "nobody@example.org", "--json"], "A casino").json();
        let csv = desk.run(&["rules", "export", "--format", "csv"]).text();

        assert_eq!((&added["added"], &added["addresses"]), (&json!(3), &json!(1)));
        assert_eq!(met.json(), json!({"met": 4, "failures": []}));
        assert_eq!((met.code, &new["verdict"]), (0, &json!("hold")));
        assert!(csv.contains("word,blockhead,normal,both,hold,,2,,true,en,"), "{csv}");
    }

    async fn rules_are_shared_between_sites(given: TestDatabase) {
        let desk = Desk(given);
        desk.run(&["site", "add", "kitchen", "--name", "The Kitchen"]).text();
        desk.write("words.txt", "blockhead\n");
        desk.run(&["rules", "import", "words.txt"]).text();
        let of_kitchen = ["rules", "shared", "--site", "kitchen"];

        let early = desk.run(&[&of_kitchen[..], &["--use", "main"]].concat());
        let shared = desk.run(&["rules", "shared", "--share", "yes"]).text();
        let used = desk.run(&[&of_kitchen[..], &["--use", "main", "--json"]].concat()).json();
        let held = desk.run_with(&["rules", "check", "--site", "kitchen", "--json"], "A blockhead.").json();
        let given_up = desk.run(&[&of_kitchen[..], &["--give-up", "main"]].concat()).text();
        let let_go = desk.run_with(&["rules", "check", "--site", "kitchen", "--json"], "A blockhead.").json();

        assert!(early.code == 1 && early.stderr.contains("no site whose rules can be used"), "{early:?}");
        assert!(shared.starts_with("others may use the rules of main"), "{shared}");
        assert_eq!((&used["shares"], &used["items"][0]["site"]), (&json!(false), &json!("main")), "{used}");
        assert!(used["items"][0]["taken_version"].is_number(), "{used}");
        assert!(given_up.contains("main: 1 rules, not used"), "{given_up}");
        assert_eq!((&held["verdict"], &let_go["verdict"]), (&json!("hold"), &json!("publish")));
    }

    async fn a_list_is_imported_once_and_exported(given: TestDatabase) {
        let desk = Desk(given);
        desk.write("words.txt", "# insults\nblockhead\nblockhead\nutter nonsense\nrubb*\n");
        let import = ["rules", "import", "words.txt", "--category", "insult", "--json"];

        let dry = desk.run(&[&import[..], &["--dry-run"]].concat()).json();
        let first = desk.run(&import).json();
        let second = desk.run(&import).json();
        let csv = desk.run(&["rules", "export", "--format", "csv"]).text();
        let checked = desk.run_with(&["rules", "check", "--json"], "You **blockhead**!").json();
        let text = desk.run_with(&["rules", "check"], "What rubbish.").text();
        desk.write(
            "expected.json",
            r#"[{"text": "A bl0ckhead", "expect": "hold", "hits": ["blockhead"]}, {"text": "Fine", "expect": "hold"}]"#,
        );
        let expected = desk.run(&["rules", "test", "expected.json", "--json"]);

        assert_eq!((dry["added"].clone(), dry["rule_set_version"].clone()), (json!(3), Value::Null));
        assert_eq!((first["added"].clone(), first["duplicates"].clone()), (json!(3), json!(1)));
        assert_eq!((second["added"].clone(), second["known"].clone()), (json!(0), json!(3)));
        assert!(csv.starts_with("kind,pattern,") && csv.contains("phrase,utter nonsense,"), "{csv}");
        assert_eq!(checked["verdict"], "hold");
        assert_eq!(expected.code, 1);
        let expected: Value = serde_json::from_str(&expected.stdout).expect("JSON");
        assert_eq!((expected["met"].clone(), expected["failures"][0]["number"].clone()), (json!(1), json!(2)));
        assert_eq!((checked["hits"][0]["start"].clone(), checked["hits"][0]["end"].clone()), (json!(6), json!(15)));
        assert_eq!(text, "body 5..12 \"rubbish\": hold \"rubb*\", severity 2, insult\nhold\n");
    }

    async fn a_list_with_a_collision_is_told_of_before_it_is_saved(given: TestDatabase) {
        let desk = Desk(given);
        desk.write("words.txt", "smart*\nblockhead\n");
        let import = ["rules", "import", "words.txt"];
        let warning = "“smart*” also holds the common word “smartwatch”";

        let refused = desk.run(&[&import[..], &["--on-warning", "refuse"]].concat());
        let nothing = desk.run(&["rules", "export", "--format", "txt"]).text();
        let told = desk.run(&[&import[..], &["--on-warning", "refuse", "--dry-run", "--json"]].concat());
        let saved = desk.run(&import).text();

        assert_eq!(refused.code, 1, "{refused:?}");
        assert!(refused.stdout.contains(&format!("warning: {warning}")) && refused.stdout.contains("would add 2 rules"), "{refused:?}");
        assert!(refused.stderr.contains("nothing was saved"), "{refused:?}");
        assert_eq!(nothing.trim(), "");
        let told: Value = serde_json::from_str(&told.stdout).expect("JSON");
        assert_eq!((&told["warnings"], &told["rule_set_version"]), (&json!([warning]), &Value::Null));
        let (warned, added) = (saved.find(warning).expect("the warning"), saved.find("added 2 rules").expect("the end"));
        assert!(warned < added, "{saved}");
    }

    async fn posts_go_through_the_workflow_and_can_come_again(given: TestDatabase) {
        let desk = Desk(given);
        desk.write("words.txt", "blockhead\n");
        desk.write(
            "posts.jsonl",
            "{\"title\": \"Fine\", \"body\": \"Nothing to see.\"}
{\"title\": \"Not so fine\", \"body\": \"You blockhead.\", \"external_id\": \"2\"}
{\"title\": \"Named by id\", \"body\": \"Fine too.\", \"id\": \"3\", \"tags\": []}
{\"title\": \"\", \"body\": \"No title.\"}
not json\n",
        );
        let import = ["posts", "import", "posts.jsonl", "--author", "Ada@example.org", "--json"];
        desk.run(&["rules", "import", "words.txt"]).text();

        let first = desk.run(&import);
        let second = desk.run(&import);
        let nobody = desk.run(&["posts", "import", "posts.jsonl", "--author", "ada"]);

        assert_eq!((first.code, second.code, nobody.code), (1, 1, 1));
        let count = |ended: &Ended| -> Value { serde_json::from_str(&ended.stdout).unwrap() };
        let (first, second) = (count(&first), count(&second));
        assert_eq!((first["published"].clone(), first["held"].clone()), (json!(2), json!(1)));
        assert_eq!(first["refused"][0], json!({"line": 4, "problem": "title must not be empty"}));
        assert_eq!(first["refused"][1]["line"], 5);
        assert_eq!((second["known"].clone(), second["published"].clone()), (json!(3), json!(0)));
    }

    async fn a_definition_becomes_the_next_version(given: TestDatabase) {
        let desk = Desk(given);
        let definition = r#"{"StartAt": "Publish", "States": {"Publish": {"Type": "Succeed"}}}"#;
        desk.write("all.json", definition);
        desk.write("bad.json", r#"{"StartAt": "Publish", "States": {}}"#);

        let before = desk.run(&["workflow", "show", "--json"]).json();
        let set = desk.run(&["workflow", "set", "--site", "main", "all.json", "--json"]).json();
        let bad = desk.run(&["workflow", "set", "bad.json"]);
        let after = desk.run(&["workflow", "show", "--site", "main"]).text();

        assert_eq!((before["version"].clone(), set["version"].clone()), (json!(1), json!(2)));
        assert_eq!(bad.code, 1);
        assert!(bad.stderr.contains("error /States"), "{}", bad.stderr);
        assert_eq!(after.trim(), definition);
    }
}

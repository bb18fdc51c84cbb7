//! The desk of moderators and owners, page by page, through HTTP: the queue, a case and its decision, executions, rules,
//! the workflow, the audit log.

use serde_json::Value;

use crate::app::TestApp;
use crate::setting::repository;
use crate::site::{AUTHOR, MODERATOR, OWNER, WORD};
use crate::visitor::{Page, Visitor};

/// The path of a case's page.
fn case_path(app: &TestApp, case: &Value) -> String {
    app.path(&format!(
        "admin/queue/{}",
        case["id"].as_str().expect("an id")
    ))
}

/// The titles on a page of the queue, in order.
fn titles(page: &Page) -> Vec<String> {
    page.texts(".rows a.name")
}

/// The article's workflow, word for word.
fn article() -> String {
    std::fs::read_to_string(repository("tests/seed/moderation.asl.json")).expect("read the article")
}

/// Fills the form for a new rule.
async fn add_rule(app: &TestApp, owner: &Visitor, fields: &[(&str, &str)]) -> Page {
    let page = owner.get(&app.path("admin/rules")).await;
    let form = page.form(&["pattern", "kind"]).expect("the form of a rule");
    owner.send(form, fields).await
}

async fn status_of(app: &TestApp, case: &Value) -> String {
    let post = app.post(case["post_id"].as_str().expect("an id")).await;
    post["status"].as_str().expect("a status").to_owned()
}

both_dbs! {
    async fn the_queue_is_ordered_by_deadline_and_paged_by_key(app: TestApp) {
        for number in 0..30 {
            app.submit_held(&format!("Post {number:02}")).await;
            app.clock.advance_ms(1_000);
        }
        let mora = app.login(MODERATOR).await;

        let first = mora.get(&app.path("admin/queue")).await;
        let next = first.links("Next").remove(0);
        let second = mora.get(&next).await;

        let expected: Vec<String> = (0..30).map(|number| format!("Post {number:02}")).collect();
        assert_eq!([titles(&first), titles(&second)].concat(), expected);
        assert!(second.links("Next").is_empty());
        assert_eq!(second.links("Back to the first").len(), 1);
        let refused = mora.get(&app.path("admin/queue?after=nonsense")).await;
        assert_eq!(refused.status, 400);
    }

    async fn the_queue_is_filtered(app: TestApp) {
        let owner = app.login(OWNER).await;
        let added = add_rule(&app, &owner, &[("pattern", "lottery"), ("category", "100%_scam")]).await;
        assert_eq!(added.status, 303, "{}", added.text);
        app.submit_held("In the house").await;
        app.clock.advance_ms(1_000);
        app.submit("Win", "The lottery is yours.").await;
        app.app.run_until_idle().await.expect("work until idle");
        let mora = app.login(MODERATOR).await;

        for (query, expected) in [
            ("category=house", vec!["In the house"]),
            ("category=100%25_scam", vec!["Win"]),
            ("category=100%25%25scam", vec![]),
            ("author=Anna+Author", vec!["In the house", "Win"]),
            ("author=anna%40example.org", vec!["In the house", "Win"]),
            ("author=Olga+Owner", vec![]),
            ("state=approved", vec![]),
        ] {
            let page = mora.get(&app.path(&format!("admin/queue?{query}"))).await;
            assert_eq!(page.status, 200, "{}", page.text);
            assert_eq!(titles(&page), expected, "{query}");
        }
        let queue = mora.get(&app.path("admin/queue")).await;
        let rule = queue.texts("#rule option").iter().position(|label| label == "lottery");
        assert!(rule.is_some(), "the rules that hit can be chosen: {}", queue.text);
        assert_eq!(mora.get(&app.path("admin/queue?state=lost")).await.status, 400);
    }

    async fn a_case_shows_its_hits_and_is_approved(app: TestApp) {
        let case = app.submit_held("A forbidden title").await;
        let mora = app.login(MODERATOR).await;

        let page = mora.get(&case_path(&app, &case)).await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert_eq!(page.texts("h1 mark"), [WORD]);
        assert_eq!(page.texts(".source mark"), [WORD]);
        assert_eq!(page.texts("article.prose mark"), [WORD]);
        assert_eq!(page.texts(".hits li").len(), 2);
        let approved = mora.submit(&page, &[("decision", "APPROVED")]).await;

        let queue = mora.follow(&approved).await;
        assert!(queue.text.contains("Approved; the post is published."), "{}", queue.text);
        assert!(titles(&queue).is_empty());
        assert_eq!(status_of(&app, &case).await, "published");
        let after = mora.get(&case_path(&app, &case)).await;
        assert!(after.text.contains("Approved by Mora Moderator"), "{}", after.text);
        assert!(after.form(&["decision"]).is_none());
        let stats = mora.get(&app.path("admin/stats.csv?of=categories")).await;
        assert!(stats.text.contains("house,1,1,0,0,"), "held, approved, rejected, overturned: {}", stats.text);
        let done = mora.get(&app.path("admin/queue?state=approved")).await;
        assert_eq!(titles(&done), ["A forbidden title"]);
    }

    async fn a_rejection_needs_a_reason_and_keeps_what_was_typed(app: TestApp) {
        let case = app.submit_held("Bad").await;
        let mora = app.login(MODERATOR).await;
        let page = mora.get(&case_path(&app, &case)).await;
        let form = page.form(&["decision", "reason"]).expect("the form to reject");

        let refused = mora
            .send(form.clone(), &[("decision", "REJECTED"), ("note", "third time")])
            .await;
        assert_eq!(refused.status, 422);
        assert_eq!(refused.texts("#reason-error").len(), 1);
        let again = refused.form(&["decision", "reason"]).expect("the form again");
        assert!(again.fields.contains(&("note".to_owned(), "third time".to_owned())));
        assert_eq!(status_of(&app, &case).await, "held");

        let rejected = mora.send(again, &[("decision", "REJECTED"), ("template", "2")]).await;
        assert_eq!(rejected.status, 303, "{}", rejected.text);
        assert_eq!(status_of(&app, &case).await, "rejected");
        let after = mora.get(&case_path(&app, &case)).await;
        assert!(after.text.contains("nothing to do with this site"), "the template's words: {}", after.text);
        assert!(after.text.contains("third time"));
    }

    async fn the_second_decision_is_told_who_was_first(app: TestApp) {
        let case = app.submit_held("Contested").await;
        let (mora, olga) = (app.login(MODERATOR).await, app.login(OWNER).await);
        let seen = mora.get(&case_path(&app, &case)).await;
        let first = olga.fill(&case_path(&app, &case), &[("decision", "APPROVED")]).await;
        assert_eq!(first.status, 303);

        let form = seen.form(&["decision", "reason"]).expect("the form to reject");
        let other = mora.send(form, &[("decision", "REJECTED"), ("reason", "No.")]).await;
        assert_eq!(other.status, 409);
        assert!(other.text.contains("Olga Owner was first"), "{}", other.text);
        let same = mora.submit(&seen, &[("decision", "APPROVED")]).await;
        let queue = mora.follow(&same).await;
        assert!(queue.text.contains("Olga Owner had approved the post before."), "{}", queue.text);
        assert_eq!(status_of(&app, &case).await, "published");
    }

    async fn a_stale_decision_changes_nothing_and_shows_the_new_revision(app: TestApp) {
        let anna = app.login(AUTHOR).await;
        let body = format!("A {WORD} word.");
        let sent = anna
            .fill(&app.path("write"), &[("title", "First words"), ("body", &body)])
            .await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        let mora = app.login(MODERATOR).await;
        let queue = mora.get(&app.path("admin/queue")).await;
        let seen = mora.get(&queue.links("First words")[0]).await;
        app.clock.advance_ms(1);
        let mine = anna.follow(&sent).await;
        app.clock.advance_ms(1_000);
        let revised = anna
            .submit(&mine, &[("title", "Second words"), ("body", &body)])
            .await;
        assert_eq!(revised.status, 303, "{}", revised.text);

        let stale = mora.submit(&seen, &[("decision", "APPROVED")]).await;

        assert_eq!(stale.status, 409);
        assert!(stale.text.contains("You saw revision 1; revision 2 took its place."), "{}", stale.text);
        assert_eq!(stale.texts("h1"), ["Second words"]);
        let decided = mora.submit(&stale, &[("decision", "APPROVED")]).await;
        assert_eq!(decided.status, 303, "{}", decided.text);
    }

    async fn nobody_decides_on_their_own_post(app: TestApp) {
        let mora = app.login(MODERATOR).await;
        let body = format!("My {WORD} word.");
        mora.fill(&app.path("write"), &[("title", "Mine"), ("body", &body)]).await;
        let queue = mora.get(&app.path("admin/queue")).await;
        let path = queue.links("Mine").into_iter().find(|link| link.contains("/queue/")).expect("its case");

        let page = mora.get(&path).await;
        assert!(page.form(&["decision"]).is_none());
        assert!(page.text.contains("This is your own post."), "{}", page.text);
        let any = queue.form_to("/logout").expect("a form with a token");
        let token = any.fields.iter().find(|(name, _)| name == "csrf_token").expect("a token").1.clone();
        let forced = mora
            .post(&format!("{path}/decision"), &[("csrf_token", &token), ("decision", "APPROVED"), ("revision", "1")])
            .await;
        assert_eq!(forced.status, 403);
        let olga = app.login(OWNER).await;
        assert_eq!(olga.fill(&path, &[("decision", "APPROVED")]).await.status, 303);
    }

    async fn a_rule_is_added_changed_and_removed(app: TestApp) {
        let olga = app.login(OWNER).await;
        let rules = app.path("admin/rules");

        let broken = add_rule(&app, &olga, &[("kind", "regex"), ("pattern", "(open")]).await;
        assert_eq!(broken.status, 422);
        assert_eq!(broken.texts("#pattern-error").len(), 1);
        assert!(broken.text.contains("(open"), "what was typed is still there");
        let same = add_rule(&app, &olga, &[("pattern", "Forbidden")]).await;
        assert_eq!(same.status, 422, "two rules that say the same");
        let added = add_rule(&app, &olga, &[("pattern", "lottery"), ("category", "scam")]).await;
        assert_eq!(added.status, 303, "{}", added.text);
        assert_eq!(app.submit("Win", "The lottery is yours.").await["status"], "held");

        let list = olga.get(&format!("{rules}?q=LOTT")).await;
        assert_eq!(titles(&list), ["lottery"]);
        let path = list.links("lottery").remove(0);
        let page = olga.get(&path).await;
        let form = page.form(&["pattern", "kind"]).expect("the form");
        let changed = olga.send(form, &[("action", "reject")]).await;
        assert_eq!(changed.status, 303, "{}", changed.text);
        assert_eq!(app.submit("Win", "The lottery is yours again.").await["status"], "rejected");
        assert_eq!(olga.get(&path).await.texts(".line li").len(), 2);

        let page = olga.get(&path).await;
        let removal = page.form_to(&format!("{path}/remove")).expect("the form to remove");
        assert_eq!(olga.send(removal, &[]).await.status, 303);
        assert_eq!(app.submit("Win", "The lottery is mine.").await["status"], "published");
        let audit = olga.get(&app.path("admin/audit?action=rules.changed&actor=Olga+Owner")).await;
        assert_eq!(audit.texts("tbody tr").len(), 3, "{}", audit.text);
    }

    async fn moderators_see_rules_and_try_texts_but_change_nothing(app: TestApp) {
        let mora = app.login(MODERATOR).await;
        let rules = app.path("admin/rules");
        let page = mora.get(&rules).await;
        assert!(page.form(&["pattern"]).is_none());
        assert!(page.form(&["text", "format"]).is_none());

        let form = page.form(&["title", "body"]).expect("the test box");
        let tried = mora.send(form, &[("title", "Nothing"), ("body", "a forbidden word <b>")]).await;

        assert_eq!(tried.status, 200);
        assert!(tried.text.contains("would be held"), "{}", tried.text);
        assert_eq!(tried.texts(".test mark"), [WORD]);
        assert!(tried.text.contains("&#60;b&#62;") || tried.text.contains("&lt;b&gt;"));
        let queue = mora.get(&app.path("admin/queue")).await;
        assert!(titles(&queue).is_empty(), "nothing was stored");
    }

    async fn a_list_is_imported_after_a_dry_run_and_exported(app: TestApp) {
        let olga = app.login(OWNER).await;
        let rules = app.path("admin/rules");
        let list = "forbidden\nlottery\nlottery\nfree money\n/(/\nspam.example\n";

        let page = olga.get(&rules).await;
        let form = page.form(&["text", "format"]).expect("the import");
        let dry = olga.send(form.clone(), &[("text", list), ("dry_run", "on")]).await;
        assert_eq!(dry.status, 200);
        assert!(dry.text.contains("3 rules would be added."), "{}", dry.text);
        assert!(dry.text.contains("1 host or part of an address"), "{}", dry.text);
        assert!(dry.text.contains("line 5"), "{}", dry.text);
        assert_eq!(titles(&dry).len(), 1, "nothing was added yet");
        let form = dry.form(&["text", "format"]).expect("the import with the list");
        let done = olga.send(form, &[("category", "scam")]).await;
        assert_eq!(done.status, 303, "{}", done.text);

        let csv = olga.get(&format!("{rules}/export.csv")).await;
        assert!(csv.text.contains("phrase,free money,normal,both,hold,scam"), "{}", csv.text);
        let json: Value = olga.get(&format!("{rules}/export.json")).await.json();
        assert_eq!(json.as_array().map(Vec::len), Some(4));
        let txt = olga.get(&format!("{rules}/export.txt")).await;
        assert_eq!(txt.text.lines().count(), 4);
        assert_eq!(olga.get(&format!("{rules}/export.xls")).await.status, 404);
    }

    async fn a_definition_with_mistakes_is_refused_with_all_of_them(app: TestApp) {
        let olga = app.login(OWNER).await;
        let page = olga.get(&app.path("admin/workflow")).await;
        let form = page.form(&["definition"]).expect("the form");
        let wrong = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "C": {"Type": "Wait", "End": true}}}"#;

        let refused = olga.send(form, &[("definition", wrong)]).await;

        assert_eq!(refused.status, 422);
        let pointers = refused.texts("[role=alert] code");
        assert!(pointers.contains(&"/States/A/Next".to_owned()), "{pointers:?}");
        assert!(pointers.iter().any(|pointer| pointer.starts_with("/States/C")), "{pointers:?}");
        olga.fill("/account", &[("language", "tr")]).await;
        let form = olga.get(&app.path("admin/workflow")).await.form(&["definition"]).expect("the form");
        let refused = olga.send(form, &[("definition", wrong)]).await;
        let said = refused.texts("[role=alert] li").concat();
        assert!(said.contains("/States/A/Next Var olmayan bir duruma götürüyor: "), "{said}");
        let after = olga.get(&app.path("admin/workflow")).await;
        assert_eq!(after.texts(".earlier li").len(), 1, "the version in force is unchanged");
    }

    async fn the_article_s_workflow_parks_by_its_own_choice_and_publishes(app: TestApp) {
        let olga = app.login(OWNER).await;
        let page = olga.get(&app.path("admin/workflow")).await;
        let form = page.form(&["definition"]).expect("the form");
        let dry = olga.send(form.clone(), &[("definition", &article()), ("dry_run", "on")]).await;
        assert_eq!(dry.status, 200);
        assert!(dry.text.contains("The definition can run"), "{}", dry.text);
        let set = olga.send(form, &[("definition", &article())]).await;
        assert_eq!(set.status, 303, "{}", set.text);

        // No rule knows this word, only the pattern in the workflow.
        let post = app.submit("A word of its own", "So unforbiddenly said.").await;
        assert_eq!(post["status"], "held", "{post}");
        let case = app.case_of(post["id"].as_str().expect("an id")).await;
        let page = olga.get(&case_path(&app, &case)).await;
        assert!(page.text.contains("The workflow asks for a decision."), "{}", page.text);
        assert_eq!(olga.submit(&page, &[("decision", "APPROVED")]).await.status, 303);

        assert_eq!(status_of(&app, &case).await, "published");
        let after = olga.get(&case_path(&app, &case)).await;
        let run = olga.get(&after.links("The whole execution")[0]).await;
        assert!(run.text.contains("CheckContent → WaitForApproval → ProcessDecision → PublishContent"), "{}", run.text);
        assert!(run.texts("tbody tr").len() > 8);
        assert!(!run.text.contains("gpt_"), "the history shows no token");
    }

    async fn a_stopped_execution_leaves_a_failed_case_that_runs_again(app: TestApp) {
        let case = app.submit_held("To be stopped").await;
        let olga = app.login(OWNER).await;
        let page = olga.get(&case_path(&app, &case)).await;
        let execution = page.links("The whole execution").remove(0);
        let running = olga.get(&execution).await;

        let stop = running.form_to(&format!("{execution}/stop")).expect("the form to stop");
        assert_eq!(olga.send(stop.clone(), &[]).await.status, 303);
        assert_eq!(olga.send(stop, &[]).await.status, 409, "it has ended");

        let mora = app.login(MODERATOR).await;
        let failed = mora.get(&app.path("admin/queue?state=failed")).await;
        assert_eq!(titles(&failed), ["To be stopped"]);
        let path = failed.links("To be stopped").remove(0);
        let page = mora.get(&path).await;
        let again = page.form_to(&format!("{path}/run-again")).expect("the form to run it again");
        assert_eq!(mora.send(again, &[]).await.status, 303);
        assert_eq!(titles(&mora.get(&app.path("admin/queue")).await), ["To be stopped"]);
        let list = mora.get(&app.path("admin/executions?status=ABORTED")).await;
        assert_eq!(titles(&list), ["To be stopped"]);
        let stopper = mora.get(&execution).await;
        assert!(stopper.form_to(&format!("{execution}/stop")).is_none());
    }
}

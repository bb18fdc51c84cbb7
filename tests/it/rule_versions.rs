//! Every change of the rules is a version: told with author and comment, shown as a difference, tried and restored.

use crate::app::TestApp;
use crate::site::{MODERATOR, OWNER, WORD};
use crate::visitor::{Page, Visitor};

async fn add(app: &TestApp, owner: &Visitor, pattern: &str, comment: &str) {
    let page = owner.get(&app.path("admin/rules")).await;
    let form = page.form(&["pattern", "kind"]).expect("the form of a rule");
    let added = owner
        .send(form, &[("pattern", pattern), ("comment", comment)])
        .await;
    assert_eq!(added.status, 303, "{}", added.text);
}

/// The page of the version whose comment contains `comment`.
async fn version(app: &TestApp, visitor: &Visitor, comment: &str) -> Page {
    let list = visitor.get(&app.path("admin/rules/versions")).await;
    let path = list.links(comment).remove(0);
    visitor.get(&path).await
}

both_dbs! {
    async fn versions_tell_who_changed_what_and_why(app: TestApp) {
        let olga = app.login(OWNER).await;
        add(&app, &olga, "lottery", "complaints of last week").await;
        let path = olga.get(&app.path("admin/rules")).await.links("lottery").remove(0);
        let form = olga.get(&path).await.form(&["pattern", "kind"]).expect("the form");
        let changed = olga.send(form, &[("severity", "4"), ("category", "scam"), ("comment", "worse than thought")]).await;
        assert_eq!(changed.status, 303, "{}", changed.text);

        let list = olga.get(&app.path("admin/rules/versions")).await;
        let names = list.texts(".rows a.name");
        assert_eq!(&names[..2], ["worse than thought", "complaints of last week"]);
        assert!(list.text.contains("Olga Owner") && list.text.contains("1 rule changed"), "{}", list.text);

        let page = version(&app, &olga, "worse than thought").await;
        assert_eq!(page.texts(".rows .tag"), ["changed"]);
        assert!(page.texts("ins").concat().contains("scam"), "{}", page.text);
        assert_eq!(page.texts("del"), ["2"]);
        let page = version(&app, &olga, "complaints").await;
        assert_eq!(page.texts(".rows .tag"), ["added"]);
    }

    async fn an_earlier_version_is_tried_and_restored_as_a_new_one(app: TestApp) {
        let olga = app.login(OWNER).await;
        add(&app, &olga, "lottery", "too strict").await;
        app.submit_held("Of snails").await;
        app.submit("Of luck", "A lottery.").await;

        let before = version(&app, &olga, "import of").await;
        let form = before.form(&["comment"]).expect("the form to restore");
        let tried = olga.send(form.clone(), &[("rehearse", "on")]).await;
        assert_eq!(tried.texts("#rehearsal strong"), ["Newly held 0, released 1."]);
        assert_eq!(app.submit("More luck", "A lottery.").await["status"], "held", "nothing is restored yet");

        let restored = olga.send(form, &[("comment", "it held everything")]).await;
        assert_eq!(restored.status, 303, "{}", restored.text);
        assert_eq!(app.submit("Luck again", "A lottery.").await["status"], "published");
        assert_eq!(app.submit("Still", &format!("A {WORD} one.")).await["status"], "held");
        let page = version(&app, &olga, "it held everything").await;
        assert_eq!(page.texts(".rows .tag"), ["removed"]);
        assert!(page.form(&["comment"]).is_none(), "what is in force is not restored");

        // What was removed comes back as the same rule.
        let form = version(&app, &olga, "too strict").await.form(&["comment"]).expect("the form");
        assert_eq!(olga.send(form, &[]).await.status, 303);
        assert_eq!(app.submit("Held again", "A lottery.").await["status"], "held");
        let path = olga.get(&app.path("admin/rules")).await.links("lottery").remove(0);
        assert_eq!(olga.get(&path).await.texts(".line > li").len(), 2, "its history has both");
    }

    async fn moderators_see_versions_and_restore_none(app: TestApp) {
        let mora = app.login(MODERATOR).await;
        let page = version(&app, &mora, "import of").await;
        assert_eq!(page.status, 200);
        assert!(page.form(&["comment"]).is_none());
        let missing = mora.get(&app.path("admin/rules/versions/99")).await;
        assert_eq!(missing.status, 404);
    }

    async fn a_removal_and_a_list_are_tried_before_they_are_saved(app: TestApp) {
        app.submit_held("Of snails").await;
        app.submit("Of birds", "A harmless thing of this and that.").await;
        let olga = app.login(OWNER).await;

        let path = olga.get(&app.path("admin/rules")).await.links(WORD).remove(0);
        let form = olga.get(&path).await.form_to("/remove").expect("the form to remove");
        let tried = olga.send(form, &[("rehearse", "on")]).await;
        assert_eq!(tried.texts("#rehearsal strong"), ["Newly held 0, released 1."]);
        assert!(tried.text.contains("Of snails"), "{}", tried.text);

        let form = olga.get(&app.path("admin/rules")).await.form_to("/import").expect("the form of a list");
        let list = [("text", "harmless\nthing\nsmart*"), ("dry_run", "on")];
        let tried = olga.send(form, &list).await;
        assert_eq!(tried.texts("#rehearsal strong"), ["Newly held 1, released 0."], "{}", tried.text);
        let warnings = tried.texts("#rehearsal li").concat();
        assert!(warnings.contains("“thing” is a common word"), "{warnings}");
        assert!(warnings.contains("“smart*” also holds the common word “smartwatch”"), "{warnings}");
        assert_eq!(olga.get(&app.path("admin/rules")).await.texts(".rows a.name"), [WORD], "nothing is saved");
    }
}

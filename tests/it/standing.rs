//! How people stand on a site besides their role, suspended or away, and how the site looks.

use gatepost::on_db;

use crate::app::TestApp;
use crate::pair::csrf_token;
use crate::site::{AUTHOR, MODERATOR, OWNER};
use crate::visitor::Page;

fn says(page: &Page, status: u16, text: &str) {
    assert_eq!(page.status, status, "{}", page.text);
    assert!(page.text.contains(text), "no {text:?} in {}", page.text);
}

both_dbs! {
    async fn who_is_suspended_may_do_nothing_until_restored(app: TestApp) {
        let (mora, olga) = (app.login(MODERATOR).await, app.login(OWNER).await);
        let case = app.submit_held("Claimed by Mora").await;
        let path = app.path(&format!("admin/queue/{}", case["id"].as_str().expect("an id")));
        assert_eq!(mora.get(&path).await.status, 200);

        let people = olga.get(&app.path("admin/people")).await;
        let forms = people.actions("/suspend");
        assert_eq!(forms.len(), 2, "nobody suspends themselves");
        for form in forms {
            assert_eq!(olga.send(form, &[]).await.status, 303);
        }
        assert_eq!(mora.get(&path).await.status, 404);
        assert_eq!(mora.get(&app.path("write")).await.status, 404);
        app.app.run_until_idle().await.expect("work");
        let told: Vec<String> = app.inbox().into_iter().map(|mail| mail.to).collect();
        assert!(told.iter().any(|to| to.contains(OWNER)) && !told.iter().any(|to| to.contains(MODERATOR)), "{told:?}");
        says(&olga.get(&app.path("admin/audit")).await, 200, "member.suspended");

        let people = olga.get(&app.path("admin/people")).await;
        for form in people.actions("/restore") {
            assert_eq!(olga.send(form, &[]).await.status, 303);
        }
        assert_eq!(mora.get(&path).await.status, 200);
    }

    async fn what_was_handed_to_somebody_who_leaves_goes_to_the_owners(app: TestApp) {
        let olga = app.login(OWNER).await;
        let mora: String = on_db!(&app.app.db, |c| sqlx::query_scalar("SELECT id FROM users WHERE email = $1")
            .bind(MODERATOR)
            .fetch_one(c.read())
            .await
            .expect("find the moderator"));
        for (change, role) in [("role", "author"), ("remove", "")] {
            app.installation.run(&["user", "add", "--site", "main", "--email", MODERATOR, "--role", "moderator"]).await;
            let case = app.submit_held("Waits for Mora").await;
            let path = app.path(&format!("admin/queue/{}", case["id"].as_str().expect("an id")));
            let page = olga.get(&path).await;
            let form = page.form(&["to", "words"]).expect("the form to hand over");
            assert_eq!(olga.send(form, &[("to", &mora)]).await.status, 303);

            let token = csrf_token(&olga).await;
            let left = olga.post(&app.path(&format!("admin/people/{mora}/{change}")), &[("csrf_token", &token), ("role", role)]).await;

            assert_eq!(left.status, 303, "{}", left.text);
            let mine = olga.get(&app.path("admin/queue?mine=true")).await;
            assert_eq!(mine.texts(".rows a.name"), ["Waits for Mora"], "{change}: {}", mine.text);
            assert_eq!(olga.fill(&path, &[("decision", "APPROVED")]).await.status, 303);
        }
    }

    async fn who_is_away_hears_of_nothing_and_holds_nothing(app: TestApp) {
        let mora = app.login(MODERATOR).await;
        let case = app.submit_held("Waits for somebody").await;
        let path = app.path(&format!("admin/queue/{}", case["id"].as_str().expect("an id")));
        let seen = mora.get(&path).await;
        let claim = seen.form_to("/claim").expect("the button to claim");
        assert!(mora.send(claim, &[]).await.status < 400);
        let olga = app.login(OWNER).await;
        let handed = app.submit_held("Waits for Mora").await;
        let handed = app.path(&format!("admin/queue/{}", handed["id"].as_str().expect("an id")));
        let form = olga.get(&handed).await.form(&["to", "words"]).expect("the form to hand over");
        let colleagues = |page: &Page| page.attributes("#hand-over-to option", "value");
        let her_id = colleagues(&olga.get(&handed).await).pop().expect("a colleague besides the owners");
        assert_eq!(olga.send(form.clone(), &[("to", &her_id)]).await.status, 303);

        assert_eq!(mora.fill("/account", &[("until", "2030-01-07")]).await.status, 303);
        let mine = olga.get(&app.path("admin/queue?mine=true")).await;
        assert_eq!(mine.texts(".rows a.name"), ["Waits for Mora"], "it moves on to the owners");
        assert_eq!(colleagues(&olga.get(&handed).await), ["owners"], "nothing can be handed to her");
        assert_eq!(olga.send(form, &[("to", &her_id)]).await.status, 400);
        says(&mora.get("/account").await, 200, "value=\"2030-01-07\"");
        app.app.run_until_idle().await.expect("work");
        let told: Vec<String> = app.inbox().into_iter().map(|mail| mail.to).collect();
        assert!(!told.iter().any(|to| to.contains(MODERATOR)), "{told:?}");
        let moved = app.inbox().into_iter().find(|mail| mail.subject == "A case that Mora Moderator had is for the owners now");
        let moved = moved.expect("the owners hear of it");
        assert!(moved.to.contains(OWNER) && moved.text.contains("Waits for Mora"), "{}", moved.text);
        assert!(!moved.text.contains("Waits for somebody"), "that was nobody's: {}", moved.text);
        let trail = olga.get(&handed).await.texts(".case-context .line li");
        assert!(trail.iter().any(|line| line.starts_with("Handed over to the owners by Mora Moderator")), "{trail:?}");
        says(&app.login(OWNER).await.get(&app.path("admin/people")).await, 200, "away until 2030-01-07");
        assert_eq!(app.case_of(case["post_id"].as_str().expect("an id")).await["claimed_by"], serde_json::Value::Null);

        app.clock.advance_ms(8 * 24 * 60 * 60 * 1000);
        let mora = app.login(MODERATOR).await;
        assert_eq!(colleagues(&app.login(OWNER).await.get(&handed).await), ["owners", her_id.as_str()], "she is back");
        says(&mora.get("/account").await, 200, "name=\"until\" type=\"date\" value=\"\"");
        assert_eq!(mora.fill("/account", &[("until", "some day")]).await.status, 400);
    }

    async fn a_site_has_its_own_colour_and_drawing(app: TestApp) {
        let olga = app.login(OWNER).await;
        let look = app.path("admin/look");
        says(&olga.fill(&look, &[("accent", "red")]).await, 422, "must be written like");
        says(&olga.fill(&look, &[("logo", "<html>")]).await, 422, "must be an SVG drawing");

        let drawing = "<svg xmlns=\"http://www.w3.org/2000/svg\"/>";
        assert_eq!(olga.fill(&look, &[("accent", "#FFFF00"), ("logo", drawing)]).await.status, 303);

        let page = app.visitor().get(&app.path("")).await;
        let path = |css: &str, name: &str| page.attributes(css, name).first().cloned().expect("a path");
        let css = app.visitor().get(&path("link[href*=look]", "href")).await;
        says(&css, 200, "--accent: light-dark(");
        assert!(!css.text.contains("#ffff00,"), "yellow cannot be read on white: {}", css.text);
        let logo = app.visitor().get(&path("img.logo", "src")).await;
        says(&logo, 200, drawing);
        assert_eq!(logo.headers["content-type"], "image/svg+xml");
        // Saving the other settings keeps the look.
        assert_eq!(olga.fill(&app.path("admin/settings"), &[("tagline", "Anew")]).await.status, 303);
        says(&olga.get(&look).await, 200, "#ffff00");
        assert_eq!(app.login(AUTHOR).await.get(&look).await.status, 403);
    }
}

//! People: the first owner, logging in and out, signing up, invitations, forgotten passwords, members.

use gatepost::auth::one_time::LinkPurpose;
use gatepost::auth::role::Role;
use gatepost::people;

use crate::fresh::{Fresh, FreshWithMail};
use crate::site::PASSWORD;
use crate::visitor::Page;

const OTHER_PASSWORD: &str = "violet anchors on a bicycle";

fn says(page: &Page, status: u16, text: &str) {
    assert_eq!(page.status, status, "{}", page.text);
    assert!(page.text.contains(text), "no {text:?} in {}", page.text);
}

fn goes_to(page: &Page, path: &str) {
    assert_eq!(page.status, 303, "{}", page.text);
    assert_eq!(page.location().path(), path);
}

both_dbs! {
    async fn the_setup_link_makes_one_owner(fresh: Fresh) {
        let link = people::setup_link(&fresh.app).await.unwrap().expect("there is no owner");
        assert_eq!(people::setup_link(&fresh.app).await.unwrap(), Some(link.clone()));
        let fields = [
            ("site_name", "The Gazette"), ("name", "Olga"), ("email", "Olga@example.org"), ("password", PASSWORD),
        ];
        let late = fresh.visitor();
        let late_page = late.get(&link).await;

        let olga = fresh.visitor();
        let first = olga.fill(&link, &fields).await;
        let second = late.submit(&late_page, &fields).await;

        goes_to(&first, "/login");
        goes_to(&olga.follow(&first).await, "/s/main/admin/queue");
        says(&olga.get("/s/main/admin/people").await, 200, "olga@example.org");
        says(&second, 410, "This link is spent");
        says(&fresh.visitor().get(&link).await, 410, "This link is spent");
        assert_eq!(people::setup_link(&fresh.app).await.unwrap(), None);
        assert_eq!(fresh.site("main").await.name, "The Gazette");
    }

    async fn setup_says_what_is_wrong_and_keeps_what_was_typed(fresh: Fresh) {
        let link = people::setup_link(&fresh.app).await.unwrap().expect("there is no owner");
        let fields = [("site_name", ""), ("name", "Olga"), ("email", "olga"), ("password", "short")];

        let page = fresh.visitor().fill(&link, &fields).await;

        says(&page, 422, "The address must be an e-mail address.");
        says(&page, 422, "The password must have at least 15 characters.");
        says(&page, 422, "value=\"Olga\"");
        assert!(!page.text.contains("short"));
        says(&fresh.visitor().get("/setup?token=wrong").await, 410, "This link is spent");
    }

    async fn logging_in_rotates_the_session_and_logging_out_ends_it(fresh: Fresh) {
        fresh.add("main", "anna@example.org", Role::Author).await;
        let anna = fresh.visitor();

        let first = fresh.log_in(&anna, "anna@example.org", PASSWORD).await;
        goes_to(&first, "/s/main/mine");
        let second = fresh.visitor();
        goes_to(&fresh.log_in(&second, " ANNA@example.org ", PASSWORD).await, "/s/main/mine");
        let account = anna.get("/account").await;
        let button = account.form_to("/logout").expect("a button");
        let out = anna.send(button, &[]).await;

        let cookie = |page: &Page| page.headers.get_all("set-cookie").iter()
            .find_map(|value| value.to_str().ok()?.strip_prefix("gp_session=").map(str::to_owned));
        let value = cookie(&first).expect("a session begins");
        assert!(value.contains("HttpOnly") && value.contains("SameSite=Lax") && value.contains("Path=/"), "{value}");
        goes_to(&out, "/");
        goes_to(&anna.get("/account").await, "/login");
        says(&second.get("/account").await, 200, "anna@example.org");
    }

    async fn a_wrong_password_and_an_unknown_address_look_the_same(fresh: Fresh) {
        fresh.add("main", "anna@example.org", Role::Author).await;
        let visitor = fresh.visitor();

        let wrong = fresh.log_in(&visitor, "anna@example.org", OTHER_PASSWORD).await;
        let unknown = fresh.log_in(&visitor, "nobody@example.org", OTHER_PASSWORD).await;

        says(&wrong, 422, "Address and password do not go together.");
        assert_eq!(wrong.status, unknown.status);
        assert_eq!(wrong.texts("main p"), unknown.texts("main p"));
    }

    async fn guessing_is_slowed_down_and_then_refused(fresh: Fresh) {
        fresh.add("main", "anna@example.org", Role::Author).await;
        let visitor = fresh.visitor();
        for _ in 0..6 {
            says(&fresh.log_in(&visitor, "anna@example.org", OTHER_PASSWORD).await, 422, "do not go together");
        }

        let held = fresh.log_in(&visitor, "anna@example.org", PASSWORD).await;
        fresh.clock.advance_ms(1_500);
        let right = fresh.log_in(&visitor, "anna@example.org", PASSWORD).await;

        says(&held, 429, "Too many tries");
        assert!(held.headers.contains_key("retry-after"));
        goes_to(&right, "/s/main/mine");
    }

    async fn a_hundred_failures_in_a_row_close_an_account_until_a_reset(fresh: Fresh) {
        fresh.add("main", "anna@example.org", Role::Author).await;
        let visitor = fresh.visitor();
        let mut looked_at = 0;
        for _ in 0..130 {
            let page = fresh.log_in(&visitor, "anna@example.org", "wrong").await;
            looked_at += usize::from(page.status == 422);
            fresh.clock.advance_ms(60 * 60 * 1000);
        }

        let refused = fresh.log_in(&visitor, "anna@example.org", PASSWORD).await;
        visitor.fill("/forgot", &[("email", "anna@example.org")]).await;
        let links = fresh.mailed_links("password_reset", LinkPurpose::Reset).await;
        visitor.fill(&links[0], &[("password", OTHER_PASSWORD)]).await;
        let again = fresh.log_in(&visitor, "anna@example.org", OTHER_PASSWORD).await;

        assert_eq!(looked_at, 100);
        says(&refused, 429, "Too many tries");
        goes_to(&again, "/s/main/mine");
    }

    async fn a_session_ends_by_idleness_and_by_age(fresh: Fresh) {
        const HOUR_MS: i64 = 60 * 60 * 1000;
        fresh.add("main", "anna@example.org", Role::Author).await;
        let idle = fresh.visitor();
        let busy = fresh.visitor();
        fresh.log_in(&idle, "anna@example.org", PASSWORD).await;
        fresh.log_in(&busy, "anna@example.org", PASSWORD).await;

        for _ in 0..6 {
            fresh.clock.advance_ms(2 * HOUR_MS + 1);
            assert_eq!(busy.get("/account").await.status, 200);
        }
        goes_to(&idle.get("/account").await, "/login");
        for _ in 0..71 {
            fresh.clock.advance_ms(10 * HOUR_MS);
            busy.get("/account").await;
        }

        goes_to(&busy.get("/account").await, "/login");
    }

    async fn logging_out_everywhere_and_a_new_password_end_all_sessions(fresh: Fresh) {
        fresh.add("main", "anna@example.org", Role::Author).await;
        let one = fresh.visitor();
        let two = fresh.visitor();
        for visitor in [&one, &two] {
            fresh.log_in(visitor, "anna@example.org", PASSWORD).await;
        }

        let wrong = one.fill("/account", &[("current_password", "wrong"), ("password", OTHER_PASSWORD)]).await;
        let changed = one.fill("/account", &[("current_password", PASSWORD), ("password", OTHER_PASSWORD)]).await;
        says(&wrong, 422, "This is not the present password.");
        goes_to(&changed, "/account");
        says(&one.get("/account").await, 200, "this one");
        goes_to(&two.get("/account").await, "/login");

        fresh.log_in(&two, "anna@example.org", OTHER_PASSWORD).await;
        let account = one.get("/account").await;
        let form = account.form_to("/account/logout-everywhere").expect("there is the button");
        goes_to(&one.send(form, &[]).await, "/login");
        goes_to(&one.get("/account").await, "/login");
        goes_to(&two.get("/account").await, "/login");
    }

    async fn a_reset_link_works_once_and_for_an_hour(fresh: Fresh) {
        fresh.add("main", "anna@example.org", Role::Author).await;
        let anna = fresh.visitor();
        let asked = anna.fill("/forgot", &[("email", "anna@example.org")]).await;
        let unknown = anna.fill("/forgot", &[("email", "nobody@example.org")]).await;
        anna.fill("/forgot", &[("email", "anna@example.org")]).await;
        let links = fresh.mailed_links("password_reset", LinkPurpose::Reset).await;
        assert_eq!(links.len(), 2);
        fresh.log_in(&anna, "anna@example.org", PASSWORD).await;

        let other = fresh.visitor();
        let page = other.get(&links[0]).await;
        assert_eq!(page.headers["referrer-policy"], "no-referrer");
        assert_eq!(page.headers["cache-control"], "no-store");
        goes_to(&other.submit(&page, &[("password", OTHER_PASSWORD)]).await, "/login");
        let replayed = other.submit(&page, &[("password", PASSWORD)]).await;
        let second = other.get(&links[1]).await;
        goes_to(&anna.get("/account").await, "/login");
        fresh.log_in(&anna, "anna@example.org", OTHER_PASSWORD).await;
        says(&anna.get("/account").await, 200, "anna@example.org");
        other.fill("/forgot", &[("email", "anna@example.org")]).await;
        fresh.clock.advance_ms(60 * 60 * 1000);
        let links = fresh.mailed_links("password_reset", LinkPurpose::Reset).await;
        let late = other.get(&links[2]).await;

        says(&asked, 200, "Look into your mail");
        assert_eq!(asked.text.replace("anna@", "nobody@").len(), unknown.text.len());
        says(&replayed, 410, "This link is spent");
        says(&second, 410, "This link is spent");
        says(&late, 410, "This link is spent");
    }

    async fn an_invitation_makes_a_moderator_once(fresh: Fresh) {
        fresh.add("main", "olga@example.org", Role::Owner).await;
        let olga = fresh.visitor();
        fresh.log_in(&olga, "olga@example.org", PASSWORD).await;

        let invited = olga.fill("/s/main/admin/people", &[("email", "mora@example.org"), ("role", "moderator")]).await;
        let links = fresh.mailed_links("invitation", LinkPurpose::Invite).await;
        says(&invited, 200, &links[0]);
        let mora = fresh.visitor();
        let page = mora.get(&links[0]).await;
        says(&page, 200, "mora@example.org");
        let joined = mora.submit(&page, &[("name", "Mora"), ("password", OTHER_PASSWORD)]).await;
        let replayed = fresh.visitor().get(&links[0]).await;

        goes_to(&joined, "/s/main/admin/queue");
        says(&mora.get("/account").await, 200, "moderator");
        says(&replayed, 410, "This invitation is spent");
        says(&mora.get("/s/main/admin/people").await, 403, "Your role on this site is moderator");
    }

    async fn an_invitation_can_be_taken_back_and_never_lowers_a_role(fresh: Fresh) {
        fresh.add("main", "olga@example.org", Role::Owner).await;
        fresh.add("main", "mora@example.org", Role::Moderator).await;
        let olga = fresh.visitor();
        fresh.log_in(&olga, "olga@example.org", PASSWORD).await;
        for email in ["mora@example.org", "newt@example.org"] {
            olga.fill("/s/main/admin/people", &[("email", email), ("role", "author")]).await;
        }
        let links = fresh.mailed_links("invitation", LinkPurpose::Invite).await;

        let mora = fresh.visitor();
        goes_to(&mora.fill(&links[0], &[]).await, "/s/main/write");
        let people = olga.get("/s/main/admin/people").await;
        let revoke = people.form_to("/revoke").expect("an invitation is open");
        goes_to(&olga.send(revoke, &[]).await, "/s/main/admin/people");

        says(&fresh.visitor().get(&links[1]).await, 410, "This invitation is spent");
        fresh.log_in(&mora, "mora@example.org", PASSWORD).await;
        says(&mora.get("/account").await, 200, "moderator");
    }

    async fn an_owner_sets_roles_and_removes_members_but_not_the_last_owner(fresh: Fresh) {
        let olga = fresh.add("main", "olga@example.org", Role::Owner).await;
        let anna = fresh.add("main", "anna@example.org", Role::Author).await;
        let visitor = fresh.visitor();
        fresh.log_in(&visitor, "olga@example.org", PASSWORD).await;
        let author = fresh.visitor();
        fresh.log_in(&author, "anna@example.org", PASSWORD).await;
        let token = visitor.get("/account").await.form(&["csrf_token"]).expect("a form").fields[0].1.clone();
        let post = async |path: String, role: &str| {
            let mut fields = vec![("csrf_token", token.as_str())];
            if !role.is_empty() {
                fields.push(("role", role));
            }
            visitor.post(&path, &fields).await
        };

        let own = post(format!("/s/main/admin/people/{}/role", olga.id), "author").await;
        let raised = post(format!("/s/main/admin/people/{}/role", anna.id), "moderator").await;
        let account = author.get("/account").await;
        let removed = post(format!("/s/main/admin/people/{}/remove", anna.id), "").await;
        let unknown = post(format!("/s/main/admin/people/{}/role", "0".repeat(26)), "author").await;
        let no_role = post(format!("/s/main/admin/people/{}/role", anna.id), "emperor").await;

        assert_eq!(own.status, 409);
        goes_to(&raised, "/s/main/admin/people");
        says(&account, 200, "moderator");
        goes_to(&removed, "/s/main/admin/people");
        assert_eq!(author.get("/s/main/mine").await.status, 404);
        assert_eq!(unknown.status, 404);
        assert_eq!(no_role.status, 400);
    }

    async fn without_mail_an_author_is_in_at_once(fresh: Fresh) {
        let anna = fresh.visitor();
        let fields = [("name", "Anna"), ("email", "anna@example.org"), ("password", PASSWORD)];

        let in_ = anna.fill("/s/main/signup", &fields).await;
        let again = fresh.visitor().fill("/s/main/signup", &fields).await;

        goes_to(&in_, "/s/main/write");
        says(&anna.get("/account").await, 200, "author");
        says(&again, 422, "has an account");
    }

    async fn one_account_joins_several_sites(fresh: Fresh) {
        fresh.app.found_site("other", "Other").await.expect("found a site");
        fresh.add("main", "anna@example.org", Role::Author).await;
        let anna = fresh.visitor();
        fresh.log_in(&anna, "anna@example.org", PASSWORD).await;

        let before = anna.get("/s/other/mine").await;
        let page = anna.get("/s/other/signup").await;
        let form = page.form_to("/s/other/signup").expect("the button");
        let joined = anna.send(form, &[]).await;

        assert_eq!(before.status, 404);
        goes_to(&joined, "/s/other/write");
        says(&anna.get("/account").await, 200, "Other");
        goes_to(&anna.get("/s/other/signup").await, "/s/other/mine");
    }

    async fn with_mail_signing_up_tells_nobody_who_has_an_account(fresh: FreshWithMail) {
        let fresh = fresh.0;
        fresh.add("main", "anna@example.org", Role::Author).await;
        let visitor = fresh.visitor();
        let fields = |email| [("name", "Anna"), ("email", email), ("password", OTHER_PASSWORD)];

        let known = visitor.fill("/s/main/signup", &fields("anna@example.org")).await;
        let new = visitor.fill("/s/main/signup", &fields("newt@example.org")).await;

        goes_to(&known, "/login");
        assert_eq!(known.status, new.status);
        assert_eq!(known.headers["set-cookie"], new.headers["set-cookie"]);
        goes_to(&fresh.log_in(&visitor, "anna@example.org", PASSWORD).await, "/s/main/mine");
    }

    async fn an_address_is_confirmed_before_it_counts(fresh: FreshWithMail) {
        let fresh = fresh.0;
        let visitor = fresh.visitor();
        let sign_up = async |password| {
            let fields = [("name", "Newt"), ("email", "newt@example.org"), ("password", password)];
            visitor.fill("/s/main/signup", &fields).await
        };
        sign_up(OTHER_PASSWORD).await;
        sign_up(PASSWORD).await;
        let links = fresh.mailed_links("address_confirmation", LinkPurpose::Confirm).await;

        let unconfirmed = fresh.log_in(&visitor, "newt@example.org", PASSWORD).await;
        let earlier = visitor.get(&links[0]).await;
        let links = fresh.mailed_links("address_confirmation", LinkPurpose::Confirm).await;
        let page = visitor.get(links.last().expect("there are some")).await;
        let confirmed = visitor.submit(&page, &[]).await;
        let replayed = visitor.submit(&page, &[]).await;
        let first_password = fresh.log_in(&visitor, "newt@example.org", OTHER_PASSWORD).await;
        let in_ = fresh.log_in(&visitor, "newt@example.org", PASSWORD).await;

        says(&unconfirmed, 422, "is not confirmed yet");
        says(&earlier, 410, "This link is spent");
        says(&page, 200, "newt@example.org");
        says(&confirmed, 200, "Confirmed");
        says(&replayed, 410, "This link is spent");
        assert_eq!(first_password.status, 422);
        goes_to(&in_, "/s/main/mine");
    }

    async fn a_closed_site_takes_no_sign_ups(fresh: Fresh) {
        fresh.add("main", "olga@example.org", Role::Owner).await;
        let olga = fresh.visitor();
        fresh.log_in(&olga, "olga@example.org", PASSWORD).await;
        let open = fresh.visitor();
        let form = open.get("/s/main/signup").await;

        let settings = olga.get("/s/main/admin/settings").await;
        let mut form_of_settings = settings.form(&["timeout_days"]).expect("the settings");
        form_of_settings.fields.retain(|(name, _)| name != "signup");
        let changes = [("name", "The Gazette"), ("timeout_days", "0.5"), ("digest_minutes", "7")];
        goes_to(&olga.send(form_of_settings, &changes).await, "/s/main/admin/settings");
        let closed = open.submit(&form, &[("name", "A"), ("email", "a@example.org"), ("password", PASSWORD)]).await;

        says(&closed, 403, "Sign-up is closed");
        let site = fresh.site("main").await;
        assert_eq!(site.name, "The Gazette");
        assert_eq!(site.settings.decision_timeout_seconds, 43_200);
        assert_eq!(site.settings.digest_minutes, 7);
        assert!(!site.settings.signup && site.settings.reason_templates.len() == 4);
    }

    async fn keys_are_shown_once_and_revoked(fresh: Fresh) {
        fresh.add("main", "olga@example.org", Role::Owner).await;
        let olga = fresh.visitor();
        fresh.log_in(&olga, "olga@example.org", PASSWORD).await;

        let scopeless = olga.fill("/s/main/admin/keys", &[("name", "bot"), ("kind", "api")]).await;
        let api = olga.fill("/s/main/admin/keys", &[("name", "bot"), ("kind", "api"), ("scope_submit", "on")]).await;
        let aws = olga.fill("/s/main/admin/keys", &[("name", "lambda"), ("kind", "aws")]).await;
        let secrets = [api.texts("code[id=key-secret]").remove(0), aws.texts("code[id=key-secret]").remove(0)];
        let listed = olga.get("/s/main/admin/keys").await;
        let revoke = listed.form_to("/revoke").expect("a key is in force");
        goes_to(&olga.send(revoke, &[]).await, "/s/main/admin/keys");

        says(&scopeless, 422, "Choose what the key may do.");
        assert!(secrets[0].starts_with("gpk_") && secrets[1].len() == 43, "{secrets:?}");
        assert!(secrets.iter().all(|secret| !listed.text.contains(secret.as_str())));
        says(&olga.get("/s/main/admin/keys").await, 200, "Revoked");
    }

    async fn notices_are_switched_off_and_on(fresh: Fresh) {
        fresh.add("main", "anna@example.org", Role::Author).await;
        let anna = fresh.visitor();
        fresh.log_in(&anna, "anna@example.org", PASSWORD).await;

        let account = anna.get("/account").await;
        let mut form = account.form_to("/account/notices").expect("the switch");
        form.fields.retain(|(name, _)| name != "notices");
        goes_to(&anna.send(form, &[]).await, "/account");

        let off = anna.get("/account").await;
        says(&off, 200, "You get no notices by mail any more.");
        let form = off.form_to("/account/notices").expect("the switch");
        assert!(!form.fields.iter().any(|(name, _)| name == "notices"), "{form:?}");
    }
}

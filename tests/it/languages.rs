//! The language of pages and mails, through the doors: the browser's, the person's, the site's.

use gatepost::auth::one_time::LinkPurpose;
use gatepost::auth::role::Role;
use reqwest::header::VARY;
use serde_json::json;

use crate::app::TestApp;
use crate::fresh::{Fresh, FreshWithMail};
use crate::site::{AUTHOR, MODERATOR, OWNER, PASSWORD};
use crate::visitor::{Page, Visitor};

fn is_in(page: &Page, language: &str) -> bool {
    page.text.contains(&format!("<html lang=\"{language}\""))
}

/// What a page varies by, beside its compression.
fn vary(page: &Page) -> Vec<&str> {
    page.headers
        .get_all(VARY)
        .iter()
        .map(|value| value.to_str().expect("a header is text"))
        .filter(|&value| value != "Accept-Encoding")
        .collect()
}

both_dbs! {
    async fn a_turkish_author_is_spoken_to_in_turkish(fresh: FreshWithMail) {
        let fresh = fresh.0;
        let author = Visitor::speaking(&fresh.base, "tr-TR,tr;q=0.9,en;q=0.5");

        let form = author.get("/s/main/signup").await;
        let short = [("name", "Ayşe"), ("email", "ayse@example.org"), ("password", "kısa")];
        let refused = author.submit(&form, &short).await;
        let fields = [("name", "Ayşe"), ("email", "ayse@example.org"), ("password", PASSWORD)];
        let sent = author.fill("/s/main/signup", &fields).await;
        let login = author.follow(&sent).await;
        let links = fresh.mailed_links("address_confirmation", LinkPurpose::Confirm).await;
        let asked = author.get(links.last().expect("a link")).await;
        let confirmed = author.submit(&asked, &[]).await;
        let in_ = fresh.log_in(&author, "ayse@example.org", PASSWORD).await;
        let mine = author.follow(&in_).await;

        assert!(is_in(&form, "tr") && form.text.contains("Parola"), "{}", form.text);
        assert_eq!(vary(&form), ["Accept-Language"]);
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("Parola en az 15 karakter olmalıdır."), "{}", refused.text);
        assert!(login.text.contains("E-postanıza bakın"), "{}", login.text);
        assert!(asked.text.contains("sizin adresiniz mi?"), "{}", asked.text);
        assert!(confirmed.text.contains("doğrulandı. Artık yazabilirsiniz."), "{}", confirmed.text);
        assert!(is_in(&mine, "tr") && mine.text.contains("Yazılarım"), "{}", mine.text);
        // Whatever this browser asks for: she signed up in Turkish.
        let elsewhere = fresh.visitor();
        let in_ = fresh.log_in(&elsewhere, "ayse@example.org", PASSWORD).await;
        let mine = elsewhere.follow(&in_).await;
        assert!(is_in(&mine, "tr"));
        assert!(vary(&mine).is_empty());
    }

    async fn a_post_is_written_held_rejected_and_explained_in_turkish(app: TestApp) {
        let author = app.login(AUTHOR).await;

        let chosen = author.fill("/account", &[("language", "tr")]).await;
        let account = author.follow(&chosen).await;
        let empty = author.fill("/s/main/write", &[("title", " "), ("body", "Bir yazı.")]).await;
        let fields = [("title", "Kayıp"), ("body", "Burada forbidden bir kelime var.")];
        let sent = author.fill("/s/main/write", &fields).await;
        let held = author.follow(&sent).await;
        let id = held.url.path_segments().and_then(Iterator::last).expect("an id").to_owned();
        let case = app.case_of(&id).await;
        app.app.run_until_idle().await.expect("work");
        let reason = json!({"task_token": case["task_token"], "decision": "REJECTED", "reason": "Kurallara uymuyor."});
        assert_eq!(app.api_post("/decisions", &reason).await.status, 200);
        app.app.run_until_idle().await.expect("work");
        let rejected = author.get(held.url.as_str()).await;
        let missing = author.get("/s/main/mine/nothing").await;
        let mails = app.inbox();

        assert!(account.text.contains("Dil kaydedildi."), "{}", account.text);
        assert!(empty.text.contains("Başlık boş olamaz."), "{}", empty.text);
        assert!(held.text.contains("Bir moderatörü bekliyor."), "{}", held.text);
        assert!(held.text.contains("1. sürüm · 5 sözcük"), "{}", held.text);
        assert!(rejected.text.contains("Reddedildi"), "{}", rejected.text);
        assert!(missing.text.contains("Böyle bir sayfa yok"), "{}", missing.text);
        let of_author = |subject: &str| mails.iter().find(|mail| mail.subject == subject);
        let mail = of_author("Yayımlanmadı: “Kayıp”").expect("a mail in Turkish");
        assert!(mail.text.contains("Bir moderatör metni okudu"), "{}", mail.text);
        assert!(mail.html.contains("<html lang=\"tr\" dir=\"ltr\">"), "{}", mail.html);
        assert!(mails.iter().any(|mail| mail.to.contains(MODERATOR) && mail.subject == "A post waits: “Kayıp”"));
    }

    async fn a_turkish_moderator_is_told_in_turkish_what_was_wrong(app: TestApp) {
        let case = app.submit_held("Notlu").await;
        let path = app.path(&format!("admin/queue/{}", case["id"].as_str().expect("an id")));
        let mora = app.login(MODERATOR).await;
        mora.fill("/account", &[("language", "tr")]).await;
        app.app.run_until_idle().await.expect("work");

        let page = mora.get(&path).await;
        for (form, fields, words) in [
            ("/notes", &[("text", " ")][..], "Not henüz boş."),
            ("/snooze", &[("hours", "9000")], "saat arasında ertelenebilir."),
            ("/ask", &[("note", " ")], "Neyin değişmesi gerektiğini"),
            ("/hand-over", &[("to", "0000000000000000000000000a")], "burada karar veren bir iş arkadaşına"),
        ] {
            let refused = mora.send(page.form_to(form).expect("the form"), fields).await;
            assert_eq!(refused.status, 400, "{form}: {}", refused.text);
            assert!(refused.text.contains(words), "{form}: {}", refused.text);
            assert!(!refused.text.contains("lang=\"en\""), "{form}: {}", refused.text);
        }
        let closed = mora.get(&app.path("admin/people")).await;
        assert_eq!(closed.status, 403);
        assert!(closed.text.contains("Bu sitedeki rolünüz (moderatör) buraya yetmiyor."), "{}", closed.text);

        // The mail was written in her language before she chose; what it leads to speaks it now, whatever the browser asks for.
        let mail = app.inbox().into_iter().rfind(|mail| mail.to == MODERATOR && mail.text.contains("/decide/")).expect("a mail");
        let stranger = Visitor::speaking(&app.base, "en");
        assert!(is_in(&stranger.get(&mail.link("/decide/")).await, "tr"));

        app.decide(case["task_token"].as_str().expect("a token"), "APPROVED").await;
        app.app.run_until_idle().await.expect("work");
        let olga = app.login(OWNER).await;
        olga.fill("/account", &[("language", "tr")]).await;
        let outbox = olga.get(&app.path("admin/outbox")).await;
        let held = olga.get(&outbox.links("Yazınız bir moderatörü bekliyor")[0]).await;
        assert!(held.text.contains("yazı artık beklemiyor"), "{}", held.text);
    }

    async fn a_turkish_owner_is_told_in_turkish_what_was_wrong_with_rules_and_checks(app: TestApp) {
        let olga = app.login(OWNER).await;
        olga.fill("/account", &[("language", "tr")]).await;
        olga.fill(&app.path("admin/settings"), &[("language", "tr")]).await;
        let rules = app.path("admin/rules");
        let page = olga.get(&rules).await;
        let rule = page.form(&["pattern", "kind"]).expect("the form of a rule");
        let check = olga.get(&app.path("admin/checks")).await.form(&["name", "url"]).expect("the form of a check");
        for (form, fields, words) in [
            (&rule, &[("kind", "word"), ("pattern", "two words")][..], "bir sözcükte boşluk olmaz: türünü söz öbeği yapın."),
            (&rule, &[("kind", "combination"), ("pattern", "\"a\" and")], "8. karakterde: tırnak içinde bir kalıp"),
            (&rule, &[("kind", "word"), ("pattern", "a"), ("exceptions", "smart*\n* *")], "“* *”: "),
            (&rule, &[("kind", "word"), ("pattern", "a"), ("in_title", ""), ("in_body", "")], "Başlığı, metni ya da ikisini seçin."),
            (&check, &[("name", "A b"), ("url", "https://checks.example.org/")], "küçük harf, rakam"),
            (&check, &[("name", "images"), ("url", "https://10.0.0.1/")], "10.0.0.1 herkese açık bir adres değil"),
        ] {
            let refused = olga.send(form.clone(), fields).await;
            assert_eq!(refused.status, 422, "{words}: {}", refused.text);
            assert!(refused.text.contains(words), "{words}: {}", refused.text);
        }
        let list = page.form_to("/import").expect("the form of a list");
        let csv = [("format", "csv"), ("text", "pattern,kind\nthing,sort\ntwo words,word"), ("dry_run", "on")];
        let tried = olga.send(list, &csv).await;
        assert!(tried.text.contains("2. satır: kind: şunlardan biri olmalı: word, phrase"), "{}", tried.text);
        assert!(tried.text.contains("3. satır: “two words”: pattern: bir sözcükte"), "{}", tried.text);

        // Whoever adds it, the history of a site is written in the site's language.
        assert_eq!(olga.send(rule, &[("pattern", "lottery")]).await.status, 303);
        let versions = olga.get(&app.path("admin/rules/versions")).await;
        assert!(!versions.links("lottery eklendi").is_empty(), "{}", versions.text);
    }

    async fn public_pages_are_in_the_language_of_the_site(fresh: Fresh) {
        fresh.add("main", OWNER, Role::Owner).await;
        let owner = fresh.visitor();
        fresh.log_in(&owner, OWNER, PASSWORD).await;

        let before = Visitor::speaking(&fresh.base, "tr").get("/s/main/").await;
        owner.fill("/s/main/admin/settings", &[("language", "tr"), ("tagline", "")]).await;
        let english = Visitor::speaking(&fresh.base, "en");
        let index = english.get("/s/main/").await;
        let feed = english.get("/s/main/feed.atom").await;
        let login = fresh.visitor().get("/s/main/signup").await;
        let settings = owner.get("/s/main/admin/settings").await;
        let unknown = owner.fill("/account", &[("language", "xx")]).await;

        assert!(is_in(&before, "en") && before.text.contains("Nothing is published yet"));
        assert!(is_in(&index, "tr") && index.text.contains("Henüz yayımlanmış bir yazı yok"));
        assert_eq!(vary(&index), ["Cookie"]);
        assert_eq!(index.headers["cache-control"], "public, max-age=0, s-maxage=60");
        assert!(feed.text.contains("xml:lang=\"tr\""), "{}", feed.text);
        assert!(is_in(&login, "tr"));
        assert!(is_in(&settings, "tr") && settings.text.contains("Ayarları kaydet"));
        assert_eq!(unknown.status, 400);
    }

    async fn people_who_chose_no_language_are_written_to_in_that_of_the_site(app: TestApp) {
        let owner = app.login(OWNER).await;
        owner.fill("/s/main/admin/settings", &[("language", "tr"), ("tagline", "")]).await;

        app.submit_held("Bekleyen").await;
        app.app.run_until_idle().await.expect("work");

        let mails = app.inbox();
        let mail = mails.iter().find(|mail| mail.to.contains(MODERATOR)).expect("a mail");
        assert_eq!(mail.subject, "Bir yazı bekliyor: “Bekleyen”");
        assert!(mail.text.contains("Oku ve karar ver: http"), "{}", mail.text);
        assert!(mail.text.contains("1 kural, 1 eşleşme"), "{}", mail.text);
    }
}

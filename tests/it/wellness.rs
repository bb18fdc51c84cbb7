//! What a moderator does not want to see at once is covered, for them alone; what an author is shown of it.

use serde_json::Value;

use crate::app::TestApp;
use crate::mailbox::Mail;
use crate::pair::csrf_token;
use crate::process::Installation;
use crate::service::{Reply, Service};
use crate::setting::{Arrange, Kind};
use crate::site::{AUTHOR, MODERATOR, OWNER, WORD};
use crate::visitor::{Page, Visitor};

/// The beginning of an image of 16 by 16 pixels, which is all that is looked at.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x10\0\0\0\x10";
/// 2,147 million pixels.
const VAST_PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x80\0\0\x01\0\0";
const OTHER_KINDS: [&[u8]; 4] = [
    b"GIF89a\x10\0\x10\0\0\0",
    b"\xff\xd8\xff\xc0\0\x11\x08\0\x10\0\x10\x03",
    b"RIFF\x1a\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x0f\0\0\x0f\0\0",
    b"\0\0\0\x10ftypavif\0\0\0\0\0\0\0\x30meta\0\0\0\0\0\0\0\x24iprp\0\0\0\x1cipco\0\0\0\x14ispe\0\0\0\0\0\0\0\x10\0\0\0\x10",
];

/// An instance that may fetch images from this machine, a server of them, and a moderator.
struct Illustrated {
    app: TestApp,
    service: Service,
    mora: Visitor,
}

impl Arrange for Illustrated {
    async fn arrange(kind: Kind) -> Result<Self, String> {
        let installation = Installation::arrange(kind).await?;
        let app = TestApp::start(installation, |config| {
            config.images_allow = vec!["127.0.0.1".parse().expect("an address")];
        })
        .await;
        let (service, mora) = (Service::start().await, app.login(MODERATOR).await);
        Ok(Self { app, service, mora })
    }
}

impl Illustrated {
    /// The path of a held post with so many images.
    async fn post(&self, images: usize) -> String {
        let image = format!("![a {WORD} boat]({}#top)\n\n", self.service.url);
        let post = self.app.submit("A boat", &image.repeat(images)).await;
        case_path(
            &self.app,
            &self.app.case_of(post["id"].as_str().expect("an id")).await,
        )
    }

    async fn choose(&self, images: &str) -> Page {
        let token = csrf_token(&self.mora).await;
        let fields = [
            ("csrf_token", &*token),
            ("images", images),
            ("mask_house", "on"),
        ];
        self.mora
            .post(&self.app.path("admin/queue/masks"), &fields)
            .await
    }

    async fn fetch(&self, path: &str, reply: Reply) -> Page {
        self.service.reply([reply]);
        self.mora.get(&format!("{path}/images/1")).await
    }
}

fn case_path(app: &TestApp, case: &Value) -> String {
    app.path(&format!(
        "admin/queue/{}",
        case["id"].as_str().expect("an id")
    ))
}

both_dbs! {
    async fn no_page_of_the_desk_uncovers_what_is_covered(app: TestApp) {
        app.installation.hold_decisions("main", 10).await;
        let case = app.submit_held("A forbidden title").await;
        let path = case_path(&app, &case);
        let (mora, anna) = (app.login(MODERATOR).await, app.login(AUTHOR).await);
        let token = csrf_token(&mora).await;
        mora.post(&app.path("admin/queue/masks"), &[("csrf_token", &token), ("mask_house", "on")]).await;

        assert!(!mora.get(&path).await.texts("title").concat().contains(WORD));
        let field = format!("case_{}", case["id"].as_str().expect("an id"));
        let many = [("csrf_token", &*token), ("decision", "REJECTED"), (&field, "1")];
        let refused = mora.post(&app.path("admin/queue/decisions"), &many).await;
        assert!(refused.texts(".chosen").concat().contains("A ••••••••• title"), "{}", refused.text);
        mora.submit(&mora.get(&path).await, &[("decision", "APPROVED")]).await;
        let queue = mora.get(&app.path("admin/queue")).await;
        assert_eq!(queue.texts(".undo .what"), ["Approved “A ••••••••• title”"]);
        app.clock.advance_ms(10_000);
        app.app.run_until_idle().await.expect("work until idle");

        let mine = app.path(&format!("mine/{}", case["post_id"].as_str().expect("an id")));
        let body = format!("It has another {WORD} word.");
        let revised = anna.submit(&anna.get(&mine).await, &[("title", "A forbidden title"), ("body", &body)]).await;
        assert_eq!(revised.status, 303, "{}", revised.text);
        let next = app.case_of(case["post_id"].as_str().expect("an id")).await;
        let page = mora.get(&case_path(&app, &next)).await;
        assert_eq!(page.texts(".view.diff mark.masked"), [WORD, WORD], "{}", page.text);

        app.clock.advance_ms(1_000);
        let other = app.submit_held("Another forbidden title").await;
        let beside = mora.get(&case_path(&app, &other)).await.texts(".earlier a");
        assert!(beside.contains(&"A ••••••••• title".to_owned()) && !beside.concat().contains(WORD), "{beside:?}");
    }

    async fn what_an_author_took_out_is_covered_as_well(app: TestApp) {
        let (mora, anna) = (app.login(MODERATOR).await, app.login(AUTHOR).await);
        let post = app.submit("Loud", &format!("It was {}.", WORD.to_uppercase())).await;
        let post = post["id"].as_str().expect("an id");
        let token = app.case_of(post).await["task_token"].as_str().expect("a token").to_owned();
        assert_eq!(app.decide(&token, "APPROVED").await.status, 200);
        let csrf = csrf_token(&mora).await;
        mora.post(&app.path("admin/queue/masks"), &[("csrf_token", &csrf), ("mask_house", "on")]).await;

        let mine = app.path(&format!("mine/{post}"));
        let body = format!("It was {WORD}.");
        let revised = anna.submit(&anna.get(&mine).await, &[("title", "Loud"), ("body", &body)]).await;

        assert_eq!(revised.status, 303, "{}", revised.text);
        let page = mora.get(&case_path(&app, &app.case_of(post).await)).await;
        assert_eq!(page.texts(".view.diff del mark.masked"), [WORD.to_uppercase()], "{}", page.text);
        assert_eq!(page.texts(".view.diff ins mark.masked"), [WORD]);
    }

    async fn terms_are_covered_for_whoever_chose_so(app: TestApp) {
        let case = app.submit_held("A forbidden title").await;
        let path = case_path(&app, &case);
        let (mora, olga) = (app.login(MODERATOR).await, app.login(OWNER).await);
        assert!(mora.get(&path).await.texts("mark.masked").is_empty());
        let token = csrf_token(&mora).await;

        let chosen = mora.post(&app.path("admin/queue/masks"), &[("csrf_token", &token), ("mask_house", "on")]).await;

        assert_eq!(chosen.status, 303, "{}", chosen.text);
        let queue = mora.get(&app.path("admin/queue")).await;
        assert_eq!(queue.texts(".rows a.name"), ["A ••••••••• title"]);
        assert!(!queue.texts(".rows").concat().contains(WORD), "{:?}", queue.texts(".rows"));
        let page = mora.get(&path).await;
        assert_eq!(page.texts("h1 mark.masked"), [WORD]);
        assert_eq!(page.attributes(".source mark.masked", "tabindex"), ["0"], "it can be reached by keyboard");
        assert_eq!(page.texts(".reader .masks mark"), [WORD]);
        assert_eq!(page.attributes(".reader .masks mark", "tabindex"), ["0"]);
        assert_eq!(olga.get(&app.path("admin/queue")).await.texts(".rows a.name"), ["A forbidden title"]);
        assert!(olga.get(&path).await.texts("mark.masked").is_empty());

        mora.post(&app.path("admin/queue/masks"), &[("csrf_token", &token)]).await;
        assert_eq!(mora.get(&app.path("admin/queue")).await.texts(".rows a.name"), ["A forbidden title"]);
    }

    async fn the_author_sees_the_passages_that_the_moderator_chooses(app: TestApp) {
        app.installation.hold_decisions("main", 10).await;
        let mora = app.login(MODERATOR).await;
        let anna = app.login(AUTHOR).await;
        let mut shown = Vec::new();
        for (title, chosen) in [("None", &[][..]), ("One", &[1]), ("Two", &[0, 2])] {
            let body = format!("At first {WORD}, then once more {WORD}.");
            let post = app.submit(&format!("{title} {WORD}"), &body).await;
            let post = post["id"].as_str().expect("an id");
            let case = app.case_of(post).await;
            let page = mora.get(&case_path(&app, &case)).await;
            let form = page.form(&["decision", "reason"]).expect("the form");
            let boxes = page.attributes("form:has([name=reason]) .passages input", "name");
            assert_eq!(boxes.len(), 3, "one for each place: {boxes:?}");
            assert!(page.attributes(".passages input[checked]", "name").is_empty(), "nothing by itself");
            let ticks: Vec<(&str, &str)> = chosen.iter().map(|&place: &usize| (&*boxes[place], "on")).collect();
            let fields = [&[("decision", "REJECTED"), ("template", "1")][..], &ticks].concat();
            let preview = page.attributes("button[formaction*=preview]", "formaction").remove(0);
            let mut to_preview = form.clone();
            to_preview.action = form.action.join(&preview).expect("a path");
            let preview = mora.send(to_preview, &fields).await;
            assert_eq!(preview.attributes(".passages input[checked]", "name").len(), 2 * chosen.len(), "in both forms");
            let letter = preview.texts(".mail-preview pre").concat();
            assert_eq!(letter.contains("about these words"), !chosen.is_empty(), "{letter}");

            assert_eq!(mora.send(form, &fields).await.status, 303);
            let mine = app.path(&format!("mine/{post}"));
            assert!(anna.get(&mine).await.texts("mark").is_empty(), "it can be taken back still");
            app.clock.advance_ms(10_000);
            app.app.run_until_idle().await.expect("work until idle");
            let page = anna.get(&mine).await;
            assert!(page.text.contains("It was not published."), "{}", page.text);
            assert!(!page.text.contains("phrase"), "never by which rule");
            shown.push((page.texts("h1 mark").len(), page.texts("article mark").len()));
        }
        assert_eq!(shown, [(0, 0), (0, 1), (1, 1)]);
        let letters = app.inbox().into_iter().filter(|mail| mail.subject.starts_with("Not published"));
        let quotes = |mail: Mail| mail.text.lines().any(|line| line == format!("> {WORD}"));
        let quoting: Vec<bool> = letters.map(quotes).collect();
        assert_eq!(quoting, [false, true, true]);
    }

    async fn what_is_sent_back_has_its_passages_and_foreign_ones_are_nothing(app: TestApp) {
        let case = app.submit_held("Sent back").await;
        let (mora, anna) = (app.login(MODERATOR).await, app.login(AUTHOR).await);
        let path = case_path(&app, &case);
        let page = mora.get(&path).await;
        let form = page.form_to("/ask").expect("the form");
        let place = page.attributes(".passages input", "name").remove(0);
        let wrong = mora.send(form.clone(), &[("note", "Please change it."), ("pasage_1", "on")]).await;
        assert_eq!(wrong.status, 400, "{}", wrong.text);

        let fields = [("note", "Please change it."), (&*place, "on"), ("passage_body-0-2", "on")];
        assert_eq!(mora.send(form, &fields).await.status, 303);

        let mine = app.path(&format!("mine/{}", case["post_id"].as_str().expect("an id")));
        let seen = anna.get(&mine).await;
        assert_eq!(seen.texts("article mark"), [WORD], "only what was hit");
        let back = mora.get(&path).await.form_to("/bring-back").expect("the button");
        mora.send(back, &[]).await;
        assert!(anna.get(&mine).await.texts("article mark").is_empty());
    }

    async fn a_hit_is_one_line_and_tells_the_rest_when_asked(app: TestApp) {
        let first = app.submit_held("First").await;
        app.decide(first["task_token"].as_str().expect("a token"), "REJECTED").await;
        let case = app.submit_held("Second").await;
        let olga = app.login(OWNER).await;
        let page = olga.get(&case_path(&app, &case)).await;
        assert_eq!(page.texts(".hits > li > p").len(), 1);
        let more = page.texts(".hits > li > details").remove(0);
        assert!(more.contains("rule set") && more.contains("2 cases in 30 days, 100 % rejected of 1"), "{more}");
        assert!(more.contains("Open the rule"), "{more}");
        assert_eq!(page.attributes(".hits summary", "aria-label"), ["More about hit 1"]);

        // From there to an exception, which is tried on the posts before it is saved.
        let rule = olga.get(&page.links("Except “")[0]).await;
        let form = rule.form(&["pattern", "exceptions"]).expect("the form of the rule, with the exception in it");
        let tried = olga.send(form, &[("rehearse", "on")]).await;
        assert_eq!(tried.status, 200, "{}", tried.text);
        let report = tried.texts(".notice[role=status] strong");
        assert_eq!(report, ["Newly held 0, released 2."]);
    }

    async fn images_are_shown_as_each_moderator_chooses(illustrated: Illustrated) {
        let path = illustrated.post(1).await;
        let mora = &illustrated.mora;
        let address = format!("{path}/images/1");

        let blurred = mora.get(&path).await;
        assert_eq!(blurred.attributes(".view.reader .images.blurred summary img", "src"), [&*address], "by itself");
        assert_eq!(blurred.attributes(".images img", "loading"), ["lazy"]);
        assert!(!blurred.text.contains(&format!("=\"{}", illustrated.service.url)), "the browser is not sent there");
        assert_eq!(illustrated.choose("shown").await.status, 303);
        let shown = mora.get(&path).await;
        assert_eq!(shown.attributes(".images:not(.blurred) > li > img", "src"), [&*address]);
        assert_eq!(shown.attributes(".images img", "alt"), ["a ••••••••• boat"], "its words are covered as all others");
        illustrated.choose("links").await;
        let links = mora.get(&path).await;
        assert!(links.attributes("main img", "src").is_empty(), "{}", links.text);
        assert_eq!(links.texts(".reader .link-target"), [format!("{}#top", illustrated.service.url)]);
        let page = illustrated.fetch(&path, Reply::File(PNG.to_vec())).await;
        assert_eq!(page.status, 404, "nothing leaves the house for who wants links");

        let olga = illustrated.app.login(OWNER).await;
        assert_eq!(olga.get(&path).await.attributes(".images.blurred img", "src").len(), 1, "it is her own choice");
        assert_eq!(illustrated.choose("large").await.status, 400);
        let queue = mora.get(&illustrated.app.path("admin/queue")).await;
        assert_eq!(queue.attributes("[name=images][checked]", "value"), ["links"]);
        assert!(illustrated.service.heard().is_empty(), "no page fetches by itself");
    }

    async fn an_image_is_what_its_first_bytes_say(illustrated: Illustrated) {
        let path = illustrated.post(1).await;

        let image = illustrated.fetch(&path, Reply::File(PNG.to_vec())).await;
        assert_eq!((image.status, &*image.text), (200, &*String::from_utf8_lossy(PNG)));
        let header = |name: &str| image.headers[name].to_str().expect("text").to_owned();
        assert_eq!(header("content-type"), "image/png", "its server says something else");
        assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox; base-uri 'none'; frame-ancestors 'none'");
        assert_eq!((header("x-content-type-options"), header("cache-control")), ("nosniff".to_owned(), "no-store".to_owned()));
        let heard = illustrated.service.heard().remove(0);
        assert!(heard.headers.iter().all(|(name, _)| !["cookie", "referer", "origin"].contains(&&**name)), "{heard:?}");

        for (reply, text) in [
            (Reply::File(b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec()), "Too large, or no image"),
            (Reply::File(VAST_PNG.to_vec()), "Too large, or no image"),
            (Reply::File([PNG, &vec![0; 4 * 1024 * 1024]].concat()), "Too large, or no image"),
            (Reply::File(Vec::new()), "Too large, or no image"),
            (Reply::Answer(404, String::new()), "Not reached"),
            (Reply::Answer(302, String::new()), "Not reached"),
            (Reply::HangUp, "Not reached"),
        ] {
            let page = illustrated.fetch(&path, reply.clone()).await;
            assert_eq!((page.status, page.texts("text")), (424, vec![text.to_owned()]), "{reply:?}");
            assert_eq!(page.headers["content-type"], "image/svg+xml");
        }
        for kind in OTHER_KINDS {
            assert_eq!(illustrated.fetch(&path, Reply::File(kind.to_vec())).await.status, 200, "{kind:?}");
        }
    }

    async fn the_first_of_many_images_are_shown(illustrated: Illustrated) {
        let path = illustrated.post(20).await;

        let page = illustrated.mora.get(&path).await;

        assert_eq!(page.attributes(".images img", "src").len(), 12);
        assert!(page.texts(".view.reader").concat().contains("8 more images are links only."), "{}", page.text);
        illustrated.service.reply([Reply::File(PNG.to_vec())]);
        assert_eq!(illustrated.mora.get(&format!("{path}/images/12")).await.status, 200);
        for number in ["0", "13", "x", "-1"] {
            assert_eq!(illustrated.mora.get(&format!("{path}/images/{number}")).await.status, 404, "{number}");
        }
        assert_eq!(illustrated.service.heard().len(), 1);
    }

    async fn no_image_is_fetched_from_within(app: TestApp) {
        let (service, mora) = (Service::start().await, app.login(MODERATOR).await);
        for address in [service.url.clone(), service.url.replace("127.0.0.1", "localhost"), service.url.replace("http:", "https:")] {
            let post = app.submit("A boat", &format!("![a {WORD} boat]({address})")).await;
            let path = case_path(&app, &app.case_of(post["id"].as_str().expect("an id")).await);

            let page = mora.get(&format!("{path}/images/1")).await;

            assert_eq!((page.status, page.texts("text")), (424, vec!["Not reached".to_owned()]), "{address}");
        }
        assert!(service.heard().is_empty());
    }
}

//! Mail through the library's own door: what is written when, to whom, how often, and what becomes of a row whose mail
//! cannot be delivered.

use std::sync::Arc;

use gatepost::app::App;
use gatepost::clock::ManualClock;
use gatepost::config::{Config, Secret};
use gatepost::ids::{CaseId, Ids, SiteId, UserId};
use gatepost::moderation::decide::{Answer, Decider, Decision, Target, Via};
use gatepost::moderation::rows::MailStatus;
use gatepost::moderation::rules::{Rule, RuleDraft};
use gatepost::moderation::submit::{Draft, Submitted};
use gatepost::on_db;
use gatepost::outbox::transport::{Folder, Memory};
use gatepost::outbox::{Outcome, Transport, notices};
use gatepost::store::rule_changes::{RuleSetChange, apply};

use crate::database::TestDatabase;
use crate::mailbox::{self, Mail};
use crate::setting::{Arrange, Kind};
use crate::smtp_script::{Answer as Smtp, SmtpScript};

const NOON_MS: i64 = 1_795_348_800_000;
const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;
const SITE: SiteId = SiteId(1);

struct Post {
    app: App,
    clock: ManualClock,
    memory: Memory,
    ana: UserId,
    mora: UserId,
    database: TestDatabase,
}

impl Arrange for Post {
    async fn arrange(kind: Kind) -> Result<Self, String> {
        let database = TestDatabase::arrange(kind).await?;
        let clock = ManualClock::at(NOON_MS);
        let config = Config {
            data_dir: database.folder.path().join("data"),
            database_url: Secret(database.url.clone()),
            ..Config::default()
        };
        let mut app = App::build(config, Arc::new(clock.clone()), Ids::seeded(7))
            .await
            .expect("build the app");
        let memory = Memory::default();
        app.outbox = app.outbox.with_transport(Transport::Memory(memory.clone()));
        let mut post = Self {
            ana: app.ids.next(NOON_MS),
            mora: app.ids.next(NOON_MS),
            app,
            clock,
            memory,
            database,
        };
        let olga: UserId = post.app.ids.next(NOON_MS);
        post.insert_member(&post.ana, "ana", "author").await;
        post.insert_member(&post.mora, "mora", "moderator").await;
        post.insert_member(&olga, "olga", "owner").await;
        post.hold("lottery").await;
        Ok(post)
    }
}

impl Post {
    async fn insert_member(&self, id: &UserId, name: &str, role: &str) {
        on_db!(&self.app.db, |c| {
            let mut tx = c.begin().await.expect("begin");
            sqlx::query("INSERT INTO users (id, email, name, epoch, created_at_ms) VALUES ($1, $2, $3, 1, 0)")
                .bind(id)
                .bind(format!("{name}@example.org"))
                .bind(name)
                .execute(tx.conn())
                .await
                .expect("insert a user");
            sqlx::query("INSERT INTO members (site_id, user_id, role, notices, created_at_ms) VALUES (1, $1, $2, $3, 0)")
                .bind(id)
                .bind(role)
                .bind(true)
                .execute(tx.conn())
                .await
                .expect("insert a member");
            tx.commit().await.expect("commit");
        });
    }

    async fn hold(&mut self, pattern: &str) {
        let change = RuleSetChange {
            put: vec![Rule {
                id: self
                    .app
                    .ids
                    .next::<gatepost::ids::RuleId>(NOON_MS)
                    .to_string(),
                draft: RuleDraft {
                    pattern: pattern.to_owned(),
                    category: "scam".to_owned(),
                    ..RuleDraft::default()
                },
            }],
            ..RuleSetChange::default()
        };
        apply(&self.app.db, SITE, &change, "test", NOON_MS)
            .await
            .expect("add a rule");
    }

    async fn submit(&self, title: &str, body: &str) -> Submitted {
        let draft = Draft::parse(self.ana.clone(), "ana", title, body, None).expect("parse");
        self.app
            .moderation
            .submit(SITE, draft, None)
            .await
            .expect("submit")
            .expect("be taken")
    }

    async fn submit_held(&self, title: &str) -> Submitted {
        self.submit(title, "Win the lottery!").await
    }

    async fn decide(&self, submitted: &Submitted, decision: Decision) {
        let case: CaseId = on_db!(&self.app.db, |c| sqlx::query_scalar(
            "SELECT id FROM cases WHERE site_id = 1 AND post_id = $1"
        )
        .bind(&submitted.post.id)
        .fetch_one(c.read())
        .await
        .expect("find the case"));
        let by = Decider {
            user_id: Some(self.mora.clone()),
            actor: format!("user:{}", self.mora),
            name: "mora".to_owned(),
            via: Via::Desk,
            undo_ms: 0,
        };
        let answer = Answer::Decision {
            decision,
            reason: Some("Lotteries are not for us.".to_owned()),
            note: None,
        };
        self.app
            .moderation
            .decide(SITE, Target::Case(case), by, answer, Some(1), None)
            .await
            .expect("decide")
            .expect("be taken");
    }

    /// All work that is due now; the mails that it sends.
    async fn run(&self) -> Vec<Mail> {
        let before = self.memory.mails().len();
        self.app.run_until_idle().await.expect("work");
        let mails = self.memory.mails();
        mails[before..]
            .iter()
            .map(|mail| Mail::parse(mail))
            .collect()
    }

    /// To whom with which subject, sorted.
    async fn run_summary(&self) -> Vec<String> {
        let mails = self.run().await;
        let mut lines: Vec<_> = mails
            .iter()
            .map(|mail| format!("{}: {}", mail.to, mail.subject))
            .collect();
        lines.sort();
        lines
    }

    async fn statuses(&self) -> Vec<(String, String, i64, Option<String>)> {
        on_db!(&self.app.db, |c| sqlx::query_as(
            "SELECT kind, status, attempts, last_error FROM outbox ORDER BY id"
        )
        .fetch_all(c.read())
        .await
        .expect("read the outbox"))
    }

    /// Lets mail go to `server`, and nothing be due but one mail to the author.
    async fn one_mail_over(&mut self, server: &SmtpScript) {
        let url = format!("smtp://127.0.0.1:{}", server.port);
        let transport = gatepost::outbox::transport::Smtp::new(&url, None).expect("read the URL");
        self.app.outbox = self
            .app
            .outbox
            .clone()
            .with_transport(Transport::Smtp(transport));
        self.submit("Clean", "Nothing to see.").await;
    }
}

both_dbs! {
    async fn everybody_hears_of_a_held_post_at_once(post: Post) {
        let submitted = post.submit_held("A lottery").await;

        assert_eq!(post.run_summary().await, [
            "ana@example.org: Your post waits for a moderator: “A lottery”",
            "mora@example.org: A post waits: “A lottery”",
            "olga@example.org: A post waits: “A lottery”",
        ]);
        post.decide(&submitted, Decision::Rejected).await;
        let mails = post.run().await;
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].to, "ana@example.org");
        assert!(mails[0].text.contains("Lotteries are not for us."), "{}", mails[0].text);
        assert!(mails[0].html.contains("Lotteries are not for us."));
        assert_eq!(mails[0].types, ["multipart/alternative", "text/plain", "text/html"]);
        assert_eq!(post.run_summary().await, Vec::<String>::new());
    }

    async fn a_published_post_is_told_with_its_address(post: Post) {
        post.submit("Clean", "Nothing to see.").await;

        let mails = post.run().await;

        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].subject, "Published: “Clean”");
        assert!(mails[0].link("/s/main/posts/clean-").starts_with("http://127.0.0.1:8080/"));
    }

    async fn after_the_first_case_moderators_hear_every_five_minutes(post: Post) {
        post.submit_held("One").await;
        post.run().await;
        for title in ["Two", "Three"] {
            post.submit_held(title).await;
        }
        let decided = post.submit_held("Four").await;

        post.clock.advance_ms(4 * MINUTE_MS);
        let early = post.run_summary().await;
        post.decide(&decided, Decision::Approved).await;
        post.clock.advance_ms(MINUTE_MS);
        let digest = post.run().await;
        post.clock.advance_ms(30 * MINUTE_MS);
        let later = post.run_summary().await;
        post.submit_held("Five").await;

        assert!(early.iter().all(|line| line.starts_with("ana@")), "{early:?}");
        let to_mora = digest.iter().find(|mail| mail.to == "mora@example.org").expect("a digest");
        assert_eq!(to_mora.subject, "2 posts wait");
        assert!(to_mora.text.contains("Two") && to_mora.text.contains("Three"));
        assert!(!to_mora.text.contains("Four"), "a decided case is left out: {}", to_mora.text);
        assert_eq!(to_mora.text.matches("/decide/").count(), 2);
        assert_eq!(later, Vec::<String>::new());
        assert!(post.run_summary().await.contains(&"mora@example.org: A post waits: “Five”".to_owned()));
    }

    async fn a_digest_lists_twenty_and_counts_the_rest(post: Post) {
        post.submit_held("First").await;
        post.run().await;
        for n in 0..27 {
            post.submit_held(&format!("Number {n}")).await;
        }
        post.clock.advance_ms(5 * MINUTE_MS);

        let mails = post.run().await;

        let digest = mails.iter().find(|mail| mail.to == "mora@example.org").expect("a digest");
        assert_eq!(digest.subject, "27 posts wait");
        assert_eq!(digest.text.matches("/decide/").count(), 20);
        assert!(digest.text.contains("and 7 more"));
    }

    async fn a_digest_whose_cases_are_all_decided_is_not_sent(post: Post) {
        let submitted = post.submit_held("One").await;
        post.decide(&submitted, Decision::Approved).await;

        assert_eq!(post.run_summary().await, ["ana@example.org: Published: “One”"]);
    }

    async fn moderators_are_reminded_at_half_time_and_owners_told_at_the_end(post: Post) {
        let submitted = post.submit_held("Slow").await;
        post.run().await;

        post.clock.advance_ms(3 * DAY_MS);
        let early = post.run_summary().await;
        post.clock.advance_ms(DAY_MS);
        let half = post.run_summary().await;
        post.clock.advance_ms(4 * DAY_MS);
        let end = post.run().await;

        assert_eq!(early, Vec::<String>::new());
        assert_eq!(half, ["mora@example.org: Still waiting: “Slow”", "olga@example.org: Still waiting: “Slow”"]);
        assert_eq!(end.len(), 1);
        assert_eq!((end[0].to.as_str(), end[0].subject.as_str()), ("olga@example.org", "Nobody decided in time: “Slow”"));
        let (status, open): (String, i64) = on_db!(&post.app.db, |c| sqlx::query_as(
            "SELECT p.status, (SELECT COUNT(*) FROM tasks t WHERE t.site_id = 1 AND t.closed_at_ms IS NULL)
                FROM posts p WHERE p.site_id = 1 AND p.id = $1")
            .bind(&submitted.post.id)
            .fetch_one(c.read())
            .await
            .expect("find the post"));
        assert_eq!((status.as_str(), open), ("held", 1), "held, under a new token");
    }

    async fn whoever_switched_notices_off_gets_none(post: Post) {
        post.submit_held("One").await;
        let mails = post.run().await;
        let mail = mails.iter().find(|mail| mail.to == "mora@example.org").expect("a mail");
        let off = mail.link("/notices/off/");
        let head = mail.head.replace("\n ", "");
        assert!(head.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"), "{head}");
        assert!(head.replace(' ', "").contains(&format!("List-Unsubscribe:<{off}>")), "{head}");

        let token = off.rsplit('/').next().expect("a token");
        let subscriber = notices::find(&post.app.db, &post.app.keyring, token).await.expect("look").expect("our token");
        notices::switch_off(&post.app.db, &subscriber).await.expect("switch off");

        assert_eq!(subscriber.user_id, post.mora);
        post.clock.advance_ms(10 * MINUTE_MS);
        post.submit_held("Two").await;
        assert!(post.run_summary().await.iter().all(|line| !line.starts_with("mora@")));
    }

    async fn a_refusal_for_now_is_tried_again_with_the_same_message_id(post: Post) {
        let mut post = post;
        let server = SmtpScript::start(&[Smtp::Data("451 4.3.0 later"), Smtp::HangUp]).await;
        post.one_mail_over(&server).await;

        for _ in 0..3 {
            post.app.run_until_idle().await.expect("work");
            post.clock.advance_ms(10 * MINUTE_MS);
        }

        let ids: Vec<_> = server.mails().iter().map(|mail| Mail::parse(mail).message_id).collect();
        assert_eq!(ids.len(), 3);
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        let statuses = post.statuses().await;
        assert_eq!((statuses[0].1.as_str(), statuses[0].2), ("sent", 3));
    }

    async fn a_mail_that_is_refused_for_good_is_dead_and_can_be_sent_again(post: Post) {
        let mut post = post;
        let server = SmtpScript::start(&[Smtp::Recipient("550 5.1.1 no such mailbox")]).await;
        post.one_mail_over(&server).await;

        post.app.run_until_idle().await.expect("work");

        let statuses = post.statuses().await;
        assert_eq!(statuses[0].1, MailStatus::Dead.as_str());
        assert!(statuses[0].3.as_deref().is_some_and(|reason| reason.contains("no such mailbox")), "{statuses:?}");
        let id = on_db!(&post.app.db, |c| sqlx::query_scalar::<_, String>("SELECT id FROM outbox")
            .fetch_one(c.read())
            .await
            .expect("find the mail"));
        assert!(post.app.outbox.send_again(SITE, &id.clone().into()).await.expect("send again"));
        post.app.run_until_idle().await.expect("work");
        assert_eq!(post.statuses().await[0].1, MailStatus::Sent.as_str());
        assert!(!post.app.outbox.send_again(SITE, &id.into()).await.expect("a sent mail stays sent"));
    }

    async fn a_server_that_is_down_for_days_makes_a_dead_letter_and_no_sooner(post: Post) {
        let mut post = post;
        let server = SmtpScript::start(&vec![Smtp::Data("451 4.3.0 later"); 10_000]).await;
        post.one_mail_over(&server).await;

        let mut hours = 0;
        loop {
            post.app.run_until_idle().await.expect("work");
            let statuses = post.statuses().await;
            if statuses[0].1 == "dead" {
                assert!(statuses[0].3.as_deref().is_some_and(|reason| reason.contains("later")));
                break;
            }
            post.clock.advance_ms(HOUR_MS / 2);
            hours += 1;
            assert!(hours < 2 * 24 * 4, "it is given up after three days");
        }

        assert!(hours >= 2 * 24 * 3, "given up after {hours} half hours");
        let tries = post.statuses().await[0].2;
        assert!((10..60).contains(&tries), "{tries} tries");
    }

    async fn the_mails_of_a_worker_that_died_are_taken_over_after_its_lease(post: Post) {
        let mut post = post;
        post.submit("Clean", "Nothing to see.").await;
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("find a port");
        let url = format!("smtp://127.0.0.1:{}", silent.local_addr().expect("it is bound").port());
        let transport = gatepost::outbox::transport::Smtp::new(&url, None).expect("read the URL");
        let dying = post.app.outbox.clone().with_transport(Transport::Smtp(transport));
        let worker = tokio::spawn(async move { dying.run_once().await });
        let (connection, _) = silent.accept().await.expect("it connects");
        worker.abort();
        assert!(worker.await.is_err());
        drop(connection);

        let before = post.app.outbox.run_once().await.expect("work");
        post.clock.advance_ms(46_000);
        let after = post.app.outbox.run_once().await.expect("work");

        assert_eq!((before, after), (Outcome::Idle, Outcome::Worked(1)));
        assert_eq!(post.memory.mails().len(), 1);
        assert_eq!(post.statuses().await[0].2, 2);
        post.app.outbox = post.app.outbox.clone();
    }

    async fn a_backlog_of_notices_to_authors_keeps_nobody_else_waiting(post: Post) {
        // More than two batches hold, so that the notice to the author of the last post is in neither.
        for n in 0..60 {
            post.submit(&format!("Clean {n}"), "Nothing to see.").await;
        }
        post.clock.advance_ms(1);
        post.submit_held("Urgent").await;
        post.app.outbox.write_digests().await.expect("write the digest");

        // The first batch makes one mail for each moderator of the digest, the second sends them before any other.
        post.app.outbox.run_once().await.expect("work");
        let before = post.memory.mails().len();
        post.app.outbox.run_once().await.expect("work");

        let mails = post.memory.mails();
        assert_eq!(mails.len(), before + 24, "a batch is full, so it was chosen who is in it");
        let urgent = mails[before..].iter().map(|mail| Mail::parse(mail)).filter(|mail| mail.subject.contains("Urgent"));
        assert_eq!(urgent.count(), 2);
    }

    async fn without_a_server_mails_are_files_for_the_owner_of_the_process(post: Post) {
        use std::os::unix::fs::PermissionsExt as _;
        let mut post = post;
        let data_dir = post.database.folder.path().join("data");
        post.app.outbox = post.app.outbox.clone().with_transport(Transport::Folder(Folder::new(data_dir.join("mail"))));
        post.submit_held("Кириллица и “кавычки”").await;

        post.app.run_until_idle().await.expect("work");

        let mails = mailbox::files(&data_dir);
        assert_eq!(mails.len(), 3);
        assert!(mails.iter().any(|mail| mail.subject == "Your post waits for a moderator: “Кириллица и “кавычки””"));
        for entry in std::fs::read_dir(data_dir.join("mail")).expect("list the mails") {
            let entry = entry.expect("list the mails");
            assert_eq!(entry.metadata().expect("a file").permissions().mode() & 0o777, 0o600);
            assert!(entry.path().extension().is_some_and(|extension| extension == "eml"));
        }
    }
}

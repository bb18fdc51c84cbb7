//! Mail over a real SMTP server: what arrives, and what becomes of it when the server refuses, is away, or is not to be
//! trusted.

use gatepost::config::Secret;
use gatepost::on_db;
use sqlx::Row as _;

use crate::app::TestApp;
use crate::mailbox::{Delivery, SmtpServer};
use crate::process::Installation;
use crate::setting::skip;
use crate::site::{AUTHOR, MODERATOR, OWNER};

const HOUR_MS: i64 = 60 * 60 * 1000;

/// An instance that sends to `server`, or to nobody where Python is missing.
async fn start(
    installation: Installation,
    options: &[&str],
    login: &str,
) -> Option<(TestApp, SmtpServer)> {
    match SmtpServer::start(options).await {
        Ok(server) => {
            let url = format!("smtp://{login}127.0.0.1:{}", server.port);
            let app =
                TestApp::start(installation, |config| config.smtp_url = Some(Secret(url))).await;
            Some((app, server))
        }
        Err(reason) => {
            skip(&reason);
            None
        }
    }
}

/// The rows of the outbox: status, tries, what went wrong.
async fn outbox(app: &TestApp) -> Vec<(String, i64, Option<String>)> {
    on_db!(&app.app.db, |c| sqlx::query(
        "SELECT status, attempts, last_error FROM outbox ORDER BY id"
    )
    .fetch_all(c.read())
    .await
    .expect("read the outbox")
    .iter()
    .map(|row| (row.get(0), row.get(1), row.get(2)))
    .collect())
}

/// Sends what is due, and returns what the server got.
async fn send(app: &TestApp, server: &mut SmtpServer) -> Vec<Delivery> {
    let before: i64 = outbox(app)
        .await
        .iter()
        .map(|(_, attempts, _)| attempts)
        .sum();
    app.app.run_until_idle().await.expect("work");
    let after: i64 = outbox(app)
        .await
        .iter()
        .map(|(_, attempts, _)| attempts)
        .sum();
    let mut deliveries = Vec::new();
    for _ in before..after {
        deliveries.push(server.next().await);
    }
    deliveries
}

both_dbs! {
    async fn everybody_concerned_gets_a_readable_mail(installation: Installation) {
        let Some((app, mut server)) = start(installation, &["--login", "gate:secret"], "gate:secret@").await else { return };
        app.submit_held("A doubtful <post>").await;

        let deliveries = send(&app, &mut server).await;

        let to = |address: &str| {
            let found: Vec<&Delivery> = deliveries.iter().filter(|delivery| delivery.recipients == [address]).collect();
            assert_eq!(found.len(), 1, "mails to {address}: {deliveries:?}");
            found[0]
        };
        let moderator = to(MODERATOR);
        assert_eq!(moderator.login.as_deref(), Some("gate"));
        assert!(moderator.mail.link("/decide/").starts_with(app.base.as_str()));
        assert!(!moderator.mail.html.contains("<post>"), "{}", moderator.mail.html);
        for delivery in [moderator, to(AUTHOR)] {
            let mail = &delivery.mail;
            assert_eq!(mail.types, ["multipart/alternative", "text/plain", "text/html"]);
            assert!(mail.text.contains("A doubtful <post>"), "{}", mail.text);
            assert!(mail.head.contains("List-Unsubscribe: <http"), "{}", mail.head);
            assert!(mail.head.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"), "{}", mail.head);
            assert_eq!(mail.head.matches("Content-Type:").count(), 1, "{}", mail.head);
            assert_eq!(mail.from, "gatepost@localhost");
            assert!(!mail.subject.is_empty());
        }
        assert!(outbox(&app).await.iter().all(|(status, ..)| status == "sent"));
    }

    async fn a_mail_that_is_put_off_comes_later_with_the_same_message_id(installation: Installation) {
        let Some((app, mut server)) = start(installation, &[], "").await else { return };
        server.answer_next_with("451 4.3.0 try later");
        app.submit("Clean", "Harmless.").await;

        let first = send(&app, &mut server).await;
        let waiting = outbox(&app).await;
        let too_early = send(&app, &mut server).await;
        app.clock.advance_ms(HOUR_MS);
        let second = send(&app, &mut server).await;

        assert_eq!((first.len(), too_early.len(), second.len()), (1, 0, 1));
        assert_eq!(waiting[0].0, "waiting");
        assert!(waiting[0].2.as_deref().is_some_and(|reason| reason.contains("try later")), "{waiting:?}");
        assert_eq!(first[0].mail.message_id, second[0].mail.message_id);
        assert_eq!(outbox(&app).await[0].0, "sent");
    }

    async fn a_refused_mail_is_a_dead_letter_that_can_be_sent_again(installation: Installation) {
        let Some((app, mut server)) = start(installation, &[], "").await else { return };
        server.answer_next_with("550 5.1.1 no such person");
        app.submit("Clean", "Harmless.").await;
        let owner = app.login(OWNER).await;

        let first = send(&app, &mut server).await;
        let dead = outbox(&app).await;
        app.clock.advance_ms(HOUR_MS);
        let untouched = send(&app, &mut server).await;
        let outbox_page = owner.get(&app.path("admin/outbox")).await;
        let dead_letters = owner.get(&outbox_page.links("Dead letters")[0]).await;
        let again = owner.send(dead_letters.form_to("/again").expect("a button to send it again"), &[]).await;
        let second = send(&app, &mut server).await;

        assert_eq!((first.len(), untouched.len()), (1, 0));
        assert_eq!(dead[0].0, "dead");
        assert!(dead[0].2.as_deref().is_some_and(|reason| reason.contains("no such person")), "{dead:?}");
        assert_eq!(again.status, 303, "{}", again.text);
        assert_eq!(second.len(), 1);
        assert_eq!(first[0].mail.message_id, second[0].mail.message_id);
        assert_eq!(outbox(&app).await[0].0, "sent");
    }

    async fn a_server_with_a_certificate_that_nobody_signed_gets_neither_password_nor_mail(installation: Installation) {
        let options = ["--starttls", "--login", "gate:secret"];
        let Some((app, _server)) = start(installation, &options, "gate:secret@").await else { return };
        app.submit("Clean", "Harmless.").await;

        app.app.run_until_idle().await.expect("work");

        let waiting = outbox(&app).await;
        assert_eq!((waiting[0].0.as_str(), waiting[0].1), ("waiting", 1), "{waiting:?}");
    }

    async fn a_certificate_that_the_operator_trusts_is_enough(installation: Installation) {
        let certificate = installation.database.folder.path().join("authority.pem");
        let options = ["--starttls", "--login", "gate:secret", "--certificate", certificate.to_str().expect("a path is text")];
        let server = match SmtpServer::start(&options).await {
            Ok(server) => server,
            Err(reason) => return skip(&reason),
        };
        let url = format!("smtp://gate:secret@127.0.0.1:{}?tls=required", server.port);
        let app = TestApp::start(installation, |config| {
            config.smtp_url = Some(Secret(url));
            config.smtp_ca = Some(certificate);
        }).await;
        let mut server = server;
        app.submit("Clean", "Harmless.").await;

        let deliveries = send(&app, &mut server).await;

        assert_eq!(deliveries.len(), 1);
        assert!(deliveries[0].is_encrypted);
        assert_eq!(deliveries[0].login.as_deref(), Some("gate"));
    }
}

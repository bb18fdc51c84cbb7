//! SIGTERM: what is in flight is finished, nothing new is taken, and the process ends well within ten seconds.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::audit::audit;
use crate::load::{Ledger, Load};
use crate::process::Installation;
use crate::site::{AUTHOR, Site};

/// What an operator's process manager grants before it kills.
const GRACE: Duration = Duration::from_secs(10);

both_dbs! {
    async fn sigterm_finishes_the_request_in_flight(installation: Installation) {
        let site = installation.prepare().await;
        let server = installation.serve().await;
        let site = site.at(&server.base);
        let post = json!({"title": "In flight", "body": "Harmless.", "author": {"email": AUTHOR}}).to_string();
        let (start, end) = post.split_at(post.len() / 2);
        let mut connection = begin_submission(&site, post.len(), start).await;

        let asked = Instant::now();
        let ended = tokio::spawn(server.terminate());
        while TcpStream::connect(address(&site)).await.is_ok() {
            tokio::task::yield_now().await;
        }
        connection.write_all(end.as_bytes()).await.expect("the connection still stands");
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.expect("an answer");
        let status = ended.await.expect("it ends");

        assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
        assert_eq!(status.code(), Some(0));
        assert!(asked.elapsed() < GRACE, "{:?}", asked.elapsed());
        let again = installation.serve().await;
        let posts = site.at(&again.base).api_get("/posts").await.json();
        assert_eq!(posts["items"][0]["title"], "In flight");
    }

    async fn sigterm_under_load_loses_nothing(installation: Installation) {
        let site = installation.prepare().await;
        let ledger = Ledger::create(&installation.database.folder.path().join("ledger.jsonl"));
        let server = installation.serve().await;
        let load = Load::start(&site.at(&server.base), &ledger, 4, 1);
        ledger.grown(200).await;

        let asked = Instant::now();
        let status = server.terminate().await;

        assert_eq!(status.code(), Some(0));
        assert!(asked.elapsed() < GRACE, "{:?}", asked.elapsed());
        load.stop().await;
        let again = installation.serve().await;
        audit(&site.at(&again.base), &installation.database, &ledger).await;
    }
}

fn address(site: &Site) -> String {
    format!(
        "{}:{}",
        site.base.host_str().expect("a host"),
        site.base.port().expect("a port")
    )
}

/// Sends the head and the first part of the body of `POST /api/v1/posts`.
async fn begin_submission(site: &Site, length: usize, start: &str) -> TcpStream {
    let mut connection = TcpStream::connect(address(site)).await.expect("connect");
    let head = format!(
        "POST /api/v1/posts HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\nConnection: close\r\nExpect: 100-continue\r\n\r\n",
        address(site),
        site.api_key
    );
    connection
        .write_all(head.as_bytes())
        .await
        .expect("send the head");
    // The server asks for the body once a handler waits for it: from here on the request is in flight.
    let mut interim = [0; 25];
    connection
        .read_exact(&mut interim)
        .await
        .expect("the server goes on");
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    connection
        .write_all(start.as_bytes())
        .await
        .expect("send half of the body");
    connection
}

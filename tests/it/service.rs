//! A check of somebody's on this machine: an HTTP service that does with each request what the test says.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// What the service does with a request.
#[derive(Debug, Clone)]
pub enum Reply {
    /// A status and a body.
    Answer(u16, String),
    /// A file.
    File(Vec<u8>),
    /// Nothing, until the other side gives up.
    Silence,
    /// A hit, once the test says so.
    Later(Arc<Notify>),
    /// The connection ends.
    HangUp,
}

/// A request as it came in.
#[derive(Debug, Clone)]
pub struct Heard {
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Heard {
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(key, _)| key == name);
        &found.unwrap_or_else(|| panic!("no {name}: {self:?}")).1
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

/// A check of somebody's: answers from a list, then always finds nothing.
#[derive(Clone)]
pub struct Service {
    pub url: String,
    replies: Arc<Mutex<VecDeque<Reply>>>,
    heard: Arc<Mutex<Vec<Heard>>>,
    /// Rung for each request.
    bell: Arc<Notify>,
}

impl Service {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("find a port");
        let service = Self {
            url: format!(
                "http://{}/check",
                listener.local_addr().expect("it is bound")
            ),
            replies: Arc::default(),
            heard: Arc::default(),
            bell: Arc::default(),
        };
        let serving = service.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let serving = serving.clone();
                tokio::spawn(async move {
                    let _ = serving.serve(stream).await;
                });
            }
        });
        service
    }

    /// Serves one request; the connection is not kept.
    async fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut bytes = Vec::new();
        let head = loop {
            if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break at;
            }
            if stream.read_buf(&mut bytes).await? == 0 {
                return Ok(());
            }
        };
        let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
        let headers: Vec<(String, String)> = text
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let length: usize = length.map_or(0, |(_, value)| value.parse().expect("a length"));
        while bytes.len() < head + 4 + length {
            if stream.read_buf(&mut bytes).await? == 0 {
                return Ok(());
            }
        }
        let body = String::from_utf8_lossy(&bytes[head + 4..]).into_owned();
        self.heard
            .lock()
            .expect("a lock")
            .push(Heard { headers, body });
        self.bell.notify_one();
        let reply = self.replies.lock().expect("a lock").pop_front();
        match reply.unwrap_or_else(nothing) {
            Reply::HangUp => Ok(()),
            Reply::Silence => {
                stream.read_buf(&mut bytes).await?;
                Ok(())
            }
            Reply::Later(bell) => {
                bell.notified().await;
                answer(&mut stream, 200, br#"{"hits": [{"category": "late"}]}"#).await
            }
            Reply::File(bytes) => answer(&mut stream, 200, &bytes).await,
            Reply::Answer(status, body) => answer(&mut stream, status, body.as_bytes()).await,
        }
    }

    pub fn reply(&self, replies: impl IntoIterator<Item = Reply>) {
        self.replies.lock().expect("a lock").extend(replies);
    }

    /// Waits for the next request.
    pub async fn is_asked(&self) {
        let asked = tokio::time::timeout(Duration::from_secs(10), self.bell.notified());
        asked.await.expect("it is asked");
    }

    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().expect("a lock").clone()
    }
}

async fn answer(stream: &mut TcpStream, status: u16, body: &[u8]) -> std::io::Result<()> {
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\nlocation: http://127.0.0.1:1/\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body).await
}

pub fn nothing() -> Reply {
    Reply::Answer(200, r#"{"hits": []}"#.to_owned())
}

pub fn hit(hit: Value) -> Reply {
    Reply::Answer(200, json!({"hits": [hit]}).to_string())
}

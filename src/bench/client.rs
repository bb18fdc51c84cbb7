//! A load of HTTP/1.1 requests over kept-alive connections, each connection one request at a time. It shares the machine
//! with the server, so it does no more than write, read and compare.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What to send, and what every answer must contain.
pub(super) struct Load {
    pub(super) address: SocketAddr,
    pub(super) connections: usize,
    pub(super) requests: Vec<Vec<u8>>,
    pub(super) expected: &'static str,
}

/// How long the answers took.
#[derive(Debug, Default)]
pub(super) struct Latencies(Vec<Duration>);

impl Latencies {
    pub(super) fn of(mut all: Vec<Duration>) -> Self {
        all.sort_unstable();
        Self(all)
    }

    /// The latency in milliseconds that the given share of the answers did not exceed.
    pub(super) fn quantile_ms(&self, share: f64) -> f64 {
        let at = (self.0.len() as f64 * share) as usize;
        self.0
            .get(at.min(self.0.len().saturating_sub(1)))
            .map_or(f64::NAN, |latency| latency.as_secs_f64() * 1_000.0)
    }
}

/// Sends all requests and answers how long each took.
pub(super) fn run(load: Load) -> anyhow::Result<Latencies> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let (address, expected) = (load.address, load.expected);
        let requests: Arc<[Vec<u8>]> = load.requests.into();
        let next = Arc::new(AtomicUsize::new(0));
        let mut connections = tokio::task::JoinSet::new();
        for _ in 0..load.connections {
            let (requests, next) = (requests.clone(), next.clone());
            connections.spawn(async move {
                let mut connection = Connection::open(address).await?;
                let mut latencies = Vec::new();
                while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let sent = Instant::now();
                    let answer = connection.call(request).await?;
                    latencies.push(sent.elapsed());
                    ensure!(
                        contains(answer.body, expected.as_bytes()),
                        "an answer without {expected}: {} {}",
                        answer.status,
                        String::from_utf8_lossy(answer.body)
                    );
                }
                Ok(latencies)
            });
        }
        let mut all = Vec::new();
        while let Some(latencies) = connections.join_next().await {
            all.extend(latencies??);
        }
        Ok(Latencies::of(all))
    })
}

/// An answer; its body lives until the next call.
pub(super) struct Answer<'a> {
    pub(super) status: u16,
    pub(super) head: &'a str,
    pub(super) body: &'a [u8],
}

/// One kept-alive connection.
pub(super) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(super) async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await.context("connect")?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(64 * 1024),
        })
    }

    /// Sends a request and reads its whole answer.
    pub(super) async fn call(&mut self, request: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end;
            }
            self.read().await?;
        };
        let text = std::str::from_utf8(&self.buffer[..head])?;
        let status: u16 = text.get(9..12).context("no status")?.parse()?;
        let length = content_length(text)?;
        while self.buffer.len() < head + 4 + length {
            self.read().await?;
        }
        Ok(Answer {
            status,
            head: std::str::from_utf8(&self.buffer[..head])?,
            body: &self.buffer[head + 4..head + 4 + length],
        })
    }

    async fn read(&mut self) -> anyhow::Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the server closed the connection");
        }
        Ok(())
    }
}

fn content_length(head: &str) -> anyhow::Result<usize> {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(Ok(0), |(_, value)| {
            value.trim().parse().context("read a length")
        })
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    find(text, part).is_some()
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

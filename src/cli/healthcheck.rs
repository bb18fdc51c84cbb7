//! `gatepost healthcheck`: asks the running server whether it is ready, so that an image needs no curl.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::print;
use crate::config::Config;

/// Shorter than what container runtimes allow a check by default.
const TIMEOUT: Duration = Duration::from_secs(5);
/// More than this of an answer is not read.
const MAX_ANSWER_BYTES: u64 = 64 * 1024;

/// Ask the server on this machine whether it is ready
#[derive(clap::Args)]
#[command(after_help = "Example:\n  gatepost healthcheck && echo ready")]
pub(super) struct Args {}

pub(super) async fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let address = reachable(config.listen);
    let answer = timeout(TIMEOUT, ask(address))
        .await
        .with_context(|| format!("no answer from {address} within {TIMEOUT:?}"))?
        .with_context(|| format!("ask {address}"))?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    if head.split(' ').nth(1) != Some("200") {
        bail!("not ready: {}", body.trim());
    }
    print("ready")?;
    Ok(ExitCode::SUCCESS)
}

async fn ask(address: SocketAddr) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream
        .take(MAX_ANSWER_BYTES)
        .read_to_end(&mut answer)
        .await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// A server that listens everywhere is asked on loopback.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    address
}

//! The server under test: this very program as a process of its own, with a fresh database.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;

use crate::bench::client::{Connection, Latencies};
use crate::bench::{Plan, texts};
use crate::on_db;
use crate::store::Db;

const EMAIL: &str = "owner@example.org";
const PASSWORD: &str = "a long password for the bench";
/// Ticks of /proc in a second on Linux.
const TICKS: f64 = 100.0;

/// A server that is driven and measured.
pub(super) struct Instance {
    data_dir: PathBuf,
    database_url: Option<String>,
    api_key: String,
    process: Option<Child>,
    address: Option<SocketAddr>,
}

/// What a process has used so far.
pub(super) struct Usage {
    pub(super) cpu_seconds: f64,
    pub(super) rss_mb: f64,
}

impl Instance {
    /// Makes the database with an owner, an API key and the plan's rules.
    pub(super) fn prepare(plan: &Plan) -> anyhow::Result<Self> {
        let mut instance = Self {
            data_dir: plan.folder.join("data"),
            database_url: plan.database_url.clone(),
            api_key: String::new(),
            process: None,
            address: None,
        };
        instance.command(&["migrate"], "")?;
        instance.command(
            &[
                "user",
                "add",
                "--site",
                "main",
                "--email",
                EMAIL,
                "--role",
                "owner",
                "--password-stdin",
            ],
            PASSWORD,
        )?;
        let key = instance.command(
            &[
                "key",
                "add",
                "--site",
                "main",
                "--kind",
                "api",
                "--scope",
                "submit,read,decide",
                "--json",
            ],
            "",
        )?;
        let key: Value = serde_json::from_str(&key).context("read the API key")?;
        instance.api_key = key["key"].as_str().context("no API key")?.to_owned();
        let rules = plan.folder.join("rules.txt");
        std::fs::write(&rules, texts::rules(plan.rules))?;
        let rules = rules.display().to_string();
        instance.command(&["rules", "import", "--site", "main", &rules], "")?;
        Ok(instance)
    }

    pub(super) fn api_key(&self) -> &str {
        &self.api_key
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
            .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)))
    }

    /// Starts the server; answers how long it took until it accepted connections.
    pub(super) fn start(&mut self) -> anyhow::Result<Duration> {
        let started = Instant::now();
        let mut process = self
            .program(&["serve"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("start the server")?;
        let stdout = process.stdout.take().context("no standard output")?;
        let mut lines = BufReader::new(stdout).lines();
        let address = loop {
            let line = lines
                .next()
                .context("the server ended before it listened")??;
            if let Some(address) = line.strip_prefix("listening on http://") {
                break address
                    .trim()
                    .parse()
                    .context("read the server's address")?;
            }
        };
        let ready = started.elapsed();
        std::thread::spawn(move || lines.for_each(drop));
        self.process = Some(process);
        self.address = Some(address);
        Ok(ready)
    }

    /// Kills the server as a crash would.
    pub(super) fn kill(&mut self) -> anyhow::Result<()> {
        let mut process = self.process.take().context("no server runs")?;
        process.kill()?;
        process.wait()?;
        Ok(())
    }

    /// Ends the server as an operator would.
    pub(super) fn stop(&mut self) -> anyhow::Result<()> {
        let mut process = self.process.take().context("no server runs")?;
        let status = Command::new("kill")
            .arg(process.id().to_string())
            .status()?;
        ensure!(status.success(), "the server could not be told to stop");
        ensure!(process.wait()?.success(), "the server did not stop cleanly");
        Ok(())
    }

    /// Starts the server and sends one decision as soon as it can be sent; answers the time to ready and to the decision.
    pub(super) fn start_and_decide(&mut self, token: &str) -> anyhow::Result<(Duration, Duration)> {
        let started = Instant::now();
        let ready = self.start()?;
        let request = texts::decision(token, &self.api_key);
        let address = self.address();
        on_runtime(async move {
            let mut connection = Connection::open(address).await?;
            let answer = connection.call(&request).await?;
            ensure!(
                answer.status == 200,
                "the first decision was answered {}",
                answer.status
            );
            Ok(())
        })?;
        Ok((ready, started.elapsed()))
    }

    /// What the server has used.
    pub(super) fn usage(&self) -> anyhow::Result<Usage> {
        let id = self.process.as_ref().context("no server runs")?.id();
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
        let fields: Vec<&str> = stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .collect();
        let ticks = |at: usize| {
            fields
                .get(at)
                .and_then(|text| text.parse::<f64>().ok())
                .unwrap_or(f64::NAN)
        };
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let rss_kb: f64 = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|text| text.trim().trim_end_matches(" kB").parse().ok())
            .context("read the memory of the server")?;
        Ok(Usage {
            cpu_seconds: (ticks(11) + ticks(12)) / TICKS,
            rss_mb: rss_kb / 1024.0,
        })
    }

    /// Fetches the queue page, signed in as the owner, one after the other.
    pub(super) fn queue_pages(&self, count: usize) -> anyhow::Result<Latencies> {
        let address = self.address();
        on_runtime(async move {
            let mut connection = Connection::open(address).await?;
            let cookie = sign_in(&mut connection, address).await?;
            let page = get(address, "/s/main/admin/queue", &cookie);
            let mut latencies = Vec::with_capacity(count);
            for _ in 0..count {
                let sent = Instant::now();
                let answer = connection.call(&page).await?;
                latencies.push(sent.elapsed());
                ensure!(
                    answer.status == 200,
                    "the queue page was answered {}",
                    answer.status
                );
            }
            Ok(Latencies::of(latencies))
        })
    }

    /// The tokens of up to `count` waiting cases.
    pub(super) fn task_tokens(&self, count: usize) -> anyhow::Result<Vec<String>> {
        let (address, key) = (self.address(), self.api_key.clone());
        on_runtime(async move {
            let mut connection = Connection::open(address).await?;
            let mut tokens = Vec::with_capacity(count);
            let mut cursor = String::new();
            while tokens.len() < count {
                let path = format!("/api/v1/queue?status=waiting&limit=100{cursor}");
                let answer = connection
                    .call(&texts::request("GET", &path, &key, ""))
                    .await?;
                ensure!(
                    answer.status == 200,
                    "the queue was answered {}",
                    answer.status
                );
                let page: Value = serde_json::from_slice(answer.body)?;
                let items = page["items"].as_array().context("no items")?;
                tokens.extend(
                    items
                        .iter()
                        .filter_map(|item| item["task_token"].as_str().map(str::to_owned)),
                );
                match page["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            tokens.truncate(count);
            Ok(tokens)
        })
    }

    /// The size of the database, without its log.
    pub(super) fn database_bytes(&self) -> anyhow::Result<i64> {
        let file = || format!("sqlite:{}", self.data_dir.join("gatepost.db").display());
        let (url, sql) = match &self.database_url {
            Some(url) => (url.clone(), "SELECT pg_database_size(current_database())"),
            None => (
                file(),
                "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
            ),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(async {
            let db = Db::open(&url).await?;
            Ok(on_db!(&db, |c| sqlx::query_scalar(sql)
                .fetch_one(c.read())
                .await?))
        })
    }

    fn program(&self, arguments: &[&str]) -> Command {
        // The server's own environment: nothing that an operator set for another one.
        let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("gatepost"));
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env("GATEPOST_DATA_DIR", &self.data_dir)
            .env("GATEPOST_LISTEN", "127.0.0.1:0")
            .env("GATEPOST_LOG", "warn")
            .env_remove("GATEPOST_DATABASE_URL")
            .env_remove("GATEPOST_SMTP_URL");
        if let Some(url) = &self.database_url {
            command.env("GATEPOST_DATABASE_URL", url);
        }
        command
    }

    fn command(&self, arguments: &[&str], input: &str) -> anyhow::Result<String> {
        let mut process = self
            .program(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        if let Some(mut stdin) = process.stdin.take() {
            stdin.write_all(input.as_bytes())?;
        }
        let output = process.wait_with_output()?;
        ensure!(
            output.status.success(),
            "gatepost {} failed",
            arguments.join(" ")
        );
        Ok(String::from_utf8(output.stdout)?)
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

fn on_runtime<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(work)
}

fn get(address: SocketAddr, path: &str, cookie: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: {address}\r\ncookie: {cookie}\r\n\r\n").into_bytes()
}

/// Signs in as the owner; answers the `Cookie` header.
async fn sign_in(connection: &mut Connection, address: SocketAddr) -> anyhow::Result<String> {
    let answer = connection.call(&get(address, "/login", "")).await?;
    let mut cookies = cookies(answer.head);
    let page = String::from_utf8_lossy(answer.body).into_owned();
    let token = page
        .split("name=\"csrf_token\"")
        .nth(1)
        .and_then(|rest| rest.split("value=\"").nth(1))
        .and_then(|rest| rest.split('"').next())
        .context("the login page has no CSRF token")?;
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("csrf_token", token)
        .append_pair("email", EMAIL)
        .append_pair("password", PASSWORD)
        .finish();
    let request = format!(
        "POST /login HTTP/1.1\r\nhost: {address}\r\norigin: http://{address}\r\ncookie: {}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        cookies.join("; "),
        form.len()
    );
    let answer = connection.call(request.as_bytes()).await?;
    if answer.status != 303 {
        bail!("the login was answered {}", answer.status);
    }
    cookies.extend(self::cookies(answer.head));
    Ok(cookies.join("; "))
}

fn cookies(head: &str) -> Vec<String> {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))
        .filter_map(|(_, value)| value.split(';').next())
        .filter(|pair| !pair.trim_end().ends_with('='))
        .map(|pair| pair.trim().to_owned())
        .collect()
}

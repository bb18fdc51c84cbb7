//! `gatepost doctor`: looks at everything that commonly goes wrong; each problem comes with what fixes it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use serde::Serialize;

use super::{print, print_json};
use crate::clock::{Clock as _, SystemClock, rfc3339};
use crate::config::sources::Loaded;
use crate::config::{Config, data_dir};
use crate::moderation::external::Standing;
use crate::moderation::site;
use crate::outbox::transport::Smtp;
use crate::store::checks as external_checks;
use crate::store::{Db, migrate, tables};

/// A check that failed so long ago is one that fails.
const RECENT_MS: i64 = 60 * 60 * 1000;

/// Look for what commonly goes wrong
#[derive(clap::Args)]
#[command(after_help = "Example:\n  gatepost doctor --json")]
pub(super) struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What was looked at, what was found, and what would help.
#[derive(Serialize)]
struct Check {
    name: &'static str,
    #[serde(rename = "ok")]
    is_fine: bool,
    finding: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<String>,
}

impl Check {
    fn fine(name: &'static str, finding: impl Into<String>) -> Self {
        Self {
            name,
            is_fine: true,
            finding: finding.into(),
            fix: None,
        }
    }

    fn problem(name: &'static str, finding: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            name,
            is_fine: false,
            finding: finding.into(),
            fix: Some(fix.into()),
        }
    }
}

pub(super) async fn run(loaded: &Loaded, args: Args) -> anyhow::Result<ExitCode> {
    let config = &loaded.config;
    let mut checks = vec![
        check_data_dir(&config.data_dir),
        check_key(config),
        check_clock(),
        check_base_url(loaded),
    ];
    checks.extend(check_database(config).await);
    checks.push(check_smtp(config).await);

    if args.json {
        print_json(&checks)?;
    } else {
        for check in &checks {
            let mark = if check.is_fine { "ok  " } else { "FAIL" };
            print(format!("{mark} {:<9} {}", check.name, check.finding))?;
            if let Some(fix) = &check.fix {
                print(format!("               fix: {fix}"))?;
            }
        }
    }
    Ok(match checks.iter().all(|check| check.is_fine) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

fn check_data_dir(path: &Path) -> Check {
    const NAME: &str = "data";
    let shown = path.display();
    match std::fs::metadata(path) {
        Err(_) => Check::fine(NAME, format!("{shown} is made by the first start")),
        Ok(found) if !found.is_dir() => Check::problem(
            NAME,
            format!("{shown} is not a directory"),
            "name another one with --data-dir",
        ),
        Ok(found) if found.permissions().mode() & 0o077 != 0 => Check::problem(
            NAME,
            format!("{shown} can be read by other users of this machine"),
            format!("chmod 700 {shown}"),
        ),
        Ok(_) => Check::fine(NAME, format!("{shown} is private")),
    }
}

fn check_key(config: &Config) -> Check {
    const NAME: &str = "key";
    let path = data_dir::key_path(&config.data_dir);
    match data_dir::find_secret_key(config) {
        Err(error) => Check::problem(
            NAME,
            format!("{error:#}"),
            format!("restore {} from a backup", path.display()),
        ),
        Ok(Some(_)) if config.secret_key.is_some() => Check::fine(NAME, "given as secret_key"),
        Ok(Some(_)) => check_key_mode(&path),
        Ok(None) if config.is_postgres() => Check::problem(
            NAME,
            "there is no secret key yet, and replicas must share one",
            "set GATEPOST_SECRET_KEY to the output of `openssl rand -base64 32`",
        ),
        Ok(None) => Check::fine(NAME, "made by the first start"),
    }
}

fn check_key_mode(path: &Path) -> Check {
    let mode = std::fs::metadata(path).map_or(0, |found| found.permissions().mode());
    match mode & 0o077 {
        0 => Check::fine("key", format!("in {}", path.display())),
        _ => Check::problem(
            "key",
            format!("{} can be read by others", path.display()),
            format!("chmod 600 {}", path.display()),
        ),
    }
}

/// A machine without a battery begins at 1970; certificates, deadlines and ids all suffer.
fn check_clock() -> Check {
    /// 2026-01-01T00:00:00Z, before this program was made.
    const PAST_MS: i64 = 1_767_225_600_000;
    let now_ms = SystemClock.now_ms();
    match now_ms > PAST_MS {
        true => Check::fine("clock", rfc3339(now_ms)),
        false => Check::problem(
            "clock",
            format!("the clock shows {}", rfc3339(now_ms)),
            "synchronise it, for example with `timedatectl set-ntp true`",
        ),
    }
}

fn check_base_url(loaded: &Loaded) -> Check {
    const NAME: &str = "base_url";
    let config = &loaded.config;
    let url = config.link("");
    if !loaded.is_set("base_url") && !config.listen.ip().is_loopback() {
        return Check::problem(
            NAME,
            format!(
                "serves other machines ({}), but links in mail lead to {url}",
                config.listen
            ),
            "set GATEPOST_BASE_URL to what people type into their browser",
        );
    }
    let is_local = config
        .base_url
        .host_str()
        .is_some_and(|host| host == "localhost" || host.starts_with("127.") || host == "[::1]");
    if config.base_url.scheme() == "http" && !is_local {
        return Check::problem(
            NAME,
            format!("{url} is not encrypted"),
            "put a reverse proxy with TLS before Gatepost and set GATEPOST_BASE_URL to its https:// address",
        );
    }
    Check::fine(NAME, url)
}

async fn check_database(config: &Config) -> Vec<Check> {
    const NAME: &str = "database";
    let url = config.database_url.reveal();
    if let Some(path) = url.strip_prefix("sqlite:")
        && !Path::new(path.trim_start_matches("//")).exists()
    {
        return vec![Check::fine(
            NAME,
            format!("{path} is made by the first start"),
        )];
    }
    let db = match Db::open(url).await {
        Ok(db) => db,
        Err(error) => {
            return vec![Check::problem(
                NAME,
                format!("{error:#}"),
                "check GATEPOST_DATABASE_URL, and that the database runs",
            )];
        }
    };
    let mut checks = vec![check_schema(&db).await];
    if checks[0].is_fine {
        checks.push(check_writable(&db).await);
        checks.push(check_external(&db).await);
    }
    db.close().await;
    checks
}

async fn check_writable(db: &Db) -> Check {
    match tables::check_writable(db).await {
        Ok(()) => Check::fine("database", "can be written"),
        Err(error) => Check::problem(
            "database",
            format!("cannot be written: {error:#}"),
            "check free disk space and the owner of its files",
        ),
    }
}

/// External checks that failed a moment ago: posts wait, or go on without them.
async fn check_external(db: &Db) -> Check {
    const NAME: &str = "checks";
    match failing_checks(db, SystemClock.now_ms() - RECENT_MS).await {
        Ok(failing) if failing.is_empty() => Check::fine(NAME, "no external check failed lately"),
        Ok(failing) => Check::problem(
            NAME,
            failing.join("; "),
            "look at the site's Checks page, which can try them, and at the service",
        ),
        Err(error) => Check::problem(NAME, format!("{error:#}"), "gatepost migrate"),
    }
}

async fn failing_checks(db: &Db, since_ms: i64) -> anyhow::Result<Vec<String>> {
    let mut failing = Vec::new();
    for site in site::list(db).await? {
        for check in external_checks::list(db, site.id).await? {
            let recent = check.failed.filter(|(at_ms, _)| *at_ms >= since_ms);
            if let Some((_, failure)) = recent.filter(|_| check.draft.enabled) {
                let rests = match check.health.at(SystemClock.now_ms()) {
                    Standing::Resting { until_ms } => format!(
                        " (failed {} times in a row; left alone until {})",
                        check.health.failures,
                        rfc3339(until_ms)
                    ),
                    Standing::Asked | Standing::OnTrial => String::new(),
                };
                failing.push(format!("{}: {failure}{rests}", site.slug));
            }
        }
    }
    Ok(failing)
}

async fn check_schema(db: &Db) -> Check {
    const NAME: &str = "schema";
    match (migrate::version(db).await, migrate::pending(db).await) {
        (Ok(version), Ok(pending)) if pending.is_empty() => {
            Check::fine(NAME, format!("version {version}"))
        }
        (Ok(version), Ok(pending)) => Check::problem(
            NAME,
            format!("version {version}, {} migrations behind", pending.len()),
            "gatepost migrate",
        ),
        (Err(error), _) | (_, Err(error)) => {
            Check::problem(NAME, format!("{error:#}"), "gatepost migrate")
        }
    }
}

async fn check_smtp(config: &Config) -> Check {
    const NAME: &str = "mail";
    const TIMEOUT: Duration = Duration::from_secs(10);
    let Some(url) = &config.smtp_url else {
        return Check::fine(NAME, "no smtp_url: mail goes to files and the Outbox page");
    };
    let fix = "check GATEPOST_SMTP_URL: host, port, user, password, and smtp:// or smtps://";
    let smtp = match Smtp::new(url.reveal(), config.smtp_ca.as_deref()) {
        Ok(smtp) => smtp,
        Err(error) => return Check::problem(NAME, error, fix),
    };
    match tokio::time::timeout(TIMEOUT, smtp.greet()).await {
        Ok(Ok(())) => Check::fine(NAME, "the mail server answers"),
        Ok(Err(reason)) => Check::problem(NAME, format!("the mail server: {reason}"), fix),
        Err(_) => Check::problem(NAME, "the mail server does not answer in time", fix),
    }
}

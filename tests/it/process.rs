//! The real binary as a process: its commands, and servers that can be stopped, killed and started again.

use std::process::{Command, ExitStatus};

use url::Url;

use crate::child::Talker;
use crate::database::TestDatabase;
use crate::program::program;
use crate::setting::{Arrange, Kind};

/// An installation of Gatepost: a database, a data directory and settings, whether or not it is being served.
pub struct Installation {
    pub database: TestDatabase,
    settings: Vec<(&'static str, String)>,
}

/// A running `gatepost serve`. Dropped, it is killed by SIGKILL and gone.
pub struct Server {
    process: Talker,
    pub base: Url,
    greeting: Vec<String>,
}

impl Arrange for Installation {
    async fn arrange(kind: Kind) -> Result<Self, String> {
        let database = TestDatabase::arrange(kind).await?;
        let mut settings = vec![
            (
                "GATEPOST_DATA_DIR",
                database.folder.path().display().to_string(),
            ),
            ("GATEPOST_LISTEN", "127.0.0.1:0".to_owned()),
            ("GATEPOST_LOG", "warn".to_owned()),
        ];
        if kind == Kind::Postgres {
            settings.push(("GATEPOST_DATABASE_URL", database.url.clone()));
            settings.push((
                "GATEPOST_SECRET_KEY",
                "a key that all replicas of a test share".to_owned(),
            ));
        }
        Ok(Self { database, settings })
    }
}

impl Installation {
    /// What a variable is set to.
    pub fn setting(&self, name: &str) -> Option<&str> {
        let found = self.settings.iter().find(|(other, _)| *other == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The installation with a variable set.
    pub fn set(&mut self, name: &'static str, value: &str) {
        self.settings.push((name, value.to_owned()));
    }

    /// Runs a command to its end and returns what it printed; it has to succeed.
    pub async fn run(&self, arguments: &[&str]) -> String {
        self.run_with(arguments, "").await
    }

    /// [`Installation::run`] with something on standard input.
    pub async fn run_with(&self, arguments: &[&str], stdin: &str) -> String {
        let mut process = Talker::start(self.command(arguments));
        if !stdin.is_empty() {
            process.say(stdin);
        }
        let (printed, status) = process.finish().await;
        assert!(
            status.success(),
            "gatepost {arguments:?}: {status}: {printed}"
        );
        printed
    }

    /// Runs a command to its end, however it ends.
    pub async fn try_run(&self, arguments: &[&str]) -> (String, ExitStatus) {
        Talker::start(self.command(arguments)).finish().await
    }

    /// [`Installation::run`] of a command that prints one JSON value.
    pub async fn run_json(&self, arguments: &[&str]) -> serde_json::Value {
        let printed = self.run(arguments).await;
        serde_json::from_str(&printed)
            .unwrap_or_else(|error| panic!("{arguments:?} printed {printed}: {error}"))
    }

    /// Starts `gatepost serve` and waits until it listens.
    pub async fn serve(&self) -> Server {
        self.serve_by(self.command(&["serve"])).await
    }

    /// [`Installation::serve`], where one listened that is gone.
    pub async fn serve_at(&self, base: &Url) -> Server {
        let mut command = self.command(&["serve"]);
        command.env("GATEPOST_LISTEN", base.authority());
        self.serve_by(command).await
    }

    async fn serve_by(&self, command: Command) -> Server {
        let mut process = Talker::start(command);
        let mut greeting = Vec::new();
        while let Some(line) = process.next_line().await {
            if let Some(address) = line.strip_prefix("listening on ") {
                let base = Url::parse(address).expect("it listens on a URL");
                return Server {
                    process,
                    base,
                    greeting,
                };
            }
            greeting.push(line);
        }
        panic!("gatepost serve ended with {}", process.wait().await);
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program(self.database.folder.path());
        command
            .args(arguments)
            .envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }
}

impl Server {
    /// SIGTERM; returns how it ended.
    pub async fn terminate(mut self) -> ExitStatus {
        self.process.terminate();
        self.process.wait().await
    }

    /// The first line that contains `text`, of what it printed or will print.
    pub async fn line_with(&mut self, text: &str) -> String {
        if let Some(line) = self.greeting.iter().find(|line| line.contains(text)) {
            return line.clone();
        }
        while let Some(line) = self.process.next_line().await {
            if line.contains(text) {
                return line;
            }
        }
        panic!("the server ended without printing {text:?}");
    }
}

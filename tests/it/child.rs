//! A program that runs beside a test and talks in lines. It is killed when the test is done with it.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// How long a program may take for its next line or its end: far beyond what it needs on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running program.
pub struct Talker {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: UnboundedReceiver<String>,
}

impl Talker {
    pub fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("start {command:?}: {error}"));
        let stdout = BufReader::new(child.stdout.take().expect("its output is piped"));
        let (sender, lines) = unbounded_channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Self {
            stdin: child.stdin.take(),
            child,
            lines,
        }
    }

    /// Writes a line to its standard input.
    pub fn say(&mut self, line: &str) {
        let stdin = self.stdin.as_mut().expect("its input is open");
        stdin
            .write_all(format!("{line}\n").as_bytes())
            .expect("it reads");
        stdin.flush().expect("it reads");
    }

    /// Its next line, or `None` once its output has ended.
    pub async fn next_line(&mut self) -> Option<String> {
        tokio::time::timeout(PATIENCE, self.lines.recv())
            .await
            .expect("the program is silent")
    }

    /// Everything that it prints from now to its end, and how it ends.
    pub async fn finish(mut self) -> (String, ExitStatus) {
        drop(self.stdin.take());
        let mut printed = String::new();
        while let Some(line) = self.next_line().await {
            printed.push_str(&line);
            printed.push('\n');
        }
        (printed, self.wait().await)
    }

    /// Waits for its end.
    pub async fn wait(&mut self) -> ExitStatus {
        let patience = tokio::time::Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("wait for the program") {
                return status;
            }
            assert!(
                tokio::time::Instant::now() < patience,
                "the program does not end"
            );
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// SIGTERM.
    pub fn terminate(&self) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(sent.expect("run kill").success());
    }
}

impl Drop for Talker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

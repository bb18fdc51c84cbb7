//! Runs the program `gatepost` to its end, in a folder of its own and without the settings of whoever runs the tests.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// How a run ended and what it printed.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    /// Its output, which must be JSON of a run that went well.
    pub fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{self:?}");
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Its output, of a run that went well.
    pub fn text(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.stdout
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// The program in `folder`, not started yet.
pub fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gatepost"));
    command.current_dir(folder).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GATEPOST_") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs `gatepost ARGUMENTS` in `folder`.
pub fn gatepost(folder: &Path, arguments: &[&str]) -> Ended {
    let output = program(folder).args(arguments).output();
    output.expect("run the program").into()
}

/// Runs `gatepost ARGUMENTS` in `folder` with `input` as its standard input.
pub fn gatepost_with(folder: &Path, arguments: &[&str], input: &str) -> Ended {
    let mut child = program(folder)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("run the program");
    let mut stdin = child.stdin.take().expect("its input is piped");
    stdin
        .write_all(input.as_bytes())
        .expect("write to the program");
    drop(stdin);
    child
        .wait_with_output()
        .expect("wait for the program")
        .into()
}

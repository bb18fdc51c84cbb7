//! `gatepost serve`: what it prints, that it is alone on its data, and how it ends.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use crate::database::Folder;
use crate::program::{gatepost, program};

/// A server in the background; it ends with this value.
struct Server {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Server {
    fn start(folder: &Path) -> (Self, String) {
        let mut child = program(folder)
            .args(["--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut server = Self { child, stdout };
        let address = server
            .line()
            .strip_prefix("listening on http://")
            .expect("the first line says where it listens")
            .to_owned();
        (server, address)
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_fresh_folder_is_served_by_one_process_which_ends_in_time() {
    let folder = Folder::new();
    let here = folder.path();
    let (mut server, address) = Server::start(here);

    let ready = gatepost(here, &["healthcheck", "--listen", &address]);
    let second = gatepost(here, &["serve", "--listen", "127.0.0.1:0"]);
    let backup = gatepost(here, &["backup", "while-it-runs.tar.gz"]);
    let asked = Instant::now();
    let pid = server.child.id().to_string();
    Command::new("kill").args(["-TERM", &pid]).status().unwrap();
    let status = server.child.wait().unwrap();

    assert_eq!(ready.text(), "ready\n");
    assert_eq!(second.code, 1);
    assert!(
        second.stderr.contains("another gatepost serves from"),
        "{}",
        second.stderr
    );
    assert!(backup.text().contains("with the secret key"));
    assert!(status.success());
    assert!(asked.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_port_that_is_taken_is_named() {
    let folder = Folder::new();
    let (_server, address) = Server::start(folder.path());

    let second = gatepost(
        folder.path(),
        &["--data-dir", "other", "--listen", &address],
    );

    assert_eq!(second.code, 1);
    assert!(
        second.stderr.contains(&format!("listen on {address}")),
        "{}",
        second.stderr
    );
}

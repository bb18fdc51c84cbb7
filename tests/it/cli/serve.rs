//! `gatepost serve`: what it prints, that it is alone on its data, and how it ends.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::database::Folder;
use crate::program::{gatepost, program};

/// A server in the background; it ends with this value.
struct Server {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Server {
    fn start(folder: &Path, command: &str) -> (Self, String) {
        let mut child = program(folder)
            .args([command, "--listen", "127.0.0.1:0"])
            .env("TMPDIR", folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut server = Self { child, stdout };
        loop {
            let line = server.line();
            assert_ne!(line, None, "it never listened");
            if let Some(address) = line.unwrap().strip_prefix("listening on http://") {
                return (server, address.to_owned());
            }
        }
    }

    /// Asks it to stop, and waits.
    fn stop(&mut self) -> ExitStatus {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        self.child.wait().unwrap()
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let length = self.stdout.read_line(&mut line).unwrap();
        (length > 0).then(|| line.trim_end().to_owned())
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
    let (mut server, address) = Server::start(here, "serve");

    let ready = gatepost(here, &["healthcheck", "--listen", &address]);
    let second = gatepost(here, &["serve", "--listen", "127.0.0.1:0"]);
    let backup = gatepost(here, &["backup", "while-it-runs.tar.gz"]);
    let asked = Instant::now();
    let link = server.line().unwrap();
    let status = server.stop();

    assert!(
        link.starts_with(&format!(
            "become the owner, once, at http://{address}/setup?token="
        )),
        "{link}"
    );
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
    let (_server, address) = Server::start(folder.path(), "serve");

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

#[test]
fn metrics_have_an_address_of_their_own() {
    let folder = Folder::new();
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    fs::write(
        folder.path().join("gatepost.toml"),
        format!("metrics_listen = \"{free}\"\n"),
    )
    .unwrap();
    let (_server, address) = Server::start(folder.path(), "serve");

    let metrics = get(&free.to_string(), "/metrics");
    let page = get(&address, "/metrics");

    assert!(metrics.starts_with("HTTP/1.1 200"), "{metrics}");
    assert!(
        metrics.contains("\ngatepost_cases_waiting{site=\"main\"} 0\n"),
        "{metrics}"
    );
    assert!(page.starts_with("HTTP/1.1 404"), "{page}");
}

/// The whole answer to a request.
fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_demo_has_posts_and_cases_and_leaves_nothing() {
    let folder = Folder::new();
    let here = folder.path();
    let (mut server, address) = Server::start(here, "demo");
    let left = || fs::read_dir(here).unwrap().count();

    let ready = gatepost(here, &["healthcheck", "--listen", &address]);
    let during = left();
    let status = server.stop();

    assert_eq!((ready.code, during), (0, 1));
    assert!(status.success());
    assert_eq!(left(), 0);
}

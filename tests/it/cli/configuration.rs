//! Mistakes in the configuration and the command line, `config`, `doctor`, `migrate`, `healthcheck`, `completions`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::database::Folder;
use crate::program::{Ended, gatepost, program};

#[test]
fn every_mistake_is_named_before_anything_starts() {
    let folder = Folder::new();
    fs::write(
        folder.path().join("gatepost.toml"),
        "listen = \"nowhere\"\n\nlisten_on = 1\nsecret_key = \"short\"\n",
    )
    .unwrap();

    let ended = gatepost(folder.path(), &["migrate", "--base-url", "ftp://x"]);

    assert_eq!(ended.code, 2);
    assert_eq!(
        ended.stderr,
        "error: the configuration has 4 mistakes:
  listen_on (gatepost.toml line 3): there is no such setting; did you mean listen?
  listen = \"nowhere\" (gatepost.toml line 1): expected an address and a port, like 127.0.0.1:8080
  base_url = \"ftp://x\" (--base-url): expected a URL like https://gatepost.example.org
  secret_key = *** (5 characters) (gatepost.toml line 4): expected 32 characters or more; `openssl rand -base64 32` makes a good one
"
    );
    assert!(!folder.path().join("data").exists());
}

#[test]
fn unknown_variables_commands_and_flags_are_wrong_usage() {
    let folder = Folder::new();

    let variable: Ended = program(folder.path())
        .args(["config", "check"])
        .env("GATEPOST_SMPT_URL", "smtp://localhost")
        .output()
        .unwrap()
        .into();
    let command = gatepost(folder.path(), &["serv"]);
    let flag = gatepost(folder.path(), &["migrate", "--dry"]);

    assert_eq!((variable.code, command.code, flag.code), (2, 2, 2));
    assert!(variable.stderr.contains("did you mean smtp_url?"));
}

#[test]
fn the_configuration_is_shown_with_its_sources_and_without_secrets() {
    let folder = Folder::new();
    fs::write(folder.path().join("key"), "k".repeat(40)).unwrap();
    fs::write(
        folder.path().join("here.toml"),
        "mail_from = \"Desk <desk@example.org>\"\ntrusted_proxies = [\"10.0.0.0/8\", \"::1\"]\n",
    )
    .unwrap();

    let ended: Ended = program(folder.path())
        .args(["config", "show", "--json", "--config", "here.toml"])
        .args(["--listen", "127.0.0.1:9"])
        .env("GATEPOST_SECRET_KEY_FILE", "key")
        .env("GATEPOST_SMTP_URL", "smtps://desk:hunter2@mail.example.org")
        .output()
        .unwrap()
        .into();
    let shown = ended.json();

    let value = |key: &str| shown[key]["value"].as_str().unwrap_or("").to_owned();
    let source = |key: &str| shown[key]["source"].as_str().unwrap().to_owned();
    assert_eq!(value("base_url"), "http://127.0.0.1:9");
    assert_eq!(source("base_url"), "default");
    assert_eq!(source("listen"), "--listen");
    assert_eq!(value("trusted_proxies"), "10.0.0.0/8,::1/128");
    assert_eq!(source("mail_from"), "here.toml line 1");
    assert_eq!(value("secret_key"), "***");
    assert_eq!(source("secret_key"), "GATEPOST_SECRET_KEY_FILE");
    assert_eq!(value("smtp_url"), "smtps://desk:***@mail.example.org");
    assert!(shown["metrics_listen"]["value"].is_null());
    assert!(!ended.stdout.contains("hunter2") && !ended.stdout.contains("kkkk"));
}

#[test]
fn migrate_says_what_it_does_and_does_it_once() {
    let folder = Folder::new();

    let dry = gatepost(folder.path(), &["migrate", "--dry-run"]).text();
    let first = gatepost(folder.path(), &["migrate"]).text();
    let second = gatepost(folder.path(), &["migrate"]).text();

    assert!(dry.starts_with("would apply 0001 base\n"), "{dry}");
    assert_eq!(first, dry.replace("would apply", "applied"));
    assert_eq!(second, "the schema is up to date\n");
    let mode = fs::metadata(folder.path().join("data"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn doctor_finds_problems_and_what_fixes_them() {
    let folder = Folder::new();
    gatepost(folder.path(), &["migrate"]).text();

    let well = gatepost(folder.path(), &["doctor", "--json"]);
    let data = folder.path().join("data");
    fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).unwrap();
    let ill = gatepost(folder.path(), &["doctor", "--listen", "0.0.0.0:80"]);

    assert!(
        well.json()
            .as_array()
            .unwrap()
            .iter()
            .all(|check| check["ok"] == true)
    );
    assert_eq!(ill.code, 1);
    assert!(
        ill.stdout.contains("fix: chmod 700 ./data"),
        "{}",
        ill.stdout
    );
    assert!(
        ill.stdout.contains("fix: set GATEPOST_BASE_URL"),
        "{}",
        ill.stdout
    );
}

#[test]
fn healthcheck_fails_where_nobody_listens() {
    let folder = Folder::new();

    let ended = gatepost(folder.path(), &["healthcheck", "--listen", "127.0.0.1:1"]);

    assert_eq!(ended.code, 1);
    assert!(ended.stderr.contains("127.0.0.1:1"), "{}", ended.stderr);
}

#[test]
fn every_command_has_help_with_an_example() {
    let folder = Folder::new();
    let help = gatepost(folder.path(), &["--help"]).text();
    let commands = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|command| *command != "help");

    for command in commands {
        let text = gatepost(folder.path(), &[command, "--help"]).text();
        assert!(
            text.contains("Example:\n  ") || text.contains("Examples:\n  "),
            "{text}"
        );
    }
}

#[test]
fn completions_know_the_commands() {
    let folder = Folder::new();

    for shell in ["bash", "zsh", "fish"] {
        let text = gatepost(folder.path(), &["completions", shell]).text();
        assert!(text.contains("healthcheck"), "{shell}");
    }
}

#[test]
fn the_api_is_described() {
    let folder = Folder::new();

    let document = gatepost(folder.path(), &["openapi"]).json();

    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert!(
        document["paths"]["/api/v1/posts"].is_object() || document["paths"]["/posts"].is_object()
    );
}

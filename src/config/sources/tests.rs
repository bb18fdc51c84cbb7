//! What the layers make of each other, and what they say of mistakes.

use super::*;

fn environment(pairs: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
    pairs
        .iter()
        .map(|(name, value)| (name.into(), value.into()))
        .collect()
}

fn mistakes(pairs: &[(&str, &str)]) -> String {
    let sources = Sources {
        environment: environment(pairs),
        ..Sources::default()
    };
    load(sources).unwrap_err().to_string()
}

#[test]
fn nothing_given_gives_the_defaults() {
    let loaded = load(Sources::default()).unwrap();
    let defaults = Config::default();

    for setting in SETTINGS {
        assert_eq!(setting.show(&loaded.config), setting.show(&defaults));
        assert_eq!(loaded.origin(setting), &Origin::Default);
    }
}

#[test]
fn flags_win_over_the_environment_and_it_over_nothing() {
    let loaded = load(Sources {
        environment: environment(&[
            ("GATEPOST_LISTEN", "127.0.0.1:1"),
            ("GATEPOST_DATA_DIR", "/srv/gatepost"),
            ("GATEPOST_SMTP_URL", ""),
            ("PATH", "/bin"),
        ]),
        flags: vec![("listen", "0.0.0.0:2".to_owned())],
        ..Sources::default()
    })
    .unwrap();

    assert_eq!(loaded.config.listen.port(), 2);
    assert_eq!(loaded.config.base_url.as_str(), "http://127.0.0.1:2/");
    assert_eq!(
        loaded.config.database_url.reveal(),
        "sqlite:/srv/gatepost/gatepost.db"
    );
    assert_eq!(loaded.config.smtp_url, None);
    assert!(loaded.is_set("listen") && !loaded.is_set("smtp_url"));
}

#[test]
fn all_mistakes_are_told_at_once_without_secrets() {
    let text = mistakes(&[
        ("GATEPOST_LISTEN", "localhost"),
        ("GATEPOST_SMTP_ULR", "smtp://mail"),
        ("GATEPOST_SECRET_KEY", "hunter2"),
        ("GATEPOST_DATABASE_URL", "mysql://root:hunter2@db/x"),
        ("GATEPOST_BASE_URL", "https://example.org/?a=b"),
    ]);

    assert_eq!(
        text,
        "the configuration has 5 mistakes:
  smtp_ulr (GATEPOST_SMTP_ULR): there is no such setting; did you mean smtp_url?
  listen = \"localhost\" (GATEPOST_LISTEN): expected an address and a port, like 127.0.0.1:8080
  base_url = \"https://example.org/?a=b\" (GATEPOST_BASE_URL): expected a URL like https://gatepost.example.org, without ? and #
  database_url = \"mysql://root:***@db/x\" (GATEPOST_DATABASE_URL): expected sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME
  secret_key = *** (7 characters) (GATEPOST_SECRET_KEY): expected 32 characters or more; `openssl rand -base64 32` makes a good one"
    );
}

#[test]
fn a_value_that_is_no_secret_has_no_file() {
    let text = mistakes(&[("GATEPOST_LISTEN_FILE", "/etc/hostname")]);

    assert!(text.contains("there is no such setting"), "{text}");
}

#[test]
fn a_secret_comes_once_from_a_file_or_as_itself() {
    let text = mistakes(&[
        ("GATEPOST_SMTP_URL", "smtp://localhost"),
        ("GATEPOST_SMTP_URL_FILE", "/nonexistent/file"),
    ]);

    assert!(
        text.contains("read /nonexistent/file: No such file"),
        "{text}"
    );
}

//! The files at the top of the repository: that they are accepted by the tools they are for, and say what the program does.

use std::process::Command;

use gatepost::config::Config;
use gatepost::config::settings::SETTINGS;
use gatepost::config::sources::{Sources, load};

use crate::setting::{repository, skip};

fn read(path: &str) -> String {
    std::fs::read_to_string(repository(path)).unwrap()
}

#[test]
fn the_example_configuration_has_every_setting_at_its_default() {
    let example = read("gatepost.example.toml");

    let loaded = load(Sources {
        file: Some(repository("gatepost.example.toml")),
        ..Sources::default()
    })
    .unwrap();

    for setting in SETTINGS {
        let line = example
            .lines()
            .position(|line| line.starts_with(&format!("{} = ", setting.key)))
            .unwrap_or_else(|| panic!("{} is not in the example", setting.key));
        let comment = example.lines().take(line).collect::<Vec<_>>().join("\n");
        assert!(comment.contains(setting.help), "{}", setting.key);
        assert_eq!(
            setting.show(&loaded.config),
            setting.show(&Config::default())
        );
    }
    assert_eq!(
        format!("{:?}", loaded.config),
        format!("{:?}", Config::default())
    );
}

#[test]
fn the_documentation_has_every_setting() {
    let documentation = read("docs/configuration.md");

    for setting in SETTINGS {
        let row = format!(
            "| `{}` | `{}` | {} | {} |",
            setting.key,
            setting.variable(),
            setting.default,
            setting.help
        );
        assert!(documentation.contains(&row), "missing: {row}");
    }
}

#[test]
fn docker_compose_accepts_its_file() {
    let output = Command::new("docker-compose")
        .args(["--file", "docker-compose.yml", "config"])
        .env("POSTGRES_PASSWORD", "given")
        .env("GATEPOST_SECRET_KEY", "kept")
        .current_dir(repository("."))
        .output();

    let output = match output {
        Ok(output) => output,
        Err(error) => return skip(&format!("docker-compose does not run: {error}")),
    };
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(text.contains("postgres://gatepost:given@postgres/gatepost"));
    assert!(text.contains("GATEPOST_SECRET_KEY: kept"));
}

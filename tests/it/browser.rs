//! A real Chromium, from the setup link to published and rejected posts. The scripts are in `tests/browser`.

use std::process::Command;

use crate::child::Talker;
use crate::process::Installation;
use crate::setting::{repository, skip};

both_dbs! {
    async fn people_sign_up_write_decide_and_read(installation: Installation) {
        journey(installation, &[]).await;
    }

    async fn nothing_needs_javascript(installation: Installation) {
        journey(installation, &["--no-javascript"]).await;
    }
}

async fn journey(installation: Installation, options: &[&str]) {
    if !repository("tests/node_modules/playwright-core").exists() {
        return skip("there is no browser here: run tests/run.sh");
    }
    let mut server = installation.serve().await;
    let printed = server.line_with("/setup?token=").await;
    let link = printed
        .split_whitespace()
        .find(|word| word.starts_with("http"))
        .expect("a link");
    let mut command = Command::new("node");
    command
        .arg(repository("tests/browser/journey.mjs"))
        .args([server.base.as_str(), link])
        .args(options);

    let (problems, status) = Talker::start(command).finish().await;

    assert!(status.success(), "{problems}");
}

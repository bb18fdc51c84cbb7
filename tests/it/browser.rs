//! A real Chromium: from the setup link to published and rejected posts, and a moderator's shift. The scripts are in `tests/browser`.

use std::process::Command;

use crate::child::Talker;
use crate::process::Installation;
use crate::setting::{repository, skip};
use crate::site::PASSWORD;

/// How many cases the moderator clears.
const CASES: usize = 30;

both_dbs! {
    async fn a_moderator_clears_the_queue_by_keyboard(installation: Installation) {
        let site = installation.prepare().await;
        installation.hold_decisions("main", 60).await;
        let server = installation.serve().await;
        let site = site.at(&server.base);
        for number in 0..CASES {
            site.submit_held(&format!("Post {number:02}")).await;
        }
        drive("desk.mjs", &[server.base.as_str(), &CASES.to_string(), PASSWORD]).await;
    }

    async fn authors_lose_nothing_and_get_a_second_look(installation: Installation) {
        installation.prepare().await;
        let server = installation.serve().await;
        drive("author.mjs", &[server.base.as_str(), PASSWORD]).await;
    }

    async fn pages_from_right_to_left_fit_their_windows(installation: Installation) {
        installation.prepare().await;
        let server = installation.serve().await;
        drive("mirrored.mjs", &[server.base.as_str(), PASSWORD]).await;
    }

    async fn people_sign_up_write_decide_and_read(installation: Installation) {
        journey(installation, &[]).await;
    }

    async fn nothing_needs_javascript(installation: Installation) {
        journey(installation, &["--no-javascript"]).await;
    }
}

async fn journey(installation: Installation, options: &[&str]) {
    let mut server = installation.serve().await;
    let printed = server.line_with("/setup?token=").await;
    let link = printed
        .split_whitespace()
        .find(|word| word.starts_with("http"))
        .expect("a link");
    let arguments = [&[server.base.as_str(), link], options].concat();
    drive("journey.mjs", &arguments).await;
}

/// Runs one of the scripts, which says what is wrong.
async fn drive(script: &str, arguments: &[&str]) {
    if !repository("tests/node_modules/playwright-core").exists() {
        return skip("there is no browser here: run tests/run.sh");
    }
    let mut command = Command::new("node");
    command
        .arg(repository("tests/browser").join(script))
        .args(arguments);

    let (problems, status) = Talker::start(command).finish().await;

    assert!(status.success(), "{problems}");
}

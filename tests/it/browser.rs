//! A real Chromium: from the setup link to published and rejected posts, and a moderator's shift. The scripts are in `tests/browser`.

use std::process::Command;

use crate::app::TestApp;
use crate::child::Talker;
use crate::process::Installation;
use crate::setting::{Arrange, Kind, repository, run, skip};
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

    async fn a_killed_server_loses_no_undo(installation: Installation) {
        let site = installation.prepare().await;
        installation.hold_decisions("main", 60).await;
        let mut server = Some(installation.serve().await);
        let base = server.as_ref().expect("it runs").base.clone();
        site.at(&base).submit_held("Decided before the crash").await;
        drive_with("crash.mjs", &[base.as_str(), PASSWORD], async |question| {
            assert_eq!(question, "restart");
            drop(server.take());
            server = Some(installation.serve_at(&base).await);
            String::new()
        })
        .await;
    }

    async fn people_sign_up_write_decide_and_read(installation: Installation) {
        journey(installation, &[]).await;
    }

    async fn nothing_needs_javascript(installation: Installation) {
        journey(installation, &["--no-javascript"]).await;
    }

    async fn the_whole_desk_needs_no_javascript(toured: Toured) {
        let site = &toured.0.site;
        let arguments = [site.base.as_str(), &site.api_key, PASSWORD];
        drive_with("plain.mjs", &arguments, async |question| toured.answer(question).await).await;
    }
}

#[test]
fn the_focus_is_where_it_belongs() {
    run(Kind::Sqlite, async |installation: Installation| {
        let site = installation.prepare().await;
        installation.hold_decisions("main", 60).await;
        let server = installation.serve().await;
        let site = site.at(&server.base);
        for number in 0..4 {
            site.submit_held(&format!("Post {number}")).await;
        }
        drive("focus.mjs", &[server.base.as_str(), PASSWORD]).await;
    });
}

#[test]
fn what_happens_on_one_replica_is_seen_on_another() {
    run(Kind::Postgres, async |installation: Installation| {
        let site = installation.prepare().await;
        let (here, there) = (installation.serve().await, installation.serve().await);
        let arguments = [
            here.base.as_str(),
            there.base.as_str(),
            &site.api_key,
            PASSWORD,
        ];
        drive("replicas.mjs", &arguments).await;
    });
}

/// An instance whose clock the script moves, and which may ask the checks and fetch the images that the script serves.
struct Toured(TestApp);

impl Arrange for Toured {
    async fn arrange(kind: Kind) -> Result<Self, String> {
        let installation = Installation::arrange(kind).await?;
        let app = TestApp::start(installation, |config| {
            let here = vec!["127.0.0.0/8".parse().expect("a block")];
            config.checks_allow = here.clone();
            config.images_allow = here;
        });
        Ok(Self(app.await))
    }
}

/// `NAME` goes through half of the states by a script. The pages are the same on both databases: one is enough.
macro_rules! tours {
    ($($name:ident: $script:literal, $half:literal;)*) => {$(
        #[test]
        fn $name() {
            run(Kind::Sqlite, async |toured: Toured| toured.tour($script, $half).await);
        }
    )*};
}

tours! {
    every_state_of_the_desk_holds: "states.mjs", "desk";
    every_state_of_the_other_pages_holds: "states.mjs", "site";
    every_state_of_the_desk_fits_from_right_to_left: "mirrored.mjs", "desk";
    every_state_of_the_other_pages_fits_from_right_to_left: "mirrored.mjs", "site";
}

impl Toured {
    async fn tour(&self, script: &str, half: &str) {
        let site = &self.0.site;
        let arguments = [site.base.as_str(), &site.api_key, PASSWORD, half];
        drive_with(script, &arguments, async |question| {
            self.answer(question).await
        })
        .await;
    }

    async fn answer(&self, question: &str) -> String {
        let words: Vec<&str> = question.split(' ').collect();
        match words[..] {
            ["later", milliseconds] => {
                let milliseconds = milliseconds.parse().expect("milliseconds");
                self.0.clock.advance_ms(milliseconds);
                self.0.app.run_until_idle().await.expect("work");
                "done".to_owned()
            }
            ["link", address, path] => {
                let mails = self.0.inbox();
                let mail = mails
                    .iter()
                    .rfind(|mail| mail.to == address && mail.text.contains(path));
                mail.unwrap_or_else(|| panic!("no {path} was sent to {address}: {mails:?}"))
                    .link(path)
            }
            _ => panic!("the script asks {question:?}"),
        }
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
    drive_with(script, arguments, async |question| {
        panic!("the script asks {question:?}")
    })
    .await;
}

/// [`drive`] of a script that asks for what a browser cannot do: a line `? QUESTION`, answered by a line.
async fn drive_with(script: &str, arguments: &[&str], mut answer: impl AsyncFnMut(&str) -> String) {
    if !repository("tests/node_modules/playwright-core").exists() {
        return skip("there is no browser here: run tests/run.sh");
    }
    let mut command = Command::new("node");
    command
        .arg(repository("tests/browser").join(script))
        .args(arguments);
    let mut talker = Talker::start(command);
    let mut problems = String::new();
    while let Some(line) = talker.next_line().await {
        if let Some(question) = line.strip_prefix("? ") {
            let answer = answer(question).await;
            talker.say(&answer);
        } else {
            problems.push_str(&line);
            problems.push('\n');
        }
    }
    let status = talker.wait().await;
    assert!(status.success(), "{problems}");
}

//! `gatepost demo`: an instance with a life behind it, in a folder that is gone at the end. Everything goes through the
//! same use cases as on a real one, two days ago by the clock, so that posts and cases have an age.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use serde::Deserialize;

use super::{instance, print, serve};
use crate::app::App;
use crate::auth::password::NewPassword;
use crate::auth::role::Role;
use crate::auth::secret;
use crate::clock::{Clock as _, ManualClock, SystemClock};
use crate::config::sources::Loaded;
use crate::config::{Config, Secret, data_dir, derived_base_url};
use crate::ids::{Ids, PostId};
use crate::moderation::decide::{Answer, Decider, Decision, Target, Via};
use crate::moderation::rows::PostStatus;
use crate::moderation::rule_set::Edit;
use crate::moderation::rules::{RuleDraft, RuleKind};
use crate::moderation::site::Site;
use crate::moderation::submit::Draft;
use crate::people::User;
use crate::people::add::{Add, add};
use crate::people::email::EmailAddress;
use crate::people::name::Name;
use crate::store::cases;

/// The blog of a free project: security, money and the law need a second pair of eyes.
const RULES: &[(&str, &str, u8)] = &[
    ("CVE*", "security", 4),
    ("vulnerability", "security", 3),
    ("vulnerabilities", "security", 3),
    ("security advisory", "security", 4),
    ("malicious", "security", 3),
    ("sponsor*", "money", 2),
    ("donat*", "money", 2),
    ("trademark", "law", 3),
];
const PEOPLE: &[(&str, &str, Role)] = &[
    ("olga@example.org", "Olga Petrova", Role::Owner),
    ("milo@example.org", "Milo Jansen", Role::Moderator),
    ("ada@example.org", "Ada Mbeki", Role::Author),
    ("bruno@example.org", "Bruno Costa", Role::Author),
    ("chen@example.org", "Chen Wei", Role::Author),
];
const POSTS: &str = include_str!("demo/posts.jsonl");
/// The first flagged posts are decided, so that there is something to read up on; the others wait.
const DECISIONS: &[(Decision, Option<&str>)] = &[
    (Decision::Approved, None),
    (
        Decision::Rejected,
        Some("Please name the versions that are affected, then submit it again."),
    ),
    (Decision::Approved, None),
    (
        Decision::Rejected,
        Some("The foundation's lawyers have to read this first."),
    ),
];
const SITE: &str = "main";
const HOUR_MS: i64 = 60 * 60 * 1000;
/// The first post is so old; the others follow every two hours.
const AGE_MS: i64 = 48 * HOUR_MS;

/// Try it: a temporary instance with people, real posts and a full queue, gone at exit
#[derive(clap::Args)]
#[command(after_help = "Example:\n  gatepost demo")]
pub(super) struct Args {}

/// A post of the file.
#[derive(Deserialize)]
struct Post {
    title: String,
    body: String,
    external_id: String,
}

pub(super) async fn run(loaded: &Loaded) -> anyhow::Result<ExitCode> {
    let folder = Folder::make()?;
    let listener = listen(loaded)?;
    let config = Config {
        listen: listener.local_addr()?,
        base_url: match loaded.is_set("base_url") {
            true => loaded.config.base_url.clone(),
            false => derived_base_url(listener.local_addr()?),
        },
        data_dir: folder.0.clone(),
        database_url: Secret(format!("sqlite:{}", folder.0.join("gatepost.db").display())),
        secret_key: None,
        smtp_url: None,
        ..loaded.config.clone()
    };
    let password = secret::fresh()?[..20].to_owned();
    seed(&config, &password).await?;
    let app = App::build(config, Arc::new(SystemClock), Ids::from_os()).await?;
    print(welcome(&app.config, &password))?;
    serve::until_signal(app, listener).await?;
    drop(folder);
    Ok(ExitCode::SUCCESS)
}

/// The usual port, or any if that one is taken and nobody asked for it.
fn listen(loaded: &Loaded) -> anyhow::Result<TcpListener> {
    let address = loaded.config.listen;
    match TcpListener::bind(address) {
        Err(_) if !loaded.is_set("listen") => TcpListener::bind((address.ip(), 0)),
        bound => bound,
    }
    .with_context(|| format!("listen on {address}"))
}

fn welcome(config: &Config, password: &str) -> String {
    let mut lines = vec![
        "A demo. Everything in it is gone when it ends.".to_owned(),
        String::new(),
        format!("  the blog    {}", config.link("/s/main/")),
        format!("  the queue   {}", config.link("/s/main/admin/queue")),
        String::new(),
    ];
    for (email, name, role) in PEOPLE {
        lines.push(format!("  {:<10}  {email:<18}  {name}", role.as_str()));
    }
    lines.push(format!("  password    {password}"));
    lines.push(String::new());
    lines.join("\n")
}

async fn seed(config: &Config, password: &str) -> anyhow::Result<()> {
    let clock = ManualClock::at(SystemClock.now_ms() - AGE_MS);
    let app = App::build(config.clone(), Arc::new(clock.clone()), Ids::from_os()).await?;
    let site = instance::find_site(&app, SITE).await?;
    let mut people = Vec::new();
    for (email, name, role) in PEOPLE {
        people.push(add_person(&app, &site, email, name, *role, password).await?);
    }
    add_rules(&app, &site).await?;
    let authors: Vec<_> = PEOPLE
        .iter()
        .zip(&people)
        .filter(|((_, _, role), _)| *role == Role::Author)
        .map(|(_, person)| person)
        .collect();
    let moderator = &people[1];
    let mut decisions = DECISIONS.iter();
    for (line, author) in POSTS.lines().zip(authors.iter().cycle()) {
        clock.advance_ms(2 * HOUR_MS - HOUR_MS / 8);
        app.moderation.note_hours().await?;
        let held = submit(&app, &site, author, line).await?;
        if let Some((post, decision)) = held.and_then(|post| Some((post, decisions.next()?))) {
            clock.advance_ms(HOUR_MS / 8);
            decide(&app, &site, &post, moderator, decision).await?;
        }
    }
    app.db.close().await;
    Ok(())
}

async fn add_person(
    app: &App,
    site: &Site,
    email: &str,
    name: &str,
    role: Role,
    password: &str,
) -> anyhow::Result<User> {
    let given = Add {
        email: EmailAddress::parse(email).map_err(|rule| anyhow!("the address {rule}"))?,
        name: Some(Name::parse(name).map_err(|rule| anyhow!("the name {rule}"))?),
        role,
        password: Some(
            NewPassword::parse(password, &[]).map_err(|rule| anyhow!("the password {rule}"))?,
        ),
    };
    Ok(add(app, site, given).await?.user)
}

async fn add_rules(app: &App, site: &Site) -> anyhow::Result<()> {
    let drafts = RULES
        .iter()
        .map(|(pattern, category, severity)| RuleDraft {
            kind: RuleKind::guess(pattern).0,
            pattern: (*pattern).to_owned(),
            category: (*category).to_owned(),
            severity: *severity,
            ..RuleDraft::default()
        })
        .collect();
    let comment = "what needs a second pair of eyes";
    app.moderation
        .edit_rules(site.id, Edit::Import(drafts), comment, PEOPLE[0].1, None)
        .await?
        .map_err(|refused| anyhow!("the rules do not work together: {refused:?}"))?;
    Ok(())
}

/// Submits a post; answers its id if it is held.
async fn submit(
    app: &App,
    site: &Site,
    author: &User,
    line: &str,
) -> anyhow::Result<Option<PostId>> {
    let post: Post = serde_json::from_str(line).context("read a post of the demo")?;
    let draft = Draft::parse(
        author.id.clone(),
        &author.name,
        &post.title,
        &post.body,
        Some(&post.external_id),
    )
    .map_err(|errors| anyhow!("the post {}: {errors:?}", post.title))?;
    let submitted = app
        .moderation
        .submit(site.id, draft, None)
        .await?
        .map_err(|error| anyhow!("submit {}: {error:?}", post.title))?;
    Ok((submitted.post.status == PostStatus::Held).then_some(submitted.post.id))
}

async fn decide(
    app: &App,
    site: &Site,
    post: &PostId,
    moderator: &User,
    (decision, reason): &(Decision, Option<&str>),
) -> anyhow::Result<()> {
    let cases = cases::list_of_post(&app.db, site.id, post).await?;
    let case = cases.into_iter().next().context("a held post has a case")?;
    let by = Decider {
        user_id: Some(moderator.id.clone()),
        actor: format!("user:{}", moderator.id),
        name: moderator.name.clone(),
        via: Via::Desk,
        undo_ms: 0,
    };
    let answer = Answer::Decision {
        decision: *decision,
        reason: reason.map(str::to_owned),
        note: None,
    };
    app.moderation
        .decide(site.id, Target::Case(case.case.id), by, answer, None, None)
        .await?
        .map_err(|error| anyhow!("decide on {post}: {error:?}"))?;
    Ok(())
}

/// A folder that goes away with this value.
struct Folder(PathBuf);

impl Folder {
    fn make() -> anyhow::Result<Self> {
        let name = format!("gatepost-demo-{}", &secret::fresh()?[..8]);
        let path = std::env::temp_dir().join(name);
        data_dir::create(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!("remove {}: {error}", self.0.display());
        }
    }
}

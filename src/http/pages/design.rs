//! The parts that pages are made of, each in all its states: to look at, and for the tests that check every page.

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::http::chrome::{PageChrome, page};
use crate::http::error::HttpError;
use crate::http::marks::Marks;
use crate::http::marks::Segment;
use crate::http::parts::{Choice, Fact, Notice, Status, Tab, Tag, TimelineRow, When};
use crate::http::visitor::Member;
use crate::locale::Locale;
use crate::moderation::rules::{Action, Field, Hit};

/// A moment for the examples.
const MOMENT_MS: i64 = 1_795_348_800_000;
const TEXT: &str = "Somebody promised me free money at the station.";

#[derive(Template)]
#[template(path = "admin/design.html")]
struct DesignPage {
    page: PageChrome,
    colours: &'static [&'static str],
    sizes: &'static [(&'static str, &'static str)],
    statuses: Vec<Status>,
    tags: Vec<Tag>,
    tabs: Vec<Tab>,
    notices: Vec<Notice>,
    choices: Vec<Choice>,
    facts: Vec<Fact>,
    line: Vec<TimelineRow>,
    segments: Vec<Segment>,
    icons: &'static [&'static str],
    error: Option<String>,
}

/// `GET /s/{site}/admin/design`
pub(crate) async fn show(req: HttpRequest, _: Member) -> Result<HttpResponse, HttpError> {
    let tones = [
        ("wait", "waiting"),
        ("ok", "approved"),
        ("no", "rejected"),
        ("warn", "failed"),
        ("off", "void"),
        ("run", "running"),
    ];
    let statuses: Vec<Status> = tones
        .iter()
        .map(|&(tone, text)| Status {
            tone,
            text: text.to_owned(),
        })
        .collect();
    let hit = Hit {
        rule: String::new(),
        pattern: "free money".to_owned(),
        category: "scam".to_owned(),
        severity: 3,
        action: Action::Hold,
        field: Field::Body,
        start: 21,
        end: 31,
        text: "free money".to_owned(),
        view: Default::default(),
        rule_set_version: 1,
        external: None,
    };
    page(&DesignPage {
        page: PageChrome::of(&req, "Parts of the pages", ""),
        colours: &[
            "surface",
            "raised",
            "sunken",
            "line",
            "edge",
            "ink",
            "muted",
            "accent",
            "accent-soft",
            "ok",
            "ok-soft",
            "no",
            "no-soft",
            "warn",
            "warn-soft",
            "hit",
        ],
        sizes: &[
            ("t1", "12 px: what is said besides"),
            ("t2", "14 px: everything else"),
            ("t3", "17 px: what is read"),
            ("t4", "21 px: headings"),
            ("t5", "30 px: titles"),
        ],
        tags: (1..=4)
            .map(|severity| Tag::severity(Locale::En, "scam", severity))
            .collect(),
        tabs: [
            ("Waiting", "37", true),
            ("Approved", "", false),
            ("Failed", "2", false),
        ]
        .map(|(label, count, current)| Tab {
            label: label.to_owned(),
            path: "#tabs".to_owned(),
            count: count.to_owned(),
            current,
        })
        .into(),
        notices: tones
            .iter()
            .map(|&(tone, text)| Notice {
                tone,
                title: format!("A notice, {text}."),
                text: "What follows from it, in a sentence.".to_owned(),
            })
            .collect(),
        choices: Choice::list("any", ["scam", "threat"], "threat"),
        facts: vec![
            Fact::new("Member since", "March 2024"),
            Fact::new("Published", "23"),
        ],
        line: ["ok", "wait", "no", "warn", "off", "next"]
            .iter()
            .map(|&tone| TimelineRow {
                tone,
                title: format!("A step with the tone {tone}"),
                detail: (tone == "ok").then(|| "in more words".to_owned()),
                when: (tone != "next").then(|| When::of(Locale::En, MOMENT_MS)),
            })
            .collect(),
        segments: Marks::of(Locale::En, "", TEXT, &[hit]).body,
        icons: &[
            "gate", "wait", "ok", "no", "warn", "off", "run", "next", "menu", "person", "info",
            "mail", "tray", "page", "plus", "flag", "down",
        ],
        error: Some("This must be a number of days, up to 365.".to_owned()),
        statuses,
    })
}

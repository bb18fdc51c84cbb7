//! Hits as pages show them: the text cut into marked and plain segments, and a list of what hit, each entry leading to
//! its first mark. Knows nothing of where the hits come from.

use crate::locale::{Locale, MessageId};
use crate::moderation::markdown::highlight;
use crate::moderation::masks::Masks;
use crate::moderation::rules::{External, Field, Hit};

use super::parts::{Link, Tag};
use super::terms;

/// A stretch of text for `parts::segments`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// What stands there.
    pub text: String,
    /// What hit it, if it is marked.
    pub hit: Option<String>,
    /// Where a link can lead to.
    pub id: Option<String>,
    /// Whether it is covered until somebody points at it.
    pub is_masked: bool,
}

/// A line of the list of hits: a rule and the words that it hit, however often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HitRow {
    /// Its first mark.
    pub anchor: String,
    /// The rule's id.
    pub rule: String,
    /// What stands there.
    pub text: String,
    /// `×2`, or nothing for once.
    pub times: String,
    /// Category and severity.
    pub tag: Tag,
    /// The rule, the field, the outcome and the version.
    pub about: String,
    /// Whether the words are covered until somebody points at them.
    pub is_masked: bool,
    /// How often its rule hit lately and how often people agreed; empty where nobody counted.
    pub figures: String,
    /// Where exceptions to it can be written.
    pub exceptions: Vec<Link>,
    /// Whether it is a rule, which has a page, and not an external check.
    pub is_rule: bool,
}

/// A line of the source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub number: usize,
    /// How many marks begin in it.
    pub hits: usize,
    /// What stands in it.
    pub segments: Vec<Segment>,
}

/// A text with its hits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// The title.
    pub title: Vec<Segment>,
    /// The body, as it was typed.
    pub body: Vec<Segment>,
    /// The body by lines.
    pub lines: Vec<Line>,
    /// What hit.
    pub rows: Vec<HitRow>,
}

/// The code points from which on a mark stands.
struct Mark {
    field: Field,
    start: usize,
}

impl Marks {
    /// Marks `hits` in a title and a body.
    pub fn of(locale: Locale, title: &str, body: &str, hits: &[Hit]) -> Self {
        Self::masked(locale, title, body, hits, &Masks::default())
    }

    /// [`Marks::of`], for somebody who does not want to read everything at once.
    pub fn masked(locale: Locale, title: &str, body: &str, hits: &[Hit], masks: &Masks) -> Self {
        let rule_name = |hit: &Hit| rule_name(locale, hit);
        let mut marks = Vec::new();
        let title = segments(title, hits, Field::Title, masks, rule_name, &mut marks);
        let body = segments(body, hits, Field::Body, masks, rule_name, &mut marks);
        Self {
            title,
            lines: lines(&body),
            body,
            rows: rows(locale, hits, masks, &marks),
        }
    }
}

fn segments(
    source: &str,
    hits: &[Hit],
    field: Field,
    masks: &Masks,
    rule_name: impl Fn(&Hit) -> String,
    marks: &mut Vec<Mark>,
) -> Vec<Segment> {
    let mut start = 0;
    highlight(source, hits, field)
        .into_iter()
        .map(|segment| {
            if segment.hit.is_some() {
                marks.push(Mark { field, start });
            }
            start += segment.text.chars().count();
            Segment {
                text: segment.text.to_owned(),
                hit: segment.hit.map(&rule_name),
                id: segment.hit.map(|_| format!("hit-{}", marks.len())),
                is_masked: segment.hit.is_some_and(|hit| masks.covers(hit)),
            }
        })
        .collect()
}

fn lines(segments: &[Segment]) -> Vec<Line> {
    let mut lines = vec![Line {
        number: 1,
        ..Line::default()
    }];
    for segment in segments {
        for (place, text) in segment.text.split('\n').enumerate() {
            if place > 0 {
                lines.push(Line {
                    number: lines.len() + 1,
                    ..Line::default()
                });
            }
            let Some(line) = lines.last_mut().filter(|_| !text.is_empty()) else {
                continue;
            };
            // A mark over several lines is led to where it begins.
            let id = segment.id.clone().filter(|_| place == 0);
            line.hits += usize::from(id.is_some());
            line.segments.push(Segment {
                text: text.to_owned(),
                hit: segment.hit.clone(),
                id,
                is_masked: segment.is_masked,
            });
        }
    }
    lines
}

fn rows(locale: Locale, hits: &[Hit], masks: &Masks, marks: &[Mark]) -> Vec<HitRow> {
    let mut groups: Vec<(&Hit, usize)> = Vec::new();
    for hit in hits {
        let same = |(first, _): &&mut (&Hit, usize)| {
            first.rule == hit.rule
                && first.category == hit.category
                && first.field == hit.field
                && first.text == hit.text
        };
        match groups.iter_mut().find(same) {
            Some((_, times)) => *times += 1,
            None => groups.push((hit, 1)),
        }
    }
    groups
        .into_iter()
        .map(|(hit, times)| HitRow {
            anchor: match hit.start < hit.end {
                true => format!("#hit-{}", number(hit, marks)),
                // It is about the post as a whole.
                false => "#".to_owned(),
            },
            rule: hit.rule.clone(),
            is_masked: masks.covers(hit),
            figures: String::new(),
            exceptions: Vec::new(),
            // A hit of the post as a whole has no words.
            text: match hit.text.as_str() {
                "" => hit.pattern.clone(),
                text => text.to_owned(),
            },
            times: match times {
                1 => String::new(),
                times => format!("×{times}"),
            },
            tag: Tag::severity(locale, &hit.category, i64::from(hit.severity)),
            about: match &hit.external {
                Some(external) => about_external(locale, hit, external),
                None => about(locale, hit),
            },
            is_rule: hit.external.is_none(),
        })
        .collect()
}

/// The check, the field, how sure it is, the outcome and what it adds.
fn about_external(locale: Locale, hit: &Hit, external: &External) -> String {
    let check = locale
        .say("hit-check")
        .with("check", external.check.as_str());
    let mut parts = vec![check.to_string()];
    if hit.start < hit.end {
        parts.push(locale.text(terms::field(hit.field)).to_string());
    }
    if let Some(percent) = external.score_percent {
        let score = format!("{:.2}", f64::from(percent) / 100.0);
        parts.push(locale.say("hit-score").with("score", score).to_string());
    }
    parts.push(locale.text(terms::action(hit.action)).to_string());
    if !external.note.is_empty() {
        parts.push(format!("“{}”", external.note));
    }
    parts.join(" · ")
}

/// The number of the mark in which `hit` lies: the last one that begins before it ends.
fn number(hit: &Hit, marks: &[Mark]) -> usize {
    let covers = |mark: &Mark| mark.field == hit.field && mark.start <= hit.start;
    marks.iter().rposition(covers).map_or(1, |place| place + 1)
}

/// The rule, the field, how the text had to be looked at, the outcome and the version.
fn about(locale: Locale, hit: &Hit) -> String {
    let views = terms::views(locale, hit.view);
    let id = match views.as_str() {
        "" => MessageId("hit-about"),
        _ => MessageId("hit-about-view"),
    };
    locale
        .say(id)
        .with("view", views)
        .with("pattern", hit.pattern.as_str())
        .with("field", locale.text(terms::field(hit.field)))
        .with("action", locale.text(terms::action(hit.action)))
        .with("version", hit.rule_set_version.to_string())
        .to_string()
}

fn rule_name(locale: Locale, hit: &Hit) -> String {
    if let Some(external) = &hit.external {
        let check = external.check.as_str();
        return locale.say("hit-check").with("check", check).to_string();
    }
    let id = match hit.category.as_str() {
        "" => MessageId("hit-rule"),
        _ => MessageId("hit-rule-category"),
    };
    locale
        .say(id)
        .with("category", hit.category.as_str())
        .with("pattern", hit.pattern.as_str())
        .to_string()
}

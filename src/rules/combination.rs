//! Whether a combination holds for a post, and which places of the post say so: what its patterns found, links, numbers of
//! the texts and of their author. Knows nothing of how patterns are found.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::Range;

use pulldown_cmark::{Event, Tag, TagEnd};

use super::boundary::{Class, between};
use super::expression::{Comparison, Expression, Measure};
use super::matcher::Match;
use super::rule::Field;
use super::text::{events, rendered};
use super::view::{View, Views};

/// More places than this tell nothing new.
const PLACES_MAX: usize = 100;

/// What is known of who wrote a post. The default is somebody of whom nothing is known yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Author {
    /// For how long they have had an account.
    pub age_ms: i64,
    /// How many of their posts are published.
    pub published: i64,
    /// How many of their posts are rejected.
    pub rejected: i64,
}

/// A rule that combines others.
#[derive(Debug)]
pub(super) struct Combination {
    /// The rule's number.
    pub(super) rule: usize,
    /// The number of the inner rule of its first pattern.
    pub(super) first: usize,
    pub(super) expression: Expression,
}

/// A place in a post.
pub(super) type Place = (Field, Match);

/// A post, with what has to be known of it, found out when it is needed.
pub(super) struct Post<'p> {
    title: &'p str,
    body: &'p str,
    author: &'p Author,
    /// What inner rules found, by their numbers.
    found: HashMap<usize, Vec<Place>>,
    links: OnceCell<Vec<Range<usize>>>,
    /// Where words begin in the title and in the body, as they were typed.
    starts: [OnceCell<Vec<usize>>; 2],
    text: OnceCell<String>,
}

impl<'p> Post<'p> {
    pub(super) fn new(
        title: &'p str,
        body: &'p str,
        author: &'p Author,
        places: Vec<Place>,
    ) -> Self {
        let mut found: HashMap<usize, Vec<Place>> = HashMap::new();
        for place in places {
            found.entry(place.1.rule).or_default().push(place);
        }
        Post {
            title,
            body,
            author,
            found,
            links: OnceCell::new(),
            starts: [OnceCell::new(), OnceCell::new()],
            text: OnceCell::new(),
        }
    }

    fn source(&self, field: Field) -> &'p str {
        match field {
            Field::Title => self.title,
            Field::Body => self.body,
        }
    }

    fn links(&self) -> &[Range<usize>] {
        self.links.get_or_init(|| links(self.body))
    }

    fn starts(&self, field: Field) -> &[usize] {
        let starts = &self.starts[usize::from(field == Field::Body)];
        starts.get_or_init(|| word_starts(self.source(field)).collect())
    }

    /// The text as it is rendered.
    fn text(&self) -> &str {
        self.text.get_or_init(|| rendered(self.body).text)
    }

    fn measured(&self, measure: Measure) -> i64 {
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        match measure {
            Measure::Links => count(self.links().len()),
            Measure::Words => count(word_starts(self.text()).count()),
            Measure::Characters => count(self.text().chars().count()),
            Measure::TitleWords => count(word_starts(self.title).count()),
            Measure::TitleCharacters => count(self.title.chars().count()),
            Measure::AuthorAge => self.author.age_ms,
            Measure::AuthorPublished => self.author.published,
            Measure::AuthorRejected => self.author.rejected,
        }
    }
}

impl Combination {
    /// The places for which it holds; one of no length at the beginning of the text, where it holds for the post as a whole.
    pub(super) fn places(&self, post: &Post<'_>) -> Vec<Place> {
        let mut places = Vec::new();
        if !self.holds(&self.expression, post, &mut places) {
            return Vec::new();
        }
        places.sort_by_key(|(field, found)| (*field, found.start, found.end));
        places.dedup_by_key(|(field, found)| (*field, found.start));
        places.truncate(PLACES_MAX);
        if places.is_empty() {
            places.push((Field::Body, self.place(0..0, Views::TEXT)));
        }
        places
    }

    fn place(&self, span: Range<usize>, views: Views) -> Match {
        Match {
            start: span.start,
            end: span.end,
            rule: self.rule,
            views,
        }
    }

    /// Whether the expression holds; then `places` has also those for which it does.
    fn holds(&self, expression: &Expression, post: &Post<'_>, places: &mut Vec<Place>) -> bool {
        let known = places.len();
        let holds = match expression {
            Expression::Found(pattern) => {
                let found = self.found(*pattern, post);
                places.extend(found.iter().map(|place| self.own(place)));
                !found.is_empty()
            }
            Expression::Near(first, second, words) => {
                self.near(*first, *second, *words, post, places)
            }
            Expression::Measured(measure, comparison, number) => {
                self.measure(*measure, *comparison, *number, post, places)
            }
            Expression::Not(inner) => {
                let holds = !self.holds(inner, post, places);
                places.truncate(known);
                holds
            }
            Expression::All(parts) => parts.iter().all(|part| self.holds(part, post, places)),
            Expression::Any(parts) => {
                // All that hold are told, not only the first.
                let held = parts.iter().filter(|part| self.holds(part, post, places));
                held.count() > 0
            }
        };
        if !holds {
            places.truncate(known);
        }
        holds
    }

    fn found<'f>(&self, pattern: usize, post: &'f Post<'_>) -> &'f [Place] {
        post.found
            .get(&(self.first + pattern))
            .map_or(&[], Vec::as_slice)
    }

    /// What one of its patterns found, as its own.
    fn own(&self, (field, found): &Place) -> Place {
        (*field, self.place(found.start..found.end, found.views))
    }

    fn measure(
        &self,
        measure: Measure,
        comparison: Comparison,
        number: i64,
        post: &Post<'_>,
        places: &mut Vec<Place>,
    ) -> bool {
        let holds = comparison.holds(post.measured(measure), number);
        let is_for_many = matches!(comparison, Comparison::AtLeast | Comparison::More);
        if holds && is_for_many && measure == Measure::Links {
            let mut views = Views::TEXT;
            views.add(View::Link);
            let links = post.links().iter().take(PLACES_MAX);
            places.extend(links.map(|link| (Field::Body, self.place(link.clone(), views))));
        }
        holds
    }

    fn near(
        &self,
        first: usize,
        second: usize,
        words: usize,
        post: &Post<'_>,
        places: &mut Vec<Place>,
    ) -> bool {
        let known = places.len();
        for field in [Field::Title, Field::Body] {
            let in_field = |pattern| {
                let found = self.found(pattern, post).iter();
                found.filter(|(of, _)| *of == field).collect::<Vec<_>>()
            };
            let (left, right) = (in_field(first), in_field(second));
            if left.is_empty() || right.is_empty() {
                continue;
            }
            let starts = post.starts(field);
            let is_near = |one: &Match, other: &Match| {
                let (from, to) = match one.end <= other.start {
                    true => (one.end, other.start),
                    false => (other.end, one.start),
                };
                let before = |at: usize| starts.partition_point(|start| *start < at);
                from <= to && before(to).saturating_sub(before(from)) <= words
            };
            for (these, those) in [(&left, &right), (&right, &left)] {
                for place in these {
                    // The neighbours on both sides, and those that overlap, are the only ones that may be near.
                    let after = those.partition_point(|(_, other)| other.start < place.1.end);
                    let before = those.partition_point(|(_, other)| other.end <= place.1.start);
                    let neighbours = [before.checked_sub(1), Some(after)];
                    let mut neighbours = neighbours
                        .into_iter()
                        .flatten()
                        .filter_map(|n| those.get(n));
                    if neighbours.any(|(_, other)| is_near(&place.1, other)) {
                        places.push(self.own(place));
                    }
                }
            }
        }
        places.len() > known
    }
}

/// Where words begin; in scripts without spaces each letter is one.
fn word_starts(text: &str) -> impl Iterator<Item = usize> {
    let mut before = Class::Separator;
    text.char_indices().filter_map(move |(at, c)| {
        let class = Class::of(c);
        let begins = class.is_word() && between(before, class);
        before = class;
        begins.then_some(at)
    })
}

/// The links of a Markdown text: those that are written as such, and addresses that stand in the text.
fn links(markdown: &str) -> Vec<Range<usize>> {
    let mut links = Vec::new();
    let mut depth = 0;
    for (event, range) in events(markdown) {
        match event {
            Event::Start(Tag::Link { .. }) => {
                depth += 1;
                links.push(range);
            }
            Event::End(TagEnd::Link) => depth -= 1,
            Event::Text(_) if depth == 0 => {
                links.extend(addresses(&markdown[range.clone()], range.start));
            }
            _ => {}
        }
    }
    links.sort_by_key(|link| (link.start, link.end));
    links.dedup();
    links
}

/// The words of a text that are addresses of pages.
fn addresses(text: &str, offset: usize) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    text.split_inclusive(char::is_whitespace)
        .filter_map(move |piece| {
            let begin = at;
            at += piece.len();
            let word = piece.trim_end();
            let folded = word.to_ascii_lowercase();
            let starts = ["https://", "http://", "www."];
            let start = starts.iter().filter_map(|start| folded.find(start)).min()?;
            Some(offset + begin + start..offset + begin + word.len())
        })
}

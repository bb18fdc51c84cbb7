//! The text of a Markdown body as a reader sees it, with the way back to what the author typed.
//! The one place that says which Markdown we read; the page renderer takes its events from here, so what is checked and
//! what is shown cannot differ. HTML tags are dropped, the text between them stays.

use std::ops::Range;

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd};

use super::span::SpanMap;

/// A body as a reader sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rendered {
    /// Visible text; blocks are separated by line feeds.
    pub text: String,
    /// Where its bytes come from in the Markdown.
    pub map: SpanMap,
}

/// The events of a Markdown text, each with the bytes it comes from. HTML never appears among them: a block of it
/// becomes a paragraph of its text.
pub fn events(markdown: &str) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
    let mut tags = TagStripper::default();
    Parser::new_ext(
        markdown,
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH,
    )
    .into_offset_iter()
    .flat_map(move |(event, range)| {
        let kept = match event {
            Event::Start(Tag::HtmlBlock) => vec![(Event::Start(Tag::Paragraph), range)],
            Event::End(TagEnd::HtmlBlock) => {
                tags = TagStripper::default();
                vec![(Event::End(TagEnd::Paragraph), range)]
            }
            Event::Html(html) => tags.strip(html, range.start),
            Event::InlineHtml(_) => Vec::new(),
            event => return OneOrMany::One(Some((event, range))),
        };
        OneOrMany::Many(kept.into_iter())
    })
}

/// What one event of the parser becomes: almost always itself, without an allocation.
enum OneOrMany<'a> {
    One(Option<(Event<'a>, Range<usize>)>),
    Many(std::vec::IntoIter<(Event<'a>, Range<usize>)>),
}

impl<'a> Iterator for OneOrMany<'a> {
    type Item = (Event<'a>, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            OneOrMany::One(event) => event.take(),
            OneOrMany::Many(events) => events.next(),
        }
    }
}

/// Keeps what stands between tags and comments. A block of HTML arrives in pieces, so the state outlives a piece.
#[derive(Default)]
struct TagStripper {
    inside: Option<Markup>,
}

#[derive(Clone, Copy)]
enum Markup {
    Tag,
    Comment,
}

impl Markup {
    fn end(self) -> &'static str {
        match self {
            Markup::Tag => ">",
            Markup::Comment => "-->",
        }
    }
}

impl TagStripper {
    fn strip<'a>(&mut self, html: CowStr<'a>, start: usize) -> Vec<(Event<'a>, Range<usize>)> {
        let mut kept = Vec::new();
        let mut at = 0;
        while at < html.len() {
            if let Some(markup) = self.inside {
                let Some(end) = html[at..].find(markup.end()) else {
                    break;
                };
                at += end + markup.end().len();
                self.inside = None;
                continue;
            }
            let end = next_markup(&html, at).unwrap_or(html.len());
            if at < end {
                let text = CowStr::from(html[at..end].to_owned());
                kept.push((Event::Text(text), start + at..start + end));
            }
            if end < html.len() {
                let comment = html[end..].starts_with("<!--");
                self.inside = Some(if comment {
                    Markup::Comment
                } else {
                    Markup::Tag
                });
            }
            at = end;
        }
        kept
    }
}

/// Where the next tag or comment begins. A `<` before anything else is text.
fn next_markup(html: &str, from: usize) -> Option<usize> {
    html[from..]
        .match_indices('<')
        .map(|(at, _)| from + at)
        .find(|at| {
            html.as_bytes().get(at + 1).is_some_and(|next| {
                next.is_ascii_alphabetic() || matches!(next, b'/' | b'!' | b'?')
            })
        })
}

/// The body as a reader sees it.
pub fn rendered(markdown: &str) -> Rendered {
    let mut rendered = Rendered {
        text: String::with_capacity(markdown.len()),
        map: SpanMap::default(),
    };
    for (event, range) in events(markdown) {
        match event {
            Event::Text(text) => rendered.push(markdown, &text, range),
            Event::Code(code) => rendered.push(markdown, &code, range),
            Event::SoftBreak | Event::HardBreak | Event::Rule => rendered.break_at(range.start),
            Event::Start(tag) if !is_inline(&tag.to_end()) => rendered.break_at(range.start),
            Event::End(tag) if !is_inline(&tag) => rendered.break_at(range.end),
            _ => {}
        }
    }
    rendered
}

fn is_inline(tag: &TagEnd) -> bool {
    matches!(
        tag,
        TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image
    )
}

impl Rendered {
    /// The `text` of one event, which the parser made of the bytes `range` of `markdown`.
    pub fn of_event(markdown: &str, text: &str, range: Range<usize>) -> Rendered {
        let mut rendered = Rendered::default();
        rendered.push(markdown, text, range);
        rendered
    }

    fn break_at(&mut self, at: usize) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.map.push_whole(self.text.len(), at..at);
            self.text.push('\n');
        }
    }

    fn push(&mut self, markdown: &str, text: &str, range: Range<usize>) {
        let at = self.text.len();
        self.text.push_str(text);
        let source = &markdown[range.clone()];
        match source.find(text) {
            Some(offset) => self
                .map
                .push_verbatim(at, range.start + offset..range.start + offset + text.len()),
            None if source.contains('`') => self.align(at, text, source, range.start),
            None => self.map.push_whole(at, range),
        }
    }

    /// Code loses its backticks, and line feeds become spaces: find each character after the one before it.
    fn align(&mut self, at: usize, text: &str, source: &str, source_start: usize) {
        let mut from = source.len() - source.trim_start_matches('`').len();
        for (offset, c) in text.char_indices() {
            let found = source[from..]
                .char_indices()
                .find(|&(_, s)| s == c || (c == ' ' && s == '\n'));
            let Some((skipped, s)) = found else {
                self.map
                    .push_whole(at + offset, source_start..source_start + source.len());
                return;
            };
            let start = source_start + from + skipped;
            self.map
                .push_verbatim(at + offset, start..start + s.len_utf8());
            from += skipped + s.len_utf8();
        }
    }
}

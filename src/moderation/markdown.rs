//! Posts as pages show them: safe HTML, plain text, excerpts, and hits marked in both the rendered and the typed text.
//! Reads Markdown by [`rules::text`](super::rules::text) only, so that what is shown is what was checked. Knows nothing
//! of pages and templates; what it returns as HTML may be put into one as it is.

mod highlight;

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Tag, TagEnd, html};
use url::Url;

use super::rules::text::{self, Rendered};
use super::rules::{Field, Hit};

pub use highlight::{Segment, highlight};

/// Deeper nesting is shown flat: nobody reads it, and the sanitizer's tree stays shallow.
const DEPTH_MAX: usize = 24;
const SCHEMES: [&str; 3] = ["http", "https", "mailto"];
/// Longer addresses and titles of links are nobody's, and the sanitizer's time grows with the square of an attribute.
const ATTRIBUTE_MAX_BYTES: usize = 2_000;
/// How much text may stand between two tags.
const NODE_BYTES: usize = 2_048;
/// What markup may take in a part of a body besides as much as the text itself.
const MARKUP_CHARS: usize = 100;
/// Links of a part whose targets are looked for in the whole.
const DEFINITIONS_MAX: usize = 32;
/// Ends a text without being seen; the sanitizer drops it.
const BREAK: &str = "<!---->";

/// The second line of defence: even if an event slipped through, only this leaves.
static SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut sanitizer = Builder::empty();
    sanitizer
        .tags(HashSet::from([
            "p",
            "br",
            "hr",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "blockquote",
            "pre",
            "code",
            "em",
            "strong",
            "del",
            "ul",
            "ol",
            "li",
            "a",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "mark",
            "span",
        ]))
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href", "title"])),
            ("ol", HashSet::from(["start"])),
        ]))
        .tag_attribute_values(HashMap::from([(
            "mark",
            HashMap::from([("tabindex", HashSet::from(["0"]))]),
        )]))
        .allowed_classes(HashMap::from([(
            "span",
            HashSet::from(["link", "link-target"]),
        )]))
        .url_schemes(HashSet::from(SCHEMES))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("nofollow ugc noopener"));
    sanitizer
});

/// The body as readers see it. Headings begin at `h2`, images are links to them, a link without words shows its address,
/// and other schemes than http, https and mailto lose their link.
pub fn render(markdown: &str) -> String {
    let mut page = Page::new(Links::Followed);
    let events = text::events(markdown).flat_map(|(event, _)| page.keep(event));
    to_html(events)
}

/// Who can go to marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marking {
    /// Nobody: they are only to be seen.
    Seen,
    /// Who uses the keyboard, because they are covered until they have the focus.
    Focused,
}

/// The body as readers see it, with the hits in `<mark>`, for those who decide: links show where they would lead and
/// lead nowhere.
pub fn render_with_marks(markdown: &str, hits: &[Hit], marking: Marking) -> String {
    let marked = highlight::spans(markdown, hits, Field::Body);
    let mut page = Page::new(Links::Shown);
    let events = text::events(markdown).flat_map(|(event, range)| match event {
        Event::Text(text) if overlaps(&marked, &range) => {
            mark(markdown, &text, range, &marked, marking)
        }
        Event::Code(code) if overlaps(&marked, &range) => {
            let mut events = vec![Event::InlineHtml("<code>".into())];
            events.extend(mark(markdown, &code, range, &marked, marking));
            events.push(Event::InlineHtml("</code>".into()));
            events
        }
        event => page.keep(event),
    });
    to_html(events)
}

/// An image of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// What stands for it in words; may be empty.
    pub words: String,
    /// Where it is.
    pub address: String,
}

/// The images of a body, in order, as far as links lead to such addresses.
pub fn images(markdown: &str) -> Vec<Image> {
    let mut images = Vec::new();
    // An image within the words of another is not seen by itself.
    let mut open: Vec<Image> = Vec::new();
    for (event, _) in text::events(markdown) {
        match (event, open.first_mut()) {
            (Event::Start(Tag::Image { dest_url, .. }), _) => open.push(Image {
                words: String::new(),
                address: dest_url.into_string(),
            }),
            (Event::Text(text) | Event::Code(text), Some(image)) => image.words.push_str(&text),
            (Event::SoftBreak | Event::HardBreak, Some(image)) => image.words.push(' '),
            (Event::End(TagEnd::Image), _) => {
                let image = open.pop();
                let is_whole = open.is_empty();
                images.extend(image.filter(|image| is_whole && may_link(&image.address)));
            }
            _ => {}
        }
    }
    images
}

/// The visible text of the body; blocks are separated by line feeds.
pub fn plain_text(markdown: &str) -> String {
    text::rendered(markdown).text
}

/// The part of a body that is enough to see so many characters before and behind its code point `at`, below the targets
/// of its links that are defined elsewhere: to render a whole body for the sake of a line costs as much as its author
/// likes.
pub fn around(markdown: &str, at: usize, before: usize, behind: usize) -> String {
    let byte_of = |chars: usize| {
        let found = markdown.char_indices().nth(chars);
        found.map_or(markdown.len(), |(byte, _)| byte)
    };
    let room = |chars: usize| chars * 2 + MARKUP_CHARS;
    let from = byte_of(at.saturating_sub(room(before)));
    let to = byte_of(at.saturating_add(room(behind)));
    // From the beginning of its block, if that is near: what stands in its middle may be read as something else.
    let nearest = byte_of(at.saturating_sub(2 * room(before)));
    let block = markdown[nearest..from].rfind("\n\n");
    let begin = block.map_or(from, |block| nearest + block);
    let part = &markdown[begin..to];
    let mut definitions = String::new();
    for label in part
        .split('[')
        .skip(1)
        .filter_map(|rest| Some(rest.split_once(']')?.0))
        .take(DEFINITIONS_MAX)
    {
        let definition = format!("\n[{label}]:");
        if !definitions.contains(&definition) && markdown.contains(&definition) {
            definitions.push_str(&definition);
            definitions.push_str(" #\n");
        }
    }
    match definitions.is_empty() {
        true => part.to_owned(),
        false => format!("{definitions}\n{part}"),
    }
}

/// The beginning of the visible text on one line, cut between words where it is longer than `max_chars`.
pub fn excerpt(markdown: &str, max_chars: usize) -> String {
    let text = plain_text(&around(markdown, 0, 0, max_chars));
    let mut excerpt = String::new();
    let mut chars = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if chars + length + 1 > max_chars {
            if excerpt.is_empty() {
                excerpt.extend(word.chars().take(max_chars.saturating_sub(1)));
            }
            excerpt.push('…');
            return excerpt;
        }
        if !excerpt.is_empty() {
            excerpt.push(' ');
            chars += 1;
        }
        excerpt.push_str(word);
        chars += length;
    }
    excerpt
}

fn to_html<'a>(events: impl Iterator<Item = Event<'a>>) -> String {
    let mut page = String::new();
    let mut breaks = Breaks::default();
    html::push_html(&mut page, events.flat_map(|event| breaks.put(event)));
    SANITIZER.clean(&page).to_string()
}

/// Cuts long texts into several nodes. The sanitizer's writer (html5ever 0.40) looks for the next bracket at each
/// character that it escapes: 200 KB of `&` in one node would take it seconds.
#[derive(Default)]
struct Breaks {
    /// Bytes of text since the last tag, at least.
    run: usize,
}

impl Breaks {
    fn put<'a>(&mut self, event: Event<'a>) -> Vec<Event<'a>> {
        match event {
            Event::Text(text) if self.run + text.len() > NODE_BYTES => self.cut(&text),
            Event::Code(code) if code.len() > NODE_BYTES => {
                let mut events = vec![Event::InlineHtml("<code>".into())];
                events.extend(self.cut(&code));
                events.push(Event::InlineHtml("</code>".into()));
                events
            }
            event => {
                self.run = match &event {
                    Event::Text(text) => self.run + text.len(),
                    Event::SoftBreak => self.run + 1,
                    _ => 0,
                };
                vec![event]
            }
        }
    }

    fn cut<'a>(&mut self, text: &str) -> Vec<Event<'a>> {
        let mut events = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (piece, others) = rest.split_at(rest.floor_char_boundary(NODE_BYTES));
            events.push(Event::InlineHtml(BREAK.into()));
            events.push(Event::Text(piece.to_owned().into()));
            (self.run, rest) = (piece.len(), others);
        }
        events
    }
}

/// What becomes of links.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Links {
    Followed,
    Shown,
}

/// Turns the parser's events into those of a page.
struct Page {
    links: Links,
    /// For each open tag, what closes it; nothing where it is not shown.
    open: Vec<Option<TagEnd>>,
    /// Where the open link leads, if one is open.
    target: Option<String>,
    /// It has no words yet.
    is_wordless: bool,
}

impl Page {
    fn new(links: Links) -> Page {
        Page {
            links,
            open: Vec::new(),
            target: None,
            is_wordless: true,
        }
    }

    fn keep<'a>(&mut self, event: Event<'a>) -> Vec<Event<'a>> {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(_) => self.end(),
            Event::Html(_) | Event::InlineHtml(_) => Vec::new(),
            event => {
                if let Event::Text(text) | Event::Code(text) = &event {
                    self.is_wordless &= text.trim().is_empty();
                }
                vec![event]
            }
        }
    }

    fn start<'a>(&mut self, tag: Tag<'a>) -> Vec<Event<'a>> {
        let part_of_parent = matches!(
            tag,
            Tag::Item | Tag::TableHead | Tag::TableRow | Tag::TableCell
        );
        let shown = match part_of_parent {
            true => self.open.last().is_some_and(Option::is_some),
            false => self.open.len() < DEPTH_MAX,
        };
        let tag = match tag {
            _ if !shown => None,
            Tag::Heading { level, .. } => Some(Tag::Heading {
                level: below(level),
                id: None,
                classes: Vec::new(),
                attrs: Vec::new(),
            }),
            Tag::Link {
                dest_url, title, ..
            }
            | Tag::Image {
                dest_url, title, ..
            } => self.link(dest_url, title),
            tag => Some(tag),
        };
        self.open.push(tag.as_ref().map(Tag::to_end));
        match tag {
            Some(Tag::Link { .. }) if self.links == Links::Shown => {
                vec![Event::InlineHtml(r#"<span class="link">"#.into())]
            }
            tag => tag.map(Event::Start).into_iter().collect(),
        }
    }

    /// A link that may be shown, if it is one. There is no link inside a link.
    fn link<'a>(&mut self, dest_url: CowStr<'a>, title: CowStr<'a>) -> Option<Tag<'a>> {
        let title = match title.len() {
            0..=ATTRIBUTE_MAX_BYTES => title,
            _ => CowStr::Borrowed(""),
        };
        if !may_link(&dest_url) || self.target.is_some() {
            return None;
        }
        self.target = Some(dest_url.to_string());
        self.is_wordless = true;
        Some(Tag::Link {
            link_type: LinkType::Inline,
            dest_url,
            title,
            id: CowStr::Borrowed(""),
        })
    }

    fn end<'a>(&mut self) -> Vec<Event<'a>> {
        let Some(Some(tag)) = self.open.pop() else {
            return Vec::new();
        };
        let target = match tag {
            TagEnd::Link => self.target.take().unwrap_or_default(),
            tag => return vec![Event::End(tag)],
        };
        match self.links {
            Links::Followed if self.is_wordless => {
                vec![Event::Text(target.into()), Event::End(tag)]
            }
            Links::Followed => vec![Event::End(tag)],
            Links::Shown => vec![
                Event::InlineHtml(r#"</span> <span class="link-target">"#.into()),
                Event::Text(target.into()),
                Event::InlineHtml("</span>".into()),
            ],
        }
    }
}

fn may_link(address: &str) -> bool {
    address.len() <= ATTRIBUTE_MAX_BYTES
        && Url::parse(address).is_ok_and(|url| SCHEMES.contains(&url.scheme()))
}

/// The page's `h1` is the post's title.
fn below(level: HeadingLevel) -> HeadingLevel {
    HeadingLevel::try_from(level as usize + 1).unwrap_or(HeadingLevel::H6)
}

fn overlaps(marked: &[Range<usize>], range: &Range<usize>) -> bool {
    let first = marked.partition_point(|span| span.end <= range.start);
    marked.get(first).is_some_and(|span| span.start < range.end)
}

/// The text with `<mark>` around what comes from the marked bytes of the Markdown.
fn mark<'a>(
    markdown: &str,
    text: &str,
    range: Range<usize>,
    marked: &[Range<usize>],
    marking: Marking,
) -> Vec<Event<'a>> {
    let rendered = Rendered::of_event(markdown, text, range);
    let before = match marking {
        Marking::Seen => "<mark>",
        Marking::Focused => r#"<mark tabindex="0">"#,
    };
    let mut events = Vec::new();
    let mut run = 0..0;
    let mut is_marked = false;
    for (at, c) in text.char_indices() {
        let hit = overlaps(marked, &rendered.map.source(at..at + c.len_utf8()));
        if hit != is_marked {
            push_run(&mut events, &text[run.clone()], is_marked.then_some(before));
            run.start = at;
            is_marked = hit;
        }
        run.end = at + c.len_utf8();
    }
    push_run(&mut events, &text[run], is_marked.then_some(before));
    events
}

fn push_run<'a>(events: &mut Vec<Event<'a>>, text: &str, mark: Option<&'static str>) {
    if text.is_empty() {
        return;
    }
    let text = Event::Text(text.to_owned().into());
    match mark {
        None => events.push(text),
        Some(mark) => events.extend([
            Event::InlineHtml(mark.into()),
            text,
            Event::InlineHtml("</mark>".into()),
        ]),
    }
}

#[cfg(test)]
mod tests;

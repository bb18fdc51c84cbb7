//! What each view reads in a text, for people who try one. The matcher reads a text as it was typed and tries the views
//! together; here each is written out, one upon the other. Nothing is matched with it.

use pulldown_cmark::{Event, Tag};

use super::normalize::{fold, widen};
use super::sign::{How, base, sign};
use super::text::{events, rendered};
use super::view::View;

/// The text as each view reads it, without those that read what the one before does.
pub fn readings(markdown: &str) -> Vec<(View, String)> {
    let visible = fold(&rendered(markdown).text).text;
    let marks: String = visible.chars().map(bare).collect();
    let lookalike: String = marks.chars().map(|c| read(c, How::Lookalike)).collect();
    // Letters stand for letters too, but are read as themselves first.
    let leet = |c: char| match c.is_alphabetic() {
        true => c.to_string(),
        false => read(c, How::Leet),
    };
    let leet: String = lookalike.chars().map(leet).collect();
    let repeated = collapse(&leet);
    let separated = join(&repeated);
    let all = [
        (View::Text, widen(markdown).text.to_lowercase()),
        (View::Hidden, fold(markdown).text),
        (View::Markup, visible),
        (View::Marks, marks),
        (View::Lookalike, lookalike),
        (View::Leet, leet),
        (View::Repeated, repeated),
        (View::Separated, separated),
    ];
    let mut shown: Vec<(View, String)> = Vec::new();
    for (view, text) in all {
        let text = text.trim().to_owned();
        if shown.last().is_none_or(|(_, before)| *before != text) {
            shown.push((view, text));
        }
    }
    let links = links(markdown);
    if !links.is_empty() {
        shown.push((View::Link, links.join("\n")));
    }
    shown
}

fn bare(c: char) -> String {
    match base(c) {
        letters if letters.is_empty() && c.is_whitespace() => c.to_string(),
        letters => letters,
    }
}

/// What a character is read as in that way, or itself.
fn read(c: char, how: How) -> String {
    let readings = &sign(c).readings;
    let found = readings.iter().find(|reading| reading.how == how);
    found.map_or_else(|| c.to_string(), |reading| reading.letters.to_string())
}

fn collapse(text: &str) -> String {
    let mut collapsed = String::with_capacity(text.len());
    for c in text.chars() {
        if !c.is_alphanumeric() || !collapsed.ends_with(c) {
            collapsed.push(c);
        }
    }
    collapsed
}

/// Without signs inside of words, and with single letters in a row as one word.
fn join(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut was_single = false;
    for word in text.split_whitespace() {
        let word: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
        if word.is_empty() {
            continue;
        }
        let is_single = word.chars().count() == 1;
        let goes_on = was_single && is_single;
        if !(joined.is_empty() || goes_on) {
            joined.push(' ');
        }
        joined.push_str(&word);
        was_single = is_single;
    }
    joined
}

/// Where links and pictures lead.
fn links(markdown: &str) -> Vec<String> {
    let targets = events(markdown).filter_map(|(event, _)| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
            Some(dest_url.into_string())
        }
        _ => None,
    });
    targets.collect()
}

#[cfg(test)]
mod tests {
    use super::{View, readings};

    fn read_as(markdown: &str) -> Vec<(View, String)> {
        readings(markdown)
    }

    #[test]
    fn each_view_reads_more_than_the_one_before() {
        let read = read_as("**Vi**-@gr\u{e0}àá!! c\u{200b}4ll [us](https://spam.example/x)");
        let of = |view| {
            let found = read.iter().find(|(shown, _)| *shown == view);
            found.map(|(_, text)| text.as_str())
        };
        assert_eq!(of(View::Markup), Some("vi-@grààá!! c4ll us"));
        assert_eq!(of(View::Marks), Some("vi-@graaa!! c4ll us"));
        assert_eq!(
            of(View::Leet).map(|text| text.starts_with("vi-agraaa")),
            Some(true)
        );
        assert_eq!(
            of(View::Separated).map(|text| text.starts_with("viagra")),
            Some(true)
        );
        assert_eq!(of(View::Link), Some("https://spam.example/x"));
    }

    #[test]
    fn a_plain_text_is_read_once() {
        assert_eq!(
            read_as("plain words"),
            [(View::Text, "plain words".to_owned())]
        );
        let spaced = read_as("s p a m here");
        assert_eq!(
            spaced.last(),
            Some(&(View::Separated, "spam here".to_owned()))
        );
    }
}

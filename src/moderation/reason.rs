//! The words of a decision for the author: `{title}`, `{author}` and `{site}` are filled in, any other `{word}` is for the
//! moderator to fill, and nothing goes out before that is done.

/// What can be filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known<'a> {
    /// The post's title.
    pub title: &'a str,
    /// The author's name.
    pub author: &'a str,
    /// The site's name.
    pub site: &'a str,
}

/// The longest name of a variable, in characters.
const NAME_MAX: usize = 30;

/// `text` with what is known in place of its variables; those that are not known stay.
pub fn fill(text: &str, known: &Known<'_>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, name, after)) = next(rest) {
        filled.push_str(before);
        match name {
            "title" => filled.push_str(known.title),
            "author" => filled.push_str(known.author),
            "site" => filled.push_str(known.site),
            name => {
                filled.push('{');
                filled.push_str(name);
                filled.push('}');
            }
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// The first variable of a template that [`fill`] does not know.
pub fn unfilled(text: &str) -> Option<&str> {
    let mut rest = text;
    while let Some((_, name, after)) = next(rest) {
        if !matches!(name, "title" | "author" | "site") {
            return Some(name);
        }
        rest = after;
    }
    None
}

/// What stands before the first `{word}`, the word, and what stands behind it.
fn next(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    while let Some(open) = text[from..].find('{').map(|place| from + place) {
        let inner = &text[open + 1..];
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | ' ');
        let end = inner.find(|c: char| !is_part(c)).unwrap_or(inner.len());
        let name = &inner[..end];
        let is_name = (1..=NAME_MAX).contains(&name.chars().count()) && name.trim() == name;
        if is_name && inner[end..].starts_with('}') {
            return Some((&text[..open], name, &inner[end + 1..]));
        }
        from = open + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: Known<'_> = Known {
        title: "A {author} title",
        author: "Anna",
        site: "The Blog",
    };

    #[test]
    fn what_is_known_is_filled_in_once() {
        let filled = fill(
            "{author}: “{title}” breaks {rule} of {site}. {} { x} {a{site}",
            &KNOWN,
        );
        assert_eq!(
            filled,
            "Anna: “A {author} title” breaks {rule} of The Blog. {} { x} {aThe Blog"
        );
    }

    #[test]
    fn what_is_not_known_is_named() {
        assert_eq!(unfilled("{author}, see {the source}."), Some("the source"));
        assert_eq!(unfilled("{author} of {site}, {} {{"), None);
    }
}

//! Parts of a Markdown text that can be read on their own with the same result.
//! Knows the block structure of CommonMark as far as blank lines go; where that does not suffice, it says so.

use std::ops::Range;

/// The smallest parts in which the `places` stand, in order, or none if the text must be read as a whole.
///
/// A line that follows a blank line and does not begin with white space is in no list, quote or block before it, except in
/// a fence, or in HTML, which is not looked into. What a link refers to may be defined anywhere.
pub(super) fn around(markdown: &str, places: &[usize]) -> Option<Vec<Range<usize>>> {
    let mut regions: Vec<Range<usize>> = Vec::new();
    let mut places = places.to_vec();
    places.sort_unstable();
    let mut places = places.into_iter().peekable();
    each_region(markdown, |region| {
        let mut wanted = false;
        while places.next_if(|place| *place < region.end).is_some() {
            wanted = true;
        }
        if wanted {
            regions.push(region);
        }
    })?;
    let refers = regions
        .iter()
        .any(|region| markdown[region.clone()].contains('['));
    if refers && markdown.contains("]:") {
        return None;
    }
    Some(regions)
}

fn each_region(markdown: &str, mut visit: impl FnMut(Range<usize>)) -> Option<()> {
    let mut start = 0;
    let mut at = 0;
    let mut blank = false;
    let mut fence: Option<Fence> = None;
    for line in markdown.split_inclusive('\n') {
        let text = line.trim_start_matches(' ');
        let indent = line.len() - text.len();
        if text.contains('\r') && !text.ends_with("\r\n") {
            return None;
        }
        if let Some(open) = &fence {
            if indent <= 3 && open.is_closed_by(text) {
                fence = None;
            }
        } else if indent <= 3 && text.starts_with('<') {
            return None;
        } else if let Some(open) = Fence::opened_by(text).filter(|_| indent <= 3) {
            if indent > 0 {
                return None;
            }
            if blank {
                visit(start..at);
                start = at;
            }
            fence = Some(open);
        } else if blank && indent == 0 && !text.starts_with(char::is_whitespace) {
            visit(start..at);
            start = at;
        }
        blank = text.trim_end_matches([' ', '\t', '\r', '\n']).is_empty();
        at += line.len();
    }
    visit(start..at);
    Some(())
}

/// An open fence of code.
struct Fence {
    sign: char,
    length: usize,
}

impl Fence {
    fn opened_by(text: &str) -> Option<Fence> {
        let sign = text
            .chars()
            .next()
            .filter(|sign| matches!(sign, '`' | '~'))?;
        let info = text.trim_start_matches(sign);
        let length = text.len() - info.len();
        let is_fence = length >= 3 && !(sign == '`' && info.contains('`'));
        is_fence.then_some(Fence { sign, length })
    }

    fn is_closed_by(&self, text: &str) -> bool {
        let rest = text.trim_start_matches(self.sign);
        text.len() - rest.len() >= self.length && rest.trim().is_empty()
    }
}

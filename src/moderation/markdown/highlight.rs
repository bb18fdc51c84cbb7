//! The typed text, cut where hits begin and end, so that a template can mark them without handling HTML.

use std::ops::Range;

use super::super::rules::{Field, Hit};

/// A stretch of the text that is hit as a whole or not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment<'a> {
    /// What stands there.
    pub text: &'a str,
    /// What hit it; of several that overlap, the first.
    pub hit: Option<&'a Hit>,
}

/// Cuts `source`, which is the text of `field`, at its hits. Hits that overlap become one segment.
pub fn highlight<'a>(source: &'a str, hits: &'a [Hit], field: Field) -> Vec<Segment<'a>> {
    let mut segments = Vec::new();
    let mut at = 0;
    for (span, hit) in merged(source, hits, field) {
        segments.extend((at < span.start).then(|| Segment {
            text: &source[at..span.start],
            hit: None,
        }));
        segments.push(Segment {
            text: &source[span.clone()],
            hit: Some(hit),
        });
        at = span.end;
    }
    segments.extend((at < source.len()).then(|| Segment {
        text: &source[at..],
        hit: None,
    }));
    segments
}

/// The bytes that are hit, in order and apart from each other.
pub(super) fn spans(source: &str, hits: &[Hit], field: Field) -> Vec<Range<usize>> {
    merged(source, hits, field)
        .into_iter()
        .map(|(span, _)| span)
        .collect()
}

fn merged<'a>(source: &str, hits: &'a [Hit], field: Field) -> Vec<(Range<usize>, &'a Hit)> {
    let mut hits: Vec<_> = hits
        .iter()
        .filter(|hit| hit.field == field && hit.start < hit.end)
        .collect();
    hits.sort_by_key(|hit| (hit.start, hit.end));
    let mut points: Vec<(Range<usize>, &Hit)> = Vec::new();
    for hit in hits {
        match points.last_mut() {
            Some((span, _)) if hit.start < span.end => span.end = span.end.max(hit.end),
            _ => points.push((hit.start..hit.end, hit)),
        }
    }
    to_bytes(source, &mut points);
    points.retain(|(span, _)| !span.is_empty());
    points
}

/// Code points to bytes; what lies behind the end of the text is cut off.
fn to_bytes(source: &str, spans: &mut [(Range<usize>, &Hit)]) {
    let mut bytes = source
        .char_indices()
        .map(|(at, _)| at)
        .chain([source.len()]);
    let mut next_point = 0;
    let mut byte_of = |point: usize| {
        let at = bytes.nth(point - next_point).unwrap_or(source.len());
        next_point = point + 1;
        at
    };
    let mut previous = (0, 0);
    for (span, _) in spans {
        let start = if span.start == previous.0 && previous.0 > 0 {
            previous.1
        } else {
            byte_of(span.start)
        };
        let end = byte_of(span.end);
        previous = (span.end, end);
        *span = start..end;
    }
}

//! A map from places in a derived text back to the text it was made from.
//! Knows nothing of why the text was changed.

use std::ops::Range;

/// Where the bytes of a derived text come from. The empty map is the identity.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SpanMap {
    pieces: Vec<Piece>,
}

/// A stretch of the derived text, up to the next piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    at: usize,
    from_start: usize,
    from_end: usize,
    /// Byte for byte the same, so that places inside the piece can be told apart.
    verbatim: bool,
}

impl SpanMap {
    /// Says that the derived text from byte `at` on comes from the bytes `from`, unchanged.
    pub(super) fn push_verbatim(&mut self, at: usize, from: Range<usize>) {
        if let Some(last) = self.pieces.last_mut()
            && last.verbatim
            && from.start.checked_sub(last.from_start) == Some(at - last.at)
        {
            last.from_end = from.end;
            return;
        }
        self.push(at, from, true);
    }

    /// Says that the derived text from byte `at` on stands for the bytes `from` as a whole.
    pub(super) fn push_whole(&mut self, at: usize, from: Range<usize>) {
        self.push(at, from, false);
    }

    fn push(&mut self, at: usize, from: Range<usize>, verbatim: bool) {
        self.pieces.push(Piece {
            at,
            from_start: from.start,
            from_end: from.end,
            verbatim,
        });
    }

    /// The bytes from which the derived bytes `range` come. `range` is not empty.
    pub fn source(&self, range: Range<usize>) -> Range<usize> {
        if self.pieces.is_empty() {
            return range;
        }
        let first = self.piece_at(range.start);
        let start = if first.verbatim {
            first.from_start + (range.start - first.at)
        } else {
            first.from_start
        };
        let last = self.piece_at(range.end - 1);
        let end = if last.verbatim {
            last.from_start + (range.end - last.at)
        } else {
            last.from_end
        };
        start..end
    }

    fn piece_at(&self, at: usize) -> Piece {
        self.pieces[self
            .pieces
            .partition_point(|piece| piece.at <= at)
            .saturating_sub(1)]
    }
}

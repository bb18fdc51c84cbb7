//! How much work a text is worth. Knows nothing of what the work is.

/// The work that may still be done for one text.
#[derive(Debug)]
pub(super) struct Budget {
    left: usize,
}

/// The text is not worth more work: a person looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exhausted;

impl Budget {
    pub(super) fn new(steps: usize) -> Budget {
        Budget { left: steps }
    }

    #[inline]
    pub(super) fn spend(&mut self, steps: usize) -> Result<(), Exhausted> {
        self.left = self.left.checked_sub(steps).ok_or(Exhausted)?;
        Ok(())
    }

    /// Of one that was as large as it can be.
    #[cfg(test)]
    pub(super) fn spent(&self) -> usize {
        usize::MAX - self.left
    }
}

//! How far long work is, on a terminal; elsewhere nothing.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// How often the line is drawn again.
const TICK: Duration = Duration::from_millis(100);

/// A line that counts `things` whose number is not known before.
pub(super) fn count(things: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {human_pos} {msg}, {elapsed}")
        .expect("the template is well formed");
    let bar = ProgressBar::no_length()
        .with_style(style)
        .with_message(things);
    bar.enable_steady_tick(TICK);
    bar
}

//! What showing a post costs: hostile texts of 20 KB and of 200 KB, the most that a post may have. Ten times the text must
//! not cost much more than ten times the time.
//!
//! `cargo bench --bench markdown`

use std::hint::black_box;
use std::time::{Duration, Instant};

use gatepost::moderation::markdown::render;

const PIECES: [&str; 22] = [
    "a ", "&", "&a;", "&#", "<", "<a ", "<!--", "<?", "[", "![", "[a](", "[a]: ", "*a ", "a**",
    "_a_", "`a", "~~~", "> ", "- ", "|a", "\\", "あ",
];
const ROUNDS: usize = 3;

fn main() {
    for piece in PIECES {
        let [short, long] = [20_000, 200_000].map(|bytes| best(&piece.repeat(bytes / piece.len())));
        let ratio = long.as_secs_f64() / short.as_secs_f64();
        println!(
            "{piece:?}: 20 KB {:.2} ms, 200 KB {:.2} ms, {ratio:.1} times",
            short.as_secs_f64() * 1e3,
            long.as_secs_f64() * 1e3
        );
    }
}

fn best(markdown: &str) -> Duration {
    let round = |_| {
        let begun = Instant::now();
        black_box(render(markdown));
        begun.elapsed()
    };
    (0..ROUNDS).map(round).min().unwrap_or_default()
}

//! Charts as SVG, drawn here so that they need no script: curves and bars over time. They carry no numbers of their own;
//! the page has a table with each.

use crate::locale::Locale;

/// Where things are drawn, in the SVG's own units.
const WIDTH: i64 = 720;
const HEIGHT: i64 = 160;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A value over time, as a filled curve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// The curve, `M0 160L…`.
    pub line: String,
    /// What is below it.
    pub fill: String,
    /// Days at the foot.
    pub days: Vec<Label>,
    /// The greatest value, in words.
    pub top: String,
}

/// Two values a day, one bar on the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bars {
    /// The bars of the first value, at the foot.
    pub lower: String,
    /// The bars of the second, on top.
    pub upper: String,
    /// Days at the foot.
    pub days: Vec<Label>,
    /// The greatest sum, in words.
    pub top: String,
}

/// A word at the foot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub x: i64,
    /// `22 Nov`.
    pub text: String,
}

impl Area {
    /// The curve of `points` (time and value) between two moments; `None` if there are fewer than two.
    pub fn of(
        locale: Locale,
        points: &[(i64, i64)],
        from_ms: i64,
        until_ms: i64,
        words: &dyn Fn(i64) -> String,
    ) -> Option<Self> {
        let (first, last) = (points.first()?.0, points.last()?.0);
        if first == last {
            return None;
        }
        let top = points.iter().map(|(_, value)| *value).max()?.max(1);
        let x = |at_ms: i64| (at_ms - from_ms) * WIDTH / (until_ms - from_ms).max(1);
        let line: Vec<String> = points
            .iter()
            .map(|(at_ms, value)| format!("{} {}", x(*at_ms), HEIGHT - value * HEIGHT / top))
            .collect();
        let line = format!("M{}", line.join("L"));
        Some(Self {
            fill: format!("{line}L{} {HEIGHT}L{} {HEIGHT}Z", x(last), x(first)),
            line,
            days: labels(locale, from_ms, until_ms),
            top: words(top),
        })
    }
}

impl Bars {
    /// The bars of days, each with its beginning and two values; `None` if all are nought.
    pub fn of(locale: Locale, days: &[(i64, i64, i64)]) -> Option<Self> {
        let top = days.iter().map(|(_, lower, upper)| lower + upper).max()?;
        if top == 0 {
            return None;
        }
        let wide = WIDTH / days.len() as i64;
        let gap = wide / 5;
        let (mut below, mut above) = (String::new(), String::new());
        for (place, (_, lower, upper)) in days.iter().enumerate() {
            let x = place as i64 * wide + gap / 2;
            let (low, high) = (lower * HEIGHT / top, upper * HEIGHT / top);
            let bar = |y: i64, height: i64| format!("M{x} {y}v-{height}h{}v{height}z", wide - gap);
            if low > 0 {
                below.push_str(&bar(HEIGHT, low));
            }
            if high > 0 {
                above.push_str(&bar(HEIGHT - low, high));
            }
        }
        let (from_ms, until_ms) = (days.first()?.0, days.last()?.0 + DAY_MS);
        Some(Self {
            lower: below,
            upper: above,
            days: labels(locale, from_ms, until_ms),
            top: locale.number(top),
        })
    }
}

/// Every third day or so, so that the words do not meet.
fn labels(locale: Locale, from_ms: i64, until_ms: i64) -> Vec<Label> {
    let days = (until_ms - from_ms) / DAY_MS;
    let step = (days / 4).max(1);
    (0..days)
        .step_by(usize::try_from(step).unwrap_or(1))
        .map(|day| Label {
            x: day * WIDTH / days,
            text: locale.day(from_ms + day * DAY_MS),
        })
        .collect()
}

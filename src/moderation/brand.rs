//! The look that a site's owners choose: one colour, from which readable ones are made for light and dark, and a drawing.
//! Pure; knows no pages.

/// Text must stand out from its ground at least so much (WCAG 2.2, AA).
const CONTRAST: f64 = 4.5;
/// The grounds of the style sheet in light and dark; keep them like `--surface` and `--raised` there.
const LIGHT_GROUND: Rgb = Rgb([0xfa, 0xf9, 0xf6]);
const DARK_GROUND: Rgb = Rgb([0x1c, 0x1f, 0x23]);
/// The inks of the style sheet that are read on the soft ground as well: `--muted`, `--ok`, `--no`, `--warn`.
const LIGHT_INKS: [Rgb; 4] = [
    Rgb([0x5d, 0x60, 0x5b]),
    Rgb([0x1c, 0x68, 0x44]),
    Rgb([0x9c, 0x2b, 0x28]),
    Rgb([0x74, 0x4d, 0x00]),
];
const DARK_INKS: [Rgb; 4] = [
    Rgb([0xa0, 0xa2, 0x9d]),
    Rgb([0x80, 0xca, 0xa2]),
    Rgb([0xf2, 0x9d, 0x94]),
    Rgb([0xe4, 0xb9, 0x6b]),
];
const WHITE: Rgb = Rgb([0xff; 3]);
const BLACK: Rgb = Rgb([0; 3]);
/// The largest drawing, in bytes: it is kept with the site's settings.
pub const LOGO_MAX_BYTES: usize = 8_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rgb([u8; 3]);

/// The accent colours of a site, each readable where it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accent {
    /// In light: the colour of links and buttons.
    pub light: String,
    /// In light: the ground behind a word.
    pub light_soft: String,
    /// In dark.
    pub dark: String,
    /// In dark.
    pub dark_soft: String,
}

impl Accent {
    /// The colours that are nearest to `hex` (`#28578a`) and readable; `None` if it is no colour.
    pub fn of(hex: &str) -> Option<Self> {
        let chosen = Rgb::parse(hex)?;
        let (light, light_soft) = readable(chosen, LIGHT_GROUND, BLACK, 0.10, &LIGHT_INKS);
        let (dark, dark_soft) = readable(chosen, DARK_GROUND, WHITE, 0.16, &DARK_INKS);
        Some(Self {
            light: light.hex(),
            light_soft: light_soft.hex(),
            dark: dark.hex(),
            dark_soft: dark_soft.hex(),
        })
    }

    /// The style sheet that puts them in the place of ours.
    pub fn css(&self) -> String {
        format!(
            ":root {{ --accent: light-dark({}, {}); --accent-soft: light-dark({}, {}); }}\n",
            self.light, self.dark, self.light_soft, self.dark_soft
        )
    }
}

/// Moves `chosen` towards `pole` until it can be read on `ground` and on a tint of itself, and makes that tint weaker until
/// all `inks` can be read on it.
fn readable(chosen: Rgb, ground: Rgb, pole: Rgb, tint: f64, inks: &[Rgb]) -> (Rgb, Rgb) {
    let (colour, soft) = (0..=50)
        .map(|step| {
            let colour = chosen.mix(pole, f64::from(step) / 50.0);
            (colour, ground.mix(colour, tint))
        })
        .find(|(colour, soft)| {
            colour.contrast(ground) >= CONTRAST && colour.contrast(*soft) >= CONTRAST
        })
        .unwrap_or((pole, ground));
    let bears = |soft: &Rgb| inks.iter().all(|ink| ink.contrast(*soft) >= CONTRAST);
    let mut weaker = (0..=20).map(|step| soft.mix(ground, f64::from(step) / 20.0));
    (colour, weaker.find(bears).unwrap_or(ground))
}

impl Rgb {
    fn parse(hex: &str) -> Option<Self> {
        let digits = hex.strip_prefix('#')?;
        if digits.len() != 6 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
        Some(Self([part(0)?, part(2)?, part(4)?]))
    }

    fn hex(self) -> String {
        let [red, green, blue] = self.0;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a mean of two bytes is a byte"
    )]
    fn mix(self, other: Self, share: f64) -> Self {
        let mut mixed = [0; 3];
        for (place, part) in mixed.iter_mut().enumerate() {
            let (own, others) = (f64::from(self.0[place]), f64::from(other.0[place]));
            *part = (own + (others - own) * share).round() as u8;
        }
        Self(mixed)
    }

    /// The relative luminance of WCAG.
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            match part <= 0.040_45 {
                true => part / 12.92,
                false => ((part + 0.055) / 1.055).powf(2.4),
            }
        };
        let [red, green, blue] = self.0;
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }
}

/// What a drawing must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogoRule {
    /// At most [`LOGO_MAX_BYTES`].
    Length,
    /// An SVG drawing.
    Svg,
}

/// Checks a drawing: SVG, not too large. It is only ever shown as an image, where no script of it runs.
pub fn check_logo(svg: &str) -> Result<(), LogoRule> {
    if svg.len() > LOGO_MAX_BYTES {
        return Err(LogoRule::Length);
    }
    if !svg.trim_start().starts_with("<svg") && !svg.trim_start().starts_with("<?xml") {
        return Err(LogoRule::Svg);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_becomes_readable() {
        for red in (0..=255).step_by(51) {
            for green in (0..=255).step_by(51) {
                for blue in (0..=255).step_by(51) {
                    let hex = format!("#{red:02x}{green:02x}{blue:02x}");
                    let accent = Accent::of(&hex).unwrap();
                    for (colour, ground) in [
                        (&accent.light, &LIGHT_GROUND.hex()),
                        (&accent.light, &accent.light_soft),
                        (&accent.dark, &DARK_GROUND.hex()),
                        (&accent.dark, &accent.dark_soft),
                    ] {
                        let (one, two) = (Rgb::parse(colour).unwrap(), Rgb::parse(ground).unwrap());
                        assert!(one.contrast(two) >= CONTRAST, "{hex}: {colour} on {ground}");
                    }
                    for (inks, soft) in [
                        (LIGHT_INKS, &accent.light_soft),
                        (DARK_INKS, &accent.dark_soft),
                    ] {
                        let soft = Rgb::parse(soft).unwrap();
                        for ink in inks {
                            assert!(ink.contrast(soft) >= CONTRAST, "{hex}: {ink:?} on {soft:?}");
                        }
                    }
                }
            }
        }
        assert_eq!(Accent::of("#28578a").unwrap().light, "#28578a");
        assert_eq!(Accent::of("red"), None);
        assert_eq!(Accent::of("#12345é"), None);
    }
}

//! The forms that a word takes in a language: number, case, tense. Made from a word when a rule is compiled, by the endings
//! of the declared language; never the other way round, so that `universe` finds `universes` and never `university`.

use super::rule::named_enum;

named_enum! {
    /// The language whose forms of a word are looked for too.
    #[derive(Default)]
    Inflections {
        /// None: only the word as it is written.
        #[default]
        None = "none",
        /// English: plurals, the past, forms in -ing.
        English = "en",
        /// German: endings of cases and persons.
        German = "de",
        /// French: number and gender, persons of verbs in -er.
        French = "fr",
        /// Spanish: number.
        Spanish = "es",
        /// Turkish: number, case and whose it is.
        Turkish = "tr",
    }
}

/// A shorter word has more namesakes than forms.
const STEM_MIN_CHARS: usize = 3;

impl Inflections {
    /// The word and its forms, each once, the word first.
    pub fn forms(self, word: &str) -> Vec<String> {
        let word = match self {
            Inflections::Turkish => word
                .trim()
                .replace('I', "ı")
                .replace('İ', "i")
                .to_lowercase(),
            _ => word.trim().to_lowercase(),
        };
        let is_word =
            word.chars().count() >= STEM_MIN_CHARS && word.chars().all(char::is_alphabetic);
        let made = match self {
            _ if !is_word => Vec::new(),
            Inflections::None => Vec::new(),
            Inflections::English => english(&word),
            Inflections::German => german(&word),
            Inflections::French => french(&word),
            Inflections::Spanish => spanish(&word),
            Inflections::Turkish => turkish(&word),
        };
        let mut forms = vec![word];
        for form in made {
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
        forms
    }
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u')
}

/// The word with each of the endings.
fn with<'s>(stem: &'s str, endings: &'s [&str]) -> impl Iterator<Item = String> + 's {
    endings.iter().map(move |ending| format!("{stem}{ending}"))
}

fn english(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    let (last, before) = (letters[letters.len() - 1], letters[letters.len() - 2]);
    let less = |count: usize| letters[..letters.len() - count].iter().collect::<String>();
    if last == 'y' && !is_vowel(before) {
        let stem = less(1);
        let mut forms: Vec<String> = with(&stem, &["ies", "ied"]).collect();
        forms.push(format!("{word}ing"));
        return forms;
    }
    if last == 'e' {
        let mut forms: Vec<String> = with(word, &["s", "d"]).collect();
        forms.push(match before {
            'i' => format!("{}ying", less(2)),
            'e' | 'o' | 'y' => format!("{word}ing"),
            _ => format!("{}ing", less(1)),
        });
        return forms;
    }
    let hisses = matches!(last, 's' | 'x' | 'z') || last == 'h' && matches!(before, 'c' | 's');
    let mut forms: Vec<String> = match last {
        _ if hisses => with(word, &["es"]).collect(),
        'o' => with(word, &["s", "es"]).collect(),
        _ => with(word, &["s"]).collect(),
    };
    let starts_vowels = |at: &usize| {
        let at = *at;
        is_vowel(letters[at]) && (at == 0 || !is_vowel(letters[at - 1]))
    };
    let syllables = (0..letters.len()).filter(starts_vowels).count();
    let doubles = !is_vowel(last)
        && !matches!(last, 'w' | 'x' | 'y')
        && is_vowel(before)
        && !is_vowel(letters[letters.len() - 3]);
    // `hop` makes `hopped`: `hoped` is of another word.
    if !doubles || syllables > 1 {
        forms.extend(with(word, &["ed", "ing"]));
    }
    if doubles {
        forms.extend(with(&format!("{word}{last}"), &["ed", "ing"]));
    }
    forms
}

fn german(word: &str) -> Vec<String> {
    if let Some(stem) = word
        .strip_suffix("en")
        .filter(|stem| stem.len() >= STEM_MIN_CHARS)
    {
        let mut forms: Vec<String> = with(
            stem,
            &["e", "t", "st", "te", "ten", "test", "tet", "end", "ens"],
        )
        .collect();
        forms.push(format!("ge{stem}t"));
        return forms;
    }
    let endings: &[&str] = match word {
        word if word.ends_with('e') => &["n", "r", "s", "m"],
        word if word.ends_with("er") || word.ends_with("el") => &["n", "s", "e", "es", "en", "em"],
        word if word.ends_with(['s', 'ß', 'x', 'z']) => &["e", "en", "er", "es", "em"],
        _ => &["e", "en", "er", "es", "em", "s"],
    };
    with(word, endings).collect()
}

fn french(word: &str) -> Vec<String> {
    if let Some(stem) = word
        .strip_suffix("er")
        .filter(|stem| stem.len() >= STEM_MIN_CHARS)
    {
        let endings = [
            "e", "es", "ons", "ez", "ent", "é", "ée", "és", "ées", "ant", "ais", "ait", "aient",
        ];
        return with(stem, &endings).chain([format!("{word}s")]).collect();
    }
    if let Some(stem) = word.strip_suffix("eux") {
        return with(stem, &["euse", "euses"]).collect();
    }
    if let Some(stem) = word.strip_suffix("al") {
        return with(stem, &["aux", "als", "ale", "ales"]).collect();
    }
    let endings: &[&str] = match word {
        word if word.ends_with(['s', 'x', 'z']) => &["e", "es"],
        word if word.ends_with("eau") || word.ends_with("eu") => &["x", "s"],
        word if word.ends_with('e') => &["s"],
        _ => &["s", "e", "es"],
    };
    with(word, endings).collect()
}

fn spanish(word: &str) -> Vec<String> {
    if let Some(stem) = word.strip_suffix('z') {
        return vec![format!("{stem}ces")];
    }
    match word.ends_with(['a', 'e', 'i', 'o', 'u', 'á', 'é', 'ó']) {
        true => vec![format!("{word}s")],
        false => vec![format!("{word}es")],
    }
}

/// The vowels that the endings of a Turkish word take.
struct Harmony {
    /// a or e.
    open: char,
    /// ı, i, u or ü.
    close: char,
}

fn turkish(word: &str) -> Vec<String> {
    let Some(harmony) = Harmony::of(word) else {
        return Vec::new();
    };
    let plural = format!("{word}l{}r", harmony.open);
    let of_plural = Harmony::of(&plural).map(|harmony| harmony.cases(&plural));
    let mut forms = harmony.cases(word);
    forms.push(plural);
    forms.extend(of_plural.into_iter().flatten());
    forms
}

impl Harmony {
    fn of(word: &str) -> Option<Harmony> {
        word.chars().rev().find_map(|c| {
            let (open, close) = match c {
                'a' | 'ı' => ('a', 'ı'),
                'e' | 'i' => ('e', 'i'),
                'o' | 'u' => ('a', 'u'),
                'ö' | 'ü' => ('e', 'ü'),
                _ => return None,
            };
            Some(Harmony { open, close })
        })
    }

    /// The cases of a stem, and whose it is.
    fn cases(&self, stem: &str) -> Vec<String> {
        let Harmony { open, close } = self;
        let Some(last) = stem.chars().next_back() else {
            return Vec::new();
        };
        let is_open = matches!(last, 'a' | 'e' | 'ı' | 'i' | 'o' | 'ö' | 'u' | 'ü');
        let d = match last {
            'f' | 's' | 't' | 'k' | 'ç' | 'ş' | 'h' | 'p' => 't',
            _ => 'd',
        };
        let mut forms = vec![
            format!("{stem}{d}{open}"),
            format!("{stem}{d}{open}n"),
            format!("{stem}{}l{open}", if is_open { "y" } else { "" }),
        ];
        let before_vowel = |stem: &str| {
            [
                format!("{stem}{close}"),
                format!("{stem}{open}"),
                format!("{stem}{close}n"),
                format!("{stem}{close}m"),
            ]
        };
        if is_open {
            forms.extend([
                format!("{stem}y{close}"),
                format!("{stem}y{open}"),
                format!("{stem}n{close}n"),
                format!("{stem}s{close}"),
                format!("{stem}m"),
                format!("{stem}n"),
            ]);
            return forms;
        }
        forms.extend(before_vowel(stem));
        let soft = match last {
            'k' => "ğ",
            'p' => "b",
            't' => "d",
            'ç' => "c",
            _ => return forms,
        };
        let body = &stem[..stem.len() - last.len_utf8()];
        forms.extend(before_vowel(&format!("{body}{soft}")));
        forms
    }
}

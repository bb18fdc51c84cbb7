//! Words are found through every disguise that is declared here, and through pairs of them, in ten scripts.
//!
//! The gate checks a sample with a fixed seed; `GATEPOST_EVASIONS=all` checks every word with every pair.

use super::equivalence::Dice;
use super::*;

type Disguise = fn(&str, &mut Dice) -> String;

/// The declared disguises. A word that one cannot change stays as it is.
const DISGUISES: &[(&str, Disguise)] = &[
    ("capitals", |word, _| word.to_uppercase()),
    ("mixed case", |word, dice| {
        each(word, dice, |c, dice| match dice.roll(2) {
            0 => c.to_uppercase().collect(),
            _ => c.to_string(),
        })
    }),
    ("full width", |word, dice| {
        shifted(word, dice, 0xFF41, 0xFF21)
    }),
    ("bold", |word, dice| shifted(word, dice, 0x1D41A, 0x1D400)),
    ("script", |word, dice| shifted(word, dice, 0x1D4EA, 0x1D4D0)),
    ("circled", |word, dice| shifted(word, dice, 0x24D0, 0x24B6)),
    ("squared", |word, dice| {
        shifted(word, dice, 0x1F130, 0x1F130)
    }),
    ("zero-width space", |word, dice| {
        between(word, dice, "\u{200B}")
    }),
    ("joiner", |word, dice| between(word, dice, "\u{200D}")),
    ("soft hyphen", |word, dice| between(word, dice, "\u{AD}")),
    ("direction marks", |word, dice| {
        between(word, dice, "\u{202C}")
    }),
    ("variation selectors", |word, dice| {
        behind_each(word, dice, "\u{FE0F}")
    }),
    ("heaps of marks", |word, dice| {
        behind_each(word, dice, "\u{353}\u{33D}")
    }),
    ("marked vowels", |word, dice| {
        each(word, dice, |c, _| {
            let marked = "aeiouy".chars().zip("áèîõüý".chars());
            let found = marked.clone().find(|(vowel, _)| *vowel == c);
            found.map_or(c, |(_, marked)| marked).to_string()
        })
    }),
    ("one mark", |word, dice| {
        let at = dice.roll(letters(word));
        changed(word, at, |c| match is_ornamental(c) {
            true => format!("{c}\u{301}"),
            false => c.to_string(),
        })
    }),
    ("lookalikes", |word, dice| {
        each(word, dice, |c, _| lookalike(c).unwrap_or(c).to_string())
    }),
    ("one lookalike", |word, dice| {
        let at = dice.roll(letters(word));
        changed(word, at, |c| lookalike(c).unwrap_or(c).to_string())
    }),
    ("digits", |word, dice| {
        let at = 1 + dice.roll(letters(word));
        changed(word, at, |c| leet(c, "01345780".chars()).to_string())
    }),
    ("symbols", |word, dice| {
        let at = 1 + dice.roll(letters(word));
        changed(word, at, |c| leet(c, "0!3@$+80".chars()).to_string())
    }),
    ("repeated", |word, dice| {
        let at = dice.roll(letters(word));
        let times = 3 + dice.roll(4);
        changed(word, at, |c| c.to_string().repeat(times))
    }),
    ("dots", |word, dice| between(word, dice, ".")),
    ("hyphens", |word, dice| between(word, dice, "-")),
    ("underscores", |word, dice| between(word, dice, "_")),
    ("spaces", |word, dice| between(word, dice, " ")),
    ("wide spaces", |word, dice| between(word, dice, "\u{3000}")),
    ("emoji", |word, dice| between(word, dice, "🔥")),
    ("one dot", |word, dice| split(word, dice, ".")),
    ("emphasis", |word, dice| split(word, dice, "**")),
    ("tag", |word, dice| split(word, dice, "<b></b>")),
    ("comment", |word, dice| split(word, dice, "<!-- x -->")),
    ("link", |word, dice| {
        let half = dice.roll(letters(word));
        let at = nth(word, half.max(1));
        format!("[{}](https://e.example/){}", &word[..at], &word[at..])
    }),
    ("entities", |word, dice| {
        each(word, dice, |c, _| format!("&#{};", u32::from(c)))
    }),
    ("shy entity", |word, dice| split(word, dice, "&shy;")),
    ("link target", |word, _| {
        format!("[here](https://e.example/{word})")
    }),
    ("quoted", |word, _| format!("“{word}”!")),
    ("escape", |word, dice| match word.is_ascii() {
        true => split(word, dice, "\\"),
        false => word.to_owned(),
    }),
    ("filled circles", |word, dice| {
        shifted(word, dice, 0x1F150, 0x1F150)
    }),
    ("filled squares", |word, dice| {
        shifted(word, dice, 0x1F170, 0x1F170)
    }),
    ("brackets", |word, dice| shifted(word, dice, 0x249C, 0x249C)),
    ("flags", |word, dice| shifted(word, dice, 0x1F1E6, 0x1F1E6)),
    ("small capitals", |word, _| {
        drawn(word, "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀsᴛᴜᴠᴡxʏᴢ")
    }),
    ("superscript", |word, _| {
        drawn(word, "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖqʳˢᵗᵘᵛʷˣʸᶻ")
    }),
    ("currencies", |word, _| {
        drawn(word, "₳฿₵ĐɆ₣₲ⱧłJ₭Ⱡ₥₦Ø₱QⱤ₴₮ɄV₩ӾɎⱫ")
    }),
    ("syllabics", |word, _| {
        drawn(word, "ᗩᗷᑕᗪEᖴGᕼIᒍKᒪᗰᑎOᑭᑫᖇᔕTᑌᐯᗯ᙭YZ")
    }),
    ("ideographs", |word, _| {
        drawn(word, "卂乃匚ᗪ乇千Ꮆ卄丨ﾌҜㄥ爪几ㄖ卩Ɋ尺丂ㄒㄩᐯ山乂ㄚ乙")
    }),
    ("fidel", |word, _| drawn(word, "ልጌርዕቿቻኗዘጎጋጕረጠክዐየዒዪነፕሁሀሠሸሃጊ")),
    ("Thai shapes", |word, _| {
        drawn(word, "ค๒ς๔єŦɠђเןкl๓ภ๏קợгรtยשฬץאz")
    }),
    ("Lisu", |word, _| drawn(word, "ꓮꓐꓚꓓꓰꓝꓖꓧꓲꓙꓗꓡꓟꓠꓳꓑqꓣꓢꓔꓴꓦꓪꓫꓬꓜ")),
    ("Cherokee", |word, _| {
        drawn(word, "ᎪᏴᏟᎠᎬfᏀᎻᎥᎫᏦᏞᎷnoᏢqᎡᏚᎢuᏙᎳxᎽᏃ")
    }),
    ("hooks", |word, _| drawn(word, "ąɓƈɗęʄɠɦįʝƙɭɱŋơƥʠɽşţųʋwxƴȥ")),
    ("circled digits", |word, dice| {
        let at = 1 + dice.roll(letters(word));
        changed(word, at, |c| leet(c, "⓪①③④⑤⑦⑧⓪".chars()).to_string())
    }),
    ("fillers", |word, dice| between(word, dice, "\u{3164}")),
    ("blank Braille", |word, dice| {
        between(word, dice, "\u{2800}")
    }),
    ("tag characters", |word, dice| {
        between(word, dice, "\u{E0061}")
    }),
    ("much that is not seen", |word, dice| {
        split(word, dice, &"\u{200B}\u{2060}".repeat(10))
    }),
    ("long lines", |word, dice| between(word, dice, "\u{640}")),
    ("marks of Cyrillic", |word, dice| {
        behind_each(word, dice, "\u{489}\u{484}")
    }),
    ("signs of all sorts", |word, _| {
        cut(word, 1, &[".", "-", "/", "_", "~", ","])
    }),
    ("cut in pairs", |word, _| cut(word, 2, &[".", "-", "~"])),
    ("hyphen", |word, dice| split(word, dice, "-\n")),
    ("all doubled", |word, dice| {
        each(word, dice, |c, _| match c.is_ascii() {
            true => c.to_string().repeat(2),
            false => c.to_string(),
        })
    }),
    ("masked", |word, dice| {
        let at = 1 + dice.roll(letters(word).saturating_sub(2).max(1));
        changed(word, at, |c| match c.is_ascii() {
            true => "*".to_owned(),
            false => c.to_string(),
        })
    }),
    ("other Kana", |word, dice| {
        each(word, dice, |c, _| {
            let is_katakana = ('ァ'..='ヶ').contains(&c);
            let other = char::from_u32(u32::from(c).wrapping_sub(0x60));
            other.filter(|_| is_katakana).unwrap_or(c).to_string()
        })
    }),
    ("letters of syllables", |word, _| {
        use unicode_normalization::UnicodeNormalization;
        let is_hangul = |c: char| ('가'..='힣').contains(&c);
        match word.chars().all(is_hangul) {
            true => word.nfd().collect(),
            false => word.to_owned(),
        }
    }),
    ("numbers without an end", |word, dice| {
        each(word, dice, |c, _| format!("&#{}", u32::from(c)))
    }),
    ("percent", |word, _| {
        word.bytes().map(|byte| format!("%{byte:02X}")).collect()
    }),
    ("long comment", |word, dice| {
        split(
            word,
            dice,
            &format!("<!-- {} -->", "so long a > ".repeat(40)),
        )
    }),
    ("right to left", |word, _| {
        let reversed: String = word.chars().rev().collect();
        format!("\u{202E}{reversed}\u{202C}")
    }),
    ("upside down", |word, _| {
        let turned = drawn(word, "ɐqɔpǝɟƃɥᴉɾʞlɯuodbɹsʇnʌʍxʎz");
        // By one letter alone nobody sees which way the others stand.
        let is_seen = turned.chars().filter(|c| !c.is_ascii()).count() > 1;
        match word.is_ascii() && is_seen {
            true => turned.chars().rev().collect(),
            false => word.to_owned(),
        }
    }),
];

/// Disguises which change nothing that another leaves, or which together leave nothing to be read.
fn may_pair(first: &str, second: &str) -> bool {
    const SPLITS: [&str; 10] = [
        "dots",
        "hyphens",
        "underscores",
        "spaces",
        "wide spaces",
        "emoji",
        "one dot",
        "signs of all sorts",
        "cut in pairs",
        "hyphen",
    ];
    const WRITTEN: [&str; 11] = [
        "entities",
        "link",
        "link target",
        "tag",
        "comment",
        "escape",
        "numbers without an end",
        "percent",
        "long comment",
        "right to left",
        "upside down",
    ];
    const LETTERS: [&str; 25] = [
        "full width",
        "bold",
        "script",
        "circled",
        "squared",
        "lookalikes",
        "one lookalike",
        "digits",
        "symbols",
        "filled circles",
        "filled squares",
        "brackets",
        "flags",
        "small capitals",
        "superscript",
        "currencies",
        "syllabics",
        "ideographs",
        "fidel",
        "Thai shapes",
        "Lisu",
        "Cherokee",
        "hooks",
        "circled digits",
        "masked",
    ];
    let both = |set: &[&str]| set.contains(&first) && set.contains(&second);
    // Markup is written last, and only one kind of it; a word is split in one way; a letter has one form.
    !(both(&SPLITS) || both(&WRITTEN) || both(&LETTERS) || WRITTEN.contains(&first))
        && !(matches!(first, "shy entity" | "emphasis" | "quoted")
            || second == "link target" && SPLITS.contains(&first))
        && !(matches!(second, "repeated" | "masked" | "all doubled") && SPLITS.contains(&first))
        && !(first == "much that is not seen" && SPLITS.contains(&second))
        && !(first == "direction marks" && second == "right to left")
}

/// The word in an alphabet for show: the letters that it has for `a` to `z`.
fn drawn(word: &str, alphabet: &str) -> String {
    let shape = |c: char| alphabet.chars().nth((c as usize).checked_sub(0x61)?);
    let one = |c: char| shape(c).filter(|_| c.is_ascii_lowercase()).unwrap_or(c);
    word.chars().map(one).collect()
}

/// The word with a sign of these behind every so many letters.
fn cut(word: &str, letters: usize, signs: &[&str]) -> String {
    let mut text = word.to_owned();
    let places: Vec<usize> = gaps(word)
        .into_iter()
        .skip(letters - 1)
        .step_by(letters)
        .collect();
    for (n, at) in places.into_iter().enumerate().rev() {
        text.insert_str(at, signs[n % signs.len()]);
    }
    text
}

fn letters(word: &str) -> usize {
    word.chars().count()
}

fn nth(word: &str, index: usize) -> usize {
    word.char_indices()
        .nth(index)
        .map_or(word.len(), |(at, _)| at)
}

fn each(word: &str, dice: &mut Dice, change: impl Fn(char, &mut Dice) -> String) -> String {
    word.chars().map(|c| change(c, dice)).collect()
}

fn changed(word: &str, index: usize, change: impl Fn(char) -> String) -> String {
    let index = index % letters(word);
    let parts = word.chars().enumerate();
    parts
        .map(|(at, c)| match at == index {
            true => change(c),
            false => c.to_string(),
        })
        .collect()
}

/// Is followed by nothing that belongs to the letter.
fn gaps(word: &str) -> Vec<usize> {
    use unicode_normalization::char::is_combining_mark;
    let edges = word.char_indices().skip(1);
    edges
        .filter(|(_, c)| !is_combining_mark(*c))
        .map(|(at, _)| at)
        .collect()
}

fn between(word: &str, _: &mut Dice, what: &str) -> String {
    let mut text = word.to_owned();
    for at in gaps(word).into_iter().rev() {
        text.insert_str(at, what);
    }
    text
}

fn behind_each(word: &str, dice: &mut Dice, what: &str) -> String {
    between(word, dice, what) + what
}

fn split(word: &str, dice: &mut Dice, what: &str) -> String {
    let gaps = gaps(word);
    let mut text = word.to_owned();
    if !gaps.is_empty() {
        text.insert_str(gaps[dice.roll(gaps.len())], what);
    }
    text
}

fn shifted(word: &str, dice: &mut Dice, small: u32, capital: u32) -> String {
    each(word, dice, |c, _| {
        let shifted = match c {
            'a'..='z' => char::from_u32(small + u32::from(c) - u32::from('a')),
            'A'..='Z' => char::from_u32(capital + u32::from(c) - u32::from('A')),
            c => Some(c),
        };
        shifted.unwrap_or(c).to_string()
    })
}

/// Letters that carry marks for show without becoming others.
fn is_ornamental(c: char) -> bool {
    c.is_ascii_alphabetic() && c != 'n'
}

fn leet(c: char, digits: std::str::Chars<'_>) -> char {
    let letters = "oieastbo".chars();
    letters
        .zip(digits)
        .find(|(letter, _)| *letter == c)
        .map_or(c, |(_, digit)| digit)
}

fn lookalike(c: char) -> Option<char> {
    let (from, to) = ("aceopxyijsаеорсухіјѕορνικ", "асеорхуіјѕaeopcyxijsοрvік");
    from.chars()
        .zip(to.chars())
        .find(|(from, _)| *from == c)
        .map(|(_, to)| to)
}

/// Words that nobody types by chance, ten scripts and more.
pub(super) fn words() -> Vec<String> {
    const BITS: &[&[&str]] = &[
        &[
            "smu", "blo", "kra", "twi", "gno", "fle", "dru", "ska", "pri", "vex",
        ],
        &[
            "шмур", "блок", "крап", "твиг", "гноз", "флек", "друн", "скан",
        ],
        &["σμουρ", "γκλοπ", "κραμ", "φλεγ", "δρον", "πριξ"],
        &["שמורף", "גלומ", "דרוק", "פריז"],
        &["سمور", "غلوب", "كرام", "فليج"],
        &["स्मर्फ", "ग्लोप", "क्राम"],
        &["스머프", "글롭", "크람"],
        &["สเมิร์ฟ", "กลอป", "คราม"],
        &["スマーフ", "グロップ", "クラム"],
        &["蓝精灵", "格洛普", "克拉姆"],
        &["სმურფ", "გლოპ", "კრამ"],
        &["սմուրֆ", "գլոպ", "կրամ"],
    ];
    const ENDS: &[&[&str]] = &[
        &[
            "rfek", "ptin", "mbol", "gda", "zork", "ntak", "rvid", "lsoc", "dden", "pox",
        ],
        &["фек", "тин", "бол", "гда", "зорк", "нтак", "рвид", "сок"],
        &["φεκ", "τιν", "βολ", "γδα", "ζορ"],
        &["טקל", "מזר", "נפש"],
        &["تكل", "مزر", "نفش"],
        &["टकल", "मज़र", "नफश"],
        &["태클", "마저", "나푸"],
        &["ทาก", "มาส", "นาฟ"],
        &["テイク", "マザル", "ナフ"],
        &["泰克", "马扎", "纳夫"],
        &["ტაკ", "მაზ", "ნაფ"],
        &["տակ", "մազ", "նաֆ"],
    ];
    const MIDDLES: &[&str] = &["", "i", "o", "ar", "el", "u", "anti", "oba", "ezi", "y"];
    let mut words = Vec::new();
    for (script, (bits, ends)) in BITS.iter().zip(ENDS).enumerate() {
        for bit in *bits {
            for end in *ends {
                let middles = if script == 0 { MIDDLES } else { &[""] };
                words.extend(middles.iter().map(|middle| format!("{bit}{middle}{end}")));
            }
        }
    }
    words
}

struct Recall {
    tried: usize,
    missed: Vec<String>,
}

fn recall(mode: MatchMode, singles: usize, pairs: usize) -> Recall {
    let words = words();
    let rules: Vec<Rule> = words
        .iter()
        .map(|word| {
            let mut rule = rule(word, RuleKind::Word, word, Action::Hold);
            rule.draft.mode = mode;
            rule
        })
        .collect();
    let matcher = Matcher::build(1, &rules).expect("the words compile");
    let mut dice = Dice::new();
    let mut recall = Recall {
        tried: 0,
        missed: Vec::new(),
    };
    let mut check = |word: &str, disguised: String, how: &str| {
        let checked = matcher.check("", &format!("well, {disguised} it is"));
        recall.tried += 1;
        assert_eq!(checked.problem, None, "{how}: {word} as {disguised}");
        let is_found = checked.hits.iter().any(|hit| hit.pattern == word);
        if !is_found {
            recall.missed.push(format!("{how}: {word} as {disguised}"));
        }
    };
    for (name, disguise) in DISGUISES {
        for word in words.iter().step_by(singles) {
            check(word, disguise(word, &mut dice), name);
        }
    }
    for (first_name, first) in DISGUISES {
        for (second_name, second) in DISGUISES {
            if first_name == second_name || !may_pair(first_name, second_name) {
                continue;
            }
            let skipped = dice.roll(pairs);
            for word in words.iter().skip(skipped).step_by(pairs) {
                let disguised = second(&first(word, &mut dice), &mut dice);
                check(word, disguised, &format!("{first_name}, {second_name}"));
            }
        }
    }
    recall
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test is told by the environment how long it may take"
)]
fn steps() -> (usize, usize) {
    match std::env::var("GATEPOST_EVASIONS").as_deref() {
        Ok("all") => (1, 1),
        _ => (7, 150),
    }
}

fn assert_recall(mode: MatchMode, least: f64) {
    let (singles, pairs) = steps();
    let recall = recall(mode, singles, pairs);
    let found = 100.0 * (1.0 - recall.missed.len() as f64 / recall.tried as f64);
    eprintln!("{mode}: {found:.2} % of {} found", recall.tried);
    for missed in recall.missed.iter().take(40) {
        eprintln!("  {missed}");
    }
    assert!(found >= least, "{mode} finds {found:.2} %");
}

#[test]
fn normal_rules_see_through_declared_disguises() {
    assert_recall(MatchMode::Normal, 99.0);
}

#[test]
fn aggressive_rules_see_through_declared_disguises() {
    assert_recall(MatchMode::Aggressive, 99.5);
}

#[test]
fn exact_rules_take_words_as_they_are() {
    let mut exact = rule("r", RuleKind::Word, "smurf", Action::Hold);
    exact.draft.mode = MatchMode::Exact;
    let exact = Matcher::build(1, &[exact]).expect("compiles");

    assert_eq!(
        hits(&exact, "SMURF, s\u{AD}murf, sm**u**rf"),
        ["SMURF", "s\u{AD}murf", "sm**u**rf"]
    );
    assert_eq!(
        hits(&exact, "sm1urf smuurf s.m.u.r.f ѕmurf smúrf 5murf sm*rf"),
        [""; 0]
    );
}

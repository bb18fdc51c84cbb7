//! From a site's own categories to those of the EU's transparency database, by the schema in force since July 2025
//! (<https://transparency.dsa.ec.europa.eu/page/api-documentation>). What the database has no word for is given as a violation
//! of the site's own terms, in the site's own words.

/// What the database is told of the categories of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Categories {
    /// The gravest.
    pub(super) name: &'static str,
    /// The others, each once.
    pub(super) additions: Vec<&'static str>,
    /// What they are, more closely.
    pub(super) keywords: Vec<&'static str>,
    /// The site's own words for what has no keyword; empty where all have one.
    pub(super) other: String,
}

const OTHER: &str = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC";
const CYBER_VIOLENCE: &str = "STATEMENT_CATEGORY_CYBER_VIOLENCE";
const MINORS: &str = "STATEMENT_CATEGORY_PROTECTION_OF_MINORS";
const SECURITY: &str = "STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY";
const SELF_HARM: &str = "STATEMENT_CATEGORY_SELF_HARM";
const SPEECH: &str = "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH";
const SCAMS: &str = "STATEMENT_CATEGORY_SCAMS_AND_FRAUD";
const COPIES: &str = "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS";
const VIOLENCE: &str = "STATEMENT_CATEGORY_VIOLENCE";
const PRIVACY: &str = "STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS";
const PRODUCTS: &str = "STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS";
const ELECTIONS: &str = "STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS";
const ANIMALS: &str = "STATEMENT_CATEGORY_ANIMAL_WELFARE";
const KEYWORD_OTHER: &str = "KEYWORD_OTHER";

/// A category of the database, with the keyword that says more, and how words of a site begin that mean it.
type Row = (&'static [&'static str], &'static str, Option<&'static str>);

/// The first row that fits a category of the site is its, so the graver stand first.
const TABLE: &[Row] = &[
    (
        &["csam", "child sexual abuse"],
        MINORS,
        Some("KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL"),
    ),
    (
        &["grooming"],
        MINORS,
        Some("KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS"),
    ),
    (&["child", "minors"], MINORS, None),
    (&["terror"], SECURITY, Some("KEYWORD_TERRORIST_CONTENT")),
    (&["extremis"], SECURITY, None),
    (&["suicid"], SELF_HARM, Some("KEYWORD_SUICIDE")),
    (&["self-harm", "self harm", "selfharm"], SELF_HARM, None),
    (
        &["incit"],
        VIOLENCE,
        Some("KEYWORD_INCITEMENT_VIOLENCE_HATRED"),
    ),
    (&["violen", "threat"], VIOLENCE, None),
    (&["phish"], SCAMS, Some("KEYWORD_PHISHING")),
    (
        &["impersonat"],
        SCAMS,
        Some("KEYWORD_IMPERSONATION_ACCOUNT_HIJACKING"),
    ),
    (&["pyramid"], SCAMS, Some("KEYWORD_PYRAMID_SCHEMES")),
    (&["scam", "fraud"], SCAMS, None),
    (
        &["discriminat", "sexis"],
        SPEECH,
        Some("KEYWORD_DISCRIMINATION"),
    ),
    (
        &["defam", "libel", "slander"],
        SPEECH,
        Some("KEYWORD_DEFAMATION"),
    ),
    (&["hate", "slur", "racis", "insult"], SPEECH, None),
    (
        &["harass"],
        CYBER_VIOLENCE,
        Some("KEYWORD_CYBER_HARASSMENT"),
    ),
    (
        &["bully", "cyberbully", "intimidat"],
        CYBER_VIOLENCE,
        Some("KEYWORD_CYBER_BULLYING_INTIMIDATION"),
    ),
    (&["stalk"], CYBER_VIOLENCE, Some("KEYWORD_CYBER_STALKING")),
    (&["privacy", "personal data", "doxx"], PRIVACY, None),
    (
        &["drug", "weapon", "prohibited"],
        PRODUCTS,
        Some("KEYWORD_PROHIBITED_PRODUCTS"),
    ),
    (
        &["misinformation", "disinformation"],
        ELECTIONS,
        Some("KEYWORD_MISINFORMATION_DISINFORMATION"),
    ),
    (&["election"], ELECTIONS, None),
    (
        &["copyright", "piracy"],
        COPIES,
        Some("KEYWORD_COPYRIGHT_INFRINGEMENT"),
    ),
    (
        &["trademark"],
        COPIES,
        Some("KEYWORD_TRADEMARK_INFRINGEMENT"),
    ),
    (&["animal"], ANIMALS, None),
    (&["nude", "nudity"], OTHER, Some("KEYWORD_NUDITY")),
    (
        &["sex", "porn"],
        OTHER,
        Some("KEYWORD_ADULT_SEXUAL_MATERIAL"),
    ),
];

/// What the database is told of a decision for which the site gives these categories of its own.
pub(super) fn of(categories: &[&str]) -> Categories {
    let place = |category: &&str| {
        let category = category.to_lowercase();
        let fits = |(words, ..): &Row| words.iter().any(|word| begins_a_word(&category, word));
        TABLE.iter().position(fits)
    };
    let mut places: Vec<usize> = categories.iter().filter_map(place).collect();
    places.sort_unstable();
    let unknown = categories
        .iter()
        .filter(|category| place(category).is_none());
    let unknown: Vec<&str> = unknown.copied().collect();
    let mut names = Vec::new();
    let mut keywords = Vec::new();
    for place in places {
        let (_, name, keyword) = TABLE[place];
        names.push(name);
        keywords.extend(keyword);
    }
    if !unknown.is_empty() {
        names.push(OTHER);
        keywords.push(KEYWORD_OTHER);
    }
    let mut names = once_each(names).into_iter();
    Categories {
        name: names.next().unwrap_or(OTHER),
        additions: names.collect(),
        keywords: once_each(keywords),
        other: unknown.join(", "),
    }
}

fn once_each(all: Vec<&'static str>) -> Vec<&'static str> {
    let mut each = Vec::new();
    for one in all {
        if !each.contains(&one) {
            each.push(one);
        }
    }
    each
}

/// Whether a word within `text` begins like this: "sex" in "adult sex", not in "Essex".
fn begins_a_word(text: &str, beginning: &str) -> bool {
    let is_beginning = |(at, _): (usize, &str)| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(char::is_alphanumeric)
    };
    text.match_indices(beginning).any(is_beginning)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Those that the database takes.
    const TAKEN: [&str; 16] = [
        "STATEMENT_CATEGORY_ANIMAL_WELFARE",
        "STATEMENT_CATEGORY_CONSUMER_INFORMATION",
        "STATEMENT_CATEGORY_CYBER_VIOLENCE",
        "STATEMENT_CATEGORY_CYBER_VIOLENCE_AGAINST_WOMEN",
        "STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
        "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH",
        "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS",
        "STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS",
        "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE",
        "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
        "STATEMENT_CATEGORY_PROTECTION_OF_MINORS",
        "STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY",
        "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
        "STATEMENT_CATEGORY_SELF_HARM",
        "STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS",
        "STATEMENT_CATEGORY_VIOLENCE",
    ];
    /// And the keywords that we use, each of which it takes too.
    const KEYWORDS_TAKEN: [&str; 20] = [
        "KEYWORD_ADULT_SEXUAL_MATERIAL",
        "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL",
        "KEYWORD_COPYRIGHT_INFRINGEMENT",
        "KEYWORD_CYBER_BULLYING_INTIMIDATION",
        "KEYWORD_CYBER_HARASSMENT",
        "KEYWORD_CYBER_STALKING",
        "KEYWORD_DEFAMATION",
        "KEYWORD_DISCRIMINATION",
        "KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS",
        "KEYWORD_IMPERSONATION_ACCOUNT_HIJACKING",
        "KEYWORD_INCITEMENT_VIOLENCE_HATRED",
        "KEYWORD_MISINFORMATION_DISINFORMATION",
        "KEYWORD_NUDITY",
        "KEYWORD_OTHER",
        "KEYWORD_PHISHING",
        "KEYWORD_PROHIBITED_PRODUCTS",
        "KEYWORD_PYRAMID_SCHEMES",
        "KEYWORD_SUICIDE",
        "KEYWORD_TERRORIST_CONTENT",
        "KEYWORD_TRADEMARK_INFRINGEMENT",
    ];

    #[test]
    fn only_what_the_database_takes_is_given() {
        for (words, name, keyword) in TABLE {
            assert!(TAKEN.contains(name), "{name}");
            assert!(keyword.is_none_or(|keyword| KEYWORDS_TAKEN.contains(&keyword)));
            for word in *words {
                assert_eq!(*word, word.to_lowercase(), "it would never be found");
            }
        }
    }

    #[test]
    fn the_gravest_comes_first_and_nothing_is_lost() {
        let told = of(&["House style", "Sexual content", "spam", "Child safety"]);

        assert_eq!(told.name, MINORS);
        assert_eq!(told.additions, [OTHER]);
        assert_eq!(
            told.keywords,
            ["KEYWORD_ADULT_SEXUAL_MATERIAL", KEYWORD_OTHER]
        );
        assert_eq!(told.other, "House style, spam");
        assert_eq!(of(&[]).name, OTHER);
    }

    #[test]
    fn a_word_within_a_word_means_nothing() {
        for innocent in ["Product selection", "Essex", "whatever", "personal attack"] {
            assert_eq!(of(&[innocent]).other, innocent);
        }
        assert_eq!(of(&["sexism"]).keywords, ["KEYWORD_DISCRIMINATION"]);
    }
}

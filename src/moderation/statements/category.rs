//! From a site's own categories to those of the EU's transparency database, by the schema in force since July 2025
//! (<https://transparency.dsa.ec.europa.eu/page/api-documentation>). What fits none is a violation of the site's own terms.

/// A category of the database with its keyword, where one says more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Category {
    pub(super) name: &'static str,
    pub(super) keyword: Option<&'static str>,
}

const OTHER: &str = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC";
const SPEECH: &str = "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH";
const SCAMS: &str = "STATEMENT_CATEGORY_SCAMS_AND_FRAUD";
const COPIES: &str = "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS";

/// Parts of words of the site, the category, the keyword; the first that fits counts, so the graver stand first.
const TABLE: &[(&[&str], &str, Option<&str>)] = &[
    (
        &["child", "minor", "csam", "grooming"],
        "STATEMENT_CATEGORY_PROTECTION_OF_MINORS",
        None,
    ),
    (
        &["terror", "extremis"],
        "STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY",
        None,
    ),
    (
        &["suicide", "self-harm", "selfharm"],
        "STATEMENT_CATEGORY_SELF_HARM",
        None,
    ),
    (&["phish"], SCAMS, Some("KEYWORD_PHISHING")),
    (&["scam", "fraud", "spam"], SCAMS, None),
    (&["discriminat"], SPEECH, Some("KEYWORD_DISCRIMINATION")),
    (&["hate", "slur", "racis", "insult"], SPEECH, None),
    (
        &["harass"],
        "STATEMENT_CATEGORY_CYBER_VIOLENCE",
        Some("KEYWORD_CYBER_HARASSMENT"),
    ),
    (
        &["bully", "intimidat"],
        "STATEMENT_CATEGORY_CYBER_VIOLENCE",
        Some("KEYWORD_CYBER_BULLYING_INTIMIDATION"),
    ),
    (
        &["privacy", "personal", "doxx"],
        "STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
        None,
    ),
    (&["violence", "threat"], "STATEMENT_CATEGORY_VIOLENCE", None),
    (
        &["drug", "weapon", "prohibited"],
        "STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS",
        None,
    ),
    (
        &["misinformation", "disinformation", "election"],
        "STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS",
        None,
    ),
    (
        &["copyright", "piracy"],
        COPIES,
        Some("KEYWORD_COPYRIGHT_INFRINGEMENT"),
    ),
    (&["trademark"], COPIES, None),
    (&["animal"], "STATEMENT_CATEGORY_ANIMAL_WELFARE", None),
    (&["nud"], OTHER, Some("KEYWORD_NUDITY")),
    (
        &["sex", "porn"],
        OTHER,
        Some("KEYWORD_ADULT_SEXUAL_MATERIAL"),
    ),
];

/// The category of a decision for which the site gives these of its own.
pub(super) fn of(categories: &[&str]) -> Category {
    let categories: Vec<String> = categories.iter().map(|word| word.to_lowercase()).collect();
    let fits = |parts: &[&str]| {
        let has = |category: &String| parts.iter().any(|part| category.contains(part));
        categories.iter().any(has)
    };
    TABLE.iter().find(|(parts, ..)| fits(parts)).map_or(
        Category {
            name: OTHER,
            keyword: None,
        },
        |&(_, name, keyword)| Category { name, keyword },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Those that the database takes.
    const TAKEN: [&str; 17] = [
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
        "STATEMENT_CATEGORY_NOT_SPECIFIED_ORDER",
    ];

    #[test]
    fn only_categories_that_the_database_takes_are_given() {
        for (parts, name, _) in TABLE {
            assert!(TAKEN.contains(name), "{name}");
            for part in *parts {
                assert_eq!(*part, part.to_lowercase(), "it would never be found");
            }
        }
        assert_eq!(of(&["House style"]).name, OTHER);
        assert_eq!(
            of(&["Sexual content"]).keyword,
            Some("KEYWORD_ADULT_SEXUAL_MATERIAL")
        );
        assert_eq!(
            of(&["spam", "Child safety"]).name,
            "STATEMENT_CATEGORY_PROTECTION_OF_MINORS"
        );
    }
}

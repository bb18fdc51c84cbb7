//! Innocent words that contain others, as the people of Scunthorpe know: no list of bad words holds them.

use super::samples::list;
use super::*;

const WORDS: &str = include_str!("innocent.txt");

#[test]
fn innocent_words_in_ten_languages_are_not_held() {
    let languages: Vec<(&str, Vec<&str>)> = WORDS
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(language, words)| (language, words.split(' ').collect()))
        .collect();
    assert!(languages.len() >= 10);
    assert!(
        languages
            .iter()
            .map(|(_, words)| words.len())
            .sum::<usize>()
            >= 300
    );
    for name in ["ldnoobw-en.txt", "dsojevic-en.json"] {
        let Some(rules) = list(name) else { return };
        let matcher = Matcher::build(1, &rules).expect("the list compiles");
        for (language, words) in &languages {
            for word in words {
                for text in [
                    (*word).to_owned(),
                    word.to_uppercase(),
                    format!("the {word}, and {word}."),
                ] {
                    let found = matcher.check(&text, &text).hits;
                    assert!(found.is_empty(), "{name}, {language}: {text:?}: {found:?}");
                }
            }
            let all = words.join(" ");
            let found = matcher.check("", &all).hits;
            assert!(found.is_empty(), "{name}, {language}, together: {found:?}");
        }
    }
}

#[test]
fn words_of_a_sentence_are_not_taken_for_parts_of_one() {
    let rules = matcher(
        &[
            "penis", "rapist", "sodomy", "anus", "tits", "whore", "damn", "ass", "hello",
        ]
        .map(|word| (RuleKind::Word, word, Action::Hold)),
    );

    for text in [
        "The pen is mightier, the rap is tight, so do my friends, an us and a them",
        "it its can't its who represents whom, dam near, as sure as can be",
        "(as s) = f(a, ss), 455, 7175, a5s5e5, x| x, xxx[x]",
        "классный сор и хер знает", // words of another script with letters of the same shape
        "Mañana y años, è così, að ég",
    ] {
        assert_eq!(hits(&rules, text), [""; 0], "{text}");
    }
}

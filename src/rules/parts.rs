//! The rules of a set, sorted by how they are looked for: the step between patterns and the compiled set.
//! Knows nothing of texts.

use super::floating::FloatingBuilder;
use super::keys::Reach;
use super::pattern::Pattern;
use super::rule::{Action, MatchMode, Rule};
use super::scent::Ending;
use super::spelling::Spelling;

/// What a key stands for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target {
    /// One of the spellings.
    Spelling(usize),
    /// The beginning of this glob.
    Glob(usize),
}

/// A key, what it stands for, and whether it is only the beginning of a word.
pub(super) type Entry = (Vec<u8>, Target, bool);

/// The parts of a rule set.
#[derive(Default)]
pub(super) struct Parts {
    /// Keys that may be disguised.
    pub(super) disguised: Vec<Entry>,
    /// How words go on behind each of them.
    pub(super) endings: Vec<(Vec<u8>, Ending)>,
    /// Keys that texts have to show as they are.
    pub(super) literal: Vec<Entry>,
    /// The same with each letter as often as it stands there.
    pub(super) whole: Vec<Vec<u8>>,
    pub(super) spellings: Vec<(usize, Spelling)>,
    pub(super) floating: FloatingBuilder,
    pub(super) reach: Reach,
    /// Literal keys are looked for as if they were none: the longer way, which tests compare with.
    #[cfg(test)]
    pub(super) is_one_lane: bool,
}

impl Parts {
    pub(super) fn add(&mut self, index: usize, pattern: Pattern, rule: &Rule) {
        if rule.draft.mode == MatchMode::Aggressive {
            self.reach = Reach::Wide;
        }
        match pattern {
            Pattern::Spelled(spellings) => {
                for spelling in spellings {
                    self.add_spelling(index, rule, spelling);
                }
            }
            Pattern::Glob(glob) => {
                let key = collapsed(&glob.prefix()).into_bytes();
                let ending = Ending::Glob(glob.clone());
                if let Some(glob) = self.floating.glob(index, rule.draft.mode, glob) {
                    self.endings.push((key.clone(), ending));
                    self.disguised.push((key, Target::Glob(glob), true));
                }
            }
            Pattern::Regex { regex, literals } => self.floating.regex(index, regex, literals),
        }
    }

    fn add_spelling(&mut self, index: usize, rule: &Rule, spelling: Spelling) {
        let imitations = match rule.draft.mode {
            MatchMode::Exact => Vec::new(),
            MatchMode::Normal | MatchMode::Aggressive => spelling.imitations(),
        };
        for mut spelling in std::iter::once(spelling).chain(imitations) {
            spelling.places.shrink_to_fit();
            let target = Target::Spelling(self.spellings.len());
            let mode = mode_of(rule, &spelling);
            let is_literal = mode == MatchMode::Exact && spelling.is_one_run();
            #[cfg(test)]
            let is_literal = is_literal && !self.is_one_lane;
            match is_literal {
                true => {
                    self.literal.push((spelling.key(), target, false));
                    self.whole.push(spelling.whole_key());
                }
                false => {
                    self.disguised.push((spelling.key(), target, false));
                    let ending = match spelling.may_be_split() || mode == MatchMode::Exact {
                        true => Ending::Whole,
                        false => Ending::Unsplit,
                    };
                    self.endings.push((spelling.whole_key(), ending));
                }
            }
            self.spellings.push((index, spelling));
        }
    }
}

/// How much a text may differ from a spelling of the rule. An exception excuses what stands there, not what somebody may
/// take for it.
pub(super) fn mode_of(rule: &Rule, spelling: &Spelling) -> MatchMode {
    match rule.draft.action {
        _ if spelling.is_literal => MatchMode::Exact,
        Action::Allow => MatchMode::Exact,
        _ => rule.draft.mode,
    }
}

/// Every letter once where it is repeated, as keys have them.
fn collapsed(text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    letters.dedup();
    letters.into_iter().collect()
}

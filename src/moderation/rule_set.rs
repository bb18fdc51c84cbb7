//! Changes of a site's rule set. Each is planned first: what it would put and remove, compiled together with the rest, so
//! that it can be tried on the stored posts (`rehearsal`) before it is put in force. A set that cannot be compiled never is.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::ids::{AuditId, RuleId, SiteId};
use crate::locale::{Locale, MessageId};
use crate::moderation::Moderation;
use crate::moderation::collisions::{self, Collision};
use crate::moderation::outcomes::Outcomes;
use crate::moderation::rules::{
    FieldError, Flaw, MatchMode, Matcher, Rule, RuleDraft, RuleKind, RuleProblem,
};
use crate::moderation::submit::{Repeatable, Replay};
use crate::store::rule_changes::{Applied, Once, RuleSetChange, apply_once};
use crate::store::{idempotency, rule_versions, rules, shared_rules, sites};

/// The longest comment of a version, in characters.
pub const COMMENT_MAX_CHARS: usize = 500;

/// What is to become of a rule set.
#[derive(Debug, Clone)]
pub enum Edit {
    /// One rule more.
    Add(RuleDraft),
    /// A rule says something else.
    Change(Rule),
    /// A rule less, by its id.
    Remove(String),
    /// The rules of a list that the site has not yet.
    Import(Vec<RuleDraft>),
    /// What hits lead to.
    Outcomes(Outcomes),
    /// The rules of another site that shares them, by its name in paths: for the first time, or as they are now.
    TakeOver(String),
    /// No more rules of another site.
    GiveUp(String),
    /// All rules, and what hits lead to, as they were in a version.
    Restore(i64),
}

crate::text_enum! {
    /// What to do if rules would hold common words, or more than one in twenty of the posts (and more than five).
    OnWarning {
        /// To save them, and tell the common words.
        Save = "save",
        /// To save nothing, and tell what they would do. The posts are looked at first.
        Refuse = "refuse",
    }
}

/// A change that can be put in force, and has not been.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(super) site_id: SiteId,
    pub(super) change: RuleSetChange,
    /// What the rules said that it changes or removes, and those that would lead to something else.
    pub(super) before: Vec<Rule>,
    /// The whole set as it would be, under the number that it would have if nobody else changed it.
    pub(super) matcher: Arc<Matcher>,
    /// What hits would lead to.
    pub(super) outcomes: Outcomes,
    /// How many rules of a list the site has already.
    pub known: usize,
    /// Entries of a list that are taken at their word, because seen through disguises they are other words.
    pub literal: Vec<Collision>,
    /// Common words that the rules it puts would hold, and did not before.
    pub collisions: Vec<Collision>,
}

impl Plan {
    /// The rules that would be new or changed.
    pub fn rules(&self) -> &[Rule] {
        &self.change.put
    }

    /// How many rules would be gone.
    pub fn removed(&self) -> usize {
        self.change.remove.len()
    }

    /// Whether it would change nothing.
    pub fn is_empty(&self) -> bool {
        self.change.put.is_empty()
            && self.change.remove.is_empty()
            && self.change.outcomes.is_none()
            && self.change.shared.is_none()
    }

    /// Whether only the notes of rules would be others: no post would be judged otherwise.
    pub fn is_of_notes(&self) -> bool {
        let before = self.before.iter().map(|rule| (&*rule.id, &rule.draft));
        let before: HashMap<&str, &RuleDraft> = before.collect();
        let differs_by_note = |rule: &Rule| {
            before.get(&*rule.id).is_some_and(|was| {
                let note = was.note.clone();
                let draft = rule.draft.clone();
                RuleDraft { note, ..draft } == **was
            })
        };
        self.change.remove.is_empty()
            && self.change.outcomes.is_none()
            && self.change.shared.is_none()
            && self.change.put.iter().all(differs_by_note)
    }
}

/// What was put in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// The version of the rule set.
    pub version: i64,
    /// The rules that are new or changed.
    pub rules: Vec<Rule>,
    /// Common words that they hold, and did not before.
    pub collisions: Vec<Collision>,
}

/// Rules that cannot be compiled, or not together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncompilable(pub Vec<RuleProblem>);

/// Why the rules were not changed. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleRefused {
    /// The rule set in force has no such rule, or there was no such version.
    Unknown,
    /// Fields break their rules.
    Invalid(Vec<FieldError>),
    /// Another rule says the same.
    Known(String),
    /// With it, the rule set cannot be compiled.
    Uncompilable(Uncompilable),
    /// Somebody changed the rules since the plan was made.
    Stale,
    /// The request was answered before.
    Replayed(Replay),
}

impl Moderation {
    /// What `edit` would do. Without a comment the version gets one that says so.
    pub async fn plan(
        &self,
        site_id: SiteId,
        edit: Edit,
        comment: &str,
    ) -> anyhow::Result<Result<Plan, RuleRefused>> {
        let comment = comment.trim();
        if comment.chars().count() > COMMENT_MAX_CHARS || comment.contains(char::is_control) {
            let flaw = Flaw::new("flaw-line").with("most", COMMENT_MAX_CHARS);
            return Ok(Err(RuleRefused::Invalid(vec![FieldError {
                field: "comment",
                flaw,
            }])));
        }
        // The version first: if the rules change meanwhile, what is compiled here is not taken for them.
        let (version, outcomes) = rule_versions::outcomes_in_force(&self.db, site_id).await?;
        let present = rules::list_in_force(&self.db, site_id).await?;
        let site = sites::find(&self.db, site_id).await?;
        let language = site.map_or(Locale::En, |site| site.settings.language);
        let drafted = self.draft(site_id, language, version, &present, &outcomes, edit);
        let drafted = match drafted.await? {
            Ok(drafted) => drafted,
            Err(refused) => return Ok(Err(refused)),
        };
        let task =
            tokio::task::spawn_blocking(move || drafted.compile(version + 1, present, &outcomes));
        let compiled = match task.await? {
            Ok(compiled) => compiled,
            Err(problems) => return Ok(Err(RuleRefused::Uncompilable(problems))),
        };
        let Compiled {
            drafted,
            outcomes,
            before,
            matcher,
            literal,
            collisions,
        } = compiled;
        let now_ms = self.tools.clock.now_ms();
        let put: HashSet<&String> = drafted.put.iter().map(|rule| &rule.id).collect();
        let replaced = before.iter().map(|rule| &rule.id);
        let replaced = replaced.filter(|id| put.contains(id)).cloned().collect();
        Ok(Ok(Plan {
            site_id,
            before,
            outcomes,
            matcher,
            known: drafted.known,
            literal,
            collisions,
            change: RuleSetChange {
                comment: match comment {
                    "" => drafted.comment,
                    comment => comment.to_owned(),
                },
                replaced,
                put: drafted.put,
                remove: drafted.remove,
                outcomes: drafted.outcomes,
                shared: drafted.shared,
                base: drafted.base,
                brake: None,
                audit_id: Some(self.tools.ids.next::<AuditId>(now_ms)),
            },
        }))
    }

    /// Makes a plan the site's next rule set. A plan that changes nothing makes none: the version is the one in force.
    pub async fn put_in_force(
        &self,
        plan: &Plan,
        created_by: &str,
        repeatable: Option<Repeatable<Saved>>,
    ) -> anyhow::Result<Result<Saved, RuleRefused>> {
        let now_ms = self.tools.clock.now_ms();
        let saved = |version| Saved {
            version,
            rules: plan.change.put.clone(),
            collisions: plan.collisions.clone(),
        };
        if plan.is_empty() {
            let in_force = self.in_force.load(plan.site_id).await?;
            let version = in_force.map_or(0, |in_force| in_force.site.rule_set_version);
            return Ok(Ok(saved(version)));
        }
        let once = repeatable.as_ref().map(|repeatable| Once {
            key_id: &repeatable.key_id,
            key: &repeatable.key,
            row: Box::new(|version| repeatable.row(plan.site_id, now_ms, &saved(version))),
        });
        let change = &plan.change;
        let applied = apply_once(&self.db, plan.site_id, change, created_by, now_ms, once).await?;
        Ok(match applied {
            Applied::Version(version) => {
                if version == plan.matcher.version() {
                    let (outcomes, matcher) = (plan.outcomes.clone(), plan.matcher.clone());
                    self.in_force.prepare(plan.site_id, outcomes, matcher);
                }
                self.in_force.forget(plan.site_id);
                Ok(saved(version))
            }
            Applied::Stale => Err(RuleRefused::Stale),
            Applied::Replayed(row) => Err(match &repeatable {
                Some(repeatable) => RuleRefused::Replayed(repeatable.replay(&row)),
                None => RuleRefused::Stale,
            }),
        })
    }

    /// Plans and puts in force.
    pub async fn edit_rules(
        &self,
        site_id: SiteId,
        edit: Edit,
        comment: &str,
        created_by: &str,
        repeatable: Option<Repeatable<Saved>>,
    ) -> anyhow::Result<Result<Saved, RuleRefused>> {
        let plan = self.plan_once(site_id, edit, comment, repeatable.as_ref());
        match plan.await? {
            Ok(plan) => self.put_in_force(&plan, created_by, repeatable).await,
            Err(refused) => Ok(Err(refused)),
        }
    }

    /// Plans what was not done before under the same name.
    pub async fn plan_once(
        &self,
        site_id: SiteId,
        edit: Edit,
        comment: &str,
        repeatable: Option<&Repeatable<Saved>>,
    ) -> anyhow::Result<Result<Plan, RuleRefused>> {
        if let Some(repeatable) = repeatable {
            let (key_id, key) = (&repeatable.key_id, &repeatable.key);
            if let Some(row) = idempotency::find(&self.db, site_id, key_id, key).await? {
                return Ok(Err(RuleRefused::Replayed(repeatable.replay(&row))));
            }
        }
        self.plan(site_id, edit, comment).await
    }

    /// What of `edit` is new to the rules that are `present`.
    async fn draft(
        &self,
        site_id: SiteId,
        language: Locale,
        present_version: i64,
        present: &[Rule],
        outcomes: &Outcomes,
        edit: Edit,
    ) -> anyhow::Result<Result<Drafted, RuleRefused>> {
        let now_ms = self.tools.clock.now_ms();
        let about = |id: MessageId, what: &str| language.say(id).with("what", what).to_string();
        let new = |draft| Rule {
            id: self.tools.ids.next::<RuleId>(now_ms).to_string(),
            draft,
        };
        Ok(match edit {
            Edit::Add(draft) => {
                let comment = about(MessageId("comment-added"), &draft.pattern);
                Drafted::put(present, new(draft), comment)
            }
            Edit::Change(rule) => match present.iter().find(|known| known.id == rule.id) {
                None => Err(RuleRefused::Unknown),
                Some(known) if *known == rule => Ok(Drafted::default()),
                Some(_) => {
                    let comment = about(MessageId("comment-changed"), &rule.draft.pattern);
                    Drafted::put(present, rule, comment)
                }
            },
            Edit::Remove(id) => match present.iter().find(|known| known.id == id) {
                None => Err(RuleRefused::Unknown),
                Some(known) => Ok(Drafted {
                    comment: about(MessageId("comment-removed"), &known.draft.pattern),
                    remove: vec![id],
                    ..Drafted::default()
                }),
            },
            Edit::Import(drafts) => {
                let given = drafts.len();
                let mut identities: HashSet<_> =
                    present.iter().map(|rule| rule.draft.identity()).collect();
                let put: Vec<Rule> = drafts
                    .into_iter()
                    .filter(|draft| identities.insert(draft.identity()))
                    .map(new)
                    .collect();
                Ok(Drafted {
                    known: given - put.len(),
                    comment: language
                        .say("comment-import")
                        .with("count", put.len())
                        .to_string(),
                    is_list: true,
                    put,
                    ..Drafted::default()
                })
            }
            Edit::Outcomes(new) if new == *outcomes => Ok(Drafted::default()),
            Edit::Outcomes(new) => match new.validate() {
                Err(errors) => Err(RuleRefused::Invalid(errors)),
                Ok(()) => Ok(Drafted {
                    comment: language.text("comment-outcomes"),
                    outcomes: Some(new),
                    ..Drafted::default()
                }),
            },
            Edit::TakeOver(slug) => {
                let Some(of) = shared_rules::find(&self.db, site_id, &slug).await? else {
                    return Ok(Err(RuleRefused::Unknown));
                };
                let merged = self.merge_shared(&of, present).await?;
                let version = of.rule_set_version;
                Ok(Drafted {
                    comment: language
                        .say("comment-shared")
                        .with("what", &of.name)
                        .with("version", version.to_string())
                        .to_string(),
                    shared: Some((of.site_id, Some(version))),
                    base: Some(present_version),
                    put: merged.put,
                    remove: merged.remove,
                    ..Drafted::default()
                })
            }
            Edit::GiveUp(slug) => {
                let of = shared_rules::find(&self.db, site_id, &slug).await?;
                let Some(of) = of.filter(|of| of.taken.is_some()) else {
                    return Ok(Err(RuleRefused::Unknown));
                };
                let merged = self.without_shared(&of, present).await?;
                Ok(Drafted {
                    comment: about(MessageId("comment-unshared"), &of.name),
                    shared: Some((of.site_id, None)),
                    base: Some(present_version),
                    remove: merged.remove,
                    ..Drafted::default()
                })
            }
            Edit::Restore(version) => {
                let newest = rule_versions::list(&self.db, site_id, i64::MAX, 1).await?;
                let newest = newest.first().map_or(0, |set| set.version);
                if version < 0 || version > newest {
                    return Ok(Err(RuleRefused::Unknown));
                }
                let then = rule_versions::rules_of(&self.db, site_id, version).await?;
                let led_to = rule_versions::outcomes_of(&self.db, site_id, version).await?;
                Ok(Drafted {
                    outcomes: (led_to != *outcomes).then_some(led_to),
                    ..Drafted::restore(present, then, language, version, newest)
                })
            }
        })
    }
}

/// A change before it is compiled.
#[derive(Debug, Default)]
struct Drafted {
    put: Vec<Rule>,
    remove: Vec<String>,
    outcomes: Option<Outcomes>,
    shared: Option<(SiteId, Option<i64>)>,
    comment: String,
    base: Option<i64>,
    known: usize,
    is_list: bool,
}

struct Compiled {
    drafted: Drafted,
    outcomes: Outcomes,
    before: Vec<Rule>,
    matcher: Arc<Matcher>,
    literal: Vec<Collision>,
    collisions: Vec<Collision>,
}

impl Drafted {
    fn put(present: &[Rule], rule: Rule, comment: String) -> Result<Self, RuleRefused> {
        rule.draft.validate().map_err(RuleRefused::Invalid)?;
        let identity = rule.draft.identity();
        let is_same = |other: &&Rule| other.id != rule.id && other.draft.identity() == identity;
        if let Some(same) = present.iter().find(is_same) {
            return Err(RuleRefused::Known(same.id.clone()));
        }
        Ok(Self {
            put: vec![rule],
            comment,
            ..Self::default()
        })
    }

    fn restore(
        present: &[Rule],
        then: Vec<Rule>,
        language: Locale,
        version: i64,
        newest: i64,
    ) -> Self {
        let now: HashMap<&str, &Rule> = present.iter().map(|rule| (&*rule.id, rule)).collect();
        let ids: HashSet<String> = then.iter().map(|rule| rule.id.clone()).collect();
        let gone = present.iter().filter(|rule| !ids.contains(&rule.id));
        Self {
            remove: gone.map(|rule| rule.id.clone()).collect(),
            put: then
                .into_iter()
                .filter(|rule| now.get(&*rule.id) != Some(&rule))
                .collect(),
            comment: language
                .say("comment-restored")
                .with("version", version.to_string())
                .to_string(),
            base: Some(newest),
            ..Self::default()
        }
    }

    /// Compiles the whole set as it would be.
    fn compile(
        mut self,
        version: i64,
        present: Vec<Rule>,
        outcomes: &Outcomes,
    ) -> Result<Compiled, Uncompilable> {
        let ids = self.put.iter().map(|rule| &rule.id).chain(&self.remove);
        let ids: HashSet<String> = ids.cloned().collect();
        let (mut before, kept): (Vec<Rule>, Vec<Rule>) =
            present.into_iter().partition(|rule| ids.contains(&rule.id));
        let new_outcomes = self.outcomes.as_ref().unwrap_or(outcomes);
        let is_other = |rule: &&Rule| outcomes.of(rule) != new_outcomes.of(rule);
        before.extend(kept.iter().filter(is_other).cloned());
        let new_outcomes = new_outcomes.clone();
        let known = self.known_collisions(&before, outcomes)?;
        let build = |kept: &[Rule], put: &[Rule]| {
            let mut all: Vec<Rule> = kept.iter().chain(put).cloned().collect();
            // As they are read by other processes.
            all.sort_unstable_by(|a, b| a.id.cmp(&b.id));
            Matcher::build(version, &new_outcomes.apply(all)).map_err(Uncompilable)
        };
        let mut matcher = build(&kept, &self.put)?;
        let exact = |put: &[Rule]| {
            let is_exact = |rule: &&Rule| rule.draft.mode == MatchMode::Exact;
            put.iter().filter(is_exact).count()
        };
        let before_list = exact(&self.put);
        let literal = match self.is_list {
            true => self.take_at_their_word(&matcher),
            false => Vec::new(),
        };
        if exact(&self.put) > before_list {
            matcher = build(&kept, &self.put)?;
        }
        let put: HashSet<&str> = self.put.iter().map(|rule| &*rule.id).collect();
        let mut collisions = match put.is_empty() {
            true => Vec::new(),
            false => collisions::of(&matcher),
        };
        collisions.retain(|found| put.contains(&*found.rule) && !known.contains(found));
        Ok(Compiled {
            outcomes: new_outcomes,
            collisions,
            drafted: self,
            before,
            matcher: Arc::new(matcher),
            literal,
        })
    }

    /// The common words that the rules which are changed hold already.
    fn known_collisions(
        &self,
        before: &[Rule],
        outcomes: &Outcomes,
    ) -> Result<Vec<Collision>, Uncompilable> {
        let put: HashSet<&str> = self.put.iter().map(|rule| &*rule.id).collect();
        let changed = before.iter().filter(|rule| put.contains(&*rule.id));
        let changed: Vec<Rule> = changed.cloned().collect();
        if changed.is_empty() {
            return Ok(Vec::new());
        }
        let matcher = Matcher::build(0, &outcomes.apply(changed)).map_err(Uncompilable)?;
        Ok(collisions::of(&matcher))
    }

    /// Makes those entries of a list exact that seen through disguises, or without their signs, are common words: lists have
    /// look-alike spellings of words that nobody means to forbid (`bｅ`, `blog ::`). `matcher` has them as they are.
    fn take_at_their_word(&mut self, matcher: &Matcher) -> Vec<Collision> {
        let mut collisions: HashMap<String, Collision> = collisions::of(matcher)
            .into_iter()
            .map(|collision| (collision.rule.clone(), collision))
            .collect();
        let mut literal = Vec::new();
        for rule in &mut self.put {
            let collision = collisions.remove(&rule.id);
            let has_modes = matches!(rule.draft.kind, RuleKind::Word | RuleKind::Phrase);
            let has_own_spelling = rule.draft.has_own_spelling();
            let is_other = |found: &Collision| has_own_spelling || found.is_disguised;
            let collision = collision.filter(|found| has_modes && is_other(found));
            // What stands between signs (`to get $`) may be common although no single word is.
            if has_own_spelling || collision.is_some() {
                rule.draft.mode = MatchMode::Exact;
            }
            literal.extend(collision);
        }
        literal
    }
}

//! The terms of the rules as messages: how pages name an action, a field of a post, a way to look at a text. Knows no page.

use crate::locale::{Locale, MessageId};
use crate::moderation::rules::{
    Action, Field, Fields, Inflections, MatchMode, RuleKind, View, Views,
};

/// What a rule does.
pub(crate) fn action(action: Action) -> MessageId {
    match action {
        Action::Hold => MessageId("action-hold"),
        Action::Reject => MessageId("action-reject"),
        Action::Allow => MessageId("action-allow"),
        Action::Shadow => MessageId("action-shadow"),
    }
}

/// Where in a post it looks.
pub(crate) fn field(field: Field) -> MessageId {
    match field {
        Field::Title => MessageId("field-title"),
        Field::Body => MessageId("field-body"),
    }
}

/// What it looks at.
pub(crate) fn fields(fields: Fields) -> MessageId {
    match fields {
        Fields::Title => MessageId("rule-fields-title"),
        Fields::Body => MessageId("rule-fields-body"),
        Fields::Both => MessageId("rule-fields-both"),
    }
}

/// How its pattern is read.
pub(crate) fn kind(kind: RuleKind) -> MessageId {
    match kind {
        RuleKind::Word => MessageId("rule-kind-word"),
        RuleKind::Phrase => MessageId("rule-kind-phrase"),
        RuleKind::Wildcard => MessageId("rule-kind-wildcard"),
        RuleKind::Regex => MessageId("rule-kind-regex"),
        RuleKind::Host => MessageId("rule-kind-host"),
        RuleKind::Combination => MessageId("rule-kind-combination"),
    }
}

/// In whose forms it looks for a word.
pub(crate) fn inflections(inflections: Inflections) -> MessageId {
    match inflections {
        Inflections::None => MessageId("rule-inflections-none"),
        Inflections::English => MessageId("rule-inflections-en"),
        Inflections::German => MessageId("rule-inflections-de"),
        Inflections::French => MessageId("rule-inflections-fr"),
        Inflections::Spanish => MessageId("rule-inflections-es"),
        Inflections::Turkish => MessageId("rule-inflections-tr"),
    }
}

/// How much disguise it sees through.
pub(crate) fn mode(mode: MatchMode) -> MessageId {
    match mode {
        MatchMode::Exact => MessageId("rule-mode-exact"),
        MatchMode::Normal => MessageId("rule-mode-normal"),
        MatchMode::Aggressive => MessageId("rule-mode-aggressive"),
    }
}

/// The same with what that means.
pub(crate) fn mode_in_full(mode: MatchMode) -> MessageId {
    match mode {
        MatchMode::Exact => MessageId("rule-match-exact"),
        MatchMode::Normal => MessageId("rule-match-normal"),
        MatchMode::Aggressive => MessageId("rule-match-aggressive"),
    }
}

/// How a text had to be looked at; nothing for the text as it is.
pub(crate) fn views(locale: Locale, views: Views) -> String {
    let names = View::ALL
        .iter()
        .filter(|view| **view != View::Text && views.contains(**view))
        .map(|shown| locale.text(view(*shown)));
    names.collect::<Vec<_>>().join("+")
}

/// A way to look at a text.
pub(crate) fn view(view: View) -> MessageId {
    match view {
        View::Text | View::Hidden => MessageId("view-hidden"),
        View::External => MessageId("view-external"),
        View::Markup => MessageId("view-markup"),
        View::Marks => MessageId("view-marks"),
        View::Lookalike => MessageId("view-lookalike"),
        View::Leet => MessageId("view-leet"),
        View::Repeated => MessageId("view-repeated"),
        View::Separated => MessageId("view-separated"),
        View::Masked => MessageId("view-masked"),
        View::Link => MessageId("view-link"),
    }
}

//! What the decisions of people suggest for the rules. Each suggestion leads to the form of a new rule, tried on the posts.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use url::form_urlencoded::Serializer;

use crate::app::App;
use crate::http::chrome::{PageChrome, page};
use crate::http::error::HttpError;
use crate::http::marks::HitRow;
use crate::http::parts::{Link, count};
use crate::http::visitor::Member;
use crate::moderation::rules::{Action, Hit, RuleDraft, RuleKind};
use crate::moderation::suggestions;

use super::rule::rule_path;
use super::rules::path;

#[derive(Template)]
#[template(path = "admin/suggestions.html")]
struct SuggestionsPage {
    page: PageChrome,
    rules_path: String,
    read: String,
    lists: Vec<List>,
}

struct List {
    title: &'static str,
    hint: &'static str,
    rows: Vec<Suggestion>,
}

struct Suggestion {
    pattern: String,
    path: String,
    about: String,
}

/// `GET /s/{site}/admin/rules/suggestions`
pub(crate) async fn show(
    req: HttpRequest,
    app: web::Data<App>,
    owner: Member,
) -> Result<HttpResponse, HttpError> {
    let slug = &owner.site.slug;
    let found = app.moderation.suggest_rules(owner.site.id).await?;
    let terms = found.terms.iter().map(|term| {
        let draft = RuleDraft {
            pattern: term.word.clone(),
            ..RuleDraft::default()
        };
        Suggestion {
            path: new_path(slug, &draft),
            about: format!(
                "in {} and {}",
                count(term.rejected, "rejected post"),
                count(term.others, "other")
            ),
            pattern: term.word.clone(),
        }
    });
    let exceptions = found.exceptions.iter().map(|exception| Suggestion {
        path: new_path(slug, &exception.draft),
        about: format!(
            "hit by “{}” in {}, rejected in none",
            exception.of,
            count(exception.approved, "approved post")
        ),
        pattern: exception.draft.pattern.clone(),
    });
    page(&SuggestionsPage {
        page: PageChrome::of(&req, "Suggestions", "rules"),
        rules_path: path(slug),
        read: format!(
            "Read were {} and {} that nobody rejected, the newest.",
            count(found.rejected, "rejected post"),
            count(found.others, "post")
        ),
        lists: vec![
            List {
                title: "Terms to hold",
                hint: "They stand in rejected posts, hardly in others, and no rule finds them.",
                rows: terms.collect(),
            },
            List {
                title: "Exceptions",
                hint: "Rules held posts for them that moderators approved each time.",
                rows: exceptions.collect(),
            },
        ],
    })
}

/// The form for a new rule, filled and tried.
fn new_path(slug: &str, draft: &RuleDraft) -> String {
    let mut query = Serializer::new(String::new());
    query
        .append_pair("pattern", &draft.pattern)
        .append_pair("kind", draft.kind.as_str())
        .append_pair("action", draft.action.as_str());
    format!("{}/new?{}#add", path(slug), query.finish())
}

/// Leads from each hit to the exceptions that would excuse it, tried on the posts: for its rule and for all of them.
pub(crate) fn lead_to_exceptions(
    slug: &str,
    rows: &mut [HitRow],
    (title, body): (&str, &str),
    hits: &[Hit],
) {
    for row in rows {
        let mut same = hits
            .iter()
            .filter(|hit| hit.rule == row.rule && hit.text == row.text);
        let Some(draft) = same.find_map(|hit| suggestions::exception(title, body, hit)) else {
            continue;
        };
        let except = Serializer::new(String::new())
            .append_pair("except", &draft.pattern)
            .finish();
        row.exceptions = vec![
            Link {
                path: format!("{}?{except}", rule_path(slug, &row.rule)),
                label: format!("Except “{}” from the rule", draft.pattern),
            },
            Link {
                path: new_path(slug, &draft),
                label: "Except it from all rules".to_owned(),
            },
        ];
    }
}

/// What a link to the form for a new rule says.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRuleQuery {
    #[serde(default)]
    pattern: String,
    kind: Option<RuleKind>,
    action: Option<Action>,
}

impl NewRuleQuery {
    /// The rule that is suggested.
    pub(super) fn draft(self) -> RuleDraft {
        let usual = RuleDraft::default();
        RuleDraft {
            pattern: self.pattern,
            kind: self.kind.unwrap_or(usual.kind),
            action: self.action.unwrap_or(usual.action),
            ..usual
        }
    }
}

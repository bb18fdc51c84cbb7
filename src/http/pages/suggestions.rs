//! What the decisions of people suggest for the rules. Each suggestion leads to the form of a new rule, tried on the posts.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use url::form_urlencoded::Serializer;

use crate::app::App;
use crate::http::chrome::{PageChrome, page};
use crate::http::error::HttpError;
use crate::http::marks::HitRow;
use crate::http::parts::Link;
use crate::http::visitor::Member;
use crate::locale::{Locale, MessageId};
use crate::moderation::rules::{Action, Hit, RuleDraft, RuleKind};
use crate::moderation::suggestions;

use super::rule::rule_path;
use super::rules::{counted, path};

#[derive(Template)]
#[template(path = "admin/suggestions.html")]
struct SuggestionsPage {
    page: PageChrome,
    rules_path: String,
    read: String,
    lists: Vec<List>,
}

struct List {
    title: String,
    hint: String,
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
    let page_chrome = PageChrome::titled(&req, "rules-suggestions", "rules");
    let locale = page_chrome.locale;
    let terms = found.terms.iter().map(|term| {
        let draft = RuleDraft {
            pattern: term.word.clone(),
            ..RuleDraft::default()
        };
        Suggestion {
            path: new_path(slug, &draft),
            about: locale
                .say("suggestions-term")
                .with(
                    "rejected",
                    counted(locale, MessageId("suggestions-rejected"), term.rejected),
                )
                .with(
                    "others",
                    counted(locale, MessageId("suggestions-others"), term.others),
                )
                .to_string(),
            pattern: term.word.clone(),
        }
    });
    let exceptions = found.exceptions.iter().map(|exception| Suggestion {
        path: new_path(slug, &exception.draft),
        about: locale
            .say("suggestions-exception")
            .with("pattern", exception.of.as_str())
            .with(
                "approved",
                counted(
                    locale,
                    MessageId("suggestions-approved"),
                    exception.approved,
                ),
            )
            .to_string(),
        pattern: exception.draft.pattern.clone(),
    });
    page(&SuggestionsPage {
        page: page_chrome,
        rules_path: path(slug),
        read: locale
            .say("suggestions-read")
            .with(
                "rejected",
                counted(locale, MessageId("suggestions-rejected"), found.rejected),
            )
            .with(
                "others",
                counted(locale, MessageId("post-count"), found.others),
            )
            .to_string(),
        lists: vec![
            List {
                title: locale.text("suggestions-terms"),
                hint: locale.text("suggestions-terms-hint"),
                rows: terms.collect(),
            },
            List {
                title: locale.text("suggestions-exceptions"),
                hint: locale.text("suggestions-exceptions-hint"),
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
    locale: Locale,
    slug: &str,
    rows: &mut [HitRow],
    (title, body): (&str, &str),
    hits: &[Hit],
) {
    for row in rows.iter_mut().filter(|row| row.is_rule) {
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
                label: locale
                    .say("except-from-rule")
                    .with("pattern", draft.pattern.as_str())
                    .to_string(),
            },
            Link {
                path: new_path(slug, &draft),
                label: locale.text("except-from-all"),
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

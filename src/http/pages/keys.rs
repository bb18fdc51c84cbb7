//! `/s/{site}/admin/keys`: keys for programs. A secret is shown in the answer that made it and never again.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::auth::access_key::{self, AccessKey, KeyKind, NewKey, Scope, Scopes};
use crate::http::chrome::{PageChrome, Redirect, page, page_with};
use crate::http::error::HttpError;
use crate::http::extract::segment;
use crate::http::form::Form;
use crate::http::language::locale;
use crate::http::parts::{Choice, When};
use crate::http::visitor::Member;
use crate::ids::KeyId;
use crate::locale::{Locale, MessageId};
use crate::people::name::Name;
use crate::store::keys;

use super::typed;

#[derive(Template)]
#[template(path = "admin/keys.html")]
struct KeysPage {
    page: PageChrome,
    created: Option<ShownKey>,
    keys: Vec<KeyRow>,
    name: String,
    name_error: Option<String>,
    kinds: Vec<Choice>,
    scope_error: Option<String>,
    endpoint: String,
    api: String,
}

struct ShownKey {
    name: String,
    parts: Vec<KeyPart>,
}

struct KeyPart {
    id: &'static str,
    label: String,
    value: String,
}

struct KeyRow {
    name: String,
    kind: &'static str,
    id: String,
    scopes: String,
    created: When,
    used: String,
    revoke_path: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyForm {
    kind: KeyKind,
    name: String,
    #[serde(default)]
    scope_submit: bool,
    #[serde(default)]
    scope_read: bool,
    #[serde(default)]
    scope_decide: bool,
    #[serde(default)]
    scope_admin: bool,
}

/// `GET /s/{site}/admin/keys`
pub(crate) async fn show(
    req: HttpRequest,
    app: web::Data<App>,
    owner: Member,
) -> Result<HttpResponse, HttpError> {
    page(&keys_page(&req, &app, &owner, KeyKind::Api).await?)
}

/// `POST /s/{site}/admin/keys`
pub(crate) async fn create(
    req: HttpRequest,
    app: web::Data<App>,
    owner: Member,
    Form(form): Form<KeyForm>,
) -> Result<HttpResponse, HttpError> {
    let name = Name::parse(&form.name);
    let scopes = form.scopes();
    let has_none = scopes == Scopes::default();
    let name = match name {
        Ok(name) if !has_none => name,
        name => {
            let again = KeysPage {
                name_error: (name.err()).map(|rule| locale(&req).text(typed::name(rule))),
                scope_error: has_none.then(|| locale(&req).text("key-no-scope")),
                name: form.name,
                ..keys_page(&req, &app, &owner, form.kind).await?
            };
            return page_with(StatusCode::UNPROCESSABLE_ENTITY, &again);
        }
    };
    let new = NewKey {
        site_id: owner.site.id,
        kind: form.kind,
        name: name.as_str().to_owned(),
        scopes,
    };
    let now_ms = app.clock.now_ms();
    let (key, secret) =
        access_key::create(&app.db, &app.keyring, &app.ids, now_ms, &owner.by(), new).await?;
    let created = KeysPage {
        created: Some(ShownKey::new(locale(&req), &key, secret)),
        ..keys_page(&req, &app, &owner, KeyKind::Api).await?
    };
    page(&created)
}

/// `POST /s/{site}/admin/keys/{key}/revoke`
pub(crate) async fn revoke(
    req: HttpRequest,
    app: web::Data<App>,
    owner: Member,
) -> Result<Redirect, HttpError> {
    let id = KeyId::from(segment(&req, "key").to_owned());
    let (now_ms, by) = (app.clock.now_ms(), owner.by());
    if !access_key::revoke(&app.db, &app.ids, now_ms, &by, owner.site.id, &id).await? {
        return Err(HttpError::not_found());
    }
    Ok(Redirect::to(keys_path(&owner)).flash(locale(&req).text("key-is-revoked")))
}

fn keys_path(owner: &Member) -> String {
    format!("/s/{}/admin/keys", owner.site.slug)
}

async fn keys_page(
    req: &HttpRequest,
    app: &App,
    owner: &Member,
    chosen: KeyKind,
) -> Result<KeysPage, HttpError> {
    let keys = keys::list(&app.db, owner.site.id).await?;
    let path = keys_path(owner);
    let endpoint = app.config.base_url.as_str();
    let endpoint = endpoint.trim_end_matches('/').to_owned();
    let page = PageChrome::titled(req, "settings-keys", "settings");
    let locale = page.locale;
    Ok(KeysPage {
        page,
        created: None,
        keys: keys
            .into_iter()
            .map(|key| KeyRow::new(locale, key, &path))
            .collect(),
        name: String::new(),
        name_error: None,
        kinds: KeyKind::ALL
            .iter()
            .map(|kind| Choice {
                value: kind.to_string(),
                label: label(*kind).to_owned(),
                selected: *kind == chosen,
            })
            .collect(),
        scope_error: None,
        api: format!("{endpoint}/api/v1"),
        endpoint,
    })
}

fn label(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Api => "API",
        KeyKind::Aws => "AWS",
    }
}

impl KeyForm {
    /// What was ticked. An AWS pair is for answering tasks, and needs no ticks.
    fn scopes(&self) -> Scopes {
        if self.kind == KeyKind::Aws {
            return Scopes::from_iter([Scope::Decide]);
        }
        [
            (self.scope_submit, Scope::Submit),
            (self.scope_read, Scope::Read),
            (self.scope_decide, Scope::Decide),
            (self.scope_admin, Scope::Admin),
        ]
        .into_iter()
        .filter_map(|(ticked, scope)| ticked.then_some(scope))
        .collect()
    }
}

impl ShownKey {
    fn new(locale: Locale, key: &AccessKey, secret: String) -> Self {
        let parts = match key.kind {
            KeyKind::Api => vec![KeyPart {
                id: "secret",
                label: locale.text("key-part-api"),
                value: secret,
            }],
            KeyKind::Aws => vec![
                KeyPart {
                    id: "id",
                    label: locale.text("key-part-id"),
                    value: key.id.to_string(),
                },
                KeyPart {
                    id: "secret",
                    label: locale.text("key-part-secret"),
                    value: secret,
                },
            ],
        };
        Self {
            name: key.name.clone(),
            parts,
        }
    }
}

/// What a key may do, in words.
fn scopes(locale: Locale, scopes: &Scopes) -> String {
    let words = Scope::ALL
        .iter()
        .filter(|scope| scopes.allow(**scope))
        .map(|scope| {
            locale.text(match scope {
                Scope::Submit => MessageId("key-scope-submit"),
                Scope::Read => MessageId("key-scope-read"),
                Scope::Decide => MessageId("key-scope-decide"),
                Scope::Admin => MessageId("key-scope-admin"),
            })
        });
    words.collect::<Vec<_>>().join(", ")
}

impl KeyRow {
    fn new(locale: Locale, key: AccessKey, path: &str) -> Self {
        Self {
            revoke_path: key
                .revoked_at_ms
                .is_none()
                .then(|| format!("{path}/{}/revoke", key.id)),
            kind: label(key.kind),
            scopes: scopes(locale, &key.scopes),
            created: When::of(locale, key.created_at_ms),
            used: key
                .used_at_ms
                .map_or_else(|| locale.text("key-never"), |ms| locale.short_moment(ms)),
            id: key.id.to_string(),
            name: key.name,
        }
    }
}

//! The API's description, OpenAPI 3.1, generated from the handlers and their types. `GET /openapi.json`, the page for
//! it and `gatepost openapi` all show this one document.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, HeaderBuilder, HttpMethod, InfoBuilder, LicenseBuilder, OpenApi, Ref, RefOr,
    Required, ResponseBuilder, ServerBuilder,
};
use utoipa::{Modify, OpenApi as _, PartialSchema, ToSchema};

use crate::http::error::{Code, HttpError};
use crate::moderation::decide::Decision;
use crate::moderation::external::OnFailure;
use crate::moderation::rows::{CaseStatus, PostStatus};
use crate::moderation::rule_set::OnWarning;

use super::request::JSON;
use super::rule_lists::RehearsedChange;
use super::{
    check, checks, decisions, docs, outcomes, posts, queue, rule_figures, rule_lists,
    rule_versions, rules, shared_rules,
};

/// Where the API lives.
pub const BASE: &str = "/api/v1";

const DESCRIPTION: &str = "\
Submit posts, read what became of them, decide on those that wait, and keep the rules.

A key in `Authorization: Bearer gpk_…` names the site and what its holder may do: the scopes `submit`, `read` and \
`decide`, or `admin` for all of them. Nothing of another site is ever found.

Errors are `application/problem+json` (RFC 9457) with a stable `code`. Lists answer `items` and `next_cursor`, and take \
`cursor` and `limit`. Every POST takes an `Idempotency-Key`: the same request with the same key gets the same answer, \
another request with it is refused. Times are RFC 3339 in UTC; offsets count Unicode code points.";

#[derive(utoipa::OpenApi)]
#[openapi(
    paths(
        posts::create,
        posts::list,
        posts::show,
        check::check,
        queue::list,
        queue::show,
        decisions::create,
        rules::list,
        rules::create,
        rules::show,
        rule_figures::show,
        rules::change,
        rules::remove,
        rule_lists::import,
        rule_lists::export,
        rule_lists::rehearse,
        outcomes::show,
        outcomes::change,
        shared_rules::show,
        shared_rules::change,
        rule_versions::list,
        rule_versions::show,
        rule_versions::restore,
        checks::list,
        checks::show,
        checks::put,
        checks::remove,
        checks::try_out,
        openapi,
        docs::show,
    ),
    components(schemas(Problem)),
    tags(
        (name = "posts", description = "Posts and the checking of texts"),
        (name = "queue", description = "Cases that wait for a moderator, and decisions"),
        (name = "rules", description = "The rules of the site, their versions, and what a change would do"),
        (name = "checks", description = "The external checks that the site asks about its posts"),
        (name = "about", description = "This document"),
    ),
    modifiers(&Conventions)
)]
struct Document;

/// The document as JSON, indented.
pub fn openapi_json() -> String {
    document()
        .to_pretty_json()
        .expect("the document is made of texts")
}

/// The document.
pub(super) fn document() -> OpenApi {
    Document::openapi()
}

/// Read this document
#[utoipa::path(
    get, path = "/openapi.json", operation_id = "read_openapi", tag = "about", security(()),
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json", body = Object))
)]
pub(crate) async fn openapi() -> Result<HttpResponse, HttpError> {
    Ok(HttpResponse::Ok().content_type(JSON).body(openapi_json()))
}

/// An error (RFC 9457). Some codes have further members; `already_decided` says who decided what and when.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "only described; `http::answer` writes it")]
struct Problem {
    /// Always `about:blank`: the code says what happened.
    r#type: String,
    /// The code in words.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What happened; stable.
    code: Code,
    /// What happened this time.
    detail: String,
    /// The request's name in the log.
    request_id: String,
    /// The field that breaks a rule.
    field: Option<String>,
    /// All fields that break a rule.
    errors: Option<Vec<FieldProblem>>,
    /// What a change that is to be warned of would do.
    rehearsal: Option<RehearsedChange>,
}

/// A field that breaks a rule.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "only described; `request` writes it")]
struct FieldProblem {
    /// Which field.
    field: String,
    /// Which rule.
    message: String,
}

/// Describes enums by their own list of words.
macro_rules! enum_schemas {
    ($($name:ident: $description:literal;)*) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some($description))
                    .enum_values(Some($name::ALL.iter().map(|word| word.as_str())))
                    .into()
            }
        }

        impl ToSchema for $name {}
    )*};
}

enum_schemas! {
    CaseStatus: "How a case stands.";
    Code: "The stable name of an error.";
    Decision: "What somebody decides.";
    OnFailure: "What becomes of a post when a check does not answer.";
    OnWarning: "What to do if rules would hold common words, or more than one in twenty of the posts (and more than five).";
    PostStatus: "Where a post's newest revision stands.";
}

/// What holds for every call: the base address, the key, the errors, the `Idempotency-Key`.
struct Conventions;

impl Modify for Conventions {
    fn modify(&self, document: &mut OpenApi) {
        document.info = InfoBuilder::new()
            .title("Gatepost")
            .version(env!("CARGO_PKG_VERSION"))
            .description(Some(DESCRIPTION))
            .license(Some(
                LicenseBuilder::new()
                    .name(env!("CARGO_PKG_LICENSE"))
                    .identifier(Some(env!("CARGO_PKG_LICENSE")))
                    .build(),
            ))
            .build();
        document.servers = Some(vec![ServerBuilder::new().url(BASE).build()]);
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("gpk_…")
            .description(Some("An API key of the site"))
            .build();
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("api_key", SecurityScheme::Http(bearer));
        for item in document.paths.paths.values_mut() {
            if let Some(operation) = &mut item.get {
                describe_errors(operation, &HttpMethod::Get);
            }
            if let Some(operation) = &mut item.post {
                operation
                    .parameters
                    .get_or_insert_default()
                    .push(RefOr::T(idempotency_key()));
                describe_errors(operation, &HttpMethod::Post);
            }
            if let Some(operation) = &mut item.put {
                describe_errors(operation, &HttpMethod::Put);
            }
            if let Some(operation) = &mut item.patch {
                describe_errors(operation, &HttpMethod::Patch);
            }
            if let Some(operation) = &mut item.delete {
                describe_errors(operation, &HttpMethod::Delete);
            }
        }
    }
}

fn idempotency_key() -> utoipa::openapi::path::Parameter {
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(255))
        .pattern(Some("^[!-~]+$"));
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "Your name for this request: sent again, it gets the same answer and nothing happens twice",
        ))
        .schema(Some(schema))
        .build()
}

/// Adds the errors that an operation answers with, one response for each status.
fn describe_errors(operation: &mut Operation, method: &HttpMethod) {
    let mut statuses: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in errors_of(operation, method) {
        statuses
            .entry(code.status().as_u16())
            .or_default()
            .push(code);
    }
    for (status, codes) in statuses {
        let texts: Vec<String> = codes
            .iter()
            .map(|code| format!("`{}`: {}", code.as_str(), code.title()))
            .collect();
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name("Problem")))
            .build();
        let mut response = ResponseBuilder::new()
            .description(texts.join("; "))
            .content("application/problem+json", content);
        if matches!(status, 429 | 503) {
            let seconds = ObjectBuilder::new()
                .schema_type(Type::Integer)
                .format(Some(SchemaFormat::Custom("seconds".to_owned())));
            let header = HeaderBuilder::new()
                .schema(Some(seconds))
                .description(Some("When to try again"))
                .build();
            response = response.header("Retry-After", header);
        }
        operation
            .responses
            .responses
            .insert(status.to_string(), RefOr::T(response.build()));
    }
}

fn errors_of(operation: &Operation, method: &HttpMethod) -> Vec<Code> {
    if operation
        .tags
        .as_ref()
        .is_some_and(|tags| tags.iter().any(|tag| tag == "about"))
    {
        return vec![Code::Internal];
    }
    let mut codes = vec![
        Code::Unauthenticated,
        Code::Forbidden,
        Code::TooManyRequests,
        Code::Internal,
        Code::Overloaded,
    ];
    codes.extend_from_slice(match method {
        HttpMethod::Post | HttpMethod::Put | HttpMethod::Patch => &[
            Code::BadRequest,
            Code::InvalidField,
            Code::Timeout,
            Code::TooLarge,
            Code::UnsupportedMediaType,
        ],
        HttpMethod::Delete => &[],
        _ => &[Code::InvalidField],
    });
    codes.extend_from_slice(match operation.operation_id.as_deref() {
        Some("submit_post") => &[Code::DuplicateExternalId, Code::IdempotencyKeyReused],
        Some("decide") => &[
            Code::UnknownToken,
            Code::AlreadyDecided,
            Code::StaleRevision,
            Code::Expired,
            Code::IdempotencyKeyReused,
        ],
        Some("add_rule") => &[Code::DuplicateRule, Code::IdempotencyKeyReused],
        Some("change_rule") => &[Code::NotFound, Code::DuplicateRule],
        Some("import_rules") => &[Code::IdempotencyKeyReused],
        Some("rehearse_rules") => &[Code::NotFound, Code::DuplicateRule],
        Some("restore_rule_version") => {
            &[Code::NotFound, Code::Conflict, Code::IdempotencyKeyReused]
        }
        Some(
            "read_post" | "read_case" | "read_rule" | "remove_rule" | "read_rule_version"
            | "read_check" | "remove_check",
        ) => &[Code::NotFound],
        _ => &[],
    });
    codes
}

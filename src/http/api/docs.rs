//! `GET /docs`: the page for the API's description, made of the description itself, so that it works offline and needs
//! no script.

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde_json::Value;

use crate::http::answer::app;
use crate::http::chrome::{self, PageChrome};
use crate::http::error::HttpError;

use super::document::{BASE, document};

/// Longer than any chain of references in the document.
const DEPTH_MAX: usize = 8;

#[derive(Template)]
#[template(path = "docs/api.html")]
struct ApiPage {
    page: PageChrome,
    version: String,
    endpoint: String,
    openapi_path: String,
    operations: Vec<Operation>,
}

struct Operation {
    id: String,
    method: String,
    path: String,
    summary: String,
    scope: String,
    description: String,
    parameters: Vec<Parameter>,
    answers: Vec<Answer>,
    curl: String,
    example: String,
}

struct Parameter {
    name: String,
    place: String,
    kind: String,
    required: bool,
    text: String,
}

struct Answer {
    status: String,
    text: String,
}

/// Read this document as a page
#[utoipa::path(
    get, path = "/docs", operation_id = "read_docs", tag = "about", security(()),
    responses((status = 200, description = "A page", content_type = "text/html", body = String))
)]
pub(crate) async fn show(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let base = app(&req).config.base_url.to_string();
    let endpoint = format!("{}{BASE}", base.trim_end_matches('/'));
    let document = serde_json::to_value(document()).map_err(anyhow::Error::from)?;
    chrome::page(&ApiPage {
        page: PageChrome::of(&req, "API", ""),
        version: text(&document["info"]["version"]),
        openapi_path: format!("{BASE}/openapi.json"),
        operations: operations(&document, &endpoint),
        endpoint,
    })
}

fn operations(document: &Value, endpoint: &str) -> Vec<Operation> {
    let reader = Reader { document, endpoint };
    let paths = document["paths"].as_object().into_iter().flatten();
    let mut operations: Vec<(usize, Operation)> = paths
        .flat_map(|(path, item)| {
            let methods = item.as_object().into_iter().flatten();
            methods.map(move |(method, operation)| (path, method, operation))
        })
        .map(|(path, method, operation)| {
            (
                rank(path, method),
                reader.operation(path, method, operation),
            )
        })
        .collect();
    operations.sort_by_key(|(rank, _)| *rank);
    operations
        .into_iter()
        .map(|(_, operation)| operation)
        .collect()
}

/// In the order of use: a post is submitted, read, found in the queue, decided on.
fn rank(path: &str, method: &str) -> usize {
    const ORDER: [&str; 26] = [
        "post /posts",
        "get /posts/{id}",
        "get /posts",
        "post /check",
        "get /queue",
        "get /queue/{case}",
        "post /decisions",
        "get /rules",
        "post /rules",
        "get /rules/{rule}",
        "get /rules/{rule}/figures",
        "patch /rules/{rule}",
        "delete /rules/{rule}",
        "post /rules/rehearse",
        "post /rules/import",
        "get /rules/export",
        "get /rules/versions",
        "get /rules/versions/{version}",
        "post /rules/versions/{version}/restore",
        "get /checks",
        "get /checks/{check}",
        "put /checks/{check}",
        "delete /checks/{check}",
        "post /checks/{check}/try",
        "get /openapi.json",
        "get /docs",
    ];
    let call = format!("{method} {path}");
    ORDER
        .iter()
        .position(|known| *known == call)
        .unwrap_or(ORDER.len())
}

/// Reads the document, following its references.
struct Reader<'a> {
    document: &'a Value,
    endpoint: &'a str,
}

impl<'a> Reader<'a> {
    fn operation(&self, path: &str, method: &str, operation: &'a Value) -> Operation {
        let body = &operation["requestBody"]["content"]["application/json"]["schema"];
        let mut parameters: Vec<Parameter> = list(&operation["parameters"])
            .map(|one| self.parameter(one))
            .collect();
        self.fields(body, "", &mut parameters);
        let answers = operation["responses"].as_object().into_iter().flatten();
        let success = answers.clone().find(|(status, _)| status.starts_with('2'));
        let shape = success.map(|(_, answer)| &answer["content"]["application/json"]["schema"]);
        Operation {
            id: text(&operation["operationId"]),
            method: method.to_uppercase(),
            path: path.to_owned(),
            summary: text(&operation["summary"]),
            description: text(&operation["description"]),
            scope: scopes(operation),
            curl: self.curl(path, method, body),
            example: shape.map_or_else(String::new, |shape| self.pretty_example(shape)),
            answers: answers
                .map(|(status, answer)| Answer {
                    status: status.clone(),
                    text: text(&answer["description"]),
                })
                .collect(),
            parameters,
        }
    }

    fn parameter(&self, parameter: &'a Value) -> Parameter {
        Parameter {
            name: text(&parameter["name"]),
            place: text(&parameter["in"]),
            kind: self.kind(&parameter["schema"]),
            required: parameter["required"] == true,
            text: text(&parameter["description"]),
        }
    }

    /// The fields of a body, those of an object within it as `author.email`.
    fn fields(&self, schema: &'a Value, prefix: &str, found: &mut Vec<Parameter>) {
        let schema = self.follow(schema);
        let required: Vec<&str> = list(&schema["required"])
            .filter_map(Value::as_str)
            .collect();
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let target = self.follow(field);
            let described = [&field["description"], &target["description"]];
            found.push(Parameter {
                name: format!("{prefix}{name}"),
                place: "body".to_owned(),
                kind: self.kind(field),
                required: required.contains(&name.as_str()),
                text: described
                    .into_iter()
                    .map(text)
                    .find(|text| !text.is_empty())
                    .unwrap_or_default(),
            });
            if target["properties"].is_object() {
                self.fields(field, &format!("{prefix}{name}."), found);
            }
        }
    }

    /// A schema without references: the first alternative that is not null.
    fn follow(&self, mut schema: &'a Value) -> &'a Value {
        for _ in 0..DEPTH_MAX {
            let alternative = ["oneOf", "anyOf"]
                .into_iter()
                .flat_map(|key| list(&schema[key]))
                .find(|one| one["type"] != "null");
            schema = match (schema["$ref"].as_str(), alternative) {
                (Some(path), _) => {
                    let pointer = path.trim_start_matches('#');
                    self.document.pointer(pointer).unwrap_or(&Value::Null)
                }
                (None, Some(alternative)) => alternative,
                (None, None) => return schema,
            };
        }
        schema
    }

    fn kind(&self, schema: &'a Value) -> String {
        let schema = self.follow(schema);
        let words: Vec<&str> = list(&schema["enum"]).filter_map(Value::as_str).collect();
        if !words.is_empty() {
            return words.join(" | ");
        }
        let kind = match &schema["type"] {
            Value::Array(kinds) => kinds
                .iter()
                .filter_map(Value::as_str)
                .find(|kind| *kind != "null")
                .unwrap_or(""),
            other => other.as_str().unwrap_or("object"),
        };
        match schema["format"].as_str() {
            Some(format) => format!("{kind}, {format}"),
            None => kind.to_owned(),
        }
    }

    fn curl(&self, path: &str, method: &str, body: &'a Value) -> String {
        let url = format!("{}{path}", self.endpoint);
        let key = "-H \"Authorization: Bearer $GATEPOST_KEY\"";
        let verb = match method {
            "get" | "post" => String::new(),
            method => format!(" -X {}", method.to_uppercase()),
        };
        if body.is_null() {
            return format!("curl{verb} {key} '{url}'");
        }
        let example = self.example(body, 0).to_string().replace('\'', "’");
        format!("curl{verb} {key} -H 'Content-Type: application/json' \\\n  -d '{example}' '{url}'")
    }

    fn pretty_example(&self, schema: &'a Value) -> String {
        match self.example(schema, 0) {
            Value::Null => String::new(),
            example => serde_json::to_string_pretty(&example).unwrap_or_default(),
        }
    }

    /// The schema's own example, or one made of its parts.
    fn example(&self, schema: &'a Value, depth: usize) -> Value {
        let schema = self.follow(schema);
        if depth > DEPTH_MAX {
            return Value::Null;
        }
        if !schema["example"].is_null() {
            return schema["example"].clone();
        }
        if schema["allOf"].is_array() {
            let parts = list(&schema["allOf"]).map(|part| self.example(part, depth + 1));
            return parts
                .filter_map(|part| part.as_object().cloned())
                .flatten()
                .collect::<serde_json::Map<_, _>>()
                .into();
        }
        if let Some(properties) = schema["properties"].as_object() {
            return properties
                .iter()
                .map(|(name, field)| (name.clone(), self.example(field, depth + 1)))
                .collect::<serde_json::Map<_, _>>()
                .into();
        }
        if schema["items"].is_object() {
            return vec![self.example(&schema["items"], depth + 1)].into();
        }
        list(&schema["enum"])
            .next()
            .cloned()
            .unwrap_or_else(|| sample(&self.kind(schema)))
    }
}

fn sample(kind: &str) -> Value {
    match kind.split(',').next() {
        Some("string") if kind.ends_with("date-time") => "2026-11-22T10:00:00.000Z".into(),
        Some("string") if kind.ends_with("email") => "ana@example.org".into(),
        Some("string") if kind.ends_with("uri") => {
            "https://blog.example.org/s/main/posts/a-win".into()
        }
        Some("string") => "…".into(),
        Some("integer") => 1.into(),
        Some("boolean") => false.into(),
        _ => Value::Null,
    }
}

fn scopes(operation: &Value) -> String {
    let scopes: Vec<&str> = list(&operation["security"])
        .flat_map(|one| list(&one["api_key"]))
        .filter_map(Value::as_str)
        .collect();
    scopes.join(" or ")
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

//! The functions that a workflow can call by name. They do not act by themselves: they answer at once or note what is
//! asked for, and the flow turns that into rows.

use serde_json::{Value, json};

use crate::asl::{Definition, Pattern, Problem, Resource, ScheduledTask, Severity};
use crate::engine::run::{Functions, Reply};
use crate::ids::TaskId;
use crate::moderation::external;
use crate::moderation::rules::Checked;

/// Checks the post against the rules in force; answers `{verdict, ruleSetVersion, hits: [{rule, category, severity, field}]}`.
pub const CHECK_CONTENT: &str = "CheckContentFunction";
/// Parks the post in the queue; only with `.waitForTaskToken`.
pub const REQUEST_MODERATION: &str = "RequestModerationFunction";
/// Asks an external check about the post, by its name: `{"check": "images"}`; only with `.waitForTaskToken`. Answers
/// `{check, verdict, hits: [{category, severity, action}]}`.
pub const EXTERNAL_CHECKS: &str = "ExternalChecksFunction";
/// Tells people about the post: `{"notice": "escalation"}` the owners that nobody decided, `{"notice": "check-failed"}` the
/// moderators that a check did not answer.
pub const NOTIFY: &str = "NotifyFunction";

const UNKNOWN_FUNCTION: &str = "Lambda.ResourceNotFoundException";
const BAD_REQUEST: &str = "Lambda.InvalidRequestContentException";

/// A wish to park the post.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The task to be answered.
    pub task: TaskId,
    /// When its time is over, if it has a limit.
    pub deadline_ms: Option<i64>,
}

/// A wish to ask an external check.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The task to be answered.
    pub task: TaskId,
    /// Which check.
    pub check: String,
    /// How often it was asked before.
    pub retries: i64,
    /// When its time is over, if it has a limit.
    pub deadline_ms: Option<i64>,
}

/// That a check was given up.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenUp {
    /// Which check.
    pub check: String,
    /// The error's name.
    pub error: String,
    /// In words.
    pub cause: String,
    /// Whether the post is held for it.
    pub holds: bool,
}

/// What an execution asked for besides answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wishes {
    /// Parks, in order.
    pub requests: Vec<Request>,
    /// Questions to external checks.
    pub questions: Vec<Question>,
    /// Checks that were given up.
    pub given_up: Vec<GivenUp>,
    /// How often the owners are to be told that nobody decided.
    pub escalations: usize,
}

/// The functions as one transaction calls them.
pub struct Calls<'a> {
    check: &'a dyn Fn() -> Checked,
    /// What was asked for so far.
    pub wishes: Wishes,
}

impl<'a> Calls<'a> {
    /// `check` is asked for the rules' verdict, once for each call of [`CHECK_CONTENT`].
    pub fn new(check: &'a dyn Fn() -> Checked) -> Self {
        Self {
            check,
            wishes: Wishes::default(),
        }
    }
}

impl Functions for Calls<'_> {
    fn call(&mut self, task: &ScheduledTask) -> Reply {
        match &task.resource {
            Resource::Integration {
                service, pattern, ..
            } if &**service == "lambda" && *pattern != Pattern::Sync => {
                let name = task.parameters["FunctionName"].as_str().unwrap_or_default();
                let reply = self.invoke(function_name(name), &task.parameters["Payload"], task);
                match reply {
                    Reply::Output(payload) => Reply::Output(
                        json!({"ExecutedVersion": "$LATEST", "Payload": payload, "StatusCode": 200}),
                    ),
                    other => other,
                }
            }
            Resource::LambdaFunction { arn } => {
                self.invoke(function_name(arn), &task.parameters, task)
            }
            other => not_found(&format!("{} is not offered here", other.arn())),
        }
    }
}

impl Calls<'_> {
    fn invoke(&mut self, name: &str, payload: &Value, task: &ScheduledTask) -> Reply {
        match (name, task.waits_for_token) {
            (CHECK_CONTENT, false) => Reply::Output(summary(&(self.check)())),
            (REQUEST_MODERATION, true) => {
                self.wishes.requests.push(Request {
                    task: TaskId::from(task.id.clone()),
                    deadline_ms: task.deadline_ms,
                });
                Reply::Later(json!({"StatusCode": 200, "ExecutedVersion": "$LATEST"}))
            }
            (EXTERNAL_CHECKS, true) => match payload["check"].as_str() {
                Some(check) => {
                    self.wishes.questions.push(Question {
                        task: TaskId::from(task.id.clone()),
                        check: check.to_owned(),
                        retries: payload["attempt"].as_i64().unwrap_or(0),
                        deadline_ms: task.deadline_ms,
                    });
                    Reply::Later(json!({"StatusCode": 200, "ExecutedVersion": "$LATEST"}))
                }
                None => bad_request(&format!(
                    "{EXTERNAL_CHECKS} takes the name of a check as \"check\""
                )),
            },
            (NOTIFY, false) if payload["notice"] == "check-failed" => {
                self.wishes.given_up.push(given_up(payload));
                Reply::Output(json!({"notified": "moderators"}))
            }
            (NOTIFY, false) if payload["notice"] == "escalation" => {
                self.wishes.escalations += 1;
                Reply::Output(json!({"notified": "owners"}))
            }
            (NOTIFY, false) => bad_request(&format!(
                "{NOTIFY} knows the notices \"escalation\" and \"check-failed\""
            )),
            (REQUEST_MODERATION | EXTERNAL_CHECKS, false) => {
                bad_request(&format!("{name} must be called with .waitForTaskToken"))
            }
            (CHECK_CONTENT | NOTIFY, true) => bad_request(&format!(
                "{name} answers at once and is not called with .waitForTaskToken"
            )),
            (unknown, _) => not_found(&format!("there is no function {unknown}")),
        }
    }
}

fn given_up(payload: &Value) -> GivenUp {
    let check = payload["check"].as_str().unwrap_or_default().to_owned();
    let failure = &payload["failure"];
    GivenUp {
        error: failure["Error"].as_str().unwrap_or_default().to_owned(),
        cause: match failure["Cause"].as_str() {
            Some(cause) if !cause.is_empty() => cause.to_owned(),
            _ => external::failed(&check, "did not answer in time"),
        },
        // Whoever forgets to say it does not mean to publish.
        holds: payload["onFailure"] != "pass",
        check,
    }
}

/// What of a definition cannot work here although it is valid: a warning for each state whose task nobody serves.
pub fn unserved(definition: &Definition) -> Vec<Problem> {
    definition
        .states()
        .filter_map(|state| {
            let resource = state.resource?;
            let served = match resource {
                Resource::Integration {
                    service, pattern, ..
                } => &**service == "lambda" && *pattern != Pattern::Sync,
                Resource::LambdaFunction { arn } => {
                    [CHECK_CONTENT, REQUEST_MODERATION, NOTIFY].contains(&function_name(arn))
                }
                Resource::Activity { .. } => false,
            };
            (!served).then(|| Problem {
                pointer: format!("/States/{}/Resource", pointer_token(state.name)),
                code: "NOT_SERVED",
                severity: Severity::Warning,
                message: format!(
                    "{} is not offered here; use arn:aws:states:::lambda:invoke or \
                     arn:aws:states:::lambda:invoke.waitForTaskToken",
                    resource.arn()
                ),
            })
        })
        .collect()
}

/// A name as a part of a JSON pointer.
fn pointer_token(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// A function's name, also when it is given as an ARN (`arn:aws:lambda:…:function:NAME[:VERSION]`).
fn function_name(name: &str) -> &str {
    match name.split_once(":function:") {
        Some((_, rest)) => rest.split(':').next().unwrap_or(rest),
        None => name,
    }
}

fn bad_request(cause: &str) -> Reply {
    Reply::Error {
        error: BAD_REQUEST.to_owned(),
        cause: cause.to_owned(),
    }
}

fn not_found(cause: &str) -> Reply {
    Reply::Error {
        error: UNKNOWN_FUNCTION.to_owned(),
        cause: cause.to_owned(),
    }
}

fn summary(checked: &Checked) -> Value {
    let hits: Vec<Value> = checked
        .hits
        .iter()
        .map(|hit| {
            json!({"rule": hit.rule, "category": hit.category, "severity": hit.severity, "field": hit.field})
        })
        .collect();
    json!({"verdict": checked.verdict, "ruleSetVersion": checked.rule_set_version, "hits": hits})
}

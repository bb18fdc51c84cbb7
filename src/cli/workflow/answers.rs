//! What the tasks of a simulated run answer: results from a file first, else Gatepost's own functions.

use std::collections::HashMap;

use anyhow::{Context as _, bail};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Decision, Verdict};
use crate::asl::{Resource, ScheduledTask};

/// What a task answers.
pub(super) enum Answer {
    /// Its result.
    Output(Value),
    /// An error.
    Error {
        error: Option<String>,
        cause: Option<String>,
    },
    /// Nothing, until it times out.
    Silence,
}

pub(super) struct Answers {
    verdict: Verdict,
    decision: Decision,
    results: HashMap<String, Results>,
}

/// The results of one state, the first for its first attempt; the last one stays.
struct Results {
    list: Vec<TaskResult>,
    next: usize,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
enum TaskResult {
    Return(Value),
    Throw {
        #[serde(rename = "Error")]
        error: Option<String>,
        #[serde(rename = "Cause")]
        cause: Option<String>,
    },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    Many(Vec<TaskResult>),
    One(TaskResult),
}

impl Answers {
    pub(super) fn new(verdict: Verdict, decision: Decision) -> Self {
        Self {
            verdict,
            decision,
            results: HashMap::new(),
        }
    }

    /// Takes results from JSON: by state, one or a list of `{"Return": …}` and `{"Throw": {"Error", "Cause"}}`.
    pub(super) fn take_results(&mut self, json: &str) -> anyhow::Result<()> {
        let results: HashMap<String, OneOrMany> = serde_json::from_str(json).context(
            "expected {\"STATE\": [{\"Return\": …} or {\"Throw\": {\"Error\": …, \"Cause\": …}}, …]}",
        )?;
        for (state, results) in results {
            let list = match results {
                OneOrMany::One(result) => vec![result],
                OneOrMany::Many(list) => list,
            };
            anyhow::ensure!(!list.is_empty(), "the list of {state} is empty");
            self.results.insert(state, Results { list, next: 0 });
        }
        Ok(())
    }

    /// What `task` answers now.
    pub(super) fn answer(&mut self, task: &ScheduledTask) -> anyhow::Result<Answer> {
        if let Some(results) = self.results.get_mut(&task.state_name) {
            let result = results.list[results.next].clone();
            results.next = (results.next + 1).min(results.list.len() - 1);
            return Ok(match result {
                TaskResult::Return(output) => Answer::Output(output),
                TaskResult::Throw { error, cause } => Answer::Error { error, cause },
            });
        }
        let Some((name, payload)) = function(task) else {
            bail!(not_simulated(task, task.resource.arn()));
        };
        let output = match (name, task.waits_for_token) {
            ("CheckContentFunction", false) => {
                json!({ "verdict": self.verdict(), "ruleSetVersion": 0, "hits": [] })
            }
            ("NotifyFunction", false) => {
                json!({ "notified": "owners", "notice": payload["notice"] })
            }
            ("RequestModerationFunction", true) => return Ok(self.decision()),
            _ => bail!(not_simulated(task, name)),
        };
        Ok(Answer::Output(match task.resource {
            Resource::Integration { .. } => {
                json!({ "ExecutedVersion": "$LATEST", "Payload": output, "StatusCode": 200 })
            }
            _ => output,
        }))
    }

    fn verdict(&self) -> &'static str {
        match self.verdict {
            Verdict::Publish => "publish",
            Verdict::Hold => "hold",
            Verdict::Reject => "reject",
        }
    }

    fn decision(&self) -> Answer {
        match self.decision {
            Decision::Approved => Answer::Output(json!({ "status": "APPROVED" })),
            Decision::Rejected => Answer::Output(json!({ "status": "REJECTED" })),
            Decision::None => Answer::Silence,
        }
    }
}

/// The name of the function that `task` calls, and what it is called with.
fn function(task: &ScheduledTask) -> Option<(&str, &Value)> {
    let parameters = &*task.parameters;
    let (name, payload) = match &task.resource {
        Resource::Integration { service, .. } if &**service == "lambda" => {
            (parameters["FunctionName"].as_str()?, &parameters["Payload"])
        }
        Resource::LambdaFunction { arn } => (&**arn, parameters),
        _ => return None,
    };
    // An ARN ends in function:NAME or function:NAME:VERSION.
    let name = match name.split_once(":function:") {
        Some((_, rest)) => rest.split(':').next()?,
        None => name,
    };
    Some((name, payload))
}

fn not_simulated(task: &ScheduledTask, what: &str) -> String {
    format!(
        "state {} calls {what}, which is not simulated: give its result with --task-results",
        task.state_name
    )
}

//! What one held post costs the interpreter: `cargo bench -p gatepost-asl`.
//!
//! Start, check, choice, hold with a 2 KB post, then the state and the history as bytes.

use std::hint::black_box;
use std::sync::Arc;

use gatepost_asl::{
    Command, Definition, Env, Event, ExecutionContext, State, TaskIdentity, history, start, step,
};
use serde_json::{Value, json};

const ROUNDS: u32 = 20_000;

fn main() {
    let definition = definition();
    let context = ExecutionContext {
        id: "arn:aws:states:local:0:execution:moderation:0198a1c2".to_owned(),
        name: "0198a1c2".to_owned(),
        role_arn: None,
        start_time_ms: 0,
        state_machine_id: "arn:aws:states:local:0:stateMachine:moderation".to_owned(),
        state_machine_name: "moderation".to_owned(),
    };
    let input = Arc::new(post());

    let (mut state, mut sizes) = (None, (0, 0));
    let took = measure(|| {
        let (held, state_bytes, history_bytes) = hold(&definition, &context, &input);
        sizes = (state_bytes.len(), history_bytes.len());
        state = Some(black_box(held));
    });
    println!(
        "hold a post: {took:.2} µs, state {} bytes, history {} bytes",
        sizes.0, sizes.1
    );

    let stored = state.expect("it was held").encode(&[]);
    let took = measure(|| {
        black_box(decide(&definition, &context, &stored));
    });
    println!("decide on it: {took:.2} µs, from stored bytes to stored bytes");
}

fn definition() -> Definition {
    let invoke =
        |function: &str, payload: Value| json!({"FunctionName": function, "Payload": payload});
    let definition = json!({"StartAt": "Check", "States": {
        "Check": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": invoke("CheckContentFunction", json!({"post_id.$": "$.post_id", "title.$": "$.title", "body.$": "$.body"})),
            "ResultSelector": {"outcome.$": "$.Payload.outcome"},
            "ResultPath": "$.check",
            "Retry": [{"ErrorEquals": ["States.ALL"]}],
            "Next": "IsFlagged"
        },
        "IsFlagged": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.check.outcome", "StringEquals": "clean", "Next": "Publish"}],
            "Default": "Hold"
        },
        "Hold": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Parameters": invoke("RequestModerationFunction", json!({"taskToken.$": "$$.Task.Token", "post_id.$": "$.post_id"})),
            "TimeoutSeconds": 604_800,
            "ResultPath": "$.decision",
            "Next": "Publish"
        },
        "Publish": {"Type": "Succeed"}
    }});
    Definition::parse(&definition.to_string()).expect("the definition is sound")
}

fn post() -> Value {
    let sentence = "It was not \"just\" a matter of taste, she wrote, but of what one says in front of others.\n";
    let body: String = sentence.chars().cycle().take(2000).collect();
    json!({"post_id": "0198a1c2-7b7e-7000-8000-000000000001", "site_id": "main", "title": "On manners", "body": body})
}

fn hold(
    definition: &Definition,
    context: &ExecutionContext,
    input: &Arc<Value>,
) -> (State, Vec<u8>, Vec<u8>) {
    let mut tasks = 0;
    let mut new_task = || {
        tasks += 1;
        TaskIdentity {
            id: format!("0198a1c2-7b7e-7000-8000-00000000000{tasks}"),
            token: "t".repeat(75),
        }
    };
    let mut random = || 4;
    let mut env = Env {
        now_ms: 0,
        random: &mut random,
        new_task: &mut new_task,
    };
    let (mut state, started) = start(definition, context, Arc::clone(input), &mut env);
    let Some(Command::Schedule(check)) = started.commands.into_iter().next() else {
        panic!("the check is scheduled first");
    };
    let output = json!({"StatusCode": 200, "Payload": {"outcome": "hold"}});
    let answer = Event::TaskSucceeded {
        task: check.id,
        output,
    };
    let parked =
        step(definition, context, &mut state, answer, &mut env).expect("the check is open");
    let mut events = started.history;
    events.extend(parked.history);
    let (state_bytes, history_bytes) = (state.encode(&[]), history::encode(&events, &[]));
    (state, state_bytes, history_bytes)
}

fn decide(
    definition: &Definition,
    context: &ExecutionContext,
    stored: &[u8],
) -> (Vec<u8>, Vec<u8>) {
    let mut new_task = || unreachable!("nothing is scheduled");
    let mut random = || 4;
    let mut env = Env {
        now_ms: 1000,
        random: &mut random,
        new_task: &mut new_task,
    };
    let mut state = State::decode(stored, &[]).expect("the state is whole");
    let task = state.open_tasks().next().expect("it waits").id.to_owned();
    let answer = Event::TaskSucceeded {
        task,
        output: json!({"status": "APPROVED"}),
    };
    let decided = step(definition, context, &mut state, answer, &mut env).expect("it waits");
    (state.encode(&[]), history::encode(&decided.history, &[]))
}

/// Microseconds of CPU a round, the best of five.
fn measure(mut round: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..5 {
        let begun_ns = cpu_ns();
        (0..ROUNDS).for_each(|_| round());
        best = best.min((cpu_ns() - begun_ns) as f64 / 1000.0 / f64::from(ROUNDS));
    }
    best
}

/// How long this process has been on a CPU: unlike the clock, no other process disturbs it.
fn cpu_ns() -> u64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").expect("Linux tells the CPU time");
    text.split(' ')
        .next()
        .and_then(|number| number.parse().ok())
        .expect("the first number is nanoseconds on the CPU")
}

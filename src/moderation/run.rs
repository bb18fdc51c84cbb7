//! An execution as pages show it: its history, the states that it passed, and those that can follow.

use std::sync::Arc;

use anyhow::Context as _;
use serde_json::Value;

use crate::asl::{Definition, EventKind, HistoryEvent};
use crate::ids::{ExecutionId, SiteId};
use crate::moderation::rows::{ExecutionRow, ExecutionStatus};
use crate::store::{Db, executions, workflows};

/// An execution with its history.
#[derive(Debug)]
pub struct Run {
    /// The execution.
    pub execution: ExecutionRow,
    /// All that happened, in order.
    pub events: Vec<HistoryEvent>,
    /// Where it is, if it goes on: the states that can follow.
    pub next: Vec<String>,
}

/// A state that an execution entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// The state's name.
    pub state: Arc<str>,
    /// When it was entered, in epoch milliseconds.
    pub entered_at_ms: i64,
    /// When it was left; `None` for the last one.
    pub left_at_ms: Option<i64>,
}

/// One execution.
pub async fn find(db: &Db, site: SiteId, id: &ExecutionId) -> anyhow::Result<Option<Run>> {
    let Some(execution) = executions::find(db, site, id).await? else {
        return Ok(None);
    };
    let events = executions::history(db, &execution).await?;
    let mut run = Run {
        execution,
        events,
        next: Vec::new(),
    };
    if run.execution.status == ExecutionStatus::Running
        && let Some(present) = run.visits().pop()
    {
        run.next = followers(db, &run.execution, &present.state).await?;
    }
    Ok(Some(run))
}

async fn followers(db: &Db, execution: &ExecutionRow, state: &str) -> anyhow::Result<Vec<String>> {
    let workflow = workflows::find(db, execution.site_id, execution.workflow_version)
        .await?
        .with_context(|| format!("the workflow of execution {} is missing", execution.id))?;
    // Only definitions that were valid when they were kept; one of an older version that is not any more shows no more.
    let Ok(definition) = Definition::parse(&workflow.definition) else {
        return Ok(Vec::new());
    };
    Ok(definition
        .states()
        .find(|summary| summary.name == state)
        .map(|summary| summary.next.into_iter().map(str::to_owned).collect())
        .unwrap_or_default())
}

impl Run {
    /// What the execution began with.
    pub fn input(&self) -> Option<&Value> {
        self.events.first()?.details.input.as_deref()
    }

    /// What it ended with, if it succeeded.
    pub fn output(&self) -> Option<&Value> {
        let last = self.events.last()?;
        (last.kind == EventKind::ExecutionSucceeded)
            .then_some(last.details.output.as_deref())
            .flatten()
    }

    /// The states that it entered, in order.
    pub fn visits(&self) -> Vec<Visit> {
        let mut visits: Vec<Visit> = Vec::new();
        for event in &self.events {
            let kind = format!("{:?}", event.kind);
            match &event.details.name {
                Some(name) if kind.ends_with("StateEntered") => visits.push(Visit {
                    state: name.clone(),
                    entered_at_ms: event.at_ms,
                    left_at_ms: None,
                }),
                _ if kind.ends_with("StateExited") => {
                    if let Some(last) = visits.last_mut() {
                        last.left_at_ms = Some(event.at_ms);
                    }
                }
                _ => {}
            }
        }
        visits
    }
}

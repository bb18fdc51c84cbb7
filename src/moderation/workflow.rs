//! A site's workflow: what is wrong with a definition, and putting one in force. Pages and the command line share it.

use crate::asl::{Definition, Problem};
use crate::ids::SiteId;
use crate::moderation::Moderation;
use crate::moderation::functions::unserved;
use crate::store::workflows;

/// A definition that was put in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowSet {
    /// Its version.
    pub version: i64,
    /// What is probably not meant.
    pub warnings: Vec<Problem>,
}

/// What is probably not meant in a definition that runs, and which of its states nobody serves here; or, for one that
/// cannot run, all that is wrong.
pub fn check(definition: &str) -> Result<Vec<Problem>, Vec<Problem>> {
    let definition = Definition::parse(definition)?;
    let mut warnings = definition.warnings().to_vec();
    warnings.extend(unserved(&definition));
    Ok(warnings)
}

impl Moderation {
    /// Makes a definition the site's next version. Executions that run already keep theirs.
    pub async fn set_workflow(
        &self,
        site_id: SiteId,
        definition: &str,
        created_by: &str,
    ) -> anyhow::Result<Result<WorkflowSet, Vec<Problem>>> {
        let warnings = match check(definition) {
            Ok(warnings) => warnings,
            Err(problems) => return Ok(Err(problems)),
        };
        let now_ms = self.tools.clock.now_ms();
        let audit_id = self.tools.ids.next(now_ms);
        let version =
            workflows::insert_next(&self.db, site_id, definition, created_by, &audit_id, now_ms)
                .await?;
        self.in_force.forget(site_id);
        Ok(Ok(WorkflowSet { version, warnings }))
    }
}

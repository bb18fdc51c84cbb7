//! Task tokens: `gp1.<key id>.<task id>.<code>`. They are derived from the task's id, so none is stored, and opaque to
//! whoever holds one. The site is not in them: it comes from the holder's credential.

use std::fmt;

use crate::auth::keyring::{Keyring, Purpose};
use crate::ids::{TaskId, is_id};

const VERSION: &str = "gp1";

/// A task token in clear. It has no `Display` and its `Debug` hides all but the end.
#[derive(Clone, PartialEq, Eq)]
pub struct TaskToken(String);

impl TaskToken {
    /// The token of a task.
    pub fn of(keyring: &Keyring, task: &TaskId) -> Self {
        let code = keyring.mac_text(Purpose::TaskToken, &[task.as_str().as_bytes()]);
        Self(format!("{VERSION}.{}.{task}.{code}", keyring.id()))
    }

    /// The text to hand out, once, to whoever may answer the task.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The task that `text` is the token of; `None` if it was not made here.
    pub fn verify(keyring: &Keyring, text: &str) -> Option<TaskId> {
        let mut parts = text.split('.');
        let (version, key, id, code) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let genuine = version == VERSION
            && key == keyring.id()
            && parts.next().is_none()
            && is_id(id)
            && keyring.verify(Purpose::TaskToken, &[id.as_bytes()], code);
        genuine.then(|| TaskId::from(id.to_owned()))
    }
}

impl fmt::Debug for TaskToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = self.0.len().saturating_sub(4);
        write!(f, "TaskToken(…{})", self.0.get(end..).unwrap_or_default())
    }
}

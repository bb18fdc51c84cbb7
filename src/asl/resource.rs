//! What a Task state calls. Its texts are shared: every event about a task refers to them.

use std::sync::Arc;

/// The `Resource` of a Task state.
#[derive(Debug, Clone, PartialEq)]
pub enum Resource {
    /// A service integration, `arn:aws:states:::<service>:<action>[.sync|.waitForTaskToken]`.
    Integration {
        /// The ARN as written.
        arn: Arc<str>,
        /// For example `lambda`, `sqs` or `aws-sdk:dynamodb`.
        service: Arc<str>,
        /// With the suffix of the pattern, as the history reports it: `invoke.waitForTaskToken`.
        action: Arc<str>,
        /// When the state goes on.
        pattern: Pattern,
    },
    /// A function's own ARN, `arn:aws:lambda:<region>:<account>:function:<name>`.
    LambdaFunction {
        /// The ARN as written.
        arn: Arc<str>,
    },
    /// A queue that workers poll, `arn:aws:states:<region>:<account>:activity:<name>`.
    Activity {
        /// The ARN as written.
        arn: Arc<str>,
    },
}

/// When a state that calls a service goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// As soon as the service has answered the call.
    RequestResponse,
    /// When the job that was started has ended (`.sync`, `.sync:2`).
    Sync,
    /// When somebody answers with the task token.
    WaitForTaskToken,
}

const SUFFIXES: [(&str, Pattern); 3] = [
    (".waitForTaskToken", Pattern::WaitForTaskToken),
    (".sync:2", Pattern::Sync),
    (".sync", Pattern::Sync),
];

impl Resource {
    /// Reads an ARN; `None` if it is none of the three kinds.
    pub fn parse(arn: &str) -> Option<Resource> {
        let mut parts = arn.splitn(6, ':');
        let (prefix, partition, service) = (parts.next()?, parts.next()?, parts.next()?);
        let (region, _account, rest) = (parts.next()?, parts.next()?, parts.next()?);
        if prefix != "arn" || partition.is_empty() || rest.is_empty() {
            return None;
        }
        match (service, region) {
            ("states", "") => Resource::integration(arn, rest),
            ("states", _) => rest
                .strip_prefix("activity:")
                .map(|_| Resource::Activity { arn: arn.into() }),
            ("lambda", _) => rest
                .strip_prefix("function:")
                .map(|_| Resource::LambdaFunction { arn: arn.into() }),
            _ => None,
        }
    }

    fn integration(arn: &str, call: &str) -> Option<Resource> {
        let suffixed = SUFFIXES
            .iter()
            .find_map(|(suffix, pattern)| Some((call.strip_suffix(suffix)?, *pattern)));
        let (plain, pattern) = suffixed.unwrap_or((call, Pattern::RequestResponse));
        let (service, name) = plain.rsplit_once(':')?;
        if service.is_empty() || name.is_empty() || name.contains('.') {
            return None;
        }
        let action = call[service.len() + 1..].into();
        Some(Resource::Integration {
            arn: arn.into(),
            service: service.into(),
            action,
            pattern,
        })
    }

    /// The ARN as written.
    pub fn arn(&self) -> &str {
        match self {
            Resource::Integration { arn, .. }
            | Resource::LambdaFunction { arn }
            | Resource::Activity { arn } => arn,
        }
    }

    /// Whether the answer comes from outside, with the task's token.
    pub fn waits_for_token(&self) -> bool {
        matches!(
            self,
            Resource::Activity { .. }
                | Resource::Integration {
                    pattern: Pattern::WaitForTaskToken,
                    ..
                }
        )
    }

    /// Whether the task lies in a queue until a worker takes it.
    pub(crate) fn waits_for_worker(&self) -> bool {
        matches!(self, Resource::Activity { .. })
    }

    /// Whether the call is made first and answered later.
    pub(crate) fn is_submitted(&self) -> bool {
        self.shows_token()
    }

    /// Whether `$$.Task.Token` exists in the parameters.
    pub(crate) fn shows_token(&self) -> bool {
        match self {
            Resource::Integration { pattern, .. } => *pattern != Pattern::RequestResponse,
            Resource::LambdaFunction { .. } | Resource::Activity { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_are_told_apart() {
        let integration = |arn: &str| match Resource::parse(arn) {
            Some(Resource::Integration {
                service,
                action,
                pattern,
                ..
            }) => Some((service, action, pattern)),
            _ => None,
        };
        let expected =
            |service: &str, action: &str, pattern| Some((service.into(), action.into(), pattern));

        assert_eq!(
            integration("arn:aws:states:::lambda:invoke.waitForTaskToken"),
            expected(
                "lambda",
                "invoke.waitForTaskToken",
                Pattern::WaitForTaskToken
            )
        );
        assert_eq!(
            integration("arn:aws:states:::aws-sdk:dynamodb:putItem"),
            expected("aws-sdk:dynamodb", "putItem", Pattern::RequestResponse)
        );
        assert_eq!(
            integration("arn:aws-cn:states:::states:startExecution.sync:2"),
            expected("states", "startExecution.sync:2", Pattern::Sync)
        );
        assert!(matches!(
            Resource::parse("arn:aws:lambda:r:1:function:f:$LATEST"),
            Some(Resource::LambdaFunction { .. })
        ));
        assert!(matches!(
            Resource::parse("arn:aws:states:r:1:activity:a"),
            Some(Resource::Activity { .. })
        ));
        for bad in [
            "",
            "x",
            "arn:aws:states:::",
            "arn:aws:states:::lambda",
            "arn:aws:states:::lambda:invoke.later",
            "arn:aws:s3:::bucket",
            "arn:aws:states:r:1:stateMachine:m",
            "arn:aws:states:::lambda:.sync",
        ] {
            assert_eq!(Resource::parse(bad), None, "{bad}");
        }
    }
}

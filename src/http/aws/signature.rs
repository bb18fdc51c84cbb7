//! AWS Signature Version 4, the verifying side, for requests to `/` without a query, which is all that AWS JSON needs.
//! Pure: a message and a secret come in, a verdict comes out.

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const SERVICE: &str = "states";
const TERMINATOR: &str = "aws4_request";
const DATE_FORMAT: &str = "%Y%m%dT%H%M%SZ";
/// How far the clocks may be apart.
const SKEW_MS: i64 = 5 * 60 * 1000;

/// What was signed.
pub(super) struct Message<'a> {
    pub(super) method: &'a str,
    pub(super) query: &'a str,
    /// All headers, their names in lower case.
    pub(super) headers: Vec<(&'a str, &'a [u8])>,
    pub(super) body: &'a [u8],
}

/// A signature as a request brings it.
#[derive(Debug)]
pub(super) struct Signature {
    /// Whose it is said to be.
    pub(super) key_id: String,
    /// `20261122/eu-west-1/states/aws4_request`.
    scope: String,
    /// `20261122T100000Z`.
    date: String,
    /// Names in lower case, sorted.
    signed_headers: Vec<String>,
    code: String,
}

/// Why a signature is not accepted.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// There is none.
    Missing,
    /// It lacks something.
    Incomplete(&'static str),
    /// The access key is unknown or revoked.
    UnknownKey,
    /// It is for another time or place.
    OutOfScope(String),
    /// It was made with another secret, or of another message.
    Mismatch,
}

impl Refusal {
    /// AWS's name for it, and a message.
    pub(super) fn describe(self) -> (&'static str, String) {
        match self {
            Self::Missing => (
                "MissingAuthenticationTokenException",
                "Missing Authentication Token".to_owned(),
            ),
            Self::Incomplete(message) => ("IncompleteSignatureException", message.to_owned()),
            Self::UnknownKey => (
                "UnrecognizedClientException",
                "The security token included in the request is invalid.".to_owned(),
            ),
            Self::OutOfScope(message) => ("InvalidSignatureException", message),
            Self::Mismatch => (
                "InvalidSignatureException",
                "The request signature we calculated does not match the signature you provided. Check your AWS \
                 Secret Access Key and signing method."
                    .to_owned(),
            ),
        }
    }
}

impl Message<'_> {
    /// The values of a header, as they are signed; `None` if there is no such header.
    fn header(&self, name: &str) -> Option<String> {
        let values: Vec<String> = self
            .headers
            .iter()
            .filter(|(other, _)| *other == name)
            .map(|(_, value)| String::from_utf8_lossy(value))
            .map(|value| value.split_ascii_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        (!values.is_empty()).then(|| values.join(","))
    }
}

impl Signature {
    /// Reads the signature of `message` and checks that it covers what it must.
    pub(super) fn read(message: &Message<'_>) -> Result<Self, Refusal> {
        let header = message.header("authorization").ok_or(Refusal::Missing)?;
        let Some(parameters) = header.strip_prefix(ALGORITHM) else {
            return Err(Refusal::Incomplete(
                "Authorization header requires the algorithm AWS4-HMAC-SHA256.",
            ));
        };
        let parameter = |name: &str| {
            parameters
                .split(',')
                .filter_map(|part| part.trim().split_once('='))
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value)
        };
        let credential = parameter("Credential").ok_or(Refusal::Incomplete(
            "Authorization header requires 'Credential' parameter.",
        ))?;
        let signed_headers = parameter("SignedHeaders").ok_or(Refusal::Incomplete(
            "Authorization header requires 'SignedHeaders' parameter.",
        ))?;
        let code = parameter("Signature").ok_or(Refusal::Incomplete(
            "Authorization header requires 'Signature' parameter.",
        ))?;
        let date = message.header("x-amz-date").ok_or(Refusal::Incomplete(
            "Authorization header requires existence of a 'X-Amz-Date' header.",
        ))?;
        let (key_id, scope) = credential.split_once('/').ok_or(Refusal::Incomplete(
            "Credential must have the form KEY/DATE/REGION/SERVICE/aws4_request.",
        ))?;
        if message.header("x-amz-security-token").is_some() {
            // Temporary credentials are not given out here.
            return Err(Refusal::UnknownKey);
        }
        let mut signed_headers: Vec<String> = signed_headers
            .split(';')
            .map(str::to_ascii_lowercase)
            .collect();
        signed_headers.sort_unstable();
        signed_headers.dedup();
        let signature = Self {
            key_id: key_id.to_owned(),
            scope: scope.to_owned(),
            date,
            signed_headers,
            code: code.to_owned(),
        };
        signature.check_coverage(message)?;
        Ok(signature)
    }

    /// The host and everything that is AWS's must be signed, or somebody on the way could change it.
    fn check_coverage(&self, message: &Message<'_>) -> Result<(), Refusal> {
        let is_signed = |name: &str| self.signed_headers.iter().any(|signed| signed == name);
        let must_be_signed = message
            .headers
            .iter()
            .map(|(name, _)| *name)
            .filter(|name| name.starts_with("x-amz-"))
            .chain(["host"]);
        for name in must_be_signed {
            if !is_signed(name) {
                return Err(Refusal::Incomplete(
                    "'Host' and all 'X-Amz-*' headers must be signed headers.",
                ));
            }
        }
        Ok(())
    }

    /// Whether it was made about now, for this service.
    pub(super) fn check_time(&self, now_ms: i64) -> Result<(), Refusal> {
        let mut scope = self.scope.split('/');
        let (day, _region, service, end) = (scope.next(), scope.next(), scope.next(), scope.next());
        if service != Some(SERVICE) || end != Some(TERMINATOR) || scope.next().is_some() {
            return Err(Refusal::OutOfScope(format!(
                "Credential should be scoped to correct service: '{SERVICE}'."
            )));
        }
        let at_ms = self.at_ms().ok_or(Refusal::Incomplete(
            "'X-Amz-Date' must have the form YYYYMMDDTHHMMSSZ.",
        ))?;
        if day != self.date.get(..8) {
            return Err(Refusal::OutOfScope(
                "Date in Credential scope does not match YYYYMMDD from 'X-Amz-Date'.".to_owned(),
            ));
        }
        if at_ms < now_ms - SKEW_MS {
            return Err(Refusal::OutOfScope(format!(
                "Signature expired: {} is more than 5 min. ago.",
                self.date
            )));
        }
        if at_ms > now_ms + SKEW_MS {
            return Err(Refusal::OutOfScope(format!(
                "Signature not yet current: {} is more than 5 min. ahead.",
                self.date
            )));
        }
        Ok(())
    }

    fn at_ms(&self) -> Option<i64> {
        let at = DateTime::strptime(DATE_FORMAT, &self.date).ok()?;
        let at = at.to_zoned(TimeZone::UTC).ok()?;
        Some(at.timestamp().as_millisecond())
    }

    /// Whether it is the signature of `message` with `secret`, compared in constant time.
    pub(super) fn verify(&self, message: &Message<'_>, secret: &str) -> Result<(), Refusal> {
        let expected = hex(&self.code(message, secret).ok_or(Refusal::Mismatch)?);
        if bool::from(expected.as_bytes().ct_eq(self.code.as_bytes())) {
            Ok(())
        } else {
            Err(Refusal::Mismatch)
        }
    }

    /// `None` if a header was signed that is not there, or there is a query.
    fn code(&self, message: &Message<'_>, secret: &str) -> Option<[u8; 32]> {
        if !message.query.is_empty() {
            return None;
        }
        let mut request = format!("{}\n/\n\n", message.method);
        for name in &self.signed_headers {
            let value = message.header(name)?;
            request.extend([name, ":", &value, "\n"]);
        }
        let signed_headers = self.signed_headers.join(";");
        let payload = hex(&Sha256::digest(message.body));
        request.extend(["\n", &signed_headers, "\n", &payload]);

        let request = hex(&Sha256::digest(request.as_bytes()));
        let text = format!("{ALGORITHM}\n{}\n{}\n{request}", self.date, self.scope);
        let key = self
            .scope
            .split('/')
            .fold(format!("AWS4{secret}").into_bytes(), |key, part| {
                hmac(&key, part).to_vec()
            });
        Some(hmac(&key, &text))
    }
}

fn hmac(key: &[u8], text: &str) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().into()
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| {
            [
                DIGITS[usize::from(byte >> 4)],
                DIGITS[usize::from(byte & 15)],
            ]
        })
        .map(char::from)
        .collect()
}

#[cfg(test)]
mod tests;

//! The signatures that AWS publishes in its test suite for Signature Version 4, and what must break one.

use super::{Message, Refusal, Signature};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const CREDENTIAL: &str = "AKIDEXAMPLE/20150830/us-east-1/service/aws4_request";
const HOST: (&str, &[u8]) = ("host", b"example.amazonaws.com");
const DATE: (&str, &[u8]) = ("x-amz-date", b"20150830T123600Z");

fn authorization(credential: &str, signed_headers: &str, code: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={signed_headers}, Signature={code}"
    )
}

fn verify(
    method: &str,
    headers: &[(&str, &[u8])],
    body: &[u8],
    signed_headers: &str,
    code: &str,
) -> Result<(), Refusal> {
    let authorization = authorization(CREDENTIAL, signed_headers, code);
    let mut headers = headers.to_vec();
    headers.push(("authorization", authorization.as_bytes()));
    let message = Message {
        method,
        query: "",
        headers,
        body,
    };
    let signature = Signature::read(&message)?;
    assert_eq!(signature.key_id, "AKIDEXAMPLE");
    signature.verify(&message, SECRET)
}

#[test]
fn the_signatures_of_aws_verify() {
    const VANILLA_GET: &str = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
    const VANILLA_POST: &str = "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b";
    const SORTED: &str = "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c";
    const TRIMMED: &str = "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736";
    const FORM: &str = "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a";

    assert_eq!(
        verify("GET", &[HOST, DATE], b"", "host;x-amz-date", VANILLA_GET),
        Ok(())
    );
    assert_eq!(
        verify("POST", &[HOST, DATE], b"", "host;x-amz-date", VANILLA_POST),
        Ok(())
    );
    let names = "host;my-header1;x-amz-date";
    let header = ("my-header1", "value1".as_bytes());
    assert_eq!(
        verify("POST", &[HOST, header, DATE], b"", names, SORTED),
        Ok(())
    );
    let names = "host;my-header1;my-header2;x-amz-date";
    let first = ("my-header1", " value1".as_bytes());
    let second = ("my-header2", " \"a   b   c\"".as_bytes());
    assert_eq!(
        verify("GET", &[HOST, first, second, DATE], b"", names, TRIMMED),
        Ok(())
    );
    let names = "content-type;host;x-amz-date";
    let form = (
        "content-type",
        "application/x-www-form-urlencoded".as_bytes(),
    );
    assert_eq!(
        verify("POST", &[form, HOST, DATE], b"Param1=value1", names, FORM),
        Ok(())
    );
    assert_eq!(
        verify("POST", &[form, HOST, DATE], b"Param1=value2", names, FORM),
        Err(Refusal::Mismatch)
    );
}

#[test]
fn what_must_be_signed_is_signed() {
    let target = (
        "x-amz-target",
        "AWSStepFunctions.SendTaskSuccess".as_bytes(),
    );

    let unsigned_target = verify("POST", &[HOST, DATE, target], b"", "host;x-amz-date", "00");
    let unsigned_host = verify("POST", &[HOST, DATE], b"", "x-amz-date", "00");
    let absent = verify("POST", &[HOST, DATE], b"", "host;range;x-amz-date", "00");

    assert!(matches!(unsigned_target, Err(Refusal::Incomplete(_))));
    assert!(matches!(unsigned_host, Err(Refusal::Incomplete(_))));
    assert_eq!(absent, Err(Refusal::Mismatch));
}

#[test]
fn time_and_service_are_checked() {
    const AT_MS: i64 = 1_440_938_160_000;
    let check = |credential: &str, now_ms: i64| {
        let authorization = authorization(credential, "host;x-amz-date", "00");
        let headers = vec![HOST, DATE, ("authorization", authorization.as_bytes())];
        let message = Message {
            method: "POST",
            query: "",
            headers,
            body: b"",
        };
        Signature::read(&message).unwrap().check_time(now_ms)
    };
    let ours = "GPAK/20150830/mars-1/states/aws4_request";

    assert_eq!(check(ours, AT_MS), Ok(()));
    assert_eq!(check(ours, AT_MS + 300_000), Ok(()));
    assert_eq!(check(ours, AT_MS - 300_000), Ok(()));
    for (credential, now_ms) in [
        (ours, AT_MS + 300_001),
        (ours, AT_MS - 300_001),
        ("GPAK/20150830/mars-1/sqs/aws4_request", AT_MS),
        ("GPAK/20150831/mars-1/states/aws4_request", AT_MS),
        ("GPAK/20150830/mars-1/states", AT_MS),
    ] {
        assert!(
            matches!(check(credential, now_ms), Err(Refusal::OutOfScope(_))),
            "{credential} {now_ms}"
        );
    }
}

#[test]
fn a_request_without_a_signature_says_so() {
    let message = Message {
        method: "POST",
        query: "",
        headers: vec![HOST, DATE],
        body: b"",
    };

    assert_eq!(Signature::read(&message).unwrap_err(), Refusal::Missing);
}

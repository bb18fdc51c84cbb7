//! AWS Signature Version 4 for one kind of request, a POST of JSON to `/`, written from its documentation and not from
//! the product's verifier.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use url::Url;

use crate::visitor::Page;

const REGION: &str = "eu-west-1";

/// Signs and sends one call of Step Functions. `now_ms` is the time that the server believes in.
pub async fn call(
    base: &Url,
    key: &(String, String),
    operation: &str,
    body: &str,
    now_ms: i64,
) -> Page {
    let at = jiff::Timestamp::from_millisecond(now_ms).expect("a time");
    let at = at.strftime("%Y%m%dT%H%M%SZ").to_string();
    let day = &at[..8];
    let target = format!("AWSStepFunctions.{operation}");
    let host = format!(
        "{}:{}",
        base.host_str().expect("a host"),
        base.port().expect("a port")
    );
    let names = "content-type;host;x-amz-date;x-amz-target";
    let canonical = format!(
        "POST\n/\n\ncontent-type:application/x-amz-json-1.0\nhost:{host}\nx-amz-date:{at}\nx-amz-target:{target}\n\n{names}\n{}",
        hex(&Sha256::digest(body.as_bytes()))
    );
    let scope = format!("{day}/{REGION}/states/aws4_request");
    let text = format!(
        "AWS4-HMAC-SHA256\n{at}\n{scope}\n{}",
        hex(&Sha256::digest(canonical.as_bytes()))
    );
    let mut secret = format!("AWS4{}", key.1).into_bytes();
    for part in [day, REGION, "states", "aws4_request"] {
        secret = hmac(&secret, part);
    }
    let signature = hex(&hmac(&secret, &text));
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
        key.0
    );
    let client = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("make a client");
    let request = client
        .post(base.clone())
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-date", at)
        .header("x-amz-target", target)
        .header("authorization", authorization)
        .body(body.to_owned());
    Page::read(request).await
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

//! Where a request comes from. `X-Forwarded-For` is believed only as far as the chain of trusted proxies reaches.

use std::net::IpAddr;

use actix_web::HttpRequest;

use super::answer::app;

/// The header that proxies append to.
const FORWARDED_FOR: &str = "X-Forwarded-For";

/// The address of the client: the nearest hop that is not a trusted proxy.
pub fn client_address(req: &HttpRequest) -> Option<IpAddr> {
    let app = app(req);
    let is_trusted = |address| {
        let trusted = &app.config.trusted_proxies;
        trusted.iter().any(|block| block.contains(address))
    };
    let mut address = req.peer_addr()?.ip().to_canonical();
    let hops: Vec<&str> = req
        .headers()
        .get_all(FORWARDED_FOR)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for hop in hops.into_iter().rev() {
        if !is_trusted(address) {
            break;
        }
        match hop.trim().parse::<IpAddr>() {
            Ok(next) => address = next.to_canonical(),
            Err(_) => break,
        }
    }
    Some(address)
}

//! Where a request comes from. `X-Forwarded-For` is believed only as far as the chain of trusted proxies reaches.

use std::net::IpAddr;

use actix_web::HttpRequest;

/// The header that proxies append to.
const FORWARDED_FOR: &str = "X-Forwarded-For";

/// The address of the client: the nearest hop that is not a trusted proxy.
pub fn client_address(req: &HttpRequest, trusted: &[String]) -> Option<IpAddr> {
    let mut address = req.peer_addr()?.ip().to_canonical();
    let hops: Vec<&str> = req
        .headers()
        .get_all(FORWARDED_FOR)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for hop in hops.into_iter().rev() {
        if !trusted.iter().any(|block| contains(block, address)) {
            break;
        }
        match hop.trim().parse::<IpAddr>() {
            Ok(next) => address = next.to_canonical(),
            Err(_) => break,
        }
    }
    Some(address)
}

/// Whether `block` (`10.0.0.0/8`, `::1`) contains `address`.
pub fn contains(block: &str, address: IpAddr) -> bool {
    let (network, length) = match block.split_once('/') {
        Some((network, length)) => (network, length.parse::<u32>().ok()),
        None => (block, Some(u32::MAX)),
    };
    let (Ok(network), Some(length)) = (network.trim().parse::<IpAddr>(), length) else {
        return false;
    };
    match (network, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            let shift = 32_u32.saturating_sub(length);
            u64::from(network.to_bits()) >> shift == u64::from(address.to_bits()) >> shift
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => {
            let shift = 128_u32.saturating_sub(length);
            network.to_bits().checked_shr(shift) == address.to_bits().checked_shr(shift)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::contains;

    #[test]
    fn blocks_contain_their_addresses_only() {
        for (block, address, expected) in [
            ("10.0.0.0/8", "10.1.2.3", true),
            ("10.0.0.0/8", "11.1.2.3", false),
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1", "127.0.0.2", false),
            ("0.0.0.0/0", "8.8.8.8", true),
            ("fd00::/8", "fd12::1", true),
            ("fd00::/8", "fe80::1", false),
            ("::/0", "::1", true),
            ("10.0.0.0/8", "::1", false),
            ("nonsense", "::1", false),
        ] {
            assert_eq!(
                contains(block, address.parse().unwrap()),
                expected,
                "{block} {address}"
            );
        }
    }
}

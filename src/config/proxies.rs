//! Blocks of IP addresses (`10.0.0.0/8`, `::1`). Knows nothing of HTTP.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// An address or a CIDR block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IpBlock {
    network: IpAddr,
    prefix: u32,
}

impl IpBlock {
    /// Whether `address` lies in the block. An IPv4 address mapped into IPv6 counts as the IPv4 address.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.network.is_ipv4()
            && high_bits(address, self.prefix) == high_bits(self.network, self.prefix)
    }
}

/// The first `prefix` bits, as a number.
fn high_bits(address: IpAddr, prefix: u32) -> u128 {
    let (bits, width) = match address {
        IpAddr::V4(v4) => (u128::from(v4.to_bits()), 32),
        IpAddr::V6(v6) => (v6.to_bits(), 128),
    };
    bits.checked_shr(width - prefix).unwrap_or(0)
}

impl FromStr for IpBlock {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "expected an address or a block, like 10.0.0.0/8 or ::1";
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let network: IpAddr = address.parse().map_err(|_| EXPECTED)?;
        let width = if network.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(width), str::parse).map_err(|_| EXPECTED)?;
        if prefix > width {
            return Err("the prefix is longer than the address");
        }
        Ok(Self { network, prefix })
    }
}

impl fmt::Display for IpBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.network, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(block: &str, address: &str) -> bool {
        let block: IpBlock = block.parse().unwrap();
        block.contains(address.parse().unwrap())
    }

    #[test]
    fn a_block_contains_its_addresses_only() {
        assert!(contains("10.0.0.0/8", "10.200.3.4"));
        assert!(!contains("10.0.0.0/8", "11.0.0.1"));
        assert!(contains("0.0.0.0/0", "192.0.2.1"));
        assert!(!contains("0.0.0.0/0", "2001:db8::1"));
        assert!(contains("127.0.0.1", "::ffff:127.0.0.1"));
        assert!(contains("2001:db8::/32", "2001:db8:1::5"));
        assert!(contains("::/0", "2001:db8::1"));
        assert!(!contains("::1", "::2"));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "localhost", "10.0.0.0/33", "10.0.0.0/x", "10.0.0/8"] {
            assert!(text.parse::<IpBlock>().is_err(), "{text}");
        }
    }
}

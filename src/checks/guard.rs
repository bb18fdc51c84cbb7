//! Where this server connects to when a site's owner says so: public addresses over https, and what the operator allows
//! besides. A name is resolved here, and the connection goes to the addresses that were looked at (no second look-up that
//! could say something else).

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::LazyLock;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::config::allowed::Allowed;
use crate::config::proxies::IpBlock;
use crate::moderation::rules::Flaw;

/// IPv4 that is not public (IANA's registry of special addresses, and multicast).
static SPECIAL_V4: LazyLock<Vec<IpBlock>> = LazyLock::new(|| {
    blocks(&[
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    ])
});
/// What of the public half of IPv6 is not public, or leads into IPv4.
static SPECIAL_V6: LazyLock<Vec<IpBlock>> =
    LazyLock::new(|| blocks(&["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"]));
static PUBLIC_V6: LazyLock<Vec<IpBlock>> = LazyLock::new(|| blocks(&["2000::/3"]));

fn blocks(texts: &[&str]) -> Vec<IpBlock> {
    texts
        .iter()
        .map(|text| text.parse().expect("a block of addresses"))
        .collect()
}

/// The address is not one that this server connects to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

/// What follows the name of a host that is refused.
pub(crate) const NOT_PUBLIC: &str = " has no public address";

const EXAMPLE: &str = "https://checks.example.org/posts";

/// Says where to connect to.
#[derive(Debug, Clone)]
pub struct Guard {
    allowed: Vec<Allowed>,
}

impl Guard {
    /// Public addresses, and `allowed`.
    pub fn new(allowed: Vec<Allowed>) -> Self {
        Self { allowed }
    }

    /// Reads a URL; nothing is resolved yet.
    pub fn check_url(&self, text: &str) -> Result<Url, Flaw> {
        let url = Url::parse(text).map_err(|_| Flaw::new("flaw-url").with("example", EXAMPLE))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Flaw::new("flaw-url-user"));
        }
        if url.fragment().is_some() {
            return Err(Flaw::new("flaw-url-fragment"));
        }
        let is_allowed = match url.host() {
            None => return Err(Flaw::new("flaw-url").with("example", EXAMPLE)),
            Some(Host::Domain(name)) => self.allows_name(name),
            Some(Host::Ipv4(address)) => self.allows_literal(address.into())?,
            Some(Host::Ipv6(address)) => self.allows_literal(address.into())?,
        };
        match url.scheme() {
            "https" => Ok(url),
            "http" if is_allowed => Ok(url),
            _ => Err(Flaw::new("flaw-url-scheme")),
        }
    }

    /// Whether the operator allows it; refused if it is not public either.
    fn allows_literal(&self, address: IpAddr) -> Result<bool, Flaw> {
        let is_allowed = self.allows_address(address);
        match is_allowed || is_public(address) {
            true => Ok(is_allowed),
            false => Err(Flaw::new("flaw-url-address").with("address", address.to_string())),
        }
    }

    fn allows_name(&self, name: &str) -> bool {
        let name = name.trim_end_matches('.');
        let is_it = |allowed: &Allowed| matches!(allowed, Allowed::Host(host) if host.eq_ignore_ascii_case(name));
        self.allowed.iter().any(is_it)
    }

    fn allows_address(&self, address: IpAddr) -> bool {
        let is_it =
            |allowed: &Allowed| matches!(allowed, Allowed::Block(block) if block.contains(address));
        self.allowed.iter().any(is_it)
    }

    /// Those of a name's addresses that may be connected to.
    fn choose(&self, name: &str, found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, Refused> {
        let is_free = self.allows_name(name);
        let chosen: Vec<SocketAddr> = found
            .into_iter()
            .filter(|at| is_free || is_public(at.ip()) || self.allows_address(at.ip()))
            .collect();
        match chosen.is_empty() {
            true => Err(refused(name)),
            false => Ok(chosen),
        }
    }
}

fn refused(what: &str) -> Refused {
    Refused(format!(
        "{what}{NOT_PUBLIC}; the operator can allow it with checks_allow"
    ))
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let name = name.as_str();
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name, 0)).await?.collect();
            let chosen = guard.choose(name, found)?;
            Ok(Box::new(chosen.into_iter()) as Addrs)
        })
    }
}

/// Whether the address is one of the internet. IPv4 inside IPv6 is what it leads to.
fn is_public(address: IpAddr) -> bool {
    let within = |blocks: &[IpBlock], address| blocks.iter().any(|block| block.contains(address));
    match address.to_canonical() {
        address @ IpAddr::V4(_) => !within(&SPECIAL_V4, address),
        address @ IpAddr::V6(_) => within(&PUBLIC_V6, address) && !within(&SPECIAL_V6, address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_public() {
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.8.9.10",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.170",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in [
            "1.1.1.1",
            "93.184.216.34",
            "172.32.0.1",
            "::ffff:1.1.1.1",
            "2606:4700::1111",
            "2a00:1450:4001::1",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn urls_are_https_to_the_public_unless_the_operator_allows_more() {
        let strict = Guard::new(Vec::new());
        for url in [
            "checks.example.org",
            "ftp://checks.example.org/",
            "http://checks.example.org/",
            "https://user:word@checks.example.org/",
            "https://checks.example.org/#part",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://169.254.169.254/latest/meta-data/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "file:///etc/passwd",
        ] {
            assert!(strict.check_url(url).is_err(), "{url}");
        }
        assert!(
            strict
                .check_url("https://checks.example.org:8443/a?b=c")
                .is_ok()
        );
        assert!(strict.check_url("https://1.1.1.1/").is_ok());

        let open = Guard::new(vec![
            "127.0.0.0/8".parse().unwrap(),
            "classifier.internal".parse().unwrap(),
        ]);
        assert!(open.check_url("http://127.0.0.1:9000/").is_ok());
        assert!(open.check_url("http://Classifier.internal/").is_ok());
        assert!(open.check_url("http://localhost/").is_err());
        assert!(open.check_url("http://10.0.0.1/").is_err());
    }

    #[test]
    fn a_name_leads_only_to_addresses_that_were_looked_at() {
        let at = |text: &str| SocketAddr::new(text.parse().unwrap(), 0);
        let strict = Guard::new(Vec::new());
        let mixed = vec![at("127.0.0.1"), at("1.1.1.1"), at("::1")];
        assert_eq!(
            strict.choose("mixed.example", mixed),
            Ok(vec![at("1.1.1.1")])
        );
        assert!(
            strict
                .choose("inner.example", vec![at("10.0.0.1")])
                .is_err()
        );
        assert!(strict.choose("nothing.example", Vec::new()).is_err());
        let open = Guard::new(vec!["inner.example".parse().unwrap()]);
        assert!(open.choose("inner.example", vec![at("10.0.0.1")]).is_ok());
        assert!(open.choose("other.example", vec![at("10.0.0.1")]).is_err());
    }
}

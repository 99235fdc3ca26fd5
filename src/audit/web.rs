//! The parts of an issuer as it is written.
//!
//! A URL library would tidy what it reads, and the rules are about what is not tidy: issuers are
//! compared character by character (RFC 8414 §3.3, OpenID Connect Discovery §4.3). So the text is
//! only cut, along RFC 3986 §3, and nothing in it is decoded or lower-cased.

/// The parts of `scheme://userinfo@host:port/path?query#fragment`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Url<'a> {
    pub scheme: &'a str,
    pub userinfo: Option<&'a str>,
    pub host: &'a str,
    pub port: Option<&'a str>,
    pub path: &'a str,
    pub query: Option<&'a str>,
    pub fragment: Option<&'a str>,
}

impl<'a> Url<'a> {
    /// Cuts a text; `None` when it is not an absolute URL with a host.
    pub fn cut(text: &'a str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let mut letters = scheme.chars();
        if !letters.next()?.is_ascii_alphabetic()
            || !letters.all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        {
            return None;
        }
        let (rest, fragment) = cut_off(rest, '#');
        let (rest, query) = cut_off(rest, '?');
        let slash = rest.find('/').unwrap_or(rest.len());
        let (authority, path) = rest.split_at(slash);
        let (userinfo, host) = match authority.rsplit_once('@') {
            Some((userinfo, host)) => (Some(userinfo), host),
            None => (None, authority),
        };
        // The colons of an IPv6 address are within brackets.
        let colon = host.rfind(':').filter(|colon| !host[*colon..].contains(']'));
        let (host, port) = match colon {
            Some(colon) => (&host[..colon], Some(&host[colon + 1..])),
            None => (host, None),
        };
        if host.is_empty() {
            return None;
        }
        Some(Self { scheme, userinfo, host, port, path, query, fragment })
    }

    /// Whether the host is this machine.
    pub fn is_loopback(&self) -> bool {
        let host = self.host.to_ascii_lowercase();
        host == "localhost"
            || host.ends_with(".localhost")
            || host == "[::1]"
            || host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
    }
}

fn cut_off(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, after)| (before, Some(after)))
}

/// Whether a text holds a placeholder, which something else fills in before it is used.
pub fn has_placeholder(text: &str) -> bool {
    text.contains("{{") || text.contains("${")
}

/// Percent-decoding of what needs no encoding (RFC 3986 §2.3): letters, digits, `-._~`.
pub fn decode_unreserved(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        decoded.push_str(&rest[..at]);
        let code = rest.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match code.map(char::from) {
            Some(c) if c.is_ascii_alphanumeric() || "-._~".contains(c) => {
                decoded.push(c);
                rest = &rest[at + 3..];
            }
            _ => {
                decoded.push('%');
                rest = &rest[at + 1..];
            }
        }
    }
    decoded.push_str(rest);
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_cut_as_it_is_written() {
        let url = Url::cut("HTTPS://u:p@Host.Example:443/a//b/?q=1#f").unwrap();
        assert_eq!(url.scheme, "HTTPS");
        assert_eq!(url.userinfo, Some("u:p"));
        assert_eq!((url.host, url.port), ("Host.Example", Some("443")));
        assert_eq!((url.path, url.query, url.fragment), ("/a//b/", Some("q=1"), Some("f")));
        let url = Url::cut("http://[::1]:8080").unwrap();
        assert_eq!((url.host, url.port, url.path), ("[::1]", Some("8080"), ""));
        assert!(url.is_loopback());
    }

    #[test]
    fn what_is_not_an_absolute_url_is_not_cut() {
        for text in ["", "auth.external.com", "https:/x", "://x", "https://", "1x://h", "/a"] {
            assert_eq!(Url::cut(text), None, "{text}");
        }
    }

    #[test]
    fn only_what_needs_no_code_is_decoded() {
        assert_eq!(decode_unreserved("%7Ea%2Fb%41%zz%"), "~a%2FbA%zz%");
        assert_eq!(decode_unreserved("%é"), "%é");
    }
}

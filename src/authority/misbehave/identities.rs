//! External identities that are almost the configured ones.

use super::Misbehaviour;
use crate::authority::Shared;
use crate::config::Project;

/// The identity that a server takes a token to be of: the token's own words, or what is configured
/// and looks like them to a server that was told to compare carelessly.
pub(in crate::authority) fn taken_for(
    shared: &Shared,
    project: &Project,
    issuer: &str,
    subject: &str,
) -> (String, String) {
    if shared.behaves() {
        return (issuer.to_owned(), subject.to_owned());
    }
    let any_issuer = shared.misbehaves(Misbehaviour::AnyIssuer);
    let near_issuer = shared.misbehaves(Misbehaviour::NearMissIssuer);
    let near_subject = shared.misbehaves(Misbehaviour::NearMissSubject);
    let same_issuer = |own: &str| {
        any_issuer || own == issuer || (near_issuer && careless_url(own) == careless_url(issuer))
    };
    let same_subject = |own: &str| {
        own == subject || (near_subject && careless_text(own) == careless_text(subject))
    };
    let identities = project.clients().iter().flat_map(|client| &client.identities);
    identities
        .filter_map(|one| {
            Some((one.issuer.as_ref()?.value.clone(), one.subject.as_ref()?.value.clone()))
        })
        .find(|(own_issuer, own_subject)| same_issuer(own_issuer) && same_subject(own_subject))
        .unwrap_or_else(|| (issuer.to_owned(), subject.to_owned()))
}

fn careless_url(url: &str) -> String {
    let url = url.trim().to_ascii_lowercase();
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let rest = rest.unwrap_or(&url).trim_end_matches('/');
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.trim_end_matches(":443").trim_end_matches(":80");
    format!("{host}/{path}")
}

fn careless_text(text: &str) -> String {
    text.trim().to_lowercase().replace("%3a", ":").replace("%2f", "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn careless_comparison_is_as_careless_as_it_says() {
        for near in [
            "https://A.example/",
            "http://a.example",
            "https://a.example:443",
            "https://a.example//",
        ] {
            assert_eq!(careless_url(near), careless_url("https://a.example"), "{near}");
        }
        assert_ne!(careless_url("https://a.example/x"), careless_url("https://a.example"));
        assert_eq!(careless_text(" REPO%3Ax "), "repo:x");
    }
}

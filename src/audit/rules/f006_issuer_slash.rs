use super::prelude::*;
use crate::audit::web::Url;

pub static RULE: Rule = Rule {
    id: "F-006",
    title: "Issuer with a slash at its end",
    severity: Severity::Info,
    confidence: Confidence::Medium,
    scope: Scope::Document,
    under_reading: false,
    why: "Issuers are compared character by character, and most write themselves without a slash at \
          the end. Some do have one (Auth0, Azure Kubernetes Service, the first version of Microsoft \
          Entra); for this one it is not known.",
    help: "Compare with the 'iss' of a token, or with 'issuer' in its discovery document.",
    references: &["RFC 8414 §3.3", "OpenID Connect Discovery 1.0 §4.3"],
    check,
};

/// Hosts of issuers that end in a slash.
const WITH_SLASH: [&str; 4] =
    [".auth0.com", "sts.windows.net", ".oic.prod-aks.azure.com", "oidc.prod-aks.azure.com"];

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (client, issuer) in context.issuers() {
        let text = issuer.value.trim();
        let Some(url) = Url::cut(text) else { continue };
        let extras = url.query.is_some() || url.fragment.is_some(); // F-004
        let https = url.scheme.eq_ignore_ascii_case("https"); // F-003
        let host = url.host.to_ascii_lowercase();
        if !url.path.ends_with('/')
            || extras
            || !https
            || WITH_SLASH.iter().any(|end| host.ends_with(end))
        {
            continue;
        }
        let message = format!("The issuer '{text}' on {} ends in a slash.", context.name(client));
        let owner = context.identity(client);
        findings.push(Finding::at(&RULE, issuer.place, &[&owner, text], message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fires() {
        assert_lines(&RULE, &federation("https://i.partner.net/", "s"), &[5]);
    }

    #[test]
    fn issuers_that_have_one_are_fine() {
        for issuer in [
            "https://i.partner.net",
            "https://a.eu.auth0.com/",
            "https://sts.windows.net/x/",
            "http://i.partner.net/",
        ] {
            assert_silent(&RULE, &federation(issuer, "s"));
        }
    }
}

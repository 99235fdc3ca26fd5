use super::prelude::*;
use crate::audit::web::Url;

pub static RULE: Rule = Rule {
    id: "F-004",
    title: "Issuer with query, fragment or user information",
    severity: Severity::High,
    confidence: Confidence::High,
    scope: Scope::Document,
    under_reading: false,
    why: "An issuer has none of these by definition, so no token can ever match; more likely \
          another address was pasted here.",
    help: "Write the issuer exactly as the 'iss' of its tokens says.",
    references: &["RFC 8414 §2", "OpenID Connect Discovery 1.0 §3"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (client, issuer) in context.issuers() {
        let Some(url) = Url::cut(issuer.value.trim()) else { continue };
        let parts = [
            url.query.map(|_| "a query ('?')"),
            url.fragment.map(|_| "a fragment ('#')"),
            url.userinfo.map(|_| "user information ('@')"),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        if parts.is_empty() {
            continue;
        }
        let message = format!(
            "The issuer on {} for host {} has {}, which an issuer cannot have.",
            context.name(client),
            url.host,
            parts.join(" and ")
        );
        let owner = context.identity(client);
        findings.push(Finding::at(&RULE, issuer.place, &[&owner, url.host, url.path], message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fires() {
        for issuer in ["https://i.net/?a=1", "https://i.net#a", "https://me@i.net"] {
            assert_lines(&RULE, &federation(issuer, "s"), &[5]);
        }
    }

    #[test]
    fn a_path_is_fine() {
        assert_silent(&RULE, &federation("https://i.net/realms/a@b", "s"));
    }
}

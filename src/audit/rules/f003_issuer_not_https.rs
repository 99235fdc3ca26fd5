use super::prelude::*;
use crate::audit::web::Url;

pub static RULE: Rule = Rule {
    id: "F-003",
    title: "Issuer without https",
    severity: Severity::Critical,
    confidence: Confidence::High,
    scope: Scope::Document,
    under_reading: false,
    why: "The server fetches the issuer's keys from this address. Without TLS anybody on the way can \
          put other keys in their place and sign tokens for any subject.",
    help: "Use the issuer's https address. It has to be the one in its tokens ('iss'), so the issuer \
           may have to change first.",
    references: &["RFC 8414 §2", "CWE-319", "NIST SP 800-53 SC-8", "MITRE ATT&CK T1557"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (client, issuer) in context.issuers() {
        let Some(url) = Url::cut(issuer.value.trim()) else { continue };
        if url.scheme.eq_ignore_ascii_case("https") {
            continue;
        }
        let owner = context.identity(client);
        let who = context.name(client);
        let message = format!(
            "{who} trusts the issuer {}, which is not an https address.",
            issuer.value.trim()
        );
        let mut finding = Finding::at(&RULE, issuer.place, &[&owner, &issuer.value], message);
        if url.is_loopback() {
            finding = finding.severity(Severity::High).help(
                "An issuer on this machine is for trying things out: it must not be in a \
                 configuration that others use.",
            );
        }
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::Reading;

    #[test]
    fn fires() {
        assert_lines(&RULE, &federation("http://i.partner.net", "s"), &[5]);
        let local = project(&federation("http://127.0.0.1:8080", "s"));
        let findings = found(&RULE, &local, Reading::default());
        assert_eq!(findings[0].severity, Severity::High);
    }

    #[test]
    fn https_is_fine_in_any_case() {
        assert_silent(&RULE, &federation("https://i.partner.net", "s"));
        assert_silent(&RULE, &federation("HTTPS://i.partner.net", "s"));
        assert_silent(&RULE, &federation("i.partner.net", "s"));
    }
}

use super::prelude::*;
use crate::audit::web::Url;

pub static RULE: Rule = Rule {
    id: "F-024",
    title: "Issuer that stands for any Microsoft Entra tenant",
    severity: Severity::Critical,
    confidence: Confidence::High,
    scope: Scope::Document,
    under_reading: false,
    why: "An address with 'common', 'organizations' or 'consumers' belongs to no tenant. Real tokens \
          name their tenant, so an exact comparison never matches; a server that accepts it anyway \
          lets in tokens of every tenant there is.",
    help: "Put the id of the partner's tenant in its place.",
    references: &["Microsoft identity platform, access tokens", "CWE-284"],
    check,
};

const HOSTS: [&str; 5] = [
    "login.microsoftonline.com",
    "login.microsoftonline.us",
    "login.partner.microsoftonline.cn",
    "login.windows.net",
    "sts.windows.net",
];

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (client, issuer) in context.issuers() {
        let Some(url) = Url::cut(issuer.value.trim()) else { continue };
        let tenant = url.path.split('/').nth(1).unwrap_or_default().to_ascii_lowercase();
        let any = matches!(
            tenant.as_str(),
            "common" | "organizations" | "consumers" | "{tenantid}" | "{tenant}"
        );
        if !any || !HOSTS.contains(&url.host.to_ascii_lowercase().as_str()) {
            continue;
        }
        let who = context.name(client);
        let message = format!("The issuer on {who} names the tenant '{tenant}', which is none.");
        let owner = context.identity(client);
        findings.push(Finding::at(&RULE, issuer.place, &[&owner, issuer.value.trim()], message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fires() {
        for tenant in ["common", "organizations", "{tenantid}"] {
            let issuer = format!("https://login.microsoftonline.com/{tenant}/v2.0");
            assert_lines(&RULE, &federation(&issuer, "s"), &[5]);
        }
    }

    #[test]
    fn a_tenant_of_its_own_is_fine() {
        let issuer = "https://login.microsoftonline.com/7f2d0a5e-3c43-4f0e-9d37-0f3f7a6b9f10/v2.0";
        assert_silent(&RULE, &federation(issuer, "s"));
        assert_silent(&RULE, &federation("https://i.net/common/v2.0", "s"));
    }
}

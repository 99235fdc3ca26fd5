//! What the tokens of well-known issuers look like.
//!
//! A configuration trusts a pair of issuer and subject, and each vendor has a form of its own for
//! both, an audience that it writes when nobody asks for another, and a lifetime. A [`Shape`] is an
//! example of such a token with made-up names, to be minted by the local issuers and tried against a
//! configuration; whatever a caller gives takes the place of the example's.
//!
//! The rows are what the vendors' documentation says of their tokens; the names of the claims are
//! theirs, the values are nobody's. What of lifetime and algorithm was found in public text, and what
//! was not and is only usual, stands in each row ([`Shape::seen`]).

use serde_json::{Map, Value};

use super::issuers::MintRequest;
use crate::exchange::keys::SigningAlgorithm;

/// An example of a vendor's token.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// The name on the command line.
    pub name: &'static str,
    /// Whose tokens these are.
    pub title: &'static str,
    pub issuer: &'static str,
    pub subject: &'static str,
    /// What the vendor writes unless asked for another.
    pub audience: &'static str,
    /// Seconds.
    pub lifetime: i64,
    pub algorithm: SigningAlgorithm,
    /// Further claims, as a JSON object.
    claims: &'static str,
    /// Where the vendor says so.
    pub source: &'static str,
    /// What was found of lifetime and algorithm, and where.
    pub seen: &'static str,
}

/// The table, in the order in which it is listed to people.
pub const SHAPES: &[Shape] = &[
    Shape {
        name: "github-actions",
        title: "GitHub Actions, a branch",
        issuer: "https://token.actions.githubusercontent.com",
        subject: "repo:octo-org/octo-repo:ref:refs/heads/main",
        audience: "https://github.com/octo-org",
        lifetime: 300,
        algorithm: SigningAlgorithm::Rs256,
        claims: r#"{"repository":"octo-org/octo-repo","repository_id":"74","repository_owner":"octo-org","repository_owner_id":"65","ref":"refs/heads/main","ref_type":"branch","event_name":"push","workflow":"deploy","job_workflow_ref":"octo-org/octo-repo/.github/workflows/deploy.yml@refs/heads/main","actor":"octocat","runner_environment":"github-hosted"}"#,
        source: "GitHub Docs, OpenID Connect reference",
        seen: "Lifetime: five minutes between iat and exp in the documented example. Algorithm: RS256.",
    },
    Shape {
        name: "github-actions-environment",
        title: "GitHub Actions, an environment",
        issuer: "https://token.actions.githubusercontent.com",
        subject: "repo:octo-org/octo-repo:environment:production",
        audience: "https://github.com/octo-org",
        lifetime: 300,
        algorithm: SigningAlgorithm::Rs256,
        claims: r#"{"repository":"octo-org/octo-repo","repository_id":"74","repository_owner":"octo-org","repository_owner_id":"65","ref":"refs/heads/main","environment":"production","event_name":"push"}"#,
        source: "GitHub Docs, OpenID Connect reference",
        seen: "As for a branch.",
    },
    Shape {
        name: "github-actions-immutable",
        title: "GitHub Actions, subject with ids",
        issuer: "https://token.actions.githubusercontent.com",
        subject: "repo:octo-org@65/octo-repo@74:ref:refs/heads/main",
        audience: "https://github.com/octo-org",
        lifetime: 300,
        algorithm: SigningAlgorithm::Rs256,
        claims: r#"{"repository":"octo-org/octo-repo","repository_id":"74","repository_owner":"octo-org","repository_owner_id":"65","ref":"refs/heads/main"}"#,
        source: "GitHub Docs, OpenID Connect reference (immutable subject claims)",
        seen: "As for a branch.",
    },
    Shape {
        name: "gitlab",
        title: "GitLab CI/CD",
        issuer: "https://gitlab.com",
        subject: "project_path:my-group/my-project:ref_type:branch:ref:main",
        audience: "https://gitlab.com",
        lifetime: 3_600,
        algorithm: SigningAlgorithm::Rs256,
        claims: r#"{"namespace_id":"72","namespace_path":"my-group","project_id":"20","project_path":"my-group/my-project","ref":"main","ref_type":"branch","ref_protected":"true","pipeline_source":"push","user_login":"sample-user"}"#,
        source: "GitLab Docs, OpenID Connect authentication using ID tokens",
        seen: "RS256, and the job's timeout or five minutes, in GitLab's documentation of job tokens; an hour is the usual timeout.",
    },
    Shape {
        name: "circleci",
        title: "CircleCI",
        issuer: "https://oidc.circleci.com/org/6f1f3c5e-0a4c-4f0f-9d1b-2d0c5f5c6a10",
        subject: "org/6f1f3c5e-0a4c-4f0f-9d1b-2d0c5f5c6a10/project/1b0a6f0e-7e3a-4b59-8f65-0c1fb9c52f11/user/3f5c1e22-5d3c-4a7b-9d4c-7a9f3b1d2e33",
        audience: "6f1f3c5e-0a4c-4f0f-9d1b-2d0c5f5c6a10",
        lifetime: 3_600,
        algorithm: SigningAlgorithm::Rs256,
        claims: r#"{"oidc.circleci.com/project-id":"1b0a6f0e-7e3a-4b59-8f65-0c1fb9c52f11"}"#,
        source: "CircleCI Docs, OpenID Connect tokens in jobs",
        seen: "One hour after its issue, in CircleCI's table of claims. Algorithm: not found, RS256 is usual.",
    },
    Shape {
        name: "bitbucket",
        title: "Bitbucket Pipelines",
        issuer: "https://api.bitbucket.org/2.0/workspaces/my-workspace/pipelines-config/identity/oidc",
        subject: "{a8a3f5d0-3a8b-4a54-9b0b-7f1f4a1f2c01}:{c5d6e7f8-1122-4c33-8d44-5566778899aa}",
        audience: "ari:cloud:bitbucket::workspace/5e2b1f3c-9d8e-4f70-8a61-b2c3d4e5f607",
        lifetime: 3_600,
        algorithm: SigningAlgorithm::Rs256,
        claims: r#"{"repositoryUuid":"{a8a3f5d0-3a8b-4a54-9b0b-7f1f4a1f2c01}","branchName":"main","stepUuid":"{c5d6e7f8-1122-4c33-8d44-5566778899aa}"}"#,
        source: "Bitbucket Cloud, integrate Pipelines with resource servers using OIDC",
        seen: "Subject, issuer and audience in Bitbucket's example. Lifetime and algorithm: not found, these are usual.",
    },
    Shape {
        name: "buildkite",
        title: "Buildkite",
        issuer: "https://agent.buildkite.com",
        subject: "organization:acme:pipeline:deploy:ref:refs/heads/main:commit:9f3182061f1e2cca4702c368cbc039b7dc9d4485:step:build",
        audience: "https://buildkite.com/acme",
        lifetime: 300,
        algorithm: SigningAlgorithm::Rs256,
        claims: r#"{"organization_slug":"acme","pipeline_slug":"deploy","build_number":1,"build_branch":"main","step_key":"build"}"#,
        source: "Buildkite Docs, OIDC with Buildkite Pipelines",
        seen: "Five minutes and RS256, in an example of a real token; the agent lets the server choose.",
    },
    Shape {
        name: "terraform",
        title: "HCP Terraform, an apply",
        issuer: "https://app.terraform.io",
        subject: "organization:my-org:project:Default Project:workspace:my-workspace:run_phase:apply",
        audience: "aws.workload.identity",
        lifetime: 300,
        algorithm: SigningAlgorithm::Rs256,
        claims: r#"{"terraform_organization_name":"my-org","terraform_project_name":"Default Project","terraform_workspace_name":"my-workspace","terraform_run_phase":"apply"}"#,
        source: "HashiCorp, workload identity tokens of HCP Terraform",
        seen: "RS256 and five minutes, in HashiCorp's example; a real one lives as long as the phase of the run.",
    },
    Shape {
        name: "azure-devops",
        title: "Azure DevOps, a service connection",
        issuer: "https://vstoken.dev.azure.com/2f0e7c0a-6f0d-4f5c-8a9e-3b4c5d6e7f80",
        subject: "sc://my-org/my-project/my-connection",
        audience: "api://AzureADTokenExchange",
        lifetime: 600,
        algorithm: SigningAlgorithm::Rs256,
        claims: "{}",
        source: "Microsoft Learn, workload identity service connections",
        seen: "Issuer and subject in Microsoft's documentation. Lifetime and algorithm: not found, these are usual.",
    },
    Shape {
        name: "entra",
        title: "Microsoft Entra ID, a managed identity",
        issuer: "https://login.microsoftonline.com/72f988bf-1111-4222-8333-d7db47000000/v2.0",
        subject: "0b5f7c9d-2e4a-4c6b-8d1f-3a5b7c9d1e2f",
        audience: "api://AzureADTokenExchange",
        lifetime: 4_500,
        algorithm: SigningAlgorithm::Rs256,
        claims: r#"{"azp":"9a1b2c3d-4e5f-4061-8273-8495a6b7c8d9","oid":"0b5f7c9d-2e4a-4c6b-8d1f-3a5b7c9d1e2f","tid":"72f988bf-1111-4222-8333-d7db47000000","idtyp":"app","ver":"2.0"}"#,
        source: "Microsoft Learn, access token claims reference",
        seen: "From 60 to 90 minutes at random, 75 on average, in Microsoft's documentation of access tokens. Algorithm: not found, RS256 is usual.",
    },
    Shape {
        name: "google",
        title: "Google, a service account",
        issuer: "https://accounts.google.com",
        subject: "104234567890123456789",
        audience: "https://service.example",
        lifetime: 3_600,
        algorithm: SigningAlgorithm::Rs256,
        claims: r#"{"azp":"104234567890123456789","email":"deployer@my-project.iam.gserviceaccount.com","email_verified":true}"#,
        source: "Google Cloud, token types (ID tokens of service accounts)",
        seen: "Not found; an hour and RS256 are usual.",
    },
    Shape {
        name: "kubernetes",
        title: "Kubernetes, a projected service account",
        issuer: "https://kubernetes.default.svc.cluster.local",
        subject: "system:serviceaccount:payments:worker",
        audience: "https://kubernetes.default.svc.cluster.local",
        lifetime: 3_600,
        algorithm: SigningAlgorithm::Rs256,
        claims: r#"{"kubernetes.io":{"namespace":"payments","pod":{"name":"worker-0","uid":"8b7a6c5d-4e3f-4a2b-9c1d-0e1f2a3b4c5d"},"serviceaccount":{"name":"worker","uid":"1f2e3d4c-5b6a-4978-8877-665544332211"}}}"#,
        source: "Kubernetes, configure service accounts for pods (token projection)",
        seen: "One hour unless asked otherwise, ten minutes at least, in the reference of the API. Algorithm: not found, RS256 is usual.",
    },
    Shape {
        name: "eks",
        title: "Amazon EKS, a service account",
        issuer: "https://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE",
        subject: "system:serviceaccount:payments:worker",
        audience: "sts.amazonaws.com",
        lifetime: 86_400,
        algorithm: SigningAlgorithm::Rs256,
        claims: r#"{"kubernetes.io":{"namespace":"payments","serviceaccount":{"name":"worker","uid":"1f2e3d4c-5b6a-4978-8877-665544332211"}}}"#,
        source: "Amazon EKS, IAM roles for service accounts",
        seen: "86400 seconds unless annotated otherwise, in the documentation of the webhook that mounts it. Algorithm: not found, RS256 is usual.",
    },
    Shape {
        name: "aws",
        title: "AWS, outbound identity federation",
        issuer: "https://3f2a1b0c-4d5e-4f60-8718-293a4b5c6d7e.tokens.sts.global.api.aws",
        subject: "arn:aws:iam::123456789012:role/deployer",
        audience: "https://service.example",
        lifetime: 300,
        algorithm: SigningAlgorithm::Es384,
        claims: r#"{"https://sts.amazonaws.com/":{"aws_account":"123456789012","source_region":"eu-central-1"}}"#,
        source: "AWS IAM, outbound identity federation",
        seen: "300 seconds unless asked otherwise, from 60 to 3600; RS256 or ES384 as asked, in the reference of GetWebIdentityToken.",
    },
    Shape {
        name: "spiffe",
        title: "SPIFFE, a JWT-SVID",
        issuer: "https://oidc-discovery.example.org",
        subject: "spiffe://example.org/payments/worker",
        audience: "spiffe://example.org/token-service",
        lifetime: 300,
        algorithm: SigningAlgorithm::Es256,
        claims: "{}",
        source: "SPIFFE, the JWT-SVID standard",
        seen: "The standard leaves both to the deployment.",
    },
    Shape {
        name: "vercel",
        title: "Vercel, production",
        issuer: "https://oidc.vercel.com/acme",
        subject: "owner:acme:project:shop:environment:production",
        audience: "https://vercel.com/acme",
        lifetime: 3_600,
        algorithm: SigningAlgorithm::Rs256,
        claims: r#"{"owner":"acme","project":"shop","environment":"production"}"#,
        source: "Vercel Docs, OpenID Connect federation reference",
        seen: "RS256 and one hour, in Vercel's example.",
    },
    Shape {
        name: "spacelift",
        title: "Spacelift, a stack",
        issuer: "https://acme.app.spacelift.io",
        subject: "space:legacy:stack:infra:run_type:TRACKED:scope:write",
        audience: "acme.app.spacelift.io",
        lifetime: 3_600,
        algorithm: SigningAlgorithm::Rs256,
        claims: r#"{"spaceId":"legacy","callerType":"stack","callerId":"infra","runType":"TRACKED","scope":"write"}"#,
        source: "Spacelift Docs, OpenID Connect",
        seen: "Subject and audience (the host name of the account) in Spacelift's documentation. Lifetime and algorithm: not found, these are usual.",
    },
    Shape {
        name: "auth0",
        title: "Auth0, a machine",
        issuer: "https://acme.eu.auth0.com/",
        subject: "S8x1aPq3m0Zt@clients",
        audience: "https://service.example",
        lifetime: 86_400,
        algorithm: SigningAlgorithm::Rs256,
        claims: r#"{"azp":"S8x1aPq3m0Zt","gty":"client-credentials"}"#,
        source: "Auth0 Docs, client credentials flow",
        seen: "86400 seconds unless set otherwise, in Auth0's documentation of APIs. Algorithm: not found, RS256 is usual.",
    },
    Shape {
        name: "okta",
        title: "Okta, a service",
        issuer: "https://acme.okta.com/oauth2/default",
        subject: "0oa1b2c3d4E5f6G7h8i9",
        audience: "api://default",
        lifetime: 3_600,
        algorithm: SigningAlgorithm::Rs256,
        claims: r#"{"cid":"0oa1b2c3d4E5f6G7h8i9","ver":1}"#,
        source: "Okta Developer, OpenID Connect and OAuth 2.0 API",
        seen: "Not found; an hour and RS256 are usual.",
    },
    Shape {
        name: "keycloak",
        title: "Keycloak, a service account",
        issuer: "https://login.example/realms/acme",
        subject: "f1a2b3c4-d5e6-4f70-8192-a3b4c5d6e7f8",
        audience: "account",
        lifetime: 300,
        algorithm: SigningAlgorithm::Rs256,
        claims: r#"{"typ":"Bearer","azp":"deployer","preferred_username":"service-account-deployer"}"#,
        source: "Keycloak, securing applications and services",
        seen: "300 seconds in exports of realms (accessTokenLifespan). Algorithm: not found, RS256 is usual.",
    },
];

impl Shape {
    /// The row with this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        SHAPES.iter().find(|shape| shape.name == name)
    }

    /// The further claims.
    pub fn claims(&self) -> Map<String, Value> {
        match serde_json::from_str(self.claims) {
            Ok(Value::Object(claims)) => claims,
            _ => Map::new(),
        }
    }

    /// A request for the example.
    pub fn request(&self) -> MintRequest {
        MintRequest {
            issuer: Some(self.issuer.to_owned()),
            audience: vec![self.audience.to_owned()],
            lifetime: self.lifetime,
            algorithm: self.algorithm,
            claims: self.claims(),
            ..MintRequest::new(self.subject)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_row_is_whole() {
        let mut names = BTreeSet::new();
        for shape in SHAPES {
            assert!(names.insert(shape.name), "{} twice", shape.name);
            assert!(Shape::named(shape.name).is_some_and(|found| found.subject == shape.subject));
            assert!(shape.issuer.starts_with("https://") && !shape.source.is_empty());
            assert!(shape.seen.ends_with('.'), "{}", shape.name);
            assert!((60..=24 * 3_600).contains(&shape.lifetime), "{}", shape.name);
            let claims: Value = serde_json::from_str(shape.claims).unwrap();
            let registered = ["iss", "sub", "aud", "exp", "nbf", "iat"];
            assert!(
                claims.as_object().unwrap().keys().all(|name| !registered.contains(&name.as_str()))
            );
        }
    }

    /// The subjects have the form that the vendors document.
    #[test]
    fn the_examples_have_the_documented_form() {
        let uuid = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
        for (name, form) in [
            (
                "github-actions",
                r"^repo:[A-Za-z0-9-]+/[A-Za-z0-9._-]+:ref:refs/(heads|tags)/.+$".to_owned(),
            ),
            (
                "github-actions-environment",
                r"^repo:[A-Za-z0-9-]+/[A-Za-z0-9._-]+:environment:.+$".into(),
            ),
            (
                "github-actions-immutable",
                r"^repo:[A-Za-z0-9-]+@\d+/[A-Za-z0-9._-]+@\d+:ref:refs/heads/.+$".into(),
            ),
            ("gitlab", r"^project_path:[^:]+(/[^:]+)+:ref_type:(branch|tag):ref:.+$".into()),
            ("circleci", format!("^org/{uuid}/project/{uuid}/user/{uuid}$")),
            ("bitbucket", format!(r"^\{{{uuid}\}}(:\{{{uuid}\}})?:\{{{uuid}\}}$")),
            (
                "buildkite",
                r"^organization:[^:]+:pipeline:[^:]+:ref:.+:commit:[0-9a-f]+:step:.*$".into(),
            ),
            (
                "terraform",
                r"^organization:[^:]+:project:[^:]+:workspace:[^:]+:run_phase:(plan|apply)$".into(),
            ),
            ("azure-devops", r"^sc://[^/]+/[^/]+/.+$".into()),
            ("entra", format!("^{uuid}$")),
            ("google", r"^\d{21}$".into()),
            ("kubernetes", r"^system:serviceaccount:[a-z0-9-]+:[a-z0-9.-]+$".into()),
            ("eks", r"^system:serviceaccount:[a-z0-9-]+:[a-z0-9.-]+$".into()),
            ("aws", r"^arn:aws(-[a-z-]+)?:iam::\d{12}:(role|user)/.+$".into()),
            ("spiffe", r"^spiffe://[a-z0-9._-]{1,255}(/[A-Za-z0-9._-]+)+$".into()),
            (
                "vercel",
                r"^owner:[^:]+:project:[^:]+:environment:(production|preview|development)$".into(),
            ),
            (
                "spacelift",
                r"^space:[^:]+:(stack|module):[^:]+:run_type:[^:]+:scope:(read|write)$".into(),
            ),
            ("auth0", r"^.+@clients$".into()),
            ("keycloak", format!("^{uuid}$")),
        ] {
            let subject = Shape::named(name).unwrap().subject;
            assert!(regex::Regex::new(&form).unwrap().is_match(subject), "{name}: {subject}");
        }
    }
}

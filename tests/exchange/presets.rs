//! Two domains on this machine, each an authority of its own: what one grants, the other redeems.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use exchange_studio::authority::{self, Options, Running, StartError};
use exchange_studio::exchange::checks::Level;
use exchange_studio::exchange::keys::{SigningAlgorithm, SigningKey};
use exchange_studio::exchange::preset::is_of_preset;
use exchange_studio::exchange::report::Outcome;
use exchange_studio::exchange::token_type::{
    ACCESS_TOKEN, ID_JAG, ID_TOKEN, JWT, REFRESH_TOKEN, SAML2,
};
use exchange_studio::exchange::{
    Client, ClientAuth, ExchangeRequest, Preset, Redeemed, Redemption, Report, Server, Simulation,
    discover, login, redeem, simulate,
};
use exchange_studio::trust::Reading;
use secrecy::SecretString;

use crate::authority_bench::*;
use crate::client_faults::http;

/// The home domain, and the one that redeems.
struct Two {
    home: Running,
    other: Running,
}

/// A port that is free now, so that each domain can be told of the other.
fn free() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn two() -> Two {
    let other_port = free();
    let other_issuer = format!("http://127.0.0.1:{other_port}");
    let yaml = client(PORTAL, "Portal", &allows(&[DASHBOARD])) + &client(DASHBOARD, "Chat", "");
    let start = |yaml: &str, reading, options| {
        authority::start(Arc::new(project(yaml)), reading, options).unwrap()
    };
    let home = start(
        &yaml,
        Reading::RequesterListsTarget,
        Options { domains: vec![(other_issuer, DASHBOARD.into())], ..Options::default() },
    );
    // There the portal is a broker, and alice is known by what the home domain calls her.
    let yaml = client(PORTAL, "Portal", &allows(&[PRINCIPAL]))
        + &client(PRINCIPAL, "Alice's account", &identity(home.issuer(), "alice"));
    let other = start(
        &yaml,
        Reading::RequesterListsTarget,
        Options {
            port: other_port,
            trusted: vec![home.issuer().to_owned()],
            audiences: vec![("https://api.example/account".into(), PRINCIPAL.into())],
            ..Options::default()
        },
    );
    Two { home, other }
}

fn asks(authority: &Running, key: Option<&Arc<SigningKey>>) -> Client {
    let auth = ClientAuth::Basic(authority.client_secret().clone());
    Client { dpop: key.cloned(), ..Client::new(PORTAL, auth) }
}

impl Two {
    async fn tokens(&self, user: &str) -> (SecretString, SecretString) {
        let metadata = discover(&http(), self.home.issuer()).await.unwrap();
        let client = asks(&self.home, None);
        let now = SystemTime::now();
        let issued =
            login::sign_in(&http(), &metadata, &client, user, "openid read", now).await.unwrap();
        (issued.access_token, issued.id_token.unwrap())
    }

    async fn grant(&self, preset: Preset, user: &str, key: Option<&Arc<SigningKey>>) -> Report {
        let (access, id) = self.tokens(user).await;
        let subject = if preset == Preset::IdJag { id } else { access };
        let kind = if preset == Preset::IdJag { ID_TOKEN } else { ACCESS_TOKEN };
        let mut request = ExchangeRequest {
            subject_token: subject,
            subject_token_type: kind.to_owned(),
            audience: vec![self.other.issuer().to_owned()],
            scope: "read".to_owned(),
            ..ExchangeRequest::default()
        };
        preset.fill(&mut request);
        self.exchange(request, key).await
    }

    async fn exchange(&self, request: ExchangeRequest, key: Option<&Arc<SigningKey>>) -> Report {
        let simulation = Simulation {
            server: Server::Issuer(self.home.issuer().to_owned()),
            client: asks(&self.home, key),
            request,
            skew: Duration::from_secs(60),
        };
        simulate(&http(), &simulation, SystemTime::now()).await.unwrap()
    }

    async fn redeem(&self, grant: &SecretString, key: Option<&Arc<SigningKey>>) -> Redeemed {
        self.redeem_as(asks(&self.other, key), &self.other, grant).await
    }

    async fn redeem_as(&self, client: Client, at: &Running, grant: &SecretString) -> Redeemed {
        let redemption = Redemption {
            server: Server::Issuer(at.issuer().to_owned()),
            client,
            assertion: grant.clone(),
            scope: String::new(),
            resource: Vec::new(),
            extra: Vec::new(),
            skew: Duration::from_secs(60),
        };
        redeem(&http(), &redemption, SystemTime::now()).await.unwrap()
    }
}

#[tokio::test]
async fn a_grant_of_each_kind_is_issued_and_redeemed_once() {
    let two = two();
    for (preset, kind) in [(Preset::IdJag, ID_JAG), (Preset::Chaining, JWT)] {
        let report = two.grant(preset, "alice", None).await;
        assert_eq!(report.outcome, Outcome::Issued, "{:?}", report.refusal);
        assert_eq!(report.issued_type(), Some(kind));
        let found: Vec<_> = report.checks.iter().filter(|it| it.level >= Level::Warn).collect();
        assert!(found.is_empty(), "{found:#?}");
        assert!(report.checks.iter().filter(|check| is_of_preset(check)).count() > 6);

        let grant = report.issued.unwrap();
        let first = two.redeem(&grant, None).await;
        assert_eq!(first.outcome, Outcome::Issued, "{:?}", first.refusal);
        let found: Vec<_> = first.checks.iter().filter(|it| it.level >= Level::Note).collect();
        assert!(found.is_empty(), "{found:#?}");
        let token = first.issued_token.as_ref().unwrap().jwt().unwrap();
        assert_eq!(token.text("sub"), Some(PRINCIPAL));
        assert_eq!(token.text("scope"), Some("read"));
        assert!(
            first
                .to_json(false)
                .to_string()
                .find(secrecy::ExposeSecret::expose_secret(&grant))
                .is_none()
        );

        let again = two.redeem(&grant, None).await;
        assert_eq!(again.outcome, Outcome::Refused);
        let refusal = again.refusal.unwrap();
        assert_eq!(refusal.error, "invalid_grant");
        assert!(refusal.description.contains("used before"), "{}", refusal.description);
    }
}

#[tokio::test]
async fn the_configuration_decides_at_both_ends() {
    let two = two();
    // The other domain does not know bob.
    let report = two.grant(Preset::IdJag, "bob", None).await;
    let redeemed = two.redeem(&report.issued.unwrap(), None).await;
    assert_eq!(redeemed.refusal.unwrap().error, "invalid_grant");
    // The home domain no longer lets the portal into the other.
    let yaml = client(PORTAL, "Portal", "") + &client(DASHBOARD, "Chat", "");
    two.home.set_project(Arc::new(project(&yaml)), Reading::RequesterListsTarget);
    let report = two.grant(Preset::IdJag, "alice", None).await;
    assert_eq!(report.refusal.unwrap().error, "invalid_target");
}

#[tokio::test]
async fn a_grant_is_for_one_server_one_client_and_one_key() {
    let two = two();
    let refused = |redeemed: Redeemed, words: &str| {
        let refusal = redeemed.refusal.unwrap();
        assert_eq!(refusal.error, "invalid_grant");
        assert!(refusal.description.contains(words), "{}", refusal.description);
    };
    let issued = |report: Report| report.issued.unwrap();
    // Not by another client.
    let grant = issued(two.grant(Preset::IdJag, "alice", None).await);
    let other = Client::new(PRINCIPAL, ClientAuth::Basic(two.other.client_secret().clone()));
    let redeemed = two.redeem_as(other, &two.other, &grant).await;
    assert!(redeemed.at(Level::Fail).any(|check| check.id == "JWTB-04"));
    refused(redeemed, "another client");
    // Not with a token that is no grant.
    let (access, _) = two.tokens("alice").await;
    refused(two.redeem(&access, None).await, "typ");
    // Bound to a key: with that key alone.
    let key = |()| Arc::new(SigningKey::generate(SigningAlgorithm::Es256).unwrap());
    let (own, stranger) = (key(()), key(()));
    let report = two.grant(Preset::IdJag, "alice", Some(&own)).await;
    let found: Vec<_> = report.checks.iter().filter(|it| it.level >= Level::Warn).collect();
    assert!(found.is_empty(), "{found:#?}");
    let grant = issued(report);
    refused(two.redeem(&grant, None).await, "no proof");
    refused(two.redeem(&grant, Some(&stranger)).await, "another key");
    let redeemed = two.redeem(&grant, Some(&own)).await;
    assert_eq!(redeemed.outcome, Outcome::Issued, "{:?}", redeemed.refusal);
    assert!(redeemed.at(Level::Pass).any(|check| check.id == "JWTB-10"));
}

#[tokio::test]
async fn requests_that_an_id_jag_forbids_are_refused() {
    let two = two();
    let (access, id) = two.tokens("alice").await;
    let good = ExchangeRequest {
        subject_token: id,
        subject_token_type: ID_TOKEN.to_owned(),
        requested_token_type: ID_JAG.to_owned(),
        audience: vec![two.other.issuer().to_owned()],
        ..ExchangeRequest::default()
    };
    let refused =
        async |request: ExchangeRequest| two.exchange(request, None).await.refusal.unwrap().error;
    let request = ExchangeRequest {
        subject_token: access,
        subject_token_type: ACCESS_TOKEN.to_owned(),
        ..good.clone()
    };
    assert_eq!(refused(request).await, "invalid_request");
    let request = ExchangeRequest { audience: vec![DASHBOARD.to_owned()], ..good.clone() };
    assert_eq!(refused(request).await, "invalid_target");
    let request = ExchangeRequest { audience: Vec::new(), ..good.clone() };
    assert_eq!(refused(request).await, "invalid_target");
    let request = ExchangeRequest { requested_token_type: ACCESS_TOKEN.to_owned(), ..good };
    assert_eq!(refused(request).await, "invalid_target");
}

/// The draft's §4.3: what is behind the other server goes into the grant, and comes out of it there.
#[tokio::test]
async fn resources_go_through_a_grant() {
    let two = two();
    let (_, id) = two.tokens("alice").await;
    let good = ExchangeRequest {
        subject_token: id,
        subject_token_type: ID_TOKEN.to_owned(),
        requested_token_type: ID_JAG.to_owned(),
        audience: vec![two.other.issuer().to_owned()],
        resource: vec!["https://api.example/account".to_owned()],
        ..ExchangeRequest::default()
    };
    let report = two.exchange(good.clone(), None).await;
    let found: Vec<_> = report.checks.iter().filter(|it| it.level >= Level::Warn).collect();
    assert!(found.is_empty(), "{found:#?}");
    let grant = report.issued.unwrap();
    let resource = &claims(secrecy::ExposeSecret::expose_secret(&grant))["resource"];
    assert_eq!(resource, "https://api.example/account");
    // There it is a name of the account, so it is what the token is for.
    let redeemed = two.redeem(&grant, None).await;
    assert_eq!(redeemed.outcome, Outcome::Issued, "{:?}", redeemed.refusal);
    let token = redeemed.issued_token.unwrap();
    assert_eq!(token.jwt().unwrap().audiences(), ["https://api.example/account"]);
    assert_eq!(redeemed.answer.body.unwrap()["resource"], "https://api.example/account");

    let with = |resource: &[&str]| ExchangeRequest {
        resource: resource.iter().map(|&text| text.to_owned()).collect(),
        ..good.clone()
    };
    let several = ["https://api.example/account", "https://api.example/other"];
    let grant = two.exchange(with(&several), None).await.issued.unwrap();
    let named = &claims(secrecy::ExposeSecret::expose_secret(&grant))["resource"];
    assert_eq!(named, &serde_json::json!(several));
    let redeemed = two.redeem(&grant, None).await;
    assert_eq!(redeemed.answer.body.unwrap()["resource"], several[0], "what is known there");
    let grant = two.exchange(with(&several[1..]), None).await.issued.unwrap();
    assert_eq!(two.redeem(&grant, None).await.refusal.unwrap().error, "invalid_target");
    let refusal = two.exchange(with(&["https://api.example/#x"]), None).await.refusal.unwrap();
    assert_eq!(refusal.error, "invalid_target");
}

#[tokio::test]
async fn a_refresh_token_gets_a_grant_where_an_id_token_has_expired() {
    let two = two();
    let metadata = discover(&http(), two.home.issuer()).await.unwrap();
    let (client, now) = (asks(&two.home, None), SystemTime::now());
    let scope = "openid read offline_access";
    let issued = login::sign_in(&http(), &metadata, &client, "alice", scope, now).await.unwrap();
    let good = ExchangeRequest {
        subject_token: issued.refresh_token.unwrap(),
        subject_token_type: REFRESH_TOKEN.to_owned(),
        requested_token_type: ID_JAG.to_owned(),
        audience: vec![two.other.issuer().to_owned()],
        scope: "read".to_owned(),
        ..ExchangeRequest::default()
    };
    // It is not used up.
    for _ in 0..2 {
        let report = two.exchange(good.clone(), None).await;
        let found: Vec<_> = report.checks.iter().filter(|it| it.level >= Level::Warn).collect();
        assert!(found.is_empty(), "{found:#?}");
        let redeemed = two.redeem(&report.issued.unwrap(), None).await;
        assert_eq!(redeemed.outcome, Outcome::Issued, "{:?}", redeemed.refusal);
    }
    let refused =
        async |request: ExchangeRequest| two.exchange(request, None).await.refusal.unwrap();
    let request = ExchangeRequest { scope: "read more".to_owned(), ..good.clone() };
    assert_eq!(refused(request).await.error, "invalid_scope");
    let request = ExchangeRequest { subject_token: "another".into(), ..good.clone() };
    assert_eq!(refused(request).await.error, "invalid_request");
    // For an access token there is the refresh grant.
    let request = ExchangeRequest {
        requested_token_type: String::new(),
        audience: vec![DASHBOARD.to_owned()],
        ..good.clone()
    };
    assert!(refused(request).await.description.contains("refresh_token grant"));
    // No identity provider of SAML assertions is known here.
    let request = ExchangeRequest { subject_token_type: SAML2.to_owned(), ..good };
    let refusal = refused(request).await;
    assert_eq!(refusal.error, "invalid_request");
    assert!(refusal.description.contains("SAML"), "{}", refusal.description);
}

#[tokio::test]
async fn only_a_server_that_can_says_so() {
    let two = two();
    let home = discover(&http(), two.home.issuer()).await.unwrap().document;
    let other = discover(&http(), two.other.issuer()).await.unwrap().document;
    let issues = "identity_chaining_requested_token_types_supported";
    let redeems = "authorization_grant_profiles_supported";
    assert!(home.contains_key(issues) && !home.contains_key(redeems));
    assert!(!other.contains_key(issues) && other.contains_key(redeems));
    assert!(other["grant_types_supported"].to_string().contains("jwt-bearer"));
    assert!(!home["grant_types_supported"].to_string().contains("jwt-bearer"));
    // A server that does not redeem refuses its own grant, as any.
    let grant = two.grant(Preset::IdJag, "alice", None).await.issued.unwrap();
    let redeemed = two.redeem_as(asks(&two.home, None), &two.home, &grant).await;
    assert_eq!(redeemed.refusal.unwrap().error, "unsupported_grant_type");
}

#[test]
fn no_other_machine_is_ever_asked() {
    for issuer in ["https://idp.example", "http://127.0.0.1:1/", "http://127.0.0.1.example", "x"] {
        let options = Options { trusted: vec![issuer.into()], ..Options::default() };
        let yaml = client(PORTAL, "Portal", "");
        let started = authority::start(Arc::new(project(&yaml)), Reading::default(), options);
        assert!(matches!(started, Err(StartError::NotLoopback(_))), "{issuer}");
    }
}

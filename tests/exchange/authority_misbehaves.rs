//! An authority that was told to misbehave does so, and whoever looks for it notices; a careful one
//! gives no cause.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use exchange_studio::authority::{MintRequest, Misbehaviour as M, Misbehaviour, Options};
use exchange_studio::exchange::checks::Level;
use exchange_studio::exchange::keys::{KeySet, SigningAlgorithm, SigningKey};
use exchange_studio::exchange::public_pem::public_pem;
use exchange_studio::exchange::report::Outcome;
use exchange_studio::exchange::{
    Client, ClientAuth, DiscoveryError, ExchangeRequest, FollowUp, Http, HttpOptions, Report,
    Server, SimulateError, Simulation, TransportKind, follow_up, mac, simulate,
};
use exchange_studio::trust::Reading;
use secrecy::SecretString;
use serde_json::json;

use crate::authority_bench::*;
use crate::client_faults::http;

const ARCHIVE: &str = "0c5ad96c-1c5c-4d4e-9c1a-6b5b7b2a6f11";
const PUBLIC: &str = "5b1d2c1e-8d4b-4e53-8f62-57b6f1a0a5d1";
const OFF: &str = "7d0d6e9e-0b63-4a4f-9a0a-7c6b2f3f1c22";
const STRANGER: &str = "1e0f1f3a-4c43-4f6d-93f6-0ab9b52e7f43";

fn yaml() -> String {
    client(PORTAL, "Portal", &allows(&[DASHBOARD]))
        + &client(DASHBOARD, "Dashboard", &allows(&[ARCHIVE]))
        + &client(ARCHIVE, "Archive", "")
        + &client(PUBLIC, "Public", &format!("isPublic: true\n{}", allows(&[DASHBOARD])))
        + &client(OFF, "Off", &allows(&[DASHBOARD]))
        + &client(PRINCIPAL, "Principal", &identity(ISSUER, SUBJECT))
        + &client(BROKER, "Broker", &allows(&[PRINCIPAL]))
        + &client(STRANGER, "Stranger", "")
}

/// The same after somebody switched a client off whose tokens are about.
fn switched_off() -> String {
    yaml().replace("name: \"Off\"", "name: \"Off\"\nenabled: false")
}

fn bench() -> Bench {
    Bench::new(&yaml(), Reading::RequesterListsTarget)
}

async fn simulation(bench: &Bench, granted: bool) -> Simulation {
    let mut token = bench.user_token(PORTAL, "alice", "a b").await;
    if !granted {
        token.truncate(token.len() - 8);
        token.push_str("AAAAAAAA");
    }
    Simulation {
        server: Server::Issuer(bench.running.issuer().to_owned()),
        client: Client::new(PORTAL, ClientAuth::Basic(bench.running.client_secret().clone())),
        request: ExchangeRequest {
            subject_token: token.into(),
            subject_token_type: ACCESS_TOKEN.to_owned(),
            audience: vec![DASHBOARD.to_owned()],
            scope: "a".to_owned(),
            ..ExchangeRequest::default()
        },
        skew: Duration::from_secs(60),
    }
}

async fn send(
    bench: &Bench,
    http: &Http,
    simulation: &Simulation,
) -> Result<Report, SimulateError> {
    let now = UNIX_EPOCH + Duration::from_secs(bench.now().unsigned_abs());
    let mut report = simulate(http, simulation, now).await?;
    let wanted = FollowUp { introspect: true, revoke_subject: true };
    follow_up(http, simulation, &mut report, wanted, now).await;
    Ok(report)
}

/// The ids of the checks that have something to say, dialects among them. REV-01 tells what becomes of
/// a token anywhere; TOK-12 and plain http are about the setting of these tests.
pub fn noticed(report: &Report) -> BTreeSet<&'static str> {
    let says = report.checks.iter().filter(|check| check.level > Level::Pass || check.dialect);
    says.map(|check| check.id).filter(|id| *id != "REV-01").collect()
}

/// What shows in a report of the client.
const IN_A_REPORT: &[Misbehaviour] = &[
    M::GrowScope,
    M::FixedScope,
    M::IgnoreAudience,
    M::NoAudience,
    M::LongExpiry,
    M::UnpublishedKey,
    M::WrongIssuer,
    M::PlainTyp,
    M::WrongClient,
    M::PersonalData,
    M::IgnoreDpop,
    M::OpaqueToken,
    M::EncryptedToken,
    M::UnchangedToken,
    M::Cacheable,
    M::NoIssuedTokenType,
    M::ShortTokenType,
    M::NotApplicable,
    M::OddTokenType,
    M::ExpMismatch,
    M::TextExpiry,
    M::HideScope,
    M::RefreshToken,
    M::NullRefreshToken,
    M::Redirect,
    M::MoreMembers,
    M::RepeatedMember,
    M::Forbidden,
    M::ScopeEscalation,
    M::ClientError400,
    M::InvalidGrant,
    M::TextErrors,
    M::Status422,
    M::Status500,
    M::BadCharacters,
    M::EchoToken,
    M::Html,
    M::DiscoveryWithoutGrant,
    M::IntrospectionInactive,
    M::IntrospectionSilent,
    M::IntrospectionDiffers,
    M::Revocation404,
    M::RevocationIdle,
];

#[tokio::test]
async fn each_check_notices_what_it_is_there_for() {
    let bench = bench();
    let dpop = Arc::new(SigningKey::generate(SigningAlgorithm::Es256).unwrap());
    // What is said of a careful server: plain http, and nothing else.
    let good = send(&bench, &http(), &simulation(&bench, true).await).await.unwrap();
    assert_eq!(good.outcome, Outcome::Issued, "{}", good.sentence());
    let bad = send(&bench, &http(), &simulation(&bench, false).await).await.unwrap();
    assert_eq!(bad.outcome, Outcome::Refused, "{}", bad.sentence());
    let quiet: BTreeSet<_> = noticed(&good).union(&noticed(&bad)).copied().collect();
    let setting = BTreeSet::from(["REQ-01", "DIS-03"]);
    assert!(quiet.is_subset(&setting), "{quiet:?}");

    for how in IN_A_REPORT {
        let about_errors = how.noticed_by().iter().all(|id| id.starts_with("ERR"));
        let mut simulation = simulation(&bench, !about_errors).await;
        match how {
            M::GrowScope => simulation.request.scope = "a c".into(),
            M::ScopeEscalation => {
                simulation = self::simulation(&bench, true).await;
                simulation.request.scope = "root".into();
            }
            M::ClientError400 => {
                simulation.client = Client::new(PORTAL, ClientAuth::Basic("wrong".into()));
            }
            M::IgnoreDpop => simulation.client = simulation.client.bound_to(dpop.clone()),
            _ => {}
        }
        bench.running.set_misbehaviour(&[*how]);
        let report = send(&bench, &http(), &simulation).await.unwrap();
        bench.running.set_misbehaviour(&[]);
        let mut found = noticed(&report);
        if *how == M::Html {
            // A page in place of an error too.
            let refused = self::simulation(&bench, false).await;
            bench.running.set_misbehaviour(&[*how]);
            found.extend(noticed(&send(&bench, &http(), &refused).await.unwrap()));
            bench.running.set_misbehaviour(&[]);
        }
        for id in how.noticed_by() {
            // Probes are another test's.
            assert!(
                id.starts_with("P-") || found.contains(id),
                "{}: {id} in {found:?}",
                how.name()
            );
        }
        // Nothing that authenticates is printed, not even when the server repeats it.
        let text = report.to_json(false).to_string();
        assert!(!text.contains("eyJ"), "{}", how.name());
    }
    // After all that it is careful again.
    let good = send(&bench, &http(), &simulation(&bench, true).await).await.unwrap();
    assert!(noticed(&good).is_subset(&setting));
}

#[tokio::test]
async fn actors_are_lost_where_they_should_be_named() {
    let yaml = client(PORTAL, "Portal", "")
        + &client(DASHBOARD, "Dashboard", &allows(&[PORTAL]))
        + &client(ARCHIVE, "Archive", &allows(&[DASHBOARD]));
    let bench = Bench::new(&yaml, Reading::RequesterListsOrigin);
    let first = bench.user_token(PORTAL, "alice", "").await;
    let second = bench.exchange(DASHBOARD, &first, &[]).await.token();
    let auth = ClientAuth::Basic(bench.running.client_secret().clone());
    let mut simulation = simulation(&bench, true).await;
    simulation.client = Client::new(ARCHIVE, auth);
    simulation.request.scope = String::new();
    simulation.request.subject_token = second.into();
    simulation.request.audience = vec![ARCHIVE.to_owned()];
    for (how, lost) in [(&[][..], false), (&[M::DropAct], true)] {
        bench.running.set_misbehaviour(how);
        let now = UNIX_EPOCH + Duration::from_secs(bench.now().unsigned_abs());
        let report = simulate(&http(), &simulation, now).await.unwrap();
        let found = noticed(&report);
        for id in M::DropAct.noticed_by() {
            assert_eq!(found.contains(id), lost, "{id}: {found:?}");
        }
    }
}

/// A request that a careful server refuses, and a careless one grants.
struct Probe {
    how: Misbehaviour,
    form: Vec<(&'static str, String)>,
}

fn form(
    bench: &Bench,
    client: &str,
    token: &str,
    more: &[(&'static str, &str)],
) -> Vec<(&'static str, String)> {
    let mut form = vec![
        ("grant_type", EXCHANGE.to_owned()),
        ("client_id", client.to_owned()),
        ("client_secret", bench.secret()),
        ("subject_token", token.to_owned()),
        ("subject_token_type", ACCESS_TOKEN.to_owned()),
    ];
    for (name, value) in more {
        form.retain(|(own, _)| own != name);
        form.push((name, (*value).to_owned()));
    }
    form
}

fn without(mut form: Vec<(&'static str, String)>, name: &str) -> Vec<(&'static str, String)> {
    form.retain(|(own, _)| *own != name);
    form
}

async fn probes(bench: &Bench) -> Vec<Probe> {
    let user = bench.user_token(PORTAL, "alice", "a").await;
    let login = bench.log_in(PORTAL, "alice", "openid").await.json();
    let id_token = login["id_token"].as_str().unwrap().to_owned();
    let dashboards = bench.user_token(DASHBOARD, "alice", "").await;
    let off = bench.user_token(OFF, "alice", "").await;
    let public = {
        let (url, verifier) =
            bench.authorization(PUBLIC, &[("prompt", "none"), ("login_hint", "alice")]);
        let redirected = Bench::redirected(&bench.get(&url).await);
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &redirected["code"]),
            ("redirect_uri", "http://127.0.0.1:9/callback"),
            ("code_verifier", &verifier),
            ("client_id", PUBLIC),
        ];
        bench.post("/connect/token", &form).await.token()
    };
    let request = MintRequest::new(SUBJECT).from(ISSUER);
    let external = bench.mint(&request).await;
    let mint = |change: fn(&mut MintRequest)| {
        let mut request = request.clone();
        change(&mut request);
        async move { bench.mint(&request).await }
    };
    let expired = mint(|it| it.lifetime = -1).await;
    let early = mint(|it| it.not_before = Some(3_600)).await;
    let for_years = mint(|it| it.lifetime = 10 * 365 * 86_400).await;
    let elsewhere = mint(|it| it.audience = vec!["https://other.example".into()]).await;
    let near_subject = mint(|it| it.subject = format!("{SUBJECT} ")).await;
    let near_issuer = mint(|it| it.issuer = Some(format!("{ISSUER}/"))).await;
    let other_issuer = mint(|it| it.issuer = Some("https://other.example".into())).await;
    let may_act = mint(|it| drop(it.claims.insert("may_act".into(), json!({ "sub": "x" })))).await;

    let payload = external.split('.').nth(1).unwrap();
    let unsigned = {
        let header = URL_SAFE_NO_PAD.encode(json!({ "alg": "none" }).to_string());
        format!("{header}.{payload}.")
    };
    let keys = bench
        .get(&format!(
            "{}/issuers/{}/jwks",
            bench.running.external_issuer(),
            URL_SAFE_NO_PAD.encode(ISSUER)
        ))
        .await;
    let pem = public_pem(&KeySet::parse(keys.text.as_bytes()).unwrap().keys()[0]).unwrap();
    let said = claims(&external);
    let confused =
        mac::sign(&SecretString::from(pem), mac::MacAlgorithm::Hs256, "JWT", &said).unwrap();
    let strangers =
        SigningKey::generate(SigningAlgorithm::Es256).unwrap().sign("JWT", &said).unwrap();

    let to = |target: &'static str| [("audience", target)];
    let broker = |token: &str| form(bench, BROKER, token, &to(PRINCIPAL));
    let portal = |more: &[(&'static str, &str)]| form(bench, PORTAL, &user, more);
    let twice = {
        let mut form = portal(&to(DASHBOARD));
        form.push(("subject_token", user.clone()));
        form
    };
    let probe = |how, form| Probe { how, form };
    vec![
        probe(M::SkipPermissionCheck, portal(&to(STRANGER))),
        probe(M::SkipPermissionCheck, form(bench, DASHBOARD, &dashboards, &to(PORTAL))),
        probe(M::SkipPermissionCheck, portal(&to(ARCHIVE))),
        probe(M::SkipBrokerCheck, form(bench, STRANGER, &external, &to(PRINCIPAL))),
        probe(M::AnyAudience, portal(&to("https://not-registered.example"))),
        probe(M::AnyAudience, portal(&[("resource", "https://not-registered.example")])),
        probe(M::GrowScope, portal(&[("audience", DASHBOARD), ("scope", "a root")])),
        probe(M::FixedScope, portal(&[("audience", DASHBOARD), ("scope", "root")])),
        probe(M::DropSubject, without(portal(&to(DASHBOARD)), "subject_token")),
        probe(M::DropSubject, portal(&[("audience", DASHBOARD), ("subject_token", "")])),
        probe(M::DropSubject, twice),
        probe(M::DropActor, broker(&may_act)),
        probe(M::AnyIssuer, broker(&other_issuer)),
        probe(M::AnyTokenAudience, broker(&elsewhere)),
        probe(M::NearMissSubject, broker(&near_subject)),
        probe(M::NearMissIssuer, broker(&near_issuer)),
        probe(M::AlgNone, broker(&unsigned)),
        probe(M::Hs256PublicKey, broker(&confused)),
        probe(M::SkipSignatureCheck, broker(&strangers)),
        probe(M::IgnoreExpiry, broker(&expired)),
        probe(M::IgnoreNotBefore, broker(&early)),
        probe(M::AnyLifetime, broker(&for_years)),
        probe(M::DisabledClients, form(bench, OFF, &off, &to(DASHBOARD))),
        probe(M::NoClientSecret, without(portal(&to(DASHBOARD)), "client_secret")),
        probe(M::NoClientSecret, portal(&[("audience", DASHBOARD), ("client_secret", "x")])),
        probe(
            M::PublicClients,
            without(form(bench, PUBLIC, &public, &to(DASHBOARD)), "client_secret"),
        ),
        probe(M::MissingTokenType, without(portal(&to(DASHBOARD)), "subject_token_type")),
        probe(M::AnyTokenType, form(bench, PORTAL, &id_token, &to(DASHBOARD))),
        probe(
            M::AnyTokenType,
            portal(&[("audience", DASHBOARD), ("subject_token_type", ID_TOKEN)]),
        ),
    ]
}

#[tokio::test]
async fn each_probe_is_refused_by_a_careful_server_and_granted_by_a_careless_one() {
    let bench = bench();
    let probes = probes(&bench).await;
    let off = Arc::new(project(&switched_off()));
    bench.running.set_project(off, Reading::RequesterListsTarget);
    for Probe { how, form } in &probes {
        let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let careful = bench.post("/connect/token", &form).await;
        let (status, _) = careful.error();
        assert!(status == 400 || status == 401, "{}: {}", how.name(), careful.text);
        bench.running.set_misbehaviour(&[*how]);
        let careless = bench.post("/connect/token", &form).await;
        assert_eq!(careless.status, 200, "{}: {}", how.name(), careless.text);
        // No other misbehaviour grants it: each is one hole and not another's. Believing any
        // signature or issuer contains the narrower ones, and a fixed scope the wider one.
        let others: Vec<Misbehaviour> = M::ALL
            .iter()
            .copied()
            .filter(|other| {
                let probe = other.noticed_by().iter().any(|id| id.starts_with("P-"));
                let wider = [M::SkipSignatureCheck, M::FixedScope, M::GrowScope, M::AnyIssuer]
                    .contains(other);
                probe && other != how && !wider
            })
            .collect();
        bench.running.set_misbehaviour(&others);
        let answer = bench.post("/connect/token", &form).await;
        assert_ne!(answer.status, 200, "{}", how.name());
        bench.running.set_misbehaviour(&[]);
    }
    let told: BTreeSet<_> = probes.iter().map(|probe| probe.how).collect();
    let shown: BTreeSet<_> = IN_A_REPORT
        .iter()
        .copied()
        .chain([
            M::DropAct,
            M::IgnoreCertificate,
            M::CarrySubjectToken,
            M::NewTransaction,
            M::Bare400,
            M::TellApart,
            M::Slow,
            M::DropConnection,
            M::TooMany,
            M::DiscoveryWrongIssuer,
        ])
        .collect();
    let all: BTreeSet<_> = M::ALL.iter().copied().collect();
    assert_eq!(
        told.union(&shown).copied().collect::<BTreeSet<_>>(),
        all,
        "each is tried somewhere"
    );
}

#[tokio::test]
async fn connections_and_limits_fail_as_told() {
    let bench = bench();
    let impatient =
        Http::new(HttpOptions { timeout: Duration::from_millis(500), ..HttpOptions::default() })
            .unwrap();
    for (how, kind) in
        [(M::Slow, TransportKind::Timeout), (M::DropConnection, TransportKind::Closed)]
    {
        let simulation = simulation(&bench, true).await;
        bench.running.set_misbehaviour(&[how]);
        match send(&bench, &impatient, &simulation).await {
            Err(SimulateError::Transport(error)) => assert_eq!(error.kind, kind, "{error}"),
            other => panic!("{}: {other:?}", how.name()),
        }
        bench.running.set_misbehaviour(&[]);
    }

    bench.running.set_misbehaviour(&[M::TooMany]);
    let token = bench.user_token(PORTAL, "alice", "").await;
    for _ in 0..3 {
        bench.exchange(PORTAL, &token, &[("audience", DASHBOARD)]).await.token();
    }
    let answer = bench.exchange(PORTAL, &token, &[("audience", DASHBOARD)]).await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, "60"));
    let report = send(&bench, &http(), &simulation(&bench, true).await).await.unwrap();
    assert!(noticed(&report).contains("ERR-01"));
    // Told anew, it counts anew.
    bench.running.set_misbehaviour(&[M::TooMany]);
    bench.exchange(PORTAL, &token, &[("audience", DASHBOARD)]).await.token();

    bench.running.set_misbehaviour(&[M::Bare400]);
    let report = send(&bench, &http(), &simulation(&bench, false).await).await.unwrap();
    let refusal = report.refusal.unwrap();
    assert_eq!((refusal.error.as_str(), refusal.description.as_str()), ("invalid_request", ""));

    bench.running.set_misbehaviour(&[M::DiscoveryWrongIssuer]);
    let error = send(&bench, &http(), &simulation_at(&bench)).await.unwrap_err();
    assert!(
        matches!(error, SimulateError::Discovery(DiscoveryError::IssuerMismatch { .. })),
        "{error}"
    );
    assert_eq!(bench.running.misbehaviour(), [M::DiscoveryWrongIssuer]);
}

/// An exchange that ends before a token is looked at.
fn simulation_at(bench: &Bench) -> Simulation {
    Simulation {
        server: Server::Issuer(bench.running.issuer().to_owned()),
        client: Client::new(PORTAL, ClientAuth::Basic(bench.running.client_secret().clone())),
        request: ExchangeRequest {
            subject_token: "x".into(),
            subject_token_type: ACCESS_TOKEN.to_owned(),
            ..ExchangeRequest::default()
        },
        skew: Duration::from_secs(60),
    }
}

#[tokio::test]
async fn a_server_that_says_the_same_words_tells_nothing_apart() {
    let options = Options { same_words: true, ..Options::default() };
    let bench = Bench::with(&yaml(), Reading::RequesterListsTarget, options);
    let unknown = bench.mint(&MintRequest::new("nobody").from(ISSUER)).await;
    let known = bench.mint(&MintRequest::new(SUBJECT).from(ISSUER)).await;
    let unknown_subject = || bench.exchange(BROKER, &unknown, &[("audience", PRINCIPAL)]);
    let no_permission = || bench.exchange(STRANGER, &known, &[("audience", PRINCIPAL)]);
    let no_target = || bench.exchange(BROKER, &known, &[("audience", "https://x.example")]);
    let (one, other, third) = (unknown_subject().await, no_permission().await, no_target().await);
    assert_eq!((one.status, &one.text), (400, &other.text));
    assert_eq!((other.status, &other.text), (400, &third.text));
    bench.exchange(BROKER, &known, &[("audience", PRINCIPAL)]).await.token();
    bench.running.set_misbehaviour(&[M::TellApart]);
    assert_ne!(unknown_subject().await.text, no_permission().await.text);
}

//! What becomes of the tokens of a chain: at the studio's own authority, which links no token to the one
//! that it was exchanged for, and at a server that links some.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use exchange_studio::authority::{self, Options};
use exchange_studio::exchange::chain::Further;
use exchange_studio::exchange::checks::Level;
use exchange_studio::exchange::token_type::ACCESS_TOKEN;
use exchange_studio::exchange::{
    Client, ClientAuth, ExchangeRequest, FollowUp, Hop, Report, Server, Simulation, chain,
    follow_up_chain, login,
};
use exchange_studio::trust::Reading;
use secrecy::SecretString;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

use crate::authority_bench::{DASHBOARD, PORTAL, PRINCIPAL, allows, client, project};
use crate::client_faults::{http, json_answer, read_request};

const BOTH: FollowUp = FollowUp { introspect: true, revoke_subject: true };

fn request(subject_token: SecretString, audience: &str) -> ExchangeRequest {
    ExchangeRequest {
        subject_token,
        subject_token_type: ACCESS_TOKEN.to_owned(),
        audience: vec![audience.to_owned()],
        ..ExchangeRequest::default()
    }
}

/// Runs a chain and follows it up. Whether everything could be asked, and the reports.
async fn run(first: &Simulation, further: &[Further], wanted: FollowUp) -> (bool, Vec<Report>) {
    let (http, now) = (http(), SystemTime::now());
    let mut reports = Vec::new();
    chain(&http, first, further, now, |_, report| reports.push(report.unwrap())).await.unwrap();
    let asked = std::iter::once((&first.client, &first.request))
        .chain(further.iter().map(|hop| (&hop.client, &hop.request)));
    let mut hops: Vec<Hop<'_>> = asked
        .zip(&mut reports)
        .map(|((client, request), report)| Hop { client, request, report })
        .collect();
    let complete = follow_up_chain(&http, &first.server, &mut hops, wanted, now).await;
    (complete, reports)
}

fn level(report: &Report, id: &str) -> Option<Level> {
    report.checks.iter().find(|check| check.id == id).map(|check| check.level)
}

#[tokio::test]
async fn each_hop_is_asked_about_by_the_client_that_got_its_token() {
    let yaml = client(PORTAL, "Portal", &allows(&[DASHBOARD]))
        + &client(DASHBOARD, "Dashboard", &allows(&[PRINCIPAL]))
        + &client(PRINCIPAL, "Ledger", "");
    let reading = Reading::RequesterListsTarget;
    let authority =
        authority::start(Arc::new(project(&yaml)), reading, Options::default()).unwrap();
    let asks = |id: &str| Client::new(id, ClientAuth::Basic(authority.client_secret().clone()));
    let (issuer, now) = (authority.issuer(), SystemTime::now());
    let token =
        login::as_test_user(&http(), issuer, &asks(PORTAL), "alice", "", now).await.unwrap();
    let first = Simulation {
        server: Server::Issuer(issuer.to_owned()),
        client: asks(PORTAL),
        request: request(token, DASHBOARD),
        skew: Duration::from_secs(60),
    };
    let next = |audience| Further {
        client: asks(DASHBOARD),
        request: request(SecretString::default(), audience),
    };
    let (complete, reports) = run(&first, &[next(PRINCIPAL)], BOTH).await;
    assert!(complete);
    assert_eq!(reports.len(), 2);
    for report in &reports {
        assert_eq!(level(report, "INT-01"), Some(Level::Pass), "{:#?}", report.checks);
        assert_eq!(level(report, "INT-02"), Some(Level::Pass));
        assert_eq!(report.introspection.as_ref().unwrap()["client_id"], report.client);
        // This authority makes no link: every derived token stays.
        assert_eq!(level(report, "REV-01"), Some(Level::Note));
        assert_eq!(report.active_after_revocation, Some(true));
    }
    assert_eq!(level(&reports[0], "REV-02"), Some(Level::Pass));
    assert_eq!(level(&reports[1], "REV-02"), None);
    assert_eq!(reports[1].to_json(false)["active_after_revocation"], true);

    // Where the second hop is refused, the first is followed up alone.
    let token =
        login::as_test_user(&http(), issuer, &asks(PORTAL), "alice", "", now).await.unwrap();
    let first = Simulation { request: request(token, DASHBOARD), ..first };
    let (complete, reports) = run(&first, &[next(PORTAL)], BOTH).await;
    assert!(complete);
    assert!(reports[1].refusal.is_some());
    assert_eq!(level(&reports[0], "REV-02"), Some(Level::Pass));
    assert_eq!(reports[1].afterwards().count(), 0);
}

/// A server that numbers its tokens, and with the first token ends the first that was derived from it
/// and no other.
async fn linking_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let issuer = base.clone();
    tokio::spawn(async move {
        let (mut issued, mut revoked) = (0, false);
        while let Ok((mut stream, _)) = listener.accept().await {
            let request = read_request(&mut stream).await;
            let form = request.split("\r\n\r\n").nth(1).unwrap_or_default();
            let body = if request.contains("/.well-known/") {
                format!(
                    r#"{{"issuer":"{issuer}","token_endpoint":"{issuer}/token","introspection_endpoint":"{issuer}/introspect","revocation_endpoint":"{issuer}/revoke"}}"#
                )
            } else if request.starts_with("POST /token ") {
                issued += 1;
                format!(r#"{{"access_token":"MARKED-derived-{issued}","token_type":"Bearer"}}"#)
            } else if request.starts_with("POST /introspect ") {
                let ended = form.contains("MARKED-first") || form.contains("MARKED-derived-1");
                format!(r#"{{"active":{}}}"#, !(revoked && ended))
            } else {
                revoked |= form.contains("MARKED-first");
                "{}".to_owned()
            };
            let _ = stream.write_all(&json_answer("200 OK", body.as_bytes())).await;
            let _ = stream.shutdown().await;
        }
    });
    base
}

#[tokio::test]
async fn it_is_told_which_of_the_derived_tokens_end_with_the_first() {
    let asks = |id: &str| Client::new(id, ClientAuth::Post(SecretString::from("MARKED-secret")));
    let first = Simulation {
        server: Server::Issuer(linking_server().await),
        client: asks("a"),
        request: request(SecretString::from("MARKED-first"), "b"),
        skew: Duration::from_secs(60),
    };
    let next = |id: &str, audience: &str| Further {
        client: asks(id),
        request: request(SecretString::default(), audience),
    };
    let further = [next("b", "c"), next("c", "d")];
    let (complete, reports) = run(&first, &further, BOTH).await;
    assert!(complete);
    let after: Vec<_> = reports.iter().map(|report| report.active_after_revocation).collect();
    assert_eq!(after, [Some(false), Some(true), Some(true)]);
    let finding = |report: &Report| {
        let check = report.checks.iter().find(|check| check.id == "REV-01").unwrap();
        check.finding.clone()
    };
    assert!(finding(&reports[0]).contains("ended together with the subject token"));
    assert!(finding(&reports[2]).contains("after the first token of the chain was revoked"));
    let json: Vec<String> =
        reports.iter().map(|report| report.to_json(false).to_string()).collect();
    assert!(!format!("{reports:?} {json:?}").contains("MARKED"));

    // Introspection alone revokes nothing.
    let only = FollowUp { introspect: true, revoke_subject: false };
    let (_, reports) = run(&first, &further, only).await;
    assert!(reports.iter().all(|report| report.active_after_revocation.is_none()));
}

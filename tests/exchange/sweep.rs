//! The conformance sweep against the authority: a server that does what the files say shows no
//! difference, and one that does something else shows exactly that.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use exchange_studio::authority::{Misbehaviour, Running, minting};
use exchange_studio::config::{ClientApp, ClientKey, Project, Setting};
use exchange_studio::exchange::ask::Desk;
use exchange_studio::exchange::sweep::{
    Conditions, DifferenceKind, Earlier, Ended, Expected, Observed, Plan, PlanOptions, Progress,
    Report, SubjectReport, Tried, Why, plan, run,
};
use exchange_studio::exchange::{
    Cancel, Client, ClientAuth, Http, HttpOptions, Server, Session, Supplies,
};
use exchange_studio::samples;
use exchange_studio::trust::Reading;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use secrecy::SecretString;

use crate::authority_bench::*;
use crate::authority_decides::{generated, yaml};

/// Everything that is needed to ask the authority for many exchanges, as a user of the library has
/// it.
pub struct Asking {
    pub http: Http,
    pub session: Session,
    secret: SecretString,
    mint_endpoint: String,
}

impl Asking {
    pub async fn of(running: &Running) -> Self {
        Self::with(running, Http::new(HttpOptions::default()).unwrap()).await
    }

    /// By this way out.
    pub async fn with(running: &Running, http: Http) -> Self {
        let server = Server::Issuer(running.issuer().to_owned());
        let session = Session::open(&http, &server).await.unwrap();
        let secret = running.client_secret().clone();
        Self { http, session, secret, mint_endpoint: running.mint_endpoint() }
    }

    pub fn desk<'a>(
        &'a self,
        project: &'a Project,
        clock: &'a (dyn Fn() -> SystemTime + Sync),
    ) -> Desk<'a> {
        Desk {
            http: &self.http,
            session: &self.session,
            project,
            skew: Duration::from_secs(60),
            audiences: &[],
            clock,
            patient: true,
        }
    }

    /// The one secret of all clients, a test user, and the external issuers.
    pub fn supplies(&self) -> Supplies<'_> {
        let secret = self.secret.clone();
        let credentials = move |app: &ClientApp| {
            let id = app.id.as_ref().ok_or("it has no id")?.value.as_str();
            let public = app.flag(Setting::Public).is_some_and(|flag| flag.value);
            let auth = if public { ClientAuth::None } else { ClientAuth::Basic(secret.clone()) };
            Ok(Client::new(id, auth))
        };
        Supplies::new(&self.http, &self.session, Box::new(credentials))
            .with_user("alice", "openid a b")
            .with_mint(minting(self.mint_endpoint.clone()))
    }
}

/// How a sweep is done here.
pub struct Doing<'a> {
    pub rate: Option<f64>,
    pub earlier: Earlier,
    pub cancel: Cancel,
    pub clock: &'a (dyn Fn() -> SystemTime + Sync),
}

pub async fn sweep_with(
    asking: &Asking,
    project: &Project,
    plan: &Plan,
    doing: &Doing<'_>,
    seen: impl FnMut(Progress<'_>),
) -> Report {
    let conditions = Conditions {
        desk: asking.desk(project, doing.clock),
        plan,
        rate: doing.rate,
        earlier: &doing.earlier,
        cancel: &doing.cancel,
    };
    run(&conditions, &mut asking.supplies(), seen).await
}

pub async fn sweep(asking: &Asking, bench: &Bench, project: &Project, plan: &Plan) -> Report {
    let now = exchange_studio::exchange::time::point(bench.now());
    let clock = move || now;
    let doing =
        Doing { rate: None, earlier: Earlier::default(), cancel: Cancel::default(), clock: &clock };
    sweep_with(asking, project, plan, &doing, |_| ()).await
}

fn no_difference(report: &Report) {
    let told: Vec<String> = report.differences.iter().map(|it| it.to_text()).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
    assert_eq!(report.ended, Ended::Finished);
    assert!(report.summary.checks_failed.is_empty(), "{:?}", report.summary);
    for item in &report.items {
        let may_be_open = item.expected == Expected::Refused;
        assert!(item.agrees == Some(true) || (item.agrees.is_none() && may_be_open), "{item:?}");
    }
    assert!(report.is_fine(), "{:?}", report.summary);
}

#[tokio::test]
async fn the_samples_show_no_difference_under_any_reading() {
    let bench = Bench::new("", Reading::default());
    let asking = Asking::of(&bench.running).await;
    let mut brokers = 0;
    for (sources, least) in
        [(samples::estate(), 20), (samples::cross_client(), 1), (samples::service_principal(), 1)]
    {
        let project = Arc::new(Project::from_sources(sources));
        for reading in Reading::ALL {
            bench.running.set_project(project.clone(), reading);
            let plan = plan(&project, reading, PlanOptions::default());
            let report = sweep(&asking, &bench, &project, &plan).await;
            no_difference(&report);
            let granted = report.items.iter().filter(|it| it.observed == Observed::Granted).count();
            assert!(granted >= least, "{reading}: {granted} granted");
            let refused = report.items.iter().filter(|it| it.observed == Observed::Refused).count();
            assert!(refused >= least, "{reading}: {refused} refused");
            // Wherever somebody may bring an external identity, others that may not have tried to.
            let external = |it: &&Tried| matches!(it.subject, SubjectReport::External { .. });
            let brought = report.items.iter().filter(external);
            if brought.clone().any(|it| it.why == Why::Permitted) {
                let others: Vec<_> = brought.filter(|it| it.why == Why::AnotherBroker).collect();
                assert!(!others.is_empty(), "{reading}");
                assert!(others.iter().all(|it| it.agrees == Some(true)), "{reading}: {others:?}");
                brokers += others.len();
            }
        }
    }
    assert!(brokers > 3, "{brokers}");
}

#[test]
fn random_projects_show_no_difference_and_another_reading_does() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let bench = Bench::new("", Reading::default());
    let asking = runtime.block_on(Asking::of(&bench.running));
    let strategy = (generated(), any::<u64>());
    let asked = std::cell::Cell::new((0, 0));
    TestRunner::new(Config { cases: 8, failure_persistence: None, ..Config::default() })
        .run(&strategy, |(clients, seed)| {
            for reading in Reading::ALL {
                let project = Arc::new(project(&yaml(&clients)));
                let options = PlanOptions { seed, ..PlanOptions::default() };
                let planned = plan(&project, reading, options);
                bench.running.set_project(project.clone(), reading);
                no_difference(&runtime.block_on(sweep(&asking, &bench, &project, &planned)));

                // The same expectations of a server that reads the lists another way: exactly what the
                // two readings decide differently is a difference.
                let other = Reading::ALL[(reading as usize + 1) % 3];
                bench.running.set_project(project.clone(), other);
                let report = runtime.block_on(sweep(&asking, &bench, &project, &planned));
                for (item, tried) in planned.items.iter().zip(&report.items) {
                    let decision = exchange_studio::trust::decide(&project, other, &item.question);
                    let granted = decision.verdict() != exchange_studio::trust::Verdict::Refused;
                    if tried.agrees.is_some() {
                        prop_assert_eq!(
                            tried.observed == Observed::Granted,
                            granted,
                            "{:?}",
                            tried
                        );
                    }
                }
                let (granted, differences) = asked.get();
                asked.set((
                    granted + planned.count(Expected::Granted),
                    differences + report.differences.len(),
                ));
            }
            Ok(())
        })
        .unwrap();
    let (granted, differences) = asked.get();
    assert!(granted > 20 && differences > 20, "too little was asked: {granted}, {differences}");
}

/// The authority has another configuration than the files: one permission more, one less.
#[tokio::test]
async fn a_difference_has_both_arguments() {
    let files = client(PORTAL, "Portal", &allows(&[DASHBOARD]))
        + &client(DASHBOARD, "Dashboard", "")
        + &client(BROKER, "Broker", "");
    let server = client(PORTAL, "Portal", &allows(&[BROKER]))
        + &client(DASHBOARD, "Dashboard", "")
        + &client(BROKER, "Broker", "");
    let bench = Bench::new(&server, Reading::default());
    let asking = Asking::of(&bench.running).await;
    let project = project(&files);
    let options = PlanOptions { sample: 40, ..PlanOptions::default() };
    let plan = plan(&project, Reading::default(), options);
    let report = sweep(&asking, &bench, &project, &plan).await;
    assert!(!report.is_fine());
    let [granted, refused] = &report.differences[..] else { panic!("{:?}", report.differences) };
    assert_eq!((granted.kind, refused.kind), (DifferenceKind::Granted, DifferenceKind::Refused));
    let text = granted.to_text();
    assert!(
        text.contains("The files say: Refused: The list of Portal does not name Broker"),
        "{text}"
    );
    assert!(text.contains("test.yaml:"), "the lines it rests on: {text}");
    assert!(text.contains("It says: iss ") && text.contains("sub \"alice\""), "{text}");
    assert!(!text.contains("eyJ"), "{text}");
    let text = refused.to_text();
    assert!(text.contains("The files say: Allowed"), "{text}");
    assert!(text.contains("invalid_target (400). The list of Portal"), "{text}");
    // The same in what programs read.
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!((&json["version"], &json["kind"]), (&1.into(), &"sweep".into()));
    assert_eq!(json["differences"][0]["kind"], "granted");
    assert_eq!(json["summary"]["granted_though_forbidden"], 1);
    assert!(!json.to_string().contains("eyJ"));
    let xml = report.to_junit();
    let xml = roxmltree::Document::parse(&xml).unwrap();
    let failures = xml.descendants().filter(|node| node.has_tag_name("failure")).count();
    assert_eq!(failures, 2);
    let csv = report.to_csv();
    assert_eq!(csv.lines().count(), report.items.len() + 1);
}

#[tokio::test]
async fn a_refusal_that_is_about_the_secret_proves_nothing() {
    let files =
        client(PORTAL, "Portal", &allows(&[DASHBOARD])) + &client(DASHBOARD, "Dashboard", "");
    let bench = Bench::new(&files, Reading::default());
    let asking = Asking::of(&bench.running).await;
    let project = project(&files);
    let plan = plan(&project, Reading::default(), PlanOptions::default());
    let wrong = |app: &ClientApp| {
        let id = app.id.as_ref().ok_or("no id")?.value.as_str();
        Ok(Client::new(id, ClientAuth::Basic("wrong".into())))
    };
    let token = bench.user_token(PORTAL, "alice", "").await;
    let of_portal = exchange_studio::trust::Subject::UserOf(ClientKey(0));
    let token = exchange_studio::exchange::supply::SubjectToken {
        token: token.into(),
        token_type: ACCESS_TOKEN.to_owned(),
    };
    let mut supplies =
        Supplies::new(&asking.http, &asking.session, Box::new(wrong)).with_token(of_portal, token);
    let now = exchange_studio::exchange::time::point(bench.now());
    let clock = move || now;
    let conditions = Conditions {
        desk: asking.desk(&project, &clock),
        plan: &plan,
        rate: None,
        earlier: &Earlier::default(),
        cancel: &Cancel::default(),
    };
    let report = run(&conditions, &mut supplies, |_| ()).await;
    // Nobody knows what the server would have said of the exchange.
    assert!(report.differences.is_empty(), "{:?}", report.differences);
    assert_eq!((report.summary.agreed, report.summary.answered), (0, 0), "{:?}", report.items);
    assert!(report.summary.not_authenticated > 0 && report.summary.not_tried > 0);
    assert_eq!((report.summary.server_failed, report.summary.unclear), (0, 0));
    assert!(!report.is_fine() && !report.is_out_of_order());
    let permitted = report.items.iter().find(|item| item.expected == Expected::Granted).unwrap();
    assert_eq!(
        (permitted.observed, permitted.agrees, permitted.error.as_deref()),
        (Observed::NotAuthenticated, None, Some("invalid_client"))
    );
    is_told_as(&report, "not-authenticated", "Not answered: the client could not authenticate.");
}

/// In what programs read, what was not answered has a name of its own, and is no failure.
fn is_told_as(report: &Report, name: &str, sentence: &str) {
    let json = serde_json::to_value(report).unwrap();
    let count = report.items.iter().filter(|item| item.observed.name() == name).count();
    assert_eq!(json["summary"][name.replace('-', "_")], count);
    let items = json["items"].as_array().unwrap();
    assert_eq!(items.iter().filter(|item| item["observed"] == name).count(), count);
    assert_eq!(report.to_csv().matches(&format!(",{name},,")).count(), count);
    let xml = report.to_junit();
    let xml = roxmltree::Document::parse(&xml).unwrap();
    let of = |kind: &str| xml.descendants().filter(|it| it.has_tag_name(kind)).collect::<Vec<_>>();
    assert!(of("failure").is_empty(), "{name}");
    let errors = of("error");
    assert_eq!(errors.len(), count, "{xml:?}");
    for error in errors {
        assert!(error.attribute("message").unwrap().starts_with(sentence), "{error:?}");
    }
}

/// A server that fails has said nothing of the permissions, whatever it dresses its failure in.
#[tokio::test]
async fn a_server_that_fails_is_no_server_that_differs() {
    let files =
        client(PORTAL, "Portal", &allows(&[DASHBOARD])) + &client(DASHBOARD, "Dashboard", "");
    let bench = Bench::new(&files, Reading::default());
    let asking = Asking::of(&bench.running).await;
    let project = project(&files);
    let plan = plan(&project, Reading::default(), PlanOptions::default());
    for how in [Misbehaviour::Status500, Misbehaviour::Html] {
        bench.running.set_misbehaviour(&[how]);
        let report = sweep(&asking, &bench, &project, &plan).await;
        assert!(report.differences.is_empty(), "{how:?}: {:?}", report.differences);
        assert!(report.summary.server_failed > 0, "{how:?}: {:?}", report.summary);
        assert!(!report.is_fine(), "{how:?}");
        is_told_as(&report, "server-failed", "Not answered: the server failed.");
    }
}

/// Everything that a server answers with an error of its own, and nothing that is about a permission.
#[tokio::test]
async fn a_server_that_only_fails_is_out_of_order() {
    use axum::http::StatusCode;
    let files =
        client(PORTAL, "Portal", &allows(&[DASHBOARD])) + &client(DASHBOARD, "Dashboard", "");
    let project = project(&files);
    let plan =
        plan(&project, Reading::default(), PlanOptions { sample: 0, ..PlanOptions::default() });
    for (status, body, observed) in [
        (503, "<html>Sorry</html>", Observed::ServerFailed),
        (500, "{\"error\": \"invalid_grant\"}", Observed::ServerFailed),
        (403, "<html>No</html>", Observed::ServerFailed),
        (400, "{\"error\": \"temporarily_unavailable\"}", Observed::ServerFailed),
        (401, "", Observed::NotAuthenticated),
        (400, "{\"error\": \"invalid_client\"}", Observed::NotAuthenticated),
        (400, "{\"error\": \"unsupported_grant_type\"}", Observed::Unclear),
        (200, "{}", Observed::Unclear),
        (400, "{\"error\": \"invalid_grant\"}", Observed::Refused),
        (403, "{\"error\": \"access_denied\"}", Observed::Refused),
    ] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/token", listener.local_addr().unwrap());
        let answer = move || async move {
            let kind = if body.starts_with('{') { "application/json" } else { "text/html" };
            (StatusCode::from_u16(status).unwrap(), [("content-type", kind)], body)
        };
        let router = axum::Router::new().fallback(answer);
        tokio::spawn(async move { axum::serve(listener, router).await });
        let http = Http::new(HttpOptions::default()).unwrap();
        let server = Server::TokenEndpoint { url, jwks_uri: None };
        let session = Session::open(&http, &server).await.unwrap();
        let secret = |app: &ClientApp| {
            let id = app.id.as_ref().ok_or("no id")?.value.as_str();
            Ok(Client::new(id, ClientAuth::Basic("a secret".into())))
        };
        let token = exchange_studio::exchange::supply::SubjectToken {
            token: "a token".into(),
            token_type: ACCESS_TOKEN.to_owned(),
        };
        let of_portal = exchange_studio::trust::Subject::UserOf(ClientKey(0));
        let mut supplies =
            Supplies::new(&http, &session, Box::new(secret)).with_token(of_portal, token);
        let desk = Desk {
            http: &http,
            session: &session,
            project: &project,
            skew: Duration::from_secs(60),
            audiences: &[],
            clock: &SystemTime::now,
            patient: true,
        };
        let (earlier, cancel) = (Earlier::default(), Cancel::default());
        let conditions =
            Conditions { desk, plan: &plan, rate: None, earlier: &earlier, cancel: &cancel };
        let report = run(&conditions, &mut supplies, |_| ()).await;
        let [item] = &report.items[..] else { panic!("{:?}", report.items) };
        assert_eq!(item.observed, observed, "{status} {body}: {item:?}");
        assert_eq!(report.is_out_of_order(), observed == Observed::ServerFailed, "{status} {body}");
        assert_eq!(report.differences.len(), usize::from(observed == Observed::Refused), "{body}");
        assert!(!report.is_fine());
    }
}

#[tokio::test]
async fn a_run_that_was_stopped_is_gone_on_with() {
    let project = Project::from_sources(samples::estate());
    let bench = Bench::new("", Reading::default());
    bench.running.set_project(Arc::new(project.clone()), Reading::default());
    let asking = Asking::of(&bench.running).await;
    let plan = plan(&project, Reading::default(), PlanOptions::default());
    let now = exchange_studio::exchange::time::point(bench.now());
    let clock = move || now;
    let cancel = Cancel::default();
    let doing = Doing { rate: None, earlier: Earlier::default(), cancel, clock: &clock };
    let stop = doing.cancel.clone();
    let first = sweep_with(&asking, &project, &plan, &doing, |progress| {
        if progress.done == 10 {
            stop.cancel();
        }
    })
    .await;
    assert_eq!(first.ended, Ended::Cancelled);
    assert!(!first.is_fine());
    assert_eq!(first.summary.answered, 10);
    assert_eq!(first.items.len(), plan.items.len());
    let kept = serde_json::to_string(&first).unwrap();
    let server = bench.running.issuer();
    let earlier = Earlier::read(&kept, server, Reading::default()).unwrap();
    assert_eq!(earlier.len(), 10);
    for (server, reading, part) in [
        ("https://other.example", Reading::default(), "another server"),
        (server, Reading::TargetListsRequester, "another reading"),
    ] {
        assert!(Earlier::read(&kept, server, reading).unwrap_err().contains(part));
    }
    assert!(Earlier::read("{}", server, Reading::default()).is_err());
    let doing = Doing { rate: None, earlier, cancel: Cancel::default(), clock: &clock };
    let second = sweep_with(&asking, &project, &plan, &doing, |_| ()).await;
    no_difference(&second);
    assert_eq!(second.summary.earlier, 10);
    for (before, after) in first.items.iter().zip(&second.items).take(10) {
        assert!(after.earlier);
        assert_eq!((&before.id, before.ms), (&after.id, after.ms), "it was not asked again");
    }
}

/// The near misses are in it, since they are what servers get wrong.
#[test]
fn a_plan_has_what_servers_get_wrong() {
    let third = "0c5ad96c-1c5c-4d4e-9c1a-6b5b7b2a6f11";
    let yaml = client(PORTAL, "Portal", &allows(&[DASHBOARD, BROKER]))
        + &client(DASHBOARD, "Dashboard", &allows(&[third]))
        + &client(third, "Archive", "")
        + &client(BROKER, "Broker", "enabled: false")
        + &client(PRINCIPAL, "Principal", &identity(ISSUER, SUBJECT))
        + &client("partner", "Partner", &allows(&[PRINCIPAL]));
    let project = project(&yaml);
    let options = PlanOptions { sample: 6, ..PlanOptions::default() };
    let made = plan(&project, Reading::default(), options);
    for why in [Why::Permitted, Why::Condition, Why::Reverse, Why::TwoHops, Why::AnotherBroker] {
        assert!(made.items.iter().any(|item| item.why == why), "{why:?} in {:#?}", made.items);
    }
    let unnamed = client("", "Nobody", "") + &client(PORTAL, "Portal", "");
    let left = plan(&crate::authority_bench::project(&unnamed), Reading::default(), options);
    assert!(left.left_out.iter().any(|why| why.contains("states no id")), "{:?}", left.left_out);
}

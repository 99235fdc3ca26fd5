//! The budgets of the exchange floor, on loopback with the connection kept alive.
//!
//! * A sweep of 1,000 exchanges against the built-in authority takes at most 5 s.
//! * What the studio adds to one exchange (building, reading, verifying, checking, comparing) is at
//!   most 1 ms over the bare HTTP call; beside it the same request by curl.
//!
//! `cargo bench --bench exchange`. Absolute times mean little on a machine that others use too; the
//! calls that are compared were made within seconds of each other.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use exchange_studio::authority::{self, Options, Running};
use exchange_studio::config::{ClientApp, Project, Source};
use exchange_studio::exchange::ask::Desk;
use exchange_studio::exchange::sweep::{Conditions, Earlier, PlanOptions, plan, run};
use exchange_studio::exchange::token_type::{ACCESS_TOKEN, GRANT_TYPE};
use exchange_studio::exchange::{
    Cancel, Client, ClientAuth, ExchangeRequest, Http, HttpOptions, Server, Session, Supplies,
    Supply as _, simulate_in,
};
use exchange_studio::trust::{Reading, Subject};
use secrecy::{ExposeSecret as _, SecretString};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CLIENTS: usize = 100;
const SKEW: Duration = Duration::from_secs(60);

fn id(number: usize) -> String {
    format!("00000000-0000-4000-8000-{:012}", number % CLIENTS)
}

/// Client apps of which each may become five others.
fn project() -> Project {
    let mut text = String::new();
    for client in 0..CLIENTS {
        text.push_str(&format!("---\n!ClientAppDto\nid: {}\nname: Client {client}\n", id(client)));
        text.push_str("enabled: true\nisPublic: false\nisRestricted: false\n");
        text.push_str("allowedTokenExchangeClientApps:\n");
        for step in [1, 2, 3, 5, 8] {
            text.push_str(&format!("  - id: {}\n", id(client + step)));
        }
    }
    let bytes = text.into_bytes();
    Project::from_sources(vec![Source { path: None, name: "bench.yaml".into(), bytes }])
}

fn main() {
    let project = Arc::new(project());
    let reading = Reading::default();
    let running = authority::start(project.clone(), reading, Options::default()).expect("started");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let http = Http::new(HttpOptions::default()).expect("a way out");
    let server = Server::Issuer(running.issuer().to_owned());
    let session = runtime.block_on(Session::open(&http, &server)).expect("a session");
    runtime.block_on(sweep(&running, &http, &session, &project));
    runtime.block_on(one(&running, &http, &session, &project));
}

fn supplies<'a>(running: &Running, http: &'a Http, session: &'a Session) -> Supplies<'a> {
    let secret = running.client_secret().clone();
    let credentials = move |app: &ClientApp| {
        let id = app.id.as_ref().ok_or("no id")?.value.as_str();
        Ok(Client::new(id, ClientAuth::Post(secret.clone())))
    };
    Supplies::new(http, session, Box::new(credentials)).with_user("alice", "openid a")
}

async fn sweep(running: &Running, http: &Http, session: &Session, project: &Project) {
    let options = PlanOptions { sample: 5, ..PlanOptions::default() };
    let start = Instant::now();
    let plan = plan(project, Reading::default(), options);
    let planned = start.elapsed();
    let desk = Desk {
        http,
        session,
        project,
        skew: SKEW,
        audiences: &[],
        clock: &SystemTime::now,
        patient: true,
    };
    let (earlier, cancel) = (Earlier::default(), Cancel::default());
    let conditions =
        Conditions { desk, plan: &plan, rate: None, earlier: &earlier, cancel: &cancel };
    let start = Instant::now();
    let report = run(&conditions, &mut supplies(running, http, session), |_| ()).await;
    let took = start.elapsed();
    assert!(report.is_fine(), "{:?}", report.summary);
    let count = report.summary.answered;
    println!("sweep of {count} exchanges, with {CLIENTS} sign-ins");
    println!("  planned in {:.1} ms", planned.as_secs_f64() * 1e3);
    println!(
        "  asked in {:.2} s, {:.2} ms each (budget: 5 s for 1,000)",
        took.as_secs_f64(),
        took.as_secs_f64() * 1e3 / count as f64
    );
}

const ROUNDS: usize = 500;

/// The median of durations, in milliseconds.
fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

async fn one(running: &Running, http: &Http, session: &Session, project: &Project) {
    let mut supply = supplies(running, http, session);
    let client = &project.clients()[0];
    let subject = Subject::UserOf(client.key);
    let token = supply.subject(project, &subject, SystemTime::now()).await.expect("a token");
    let own = supply.client(client).expect("a client");
    let request = ExchangeRequest {
        subject_token: token.token.clone(),
        subject_token_type: ACCESS_TOKEN.to_owned(),
        audience: vec![id(1)],
        ..ExchangeRequest::default()
    };
    let (mut whole, mut call) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let now = SystemTime::now();
        let report = simulate_in(http, session, &own, &request, SKEW, now).await.expect("a report");
        whole.push(start.elapsed().as_secs_f64() * 1e3);
        call.push(report.timings.total_ms);
    }
    let added = median(whole.iter().zip(&call).map(|(whole, call)| whole - call).collect());
    let body = body(running, &token.token);
    let bare = bare(running, &body).await;
    println!("one exchange, medians of {ROUNDS} in ms");
    let whole = median(whole);
    println!("  whole exchange              {whole:.3}");
    println!("  of which the HTTP call      {:.3}", median(call));
    println!("  added by the studio         {added:.3} (budget: 1 over the bare call)");
    println!("  the same POST by reqwest    {bare:.3} (whole: {:.2} of it)", whole / bare);
    match curl(running, &body) {
        Some(curl) => {
            println!("  the same POST by curl       {curl:.3} (whole: {:.2} of it)", whole / curl);
        }
        None => println!("  curl is not installed"),
    }
}

fn body(running: &Running, token: &SecretString) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs([
        ("grant_type", GRANT_TYPE),
        ("subject_token", token.expose_secret()),
        ("subject_token_type", ACCESS_TOKEN),
        ("audience", &id(1)),
        ("client_id", &id(0)),
        ("client_secret", running.client_secret().expose_secret()),
    ]);
    form.finish()
}

async fn bare(running: &Running, body: &str) -> f64 {
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("client");
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let request = client
            .post(running.token_endpoint())
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.to_owned());
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        answer.bytes().await.expect("a body");
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    median(times)
}

/// The same by curl, all in one process and over one connection; what is secret goes in on standard
/// input.
fn curl(running: &Running, body: &str) -> Option<f64> {
    let mut config = String::new();
    for _ in 0..ROUNDS {
        config.push_str(&format!(
            "next\nurl = \"{}\"\ndata = \"{body}\"\noutput = /dev/null\nsilent\nnoproxy = \"*\"\n\
             write-out = \"%{{http_code}} %{{num_connects}} %{{time_total}}\\n\"\n",
            running.token_endpoint()
        ));
    }
    let mut process = Command::new("curl")
        .args(["--disable", "--config", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    process.stdin.take()?.write_all(config.as_bytes()).ok()?;
    let output = process.wait_with_output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut times = Vec::new();
    for line in text.lines() {
        let mut words = line.split(' ');
        assert_eq!(words.next(), Some("200"), "{line}");
        let connects = words.next();
        // The first one connects.
        assert!(times.is_empty() || connects == Some("0"), "the connection was not kept: {line}");
        times.push(words.next()?.parse::<f64>().ok()? * 1e3);
    }
    (times.len() == ROUNDS).then(|| median(times))
}

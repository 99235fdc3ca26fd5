//! Many exchanges from the window against the built-in authority, over real HTTP on loopback, as it
//! should be and misbehaving.

use std::path::{Path, PathBuf};

use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use exchange_studio::authority::Misbehaviour;
use exchange_studio::exchange::case::{CaseFile, CaseVerdict};
use exchange_studio::exchange::probe::Verdict;
use exchange_studio::exchange::sweep::Ended;
use exchange_studio::studio::campaign::{Campaign, Command as Order, Kind, Settings, Sort, Wish};
use exchange_studio::studio::{Command, ExchangeCommand, ServerChoice, Studio};
use exchange_studio::trust::{Question, Reading, Subject};
use secrecy::ExposeSecret as _;

use super::harness::{Answers, click, empty, opened, retype, send, until, with_text};

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name)
}

fn campaign(studio: &Studio) -> &Campaign {
    &studio.state.exchange.campaign
}

fn order(order: Order) -> Command {
    Command::Exchange(ExchangeCommand::Campaign(order))
}

/// Looks at one of the four, and waits for its plan.
pub fn look(harness: &mut Harness<'static, Studio>, kind: Kind) {
    send(harness, Command::Act(exchange_studio::studio::Action::ShowExchange));
    let part = match kind {
        Kind::Sweep | Kind::Cases => "Sweep and cases",
        Kind::Calibrate | Kind::Probes => "Calibrate and probe",
    };
    click(harness, part);
    click(harness, kind.label());
    until(harness, "the plan is there", move |studio| {
        let campaign = campaign(studio);
        match kind {
            Kind::Sweep => campaign.sweep.planned.is_some(),
            Kind::Cases => true,
            Kind::Calibrate => campaign.calibrate.planned.is_some(),
            Kind::Probes => campaign.probes.planned.is_some(),
        }
    });
}

pub fn idle(harness: &mut Harness<'static, Studio>) {
    until(harness, "the run has ended", |studio| campaign(studio).work.is_none());
}

fn misbehave(harness: &mut Harness<'static, Studio>, how: &[Misbehaviour]) {
    let authority = harness.state().state.exchange.authority.clone().unwrap();
    authority.set_misbehaviour(how);
}

#[test]
fn a_sweep_shows_its_plan_then_that_the_server_does_what_the_files_say() {
    let mut harness = opened(&sample("service-principal"));
    look(&mut harness, Kind::Sweep);
    let planned = campaign(harness.state()).sweep.planned.as_ref().unwrap();
    assert!(planned.permitted > 0 && planned.refused > 0);
    let text = format!(
        "Plan: {} exchanges, {} permitted and {} not. All of them can be tried here.",
        planned.permitted + planned.refused,
        planned.permitted,
        planned.refused
    );
    harness.get_by_label(&text);
    harness.get_by_label("Does the server do what the files say?");
    click(&mut harness, "Run sweep");
    idle(&mut harness);
    harness.get_by_label("No difference: the server does what the files say.");
    let outcome = campaign(harness.state()).sweep.outcome.as_ref().unwrap();
    assert_eq!(outcome.report.ended, Ended::Finished);
    assert!(outcome.report.is_fine());
}

#[test]
fn a_server_that_skips_the_permission_is_a_difference_with_both_arguments() {
    let mut harness = opened(&sample("cross-client"));
    look(&mut harness, Kind::Sweep);
    click(&mut harness, "Run sweep");
    idle(&mut harness);
    misbehave(&mut harness, &[Misbehaviour::SkipPermissionCheck]);
    click(&mut harness, "Run sweep");
    idle(&mut harness);
    let outcome = campaign(harness.state()).sweep.outcome.as_ref().unwrap();
    let count = outcome.report.differences.len();
    assert!(count > 0);
    assert!(!campaign(harness.state()).sweep.all_shown, "the differences come first");
    let (server, question) = {
        let decision = outcome.decisions[0].as_ref().unwrap();
        (outcome.report.differences[0].server.clone(), decision.question.clone())
    };
    assert!(harness.query_all_by_label("The server granted what the files forbid.").count() > 0);
    assert!(harness.query_all_by_label("The files say").count() > 0);
    assert!(harness.query_all_by_label("The server says").count() > 0);
    assert!(harness.query_all_by_label(&server).count() > 0, "{server}");
    // The evidence leads to the line.
    let place = harness.query_all_by_label_contains("portal-and-dashboard.yaml:").next();
    assert!(place.is_some(), "the evidence has links");

    // What is shown is taken on, and an edit says that the result is older.
    harness.query_all_by_label("Simulate this").next().unwrap().click();
    harness.run_ok();
    let exchange = &harness.state().state.exchange;
    assert_eq!(
        exchange.form.question(&harness.state().state.project, &exchange.vault),
        Some(question)
    );
    assert!(harness.state().state.selection.is_some());
    click(&mut harness, "Sweep and cases");
    harness.get_by_label(&format!("Differences ({count})"));
    send(&mut harness, Command::SetReading(Reading::TargetListsRequester));
    let text = "The files, or how they are read, have changed since. Run the sweep again.";
    harness.get_by_label(text);
}

#[test]
fn an_authority_that_a_sweep_starts_misbehaves_as_it_was_told_before() {
    let mut harness = opened(&sample("cross-client"));
    send(&mut harness, Command::Act(exchange_studio::studio::Action::ShowExchange));
    click(&mut harness, "Misbehave on purpose");
    click(&mut harness, "skip-permission-check");
    look(&mut harness, Kind::Sweep);
    click(&mut harness, "Run sweep");
    idle(&mut harness);
    let outcome = campaign(harness.state()).sweep.outcome.as_ref().unwrap();
    assert!(!outcome.report.differences.is_empty());
}

#[test]
fn a_sweep_goes_by_the_clock_and_the_audiences_of_the_server() {
    use std::sync::Arc;
    use std::time::{Duration, SystemTime};

    use exchange_studio::exchange::login::as_test_user;
    use exchange_studio::exchange::{Client, ClientAuth, ClientAuthMethod, Http, HttpOptions};

    const AHEAD: u64 = 600;
    const API: &str = "https://dash.example/api";
    let later = || SystemTime::now() + Duration::from_secs(AHEAD);
    let mut harness = opened(&sample("cross-client"));
    let project = Arc::clone(&harness.state().state.project);
    let options = exchange_studio::authority::Options {
        clock: Arc::new(later),
        audiences: vec![(API.to_owned(), "Dashboard".to_owned())],
        ..Default::default()
    };
    let server =
        exchange_studio::authority::start(Arc::clone(&project), Reading::default(), options)
            .unwrap();
    let portal = project.clients().iter().find(|client| !client.permissions.is_empty()).unwrap();
    let id = portal.id.as_ref().unwrap().value.as_str().to_owned();
    let secret = server.client_secret().clone();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let token = runtime.block_on(async {
        let http = Http::new(HttpOptions::default()).unwrap();
        let client = Client::new(&id, ClientAuth::Post(secret.clone()));
        as_test_user(&http, server.issuer(), &client, "alice", "", later()).await.unwrap()
    });
    let form = &mut harness.state_mut().state.exchange.form;
    (form.server, form.issuer) = (ServerChoice::Issuer, server.issuer().to_owned());
    (form.client_id, form.client_secret) = (id, secret);
    // An assertion lives a minute: by this machine's clock it would have ended.
    form.auth = ClientAuthMethod::ClientSecretJwt;
    form.subject.source = exchange_studio::studio::TokenSource::Pasted;
    form.subject.pasted = token;
    form.place.clock_offset = AHEAD as i64;
    form.place.audiences.insert(API.to_owned(), "Dashboard".to_owned());
    look(&mut harness, Kind::Sweep);
    click(&mut harness, "Run sweep");
    idle(&mut harness);
    let outcome = campaign(harness.state()).sweep.outcome.as_ref().unwrap();
    assert!(outcome.report.is_fine(), "{:?}", outcome.report.summary);
    let granted = outcome.report.items.iter().find(|item| item.status == Some(200)).unwrap();
    assert!(granted.server.contains(API), "{}", granted.server);
}

#[test]
fn a_sweep_that_is_stopped_keeps_what_it_has_and_goes_on_with_the_rest() {
    let mut harness = empty(Answers::default());
    send(&mut harness, Command::Act(exchange_studio::studio::Action::OpenSample));
    until(&mut harness, "the estate is open", |it| it.state.project.clients().len() > 40);
    look(&mut harness, Kind::Sweep);
    // So slow that it would take minutes, and the first requests go out all the same.
    let slow = Settings { sample: 1, held: true, rate: 4.0, ..Settings::default() };
    send(&mut harness, order(Order::Set(slow)));
    until(&mut harness, "the plan is there", |studio| {
        campaign(studio).sweep.planned.as_ref().is_some_and(|it| it.plan.options.sample == 1)
    });
    click(&mut harness, "Run sweep");
    until(&mut harness, "something was asked", |studio| {
        let work = campaign(studio).work.as_ref();
        work.and_then(|work| work.progress.as_ref()).is_some_and(|it| it.counts().0 >= 2)
    });
    click(&mut harness, "Stop");
    idle(&mut harness);
    let report = campaign(harness.state()).sweep.outcome.as_ref().unwrap().report.clone();
    assert_eq!(report.ended, Ended::Cancelled);
    let (planned, answered) = (report.summary.planned, report.summary.answered);
    assert!(answered >= 2 && answered < planned, "{answered} of {planned}");
    harness.get_by_label("Stopped before everything was asked for.");

    send(&mut harness, order(Order::Set(Settings { held: false, ..slow })));
    click(&mut harness, &format!("Go on with the {} left", planned - answered));
    idle(&mut harness);
    let report = campaign(harness.state()).sweep.outcome.as_ref().unwrap().report.clone();
    assert_eq!(report.ended, Ended::Finished);
    assert_eq!(report.summary.earlier, answered);
    // What cannot be tried was known before anything was sent.
    let untried = campaign(harness.state()).sweep.planned.as_ref().unwrap().untried();
    let summary = &report.summary;
    assert_eq!((summary.answered, summary.not_tried), (planned - untried, untried));
    assert!(harness.query_by_label_contains("Go on with").is_none());
}

#[test]
fn rows_are_filtered_sorted_and_chosen_and_reports_are_saved() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = opened(&sample("cross-client"));
    look(&mut harness, Kind::Sweep);
    click(&mut harness, "Run sweep");
    idle(&mut harness);
    let sweep = |harness: &Harness<'static, Studio>| {
        let sweep = &campaign(harness.state()).sweep;
        let report = sweep.outcome.as_ref().unwrap().report.clone();
        (report, sweep.items.rows.clone(), sweep.items.chosen)
    };
    let (report, rows, _) = sweep(&harness);
    assert_eq!(rows.len(), report.items.len());
    let refused = report.items.iter().filter(|it| it.observed.name() == "refused").count();
    click(&mut harness, &format!("Show refused: {refused}"));
    assert_eq!(sweep(&harness).1.len(), refused);
    click(&mut harness, &format!("Show all: {}", report.items.len()));
    click(&mut harness, "Sort by For");
    let targets = |harness: &Harness<'static, Studio>| -> Vec<String> {
        let (report, rows, _) = sweep(harness);
        rows.iter().map(|row| report.items[*row as usize].target.name.to_lowercase()).collect()
    };
    assert!(targets(&harness).is_sorted());
    click(&mut harness, "Sort by For, sorted upwards");
    let mut down = targets(&harness);
    down.reverse();
    assert!(down.is_sorted());

    let (_, rows, _) = sweep(&harness);
    let item = &report.items[rows[0] as usize];
    let name = item.label();
    harness.query_all_by_label_contains(&format!("{name}: files")).next().unwrap().click();
    harness.run_ok();
    assert_eq!(sweep(&harness).2, Some(rows[0] as usize));
    assert!(harness.state().state.selection.is_some());
    click(&mut harness, "Simulate this");
    assert!(!harness.state().state.exchange.form.client_id.is_empty());
    click(&mut harness, "Sweep and cases");

    // Without a file dialog a path is typed, and what is there is asked about.
    let path = folder.path().join("sweep.csv");
    std::fs::write(&path, "mine").unwrap();
    click(&mut harness, "Save the report");
    click(&mut harness, "CSV, the table…");
    retype(&mut harness, "Path to write to", path.to_str().unwrap());
    click(&mut harness, "Save");
    until(&mut harness, "it is asked", |studio| campaign(studio).in_the_way.is_some());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
    click(&mut harness, "Replace it");
    let at = path.clone();
    until(&mut harness, "it is saved", move |_| std::fs::read_to_string(&at).unwrap() != "mine");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), report.to_csv());
    for (ending, begins) in [("json", "{"), ("xml", "<?xml")] {
        let path = folder.path().join(format!("sweep.{ending}"));
        let product = match ending {
            "json" => exchange_studio::studio::campaign::Product::SweepJson,
            _ => exchange_studio::studio::campaign::Product::SweepJunit,
        };
        let save = Order::SaveTo { product, path: path.clone(), replace: false };
        send(&mut harness, order(save));
        until(&mut harness, "it is saved", move |_| {
            std::fs::read_to_string(&path).is_ok_and(|text| text.starts_with(begins))
        });
    }
}

#[test]
fn another_server_is_asked_with_what_is_in_the_form_and_the_rest_is_counted() {
    let mut harness = opened(&sample("cross-client"));
    let form = &mut harness.state_mut().state.exchange.form;
    form.server = ServerChoice::Issuer;
    form.issuer = "https://login.example".to_owned();
    look(&mut harness, Kind::Sweep);
    let planned = campaign(harness.state()).sweep.planned.as_ref().unwrap();
    assert_eq!(planned.untried(), planned.plan.items.len());
    assert!(planned.lacking[0].0.starts_with("The secret of "), "{:?}", planned.lacking);
    harness.get_by_label("Server: login.example");
    harness.query_by_label_contains("None of them can be tried.").unwrap();
    click(&mut harness, "What cannot be tried, and why");
    let (why, count) = planned_first(&harness);
    harness.get_by_label(&format!("{count} × {why}"));

    // With the secret of one client its token is what is missing next.
    let project = harness.state().state.project.clone();
    let first = project.clients().iter().find(|client| !client.permissions.is_empty()).unwrap();
    let form = &mut harness.state_mut().state.exchange.form;
    form.choose_requester(&project, first.key);
    form.client_secret = "not-a-real-secret".into();
    look(&mut harness, Kind::Sweep);
    let token = "There is no token of a user of ";
    until(&mut harness, "the plan is made again", move |studio| {
        let planned = campaign(studio).sweep.planned.as_ref().unwrap();
        planned.lacking.iter().any(|(why, _)| why.starts_with(token))
    });
}

fn planned_first(harness: &Harness<'static, Studio>) -> (String, usize) {
    campaign(harness.state()).sweep.planned.as_ref().unwrap().lacking[0].clone()
}

#[test]
fn a_server_that_is_down_is_one_clear_sentence() {
    let mut harness = opened(&sample("cross-client"));
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let form = &mut harness.state_mut().state.exchange.form;
    form.server = ServerChoice::Issuer;
    form.issuer = format!("http://127.0.0.1:{port}");
    look(&mut harness, Kind::Sweep);
    click(&mut harness, "Run sweep");
    idle(&mut harness);
    let why = campaign(harness.state()).failed(Kind::Sweep).unwrap().to_owned();
    assert!(why.contains(&port.to_string()), "{why}");
    harness.get_by_label(&why);
}

#[test]
fn calibration_finds_the_reading_and_it_can_be_taken() {
    let mut harness = opened(&sample("cross-client"));
    look(&mut harness, Kind::Calibrate);
    let requests = campaign(harness.state()).calibrate.planned.as_ref().unwrap().requests.len();
    assert!(requests >= 2);
    harness.get_by_label("First");
    click(&mut harness, "Run calibration");
    idle(&mut harness);
    harness.get_by_label("This is the reading in force.");
    let found = campaign(harness.state()).calibrate.found.as_ref().unwrap();
    assert_eq!(found.report.reading, Some("requester-lists-target"));

    // The authority goes on as it was told; the window reads the files another way for a while.
    let authority = harness.state().state.exchange.authority.clone().unwrap();
    let project = harness.state().state.project.clone();
    authority.set_project(project, Reading::RequesterListsOrigin);
    click(&mut harness, "Run calibration");
    idle(&mut harness);
    click(&mut harness, "Read the lists as requester-lists-origin");
    assert_eq!(harness.state().state.reading, Reading::RequesterListsOrigin);
    harness.get_by_label("This is the reading in force.");
}

#[test]
fn probes_want_a_consent_for_each_server_and_show_what_was_accepted() {
    let mut harness = opened(&sample("cross-client"));
    look(&mut harness, Kind::Probes);
    // The list comes before anything is sent.
    harness.get_by_label("P-01");
    assert!(harness.get_by_label("Send all probes").accesskit_node().is_disabled());
    let consent = "I own this server: the built-in authority";
    click(&mut harness, consent);
    click(&mut harness, "Send all probes");
    idle(&mut harness);
    let report = campaign(harness.state()).probes.report.clone().unwrap();
    assert!(report.proves, "{:?}", report.control);
    assert_eq!(report.count(Verdict::Accepted), 0, "{}", report.to_markdown());
    harness.get_by_label(&report.sentence());

    misbehave(&mut harness, &[Misbehaviour::AnyAudience]);
    click(&mut harness, "Send P-04 alone");
    idle(&mut harness);
    let again = campaign(harness.state()).probes.report.clone().unwrap();
    assert_eq!(again.probes.len(), report.probes.len(), "those of the others stay");
    let verdict = &campaign(harness.state()).probes.verdicts["P-04"];
    assert_eq!(verdict.verdict, Verdict::Accepted);
    assert!(harness.query_all_by_label("accepted").count() > 0);
    click(&mut harness, "Copy the report");
    click(&mut harness, "As Markdown");

    // Another server is another question.
    let form = &mut harness.state_mut().state.exchange.form;
    form.server = ServerChoice::Issuer;
    form.issuer = "https://login.example".to_owned();
    let form = Box::new(form.clone());
    send(&mut harness, Command::Exchange(ExchangeCommand::Edit(form)));
    assert!(harness.get_by_label("Send all probes").accesskit_node().is_disabled());
    harness.get_by_label("I own this server: login.example");
    send(&mut harness, order(Order::Begin(Wish::Probes(Vec::new()))));
    assert!(campaign(harness.state()).work.is_none(), "nothing is sent without a consent");
}

#[test]
fn cases_good_and_bad_are_run_together_and_alone() {
    let folder = tempfile::tempdir().unwrap();
    let good = std::fs::read_to_string(sample("cases/portal-and-dashboard.yaml")).unwrap();
    let (wrong, broken) = (folder.path().join("wrong.yaml"), folder.path().join("broken.yaml"));
    std::fs::write(&wrong, good.replace("sub: {equals: alice}", "sub: {equals: bob}")).unwrap();
    std::fs::write(&broken, good.replace("outcome: allowed", "outcome: perhaps")).unwrap();
    let line = 1 + good.lines().position(|line| line.contains("outcome: allowed")).unwrap();

    let mut harness = opened(&sample("cross-client"));
    look(&mut harness, Kind::Cases);
    harness.get_by_label("Exchanges with what is expected of them");
    click(&mut harness, "Open the sample");
    send(&mut harness, order(Order::OpenCases(vec![wrong, broken])));
    until(&mut harness, "they are open", |studio| campaign(studio).cases.files.len() == 3);
    harness.query_by_label_contains(&format!("Line {line}: ")).unwrap();

    click(&mut harness, "Run all cases");
    idle(&mut harness);
    let files = &campaign(harness.state()).cases.files;
    let verdicts = |file: usize| -> Vec<CaseVerdict> {
        let file = &files[file];
        let cases = file.opened.file.as_ref().unwrap();
        cases.cases.iter().map(|case| file.reports[&case.name].verdict).collect()
    };
    assert_eq!(verdicts(0), [CaseVerdict::Passed, CaseVerdict::Passed], "{:?}", files[0].reports);
    assert_eq!(verdicts(1), [CaseVerdict::Failed, CaseVerdict::Passed]);
    harness.get_by_label("3 passed, 1 failed, 0 could not be tried");
    harness.get_by_label("The claim sub was to be \"bob\", and is: \"alice\".");

    // One alone takes along what it goes on from.
    let second = files[0].opened.file.as_ref().unwrap().cases[1].name.clone();
    let wish = Wish::Cases { file: Some(0), case: Some(second) };
    send(&mut harness, order(Order::Begin(wish)));
    idle(&mut harness);
    assert_eq!(campaign(harness.state()).cases.files[0].reports.len(), 2);
    click(&mut harness, "Close broken.yaml");
    assert_eq!(campaign(harness.state()).cases.files.len(), 2);
}

#[test]
fn the_exchange_of_the_form_becomes_a_case_without_a_secret_that_passes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("case.yaml");
    let mut harness = opened(&sample("cross-client"));
    let project = harness.state().state.project.clone();
    let owner = project.clients().iter().find(|client| !client.permissions.is_empty()).unwrap();
    let target = owner.permissions.iter().find_map(|permission| permission.client);
    let question = Question { requester: owner.key, subject: Subject::UserOf(owner.key), target };
    send(&mut harness, Command::Exchange(ExchangeCommand::Prefill(question)));
    let form = &mut harness.state_mut().state.exchange.form;
    form.client_secret = "MARKED-SECRET".into();
    form.extra =
        vec![("api_token".into(), "MARKED-TOO".into()), ("tenant".into(), "acme".into())].into();
    look(&mut harness, Kind::Cases);
    let product = exchange_studio::studio::campaign::Product::Case;
    let save = |replace| Order::SaveTo { product, path: path.clone(), replace };
    send(&mut harness, order(save(false)));
    let at = path.clone();
    until(&mut harness, "it is saved", move |_| at.exists());
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains("MARKED"), "{text}");
    assert!(text.contains("secret_env: ") && text.contains("# Left out"), "{text}");
    let case = CaseFile::read(&text).unwrap();
    assert_eq!(case.cases[0].parameters["tenant"], "acme");

    // A second time it is asked.
    send(&mut harness, order(save(false)));
    until(&mut harness, "it is asked", |studio| campaign(studio).in_the_way.is_some());
    click(&mut harness, "Keep it");
    assert!(campaign(harness.state()).in_the_way.is_none());

    send(&mut harness, order(Order::OpenCases(vec![path.clone()])));
    until(&mut harness, "it is open", |studio| !campaign(studio).cases.files.is_empty());
    click(&mut harness, "Run all cases");
    idle(&mut harness);
    let reports = &campaign(harness.state()).cases.files[0].reports;
    assert!(reports.values().all(|it| it.verdict == CaseVerdict::Passed), "{reports:?}");
    let secret = harness.state().state.exchange.authority.as_ref().unwrap().client_secret().clone();
    let shown = format!("{:?}", campaign(harness.state()));
    assert!(!shown.contains(secret.expose_secret()));

    // A secret that was typed where it does not belong is not written.
    let form = &mut harness.state_mut().state.exchange.form;
    form.extra = vec![("tenant".into(), "MARKED-SECRET".into())].into();
    send(&mut harness, order(save(true)));
    until(&mut harness, "it is refused", |studio| studio.state.jobs.running().next().is_none());
    assert!(!std::fs::read_to_string(&path).unwrap().contains("MARKED"));
}

#[test]
fn of_ten_thousand_rows_those_in_view_are_drawn() {
    let mut text = String::new();
    for number in 0..2_500 {
        text.push_str(&format!("---\n!ClientAppDto\nid: c{number}\nname: Client {number}\n"));
        text.push_str("isEnabled: true\n");
    }
    let (_folder, mut harness) = with_text(&text);
    look(&mut harness, Kind::Sweep);
    let planned = campaign(harness.state()).sweep.planned.as_ref().unwrap();
    assert_eq!(planned.plan.items.len(), 10_000);
    // Stopped at once: the rows are those of the plan, and none of them was asked for.
    let slow = Settings { held: true, rate: 0.1, ..Settings::default() };
    send(&mut harness, order(Order::Set(slow)));
    click(&mut harness, "Run sweep");
    until(&mut harness, "something was asked", |studio| {
        campaign(studio).work.as_ref().is_some_and(|work| work.progress.is_some())
    });
    click(&mut harness, "Stop");
    idle(&mut harness);
    click(&mut harness, "All exchanges (10000)");
    send(&mut harness, order(Order::SortItems(Sort::Target)));
    for step in 0..20 {
        let row = campaign(harness.state()).sweep.items.rows[step * 400] as usize;
        harness.state_mut().state.apply(order(Order::ChooseItem(Some(row))));
        harness.step();
        let rows = harness.query_all_by_label_contains(": files ").count();
        assert!(rows > 3 && rows < 100, "{rows} rows are drawn");
    }
}

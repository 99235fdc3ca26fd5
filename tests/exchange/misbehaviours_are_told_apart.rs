//! Property: whatever the project, a misbehaviour shows as its row of the table says
//! ([`how_it_shows`](crate::how_it_shows)), and as nothing else.
//!
//! A careful server is asked first: it shows nothing, and what it answers is what each row is a
//! change of. So an expectation is exact, exchange by exchange and probe by probe. A misbehaviour that
//! a project gives no occasion for, as one about external tokens where none is permitted, must leave no
//! trace there; and the run goes on until each has shown on some project.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use exchange_studio::authority::{Misbehaviour as M, Options};
use exchange_studio::config::Project;
use exchange_studio::exchange::keys::{SigningAlgorithm, SigningKey};
use exchange_studio::exchange::probe::{self, Ground, ShotReport, Verdict};
use exchange_studio::exchange::sweep::{
    self as sweeps, DifferenceKind, Ended, Item, Observed, Plan, PlanOptions, Tried,
};
use exchange_studio::exchange::token_type::TXN_TOKEN;
use exchange_studio::exchange::{
    Cancel, Client, ClientAuth, ClientCertificate, ExchangeRequest, FollowUp, Http, HttpOptions,
    Preset, Server, Session, Simulation, Supply, follow_up, simulate, time,
};
use exchange_studio::trust::{Reading, Subject, Truth, decide};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use secrecy::ExposeSecret as _;

use crate::authority_bench::*;
use crate::authority_bound::{Secure, certificate_of};
use crate::authority_decides::{CLIENTS, generated_with_more, id, yaml};
use crate::authority_misbehaves::noticed;
use crate::how_it_shows::{Ask, At, ByHand, Fails, ROWS, Shows, Whose};
use crate::probe::everything;
use crate::sweep::{Asking, sweep};

/// Random projects on which every misbehaviour of a half of the table is tried; the ones after them have
/// only what has not shown yet on one of them.
const WHOLE: usize = 3;

/// What is asked only of those of which a row says that it shows there.
const SPECIAL: [Ask; 6] = [
    Ask::WiderScope,
    Ask::WrongSecret,
    Ask::WithKey,
    Ask::WithCertificate,
    Ask::Transaction,
    Ask::Replacement,
];

/// The trust domain that a client app stands for here.
fn trust_domain(client: &str) -> String {
    format!("domain-of-{client}")
}

/// What is there for all projects.
struct Stand {
    bench: Bench,
    asking: Asking,
    /// Waits a moment and no longer.
    impatient: Asking,
    /// Uses the same words for all refusals.
    taciturn: (Bench, Asking),
    key: Arc<SigningKey>,
    /// Speaks https, and asks for certificates.
    secure: Secure,
    secure_asking: Asking,
    certificate: Arc<ClientCertificate>,
}

/// One project, and what a careful server says to it.
struct Scene<'a> {
    stand: &'a Stand,
    project: Arc<Project>,
    reading: Reading,
    plan: Plan,
    swept: sweeps::Report,
    probed: probe::Report,
    control: Option<Item>,
}

impl Stand {
    async fn new() -> Self {
        let clients = (0..CLIENTS).map(id).chain([DASHBOARD.to_owned()]);
        let trust_domains = clients.map(|id| (trust_domain(&id), id)).collect();
        let options = Options { trust_domains, ..Options::default() };
        let bench = Bench::with("", Reading::default(), options);
        let asking = Asking::of(&bench.running).await;
        let options = Options { same_words: true, ..Options::default() };
        let taciturn = Bench::with("", Reading::default(), options);
        let tells = Asking::of(&taciturn.running).await;
        let timeout = Duration::from_millis(100);
        let http = Http::new(HttpOptions { timeout, ..HttpOptions::default() }).unwrap();
        let mut impatient = Asking::of(&bench.running).await;
        impatient.http = http;
        let key = Arc::new(SigningKey::generate(SigningAlgorithm::Es256).unwrap());
        let secure = Secure::new("", Reading::default(), Options::default());
        let certificate = certificate_of("client");
        let taciturn = (taciturn, tells);
        let secure_asking = Asking::with(&secure.running, secure.another_http()).await;
        Self { bench, asking, impatient, taciturn, key, secure, secure_asking, certificate }
    }
}

fn now(bench: &Bench) -> SystemTime {
    time::point(bench.now())
}

impl<'a> Scene<'a> {
    async fn new(
        stand: &'a Stand,
        project: Project,
        reading: Reading,
        seed: u64,
    ) -> Result<Self, TestCaseError> {
        let project = Arc::new(project);
        for running in [&stand.bench.running, &stand.taciturn.0.running, &stand.secure.running] {
            running.set_project(project.clone(), reading);
            running.set_misbehaviour(&[]);
        }
        let options = PlanOptions { seed, sample: 3, ..PlanOptions::default() };
        let plan = sweeps::plan(&project, reading, options);
        let swept = sweep(&stand.asking, &stand.bench, &project, &plan).await;
        let control = Ground::new(&project, reading).control;
        let probed = probed(stand, &project, reading).await;
        let scene = Self { stand, project, reading, plan, swept, probed, control };
        let fine = scene.swept.differences.is_empty()
            && scene.swept.summary.checks_failed.is_empty()
            && scene.swept.summary.unclear == 0
            && scene.probed.count(Verdict::Accepted) + scene.probed.count(Verdict::Unclear) == 0;
        prop_assert!(fine, "{:?}\n{:#?}", scene.swept.summary, scene.probed);
        for ask in [Ask::Permitted, Ask::Broken].into_iter().chain(SPECIAL) {
            scene.report(None, ask).await?;
        }
        Ok(scene)
    }

    /// Whether it showed.
    async fn holds(&self, row: &Shows) -> Result<bool, TestCaseError> {
        for running in [&self.stand.bench.running, &self.stand.secure.running] {
            running.set_misbehaviour(&[row.how]);
        }
        let shown = match row.fails {
            Some(Fails::Silence) => self.falls_silent(row.how).await?,
            Some(Fails::Limit) => self.is_too_many().await?,
            Some(Fails::Discovery) => {
                let server = Server::Issuer(self.stand.bench.running.issuer().to_owned());
                let session = Session::open(&self.stand.asking.http, &server).await;
                prop_assert!(session.is_err());
                true
            }
            None => {
                let mut shown = self.sweeps(row).await?;
                shown |= self.probes(row).await?;
                let mut asked = vec![Ask::Permitted, Ask::Broken];
                let at = |ask: &Ask| row.reports.iter().any(|(other, _)| other == ask);
                asked.extend(SPECIAL.into_iter().filter(at));
                for ask in asked {
                    shown |= self.report(Some(row), ask).await?;
                }
                shown | self.by_hand(row).await?
            }
        };
        for running in [&self.stand.bench.running, &self.stand.secure.running] {
            running.set_misbehaviour(&[]);
        }
        Ok(shown)
    }

    /// Whether what fails here fails only at steps that the server passes over.
    fn waived(&self, row: &Shows, item: &Item) -> bool {
        let decision = decide(&self.project, self.reading, &item.question);
        let external = is_external(item);
        let mut failed = decision.with(Truth::False).peekable();
        failed.peek().is_some()
            && failed.all(|step| {
                row.permits.iter().any(|(id, whose)| {
                    *id == step.id
                        && match whose {
                            Whose::Users => !external,
                            Whose::Externals => external,
                            Whose::Anybody => true,
                        }
                })
            })
    }

    async fn sweeps(&self, row: &Shows) -> Result<bool, TestCaseError> {
        let Stand { asking, bench, .. } = self.stand;
        let swept = sweep(asking, bench, &self.project, &self.plan).await;
        prop_assert_eq!(&swept.ended, &Ended::Finished);
        let (mut shown, mut differences) = (false, BTreeSet::new());
        let careful = self.plan.items.iter().zip(&self.swept.items);
        for ((item, careful), tried) in careful.zip(&swept.items) {
            let asked = careful.observed.is_answer();
            let observed = if careful.observed == Observed::Refused && self.waived(row, item) {
                differences.insert(item.id.as_str());
                Observed::Granted
            } else {
                let unreadable =
                    row.unreadable.filter(|(at, _)| asked && is_at(*at, item, careful));
                unreadable.map_or(careful.observed, |(_, observed)| observed)
            };
            let breaches: BTreeSet<&str> = row
                .breaches
                .iter()
                .filter(|(_, at)| asked && is_at(*at, item, careful))
                .map(|(id, _)| *id)
                .collect();
            let found: BTreeSet<&str> =
                tried.checks_failed.iter().map(|check| check.id.as_str()).collect();
            let told = || format!("{}: {careful:#?} {tried:#?}", row.how.name());
            prop_assert_eq!(tried.observed, observed, "{}", told());
            prop_assert_eq!(&found, &breaches, "{}", told());
            shown |= observed != careful.observed || !breaches.is_empty();
        }
        let told: BTreeSet<&str> = swept.differences.iter().map(|it| it.id.as_str()).collect();
        prop_assert_eq!(told, differences, "{}", row.how.name());
        let granted = swept.differences.iter().all(|it| it.kind == DifferenceKind::Granted);
        prop_assert!(granted, "{:?}", swept.differences);
        Ok(shown)
    }

    async fn probes(&self, row: &Shows) -> Result<bool, TestCaseError> {
        let probed = probed(self.stand, &self.project, self.reading).await;
        prop_assert_eq!(&probed.ended, &Ended::Finished);
        if self.probed.proves && row.unreadable.is_some_and(|(at, _)| at.is_granted()) {
            // Where no permitted exchange can be read, nothing is proved by a refusal.
            prop_assert!(!probed.proves && probed.probes.is_empty(), "{}", row.how.name());
            return Ok(true);
        }
        prop_assert_eq!(probed.probes.len(), self.probed.probes.len());
        let mut shown = false;
        for (careful, probe) in self.probed.probes.iter().zip(&probed.probes) {
            let refused = |shot: &&ShotReport| shot.verdict == Verdict::Refused;
            let mut refused = careful.shots.iter().filter(refused);
            let accepted = row
                .probes
                .iter()
                .filter(|(id, _)| *id == careful.id)
                .any(|(_, words)| refused.clone().any(|shot| shot.sent.contains(words)));
            let unclear = match row.unreadable {
                Some((At::Refused, _)) => refused.any(|it| it.observed != Observed::Granted),
                Some((At::RefusedGrant, _)) => refused.any(|it| it.observed == Observed::Refused),
                _ => false,
            };
            let verdict = match (accepted, unclear) {
                (true, _) => Verdict::Accepted,
                (_, true) => Verdict::Unclear,
                _ => careful.verdict,
            };
            prop_assert_eq!(probe.verdict, verdict, "{}: {:#?}", row.how.name(), probe);
            shown |= verdict != careful.verdict;
        }
        Ok(shown)
    }

    /// Asks for one permitted exchange and looks at the whole report of it.
    async fn report(&self, row: Option<&Shows>, ask: Ask) -> Result<bool, TestCaseError> {
        let Some((simulation, own)) = self.simulation(ask).await else { return Ok(false) };
        let (http, now) = match ask {
            Ask::WithCertificate => (&self.stand.secure.http, SystemTime::now()),
            _ => (&self.stand.asking.http, now(&self.stand.bench)),
        };
        let mut report = simulate(http, &simulation, now).await.unwrap();
        let is_transaction = [Ask::Transaction, Ask::Replacement].contains(&ask);
        let wanted = match is_transaction {
            true => FollowUp::default(),
            false => FollowUp { introspect: true, revoke_subject: own },
        };
        follow_up(http, &simulation, &mut report, wanted, now).await;
        // Plain http, and a token that another client brings.
        let mut expected = match ask {
            Ask::WithCertificate => BTreeSet::new(),
            _ => BTreeSet::from(["REQ-01", "DIS-03"]),
        };
        // A replacement's subject token is for the trust domain that is asked for.
        if !own && ask != Ask::Replacement {
            expected.insert("REQ-20");
        }
        if is_transaction {
            // A secret, where a key is recommended.
            expected.insert("TXN-08");
        }
        let setting = expected.len();
        let of_ask = |other: Ask| match other {
            Ask::PermittedOwn => ask == Ask::Permitted && own,
            Ask::PermittedOfAnother => ask == Ask::Permitted && !own,
            Ask::PermittedForAnother => ask == Ask::Permitted && self.for_another(),
            other => other == ask,
        };
        let said = row.iter().flat_map(|row| row.reports);
        expected.extend(said.filter(|(other, _)| of_ask(*other)).map(|(_, id)| *id));
        let name = row.map_or("careful", |row| row.how.name());
        let found = noticed(&report);
        prop_assert_eq!(&found, &expected, "{} {:?} {:#?}", name, ask, report.checks);
        let silent = report.refusal.as_ref().is_some_and(|refusal| refusal.description.is_empty());
        let by_hand = row.and_then(|row| row.by_hand);
        prop_assert!(!silent || by_hand == Some(ByHand::NoWords), "{}", name);
        Ok(expected.len() > setting || silent)
    }

    /// The request, and whether the token that goes in is the client's own.
    async fn simulation(&self, ask: Ask) -> Option<(Simulation, bool)> {
        let question = &self.control.as_ref()?.question;
        let Stand { bench, asking, secure, secure_asking, .. } = self.stand;
        let over_tls = ask == Ask::WithCertificate;
        let (running, now) = match over_tls {
            true => (&secure.running, SystemTime::now()),
            false => (&bench.running, now(bench)),
        };
        let mut supplies = if over_tls { secure_asking.supplies() } else { asking.supplies() };
        let token = supplies.subject(&self.project, &question.subject, now).await.unwrap();
        let mut token = token.token.expose_secret().to_owned();
        if ask == Ask::Broken {
            token.truncate(token.len() - 8);
            token.push_str("AAAAAAAA");
        }
        let client = supplies.client(self.project.client(question.requester)).unwrap();
        let client = match ask {
            Ask::WrongSecret => Client::new(client.id, ClientAuth::Basic("0b5f7c9d2e4a".into())),
            Ask::WithKey => client.bound_to(self.stand.key.clone()),
            Ask::WithCertificate => {
                let bound_certificate = Some(self.stand.certificate.clone());
                Client { bound_certificate, ..client }
            }
            _ => client,
        };
        let target = sweeps::address(&self.project, question.target?).unwrap();
        let scope = if ask == Ask::WiderScope { "a c" } else { "a" };
        let request = ExchangeRequest {
            subject_token: token.into(),
            subject_token_type: ACCESS_TOKEN.to_owned(),
            audience: vec![target.to_owned()],
            scope: scope.to_owned(),
            ..ExchangeRequest::default()
        };
        let server = Server::Issuer(running.issuer().to_owned());
        let mut simulation = Simulation { server, client, request, skew: Duration::from_secs(60) };
        if [Ask::Transaction, Ask::Replacement].contains(&ask) {
            let request = &mut simulation.request;
            request.audience = vec![trust_domain(target)];
            request.extra = ["request_context", "request_details"]
                .map(|name| (name.to_owned(), r#"{"about": "this"}"#.to_owned()))
                .to_vec();
            Preset::TransactionToken.fill(request);
        }
        if ask == Ask::Replacement {
            let report = simulate(&asking.http, &simulation, now).await.unwrap();
            simulation.request.subject_token = report.issued.unwrap();
            simulation.request.subject_token_type = TXN_TOKEN.to_owned();
        }
        Some((simulation, question.subject == Subject::UserOf(question.requester)))
    }

    /// Whether the token that goes in is of another client app than the one that is asked for.
    fn for_another(&self) -> bool {
        self.control
            .as_ref()
            .is_some_and(|item| item.question.subject != Subject::UserOf(item.target))
    }

    async fn by_hand(&self, row: &Shows) -> Result<bool, TestCaseError> {
        match row.by_hand {
            Some(ByHand::TypeLeftOut) => {
                let Some((simulation, _)) = self.simulation(Ask::Permitted).await else {
                    return Ok(false);
                };
                let form = [
                    ("grant_type", EXCHANGE),
                    ("client_id", &simulation.client.id),
                    ("client_secret", &self.stand.bench.secret()),
                    ("subject_token", simulation.request.subject_token.expose_secret()),
                    ("audience", &simulation.request.audience[0]),
                ];
                let careless = self.stand.bench.post("/connect/token", &form).await.status;
                self.stand.bench.running.set_misbehaviour(&[]);
                let careful = self.stand.bench.post("/connect/token", &form).await.status;
                prop_assert_eq!((careless, careful), (200, 400));
                Ok(true)
            }
            Some(ByHand::OtherWords) => {
                let (bench, asking) = &self.stand.taciturn;
                let words = async |how: &[M]| {
                    bench.running.set_misbehaviour(how);
                    words_of(&sweep(asking, bench, &self.project, &self.plan).await)
                };
                let (careful, careless) = (words(&[]).await, words(&[row.how]).await);
                bench.running.set_misbehaviour(&[]);
                prop_assert!(careful.len() <= 1, "{careful:?}");
                prop_assert_eq!(&careless, &words_of(&self.swept));
                Ok(careless.len() > 1)
            }
            Some(ByHand::NoWords) | None => Ok(false),
        }
    }

    async fn falls_silent(&self, how: M) -> Result<bool, TestCaseError> {
        let Stand { bench, impatient, .. } = self.stand;
        let swept = sweep(impatient, bench, &self.project, &self.plan).await;
        let asked = self.swept.items.iter().filter(|it| it.observed.is_answer()).count();
        prop_assert!(swept.differences.is_empty() && swept.summary.answered == 0, "{how:?}");
        prop_assert_eq!(matches!(swept.ended, Ended::Unreachable(_)), asked >= 5, "{:?}", how);
        Ok(asked >= 5)
    }

    async fn is_too_many(&self) -> Result<bool, TestCaseError> {
        let probed = probed(self.stand, &self.project, self.reading).await;
        prop_assert!(probed.count(Verdict::Accepted) == 0);
        prop_assert_eq!(probed.ended == Ended::TooManyRequests, self.probed.proves);
        Ok(self.probed.proves)
    }
}

async fn probed(stand: &Stand, project: &Project, reading: Reading) -> probe::Report {
    let now = now(&stand.bench);
    let clock = move || now;
    let ground = Ground::new(project, reading);
    let mut supplies = stand.asking.supplies();
    let desk = stand.asking.desk(project, &clock);
    probe::run(&desk, &ground, &[], None, &mut supplies, &Cancel::default(), |_| ()).await
}

fn is_external(item: &Item) -> bool {
    matches!(item.question.subject, Subject::External { .. })
}

/// Whether what a careful server answers to an item is of this kind.
fn is_at(at: At, item: &Item, careful: &Tried) -> bool {
    let granted = careful.observed == Observed::Granted;
    match at {
        At::Granted => granted,
        At::GrantedExternal => granted && is_external(item),
        At::Refused => !granted,
        At::RefusedGrant => !granted && careful.error.as_deref() != Some("invalid_client"),
        At::Any => true,
    }
}

/// What is told to those who are refused.
fn words_of(report: &sweeps::Report) -> BTreeSet<String> {
    let refused = report.items.iter().filter(|item| item.observed == Observed::Refused);
    refused.map(|item| item.server.clone()).collect()
}

/// Tries a half of the table on a project that has an occasion for everything, and on random ones until
/// every row has shown.
fn each_shows_as_its_row_says(half: &[Shows]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let stand = runtime.block_on(Stand::new());
    let whole = Scene::new(&stand, project(&everything()), Reading::default(), 0);
    let whole = runtime.block_on(whole).unwrap();
    for row in half {
        let shown = runtime.block_on(whole.holds(row)).unwrap();
        // Here every token is the client's own, and no actor is named that could be left out.
        assert!(shown || row.how == M::DropAct, "{}", row.how.name());
    }
    let open: RefCell<BTreeSet<M>> = RefCell::new(half.iter().map(|row| row.how).collect());
    // What fails is tried again, and alone, while a smaller project is looked for.
    let failed: RefCell<Option<M>> = RefCell::new(None);
    let done = RefCell::new(0);
    let strategy = (generated_with_more(), prop::sample::select(&Reading::ALL[..]), any::<u64>());
    TestRunner::new(Config { cases: 200, failure_persistence: None, ..Config::default() })
        .run(&strategy, |(clients, reading, seed)| {
            let alone = *failed.borrow();
            let whole = *done.borrow() < WHOLE;
            let rows: Vec<&Shows> = half
                .iter()
                .filter(|row| match alone {
                    Some(how) => row.how == how,
                    None => whole || open.borrow().contains(&row.how),
                })
                .collect();
            if rows.is_empty() {
                return Ok(());
            }
            let project = project(&yaml(&clients));
            let scene = runtime.block_on(Scene::new(&stand, project, reading, seed))?;
            for row in rows {
                match runtime.block_on(scene.holds(row)) {
                    Ok(shown) if shown => drop(open.borrow_mut().remove(&row.how)),
                    Ok(_) => {}
                    Err(error) => {
                        failed.replace(Some(row.how));
                        return Err(error);
                    }
                }
            }
            done.replace_with(|done| *done + 1);
            Ok(())
        })
        .unwrap();
    assert!(open.borrow().is_empty(), "never shown: {:?}", open.borrow());
}

// Halves, so that they run side by side.

#[test]
fn what_is_granted_wrongly_shows_as_that_on_any_project() {
    each_shows_as_its_row_says(&ROWS[..ROWS.len() / 2]);
}

#[test]
fn what_is_said_wrongly_shows_as_that_on_any_project() {
    each_shows_as_its_row_says(&ROWS[ROWS.len() / 2..]);
}

//! Each thing that a server does wrongly is found as that, and as nothing else, by whatever is there
//! to find it: the sweep with its checks, and the probes, as a person runs them one after the other.

use std::collections::BTreeSet;
use std::time::Duration;

use exchange_studio::authority::Misbehaviour as M;
use exchange_studio::config::Project;
use exchange_studio::exchange::probe::{self, Ground, Verdict};
use exchange_studio::exchange::sweep::{
    self as sweeps, DifferenceKind, Ended, Observed, PlanOptions, plan,
};
use exchange_studio::exchange::{Cancel, Http, HttpOptions, time};
use exchange_studio::trust::Reading;

use crate::authority_bench::*;
use crate::probe::everything;
use crate::sweep::{Asking, sweep};

/// Permissions that the configuration does not give: the sweep finds them too.
const PERMIT: [M; 4] =
    [M::SkipPermissionCheck, M::SkipBrokerCheck, M::DisabledClients, M::PublicClients];

/// There is nothing to read in these answers, so that nothing is known but that.
const UNREADABLE: [M; 6] =
    [M::Redirect, M::RepeatedMember, M::TextErrors, M::Status422, M::Status500, M::Html];

/// What happens to the connection is not told by ids; the test after this one has them. The issuer
/// that is another is found before anything is asked.
const OTHERWISE: [M; 4] = [M::Slow, M::DropConnection, M::TooMany, M::DiscoveryWrongIssuer];

async fn probed(asking: &Asking, bench: &Bench, project: &Project) -> probe::Report {
    let now = time::point(bench.now());
    let clock = move || now;
    let ground = Ground::new(project, Reading::default());
    let mut supplies = asking.supplies();
    let desk = asking.desk(project, &clock);
    probe::run(&desk, &ground, &[], None, &mut supplies, &Cancel::default(), |_| ()).await
}

/// Everything that a person would be told of a server.
async fn told(bench: &Bench, project: &Project, how: &[M]) -> (sweeps::Report, probe::Report) {
    bench.running.set_misbehaviour(&[]);
    let asking = Asking::of(&bench.running).await;
    bench.running.set_misbehaviour(how);
    let options = PlanOptions { sample: 12, ..PlanOptions::default() };
    let plan = plan(project, Reading::default(), options);
    let swept = sweep(&asking, bench, project, &plan).await;
    let probed = probed(&asking, bench, project).await;
    bench.running.set_misbehaviour(&[]);
    (swept, probed)
}

async fn each_is_found_alone(all: impl Iterator<Item = M>) {
    let project = project(&everything());
    let bench = Bench::new(&everything(), Reading::default());
    for how in all.filter(|how| !OTHERWISE.contains(how)) {
        let (swept, probed) = told(&bench, &project, &[how]).await;
        let name = how.name();
        let ids = |probes: bool| -> BTreeSet<&str> {
            let ids = how.noticed_by().iter().copied();
            ids.filter(|id| id.starts_with("P-") == probes).collect()
        };
        let accepted: BTreeSet<&str> = probed
            .probes
            .iter()
            .filter(|probe| probe.verdict == Verdict::Accepted)
            .map(|probe| probe.id)
            .collect();
        assert_eq!(accepted, ids(true), "{name}");
        // Every answer is looked at by every check; the breaches among what they find are told.
        let mut breaches: BTreeSet<&str> =
            swept.summary.checks_failed.keys().map(String::as_str).collect();
        if how == M::UnchangedToken {
            // A partner's token that comes back is none of the server's either.
            breaches.retain(|id| !["TOK-01", "TOK-02"].contains(id));
        }
        assert!(breaches.is_subset(&ids(false)), "{name}: {breaches:?}");
        assert_eq!(swept.differences.is_empty(), !PERMIT.contains(&how), "{name}");
        let granted = swept.differences.iter().all(|it| it.kind == DifferenceKind::Granted);
        assert!(granted, "{name}: {:?}", swept.differences);
        let failed = swept.summary.server_failed;
        assert_eq!(failed > 0, [M::Status500, M::Html].contains(&how), "{name}");
        assert_eq!(swept.summary.unclear + failed > 0, UNREADABLE.contains(&how), "{name}");
        assert_eq!((swept.ended, probed.ended), (Ended::Finished, Ended::Finished), "{name}");
    }
}

// Halves, so that they run side by side.

#[tokio::test]
async fn what_is_granted_wrongly_is_found_as_that_and_nothing_else() {
    each_is_found_alone(M::ALL.iter().copied().take_while(|how| *how != M::IgnoreAudience)).await;
}

#[tokio::test]
async fn what_is_said_wrongly_is_found_as_that_and_nothing_else() {
    each_is_found_alone(M::ALL.iter().copied().skip_while(|how| *how != M::IgnoreAudience)).await;
    // And a server that is told nothing is told nothing of.
    let project = project(&everything());
    let bench = Bench::new(&everything(), Reading::default());
    let (swept, probed) = told(&bench, &project, &[]).await;
    assert!(swept.differences.is_empty() && swept.summary.checks_failed.is_empty());
    assert!(swept.is_fine() && probed.is_fine());
}

/// A server that falls silent costs a few timeouts, and not one for each exchange; one that dies in
/// the middle costs nothing.
#[tokio::test]
async fn a_server_that_fails_ends_the_run_with_what_was_found() {
    let project = project(&everything());
    let bench = Bench::new(&everything(), Reading::default());
    let options = PlanOptions { sample: 40, ..PlanOptions::default() };
    let planned = plan(&project, Reading::default(), options);
    for how in [M::Slow, M::DropConnection] {
        let mut asking = Asking::of(&bench.running).await;
        let timeout = Duration::from_millis(200);
        asking.http = Http::new(HttpOptions { timeout, ..HttpOptions::default() }).unwrap();
        bench.running.set_misbehaviour(&[how]);
        let report = sweep(&asking, &bench, &project, &planned).await;
        bench.running.set_misbehaviour(&[]);
        let Ended::Unreachable(why) = &report.ended else { panic!("{:?}", report.ended) };
        assert!(why.starts_with("5 exchanges in a row were left without an answer. "), "{why}");
        assert!(report.differences.is_empty() && report.summary.answered == 0, "{report:?}");
        assert_eq!(report.items.len(), planned.items.len());
    }

    // Of probes, three are enough.
    for how in [M::Slow, M::DropConnection] {
        let mut asking = Asking::of(&bench.running).await;
        let timeout = Duration::from_millis(200);
        asking.http = Http::new(HttpOptions { timeout, ..HttpOptions::default() }).unwrap();
        let now = time::point(bench.now());
        let clock = move || now;
        let ground = Ground::new(&project, Reading::default());
        let (mut supplies, desk) = (asking.supplies(), asking.desk(&project, &clock));
        let falls_silent = |_: probe::ProbeProgress<'_>| bench.running.set_misbehaviour(&[how]);
        let cancel = Cancel::default();
        let report =
            probe::run(&desk, &ground, &[], None, &mut supplies, &cancel, falls_silent).await;
        bench.running.set_misbehaviour(&[]);
        let Ended::Unreachable(why) = &report.ended else { panic!("{:?}", report.ended) };
        assert!(why.starts_with("3 requests in a row were left without an answer. "), "{why}");
        assert!(why.ends_with(" The rest was not sent."), "{why}");
        let shots = report.probes.iter().flat_map(|probe| &probe.shots);
        let silent = shots.filter(|shot| shot.observed == Observed::NoAnswer).count();
        assert_eq!(silent, 3, "{report:#?}");
        assert_eq!(report.probes[0].verdict, probe::Verdict::Refused);
        assert!(report.probes.len() < probe::PROBES.len() && !report.is_fine());
    }

    // One probe too many, and the probes end.
    let asking = Asking::of(&bench.running).await;
    bench.running.set_misbehaviour(&[M::TooMany]);
    let report = probed(&asking, &bench, &project).await;
    assert_eq!(report.ended, Ended::TooManyRequests);
    bench.running.set_misbehaviour(&[]);

    // It dies after ten answers.
    let now = time::point(bench.now());
    let clock = move || now;
    let earlier = sweeps::Earlier::default();
    let cancel = Cancel::default();
    let desk = asking.desk(&project, &clock);
    let conditions =
        sweeps::Conditions { desk, plan: &planned, rate: None, earlier: &earlier, cancel: &cancel };
    let mut running = Some(bench.running);
    let report = sweeps::run(&conditions, &mut asking.supplies(), |progress| {
        if progress.done == 40 {
            drop(running.take());
        }
    })
    .await;
    assert!(matches!(report.ended, Ended::Unreachable(_)), "{:?}", report.ended);
    assert!(report.summary.answered > 0 && !report.is_fine(), "{:?}", report.summary);
    assert!(report.differences.is_empty());
}

//! A server that stops answering, or that wants to be asked less often, ends what asks it.

use std::time::Duration;

use exchange_studio::authority::Misbehaviour as M;
use exchange_studio::config::Project;
use exchange_studio::exchange::probe::{self, Ground};
use exchange_studio::exchange::sweep::{self as sweeps, Ended, Observed, PlanOptions, plan};
use exchange_studio::exchange::{Cancel, Http, HttpOptions, time};
use exchange_studio::trust::Reading;

use crate::authority_bench::*;
use crate::probe::everything;
use crate::sweep::{Asking, sweep};

async fn probed(asking: &Asking, bench: &Bench, project: &Project) -> probe::Report {
    let now = time::point(bench.now());
    let clock = move || now;
    let ground = Ground::new(project, Reading::default());
    let mut supplies = asking.supplies();
    let desk = asking.desk(project, &clock);
    probe::run(&desk, &ground, &[], None, &mut supplies, &Cancel::default(), |_| ()).await
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

/// Tokens of users come from the server too. One that is gone is not asked for each of them.
#[tokio::test]
async fn a_server_that_is_gone_ends_the_run_at_the_first_token() {
    let project = project(&everything());
    let bench = Bench::new(&everything(), Reading::default());
    let planned = plan(&project, Reading::default(), PlanOptions::default());
    let asking = Asking::of(&bench.running).await;
    let now = time::point(bench.now());
    let clock = move || now;
    let (earlier, cancel) = (sweeps::Earlier::default(), Cancel::default());
    let desk = asking.desk(&project, &clock);
    let conditions =
        sweeps::Conditions { desk, plan: &planned, rate: None, earlier: &earlier, cancel: &cancel };
    drop(bench.running);
    let report = sweeps::run(&conditions, &mut asking.supplies(), |_| ()).await;
    let Ended::Unreachable(why) = &report.ended else { panic!("{:?}", report.ended) };
    assert!(why.starts_with("There is no token of a user of "), "{why}");
    let asked = report.items.iter().filter(|item| item.observed == Observed::NoAnswer).count();
    // A connection that was kept may be found closed first.
    assert!((1..=2).contains(&asked), "{report:#?}");
    assert_eq!(report.items.len(), planned.items.len());
}

//! Each thing that a server does wrongly is found as that, and as nothing else, by whatever is there
//! to find it: the sweep, the probes and the checks together, as a person runs them one after the
//! other.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use exchange_studio::authority::{Misbehaviour, Options};
use exchange_studio::exchange::Cancel;
use exchange_studio::exchange::probe::{self, Ground, Verdict};
use exchange_studio::exchange::sweep::{PlanOptions, plan};
use exchange_studio::exchange::{HttpOptions, time};
use exchange_studio::trust::Reading;

use crate::authority_bench::*;
use crate::probe::everything;
use crate::sweep::{Asking, sweep};

#[tokio::test]
async fn table() {
    let yaml = everything();
    let project = project(&yaml);
    let bench = Bench::with(&yaml, Reading::default(), Options::default());
    for how in std::iter::once(None).chain(Misbehaviour::ALL.iter().copied().map(Some)) {
        if how == Some(Misbehaviour::DiscoveryWrongIssuer) {
            continue;
        }
        let how: Vec<Misbehaviour> = how.into_iter().collect();
        let mut asking = Asking::of(&bench.running).await;
        asking.http = exchange_studio::exchange::Http::new(HttpOptions {
            timeout: Duration::from_millis(300),
            ..HttpOptions::default()
        })
        .unwrap();
        bench.running.set_misbehaviour(&how);
        let planned = plan(
            &project,
            Reading::default(),
            PlanOptions { sample: 40, ..PlanOptions::default() },
        );
        let start = std::time::Instant::now();
        let swept = sweep(&asking, &bench, &project, &planned).await;
        bench.running.set_misbehaviour(&how);
        let now = time::point(bench.now());
        let clock = move || now;
        let ground = Ground::new(&project, Reading::default());
        let mut supplies = asking.supplies();
        let desk = asking.desk(&project, &clock);
        let probed =
            probe::run(&desk, &ground, &[], None, &mut supplies, &Cancel::default(), |_| ()).await;
        bench.running.set_misbehaviour(&[]);
        let accepted: Vec<_> = probed
            .probes
            .iter()
            .filter(|it| it.verdict == Verdict::Accepted)
            .map(|it| it.id)
            .collect();
        let unclear: Vec<_> = probed
            .probes
            .iter()
            .filter(|it| it.verdict == Verdict::Unclear)
            .map(|it| it.id)
            .collect();
        let why: BTreeSet<_> = swept
            .differences
            .iter()
            .map(|d| (d.kind, swept.items.iter().find(|i| i.id == d.id).unwrap().why))
            .collect();
        println!(
            "{:<24} {:?}\n    sweep {:?} {:?} unclear {} open {} checks {:?}\n    probes {:?} accepted {accepted:?} unclear {unclear:?} {}ms",
            how.first().map_or("-", |h| h.name()),
            how.first().map(|h| h.noticed_by()),
            swept.ended,
            why,
            swept.summary.unclear,
            swept.summary.not_tried,
            swept.summary.checks_failed,
            probed.ended,
            start.elapsed().as_millis()
        );
    }
}

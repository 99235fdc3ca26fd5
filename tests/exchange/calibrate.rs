//! The calibration finds the reading that the authority runs under, with few requests.

use std::sync::Arc;

use exchange_studio::config::{Project, Source};
use exchange_studio::exchange::Cancel;
use exchange_studio::exchange::calibrate::{Calibration, Verdict, calibrate, prepare};
use exchange_studio::exchange::time;
use exchange_studio::samples;
use exchange_studio::trust::Reading;

use crate::authority_bench::*;
use crate::sweep::Asking;

fn both() -> Vec<Source> {
    samples::cross_client().into_iter().chain(samples::service_principal()).collect()
}

async fn calibrated(
    asking: &Asking,
    bench: &Bench,
    project: &Project,
    externals: bool,
) -> Calibration {
    let now = time::point(bench.now());
    let clock = move || now;
    let plan = prepare(project, externals);
    calibrate(&asking.desk(project, &clock), &plan, &mut asking.supplies(), &Cancel::default())
        .await
}

#[tokio::test]
async fn each_reading_is_found() {
    let bench = Bench::new("", Reading::default());
    let asking = Asking::of(&bench.running).await;
    // With external tokens two requests settle it; with users alone two refusals want a third.
    for (sources, externals, most) in [
        (both as fn() -> Vec<Source>, true, 2),
        (samples::estate, true, 2),
        (samples::estate, false, 3),
        (samples::cross_client, false, 3),
    ] {
        let project = Arc::new(Project::from_sources(sources()));
        for reading in Reading::ALL {
            bench.running.set_project(project.clone(), reading);
            let found = calibrated(&asking, &bench, &project, externals).await;
            assert_eq!(found.verdict, Verdict::Settled, "{reading} {found:#?}");
            assert_eq!(found.reading, Some(reading.name()), "{found:#?}");
            assert!(found.steps.len() <= most, "{} requests for {reading}", found.steps.len());
            for step in &found.steps {
                assert_eq!(step.readings.len(), 3);
                assert!(!step.server.contains("eyJ"));
            }
        }
    }
}

#[tokio::test]
async fn what_cannot_be_told_is_said_so() {
    // Nobody lists anybody: nothing can be asked.
    let files = client(PORTAL, "Portal", "") + &client(DASHBOARD, "Dashboard", "");
    let bench = Bench::new(&files, Reading::default());
    let asking = Asking::of(&bench.running).await;
    let found = calibrated(&asking, &bench, &project(&files), true).await;
    assert_eq!(found.verdict, Verdict::NotDistinguishable);
    assert_eq!((found.consistent.len(), found.steps.len()), (3, 0));
    assert!(prepare(&project(&files), true).is_empty());

    // The broker's example alone: two readings agree on it.
    let project = Project::from_sources(samples::service_principal());
    let bench = Bench::new("", Reading::default());
    bench.running.set_project(Arc::new(project.clone()), Reading::RequesterListsOrigin);
    let asking = Asking::of(&bench.running).await;
    let found = calibrated(&asking, &bench, &project, true).await;
    assert_eq!(found.reading, Some("requester-lists-origin"), "users tell them apart: {found:#?}");

    // The server holds another configuration: nothing is granted under any reading.
    let files =
        client(PORTAL, "Portal", &allows(&[DASHBOARD])) + &client(DASHBOARD, "Dashboard", "");
    let other = client(PORTAL, "Portal", "") + &client(DASHBOARD, "Dashboard", "");
    let bench = Bench::new(&other, Reading::default());
    let asking = Asking::of(&bench.running).await;
    let found = calibrated(&asking, &bench, &crate::authority_bench::project(&files), true).await;
    assert_eq!(found.verdict, Verdict::Contradictory, "{found:#?}");
    assert_eq!(found.steps.len(), 3);

    // A client that the server does not know is no answer to the question.
    let bench = Bench::new("", Reading::default());
    let asking = Asking::of(&bench.running).await;
    let found = calibrated(&asking, &bench, &crate::authority_bench::project(&files), true).await;
    assert_eq!(found.verdict, Verdict::Unclear, "{found:#?}");
}

#[test]
fn the_requests_are_known_before_any_is_sent() {
    let project = Project::from_sources(samples::cross_client());
    let requests = prepare(&project, false).requests(&project);
    let whens: Vec<&str> = requests.iter().map(|one| one.when).collect();
    assert_eq!(
        whens,
        ["first", "when the first is refused", "when both are refused, to confirm"],
        "{requests:#?}"
    );
    for one in &requests {
        assert_eq!(one.permitted_by.len() + one.forbidden_by.len(), 3);
        assert!(!one.permitted_by.is_empty() && !one.forbidden_by.is_empty());
    }
    let project = Project::from_sources(both());
    let requests = prepare(&project, true).requests(&project);
    assert_eq!(requests.len(), 3, "{requests:#?}");
}

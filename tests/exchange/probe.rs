//! Probes against the authority: a careful server accepts none; a careless one is seen to.

use std::collections::BTreeMap;
use std::sync::Arc;

use exchange_studio::config::Project;
use exchange_studio::exchange::probe::{Ground, PROBES, Report, Verdict, run};
use exchange_studio::exchange::sweep::Ended;
use exchange_studio::exchange::{Cancel, time};
use exchange_studio::samples;
use exchange_studio::trust::Reading;

use crate::authority_bench::*;
use crate::sweep::Asking;

async fn probed(asking: &Asking, bench: &Bench, project: &Project, ids: &[&str]) -> Report {
    let now = time::point(bench.now());
    let clock = move || now;
    let ground = Ground::new(project, Reading::default());
    let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    let mut supplies = asking.supplies();
    let desk = asking.desk(project, &clock);
    run(&desk, &ground, &ids, None, &mut supplies, &Cancel::default(), |_| ()).await
}

fn verdicts(report: &Report) -> BTreeMap<&'static str, Verdict> {
    report.probes.iter().map(|probe| (probe.id, probe.verdict)).collect()
}

/// Portal may reach Board, Board Archive; a broker brings a partner's tokens; somebody is disabled,
/// somebody public.
pub fn everything() -> String {
    let third = "0c5ad96c-1c5c-4d4e-9c1a-6b5b7b2a6f11";
    let off = "1d6be07d-2d6d-4d5e-8d2b-7c6c8c3b7f22";
    let public = "2e7cf18e-3e7e-4e6f-9e3c-8d7d9d4c8033";
    client(PORTAL, "Portal", &allows(&[DASHBOARD, off]))
        + &client(DASHBOARD, "Board", &allows(&[third]))
        + &client(third, "Archive", "")
        + &client(off, "Retired", "enabled: false")
        + &client(public, "App", &format!("isPublic: true\n{}", allows(&[DASHBOARD])))
        + &client(
            PRINCIPAL,
            "Principal",
            &identity("https://auth.external.com/Tenant", "repo:Org/x"),
        )
        + &client(
            third.replace('0', "a").as_str(),
            "Other",
            &identity("https://other.example", "z"),
        )
        + &client(BROKER, "Broker", &allows(&[PRINCIPAL]))
}

#[tokio::test]
async fn a_careful_server_accepts_nothing() {
    let project = project(&everything());
    let bench = Bench::new(&everything(), Reading::default());
    let asking = Asking::of(&bench.running).await;
    let report = probed(&asking, &bench, &project, &[]).await;
    assert!(report.proves && report.ended == Ended::Finished, "{report:#?}");
    assert_eq!(report.probes.len(), 20);
    for probe in &report.probes {
        let expected = match probe.id {
            "P-17" => Verdict::Noted,
            _ => Verdict::Refused,
        };
        assert_eq!(probe.verdict, expected, "{probe:#?}");
        // Of several requests none was left out.
        let left = probe.shots.iter().filter(|shot| shot.verdict == Verdict::NotPossible).count();
        assert_eq!(left, 0, "{probe:#?}");
    }
    let json = serde_json::to_string(&report).unwrap();
    assert!(!json.contains("eyJ") && !report.to_markdown().contains("eyJ"));
    let xml = report.to_junit();
    let xml = roxmltree::Document::parse(&xml).unwrap();
    assert!(!xml.descendants().any(|node| node.has_tag_name("failure")));
}

#[tokio::test]
async fn the_samples_are_probed_under_every_reading() {
    let both = samples::cross_client().into_iter().chain(samples::service_principal()).collect();
    for sources in [both, samples::estate()] {
        let project = Arc::new(Project::from_sources(sources));
        let bench = Bench::new("", Reading::default());
        let asking = Asking::of(&bench.running).await;
        for reading in Reading::ALL {
            bench.running.set_project(project.clone(), reading);
            let now = time::point(bench.now());
            let clock = move || now;
            let ground = Ground::new(&project, reading);
            let desk = asking.desk(&project, &clock);
            let mut supplies = asking.supplies();
            let report =
                run(&desk, &ground, &[], None, &mut supplies, &Cancel::default(), |_| ()).await;
            assert!(report.proves, "{reading}: {:?}", report.control);
            for probe in &report.probes {
                let fine = !matches!(probe.verdict, Verdict::Accepted | Verdict::Unclear);
                assert!(fine, "{reading}: {probe:#?}");
            }
            assert!(report.count(Verdict::Refused) >= 10, "{reading}: {:?}", verdicts(&report));
        }
    }
}

/// The server has more permissions than the files: the probes about permission are accepted, and
/// no other. Each line of the table is one thing that a server does, and what shows it.
#[tokio::test]
async fn a_server_that_permits_too_much_is_seen() {
    let third = "0c5ad96c-1c5c-4d4e-9c1a-6b5b7b2a6f11";
    let table = [
        (
            "the way back is permitted",
            everything().replace(
                &client(DASHBOARD, "Board", &allows(&[third])),
                &client(DASHBOARD, "Board", &allows(&[third, PORTAL])),
            ),
            "P-02",
        ),
        (
            "two hops are one",
            everything().replace(
                &client(
                    PORTAL,
                    "Portal",
                    &allows(&[DASHBOARD, "1d6be07d-2d6d-4d5e-8d2b-7c6c8c3b7f22"]),
                ),
                &client(PORTAL, "Portal", &allows(&[DASHBOARD, third])),
            ),
            "P-03",
        ),
        ("nobody is disabled", everything().replace("enabled: false", "enabled: true"), "P-18"),
    ];
    let project = project(&everything());
    for (does, server, shows) in table {
        assert_ne!(server, everything(), "{does}");
        let bench = Bench::new(&server, Reading::default());
        let asking = Asking::of(&bench.running).await;
        let report = probed(&asking, &bench, &project, &["P-02", "P-03", "P-18"]).await;
        for (id, verdict) in verdicts(&report) {
            let expected = if id == shows { Verdict::Accepted } else { Verdict::Refused };
            assert_eq!(verdict, expected, "{does}: {id} {report:#?}");
        }
        assert!(!report.is_fine());
        assert!(report.sentence().starts_with("1 probe was accepted"));
    }
}

#[tokio::test]
async fn a_server_that_refuses_everything_proves_nothing() {
    let nothing = client(PORTAL, "Portal", "") + &client(DASHBOARD, "Board", "");
    let bench = Bench::new(&nothing, Reading::default());
    let asking = Asking::of(&bench.running).await;
    let report = probed(&asking, &bench, &project(&everything()), &[]).await;
    assert!(!report.proves && report.probes.is_empty() && !report.is_fine());
    assert!(report.sentence().contains("No probe was sent"));
}

#[test]
fn the_table_is_whole() {
    let ids: Vec<&str> = PROBES.iter().map(|probe| probe.id).collect();
    let expected: Vec<String> = (1..=20).map(|n| format!("P-{n:02}")).collect();
    assert_eq!(ids, expected);
    for probe in PROBES {
        let stated = [probe.title, probe.because, probe.clause].iter().all(|text| !text.is_empty());
        assert!(stated, "{probe:?}");
    }
    // What would be sent is known without a server.
    let project = project(&everything());
    let ground = Ground::new(&project, Reading::default());
    let shots: usize = PROBES
        .iter()
        .filter_map(|probe| (probe.shots)(&ground).ok())
        .map(|shots| shots.len())
        .sum();
    assert!(shots > 25, "{shots}");
}

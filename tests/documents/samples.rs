//! The samples say what their comments promise, no more and no less.

use exchange_studio::audit;
use exchange_studio::config::{Project, Source};
use exchange_studio::samples;
use exchange_studio::trust::{Question, Reading, Subject, Verdict, decide};

fn findings(project: &Project) -> Vec<String> {
    let mut found: Vec<String> = audit::run(project, Reading::default())
        .iter()
        .map(|finding| {
            let client = finding.place().and_then(|place| {
                project
                    .clients()
                    .iter()
                    .find(|client| (client.file, client.document) == (place.file, place.document))
            });
            format!("{} {}", finding.rule.id, client.map_or("-", |client| client.label()))
        })
        .collect();
    found.sort();
    found
}

#[test]
fn the_estate_has_the_findings_it_is_written_for() {
    let project = Project::from_sources(samples::estate());
    assert_eq!(project.clients().len(), 48);
    assert_eq!(
        findings(&project),
        [
            "C-001 Policy archive gateway",
            "C-003 Customer mobile app",
            "C-006 Claims archive",
            "C-006 Document vault",
            "F-003 Nightly sanctions feed",
            "G-002 Claims core",
            "G-003 Claims core",
            "G-003 T&R web shop",
            "G-005 Workload token broker",
            "G-008 Nightly sanctions feed",
        ]
    );
}

fn without_findings(sources: Vec<Source>) -> Project {
    let project = Project::from_sources(sources);
    assert_eq!(findings(&project), Vec::<String>::new());
    project
}

#[test]
fn a_user_of_the_portal_may_become_one_of_the_dashboard_and_not_the_other_way() {
    let project = without_findings(samples::cross_client());
    let portal = project.find("Main portal").unwrap();
    let dashboard = project.find("Dashboard").unwrap();
    let verdict = |from, to| {
        let question =
            Question { requester: from, subject: Subject::UserOf(from), target: Some(to) };
        decide(&project, Reading::default(), &question).verdict()
    };
    assert_eq!(verdict(portal, dashboard), Verdict::Allowed);
    assert_eq!(verdict(dashboard, portal), Verdict::Refused);
}

#[test]
fn the_partners_service_may_become_the_service_principal_by_the_broker_alone() {
    let project = without_findings(samples::service_principal());
    let principal = project.find("Service Principal").unwrap();
    let broker = project.find("Broker").unwrap();
    let verdict = |requester, subject: &str| {
        let subject = Subject::External {
            issuer: "https://auth.external.com".to_owned(),
            subject: subject.to_owned(),
        };
        let question = Question { requester, subject, target: Some(principal) };
        decide(&project, Reading::default(), &question).verdict()
    };
    assert_eq!(verdict(broker, "123456789"), Verdict::Allowed);
    assert_eq!(verdict(broker, "0123456789"), Verdict::Refused);
    assert_eq!(verdict(principal, "123456789"), Verdict::Refused);
}

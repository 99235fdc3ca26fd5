//! What the tests of the rules share: tiny projects, and where a rule fires in them.

use super::{Finding, Rule, run};
use crate::config::{Project, Source};
use crate::trust::Reading;

/// A project of one file.
pub fn project(yaml: &str) -> Project {
    project_of_bytes(yaml.as_bytes())
}

pub fn project_of_bytes(bytes: &[u8]) -> Project {
    let source = Source { path: None, name: "test.yaml".into(), bytes: bytes.to_vec() };
    Project::from_sources(vec![source])
}

/// A client app with the id `{{guid:name}}` and further lines. It takes four lines and the further
/// ones.
pub fn client(name: &str, further: &str) -> String {
    format!("---\n!ClientAppDto\nid: \"{{{{guid:{name}}}}}\"\nname: {name}\n{further}\n")
}

/// The line that lists client apps.
pub fn lists(names: &[&str]) -> String {
    let items: Vec<_> =
        names.iter().map(|name| format!("{{id: \"{{{{guid:{name}}}}}\"}}")).collect();
    format!("allowedTokenExchangeClientApps: [{}]", items.join(", "))
}

/// The line that holds one federated identity.
pub fn identity(issuer: &str, subject: &str) -> String {
    let id = "b4e9c08d-1b36-4cf0-8c65-1a3ee0676f7a";
    format!(
        "clientAppFederatedIdentities: [{{id: {id}, issuer: '{issuer}', subject: '{subject}'}}]"
    )
}

/// A principal with one federated identity, and a broker that may exchange for it.
pub fn federation(issuer: &str, subject: &str) -> String {
    client("principal", &identity(issuer, subject)) + &client("broker", &lists(&["principal"]))
}

/// What a rule finds.
pub fn found(rule: &Rule, project: &Project, reading: Reading) -> Vec<Finding> {
    let findings = run(project, reading).into_iter();
    findings.filter(|finding| finding.rule.id == rule.id).collect()
}

/// The lines on which a rule fires; 0 for what has no line.
#[track_caller]
pub fn assert_lines(rule: &Rule, yaml: &str, expected: &[usize]) {
    assert_lines_under(rule, Reading::default(), yaml, expected);
}

#[track_caller]
pub fn assert_lines_under(rule: &Rule, reading: Reading, yaml: &str, expected: &[usize]) {
    let project = project(yaml);
    let findings = found(rule, &project, reading);
    let lines: Vec<_> = findings
        .iter()
        .map(|finding| finding.place().map_or(0, |place| project.position(place).line))
        .collect();
    assert_eq!(lines, expected, "{yaml}\n{findings:#?}");
}

#[track_caller]
pub fn assert_silent(rule: &Rule, yaml: &str) {
    assert_lines(rule, yaml, &[]);
}

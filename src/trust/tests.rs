//! What decisions say. That they are right under every reading is held by `tests/documents`, against
//! a second implementation.

use super::*;
use crate::config::{ClientKey, Id, Project, Source};

const PORTAL: ClientKey = ClientKey(0);
const DASHBOARD: ClientKey = ClientKey(1);

fn project(text: &str) -> Project {
    let bytes = text.as_bytes().to_vec();
    Project::from_sources(vec![Source { path: None, name: "apps.yaml".to_owned(), bytes }])
}

/// Everything stated, everything allowed.
const FINE: &str = "\
!ClientAppDto
id: portal
name: Portal
subscriptionId: s
enabled: true
isPublic: false
allowedTokenExchangeClientApps:
  - id: dashboard
---
!ClientAppDto
id: dashboard
name: Dashboard
subscriptionId: s
enabled: true
isRestricted: false
clientAppFederatedIdentities:
  - issuer: https://a.example
    subject: '42'
";

fn user() -> Question {
    Question { requester: PORTAL, subject: Subject::UserOf(PORTAL), target: Some(DASHBOARD) }
}

fn external() -> Question {
    let subject =
        Subject::External { issuer: "https://a.example".to_owned(), subject: "42".to_owned() };
    Question { requester: PORTAL, subject, target: None }
}

fn ask(text: &str, question: &Question) -> (Project, Decision) {
    let project = project(text);
    let decision = decide(&project, Reading::default(), question);
    (project, decision)
}

/// Truth, sentence and lines of one step after a change of the text that allows everything.
fn step(from: &str, to: &str, id: &str) -> (Truth, String, Vec<String>) {
    assert!(FINE.contains(from), "{from}");
    let (project, decision) = ask(&FINE.replacen(from, to, 1), &user());
    let step = decision.step(id).unwrap_or_else(|| panic!("no step {id}"));
    let lines = step.evidence.iter().map(|place| project.describe_place(*place)).collect();
    (step.truth, step.sentence.clone(), lines)
}

#[test]
fn with_everything_stated_the_answer_is_yes() {
    let (project, decision) = ask(FINE, &user());
    assert_eq!(decision.verdict(), Verdict::Allowed);
    assert_eq!(
        decision.sentence(&project),
        "Allowed: Portal may exchange a token of its user for a token of Dashboard."
    );
    let (project, decision) = ask(FINE, &external());
    assert_eq!(decision.verdict(), Verdict::Allowed);
    assert_eq!(decision.target, Some(DASHBOARD));
    assert_eq!(
        decision.sentence(&project),
        "Allowed: Portal may exchange a token of https://a.example for 42 for a token of Dashboard."
    );
}

#[test]
fn a_missing_setting_is_said_and_refuses_nothing() {
    let (project, decision) = ask(&FINE.replace("enabled: true\n", ""), &user());
    assert_eq!(decision.verdict(), Verdict::AllowedIfNotStated);
    assert_eq!(
        decision.sentence(&project),
        "Allowed as far as the files say: Portal may exchange a token of its user for a token of \
         Dashboard. Not stated: requester is enabled; target is enabled."
    );
}

#[test]
fn each_condition_rests_on_its_line() {
    use Truth::*;
    let line = |number: usize| vec![format!("apps.yaml:{number}")];
    let cases = [
        ("true", "false", "requester-enabled", False, "Portal is disabled.", line(5)),
        (
            "enabled: true",
            "enabled: perhaps",
            "requester-enabled",
            NotStated,
            "Whether Portal is enabled is not stated.",
            line(5),
        ),
        (
            "isPublic: false",
            "isPublic: true",
            "requester-credential",
            False,
            "Portal is public: it has no credential, so whoever holds a token could exchange it in \
             its name.",
            line(6),
        ),
        (
            "isPublic: false",
            "clientAppSecrets: [{value: x}]",
            "requester-credential",
            True,
            "Portal has a secret.",
            vec![],
        ),
        (
            "isPublic: false\n",
            "",
            "requester-credential",
            NotStated,
            "Whether Portal is public is not stated.",
            vec![],
        ),
        (
            "id: dashboard\n",
            "id: dashbord\n",
            "permission",
            False,
            "The list of Portal does not name Dashboard. Its entry dashbord may be meant to, but \
             is not the id of Dashboard.",
            line(8),
        ),
        (
            "isRestricted: false",
            "isRestricted: true",
            "target-restricted",
            NotStated,
            "Dashboard is restricted; who is assigned to it is not stated.",
            line(15),
        ),
        (
            "subscriptionId: s",
            "subscriptionId: t\nallowCrossSubscription: false",
            "subscription",
            False,
            "Portal and Dashboard are in different subscriptions, and Portal does not allow \
             crossing.",
            vec!["apps.yaml:4".to_owned(), "apps.yaml:14".to_owned(), "apps.yaml:5".to_owned()],
        ),
        (
            "subscriptionId: s",
            "subscriptionId: t",
            "subscription",
            NotStated,
            "Portal and Dashboard are in different subscriptions; whether both allow crossing is \
             not stated.",
            vec!["apps.yaml:4".to_owned(), "apps.yaml:13".to_owned()],
        ),
        (
            "id: dashboard\nname",
            "name",
            "target-known",
            NotStated,
            "Dashboard states no id; add the id it has on the server.",
            line(11),
        ),
    ];
    for (from, to, id, truth, sentence, lines) in cases {
        assert_eq!(step(from, to, id), (truth, sentence.to_owned(), lines), "{from} → {to}");
    }
}

#[test]
fn two_documents_with_one_id_leave_it_open() {
    let twice = format!("{FINE}---\n!ClientAppDto\nid: portal\nenabled: false\n");
    let (project, decision) = ask(&twice, &user());
    let step = decision.step("requester-known").unwrap();
    assert_eq!(step.truth, Truth::NotStated);
    let lines: Vec<_> = step.evidence.iter().map(|it| project.describe_place(*it)).collect();
    assert_eq!(lines, ["apps.yaml:2", "apps.yaml:21"]);
}

#[test]
fn a_pair_on_two_client_apps_is_a_conflict_with_both_places() {
    let twice = format!(
        "{FINE}---\n!ClientAppDto\nid: other\nname: Other\nclientAppFederatedIdentities:\n  - \
         {{issuer: 'https://a.example', subject: '42'}}\n"
    );
    for target in [None, Some(DASHBOARD)] {
        let (project, decision) = ask(&twice, &Question { target, ..external() });
        assert_eq!(decision.verdict(), Verdict::Refused);
        let step = decision.step("identity-match").unwrap();
        assert_eq!(
            step.sentence,
            "Dashboard and Other hold the same issuer and subject; an identity must stand for one \
             client app only."
        );
        let lines: Vec<_> = step.evidence.iter().map(|it| project.describe_place(*it)).collect();
        assert_eq!(lines, ["apps.yaml:17", "apps.yaml:24"]);
        assert_eq!(decision.target, target);
    }
    // The same pair twice on one client app is clumsy, and clear.
    let text = FINE.replace(
        "subject: '42'\n",
        "subject: '42'\n  - {issuer: 'https://a.example', subject: '42'}\n",
    );
    assert_eq!(ask(&text, &external()).1.verdict(), Verdict::Allowed);
}

#[test]
fn without_a_target_the_only_entry_is_meant() {
    let open = Question { target: None, ..user() };
    let (_, decision) = ask(FINE, &open);
    assert_eq!((decision.target, decision.verdict()), (Some(DASHBOARD), Verdict::Allowed));
    let two = FINE.replace("  - id: dashboard\n", "  - id: dashboard\n  - id: ghost\n");
    let (_, decision) = ask(&two, &open);
    assert_eq!((decision.target, decision.verdict()), (None, Verdict::AllowedIfNotStated));
    let says = decision.step("target-known").unwrap();
    assert_eq!(says.sentence, "The list of Portal has 2 entries; name the target.");
    let (project, decision) = ask(&FINE.replace("  - id: dashboard\n", "  - id: ghost\n"), &open);
    assert!(decision.sentence(&project).contains("target is known"), "it may be on the server");
    let (project, decision) = ask(&FINE.replace("  - id: dashboard\n", "  []\n"), &open);
    assert_eq!(decision.sentence(&project), "Refused: The list of Portal names no client app.");
}

#[test]
fn somebody_elses_token_is_refused_where_the_reading_wants_the_own() {
    let question = Question { subject: Subject::UserOf(DASHBOARD), ..user() };
    let (_, decision) = ask(FINE, &question);
    assert_eq!(decision.step("subject-token").unwrap().truth, Truth::False);
    let origin = decide(&project(FINE), Reading::RequesterListsOrigin, &question);
    assert_eq!(origin.step("subject-token").unwrap().truth, Truth::True);
    assert_eq!(
        origin.step("target-fits-reading").unwrap().sentence,
        "A user's token comes out for the client app that asks, Portal, and not for Dashboard."
    );
}

#[test]
fn a_grant_warns_of_what_is_known() {
    let text = FINE
        .replace("isPublic: false", "isPublic: true")
        .replace("enabled: true\nisRestricted", "enabled: false\nisRestricted")
        .replace("allowedTokenExchangeClientApps:\n  - id: dashboard\n", "");
    let project = project(&text);
    assert_eq!(
        describe_grant(&project, Reading::default(), PORTAL, DASHBOARD),
        "Portal will be allowed to exchange a token of its user for a token of Dashboard. Portal \
         will be allowed to also bring a token of an external identity of Dashboard and get a \
         token of Dashboard. Portal is public: it has no credential, so whoever holds such a token \
         could do this in its name. Dashboard is disabled; while it is, nothing comes of this. \
         This adds the id of Dashboard to the list of Portal in apps.yaml."
    );
    // What is granted is what the arrow then means.
    for reading in Reading::ALL {
        let mut project = project.clone();
        let change = grant(&project, reading, PORTAL, DASHBOARD).unwrap();
        project.apply(&change).unwrap();
        let graph = TrustGraph::new(&project, reading);
        let ends = [PORTAL, DASHBOARD].map(|key| graph.client_node(key).unwrap());
        assert!(graph.graph.contains_edge(ends[0], ends[1]), "{reading}");
        assert!(grant(&project, reading, PORTAL, DASHBOARD).is_err());
    }
}

#[test]
fn what_is_supposed_says_so() {
    let project = project(FINE);
    let cases = [
        (
            Hypothesis::Disable(PORTAL),
            "Portal is disabled",
            "requester-enabled",
            "Portal is supposed to be disabled.",
        ),
        (
            Hypothesis::ExpireSecrets(PORTAL),
            "the secrets of Portal have expired",
            "requester-credential",
            "The secrets of Portal are supposed to have expired, so it has no credential.",
        ),
        (
            Hypothesis::DropPermission { owner: PORTAL, entry: Id::new("dashboard") },
            "Dashboard is taken out of the list of Portal",
            "permission",
            "The list of Portal is supposed not to name Dashboard any more.",
        ),
    ];
    for (hypothesis, described, id, sentence) in cases {
        assert_eq!(hypothesis.describe(&project), described);
        let assumptions = Assumptions::new(&project, &[hypothesis]);
        let decision = decide_assuming(&project, Reading::default(), &user(), &assumptions);
        assert_eq!(decision.verdict(), Verdict::Refused);
        let step = decision.step(id).unwrap();
        assert_eq!((step.truth, step.sentence.as_str()), (Truth::False, sentence));
    }
    let issuer = Hypothesis::DropIssuer("https://a.example".to_owned());
    let pair = Hypothesis::DropIdentity {
        client: DASHBOARD,
        issuer: "https://a.example".to_owned(),
        subject: "42".to_owned(),
    };
    assert_eq!(issuer.describe(&project), "no client app trusts https://a.example any more");
    assert_eq!(pair.describe(&project), "Dashboard no longer holds 42 of https://a.example");
    for hypothesis in [issuer, pair] {
        let assumptions = Assumptions::new(&project, &[hypothesis]);
        let decision = decide_assuming(&project, Reading::default(), &external(), &assumptions);
        let step = decision.step("identity-match").unwrap();
        assert_eq!(
            step.sentence,
            "No client app holds an identity with the issuer https://a.example and the subject 42. \
             It is supposed to be taken out."
        );
    }
}

#[test]
fn two_versions_are_told_apart_by_what_they_say() {
    let old = project(FINE);
    let text = FINE
        .replace("name: Portal\nsubscriptionId: s\n", "subscriptionId: s\nname: Portal # renamed\n")
        .replace("isPublic: false", "isPublic: true")
        .replace("subject: '42'", "subject: '43'")
        .replace("  - id: dashboard\n", "  - id: other\n");
    let new = project(&format!("{text}---\n!ClientAppDto\nname: New one\n"));
    let found = report::client_changes((&old, &new), &changes(&old, &new));
    let lines: Vec<String> = found
        .iter()
        .flat_map(|client| {
            let label = client.client.label();
            let facts = client.facts.iter();
            let facts = facts.map(|it| format!("  {} {} {}", it.change, it.sentence(), it.at));
            std::iter::once(format!("{} {label}", client.change)).chain(facts).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(
        lines,
        [
            "changed Portal",
            "  changed is public: false → true apps.yaml:6",
            "  removed permission for Dashboard apps.yaml:8",
            "  added permission for unknown other apps.yaml:8",
            "changed Dashboard",
            "  removed identity 42 of https://a.example apps.yaml:17",
            "  added identity 43 of https://a.example apps.yaml:17",
            "added New one",
        ]
    );
    assert!(changes(&old, &as_saved(&old)).is_empty());
}

//! The two scenarios of the documentation, verbatim, slips included: a cut id, a reference that
//! therefore dangles, a subject that looks like a number, comments where keys were left out.

use exchange_studio::config::{ClientKey, Id, IdForm, Project, Source};
use exchange_studio::trust::{
    Edge, Question, Reading, Subject, TrustGraph, Truth, Verdict, decide, describe_grant,
};

fn source(name: &str, text: &str) -> Source {
    Source { path: None, name: name.to_owned(), bytes: text.as_bytes().to_vec() }
}

fn cross_client() -> Project {
    Project::from_sources(vec![source("cross-client.yaml", include_str!("seed/cross-client.yaml"))])
}

fn federation() -> Project {
    Project::from_sources(vec![
        source("service-principal.yaml", include_str!("seed/service-principal.yaml")),
        source("broker.yaml", include_str!("seed/broker.yaml")),
    ])
}

const A: ClientKey = ClientKey(0);
const B: ClientKey = ClientKey(1);

#[test]
fn the_cut_id_is_understood_as_what_it_is() {
    let project = cross_client();
    assert_eq!(project.clients().len(), 2);
    let (a, b) = (&project.clients()[0], &project.clients()[1]);
    let cut = &a.id.as_ref().unwrap().value;
    assert_eq!((cut.as_str(), cut.form()), ("b8075fdb-ac4f-4c25-8f2a-2", IdForm::Other));
    assert_eq!(a.label(), "ProAuth ExchangeToken Source TestClient A");
    assert_eq!(b.permissions[0].client, None, "the reference dangles");
    let named = b.permissions[0].id.as_ref().unwrap();
    assert_eq!(project.did_you_mean(named), [A]);
    assert_eq!(project.describe_place(b.permissions[0].place), "cross-client.yaml:11");
    assert_eq!(project.problems().count(), 0);
    assert_eq!(project.by_id(&Id::new("FF64B54E-3D4F-426D-AD1A-DA30EBED78AB")), Some(B));
}

#[test]
fn the_dangling_reference_is_a_ghost_in_each_reading() {
    let project = cross_client();
    for reading in Reading::ALL {
        let graph = TrustGraph::new(&project, reading);
        assert_eq!(graph.graph.node_count(), 3);
        let edge = graph.graph.edge_indices().next().unwrap();
        let (from, to) = graph.graph.edge_endpoints(edge).unwrap();
        let ghost = graph.ghost_node(&Id::new("b8075fdb-ac4f-4c25-8f2a-2085a9addbf6")).unwrap();
        let own = graph.client_node(B).unwrap();
        let expected =
            if reading == Reading::RequesterListsTarget { (own, ghost) } else { (ghost, own) };
        assert_eq!((from, to), expected, "{reading}");
        let sentence = graph.sentence(&project, edge);
        assert!(sentence.contains("cross-client.yaml:11"), "{sentence}");
    }
}

/// The example fits two of the readings once the id is whole, and not the one in the prose.
#[test]
fn with_the_id_completed_the_direction_decides() {
    let text = include_str!("seed/cross-client.yaml")
        .replace("b8075fdb-ac4f-4c25-8f2a-2\n", "b8075fdb-ac4f-4c25-8f2a-2085a9addbf6\n");
    let project = Project::from_sources(vec![source("whole.yaml", &text)]);
    let truth = |reading: Reading| {
        let requester = reading.requester(A, B);
        let question = Question { requester, subject: Subject::UserOf(A), target: Some(B) };
        let decision = decide(&project, reading, &question);
        (decision.step("permission").unwrap().truth, decision.verdict())
    };
    let open = Verdict::AllowedIfNotStated;
    assert_eq!(truth(Reading::RequesterListsTarget), (Truth::False, Verdict::Refused));
    assert_eq!(truth(Reading::RequesterListsOrigin), (Truth::True, open));
    assert_eq!(truth(Reading::TargetListsRequester), (Truth::True, open));
}

#[test]
fn a_refusal_names_the_entry_that_was_probably_meant() {
    let project = cross_client();
    let reading = Reading::RequesterListsOrigin;
    let question = Question { requester: B, subject: Subject::UserOf(A), target: None };
    let decision = decide(&project, reading, &question);
    assert_eq!(decision.verdict(), Verdict::Refused);
    let step = decision.step("permission").unwrap();
    assert!(step.sentence.contains("b8075fdb-ac4f-4c25-8f2a-2085a9addbf6"), "{}", step.sentence);
    assert_eq!(project.describe_place(step.evidence[0]), "cross-client.yaml:11");
}

#[test]
fn the_numeric_subject_is_text_and_the_broker_may_bring_it() {
    let project = federation();
    let (principal, broker) = (ClientKey(0), ClientKey(1));
    let identity = &project.client(principal).identities[0];
    assert_eq!(identity.pair(), Some(("https://auth.external.com", "123456789")));
    let subject = Subject::External {
        issuer: "https://auth.external.com".to_owned(),
        subject: "123456789".to_owned(),
    };
    for reading in [Reading::RequesterListsTarget, Reading::RequesterListsOrigin] {
        let question = Question { requester: broker, subject: subject.clone(), target: None };
        let decision = decide(&project, reading, &question);
        assert_eq!(decision.target, Some(principal));
        assert_eq!(decision.verdict(), Verdict::AllowedIfNotStated, "{reading}");
        let evidence = |id: &str| project.describe_place(decision.step(id).unwrap().evidence[0]);
        assert_eq!(evidence("identity-match"), "service-principal.yaml:6");
        assert_eq!(evidence("permission"), "broker.yaml:6");
        assert_eq!(TrustGraph::new(&project, reading).brokers(&project, principal), [broker]);
    }
    let question = Question { requester: broker, subject, target: None };
    let decision = decide(&project, Reading::TargetListsRequester, &question);
    assert_eq!(decision.step("permission").unwrap().truth, Truth::False);
}

#[test]
fn a_near_miss_is_named() {
    let project = federation();
    let ask = |issuer: &str, subject: &str| {
        let subject = Subject::External { issuer: issuer.to_owned(), subject: subject.to_owned() };
        let question = Question { requester: ClientKey(1), subject, target: None };
        let decision = decide(&project, Reading::default(), &question);
        assert_eq!(decision.verdict(), Verdict::Refused);
        let step = decision.step("identity-match").unwrap();
        (step.sentence.clone(), step.evidence.len())
    };
    let (slash, evidence) = ask("https://auth.external.com/", "123456789");
    assert!(slash.contains("issuer: a slash at its end"), "{slash}");
    assert_eq!(evidence, 1);
    let (case, _) = ask("https://Auth.external.com", "123456789");
    assert!(case.contains("issuer: upper and lower case"), "{case}");
    let (space, _) = ask("https://auth.external.com", "123456789 ");
    assert!(space.contains("subject: white space around it"), "{space}");
    let (none, evidence) = ask("https://auth.external.com", "0123456789");
    assert!(!none.contains("differs"), "{none}");
    assert_eq!(evidence, 0);
}

#[test]
fn edges_and_grants_say_themselves() {
    let project = federation();
    let (principal, broker) = (ClientKey(0), ClientKey(1));
    let graph = TrustGraph::new(&project, Reading::default());
    let said: Vec<_> =
        graph.graph.edge_indices().map(|edge| graph.sentence(&project, edge)).collect();
    assert_eq!(
        said,
        [
            "A token of 123456789 of https://auth.external.com stands for Service Principal. \
             Broker may bring it.",
            "Broker may exchange a token of its user for a token of Service Principal. Broker may \
             also bring a token of an external identity of Service Principal and get a token of \
             Service Principal."
        ]
    );
    assert!(graph.graph.edge_weights().any(|edge| matches!(edge, Edge::Federation { .. })));
    assert_eq!(
        describe_grant(&project, Reading::default(), broker, principal),
        "The list of Broker names Service Principal already (broker.yaml:6)."
    );
    assert_eq!(
        describe_grant(&project, Reading::default(), principal, broker),
        "Service Principal will be allowed to exchange a token of its user for a token of Broker. \
         This adds the id of Broker to the list of Service Principal in service-principal.yaml."
    );
    assert_eq!(
        describe_grant(&project, Reading::TargetListsRequester, broker, principal),
        "Broker will be allowed to exchange a token of its user for a token of Service Principal. \
         Broker will be allowed to also bring a token of an external identity of Service Principal \
         and get a token of Service Principal. This adds the id of Broker to the list of Service \
         Principal in service-principal.yaml."
    );
}

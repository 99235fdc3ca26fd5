//! `decide` against a second implementation that shares nothing with it.
//!
//! The second one never sees YAML or a `Project`. It spells out the table of readings as a list of
//! rights (who asks, what goes in, what comes out), searches it by brute force, and answers from
//! the plain facts a project was generated from.

use std::collections::{BTreeMap, BTreeSet};

use exchange_studio::config::{ClientKey, Project, Source};
use exchange_studio::trust::{
    Edge, Node, Question, Reading, Subject, TrustGraph, Truth, Verdict, candidates, decide,
};
use proptest::prelude::*;

#[derive(Clone, Debug)]
pub struct Fact {
    pub id: Option<u8>,
    pub enabled: Option<bool>,
    pub public: Option<bool>,
    pub restricted: Option<bool>,
    pub crossing: Option<bool>,
    pub subscription: Option<u8>,
    pub secrets: Option<usize>,
    pub list: Vec<u8>,
    pub identities: Vec<(u8, u8)>,
}

pub fn guid(number: u8) -> String {
    format!("abcdef00-0000-4000-8000-0000000000{number:02x}")
}

pub fn issuer(number: u8) -> String {
    format!("https://issuer-{number}.example.com")
}

/// References are written in the other case than ids, which must make no difference.
pub fn text(facts: &[Fact]) -> String {
    let mut text = String::new();
    for (at, fact) in facts.iter().enumerate() {
        text.push_str(&format!("---\n!ClientAppDto\nname: client {at}\n"));
        let mut line = |key: &str, value: Option<String>| {
            if let Some(value) = value {
                text.push_str(&format!("{key}: {value}\n"));
            }
        };
        line("id", fact.id.map(guid));
        line("enabled", fact.enabled.map(|it| it.to_string()));
        line("isPublic", fact.public.map(|it| it.to_string()));
        line("isRestricted", fact.restricted.map(|it| it.to_string()));
        line("allowCrossSubscription", fact.crossing.map(|it| it.to_string()));
        line("subscriptionId", fact.subscription.map(guid));
        line("clientAppSecrets", fact.secrets.map(|n| format!("[{}]", vec!["{}"; n].join(", "))));
        if !fact.list.is_empty() {
            text.push_str("allowedTokenExchangeClientApps:\n");
        }
        for id in &fact.list {
            text.push_str(&format!("  - id: \"{}\"\n", guid(*id).to_uppercase()));
        }
        if !fact.identities.is_empty() {
            text.push_str("clientAppFederatedIdentities:\n");
        }
        for (from, subject) in &fact.identities {
            text.push_str(&format!("  - issuer: {}\n    subject: {subject:03}\n", issuer(*from)));
        }
    }
    text
}

pub fn project(facts: &[Fact]) -> Project {
    let bytes = text(facts).into_bytes();
    Project::from_sources(vec![Source { path: None, name: "facts.yaml".to_owned(), bytes }])
}

/// What goes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    User(usize),
    Identity(usize),
}

/// One line of the table, for one entry of one list.
#[derive(Clone, Copy, Debug)]
pub struct Right {
    pub asks: usize,
    pub token: Token,
    pub out: usize,
}

/// The table of readings, written out for every pair of clients of which one lists the other.
pub fn rights(facts: &[Fact], reading: Reading) -> Vec<Right> {
    let mut rights = Vec::new();
    for owner in 0..facts.len() {
        for entry in 0..facts.len() {
            let Some(id) = facts[entry].id else { continue };
            if !facts[owner].list.contains(&id) {
                continue;
            }
            let (asks, user, out, identity) = match reading {
                Reading::RequesterListsTarget => (owner, owner, entry, entry),
                Reading::RequesterListsOrigin => (owner, entry, owner, entry),
                Reading::TargetListsRequester => (entry, entry, owner, owner),
            };
            rights.push(Right { asks, token: Token::User(user), out });
            rights.push(Right { asks, token: Token::Identity(identity), out: identity });
        }
    }
    rights
}

/// A question in plain numbers.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub requester: usize,
    pub user: Option<usize>,
    pub pair: (u8, u8),
    pub target: Option<usize>,
}

pub type Answer = (Option<usize>, BTreeMap<&'static str, Truth>);

fn three(value: Option<bool>) -> Truth {
    match value {
        Some(true) => Truth::True,
        Some(false) => Truth::False,
        None => Truth::NotStated,
    }
}

pub fn naive(facts: &[Fact], reading: Reading, asked: Asked) -> Answer {
    let Asked { requester, user, pair, target } = asked;
    let rights = rights(facts, reading);
    let mut steps = BTreeMap::new();
    let known = |client: usize| {
        let same = |id| facts.iter().filter(|fact| fact.id == Some(id)).count();
        three(facts[client].id.and_then(|id| (same(id) == 1).then_some(true)))
    };
    // Whether a right exists can only be told when the client that a list would name has an id.
    let permitted = |named: usize, fits: &dyn Fn(&Right) -> bool| match facts[named].id {
        Some(_) => three(Some(rights.iter().any(fits))),
        None => Truth::NotStated,
    };

    steps.insert("requester-known", known(requester));
    steps.insert("requester-enabled", three(facts[requester].enabled));
    let credential = match (facts[requester].public, facts[requester].secrets) {
        (Some(true), _) => Some(false),
        (Some(false), None | Some(1..)) | (None, Some(1..)) => Some(true),
        _ => None,
    };
    steps.insert("requester-credential", three(credential));

    let mut out = target;
    match user {
        Some(user) if reading == Reading::RequesterListsOrigin => {
            steps.insert("subject-token", Truth::True);
            if user != requester {
                steps.insert("subject-client-enabled", three(facts[user].enabled));
            }
            let fits = |right: &Right| right.asks == requester && right.token == Token::User(user);
            steps.insert("permission", permitted(user, &fits));
            let chosen = target.unwrap_or(requester);
            steps.insert("target-known", known(chosen));
            if chosen != requester {
                steps.insert("target-fits-reading", Truth::False);
            }
            out = Some(chosen);
        }
        Some(user) => {
            steps.insert("subject-token", three(Some(user == requester)));
            if target.is_none() {
                let owns_list = reading == Reading::RequesterListsTarget;
                let listed: BTreeSet<u8> = facts[requester].list.iter().copied().collect();
                let owners: BTreeSet<usize> = rights
                    .iter()
                    .filter(|right| {
                        right.asks == requester && right.token == Token::User(requester)
                    })
                    .map(|right| right.out)
                    .collect();
                let choices = if owns_list { listed.len() } else { owners.len() };
                let resolved = if owns_list {
                    facts.iter().position(|fact| fact.id.is_some_and(|id| listed.contains(&id)))
                } else {
                    owners.first().copied()
                };
                match choices {
                    1 if resolved.is_some() => out = resolved,
                    count => {
                        let permission = match count {
                            0 if owns_list => Truth::False,
                            0 => permitted(requester, &|_| false),
                            1 => Truth::True,
                            _ => Truth::NotStated,
                        };
                        steps.insert("permission", permission);
                        steps.insert("target-known", Truth::NotStated);
                    }
                }
            }
            if let Some(out) = out {
                let named = if reading == Reading::RequesterListsTarget { out } else { requester };
                // The right names the requester's own user; whether this is it, a step above says.
                let token = Token::User(requester);
                let fits = |right: &Right| {
                    right.asks == requester
                        && right.token == token
                        && facts[right.out].list == facts[out].list
                        && (right.out == out || facts[right.out].id == facts[out].id)
                };
                steps.insert("permission", permitted(named, &fits));
                steps.insert("target-known", known(out));
            }
        }
        None => {
            let holds = |client: usize| facts[client].identities.contains(&pair);
            let holders: Vec<usize> = (0..facts.len()).filter(|client| holds(*client)).collect();
            let alone = holders.len() == 1 && target.is_none_or(|target| holders == [target]);
            steps.insert("identity-match", three(Some(alone)));
            if out.is_none() && holders.len() == 1 {
                out = Some(holders[0]);
            }
            match out {
                Some(out) => {
                    let lists = reading == Reading::TargetListsRequester;
                    let named = if lists { requester } else { out };
                    let fits = |right: &Right| {
                        right.asks == requester && right.token == Token::Identity(out)
                    };
                    steps.insert("permission", permitted(named, &fits));
                    steps.insert("target-known", known(out));
                }
                None => {
                    steps.insert("target-known", Truth::NotStated);
                }
            }
        }
    }

    if let Some(out) = out {
        steps.insert("target-enabled", three(facts[out].enabled));
        let open = match facts[out].restricted {
            Some(false) => Truth::True,
            _ => Truth::NotStated,
        };
        steps.insert("target-restricted", open);
        let from = match user {
            Some(user) if reading == Reading::RequesterListsOrigin => user,
            _ => requester,
        };
        let (a, b) = (&facts[from], &facts[out]);
        let both = [a.crossing, b.crossing];
        let subscription = match (a.subscription, b.subscription) {
            _ if from == out => Truth::True,
            (Some(one), Some(other)) if one == other => Truth::True,
            _ if both == [Some(true); 2] => Truth::True,
            (Some(_), Some(_)) if both.contains(&Some(false)) => Truth::False,
            _ => Truth::NotStated,
        };
        steps.insert("subscription", subscription);
    }
    (out, steps)
}

fn maybe() -> impl Strategy<Value = Option<bool>> {
    prop_oneof![3 => Just(Some(true)), 1 => Just(Some(false)), 1 => Just(None)]
}

fn fact(clients: u8) -> impl Strategy<Value = Fact> {
    (
        (maybe(), maybe().prop_map(|it| it.map(|it| !it)), maybe().prop_map(|it| it.map(|it| !it))),
        maybe(),
        proptest::option::of(0u8..2),
        proptest::option::of(0usize..3),
        // One id more than there are clients: it dangles.
        proptest::collection::vec(0..=clients, 0..3),
        proptest::collection::vec((0u8..2, 0u8..2), 0..2),
    )
        .prop_map(
            |((enabled, public, restricted), crossing, subscription, secrets, list, identities)| {
                Fact {
                    id: None,
                    enabled,
                    public,
                    restricted,
                    crossing,
                    subscription,
                    secrets,
                    list,
                    identities,
                }
            },
        )
}

/// Small projects: mostly distinct ids, now and then one missing or twice.
pub fn facts() -> impl Strategy<Value = Vec<Fact>> {
    (2u8..5).prop_flat_map(|clients| {
        let ids = proptest::collection::vec(0u8..20, clients as usize);
        let facts = proptest::collection::vec(fact(clients), clients as usize);
        (ids, facts).prop_map(|(ids, mut facts)| {
            for (at, (fact, chance)) in facts.iter_mut().zip(ids).enumerate() {
                fact.id = match chance {
                    0 => None,
                    1 => Some(0),
                    _ => Some(at as u8),
                };
            }
            facts
        })
    })
}

fn every_question(facts: &[Fact]) -> Vec<Asked> {
    let clients = 0..facts.len();
    let mut all = Vec::new();
    for requester in clients.clone() {
        for target in clients.clone().map(Some).chain([None]) {
            for user in clients.clone() {
                all.push(Asked { requester, user: Some(user), pair: (0, 0), target });
            }
            for pair in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                all.push(Asked { requester, user: None, pair, target });
            }
        }
    }
    all
}

pub fn question(asked: Asked) -> Question {
    let (from, subject) = asked.pair;
    Question {
        requester: ClientKey(asked.requester),
        subject: match asked.user {
            Some(user) => Subject::UserOf(ClientKey(user)),
            None => Subject::External { issuer: issuer(from), subject: format!("{subject:03}") },
        },
        target: asked.target.map(ClientKey),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_implementations_agree_on_every_question(facts in facts()) {
        let project = project(&facts);
        prop_assert_eq!(project.clients().len(), facts.len());
        for reading in Reading::ALL {
            for asked in every_question(&facts) {
                let decision = decide(&project, reading, &question(asked));
                let (target, expected) = naive(&facts, reading, asked);
                let found: BTreeMap<_, _> =
                    decision.steps.iter().map(|step| (step.id, step.truth)).collect();
                prop_assert_eq!(found.len(), decision.steps.len(), "a step stands twice");
                prop_assert_eq!(&found, &expected, "{:?} {:?}\n{}", reading, asked, text(&facts));
                prop_assert_eq!(decision.target, target.map(ClientKey));
                let verdict = match found.values().collect::<BTreeSet<_>>() {
                    truths if truths.contains(&Truth::False) => Verdict::Refused,
                    truths if truths.contains(&Truth::NotStated) => Verdict::AllowedIfNotStated,
                    _ => Verdict::Allowed,
                };
                prop_assert_eq!(decision.verdict(), verdict);
                for step in &decision.steps {
                    prop_assert!(step.sentence.ends_with('.'), "{}", step.sentence);
                    prop_assert_ne!(step.label(), step.id);
                }
            }
        }
    }

    #[test]
    fn a_candidate_is_a_target_that_the_lists_allow(facts in facts()) {
        let project = project(&facts);
        for reading in Reading::ALL {
            for asked in every_question(&facts) {
                let question = question(asked);
                let allowed = |decision: &exchange_studio::trust::Decision| {
                    let fine = ["permission", "subject-token", "target-fits-reading"];
                    decision.target.is_some()
                        && fine.iter().all(|id| {
                            decision.step(id).is_none_or(|step| step.truth == Truth::True)
                        })
                };
                let found = candidates(&project, reading, question.requester, &question.subject);
                for target in &found {
                    let question = Question { target: Some(*target), ..question.clone() };
                    prop_assert!(allowed(&decide(&project, reading, &question)));
                }
                // Under a doubled id links lead to the first document that has it.
                let mut ids: Vec<_> = facts.iter().filter_map(|fact| fact.id).collect();
                ids.sort_unstable();
                let distinct = ids.windows(2).all(|pair| pair[0] != pair[1]);
                if let (Some(target), Some(_), true) = (question.target, asked.user, distinct) {
                    let is = found.contains(&target);
                    prop_assert_eq!(is, allowed(&decide(&project, reading, &question)));
                }
            }
        }
    }

    #[test]
    fn arrows_run_the_way_the_token_travels(facts in facts()) {
        let project = project(&facts);
        for reading in Reading::ALL {
            let graph = TrustGraph::new(&project, reading);
            let mut drawn = 0;
            for edge in graph.graph.edge_indices() {
                let (from, to) = graph.graph.edge_endpoints(edge).unwrap();
                let ends = (&graph.graph[from], &graph.graph[to]);
                match (&graph.graph[edge], ends) {
                    (Edge::Exchange(exchange), (Node::Client(from), Node::Client(to))) => {
                        drawn += 1;
                        let asks = if exchange.source_asks { from } else { to };
                        let question = Question {
                            requester: *asks,
                            subject: Subject::UserOf(*from),
                            target: Some(*to),
                        };
                        let decision = decide(&project, reading, &question);
                        prop_assert_eq!(decision.step("permission").unwrap().truth, Truth::True);
                        let (owner, _) = reading.permission(*from, *to);
                        prop_assert_eq!(owner, exchange.owner);
                    }
                    (Edge::Exchange(_), _) => drawn += 1,
                    (Edge::Federation { client, index, .. }, (Node::External { issuer, subject }, Node::Client(to))) => {
                        prop_assert_eq!(client, to);
                        let identity = &project.client(*client).identities[*index];
                        prop_assert_eq!(identity.pair(), Some((issuer.as_str(), subject.as_str())));
                        for broker in graph.brokers(&project, *client) {
                            let question = Question {
                                requester: broker,
                                subject: Subject::External { issuer: issuer.clone(), subject: subject.clone() },
                                target: Some(*client),
                            };
                            let decision = decide(&project, reading, &question);
                            prop_assert_eq!(decision.step("permission").unwrap().truth, Truth::True);
                        }
                    }
                    other => prop_assert!(false, "{:?}", other),
                }
                prop_assert!(graph.sentence(&project, edge).ends_with('.'));
            }
            prop_assert_eq!(drawn, facts.iter().map(|fact| fact.list.len()).sum::<usize>());
        }
    }
}

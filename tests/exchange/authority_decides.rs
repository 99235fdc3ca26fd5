//! The authority grants what [`decide`] allows, and nothing else, on random projects.

use std::sync::Arc;

use exchange_studio::authority::{MintRequest, Planned, predict};
use exchange_studio::config::{ClientKey, Project};
use exchange_studio::trust::{Question, Reading, Subject, Verdict, decide};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::authority_bench::*;

pub const CLIENTS: usize = 4;

/// An issuer whose tokens are for others than those of [`ISSUER`].
const PARTNER: &str = "https://Partner.example/Tenant";

pub fn id(index: usize) -> String {
    format!("0000000{index}-0000-4000-8000-000000000000")
}

/// One client: whom it lists, which external identities it holds, and what it states of itself.
#[derive(Clone, Debug, Default)]
pub struct Generated {
    lists: Vec<usize>,
    federated: bool,
    /// Whether it holds the identity of a partner, too.
    partner: bool,
    enabled: Option<bool>,
    restricted: Option<bool>,
    public: bool,
}

pub fn generated() -> impl Strategy<Value = Vec<Generated>> {
    // Mostly silent or true, so that a fair share of exchanges goes through.
    let flag = prop_oneof![4 => Just(None), 3 => Just(Some(true)), 1 => Just(Some(false))];
    let restricted = prop_oneof![6 => Just(None), 3 => Just(Some(false)), 1 => Just(Some(true))];
    let one =
        (prop::collection::vec(0..CLIENTS + 1, 0..4), prop::bool::weighted(0.3), flag, restricted)
            .prop_map(|(lists, federated, enabled, restricted)| Generated {
                lists,
                federated,
                enabled,
                restricted,
                ..Generated::default()
            });
    prop::collection::vec(one, CLIENTS)
}

/// The same with public clients among them, and a second issuer that is trusted.
pub fn generated_with_more() -> impl Strategy<Value = Vec<Generated>> {
    let more = (prop::bool::weighted(0.2), prop::bool::weighted(0.3));
    (generated(), prop::collection::vec(more, CLIENTS)).prop_map(|(clients, more)| {
        let both = clients.into_iter().zip(more);
        both.map(|(one, (public, partner))| Generated { public, partner, ..one }).collect()
    })
}

pub fn yaml(clients: &[Generated]) -> String {
    let mut text = String::new();
    for (index, one) in clients.iter().enumerate() {
        let mut more = String::new();
        if let Some(enabled) = one.enabled {
            more += &format!("enabled: {enabled}\n");
        }
        if let Some(restricted) = one.restricted {
            more += &format!("isRestricted: {restricted}\n");
        }
        if !one.lists.is_empty() {
            let ids: Vec<String> = one.lists.iter().map(|index| id(*index)).collect();
            more += &allows(&ids.iter().map(String::as_str).collect::<Vec<_>>());
        }
        if one.public {
            more += "isPublic: true\n";
        }
        if one.federated || one.partner {
            more += "clientAppFederatedIdentities:\n";
        }
        if one.federated {
            more += &identity_entry(ISSUER, SUBJECT);
        }
        if one.partner {
            more += &identity_entry(PARTNER, "org:Seven/7");
        }
        text += &client(&id(index), &format!("Client {index}"), &more);
    }
    text
}

/// Asks one question both ways.
async fn agree(
    bench: &Bench,
    project: &Project,
    reading: Reading,
    token: &str,
    question: &Question,
) -> Result<(), TestCaseError> {
    let decision = decide(project, reading, question);
    let target = question.target.map(|key| id(key.0));
    let more: Vec<_> = target.iter().map(|id| ("audience", id.as_str())).collect();
    let answer = bench.exchange(&id(question.requester.0), token, &more).await;
    let granted = answer.status == 200;
    let expected = decision.verdict() != Verdict::Refused && decision.target.is_some();
    prop_assert_eq!(granted, expected, "{:?} {:?} {}", reading, decision, answer.text);
    if let (true, Some(target)) = (granted, decision.target) {
        prop_assert_eq!(&claims(&answer.token())["aud"], &serde_json::json!(id(target.0)));
    } else if !granted {
        answer.error();
    }
    // What is predicted from the token alone is the same decision.
    let claims = claims(token);
    let planned = Planned {
        requester: &id(question.requester.0),
        subject_claims: claims.as_object(),
        targets: target.iter().map(String::as_str).collect(),
        audiences: &[],
    };
    let predicted = predict(project, reading, &planned).map_err(TestCaseError::fail)?;
    prop_assert_eq!(predicted.decision, decision);
    Ok(())
}

#[test]
fn the_authority_grants_what_the_decision_allows() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let bench = Bench::new("", Reading::default());
    let external = runtime.block_on(bench.mint(&MintRequest::new(SUBJECT).from(ISSUER)));
    // Users log in once; their tokens name clients by id, whatever the project says of them today.
    let everyone = vec![Generated::default(); CLIENTS];
    bench.running.set_project(Arc::new(project(&yaml(&everyone))), Reading::default());
    let tokens: Vec<String> = (0..CLIENTS)
        .map(|index| runtime.block_on(bench.user_token(&id(index), "alice", "")))
        .collect();
    let granted = std::cell::Cell::new(0_usize);

    let strategy = (
        generated(),
        prop::sample::select(&Reading::ALL[..]),
        prop::collection::vec(
            (0..CLIENTS, prop::option::of(0..CLIENTS), prop::option::of(0..CLIENTS)),
            8,
        ),
    );
    TestRunner::new(Config { cases: 40, failure_persistence: None, ..Config::default() })
        .run(&strategy, |(clients, reading, questions)| {
            let project = Arc::new(project(&yaml(&clients)));
            bench.running.set_project(project.clone(), reading);
            for (requester, user_of, target) in questions {
                let (subject, token) = match user_of {
                    Some(index) => (Subject::UserOf(ClientKey(index)), &tokens[index]),
                    None => {
                        let (issuer, subject) = (ISSUER.to_owned(), SUBJECT.to_owned());
                        (Subject::External { issuer, subject }, &external)
                    }
                };
                let question = Question {
                    requester: ClientKey(requester),
                    subject,
                    target: target.map(ClientKey),
                };
                let verdict = decide(&project, reading, &question).verdict();
                granted.set(granted.get() + usize::from(verdict != Verdict::Refused));
                runtime.block_on(agree(&bench, &project, reading, token, &question))?;
            }
            Ok(())
        })
        .unwrap();
    assert!(granted.get() > 0, "the projects are such that something is allowed");
}

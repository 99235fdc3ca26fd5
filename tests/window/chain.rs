//! Chains of exchanges from the window: hop by hop, and what becomes of their tokens.

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use exchange_studio::config::ClientKey;
use exchange_studio::exchange::Report;
use exchange_studio::exchange::report::Outcome;
use exchange_studio::studio::{Command, ExchangeCommand, Studio};
use exchange_studio::trust::{Question, Subject, Verdict};

use super::harness::{click, press, retype, send, until, with_text};

const CLIENTS: &str = "!ClientAppDto
id: a
name: Front
allowedTokenExchangeClientApps:
- id: b
---
!ClientAppDto
id: b
name: Middle
allowedTokenExchangeClientApps:
- id: c
---
!ClientAppDto
id: c
name: Back
";

/// Fills in the chain from the front over the middle to the back.
fn prefill(harness: &mut Harness<'static, Studio>) {
    let [a, b, c] = [0, 1, 2].map(ClientKey);
    let question = |requester, subject, target| Question {
        requester,
        subject: Subject::UserOf(subject),
        target: Some(target),
    };
    let chain = vec![question(a, a, b), question(b, b, c)];
    send(harness, Command::Exchange(ExchangeCommand::PrefillChain(chain)));
}

fn run(harness: &mut Harness<'static, Studio>) {
    press(harness, Modifiers::NONE, Key::F5);
    until(harness, "the exchange has ended", |studio| studio.state.exchange.outcome().is_some());
}

fn run_again(harness: &mut Harness<'static, Studio>) {
    harness.state_mut().state.exchange.forget_outcome();
    run(harness);
}

/// The report of the hop that is looked at.
fn report(harness: &Harness<'static, Studio>) -> Report {
    let outcome = harness.state().state.exchange.outcome().unwrap();
    outcome.observation.as_ref().unwrap().as_ref().clone()
}

#[test]
fn a_chain_of_hops_is_simulated_from_the_answer_that_found_it() {
    let (_folder, mut harness) = with_text(CLIENTS);
    prefill(&mut harness);
    run(&mut harness);
    let outcomes = harness.state().state.exchange.outcomes();
    assert_eq!(outcomes.len(), 2);
    for outcome in outcomes {
        assert_eq!(outcome.observation.as_ref().unwrap().outcome, Outcome::Issued);
        assert_ne!(outcome.prediction.as_ref().unwrap().verdict(), Verdict::Refused);
    }
    // Where it ended is looked at first; the way there is one click away.
    let client = |harness: &Harness<'static, Studio>| report(harness).client;
    assert_eq!(client(&harness), "b");
    harness.get_by_label_contains("All 2 hops issued a token, in ");
    harness.get_by_label_contains("Hop 1: issued, ").click();
    harness.run_ok();
    assert_eq!(client(&harness), "a");
    assert_eq!(harness.state().state.exchange.vault.tokens().len(), 3);

    // A hop that is refused ends it.
    retype(&mut harness, "client_id of hop 2", "c");
    run_again(&mut harness);
    harness.get_by_label_contains("The chain ended at hop 2 of 2, after ");
    assert_eq!(report(&harness).outcome, Outcome::Refused);
    click(&mut harness, "Remove hop 2");
    run_again(&mut harness);
    assert_eq!(harness.state().state.exchange.outcomes().len(), 1);
}

#[test]
fn what_becomes_of_each_token_of_a_chain_stands_beside_its_hops() {
    let (_folder, mut harness) = with_text(CLIENTS);
    prefill(&mut harness);
    run(&mut harness);
    assert!(harness.query_by_label("First token revoked").is_none());

    click(&mut harness, "Introspect the issued token");
    run_again(&mut harness);
    assert_eq!(harness.get_all_by_label("active").count(), 2);
    // Nothing was revoked, so nothing is said of that.
    assert_eq!(harness.get_all_by_label("not said").count(), 2);
    harness.get_by_label("The issued token is active.");

    click(&mut harness, "Revoke the subject token");
    run_again(&mut harness);
    assert_eq!(harness.get_all_by_label("still active").count(), 2);
    harness.get_by_label("The first token was revoked, and all 2 derived from it stay active.");
    // The hop that is looked at has its own checks; the revocation itself is the first one's.
    let ids = |harness: &Harness<'static, Studio>| -> Vec<&'static str> {
        report(harness).afterwards().map(|check| check.id).collect()
    };
    assert_eq!(ids(&harness), ["INT-01", "INT-02", "REV-01"]);
    harness.get_by_label_contains("after the first token of the chain was revoked");
    harness.get_by_label_contains("Hop 1: issued, ").click();
    harness.run_ok();
    assert_eq!(ids(&harness), ["INT-01", "INT-02", "REV-01", "REV-02"]);
    harness.get_by_label("The server says yes, and the subject token is revoked.");
}

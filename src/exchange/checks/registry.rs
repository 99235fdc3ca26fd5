//! No check is there that nobody has seen fire and nobody has seen silent.
//!
//! The tables of cases stand where the checks are. Here they are all run once more, on one thread
//! that writes down what every check said, and the result is compared with the ids in the source: a
//! check that is added without a case for and against it fails here.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{Level, dpop, grant, mtls, request, status, tests};
use crate::exchange::{agree, discovery, inspect, preset, verify};

thread_local! {
    /// By id: whether it has fired, and whether it has been silent.
    static SEEN: RefCell<BTreeMap<&'static str, (bool, bool)>> = const { RefCell::new(BTreeMap::new()) };
}

/// Writes down what a check said.
pub(super) fn saw(id: &'static str, level: Level) {
    SEEN.with_borrow_mut(|seen| {
        let (fired, silent) = seen.entry(id).or_default();
        *fired |= level > Level::Pass;
        *silent |= level <= Level::Pass;
    });
}

/// REQ-02 is kept by construction, and ERR-05 takes two refusals, which one exchange does not have:
/// the probes compare them.
const NEVER: [&str; 2] = ["ERR-05", "REQ-02"];

fn sources(folder: &Path, all: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.push(std::fs::read_to_string(path).unwrap());
        }
    }
}

/// The ids in the source: what follows `Rule::new` in quotes, wherever the line breaks.
fn ids() -> BTreeSet<String> {
    let mut all = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/exchange"), &mut all);
    let rules = all.iter().flat_map(|text| text.split(concat!("Rule::", "new(")).skip(1));
    rules
        .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_ids_are_those_of_the_specification() {
    let families = [
        ("CFG", 1),
        ("CHAIN", 11),
        ("DIS", 10),
        ("DPOP", 5),
        ("ERR", 5),
        ("INT", 2),
        ("JAG", 15),
        ("JWTB", 13),
        ("MTLS", 2),
        ("REQ", 26),
        ("RES", 13),
        ("REV", 2),
        ("TOK", 15),
        ("TXN", 18),
    ];
    let numbered = |(family, last)| (1..=last).map(move |n| format!("{family}-{n:02}"));
    // What a server says of a grant before it is asked for one comes before the first.
    let zeroth = ["JWTB-00".to_owned()];
    let expected: BTreeSet<String> =
        families.into_iter().flat_map(numbered).chain(zeroth).collect();
    assert_eq!(ids(), expected);
}

#[test]
fn every_check_fires_on_something_and_is_silent_on_something() {
    let tables: &[fn()] = &[
        dpop::tests::good_proofs_pass_with_and_without_a_nonce,
        dpop::tests::each_check_fires_on_what_it_is_for,
        dpop::tests::a_nonce_that_is_not_given_not_repeated_or_asked_for_twice_is_seen,
        mtls::tests::a_token_that_is_not_bound_to_the_certificate_is_seen,
        mtls::tests::a_server_that_asks_for_none_is_seen,
        status::tests::a_good_introspection_passes,
        status::tests::each_check_of_an_introspection_fires,
        status::tests::each_check_of_a_revocation_fires,
        discovery::tests::both_well_known_places_are_built_as_the_standards_say,
        discovery::tests::the_difference_of_two_issuers_is_named,
        discovery::tests::a_method_or_an_algorithm_that_is_not_advertised_is_seen,
        discovery::tests::proofs_that_are_not_advertised_are_seen,
        discovery::tests::foreign_endpoints_and_a_missing_grant_are_seen,
        inspect::tests::ways_to_authenticate_are_judged,
        inspect::tests::proofs_and_profiles_are_judged,
        verify::tests::a_key_set_is_judged_by_itself,
        inspect::tests::metadata_that_is_not_there_or_another_issuers_is_seen,
        inspect::tests::endpoints_are_listed_with_what_is_odd_about_them,
        request::tests::an_assertion_for_the_issuer_with_a_long_secret_is_in_order,
        request::tests::a_good_request_has_no_findings,
        request::tests::each_check_fires_on_what_it_is_for,
        request::tests::edges_of_time_are_within_tolerance,
        request::tests::an_actor_that_may_act_passes,
        tests::a_good_answer_passes_every_check,
        tests::a_good_refusal_passes_every_check,
        tests::a_bound_token_passes_every_check,
        tests::a_proof_that_was_ignored_is_seen,
        tests::answers_out_of_form_are_seen,
        tests::refusals_out_of_form_are_seen_and_dialects_told_apart,
        tests::a_redirect_is_said_once,
        tests::issued_tokens_that_are_not_what_they_should_be_are_seen,
        tests::proper_chains_of_actors_pass,
        tests::a_guid_in_another_case_is_the_same_audience,
        grant::tests::a_good_redemption_passes_every_check,
        grant::tests::each_check_fires_on_what_it_is_for,
        preset::tests::a_good_exchange_passes_every_check_of_its_preset,
        preset::tests::requests_for_an_id_jag_out_of_form_are_seen,
        preset::tests::id_jags_that_are_not_what_they_should_be_are_seen,
        preset::tests::chaining_out_of_form_is_seen,
        preset::tests::requests_for_transaction_tokens_out_of_form_are_seen,
        preset::tests::transaction_tokens_that_are_not_what_they_should_be_are_seen,
        preset::tests::a_token_inside_the_token_is_found_however_deep,
        agree::tests::agreement_passes_and_every_difference_is_a_finding,
    ];
    for table in tables {
        table();
    }
    let seen = SEEN.with_borrow(Clone::clone);
    let of = |id: &str| seen.get(id).copied().unwrap_or_default();
    for id in NEVER {
        assert_eq!(of(id), (false, true), "{id} fires after all: take it out of the list");
    }
    let ids = ids();
    let judged = ids.iter().filter(|id| !NEVER.contains(&id.as_str()));
    let (fires, silent): (Vec<_>, Vec<_>) = judged.map(|id| (id, of(id))).partition(|(_, it)| it.0);
    assert!(silent.is_empty(), "never seen to fire: {silent:?}");
    let loud: Vec<_> = fires.iter().filter(|(_, (_, silent))| !silent).collect();
    assert!(loud.is_empty(), "never seen silent: {loud:?}");
}

//! The rules, one file each.
//!
//! The letter of an id says what a rule looks at: **Y** the file, **G** the graph, **C** a client
//! app, **F** a federated identity. A number, once given, is never given again.

mod c001_disabled_requester;
mod c002_disabled_target;
mod c003_public_requester;
mod c004_literal_secret;
mod c006_restricted_target;
mod c015_incompatible_settings;
mod f001_same_pair;
mod f002_pair_differs_by_form;
mod f003_issuer_not_https;
mod f004_issuer_with_extras;
mod f005_issuer_not_canonical;
mod f006_issuer_slash;
mod f009_white_space;
mod f012_unfinished_identity;
mod f021_unquoted_scalar;
mod f024_multi_tenant_issuer;
mod g001_self_exchange;
mod g002_cycle;
mod g003_dangling_reference;
mod g005_hub_broker;
mod g008_unreachable_identity;
mod y001_duplicate_key;
mod y002_duplicate_id;
mod y003_malformed_id;
mod y005_unknown_key;
mod y007_shared_trust;
mod y008_duplicate_item;
mod y009_entry_without_id;
mod y010_shared_identity_id;
mod y011_syntax_error;
mod y012_unreadable_text;
mod y013_no_client_apps;
mod y014_unquoted_placeholder;
mod y015_settings_left_out;
mod y016_wrong_kind;
mod y017_client_without_id;
mod y018_unclear_setting;
mod y019_missing_tag;
mod y020_not_a_date;
mod y021_clashing_placeholders;
mod y022_shared_secret_id;

use super::Rule;

/// What a rule's file is written with.
mod prelude {
    #[cfg(test)]
    pub use crate::audit::testing::*;
    pub use crate::audit::{Confidence, Context, Finding, Location, Rule, Scope, Severity};
}

/// Every rule, by id.
pub static RULES: [&Rule; 41] = [
    &c001_disabled_requester::RULE,
    &c002_disabled_target::RULE,
    &c003_public_requester::RULE,
    &c004_literal_secret::RULE,
    &c006_restricted_target::RULE,
    &c015_incompatible_settings::RULE,
    &f001_same_pair::RULE,
    &f002_pair_differs_by_form::RULE,
    &f003_issuer_not_https::RULE,
    &f004_issuer_with_extras::RULE,
    &f005_issuer_not_canonical::RULE,
    &f006_issuer_slash::RULE,
    &f009_white_space::RULE,
    &f012_unfinished_identity::RULE,
    &f021_unquoted_scalar::RULE,
    &f024_multi_tenant_issuer::RULE,
    &g001_self_exchange::RULE,
    &g002_cycle::RULE,
    &g003_dangling_reference::RULE,
    &g005_hub_broker::RULE,
    &g008_unreachable_identity::RULE,
    &y001_duplicate_key::RULE,
    &y002_duplicate_id::RULE,
    &y003_malformed_id::RULE,
    &y005_unknown_key::RULE,
    &y007_shared_trust::RULE,
    &y008_duplicate_item::RULE,
    &y009_entry_without_id::RULE,
    &y010_shared_identity_id::RULE,
    &y011_syntax_error::RULE,
    &y012_unreadable_text::RULE,
    &y013_no_client_apps::RULE,
    &y014_unquoted_placeholder::RULE,
    &y015_settings_left_out::RULE,
    &y016_wrong_kind::RULE,
    &y017_client_without_id::RULE,
    &y018_unclear_setting::RULE,
    &y019_missing_tag::RULE,
    &y020_not_a_date::RULE,
    &y021_clashing_placeholders::RULE,
    &y022_shared_secret_id::RULE,
];

/// The rule with an id, in either case.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.into_iter().find(|rule| rule.id.eq_ignore_ascii_case(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_in_order_and_documented() {
        assert!(RULES.is_sorted_by(|a, b| a.id < b.id));
        for rule in RULES {
            assert!(!rule.references.is_empty(), "{}", rule.id);
            for text in [rule.why, rule.help] {
                assert!(text.ends_with('.'), "{}: {text}", rule.id);
                assert!(!text.contains("  ") && !text.contains("! "), "{}: {text}", rule.id);
            }
            assert!(!rule.title.ends_with('.'), "{}", rule.id);
        }
    }

    #[test]
    fn every_rule_file_is_registered() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/audit/rules");
        let files = std::fs::read_dir(folder).unwrap().count();
        assert_eq!(files - 1, RULES.len());
    }

    #[test]
    fn a_rule_is_found_in_either_case() {
        assert_eq!(rule("g-003").unwrap().id, "G-003");
        assert!(rule("G-999").is_none());
    }
}

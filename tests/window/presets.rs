//! The preset chooser of the exchange tab, and what is shown when prediction and answer differ.

use std::path::Path;

use egui_kittest::kittest::Queryable;
use exchange_studio::exchange::Preset;
use exchange_studio::exchange::token_type::{ID_JAG, ID_TOKEN};
use exchange_studio::studio::{Action, Command, Selection};

use super::harness::{click, opened, send};

#[test]
fn a_preset_fills_the_form_explains_itself_and_checks_while_typing() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/cross-client");
    let mut harness = opened(&sample);
    let selection = {
        let project = &harness.state().state.project;
        let client = project.clients().iter().find(|client| !client.permissions.is_empty());
        Selection::Client(client.unwrap().key)
    };
    send(&mut harness, Command::Select(Some(selection)));
    send(&mut harness, Command::Act(Action::ShowExchange));
    click(&mut harness, "Preset: None: RFC 8693 as it is");
    click(&mut harness, Preset::IdJag.terms().label);
    harness.run_steps(3);
    let form = &harness.state().state.exchange.form;
    assert_eq!(form.preset, Some(Preset::IdJag));
    assert_eq!(form.requested_token_type, ID_JAG);
    assert_eq!(form.subject.token_type, ID_TOKEN);
    assert!(form.extra.iter().any(|(name, _)| name == "authorization_details"));
    harness.get_by_label(Preset::IdJag.terms().explanation);
    // No audience yet.
    harness.get_by_label_contains("JAG-02");

    click(&mut harness, "Preset: Identity assertion grant (ID-JAG)");
    click(&mut harness, "None: RFC 8693 as it is");
    harness.run_steps(3);
    let form = &harness.state().state.exchange.form;
    assert_eq!((form.preset, form.requested_token_type.as_str()), (None, ""));
    assert!(form.extra.is_empty());
    assert!(harness.query_by_label_contains("JAG-02").is_none());
}

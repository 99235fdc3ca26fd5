//! The federated identities of a client app as a small table: each a pair of issuer and subject
//! that stands for the client app. What is typed is in the file with the next frame; the findings
//! of the audit are the validation.

use egui::{RichText, Ui};

use crate::config::{Change, ClientApp, ClientKey, IDENTITIES, Stated};
use crate::studio::theme::icons;

use super::super::super::command::Command;
use super::super::super::selection::Selection;
use super::super::super::state::State;
use super::super::super::theme::{self, Tokens};
use super::super::super::widgets::{
    icon_button_ui, keep_focus, problem_ui, section_ui, shared_chip, small_icon_ui,
};

/// An identity that is being typed and not yet part of the project.
#[derive(Debug, Default)]
pub struct IdentityDraft {
    client: Option<ClientKey>,
    open: bool,
    /// It was opened a moment ago: the keyboard goes to its first field.
    begins: bool,
    issuer: String,
    subject: String,
}

pub fn identities_ui(
    ui: &mut Ui,
    draft: &mut IdentityDraft,
    state: &State,
    client: &ClientApp,
    commands: &mut Vec<Command>,
) {
    if draft.client != Some(client.key) {
        *draft = IdentityDraft { client: Some(client.key), ..IdentityDraft::default() };
    }
    section_ui(ui, "Federated identities");
    if client.identities.is_empty() && !draft.open {
        let text = "No external token stands for this client app.";
        ui.label(RichText::new(text).color(Tokens::of(ui).text_weak));
    }
    for index in 0..client.identities.len() {
        identity_ui(ui, state, client, index, commands);
    }
    if draft.open {
        draft_ui(ui, draft, state, client, commands);
    } else {
        let open = icon_button_ui(ui, icons::ICON_ADD, "Add identity…");
        keep_focus(&open, "new identity");
        if open.clicked() {
            (draft.open, draft.begins) = (true, true);
        }
    }
}

fn identity_ui(
    ui: &mut Ui,
    state: &State,
    client: &ClientApp,
    index: usize,
    commands: &mut Vec<Command>,
) {
    let identity = &client.identities[index];
    let text = |stated: &Option<Stated<String>>| stated.as_ref().map(|it| it.value.clone());
    let mut issuer = text(&identity.issuer).unwrap_or_default();
    let mut subject = text(&identity.subject).unwrap_or_default();
    let number = index + 1;
    let mut changed = false;
    card_ui(ui, |ui| {
        ui.horizontal(|ui| {
            ui.label(
                RichText::new(format!("Identity {number}")).small().color(Tokens::of(ui).text_weak),
            );
            if let Some(shared) = identity.shared.as_deref() {
                shared_chip(ui, shared);
            }
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let name = format!("Remove identity {number}");
                if small_icon_ui(ui, icons::ICON_DELETE, &name) {
                    commands
                        .push(Command::Change(Change::Unfederate { client: client.key, index }));
                }
                ui.spacing_mut().item_spacing.x = 2.0;
                if client.identities.len() > 1 {
                    let name = format!("identity {number}");
                    let at = (index, client.identities.len());
                    super::permissions::move_ui(ui, client, (IDENTITIES, &name), at, commands);
                }
                let name = format!("Show identity {number} in the graph");
                if small_icon_ui(ui, icons::ICON_MY_LOCATION, &name) {
                    commands
                        .push(Command::Reveal(Selection::Federation { client: client.key, index }));
                }
            });
        });
        let fields = [
            ("Issuer", &mut issuer, &identity.issuer, "https://issuer.example"),
            ("Subject", &mut subject, &identity.subject, "the sub claim, exactly"),
        ];
        for (label, text, stated, hint) in fields {
            ui.horizontal(|ui| {
                super::label_ui(ui, label);
                let own = stated.as_ref().and_then(|stated| stated.shared.as_deref());
                if let Some(shared) = own.filter(|_| identity.shared.is_none()) {
                    shared_chip(ui, shared);
                }
                let shared = own.is_some() || identity.shared.is_some();
                let name = format!("{label} {number}");
                if let Some(typed) = super::text_ui(ui, &name, text, hint, shared) {
                    *text = typed;
                    changed = true;
                }
            });
        }
        let others = state.project.by_identity(&issuer, &subject);
        for (other, _) in others.iter().filter(|(other, at)| (*other, *at) != (client.key, index)) {
            let label = state.project.client(*other).label();
            problem_ui(
                ui,
                &format!("{label} has the same pair: a token of it would stand for both."),
            );
        }
        for advice in advice(&issuer, &subject) {
            problem_ui(ui, advice);
        }
    });
    if changed {
        let change = Change::EditIdentity { client: client.key, index, issuer, subject };
        commands
            .push(Command::Typing { change, field: format!("identity {} {index}", client.key.0) });
    }
}

fn draft_ui(
    ui: &mut Ui,
    draft: &mut IdentityDraft,
    state: &State,
    client: &ClientApp,
    commands: &mut Vec<Command>,
) {
    card_ui(ui, |ui| {
        ui.label(RichText::new("New identity").small().color(Tokens::of(ui).text_weak));
        let issuer =
            field_ui(ui, "Issuer", "New issuer", &mut draft.issuer, "https://issuer.example");
        if std::mem::take(&mut draft.begins) {
            issuer.request_focus();
        }
        field_ui(ui, "Subject", "New subject", &mut draft.subject, "the sub claim, exactly");
        let missing = draft.issuer.trim().is_empty() || draft.subject.trim().is_empty();
        let taken = state.project.by_identity(&draft.issuer, &draft.subject);
        if !missing {
            for advice in advice(&draft.issuer, &draft.subject) {
                problem_ui(ui, advice);
            }
        }
        if let Some((other, _)) = taken.first() {
            let label = state.project.client(*other).label();
            problem_ui(
                ui,
                &format!("{label} has this pair already: a token of it would stand for both."),
            );
        }
        ui.horizontal(|ui| {
            let add = ui
                .add_enabled(!missing, egui::Button::new("Add identity"))
                .on_disabled_hover_text("An identity needs an issuer and a subject");
            let cancel = ui.button("Cancel");
            for ends in [&add, &cancel].into_iter().filter(|it| it.has_focus()) {
                keep_focus(ends, "new identity");
            }
            if add.clicked() {
                commands.push(Command::Change(Change::Federate {
                    client: client.key,
                    id: None,
                    issuer: draft.issuer.clone(),
                    subject: draft.subject.clone(),
                }));
                *draft = IdentityDraft { client: Some(client.key), ..IdentityDraft::default() };
            }
            if cancel.clicked() {
                *draft = IdentityDraft { client: Some(client.key), ..IdentityDraft::default() };
            }
        });
    });
}

/// What is to be said of a pair while it is typed. The audit says more once it is in the file.
pub fn advice(issuer: &str, subject: &str) -> Vec<&'static str> {
    let mut advice = Vec::new();
    match url::Url::parse(issuer) {
        _ if issuer.is_empty() => advice.push("The issuer is missing: the iss claim of the token."),
        Err(_) => advice.push("The issuer is not a URL; it must equal the iss claim of the token."),
        Ok(url) if url.scheme() != "https" => {
            advice.push("The issuer is not https: whoever sits on the way can replace its keys.");
        }
        Ok(url) if url.query().is_some() || url.fragment().is_some() => {
            advice.push("An issuer has neither query nor fragment (RFC 8414, section 2).");
        }
        Ok(_) => {}
    }
    if issuer.trim() != issuer || subject.trim() != subject {
        advice.push("Spaces at the start or end are compared too, and will not match.");
    }
    if subject.is_empty() {
        advice.push("The subject is missing: the sub claim of the token.");
    } else if subject.contains('*') {
        advice.push("Subjects are compared as they stand; a * is not a wildcard.");
    }
    advice
}

pub fn card_ui(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    let tokens = Tokens::of(ui);
    egui::Frame::new()
        .fill(tokens.raised)
        .stroke(egui::Stroke::new(1.0, tokens.line))
        .corner_radius(theme::RADIUS)
        .inner_margin(8)
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            content(ui);
        });
}

fn field_ui(ui: &mut Ui, label: &str, name: &str, text: &mut String, hint: &str) -> egui::Response {
    ui.horizontal(|ui| {
        super::label_ui(ui, label);
        let field = egui::TextEdit::singleline(text)
            .font(egui::TextStyle::Monospace)
            .hint_text(hint)
            .id_salt(name)
            .desired_width(f32::INFINITY);
        ui.add(field).accessible_name(name)
    })
    .inner
}

#[cfg(test)]
mod tests {
    use super::advice;

    #[test]
    fn a_sound_pair_gets_no_advice() {
        assert!(advice("https://auth.external.com", "123456789").is_empty());
    }

    #[test]
    fn each_slip_is_named() {
        for (issuer, subject, word) in [
            ("", "a", "missing"),
            ("auth.external.com", "a", "not a URL"),
            ("http://auth.external.com", "a", "not https"),
            ("https://auth.external.com?x=1", "a", "query"),
            ("https://auth.external.com", "a ", "Spaces"),
            ("https://auth.external.com", "", "missing"),
            ("https://auth.external.com", "repo:org/*", "wildcard"),
        ] {
            let advice = advice(issuer, subject);
            assert!(
                advice.iter().any(|text| text.contains(word)),
                "{issuer} {subject}: {advice:?}"
            );
        }
    }
}

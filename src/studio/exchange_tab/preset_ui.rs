//! The profile that an exchange follows: what it is for, what it fills in, and what it asks for.

use egui::{RichText, Ui};

use crate::exchange::Preset;
use crate::exchange::checks::Check;
use crate::exchange::preset::{Target, is_of_preset};

use super::super::theme::Tokens;
use super::super::widgets::{choice_ui, section_ui};
use super::choice::TokenSource;
use super::form::Form;
use super::form_ui::{remark_ui, row_ui};

/// The chooser with its explanation, and what the profile finds in the request as it stands.
pub fn preset_ui(ui: &mut Ui, form: &mut Form, checks: &[Check]) -> bool {
    section_ui(ui, "Kind of exchange");
    let before = form.preset;
    row_ui(ui, "Preset", |ui| {
        let named = Preset::ALL.map(|preset| (Some(preset), preset.terms().label.to_owned()));
        let mut choices = vec![(None, "None: RFC 8693 as it is".to_owned())];
        choices.extend(named);
        choice_ui(ui, "Preset", &mut form.preset, &choices);
    });
    let changed = form.preset != before;
    if changed {
        form.follow_preset(before);
    }
    let Some(preset) = form.preset else { return changed };
    let terms = preset.terms();
    let weak = |ui: &mut Ui, text: &str| {
        let text = RichText::new(text).small().color(Tokens::of(ui).text_weak);
        ui.add(egui::Label::new(text).wrap());
    };
    weak(ui, terms.explanation);
    let place = match terms.target {
        Target::Audience => "audience",
        Target::Either => "audience or resource",
    };
    weak(ui, &format!("{place} is the {}.", terms.target_hint));
    weak(ui, terms.draft);
    for check in checks.iter().filter(|check| is_of_preset(check)) {
        remark_ui(ui, check.level, check.id, &check.finding);
    }
    changed
}

impl Form {
    /// Fills in what the chosen preset settles, and takes back what the one before it had.
    pub fn follow_preset(&mut self, before: Option<Preset>) {
        if let Some(before) = before {
            let terms = before.terms();
            if self.requested_token_type.trim() == terms.requested_token_type {
                self.requested_token_type.clear();
            }
            self.extra.retain(|(name, value)| {
                !(value.is_empty() && terms.json_parameters.contains(&name.as_str()))
            });
        }
        let Some(preset) = self.preset else { return };
        let terms = preset.terms();
        let mut request = self.request(Default::default());
        preset.fill(&mut request);
        self.requested_token_type = request.requested_token_type;
        // What a test user's login gives is of the type that it is; another source can hold any.
        if self.subject.source != TokenSource::Kept {
            self.subject.token_type = request.subject_token_type;
        }
        for name in terms.json_parameters {
            if !self.extra.iter().any(|(other, _)| other.trim() == *name) {
                self.extra.push(((*name).to_owned(), String::new()));
            }
        }
    }
}

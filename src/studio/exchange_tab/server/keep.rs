//! Profiles in the project file: chosen, kept, taken out. Nothing here writes to the disk; that is
//! done with the project file, when somebody asks for it.

use super::super::super::command::Notice;
use super::super::super::state::State;
use super::super::Command as TabCommand;
use super::Command;
use super::draft::{given, tidy};
use crate::config::Profile;

impl State {
    /// What needs the project file is done here, the rest by the tab.
    pub(in crate::studio) fn apply_to_server(&mut self, command: Command) {
        match command {
            Command::Choose(name) => {
                let Some(profile) = self.kept.file.profiles().get(&name).cloned() else { return };
                self.exchange.take_profile(&name, profile);
            }
            Command::SaveAs(name) => self.save_profile(&name),
            Command::Remove(name) => {
                if self.kept.file.remove_profile(&name).is_some() {
                    let tab = &mut self.exchange;
                    for form in [&mut tab.form, &mut tab.redeem.form] {
                        // A form goes on saying what it said, so that it can be kept again.
                        form.profile_name.take_if(|of| *of == name);
                    }
                }
            }
            other => {
                let project = std::sync::Arc::clone(&self.project);
                let other = TabCommand::Server(other);
                self.exchange.apply(other, &project, self.reading, &mut self.jobs);
                return;
            }
        }
        // Prediction and checks follow the form.
        let (project, reading) = (std::sync::Arc::clone(&self.project), self.reading);
        self.exchange.project_changed(&project, reading, &mut self.jobs);
    }

    fn save_profile(&mut self, name: &str) {
        let Some(name) = given(name) else { return };
        let mut profile = self.exchange.form.profile();
        tidy(&mut profile);
        match self.kept.file.set_profile(&name, profile.clone()) {
            Ok(()) => {
                self.exchange.take_profile(&name, profile);
                let mut names = self.exchange.server.names.clone();
                names.profile.clear();
                self.exchange.server.names = names;
            }
            Err(error) => self.notices.push(Notice::Failed(format!("Not kept: {error}."))),
        }
    }

    /// The profile of that name in the project file.
    pub fn profile(&self, name: &str) -> Option<&Profile> {
        self.kept.file.profiles().get(name)
    }

    /// Whether the form says something else of the server than the profile it was filled from.
    pub fn profile_is_changed(&self) -> bool {
        let form = &self.exchange.form;
        let Some(name) = &form.profile_name else { return false };
        self.profile(name) != Some(&form.profile())
    }
}

//! Which of two forms something belongs to: a grant across domains has a second leg, with a server and
//! a client of its own, described as those of the exchange are.
//!
//! Both forms can be on the screen at once, and what was begun for one ends later, when a keyring or
//! somebody at a file dialog has answered. So whatever a part of a form asks for says whose it is, the
//! answer carries that back, and what stands in a form is called differently in each.

use std::path::PathBuf;

use super::super::command::Command as WindowCommand;
use super::server::{self, FileOf};
use super::{Command, redeem};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Leg {
    /// The exchange itself.
    #[default]
    First,
    /// Redeeming the grant that it issued.
    Second,
}

impl Leg {
    /// What a control is called for whoever does not see which form it stands in.
    pub fn name(self, name: impl Into<String>) -> String {
        match self {
            Self::First => name.into(),
            Self::Second => format!("{} at the other server", name.into()),
        }
    }

    /// Asks something of the description of this form's server.
    pub fn server(self, command: server::Command) -> WindowCommand {
        WindowCommand::Exchange(match self {
            Self::First => Command::Server(command),
            Self::Second => Command::Redeem(redeem::Command::Server(command)),
        })
    }

    /// Opens a file dialog for this form.
    pub fn pick_file(self, which: FileOf) -> WindowCommand {
        WindowCommand::Exchange(match self {
            Self::First => Command::PickFile(which),
            Self::Second => Command::Redeem(redeem::Command::PickFile(which)),
        })
    }

    /// What was chosen there.
    pub fn file_picked(self, which: FileOf, path: PathBuf) -> WindowCommand {
        WindowCommand::Exchange(match self {
            Self::First => Command::FilePicked(which, path),
            Self::Second => Command::Redeem(redeem::Command::FilePicked(which, path)),
        })
    }
}

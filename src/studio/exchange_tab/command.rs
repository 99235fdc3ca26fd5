//! What the tab can be asked to do.

use std::path::PathBuf;

use secrecy::SecretString;
use url::Url;

use super::domains::Started;
use super::form::Form;
use super::server::{self, FileOf};
use super::vault::{NewToken, TokenId};
use super::{Mode, campaign, redeem};
use crate::exchange::Report;
use crate::trust::Question;

/// What the tab can be asked to do.
#[derive(Debug)]
pub enum Command {
    /// Fills the form from an exchange that the configuration names.
    Prefill(Question),
    /// The same with a chain of them: what one issues goes into the next.
    PrefillChain(Vec<Question>),
    /// The person changed the form.
    Edit(Box<Form>),
    /// Opens a file dialog.
    PickFile(FileOf),
    FilePicked(FileOf, PathBuf),
    /// About the server itself.
    Server(server::Command),
    Run,
    Cancel,
    AuthorityStarted(Result<Started, String>),
    Ended(Vec<Result<Box<Report>, String>>),
    /// Looks at another part of the tab.
    Show(Mode),
    /// Looks at another hop of a chain.
    ShowHop(usize),
    /// Takes the issued token as the next subject token.
    UseIssued,
    /// Somebody has to sign in.
    Wait(Waiting),
    /// Puts a token that was got into the vault.
    Keep(Box<NewToken>),
    /// Takes a token of the vault as the subject token.
    UseAsSubject(TokenId),
    UseAsActor(TokenId),
    /// Wipes one token.
    Forget(TokenId),
    /// Wipes every token and secret.
    Lock,
    /// The person typed or pasted a request of another tool.
    Draft(SecretString),
    /// Fills the form from it.
    ReadDraft,
    /// The second leg of a grant.
    Redeem(redeem::Command),
    /// Many exchanges at once.
    Campaign(campaign::Command),
}

impl Command {
    /// Whether it is what a dialog of the window was asked for.
    pub fn answers_a_dialog(&self) -> bool {
        use campaign::Command as Campaign;
        matches!(self, Self::Campaign(Campaign::SaveTo { .. } | Campaign::OpenCases(_)))
    }
}

/// What the exchange waits for outside of the window.
#[derive(Clone, Debug)]
pub enum Waiting {
    /// The answer of the system's browser.
    Browser { url: Url },
    /// Somebody who types a code.
    Device { code: String, url: Url, complete: Option<Url> },
}

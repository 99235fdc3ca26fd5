//! One exchange for another tool, instead of running it.

use clap::ValueEnum;

use super::connection::Reached;
use super::{Exit, Failure, Terminal, client};
use crate::exchange::share::{Tool, Variables, share};
use crate::exchange::{SimulateError, Simulation};

/// Which tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ToolName {
    /// curl, in a POSIX shell.
    Curl,
    /// HTTPie, in a POSIX shell.
    Httpie,
    /// oauth2c, in a POSIX shell.
    Oauth2c,
    /// A .http file, as editors send it.
    Http,
    /// Python 3, with its standard library alone.
    Python,
    /// C# with top-level statements.
    Csharp,
}

impl ToolName {
    fn tool(self) -> Tool {
        match self {
            Self::Curl => Tool::Curl,
            Self::Httpie => Tool::Httpie,
            Self::Oauth2c => Tool::Oauth2c,
            Self::Http => Tool::HttpFile,
            Self::Python => Tool::Python,
            Self::Csharp => Tool::CSharp,
        }
    }
}

/// Prints the request; nothing but the server's metadata is asked for.
///
/// # Errors
///
/// When there is no token endpoint to be found.
pub fn run(
    name: ToolName,
    simulation: &Simulation,
    variables: &Variables,
    reached: &Reached,
    failure: impl Fn(&SimulateError) -> Failure,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let http = reached.http()?;
    let text = client::wait(share(&http, simulation, name.tool(), variables, reached.now()))?;
    terminal.out().write_all(text.map_err(|error| failure(&error))?.as_bytes())?;
    Ok(Exit::Fine)
}

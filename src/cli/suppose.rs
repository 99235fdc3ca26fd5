//! Hypotheses as a command line gives them: `--without 'disable:Portal'`.

use super::project;
use super::{Failure, Globals};
use crate::config::{ClientKey, Project};
use crate::trust::{Access, Assumptions, Hypothesis, TrustGraph};

/// What is supposed for once; no file is changed.
#[derive(Debug, clap::Args)]
pub struct Suppose {
    /// Answer as if something were otherwise; nothing is changed. May be given several times.
    ///
    /// 'disable:ID' disables a client app; 'expire:ID' lets its secrets expire;
    /// 'permission:OWNER,ENTRY' takes ENTRY out of the list of OWNER; 'identity:ID,ISSUER,SUBJECT'
    /// takes an identity out of a client app; 'issuer:URL' takes out all identities of an issuer.
    #[arg(long = "without", value_name = "WHAT")]
    without: Vec<String>,
}

impl Suppose {
    /// Whether nothing is supposed.
    pub fn is_empty(&self) -> bool {
        self.without.is_empty()
    }

    /// The hypotheses.
    ///
    /// # Errors
    ///
    /// When one is not understood, or names what is not there (exit 2).
    pub fn hypotheses(&self, project: &Project) -> Result<Vec<Hypothesis>, Failure> {
        self.without.iter().map(|text| hypothesis(project, text)).collect()
    }

    /// The usable hops under the hypotheses.
    ///
    /// # Errors
    ///
    /// As for [`Suppose::hypotheses`].
    pub fn access(&self, project: &Project, graph: &TrustGraph) -> Result<Access, Failure> {
        let assumptions = Assumptions::new(project, &self.hypotheses(project)?);
        Ok(Access::assuming(project, graph, assumptions))
    }
}

fn hypothesis(project: &Project, text: &str) -> Result<Hypothesis, Failure> {
    let unclear = || {
        Failure::usage(format!("'{text}' is nothing to do without")).hint(
            "there are disable:ID, expire:ID, permission:OWNER,ENTRY, identity:ID,ISSUER,SUBJECT \
             and issuer:URL",
        )
    };
    let (kind, rest) = text.split_once(':').ok_or_else(unclear)?;
    match kind {
        "disable" => Ok(Hypothesis::Disable(project::client(project, rest)?)),
        "expire" => Ok(Hypothesis::ExpireSecrets(project::client(project, rest)?)),
        "permission" => permission(project, rest).ok_or_else(|| {
            Failure::usage(format!("no list has such an entry: {rest}"))
                .hint("write permission:OWNER,ENTRY with ids or names as in 'list'")
        }),
        "identity" => {
            let (client, pair) = rest.split_once(',').ok_or_else(unclear)?;
            let (issuer, subject) = pair.split_once(',').ok_or_else(unclear)?;
            let client = project::client(project, client)?;
            let held = project.by_identity(issuer, subject);
            if !held.iter().any(|(holder, _)| *holder == client) {
                let label = project.client(client).label();
                return Err(Failure::usage(format!("{label} does not hold {subject} of {issuer}")));
            }
            let (issuer, subject) = (issuer.to_owned(), subject.to_owned());
            Ok(Hypothesis::DropIdentity { client, issuer, subject })
        }
        "issuer" => {
            let states = |it: &crate::config::FederatedIdentity| {
                it.issuer.as_ref().is_some_and(|issuer| issuer.value == rest)
            };
            if !project.clients().iter().any(|client| client.identities.iter().any(states)) {
                return Err(Failure::usage(format!("no client app trusts the issuer {rest}"))
                    .hint("it is compared as text, with case and slashes"));
            }
            Ok(Hypothesis::DropIssuer(rest.to_owned()))
        }
        _ => Err(unclear()),
    }
}

/// Names may have commas, so every one is tried.
fn permission(project: &Project, text: &str) -> Option<Hypothesis> {
    text.match_indices(',').find_map(|(at, _)| {
        let owner: ClientKey = project.named(&text[..at])?;
        let named = text[at + 1..].trim();
        let permissions = &project.client(owner).permissions;
        let resolved = project.named(named);
        let entry = permissions.iter().find_map(|permission| {
            let id = permission.id.as_ref()?;
            let is = permission.client.is_some() && permission.client == resolved;
            (is || id.as_str() == named).then(|| id.clone())
        })?;
        Some(Hypothesis::DropPermission { owner, entry })
    })
}

/// The reading or readings to answer under.
pub fn readings(all: bool, globals: &Globals) -> Vec<crate::trust::Reading> {
    if all { crate::trust::Reading::ALL.to_vec() } else { vec![globals.reading] }
}

//! The authorities built in: the one that an exchange goes to, and one beside it that plays another
//! domain.
//!
//! A grant across domains (ID-JAG, identity chaining) needs two authorization servers that know of each
//! other: one issues it, the other redeems it. With a second authority on this machine both legs can be
//! tried without a network. Both enforce the project that is open; what the second redeems must be a
//! federated identity there, by the first one's issuer. An issuer has its port in it, which is why ports
//! are settings: one that is taken anew each time could not stand in a configuration.

use std::sync::Arc;

use super::super::jobs::{JobId, Jobs};
use super::form::{Form, ServerChoice};
use super::{Command, ExchangeTab};
use crate::authority::{self, Misbehaviour, Options, Running};
use crate::config::{ClientApp, Project};
use crate::trust::Reading;

/// What the authorities built in are to know of other domains, as a person typed it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Domains {
    /// Where the authority listens; empty takes a free port.
    pub port: String,
    /// The authority that plays another domain; `None` when there is none.
    pub second: Option<Second>,
    /// Authorization servers of further domains, by issuer, and the client app that stands for each.
    pub known: Vec<(String, String)>,
    /// Further issuers whose grants are redeemed, all of this machine.
    pub trusted: Vec<String>,
}

/// The authority that plays another domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Second {
    pub port: String,
    /// The client app, by id or name, that stands for it in the first domain.
    pub stands_for: String,
    /// The client app that is to hold the identity whom a grant is about, while one is chosen.
    pub holder: String,
}

/// Ports that are likely to be free, and stay the same from one run to the next.
pub const SUGGESTED: (&str, &str) = ("7601", "7602");

impl Default for Second {
    fn default() -> Self {
        let port = SUGGESTED.1.to_owned();
        Self { port, stands_for: String::new(), holder: String::new() }
    }
}

/// Ports as asked for, of the first authority and of the second.
pub type Ports = (u16, Option<u16>);

/// The port in a text; 0 for a free one, `None` when it is none.
fn port(text: &str) -> Option<u16> {
    match text.trim() {
        "" => Some(0),
        text => text.parse().ok().filter(|port| *port != 0),
    }
}

/// The issuer on a port, when it is known before the authority runs.
fn issuer(text: &str) -> Option<String> {
    let port = port(text).filter(|port| *port != 0)?;
    Some(format!("http://127.0.0.1:{port}"))
}

impl Domains {
    /// The issuers of both authorities, as far as they are known before they run.
    pub fn issuers(&self) -> (Option<String>, Option<String>) {
        (issuer(&self.port), self.second.as_ref().and_then(|second| issuer(&second.port)))
    }

    /// How many other domains there are.
    pub fn count(&self) -> usize {
        usize::from(self.second.is_some()) + self.known.len() + self.trusted.len()
    }

    /// What keeps the authorities from being started, in words.
    pub fn missing(&self) -> Option<&'static str> {
        let Some(first) = port(&self.port) else {
            return Some(
                "Type the authority's port as a number from 1 to 65535, or leave it empty",
            );
        };
        if let Some(second) = &self.second {
            let Some(other) = port(&second.port) else {
                return Some(
                    "Type the other domain's port as a number from 1 to 65535, or leave it empty",
                );
            };
            if first == other && first != 0 {
                return Some("Give the two authorities different ports");
            }
            if second.stands_for.trim().is_empty() {
                return Some("Choose the client app that stands for the other domain");
            }
        }
        let half = |(issuer, client): &(String, String)| {
            issuer.trim().is_empty() || client.trim().is_empty()
        };
        if self.known.iter().any(half) {
            return Some("Type issuer and client app of each further domain, or remove its row");
        }
        self.trusted.iter().any(|issuer| !authority::can_be_trusted(issuer.trim())).then_some(
            "A trusted issuer must be a server of this machine: http://127.0.0.1 with a port and \
             nothing after it",
        )
    }

    /// The client app that stands for a domain.
    pub fn stands_for(&self, domain: &str) -> Option<&str> {
        if let Some(second) = &self.second
            && self.issuers().1.as_deref() == Some(domain)
        {
            return Some(second.stands_for.trim());
        }
        let (_, client) = self.known.iter().find(|(issuer, _)| issuer.trim() == domain)?;
        Some(client.trim())
    }

    fn ports(&self) -> Ports {
        let second = self.second.as_ref();
        (port(&self.port).unwrap_or(0), second.map(|second| port(&second.port).unwrap_or(0)))
    }
}

/// The client apps that hold an identity of an issuer, and the subject of each.
pub fn holders<'a>(
    project: &'a Project,
    issuer: &'a str,
) -> impl Iterator<Item = (&'a ClientApp, &'a str)> {
    project.clients().iter().flat_map(move |client| {
        let pairs = client.identities.iter().filter_map(|identity| identity.pair());
        pairs.filter(move |(of, _)| *of == issuer).map(move |(_, subject)| (client, subject))
    })
}

/// Authorities that were started, and with which ports.
#[derive(Debug)]
pub struct Started {
    home: Arc<Running>,
    other: Option<Arc<Running>>,
    ports: Ports,
}

fn start(project: Arc<Project>, reading: Reading, ports: Ports) -> Result<Started, String> {
    let at = |port| {
        let options = Options { port, ..Options::default() };
        let started = authority::start(Arc::clone(&project), reading, options);
        started.map(Arc::new).map_err(|error| {
            let text = error.to_string();
            match error {
                authority::StartError::PortInUse { .. } => {
                    format!("{text}. Choose another port under Other domains.")
                }
                _ => text,
            }
        })
    };
    let home = at(ports.0)?;
    let other = ports.1.map(at).transpose()?;
    Ok(Started { home, other, ports })
}

impl Form {
    /// The client app that stands for a domain at the authority built in.
    pub fn domain(&self, audience: &str) -> Option<&str> {
        match self.server {
            ServerChoice::BuiltIn => self.domains.stands_for(audience),
            ServerChoice::Issuer | ServerChoice::TokenEndpoint => None,
        }
    }
}

impl ExchangeTab {
    /// Whether the authority built in does not run, or runs at another port than it should.
    pub fn needs_authority(&self) -> bool {
        self.authority.is_none() || self.ports != self.form.domains.ports()
    }

    /// Starts what is built in, in place of what runs of it.
    pub fn start_authorities(
        &mut self,
        project: &Arc<Project>,
        reading: Reading,
        jobs: &mut Jobs,
        then: impl FnOnce(Result<Started, String>) -> Command + Send + 'static,
    ) -> JobId {
        let ended = (self.authority.take(), self.other.take());
        let (project, ports) = (Arc::clone(project), self.form.domains.ports());
        jobs.blocking("Starting the built-in authority", move |_| {
            // Its ports may be those that are asked for.
            drop(ended);
            super::super::Command::Exchange(then(start(project, reading, ports)))
        })
    }

    /// Takes what was started.
    pub fn take_authorities(&mut self, started: Started, project: &Arc<Project>, reading: Reading) {
        let Started { home, other, ports } = started;
        (self.authority, self.other, self.ports) = (Some(home), other, ports);
        self.set_project(project, reading);
        self.tell_authority();
    }

    /// Has the authorities enforce a project.
    pub fn set_project(&self, project: &Arc<Project>, reading: Reading) {
        for authority in self.authority.iter().chain(&self.other) {
            authority.set_project(Arc::clone(project), reading);
        }
    }

    /// Has the authority built in misbehave as it was chosen, and in no other way, and tells both
    /// authorities of other domains.
    pub fn tell_authority(&self) {
        let Some(authority) = &self.authority else { return };
        let how: Vec<Misbehaviour> = self.form.misbehave.iter().copied().collect();
        if authority.misbehaviour() != how {
            authority.set_misbehaviour(&how);
        }
        let domains = &self.form.domains;
        if domains.missing().is_some() {
            // What is half typed is not told; nothing runs before it is whole.
            return;
        }
        let trimmed = |(issuer, client): &(String, String)| {
            (issuer.trim().to_owned(), client.trim().to_owned())
        };
        let mut known: Vec<_> = domains.known.iter().map(trimmed).collect();
        let trusted: Vec<_> =
            domains.trusted.iter().map(|issuer| issuer.trim().to_owned()).collect();
        if let (Some(second), Some(other)) = (&domains.second, &self.other) {
            known.push((other.issuer().to_owned(), second.stands_for.trim().to_owned()));
            let both = [&trusted[..], &[authority.issuer().to_owned()]].concat();
            other.set_domains(Vec::new(), both).ok();
        }
        // They were looked at above.
        authority.set_domains(known, trusted).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_half_typed_is_said() {
        let mut domains = Domains::default();
        assert_eq!(domains.missing(), None);
        domains.port = "70000".to_owned();
        assert!(domains.missing().is_some_and(|text| text.contains("authority's port")));
        domains.port = "7601".to_owned();
        domains.second = Some(Second { port: "7601".to_owned(), ..Second::default() });
        assert!(domains.missing().is_some_and(|text| text.contains("different")));
        let second = domains.second.as_mut().unwrap();
        second.port = " 7602 ".to_owned();
        assert!(domains.missing().is_some_and(|text| text.contains("stands for")));
        domains.second.as_mut().unwrap().stands_for = "chat".to_owned();
        assert_eq!(domains.missing(), None);
        assert_eq!(domains.stands_for("http://127.0.0.1:7602"), Some("chat"));
        assert_eq!(domains.stands_for("http://127.0.0.1:7601"), None);
        domains.known.push(("https://b.example".to_owned(), String::new()));
        assert!(domains.missing().is_some_and(|text| text.contains("row")));
        domains.known[0].1 = "mail".to_owned();
        assert_eq!(domains.stands_for("https://b.example"), Some("mail"));
        domains.trusted.push("https://b.example".to_owned());
        assert!(domains.missing().is_some_and(|text| text.contains("this machine")));
        domains.trusted[0] = "http://127.0.0.1:9".to_owned();
        assert_eq!(domains.missing(), None);
    }
}

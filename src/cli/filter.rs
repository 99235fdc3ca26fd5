//! Which client apps a command is about: the filter of the studio, as a command line says it.

use std::collections::BTreeSet;

use clap::ValueEnum;

use super::{Failure, Terminal};
use crate::audit::{self, FindingIs};
use crate::config::{Id, Project};
use crate::trust::{Filter, Kind, SettingIs, Subset, TrustGraph};

/// Which client apps it is about. Values of one option are alternatives; different options must
/// all hold. Identities and unknown ids come along with the client apps that hold or list them.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Which client apps")]
pub struct Filters {
    /// Only this kind; may be given more than once.
    #[arg(long, value_enum, value_name = "KIND")]
    kind: Vec<KindName>,

    /// Only client apps with an identity of this issuer, and only these identities.
    #[arg(long, value_name = "URL")]
    with_issuer: Vec<String>,

    /// Only client apps whose setting is so: true, false or not-stated, as in enabled=false.
    #[arg(long, value_name = "KEY=VALUE")]
    setting: Vec<String>,

    /// Only client apps with a finding: the id of a rule, the least severity, or any.
    #[arg(long, value_name = "FINDING")]
    finding: Option<FindingIs>,

    /// Only client apps of this file, by its name or the end of its path.
    #[arg(long, value_name = "NAME")]
    file: Vec<String>,

    /// Only client apps of this subscription, by id or name.
    #[arg(long, value_name = "ID")]
    subscription: Vec<String>,

    /// Only client apps with this text in name, id, subscription, file or identities, in any case.
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
}

/// What the options are, once names are looked up.
#[derive(Debug)]
pub struct Chosen {
    pub filter: Filter,
    pub finding: Option<FindingIs>,
}

impl Chosen {
    /// Whether nothing is left out.
    pub fn is_everything(&self) -> bool {
        self.filter.is_empty() && self.finding.is_none()
    }

    /// What it leaves of a graph; `None` when that is everything.
    pub fn select(&self, project: &Project, graph: &TrustGraph) -> Option<Subset> {
        if self.is_everything() {
            return None;
        }
        let clients = self.finding.map(|finding| {
            let findings = audit::run(project, graph.reading);
            finding.clients(project, &findings)
        });
        Some(Filter { clients, ..self.filter.clone() }.select(project, graph))
    }

    /// It in words; empty when nothing is left out.
    pub fn words(&self, project: &Project) -> String {
        audit::asked::words(&self.filter, self.finding, project)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum KindName {
    /// Client apps.
    Client,
    /// Client apps that may bring tokens of external identities.
    Broker,
    /// Client apps with external identities.
    Principal,
    /// External identities.
    Identity,
    /// Ids that no file defines.
    Unknown,
}

impl Filters {
    /// The filter that the options are; names are looked up in all these versions of a project.
    ///
    /// # Errors
    ///
    /// When one names what is not there (exit 2).
    pub fn choose(&self, versions: &[&Project]) -> Result<Chosen, Failure> {
        let mut filter = Filter {
            kinds: self.kind.iter().map(|kind| kind_of(*kind)).collect(),
            text: self.text.clone().unwrap_or_default(),
            ..Filter::default()
        };
        for text in &self.setting {
            let setting: SettingIs = text.parse().map_err(Failure::usage)?;
            filter.settings.insert(setting);
        }
        let all = |of: &dyn Fn(&Project) -> BTreeSet<String>| -> BTreeSet<String> {
            versions.iter().flat_map(|project| of(project)).collect()
        };
        let issuers = all(&issuers);
        let plain = |text: &str| text.trim_end_matches('/').to_lowercase();
        for text in &self.with_issuer {
            let same = |it: &&String| plain(it) == plain(text);
            filter.issuers.extend(named("issuer", text, &issuers, same)?);
        }
        let files = all(&|project| project.files().iter().map(|file| file.name.clone()).collect());
        for text in &self.file {
            let end = format!("/{text}");
            let same = |it: &&String| *it == text || it.ends_with(&end);
            filter.files.extend(named("file", text, &files, same)?);
        }
        let subscriptions = all(&subscriptions);
        for text in &self.subscription {
            let names = versions.iter().flat_map(|project| project.subscriptions());
            let of_name = names.filter(|group| group.label().eq_ignore_ascii_case(text));
            let keys: BTreeSet<String> = of_name.map(|it| it.id.key().into_owned()).collect();
            let key = Id::new(text).key().into_owned();
            let same = |it: &&String| **it == key || keys.contains(*it);
            filter.subscriptions.extend(named("subscription", text, &subscriptions, same)?);
        }
        Ok(Chosen { filter, finding: self.finding })
    }
}

/// Says what an answer for people is restricted to, if it is.
///
/// # Errors
///
/// When nothing can be written.
pub fn note(words: &str, terminal: &mut Terminal) -> Result<(), Failure> {
    if !words.is_empty() {
        let colour = terminal.out_colour();
        let note = colour.note(format!("Filtered: {words}. The rest is left out."));
        writeln!(terminal.out(), "{note}")?;
    }
    Ok(())
}

fn kind_of(kind: KindName) -> Kind {
    match kind {
        KindName::Client => Kind::Client,
        KindName::Broker => Kind::Broker,
        KindName::Principal => Kind::Principal,
        KindName::Identity => Kind::Identity,
        KindName::Unknown => Kind::Unknown,
    }
}

fn issuers(project: &Project) -> BTreeSet<String> {
    let identities = project.clients().iter().flat_map(|app| &app.identities);
    identities.filter_map(|it| Some(it.pair()?.0.to_owned())).collect()
}

fn subscriptions(project: &Project) -> BTreeSet<String> {
    let stated = project.clients().iter().filter_map(|app| app.subscription.as_ref());
    stated.map(|id| id.value.key().into_owned()).collect()
}

/// Those that a text on the command line means.
fn named<'a>(
    what: &str,
    text: &str,
    there: &'a BTreeSet<String>,
    same: impl Fn(&&'a String) -> bool,
) -> Result<Vec<String>, Failure> {
    let found: Vec<String> = there.iter().filter(same).cloned().collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let failure = Failure::usage(format!("no client app has the {what} {text}"));
    let some: Vec<&str> = there.iter().take(8).map(String::as_str).collect();
    Err(match some.as_slice() {
        [] => failure,
        some if there.len() > some.len() => {
            failure.hint(format!("there are {} and others", some.join(", ")))
        }
        some => failure.hint(format!("there are {}", some.join(", "))),
    })
}

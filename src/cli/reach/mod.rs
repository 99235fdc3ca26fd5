//! `reach`: who may become whom, and by which hops.

mod human;

use clap::ValueEnum;
use petgraph::stable_graph::NodeIndex;
use serde::Serialize;

use super::filter::{self, Filters};
use super::project::{self, Paths};
use super::suppose::{self, Suppose};
use super::{Exit, Failure, Globals, Terminal};
use crate::config::Project;
use crate::trust::report::{
    AccessChange, ChainsReport, ReachReport, Scope, reach_csv, reach_csv_header,
};
use crate::trust::{Access, AccessDiff, Actor, ChainLimits, Direction, Subset, TrustGraph};

pub use human::{change, number};

/// Say who can become whom, by which chains of exchanges
///
/// With --from: every client app whose token can be had, starting with a token of this one (or of
/// an external identity, --issuer with --subject). With --to: everybody who can end up with a token
/// of this client app. With both ends: the chains, the shortest first, each hop with its conditions:
/// true, false or not stated, and the lines they rest on.
///
/// There are two answers, and they are not the same. 'single actor' is what one party can do with
/// the credential of one client app. 'worst case' also takes the credentials of everybody on the
/// way; such a chain is potential, never certain. A hop that the configuration refuses is in
/// neither.
///
/// A filter restricts the client apps and identities that are listed. Those on the way of a listed
/// one may be any; a chain between two ends is listed when everybody on it passes.
///
/// With --without the answer is given as things are, and as they would be; nothing is changed.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  Who can end up with a token of Dashboard:
    exchange-studio reach config/ --to Dashboard
  All chains between two client apps, of at most four hops:
    exchange-studio reach config/ --from Portal --to Archive --max-hops 4
  What an external identity can become, under all readings:
    exchange-studio reach config/ --issuer https://auth.external.com --subject 123456789 --all-readings
  What disabling a broker takes away:
    exchange-studio reach config/ --without disable:Broker
  For a spreadsheet:
    exchange-studio reach config/ --to Dashboard --format csv > who.csv

Marks: + true, - false, ? not stated.

Exit status: 0 somebody can (or with --without alone: always), 1 nobody can, 2 usage, 3 a path or a
file cannot be read")]
pub struct Args {
    #[command(flatten)]
    paths: Paths,

    /// The client app whose token it begins with.
    #[arg(long, value_name = "ID", conflicts_with_all = ["issuer", "subject"])]
    from: Option<String>,

    /// The client app whose token it ends with.
    #[arg(long, value_name = "ID")]
    to: Option<String>,

    /// The issuer of the external token it begins with.
    #[arg(long, value_name = "URL", requires = "subject")]
    issuer: Option<String>,

    /// The subject of the external token it begins with.
    #[arg(long, value_name = "TEXT", requires = "issuer", allow_hyphen_values = true)]
    subject: Option<String>,

    /// Hops of the longest way; left out, 6 for chains and any number otherwise.
    #[arg(long, value_name = "N")]
    max_hops: Option<u32>,

    /// Lines or chains of the longest list.
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,

    /// Whose credentials are at hand; left out, both answers.
    #[arg(long, value_enum, value_name = "ACTOR")]
    actor: Option<Whose>,

    /// Answer under every reading of the lists.
    #[arg(long, conflicts_with = "reading")]
    all_readings: bool,

    #[command(flatten)]
    suppose: Suppose,

    #[command(flatten)]
    filters: Filters,

    /// How the answer is written.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// Whose credentials are at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Whose {
    /// The credential of one client app alone.
    Single,
    /// The credentials of everybody on the way.
    Worst,
}

impl Whose {
    pub fn actor(self) -> Actor {
        match self {
            Self::Single => Actor::Single,
            Self::Worst => Actor::Worst,
        }
    }
}

/// How an answer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Human,
    /// For programs; carries "version": 1.
    Json,
    /// For spreadsheets, one line each.
    Csv,
}

/// The shape of `--format json`, version 1.
#[derive(Serialize)]
struct Json {
    version: u32,
    /// What was supposed, as the ends of sentences; empty when nothing was.
    suppositions: Vec<String>,
    /// Which client apps are listed, in words; left out when it is all.
    #[serde(skip_serializing_if = "String::is_empty")]
    filter: String,
    /// One for each reading, actor and, when something was supposed, state of things.
    answers: Vec<Answer>,
}

#[derive(Serialize)]
struct Answer {
    /// Whether this is how things would be, under the suppositions.
    supposed: bool,
    #[serde(flatten)]
    content: Content,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Content {
    Reach(ReachReport),
    Chains(ChainsReport),
    /// What the suppositions take away and bring.
    Change(AccessChange),
}

/// What is asked, once ids are known.
struct Asked {
    from: Option<NodeIndex>,
    to: Option<NodeIndex>,
}

pub fn run(args: &Args, globals: &Globals, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let nothing = args.from.is_none() && args.to.is_none() && args.issuer.is_none();
    if nothing && args.suppose.is_empty() {
        return Err(Failure::usage("nobody is asked about")
            .hint("give --from ID, --to ID, --issuer URL with --subject TEXT, or --without WHAT"));
    }
    let project = project::open(&args.paths.paths, globals)?;
    let gaps = project::warn_about_gaps(&project, terminal);
    let hypotheses = args.suppose.hypotheses(&project)?;
    let chosen = args.filters.choose(&[&project])?;
    let mut answers = Vec::new();
    let mut anybody = nothing;
    for reading in suppose::readings(args.all_readings, globals) {
        let graph = TrustGraph::new(&project, reading);
        let asked = asked(args, &project, &graph)?;
        let only = chosen.select(&project, &graph);
        let plain = Access::new(&project, &graph);
        let mut states = vec![(false, &plain)];
        let supposed = args.suppose.access(&project, &graph)?;
        if !args.suppose.is_empty() {
            states.push((true, &supposed));
        }
        for (is_supposed, access) in states {
            let scope = Scope { project: &project, graph: &graph, access };
            for content in answer(args, scope, &asked, only.as_ref()) {
                anybody |= content.is_yes();
                answers.push(Answer { supposed: is_supposed, content });
            }
        }
        if !args.suppose.is_empty() {
            let scopes = [&plain, &supposed].map(|access| Scope {
                project: &project,
                graph: &graph,
                access,
            });
            let diff = AccessDiff::same_graph(&plain, &supposed, args.limit);
            let content = Content::Change(AccessChange::of(scopes, &diff));
            answers.push(Answer { supposed: true, content });
        }
    }
    match args.format {
        Format::Human => {
            human::write(&project, &hypotheses, &answers, terminal)?;
            filter::note(&chosen.words(&project), terminal)?;
        }
        Format::Json => {
            let suppositions = hypotheses.iter().map(|it| it.describe(&project)).collect();
            let filter = chosen.words(&project);
            terminal.json(&Json { version: 1, suppositions, filter, answers })?;
        }
        Format::Csv => csv(&answers, terminal)?,
    }
    Ok(match (gaps, anybody) {
        (Exit::Fine, false) => Exit::No,
        (gaps, _) => gaps,
    })
}

impl Content {
    fn is_yes(&self) -> bool {
        match self {
            Self::Reach(report) => !report.found.is_empty(),
            Self::Chains(report) => !report.chains.is_empty(),
            Self::Change(_) => false,
        }
    }
}

fn asked(args: &Args, project: &Project, graph: &TrustGraph) -> Result<Asked, Failure> {
    let node = |text: &str| -> Result<NodeIndex, Failure> {
        let key = project::client(project, text)?;
        graph.client_node(key).ok_or_else(|| Failure::usage(format!("{text} is not there")))
    };
    let from = match (&args.from, &args.issuer, &args.subject) {
        (Some(id), _, _) => Some(node(id)?),
        (None, Some(issuer), Some(subject)) => {
            let found = graph.external_node(issuer, subject).ok_or_else(|| {
                Failure::usage(format!(
                    "no client app holds an identity with the issuer {issuer} and the subject \
                     {subject}"
                ))
                .hint("both are compared as text; 'decide' says what comes near")
            });
            Some(found?)
        }
        _ => None,
    };
    Ok(Asked { from, to: args.to.as_deref().map(node).transpose()? })
}

/// The answers of one reading and one state of things.
fn answer(args: &Args, scope: Scope<'_>, asked: &Asked, only: Option<&Subset>) -> Vec<Content> {
    let actors = match args.actor {
        Some(whose) => vec![whose.actor()],
        None => Actor::ALL.to_vec(),
    };
    let reach = |node, direction, actor| {
        let reach = scope.access.reach(node, direction, actor, args.max_hops.unwrap_or(u32::MAX));
        Content::Reach(ReachReport::of(scope, &reach, only, args.limit))
    };
    let limits = ChainLimits::default();
    let limits = ChainLimits { max_hops: args.max_hops.unwrap_or(limits.max_hops), ..limits };
    actors
        .into_iter()
        .filter_map(|actor| match (asked.from, asked.to) {
            (Some(from), Some(to)) => {
                let report = ChainsReport::of(scope, (from, to), (actor, only), limits, args.limit);
                Some(Content::Chains(report))
            }
            (Some(from), None) => Some(reach(from, Direction::From, actor)),
            (None, Some(to)) => Some(reach(to, Direction::To, actor)),
            (None, None) => None,
        })
        .collect()
}

/// One table: what was asked about or, when nothing was, what the suppositions change.
fn csv(answers: &[Answer], terminal: &mut Terminal) -> Result<(), Failure> {
    let asks_more = answers.iter().any(|it| !matches!(it.content, Content::Change(_)));
    let mut header = None;
    let mut lines = String::new();
    for answer in answers {
        let state = if answer.supposed { "supposed" } else { "now" };
        let (columns, text) = match &answer.content {
            Content::Reach(report) => (reach_csv_header(), reach_csv(report, state)),
            Content::Chains(report) => (ChainsReport::csv_header(), report.csv(state)),
            Content::Change(_) if asks_more => continue,
            Content::Change(report) => (AccessChange::csv_header(), report.csv()),
        };
        header.get_or_insert(columns);
        lines.push_str(&text);
    }
    let out = terminal.out();
    out.write_all(header.unwrap_or_default().as_bytes())?;
    out.write_all(lines.as_bytes())?;
    Ok(())
}

//! `structure`: circles, islands, hubs and choke points.

use clap::ValueEnum;
use petgraph::stable_graph::NodeIndex;
use serde::Serialize;

use super::project::{self, Format, Paths};
use super::reach::number;
use super::suppose::Suppose;
use super::{Exit, Failure, Globals, Terminal};
use crate::config::{ClientKey, Project};
use crate::trust::report::{At, Party, listing};
use crate::trust::{Access, Gate, Hub, MOST_GATES, Overview, PermissionKey, TrustGraph, islands};

/// Show exposure, hubs, circles, islands and choke points
///
/// Exposure is how many can become a client app, impact how many client apps it can become, by any
/// number of hops in the worst case. A permission is listed with the pairs that go when it is taken
/// back: a pair is somebody who can become a client app. With --to, what everything that leads to
/// that client app has to pass: client apps on every chain, and the fewest permissions or identities
/// with which all chains go.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  exchange-studio structure config/
  exchange-studio structure config/ --to Archive
  exchange-studio structure config/ --from Portal --to Archive --format json

Exit status: 0 fine, 2 usage, 3 a path or a file cannot be read")]
pub struct Args {
    #[command(flatten)]
    paths: Paths,

    /// What everything has to pass that leads to this client app.
    #[arg(long, value_name = "ID")]
    to: Option<String>,

    /// Only what begins at this client app; left out, all external identities.
    #[arg(long, value_name = "ID", requires = "to")]
    from: Option<String>,

    /// Lines of the longest list.
    #[arg(long, value_name = "N", default_value_t = 10)]
    limit: usize,

    /// Permissions that are weighed at most.
    #[arg(long, value_name = "N", default_value_t = 500)]
    weigh: usize,

    /// What the list of client apps is sorted by.
    #[arg(long, value_enum, default_value_t, value_name = "ORDER")]
    sort: Sort,

    #[command(flatten)]
    suppose: Suppose,

    /// How it is written.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Sort {
    /// How much goes through: exposure times impact.
    #[default]
    Through,
    /// How many can become it.
    Exposure,
    /// How many it can become.
    Impact,
}

/// The shape of `--format json`, version 1.
#[derive(Serialize)]
struct Json {
    version: u32,
    reading: &'static str,
    clients: usize,
    externals: usize,
    /// Somebody who can become a client app, by any number of hops, worst case.
    pairs: u64,
    /// All client apps, by what `--sort` says.
    hubs: Vec<HubLine>,
    cycles: Vec<CycleLine>,
    /// Client apps that may exchange their own tokens for new ones.
    self_exchanges: Vec<Party>,
    /// The largest first; those of one client app alone are in `alone`.
    islands: Vec<IslandLine>,
    alone: Vec<Party>,
    /// The permissions with which most pairs go.
    permissions: Vec<PermissionLine>,
    /// Permissions that were not weighed; one of them may be heavier than one of the list.
    not_weighed: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    chokes: Option<ChokesLine>,
}

#[derive(Serialize)]
struct HubLine {
    client: Party,
    exposure: u64,
    impact: u64,
    hops_in: usize,
    hops_out: usize,
    /// External identities whose tokens it can bring.
    brings: usize,
}

#[derive(Serialize)]
struct CycleLine {
    members: usize,
    /// A shortest way round.
    round: Vec<Party>,
}

#[derive(Serialize)]
struct IslandLine {
    clients: usize,
    externals: usize,
    unknown: usize,
    /// The first of its client apps.
    first: Vec<Party>,
}

#[derive(Serialize)]
struct PermissionLine {
    owner: Party,
    entry: Party,
    at: Vec<At>,
    pairs: u64,
}

#[derive(Serialize)]
struct ChokesLine {
    from: Vec<Party>,
    to: Party,
    /// Whether there is any chain.
    connected: bool,
    /// Client apps on every chain, in the order in which they are passed.
    clients: Vec<Party>,
    /// The fewest permissions and identities with which all chains go; null when more than 64.
    cut: Option<Vec<GateLine>>,
    /// Whether it is certain that no smaller cut exists.
    is_smallest: bool,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum GateLine {
    Permission { owner: Party, entry: Party, at: Vec<At> },
    Identity { external: Party, client: Party, at: Vec<At> },
}

/// What everything is worked out from.
struct Seen<'a> {
    project: &'a Project,
    graph: &'a TrustGraph,
    access: &'a Access,
    overview: &'a Overview,
}

pub fn run(args: &Args, globals: &Globals, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let project = project::open(&args.paths.paths, globals)?;
    let gaps = project::warn_about_gaps(&project, terminal);
    let graph = TrustGraph::new(&project, globals.reading);
    let access = args.suppose.access(&project, &graph)?;
    let overview = Overview::new(&access);
    let seen = Seen { project: &project, graph: &graph, access: &access, overview: &overview };
    let json = seen.json(args)?;
    match args.format {
        Format::Json => terminal.json(&json)?,
        Format::Human => human(&json, args, terminal)?,
    }
    Ok(gaps)
}

impl Seen<'_> {
    fn party(&self, key: ClientKey) -> Party {
        Party::client(self.project, key)
    }

    fn parties(&self, keys: &[ClientKey]) -> Vec<Party> {
        keys.iter().map(|key| self.party(*key)).collect()
    }

    fn json(&self, args: &Args) -> Result<Json, Failure> {
        let mut hubs = self.access.hubs(self.overview);
        let by = |hub: &Hub| match args.sort {
            Sort::Through => hub.exposure.saturating_mul(hub.impact),
            Sort::Exposure => hub.exposure,
            Sort::Impact => hub.impact,
        };
        hubs.sort_by_key(|hub| {
            let degree = hub.hops_in + hub.hops_out + hub.brings;
            (std::cmp::Reverse((by(hub), degree)), hub.client)
        });
        let cycles = self.access.cycles(self.overview.closure.components());
        let (alone, islands): (Vec<_>, Vec<_>) = islands(self.graph).into_iter().partition(|it| {
            it.clients.len() == 1 && it.externals.is_empty() && it.unknown.is_empty()
        });
        let heaviest = self.access.heaviest(self.graph, self.overview, args.limit, args.weigh);
        Ok(Json {
            version: 1,
            reading: self.access.reading().name(),
            clients: self.access.clients(),
            externals: self.access.externals().len(),
            pairs: self.overview.pairs,
            hubs: hubs.iter().map(|hub| self.hub(hub)).collect(),
            cycles: cycles
                .iter()
                .map(|it| CycleLine { members: it.members.len(), round: self.parties(&it.round) })
                .collect(),
            self_exchanges: self.parties(&self.access.self_exchanges()),
            islands: islands
                .iter()
                .map(|it| IslandLine {
                    clients: it.clients.len(),
                    externals: it.externals.len(),
                    unknown: it.unknown.len(),
                    first: self.parties(&it.clients[..it.clients.len().min(5)]),
                })
                .collect(),
            alone: alone.iter().flat_map(|it| self.parties(&it.clients)).collect(),
            permissions: heaviest
                .permissions
                .iter()
                .map(|it| PermissionLine {
                    owner: self.party(it.permission.owner),
                    entry: self.party(it.permission.entry),
                    at: self.entries(it.permission),
                    pairs: it.pairs,
                })
                .collect(),
            not_weighed: heaviest.not_weighed,
            chokes: self.chokes(args)?,
        })
    }

    fn hub(&self, hub: &Hub) -> HubLine {
        HubLine {
            client: self.party(hub.client),
            exposure: hub.exposure,
            impact: hub.impact,
            hops_in: hub.hops_in,
            hops_out: hub.hops_out,
            brings: hub.brings,
        }
    }

    /// The lines of the entries of a permission.
    fn entries(&self, key: PermissionKey) -> Vec<At> {
        let permissions = self.project.client(key.owner).permissions.iter();
        let named = permissions.filter(|it| it.client == Some(key.entry));
        named.map(|it| At::of(self.project, it.place)).collect()
    }

    fn chokes(&self, args: &Args) -> Result<Option<ChokesLine>, Failure> {
        let Some(to) = &args.to else { return Ok(None) };
        let node = |text: &str| -> Result<NodeIndex, Failure> {
            Ok(NodeIndex::new(project::client(self.project, text)?.0))
        };
        let end = node(to)?;
        let starts = match &args.from {
            Some(from) => vec![node(from)?],
            None => self.access.externals_of(end),
        };
        let chokes = self.access.chokes(&starts, end);
        let party = |node: NodeIndex| Party::node(self.project, self.graph, node);
        let gate = |gate: &Gate| match gate {
            Gate::Permission(key) => GateLine::Permission {
                owner: self.party(key.owner),
                entry: self.party(key.entry),
                at: self.entries(*key),
            },
            Gate::Identity { external, client } => {
                let pair = match party(*external) {
                    Party::External { issuer, subject } => (issuer, subject),
                    _ => (String::new(), String::new()),
                };
                let held = self.project.by_identity(&pair.0, &pair.1).into_iter();
                let places = held.filter(|(holder, _)| holder == client).map(|(holder, at)| {
                    At::of(self.project, self.project.client(holder).identities[at].place)
                });
                GateLine::Identity {
                    external: party(*external),
                    client: self.party(*client),
                    at: places.collect(),
                }
            }
        };
        Ok(Some(ChokesLine {
            from: starts.iter().map(|start| party(*start)).collect(),
            to: party(end),
            connected: chokes.connected,
            clients: self.parties(&chokes.clients),
            cut: chokes.cut.as_ref().map(|gates| gates.iter().map(gate).collect()),
            is_smallest: chokes.is_smallest,
        }))
    }
}

fn human(json: &Json, args: &Args, terminal: &mut Terminal) -> Result<(), Failure> {
    let colour = terminal.out_colour();
    let out = terminal.out();
    writeln!(
        out,
        "{}, {}; {} of who can become whom.",
        number(json.clients, "client app", "client apps"),
        number(json.externals, "external identity", "external identities"),
        number(json.pairs as usize, "pair", "pairs")
    )?;
    let title = |text: &str| format!("\n{}", colour.bold(text));
    if let Some(chokes) = &json.chokes {
        write_chokes(chokes, terminal)?;
        return Ok(());
    }

    writeln!(out, "{}", title("Client apps with most access through them"))?;
    for hub in json.hubs.iter().filter(|hub| hub.exposure + hub.impact > 0).take(args.limit) {
        let brings = match hub.brings {
            0 => String::new(),
            many => {
                let many = number(many, "external identity", "external identities");
                format!(", brings {many}")
            }
        };
        writeln!(
            out,
            "  {}: {} can become it, it can become {}; {} in, {} out{brings}",
            hub.client.label(),
            hub.exposure,
            hub.impact,
            number(hub.hops_in, "hop", "hops"),
            hub.hops_out
        )?;
    }

    writeln!(out, "{}", title("Permissions with which most goes"))?;
    for line in &json.permissions {
        let pairs = number(line.pairs as usize, "pair", "pairs");
        writeln!(out, "  {} on the list of {}: {pairs}", line.entry.label(), line.owner.label())?;
        for at in &line.at {
            writeln!(out, "      {}", colour.dim(at))?;
        }
    }
    if json.permissions.is_empty() {
        writeln!(out, "  None: whatever is taken back, another way remains.")?;
    }
    if json.not_weighed > 0 {
        writeln!(
            out,
            "  {} more permissions were not weighed; one of them may be heavier. --weigh weighs more.",
            json.not_weighed
        )?;
    }

    writeln!(out, "{}", title("Circles"))?;
    for cycle in json.cycles.iter().take(args.limit) {
        let names: Vec<_> = cycle.round.iter().map(Party::label).collect();
        let first = names.first().cloned().unwrap_or_default();
        writeln!(out, "  {} client apps: {} → {first}", cycle.members, names.join(" → "))?;
    }
    for party in json.self_exchanges.iter().take(args.limit) {
        writeln!(out, "  {} may exchange its own tokens for new ones", party.label())?;
    }
    if json.cycles.is_empty() && json.self_exchanges.is_empty() {
        writeln!(out, "  None.")?;
    }
    let cut_off = |count: usize| count.saturating_sub(args.limit);
    let more = cut_off(json.cycles.len()) + cut_off(json.self_exchanges.len());
    if more > 0 {
        writeln!(out, "  and {more} more; --limit shows them")?;
    }

    writeln!(out, "{}", title("Islands"))?;
    for island in json.islands.iter().take(args.limit) {
        let names: Vec<_> = island.first.iter().map(Party::label).collect();
        let more = if island.clients > names.len() { ", …" } else { "" };
        writeln!(
            out,
            "  {}, {}, {}: {}{more}",
            number(island.clients, "client app", "client apps"),
            number(island.externals, "external identity", "external identities"),
            number(island.unknown, "unknown id", "unknown ids"),
            names.join(", ")
        )?;
    }
    if json.islands.len() > args.limit {
        writeln!(out, "  and {} more; --limit shows them", json.islands.len() - args.limit)?;
    }
    if !json.alone.is_empty() {
        let names: Vec<_> = json.alone.iter().take(args.limit).map(Party::label).collect();
        let more = if json.alone.len() > names.len() { ", …" } else { "" };
        let count = json.alone.len();
        writeln!(out, "  {count} without any part in token exchange: {}{more}", names.join(", "))?;
    }
    writeln!(out, "\n{}", colour.dim(format!("reading: {}", json.reading)))?;
    Ok(())
}

fn write_chokes(chokes: &ChokesLine, terminal: &mut Terminal) -> Result<(), Failure> {
    let colour = terminal.out_colour();
    let out = terminal.out();
    let to = chokes.to.label();
    let from = match chokes.from.as_slice() {
        [one] => one.label(),
        many => number(many.len(), "external identity", "external identities"),
    };
    writeln!(out, "\n{}", colour.bold(format!("From {from} to {to}")))?;
    if !chokes.connected {
        writeln!(out, "  There is no chain.")?;
        return Ok(());
    }
    let names: Vec<_> = chokes.clients.iter().map(Party::label).collect();
    match names.as_slice() {
        [] => writeln!(out, "  No client app is on every chain.")?,
        names => writeln!(out, "  On every chain: {}", listing(names))?,
    }
    let Some(cut) = &chokes.cut else {
        writeln!(out, "  More than {MOST_GATES} permissions or identities would have to go.")?;
        return Ok(());
    };
    let certain = if chokes.is_smallest { "" } else { " (a smaller one may exist)" };
    writeln!(out, "  All chains go with {}{certain}:", cut.len())?;
    for gate in cut {
        let (text, places) = match gate {
            GateLine::Permission { owner, entry, at } => {
                (format!("{} on the list of {}", entry.label(), owner.label()), at)
            }
            GateLine::Identity { external, client, at } => {
                (format!("{} on {}", external.label(), client.label()), at)
            }
        };
        writeln!(out, "  - {text}")?;
        for at in places {
            writeln!(out, "      {}", colour.dim(at))?;
        }
    }
    Ok(())
}

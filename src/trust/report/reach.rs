//! Who can become X, and the chains from A to B.

use serde::Serialize;

use petgraph::stable_graph::NodeIndex;

use super::super::{Actor, Chain, ChainLimits, Direction, Ended, Reach, Reached, Subset};
use super::{At, HopReport, Party, Scope, arrows, chain_verdict, credentials, csv, listing};

/// A way of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WayReport {
    /// `allowed` when every condition of every hop is true, else `allowed-if-not-stated`.
    pub verdict: &'static str,
    /// The client apps whose credentials it takes.
    pub needs_credentials_of: Vec<Party>,
    pub hops: Vec<HopReport>,
    /// As names with arrows.
    #[serde(skip)]
    pub arrows: String,
}

impl WayReport {
    pub fn of(scope: Scope<'_>, chain: &Chain) -> Self {
        let needed = credentials(chain).into_iter();
        Self {
            verdict: chain_verdict(scope, chain).name(),
            needs_credentials_of: needed.map(|key| Party::client(scope.project, key)).collect(),
            hops: chain.iter().map(|hop| HopReport::of(scope, *hop)).collect(),
            arrows: arrows(scope.project, scope.graph, chain),
        }
    }

    /// Whose credentials it takes, in words.
    pub fn needs(&self) -> String {
        let names: Vec<String> = self.needs_credentials_of.iter().map(Party::label).collect();
        match names.len() {
            1 => format!("takes the credential of {}", listing(&names)),
            _ => format!("takes the credentials of {}", listing(&names)),
        }
    }

    /// The lines that permit it, hop by hop.
    pub fn evidence(&self) -> Vec<&At> {
        self.hops.iter().flat_map(|hop| &hop.permitted_by).collect()
    }
}

/// One that can be reached, or that can reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReachLine {
    pub party: Party,
    pub hops: u32,
    /// A shortest way.
    pub way: WayReport,
}

/// The answer to "who can become X" or "what can X become".
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReachReport {
    pub reading: &'static str,
    /// `single` (the credential of one client app) or `worst` (of everybody on the way).
    pub actor: &'static str,
    /// `from`: what the party can become; `to`: who can become it.
    pub direction: &'static str,
    pub asked: Party,
    pub clients: usize,
    pub externals: usize,
    /// Whether `found` is only the beginning.
    pub cut_off: bool,
    /// By hops.
    pub found: Vec<ReachLine>,
}

impl ReachReport {
    /// The first `limit` lines of an answer, of those that a filter leaves. The ways lead through
    /// whatever they lead through.
    pub fn of(scope: Scope<'_>, reach: &Reach, only: Option<&Subset>, limit: usize) -> Self {
        let passes = |line: &&Reached| only.is_none_or(|only| only.has_node(line.node));
        let found: Vec<&Reached> = reach.found.iter().filter(passes).collect();
        let is_client = |line: &&&Reached| scope.access.is_client(line.node.index() as u32);
        let clients = found.iter().filter(is_client).count();
        let lines = found.iter().take(limit).map(|line| ReachLine {
            party: Party::node(scope.project, scope.graph, line.node),
            hops: line.hops,
            way: WayReport::of(scope, &scope.access.way(reach, line)),
        });
        Self {
            reading: scope.access.reading().name(),
            actor: reach.actor.name(),
            direction: match reach.direction {
                Direction::From => "from",
                Direction::To => "to",
            },
            asked: Party::node(scope.project, scope.graph, reach.asked),
            clients,
            externals: found.len() - clients,
            cut_off: found.len() > limit,
            found: lines.collect(),
        }
    }
}

/// The first line of a CSV of answers.
pub fn reach_csv_header() -> String {
    let mut text = String::new();
    let columns = [
        "state",
        "reading",
        "actor",
        "question",
        "asked",
        "kind",
        "id",
        "name",
        "issuer",
        "subject",
        "hops",
        "verdict",
        "way",
        "needs credentials of",
        "evidence",
    ];
    csv::line(&mut text, columns);
    text
}

/// The lines of an answer; `state` says of what, as in `now`.
pub fn reach_csv(report: &ReachReport, state: &str) -> String {
    let mut text = String::new();
    let question = if report.direction == "from" { "can become" } else { "can be become by" };
    let asked = report.asked.label();
    for line in &report.found {
        let hops = line.hops.to_string();
        let names: Vec<_> = line.way.needs_credentials_of.iter().map(Party::label).collect();
        let evidence: Vec<_> = line.way.evidence().iter().map(ToString::to_string).collect();
        let (names, evidence) = (names.join("; "), evidence.join("; "));
        let fields = [state, report.reading, report.actor, question, &asked].into_iter();
        let fields = fields.chain(line.party.columns());
        let rest = [&hops, line.way.verdict, &line.way.arrows, &names, &evidence];
        csv::line(&mut text, fields.chain(rest));
    }
    text
}

/// The chains from one party to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChainsReport {
    pub reading: &'static str,
    pub actor: &'static str,
    pub from: Party,
    pub to: Party,
    pub max_hops: u32,
    /// No more chains than this there are of at most `max_hops` hops; null when that is not known.
    pub at_most: Option<u64>,
    /// Why there are no more in `chains`: `complete` (there are no others), `max-hops` (longer ones
    /// were not looked for), `limit` (there are more), `max-steps` (the search became too long), or
    /// `cancelled`.
    pub ended: &'static str,
    /// The shortest first.
    pub chains: Vec<WayReport>,
}

impl ChainsReport {
    /// The first `limit` chains, of those on which every client app and identity passes a filter.
    pub fn of(
        scope: Scope<'_>,
        (from, to): (NodeIndex, NodeIndex),
        (actor, only): (Actor, Option<&Subset>),
        limits: ChainLimits,
        limit: usize,
    ) -> Self {
        let mut chains = scope.access.chains(from, to, actor, limits);
        // Of the chains that pass no such number is known.
        let at_most = (actor == Actor::Worst && only.is_none()).then(|| chains.at_most());
        let passes = |chain: &Chain| {
            let passes = |only: &Subset| {
                let client = |key| only.has_client(scope.graph, key);
                chain.iter().all(|hop| only.has_node(hop.from) && client(hop.to))
            };
            only.is_none_or(passes)
        };
        let mut passing = chains.by_ref().filter(passes);
        let found: Vec<_> =
            passing.by_ref().take(limit).map(|chain| WayReport::of(scope, &chain)).collect();
        let more = found.len() == limit && passing.next().is_some();
        let ended = match chains.ended() {
            _ if more => "limit",
            Some(Ended::MaxHops) => "max-hops",
            Some(Ended::MaxSteps) => "max-steps",
            Some(Ended::Cancelled) => "cancelled",
            Some(Ended::Complete) | None => "complete",
        };
        Self {
            reading: scope.access.reading().name(),
            actor: actor.name(),
            from: Party::node(scope.project, scope.graph, from),
            to: Party::node(scope.project, scope.graph, to),
            max_hops: limits.max_hops,
            at_most: at_most.filter(|count| *count < u64::MAX),
            ended,
            chains: found,
        }
    }

    /// The first line of a CSV of chains.
    pub fn csv_header() -> String {
        let mut text = String::new();
        let columns = [
            "state",
            "reading",
            "actor",
            "chain",
            "hop",
            "from",
            "to",
            "needs credential of",
            "verdict",
            "true",
            "false",
            "not stated",
            "evidence",
        ];
        csv::line(&mut text, columns);
        text
    }

    /// One line for each hop of each chain; `state` says of what, as in `now`.
    pub fn csv(&self, state: &str) -> String {
        let mut text = String::new();
        for (chain, way) in self.chains.iter().enumerate() {
            for (at, hop) in way.hops.iter().enumerate() {
                let with = |truth: &str| {
                    let all = hop.conditions.iter().filter(|it| it.truth == truth);
                    all.map(|it| it.id).collect::<Vec<_>>().join("; ")
                };
                let evidence = hop.conditions.iter().flat_map(|it| &it.evidence);
                let evidence: Vec<_> = evidence.map(ToString::to_string).collect();
                let fields = [
                    state.to_owned(),
                    self.reading.to_owned(),
                    self.actor.to_owned(),
                    (chain + 1).to_string(),
                    (at + 1).to_string(),
                    hop.from.label(),
                    hop.to.label(),
                    hop.requester.label(),
                    hop.verdict.to_owned(),
                    with("true"),
                    with("false"),
                    with("not-stated"),
                    evidence.join("; "),
                ];
                csv::line(&mut text, fields.iter().map(String::as_str));
            }
        }
        text
    }

    /// Why the list ends where it does, as a sentence.
    pub fn ending(&self) -> String {
        let count = self.chains.len();
        match self.ended {
            "limit" => match self.at_most {
                Some(most) => format!(
                    "These are the first {count}; there are at most {most} of at most {} hops.",
                    self.max_hops
                ),
                None => format!("These are the first {count}; there are more."),
            },
            "max-hops" => {
                format!("Chains of more than {} hops were not looked for.", self.max_hops)
            }
            "max-steps" => {
                "The search was ended because it became too long; there may be more.".to_owned()
            }
            "cancelled" => "The search was cancelled; there may be more.".to_owned(),
            _ => "There are no others.".to_owned(),
        }
    }
}

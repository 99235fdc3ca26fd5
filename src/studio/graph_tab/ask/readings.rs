//! The same question under the other readings.
//!
//! How the lists are to be read is not settled until a server has been asked, so an answer that
//! holds under one reading alone is worth less than one that holds under all. Each answer therefore
//! says how many lines the other readings find, and how many of them are the same.

use std::collections::HashSet;

use petgraph::stable_graph::NodeIndex;

use super::answer::{Found, MOST_CHAINS};
use crate::trust::{Actor, Chain, Node, Reading, TrustGraph};

/// What another reading finds.
#[derive(Debug)]
pub struct Elsewhere {
    pub reading: Reading,
    /// In the order of [`Actor::ALL`].
    lines: [Lines; 2],
}

#[derive(Debug)]
struct Lines {
    count: usize,
    /// Whether there may be more than are counted.
    is_cut_off: bool,
    /// The lines of this reading's answer that hold there too, by their places.
    same: HashSet<usize>,
}

/// A line, whichever graph it is of: who is found, or whom a chain passes.
#[derive(PartialEq, Eq, Hash)]
enum Line<'a> {
    Party(&'a Node),
    Chain(Vec<&'a Node>),
}

impl Elsewhere {
    pub fn new(
        reading: Reading,
        (graph, found): (&TrustGraph, &[Found; 2]),
        (other, there): (&TrustGraph, &[Found; 2]),
    ) -> Self {
        let lines = |actor: usize| {
            let known: HashSet<Line<'_>> = lines(other, &there[actor]).collect();
            let here = lines(graph, &found[actor]).enumerate();
            let same = here.filter(|(_, line)| known.contains(line)).map(|(at, _)| at);
            Lines {
                count: there[actor].len(),
                is_cut_off: matches!(&there[actor], Found::Chains(list) if list.ended.is_none()),
                same: same.collect(),
            }
        };
        Self { reading, lines: [lines(0), lines(1)] }
    }

    fn lines(&self, actor: Actor) -> &Lines {
        &self.lines[usize::from(actor == Actor::Worst)]
    }

    /// Whether a line of the answer holds under this reading too.
    pub fn has(&self, actor: Actor, at: usize) -> bool {
        self.lines(actor).same.contains(&at)
    }

    /// How many lines it finds, as in "3, 2 the same".
    pub fn words(&self, actor: Actor) -> String {
        let Lines { count, is_cut_off, same } = self.lines(actor);
        match (*count, same.len()) {
            (0, _) => "none".to_owned(),
            (_, _) if *is_cut_off => format!("more than {MOST_CHAINS}"),
            (count, 0) => format!("{count}, none the same"),
            (count, same) if count == same => format!("{count}, all the same"),
            (count, same) => format!("{count}, {same} the same"),
        }
    }
}

/// The readings under which a line does not hold, as the end of it; empty when there is none.
pub fn missing(elsewhere: &[Elsewhere], actor: Actor, at: usize) -> String {
    let missing = elsewhere.iter().filter(|it| !it.has(actor, at));
    let names: Vec<&str> = missing.map(|it| it.reading.name()).collect();
    match names.as_slice() {
        [] => String::new(),
        names => format!(" (not under {})", names.join(" or ")),
    }
}

/// How many of so many lines hold under every reading, as a sentence.
pub fn everywhere(elsewhere: &[Elsewhere], actor: Actor, lines: usize) -> String {
    let holds = |at: &usize| elsewhere.iter().all(|it| it.has(actor, *at));
    match (0..lines).filter(holds).count() {
        _ if lines == 0 => String::new(),
        0 => "Nothing of this holds under every reading.".to_owned(),
        all if all == lines => "All of this holds under every reading.".to_owned(),
        1 => format!("1 of {lines} holds under every reading."),
        some => format!("{some} of {lines} hold under every reading."),
    }
}

fn lines<'a>(graph: &'a TrustGraph, found: &'a Found) -> Box<dyn Iterator<Item = Line<'a>> + 'a> {
    let node = |at: NodeIndex| &graph.graph[at];
    match found {
        Found::Reach(reach) => {
            Box::new(reach.found.iter().map(move |line| Line::Party(node(line.node))))
        }
        Found::Chains(list) => Box::new(list.chains.iter().map(move |chain| passed(graph, chain))),
    }
}

fn passed<'a>(graph: &'a TrustGraph, chain: &Chain) -> Line<'a> {
    let from = chain.first().map(|hop| hop.from);
    let to = chain.iter().filter_map(|hop| graph.client_node(hop.to));
    Line::Chain(from.into_iter().chain(to).map(|at| &graph.graph[at]).collect())
}

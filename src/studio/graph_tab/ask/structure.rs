//! How the whole is built, and what everything on the way to one client app has to pass: lists
//! whose lines can be looked at on the drawing.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::answer::counted;
use super::form::{Form, Kind, name, node};
use crate::config::{ClientKey, Project};
use crate::diagram::scene::Thing;
use crate::studio::analysis::Analysis;
use crate::studio::canvas::{Hop, Spotlight};
use crate::trust::report::listing;
use crate::trust::{
    Access, Actor, Gate, MOST_GATES, Node, Overview, PermissionKey, Reading, islands,
};

/// Lines of a list.
const MOST_LINES: usize = 50;
/// Permissions that are listed by what goes with them, and those weighed to find them: each takes
/// a search of its own.
const HEAVIEST: usize = 20;
const WEIGHED: usize = 500;

/// The answer, with all it was made from.
#[derive(Debug)]
pub struct Structure {
    pub title: String,
    pub analysis: Arc<Analysis>,
    reading: Reading,
    pub sections: Vec<Section>,
}

#[derive(Debug)]
pub struct Section {
    pub heading: String,
    /// What the list does not say.
    pub note: Option<String>,
    pub lines: Vec<Line>,
}

#[derive(Debug)]
pub struct Line {
    pub text: String,
    /// At the right end.
    pub note: String,
    /// What it is about, on the drawing.
    pub shown: Arc<Spotlight>,
}

/// Works the answer out; `None` when it was given up or the client app is not there.
pub fn structure(form: &Form, analysis: Arc<Analysis>, stop: &AtomicBool) -> Option<Structure> {
    let access = Access::new(&analysis.project, &analysis.graph);
    let seen = Seen { analysis: &analysis, access: &access };
    let (title, sections) = match form.kind {
        Kind::Chokes => {
            let party = form.x.as_ref()?;
            let title =
                format!("What has all to pass that leads to {}?", name(&analysis.project, party));
            (title, seen.chokes(node(&analysis.graph, party)?))
        }
        _ => (Kind::Structure.label().to_owned(), seen.whole(stop)?),
    };
    let reading = access.reading();
    Some(Structure { title, reading, sections, analysis: Arc::clone(&analysis) })
}

impl Structure {
    /// Whether it is of this very state of a project, read this way.
    pub fn holds_for(&self, project: &Project, reading: Reading) -> bool {
        self.analysis.project.revision() == project.revision() && self.reading == reading
    }

    pub fn conditions(&self) -> String {
        format!("Under the reading {}. {}", self.reading, Actor::Worst.sentence())
    }

    pub fn line(&self, section: usize, at: usize) -> Option<&Line> {
        self.sections.get(section)?.lines.get(at)
    }

    /// All of it to take along.
    pub fn text(&self) -> String {
        let mut lines = vec![self.title.clone(), self.conditions()];
        for section in &self.sections {
            lines.push(String::new());
            lines.push(section.heading.clone());
            for line in &section.lines {
                let note = if line.note.is_empty() { "" } else { ": " };
                lines.push(format!("  {}{note}{}", line.text, line.note));
            }
            lines.extend(section.note.clone());
        }
        lines.push(String::new());
        lines.join("\n")
    }
}

struct Seen<'a> {
    analysis: &'a Analysis,
    access: &'a Access,
}

impl Seen<'_> {
    fn label(&self, key: ClientKey) -> String {
        self.analysis.project.client(key).label().to_owned()
    }

    fn names(&self, keys: &[ClientKey]) -> String {
        const FEW: usize = 5;
        let mut names: Vec<String> = keys.iter().take(FEW).map(|key| self.label(*key)).collect();
        if keys.len() > FEW {
            names.push(format!("{} others", keys.len() - FEW));
        }
        listing(&names)
    }

    fn whole(&self, stop: &AtomicBool) -> Option<Vec<Section>> {
        let stopped = || stop.load(Ordering::Relaxed);
        let Analysis { graph, .. } = self.analysis;
        let overview = Overview::new(self.access);
        if stopped() {
            return None;
        }
        let mut sections = vec![self.hubs(&overview), self.permissions(&overview)];
        if stopped() {
            return None;
        }
        let cycles = self.access.cycles(overview.closure.components());
        sections.push(Section {
            heading: counted(cycles.len(), "circle", "circles"),
            note: more(cycles.len()),
            lines: cycles
                .iter()
                .take(MOST_LINES)
                .map(|it| self.round(&it.round, &it.members))
                .collect(),
        });
        let (alone, islands): (Vec<_>, Vec<_>) = islands(graph).into_iter().partition(|it| {
            it.clients.len() == 1 && it.externals.is_empty() && it.unknown.is_empty()
        });
        let lines = islands.iter().take(MOST_LINES).map(|it| {
            let clients = counted(it.clients.len(), "client app", "client apps");
            let note = match it.externals.len() {
                0 => clients,
                many => {
                    let many = counted(many, "external identity", "external identities");
                    format!("{clients}, {many}")
                }
            };
            self.clients(self.names(&it.clients), note, &it.clients)
        });
        sections.push(Section {
            heading: counted(islands.len(), "island", "islands"),
            note: more(islands.len()),
            lines: lines.collect(),
        });
        let keys: Vec<ClientKey> = alone.iter().flat_map(|it| it.clients.iter().copied()).collect();
        let lines = keys.iter().take(MOST_LINES);
        sections.push(Section {
            heading: counted(
                keys.len(),
                "client app without any exchange",
                "client apps without any exchange",
            ),
            note: more(keys.len()),
            lines: lines
                .map(|key| self.clients(self.label(*key), String::new(), &[*key]))
                .collect(),
        });
        Some(sections)
    }

    fn hubs(&self, overview: &Overview) -> Section {
        let mut hubs = self.access.hubs(overview);
        hubs.retain(|hub| hub.exposure + hub.impact > 0);
        hubs.sort_by_key(|hub| {
            let degree = hub.hops_in + hub.hops_out + hub.brings;
            let through = hub.exposure.saturating_mul(hub.impact);
            (std::cmp::Reverse((through, degree)), hub.client)
        });
        let lines = hubs.iter().take(HEAVIEST).map(|hub| {
            let note = format!("exposure {}, impact {}", hub.exposure, hub.impact);
            self.clients(self.label(hub.client), note, &[hub.client])
        });
        Section {
            heading: "Client apps with most access through them".to_owned(),
            note: Some(
                "Exposure is how many can become it, impact how many it can become.".to_owned(),
            ),
            lines: lines.collect(),
        }
    }

    fn permissions(&self, overview: &Overview) -> Section {
        let Analysis { project, graph, .. } = self.analysis;
        let heaviest = self.access.heaviest(graph, overview, HEAVIEST, WEIGHED);
        let lines = heaviest.permissions.iter().map(|it| {
            let gate = Gate::Permission(it.permission);
            let note = counted(it.pairs as usize, "pair goes", "pairs go");
            self.gate(gate.sentence(project, graph), note, gate)
        });
        Section {
            heading: "Permissions with which most goes when they are taken back".to_owned(),
            note: (heaviest.not_weighed > 0).then(|| {
                let many = counted(heaviest.not_weighed, "permission was", "permissions were");
                format!("{many} not weighed; one of them may be heavier.")
            }),
            lines: lines.collect(),
        }
    }

    fn chokes(&self, end: petgraph::stable_graph::NodeIndex) -> Vec<Section> {
        let Analysis { project, graph, .. } = self.analysis;
        let starts = self.access.externals_of(end);
        let chokes = self.access.chokes(&starts, end);
        if !chokes.connected {
            let heading = "No chain leads to it from an external identity.".to_owned();
            return vec![Section { heading, note: None, lines: Vec::new() }];
        }
        let from = counted(starts.len(), "external identity leads", "external identities lead");
        let clients = chokes.clients.iter();
        let passed = Section {
            heading: format!("{from} to it. Client apps that every chain passes"),
            note: chokes.clients.is_empty().then(|| "There is none: chains differ.".to_owned()),
            lines: clients
                .map(|key| self.clients(self.label(*key), String::new(), &[*key]))
                .collect(),
        };
        let cut = match &chokes.cut {
            None => Section {
                heading: "No small cut".to_owned(),
                note: Some(format!("More than {MOST_GATES} entries would have to go.")),
                lines: Vec::new(),
            },
            Some(gates) => Section {
                heading: format!(
                    "With {} every chain goes",
                    counted(gates.len(), "entry", "entries")
                ),
                note: Some(match chokes.is_smallest {
                    true => "No smaller cut exists.".to_owned(),
                    false => "There may be a smaller cut.".to_owned(),
                }),
                lines: gates
                    .iter()
                    .map(|gate| self.gate(gate.sentence(project, graph), String::new(), *gate))
                    .collect(),
            },
        };
        vec![passed, cut]
    }

    fn clients(&self, text: String, note: String, keys: &[ClientKey]) -> Line {
        let things = keys.iter().map(|key| Thing::Client(*key)).collect();
        let shown = Spotlight { title: text.clone(), hops: Vec::new(), things, refused: false };
        Line { text, note, shown: Arc::new(shown) }
    }

    /// A circle by a shortest way round.
    fn round(&self, round: &[ClientKey], members: &[ClientKey]) -> Line {
        let mut names: Vec<String> = round.iter().map(|key| self.label(*key)).collect();
        names.extend(round.first().map(|key| self.label(*key)));
        let text = names.join(" → ");
        let things: BTreeSet<Thing> = members.iter().map(|key| Thing::Client(*key)).collect();
        let next = round.iter().cycle().skip(1);
        let hops = round.iter().zip(next).filter_map(|(from, to)| self.arrow(*from, *to));
        let shown = Spotlight { title: text.clone(), hops: hops.collect(), things, refused: false };
        let note = counted(members.len(), "client app", "client apps");
        Line { text, note, shown: Arc::new(shown) }
    }

    /// The arrow of the drawing from one client app to another.
    fn arrow(&self, from: ClientKey, to: ClientKey) -> Option<Hop> {
        let scene = &self.analysis.scene;
        let ends = (scene.node_of(&Thing::Client(from))?, scene.node_of(&Thing::Client(to))?);
        let edge = scene.edges.iter().find(|edge| (edge.from, edge.to) == ends)?;
        Some(Hop { arrow: edge.thing.clone(), sentence: edge.sentence.clone() })
    }

    fn gate(&self, text: String, note: String, gate: Gate) -> Line {
        let Analysis { project, graph, .. } = self.analysis;
        let (arrow, ends) = match gate {
            Gate::Permission(PermissionKey { owner, entry }) => {
                let mut permissions = project.client(owner).permissions.iter();
                let index = permissions.position(|it| it.client == Some(entry));
                let arrow = index.map(|index| Thing::Permission { owner, index });
                (arrow, vec![Thing::Client(owner), Thing::Client(entry)])
            }
            Gate::Identity { external, client } => {
                let pair = match graph.graph.node_weight(external) {
                    Some(Node::External { issuer, subject }) => {
                        Some((issuer.as_str(), subject.as_str()))
                    }
                    _ => None,
                };
                let mut identities = project.client(client).identities.iter();
                let index = identities.position(|it| pair.is_some() && it.pair() == pair);
                let arrow = index.map(|index| Thing::Federation { client, index });
                (arrow, vec![Thing::Client(client)])
            }
        };
        let things = ends.into_iter().chain(arrow).collect();
        let shown = Spotlight { title: text.clone(), hops: Vec::new(), things, refused: false };
        Line { text, note, shown: Arc::new(shown) }
    }
}

/// That a list is cut off.
fn more(count: usize) -> Option<String> {
    (count > MOST_LINES).then(|| format!("These are the first {MOST_LINES} of {count}."))
}

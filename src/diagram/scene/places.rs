//! Where boxes were in another drawing, so that the next one can stay close to it.
//!
//! Boxes are told apart by what they are, never by their number: an edit may renumber everything.
//! Of each drawing a [`Mark`] of every box is kept. Two marks tell that it is the same box, and
//! whether anything that decides its place (its arrows, its size, its cluster) is another now.

use std::collections::HashMap;

use super::{Difference, NodeKind, Scene, SceneEdge, SceneNode, Thing};
use crate::config::{Id, Project};
use crate::diagram::layout::{Before, Method, Point};

/// A box, in two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// What it is.
    pub name: u64,
    /// What decides where it stands.
    pub look: u64,
}

/// Where boxes were, and which of them are pinned.
#[derive(Clone, Debug, Default)]
pub struct Places {
    method: Option<Method>,
    were: HashMap<u64, (Point, u64)>,
    pins: HashMap<u64, Point>,
}

/// FNV-1a over bytes, with the bits mixed at the end so that sums of it tell things apart too.
fn hash(parts: &[&[u8]]) -> u64 {
    let mut sum = 0xcbf2_9ce4_8422_2325u64;
    for part in parts {
        for &byte in part.iter().chain(&[0xff]) {
            sum = (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    sum = (sum ^ (sum >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    sum = (sum ^ (sum >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    sum ^ (sum >> 31)
}

fn client_name(id: &Id) -> u64 {
    hash(&[b"client", id.key().as_bytes()])
}

fn ghost_name(id: &str) -> u64 {
    hash(&[b"ghost", Id::new(id).key().as_bytes()])
}

fn issuer_name(issuer: &str) -> u64 {
    hash(&[b"issuer", issuer.as_bytes()])
}

impl Places {
    /// Where the boxes of a drawing are.
    pub fn of(scene: &Scene) -> Self {
        let boxes = scene.marks.iter().zip(&scene.nodes);
        Self {
            method: Some(scene.method),
            were: boxes.map(|(mark, node)| (mark.name, (node.rect.min, mark.look))).collect(),
            pins: HashMap::new(),
        }
    }

    /// Pins the client app with an id: its upper left corner stays there.
    pub fn pin_client(&mut self, id: &Id, at: Point) {
        self.pins.insert(client_name(id), at);
    }

    /// Pins an id that no document defines.
    pub fn pin_unknown(&mut self, id: &str, at: Point) {
        self.pins.insert(ghost_name(id), at);
    }

    pub fn pin_issuer(&mut self, issuer: &str, at: Point) {
        self.pins.insert(issuer_name(issuer), at);
    }

    /// What a layout of these boxes stays close to; `None` when there is nothing.
    pub(super) fn before(&self, method: Method, marks: &[Mark]) -> Option<Before> {
        // Places in layers mean nothing to an overview, and the other way around.
        let same = self.method == Some(method);
        let knows_some = same && !self.were.is_empty();
        if self.pins.is_empty() && !knows_some {
            return None;
        }
        let mut before = Before::default();
        for mark in marks {
            let pin = self.pins.get(&mark.name).copied();
            let was = self.were.get(&mark.name).filter(|_| same);
            before.positions.push(pin.or(was.map(|was| was.0)));
            before.pinned.push(pin.is_some());
            before.changed.push(was.is_some_and(|was| was.1 != mark.look));
        }
        Some(before)
    }
}

/// The marks of boxes, one for each. Keys of what was removed are those of the `old` project.
pub(super) fn marks(
    (old, new): (&Project, &Project),
    nodes: &[SceneNode],
    edges: &[SceneEdge],
    clusters: &[String],
) -> Vec<Mark> {
    let mut seen: HashMap<u64, u64> = HashMap::new();
    let mut name = |node: &SceneNode| {
        let name = match &node.kind {
            NodeKind::Client(key) => {
                let project = if node.difference == Difference::Removed { old } else { new };
                let app = project.client(*key);
                match &app.id {
                    Some(id) => client_name(&id.value),
                    None => hash(&[
                        b"nameless",
                        app.label().as_bytes(),
                        project.file(app.file).name.as_bytes(),
                    ]),
                }
            }
            NodeKind::Ghost(id) => ghost_name(id),
            NodeKind::Issuer(issuer) => issuer_name(issuer),
            NodeKind::Group(_) => hash(&[b"group", node.name.as_bytes()]),
        };
        // The second of a name is another box.
        let count = seen.entry(name).or_insert(0);
        *count += 1;
        if *count == 1 { name } else { hash(&[&name.to_le_bytes(), &count.to_le_bytes()]) }
    };
    let names: Vec<u64> = nodes.iter().map(&mut name).collect();
    let look = |node: &SceneNode| {
        let cluster = clusters.get(node.cluster).map_or(&b""[..], |title| title.as_bytes());
        hash(&[&node.rect.width().to_le_bytes(), &node.rect.height().to_le_bytes(), cluster])
    };
    let mut looks: Vec<u64> = nodes.iter().map(look).collect();
    for edge in edges {
        for (at, other, way) in [(edge.from, edge.to, b"to"), (edge.to, edge.from, b"by")] {
            let arrow = hash(&[way, &names[other].to_le_bytes()]);
            looks[at] = looks[at].wrapping_add(arrow);
        }
    }
    names.into_iter().zip(looks).map(|(name, look)| Mark { name, look }).collect()
}

/// What a thing that can be pinned is called in the project file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PinName {
    /// By the key of its id.
    Client(String),
    Unknown(String),
    Issuer(String),
}

impl PinName {
    /// `None` for what has no box of its own, and for client apps without an id: nothing would
    /// tell tomorrow which one it was.
    pub fn of(project: &Project, thing: &Thing) -> Option<Self> {
        match thing {
            Thing::Client(key) => {
                let id = project.clients().get(key.0)?.id.as_ref()?;
                Some(Self::Client(id.value.key().into_owned()))
            }
            Thing::Ghost(id) => Some(Self::Unknown(Id::new(id).key().into_owned())),
            Thing::Issuer(issuer) => Some(Self::Issuer(issuer.clone())),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Options;
    use super::*;
    use crate::config::Source;
    use crate::trust::{Reading, TrustGraph};

    fn client(id: &str, targets: &[&str]) -> String {
        let mut text = format!("---\n!ClientAppDto\nid: {id}\nsubscriptionId: s{}\n", id.len() % 3);
        if !targets.is_empty() {
            text.push_str("allowedTokenExchangeClientApps:\n");
        }
        for target in targets {
            text.push_str(&format!("  - id: {target}\n"));
        }
        text
    }

    fn project(documents: &[String]) -> Project {
        let bytes = documents.concat().into_bytes();
        Project::from_sources(vec![Source { path: None, name: "a.yaml".to_owned(), bytes }])
    }

    fn draw(project: &Project, places: Option<&Places>) -> Scene {
        let graph = TrustGraph::new(project, Reading::default());
        let options = Options { method: Some(Method::Overview), places, ..Options::default() };
        Scene::build(project, &graph, &options).unwrap()
    }

    fn at(scene: &Scene, project: &Project, id: &str) -> Point {
        let is = |node: &&SceneNode| match node.kind {
            NodeKind::Client(key) => {
                project.client(key).id.as_ref().is_some_and(|it| it.value == Id::new(id))
            }
            _ => false,
        };
        scene.nodes.iter().find(is).unwrap().rect.min
    }

    #[test]
    fn boxes_stay_where_they_are_though_every_number_is_another() {
        let documents: Vec<String> = (1..12)
            .map(|n| client(&"a".repeat(n), &[&"a".repeat(n + 1), &"a".repeat(n % 4 + 1)]))
            .collect();
        let old = project(&documents);
        let scene = draw(&old, None);
        let mut more = vec![client("new", &["aaa"])];
        more.extend(documents);
        let new = project(&more);
        let next = draw(&new, Some(&Places::of(&scene)));
        for n in [1, 2, 5, 8, 11] {
            let id = "a".repeat(n);
            assert_eq!(at(&next, &new, &id), at(&scene, &old, &id), "{id}");
        }
    }

    #[test]
    fn a_pinned_box_is_where_it_was_put() {
        let old = project(&[client("a", &["b"]), client("b", &["ghost"])]);
        let mut places = Places::default();
        places.pin_client(&Id::new("b"), Point::new(-400.0, 900.0));
        places.pin_unknown("ghost", Point::new(800.0, 900.0));
        let scene = draw(&old, Some(&places));
        assert_eq!(at(&scene, &old, "b"), Point::new(-400.0, 900.0));
        let ghost = scene.node_of(&Thing::Ghost("ghost".to_owned())).unwrap();
        assert_eq!(scene.nodes[ghost].rect.min, Point::new(800.0, 900.0));
    }

    #[test]
    fn an_arrow_that_came_or_went_shows_in_the_looks_of_both_ends_only() {
        let one = [client("a", &["b"]), client("b", &["c"]), client("c", &[])];
        let two = [client("a", &["b"]), client("b", &["a"]), client("c", &[])];
        let looks = |documents: &[String]| -> Vec<Mark> { draw(&project(documents), None).marks };
        let (one, two) = (looks(&one), looks(&two));
        let names = |marks: &[Mark]| -> Vec<u64> { marks.iter().map(|mark| mark.name).collect() };
        assert_eq!(names(&one), names(&two));
        assert!((0..3).all(|n| one[n].look != two[n].look));
        assert_eq!(looks(&[client("a", &["b"]), client("b", &[])])[0].look, one[0].look);
    }
}

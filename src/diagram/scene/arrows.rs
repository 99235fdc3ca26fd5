//! Arrows, and boxes that stand for many.
//!
//! Where the rows of an issuer are folded or a group is collapsed, arrows between the same two ends
//! become one that says how many it stands for; what is added or removed in a comparison stays an
//! arrow of its own, so that a change within a group is not lost in a number. Arrows within one
//! group are not drawn; the box says how many there are.

use std::collections::HashMap;

use petgraph::stable_graph::EdgeIndex;

use super::build::Builder;
use super::union::Link;
use super::{
    Difference, EdgeKind, End, Font, GroupKey, Inner, NodeKind, SceneEdge, SceneNode, Thing,
    measure,
};
use crate::trust::{Edge, Node};

/// What makes arrows one: both ends, what they are, and whether they are new.
type Bundle = (usize, Option<usize>, usize, EdgeKind, Difference);

impl Builder<'_> {
    pub(super) fn add_to_group(
        &mut self,
        groups: &mut HashMap<GroupKey, usize>,
        key: GroupKey,
        at: usize,
    ) {
        let item = self.union.items[at];
        let next = self.nodes.len();
        let node = *groups.entry(key.clone()).or_insert(next);
        if node == next {
            let kind = NodeKind::Group(key.clone());
            let node = self.plain(kind, measure::CLIENT_WIDTH, measure::HEAD, key);
            self.nodes.push(node);
        }
        self.nodes[node].members.push(item.member());
        self.nodes[node].on_path |= self.on_path.contains(&at);
        self.shown[at] = Some((node, None));
    }

    /// Words for the collapsed groups, once their members are known.
    pub(super) fn name_groups(&mut self) {
        for at in 0..self.nodes.len() {
            let NodeKind::Group(key) = &self.nodes[at].kind else { continue };
            let (sort, name) = self.names.parts(key);
            let title = self.names.title(key);
            let counts = self.count(&self.nodes[at]);
            let inner = measure::CLIENT_WIDTH - 2.0 * measure::PADDING - measure::STACK;
            let subtitle =
                if sort.is_empty() { counts.clone() } else { format!("{sort}, {counts}") };
            let difference =
                self.nodes[at].members.iter().map(|it| it.difference).reduce(Difference::and);
            let (title_fits, subtitle_fits) =
                (self.fit(&name, Font::Title, inner), self.fit(&subtitle, Font::Subtitle, inner));
            let node = &mut self.nodes[at];
            node.difference = difference.unwrap_or_default();
            node.name = format!("Group {title}, {counts}");
            if node.difference != Difference::Same {
                node.name.push_str(", ");
                node.name.push_str(node.difference.word());
            }
            (node.title, node.subtitle) = (title_fits, subtitle_fits);
        }
    }

    /// As in "14 client apps, 2 identities".
    fn count(&self, node: &SceneNode) -> String {
        let (mut clients, mut identities, mut unknown) = (0, 0, 0);
        for member in &node.members {
            let side = usize::from(member.difference == Difference::Removed);
            match self.union.sides[side].graph.graph[member.node] {
                Node::Client(_) => clients += 1,
                Node::External { .. } => identities += 1,
                Node::Ghost(_) => unknown += 1,
            }
        }
        let mut parts = Vec::new();
        for (count, one, many) in [
            (clients, "client app", "client apps"),
            (identities, "identity", "identities"),
            (unknown, "unknown id", "unknown ids"),
        ] {
            if count > 0 {
                parts.push(format!("{count} {}", if count == 1 { one } else { many }));
            }
        }
        parts.join(", ")
    }

    pub(super) fn add_edges(&mut self) {
        let hops = self.hops();
        let mut bundles: HashMap<Bundle, usize> = HashMap::new();
        for at in 0..self.union.links.len() {
            let link = self.union.links[at];
            let ends = (self.shown[link.from], self.shown[link.to]);
            let (true, (Some((from, from_row)), Some((to, _)))) = (self.links[at], ends) else {
                continue;
            };
            let is_group = |node: usize| matches!(self.nodes[node].kind, NodeKind::Group(_));
            if from == to && is_group(from) {
                let inner = Inner { edge: link.edge, difference: link.difference };
                let node = &mut self.nodes[from];
                node.inside.push(inner);
                // What changes within a box that hides it must be seen on the box.
                if node.difference == Difference::Same && link.difference != Difference::Same {
                    node.difference = Difference::Changed;
                    node.name.push_str(", ");
                    node.name.push_str(node.difference.word());
                }
                continue;
            }
            let hops = match link.side {
                0 => hops.get(&link.edge).cloned().unwrap_or_default(),
                _ => Vec::new(),
            };
            let folded = from_row.is_some_and(|row| self.nodes[from].rows[row].node.is_none());
            let mut edge = self.arrow(&link, (from, from_row, to));
            edge.hops = hops;
            if !folded && !is_group(from) && !is_group(to) {
                self.edges.push(edge);
                continue;
            }
            let bundle = (from, from_row, to, edge.kind, edge.difference);
            match bundles.get(&bundle) {
                Some(&same) => {
                    let same = &mut self.edges[same];
                    same.edges.extend(edge.edges);
                    same.hops.extend(edge.hops);
                }
                None => {
                    bundles.insert(bundle, self.edges.len());
                    self.edges.push(edge);
                }
            }
        }
        for edge in bundles.into_values() {
            self.name_bundle(edge);
        }
        for node in &mut self.nodes {
            match node.inside.len() {
                0 => {}
                1 => node.name.push_str(", 1 arrow inside"),
                many => node.name.push_str(&format!(", {many} arrows inside")),
            }
        }
    }

    /// The hops of the marked path, by edge.
    fn hops(&self) -> HashMap<EdgeIndex, Vec<usize>> {
        let mut hops: HashMap<EdgeIndex, Vec<usize>> = HashMap::new();
        for (at, edge) in self.options.path.iter().enumerate() {
            hops.entry(*edge).or_default().push(at + 1);
        }
        hops
    }

    fn arrow(&self, link: &Link, (from, from_row, to): (usize, Option<usize>, usize)) -> SceneEdge {
        let side = self.union.sides[link.side];
        let (kind, thing) = match &side.graph.graph[link.edge] {
            Edge::Exchange(e) => (
                EdgeKind::Exchange { asks: if e.source_asks { End::From } else { End::To } },
                Thing::Permission { owner: e.owner, index: e.index },
            ),
            Edge::Federation { client, index, .. } => {
                (EdgeKind::Federation, Thing::Federation { client: *client, index: *index })
            }
        };
        let mut sentence = side.graph.sentence(side.project, link.edge);
        let thing = match link.difference {
            Difference::Removed => Thing::Removed(Box::new(thing)),
            _ => thing,
        };
        match link.difference {
            Difference::Same => {}
            Difference::Added => sentence.insert_str(0, "Added: "),
            Difference::Removed => sentence.insert_str(0, "Removed: "),
            Difference::Changed => sentence.insert_str(0, "Changed: "),
        }
        SceneEdge {
            kind,
            from,
            to,
            from_row,
            edges: vec![link.edge],
            thing,
            sentence,
            route: Vec::new(),
            reversed: false,
            difference: link.difference,
            hops: Vec::new(),
        }
    }

    /// What a sentence calls a box.
    fn called(&self, node: &SceneNode) -> String {
        match (&node.kind, node.members.first()) {
            (NodeKind::Group(key), _) => self.names.title(key),
            (NodeKind::Issuer(issuer), _) => issuer.clone(),
            (_, Some(member)) => {
                let side = usize::from(member.difference == Difference::Removed);
                let side = self.union.sides[side];
                side.graph.label(side.project, member.node)
            }
            (_, None) => node.name.clone(),
        }
    }

    /// What an arrow that stands for several says.
    fn name_bundle(&mut self, at: usize) {
        let edge = &self.edges[at];
        let count = edge.edges.len();
        if count < 2 {
            return;
        }
        let (from, to) = (&self.nodes[edge.from], &self.nodes[edge.to]);
        let difference = match edge.difference {
            Difference::Same => "",
            Difference::Added => "Added: ",
            Difference::Removed => "Removed: ",
            Difference::Changed => "Changed: ",
        };
        let folded =
            !matches!(from.kind, NodeKind::Group(_)) && !matches!(to.kind, NodeKind::Group(_));
        let sentence = if folded {
            format!("{difference}{count} more external identities stand for {}.", self.called(to))
        } else {
            let what = match edge.kind {
                EdgeKind::Exchange { .. } => "permissions to exchange tokens",
                EdgeKind::Federation => "external identities that stand for client apps",
            };
            format!(
                "{difference}{count} {what}, from {} to {}.",
                self.called(from),
                self.called(to)
            )
        };
        let thing = (!folded).then(|| Thing::Bundle {
            from: Box::new(from.thing()),
            to: Box::new(to.thing()),
            kind: edge.kind,
            difference: edge.difference,
        });
        let edge = &mut self.edges[at];
        edge.sentence = sentence;
        if let Some(thing) = thing {
            edge.thing = thing;
        }
    }
}

//! What is done with boxes that are marked or selected: pinning and lining up, their neighbours, a
//! path between two, their groups.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::analysis::Analysis;
use super::super::canvas::{Hop, Marking, Spotlight};
use super::super::command::Notice;
use super::super::panels::bars::counted;
use super::super::state::State;
use super::align::{Align, aligned};
use super::state::Command;
use super::view::Narrowing;
use super::way::{step, way_between};
use crate::diagram::scene::{GroupKey, Thing};
use crate::trust::Access;

impl State {
    pub(super) fn pin(&mut self) {
        let scene = Arc::clone(self.graph.scene(&self.analysis));
        let meant = self.meant_boxes();
        let all = meant.iter().all(|thing| self.graph.places.contains_key(thing));
        let pins = meant.into_iter().filter_map(|thing| {
            let at = (!all).then(|| scene.node_of(&thing).map(|node| scene.nodes[node].rect.min));
            match at {
                None => Some((thing, None)),
                Some(at) => Some((thing, Some(at?))),
            }
        });
        let pins = pins.collect();
        self.pin_boxes(pins);
    }

    pub(super) fn unpin_all(&mut self) {
        let pins = self.graph.places.keys().map(|thing| (thing.clone(), None)).collect();
        self.pin_boxes(pins);
    }

    pub(super) fn align(&mut self, how: Align) {
        let scene = self.graph.scene(&self.analysis);
        let boxes: Vec<(Thing, usize)> = self
            .graph
            .marked
            .iter()
            .filter_map(|thing| scene.node_of(thing).map(|node| (thing.clone(), node)))
            .collect();
        let rects: Vec<_> = boxes.iter().map(|(_, node)| scene.nodes[*node].rect).collect();
        let corners = aligned(&rects, how);
        let places = boxes.into_iter().map(|(thing, _)| thing).zip(corners).collect();
        self.apply_to_graph(Command::Place(places));
    }

    /// Marks what is at the other end of the arrows of what is meant.
    pub(super) fn mark_neighbours(&mut self) {
        let scene = Arc::clone(self.graph.scene(&self.analysis));
        let meant: BTreeSet<usize> =
            self.meant_boxes().iter().filter_map(|thing| scene.node_of(thing)).collect();
        let ends = scene.edges.iter().filter_map(|edge| {
            let (from, to) = (meant.contains(&edge.from), meant.contains(&edge.to));
            (from || to).then_some([edge.from, edge.to])
        });
        let near: BTreeSet<usize> = ends.flatten().chain(meant.iter().copied()).collect();
        let things = near.into_iter().map(|node| scene.nodes[node].thing()).collect();
        self.graph.mark(things, Marking::Replace);
    }

    /// Lifts out a shortest way between the two marked boxes.
    pub(super) fn show_path(&mut self) {
        let Analysis { project, graph, scene, .. } = &*self.analysis;
        let marked: Vec<usize> =
            self.graph.marked.iter().filter_map(|thing| scene.node_of(thing)).collect();
        let &[a, b] = marked.as_slice() else { return };
        let access = Access::new(project, graph);
        let Some(way) = way_between(graph, &access, scene, a, b) else {
            let (a, b) = (&scene.nodes[a].title, &scene.nodes[b].title);
            let text = format!("No arrows lead from {a} to {b}, nor back.");
            self.notices.push(Notice::Hint(text));
            return;
        };
        let (first, last) = (way.arrows.first(), way.arrows.last());
        let (Some(&first), Some(&last)) = (first, last) else { return };
        let from = &scene.nodes[scene.edges[first].from].title;
        let to = &scene.nodes[scene.edges[last].to].title;
        let arrows = way.arrows.iter().map(|&arrow| &scene.edges[arrow]);
        let hops: Vec<Hop> = arrows.map(|arrow| step(project, graph, &access, arrow)).collect();
        let count = counted(hops.len(), "hop");
        let spotlight = Spotlight {
            title: format!("{from} to {to}, {count}"),
            hops,
            things: BTreeSet::new(),
            refused: way.refused,
        };
        self.apply_to_graph(Command::Spotlight(Some(Arc::new(spotlight))));
    }

    /// Draws these groups as one box each, in place, besides those that are already.
    pub(super) fn collapse(&mut self, groups: BTreeSet<GroupKey>) {
        let mut view = self.graph.view().clone();
        Arc::make_mut(&mut view.looking).collapsed.extend(groups);
        self.graph.go_to(view);
    }

    pub(super) fn only_path(&mut self) {
        let narrowing = match self.graph.narrowing() {
            Narrowing::Path => Narrowing::Whole,
            _ => Narrowing::Path,
        };
        self.apply_to_graph(Command::Narrow(narrowing));
    }
}

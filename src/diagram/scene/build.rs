//! From a project and its graph, or two of them, to boxes.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::group::GroupNames;
use super::union::{Item, Side, Union};
use super::{
    Badge, Difference, Font, GroupKey, NodeKind, Options, ROWS_SHOWN, Row, SceneEdge, SceneNode,
    ellipsize, measure,
};
use crate::config::{ClientApp, ClientKey, IdForm, Setting};
use crate::diagram::layout::Rect;
use crate::trust::Node;

pub(super) struct Builder<'a> {
    pub(super) union: Union<'a>,
    pub(super) options: &'a Options<'a>,
    pub(super) nodes: Vec<SceneNode>,
    pub(super) edges: Vec<SceneEdge>,
    /// Box and row of each item that is drawn.
    pub(super) shown: Vec<Option<(usize, Option<usize>)>>,
    /// The items of the marked path.
    pub(super) on_path: HashSet<usize>,
    pub(super) links: Vec<bool>,
    clusters: HashMap<GroupKey, usize>,
    pub(super) cluster_titles: Vec<(GroupKey, String)>,
    pub(super) names: GroupNames,
    /// By side.
    brokers: Vec<HashSet<ClientKey>>,
    /// The principal and its brokers, by side.
    brokers_of: Vec<(usize, ClientKey, Vec<ClientKey>)>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(union: Union<'a>, options: &'a Options<'a>) -> Self {
        let mut brokers = Vec::new();
        let mut brokers_of = Vec::new();
        for (at, side) in union.sides.iter().enumerate() {
            let mut all = HashSet::new();
            for client in side.project.clients() {
                if !client.identities.is_empty() {
                    let of_this = side.graph.brokers(side.project, client.key);
                    all.extend(of_this.iter().copied());
                    brokers_of.push((at, client.key, of_this));
                }
            }
            brokers.push(all);
        }
        let names = GroupNames::new(union.sides.iter().map(|side| side.project));
        Self {
            shown: vec![None; union.items.len()],
            links: Vec::new(),
            on_path: HashSet::new(),
            union,
            options,
            nodes: Vec::new(),
            edges: Vec::new(),
            clusters: HashMap::new(),
            cluster_titles: Vec::new(),
            names,
            brokers,
            brokers_of,
        }
    }

    pub(super) fn side(&self, item: &Item) -> Side<'a> {
        self.union.sides[item.side]
    }

    pub(super) fn add_nodes(&mut self) {
        let (wanted, links) = self.union.wanted(self.options);
        self.links = links;
        for link in &self.union.links {
            if link.side == 0 && self.options.path.contains(&link.edge) {
                self.on_path.extend([link.from, link.to]);
            }
        }
        let mut issuers: BTreeMap<String, Vec<(String, usize)>> = BTreeMap::new();
        let mut groups: HashMap<GroupKey, usize> = HashMap::new();
        for at in (0..wanted.len()).filter(|at| wanted[*at]) {
            let item = self.union.items[at];
            let side = self.side(&item);
            if !self.options.collapsed.is_empty() {
                let key = self.options.group_by.group(side.project, side.graph, item.node);
                if self.options.collapsed.contains(&key) {
                    self.add_to_group(&mut groups, key, at);
                    continue;
                }
            }
            let mut node = match &side.graph.graph[item.node] {
                Node::Client(key) => self.client(&item, side.project.client(*key)),
                Node::Ghost(id) => self.ghost(&item, id),
                Node::External { issuer, subject } => {
                    let identities = issuers.entry(issuer.clone()).or_default();
                    identities.push((subject.clone(), at));
                    continue;
                }
            };
            node.members = vec![item.member()];
            node.difference = item.difference;
            node.on_path = self.on_path.contains(&at);
            self.tell_difference(&mut node);
            self.shown[at] = Some((self.nodes.len(), None));
            self.nodes.push(node);
        }
        for (issuer, mut identities) in issuers {
            identities.sort_unstable();
            let node = self.issuer(&issuer, &identities);
            self.nodes.push(node);
        }
        self.name_groups();
    }

    fn tell_difference(&self, node: &mut SceneNode) {
        if node.difference != Difference::Same {
            node.name.push_str(", ");
            node.name.push_str(node.difference.word());
        }
    }

    pub(super) fn fit(&self, text: &str, font: Font, width: f32) -> String {
        ellipsize(text, font, width, self.options.width)
    }

    pub(super) fn cluster(&mut self, key: GroupKey) -> usize {
        if let Some(&at) = self.clusters.get(&key) {
            return at;
        }
        let at = self.cluster_titles.len();
        self.cluster_titles.push((key.clone(), self.names.title(&key)));
        self.clusters.insert(key, at);
        at
    }

    fn client(&mut self, item: &Item, app: &ClientApp) -> SceneNode {
        let side = self.side(item);
        let mut inner = measure::CLIENT_WIDTH - 2.0 * measure::PADDING;
        let file = &side.project.file(app.file).name;
        let subtitle = match (&app.id, &app.name) {
            (Some(id), Some(_)) => short_id(id.value.as_str(), id.value.form()),
            _ => file.clone(),
        };
        let mut badges = Vec::new();
        if app.stale.is_some() {
            badges.push(Badge::Broken);
        }
        if self.brokers[item.side].contains(&app.key) {
            badges.push(Badge::Broker);
        }
        if !app.identities.is_empty() {
            badges.push(Badge::Principal);
        }
        let says = |setting, value| app.flag(setting).is_some_and(|stated| stated.value == value);
        if says(Setting::Enabled, false) {
            badges.push(Badge::Disabled);
        }
        if says(Setting::Public, true) {
            badges.push(Badge::Public);
        }
        if says(Setting::Restricted, true) {
            badges.push(Badge::Restricted);
        }
        let mut left = inner;
        badges.retain(|badge| {
            let width = (self.options.width)(badge.word(), Font::Badge)
                + 2.0 * measure::BADGE_PADDING
                + measure::BADGE_GAP;
            left -= width;
            // The widest set of badges a box can have fits; a very wide face may push out the last.
            left + measure::BADGE_GAP >= 0.0
        });
        let height = measure::HEAD + if badges.is_empty() { 0.0 } else { measure::BADGES };
        let group = self.options.group_by.client(side.project, app);
        let mut name = format!("Client app {}", app.label());
        for badge in &badges {
            name.push_str(", ");
            name.push_str(badge.word());
        }
        let title = self.fit(app.label(), Font::Title, inner);
        if item.difference != Difference::Same {
            // The word of the difference stands at the end of the second line.
            inner -= (self.options.width)("+ changed", Font::Badge) + 2.0 * measure::BADGE_PADDING;
        }
        SceneNode {
            title,
            subtitle: self.fit(&subtitle, Font::Subtitle, inner),
            badges,
            name,
            ..self.plain(NodeKind::Client(app.key), measure::CLIENT_WIDTH, height, group)
        }
    }

    /// A box with nothing in it yet.
    pub(super) fn plain(
        &mut self,
        kind: NodeKind,
        width: f32,
        height: f32,
        group: GroupKey,
    ) -> SceneNode {
        SceneNode {
            kind,
            title: String::new(),
            subtitle: String::new(),
            badges: Vec::new(),
            rows: Vec::new(),
            rect: Rect::new(0.0, 0.0, width, height),
            name: String::new(),
            cluster: self.cluster(group),
            brokers: Vec::new(),
            members: Vec::new(),
            inside: Vec::new(),
            difference: Difference::Same,
            on_path: false,
        }
    }

    fn ghost(&mut self, item: &Item, id: &str) -> SceneNode {
        let mut inner = measure::CLIENT_WIDTH - 2.0 * measure::PADDING;
        let title = self.fit(id, Font::Title, inner);
        if item.difference != Difference::Same {
            inner -= (self.options.width)("+ changed", Font::Badge) + 2.0 * measure::BADGE_PADDING;
        }
        let kind = NodeKind::Ghost(id.to_owned());
        SceneNode {
            title,
            subtitle: self.fit("no client app has this id", Font::Subtitle, inner),
            name: format!("Unknown client app {id}"),
            ..self.plain(kind, measure::CLIENT_WIDTH, measure::HEAD, GroupKey::Unknown)
        }
    }

    /// The box of an issuer, with the first of its identities as rows; those that differ or are on
    /// the marked path are never folded away.
    fn issuer(&mut self, issuer: &str, identities: &[(String, usize)]) -> SceneNode {
        let inner = measure::ISSUER_WIDTH - 2.0 * measure::PADDING;
        let node = self.nodes.len();
        let row = |i: usize| measure::HEAD + measure::ROW * (i as f32 + 0.5);
        let items: Vec<Item> = identities.iter().map(|(_, at)| self.union.items[*at]).collect();
        let needed = |i: usize| {
            items[i].difference != Difference::Same || self.on_path.contains(&identities[i].1)
        };
        // Folding a single row would save nothing.
        let room = if identities.len() <= ROWS_SHOWN + 1 { identities.len() } else { ROWS_SHOWN };
        let mut left = room.saturating_sub((0..items.len()).filter(|i| needed(*i)).count());
        let mut open = vec![false; items.len()];
        for (i, open) in open.iter_mut().enumerate() {
            *open = needed(i) || left > 0;
            if *open && !needed(i) {
                left -= 1;
            }
        }
        let shown = open.iter().filter(|open| **open).count();
        let mut rows: Vec<Row> = Vec::with_capacity(shown + 1);
        for (i, (subject, at)) in identities.iter().enumerate() {
            let in_row = if open[i] { rows.len() } else { shown };
            self.shown[*at] = Some((node, Some(in_row)));
            if open[i] {
                let text = if subject.is_empty() { "(no subject stated)" } else { subject };
                let mark = items[i].difference.mark();
                let mark_room = if mark.is_empty() { 10.0 } else { 24.0 };
                rows.push(Row {
                    text: self.fit(text, Font::Row, inner - mark_room),
                    subject: subject.clone(),
                    node: Some(items[i].node),
                    center: row(rows.len()),
                    difference: items[i].difference,
                });
            }
        }
        if identities.len() > shown {
            rows.push(Row {
                text: format!("+{} more", identities.len() - shown),
                subject: String::new(),
                node: None,
                center: row(shown),
                difference: Difference::Same,
            });
        }
        let count = identities.len();
        let plural = if count == 1 { "identity" } else { "identities" };
        let address = issuer.trim_start_matches("https://").trim_end_matches('/');
        let title = if address.is_empty() { "(no issuer stated)" } else { address };
        let height = measure::HEAD + measure::ROW * rows.len() as f32 + measure::FOOT;
        let group = match self.options.group_by {
            super::GroupBy::Issuer => GroupKey::Issuer(issuer.to_owned()),
            _ => GroupKey::Issuers,
        };
        let difference = items.iter().map(|it| it.difference).reduce(Difference::and);
        let members = items.iter().map(Item::member);
        let mut node = SceneNode {
            title: self.fit(title, Font::Title, inner),
            subtitle: format!("external issuer, {count} {plural}"),
            rows,
            name: format!("External issuer {issuer}, {count} {plural}"),
            members: members.collect(),
            difference: difference.unwrap_or_default(),
            on_path: identities.iter().any(|(_, at)| self.on_path.contains(at)),
            ..self.plain(NodeKind::Issuer(issuer.to_owned()), measure::ISSUER_WIDTH, height, group)
        };
        self.tell_difference(&mut node);
        node
    }

    pub(super) fn add_brokers(&mut self) {
        let mut boxes: HashMap<(usize, ClientKey), usize> = HashMap::new();
        for (item, shown) in self.union.items.iter().zip(&self.shown) {
            let Some((at, _)) = shown else { continue };
            // What is in both versions is found by its keys in both.
            let old = item.old.filter(|_| item.side == 0).map(|old| (1, old));
            for (side, node) in std::iter::once((item.side, item.node)).chain(old) {
                if let Node::Client(key) = self.union.sides[side].graph.graph[node] {
                    boxes.insert((side, key), *at);
                }
            }
        }
        for (side, principal, brokers) in &self.brokers_of {
            let Some(&principal) = boxes.get(&(*side, *principal)) else { continue };
            let near = brokers.iter().filter_map(|key| boxes.get(&(*side, *key)).copied());
            for broker in near.collect::<Vec<_>>() {
                let known = &mut self.nodes[principal].brokers;
                if !known.contains(&broker) {
                    known.push(broker);
                }
            }
        }
    }
}

/// As much of an id as tells people apart: the first group of a GUID, the name of a placeholder.
pub(super) fn short_id(id: &str, form: IdForm) -> String {
    match form {
        IdForm::Guid => {
            let digits = id.trim_start_matches('{');
            digits.split('-').next().unwrap_or(digits).to_ascii_lowercase()
        }
        IdForm::Placeholder => {
            id.trim_matches(['{', '}']).trim_start_matches("guid:").trim().to_owned()
        }
        IdForm::Other => id.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_shortened_by_their_form() {
        let guid = "C400A0EE-f266-45f2-8fba-f5884ed2e386";
        assert_eq!(short_id(guid, IdForm::Guid), "c400a0ee");
        assert_eq!(short_id("{{guid:portal}}", IdForm::Placeholder), "portal");
        assert_eq!(short_id("b8075fdb-ac4f", IdForm::Other), "b8075fdb-ac4f");
    }
}

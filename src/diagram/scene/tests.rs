use std::collections::BTreeSet;

use petgraph::stable_graph::{EdgeIndex, NodeIndex};

use super::*;
use crate::config::Source;
use crate::trust::Reading;

/// Two client apps of one subscription, one of another, a broker without one, an unknown id.
const TEXT: &str = r#"!ClientAppDto
id: a
name: Portal
subscriptionId: retail
environment: prod
allowedTokenExchangeClientApps: [{ id: b }, { id: c }, { id: nobody }]
---
!ClientAppDto
id: b
name: Dashboard
subscriptionId: retail
allowedTokenExchangeClientApps: [{ id: c }]
---
!ClientAppDto
id: c
name: Robot
subscriptionId: works
metadata: { env: test }
clientAppFederatedIdentities:
  - { id: i1, issuer: "https://one.example", subject: alpha }
  - { id: i2, issuer: "https://two.example/", subject: beta }
---
!ClientAppDto
id: d
name: Broker
allowedTokenExchangeClientApps: [{ id: c }]
---
!SubscriptionDto
id: retail
name: Retail
"#;

fn graph_of(text: &str) -> (Project, TrustGraph) {
    let source = Source { path: None, name: "all.yaml".to_owned(), bytes: text.into() };
    let project = Project::from_sources(vec![source]);
    let graph = TrustGraph::new(&project, Reading::RequesterListsTarget);
    (project, graph)
}

fn scene(text: &str, options: &Options) -> Scene {
    let (project, graph) = graph_of(text);
    Scene::build(&project, &graph, options).expect("nothing cancels it")
}

fn titles(scene: &Scene) -> Vec<&str> {
    scene.nodes.iter().map(|node| node.title.as_str()).collect()
}

/// The arrows as "from > to" with their labels.
fn arrows(scene: &Scene) -> Vec<String> {
    let title = |at: usize| scene.nodes[at].title.as_str();
    let arrow = |edge: &SceneEdge| {
        format!("{} > {} {}", title(edge.from), title(edge.to), edge.label()).trim().to_owned()
    };
    scene.edges.iter().map(arrow).collect()
}

fn subscription(key: &str) -> GroupKey {
    GroupKey::Subscription(key.to_owned())
}

#[test]
fn a_collapsed_group_is_one_box_with_counted_arrows() {
    let collapsed = BTreeSet::from([subscription("retail")]);
    let scene = scene(TEXT, &Options { collapsed: &collapsed, ..Options::default() });
    assert_eq!(
        titles(&scene),
        ["Retail", "Robot", "Broker", "nobody", "one.example", "two.example"]
    );
    let group = &scene.nodes[0];
    assert_eq!(group.subtitle, "subscription, 2 client apps");
    assert_eq!(group.name, "Group Subscription Retail, 2 client apps, 1 arrow inside");
    assert_eq!((group.members.len(), group.inside.len()), (2, 1));
    assert_eq!(group.thing(), Thing::Group(subscription("retail")));
    assert_eq!(scene.node_of(&group.thing()), Some(0));
    assert_eq!(scene.box_of(NodeIndex::new(1)), Some(0));
    assert_eq!(
        arrows(&scene),
        [
            "Retail > Robot ×2",
            "Retail > nobody",
            "one.example > Robot",
            "two.example > Robot",
            "Broker > Robot",
        ]
    );
    let bundle = &scene.edges[0];
    assert_eq!(
        bundle.sentence,
        "2 permissions to exchange tokens, from Subscription Retail to Robot."
    );
    assert!(matches!(bundle.thing, Thing::Bundle { .. }), "{:?}", bundle.thing);
    assert_eq!(scene.edge_of(&bundle.thing), Some(0));
    // One arrow is itself, whatever it starts from.
    assert_eq!(scene.edges[1].thing, Thing::Permission { owner: ClientKey(0), index: 2 });
}

#[test]
fn every_edge_of_the_graph_is_somewhere_whatever_is_collapsed() {
    let (project, graph) = graph_of(TEXT);
    for by in GroupBy::ALL {
        let all: Vec<GroupKey> =
            groups(&project, &graph, by).into_iter().map(|group| group.key).collect();
        for chosen in 0..1_u32 << all.len() {
            let collapsed: BTreeSet<GroupKey> = all
                .iter()
                .enumerate()
                .filter(|(at, _)| chosen & (1 << at) != 0)
                .map(|(_, key)| key.clone())
                .collect();
            let options = Options { group_by: by, collapsed: &collapsed, ..Options::default() };
            let scene = Scene::build(&project, &graph, &options).expect("nothing cancels it");
            let mut edges: Vec<EdgeIndex> =
                scene.edges.iter().flat_map(|edge| edge.edges.iter().copied()).collect();
            edges.extend(scene.nodes.iter().flat_map(|it| it.inside.iter().map(|it| it.edge)));
            edges.sort_unstable();
            assert!(edges.iter().copied().eq(graph.graph.edge_indices()), "{collapsed:?}");
            let mut nodes: Vec<NodeIndex> =
                scene.nodes.iter().flat_map(|it| it.members.iter().map(|it| it.node)).collect();
            nodes.sort_unstable();
            assert!(nodes.iter().copied().eq(graph.graph.node_indices()), "{collapsed:?}");
            let boxes = scene.nodes.iter().filter(|it| matches!(it.kind, NodeKind::Group(_)));
            assert_eq!(boxes.count(), collapsed.len());
        }
    }
}

#[test]
fn client_apps_are_grouped_by_what_is_asked() {
    let (project, graph) = graph_of(TEXT);
    let titles = |by| -> Vec<(String, usize)> {
        let groups = groups(&project, &graph, by).into_iter();
        groups.map(|group| (group.title, group.nodes)).collect()
    };
    let of = |pairs: &[(&str, usize)]| -> Vec<(String, usize)> {
        pairs.iter().map(|(title, count)| ((*title).to_owned(), *count)).collect()
    };
    let rest = ("Ids without a client app", 1);
    assert_eq!(
        titles(GroupBy::Subscription),
        of(&[
            ("Subscription Retail", 2),
            ("Subscription works", 1),
            ("all.yaml", 1),
            rest,
            ("External issuers", 2)
        ])
    );
    assert_eq!(titles(GroupBy::File), of(&[("all.yaml", 4), rest, ("External issuers", 2)]));
    assert_eq!(
        titles(GroupBy::Environment),
        of(&[
            ("Environment prod", 1),
            ("No environment stated", 2),
            ("Environment test", 1),
            rest,
            ("External issuers", 2)
        ])
    );
    assert_eq!(
        titles(GroupBy::Issuer),
        of(&[
            ("No external issuer", 3),
            ("Several issuers", 1),
            rest,
            ("Issuer one.example", 1),
            ("Issuer two.example", 1)
        ])
    );
}

#[test]
fn a_chain_is_numbered_and_its_row_is_never_folded() {
    let mut text = String::from("!ClientAppDto\nid: p\nname: P\nclientAppFederatedIdentities:\n");
    for i in 0..40 {
        text.push_str(&format!("  - {{ issuer: 'https://x.example', subject: s{i:02} }}\n"));
    }
    text.push_str(
        "allowedTokenExchangeClientApps: [{ id: q }]\n---\n!ClientAppDto\nid: q\nname: Q\n",
    );
    let (project, graph) = graph_of(&text);
    let last = graph.external_node("https://x.example", "s39").expect("it is there");
    let of = |from: NodeIndex, to: usize| {
        graph.graph.find_edge(from, NodeIndex::new(to)).expect("there is an arrow")
    };
    let path = [of(last, 0), of(NodeIndex::new(0), 1)];
    let options = Options { path: &path, ..Options::default() };
    let scene = Scene::build(&project, &graph, &options).expect("nothing cancels it");
    let marked: Vec<_> = scene.edges.iter().filter(|edge| !edge.hops.is_empty()).collect();
    assert_eq!(marked.len(), 2);
    let hops: BTreeSet<usize> = marked.iter().flat_map(|edge| edge.hops.clone()).collect();
    assert_eq!(hops, BTreeSet::from([1, 2]));
    let issuer = scene.node_of(&Thing::Issuer("https://x.example".to_owned())).expect("drawn");
    let issuer = &scene.nodes[issuer];
    assert_eq!(issuer.rows.len(), ROWS_SHOWN + 1);
    assert!(issuer.rows.iter().any(|row| row.subject == "s39"), "{:?}", issuer.rows);
    assert_eq!(issuer.rows[ROWS_SHOWN].text, "+28 more");
    assert!(scene.nodes.iter().all(|node| node.on_path));
}

#[test]
fn a_filter_and_an_answer_draw_what_passes_both() {
    let filter = Filter { text: "retail".to_owned(), ..Filter::default() };
    let options = Options { filter: Some(&filter), ..Options::default() };
    assert_eq!(titles(&scene(TEXT, &options)), ["Portal", "Dashboard", "nobody"]);
    let only = Subset::of_nodes([NodeIndex::new(1), NodeIndex::new(2)]);
    let both = Options { only: Some(&only), ..options };
    assert_eq!(titles(&scene(TEXT, &both)), ["Dashboard"]);
    let answer = Options { only: Some(&only), ..Options::default() };
    assert_eq!(arrows(&scene(TEXT, &answer)), ["Dashboard > Robot"]);
    // A focus that the filter leaves out has nothing around it.
    let none = Options { focus: Some((ClientKey(3), 2)), ..options };
    assert_eq!(titles(&scene(TEXT, &none)), [""; 0]);
    let near = Options { focus: Some((ClientKey(0), 1)), ..Options::default() };
    assert_eq!(titles(&scene(TEXT, &near)), ["Portal", "Dashboard", "Robot", "nobody"]);
}

/// `TEXT` with one client app gone, one new, one renamed, one permission gone and one new, and an
/// identity exchanged for another.
fn after() -> String {
    TEXT.replace("name: Dashboard", "name: Board")
        .replace("[{ id: b }, { id: c }, { id: nobody }]", "[{ id: b }, { id: e }, { id: nobody }]")
        .replace("id: d\nname: Broker\nallowed", "id: e\nname: Newcomer\nallowed")
        .replace("subject: beta", "subject: gamma")
}

#[test]
fn two_versions_are_one_drawing_of_what_is_in_either() {
    let ((old, old_graph), (new, new_graph)) = (graph_of(TEXT), graph_of(&after()));
    let scene = Scene::compare((&old, &old_graph), (&new, &new_graph), &Options::default())
        .expect("nothing cancels it");
    assert!(scene.compared);
    let boxes: Vec<String> = scene
        .nodes
        .iter()
        .map(|node| format!("{} {}", node.title, node.difference.word()).trim().to_owned())
        .collect();
    assert_eq!(
        boxes,
        [
            "Portal",
            "Board changed",
            "Robot",
            "Newcomer added",
            "nobody",
            "Broker removed",
            "one.example",
            "two.example changed"
        ]
    );
    let mut drawn = arrows(&scene);
    drawn.sort();
    assert_eq!(
        drawn,
        [
            "Board > Robot",
            "Broker > Robot −",
            "Newcomer > Robot +",
            "Portal > Board",
            "Portal > Newcomer +",
            "Portal > Robot −",
            "Portal > nobody",
            "one.example > Robot",
            "two.example > Robot +",
            "two.example > Robot −"
        ]
    );
    let gone = scene.nodes.iter().find(|node| node.title == "Broker").expect("it is drawn");
    let thing = Thing::Removed(Box::new(Thing::Client(ClientKey(3))));
    assert_eq!(gone.thing(), thing);
    assert_eq!(gone.name, "Client app Broker, broker, removed");
    let at = scene.node_of(&thing).expect("it is found");
    assert_eq!(scene.nodes[at].title, "Broker");
    // The same key in the new version is somebody else.
    let at = scene.node_of(&Thing::Client(ClientKey(3))).expect("it is found");
    assert_eq!(scene.nodes[at].title, "Newcomer");
    let removed: Vec<&SceneEdge> =
        scene.edges.iter().filter(|edge| edge.difference == Difference::Removed).collect();
    assert!(removed.iter().all(|edge| edge.sentence.starts_with("Removed: ")));
    assert!(removed.iter().all(|edge| matches!(edge.thing, Thing::Removed(_))));
    let rows: Vec<_> =
        scene.nodes[7].rows.iter().map(|row| (row.subject.as_str(), row.difference)).collect();
    assert_eq!(rows, [("beta", Difference::Removed), ("gamma", Difference::Added)]);
}

#[test]
fn a_version_compared_with_itself_has_no_differences() {
    let ((old, old_graph), (new, new_graph)) = (graph_of(TEXT), graph_of(TEXT));
    let same = Scene::compare((&old, &old_graph), (&new, &new_graph), &Options::default())
        .expect("nothing cancels it");
    let plain = Scene::new(&new, &new_graph);
    assert!(same.nodes.iter().all(|it| it.difference == Difference::Same));
    assert!(same.edges.iter().all(|it| it.difference == Difference::Same));
    assert_eq!((same.nodes.len(), same.edges.len()), (plain.nodes.len(), plain.edges.len()));
    assert_eq!(same.bounds, plain.bounds);
}

#[test]
fn a_change_within_a_collapsed_group_is_not_lost() {
    let ((old, old_graph), (new, new_graph)) = (graph_of(TEXT), graph_of(&after()));
    let collapsed: BTreeSet<GroupKey> = [subscription("retail"), subscription("works")].into();
    let options = Options { collapsed: &collapsed, ..Options::default() };
    let scene = Scene::compare((&old, &old_graph), (&new, &new_graph), &options)
        .expect("nothing cancels it");
    let retail = scene.node_of(&Thing::Group(subscription("retail"))).expect("it is drawn");
    assert_eq!(scene.nodes[retail].difference, Difference::Changed);
    let between: Vec<String> =
        arrows(&scene).into_iter().filter(|it| it.starts_with("Retail > works")).collect();
    assert_eq!(between, ["Retail > works", "Retail > works −"]);
}

#[test]
fn an_arrow_that_came_within_a_collapsed_group_is_told_on_its_box() {
    let before =
        TEXT.replace("[{ id: b }, { id: c }, { id: nobody }]", "[{ id: c }, { id: nobody }]");
    let ((old, old_graph), (new, new_graph)) = (graph_of(&before), graph_of(TEXT));
    let collapsed: BTreeSet<GroupKey> = [subscription("retail")].into();
    let options = Options { collapsed: &collapsed, ..Options::default() };
    let scene = Scene::compare((&old, &old_graph), (&new, &new_graph), &options)
        .expect("nothing cancels it");
    let retail =
        &scene.nodes[scene.node_of(&Thing::Group(subscription("retail"))).expect("it is drawn")];
    assert_eq!(retail.difference, Difference::Changed);
    assert!(retail.name.ends_with("2 client apps, changed, 1 arrow inside"), "{}", retail.name);
}

#[test]
fn degenerate_graphs_have_drawings() {
    assert_eq!(scene("", &Options::default()).nodes.len(), 0);
    assert_eq!(titles(&scene("!ClientAppDto\nid: a\n", &Options::default())), ["a"]);
    let itself = "!ClientAppDto\nid: a\nallowedTokenExchangeClientApps: [{ id: a }, { id: a }]\n";
    let drawn = scene(itself, &Options::default());
    assert_eq!((drawn.nodes.len(), drawn.edges.len()), (1, 2));
    let ghosts =
        "!ClientAppDto\nid: a\nallowedTokenExchangeClientApps: [{ id: x }, { id: y }, { id: x }]\n";
    let drawn = scene(ghosts, &Options::default());
    assert_eq!((drawn.nodes.len(), drawn.edges.len()), (3, 3));
    let all: BTreeSet<GroupKey> = [GroupKey::File("all.yaml".to_owned()), GroupKey::Unknown].into();
    let folded = scene(ghosts, &Options { collapsed: &all, ..Options::default() });
    assert_eq!(arrows(&folded), ["all.yaml > Ids without a client app ×3"]);
}

#[test]
fn what_was_removed_is_called_by_its_old_name_although_its_key_is_gone_or_anothers() {
    let project = |text: &str| {
        let bytes = text.as_bytes().to_vec();
        Project::from_sources(vec![Source { path: None, name: "a.yaml".to_owned(), bytes }])
    };
    let old =
        project("!ClientAppDto\nid: a\n---\n!ClientAppDto\nid: b\n---\n!ClientAppDto\nid: c\n");
    let new = project("!ClientAppDto\nid: b\n");
    let graphs = [&old, &new].map(|it| TrustGraph::new(it, Reading::default()));
    let options = Options::default();
    let scene = Scene::compare((&old, &graphs[0]), (&new, &graphs[1]), &options).unwrap();
    assert_eq!(scene.nodes.len(), 3);
    let whole = Scene::new(&old, &graphs[0]);
    let names = |scene: &Scene| scene.marks.iter().map(|mark| mark.name).collect::<BTreeSet<_>>();
    assert_eq!(names(&scene), names(&whole), "the same boxes, so the same names");
}

//! What holds for every format; a golden file for each, small and of the same graph.

use std::collections::BTreeSet;

use resvg::tiny_skia::Pixmap;

use super::*;
use crate::config::{Project, Source};
use crate::diagram::scene::{GroupBy, GroupKey, Options, Scene, groups};
use crate::samples;
use crate::trust::{Filter, Reading, TrustGraph};

/// Names that would be markup, a broker, a principal, a ghost, and a client that names itself.
const TEXT: &str = r#"!ClientAppDto
id: "{{guid:broker}}"
name: Broker <"R&D">
allowedTokenExchangeClientApps:
  - id: "{{guid:robot}}"
  - id: "{{guid:nobody}}"
---
!ClientAppDto
id: "{{guid:robot}}"
name: Robot
clientAppFederatedIdentities:
  - id: "{{guid:identity}}"
    issuer: https://auth.example.com
    subject: repo:a|b
allowedTokenExchangeClientApps:
  - id: "{{guid:robot}}"
"#;

/// A version with what a drawing of it needs.
struct Version {
    project: Project,
    graph: TrustGraph,
}

fn version(text: &str) -> Version {
    let source = Source { path: None, name: "test.yaml".to_owned(), bytes: text.into() };
    let project = Project::from_sources(vec![source]);
    let graph = TrustGraph::new(&project, Reading::TargetListsRequester);
    Version { project, graph }
}

fn caption() -> Caption {
    Caption {
        title: "Who may <become> \"whom\"".to_owned(),
        filter: "kind client or identity".to_owned(),
        inputs: vec![Input { label: String::new(), sha256: "0123456789abcdef".repeat(4) }],
        redacted: false,
    }
}

fn with<T>(
    new: &Version,
    old: Option<&Version>,
    options: &Options,
    caption: &Caption,
    work: impl FnOnce(&Drawing) -> T,
) -> T {
    let new_side = (&new.project, &new.graph);
    let scene = match old {
        Some(old) => Scene::compare((&old.project, &old.graph), new_side, options),
        None => Scene::build(&new.project, &new.graph, options),
    };
    let old = old.map(|old| (&old.project, &old.graph));
    let (project, graph) = new_side;
    let scene = scene.expect("nothing cancels it");
    work(&Drawing { scene: &scene, project, graph, old, caption })
}

/// Every format that is text, by name.
fn texts(drawing: &Drawing) -> Vec<(&'static str, String)> {
    vec![
        ("svg", svg(drawing, Theme::Light)),
        ("svg, dark", svg(drawing, Theme::Dark)),
        ("dot", dot(drawing)),
        ("graphml", graphml(drawing)),
        ("mermaid", mermaid(drawing)),
        ("json", json(drawing)),
        ("opengraph", opengraph(drawing)),
    ]
}

fn texts_of(text: &str) -> Vec<(&'static str, String)> {
    with(&version(text), None, &Options::default(), &caption(), texts)
}

fn format(name: &str) -> String {
    let found = texts_of(TEXT).into_iter().find(|(it, _)| *it == name);
    found.expect("there is such a format").1
}

#[test]
fn a_drawing_as_svg() {
    insta::assert_snapshot!(format("svg"));
}

#[test]
fn a_drawing_as_dot() {
    insta::assert_snapshot!(format("dot"));
}

#[test]
fn a_drawing_as_graphml() {
    insta::assert_snapshot!(format("graphml"));
}

#[test]
fn a_drawing_as_mermaid() {
    insta::assert_snapshot!(format("mermaid"));
}

#[test]
fn a_drawing_as_json() {
    insta::assert_snapshot!(format("json"));
}

#[test]
fn a_drawing_as_opengraph() {
    insta::assert_snapshot!(format("opengraph"));
}

/// The samples as pictures: whole, and the large one with its groups as boxes.
fn sample(sources: Vec<Source>, collapse: bool) -> String {
    let project = Project::from_sources(sources);
    let graph = TrustGraph::new(&project, Reading::default());
    let collapsed: BTreeSet<GroupKey> = groups(&project, &graph, GroupBy::default())
        .into_iter()
        .map(|group| group.key)
        .filter(|_| collapse)
        .collect();
    let options = Options { collapsed: &collapsed, ..Options::default() };
    let caption = Caption { title: "A sample".to_owned(), ..Caption::default() };
    let sample = Version { project, graph };
    with(&sample, None, &options, &caption, |drawing| svg(drawing, Theme::Light))
}

#[test]
fn the_sample_of_two_client_apps() {
    insta::assert_snapshot!(sample(samples::cross_client(), false));
}

#[test]
fn the_sample_of_a_service_principal() {
    insta::assert_snapshot!(sample(samples::service_principal(), false));
}

#[test]
fn the_sample_of_an_estate_with_its_groups_as_boxes() {
    insta::assert_snapshot!(sample(samples::estate(), true));
}

#[test]
fn every_format_says_what_it_is() {
    let caption = caption();
    let reading = Reading::TargetListsRequester.sentence();
    for (name, text) in texts_of(TEXT) {
        // Escapes differ; what needs none is the same everywhere.
        for part in ["Who may", "become", "kind client or identity", &caption.inputs[0].sha256] {
            assert!(text.contains(part), "{name} does not say {part}:\n{text}");
        }
        assert!(text.contains(reading), "{name} does not say its reading:\n{text}");
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    assert_eq!(texts_of(TEXT), texts_of(TEXT));
    let (new, options, caption) = (version(TEXT), Options::default(), caption());
    let picture =
        || with(&new, None, &options, &caption, |drawing| png(drawing, Theme::Dark, 1.0).unwrap());
    assert_eq!(picture(), picture());
}

/// Whether the pixels are of more than a few colours, as a picture with text is.
fn colours(picture: &Pixmap) -> usize {
    let colours: BTreeSet<[u8; 4]> = picture
        .pixels()
        .iter()
        .map(|pixel| [pixel.red(), pixel.green(), pixel.blue(), pixel.alpha()])
        .collect();
    colours.len()
}

#[test]
fn a_png_has_the_size_of_the_svg_and_is_not_blank() {
    let (new, options, caption) = (version(TEXT), Options::default(), caption());
    with(&new, None, &options, &caption, |drawing| {
        let text = svg(drawing, Theme::Light);
        let document = roxmltree::Document::parse(&text).expect("well-formed XML");
        let side = |name| -> f32 {
            let text = document.root_element().attribute(name).expect("it has a size");
            text.parse().expect("a number")
        };
        let (width, height) = (side("width"), side("height"));
        for scale in [0.5, 1.0, 2.0] {
            let bytes = png(drawing, Theme::Light, scale).expect("it can be painted");
            let picture = Pixmap::decode_png(&bytes).expect("a PNG");
            assert_eq!(picture.width(), (width * scale).ceil() as u32);
            assert_eq!(picture.height(), (height * scale).ceil() as u32);
            assert!(colours(&picture) > 50, "{}", colours(&picture));
        }
        let too_large = png(drawing, Theme::Light, 1e4).unwrap_err();
        assert!(matches!(too_large, PngError::TooLarge { .. }), "{too_large}");
        assert!(too_large.to_string().contains("more than 100 million"), "{too_large}");
    });
}

/// XML, JSON and the shapes of the formats hold.
fn check_shapes(drawing: &Drawing) {
    for (name, text) in texts(drawing) {
        match name {
            "svg" | "svg, dark" | "graphml" => {
                let document = roxmltree::Document::parse(&text)
                    .unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
                if name == "graphml" {
                    check_graphml(&document);
                }
            }
            "json" | "opengraph" => {
                let value: serde_json::Value = serde_json::from_str(&text).expect("valid JSON");
                if name == "opengraph" {
                    check_opengraph(&value);
                } else {
                    assert_eq!(value["version"], 1);
                    let boxes = value["nodes"].as_array().expect("nodes").len() as u64;
                    for edge in value["edges"].as_array().expect("edges") {
                        for end in ["from", "to"] {
                            assert!(edge[end].as_u64().is_some_and(|at| at < boxes), "{edge}");
                        }
                    }
                }
            }
            _ => {}
        }
    }
}

/// What the schema of GraphML asks for: keys declared with types, values of these types, ids unique,
/// ends that are there.
fn check_graphml(document: &roxmltree::Document) {
    let mut types = std::collections::BTreeMap::new();
    let mut nodes = BTreeSet::new();
    for element in document.descendants().filter(roxmltree::Node::is_element) {
        let attribute = |name| element.attribute(name);
        match element.tag_name().name() {
            "key" => {
                let (id, domain) = (attribute("id").unwrap(), attribute("for").unwrap());
                let kind = attribute("attr.type").unwrap();
                assert!(attribute("attr.name").is_some());
                assert!(types.insert(id, (domain, kind)).is_none(), "{id} twice");
            }
            "node" => assert!(nodes.insert(attribute("id").unwrap())),
            "edge" => {
                for end in ["source", "target"] {
                    assert!(nodes.contains(attribute(end).unwrap()));
                }
            }
            "data" => {
                let (domain, kind) = types[attribute("key").unwrap()];
                assert_eq!(element.parent_element().unwrap().tag_name().name(), domain);
                let text = element.text().unwrap_or_default();
                let right = match kind {
                    "boolean" => matches!(text, "true" | "false"),
                    "int" => text.parse::<i32>().is_ok(),
                    "float" => text.parse::<f32>().is_ok(),
                    _ => kind == "string",
                };
                assert!(right, "{text} is no {kind}");
            }
            _ => {}
        }
    }
}

/// What the schemas of OpenGraph nodes and edges ask for.
fn check_opengraph(value: &serde_json::Value) {
    let simple = |value: &serde_json::Value| {
        let one = |it: &serde_json::Value| it.is_string() || it.is_number() || it.is_boolean();
        let same = |list: &Vec<serde_json::Value>| list.iter().all(serde_json::Value::is_string);
        one(value) || value.as_array().is_some_and(same)
    };
    let properties = |value: &serde_json::Value| {
        for (name, value) in value["properties"].as_object().expect("properties") {
            assert_eq!(*name, name.to_lowercase());
            assert!(!matches!(name.as_str(), "objectid" | "lastseen" | "reconcile"), "{name}");
            assert!(simple(value), "{name}: {value}");
        }
    };
    let mut ids = BTreeSet::new();
    for node in value["graph"]["nodes"].as_array().expect("nodes") {
        assert!(ids.insert(node["id"].as_str().expect("an id")), "{} twice", node["id"]);
        let kinds = node["kinds"].as_array().expect("kinds");
        assert!((1..=3).contains(&kinds.len()));
        properties(node);
    }
    for edge in value["graph"]["edges"].as_array().expect("edges") {
        for end in ["start", "end"] {
            assert_eq!(edge[end]["match_by"], "id");
            assert!(ids.contains(edge[end]["value"].as_str().expect("an id")), "{edge}");
        }
        let kind = edge["kind"].as_str().expect("a kind");
        assert!(kind.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_'), "{kind}");
        properties(edge);
    }
    assert_eq!(value["metadata"].as_object().expect("metadata").len(), 1);
}

#[test]
fn names_cannot_break_a_format() {
    let long = "x".repeat(10_000);
    let hostile = [
        "\"><script>alert(1)</script>",
        "quotes ' and \" and ` and \\",
        "line\nbreak\r\tand tab",
        "a|b{c}<d>[e](f)#35;&lt;",
        "\u{202e}desrever\u{202c} שלום",
        "emoji 🎉👩‍👩‍👧 and \u{0} \u{7f} \u{ffff}",
        "]]> --> %%{init: {}}%% end",
        "*/ // \\N \\G $(x) style:a#b;c",
        &long,
    ];
    let mut text = String::new();
    for (at, name) in hostile.iter().enumerate() {
        // JSON's texts are texts of YAML too, but for what YAML does not print as it is.
        let quoted = serde_json::Value::from(*name).to_string();
        let quoted = quoted.replace('\u{7f}', "\\x7f").replace('\u{ffff}', "\\uffff");
        text.push_str(&format!(
            "---\n!ClientAppDto\nid: {quoted}\nname: {quoted}\nsubscriptionId: {quoted}\n\
             clientAppFederatedIdentities:\n  - issuer: {quoted}\n    subject: {quoted}\n\
             allowedTokenExchangeClientApps:\n  - id: {quoted}\n  - id: ghost{at}\n"
        ));
    }
    let new = version(&text);
    assert_eq!(new.project.clients().len(), hostile.len());
    for title in hostile {
        let caption = Caption { title: title.to_owned(), filter: title.to_owned(), ..caption() };
        with(&new, None, &Options::default(), &caption, |drawing| {
            check_shapes(drawing);
            let markup = svg(drawing, Theme::Light);
            assert!(!markup.contains("<script") && !markup.contains('\u{202e}'));
            let chart = mermaid(drawing);
            for line in chart.lines().skip(4).filter(|line| line.contains('"')) {
                // One label a line, and what it has in it cannot end it.
                let quotes = line.matches('"').count();
                assert_eq!(quotes, 2, "{line}");
            }
        });
    }
    with(&new, None, &Options::default(), &caption(), |drawing| {
        png(drawing, Theme::Light, 0.5).expect("it can be painted");
    });
}

#[test]
fn degenerate_graphs_can_be_written_in_every_format() {
    let none = "";
    let one = "!ClientAppDto\nid: a\n";
    let itself = "!ClientAppDto\nid: a\nallowedTokenExchangeClientApps: [{ id: a }, { id: a }]\n";
    let ghosts = "!ClientAppDto\nname: x\nallowedTokenExchangeClientApps: [{ id: x }, { id: y }]\n";
    let twice = "!ClientAppDto\nid: a\n---\n!ClientAppDto\nid: a\n---\n!ClientAppDto\nid: a\n";
    for text in [none, one, itself, ghosts, twice] {
        let new = version(text);
        with(&new, None, &Options::default(), &caption(), |drawing| {
            check_shapes(drawing);
            png(drawing, Theme::Light, 1.0).expect("it can be painted");
        });
    }
    with(&version(none), None, &Options::default(), &caption(), |drawing| {
        assert!(svg(drawing, Theme::Light).contains("There is no client app in these files."));
    });
    let filter = Filter { text: "nothing like it".to_owned(), ..Filter::default() };
    let options = Options { filter: Some(&filter), ..Options::default() };
    with(&version(one), None, &options, &caption(), |drawing| {
        assert!(svg(drawing, Theme::Light).contains("No client app passes the filter."));
    });
}

#[test]
fn a_large_mermaid_chart_warns() {
    let mut text = "!ClientAppDto\nid: a\nallowedTokenExchangeClientApps:\n".to_owned();
    for at in 0..2 * MERMAID_EDGES {
        text.push_str(&format!("  - id: ghost{at}\n"));
    }
    let chart = |text: &str| with(&version(text), None, &Options::default(), &caption(), mermaid);
    let large = chart(&text);
    assert!(large.contains("%% Warning: 1000 arrows"), "{}", &large[..300]);
    assert!(large.contains("characters; Mermaid reads 50000"), "{}", &large[..500]);
    assert!(!chart(TEXT).contains("Warning"));
}

/// A project whose every name is marked, and another version of it.
fn marked() -> (Version, Version) {
    let text = r#"!ClientAppDto # MARKcomment
id: "{{guid:MARKbroker}}"
name: MARK Broker
description: MARK says
enabled: true
isPublic: false
subscriptionId: MARK-sub
clientUri: https://MARK.example/
metadata: { environment: MARKprod, owner: MARKowner }
MARKkey: MARKvalue
allowedTokenExchangeClientApps:
  - id: "{{guid:MARKrobot}}" # MARK
  - { id: MARK-nobody }

  - id: B8075FDB-ac4f-4c25-8f2a-2085a9addbf6
  - note: MARK
---
!ClientAppDto
name: MARK without id
---
!ClientAppDto
id: "{{guid:MARKrobot}}"
name: MARK Robot
clientAppFederatedIdentities:
  - id: MARKidentity
    issuer: https://MARK.example.com
    subject: repo:MARK/x
  - { issuer: "https://MARK.example.com", subject: "" }
allowedTokenExchangeClientApps: [{ id: "{{guid:MARKrobot}}" }, { id: "{{guid:MARKbroker}}" }]
---
!ClientAppDto
id: "{{guid:MARKrobot}}"
name: MARK Robot again
---
!SubscriptionDto
id: MARK-sub
name: MARK Retail
"#;
    let after = text.replace("MARK Robot again", "MARK other").replace("MARK-nobody", "MARK-else");
    let named = |text: &str| {
        let source = Source { path: None, name: "MARK/test.yaml".to_owned(), bytes: text.into() };
        let project = Project::from_sources(vec![source]);
        let graph = TrustGraph::new(&project, Reading::TargetListsRequester);
        Version { project, graph }
    };
    (named(text), named(&after))
}

fn redacted(names: &Redaction, version: &Version) -> Version {
    let project = names.project(&version.project);
    let graph = TrustGraph::new(&project, version.graph.reading);
    Version { project, graph }
}

#[test]
fn a_redacted_drawing_has_no_name_in_any_format() {
    let (old, new) = marked();
    let names = Redaction::new([&new.project, &old.project]);
    let (old_alias, new_alias) = (redacted(&names, &old), redacted(&names, &new));
    let filter = Filter { text: "MARK".to_owned(), ..Filter::default() };
    let words = names.filter(&filter).words(&new_alias.project);
    let caption = Caption { filter: words, redacted: true, ..caption() };
    for old in [None, Some(&old_alias)] {
        for by in GroupBy::ALL {
            let all: BTreeSet<GroupKey> = groups(&new_alias.project, &new_alias.graph, by)
                .into_iter()
                .map(|group| group.key)
                .collect();
            for collapsed in [BTreeSet::new(), all] {
                let options = Options { group_by: by, collapsed: &collapsed, ..Options::default() };
                with(&new_alias, old, &options, &caption, |drawing| {
                    check_shapes(drawing);
                    for (name, text) in texts(drawing) {
                        let lower = text.to_lowercase();
                        assert!(!lower.contains("mark"), "{name} has a name:\n{text}");
                        assert!(!lower.contains("b8075fdb"), "{name} has an id:\n{text}");
                        let says = ["replaced by aliases", "\"redacted\": true"];
                        let told = says.iter().any(|it| lower.contains(it));
                        assert!(told, "{name} does not say so:\n{text}");
                    }
                });
            }
        }
    }
}

#[test]
fn aliases_keep_the_shape_and_the_lines() {
    let (old, new) = marked();
    let names = Redaction::new([&new.project, &old.project]);
    for original in [&old, &new] {
        let alias = redacted(&names, original);
        let (a, b) = (&original.graph.graph, &alias.graph.graph);
        assert_eq!((a.node_count(), a.edge_count()), (b.node_count(), b.edge_count()));
        for edge in a.edge_indices() {
            assert_eq!(a.edge_endpoints(edge), b.edge_endpoints(edge));
        }
        let clients = original.project.clients().iter().zip(alias.project.clients());
        for (before, after) in clients {
            let line = |version: &Version, place| version.project.position(place).line;
            assert_eq!(line(original, before.place), line(&alias, after.place), "{before:#?}");
            assert_eq!(before.permissions.len(), after.permissions.len());
            for (before, after) in before.permissions.iter().zip(&after.permissions) {
                assert_eq!(line(original, before.place), line(&alias, after.place));
            }
            for (before, after) in before.identities.iter().zip(&after.identities) {
                assert_eq!(line(original, before.place), line(&alias, after.place));
            }
        }
    }
}

#[test]
fn the_mapping_tells_what_aliases_stand_for() {
    let (old, new) = marked();
    let names = Redaction::new([&new.project, &old.project]);
    let text = names.mapping([&new.project, &old.project]);
    let mapping: serde_json::Value = serde_json::from_str(&text).expect("valid JSON");
    assert_eq!(mapping["version"], 1);
    assert_eq!(mapping["clients"]["client-001"]["name"], "MARK Broker");
    assert_eq!(mapping["clients"]["client-001"]["id"], "{{guid:MARKbroker}}");
    assert_eq!(mapping["clients"]["client-002"]["name"], "MARK without id");
    assert_eq!(mapping["unknown"]["unknown-01"], "MARK-else");
    assert_eq!(mapping["issuers"]["issuer-01"], "https://MARK.example.com");
    assert_eq!(mapping["subjects"]["subject-0001"], "repo:MARK/x");
    assert_eq!(mapping["subscriptions"]["subscription-01"], "MARK-sub");
    assert_eq!(mapping["environments"]["environment-01"], "MARKprod");
    assert_eq!(mapping["files"]["file-01.yaml"], "MARK/test.yaml");
    let again = Redaction::new([&new.project, &old.project]);
    assert_eq!(text, again.mapping([&new.project, &old.project]));
}

#[test]
fn a_comparison_can_be_written_in_every_format() {
    let (old, new) = marked();
    with(&new, Some(&old), &Options::default(), &caption(), |drawing| {
        check_shapes(drawing);
        for (name, text) in texts(drawing) {
            for word in ["removed", "added", "changed"] {
                assert!(text.contains(word), "{name} does not say {word}:\n{text}");
            }
        }
    });
}

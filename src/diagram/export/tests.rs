use crate::config::{Project, Source};
use crate::diagram::scene::Scene;
use crate::trust::{Reading, TrustGraph};

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

fn drawn() -> (Project, TrustGraph, Scene) {
    let source = Source { path: None, name: "test.yaml".to_owned(), bytes: TEXT.into() };
    let project = Project::from_sources(vec![source]);
    let graph = TrustGraph::new(&project, Reading::TargetListsRequester);
    let scene = Scene::new(&project, &graph);
    (project, graph, scene)
}

#[test]
fn a_drawing_as_svg() {
    let (_, _, scene) = drawn();
    insta::assert_snapshot!(super::svg(&scene, "Who may <become> whom", super::Theme::Light));
}

#[test]
fn a_drawing_as_dot() {
    let (_, _, scene) = drawn();
    insta::assert_snapshot!(super::dot(&scene, "Who may \"become\" whom"));
}

#[test]
fn a_drawing_as_json() {
    let (project, graph, scene) = drawn();
    let text = super::json(&project, &graph, &scene);
    let value: serde_json::Value = serde_json::from_str(&text).expect("valid JSON");
    assert_eq!(value["version"], 1);
    insta::assert_snapshot!(text);
}

#[test]
fn the_same_project_gives_the_same_bytes() {
    let ((_, _, a), (_, _, b)) = (drawn(), drawn());
    for theme in [super::Theme::Light, super::Theme::Dark] {
        assert_eq!(super::svg(&a, "x", theme), super::svg(&b, "x", theme));
    }
}

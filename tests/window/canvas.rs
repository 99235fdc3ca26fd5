//! The drawing, by the names of what is drawn.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::{Key, Modifiers, Pos2, Rect};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use exchange_studio::config::{ClientKey, Project, Source};
use exchange_studio::diagram::layout;
use exchange_studio::diagram::scene::{
    Difference, EdgeKind, End, NodeKind, Scene, SceneEdge, SceneNode, Thing,
};
use exchange_studio::studio::canvas::{
    Canvas, CanvasEvent, CanvasInput, Colours, Marking, Palette,
};
use exchange_studio::trust::{Reading, TrustGraph};

const TEXT: &str = r#"!ClientAppDto
id: "11111111-1111-4111-8111-111111111111"
name: Portal
allowedTokenExchangeClientApps:
  - id: "22222222-2222-4222-8222-222222222222"
---
!ClientAppDto
id: "22222222-2222-4222-8222-222222222222"
name: Dashboard
---
!ClientAppDto
id: "33333333-3333-4333-8333-333333333333"
name: Robot
clientAppFederatedIdentities:
  - id: "44444444-4444-4444-8444-444444444444"
    issuer: https://auth.example.com
    subject: "007"
---
!ClientAppDto
id: "55555555-5555-4555-8555-555555555555"
name: Carrier
allowedTokenExchangeClientApps:
  - id: "33333333-3333-4333-8333-333333333333"
"#;

const PORTAL: Thing = Thing::Client(ClientKey(0));
const DASHBOARD: Thing = Thing::Client(ClientKey(1));

// A box says with its name how many arrows it has.
const PORTAL_BOX: &str = "Client app Portal, 0 in, 1 out";
const DASHBOARD_BOX: &str = "Client app Dashboard, 1 in, 0 out";
const ROBOT_BOX: &str = "Client app Robot, principal, 2 in, 0 out";
const CARRIER_BOX: &str = "Client app Carrier, broker, 0 in, 1 out";

struct Desk {
    canvas: Canvas,
    scene: Arc<Scene>,
    selection: Option<Thing>,
    marked: Arc<BTreeSet<Thing>>,
    colours: Option<Arc<Colours>>,
    lasso: bool,
    events: Vec<CanvasEvent>,
}

fn scene() -> Arc<Scene> {
    let source = Source { path: None, name: "test.yaml".to_owned(), bytes: TEXT.into() };
    let project = Project::from_sources(vec![source]);
    let graph = TrustGraph::new(&project, Reading::RequesterListsTarget);
    Arc::new(Scene::new(&project, &graph))
}

fn desk() -> Harness<'static, Desk> {
    let desk = Desk {
        canvas: Canvas::default(),
        scene: scene(),
        selection: None,
        marked: Arc::default(),
        colours: None,
        lasso: false,
        events: vec![],
    };
    // Steps as short as frames: a double click is one only if it is quick.
    let mut harness = Harness::builder()
        .with_size(egui::vec2(1000.0, 700.0))
        .with_step_dt(0.02)
        .with_max_steps(60)
        .build_ui_state(draw, desk);
    harness.run();
    harness
}

fn draw(ui: &mut egui::Ui, desk: &mut Desk) {
    let grant = |from: ClientKey, to: ClientKey| {
        if to == ClientKey(2) { Err(format!("{from:?} may not")) } else { Ok("It may.".to_owned()) }
    };
    let palette = Palette::of(false);
    let input = CanvasInput {
        selection: desk.selection.as_ref(),
        marked: Some(&desk.marked),
        colours: desk.colours.as_ref(),
        lasso: desk.lasso,
        ..CanvasInput::plain(&palette, &grant)
    };
    let events = desk.canvas.ui(ui, &desk.scene, &input);
    for event in &events {
        if let CanvasEvent::Select(thing) = event {
            desk.selection = thing.clone();
        }
    }
    desk.events.extend(events);
}

fn place(harness: &Harness<'static, Desk>, name: &str) -> Rect {
    harness.get_by_label(name).rect()
}

fn drag(harness: &mut Harness<'static, Desk>, from: Pos2, to: Pos2) {
    harness.hover_at(from);
    harness.run();
    harness.drag_at(from);
    harness.run();
    harness.hover_at(from.lerp(to, 0.5));
    harness.run();
    harness.hover_at(to);
    harness.run();
}

#[test]
fn boxes_and_identities_are_found_and_selected_by_name() {
    let mut harness = desk();
    harness.get_by_label(PORTAL_BOX).click();
    harness.run();
    assert_eq!(harness.state().selection, Some(PORTAL));
    harness.get_by_label(ROBOT_BOX);
    harness.get_by_label(CARRIER_BOX);
    harness.get_by_label("External identity 007").click();
    harness.run();
    let identity = Thing::Identity {
        issuer: "https://auth.example.com".to_owned(),
        subject: "007".to_owned(),
    };
    assert_eq!(harness.state().selection, Some(identity));
}

#[test]
fn an_arrow_drawn_from_one_client_to_another_asks_for_a_grant() {
    let mut harness = desk();
    let from = place(&harness, DASHBOARD_BOX).center();
    let to = place(&harness, CARRIER_BOX).center();
    drag(&mut harness, from, to);
    assert_eq!(harness.state().events, [], "nothing before the drop");
    harness.drop_at(to);
    harness.run();
    let asked = CanvasEvent::GrantRequested { from: ClientKey(1), to: ClientKey(3) };
    assert_eq!(harness.state().events, [asked]);
}

#[test]
fn an_arrow_that_is_refused_or_let_go_asks_for_nothing() {
    let mut harness = desk();
    let from = place(&harness, DASHBOARD_BOX).center();
    let to = place(&harness, ROBOT_BOX).center();
    drag(&mut harness, from, to);
    harness.drop_at(to);
    harness.run();
    let to = place(&harness, CARRIER_BOX).center();
    drag(&mut harness, from, to);
    harness.key_press(Key::Escape);
    harness.run();
    harness.drop_at(to);
    harness.run();
    let asked = |event: &CanvasEvent| matches!(event, CanvasEvent::GrantRequested { .. });
    assert!(!harness.state().events.iter().any(asked), "{:?}", harness.state().events);
}

#[test]
fn arrow_keys_follow_arrows() {
    let mut harness = desk();
    harness.get_by_label(PORTAL_BOX).focus();
    harness.run();
    harness.key_press(Key::ArrowRight);
    harness.run();
    assert_eq!(harness.state().selection, Some(DASHBOARD));
    harness.run();
    assert!(harness.get_by_label(DASHBOARD_BOX).is_focused());
    harness.key_press(Key::ArrowLeft);
    harness.run();
    assert_eq!(harness.state().selection, Some(PORTAL));
}

#[test]
fn a_double_click_on_an_arrow_tries_it() {
    let mut harness = desk();
    let (portal, dashboard) = (place(&harness, PORTAL_BOX), place(&harness, DASHBOARD_BOX));
    // The two boxes stand level, so the arrow between them does too.
    let middle = portal.right_center().lerp(dashboard.left_center(), 0.5);
    for _ in 0..2 {
        harness.drag_at(middle);
        harness.drop_at(middle);
    }
    harness.run();
    let edge = Thing::Permission { owner: ClientKey(0), index: 0 };
    assert!(
        harness.state().events.contains(&CanvasEvent::Simulate(edge)),
        "{:?}",
        harness.state().events
    );
}

#[test]
fn the_ground_lets_go_and_has_a_menu() {
    let mut harness = desk();
    harness.get_by_label(PORTAL_BOX).click();
    harness.run();
    let empty = egui::pos2(500.0, 30.0);
    harness.drag_at(empty);
    harness.drop_at(empty);
    harness.run();
    assert_eq!(harness.state().selection, None);
}

#[test]
fn zoom_controls_and_keys_change_the_view_and_fit_brings_all_back() {
    let mut harness = desk();
    let zoom = |harness: &Harness<'static, Desk>| harness.state().canvas.camera().zoom;
    let whole = zoom(&harness);
    harness.get_by_label("Zoom out").click();
    harness.run();
    assert!((zoom(&harness) / whole - 0.8).abs() < 0.01);
    harness.hover_at(egui::pos2(500.0, 100.0));
    harness.key_press(Key::Plus);
    harness.run();
    assert!((zoom(&harness) / whole - 1.0).abs() < 0.01);
    harness.get_by_label("Zoom to 100 %").click();
    harness.run();
    assert!((zoom(&harness) - 1.0).abs() < 0.01);
    harness.hover_at(egui::pos2(500.0, 100.0));
    harness.run();
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Line,
        delta: egui::vec2(0.0, -3.0),
        phase: egui::TouchPhase::Move,
        modifiers: Modifiers::NONE,
        source: egui::MouseWheelSource::Wheel,
    });
    harness.run();
    assert!(zoom(&harness) < 0.95, "the wheel zooms");
    harness.get_by_label("Fit drawing to view").click();
    harness.run();
    assert!((zoom(&harness) - whole).abs() < 0.05, "{} and {whole}", zoom(&harness));
}

#[test]
fn nothing_is_repainted_while_nothing_happens() {
    let mut harness = desk();
    harness.hover_at(egui::pos2(500.0, 100.0));
    harness.run();
    harness.step();
    let delay = harness.output().viewport_output.values().map(|v| v.repaint_delay).min();
    assert!(delay.is_some_and(|delay| delay.as_secs() > 60), "{delay:?}");
}

#[test]
fn a_fitted_drawing_stays_fitted_in_a_resized_window_until_it_is_moved() {
    let mut harness = desk();
    let zoom = |harness: &Harness<'static, Desk>| harness.state().canvas.camera().zoom;
    let whole = zoom(&harness);
    harness.set_size(egui::vec2(500.0, 350.0));
    harness.run();
    let smaller = zoom(&harness);
    assert!(smaller < whole * 0.8);
    harness.set_size(egui::vec2(1000.0, 700.0));
    harness.run();
    assert!((zoom(&harness) - whole).abs() < 0.05);
    harness.get_by_label("Zoom out").click();
    harness.run();
    let chosen = zoom(&harness);
    harness.set_size(egui::vec2(500.0, 350.0));
    harness.run();
    assert_eq!(zoom(&harness), chosen);
}

#[test]
fn the_legend_says_the_reading_and_opens_on_request() {
    let mut harness = desk();
    harness.get_by_label(Reading::RequesterListsTarget.sentence());
    harness.get_by_label("this end asks");
    harness.get_by_label("Hide legend").click();
    harness.run();
    assert!(harness.query_by_label("this end asks").is_none());
    harness.get_by_label(Reading::RequesterListsTarget.sentence());
    harness.get_by_label("Legend").click();
    harness.run();
    harness.get_by_label("this end asks");
}

fn marks(harness: &Harness<'static, Desk>) -> Vec<(Vec<Thing>, Marking)> {
    let events = harness.state().events.iter();
    events
        .filter_map(|event| match event {
            CanvasEvent::Mark { things, how } => Some((things.clone(), *how)),
            _ => None,
        })
        .collect()
}

#[test]
fn ctrl_and_a_click_marks_and_leaves_the_selection() {
    let mut harness = desk();
    harness.get_by_label(PORTAL_BOX).click_modifiers(Modifiers::COMMAND);
    harness.run();
    assert_eq!(marks(&harness), [(vec![PORTAL], Marking::Toggle)]);
    assert_eq!(harness.state().selection, None);
}

/// Drags along points, with the button held.
fn draw_around(harness: &mut Harness<'static, Desk>, points: &[Pos2]) {
    harness.hover_at(points[0]);
    harness.run();
    harness.drag_at(points[0]);
    harness.run();
    for point in &points[1..] {
        harness.hover_at(*point);
        harness.run();
    }
    harness.drop_at(points[points.len() - 1]);
    harness.run();
}

#[test]
fn what_is_drawn_around_is_marked_with_the_tool_or_with_shift() {
    let mut harness = desk();
    let around = place(&harness, PORTAL_BOX).expand(9.0);
    let corners = [
        around.left_top(),
        around.right_top(),
        around.right_bottom(),
        around.left_bottom(),
        around.left_top(),
    ];
    let before = harness.state().canvas.camera();
    harness.state_mut().lasso = true;
    draw_around(&mut harness, &corners);
    assert_eq!(marks(&harness), [(vec![PORTAL], Marking::Replace)]);
    harness.state_mut().lasso = false;
    harness.state_mut().events.clear();
    draw_around(&mut harness, &corners[..3]);
    assert_eq!(marks(&harness), [], "without the tool the view moves");
    assert_ne!(harness.state().canvas.camera(), before);
    harness.state_mut().canvas.look(before);
    harness.run();
    harness.event(egui::Event::ModifiersChanged(Modifiers::SHIFT));
    draw_around(&mut harness, &corners);
    assert_eq!(marks(&harness), [(vec![PORTAL], Marking::Replace)]);
}

#[test]
fn alt_and_dragging_moves_a_box_and_all_that_are_marked_with_it() {
    let mut harness = desk();
    harness.state_mut().marked = Arc::new([PORTAL, DASHBOARD].into());
    harness.run();
    let from = place(&harness, PORTAL_BOX).center();
    let zoom = harness.state().canvas.camera().zoom;
    let corner = |harness: &Harness<'static, Desk>, thing: &Thing| {
        let scene = &harness.state().scene;
        scene.nodes[scene.node_of(thing).unwrap()].rect.min
    };
    let (portal, dashboard) = (corner(&harness, &PORTAL), corner(&harness, &DASHBOARD));
    harness.event(egui::Event::ModifiersChanged(Modifiers::ALT));
    drag(&mut harness, from, from + egui::vec2(40.0, 60.0));
    harness.drop_at(from + egui::vec2(40.0, 60.0));
    harness.run();
    let events = &harness.state().events;
    let Some(CanvasEvent::Place(places)) =
        events.iter().find(|event| matches!(event, CanvasEvent::Place(_)))
    else {
        panic!("{events:?}")
    };
    assert_eq!(places.len(), 2);
    for (thing, at) in places {
        let before = if *thing == PORTAL { portal } else { dashboard };
        assert!((at.x - before.x - 40.0 / zoom).abs() < 1.0, "{thing:?} {at:?} {before:?}");
        assert!((at.y - before.y - 60.0 / zoom).abs() < 1.0, "{thing:?} {at:?} {before:?}");
    }
    let granted = |event: &CanvasEvent| matches!(event, CanvasEvent::GrantRequested { .. });
    assert!(!events.iter().any(granted), "moving is not drawing an arrow");
}

#[test]
fn up_and_down_go_to_siblings_of_the_arrow_that_was_followed() {
    let mut harness = desk();
    harness.get_by_label(ROBOT_BOX).focus();
    harness.run();
    let mut been = BTreeSet::new();
    harness.key_press(Key::ArrowLeft);
    harness.run();
    harness.run();
    been.insert(harness.state().selection.clone());
    let (up, down) = (Key::ArrowUp, Key::ArrowDown);
    for key in [up, down, down] {
        harness.key_press(key);
        harness.run();
        harness.run();
        been.insert(harness.state().selection.clone());
    }
    // Both that lead to the robot, and nothing else although other boxes lie between.
    let issuer = Thing::Issuer("https://auth.example.com".to_owned());
    let carrier = Thing::Client(ClientKey(3));
    assert_eq!(been, BTreeSet::from([Some(issuer), Some(carrier)]));
}

#[test]
fn keys_open_mark_look_from_near_and_show_everything() {
    let mut harness = desk();
    let whole = harness.state().canvas.camera().zoom;
    harness.get_by_label(DASHBOARD_BOX).focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert!(harness.state().events.contains(&CanvasEvent::Open(DASHBOARD)));
    assert_eq!(harness.state().selection, Some(DASHBOARD));
    harness.key_press(Key::M);
    harness.run();
    assert_eq!(marks(&harness), [(vec![DASHBOARD], Marking::Toggle)]);
    for _ in 0..4 {
        harness.key_press(Key::Minus);
        harness.run();
    }
    assert!(harness.state().canvas.camera().zoom < 0.6 * whole);
    harness.key_press(Key::F);
    harness.run();
    let near = harness.state().canvas.camera();
    assert!(near.zoom > 0.9, "{}", near.zoom);
    let scene = &harness.state().scene;
    let rect = scene.nodes[scene.node_of(&DASHBOARD).unwrap()].rect.center();
    assert!((near.center - egui::pos2(rect.x, rect.y)).length() < 80.0);
    harness.key_press(Key::Home);
    harness.run();
    assert!((harness.state().canvas.camera().zoom - whole).abs() < 0.05);
    harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::ArrowDown);
    harness.run();
    let placed = |event: &CanvasEvent| matches!(event, CanvasEvent::Place(it) if it.len() == 1);
    assert!(harness.state().events.iter().any(placed), "a box is moved by keys too");
}

#[test]
fn the_minimap_is_there_while_a_part_is_in_view_and_moves_it() {
    const MAP: &str = "Minimap: click to go there";
    let mut harness = desk();
    assert!(harness.query_by_label(MAP).is_none(), "all is in view");
    harness.hover_at(egui::pos2(500.0, 300.0));
    harness.event(egui::Event::Zoom(4.0));
    harness.run();
    harness.run();
    let map = place(&harness, MAP);
    let before = harness.state().canvas.camera().center;
    let corner = map.right_bottom() - egui::vec2(4.0, 4.0);
    harness.hover_at(corner);
    harness.run();
    harness.drag_at(corner);
    harness.drop_at(corner);
    harness.run();
    let after = harness.state().canvas.camera();
    assert!(after.center.x > before.x && after.center.y > before.y, "{before} {after:?}");
    let bounds = harness.state().scene.bounds;
    assert!((after.center.x - bounds.max.x).abs() < 0.1 * bounds.width());
    assert!(harness.state_mut().canvas.take_jump(), "a click there is a jump");
}

#[test]
fn rows_of_the_legend_mark_all_boxes_of_a_value() {
    let mut harness = desk();
    let values = harness.state().scene.nodes.iter().map(|node| match node.kind {
        NodeKind::Client(ClientKey(0 | 1)) => "web",
        _ => "other",
    });
    let colours = Colours::new("Purpose", values, &[]);
    harness.state_mut().colours = Some(Arc::new(colours));
    harness.run();
    harness.run();
    harness.get_by_label("Mark 2 boxes: web (square)").click();
    harness.run();
    assert_eq!(marks(&harness), [(vec![PORTAL, DASHBOARD], Marking::Replace)]);
}

#[test]
fn a_frame_in_which_nothing_changes_paints_the_same_picture_again() {
    let mut harness = desk();
    harness.hover_at(egui::pos2(500.0, 60.0));
    harness.run();
    let made = harness.state().canvas.pictures();
    for _ in 0..5 {
        harness.step();
    }
    assert_eq!(harness.state().canvas.pictures(), made, "an idle frame");
    let over = place(&harness, PORTAL_BOX).center();
    harness.hover_at(over);
    harness.run();
    assert_eq!(harness.state().canvas.hovered(), Some(&PORTAL));
    assert_eq!(harness.state().canvas.pictures(), made, "what follows the pointer is laid over");
    harness.get_by_label(PORTAL_BOX).click();
    harness.run();
    assert!(harness.state().canvas.pictures() > made, "another selection is another picture");
}

/// Ten thousand boxes in blocks of fifty, each with two arrows.
fn estate() -> Scene {
    let count = 10_000;
    let nodes = (0..count)
        .map(|i| SceneNode {
            kind: NodeKind::Client(ClientKey(i)),
            title: format!("Client {i}"),
            subtitle: String::new(),
            badges: Vec::new(),
            rows: Vec::new(),
            rect: layout::Rect::new(0.0, 0.0, 208.0, 50.0),
            name: format!("Client app Client {i}"),
            cluster: i / 50,
            brokers: Vec::new(),
            members: Vec::new(),
            inside: Vec::new(),
            difference: Difference::Same,
            on_path: false,
        })
        .collect();
    let edges = (0..2 * count)
        .map(|e| SceneEdge {
            kind: EdgeKind::Exchange { asks: End::From },
            from: e / 2,
            to: (e / 2 + 1 + 37 * (e % 2)) % count,
            from_row: None,
            edges: Vec::new(),
            thing: Thing::Permission { owner: ClientKey(e / 2), index: e % 2 },
            sentence: String::new(),
            route: Vec::new(),
            reversed: false,
            difference: Difference::Same,
            hops: Vec::new(),
        })
        .collect();
    let titles = (0..count / 50).map(|c| format!("Subscription {c}")).collect();
    let reading = Reading::RequesterListsTarget;
    Scene::assemble(reading, layout::Method::Overview, nodes, edges, titles, &|| false).unwrap()
}

#[test]
fn ten_thousand_boxes_cost_few_vertices_and_a_near_look_fewer() {
    let scene = Arc::new(estate());
    let context = egui::Context::default();
    let mut canvas = Canvas::default();
    let mut vertices = |event: Option<egui::Event>| {
        let size = egui::vec2(1920.0, 1080.0);
        let screen_rect = Some(Rect::from_min_size(Pos2::ZERO, size));
        let input = egui::RawInput {
            screen_rect,
            events: event.into_iter().collect(),
            ..Default::default()
        };
        let mut output = context.run_ui(input, |ui| {
            let palette = Palette::of(false);
            let input = CanvasInput::plain(&palette, &|_, _| Ok(String::new()));
            canvas.ui(ui, &scene, &input);
        });
        output.textures_delta.clear();
        let meshes = context.tessellate(output.shapes, output.pixels_per_point);
        let count = |primitive: &egui::epaint::Primitive| match primitive {
            egui::epaint::Primitive::Mesh(mesh) => mesh.vertices.len(),
            egui::epaint::Primitive::Callback(_) => 0,
        };
        meshes.iter().map(|mesh| count(&mesh.primitive)).sum::<usize>()
    };
    vertices(None);
    let far = vertices(Some(egui::Event::PointerMoved(egui::pos2(960.0, 540.0))));
    assert!(far > 10_000 * 4, "every box is drawn: {far}");
    // Four for a box and for each arrow; the rest is names of blocks, the legend and the controls.
    assert!(far <= 10_000 * 16, "{far} vertices");
    vertices(Some(egui::Event::Zoom(1000.0)));
    let near = vertices(None);
    assert!(near < far / 4, "only what is in view is drawn: {near} of {far}");
}

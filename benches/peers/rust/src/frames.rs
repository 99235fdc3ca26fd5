//! A frame of a graph in other ways than this project's: egui_graphs, and egui's shapes one by one.
//! What is measured is building the frame and making triangles of it, without a screen.

use egui::epaint::Primitive;
use egui::{
    CentralPanel, Color32, Context, Pos2, RawInput, Rect, Shape, Stroke, StrokeKind, Ui, Vec2,
};
use egui_graphs::{Graph as Widget, GraphView, Layout, LayoutState, SettingsNavigation, to_graph};
use petgraph::stable_graph::{NodeIndex, StableGraph};
use serde::{Deserialize, Serialize};

use crate::{Graph, timed};

/// The size of the window.
const WINDOW: Vec2 = Vec2::new(1600.0, 1000.0);
/// Frames before the first that counts.
const WARM: usize = 3;

/// Leaves every node where it is: a layout that works in every frame would be measured with it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Still;

impl LayoutState for Still {}

impl Layout<Still> for Still {
    fn from_state(_: Still) -> impl Layout<Still> {
        Still
    }
    fn next<N, E, Ty, Ix, Dn, De>(&mut self, _: &mut Widget<N, E, Ty, Ix, Dn, De>, _: &Ui)
    where
        N: Clone,
        E: Clone,
        Ty: petgraph::EdgeType,
        Ix: petgraph::graph::IndexType,
        Dn: egui_graphs::DisplayNode<N, E, Ty, Ix>,
        De: egui_graphs::DisplayEdge<N, E, Ty, Ix, Dn>,
    {
    }
    fn state(&self) -> Still {
        Still
    }
}

pub fn measure(graph: &Graph, repeats: usize) -> Option<()> {
    let places = places(graph);
    let mut plain = StableGraph::<(), ()>::new();
    for _ in &places {
        plain.add_node(());
    }
    for (from, to) in &graph.edges {
        plain.add_edge(NodeIndex::new(*from as usize), NodeIndex::new(*to as usize), ());
    }
    let mut widget: Widget = to_graph(&plain);
    for (node, place) in places.iter().enumerate() {
        widget.g_mut().node_weight_mut(NodeIndex::new(node))?.set_location(*place);
    }
    let navigation = SettingsNavigation::new().with_fit_to_screen_enabled(true);
    frames("egui_graphs", repeats, |ui| {
        GraphView::<Still, Still>::new().with_navigations(&navigation).show(ui, &mut widget);
    })?;
    frames("shapes", repeats, |ui| shapes(ui, &places, graph))
}

/// Clusters beside each other in a square, as an overview has them.
fn places(graph: &Graph) -> Vec<Pos2> {
    let mut order: Vec<usize> = (0..graph.clusters.len()).collect();
    order.sort_by_key(|node| (graph.clusters[*node], *node));
    let side = (order.len() as f32).sqrt().ceil().max(1.0) as usize;
    let mut places = vec![Pos2::ZERO; order.len()];
    for (at, node) in order.into_iter().enumerate() {
        places[node] = Pos2::new((at % side) as f32 * 160.0, (at / side) as f32 * 60.0);
    }
    places
}

fn frames(name: &str, repeats: usize, mut show: impl FnMut(&mut Ui)) -> Option<()> {
    let context = Context::default();
    let mut time = 0.0;
    let mut frame = || {
        time += 1.0 / 60.0;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, WINDOW)),
            time: Some(time),
            ..RawInput::default()
        };
        let output = context.run_ui(input, |ui| {
            CentralPanel::no_frame().show(ui, |ui| show(ui));
        });
        let shapes = context.tessellate(output.shapes, output.pixels_per_point);
        shapes
            .iter()
            .map(|shape| match &shape.primitive {
                Primitive::Mesh(mesh) => mesh.vertices.len(),
                Primitive::Callback(_) => 0,
            })
            .sum::<usize>()
    };
    (0..WARM).for_each(|_| drop(frame()));
    let vertices = timed(name, repeats, frame)?;
    println!("{{\"name\":\"{name}-vertices\",\"count\":{vertices}}}");
    Some(())
}

/// A box for each node, and a line with a head for each edge, as shapes of their own.
fn shapes(ui: &mut Ui, places: &[Pos2], graph: &Graph) {
    let view = ui.available_rect_before_wrap();
    let bounds = Rect::from_points(places);
    let zoom = (view.width() / bounds.width()).min(view.height() / bounds.height());
    let at = |place: Pos2| view.min + (place - bounds.min) * zoom;
    let painter = ui.painter_at(view);
    let stroke = Stroke::new(1.0, Color32::GRAY);
    for (from, to) in &graph.edges {
        let (from, to) = (at(places[*from as usize]), at(places[*to as usize]));
        painter.line_segment([from, to], stroke);
        let along = (to - from).normalized() * 4.0;
        let aside = along.rot90() * 0.5;
        let head = vec![to, to - along + aside, to - along - aside];
        painter.add(Shape::convex_polygon(head, Color32::GRAY, Stroke::NONE));
    }
    for place in places {
        let area = Rect::from_center_size(at(*place), Vec2::new(120.0, 32.0) * zoom);
        painter.rect(area, 2.0, Color32::DARK_BLUE, stroke, StrokeKind::Inside);
    }
}

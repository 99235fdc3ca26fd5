//! Frames of the canvas, without a screen: what is drawn is built and made into triangles.

use std::sync::Arc;

use egui::epaint::Primitive;
use egui::{Context, Pos2, RawInput, Rect, Vec2};
use exchange_studio::config::ClientKey;
use exchange_studio::diagram::layout::Method;
use exchange_studio::diagram::scene::{NodeKind, Options, Scene, SceneNode};
use exchange_studio::studio::canvas::{Canvas, CanvasInput, Palette};
use exchange_studio::trust::{Reading, TrustGraph};

use super::{Seconds, Task, count, model, once, report};
use crate::generate::Estate;

/// The size of the window, as the peers have it.
const WINDOW: Vec2 = Vec2::new(1600.0, 1000.0);
/// Frames until everything rests: at 60 a second, more than any flight of the camera takes.
const SETTLE: usize = 90;

/// A window with nothing but the canvas.
struct Desk {
    context: Context,
    canvas: Canvas,
    scene: Arc<Scene>,
    time: f64,
}

impl Desk {
    /// One frame: what it takes, and its vertices.
    fn frame(&mut self) -> (Seconds, usize) {
        self.time += 1.0 / 60.0;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, WINDOW)),
            time: Some(self.time),
            ..RawInput::default()
        };
        let palette = Palette::of(false);
        let grant = |_: ClientKey, _: ClientKey| Ok(String::new());
        let (took, meshes) = once(|| {
            let mut output = self.context.run_ui(input, |ui| {
                let input = CanvasInput::plain(&palette, &grant);
                self.canvas.ui(ui, &self.scene, &input);
            });
            // Nobody is there to take the textures.
            output.textures_delta.clear();
            self.context.tessellate(output.shapes, output.pixels_per_point)
        });
        let vertices = meshes.iter().map(|mesh| match &mesh.primitive {
            Primitive::Mesh(mesh) => mesh.vertices.len(),
            Primitive::Callback(_) => 0,
        });
        (took, vertices.sum())
    }

    fn settle(&mut self) {
        for _ in 0..SETTLE {
            self.frame();
        }
    }

    /// Frames in which nothing changes, and such in which the camera moves a little in each.
    fn measure(&mut self, name: &str, repeats: usize) {
        self.settle();
        let still: Vec<Seconds> = (0..repeats).map(|_| self.frame().0).collect();
        report(&format!("{name}-still"), &still);
        let (mut moving, mut most) = (Vec::new(), 0);
        for at in 0..repeats {
            // Back and forth, so that about the same stays in view.
            self.canvas.zoom_by(if at % 8 < 4 { 0.99 } else { 1.0 / 0.99 }, self.time);
            let (took, vertices) = self.frame();
            moving.push(took);
            most = most.max(vertices);
        }
        report(name, &moving);
        count(&format!("{name}-vertices"), most as f64);
    }
}

pub fn measure(task: &Task) {
    // Issuers are one box each and identities rows in it, so a fifth more makes as many boxes.
    let estate = Estate::new(task.estate.len() * 5 / 4, false, task.seed);
    let project = model::project(&estate);
    let graph = TrustGraph::new(&project, Reading::default());
    let options = Options { method: Method::from_name("overview"), ..Options::default() };
    let scene = Arc::new(Scene::build(&project, &graph, &options).expect("nobody cancels"));
    count("boxes", scene.nodes.len() as f64);
    count("arrows", scene.edges.len() as f64);
    let canvas = Canvas::default();
    let context = Context::default();
    let mut desk = Desk { context, canvas, scene: Arc::clone(&scene), time: 0.0 };
    desk.canvas.fit();
    desk.measure("whole", task.repeats);
    // Near a client app of the middle, as large as reads well.
    let bounds = scene.bounds.center();
    let away = |node: &&SceneNode| {
        let at = node.rect.center();
        ((at.x - bounds.x).hypot(at.y - bounds.y) * 16.0) as i64
    };
    let clients = scene.nodes.iter().filter(|node| matches!(node.kind, NodeKind::Client(_)));
    if let Some(node) = clients.min_by_key(away) {
        desk.canvas.show(node.thing());
    }
    desk.measure("zoomed", task.repeats.max(60));
}

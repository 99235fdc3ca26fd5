//! What lies over the drawing: the legend, the zoom controls and the minimap.

mod controls;
mod legend;
mod minimap;

use egui::{Frame as Box, Stroke, Ui};

use super::index::Index;
use super::{Canvas, CanvasEvent, CanvasInput, Frame, Palette};

pub use minimap::Minimap;

const MARGIN: f32 = 12.0;
/// Width of the zoom controls.
const CONTROLS: f32 = 200.0;

pub fn ui(
    canvas: &mut Canvas,
    ui: &Ui,
    frame: &Frame,
    index: &Index,
    input: &CanvasInput,
    events: &mut Vec<CanvasEvent>,
) {
    if index.scene.nodes.is_empty() {
        return;
    }
    if frame.view.width() > 420.0 && frame.view.height() > 240.0 {
        legend::ui(canvas, ui, frame, index, events);
    } else {
        canvas.legend_height = 0.0;
    }
    let height = controls::ui(canvas, ui, frame);
    if input.minimap {
        minimap::ui(canvas, ui, frame, index, height + 6.0);
    }
}

fn panel(palette: &Palette) -> Box {
    Box::NONE
        .fill(palette.panel.lerp_to_gamma(palette.ground, 0.15))
        .stroke(Stroke::new(1.0, palette.border.gamma_multiply(0.8)))
        .corner_radius(8)
}

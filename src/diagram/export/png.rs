//! The drawing as PNG, painted without a display.
//!
//! The picture is the SVG, painted by `resvg` with the faces of the window, which are part of the
//! program: no font of the machine is used, so that the bytes are the same everywhere. What these
//! faces do not have (emoji, scripts of East Asia) shows as a box; an SVG shows it with the fonts of
//! whoever looks at it.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, fontdb};

use super::caption::Drawing;
use super::svg::svg;
use super::theme::Theme;

/// Pixels that a picture may have: 400 MB while it is painted.
pub const MOST_PIXELS: u64 = 100_000_000;

/// Why there is no picture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PngError {
    #[error(
        "the picture would have {width} × {height} pixels, more than {} million",
        MOST_PIXELS / 1_000_000
    )]
    TooLarge { width: u64, height: u64 },
    /// The drawing as SVG, or its pixels, were refused; that is a fault of this program.
    #[error("the picture cannot be painted: {0}")]
    Paint(String),
}

/// The drawing as a PNG file. `scale` is pixels for a point of the drawing.
///
/// # Errors
/// When the picture would be too large.
pub fn png(drawing: &Drawing, theme: Theme, scale: f32) -> Result<Vec<u8>, PngError> {
    let mut fonts = fontdb::Database::new();
    for face in FACES {
        fonts.load_font_source(fontdb::Source::Binary(Arc::new(face)));
    }
    fonts.set_sans_serif_family("Inter");
    fonts.set_serif_family("Inter");
    fonts.set_cursive_family("Inter");
    fonts.set_fantasy_family("Inter");
    fonts.set_monospace_family("JetBrains Mono");
    let options = usvg::Options {
        font_family: "Inter".to_owned(),
        fontdb: Arc::new(fonts),
        ..usvg::Options::default()
    };
    let text = svg(drawing, theme);
    let tree = usvg::Tree::from_str(&text, &options)
        .map_err(|error| PngError::Paint(error.to_string()))?;
    let pixels = |length: f32| (f64::from(length) * f64::from(scale)).ceil().max(1.0) as u64;
    let (width, height) = (pixels(tree.size().width()), pixels(tree.size().height()));
    let too_large = PngError::TooLarge { width, height };
    if width.saturating_mul(height) > MOST_PIXELS {
        return Err(too_large);
    }
    let sides = u32::try_from(width).ok().zip(u32::try_from(height).ok());
    let mut picture =
        sides.and_then(|(width, height)| Pixmap::new(width, height)).ok_or(too_large)?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut picture.as_mut());
    picture.encode_png().map_err(|error| PngError::Paint(error.to_string()))
}

const FACES: [&[u8]; 3] = [
    include_bytes!("../../../assets/fonts/Inter-Regular.otf"),
    include_bytes!("../../../assets/fonts/Inter-SemiBold.otf"),
    include_bytes!("../../../assets/fonts/JetBrainsMono-Regular.ttf"),
];

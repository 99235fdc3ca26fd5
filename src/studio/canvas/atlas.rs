//! The sprites that everything many is drawn with: one small texture, so that boxes, lines,
//! arrowheads and marks share one mesh and one call to the graphics card.
//!
//! Soft edges are in the sprites, not in the triangles. A line across its width, a disc or an
//! arrowhead is then four vertices, where egui's own shapes take six to a hundred and thirty. All
//! sprites are white; the colour comes with the vertex.

use egui::{Color32, ColorImage, Context, TextureHandle, TextureOptions, Vec2, vec2};

const WIDTH: usize = 512;
const HEIGHT: usize = 200;
/// Samples of a texel in each direction.
const SAMPLES: usize = 4;

/// A part of the texture, as fractions of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sprite {
    pub left: f32,
    pub top: f32,
    pub right: f32,
    pub bottom: f32,
}

/// A sprite between two texel positions.
const fn sprite(left: f32, top: f32, right: f32, bottom: f32) -> Sprite {
    let (w, h) = (WIDTH as f32, HEIGHT as f32);
    Sprite { left: left / w, top: top / h, right: right / w, bottom: bottom / h }
}

/// The middle of a white patch: plain areas.
pub const PLAIN: Sprite = sprite(2.0, 2.0, 2.0, 2.0);

/// The widest line that has a profile of its own, in points.
pub const WIDEST: usize = 6;

/// Across a line of so many whole points: clear, solid, clear. It spans one point more than the
/// line, half on each side, for the soft edge.
pub const fn profile(width: usize) -> Sprite {
    let left = profile_left(width) as f32;
    sprite(left + 0.5, 2.0, left + 1.5 + width as f32, 2.0)
}

/// Profiles stand side by side behind the white patch, with two clear texels between.
const fn profile_left(width: usize) -> usize {
    let (mut left, mut before) = (6, 1);
    while before < width {
        left += before + 4;
        before += 1;
    }
    left
}

/// Radii of the discs, in texels.
pub const DISCS: [usize; 3] = [5, 10, 20];

/// A disc of one of [`DISCS`], with a clear texel around it.
pub const fn disc(which: usize) -> Sprite {
    let (left, size) = (disc_left(which) as f32, 2.0 * DISCS[which] as f32 + 2.0);
    sprite(left, DISC_TOP as f32, left + size, DISC_TOP as f32 + size)
}

const DISC_TOP: usize = 8;

const fn disc_left(which: usize) -> usize {
    let (mut left, mut before) = (1, 0);
    while before < which {
        left += 2 * DISCS[before] + 4;
        before += 1;
    }
    left
}

/// Side of the sprites of marks and of the arrowhead, in texels.
const MARK: usize = 22;
const MARKS_LEFT: usize = 90;
const MARKS_TOP: usize = 10;

/// What tells values apart besides colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    Disc,
    Square,
    Triangle,
    Diamond,
    Cross,
    Ring,
    Wedge,
    Bar,
}

impl Shape {
    pub const ALL: [Self; 8] = [
        Self::Disc,
        Self::Square,
        Self::Triangle,
        Self::Diamond,
        Self::Cross,
        Self::Ring,
        Self::Wedge,
        Self::Bar,
    ];

    /// Its name, for those who do not see it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Disc => "disc",
            Self::Square => "square",
            Self::Triangle => "triangle",
            Self::Diamond => "diamond",
            Self::Cross => "cross",
            Self::Ring => "ring",
            Self::Wedge => "wedge",
            Self::Bar => "bar",
        }
    }

    pub fn sprite(self) -> Sprite {
        cell(self as usize)
    }

    /// Whether the shape covers a point of the square from -1 to 1.
    fn covers(self, at: Vec2) -> bool {
        let (x, y) = (at.x, at.y);
        match self {
            Self::Disc => at.length() <= 0.9,
            Self::Square => x.abs().max(y.abs()) <= 0.78,
            Self::Triangle => y <= 0.78 && y >= 1.9 * x.abs() - 0.95,
            Self::Diamond => x.abs() + y.abs() <= 1.0,
            Self::Cross => x.abs().min(y.abs()) <= 0.32 && x.abs().max(y.abs()) <= 0.92,
            Self::Ring => (0.48..=0.9).contains(&at.length()),
            Self::Wedge => x.abs() <= 0.78 && y <= 0.78 && y >= -x,
            Self::Bar => x.abs() <= 0.92 && y.abs() <= 0.36,
        }
    }
}

/// An arrowhead that points to the right, its tip at the middle of the right side.
pub const HEAD: Sprite = cell(8);

const fn cell(which: usize) -> Sprite {
    let (column, row) = (which % 5, which / 5);
    let (left, top) = (MARKS_LEFT + column * (MARK + 2), MARKS_TOP + row * (MARK + 2));
    sprite(left as f32, top as f32, (left + MARK) as f32, (top + MARK) as f32)
}

/// Dashes and gaps of arrows, in points: of external identities, of what went and of what changed.
pub const DASHES: [(f32, f32); 3] = [(7.0, 4.5), (2.0, 4.0), (12.0, 3.0)];

/// Texels for a point of a dash or gap.
const DASH_FINE: f32 = 2.0;
const STRIPS_TOP: usize = 62;
/// Where the first dash of a strip begins.
const STRIPS_LEFT: usize = 2;

/// Dashes in a row, of one of [`DASHES`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Strip {
    which: usize,
}

/// The strip of dashes that are to their gaps as `on` to `off`, if there is one.
pub fn strip(on: f32, off: f32) -> Option<Strip> {
    let which = DASHES.iter().position(|dash| (dash.0 * off - dash.1 * on).abs() < 1e-3 * on)?;
    Some(Strip { which })
}

impl Strip {
    /// The texels of a dash, and of it with its gap.
    fn texels(self) -> (usize, usize) {
        let (on, off) = DASHES[self.which];
        ((on * DASH_FINE) as usize, ((on + off) * DASH_FINE) as usize)
    }

    /// How many dashes it has, each with a gap.
    pub fn periods(self) -> f32 {
        ((WIDTH - STRIPS_LEFT - 2) / self.texels().1) as f32
    }

    /// Its sprite for a line of so many whole points, across as [`profile`] is. It ends with the
    /// last gap.
    pub fn sprite(self, width: usize) -> Sprite {
        let (left, top) = (STRIPS_LEFT as f32, self.top(width) as f32);
        let right = left + self.periods() * self.texels().1 as f32;
        sprite(left, top + 0.5, right, top + 1.5 + width as f32)
    }

    /// Its clear line above, as [`profile_left`] for a line.
    fn top(self, width: usize) -> usize {
        let before = |widths: usize| widths * (widths + 1) / 2 + 3 * widths;
        STRIPS_TOP + self.which * before(WIDEST) + before(width - 1)
    }

    fn fill(self, alpha: &mut [u8]) {
        let (on, all) = self.texels();
        // The dash after the last gap is begun, for what the gap's last texel is mixed with.
        let end = STRIPS_LEFT + self.periods() as usize * all + 1;
        for width in 1..=WIDEST {
            for y in (self.top(width) + 1)..=(self.top(width) + width) {
                let row = alpha[y * WIDTH..][..end].iter_mut().enumerate().skip(STRIPS_LEFT);
                for (_, texel) in row.filter(|(x, _)| (x - STRIPS_LEFT) % all < on) {
                    *texel = 255;
                }
            }
        }
    }
}

/// Puts the sprites on the graphics card.
pub fn load(context: &Context) -> TextureHandle {
    context.load_texture("canvas sprites", image(), TextureOptions::LINEAR)
}

fn image() -> ColorImage {
    let mut alpha = vec![0u8; WIDTH * HEIGHT];
    fill(&mut alpha, 0, 0, 4, 4, |_| true);
    for width in 1..=WIDEST {
        fill(&mut alpha, profile_left(width) + 1, 0, width, 4, |_| true);
    }
    for (which, radius) in DISCS.into_iter().enumerate() {
        let side = 2 * radius + 2;
        let reach = (radius as f32) / (radius as f32 + 1.0);
        fill(&mut alpha, disc_left(which), DISC_TOP, side, side, |at| at.length() <= reach);
    }
    for shape in Shape::ALL {
        let (left, top) = corner(shape.sprite());
        fill(&mut alpha, left, top, MARK, MARK, |at| shape.covers(at * 1.08));
    }
    let (left, top) = corner(HEAD);
    fill(&mut alpha, left, top, MARK, MARK, |at| {
        let along = (at.x + 0.92) / 1.84;
        (0.0..=1.0).contains(&along) && at.y.abs() <= 0.92 * (1.0 - along)
    });
    for which in 0..DASHES.len() {
        Strip { which }.fill(&mut alpha);
    }
    let pixels = alpha.into_iter().map(Color32::from_white_alpha).collect();
    ColorImage::new([WIDTH, HEIGHT], pixels)
}

fn corner(sprite: Sprite) -> (usize, usize) {
    let (left, top) = (sprite.left * WIDTH as f32, sprite.top * HEIGHT as f32);
    (left.round() as usize, top.round() as usize)
}

/// Covers texels of a rectangle by how much of them a shape covers; it is asked for points of the
/// square from -1 to 1.
fn fill(
    alpha: &mut [u8],
    left: usize,
    top: usize,
    width: usize,
    height: usize,
    covers: impl Fn(Vec2) -> bool,
) {
    let part = |texel: usize, sample: usize, size: usize| {
        (texel as f32 + (sample as f32 + 0.5) / SAMPLES as f32) / size as f32 * 2.0 - 1.0
    };
    for y in 0..height {
        for x in 0..width {
            let samples = (0..SAMPLES * SAMPLES).filter(|s| {
                covers(vec2(part(x, s % SAMPLES, width), part(y, s / SAMPLES, height)))
            });
            let covered = samples.count() * 255 / (SAMPLES * SAMPLES);
            alpha[(top + y) * WIDTH + left + x] = covered as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The part of a sprite's texels that is covered, from 0 to 1.
    fn covered(image: &ColorImage, sprite: Sprite) -> f32 {
        let (left, top) = corner(sprite);
        let right = (sprite.right * WIDTH as f32).round() as usize;
        let bottom = (sprite.bottom * HEIGHT as f32).round() as usize;
        let (mut sum, mut count) = (0.0, 0.0);
        for y in top..bottom {
            for x in left..right {
                sum += f32::from(image.pixels[y * WIDTH + x].a()) / 255.0;
                count += 1.0;
            }
        }
        sum / count
    }

    #[test]
    fn every_sprite_has_a_place_of_its_own() {
        let mut sprites: Vec<Sprite> = Shape::ALL.iter().map(|shape| shape.sprite()).collect();
        sprites.push(HEAD);
        sprites.extend((0..DISCS.len()).map(disc));
        let strips = (0..DASHES.len()).map(|which| Strip { which });
        sprites.extend(strips.flat_map(|strip| (1..=WIDEST).map(move |w| strip.sprite(w))));
        for (i, a) in sprites.iter().enumerate() {
            assert!(a.right < 1.0 && a.bottom < 1.0, "{i} lies in the texture");
            for b in &sprites[..i] {
                let apart = a.left >= b.right
                    || b.left >= a.right
                    || a.top >= b.bottom
                    || b.top >= a.bottom;
                assert!(apart, "{a:?} {b:?}");
            }
        }
        assert!(profile_left(WIDEST) + WIDEST + 2 < WIDTH);
    }

    #[test]
    fn sprites_are_filled_as_their_shapes_are() {
        let image = image();
        let disc = covered(&image, disc(2));
        assert!((disc - std::f32::consts::FRAC_PI_4 * (20.0f32 / 21.0).powi(2)).abs() < 0.02);
        for shape in Shape::ALL {
            let part = covered(&image, shape.sprite());
            assert!((0.15..0.85).contains(&part), "{shape:?} covers {part}");
        }
        for (which, (on, off)) in DASHES.into_iter().enumerate() {
            // Its clear lines above and below are cut in halves, which `covered` makes one of.
            let part = covered(&image, Strip { which }.sprite(3));
            let dashes = on / (on + off) * 3.0 / 4.0;
            assert!((part - dashes).abs() < 0.01, "{part} and {dashes} of {which}");
        }
        let line = profile(3);
        let row = WIDTH * 2 + (line.left * WIDTH as f32) as usize;
        let across: Vec<u8> = image.pixels[row..row + 5].iter().map(|p| p.a()).collect();
        assert_eq!(across, [0, 255, 255, 255, 0]);
    }
}

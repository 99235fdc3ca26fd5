//! Springs and repulsion: what hangs together comes together, everything else keeps away.
//!
//! The forces are those of Fruchterman and Reingold (1991): along an arrow the square of the
//! distance pulls, between any two boxes one over the distance pushes, and a step is never longer
//! than a temperature that falls. The unit of length is the ideal length of an arrow.

use super::super::Point;
use super::tree::Field;

/// An arrow between two places of a list, and how much it pulls.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spring {
    pub a: u32,
    pub b: u32,
    pub weight: f32,
}

/// What acts on the boxes. Empty lists mean: the same for all.
#[derive(Default)]
pub(super) struct Force<'a> {
    pub springs: &'a [Spring],
    /// How hard each one pushes and is pushed.
    pub mass: &'a [f32],
    /// A steady pull on each, from what is not among them.
    pub pull: &'a [Point],
    /// Those that stay where they are.
    pub still: &'a [bool],
    /// Pull towards the middle, for what no arrow holds.
    pub gravity: f32,
    /// Where the temperature starts, and how many steps it falls.
    pub start: f32,
    pub steps: usize,
}

/// Accuracy of the repulsion: width of a far group over its distance.
const ANGLE: f32 = 1.0;

impl Force<'_> {
    /// Moves the points; `None` when cancelled.
    pub fn run(
        &self,
        at: &mut [Point],
        field: &mut Field,
        cancelled: &dyn Fn() -> bool,
    ) -> Option<()> {
        let mut force = vec![Point::default(); at.len()];
        for step in 0..self.steps {
            if cancelled() {
                return None;
            }
            let left = 1.0 - step as f32 / self.steps as f32;
            force.fill(Point::default());
            field.build(at, self.mass, ANGLE);
            field.push(self.still, &mut force);
            if let (false, Some(middle)) = (self.gravity == 0.0, middle(at)) {
                for (f, p) in force.iter_mut().zip(&*at) {
                    f.x -= self.gravity * (p.x - middle.x);
                    f.y -= self.gravity * (p.y - middle.y);
                }
            }
            for (f, &mass) in force.iter_mut().zip(self.mass) {
                f.x *= mass;
                f.y *= mass;
            }
            for (f, pull) in force.iter_mut().zip(self.pull) {
                f.x += pull.x;
                f.y += pull.y;
            }
            for s in self.springs {
                let (a, b) = (at[s.a as usize], at[s.b as usize]);
                let (dx, dy) = (b.x - a.x, b.y - a.y);
                let pull = (dx * dx + dy * dy).sqrt() * s.weight;
                let (fx, fy) = (dx * pull, dy * pull);
                let f = &mut force[s.a as usize];
                (f.x, f.y) = (f.x + fx, f.y + fy);
                let f = &mut force[s.b as usize];
                (f.x, f.y) = (f.x - fx, f.y - fy);
            }
            let limit = self.start * left * left;
            for (i, (p, f)) in at.iter_mut().zip(&force).enumerate() {
                if self.still.get(i) == Some(&true) {
                    continue;
                }
                let length = (f.x * f.x + f.y * f.y).sqrt();
                if length > 0.0 {
                    let scale = length.min(limit) / length;
                    p.x += f.x * scale;
                    p.y += f.y * scale;
                }
            }
        }
        Some(())
    }
}

fn middle(at: &[Point]) -> Option<Point> {
    let (mut x, mut y) = (0f64, 0f64);
    for p in at {
        (x, y) = (x + f64::from(p.x), y + f64::from(p.y));
    }
    let count = at.len() as f64;
    (!at.is_empty()).then(|| Point::new((x / count) as f32, (y / count) as f32))
}

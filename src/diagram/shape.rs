//! The line of an arrow, as curves: the same for the window and for files.

use super::layout::Point;

/// A piece of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stroke {
    Line(Point, Point),
    /// A cubic Bézier curve: start, two control points, end.
    Curve([Point; 4]),
}

/// The pieces of a route. A slanted piece of a layered drawing lies in a channel between columns
/// and becomes an S-curve with level ends, so that the whole line is smooth.
pub fn strokes(route: &[Point], smooth: bool) -> impl Iterator<Item = Stroke> + '_ {
    route.windows(2).map(move |pair| {
        let (a, b) = (pair[0], pair[1]);
        if !smooth || (a.y - b.y).abs() < 0.05 || (a.x - b.x).abs() < 1.0 {
            return Stroke::Line(a, b);
        }
        let middle = (a.x + b.x) / 2.0;
        Stroke::Curve([a, Point::new(middle, a.y), Point::new(middle, b.y), b])
    })
}

/// The direction of length 1 in which a line arrives at its last point.
pub fn arrival(route: &[Point], smooth: bool) -> Point {
    let Some(&[a, b]) = route.last_chunk::<2>() else { return Point::new(1.0, 0.0) };
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    if smooth && dx.abs() >= 1.0 {
        return Point::new(dx.signum(), 0.0);
    }
    let length = dx.hypot(dy);
    if length < 1e-3 { Point::new(1.0, 0.0) } else { Point::new(dx / length, dy / length) }
}

/// The point of a curve at `t` between 0 and 1.
pub fn bezier(curve: &[Point; 4], t: f32) -> Point {
    let s = 1.0 - t;
    let weights = [s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t];
    let mut point = Point::default();
    for (p, w) in curve.iter().zip(weights) {
        point.x += p.x * w;
        point.y += p.y * w;
    }
    point
}

/// Where along a line its label may stand, the best place first.
pub const LABEL_PARTS: [f32; 9] = [0.5, 0.35, 0.65, 0.22, 0.78, 0.42, 0.58, 0.12, 0.88];

/// The point at a part of the length of a line between 0 and 1, where a label stands.
pub fn along(route: &[Point], smooth: bool, part: f32) -> Point {
    // Curves are measured as chains of chords: a label need not be exact.
    const CHORDS: usize = 8;
    let mut points: Vec<Point> = route.first().copied().into_iter().collect();
    for stroke in strokes(route, smooth) {
        match stroke {
            Stroke::Line(_, b) => points.push(b),
            Stroke::Curve(curve) => {
                points.extend((1..=CHORDS).map(|i| bezier(&curve, i as f32 / CHORDS as f32)));
            }
        }
    }
    let length = |pair: &[Point]| (pair[1].x - pair[0].x).hypot(pair[1].y - pair[0].y);
    let mut left = points.windows(2).map(length).sum::<f32>() * part;
    for pair in points.windows(2) {
        let long = length(pair);
        if long > 0.0 && left <= long {
            let t = left / long;
            let between = |a: f32, b: f32| a + (b - a) * t;
            return Point::new(between(pair[0].x, pair[1].x), between(pair[0].y, pair[1].y));
        }
        left -= long;
    }
    points.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slanted_piece_starts_and_ends_level() {
        let route = [Point::new(0.0, 0.0), Point::new(10.0, 40.0), Point::new(20.0, 40.0)];
        let pieces: Vec<Stroke> = strokes(&route, true).collect();
        let Stroke::Curve(curve) = pieces[0] else { panic!("{:?}", pieces[0]) };
        assert_eq!((curve[1].y, curve[2].y), (0.0, 40.0));
        assert_eq!(bezier(&curve, 1.0), route[1]);
        assert_eq!(pieces[1], Stroke::Line(route[1], route[2]));
        assert_eq!(arrival(&route, true), Point::new(1.0, 0.0));
        assert_eq!(arrival(&route[..2], true), Point::new(1.0, 0.0));
        assert_eq!(arrival(&[route[1], route[0]], true), Point::new(-1.0, 0.0));
    }

    #[test]
    fn a_label_stands_at_a_part_of_the_length() {
        let corner = [Point::new(0.0, 0.0), Point::new(10.0, 0.0), Point::new(10.0, 30.0)];
        assert_eq!(along(&corner, false, 0.5), Point::new(10.0, 10.0));
        assert_eq!(along(&corner, false, 0.125), Point::new(5.0, 0.0));
        assert_eq!(along(&corner, false, 1.0), corner[2]);
        let curve = along(&[Point::new(0.0, 0.0), Point::new(20.0, 40.0)], true, 0.5);
        assert!((curve.x - 10.0).abs() < 0.1 && (curve.y - 20.0).abs() < 0.1, "{curve:?}");
        assert_eq!(along(&corner[..1], true, 0.5), corner[0]);
        assert_eq!(along(&[], true, 0.5), Point::default());
        assert_eq!(along(&[corner[1], corner[1]], true, 0.5), corner[1]);
    }
}

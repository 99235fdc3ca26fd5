//! Lining boxes up.

use crate::diagram::layout::{Point, Rect};

/// Space kept between boxes that would come to lie on each other.
const GAP: f32 = 16.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Align {
    /// Left sides in one line, one box below the other.
    Left,
    /// Upper sides in one line, one box beside the other.
    Top,
    /// Equal gaps from left to right.
    Across,
    /// Equal gaps from top to bottom.
    Down,
}

/// The upper left corners of boxes that are lined up, in the order given.
pub fn aligned(rects: &[Rect], how: Align) -> Vec<Point> {
    // Left and down move along one axis as top and across do along the other.
    let turned = matches!(how, Align::Left | Align::Down);
    let turn = |p: Point| if turned { Point::new(p.y, p.x) } else { p };
    // Along the line that the boxes form: where each begins, and how long it is.
    let spans: Vec<(f32, f32)> = rects
        .iter()
        .map(|rect| (turn(rect.min).x, turn(Point::new(rect.width(), rect.height())).x))
        .collect();
    let sides: Vec<f32> = rects.iter().map(|rect| turn(rect.min).y).collect();
    let mut order: Vec<usize> = (0..rects.len()).collect();
    let middle = |i: usize| spans[i].0 + spans[i].1 / 2.0;
    order.sort_by(|&a, &b| middle(a).total_cmp(&middle(b)).then(a.cmp(&b)));
    let mut corners: Vec<Point> = rects.iter().map(|rect| turn(rect.min)).collect();
    match how {
        Align::Left | Align::Top => {
            let side = sides.iter().copied().fold(f32::MAX, f32::min);
            let mut end = f32::MIN;
            for i in order {
                let start = if spans[i].0 < end { end + GAP } else { spans[i].0 };
                corners[i] = Point::new(start, side);
                end = start + spans[i].1;
            }
        }
        Align::Across | Align::Down => {
            let (Some(&first), Some(&last)) = (order.first(), order.last()) else {
                return Vec::new();
            };
            let start = spans[first].0;
            let whole = spans[last].0 + spans[last].1 - start;
            let filled: f32 = spans.iter().map(|span| span.1).sum();
            let gaps = (order.len().saturating_sub(1)).max(1) as f32;
            let gap = ((whole - filled) / gaps).max(GAP);
            let mut at = start;
            for i in order {
                corners[i].x = at;
                at += spans[i].1 + gap;
            }
        }
    }
    corners.into_iter().map(turn).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxes() -> Vec<Rect> {
        vec![
            Rect::new(300.0, 10.0, 200.0, 50.0),
            Rect::new(0.0, 20.0, 200.0, 50.0),
            Rect::new(900.0, 400.0, 200.0, 72.0),
        ]
    }

    fn overlap(rects: &[Rect], corners: &[Point]) -> bool {
        let placed: Vec<Rect> = rects
            .iter()
            .zip(corners)
            .map(|(rect, at)| Rect::new(at.x, at.y, rect.width(), rect.height()))
            .collect();
        placed.iter().enumerate().any(|(i, a)| placed[..i].iter().any(|b| a.overlaps(b)))
    }

    #[test]
    fn boxes_come_to_stand_in_a_line_and_not_on_each_other() {
        let left = aligned(&boxes(), Align::Left);
        assert!(left.iter().all(|at| at.x == 0.0));
        assert!(!overlap(&boxes(), &left));
        assert!(left[0].y < left[1].y, "the order from above is kept");
        let top = aligned(&boxes(), Align::Top);
        assert!(top.iter().all(|at| at.y == 10.0));
        assert!(!overlap(&boxes(), &top));
    }

    #[test]
    fn gaps_become_equal_and_the_outer_boxes_stay() {
        let across = aligned(&boxes(), Align::Across);
        assert_eq!((across[1].x, across[2].x), (0.0, 900.0));
        assert_eq!(across[0].x, 450.0);
        assert_eq!(across.iter().map(|at| at.y).collect::<Vec<_>>(), [10.0, 20.0, 400.0]);
        let down = aligned(&boxes(), Align::Down);
        assert_eq!(down.iter().map(|at| at.x).collect::<Vec<_>>(), [300.0, 0.0, 900.0]);
        assert!(aligned(&[], Align::Across).is_empty());
    }
}

//! Boxes and bends in columns, joined by pieces of arrows from one column to the next.

use super::super::links::Links;

/// A piece of an arrow between two neighbouring columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment {
    pub left: u32,
    pub right: u32,
    /// How far from the middle of `left` it leaves, and of `right` it arrives.
    pub left_offset: f32,
    pub right_offset: f32,
    /// The rank of these offsets among those on the same side of the same box.
    pub left_row: u32,
    pub right_row: u32,
}

/// A layered graph in which no segment skips a column. Boxes come first, bends after them.
#[derive(Debug)]
pub(super) struct Mesh {
    pub boxes: usize,
    pub layers: usize,
    pub layer: Vec<u32>,
    pub height: Vec<f32>,
    /// The pieces of one arrow follow each other, and so do its bends.
    pub segments: Vec<Segment>,
    /// Arrows with bends, by the places of their first and last pieces.
    pub long: Vec<(u32, u32)>,
    /// Segments by their right end, and by their left end.
    pub before: Links,
    pub after: Links,
}

impl Mesh {
    pub fn new(
        boxes: usize,
        layer: Vec<u32>,
        height: Vec<f32>,
        mut segments: Vec<Segment>,
    ) -> Self {
        let total = layer.len();
        let layers = layer.iter().max().map_or(0, |l| *l as usize + 1);
        let before =
            Links::new(total, segments.iter().enumerate().map(|(i, s)| (s.right, i as u32)));
        let after = Links::new(total, segments.iter().enumerate().map(|(i, s)| (s.left, i as u32)));
        let mut offsets: Vec<f32> = Vec::new();
        for node in 0..boxes as u32 {
            let links = after.of(node);
            number(&mut segments, links, &mut offsets, |s| (s.left_offset, &mut s.left_row));
            let links = before.of(node);
            number(&mut segments, links, &mut offsets, |s| (s.right_offset, &mut s.right_row));
        }
        let mut long: Vec<(u32, u32)> = Vec::new();
        for (i, s) in segments.iter().enumerate() {
            if s.left as usize >= boxes {
                if let Some(last) = long.last_mut() {
                    last.1 = i as u32;
                }
            } else if s.right as usize >= boxes {
                long.push((i as u32, i as u32));
            }
        }
        Self { boxes, layers, layer, height, segments, long, before, after }
    }

    pub fn is_bend(&self, node: u32) -> bool {
        node as usize >= self.boxes
    }
}

/// Ranks the offsets of the segments on one side of a box.
fn number(
    segments: &mut [Segment],
    links: &[u32],
    offsets: &mut Vec<f32>,
    part: impl Fn(&mut Segment) -> (f32, &mut u32),
) {
    if links.len() < 2 {
        return;
    }
    offsets.clear();
    offsets.extend(links.iter().map(|&s| part(&mut segments[s as usize]).0));
    offsets.sort_by(f32::total_cmp);
    offsets.dedup();
    for &s in links {
        let (offset, row) = part(&mut segments[s as usize]);
        *row = offsets.partition_point(|o| *o < offset) as u32;
    }
}

//! Boxes coloured by what they are or say.
//!
//! A value is told by a colour and by a shape, and its row in the legend by both and by words, so
//! nothing rests on colour alone. More values than there are colours share the last one.

use egui::Color32;

use super::atlas::Shape;
use super::palette::Palette;

/// Colours for values; whatever is rarer shares one more.
pub const DISTINCT: usize = 7;

/// A value that boxes have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    pub label: String,
    /// How many boxes have it.
    pub count: usize,
}

/// Which box has which value. Another colouring must be another `Arc`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Colours {
    /// What the boxes are coloured by, as in "Finding".
    pub title: String,
    /// The values, as the legend lists them. The first [`DISTINCT`] have colours of their own.
    pub values: Vec<Value>,
    /// The value of each box, by its place in the scene.
    pub of_node: Vec<u32>,
}

/// How a value looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Swatch {
    pub color: Color32,
    pub shape: Shape,
}

impl Colours {
    /// From the value of each box. Values come in the order given by `order`, those it does not
    /// name by how many boxes have them.
    pub fn new<'a>(title: &str, of_node: impl Iterator<Item = &'a str>, order: &[&str]) -> Self {
        let labels: Vec<&str> = of_node.collect();
        let mut counts = std::collections::BTreeMap::<&str, usize>::new();
        for label in &labels {
            *counts.entry(label).or_default() += 1;
        }
        let mut values: Vec<(&str, usize)> = counts.into_iter().collect();
        let place = |label: &str| order.iter().position(|it| *it == label).unwrap_or(order.len());
        values.sort_by_key(|(label, count)| (place(label), std::cmp::Reverse(*count), *label));
        let places: std::collections::HashMap<&str, u32> =
            values.iter().enumerate().map(|(at, (label, _))| (*label, at as u32)).collect();
        Self {
            title: title.to_owned(),
            of_node: labels.iter().map(|label| places[label]).collect(),
            values: values
                .into_iter()
                .map(|(label, count)| Value { label: label.to_owned(), count })
                .collect(),
        }
    }

    pub fn swatch(&self, node: usize, palette: &Palette) -> Swatch {
        let value = self.of_node.get(node).map_or(usize::MAX, |value| *value as usize);
        Self::swatch_of(value, palette)
    }

    pub fn swatch_of(value: usize, palette: &Palette) -> Swatch {
        let which = value.min(DISTINCT);
        Swatch { color: palette.categories[which], shape: Shape::ALL[which] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_in_the_order_asked_for_then_by_number() {
        let of_node = ["b", "c", "error", "c", "none"];
        let colours = Colours::new("Finding", of_node.into_iter(), &["error", "none"]);
        let labels: Vec<_> = colours.values.iter().map(|v| (v.label.as_str(), v.count)).collect();
        assert_eq!(labels, [("error", 1), ("none", 1), ("c", 2), ("b", 1)]);
        assert_eq!(colours.of_node, [3, 2, 0, 2, 1]);
    }

    #[test]
    fn values_with_a_colour_differ_in_shape_too() {
        let palette = Palette::of(true);
        for a in 0..=DISTINCT {
            for b in 0..a {
                let (a, b) = (Colours::swatch_of(a, &palette), Colours::swatch_of(b, &palette));
                assert!(a.color != b.color && a.shape != b.shape);
            }
        }
    }
}

//! The words around a picture: header, legend and caption, set into the width there is.

use std::fmt::Write as _;

use super::caption::{Contents, Drawing};
use super::svg::{badge, dot, head, number, point, rect, text};
use super::theme::Colors;
use crate::diagram::layout::{Point, Rect};
use crate::diagram::scene::{Difference, EdgeKind, Font, estimate_width, measure};

pub(super) const MARGIN: f32 = 36.0;
/// Sizes of the texts around a picture.
const TITLE: f32 = 18.0;
const SENTENCE: f32 = 13.0;
const SMALL: f32 = 12.0;
/// Space between a sample in the legend and its words, and to the next sample.
const SAMPLE: f32 = 34.0;
const GAP: f32 = 26.0;
const LINE: f32 = 18.0;

/// Sizes are measured by those of the boxes.
fn width(words: &str, size: f32) -> f32 {
    estimate_width(words, Font::Row) * size / measure::ROW_TEXT
}

/// A text in lines that fit; a word that is wider than a line is cut.
pub(super) fn wrap(words: &str, size: f32, room: f32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in words.split_whitespace() {
        let mut word = word.to_owned();
        if !line.is_empty() && width(&format!("{line} {word}"), size) <= room {
            line.push(' ');
            line.push_str(&word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        while width(&word, size) > room {
            let mut used = 0.0;
            let fits = word.char_indices().find_map(|(at, c)| {
                used += width(c.encode_utf8(&mut [0; 4]), size);
                (used > room && at > 0).then_some(at)
            });
            let Some(fits) = fits else { break };
            let rest = word.split_off(fits);
            lines.push(std::mem::replace(&mut word, rest));
        }
        line = word;
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// At most so many of the lines, the last with an ellipsis when there are more.
fn at_most(mut lines: Vec<String>, most: usize) -> Vec<String> {
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            last.pop();
            last.push('…');
        }
    }
    lines
}

/// What stands above the drawing: the title, and what of the whole is shown.
pub(super) struct Header {
    title: Vec<String>,
    filter: Vec<String>,
}

impl Header {
    pub fn new(drawing: &Drawing, room: f32) -> Self {
        let title = super::caption::visible(&drawing.caption.title);
        let filter = super::caption::visible(&drawing.filter());
        Self {
            // Semi-bold is wider than what the estimate is made for.
            title: at_most(wrap(&title, TITLE * 1.06, room), 3),
            filter: at_most(wrap(&filter, SMALL, room), 6),
        }
    }

    pub fn height(&self) -> f32 {
        let title = self.title.len() as f32 * TITLE * 1.3;
        title + self.filter.len() as f32 * LINE + 14.0
    }

    pub fn write(&self, out: &mut String, c: &Colors) -> std::fmt::Result {
        let mut y = MARGIN;
        for line in &self.title {
            text(out, Point::new(MARGIN, y), TITLE, c.text, " font-weight=\"600\"", line)?;
            y += TITLE * 1.3;
        }
        for line in &self.filter {
            text(out, Point::new(MARGIN, y), SMALL, c.weak, "", line)?;
            y += LINE;
        }
        Ok(())
    }
}

/// What a sample in the legend shows.
#[derive(Clone, Copy)]
enum Sample {
    Arrow(EdgeKind),
    Asks,
    Ghost,
    Group,
    Bundle,
    Path,
    Difference(Difference),
    Same,
}

/// What stands below the drawing: the reading, what the signs mean, and the input.
pub(super) struct Legend {
    reading: Vec<String>,
    /// Sample, words, and where.
    samples: Vec<(Sample, &'static str, Point)>,
    inputs: Vec<String>,
    rows: f32,
    compared: bool,
}

impl Legend {
    pub fn new(drawing: &Drawing, room: f32) -> Self {
        let has = Contents::of(drawing.scene);
        let mut samples: Vec<(Sample, &str)> = Vec::new();
        if let Some(asks) = has.exchange {
            let kind = EdgeKind::Exchange { asks };
            samples.push((Sample::Arrow(kind), "a user's token may be exchanged"));
            samples.push((Sample::Asks, "this end asks"));
        }
        if has.federation {
            let words = "an external identity stands for the client, brought by a broker";
            samples.push((Sample::Arrow(EdgeKind::Federation), words));
        }
        if has.ghosts {
            samples.push((Sample::Ghost, "no file defines this client app"));
        }
        if has.groups {
            samples.push((Sample::Group, "a group, collapsed into one box"));
        }
        if has.bundles {
            samples.push((Sample::Bundle, "so many arrows, drawn as one"));
        }
        if has.path {
            samples.push((Sample::Path, "hops of the marked chain"));
        }
        if drawing.scene.compared {
            for difference in [Difference::Added, Difference::Removed, Difference::Changed] {
                samples.push((Sample::Difference(difference), difference.word()));
            }
            samples.push((Sample::Same, "the same in both versions"));
        }
        let mut at = Point::new(0.0, 0.0);
        let mut rows = if samples.is_empty() { 0.0 } else { 1.0 };
        let samples = samples
            .into_iter()
            .map(|(sample, words)| {
                let wide = SAMPLE + 12.0 + width(words, SMALL);
                if at.x > 0.0 && at.x + wide > room {
                    at = Point::new(0.0, at.y + 22.0);
                    rows += 1.0;
                }
                let place = at;
                at.x += wide + GAP;
                (sample, words, place)
            })
            .collect();
        let inputs = drawing.inputs();
        let inputs = inputs.iter().flat_map(|line| wrap(line, SMALL, room)).collect();
        let reading = wrap(drawing.scene.reading_sentence(), SENTENCE, room);
        Self { reading, samples, inputs, rows, compared: drawing.scene.compared }
    }

    pub fn height(&self) -> f32 {
        let lines = (self.reading.len() + self.inputs.len()) as f32;
        34.0 + lines * LINE + self.rows * 22.0 + 14.0
    }

    pub fn write(&self, out: &mut String, c: &Colors, top: f32) -> std::fmt::Result {
        writeln!(out, "<g>")?;
        let mut y = top + 34.0;
        for line in &self.reading {
            text(out, Point::new(MARGIN, y), SENTENCE, c.text, "", line)?;
            y += LINE;
        }
        y += 6.0;
        for (what, words, at) in &self.samples {
            let at = Point::new(MARGIN + at.x, y + at.y);
            sample(out, *what, at, self.compared, c)?;
            let beside = Point::new(at.x + SAMPLE + 12.0, at.y);
            text(out, beside, SMALL, c.weak, "", words)?;
        }
        y += self.rows * 22.0;
        for line in &self.inputs {
            text(out, Point::new(MARGIN, y), SMALL, c.weak, "", line)?;
            y += LINE;
        }
        writeln!(out, "</g>")
    }
}

/// A small picture of a sign, in the middle of its line.
fn sample(
    out: &mut String,
    what: Sample,
    at: Point,
    compared: bool,
    c: &Colors,
) -> std::fmt::Result {
    // In a comparison colours tell differences, not kinds.
    let (exchange, federation) =
        if compared { (c.same, c.same) } else { (c.exchange, c.federation) };
    let end = Point::new(at.x + SAMPLE, at.y);
    let line = |out: &mut String, color: &str, stroke: f32, more: &str| {
        writeln!(
            out,
            "<path fill=\"none\" stroke=\"{color}\" stroke-width=\"{}\"{more} d=\"M{}L{}\"/>",
            number(stroke),
            point(at),
            point(Point::new(end.x - 6.0, end.y))
        )?;
        head(out, end, Point::new(1.0, 0.0), color)
    };
    let small = Rect::new(at.x + 2.0, at.y - 7.0, 28.0, 14.0);
    let middle = Point::new(at.x + SAMPLE / 2.0 - 3.0, at.y);
    match what {
        Sample::Arrow(EdgeKind::Exchange { .. }) => line(out, exchange, 1.6, ""),
        Sample::Arrow(EdgeKind::Federation) => {
            line(out, federation, 1.6, " stroke-dasharray=\"6 4\"")
        }
        Sample::Asks => dot(out, Point::new(at.x + SAMPLE - 6.0, at.y), exchange),
        Sample::Ghost => rect(out, &small, 4.0, c.ground, c.ghost, " stroke-dasharray=\"5 4\""),
        Sample::Group => {
            rect(out, &small, 4.0, c.panel, c.border, "")?;
            rect(out, &small.expand(-2.5), 3.0, "none", c.border, "")
        }
        Sample::Bundle => badge(out, middle, "×2", exchange, c),
        Sample::Path => {
            line(out, c.path, 3.0, "")?;
            badge(out, middle, "1", c.path, c)
        }
        Sample::Difference(difference) => {
            let (color, stroke, more) = super::svg::different(difference, c);
            line(out, color, stroke, more)?;
            badge(out, middle, difference.mark(), color, c)
        }
        Sample::Same => line(out, c.same, 1.2, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_wrapped_and_a_long_one_is_cut() {
        let lines = wrap("one two three four five", 12.0, 60.0);
        assert!(lines.len() > 1 && lines.join(" ") == "one two three four five", "{lines:?}");
        let long = "x".repeat(100);
        let lines = wrap(&format!("a {long} b"), 12.0, 80.0);
        assert!(lines.iter().all(|line| width(line, 12.0) <= 80.0), "{lines:?}");
        assert_eq!(lines.concat().replace(' ', ""), format!("a{long}b"));
        assert_eq!(wrap("", 12.0, 80.0), [""; 0]);
        assert_eq!(wrap("wide", 12.0, 0.0).concat(), "wide");
        assert_eq!(at_most(vec!["ab".into(), "cd".into()], 1), ["a…"]);
    }
}

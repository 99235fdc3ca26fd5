//! What every export says about itself.

use std::fmt::Write as _;

use aws_lc_rs::digest::{Context, SHA256};
use petgraph::stable_graph::{EdgeIndex, NodeIndex};

use crate::config::Project;
use crate::diagram::scene::{Difference, EdgeKind, End, NodeKind, Scene};
use crate::trust::{Edge, Node, TrustGraph};

/// The words around a drawing. Nothing here is read from the disk: whoever read the input says what
/// it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caption {
    pub title: String,
    /// What was filtered, in words; empty when nothing was.
    pub filter: String,
    /// What it was drawn from; two of a comparison, the old version first.
    pub inputs: Vec<Input>,
    /// Whether names are aliases.
    pub redacted: bool,
}

/// What a drawing was made from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    /// Which of several, as in "old"; empty when there is but one.
    pub label: String,
    /// The SHA-256 (FIPS 180-4) of the bytes of the files, one after the other in the order of their
    /// names, in lower-case hexadecimal.
    pub sha256: String,
}

impl Input {
    /// All files of a project that could be read: what `cat FILES | sha256sum` says.
    pub fn of(project: &Project, label: &str) -> Self {
        let mut files: Vec<_> = project.files().iter().collect();
        files.sort_by(|a, b| a.name.cmp(&b.name));
        let mut context = Context::new(&SHA256);
        for file in files {
            if let Ok(stream) = &file.stream {
                context.update(&stream.to_bytes());
            }
        }
        let mut sha256 = String::new();
        for byte in context.finish().as_ref() {
            // Writing to a String cannot fail.
            let _ = write!(sha256, "{byte:02x}");
        }
        Self { label: label.to_owned(), sha256 }
    }
}

/// A scene with what it was made from.
#[derive(Clone, Copy)]
pub struct Drawing<'a> {
    pub scene: &'a Scene,
    pub project: &'a Project,
    pub graph: &'a TrustGraph,
    /// The old version, when the scene compares two.
    pub old: Option<(&'a Project, &'a TrustGraph)>,
    pub caption: &'a Caption,
}

impl<'a> Drawing<'a> {
    /// The project and graph that the indices of something with this difference are of.
    pub(super) fn side(&self, difference: Difference) -> (&'a Project, &'a TrustGraph) {
        match (difference, self.old) {
            (Difference::Removed, Some(old)) => old,
            _ => (self.project, self.graph),
        }
    }

    pub(super) fn node(&self, node: NodeIndex, difference: Difference) -> Option<&'a Node> {
        self.side(difference).1.graph.node_weight(node)
    }

    pub(super) fn edge(&self, edge: EdgeIndex, difference: Difference) -> Option<&'a Edge> {
        self.side(difference).1.graph.edge_weight(edge)
    }

    /// What is shown, as a sentence.
    pub(super) fn filter(&self) -> String {
        let shown = match self.caption.filter.as_str() {
            "" => "Everything is shown.".to_owned(),
            words => format!("Shown is only: {words}."),
        };
        if self.caption.redacted {
            format!("{shown} Names are replaced by aliases.")
        } else {
            shown
        }
    }

    /// The input as lines, as in "Input, SHA-256: …".
    pub(super) fn inputs(&self) -> Vec<String> {
        let line = |input: &Input| match input.label.as_str() {
            "" => format!("Input, SHA-256: {}", input.sha256),
            label => format!("Input, {label}, SHA-256: {}", input.sha256),
        };
        self.caption.inputs.iter().map(line).collect()
    }

    /// How many there are, as in "3 boxes, 2 arrows".
    pub(super) fn counts(&self) -> String {
        let count =
            |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
        let scene = self.scene;
        let boxes = count(scene.nodes.len(), "box", "boxes");
        format!("{boxes}, {}", count(scene.edges.len(), "arrow", "arrows"))
    }

    /// Why there is nothing to see; `None` when there is something.
    pub(super) fn nothing(&self) -> Option<&'static str> {
        if !self.scene.nodes.is_empty() {
            None
        } else if self.project.clients().is_empty() {
            Some("There is no client app in these files.")
        } else {
            Some("No client app passes the filter.")
        }
    }

    /// The legend in words, for formats that cannot draw one.
    pub(super) fn legend(&self) -> Vec<String> {
        let has = Contents::of(self.scene);
        let mut lines = Vec::new();
        if let Some(asks) = has.exchange {
            let end = match asks {
                End::From => "start",
                End::To => "end",
            };
            lines.push(format!(
                "Solid arrow: a user's token may be exchanged; the client app at its {end} asks."
            ));
        }
        if has.federation {
            lines.push(
                "Dashed arrow: an external identity stands for the client app, brought by a broker."
                    .to_owned(),
            );
        }
        if has.ghosts {
            lines.push("Dashed box: no file defines this client app.".to_owned());
        }
        if has.groups {
            lines.push("Double box: a group, collapsed into one box.".to_owned());
        }
        if has.bundles {
            lines.push("×2: so many arrows drawn as one.".to_owned());
        }
        if has.path {
            lines.push("Thick arrow with a number: a hop of the marked chain.".to_owned());
        }
        if self.scene.compared {
            for difference in [Difference::Added, Difference::Removed, Difference::Changed] {
                let (mark, word) = (difference.mark(), difference.word());
                lines.push(format!("{mark}: {word}."));
            }
        }
        lines
    }
}

/// What a scene has, so that a legend explains this and nothing else.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Contents {
    /// Which end asks; the same for all arrows of one reading.
    pub exchange: Option<End>,
    pub federation: bool,
    pub ghosts: bool,
    pub groups: bool,
    pub bundles: bool,
    pub path: bool,
}

impl Contents {
    pub fn of(scene: &Scene) -> Self {
        let mut has = Self::default();
        for edge in &scene.edges {
            match edge.kind {
                EdgeKind::Exchange { asks } => has.exchange = Some(asks),
                EdgeKind::Federation => has.federation = true,
            }
            has.bundles |= edge.edges.len() > 1;
            has.path |= !edge.hops.is_empty();
        }
        for node in &scene.nodes {
            has.ghosts |= matches!(node.kind, NodeKind::Ghost(_));
            has.groups |= matches!(node.kind, NodeKind::Group(_));
        }
        has
    }
}

/// A character that would not be seen, or would change how the text around it is seen: controls,
/// and what switches the direction of writing (Unicode Bidirectional Algorithm, UAX #9 §2).
pub(super) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}'
                | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
        )
}

/// A text for people on one line: what cannot be seen shows as `�`, so that no name can make
/// another one look different from what it is.
pub(super) fn visible(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\r' | '\t' => ' ',
            c if is_invisible(c) => '\u{fffd}',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Source;

    #[test]
    fn the_order_of_names_counts_not_the_order_of_opening() {
        let source = |name: &str, text: &str| Source {
            path: None,
            name: name.to_owned(),
            bytes: text.as_bytes().to_vec(),
        };
        let one = Project::from_sources(vec![source("b.yaml", "c"), source("a.yaml", "ab")]);
        // RFC 6234 and FIPS 180-4 give this one for "abc".
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Input::of(&one, "").sha256, abc);
        assert_ne!(Input::of(&Project::default(), "").sha256, abc);
    }

    #[test]
    fn what_cannot_be_seen_is_shown() {
        assert_eq!(visible("a\tb\u{202e}c\u{0}\u{200b}d"), "a b\u{fffd}c\u{fffd}\u{fffd}d");
        assert_eq!(visible("Zoë — שלום 🎉"), "Zoë — שלום 🎉");
    }
}

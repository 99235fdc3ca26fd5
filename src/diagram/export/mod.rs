//! Drawings as files: a picture for a report, a graph for other tools, data for scripts.
//!
//! | format | for |
//! |---|---|
//! | [`svg`], [`png`] | people; the picture of the window, with title, legend and caption |
//! | [`dot`], [`mermaid`] | tools that lay out by themselves; the boxes of the picture |
//! | [`graphml`], [`opengraph`] | graph tools; every node and every edge, nothing folded |
//! | [`json`] | scripts; all of it, with the layout |
//!
//! Every one says what it shows: title, the reading it rests on, what was filtered, and the SHA-256
//! of its input. A picture of trust without these can be read the wrong way round, or taken for one
//! of another day. None refers to anything outside itself, and none depends on time or chance: the
//! same input gives the same bytes. [`Redaction`] gives a project without names, for pictures that
//! leave the house.

mod caption;
mod dot;
mod facts;
mod format;
mod graphml;
mod json;
mod legend;
mod mermaid;
mod opengraph;
mod png;
mod redact;
mod svg;
#[cfg(test)]
mod tests;
mod theme;
mod xml;

pub use caption::{Caption, Drawing, Input};
pub use dot::dot;
pub use format::Format;
pub use graphml::graphml;
pub use json::json;
pub use mermaid::{MERMAID_EDGES, MERMAID_TEXT, mermaid};
pub use opengraph::opengraph;
pub use png::{PngError, png};
pub use redact::Redaction;
pub use svg::svg;
pub use theme::Theme;

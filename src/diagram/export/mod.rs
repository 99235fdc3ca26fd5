//! Drawings as files: a picture for a report, a graph for other tools, data for scripts.
//!
//! All three say which reading of the lists they rest on, for a picture of trust without it can be
//! read the wrong way round. None refers to anything outside itself.

mod dot;
mod json;
mod svg;
#[cfg(test)]
mod tests;

pub use dot::dot;
pub use json::json;
pub use svg::{Theme, svg};

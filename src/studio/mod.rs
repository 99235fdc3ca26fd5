//! To be built.

pub mod preflight;

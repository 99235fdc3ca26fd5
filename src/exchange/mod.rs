//! To be built.

pub mod keys;

//! What protects documents: loading, keeping and editing text.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod decisions;
mod disk;
mod model;
mod samples;
mod seed;
mod yaml_corpus;
mod yaml_keep;
mod yaml_properties;

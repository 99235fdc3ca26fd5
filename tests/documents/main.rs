//! What protects documents: loading, keeping and editing text.

mod decisions;
mod disk;
mod model;
mod samples;
mod seed;
mod yaml_corpus;
mod yaml_keep;
mod yaml_properties;

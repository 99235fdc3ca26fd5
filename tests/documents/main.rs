//! What protects documents: loading, keeping and editing text.
mod samples;
mod yaml_corpus;
mod yaml_keep;
mod yaml_properties;

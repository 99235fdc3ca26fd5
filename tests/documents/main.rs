//! What protects documents: loading, keeping and editing text.
mod samples;
mod yaml_keep;

//! What protects documents: loading, keeping and editing text.
mod yaml_keep;

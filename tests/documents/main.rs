//! What protects documents: loading, keeping and editing text.

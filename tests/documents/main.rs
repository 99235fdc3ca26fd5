//! What protects documents: loading, keeping and editing text.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod analysis;
mod changes;
mod changes_properties;
mod checks;
mod decisions;
mod disk;
mod disk_save;
mod disk_watch;
mod drawing_quality;
mod golden;
mod hostile;
mod kill;
mod merge;
mod model;
mod oracle;
mod plan;
mod properties;
mod reach;
mod reading_parts;
mod reading_problems;
mod reading_shared;
mod reading_support;
mod recovery;
mod resistance;
mod samples;
mod seed;
mod streams;
mod suite;
mod yaml_corpus;
mod yaml_items;
mod yaml_keys;
mod yaml_properties;
mod yaml_shared;
mod yaml_table;
mod yaml_values;

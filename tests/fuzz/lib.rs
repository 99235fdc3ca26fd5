//! The floors below the window, and what the fuzz targets share.
//!
//! An input is the text of a file and, after the last byte 0xFF (which no UTF-8 text has), a plan:
//! four bytes an edit. So every YAML file is an input as it is.

// The floors name each other and their tests name the product: this crate is both.
extern crate self as exchange_studio;

#[path = "../../src/audit/mod.rs"]
pub mod audit;
#[path = "../../src/config/mod.rs"]
pub mod config;
#[path = "../../src/diagram/mod.rs"]
pub mod diagram;
#[path = "../../src/samples.rs"]
pub mod samples;
#[path = "../../src/trust/mod.rs"]
pub mod trust;
#[path = "../../src/yaml/mod.rs"]
pub mod yaml;

#[path = "../documents/oracle.rs"]
pub mod oracle;
mod plan;
#[path = "../documents/yaml_corpus.rs"]
pub mod yaml_corpus;

pub use plan::{Plan, project};

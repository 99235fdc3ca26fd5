//! The floors below the window, and what the fuzz targets share with the tests of documents.

// The floors name each other and their tests name the product: this crate is both.
extern crate self as exchange_studio;

#[path = "../../src/audit/mod.rs"]
pub mod audit;
#[path = "../../src/config/mod.rs"]
pub mod config;
#[path = "../../src/exchange/mod.rs"]
pub mod exchange;
#[path = "../../src/samples.rs"]
pub mod samples;
#[path = "../../src/trust/mod.rs"]
pub mod trust;
#[path = "../../src/yaml/mod.rs"]
pub mod yaml;

pub mod strangers;

#[path = "../documents/checks.rs"]
pub mod checks;
#[path = "../documents/oracle.rs"]
pub mod oracle;
#[path = "../documents/plan.rs"]
pub mod plan;
#[path = "../documents/yaml_corpus.rs"]
pub mod yaml_corpus;

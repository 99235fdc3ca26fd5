//! The panels around and within the middle. Each draws from a `&State` and answers with commands.

pub mod bars;
pub mod changes;
pub mod clients;
pub mod dialogs;
pub mod inspector;
pub mod news;
pub mod problems;
pub mod raw;

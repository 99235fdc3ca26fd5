//! Going on with a run that was stopped, or that stopped without being asked.

use std::collections::BTreeMap;
use std::io;

use serde::{Deserialize, Serialize};

use super::plan::Item;
use super::report::KIND;
use super::tried::Tried;
use crate::trust::Reading;

/// What an earlier run has found out, to go on from.
#[derive(Clone, Debug, Default)]
pub struct Earlier(BTreeMap<String, Tried>);

impl Earlier {
    /// Reads the JSON report of an earlier run. What the server answered is taken over; the rest
    /// will be asked for again.
    ///
    /// # Errors
    ///
    /// A sentence, when it is no report of a sweep, or one of another server or reading.
    pub fn read(text: &str, server: &str, reading: Reading) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Kept {
            version: u64,
            kind: String,
            server: String,
            reading: String,
            items: Vec<Tried>,
        }
        let kept: Kept = serde_json::from_str(text)
            .map_err(|error| format!("it is no JSON report of a sweep: {error}"))?;
        if kept.version != 1 || kept.kind != KIND {
            return Err("it is no report of a sweep of version 1".to_owned());
        }
        if kept.server != server {
            return Err(format!("it is about another server, {}", kept.server));
        }
        if kept.reading != reading.name() {
            return Err(format!("it was made under another reading, {}", kept.reading));
        }
        let answered = kept.items.into_iter().filter(|item| item.observed.is_answer());
        Ok(Self(answered.map(|item| (item.id.clone(), item)).collect()))
    }

    /// What came of an item, if the same was expected of it then.
    pub fn of(&self, item: &Item) -> Option<Tried> {
        let kept = self.0.get(&item.id).filter(|kept| kept.expected == item.expected)?;
        Some(Tried { earlier: true, certain: item.certain, why: item.why, ..kept.clone() })
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What is known so far, to be kept on disk while a run goes on, so that little is lost when it is
/// killed. Starts with what an earlier run has, of which nothing is lost either.
#[derive(Clone, Debug)]
pub struct SoFar {
    server: String,
    reading: Reading,
    answered: BTreeMap<String, Tried>,
}

impl SoFar {
    /// Before anything is asked.
    pub fn new(earlier: &Earlier, server: &str, reading: Reading) -> Self {
        Self { server: server.to_owned(), reading, answered: earlier.0.clone() }
    }

    /// Takes in what came of an item; what is no answer will be asked for again anyway.
    pub fn add(&mut self, tried: &Tried) {
        if tried.observed.is_answer() {
            self.answered.insert(tried.id.clone(), tried.clone());
        }
    }

    /// Writes what [`Earlier::read`] reads: a report of a run that is under way.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn write(&self, out: impl io::Write) -> io::Result<()> {
        #[derive(Serialize)]
        struct Under<'a> {
            version: u64,
            kind: &'static str,
            server: &'a str,
            reading: &'static str,
            ended: How,
            items: Vec<&'a Tried>,
        }
        #[derive(Serialize)]
        struct How {
            how: &'static str,
        }
        let report = Under {
            version: 1,
            kind: KIND,
            server: &self.server,
            reading: self.reading.name(),
            ended: How { how: "under-way" },
            items: self.answered.values().collect(),
        };
        serde_json::to_writer(out, &report).map_err(io::Error::from)
    }
}

//! One thing that is wrong or risky, at one place.

use std::collections::HashMap;
use std::fmt::{self, Display};

use super::{Rule, secrets};
use crate::config::{FileId, Place};
use crate::trust::Reading;

/// How bad a finding is, from a remark to an open door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

impl Severity {
    pub const ALL: [Self; 5] = [Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The name in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// A guess from names and habits.
    Low,
    /// Rests on an assumption, which the rule states.
    Medium,
    /// Certain from the files.
    High,
}

impl Confidence {
    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// Where a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Location {
    /// Nowhere in particular: it is about the project as a whole.
    Project,
    /// A file that has no text to point into.
    File(FileId),
    Place(Place),
}

/// Another place that a finding rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    pub place: Place,
    /// What is there, in a few words.
    pub label: String,
}

/// Something wrong or risky, with what to do about it.
#[derive(Clone, Debug)]
pub struct Finding {
    pub rule: &'static Rule,
    pub severity: Severity,
    pub confidence: Confidence,
    pub location: Location,
    /// What is at the location, in a few words; may be empty.
    pub label: String,
    pub related: Vec<Related>,
    /// What is the matter, as a sentence in plain words.
    pub message: String,
    /// What to do about it.
    pub help: String,
    /// The reading it depends on, if it depends on one.
    pub reading: Option<Reading>,
    /// The readings under which it is found, once [`super::compare_readings`] has looked.
    pub readings: Vec<Reading>,
    /// The same for the same finding in a reformatted file: the rule and the ids involved.
    pub fingerprint: String,
}

impl Finding {
    /// A finding with the rule's own severity, confidence and help. `identity` names what is
    /// involved, by ids and not by lines.
    pub fn new(
        rule: &'static Rule,
        location: Location,
        identity: &[&str],
        message: impl Into<String>,
    ) -> Self {
        Self {
            rule,
            severity: rule.severity,
            confidence: rule.confidence,
            location,
            label: String::new(),
            related: Vec::new(),
            // An issuer is named in many messages, and a slip may have put a password into it.
            message: secrets::covered_urls(&message.into()).into_owned(),
            help: rule.help.to_owned(),
            reading: None,
            readings: Vec::new(),
            fingerprint: fingerprint(rule.id, identity),
        }
    }

    /// A finding at a place.
    pub fn at(
        rule: &'static Rule,
        place: Place,
        identity: &[&str],
        message: impl Into<String>,
    ) -> Self {
        Self::new(rule, Location::Place(place), identity, message)
    }

    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    #[must_use]
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    #[must_use]
    pub fn related(mut self, place: Place, label: impl Into<String>) -> Self {
        self.related.push(Related { place, label: label.into() });
        self
    }

    /// The file it is in, unless it is about the project as a whole.
    pub fn file(&self) -> Option<FileId> {
        match self.location {
            Location::Project => None,
            Location::File(file) => Some(file),
            Location::Place(place) => Some(place.file),
        }
    }

    /// The place to show for it, if it has one.
    pub fn place(&self) -> Option<Place> {
        match self.location {
            Location::Project | Location::File(_) => None,
            Location::Place(place) => Some(place),
        }
    }

    /// The project first, then by file and place.
    pub(super) fn sort_key(&self) -> (Option<FileId>, Option<Place>) {
        (self.file(), self.place())
    }
}

/// Rule and parts in readable form. `|` parts them, and is doubled within one.
fn fingerprint(rule: &str, identity: &[&str]) -> String {
    let mut text = rule.to_owned();
    for part in identity {
        text.push('|');
        text.push_str(&secrets::covered_urls(part).replace('|', "||"));
    }
    text
}

/// Two findings can be about the same ids, as when an id stands three times in one list. The later
/// ones are numbered, in the order of the files.
pub(super) fn make_fingerprints_unique(findings: &mut [Finding]) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for finding in findings {
        let count = seen.entry(finding.fingerprint.clone()).or_default();
        *count += 1;
        if *count > 1 {
            finding.fingerprint = format!("{}#{count}", finding.fingerprint);
        }
    }
}

//! Writing down a chain: first how far it came and what became of its tokens, then each hop as a single
//! exchange is.

use std::fmt::Write as _;

use secrecy::SecretString;
use serde_json::{Value, json};

use super::written::{Done, Written};
use crate::cli::terminal::Colour;
use crate::exchange::chain;
use crate::exchange::{Outcome, Report, SimulateError};

/// A chain and all that is known of it.
pub struct Chained<'a> {
    /// Those that were answered.
    pub hops: &'a [Done<'a>],
    /// Of every hop that was wanted: the client that asks, and what for.
    pub ends: Vec<(&'a str, String)>,
    /// Why the hop after those had no answer.
    pub error: Option<&'a SimulateError>,
}

impl Chained<'_> {
    /// Whether every hop issued something.
    pub fn is_complete(&self) -> bool {
        chain::is_complete(&self.reports(), self.ends.len())
    }

    fn reports(&self) -> Vec<&Report> {
        self.hops.iter().map(|hop| hop.report).collect()
    }
}

impl Written for Chained<'_> {
    fn to_json(&self, print_token: bool) -> Value {
        let reports = self.reports();
        let mut hops: Vec<Value> = self.hops.iter().map(|hop| hop.to_json(print_token)).collect();
        hops.extend(self.error.map(|error| {
            json!({
                "sentence": format!("No answer: {error}"),
                "outcome": "no-answer",
                "error": error.to_string(),
            })
        }));
        json!({
            "version": 1,
            "kind": "chain",
            "sentence": chain::sentence(&reports, self.ends.len()),
            "complete": self.is_complete(),
            "hops_wanted": self.ends.len(),
            "total_ms": chain::total_ms(&reports),
            "after_revocation": chain::after_revocation(&reports),
            "hops": hops,
        })
    }

    fn to_text(&self, colour: Colour) -> String {
        let mut text = String::new();
        // Writing into a string cannot fail.
        let _ = self.write_human(&mut text, colour);
        text
    }

    /// A token from the middle of a chain is not what was asked for.
    fn last_token(&self) -> Option<&SecretString> {
        self.hops.last().filter(|_| self.is_complete())?.report.issued.as_ref()
    }
}

impl Chained<'_> {
    fn write_human(&self, out: &mut String, colour: Colour) -> std::fmt::Result {
        let (reports, wanted) = (self.reports(), self.ends.len());
        let sentence = chain::sentence(&reports, wanted);
        let complete = self.is_complete();
        writeln!(out, "{}", if complete { colour.good(sentence) } else { colour.bad(sentence) })?;
        for (index, (client, target)) in self.ends.iter().enumerate() {
            let came = match (reports.get(index), self.error) {
                (Some(report), _) => came_to(report, colour),
                (None, Some(_)) if index == reports.len() => colour.bad("no answer"),
                (None, _) => colour.dim("not reached"),
            };
            writeln!(out, "  {}  {client} → {target}: {came}", index + 1)?;
        }
        if let Some(said) = chain::after_revocation(&reports) {
            writeln!(out, "{said}")?;
        }
        for (index, hop) in self.hops.iter().enumerate() {
            writeln!(out, "\n{}", colour.bold(format!("Hop {} of {wanted}", index + 1)))?;
            out.push_str(&hop.to_text(colour));
        }
        Ok(())
    }
}

/// How a hop ended, how long it took, and what the server said of its token.
fn came_to(report: &Report, colour: Colour) -> String {
    let ended = match report.outcome {
        Outcome::Issued => colour.good("issued"),
        Outcome::Refused => colour.bad("refused"),
        Outcome::Unusable => colour.bad("of no use"),
    };
    let mut text = format!("{ended} in {:.0} ms", report.timings.total_ms);
    let said = report.introspection.as_ref().and_then(|said| said.get("active")?.as_bool());
    text.push_str(match said {
        Some(true) => ", active",
        Some(false) => ", not active",
        None => "",
    });
    text.push_str(match report.active_after_revocation {
        Some(true) => ", still active once the first token was revoked",
        Some(false) => ", ended with the first token",
        None => "",
    });
    text
}

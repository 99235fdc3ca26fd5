//! The difference as lines of a list, all of one height, so that only those in view are made.

use std::fmt;

use crate::diagram::scene::Difference;
use crate::trust::Side;
use crate::trust::report::{AccessChange, ClientChangeReport, FactLine};

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    Heading(String),
    Note(String),
    /// A client app that came, went or says something else, by its place among them.
    Client(usize),
    /// One difference of it.
    Fact {
        client: usize,
        fact: usize,
    },
    /// Somebody who can become somebody on one side only.
    Pair {
        side: Side,
        at: usize,
    },
    /// A hop that is on one side only although who can become whom is the same.
    Hop {
        side: Side,
        at: usize,
    },
    /// A hop on both sides that is decided otherwise.
    Reweighed(usize),
}

/// The lines of a difference.
pub fn rows(clients: &[ClientChangeReport], access: &AccessChange) -> Vec<Row> {
    let mut rows = Vec::new();
    if !clients.is_empty() {
        rows.push(Row::Heading("What the files say".to_owned()));
    }
    for (client, report) in clients.iter().enumerate() {
        rows.push(Row::Client(client));
        rows.extend((0..report.facts.len()).map(|fact| Row::Fact { client, fact }));
    }
    if access.is_empty() {
        rows.push(Row::Heading("Access stays as it is".to_owned()));
        return rows;
    }
    for (side, what, surplus) in
        [(Side::New, "gained", &access.gained), (Side::Old, "lost", &access.lost)]
    {
        let pairs = count(surplus.pairs, "pair", "pairs");
        let hops = count(surplus.hops as u64, "single hop", "single hops");
        rows.push(Row::Heading(match (surplus.pairs, surplus.hops) {
            (0, 0) => format!("Access {what}: none"),
            (0, _) => format!("Access {what}: {hops}, nobody who can become anybody else"),
            _ => format!("Access {what}: {pairs} of who can become whom, {hops}"),
        }));
        rows.extend((0..surplus.listed_pairs.len()).map(|at| Row::Pair { side, at }));
        let listed = surplus.listed_pairs.len() as u64;
        if surplus.pairs > listed {
            let text = format!("These are the first {listed} of {}.", surplus.pairs);
            rows.push(Row::Note(text));
        }
        let hops = surplus.listed_hops.iter().enumerate();
        let others = hops.filter(|(_, hop)| !surplus.lists(hop));
        rows.extend(others.map(|(at, _)| Row::Hop { side, at }));
        if surplus.hops > surplus.listed_hops.len() {
            let left = surplus.hops - surplus.listed_hops.len();
            rows.push(Row::Note(format!("{left} more single hops are not listed.")));
        }
    }
    if access.reweighed > 0 {
        let hops = count(access.reweighed as u64, "hop", "hops");
        rows.push(Row::Heading(format!("Decided otherwise: {hops}")));
        rows.extend((0..access.listed_reweighed.len()).map(Row::Reweighed));
        let left = access.reweighed - access.listed_reweighed.len();
        if left > 0 {
            rows.push(Row::Note(format!("{left} more are not listed.")));
        }
    }
    rows
}

/// As in "1 pair", "3 pairs".
pub fn count(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

/// The difference that a report's word stands for.
pub fn difference(word: &str) -> Difference {
    match word {
        "added" => Difference::Added,
        "removed" => Difference::Removed,
        _ => Difference::Changed,
    }
}

/// How many came, went and changed of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub added: usize,
    pub removed: usize,
    pub changed: usize,
}

impl Tally {
    fn put(&mut self, word: &str) {
        match difference(word) {
            Difference::Added => self.added += 1,
            Difference::Removed => self.removed += 1,
            Difference::Changed | Difference::Same => self.changed += 1,
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            (Difference::Added, self.added),
            (Difference::Removed, self.removed),
            (Difference::Changed, self.changed),
        ];
        let shown = parts.iter().filter(|(_, count)| *count > 0);
        let shown: Vec<_> = shown.map(|(it, count)| format!("{} {count}", it.mark())).collect();
        if shown.is_empty() { f.write_str("as before") } else { f.write_str(&shown.join("  ")) }
    }
}

/// Client apps, permissions, identities and settings that came, went and changed.
pub fn tallies(clients: &[ClientChangeReport]) -> [(&'static str, Tally); 4] {
    let mut all = [
        ("Client apps", Tally::default()),
        ("Permissions", Tally::default()),
        ("Identities", Tally::default()),
        ("Settings", Tally::default()),
    ];
    for client in clients {
        all[0].1.put(client.change);
        for fact in &client.facts {
            let at = match fact.fact {
                FactLine::Permission { .. } => 1,
                FactLine::Identity { .. } => 2,
                FactLine::Value { .. } | FactLine::Secrets { .. } => 3,
            };
            all[at].1.put(fact.change);
        }
    }
    all
}

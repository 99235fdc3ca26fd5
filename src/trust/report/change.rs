//! Access gained and lost.

use serde::Serialize;

use super::super::{AccessDiff, Side, Surplus};
use super::{HopReport, Party, Scope, WayReport, csv};

/// Somebody who can become somebody on one side only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PairReport {
    pub from: Party,
    pub to: Party,
    pub hops: u32,
    /// A shortest way, as the side has it that has one.
    pub way: WayReport,
}

/// Access that one side has and the other has not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SurplusReport {
    /// How many pairs of somebody who can become somebody, by any number of hops, worst case.
    pub pairs: u64,
    /// How many single hops.
    pub hops: usize,
    /// The first pairs, by hops.
    pub listed_pairs: Vec<PairReport>,
    /// The first single hops.
    pub listed_hops: Vec<HopReport>,
}

impl SurplusReport {
    /// Whether a single hop is among the pairs that are listed, so that it need not be listed again.
    pub fn lists(&self, hop: &HopReport) -> bool {
        self.listed_pairs.iter().any(|pair| {
            pair.hops == 1
                && pair.from == hop.from
                && pair.to == hop.to
                && pair.way.hops.iter().any(|it| it.requester == hop.requester)
        })
    }
}

/// A hop that both sides have and that is decided otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReweighedReport {
    pub before: HopReport,
    pub after: HopReport,
}

/// How the access of two states of things differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccessChange {
    /// The readings of the old and the new side.
    pub readings: [&'static str; 2],
    pub gained: SurplusReport,
    pub lost: SurplusReport,
    /// How many hops are on both sides with another verdict.
    pub reweighed: usize,
    /// The first of them.
    pub listed_reweighed: Vec<ReweighedReport>,
}

/// Hops of each kind that are listed beside the pairs.
const HOPS: usize = 200;

impl AccessChange {
    /// The difference in words, with the evidence of the side that has it.
    pub fn of(scopes: [Scope<'_>; 2], diff: &AccessDiff) -> Self {
        let [old, new] = scopes;
        let changed = diff.changed.iter().take(HOPS).map(|it| ReweighedReport {
            before: HopReport::of(old, it.hops[0]),
            after: HopReport::of(new, it.hops[1]),
        });
        Self {
            readings: scopes.map(|scope| scope.access.reading().name()),
            gained: surplus(new, diff, Side::New, &diff.gained),
            lost: surplus(old, diff, Side::Old, &diff.lost),
            reweighed: diff.changed.len(),
            listed_reweighed: changed.collect(),
        }
    }

    /// Whether access is the same.
    pub fn is_empty(&self) -> bool {
        let nothing = |side: &SurplusReport| side.pairs == 0 && side.hops == 0;
        nothing(&self.gained) && nothing(&self.lost) && self.reweighed == 0
    }

    /// The first line of a CSV.
    pub fn csv_header() -> String {
        let mut text = String::new();
        let columns =
            ["change", "what", "from", "to", "hops", "way", "needs credentials of", "evidence"];
        csv::line(&mut text, columns);
        text
    }

    /// One line for each pair and each single hop that are listed.
    pub fn csv(&self) -> String {
        let mut text = String::new();
        for (change, side) in [("gained", &self.gained), ("lost", &self.lost)] {
            for pair in &side.listed_pairs {
                let names: Vec<_> =
                    pair.way.needs_credentials_of.iter().map(Party::label).collect();
                let evidence: Vec<_> =
                    pair.way.evidence().iter().map(ToString::to_string).collect();
                let fields = [
                    change.to_owned(),
                    "access".to_owned(),
                    pair.from.label(),
                    pair.to.label(),
                    pair.hops.to_string(),
                    pair.way.arrows.clone(),
                    names.join("; "),
                    evidence.join("; "),
                ];
                csv::line(&mut text, fields.iter().map(String::as_str));
            }
            for hop in &side.listed_hops {
                let evidence: Vec<_> = hop.permitted_by.iter().map(ToString::to_string).collect();
                let fields = [
                    change.to_owned(),
                    "hop".to_owned(),
                    hop.from.label(),
                    hop.to.label(),
                    "1".to_owned(),
                    format!("{} → {}", hop.from.label(), hop.to.label()),
                    hop.requester.label(),
                    evidence.join("; "),
                ];
                csv::line(&mut text, fields.iter().map(String::as_str));
            }
        }
        text
    }
}

fn surplus(scope: Scope<'_>, diff: &AccessDiff, side: Side, surplus: &Surplus) -> SurplusReport {
    let pairs = surplus.listed.iter().filter_map(|pair| {
        let chain = diff.witness(side, scope.access, *pair)?;
        let node = |number| {
            let node = diff.matching.on(side, number)?;
            Some(Party::node(scope.project, scope.graph, node))
        };
        Some(PairReport {
            from: node(pair.from)?,
            to: node(pair.to)?,
            hops: pair.hops,
            way: WayReport::of(scope, &chain),
        })
    });
    let hops = surplus.hops.iter().take(HOPS).map(|hop| HopReport::of(scope, *hop));
    SurplusReport {
        pairs: surplus.pairs,
        hops: surplus.hops.len(),
        listed_pairs: pairs.collect(),
        listed_hops: hops.collect(),
    }
}

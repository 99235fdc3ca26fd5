//! Who may exchange a token into whose.
//!
//! The direction of `allowedTokenExchangeClientApps` is not settled, so the raw fact (owner, entry)
//! is read under a [`Reading`], a visible setting of the project. [`decide`] is the one place where
//! permission is decided: prediction, the built-in authority, the audit and the drawing all call it.
//!
//! | part | purpose |
//! |---|---|
//! | `reading` | what an entry means: who asks, what goes in, what comes out |
//! | `decision` | one exchange, condition by condition |
//! | `graph` | everything at once, as arrows |
//! | `filter` | which part of it is looked at, the same for every view |
//! | `access` | the hops that are usable, and whose credential each takes |
//! | `flat` | graphs as arrays: components, closure |
//! | `reach` | who can become X, what X can become |
//! | `chains` | every way from A to B, the shortest first |
//! | `compare` | access gained and lost between two states of things |
//! | `weight` | what goes with a permission, exposure and impact |
//! | `choke` | what everything between A and B has to pass |
//! | `matrix` | who can become whom as rows and columns |
//! | `structure` | circles, islands, hubs |
//! | `changes` | what two versions of a project say differently |
//! | `report` | answers as data and text |

mod access;
mod chains;
mod changes;
mod choke;
mod compare;
mod decision;
mod filter;
pub mod flat;
mod graph;
pub mod matrix;
mod reach;
mod reading;
pub mod report;
mod structure;
mod weight;

#[cfg(test)]
mod degenerate;
#[cfg(test)]
mod tests;

pub use access::{Access, Actor, Hop, OpenEnd};
pub use chains::{Chain, ChainLimits, Chains, Ended};
pub use changes::{ClientChange, FactChange, as_saved, changes, matching};
pub use choke::{Chokes, Gate, MOST_GATES};
pub use compare::{AccessDiff, Matching, Pair, Reweighed, Side, Surplus};
pub use decision::{
    Assumptions, Decision, Hypothesis, Question, Step, Subject, Truth, Verdict, candidates, decide,
    decide_assuming,
};
pub use filter::{Filter, Kind, Relation, Says, SettingIs, Subset};
pub use graph::{Edge, ExchangeEdge, Node, TrustGraph, describe_grant, grant};
pub use reach::{Direction, Reach, Reached};
pub use reading::Reading;
pub use structure::{Cycle, Hub, Island, islands};
pub use weight::{Heaviest, Overview, PermissionKey, PermissionWeight};

use crate::config::Id;

/// Names an id for people when no client app has it.
pub fn ghost_label(id: &Id) -> String {
    format!("unknown {}", id.as_str())
}

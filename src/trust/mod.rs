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

mod decision;
mod graph;
mod reading;

#[cfg(test)]
mod tests;

pub use decision::{Decision, Question, Step, Subject, Truth, Verdict, candidates, decide};
pub use graph::{Edge, ExchangeEdge, Node, TrustGraph, describe_grant, grant};
pub use reading::Reading;

use crate::config::Id;

/// Names an id for people when no client app has it.
pub fn ghost_label(id: &Id) -> String {
    format!("unknown {}", id.as_str())
}

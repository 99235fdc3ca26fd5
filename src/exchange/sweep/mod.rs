//! The conformance sweep: where the server and the files disagree.
//!
//! The files say who may exchange a token into whose. Whether the server does what they say is
//! another matter: it may hold an older copy, read the lists the other way, or have a fault. The
//! sweep asks for every exchange that is permitted and for a sample of those that are not, one at a
//! time and no faster than it is told, and compares. What people read is the list of differences,
//! each with both arguments: the lines of the configuration, and what the server said.
//!
//! | part | purpose |
//! |---|---|
//! | `dice` | chance, the same for the same seed |
//! | `plan` | which exchanges, from the configuration alone |
//! | `run` | asking for them, with a rate, a stop and a way to go on later |
//! | `earlier` | going on with a run that was stopped |
//! | `tried` | one exchange and what came of it |
//! | `argument` | what the configuration says of it |
//! | `report` | what came of all, as JSON |
//! | `formats` | the same as CSV and JUnit |
//!
//! A refusal proves something only when it is about the permission. "Your secret is wrong" is not,
//! nor is "try again later": the question was *not answered*, since the client could not authenticate
//! or the server failed. That is neither agreement nor difference, and is counted apart. The one
//! exception is a client app that the files themselves turn away, as one that is disabled: there an
//! error about the client is the right answer.

mod argument;
mod dice;
mod earlier;
mod formats;
mod plan;
mod report;
mod run;
mod tried;

pub use super::ask::Observed;
pub use argument::{Argument, StepLine, deciding, evidence};
pub use earlier::{Earlier, SoFar};
pub use plan::{Expected, Item, Plan, PlanOptions, Why, address, item_id, plan};
pub use report::{Difference, DifferenceKind, Ended, Report, Summary};
pub use run::{Conditions, Progress, run};
pub use tried::{FailedCheck, Named, SubjectReport, Tried};

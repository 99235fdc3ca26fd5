//! Probes: requests that a careful server must refuse.
//!
//! Each is one request, or a few of a kind, that must not succeed, and most of them once did in
//! somebody's product: the table names the advisory. They are made from the configuration, so that a
//! "no" means something: the client is known, its secret is right, the token is good, and just the
//! one thing is wrong that the probe is about. For the same reason a permitted exchange comes first:
//! a server that refuses that as well refuses everything, and proves nothing.
//!
//! They are attacks, if harmless ones, so whoever runs them says that the server is theirs. They go
//! out one at a time, and the first 429 ends the run, as do a few requests in a row without an answer.
//!
//! | part | purpose |
//! |---|---|
//! | `table` | the probes, with what they rest on |
//! | `ground` | what a configuration offers to probe with |
//! | `shots` | one small function a probe: its requests |
//! | `forge` | tokens that no key of the server signed |
//! | `run` | sending them |
//! | `report` | what came of it |
//!
//! | verdict | means |
//! |---|---|
//! | refused | the server said no, as it must |
//! | accepted | the server did what it must not: a finding |
//! | unclear | an answer from which nothing follows |
//! | noted | worth knowing; servers may do so |
//! | not-possible | it cannot be tried here, and why |

mod forge;
mod ground;
mod report;
mod run;
mod shots;
mod table;

pub use ground::Ground;
pub use report::{ProbeReport, Report, ShotReport, Verdict};
pub use run::{ProbeProgress, run};
pub use shots::{Form, Judge, Recipe, Shot};
pub use table::{PROBES, Probe};

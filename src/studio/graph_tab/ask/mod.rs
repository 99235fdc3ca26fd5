//! Questions to the trust graph, asked and answered beside the drawing.
//!
//! A person asks who can become X, what X can become, for all chains from A to B, what would be if
//! something were not there, how the whole is built, or what all that leads to X has to pass. The
//! answer is worked out away from the window; where a single actor and the worst case differ, for both
//! side by side, since the two are easily mixed up and mean different things. It keeps the analysis
//! it was made from, says its reading and what the others find, and once the project or the reading
//! is another it is marked as out of date and no longer leads to lines that may have moved. A chain that is chosen is lifted out of the drawing
//! as a spotlight.
//!
//! | part | purpose |
//! |---|---|
//! | `form` | the question as it is put together |
//! | `answer` | working it out |
//! | `readings` | the same question under the other readings |
//! | `suppose` | what if something were not there |
//! | `structure` | how the whole is built, and what all has to pass |
//! | `state` | what is asked and answered; carries out commands |
//! | `text` | an answer to take along |
//! | `panel` | the question in the window |
//! | `result_ui` | the answer in the window |
//! | `suppose_ui` | what a supposition does, in the window |
//! | `structure_ui` | how the whole is built, in the window |

mod answer;
mod form;
mod panel;
mod readings;
mod result_ui;
mod state;
mod structure;
mod structure_ui;
mod suppose;
mod suppose_ui;
mod text;

pub use answer::{arrow_of, permission_of};
pub use form::{Form, Kind, Slot, permission_name};
pub use panel::ask_ui;
pub use state::{Ask, Command};
pub use suppose::Supposition;

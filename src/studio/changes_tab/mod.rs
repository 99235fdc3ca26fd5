//! What changed, and what that does to access: the project compared with another version of it.
//!
//! The other version is what was saved, files or a folder elsewhere, or a git revision. It is read
//! once, away from the window, and kept; the comparison is worked out anew whenever the project or
//! the reading is another, within the frame while projects are small, away from the window when they
//! are large. So what an edit does to access is in view before anything is saved. Nothing is worked
//! out while nobody looks.
//!
//! | part | purpose |
//! |---|---|
//! | `version` | what is compared with, and reading it |
//! | `comparison` | the difference, with all it was made from |
//! | `rows` | the difference as lines of a list |
//! | `drawn` | chains of either side, as things of the drawing |
//! | `state` | what is compared; carries out commands |
//! | `panel` | the tab: what is compared with, as meaning or as text |
//! | `meaning_ui` | the difference in the window |

mod comparison;
mod drawn;
mod meaning_ui;
mod panel;
mod rows;
mod state;
mod version;

pub use comparison::Comparison;
pub use panel::changes_ui;
pub use state::{ChangesState, Command};
pub use version::{Choice, With};

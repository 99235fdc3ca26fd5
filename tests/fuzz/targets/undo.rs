//! A text and a list of changes of the project it makes. What must hold is in `tests/documents/checks.rs`.
#![no_main]

use exchange_studio::checks;
use exchange_studio::plan::Plan;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let plan = Plan::new(bytes);
    checks::undo(plan.text, &plan.picks());
});

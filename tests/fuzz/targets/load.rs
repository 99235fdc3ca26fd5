//! Any bytes load or are refused. What must hold is in `tests/documents/checks.rs`.
#![no_main]

use exchange_studio::checks;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    checks::load(bytes);
});

//! A file of cases is read, or refused with a place. What must hold is in `tests/fuzz/strangers.rs`.
#![no_main]

use exchange_studio::strangers;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    strangers::case(bytes);
});

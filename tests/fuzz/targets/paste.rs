//! A pasted request becomes an exchange, or is refused. What must hold is in `tests/fuzz/strangers.rs`.
#![no_main]

use exchange_studio::strangers;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    strangers::paste(bytes);
});

//! Whatever a server answers, every check has something to say of it. What must hold is in `tests/fuzz/strangers.rs`.
#![no_main]

use exchange_studio::strangers;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    strangers::answer(bytes);
});

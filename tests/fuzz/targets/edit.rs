//! Every edit does what a naive model of it says, at its place, or is refused; and the editor's own
//! check never has to step in.
#![no_main]

use std::sync::Arc;

use exchange_studio::Plan;
use exchange_studio::oracle;
use exchange_studio::yaml::{EditError, Limits, Stream};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let plan = Plan::new(input);
    let Ok(mut stream) = Stream::load(plan.text, &Limits::default()) else { return };
    for pick in plan.picks() {
        let at = pick.of(stream.documents().len());
        let Some(document) = stream.documents().get(at).cloned() else { return };
        let Ok(tree) = document.tree() else { continue };
        let Some(op) = pick.op(tree) else { continue };
        match document.edit(&op) {
            Ok(edited) => {
                if let Err(why) = oracle::judge(&document, &op, &edited) {
                    panic!("{why}\n{op:?}\n{:?}\n{:?}", document.text(), edited.text());
                }
                let before = stream.to_bytes();
                let old = stream.replace(at, Arc::new(edited));
                // In the file it stands as it stands alone.
                let again = Stream::load(&stream.to_bytes(), &Limits::default());
                let again = again.unwrap_or_else(|error| panic!("{error}: {op:?}"));
                let texts = |stream: &Stream| -> Vec<String> {
                    stream.documents().iter().map(|d| d.text().to_owned()).collect()
                };
                assert_eq!(texts(&stream), texts(&again), "{op:?} on {:?}", document.text());
                let mut back = stream.clone();
                back.replace(at, old);
                assert_eq!(back.to_bytes(), before);
            }
            Err(EditError::NotAsMeant(why)) => {
                panic!("a wrong proposal: {why}\n{op:?}\n{:?}", document.text());
            }
            Err(_) => {}
        }
    }
});

//! Every edit does what a naive model of it says, at its place, or is refused; the editor's own
//! check never has to step in; and whatever was edited, the file stands as if read afresh.
#![no_main]

use std::sync::Arc;

use exchange_studio::Plan;
use exchange_studio::oracle;
use exchange_studio::yaml::{EditError, Limits, Stream};
use libfuzzer_sys::fuzz_target;

/// The documents of a file and what they say, as a comparison sees them.
fn texts(stream: &Stream) -> Vec<(String, Option<oracle::Plain>)> {
    let documents = stream.documents().iter();
    documents.map(|it| (it.text().to_owned(), oracle::Plain::of_document(it))).collect()
}

fuzz_target!(|input: &[u8]| {
    let plan = Plan::new(input);
    let Ok(mut stream) = Stream::load(plan.text, &Limits::default()) else { return };
    for pick in plan.picks() {
        let before = stream.to_bytes();
        let (at, removed, after) = match pick.whole(&stream) {
            Some(op) => match stream.edit(&op) {
                Ok(splice) => (splice.at, splice.before.len(), splice.after),
                Err(EditError::NotAsMeant(why)) => panic!("a wrong proposal: {why}"),
                Err(_) => continue,
            },
            None => {
                let at = pick.of(stream.documents().len());
                let Some(document) = stream.documents().get(at).cloned() else { return };
                let Ok(tree) = document.tree() else { continue };
                let Some(op) = pick.op(tree) else { continue };
                let edited = match pick.via() {
                    None => document.edit(&op),
                    Some(via) => document.edit_via(&op, via),
                };
                match edited {
                    Ok(edited) => {
                        if pick.via().is_none()
                            && let Err(why) = oracle::judge(&document, &op, &edited)
                        {
                            panic!("{why}\n{op:?}\n{:?}\n{:?}", document.text(), edited.text());
                        }
                        (at, 1, vec![Arc::new(edited)])
                    }
                    Err(EditError::NotAsMeant(why)) => {
                        panic!("a wrong proposal: {why}\n{op:?}\n{:?}", document.text());
                    }
                    Err(_) => continue,
                }
            }
        };
        let count = after.len();
        let old = stream.splice(at, removed, after);
        let bytes = stream.to_bytes();
        let again = Stream::load(&bytes, &Limits::default());
        let again = again.unwrap_or_else(|error| panic!("it cannot be read again: {error}"));
        if !stream.is_empty() && stream.encoding() == again.encoding() {
            assert_eq!(texts(&stream), texts(&again), "not as read afresh");
        }
        let mut back = stream.clone();
        back.splice(at, count, old);
        assert!(back.to_bytes() == before, "not taken back");
    }
});

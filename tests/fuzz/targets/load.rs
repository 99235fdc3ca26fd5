//! Any bytes load or are refused; what loads comes out again, is read, drawn from and audited.
#![no_main]

use exchange_studio::audit;
use exchange_studio::project;
use exchange_studio::trust::Reading;
use exchange_studio::yaml::{Kind, Limits, Stream};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(stream) = Stream::load(bytes, &Limits::default()) {
        assert_eq!(stream.to_bytes(), bytes, "a byte was lost");
        for (at, document) in stream.documents().iter().enumerate() {
            let text = document.text();
            match document.tree() {
                Ok(tree) => {
                    for id in tree.ids() {
                        let span = tree.full_span(id);
                        assert!(text.get(span.range()).is_some(), "a span is outside the text");
                        let place = stream.position(at, span.start);
                        assert!(place.line > 0 && place.column > 0);
                        if let Kind::Alias { target: Some(target) } = tree.node(id).kind {
                            assert!(target < id, "an alias stands for what comes after it");
                        }
                    }
                    for comment in tree.comments() {
                        assert!(document.slice(*comment).starts_with('#'));
                    }
                }
                Err(error) => {
                    assert!(text.is_char_boundary(error.offset.min(text.len())));
                    stream.line_text(at, error.offset);
                }
            }
        }
    }
    let project = project(bytes);
    for reading in Reading::ALL {
        audit::run(&project, reading);
    }
});

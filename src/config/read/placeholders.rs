//! `{{kind:name}}` in any text of a document.

use crate::yaml::{Kind, Span};

use super::super::Placeholder;
use super::super::placeholder::find;
use super::Reader;

impl Reader<'_> {
    /// The placeholders of the document, in file order; those without quotes, which YAML takes for
    /// mappings, among them. Comments hold none.
    pub(super) fn placeholders(&self) -> Box<[Placeholder]> {
        let text = self.document.text();
        // Most documents have none, and a brace can hide in an escape.
        if memchr::memmem::find(text.as_bytes(), b"{{").is_none() && !text.contains('\\') {
            return Box::default();
        }
        let mut found = Vec::new();
        let place = |span: Span| self.place(span).span;
        let mut outside = 0;
        for id in self.tree.ids() {
            let node = self.tree.node(id);
            match node.kind {
                Kind::Scalar(scalar) => {
                    for placeholder in find(scalar.text) {
                        let source = self.document.slice(node.span);
                        let written = &scalar.text[placeholder.at..placeholder.end];
                        // As it is written, if it is written as it reads.
                        let from = outside.max(node.span.start) - node.span.start;
                        let at = source.get(from..).and_then(|rest| rest.find(written));
                        let span = match at {
                            Some(at) => {
                                let start = node.span.start + from + at;
                                outside = start + written.len();
                                Span::new(start, outside)
                            }
                            None => node.span,
                        };
                        found.push(Placeholder::new(
                            placeholder.kind,
                            placeholder.name,
                            place(span),
                        ));
                    }
                }
                Kind::Mapping { flow: true, .. } => {
                    let source = self.document.slice(node.span);
                    let mut inside = find(source);
                    if let Some(whole) = inside.next()
                        && (whole.at, whole.end) == (0, source.len())
                    {
                        found.push(Placeholder::new(whole.kind, whole.name, place(node.span)));
                    }
                }
                _ => {}
            }
        }
        found.into()
    }
}

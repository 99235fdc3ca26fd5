//! What stands where in a part of a document, for its colours.
//!
//! The parser's spans say it, so a number sign within a text is no comment and a colon within a URL
//! ends no key. A document that is not YAML has no spans: its lines are read one by one by the few
//! rules that hold for most of them.

use crate::yaml::{Document, Kind, Span, Style, Tree};

/// What a piece of the text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Key,
    /// A plain scalar.
    Plain,
    Quoted,
    /// A literal or folded scalar.
    Block,
    Comment,
    Tag,
    Anchor,
    Alias,
    Placeholder,
    /// `---`, `...` and directives.
    Marker,
}

/// Pieces in order, without overlaps; what they leave out is punctuation and blanks.
pub(super) type Classes = Vec<(Span, Class)>;

/// What stands in a part of a document. The part begins and ends with lines.
pub(super) fn classes(document: &Document, part: Span) -> Classes {
    let mut classes = match document.tree() {
        Ok(tree) => parsed(document, tree, part),
        Err(_) => guessed(document.text(), part),
    };
    markers(document.text(), part, &mut classes);
    placeholders(document.text(), classes)
}

fn parsed(document: &Document, tree: &Tree, part: Span) -> Classes {
    let text = document.text();
    let comments = tree.comments();
    let first = comments.partition_point(|span| span.end <= part.start);
    let mut classes: Classes = comments[first..]
        .iter()
        .take_while(|span| span.start < part.end)
        .map(|span| (*span, Class::Comment))
        .collect();
    // The tag and the anchor of a node stand before it, and the nodes after the part may have
    // theirs within it: one more is looked at.
    for id in tree.ids_from(part.start) {
        let node = tree.node(id);
        for (span, class) in
            [(tree.tag_span(id), Class::Tag), (tree.anchor_span(id), Class::Anchor)]
        {
            classes.extend(span.map(|span| (span, class)));
        }
        match node.kind {
            Kind::Scalar(scalar) if !node.span.is_empty() => {
                let class = match scalar.style {
                    _ if is_key(text, node.span.end) => Class::Key,
                    Style::Plain => Class::Plain,
                    Style::SingleQuoted | Style::DoubleQuoted => Class::Quoted,
                    Style::Literal | Style::Folded => Class::Block,
                };
                classes.push((node.span, class));
            }
            Kind::Alias { .. } => classes.push((node.span, Class::Alias)),
            _ => {}
        }
        if node.span.start >= part.end {
            break;
        }
    }
    classes.retain(|(span, _)| span.end > part.start && span.start < part.end);
    classes.sort_by_key(|(span, _)| *span);
    classes
}

/// Whether a scalar that ends here is a key: only after a key stands a colon.
fn is_key(text: &str, end: usize) -> bool {
    let rest = text[end..].trim_start_matches([' ', '\t']);
    rest.starts_with(':')
}

/// Lines of a document that has no tree.
fn guessed(text: &str, part: Span) -> Classes {
    let mut classes = Vec::new();
    let mut at = part.start;
    for line in text[part.range()].split_inclusive(['\n', '\r']) {
        guessed_line(line, at, &mut classes);
        at += line.len();
    }
    classes
}

fn guessed_line(line: &str, start: usize, classes: &mut Classes) {
    let bytes = line.as_bytes();
    let mut at = line.len() - line.trim_start().len();
    while let Some(rest) = line[at..].strip_prefix("- ") {
        at = line.len() - rest.trim_start().len();
    }
    let end = line.trim_end().len();
    let mut key_possible = true;
    while at < end {
        let rest = &line[at..end];
        let blank_before = at == 0 || bytes[at - 1].is_ascii_whitespace();
        let (len, class) = match bytes[at] {
            b'#' if blank_before => (rest.len(), Class::Comment),
            b'!' if blank_before => (word(rest), Class::Tag),
            b'&' if blank_before => (word(rest), Class::Anchor),
            b'*' if blank_before => (word(rest), Class::Alias),
            quote @ (b'"' | b'\'') => {
                let closed = rest[1..].find(char::from(quote)).map_or(rest.len(), |end| end + 2);
                (closed, Class::Quoted)
            }
            b' ' | b'\t' | b',' | b':' | b'[' | b']' | b'{' | b'}' => {
                at += 1;
                continue;
            }
            _ => {
                let len = rest
                    .find(": ")
                    .filter(|_| key_possible)
                    .or_else(|| rest.strip_suffix(':').map(str::len).filter(|_| key_possible))
                    .or_else(|| rest.find(" #"))
                    .unwrap_or(rest.len());
                (len.max(1), Class::Plain)
            }
        };
        let after = line[at + len..end].trim_start();
        let is_key = key_possible && after.starts_with(':') && class != Class::Comment;
        let span = Span::new(start + at, start + at + len);
        classes.push((span, if is_key { Class::Key } else { class }));
        key_possible &= !is_key;
        at += len;
    }
}

fn word(text: &str) -> usize {
    text.find(char::is_whitespace).unwrap_or(text.len())
}

/// Marks of documents and directives, which no node spans.
fn markers(text: &str, part: Span, classes: &mut Classes) {
    let mut at = part.start;
    for line in text[part.range()].split_inclusive(['\n', '\r']) {
        let content = line.trim_start_matches('\u{feff}');
        let start = at + line.len() - content.len();
        at += line.len();
        let is_mark = ["---", "..."].iter().any(|mark| {
            content
                .strip_prefix(mark)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n', '\r']))
        });
        let len = match content.as_bytes().first() {
            _ if is_mark => 3,
            Some(b'%') => content.trim_end().len(),
            _ => continue,
        };
        let span = Span::new(start, start + len);
        // A percent sign may begin a line of a text.
        let place = classes.partition_point(|(other, _)| other.end <= span.start);
        if classes.get(place).is_none_or(|(other, _)| other.start >= span.end) {
            classes.insert(place, (span, Class::Marker));
        }
    }
}

/// Cuts placeholders (`{{kind:name}}`) out of the scalars they stand in.
fn placeholders(text: &str, classes: Classes) -> Classes {
    let mut cut = Vec::with_capacity(classes.len());
    for (span, class) in classes {
        let scalar = matches!(class, Class::Plain | Class::Quoted | Class::Block);
        let mut at = span.start;
        while scalar
            && let Some(open) = text[at..span.end].find("{{")
            && let Some(len) = text[at + open..span.end].find("}}")
        {
            let start = at + open;
            let end = start + len + 2;
            if start > at {
                cut.push((Span::new(at, start), class));
            }
            cut.push((Span::new(start, end), Class::Placeholder));
            at = end;
        }
        if at < span.end {
            cut.push((Span::new(at, span.end), class));
        }
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Limits;

    fn seen(text: &str) -> Vec<(String, Class)> {
        let document = Document::parse(text, &Limits::default());
        let classes = classes(&document, Span::new(0, text.len()));
        for pair in classes.windows(2) {
            assert!(pair[0].0.end <= pair[1].0.start, "{classes:?}");
        }
        classes.iter().map(|(span, class)| (document.slice(*span).to_owned(), *class)).collect()
    }

    fn pairs(pairs: &[(&str, Class)]) -> Vec<(String, Class)> {
        pairs.iter().map(|(text, class)| ((*text).to_owned(), *class)).collect()
    }

    #[test]
    fn pieces_are_what_the_parser_saw() {
        use Class::{Alias, Anchor, Block, Comment, Key, Marker, Placeholder, Plain, Quoted, Tag};
        let text = "%YAML 1.2\n--- !ClientAppDto # tag\nid: \"a # b\" # c\n'q': http://x:1\n\
                    a: &x 1\nb: *x\nc: |\n  # text\n  %\nd: \"<{{guid:n}}>\"\n...\n";
        assert_eq!(
            seen(text),
            pairs(&[
                ("%YAML 1.2", Marker),
                ("---", Marker),
                ("!ClientAppDto", Tag),
                ("# tag", Comment),
                ("id", Key),
                ("\"a # b\"", Quoted),
                ("# c", Comment),
                ("'q'", Key),
                ("http://x:1", Plain),
                ("a", Key),
                ("&x", Anchor),
                ("1", Plain),
                ("b", Key),
                ("*x", Alias),
                ("c", Key),
                ("|\n  # text\n  %", Block),
                ("d", Key),
                ("\"<", Quoted),
                ("{{guid:n}}", Placeholder),
                (">\"", Quoted),
                ("...", Marker),
            ])
        );
    }

    #[test]
    fn a_part_shows_what_the_whole_does() {
        let text = "!A\nid: 1\nlist:\n  - a: |\n      x\n      y\n\n  - &b !t b # c\n  - *b\nz: '{{g:h}}'\n";
        let document = Document::parse(text, &Limits::default());
        let whole = classes(&document, Span::new(0, text.len()));
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let part = Span::new(start, start + line.len());
            let of_part = classes(&document, part);
            let expected: Vec<_> = whole
                .iter()
                .filter(|(span, _)| span.end > part.start && span.start < part.end)
                .copied()
                .collect();
            assert_eq!(of_part, expected, "{line:?}");
            start += line.len();
        }
    }

    #[test]
    fn a_broken_document_keeps_its_colours() {
        use Class::{Alias, Comment, Key, Quoted, Tag};
        let text = "!ClientAppDto\nid: \"1\" # c\n\"b\": [ *x\n  - key: \"v\n";
        assert_eq!(
            seen(text),
            pairs(&[
                ("!ClientAppDto", Tag),
                ("id", Key),
                ("\"1\"", Quoted),
                ("# c", Comment),
                ("\"b\"", Key),
                ("*x", Alias),
                ("key", Key),
                ("\"v", Quoted),
            ])
        );
    }

    #[test]
    fn no_line_of_a_broken_document_stops_the_colours() {
        for text in ["a: [\n:", "]\n\t: é\u{301}:\n'", "- - - \"é\n# \u{feff}\n%", "[\n!\n&\n*\n"]
        {
            seen(text);
        }
    }
}

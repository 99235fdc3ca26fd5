//! The one place that knows the parser: events in, [`Tree`] out.
//!
//! The parser is `granit-parser`: of all Rust parsers the one that accepts every valid case of the
//! official YAML test suite, refuses every invalid one (with strict indentation), and gives byte
//! ranges, tags and comments. Its spans are made for messages, not for splices: an absent value
//! may lie at the next token, a block scalar starts after its header, an indentless sequence after
//! its first dash, and a block collection ends where the next token begins. So beside the events
//! this adapter walks the source with a cursor over the indicators (`-`, `:`, `?`, `,`) and takes
//! the places from there.

use std::sync::Arc;

use granit_parser::{ErrorKind, Event, Options, Parser, ScalarStyle, ScanError, StructureStyle};

use super::scan::{is_marker, is_space, line_end, line_start, next_line, skip_blanks, skip_trivia};
use super::tree::{Form, Properties, Range32, Raw};
use super::{Limits, NodeId, Span, Style, SyntaxError, Tree};

/// Parses the text of one document.
pub(super) fn parse(source: &Arc<str>, limits: &Limits) -> Result<Tree, SyntaxError> {
    let text: &str = source;
    if u32::try_from(text.len()).is_err() {
        let message = "the document is larger than 4 GiB".to_owned();
        return Err(SyntaxError { offset: 0, message });
    }
    // The parser takes NUL for the end of its input.
    if let Some(offset) = memchr::memchr(0, text.as_bytes()) {
        let message = "a NUL character, which YAML does not allow".to_owned();
        return Err(SyntaxError { offset, message });
    }
    let mut builder = Builder::new(source, limits.depth);
    let mut parser = Parser::new_from_str_with_options(text, options(limits));
    while let Some(next) = parser.next_event() {
        let (event, span) = next.map_err(|error| explain(&error, text, limits))?;
        // The parser gives an anchor right after the node that has it.
        let anchor = if anchor_id(&event) == 0 {
            None
        } else {
            match parser.next_event() {
                Some(Ok((Event::Anchor(id, _), span))) => Some((id, place(&span))),
                Some(Err(error)) => return Err(explain(&error, text, limits)),
                _ => None,
            }
        };
        builder.event(&event, &span, anchor)?;
    }
    Ok(builder.finish())
}

fn options(limits: &Limits) -> Options {
    granit_parser::options! {
        strict_indentation: true,
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
        // The file is bounded already.
        max_buffered_comment_events: usize::MAX,
        flow_nesting_limit: limits.depth,
        block_nesting_limit: limits.depth,
    }
}

fn anchor_id(event: &Event<'_>) -> usize {
    match event {
        Event::Scalar(_, _, id, _)
        | Event::SequenceStart(_, id, _)
        | Event::MappingStart(_, id, _) => *id,
        _ => 0,
    }
}

/// The bytes of a span; the parser gives them for every span of a text in memory.
fn place(span: &granit_parser::Span) -> Span {
    let range = span.byte_range().unwrap_or_default();
    Span { start: range.start, end: range.end }
}

/// A collection that has begun and not ended.
struct Frame {
    node: NodeId,
    /// Its form, `None` for the document itself.
    form: Option<Form>,
    /// Where its children begin among the pending ones.
    first: usize,
}

struct Builder<'source> {
    text: &'source str,
    tree: Tree,
    depth: usize,
    frames: Vec<Frame>,
    /// Children of the collections that have not ended.
    pending: Vec<NodeId>,
    /// Nodes by the anchor ids of the parser, which rise.
    anchors: Vec<(usize, NodeId)>,
    /// End of what has been read.
    cursor: usize,
    documents: usize,
}

impl<'source> Builder<'source> {
    fn new(source: &'source Arc<str>, depth: usize) -> Self {
        let tree = Tree {
            source: Arc::clone(source),
            nodes: Vec::new(),
            items: Vec::new(),
            entries: Vec::new(),
            texts: Vec::new(),
            properties: Vec::new(),
            comments: Vec::new(),
            root: None,
        };
        Self {
            text: source,
            tree,
            depth,
            frames: Vec::new(),
            pending: Vec::new(),
            anchors: Vec::new(),
            cursor: 0,
            documents: 0,
        }
    }

    fn event(
        &mut self,
        event: &Event<'source>,
        span: &granit_parser::Span,
        anchor: Option<(usize, Span)>,
    ) -> Result<(), SyntaxError> {
        let at = place(span);
        match event {
            Event::Comment(..) => self.tree.comments.push(at),
            Event::DocumentStart(explicit, _) => {
                self.documents += 1;
                if self.documents > 1 {
                    let message = "a second document begins without `---`".to_owned();
                    return Err(SyntaxError { offset: at.start, message });
                }
                self.cursor = if *explicit { at.end } else { self.after_ends() };
            }
            Event::Scalar(text, style, ..) => {
                let id = self.begin(span, anchor);
                let (place, style) = self.scalar_place(at, *style, text);
                self.cursor = place.end;
                let (form, of) = self.scalar_text(place, style, text);
                self.push(id, Raw { span: Range32::new(place.start, place.end), of, form });
            }
            Event::Alias(target) => {
                let id = self.begin(span, None);
                self.cursor = at.end;
                let known = self.anchors.binary_search_by_key(target, |a| a.0).ok();
                let (form, of) = match known.map(|i| self.anchors[i].1) {
                    Some(target) => (Form::Alias, Range32 { start: target.0, end: 0 }),
                    None => (Form::Dangling, Range32::default()),
                };
                self.push(id, Raw { span: Range32::new(at.start, at.end), of, form });
            }
            Event::UnresolvedAlias(_) => {
                let id = self.begin(span, None);
                self.cursor = at.end;
                let span = Range32::new(at.start, at.end);
                self.push(id, Raw { span, of: Range32::default(), form: Form::Dangling });
            }
            Event::SequenceStart(style, ..) => {
                let flow = *style == StructureStyle::Flow;
                self.open(Form::Sequence { flow }, span, anchor)?;
            }
            Event::MappingStart(style, ..) => {
                let flow = *style == StructureStyle::Flow;
                self.open(Form::Mapping { flow }, span, anchor)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(at),
            _ => {}
        }
        Ok(())
    }

    /// Where a document without `---` can begin: after the `...` of nothing before it.
    fn after_ends(&self) -> usize {
        let mut at = skip_trivia(self.text, 0);
        while is_marker(self.text, at, "...") {
            at = skip_trivia(self.text, at + 3);
        }
        at
    }

    /// Moves the cursor over the indicator in front of the next node and over its tag and anchor,
    /// and notes these.
    fn begin(&mut self, span: &granit_parser::Span, anchor: Option<(usize, Span)>) -> NodeId {
        let next = skip_trivia(self.text, self.cursor);
        let byte = self.text.as_bytes().get(next).copied();
        if let Some(frame) = self.frames.last() {
            let is_value = (self.pending.len() - frame.first) % 2 == 1;
            let indicator = match frame.form {
                Some(Form::Sequence { flow: false }) => byte == Some(b'-'),
                Some(Form::Sequence { flow: true }) => byte == Some(b','),
                Some(Form::Mapping { .. }) if is_value => byte == Some(b':'),
                Some(Form::Mapping { flow: true }) => byte == Some(b','),
                _ => false,
            };
            if indicator {
                self.cursor = next + 1;
            }
            if matches!(frame.form, Some(Form::Mapping { .. })) && !is_value {
                self.key();
            }
        }
        let id = NodeId(self.tree.nodes.len() as u32);
        let tag = span.tag_span().map(|tag| place(&tag));
        if tag.is_some() || anchor.is_some() {
            let range = |span: Span| Range32::new(span.start, span.end);
            self.tree.properties.push(Properties {
                node: id,
                tag: tag.map(range),
                anchor: anchor.map(|a| range(a.1)),
            });
            let ends = [tag, anchor.map(|a| a.1)].into_iter().flatten().map(|p| p.end);
            self.cursor = ends.fold(self.cursor, usize::max);
        }
        if let Some((name, _)) = anchor {
            self.anchors.push((name, id));
        }
        id
    }

    /// Moves the cursor over the `?` of an explicit key, and to the `:` in front of which a key is
    /// absent.
    fn key(&mut self) {
        let next = skip_trivia(self.text, self.cursor);
        match self.text.as_bytes().get(next) {
            Some(b'?') if is_space(self.text, next + 1) => self.cursor = next + 1,
            Some(b':') if is_space(self.text, next + 1) => self.cursor = next,
            _ => {}
        }
    }

    fn push(&mut self, id: NodeId, raw: Raw) {
        debug_assert_eq!(id.0 as usize, self.tree.nodes.len());
        self.tree.nodes.push(raw);
        if self.frames.is_empty() {
            self.tree.root = Some(id);
        } else {
            self.pending.push(id);
        }
    }

    fn open(
        &mut self,
        form: Form,
        span: &granit_parser::Span,
        anchor: Option<(usize, Span)>,
    ) -> Result<(), SyntaxError> {
        let at = place(span);
        if self.frames.len() >= self.depth {
            return Err(SyntaxError { offset: at.start, message: too_deep(self.depth) });
        }
        let node = self.begin(span, anchor);
        let start = match form {
            // The bracket; a pair in a flow sequence (`[a: b]`) has none and starts at its key.
            Form::Sequence { flow: true } | Form::Mapping { flow: true } => {
                let next = skip_trivia(self.text, self.cursor);
                let bracket = self.text.as_bytes().get(next);
                self.cursor =
                    if matches!(bracket, Some(b'[' | b'{')) && next == at.start && !at.is_empty() {
                        next + 1
                    } else {
                        self.cursor
                    };
                next
            }
            _ => skip_trivia(self.text, self.cursor),
        };
        let span = Range32::new(start, start);
        self.push(node, Raw { span, of: Range32::default(), form });
        self.frames.push(Frame { node, form: Some(form), first: self.pending.len() });
        Ok(())
    }

    fn close(&mut self, at: Span) {
        let Some(frame) = self.frames.pop() else { return };
        let children = self.pending.drain(frame.first..);
        let tree = &mut self.tree;
        let of = match frame.form {
            Some(Form::Mapping { .. }) => {
                let first = tree.entries.len();
                let children: Vec<NodeId> = children.collect();
                tree.entries.extend(children.chunks_exact(2).map(|pair| (pair[0], pair[1])));
                Range32::new(first, tree.entries.len())
            }
            _ => {
                let first = tree.items.len();
                tree.items.extend(children);
                Range32::new(first, tree.items.len())
            }
        };
        let flow = matches!(
            frame.form,
            Some(Form::Sequence { flow: true } | Form::Mapping { flow: true })
        );
        if flow && at.end > self.cursor {
            self.cursor = at.end;
        }
        let raw = &mut tree.nodes[frame.node.0 as usize];
        raw.of = of;
        raw.span.end = (self.cursor as u32).max(raw.span.start);
    }

    /// Where a scalar stands, from its first character (quote or header included) to its last.
    fn scalar_place(&self, at: Span, style: ScalarStyle, text: &str) -> (Span, Style) {
        match style {
            // `~` over no bytes is how the parser says that nothing is there.
            ScalarStyle::Plain if at.start == at.end => {
                (Span { start: self.cursor, end: self.cursor }, Style::Plain)
            }
            ScalarStyle::Plain => (at, Style::Plain),
            ScalarStyle::SingleQuoted => (at, Style::SingleQuoted),
            ScalarStyle::DoubleQuoted => (at, Style::DoubleQuoted),
            ScalarStyle::Literal => (self.block_place(at, text), Style::Literal),
            ScalarStyle::Folded => (self.block_place(at, text), Style::Folded),
        }
    }

    /// A block scalar from its header to the last line that is content, without the break that
    /// ends it. Blank lines at the end are content only when they are kept (`+`) or hold more
    /// blanks than the indentation.
    fn block_place(&self, at: Span, value: &str) -> Span {
        let start = skip_trivia(self.text, self.cursor);
        let header = &self.text[start..line_end(self.text, start)];
        let indicators = header.find([' ', '\t']).map_or(header, |end| &header[..end]);
        let first = next_line(self.text, start);
        let mut end = at.end.max(first).min(self.text.len());
        // Back over the indentation of the next line.
        let line = line_start(self.text, end);
        if line >= first && skip_blanks(self.text, line) >= end && end < self.text.len() {
            end = line;
        }
        let unbroken = |end: usize| {
            let text = &self.text[..end];
            let text = text.strip_suffix('\n').unwrap_or(text);
            text.strip_suffix('\r').unwrap_or(text).len()
        };
        let only_header = Span { start, end: start + indicators.len() };
        if value.is_empty() || end <= first {
            return only_header;
        }
        if indicators.contains('+') {
            return Span { start, end: unbroken(end).max(only_header.end) };
        }
        // How many blanks of its first line with text are indentation: those the value has not.
        let blanks = |line: &str| line.len() - line.trim_start_matches(' ').len();
        let with_text = |line: &&str| !line.trim_matches([' ', '\r']).is_empty();
        let source = self.text[first..end].split(['\n', '\r']).find(with_text).map_or(0, blanks);
        let read = value.split('\n').find(with_text).map_or(0, blanks);
        let indentation = source.saturating_sub(read);
        loop {
            let line = line_start(self.text, unbroken(end));
            let text = &self.text[line..unbroken(end)];
            if line < first {
                return only_header;
            }
            if text.trim_matches(' ').is_empty() && text.len() <= indentation {
                end = line;
            } else {
                return Span { start, end: unbroken(end) };
            }
        }
    }

    fn scalar_text(&mut self, place: Span, style: Style, text: &str) -> (Form, Range32) {
        if place.is_empty() && style == Style::Plain {
            return (Form::Source(style), Range32::new(place.start, place.start));
        }
        let inner = match style {
            Style::Plain => place,
            Style::SingleQuoted | Style::DoubleQuoted if place.end - place.start >= 2 => {
                Span { start: place.start + 1, end: place.end - 1 }
            }
            _ => Span::default(),
        };
        if self.text.get(inner.range()) == Some(text) && !inner.is_empty() {
            return (Form::Source(style), Range32::new(inner.start, inner.end));
        }
        let index = self.tree.texts.len();
        self.tree.texts.push(text.into());
        (Form::Text(style), Range32 { start: index as u32, end: 0 })
    }

    fn finish(mut self) -> Tree {
        // A document without content has a root for the parser; here it has none.
        if let Some(root) = self.tree.root
            && self.tree.is_absent(root)
            && self.tree.properties.is_empty()
        {
            self.tree.root = None;
            self.tree.nodes.clear();
        }
        // Comments between a node and its value come after the events they stand before.
        self.tree.comments.sort_unstable();
        let tree = &mut self.tree;
        tree.nodes.shrink_to_fit();
        tree.items.shrink_to_fit();
        tree.entries.shrink_to_fit();
        self.tree
    }
}

fn too_deep(depth: usize) -> String {
    format!("lists and mappings are nested deeper than {depth} levels")
}

/// What the parser found wrong, in plain words.
fn explain(error: &ScanError, text: &str, limits: &Limits) -> SyntaxError {
    let offset = error.marker().byte_offset().unwrap_or(0);
    let offset = text.floor_char_boundary(offset.min(text.len()));
    let message = match error.kind() {
        ErrorKind::RecursionLimitExceeded => too_deep(limits.depth),
        ErrorKind::UnclosedFlowCollection { open } => {
            format!("`{open}` is opened and never closed")
        }
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            format!("`{open}` is closed by `{close}`")
        }
        ErrorKind::MisplacedFlowCollectionEnd => {
            "a closing bracket that nothing has opened".to_owned()
        }
        ErrorKind::UnclosedQuotedScalar => "a quoted text has no closing quote".to_owned(),
        ErrorKind::ExpectedFlowSequenceSeparator | ErrorKind::ExpectedFlowMappingSeparator => {
            "`,` or a closing bracket is expected here".to_owned()
        }
        ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping => "a closing bracket is missing".to_owned(),
        ErrorKind::ExpectedBlockMappingKey => {
            "a key (`name: …`) is expected here; the indentation may be wrong".to_owned()
        }
        ErrorKind::ExpectedBlockSequenceEntry => {
            "a list item (`- …`) is expected here; the indentation may be wrong".to_owned()
        }
        ErrorKind::InvalidQuotedScalarIndent => {
            "a quoted text has no closing quote, or its next line is not indented".to_owned()
        }
        ErrorKind::InvalidIndentation if text[offset..].starts_with([']', '}']) => {
            "a closing bracket has to be indented deeper than its key".to_owned()
        }
        ErrorKind::InvalidIndentation
        | ErrorKind::InvalidFlowScalarIndent
        | ErrorKind::InvalidBlockScalarIndent => {
            "the indentation does not fit what stands around it".to_owned()
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            "a key without `:` after it".to_owned()
        }
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => {
            "`:` is not allowed here; quote the text if it belongs to a value".to_owned()
        }
        ErrorKind::BlockSequenceEntryNotAllowed | ErrorKind::BlockEntryInFlowCollection => {
            "a list item (`- …`) is not allowed here".to_owned()
        }
        ErrorKind::TabInIndentation
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabNotAllowed
        | ErrorKind::TabInPlainScalar
        | ErrorKind::TabAtBlockScalarStart => {
            "a tab where YAML allows only spaces (indentation)".to_owned()
        }
        ErrorKind::UndeclaredTagHandle => {
            "the tag uses a handle that no %TAG line declares".to_owned()
        }
        ErrorKind::InvalidTrailingDoubleQuotedScalar
        | ErrorKind::InvalidTrailingSingleQuotedScalar => {
            "text follows the closing quote".to_owned()
        }
        ErrorKind::UnknownQuotedScalarEscape => {
            "an escape after `\\` that YAML does not know".to_owned()
        }
        ErrorKind::BomInsideDocument => "a byte-order mark inside a document".to_owned(),
        ErrorKind::UnexpectedCharacter { character } => {
            format!("`{}` cannot start a value; quote the text", character.escape_default())
        }
        other => other.to_string(),
    };
    SyntaxError { offset, message }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::super::{Document, Kind};
    use super::*;

    /// The nodes of a text in the order in which they begin: kind, source, and what else they have.
    fn dump(text: &str) -> String {
        let document = Document::parse(text, &Limits::default());
        let tree = match document.tree() {
            Ok(tree) => tree,
            Err(error) => return format!("error at {}: {}", error.offset, error.message),
        };
        let mut out = String::new();
        for id in tree.ids() {
            let node = tree.node(id);
            let kind = match node.kind {
                Kind::Scalar(scalar) => format!("{:?}", scalar.text),
                Kind::Sequence { items, .. } => format!("seq {}", items.len()),
                Kind::Mapping { entries, .. } => format!("map {}", entries.len()),
                Kind::Alias { target } => format!("alias {target:?}"),
            };
            let source = document.slice(node.span);
            let _ = write!(out, "{}+{source:?} {kind}", node.span.start);
            if let Some(tag) = node.tag {
                let _ = write!(out, " {tag}");
            }
            if let Some(anchor) = node.anchor {
                let _ = write!(out, " &{anchor}");
            }
            out.push('\n');
        }
        out
    }

    #[test]
    fn spans_cover_what_is_written() {
        // An indentless sequence starts at its first dash, a collection ends with its last item,
        // an absent value stands after its indicator.
        let text = "!T\nid: a # c\nlist:\n- id: b\n- x:\n\n# end\n";
        assert_eq!(
            dump(text),
            "3+\"id: a # c\\nlist:\\n- id: b\\n- x:\" map 2 !T\n\
             3+\"id\" \"id\"\n7+\"a\" \"a\"\n\
             13+\"list\" \"list\"\n19+\"- id: b\\n- x:\" seq 2\n\
             21+\"id: b\" map 1\n21+\"id\" \"id\"\n25+\"b\" \"b\"\n\
             29+\"x:\" map 1\n29+\"x\" \"x\"\n31+\"\" \"\"\n"
        );
    }

    #[test]
    fn block_scalars_start_at_their_header() {
        let text = "b: |  # h\n  x\n\n\nc: >-\n   y\n   z\n  # t\nd: |+\n z\n\ne: |\n";
        let dump = dump(text);
        let spans: Vec<&str> = dump.lines().skip(2).step_by(2).collect();
        assert_eq!(
            spans,
            [
                "3+\"|  # h\\n  x\" \"x\\n\"",
                "19+\">-\\n   y\\n   z\" \"y z\"",
                "41+\"|+\\n z\\n\" \"z\\n\\n\"",
                "51+\"|\" \"\"",
            ]
        );
    }

    #[test]
    fn explicit_keys_and_flow_pairs_have_places() {
        let places = |text: &str| -> Vec<String> {
            dump(text).lines().map(|l| l.split(' ').next().unwrap_or_default().to_owned()).collect()
        };
        assert_eq!(
            places("? a\n: - b\n: c"),
            ["0+\"?", "2+\"a\"", "6+\"-", "8+\"b\"", "10+\"\"", "12+\"c\""]
        );
        assert_eq!(dump("[k: v]").lines().nth(1), Some("1+\"k: v\" map 1"));
        assert_eq!(places("[{a: b}:c]")[1..3], ["1+\"{a:", "1+\"{a:"]);
    }

    #[test]
    fn anchors_tags_and_aliases() {
        let dump = dump("a: &x !T 1\n<<: *x\nb: &y\n- *no\n");
        assert!(dump.contains("9+\"1\" \"1\" !T &x"), "{dump}");
        assert!(dump.contains("\"*x\" alias Some(NodeId(2))"), "{dump}");
        assert!(dump.contains("\"- *no\" seq 1 &y"), "{dump}");
        assert!(dump.contains("\"*no\" alias None"), "{dump}");
    }

    #[test]
    fn an_unquoted_placeholder_is_a_mapping_that_can_be_told_by_its_source() {
        let document = Document::parse("id: {{guid:x}}\n", &Limits::default());
        let tree = document.tree().unwrap();
        let id = tree.get(tree.root().unwrap(), "id").unwrap();
        assert!(matches!(tree.node(id).kind, Kind::Mapping { flow: true, .. }));
        assert_eq!(document.slice(tree.node(id).span), "{{guid:x}}");
    }

    #[test]
    fn a_document_without_content_has_no_root() {
        for text in ["", "---\n", "--- # c\n...\n", "# c\n", "\u{feff}"] {
            let document = Document::parse(text, &Limits::default());
            assert_eq!(document.tree().unwrap().root(), None, "{text:?}");
        }
        assert_eq!(dump("--- !T\n"), "6+\"\" \"\" !T\n");
    }

    #[test]
    fn errors_say_what_and_where() {
        for (text, expected) in [
            ("a: [x\n", "error at 3: `[` is opened and never closed"),
            ("a: [x}\n", "error at 3: `[` is closed by `}`"),
            (
                "a: \"x\n",
                "error at 6: a quoted text has no closing quote, or its next line is not indented",
            ),
            (
                "l: [\n  x\n]\n",
                "error at 9: a closing bracket has to be indented deeper than its key",
            ),
            (
                "a: b: c\n",
                "error at 4: `:` is not allowed here; quote the text if it belongs to a value",
            ),
            ("a: 1\n\tb: 2\n", "error at 3: a tab where YAML allows only spaces (indentation)"),
            ("a: @x\n", "error at 3: `@` cannot start a value; quote the text"),
            ("a: \u{0}", "error at 3: a NUL character, which YAML does not allow"),
        ] {
            assert_eq!(dump(text), expected, "{text:?}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let limits = Limits::default();
        for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", ""), ("a: [", "]")] {
            let deep = format!("{}x{}", open.repeat(100_000), close.repeat(100_000));
            let document = Document::parse(&deep, &limits);
            assert!(document.tree().is_err(), "{open:?}");
        }
        let fits = format!("{}{}", "[".repeat(128), "]".repeat(128));
        assert!(Document::parse(&fits, &limits).tree().is_ok());
        let over = format!("{}{}", "[".repeat(129), "]".repeat(129));
        let error = Document::parse(&over, &limits);
        let error = error.tree().unwrap_err();
        assert_eq!(error.message, "lists and mappings are nested deeper than 128 levels");
        assert_eq!(error.offset, 128);
    }

    #[test]
    fn aliases_are_not_expanded() {
        let mut bomb = "a0: &a0 [x]\n".to_owned();
        for i in 1..40 {
            let aliases = vec![format!("*a{}", i - 1); 10].join(", ");
            let _ = writeln!(bomb, "a{i}: &a{i} [{aliases}]");
        }
        let document = Document::parse(&bomb, &Limits::default());
        assert!(document.tree().unwrap().ids().count() < 500);
    }
}

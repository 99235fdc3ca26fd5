//! The one place that knows the parser: events in, [`Tree`] out.
//!
//! The parser is `granit-parser`: of all Rust parsers the one that accepts every valid case of the
//! official YAML test suite, refuses every invalid one (with strict indentation), and gives byte
//! ranges, tags and comments. Its spans are made for messages, not for splices: an absent value
//! may lie at the next token, a block scalar starts after its header, an indentless sequence after
//! its first dash, and a block collection ends where the next token begins. So beside the events
//! this adapter walks the source with a cursor over the indicators (`-`, `:`, `?`, `,`) and takes
//! the places from there.

mod explain;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use granit_parser::{ErrorKind, Event, Options, Parser, ScalarStyle, ScanError, StructureStyle};

use self::explain::{explain, too_deep};
use super::scan::{is_marker, is_space, line_end, line_start, next_line, skip_blanks, skip_trivia};
use super::tree::{Form, Properties, Range32, Raw};
use super::{Limits, NodeId, Progress, Span, Style, SyntaxError, Tree};

/// Parses the text of one document. When it is cancelled meanwhile, it ends with an error that says
/// so.
pub(super) fn parse(
    source: &Arc<str>,
    limits: &Limits,
    progress: Option<&Progress>,
) -> Result<Tree, SyntaxError> {
    let text: &str = source;
    if u32::try_from(text.len()).is_err() {
        let message = "the document is larger than 4 GiB".to_owned();
        return Err(SyntaxError { offset: 0, message });
    }
    // Nothing to parse, and a file may have a million of such documents.
    if let Some(rest) = text.strip_prefix("---")
        && rest.bytes().all(|byte| matches!(byte, b' ' | b'\n' | b'\r'))
    {
        return Ok(Builder::new(source, limits.depth).finish());
    }
    // The parser takes NUL for the end of its input.
    if let Some(offset) = memchr::memchr(0, text.as_bytes()) {
        let message = "a NUL character, which YAML does not allow".to_owned();
        return Err(SyntaxError { offset, message });
    }
    match read(source, limits, progress, true) {
        // YAML wants a closing bracket deeper than the key of what it closes. People put it below
        // the key, no other reader minds, and what such a file says is not in doubt.
        Err(error) if closes_at_the_margin(&error, text) => read(source, limits, progress, false),
        result => result,
    }
    .map_err(|error| match error {
        Failure::Parser(error) => explain(&error, text, limits),
        Failure::Own(error) => error,
    })
}

/// What ended the reading of a text.
enum Failure {
    Parser(ScanError),
    /// Found by this adapter.
    Own(SyntaxError),
}

impl From<ScanError> for Failure {
    fn from(error: ScanError) -> Self {
        Self::Parser(error)
    }
}

impl From<SyntaxError> for Failure {
    fn from(error: SyntaxError) -> Self {
        Self::Own(error)
    }
}

/// Parses with or without the rules for the indentation of what stands in brackets.
fn read(
    source: &Arc<str>,
    limits: &Limits,
    progress: Option<&Progress>,
    strict: bool,
) -> Result<Tree, Failure> {
    let mut builder = Builder::new(source, limits.depth);
    let mut parser = Parser::new_from_str_with_options(source, options(limits, strict));
    let mut events = 0_usize;
    while let Some(next) = parser.next_event() {
        events += 1;
        if events.is_multiple_of(1024) && progress.is_some_and(Progress::is_cancelled) {
            let message = "reading was cancelled".to_owned();
            return Err(SyntaxError { offset: 0, message }.into());
        }
        let (event, span) = next?;
        // The parser gives an anchor right after the node that has it.
        let anchor = if anchor_id(&event) == 0 {
            None
        } else {
            match parser.next_event() {
                Some(Ok((Event::Anchor(id, _), span))) => Some((id, place(&span))),
                Some(Err(error)) => return Err(error.into()),
                _ => None,
            }
        };
        builder.event(&event, &span, anchor)?;
    }
    Ok(builder.finish())
}

fn closes_at_the_margin(error: &Failure, text: &str) -> bool {
    let Failure::Parser(error) = error else { return false };
    let at = error.marker().byte_offset().and_then(|offset| text.as_bytes().get(offset));
    matches!(error.kind(), ErrorKind::InvalidIndentation) && matches!(at, Some(b']' | b'}'))
}

fn options(limits: &Limits, strict: bool) -> Options {
    granit_parser::options! {
        strict_indentation: strict,
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
    /// Whether it stands in brackets; a pair in a flow sequence (`[a: b]`) has none.
    brackets: bool,
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
        let before = self.cursor;
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
        let brackets = self.cursor > before;
        self.frames.push(Frame { node, form: Some(form), first: self.pending.len(), brackets });
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
        if frame.brackets && at.end > self.cursor {
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

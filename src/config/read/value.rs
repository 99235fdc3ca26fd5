//! Texts, ids, dates and lists.

use crate::yaml::{Kind, NodeId, Span, Style};

use super::super::{Id, Moment, ProblemKind, Stated, StatedDate};
use super::{At, Reader};

/// What stands in a place for text.
pub(super) enum Text<'a> {
    Stated(&'a str),
    /// Nothing is written there.
    Absent,
    /// A mapping that is `{{kind:name}}` without quotes.
    Unquoted(&'a str),
    Collection(&'static str),
}

impl<'a> Reader<'a> {
    pub(super) fn stated<T>(&self, at: &At, value: T) -> Stated<T> {
        Stated { value, place: self.place_of(at.node), shared: self.shared(at) }
    }

    /// The items of a list; a list that is absent or null has none.
    pub(super) fn list(&mut self, list: &At, key: &str) -> Vec<At> {
        let at = self.followed(list);
        match self.tree.node(at.node).kind {
            Kind::Sequence { items, .. } => {
                let items = match &at.shared {
                    None => items,
                    Some(_) => {
                        let taken = items.len().min(self.shared_left);
                        self.shared_left -= taken;
                        &items[..taken]
                    }
                };
                items.iter().map(|item| At { node: *item, shared: at.shared.clone() }).collect()
            }
            _ if self.is_null(list) => Vec::new(),
            _ => {
                let found = self.describe(list);
                let message = format!(
                    "{key} must be a list; here is {found}. Write its entries as lines that begin \
                     with a dash"
                );
                self.problem(ProblemKind::WrongType, self.tree.node(list.node).span, message);
                Vec::new()
            }
        }
    }

    /// A text, whatever it looks like: `~`, `no` and `00123` are texts here.
    pub(super) fn text(&mut self, at: &At, key: &str) -> Option<Stated<String>> {
        match self.scalar(at) {
            Text::Stated(text) => Some(self.stated(at, text.to_owned())),
            Text::Absent => None,
            Text::Unquoted(source) => {
                self.unquoted_problem(self.tree.node(at.node).span, key, source);
                Some(self.stated(at, source.to_owned()))
            }
            Text::Collection(kind) => {
                let message = format!("{key} must be a text; here is {kind}");
                self.problem(ProblemKind::WrongType, self.tree.node(at.node).span, message);
                None
            }
        }
    }

    /// A text that may as well be null, which says nothing.
    pub(super) fn optional_text(&mut self, at: &At, key: &str) -> Option<Stated<String>> {
        if self.is_null(at) { None } else { self.text(at, key) }
    }

    /// An id; an empty text and a null are none.
    pub(super) fn id(&mut self, at: &At, key: &str) -> Option<Stated<Id>> {
        let unquoted = self.unquoted(at.node).is_some();
        let text = self.text(at, key)?;
        if text.value.trim().is_empty() || self.is_null(at) {
            return None;
        }
        let id = if unquoted { Id::unquoted(&text.value) } else { Id::new(&text.value) };
        Some(Stated { value: id, place: text.place, shared: text.shared })
    }

    /// An id, or a mapping with one, as in `subscription: {id: …}`.
    pub(super) fn reference(&mut self, at: &At, key: &str) -> Option<Stated<Id>> {
        let target = self.tree.resolve(at.node);
        if matches!(self.tree.node(target).kind, Kind::Mapping { .. })
            && self.unquoted(at.node).is_none()
        {
            let entries = self.entries(at);
            let id = entries.iter().find(|entry| entry.text == Some("id"));
            if let Some(entry) = id {
                let value = entry.value.clone();
                return self.id(&value, "id");
            }
            let message = format!("{key} must be an id, or a mapping with one; it states no id");
            self.problem(ProblemKind::WrongType, self.tree.node(at.node).span, message);
            return None;
        }
        self.id(at, key)
    }

    /// A date; a text that is none is reported, unless it holds a placeholder for one.
    pub(super) fn date(&mut self, at: &At, key: &str) -> Option<Stated<StatedDate>> {
        let Stated { value: text, place, shared } = self.optional_text(at, key)?;
        if text.trim().is_empty() {
            return None;
        }
        let moment = Moment::parse(&text);
        if moment.is_none() && super::super::placeholder::find(&text).next().is_none() {
            let message =
                format!("{key} is no date; write it as year, month and day, as in 2027-01-31");
            self.problem_at(ProblemKind::NotADate, place, message);
        }
        Some(Stated { value: StatedDate { text, moment }, place, shared })
    }

    pub(super) fn unquoted_problem(&mut self, span: Span, key: &str, source: &str) {
        let message = format!(
            "The placeholder has no quotes, so YAML reads a mapping and not a text; write {key}: \
             \"{source}\""
        );
        self.problem(ProblemKind::UnquotedPlaceholder, span, message);
    }

    pub(super) fn scalar(&self, at: &At) -> Text<'a> {
        match self.tree.node(self.tree.resolve(at.node)).kind {
            Kind::Scalar(scalar) if scalar.style == Style::Plain && scalar.text.is_empty() => {
                Text::Absent
            }
            Kind::Scalar(scalar) => Text::Stated(scalar.text),
            _ => match self.unquoted(at.node) {
                Some(source) => Text::Unquoted(source),
                None => Text::Collection(self.describe(at)),
            },
        }
    }

    /// The source of a flow mapping that is a placeholder somebody forgot to quote.
    pub(super) fn unquoted(&self, node: NodeId) -> Option<&'a str> {
        let node = self.tree.node(self.tree.resolve(node));
        let Kind::Mapping { flow: true, .. } = node.kind else { return None };
        let source = self.document.slice(node.span);
        Id::new(source).placeholder().map(|_| source)
    }

    /// Whether a value is a mapping, and not a placeholder without quotes.
    pub(super) fn is_mapping(&self, at: &At) -> bool {
        let node = self.tree.node(self.tree.resolve(at.node));
        matches!(node.kind, Kind::Mapping { .. }) && self.unquoted(at.node).is_none()
    }

    /// Whether a value is absent or one of the plain spellings of null (YAML 1.2 §10.3.2).
    pub(super) fn is_null(&self, at: &At) -> bool {
        let node = self.tree.node(self.tree.resolve(at.node));
        matches!(node.kind, Kind::Scalar(scalar) if scalar.is_null())
    }

    pub(super) fn describe(&self, at: &At) -> &'static str {
        match self.tree.node(self.tree.resolve(at.node)).kind {
            Kind::Scalar(_) if self.tree.is_absent(at.node) => "nothing",
            Kind::Scalar(_) => "a text",
            Kind::Sequence { .. } => "a list",
            Kind::Mapping { .. } => "a mapping",
            Kind::Alias { .. } => "an alias without its anchor",
        }
    }
}

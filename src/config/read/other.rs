//! Documents that are not client apps.

use crate::yaml::NodeId;

use super::super::{
    CLIENT_TAG, DocumentKind, IDENTITIES, Id, OtherFacts, PERMISSIONS, Parent, ProblemKind, Stated,
};
use super::value::Text;
use super::{At, Reader, is_nearly_client};

impl<'a> Reader<'a> {
    pub(super) fn other(&mut self, root: NodeId, tag: Option<&str>) -> OtherFacts {
        let mut other = OtherFacts {
            file: self.home.file,
            document: self.home.document,
            tag: tag.map(str::to_owned),
            kind: tag.map_or(DocumentKind::Other, DocumentKind::from_tag),
            place: self.place_of(root),
            id: None,
            name: None,
            description: None,
            status: None,
            customer: None,
            parents: Vec::new(),
            looks_like_client: false,
            stale: None,
            unknown: Vec::new(),
            placeholders: self.placeholders(),
        };
        let entries = self.entries(&At::own(root));
        other.looks_like_client = tag.is_none_or(is_nearly_client)
            && entries.iter().any(|it| matches!(it.text, Some(PERMISSIONS | IDENTITIES)));
        if other.looks_like_client {
            let span = self.tree.node(root).span;
            let found = match tag {
                Some(tag) => format!("the tag {tag}"),
                None => "no tag".to_owned(),
            };
            let message = format!(
                "The document has lists that only client apps have, but {found}; write \
                 {CLIENT_TAG} before it if it is one"
            );
            self.problem(ProblemKind::MissingTag, span, message);
        }
        let known = other.kind != DocumentKind::Other;
        for entry in &entries {
            let key = entry.text.filter(|_| !entry.repeated).unwrap_or_default();
            let value = &entry.value;
            let text = match key {
                "id" => {
                    other.id = self.foreign_id(value, key, known);
                    if other.id.is_none() {
                        self.unknown(None, entry, None);
                    }
                    continue;
                }
                "name" => &mut other.name,
                "description" => &mut other.description,
                "status" if known => &mut other.status,
                _ if key.len() > 2 && key.ends_with("Id") => {
                    match self.foreign_id(value, key, known) {
                        Some(id) => other.parents.push(Parent { key: key.into(), id }),
                        None => self.unknown(None, entry, None),
                    }
                    continue;
                }
                _ => {
                    self.unknown(None, entry, None);
                    continue;
                }
            };
            *text = self.foreign_text(value, key, known);
            if text.is_none() {
                self.unknown(None, entry, None);
            }
        }
        let customer = other.parents.iter().find(|parent| &*parent.key == "customerId");
        other.customer = customer.map(|parent| parent.id.clone());
        other.unknown = std::mem::take(&mut self.more.unknown);
        other
    }

    /// A text. A document of a kind that nobody knows may look like anything: what is no text
    /// there is no problem of ours.
    fn foreign_text(&mut self, at: &At, key: &str, known: bool) -> Option<Stated<String>> {
        match self.scalar(at) {
            Text::Stated("") => None,
            Text::Stated(text) => Some(self.stated(at, text.to_owned())),
            Text::Absent => None,
            _ if known => self.text(at, key),
            _ => None,
        }
    }

    fn foreign_id(&mut self, at: &At, key: &str, known: bool) -> Option<Stated<Id>> {
        match self.scalar(at) {
            Text::Collection(_) if !known => None,
            Text::Unquoted(source) if !known => Some(self.stated(at, Id::unquoted(source))),
            _ => self.id(at, key),
        }
    }
}

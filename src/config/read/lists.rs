//! Permissions and federated identities.

use std::sync::Arc;

use crate::yaml::{NodeId, Step};

use super::super::settings::Spelling;
use super::super::{
    FederatedIdentity, Field, IDENTITIES, PERMISSIONS, Part, Permission, ProblemKind,
};
use super::value::Text;
use super::{At, Reader};

/// The fields that an entry states: which, under which key, and the value.
pub(super) type Fields = Vec<(Field, &'static str, At)>;

impl<'a> Reader<'a> {
    /// The fields of an entry of a list that is a mapping; what is not one of them is listed as
    /// unknown. `path` leads to the entry.
    pub(super) fn fields(&mut self, part: Part, at: &At, path: impl Fn() -> Arc<[Step]>) -> Fields {
        // Only lists whose keys are inferred have several spellings to choose from.
        let inferred = !matches!(part, Part::Permissions | Part::Identities);
        let entries = self.entries(at);
        let mut fields: Fields = Vec::with_capacity(entries.len());
        let mut within = None;
        for entry in &entries {
            let spelling = entry.text.and_then(|text| Spelling::of_field(part, text));
            let known = spelling.and_then(|spelling| Some((spelling, spelling.field()?)));
            let Some((spelling, field)) = known else {
                let within = within.get_or_insert_with(&path).clone();
                self.unknown(Some(&within), entry, None);
                continue;
            };
            let earlier = fields.iter().find(|(it, ..)| *it == field);
            if let Some((_, key, value)) = earlier {
                let (key, value) = (*key, value.clone());
                if !entry.repeated {
                    self.field_contradiction(field, (key, &value), (spelling.key(), &entry.value));
                }
                let within = within.get_or_insert_with(&path).clone();
                self.unknown(Some(&within), entry, Some(spelling.key()));
                continue;
            }
            if inferred {
                self.spellings.push(spelling);
            }
            fields.push((field, spelling.key(), entry.value.clone()));
        }
        fields
    }

    /// Reports a field that is stated in two ways under two spellings; what they say is not.
    fn field_contradiction(&mut self, field: Field, first: (&str, &At), second: (&str, &At)) {
        let text = |at: &At| self.tree.text(self.tree.resolve(at.node));
        if field != Field::Value && text(first.1) == text(second.1) {
            return;
        }
        let message = format!(
            "{} and {} say the same thing in two ways; keep the one that is meant",
            first.0, second.0
        );
        let span = self.tree.node(second.1.node).span;
        self.problem(ProblemKind::Contradiction, span, message);
    }

    /// Notes that a list, or entries of it, are not written here alone.
    fn shared_trust(&mut self, list: &At, items: &[At], key: &str) {
        let is_alias = |node: NodeId| self.tree.resolve(node) != node;
        let alias = std::iter::once(list).chain(items).find(|at| is_alias(at.node));
        if let Some(at) = alias {
            let what = if at.node == list.node { "" } else { "An entry of " };
            let name = self.document.slice(self.tree.node(at.node).span);
            let message = format!(
                "{what}{key} is the alias {name}: whoever changes it there changes it here too. \
                 Write it out where the two are not meant to stay the same"
            );
            self.problem(ProblemKind::SharedTrust, self.tree.node(at.node).span, message);
        }
    }

    pub(super) fn permissions(&mut self, list: &At) -> Vec<Permission> {
        let items = self.list(list, PERMISSIONS);
        self.shared_trust(list, &items, PERMISSIONS);
        items.iter().enumerate().map(|(index, item)| self.permission(index, item)).collect()
    }

    fn permission(&mut self, index: usize, item: &At) -> Permission {
        let place = self.place_of(item.node);
        if self.is_mapping(item) {
            let fields = self.fields(Part::Permissions, item, || path(PERMISSIONS, index));
            let id = fields.iter().find(|(field, ..)| *field == Field::Id);
            let id = id.and_then(|(_, key, at)| self.id(at, key));
            if id.is_none() {
                let message = "The entry names no client app: it states no id";
                self.problem_at(ProblemKind::EntryWithoutId, place, message);
            }
            let shared = id.as_ref().map_or_else(|| self.shared(item), |id| id.shared.clone());
            return Permission { id: id.map(|stated| stated.value), client: None, place, shared };
        }
        let message = match self.scalar(item) {
            Text::Stated(text) => {
                format!("The entry is the text {text}; write it as a mapping, id: {text}")
            }
            Text::Unquoted(source) => {
                format!("The entry has no key; write id: \"{source}\"")
            }
            Text::Absent => "The entry is empty".to_owned(),
            Text::Collection(kind) => format!("The entry is {kind}; it must be id: …"),
        };
        self.problem_at(ProblemKind::EntryWithoutId, place, message);
        Permission { id: None, client: None, place, shared: self.shared(item) }
    }

    pub(super) fn identities(&mut self, list: &At) -> Vec<FederatedIdentity> {
        let items = self.list(list, IDENTITIES);
        self.shared_trust(list, &items, IDENTITIES);
        items.iter().enumerate().map(|(index, item)| self.identity(index, item)).collect()
    }

    fn identity(&mut self, index: usize, item: &At) -> FederatedIdentity {
        let place = self.place_of(item.node);
        let shared = self.shared(item);
        let mut identity =
            FederatedIdentity { id: None, issuer: None, subject: None, place, shared };
        if !matches!(
            self.tree.node(self.tree.resolve(item.node)).kind,
            crate::yaml::Kind::Mapping { .. }
        ) {
            let found = self.describe(item);
            let message =
                format!("A federated identity is a mapping of issuer and subject; here is {found}");
            self.problem_at(ProblemKind::IncompleteIdentity, place, message);
            return identity;
        }
        for (field, key, at) in self.fields(Part::Identities, item, || path(IDENTITIES, index)) {
            match field {
                Field::Id => identity.id = self.id(&at, key),
                Field::Issuer => identity.issuer = self.text(&at, key),
                Field::Subject => identity.subject = self.text(&at, key),
                _ => {
                    // A note for people; that it is a text is all there is to check.
                    self.optional_text(&at, key);
                }
            }
        }
        let missing = match (&identity.issuer, &identity.subject) {
            (Some(_), Some(_)) => None,
            (None, Some(_)) => Some("issuer"),
            (Some(_), None) => Some("subject"),
            (None, None) => Some("issuer and subject"),
        };
        if let Some(missing) = missing {
            let message =
                format!("The federated identity states no {missing}; it matches no token");
            self.problem_at(ProblemKind::IncompleteIdentity, place, message);
        }
        identity
    }
}

fn path(key: &str, index: usize) -> Arc<[Step]> {
    [Step::Key(key.to_owned()), Step::Index(index)].into()
}

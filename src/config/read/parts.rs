//! The lists of a client app that most do not have: secrets, redirect URIs, metadata, roles, and
//! what is attached by reference.

use crate::yaml::Step;

use super::super::{
    Attached, Field, Id, IdForm, ItemAt, Metadata, Named, Part, ProblemKind, RedirectUri, Role,
    Secret, Stated, StatedDate, Withheld,
};
use super::lists::Fields;
use super::value::Text;
use super::{At, Reader};

impl<'a> Reader<'a> {
    pub(super) fn items(&mut self, part: Part, key: &'static str, list: &At) {
        // Metadata can as well be written as a mapping of its keys to its values.
        if part == Part::Metadata && self.is_mapping(list) {
            return self.metadata_mapping(key, list);
        }
        for (index, item) in self.list(list, key).into_iter().enumerate() {
            let at = ItemAt {
                part,
                key,
                step: Some(Step::Index(index)),
                place: self.place_of(item.node),
                shared: self.shared(&item),
            };
            self.item(at, &item);
        }
    }

    fn item(&mut self, at: ItemAt, item: &At) {
        let fields = if self.is_mapping(item) {
            self.fields(at.part, item, || at.path().into())
        } else {
            match self.bare(&at, item) {
                Some(field) => vec![field],
                None => Vec::new(),
            }
        };
        match at.part {
            Part::Secrets => {
                let secret = self.secret(at, &fields);
                self.more.secrets.push(secret);
            }
            Part::LoginRedirectUris | Part::LogoutRedirectUris | Part::RedirectUris => {
                let id = self.named_id(&fields, Field::Id);
                let uri = self.named_text(&fields, Field::Uri);
                let kind = self.named_text(&fields, Field::Type);
                self.check_texts(&fields, &[Field::Name, Field::Description]);
                self.more.redirect_uris.push(RedirectUri { at, id, uri, kind });
            }
            Part::Metadata => self.metadata(at, &fields),
            Part::Roles => {
                let id = self.named_id(&fields, Field::Id);
                let role = self.named_text(&fields, Field::Role);
                let name = self.named_text(&fields, Field::Name);
                let target = self.named_id(&fields, Field::Target);
                self.check_texts(&fields, &[Field::Description]);
                self.more.roles.push(Role { at, id, role: role.or(name), target });
            }
            _ => {
                let attached = self.attached(at, &fields);
                self.more.attached.push(attached);
            }
        }
    }

    /// An entry that is no mapping: what it is taken for, or `None` when it cannot be taken for
    /// anything, which is reported.
    fn bare(&mut self, at: &ItemAt, item: &At) -> Option<(Field, &'static str, At)> {
        let field = match at.part {
            Part::Secrets => Some(Field::Value),
            Part::LoginRedirectUris | Part::LogoutRedirectUris | Part::RedirectUris => {
                Some(Field::Uri)
            }
            Part::Roles => Some(Field::Role),
            Part::Metadata => None,
            _ => Some(Field::Id),
        };
        let span = self.tree.node(item.node).span;
        match (self.scalar(item), field) {
            (Text::Stated(text), Some(Field::Id)) => {
                let is_id = Id::new(text).form() != IdForm::Other;
                Some((if is_id { Field::Id } else { Field::Name }, "", item.clone()))
            }
            (Text::Stated(_) | Text::Unquoted(_), Some(field)) => Some((field, "", item.clone())),
            (Text::Absent, _) => {
                let message = format!("An entry of {} is empty; remove it, or fill it in", at.key);
                self.problem(ProblemKind::WrongType, span, message);
                None
            }
            _ => {
                let found = self.describe(item);
                let message = format!("An entry of {} must be a mapping; here is {found}", at.key);
                self.problem(ProblemKind::WrongType, span, message);
                None
            }
        }
    }

    /// A secret that stands directly under the client app.
    pub(super) fn bare_secret(&mut self, key: &'static str, value: &At) {
        let (place, shared) = (self.place_of(value.node), self.shared(value));
        let at = ItemAt { part: Part::Secret, key, step: None, place, shared };
        if self.withheld(value) == Withheld::Empty {
            return;
        }
        let fields = vec![(Field::Value, "", value.clone())];
        let secret = self.secret(at, &fields);
        self.more.secrets.push(secret);
    }

    fn secret(&mut self, at: ItemAt, fields: &Fields) -> Secret {
        let value = find(fields, Field::Value).map(|(key, value)| {
            let stated = self.stated(value, self.withheld(value));
            Named { key, stated }
        });
        Secret {
            at,
            id: self.named_id(fields, Field::Id),
            name: self.named_text(fields, Field::Name),
            description: self.named_text(fields, Field::Description),
            kind: self.named_text(fields, Field::Type),
            expires: self.named_date(fields, Field::Expires),
            created: self.named_date(fields, Field::Created),
            value,
        }
    }

    /// What may be known of a value that is not read.
    fn withheld(&self, at: &At) -> Withheld {
        match self.scalar(at) {
            _ if self.is_null(at) => Withheld::Empty,
            Text::Stated("") | Text::Absent => Withheld::Empty,
            Text::Unquoted(_) => Withheld::Placeholder,
            Text::Stated(text) => {
                let mut found = super::super::placeholder::find(text);
                let whole = found.next().is_some_and(|it| (it.at, it.end) == (0, text.len()));
                if whole { Withheld::Placeholder } else { Withheld::Something }
            }
            Text::Collection(_) => Withheld::Something,
        }
    }

    fn attached(&mut self, at: ItemAt, fields: &Fields) -> Attached {
        let id = self.named_id(fields, Field::Id);
        let mut target = self.named_reference(fields, Field::Target);
        // `resource: {id: …}` names what is attached as well as `resourceId: …` does.
        let nested = find(fields, Field::Name).is_some_and(|(_, value)| self.is_mapping(value));
        let name = if nested {
            target = target.or(self.named_reference(fields, Field::Name));
            None
        } else {
            self.named_text(fields, Field::Name)
        };
        self.check_texts(fields, &[Field::Description]);
        if id.is_none() && target.is_none() && name.is_none() && !fields.is_empty() {
            let message = format!("The entry of {} says neither id nor name", at.key);
            self.problem_at(ProblemKind::WrongType, at.place, message);
        }
        Attached { at, id, target, name }
    }

    fn metadata(&mut self, at: ItemAt, fields: &Fields) {
        let id = self.named_id(fields, Field::Id);
        let key = self.named_text(fields, Field::Key).map(|named| named.stated);
        self.check_texts(fields, &[Field::Description]);
        let value = find(fields, Field::Value);
        let value_key = value.map_or("", |(key, _)| key);
        let value = value.map(|(_, value)| self.place_of(value.node));
        self.more.metadata.push(Metadata { at, id, key, value, value_key });
    }

    fn metadata_mapping(&mut self, key: &'static str, mapping: &At) {
        let path = || [Step::Key(key.to_owned())].into();
        for entry in self.entries(mapping) {
            let Some(text) = entry.text.filter(|_| !entry.repeated) else {
                self.unknown(Some(&path()), &entry, None);
                continue;
            };
            let place = self.place_of(entry.value.node);
            let shared = self.shared(&entry.value);
            let stated = Stated {
                value: text.to_owned(),
                place: self.place_of(entry.key),
                shared: entry.value.shared.clone(),
            };
            let at = ItemAt { part: Part::Metadata, key, step: Some(entry.step()), place, shared };
            let (value, value_key) = (Some(place), "");
            self.more.metadata.push(Metadata { at, id: None, key: Some(stated), value, value_key });
        }
    }

    fn named_text(&mut self, fields: &Fields, field: Field) -> Option<Named<String>> {
        let (key, value) = find(fields, field)?;
        let stated = self.optional_text(value, shown(key, field))?;
        Some(Named { key, stated })
    }

    fn named_id(&mut self, fields: &Fields, field: Field) -> Option<Named<Id>> {
        let (key, value) = find(fields, field)?;
        let stated = self.id(value, shown(key, field))?;
        Some(Named { key, stated })
    }

    fn named_reference(&mut self, fields: &Fields, field: Field) -> Option<Named<Id>> {
        let (key, value) = find(fields, field)?;
        let stated = self.reference(value, shown(key, field))?;
        Some(Named { key, stated })
    }

    fn named_date(&mut self, fields: &Fields, field: Field) -> Option<Named<StatedDate>> {
        let (key, value) = find(fields, field)?;
        let stated = self.date(value, shown(key, field))?;
        Some(Named { key, stated })
    }

    /// Texts for people are not kept; that they are texts is checked.
    fn check_texts(&mut self, fields: &Fields, texts: &[Field]) {
        for field in texts {
            self.named_text(fields, *field);
        }
    }
}

fn find(fields: &Fields, field: Field) -> Option<(&'static str, &At)> {
    fields.iter().find(|(it, ..)| *it == field).map(|(_, key, value)| (*key, value))
}

/// What a message calls a field; an entry that is the value itself has no key.
fn shown(key: &'static str, field: Field) -> &'static str {
    if key.is_empty() { Part::Secrets.field_label(field) } else { key }
}

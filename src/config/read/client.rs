//! A client app.

use crate::yaml::{Kind, NodeId};

use super::super::parts::More;
use super::super::settings::{Spelling, boolean};
use super::super::{
    ClientFacts, ClientKey, Part, ProblemKind, Setting, SettingValue, Stated, StatedDate,
};
use super::mapping::Entry;
use super::value::Text;
use super::{At, Reader};

impl<'a> Reader<'a> {
    pub(super) fn client(&mut self, root: NodeId) -> ClientFacts {
        let mut client = ClientFacts {
            key: ClientKey(0),
            file: self.home.file,
            document: self.home.document,
            place: self.place_of(root),
            id: None,
            name: None,
            subscription: None,
            settings: Vec::new(),
            permissions: Vec::new(),
            identities: Vec::new(),
            stale: None,
            more: None,
            placeholders: self.placeholders(),
            spellings: Box::default(),
        };
        let at = At::own(root);
        if !matches!(self.tree.node(self.tree.resolve(root)).kind, Kind::Mapping { .. })
            && !self.tree.is_absent(root)
        {
            let found = self.describe(&at);
            let message = format!("A client app is a mapping of keys to values; here is {found}");
            self.problem(ProblemKind::WrongType, self.tree.node(root).span, message);
        }
        self.duplicates();
        let entries = self.entries(&at);
        client.settings.reserve(entries.len().min(Setting::ALL.len()));
        for entry in &entries {
            self.top_level(&mut client, entry);
        }
        if client.id.is_none() {
            let label = match &client.name {
                Some(name) => format!("\u{201c}{}\u{201d}", name.value),
                None => "This client app".to_owned(),
            };
            let message = format!("{label} states no id, so nothing can refer to it");
            // The first line of the mapping, not all of it.
            let first = self.tree.entries(root).first();
            let node = first.map_or(root, |(key, _)| *key);
            self.problem(ProblemKind::ClientWithoutId, self.tree.node(node).span, message);
        }
        self.contradictions(&client);
        client.settings.shrink_to_fit();
        self.spellings.sort_unstable();
        self.spellings.dedup();
        client.spellings = std::mem::take(&mut self.spellings).into();
        let more = std::mem::take(&mut self.more);
        if more != More::default() {
            client.more = Some(Box::new(more));
        }
        self.incompatible(&client);
        client
    }

    fn top_level(&mut self, client: &mut ClientFacts, entry: &Entry<'a>) {
        let spelling = entry.text.and_then(Spelling::of_part);
        let Some(spelling) = spelling else { return self.unknown(None, entry, None) };
        // The first of several counts, as for `Tree::get`.
        if entry.repeated {
            return self.unknown(None, entry, Some(spelling.key()));
        }
        let (key, part, value) = (spelling.key(), spelling.part(), &entry.value);
        self.spellings.push(spelling);
        match part {
            Part::Id => client.id = self.id(value, key),
            Part::Name => client.name = self.text(value, key),
            Part::Description => self.more.description = self.optional_text(value, key),
            Part::Subscription => {
                let id = self.reference(value, key);
                match (&client.subscription, id) {
                    (None, id) => client.subscription = id,
                    (Some(first), Some(second)) if first.value != second.value => {
                        let message = format!(
                            "{key} contradicts what another key says of the subscription; keep \
                             the one that is meant"
                        );
                        self.problem_at(ProblemKind::Contradiction, second.place, message);
                        self.unknown(None, entry, Some(key));
                    }
                    _ => self.unknown(None, entry, Some(key)),
                }
            }
            Part::Setting(setting) => {
                let value = self.setting(setting, key, value);
                client.settings.extend(value);
            }
            Part::Permissions => client.permissions = self.permissions(value),
            Part::Identities => client.identities = self.identities(value),
            Part::Secret => self.bare_secret(key, value),
            _ => self.items(part, key, value),
        }
    }

    fn setting(&mut self, setting: Setting, key: &'static str, at: &At) -> Option<SettingValue> {
        let Stated { place, shared, .. } = self.stated(at, ());
        let text = match self.scalar(at) {
            Text::Stated(text) => text,
            Text::Absent => "",
            Text::Unquoted(source) => source,
            Text::Collection(found) if !setting.is_boolean() => {
                let message = format!("{key} must be a text; here is {found}");
                self.problem_at(ProblemKind::WrongType, place, message);
                return None;
            }
            Text::Collection(_) => {
                self.document.slice(self.tree.node(self.tree.resolve(at.node)).span)
            }
        };
        let says = if setting.is_boolean() { boolean(text) } else { None };
        let placeholder = || super::super::placeholder::find(text).next().is_some();
        if setting.is_boolean()
            && says.is_none()
            && !text.is_empty()
            && !self.is_null(at)
            && !placeholder()
        {
            let message = format!(
                "{key} is neither true nor false, so it counts as not stated; write one of the two"
            );
            self.problem_at(ProblemKind::NotBoolean, place, message);
        }
        Some(SettingValue { setting, key, text: text.to_owned(), boolean: says, place, shared })
    }

    /// Reports settings that are stated in two ways under two spellings.
    fn contradictions(&mut self, client: &ClientFacts) {
        for (at, value) in client.settings.iter().enumerate() {
            let states = |it: &SettingValue| match it.setting.is_boolean() {
                true => it.boolean.is_some(),
                false => !matches!(it.text.as_str(), "" | "~" | "null"),
            };
            let differ = |other: &&SettingValue| match value.setting.is_boolean() {
                true => other.boolean != value.boolean,
                false => other.text != value.text,
            };
            let others = client.settings[..at].iter().filter(|it| it.setting == value.setting);
            let other = others.filter(|it| states(it) && states(value)).find(differ);
            if let Some(other) = other {
                let message = format!(
                    "{} and {} contradict each other, so neither counts as stated; keep the one \
                     that is meant",
                    other.key, value.key
                );
                self.problem_at(ProblemKind::Contradiction, value.place, message);
            }
        }
    }

    /// Reports parts that cannot both be meant.
    fn incompatible(&mut self, client: &ClientFacts) {
        let flag = |setting, wanted: bool| {
            let stated = client.settings.iter().find(|it| it.setting == setting)?;
            (stated.boolean == Some(wanted)).then_some(stated)
        };
        let secrets = client.secrets().unwrap_or_default();
        if let (Some(public), Some(secret)) = (flag(Setting::Public, true), secrets.first()) {
            let message = format!(
                "{} says that the client app is public, but {} holds a secret, and a public client \
                 keeps none; remove the secret, or set {} to false",
                public.key, secret.at.key, public.key
            );
            self.problem_at(ProblemKind::Incompatible, public.place, message);
        }
        let mut listed =
            client.attached().iter().filter(|it| matches!(it.at.part, Part::Users | Part::Groups));
        if let (Some(open), Some(listed)) = (flag(Setting::Restricted, false), listed.next()) {
            let message = format!(
                "{} says that anybody may log in, so {} has no effect; set {} to true, or remove \
                 the list",
                open.key, listed.at.key, open.key
            );
            self.problem_at(ProblemKind::Incompatible, open.place, message);
        }
        for secret in secrets {
            let moment = |date: &Stated<StatedDate>| date.value.moment.map(|it| it.seconds);
            let created = secret.created.as_ref().and_then(|it| moment(&it.stated));
            let Some(expires) = &secret.expires else { continue };
            if created > moment(&expires.stated) && expires.value().moment.is_some() {
                let message = "The secret expires before it was created; one of the two dates is \
                               wrong";
                self.problem_at(ProblemKind::Incompatible, expires.stated.place, message);
            }
        }
    }
}

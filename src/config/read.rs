//! From the tree of one document to what it says.
//!
//! Reading never fails: what cannot be understood becomes a [`Problem`] with its place, and the
//! rest is read all the same. One document is read without looking at any other, so that after an
//! edit only the touched one is read again; links between clients are the project's business.

use crate::yaml::{Document, Kind, NodeId, Span, Style, Tree};

use super::settings::boolean;
use super::{
    CLIENT_TAG, ClientFacts, ClientKey, FederatedIdentity, FileId, IDENTITIES, Id, OtherDocument,
    PERMISSIONS, Permission, Place, Problem, ProblemKind, SECRETS, Setting, SettingValue, Stated,
};

/// What a document turned out to be.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Client(Box<ClientFacts>),
    Other(Box<OtherDocument>),
    /// No content, or broken.
    Nothing,
}

#[derive(Clone, Debug)]
pub(super) struct Findings {
    pub content: Content,
    pub problems: Vec<Problem>,
}

/// Reads one document. Keys of clients are given by the project: `key` until then.
pub(super) fn read(document: &Document, file: FileId, index: usize) -> Findings {
    let mut reader = Reader { document, file, index, problems: Vec::new() };
    let content = match document.tree() {
        Ok(tree) => match tree.root() {
            Some(root) => reader.root(tree, root),
            None => Content::Nothing,
        },
        Err(error) => {
            let span = Span::new(error.offset, error.offset);
            reader.problem(ProblemKind::Syntax, span, error.message.clone());
            Content::Nothing
        }
    };
    Findings { content, problems: reader.problems }
}

/// Whether a tag as written is the tag of client apps, `!ClientAppDto` or `!<!ClientAppDto>`.
fn is_client(tag: &str) -> bool {
    let plain = tag.strip_prefix("!<").and_then(|t| t.strip_suffix('>')).unwrap_or(tag);
    plain == CLIENT_TAG
}

/// Whether a tag is the tag of client apps but for a few keystrokes or case.
fn is_nearly_client(tag: &str) -> bool {
    strsim::osa_distance(&tag.to_lowercase(), &CLIENT_TAG.to_lowercase()) <= 3
}

struct Reader<'a> {
    document: &'a Document,
    file: FileId,
    index: usize,
    problems: Vec<Problem>,
}

/// What stands in a place for text.
enum Text<'a> {
    Stated(&'a str),
    /// Nothing is written there.
    Absent,
    /// A mapping that is `{{kind:name}}` without quotes.
    Unquoted(&'a str),
    Collection(&'static str),
}

impl<'a> Reader<'a> {
    fn place(&self, span: Span) -> Place {
        Place { file: self.file, document: self.index, span }
    }

    fn place_of(&self, tree: &Tree, node: NodeId) -> Place {
        self.place(tree.node(node).span)
    }

    fn problem(&mut self, kind: ProblemKind, span: Span, message: impl Into<String>) {
        let place = self.place(span);
        self.problems.push(Problem { kind, place, message: message.into(), client: None });
    }

    fn root(&mut self, tree: &'a Tree, root: NodeId) -> Content {
        let node = tree.node(root);
        match node.tag {
            Some(tag) if is_client(tag) => Content::Client(Box::new(self.client(tree, root))),
            _ if matches!(node.kind, Kind::Scalar(_)) && tree.is_absent(root) => Content::Nothing,
            tag => Content::Other(Box::new(self.other(tree, root, tag))),
        }
    }

    fn other(&mut self, tree: &'a Tree, root: NodeId, tag: Option<&str>) -> OtherDocument {
        let field = |key| tree.get(root, key);
        let looks_like_client = tag.is_none_or(is_nearly_client)
            && [PERMISSIONS, IDENTITIES].iter().any(|key| field(key).is_some());
        if looks_like_client {
            let span = tree.node(root).span;
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
        // Foreign documents may look like anything: what is not a text there is no problem of ours.
        let text = |key| field(key).and_then(|node| Some((node, tree.text(node)?)));
        let stated = |key| {
            text(key).filter(|(_, text)| !text.is_empty()).map(|(node, text)| {
                (Stated { value: text.to_owned(), place: self.place_of(tree, node) }, node)
            })
        };
        let id = |key| {
            let placeholder =
                || field(key).and_then(|node| Some((self.unquoted(tree, node)?, node)));
            match stated(key) {
                Some((stated, node)) if !is_null(tree, node) => {
                    Some(Stated { value: Id::new(&stated.value), place: stated.place })
                }
                Some(_) => None,
                None => placeholder().map(|(source, node)| Stated {
                    value: Id::unquoted(source),
                    place: self.place_of(tree, node),
                }),
            }
        };
        OtherDocument {
            file: self.file,
            document: self.index,
            tag: tag.map(str::to_owned),
            place: self.place_of(tree, root),
            id: id("id"),
            name: stated("name").map(|(name, _)| name),
            customer: id("customerId"),
            looks_like_client,
        }
    }

    fn client(&mut self, tree: &'a Tree, root: NodeId) -> ClientFacts {
        let mut client = ClientFacts {
            key: ClientKey(0),
            file: self.file,
            document: self.index,
            place: self.place_of(tree, root),
            id: None,
            name: None,
            subscription: None,
            settings: Vec::new(),
            secrets: None,
            permissions: Vec::new(),
            identities: Vec::new(),
        };
        if !matches!(tree.node(tree.resolve(root)).kind, Kind::Mapping { .. })
            && !tree.is_absent(root)
        {
            let found = describe(tree, root);
            let message = format!("A client app is a mapping of keys to values; here is {found}");
            self.problem(ProblemKind::WrongType, tree.node(root).span, message);
        }
        let entries = tree.entries(root);
        self.duplicates(tree, entries);
        // The first of several counts, as for `Tree::get`; the rest is reported above. Only keys
        // that are read come in here, so it stays short.
        let mut seen: Vec<&str> = Vec::new();
        let mut first = |key: &'a str| {
            let first = !seen.contains(&key);
            if first {
                seen.push(key);
            }
            first
        };
        for &(key_node, value) in entries {
            let Some(key) = tree.text(key_node) else { continue };
            match key {
                "id" if first(key) => client.id = self.id(tree, value, key),
                "name" if first(key) => client.name = self.text(tree, value, key),
                "subscriptionId" if first(key) => {
                    client.subscription = self.id(tree, value, key);
                }
                PERMISSIONS if first(key) => {
                    client.permissions = self.permissions(tree, value);
                }
                IDENTITIES if first(key) => client.identities = self.identities(tree, value),
                SECRETS if first(key) => {
                    client.secrets = Some(self.list(tree, value, key).len());
                }
                _ => {
                    let Some(setting) = Setting::from_key(key) else { continue };
                    if first(key) {
                        let value = self.setting(tree, setting, key, value);
                        client.settings.extend(value);
                    }
                }
            }
        }
        if client.id.is_none() {
            let label = match &client.name {
                Some(name) => format!("\u{201c}{}\u{201d}", name.value),
                None => "This client app".to_owned(),
            };
            let message = format!("{label} states no id, so nothing can refer to it");
            // The first line of the mapping, not all of it.
            let span =
                entries.first().map_or(tree.node(root).span, |(key, _)| tree.node(*key).span);
            self.problem(ProblemKind::ClientWithoutId, span, message);
        }
        self.contradictions(&client);
        client
    }

    fn duplicates(&mut self, tree: &Tree, entries: &[(NodeId, NodeId)]) {
        // Mappings of a client app are short, and looking back is cheaper than hashing; a long one
        // gets a set, so that a hostile one costs no more than its length.
        let short = entries.len() <= 32;
        let mut seen = std::collections::HashSet::new();
        for (at, (key, _)) in entries.iter().enumerate() {
            let Some(text) = tree.text(*key) else { continue };
            let repeated = if short {
                entries[..at].iter().any(|(other, _)| tree.text(*other) == Some(text))
            } else {
                !seen.insert(text)
            };
            if repeated {
                let message = format!(
                    "The key {text} stands twice in one mapping; the studio reads the first, \
                     an importer may read the last or refuse the file"
                );
                self.problem(ProblemKind::DuplicateKey, tree.node(*key).span, message);
            }
        }
    }

    fn contradictions(&mut self, client: &ClientFacts) {
        for (at, value) in client.settings.iter().enumerate() {
            let other = client.settings[..at].iter().find(|other| {
                other.setting == value.setting
                    && other.boolean.is_some()
                    && value.boolean.is_some()
                    && other.boolean != value.boolean
            });
            if let Some(other) = other {
                let message = format!(
                    "{} and {} contradict each other, so neither counts as stated",
                    other.key, value.key
                );
                self.problem(ProblemKind::Contradiction, value.place.span, message);
            }
        }
    }

    fn setting(
        &mut self,
        tree: &'a Tree,
        setting: Setting,
        key: &str,
        value: NodeId,
    ) -> Option<SettingValue> {
        let place = self.place_of(tree, value);
        let text = match self.scalar(tree, value) {
            Text::Stated(text) => text,
            Text::Absent => "",
            Text::Unquoted(source) => source,
            // A filter may well be a list of what it lets through; it is kept as it is written.
            Text::Collection(_) if !setting.is_boolean() => return None,
            Text::Collection(_) => self.document.slice(tree.node(tree.resolve(value)).span),
        };
        let says = if setting.is_boolean() { boolean(text) } else { None };
        if setting.is_boolean() && says.is_none() && !text.is_empty() && !is_null(tree, value) {
            let message = format!("{key} is neither true nor false, so it counts as not stated");
            self.problem(ProblemKind::NotBoolean, place.span, message);
        }
        Some(SettingValue {
            setting,
            key: key.to_owned(),
            text: text.to_owned(),
            boolean: says,
            place,
        })
    }

    fn permissions(&mut self, tree: &'a Tree, list: NodeId) -> Vec<Permission> {
        let items = self.list(tree, list, PERMISSIONS);
        items.iter().map(|item| self.permission(tree, *item)).collect()
    }

    fn permission(&mut self, tree: &'a Tree, item: NodeId) -> Permission {
        let place = self.place_of(tree, item);
        let resolved = tree.resolve(item);
        if let Kind::Mapping { entries, .. } = tree.node(resolved).kind
            && self.unquoted(tree, item).is_none()
        {
            self.duplicates(tree, entries);
            let id = entries.iter().find(|(key, _)| tree.text(*key) == Some("id"));
            let id = id.and_then(|(_, value)| self.id(tree, *value, "id"));
            if id.is_none() {
                let message = "The entry names no client app: it states no id";
                self.problem(ProblemKind::EntryWithoutId, place.span, message);
            }
            Permission { id: id.map(|stated| stated.value), client: None, place }
        } else {
            let message = match self.scalar(tree, item) {
                Text::Stated(text) => {
                    format!("The entry is the text {text}; write it as a mapping, id: {text}")
                }
                Text::Unquoted(source) => {
                    format!("The entry has no key; write id: \"{source}\"")
                }
                Text::Absent => "The entry is empty".to_owned(),
                Text::Collection(kind) => format!("The entry is {kind}; it must be id: …"),
            };
            self.problem(ProblemKind::EntryWithoutId, place.span, message);
            Permission { id: None, client: None, place }
        }
    }

    fn identities(&mut self, tree: &'a Tree, list: NodeId) -> Vec<FederatedIdentity> {
        let items = self.list(tree, list, IDENTITIES);
        items.iter().map(|item| self.identity(tree, *item)).collect()
    }

    fn identity(&mut self, tree: &'a Tree, item: NodeId) -> FederatedIdentity {
        let place = self.place_of(tree, item);
        let mut identity = FederatedIdentity { id: None, issuer: None, subject: None, place };
        if !matches!(tree.node(tree.resolve(item)).kind, Kind::Mapping { .. }) {
            let found = describe(tree, item);
            let message =
                format!("A federated identity is a mapping of issuer and subject; here is {found}");
            self.problem(ProblemKind::IncompleteIdentity, place.span, message);
            return identity;
        }
        let entries = tree.entries(item);
        self.duplicates(tree, entries);
        let field =
            |key| entries.iter().find(|(k, _)| tree.text(*k) == Some(key)).map(|(_, value)| *value);
        identity.id = field("id").and_then(|value| self.id(tree, value, "id"));
        identity.issuer = field("issuer").and_then(|value| self.text(tree, value, "issuer"));
        identity.subject = field("subject").and_then(|value| self.text(tree, value, "subject"));
        let missing = match (&identity.issuer, &identity.subject) {
            (Some(_), Some(_)) => None,
            (None, Some(_)) => Some("issuer"),
            (Some(_), None) => Some("subject"),
            (None, None) => Some("issuer and subject"),
        };
        if let Some(missing) = missing {
            let message =
                format!("The federated identity states no {missing}; it matches no token");
            self.problem(ProblemKind::IncompleteIdentity, place.span, message);
        }
        identity
    }

    /// The items of a list; a list that is absent or null has none.
    fn list(&mut self, tree: &'a Tree, value: NodeId, key: &str) -> &'a [NodeId] {
        match tree.node(tree.resolve(value)).kind {
            Kind::Sequence { items, .. } => items,
            _ if is_null(tree, value) => &[],
            _ => {
                let found = describe(tree, value);
                let message = format!("{key} must be a list; here is {found}");
                self.problem(ProblemKind::WrongType, tree.node(value).span, message);
                &[]
            }
        }
    }

    /// A text, whatever it looks like: `~`, `no` and `00123` are texts here.
    fn text(&mut self, tree: &'a Tree, value: NodeId, key: &str) -> Option<Stated<String>> {
        let place = self.place_of(tree, value);
        match self.scalar(tree, value) {
            Text::Stated(text) => Some(Stated { value: text.to_owned(), place }),
            Text::Absent => None,
            Text::Unquoted(source) => {
                self.unquoted_problem(place.span, key, source);
                Some(Stated { value: source.to_owned(), place })
            }
            Text::Collection(kind) => {
                let message = format!("{key} must be a text; here is {kind}");
                self.problem(ProblemKind::WrongType, place.span, message);
                None
            }
        }
    }

    /// An id; an empty text and a null are none.
    fn id(&mut self, tree: &'a Tree, value: NodeId, key: &str) -> Option<Stated<Id>> {
        let unquoted = self.unquoted(tree, value).is_some();
        let text = self.text(tree, value, key)?;
        if text.value.trim().is_empty() || is_null(tree, value) {
            return None;
        }
        let id = if unquoted { Id::unquoted(&text.value) } else { Id::new(&text.value) };
        Some(Stated { value: id, place: text.place })
    }

    fn unquoted_problem(&mut self, span: Span, key: &str, source: &str) {
        let message = format!(
            "The placeholder has no quotes, so YAML reads a mapping and not a text; write {key}: \
             \"{source}\""
        );
        self.problem(ProblemKind::UnquotedPlaceholder, span, message);
    }

    fn scalar(&self, tree: &'a Tree, value: NodeId) -> Text<'a> {
        match tree.node(tree.resolve(value)).kind {
            Kind::Scalar(scalar) if scalar.style == Style::Plain && scalar.text.is_empty() => {
                Text::Absent
            }
            Kind::Scalar(scalar) => Text::Stated(scalar.text),
            _ => match self.unquoted(tree, value) {
                Some(source) => Text::Unquoted(source),
                None => Text::Collection(describe(tree, value)),
            },
        }
    }

    /// The source of a flow mapping that is a placeholder somebody forgot to quote.
    fn unquoted(&self, tree: &'a Tree, value: NodeId) -> Option<&'a str> {
        let node = tree.node(tree.resolve(value));
        let Kind::Mapping { flow: true, .. } = node.kind else { return None };
        let source = self.document.slice(node.span);
        Id::new(source).placeholder().map(|_| source)
    }
}

/// Whether a value is absent or one of the plain spellings of null (YAML 1.2 §10.3.2).
fn is_null(tree: &Tree, value: NodeId) -> bool {
    match tree.node(tree.resolve(value)).kind {
        Kind::Scalar(scalar) => {
            scalar.style == Style::Plain
                && matches!(scalar.text, "" | "~" | "null" | "Null" | "NULL")
        }
        _ => false,
    }
}

fn describe(tree: &Tree, value: NodeId) -> &'static str {
    match tree.node(tree.resolve(value)).kind {
        Kind::Scalar(_) if tree.is_absent(value) => "nothing",
        Kind::Scalar(_) => "a text",
        Kind::Sequence { .. } => "a list",
        Kind::Mapping { .. } => "a mapping",
        Kind::Alias { .. } => "an alias without its anchor",
    }
}

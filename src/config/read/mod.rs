//! From the tree of one document to what it says.
//!
//! Reading never fails: what cannot be understood becomes a [`Problem`] with its place, and the
//! rest is read all the same. Nothing is hidden: an entry that is not understood is listed with the
//! way to it. One document is read without looking at any other, so that after an edit only the
//! touched one is read again; links between clients are the project's business.
//!
//! | part | purpose |
//! |---|---|
//! | `mapping` | entries of a mapping as they count: merge keys applied, aliases followed |
//! | `value` | texts, ids, dates, lists |
//! | `client` | a client app |
//! | `lists` | permissions and identities |
//! | `parts` | the other lists of a client app |
//! | `other` | every other document |
//! | `placeholders` | `{{kind:name}}` in any text |

mod client;
mod lists;
mod mapping;
mod other;
mod parts;
mod placeholders;
#[cfg(test)]
mod tests;
mod value;

use std::collections::HashSet;

use crate::yaml::{Document, Kind, NodeId, Span, Tree};

use super::parts::More;
use super::settings::Spelling;
use super::{CLIENT_TAG, ClientFacts, FileId, OtherFacts, Place, Problem, ProblemKind, Unknown};

pub(super) use mapping::{At, Entry, Home, effective, followed};

/// What a document turned out to be.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Client(Box<ClientFacts>),
    Other(Box<OtherFacts>),
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
    let home = Home { file, document: index, offsets: None };
    let error = match document.tree() {
        Ok(tree) => {
            let mut reader = Reader::new(document, tree, home);
            let content = reader.content();
            return Findings { content, problems: reader.problems };
        }
        Err(error) => error,
    };
    let place = home.place(Span::new(error.offset, error.offset));
    let message = error.message.clone();
    let broken = Problem { kind: ProblemKind::Syntax, place, message, client: None };
    // An edit broke it: what it said before stays, so that one keystroke does not take a client app
    // and all its connections away.
    if let Some((good, offsets)) = document.last_good()
        && let Ok(tree) = good.tree()
    {
        let mut reader = Reader::new(good, tree, Home { offsets: Some(offsets), ..home });
        let mut content = reader.content();
        match &mut content {
            Content::Client(client) => client.stale = Some(Box::new(place)),
            Content::Other(other) => other.stale = Some(Box::new(place)),
            Content::Nothing => {}
        }
        let mut problems = vec![broken];
        problems.append(&mut reader.problems);
        return Findings { content, problems };
    }
    Findings { content: Content::Nothing, problems: vec![broken] }
}

/// A tag as it is written most: `!ClientAppDto` for `!<!ClientAppDto>`.
pub(super) fn plain_tag(tag: &str) -> &str {
    tag.strip_prefix("!<").and_then(|tag| tag.strip_suffix('>')).unwrap_or(tag)
}

/// Whether a tag is the tag of client apps but for a few keystrokes or case.
fn is_nearly_client(tag: &str) -> bool {
    strsim::osa_distance(&tag.to_lowercase(), &CLIENT_TAG.to_lowercase()) <= 3
}

/// Entries behind aliases and merge keys of one document that are read. A text of a megabyte can
/// say "all of this, a hundred thousand times".
const MOST_SHARED: usize = 100_000;

struct Reader<'a> {
    document: &'a Document,
    tree: &'a Tree,
    home: Home,
    problems: Vec<Problem>,
    more: More,
    spellings: Vec<Spelling>,
    /// How many shared entries may still be read.
    shared_left: usize,
}

impl<'a> Reader<'a> {
    fn new(document: &'a Document, tree: &'a Tree, home: Home) -> Self {
        Self {
            document,
            tree,
            home,
            problems: Vec::new(),
            more: More::default(),
            spellings: Vec::new(),
            shared_left: MOST_SHARED,
        }
    }

    fn content(&mut self) -> Content {
        let Some(root) = self.tree.root() else { return Content::Nothing };
        let node = self.tree.node(root);
        let content = match node.tag {
            Some(tag) if plain_tag(tag) == CLIENT_TAG => {
                Content::Client(Box::new(self.client(root)))
            }
            _ if matches!(node.kind, Kind::Scalar(_)) && self.tree.is_absent(root) => {
                return Content::Nothing;
            }
            tag => Content::Other(Box::new(self.other(root, tag))),
        };
        if self.shared_left == 0 {
            let message = format!(
                "More than {MOST_SHARED} entries stand behind aliases and merge keys; the rest is \
                 not read. Write the document without them"
            );
            self.problem(ProblemKind::TooMuchShared, self.tree.node(root).span, message);
        }
        content
    }

    fn place(&self, span: Span) -> Place {
        self.home.place(span)
    }

    fn place_of(&self, node: NodeId) -> Place {
        self.place(self.tree.node(node).span)
    }

    fn problem(&mut self, kind: ProblemKind, span: Span, message: impl Into<String>) {
        self.problem_at(kind, self.place(span), message);
    }

    fn problem_at(&mut self, kind: ProblemKind, place: Place, message: impl Into<String>) {
        self.problems.push(Problem { kind, place, message: message.into(), client: None });
    }

    /// Reports the keys that stand twice in one mapping, wherever in the document it is.
    fn duplicates(&mut self) {
        for id in self.tree.ids() {
            let Kind::Mapping { entries, .. } = self.tree.node(id).kind else { continue };
            let mut seen = Seen::new(entries.len());
            for &(key, _) in entries {
                let Some(text) = self.tree.text(key).filter(|text| *text != "<<") else { continue };
                if seen.again(text) {
                    let message = format!(
                        "The key {text} stands twice in one mapping; the studio reads the first, \
                         an importer may read the last or refuse the file. Keep the one that is \
                         meant"
                    );
                    self.problem(ProblemKind::DuplicateKey, self.tree.node(key).span, message);
                }
            }
        }
    }

    /// Lists an entry that is not understood.
    fn unknown(
        &mut self,
        within: Option<&std::sync::Arc<[crate::yaml::Step]>>,
        entry: &Entry<'a>,
        repeats: Option<&'static str>,
    ) {
        use super::client::Span32;
        let unknown = Unknown {
            within: within.cloned(),
            step: entry.step(),
            key: Span32::new(self.place_of(entry.key).span),
            value: Span32::new(self.place(self.tree.full_span(entry.value.node)).span),
            shared: self.shared(&entry.value),
            repeats,
        };
        self.more.unknown.push(unknown);
    }
}

/// The keys of a mapping so far. Most mappings are so short that looking back is cheaper than
/// hashing; a long one must not take the square of its length.
enum Seen<'a> {
    Few(Vec<&'a str>),
    Many(HashSet<&'a str>),
}

impl<'a> Seen<'a> {
    fn new(length: usize) -> Self {
        if length <= 32 {
            Self::Few(Vec::with_capacity(length))
        } else {
            Self::Many(HashSet::with_capacity(length))
        }
    }

    /// Notes a key; whether it was there already.
    fn again(&mut self, key: &'a str) -> bool {
        match self {
            Self::Few(seen) if seen.contains(&key) => true,
            Self::Few(seen) => {
                seen.push(key);
                false
            }
            Self::Many(seen) => !seen.insert(key),
        }
    }
}

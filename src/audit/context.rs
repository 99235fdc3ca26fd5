//! What the rules know of a project, worked out once for all of them.

use std::borrow::Cow;
use std::sync::Arc;

use crate::audit::{Finding, Rule};
use crate::config::{ClientApp, ClientKey, FileId, Place, ProblemKind, Project, Stated};
use crate::trust::{Edge, Node, Reading, TrustGraph};
use crate::yaml::{Document, Span, Tree};

/// A permission between two client apps of the project, as it is read: a token of a user of `from`
/// goes in, and one for `to` comes out.
#[derive(Clone, Copy, Debug)]
pub struct Arrow {
    pub from: ClientKey,
    pub to: ClientKey,
    /// The one of the two that asks.
    pub requester: ClientKey,
    /// The entry that permits it.
    pub place: Place,
}

impl Arrow {
    /// The end that does not ask.
    pub fn other_end(&self) -> ClientKey {
        if self.requester == self.from { self.to } else { self.from }
    }
}

/// The permissions between client apps that the project defines, in the order of the files.
#[derive(Clone, Debug)]
pub struct Arrows {
    all: Vec<Arrow>,
    /// Indices into `all` by the client app that asks, and where those of each begin.
    asked: Grouped,
    /// The same by the client app the token comes out for.
    arriving: Grouped,
}

/// Numbers in groups, each group in ascending order.
#[derive(Clone, Debug)]
struct Grouped {
    starts: Vec<usize>,
    items: Vec<usize>,
}

impl Grouped {
    fn by(arrows: &[Arrow], clients: usize, key: impl Fn(&Arrow) -> ClientKey) -> Self {
        let mut starts = vec![0; clients + 1];
        for arrow in arrows {
            starts[key(arrow).0 + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut items = vec![0; arrows.len()];
        for (index, arrow) in arrows.iter().enumerate() {
            let slot = &mut next[key(arrow).0];
            items[*slot] = index;
            *slot += 1;
        }
        Self { starts, items }
    }

    fn of(&self, client: ClientKey) -> &[usize] {
        match (self.starts.get(client.0), self.starts.get(client.0 + 1)) {
            (Some(from), Some(to)) => &self.items[*from..*to],
            _ => &[],
        }
    }
}

impl Arrows {
    pub fn of(graph: &TrustGraph) -> Self {
        let mut clients = 0;
        let edges = graph.graph.edge_indices().filter_map(|edge| {
            let Edge::Exchange(exchange) = &graph.graph[edge] else { return None };
            let (from, to) = graph.graph.edge_endpoints(edge)?;
            let (Node::Client(from), Node::Client(to)) = (&graph.graph[from], &graph.graph[to])
            else {
                return None;
            };
            clients = clients.max(from.0 + 1).max(to.0 + 1);
            let requester = if exchange.source_asks { *from } else { *to };
            Some(Arrow { from: *from, to: *to, requester, place: exchange.place })
        });
        let mut all: Vec<Arrow> = edges.collect();
        all.sort_by_key(|arrow| arrow.place);
        let asked = Grouped::by(&all, clients, |arrow| arrow.requester);
        let arriving = Grouped::by(&all, clients, |arrow| arrow.to);
        Self { all, asked, arriving }
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Arrow> {
        self.all.iter()
    }

    /// Those that a client app asks for.
    pub fn asked_by(&self, client: ClientKey) -> impl Iterator<Item = &Arrow> {
        self.asked.of(client).iter().map(|index| &self.all[*index])
    }

    /// Those that end in a token for a client app.
    pub fn arriving_at(&self, client: ClientKey) -> impl Iterator<Item = &Arrow> {
        self.arriving.of(client).iter().map(|index| &self.all[*index])
    }
}

/// A project under a reading.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub project: &'a Project,
    pub reading: Reading,
    pub graph: &'a TrustGraph,
    pub arrows: &'a Arrows,
    /// The documents to judge, when it is not all of them.
    only: Option<&'a [(FileId, usize)]>,
}

/// One document with a tree, and where it is.
#[derive(Clone, Copy, Debug)]
pub struct Parsed<'a> {
    pub file: FileId,
    pub index: usize,
    pub document: &'a Arc<Document>,
    pub tree: &'a Tree,
}

impl Parsed<'_> {
    pub fn place(&self, span: Span) -> Place {
        Place { file: self.file, document: self.index, span }
    }
}

impl<'a> Context<'a> {
    pub fn new(project: &'a Project, graph: &'a TrustGraph, arrows: &'a Arrows) -> Self {
        Self { project, reading: graph.reading, graph, arrows, only: None }
    }

    /// The same, for rules that look at one document at a time, with the documents to look at.
    pub fn only(self, documents: &'a [(FileId, usize)]) -> Self {
        Self { only: Some(documents), ..self }
    }

    /// Every document to judge that could be parsed, in order.
    pub fn documents(&self) -> impl Iterator<Item = Parsed<'a>> {
        let project = self.project;
        let all = self.only.is_none().then(|| {
            project.files().iter().flat_map(|source| {
                let documents = source.stream.iter().flat_map(|stream| stream.documents());
                documents.enumerate().map(move |(index, document)| (source.id, index, document))
            })
        });
        let some = self
            .only
            .unwrap_or_default()
            .iter()
            .filter_map(|&(file, index)| Some((file, index, project.document(file, index)?)));
        all.into_iter().flatten().chain(some).filter_map(|(file, index, document)| {
            let tree = document.tree().ok()?;
            Some(Parsed { file, index, document, tree })
        })
    }

    /// The client apps to judge.
    pub fn clients(&self) -> impl Iterator<Item = &'a ClientApp> {
        let project = self.project;
        let all = self.only.is_none().then(|| project.clients().iter());
        let some = self.only.unwrap_or_default().iter();
        let some = some.filter_map(|&(file, index)| project.get(project.client_at(file, index)?));
        all.into_iter().flatten().chain(some)
    }

    /// Makes findings of what was noted when the files were read.
    pub fn report_problems(
        &self,
        rule: &'static Rule,
        kinds: &[ProblemKind],
        findings: &mut Vec<Finding>,
    ) {
        for problem in self.project.problems().filter(|problem| kinds.contains(&problem.kind)) {
            let owner = problem.client.map(|client| self.identity(client));
            let owner = owner.as_deref().unwrap_or_default();
            let message = format!("{}.", problem.message.trim_end_matches('.'));
            findings.push(Finding::at(rule, problem.place, &[owner, &message], message.clone()));
        }
    }

    /// Every issuer that a federated identity states, with the client app that holds it.
    pub fn issuers(&self) -> impl Iterator<Item = (ClientKey, &'a Stated<String>)> {
        self.clients().flat_map(|client| {
            let issuers = client.identities.iter().filter_map(|identity| identity.issuer.as_ref());
            issuers.map(|issuer| (client.key, issuer))
        })
    }

    pub fn client(&self, key: ClientKey) -> &'a ClientApp {
        self.project.client(key)
    }

    /// What a person knows a client app by, in quotes.
    pub fn name(&self, key: ClientKey) -> String {
        format!("'{}'", self.client(key).label())
    }

    /// What a client app is known by across reformatting: its id, else its name.
    pub fn identity(&self, key: ClientKey) -> Cow<'a, str> {
        let client = self.client(key);
        match (&client.id, &client.name) {
            (Some(id), _) => id.value.key(),
            (None, Some(name)) => Cow::Borrowed(&name.value),
            (None, None) => Cow::Borrowed("unnamed"),
        }
    }

    /// Where a client app says who it is: its id, else its name, else its mapping.
    pub fn heading(&self, key: ClientKey) -> Place {
        let client = self.client(key);
        let id = client.id.as_ref().map(|id| id.place);
        id.or(client.name.as_ref().map(|name| name.place)).unwrap_or(client.place)
    }

    /// The text of a place as it is written.
    pub fn source(&self, place: Place) -> &'a str {
        self.project
            .document(place.file, place.document)
            .map_or("", |document| document.slice(place.span))
    }

    /// Whether any client app may bring a token of an external identity of this one.
    pub fn has_brokers(&self, principal: ClientKey) -> bool {
        self.graph.has_brokers(self.project, principal)
    }
}

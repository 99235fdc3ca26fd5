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

/// A project under a reading.
#[derive(Debug)]
pub struct Context<'a> {
    pub project: &'a Project,
    pub reading: Reading,
    pub graph: TrustGraph,
    /// Permissions between client apps that the project defines, in the order of the files.
    pub arrows: Vec<Arrow>,
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
    pub fn new(project: &'a Project, reading: Reading) -> Self {
        let graph = TrustGraph::new(project, reading);
        let edges = graph.graph.edge_indices().filter_map(|edge| {
            let Edge::Exchange(exchange) = &graph.graph[edge] else { return None };
            let (from, to) = graph.graph.edge_endpoints(edge)?;
            let (Node::Client(from), Node::Client(to)) = (&graph.graph[from], &graph.graph[to])
            else {
                return None;
            };
            let requester = if exchange.source_asks { *from } else { *to };
            Some(Arrow { from: *from, to: *to, requester, place: exchange.place })
        });
        let mut arrows: Vec<Arrow> = edges.collect();
        arrows.sort_by_key(|arrow| arrow.place);
        Self { project, reading, graph, arrows }
    }

    /// Every document that could be parsed, in order.
    pub fn documents(&self) -> impl Iterator<Item = Parsed<'a>> {
        self.project.files().iter().flat_map(|source| {
            let documents = source.stream.iter().flat_map(|stream| stream.documents());
            documents.enumerate().filter_map(move |(index, document)| {
                let tree = document.tree().ok()?;
                Some(Parsed { file: source.id, index, document, tree })
            })
        })
    }

    pub fn clients(&self) -> impl Iterator<Item = &'a ClientApp> {
        self.project.clients().iter()
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
        !self.graph.brokers(self.project, principal).is_empty()
    }
}

//! What is selected, what it stands for as a question, and the findings gone through one by one.

use std::sync::Arc;

use crate::config::{ClientKey, Place};
use crate::trust::{Edge, Node, Question, Subject};

use super::super::exchange_tab;
use super::super::selection::{Selection, permission_index};
use super::{State, Tab};

impl State {
    pub(super) fn select(&mut self, selection: Option<Selection>) {
        self.selection = selection;
    }

    /// The exchange that the selection stands for, as a question for [`crate::trust::decide`].
    pub fn simulation(&self) -> Option<Question> {
        match self.selection.as_ref()? {
            Selection::Exchange { owner, entry } => {
                let index = permission_index(&self.project, *owner, entry)?;
                let graph = &self.analysis.graph.graph;
                let (edge, exchange) =
                    graph.edge_indices().find_map(|edge| match &graph[edge] {
                        Edge::Exchange(exchange)
                            if exchange.owner == *owner && exchange.index == index =>
                        {
                            Some((edge, exchange))
                        }
                        _ => None,
                    })?;
                let (from, to) = graph.edge_endpoints(edge)?;
                let (Node::Client(from), Node::Client(to)) = (&graph[from], &graph[to]) else {
                    return None;
                };
                let requester = if exchange.source_asks { *from } else { *to };
                Some(Question { requester, subject: Subject::UserOf(*from), target: Some(*to) })
            }
            Selection::External { issuer, subject } => {
                let (principal, _) = self.project.by_identity(issuer, subject).first().copied()?;
                self.federated_question(principal, issuer, subject)
            }
            Selection::Federation { client, index } => {
                let identity = self.project.client(*client).identities.get(*index)?;
                let (issuer, subject) = (identity.issuer.as_ref()?, identity.subject.as_ref()?);
                self.federated_question(*client, &issuer.value, &subject.value)
            }
            Selection::Client(_)
            | Selection::Ghost(_)
            | Selection::Issuer(_)
            | Selection::Document { .. }
            | Selection::File(_) => None,
        }
    }

    pub(super) fn federated_question(
        &self,
        principal: ClientKey,
        issuer: &str,
        subject: &str,
    ) -> Option<Question> {
        let requester = *self.analysis.graph.brokers(&self.analysis.project, principal).first()?;
        let subject = Subject::External { issuer: issuer.to_owned(), subject: subject.to_owned() };
        Some(Question { requester, subject, target: Some(principal) })
    }

    pub(super) fn simulate(&mut self) {
        if let Some(question) = self.simulation() {
            let project = Arc::clone(&self.project);
            let command = exchange_tab::Command::Prefill(question);
            self.exchange.apply(command, &project, self.reading, &mut self.jobs);
            self.requests.tab = Some(Tab::Exchange);
        }
    }

    pub(super) fn show_place(&mut self, place: Place) {
        self.requests.place = Some(place);
        self.requests.tab = Some(Tab::Source);
    }

    pub(super) fn step_finding(&mut self, step: isize) {
        let count = self.analysis.findings.len() as isize;
        let next = match self.finding {
            Some(index) => (index as isize + step).rem_euclid(count),
            None if step > 0 => 0,
            None => count - 1,
        };
        self.select_finding(next as usize);
    }

    pub(super) fn select_finding(&mut self, index: usize) {
        let Some(finding) = self.analysis.findings.get(index) else { return };
        let place = finding.place();
        self.finding = Some(index);
        if let Some(place) = place {
            let client = self.project.client_at(place.file, place.document);
            self.selection = client.map(Selection::Client);
            self.requests.reveal = client.is_some();
            self.requests.place = Some(place);
        }
    }
}

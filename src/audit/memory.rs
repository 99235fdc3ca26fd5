//! What was found in the documents as they were, so that an edit of one of ten thousand does not
//! have all of them judged anew.
//!
//! Rules that look at one document alone ([`Scope::Document`]) are asked again only about documents
//! whose text is another, by identity: a document is never changed in place. Rules that hold
//! documents against each other are asked every time.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::{Arrows, Context, Finding, Scope, found, put_in_order};
use crate::config::{FileId, Project, SourceFile};
use crate::trust::TrustGraph;
use crate::yaml::Document;

/// What the rules of single documents found in them.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    files: Vec<File>,
}

#[derive(Clone, Debug)]
struct File {
    id: FileId,
    /// Some findings are told apart by it.
    name: String,
    documents: Vec<Remembered>,
}

#[derive(Clone, Debug)]
struct Remembered {
    document: Arc<Document>,
    findings: Arc<[Finding]>,
}

impl Memory {
    /// A file, which mostly is still the same in order.
    fn file(&self, at: usize, source: &SourceFile) -> Option<&File> {
        let same = |file: &&File| file.id == source.id && file.name == source.name;
        self.files.get(at).filter(same).or_else(|| self.files.iter().find(same))
    }
}

/// Runs every rule, and sorts what they find by file and line. With what was found `before`, in the
/// same project or an earlier state of it, only what may have changed is looked at.
pub fn update(
    project: &Project,
    graph: &TrustGraph,
    before: Option<&Memory>,
) -> (Vec<Finding>, Memory) {
    let (mut memory, unknown) = recall(project, before);
    let arrows = Arrows::of(graph);
    let context = Context::new(project, graph, &arrows);
    let single = |rule: &super::Rule| rule.scope == Scope::Document;
    let (learnt, mut findings) = rayon::join(
        || found(&context.only(&unknown), single),
        || found(&context, |rule| !single(rule)),
    );
    memory.learn(learnt);
    let known = memory.files.iter().flat_map(|file| &file.documents);
    findings.extend(known.flat_map(|document| document.findings.iter().cloned()));
    put_in_order(&mut findings);
    (findings, memory)
}

/// What is known of the documents, and those of which nothing is.
fn recall(project: &Project, before: Option<&Memory>) -> (Memory, Vec<(FileId, usize)>) {
    let mut unknown = Vec::new();
    let files = project.files().iter().enumerate().map(|(at, source)| {
        let earlier = before.and_then(|memory| memory.file(at, source));
        let documents = source.stream.iter().flat_map(|stream| stream.documents());
        let documents = documents.enumerate().map(|(index, document)| {
            let known = earlier
                .and_then(|file| file.documents.get(index))
                .filter(|known| Arc::ptr_eq(&known.document, document));
            known.cloned().unwrap_or_else(|| {
                unknown.push((source.id, index));
                Remembered { document: Arc::clone(document), findings: Arc::from([]) }
            })
        });
        File { id: source.id, name: source.name.clone(), documents: documents.collect() }
    });
    (Memory { files: files.collect() }, unknown)
}

impl Memory {
    /// Notes what was found, each with its document.
    fn learn(&mut self, mut findings: Vec<Finding>) {
        let document = |finding: &Finding| finding.place().map(|at| (at.file, at.document));
        findings.par_sort_by_key(document);
        let places: HashMap<FileId, usize> =
            self.files.iter().enumerate().map(|(at, file)| (file.id, at)).collect();
        for group in findings.chunk_by(|a, b| document(a) == document(b)) {
            let Some((file, index)) = group.first().and_then(document) else { continue };
            let file = places.get(&file).map(|at| &mut self.files[*at]);
            if let Some(known) = file.and_then(|file| file.documents.get_mut(index)) {
                known.findings = Arc::from(group);
            }
        }
    }
}

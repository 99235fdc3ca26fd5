//! What holds for every text and every list of edits: shared by the generated tests and the fuzz
//! targets. Each check panics when it does not.

use std::sync::Arc;

use exchange_studio::audit;
use exchange_studio::config::{FileId, Project, Source};
use exchange_studio::trust::{Reading, TrustGraph};
use exchange_studio::yaml::{EditError, Kind, Limits, Stream};

use super::oracle::{self, Plain};
use super::plan::Pick;

/// A project of one text.
pub fn project(bytes: &[u8]) -> Project {
    let source = Source { path: None, name: "a.yaml".to_owned(), bytes: bytes.to_vec() };
    Project::from_sources(vec![source])
}

/// The text of the one file of a project, in the bytes it would be saved in.
pub fn kept(project: &Project) -> Option<Vec<u8>> {
    project.file(FileId(0)).stream.as_ref().ok().map(Stream::to_bytes)
}

/// Any bytes load or are refused; what loads comes out again, is read and is audited.
pub fn load(bytes: &[u8]) {
    if let Ok(stream) = Stream::load(bytes, &Limits::default()) {
        assert!(stream.to_bytes() == bytes, "a byte was lost");
        for (at, document) in stream.documents().iter().enumerate() {
            let text = document.text();
            let tree = match document.tree() {
                Ok(tree) => tree,
                Err(error) => {
                    assert!(text.is_char_boundary(error.offset.min(text.len())));
                    stream.line_text(at, error.offset);
                    continue;
                }
            };
            for id in tree.ids() {
                let span = tree.full_span(id);
                assert!(text.get(span.range()).is_some(), "a span is outside the text");
                let place = stream.position(at, span.start);
                assert!(place.line > 0 && place.column > 0);
                if let Kind::Alias { target: Some(target) } = tree.node(id).kind {
                    assert!(target < id, "an alias stands for what comes after it");
                }
            }
            for comment in tree.comments() {
                assert!(document.slice(*comment).starts_with('#'));
            }
        }
    }
    let project = project(bytes);
    for reading in Reading::ALL {
        audit::run(&project, reading);
    }
}

/// The documents of a file and what they say. (A file gets a byte-order mark when its encoding would
/// not be seen without.)
fn texts(stream: &Stream) -> Vec<(String, Option<Plain>)> {
    let documents = stream.documents().iter();
    documents
        .map(|it| (it.text().trim_start_matches('\u{feff}').to_owned(), Plain::of_document(it)))
        .collect()
}

/// How edits went.
#[derive(Default)]
pub struct Done {
    /// How many were made.
    pub made: usize,
    /// How many the editor's own check had to stop: no harm, but no reason that helps anybody.
    pub defects: usize,
}

/// Every edit does what a naive model of it says, at its place, or is refused; and after each edit
/// the file stands as if read afresh.
pub fn edit(bytes: &[u8], picks: &[Pick]) -> Done {
    let mut done = Done::default();
    let Ok(mut stream) = Stream::load(bytes, &Limits::default()) else { return done };
    for pick in picks {
        let before = stream.to_bytes();
        let (at, removed, after) = match pick.whole(&stream) {
            Some(op) => match stream.edit(&op) {
                Ok(splice) => (splice.at, splice.before.len(), splice.after),
                Err(error) => {
                    done.defects += usize::from(matches!(error, EditError::NotAsMeant(_)));
                    continue;
                }
            },
            None => {
                let at = pick.of(stream.documents().len());
                let Some(document) = stream.documents().get(at).cloned() else { break };
                let Ok(tree) = document.tree() else { continue };
                let Some(op) = pick.op(tree) else { continue };
                let edited = match pick.via() {
                    None => document.edit(&op),
                    Some(via) => document.edit_via(&op, via),
                };
                match edited {
                    Ok(edited) => {
                        if pick.via().is_none()
                            && let Err(why) = oracle::judge(&document, &op, &edited)
                        {
                            panic!("{why}\n{op:?}\n{:?}\n{:?}", document.text(), edited.text());
                        }
                        (at, 1, vec![Arc::new(edited)])
                    }
                    Err(error) => {
                        done.defects += usize::from(matches!(error, EditError::NotAsMeant(_)));
                        error.report(&document, &op);
                        continue;
                    }
                }
            }
        };
        done.made += 1;
        let count = after.len();
        let old = stream.splice(at, removed, after);
        let again = Stream::load(&stream.to_bytes(), &Limits::default());
        let again = again.unwrap_or_else(|error| panic!("it cannot be read again: {error}"));
        if !stream.is_empty() && stream.encoding() == again.encoding() {
            assert_eq!(texts(&stream), texts(&again), "not as read afresh");
        }
        let mut back = stream.clone();
        back.splice(at, count, old);
        assert!(back.to_bytes() == before, "not taken back");
    }
    done
}

/// What the project says, as text.
fn says(project: &Project) -> String {
    let problems: Vec<_> = project.problems().collect();
    format!("{:?}\n{:?}\n{problems:?}", project.clients(), project.other_documents())
}

/// Findings that follow a change are those of the project judged afresh.
fn findings_follow(project: &Project, before: &audit::Memory) -> audit::Memory {
    let graph = TrustGraph::new(project, Reading::default());
    let (follow, memory) = audit::update(project, &graph, Some(before));
    let (follow, afresh) =
        (format!("{follow:#?}"), format!("{:#?}", audit::run(project, Reading::default())));
    assert!(follow == afresh, "not\n{afresh}\nbut\n{follow}");
    memory
}

/// Changes, undone and made again, give the same bytes; and the model that follows each change is
/// the model of the text read afresh. Gives how many were made.
pub fn undo(bytes: &[u8], picks: &[Pick]) -> usize {
    let mut project = project(bytes);
    let Some(first) = kept(&project) else { return 0 };
    assert!(first == bytes, "a byte was lost");
    let mut states = vec![first];
    let mut changes = Vec::new();
    let mut memory = findings_follow(&project, &audit::Memory::default());
    for pick in picks {
        let Some(change) = pick.change(&project) else { continue };
        let before = kept(&project);
        match project.apply(&change) {
            Ok(()) => {
                let now = kept(&project).unwrap_or_default();
                memory = findings_follow(&project, &memory);
                if Some(&now) != states.last() {
                    // A document that an edit broke goes on saying what it last said.
                    let stream = project.file(FileId(0)).stream.as_ref().ok();
                    let mut documents = stream.iter().flat_map(|it| it.documents().iter());
                    if documents.all(|document| document.last_good().is_none()) {
                        let (follows, afresh) = (says(&project), says(&self::project(&now)));
                        assert!(follows == afresh, "{change:?}: not\n{afresh}\nbut\n{follows}");
                    }
                    states.push(now);
                }
            }
            Err(_) => assert!(kept(&project) == before, "refused and done: {change:?}"),
        }
        changes.push(change);
    }
    assert_eq!(project.undo_labels().len(), states.len() - 1, "{changes:?}");
    for state in states.iter().rev().skip(1) {
        project.undo();
        assert!(kept(&project).as_ref() == Some(state), "not undone: {changes:?}");
        memory = findings_follow(&project, &memory);
    }
    for state in states.iter().skip(1) {
        project.redo();
        assert!(kept(&project).as_ref() == Some(state), "not made again: {changes:?}");
    }
    states.len() - 1
}

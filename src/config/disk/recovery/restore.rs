//! Unsaved work → the project again.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use crate::config::disk::{Stamp, real};
use crate::config::merge::{Merge, pairs_of, three_way};
use crate::config::{FileId, OpenError, Place, Project, SourceFile};
use crate::yaml::{Document, Kind, Limits, Stream, StreamOp};

use super::Pending;
use super::record::{FileRecord, Identity, Piece, STAND_IN, Touched};

/// What became of unsaved work.
#[derive(Debug, Default)]
pub struct Restored {
    pub files: Vec<RestoredFile>,
    /// What could not be restored, and why.
    pub failed: Vec<(PathBuf, String)>,
}

/// A file whose unsaved changes are in the project again, as one step that can be undone.
#[derive(Debug)]
pub struct RestoredFile {
    pub file: FileId,
    /// The text was no longer the one the changes were made of, so they were merged into it; where
    /// the two disagree, the changes were taken.
    pub merge: Option<Merge>,
    /// The values that were not kept because they are secrets, as "Portal: clientSecret".
    pub withheld: Vec<String>,
    /// Where such a value is to be entered again. In a merged text there may be fewer: where the
    /// file still has an older value, that one stands.
    pub places: Vec<Place>,
}

impl Pending {
    /// Brings the work into a project, opening its files where they are not open. What was left
    /// is still there after that: write the project's own unsaved work first, then
    /// [`Pending::discard`] it.
    pub fn restore(&self, project: &mut Project) -> Restored {
        let mut restored = Restored::default();
        for record in &self.record.files {
            match restore(record, project) {
                Ok(file) => restored.files.push(file),
                Err(message) => {
                    let path = record.path.clone().unwrap_or_else(|| record.name.clone().into());
                    restored.failed.push((path, message));
                }
            }
        }
        restored
    }
}

fn restore(record: &FileRecord, project: &mut Project) -> Result<RestoredFile, String> {
    let file = match &record.path {
        Some(path) => find_or_open(path, record, project)?,
        None => new_file(None, record, project),
    };
    let source = project.file(file);
    let now = source.stream.clone().map_err(|error| error.to_string())?;
    let saved = source.saved();
    let base = saved.map(|saved| Identity::of(&saved.to_bytes()));
    let is_base = saved.map_or(now.is_empty(), |saved| saved.same(&now)) && base == record.base;
    let (text, merge) = if is_base {
        (splice(&now, record)?, None)
    } else {
        let merge = merge(&now, &record.documents, project.limits());
        (merge.stream.clone(), Some(merge))
    };
    let label = format!("Restore unsaved changes of {}", source.name);
    project.take_text(file, Ok(text), label);
    if let Some(source) = project.file_mut(file) {
        source.refresh_unsaved();
    }
    let places = stand_ins(project, file);
    Ok(RestoredFile { file, merge, withheld: record.withheld.clone(), places })
}

fn find_or_open(
    path: &PathBuf,
    record: &FileRecord,
    project: &mut Project,
) -> Result<FileId, String> {
    let wanted = real(path);
    let known = |project: &Project| {
        let mut files = project.files().iter();
        files.find(|it| it.path.as_deref().is_some_and(|it| real(it) == wanted)).map(|it| it.id)
    };
    if let Some(file) = known(project) {
        return Ok(file);
    }
    match project.open_more(std::slice::from_ref(path)) {
        Ok(_) => known(project).ok_or_else(|| "the file cannot be opened".to_owned()),
        // It is not there: its changes may be all there is.
        Err(OpenError::Path { .. }) if fs::symlink_metadata(path).is_err() => {
            Ok(new_file(Some(path.clone()), record, project))
        }
        Err(error) => Err(error.to_string()),
    }
}

/// A file without text that was never saved.
fn new_file(path: Option<PathBuf>, record: &FileRecord, project: &mut Project) -> FileId {
    let given = path.as_deref().map_or_else(|| record.name.clone(), super::super::file_name);
    let mut file = SourceFile::new(path, given, Ok(Stream::default()));
    file.saved = None;
    file.stamp = None::<Stamp>;
    file.refresh_unsaved();
    let added = project.add_files(vec![file]);
    added.first().copied().unwrap_or(FileId(usize::MAX))
}

/// Makes the changes in the text they were made of, the last first.
fn splice(base: &Stream, record: &FileRecord) -> Result<Stream, String> {
    let failed = || "what was written down does not fit the file".to_owned();
    let mut text = base.clone();
    for change in record.changes.iter().rev() {
        let end = change.at.checked_add(change.remove).filter(|end| *end <= base.len());
        let end = end.ok_or_else(failed)?;
        let mut with = String::new();
        for piece in &change.insert {
            match piece {
                Piece::Text(text) => with.push_str(text),
                Piece::Saved(from, to) => with.push_str(&base.text(*from..*to)),
            }
        }
        let edit = text.edit(&StreamOp::Text { range: change.at..end, with });
        let splice = edit.map_err(|error| error.to_string())?;
        text.splice(splice.at, splice.before.len(), splice.after);
    }
    Ok(text)
}

/// Merges changes of some documents into another text. What the changes were made of is known of
/// these documents only, so the rest counts as unchanged; and what was covered in them is the same
/// before and after, so the text's own secrets stay.
fn merge(now: &Stream, touched: &[Touched], limits: &Limits) -> Merge {
    let parse = |text: &String| Arc::new(Document::parse(text, limits));
    let here = now.documents().to_vec();
    let before: Vec<Arc<Document>> =
        touched.iter().filter_map(|it| it.before.as_ref()).map(parse).collect();
    let found = pairs_of(&before, &here);
    let mut base: Vec<Arc<Document>> = here.clone();
    let mut mine: Vec<Option<Arc<Document>>> = here.into_iter().map(Some).collect();
    let mut added: Vec<Arc<Document>> = Vec::new();
    let mut gone: Vec<(Arc<Document>, Option<Arc<Document>>)> = Vec::new();
    let mut number = 0;
    for one in touched {
        let after = one.after.as_ref().map(parse);
        if one.before.is_none() {
            added.extend(after);
            continue;
        }
        match found.get(number).and_then(|pair| pair.1) {
            Some(at) => {
                base[at] = before[number].clone();
                mine[at] = after;
            }
            None => gone.push((before[number].clone(), after)),
        }
        number += 1;
    }
    for (before, after) in gone {
        base.push(before);
        mine.push(after);
    }
    let mine: Vec<Arc<Document>> = mine.into_iter().flatten().chain(added).collect();
    let stream = |documents: Vec<Arc<Document>>| {
        let mut stream = now.clone();
        let length = stream.documents().len();
        stream.splice(0, length, documents);
        stream
    };
    three_way(&stream(base), &stream(mine), now)
}

/// Where a secret's stand-in is.
fn stand_ins(project: &Project, file: FileId) -> Vec<Place> {
    let mut places = Vec::new();
    let Ok(stream) = &project.file(file).stream else { return places };
    for (document, it) in stream.documents().iter().enumerate() {
        // Most have none, and need not be walked.
        let Ok(tree) = it.tree() else { continue };
        if !it.text().contains(STAND_IN) {
            continue;
        }
        for id in tree.ids() {
            let node = tree.node(id);
            if matches!(node.kind, Kind::Scalar(scalar) if scalar.text == STAND_IN) {
                places.push(Place { file, document, span: node.span });
            }
        }
    }
    places
}

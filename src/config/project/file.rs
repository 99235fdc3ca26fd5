//! The files of a project, and what they are called.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use crate::yaml::{Document, LoadError, Stream};

use super::super::disk::Stamp;
use super::super::history::{Delta, Deltas, Splice};
use super::super::{ClientKey, FileId};
use super::Project;

/// Why a file of the project has no text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    #[error("{}", load_failure(.0))]
    Load(#[from] LoadError),
    /// The operating system would not give it.
    #[error("the file cannot be read: {0}")]
    Read(String),
}

fn load_failure(error: &LoadError) -> String {
    match error {
        LoadError::TooLarge { bytes, limit } => {
            // Small limits are for those who know what they do.
            let (unit, word, letter) =
                if *limit < 1 << 20 { (1, "bytes", "") } else { (1 << 20, "MiB", "M") };
            let (needed, limit) = (bytes.div_ceil(unit), limit / unit);
            format!(
                "the file has {needed} {word}, more than the limit of {limit} {word}; raise the \
                 limit to read it (on the command line: --max-file-size {needed}{letter})"
            )
        }
        other => other.to_string(),
    }
}

/// A file of the project.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The name by which the project knows it; no other file of the project ever has the same.
    pub id: FileId,
    /// Where it was read from and will be saved to; `None` for text that has no file yet.
    pub path: Option<PathBuf>,
    /// Short name for lists and messages, unique within the project.
    pub name: String,
    /// The text, or why there is none.
    pub stream: Result<Stream, FileError>,
    /// The text as it was last read or saved.
    pub(in super::super) saved: Option<Stream>,
    /// What the file looked like on disk then.
    pub(in super::super) stamp: Option<Stamp>,
    /// The name it was given, from which `name` is made unique.
    pub(in super::super) given: String,
    /// What each document turned out to be.
    pub(super) slots: Arc<Vec<Slot>>,
    pub(in super::super) unsaved: bool,
}

/// What a document turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Client(ClientKey),
    /// By its place among the other documents.
    Other(usize),
    Nothing,
    /// Not read yet.
    New,
}

/// Text of one file, before it is a project: from disk, a test, or the built-in sample.
pub struct Source {
    pub path: Option<PathBuf>,
    pub name: String,
    pub bytes: Vec<u8>,
}

impl SourceFile {
    /// A file that is not part of a project yet.
    pub(in super::super) fn new(
        path: Option<PathBuf>,
        given: String,
        stream: Result<Stream, FileError>,
    ) -> Self {
        let saved = stream.as_ref().ok().cloned();
        Self {
            id: FileId(usize::MAX),
            path,
            name: given.clone(),
            given,
            stream,
            saved,
            stamp: None,
            slots: Arc::default(),
            unsaved: false,
        }
    }

    /// The text as it was last read or saved, if it could be read. A file that is to be created has
    /// none.
    pub fn saved(&self) -> Option<&Stream> {
        self.saved.as_ref()
    }

    /// Whether its text differs from what was last read or saved.
    pub fn is_unsaved(&self) -> bool {
        self.unsaved
    }

    /// Compares the text with what was last read or saved. Documents that were not touched are
    /// shared, so this looks at their addresses and no further.
    pub(in super::super) fn refresh_unsaved(&mut self) {
        self.unsaved = match (&self.stream, &self.saved) {
            (Ok(now), Some(saved)) => !now.same(saved),
            (Ok(_), None) => true,
            // What cannot be read cannot be written.
            (Err(_), _) => false,
        };
        if let (Ok(now), Some(saved), false) = (&self.stream, &mut self.saved, self.unsaved) {
            // From here on they share what they can.
            saved.clone_from(now);
        }
    }
}

/// What makes one text another: documents that are in both stay the same ones.
pub(super) fn between(file: FileId, before: &Stream, after: &Stream) -> Splice {
    let (old, new) = (before.documents(), after.documents());
    let pairs = old.len().min(new.len());
    let alike = |(a, b): &(&Arc<Document>, &Arc<Document>)| a.text() == b.text();
    let head = old.iter().zip(new.iter()).take_while(alike).count();
    let from_end = |at: &usize| old[old.len() - 1 - at].text() == new[new.len() - 1 - at].text();
    let tail = (0..pairs - head).take_while(from_end).count();
    let old: Vec<_> = (head..old.len() - tail).map(|at| old[at].clone()).collect();
    let mut by_text: HashMap<&str, VecDeque<&Arc<Document>>> = HashMap::new();
    for document in &old {
        by_text.entry(document.text()).or_default().push_back(document);
    }
    let known = |document: &Arc<Document>| {
        let known = by_text.get_mut(document.text()).and_then(VecDeque::pop_front);
        known.unwrap_or(document).clone()
    };
    let new = (head..new.len() - tail).map(|at| new[at].clone());
    let after = new.collect::<Vec<_>>().iter().map(known).collect();
    Splice { file, at: head, before: old.clone(), after }
}

/// What stands for a file that was closed.
static CLOSED: LazyLock<SourceFile> = LazyLock::new(|| {
    SourceFile::new(None, "a file that is closed".to_owned(), Ok(Stream::default()))
});

impl Project {
    /// The files, in the order in which they were opened.
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// One of the files; a file without text when it was closed in the meantime.
    pub fn file(&self, id: FileId) -> &SourceFile {
        self.get_file(id).unwrap_or(&CLOSED)
    }

    /// One of the files, `None` when it was closed in the meantime.
    pub fn get_file(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(self.file_index(id)?)
    }

    pub(in super::super) fn file_mut(&mut self, id: FileId) -> Option<&mut SourceFile> {
        let index = self.file_index(id)?;
        self.files.get_mut(index)
    }

    /// The id that the next file of the project will have.
    pub fn next_file(&self) -> FileId {
        FileId(self.next_file)
    }

    /// Where a file stands in [`Project::files`], which is sorted by id.
    pub(super) fn file_index(&self, id: FileId) -> Option<usize> {
        // As long as none was closed, a file stands where its id says.
        if self.files.get(id.0).is_some_and(|file| file.id == id) {
            return Some(id.0);
        }
        self.files.binary_search_by_key(&id, |file| file.id).ok()
    }

    /// Gives a file another text, as a step of the history: documents that are in both stay the
    /// same ones. Nothing happens when the text is the same.
    pub(in super::super) fn take_text(
        &mut self,
        file: FileId,
        text: Result<Stream, FileError>,
        label: String,
    ) {
        let Some(source) = self.get_file(file) else { return };
        let delta = match (&source.stream, &text) {
            (Ok(before), Ok(after)) if before.encoding() == after.encoding() => {
                Delta::Documents(between(file, before, after))
            }
            (Err(before), Err(after)) if before == after => return,
            (before, _) => Delta::Text { file, before: before.clone(), after: text },
        };
        let mut deltas = Deltas::default();
        self.perform(delta, &mut deltas);
        self.settle();
        self.finish_step(label, None, deltas);
    }

    /// Gives a file its id and a place after the others.
    pub(super) fn enrol(&mut self, mut file: SourceFile) -> FileId {
        let id = FileId(self.next_file);
        self.next_file += 1;
        file.id = id;
        self.files.push(file);
        id
    }

    /// Gives each file the shortest name that no other has: its own, with as many folders before
    /// it as it takes.
    pub(in super::super) fn name_files(&mut self) {
        let name = |file: &SourceFile, folders: usize| match &file.path {
            Some(path) if folders > 0 => {
                let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
                let from = parts.len().saturating_sub(folders + 1);
                parts[from..].join("/")
            }
            _ => file.given.clone(),
        };
        let mut folders = vec![0usize; self.files.len()];
        // Deeper than this only texts without a path can still be alike.
        for _ in 0..16 {
            let mut seen: BTreeMap<String, Vec<usize>> = BTreeMap::new();
            for (at, file) in self.files.iter().enumerate() {
                seen.entry(name(file, folders[at])).or_default().push(at);
            }
            let alike: Vec<usize> =
                seen.into_values().filter(|files| files.len() > 1).flatten().collect();
            if alike.is_empty() {
                break;
            }
            for at in alike {
                folders[at] += 1;
            }
        }
        let mut taken = HashSet::new();
        for (at, file) in self.files.iter_mut().enumerate() {
            let wanted = name(file, folders[at]);
            let mut unique = wanted.clone();
            let mut count = 1;
            while !taken.insert(unique.clone()) {
                count += 1;
                unique = format!("{wanted} ({count})");
            }
            file.name = unique;
        }
    }
}

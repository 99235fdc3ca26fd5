//! What is said of a file that has to be looked for: on disk, or by going through all of its text.

use std::path::PathBuf;
use std::sync::Arc;

use crate::config::{FileId, SourceFile, backups};

use super::super::command::Command;
use super::super::selection::Selection;
use super::State;

/// What a look at a file found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFacts {
    pub file: FileId,
    /// The project it was found in.
    pub revision: u64,
    /// Kinds of line endings with their counts, as in "LF (12)".
    pub line_endings: String,
    pub byte_order_mark: bool,
    /// Bytes on disk.
    pub size: Option<u64>,
    pub read_only: Option<bool>,
    pub backups: Vec<PathBuf>,
}

impl State {
    /// Looks at the file that is selected, unless that was done already.
    pub(super) fn look_at_file(&mut self) {
        let Some(Selection::File(file)) = self.selection else { return };
        let revision = self.project.revision();
        let known = |facts: &FileFacts| facts.file == file && facts.revision == revision;
        if self.file_facts.as_ref().is_some_and(known) || self.file_wanted == Some((file, revision))
        {
            return;
        }
        self.file_wanted = Some((file, revision));
        let project = Arc::clone(&self.project);
        self.jobs
            .quiet(move |_| Command::FileFacts(Box::new(look(project.file(file), file, revision))));
    }
}

fn look(source: &SourceFile, file: FileId, revision: u64) -> FileFacts {
    let (mut lf, mut crlf, mut cr) = (0_usize, 0_usize, 0_usize);
    let mut byte_order_mark = false;
    if let Ok(stream) = &source.stream {
        for (index, document) in stream.documents().iter().enumerate() {
            let text = document.text();
            byte_order_mark |= index == 0 && text.starts_with('\u{feff}');
            let bytes = text.as_bytes();
            for (at, byte) in bytes.iter().enumerate() {
                match byte {
                    b'\r' if bytes.get(at + 1) == Some(&b'\n') => crlf += 1,
                    b'\r' => cr += 1,
                    b'\n' if at == 0 || bytes[at - 1] != b'\r' => lf += 1,
                    _ => {}
                }
            }
        }
    }
    let kinds = [("LF", lf), ("CRLF", crlf), ("CR", cr)];
    let kinds: Vec<_> = kinds.into_iter().filter(|(_, count)| *count > 0).collect();
    let line_endings = match kinds.as_slice() {
        [] => "none".to_owned(),
        [(kind, _)] => (*kind).to_owned(),
        kinds => {
            let kinds: Vec<_> =
                kinds.iter().map(|(kind, count)| format!("{kind} ({count})")).collect();
            format!("mixed: {}", kinds.join(", "))
        }
    };
    let numbered = source.path.as_deref().map(backups).unwrap_or_default();
    let metadata = source.path.as_deref().and_then(|path| std::fs::metadata(path).ok());
    FileFacts {
        file,
        revision,
        line_endings,
        byte_order_mark,
        size: metadata.as_ref().map(std::fs::Metadata::len),
        read_only: metadata.as_ref().map(|it| it.permissions().readonly()),
        backups: numbered.into_iter().map(|(_, path)| path).collect(),
    }
}

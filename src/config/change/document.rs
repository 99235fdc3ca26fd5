//! Documents that come, go and move; text; files.

use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::yaml::{Document, Stream, StreamOp};

use super::super::history::{Delta, Splice};
use super::super::{FileId, Place, Project, SourceFile};
use super::{ChangeError, RefusedEdit, not_possible};

/// The text of a file of the project.
pub(super) fn stream(project: &Project, file: FileId) -> Result<&Stream, ChangeError> {
    let Some(source) = project.get_file(file) else {
        return not_possible("The file is no longer open");
    };
    match &source.stream {
        Ok(stream) => Ok(stream),
        Err(error) => not_possible(format!("{} cannot be edited: {error}", source.name)),
    }
}

/// A document that is there.
pub(super) fn existing(
    project: &Project,
    file: FileId,
    document: usize,
) -> Result<&Arc<Document>, ChangeError> {
    let documents = stream(project, file)?.documents();
    match documents.get(document) {
        Some(document) => Ok(document),
        None => not_possible(format!(
            "{} has no document {document}: it has {}, counted from 0",
            project.file(file).name,
            documents.len()
        )),
    }
}

fn splice(project: &Project, file: FileId, at: usize, op: &StreamOp) -> Result<Delta, ChangeError> {
    let splice = stream(project, file)?.edit(op).map_err(|error| {
        let place = Place { file, document: at, ..Place::default() };
        let (file, line) = (project.file(file).name.clone(), project.position(place).line);
        ChangeError::Edit(Box::new(RefusedEdit { file, line, error, report: None }))
    })?;
    let (at, before, after) = (splice.at, splice.before, splice.after);
    Ok(Delta::Documents(Splice { file, at, before, after }))
}

pub(super) fn add(
    project: &Project,
    file: FileId,
    at: usize,
    yaml: &str,
) -> Result<Delta, ChangeError> {
    let count = stream(project, file)?.documents().len();
    if at > count {
        let name = &project.file(file).name;
        return not_possible(format!(
            "A document cannot become document {at} of {name}, which has {count}: {count} puts it \
             at the end"
        ));
    }
    splice(project, file, at, &StreamOp::Insert { at, text: yaml.to_owned() })
}

pub(super) fn remove(
    project: &Project,
    file: FileId,
    document: usize,
) -> Result<Delta, ChangeError> {
    existing(project, file, document)?;
    splice(project, file, document, &StreamOp::Remove { at: document })
}

pub(super) fn relocate(
    project: &Project,
    (file, document): (FileId, usize),
    (to_file, to): (FileId, usize),
) -> Result<Vec<Delta>, ChangeError> {
    let moving = existing(project, file, document)?;
    if file == to_file {
        existing(project, file, to)?;
        return Ok(vec![splice(project, file, document, &StreamOp::Move { from: document, to })?]);
    }
    let text = moving.text().trim_start_matches('\u{feff}');
    let text = match stream(project, to_file)?.documents().iter().find_map(|it| break_of(it.text()))
    {
        Some(line_break) => with_breaks(text, line_break),
        None => Cow::Borrowed(text),
    };
    let there = add(project, to_file, to, &text)?;
    Ok(vec![there, remove(project, file, document)?])
}

/// The line break that a text begins with, if it has one.
fn break_of(text: &str) -> Option<&'static str> {
    let at = text.find(['\n', '\r'])?;
    Some(match &text.as_bytes()[at..] {
        [b'\r', b'\n', ..] => "\r\n",
        [b'\r', ..] => "\r",
        _ => "\n",
    })
}

/// A text with the line breaks of the file that it goes to. One that mixes them is left as it is.
fn with_breaks<'a>(text: &'a str, line_break: &str) -> Cow<'a, str> {
    let Some(own) = break_of(text).filter(|own| *own != line_break) else {
        return Cow::Borrowed(text);
    };
    let rest = text.replace(own, "");
    if rest.contains(['\n', '\r']) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace(own, line_break))
}

pub(super) fn text(
    project: &Project,
    file: FileId,
    range: &Range<usize>,
    with: &str,
) -> Result<Delta, ChangeError> {
    let document = stream(project, file)?.find(range.start).0;
    let op = StreamOp::Text { range: range.clone(), with: with.to_owned() };
    splice(project, file, document, &op)
}

pub(super) fn add_file(project: &Project, path: &Path) -> Result<Delta, ChangeError> {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let own = absolute(path);
    let Some(name) = path.file_name() else {
        return not_possible(format!("{} is no name for a file", path.display()));
    };
    let mut files = project.files().iter();
    if files.any(|it| it.path.as_deref().is_some_and(|it| absolute(it) == own)) {
        return not_possible(format!("{} is a file of the project already", path.display()));
    }
    if path.exists() {
        return not_possible(format!("{} is there already; open it instead", path.display()));
    }
    let name = name.to_string_lossy().into_owned();
    let mut source = SourceFile::new(Some(path.to_owned()), name, Ok(Stream::default()));
    source.id = project.next_file();
    // There is nothing on disk yet, not even an empty text.
    source.saved = None;
    Ok(Delta::File { file: source.id, there: true, held: Some(Box::new(source)) })
}

pub(super) fn close_file(project: &Project, file: FileId) -> Result<Delta, ChangeError> {
    if project.get_file(file).is_none() {
        return not_possible("The file is no longer open");
    }
    Ok(Delta::File { file, there: false, held: None })
}

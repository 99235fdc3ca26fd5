//! `edit FILE --script EDITS`: edits as data, one JSON object a line.
//!
//! All lines are read before the first edit is made, so a mistake in the script is told as such and
//! not as a refusal. The edits are the window's, made in order as one step: of a refused one nothing
//! stays, whatever was made before it.

use std::io::Read;
use std::path::Path;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::super::{Failure, Globals, project};
use crate::config::{Change, ChangeError, FileId, Project, Refused};
use crate::yaml::{Op, Step, Value, Via};

/// One line of a script. Documents are counted from 0, as every YAML reader counts them.
#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "lowercase", deny_unknown_fields)]
enum Edit {
    /// Gives the node at the path another value.
    Set {
        doc: usize,
        #[serde(default)]
        path: Vec<PathStep>,
        value: Json,
        via: Option<Shared>,
    },
    /// Puts an item into a list.
    Insert {
        doc: usize,
        #[serde(default)]
        path: Vec<PathStep>,
        index: usize,
        value: Json,
        via: Option<Shared>,
    },
    /// Takes an item out of a list, or the entry at a place out of a mapping.
    Remove {
        doc: usize,
        #[serde(default)]
        path: Vec<PathStep>,
        index: usize,
        via: Option<Shared>,
    },
    /// Moves an item or an entry.
    Move {
        doc: usize,
        #[serde(default)]
        path: Vec<PathStep>,
        frm: usize,
        to: usize,
        via: Option<Shared>,
    },
    /// Adds a key to a mapping.
    Add {
        doc: usize,
        #[serde(default)]
        path: Vec<PathStep>,
        key: String,
        value: Json,
        index: Option<usize>,
        via: Option<Shared>,
    },
    /// Takes a key out of a mapping.
    RemoveKey {
        doc: usize,
        #[serde(default)]
        path: Vec<PathStep>,
        key: String,
        via: Option<Shared>,
    },
    /// Gives a key another name.
    Rename {
        doc: usize,
        #[serde(default)]
        path: Vec<PathStep>,
        key: String,
        new: String,
        via: Option<Shared>,
    },
    /// Adds a document; `doc` is the number it will have.
    DocAdd { doc: usize, body: Json },
    /// Takes a document out.
    DocRemove { doc: usize },
    /// Moves a document; `to` is the number it will have.
    DocMove { doc: usize, to: usize },
}

/// What to do where a place is shared through an alias or a merge key.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Shared {
    Anchor,
    Own,
}

/// A step of a path: a key, or an index.
struct PathStep(Step);

/// Text, a list or a mapping.
struct Json(Value);

struct StepVisitor;

impl<'de> Deserialize<'de> for PathStep {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StepVisitor)
    }
}

impl Visitor<'_> for StepVisitor {
    type Value = PathStep;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a key or an index, counted from 0")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<PathStep, E> {
        Ok(PathStep(Step::Key(key.to_owned())))
    }

    fn visit_u64<E: Error>(self, index: u64) -> Result<PathStep, E> {
        let index = usize::try_from(index).map_err(|_| E::custom("the index is too large"))?;
        Ok(PathStep(Step::Index(index)))
    }
}

struct JsonVisitor;

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

/// YAML has no numbers but texts that a reader may take for one: which it is to be, the quotes say,
/// and those follow the file.
fn not_text<T, E: Error>(what: &str) -> Result<T, E> {
    Err(E::custom(format!(
        "a value is text, a list or a mapping, and here is {what}: write it as text"
    )))
}

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("text, a list or a mapping")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Json, E> {
        Ok(Json(Value::Text(text.to_owned())))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Json, E> {
        not_text(&format!("{value}"))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Json, E> {
        not_text("a number")
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Json, E> {
        not_text("a number")
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Json, E> {
        not_text("a number")
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        not_text("null")
    }

    fn visit_none<E: Error>(self) -> Result<Json, E> {
        not_text("null")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(Json(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Json(Value::List(list)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut mapping: Vec<(String, Value)> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        while let Some((key, Json(value))) = entries.next_entry::<String, Json>()? {
            if !seen.insert(key.clone()) {
                return Err(A::Error::custom(format!(
                    "the key '{key}' stands twice in one mapping"
                )));
            }
            mapping.push((key, value));
        }
        Ok(Json(Value::Mapping(mapping)))
    }
}

impl Edit {
    /// The change that it asks for.
    fn into_change(self, file: FileId) -> Change {
        let (document, op, via) = match self {
            Self::Set { doc, path, value, via } => {
                (doc, Op::Set { path: steps(path), value: value.0 }, via)
            }
            Self::Insert { doc, path, index, value, via } => {
                (doc, Op::Insert { path: steps(path), index, value: value.0 }, via)
            }
            Self::Remove { doc, path, index, via } => {
                (doc, Op::Remove { path: steps(path), index }, via)
            }
            Self::Move { doc, path, frm, to, via } => {
                (doc, Op::Move { path: steps(path), from: frm, to }, via)
            }
            Self::Add { doc, path, key, value, index, via } => {
                (doc, Op::Add { path: steps(path), key, value: value.0, at: index }, via)
            }
            Self::RemoveKey { doc, path, key, via } => {
                (doc, Op::RemoveKey { path: steps(path), key }, via)
            }
            Self::Rename { doc, path, key, new, via } => {
                (doc, Op::Rename { path: steps(path), key, new }, via)
            }
            Self::DocAdd { doc, body: Json(Value::Text(yaml)) } => {
                return Change::AddDocument { file, at: doc, yaml };
            }
            Self::DocAdd { doc, body } => {
                return Change::ComposeDocument { file, at: doc, value: body.0 };
            }
            Self::DocRemove { doc } => return Change::RemoveDocument { file, document: doc },
            Self::DocMove { doc, to } => {
                return Change::MoveDocument { file, document: doc, to_file: file, to };
            }
        };
        let via = via.map(|via| match via {
            Shared::Anchor => Via::Anchor,
            Shared::Own => Via::Own,
        });
        Change::Edit { file, document, op, via }
    }
}

fn steps(path: Vec<PathStep>) -> Vec<Step> {
    path.into_iter().map(|step| step.0).collect()
}

/// A script that was read.
pub(super) struct Script {
    /// What it is called in messages.
    name: String,
    /// Each edit with the number of its line.
    edits: Vec<(usize, Change)>,
}

impl Script {
    /// Reads a script for a file, from a file or, for `-`, from standard input.
    ///
    /// # Errors
    ///
    /// It cannot be read (exit 3), or one of its lines is no edit (exit 2).
    pub fn read(path: &Path, file: FileId) -> Result<Self, Failure> {
        let (name, bytes) = if path == Path::new("-") {
            let mut bytes = Vec::new();
            let read = std::io::stdin().read_to_end(&mut bytes);
            ("standard input".to_owned(), read.map(|_| bytes))
        } else {
            (path.display().to_string(), std::fs::read(path))
        };
        let bytes =
            bytes.map_err(|error| Failure::unreadable(format!("cannot read {name}: {error}")))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            Failure::unreadable(format!("{name} is not UTF-8 (byte {at})"))
        })?;
        let mut edits = Vec::new();
        for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            let edit = parse(line).map_err(|why| {
                Failure::usage(format!("{name}:{}: {why}", index + 1))
                    .hint("each line is one JSON object; edit --help lists them")
                    .hint("nothing was written")
            })?;
            edits.push((index + 1, edit.into_change(file)));
        }
        Ok(Self { name, edits })
    }

    /// How many edits it has.
    pub fn len(&self) -> usize {
        self.edits.len()
    }

    /// Makes all edits as one step, or none.
    ///
    /// # Errors
    ///
    /// The first edit that was refused, with what the makers would want to know of it.
    pub fn apply(&self, project: &mut Project) -> Result<(), (Failure, ChangeError)> {
        let changes: Vec<Change> = self.edits.iter().map(|(_, change)| change.clone()).collect();
        let label = format!("Run the script {}", self.name);
        project.apply_all(&changes, &label).map_err(|Refused { index, error }| {
            let (line, change) = &self.edits[index];
            let reason = match &error {
                // Lines of the text are not what they were before the edits above.
                ChangeError::Edit(refused) => refused.error.to_string(),
                ChangeError::NotPossible(why) => why.clone(),
            };
            let message = format!("{}:{line}: {}: {reason}", self.name, asked(change));
            (Failure::no(message).hint("nothing was written"), error)
        })
    }
}

fn parse(line: &str) -> Result<Edit, String> {
    if !line.trim_start().starts_with('{') {
        return Err("this is no JSON object".to_owned());
    }
    serde_json::from_str(line).map_err(|error| {
        let column = error.column();
        let text = error.to_string();
        let (text, _) = text.rsplit_once(" at line ").unwrap_or((&text, ""));
        let text = text.replacen("unknown variant", "unknown operation", 1);
        if error.is_data() { text } else { format!("no JSON (column {column}): {text}") }
    })
}

/// What an edit asks, in the words of the script.
fn asked(change: &Change) -> String {
    match change {
        Change::Edit { document, op, .. } => {
            let name = match op {
                Op::Set { .. } => "set",
                Op::Insert { .. } => "insert",
                Op::Remove { .. } => "remove",
                Op::Move { .. } => "move",
                Op::Add { .. } => "add",
                Op::RemoveKey { .. } => "removekey",
                Op::Rename { .. } => "rename",
            };
            let path = op.path().iter().map(|step| match step {
                Step::Key(key) => serde_json::Value::from(key.as_str()),
                Step::Index(index) => serde_json::Value::from(*index),
            });
            let path: serde_json::Value = path.collect();
            format!("{name} at {path} of document {document}")
        }
        Change::RemoveDocument { document, .. } => format!("docremove of document {document}"),
        Change::MoveDocument { document, to, .. } => {
            format!("docmove of document {document} to {to}")
        }
        Change::AddDocument { at, .. } | Change::ComposeDocument { at, .. } => {
            format!("docadd at {at}")
        }
        other => format!("{other:?}"),
    }
}

/// The one file that a script is for.
///
/// # Errors
///
/// It cannot be opened (exit 3), or is not one file (exit 2).
pub(super) fn open(
    paths: &[std::path::PathBuf],
    globals: &Globals,
) -> Result<(Project, FileId), Failure> {
    let [path] = paths else {
        return Err(Failure::usage(format!(
            "a script edits one file, and {} are named",
            paths.len()
        )));
    };
    if path.is_dir() {
        return Err(Failure::usage(format!(
            "a script edits one file, and {} is a folder",
            path.display()
        )));
    }
    let project = project::open(paths, globals)?;
    let [file] = project.files() else {
        return Err(Failure::usage(format!(
            "a script edits one file, and {} names {}",
            path.display(),
            project.files().len()
        )));
    };
    if let Err(error) = &file.stream {
        return Err(Failure::unreadable(format!("{}: {error}", path.display())));
    }
    let file = file.id;
    Ok((project, file))
}

//! A value, or a whole document, as the YAML it is written in: shown, and edited in a small editor
//! that says what is wrong while one types. Secrets are covered until the editor is asked for.

use egui::{Key, Modifiers, RichText, Ui};

use crate::audit::secrets;
use crate::config::{Change, FileId};
use crate::yaml::{Document, Kind, Limits, NodeId, Op, Span, Step, Style, Tree, Value};

use super::super::command::Command;
use super::super::state::State;
use super::super::theme::Tokens;
use super::super::widgets::problem_ui;

/// What is shown of a value that is not being edited.
const PREVIEW_LINES: usize = 6;

/// What is edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The value at a path of a document.
    Value { file: FileId, document: usize, path: Vec<Step> },
    /// A document with its markers and comments.
    Document { file: FileId, document: usize },
}

/// The editor that is open, if any: one at a time.
#[derive(Debug, Default)]
pub struct RawDraft {
    target: Option<Target>,
    /// What the file said when the editor was opened or last brought up to date.
    from: String,
    text: String,
    /// What is wrong with the text, for the text it was found in.
    wrong: Option<String>,
    begins: bool,
}

impl RawDraft {
    fn open(&mut self, target: Target, from: String) {
        *self = Self { target: Some(target), text: from.clone(), from, wrong: None, begins: true };
    }
}

/// A key whose value is shown as YAML, with an editor on request.
pub fn value_ui(
    ui: &mut Ui,
    draft: &mut RawDraft,
    state: &State,
    (file, document): (FileId, usize),
    (key, path): (&str, Vec<Step>),
    beside: impl FnOnce(&mut Ui, &mut Vec<Command>),
    commands: &mut Vec<Command>,
) {
    let Some(source) = state.project.document(file, document) else { return };
    let Ok(tree) = source.tree() else { return };
    let Some(node) = tree.at(&path) else { return };
    let target = Target::Value { file, document, path };
    let span = tree.full_span(node);
    if draft.target.as_ref() == Some(&target) {
        ui.label(RichText::new(key).monospace().size(12.0));
        editor_ui(ui, draft, state, &value_source(source, tree, node), key, commands);
        return;
    }
    let hidden = secrets::literals(tree).iter().any(|it| within(it.value_span, span));
    let shown = if hidden {
        secrets::covered(source).get(span.range()).unwrap_or_default().to_owned()
    } else {
        source.slice(span).to_owned()
    };
    ui.horizontal(|ui| {
        ui.label(RichText::new(key).monospace().size(12.0));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let verb = if hidden { "Show and edit" } else { "Edit" };
            let button = ui.small_button(verb).accessible_name(format!("{verb} {key} as YAML"));
            if button.clicked() {
                draft.open(target, value_source(source, tree, node));
            }
            beside(ui, commands);
        });
    });
    preview_ui(ui, &shown);
}

fn within(inner: Span, outer: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

fn preview_ui(ui: &mut Ui, text: &str) {
    let tokens = Tokens::of(ui);
    let lines: Vec<&str> = text.lines().collect();
    let mut shown = lines[..lines.len().min(PREVIEW_LINES)].join("\n");
    if lines.len() > PREVIEW_LINES {
        shown.push_str(&format!("\n… {} more lines", lines.len() - PREVIEW_LINES));
    }
    egui::Frame::new()
        .fill(tokens.sunken)
        .corner_radius(4)
        .inner_margin(egui::Margin::symmetric(6, 3))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            let text = RichText::new(shown).monospace().size(11.5).color(tokens.text_weak);
            ui.add(egui::Label::new(text).wrap());
        });
}

/// The whole text of a document, with an editor on request.
pub fn document_ui(
    ui: &mut Ui,
    draft: &mut RawDraft,
    state: &State,
    (file, document): (FileId, usize),
    commands: &mut Vec<Command>,
) {
    let Some(source) = state.project.document(file, document) else { return };
    let target = Target::Document { file, document };
    if draft.target.as_ref() == Some(&target) {
        editor_ui(ui, draft, state, source.text(), "this document", commands);
        return;
    }
    let covered = secrets::covered(source);
    let verb = if covered == source.text() { "Edit as YAML" } else { "Show and edit as YAML" };
    preview_ui(ui, &covered);
    if ui.button(verb).clicked() {
        draft.open(target, source.text().to_owned());
    }
}

fn editor_ui(
    ui: &mut Ui,
    draft: &mut RawDraft,
    state: &State,
    now: &str,
    what: &str,
    commands: &mut Vec<Command>,
) {
    if draft.from != now && draft.text == draft.from {
        draft.from = now.to_owned();
        draft.text = now.to_owned();
    }
    let rows = draft.text.lines().count().clamp(3, 14);
    let field = egui::TextEdit::multiline(&mut draft.text)
        .code_editor()
        .id_salt("raw")
        .desired_rows(rows)
        .desired_width(f32::INFINITY);
    let enter = ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Enter));
    let response = ui.add(field).accessible_name(format!("YAML of {what}"));
    if std::mem::take(&mut draft.begins) {
        response.request_focus();
    }
    let whole = matches!(draft.target, Some(Target::Document { .. }));
    if response.changed() {
        draft.wrong = wrong(&draft.text, whole);
    }
    if let Some(wrong) = &draft.wrong {
        problem_ui(ui, wrong);
    }
    if draft.from != now {
        problem_ui(ui, "The file says something else by now. Apply writes over it.");
    }
    ui.horizontal(|ui| {
        let changed = draft.text != now;
        // A broken document is kept: whoever edits one as a whole may be half way.
        let ready = changed && (draft.wrong.is_none() || whole);
        let reason = match &draft.wrong {
            Some(_) if !whole => "It is not valid YAML yet",
            _ => "Nothing has changed",
        };
        let apply = ui
            .add_enabled(ready, egui::Button::new("Apply"))
            .on_hover_text("Ctrl+Enter")
            .on_disabled_hover_text(reason);
        if apply.clicked() || (enter && ready && response.has_focus()) {
            commands.extend(draft.apply(state, now));
        }
        if ui.button("Cancel").clicked() {
            *draft = RawDraft::default();
        }
    });
}

impl RawDraft {
    /// What is asked for by what was typed. The editor closes when it is done.
    fn apply(&mut self, state: &State, now: &str) -> Option<Command> {
        let change = match self.target.clone()? {
            Target::Value { file, document, path } => {
                let value = Value::Yaml(self.text.clone());
                Change::Edit { file, document, op: Op::Set { path, value }, via: None }
            }
            Target::Document { file, document } => {
                let start = state.project.file(file).stream.as_ref().ok()?.start(document);
                let range = start..start + now.len();
                Change::Text { file, range, with: self.text.clone() }
            }
        };
        *self = Self::default();
        Some(Command::Change(change))
    }
}

/// What keeps a text from being a value, or a document, in words.
fn wrong(text: &str, whole: bool) -> Option<String> {
    let document = Document::parse(text, &Limits::default());
    match document.tree() {
        Err(error) => {
            let line = 1 + text[..error.offset.min(text.len())].matches('\n').count();
            Some(format!("Line {line}: {}.", error.message))
        }
        Ok(tree) if tree.root().is_none() && !whole => Some("Nothing is written here.".to_owned()),
        Ok(_) => None,
    }
}

/// The source of a value as it would stand alone: its lines as far to the left as they go.
pub fn value_source(document: &Document, tree: &Tree, node: NodeId) -> String {
    let span = tree.full_span(node);
    let text = document.slice(span);
    let moves = match tree.node(node).kind {
        Kind::Mapping { flow: false, .. } | Kind::Sequence { flow: false, .. } => true,
        Kind::Scalar(scalar) => matches!(scalar.style, Style::Literal | Style::Folded),
        _ => false,
    };
    if !moves || !text.contains('\n') {
        return text.trim_end().to_owned();
    }
    let blanks = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let least = text.lines().skip(1).filter(|line| !line.trim().is_empty()).map(blanks).min();
    let scalar = matches!(tree.node(node).kind, Kind::Scalar(_));
    // The text of a block scalar stands to the right of what it belongs to.
    let by = least.unwrap_or(0).saturating_sub(if scalar { 2 } else { 0 });
    let mut lines = text.lines();
    let mut source = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        source.push('\n');
        source.push_str(line.get(by.min(blanks(line))..).unwrap_or_default());
    }
    source.trim_end_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str, key: &str) -> String {
        let document = Document::parse(text, &Limits::default());
        let tree = document.tree().unwrap();
        let node = tree.at(&[Step::Key(key.to_owned())]).unwrap();
        value_source(&document, tree, node)
    }

    #[test]
    fn a_value_is_shown_as_it_would_stand_alone() {
        assert_eq!(source("a:\n    b: 1\n    c:\n      - x\n", "a"), "b: 1\nc:\n  - x");
        assert_eq!(source("a: \"x y\"  # c\n", "a"), "\"x y\"");
        assert_eq!(source("a: |\n      one\n        two\n", "a"), "|\n  one\n    two");
        assert_eq!(source("a: [1,\n  2]\n", "a"), "[1,\n  2]");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        assert_eq!(wrong("a: 1\nb: 2\n", false), None);
        assert!(wrong("a: 1\nb: [\n", false).unwrap().starts_with("Line"));
        assert!(wrong("  \n", false).is_some());
        assert_eq!(wrong("", true), None);
    }
}

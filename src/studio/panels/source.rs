//! The source: the YAML as it stands, coloured by what the parser saw, findings in the margin.
//!
//! Lines are laid out only when they are in view, so a file of a million lines scrolls like a
//! short one.

use std::collections::BTreeMap;

use egui::text::{LayoutJob, TextFormat};
use egui::{FontId, RichText, Ui};

use crate::audit::secrets::covered;
use crate::config::{FileId, Place};
use crate::yaml::{Document, Kind, Span, Style};

use super::super::command::Command;
use super::super::selection::Selection;
use super::super::state::State;
use super::super::theme::Tokens;
use super::super::widgets::{empty_ui, severity_look};

const ROW_HEIGHT: f32 = 18.0;

/// One line of a file: its document and its bytes there, without the line ending.
#[derive(Clone, Copy, Debug)]
struct Line {
    document: usize,
    span: Span,
}

/// What the source tab keeps between frames.
#[derive(Debug, Default)]
pub struct SourceView {
    file: Option<FileId>,
    lines: Vec<Line>,
    /// Finding indices by line.
    marks: BTreeMap<usize, Vec<usize>>,
    made_for: Option<(u64, u64, FileId)>,
    scroll_to: Option<usize>,
    /// The line last gone to.
    current: Option<usize>,
    last_selection: Option<Selection>,
    /// Secrets are covered until they are asked for.
    show_secrets: bool,
}

impl SourceView {
    /// Brings a place into view.
    pub fn show(&mut self, state: &State, place: Place) {
        self.file = Some(place.file);
        self.refresh(state);
        let line = state.project.position(place).line - 1;
        self.scroll_to = Some(line);
        self.current = Some(line);
        self.last_selection = state.selection.clone();
    }

    fn refresh(&mut self, state: &State) {
        let first = || state.project.files().first().map(|file| file.id);
        let file = self.file.filter(|file| state.project.get_file(*file).is_some());
        let file = file.or_else(first).unwrap_or_default();
        self.file = Some(file);
        let key = (state.project.revision(), state.analysis.project.revision(), file);
        if self.made_for == Some(key) {
            return;
        }
        self.made_for = Some(key);
        self.lines = state.project.file(file).stream.as_ref().map_or_else(
            |_| Vec::new(),
            |stream| {
                stream
                    .documents()
                    .iter()
                    .enumerate()
                    .flat_map(|(index, document)| lines_of(index, document))
                    .collect()
            },
        );
        self.marks.clear();
        for (index, finding) in state.analysis.findings.iter().enumerate() {
            let Some(place) = finding.place().filter(|place| place.file == file) else { continue };
            let line = state.analysis.project.position(place).line - 1;
            self.marks.entry(line).or_default().push(index);
        }
    }

    /// Goes to the document of a client app that was selected elsewhere.
    fn follow_selection(&mut self, state: &State) {
        if self.last_selection == state.selection {
            return;
        }
        self.last_selection = state.selection.clone();
        if let Some(owner) = state.selection.as_ref().and_then(Selection::owner) {
            self.show(state, state.project.client(owner).place);
        }
    }
}

fn lines_of(index: usize, document: &Document) -> Vec<Line> {
    let text = document.text();
    let mut lines = Vec::new();
    let mut start = 0;
    for piece in text.split_inclusive('\n') {
        let content = piece.trim_end_matches(['\n', '\r']);
        lines.push(Line { document: index, span: Span::new(start, start + content.len()) });
        start += piece.len();
    }
    lines
}

pub fn source_ui(ui: &mut Ui, view: &mut SourceView, state: &State, commands: &mut Vec<Command>) {
    if state.project.files().is_empty() {
        empty_ui(ui, "No file is open", "Open a file or a folder, or drop one here.");
        return;
    }
    view.refresh(state);
    view.follow_selection(state);
    view.refresh(state);
    file_choice_ui(ui, view, state);
    ui.add_space(2.0);
    let Some(file) = view.file else { return };
    if let Err(error) = &state.project.file(file).stream {
        empty_ui(ui, "This file cannot be read", &error.to_string());
        return;
    }
    lines_ui(ui, view, state, file, commands);
}

fn file_choice_ui(ui: &mut Ui, view: &mut SourceView, state: &State) {
    ui.horizontal(|ui| {
        let name = |file: FileId| state.project.file(file).name.as_str();
        let current = view.file.unwrap_or_default();
        egui::ComboBox::from_id_salt("source-file")
            .selected_text(name(current))
            .width(260.0)
            .show_ui(ui, |ui| {
                for file in state.project.files().iter().map(|file| file.id) {
                    if ui.selectable_label(file == current, name(file)).clicked() {
                        view.file = Some(file);
                        view.scroll_to = Some(0);
                        view.current = None;
                    }
                }
            })
            .response
            .accessible_name(format!("File {}", name(current)));
        let label = if view.show_secrets { "Cover secrets" } else { "Show secrets" };
        if ui.button(label).clicked() {
            view.show_secrets = !view.show_secrets;
        }
        let unsaved = state.project.unsaved().contains(&current);
        let tokens = Tokens::of(ui);
        if unsaved {
            ui.label(RichText::new("unsaved").small().color(tokens.caution));
        }
        if let Some(path) = &state.project.file(current).path {
            let text = RichText::new(path.display().to_string()).small().color(tokens.text_weak);
            ui.add(egui::Label::new(text).truncate());
        }
    });
}

fn lines_ui(
    ui: &mut Ui,
    view: &mut SourceView,
    state: &State,
    file: FileId,
    commands: &mut Vec<Command>,
) {
    let tokens = Tokens::of(ui);
    ui.spacing_mut().item_spacing = egui::vec2(0.0, 0.0);
    ui.spacing_mut().interact_size.y = ROW_HEIGHT;
    ui.spacing_mut().button_padding = egui::vec2(0.0, 0.0);
    let mut area = egui::ScrollArea::both().auto_shrink([false, false]).id_salt(file.0);
    if let Some(line) = view.scroll_to.take() {
        let top = line as f32 * ROW_HEIGHT - ui.available_height() * 0.35;
        area = area.vertical_scroll_offset(top.max(0.0));
    }
    let digits = view.lines.len().to_string().len();
    area.show_rows(ui, ROW_HEIGHT, view.lines.len(), |ui, range| {
        let mut shown: Option<(usize, Coloured, String)> = None;
        for number in range {
            let line = view.lines[number];
            let Some(document) = state.project.document(file, line.document) else { continue };
            if shown.as_ref().is_none_or(|(index, ..)| *index != line.document) {
                let text =
                    if view.show_secrets { document.text().into() } else { covered(document) };
                shown = Some((line.document, classes(document), text));
            }
            let Some((_, classes, text)) = &shown else { continue };
            let fill = if view.current == Some(number) {
                tokens.accent_soft
            } else {
                egui::Color32::TRANSPARENT
            };
            egui::Frame::new().fill(fill).show(ui, |ui| {
                ui.horizontal(|ui| {
                    ui.set_min_size(egui::vec2(ui.available_width(), ROW_HEIGHT));
                    margin_ui(ui, view, state, number, commands);
                    let count = RichText::new(format!("{:>digits$}  ", number + 1))
                        .font(FontId::monospace(12.5))
                        .color(tokens.text_weak);
                    ui.add(egui::Label::new(count).selectable(false));
                    let job = line_job(text, line.span, classes, &tokens);
                    ui.add(egui::Label::new(job).extend());
                });
            });
        }
    });
}

fn margin_ui(
    ui: &mut Ui,
    view: &SourceView,
    state: &State,
    number: usize,
    commands: &mut Vec<Command>,
) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(20.0, ROW_HEIGHT), egui::Sense::hover());
    let Some(marks) = view.marks.get(&number) else { return };
    let findings: Vec<_> =
        marks.iter().filter_map(|index| state.analysis.findings.get(*index)).collect();
    let Some(worst) = findings.iter().map(|finding| finding.severity).max() else { return };
    let (icon, color) = severity_look(&Tokens::of(ui), worst);
    let name =
        findings.iter().map(|finding| finding.message.as_str()).collect::<Vec<_>>().join("\n");
    let button = egui::Button::new(icon.rich_text().size(14.0).color(color)).frame(false);
    let response = ui.put(rect, button).accessible_name(&name).on_hover_text(&name);
    if response.clicked() {
        commands.push(Command::SelectFinding(marks[0]));
    }
}

/// Spans with what stands there, in order.
type Coloured = Vec<(Span, Class)>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Key,
    Quoted,
    Comment,
    Tag,
}

/// What the parser saw in a document, in order and without overlaps.
fn classes(document: &Document) -> Coloured {
    let Ok(tree) = document.tree() else { return Vec::new() };
    let mut classes: Coloured =
        tree.comments().iter().map(|span| (*span, Class::Comment)).collect();
    for id in tree.ids() {
        let node = tree.node(id);
        for span in [tree.tag_span(id), tree.anchor_span(id)].into_iter().flatten() {
            classes.push((span, Class::Tag));
        }
        match node.kind {
            Kind::Mapping { .. } => {
                for (key, _) in tree.entries(id) {
                    classes.push((tree.node(*key).span, Class::Key));
                }
            }
            Kind::Scalar(scalar) if scalar.style != Style::Plain => {
                classes.push((node.span, Class::Quoted));
            }
            Kind::Alias { .. } => classes.push((node.span, Class::Tag)),
            Kind::Scalar(_) | Kind::Sequence { .. } => {}
        }
    }
    // A quoted key is both; being a key comes first.
    classes.sort_by_key(|(span, class)| (span.start, *class != Class::Key));
    classes.dedup_by_key(|(span, _)| span.start);
    classes
}

fn line_job(text: &str, line: Span, classes: &[(Span, Class)], tokens: &Tokens) -> LayoutJob {
    let mut job = LayoutJob::default();
    job.wrap.max_width = f32::INFINITY;
    let mut append = |span: Span, color: egui::Color32| {
        if !span.is_empty() {
            let format = TextFormat::simple(FontId::monospace(12.5), color);
            job.append(&text[span.range()], 0.0, format);
        }
    };
    let first = classes.partition_point(|(span, _)| span.end <= line.start);
    let mut at = line.start;
    for (span, class) in &classes[first..] {
        if span.start >= line.end {
            break;
        }
        let start = span.start.max(at);
        let end = span.end.min(line.end);
        if start >= end {
            continue;
        }
        append(Span::new(at, start), tokens.code_text);
        append(Span::new(start, end), class_color(*class, tokens));
        at = end;
    }
    append(Span::new(at, line.end), tokens.code_text);
    job
}

fn class_color(class: Class, tokens: &Tokens) -> egui::Color32 {
    match class {
        Class::Key => tokens.code_key,
        Class::Quoted => tokens.good,
        Class::Comment => tokens.code_comment,
        Class::Tag => tokens.code_tag,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Limits;

    #[test]
    fn a_line_is_coloured_by_what_the_parser_saw() {
        let document =
            Document::parse("!ClientAppDto # tag\nid: \"a # b\" # c\n", &Limits::default());
        let classes = classes(&document);
        let seen: Vec<_> =
            classes.iter().map(|(span, class)| (document.slice(*span), *class)).collect();
        assert_eq!(
            seen,
            [
                ("!ClientAppDto", Class::Tag),
                ("# tag", Class::Comment),
                ("id", Class::Key),
                ("\"a # b\"", Class::Quoted),
                ("# c", Class::Comment),
            ]
        );
    }

    #[test]
    fn a_line_keeps_its_text() {
        let document = Document::parse("a: 'x y' # é\r\nb: [1, 2]\n", &Limits::default());
        let classes = classes(&document);
        let texts: Vec<_> = lines_of(0, &document)
            .iter()
            .map(|line| {
                line_job(document.text(), line.span, &classes, &super::super::super::theme::DARK)
                    .text
            })
            .collect();
        assert_eq!(texts, ["a: 'x y' # é", "b: [1, 2]"]);
    }
}

//! The access matrix, by accessible names.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process;

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use exchange_studio::config::{Change, ClientKey};
use exchange_studio::studio::{
    Action, AskKind, Command, MatrixCommand, PathPurpose, Selection, Studio, Tab,
};
use exchange_studio::trust::matrix::{Order, View};
use exchange_studio::trust::{Actor, Reading};

use crate::harness::{
    Answers, click, empty, opened, outside, press, retype, send, until, window, with_text,
};

/// Alpha to Bravo to Delta and to Charlie, of which is not stated whether it is enabled. Echo holds
/// an identity that Alpha may bring. Foxtrot is refused: it is disabled.
const CLIENTS: &str = r#"!ClientAppDto
id: a
name: Alpha
enabled: true
public: false
restricted: false
subscriptionId: s
allowedTokenExchangeClientApps: [{id: b}, {id: c}, {id: e}, {id: f}]
---
!ClientAppDto
id: b
name: Bravo
enabled: true
public: false
restricted: false
subscriptionId: s
allowedTokenExchangeClientApps: [{id: d}]
---
!ClientAppDto
id: c
name: Charlie
public: false
restricted: false
subscriptionId: s
---
!ClientAppDto
id: d
name: Delta
enabled: true
public: false
restricted: false
subscriptionId: s
---
!ClientAppDto
id: e
name: Echo
enabled: true
public: false
restricted: false
subscriptionId: s
clientAppFederatedIdentities:
  - id: g
    issuer: https://auth.example.com
    subject: "007"
---
!ClientAppDto
id: f
name: Foxtrot
enabled: false
subscriptionId: s
"#;

fn estate() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/estate")
}

fn studio() -> (tempfile::TempDir, Harness<'static, Studio>) {
    let (folder, mut harness) = with_text(CLIENTS);
    show(&mut harness);
    (folder, harness)
}

/// Brings the tab to the front and waits for the matrix.
fn show(harness: &mut Harness<'static, Studio>) {
    send(harness, Command::Act(Action::ShowMatrix));
    current(harness);
}

fn current(harness: &mut Harness<'static, Studio>) {
    until(harness, "the matrix", |studio| {
        let state = &studio.state;
        state.is_matrix_current() && state.analysis.project.revision() == state.project.revision()
    });
}

fn view(harness: &mut Harness<'static, Studio>, change: impl FnOnce(&mut View)) {
    let mut view = harness.state().state.matrix.view.clone();
    change(&mut view);
    send(harness, Command::Matrix(MatrixCommand::Show(Box::new(view))));
    current(harness);
}

/// What the widget with the cells says.
fn said(harness: &Harness<'static, Studio>) -> String {
    let grid = harness.get_by_label_contains("Access matrix, ");
    grid.accesskit_node().label().unwrap_or_default()
}

/// Chooses a cell by the names of its row and its column; gives its sentence.
fn cell(harness: &mut Harness<'static, Studio>, row: &str, column: &str) -> String {
    let table = harness.state().state.matrix.table().unwrap();
    let at = |heads: &[exchange_studio::trust::matrix::Head], name: &str| {
        heads.iter().position(|head| head.label == name).unwrap_or_else(|| panic!("no {name}"))
    };
    let cell = (at(table.matrix.rows(), row), at(table.matrix.columns(), column));
    send(harness, Command::Matrix(MatrixCommand::Choose(Some(cell))));
    harness.state().state.matrix.detail().unwrap().sentence.clone()
}

/// The heads in view, as they are named, in the order they are in.
fn heads(harness: &Harness<'static, Studio>, role: egui::accesskit::Role) -> Vec<String> {
    let found = harness.query_all_by_role(role);
    let mut found: Vec<_> = found
        .map(|node| (node.rect().min, node.accesskit_node().label().unwrap_or_default()))
        .collect();
    found.sort_by(|(a, _), (b, _)| (a.y, a.x).partial_cmp(&(b.y, b.x)).unwrap());
    found.into_iter().map(|(_, label)| label).collect()
}

fn rows(harness: &Harness<'static, Studio>) -> Vec<String> {
    heads(harness, egui::accesskit::Role::RowHeader)
}

fn columns(harness: &Harness<'static, Studio>) -> Vec<String> {
    heads(harness, egui::accesskit::Role::ColumnHeader)
}

#[test]
fn cells_say_how_many_hops_and_what_stands_in_the_way() {
    let (_folder, mut harness) = studio();
    let external = "007 of https://auth.example.com";
    let external_row = format!("External identity {external} can become 1 client app");
    let all = ["Alpha can become 4 client apps", "Bravo can become 1 client app", &external_row];
    assert_eq!(rows(&harness), all);
    let exposed =
        ["1 can become Bravo", "1 can become Charlie", "2 can become Delta", "2 can become Echo"];
    assert_eq!(columns(&harness), exposed);
    assert_eq!(cell(&mut harness, "Alpha", "Bravo"), "Alpha can become Bravo in 1 hop: allowed.");
    assert_eq!(cell(&mut harness, "Alpha", "Delta"), "Alpha can become Delta in 2 hops.");
    harness.get_by_label_contains("Alpha → Bravo → Delta. Potential: it takes the credentials of");
    let open = "Alpha can become Charlie in 1 hop as far as the files say: some conditions are not \
                stated.";
    assert_eq!(cell(&mut harness, "Alpha", "Charlie"), open);
    harness.get_by_label("Whether Charlie is enabled is not stated.");
    assert_eq!(cell(&mut harness, "Bravo", "Charlie"), "Bravo cannot become Charlie.");
    assert_eq!(cell(&mut harness, "Bravo", "Bravo"), "Bravo is Bravo itself.");
    let comes_in = format!("{external} can become Echo in 1 hop: allowed.");
    assert_eq!(cell(&mut harness, external, "Echo"), comes_in);
    assert!(said(&harness).ends_with(&comes_in));
    // What a list permits in vain has a cell of its own.
    view(&mut harness, |view| view.only_access = false);
    let refused = "Alpha cannot become Foxtrot: a list permits it, and it is refused.";
    assert_eq!(cell(&mut harness, "Alpha", "Foxtrot"), refused);
    harness.get_by_label("Foxtrot is disabled.");
}

#[test]
fn the_sample_is_shown_with_the_hops_that_the_command_line_prints() {
    let mut harness = opened(&estate());
    show(&mut harness);
    let table = harness.state().state.matrix.table().unwrap().clone();
    let mut text = String::new();
    for (row, head) in table.matrix.rows().iter().enumerate() {
        for mark in table.work_out(row).iter().filter(|mark| mark.hops > 0) {
            let column = &table.matrix.columns()[mark.column as usize].label;
            writeln!(text, "{} > {column} {}", head.label, mark.hops).unwrap();
        }
    }
    let ran = program(&["matrix", "samples/estate", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&ran).unwrap();
    let name = |party: &serde_json::Value| match party["name"].as_str() {
        Some(name) => name.to_owned(),
        None if party["subject"].is_string() => format!(
            "{} of {}",
            party["subject"].as_str().unwrap(),
            party["issuer"].as_str().unwrap()
        ),
        None => party["id"].as_str().unwrap().to_owned(),
    };
    let mut printed = String::new();
    for row in json["rows"].as_array().unwrap() {
        for cell in row["cells"].as_array().unwrap() {
            let column = &json["columns"][cell["column"].as_u64().unwrap() as usize]["client"];
            let (from, to) = (name(&row["from"]), name(column));
            writeln!(printed, "{from} > {to} {}", cell["hops"]).unwrap();
        }
    }
    assert!(text.lines().count() > 40, "{text}");
    assert_eq!(text, printed);
}

fn program(arguments: &[&str]) -> Vec<u8> {
    let mut program = process::Command::new(env!("CARGO_BIN_EXE_exchange-studio"));
    let output = program.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[test]
fn filters_narrow_and_are_cleared_again() {
    let (_folder, mut harness) = studio();
    harness.get_by_label("3 of 7 rows, 4 of 6 columns");
    retype(&mut harness, "Filter rows", "BRA");
    current(&mut harness);
    assert_eq!(rows(&harness), ["Bravo can become 1 client app"]);
    retype(&mut harness, "Filter columns", "zulu");
    current(&mut harness);
    harness.get_by_label("Nothing matches the filters");
    click(&mut harness, "Clear the filters again");
    current(&mut harness);
    assert_eq!(rows(&harness).len(), 3);
    click(&mut harness, "External identities");
    current(&mut harness);
    assert_eq!(rows(&harness).len(), 2);
    click(&mut harness, "Only with access");
    current(&mut harness);
    assert_eq!((rows(&harness).len(), columns(&harness).len()), (6, 6));
}

#[test]
fn rows_and_columns_are_sorted_each_by_itself() {
    let (_folder, mut harness) = studio();
    view(&mut harness, |view| view.row_order = Order::Name);
    let first = |heads: Vec<String>| heads.into_iter().next().unwrap();
    assert!(first(rows(&harness)).contains("007 of"));
    assert_eq!(first(columns(&harness)), "1 can become Bravo");
    view(&mut harness, |view| view.column_order = Order::Count);
    assert_eq!(first(columns(&harness)), "2 can become Delta");
    click(&mut harness, "Order of rows: by name");
    click(&mut harness, "by total");
    current(&mut harness);
    assert_eq!(first(rows(&harness)), "Alpha can become 4 client apps");
}

#[test]
fn rows_and_columns_are_sorted_by_the_hops_of_one_head() {
    let (_folder, mut harness) = studio();
    let names = |heads: Vec<String>| -> Vec<String> {
        heads.iter().map(|it| it.split_once(" can become").unwrap().0.to_owned()).collect()
    };
    assert!(names(rows(&harness))[0].starts_with("Alpha"));
    // With the keyboard: the order of the chosen cell's column.
    cell(&mut harness, "Alpha", "Delta");
    click(&mut harness, "Order of rows: as in the files");
    click(&mut harness, "by hops to Delta");
    current(&mut harness);
    assert_eq!(names(rows(&harness))[..2], ["Bravo", "Alpha"]);
    let sorted = columns(&harness);
    assert!(sorted.contains(&"2 can become Delta; rows are sorted by its hops".to_owned()));
    // The order is about the same client app when a document in front of all moves every key.
    let file = harness.state().state.project.files()[0].id;
    let text = "!ClientAppDto\nid: z\nname: Zulu\n---\n".to_owned();
    send(&mut harness, Command::Change(Change::Text { file, range: 0..0, with: text }));
    current(&mut harness);
    assert_eq!(names(rows(&harness))[..2], ["Bravo", "Alpha"]);
    // From the head itself, and back.
    harness.get_by_label("Alpha can become 4 client apps").click_secondary();
    harness.run();
    click(&mut harness, "Sort columns by hops from Alpha");
    current(&mut harness);
    assert!(columns(&harness).last().unwrap().contains("Delta"), "{:?}", columns(&harness));
    click(&mut harness, "Order of columns: by hops from Alpha");
    click(&mut harness, "as in the files");
    current(&mut harness);
    assert!(columns(&harness)[2].contains("Delta"), "{:?}", columns(&harness));
}

#[test]
fn hops_actor_and_reading_are_stated_and_change_what_is_there() {
    let (_folder, mut harness) = studio();
    click(&mut harness, "Hops of the matrix: any hops");
    click(&mut harness, "1 hop");
    current(&mut harness);
    assert_eq!(cell(&mut harness, "Alpha", "Delta"), "Alpha cannot become Delta in 1 hop.");
    view(&mut harness, |view| view.max_hops = u32::MAX);
    assert_eq!(
        harness.state().state.matrix.detail().unwrap().sentence,
        "Alpha can become Delta in 2 hops."
    );
    click(&mut harness, "Single actor");
    current(&mut harness);
    assert!(said(&harness).ends_with("Alpha alone cannot become Delta."));
    assert_eq!(harness.state().state.matrix.view.actor, Actor::Single);
    click(&mut harness, "Reading of the matrix: requester-lists-target");
    click(&mut harness, "target-lists-requester");
    current(&mut harness);
    assert_eq!(harness.state().state.reading, Reading::TargetListsRequester);
    assert_eq!(
        cell(&mut harness, "Bravo", "Alpha"),
        "Bravo alone can become Alpha in 1 hop: allowed."
    );
}

#[test]
fn the_keyboard_goes_from_cell_to_cell_and_enter_shows_the_chains() {
    let (_folder, mut harness) = studio();
    assert!(said(&harness).ends_with("No cell is chosen."));
    harness.get_by_label_contains("Access matrix, ").focus();
    harness.run_ok();
    let at = |harness: &Harness<'static, Studio>| harness.state().state.matrix.cell();
    assert_eq!(at(&harness), Some((0, 0)));
    press(&mut harness, Modifiers::NONE, Key::ArrowDown);
    press(&mut harness, Modifiers::NONE, Key::ArrowRight);
    assert_eq!(at(&harness), Some((1, 1)));
    press(&mut harness, Modifiers::NONE, Key::End);
    assert_eq!(at(&harness), Some((1, 3)));
    press(&mut harness, Modifiers::NONE, Key::Home);
    assert_eq!(at(&harness), Some((1, 0)));
    press(&mut harness, Modifiers::COMMAND, Key::End);
    assert_eq!(at(&harness), Some((2, 3)));
    press(&mut harness, Modifiers::NONE, Key::PageUp);
    assert_eq!(at(&harness), Some((0, 3)));
    press(&mut harness, Modifiers::NONE, Key::ArrowLeft);
    assert!(said(&harness).ends_with("Alpha can become Delta in 2 hops."));
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "the answer", |studio| {
        let ask = &studio.state.graph.ask;
        ask.answer.is_some() && !ask.is_running(&studio.state.jobs)
    });
    let form = &harness.state().state.graph.ask.form;
    assert_eq!(form.kind, AskKind::Chains);
    assert_eq!(form.a, Some(Selection::Client(ClientKey(0))));
    assert_eq!(form.b, Some(Selection::Client(ClientKey(3))));
    harness.get_by_label("All chains from Alpha to Delta");
    harness.get_by_label("1 chain. There are no others.");
}

#[test]
fn a_click_chooses_a_cell_and_the_button_leads_to_its_chains() {
    let (_folder, mut harness) = studio();
    let x = harness.get_by_label("2 can become Delta").rect().center().x;
    let y = harness.get_by_label("Alpha can become 4 client apps").rect().center().y;
    let pos = egui::pos2(x, y);
    harness.hover_at(pos);
    harness.run_ok();
    for pressed in [true, false] {
        let (button, modifiers) = (egui::PointerButton::Primary, Modifiers::NONE);
        harness.event(egui::Event::PointerButton { pos, button, pressed, modifiers });
        harness.step();
    }
    harness.run_ok();
    assert!(said(&harness).ends_with("Alpha can become Delta in 2 hops."));
    click(&mut harness, "Show the chains in the graph");
    until(&mut harness, "the answer", |studio| studio.state.graph.ask.answer.is_some());
    harness.get_by_label("All chains from Alpha to Delta");
    // A head selects for all views.
    show(&mut harness);
    click(&mut harness, "2 can become Delta");
    assert_eq!(harness.state().state.selection, Some(Selection::Client(ClientKey(3))));
}

#[test]
fn after_an_edit_the_cell_is_another_and_the_view_the_same() {
    let (_folder, mut harness) = studio();
    view(&mut harness, |view| view.only_access = false);
    assert_eq!(cell(&mut harness, "Alpha", "Delta"), "Alpha can become Delta in 2 hops.");
    let change = Change::Revoke { owner: ClientKey(1), entry: "d".to_owned() };
    send(&mut harness, Command::Change(change));
    current(&mut harness);
    assert!(said(&harness).ends_with("Alpha cannot become Delta."));
    assert!(!harness.state().state.matrix.view.only_access);
    // The cell is about the same two when a document in front of all moves every key by one.
    let file = harness.state().state.project.files()[0].id;
    let text = "!ClientAppDto\nid: z\nname: Zulu\n---\n".to_owned();
    send(&mut harness, Command::Change(Change::Text { file, range: 0..0, with: text }));
    current(&mut harness);
    assert_eq!(harness.state().state.matrix.cell(), Some((1, 4)));
    assert!(said(&harness).ends_with("Alpha cannot become Delta."));
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    current(&mut harness);
    assert!(said(&harness).ends_with("Alpha can become Delta in 2 hops."));
}

#[test]
fn the_csv_is_the_one_that_the_command_line_writes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("matrix.csv");
    std::fs::write(&path, "something else").unwrap();
    let answers = Answers { available: true, ..Answers::default() };
    *answers.save.lock().unwrap() = Some(path.clone());
    let mut harness = window(outside(answers));
    send(&mut harness, Command::Open(vec![estate()]));
    until(&mut harness, "the project", |studio| !studio.state.project.files().is_empty());
    show(&mut harness);
    view(&mut harness, |view| {
        view.columns = "claims".to_owned();
        (view.row_order, view.column_order) = (Order::Count, Order::Count);
        view.max_hops = 2;
        view.actor = Actor::Single;
    });
    click(&mut harness, "Save as CSV…");
    let saved = |path: &Path| std::fs::read(path).is_ok_and(|it| it.starts_with(b"reading,"));
    until(&mut harness, "the file", |_| saved(&path));
    let options = ["--columns", "claims", "--sort", "count", "--max-hops", "2"];
    let mut arguments = vec!["matrix", "samples/estate", "--format", "csv", "--actor", "single"];
    arguments.extend(options);
    let printed = String::from_utf8(program(&arguments)).unwrap();
    assert!(printed.lines().count() > 3, "{printed}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), printed);
}

#[test]
fn without_dialogs_a_path_is_typed_and_nothing_is_overwritten() {
    let (folder, mut harness) = studio();
    send(&mut harness, Command::Act(Action::SaveMatrix));
    let purpose = PathPurpose::SaveMatrix;
    let dialog = exchange_studio::studio::Dialog::Path(purpose);
    assert_eq!(harness.state().state.dialog, Some(dialog));
    let path = folder.path().join("clients.yaml");
    retype(&mut harness, "Path to write to", &path.display().to_string());
    click(&mut harness, "Save");
    until(&mut harness, "the refusal", |studio| studio.state.jobs.running().next().is_none());
    harness.get_by_label_contains("is there already, so choose another name.");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), CLIENTS);
    send(&mut harness, Command::Act(Action::SaveMatrix));
    let path = folder.path().join("new.csv");
    retype(&mut harness, "Path to write to", &path.display().to_string());
    click(&mut harness, "Save");
    until(&mut harness, "the file", |_| path.exists());
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 1 + 4 + 1 + 1, "{text}");
}

#[test]
fn an_empty_place_says_what_to_do() {
    let mut harness = empty(Answers::default());
    send(&mut harness, Command::ShowTab(Tab::Matrix));
    harness.get_by_label("Who can become whom, at a glance");
    harness.get_by_label("Open the sample estate");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alone.yaml");
    std::fs::write(&path, "!ClientAppDto\nid: a\nname: Alone\n").unwrap();
    let mut harness = opened(&path);
    show(&mut harness);
    harness.get_by_label("Nobody can become anybody");
    click(&mut harness, "Show rows and columns without access");
    current(&mut harness);
    assert_eq!(rows(&harness), ["Alone can become 0 client apps"]);
}

#[test]
fn in_the_smallest_window_all_is_in_reach() {
    let (_folder, mut harness) = studio();
    harness.set_size(egui::vec2(900.0, 560.0));
    view(&mut harness, |view| view.columns = "e".to_owned());
    let window = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(900.0, 560.0));
    let cells = harness.get_by_label_contains("Access matrix, ").rect();
    assert!(window.contains_rect(cells) && cells.height() > 40.0, "{cells}");
    for name in [
        "Reading of the matrix: requester-lists-target",
        "Single actor",
        "Worst case",
        "Hops of the matrix: any hops",
        "Save as CSV…",
        "Filter rows",
        "Order of rows: as in the files",
        "Filter columns",
        "Order of columns: as in the files",
        "Only with access",
        "External identities",
        "Clear the filter of columns",
        "3 of 7 rows, 3 of 6 columns",
    ] {
        let rect = harness.get_by_label(name).rect();
        assert!(window.contains_rect(rect), "{name}: {rect}");
        assert!(rect.bottom() < cells.top(), "{name}: {rect}, cells {cells}");
    }
    // Without the list of problems the cells get its room.
    send(&mut harness, Command::Act(Action::ToggleProblems));
    let cells = harness.get_by_label_contains("Access matrix, ").rect();
    assert!(window.contains_rect(cells) && cells.height() > 100.0, "{cells}");
}

#[test]
fn of_ten_thousand_rows_only_those_in_view_are_worked_out() {
    let count = 10_000;
    let mut text = String::new();
    for n in 0..count {
        writeln!(text, "---\n!ClientAppDto\nid: c{n}\nname: App {n:05}\nenabled: true").unwrap();
        writeln!(text, "allowedTokenExchangeClientApps:").unwrap();
        for next in 1..4 {
            writeln!(text, "  - id: c{}", (n * 3 + next * 7) % count).unwrap();
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.yaml");
    std::fs::write(&path, text).unwrap();
    let mut harness = opened(&path);
    show(&mut harness);
    let worked_out = |harness: &Harness<'static, Studio>| {
        harness.state().state.matrix.table().unwrap().rows_worked_out()
    };
    for _ in 0..60 {
        harness.step();
    }
    let in_view = rows(&harness).len();
    assert!((10..60).contains(&in_view), "{in_view}");
    assert!(columns(&harness).len() < 60);
    assert_eq!(worked_out(&harness), in_view);
    // A frame more costs none.
    harness.step();
    assert_eq!(worked_out(&harness), in_view);
    // At the far end as many again, and the chosen cell is worked out once more.
    harness.get_by_label_contains("Access matrix, 10000 rows").focus();
    harness.run_ok();
    press(&mut harness, Modifiers::COMMAND, Key::End);
    for _ in 0..60 {
        harness.step();
    }
    assert_eq!(harness.state().state.matrix.cell(), Some((count - 1, count - 1)));
    assert!(rows(&harness).last().unwrap().starts_with("App 09999 can become "));
    let all = worked_out(&harness);
    assert!(all <= 2 * (in_view + 2) + 2, "{all} rows for {in_view} in view");
    // An edit is worked out elsewhere; what is shown stays meanwhile, and then again only a screen of
    // the next one is worked out.
    let before = harness.state().state.matrix.table().unwrap().clone();
    let change = Change::Revoke { owner: ClientKey(count - 1), entry: "c4".to_owned() };
    harness.state_mut().state.apply(Command::Change(change));
    let shown = harness.state().state.matrix.table().unwrap();
    assert!(std::sync::Arc::ptr_eq(shown, &before));
    harness.step();
    harness.get_by_label("being brought up to date");
    current(&mut harness);
    for _ in 0..60 {
        harness.step();
    }
    assert!(harness.query_by_label("being brought up to date").is_none());
    assert_eq!(harness.state().state.matrix.cell(), Some((count - 1, count - 1)));
    let all = worked_out(&harness);
    assert!((1..=in_view + 3).contains(&all), "{all} rows for {in_view} in view");
}

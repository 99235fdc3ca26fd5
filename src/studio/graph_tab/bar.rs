//! The bar over the drawing: back and forward, how much is shown, colours and tools; and below it,
//! when there is one, the path that is shown and what is marked.

use egui::{RichText, Ui};

use super::super::changes_tab::Command as CompareCommand;
use super::super::command::{Action, Command as Main};
use super::super::panels::bars::counted;
use super::super::state::State;
use super::super::theme::Tokens;
use super::super::widgets::{action_button_ui, action_menu_ui};
use super::action::GraphAction;
use super::align::Align;
use super::colouring::ColourBy;
use super::filter_ui;
use super::shown::Ring;
use super::state::{Command, box_name};
use super::view::Narrowing;
use crate::config::ClientKey;
use crate::diagram::scene::Thing;
use crate::studio::theme::icons;

pub fn bar_ui(
    ui: &mut Ui,
    state: &State,
    rings: Option<&(ClientKey, Vec<Ring>)>,
    commands: &mut Vec<Main>,
) {
    let tokens = Tokens::of(ui);
    egui::Frame::new().fill(tokens.panel).inner_margin(egui::Margin::symmetric(8, 4)).show(
        ui,
        |ui| {
            ui.set_min_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 4.0;
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.x = 4.0;
                let mut button = |ui: &mut Ui, action, icon| {
                    action_button_ui(ui, state, Action::Graph(action), icon, commands);
                };
                button(ui, GraphAction::Back, icons::ICON_ARROW_BACK);
                button(ui, GraphAction::Forward, icons::ICON_ARROW_FORWARD);
                ui.separator();
                neighbourhood_ui(ui, state, rings, commands);
                filter_ui::filter_button_ui(ui, state, commands);
                filter_ui::groups_button_ui(ui, state, commands);
                colour_ui(ui, state, commands);
                let graph = &state.graph;
                for (action, icon, on) in [
                    (GraphAction::Lasso, icons::ICON_LASSO_SELECT, graph.lasso),
                    (GraphAction::Minimap, icons::ICON_MAP, graph.minimap),
                    (GraphAction::Table, icons::ICON_TABLE_ROWS, graph.as_table),
                    (GraphAction::Ask, icons::ICON_CONTACT_SUPPORT, graph.ask.open),
                ] {
                    toggle_ui(ui, action, icon, on, commands);
                }
            });
            comparison_ui(ui, state, commands);
            filter_ui::filtered_ui(ui, state, commands);
            filter_ui::grouped_ui(ui, state, commands);
            path_ui(ui, state, commands);
            marks_ui(ui, state, commands);
        },
    );
}

fn toggle_ui(
    ui: &mut Ui,
    action: GraphAction,
    icon: icons::MaterialIcon,
    on: bool,
    commands: &mut Vec<Main>,
) {
    let button = egui::Button::selectable(on, icon.rich_text().size(17.0));
    let mut hover = action.label().to_owned();
    if let Some(shortcut) = action.shortcut() {
        hover = format!("{hover}  {}", ui.ctx().format_shortcut(&shortcut));
    }
    if let Some(hint) = action.hint() {
        hover = format!("{hover}\n{hint}");
    }
    let response = ui.add(button).on_hover_text(hover);
    response
        .widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, on, action.label()));
    if response.clicked() {
        commands.push(Main::Act(Action::Graph(action)));
    }
}

/// How far around what is shown, with what each hop adds said before it is drawn.
fn neighbourhood_ui(
    ui: &mut Ui,
    state: &State,
    rings: Option<&(ClientKey, Vec<Ring>)>,
    commands: &mut Vec<Main>,
) {
    let name = |key: ClientKey| {
        let known = &state.analysis.project;
        known.clients().get(key.0).map_or("", |client| client.label()).to_owned()
    };
    let shown = match state.graph.narrowing() {
        Narrowing::Whole => "Whole graph".to_owned(),
        Narrowing::Path => "Only the path".to_owned(),
        Narrowing::Around { center, hops } => {
            format!("{} and {}", name(center), counted(hops, "hop"))
        }
    };
    let tokens = Tokens::of(ui);
    let text = RichText::new(super::shortened(&shown, 34));
    ui.menu_button(text, |ui| {
        ui.set_min_width(260.0);
        action_menu_ui(ui, state, Action::Graph(GraphAction::Whole), commands);
        ui.separator();
        let Some((center, rings)) = rings else {
            let text = "Select a client app to show what is around it.";
            ui.label(RichText::new(text).color(tokens.text_weak));
            return;
        };
        let heading = format!("Around {}", name(*center));
        ui.label(RichText::new(heading).color(tokens.text_weak));
        if rings.is_empty() {
            ui.label("No arrows lead to it or from it.");
        }
        for (ring, hops) in rings.iter().zip(1..) {
            let label = format!("{}: {}", counted(hops, "hop"), ring.words());
            let narrowing = Narrowing::Around { center: *center, hops };
            let on = state.graph.narrowing() == narrowing;
            if ui.add(egui::Button::selectable(on, label)).clicked() {
                commands.push(Main::Graph(Command::Narrow(narrowing)));
                ui.close();
            }
        }
    })
    .response
    .accessible_name(format!("Shown: {shown}"))
    .on_hover_text("How much of the graph is shown");
    if let (Narrowing::Around { center, hops }, Some((known, rings))) =
        (state.graph.narrowing(), rings)
        && center == *known
    {
        for (action, icon) in
            [(GraphAction::FewerHops, icons::ICON_REMOVE), (GraphAction::MoreHops, icons::ICON_ADD)]
        {
            action_button_ui(ui, state, Action::Graph(action), icon, commands);
        }
        let next = rings.get(hops).copied().unwrap_or_default();
        let text = format!("one hop more: {}", next.words());
        ui.label(RichText::new(text).small().color(tokens.text_weak));
    }
    if state.graph.is_drawing() {
        ui.spinner();
    }
}

fn colour_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Main>) {
    let now = state.graph.colour_by;
    egui::ComboBox::from_id_salt("colour-by")
        .selected_text(RichText::new(now.word()).small())
        .width(100.0)
        .height(320.0)
        .show_ui(ui, |ui| {
            for by in ColourBy::ALL {
                if ui.selectable_label(by == now, by.word()).clicked() {
                    commands.push(Main::Graph(Command::ColourBy(by)));
                }
            }
        })
        .response
        .accessible_name(format!("Colour by: {}", now.word()))
        .on_hover_text(
            "What boxes are coloured by; the legend says which colour and shape is what",
        );
}

/// Says that two versions are drawn, and how to leave that.
fn comparison_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Main>) {
    if !state.changes_tab.on_drawing {
        return;
    }
    let tokens = Tokens::of(ui);
    let frame = egui::Frame::new()
        .fill(tokens.accent_soft)
        .corner_radius(4)
        .inner_margin(egui::Margin::symmetric(8, 3));
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.horizontal_wrapped(|ui| {
            ui.label(icons::ICON_DIFFERENCE.rich_text().color(tokens.accent));
            let title = format!("Compared with {}", state.changes_tab.with.words());
            ui.label(RichText::new(title).strong());
            let said = match state.comparison() {
                Some(comparison) if comparison.is_empty() => "nothing differs".to_owned(),
                Some(comparison) => comparison.summary(),
                None if state.is_comparing() => "being worked out".to_owned(),
                None if state.changes_tab.trouble.is_some() => "it could not be read".to_owned(),
                None => "nothing differs".to_owned(),
            };
            ui.label(RichText::new(said).color(tokens.text));
            if ui.button("Leave").on_hover_text("Show the project alone again  Esc").clicked() {
                commands.push(Main::Compare(CompareCommand::OnDrawing(false)));
            }
            if ui.button("Show the changes").clicked() {
                commands.push(Main::Act(Action::ShowChanges));
            }
        });
    });
}

/// The path that is shown, hop by hop.
fn path_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Main>) {
    let Some(spotlight) = state.graph.spotlight() else { return };
    let tokens = Tokens::of(ui);
    ui.horizontal_wrapped(|ui| {
        ui.label(icons::ICON_ROUTE.rich_text().color(tokens.code_tag));
        ui.label(RichText::new(&spotlight.title).strong());
        if spotlight.refused {
            ui.label(RichText::new("refused").small().color(tokens.bad)).on_hover_text(
                "Lists permit every hop, but an exchange on the way is refused; its hop says why. \
                 No other way leads there.",
            );
        } else if !spotlight.hops.is_empty() {
            // Every hop needs a credential of its own: nothing here says that all are at hand.
            ui.label(RichText::new("potential").small().color(tokens.caution)).on_hover_text(
                "A path of several hops needs the credentials of every client app in between.",
            );
        }
        let only = state.graph.narrowing() == Narrowing::Path;
        let text = if only { "Show all again" } else { "Show only this path" };
        if ui.button(text).clicked() {
            commands.push(Main::Act(Action::Graph(GraphAction::OnlyPath)));
        }
        if ui.button("Let go").on_hover_text(GraphAction::LeavePath.label()).clicked() {
            commands.push(Main::Act(Action::Graph(GraphAction::LeavePath)));
        }
    });
    for (hop, step) in spotlight.hops.iter().zip(1..).take(MOST_HOPS) {
        let text = RichText::new(format!("{step}  {}", hop.sentence)).small();
        ui.add(egui::Label::new(text).truncate()).on_hover_text(&hop.sentence);
    }
    if spotlight.hops.len() > MOST_HOPS {
        let more = format!("and {} hops more", spotlight.hops.len() - MOST_HOPS);
        ui.label(RichText::new(more).small().color(tokens.text_weak));
    }
}

/// Sentences of hops that are shown.
const MOST_HOPS: usize = 4;

/// What is marked, and what can be done with it.
fn marks_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Main>) {
    let marked = &state.graph.marked;
    if marked.is_empty() {
        return;
    }
    let scene = state.graph.scene(&state.analysis);
    let count = marked.len();
    let text = if count == 1 { "1 box marked".to_owned() } else { format!("{count} boxes marked") };
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let names: Vec<String> =
            marked.iter().take(20).filter_map(|thing: &Thing| box_name(scene, thing)).collect();
        ui.label(RichText::new(text).strong()).on_hover_text(names.join("\n"));
        for (action, icon) in [
            (GraphAction::Align(Align::Left), icons::ICON_ALIGN_HORIZONTAL_LEFT),
            (GraphAction::Align(Align::Top), icons::ICON_ALIGN_VERTICAL_TOP),
            (GraphAction::Align(Align::Across), icons::ICON_HORIZONTAL_DISTRIBUTE),
            (GraphAction::Align(Align::Down), icons::ICON_VERTICAL_DISTRIBUTE),
            (GraphAction::Pin, icons::ICON_PUSH_PIN),
            (GraphAction::MarkNeighbours, icons::ICON_HUB),
            (GraphAction::ShowPath, icons::ICON_ROUTE),
            (GraphAction::ClearMarks, icons::ICON_DESELECT),
        ] {
            action_button_ui(ui, state, Action::Graph(action), icon, commands);
        }
    });
}

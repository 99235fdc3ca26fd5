//! Choosing the part that is looked at, and what stands in one box; and saying what was chosen,
//! wherever something is left out because of it.

use std::collections::BTreeSet;

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::style::StyleModifier;
use egui::{PopupCloseBehavior, RichText, Ui};

use super::super::command::{Action, Command as Main};
use super::super::state::State;
use super::super::theme::Tokens;
use super::super::widgets::{action_button_ui, action_menu_ui, capital, radio_ui, tick_ui};
use super::action::GraphAction;
use super::looking::{Choices, Looking, Values};
use super::state::Command;
use crate::audit::{FindingIs, Severity};
use crate::config::{Id, Setting};
use crate::diagram::scene::GroupBy;
use crate::studio::theme::icons::{self, MaterialIcon};
use crate::trust::{Kind, Relation, Says, SettingIs};

/// How high a list of values is before it scrolls.
const LIST: f32 = 150.0;
const ROW: f32 = 22.0;

/// The button for the filter.
pub fn filter_button_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Main>) {
    let now = state.graph.looking();
    let mut next = Looking::clone(now);
    menu_ui(ui, icons::ICON_FILTER_ALT, "Filter", now.is_filtered(), |ui| {
        filter_ui(ui, state, &mut next);
    });
    if next != **now {
        commands.push(Main::Graph(Command::Look(next)));
    }
}

/// The button for groups.
pub fn groups_button_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Main>) {
    let now = state.graph.looking();
    let mut next = Looking::clone(now);
    let grouped = !now.collapsed.is_empty();
    menu_ui(ui, icons::ICON_WORKSPACES, "Groups", grouped, |ui| {
        groups_ui(ui, state, &mut next, commands);
    });
    if next != **now {
        commands.push(Main::Graph(Command::Look(next)));
    }
}

/// A menu that stays open while it is used.
fn menu_ui(ui: &mut Ui, icon: MaterialIcon, name: &str, on: bool, content: impl FnOnce(&mut Ui)) {
    let button = egui::Button::selectable(on, icon.rich_text().size(17.0));
    // In the style of menus, what is chosen has no border.
    let config = MenuConfig::new()
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .style(StyleModifier::default());
    let (response, _) = MenuButton::from_button(button).config(config).ui(ui, |ui| {
        ui.set_width(300.0);
        let room = ui.ctx().content_rect().bottom() - ui.min_rect().top() - 16.0;
        // A new popup knows of no room; what it shows would scroll for no reason.
        let area = egui::ScrollArea::vertical().max_height(room).min_scrolled_height(room);
        area.show(ui, content);
    });
    response.accessible_name(name).on_hover_text(match name {
        "Filter" => "Look at a part only, here and in the list of client apps",
        _ => "What blocks are made of, and which are one box",
    });
}

fn filter_ui(ui: &mut Ui, state: &State, next: &mut Looking) {
    let Some(values) = state.graph.choices().map(Choices::values) else { return };
    heading_ui(ui, "Boxes of these kinds");
    two_columns_ui(ui, "kinds", |ui, row| {
        for (at, (kind, word)) in [
            (Kind::Client, "Client apps"),
            (Kind::Broker, "Brokers"),
            (Kind::Principal, "Principals"),
            (Kind::Identity, "External identities"),
            (Kind::Unknown, "Unknown ids"),
        ]
        .into_iter()
        .enumerate()
        {
            member_ui(ui, &mut next.filter.kinds, kind, word);
            row(ui, at);
        }
    });
    heading_ui(ui, "Arrows");
    ui.horizontal(|ui| {
        for (relation, word) in
            [(Relation::Exchange, "Exchanges"), (Relation::Federation, "Federated identities")]
        {
            member_ui(ui, &mut next.filter.relations, relation, word);
        }
    });
    heading_ui(ui, "Settings");
    egui::Grid::new("settings").num_columns(4).spacing([6.0, 2.0]).show(ui, |ui| {
        for setting in Setting::ALL.into_iter().filter(|it| it.is_boolean()) {
            setting_ui(ui, &mut next.filter.settings, setting);
            ui.end_row();
        }
    });
    heading_ui(ui, "Only with");
    finding_ui(ui, values, &mut next.finding);
    values_ui(ui, "An issuer", &mut next.filter.issuers, &values.issuers, Clone::clone);
    let project = &state.analysis.project;
    let name = |key: &String| match project.subscription(&Id::new(key)) {
        Some(group) => group.label().to_owned(),
        None => key.clone(),
    };
    values_ui(ui, "A subscription", &mut next.filter.subscriptions, &values.subscriptions, name);
    values_ui(ui, "A file", &mut next.filter.files, &values.files, Clone::clone);
    ui.separator();
    let clear = egui::Button::new("Clear all filters");
    if ui.add_enabled(next.is_filtered(), clear).clicked() {
        *next = next.unfiltered();
    }
}

/// Things in two columns; `row` is told after each.
fn two_columns_ui(ui: &mut Ui, id: &str, content: impl FnOnce(&mut Ui, &dyn Fn(&mut Ui, usize))) {
    egui::Grid::new(id).num_columns(2).spacing([16.0, 4.0]).show(ui, |ui| {
        content(ui, &|ui, at| {
            if at % 2 == 1 {
                ui.end_row();
            }
        });
    });
}

fn heading_ui(ui: &mut Ui, text: &str) {
    ui.add_space(4.0);
    ui.label(RichText::new(text).small().color(Tokens::of(ui).text_weak));
}

fn member_ui<T: Ord>(ui: &mut Ui, set: &mut BTreeSet<T>, value: T, word: &str) {
    let mut on = set.contains(&value);
    if tick_ui(ui, &mut on, word).changed() {
        if on {
            set.insert(value);
        } else {
            set.remove(&value);
        }
    }
}

/// One setting: values that are chosen are alternatives, none is any.
fn setting_ui(ui: &mut Ui, settings: &mut BTreeSet<SettingIs>, setting: Setting) {
    ui.label(setting.label());
    for (says, word) in
        [(Says::True, "true"), (Says::False, "false"), (Says::NotStated, "not stated")]
    {
        let condition = SettingIs { setting, says };
        let on = settings.contains(&condition);
        let response = ui.add(egui::Button::selectable(on, RichText::new(word).small()));
        response.widget_info(|| {
            let name = format!("{} {word}", setting.label());
            egui::WidgetInfo::selected(egui::Role::CheckBox, true, on, name)
        });
        if response.clicked() && !settings.remove(&condition) {
            settings.insert(condition);
        }
    }
}

fn finding_ui(ui: &mut Ui, values: &Values, finding: &mut Option<FindingIs>) {
    let now = finding.map_or_else(String::new, |finding| format!(": {}", finding.words()));
    let title = RichText::new(format!("A finding{now}"));
    egui::CollapsingHeader::new(title).id_salt("finding").show(ui, |ui| {
        egui::ScrollArea::vertical().id_salt("findings").max_height(LIST).show(ui, |ui| {
            let mut choice = |ui: &mut Ui, is: FindingIs, text: String| {
                let on = *finding == Some(is);
                if ui.add(egui::Button::selectable(on, text).truncate()).clicked() {
                    *finding = (!on).then_some(is);
                }
            };
            choice(ui, FindingIs::AtLeast(Severity::Info), "Any finding".to_owned());
            for least in [Severity::Medium, Severity::High, Severity::Critical] {
                let text = format!("{} or graver", capital(least.name()));
                choice(ui, FindingIs::AtLeast(least), text);
            }
            for (rule, title, count) in &values.rules {
                choice(ui, FindingIs::Of(rule), format!("{rule} {title} ({count})"));
            }
        });
    });
}

/// A list of values, of which any that is chosen will do.
fn values_ui(
    ui: &mut Ui,
    title: &str,
    chosen: &mut BTreeSet<String>,
    all: &BTreeSet<String>,
    name: impl Fn(&String) -> String,
) {
    let now = match chosen.len() {
        0 => String::new(),
        1 => chosen.first().map_or_else(String::new, |it| format!(": {}", name(it))),
        count => format!(": {count} chosen"),
    };
    let mut changed = None;
    let header = egui::CollapsingHeader::new(format!("{title}{now}")).id_salt(title);
    header.show(ui, |ui| {
        // What was chosen and is gone from the files can still be let go.
        let all: Vec<&String> = all.union(chosen).collect();
        if all.is_empty() {
            ui.label(RichText::new("None is stated.").color(Tokens::of(ui).text_weak));
        }
        let area = egui::ScrollArea::vertical().id_salt((title, "list")).max_height(LIST);
        area.auto_shrink([false, true]).show_rows(ui, ROW, all.len(), |ui, range| {
            for value in &all[range] {
                let on = chosen.contains(*value);
                let button = egui::Button::selectable(on, name(value)).truncate();
                let response = ui.add(button.min_size(egui::vec2(0.0, ROW)));
                if response.on_hover_text(name(value)).clicked() {
                    changed = Some((*value).clone());
                }
            }
        });
    });
    if let Some(value) = changed
        && !chosen.remove(&value)
    {
        chosen.insert(value);
    }
}

fn groups_ui(ui: &mut Ui, state: &State, next: &mut Looking, commands: &mut Vec<Main>) {
    heading_ui(ui, "Blocks are made of client apps with the same");
    two_columns_ui(ui, "by", |ui, row| {
        for (at, by) in GroupBy::ALL.into_iter().enumerate() {
            if radio_ui(ui, next.group_by == by, &capital(by.name())).clicked() {
                next.group_by = by;
                next.collapsed.clear();
            }
            row(ui, at);
        }
    });
    ui.separator();
    for action in [GraphAction::CollapseAll, GraphAction::ExpandAll] {
        action_menu_ui(ui, state, Action::Graph(action), commands);
    }
    heading_ui(ui, "As one box");
    let Some(choices) = state.graph.choices() else { return };
    let groups = choices.groups(next.group_by);
    let area = egui::ScrollArea::vertical().id_salt("groups").max_height(320.0);
    area.auto_shrink([false, true]).show_rows(ui, ROW, groups.len(), |ui, range| {
        for group in &groups[range] {
            let mut on = next.collapsed.contains(&group.key);
            let text = format!("{} ({})", group.name, group.nodes);
            if tick_ui(ui, &mut on, text).on_hover_text(&group.title).changed() {
                if on {
                    next.collapsed.insert(group.key.clone());
                } else {
                    next.collapsed.remove(&group.key);
                }
            }
        }
    });
}

/// What a filter leaves out, with the way back.
pub fn filtered_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Main>) {
    let looking = state.graph.looking();
    if let Some(passing) = state.graph.passing() {
        let words = looking.words(&state.analysis.project);
        let (left, all) = (passing.subset.len(), state.analysis.graph.graph.node_count());
        line_ui(ui, icons::ICON_FILTER_ALT, &format!("Shown is only: {words}"), |ui| {
            ui.label(format!("{left} of {all}"))
                .on_hover_text("Client apps, external identities and unknown ids");
            let clear = Action::Graph(GraphAction::ClearFilter);
            action_button_ui(ui, state, clear, icons::ICON_FILTER_ALT_OFF, commands);
        });
    }
}

/// Which groups are one box, with the way back.
pub fn grouped_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Main>) {
    let count = state.graph.looking().collapsed.len();
    if count > 0 {
        let text = if count == 1 {
            "1 group is one box".to_owned()
        } else {
            format!("{count} groups are one box each")
        };
        line_ui(ui, icons::ICON_WORKSPACES, &text, |ui| {
            let expand = Action::Graph(GraphAction::ExpandAll);
            action_button_ui(ui, state, expand, icons::ICON_EXPAND_CONTENT, commands);
        });
    }
}

fn line_ui(ui: &mut Ui, icon: MaterialIcon, text: &str, more: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.label(icon.rich_text().color(Tokens::of(ui).caution));
        ui.scope(|ui| {
            ui.set_max_width((ui.available_width() - 130.0).max(120.0));
            ui.add(egui::Label::new(text).truncate()).on_hover_text(text);
        });
        more(ui);
    });
}

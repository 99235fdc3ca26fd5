//! What the four have in common: which of them, which server, and how far the run is.

use std::time::Duration;

use egui::{RichText, Ui};

use super::super::super::command::Command as WindowCommand;
use super::super::super::selection::Selection;
use super::super::super::state::State;
use super::super::super::theme::{self, Tokens};
use super::super::super::widgets::{keep_focus, link_ui, place_link_ui, problem_ui};
use super::super::{Command as TabCommand, Mode, ServerChoice};
use super::work::{PLANNING, Progress, Work};
use super::{Command, Kind, Product, Wish, means, to_window};
use crate::config::{Id, Place, Project};
use crate::exchange::sweep::{deciding, evidence};
use crate::studio::theme::icons::{self, MaterialIcon};
use crate::trust::{Decision, Question, Reading, Subject, Verdict};

/// The switch between the two of a part, the server, and what is under way.
pub fn head_ui(ui: &mut Ui, state: &State, kind: Kind, commands: &mut Vec<WindowCommand>) {
    let tokens = Tokens::of(ui);
    let kinds = match kind.mode() {
        Mode::CalibrateAndProbe => [Kind::Calibrate, Kind::Probes],
        Mode::One | Mode::Server | Mode::SweepAndCases => [Kind::Sweep, Kind::Cases],
    };
    ui.horizontal(|ui| {
        for one in kinds {
            let chosen = one == kind;
            if ui.add(egui::Button::selectable(chosen, one.label())).clicked() {
                commands.push(to_window(Command::Look(one)));
            }
        }
        ui.separator();
        let form = &state.exchange.form;
        let name = means::name_of(form);
        let text = if name.is_empty() { "no server yet".to_owned() } else { name };
        let change = "Change the server";
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let hover = "Server, credentials and tokens are those of “One exchange”";
            if ui.button(change).on_hover_text(hover).clicked() {
                commands.push(WindowCommand::Exchange(TabCommand::Show(Mode::One)));
            }
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                ui.label(icons::ICON_DNS.rich_text().size(15.0).color(tokens.text_weak));
                let text = RichText::new(format!("Server: {text}")).color(tokens.text_weak);
                ui.add(egui::Label::new(text).truncate());
            });
        });
    });
    ui.add_space(2.0);
    in_the_way_ui(ui, state, commands);
    if let Some(work) = state.exchange.campaign.running(&state.jobs) {
        work_ui(ui, work, kind, commands);
    }
    if let Some(why) = state.exchange.campaign.failed(kind) {
        line_ui(ui, icons::ICON_CLOUD_OFF, tokens.bad, why, false);
    }
}

/// A file is there already: is it to go?
fn in_the_way_ui(ui: &mut Ui, state: &State, commands: &mut Vec<WindowCommand>) {
    let Some(question) = &state.exchange.campaign.in_the_way else { return };
    let tokens = Tokens::of(ui);
    egui::Frame::new()
        .fill(tokens.raised)
        .stroke(egui::Stroke::new(1.0, tokens.caution))
        .corner_radius(theme::RADIUS)
        .inner_margin(8)
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            problem_ui(ui, &format!("{} is there already.", question.path.display()));
            ui.horizontal(|ui| {
                if ui.button("Keep it").clicked() {
                    commands.push(to_window(Command::KeepThatFile));
                }
                if ui.button("Replace it").clicked() {
                    let (product, path) = (question.product, question.path.clone());
                    let save = Command::SaveTo { product, path, replace: true };
                    commands.push(to_window(save));
                }
            });
        });
}

/// How far the run is, with the button that ends it.
fn work_ui(ui: &mut Ui, work: &Work, kind: Kind, commands: &mut Vec<WindowCommand>) {
    let tokens = Tokens::of(ui);
    let elapsed = work.since.elapsed();
    let counts = work.progress.as_ref().map(Progress::counts);
    let mut parts = vec![work.kind.activity().to_owned()];
    if let Some((done, total)) = counts {
        parts.push(format!("{done} of {total}"));
        let fresh = done.saturating_sub(work.before);
        let seconds = elapsed.as_secs_f64();
        if fresh > 1 && seconds > 0.5 && work.kind == Kind::Sweep {
            parts.push(format!("{:.1} a second", fresh as f64 / seconds));
        }
    }
    if let Some(Progress::Sweep { differences, .. }) = &work.progress {
        parts.push(match differences {
            0 => "no difference so far".to_owned(),
            1 => "1 difference so far".to_owned(),
            n => format!("{n} differences so far"),
        });
    }
    parts.push(time(elapsed));
    if work.stopping {
        parts.push("stopping".to_owned());
    }
    ui.horizontal(|ui| {
        ui.spinner();
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let name = if work.kind == kind {
                "Stop".to_owned()
            } else {
                format!("Stop: {}", work.kind.label())
            };
            let stop = ui.add_enabled(!work.stopping, egui::Button::new(name));
            keep_focus(&stop, "campaign");
            if stop.clicked() {
                commands.push(to_window(Command::Stop));
            }
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                ui.add(egui::Label::new(parts.join(" · ")).truncate());
            });
        });
    });
    if let Some((done, total)) = counts {
        let share = done as f32 / total.max(1) as f32;
        ui.add(egui::ProgressBar::new(share).desired_height(5.0).fill(tokens.accent));
    }
    ui.add_space(4.0);
    // The time that is shown goes on.
    ui.ctx().request_repaint_after(Duration::from_millis(200));
}

/// A time as people say it.
pub fn time(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 60.0 {
        return format!("{seconds:.1} s");
    }
    format!("{} min {:02} s", time.as_secs() / 60, time.as_secs() % 60)
}

/// The button that starts a run, with the reason where it cannot.
pub fn begin_ui(
    ui: &mut Ui,
    state: &State,
    label: &str,
    wish: &Wish,
    commands: &mut Vec<WindowCommand>,
) {
    let tokens = Tokens::of(ui);
    let busy = state.exchange.campaign.running(&state.jobs).is_some();
    let missing = state.exchange.cannot_begin(wish);
    let reason = if busy { Some("Something is running") } else { missing };
    let icon = icons::ICON_PLAY_ARROW.rich_text().size(17.0).color(tokens.on_accent);
    let text = RichText::new(label).color(tokens.on_accent);
    let button =
        egui::Button::new((icon, text)).fill(tokens.accent).min_size(egui::vec2(110.0, 28.0));
    let response = ui.add_enabled(reason.is_none(), button).accessible_name(label);
    keep_focus(&response, "campaign");
    match reason {
        Some(reason) => {
            response.on_disabled_hover_text(reason);
        }
        None if response.clicked() => commands.push(to_window(Command::Begin(wish.clone()))),
        None => {}
    }
    if let Some(missing) = missing.filter(|_| !busy) {
        if missing == PLANNING {
            ui.spinner();
        }
        let text = RichText::new(format!("{missing}.")).size(12.0).color(tokens.text_weak);
        ui.label(text);
    }
}

/// A sentence with a mark before it.
pub fn line_ui(ui: &mut Ui, icon: MaterialIcon, color: egui::Color32, text: &str, strong: bool) {
    super::super::answer_ui::line_ui(ui, icon, color, text, strong);
}

/// A remark in weak letters.
pub fn weak_ui(ui: &mut Ui, text: &str) {
    let text = RichText::new(text).size(12.5).color(Tokens::of(ui).text_weak);
    ui.add(egui::Label::new(text).wrap());
}

/// A menu of files to save.
pub fn save_menu_ui(
    ui: &mut Ui,
    name: &str,
    products: &[(Product, &str)],
    commands: &mut Vec<WindowCommand>,
) {
    let icon = icons::ICON_DOWNLOAD.rich_text().size(15.0);
    ui.menu_button((icon, RichText::new(name)), |ui| {
        for (product, label) in products {
            if ui.button(*label).clicked() {
                commands.push(to_window(Command::Save(*product)));
                ui.close();
            }
        }
    })
    .response
    .accessible_name(name);
}

/// What the configuration says, with its lines. They are links while the files are as they were.
pub fn argument_ui(
    ui: &mut Ui,
    state: &State,
    project: &Project,
    decision: &Decision,
    commands: &mut Vec<WindowCommand>,
) {
    let tokens = Tokens::of(ui);
    let (icon, color) = match decision.verdict() {
        Verdict::Allowed => (icons::ICON_CHECK_CIRCLE, tokens.good),
        Verdict::AllowedIfNotStated => (icons::ICON_HELP, tokens.caution),
        Verdict::Refused => (icons::ICON_CANCEL, tokens.bad),
    };
    line_ui(ui, icon, color, &decision.sentence(project), true);
    steps_ui(ui, state, project, decision, commands);
}

/// The steps that a verdict rests on, with their lines.
pub fn steps_ui(
    ui: &mut Ui,
    state: &State,
    project: &Project,
    decision: &Decision,
    commands: &mut Vec<WindowCommand>,
) {
    let current = std::ptr::eq(project, &*state.project);
    for step in deciding(decision) {
        let places = evidence(project, decision, step);
        ui.add(egui::Label::new(RichText::new(&step.sentence).size(12.5)).wrap());
        places_ui(ui, state, project, &places, current, commands);
    }
}

fn places_ui(
    ui: &mut Ui,
    state: &State,
    project: &Project,
    places: &[Place],
    current: bool,
    commands: &mut Vec<WindowCommand>,
) {
    if places.is_empty() {
        return;
    }
    ui.scope(|ui| {
        ui.spacing_mut().interact_size.y = 14.0;
        ui.horizontal_wrapped(|ui| {
            for place in places {
                if current {
                    place_link_ui(ui, state, *place, commands);
                } else {
                    let text = RichText::new(project.describe_place(*place)).small();
                    ui.label(text.color(Tokens::of(ui).text_weak));
                }
            }
        });
    });
}

/// Says that the files have changed since a result was made.
pub fn stale_ui(ui: &mut Ui, again: &str) {
    let text = format!("The files, or how they are read, have changed since. {again}");
    problem_ui(ui, &text);
}

/// What one exchange can be taken on with.
pub fn take_on_ui(
    ui: &mut Ui,
    state: &State,
    reading: Reading,
    question: &Question,
    commands: &mut Vec<WindowCommand>,
) {
    if ui.small_button("Simulate this").on_hover_text("Fills “One exchange” with it").clicked()
    {
        if let Some(edge) = edge_of(&state.project, reading, question) {
            commands.push(WindowCommand::Select(Some(edge)));
        }
        commands.push(WindowCommand::Exchange(TabCommand::Prefill(question.clone())));
    }
    if link_ui(ui, RichText::new("Show in the graph").small()).clicked()
        && let Some(edge) = edge_of(&state.project, reading, question)
    {
        commands.push(WindowCommand::Reveal(edge));
        commands.push(WindowCommand::ShowTab(super::super::super::state::Tab::Graph));
    }
}

/// The arrow that an exchange stands for; where there is none, the client app it starts from.
pub fn edge_of(project: &Project, reading: Reading, question: &Question) -> Option<Selection> {
    let target = question.target?;
    match &question.subject {
        Subject::UserOf(from) => {
            let (owner, listed) = reading.permission(*from, target);
            let permission = project
                .client(owner)
                .permissions
                .iter()
                .find(|permission| permission.client == Some(listed));
            let entry = permission.and_then(|permission| permission.id.as_ref());
            Some(match entry {
                Some(id) => Selection::Exchange { owner, entry: Id::key(id).into_owned() },
                None => Selection::Client(question.requester),
            })
        }
        Subject::External { issuer, subject } => {
            let identities = project.client(target).identities.iter();
            let wanted = Some((issuer.as_str(), subject.as_str()));
            let index = identities.map(|identity| identity.pair()).position(|it| it == wanted);
            Some(match index {
                Some(index) => Selection::Federation { client: target, index },
                None => Selection::Client(question.requester),
            })
        }
    }
}

/// Whether everything is asked of a server that the window itself runs.
pub fn is_built_in(state: &State) -> bool {
    state.exchange.form.server == ServerChoice::BuiltIn
}

//! The window: a frame drains jobs and commands, then draws from the state.

use std::path::PathBuf;

use egui::{Panel, Ui};

use crate::config::Project;

use super::changes_tab::changes_ui;
use super::command::{Action, Command, Leaving};
use super::dialogs::NativeDialogs;
use super::exchange_tab::exchange_ui;
use super::graph_tab::{GraphTab, Search, graph_ui};
use super::jobs::Jobs;
use super::matrix_tab::{MatrixTab, matrix_ui};
use super::notices::Notices;
use super::panels::bars::{self, status_bar_ui, top_bar_ui};
use super::panels::changes::ChangesView;
use super::panels::clients::{ClientList, clients_ui};
use super::panels::dialogs::{DialogDraft, dialogs_ui};
use super::panels::inspector::{Inspector, inspector_ui};
use super::panels::news::{has_news, news_ui};
use super::panels::problems::problems_ui;
use super::source_tab::{self, SourceView, source_ui};
use super::state::{Origin, Outside, State, Tab, sample};
use super::theme::{self, Tokens};
use super::user_state::UserState;

/// The application as eframe runs it.
pub struct Studio {
    pub state: State,
    views: Views,
    tabs: egui_tiles::Tree<Tab>,
    commands: Vec<Command>,
    notices: Notices,
    title: String,
    focused: bool,
}

/// What the panels keep between frames.
#[derive(Default)]
struct Views {
    clients: ClientList,
    inspector: Inspector,
    graph: GraphTab,
    source: SourceView,
    changes: ChangesView,
    matrix: MatrixTab,
    dialog: DialogDraft,
}

impl Studio {
    /// The studio as a person starts it: native dialogs, settings where the platform keeps them,
    /// the sample when no path is given.
    ///
    /// # Errors
    ///
    /// When the system gives no threads for background work.
    pub fn start(context: &egui::Context, paths: Vec<PathBuf>) -> std::io::Result<Self> {
        let outside = Outside {
            dialogs: std::sync::Arc::new(NativeDialogs),
            open: std::sync::Arc::new(Project::open_with),
            settings: UserState::default_path(),
            state: crate::config::state_folder(),
            keyring: std::sync::Arc::new(crate::exchange::SystemKeyring::default()),
        };
        let mut studio = Self::new(context, outside)?;
        studio.state.look_for_lost_work();
        if paths.is_empty() {
            studio.state.take_project(sample(), Origin::Sample);
        } else {
            studio.state.apply(Command::Open(paths));
        }
        Ok(studio)
    }

    /// An empty studio with its outside passed in.
    ///
    /// # Errors
    ///
    /// When the system gives no threads for background work.
    pub fn new(context: &egui::Context, outside: Outside) -> std::io::Result<Self> {
        theme::install(context);
        let jobs = Jobs::new(context.clone())?;
        let state = State::new(outside, jobs);
        Ok(Self {
            state,
            views: Views::default(),
            tabs: egui_tiles::Tree::new_tabs(egui::Id::unique("tabs"), Tab::ALL.to_vec()),
            commands: Vec::new(),
            notices: Notices::default(),
            title: String::new(),
            focused: false,
        })
    }

    /// Carries out what was asked for since the last frame.
    fn drain(&mut self, context: &egui::Context) {
        self.commands.extend(self.state.jobs.finished());
        let mut rounds = 0;
        while !self.commands.is_empty() && rounds < 8 {
            for command in std::mem::take(&mut self.commands) {
                self.state.apply(command);
            }
            rounds += 1;
        }
        if self.commands.is_empty() {
            self.state.forget_ended_jobs();
        }
        context.set_theme(egui::ThemePreference::from(self.state.user.theme));
        let now = context.input(|input| input.time);
        for notice in std::mem::take(&mut self.state.notices) {
            self.notices.add(notice, now);
        }
        if let Some(tab) = self.state.requests.tab.take() {
            self.tabs.make_active(
                |_, tile| matches!(tile, egui_tiles::Tile::Pane(pane) if *pane == tab),
            );
        }
        if let Some(place) = self.state.requests.place.take() {
            self.state.apply(Command::Source(source_tab::Command::GoTo(place)));
        }
        self.state.source.in_front = shows(&self.tabs, Tab::Source);
        self.state.graph.in_front = shows(&self.tabs, Tab::Graph);
        self.state.changes_tab.in_front = shows(&self.tabs, Tab::Changes);
        self.state.follow_in_changes();
        if let Some(search) = self.state.graph.search_again.take() {
            self.views.clients.search = search;
        }
        source_tab::settle(context, &mut self.state.source, &mut self.views.source);
        if let Some(url) = self.state.exchange.open.take() {
            context.open_url(egui::OpenUrl::new_tab(url.as_str()));
        }
        self.name_window(context);
        self.handle_closing(context);
    }

    fn name_window(&mut self, context: &egui::Context) {
        let mark = if self.state.project.unsaved().is_empty() { "" } else { "• " };
        let title = format!("{mark}{} – Exchange Studio", bars::title(&self.state));
        if title != self.title {
            context.send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }

    fn handle_closing(&mut self, context: &egui::Context) {
        if std::mem::take(&mut self.state.requests.quit) {
            context.send_viewport_cmd(egui::ViewportCommand::Close);
        }
        let asked = context.input(|input| input.viewport().close_requested());
        let busy = !self.state.project.unsaved().is_empty() || self.state.saving.is_some();
        if asked && !self.state.may_close && busy {
            context.send_viewport_cmd(egui::ViewportCommand::CancelClose);
            self.state.apply(Command::Leave(Leaving::Quit));
        }
    }

    fn listen(&mut self, context: &egui::Context) {
        // Whoever comes back may have been elsewhere with the files meanwhile.
        let focused = context.input(|input| input.viewport().focused == Some(true));
        if focused && !std::mem::replace(&mut self.focused, focused) {
            self.commands.push(Command::ComeBack);
        }
        self.focused = focused;
        // A dialog has the keyboard to itself.
        if self.state.dialog.is_none() {
            // What is typed into a field is about its text, not about what is selected.
            let typing = context.text_edit_focused() || self.state.source.has_keyboard;
            let heard = Action::all()
                .filter(|action| action.is_listened_for(&self.state))
                .filter(|action| !(typing && action.is_about_documents()));
            let mut shortcuts: Vec<_> = heard
                .flat_map(|action| {
                    [action.shortcut(), action.other_shortcut()].map(|keys| (keys, action))
                })
                .filter_map(|(keys, action)| Some((keys?, action)))
                .collect();
            // Ctrl+Z is heard in Ctrl+Shift+Z too: the one that asks for more comes first.
            shortcuts.sort_by_key(|(keys, _)| !(keys.modifiers.shift || keys.modifiers.alt));
            for (keys, action) in shortcuts {
                if context.input_mut(|input| input.consume_shortcut(&keys)) {
                    self.commands.push(Command::Act(action));
                }
            }
        }
        let dropped: Vec<PathBuf> = context.input(|input| {
            input.raw.dropped_files.iter().map(|file| file.path().to_path_buf()).collect()
        });
        if !dropped.is_empty() {
            self.commands.push(Command::Leave(Leaving::Open(dropped)));
        }
    }

    fn draw(&mut self, ui: &mut Ui) {
        let Self { state, views, tabs, commands, .. } = self;
        let tokens = Tokens::of(ui);
        let bar =
            egui::Frame::new().fill(tokens.panel).inner_margin(egui::Margin::symmetric(10, 5));
        let side = egui::Frame::new().fill(tokens.panel).inner_margin(theme::PANEL_MARGIN);
        Panel::top("top").frame(bar).show(ui, |ui| top_bar_ui(ui, state, commands));
        if has_news(state) {
            Panel::top("news").frame(bar).show(ui, |ui| news_ui(ui, state, commands));
        }
        Panel::bottom("status").frame(bar).show(ui, |ui| status_bar_ui(ui, state, commands));
        Panel::left("clients").frame(side).default_size(250.0).size_range(180.0..=480.0).show(
            ui,
            |ui| {
                clients_ui(ui, &mut views.clients, state, commands);
            },
        );
        // The exchange tab and the questions say of an arrow what the inspector would, the matrix of
        // a cell, and all need the room.
        let asking = shows(tabs, Tab::Graph) && state.graph.ask.open;
        let beside = shows(tabs, Tab::Exchange) || shows(tabs, Tab::Matrix) || asking;
        let crowded = beside && ui.ctx().content_rect().width() < 1500.0;
        if !crowded {
            Panel::right("inspector")
                .frame(side)
                .default_size(340.0)
                .size_range(260.0..=620.0)
                .show(ui, |ui| {
                    inspector_ui(ui, &mut views.inspector, state, commands);
                });
        }
        if state.user.show_problems {
            Panel::bottom("problems")
                .frame(bar)
                .resizable(true)
                .default_size(150.0)
                .size_range(80.0..=420.0)
                .show(ui, |ui| problems_ui(ui, state, commands));
        }
        egui::CentralPanel::no_frame().show(ui, |ui| {
            let mut behavior = Middle { state, views, commands };
            tabs.ui(&mut behavior, ui);
        });
        dialogs_ui(ui.ctx(), &mut views.dialog, &mut views.changes, state, commands);
        drop_hint_ui(ui);
    }
}

impl eframe::App for Studio {
    fn logic(&mut self, context: &egui::Context, _frame: &mut eframe::Frame) {
        self.drain(context);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        let context = ui.ctx().clone();
        self.listen(&context);
        self.draw(ui);
        self.state.requests.focus_search = false;
        if std::mem::take(&mut self.views.graph.drawn) {
            self.state.requests.fit = false;
            self.state.requests.new_project = false;
            self.state.requests.reveal = false;
            self.state.graph.came_back = false;
        }
        self.notices.show(&context);
        if !self.commands.is_empty() {
            // They are carried out before the next frame, which is to come at once.
            context.request_repaint();
        }
    }
}

/// Whether a tab is in front.
fn shows(tabs: &egui_tiles::Tree<Tab>, tab: Tab) -> bool {
    tabs.active_tiles().into_iter().any(|tile| tabs.tiles.get_pane(&tile) == Some(&tab))
}

/// Says that what hangs over the window may be let go.
fn drop_hint_ui(ui: &Ui) {
    if ui.input(|input| input.raw.hovered_files.is_empty()) {
        return;
    }
    let tokens = Tokens::of(ui);
    let painter = ui
        .ctx()
        .layer_painter(egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drop")));
    let rect = ui.ctx().content_rect();
    painter.rect_filled(rect, 0.0, tokens.window.gamma_multiply(0.85));
    painter.text(
        rect.center(),
        egui::Align2::CENTER_CENTER,
        "Drop to open",
        egui::FontId::new(22.0, theme::semibold()),
        tokens.text,
    );
}

/// Draws the tabs of the middle.
struct Middle<'frame> {
    state: &'frame State,
    views: &'frame mut Views,
    commands: &'frame mut Vec<Command>,
}

impl egui_tiles::Behavior<Tab> for Middle<'_> {
    fn pane_ui(
        &mut self,
        ui: &mut Ui,
        _tile: egui_tiles::TileId,
        tab: &mut Tab,
    ) -> egui_tiles::UiResponse {
        let tokens = Tokens::of(ui);
        let margin = if matches!(tab, Tab::Graph | Tab::Matrix) { 0 } else { theme::PANEL_MARGIN };
        egui::Frame::new().fill(tokens.sunken).inner_margin(margin).show(ui, |ui| {
            ui.set_min_size(ui.available_size());
            match tab {
                Tab::Graph => {
                    let clients = &self.views.clients;
                    let (text, matches) = (clients.search.as_str(), clients.search_matches());
                    let search = Search { text, matches };
                    graph_ui(ui, &mut self.views.graph, self.state, search, self.commands);
                }
                Tab::Source => source_ui(ui, &mut self.views.source, self.state, self.commands),
                Tab::Exchange => exchange_ui(ui, self.state, self.commands),
                Tab::Changes => {
                    changes_ui(ui, &mut self.views.changes, self.state, self.commands);
                }
                Tab::Matrix => matrix_ui(ui, &mut self.views.matrix, self.state, self.commands),
            }
        });
        egui_tiles::UiResponse::None
    }

    fn tab_title_for_pane(&mut self, tab: &Tab) -> egui::WidgetText {
        match tab {
            Tab::Changes if !self.state.project.unsaved().is_empty() => {
                format!("{} ({})", tab.title(), self.state.project.unsaved().len()).into()
            }
            _ => tab.title().into(),
        }
    }

    fn simplification_options(&self) -> egui_tiles::SimplificationOptions {
        egui_tiles::SimplificationOptions { all_panes_must_have_tabs: true, ..Default::default() }
    }

    fn tab_bar_color(&self, visuals: &egui::Visuals) -> egui::Color32 {
        Tokens::for_dark_mode(visuals.dark_mode).panel
    }

    fn tab_text_color(
        &self,
        visuals: &egui::Visuals,
        _tiles: &egui_tiles::Tiles<Tab>,
        _tile: egui_tiles::TileId,
        tab: &egui_tiles::TabState,
    ) -> egui::Color32 {
        let tokens = Tokens::for_dark_mode(visuals.dark_mode);
        if tab.active { tokens.accent } else { tokens.text_weak }
    }

    fn tab_bg_color(
        &self,
        visuals: &egui::Visuals,
        _tiles: &egui_tiles::Tiles<Tab>,
        _tile: egui_tiles::TileId,
        tab: &egui_tiles::TabState,
    ) -> egui::Color32 {
        let tokens = Tokens::for_dark_mode(visuals.dark_mode);
        if tab.active { tokens.sunken } else { egui::Color32::TRANSPARENT }
    }

    fn tab_bar_height(&self, _style: &egui::Style) -> f32 {
        32.0
    }
}

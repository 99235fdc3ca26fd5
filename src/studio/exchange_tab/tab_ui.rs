//! The parts of the tab, and where each is drawn.

use super::{Command, campaign, form_ui, result_ui, server};

/// The parts of the tab.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// One exchange, or one chain.
    #[default]
    One,
    SweepAndCases,
    CalibrateAndProbe,
    /// The server itself: its profile, the way there, and what it says of itself.
    Server,
}

impl Mode {
    pub const ALL: [Self; 4] =
        [Self::One, Self::SweepAndCases, Self::CalibrateAndProbe, Self::Server];

    pub fn label(self) -> &'static str {
        match self {
            Self::One => "One exchange",
            Self::SweepAndCases => "Sweep and cases",
            Self::CalibrateAndProbe => "Calibrate and probe",
            Self::Server => "Server",
        }
    }
}

/// Draws the tab.
pub fn exchange_ui(
    ui: &mut egui::Ui,
    state: &super::super::State,
    commands: &mut Vec<super::super::Command>,
) {
    ui.horizontal_wrapped(|ui| {
        for mode in Mode::ALL {
            let chosen = state.exchange.mode == mode;
            if ui.add(egui::Button::selectable(chosen, mode.label())).clicked() {
                commands.push(super::super::Command::Exchange(Command::Show(mode)));
            }
        }
    });
    ui.add_space(4.0);
    match state.exchange.mode {
        Mode::One => one_ui(ui, state, commands),
        Mode::SweepAndCases | Mode::CalibrateAndProbe => {
            campaign::campaign_ui(ui, state, commands);
        }
        Mode::Server => server::server_ui(ui, state, commands),
    }
}

/// The request on the left; prediction, answer and tokens on the right.
fn one_ui(
    ui: &mut egui::Ui,
    state: &super::super::State,
    commands: &mut Vec<super::super::Command>,
) {
    let narrow = ui.available_width() < 720.0;
    let form_width = if narrow {
        ui.available_width()
    } else {
        (ui.available_width() * 0.4).clamp(320.0, 460.0)
    };
    if narrow {
        egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
            form_ui::form_ui(ui, state, commands);
            ui.separator();
            result_ui::result_ui(ui, state, commands);
        });
        return;
    }
    egui::Panel::left("exchange-form")
        .frame(egui::Frame::new().inner_margin(egui::Margin { right: 12, ..Default::default() }))
        .default_size(form_width)
        .size_range(300.0..=560.0)
        .show(ui, |ui| {
            egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
                form_ui::form_ui(ui, state, commands);
            });
        });
    egui::CentralPanel::no_frame()
        .frame(egui::Frame::new().inner_margin(egui::Margin { left: 12, ..Default::default() }))
        .show(ui, |ui| {
            egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
                result_ui::result_ui(ui, state, commands);
            });
        });
}

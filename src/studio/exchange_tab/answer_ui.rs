//! What a server has answered to a request for a token: how it ended, whether the signature holds, what
//! the checks say, and how long it took.

use egui::{RichText, Ui};

use super::super::theme::{self, Tokens};
use super::timing_ui;
use crate::exchange::checks::{Check, Level};
use crate::exchange::report::{Outcome as Ending, Refusal, ServerReport, Timings};
use crate::exchange::{Redeemed, Report, Verification};
use crate::studio::theme::icons::{self, MaterialIcon};

/// An answer: to an exchange, or to the redemption of a grant.
#[derive(Clone)]
pub struct Answered<'a> {
    pub ending: Ending,
    sentence: String,
    refusal: Option<&'a Refusal>,
    verification: Option<&'a Verification>,
    server: &'a ServerReport,
    checks: &'a [Check],
    timings: &'a Timings,
}

impl<'a> From<&'a Report> for Answered<'a> {
    fn from(report: &'a Report) -> Self {
        Self {
            ending: report.outcome,
            sentence: report.sentence(),
            refusal: report.refusal.as_ref(),
            verification: report.verification.as_ref(),
            server: &report.server,
            checks: &report.checks,
            timings: &report.timings,
        }
    }
}

impl<'a> From<&'a Redeemed> for Answered<'a> {
    fn from(redeemed: &'a Redeemed) -> Self {
        Self {
            ending: redeemed.outcome,
            sentence: redeemed.sentence(),
            refusal: redeemed.refusal.as_ref(),
            verification: redeemed.verification.as_ref(),
            server: &redeemed.server,
            checks: &redeemed.checks,
            timings: &redeemed.timings,
        }
    }
}

/// The answer, or why there is none.
pub fn answer_ui<'a, R>(ui: &mut Ui, answer: Result<&'a R, &String>)
where
    Answered<'a>: From<&'a R>,
{
    let tokens = Tokens::of(ui);
    let answered = match answer {
        Ok(report) => Answered::from(report),
        Err(error) => {
            ui.horizontal_top(|ui| {
                ui.label(icons::ICON_CLOUD_OFF.rich_text().size(17.0).color(tokens.bad));
                ui.add(egui::Label::new(error.as_str()).wrap());
            });
            return;
        }
    };
    let (icon, color) = match answered.ending {
        Ending::Issued => (icons::ICON_CHECK_CIRCLE, tokens.good),
        Ending::Refused => (icons::ICON_CANCEL, tokens.bad),
        Ending::Unusable => (icons::ICON_ERROR, tokens.bad),
    };
    line_ui(ui, icon, color, &answered.sentence, true);
    if let Some(refusal) = answered.refusal {
        if !refusal.description.is_empty() {
            let text = RichText::new(format!("“{}”", refusal.description)).italics();
            ui.add(egui::Label::new(text).wrap());
        }
        ui.add(egui::Label::new(&refusal.explanation).wrap());
    }
    let signature = match answered.verification {
        Some(Verification::Verified { alg, .. }) => {
            let text = format!("Signed by a key of the server ({alg}).");
            Some((icons::ICON_VERIFIED, tokens.good, text))
        }
        Some(Verification::Failed { reason }) => {
            Some((icons::ICON_GPP_BAD, tokens.bad, reason.clone()))
        }
        Some(Verification::NotPossible { reason }) => {
            Some((icons::ICON_QUESTION_MARK, tokens.caution, reason.clone()))
        }
        None => None,
    };
    if let Some((icon, color, text)) = signature {
        line_ui(ui, icon, color, &text, false);
    }
    if answered.server.loopback_http {
        let text = "Plain http, to this machine only.";
        line_ui(ui, icons::ICON_LOCK_OPEN, tokens.caution, text, false);
    }
    let tally = RichText::new(tally(answered.checks)).size(12.5).color(tokens.text_weak);
    ui.add(egui::Label::new(tally).wrap());
    timing_ui::timing_ui(ui, answered.timings);
    let address = RichText::new(&answered.server.token_endpoint).small().color(tokens.text_weak);
    ui.add(egui::Label::new(address).wrap());
}

pub fn line_ui(ui: &mut Ui, icon: MaterialIcon, color: egui::Color32, text: &str, strong: bool) {
    ui.horizontal_top(|ui| {
        ui.label(icon.rich_text().size(if strong { 17.0 } else { 15.0 }).color(color));
        let text = if strong {
            RichText::new(text).family(theme::semibold())
        } else {
            RichText::new(text).size(12.5)
        };
        ui.add(egui::Label::new(text).wrap());
    });
}

/// How many checks came out how.
fn tally(checks: &[Check]) -> String {
    let at =
        |level: Level| checks.iter().filter(move |check| check.level == level && !check.dialect);
    let count = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{count} {many}")),
    };
    let dialects = checks.iter().filter(|check| check.dialect).count();
    let parts = [
        count(at(Level::Fail).count(), "breach", "breaches"),
        count(at(Level::Warn).count(), "piece of advice", "pieces of advice"),
        count(dialects, "dialect", "dialects"),
        count(at(Level::Pass).count(), "check passed", "checks passed"),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

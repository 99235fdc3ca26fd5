//! Writing down one exchange, for people and for programs.

use std::fmt::Write as _;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::Format;
use crate::authority::Prediction;
use crate::cli::terminal::Colour;
use crate::cli::{Failure, Terminal, project};
use crate::config::Project;
use crate::exchange::agree::Agreement;
use crate::exchange::checks::Check;
use crate::exchange::compare::Fate;
use crate::exchange::token::Token;
use crate::exchange::{Level, Outcome, Preset, Redeemed, Report, SimulateError, Verification};
use crate::trust::Truth;

/// A prediction, the project it is from, and how it agrees with the answer.
pub type Compared<'a> = (Prediction, &'a Project, Agreement);

/// An exchange and all that is known of it.
#[derive(Clone, Copy)]
pub struct Done<'a> {
    pub report: &'a Report,
    pub preset: Option<Preset>,
    pub compared: Option<&'a Compared<'a>>,
    /// What came of redeeming the grant, or why there was no answer.
    pub redeemed: Option<&'a Result<Redeemed, SimulateError>>,
}

/// What came of a command, for those who read it.
pub trait Written {
    /// For programs; with the issued tokens themselves if they are to be printed.
    fn to_json(&self, print_token: bool) -> Value;

    /// For people.
    fn to_text(&self, colour: Colour) -> String;

    /// The token that it all ends in, which is what goes on.
    fn last_token(&self) -> Option<&SecretString>;

    /// Writes it. With `print_token` a person gets the token alone on standard output.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    fn write(
        &self,
        format: Format,
        print_token: bool,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        if format == Format::Json {
            return terminal.json(&self.to_json(print_token));
        }
        if !print_token {
            let text = self.to_text(terminal.out_colour());
            write!(terminal.out(), "{text}")?;
            return Ok(());
        }
        terminal.say(self.to_text(terminal.err_colour()).trim_end());
        if let Some(token) = self.last_token() {
            writeln!(terminal.out(), "{}", token.expose_secret())?;
        }
        Ok(())
    }
}

impl Written for Done<'_> {
    fn to_json(&self, print_token: bool) -> Value {
        let mut object = self.report.to_json(print_token);
        let compared =
            |describe: &dyn Fn(&Compared<'_>) -> Value| self.compared.map_or(Value::Null, describe);
        object["prediction"] = compared(&|(prediction, project, agreement)| {
            prediction_json(prediction, project, agreement.held)
        });
        object["agreement"] = compared(&|(prediction, project, agreement)| {
            agreement.to_json(project, &prediction.decision, self.report, |place| {
                project::describe(project, place)
            })
        });
        object["preset"] = json!(self.preset);
        object["redemption"] = match self.redeemed {
            None => Value::Null,
            Some(Ok(leg_2)) => leg_2.to_json(print_token),
            Some(Err(error)) => json!({
                "sentence": not_redeemed(error),
                "outcome": "no-answer",
                "error": error.to_string(),
            }),
        };
        object
    }

    fn to_text(&self, colour: Colour) -> String {
        let mut text = String::new();
        // Writing into a string cannot fail.
        let _ = write_human(&mut text, self.report, self.compared, colour);
        let _ = match self.redeemed {
            None => Ok(()),
            Some(Ok(leg_2)) => write_redeemed(&mut text, leg_2, colour),
            Some(Err(error)) => writeln!(text, "\n{}", colour.bad(not_redeemed(error))),
        };
        text
    }

    fn last_token(&self) -> Option<&SecretString> {
        match self.redeemed {
            None => self.report.issued.as_ref(),
            Some(leg_2) => leg_2.as_ref().ok().and_then(|leg_2| leg_2.issued.as_ref()),
        }
    }
}

/// What there is to say of a second leg without an answer.
fn not_redeemed(error: &SimulateError) -> String {
    format!("The grant was not redeemed: {error}")
}

fn write_human(
    out: &mut String,
    report: &Report,
    compared: Option<&Compared<'_>>,
    colour: Colour,
) -> std::fmt::Result {
    let sentence = report.sentence();
    let sentence = match report.outcome {
        Outcome::Issued => colour.good(sentence),
        Outcome::Refused | Outcome::Unusable => colour.bad(sentence),
    };
    writeln!(out, "{sentence}")?;
    if let Some(refusal) = &report.refusal {
        if !refusal.description.is_empty() {
            writeln!(out, "  It says: {}", refusal.description)?;
        }
        writeln!(out, "  {}", refusal.explanation)?;
    }
    if let Some(compared) = compared {
        write_prediction(out, compared, colour)?;
    }
    writeln!(out)?;
    let http = if report.server.loopback_http { "  (plain http, this machine only)" } else { "" };
    writeln!(out, "  server   {}{http}", report.server.token_endpoint)?;
    writeln!(out, "  client   {} ({})", report.client, report.client_auth.name())?;
    if let Some(key) = &report.dpop {
        writeln!(out, "  proof    DPoP with {}, key {}", key.algorithm, key.thumbprint)?;
    }
    if let Some(thumbprint) = &report.client_certificate {
        writeln!(out, "  shows    a certificate, SHA-256 {thumbprint}")?;
    }
    if let Some(first) = &report.first_try {
        let status = first.answer.status;
        writeln!(
            out,
            "  nonce    wanted by the server ({status}); the request was sent again with it"
        )?;
    }
    writeln!(out, "  took     {}", report.timings.to_text())?;
    if let Some(token) = &report.issued_token {
        writeln!(out, "  issued   {}", token.summary())?;
    }
    if let Some(verification) = &report.verification {
        let said = match verification {
            Verification::Verified { alg, .. } => {
                format!("{} by a key of the server ({alg})", colour.good("verified"))
            }
            Verification::Failed { reason } => format!("{}: {reason}", colour.bad("wrong")),
            Verification::NotPossible { reason } => reason.clone(),
        };
        writeln!(out, "  signed   {said}")?;
    }
    write_tokens(out, report, colour)?;
    write_checks(out, report, colour)
}

fn write_prediction(
    out: &mut String,
    (prediction, project, agreement): &Compared<'_>,
    colour: Colour,
) -> std::fmt::Result {
    let decision = &prediction.decision;
    let verdict = match agreement.held {
        Some(true) => colour.good("As the configuration says."),
        Some(false) => colour.bad("Not as the configuration says."),
        None => colour.unsure("The configuration cannot be compared with such an answer."),
    };
    writeln!(out, "{verdict} {}", decision.sentence(project))?;
    if agreement.differs() {
        write_mark(out, &agreement.check, colour)?;
        // Where they differ, every condition is an argument.
        for step in &decision.steps {
            let word = match step.truth {
                Truth::True => "holds",
                Truth::False => "fails",
                Truth::NotStated => "not stated",
            };
            writeln!(out, "    {word}: {}", step.sentence)?;
            for place in &step.evidence {
                writeln!(out, "      {}", colour.dim(project::describe(project, *place)))?;
            }
        }
    } else {
        for step in decision.with(Truth::False) {
            for place in &step.evidence {
                writeln!(out, "      {}", colour.dim(project::describe(project, *place)))?;
            }
        }
    }
    for near in &agreement.near {
        writeln!(out, "  {}", near.sentence(project))?;
        writeln!(out, "      {}", colour.dim(project::describe(project, near.place)))?;
    }
    for assumption in &prediction.assumptions {
        writeln!(out, "  {}", colour.dim(assumption))?;
    }
    writeln!(out, "  {}", colour.dim(format!("reading: {}", decision.reading.name())))
}

fn write_tokens(out: &mut String, report: &Report, colour: Colour) -> std::fmt::Result {
    let Some(comparison) = &report.comparison else {
        if let (Outcome::Issued, Token::Opaque { reason, .. }) =
            (report.outcome, &report.subject_token)
        {
            writeln!(out, "\nThe tokens cannot be compared: of the subject token, {reason}.")?;
        }
        return Ok(());
    };
    writeln!(out, "\n{}", colour.bold("What the exchange did"))?;
    for sentence in &comparison.sentences {
        writeln!(out, "  {sentence}")?;
    }
    let width = comparison.claims.iter().map(|one| one.claim.chars().count()).max().unwrap_or(0);
    for one in &comparison.claims {
        let (before, after) = (one.before.as_deref(), one.after.as_deref());
        let change = match one.fate {
            Fate::Same => colour.dim(before.unwrap_or_default()),
            Fate::Changed => {
                format!("{} → {}", before.unwrap_or_default(), after.unwrap_or_default())
            }
            Fate::Gained => format!("(none) → {}", after.unwrap_or_default()),
            Fate::Lost => format!("{} → (none)", before.unwrap_or_default()),
        };
        writeln!(out, "  {:width$}  {change}", one.claim)?;
    }
    Ok(())
}

fn write_checks(out: &mut String, report: &Report, colour: Colour) -> std::fmt::Result {
    let passed = report.at(Level::Pass).count();
    writeln!(out, "\n{}", colour.bold(format!("Checks: {passed} passed")))?;
    report.checks.iter().try_for_each(|check| write_mark(out, check, colour))
}

/// A check that found something, with its mark.
fn write_mark(out: &mut String, check: &Check, colour: Colour) -> std::fmt::Result {
    let mark = match (check.level, check.dialect) {
        (Level::NotApplicable | Level::Pass, _) => return Ok(()),
        (_, true) => colour.note("~"),
        (Level::Fail, _) => colour.bad("-"),
        (Level::Warn, _) => colour.unsure("!"),
        (Level::Note, _) => colour.note("i"),
    };
    writeln!(out, "  {mark} {:<7} {}", check.id, check.finding)?;
    if check.level >= Level::Warn {
        let rule = format!("{} ({})", check.title, check.clause);
        writeln!(out, "            {}", colour.dim(rule))?;
    }
    Ok(())
}

/// What came of redeeming the grant.
fn write_redeemed(out: &mut String, leg_2: &Redeemed, colour: Colour) -> std::fmt::Result {
    let sentence = match leg_2.outcome {
        Outcome::Issued => colour.good(leg_2.sentence()),
        Outcome::Refused | Outcome::Unusable => colour.bad(leg_2.sentence()),
    };
    writeln!(out, "\n{sentence}")?;
    if let Some(refusal) = &leg_2.refusal {
        if !refusal.description.is_empty() {
            writeln!(out, "  It says: {}", refusal.description)?;
        }
        writeln!(out, "  {}", refusal.explanation)?;
    }
    writeln!(out, "  server   {}", leg_2.server.token_endpoint)?;
    writeln!(out, "  client   {} ({})", leg_2.client, leg_2.client_auth.name())?;
    writeln!(out, "  took     {}", leg_2.timings.to_text())?;
    if let Some(token) = &leg_2.issued_token {
        writeln!(out, "  issued   {}", token.summary())?;
    }
    let passed = leg_2.at(Level::Pass).count();
    writeln!(out, "{}", colour.bold(format!("Checks: {passed} passed")))?;
    leg_2.checks.iter().try_for_each(|check| write_mark(out, check, colour))
}

/// The member `prediction` of `--format json`.
fn prediction_json(prediction: &Prediction, project: &Project, held: Option<bool>) -> Value {
    let decision = &prediction.decision;
    let steps: Vec<Value> = decision
        .steps
        .iter()
        .map(|step| {
            let at: Vec<String> =
                step.evidence.iter().map(|place| project::describe(project, *place)).collect();
            json!({
                "id": step.id,
                "truth": step.truth.name(),
                "sentence": step.sentence,
                "at": at,
            })
        })
        .collect();
    json!({
        "verdict": decision.verdict().name(),
        "sentence": decision.sentence(project),
        "reading": decision.reading.name(),
        "held": held,
        "assumptions": prediction.assumptions,
        "steps": steps,
    })
}

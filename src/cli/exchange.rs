//! `exchange`: one test exchange, its answer, and what there is to say about it.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::client::{self, Authentication, ProofKey};
use super::connection::{Connection, Reached};
use super::preset::{self, PresetArgs};
use super::project;
use super::serve::audience_map;
use super::share::{self, ToolName};
use super::terminal::Colour;
use super::{Exit, Failure, Globals, Terminal, case, secret};
use crate::authority::{self, Planned, Prediction};
use crate::config::Project;
use crate::exchange::agree::Agreement;
use crate::exchange::checks::Check;
use crate::exchange::compare::Fate;
use crate::exchange::keys::{SigningAlgorithm, SigningKey};
use crate::exchange::share::{Variables, har};
use crate::exchange::time;
use crate::exchange::token::{self, Token};
use crate::exchange::{
    DiscoveryError, ExchangeRequest, FollowUp, Level, Outcome, Redeemed, Redemption, Report,
    Server, SimulateError, Simulation, Verification, follow_up, jwt_bearer, redeem, simulate,
    token_type,
};
use crate::trust::Truth;
use clap::ValueEnum;

/// Run one token exchange against a server
///
/// Sends one RFC 8693 request, reads the answer without trust, verifies the issued token against
/// the server's keys, compares it with the token that went in, and checks request, answer and token
/// against the standards, each check by its id. With --predict it also says what the configuration
/// had led to expect.
///
/// Secrets and tokens come from environment variables, a private key from a file or a variable, and
/// none is printed: not in the report, not in errors, not in JSON. --print-token is the one exception.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  Against the built-in authority ('exchange-studio serve'), the partner's scenario:
    export SUBJECT_TOKEN=$(exchange-studio mint --issuer-port 9401 \\
        --issuer https://auth.external.com --subject 123456789)
    exchange-studio exchange --server http://127.0.0.1:9400 --client-id BROKER-ID \\
        --subject-token-env SUBJECT_TOKEN --predict config/

  Take the issued token along to the next hop:
    NEXT=$(exchange-studio exchange ... --print-token)

  As a client that signs with its own key ('serve' got the public half by --client-key):
    exchange-studio exchange ... --client-auth private_key_jwt --client-key-file portal.pem
  With a token that only this client can use, and use again for the next hop:
    exchange-studio exchange ... --dpop-key-file proof.pem

  At a server of the project file, with its profile's clients, proxy and authorities:
    exchange-studio exchange --profile staging --client-id portal --subject-token-env TOKEN

  An identity assertion grant (ID-JAG) for another application, redeemed there:
    exchange-studio exchange --preset id-jag --server https://idp.example --client-id portal \\
        --subject-token-env ID_TOKEN --audience https://chat.example/ \\
        --redeem-at https://chat.example/ --redeem-secret-env CHAT_SECRET

  Saved cases, for a pipeline:
    exchange-studio exchange --case cases/*.yaml --format junit > cases.xml

  The same request for somebody who has curl, without any secret in it:
    exchange-studio exchange ... --as curl

Token types are URIs; the ones of the standard have short names: access_token, id_token, jwt,
refresh_token, saml1, saml2.

Marks: + passed, ! recommendation not kept, - requirement not kept, i worth knowing, ~ a known way
in which servers differ.

Exit status:
  0  a token was issued, every requirement was kept, and the prediction (if any) held
  1  the server refused, its answer cannot be used, a requirement was not kept, the prediction was
     wrong, --introspect or --revoke-subject could not be asked after a token was issued, or a case
     did not pass
  2  usage
  3  a path of --predict, the file of a key or one of cases cannot be read
  4  the server cannot be reached for the exchange")]
pub struct Args {
    #[command(flatten)]
    connection: Connection,

    /// The client that asks, by the id the server knows it by.
    #[arg(
        long,
        value_name = "ID",
        required_unless_present = "case",
        default_value = "",
        hide_default_value = true
    )]
    client_id: String,

    #[command(flatten)]
    authentication: Authentication,

    #[command(flatten)]
    preset: PresetArgs,

    /// Prove possession of a key (DPoP), so that the token is bound to it: a new P-256 key for this
    /// exchange alone, unless one is named.
    #[arg(long)]
    dpop: bool,

    #[command(flatten)]
    proof_key: ProofKey,

    /// The environment variable with the token that goes in.
    #[arg(
        long,
        value_name = "VAR",
        required_unless_present = "case",
        default_value = "",
        hide_default_value = true
    )]
    subject_token_env: String,

    /// What kind of token goes in; access_token unless this or a preset says otherwise.
    #[arg(long, value_name = "TYPE")]
    subject_token_type: Option<String>,

    /// The environment variable with the token of the party that acts.
    #[arg(long, value_name = "VAR", requires = "actor_token_type")]
    actor_token_env: Option<String>,

    /// What kind of token the actor's is.
    #[arg(long, value_name = "TYPE", requires = "actor_token_env")]
    actor_token_type: Option<String>,

    /// What kind of token is wanted.
    #[arg(long, value_name = "TYPE")]
    requested_token_type: Option<String>,

    /// Logical name of a target; may be given several times.
    #[arg(long, value_name = "TEXT")]
    audience: Vec<String>,

    /// Address of a target; may be given several times.
    #[arg(long, value_name = "URL")]
    resource: Vec<String>,

    /// Scopes, with single spaces between them.
    #[arg(long, value_name = "SCOPE", default_value = "", hide_default_value = true)]
    scope: String,

    /// A further parameter that the server wants; may be given several times.
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = parameter)]
    parameters: Vec<(String, String)>,

    /// Ask the server about the issued token (RFC 7662), and compare what it says with the token.
    #[arg(long)]
    introspect: bool,

    /// Revoke the subject token afterwards (RFC 7009), and see what becomes of the issued one. The
    /// subject token is of no use any more then.
    #[arg(long)]
    revoke_subject: bool,

    /// Files and folders with the configuration that says what to expect.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    predict: Vec<PathBuf>,

    /// What an audience or resource stands for in the configuration; may be given several times.
    #[arg(long, value_name = "URL=ID", value_parser = audience_map, requires = "predict")]
    audience_map: Vec<(String, String)>,

    /// Print the issued token: alone on standard output, with the report on standard error; in JSON
    /// as "token".
    #[arg(long)]
    print_token: bool,

    /// Print the request as another tool sends it, instead of sending it. What authenticates is
    /// named by the variables that it comes from here.
    #[arg(long = "as", value_enum, value_name = "TOOL", conflicts_with_all = ["predict", "print_token", "format", "introspect", "revoke_subject"])]
    shared: Option<ToolName>,

    /// Write the exchange as an HTTP archive (HAR 1.2) into a file too, with variables for secrets;
    /// '-' is standard output.
    #[arg(long, value_name = "FILE", conflicts_with = "shared")]
    har: Option<PathBuf>,

    /// Run saved exchanges with their expectations instead: files of cases, which name the server
    /// (unless --server or --token-endpoint does), the clients, the variables that hold secrets, and
    /// what is expected.
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = [
        "client_id", "subject_token_env", "predict", "print_token", "shared", "introspect",
        "revoke_subject", "audience", "resource", "scope", "parameters", "dpop", "actor_token_env",
        "preset",
    ])]
    case: Vec<PathBuf>,

    /// Port of the external issuers beside 'serve', for cases that mint a token.
    #[arg(long, value_name = "N", requires = "case")]
    issuer_port: Option<u16>,

    /// How the report is written.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    #[default]
    Human,
    /// For programs; carries "version": 1.
    Json,
    /// For pipelines; of cases alone.
    Junit,
}

pub(super) fn parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, _)) if crate::exchange::request::is_reserved(name) => {
            Err(format!("{name} has an option of its own"))
        }
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("it must be NAME=VALUE".to_owned()),
    }
}

/// Clocks that differ by less are taken to agree.
pub(super) const SKEW: Duration = Duration::from_secs(60);

pub fn run(args: &Args, globals: &Globals, terminal: &mut Terminal) -> Result<Exit, Failure> {
    if !args.case.is_empty() {
        let reached = args.connection.open()?;
        return case::run(&args.case, &reached, args.issuer_port, args.format, terminal);
    }
    if args.format == Format::Junit {
        return Err(Failure::usage("junit is for saved cases").hint("give --case FILE"));
    }
    let project = match args.predict.as_slice() {
        [] => None,
        paths => {
            let project = project::open(paths, globals)?;
            project::warn_about_gaps(&project, terminal);
            Some(project)
        }
    };
    let reached = args.connection.open()?;
    let simulation = simulation(args, &reached)?;
    if let Some(tool) = args.shared {
        let variables = variables(args, &reached);
        return share::run(tool, &simulation, &variables, &reached, failure, terminal);
    }
    let prediction = match &project {
        None => None,
        Some(project) => {
            let audiences = reached.audiences(&args.audience_map);
            predict(args, globals, project, (&simulation.request, &audiences), terminal)
        }
    };
    let http = reached.http()?;
    let started = std::time::SystemTime::now();
    let wanted = FollowUp { introspect: args.introspect, revoke_subject: args.revoke_subject };
    let leg_2 = args.preset.redemption(&simulation)?;
    let (report, followed, redeemed) = client::wait(async {
        let mut report = simulate(&http, &simulation, reached.now()).await?;
        let now = reached.now();
        let followed = follow_up(&http, &simulation, &mut report, wanted, now).await;
        let redeemed = match (&leg_2, jwt_bearer::grant_of(&report)) {
            (Some(leg_2), Some(grant)) => {
                let leg_2 = Redemption { assertion: grant.clone(), ..leg_2.clone() };
                Some(redeem(&http, &leg_2, reached.now()).await)
            }
            _ => None,
        };
        Ok((report, followed, redeemed))
    })?
    .map_err(|error: SimulateError| failure(&error))?;
    let redeemed = redeemed.transpose().map_err(|error| {
        let failure = failure(&error);
        failure.hint("the grant was issued; only the server that redeems it gave no answer")
    })?;

    if let Some(file) = &args.har {
        let archive = har(&report, &variables(args, &reached), &time::rfc3339(started));
        let text = serde_json::to_string_pretty(&archive).unwrap_or_default();
        project::write_output(file, format!("{text}\n").as_bytes(), terminal)?;
    }
    let agreement = prediction.as_ref().zip(project.as_ref()).map(|(prediction, project)| {
        (prediction, project, Agreement::of(project, &prediction.decision, &report))
    });
    let held = agreement.as_ref().and_then(|(.., agreement)| agreement.held);
    match args.format {
        Format::Json => {
            let mut object = report.to_json(args.print_token);
            object["prediction"] = match &agreement {
                Some((prediction, project, _)) => prediction_json(prediction, project, held),
                None => Value::Null,
            };
            object["agreement"] = match &agreement {
                Some((prediction, project, agreement)) => {
                    agreement.to_json(project, &prediction.decision, &report, |place| {
                        project::describe(project, place)
                    })
                }
                None => Value::Null,
            };
            object["preset"] = json!(simulation.request.preset);
            object["redemption"] =
                redeemed.as_ref().map_or(Value::Null, |leg_2| leg_2.to_json(args.print_token));
            terminal.json(&object)?;
        }
        Format::Human | Format::Junit => {
            let colour =
                if args.print_token { terminal.err_colour() } else { terminal.out_colour() };
            let mut text = human(&report, agreement.as_ref(), colour);
            if let Some(leg_2) = &redeemed {
                // Writing into a string cannot fail.
                let _ = write_redeemed(&mut text, leg_2, colour);
            }
            if args.print_token {
                terminal.say(text.trim_end());
                // What the last leg has issued is what goes on.
                let last = redeemed.as_ref().map_or(&report.issued, |leg_2| &leg_2.issued);
                if let Some(token) = last {
                    writeln!(terminal.out(), "{}", token.expose_secret())?;
                }
            } else {
                write!(terminal.out(), "{text}")?;
            }
        }
    }
    let fine = report.outcome == Outcome::Issued
        && followed
        && report.at(Level::Fail).next().is_none()
        && redeemed.as_ref().is_none_or(|leg_2| {
            leg_2.outcome == Outcome::Issued && leg_2.at(Level::Fail).next().is_none()
        })
        && held != Some(false);
    Ok(if fine { Exit::Fine } else { Exit::No })
}

/// The variables that secrets come from.
fn variables(args: &Args, reached: &Reached) -> Variables {
    let actor = args.actor_token_env.as_deref().unwrap_or("ACTOR_TOKEN");
    Variables::default()
        .with("subject_token", &args.subject_token_env)
        .with("actor_token", actor)
        .with("client_secret", args.authentication.secret_variable_at(&args.client_id, reached))
}

fn simulation(args: &Args, reached: &Reached) -> Result<Simulation, Failure> {
    let server = reached.server()?.clone();
    if let (true, Server::TokenEndpoint { .. }) = (args.introspect || args.revoke_subject, &server)
    {
        return Err(Failure::usage(
            "only the token endpoint is known, so nothing else can be asked",
        )
        .hint("give the issuer (--server), or a profile with the other endpoints"));
    }
    let kind = |text: &Option<String>| text.as_deref().map(token_type::expand).unwrap_or_default();
    let mut request = ExchangeRequest {
        subject_token: secret::needed(&args.subject_token_env, "the subject token")?,
        subject_token_type: kind(&args.subject_token_type),
        actor_token: match &args.actor_token_env {
            Some(variable) => secret::needed(variable, "the actor token")?,
            None => SecretString::default(),
        },
        actor_token_type: kind(&args.actor_token_type),
        requested_token_type: kind(&args.requested_token_type),
        audience: args.audience.clone(),
        resource: args.resource.clone(),
        scope: args.scope.clone(),
        extra: reached.parameters(&args.parameters)?,
        preset: None,
    };
    args.preset.fill(&mut request)?;
    if request.subject_token_type.is_empty() {
        request.subject_token_type = token_type::ACCESS_TOKEN.to_owned();
    }
    let mut client = args.authentication.client_at(&args.client_id, reached)?;
    client.dpop = args.proof_key.key()?.or(client.dpop);
    if args.dpop && client.dpop.is_none() {
        let key = SigningKey::generate(SigningAlgorithm::Es256);
        client.dpop = Some(Arc::new(key.map_err(|error| Failure::usage(error.to_string()))?));
    }
    preset::refuse(&request, &client, &server, reached.now())?;
    Ok(Simulation { server, client, request, skew: SKEW })
}

fn predict(
    args: &Args,
    globals: &Globals,
    project: &Project,
    (request, audiences): (&ExchangeRequest, &[(String, String)]),
    terminal: &mut Terminal,
) -> Option<Prediction> {
    let token = token::decode(request.subject_token.expose_secret());
    let planned = Planned {
        requester: &args.client_id,
        subject_claims: token.jwt().map(|jwt| &jwt.claims),
        targets: args.audience.iter().chain(&args.resource).map(String::as_str).collect(),
        audiences,
    };
    match authority::predict(project, globals.reading, &planned) {
        Ok(prediction) => Some(prediction),
        Err(reason) => {
            terminal.warn(reason);
            None
        }
    }
}

/// How a command ends whose server gave nothing to report on.
pub(super) fn failure(error: &SimulateError) -> Failure {
    let exit = match error {
        SimulateError::Transport(error)
        | SimulateError::Discovery(DiscoveryError::Transport(error)) => client::exit_of(error),
        SimulateError::Discovery(_) => Exit::No,
    };
    Failure::new(exit, error.to_string())
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

/// A prediction, the project it is from, and how it agrees with the answer.
type Compared<'a> = (&'a Prediction, &'a Project, Agreement);

fn human(report: &Report, compared: Option<&Compared<'_>>, colour: Colour) -> String {
    let mut text = String::new();
    // Writing into a string cannot fail.
    let _ = write_human(&mut text, report, compared, colour);
    text
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_have_a_name_that_is_free() {
        assert_eq!(
            parameter("acr_values=tenant:1=2"),
            Ok(("acr_values".into(), "tenant:1=2".into()))
        );
        for bad in ["x", "=x", "subject_token=x", "CLIENT_SECRET=x"] {
            assert!(parameter(bad).is_err(), "{bad}");
        }
    }
}

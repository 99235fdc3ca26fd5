//! `decide`: would this exchange be allowed, and on which lines does the answer rest?

use serde::Serialize;

use super::project::{self, Format, Paths};
use super::{Exit, Failure, Globals, Terminal};
use crate::config::{ClientKey, Project};
use crate::trust::report::At;
use crate::trust::{self, Decision, Question, Subject, Truth, Verdict};

/// Decide one token exchange, step by step
///
/// Says whether the configuration allows an exchange, with every condition it needs: true, false,
/// or not stated by the files. Use it to learn why an exchange fails, or to prove that one is not
/// possible. Nothing is sent anywhere.
///
/// The token that goes in is either one of a user of a client app (--subject-client) or one of an
/// external identity (--issuer with --subject).
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  A user of Portal, to be a user of Dashboard:
    exchange-studio decide config/ --requester Portal --subject-client Portal --target Dashboard
  A partner's service, to be a service principal, through the broker:
    exchange-studio decide config/ --requester Broker \\
        --issuer https://auth.external.com --subject 123456789 --target 'Service Principal'

Marks: + true, - false, ? not stated.

Exit status: 0 allowed (also when something is not stated), 1 refused, 2 usage, 3 a path or a file
cannot be read")]
pub struct Args {
    #[command(flatten)]
    paths: Paths,

    /// The client app that authenticates at the token endpoint.
    #[arg(long, value_name = "ID")]
    requester: String,

    /// The client app whose user's token goes in.
    #[arg(long, value_name = "ID", required_unless_present = "issuer", conflicts_with_all = ["issuer", "subject"])]
    subject_client: Option<String>,

    /// The issuer of the external token that goes in (its 'iss').
    #[arg(long, value_name = "URL", requires = "subject")]
    issuer: Option<String>,

    /// The subject of the external token that goes in (its 'sub').
    #[arg(long, value_name = "TEXT", requires = "issuer", allow_hyphen_values = true)]
    subject: Option<String>,

    /// The client app the issued token is for; left out, the configuration settles it if it can.
    #[arg(long, value_name = "ID")]
    target: Option<String>,

    /// How the decision is written.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

pub fn run(args: &Args, globals: &Globals, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let project = project::open(&args.paths.paths, globals)?;
    let gaps = project::warn_about_gaps(&project, terminal);
    let subject = match (&args.subject_client, &args.issuer, &args.subject) {
        (Some(client), _, _) => Subject::UserOf(project::client(&project, client)?),
        (None, Some(issuer), Some(subject)) => {
            Subject::External { issuer: issuer.clone(), subject: subject.clone() }
        }
        _ => {
            return Err(Failure::usage("whose token goes in is missing")
                .hint("give --subject-client ID, or --issuer URL with --subject TEXT"));
        }
    };
    let target = args.target.as_deref().map(|target| project::client(&project, target));
    let question = Question {
        requester: project::client(&project, &args.requester)?,
        subject,
        target: target.transpose()?,
    };
    let decision = trust::decide(&project, globals.reading, &question);
    match args.format {
        Format::Human => human(&project, &decision, terminal)?,
        Format::Json => terminal.json(&Json::of(&project, &decision))?,
    }
    Ok(match (gaps, decision.verdict()) {
        (Exit::Fine, Verdict::Refused) => Exit::No,
        (Exit::Fine, Verdict::Allowed | Verdict::AllowedIfNotStated) => Exit::Fine,
        (gaps, _) => gaps,
    })
}

fn human(project: &Project, decision: &Decision, terminal: &mut Terminal) -> Result<(), Failure> {
    let colour = terminal.out_colour();
    let out = terminal.out();
    let sentence = decision.sentence(project);
    let verdict = match decision.verdict() {
        Verdict::Allowed => colour.good(sentence),
        Verdict::AllowedIfNotStated => colour.unsure(sentence),
        Verdict::Refused => colour.bad(sentence),
    };
    writeln!(out, "{verdict}\n")?;
    for step in &decision.steps {
        let mark = match step.truth {
            Truth::True => colour.good("+"),
            Truth::False => colour.bad("-"),
            Truth::NotStated => colour.unsure("?"),
        };
        writeln!(out, "  {mark} {}", step.sentence)?;
        for place in &step.evidence {
            writeln!(out, "      {}", colour.dim(project::describe(project, *place)))?;
        }
    }
    writeln!(out, "\n{}", colour.dim(format!("reading: {}", decision.reading.name())))?;
    Ok(())
}

/// The shape of `--format json`, version 1.
#[derive(Serialize)]
struct Json {
    version: u32,
    /// `allowed`, `allowed-if-not-stated` (no condition is false, some are not stated) or
    /// `refused`.
    verdict: &'static str,
    sentence: String,
    reading: &'static str,
    requester: Client,
    subject: JsonSubject,
    /// The client app the token comes out for; null when nothing settles it.
    target: Option<Client>,
    steps: Vec<JsonStep>,
}

#[derive(Serialize)]
struct Client {
    id: Option<String>,
    name: Option<String>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum JsonSubject {
    UserOf { client: Client },
    External { issuer: String, subject: String },
}

#[derive(Serialize)]
struct JsonStep {
    /// A stable name, as in `permission`.
    id: &'static str,
    /// `true`, `false` or `not-stated`.
    truth: &'static str,
    sentence: String,
    /// The lines it rests on.
    evidence: Vec<At>,
}

impl Client {
    fn of(project: &Project, key: ClientKey) -> Self {
        let client = project.client(key);
        Self {
            id: client.id.as_ref().map(|id| id.value.as_str().to_owned()),
            name: client.name.as_ref().map(|name| name.value.clone()),
        }
    }
}

impl Json {
    fn of(project: &Project, decision: &Decision) -> Self {
        let steps = decision.steps.iter().map(|step| JsonStep {
            id: step.id,
            truth: match step.truth {
                Truth::True => "true",
                Truth::False => "false",
                Truth::NotStated => "not-stated",
            },
            sentence: step.sentence.clone(),
            evidence: step.evidence.iter().map(|place| At::of(project, *place)).collect(),
        });
        Self {
            version: 1,
            verdict: match decision.verdict() {
                Verdict::Allowed => "allowed",
                Verdict::AllowedIfNotStated => "allowed-if-not-stated",
                Verdict::Refused => "refused",
            },
            sentence: decision.sentence(project),
            reading: decision.reading.name(),
            requester: Client::of(project, decision.question.requester),
            subject: match &decision.question.subject {
                Subject::UserOf(client) => {
                    JsonSubject::UserOf { client: Client::of(project, *client) }
                }
                Subject::External { issuer, subject } => {
                    JsonSubject::External { issuer: issuer.clone(), subject: subject.clone() }
                }
            },
            target: decision.target.map(|target| Client::of(project, target)),
            steps: steps.collect(),
        }
    }
}

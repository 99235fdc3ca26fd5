//! Running the cases of a file, in order.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use secrecy::SecretString;
use serde::Serialize;
use serde_json::Value;

use super::file::{Case, CaseFile, Claim, ClientSpec, Expect, Subject, Wish};
use crate::exchange::ask::{Observed, said};
use crate::exchange::assertion::Occasion;
use crate::exchange::cancel::Cancel;
use crate::exchange::checks::{Check, Level};
use crate::exchange::client_auth::{Client, ClientAuth};
use crate::exchange::client_credentials::client_credentials;
use crate::exchange::http::Http;
use crate::exchange::junit;
use crate::exchange::keys::{SigningAlgorithm, SigningKey};
use crate::exchange::login::sign_in;
use crate::exchange::report::{Outcome, Report};
use crate::exchange::request::ExchangeRequest;
use crate::exchange::run::simulate_in;
use crate::exchange::secret_file;
use crate::exchange::session::Session;
use crate::exchange::supply::{Mint, Wanted};
use crate::exchange::token_type::{ACCESS_TOKEN, JWT, expand};

/// What a run needs beside the file.
pub struct Means<'a> {
    pub http: &'a Http,
    pub session: &'a Session,
    /// The text of an environment variable, or a sentence that says that it is not set.
    pub variable: &'a (dyn Fn(&str) -> Result<SecretString, String> + Sync),
    /// The external issuers, for `mint`.
    pub mint: Option<&'a Mint>,
    /// Where paths in the file start.
    pub folder: &'a Path,
    pub skew: Duration,
    pub cancel: &'a Cancel,
    pub clock: &'a (dyn Fn() -> SystemTime + Sync),
}

impl std::fmt::Debug for Means<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Means").field("session", &self.session).finish_non_exhaustive()
    }
}

/// How a case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CaseVerdict {
    Passed,
    Failed,
    /// It could not be tried, or nothing follows from it: a token, a credential or an answer is
    /// missing, the client could not authenticate, or the server failed.
    Error,
}

/// A case and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CaseReport {
    pub name: String,
    pub verdict: CaseVerdict,
    /// What was not as expected, or why it could not be tried, one sentence each.
    pub problems: Vec<String>,
    /// What the server said; empty when it was not asked.
    pub server: String,
    pub ms: Option<f64>,
    /// The whole exchange, as `exchange --format json` has it.
    pub exchange: Option<Value>,
}

/// The cases of one file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FileReport {
    pub file: String,
    pub server: String,
    pub cases: Vec<CaseReport>,
}

impl FileReport {
    /// Whether all passed.
    pub fn is_fine(&self) -> bool {
        self.cases.iter().all(|case| case.verdict == CaseVerdict::Passed)
    }

    /// The cases for JUnit.
    pub fn junit_cases(&self) -> impl Iterator<Item = junit::Case> {
        self.cases.iter().map(|case| junit::Case {
            class: self.file.clone(),
            name: case.name.clone(),
            seconds: case.ms.unwrap_or(0.0) / 1_000.0,
            verdict: match case.verdict {
                CaseVerdict::Passed => junit::Verdict::Passed,
                CaseVerdict::Failed => junit::Verdict::Failed {
                    message: case.problems.first().cloned().unwrap_or_default(),
                    text: format!(
                        "{}\n\nThe server says: {}\n",
                        case.problems.join("\n"),
                        case.server
                    ),
                },
                CaseVerdict::Error => junit::Verdict::Error { message: case.problems.join(" ") },
            },
        })
    }
}

/// Runs every case of a file.
pub async fn run(file: &CaseFile, name: &str, means: &Means<'_>) -> FileReport {
    let mut runner = Runner { means, file, clients: HashMap::new(), answers: HashMap::new() };
    let mut cases = Vec::with_capacity(file.cases.len());
    for case in &file.cases {
        let done = means.cancel.unless(runner.case(case)).await;
        cases.push(done.unwrap_or_else(|| failed(case, "it was stopped before".to_owned())));
    }
    let server = means.session.server().address().to_owned();
    FileReport { file: name.to_owned(), server, cases }
}

fn failed(case: &Case, why: String) -> CaseReport {
    CaseReport {
        name: case.name.clone(),
        verdict: CaseVerdict::Error,
        problems: vec![why],
        server: String::new(),
        ms: None,
        exchange: None,
    }
}

struct Runner<'a> {
    means: &'a Means<'a>,
    file: &'a CaseFile,
    /// Made once, so that a key that tokens are bound to stays the same.
    clients: HashMap<String, Client>,
    /// Issued tokens by the name of the case.
    answers: HashMap<String, SecretString>,
}

impl Runner<'_> {
    async fn case(&mut self, case: &Case) -> CaseReport {
        let report = match self.exchange(case).await {
            Ok(report) => report,
            Err(why) => return failed(case, why),
        };
        if let Some(token) = &report.issued {
            self.answers.insert(case.name.clone(), token.clone());
        }
        let (verdict, problems) = match unanswered(&case.expect, &report) {
            Some(why) => (CaseVerdict::Error, vec![why]),
            None => {
                let problems = compare(&case.expect, &report);
                let fine = problems.is_empty();
                (if fine { CaseVerdict::Passed } else { CaseVerdict::Failed }, problems)
            }
        };
        CaseReport {
            name: case.name.clone(),
            verdict,
            problems,
            server: said(&report),
            ms: Some(report.timings.total_ms),
            exchange: Some(report.to_json(false)),
        }
    }

    async fn exchange(&mut self, case: &Case) -> Result<Report, String> {
        let client = self.client(&case.client)?;
        let (subject_token, subject_token_type) = self.token(&case.subject).await?;
        let (actor_token, actor_token_type) = match &case.actor {
            Some(actor) => self.token(actor).await?,
            None => Default::default(),
        };
        let request = ExchangeRequest {
            subject_token,
            subject_token_type,
            actor_token,
            actor_token_type,
            requested_token_type: case.requested_type.as_deref().map(expand).unwrap_or_default(),
            audience: case.audience.clone(),
            resource: case.resource.clone(),
            scope: case.scope.clone(),
            extra: case.parameters.clone().into_iter().collect(),
            preset: None,
        };
        let Means { http, session, skew, clock, .. } = self.means;
        simulate_in(http, session, &client, &request, *skew, clock())
            .await
            .map_err(|error| error.message)
    }

    /// A token and its type.
    async fn token(&mut self, from: &Subject) -> Result<(SecretString, String), String> {
        let Means { http, session, clock, .. } = self.means;
        let (token, usual) = if let Some(variable) = &from.env {
            ((self.means.variable)(variable)?, ACCESS_TOKEN)
        } else if let Some(name) = &from.answer_of {
            let token = self.answers.get(name).cloned();
            (token.ok_or_else(|| format!("the case “{name}” was issued no token"))?, ACCESS_TOKEN)
        } else if let Some(mint) = &from.mint {
            let wanted = Wanted {
                audience: mint.audience.clone(),
                lifetime: mint.lifetime.unwrap_or(300),
                not_before: mint.not_before,
                ..Wanted::new(&mint.issuer, &mint.subject)
            };
            let with = self.means.mint.ok_or("to mint, give the port of the external issuers")?;
            (with(wanted).await?, JWT)
        } else if let (Some(user), Some(of)) = (&from.user, &from.of) {
            let client = self.client(of)?;
            let metadata =
                session.metadata().ok_or("to sign in, the server's issuer must be known")?;
            let issued = sign_in(http, metadata, &client, user, &from.scope, clock()).await;
            (issued.map_err(|error| error.to_string())?.access_token, ACCESS_TOKEN)
        } else {
            let of = from.client_credentials.as_deref().unwrap_or_default();
            let client = self.client(of)?;
            let occasion = Occasion {
                issuer: session.issuer(),
                token_endpoint: session.token_endpoint(),
                now: clock(),
            };
            let issued = client_credentials(http, &occasion, &client, &from.scope, &[]).await;
            (issued.map_err(|error| error.message)?.access_token, ACCESS_TOKEN)
        };
        Ok((token, from.kind.as_deref().map_or_else(|| usual.to_owned(), expand)))
    }

    fn client(&mut self, name: &str) -> Result<Client, String> {
        if let Some(client) = self.clients.get(name) {
            return Ok(client.clone());
        }
        let spec = self
            .file
            .clients
            .get(name)
            .ok_or_else(|| format!("no client of the file is named {name}"))?;
        let credential = self.credential(spec)?;
        let auth = ClientAuth::new(spec.auth.0, credential)
            .map_err(|error| format!("the key of {name} cannot be used: {error}"))?;
        let mut client = Client::new(&spec.id, auth);
        if spec.dpop {
            let key = SigningKey::generate(SigningAlgorithm::Es256);
            client = client.bound_to(Arc::new(key.map_err(|error| error.to_string())?));
        }
        self.clients.insert(name.to_owned(), client.clone());
        Ok(client)
    }

    fn credential(&self, spec: &ClientSpec) -> Result<SecretString, String> {
        match (spec.secret_env.as_ref().or(spec.key_env.as_ref()), &spec.key_file) {
            (Some(variable), _) => (self.means.variable)(variable),
            (None, Some(path)) => {
                secret_file::read(&self.means.folder.join(path)).map_err(|error| error.to_string())
            }
            (None, None) => Ok(SecretString::default()),
        }
    }
}

/// Why nothing follows from an answer: a refusal that is about the client's own credential, or a
/// server that failed, is neither what a case wants nor its opposite. A case that names the error or
/// the status is about just that, and is judged by it.
fn unanswered(expect: &Expect, report: &Report) -> Option<String> {
    let why = Observed::of(report).unanswered()?;
    if expect.status.is_some() || !expect.error.is_empty() {
        return None;
    }
    let name = report.refusal.as_ref().map_or_else(
        || format!("status: {}", report.answer.status),
        |refusal| format!("error: [{}]", refusal.error),
    );
    Some(format!("{why} If that is what is expected, the case has to say so, with {name}."))
}

/// What is not as expected, one sentence each.
fn compare(expect: &Expect, report: &Report) -> Vec<String> {
    let mut problems = Vec::new();
    let outcome = match (expect.outcome, report.outcome) {
        (Wish::Allowed, Outcome::Issued) | (Wish::Refused, Outcome::Refused) => None,
        (Wish::Allowed, _) => Some("It was to be allowed."),
        (Wish::Refused, _) => Some("It was to be refused."),
    };
    problems.extend(outcome.map(str::to_owned));
    let status = report.answer.status;
    if let Some(wanted) = expect.status.filter(|wanted| *wanted != status) {
        problems.push(format!("The status was to be {wanted}, and is {status}."));
    }
    let error = report.refusal.as_ref().map_or("", |refusal| refusal.error.as_str());
    if !expect.error.is_empty() && !expect.error.iter().any(|wanted| wanted == error) {
        let wanted = expect.error.join(" or ");
        let is = if error.is_empty() { "there is none" } else { error };
        problems.push(format!("The error was to be {wanted}, and is: {is}."));
    }
    if report.outcome == Outcome::Issued {
        let claims = report.issued_token.as_ref().and_then(|token| token.jwt());
        match claims {
            Some(jwt) => problems.extend(
                expect
                    .claims
                    .iter()
                    .filter_map(|(name, claim)| claim.problem(name, jwt.claims.get(name))),
            ),
            None if !expect.claims.is_empty() => {
                problems
                    .push("The issued token is no JWT, so its claims are not known.".to_owned());
            }
            None => {}
        }
    }
    let checks = &expect.checks;
    for id in &checks.must_not_fail {
        if id == "all" {
            problems.extend(report.at(Level::Fail).map(|check| said_by(check, "failed")));
            continue;
        }
        match report.checks.iter().find(|check| check.id == id) {
            Some(check) if check.level == Level::Fail => problems.push(said_by(check, "failed")),
            Some(_) => {}
            None => problems.push(format!("The check {id} was not made.")),
        }
    }
    for id in &checks.must_fire {
        let fires = |check: &&Check| check.level >= Level::Warn || check.dialect;
        let found = report.checks.iter().filter(|check| check.id == id).collect::<Vec<_>>();
        match found.first() {
            None => problems.push(format!("The check {id} was not made.")),
            Some(check) if !found.iter().any(fires) => {
                problems.push(said_by(check, "did not fire"));
            }
            Some(_) => {}
        }
    }
    problems
}

fn said_by(check: &Check, what: &str) -> String {
    format!("The check {} {what}: {}", check.id, check.finding)
}

impl Claim {
    /// Why a claim is not as expected.
    fn problem(&self, name: &str, value: Option<&Value>) -> Option<String> {
        let is = || value.map_or_else(|| "there is none".to_owned(), ToString::to_string);
        let (fits, wanted) = match self {
            Self::Equals(wanted) => (value == Some(wanted), format!("be {wanted}")),
            Self::Contains(wanted) => {
                (value.is_some_and(|value| contains(value, wanted)), format!("contain {wanted}"))
            }
            Self::Absent => (value.is_none(), "be absent".to_owned()),
            Self::Present => (value.is_some(), "be there".to_owned()),
        };
        (!fits).then(|| format!("The claim {name} was to {wanted}, and is: {}.", is()))
    }
}

/// Whether a list has an item, an object these members, or a text a word.
fn contains(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::Array(items), wanted) => items.contains(wanted),
        (Value::Object(members), Value::Object(wanted)) => {
            wanted.iter().all(|(name, value)| members.get(name) == Some(value))
        }
        (Value::String(text), Value::String(wanted)) => {
            text == wanted || text.split(' ').any(|word| word == wanted)
        }
        (value, wanted) => value == wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_about_the_exchange_is_an_error_unless_the_case_is_about_just_that() {
        use crate::exchange::client_auth::ClientAuthMethod;
        use crate::exchange::report::{Refusal, tests::report};
        let answer = |status, error: &str| {
            let mut report = report(ClientAuthMethod::None, &[]);
            report.answer.status = status;
            report.refusal = Some(Refusal {
                error: error.to_owned(),
                description: String::new(),
                explanation: String::new(),
            });
            report
        };
        let expect = |outcome, error: &[&str], status| Expect {
            outcome,
            error: error.iter().map(|error| (*error).to_owned()).collect(),
            status,
            claims: Default::default(),
            checks: Default::default(),
        };
        let refused = expect(Wish::Refused, &[], None);
        for (status, error, sentence) in [
            (401, "invalid_client", "the client could not authenticate."),
            (503, "temporarily_unavailable", "the server failed."),
            (429, "slow_down", "the server failed."),
        ] {
            let report = answer(status, error);
            for outcome in [Wish::Refused, Wish::Allowed] {
                let why = unanswered(&expect(outcome, &[], None), &report).unwrap();
                assert!(why.contains(sentence) && why.contains(error), "{why}");
            }
            let named = expect(Wish::Refused, &[error], None);
            assert_eq!(unanswered(&named, &report), None);
            assert!(compare(&named, &report).is_empty());
            let named = expect(Wish::Refused, &[], Some(status));
            assert_eq!(unanswered(&named, &report), None);
        }
        assert_eq!(unanswered(&refused, &answer(400, "invalid_target")), None);
    }

    #[test]
    fn claims_are_compared_by_what_they_are() {
        let problem = |claim: Claim, value: Value| claim.problem("x", Some(&value));
        assert_eq!(problem(Claim::Equals(json!("a")), json!("a")), None);
        assert!(problem(Claim::Equals(json!("1")), json!(1)).is_some(), "a text is no number");
        assert_eq!(problem(Claim::Contains(json!("a")), json!(["b", "a"])), None);
        assert_eq!(problem(Claim::Contains(json!("a")), json!("a")), None);
        assert_eq!(problem(Claim::Contains(json!("b")), json!("a b c")), None);
        assert!(problem(Claim::Contains(json!("a")), json!("abc")).is_some(), "a word");
        assert_eq!(
            problem(Claim::Contains(json!({"sub": "a"})), json!({"sub": "a", "b": 1})),
            None
        );
        let gone = Claim::Absent.problem("act", Some(&json!({"sub": "x"})));
        let sentence = "The claim act was to be absent, and is: {\"sub\":\"x\"}.";
        assert_eq!(gone.as_deref(), Some(sentence));
        assert_eq!(Claim::Absent.problem("act", None), None);
        assert!(Claim::Present.problem("act", None).unwrap().ends_with("there is none."));
    }
}

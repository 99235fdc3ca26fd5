//! Sending the probes, one at a time.

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::forge::forge;
use super::ground::Ground;
use super::report::{ProbeReport, Report, ShotReport, Verdict};
use super::shots::{Form, Judge, Recipe, Shot};
use super::table::{PROBES, Probe};
use crate::exchange::ask::{Desk, Observed, Reply, said, unreachable};
use crate::exchange::assertion::Occasion;
use crate::exchange::cancel::Cancel;
use crate::exchange::client_auth::{Client, ClientAuth};
use crate::exchange::json;
use crate::exchange::pace::Pace;
use crate::exchange::redact::Redactor;
use crate::exchange::report::{self, Outcome};
use crate::exchange::request::{ExchangeRequest, form};
use crate::exchange::supply::{Missing, Supply};
use crate::exchange::sweep::{Ended, Item};
use crate::exchange::token;

/// So many requests in a row without an answer, and the next would fare no better: with a server that
/// has fallen silent, each costs the whole timeout. Fewer than in a sweep, since each is an attack that
/// the server may have chosen not to answer, and a run has few.
const SILENT: usize = 3;

/// How far a run is.
#[derive(Clone, Copy, Debug)]
pub struct ProbeProgress<'a> {
    pub done: usize,
    pub total: usize,
    pub latest: &'a ProbeReport,
}

/// What became of one request.
enum Fired {
    Done(ShotReport),
    Stop(Ended, ShotReport),
}

/// Sends a permitted exchange, and when that is granted the probes with these ids (all of them when
/// none is given). The caller has asked whether the server is the person's own.
pub async fn run(
    desk: &Desk<'_>,
    ground: &Ground<'_>,
    ids: &[String],
    rate: Option<f64>,
    supply: &mut impl Supply,
    cancel: &Cancel,
    mut progress: impl FnMut(ProbeProgress<'_>),
) -> Report {
    let mut runner =
        Runner { desk: Desk { patient: false, ..*desk }, supply, pace: Pace::new(rate), silent: 0 };
    let mut report = Report {
        version: 1,
        kind: "probes",
        server: desk.session.server().address().to_owned(),
        reading: ground.reading.name(),
        control: Vec::new(),
        proves: false,
        ended: Ended::Finished,
        probes: Vec::new(),
    };
    // What the external identities' turn depends on.
    let mut external =
        Err("The configuration permits no exchange of an external token.".to_owned());
    for item in [&ground.control, &ground.external].into_iter().flatten() {
        let Some(fired) = cancel.unless(runner.control(item)).await else {
            report.ended = Ended::Cancelled;
            return report;
        };
        let shot = match fired {
            Fired::Done(shot) => shot,
            Fired::Stop(ended, shot) => {
                report.control.push(shot);
                report.ended = ended;
                return report;
            }
        };
        let granted = shot.observed == Observed::Granted;
        if super::ground::is_external(item) {
            external = if granted {
                Ok(())
            } else {
                Err(format!("A permitted external token was not granted. {}", shot.server))
            };
        }
        report.proves |= granted;
        report.control.push(shot);
    }
    if !report.proves {
        return report;
    }
    let user = report
        .control
        .first()
        .filter(|_| ground.control.is_some())
        .is_some_and(|shot| shot.observed == Observed::Granted);
    let wanted: Vec<&Probe> = PROBES
        .iter()
        .filter(|probe| ids.is_empty() || ids.iter().any(|id| id == probe.id))
        .collect();
    for probe in &wanted {
        let done = match (probe.shots)(ground) {
            Err(why) => not_possible(probe, why),
            Ok(shots) => {
                let fired = cancel.unless(runner.probe(probe, shots, user, &external)).await;
                match fired {
                    None => {
                        report.ended = Ended::Cancelled;
                        break;
                    }
                    Some((done, stop)) => {
                        if let Some(stop) = stop {
                            report.ended = stop;
                            report.probes.push(done);
                            break;
                        }
                        done
                    }
                }
            }
        };
        report.probes.push(done);
        if let Some(latest) = report.probes.last() {
            let (done, total) = (report.probes.len(), wanted.len());
            progress(ProbeProgress { done, total, latest });
        }
    }
    report
}

fn not_possible(probe: &Probe, why: String) -> ProbeReport {
    probe_report(probe, Verdict::NotPossible, why, Vec::new())
}

fn probe_report(
    probe: &Probe,
    verdict: Verdict,
    why: String,
    shots: Vec<ShotReport>,
) -> ProbeReport {
    let Probe { id, title, because, clause, precedent, .. } = *probe;
    ProbeReport { id, title, because, clause, precedent, verdict, why, shots }
}

struct Runner<'a, S> {
    desk: Desk<'a>,
    supply: &'a mut S,
    pace: Pace,
    /// How many requests in a row were left without an answer.
    silent: usize,
}

impl<S: Supply> Runner<'_, S> {
    async fn control(&mut self, item: &Item) -> Fired {
        let label = self.desk.project.client(item.question.requester).label();
        let sent = format!("{label} asks for what is permitted.");
        let reply = self.desk.ask(self.supply, &mut self.pace, &item.question).await;
        fired(sent, &reply, |report| match Observed::of(report) {
            Observed::Granted => Verdict::Noted,
            _ => Verdict::Unclear,
        })
    }

    async fn probe(
        &mut self,
        probe: &Probe,
        shots: Vec<Shot>,
        user: bool,
        external: &Result<(), String>,
    ) -> (ProbeReport, Option<Ended>) {
        let mut done: Vec<ShotReport> = Vec::new();
        let mut stop = None;
        for shot in shots {
            let grounded = match external {
                Err(why) if shot.is_external() => Err(why.clone()),
                _ if !shot.is_external() && !user => {
                    Err("A permitted exchange of a user's token was not granted.".to_owned())
                }
                _ => Ok(()),
            };
            match grounded {
                Err(why) => done.push(untried(&shot, why)),
                Ok(()) => match self.heard(&shot).await {
                    Fired::Done(report) => done.push(report),
                    Fired::Stop(ended, report) => {
                        done.push(report);
                        stop = Some(ended);
                        break;
                    }
                },
            }
        }
        // What is worst counts; of several requests one that could not be made does not.
        let verdict = done.iter().map(|shot| shot.verdict).max().unwrap_or(Verdict::NotPossible);
        let why = match (verdict, done.first()) {
            (Verdict::NotPossible, Some(shot)) => shot.server.clone(),
            (Verdict::NotPossible, None) => "There is nothing near enough to try.".to_owned(),
            _ => String::new(),
        };
        (probe_report(probe, verdict, why, done), stop)
    }

    /// Sends a shot, and ends the run when the server has fallen silent.
    async fn heard(&mut self, shot: &Shot) -> Fired {
        let fired = self.shot(shot).await;
        let Fired::Done(report) = fired else { return fired };
        match report.observed {
            Observed::NotTried => {}
            Observed::NoAnswer => self.silent += 1,
            _ => self.silent = 0,
        }
        if self.silent < SILENT {
            return Fired::Done(report);
        }
        let why = format!(
            "{SILENT} requests in a row were left without an answer. {} The rest was not sent.",
            report.server
        );
        Fired::Stop(Ended::Unreachable(why), report)
    }

    async fn shot(&mut self, shot: &Shot) -> Fired {
        let (client, request) = match self.prepare(shot).await {
            Ok(prepared) => prepared,
            // Without an answer there is none to judge.
            Err(missing) => return fired(shot.says.clone(), &missing.into(), |_| Verdict::Unclear),
        };
        if shot.form != Form::AsItIs {
            return self.raw(shot, &client, &request).await;
        }
        let reply = self.desk.send(&mut self.pace, &client, &request).await;
        fired(shot.says.clone(), &reply, |report| judge(shot, report, &request))
    }

    /// The client and the request of a shot.
    async fn prepare(&mut self, shot: &Shot) -> Result<(Client, ExchangeRequest), Missing> {
        let Desk { project, session, http, clock, .. } = self.desk;
        let mut client = self.supply.client(project.client(shot.requester))?;
        if shot.bare {
            client = Client::new(client.id, ClientAuth::None);
        }
        let subject_token = match &shot.token {
            Recipe::Of(subject) => self.supply.subject(project, subject, clock()).await?.token,
            Recipe::IdTokenOf(subject) => self.supply.id_token(project, subject, clock()).await?,
            Recipe::Minted(wanted) => self.supply.minted(wanted.clone()).await?,
            Recipe::Forged(subject, how) => {
                let good = self.supply.subject(project, subject, clock()).await?.token;
                let keys = session.keys(http).await.ok();
                forge(&good, *how, keys.as_deref())?
            }
        };
        let mut audience = shot.audience.clone();
        if let Some(target) = shot.target {
            audience.insert(0, self.desk.audience(target)?);
        }
        let request = ExchangeRequest {
            subject_token,
            subject_token_type: shot.token_type.to_owned(),
            audience,
            resource: shot.resource.clone(),
            scope: shot.scope.clone(),
            ..ExchangeRequest::default()
        };
        Ok((client, request))
    }

    /// Sends a form that no well-behaved client sends.
    async fn raw(&mut self, shot: &Shot, client: &Client, request: &ExchangeRequest) -> Fired {
        let Desk { session, http, clock, .. } = self.desk;
        let endpoint = match session.endpoint_for(client) {
            Ok(endpoint) => endpoint,
            Err(error) => return Fired::Done(untried(shot, error.to_string())),
        };
        let endpoint = &endpoint;
        let occasion =
            Occasion { issuer: session.issuer(), token_endpoint: endpoint, now: clock() };
        let credentials = match client.credentials(&occasion) {
            Ok(credentials) => credentials,
            Err(error) => return Fired::Done(untried(shot, error.to_string())),
        };
        let mut redactor = Redactor::new();
        client.teach(&mut redactor);
        credentials.teach(&mut redactor);
        request.teach(&mut redactor);
        let mut parameters = request.parameters(&credentials);
        let subject = parameters.iter().position(|one| one.name == "subject_token");
        if let Some(at) = subject {
            match shot.form {
                Form::WithoutSubject => drop(parameters.remove(at)),
                Form::EmptySubject => parameters[at].value = SecretString::default(),
                Form::SubjectTwice => parameters.insert(at, parameters[at].clone()),
                Form::AsItIs => {}
            }
        }
        let secrets: Vec<(&str, &SecretString)> =
            credentials.authorization.iter().map(|value| ("authorization", value)).collect();
        self.pace.turn().await;
        let answer =
            http.post_form(endpoint, client.certificate(), &secrets, &form(&parameters)).await;
        let sent = shot.says.clone();
        let done = |observed, verdict, server: &str| {
            Fired::Done(ShotReport {
                sent: sent.clone(),
                observed,
                verdict,
                server: server.to_owned(),
            })
        };
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                let ended = unreachable(&error).then(|| Ended::Unreachable(error.message.clone()));
                let fired = done(Observed::NoAnswer, Verdict::Unclear, &error.message);
                return match (ended, fired) {
                    (Some(ended), Fired::Done(report)) => Fired::Stop(ended, report),
                    (_, fired) => fired,
                };
            }
        };
        let members = json::parse_object(answer.body.expose_secret()).unwrap_or_default();
        let text = |name: &str| {
            let text = members.get(name).and_then(Value::as_str).unwrap_or_default();
            redactor.text(text)
        };
        let (status, error) = (answer.status, text("error"));
        match status {
            429 => Fired::Stop(
                Ended::TooManyRequests,
                ShotReport {
                    sent,
                    observed: Observed::NoAnswer,
                    verdict: Verdict::Unclear,
                    server: Ended::TooManyRequests.sentence(),
                },
            ),
            200..300 if members.contains_key("access_token") => {
                let server = format!("A token was issued ({status}).");
                done(Observed::Granted, Verdict::Accepted, &server)
            }
            400..500 if Observed::of_error(status, &error).is_answer() => {
                let said = text("error_description");
                let server = format!("The server refused: {error} ({status}). {said}");
                done(Observed::Refused, Verdict::Refused, server.trim_end())
            }
            _ => {
                let server = format!("The answer says nothing of it ({status} {error}).");
                let observed = match Observed::of_error(status, &error) {
                    Observed::Refused => Observed::Unclear,
                    observed => observed,
                };
                done(observed, Verdict::Unclear, &server)
            }
        }
    }
}

fn untried(shot: &Shot, why: String) -> ShotReport {
    ShotReport {
        sent: shot.says.clone(),
        observed: Observed::NotTried,
        verdict: Verdict::NotPossible,
        server: why,
    }
}

/// What a reply means, with a judgement for an answer.
fn fired(sent: String, reply: &Reply, judge: impl Fn(&report::Report) -> Verdict) -> Fired {
    let done = |observed, verdict, server: String| ShotReport { sent, observed, verdict, server };
    match reply {
        Reply::Answer(report) => {
            let verdict = judge(report);
            let mut observed = Observed::of(report);
            if verdict == Verdict::Refused && report.outcome == Outcome::Refused {
                observed = Observed::Refused;
            }
            Fired::Done(done(observed, verdict, said(report)))
        }
        Reply::NotAsked(why) => {
            Fired::Done(done(Observed::NotTried, Verdict::NotPossible, why.clone()))
        }
        Reply::NoAnswer(error) => {
            Fired::Done(done(Observed::NoAnswer, Verdict::Unclear, error.message.clone()))
        }
        Reply::Unreachable(error) => Fired::Stop(
            Ended::Unreachable(error.message.clone()),
            done(Observed::NoAnswer, Verdict::Unclear, error.message.clone()),
        ),
        Reply::TooManyRequests(report) => Fired::Stop(
            Ended::TooManyRequests,
            done(Observed::NoAnswer, Verdict::Unclear, report.sentence()),
        ),
    }
}

fn judge(shot: &Shot, report: &report::Report, request: &ExchangeRequest) -> Verdict {
    match Observed::of(report) {
        Observed::Refused if shot.judge == Judge::Note => Verdict::Noted,
        Observed::Refused => Verdict::Refused,
        Observed::NotAuthenticated
            if shot.about_client
                && report.refusal.as_ref().is_some_and(|it| it.error == "invalid_client") =>
        {
            Verdict::Refused
        }
        Observed::Granted => match shot.judge {
            Judge::MustRefuse => Verdict::Accepted,
            Judge::Note => Verdict::Noted,
            Judge::ScopesWithin => scopes(report, request),
        },
        Observed::NotAuthenticated
        | Observed::ServerFailed
        | Observed::Unclear
        | Observed::NoAnswer
        | Observed::NotTried => Verdict::Unclear,
    }
}

/// Whether the new token has a scope that the old one does not.
fn scopes(report: &report::Report, request: &ExchangeRequest) -> Verdict {
    let before = token::decode(request.subject_token.expose_secret());
    let before = before.jwt().map(|jwt| jwt.scopes().unwrap_or_default());
    let after = report.issued_token.as_ref().and_then(|token| token.jwt());
    let said = report.answer.body.as_ref().and_then(|body| body.get("scope")?.as_str());
    let after: Option<Vec<&str>> = after
        .map(|jwt| jwt.scopes().unwrap_or_default())
        .or_else(|| said.map(|text| text.split(' ').collect()));
    match (before, after) {
        (Some(before), Some(after)) if after.iter().all(|scope| before.contains(scope)) => {
            Verdict::Refused
        }
        (Some(_), Some(_)) => Verdict::Accepted,
        _ => Verdict::Unclear,
    }
}

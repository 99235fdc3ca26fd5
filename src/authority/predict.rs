//! From a request to the question that [`decide`] answers, without a server.
//!
//! The authority knows what a token is because it made it. Before an exchange is sent to any other
//! server, the same has to be read from the token's claims, which nobody has verified; that is good
//! enough for a prediction, and for nothing else.

use serde_json::{Map, Value};

use super::clients;
use crate::config::{ClientKey, Project};
use crate::trust::{Decision, Question, Reading, Subject, decide};

/// An exchange that is about to be sent.
#[derive(Clone, Debug)]
pub struct Planned<'a> {
    /// The `client_id` that will ask; a name will do.
    pub requester: &'a str,
    /// The claims of the subject token; `None` when it cannot be read.
    pub subject_claims: Option<&'a Map<String, Value>>,
    /// Every `audience` and `resource`.
    pub targets: Vec<&'a str>,
    /// What targets that are no id or name stand for: (URL, client app).
    pub audiences: &'a [(String, String)],
}

/// What the configuration says of a planned exchange.
#[derive(Clone, Debug)]
pub struct Prediction {
    pub decision: Decision,
    /// What had to be assumed to ask the question, one sentence each.
    pub assumptions: Vec<String>,
}

/// Predicts an exchange.
///
/// # Errors
///
/// A sentence for a person, when the configuration has no such requester or the token does not say
/// whose it is.
pub fn predict(
    project: &Project,
    reading: Reading,
    planned: &Planned<'_>,
) -> Result<Prediction, String> {
    let requester = clients::by_client_id(project, planned.requester)
        .map(|app| app.key)
        .map_or_else(|| project.find(planned.requester), Ok)
        .map_err(|reason| format!("no prediction: {reason}"))?;
    let claims = planned
        .subject_claims
        .ok_or("no prediction: the subject token cannot be read, so it does not say whose it is")?;
    let subject = subject(project, claims, planned.audiences)?;
    let mut assumptions = Vec::new();
    let mut target = None;
    for name in &planned.targets {
        match by_audience(planned.audiences, project, name) {
            Some(key) if target.is_none_or(|earlier| earlier == key) => target = Some(key),
            Some(_) => {
                return Err("no prediction: the audiences and resources name several client apps"
                    .to_owned());
            }
            None => assumptions.push(format!(
                "“{name}” names no client app of the project, so it is taken not to choose the \
                 target."
            )),
        }
    }
    let decision = decide(project, reading, &Question { requester, subject, target });
    Ok(Prediction { decision, assumptions })
}

/// Whose token it is, by what it says.
fn subject(
    project: &Project,
    claims: &Map<String, Value>,
    audiences: &[(String, String)],
) -> Result<Subject, String> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let issuer = text("iss").unwrap_or_default();
    let federated = project
        .clients()
        .iter()
        .flat_map(|client| &client.identities)
        .any(|identity| identity.issuer.as_ref().is_some_and(|own| own.value == issuer));
    if !federated {
        let named: Vec<&str> = match claims.get("aud") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let by_aud: Vec<ClientKey> =
            named.iter().filter_map(|name| by_audience(audiences, project, name)).collect();
        if let [first, rest @ ..] = by_aud.as_slice()
            && rest.iter().all(|key| key == first)
        {
            return Ok(Subject::UserOf(*first));
        }
        let by_client = ["client_id", "azp", "appid"]
            .into_iter()
            .find_map(|name| clients::by_client_id(project, text(name)?));
        if let Some(app) = by_client {
            return Ok(Subject::UserOf(app.key));
        }
    }
    match text("sub") {
        Some(subject) if !issuer.is_empty() => {
            Ok(Subject::External { issuer: issuer.to_owned(), subject: subject.to_owned() })
        }
        _ => {
            Err("no prediction: the subject token has no issuer and subject (iss, sub)".to_owned())
        }
    }
}

/// The client app that an audience or a resource names: by the map, by id, by placeholder, or by a
/// name that only one client app has.
pub(super) fn by_audience(
    audiences: &[(String, String)],
    project: &Project,
    audience: &str,
) -> Option<ClientKey> {
    let mapped = audiences.iter().find(|(url, _)| url == audience);
    let text = mapped.map_or(audience, |(_, client)| client);
    clients::by_client_id(project, text).map(|app| app.key).or_else(|| project.named(text))
}

//! The exchange of the form as a file of cases: plain YAML, with the names of variables in the place
//! of secrets.
//!
//! What is expected is what the configuration says, so that the case holds the server to the files
//! and not to what it happened to do; only where the configuration cannot be asked it is what the
//! server did. A chain becomes one case a hop.

use secrecy::ExposeSecret as _;
use serde_yaml::{Mapping, Value};

use super::super::{ExchangeTab, ServerChoice, TokenChoice, TokenSource};
use crate::config::Project;
use crate::exchange::case::CaseFile;
use crate::exchange::report::Outcome;
use crate::exchange::request::is_reserved;
use crate::exchange::token_type::{ACCESS_TOKEN, JWT, PREFIX};
use crate::exchange::{ClientAuthMethod, Redactor};
use crate::trust::{Decision, Verdict, decide};

/// What parameters are left out for, if their names have it: their values may be secret.
const SECRET_NAMES: [&str; 5] = ["secret", "password", "token", "assertion", "credential"];

/// The text of the file.
///
/// # Errors
///
/// A sentence without its stop, when the form cannot be put as a case.
pub fn of(tab: &ExchangeTab, project: &Project) -> Result<String, String> {
    let form = &tab.form;
    if form.client_id.trim().is_empty() {
        return Err("the form names no client that asks".to_owned());
    }
    let mut writer = Writer { tab, project, clients: Vec::new(), variables: Vec::new() };
    let mut left_out = Vec::new();
    let requester = writer.client(form.client_id.trim(), form.auth);
    let mut case = Mapping::new();
    let name = |index: usize| writer_name(tab, project, index);
    put(&mut case, "name", name(0));
    put(&mut case, "client", requester);
    case.insert("subject".into(), writer.token(&form.subject, "SUBJECT_TOKEN")?.into());
    if let Some(actor) = &form.actor {
        case.insert("actor".into(), writer.token(actor, "ACTOR_TOKEN")?.into());
    }
    let request = form.request(Default::default());
    for (key, values) in [("audience", &request.audience), ("resource", &request.resource)] {
        if !values.is_empty() {
            let values = values.iter().map(|value| Value::from(value.as_str())).collect();
            case.insert(key.into(), Value::Sequence(values));
        }
    }
    put_unless_empty(&mut case, "scope", form.scope.trim());
    put_unless_empty(&mut case, "requested_type", short_type(form.requested_token_type.trim()));
    let mut parameters = Mapping::new();
    for (name, value) in &request.extra {
        let lower = name.to_lowercase();
        if is_reserved(name) || SECRET_NAMES.iter().any(|part| lower.contains(part)) {
            left_out.push(name.clone());
        } else {
            put(&mut parameters, name, value.as_str());
        }
    }
    if !parameters.is_empty() {
        case.insert("parameters".into(), parameters.into());
    }
    case.insert("expect".into(), expected(tab, 0, tab.prediction.as_ref()).into());
    let mut cases = vec![Value::from(case)];
    let questions = form.further_questions(project);
    for (index, (hop, question)) in form.further.iter().zip(questions).enumerate() {
        let id = hop.client_id.trim();
        let public = hop.client_secret.expose_secret().is_empty()
            && form.server != ServerChoice::BuiltIn
            && id != form.client_id.trim();
        let auth = if public { ClientAuthMethod::None } else { form.auth };
        let client = writer.client(id, auth);
        let mut case = Mapping::new();
        put(&mut case, "name", name(index + 1));
        put(&mut case, "client", client);
        let mut subject = Mapping::new();
        put(&mut subject, "answer_of", name(index));
        case.insert("subject".into(), subject.into());
        if !hop.audience.trim().is_empty() {
            let audience = vec![Value::from(hop.audience.trim())];
            case.insert("audience".into(), Value::Sequence(audience));
        }
        put_unless_empty(&mut case, "scope", hop.scope.trim());
        let reading = tab.prediction.as_ref().map(|decision| decision.reading);
        let decision =
            question.zip(reading).map(|(question, reading)| decide(project, reading, &question));
        case.insert("expect".into(), expected(tab, index + 1, decision.as_ref()).into());
        cases.push(case.into());
    }
    let text = writer.file(cases, &left_out)?;
    // The last word: nothing that is secret in this session is in it.
    if secrets(tab).finds(&text) {
        return Err("a secret or a token of this session stands in the exchange as plain text; \
                    take it out of the form first"
            .to_owned());
    }
    CaseFile::read(&text).map_err(|error| format!("it would be no file of cases: {error}"))?;
    Ok(text)
}

fn put(map: &mut Mapping, key: &str, value: impl Into<String>) {
    map.insert(key.into(), value.into().into());
}

fn put_unless_empty(map: &mut Mapping, key: &str, value: &str) {
    if !value.is_empty() {
        put(map, key, value);
    }
}

fn short_type(uri: &str) -> &str {
    uri.strip_prefix(PREFIX).unwrap_or(uri)
}

/// The name of a hop's case.
fn writer_name(tab: &ExchangeTab, project: &Project, hop: usize) -> String {
    let label = |id: &str| match project.named(id) {
        Some(key) => project.client(key).label().to_owned(),
        None => id.trim().to_owned(),
    };
    let form = &tab.form;
    let (who, target) = match hop.checked_sub(1).and_then(|at| form.further.get(at)) {
        Some(hop) => (&hop.client_id, Some(&hop.audience)),
        None => (&form.client_id, form.audience.first()),
    };
    let target = target.map(|target| label(target)).filter(|target| !target.is_empty());
    let target = target.unwrap_or_else(|| "nobody in particular".to_owned());
    let name = format!("{} asks for a token for {target}", label(who));
    if hop == 0 { name } else { format!("Hop {}: {name}", hop + 1) }
}

/// What is expected of a hop.
fn expected(tab: &ExchangeTab, hop: usize, decision: Option<&Decision>) -> Mapping {
    let report = tab.outcomes().get(hop).and_then(|outcome| outcome.observation.as_ref().ok());
    let did = report.map(|report| report.outcome);
    let says = decision.map(|decision| decision.verdict() != Verdict::Refused);
    let allowed = says.unwrap_or(did != Some(Outcome::Refused));
    let mut expect = Mapping::new();
    put(&mut expect, "outcome", if allowed { "allowed" } else { "refused" });
    let error = report.and_then(|report| report.refusal.as_ref()).map(|it| it.error.as_str());
    if let Some(error) = error.filter(|error| !allowed && !error.is_empty()) {
        expect.insert("error".into(), Value::Sequence(vec![error.into()]));
    }
    expect
}

/// Everything secret that the session has.
fn secrets(tab: &ExchangeTab) -> Redactor {
    let mut redactor = Redactor::new();
    let form = &tab.form;
    redactor.add(&form.client_secret);
    for choice in std::iter::once(&form.subject).chain(&form.actor) {
        redactor.add(&choice.pasted);
        redactor.add(&choice.login_secret);
    }
    for hop in &form.further {
        redactor.add(&hop.client_secret);
    }
    for kept in tab.vault.tokens() {
        redactor.add(&kept.token);
        if let Some(refresh) = &kept.refresh {
            redactor.add(refresh);
        }
    }
    redactor.add(&tab.redeem.form.client_secret);
    for authority in tab.authority.iter().chain(&tab.other) {
        redactor.add(authority.client_secret());
    }
    redactor
}

struct Writer<'a> {
    tab: &'a ExchangeTab,
    project: &'a Project,
    /// Id, name in the file, and how it authenticates.
    clients: Vec<(String, String, Mapping)>,
    variables: Vec<String>,
}

impl Writer<'_> {
    /// The name of a client in the file.
    fn client(&mut self, id: &str, auth: ClientAuthMethod) -> String {
        if let Some((_, name, _)) = self.clients.iter().find(|(known, _, _)| known == id) {
            return name.clone();
        }
        let label = match self.project.named(id) {
            Some(key) => self.project.client(key).label(),
            None => id,
        };
        let mut name = slug(label);
        while self.clients.iter().any(|(_, known, _)| *known == name) {
            name.push_str("-2");
        }
        let variable = name.to_uppercase().replace('-', "_");
        let mut client = Mapping::new();
        put(&mut client, "id", id);
        put(&mut client, "auth", auth.name());
        let key = match auth {
            ClientAuthMethod::None => None,
            ClientAuthMethod::PrivateKeyJwt => Some(("key_env", format!("{variable}_KEY"))),
            _ => Some(("secret_env", format!("{variable}_SECRET"))),
        };
        if let Some((key, variable)) = key {
            put(&mut client, key, variable.as_str());
            self.variables.push(variable);
        }
        if self.tab.form.dpop.is_some() {
            client.insert("dpop".into(), true.into());
        }
        self.clients.push((id.to_owned(), name.clone(), client));
        name
    }

    fn token(&mut self, choice: &TokenChoice, variable: &str) -> Result<Mapping, String> {
        let mut token = Mapping::new();
        let form = &self.tab.form;
        let mut usual = ACCESS_TOKEN;
        match choice.source {
            TokenSource::TestUser => {
                let key = choice.login_client.ok_or("the form says not whose user signs in")?;
                let client = self.project.client(key);
                let id = super::super::form::client_id(client);
                let public =
                    client.flag(crate::config::Setting::Public).is_some_and(|flag| flag.value);
                let auth = if public { ClientAuthMethod::None } else { form.auth };
                let auth = match auth {
                    ClientAuthMethod::None if !public => ClientAuthMethod::ClientSecretPost,
                    auth => auth,
                };
                let of = self.client(id, auth);
                put(&mut token, "user", choice.user.trim());
                put(&mut token, "of", of);
                let scope = form.scope.trim();
                put_unless_empty(&mut token, "scope", scope);
            }
            TokenSource::External => {
                usual = JWT;
                let mut mint = Mapping::new();
                put(&mut mint, "issuer", choice.external_issuer.as_str());
                put(&mut mint, "subject", choice.external_subject.as_str());
                token.insert("mint".into(), mint.into());
            }
            TokenSource::ClientCredentials => {
                let own = self.client(form.client_id.trim(), form.auth);
                put(&mut token, "client_credentials", own);
            }
            TokenSource::Browser
            | TokenSource::Device
            | TokenSource::Kept
            | TokenSource::Refresh
            | TokenSource::Pasted => {
                put(&mut token, "env", variable);
                self.variables.push(variable.to_owned());
            }
        }
        let kind = choice.token_type.trim();
        if !kind.is_empty() && kind != usual {
            put(&mut token, "type", short_type(kind));
        }
        Ok(token)
    }

    fn file(self, cases: Vec<Value>, left_out: &[String]) -> Result<String, String> {
        let mut text = String::from("# A token exchange and what is expected of it.\n");
        if !self.variables.is_empty() {
            let names = self.variables.join(", ");
            text.push_str(&format!("# Set in the environment before it is run: {names}\n"));
        }
        if !left_out.is_empty() {
            let names = left_out.join(", ");
            text.push_str(&format!("# Left out, since their values may be secret: {names}\n"));
        }
        let mut file = Mapping::new();
        file.insert("version".into(), 1.into());
        let form = &self.tab.form;
        match form.server {
            ServerChoice::BuiltIn => text.push_str(
                "# For the built-in authority, so it names no server; 'server: ISSUER' would.\n",
            ),
            ServerChoice::Issuer => put(&mut file, "server", form.issuer.trim()),
            ServerChoice::TokenEndpoint => {
                put(&mut file, "token_endpoint", form.token_endpoint.trim());
                put_unless_empty(&mut file, "jwks_uri", form.jwks_uri.trim());
            }
        }
        let mut clients = Mapping::new();
        for (_, name, client) in self.clients {
            clients.insert(name.into(), client.into());
        }
        file.insert("clients".into(), clients.into());
        file.insert("cases".into(), Value::Sequence(cases));
        let yaml = serde_yaml::to_string(&file).map_err(|error| error.to_string())?;
        Ok(text + &yaml)
    }
}

/// A name as keys of a file have it: letters and digits of ASCII, and hyphens.
fn slug(label: &str) -> String {
    let mut name = String::new();
    for letter in label.chars() {
        match letter {
            letter if letter.is_ascii_alphanumeric() => name.push(letter.to_ascii_lowercase()),
            _ if name.ends_with('-') || name.is_empty() => {}
            _ => name.push('-'),
        }
    }
    let name = name.trim_end_matches('-');
    if name.is_empty() { "client".to_owned() } else { name.to_owned() }
}

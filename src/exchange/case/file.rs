//! The files: their shape, and what can be said of them before anything is sent.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::exchange::client_auth::ClientAuthMethod;
use crate::exchange::discovery::Server;
use crate::exchange::request::is_reserved;

/// The version of the format that is read.
const VERSION: u64 = 1;

/// A file with more bytes is none of cases.
const LONGEST: usize = 1 << 20;

/// Why a file is not used: where, and what is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", .line.map(|line| format!("line {line}: ")).unwrap_or_default())]
pub struct FileError {
    /// From 1.
    pub line: Option<usize>,
    pub message: String,
}

/// A file of cases.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseFile {
    pub version: u64,
    /// The issuer; endpoints and keys come from its discovery document.
    #[serde(default)]
    pub server: Option<String>,
    /// The token endpoint itself.
    #[serde(default)]
    pub token_endpoint: Option<String>,
    #[serde(default)]
    pub jwks_uri: Option<String>,
    #[serde(default)]
    pub clients: BTreeMap<String, ClientSpec>,
    pub cases: Vec<Case>,
}

/// A client and where its credential is.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientSpec {
    pub id: String,
    #[serde(default)]
    pub auth: AuthName,
    /// The environment variable with its secret.
    #[serde(default)]
    pub secret_env: Option<String>,
    /// The environment variable with its private key.
    #[serde(default)]
    pub key_env: Option<String>,
    /// The file with its private key.
    #[serde(default)]
    pub key_file: Option<String>,
    /// Whether it proves possession of a key, made for this run.
    #[serde(default)]
    pub dpop: bool,
}

/// How a client authenticates, by its name in the standards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct AuthName(pub ClientAuthMethod);

impl Default for AuthName {
    fn default() -> Self {
        Self(ClientAuthMethod::ClientSecretBasic)
    }
}

impl TryFrom<String> for AuthName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        ClientAuthMethod::from_name(&name).map(Self).ok_or_else(|| {
            let names = ClientAuthMethod::ALL.map(ClientAuthMethod::name).join(", ");
            format!("no way to authenticate is named {name}; there are {names}")
        })
    }
}

/// One exchange and what is expected of it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub name: String,
    /// One of the file's clients.
    pub client: String,
    pub subject: Subject,
    #[serde(default)]
    pub actor: Option<Subject>,
    #[serde(default)]
    pub audience: Vec<String>,
    #[serde(default)]
    pub resource: Vec<String>,
    #[serde(default)]
    pub scope: String,
    #[serde(default)]
    pub requested_type: Option<String>,
    /// What the server wants beyond the standard.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    pub expect: Expect,
}

/// Where a token comes from: exactly one of these.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, try_from = "AnySubject")]
pub struct Subject {
    pub env: Option<String>,
    /// A test user who signs in without a page, to the client `of`.
    pub user: Option<String>,
    pub of: Option<String>,
    pub scope: String,
    /// A client's token for itself.
    pub client_credentials: Option<String>,
    pub mint: Option<MintSpec>,
    /// The token that an earlier case of this file was issued.
    pub answer_of: Option<String>,
    /// What kind of token it is; left out, what is usual for where it comes from.
    pub kind: Option<String>,
}

/// The same before it was looked at.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnySubject {
    env: Option<String>,
    user: Option<String>,
    of: Option<String>,
    #[serde(default)]
    scope: String,
    client_credentials: Option<String>,
    mint: Option<MintSpec>,
    answer_of: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl TryFrom<AnySubject> for Subject {
    type Error = String;

    fn try_from(any: AnySubject) -> Result<Self, String> {
        let AnySubject { env, user, of, scope, client_credentials, mint, answer_of, kind } = any;
        let given = [
            env.is_some(),
            user.is_some(),
            client_credentials.is_some(),
            mint.is_some(),
            answer_of.is_some(),
        ];
        if given.iter().filter(|given| **given).count() != 1 {
            return Err(
                "a token comes from exactly one of env, user, client_credentials, mint and \
                        answer_of"
                    .to_owned(),
            );
        }
        if user.is_some() != of.is_some() {
            return Err("user and of go together: who signs in, and to which client".to_owned());
        }
        Ok(Self { env, user, of, scope, client_credentials, mint, answer_of, kind })
    }
}

/// A token that the external issuers mint.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MintSpec {
    pub issuer: String,
    pub subject: String,
    #[serde(default)]
    pub audience: Vec<String>,
    /// Seconds until it expires; 300 unless given, negative for one that has expired.
    #[serde(default)]
    pub lifetime: Option<i64>,
    #[serde(default)]
    pub not_before: Option<i64>,
}

/// What is expected.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    pub outcome: Wish,
    /// Error codes, one of which it is.
    #[serde(default)]
    pub error: Vec<String>,
    #[serde(default)]
    pub status: Option<u16>,
    /// What the issued token claims.
    #[serde(default)]
    pub claims: BTreeMap<String, Claim>,
    #[serde(default)]
    pub checks: Checks,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wish {
    Allowed,
    Refused,
}

/// What is expected of one claim: exactly one of these.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "AnyClaim")]
pub enum Claim {
    Equals(Value),
    /// A list has it among its items, a text as a word of it.
    Contains(Value),
    Absent,
    Present,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnyClaim {
    equals: Option<Value>,
    contains: Option<Value>,
    absent: Option<bool>,
    present: Option<bool>,
}

impl TryFrom<AnyClaim> for Claim {
    type Error = String;

    fn try_from(any: AnyClaim) -> Result<Self, String> {
        match any {
            AnyClaim { equals: Some(value), contains: None, absent: None, present: None } => {
                Ok(Self::Equals(value))
            }
            AnyClaim { equals: None, contains: Some(value), absent: None, present: None } => {
                Ok(Self::Contains(value))
            }
            AnyClaim { equals: None, contains: None, absent: Some(true), present: None } => {
                Ok(Self::Absent)
            }
            AnyClaim { equals: None, contains: None, absent: None, present: Some(true) } => {
                Ok(Self::Present)
            }
            _ => Err("a claim has exactly one of equals, contains, absent: true and present: true"
                .to_owned()),
        }
    }
}

/// What is expected of the checks, by their ids.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checks {
    /// `all` stands for every one.
    #[serde(default)]
    pub must_not_fail: Vec<String>,
    /// They warn, fail, or see a dialect.
    #[serde(default)]
    pub must_fire: Vec<String>,
}

impl CaseFile {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// With the line, when it is no YAML or not of this shape; with the case, when what it names is
    /// not there.
    pub fn read(text: &str) -> Result<Self, FileError> {
        let plain = |message: &str| FileError { line: None, message: message.to_owned() };
        if text.len() > LONGEST {
            return Err(plain("it is larger than 1 MiB, so it is not taken for a file of cases"));
        }
        // What is asked first: the rest may have another shape in another version.
        #[derive(Deserialize)]
        struct Versioned {
            version: Option<u64>,
        }
        let of_yaml = |error: serde_yaml::Error| {
            let line = error.location().map(|location| location.line());
            let message = error.to_string();
            // The line is said in front.
            let message = message.split(" at line ").next().unwrap_or_default().to_owned();
            FileError { line, message }
        };
        let versioned: Versioned = serde_yaml::from_str(text).map_err(of_yaml)?;
        match versioned.version {
            Some(VERSION) => {}
            Some(other) => {
                return Err(plain(&format!(
                    "it is of version {other}, and this studio knows version {VERSION} only"
                )));
            }
            None => {
                return Err(plain("it has no \"version\", so it is not taken for one of cases"));
            }
        }
        let file: Self = serde_yaml::from_str(text).map_err(of_yaml)?;
        file.check().map_err(|message| FileError { line: None, message })?;
        Ok(file)
    }

    /// The server that the file names.
    pub fn target(&self) -> Option<Server> {
        match (&self.server, &self.token_endpoint) {
            (Some(issuer), _) => Some(Server::Issuer(issuer.clone())),
            (None, Some(url)) => {
                Some(Server::TokenEndpoint { url: url.clone(), jwks_uri: self.jwks_uri.clone() })
            }
            (None, None) => None,
        }
    }

    fn check(&self) -> Result<(), String> {
        if self.server.is_some() && (self.token_endpoint.is_some() || self.jwks_uri.is_some()) {
            return Err("it names both a server and a token endpoint; give one".to_owned());
        }
        for (name, client) in &self.clients {
            client.check().map_err(|why| format!("client {name}: {why}"))?;
        }
        let mut earlier: Vec<&str> = Vec::new();
        for case in &self.cases {
            self.check_case(case, &earlier)
                .map_err(|why| format!("case “{}”: {why}", case.name))?;
            earlier.push(&case.name);
        }
        Ok(())
    }

    fn check_case(&self, case: &Case, earlier: &[&str]) -> Result<(), String> {
        if earlier.contains(&case.name.as_str()) {
            return Err("another case has this name".to_owned());
        }
        let known = |client: &str| match self.clients.contains_key(client) {
            true => Ok(()),
            false => Err(format!("no client of the file is named {client}")),
        };
        known(&case.client)?;
        for token in std::iter::once(&case.subject).chain(&case.actor) {
            for client in token.of.iter().chain(&token.client_credentials) {
                known(client)?;
            }
            if let Some(name) = &token.answer_of
                && !earlier.contains(&name.as_str())
            {
                return Err(format!("no case before it is named “{name}”"));
            }
        }
        if let Some(name) = case.parameters.keys().find(|name| is_reserved(name)) {
            return Err(format!("the parameter {name} has a key of its own"));
        }
        let expect = &case.expect;
        match expect.outcome {
            Wish::Allowed if !expect.error.is_empty() => {
                Err("an exchange that is allowed has no error".to_owned())
            }
            Wish::Refused if !expect.claims.is_empty() => {
                Err("an exchange that is refused has no claims".to_owned())
            }
            _ => Ok(()),
        }
    }
}

impl ClientSpec {
    fn check(&self) -> Result<(), String> {
        let keys = [&self.key_env, &self.key_file].into_iter().flatten().count();
        match self.auth.0 {
            ClientAuthMethod::None if self.secret_env.is_some() || keys > 0 => {
                Err("a public client has no credential".to_owned())
            }
            ClientAuthMethod::None => Ok(()),
            ClientAuthMethod::PrivateKeyJwt if keys == 1 && self.secret_env.is_none() => Ok(()),
            ClientAuthMethod::PrivateKeyJwt => {
                Err("private_key_jwt takes one of key_env and key_file".to_owned())
            }
            _ if keys == 0 && self.secret_env.is_some() => Ok(()),
            method => Err(format!("{} takes secret_env", method.name())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "\
version: 1
server: https://login.example
clients:
  portal: {id: portal, secret_env: PORTAL_SECRET}
  app: {id: app, auth: none}
cases:
  - name: one
    client: portal
    subject: {user: alice, of: app}
    audience: [board]
    expect:
      outcome: allowed
      claims: {sub: {equals: alice}, aud: {contains: board}, act: {absent: true}}
      checks: {must_not_fail: [all], must_fire: [RES-06]}
  - name: two
    client: app
    subject: {answer_of: one, type: jwt}
    expect: {outcome: refused, error: [invalid_request], status: 400}
";

    fn problem(from: &str, to: &str) -> String {
        assert!(GOOD.contains(from), "{from}");
        CaseFile::read(&GOOD.replacen(from, to, 1)).unwrap_err().to_string()
    }

    #[test]
    fn a_file_is_read_as_it_is_documented() {
        let file = CaseFile::read(GOOD).unwrap();
        assert_eq!(file.cases.len(), 2);
        assert_eq!(file.target(), Some(Server::Issuer("https://login.example".to_owned())));
        assert_eq!(file.cases[0].expect.claims["act"], Claim::Absent);
        assert_eq!(file.cases[1].subject.kind.as_deref(), Some("jwt"));
    }

    #[test]
    fn what_it_does_not_understand_it_refuses_with_the_line() {
        for (from, to, line, part) in [
            ("    audience: [board]", "    audence: [board]", "line 10: ", "audence"),
            ("{equals: alice}", "{equal: alice}", "line 13: ", "equal"),
            ("{equals: alice}", "{equals: alice, absent: true}", "line 13: ", "exactly one of"),
            // Of what does not fit together, the line where the case begins.
            ("{user: alice, of: app}", "{user: alice}", "line 7: ", "go together"),
            ("{user: alice, of: app}", "{env: A, answer_of: x}", "line 7: ", "exactly one of"),
            ("auth: none", "auth: nothing", "line 5: ", "there are client_secret_basic"),
            ("outcome: allowed", "outcome: yes", "line 12: ", "unknown variant"),
            ("server: https", "sever: https", "line 2: ", "sever"),
        ] {
            let said = problem(from, to);
            assert!(said.starts_with(line) && said.contains(part), "{to}: {said}");
            assert!(!said.contains(" at line "), "{said}");
        }
    }

    #[test]
    fn what_it_names_has_to_be_there() {
        for (from, to, part) in [
            ("client: portal", "client: nobody", "no client of the file is named nobody"),
            ("answer_of: one", "answer_of: three", "no case before it is named “three”"),
            ("name: two", "name: one", "another case has this name"),
            ("of: app", "of: nobody", "no client of the file is named nobody"),
            ("version: 1", "version: 2", "version 2"),
            ("version: 1\n", "", "no \"version\""),
            (", secret_env: PORTAL_SECRET", "", "client portal: client_secret_basic takes"),
            ("auth: none", "auth: none, secret_env: X", "no credential"),
            ("server: https", "token_endpoint: https://x\nserver: https", "both"),
        ] {
            let said = problem(from, to);
            assert!(said.contains(part), "{to}: {said}");
        }
    }
}

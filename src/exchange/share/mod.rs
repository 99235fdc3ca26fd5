//! The same exchange in the words of another tool, to be pasted elsewhere.
//!
//! What is open stands there as it is sent; what authenticates is the name of a variable, so that
//! the text can go into a ticket or a chat. The texts do what this program does where tools differ:
//! id and secret are form-encoded before they become Basic credentials (RFC 6749 §2.3.1), repeated
//! parameters stay repeated, and nothing empty is sent. An assertion and a proof of possession are
//! good for one request; a text can only say that a new one is needed.

mod code;
mod har;
mod shell;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::SystemTime;

use secrecy::ExposeSecret;
use url::Url;

use super::assertion::Occasion;
use super::client_auth::{Client, ClientAuth, ClientAuthMethod, Credentials};
use super::discovery::{self, Server};
use super::http::{self, Http, TransportError};
use super::redact::form_encode;
use super::report::Report;
use super::request::{ExchangeRequest, Parameter};
use super::run::{SimulateError, Simulation};

/// A tool or a language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tool {
    /// curl, in a POSIX shell.
    Curl,
    /// HTTPie, in a POSIX shell.
    Httpie,
    /// oauth2c, in a POSIX shell: it signs assertions and proofs itself.
    Oauth2c,
    /// A `.http` file, as editors send it.
    HttpFile,
    /// Python 3, with its standard library alone.
    Python,
    /// C# with top-level statements (.NET 6 and later).
    CSharp,
}

impl Tool {
    pub const ALL: [Self; 6] =
        [Self::Curl, Self::Httpie, Self::Oauth2c, Self::HttpFile, Self::Python, Self::CSharp];

    pub fn label(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::Httpie => "HTTPie",
            Self::Oauth2c => "oauth2c",
            Self::HttpFile => ".http file",
            Self::Python => "Python",
            Self::CSharp => "C#",
        }
    }
}

pub use har::of_report as har;

/// The names of the variables that stand for secrets, by parameter.
#[derive(Clone, Debug)]
pub struct Variables(BTreeMap<String, String>);

impl Default for Variables {
    fn default() -> Self {
        let usual = ["subject_token", "actor_token", "client_secret"];
        Self(usual.map(|name| (name.to_owned(), name.to_uppercase())).into())
    }
}

impl Variables {
    /// The same with another name for the secret of one parameter.
    #[must_use]
    pub fn with(mut self, parameter: &str, variable: &str) -> Self {
        self.0.insert(parameter.to_owned(), variable.to_owned());
        self
    }

    fn of(&self, parameter: &str) -> String {
        if let Some(variable) = self.0.get(parameter) {
            return variable.clone();
        }
        let letters = parameter.chars();
        let plain = letters.map(|c| if c.is_ascii_alphanumeric() { c } else { '_' });
        let name: String = plain.collect::<String>().to_uppercase();
        // A name of the shell does not begin with a digit.
        if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
    }
}

/// A part of a request, or where it comes from.
enum Value {
    Text(String),
    Variable(String),
}

/// A request as each tool is told it.
struct Told<'a> {
    url: &'a str,
    client: &'a str,
    method: ClientAuthMethod,
    fields: Vec<(String, Value)>,
    /// The id before it is encoded, and the variable with the secret, for Basic.
    basic: Option<(&'a str, String)>,
    /// The variable with the proof of possession.
    proof: Option<String>,
    /// The variables with the paths of the client's certificate and of its key.
    certificate: Option<[String; 2]>,
    /// The variable with the client's secret, for a tool that signs with it.
    client_secret: String,
    /// What a reader has to know before the text does what it should.
    notes: Vec<String>,
}

/// Writes a simulation for a tool, without running it: a server that is known by its issuer is asked
/// for its metadata, and for nothing else.
///
/// # Errors
///
/// When there is no token endpoint to be found, or a key cannot sign.
pub async fn share(
    http: &Http,
    simulation: &Simulation,
    tool: Tool,
    variables: &Variables,
    now: SystemTime,
) -> Result<String, SimulateError> {
    let Simulation { server, client, request, .. } = simulation;
    let (metadata, token_endpoint) = match server {
        Server::Issuer(issuer) => {
            let metadata = discovery::discover(&client.way_to(server, http), issuer).await?;
            let endpoint = metadata.endpoint_for("token_endpoint", client)?;
            (Some(metadata), endpoint)
        }
        bare => (None, http::parse_url(bare.address())?),
    };
    let issuer = metadata.as_ref().map(|metadata| metadata.issuer.as_str());
    let occasion = Occasion { issuer, token_endpoint: &token_endpoint, now };
    // What is signed here only shows which parameters there are.
    let credentials = client.credentials(&occasion).map_err(TransportError::from)?;
    Ok(write(tool, &token_endpoint, (client, &credentials), request, variables))
}

/// Writes the request of a report for a tool: what is masked there is a variable here.
pub fn of_report(tool: Tool, report: &Report, variables: &Variables) -> String {
    let parameters = report.request.parameters.iter();
    let fields = parameters.map(|one| {
        let value = match one.masked {
            true => Value::Variable(variables.of(&one.name)),
            false => Value::Text(one.value.clone()),
        };
        (one.name.clone(), value)
    });
    let fields: Vec<(String, Value)> = fields.collect();
    let basic = report.client_auth == ClientAuthMethod::ClientSecretBasic;
    let known = Known {
        // Whether the secret is plain is not known any more.
        encoded_secret: basic,
        assertion: fields.iter().any(|(name, _)| name == "client_assertion"),
        proof: report.dpop.is_some(),
        certificate: report.client_certificate.is_some(),
    };
    let told = Told {
        url: &report.request.url,
        client: &report.client,
        method: report.client_auth,
        client_secret: variables.of("client_secret"),
        notes: notes(&known, tool, variables),
        fields,
        basic: basic.then(|| (report.client.as_str(), variables.of("client_secret"))),
        proof: known.proof.then(|| variables.of("dpop_proof")),
        certificate: known.certificate.then(|| CERTIFICATE.map(|name| variables.of(name))),
    };
    told.write(tool)
}

/// Writes the request for a tool. `credentials` are those of this client; their secrets become
/// variables, as do those of the request.
pub fn write(
    tool: Tool,
    endpoint: &Url,
    (client, credentials): (&Client, &Credentials),
    request: &ExchangeRequest,
    variables: &Variables,
) -> String {
    let parameters = request.parameters(credentials);
    let basic = match &client.auth {
        ClientAuth::Basic(secret) => Some(secret),
        _ => None,
    };
    let known = Known {
        encoded_secret: basic.is_some_and(|secret| {
            let secret = secret.expose_secret();
            form_encode(secret) != secret
        }),
        assertion: parameters.iter().any(|one| one.name == "client_assertion"),
        proof: client.dpop.is_some(),
        certificate: client.certificate().is_some(),
    };
    let told = Told {
        url: endpoint.as_str(),
        client: &client.id,
        method: client.auth.method(),
        client_secret: variables.of("client_secret"),
        notes: notes(&known, tool, variables),
        fields: parameters.into_iter().map(|one| field(one, variables)).collect(),
        basic: basic.map(|_| (client.id.as_str(), variables.of("client_secret"))),
        proof: known.proof.then(|| variables.of("dpop_proof")),
        certificate: known.certificate.then(|| CERTIFICATE.map(|name| variables.of(name))),
    };
    told.write(tool)
}

/// What the variables with the paths of certificate and key are called, in lower case.
const CERTIFICATE: [&str; 2] = ["client_certificate", "client_certificate_key"];

fn field(one: Parameter, variables: &Variables) -> (String, Value) {
    let value = match one.secret {
        true => Value::Variable(variables.of(&one.name)),
        false => Value::Text(one.value.expose_secret().to_owned()),
    };
    (one.name, value)
}

/// What decides on the notes.
struct Known {
    /// The secret is, or may be, another one when it is form-encoded.
    encoded_secret: bool,
    assertion: bool,
    proof: bool,
    certificate: bool,
}

fn notes(known: &Known, tool: Tool, variables: &Variables) -> Vec<String> {
    let mut notes = Vec::new();
    let encodes = matches!(tool, Tool::Python | Tool::CSharp);
    if known.encoded_secret && !encodes {
        notes.push(format!(
            "{} must hold the secret form-encoded (RFC 6749, section 2.3.1).",
            variables.of("client_secret")
        ));
    }
    // oauth2c makes its own.
    if known.assertion && tool != Tool::Oauth2c {
        notes.push(format!(
            "{} is a signed assertion of the client: good for one request, and for a minute.",
            variables.of("client_assertion")
        ));
    }
    if known.proof && tool != Tool::Oauth2c {
        notes.push(format!(
            "{} is a proof of possession (RFC 9449) for this address: good for one request.",
            variables.of("dpop_proof")
        ));
    }
    if known.certificate && matches!(tool, Tool::Curl | Tool::Httpie | Tool::Oauth2c) {
        let [certificate, key] = CERTIFICATE.map(|name| variables.of(name));
        notes.push(format!(
            "{certificate} and {key} must hold the paths of the client's certificate and its key \
             (RFC 8705)."
        ));
    } else if known.certificate {
        notes.push(
            "The client's certificate and its key must be shown too (RFC 8705); give them to the \
             tool in its own way."
                .to_owned(),
        );
    }
    notes
}

impl Told<'_> {
    fn write(&self, tool: Tool) -> String {
        match tool {
            Tool::Curl => self.curl(),
            Tool::Httpie => self.httpie(),
            Tool::Oauth2c => self.oauth2c(),
            Tool::HttpFile => self.http_file(),
            Tool::Python => self.python(),
            Tool::CSharp => self.csharp(),
        }
    }

    fn notes(&self, comment: &str) -> String {
        let mut text = String::new();
        for note in &self.notes {
            let _ = writeln!(text, "{comment} {note}");
        }
        text
    }
}

#[cfg(test)]
mod tests;

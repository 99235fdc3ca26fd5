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
            let metadata = discovery::discover(http, issuer).await?;
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
mod tests {
    use std::time::UNIX_EPOCH;

    use secrecy::SecretString;

    use super::*;
    use crate::exchange::report::tests::report;
    use crate::exchange::token_type::GRANT_TYPE;

    fn told(tool: Tool, method: ClientAuthMethod, secret: &str) -> String {
        let endpoint = Url::parse("https://id.example/token").unwrap();
        let auth = ClientAuth::new(method, SecretString::from(secret)).unwrap();
        let client = Client::new("a:b", auth);
        let occasion = Occasion { issuer: None, token_endpoint: &endpoint, now: UNIX_EPOCH };
        let credentials = client.credentials(&occasion).unwrap();
        let request = ExchangeRequest {
            subject_token: SecretString::from("murmur"),
            subject_token_type: "urn:ietf:params:oauth:token-type:jwt".to_owned(),
            audience: vec!["it's".to_owned(), "@two".to_owned()],
            extra: vec![("my.password".to_owned(), "murmur2".to_owned())],
            ..ExchangeRequest::default()
        };
        let variables = Variables::default().with("subject_token", "MINE");
        write(tool, &endpoint, (&client, &credentials), &request, &variables)
    }

    #[test]
    fn no_secret_is_in_any_text() {
        for tool in Tool::ALL {
            for method in [
                ClientAuthMethod::ClientSecretBasic,
                ClientAuthMethod::ClientSecretPost,
                ClientAuthMethod::ClientSecretJwt,
            ] {
                let text = told(tool, method, "murmur-that-is-long-enough-for-a-signature");
                assert!(!text.contains("murmur"), "{tool:?} {method:?}\n{text}");
                assert!(!text.contains("eyJ"), "{tool:?} {method:?}\n{text}");
                assert!(text.contains("MINE"), "{text}");
            }
        }
    }

    #[test]
    fn a_certificate_is_asked_for_in_words_and_not_shown() {
        let pem = crate::exchange::certificate::tests::pem();
        for tool in Tool::ALL {
            let text = told(tool, ClientAuthMethod::TlsClientAuth, pem.expose_secret());
            let words = match tool {
                Tool::Curl => {
                    assert!(text.contains("  --cert \"${CLIENT_CERTIFICATE}\" \\\n"), "{text}");
                    assert!(text.contains("  --key \"${CLIENT_CERTIFICATE_KEY}\" \\\n"), "{text}");
                    "must hold the paths of the client's certificate and its key"
                }
                Tool::Httpie => {
                    assert!(text.contains("  --cert \"${CLIENT_CERTIFICATE}\" \\\n"), "{text}");
                    assert!(
                        text.contains("--cert-key \"${CLIENT_CERTIFICATE_KEY}\" \\\n"),
                        "{text}"
                    );
                    "must hold the paths of the client's certificate and its key"
                }
                Tool::Oauth2c => {
                    assert!(text.contains("  --tls-cert \"${CLIENT_CERTIFICATE}\" \\\n"), "{text}");
                    assert!(
                        text.contains("  --tls-key \"${CLIENT_CERTIFICATE_KEY}\" \\\n"),
                        "{text}"
                    );
                    "must hold the paths of the client's certificate and its key"
                }
                _ => "certificate and its key must be shown",
            };
            assert!(text.contains(words), "{text}");
            assert!(!text.contains("BEGIN"), "{text}");
            assert!(text.contains("client_id") || tool == Tool::Oauth2c, "{text}");
        }
    }

    #[test]
    fn what_a_shell_would_take_for_its_own_is_quoted() {
        insta::assert_snapshot!(told(Tool::Curl, ClientAuthMethod::ClientSecretBasic, "a+b"), @r###"
        # CLIENT_SECRET must hold the secret form-encoded (RFC 6749, section 2.3.1).
        curl --silent --show-error 'https://id.example/token' \
          --user 'a%3Ab:'"${CLIENT_SECRET}" \
          --data-urlencode 'grant_type=urn:ietf:params:oauth:grant-type:token-exchange' \
          --data-urlencode 'subject_token='"${MINE}" \
          --data-urlencode 'subject_token_type=urn:ietf:params:oauth:token-type:jwt' \
          --data-urlencode 'audience=it'\''s' \
          --data-urlencode 'audience=@two' \
          --data-urlencode 'my.password='"${MY_PASSWORD}"
        "###);
        insta::assert_snapshot!(told(Tool::Httpie, ClientAuthMethod::ClientSecretJwt, "a+b"), @r###"
        # CLIENT_ASSERTION is a signed assertion of the client: good for one request, and for a minute.
        http --form POST 'https://id.example/token' \
          'grant_type=urn:ietf:params:oauth:grant-type:token-exchange' \
          'subject_token='"${MINE}" \
          'subject_token_type=urn:ietf:params:oauth:token-type:jwt' \
          'audience=it'\''s' \
          'audience=\@two' \
          'my.password='"${MY_PASSWORD}" \
          'client_id=a:b' \
          'client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer' \
          'client_assertion='"${CLIENT_ASSERTION}"
        "###);
    }

    #[test]
    fn a_file_for_editors() {
        insta::assert_snapshot!(told(Tool::HttpFile, ClientAuthMethod::ClientSecretPost, "s"), @r###"
        ### Token exchange (RFC 8693)
        POST https://id.example/token
        Content-Type: application/x-www-form-urlencoded

        grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&subject_token={{MINE}}&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt&audience=it%27s&audience=%40two&my.password={{MY_PASSWORD}}&client_id=a%3Ab&client_secret={{CLIENT_SECRET}}
        "###);
    }

    #[test]
    fn programs_encode_what_basic_wants_encoded() {
        insta::assert_snapshot!(told(Tool::Python, ClientAuthMethod::ClientSecretBasic, "a+b"), @r###"
        import base64
        import os
        import urllib.error
        import urllib.parse
        import urllib.request

        form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("subject_token", os.environ["MINE"]),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"),
            ("audience", "it's"),
            ("audience", "@two"),
            ("my.password", os.environ["MY_PASSWORD"]),
        ]
        request = urllib.request.Request("https://id.example/token", urllib.parse.urlencode(form).encode())
        secret = urllib.parse.quote_plus(os.environ["CLIENT_SECRET"])
        user = urllib.parse.quote_plus("a:b") + ":" + secret
        basic = base64.b64encode(user.encode()).decode()
        request.add_header("Authorization", "Basic " + basic)
        try:
            with urllib.request.urlopen(request) as answer:
                print(answer.read().decode())
        except urllib.error.HTTPError as refusal:
            print(refusal.read().decode())
            raise
        "###);
        insta::assert_snapshot!(told(Tool::CSharp, ClientAuthMethod::ClientSecretBasic, "a+b"), @r###"
        using System.Net.Http.Headers;
        using System.Text;

        static string Need(string name) =>
            Environment.GetEnvironmentVariable(name)
            ?? throw new InvalidOperationException($"{name} is not set");

        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://id.example/token")
        {
            Content = new FormUrlEncodedContent(new KeyValuePair<string, string>[]
            {
                new("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
                new("subject_token", Need("MINE")),
                new("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"),
                new("audience", "it's"),
                new("audience", "@two"),
                new("my.password", Need("MY_PASSWORD")),
            }),
        };
        var user = Uri.EscapeDataString("a:b") + ":" + Uri.EscapeDataString(Need("CLIENT_SECRET"));
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(user)));
        using var answer = await client.SendAsync(request);
        Console.WriteLine(await answer.Content.ReadAsStringAsync());
        answer.EnsureSuccessStatusCode();
        "###);
    }

    #[test]
    fn oauth2c_says_what_it_cannot_send() {
        insta::assert_snapshot!(told(Tool::Oauth2c, ClientAuthMethod::ClientSecretBasic, "a+b"), @r###"
        # oauth2c has no option for my.password: it is left out.
        # See how your oauth2c sends several audiences.
        # CLIENT_SECRET must hold the secret form-encoded (RFC 6749, section 2.3.1).
        oauth2c 'https://id.example' \
          --silent --no-prompt \
          --token-endpoint 'https://id.example/token' \
          --grant-type urn:ietf:params:oauth:grant-type:token-exchange \
          --auth-method client_secret_basic \
          --client-id 'a%3Ab' \
          --client-secret "${CLIENT_SECRET}" \
          --subject-token "${MINE}" \
          --subject-token-type 'urn:ietf:params:oauth:token-type:jwt' \
          --audience 'it'\''s' \
          --audience '@two'
        "###);
    }

    #[test]
    fn an_archive_of_a_report_is_read_again() {
        let parameters = [
            ("grant_type", GRANT_TYPE, false),
            ("subject_token", "••••", true),
            ("scope", "it's $HOME", false),
            ("client_id", "a:b", false),
        ];
        let report = report(ClientAuthMethod::ClientSecretPost, &parameters);
        let archive = har(&report, &Variables::default(), "2026-01-02T03:04:05Z");
        let entry = &archive["log"]["entries"][0];
        assert_eq!(archive["log"]["version"], "1.2");
        assert_eq!(entry["startedDateTime"], "2026-01-02T03:04:05Z");
        assert_eq!((&entry["response"]["status"], &entry["time"]), (&400.into(), &2.0.into()));
        let read = crate::exchange::paste::read(&archive.to_string()).unwrap();
        assert_eq!(read.token_endpoint, "https://login.example/token");
        assert_eq!(read.request.scope, "it's $HOME");
        assert_eq!(read.client_id, "a:b");
        assert_eq!(
            read.left_out,
            ["subject_token is the variable SUBJECT_TOKEN: paste its value."]
        );
    }

    #[test]
    fn what_is_masked_in_a_report_is_a_variable() {
        let parameters = [
            ("subject_token", "••••", true),
            ("scope", "it's $HOME", false),
            ("1-x", "••••", true),
        ];
        let report = report(ClientAuthMethod::ClientSecretBasic, &parameters);
        insta::assert_snapshot!(of_report(Tool::Curl, &report, &Variables::default()), @r###"
        # CLIENT_SECRET must hold the secret form-encoded (RFC 6749, section 2.3.1).
        curl --silent --show-error 'https://login.example/token' \
          --user 'a%3Ab:'"${CLIENT_SECRET}" \
          --data-urlencode 'subject_token='"${SUBJECT_TOKEN}" \
          --data-urlencode 'scope=it'\''s $HOME' \
          --data-urlencode '1-x='"${_1_X}"
        "###);
    }
}

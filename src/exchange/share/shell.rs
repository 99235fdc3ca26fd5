//! What is typed into a POSIX shell: curl, HTTPie, oauth2c.

use super::super::client_auth::ClientAuthMethod;
use super::super::redact::form_encode;
use super::super::token_type::GRANT_TYPE;
use super::{Told, Value};

impl Told<'_> {
    pub(super) fn curl(&self) -> String {
        let field = |name: &str, value: &Value| {
            format!("--data-urlencode {}", shell(&format!("{}=", form_encode(name)), value))
        };
        self.command("curl --silent --show-error", ["--user", "--header 'DPoP: '", "--key"], field)
    }

    pub(super) fn httpie(&self) -> String {
        let field = |name: &str, value: &Value| {
            let mut name: String = name
                .chars()
                .flat_map(|c| ['\\', c].into_iter().skip(usize::from(!"=:@;\\".contains(c))))
                .collect();
            name.push('=');
            // What would make another kind of item of it.
            if matches!(value, Value::Text(text) if text.starts_with(['=', '@'])) {
                name.push('\\');
            }
            shell(&name, value)
        };
        self.command("http --form POST", ["--auth", "'DPoP:'", "--cert-key"], field)
    }

    /// A command of a POSIX shell: the address, how credentials, a certificate and a
    /// proof are given, and each
    /// parameter in the words of the tool.
    fn command(
        &self,
        start: &str,
        [user, proof, key]: [&str; 3],
        field: impl Fn(&str, &Value) -> String,
    ) -> String {
        let mut words = vec![format!("{start} {}", quoted(self.url))];
        if let Some((id, secret)) = &self.basic {
            words.push(format!("{user} {}\"${{{secret}}}\"", quoted(&pair(id))));
        }
        if let Some([certificate, variable]) = &self.certificate {
            words.push(format!("--cert \"${{{certificate}}}\""));
            words.push(format!("{key} \"${{{variable}}}\""));
        }
        words.extend(self.proof.iter().map(|variable| format!("{proof}\"${{{variable}}}\"")));
        words.extend(self.fields.iter().map(|(name, value)| field(name, value)));
        self.typed(&words)
    }

    /// Words with one on each line, after the notes.
    fn typed(&self, words: &[String]) -> String {
        format!("{}{}\n", self.notes("#"), words.join(" \\\n  "))
    }

    /// oauth2c has an option for each parameter that it knows, and none for others; what it cannot
    /// send is said, so that nobody takes the two requests for the same.
    pub(super) fn oauth2c(&self) -> String {
        let mut words = vec![format!("oauth2c {}", quoted(&origin(self.url)))];
        words.push("--silent --no-prompt".to_owned());
        words.push(format!("--token-endpoint {}", quoted(self.url)));
        words.push(format!("--grant-type {GRANT_TYPE}"));
        words.push(format!("--auth-method {}", self.method.name()));
        words.push(format!("--client-id {}", quoted(&self.client_id())));
        let secret = match self.method {
            ClientAuthMethod::ClientSecretBasic
            | ClientAuthMethod::ClientSecretPost
            | ClientAuthMethod::ClientSecretJwt => Some(self.client_secret.as_str()),
            _ => None,
        };
        words.extend(secret.map(|variable| format!("--client-secret \"${{{variable}}}\"")));
        let signs = self.method == ClientAuthMethod::PrivateKeyJwt || self.proof.is_some();
        let mut notes = Vec::new();
        if signs {
            notes.push("SIGNING_KEY is the path of the key, as a JSON Web Key Set.".to_owned());
            words.push("--signing-key \"${SIGNING_KEY}\"".to_owned());
        }
        if self.proof.is_some() {
            words.push("--dpop".to_owned());
        }
        if let Some([certificate, key]) = &self.certificate {
            words.push(format!("--tls-cert \"${{{certificate}}}\""));
            words.push(format!("--tls-key \"${{{key}}}\""));
        }
        let mut audiences = 0;
        for (name, value) in &self.fields {
            let option = match name.as_str() {
                "subject_token" => "--subject-token ",
                "subject_token_type" => "--subject-token-type ",
                "actor_token" => "--actor-token ",
                "actor_token_type" => "--actor-token-type ",
                "audience" => {
                    audiences += 1;
                    "--audience "
                }
                "scope" => "--scopes ",
                "grant_type"
                | "client_id"
                | "client_secret"
                | "client_assertion"
                | "client_assertion_type" => continue,
                _ => {
                    notes.push(format!("oauth2c has no option for {name}: it is left out."));
                    continue;
                }
            };
            let value = match (name.as_str(), value) {
                // It splits these at commas, and joins them with spaces.
                ("scope", Value::Text(text)) => Value::Text(text.replace(' ', ",")),
                (_, Value::Text(text)) => Value::Text(text.clone()),
                (_, Value::Variable(variable)) => Value::Variable(variable.clone()),
            };
            words.push(format!("{option}{}", shell("", &value)));
        }
        if audiences > 1 {
            notes.push("See how your oauth2c sends several audiences.".to_owned());
        }
        let notes: String = notes.iter().map(|note| format!("# {note}\n")).collect();
        format!("{notes}{}", self.typed(&words))
    }

    /// oauth2c puts id and secret into Basic credentials as they are.
    fn client_id(&self) -> String {
        match self.method {
            ClientAuthMethod::ClientSecretBasic => form_encode(self.client),
            _ => self.client.to_owned(),
        }
    }
}

/// The address without its path: oauth2c wants an issuer, and asks it nothing once it has an endpoint.
fn origin(url: &str) -> String {
    url::Url::parse(url).map_or_else(|_| url.to_owned(), |url| url.origin().ascii_serialization())
}

/// The id of Basic credentials, encoded, up to where the secret follows.
fn pair(id: &str) -> String {
    format!("{}:", form_encode(id))
}

/// A word of a POSIX shell: what is open in single quotes, in which nothing is special.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn shell(lead: &str, value: &Value) -> String {
    match value {
        Value::Text(text) => quoted(&format!("{lead}{text}")),
        Value::Variable(variable) if lead.is_empty() => format!("\"${{{variable}}}\""),
        Value::Variable(variable) => format!("{}\"${{{variable}}}\"", quoted(lead)),
    }
}

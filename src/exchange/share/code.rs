//! What is compiled or interpreted: Python, C#; and the `.http` files of editors.

use std::fmt::Write;

use super::super::redact::form_encode;
use super::{Told, Value};

impl Told<'_> {
    pub(super) fn http_file(&self) -> String {
        let mut text = "### Token exchange (RFC 8693)\n".to_owned();
        text.push_str(&self.notes("#"));
        let _ = writeln!(text, "POST {}", self.url);
        text.push_str("Content-Type: application/x-www-form-urlencoded\n");
        if let Some((id, secret)) = &self.basic {
            let _ = writeln!(text, "Authorization: Basic {} {{{{{secret}}}}}", form_encode(id));
        }
        if let Some(proof) = &self.proof {
            let _ = writeln!(text, "DPoP: {{{{{proof}}}}}");
        }
        let fields = self.fields.iter().map(|(name, value)| match value {
            Value::Text(text) => format!("{}={}", form_encode(name), form_encode(text)),
            Value::Variable(variable) => format!("{}={{{{{variable}}}}}", form_encode(name)),
        });
        let fields: Vec<String> = fields.collect();
        let _ = writeln!(text, "\n{}", fields.join("&"));
        text
    }

    pub(super) fn python(&self) -> String {
        let mut text = self.notes("#");
        if self.basic.is_some() {
            text.push_str("import base64\n");
        }
        text.push_str(
            "import os\nimport urllib.error\nimport urllib.parse\nimport urllib.request\n",
        );
        text.push_str("\nform = [\n");
        for (name, value) in &self.fields {
            let value = match value {
                Value::Text(text) => literal(text),
                Value::Variable(variable) => format!("os.environ[{}]", literal(variable)),
            };
            let _ = writeln!(text, "    ({}, {value}),", literal(name));
        }
        text.push_str("]\n");
        let _ = writeln!(
            text,
            "request = urllib.request.Request({}, urllib.parse.urlencode(form).encode())",
            literal(self.url)
        );
        if let Some((id, secret)) = &self.basic {
            let _ = write!(
                text,
                "secret = urllib.parse.quote_plus(os.environ[{}])\n\
                 user = urllib.parse.quote_plus({}) + \":\" + secret\n\
                 basic = base64.b64encode(user.encode()).decode()\n\
                 request.add_header(\"Authorization\", \"Basic \" + basic)\n",
                literal(secret),
                literal(id)
            );
        }
        if let Some(proof) = &self.proof {
            let _ = writeln!(text, "request.add_header(\"DPoP\", os.environ[{}])", literal(proof));
        }
        text.push_str(
            "try:\n    with urllib.request.urlopen(request) as answer:\n        \
             print(answer.read().decode())\nexcept urllib.error.HTTPError as refusal:\n    \
             print(refusal.read().decode())\n    raise\n",
        );
        text
    }

    pub(super) fn csharp(&self) -> String {
        let mut text = self.notes("//");
        if self.basic.is_some() {
            text.push_str("using System.Net.Http.Headers;\nusing System.Text;\n\n");
        }
        text.push_str(
            "static string Need(string name) =>\n    Environment.GetEnvironmentVariable(name)\n    \
             ?? throw new InvalidOperationException($\"{name} is not set\");\n\n\
             using var client = new HttpClient();\n",
        );
        let _ = writeln!(
            text,
            "using var request = new HttpRequestMessage(HttpMethod.Post, {})\n{{\n    \
             Content = new FormUrlEncodedContent(new KeyValuePair<string, string>[]\n    {{",
            literal(self.url)
        );
        for (name, value) in &self.fields {
            let value = match value {
                Value::Text(text) => literal(text),
                Value::Variable(variable) => format!("Need({})", literal(variable)),
            };
            let _ = writeln!(text, "        new({}, {value}),", literal(name));
        }
        text.push_str("    }),\n};\n");
        if let Some((id, secret)) = &self.basic {
            let _ = write!(
                text,
                "var user = Uri.EscapeDataString({}) + \":\" + Uri.EscapeDataString(Need({}));\n\
                 request.Headers.Authorization = new AuthenticationHeaderValue(\n    \
                 \"Basic\", Convert.ToBase64String(Encoding.UTF8.GetBytes(user)));\n",
                literal(id),
                literal(secret)
            );
        }
        if let Some(proof) = &self.proof {
            let _ = writeln!(text, "request.Headers.Add(\"DPoP\", Need({}));", literal(proof));
        }
        text.push_str(
            "using var answer = await client.SendAsync(request);\n\
             Console.WriteLine(await answer.Content.ReadAsStringAsync());\n\
             answer.EnsureSuccessStatusCode();\n",
        );
        text
    }
}

/// A text in double quotes as JSON has it, which Python and C# read alike.
fn literal(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

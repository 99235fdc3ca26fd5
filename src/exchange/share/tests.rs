//! Every tool sends the same, and no text holds a secret.

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
                assert!(text.contains("--cert-key \"${CLIENT_CERTIFICATE_KEY}\" \\\n"), "{text}");
                "must hold the paths of the client's certificate and its key"
            }
            Tool::Oauth2c => {
                assert!(text.contains("  --tls-cert \"${CLIENT_CERTIFICATE}\" \\\n"), "{text}");
                assert!(text.contains("  --tls-key \"${CLIENT_CERTIFICATE_KEY}\" \\\n"), "{text}");
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
    assert_eq!(read.left_out, ["subject_token is the variable SUBJECT_TOKEN: paste its value."]);
}

#[test]
fn what_is_masked_in_a_report_is_a_variable() {
    let parameters =
        [("subject_token", "••••", true), ("scope", "it's $HOME", false), ("1-x", "••••", true)];
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

//! What a profile becomes, and what is said of one that cannot be used.

use std::collections::BTreeMap;
use std::time::UNIX_EPOCH;

use super::*;

/// Files and variables by their names; both are looked for in one map.
struct Known(BTreeMap<String, SecretString>);

impl Secrets for Known {
    fn variable(&self, name: &str) -> Result<Option<SecretString>, String> {
        Ok(self.0.get(name).cloned())
    }

    fn file(&self, path: &Path) -> Result<SecretString, String> {
        let path = path.to_string_lossy().replace('\\', "/");
        self.0.get(&path).cloned().ok_or(format!("{path} cannot be read"))
    }

    fn kept(&self, entry: &Entry) -> Result<SecretString, KeyringError> {
        self.0.get(&entry.label()).cloned().ok_or_else(|| KeyringError::nothing(entry))
    }
}

fn known() -> Known {
    let (certificate, certificate_key) = certificate::tests::made();
    let (_, key) = certificate::tests::made();
    let text = |text: &str| SecretString::from(text);
    Known(BTreeMap::from([
        ("SECRET".to_owned(), text("MARKED")),
        ("Exchange Studio: p at https://a.example".to_owned(), text("KEPT")),
        ("Exchange Studio: p at https://a.example/token".to_owned(), text("KEPT TOO")),
        ("project/secret.txt".to_owned(), text(" MARKED \r\n")),
        ("project/empty.txt".to_owned(), text("\n")),
        ("project/key.pem".to_owned(), text(&key)),
        ("project/cert.pem".to_owned(), text(&certificate)),
        ("project/cert-key.pem".to_owned(), text(&certificate_key)),
        ("BOTH".to_owned(), text(&(certificate + &certificate_key))),
    ]))
}

fn with<T>(yaml: &str, look: impl FnOnce(&NamedProfile<'_>) -> T) -> T {
    let profile: Profile = serde_yaml::from_str(yaml).unwrap();
    look(&NamedProfile { name: "a", profile: &profile, folder: Path::new("project") })
}

#[test]
fn a_server_is_an_issuer_or_endpoints() {
    let server = |yaml: &str| with(yaml, |named| named.server());
    assert_eq!(
        server("issuer: https://login.example"),
        Ok(Server::Issuer("https://login.example".to_owned()))
    );
    let url = "https://sts.example/token".to_owned();
    let bare = format!("token_endpoint: {url}\n");
    assert_eq!(server(&bare), Ok(Server::TokenEndpoint { url: url.clone(), jwks_uri: None }));
    let more = format!("{bare}revocation_endpoint: https://sts.example/revoke\n");
    let Ok(Server::Endpoints(endpoints)) = server(&more) else { panic!("no endpoints") };
    assert_eq!(endpoints.token_endpoint, url);
    assert_eq!(endpoints.revocation_endpoint.as_deref(), Some("https://sts.example/revoke"));
    for (yaml, place) in [
        ("{}", "profiles.a: it names no server"),
        ("issuer: https://a.example\njwks_uri: https://a.example/k", "profiles.a.jwks_uri:"),
        ("issuer: http://a.example", "profiles.a.issuer:"),
        ("token_endpoint: x", "profiles.a.token_endpoint:"),
    ] {
        let error = server(yaml).unwrap_err().to_string();
        assert!(error.starts_with(place), "{error}");
    }
}

#[test]
fn a_client_authenticates_as_it_or_the_profile_says() {
    let known = known();
    let yaml = "client_auth: private_key_jwt\ndpop: true\nclients:\n  \
        one: {key_file: key.pem, key_id: k, assertion_audience: token-endpoint}\n  \
        two: {method: client_secret_post, secret_env: SECRET, certificate_env: BOTH}\n  \
        three: {method: tls_client_auth, certificate_file: cert.pem, key_file: cert-key.pem}\n  \
        four: {method: self_signed_tls_client_auth, certificate_file: cert.pem, \
               certificate_key_file: cert-key.pem}\n  \
        five: {method: none}\n  \
        six: {method: client_secret_basic, secret_file: secret.txt}\n";
    with(yaml, |named| {
        let client = |id: &str| named.client(id, &known).unwrap();
        let one = client("one");
        let ClientAuth::PrivateKeyJwt { key, audience } = &one.auth else { panic!("{one:?}") };
        assert_eq!((key.kid(), audience), ("k", &AssertionAudience::TokenEndpoint));
        assert!(one.dpop.is_some() && one.certificate().is_none());
        let two = client("two");
        assert!(matches!(two.auth, ClientAuth::Post(_)) && two.certificate().is_some());
        assert!(!format!("{two:?}").contains("MARKED"));
        // Only the end of the line is none of the secret.
        let ClientAuth::Basic(secret) = client("six").auth else { panic!("no Basic") };
        assert_eq!(secret.expose_secret(), " MARKED ");
        let methods = ["three", "four", "five"].map(|id| client(id).auth.method());
        let expected = [
            ClientAuthMethod::TlsClientAuth,
            ClientAuthMethod::SelfSignedTlsClientAuth,
            ClientAuthMethod::None,
        ];
        assert_eq!(methods, expected);
    });
}

#[test]
fn what_is_wrong_with_a_client_is_told_by_its_place() {
    use ProfileErrorKind as Kind;
    let known = known();
    for (yaml, words, kind) in [
        ("{}", ".clients.p.secret_env: the variable", Kind::NoSecret),
        ("{method: telepathy}", ".clients.p.method: “telepathy” is not a method", Kind::Wrong),
        (
            "{secret_env: NOWHERE}",
            ".clients.p.secret_env: the environment variable NOWHERE",
            Kind::NoSecret,
        ),
        ("{method: private_key_jwt}", ".clients.p.key_file: the file", Kind::Wrong),
        (
            "{method: private_key_jwt, key_file: x}",
            ".clients.p.key_file: project/x",
            Kind::Unreadable,
        ),
        (
            "{method: private_key_jwt, key_file: cert.pem}",
            ".clients.p.key_file: there is no",
            Kind::Wrong,
        ),
        (
            "{method: private_key_jwt, key_file: x, key_env: y}",
            ".clients.p.key_file: key_env is given too",
            Kind::Wrong,
        ),
        (
            "{method: private_key_jwt, key_file: key.pem, assertion_alg: HS256}",
            ".clients.p.key_file: a P-256 key does not sign with HS256",
            Kind::Wrong,
        ),
        (
            "{method: client_secret_jwt, secret_env: SECRET, assertion_alg: RS256}",
            ".clients.p.assertion_alg: it must be HS256",
            Kind::Wrong,
        ),
        (
            "{method: tls_client_auth}",
            ".clients.p.certificate_file: tls_client_auth needs",
            Kind::Wrong,
        ),
        (
            "{method: tls_client_auth, certificate_file: cert.pem, key_file: key.pem}",
            ".clients.p.certificate_file: the private key is not the certificate's",
            Kind::Wrong,
        ),
        (
            "{secret_file: empty.txt}",
            ".clients.p.secret_file: there is no secret in it",
            Kind::Wrong,
        ),
        (
            "{secret_file: secret.txt, secret_env: SECRET}",
            ".clients.p.secret_file: secret_env is given too",
            Kind::Wrong,
        ),
        (
            "{method: none, assertion_audience: ''}",
            ".clients.p.assertion_audience: it",
            Kind::Wrong,
        ),
    ] {
        let yaml = format!("clients: {{p: {yaml}}}");
        let error = with(&yaml, |named| named.client("p", &known).unwrap_err());
        let text = error.to_string();
        assert!(text.starts_with(&format!("profiles.a{words}")), "{text}");
        assert_eq!(error.kind, kind, "{text}");
        assert!(!text.contains("MARKED"), "{text}");
    }
}

#[test]
fn the_way_to_a_server_has_its_limits_and_its_trust() {
    let known = known();
    let yaml = "{ca_file: cert.pem, proxy: 'http://proxy.example:3128', timeout: 7, \
                connect_timeout: 2}";
    let options = with(yaml, |named| named.http_options(&known)).unwrap();
    assert_eq!(options.extra_roots.len(), 1);
    assert_eq!(options.proxy.unwrap().as_str(), "http://proxy.example:3128/");
    assert_eq!((options.timeout.as_secs(), options.connect_timeout.as_secs()), (7, 2));
    for (yaml, place) in [
        ("ca_file: key.pem", "profiles.a.ca_file: there is no certificate"),
        ("ca_file: x", "profiles.a.ca_file: project/x cannot be read"),
        ("proxy: socks5://proxy.example", "profiles.a.proxy:"),
        ("proxy: proxy.example", "profiles.a.proxy:"),
        ("timeout: 0", "profiles.a.timeout:"),
    ] {
        let error = with(yaml, |named| named.http_options(&known)).unwrap_err().to_string();
        assert!(error.starts_with(place), "{error}");
    }
}

#[test]
fn parameters_are_never_those_of_the_exchange() {
    let parameters = |yaml: &str| with(yaml, |named| named.parameters());
    assert_eq!(
        parameters("parameters: {tenant: north, acr_values: 'x'}"),
        Ok(vec![("acr_values".into(), "x".into()), ("tenant".into(), "north".into())])
    );
    for name in ["audience", "Grant_Type", " scope", "api_key", "''"] {
        let error = parameters(&format!("parameters: {{{name}: x}}")).unwrap_err();
        assert!(error.member.starts_with(".parameters."), "{error}");
    }
}

#[test]
fn the_servers_time_is_ahead_or_behind() {
    let now = UNIX_EPOCH + Duration::from_secs(1_000);
    let at = |seconds: i64| {
        ClockOffset::new(seconds).at(now).duration_since(UNIX_EPOCH).unwrap().as_secs()
    };
    assert_eq!((at(0), at(30), at(-30)), (1_000, 1_030, 970));
    assert_eq!(ClockOffset::new(i64::MAX).at(now), now);
}

#[test]
fn a_secret_in_the_keyring_is_that_of_this_client_at_this_server() {
    let secret = |yaml: &str, id: &str| {
        with(yaml, |named| {
            named.client(id, &known()).map(|client| match client.auth {
                ClientAuth::Basic(secret) => secret.expose_secret().to_owned(),
                _ => panic!("no secret"),
            })
        })
    };
    let issuer = "issuer: https://a.example\nclients: {p: {secret_keyring: true}";
    assert_eq!(secret(&format!("{issuer}}}"), "p").unwrap(), "KEPT");
    let bare = "token_endpoint: https://a.example/token\nclients: {p: {secret_keyring: true}}";
    assert_eq!(secret(bare, "p").unwrap(), "KEPT TOO");

    let error = secret(&format!("{issuer}, q: {{secret_keyring: true}}}}"), "q").unwrap_err();
    assert_eq!(error.kind, ProfileErrorKind::Keyring(KeyringErrorKind::Nothing));
    assert_eq!(
        error.to_string(),
        "profiles.a.clients.q.secret_keyring: the system keyring keeps no secret of q at \
         https://a.example"
    );
    for other in ["secret_env: SECRET", "secret_file: secret.txt"] {
        let yaml =
            format!("issuer: https://a.example\nclients: {{p: {{secret_keyring: true, {other}}}}}");
        let error = secret(&yaml, "p").unwrap_err();
        assert_eq!(error.kind, ProfileErrorKind::Wrong);
        assert!(error.to_string().contains("is given too"), "{error}");
    }
    let error = secret("clients: {p: {secret_keyring: true}}", "p").unwrap_err();
    assert!(error.to_string().contains("it names no server"), "{error}");
}

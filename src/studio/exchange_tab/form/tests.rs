use std::time::SystemTime;

use super::*;
use crate::config::Source;

fn project() -> Project {
    let text =
        "!ClientAppDto\nid: a\nname: A\nisPublic: true\n---\n!ClientAppDto\nid: b\nname: B\n";
    let bytes = text.as_bytes().to_vec();
    Project::from_sources(vec![Source { path: None, name: "x.yaml".to_owned(), bytes }])
}

#[test]
fn a_question_fills_the_form_and_comes_back() {
    let project = project();
    let (a, b) = (ClientKey(0), ClientKey(1));
    for subject in [
        Subject::UserOf(a),
        Subject::External { issuer: "https://i.example".into(), subject: "007".into() },
    ] {
        let question = Question { requester: a, subject, target: Some(b) };
        let mut form = Form::default();
        form.prefill(&project, &question);
        let vault = Vault::default();
        assert_eq!(form.question(&project, &vault), Some(question));
        assert_eq!(form.missing(&vault), None);
    }
}

#[test]
fn a_public_client_authenticates_with_nothing() {
    let project = project();
    let mut form = Form::default();
    form.choose_requester(&project, ClientKey(0));
    assert_eq!(form.auth, ClientAuthMethod::None);
    form.choose_requester(&project, ClientKey(1));
    assert_eq!(form.auth, ClientAuthMethod::ClientSecretPost);
}

#[test]
fn a_key_is_kept_while_tokens_are_bound() {
    let mut form = Form::default();
    let jkt = |form: &Form| form.client(None, None).dpop.map(|key| key.thumbprint().to_owned());
    assert_eq!(jkt(&form), None);
    form.bind(true);
    let first = jkt(&form).unwrap();
    form.bind(true);
    assert_eq!(jkt(&form), Some(first.clone()));
    form.bind(false);
    assert_eq!(jkt(&form), None);
    form.bind(true);
    assert_ne!(jkt(&form), Some(first));
}

#[test]
fn a_key_is_asked_for_by_its_file_and_nothing_is_said_of_it_before_it_is_read() {
    let subject = TokenChoice { login_client: Some(ClientKey(0)), ..TokenChoice::default() };
    let mut form = Form { client_id: "a".to_owned(), subject, ..Form::default() };
    let vault = Vault::default();
    let now = SystemTime::UNIX_EPOCH;
    let about_auth = |form: &Form| {
        form.checks(None, &vault, now)
            .iter()
            .filter(|check| check.field == Some("client_auth"))
            .count()
    };
    for server in ServerChoice::ALL {
        form.server = server;
        form.issuer = "http://127.0.0.1:9".to_owned();
        form.token_endpoint = "http://127.0.0.1:9/token".to_owned();
        form.auth = ClientAuthMethod::None;
        assert_eq!(about_auth(&form), 1);
        form.auth = ClientAuthMethod::PrivateKeyJwt;
        form.key_file = " ".to_owned();
        let missing = "Choose the file with the client's private key, or another method";
        assert_eq!(form.missing(&vault), Some(missing));
        assert_eq!(about_auth(&form), 0);
        form.key_file = "portal.pem".to_owned();
        assert_eq!(form.missing(&vault), None);
    }
    let key = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
    form.assertion_audience = AssertionAudience::TokenEndpoint;
    let client = form.client(None, Some(&key));
    assert_eq!(client.auth.assertion(), Some(("ES256", &AssertionAudience::TokenEndpoint)));
}

#[test]
fn secrets_do_not_show_in_debug_texts() {
    let marked = SecretString::from("MARKED-SECRET");
    let form = Form {
        client_secret: marked.clone(),
        subject: TokenChoice { pasted: marked.clone(), ..TokenChoice::default() },
        actor: Some(TokenChoice { login_secret: marked, ..TokenChoice::default() }),
        ..Form::default()
    };
    assert!(!format!("{form:?}").contains("MARKED"));
}

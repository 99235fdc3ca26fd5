//! What other tools write down is read, and what is left out is said.

use secrecy::ExposeSecret;

use super::*;

const CURL: &str = r"curl -sS -X POST https://id.example/token \
    -u 'a%3Ab:s%2Bcret' -H 'Accept: application/json' \
    -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange \
    --data-urlencode 'subject_token=a.b.c' \
    -d subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt \
    -d 'audience=one&audience=two' -dscope=read+write -d tenant=7";

#[test]
fn a_curl_command_becomes_an_exchange() {
    let pasted = read(CURL).unwrap();
    assert_eq!(pasted.token_endpoint, "https://id.example/token");
    assert_eq!(pasted.client_id, "a:b");
    assert_eq!(pasted.method, ClientAuthMethod::ClientSecretBasic);
    assert_eq!(pasted.client_secret.expose_secret(), "s+cret");
    let request = &pasted.request;
    assert_eq!(request.subject_token.expose_secret(), "a.b.c");
    assert_eq!(request.subject_token_type, "urn:ietf:params:oauth:token-type:jwt");
    assert_eq!(request.audience, ["one", "two"]);
    assert_eq!(request.scope, "read write");
    assert_eq!(request.extra, [("tenant".to_owned(), "7".to_owned())]);
    assert!(pasted.left_out.is_empty(), "{:?}", pasted.left_out);
    let shown = format!("{pasted:?}");
    assert!(!shown.contains("a.b.c") && !shown.contains("s+cret"), "{shown}");
}

#[test]
fn what_cannot_be_taken_over_is_said() {
    let text = format!("{CURL} -k --proxy p:1 -d client_assertion=x -H 'DPoP: y' | jq .");
    let left_out = read(&text).unwrap().left_out.join("\n");
    for words in ["--insecure", "--proxy", "assertion", "DPoP", "What follows |"] {
        assert!(left_out.contains(words), "{words}: {left_out}");
    }
    let variables = CURL.replace("a.b.c", "'\"${SUBJECT_TOKEN}\"'").replace("s%2Bcret", "$X");
    let pasted = read(&variables).unwrap();
    assert!(pasted.request.subject_token.expose_secret().is_empty());
    assert!(pasted.client_secret.expose_secret().is_empty());
    assert!(pasted.left_out.join(" ").contains("subject_token is the variable SUBJECT_TOKEN"));
}

#[test]
fn what_the_studio_writes_for_curl_is_read_again() {
    let text = "# A note.\ncurl --silent 'https://id.example/token' \\\r\n  --user 'a%3Ab:'\"${S}\" \\\r\n  \
                --data-urlencode 'grant_type=urn:ietf:params:oauth:grant-type:token-exchange' \\\r\n  \
                --data-urlencode 'audience=it'\\''s &more'";
    let pasted = read(text).unwrap();
    assert_eq!(pasted.client_id, "a:b");
    assert_eq!(pasted.request.audience, ["it's &more"]);
    assert_eq!(pasted.left_out, ["client_secret is the variable S: paste its value."]);
}

#[test]
fn what_is_no_exchange_is_refused_without_repeating_it() {
    for (text, error) in [
        ("", PasteError::Unknown),
        ("wget https://x", PasteError::Unknown),
        ("curl", PasteError::NoUrl),
        ("curl 'https://x", PasteError::Quotes),
        ("curl https://x -d $'a'", PasteError::DollarQuotes),
        ("curl https://x -d grant_type=client_credentials", PasteError::NoExchange),
        ("{\"log\": {\"entries\": []}}", PasteError::NoExchange),
    ] {
        assert_eq!(read(text).unwrap_err(), error, "{text}");
    }
    assert!(matches!(read("{"), Err(PasteError::Archive(_))));
    assert!(matches!(read("{}"), Err(PasteError::Archive(_))));
    let relative = CURL.replace("https://id.example", "");
    assert!(matches!(read(&relative), Err(PasteError::Url(_))));
}

#[test]
fn an_archive_gives_its_last_exchange() {
    let entry = |scope: &str, grant: &str| {
        serde_json::json!({"request": {
            "url": "https://id.example/token",
            "headers": [{"name": "authorization", "value": "Basic YSUzQWI6cw=="}],
            "postData": {"text": format!("grant_type={grant}&scope={scope}&subject_token=t")},
        }})
    };
    let archive = serde_json::json!({"log": {"entries": [
        entry("old", GRANT_TYPE), entry("new", GRANT_TYPE), entry("other", "password"),
    ]}});
    let pasted = read(&archive.to_string()).unwrap();
    assert_eq!(pasted.request.scope, "new");
    assert_eq!((pasted.client_id.as_str(), pasted.client_secret.expose_secret()), ("a:b", "s"));
}

#[test]
fn a_secret_in_the_address_goes_where_secrets_are() {
    let form = "-d grant_type=urn:ietf:params:oauth:grant-type:token-exchange";
    let address = "https://portal:MARKED%2B+&=%C3%A9@login.example/token";
    let pasted = read(&format!("curl '{address}' {form}")).unwrap();
    assert_eq!(pasted.token_endpoint, "https://login.example/token");
    assert_eq!(pasted.client_id, "portal");
    assert_eq!(pasted.client_secret.expose_secret(), "MARKED++&=é");
    assert!(!format!("{pasted:?}").contains("MARKED"));
    let pasted = read(&format!("curl -u a:b '{address}' {form}")).unwrap();
    assert_eq!((&*pasted.client_id, pasted.client_secret.expose_secret()), ("a", "b"));
    assert!(!format!("{pasted:?}").contains("MARKED"));
    let other = read(&format!("curl portal:MARKED {form}")).unwrap_err();
    assert_eq!(other, PasteError::Scheme);
}

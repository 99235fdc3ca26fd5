//! The authority's signing keys change while tokens live; and who can log in is said by a file.

use exchange_studio::authority::{Options, TOKEN_LIFETIME, TestUser};
use exchange_studio::exchange::keys::KeySet;
use exchange_studio::trust::Reading;
use serde_json::json;

use crate::authority_bench::*;

fn yaml() -> String {
    client(PORTAL, "Portal", &allows(&[DASHBOARD])) + &client(DASHBOARD, "Dashboard", "")
}

async fn published(bench: &Bench) -> Vec<String> {
    let keys = bench.get(&bench.url("/.well-known/jwks")).await.json();
    let keys = keys["keys"].as_array().unwrap();
    keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

fn kid(token: &str) -> String {
    parts(token).0["kid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_new_key_signs_and_the_old_one_is_known_until_its_tokens_have_ended() {
    let bench = Bench::new(&yaml(), Reading::RequesterListsTarget);
    let before = bench.user_token(PORTAL, "alice", "").await;
    let old = kid(&before);
    assert_eq!(published(&bench).await, [old.as_str()]);

    let new = bench.running.rotate_key().unwrap();
    assert_eq!(published(&bench).await, [new.clone(), old.clone()]);
    let exchanged = bench.exchange(PORTAL, &before, &[("audience", DASHBOARD)]).await.token();
    assert_eq!(kid(&exchanged), new);
    let set = bench.get(&bench.url("/.well-known/jwks")).await;
    let set = KeySet::parse(set.text.as_bytes()).unwrap();
    for token in [&before, &exchanged] {
        assert_eq!(set.verify(token).unwrap().text("sub"), Some("alice"));
        let form = [("client_id", PORTAL), ("client_secret", &bench.secret()), ("token", token)];
        let said = bench.post("/connect/introspect", &form).await.json();
        assert_eq!(said["active"], true);
    }

    // Twice more: nothing that is still good is forgotten.
    bench.wait(60);
    let newer = bench.running.rotate_key().unwrap();
    let newest = bench.running.rotate_key().unwrap();
    assert_eq!(published(&bench).await, [newest.clone(), old.clone(), new.clone(), newer.clone()]);
    bench.exchange(PORTAL, &before, &[("audience", DASHBOARD)]).await.token();
    bench.wait(u64::try_from(TOKEN_LIFETIME).unwrap() - 59);
    assert_eq!(published(&bench).await, [newest.clone(), new, newer]);
    let refused = bench.exchange(PORTAL, &before, &[("audience", DASHBOARD)]).await;
    assert_eq!(refused.error(), (400, "invalid_request".into()), "it has ended with its key");
    bench.wait(60);
    assert_eq!(published(&bench).await, [newest]);
}

#[tokio::test]
async fn claims_of_a_user_are_in_their_id_token_and_nowhere_else() {
    let users = TestUser::read(
        "- {subject: dora, name: Dora Dean, email: dora@people.example, groups: [editors]}\n",
    );
    let options = Options { users: users.unwrap(), ..Options::default() };
    let bench = Bench::with(&yaml(), Reading::RequesterListsTarget, options);
    let answer = bench.log_in(PORTAL, "dora", "openid profile").await.json();
    let said = claims(answer["id_token"].as_str().unwrap());
    assert_eq!((&said["sub"], &said["name"]), (&json!("dora"), &json!("Dora Dean")));
    assert_eq!(said["email"], "dora@people.example");
    assert_eq!(said["groups"], json!(["editors"]));
    let access = claims(answer["access_token"].as_str().unwrap());
    assert_eq!((access.get("email"), access.get("name")), (None, None));
    let answer = bench.log_in(PORTAL, "dora", "openid").await.json();
    assert_eq!(claims(answer["id_token"].as_str().unwrap()).get("name"), None, "not asked for");
}

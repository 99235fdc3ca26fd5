//! `structure`

use insta::assert_snapshot;

use crate::reach::ways;
use crate::support::Folder;

#[test]
fn the_shape_of_an_estate() {
    assert_snapshot!(ways().run(&["structure", "."]), @r#"
        exit 0
        ── stdout
        5 client apps, 1 external identity; 8 pairs of who can become whom.

        Client apps with most access through them
          Principal: 2 can become it, it can become 1; 2 hops in, 1 out
          Dashboard: 1 can become it, it can become 1; 1 hop in, 1 out
          Archive: 5 can become it, it can become 0; 2 hops in, 0 out
          Broker: 0 can become it, it can become 2; 0 hops in, 1 out, brings 1 external identity
          Portal: 0 can become it, it can become 2; 0 hops in, 1 out

        Permissions with which most goes
          Principal on the list of Broker: 4 pairs
              ways.yaml:34
          Archive on the list of Principal: 3 pairs
              ways.yaml:27
          Dashboard on the list of Portal: 2 pairs
              ways.yaml:6
          Archive on the list of Dashboard: 2 pairs
              ways.yaml:13

        Circles
          None.

        Islands
          5 client apps, 1 external identity, 0 unknown ids: Portal, Dashboard, Archive, Principal, Broker

        reading: requester-lists-target
        ── stderr
        "#);
}

#[test]
fn what_everything_has_to_pass() {
    assert_snapshot!(ways().run(&["structure", ".", "--to", "Archive"]), @r#"
        exit 0
        ── stdout
        5 client apps, 1 external identity; 8 pairs of who can become whom.

        From 7 of https://partner.example to Archive
          On every chain: Principal
          All chains go with 1:
          - 7 of https://partner.example on Principal
              ways.yaml:26
        ── stderr
        "#);
    let ran =
        ways().run(&["structure", ".", "--from", "Broker", "--to", "Archive", "--format", "json"]);
    assert_eq!(ran.code, Some(0), "{ran}");
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(json["chokes"]["clients"][0]["name"], "Principal");
    assert_eq!(json["chokes"]["cut"][0]["kind"], "permission");
    assert_eq!(json["chokes"]["is_smallest"], true);
    let ran = ways().run(&["structure", ".", "--from", "Archive", "--to", "Portal"]);
    assert!(ran.stdout.contains("There is no chain."), "{ran}");
    assert_eq!(ways().run(&["structure", ".", "--from", "Archive"]).code, Some(2));
}

#[test]
fn circles_are_shown_as_they_go_round() {
    let client = |id: &str, to: &str| {
        format!("!ClientAppDto\nid: {id}\nallowedTokenExchangeClientApps: [{{id: {to}}}]\n")
    };
    let text =
        [client("a", "b"), client("b", "c"), client("c", "a"), client("d", "d")].join("---\n");
    let ran = Folder::new(&[("a.yaml", &text)]).run(&["structure", "."]);
    assert!(ran.stdout.contains("  3 client apps: a → b → c → a\n"), "{ran}");
    assert!(ran.stdout.contains("  d may exchange its own tokens for new ones\n"), "{ran}");
}

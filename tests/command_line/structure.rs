//! `structure`

use insta::assert_snapshot;

use crate::reach::ways;
use crate::support::Folder;

#[test]
fn the_shape_of_an_estate() {
    assert_snapshot!(ways().run(&["structure", "."]), @"");
}

#[test]
fn what_everything_has_to_pass() {
    assert_snapshot!(ways().run(&["structure", ".", "--to", "Archive"]), @"");
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

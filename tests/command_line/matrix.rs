//! `matrix`

use insta::assert_snapshot;

use crate::reach::ways;

#[test]
fn rows_say_what_each_can_become() {
    assert_snapshot!(ways().run(&["matrix", "."]), @"");
    assert_snapshot!(ways().run(&["matrix", ".", "--max-hops", "1", "--no-externals", "--columns", "arch"]), @"");
}

#[test]
fn as_csv_and_json() {
    assert_snapshot!(
        ways().run(&["matrix", ".", "--format", "csv", "--actor", "single", "--sort", "name"]),
        @""
    );
    let ran = ways().run(&["matrix", ".", "--format", "json", "--sort", "count"]);
    assert_eq!(ran.code, Some(0), "{ran}");
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&json["version"], &json["actor"]), (&1.into(), &"worst".into()));
    assert_eq!(json["columns"][0]["client"]["name"], "Archive");
    assert_eq!(json["columns"][0]["exposure"], 5);
    let cells: u64 = json["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["cells"].as_array().unwrap().len() as u64)
        .sum();
    assert_eq!(cells, 8);
}

#[test]
fn without_access_there_is_nothing_to_show() {
    let ran = ways().run(&["matrix", ".", "--rows", "nobody is called so"]);
    assert_eq!(ran.code, Some(0), "{ran}");
    assert!(ran.stdout.starts_with("Nobody can become anybody."), "{ran}");
    let ran = ways().run(&["matrix", ".", "--without", "disable:Archive", "--columns", "Archive"]);
    assert!(ran.stdout.starts_with("Nobody can become anybody."), "{ran}");
}

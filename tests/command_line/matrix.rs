//! `matrix`

use insta::assert_snapshot;

use crate::reach::ways;

#[test]
fn rows_say_what_each_can_become() {
    assert_snapshot!(ways().run(&["matrix", "."]), @r#"
        exit 0
        ── stdout
        Portal
            1  Dashboard
            2  Archive
        Dashboard
            1  Archive
        Principal
            1  Archive
        Broker
            1  Principal
            2  Archive
        7 of https://partner.example
            1  Principal
            2  Archive

        The number of hops, then what can be become. Worst case: what can be done with the credentials of everybody on the way. It is potential: each hop needs the client app that asks. Reading: requester-lists-target.
        ── stderr
        "#);
    assert_snapshot!(ways().run(&["matrix", ".", "--max-hops", "1", "--no-externals", "--columns", "arch"]), @r#"
        exit 0
        ── stdout
        Dashboard
            1  Archive
        Principal
            1  Archive

        The number of hops, then what can be become. Worst case: what can be done with the credentials of everybody on the way. It is potential: each hop needs the client app that asks. Reading: requester-lists-target.
        ── stderr
        "#);
}

#[test]
fn as_csv_and_json() {
    assert_snapshot!(
        ways().run(&["matrix", ".", "--format", "csv", "--actor", "single", "--sort", "name"]),
        @r#"
        exit 0
        ── stdout
        reading,actor,from kind,from id,from name,issuer,subject,to id,to name,hops,asks,verdict
        requester-lists-target,single,external,,,https://partner.example,7,principal,Principal,1,Broker,allowed-if-not-stated
        requester-lists-target,single,client,broker,Broker,,,principal,Principal,1,Broker,allowed-if-not-stated
        requester-lists-target,single,client,dashboard,Dashboard,,,archive,Archive,1,Dashboard,allowed-if-not-stated
        requester-lists-target,single,client,portal,Portal,,,dashboard,Dashboard,1,Portal,allowed-if-not-stated
        requester-lists-target,single,client,principal,Principal,,,archive,Archive,1,Principal,allowed-if-not-stated
        ── stderr
        "#
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

#[test]
fn rows_are_sorted_by_the_hops_to_one_and_filtered_like_the_drawing() {
    let sorted = ["matrix", ".", "--sort-rows-by", "Archive", "--sort-columns-by", "Portal"];
    let ran = ways().run(&[&sorted[..], &["--columns", "archive"]].concat());
    let rows: Vec<&str> = ran.stdout.lines().filter(|it| !it.starts_with(' ')).take(4).collect();
    assert_eq!(rows, ["Dashboard", "Principal", "Portal", "Broker"], "{ran}");
    let ran = ways().run(&["matrix", ".", "--kind", "client", "--text", "i"]);
    assert!(ran.stdout.starts_with("Principal\n    1  Archive\n\n"), "{ran}");
    assert!(
        ran.stdout.ends_with("Filtered: kind client; text “i”. The rest is left out.\n"),
        "{ran}"
    );
    let ran = ways().run(&["matrix", ".", "--sort-rows-by", "nobody"]);
    assert_eq!(ran.code, Some(2), "{ran}");
}

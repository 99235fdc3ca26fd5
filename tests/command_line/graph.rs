//! `graph`

use crate::support::{estate, run_on_seed};

#[test]
fn a_picture_with_every_client_app() {
    let ran = estate().run(&["graph", ".", "--format", "svg"]);
    assert_eq!(ran.code, Some(0), "{ran}");
    assert!(ran.stdout.starts_with("<svg") || ran.stdout.starts_with("<?xml"), "{}", ran.stdout);
    for name in ["Portal", "Dashboard", "Service Principal", "Broker", "123456789"] {
        assert!(ran.stdout.contains(name), "{name}");
    }
    assert_eq!(ran.stderr, "");
}

#[test]
fn the_same_bytes_each_time_and_into_a_file() {
    let folder = estate();
    let first = folder.run(&["graph", ".", "--format", "svg"]).stdout;
    let ran = folder.run(&["graph", ".", "--format", "svg", "-o", "out.svg"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""));
    assert_eq!(folder.read("out.svg"), first);
}

#[test]
fn nodes_and_edges_as_data() {
    let json = estate().run(&["graph", ".", "--format", "json", "--layout", "overview"]).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["layout"], "overview");
    let kinds = |kind: &str| {
        json["edges"].as_array().unwrap().iter().filter(|edge| edge["kind"] == kind).count()
    };
    assert_eq!((kinds("exchange"), kinds("federation")), (2, 1));
}

#[test]
fn a_dangling_reference_is_a_ghost_in_dot() {
    let ran = run_on_seed(&["graph", "cross-client.yaml", "--format", "dot"]);
    assert!(ran.stdout.contains("\ndigraph "), "{ran}");
    assert!(ran.stdout.contains("b8075fdb-ac4f-4c25-8f2a-2085a9addbf6"), "{ran}");
}

#[test]
fn a_file_that_cannot_be_written_is_told() {
    let ran = estate().run(&["graph", ".", "--format", "dot", "-o", "no/such/folder/x.dot"]);
    assert_eq!(ran.code, Some(3));
    assert!(ran.stderr.contains("cannot write no/such/folder/x.dot"), "{ran}");
}

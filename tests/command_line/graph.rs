//! `graph`

use crate::support::{Folder, estate, run_on_seed};

const FORMATS: [&str; 6] = ["svg", "dot", "graphml", "mermaid", "json", "opengraph"];

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
    for format in FORMATS {
        let first = folder.run(&["graph", ".", "--format", format]).stdout;
        let ran = folder.run(&["graph", ".", "--format", format, "-o", "out"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{ran}");
        assert_eq!(folder.read("out"), first);
    }
}

#[test]
fn a_png_is_painted_without_a_display() {
    let folder = estate();
    let arguments = ["graph", ".", "--format", "png", "--scale", "0.5", "-o", "out.png"];
    let ran = folder.run(&arguments);
    assert_eq!(ran.code, Some(0), "{ran}");
    let bytes = std::fs::read(folder.path().join("out.png")).unwrap();
    assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
    folder.run(&arguments);
    assert_eq!(std::fs::read(folder.path().join("out.png")).unwrap(), bytes);
    let ran = folder.run(&["graph", ".", "--format", "png", "--scale", "17", "-o", "x.png"]);
    assert_eq!(ran.code, Some(2), "{ran}");
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
fn every_format_says_the_hash_of_its_input() {
    // What `cat a.yaml b/c.yaml | sha256sum` says of these two, in either order of opening.
    let folder = Folder::new(&[("b/c.yaml", "c"), ("a.yaml", "ab")]);
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    for format in FORMATS {
        for paths in [&["a.yaml", "b/c.yaml"], &["b/c.yaml", "a.yaml"]] {
            let ran = folder.run(&["graph", paths[0], paths[1], "--format", format]);
            assert!(ran.stdout.contains(abc), "{format}: {ran}");
        }
    }
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

/// The names in the JSON drawing, in order.
fn drawn(folder: &Folder, more: &[&str]) -> Vec<String> {
    let mut arguments = vec!["graph", ".", "--format", "json"];
    arguments.extend(more);
    let ran = folder.run(&arguments);
    assert_eq!(ran.code, Some(0), "{ran}");
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let name = |node: &serde_json::Value| {
        let names = ["name", "issuer", "id"].map(|key| node[key].as_str());
        names.into_iter().flatten().next().unwrap_or_default().to_owned()
    };
    json["nodes"].as_array().unwrap().iter().map(name).collect()
}

#[test]
fn filters_choose_what_is_drawn() {
    let folder = estate();
    let issuer = "https://auth.external.com";
    for (filter, left) in [
        (&["--kind", "principal"][..], &["Service Principal"][..]),
        (&["--kind", "identity", "--kind", "principal"], &["Service Principal", issuer]),
        (&["--with-issuer", "https://auth.external.com/"], &["Service Principal", issuer]),
        (&["--setting", "isRestricted=not-stated"], &["Portal", "Broker"]),
        (&["--text", "DASH"], &["Dashboard"]),
        (&["--focus", "Portal", "--hops", "1"], &["Portal", "Dashboard"]),
        (&["--focus", "{{guid:broker}}", "--hops", "2"], &["Service Principal", "Broker", issuer]),
        (&["--file", "estate.yaml", "--text", "portal"], &["Portal"]),
    ] {
        assert_eq!(drawn(&folder, filter), left, "{filter:?}");
    }
    let ran = folder.run(&["graph", ".", "--format", "dot", "--arrows", "federation"]);
    assert!(ran.stdout.contains("arrows federation") && !ran.stdout.contains("arrowtail"), "{ran}");
}

#[test]
fn a_filter_for_what_is_not_there_is_usage() {
    for (arguments, says) in [
        (&["--with-issuer", "https://x"][..], "there are https://auth.external.com"),
        (&["--file", "x.yaml"], "there are estate.yaml"),
        (&["--subscription", "x"], "no client app has the subscription x"),
        (&["--setting", "enable=true"], "no setting is called enable"),
        (&["--collapse", "x"], "no subscription group is called x"),
        (&["--focus", "nobody at all"], "nobody at all"),
        (&["--chain", "Portal"], "a chain has two client apps or more"),
        (&["--hops", "2"], "--focus"),
    ] {
        let mut all = vec!["graph", ".", "--format", "svg"];
        all.extend(arguments);
        let ran = estate().run(&all);
        assert_eq!(ran.code, Some(2), "{ran}");
        assert!(ran.stderr.contains(says), "{says}: {ran}");
    }
}

#[test]
fn groups_are_collapsed_by_name_or_all() {
    let folder = estate();
    assert_eq!(
        drawn(&folder, &["--collapse", "estate.yaml"]),
        ["Group estate.yaml, 4 client apps, 2 arrows inside", "https://auth.external.com"]
    );
    assert_eq!(
        drawn(&folder, &["--collapse", "all", "--cluster-by", "issuer"]),
        [
            "Group No external issuer, 3 client apps, 1 arrow inside",
            "Group Issuer auth.external.com, 1 client app, 1 identity, 1 arrow inside"
        ]
    );
}

#[test]
fn a_chain_is_marked_or_its_gap_told() {
    let folder = estate();
    let chain = ["graph", ".", "--format", "json", "--chain", "Portal", "--chain", "Dashboard"];
    let ran = folder.run(&chain);
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let hops: Vec<_> =
        json["edges"].as_array().unwrap().iter().filter(|edge| edge["hops"][0] == 1).collect();
    assert_eq!(hops.len(), 1, "{json:#}");
    let gap = ["graph", ".", "--format", "json", "--chain", "Dashboard", "--chain", "Portal"];
    let ran = folder.run(&gap);
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(ran.stderr.contains("there is no arrow from Dashboard to Portal"), "{ran}");
}

#[test]
fn two_versions_are_compared_on_one_drawing() {
    let folder = estate();
    let new = folder.read("estate.yaml").replace("name: Dashboard", "name: Board");
    folder.write("new/estate.yaml", new.as_bytes());
    std::fs::rename(folder.path().join("estate.yaml"), folder.path().join("old.yaml")).unwrap();
    let ran = folder.run(&[
        "graph",
        "new",
        "--compare",
        "old.yaml",
        "--format",
        "json",
        "--kind",
        "client",
    ]);
    assert_eq!(ran.code, Some(0), "{ran}");
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let labels: Vec<_> =
        json["inputs"].as_array().unwrap().iter().map(|it| it["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["old", "new"]);
    let changed: Vec<_> = json["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|node| node["difference"] != "same")
        .map(|node| (node["name"].as_str().unwrap(), node["difference"].as_str().unwrap()))
        .collect();
    assert_eq!(changed, [("Board", "changed")]);
}

#[test]
fn a_redacted_drawing_names_nobody_and_the_mapping_is_kept_apart() {
    let folder = estate();
    let names = [
        "portal",
        "dashboard",
        "service principal",
        "123456789",
        "external.com",
        "estate",
        "guid:",
        "1111111",
        "b4e9c08d",
    ];
    let formats = FORMATS.into_iter().chain(["png"]);
    let both = formats.flat_map(|it| [(it, "estate.yaml"), (it, "External issuers")]);
    for (at, (format, collapse)) in both.enumerate() {
        let (mapping, out) = (format!("names{at}.json"), format!("out{at}"));
        let ran = folder.run(&[
            "graph",
            ".",
            "--format",
            format,
            "--redact",
            &mapping,
            "-o",
            &out,
            "--focus",
            "Broker",
            "--hops",
            "3",
            "--collapse",
            collapse,
            "--file",
            "estate.yaml",
            "--text",
            "ESTATE",
        ]);
        assert_eq!(ran.code, Some(0), "{ran}");
        let bytes = std::fs::read(folder.path().join(&out)).unwrap();
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        for name in names.iter().filter(|_| format != "png") {
            assert!(!text.contains(name), "{format} has {name}:\n{text}");
        }
        let kept: serde_json::Value = serde_json::from_str(&folder.read(&mapping)).unwrap();
        assert_eq!(kept["clients"]["client-001"]["name"], "Portal");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let file = std::fs::metadata(folder.path().join(&mapping)).unwrap();
            assert_eq!(file.permissions().mode() & 0o777, 0o600);
        }
    }
    let before = folder.read("names0.json");
    let ran = folder.run(&["graph", ".", "--format", "svg", "--redact", "names0.json", "-o", "x"]);
    assert_eq!(ran.code, Some(3), "{ran}");
    assert!(ran.stderr.contains("names0.json exists already"), "{ran}");
    assert_eq!(folder.read("names0.json"), before);
    assert!(!folder.path().join("x").exists(), "nothing is written without its mapping");
}

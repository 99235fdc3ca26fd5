//! `exchange --then`: several exchanges in a row.

use crate::serve_exchange::{SECRET, Served, json, token_of};
use crate::support::{Folder, Ran, program};

const ESTATE: &str = "---\n!ClientAppDto\nid: portal\nname: Portal\nisPublic: false\n\
    allowedTokenExchangeClientApps:\n  - id: dash\n\
    ---\n!ClientAppDto\nid: dash\nname: Dashboard\nisPublic: false\n\
    allowedTokenExchangeClientApps:\n  - id: ledger\n\
    ---\n!ClientAppDto\nid: ledger\nname: Ledger\nisPublic: false\n";

fn served() -> Served {
    let folder = Folder::new(&[("estate.yaml", ESTATE)]);
    Served::with(folder, "requester-lists-target", &[])
}

const CHAIN: [&str; 4] = ["--audience", "dash", "--then", "dash=ledger"];

#[test]
fn each_hop_has_its_report_its_time_and_what_became_of_its_token() {
    let served = served();
    let ask = |more: &[&str]| {
        let token = served.user_token("portal");
        let ran = served.exchange(&token, "portal", &[&CHAIN[..], more].concat());
        assert!(more.contains(&"--print-token") || !ran.to_string().contains("eyJ"), "{ran}");
        ran
    };
    let ran = ask(&["--introspect", "--revoke-subject", "--predict", "estate.yaml"]);
    assert_eq!(ran.code, Some(0), "{ran}");
    assert!(ran.stdout.starts_with("All 2 hops issued a token, in "), "{ran}");
    for words in [
        "  1  portal → dash: issued in ",
        "  2  dash → ledger: issued in ",
        " ms, active, still active once the first token was revoked\n",
        "The first token was revoked, and all 2 derived from it stay active.\n",
        "\nHop 1 of 2\nA token was issued (200).\nAs the configuration says. Allowed as far as the files say: Portal may",
        "\nHop 2 of 2\nA token was issued (200).\nAs the configuration says. Allowed as far as the files say: Dashboard may",
    ] {
        assert!(ran.stdout.contains(words), "{words}: {ran}");
    }

    let report = json(&ask(&["--introspect", "--revoke-subject", "--format", "json"]));
    assert_eq!((&report["version"], &report["kind"]), (&1.into(), &"chain".into()));
    assert_eq!(report["complete"], true);
    assert_eq!(report["hops_wanted"], 2);
    let hops = report["hops"].as_array().unwrap();
    let total: f64 = hops.iter().map(|hop| hop["timings"]["total_ms"].as_f64().unwrap()).sum();
    assert!((report["total_ms"].as_f64().unwrap() - total).abs() < 1e-3, "{total}");
    for (hop, client) in hops.iter().zip(["portal", "dash"]) {
        assert_eq!((&hop["outcome"], &hop["client"]), (&"issued".into(), &client.into()));
        assert_eq!(hop["introspection"]["active"], true);
        assert_eq!(hop["active_after_revocation"], true);
        assert!(hop.get("token").is_none());
    }
    assert_eq!(hops[1]["issued_token"]["claims"]["aud"], "ledger");

    // The token that the whole chain ends in, alone.
    let ran = ask(&["--print-token"]);
    assert_eq!(ran.code, Some(0), "{ran}");
    assert!(ran.stdout.starts_with("eyJ") && ran.stdout.lines().count() == 1, "{ran}");
    assert!(ran.stderr.starts_with("All 2 hops"), "{ran}");
}

#[test]
fn a_chain_ends_where_a_hop_issues_nothing() {
    let served = served();
    let token = served.user_token("portal");
    let more = ["--audience", "dash", "--then", "dash=portal", "--then", "portal=dash"];
    let ran = served.exchange(&token, "portal", &[&more[..], &["--introspect"]].concat());
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(ran.stdout.starts_with("The chain ended at hop 2 of 3, after "), "{ran}");
    assert!(ran.stdout.contains("  2  dash → portal: refused in "), "{ran}");
    assert!(ran.stdout.contains("  3  portal → dash: not reached\n"), "{ran}");
    assert!(!ran.stdout.contains("Hop 3 of 3"), "{ran}");

    // No token from the middle of it.
    let ran = served.exchange(&token, "portal", &[&more[..], &["--print-token"]].concat());
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{ran}");

    let report =
        json(&served.exchange(&token, "portal", &[&more[..], &["--format", "json"]].concat()));
    assert_eq!((&report["complete"], &report["hops_wanted"]), (&false.into(), &3.into()));
    let hops = report["hops"].as_array().unwrap();
    assert_eq!((hops.len(), &hops[1]["outcome"]), (2, &"refused".into()));
}

/// The clients of further hops have secrets of their own.
#[test]
fn the_secret_of_each_client_comes_from_where_it_is_said_to_be() {
    let served = served();
    let token = served.user_token("portal");
    let run = |more: &[&str], profile: Option<&str>| {
        let mut arguments = vec!["exchange", "--subject-token-env", "SUBJECT_TOKEN"];
        arguments.extend(["--client-id", "portal", "--client-secret-env", "OF_PORTAL"]);
        arguments.extend(["--server", served.text("issuer")]);
        arguments.extend(CHAIN);
        if let Some(text) = profile {
            served.folder.write("exchange-studio.yaml", text.as_bytes());
            arguments.extend(["--profile", "here"]);
        }
        arguments.extend(more);
        let mut program = program(served.folder.path());
        program.args(arguments).env_remove("EXCHANGE_STUDIO_CLIENT_SECRET");
        program.env("SUBJECT_TOKEN", &token).env("OF_PORTAL", SECRET).env("OF_DASH", SECRET);
        Ran::of(program.output().unwrap())
    };
    let ran = run(&["--then-secret-env", "dash=OF_DASH"], None);
    assert_eq!(ran.code, Some(0), "{ran}");
    let profile =
        "version: 1\nprofiles:\n  here:\n    clients:\n      dash: {secret_env: OF_DASH}\n";
    let ran = run(&[], Some(profile));
    assert_eq!(ran.code, Some(0), "{ran}");

    let ran = run(&[], None);
    assert_eq!(ran.code, Some(2), "{ran}");
    assert!(ran.stderr.contains("the secret of the client dash is missing"), "{ran}");
    assert!(ran.stderr.contains("--then-secret-env dash=VAR"), "{ran}");
    let ran = run(&["--then-secret-env", "ledger=OF_DASH"], None);
    assert_eq!(ran.code, Some(2), "{ran}");
    assert!(ran.stderr.contains("no further hop"), "{ran}");
    for wrong in [&["--then", "dash"][..], &["--then", "dash="], &["--preset", "id-jag"]] {
        let ran = run(wrong, None);
        assert_eq!(ran.code, Some(2), "{ran}");
    }
}

/// A token that is bound to a key takes a proof of that key in the next hop too.
#[test]
fn every_hop_proves_the_key_of_the_first() {
    let served = served();
    let token = served.user_token("portal");
    let more = [&CHAIN[..], &["--dpop", "--print-token"]].concat();
    let ran = served.exchange(&token, "portal", &more);
    assert_eq!(ran.code, Some(0), "{ran}");
    assert_eq!(ran.stderr.matches("  proof    DPoP with ES256").count(), 2, "{ran}");
    token_of(&Ran { stderr: String::new(), ..ran });
}

//! `edit`

use insta::assert_snapshot;

use crate::support::{ESTATE, Folder, estate, run_on_seed};

#[test]
fn a_dry_run_prints_the_difference_and_writes_nothing() {
    let folder = estate();
    let ran = folder.run(&["edit", "estate.yaml", "--dry-run", "allow", "Dashboard", "Broker"]);
    assert_snapshot!(ran, @r#"
        exit 0
        ── stdout
        --- estate.yaml
        +++ estate.yaml
        @@ -12,6 +12,8 @@
         enabled: true
         isPublic: false
         isRestricted: false
        +allowedTokenExchangeClientApps:
        +  - id: "{{guid:broker}}"
         ---
         !ClientAppDto
         id: "{{guid:principal}}"
        ── stderr
        Dashboard will be allowed to exchange a token of its user for a token of Broker. This adds the id of Broker to the list of Dashboard in estate.yaml.
        Allow Dashboard → Broker.
        "#);
    assert_eq!(folder.read("estate.yaml"), ESTATE);
}

#[test]
fn allow_touches_one_line_and_keeps_the_line_endings() {
    let crlf = ESTATE.replace('\n', "\r\n");
    let folder = Folder::new(&[("estate.yaml", &crlf)]);
    assert_snapshot!(folder.run(&["edit", ".", "allow", "Portal", "Service Principal"]), @r#"
        exit 0
        ── stdout
        ── stderr
        Portal will be allowed to exchange a token of its user for a token of Service Principal. Portal will be allowed to also bring a token of an external identity of Service Principal and get a token of Service Principal. This adds the id of Service Principal to the list of Portal in estate.yaml.
        Allow Portal → Service Principal.
        Wrote estate.yaml.
        "#);
    let added = "  - id: \"{{guid:dashboard}}\"\r\n  - id: \"{{guid:principal}}\"\r\n";
    let expected = crlf.replacen("  - id: \"{{guid:dashboard}}\"\r\n", added, 1);
    assert_eq!(folder.read("estate.yaml"), expected);
}

#[test]
fn what_is_allowed_already_changes_nothing() {
    let folder = estate();
    assert_snapshot!(folder.run(&["edit", ".", "allow", "Portal", "Dashboard"]), @r#"
        exit 0
        ── stdout
        ── stderr
        Portal lists Dashboard already; nothing to change.
        "#);
    assert_eq!(folder.read("estate.yaml"), ESTATE);
}

#[test]
fn which_list_grows_depends_on_the_reading() {
    for (reading, owner) in [
        ("requester-lists-target", "Dashboard"),
        ("requester-lists-origin", "Broker"),
        ("target-lists-requester", "Broker"),
    ] {
        let folder = estate();
        let ran = folder.run(&["edit", ".", "allow", "Dashboard", "Broker", "--reading", reading]);
        assert_eq!(ran.code, Some(0), "{ran}");
        let listed = folder.run(&["list", ".", "--format", "json"]).stdout;
        let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
        let clients = listed["clients"].as_array().unwrap();
        let client = clients.iter().find(|client| client["name"] == owner).unwrap();
        let other = if owner == "Broker" { "Dashboard" } else { "Broker" };
        let names = client["permissions"].as_array().unwrap();
        assert!(names.iter().any(|permission| permission["name"] == other), "{reading}");
    }
}

#[test]
fn several_changes_are_made_together() {
    let folder = estate();
    let ran = folder.run(&[
        "edit",
        "estate.yaml",
        "revoke",
        "Portal",
        "Dashboard",
        "--then",
        "federate",
        "Dashboard",
        "--issuer",
        "https://token.partner.net",
        "--subject",
        "00123",
        "--id",
        "c4e9c08d-1b36-4cf0-8c65-1a3ee0676f7a",
        "--then",
        "set",
        "Broker",
        "enabled",
        "false",
        "--dry-run",
    ]);
    assert_snapshot!(ran, @r#"
        exit 0
        ── stdout
        --- estate.yaml
        +++ estate.yaml
        @@ -3,8 +3,6 @@
         name: Portal
         enabled: true
         isPublic: false
        -allowedTokenExchangeClientApps:
        -  - id: "{{guid:dashboard}}"
         ---
         !ClientAppDto
         id: "{{guid:dashboard}}"
        @@ -12,6 +10,10 @@
         enabled: true
         isPublic: false
         isRestricted: false
        +clientAppFederatedIdentities:
        +  - id: "c4e9c08d-1b36-4cf0-8c65-1a3ee0676f7a"
        +    issuer: https://token.partner.net
        +    subject: "00123"
         ---
         !ClientAppDto
         id: "{{guid:principal}}"
        @@ -26,7 +28,7 @@
         !ClientAppDto
         id: "{{guid:broker}}"
         name: Broker
        -enabled: true
        +enabled: false
         isPublic: false
         allowedTokenExchangeClientApps:
           - id: "{{guid:principal}}"
        ── stderr
        Revoke Portal → Dashboard.
        Add identity 00123 of https://token.partner.net to Dashboard.
        Set enabled of Broker to false.
        "#);
}

#[test]
fn when_one_change_is_not_possible_none_is_made() {
    let folder = estate();
    let ran = folder.run(&[
        "edit",
        ".",
        "set",
        "Broker",
        "enabled",
        "false",
        "--then",
        "unfederate",
        "Service Principal",
        "--issuer",
        "https://auth.external.com",
        "--subject",
        "12345678",
    ]);
    assert_snapshot!(ran, @r#"
        exit 1
        ── stdout
        ── stderr
        error: Service Principal has no federated identity for subject '12345678' of issuer 'https://auth.external.com'
          hint: it has '123456789' of 'https://auth.external.com'
          hint: nothing was written
        "#);
    assert_eq!(folder.read("estate.yaml"), ESTATE);
}

#[test]
fn an_identity_is_taken_away() {
    let folder = estate();
    let ran = folder.run(&[
        "edit",
        ".",
        "unfederate",
        "Service Principal",
        "--issuer",
        "https://auth.external.com",
        "--subject",
        "123456789",
    ]);
    assert_eq!(ran.code, Some(0), "{ran}");
    let text = folder.read("estate.yaml");
    assert!(!text.contains("auth.external.com") && text.contains("name: Broker"), "{text}");
}

#[test]
fn what_was_never_allowed_cannot_be_revoked() {
    let ran = estate().run(&["edit", ".", "revoke", "Portal", "Broker"]);
    assert_snapshot!(ran, @r#"
        exit 1
        ── stdout
        ── stderr
        error: Portal does not list Broker, so there is nothing to revoke
          hint: this is under the reading requester-lists-target; nothing was written
        "#);
}

#[test]
fn a_dangling_reference_is_revoked_by_its_id() {
    let ran = run_on_seed(&[
        "edit",
        "cross-client.yaml",
        "--dry-run",
        "revoke",
        "ProAuth ExchangeToken Target TestClient B",
        "b8075fdb-ac4f-4c25-8f2a-2085a9addbf6",
    ]);
    assert_snapshot!(ran, @r#"
        exit 0
        ── stdout
        --- cross-client.yaml
        +++ cross-client.yaml
        @@ -7,5 +7,3 @@
         id: "ff64b54e-3d4f-426d-ad1a-da30ebed78ab"
         name: "ProAuth ExchangeToken Target TestClient B"
         # ...
        -allowedTokenExchangeClientApps:
        -  - id: "b8075fdb-ac4f-4c25-8f2a-2085a9addbf6"
        ── stderr
        Revoke ProAuth ExchangeToken Target TestClient B → b8075fdb-ac4f-4c25-8f2a-2085a9addbf6.
        "#);
}

#[test]
fn a_secret_is_not_taken_from_the_command_line() {
    let folder = estate();
    let ran = folder.run(&["edit", ".", "set", "Broker", "clientSecret", "hush"]);
    assert_eq!(ran.code, Some(2), "{ran}");
    assert!(!ran.to_string().contains("hush"), "{ran}");
    assert_eq!(folder.read("estate.yaml"), ESTATE);
    let ran = folder.run(&["edit", ".", "set", "Broker", "clientSecret", "{{secret:broker}}"]);
    assert_eq!(ran.code, Some(0), "{ran}");
}

#[test]
fn mistakes_in_the_command_line() {
    let code = |arguments: &[&str]| estate().run(arguments).code;
    assert_eq!(code(&["edit", "."]), Some(2));
    assert_eq!(code(&["edit", "allow", "Portal", "Broker"]), Some(2));
    assert_eq!(code(&["edit", ".", "allow", "Portal"]), Some(2));
    assert_eq!(code(&["edit", ".", "allow", "Portal", "Nobody"]), Some(2));
    assert_eq!(code(&["edit", ".", "allow", "Portal", "Broker", "--then"]), Some(2));
    assert_eq!(code(&["edit", ".", "federate", "Portal", "--issuer", "https://i"]), Some(2));
    assert_eq!(code(&["edit", "missing.yaml", "allow", "Portal", "Broker"]), Some(3));
}

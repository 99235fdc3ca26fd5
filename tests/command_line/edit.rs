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

#[test]
fn a_client_app_is_added_where_the_user_says() {
    let folder = estate();
    let id = "{{guid:reports}}";
    let add = ["edit", "estate.yaml", "add-client", "Reports", "--id", id, "--at", "1"];
    assert_snapshot!(folder.run(&[&add[..], &["--dry-run"]].concat()), @r#"
        exit 0
        ── stdout
        --- estate.yaml
        +++ estate.yaml
        @@ -7,6 +7,10 @@
           - id: "{{guid:dashboard}}"
         ---
         !ClientAppDto
        +id: "{{guid:reports}}"
        +name: Reports
        +---
        +!ClientAppDto
         id: "{{guid:dashboard}}"
         name: Dashboard
         enabled: true
        ── stderr
        Add client app Reports to estate.yaml.
        "#);
    assert_eq!(folder.read("estate.yaml"), ESTATE);
    // Into a file that is not there yet, with an id in the style of the others.
    let new = ["edit", ".", "add-client", "Night Watch", "--file", "new.yaml"];
    let ran = folder.run(&new);
    assert_eq!(ran.stderr, "Add client app Night Watch to new.yaml.\nWrote new.yaml.\n");
    let text = folder.read("new.yaml");
    assert_eq!(text, "!ClientAppDto\nid: \"{{guid:night_watch}}\"\nname: Night Watch\n");
    assert_eq!(folder.read("estate.yaml"), ESTATE);
    let code = |arguments: &[&str]| folder.run(arguments).code;
    assert_eq!(code(&["edit", ".", "add-client", "Which file"]), Some(2));
    assert_eq!(code(&["edit", "new.yaml", "add-client", "x", "--file", "estate.yaml"]), Some(2));
    let taken = ["edit", "estate.yaml", "add-client", "x", "--id", "{{guid:broker}}"];
    assert_eq!(code(&taken), Some(1));
}

#[test]
fn a_client_app_is_removed_copied_and_moved() {
    let folder = Folder::new(&[("estate.yaml", ESTATE), ("other.yaml", "a: 1\n")]);
    let said = |arguments: &[&str]| {
        let ran = folder.run(arguments);
        assert_eq!(ran.code, Some(0), "{ran}");
        ran.stderr
    };
    assert_eq!(
        said(&["edit", "estate.yaml", "remove-client", "Dashboard", "--dry-run"]),
        "Portal still lists it (estate.yaml:7); --references removes such entries too.\nRemove \
         Dashboard.\n"
    );
    assert_eq!(
        said(&["edit", "estate.yaml", "remove-client", "Dashboard", "--references"]),
        "Portal lists it no more.\nRemove Dashboard.\nWrote estate.yaml.\n"
    );
    let text = folder.read("estate.yaml");
    assert!(!text.contains("dashboard") && text.contains("Portal"), "{text}");
    said(&["edit", "estate.yaml", "duplicate-client", "Broker"]);
    let text = folder.read("estate.yaml");
    assert!(text.contains("id: \"{{guid:broker_copy}}\"\nname: Broker (copy)\n"), "{text}");
    assert_eq!(
        said(&[
            "edit",
            "estate.yaml",
            "other.yaml",
            "move-client",
            "Broker (copy)",
            "--file",
            "other.yaml"
        ]),
        "Move Broker (copy) to other.yaml.\nWrote estate.yaml.\nWrote other.yaml.\n"
    );
    assert!(
        folder
            .read("other.yaml")
            .starts_with("a: 1\n---\n!ClientAppDto\nid: \"{{guid:broker_copy}}\"")
    );
    said(&["edit", "estate.yaml", "move-client", "Broker", "--at", "0"]);
    assert!(folder.read("estate.yaml").find("Broker") < folder.read("estate.yaml").find("Portal"));
    assert_eq!(folder.run(&["edit", "estate.yaml", "move-client", "Broker"]).code, Some(2));
}

#[test]
fn an_id_is_renamed_wherever_it_stands() {
    let folder = estate();
    let ran = folder.run(&["edit", ".", "rename-id", "Dashboard", "{{guid:board}}"]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (
            Some(0),
            "Rename the id {{guid:dashboard}} to {{guid:board}} in 2 places.\nWrote estate.yaml.\n"
        )
    );
    assert_eq!(folder.read("estate.yaml"), ESTATE.replace("{{guid:dashboard}}", "{{guid:board}}"));
    let ran = folder.run(&["edit", ".", "rename-id", "{{guid:board}}", "{{guid:broker}}"]);
    assert_eq!(ran.code, Some(1), "{ran}");
}

#[test]
fn a_shared_place_asks_which_is_meant() {
    let text = "!ClientAppDto\nid: a\nx: &l\n- id: b\nallowedTokenExchangeClientApps: *l\n---\n!ClientAppDto\nid: c\n";
    let folder = Folder::new(&[("a.yaml", text)]);
    let ran = folder.run(&["edit", ".", "allow", "a", "c"]);
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(ran.stderr.contains("--via anchor"), "{ran}");
    let ran = folder.run(&["edit", ".", "allow", "a", "c", "--via", "anchor"]);
    assert_eq!(ran.code, Some(0), "{ran}");
    assert_eq!(folder.read("a.yaml"), text.replace("- id: b\n", "- id: b\n- id: c\n"));
}

#[test]
fn a_mistyped_change_is_not_taken_for_a_path() {
    let ran = estate().run(&["edit", "estate.yaml", "alow", "Portal", "Broker"]);
    assert_eq!(ran.code, Some(2), "{ran}");
    assert!(ran.stderr.contains("did you mean the change 'allow'"), "{ran}");
}

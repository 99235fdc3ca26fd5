//! `diff`

use insta::assert_snapshot;

use crate::support::{ESTATE, Folder};

#[test]
fn two_files() {
    let new = ESTATE.replacen("enabled: true", "enabled: false", 1);
    let folder = Folder::new(&[("old.yaml", ESTATE), ("new.yaml", &new)]);
    assert_snapshot!(folder.run(&["diff", "old.yaml", "new.yaml"]), @r#"
        exit 0
        ── stdout
        --- old.yaml
        +++ new.yaml
        @@ -1,7 +1,7 @@
         !ClientAppDto
         id: "11111111-1111-4111-8111-111111111111" # the front door
         name: Portal
        -enabled: true
        +enabled: false
         isPublic: false
         allowedTokenExchangeClientApps:
           - id: "{{guid:dashboard}}"

        What it means
          ~ Portal
              ~ enabled: true → false  new.yaml:4

        Access lost: 1 pair of who can become whom, worst case; 1 hop.
          - Portal can become Dashboard  1 hop
              Portal → Dashboard; takes the credential of Portal
              old.yaml:7
              not stated: subscription allows it
        reading: requester-lists-target
        ── stderr
        "#);
    let failed = folder.run(&["diff", "old.yaml", "new.yaml", "--fail-on", "change"]);
    assert_eq!(failed.code, Some(1));
    let same = folder.run(&["diff", "old.yaml", "old.yaml", "--fail-on", "change"]);
    assert_eq!((same.code, same.stdout.as_str()), (Some(0), ""));
}

/// Dashboard may now go on to Service Principal; its own subject is another; Portal is renamed.
fn changed() -> String {
    ESTATE
        .replace("name: Portal", "name: Front door")
        .replace(
            "isRestricted: false\n---\n!ClientAppDto\nid: \"{{guid:principal}}\"",
            "allowedTokenExchangeClientApps:\n  - id: '{{ guid: principal }}'\n---\n!ClientAppDto\nid: \"{{guid:principal}}\"",
        )
        .replace("subject: \"123456789\"", "subject: \"987654321\"")
}

#[test]
fn what_a_difference_means() {
    let folder = Folder::new(&[("old.yaml", ESTATE), ("new.yaml", &changed())]);
    assert_snapshot!(folder.run(&["diff", "old.yaml", "new.yaml", "--summary"]), @r#"
        exit 0
        ── stdout
        What it means
          ~ Front door
              ~ name: Portal → Front door  new.yaml:3
          ~ Dashboard
              ~ is restricted: false → not stated  new.yaml:10
              + permission for Service Principal  new.yaml:15
          ~ Service Principal
              - identity 123456789 of https://auth.external.com  old.yaml:22
              + identity 987654321 of https://auth.external.com  new.yaml:23

        Access lost: 1 pair of who can become whom, worst case; 1 hop.
          - 123456789 of https://auth.external.com can become Service Principal  1 hop
              123456789 of https://auth.external.com → Service Principal; takes the credential of Broker
              old.yaml:22, old.yaml:32
              not stated: subscription allows it
        Access gained: 3 pairs of who can become whom, worst case; 3 hops.
          + Dashboard can become Service Principal  1 hop
              Dashboard → Service Principal; takes the credential of Dashboard
              new.yaml:15
              not stated: subscription allows it
          + 987654321 of https://auth.external.com can become Service Principal  1 hop
              987654321 of https://auth.external.com → Service Principal; takes the credential of Dashboard
              new.yaml:23, new.yaml:15
              not stated: subscription allows it
          + Front door can become Service Principal  2 hops
              Front door → Dashboard → Service Principal; takes the credentials of Front door and Dashboard
              new.yaml:7, new.yaml:15
              not stated: target is open to the subject; subscription allows it
          + 987654321 of https://auth.external.com → Service Principal by Broker  1 hop
              new.yaml:23, new.yaml:33
        reading: requester-lists-target
        ── stderr
        "#);
    let code = |fail_on: &str, old: &str, new: &str| {
        folder.run(&["diff", old, new, "--summary", "--fail-on", fail_on]).code
    };
    assert_eq!(code("gain", "old.yaml", "new.yaml"), Some(1));
    assert_eq!(code("access", "old.yaml", "new.yaml"), Some(1));
    let renamed = ESTATE.replace("name: Portal", "name: Front door");
    folder.write("renamed.yaml", renamed.as_bytes());
    assert_eq!(code("access", "old.yaml", "renamed.yaml"), Some(0));
    assert_eq!(code("change", "old.yaml", "renamed.yaml"), Some(1));
    let less = ESTATE.replace("enabled: true", "enabled: false");
    folder.write("less.yaml", less.as_bytes());
    assert_eq!(code("gain", "old.yaml", "less.yaml"), Some(0));
    assert_eq!(code("access", "old.yaml", "less.yaml"), Some(1));
}

#[test]
fn as_json() {
    let folder = Folder::new(&[("old/a.yaml", ESTATE), ("new/a.yaml", &changed())]);
    let ran = folder.run(&["diff", "old", "new", "--format", "json", "--all-readings"]);
    assert_eq!(ran.code, Some(0), "{ran}");
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["files"][0]["path"], "a.yaml");
    assert_eq!(json["files"][0]["change"], "changed");
    let clients = json["clients"].as_array().unwrap();
    let names: Vec<_> = clients.iter().map(|it| it["client"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Front door", "Dashboard", "Service Principal"]);
    assert_eq!(clients[0]["facts"][0]["before"], "Portal");
    let facts = clients[2]["facts"].as_array().unwrap();
    let changes: Vec<_> = facts.iter().map(|it| it["change"].as_str().unwrap()).collect();
    assert_eq!(changes, ["removed", "added"]);
    assert_eq!(facts[0]["at"]["file"], "old/a.yaml");
    let access = json["access"].as_array().unwrap();
    assert_eq!(access.len(), 3);
    let gained = &access[0]["gained"];
    assert_eq!(gained["pairs"], 3, "{gained:#}");
    let way = &gained["listed_pairs"][0]["way"];
    assert_eq!(way["hops"][0]["permitted_by"][0]["file"], "new/a.yaml");
    let lost = &access[0]["lost"]["listed_pairs"][0];
    assert_eq!(
        (lost["from"]["subject"].as_str(), lost["hops"].as_u64()),
        (Some("123456789"), Some(1))
    );
}

fn git(folder: &Folder, arguments: &[&str]) {
    let ran = std::process::Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .current_dir(folder.path())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("git is there");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn git_revisions() {
    let folder =
        Folder::new(&[("config/a.yaml", ESTATE), ("config/notes.txt", "x"), ("b.yml", "b: 1\n")]);
    git(&folder, &["init", "--quiet"]);
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "--quiet", "-m", "one"]);
    folder.write("config/a.yaml", changed().as_bytes());
    folder.write("config/deep/c.yaml", b"c: 1\n");
    let ran = folder.run(&["diff", "HEAD:config", "config", "--format", "json"]);
    assert_eq!(ran.code, Some(0), "{ran}");
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let files: Vec<_> =
        json["files"].as_array().unwrap().iter().map(|it| it["path"].as_str().unwrap()).collect();
    assert_eq!(files, ["a.yaml", "deep/c.yaml"]);
    assert_eq!(json["access"][0]["gained"]["pairs"], 3);
    // The drawing compares with a revision too.
    let drawn = folder.run(&["graph", "config", "--compare", "HEAD:config", "--format", "json"]);
    assert_eq!(drawn.code, Some(0), "{drawn}");
    let drawn: serde_json::Value = serde_json::from_str(&drawn.stdout).unwrap();
    let edges = drawn["edges"].as_array().unwrap().iter();
    assert!(edges.filter(|edge| edge["difference"] == "added").count() > 0, "{drawn:#}");
    let none = folder.run(&["graph", "config", "--compare", "nobody:config", "--format", "json"]);
    assert_eq!(none.code, Some(3), "{none}");
    assert_eq!(
        json["access"][0]["lost"]["listed_pairs"][0]["way"]["hops"][0]["permitted_by"][0]["file"],
        "HEAD:config/a.yaml"
    );
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "--quiet", "-m", "two"]);
    let ran = folder.run(&["diff", "HEAD~1:config/a.yaml", "HEAD:config/a.yaml"]);
    assert!(ran.stdout.starts_with("--- HEAD~1:config/a.yaml\n+++ HEAD:config/a.yaml\n"), "{ran}");
    // From a folder within, paths are as seen from there.
    let within =
        crate::support::run_in(&folder.path().join("config"), &["diff", "HEAD:a.yaml", "a.yaml"]);
    assert_eq!((within.code, within.stdout.as_str()), (Some(0), ""), "{within}");
    assert_eq!(folder.run(&["diff", "HEAD:", "."]).code, Some(0));
    for missing in ["HEAD:nothing", "v9:config", "--all:config", ":config"] {
        let ran = folder.run(&["diff", "--", missing, "config"]);
        assert_eq!(ran.code, Some(3), "{missing}: {ran}");
    }
}

#[test]
fn without_git_a_revision_is_a_clear_failure() {
    let folder = Folder::new(&[("a.yaml", ESTATE)]);
    let output = crate::support::program(folder.path())
        .args(["diff", "HEAD:a.yaml", "a.yaml"])
        .env("PATH", folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("the program git is not installed"), "{said}");
    assert!(said.contains("check the revision out"), "{said}");
}

#[test]
fn two_folders() {
    let folder = Folder::new(&[
        ("old/same.yaml", "a: 1\n"),
        ("old/gone.yml", "b: 1\n"),
        ("old/ignored.txt", "x\n"),
        ("new/same.yaml", "a: 1\n"),
        ("new/deep/er.yaml", "c: 1\n"),
    ]);
    assert_snapshot!(folder.run(&["diff", "old", "new"]), @r#"
        exit 0
        ── stdout
        --- /dev/null
        +++ new/deep/er.yaml
        @@ -0,0 +1 @@
        +c: 1
        --- old/gone.yml
        +++ /dev/null
        @@ -1 +0,0 @@
        -b: 1
        ── stderr
        "#);
}

#[test]
fn secrets_are_covered() {
    let folder = Folder::new(&[
        ("old.yaml", "a: 1\nclientSecret: hush\n"),
        ("new.yaml", "a: 2\nclientSecret: psst\n"),
    ]);
    assert_snapshot!(folder.run(&["diff", "old.yaml", "new.yaml"]), @r#"
        exit 0
        ── stdout
        --- old.yaml
        +++ new.yaml
        @@ -1,2 +1,2 @@
        -a: 1
        -clientSecret: ****
        +a: 2
        +clientSecret: ****
        ── stderr
        "#);
}

#[test]
fn what_cannot_be_compared() {
    let folder = Folder::new(&[("a.yaml", "a: 1\n"), ("b/c.yaml", "a: 1\n")]);
    assert_eq!(folder.run(&["diff", "a.yaml", "b"]).code, Some(2));
    assert_eq!(folder.run(&["diff", "a.yaml", "missing.yaml"]).code, Some(3));
    folder.write("latin.yaml", b"name: Z\xfcrich\n");
    assert_eq!(folder.run(&["diff", "a.yaml", "latin.yaml"]).code, Some(3));
}

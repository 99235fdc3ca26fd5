//! What is read, and that edits keep it right.

use super::*;

const PORTAL: &str = "b8075fdb-ac4f-4c25-8f2a-2085a9addbf6";
const DASHBOARD: &str = "ff64b54e-3d4f-426d-ad1a-da30ebed78ab";

fn project(files: &[&str]) -> Project {
    let source = |(at, text): (usize, &&str)| Source {
        path: None,
        name: format!("{at}.yaml"),
        bytes: text.as_bytes().to_vec(),
    };
    Project::from_sources(files.iter().enumerate().map(source).collect())
}

fn one(body: &str) -> (Project, ClientApp) {
    let project = project(&[&format!("!ClientAppDto\n{body}")]);
    let client = project.clients()[0].clone();
    (project, client)
}

fn kinds(project: &Project) -> Vec<(ProblemKind, String)> {
    let place = |problem: &Problem| project.describe_place(problem.place);
    project.problems().map(|problem| (problem.kind, place(problem))).collect()
}

fn slice(project: &Project, place: Place) -> &str {
    project.document(place.file, place.document).unwrap().slice(place.span)
}

#[test]
fn a_client_is_read_with_the_place_of_everything() {
    let (project, client) = one(&format!(
        "id: {PORTAL}\nname: \"Portal\"\nsubscriptionId: \"{{{{guid:sub}}}}\"\nenabled: TRUE\n\
         clientAppSecrets:\n  - value: never\nallowedTokenExchangeClientApps:\n  - id: \
         \"{DASHBOARD}\"\nclientAppFederatedIdentities:\n  - id: x\n    issuer: \
         https://auth.external.com\n    subject: 00123\n"
    ));
    assert_eq!(client.label(), "Portal");
    let id = client.id.clone().unwrap();
    assert_eq!(id.value, Id::new(PORTAL));
    assert_eq!(slice(&project, id.place), PORTAL);
    assert_eq!(project.describe_place(id.place), "0.yaml:2");
    assert_eq!(client.subscription.as_ref().unwrap().value.form(), IdForm::Placeholder);
    assert_eq!(client.secrets().map(<[_]>::len), Some(1));
    assert_eq!(client.settings[0].text, "TRUE");
    assert_eq!(client.settings[0].boolean, Some(true));
    assert_eq!(client.permissions[0].id, Some(Id::new(DASHBOARD)));
    assert_eq!(client.permissions[0].client, None);
    assert_eq!(project.describe_place(client.permissions[0].place), "0.yaml:9");
    let identity = &client.identities[0];
    assert_eq!(identity.pair(), Some(("https://auth.external.com", "00123")));
    assert_eq!(slice(&project, identity.subject.as_ref().unwrap().place), "00123");
    assert_eq!(project.by_identity("https://auth.external.com", "00123"), [(ClientKey(0), 0)]);
    assert_eq!(project.by_identity("https://auth.external.com", "123"), []);
    assert_eq!(kinds(&project), []);
    assert!(!format!("{project:?}").is_empty());
}

#[test]
fn scalars_are_text_whatever_they_look_like() {
    for subject in ["123456789", "104857600000000000021", "1e9", "0x1F", "no", "~", "null", "1.10"]
    {
        let (project, client) = one(&format!(
            "id: a\nclientAppFederatedIdentities:\n  - issuer: i\n    subject: {subject}\n"
        ));
        assert_eq!(client.identities[0].pair(), Some(("i", subject)));
        assert_eq!(kinds(&project), []);
    }
}

#[test]
fn what_is_not_stated_is_not_filled_in() {
    let (_, client) = one("name: a\n");
    assert_eq!(client.flag(Setting::Enabled), None);
    assert_eq!(client.secrets(), None);
    for none in ["id:", "id: ~", "id: null", "id: ''", "id: ' '"] {
        let (project, client) = one(&format!("{none}\n"));
        assert_eq!(client.id, None, "{none}");
        assert_eq!(kinds(&project), [(ProblemKind::ClientWithoutId, "0.yaml:2".to_owned())]);
        assert_eq!(client.label(), "unnamed client");
    }
    for list in ["", " ~", " null", " []"] {
        let (project, client) = one(&format!("id: a\nallowedTokenExchangeClientApps:{list}\n"));
        assert!(client.permissions.is_empty());
        assert_eq!(kinds(&project), [], "{list}");
    }
}

#[test]
fn a_setting_is_found_in_each_spelling() {
    for setting in Setting::ALL.into_iter().filter(|setting| setting.is_boolean()) {
        for spelling in setting.spellings() {
            for (text, value) in [("true", Some(true)), ("'false'", Some(false)), ("~", None)] {
                let (project, client) = one(&format!("id: a\n{spelling}: {text}\n"));
                assert_eq!(client.flag(setting).map(|stated| stated.value), value);
                assert_eq!(client.setting(setting).unwrap().key, *spelling);
                assert_eq!(kinds(&project), []);
            }
        }
    }
}

#[test]
fn what_contradicts_itself_or_is_no_boolean_is_not_stated() {
    let (project, client) = one("id: a\nenabled: true\nisEnabled: false\nisPublic: maybe\n");
    assert_eq!(client.flag(Setting::Enabled), None);
    assert_eq!(client.flag(Setting::Public), None);
    assert_eq!(client.setting(Setting::Public).unwrap().text, "maybe");
    let expected = [
        (ProblemKind::NotBoolean, "0.yaml:5".to_owned()),
        (ProblemKind::Contradiction, "0.yaml:4".to_owned()),
    ];
    assert_eq!(kinds(&project), expected);
    let (_, client) = one("id: a\nenabled: true\nisEnabled: yes\n");
    assert!(client.flag(Setting::Enabled).unwrap().value);
}

#[test]
fn an_unquoted_placeholder_is_explained_and_matched_all_the_same() {
    let project = project(&[
        "!ClientAppDto\nid: {{guid:a}}\nallowedTokenExchangeClientApps:\n- id: {{guid:b}}\n- \
         {{guid:b}}\n---\n!ClientAppDto\nid: '{{guid:b}}'\n",
    ]);
    let client = &project.clients()[0];
    let id = &client.id.as_ref().unwrap().value;
    assert!(id.is_unquoted());
    assert_eq!(id.as_str(), "{{guid:a}}");
    assert_eq!(*id, Id::new("{{guid:a}}"));
    assert_eq!(client.permissions[0].client, Some(ClientKey(1)));
    assert_eq!(client.permissions[1].id, None);
    let expected = [
        (ProblemKind::UnquotedPlaceholder, "0.yaml:2".to_owned()),
        (ProblemKind::UnquotedPlaceholder, "0.yaml:4".to_owned()),
        (ProblemKind::EntryWithoutId, "0.yaml:5".to_owned()),
    ];
    assert_eq!(kinds(&project), expected);
    let message = &project.problems().next().unwrap().message;
    assert!(message.contains("id: \"{{guid:a}}\""), "{message}");
}

#[test]
fn wrong_types_are_problems_and_the_rest_is_read() {
    let (project, client) = one("id: [a]\nname: {a: b}\nallowedTokenExchangeClientApps: all\n\
         clientAppFederatedIdentities:\n- text\n- issuer: i\n- subject: s\n- {}\n- issuer: [i]\n  \
         subject: s\nenabled: true\nid: b\n");
    assert_eq!(client.id, None);
    assert_eq!(client.name, None);
    assert_eq!(client.identities.len(), 5);
    assert!(client.flag(Setting::Enabled).unwrap().value);
    let mut kinds: Vec<_> = kinds(&project).into_iter().map(|(kind, _)| kind).collect();
    kinds.sort();
    use ProblemKind::*;
    let expected = [
        DuplicateKey,
        WrongType,
        WrongType,
        WrongType,
        WrongType,
        ClientWithoutId,
        IncompleteIdentity,
        IncompleteIdentity,
        IncompleteIdentity,
        IncompleteIdentity,
        IncompleteIdentity,
    ];
    assert_eq!(kinds, expected);
    let project = self::project(&["!ClientAppDto\n- a\n- b\n"]);
    assert_eq!(project.clients().len(), 1);
    assert!(project.problems().any(|problem| problem.kind == WrongType));
}

#[test]
fn aliases_are_read_as_what_they_stand_for() {
    let (project, client) =
        one("id: &id a\nname: *id\nother: &list\n- id: b\nallowedTokenExchangeClientApps: *list\n");
    assert_eq!(client.name.as_ref().unwrap().value, "a");
    assert_eq!(client.permissions[0].id, Some(Id::new("b")));
    assert_eq!(kinds(&project), [(ProblemKind::SharedTrust, "0.yaml:6".to_owned())]);
}

#[test]
fn other_documents_are_kept_and_listed() {
    let project = project(&[
        "!CustomerDto\nid: '{{guid:c}}'\nname: Fernhollow\n---\n!SubscriptionDto {id: S, \
         customerId: '{{guid:c}}', name: Digital}\n---\n---\nid: x\n\
         allowedTokenExchangeClientApps: []\n---\n!Odd {allowedTokenExchangeClientApps: []}\n---\n!ClientApp\nclientAppFederatedIdentities:\n---\nplain\n--- # nothing\n",
        "!<!ClientAppDto>\nid: a\n---\nbroken: [\n---\n!ClientAppDto\nid: b\n",
    ]);
    let tags: Vec<_> = project.other_documents().iter().map(|it| it.tag.as_deref()).collect();
    assert_eq!(
        tags,
        [
            Some("!CustomerDto"),
            Some("!SubscriptionDto"),
            None,
            Some("!Odd"),
            Some("!ClientApp"),
            None
        ]
    );
    assert!(project.other_documents()[2].looks_like_client);
    let subscription = project.subscription(&Id::new("S")).unwrap();
    assert_eq!(subscription.label(), "Digital");
    assert_eq!(subscription.customer, project.customers().next().map(|customer| customer.id));
    assert_eq!(project.clients().len(), 2);
    assert_eq!(project.client_at(FileId(1), 0), Some(ClientKey(0)));
    assert_eq!(project.client_at(FileId(1), 1), None);
    let kinds: Vec<_> = kinds(&project).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, [ProblemKind::MissingTag, ProblemKind::MissingTag, ProblemKind::Syntax]);
}

#[test]
fn a_file_that_is_not_utf8_is_a_problem_of_its_own() {
    let bad = Source { path: None, name: "bad.yaml".to_owned(), bytes: vec![b'a', 0xFF, b'b'] };
    let good = Source {
        path: None,
        name: "good.yaml".to_owned(),
        bytes: b"!ClientAppDto\nid: a".to_vec(),
    };
    let project = Project::from_sources(vec![bad, good]);
    assert_eq!(project.clients().len(), 1);
    assert_eq!(kinds(&project), [(ProblemKind::File, "bad.yaml:1".to_owned())]);
    assert_eq!(project.unsaved(), []);
}

#[test]
fn a_dangling_reference_is_explained_by_prefix_name_and_distance() {
    let project = project(&[&format!(
        "!ClientAppDto\nid: b8075fdb-ac4f-4c25-8f2a-2\nname: Portal\n---\n!ClientAppDto\nid: \
         {DASHBOARD}\nname: Dashboard\n---\n!ClientAppDto\nid: '{{{{guid:archive_store}}}}'\n"
    )]);
    let mean = |id: &str| -> Vec<String> {
        let keys = project.did_you_mean(&Id::new(id));
        keys.into_iter().map(|key| project.client(key).label().to_owned()).collect()
    };
    assert_eq!(mean(PORTAL), ["Portal"]);
    assert_eq!(mean("ff64b54e-3d4f-426d-ad1a-da30ebed78ba"), ["Dashboard"]);
    assert_eq!(mean("FF64B54E-3D4F"), ["Dashboard"]);
    assert_eq!(mean("dashboard"), ["Dashboard"]);
    assert_eq!(mean("{{guid:archive_stor}}"), ["{{guid:archive_store}}"]);
    assert_eq!(mean("2085a9ad-ac4f-4c25-8f2a-000000000000"), Vec::<String>::new());
    assert_eq!(mean("ff"), Vec::<String>::new());
}

#[test]
fn people_find_clients_by_id_or_name() {
    let project = project(&[
        "!ClientAppDto\nid: '{{guid:a}}'\nname: Portal\n---\n!ClientAppDto\nid: b\nname: \
         twin\n---\n!ClientAppDto\nid: c\nname: Twin\n---\n!ClientAppDto\nid: d\n---\n\
         !ClientAppDto\nid: d\n",
    ]);
    assert_eq!(project.find(" {{guid:a}} "), Ok(ClientKey(0)));
    assert_eq!(project.find("pORTAL"), Ok(ClientKey(0)));
    assert_eq!(project.find("b"), Ok(ClientKey(1)));
    assert_eq!(project.find("TWIN").unwrap_err(), "2 client apps are named TWIN; use the id: b, c");
    let twice = project.find("d").unwrap_err();
    assert_eq!(twice, "2 client apps have the id d: 0.yaml:14, 0.yaml:17");
    let near = project.find("Protal").unwrap_err();
    assert_eq!(near, "no client app has the id or name Protal; did you mean Portal?");
    assert_eq!(project.find("xyz").unwrap_err(), "no client app has the id or name xyz");
    assert!(project.find("").is_err());
}

#[test]
fn names_of_files_are_as_short_as_they_can_be_and_unique() {
    let named = |paths: &[Option<&str>]| -> Vec<String> {
        let source = |path: &Option<&str>| Source {
            path: path.map(Into::into),
            name: path.map_or("apps.yaml", |path| path.rsplit('/').next().unwrap()).to_owned(),
            bytes: Vec::new(),
        };
        let project = Project::from_sources(paths.iter().map(source).collect());
        project.files().iter().map(|file| file.name.clone()).collect()
    };
    assert_eq!(named(&[Some("/a/x.yaml"), Some("/a/y.yaml")]), ["x.yaml", "y.yaml"]);
    assert_eq!(named(&[Some("/a/x.yaml"), Some("/b/x.yaml")]), ["a/x.yaml", "b/x.yaml"]);
    assert_eq!(
        named(&[Some("/one/a/x.yaml"), Some("/two/a/x.yaml"), Some("/b/x.yaml")]),
        ["one/a/x.yaml", "two/a/x.yaml", "b/x.yaml"]
    );
    assert_eq!(named(&[None, None]), ["apps.yaml", "apps.yaml (2)"]);
}

#[test]
fn a_clone_shares_all_but_what_was_touched_since() {
    let client = |id: &str| format!("---\n!ClientAppDto\nid: {id}\nname: {id}\n");
    let mut project = project(&[&(client("a") + &client("b") + &client("c"))]);
    let before = project.clone();
    let change =
        Change::Set { client: ClientKey(1), key: "name".to_owned(), value: "B".to_owned() };
    project.apply(&change).unwrap();
    let shared = |at: usize| std::ptr::eq(&*before.clients()[at], &*project.clients()[at]);
    assert_eq!([shared(0), shared(1), shared(2)], [true, false, true]);
    assert_eq!(before.client(ClientKey(1)).label(), "b");
    assert_eq!((before.undo_label(), before.unsaved()), (None, vec![]));
    assert_eq!(project.client(ClientKey(1)).label(), "B");
}

/// What the model and its indexes say.
fn everything(project: &Project) -> String {
    let problems: Vec<_> = project.problems().collect();
    format!(
        "{:#?}\n{:#?}\n{problems:#?}\n{}",
        project.clients(),
        project.other_documents(),
        project.index.state()
    )
}

#[test]
fn what_stays_when_documents_move_is_as_if_read_afresh() {
    let rich = "!ClientAppDto\nid: '{{guid:r}}'\nname: Rich\nbase: &base {issuer: i, x: 1}\n\
                description: d\nisPublic: 1\nclientAppSecrets:\n- id: s\n  value: no\n  \
                expiresAt: 2020-01-01\n- *base\nclientAppRedirectUris: [http://a, {uri: b, id: \
                c}]\nclientAppScopes: [{id: q, scopeId: w, name: e}]\nroles: [{id: 1, role: R, \
                scopeId: 2}]\nmetadata: [{key: k, value: v}]\n\
                clientAppFederatedIdentities:\n- &one {id: e, issuer: i, subject: s}\n- *one\n\
                - <<: *base\n  subject: t\nallowedTokenExchangeClientApps: [{id: a}, {id: \
                b}, {id: gone}]\n";
    let client = |id: &str| {
        format!(
            "!ClientAppDto\nid: {id}\nname: '{{{{env:{id}}}}}'\nallowedTokenExchangeClientApps: \
             [{{id: a}}, {{id: '{{{{guid:r}}}}'}}]\n"
        )
    };
    let other = "!SubscriptionDto\nid: '{{guid:S}}'\nname: n\nstatus: on\ncustomerId: c\n\
                 more: &m {x: 1}\nother: *m\n";
    let first = [client("a"), rich.to_owned(), other.to_owned(), client("b"), client("a")];
    let second = [client("c"), "a: [\n".to_owned(), String::new(), client("a")];
    let texts = [first.join("---\n"), second.join("---\n")];
    let mut project = project(&[&texts[0], &texts[1]]);
    let afresh = |project: &Project| {
        let source = |file: &SourceFile| Source {
            path: None,
            name: file.name.clone(),
            bytes: file.stream.as_ref().unwrap().to_bytes(),
        };
        everything(&Project::from_sources(project.files().iter().map(source).collect()))
    };
    let (one, two) = (FileId(0), FileId(1));
    let moved = |file, document, to_file, to| Change::MoveDocument { file, document, to_file, to };
    let set = |file, document, name: &str| Change::Edit {
        file,
        document,
        op: crate::yaml::Op::Set {
            path: vec![crate::yaml::Step::Key("id".to_owned())],
            value: crate::yaml::Value::Text(name.to_owned()),
        },
        via: None,
    };
    let steps = [
        vec![Change::RemoveDocument { file: one, document: 0 }],
        vec![Change::AddDocument { file: one, at: 1, yaml: client("z") }],
        vec![moved(one, 4, one, 0)],
        vec![moved(one, 1, two, 0)],
        vec![moved(one, 0, one, 3), moved(two, 0, one, 1)],
        // Replaced, and then carried elsewhere before anything is read.
        vec![
            set(one, 2, "new"),
            Change::AddDocument { file: one, at: 0, yaml: other.replace("S}}", "T}}") },
            set(one, 1, "b"),
            moved(one, 3, one, 0),
            Change::RemoveDocument { file: one, document: 4 },
        ],
        vec![Change::Duplicate { file: one, document: 1 }, set(two, 0, "a")],
        vec![Change::Text { file: two, range: 0..0, with: client("y") + "---\n" }],
    ];
    let mut states = vec![everything(&project)];
    assert_eq!(states[0], afresh(&project));
    for (at, changes) in steps.iter().enumerate() {
        // A copy that goes on sharing must not be touched.
        let held = project.clone();
        project.apply_all(changes, "moved").unwrap_or_else(|error| panic!("{at}: {error}"));
        let now = everything(&project);
        assert_eq!(now, afresh(&project), "{at}");
        assert_eq!(everything(&held), states[at], "{at}");
        states.push(now);
    }
    for state in states.iter().rev().skip(1) {
        project.undo();
        assert_eq!(everything(&project), *state);
    }
    for state in states.iter().skip(1) {
        project.redo();
        assert_eq!(everything(&project), *state);
    }
}

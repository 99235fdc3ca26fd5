//! What is not known of a document, and what is wrong with it: said with its place, never lost, and
//! no reason not to read the rest.

use exchange_studio::config::{Entry, Field, FileId, Id, Part, Place, ProblemKind, Setting, Shape};
use exchange_studio::yaml::Step;

use super::reading_support::{at, key, kinds, one, problems};

// --- What is not understood -------------------------------------------------------------------

#[test]
fn unknown_entries_are_listed_with_place_and_path_wherever_they_are() {
    let (project, client) =
        one("requirePkce: true # ours\nallowedTokenExchangeClientApps:\n- id: b\n  note: x\n\
         clientAppFederatedIdentities:\n- {issuer: i, subject: s, audience: [a, b]}\nsecrets:\n- \
         {tokenLifetime: {days: 3}}\n1: one\n? [k]\n: v\nempty:");
    let listed: Vec<_> = client
        .unknown()
        .iter()
        .map(|it| {
            let source = |span| project.source(client.place_at(span));
            assert_eq!(at(&project, &it.path()), source(it.value_span()), "{it:?}");
            (source(it.key_span()), source(it.value_span()), it.is_top_level())
        })
        .collect();
    assert_eq!(
        listed,
        [
            ("requirePkce", "true", true),
            ("note", "x", false),
            ("audience", "[a, b]", false),
            ("tokenLifetime", "{days: 3}", false),
            ("1", "one", true),
            ("[k]", "v", true),
            ("empty", "", true),
        ]
    );
    assert_eq!(client.unknown()[5].key(), None);
    assert_eq!(kinds(&project), []);
}

#[test]
fn a_repeated_key_is_a_problem_and_stays_reachable() {
    let (project, client) =
        one("name: A\nname: B\nsecrets:\n- {id: s, id: t}\nother: {a: 1, a: 2}\n\
         allowedTokenExchangeClientApps:\n- {id: b, id: c}");
    assert_eq!(client.name.as_ref().unwrap().value, "A");
    assert_eq!(*client.secrets().unwrap()[0].id.as_ref().unwrap().value(), Id::new("s"));
    assert_eq!(kinds(&project), [ProblemKind::DuplicateKey; 4]);
    let repeated: Vec<_> = client.unknown().iter().filter(|it| it.repeats.is_some()).collect();
    let read: Vec<_> = repeated.iter().map(|it| at(&project, &it.path())).collect();
    assert_eq!(read, ["B", "t", "c"]);
    assert_eq!(repeated[0].path(), [Step::Index(2)]);
}

#[test]
fn a_field_in_two_spellings_is_a_contradiction_only_when_it_says_two_things() {
    let (project, client) = one("secrets:\n- {expiry: 2027-01-01, expiresAt: 2028-01-01}");
    let [(kind, line, message)] = problems(&project)[..] else { panic!("{project:?}") };
    assert_eq!((kind, line), (ProblemKind::Contradiction, 4));
    assert!(message.starts_with("expiry and expiresAt"), "{message}");
    assert_eq!(client.unknown()[0].repeats, Some("expiresAt"));
    assert_eq!(kinds(&one("secrets:\n- {expiry: 2027-01-01, expiresAt: 2027-01-01}").0), []);
    // Whether two secrets are the same is not looked at.
    let (project, _) = one("secrets:\n- {value: psst, hash: psst}");
    assert_eq!(kinds(&project), [ProblemKind::Contradiction]);
    assert!(!problems(&project)[0].2.contains("psst"));
}

#[test]
fn a_misspelt_key_has_a_near_one() {
    let (_, client) = one("isPublik: true\nsecrets:\n- {expiresat: 2027-01-01}\nforeign: 1");
    let meant: Vec<_> = client.unknown().iter().map(|it| it.meant()).collect();
    assert_eq!(meant, [Some("isPublic"), Some("expiresAt"), None]);
}

#[test]
fn entries_of_any_mapping_or_list_are_there_for_a_form() {
    let (project, _) = one("x: {a: [1, {b: 2}], c: }\nclientAppSecrets: [{value: v}]");
    let entries = |path: &[Step]| -> Vec<(Option<String>, Shape, String)> {
        let entries = project.entries(FileId(0), 0, path).into_iter();
        entries.map(|it: Entry| (it.key, it.shape, project.source(it.place).to_owned())).collect()
    };
    let named = |key: &str, shape, source: &str| (Some(key.to_owned()), shape, source.to_owned());
    assert_eq!(
        entries(&[key("x")]),
        [named("a", Shape::List(2), "[1, {b: 2}]"), named("c", Shape::Absent, "")]
    );
    assert_eq!(
        entries(&[key("x"), key("a")]),
        [(None, Shape::Text, "1".to_owned()), (None, Shape::Mapping(1), "{b: 2}".to_owned())]
    );
    assert_eq!(entries(&[key("x"), key("a"), Step::Index(1)]), [named("b", Shape::Text, "2")]);
    assert_eq!(entries(&[key("nowhere")]), []);
    assert_eq!(entries(&[key("x"), key("c")]), []);
    assert_eq!(project.entries(FileId(9), 0, &[]), []);
    let list = [key("clientAppSecrets"), Step::Index(0)];
    assert_eq!(project.entries(FileId(0), 0, &list)[0].field, Some(Field::Value));
}

#[test]
fn a_place_leads_back_to_its_path() {
    let (project, client) = one("secrets:\n- {id: s}\nx: {y: [1, {z: 2}]}");
    let secret = &client.secrets().unwrap()[0];
    let id = secret.id.as_ref().unwrap();
    assert_eq!(project.path(id.stated.place), Some(secret.at.path_to("id")));
    assert_eq!(project.path(client.place), Some(vec![]));
    let unknown = &client.unknown()[0];
    assert_eq!(project.path(client.place_at(unknown.value_span())), Some(unknown.path()));
    let nowhere = Place { document: 7, ..client.place };
    assert_eq!(project.path(nowhere), None);
    assert_eq!(project.text(nowhere), None);
}

// --- Wrong types ------------------------------------------------------------------------------

#[test]
fn a_list_or_mapping_in_the_place_of_a_text_is_a_problem_at_each_part() {
    for part in Part::all().filter(|part| !part.is_list() && *part != Part::Id) {
        for wrong in ["[x]", "{x: y}"] {
            let name = part.spellings()[0];
            let (project, _) = one(&format!("{name}: {wrong}"));
            let expected = match part {
                Part::Setting(setting) if setting.is_boolean() => ProblemKind::NotBoolean,
                // What a secret is made of is not looked at.
                Part::Secret => continue,
                _ => ProblemKind::WrongType,
            };
            assert_eq!(kinds(&project), [expected], "{name}: {wrong}");
            assert_eq!(problems(&project)[0].1, 3);
        }
    }
}

#[test]
fn a_text_or_mapping_in_the_place_of_a_list_is_a_problem_at_each_list() {
    for part in Part::all().filter(|part| part.is_list()) {
        for wrong in ["x", "{x: y}"] {
            if part == Part::Metadata && wrong != "x" {
                continue;
            }
            let name = part.spellings()[0];
            let (project, _) = one(&format!("{name}: {wrong}"));
            assert_eq!(kinds(&project), [ProblemKind::WrongType], "{name}: {wrong}");
        }
    }
}

#[test]
fn a_wrong_entry_is_a_problem_at_each_list_and_the_others_are_read() {
    for part in Part::all().filter(|part| part.is_list()) {
        let expected = match part {
            Part::Permissions => ProblemKind::EntryWithoutId,
            Part::Identities => ProblemKind::IncompleteIdentity,
            _ => ProblemKind::WrongType,
        };
        let name = part.spellings()[0];
        let (project, _) = one(&format!("{name}:\n- [x]\n-\n- {{id: ok}}"));
        let found: Vec<_> = problems(&project).iter().map(|it| (it.0, it.1)).collect();
        assert!(found.starts_with(&[(expected, 4), (expected, 5)]), "{name}: {found:?}");
        let entries = project.entries(FileId(0), 0, &[key(name)]);
        assert_eq!(entries.len(), 3, "{name}");
    }
}

#[test]
fn a_list_in_the_place_of_a_text_is_a_problem_at_each_field() {
    for part in Part::all().filter(|part| part.is_list()) {
        for field in part.fields() {
            // Values of secrets and of metadata may be anything.
            if field == Field::Value {
                continue;
            }
            let (list, name) = (part.spellings()[0], part.field_spellings(field)[0]);
            let (project, _) = one(&format!("{list}:\n- {name}: [x]"));
            let ignored = part == Part::Permissions && field == Field::Name;
            let found = problems(&project);
            let wrong = found.iter().any(|it| it.0 == ProblemKind::WrongType && it.1 == 4);
            assert_eq!(wrong, !ignored, "{list} {name}: {found:?}");
        }
    }
}

#[test]
fn a_date_that_is_none_is_a_problem() {
    for (text, fine) in [
        ("2027-01-31", true),
        ("2027-01-31T00:00:00Z", true),
        ("'{{env:END}}'", true),
        ("~", true),
        ("''", true),
        ("31.01.2027", false),
        ("never", false),
        ("2027-02-30", false),
    ] {
        for field in [Field::Expires, Field::Created] {
            for name in Part::Secrets.field_spellings(field) {
                let (project, _) = one(&format!("clientAppSecrets:\n- {name}: {text}"));
                let expected: &[_] = if fine { &[] } else { &[ProblemKind::NotADate] };
                assert_eq!(kinds(&project), expected, "{name}: {text}");
            }
        }
    }
}

#[test]
fn parts_that_cannot_both_be_meant_are_a_problem() {
    for body in [
        "isPublic: true\nclientAppSecrets: [{id: s}]",
        "isPublic: true\nsecret: x",
        "isRestricted: false\nauthorizedUsers: [{id: u}]",
        "isRestricted: no\nauthorizedGroups: [{id: u}]",
        "secrets: [{expires: 2026-01-01, created: 2027-01-01}]",
    ] {
        let (project, _) = one(body);
        assert_eq!(kinds(&project), [ProblemKind::Incompatible], "{body}");
    }
    for body in [
        "isPublic: true\nclientAppSecrets: []",
        "isPublic: false\nclientAppSecrets: [{id: s}]",
        "isRestricted: true\nauthorizedUsers: [{id: u}]",
        "authorizedUsers: [{id: u}]",
        "secrets: [{created: 2027-01-01}]",
        "secrets: [{expires: '{{env:END}}', created: 2027-01-01}]",
    ] {
        assert_eq!(kinds(&one(body).0), [], "{body}");
    }
}

#[test]
fn a_setting_may_be_a_placeholder() {
    let (project, client) = one("isPublic: '{{env:PUBLIC}}'\nenabled: {{env:ON}}");
    assert_eq!(client.flag(Setting::Public), None);
    assert_eq!(kinds(&project), []);
}

#[test]
fn texts_that_contradict_each_other_are_a_problem() {
    let (project, _) = one("clientUri: https://a\nclientUrl: https://b");
    assert_eq!(kinds(&project), [ProblemKind::Contradiction]);
    assert_eq!(kinds(&one("clientUri: https://a\nclientUrl: https://a").0), []);
    assert_eq!(kinds(&one("clientUri: https://a\nclientUrl: ~").0), []);
}

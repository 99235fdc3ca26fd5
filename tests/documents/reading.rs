//! What is read of client apps and other documents: every part in every spelling, what is wrong
//! with it, what is shared, what is not known, and placeholders.

use exchange_studio::config::{
    ClientApp, ClientKey, DocumentKind, Entry, Field, FileId, Id, Part, Place, ProblemKind,
    Project, Purpose, Setting, Shape, SharedBy, Source, Withheld,
};
use exchange_studio::yaml::{Op, Step, Value, Via};

const A: ClientKey = ClientKey(0);

fn project(texts: &[&str]) -> Project {
    let source = |(at, text): (usize, &&str)| Source {
        path: None,
        name: format!("{at}.yaml"),
        bytes: text.as_bytes().to_vec(),
    };
    Project::from_sources(texts.iter().enumerate().map(source).collect())
}

fn one(body: &str) -> (Project, ClientApp) {
    let project = project(&[&format!("!ClientAppDto\nid: a\n{body}\n")]);
    let client = project.client(A).clone();
    (project, client)
}

fn kinds(project: &Project) -> Vec<ProblemKind> {
    project.problems().map(|problem| problem.kind).collect()
}

/// Problems with the line they are on and the sentence they say.
fn problems(project: &Project) -> Vec<(ProblemKind, usize, &str)> {
    let line = |place: Place| project.position(place).line;
    project.problems().map(|it| (it.kind, line(it.place), it.message.as_str())).collect()
}

fn key(name: &str) -> Step {
    Step::Key(name.to_owned())
}

/// What a path leads to, as it is written; the proof that a path is right.
fn at<'p>(project: &'p Project, path: &[Step]) -> &'p str {
    let (last, way) = path.split_last().unwrap();
    let entries = project.entries(FileId(0), 0, way);
    let entry = entries.iter().find(|entry| entry.path.last() == Some(last));
    project.source(entry.unwrap_or_else(|| panic!("nothing at {path:?}")).place)
}

// --- Parts and spellings ----------------------------------------------------------------------

/// A value that a list can hold for a field, with what makes it a legal one.
fn sample(field: Field) -> &'static str {
    match field {
        Field::Expires | Field::Created => "2027-01-31",
        Field::Uri => "https://a.example/cb",
        _ => "x1",
    }
}

#[test]
fn each_list_is_read_in_each_spelling_of_its_key_and_of_its_fields() {
    for part in Part::all().filter(|part| part.is_list()) {
        for list in part.spellings() {
            for field in part.fields() {
                for name in part.field_spellings(field) {
                    let (project, client) = one(&format!("{list}:\n  - {name}: {}", sample(field)));
                    assert_eq!(client.key_of(part), Some(*list), "{list} {name}");
                    assert_eq!(client.unknown(), [], "{list} {name}");
                    let path = [key(list), Step::Index(0), key(name)];
                    assert_eq!(at(&project, &path), sample(field));
                    let entries = project.entries(FileId(0), 0, &path[..2]);
                    assert_eq!(entries[0].field, Some(field), "{list} {name}");
                    assert!(
                        kinds(&project).iter().all(|kind| matches!(
                            kind,
                            // An entry that states only its description names nobody.
                            ProblemKind::EntryWithoutId
                                | ProblemKind::IncompleteIdentity
                                | ProblemKind::WrongType
                        )),
                        "{list} {name}: {:?}",
                        problems(&project)
                    );
                }
            }
        }
    }
}

#[test]
fn each_scalar_part_is_read_in_each_spelling_of_its_key() {
    for part in Part::all().filter(|part| !part.is_list() && *part != Part::Id) {
        for name in part.spellings() {
            let (project, client) = one(&format!("{name}: true"));
            assert_eq!(client.key_of(part), Some(*name));
            assert_eq!(client.unknown(), [], "{name}");
            assert_eq!(kinds(&project), [], "{name}");
            assert_eq!(project.entries(FileId(0), 0, &[])[1].part, Some(part));
        }
    }
}

#[test]
fn secrets_are_read_without_their_values() {
    let (project, client) = one(
        "clientAppSecrets:\n  - id: s1\n    name: main\n    description: for the batch\n    type: \
         SharedSecret\n    value: hush-hush\n    expiresAt: 2027-01-31\n    createdAt: \
         \"2026-01-31T10:00:00Z\"\n  - value: '{{secret:portal}}'\n    expiry: '{{env:END}}'\n  - \
         value:\n  - tell-nobody\nsecret: psst",
    );
    let secrets = client.secrets().unwrap();
    assert_eq!(secrets.len(), 5);
    let first = &secrets[0];
    assert_eq!(*first.id.as_ref().unwrap().value(), Id::new("s1"));
    assert_eq!(first.name.as_ref().unwrap().value(), "main");
    assert_eq!(first.description.as_ref().unwrap().value(), "for the batch");
    assert_eq!(first.kind.as_ref().unwrap().value(), "SharedSecret");
    let expires = first.expires.as_ref().unwrap();
    assert_eq!((expires.key, expires.value().text.as_str()), ("expiresAt", "2027-01-31"));
    let moment = expires.value().moment.unwrap();
    assert!(moment.is_day && moment.seconds == 1_801_353_600);
    assert!(first.created.as_ref().unwrap().value().moment.unwrap() < moment);
    assert_eq!(at(&project, &first.at.path_to(expires.key)), "2027-01-31");
    let forms: Vec<_> = secrets.iter().map(|it| it.value.as_ref().map(|v| *v.value())).collect();
    assert_eq!(
        forms,
        [
            Some(Withheld::Something),
            Some(Withheld::Placeholder),
            Some(Withheld::Empty),
            Some(Withheld::Something),
            Some(Withheld::Something)
        ]
    );
    assert_eq!(secrets[1].expires.as_ref().unwrap().value().moment, None);
    assert_eq!(secrets[3].at.path(), [key("clientAppSecrets"), Step::Index(3)]);
    assert_eq!((secrets[4].at.part, secrets[4].at.path()), (Part::Secret, vec![key("secret")]));
    assert_eq!(kinds(&project), []);
    let everything = format!("{client:?}{:?}", project.problems().collect::<Vec<_>>());
    for secret in ["hush", "tell-nobody", "psst"] {
        assert!(!everything.contains(secret), "{secret}");
    }
}

#[test]
fn what_is_not_stated_is_told_from_what_is_empty() {
    let (_, client) = one("name: A");
    assert_eq!(client.secrets(), None);
    assert!(!client.states(Part::Scopes));
    for empty in ["", " []", " ~"] {
        let (project, client) = one(&format!("clientAppSecrets:{empty}\nscopes:{empty}"));
        assert_eq!(client.secrets(), Some(&[][..]), "{empty}");
        assert!(client.states(Part::Scopes) && client.attached().is_empty());
        assert_eq!(kinds(&project), []);
    }
    let (_, client) = one("secret:");
    assert_eq!(client.secrets(), Some(&[][..]));
}

#[test]
fn redirect_uris_are_read_with_their_purpose() {
    let (project, client) =
        one("clientAppLoginRedirectUris:\n- uri: https://a/in\n- https://b/in\n\
         clientAppLogoutRedirectUris: [{id: u, uri: https://a/out}]\nredirectUris:\n- {uri: \
         https://c, type: Login}");
    let read: Vec<_> = client
        .redirect_uris()
        .iter()
        .map(|it| (it.purpose(), it.uri.as_ref().unwrap().value().as_str()))
        .collect();
    assert_eq!(
        read,
        [
            (Purpose::Login, "https://a/in"),
            (Purpose::Login, "https://b/in"),
            (Purpose::Logout, "https://a/out"),
            (Purpose::NotStated, "https://c")
        ]
    );
    let uris = client.redirect_uris();
    assert_eq!(uris[3].kind.as_ref().unwrap().value(), "Login");
    assert_eq!(
        at(&project, &uris[0].at.path_to(uris[0].uri.as_ref().unwrap().key)),
        "https://a/in"
    );
    assert_eq!(uris[1].uri.as_ref().unwrap().key, "", "the entry is the value");
    assert_eq!(at(&project, &uris[1].at.path()), "https://b/in");
    assert_eq!(kinds(&project), []);
}

#[test]
fn what_is_attached_is_read_by_id_by_target_by_name_and_bare() {
    let (project, client) =
        one("clientAppResources:\n- {id: r1, resourceId: '{{guid:api}}'}\n- resource: {id: \
         '{{guid:api}}'}\nscopes: [openid, '{{guid:scope}}', {name: profile}]\n\
         authorizedUsers: [{userId: u1}]\nauthorizedGroups:\n- id: g1\nclientAppClaimRules: [{id: \
         c1, name: strip}]\nisRestricted: true");
    let read: Vec<_> =
        client.attached().iter().map(|it| (it.at.part, it.label().unwrap())).collect();
    assert_eq!(
        read,
        [
            (Part::Resources, "{{guid:api}}"),
            (Part::Resources, "{{guid:api}}"),
            (Part::Scopes, "openid"),
            (Part::Scopes, "{{guid:scope}}"),
            (Part::Scopes, "profile"),
            (Part::Users, "u1"),
            (Part::Groups, "g1"),
            (Part::ClaimRules, "strip"),
        ]
    );
    assert_eq!(client.attached_in(Part::Scopes).count(), 3);
    assert_eq!(client.attached()[3].what(), Some(&Id::new("{{guid:scope}}")));
    assert_eq!(client.attached()[0].id.as_ref().unwrap().value().as_str(), "r1");
    assert_eq!(kinds(&project), []);
}

#[test]
fn roles_are_read() {
    let (project, client) =
        one("roleAssignments:\n- {role: SystemAdmin, subscriptionId: s}\n- TenantAdmin\n- name: \
         UserAdmin");
    let roles: Vec<_> =
        client.roles().iter().map(|it| it.role.as_ref().unwrap().value().as_str()).collect();
    assert_eq!(roles, ["SystemAdmin", "TenantAdmin", "UserAdmin"]);
    assert_eq!(*client.roles()[0].target.as_ref().unwrap().value(), Id::new("s"));
    assert_eq!(kinds(&project), []);
}

#[test]
fn metadata_is_read_as_a_list_and_as_a_mapping() {
    for (body, path) in [
        ("metadata:\n- key: owner\n  value: team a", vec![Step::Index(0), key("value")]),
        ("metadata:\n  owner: team a", vec![key("owner")]),
        ("metadata: {owner: team a}", vec![key("owner")]),
    ] {
        let (project, client) = one(body);
        let metadata = &client.metadata()[0];
        assert_eq!(metadata.key.as_ref().unwrap().value, "owner");
        assert_eq!(project.text(metadata.value.unwrap()), Some("team a"));
        let expected: Vec<Step> = std::iter::once(key("metadata")).chain(path).collect();
        assert_eq!(metadata.value_path(), expected, "{body}");
        assert_eq!(at(&project, &metadata.value_path()), "team a");
        assert_eq!(kinds(&project), [], "{body}");
        assert!(!format!("{client:?}").contains("team a"), "it may be a secret");
    }
}

#[test]
fn the_subscription_is_an_id_or_a_mapping_with_one() {
    for body in ["subscriptionId: s", "subscription: {id: s}", "subscription: s"] {
        let (project, client) = one(body);
        assert_eq!(client.subscription.as_ref().unwrap().value, Id::new("s"), "{body}");
        assert_eq!(kinds(&project), []);
    }
    let (project, client) = one("subscriptionId: s\nsubscription: {id: t}");
    assert_eq!(client.subscription.as_ref().unwrap().value, Id::new("s"));
    assert_eq!(kinds(&project), [ProblemKind::Contradiction]);
    let (project, _) = one("subscription: {name: t}");
    assert_eq!(kinds(&project), [ProblemKind::WrongType]);
}

#[test]
fn the_spelling_to_write_is_the_clients_then_the_projects_then_the_likeliest() {
    let client = |id: &str, more: &str| format!("---\n!ClientAppDto\nid: {id}\n{more}\n");
    let project = project(&[&(client("a", "isEnabled: true\nsecrets: [{expiry: 2027-01-01}]")
        + &client("b", "isEnabled: true\nclientAppSecrets:\n- validTo: 2027-01-01")
        + &client("c", "enabled: true\nsecrets: []")
        + &client("d", ""))]);
    let spelled = |project: &Project, client: usize| {
        let client = project.client(ClientKey(client));
        (
            project.spelling(client, Part::Setting(Setting::Enabled)),
            project.spelling(client, Part::Secrets),
            project.field_spelling(client, Part::Secrets, Field::Expires),
            project.spelling(client, Part::Scopes),
        )
    };
    assert_eq!(spelled(&project, 0), ("isEnabled", "secrets", "expiry", "clientAppScopes"));
    assert_eq!(spelled(&project, 1).1, "clientAppSecrets");
    assert_eq!(spelled(&project, 2), ("enabled", "secrets", "expiry", "clientAppScopes"));
    assert_eq!(spelled(&project, 3), ("isEnabled", "secrets", "expiry", "clientAppScopes"));
    assert_eq!(project.field_spelling(project.client(A), Part::Secrets, Field::Issuer), "");
}

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

// --- Aliases and merge keys -------------------------------------------------------------------

#[test]
fn merge_keys_are_applied_own_keys_first_then_in_order() {
    let (project, client) = one(
        "base: &base {enabled: true, isPublic: false, name: Base}\nother: &other {name: Other, \
         clientUri: https://o, <<: *deep}\ndeep: &deep {logoUri: https://d, name: Deep}\n\
         <<: [*base, *other]\nisPublic: true",
    );
    // The anchor `deep` comes after its alias, so that one is dangling.
    assert_eq!(logo(&client), None);
    assert_eq!(client.name.as_ref().unwrap().value, "Base");
    assert!(client.flag(Setting::Public).unwrap().value, "its own key wins");
    assert!(client.flag(Setting::Enabled).unwrap().value);
    assert_eq!(client.setting(Setting::ClientUri).unwrap().text, "https://o");
    assert_eq!(kinds(&project), [ProblemKind::WrongType, ProblemKind::MergeKey]);
}

fn logo(client: &ClientApp) -> Option<&str> {
    client.setting(Setting::LogoUri).map(|it| it.text.as_str())
}

#[test]
fn merged_mappings_can_merge_others() {
    let (_, client) =
        one("deep: &deep {logoUri: https://d, clientUri: https://d}\nbase: &base {<<: *deep, \
         clientUri: https://b}\n<<: *base");
    assert_eq!(logo(&client), Some("https://d"));
    assert_eq!(client.setting(Setting::ClientUri).unwrap().text, "https://b");
}

#[test]
fn what_is_merged_or_aliased_knows_it_and_where_it_comes_from() {
    let (project, client) =
        one("base: &base\n  enabled: true\n  name: &n Base\n<<: *base\nclientUri: *n\nplain: 1\n\
         <<: {logoUri: https://l}");
    let enabled = client.flag(Setting::Enabled).unwrap();
    let shared = enabled.shared.as_deref().unwrap();
    assert_eq!((shared.by, shared.anchor.as_deref()), (SharedBy::Merge, Some("base")));
    assert!(project.source(shared.place).starts_with("enabled: true"));
    assert_eq!(project.source(enabled.place), "true");
    assert_eq!(project.path(enabled.place), Some(vec![key("base"), key("enabled")]));
    let uri = client.setting(Setting::ClientUri).unwrap();
    let shared = uri.shared.as_deref().unwrap();
    assert_eq!((shared.by, shared.anchor.as_deref()), (SharedBy::Alias, Some("n")));
    assert_eq!((project.source(uri.place), project.source(shared.place)), ("*n", "Base"));
    let logo = client.setting(Setting::LogoUri).unwrap().shared.as_deref().unwrap();
    assert_eq!((logo.by, logo.anchor.as_deref()), (SharedBy::Merge, None));
    assert_eq!(client.id.as_ref().unwrap().shared, None);
    let entries = project.entries(FileId(0), 0, &[]);
    let merged = entries.iter().find(|it| it.key.as_deref() == Some("enabled")).unwrap();
    assert_eq!(merged.path, [key("enabled")]);
    assert!(merged.shared.is_some());
    assert_eq!(entries.iter().filter(|it| it.merges).count(), 2);
    // The path of what is merged is one that an edit understands.
    let document = project.document(FileId(0), 0).unwrap();
    let op = Op::Set { path: merged.path.clone(), value: Value::Text("false".to_owned()) };
    assert!(document.edit(&op).is_err());
    let own = document.edit_via(&op, Via::Own).unwrap();
    assert!(own.text().contains("enabled: false") && own.text().contains("enabled: true"));
}

#[test]
fn lists_and_entries_behind_aliases_are_read_and_noted() {
    let (project, client) =
        one("trust: &trust\n- id: b\n- &c {id: c}\nallowedTokenExchangeClientApps: *trust\n\
         clientAppFederatedIdentities:\n- &i {issuer: i, subject: s}\n- <<: *i\n  subject: t");
    let ids: Vec<_> =
        client.permissions.iter().map(|it| it.id.as_ref().unwrap().as_str()).collect();
    assert_eq!(ids, ["b", "c"]);
    let shared = client.permissions[0].shared.as_deref().unwrap();
    assert_eq!(shared.anchor.as_deref(), Some("trust"));
    assert_eq!(client.identities[1].pair(), Some(("i", "t")));
    assert!(client.identities[1].issuer.as_ref().unwrap().shared.is_some());
    assert_eq!(client.identities[1].subject.as_ref().unwrap().shared, None);
    assert_eq!(kinds(&project), [ProblemKind::SharedTrust, ProblemKind::MergeKey]);
}

#[test]
fn a_quoted_merge_key_is_a_key_and_a_wrong_one_is_a_problem() {
    let (project, client) = one("'<<': {enabled: true}");
    assert_eq!(client.flag(Setting::Enabled), None);
    assert_eq!(client.unknown()[0].key(), Some("<<"));
    assert_eq!(kinds(&project), []);
    for wrong in ["<<: text", "<<: [text]", "<<: [[{enabled: true}]]", "<<:", "<<: *gone"] {
        let (project, client) = one(wrong);
        assert_eq!(client.flag(Setting::Enabled), None, "{wrong}");
        assert!(kinds(&project).contains(&ProblemKind::WrongType), "{wrong}");
    }
}

#[test]
fn a_mapping_that_merges_itself_and_bombs_of_aliases_end() {
    let (project, client) = one("base: &base {enabled: true, <<: *base}\n<<: *base");
    assert!(client.flag(Setting::Enabled).unwrap().value);
    assert!(kinds(&project).contains(&ProblemKind::MergeKey));
    // A thousand entries of a thousand keys each.
    let keys: String = (0..1_000).map(|at| format!("k{at}: 1, ")).collect();
    let many = "- *big\n".repeat(1_000);
    let (project, client) =
        one(&format!("big: &big {{{keys}id: b}}\nallowedTokenExchangeClientApps:\n{many}"));
    assert_eq!(client.permissions.len(), 1_000);
    assert!(kinds(&project).contains(&ProblemKind::TooMuchShared));
    assert!(client.unknown().len() <= 100_001);
    let mut bomb = "l0: &l0 {a: 1}\n".to_owned();
    for level in 1..40 {
        let one = format!("*l{}, ", level - 1);
        bomb += &format!("l{level}: &l{level} {{<<: [{}]}}\n", one.repeat(9));
    }
    let (_, client) = one(&format!("{bomb}<<: *l39"));
    assert!(client.unknown().iter().any(|it| it.key() == Some("a")));
}

// --- Placeholders -----------------------------------------------------------------------------

#[test]
fn placeholders_of_any_kind_are_found_in_any_text() {
    let project = project(&[
        "!ClientAppDto\nid: '{{guid:a}}'\nname: \"{{ env:STAGE }} portal {{env:STAGE}}\"\n\
         '{{key}}': 1 # {{guid:comment}}\nclientUri: https://{{env:HOST}}/x\ntext: |\n  {{file:\
         x}}\nraw: {{guid:b}}\nescaped: \"\\x7b{secret:s}}\"\n---\n!SubscriptionDto\nid: \
         '{{guid:a}}'\n",
    ]);
    let client = project.client(A);
    let found: Vec<_> = client
        .placeholders()
        .iter()
        .map(|it| (it.key().to_owned(), project.source(client.place_at(it.span()))))
        .collect();
    let expected = [
        ("guid:a", "{{guid:a}}"),
        ("env:STAGE", "{{ env:STAGE }}"),
        ("env:STAGE", "{{env:STAGE}}"),
        ("key", "{{key}}"),
        ("env:HOST", "{{env:HOST}}"),
        ("file:x", "{{file:x}}"),
        ("guid:b", "{{guid:b}}"),
        ("secret:s", "\"\\x7b{secret:s}}\""),
    ];
    assert_eq!(found, expected.map(|(key, source)| (key.to_owned(), source)));
    let lines = |kind: &str, name: &str| -> Vec<usize> {
        let uses = project.placeholder_uses(kind, name).into_iter();
        uses.map(|it| project.position(it.place).line).collect()
    };
    assert_eq!(lines("guid", "a"), [2, 12]);
    assert_eq!(lines("env", "STAGE"), [3, 3]);
    assert_eq!(lines("", "key"), [4]);
    assert_eq!(lines("env", "a"), [] as [usize; 0]);
    assert_eq!(project.placeholders_like("STAGE ").len(), 2);
    assert_eq!(project.placeholder_groups().count(), 7);
}

// --- Other documents --------------------------------------------------------------------------

#[test]
fn other_documents_are_read_as_far_as_they_are_known() {
    let project = project(&[
        "!SubscriptionDto\nid: s\nname: S\nstatus: active\ncustomerId: c\nquota: 5\n---\n\
         !RoleAssignmentDto\nid: r\nclientAppId: a\ntenantId: t\nroleName: SystemAdmin\n---\n\
         !OddDto\nid: [1]\nname: {a: b}\nsomethingId: x\nstatus: [1]\n---\n!TenantDto\nid: [1]\n\
         name: {a: b}\n",
    ]);
    let others: Vec<_> = project.other_documents().iter().collect();
    let [subscription, role, odd, tenant] = others[..] else { panic!() };
    assert_eq!(subscription.kind, DocumentKind::Subscription);
    assert_eq!(subscription.status.as_ref().unwrap().value, "active");
    assert_eq!(subscription.customer.as_ref().unwrap().value, Id::new("c"));
    assert_eq!(subscription.unknown[0].key(), Some("quota"));
    assert_eq!(subscription.label(), "S");
    let parents: Vec<_> = role.parents.iter().map(|it| (&*it.key, it.id.value.as_str())).collect();
    assert_eq!(parents, [("clientAppId", "a"), ("tenantId", "t")]);
    assert_eq!(odd.kind, DocumentKind::Other);
    let unknown: Vec<_> = odd.unknown.iter().filter_map(|it| it.key()).collect();
    assert_eq!(unknown, ["id", "name", "status"]);
    assert_eq!((tenant.kind, tenant.label()), (DocumentKind::Tenant, "!TenantDto"));
    let found: Vec<_> = problems(&project).iter().map(|it| (it.0, it.1)).collect();
    assert_eq!(found, [(ProblemKind::WrongType, 21), (ProblemKind::WrongType, 22)]);
    assert_eq!(project.documents_of(DocumentKind::Tenant).count(), 1);
    let entries = project.entries(FileId(0), 2, &[key("name")]);
    assert_eq!(entries[0].key.as_deref(), Some("a"));
}

//! What is read of client apps: every part in every spelling, with placeholders, and what is read of
//! the documents beside them.

use exchange_studio::config::{
    ClientKey, DocumentKind, Field, FileId, Id, Part, ProblemKind, Project, Purpose, Setting,
    Withheld,
};
use exchange_studio::yaml::Step;

use super::reading_support::{A, at, key, kinds, one, problems, project};

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

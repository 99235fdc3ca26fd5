//! What stands in a client app by an alias or a merge key: read as if it stood there, and known to
//! come from elsewhere.

use exchange_studio::config::{ClientApp, FileId, ProblemKind, Setting, SharedBy};
use exchange_studio::yaml::{Op, Value, Via};

use super::reading_support::{key, kinds, one};

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

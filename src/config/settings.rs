//! The parts of a client app that the studio knows, and how files may spell them.
//!
//! Only the labels are public; most keys are inferred from them (the property in camel case, lists
//! with the owner's prefix, some flags with `is` before them). So every spelling the studio
//! understands stands in this one table, for the keys of a client app and for those of the entries
//! of its lists. A part whose key is not found is *not stated*: never false. A key that is not in
//! the table is kept and listed as it is.

use std::sync::LazyLock;

/// A setting of a client app that the studio knows, whatever spelling the file uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Setting {
    /// Logging in is refused when false.
    Enabled,
    /// A public client (RFC 6749 §2.1): it keeps no credential.
    Public,
    /// Only assigned users and groups may log in.
    Restricted,
    IncludeGroupsClaims,
    /// Usable outside the subscription it was created in.
    AllowCrossSubscription,
    /// Only listed resources are granted.
    ResourceFilter,
    /// Only listed scopes are granted.
    ScopeFilter,
    AccessGrantConsent,
    LogoutConsent,
    ClientUri,
    LogoUri,
}

/// A part of a client app that the studio knows: what a top-level key says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    Setting(Setting),
    Id,
    Name,
    Description,
    /// The subscription it belongs to: its id, or a mapping with one.
    Subscription,
    /// Whom it is connected with by exchange.
    Permissions,
    /// External identities that stand for it.
    Identities,
    /// A secret directly under the client app.
    Secret,
    Secrets,
    LoginRedirectUris,
    LogoutRedirectUris,
    /// Redirect URIs whose purpose the key does not say.
    RedirectUris,
    Resources,
    Scopes,
    /// Keys and values for people and programs outside.
    Metadata,
    /// Who may log in when it is restricted.
    Users,
    Groups,
    /// What it may do in the administration of the identity system.
    Roles,
    ClaimRules,
    IdpInstances,
    TwoFactorInstances,
    CustomViews,
    CustomAssets,
}

/// What a key within an entry of a list says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// The id of the entry itself or, in a list of references, of what it names.
    Id,
    /// What the entry names, when it has an id of its own beside it.
    Target,
    Name,
    Description,
    Issuer,
    Subject,
    /// A kind that the entry states of itself.
    Type,
    Key,
    /// Never read where it is the value of a secret.
    Value,
    Uri,
    Expires,
    Created,
    Role,
}

/// What the values of a part are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Values {
    Boolean,
    Text,
    List,
}

type Fields = &'static [(Field, &'static [&'static str])];

/// One line of the table.
struct Known {
    part: Part,
    label: &'static str,
    values: Values,
    /// The likeliest first.
    spellings: &'static [&'static str],
    /// For a list: the keys of its entries.
    fields: Fields,
}

const fn flag(setting: Setting, label: &'static str, spellings: &'static [&'static str]) -> Known {
    Known { part: Part::Setting(setting), label, values: Values::Boolean, spellings, fields: &[] }
}

const fn text(part: Part, label: &'static str, spellings: &'static [&'static str]) -> Known {
    Known { part, label, values: Values::Text, spellings, fields: &[] }
}

const fn list(
    part: Part,
    label: &'static str,
    spellings: &'static [&'static str],
    fields: Fields,
) -> Known {
    Known { part, label, values: Values::List, spellings, fields }
}

const URI_FIELDS: Fields = &[
    (Field::Id, &["id"]),
    (
        Field::Uri,
        &[
            "uri",
            "url",
            "redirectUri",
            "redirectUrl",
            "loginRedirectUri",
            "logoutRedirectUri",
            "postLogoutRedirectUri",
            "value",
        ],
    ),
    (Field::Type, &["type", "redirectUriType", "kind"]),
    (Field::Name, &["name"]),
    (Field::Description, &["description"]),
];

const REFERENCE_FIELDS: Fields =
    &[(Field::Id, &["id"]), (Field::Name, &["name"]), (Field::Description, &["description"])];

/// The one table of spellings; the settings first, in their order.
const TABLE: [Known; 33] = {
    use self::Setting::*;
    use Part::{Setting as Flag, *};
    [
        flag(Enabled, "Enabled", &["enabled", "isEnabled"]),
        flag(Public, "Is public", &["isPublic", "public"]),
        flag(Restricted, "Is restricted", &["isRestricted", "restricted"]),
        flag(
            IncludeGroupsClaims,
            "Include groups claims",
            &["includeGroupsClaims", "includeGroupClaims"],
        ),
        flag(
            AllowCrossSubscription,
            "Allow cross subscription",
            &["allowCrossSubscription", "isCrossSubscriptionAllowed"],
        ),
        flag(
            ResourceFilter,
            "Resource filter",
            &["resourceFilter", "resourceFilterEnabled", "enableResourceFilter"],
        ),
        flag(
            ScopeFilter,
            "Scope filter",
            &["scopeFilter", "scopeFilterEnabled", "enableScopeFilter"],
        ),
        text(
            Flag(AccessGrantConsent),
            "Access grant consent",
            &["accessGrantConsent", "accessGrantConsentType"],
        ),
        text(Flag(LogoutConsent), "Logout consent", &["logoutConsent", "logoutConsentType"]),
        text(Flag(ClientUri), "Client URI", &["clientUri", "clientUrl"]),
        text(Flag(LogoUri), "Logo URI", &["logoUri", "logoUrl"]),
        text(Id, "Id", &["id"]),
        text(Name, "Name", &["name"]),
        text(Description, "Description", &["description"]),
        text(Subscription, "Subscription", &["subscriptionId", "subscription"]),
        list(
            Permissions,
            "Allowed token exchange",
            &[super::PERMISSIONS],
            &[(Field::Id, &["id"]), (Field::Name, &["name"])],
        ),
        list(
            Identities,
            "Federated identities",
            &[super::IDENTITIES],
            &[
                (Field::Id, &["id"]),
                (Field::Issuer, &["issuer"]),
                (Field::Subject, &["subject"]),
                (Field::Name, &["name"]),
                (Field::Description, &["description"]),
            ],
        ),
        text(Secret, "Secret", &["secret", "clientSecret"]),
        list(
            Secrets,
            "Secrets",
            &[super::SECRETS, "clientSecrets", "secrets"],
            &[
                (Field::Id, &["id"]),
                (Field::Name, &["name", "displayName"]),
                (Field::Description, &["description"]),
                (Field::Type, &["type", "secretType", "kind"]),
                (
                    Field::Value,
                    &[
                        "value",
                        "secret",
                        "secretValue",
                        "clientSecret",
                        "hash",
                        "hashedValue",
                        "secretHash",
                        "valueHash",
                        "text",
                    ],
                ),
                (
                    Field::Expires,
                    &[
                        "expiresAt",
                        "expirationDate",
                        "expiration",
                        "expiryDate",
                        "expiry",
                        "expires",
                        "expiresOn",
                        "validTo",
                        "validUntil",
                        "notAfter",
                        "endDate",
                    ],
                ),
                (
                    Field::Created,
                    &["createdAt", "created", "createdOn", "createdDate", "creationDate"],
                ),
            ],
        ),
        list(
            LoginRedirectUris,
            "Login redirect URIs",
            &["clientAppLoginRedirectUris", "loginRedirectUris"],
            URI_FIELDS,
        ),
        list(
            LogoutRedirectUris,
            "Logout redirect URIs",
            &[
                "clientAppLogoutRedirectUris",
                "logoutRedirectUris",
                "clientAppPostLogoutRedirectUris",
                "postLogoutRedirectUris",
            ],
            URI_FIELDS,
        ),
        list(RedirectUris, "Redirect URIs", &["clientAppRedirectUris", "redirectUris"], URI_FIELDS),
        list(
            Resources,
            "Resources",
            &["clientAppResources", "resources", "allowedResources"],
            &[
                (Field::Id, &["id"]),
                (Field::Target, &["resourceId"]),
                (Field::Name, &["name", "resource", "resourceName"]),
                (Field::Description, &["description"]),
            ],
        ),
        list(
            Scopes,
            "Scopes",
            &["clientAppScopes", "scopes", "allowedScopes"],
            &[
                (Field::Id, &["id"]),
                (Field::Target, &["scopeId"]),
                (Field::Name, &["name", "scope", "scopeName"]),
                (Field::Description, &["description"]),
            ],
        ),
        list(
            Metadata,
            "Metadata",
            &["metadata", "clientAppMetadata", "metaData"],
            &[
                (Field::Id, &["id"]),
                (Field::Key, &["key", "name"]),
                (Field::Value, &["value"]),
                (Field::Description, &["description"]),
            ],
        ),
        list(
            Users,
            "Authorized users",
            &[
                "authorizedUsers",
                "authorizedProAuthUsers",
                "clientAppAuthorizedUsers",
                "clientAppUsers",
                "allowedUsers",
            ],
            &[
                (Field::Id, &["id"]),
                (Field::Target, &["userId", "proAuthUserId", "applicationUserId"]),
                (Field::Name, &["name", "userName", "email"]),
            ],
        ),
        list(
            Groups,
            "Authorized groups",
            &[
                "authorizedGroups",
                "authorizedProAuthGroups",
                "clientAppAuthorizedGroups",
                "clientAppGroups",
                "allowedGroups",
            ],
            &[
                (Field::Id, &["id"]),
                (Field::Target, &["groupId", "proAuthGroupId", "applicationGroupId"]),
                (Field::Name, &["name", "groupName"]),
            ],
        ),
        list(
            Roles,
            "Roles",
            &[
                "clientAppRoleAssignments",
                "roleAssignments",
                "clientAppRoles",
                "proAuthRoles",
                "roles",
            ],
            &[
                (Field::Id, &["id"]),
                (Field::Role, &["role", "roleName", "proAuthRole"]),
                (Field::Name, &["name"]),
                (Field::Target, &["scopeId", "subscriptionId", "customerId", "tenantId", "roleId"]),
                (Field::Description, &["description"]),
            ],
        ),
        list(ClaimRules, "Claim rules", &["clientAppClaimRules", "claimRules"], REFERENCE_FIELDS),
        list(
            IdpInstances,
            "Identity provider instances",
            &["clientAppIdpInstances", "idpInstances"],
            REFERENCE_FIELDS,
        ),
        list(
            TwoFactorInstances,
            "Two-factor instances",
            &["clientAppTwoFactorInstances", "twoFactorInstances"],
            REFERENCE_FIELDS,
        ),
        list(
            CustomViews,
            "Custom views",
            &["clientAppCustomViews", "customViews"],
            REFERENCE_FIELDS,
        ),
        list(
            CustomAssets,
            "Custom assets",
            &["clientAppCustomAssets", "customAssets"],
            REFERENCE_FIELDS,
        ),
    ]
};

/// One spelling of one part, or of one field of one list; a line of the table and a key. Small, so
/// that a client app can note which spellings it uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Spelling(u16);

/// The table as it is searched, in the order of [`Spelling`].
struct Spelled {
    key: &'static str,
    part: Part,
    /// `None` for the key of the part itself.
    field: Option<Field>,
}

struct Spellings {
    all: Vec<Spelled>,
    /// Keys of parts, sorted by key.
    parts: Vec<Spelling>,
    /// Keys of fields, sorted by part and key.
    fields: Vec<Spelling>,
}

static SPELLINGS: LazyLock<Spellings> = LazyLock::new(|| {
    let mut all = Vec::new();
    for known in &TABLE {
        let part = known.part;
        all.extend(known.spellings.iter().map(|&key| Spelled { key, part, field: None }));
        for (field, keys) in known.fields {
            all.extend(keys.iter().map(|&key| Spelled { key, part, field: Some(*field) }));
        }
    }
    let number = |wanted: fn(&Spelled) -> bool| {
        let found = all.iter().enumerate().filter(move |(_, spelled)| wanted(spelled));
        // The table has some two hundred lines.
        found.map(|(at, _)| Spelling(at as u16)).collect::<Vec<_>>()
    };
    let mut parts = number(|spelled| spelled.field.is_none());
    let mut fields = number(|spelled| spelled.field.is_some());
    parts.sort_by_key(|at| all[at.0 as usize].key);
    fields.sort_by_key(|at| (all[at.0 as usize].part, all[at.0 as usize].key));
    Spellings { all, parts, fields }
});

impl Spelling {
    /// How many there are.
    pub fn count() -> usize {
        SPELLINGS.all.len()
    }

    /// The spelling that a top-level key is.
    pub fn of_part(key: &str) -> Option<Self> {
        let Spellings { all, parts, .. } = &*SPELLINGS;
        let found = parts.binary_search_by(|at| all[at.0 as usize].key.cmp(key));
        found.ok().map(|at| parts[at])
    }

    /// The spelling that a key of an entry of a list is.
    pub fn of_field(part: Part, key: &str) -> Option<Self> {
        let Spellings { all, fields, .. } = &*SPELLINGS;
        let found = fields.binary_search_by(|at| {
            let spelled = &all[at.0 as usize];
            spelled.part.cmp(&part).then_with(|| spelled.key.cmp(key))
        });
        found.ok().map(|at| fields[at])
    }

    /// The spellings of a part, or of one of its fields, the likeliest first.
    pub fn all_of(part: Part, field: Option<Field>) -> impl Iterator<Item = Self> {
        let all = SPELLINGS.all.iter().enumerate();
        all.filter(move |(_, it)| it.part == part && it.field == field)
            .map(|(at, _)| Self(at as u16))
    }

    pub fn index(self) -> usize {
        self.0 as usize
    }

    pub fn key(self) -> &'static str {
        SPELLINGS.all[self.index()].key
    }

    pub fn part(self) -> Part {
        SPELLINGS.all[self.index()].part
    }

    pub fn field(self) -> Option<Field> {
        SPELLINGS.all[self.index()].field
    }
}

impl Part {
    /// All of them, as a form lists them.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|known| known.part)
    }

    fn known(self) -> &'static Known {
        match self {
            Self::Setting(setting) => &TABLE[setting as usize],
            // Every part has its line; a test holds it.
            _ => TABLE.iter().find(|known| known.part == self).unwrap_or(&TABLE[0]),
        }
    }

    /// The name people know it by, as in "Login redirect URIs".
    pub fn label(self) -> &'static str {
        self.known().label
    }

    /// Spellings of the key, the likeliest first. Which one to write says
    /// [`Project::spelling`](super::Project::spelling).
    pub fn spellings(self) -> &'static [&'static str] {
        self.known().spellings
    }

    /// Whether it is a list.
    pub fn is_list(self) -> bool {
        self.known().values == Values::List
    }

    /// For a list: what its entries state, in the order in which a form shows it.
    pub fn fields(self) -> impl Iterator<Item = Field> {
        self.known().fields.iter().map(|(field, _)| *field)
    }

    /// Spellings of a key of the entries of a list, the likeliest first; none when its entries do
    /// not have the field.
    pub fn field_spellings(self, field: Field) -> &'static [&'static str] {
        let known = self.known().fields.iter().find(|(it, _)| *it == field);
        known.map_or(&[], |(_, spellings)| *spellings)
    }

    /// The part that a top-level key spells.
    pub fn from_key(key: &str) -> Option<Self> {
        Spelling::of_part(key).map(Spelling::part)
    }

    /// The field that a key of an entry of this list spells.
    pub fn field_from_key(self, key: &str) -> Option<Field> {
        Spelling::of_field(self, key)?.field()
    }
}

impl Setting {
    /// All of them, as a form lists them.
    pub const ALL: [Self; 11] = [
        Self::Enabled,
        Self::Public,
        Self::Restricted,
        Self::IncludeGroupsClaims,
        Self::AllowCrossSubscription,
        Self::ResourceFilter,
        Self::ScopeFilter,
        Self::AccessGrantConsent,
        Self::LogoutConsent,
        Self::ClientUri,
        Self::LogoUri,
    ];

    fn known(self) -> &'static Known {
        &TABLE[self as usize]
    }

    /// The name people know it by, as in "Is public".
    pub fn label(self) -> &'static str {
        self.known().label
    }

    /// Spellings of the key, the likeliest first. Which one to write says
    /// [`Project::spelling`](super::Project::spelling).
    pub fn spellings(self) -> &'static [&'static str] {
        self.known().spellings
    }

    /// Whether its values are true and false.
    pub fn is_boolean(self) -> bool {
        self.known().values == Values::Boolean
    }

    /// The setting that a key spells.
    pub fn from_key(key: &str) -> Option<Self> {
        match Part::from_key(key)? {
            Part::Setting(setting) => Some(setting),
            _ => None,
        }
    }
}

/// Every top-level key of a client app that the studio knows, in all spellings. To tell a misspelt
/// key from a foreign one.
pub fn known_keys() -> impl Iterator<Item = &'static str> {
    TABLE.iter().flat_map(|known| known.spellings.iter().copied())
}

/// What a text says in a place for true or false, `None` when it says neither. YAML 1.1 spellings
/// count too, with or without quotes: the importer knows the type it wants.
pub fn boolean(text: &str) -> Option<bool> {
    let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is(&["true", "yes", "on", "y"]) {
        Some(true)
    } else if is(&["false", "no", "off", "n"]) {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_table_has_each_part_once_and_the_settings_first() {
        for (at, setting) in Setting::ALL.into_iter().enumerate() {
            assert_eq!(TABLE[at].part, Part::Setting(setting));
            for key in setting.spellings() {
                assert_eq!(Setting::from_key(key), Some(setting));
            }
        }
        let parts: HashSet<Part> = Part::all().collect();
        assert_eq!(parts.len(), TABLE.len());
        for part in Part::all() {
            assert_eq!(part.known().part, part);
            assert!(!part.label().is_empty());
        }
    }

    #[test]
    fn each_key_is_spelled_once_and_found() {
        let mut keys = HashSet::new();
        for part in Part::all() {
            for key in part.spellings() {
                assert!(keys.insert(*key), "{key}");
                assert_eq!(Part::from_key(key), Some(part), "{key}");
            }
            let mut fields = HashSet::new();
            for field in part.fields() {
                for key in part.field_spellings(field) {
                    assert!(fields.insert(*key), "{part:?} {key}");
                    assert_eq!(part.field_from_key(key), Some(field), "{part:?} {key}");
                }
            }
        }
        assert_eq!(known_keys().count(), keys.len());
        assert_eq!(Part::from_key("isPublik"), None);
        assert_eq!(Part::Secrets.field_from_key("issuer"), None);
        assert_eq!(Part::Secrets.field_spellings(Field::Issuer), &[] as &[&str]);
    }

    #[test]
    fn neither_true_nor_false_is_neither() {
        assert_eq!(boolean("True"), Some(true));
        assert_eq!(boolean("off"), Some(false));
        for text in ["", "~", "null", "1", "0", "truee"] {
            assert_eq!(boolean(text), None, "{text}");
        }
    }
}

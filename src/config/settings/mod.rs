//! The parts of a client app that the studio knows, and how files may spell them.
//!
//! Only the labels are public; most keys are inferred from them (the property in camel case, lists
//! with the owner's prefix, some flags with `is` before them). So every spelling the studio
//! understands stands in this one table, for the keys of a client app and for those of the entries
//! of its lists. A part whose key is not found is *not stated*: never false. A key that is not in
//! the table is kept and listed as it is.

mod spelling;
mod table;

pub(super) use spelling::Spelling;
use table::{Known, TABLE, Values};

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

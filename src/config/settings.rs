//! The settings of a client app that the studio knows, and how files may spell them.
//!
//! Only the labels are public; the keys are inferred from them (the property in camel case, some
//! with `is` before it). So every spelling the studio understands stands in this one table, and a
//! setting whose key is not found is *not stated*: never false.

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

/// What the values of a setting are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Values {
    Boolean,
    Text,
}

/// One line of the table.
struct Known {
    setting: Setting,
    label: &'static str,
    /// The likeliest first.
    spellings: &'static [&'static str],
    values: Values,
}

const fn known(
    setting: Setting,
    label: &'static str,
    values: Values,
    spellings: &'static [&'static str],
) -> Known {
    Known { setting, label, spellings, values }
}

/// The one table of spellings, in the order of [`Setting`].
const TABLE: [Known; 11] = {
    use Setting::*;
    use Values::*;
    [
        known(Enabled, "Enabled", Boolean, &["enabled", "isEnabled"]),
        known(Public, "Is public", Boolean, &["isPublic", "public"]),
        known(Restricted, "Is restricted", Boolean, &["isRestricted", "restricted"]),
        known(
            IncludeGroupsClaims,
            "Include groups claims",
            Boolean,
            &["includeGroupsClaims", "includeGroupClaims"],
        ),
        known(
            AllowCrossSubscription,
            "Allow cross subscription",
            Boolean,
            &["allowCrossSubscription", "isCrossSubscriptionAllowed"],
        ),
        known(
            ResourceFilter,
            "Resource filter",
            Boolean,
            &["resourceFilter", "resourceFilterEnabled", "enableResourceFilter"],
        ),
        known(
            ScopeFilter,
            "Scope filter",
            Boolean,
            &["scopeFilter", "scopeFilterEnabled", "enableScopeFilter"],
        ),
        known(
            AccessGrantConsent,
            "Access grant consent",
            Text,
            &["accessGrantConsent", "accessGrantConsentType"],
        ),
        known(LogoutConsent, "Logout consent", Text, &["logoutConsent", "logoutConsentType"]),
        known(ClientUri, "Client URI", Text, &["clientUri", "clientUrl"]),
        known(LogoUri, "Logo URI", Text, &["logoUri", "logoUrl"]),
    ]
};

/// Keys of a client app that are not settings, as far as they are known.
const OTHER_KEYS: [&str; 16] = [
    "id",
    "name",
    "subscriptionId",
    "subscription",
    super::PERMISSIONS,
    super::IDENTITIES,
    super::SECRETS,
    "clientAppLoginRedirectUris",
    "clientAppLogoutRedirectUris",
    "clientAppRedirectUris",
    "clientAppResources",
    "clientAppScopes",
    "authorizedUsers",
    "authorizedGroups",
    "metadata",
    "description",
];

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

    /// Spellings of the key, the likeliest first; the first is written when none stands yet.
    pub fn spellings(self) -> &'static [&'static str] {
        self.known().spellings
    }

    /// Whether its values are true and false.
    pub fn is_boolean(self) -> bool {
        self.known().values == Values::Boolean
    }

    /// The setting that a key spells.
    pub fn from_key(key: &str) -> Option<Self> {
        TABLE.iter().find(|known| known.spellings.contains(&key)).map(|known| known.setting)
    }
}

/// Every key of a client app that the studio knows: settings in all their spellings, lists and
/// references. To tell a misspelt key from a foreign one.
pub fn known_keys() -> impl Iterator<Item = &'static str> {
    TABLE.iter().flat_map(|known| known.spellings.iter().copied()).chain(OTHER_KEYS)
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
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enum_and_spells_each_key_once() {
        for (at, setting) in Setting::ALL.into_iter().enumerate() {
            assert_eq!(TABLE[at].setting, setting);
            for key in setting.spellings() {
                assert_eq!(Setting::from_key(key), Some(setting));
            }
        }
        let mut keys: Vec<_> = known_keys().collect();
        keys.sort_unstable();
        let all = keys.len();
        keys.dedup();
        assert_eq!(keys.len(), all);
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

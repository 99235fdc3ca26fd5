//! The one table of spellings.

use super::super::{IDENTITIES, PERMISSIONS, SECRETS};
use super::{Field, Part, Setting};

/// What the values of a part are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Values {
    Boolean,
    Text,
    List,
}

pub(super) type Fields = &'static [(Field, &'static [&'static str])];

/// One line of the table.
pub(super) struct Known {
    pub part: Part,
    pub label: &'static str,
    pub values: Values,
    /// The likeliest first.
    pub spellings: &'static [&'static str],
    /// For a list: the keys of its entries.
    pub fields: Fields,
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
pub(super) const TABLE: [Known; 33] = {
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
            &[PERMISSIONS],
            &[(Field::Id, &["id"]), (Field::Name, &["name"])],
        ),
        list(
            Identities,
            "Federated identities",
            &[IDENTITIES],
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
            &[SECRETS, "clientSecrets", "secrets"],
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

//! Documents that are not client apps.

use std::ops::Deref;
use std::sync::Arc;

use crate::yaml::Span;

use super::{FileId, Id, Place, Placeholder, Stated, Unknown};

/// A document that is not a client app: a handle to its [`OtherFacts`], so that cloning a project
/// copies no text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherDocument(Arc<OtherFacts>);

impl Deref for OtherDocument {
    type Target = OtherFacts;

    fn deref(&self) -> &OtherFacts {
        &self.0
    }
}

impl OtherDocument {
    pub(super) fn new(facts: OtherFacts) -> Self {
        Self(Arc::new(facts))
    }

    /// The facts, to change them; copied first when another project shares them.
    pub(super) fn facts_mut(&mut self) -> &mut OtherFacts {
        Arc::make_mut(&mut self.0)
    }
}

/// What is read of a document that is not a client app: another tag, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherFacts {
    pub file: FileId,
    pub document: usize,
    /// The tag of its root as written, as in `!SubscriptionDto`.
    pub tag: Option<String>,
    /// What sort of thing it describes, by its tag.
    pub kind: DocumentKind,
    /// Its root.
    pub place: Place,
    pub id: Option<Stated<Id>>,
    pub name: Option<Stated<String>>,
    pub description: Option<Stated<String>>,
    /// As written, as in `active`.
    pub status: Option<Stated<String>>,
    /// `customerId`, by which a subscription names its customer.
    pub customer: Option<Stated<Id>>,
    /// What it belongs to or is about: every key that ends in `Id`, `customerId` among them.
    pub parents: Vec<Parent>,
    /// Whether it has a list that only client apps have: a client app whose tag was lost or
    /// misspelt.
    pub looks_like_client: bool,
    /// Where the document is broken; then this is what it last said while it was whole.
    pub stale: Option<Box<Place>>,
    /// Every other entry of its root.
    pub unknown: Vec<Unknown>,
    pub(super) placeholders: Box<[Placeholder]>,
}

impl OtherFacts {
    /// The placeholders in the document, in file order.
    pub fn placeholders(&self) -> &[Placeholder] {
        &self.placeholders
    }

    /// A place in the document by its span, as of an unknown entry or a placeholder.
    pub fn place_at(&self, span: Span) -> Place {
        Place { file: self.file, document: self.document, span }
    }

    /// Name, or id, or the tag: what a person sees.
    pub fn label(&self) -> &str {
        let name = self.name.as_ref().map(|name| name.value.as_str());
        let id = || self.id.as_ref().map(|id| id.value.as_str());
        name.filter(|name| !name.trim().is_empty())
            .or_else(id)
            .or(self.tag.as_deref())
            .unwrap_or("a document without tag")
    }
}

/// A reference of a document to another by a key that ends in `Id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parent {
    /// The key, as in `subscriptionId`.
    pub key: Box<str>,
    pub id: Stated<Id>,
}

/// What sort of thing a document describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DocumentKind {
    Customer,
    Subscription,
    Tenant,
    IdpInstance,
    TwoFactorInstance,
    CertStore,
    ClaimRule,
    Resource,
    Scope,
    User,
    Group,
    RoleAssignment,
    CustomView,
    CustomAsset,
    Label,
    /// Anything else.
    Other,
}

/// The tags of documents that the studio knows, without `!` and `Dto`, the likeliest first. Those of
/// customers and subscriptions are public, the others are inferred.
const TAGS: [(DocumentKind, &str, &[&str]); 15] = {
    use DocumentKind::*;
    [
        (Customer, "customer", &["Customer"]),
        (Subscription, "subscription", &["Subscription"]),
        (Tenant, "tenant", &["Tenant"]),
        (
            IdpInstance,
            "identity provider instance",
            &["IdpInstance", "IdentityProviderInstance", "OpenIdConnectIdpInstance"],
        ),
        (TwoFactorInstance, "two-factor instance", &["TwoFactorInstance", "TwoFactor"]),
        (CertStore, "certificate", &["CertStore", "Certificate"]),
        (ClaimRule, "claim rule", &["ClaimRule", "ClientAppClaimRule", "IdpInstanceClaimRule"]),
        (Resource, "resource", &["Resource", "ApiResource"]),
        (Scope, "scope", &["Scope", "ApiScope"]),
        (User, "user", &["ProAuthUser", "ApplicationUser", "User"]),
        (Group, "group", &["ProAuthGroup", "ApplicationGroup", "Group"]),
        (
            RoleAssignment,
            "role assignment",
            &["RoleAssignment", "ProAuthRoleAssignment", "ClientAppRoleAssignment"],
        ),
        (CustomView, "custom view", &["CustomView", "View"]),
        (CustomAsset, "custom asset", &["CustomAsset", "Asset"]),
        (Label, "label", &["Label", "Labels"]),
    ]
};

impl DocumentKind {
    /// The kind of a document by the tag of its root as written.
    pub fn from_tag(tag: &str) -> Self {
        let tag = super::read::plain_tag(tag);
        let name = tag.strip_prefix('!').and_then(|name| name.strip_suffix("Dto"));
        let known = TAGS.iter().find(|(.., tags)| name.is_some_and(|name| tags.contains(&name)));
        known.map_or(Self::Other, |(kind, ..)| *kind)
    }

    /// What people call it, as in "subscription".
    pub fn label(self) -> &'static str {
        let known = TAGS.iter().find(|(kind, ..)| *kind == self);
        known.map_or("document", |(_, label, _)| label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_known_by_their_tags() {
        for (kind, label, tags) in TAGS {
            assert_eq!(kind.label(), label);
            for tag in tags {
                assert_eq!(DocumentKind::from_tag(&format!("!{tag}Dto")), kind);
                assert_eq!(DocumentKind::from_tag(&format!("!<!{tag}Dto>")), kind);
            }
        }
        for tag in ["!Customer", "CustomerDto", "!customerDto", "!Dto", "!", ""] {
            assert_eq!(DocumentKind::from_tag(tag), DocumentKind::Other, "{tag}");
        }
        assert_eq!(DocumentKind::Other.label(), "document");
    }
}

//! The direction of `allowedTokenExchangeClientApps`, which is not settled.
//!
//! The documentation says that the one who asks lists its targets, one of its examples shows a
//! target that lists who may ask, another fits a third reading best. So the raw fact (owner, entry,
//! place) is what the model keeps, and everything else is derived from it here.

use crate::config::ClientKey;

/// How an entry of `allowedTokenExchangeClientApps` is read.
///
/// | reading | who asks | token goes in for | token comes out for |
/// |---|---|---|---|
/// | `requester-lists-target` | owner of the list | the requester's user, or an external identity of the entry | the entry |
/// | `requester-lists-origin` | owner of the list | the entry's user, or an external identity of the entry | the owner (for an external identity: the entry) |
/// | `target-lists-requester` | the entry | the requester's user, or an external identity of the owner | the owner |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reading {
    /// The only rule stated in prose, hence the default.
    #[default]
    RequesterListsTarget,
    RequesterListsOrigin,
    TargetListsRequester,
}

impl Reading {
    /// All of them, the default first.
    pub const ALL: [Self; 3] =
        [Self::RequesterListsTarget, Self::RequesterListsOrigin, Self::TargetListsRequester];

    /// The name in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::RequesterListsTarget => "requester-lists-target",
            Self::RequesterListsOrigin => "requester-lists-origin",
            Self::TargetListsRequester => "target-lists-requester",
        }
    }

    /// The reading with a [`Reading::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reading| reading.name() == name)
    }

    /// One sentence for the legend.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::RequesterListsTarget => {
                "The client app that asks lists the client apps it may obtain tokens for."
            }
            Self::RequesterListsOrigin => {
                "The client app that asks lists the client apps whose tokens it may bring, and \
                 obtains a token of its own."
            }
            Self::TargetListsRequester => {
                "A client app lists the client apps that may ask for a token for it."
            }
        }
    }

    /// The list owner and the entry that let a user's token travel `from` → `to`.
    pub fn permission(self, from: ClientKey, to: ClientKey) -> (ClientKey, ClientKey) {
        match self {
            Self::RequesterListsTarget => (from, to),
            Self::RequesterListsOrigin | Self::TargetListsRequester => (to, from),
        }
    }

    /// The list owner and the entry that let `broker` bring a token of an external identity of
    /// `principal`, and get a token for `principal`.
    pub fn broker_permission(
        self,
        broker: ClientKey,
        principal: ClientKey,
    ) -> (ClientKey, ClientKey) {
        match self {
            Self::RequesterListsTarget | Self::RequesterListsOrigin => (broker, principal),
            Self::TargetListsRequester => (principal, broker),
        }
    }

    /// Whether the client app whose user's token goes in is the one that asks; else the one the
    /// token comes out for asks.
    pub fn source_asks(self) -> bool {
        self != Self::RequesterListsOrigin
    }

    /// Who asks when a user's token travels `from` → `to`.
    pub fn requester(self, from: ClientKey, to: ClientKey) -> ClientKey {
        if self.source_asks() { from } else { to }
    }

    /// Whether arrows run from the owner of a list to its entries; else from the entries to it.
    pub fn owner_is_source(self) -> bool {
        self == Self::RequesterListsTarget
    }
}

impl std::fmt::Display for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for Reading {
    type Err = String;

    /// # Errors
    /// A sentence that names the readings there are.
    fn from_str(name: &str) -> Result<Self, String> {
        Self::from_name(name).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("no reading is named {name}; there are {names}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of the type's documentation, line by line.
    #[test]
    fn the_table_holds() {
        let (owner, entry) = (ClientKey(1), ClientKey(2));
        // (reading, who asks, a user's token of, comes out for, broker, principal)
        let table = [
            (Reading::RequesterListsTarget, owner, owner, entry, owner, entry),
            (Reading::RequesterListsOrigin, owner, entry, owner, owner, entry),
            (Reading::TargetListsRequester, entry, entry, owner, entry, owner),
        ];
        for (reading, asks, from, to, broker, principal) in table {
            assert_eq!(reading.permission(from, to), (owner, entry), "{reading}");
            assert_eq!(reading.requester(from, to), asks, "{reading}");
            assert_eq!(reading.broker_permission(broker, principal), (owner, entry), "{reading}");
            assert_eq!(reading.owner_is_source(), from == owner, "{reading}");
            assert_eq!(broker, asks, "{reading}");
        }
    }

    #[test]
    fn names_lead_back_to_readings() {
        for reading in Reading::ALL {
            assert_eq!(reading.name().parse(), Ok(reading));
            assert!(reading.sentence().ends_with('.'));
        }
        assert_eq!(Reading::default(), Reading::RequesterListsTarget);
        assert!("outgoing".parse::<Reading>().unwrap_err().contains("requester-lists-origin"));
    }
}

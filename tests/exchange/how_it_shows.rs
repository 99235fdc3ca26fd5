//! How each misbehaviour shows to whoever looks: said once, as data.
//!
//! A row says everything: what a row does not name must stay as it is with a careful server. Where
//! something shows only on some projects, the row says on which exchanges it does.

use exchange_studio::authority::Misbehaviour as M;
use exchange_studio::exchange::sweep::Observed;

/// The exchanges of a sweep that something shows at, by what a careful server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    Granted,
    /// Granted, and the token that goes in is of an external issuer.
    GrantedExternal,
    Refused,
    /// Refused, and not for the client: of that the status tells as well (RFC 6749 §5.2).
    RefusedGrant,
    Any,
}

impl At {
    /// Whether it shows at what is granted.
    pub fn is_granted(self) -> bool {
        matches!(self, Self::Granted | Self::GrantedExternal | Self::Any)
    }
}

/// One exchange of a user's token, of which a whole report is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// A permitted one, with introspection.
    Permitted,
    /// The same where the user's token was issued to the client that asks, which revokes it after.
    PermittedOwn,
    /// The same where the token was issued to another client.
    PermittedOfAnother,
    /// The same where the token was issued to another client than the one that is asked for.
    PermittedForAnother,
    /// One whose subject token has another signature.
    Broken,
    /// For more scope than the subject token has.
    WiderScope,
    /// With a wrong secret.
    WrongSecret,
    /// With a proof of possession.
    WithKey,
    /// Over https, with a certificate.
    WithCertificate,
    /// For a transaction token, and for one in its place.
    Transaction,
    Replacement,
}

/// Whose tokens a step of a decision is passed over for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    Users,
    Externals,
    Anybody,
}

/// What becomes of the connection, or before there is any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fails {
    /// A sweep ends because nobody answers.
    Silence,
    /// The fourth exchange is too many.
    Limit,
    /// There is no session: the metadata is another issuer's.
    Discovery,
}

/// What shows by none of the usual means, but to who looks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByHand {
    /// A request without `subject_token_type` is granted.
    TypeLeftOut,
    /// A refusal has no description.
    NoWords,
    /// A server that should use the same words for all refusals uses several.
    OtherWords,
}

/// How a misbehaviour shows.
#[derive(Clone, Copy, Debug)]
pub struct Shows {
    pub how: M,
    /// What fails at these steps alone is granted: differences of the sweep.
    pub permits: &'static [(&'static str, Whose)],
    /// Answers from which nothing follows, in the sweep and in the probes, and as what they count.
    pub unreadable: Option<(At, Observed)>,
    /// Requirements that are breached, by the id of the check, in the answers of the sweep.
    pub breaches: &'static [(&'static str, At)],
    /// Probes that are accepted, when they have a request with these words.
    pub probes: &'static [(&'static str, &'static str)],
    /// Checks with something to say in the report of one exchange, dialects and notes among them.
    pub reports: &'static [(Ask, &'static str)],
    pub fails: Option<Fails>,
    pub by_hand: Option<ByHand>,
}

const fn quiet(how: M) -> Shows {
    Shows {
        how,
        permits: &[],
        unreadable: None,
        breaches: &[],
        probes: &[],
        reports: &[],
        fails: None,
        by_hand: None,
    }
}

/// Accepts probes.
const fn accepts(how: M, probes: &'static [(&'static str, &'static str)]) -> Shows {
    Shows { probes, ..quiet(how) }
}

/// Shows in reports.
const fn says(how: M, reports: &'static [(Ask, &'static str)]) -> Shows {
    Shows { reports, ..quiet(how) }
}

use Ask::{
    Broken, Permitted, PermittedForAnother, PermittedOfAnother, PermittedOwn, Replacement,
    Transaction, WiderScope, WithCertificate, WithKey, WrongSecret,
};
use At::{Any, Granted, GrantedExternal, Refused, RefusedGrant};
use Observed::{ServerFailed, Unclear};

/// One row for each, in their order.
pub const ROWS: &[Shows] = &[
    Shows {
        permits: &[("permission", Whose::Users), ("subject-token", Whose::Users)],
        ..accepts(M::SkipPermissionCheck, &[("P-01", ""), ("P-02", ""), ("P-03", "")])
    },
    Shows {
        permits: &[("permission", Whose::Externals)],
        ..accepts(M::SkipBrokerCheck, &[("P-10", "")])
    },
    accepts(M::AnyAudience, &[("P-04", ""), ("P-05", "")]),
    Shows { reports: &[(WiderScope, "TOK-05")], ..accepts(M::GrowScope, &[("P-06", "")]) },
    Shows {
        reports: &[
            (Permitted, "RES-06"),
            (Permitted, "TOK-05"),
            (WiderScope, "RES-06"),
            (WiderScope, "TOK-05"),
        ],
        ..accepts(M::FixedScope, &[("P-06", ""), ("P-11", "")])
    },
    accepts(M::DropSubject, &[("P-07", "")]),
    accepts(M::DropActor, &[("P-08", "")]),
    accepts(M::AnyIssuer, &[("P-09", ""), ("P-14", "")]),
    accepts(M::AnyTokenAudience, &[("P-12", "")]),
    accepts(M::NearMissSubject, &[("P-13", "")]),
    accepts(M::NearMissIssuer, &[("P-14", "")]),
    accepts(M::AlgNone, &[("P-15", "")]),
    accepts(M::Hs256PublicKey, &[("P-15", "")]),
    accepts(M::SkipSignatureCheck, &[("P-15", "")]),
    accepts(M::IgnoreExpiry, &[("P-16", "")]),
    accepts(M::IgnoreNotBefore, &[("P-16", "")]),
    accepts(M::AnyLifetime, &[("P-16", "")]),
    Shows {
        permits: &[
            ("requester-enabled", Whose::Anybody),
            ("subject-client-enabled", Whose::Anybody),
            ("target-enabled", Whose::Anybody),
        ],
        ..accepts(M::DisabledClients, &[("P-18", "")])
    },
    accepts(M::NoClientSecret, &[("P-19", "shows no secret")]),
    Shows {
        permits: &[("requester-credential", Whose::Anybody)],
        ..accepts(M::PublicClients, &[("P-19", "as a public client")])
    },
    Shows { by_hand: Some(ByHand::TypeLeftOut), ..quiet(M::MissingTokenType) },
    accepts(M::AnyTokenType, &[("P-20", "")]),
    says(M::IgnoreAudience, &[(Permitted, "TOK-04")]),
    Shows {
        breaches: &[("TOK-03", Granted)],
        ..says(M::NoAudience, &[(Permitted, "TOK-03"), (Permitted, "TOK-04")])
    },
    says(M::DropAct, &[(PermittedOfAnother, "TOK-09")]),
    says(M::LongExpiry, &[(Permitted, "TOK-06")]),
    // A server does not know what it signed with another key, nor for another issuer, nor calls what
    // it calls otherwise an access token.
    Shows {
        breaches: &[("TOK-01", Granted)],
        ..says(M::UnpublishedKey, &[(Permitted, "TOK-01"), (Permitted, "INT-01")])
    },
    Shows {
        breaches: &[("TOK-02", Granted)],
        ..says(M::WrongIssuer, &[(Permitted, "TOK-02"), (Permitted, "INT-01")])
    },
    says(M::PlainTyp, &[(Permitted, "TOK-03"), (Permitted, "INT-01")]),
    says(M::WrongClient, &[(Permitted, "TOK-11")]),
    says(M::PersonalData, &[(Permitted, "TOK-14")]),
    says(M::IgnoreDpop, &[(WithKey, "RES-08"), (WithKey, "TOK-13")]),
    says(M::IgnoreCertificate, &[(WithCertificate, "MTLS-02")]),
    says(M::CarrySubjectToken, &[(Transaction, "TXN-17")]),
    says(M::NewTransaction, &[(Replacement, "TXN-16")]),
    says(M::OpaqueToken, &[(Permitted, "TOK-15"), (Permitted, "INT-01")]),
    says(M::EncryptedToken, &[(Permitted, "TOK-15"), (Permitted, "INT-01")]),
    // What comes back is still the partner's token, or the other client's.
    Shows {
        breaches: &[("TOK-01", GrantedExternal), ("TOK-02", GrantedExternal)],
        ..says(
            M::UnchangedToken,
            &[
                (Permitted, "RES-10"),
                (PermittedForAnother, "TOK-04"),
                (Permitted, "TOK-05"),
                (PermittedOfAnother, "TOK-09"),
                (PermittedOfAnother, "TOK-11"),
            ],
        )
    },
    Shows { breaches: &[("RES-01", Granted)], ..says(M::Cacheable, &[(Permitted, "RES-01")]) },
    says(M::NoIssuedTokenType, &[(Permitted, "RES-03")]),
    says(M::ShortTokenType, &[(Permitted, "RES-03")]),
    Shows { breaches: &[("RES-04", Granted)], ..says(M::NotApplicable, &[(Permitted, "RES-04")]) },
    says(M::OddTokenType, &[(Permitted, "RES-04")]),
    says(M::ExpMismatch, &[(Permitted, "RES-05")]),
    says(M::TextExpiry, &[(Permitted, "RES-05")]),
    says(M::HideScope, &[(Permitted, "RES-06"), (Permitted, "TOK-05")]),
    says(M::RefreshToken, &[(Permitted, "RES-07")]),
    says(M::NullRefreshToken, &[(Permitted, "RES-07")]),
    Shows {
        unreadable: Some((Any, Unclear)),
        breaches: &[("RES-09", Any)],
        ..says(M::Redirect, &[(Permitted, "RES-09"), (Broken, "RES-09")])
    },
    says(M::MoreMembers, &[(Permitted, "RES-11")]),
    Shows {
        unreadable: Some((Granted, Unclear)),
        breaches: &[("RES-01", Granted), ("RES-12", Granted)],
        ..says(M::RepeatedMember, &[(Permitted, "RES-01"), (Permitted, "RES-12")])
    },
    says(M::Forbidden, &[(Broken, "ERR-01"), (Broken, "ERR-02")]),
    Shows { by_hand: Some(ByHand::NoWords), ..quiet(M::Bare400) },
    says(M::ScopeEscalation, &[(WiderScope, "ERR-01"), (WiderScope, "ERR-02")]),
    says(M::ClientError400, &[(WrongSecret, "ERR-01")]),
    says(M::InvalidGrant, &[(Broken, "ERR-02")]),
    Shows {
        unreadable: Some((RefusedGrant, Unclear)),
        breaches: &[("ERR-02", Refused)],
        ..says(M::TextErrors, &[(Broken, "ERR-02")])
    },
    Shows {
        unreadable: Some((Refused, Unclear)),
        breaches: &[("ERR-01", Refused), ("ERR-02", Refused)],
        ..says(M::Status422, &[(Broken, "ERR-01"), (Broken, "ERR-02")])
    },
    Shows {
        unreadable: Some((Refused, ServerFailed)),
        breaches: &[("ERR-01", Refused)],
        ..says(M::Status500, &[(Broken, "ERR-01")])
    },
    Shows { breaches: &[("ERR-03", Refused)], ..says(M::BadCharacters, &[(Broken, "ERR-03")]) },
    Shows { breaches: &[("ERR-04", Refused)], ..says(M::EchoToken, &[(Broken, "ERR-04")]) },
    Shows { by_hand: Some(ByHand::OtherWords), ..quiet(M::TellApart) },
    Shows {
        unreadable: Some((Any, ServerFailed)),
        breaches: &[("RES-01", Granted), ("ERR-02", Refused)],
        ..says(M::Html, &[(Permitted, "RES-01"), (Broken, "ERR-02")])
    },
    Shows { fails: Some(Fails::Silence), ..quiet(M::Slow) },
    Shows { fails: Some(Fails::Silence), ..quiet(M::DropConnection) },
    Shows { fails: Some(Fails::Limit), ..quiet(M::TooMany) },
    says(M::DiscoveryWithoutGrant, &[(Permitted, "DIS-04"), (Broken, "DIS-04")]),
    Shows { fails: Some(Fails::Discovery), ..quiet(M::DiscoveryWrongIssuer) },
    says(M::IntrospectionInactive, &[(Permitted, "INT-01")]),
    says(M::IntrospectionSilent, &[(Permitted, "INT-01")]),
    says(M::IntrospectionDiffers, &[(Permitted, "INT-02")]),
    says(M::Revocation404, &[(PermittedOwn, "REV-02")]),
    says(M::RevocationIdle, &[(PermittedOwn, "REV-02")]),
];

/// The table has a row for each, and says nothing of a check or a probe that the misbehaviour itself
/// does not name, but for what follows from a token that the server does not know.
#[test]
fn every_misbehaviour_has_a_row() {
    let rows: Vec<M> = ROWS.iter().map(|row| row.how).collect();
    assert_eq!(rows, M::ALL);
    for row in ROWS {
        let named = row.how.noticed_by();
        let said = row.probes.iter().map(|(id, _)| id);
        let said = said.chain(row.breaches.iter().map(|(id, _)| id));
        let said: Vec<&str> = said.chain(row.reports.iter().map(|(_, id)| id)).copied().collect();
        let follows = |id: &str| match row.how {
            M::UnchangedToken => id.starts_with("TOK-"),
            M::FixedScope => id == "RES-06",
            M::UnpublishedKey
            | M::WrongIssuer
            | M::PlainTyp
            | M::OpaqueToken
            | M::EncryptedToken => id == "INT-01",
            _ => false,
        };
        for id in &said {
            assert!(named.contains(id) || follows(id), "{} says {id}", row.how.name());
        }
        // Actors before the current one take two exchanges; another test has them. What fails has no
        // row of its own for each answer.
        for id in named.iter().filter(|id| row.fails.is_none() && **id != "TOK-10") {
            let by_words = row.by_hand.is_some();
            assert!(said.contains(id) || by_words, "{} never shows {id}", row.how.name());
        }
    }
}

//! The requests of each probe, as data: what is sent is known before anything is.

use super::ground::{Ground, because, is_external};
use crate::config::{ClientKey, Setting};
use crate::exchange::supply::Wanted;
use crate::exchange::sweep::{Item, Why, address};
use crate::exchange::token_type::{ACCESS_TOKEN, ID_TOKEN, JWT};
use crate::trust::{Question, Subject};
use serde_json::json;

/// One request.
#[derive(Clone, Debug)]
pub struct Shot {
    /// What is sent, in one sentence.
    pub says: String,
    pub requester: ClientKey,
    /// Whether it goes without what authenticates the client.
    pub bare: bool,
    pub token: Recipe,
    pub token_type: &'static str,
    /// The client app it asks for, under the name the server has for it.
    pub target: Option<ClientKey>,
    /// Further audiences, as they are.
    pub audience: Vec<String>,
    pub resource: Vec<String>,
    pub scope: String,
    pub form: Form,
    /// Whether an error about the client is the right answer.
    pub about_client: bool,
    pub judge: Judge,
}

/// What token goes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipe {
    /// A good one.
    Of(Subject),
    /// An ID token of a user.
    IdTokenOf(Subject),
    /// One that an external issuer signs as it is told.
    Minted(Wanted),
    /// One with the claims of a good one, signed by somebody else or nobody.
    Forged(Subject, Forgery),
}

/// How a token is forged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgery {
    /// Not signed at all: `alg` is `none`.
    Unsigned,
    /// The server's public key taken for a secret (HS256).
    MacWithPublicKey,
    /// Signed by a key that the server does not have.
    UnknownKey,
    /// Signed by a key that the token itself points to (`jku`).
    KeyElsewhere,
}

/// What is done to the form before it is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    #[default]
    AsItIs,
    WithoutSubject,
    EmptySubject,
    SubjectTwice,
}

/// What a grant means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Judge {
    /// It must be refused.
    #[default]
    MustRefuse,
    /// It may be granted, but with no scope that the subject token does not have.
    ScopesWithin,
    /// It is worth knowing.
    Note,
}

type Shots = Result<Vec<Shot>, String>;

impl Shot {
    /// The request of an exchange as it would be asked for.
    fn of(question: &Question, says: impl Into<String>) -> Self {
        let token_type = match question.subject {
            Subject::UserOf(_) => ACCESS_TOKEN,
            Subject::External { .. } => JWT,
        };
        Self {
            says: says.into(),
            requester: question.requester,
            bare: false,
            token: Recipe::Of(question.subject.clone()),
            token_type,
            target: question.target,
            audience: Vec::new(),
            resource: Vec::new(),
            scope: String::new(),
            form: Form::AsItIs,
            about_client: false,
            judge: Judge::MustRefuse,
        }
    }

    fn minted(item: &Item, wanted: Wanted, says: impl Into<String>) -> Self {
        Self { token: Recipe::Minted(wanted), ..Self::of(&item.question, says) }
    }

    /// Whether it takes a token of an external issuer.
    pub fn is_external(&self) -> bool {
        matches!(&self.token, Recipe::Minted(_) | Recipe::Of(Subject::External { .. }))
    }
}

/// An exchange in words.
fn words(ground: &Ground<'_>, question: &Question) -> String {
    let label = |key: ClientKey| ground.project.client(key).label();
    let token = match &question.subject {
        Subject::UserOf(client) => format!("a token of a user of {}", label(*client)),
        Subject::External { issuer, subject } => format!("a token of {issuer} for {subject}"),
    };
    match question.target {
        Some(target) => {
            format!("{} asks with {token} for {}", label(question.requester), label(target))
        }
        None => format!("{} asks with {token}", label(question.requester)),
    }
}

fn one(ground: &Ground<'_>, item: Option<&Item>, but: &str, none: &str) -> Shots {
    let item = item.ok_or_else(|| none.to_owned())?;
    Ok(vec![Shot::of(&item.question, format!("{}, {but}.", words(ground, &item.question)))])
}

pub(super) fn no_edge(ground: &Ground<'_>) -> Shots {
    let plain = |item: &Item| !is_external(item) && item.why == Why::Sample;
    let item = ground.failing_at(&["permission"], plain);
    let item = item.or_else(|| ground.failing_at(&["permission"], |item| !is_external(item)));
    let none = "Whatever is not permitted fails for another reason as well.";
    one(ground, item, "which nothing permits", none)
}

pub(super) fn reverse(ground: &Ground<'_>) -> Shots {
    let item = ground.failing_at(&["permission"], because(Why::Reverse));
    let none = "Every permission goes both ways, or the way back fails for another reason.";
    one(ground, item, "while only the way back is permitted", none)
}

pub(super) fn two_hops(ground: &Ground<'_>) -> Shots {
    let item = ground.failing_at(&["permission"], because(Why::TwoHops));
    let none = "No two permissions follow one another.";
    one(ground, item, "which two exchanges would lead to", none)
}

/// Names that are reserved for nobody (RFC 2606 §2).
const NOWHERE: &str = "https://not-registered.example";
const ELSEWHERE: &str = "https://another-service.example";

pub(super) fn arbitrary_audience(ground: &Ground<'_>) -> Shots {
    let item = ground.user()?;
    let says = format!("A permitted exchange with the audience {NOWHERE} instead.");
    let shot = Shot::of(&item.question, says);
    Ok(vec![Shot { target: None, audience: vec![NOWHERE.to_owned()], ..shot }])
}

pub(super) fn widened_resource(ground: &Ground<'_>) -> Shots {
    let item = ground.user()?;
    let says = format!("A permitted exchange with the resource {NOWHERE}/admin beside it.");
    let shot = Shot::of(&item.question, says);
    Ok(vec![Shot { resource: vec![format!("{NOWHERE}/admin")], ..shot }])
}

pub(super) fn wider_scope(ground: &Ground<'_>) -> Shots {
    let item = ground.user()?;
    let scope = "exchange-studio-probe";
    let says =
        format!("A permitted exchange with the scope {scope}, which the token does not have.");
    Ok(vec![Shot {
        scope: scope.to_owned(),
        judge: Judge::ScopesWithin,
        ..Shot::of(&item.question, says)
    }])
}

pub(super) fn dropped_subject(ground: &Ground<'_>) -> Shots {
    let item = ground.user()?;
    let shots = [
        (Form::WithoutSubject, "without subject_token"),
        (Form::EmptySubject, "with an empty subject_token"),
        (Form::SubjectTwice, "with subject_token twice"),
    ];
    let shot = |(form, how)| Shot {
        form,
        ..Shot::of(&item.question, format!("A permitted exchange {how}."))
    };
    Ok(shots.into_iter().map(shot).collect())
}

pub(super) fn dropped_actor(ground: &Ground<'_>) -> Shots {
    let (item, issuer, subject) = ground.identity()?;
    let mut wanted = Wanted::new(issuer, subject);
    wanted.claims.insert("may_act".to_owned(), json!({ "sub": "exchange-studio-probe" }));
    let says =
        "An external token that says who may act for its subject (may_act), without an actor.";
    Ok(vec![Shot::minted(item, wanted, says)])
}

pub(super) fn other_issuer(ground: &Ground<'_>) -> Shots {
    let (item, own, subject) = ground.identity()?;
    let identities = ground.project.clients().iter().flat_map(|client| &client.identities);
    let issuer = identities
        .filter_map(|identity| identity.pair().map(|(issuer, _)| issuer))
        .find(|issuer| *issuer != own && ground.project.by_identity(issuer, subject).is_empty())
        .ok_or("The configuration trusts only one issuer.")?;
    let says =
        format!("A token of {issuer}, which is trusted elsewhere, for the subject {subject}.");
    Ok(vec![Shot::minted(item, Wanted::new(issuer, subject), says)])
}

pub(super) fn no_broker(ground: &Ground<'_>) -> Shots {
    let (item, _, _) = ground.identity()?;
    let clients = ground.project.clients().iter().map(|client| client.key);
    let question = clients
        .filter(|key| address(ground.project, *key).is_ok())
        .map(|requester| Question { requester, ..item.question.clone() })
        .find(|question| ground.only(question, &["permission"]))
        .ok_or("Every client app may bring it, or fails for another reason.")?;
    let says = format!("{}, which may not bring it.", words(ground, &question));
    Ok(vec![Shot::of(&question, says)])
}

pub(super) fn privilege(ground: &Ground<'_>) -> Shots {
    let item = ground.user()?;
    let says = "A permitted exchange without a scope: the new token must have none beyond the old.";
    Ok(vec![Shot { judge: Judge::ScopesWithin, ..Shot::of(&item.question, says) }])
}

pub(super) fn wrong_audience(ground: &Ground<'_>) -> Shots {
    let (item, issuer, subject) = ground.identity()?;
    let wanted = Wanted { audience: vec![ELSEWHERE.to_owned()], ..Wanted::new(issuer, subject) };
    let says = format!("A permitted external token, but issued for {ELSEWHERE}.");
    Ok(vec![Shot::minted(item, wanted, says)])
}

pub(super) fn near_subject(ground: &Ground<'_>) -> Shots {
    let (item, issuer, subject) = ground.identity()?;
    let flipped: String =
        subject
            .chars()
            .map(|c| {
                if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }
            })
            .collect();
    let near = [
        (flipped, "in the other case"),
        (format!("{subject} "), "with a space at its end"),
        (format!("{subject}*"), "with an asterisk at its end"),
        (subject.replace(':', "%3A"), "with %3A for its colons"),
    ];
    let other = |(near, how): &(String, &str)| {
        let is_other = near != subject && ground.project.by_identity(issuer, near).is_empty();
        is_other.then(|| {
            let says = format!("An external token for the subject {how}.");
            Shot::minted(item, Wanted::new(issuer, near), says)
        })
    };
    Ok(near.iter().filter_map(other).collect())
}

pub(super) fn near_issuer(ground: &Ground<'_>) -> Shots {
    let (item, issuer, subject) = ground.identity()?;
    let (scheme, rest) = issuer.split_once("://").unwrap_or(("https", issuer));
    let (host, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let slash = match issuer.strip_suffix('/') {
        Some(without) => (without.to_owned(), "without the slash at its end"),
        None => (format!("{issuer}/"), "with a slash at its end"),
    };
    let near = [
        slash,
        (format!("{scheme}://{}{path}", host.to_ascii_uppercase()), "with its host in upper case"),
        (format!("http://{rest}"), "with http for https"),
        (format!("{scheme}://{host}:443{path}"), "with the port 443 said"),
    ];
    // A port that is said already is not said twice.
    let near = near.into_iter().filter(|(near, _)| !(host.contains(':') && near.contains(":443")));
    let other = |(near, how): &(String, &str)| {
        let is_other = near != issuer && ground.project.by_identity(near, subject).is_empty();
        is_other.then(|| {
            let says = format!("An external token of the issuer {how}.");
            Shot::minted(item, Wanted::new(near, subject), says)
        })
    };
    Ok(near.collect::<Vec<_>>().iter().filter_map(other).collect())
}

pub(super) fn signature(ground: &Ground<'_>) -> Shots {
    let item = ground.user()?;
    let shots = [
        (Forgery::Unsigned, "not signed at all (alg none)"),
        (Forgery::MacWithPublicKey, "signed with the server's public key as a secret (HS256)"),
        (Forgery::UnknownKey, "signed by a key that the server does not have"),
        (Forgery::KeyElsewhere, "signed by a key that the token points to (jku)"),
    ];
    let shot = |(how, says)| Shot {
        token: Recipe::Forged(item.question.subject.clone(), how),
        ..Shot::of(&item.question, format!("A permitted exchange with its token {says}."))
    };
    Ok(shots.into_iter().map(shot).collect())
}

/// A day, in seconds.
const DAY: i64 = 86_400;

pub(super) fn times(ground: &Ground<'_>) -> Shots {
    let (item, issuer, subject) = ground.identity()?;
    let good = Wanted::new(issuer, subject);
    let expired = Wanted { lifetime: -3_600, ..good.clone() };
    let early = Wanted { not_before: Some(3_600), lifetime: 7_200, ..good.clone() };
    let long = Wanted { lifetime: 3_650 * DAY, ..good };
    Ok(vec![
        Shot::minted(item, expired, "An external token that expired an hour ago."),
        Shot::minted(item, early, "An external token that is good in an hour."),
        Shot::minted(item, long, "An external token for ten years."),
    ])
}

pub(super) fn replay(ground: &Ground<'_>) -> Shots {
    let (item, _, _) = ground.identity()?;
    // The kept token is the one of the control exchange, so this is its second time.
    let shot = Shot { judge: Judge::Note, ..Shot::of(&item.question, "An external token again.") };
    Ok(vec![shot.clone(), shot])
}

pub(super) fn disabled(ground: &Ground<'_>) -> Shots {
    let mut shots = Vec::new();
    for (steps, says) in [
        (["requester-enabled"], "while the one that asks is disabled"),
        (["target-enabled"], "which is disabled"),
    ] {
        if let Some(item) = ground.failing_at(&steps, |_| true) {
            let says = format!("{}, {says}.", words(ground, &item.question));
            shots.push(Shot { about_client: true, ..Shot::of(&item.question, says) });
        }
    }
    if shots.is_empty() {
        return Err("No permission of the configuration has a client app that is disabled.".into());
    }
    Ok(shots)
}

pub(super) fn no_secret(ground: &Ground<'_>) -> Shots {
    let item = ground.user()?;
    let says = "A permitted exchange in which the client names itself and shows no secret.";
    let bare = Shot { bare: true, about_client: true, ..Shot::of(&item.question, says) };
    let public = ground.failing_at(&["requester-credential"], |item| {
        let client = ground.project.client(item.question.requester);
        client.flag(Setting::Public).is_some_and(|flag| flag.value)
    });
    let public = public.map(|item| {
        let says = format!("{}, as a public client.", words(ground, &item.question));
        Shot { bare: true, about_client: true, ..Shot::of(&item.question, says) }
    });
    Ok(std::iter::once(bare).chain(public).collect())
}

pub(super) fn confusion(ground: &Ground<'_>) -> Shots {
    let item = ground.user()?;
    let subject = item.question.subject.clone();
    let as_access = Shot {
        token: Recipe::IdTokenOf(subject),
        token_type: ACCESS_TOKEN,
        ..Shot::of(&item.question, "The user's ID token, said to be an access token.")
    };
    let as_id = Shot {
        token_type: ID_TOKEN,
        ..Shot::of(&item.question, "The user's access token, said to be an ID token.")
    };
    Ok(vec![as_access, as_id])
}

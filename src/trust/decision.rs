//! The one place where permission is decided.
//!
//! An exchange needs several things at once, and a file seldom states them all. So a decision is
//! not a yes or a no but a list of conditions, each true, false or not stated, each with the lines
//! it rests on. What an RFC 8693 server checks that no file can state (the signature of the token,
//! its age, whether the secret is right) is not among them.
//!
//! | step | asks |
//! |---|---|
//! | `requester-known` | is it clear which document describes the client that asks |
//! | `requester-enabled` | is it enabled |
//! | `requester-credential` | does it hold a credential; a public client holds none (RFC 6749 §2.1) |
//! | `subject-token` | is the user's token one that the reading lets this client bring |
//! | `subject-client-enabled` | is the client that the token was issued to enabled, when it is a third |
//! | `identity-match` | does exactly one client app hold exactly this pair of issuer and subject |
//! | `permission` | does the list have the entry |
//! | `target-known` | is it clear for whom the token comes out, and which document describes it |
//! | `target-fits-reading` | is the wanted target one that the reading can give |
//! | `target-enabled` | is it enabled |
//! | `target-restricted` | may anybody log in there |
//! | `subscription` | same subscription, or crossing allowed |

use std::collections::BTreeSet;

use crate::config::{ClientApp, ClientKey, Id, Place, Project, Setting};

use super::Reading;

/// Whose token goes in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A token of a user, issued to this client app.
    UserOf(ClientKey),
    /// A token of an external issuer.
    External { issuer: String, subject: String },
}

/// An exchange that somebody might ask for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// The client app that authenticates at the token endpoint.
    pub requester: ClientKey,
    pub subject: Subject,
    /// The client app the issued token is for; `None` leaves it to the configuration.
    pub target: Option<ClientKey>,
}

/// What the files say of a condition. Missing is not false.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Truth {
    True,
    False,
    NotStated,
}

impl Truth {
    /// The name in machine formats.
    pub fn name(self) -> &'static str {
        match self {
            Self::True => "true",
            Self::False => "false",
            Self::NotStated => "not-stated",
        }
    }
}

/// One condition of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Stable name for machines, as in `permission`, `requester-enabled`, `identity-match`.
    pub id: &'static str,
    pub truth: Truth,
    /// The condition and what was found, in plain words.
    pub sentence: String,
    /// The lines it rests on; none when nothing is stated.
    pub evidence: Vec<Place>,
}

impl Step {
    /// The condition in a few words, for lists and headings.
    pub fn label(&self) -> &'static str {
        match self.id {
            "requester-known" => "requester is known",
            "requester-enabled" => "requester is enabled",
            "requester-credential" => "requester has a credential",
            "subject-token" => "requester may bring this token",
            "subject-client-enabled" => "the token's client app is enabled",
            "identity-match" => "external identity matches",
            "permission" => "the list allows it",
            "target-known" => "target is known",
            "target-fits-reading" => "target fits the reading",
            "target-enabled" => "target is enabled",
            "target-restricted" => "target is open to the subject",
            "subscription" => "subscription allows it",
            other => other,
        }
    }
}

/// What follows from all conditions together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Every condition is true.
    Allowed,
    /// No condition is false, but at least one is not stated.
    AllowedIfNotStated,
    /// At least one condition is false.
    Refused,
}

impl Verdict {
    /// The name in machine formats.
    pub fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::AllowedIfNotStated => "allowed-if-not-stated",
            Self::Refused => "refused",
        }
    }
}

/// The answer to a [`Question`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub reading: Reading,
    pub question: Question,
    /// The client app the token comes out for, when the question or the configuration settles it.
    pub target: Option<ClientKey>,
    pub steps: Vec<Step>,
}

impl Decision {
    /// What follows from the steps.
    pub fn verdict(&self) -> Verdict {
        if self.with(Truth::False).next().is_some() {
            Verdict::Refused
        } else if self.with(Truth::NotStated).next().is_some() {
            Verdict::AllowedIfNotStated
        } else {
            Verdict::Allowed
        }
    }

    /// The steps with one truth.
    pub fn with(&self, truth: Truth) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(move |step| step.truth == truth)
    }

    /// The step with an id, when this decision has it.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }

    /// The verdict and its reason as one sentence or two.
    pub fn sentence(&self, project: &Project) -> String {
        match self.verdict() {
            Verdict::Allowed => format!("Allowed: {}.", self.wish(project)),
            Verdict::AllowedIfNotStated => {
                let open: Vec<_> = self.with(Truth::NotStated).map(Step::label).collect();
                format!(
                    "Allowed as far as the files say: {}. Not stated: {}.",
                    self.wish(project),
                    open.join("; ")
                )
            }
            Verdict::Refused => {
                let why: Vec<_> =
                    self.with(Truth::False).map(|step| step.sentence.as_str()).collect();
                format!("Refused: {}", why.join(" "))
            }
        }
    }

    fn wish(&self, project: &Project) -> String {
        let label = |key: ClientKey| project.client(key).label();
        let requester = label(self.question.requester);
        let token = match &self.question.subject {
            Subject::UserOf(client) if *client == self.question.requester => {
                "a token of its user".to_owned()
            }
            Subject::UserOf(client) => format!("a token of a user of {}", label(*client)),
            Subject::External { issuer, subject } => format!("a token of {issuer} for {subject}"),
        };
        match self.target {
            Some(target) if target == self.question.requester => {
                format!("{requester} may exchange {token} for a token of its own")
            }
            Some(target) => {
                format!("{requester} may exchange {token} for a token of {}", label(target))
            }
            None => format!("{requester} may exchange {token}"),
        }
    }
}

/// Decides one exchange.
pub fn decide(project: &Project, reading: Reading, question: &Question) -> Decision {
    let mut inquiry = Inquiry { project, reading, question, steps: Vec::new() };
    let requester = question.requester;
    inquiry.known("requester-known", requester);
    inquiry.enabled("requester-enabled", requester);
    inquiry.credential();
    let target = match &question.subject {
        Subject::UserOf(client) => inquiry.user(*client),
        Subject::External { issuer, subject } => inquiry.external(issuer, subject),
    };
    if let Some(target) = target {
        inquiry.enabled("target-enabled", target);
        inquiry.restricted(target);
        inquiry.subscription(target);
    }
    Decision { reading, question: question.clone(), target, steps: inquiry.steps }
}

/// The client apps that a token can come out for when `requester` brings a token of `subject`, as
/// far as lists and identities go; [`decide`] says the rest. Each once, in project order.
pub fn candidates(
    project: &Project,
    reading: Reading,
    requester: ClientKey,
    subject: &Subject,
) -> Vec<ClientKey> {
    let all: BTreeSet<ClientKey> = match subject {
        Subject::UserOf(client) => match reading {
            Reading::RequesterListsOrigin => {
                let listed = !entries(project, requester, *client).is_empty();
                listed.then_some(requester).into_iter().collect()
            }
            _ if *client != requester => BTreeSet::new(),
            Reading::RequesterListsTarget => {
                project.client(requester).permissions.iter().filter_map(|it| it.client).collect()
            }
            Reading::TargetListsRequester => owners(project, requester).collect(),
        },
        Subject::External { issuer, subject } => {
            let holders = project.by_identity(issuer, subject).into_iter().map(|(key, _)| key);
            holders
                .filter(|principal| {
                    let (owner, entry) = reading.broker_permission(requester, *principal);
                    !entries(project, owner, entry).is_empty()
                })
                .collect()
        }
    };
    all.into_iter().collect()
}

/// The places where the list of `owner` names `entry`.
pub(super) fn entries(project: &Project, owner: ClientKey, entry: ClientKey) -> Vec<Place> {
    let Some(id) = project.client(entry).id.as_ref().map(|id| &id.value) else { return Vec::new() };
    let permissions = project.client(owner).permissions.iter();
    permissions.filter(|it| it.id.as_ref() == Some(id)).map(|it| it.place).collect()
}

/// The client apps whose lists name `entry`.
fn owners(project: &Project, entry: ClientKey) -> impl Iterator<Item = ClientKey> {
    let id = project.client(entry).id.as_ref().map(|id| &id.value);
    id.into_iter().flat_map(|id| project.references(id)).map(|(owner, _)| *owner)
}

struct Inquiry<'a> {
    project: &'a Project,
    reading: Reading,
    question: &'a Question,
    steps: Vec<Step>,
}

impl<'a> Inquiry<'a> {
    fn client(&self, key: ClientKey) -> &'a ClientApp {
        self.project.client(key)
    }

    fn label(&self, key: ClientKey) -> &'a str {
        self.client(key).label()
    }

    fn say(
        &mut self,
        id: &'static str,
        truth: Truth,
        sentence: impl Into<String>,
        evidence: Vec<Place>,
    ) {
        self.steps.push(Step { id, truth, sentence: sentence.into(), evidence });
    }

    /// Whether it is clear which document describes a client app.
    fn known(&mut self, step: &'static str, key: ClientKey) {
        let client = self.client(key);
        let label = client.label();
        let Some(id) = &client.id else {
            let sentence = format!("{label} states no id; add the id it has on the server.");
            return self.say(step, Truth::NotStated, sentence, vec![client.place]);
        };
        let all = self.project.all_by_id(&id.value);
        if all.len() > 1 {
            let places: Vec<Place> =
                all.iter().filter_map(|key| Some(self.client(*key).id.as_ref()?.place)).collect();
            let sentence = format!(
                "{} documents have the id of {label}; which of them an import keeps is not stated.",
                all.len()
            );
            return self.say(step, Truth::NotStated, sentence, places);
        }
        let sentence = format!("{label} is described once, with the id {}.", id.value);
        self.say(step, Truth::True, sentence, vec![id.place]);
    }

    fn enabled(&mut self, step: &'static str, key: ClientKey) {
        let client = self.client(key);
        let label = client.label();
        let (truth, sentence) = match client.flag(Setting::Enabled).map(|flag| flag.value) {
            Some(true) => (Truth::True, format!("{label} is enabled.")),
            Some(false) => (Truth::False, format!("{label} is disabled.")),
            None => (Truth::NotStated, format!("Whether {label} is enabled is not stated.")),
        };
        let evidence = places(client, Setting::Enabled);
        self.say(step, truth, sentence, evidence);
    }

    /// Only a client that authenticates can be held to what its list says (RFC 8693 §2.1, §5).
    fn credential(&mut self) {
        let client = self.client(self.question.requester);
        let label = client.label();
        let public = client.flag(Setting::Public).map(|flag| flag.value);
        let (truth, sentence) = match (public, client.secrets().map(<[_]>::len)) {
            (Some(true), _) => (
                Truth::False,
                format!(
                    "{label} is public: it has no credential, so whoever holds a token could \
                     exchange it in its name."
                ),
            ),
            (_, Some(0)) => (
                Truth::NotStated,
                format!(
                    "The list of secrets of {label} is empty; whether it has one is not stated."
                ),
            ),
            (Some(false), _) => {
                (Truth::True, format!("{label} is not public: it has a credential of its own."))
            }
            (None, Some(_)) => (Truth::True, format!("{label} has a secret.")),
            (None, None) => (Truth::NotStated, format!("Whether {label} is public is not stated.")),
        };
        let evidence = places(client, Setting::Public);
        self.say("requester-credential", truth, sentence, evidence);
    }

    /// The conditions on a user's token; gives the target.
    fn user(&mut self, subject: ClientKey) -> Option<ClientKey> {
        let requester = self.question.requester;
        let (asks, owns) = (self.label(requester), self.label(subject));
        if self.reading == Reading::RequesterListsOrigin {
            let sentence = format!(
                "{asks} brings a token of a user of {}; the list of {asks} decides whether it may.",
                if subject == requester { "its own" } else { owns }
            );
            self.say("subject-token", Truth::True, sentence, Vec::new());
            if subject != requester {
                self.enabled("subject-client-enabled", subject);
            }
            self.permission(requester, subject);
            let target = self.question.target.unwrap_or(requester);
            self.known("target-known", target);
            if target != requester {
                let sentence = format!(
                    "A user's token comes out for the client app that asks, {asks}, and not for \
                     {}.",
                    self.label(target)
                );
                self.say("target-fits-reading", Truth::False, sentence, Vec::new());
            }
            return Some(target);
        }
        if subject == requester {
            let sentence = format!("{asks} brings a token of its own user.");
            self.say("subject-token", Truth::True, sentence, Vec::new());
        } else {
            let sentence = format!(
                "The token was issued to {owns}, but {asks} may only bring a token of its own \
                 user."
            );
            self.say("subject-token", Truth::False, sentence, Vec::new());
        }
        let target = self.question.target.or_else(|| self.only_target());
        if let Some(target) = target {
            let (owner, entry) = self.reading.permission(requester, target);
            self.permission(owner, entry);
            self.known("target-known", target);
        }
        target
    }

    /// The target of a user's token when the question names none: the only one there can be.
    /// Otherwise says why there is none.
    fn only_target(&mut self) -> Option<ClientKey> {
        let project = self.project;
        let requester = self.question.requester;
        let asks = self.label(requester);
        if self.reading == Reading::RequesterListsTarget {
            let permissions = &self.client(requester).permissions;
            let named: BTreeSet<_> =
                permissions.iter().filter_map(|it| it.id.as_ref()).map(Id::key).collect();
            let places: Vec<Place> = permissions.iter().map(|it| it.place).collect();
            let resolved = permissions.iter().find_map(|it| it.client);
            match (named.len(), resolved) {
                (0, _) => {
                    let sentence = format!("The list of {asks} names no client app.");
                    self.say("permission", Truth::False, sentence, places);
                    let sentence =
                        format!("Name the target, and add its id to the list of {asks}.");
                    self.say("target-known", Truth::NotStated, sentence, Vec::new());
                    None
                }
                (1, Some(target)) => Some(target),
                (1, None) => {
                    let id = named.first().map_or("", |id| id.as_ref());
                    let sentence = format!("The list of {asks} has one entry, {id}.");
                    self.say("permission", Truth::True, sentence, places.clone());
                    let sentence = format!(
                        "No file defines the client app {id}; open the file that does, or correct \
                         the entry."
                    );
                    self.say("target-known", Truth::NotStated, sentence, places);
                    None
                }
                (many, _) => {
                    self.several(format!("The list of {asks} has {many} entries"), places);
                    None
                }
            }
        } else {
            let owners: BTreeSet<ClientKey> = owners(project, requester).collect();
            let place = |owner: &ClientKey| entries(project, *owner, requester);
            let places: Vec<Place> = owners.iter().flat_map(place).collect();
            match (owners.len(), owners.first()) {
                (1, Some(target)) => Some(*target),
                (0, _) => {
                    let (truth, sentence) = match self.client(requester).id {
                        Some(_) => (Truth::False, format!("No list names {asks}.")),
                        None => (Truth::NotStated, no_id(asks)),
                    };
                    self.say("permission", truth, sentence, Vec::new());
                    let sentence =
                        format!("Name the target, and add the id of {asks} to its list.");
                    self.say("target-known", Truth::NotStated, sentence, Vec::new());
                    None
                }
                (many, _) => {
                    self.several(format!("{many} client apps list {asks}"), places);
                    None
                }
            }
        }
    }

    fn several(&mut self, found: String, places: Vec<Place>) {
        let sentence = format!("{found}; which one is meant is not stated.");
        self.say("permission", Truth::NotStated, sentence, places.clone());
        let sentence = format!("{found}; name the target.");
        self.say("target-known", Truth::NotStated, sentence, places);
    }

    /// The conditions on an external token; gives the target, which is the client app that holds
    /// the identity.
    fn external(&mut self, issuer: &str, subject: &str) -> Option<ClientKey> {
        let project = self.project;
        let requester = self.question.requester;
        let exact = project.by_identity(issuer, subject);
        let holders: BTreeSet<ClientKey> = exact.iter().map(|(key, _)| *key).collect();
        let places: Vec<Place> =
            exact.iter().map(|(key, at)| self.client(*key).identities[*at].place).collect();
        let names = |holders: &BTreeSet<ClientKey>| {
            let labels: Vec<_> = holders.iter().map(|key| project.client(*key).label()).collect();
            labels.join(" and ")
        };
        let target = self.question.target.or(match holders.len() {
            1 => holders.first().copied(),
            _ => None,
        });
        let (truth, sentence, evidence) = match (holders.len(), self.question.target) {
            (0, _) => {
                let (near, evidence) = self.near_misses(issuer, subject);
                let sentence = format!(
                    "No client app holds an identity with the issuer {issuer} and the subject \
                     {subject}.{near}"
                );
                (Truth::False, sentence, evidence)
            }
            (1, Some(target)) if !holders.contains(&target) => {
                let sentence = format!(
                    "{} does not hold this identity; {} does.",
                    self.label(target),
                    names(&holders)
                );
                (Truth::False, sentence, places)
            }
            (1, _) => {
                let sentence = format!(
                    "{} holds an identity with exactly this issuer and subject.",
                    names(&holders)
                );
                (Truth::True, sentence, places)
            }
            _ => {
                let sentence = format!(
                    "{} hold the same issuer and subject; an identity must stand for one client \
                     app only.",
                    names(&holders)
                );
                (Truth::False, sentence, places)
            }
        };
        self.say("identity-match", truth, sentence, evidence);
        match target {
            Some(target) => {
                let (owner, entry) = self.reading.broker_permission(requester, target);
                self.permission(owner, entry);
                self.known("target-known", target);
            }
            None => {
                let sentence = if holders.is_empty() {
                    "The token would come out for the client app that holds the identity, and none \
                     does; add the identity to it."
                } else {
                    "The token would come out for the client app that holds the identity, and it \
                     is not clear which; name the target."
                };
                self.say("target-known", Truth::NotStated, sentence, Vec::new());
            }
        }
        target
    }

    /// Identities that differ from a pair in form only, in words.
    fn near_misses(&self, issuer: &str, subject: &str) -> (String, Vec<Place>) {
        let mut sentence = String::new();
        let mut evidence = Vec::new();
        for (key, at) in self.project.by_similar_identity(issuer, subject) {
            let identity = &self.client(*key).identities[*at];
            let Some((own_issuer, own_subject)) = identity.pair() else { continue };
            let mut differences = Vec::new();
            for (what, asked, own) in
                [("issuer", issuer, own_issuer), ("subject", subject, own_subject)]
            {
                differences.extend(difference(asked, own).map(|how| format!("{what}: {how}")));
            }
            sentence.push_str(&format!(
                " {} holds \u{201c}{own_issuer}\u{201d} with \u{201c}{own_subject}\u{201d}, which \
                 differs in form only ({}); both must be exactly the same text.",
                self.label(*key),
                differences.join("; "),
            ));
            evidence.push(identity.place);
        }
        (sentence, evidence)
    }

    fn permission(&mut self, owner: ClientKey, entry: ClientKey) {
        let (owns, named) = (self.label(owner), self.label(entry));
        let places = entries(self.project, owner, entry);
        if !places.is_empty() {
            let sentence = format!("The list of {owns} names {named}.");
            return self.say("permission", Truth::True, sentence, places);
        }
        if self.client(entry).id.is_none() {
            return self.say("permission", Truth::NotStated, no_id(named), Vec::new());
        }
        // An entry that was cut short or mistyped is the likeliest reason.
        let meant = self.client(owner).permissions.iter().find(|permission| {
            let dangling = permission.id.as_ref().filter(|_| permission.client.is_none());
            dangling.is_some_and(|id| self.project.did_you_mean(id).contains(&entry))
        });
        let (hint, evidence) = match meant {
            Some(permission) => {
                let id = permission.id.as_ref().map_or("", Id::as_str);
                let hint =
                    format!(" Its entry {id} may be meant to, but is not the id of {named}.");
                (hint, vec![permission.place])
            }
            None => (String::new(), Vec::new()),
        };
        let sentence = format!("The list of {owns} does not name {named}.{hint}");
        self.say("permission", Truth::False, sentence, evidence);
    }

    fn restricted(&mut self, target: ClientKey) {
        let client = self.client(target);
        let label = client.label();
        let (truth, sentence) = match client.flag(Setting::Restricted).map(|flag| flag.value) {
            Some(false) => (Truth::True, format!("{label} is not restricted to assigned users.")),
            Some(true) => (
                Truth::NotStated,
                format!("{label} is restricted; who is assigned to it is not stated."),
            ),
            None => (
                Truth::NotStated,
                format!("Whether {label} is restricted to assigned users is not stated."),
            ),
        };
        let evidence = places(client, Setting::Restricted);
        self.say("target-restricted", truth, sentence, evidence);
    }

    /// Between the client that the token goes in for, or that brings it, and the target.
    fn subscription(&mut self, target: ClientKey) {
        let source = match self.question.subject {
            Subject::UserOf(client) if self.reading == Reading::RequesterListsOrigin => client,
            _ => self.question.requester,
        };
        let ends = [self.client(source), self.client(target)];
        let [from, to] = ends.map(ClientApp::label);
        let mut evidence: Vec<Place> = ends
            .iter()
            .filter_map(|client| client.subscription.as_ref())
            .map(|stated| stated.place)
            .collect();
        let sentence;
        let truth = match ends.map(|client| client.subscription.as_ref().map(|it| &it.value)) {
            _ if source == target => {
                sentence = format!("{to} is on both sides, so no subscription is left.");
                Truth::True
            }
            [Some(a), Some(b)] if a == b => {
                sentence = format!("{from} and {to} are in the same subscription.");
                Truth::True
            }
            subscriptions => {
                let flags = ends.map(|client| client.flag(Setting::AllowCrossSubscription));
                evidence.extend(flags.iter().flatten().map(|flag| flag.place));
                let crossing = match subscriptions {
                    [Some(_), Some(_)] => format!("{from} and {to} are in different subscriptions"),
                    _ => format!("Whether {from} and {to} share a subscription is not stated"),
                };
                let differ = subscriptions.iter().all(Option::is_some);
                let stated = flags.map(|flag| flag.map(|flag| flag.value));
                match stated {
                    [Some(true), Some(true)] => {
                        sentence = format!("{crossing}; both allow crossing.");
                        Truth::True
                    }
                    [Some(false), _] if differ => {
                        sentence = format!("{crossing}, and {from} does not allow crossing.");
                        Truth::False
                    }
                    [_, Some(false)] if differ => {
                        sentence = format!("{crossing}, and {to} does not allow crossing.");
                        Truth::False
                    }
                    _ if differ => {
                        sentence =
                            format!("{crossing}; whether both allow crossing is not stated.");
                        Truth::NotStated
                    }
                    _ => {
                        sentence = format!("{crossing}.");
                        Truth::NotStated
                    }
                }
            }
        };
        self.say("subscription", truth, sentence, evidence);
    }
}

fn no_id(label: &str) -> String {
    format!("{label} states no id, so whether a list names it is not stated.")
}

/// Where a client app states a setting, in whatever way.
fn places(client: &ClientApp, setting: Setting) -> Vec<Place> {
    client.settings.iter().filter(|value| value.setting == setting).map(|it| it.place).collect()
}

/// How two texts that are alike in form differ; `None` when they are the same.
fn difference(asked: &str, own: &str) -> Option<String> {
    if asked == own {
        return None;
    }
    let mut ways = Vec::new();
    if asked.trim() != asked || own.trim() != own {
        ways.push("white space around it");
    }
    let (asked, own) = (asked.trim(), own.trim());
    if asked.ends_with('/') != own.ends_with('/')
        || asked.len() - asked.trim_end_matches('/').len()
            != own.len() - own.trim_end_matches('/').len()
    {
        ways.push("a slash at its end");
    }
    if asked.trim_end_matches('/') != own.trim_end_matches('/') {
        ways.push("upper and lower case");
    }
    Some(ways.join(" and "))
}

//! The steps of a decision, each put into words.

use std::collections::BTreeSet;

use crate::config::{ClientApp, ClientKey, Id, Permission, Place, Project, Setting};

use super::super::Reading;
use super::{Assumptions, Decision, Question, Step, Subject, Truth, conditions, owners};

/// Goes through all conditions of one exchange.
pub(super) fn run(
    project: &Project,
    reading: Reading,
    question: &Question,
    assumed: &Assumptions,
) -> Decision {
    let mut inquiry = Inquiry { project, reading, question, assumed, steps: Vec::new() };
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

struct Inquiry<'a> {
    project: &'a Project,
    reading: Reading,
    question: &'a Question,
    assumed: &'a Assumptions,
    steps: Vec<Step>,
}

impl<'a> Inquiry<'a> {
    fn client(&self, key: ClientKey) -> &'a ClientApp {
        self.project.client(key)
    }

    fn label(&self, key: ClientKey) -> &'a str {
        self.client(key).label()
    }

    /// What the list of a client app holds, as far as it is not supposed to be taken out.
    fn permissions(&self, owner: ClientKey) -> impl Iterator<Item = &'a Permission> {
        let assumed = self.assumed;
        let permissions = self.client(owner).permissions.iter().enumerate();
        permissions
            .filter(move |(at, _)| !assumed.drops_permission(owner, *at))
            .map(|(_, permission)| permission)
    }

    /// The places where the list of `owner` names `entry`, as far as they are not supposed to be
    /// taken out.
    fn entries(&self, owner: ClientKey, entry: ClientKey) -> Vec<Place> {
        let Some(id) = &self.client(entry).id else { return Vec::new() };
        let named = self.permissions(owner).filter(|it| it.id.as_ref() == Some(&id.value));
        named.map(|it| it.place).collect()
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
        if self.assumed.disabled(key) {
            let sentence = format!("{label} is supposed to be disabled.");
            return self.say(step, Truth::False, sentence, Vec::new());
        }
        let truth = conditions::enabled(client);
        let sentence = match truth {
            Truth::True => format!("{label} is enabled."),
            Truth::False => format!("{label} is disabled."),
            Truth::NotStated => format!("Whether {label} is enabled is not stated."),
        };
        let evidence = places(client, Setting::Enabled);
        self.say(step, truth, sentence, evidence);
    }

    /// Only a client that authenticates can be held to what its list says (RFC 8693 §2.1, §5).
    fn credential(&mut self) {
        let client = self.client(self.question.requester);
        let label = client.label();
        if self.assumed.expired(client.key) {
            let sentence = format!(
                "The secrets of {label} are supposed to have expired, so it has no credential."
            );
            return self.say("requester-credential", Truth::False, sentence, Vec::new());
        }
        let sentence = match (conditions::credential(client), client.secrets().map(<[_]>::len)) {
            (Truth::False, _) => format!(
                "{label} is public: it has no credential, so whoever holds a token could exchange \
                 it in its name."
            ),
            (Truth::NotStated, Some(_)) => {
                format!(
                    "The list of secrets of {label} is empty; whether it has one is not stated."
                )
            }
            (Truth::NotStated, None) => format!("Whether {label} is public is not stated."),
            (Truth::True, _) if client.flag(Setting::Public).is_some() => {
                format!("{label} is not public: it has a credential of its own.")
            }
            (Truth::True, _) => format!("{label} has a secret."),
        };
        let truth = conditions::credential(client);
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
            let permissions = || self.permissions(requester);
            let named: BTreeSet<_> =
                permissions().filter_map(|it| it.id.as_ref()).map(Id::key).collect();
            let places: Vec<Place> = permissions().map(|it| it.place).collect();
            let resolved = permissions().find_map(|it| it.client);
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
            let owners: BTreeSet<ClientKey> = owners(project, requester)
                .filter(|owner| !self.entries(*owner, requester).is_empty())
                .collect();
            let place = |owner: &ClientKey| self.entries(*owner, requester);
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
        let mut exact = project.by_identity(issuer, subject);
        let held = exact.len();
        exact.retain(|(holder, at)| !self.assumed.drops_identity(*holder, *at));
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
                let (near, evidence) = match held {
                    0 => self.near_misses(issuer, subject),
                    _ => (" It is supposed to be taken out.".to_owned(), Vec::new()),
                };
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
        let places = self.entries(owner, entry);
        if !places.is_empty() {
            let sentence = format!("The list of {owns} names {named}.");
            return self.say("permission", Truth::True, sentence, places);
        }
        if self.client(entry).id.is_none() {
            return self.say("permission", Truth::NotStated, no_id(named), Vec::new());
        }
        let dropped = super::entries(self.project, owner, entry);
        if !dropped.is_empty() {
            let sentence = format!("The list of {owns} is supposed not to name {named} any more.");
            return self.say("permission", Truth::False, sentence, dropped);
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
        let truth = conditions::open(client);
        let sentence = match (truth, client.flag(Setting::Restricted)) {
            (Truth::True, _) => format!("{label} is not restricted to assigned users."),
            (_, Some(_)) => format!("{label} is restricted; who is assigned to it is not stated."),
            (_, None) => format!("Whether {label} is restricted to assigned users is not stated."),
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
        let subscriptions = ends.map(|client| client.subscription.as_ref().map(|it| &it.value));
        if source == target {
            let sentence = format!("{to} is on both sides, so no subscription is left.");
            return self.say("subscription", Truth::True, sentence, evidence);
        }
        let same = match subscriptions {
            [Some(a), Some(b)] => Some(a == b),
            _ => None,
        };
        if same == Some(true) {
            let sentence = format!("{from} and {to} are in the same subscription.");
            return self.say("subscription", Truth::True, sentence, evidence);
        }
        let flags = ends.map(|client| client.flag(Setting::AllowCrossSubscription));
        evidence.extend(flags.iter().flatten().map(|flag| flag.place));
        let differ = match same {
            Some(_) => format!("{from} and {to} are in different subscriptions"),
            None => format!("Whether {from} and {to} share a subscription is not stated"),
        };
        let crossing = ends.map(conditions::crossing);
        let truth = conditions::subscription(same, crossing);
        let sentence = match truth {
            Truth::True => format!("{differ}; both allow crossing."),
            Truth::False => {
                let who = if crossing[0] == Some(false) { from } else { to };
                format!("{differ}, and {who} does not allow crossing.")
            }
            Truth::NotStated if same.is_some() => {
                format!("{differ}; whether both allow crossing is not stated.")
            }
            Truth::NotStated => format!("{differ}."),
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

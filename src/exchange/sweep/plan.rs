//! What a sweep asks: every exchange that the configuration permits, and a sample of those it does
//! not.
//!
//! What is permitted is a list, so all of it is asked. What is not permitted is nearly everything,
//! so a sample stands for it, the same one for the same seed. Half of the sample are near misses,
//! because that is where servers go wrong: the permission exists and a condition forbids it, the
//! permission runs the other way, two hops would lead there, or a client app brings an external
//! identity that only another may bring. The kinds take turns, so that a common one leaves room for
//! the others. The rest is drawn at large. Whatever is in the plan, [`decide`] has decided it.

use std::collections::{BTreeMap, BTreeSet};

use super::dice::Dice;
use crate::config::{ClientKey, Project};
use crate::trust::{
    Access, Node, Question, Reading, Subject, TrustGraph, Verdict, candidates, decide,
};
use petgraph::stable_graph::NodeIndex;
use serde::{Deserialize, Serialize};

/// What goes into a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanOptions {
    /// How many exchanges that are not permitted are asked for by each client app.
    pub sample: usize,
    /// Chooses them; the same seed chooses the same ones.
    pub seed: u64,
    /// Whether external identities are part of it.
    pub externals: bool,
}

impl Default for PlanOptions {
    fn default() -> Self {
        Self { sample: 4, seed: 0, externals: true }
    }
}

/// What the configuration leads to expect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expected {
    Granted,
    Refused,
}

/// Why an exchange is in the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// The configuration permits it.
    Permitted,
    /// A list permits it, and something else forbids it, as a client app that is disabled.
    Condition,
    /// The permission runs the other way.
    Reverse,
    /// Two permitted exchanges would lead there, one does not.
    TwoHops,
    /// Another client app may bring this external identity, the one that asks may not.
    AnotherBroker,
    /// Drawn from all that is not permitted.
    Sample,
}

/// One exchange to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Names it in reports, the same for the same configuration.
    pub id: String,
    pub question: Question,
    pub target: ClientKey,
    pub expected: Expected,
    /// Whether every condition is stated; a grant that rests on what is not stated is expected, but
    /// not certain.
    pub certain: bool,
    pub why: Why,
}

/// All that a sweep asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub reading: Reading,
    pub options: PlanOptions,
    /// Those that are permitted first.
    pub items: Vec<Item>,
    /// What cannot be asked for, one sentence each.
    pub left_out: Vec<String>,
}

impl Plan {
    /// How many items are expected to end so.
    pub fn count(&self, expected: Expected) -> usize {
        self.items.iter().filter(|item| item.expected == expected).count()
    }
}

/// Makes the plan for a project under a reading.
pub fn plan(project: &Project, reading: Reading, options: PlanOptions) -> Plan {
    let graph = TrustGraph::new(project, reading);
    let access = Access::new(project, &graph);
    let mut planner = Planner {
        project,
        reading,
        options,
        items: Vec::new(),
        seen: BTreeSet::new(),
        near: BTreeMap::new(),
        pairs: Vec::new(),
        brought: Vec::new(),
    };
    let mut left_out = Vec::new();
    for client in project.clients() {
        if let Err(why) = address(project, client.key) {
            left_out.push(why);
        }
    }
    if options.externals {
        planner.pairs = access
            .externals()
            .iter()
            .filter_map(|node| match graph.graph.node_weight(NodeIndex::new(*node as usize)) {
                Some(Node::External { issuer, subject }) => Some((issuer.clone(), subject.clone())),
                _ => None,
            })
            .collect();
    }
    planner.permitted(&graph, &access);
    planner.near_misses(&access);
    planner.refused();
    Plan { reading, options, items: planner.items, left_out }
}

/// The id that a client app is known by on the server.
///
/// # Errors
///
/// A sentence, when it states none or when it is not clear which document describes it.
pub fn address(project: &Project, key: ClientKey) -> Result<&str, String> {
    let client = project.client(key);
    let Some(id) = &client.id else {
        return Err(format!(
            "{} ({}) states no id, so no exchange can name it.",
            client.label(),
            project.describe_place(client.place)
        ));
    };
    match project.all_by_id(&id.value) {
        [_] => Ok(id.value.as_str()),
        several => Err(format!(
            "{} documents have the id of {} ({}); which of them the server has is not stated.",
            several.len(),
            client.label(),
            project.describe_place(id.place)
        )),
    }
}

/// The name of an exchange in reports.
pub fn item_id(project: &Project, question: &Question, target: ClientKey) -> String {
    let key = |client: ClientKey| match &project.client(client).id {
        Some(id) => id.value.key().into_owned(),
        None => format!("#{}", client.0),
    };
    let subject = match &question.subject {
        Subject::UserOf(client) => format!("user of {}", key(*client)),
        Subject::External { issuer, subject } => format!("{subject} of {issuer}"),
    };
    format!("{} | {subject} | {}", key(question.requester), key(target))
}

/// How many near misses of one client app and one kind are looked at.
const MOST_NEAR: usize = 256;

struct Planner<'a> {
    project: &'a Project,
    reading: Reading,
    options: PlanOptions,
    items: Vec<Item>,
    seen: BTreeSet<String>,
    /// What each requester nearly may.
    near: BTreeMap<ClientKey, BTreeMap<Why, Vec<Question>>>,
    /// External identities.
    pairs: Vec<(String, String)>,
    /// External identities that somebody may bring, and the client apps they become.
    brought: Vec<(String, String, ClientKey)>,
}

impl Planner<'_> {
    fn add(&mut self, why: Why, question: Question) -> bool {
        let Some(target) = question.target else { return false };
        let subject = match question.subject {
            Subject::UserOf(client) => Some(client),
            Subject::External { .. } => None,
        };
        let named = [question.requester, target].into_iter().chain(subject);
        if named.into_iter().any(|key| address(self.project, key).is_err()) {
            return false;
        }
        let verdict = decide(self.project, self.reading, &question).verdict();
        let expected =
            if verdict == Verdict::Refused { Expected::Refused } else { Expected::Granted };
        if (expected == Expected::Granted) != (why == Why::Permitted) {
            return false;
        }
        let id = item_id(self.project, &question, target);
        let fresh = self.seen.insert(id.clone());
        if fresh {
            let certain = verdict != Verdict::AllowedIfNotStated;
            self.items.push(Item { id, question, target, expected, certain, why });
        }
        fresh
    }

    fn permitted(&mut self, graph: &TrustGraph, access: &Access) {
        for from in access.starts() {
            if !self.options.externals && !access.is_client(from) {
                continue;
            }
            for to in access.out().row(from) {
                for hop in access.hops(from, *to) {
                    let question = hop.question(graph);
                    let brought = match (&question.subject, question.target) {
                        (Subject::External { issuer, subject }, Some(principal)) => {
                            Some((issuer.clone(), subject.clone(), principal))
                        }
                        _ => None,
                    };
                    if self.add(Why::Permitted, question) {
                        self.brought.extend(brought);
                    }
                }
            }
        }
        // Several may bring the same.
        self.brought.sort();
        self.brought.dedup();
        // As a person reads them: by who asks.
        self.items.sort_by_key(|item| item.question.requester);
    }

    fn miss(&mut self, why: Why, requester: ClientKey, subject: Subject, target: ClientKey) {
        let near = self.near.entry(requester).or_default().entry(why).or_default();
        if near.len() < MOST_NEAR {
            near.push(Question { requester, subject, target: Some(target) });
        }
    }

    fn near_misses(&mut self, access: &Access) {
        let reading = self.reading;
        let key = |node: u32| ClientKey(node as usize);
        let mut pairs = Vec::new();
        // Who may bring an external identity lists one of its client apps, or is listed by it: of a
        // large estate that is a handful for each, and everybody for each would be millions.
        let mut near = BTreeMap::<ClientKey, BTreeSet<ClientKey>>::new();
        for client in self.project.clients() {
            let ids = client.permissions.iter().filter_map(|it| it.id.as_ref());
            for other in ids.flat_map(|id| self.project.all_by_id(id)) {
                near.entry(*other).or_default().insert(client.key);
                near.entry(client.key).or_default().insert(*other);
            }
            let listed = client.permissions.iter().filter_map(|it| it.client);
            let subjects = std::iter::once(client.key).chain(listed).map(Subject::UserOf);
            for subject in subjects {
                for target in candidates(self.project, reading, client.key, &subject) {
                    self.miss(Why::Condition, client.key, subject.clone(), target);
                }
            }
        }
        for (issuer, subject) in std::mem::take(&mut self.pairs) {
            let holders = self.project.by_identity(&issuer, &subject);
            let who: BTreeSet<ClientKey> = holders
                .iter()
                .flat_map(|(holder, _)| near.get(holder).into_iter().flatten())
                .copied()
                .collect();
            let external = Subject::External { issuer: issuer.clone(), subject: subject.clone() };
            for requester in who {
                for target in candidates(self.project, reading, requester, &external) {
                    self.miss(Why::Condition, requester, external.clone(), target);
                }
            }
            pairs.push((issuer, subject));
        }
        self.pairs = pairs;
        for from in (0..access.clients()).filter_map(|at| u32::try_from(at).ok()) {
            for to in access.out().row(from) {
                let (a, b) = (key(from), key(*to));
                self.miss(Why::Reverse, reading.requester(b, a), Subject::UserOf(b), a);
                for further in access.out().row(*to) {
                    let c = key(*further);
                    self.miss(Why::TwoHops, reading.requester(a, c), Subject::UserOf(a), c);
                }
            }
        }
    }

    fn refused(&mut self) {
        let clients: Vec<ClientKey> = self.project.clients().iter().map(|it| it.key).collect();
        for requester in clients.iter().copied() {
            let Ok(id) = address(self.project, requester) else { continue };
            let mut dice = Dice::new(self.options.seed, id);
            let mut left = self.options.sample;
            let mut near = self.near.remove(&requester).unwrap_or_default();
            near.insert(Why::AnotherBroker, self.another_broker(&mut dice, requester));
            let mut kinds: Vec<(Why, Vec<Question>)> = near.into_iter().collect();
            for (_, questions) in &mut kinds {
                dice.shuffle(questions);
            }
            dice.shuffle(&mut kinds);
            // Half of them at most, rounded up, from each kind in turn.
            while left > self.options.sample / 2 && !kinds.is_empty() {
                kinds.retain_mut(|(why, questions)| {
                    while left > self.options.sample / 2
                        && let Some(question) = questions.pop()
                    {
                        if self.add(*why, question) {
                            left -= 1;
                            return true;
                        }
                    }
                    false
                });
            }
            for _ in 0..8 * left + 8 {
                if left == 0 {
                    break;
                }
                let question = self.drawn(&mut dice, requester, &clients);
                left -= usize::from(self.add(Why::Sample, question));
            }
        }
    }

    /// What others may bring, as if this client app might.
    fn another_broker(&self, dice: &mut Dice, requester: ClientKey) -> Vec<Question> {
        let all = self.brought.len();
        let places: Vec<usize> = if all <= MOST_NEAR {
            (0..all).collect()
        } else {
            (0..MOST_NEAR).map(|_| dice.below(all)).collect()
        };
        let brought = places.into_iter().filter_map(|place| self.brought.get(place));
        brought
            .map(|(issuer, subject, principal)| Question {
                requester,
                subject: Subject::External { issuer: issuer.clone(), subject: subject.clone() },
                target: Some(*principal),
            })
            .collect()
    }

    fn drawn(&self, dice: &mut Dice, requester: ClientKey, clients: &[ClientKey]) -> Question {
        let target = clients.get(dice.below(clients.len())).copied();
        let pair = self.pairs.get(dice.below(self.pairs.len()));
        let other = clients.get(dice.below(clients.len())).copied().unwrap_or(requester);
        let subject = match (dice.below(4), pair) {
            (0, Some((issuer, subject))) => {
                Subject::External { issuer: issuer.clone(), subject: subject.clone() }
            }
            (1, _) => Subject::UserOf(other),
            _ if self.reading == Reading::RequesterListsOrigin => Subject::UserOf(other),
            _ => Subject::UserOf(requester),
        };
        // Under this reading the token comes out for the one who asks, so the question is whose goes
        // in.
        let own = self.reading == Reading::RequesterListsOrigin && dice.below(2) == 0;
        Question { requester, subject, target: if own { Some(requester) } else { target } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn estate() -> Project {
        Project::from_sources(samples::estate())
    }

    #[test]
    fn a_plan_is_what_decide_says_and_the_same_each_time() {
        let project = estate();
        for reading in Reading::ALL {
            let options = PlanOptions { seed: 7, ..PlanOptions::default() };
            let made = plan(&project, reading, options);
            assert_eq!(made, plan(&project, reading, options));
            for item in &made.items {
                let verdict = decide(&project, reading, &item.question).verdict();
                assert_eq!(verdict == Verdict::Refused, item.expected == Expected::Refused);
            }
            assert!(made.count(Expected::Granted) > 20, "{reading}");
            assert!(made.count(Expected::Refused) > 100, "{reading}");
            for why in [Why::Reverse, Why::TwoHops, Why::AnotherBroker, Why::Sample] {
                assert!(made.items.iter().any(|item| item.why == why), "{reading} {why:?}");
            }
            for near in made.items.iter().filter(|item| item.why == Why::AnotherBroker) {
                let same = |item: &&Item| {
                    item.why == Why::Permitted
                        && (&item.question.subject, item.target)
                            == (&near.question.subject, near.target)
                };
                let broker = made.items.iter().find(same).expect("somebody may bring it");
                assert_ne!(broker.question.requester, near.question.requester);
                assert!(matches!(near.question.subject, Subject::External { .. }));
            }
            let alone = plan(&project, reading, PlanOptions { externals: false, ..options });
            let external = |item: &Item| matches!(item.question.subject, Subject::External { .. });
            assert!(!alone.items.iter().any(external), "{reading}");
            let other = plan(&project, reading, PlanOptions { seed: 8, ..options });
            assert_ne!(made.items, other.items);
        }
    }

    #[test]
    fn every_usable_hop_is_in_the_plan() {
        let project = estate();
        for reading in Reading::ALL {
            let made = plan(&project, reading, PlanOptions { sample: 0, ..PlanOptions::default() });
            let asked: BTreeSet<&str> = made.items.iter().map(|item| item.id.as_str()).collect();
            // By brute force, over every requester, every user and every target.
            let keys: Vec<ClientKey> = project.clients().iter().map(|it| it.key).collect();
            for requester in &keys {
                for user in &keys {
                    for target in &keys {
                        let question = Question {
                            requester: *requester,
                            subject: Subject::UserOf(*user),
                            target: Some(*target),
                        };
                        let all = [*requester, *user, *target];
                        let permitted = decide(&project, reading, &question).verdict()
                            != Verdict::Refused
                            && all.iter().all(|key| address(&project, *key).is_ok());
                        let id = item_id(&project, &question, *target);
                        assert_eq!(asked.contains(id.as_str()), permitted, "{reading} {id}");
                    }
                }
            }
        }
    }
}

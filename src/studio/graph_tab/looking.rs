//! What is looked at: which client apps, and which groups of them as one box.
//!
//! One choice holds for the drawing and its table, the list of client apps and the answers to
//! questions. It names values and not places in files, so that it outlives edits. What a filter
//! leaves out is still there: chains may lead through it, and findings about it stay.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Arc, OnceLock};

use super::super::analysis::Analysis;
use super::super::selection::Selection;
use super::super::state::State;
use crate::audit::{FindingIs, asked};
use crate::config::{ClientKey, Project};
use crate::diagram::scene::{Group, GroupBy, GroupKey, groups};
use crate::trust::{Filter, Subset};

/// What is looked at, and how it is grouped. The default is everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looking {
    pub filter: Filter,
    /// Only client apps with such a finding.
    pub finding: Option<FindingIs>,
    pub group_by: GroupBy,
    /// Groups that are drawn as one box each.
    pub collapsed: BTreeSet<GroupKey>,
}

impl Looking {
    /// Whether a filter leaves something out.
    pub fn is_filtered(&self) -> bool {
        self.finding.is_some() || !self.filter.is_empty()
    }

    /// Whether both let the same through, however it is grouped.
    pub fn filters_as(&self, other: &Self) -> bool {
        self.filter == other.filter && self.finding == other.finding
    }

    /// Whether the drawing of the analysis shows just this.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// Without any filter, grouped as before.
    #[must_use]
    pub fn unfiltered(&self) -> Self {
        Self { filter: Filter::default(), finding: None, ..self.clone() }
    }

    /// The filter with what it asks of findings looked up.
    pub fn filter(&self, analysis: &Analysis) -> Filter {
        let Analysis { project, findings, .. } = analysis;
        let clients = self.finding.map(|finding| finding.clients(project, findings));
        Filter { clients: clients.or_else(|| self.filter.clients.clone()), ..self.filter.clone() }
    }

    /// The filter in words; empty when it lets everything through.
    pub fn words(&self, project: &Project) -> String {
        asked::words(&self.filter, self.finding, project)
    }
}

/// What a filter lets through, in one state of a project.
#[derive(Clone, Debug)]
pub struct Passing {
    looking: Arc<Looking>,
    pub analysis: Arc<Analysis>,
    pub subset: Subset,
    clients: HashSet<ClientKey>,
}

impl Passing {
    /// `None` where nothing is filtered.
    pub fn new(looking: &Arc<Looking>, analysis: &Arc<Analysis>) -> Option<Self> {
        if !looking.is_filtered() {
            return None;
        }
        let filter = looking.filter(analysis);
        let subset = filter.select(&analysis.project, &analysis.graph);
        let passes = |key: &ClientKey| subset.has_client(&analysis.graph, *key);
        let clients = analysis.project.clients().iter().map(|app| app.key);
        let clients = clients.filter(passes).collect();
        let (looking, analysis) = (Arc::clone(looking), Arc::clone(analysis));
        Some(Self { looking, analysis, subset, clients })
    }

    pub fn is_of(&self, looking: &Arc<Looking>, analysis: &Arc<Analysis>) -> bool {
        Arc::ptr_eq(&self.looking, looking) && Arc::ptr_eq(&self.analysis, analysis)
    }

    /// What it was worked out from.
    pub fn of(&self) -> (Arc<Looking>, Arc<Analysis>) {
        (Arc::clone(&self.looking), Arc::clone(&self.analysis))
    }

    /// How many client apps pass.
    pub fn clients(&self) -> usize {
        self.clients.len()
    }

    /// The client apps, as another state of the project names them.
    pub fn clients_of(&self, project: &Project) -> HashSet<ClientKey> {
        let known = &self.analysis.project;
        if known.revision() == project.revision() {
            return self.clients.clone();
        }
        let carried = self.clients.iter().filter_map(|key| {
            match Selection::Client(*key).carried_over(known, project)? {
                Selection::Client(key) => Some(key),
                _ => None,
            }
        });
        carried.collect()
    }
}

impl State {
    /// The groups of the boxes that are meant.
    pub(super) fn meant_groups(&self) -> BTreeSet<GroupKey> {
        let Analysis { project, graph, .. } = &*self.analysis;
        let by = self.graph.looking().group_by;
        let scene = self.graph.scene(&self.analysis);
        let boxes = self.meant_boxes();
        let boxes = boxes.iter().filter_map(|thing| scene.node_of(thing));
        let members = boxes.filter_map(|n| scene.nodes[n].members.first());
        members.map(|member| by.group(project, graph, member.node)).collect()
    }

    pub(super) fn all_groups(&self) -> BTreeSet<GroupKey> {
        let by = self.graph.looking().group_by;
        let groups = self.graph.choices().map(|choices| choices.groups(by));
        groups.into_iter().flatten().map(|group| group.key.clone()).collect()
    }
}

/// What of a project there is to choose from; worked out when it is looked at first, and then kept,
/// since a menu is drawn in every frame.
#[derive(Debug)]
pub struct Choices {
    analysis: Arc<Analysis>,
    values: OnceLock<Values>,
    /// In the order of [`GroupBy::ALL`].
    groups: [OnceLock<Vec<Group>>; GroupBy::ALL.len()],
}

/// The values that a filter can ask for.
#[derive(Debug)]
pub struct Values {
    pub issuers: BTreeSet<String>,
    /// By their keys.
    pub subscriptions: BTreeSet<String>,
    pub files: BTreeSet<String>,
    /// Rules with findings: id, title, and how many client apps have one.
    pub rules: Vec<(&'static str, &'static str, usize)>,
}

impl Choices {
    pub fn new(analysis: &Arc<Analysis>) -> Self {
        let analysis = Arc::clone(analysis);
        Self { analysis, values: OnceLock::new(), groups: Default::default() }
    }

    pub fn is_of(&self, analysis: &Arc<Analysis>) -> bool {
        Arc::ptr_eq(&self.analysis, analysis)
    }

    pub fn values(&self) -> &Values {
        self.values.get_or_init(|| {
            let project = &self.analysis.project;
            let clients = project.clients().iter();
            let pairs = clients.clone().flat_map(|app| &app.identities).filter_map(|it| it.pair());
            let subscriptions = clients.filter_map(|app| app.subscription.as_ref());
            Values {
                issuers: pairs.map(|(issuer, _)| issuer.to_owned()).collect(),
                subscriptions: subscriptions.map(|id| id.value.key().into_owned()).collect(),
                files: project.files().iter().map(|file| file.name.clone()).collect(),
                rules: rules(&self.analysis),
            }
        })
    }

    pub fn groups(&self, by: GroupBy) -> &[Group] {
        let at = GroupBy::ALL.iter().position(|it| *it == by).unwrap_or_default();
        self.groups[at].get_or_init(|| groups(&self.analysis.project, &self.analysis.graph, by))
    }
}

/// What can be asked of findings: of each rule, how many client apps have one.
fn rules(analysis: &Analysis) -> Vec<(&'static str, &'static str, usize)> {
    let mut clients: BTreeMap<&'static str, (&'static str, usize)> = BTreeMap::new();
    for app in analysis.project.clients() {
        let rules: BTreeMap<&'static str, &'static str> = analysis
            .findings_in(app.file, app.document)
            .map(|index| analysis.findings[index].rule)
            .map(|rule| (rule.id, rule.title))
            .collect();
        for (id, title) in rules {
            clients.entry(id).or_insert((title, 0)).1 += 1;
        }
    }
    clients.into_iter().map(|(id, (title, count))| (id, title, count)).collect()
}

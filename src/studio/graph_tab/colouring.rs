//! What boxes can be coloured by.

use crate::config::{ClientApp, Setting};
use crate::diagram::scene::{Difference, NodeKind, Scene};

use super::super::analysis::Analysis;
use super::super::canvas::Colours;

/// An attribute that boxes are coloured by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ColourBy {
    #[default]
    Nothing,
    Kind,
    Subscription,
    Issuer,
    Finding,
    Setting(Setting),
}

impl ColourBy {
    pub const ALL: [Self; 8] = [
        Self::Nothing,
        Self::Kind,
        Self::Subscription,
        Self::Issuer,
        Self::Finding,
        Self::Setting(Setting::Enabled),
        Self::Setting(Setting::Public),
        Self::Setting(Setting::Restricted),
    ];

    /// What it is called in lists, as in "Kind".
    pub fn word(self) -> &'static str {
        match self {
            Self::Nothing => "No colours",
            Self::Kind => "Kind",
            Self::Subscription => "Subscription",
            Self::Issuer => "Issuer",
            Self::Finding => "Worst finding",
            Self::Setting(Setting::Enabled) => "Enabled",
            Self::Setting(Setting::Public) => "Public",
            Self::Setting(Setting::Restricted) => "Restricted",
            Self::Setting(_) => "Setting",
        }
    }

    /// The value of every box of a scene.
    pub fn colours(self, analysis: &Analysis, scene: &Scene) -> Option<Colours> {
        let order: &[&str] = match self {
            Self::Nothing => return None,
            Self::Kind => &["Client app", "Broker", "Principal", "Broker and principal"],
            Self::Finding => &["Critical", "High", "Medium", "Low", "Info", "No finding"],
            Self::Setting(_) => &["True", "False", "Not stated"],
            Self::Subscription | Self::Issuer => &[],
        };
        let values: Vec<String> =
            scene.nodes.iter().map(|node| self.value(analysis, &node.kind, node)).collect();
        Some(Colours::new(self.word(), values.iter().map(String::as_str), order))
    }

    fn value(
        self,
        analysis: &Analysis,
        kind: &NodeKind,
        node: &crate::diagram::scene::SceneNode,
    ) -> String {
        if node.difference == Difference::Removed {
            // Only the old version knows its values.
            return "Removed".to_owned();
        }
        let client = match kind {
            NodeKind::Client(key) => analysis.project.clients().get(key.0),
            NodeKind::Ghost(_) => return "Id without a client app".to_owned(),
            NodeKind::Issuer(issuer) if self == Self::Issuer => return issuer.clone(),
            NodeKind::Issuer(_) => return "External issuer".to_owned(),
            NodeKind::Group(_) => return "Group".to_owned(),
        };
        let Some(client) = client else { return String::new() };
        match self {
            Self::Nothing => String::new(),
            Self::Kind => kind_of(node).to_owned(),
            Self::Subscription => match &client.subscription {
                Some(id) => id.value.as_str().to_owned(),
                None => "No subscription stated".to_owned(),
            },
            Self::Issuer => issuer(client),
            Self::Finding => finding(analysis, client),
            Self::Setting(setting) => match client.flag(setting) {
                Some(stated) if stated.value => "True".to_owned(),
                Some(_) => "False".to_owned(),
                None => "Not stated".to_owned(),
            },
        }
    }
}

fn kind_of(node: &crate::diagram::scene::SceneNode) -> &'static str {
    use crate::diagram::scene::Badge;
    let is = |badge| node.badges.contains(&badge);
    match (is(Badge::Broker), is(Badge::Principal)) {
        (true, true) => "Broker and principal",
        (true, false) => "Broker",
        (false, true) => "Principal",
        (false, false) => "Client app",
    }
}

fn issuer(client: &ClientApp) -> String {
    let mut issuers: Vec<&str> = client
        .identities
        .iter()
        .filter_map(|identity| identity.issuer.as_ref().map(|issuer| issuer.value.as_str()))
        .collect();
    issuers.sort_unstable();
    issuers.dedup();
    match issuers.as_slice() {
        [] => "No external identity".to_owned(),
        [one] => (*one).to_owned(),
        _ => "Several issuers".to_owned(),
    }
}

fn finding(analysis: &Analysis, client: &ClientApp) -> String {
    let worst = analysis
        .findings_in(client.file, client.document)
        .map(|index| analysis.findings[index].severity)
        .max();
    let Some(worst) = worst else { return "No finding".to_owned() };
    let mut name = worst.name().to_owned();
    name[..1].make_ascii_uppercase();
    name
}

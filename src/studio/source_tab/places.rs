//! From a name in the text to where it is defined, to everyone who names it, and back.

use crate::config::{FileId, Id, Place, Project};
use crate::yaml::{Document, Kind, NodeId, Span, Tree};

/// How many places are remembered to go back to.
const REMEMBERED: usize = 100;

/// Something in the text that names something else.
#[derive(Debug)]
enum Name {
    Id(Id),
    /// An anchor, by its node.
    Anchor(NodeId),
}

/// The places that name one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct References {
    /// What is named, as it is written.
    pub name: String,
    pub places: Vec<Place>,
}

/// What stands at an offset: its span, and what it names.
fn name_at(document: &Document, offset: usize) -> Option<(Span, Name)> {
    let tree = document.tree().ok()?;
    for id in tree.ids_from(offset) {
        let node = tree.node(id);
        if let Some(anchor) = tree.anchor_span(id)
            && anchor.start <= offset
            && offset <= anchor.end
        {
            return Some((anchor, Name::Anchor(id)));
        }
        if node.span.start > offset {
            break;
        }
        if offset > node.span.end || node.span.is_empty() {
            continue;
        }
        match node.kind {
            Kind::Mapping { flow: true, .. }
                if document.slice(node.span).starts_with("{{")
                    && document.slice(node.span).ends_with("}}") =>
            {
                let id = Id::unquoted(document.slice(node.span));
                return Some((node.span, Name::Id(id)));
            }
            Kind::Alias { target: Some(target) } => return Some((node.span, Name::Anchor(target))),
            Kind::Scalar(scalar) => {
                let text = document.text();
                let (before, after) = (&text[..node.span.start], &text[node.span.end..]);
                if before.ends_with("{{") && after.starts_with("}}") {
                    let span = Span::new(node.span.start - 2, node.span.end + 2);
                    return Some((span, Name::Id(Id::unquoted(document.slice(span)))));
                }
                let is_key = after.trim_start_matches([' ', '\t']).starts_with(':');
                return (!is_key).then(|| (node.span, Name::Id(Id::new(scalar.text))));
            }
            _ => {}
        }
    }
    None
}

/// Where an id is defined: client apps, subscriptions, customers and other documents that have it.
fn definitions(project: &Project, id: &Id) -> Vec<Place> {
    let clients = project.all_by_id(id).iter().map(|key| {
        let client = project.client(*key);
        client.id.as_ref().map_or(client.place, |id| id.place)
    });
    let others = project.other_documents().iter().filter_map(|other| {
        other.id.as_ref().filter(|stated| stated.value == *id).map(|stated| stated.place)
    });
    clients.chain(others).collect()
}

fn anchor_place(tree: &Tree, node: NodeId, near: Place) -> Place {
    let span = tree.anchor_span(node).unwrap_or_else(|| tree.node(node).span);
    Place { span, ..near }
}

/// Where what stands at a place is defined. The span of the result's first part is what names it.
pub(super) fn definition(project: &Project, at: Place) -> Option<(Span, Place)> {
    let document = project.document(at.file, at.document)?;
    let (span, name) = name_at(document, at.span.start)?;
    let place = match name {
        Name::Anchor(node) => anchor_place(document.tree().ok()?, node, at),
        Name::Id(id) => definitions(project, &id).into_iter().next()?,
    };
    let is_itself = (place.file, place.document) == (at.file, at.document)
        && place.span.start <= span.start
        && span.end <= place.span.end;
    (!is_itself).then_some((span, place))
}

/// Everyone who names what stands at a place, its definition first.
pub(super) fn references(project: &Project, at: Place) -> Option<References> {
    let document = project.document(at.file, at.document)?;
    let (_, name) = name_at(document, at.span.start)?;
    let (name, mut places) = match name {
        Name::Anchor(node) => {
            let tree = document.tree().ok()?;
            let aliases = tree
                .ids()
                .filter(|id| matches!(tree.node(*id).kind, Kind::Alias { target } if target == Some(node)))
                .map(|id| Place { span: tree.node(id).span, ..at });
            let mut places = vec![anchor_place(tree, node, at)];
            places.extend(aliases);
            (format!("&{}", tree.node(node).anchor.unwrap_or_default()), places)
        }
        Name::Id(id) => {
            let mut places = definitions(project, &id);
            places.extend(project.references(&id).iter().map(|(owner, index)| {
                let place = project.client(*owner).permissions[*index].place;
                id_within(project, place, &id)
            }));
            places.extend(project.clients().iter().filter_map(|client| {
                let stated = client.subscription.as_ref()?;
                (stated.value == id).then_some(stated.place)
            }));
            places.extend(project.other_documents().iter().filter_map(|other| {
                let stated = other.customer.as_ref()?;
                (stated.value == id).then_some(stated.place)
            }));
            (id.as_str().to_owned(), places)
        }
    };
    if places.is_empty() {
        return None;
    }
    let mut seen = std::collections::HashSet::new();
    places.retain(|place| seen.insert(*place));
    Some(References { name, places })
}

/// The id within an entry that names it.
fn id_within(project: &Project, entry: Place, id: &Id) -> Place {
    let found = project.document(entry.file, entry.document).and_then(|document| {
        let tree = document.tree().ok()?;
        tree.ids_from(entry.span.start)
            .map(|node| (node, tree.node(node)))
            .take_while(|(_, node)| node.span.start < entry.span.end)
            .find(|(node, it)| {
                it.span.start >= entry.span.start
                    && tree.text(*node).is_some_and(|text| Id::new(text) == *id)
            })
            .map(|(_, node)| node.span)
    });
    Place { span: found.unwrap_or(entry.span), ..entry }
}

/// Where the caret has been before it went elsewhere, to go back and forth.
#[derive(Debug, Default)]
pub struct Trail {
    back: Vec<(FileId, usize)>,
    forward: Vec<(FileId, usize)>,
}

impl Trail {
    /// Remembers a place that is about to be left for another.
    pub fn leave(&mut self, file: FileId, offset: usize) {
        if self.back.last() != Some(&(file, offset)) {
            self.back.push((file, offset));
        }
        if self.back.len() > REMEMBERED {
            self.back.remove(0);
        }
        self.forward.clear();
    }

    pub fn can_go_back(&self) -> bool {
        !self.back.is_empty()
    }

    pub fn can_go_forward(&self) -> bool {
        !self.forward.is_empty()
    }

    /// The place before, when `here` is left for it.
    pub fn go_back(&mut self, here: (FileId, usize)) -> Option<(FileId, usize)> {
        let place = self.back.pop()?;
        self.forward.push(here);
        Some(place)
    }

    /// The place that was left by going back.
    pub fn go_forward(&mut self, here: (FileId, usize)) -> Option<(FileId, usize)> {
        let place = self.forward.pop()?;
        self.back.push(here);
        Some(place)
    }

    /// Moves every place of a file with its text.
    pub fn map(&mut self, file: FileId, to: impl Fn(usize) -> usize) {
        for (at, offset) in self.back.iter_mut().chain(&mut self.forward) {
            if *at == file {
                *offset = to(*offset);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Source;

    const TEXT: &str = "\
!SubscriptionDto
id: \"{{guid:sub}}\"
---
!ClientAppDto
id: 11111111-1111-4111-8111-111111111111
subscriptionId: '{{ guid:sub }}'
allowedTokenExchangeClientApps:
  - id: &other AAAAAAAA-1111-4111-8111-111111111111
  - id: *other
  - {id: {{guid:c}}}
---
!ClientAppDto
id: aaaaaaaa-1111-4111-8111-111111111111
---
!ClientAppDto
id: \"{{guid:c}}\"
";

    fn project() -> Project {
        let bytes = TEXT.as_bytes().to_vec();
        Project::from_sources(vec![Source { path: None, name: "a".into(), bytes }])
    }

    fn at(project: &Project, text: &str) -> Place {
        let offset = TEXT.find(text).unwrap();
        let stream = project.files()[0].stream.as_ref().unwrap();
        let (document, within) = super::super::text::Text::new(stream).find(offset);
        Place { file: FileId(0), document, span: Span::new(within, within) }
    }

    fn line(project: &Project, place: Place) -> usize {
        project.position(place).line
    }

    #[test]
    fn a_name_leads_to_its_definition() {
        let project = project();
        for (name, expected) in
            [("AAAAAAAA", 13), ("*other", 8), ("'{{ guid", 2), ("{{guid:c}}}", 16)]
        {
            let (_, place) = definition(&project, at(&project, name))
                .unwrap_or_else(|| panic!("nothing for {name}"));
            assert_eq!(line(&project, place), expected, "{name}");
        }
        for name in ["11111111-1111", "id: 111", "!Subscription", "aaaaaaaa"] {
            assert!(definition(&project, at(&project, name)).is_none(), "{name}");
        }
    }

    #[test]
    fn everyone_who_names_it_is_found() {
        let project = project();
        let lines = |name: &str| {
            let references = references(&project, at(&project, name)).unwrap();
            references.places.iter().map(|place| line(&project, *place)).collect::<Vec<_>>()
        };
        assert_eq!(lines("aaaaaaaa"), [13, 8, 9]);
        assert_eq!(lines("\"{{guid:sub"), [2, 6]);
        assert_eq!(lines("&other"), [8, 9]);
    }

    #[test]
    fn the_trail_leads_back_and_forth() {
        let mut trail = Trail::default();
        trail.leave(FileId(0), 1);
        trail.leave(FileId(0), 5);
        trail.map(FileId(0), |offset| offset + 1);
        assert_eq!(trail.go_back((FileId(0), 9)), Some((FileId(0), 6)));
        assert_eq!(trail.go_back((FileId(0), 6)), Some((FileId(0), 2)));
        assert!(!trail.can_go_back());
        assert_eq!(trail.go_forward((FileId(0), 2)), Some((FileId(0), 6)));
        trail.leave(FileId(1), 0);
        assert!(!trail.can_go_forward());
    }
}

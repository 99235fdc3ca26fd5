//! New client apps, and copies of them, written as their neighbours are.

use crate::yaml::{Document, EditError, Op, Step, Stream, Value, Via};

use super::super::history::Delta;
use super::super::read::plain_tag;
use super::super::settings::Spelling;
use super::super::{CLIENT_TAG, FileId, Id, IdForm, Part, Place, Project};
use super::apply::refusal;
use super::{ChangeError, RefusedEdit, document, not_possible};

/// What a new client app states.
pub(super) struct Client<'a> {
    pub id: Option<&'a str>,
    pub name: &'a str,
    pub subscription: &'a Option<String>,
}

/// The tag of the root of a document, as written.
fn tag(document: &Document) -> Option<&str> {
    let tree = document.tree().ok()?;
    tree.node(tree.root()?).tag
}

fn is_client_app(document: &Document) -> bool {
    tag(document).is_some_and(|tag| plain_tag(tag) == CLIENT_TAG)
}

/// The documents around a place, the nearest first and the one before it before the one after.
fn around(stream: &Stream, at: usize) -> impl Iterator<Item = &Document> {
    let documents = stream.documents();
    let before = move |distance: usize| documents.get(at.checked_sub(distance)?);
    let after = move |distance: usize| documents.get(at + distance - 1);
    let distances = 1..=documents.len() + 1;
    distances.flat_map(move |it| [before(it), after(it)]).flatten().map(|it| &**it)
}

/// The keys of the root of a document, in order.
fn keys(document: &Document) -> Vec<&str> {
    let tree = document.tree().ok();
    let entries = tree.and_then(|tree| Some((tree, tree.entries(tree.root()?))));
    entries.map_or_else(Vec::new, |(tree, entries)| {
        entries.iter().filter_map(|(key, _)| tree.text(*key)).collect()
    })
}

/// The key under which a document states a part, as it spells it.
fn key_of(document: &Document, part: Part) -> Option<&str> {
    keys(document)
        .into_iter()
        .find(|key| Spelling::of_part(key).is_some_and(|it| it.part() == part))
}

/// The text that a client app states as a part.
fn stated(document: &Document, part: Part) -> Option<(&str, &str)> {
    let (key, tree) = (key_of(document, part)?, document.tree().ok()?);
    let text = tree.text(tree.get(tree.root()?, key)?)?;
    (!text.trim().is_empty()).then_some((key, text))
}

pub(super) fn add(
    project: &mut Project,
    file: FileId,
    at: Option<usize>,
    client: &Client<'_>,
) -> Result<Delta, ChangeError> {
    if client.name.trim().is_empty() {
        return not_possible("A client app needs a name");
    }
    if let Some(id) = client.id {
        check_free(project, id)?;
    }
    let stream = document::stream(project, file)?;
    let count = stream.documents().len();
    let last = || {
        (0..count).rev().find(|at| stream.documents().get(*at).is_some_and(|it| is_client_app(it)))
    };
    let at = at.unwrap_or_else(|| last().map_or(count, |last| last + 1));
    let like = neighbour(project, stream, at);
    let id = match client.id {
        Some(id) => id.to_owned(),
        None => {
            let like = like.and_then(|like| stated(like, Part::Id));
            new_id(project, like.map_or("", |(_, id)| id), client.name)
        }
    };
    let spelt = |part: Part, usual: &str| {
        like.and_then(|like| key_of(like, part)).unwrap_or(usual).to_owned()
    };
    let mut entries = vec![
        (spelt(Part::Id, "id"), Value::Text(id)),
        (spelt(Part::Name, "name"), Value::Text(client.name.to_owned())),
    ];
    if let Some(subscription) = client.subscription {
        let key = spelt(Part::Subscription, "subscriptionId");
        entries.push((key, Value::Text(subscription.clone())));
    }
    let order = like.map(keys).unwrap_or_default();
    // Keys that the neighbour does not have stay where they are among the others.
    let known: Vec<usize> =
        (0..entries.len()).filter(|at| order.contains(&entries[*at].0.as_str())).collect();
    let mut ordered: Vec<_> = known.iter().map(|at| entries[*at].clone()).collect();
    ordered.sort_by_key(|(key, _)| order.iter().position(|it| it == key));
    for (at, entry) in known.into_iter().zip(ordered) {
        entries[at] = entry;
    }
    let tag = like.and_then(tag).unwrap_or(CLIENT_TAG);
    let text = written(project, file, at, like, Some(tag), &Value::Mapping(entries))?;
    document::add(project, file, at, &text)
}

/// The client app to be written like: the nearest in the file, else the last one of any other. One
/// that states its id and its name shows most.
fn neighbour<'a>(project: &'a Project, stream: &'a Stream, at: usize) -> Option<&'a Document> {
    let others = project.files().iter().rev().filter_map(|it| it.stream.as_ref().ok());
    let streams = || {
        let others = others.clone().map(|it| (it, it.documents().len()));
        std::iter::once((stream, at)).chain(others)
    };
    let apps = || streams().flat_map(|(it, at)| around(it, at)).filter(|it| is_client_app(it));
    let shows = |it: &&Document| key_of(it, Part::Id).is_some() && key_of(it, Part::Name).is_some();
    apps().find(shows).or_else(|| apps().next())
}

pub(super) fn compose(
    project: &Project,
    file: FileId,
    at: usize,
    value: &Value,
) -> Result<Delta, ChangeError> {
    let stream = document::stream(project, file)?;
    let alike = |document: &&Document| {
        let Some((tree, root)) = document.tree().ok().and_then(|it| Some((it, it.root()?))) else {
            return false;
        };
        match value {
            Value::Mapping(_) => !tree.entries(root).is_empty(),
            Value::List(_) => !tree.items(root).is_empty(),
            Value::Text(_) | Value::Yaml(_) => true,
        }
    };
    let like = around(stream, at).find(alike);
    let text = written(project, file, at, like, like.and_then(tag), value)?;
    document::add(project, file, at, &text)
}

fn written(
    project: &Project,
    file: FileId,
    at: usize,
    like: Option<&Document>,
    tag: Option<&str>,
    value: &Value,
) -> Result<String, ChangeError> {
    let text = Document::compose(like, tag, value).map_err(|error| {
        let place = Place { file, document: at, ..Place::default() };
        let (file, line) = (project.file(file).name.clone(), project.position(place).line);
        ChangeError::Edit(Box::new(RefusedEdit { file, line, error, report: None }))
    })?;
    // The first document of a file needs no line that parts it from others.
    let alone = document::stream(project, file)?.documents().is_empty();
    let bare = text.strip_prefix("---").filter(|rest| alone && rest.starts_with(['\r', '\n']));
    Ok(bare.map_or(text.as_str(), |rest| rest.trim_start_matches(['\r', '\n'])).to_owned())
}

/// Refuses an id that a client app has.
fn check_free(project: &mut Project, id: &str) -> Result<(), ChangeError> {
    if id.trim().is_empty() {
        return not_possible("An id cannot be empty");
    }
    let wanted = Id::new(id);
    if !project.may_have(&wanted) {
        return Ok(());
    }
    project.settle();
    match project.by_id(&wanted) {
        Some(other) => {
            not_possible(format!("{} has the id {id} already", project.client(other).label()))
        }
        None => Ok(()),
    }
}

/// An id that no client app has, of the form of another one: a placeholder with the name of what
/// it is for, or a GUID in the same case and braces.
fn new_id(project: &Project, like: &str, name: &str) -> String {
    let like = Id::new(like);
    if let Some((kind, _)) = like.placeholder() {
        let mut word = String::new();
        for letter in name.trim().to_lowercase().chars() {
            match letter {
                letter if letter.is_alphanumeric() => word.push(letter),
                _ if word.is_empty() || word.ends_with(['-', '_']) => {}
                _ => word.push(if like.as_str().contains('-') { '-' } else { '_' }),
            }
        }
        let word = word.trim_end_matches(['-', '_']);
        let word = if word.is_empty() { "client" } else { word };
        let numbered = (2..).map(|number| format!("{{{{{kind}:{word}_{number}}}}}"));
        let mut ids = std::iter::once(format!("{{{{{kind}:{word}}}}}")).chain(numbered);
        return ids.find(|id| !project.may_have(&Id::new(id))).unwrap_or_default();
    }
    let mut id = uuid::Uuid::new_v4().to_string();
    if like.form() == IdForm::Guid {
        if like.as_str().bytes().any(|byte| byte.is_ascii_uppercase()) {
            id = id.to_uppercase();
        }
        if like.as_str().starts_with('{') {
            id = format!("{{{id}}}");
        }
    }
    id
}

pub(super) fn duplicate(project: &Project, file: FileId, at: usize) -> Result<Delta, ChangeError> {
    let original = document::existing(project, file, at)?;
    let mut copy: Option<Document> = None;
    if is_client_app(original) {
        let name = stated(original, Part::Name);
        let name = name.map(|(key, name)| (key, copy_name(project, name)));
        let id = stated(original, Part::Id).map(|(key, id)| {
            let name = name.as_ref().map(|(_, name)| name.clone());
            let placeholder = || Some(format!("{} copy", Id::new(id).placeholder()?.1));
            (key, new_id(project, id, &name.or_else(placeholder).unwrap_or_default()))
        });
        for (key, value) in [id, name].into_iter().flatten() {
            let path = vec![Step::Key(key.to_owned())];
            let op = Op::Set { path, value: Value::Text(value) };
            let now = copy.as_ref().unwrap_or(original);
            let edited = match now.edit(&op) {
                // Of the copy, so it is no business of other places.
                Err(EditError::Shared { .. }) => now.edit_via(&op, Via::Own),
                edited => edited,
            };
            copy = Some(edited.map_err(|error| refusal(project, file, at, now, &op, error))?);
        }
    }
    let text = copy.as_ref().unwrap_or(original).text();
    document::add(project, file, at + 1, text.trim_start_matches('\u{feff}'))
}

/// A name that says that it is a copy, and of which there is no other.
fn copy_name(project: &Project, name: &str) -> String {
    let taken = |wanted: &str| {
        let mut clients = project.clients().iter();
        clients.any(|it| it.name.as_ref().is_some_and(|it| it.value.trim() == wanted))
    };
    let numbered = (2..).map(|number| format!("{name} (copy {number})"));
    let mut names = std::iter::once(format!("{name} (copy)")).chain(numbered);
    names.find(|name| !taken(name)).unwrap_or_default()
}

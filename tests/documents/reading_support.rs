//! A document as a text in, what the studio read of it and what it says of it out.

use exchange_studio::config::{ClientApp, ClientKey, FileId, Place, ProblemKind, Project, Source};
use exchange_studio::yaml::Step;

pub const A: ClientKey = ClientKey(0);

pub fn project(texts: &[&str]) -> Project {
    let source = |(at, text): (usize, &&str)| Source {
        path: None,
        name: format!("{at}.yaml"),
        bytes: text.as_bytes().to_vec(),
    };
    Project::from_sources(texts.iter().enumerate().map(source).collect())
}

pub fn one(body: &str) -> (Project, ClientApp) {
    let project = project(&[&format!("!ClientAppDto\nid: a\n{body}\n")]);
    let client = project.client(A).clone();
    (project, client)
}

pub fn kinds(project: &Project) -> Vec<ProblemKind> {
    project.problems().map(|problem| problem.kind).collect()
}

/// Problems with the line they are on and the sentence they say.
pub fn problems(project: &Project) -> Vec<(ProblemKind, usize, &str)> {
    let line = |place: Place| project.position(place).line;
    project.problems().map(|it| (it.kind, line(it.place), it.message.as_str())).collect()
}

pub fn key(name: &str) -> Step {
    Step::Key(name.to_owned())
}

/// What a path leads to, as it is written; the proof that a path is right.
pub fn at<'p>(project: &'p Project, path: &[Step]) -> &'p str {
    let (last, way) = path.split_last().unwrap();
    let entries = project.entries(FileId(0), 0, way);
    let entry = entries.iter().find(|entry| entry.path.last() == Some(last));
    project.source(entry.unwrap_or_else(|| panic!("nothing at {path:?}")).place)
}

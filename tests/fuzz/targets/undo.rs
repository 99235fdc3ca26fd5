//! Changes, undone and made again, give the same bytes; and the model that follows each change is
//! the model of the text read afresh.
#![no_main]

use exchange_studio::config::{FileId, Project};
use exchange_studio::{Plan, project};
use libfuzzer_sys::fuzz_target;

fn bytes(project: &Project) -> Option<Vec<u8>> {
    project.file(FileId(0)).stream.as_ref().ok().map(|stream| stream.to_bytes())
}

/// What the project says, as text.
fn says(project: &Project) -> String {
    let problems: Vec<_> = project.problems().collect();
    format!("{:?}\n{:?}\n{problems:?}", project.clients(), project.other_documents())
}

fuzz_target!(|input: &[u8]| {
    let plan = Plan::new(input);
    let mut project = project(plan.text);
    let Some(first) = bytes(&project) else { return };
    assert!(first == plan.text, "a byte was lost");
    let mut states = vec![first];
    let mut changes = Vec::new();
    for pick in plan.picks() {
        let Some(change) = pick.change(&project) else { continue };
        let before = bytes(&project);
        match project.apply(&change) {
            Ok(()) => {
                let now = bytes(&project).expect("a text stays a text");
                if Some(&now) != states.last() {
                    let afresh = exchange_studio::project(&now);
                    assert!(says(&project) == says(&afresh), "the model lags: {change:?}");
                    states.push(now);
                }
            }
            Err(_) => assert!(bytes(&project) == before, "refused and done: {change:?}"),
        }
        changes.push(change);
    }
    for state in states.iter().rev().skip(1) {
        project.undo();
        assert!(bytes(&project).as_ref() == Some(state), "not undone: {changes:?}");
    }
    for state in states.iter().skip(1) {
        project.redo();
        assert!(bytes(&project).as_ref() == Some(state), "not made again: {changes:?}");
    }
});

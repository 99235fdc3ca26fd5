//! What happens to the files behind the studio's back is noticed.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use exchange_studio::config::{
    Change, ClientKey, DiskChange, DiskReport, FileId, OpenError, Presence, Project, SaveError,
    SaveOptions, Watcher,
};
use tempfile::TempDir;

const A: FileId = FileId(0);
const B: FileId = FileId(1);
/// For what must happen; nothing waits so long when it does.
const PATIENCE: Duration = Duration::from_secs(30);

fn client(id: &str) -> String {
    format!("!ClientAppDto\nid: {id}\n")
}

fn folder(names: &[&str]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for name in names {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, client(name)).unwrap();
    }
    folder
}

fn open(path: impl Into<PathBuf>) -> Project {
    Project::open(&[path.into()]).unwrap()
}

fn names(project: &Project, folder: &Path) -> Vec<String> {
    let short = |path: &Path| path.strip_prefix(folder).unwrap().display().to_string();
    project.files().iter().map(|file| short(file.path.as_deref().unwrap())).collect()
}

fn edit(project: &mut Project) {
    let change = Change::Set { client: ClientKey(0), key: "name".into(), value: "N".into() };
    project.apply(&change).unwrap();
}

#[test]
fn a_pattern_is_what_a_shell_would_make_of_it() {
    let folder = folder(&[
        "a.yaml",
        "b.yml",
        "c.txt",
        ".hidden.yaml",
        "one/a.yaml",
        "one/b.yaml",
        "one/deep/a.yaml",
        "two/a.yaml",
        ".git/a.yaml",
        "odd[1].yaml",
        "one/exchange-studio.yaml",
    ]);
    let root = folder.path();
    let cases: &[(&str, &[&str])] = &[
        ("*.yaml", &["a.yaml", "odd[1].yaml"]),
        ("?.y*ml", &["a.yaml", "b.yml"]),
        ("*/a.yaml", &["one/a.yaml", "two/a.yaml"]),
        ("{one,two}/*.yaml", &["one/a.yaml", "one/b.yaml", "two/a.yaml"]),
        ("**/a.yaml", &["a.yaml", "one/a.yaml", "one/deep/a.yaml", "two/a.yaml"]),
        ("one/[ab].yaml", &["one/a.yaml", "one/b.yaml"]),
        // A folder that matches is taken as a folder.
        ("t*", &["two/a.yaml"]),
        (".h*", &[".hidden.yaml"]),
        // What exists is no pattern.
        ("odd[1].yaml", &["odd[1].yaml"]),
        ("c.*", &["c.txt"]),
    ];
    for (pattern, files) in cases {
        assert_eq!(names(&open(root.join(pattern)), root), *files, "{pattern}");
    }
    let error = Project::open(&[root.join("*.json")]).unwrap_err();
    assert!(matches!(error, OpenError::NoMatch { .. }), "{error}");
    let error = Project::open(&[root.join("{a,b")]).unwrap_err().to_string();
    assert!(error.starts_with("the pattern is not complete"), "{error}");
}

#[test]
fn files_that_appear_where_the_project_was_opened_are_told() {
    let folder = folder(&["a.yaml", "sub/b.yaml"]);
    let root = folder.path();
    let mut whole = open(root);
    let some = open(root.join("*/b*.yaml"));
    let one = open(root.join("a.yaml"));
    assert!(whole.disk_watch().check().is_empty());
    for name in ["sub/b2.yaml", "sub/c.yaml", ".x.yaml", "notes.txt"] {
        fs::write(root.join(name), client(name)).unwrap();
    }
    let added = |project: &Project| project.disk_watch().check().added;
    assert_eq!(added(&whole), [root.join("sub/b2.yaml"), root.join("sub/c.yaml")]);
    assert_eq!(added(&some), [root.join("sub/b2.yaml")]);
    assert_eq!(added(&one), Vec::<PathBuf>::new());
    let new = added(&whole);
    whole.open_more(&new).unwrap();
    assert!(whole.disk_watch().check().is_empty());
    assert_eq!(whole.clients().len(), 4);
}

#[test]
fn a_renamed_file_is_told_from_a_removed_one() {
    let folder = folder(&["a.yaml", "b.yaml"]);
    let root = folder.path();
    let mut project = open(root);
    edit(&mut project);
    // Renamed, and written after that: still the same file.
    fs::rename(root.join("a.yaml"), root.join("z.yaml")).unwrap();
    fs::write(root.join("z.yaml"), "!ClientAppDto\nid: z\n").unwrap();
    fs::remove_file(root.join("b.yaml")).unwrap();
    let report = project.disk_watch().check();
    let z = root.join("z.yaml");
    assert_eq!(
        report,
        DiskReport {
            changed: vec![(A, DiskChange::Renamed(z.clone())), (B, DiskChange::Removed)],
            added: vec![],
        }
    );
    project.moved(A, &z);
    assert_eq!(names(&project, root), ["z.yaml", "b.yaml"]);
    assert_eq!(project.disk_changes(), [(A, DiskChange::Changed), (B, DiskChange::Removed)]);
    assert!(project.save(A).is_err());
    // Copied elsewhere and removed: the text says that it is the same.
    fs::create_dir(root.join("deep")).unwrap();
    fs::write(root.join("deep/b.yaml"), client("b.yaml")).unwrap();
    let moved = DiskChange::Renamed(root.join("deep/b.yaml"));
    assert_eq!(project.disk_changes(), [(A, DiskChange::Changed), (B, moved)]);
}

#[test]
fn what_cannot_be_read_is_told_of_once() {
    let folder = folder(&["a.yaml"]);
    let path = folder.path().join("a.yaml");
    let mut project = open(&path);
    // It has a length, and no bytes that take room.
    fs::File::options().append(true).open(&path).unwrap().set_len(1 << 30).unwrap();
    assert_eq!(project.disk_changes(), [(A, DiskChange::Changed)]);
    project.reload(A).unwrap();
    assert!(project.file(A).stream.is_err());
    assert_eq!(project.disk_changes(), []);
    assert_eq!(open(&path).disk_changes(), []);
    // The old text comes back here, and is not written over what is there now.
    project.undo();
    assert_eq!(project.client(ClientKey(0)).label(), "a.yaml");
    assert_eq!(project.disk_changes(), []);
    assert!(matches!(project.save(A), Err(SaveError::ChangedOnDisk(_))));
    // Under another name it is the same file, also when nobody could read it.
    let moved = folder.path().join("b.yaml");
    fs::rename(&path, &moved).unwrap();
    let project = open(folder.path());
    fs::rename(&moved, &path).unwrap();
    assert_eq!(project.disk_changes(), [(A, DiskChange::Renamed(path.clone()))]);
    fs::write(&path, b"!ClientAppDto\nid: \xff\n").unwrap();
    let mut project = open(&path);
    assert!(project.file(A).stream.is_err());
    assert_eq!(project.disk_changes(), []);
    fs::write(&path, client("a.yaml")).unwrap();
    assert_eq!(project.disk_changes(), [(A, DiskChange::Changed)]);
    project.reload(A).unwrap();
    assert_eq!(project.clients().len(), 1);
}

#[test]
fn own_saves_are_no_news_even_before_they_are_noted() {
    let folder = folder(&["a.yaml"]);
    let mut project = open(folder.path());
    edit(&mut project);
    let watch = project.disk_watch();
    let saved = project.prepare_save(A, &SaveOptions::default()).unwrap().run().unwrap();
    assert!(watch.check().is_empty());
    assert!(project.disk_watch().check().is_empty());
    project.saved(saved);
    assert!(project.disk_watch().check().is_empty());
    fs::write(folder.path().join("a.yaml"), "").unwrap();
    assert_eq!(watch.check().changed, [(A, DiskChange::Changed)]);
}

fn watched(project: &Project) -> (Watcher, Receiver<()>) {
    let (sender, receiver) = channel();
    let changed = move || {
        sender.send(()).ok();
    };
    (Watcher::start(&project.disk_watch(), changed).unwrap(), receiver)
}

/// Waits until a look at the disk finds what is expected; each word of the watcher is a reason to
/// look.
fn expect(project: &Project, word: &Receiver<()>, expected: &DiskReport) {
    loop {
        word.recv_timeout(PATIENCE).expect("no word of the change");
        if project.disk_watch().check() == *expected {
            return;
        }
    }
}

#[test]
fn the_watcher_tells_that_it_is_worth_looking() {
    let folder = folder(&["a.yaml", "sub/b.yaml"]);
    let root = folder.path();
    let mut project = open(root);
    let (watcher, word) = watched(&project);
    // Replaced in one step, twice: the folder is watched, not the file.
    for text in ["one: 1\n", "two: 2\n"] {
        fs::write(root.join("new"), text).unwrap();
        fs::rename(root.join("new"), root.join("a.yaml")).unwrap();
        let changed = vec![(A, DiskChange::Changed)];
        expect(&project, &word, &DiskReport { changed, added: vec![] });
        project.reload(A).unwrap();
    }
    // In a folder that is new itself.
    fs::create_dir_all(root.join("new/deep")).unwrap();
    fs::write(root.join("new/deep/c.yaml"), client("c")).unwrap();
    let added = vec![root.join("new/deep/c.yaml")];
    expect(&project, &word, &DiskReport { changed: vec![], added: added.clone() });
    project.open_more(&added).unwrap();
    watcher.follow(project.disk_watch());
    fs::remove_file(root.join("new/deep/c.yaml")).unwrap();
    let changed = vec![(FileId(2), DiskChange::Removed)];
    expect(&project, &word, &DiskReport { changed, added: vec![] });
    // Gone with its folder, and back.
    fs::rename(root.join("sub"), root.join(".sub")).unwrap();
    let changed = vec![(B, DiskChange::Removed), (FileId(2), DiskChange::Removed)];
    expect(&project, &word, &DiskReport { changed, added: vec![] });
    fs::rename(root.join(".sub"), root.join("sub")).unwrap();
    fs::write(root.join("sub/b.yaml"), "b: 2\n").unwrap();
    let changed = vec![(B, DiskChange::Changed), (FileId(2), DiskChange::Removed)];
    expect(&project, &word, &DiskReport { changed, added: vec![] });
    // A watcher that is gone calls nobody.
    drop(watcher);
    while word.recv_timeout(PATIENCE).is_ok() {}
}

#[test]
fn two_studios_on_one_file_notice_each_other() {
    let folder = folder(&["a.yaml", "b.yaml"]);
    let state = folder.path().join("state");
    let path = |name: &str| folder.path().join(name);
    let mut one = Presence::new(&state).unwrap();
    let mut two = Presence::new(&state).unwrap();
    assert_eq!(one.claim(&[path("a.yaml"), path("b.yaml")]), []);
    assert_eq!(one.claim(&[path("a.yaml"), path("b.yaml")]), [], "what it has is its own");
    let others = two.claim(&[path("a.yaml")]);
    assert_eq!(others.len(), 1);
    assert_eq!((&others[0].path, others[0].process), (&path("a.yaml"), Some(std::process::id())));
    assert!(others[0].since.unwrap().elapsed().unwrap() < Duration::from_secs(3600));
    // Another studio that starts takes away no lock that is held.
    let mut three = Presence::new(&state).unwrap();
    assert_eq!(three.claim(&[path("b.yaml")]).len(), 1);
    // Given back when the file is closed, and when the studio is.
    assert_eq!(one.claim(&[path("a.yaml")]), []);
    assert_eq!(three.claim(&[path("b.yaml")]), []);
    drop(one);
    assert_eq!(two.claim(&[path("a.yaml")]), []);
    drop((two, three));
    assert_eq!(fs::read_dir(state.join("open")).unwrap().count(), 0);
    let beside: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().path()).collect();
    assert_eq!(beside.len(), 3, "{beside:?}");
}

#[cfg(unix)]
#[test]
fn the_same_file_by_two_names_is_one() {
    let folder = folder(&["a.yaml"]);
    let state = folder.path().join("state");
    let link = folder.path().join("link.yaml");
    std::os::unix::fs::symlink("a.yaml", &link).unwrap();
    let mut one = Presence::new(&state).unwrap();
    let mut two = Presence::new(&state).unwrap();
    assert_eq!(one.claim(&[folder.path().join("a.yaml")]), []);
    assert_eq!(two.claim(&[link]).len(), 1);
}

//! Opening and saving: what is on disk is never lost and never half.

use std::fs;
use std::path::{Path, PathBuf};

use exchange_studio::config::{
    Change, ClientKey, DiskChange, DiskReport, FileError, FileId, OpenError, OpenOptions,
    ProblemKind, Project, SaveError, Source,
};
use exchange_studio::yaml::{Limits, LoadError};
use tempfile::TempDir;

const A: ClientKey = ClientKey(0);
const FILE: FileId = FileId(0);
const TEXT: &str = "\u{feff}!ClientAppDto # kept\r\nid: a\r\nname: A";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn open(path: &Path) -> Project {
    Project::open(&[path.to_owned()]).unwrap()
}

fn names(project: &Project) -> Vec<String> {
    project.files().iter().map(|file| file.name.clone()).collect()
}

fn rename(project: &mut Project, name: &str) {
    let change = Change::Set { client: A, key: "name".to_owned(), value: name.to_owned() };
    project.apply(&change).unwrap();
}

fn left_behind(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|it| it == "tmp")).collect()
}

#[test]
fn a_folder_is_every_yaml_file_below_it() {
    let folder = folder(&[
        ("b/apps.yaml", "!ClientAppDto\nid: b"),
        ("a/apps.YML", "!ClientAppDto\nid: a"),
        ("c.yaml", ""),
        ("notes.txt", "!ClientAppDto\nid: x"),
        ("exchange-studio.yaml", "reading: requester-lists-target"),
        (".git/x.yaml", "!ClientAppDto\nid: y"),
        ("b/.hidden.yaml", "!ClientAppDto\nid: z"),
    ]);
    let project = open(folder.path());
    assert_eq!(names(&project), ["apps.YML", "apps.yaml", "c.yaml"]);
    assert_eq!(project.clients().len(), 2);
    // A file and the folder it is in are not two.
    let both = [folder.path().join("b/apps.yaml"), folder.path().to_owned()];
    let project = Project::open(&both).unwrap();
    assert_eq!(names(&project), ["apps.yaml", "apps.YML", "c.yaml"]);
}

#[test]
fn what_cannot_be_opened_is_said_and_what_can_is() {
    let empty = TempDir::new().unwrap();
    let error = Project::open(&[empty.path().to_owned()]).unwrap_err();
    assert!(matches!(error, OpenError::NoYaml { .. }), "{error}");
    let error = Project::open(&[empty.path().join("none.yaml")]).unwrap_err().to_string();
    assert!(error.starts_with("no such file or folder: "), "{error}");
    let folder = folder(&[("good.yaml", TEXT), ("void.yaml", ""), ("talk.yaml", "# only\n")]);
    fs::write(folder.path().join("latin.yaml"), b"!ClientAppDto\nname: caf\xe9\n").unwrap();
    let project = open(folder.path());
    assert_eq!(project.clients().len(), 1);
    let problems: Vec<_> = project.problems().map(|it| (it.kind, it.place.file)).collect();
    assert_eq!(problems, [(ProblemKind::File, FileId(1))]);
}

#[test]
fn a_gigabyte_is_refused_without_being_read() {
    let folder = folder(&[("small.yaml", TEXT)]);
    let (small, large) = (folder.path().join("small.yaml"), folder.path().join("large.yaml"));
    // It has a length, and no bytes that take room.
    let grow = |path: &Path| {
        let file = fs::File::options().create(true).append(true).open(path).unwrap();
        file.set_len(1 << 30).unwrap();
    };
    grow(&large);
    let options = OpenOptions::default();
    let mut project = Project::open_with(&[folder.path().to_owned()], &options).unwrap();
    let limit = Limits::default().file_bytes;
    let refused = Some(FileError::Load(LoadError::TooLarge { bytes: 1 << 30, limit }));
    let (first, second) = (FileId(0), FileId(1));
    assert_eq!(names(&project), ["large.yaml", "small.yaml"]);
    assert_eq!(project.file(first).stream.as_ref().err(), refused.as_ref());
    // Each byte counts when it is read and when it is parsed: those of the other file are all.
    let read = 2 * TEXT.len() as u64;
    assert_eq!((options.progress.done(), options.progress.total()), (read, read));
    assert_eq!(project.client(A).label(), "A");
    // The same is said of a file that has become that large.
    grow(&small);
    project.reload(second).unwrap();
    assert_eq!(project.file(second).stream.as_ref().err(), refused.as_ref());
    assert!(project.clients().is_empty());
    project.undo();
    assert_eq!(project.client(A).label(), "A");
}

#[test]
fn opening_more_keeps_keys_and_reads_no_file_twice() {
    let folder = folder(&[("b.yaml", TEXT), ("a.yaml", "!ClientAppDto\nid: b")]);
    let mut project = open(&folder.path().join("b.yaml"));
    rename(&mut project, "changed");
    let added = project.open_more(&[folder.path().to_owned()]).unwrap();
    assert_eq!(added, [FileId(1)]);
    assert_eq!(project.client(A).label(), "changed");
    assert_eq!(project.clients().len(), 2);
    assert!(project.open_more(&[folder.path().join("no.yaml")]).is_err());
    assert_eq!(project.undo().as_deref(), Some("Open a.yaml"));
    assert_eq!(project.undo().as_deref(), Some("Set name of A to changed"));
}

#[test]
fn saving_changes_the_edited_bytes_and_no_others() {
    let folder = folder(&[("a.yaml", TEXT)]);
    let path = folder.path().join("a.yaml");
    let mut project = open(&path);
    project.save(FILE).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), TEXT);
    rename(&mut project, "AB");
    project.save(FILE).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), format!("{TEXT}B"));
    assert_eq!(project.unsaved(), []);
    assert_eq!(project.disk_changes(), []);
    assert_eq!(left_behind(folder.path()), Vec::<PathBuf>::new());
    // Undo goes back beyond the save, and then there is something to save again.
    project.undo();
    assert_eq!(project.unsaved(), [FILE]);
    project.save(FILE).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), TEXT);
}

#[test]
fn a_file_that_changed_on_disk_is_not_overwritten() {
    let folder = folder(&[("a.yaml", TEXT)]);
    let path = folder.path().join("a.yaml");
    let mut project = open(&path);
    rename(&mut project, "mine");
    fs::write(&path, "!ClientAppDto\nid: a\nname: theirs, and longer").unwrap();
    assert_eq!(project.disk_changes(), [(FILE, DiskChange::Changed)]);
    let error = project.save(FILE).unwrap_err();
    assert!(matches!(error, SaveError::ChangedOnDisk(_)), "{error}");
    assert!(fs::read_to_string(&path).unwrap().contains("theirs"));
    assert_eq!(project.unsaved(), [FILE]);

    // Theirs, and mine back by undo.
    let mut theirs = project.clone();
    theirs.reload(FILE).unwrap();
    assert_eq!(theirs.client(A).label(), "theirs, and longer");
    assert_eq!((theirs.unsaved(), theirs.disk_changes()), (vec![], vec![]));
    assert_eq!(theirs.undo().as_deref(), Some("Reload a.yaml"));
    assert_eq!(theirs.client(A).label(), "mine");
    assert_eq!(theirs.unsaved(), [FILE]);
    theirs.undo().unwrap();
    assert_eq!(theirs.client(A).label(), "A");

    // Mine.
    project.save_anyway(FILE).unwrap();
    assert!(fs::read_to_string(&path).unwrap().contains("mine"));
    assert_eq!((project.unsaved(), project.disk_changes()), (vec![], vec![]));
}

#[test]
fn a_file_that_was_only_touched_has_not_changed() {
    let folder = folder(&[("a.yaml", TEXT)]);
    let path = folder.path().join("a.yaml");
    let mut project = open(&path);
    // Another file of the same text in its place: other stamp, same text.
    fs::write(folder.path().join("b"), TEXT).unwrap();
    fs::rename(folder.path().join("b"), &path).unwrap();
    assert_eq!(project.disk_watch().check(), DiskReport::default());
    let revision = project.revision();
    project.reload(FILE).unwrap();
    assert_eq!((project.revision(), project.undo_label()), (revision, None));
    rename(&mut project, "AB");
    project.save(FILE).unwrap();
}

#[test]
fn a_removed_file_is_told_and_written_again() {
    let folder = folder(&[("a.yaml", TEXT)]);
    let path = folder.path().join("a.yaml");
    let mut project = open(&path);
    fs::remove_file(&path).unwrap();
    assert_eq!(project.disk_changes(), [(FILE, DiskChange::Removed)]);
    assert!(project.reload(FILE).is_err());
    assert_eq!(project.client(A).label(), "A");
    project.save(FILE).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), TEXT);
}

#[test]
fn text_without_a_file_is_saved_under_a_name() {
    let folder = folder(&[("other.yaml", "")]);
    let source =
        Source { path: None, name: "sample.yaml".to_owned(), bytes: TEXT.as_bytes().to_vec() };
    let mut project = Project::from_sources(vec![source]);
    assert_eq!((project.unsaved(), project.disk_changes()), (vec![], vec![]));
    assert!(matches!(project.save(FILE), Err(SaveError::NoPath)));
    let path = folder.path().join("new.yaml");
    project.save_as(FILE, &path).unwrap();
    assert_eq!(names(&project), ["new.yaml"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), TEXT);
    rename(&mut project, "AB");
    project.save(FILE).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), format!("{TEXT}B"));

    project.open_more(&[folder.path().join("other.yaml")]).unwrap();
    let error = project.save_as(FILE, &folder.path().join("other.yaml")).unwrap_err();
    assert!(matches!(error, SaveError::InProject(_)), "{error}");
    let error = project.save_as(FILE, &folder.path().join("no/such/folder.yaml")).unwrap_err();
    assert!(matches!(error, SaveError::NoFolder(_)), "{error}");
    assert_eq!(names(&project), ["new.yaml", "other.yaml"]);
}

#[test]
fn a_file_that_could_not_be_read_is_not_written() {
    let folder = folder(&[]);
    let path = folder.path().join("latin.yaml");
    fs::write(&path, b"name: caf\xe9\n").unwrap();
    let mut project = open(&path);
    assert!(project.save(FILE).is_err());
    assert!(project.save_anyway(FILE).is_err());
    assert_eq!(fs::read(&path).unwrap(), b"name: caf\xe9\n");
    // Mended elsewhere, it is read.
    fs::write(&path, "!ClientAppDto\nid: a\nname: café\n").unwrap();
    assert_eq!(project.disk_changes(), [(FILE, DiskChange::Changed)]);
    project.reload(FILE).unwrap();
    assert_eq!(project.client(A).label(), "café");
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_and_permissions_are_kept() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = folder(&[("real/a.yaml", TEXT)]);
    let file = folder.path().join("real/a.yaml");
    let link = folder.path().join("link.yaml");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real/a.yaml", &link).unwrap();
    let mut project = open(&link);
    rename(&mut project, "AB");
    project.save(FILE).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&file).unwrap(), format!("{TEXT}B"));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(left_behind(folder.path()), Vec::<PathBuf>::new());
    assert_eq!(left_behind(&folder.path().join("real")), Vec::<PathBuf>::new());
}

#[cfg(unix)]
#[test]
fn a_link_whose_file_is_gone_stays_a_link() {
    let folder = folder(&[("real/a.yaml", TEXT)]);
    let link = folder.path().join("link.yaml");
    std::os::unix::fs::symlink("real/a.yaml", &link).unwrap();
    let mut project = open(&link);
    fs::remove_file(folder.path().join("real/a.yaml")).unwrap();
    project.save(FILE).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(folder.path().join("real/a.yaml")).unwrap(), TEXT);
}

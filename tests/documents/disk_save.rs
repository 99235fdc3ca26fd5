//! A save writes all or nothing, and says before it what stands in its way.

use std::env;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use exchange_studio::config::{
    Change, ClientKey, FileId, OpenError, OpenOptions, ProblemKind, Project, SaveError, SaveMethod,
    SaveOptions, write_derived,
};
use exchange_studio::yaml::{Limits, Progress};
use tempfile::TempDir;

const FILE: FileId = FileId(0);
const TEXT: &str = "!ClientAppDto\nid: a\nname: A\n";

fn folder() -> (TempDir, PathBuf, Project) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.yaml");
    fs::write(&path, TEXT).unwrap();
    let project = Project::open(std::slice::from_ref(&path)).unwrap();
    (folder, path, project)
}

fn set(project: &mut Project, value: &str) {
    let change = Change::Set { client: ClientKey(0), key: "name".into(), value: value.into() };
    project.apply(&change).unwrap();
}

fn save(project: &mut Project, options: &SaveOptions) -> Result<Option<PathBuf>, SaveError> {
    let saved = project.prepare_save(FILE, options)?.run()?;
    assert_eq!(saved.not_kept, Vec::<String>::new());
    let backup = saved.backup.clone();
    project.saved(saved);
    Ok(backup)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn backups_are_numbered_and_the_oldest_go() {
    let (folder, path, mut project) = folder();
    let options = SaveOptions { backups: 2, ..SaveOptions::default() };
    for (value, expected) in [("B", 1), ("C", 2), ("D", 3)] {
        set(&mut project, value);
        let backup = save(&mut project, &options).unwrap().unwrap();
        assert_eq!(backup, folder.path().join(format!("a.yaml.~{expected}~")));
    }
    assert_eq!(names(folder.path()), ["a.yaml", "a.yaml.~2~", "a.yaml.~3~"]);
    assert_eq!(read(&path), TEXT.replace("name: A", "name: D"));
    assert_eq!(read(&folder.path().join("a.yaml.~3~")), TEXT.replace("name: A", "name: C"));
    // None asked for, none made and none taken away.
    set(&mut project, "E");
    assert_eq!(save(&mut project, &SaveOptions::default()).unwrap(), None);
    assert_eq!(names(folder.path()).len(), 3);
    // A backup is no file of the project.
    assert_eq!(Project::open(&[folder.path().to_owned()]).unwrap().files().len(), 1);
}

#[test]
fn a_save_runs_anywhere_and_what_was_edited_meanwhile_is_unsaved() {
    let (_folder, path, mut project) = folder();
    set(&mut project, "saved");
    let job = project.prepare_save(FILE, &SaveOptions::default()).unwrap();
    assert_eq!(job.path(), path);
    let running = std::thread::spawn(move || job.run().unwrap());
    set(&mut project, "later");
    let saved = running.join().unwrap();
    // Told to another project, it changes nothing.
    let mut other = Project::default();
    other.saved(saved.clone());
    project.saved(saved);
    assert!(read(&path).contains("name: saved"));
    assert_eq!(project.unsaved(), [FILE]);
    save(&mut project, &SaveOptions::default()).unwrap();
    assert!(read(&path).contains("name: later"));
    assert_eq!(project.unsaved(), []);
}

#[cfg(unix)]
#[test]
fn a_write_protected_file_is_replaced_only_when_asked_for() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path, mut project) = folder();
    set(&mut project, "B");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o555)).unwrap();
    let options = SaveOptions::default();
    let refused = |error: SaveError| matches!(error, SaveError::WriteProtected(_));
    assert!(refused(project.can_save(FILE, &options).unwrap_err()));
    assert!(refused(save(&mut project, &options).unwrap_err()));
    assert_eq!(read(&path), TEXT);
    let options = SaveOptions { write_protected: true, ..options };
    project.can_save(FILE, &options).unwrap();
    save(&mut project, &options).unwrap();
    assert_eq!(read(&path), TEXT.replace("name: A", "name: B"));
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o555, "it stays so, and executable");
    assert_eq!(names(folder.path()), ["a.yaml"]);
}

#[cfg(unix)]
#[test]
fn a_file_in_a_protected_folder_can_be_written_in_place() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path, mut project) = folder();
    set(&mut project, "B");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
    // Nothing is protected from root.
    let is_root = File::create(folder.path().join("probe")).is_ok();
    let result = project.can_save(FILE, &SaveOptions::default());
    assert_eq!(is_root, result.is_ok());
    assert!(is_root || matches!(result, Err(SaveError::FolderProtected { .. })));
    let options = SaveOptions { method: SaveMethod::InPlace, ..SaveOptions::default() };
    save(&mut project, &options).unwrap();
    assert_eq!(read(&path), TEXT.replace("name: A", "name: B"));
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(unix)]
#[test]
fn hard_links_are_parted_or_kept_as_the_user_says() {
    let (folder, path, mut project) = folder();
    let other = folder.path().join("other");
    fs::hard_link(&path, &other).unwrap();
    set(&mut project, "a longer name");
    let error = save(&mut project, &SaveOptions::default()).unwrap_err();
    assert!(matches!(error, SaveError::HardLinks { links: 2, .. }), "{error}");
    assert!(project.can_save(FILE, &SaveOptions::default()).is_err());
    assert_eq!((read(&path), read(&other)), (TEXT.to_owned(), TEXT.to_owned()));
    let in_place = SaveOptions { method: SaveMethod::InPlace, ..SaveOptions::default() };
    save(&mut project, &in_place).unwrap();
    assert_eq!(read(&path), TEXT.replace("name: A", "name: a longer name"));
    assert_eq!(read(&other), read(&path));
    assert_eq!(names(folder.path()), ["a.yaml", "other"]);
    assert!(project.disk_watch().check().is_empty());
    // Shorter again, and with a backup.
    set(&mut project, "B");
    let backup = save(&mut project, &SaveOptions { backups: 1, ..in_place }).unwrap().unwrap();
    assert!(read(&backup).contains("a longer name"));
    assert_eq!(read(&other), TEXT.replace("name: A", "name: B"));
    set(&mut project, "C");
    save(&mut project, &SaveOptions { method: SaveMethod::Replace, ..SaveOptions::default() })
        .unwrap();
    assert!(read(&path).contains("name: C") && read(&other).contains("name: B"));
}

#[test]
fn what_stands_in_the_way_is_told_before() {
    let (folder, path, mut project) = folder();
    set(&mut project, "B");
    let options = SaveOptions::default();
    fs::remove_file(&path).unwrap();
    project.can_save(FILE, &options).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(matches!(project.can_save(FILE, &options), Err(SaveError::NotAFile(_))));
    assert!(matches!(save(&mut project, &options), Err(SaveError::NotAFile(_))));
    let inner = folder.path().join("inner/a.yaml");
    fs::create_dir(folder.path().join("inner")).unwrap();
    project.save_as(FILE, &inner).unwrap();
    fs::remove_dir_all(folder.path().join("inner")).unwrap();
    assert!(matches!(project.can_save(FILE, &options), Err(SaveError::NoFolder(_))));
    set(&mut project, "C");
    assert!(matches!(save(&mut project, &options), Err(SaveError::NoFolder(_))));
    assert_eq!(project.unsaved(), [FILE]);
}

#[test]
fn leftovers_of_killed_saves_go_and_files_in_use_stay() {
    let (folder, _, mut project) = folder();
    let name = |name: &str| folder.path().join(name);
    fs::write(name(".exchange-studio-dead.tmp"), "half").unwrap();
    let held = File::create(name(".exchange-studio-live.tmp")).unwrap();
    held.lock().unwrap();
    fs::write(name(".exchange-studio-other"), "").unwrap();
    set(&mut project, "B");
    save(&mut project, &SaveOptions::default()).unwrap();
    assert_eq!(
        names(folder.path()),
        [".exchange-studio-live.tmp", ".exchange-studio-other", "a.yaml"]
    );
}

#[test]
fn what_is_derived_is_written_whole_also_while_documents_are_saved() {
    let (folder, _, mut project) = folder();
    let path = folder.path().join("trust.svg");
    set(&mut project, "B");
    write_derived(&path, false, |out| {
        out.write_all(b"one, ")?;
        // This save takes away what nobody holds.
        save(&mut project, &SaveOptions::default()).unwrap();
        out.write_all(b"two")
    })
    .unwrap();
    assert_eq!(read(&path), "one, two");
    let error = write_derived(&path, false, |out| out.write_all(b"three")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    write_derived(&path, true, |_| Err(ErrorKind::Other.into())).unwrap_err();
    assert_eq!(read(&path), "one, two");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let link = folder.path().join("link.svg");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        write_derived(&link, true, |out| out.write_all(b"four")).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(read(&path), "four");
        fs::remove_file(&link).unwrap();
    }
    assert_eq!(names(folder.path()), ["a.yaml", "trust.svg"]);
}

#[cfg(target_os = "linux")]
#[test]
fn extended_attributes_are_kept() {
    use rustix::fs::{XattrFlags, getxattr, setxattr};
    let (_folder, path, mut project) = folder();
    // Not every file system has them.
    let is_set = setxattr(&path, "user.origin", b"pipeline", XattrFlags::empty()).is_ok();
    set(&mut project, "B");
    save(&mut project, &SaveOptions::default()).unwrap();
    let mut value = [0; 32];
    let length = getxattr(&path, "user.origin", &mut value).unwrap_or(0);
    assert_eq!(&value[..length], if is_set { &b"pipeline"[..] } else { b"" });
}

/// Runs itself where no file may be longer than 32 KiB, which is how a disk without room behaves
/// for one who writes.
#[cfg(unix)]
#[test]
fn a_disk_without_room_costs_nothing() {
    const FULL: &str = "EXCHANGE_STUDIO_TEST_FULL";
    if env::var_os(FULL).is_none() {
        let script = "trap '' XFSZ; ulimit -f 64; exec \"$0\" --exact \
                      disk_save::a_disk_without_room_costs_nothing --nocapture";
        let mut command = Command::new("sh");
        command.args(["-c", script]).arg(env::current_exe().unwrap()).env(FULL, "1");
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        assert!(said.contains("1 passed"), "{said}");
        return;
    }
    let (folder, path, mut project) = folder();
    set(&mut project, &"long ".repeat(20_000));
    for method in [SaveMethod::Auto, SaveMethod::InPlace] {
        let options = SaveOptions { method, ..SaveOptions::default() };
        let error = save(&mut project, &options).unwrap_err();
        assert!(matches!(error, SaveError::Io { .. } | SaveError::Full { .. }), "{error}");
        assert_eq!(read(&path), TEXT, "{method:?}");
        assert_eq!(names(folder.path()), ["a.yaml"], "{method:?}");
        assert_eq!(project.unsaved(), [FILE]);
    }
    // And what fits is saved after that.
    set(&mut project, "short");
    save(&mut project, &SaveOptions::default()).unwrap();
    assert!(read(&path).contains("short"));
}

#[test]
fn a_file_over_the_limit_is_told_with_the_way_to_read_it() {
    let (_folder, path, _) = folder();
    let limits = Limits { file_bytes: 10, ..Limits::default() };
    let options = OpenOptions { limits, ..OpenOptions::default() };
    let mut project = Project::open_with(std::slice::from_ref(&path), &options).unwrap();
    assert_eq!(project.clients().len(), 0);
    let problem = project.problems().next().unwrap();
    assert_eq!(problem.kind, ProblemKind::File);
    assert!(problem.message.contains("--max-file-size"), "{}", problem.message);
    project.set_limits(Limits::default());
    project.reload(FILE).unwrap();
    assert_eq!(project.clients().len(), 1);
}

#[test]
fn opening_tells_how_far_it_is_and_can_be_cancelled() {
    let folder = TempDir::new().unwrap();
    let mut length = 0;
    for number in 0..20 {
        let text = TEXT.repeat(number * 50);
        length += text.len() as u64;
        fs::write(folder.path().join(format!("{number}.yaml")), text).unwrap();
    }
    let progress = Progress::default();
    let options = OpenOptions { progress: progress.clone(), ..OpenOptions::default() };
    let paths = [folder.path().to_owned()];
    let mut project = Project::open_with(&paths, &options).unwrap();
    assert_eq!((progress.done(), progress.total()), (2 * length, 2 * length));
    // Cancelled, nothing was opened.
    let more = folder.path().join("more.yaml");
    fs::write(&more, TEXT).unwrap();
    progress.cancel();
    let error = project.open_more_with(&[more], &options).unwrap_err();
    assert!(matches!(error, OpenError::Cancelled), "{error}");
    assert_eq!(project.files().len(), 20);
    assert_eq!(project.opened(), paths);
}

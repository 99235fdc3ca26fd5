//! Unsaved work survives the end of the studio, and secrets are not written down for it.

use std::fs;
use std::path::{Path, PathBuf};

use exchange_studio::config::{Change, ClientKey, FileId, Pending, Project, Recovery, Source};
use tempfile::TempDir;

const FILE: FileId = FileId(0);
const TEXT: &str = "\
!ClientAppDto
id: a
name: A
clientAppSecrets:
  - {id: 1, value: old-secret, expires: 2027}
---
!ClientAppDto
id: b
clientSecret: other-secret
---
!ClientAppDto
id: c
";

struct Studio {
    folder: TempDir,
    path: PathBuf,
    state: PathBuf,
    project: Project,
}

impl Studio {
    fn new(text: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("a.yaml");
        fs::write(&path, text).unwrap();
        let project = Project::open(std::slice::from_ref(&path)).unwrap();
        Self { state: folder.path().join("state"), folder, path, project }
    }

    fn apply(&mut self, change: &Change) {
        self.project.apply(change).unwrap();
    }

    /// Makes the text another one.
    fn text(&mut self, old: &str, new: &str) {
        let now = self.now();
        assert!(now.contains(old), "no {old} in {now}");
        self.make(&now.replacen(old, new, 1));
    }

    /// Makes the text another one: reads it from the file, then the file again as it was, and takes
    /// the second reading back.
    fn make(&mut self, text: &str) {
        let saved = fs::read(&self.path).unwrap();
        fs::write(&self.path, text).unwrap();
        self.project.reload(FILE).unwrap();
        fs::write(&self.path, saved).unwrap();
        self.project.reload(FILE).unwrap();
        self.project.undo().unwrap();
        assert_eq!(self.now(), text);
    }

    fn now(&self) -> String {
        text_of(&self.project)
    }

    /// Writes down what is unsaved and ends; gives what the next studio finds.
    fn crash(&self) -> Pending {
        let mut recovery = Recovery::new(&self.state).unwrap();
        recovery.write(&self.project.unsaved_work()).unwrap();
        drop(recovery);
        let mut pending = Recovery::pending(&self.state).unwrap();
        assert_eq!(pending.len(), 1);
        pending.remove(0)
    }

    fn written(&self) -> String {
        let entries = fs::read_dir(self.state.join("unsaved")).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        paths.map(|path| fs::read_to_string(path).unwrap()).collect()
    }
}

fn text_of(project: &Project) -> String {
    let file = project.files().iter().next().unwrap();
    String::from_utf8(file.stream.as_ref().unwrap().to_bytes()).unwrap()
}

fn set(client: usize, key: &str, value: &str) -> Change {
    Change::Set { client: ClientKey(client), key: key.to_owned(), value: value.to_owned() }
}

fn left(state: &Path) -> usize {
    fs::read_dir(state.join("unsaved")).unwrap().count()
}

#[test]
fn unsaved_changes_come_back_as_they_were() {
    let mut studio = Studio::new(TEXT);
    studio.apply(&set(0, "name", "Ä new name"));
    studio.text("---\n!ClientAppDto\nid: c\n", "# typed\n---\n!ClientAppDto\nid: d\nbroken: [");
    let pending = studio.crash();
    assert_eq!(pending.files(), [studio.path.clone()]);
    let written = studio.written();
    assert!(!written.contains("secret"), "{written}");
    let mut project = Project::default();
    let restored = pending.restore(&mut project);
    assert_eq!((restored.files.len(), restored.failed.len()), (1, 0));
    assert!(restored.files[0].merge.is_none());
    assert_eq!(restored.files[0].withheld, Vec::<String>::new());
    assert_eq!(text_of(&project), studio.now());
    assert_eq!(project.unsaved(), [FILE]);
    assert_eq!(project.undo().as_deref(), Some("Restore unsaved changes of a.yaml"));
    assert_eq!(text_of(&project), TEXT);
    assert_eq!(project.unsaved(), []);
    assert_eq!(fs::read_to_string(&studio.path).unwrap(), TEXT, "the file itself is not touched");
    pending.discard().unwrap();
    assert_eq!(left(&studio.state), 0);
}

#[test]
fn secrets_are_kept_by_where_they_are_or_left_out() {
    let mut studio = Studio::new(TEXT);
    // On the line of one that stays; a document with one that moves; one that is new.
    studio.text("expires: 2027", "expires: 2028");
    let second = "---\n!ClientAppDto\nid: b\nclientSecret: other-secret\n";
    let moved = format!("{}{second}", studio.now().replace(second, ""));
    studio.make(&moved);
    studio.text("id: c\n", "id: c\nname: Third\nclientSecret: brand-new # not: told\n");
    studio.text("id: b\n", "id: b\nurl: https://me:pass-word@host/ # clientSecret: was-once\n");
    let pending = studio.crash();
    let written = studio.written();
    for secret in ["old-secret", "other-secret", "brand-new", "pass-word", "was-once"] {
        assert!(!written.contains(secret), "{secret} in {written}");
    }
    let mut project = Project::default();
    let restored = pending.restore(&mut project);
    let expected = studio
        .now()
        .replace("brand-new", "\"<not kept: enter it again>\"")
        .replace("pass-word", "***")
        .replace(" was-once", "***");
    assert_eq!(text_of(&project), expected);
    let file = &restored.files[0];
    assert_eq!(file.withheld, ["Third: clientSecret", "b: password in a URL", "b: clientSecret"]);
    assert_eq!(file.places.len(), 1);
    assert_eq!(
        project.position(file.places[0]).line,
        expected[..expected.find("\"<").unwrap()].lines().count()
    );
    // No document was broken by it.
    assert_eq!(project.clients().len(), 3);
}

#[test]
fn changes_are_merged_into_a_file_that_is_another_one_by_now() {
    let mut studio = Studio::new(TEXT);
    studio.apply(&set(0, "name", "Mine"));
    studio.text("old-secret", "mine-secret");
    studio.text("id: c\n", "id: c\nname: C\n---\n!ClientAppDto\nid: d\n");
    let pending = studio.crash();
    let theirs = TEXT.replace("id: b\n", "id: b\nname: B\n").replace("2027", "2030");
    fs::write(&studio.path, &theirs).unwrap();
    let mut project = Project::default();
    let restored = pending.restore(&mut project);
    let file = &restored.files[0];
    assert_eq!(file.merge.as_ref().unwrap().conflicts.len(), 0);
    // What was left out is what the file has, and that is told.
    let expected = theirs
        .replace("name: A\n", "name: Mine\n")
        .replace("id: c\n", "id: c\nname: C\n---\n!ClientAppDto\nid: d\n");
    assert_eq!(text_of(&project), expected);
    assert_eq!(file.withheld, ["Mine: value"]);
    assert_eq!(project.undo().as_deref(), Some("Restore unsaved changes of a.yaml"));

    // Where both changed the same, it is asked; meanwhile the unsaved change stands.
    let theirs = TEXT.replace("name: A", "name: Theirs");
    fs::write(&studio.path, &theirs).unwrap();
    let mut project = Project::default();
    let restored = pending.restore(&mut project);
    assert_eq!(restored.files[0].merge.as_ref().unwrap().conflicts.len(), 1);
    assert!(text_of(&project).contains("name: Mine"));
    assert_eq!(project.unsaved(), [FILE]);
}

#[test]
fn what_was_never_saved_comes_back_too() {
    let mut studio = Studio::new(TEXT);
    let source = Source { path: None, name: "sample".into(), bytes: TEXT.as_bytes().to_vec() };
    studio.project = Project::from_sources(vec![source]);
    studio.apply(&set(0, "name", "Edited"));
    let pending = studio.crash();
    assert!(!studio.written().contains("old-secret"));
    let mut project = Project::default();
    let restored = pending.restore(&mut project);
    let stand_in = "\"<not kept: enter it again>\"";
    let expected = studio.now().replace("old-secret", stand_in).replace("other-secret", stand_in);
    assert_eq!(text_of(&project), expected);
    assert_eq!(restored.files[0].places.len(), 2);
    assert_eq!((project.unsaved(), project.files()[0].path.clone()), (vec![FILE], None));

    // A file that is gone is there again, unsaved, as far as it was written down.
    let mut studio = Studio::new("!ClientAppDto\nid: a\n");
    studio.apply(&set(0, "name", "Edited"));
    let pending = studio.crash();
    fs::remove_file(&studio.path).unwrap();
    let mut project = Project::default();
    let restored = pending.restore(&mut project);
    assert_eq!(restored.failed, []);
    assert_eq!(text_of(&project), studio.now());
    assert_eq!(project.files()[0].path.as_deref(), Some(&*studio.path));
    project.save(FILE).unwrap();
    assert_eq!(fs::read_to_string(&studio.path).unwrap(), studio.now());
}

#[test]
fn other_encodings_are_restored_in_theirs() {
    let mut bytes = vec![0xFF, 0xFE];
    bytes.extend("!ClientAppDto\r\nid: ä\r\n".encode_utf16().flat_map(u16::to_le_bytes));
    let mut studio = Studio::new("");
    fs::write(&studio.path, &bytes).unwrap();
    studio.project = Project::open(std::slice::from_ref(&studio.path)).unwrap();
    studio.apply(&set(0, "name", "ö"));
    let pending = studio.crash();
    let mut project = Project::default();
    pending.restore(&mut project);
    let bytes = |project: &Project| project.files()[0].stream.as_ref().unwrap().to_bytes();
    assert_eq!(bytes(&project), bytes(&studio.project));
    project.save(FILE).unwrap();
    assert_eq!(fs::read(&studio.path).unwrap(), bytes(&studio.project));
}

#[test]
fn a_running_studio_keeps_its_own_and_leaves_nothing_when_all_is_saved() {
    let mut studio = Studio::new(TEXT);
    let mut recovery = Recovery::new(&studio.state).unwrap();
    recovery.write(&studio.project.unsaved_work()).unwrap();
    assert_eq!(left(&studio.state), 1, "a lock and nothing else");
    studio.apply(&set(0, "name", "N"));
    recovery.write(&studio.project.unsaved_work()).unwrap();
    assert_eq!(left(&studio.state), 2);
    assert!(Recovery::pending(&studio.state).unwrap().is_empty(), "it is running");
    #[cfg(unix)]
    for entry in fs::read_dir(studio.state.join("unsaved")).unwrap() {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(entry.unwrap().metadata().unwrap().permissions().mode() & 0o077, 0);
    }
    studio.project.save(FILE).unwrap();
    recovery.write(&studio.project.unsaved_work()).unwrap();
    assert_eq!(left(&studio.state), 1);
    drop(recovery);
    assert_eq!(left(&studio.state), 0);
    // A work that one studio looks at, another does not find.
    studio.apply(&set(0, "name", "M"));
    let pending = studio.crash();
    assert!(Recovery::pending(&studio.state).unwrap().is_empty());
    drop(pending);
    assert_eq!(Recovery::pending(&studio.state).unwrap().len(), 1);
    // What is of no known kind harms nobody.
    fs::write(studio.state.join("unsaved/x.json"), "{").unwrap();
    assert_eq!(Recovery::pending(&studio.state).unwrap().len(), 1);
    assert!(Recovery::pending(&studio.folder.path().join("none")).unwrap().is_empty());
}

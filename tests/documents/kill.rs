//! Killed at any moment, a studio leaves the old text or the new one, and its unsaved work.
//!
//! The test runs itself a second time as the studio that is killed. That one edits, writes down
//! what is unsaved and saves in turn, and says so after each; nothing it has said may be lost.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use exchange_studio::config::{Change, ClientKey, FileId, Presence, Project, Recovery};
use tempfile::TempDir;

const FILE: FileId = FileId(0);
const FOLDER: &str = "EXCHANGE_STUDIO_TEST_KILL_FOLDER";
const FIRST: &str = "EXCHANGE_STUDIO_TEST_KILL_FIRST";
/// Studios side by side: each waits for the disk most of the time.
const LANES: u64 = 8;
/// How often each is killed.
const ROUNDS: u64 = 15;

/// The text in its n-th state: long, and another one everywhere.
fn text(number: u64) -> String {
    let filler = format!("{number} ").repeat(1000);
    format!(
        "!ClientAppDto\nid: a\nname: v{number}\n---\n!ClientAppDto\nid: b\nfiller: {}\n",
        filler.trim()
    )
}

fn edit(project: &mut Project, number: u64) {
    let filler = format!("{number} ").repeat(1000);
    let set = |client, key: &str, value: &str| Change::Set {
        client: ClientKey(client),
        key: key.to_owned(),
        value: value.to_owned(),
    };
    let changes = [set(0, "name", &format!("v{number}")), set(1, "filler", filler.trim())];
    project.apply_all(&changes, "Edit").unwrap();
}

fn open(folder: &Path) -> Project {
    Project::open(&[folder.join("a.yaml")]).unwrap()
}

/// The studio that is killed.
fn studio(folder: &Path) -> ! {
    let say = |what: &str, number: u64| {
        println!("@{what} {number}");
        std::io::stdout().flush().unwrap();
    };
    let mut project = open(folder);
    let mut presence = Presence::new(&folder.join("state")).unwrap();
    assert!(presence.claim(&[folder.join("a.yaml")]).is_empty());
    let mut recovery = Recovery::new(&folder.join("state")).unwrap();
    let mut number: u64 = env::var(FIRST).unwrap().parse().unwrap();
    say("open", 0);
    loop {
        for _ in 0..2 {
            edit(&mut project, number);
            recovery.write(&project.unsaved_work()).unwrap();
            say("kept", number);
            number += 1;
        }
        project.save(FILE).unwrap();
        say("saved", number - 1);
        recovery.write(&project.unsaved_work()).unwrap();
    }
}

fn start(folder: &Path, first: u64) -> Child {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "kill::nothing_is_lost_whenever_the_studio_is_killed", "--nocapture"]);
    command.env(FOLDER, folder).env(FIRST, first.to_string());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// What the studio said last of one kind, and how much it said.
#[derive(Default)]
struct Said {
    kept: u64,
    saved: u64,
    lines: u64,
}

impl Said {
    fn hear(&mut self, line: &str) {
        // The test runner writes on the same line.
        let Some((_, said)) = line.split_once('@') else { return };
        let (what, number) = said.split_once(' ').unwrap();
        let number = number.parse().unwrap();
        match what {
            "kept" => self.kept = number,
            "saved" => self.saved = number,
            _ => {}
        }
        self.lines += 1;
    }
}

fn temporary_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|it| it == "tmp")).collect()
}

fn number_in(text: &str) -> u64 {
    let (_, rest) = text.split_once("name: v").unwrap_or_else(|| panic!("half a text: {text:?}"));
    rest.lines().next().unwrap().parse().unwrap()
}

#[test]
fn nothing_is_lost_whenever_the_studio_is_killed() {
    if let Some(folder) = env::var_os(FOLDER) {
        studio(Path::new(&folder));
    }
    let restored: u64 = std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..LANES).map(|lane| scope.spawn(move || kill_again(lane))).collect();
        lanes.into_iter().map(|lane| lane.join().unwrap()).sum()
    });
    assert!(restored > LANES * ROUNDS / 4, "only {restored} moments were of interest");
}

/// Kills the studio again and again, looking each time; says how often there was something to be
/// restored.
fn kill_again(lane: u64) -> u64 {
    let folder = TempDir::new().unwrap();
    let (folder, state) = (folder.path(), folder.path().join("state"));
    let path = folder.join("a.yaml");
    fs::write(&path, text(0)).unwrap();
    // Any sequence will do, and the same one each time is easier to look into.
    let mut random = 0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(lane + 1);
    let mut next = move |below: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % below
    };
    let mut first = 1;
    let mut restored_works = 0;
    for round in 0..ROUNDS {
        let on_disk = number_in(&fs::read_to_string(&path).unwrap());
        let mut child = start(folder, first);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = Said { saved: on_disk, ..Said::default() };
        let enough = 1 + next(12);
        while said.lines < enough {
            said.hear(&lines.next().expect("the studio fell").unwrap());
        }
        let others = Presence::new(&state).unwrap().claim(std::slice::from_ref(&path));
        assert_eq!(others.len(), 1, "the studio is there");
        assert_eq!(others[0].process, Some(child.id()));
        // Not only right after it has said something.
        let moment = Instant::now() + Duration::from_micros(next(4000));
        while Instant::now() < moment {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        lines.map_while(Result::ok).for_each(|line| said.hear(&line));

        let now = fs::read_to_string(&path).unwrap();
        let disk = number_in(&now);
        assert!(now == text(disk), "round {round}: neither an old text nor a new one");
        assert!(disk >= said.saved, "round {round}: {disk} on disk, {} was saved", said.saved);

        let mut project = open(folder);
        let mut pending = Recovery::pending(&state).unwrap();
        assert!(pending.len() <= 1, "round {round}");
        for pending in pending.drain(..) {
            let restored = pending.restore(&mut project);
            assert_eq!(restored.failed, [], "round {round}");
            let conflicts = restored.files[0].merge.as_ref().map_or(0, |it| it.conflicts.len());
            assert_eq!(conflicts, 0, "round {round}");
            pending.discard().unwrap();
            restored_works += 1;
        }
        let stream = project.files()[0].stream.as_ref().unwrap();
        let work = String::from_utf8(stream.to_bytes()).unwrap();
        let at_least = said.kept.max(said.saved);
        let number = number_in(&work);
        assert!(work == text(number), "round {round}: {number} is mixed");
        assert!(number >= at_least, "round {round}: {number} restored, {at_least} was kept");

        // Nothing piles up: at most what this one was about to write.
        assert!(temporary_files(folder).len() <= 1, "round {round}");
        assert!(Recovery::pending(&state).unwrap().is_empty());
        assert_eq!(fs::read_dir(state.join("unsaved")).unwrap().count(), 0, "round {round}");
        assert!(Presence::new(&state).unwrap().claim(std::slice::from_ref(&path)).is_empty());
        first = number.max(said.kept) + 2;
    }
    let mut project = open(folder);
    project.save(FILE).unwrap();
    assert_eq!(temporary_files(folder), Vec::<PathBuf>::new());
    assert_eq!(fs::read_dir(state.join("open")).unwrap().count(), 0);
    restored_works
}

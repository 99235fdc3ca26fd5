//! What this project takes.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use exchange_studio::config::{Change, ClientKey, Project, Source};
use exchange_studio::yaml::{Limits, Stream, StreamOp};
use rustix::time::{ClockId, clock_gettime};

/// Edits of each kind.
const EDITS: usize = 2_000;

/// Measures one thing and prints it, in a process of its own.
pub fn child(what: &str, path: &Path, repeats: usize) {
    match what {
        "memory" => drop(black_box(project(path))),
        "load" => load(path, repeats),
        "edit" => edit(path),
        "documents" => documents(path),
        "save" => save(path, repeats),
        other => eprintln!("nothing is called {other}"),
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    println!("peak {}", peak.unwrap_or_default().trim().trim_end_matches(" kB"));
}

/// Seconds on the clock, and seconds of processors.
pub type Seconds = (f64, f64);

fn report(name: &str, seconds: &[Seconds]) {
    let seconds: Vec<String> =
        seconds.iter().map(|(clock, processor)| format!("{clock}:{processor}")).collect();
    println!("{name} {}", seconds.join(" "));
}

fn processor() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Seconds that a work takes, and what it gives.
pub fn once<T>(work: impl FnOnce() -> T) -> (Seconds, T) {
    let (used, began) = (processor(), Instant::now());
    let result = black_box(work());
    ((began.elapsed().as_secs_f64(), processor() - used), result)
}

/// Seconds that each of some works takes.
fn timed<T>(times: usize, mut work: impl FnMut(usize) -> T) -> Vec<Seconds> {
    (0..times).map(|at| once(|| work(at)).0).collect()
}

fn project(path: &Path) -> Project {
    Project::open(&[path.to_owned()]).expect("a project")
}

fn load(path: &Path, repeats: usize) {
    let bytes = std::fs::read(path).expect("a text");
    let sources = || {
        let name = "estate.yaml".to_owned();
        vec![Source { path: None, name, bytes: bytes.clone() }]
    };
    report("load", &timed(repeats, |_| Project::from_sources(sources())));
    report("load-text", &timed(repeats, |_| Stream::load(&bytes, &Limits::default())));
}

/// Any of so many, the same ones every time.
fn pick(at: usize, count: usize) -> usize {
    at.wrapping_mul(7919) % count
}

fn edit(path: &Path) {
    for held in [false, true] {
        let mut project = Arc::new(project(path));
        // The window gives the project as it is to an analysis in the background.
        let mut analysed = held.then(|| Arc::clone(&project));
        let clients = project.clients().len();
        let (mut edits, mut undos) = (Vec::new(), Vec::new());
        for at in 0..EDITS {
            let change = Change::Set {
                client: ClientKey(pick(at, clients)),
                key: "name".to_owned(),
                value: format!("Renamed {at}"),
            };
            let edit = once(|| Arc::make_mut(&mut project).apply(&change));
            edit.1.expect("the change is possible");
            edits.push(edit.0);
            analysed = analysed.map(|_| Arc::clone(&project));
            let undo = once(|| Arc::make_mut(&mut project).undo());
            undo.1.expect("there is a change to take back");
            undos.push(undo.0);
            analysed = analysed.map(|_| Arc::clone(&project));
        }
        report(if held { "edit-held" } else { "edit" }, &edits);
        report(if held { "undo-held" } else { "undo" }, &undos);
    }
}

fn documents(path: &Path) {
    let bytes = std::fs::read(path).expect("a text");
    let mut stream = Stream::load(&bytes, &Limits::default()).expect("a stream");
    let saved = stream.clone();
    let count = stream.documents().len();
    let text = stream.documents()[count / 2].text().to_owned();
    let mut make = |op: &StreamOp| {
        let splice = stream.edit(op).expect("the edit is possible");
        stream.splice(splice.at, splice.before.len(), splice.after)
    };
    let place = |at: usize| pick(at, count);
    report(
        "insert",
        &timed(500, |at| make(&StreamOp::Insert { at: place(at), text: text.clone() })),
    );
    report("remove", &timed(500, |at| make(&StreamOp::Remove { at: place(at) })));
    report("move", &timed(100, |at| make(&StreamOp::Move { from: place(at), to: place(at + 1) })));
    let typed = timed(EDITS, |at| {
        let start = stream.start(count / 2) + "---\n!ClientAppDto\nid: ".len();
        // A quote that opens, and goes again.
        let (range, with) = match at % 2 {
            0 => (start..start, "'".to_owned()),
            _ => (start..start + 1, String::new()),
        };
        let splice = stream.edit(&StreamOp::Text { range, with }).expect("anything goes");
        stream.splice(splice.at, splice.before.len(), splice.after)
    });
    report("type", &typed);
    report("same", &timed(200, |_| stream.same(&saved)));
}

fn save(path: &Path, repeats: usize) {
    let folder = tempfile::tempdir_in(path.parent().unwrap_or(path)).expect("a folder");
    let copy = folder.path().join("estate.yaml");
    std::fs::copy(path, &copy).expect("a file to save");
    let mut project = project(&copy);
    let file = project.files()[0].id;
    let clients = project.clients().len();
    let mut seconds = Vec::new();
    for at in 0..repeats {
        let change = Change::Set {
            client: ClientKey(pick(at, clients)),
            key: "name".to_owned(),
            value: format!("Renamed {at}"),
        };
        project.apply(&change).expect("the change is possible");
        seconds.extend(timed(1, |_| project.save(file).expect("saved")));
    }
    report("save", &seconds);
}

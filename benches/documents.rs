//! Opening an estate, and one edit of it.
//!
//! Absolute times mean little on a machine that others use too, so a peer is measured in the same
//! run where it is installed: PyYAML's C loader, which turns the same text into plain data and does
//! nothing with it. `benches/run` installs it into `target/` and runs this.

mod generate;

use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use exchange_studio::audit;
use exchange_studio::config::{Change, Project, Source};
use exchange_studio::trust::{Reading, TrustGraph};

fn source(text: &str) -> Source {
    Source { path: None, name: "estate.yaml".to_owned(), bytes: text.as_bytes().to_vec() }
}

/// Everything that has to be right before the window shows it.
fn understand(project: &Project) -> usize {
    let graph = TrustGraph::new(project, Reading::default());
    let findings = audit::run(project, Reading::default());
    graph.graph.edge_count() + findings.len()
}

fn open(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("open");
    group.sample_size(10).measurement_time(Duration::from_secs(8));
    for total in [1_000, 10_000] {
        let text = generate::clients(0, total, total);
        group.bench_function(format!("{total} clients"), |bencher| {
            bencher.iter_batched(
                || source(&text),
                |source| {
                    let project = Project::from_sources(vec![source]);
                    assert_eq!(project.clients().len(), total);
                    black_box(understand(&project));
                    project
                },
                BatchSize::LargeInput,
            );
        });
        peer(&mut group, total, &text);
    }
    group.finish();
}

/// The same text through PyYAML's C loader, timed from within so that starting Python and reading
/// the file do not count.
fn peer(
    group: &mut criterion::BenchmarkGroup<'_, criterion::measurement::WallTime>,
    total: usize,
    text: &str,
) {
    const SCRIPT: &str = "
import sys, time, yaml
class Loader(yaml.CSafeLoader): pass
Loader.add_multi_constructor('!', lambda loader, tag, node: loader.construct_mapping(node, True))
text = sys.stdin.buffer.read()
began = time.perf_counter()
count = sum(1 for _ in yaml.load_all(text, Loader))
print(count, time.perf_counter() - began)
";
    let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers");
    let run = || -> Option<(usize, f64)> {
        let mut child = Command::new("python3")
            .args(["-c", SCRIPT])
            .env("PYTHONPATH", &peers)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        child.stdin.take()?.write_all(text.as_bytes()).ok()?;
        let output = child.wait_with_output().ok()?;
        let line = String::from_utf8(output.stdout).ok()?;
        let (count, seconds) = line.trim().split_once(' ')?;
        Some((count.parse().ok()?, seconds.parse().ok()?))
    };
    let Some((count, _)) = run() else {
        eprintln!("PyYAML is not installed; `benches/run` installs it and compares");
        return;
    };
    assert_eq!(count, total, "the peer reads the same documents");
    group.bench_function(
        format!("{total} clients, PyYAML's C loader, text to data only"),
        |bencher| {
            bencher.iter_custom(|iterations| {
                let seconds =
                    (0..iterations).filter_map(|_| run()).map(|(_, seconds)| seconds).sum();
                Duration::from_secs_f64(seconds)
            });
        },
    );
}

fn edit(criterion: &mut Criterion) {
    let total = 10_000;
    let text = generate::clients(0, total, total);
    let mut project = Project::from_sources(vec![source(&text)]);
    let owner = project.clients()[total / 2].key;
    let change = Change::Allow { owner, entry: generate::id(0) };
    let mut group = criterion.benchmark_group("edit");
    group.bench_function("allow one exchange among 10000 clients, model only", |bencher| {
        bencher.iter(|| {
            project.apply(&change).expect("the change is possible");
            project.undo().expect("there is a change to take back");
        });
    });
    // As the window does it: what was found in documents that are still the same is not looked for.
    let graph = TrustGraph::new(&project, Reading::default());
    let (_, mut memory) = audit::update(&project, &graph, None);
    group.bench_function("allow one exchange among 10000 clients, until all is right", |bencher| {
        bencher.iter(|| {
            project.apply(&change).expect("the change is possible");
            let graph = TrustGraph::new(&project, Reading::default());
            let (findings, next) = audit::update(&project, &graph, Some(&memory));
            memory = next;
            black_box((graph, findings));
            project.undo().expect("there is a change to take back");
        });
    });
    group.finish();
}

criterion_group!(benches, open, edit);
criterion_main!(benches);

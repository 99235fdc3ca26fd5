//! A screen of our own, and a hand on it.
//!
//! The X server picks a free display by itself and says which (`-displayfd`), so runs beside each
//! other never meet. Only processes started here are ended, when their owner goes out of scope.
//! Nothing waits for a time to pass: [`Screen::until`] looks at the world again and again until it
//! is as expected, and gives up, with a picture, when that takes unreasonably long.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

pub const WIDTH: usize = 1360;
pub const HEIGHT: usize = 860;

/// How long anything may take before the test gives up. Generous: the machine may be busy, and a
/// condition that holds is seen at once.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process that ends with its owner.
#[derive(Debug)]
pub struct Owned(pub Child);

impl Drop for Owned {
    fn drop(&mut self) {
        // It may be gone already; then there is nothing to end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// How much work a process has done, and whether it is about to do more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Work {
    /// Processor time used so far, in ticks.
    ticks: u64,
    /// Whether any of its threads is running or waits for a processor.
    runs: bool,
}

impl Work {
    /// What the system says of a process; nothing when it is gone.
    fn of(process: u32) -> Option<Self> {
        let folder = PathBuf::from(format!("/proc/{process}"));
        let stat = std::fs::read_to_string(folder.join("stat")).ok()?;
        // What follows the name of the program, which may have blanks and brackets of its own.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
        let threads = std::fs::read_dir(folder.join("task")).ok()?;
        let runs = threads.flatten().any(|thread| {
            let stat = std::fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
            stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('S'))
        });
        Some(Self { ticks, runs })
    }
}

/// The pixels of the whole screen, three bytes each.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture(Vec<u8>);

impl Picture {
    /// How many pixels differ within a rectangle (x, y, width, height).
    pub fn differences(&self, other: &Self, area: (usize, usize, usize, usize)) -> usize {
        let (left, top, width, height) = area;
        (top..(top + height).min(HEIGHT))
            .map(|y| {
                (left..(left + width).min(WIDTH))
                    .filter(|x| {
                        let at = (y * WIDTH + x) * 3;
                        self.0[at..at + 3] != other.0[at..at + 3]
                    })
                    .count()
            })
            .sum()
    }

    /// Two pictures of a screen at rest: no more than a blinking text cursor differs.
    fn is_still(&self, other: &Self) -> bool {
        self.differences(other, (0, 0, WIDTH, HEIGHT)) < 100
    }
}

/// An X server without a monitor.
#[derive(Debug)]
pub struct Screen {
    server: Owned,
    display: String,
    /// The program that draws on it.
    program: Option<u32>,
    /// Where pictures of failures go.
    pictures: PathBuf,
}

impl Screen {
    pub fn start() -> Self {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-nolisten", "tcp", "-noreset", "-dpi", "96"])
            .args(["-screen", "0", &format!("{WIDTH}x{HEIGHT}x24")])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb starts; tests/run installs it");
        let stdout = server.stdout.take().expect("stdout is a pipe");
        let server = Owned(server);
        let mut number = String::new();
        // Ends when the server has said its number, or with the server.
        BufReader::new(stdout).read_line(&mut number).expect("Xvfb says its display");
        let number = number.trim();
        assert!(!number.is_empty(), "Xvfb found no free display");
        let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("real_window");
        std::fs::create_dir_all(&pictures).expect("a folder for pictures");
        Self { server, display: format!(":{number}"), program: None, pictures }
    }

    /// A command that sees this screen and no other.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env("DISPLAY", &self.display)
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("WAYLAND_SOCKET")
            .env_remove("XAUTHORITY")
            .stdin(Stdio::null());
        command
    }

    fn xdotool(&self, arguments: &[&str]) -> Output {
        self.command("xdotool")
            .args(arguments)
            .output()
            .expect("xdotool starts; tests/run installs it")
    }

    fn hand(&self, arguments: &[&str]) {
        let output = self.xdotool(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "xdotool {arguments:?}: {said}");
    }

    /// The window whose title has this text, once there is one.
    pub fn window(&self, title: &str) -> String {
        let mut id = String::new();
        self.until(&format!("a window titled {title:?}"), || {
            let output = self.xdotool(&["search", "--onlyvisible", "--name", title]);
            id = String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or("").to_owned();
            !id.is_empty()
        });
        id
    }

    pub fn title(&self, window: &str) -> String {
        let output = self.xdotool(&["getwindowname", window]);
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// There is no window manager here, so the keyboard goes where it is told to go, and the
    /// window takes the whole screen only when asked.
    pub fn fill_and_focus(&self, window: &str) {
        let (width, height) = (WIDTH.to_string(), HEIGHT.to_string());
        self.hand(&["windowmove", window, "0", "0"]);
        self.hand(&["windowsize", window, &width, &height]);
        self.hand(&["windowfocus", "--sync", window]);
    }

    /// Presses keys one after the other, as in `ctrl+o` or `Return`.
    pub fn keys(&self, keys: &[&str]) {
        self.hand(&[&["key", "--clearmodifiers"], keys].concat());
    }

    pub fn types(&self, text: &str) {
        self.hand(&["type", "--clearmodifiers", "--delay", "8", text]);
    }

    pub fn moves_to(&self, (x, y): (f32, f32)) {
        self.hand(&["mousemove", "--sync", &format!("{x:.0}"), &format!("{y:.0}")]);
    }

    pub fn clicks(&self) {
        self.hand(&["click", "1"]);
    }

    /// Takes hold at one place and lets go at another, in steps the program can follow.
    pub fn drags(&self, from: (f32, f32), to: (f32, f32)) {
        self.moves_to(from);
        self.still();
        self.hand(&["mousedown", "1"]);
        for step in 1..=4 {
            let part = step as f32 / 4.0;
            self.moves_to((from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part));
            self.still();
        }
        self.hand(&["mouseup", "1"]);
    }

    pub fn wheels_down(&self) {
        self.hand(&["click", "5"]);
    }

    /// What was last copied, once it is as expected.
    pub fn copied(&self, what: &str, is: impl Fn(&str) -> bool) -> String {
        let mut text = String::new();
        self.until(what, || {
            let output = self
                .command("xclip")
                .args(["-selection", "clipboard", "-out"])
                .output()
                .expect("xclip starts; tests/run installs it");
            text = String::from_utf8_lossy(&output.stdout).into_owned();
            is(&text)
        });
        text
    }

    pub fn picture(&self) -> Picture {
        let output = self
            .command("import")
            .args(["-window", "root", "-depth", "8", "rgb:-"])
            .output()
            .expect("import starts; tests/run installs it");
        assert_eq!(output.stdout.len(), WIDTH * HEIGHT * 3, "a picture of the whole screen");
        Picture(output.stdout)
    }

    /// Keeps a picture for people, and says where.
    pub fn keep(&self, name: &str) -> PathBuf {
        let path = self.pictures.join(format!("{name}.png"));
        let status = self.command("import").args(["-window", "root"]).arg(&path).status();
        assert!(status.is_ok_and(|status| status.success()), "a picture at {}", path.display());
        path
    }

    /// Names the program whose work [`Screen::still`] waits for.
    pub fn watch(&mut self, program: &Owned) {
        self.program = Some(program.0.id());
    }

    /// Waits until the program and the server have nothing to do and the screen stays as it is; the
    /// picture of it. A busy machine may show the same picture twice while the next is being drawn,
    /// so pictures alone do not tell.
    pub fn still(&self) -> Picture {
        let work =
            || [self.program, Some(self.server.0.id())].map(|process| process.and_then(Work::of));
        let (mut picture, mut before) = (self.picture(), work());
        self.until("a screen at rest", || {
            let (next, after) = (self.picture(), work());
            let idle = |work: &Option<Work>| work.is_none_or(|work| !work.runs);
            // The server works to take the picture; the program must not have worked at all.
            let rests = before[0] == after[0] && after.iter().all(idle) && next.is_still(&picture);
            (picture, before) = (next, after);
            rests
        });
        picture
    }

    /// Looks until something is so.
    pub fn until(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let began = Instant::now();
        while !holds() {
            if began.elapsed() > PATIENCE {
                let picture = self.keep("failure");
                panic!("waited in vain for {what}; see {}", picture.display());
            }
            std::thread::yield_now();
        }
    }
}

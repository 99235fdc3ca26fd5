//! Somebody at the window who knows where things are.
//!
//! A real window gives away its pixels, its title and what it writes to disk, but not where its
//! buttons are. So beside it runs a twin: the same application, of the same size, without a
//! display, used with the same gestures, whose widgets can be asked for by their accessible names.
//! Where a widget is in the twin, there the mouse goes in the real window. What is checked is the
//! real one: its title, its clipboard and its files.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{Event, Key, Modifiers, PointerButton, Pos2, Rect};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use exchange_studio::config::Project;
use exchange_studio::exchange::SystemKeyring;
use exchange_studio::studio::{Action, Command, FileDialogs, Outside, Studio};

use crate::screen::{HEIGHT, Owned, Screen, WIDTH};

/// How long a background job of the twin may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// No desktop answers here, neither to the twin nor to the program.
struct NoDialogs;

impl FileDialogs for NoDialogs {
    fn available(&self) -> bool {
        false
    }
    fn pick_files(&self) -> Option<Vec<std::path::PathBuf>> {
        None
    }
    fn pick_folder(&self) -> Option<std::path::PathBuf> {
        None
    }
    fn pick_key(&self) -> Option<std::path::PathBuf> {
        None
    }
    fn save_file(&self, _suggested: &Path) -> Option<std::path::PathBuf> {
        None
    }
}

/// Which part of the window is meant, where a name stands in several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Anywhere,
    /// The list of client apps at the left.
    List,
    /// The tabs in the middle.
    Middle,
    /// The inspector at the right.
    Inspector,
}

impl Part {
    fn has(self, rect: Rect) -> bool {
        const LIST_ENDS: f32 = 250.0;
        const INSPECTOR_BEGINS: f32 = WIDTH as f32 - 340.0;
        let x = rect.center().x;
        match self {
            Self::Anywhere => true,
            Self::List => x < LIST_ENDS,
            Self::Middle => (LIST_ENDS..INSPECTOR_BEGINS).contains(&x),
            Self::Inspector => x > INSPECTOR_BEGINS,
        }
    }
}

pub struct Person {
    pub screen: Screen,
    window: String,
    twin: Harness<'static, Studio>,
    _program: Owned,
}

/// The program on a screen, with a home of its own: what whoever runs the test has set up for
/// themselves stays out of it.
pub fn program(screen: &Screen, home: &Path) -> std::process::Command {
    let mut program = screen.command(env!("CARGO_BIN_EXE_exchange-studio"));
    program.env("HOME", home);
    for variable in [
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "XDG_STATE_HOME",
        "XDG_CACHE_HOME",
        "XDG_RUNTIME_DIR",
        "DBUS_SESSION_BUS_ADDRESS",
        "WINIT_X11_SCALE_FACTOR",
    ] {
        program.env_remove(variable);
    }
    program
}

impl Person {
    /// Starts the program as a new user does, without a path.
    pub fn start(home: &Path) -> Self {
        let mut screen = Screen::start();
        let mut program = program(&screen, home);
        let program = Owned(program.spawn().expect("the program starts"));
        screen.watch(&program);
        let window = screen.window("Exchange Studio");
        screen.fill_and_focus(&window);

        let mut twin = Harness::builder()
            .with_size([WIDTH as f32, HEIGHT as f32])
            .with_theme(egui::Theme::Dark)
            .build_eframe(|creation| {
                let outside = Outside {
                    dialogs: Arc::new(NoDialogs),
                    open: Arc::new(Project::open_with),
                    settings: None,
                    state: None,
                    keyring: Arc::new(SystemKeyring::on_bus("unix:path=/nowhere/bus")),
                };
                let mut studio =
                    Studio::new(&creation.egui_ctx, outside).expect("threads for background work");
                studio.state.apply(Command::Act(Action::OpenSample));
                studio
            });
        twin.run_ok();
        screen.still();
        Self { screen, window, twin, _program: program }
    }

    /// Waits until the real window's title is as expected.
    pub fn sees_title(&self, what: &str, is: impl Fn(&str) -> bool) {
        self.screen.until(what, || is(&self.screen.title(&self.window)));
    }

    /// Waits until the twin has something of this name, perhaps out of view, and both are at rest.
    pub fn sees(&mut self, name: &str) {
        let began = Instant::now();
        while self.twin.query_all_by_label(name).next().is_none() {
            assert!(began.elapsed() < PATIENCE, "nothing is called {name:?}");
            self.twin.run_ok();
        }
        self.rests();
    }

    fn rests(&mut self) {
        self.twin.run_ok();
        self.screen.still();
    }

    /// Where the widget of this name is.
    fn find(&mut self, part: Part, name: &str) -> Pos2 {
        let began = Instant::now();
        let window = Rect::from_min_size(Pos2::ZERO, egui::vec2(WIDTH as f32, HEIGHT as f32));
        loop {
            let found: Vec<Rect> = self
                .twin
                .query_all_by(|node| {
                    node.label().is_some_and(|label| match part {
                        // A row says more than the name of its client app.
                        Part::List => label.contains(name),
                        // A box of the drawing says how many arrows it has after its name.
                        Part::Middle => label == name || label.starts_with(&format!("{name}, ")),
                        _ => label == name,
                    })
                })
                .map(|node| node.rect())
                .filter(|rect| part.has(*rect) && window.contains(rect.center()))
                .collect();
            match found.as_slice() {
                [] => {}
                [one] => {
                    // Shown when the test fails.
                    println!("{name:?} is at {:?}", one.center());
                    return one.center();
                }
                several => panic!("{name:?} is in several places: {several:?}"),
            }
            if began.elapsed() > PATIENCE {
                let picture = self.screen.keep("failure");
                let names: Vec<_> = self
                    .twin
                    .query_all_by(|node| node.label().is_some())
                    .filter_map(|node| Some((node.accesskit_node().label()?, node.rect())))
                    .collect();
                panic!("nothing is called {name:?}; see {}\n{names:#?}", picture.display());
            }
            self.twin.run_ok();
        }
    }

    /// Goes to a widget with the mouse. What opens may still grow while the mouse is on its way, so
    /// it is followed until it stays.
    fn points_at(&mut self, part: Part, name: &str) -> Pos2 {
        loop {
            let at = self.find(part, name);
            self.screen.moves_to((at.x, at.y));
            self.twin.hover_at(at);
            self.rests();
            if self.find(part, name) == at {
                return at;
            }
        }
    }

    pub fn clicks(&mut self, part: Part, name: &str) {
        let at = self.points_at(part, name);
        self.screen.clicks();
        for pressed in [true, false] {
            self.twin.event(pointer(at, pressed));
            self.twin.step();
        }
        self.rests();
    }

    /// Takes hold of one widget and lets go on another.
    pub fn drags(&mut self, part: Part, from: &str, to: &str) {
        let to = self.find(part, to);
        let from = self.points_at(part, from);
        self.screen.drags((from.x, from.y), (to.x, to.y));
        self.twin.event(pointer(from, true));
        self.twin.step();
        for step in 1..=4 {
            self.twin.hover_at(from.lerp(to, step as f32 / 4.0));
            self.twin.step();
        }
        self.twin.event(pointer(to, false));
        self.twin.step();
        self.rests();
    }

    /// Turns the wheel over the middle until there is nothing more below.
    pub fn scrolls_to_the_end(&mut self) {
        let at = egui::pos2(WIDTH as f32 * 0.6, HEIGHT as f32 * 0.5);
        self.screen.moves_to((at.x, at.y));
        self.twin.hover_at(at);
        self.twin.step();
        for _ in 0..60 {
            self.screen.wheels_down();
            self.twin.event(Event::MouseWheel {
                unit: egui::MouseWheelUnit::Line,
                delta: egui::vec2(0.0, -3.0),
                source: egui::MouseWheelSource::Unknown,
                phase: egui::TouchPhase::Move,
                modifiers: Modifiers::NONE,
            });
            self.twin.step();
        }
        self.rests();
    }

    /// Types into what has the keyboard.
    pub fn types(&mut self, text: &str) {
        self.types_each(text, text);
    }

    /// Types one text into the real window and another, of the same length, into the twin.
    pub fn types_each(&mut self, real: &str, twin: &str) {
        assert_eq!(real.len(), twin.len(), "what looks different is found in different places");
        self.screen.types(real);
        self.twin.event(Event::Text(twin.to_owned()));
        self.rests();
    }

    /// Presses a key, perhaps with Ctrl held.
    pub fn presses(&mut self, ctrl: bool, key: Key) {
        let name = match key {
            Key::Enter => "Return".to_owned(),
            Key::Escape => "Escape".to_owned(),
            Key::Tab => "Tab".to_owned(),
            key => key.name().to_lowercase(),
        };
        self.screen.keys(&[&if ctrl { format!("ctrl+{name}") } else { name }]);
        let modifiers = if ctrl { Modifiers::CTRL | Modifiers::COMMAND } else { Modifiers::NONE };
        self.twin.key_press_modifiers(modifiers, key);
        self.rests();
    }
}

fn pointer(pos: Pos2, pressed: bool) -> Event {
    Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    }
}

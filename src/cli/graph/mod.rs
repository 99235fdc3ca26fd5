//! `graph`: the drawing of who may exchange a token into whose, as a file.

mod redact;
mod select;

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::ValueEnum;

use super::project::{self, Paths};
use super::{Exit, Failure, Globals, Terminal, diff, filter};
use crate::config::Project;
use crate::diagram::export::{self, Caption, Drawing, Input, PngError};
use crate::diagram::layout::Method;
use crate::diagram::scene::{GroupBy, GroupKey, Options, Scene};
use crate::trust::{Subset, TrustGraph};

/// Draw who may exchange a token into whose
///
/// Writes the trust graph as a picture (svg, png), for other tools (dot, graphml, mermaid,
/// opengraph) or as data (json). Arrows run the way the token travels: from the client app whose
/// token goes in to the one whose token comes out; the end that asks carries a mark. Ids that no
/// document defines are drawn as ghosts. Every format says which reading it rests on, what of the
/// whole it shows, and the SHA-256 of the input files, one after the other in the order of their
/// names.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  exchange-studio graph config/ --format svg -o trust.svg
  exchange-studio graph config/ --format png --scale 2 --theme dark -o trust.png
  exchange-studio graph config/ --format svg --focus Broker --hops 2 -o broker.svg
  exchange-studio graph config/ --format svg --collapse all -o overview.svg
  exchange-studio graph config/ --format svg --compare config.old/ -o changes.svg
  exchange-studio graph config/ --format svg --compare HEAD~1:config -o changes.svg
  exchange-studio graph config/ --format svg --chain Portal --chain Broker --chain Robot -o chain.svg
  exchange-studio graph config/ --format graphml --redact names.json -o trust.graphml
  exchange-studio graph config/ --format dot | dot -Tpdf -o trust.pdf
  exchange-studio graph config/ --format json | jq '.edges[].sentence'

The same files give the same bytes, so a drawing can be kept and compared.

Exit status: 0 fine, 1 a chain has a gap, 2 usage, 3 a path or a file cannot be read, or the output
not written")]
pub struct Args {
    #[command(flatten)]
    paths: Paths,

    /// What is written.
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Format,

    #[command(flatten)]
    selection: select::Selection,

    /// Show what changed since another version: a file, a folder, or a git revision of one,
    /// REVISION:PATH.
    ///
    /// What is in either version is drawn; what was added, removed or changed is marked.
    #[arg(long, value_name = "OLD", help_heading = "How it is drawn")]
    compare: Option<PathBuf>,

    /// Mark a chain: give it once for each client app, in order.
    #[arg(long, value_name = "ID", help_heading = "How it is drawn")]
    chain: Vec<String>,

    /// How client apps are placed; left out, what suits their number.
    #[arg(long, value_enum, value_name = "LAYOUT", help_heading = "How it is drawn")]
    layout: Option<Layout>,

    /// What client apps are grouped by.
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "WHAT",
        help_heading = "How it is drawn"
    )]
    cluster_by: ClusterBy,

    /// Draw a group as one box with counts: its name, or 'all'; may be given more than once.
    #[arg(long, value_name = "GROUP", help_heading = "How it is drawn")]
    collapse: Vec<String>,

    /// The colours of an svg or png.
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "THEME",
        help_heading = "How it is drawn"
    )]
    theme: Theme,

    /// Pixels for a point of a png.
    #[arg(
        long,
        default_value_t = 1.0,
        value_name = "N",
        value_parser = scale,
        help_heading = "How it is drawn"
    )]
    scale: f32,

    /// The title; left out, the paths.
    #[arg(long, value_name = "TEXT", help_heading = "How it is drawn")]
    title: Option<String>,

    /// Replace names, ids, issuers, subjects and paths by aliases, and write what they stand for to
    /// this file.
    ///
    /// The file must not exist; it is made readable for its owner alone. Whoever has it can undo the
    /// redaction.
    #[arg(long, value_name = "MAPPING", help_heading = "Output")]
    redact: Option<PathBuf>,

    /// The file to write; '-' is standard output.
    #[arg(short, long, default_value = "-", value_name = "FILE", help_heading = "Output")]
    output: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A picture of lines and text.
    Svg,
    /// A picture of pixels.
    Png,
    /// For Graphviz.
    Dot,
    /// For graph tools such as yEd or Gephi.
    Graphml,
    /// For pages that draw Mermaid charts.
    Mermaid,
    /// Nodes and edges as data; carries "version": 1.
    Json,
    /// For BloodHound.
    Opengraph,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Layout {
    /// In layers, the way tokens travel; reads best up to some hundred client apps.
    Layered,
    /// Spread out in blocks; for large estates.
    Overview,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Theme {
    #[default]
    Light,
    Dark,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum ClusterBy {
    /// The subscription, or the file of client apps that state none.
    #[default]
    Subscription,
    /// The issuer of their external identities.
    Issuer,
    File,
    /// The environment they state.
    Environment,
}

fn scale(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(scale) if (0.05..=16.0).contains(&scale) => Ok(scale),
        _ => Err("write a number from 0.05 to 16".to_owned()),
    }
}

/// A version that is drawn.
struct Version {
    project: Project,
    graph: TrustGraph,
}

pub fn run(args: &Args, globals: &Globals, terminal: &mut Terminal) -> Result<Exit, Failure> {
    if args.format == Format::Png && args.output.as_os_str() == "-" && terminal.out_is_terminal() {
        return Err(Failure::usage("a png is no text for a terminal")
            .hint("name a file with -o, or send standard output somewhere else"));
    }
    let (new, mut exit) = open(&args.paths.paths, globals, terminal)?;
    let old = match &args.compare {
        Some(path) => {
            let (old, gaps) = open_old(path, globals, terminal)?;
            if let Exit::Unreadable = gaps {
                exit = gaps;
            }
            Some(old)
        }
        None => None,
    };
    let picture = Picture::new(args, &new, old.as_ref())?;
    let bytes = picture.bytes(args, &new, old.as_ref())?;
    if let (Some(path), Some(mapping)) = (&args.redact, &picture.mapping) {
        redact::write_mapping(path, &args.output, mapping)?;
    }
    project::write_output(&args.output, &bytes, terminal)?;
    Ok(exit)
}

fn open(
    paths: &[PathBuf],
    globals: &Globals,
    terminal: &mut Terminal,
) -> Result<(Version, Exit), Failure> {
    let project = project::open(paths, globals)?;
    let gaps = project::warn_about_gaps(&project, terminal);
    let graph = TrustGraph::new(&project, globals.reading);
    Ok((Version { project, graph }, gaps))
}

/// The version that is compared with: what is on disk, or a git revision of it.
fn open_old(
    path: &PathBuf,
    globals: &Globals,
    terminal: &mut Terminal,
) -> Result<(Version, Exit), Failure> {
    if path.exists() || !path.to_string_lossy().contains(':') {
        return open(std::slice::from_ref(path), globals, terminal);
    }
    let project = diff::Version::read(path, globals)?.project();
    let gaps = project::warn_about_gaps(&project, terminal);
    let graph = TrustGraph::new(&project, globals.reading);
    Ok((Version { project, graph }, gaps))
}

/// What is drawn, and from what.
struct Picture {
    /// Those with aliases, when names are redacted.
    redacted: Option<(Version, Option<Version>)>,
    scene: Scene,
    caption: Caption,
    mapping: Option<String>,
}

impl Picture {
    fn new(args: &Args, new: &Version, old: Option<&Version>) -> Result<Self, Failure> {
        // Everything is looked up among the true names; indices are the same under aliases.
        let projects: Vec<_> =
            [Some(new), old].into_iter().flatten().map(|it| &it.project).collect();
        let chosen = args.selection.choose(&projects)?;
        let select = |it: &Version| chosen.select(&it.project, &it.graph);
        let (only, only_old) = (select(new), old.and_then(select));
        let focus = match &args.selection.focus {
            Some(text) => Some((project::client(&new.project, text)?, args.selection.hops)),
            None => None,
        };
        let path = select::chain(&args.chain, &new.project, &new.graph)?;
        let by = group_by(args.cluster_by);
        let versions: Vec<_> =
            [Some(new), old].into_iter().flatten().map(|it| (&it.project, &it.graph)).collect();
        let collapsed = select::collapsed(&args.collapse, by, &versions)?;

        let names = args.redact.as_ref().map(|_| redact::Names::new(new, old));
        let (redacted, collapsed) = match &names {
            Some(names) => {
                let collapsed = names.groups(&collapsed, by, new, old);
                (Some(names.versions(new, old)), collapsed)
            }
            None => (None, collapsed),
        };
        let mut words = match &names {
            Some(names) => {
                let drawn = redacted.as_ref().map_or(&new.project, |(new, _)| &new.project);
                let filter = names.redaction.filter(&chosen.filter);
                filter::Chosen { filter, ..chosen }.words(drawn)
            }
            None => chosen.words(&new.project),
        };
        let (shown, shown_old) = match &redacted {
            Some((new, old)) => (new, old.as_ref()),
            None => (new, old),
        };
        if let Some((key, hops)) = focus {
            let label = shown.project.client(key).label();
            let hops = if hops == 1 { "1 arrow".to_owned() } else { format!("{hops} arrows") };
            let near = format!("{label} and what is at most {hops} away");
            words = if words.is_empty() { near } else { format!("{near}; {words}") };
        }
        let scene =
            draw(args, (shown, shown_old), &Chosen { only, only_old, focus, path, by, collapsed });
        let caption = Caption {
            title: title(args, names.is_some()),
            filter: words,
            inputs: inputs(new, old),
            redacted: names.is_some(),
        };
        Ok(Self { redacted, scene, caption, mapping: names.map(|names| names.mapping) })
    }

    fn bytes(&self, args: &Args, new: &Version, old: Option<&Version>) -> Result<Vec<u8>, Failure> {
        let (new, old) = match &self.redacted {
            Some((new, old)) => (new, old.as_ref()),
            None => (new, old),
        };
        let drawing = Drawing {
            scene: &self.scene,
            project: &new.project,
            graph: &new.graph,
            old: old.map(|old| (&old.project, &old.graph)),
            caption: &self.caption,
        };
        let theme = match args.theme {
            Theme::Light => export::Theme::Light,
            Theme::Dark => export::Theme::Dark,
        };
        format(args.format).write(&drawing, theme, args.scale).map_err(|error| {
            let failure = Failure::usage(error.to_string());
            match error {
                PngError::TooLarge { .. } => failure.hint(
                    "take a smaller --scale, draw less of it (--focus, --collapse), or write an svg",
                ),
                PngError::Paint(_) => failure,
            }
        })
    }
}

/// What of the graph is drawn, and how it is grouped.
struct Chosen {
    only: Option<Subset>,
    only_old: Option<Subset>,
    focus: Option<(crate::config::ClientKey, usize)>,
    path: Vec<petgraph::stable_graph::EdgeIndex>,
    by: GroupBy,
    collapsed: BTreeSet<GroupKey>,
}

fn draw(args: &Args, (new, old): (&Version, Option<&Version>), chosen: &Chosen) -> Scene {
    let options = Options {
        method: args.layout.map(|layout| match layout {
            Layout::Layered => Method::Layered,
            Layout::Overview => Method::Overview,
        }),
        only: chosen.only.as_ref(),
        only_old: chosen.only_old.as_ref(),
        focus: chosen.focus,
        path: &chosen.path,
        group_by: chosen.by,
        collapsed: &chosen.collapsed,
        ..Options::default()
    };
    let scene = match old {
        Some(old) => {
            Scene::compare((&old.project, &old.graph), (&new.project, &new.graph), &options)
        }
        None => Scene::build(&new.project, &new.graph, &options),
    };
    // Nothing cancels it, so there always is a scene.
    scene.unwrap_or_else(|| Scene::empty(new.graph.reading))
}

fn format(format: Format) -> export::Format {
    match format {
        Format::Svg => export::Format::Svg,
        Format::Png => export::Format::Png,
        Format::Dot => export::Format::Dot,
        Format::Graphml => export::Format::Graphml,
        Format::Mermaid => export::Format::Mermaid,
        Format::Json => export::Format::Json,
        Format::Opengraph => export::Format::Opengraph,
    }
}

fn group_by(by: ClusterBy) -> GroupBy {
    match by {
        ClusterBy::Subscription => GroupBy::Subscription,
        ClusterBy::Issuer => GroupBy::Issuer,
        ClusterBy::File => GroupBy::File,
        ClusterBy::Environment => GroupBy::Environment,
    }
}

fn title(args: &Args, redacted: bool) -> String {
    if let Some(title) = &args.title {
        return title.clone();
    }
    if redacted {
        return match args.compare {
            Some(_) => "Trust graph, two versions compared".to_owned(),
            None => "Trust graph".to_owned(),
        };
    }
    let names: Vec<_> = args.paths.paths.iter().map(|path| path.display().to_string()).collect();
    match &args.compare {
        Some(old) => format!("{}, compared with {}", names.join(", "), old.display()),
        None => names.join(", "),
    }
}

fn inputs(new: &Version, old: Option<&Version>) -> Vec<Input> {
    let input = |label: &str, it: &Version| Input::of(&it.project, label);
    match old {
        Some(old) => vec![input("old", old), input("new", new)],
        None => vec![input("", new)],
    }
}

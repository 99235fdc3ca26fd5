//! `graph`: the drawing of who may exchange a token into whose, as a file.

use std::path::PathBuf;

use clap::ValueEnum;

use super::project::{self, Paths};
use super::{Exit, Failure, Globals, Terminal};
use crate::diagram::export;
use crate::diagram::layout::Method;
use crate::diagram::scene::{Options, Scene};
use crate::trust::TrustGraph;

/// Draw who may exchange a token into whose
///
/// Writes the trust graph as a picture (svg), for Graphviz (dot) or as data (json). Arrows run the
/// way the token travels: from the client app whose token goes in to the one whose token comes out;
/// the end that asks carries a mark. Ids that no document defines are drawn as ghosts.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  exchange-studio graph config/ --format svg -o trust.svg
  exchange-studio graph config/ --format dot | dot -Tpdf -o trust.pdf
  exchange-studio graph config/ --format json | jq '.edges[].sentence'

The same files give the same bytes, so a drawing can be kept and compared.

Exit status: 0 fine, 2 usage, 3 a path or a file cannot be read, or the output not written")]
pub struct Args {
    #[command(flatten)]
    paths: Paths,

    /// What is written.
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Format,

    /// How client apps are placed; left out, what suits their number.
    #[arg(long, value_enum, value_name = "LAYOUT")]
    layout: Option<Layout>,

    /// The colours of an svg.
    #[arg(long, value_enum, default_value_t, value_name = "THEME")]
    theme: Theme,

    /// The file to write; '-' is standard output.
    #[arg(short, long, default_value = "-", value_name = "FILE")]
    output: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A picture.
    Svg,
    /// For Graphviz.
    Dot,
    /// Nodes and edges as data; carries "version": 1.
    Json,
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

pub fn run(args: &Args, globals: &Globals, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let project = project::open(&args.paths.paths, globals)?;
    let gaps = project::warn_about_gaps(&project, terminal);
    let graph = TrustGraph::new(&project, globals.reading);
    let method = args.layout.map(|layout| match layout {
        Layout::Layered => Method::Layered,
        Layout::Overview => Method::Overview,
    });
    let options = Options { method, ..Options::default() };
    // Nothing cancels it, so there always is a scene.
    let scene =
        Scene::build(&project, &graph, &options).unwrap_or_else(|| Scene::empty(globals.reading));
    let names: Vec<_> = args.paths.paths.iter().map(|path| path.display().to_string()).collect();
    let title = names.join(", ");
    let text = match args.format {
        Format::Svg => export::svg(
            &scene,
            &title,
            match args.theme {
                Theme::Light => export::Theme::Light,
                Theme::Dark => export::Theme::Dark,
            },
        ),
        Format::Dot => export::dot(&scene, &title),
        Format::Json => export::json(&project, &graph, &scene),
    };
    project::write_output(&args.output, text.as_bytes(), terminal)?;
    Ok(gaps)
}

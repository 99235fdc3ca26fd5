//! `graph`: the drawing of who may exchange a token into whose, as a file.

use std::path::PathBuf;

use clap::ValueEnum;

use super::project::Paths;
use super::{Exit, Failure, Globals, Terminal};

/// Draw who may exchange a token into whose
///
/// Writes the trust graph as a picture (svg), for Graphviz (dot) or as data (json). Arrows run the
/// way the token travels: from the client app whose token goes in to the one whose token comes out;
/// the end that asks carries a mark.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  exchange-studio graph config/ --format svg -o trust.svg
  exchange-studio graph config/ --format dot -o - | dot -Tpdf -o trust.pdf

Exit status: 0 fine, 2 usage, 3 a path or a file cannot be read, or the output not written")]
pub struct Args {
    #[command(flatten)]
    paths: Paths,

    /// What is written.
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Format,

    /// How client apps are placed.
    #[arg(long, value_enum, default_value_t, value_name = "LAYOUT")]
    layout: Layout,

    /// The file to write; '-' is standard output.
    #[arg(short, long, value_name = "FILE")]
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

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Layout {
    /// In layers, the way tokens travel; reads best up to some hundred client apps.
    #[default]
    Layered,
    /// Spread out; for large estates.
    Overview,
}

pub fn run(args: &Args, _globals: &Globals, _terminal: &mut Terminal) -> Result<Exit, Failure> {
    let _ = (&args.paths, args.format, args.layout, &args.output);
    Err(Failure::usage("drawing is not there yet"))
}

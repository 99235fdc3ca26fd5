//! `matrix`: who can become whom, as rows and columns.

use clap::ValueEnum;
use serde::Serialize;

use super::filter::{self, Filters};
use super::project::{self, Paths};
use super::reach::{Format, Whose};
use super::suppose::Suppose;
use super::{Exit, Failure, Globals, Terminal};
use crate::trust::matrix::{Matrix, Order, View};
use crate::trust::report::Party;
use crate::trust::{Overview, TrustGraph, Verdict};

/// Show the access matrix: who can become whom, with the fewest hops
///
/// A row is whoever a token can start at, a client app or an external identity; what it can become
/// stands in the row with the number of exchanges that takes. One hop is a permission of its own;
/// more are a chain, which is potential: each hop takes the credential of the client app that asks.
/// Rows and columns without access are left out. A filter leaves out rows and columns too, but not
/// the ways that lead through them.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  exchange-studio matrix config/
  exchange-studio matrix config/ --max-hops 1 --sort count
  exchange-studio matrix config/ --columns Archive --format csv > archive.csv
  exchange-studio matrix config/ --sort-rows-by Archive --finding high

The csv has one line for each cell that is not empty; a pivot table makes rows and columns of them.

Exit status: 0 fine, 2 usage, 3 a path or a file cannot be read")]
pub struct Args {
    #[command(flatten)]
    paths: Paths,

    /// Only rows whose name has this part.
    #[arg(long, value_name = "TEXT", default_value = "")]
    rows: String,

    /// Only columns whose name has this part.
    #[arg(long, value_name = "TEXT", default_value = "")]
    columns: String,

    /// Leave out external identities.
    #[arg(long)]
    no_externals: bool,

    /// Hops of the longest way that fills a cell; left out, any number.
    #[arg(long, value_name = "N")]
    max_hops: Option<u32>,

    /// Whose credentials are at hand.
    #[arg(long, value_enum, default_value = "worst", value_name = "ACTOR")]
    actor: Whose,

    /// The order of rows and columns.
    #[arg(long, value_enum, default_value_t, value_name = "ORDER")]
    sort: Sort,

    /// Rows by how many hops they are away from this client app, the fewest first.
    #[arg(long, value_name = "ID")]
    sort_rows_by: Option<String>,

    /// Columns by how many hops they are away from this client app, the fewest first.
    #[arg(long, value_name = "ID")]
    sort_columns_by: Option<String>,

    #[command(flatten)]
    suppose: Suppose,

    #[command(flatten)]
    filters: Filters,

    /// How the matrix is written.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Sort {
    /// As in the files.
    #[default]
    File,
    /// By name.
    Name,
    /// Most access first.
    Count,
}

/// The shape of `--format json`, version 1.
#[derive(Serialize)]
struct Json {
    version: u32,
    reading: &'static str,
    actor: &'static str,
    /// Which client apps it is about, in words; left out when it is about all.
    #[serde(skip_serializing_if = "String::is_empty")]
    filter: String,
    columns: Vec<Column>,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Column {
    client: Party,
    /// How many can become it, by any number of hops, worst case.
    exposure: u64,
}

#[derive(Serialize)]
struct Row {
    from: Party,
    /// How many client apps it can become, by any number of hops, worst case.
    impact: u64,
    cells: Vec<CellLine>,
}

#[derive(Serialize)]
struct CellLine {
    /// The place in `columns`, counted from 0.
    column: usize,
    hops: u32,
    /// For a single hop: `allowed` or `allowed-if-not-stated`.
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'static str>,
}

pub fn run(args: &Args, globals: &Globals, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let project = project::open(&args.paths.paths, globals)?;
    let gaps = project::warn_about_gaps(&project, terminal);
    let graph = TrustGraph::new(&project, globals.reading);
    let access = args.suppose.access(&project, &graph)?;
    let overview = Overview::new(&access);
    let order = match args.sort {
        Sort::File => Order::Project,
        Sort::Name => Order::Name,
        Sort::Count => Order::Count,
    };
    let hops_of = |text: Option<&str>| -> Result<Option<Order>, Failure> {
        let key = text.map(|text| project::client(&project, text)).transpose()?;
        Ok(key.and_then(|key| graph.client_node(key)).map(Order::Hops))
    };
    let view = View {
        rows: args.rows.clone(),
        columns: args.columns.clone(),
        externals: !args.no_externals,
        only_access: true,
        max_hops: args.max_hops.unwrap_or(u32::MAX),
        actor: args.actor.actor(),
        row_order: hops_of(args.sort_rows_by.as_deref())?.unwrap_or(order),
        column_order: hops_of(args.sort_columns_by.as_deref())?.unwrap_or(order),
    };
    let chosen = args.filters.choose(&[&project])?;
    let only = chosen.select(&project, &graph);
    let matrix = Matrix::new(&project, &graph, &access, &overview, view, only.as_ref());
    match args.format {
        Format::Csv => {
            terminal.out().write_all(Matrix::csv_header().as_bytes())?;
            for row in 0..matrix.rows().len() {
                let lines = matrix.csv_row(&project, &graph, &access, row);
                terminal.out().write_all(lines.as_bytes())?;
            }
        }
        Format::Json => {
            let columns = matrix.columns().iter().map(|column| Column {
                client: Party::node(&project, &graph, column.node),
                exposure: column.count,
            });
            let rows = matrix.rows().iter().enumerate().map(|(at, row)| Row {
                from: Party::node(&project, &graph, row.node),
                impact: row.count,
                cells: cells(&matrix, &access, at),
            });
            terminal.json(&Json {
                version: 1,
                reading: globals.reading.name(),
                actor: matrix.view.actor.name(),
                filter: chosen.words(&project),
                columns: columns.collect(),
                rows: rows.filter(|row| !row.cells.is_empty()).collect(),
            })?;
        }
        Format::Human => human(&matrix, &access, &chosen.words(&project), globals, terminal)?,
    }
    Ok(gaps)
}

fn cells(matrix: &Matrix, access: &crate::trust::Access, row: usize) -> Vec<CellLine> {
    let cells = matrix.row(access, row).into_iter();
    let line = |cell: crate::trust::matrix::Cell| CellLine {
        column: cell.column,
        hops: cell.hops,
        verdict: cell.direct.map(Verdict::name),
    };
    cells.map(line).collect()
}

fn human(
    matrix: &Matrix,
    access: &crate::trust::Access,
    filter: &str,
    globals: &Globals,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let colour = terminal.out_colour();
    let out = terminal.out();
    let mut shown = 0;
    for (at, row) in matrix.rows().iter().enumerate() {
        let mut cells = matrix.row(access, at);
        if cells.is_empty() {
            continue;
        }
        shown += 1;
        cells.sort_by_key(|cell| (cell.hops, cell.column));
        writeln!(out, "{}", colour.bold(&row.label))?;
        let mut hops = 0;
        let mut line = String::new();
        for cell in cells {
            let label = &matrix.columns()[cell.column].label;
            if cell.hops != hops {
                if !line.is_empty() {
                    writeln!(out, "{line}")?;
                }
                hops = cell.hops;
                line = format!("  {hops:>3}  {label}");
            } else {
                line.push_str(&format!(", {label}"));
            }
        }
        writeln!(out, "{line}")?;
    }
    if shown == 0 {
        writeln!(out, "Nobody can become anybody.")?;
    }
    let actor = matrix.view.actor;
    let note = format!(
        "The number of hops, then what can be become. {} Reading: {}.",
        actor.sentence(),
        globals.reading.name()
    );
    writeln!(out, "\n{}", colour.dim(note))?;
    filter::note(filter, terminal)
}

//! Layouts of other crates.

use fa2::{FA2Data, FA2Settings};
use rust_sugiyama::configure::Config;

use crate::{Graph, timed, write};

/// What all layered drawings here have: the size of a box, and the gap between two in a column.
const BOX: (f64, f64) = (120.0, 32.0);
const GAP: f64 = 16.0;
/// What its authors call enough for most graphs.
const ITERATIONS: usize = 300;

/// rust-sugiyama as it comes: network simplex, barycentres, transposing, Brandes and Köpf.
pub fn sugiyama(graph: &Graph, repeats: usize, drawing: Option<&str>) -> Option<()> {
    // It draws from top to bottom: the boxes are turned, and the drawing turned back.
    let nodes: Vec<(u32, (f64, f64))> =
        (0..graph.clusters.len() as u32).map(|node| (node, (BOX.1, BOX.0))).collect();
    let config = Config { vertex_spacing: GAP, ..Config::default() };
    let parts = timed("layout", repeats, || {
        rust_sugiyama::from_vertices_and_edges(&nodes, &graph.edges, &config)
    })?;
    let mut middles = vec![(0.0, 0.0); nodes.len()];
    let mut below = 0.0;
    for (part, _, _) in parts {
        let sides = part.iter().map(|(_, (side, _))| *side);
        let (low, high) =
            sides.fold((f64::MAX, f64::MIN), |(low, high), side| (low.min(side), high.max(side)));
        for (node, (side, down)) in part {
            middles[node] = (down, side - low + below);
        }
        below += high - low + BOX.1 + GAP;
    }
    write(drawing, &middles, BOX);
    Some(())
}

/// ForceAtlas2 with the settings its authors choose for the size, and Barnes and Hut's tree.
pub fn fa2(graph: &Graph, repeats: usize, drawing: Option<&str>) -> Option<()> {
    let nodes = graph.clusters.len();
    let middles = timed("layout", repeats, || {
        let mut data = FA2Data::<f32>::with_capacity(nodes, graph.edges.len());
        let mut seed = 1u64;
        let mut chance = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 40) as f32 / (1u64 << 24) as f32 * 1000.0
        };
        for _ in 0..nodes {
            data.add_node_with_position(chance(), chance());
        }
        for (from, to) in &graph.edges {
            data.add_edge(*from as usize, *to as usize);
        }
        let settings = FA2Settings::<f32>::from_graph_order(nodes).with_barnes_hut();
        let mut layout = settings.build(data);
        layout.run(ITERATIONS);
        let data = layout.into_data();
        data.positions().map(|(x, y)| (f64::from(x), f64::from(y))).collect::<Vec<_>>()
    })?;
    write(drawing, &middles, BOX);
    Some(())
}

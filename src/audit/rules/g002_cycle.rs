use std::collections::{HashMap, HashSet, VecDeque};

use super::prelude::*;
use crate::audit::Arrow;
use crate::config::ClientKey;
use petgraph::algo::tarjan_scc;
use petgraph::graph::DiGraph;

pub static RULE: Rule = Rule {
    id: "G-002",
    title: "Exchanges that lead in a circle",
    severity: Severity::High,
    confidence: Confidence::High,
    under_reading: false,
    why: "A token can be passed round the circle and comes back renewed, without a login and \
          without end; revoking it catches only one of its copies. The direction in which \
          permissions are read turns the circle round but does not open it.",
    help: "Take back the one permission of the circle that no use case needs.",
    references: &["RFC 8693 §4.1", "CWE-613", "NIST SP 800-53 AC-12"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut graph = DiGraph::<ClientKey, ()>::new();
    let nodes: Vec<_> = context.clients().map(|client| graph.add_node(client.key)).collect();
    let mut out: HashMap<ClientKey, Vec<&Arrow>> = HashMap::new();
    for arrow in &context.arrows {
        if arrow.from != arrow.to {
            graph.add_edge(nodes[arrow.from.0], nodes[arrow.to.0], ());
            out.entry(arrow.from).or_default().push(arrow);
        }
    }
    for component in tarjan_scc(&graph) {
        if component.len() < 2 {
            continue;
        }
        let members: HashSet<ClientKey> = component.iter().map(|node| graph[*node]).collect();
        let Some(circle) = short_circle(&members, &out) else { continue };
        report(context, members.len(), &circle, findings);
    }
}

/// How many starts are tried for a shorter circle; the first is nearly always as good.
const STARTS: usize = 64;

/// A shortest circle through one of the first members of a component.
fn short_circle<'a>(
    members: &HashSet<ClientKey>,
    out: &HashMap<ClientKey, Vec<&'a Arrow>>,
) -> Option<Vec<&'a Arrow>> {
    let mut starts: Vec<_> = members.iter().copied().collect();
    starts.sort_unstable();
    let mut best: Option<Vec<&Arrow>> = None;
    for &start in starts.iter().take(STARTS) {
        if let Some(circle) = circle_through(start, members, out)
            && best.as_ref().is_none_or(|best| circle.len() < best.len())
        {
            best = Some(circle);
        }
        if best.as_ref().is_some_and(|best| best.len() == 2) {
            break;
        }
    }
    best
}

/// Breadth first from a client app until an arrow comes back to it.
fn circle_through<'a>(
    start: ClientKey,
    members: &HashSet<ClientKey>,
    out: &HashMap<ClientKey, Vec<&'a Arrow>>,
) -> Option<Vec<&'a Arrow>> {
    let mut reached_by: HashMap<ClientKey, &Arrow> = HashMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for &arrow in out.get(&at).into_iter().flatten() {
            if arrow.to == start {
                let mut circle = vec![arrow];
                let mut back = arrow.from;
                while back != start {
                    let arrow = *reached_by.get(&back)?;
                    circle.push(arrow);
                    back = arrow.from;
                }
                circle.reverse();
                return Some(circle);
            }
            if members.contains(&arrow.to) && !reached_by.contains_key(&arrow.to) {
                reached_by.insert(arrow.to, arrow);
                queue.push_back(arrow.to);
            }
        }
    }
    None
}

fn report(context: &Context<'_>, size: usize, circle: &[&Arrow], findings: &mut Vec<Finding>) {
    let path: Vec<_> = circle.iter().map(|arrow| context.name(arrow.from)).collect();
    let message = if size > circle.len() {
        format!(
            "Tokens can go round {} and back; {size} client apps can reach each other in circles.",
            path.join(" → ")
        )
    } else {
        format!("Tokens can go round {} and back.", path.join(" → "))
    };
    let mut ids: Vec<_> = circle.iter().map(|arrow| context.identity(arrow.from)).collect();
    ids.sort_unstable();
    let ids: Vec<&str> = ids.iter().map(|id| &**id).collect();
    let mut steps: Vec<_> = circle.iter().collect();
    steps.sort_by_key(|arrow| arrow.place);
    let Some((first, rest)) = steps.split_first() else { return };
    let step = |arrow: &Arrow| format!("{} → {}", context.name(arrow.from), context.name(arrow.to));
    let mut finding = Finding::at(&RULE, first.place, &ids, message).label(step(first));
    for arrow in rest {
        finding = finding.related(arrow.place, step(arrow));
    }
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::Reading;

    #[test]
    fn fires_once_a_component_under_every_reading() {
        let yaml = client("a", &lists(&["b"]))
            + &client("b", &lists(&["c"]))
            + &client("c", &lists(&["a", "b"]))
            + &client("d", &lists(&["a"]));
        for reading in Reading::ALL {
            assert_lines_under(&RULE, reading, &yaml, &[10]);
        }
    }

    #[test]
    fn a_diamond_is_no_circle() {
        let yaml = client("a", &lists(&["b", "c"]))
            + &client("b", &lists(&["d"]))
            + &client("c", &lists(&["d"]))
            + &client("d", "");
        assert_silent(&RULE, &yaml);
        assert_silent(&RULE, &client("a", &lists(&["a"])));
    }
}

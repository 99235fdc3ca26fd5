use std::collections::VecDeque;

use super::prelude::*;
use crate::audit::Arrow;
use crate::config::ClientKey;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;

pub static RULE: Rule = Rule {
    id: "G-002",
    title: "Exchanges that lead in a circle",
    severity: Severity::High,
    confidence: Confidence::High,
    scope: Scope::Project,
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
    let mut out: Vec<Vec<&Arrow>> = vec![Vec::new(); nodes.len()];
    for arrow in context.arrows.iter() {
        if arrow.from != arrow.to {
            graph.add_edge(nodes[arrow.from.0], nodes[arrow.to.0], ());
            out[arrow.from.0].push(arrow);
        }
    }
    let mut search = Search { out, reached_by: vec![None; nodes.len()] };
    // Not Tarjan's algorithm: petgraph's calls itself once a step, and a long chain of client apps
    // would be the end of the stack.
    for component in kosaraju_scc(&graph) {
        if component.len() < 2 {
            continue;
        }
        let mut members: Vec<ClientKey> = component.iter().map(|node| graph[*node]).collect();
        members.sort_unstable();
        if let Some(circle) = search.short_circle(&members) {
            report(context, members.len(), &circle, findings);
        }
    }
}

/// How many client apps of a circle are named.
const SHOWN: usize = 8;

/// How many starts are tried for a shorter circle; one of the first is nearly always as good.
const STARTS: usize = 16;

/// Looks for circles breadth first.
struct Search<'a> {
    /// Arrows by the client app they come from.
    out: Vec<Vec<&'a Arrow>>,
    /// The arrow by which a client app was reached; empty between searches.
    reached_by: Vec<Option<&'a Arrow>>,
}

impl<'a> Search<'a> {
    /// A shortest circle through one of the first members of a component.
    fn short_circle(&mut self, members: &[ClientKey]) -> Option<Vec<&'a Arrow>> {
        let mut best: Option<Vec<&Arrow>> = None;
        for &start in members.iter().take(STARTS) {
            let shorter_than = best.as_ref().map_or(usize::MAX, Vec::len);
            if shorter_than == 2 {
                break;
            }
            let mut touched = Vec::new();
            best = self.circle_through(start, shorter_than, &mut touched).or(best);
            for key in touched {
                self.reached_by[key] = None;
            }
        }
        best
    }

    /// A shortest circle through a client app, unless it is as long as one that is known. Whoever
    /// leaves the component does not come back to the start, so its borders need no check.
    fn circle_through(
        &mut self,
        start: ClientKey,
        shorter_than: usize,
        touched: &mut Vec<usize>,
    ) -> Option<Vec<&'a Arrow>> {
        let mut queue = VecDeque::from([(start, 1)]);
        while let Some((at, length)) = queue.pop_front() {
            if length >= shorter_than {
                return None;
            }
            for &arrow in &self.out[at.0] {
                if arrow.to == start {
                    return self.way_back(start, arrow);
                }
                let reached_by = &mut self.reached_by[arrow.to.0];
                if reached_by.is_none() {
                    *reached_by = Some(arrow);
                    touched.push(arrow.to.0);
                    queue.push_back((arrow.to, length + 1));
                }
            }
        }
        None
    }

    fn way_back(&self, start: ClientKey, last: &'a Arrow) -> Option<Vec<&'a Arrow>> {
        let mut circle = vec![last];
        let mut at = last.from;
        while at != start {
            let arrow = self.reached_by[at.0]?;
            circle.push(arrow);
            at = arrow.from;
        }
        circle.reverse();
        Some(circle)
    }
}

fn report(context: &Context<'_>, size: usize, circle: &[&Arrow], findings: &mut Vec<Finding>) {
    let mut path: Vec<_> = circle.iter().map(|arrow| context.name(arrow.from)).collect();
    if path.len() > SHOWN {
        path.splice(SHOWN - 1..path.len() - 1, [format!("{} more", path.len() - SHOWN)]);
    }
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
    for arrow in rest.iter().take(SHOWN) {
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
        let circle = &found(&RULE, &project(&yaml), Reading::default())[0];
        assert!(
            circle.message.starts_with("Tokens can go round 'b' → 'c' and back; 3 client apps")
        );
    }

    #[test]
    fn a_long_circle_is_found_without_recursion() {
        const LONG: usize = 12_000;
        let link = |i: usize| client(&format!("c{i}"), &lists(&[&format!("c{}", (i + 1) % LONG)]));
        let yaml: String = (0..LONG).map(link).collect();
        let findings = found(&RULE, &project(&yaml), Reading::default());
        assert_eq!(findings.len(), 1);
        assert!(findings[0].message.contains("'c6' → 11992 more → 'c11999'"), "{findings:#?}");
        assert!(findings[0].related.len() < 10);
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

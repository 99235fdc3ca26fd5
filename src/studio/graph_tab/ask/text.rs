//! An answer to take along, as plain text with its lines.

use super::answer::{Answer, Found};
use super::readings::{everywhere, missing};
use crate::trust::Actor;
use crate::trust::report::WayReport;

/// Lines of an answer that are copied with their hops.
const MOST_LINES: usize = 500;

/// The answer for one actor, with every hop, its conditions and the lines they rest on.
pub fn text(answer: &Answer, actor: Actor, is_current: bool) -> String {
    let reading = answer.reading();
    let mut lines = vec![
        answer.title(),
        answer.conditions(),
        format!("{reading}: {}", reading.sentence()),
        actor.sentence().to_owned(),
        answer.count(actor),
    ];
    for other in &answer.elsewhere {
        lines.push(format!("Under {}: {}.", other.reading, other.words(actor)));
    }
    lines.push(everywhere(&answer.elsewhere, actor, answer.len(actor)));
    if !is_current {
        lines.push("The project or the reading has changed since.".to_owned());
    }
    let count = answer.len(actor);
    for at in 0..count.min(MOST_LINES) {
        let (Some((label, _)), Some(chain)) = (answer.line(actor, at), answer.chain(actor, at))
        else {
            continue;
        };
        let way = WayReport::of(answer.scope(), &chain);
        lines.push(String::new());
        let number = at + 1;
        let missing = missing(&answer.elsewhere, actor, at);
        lines.push(match answer.found(actor) {
            Found::Reach(_) => format!("{number}. {label}: {}{missing}", way.arrows),
            Found::Chains(_) => format!("{number}. {}{missing}", way.arrows),
        });
        write_way(&way, &mut lines);
    }
    if count > MOST_LINES {
        lines.push(String::new());
        lines.push(format!("Only the first {MOST_LINES} of {count} were copied."));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// A chain hop by hop, with each condition and the lines it rests on.
pub fn write_way(way: &WayReport, lines: &mut Vec<String>) {
    lines.push(format!("   {}; {}", way.verdict, way.needs()));
    for (hop, step) in way.hops.iter().zip(1..) {
        lines.push(format!("   {step}) {}", hop.sentence));
        for condition in &hop.conditions {
            let mut line = format!("      [{}] {}", condition.truth, condition.sentence);
            if !condition.evidence.is_empty() {
                let places: Vec<_> = condition.evidence.iter().map(ToString::to_string).collect();
                line.push_str(&format!(" ({})", places.join("; ")));
            }
            lines.push(line);
        }
    }
}

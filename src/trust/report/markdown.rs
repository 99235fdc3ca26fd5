//! The difference of two versions as Markdown, for a review or a ticket.

use super::{AccessChange, ClientChangeReport, HopReport, Party, SurplusReport, listing};

/// What two versions say differently, and the access gained and lost; `old` and `new` are what the
/// versions are called.
pub fn changes_markdown(
    (old, new): (&str, &str),
    clients: &[ClientChangeReport],
    access: &AccessChange,
) -> String {
    let mut text = format!("# {}, compared with {}\n", escaped(new), escaped(old));
    let [before, after] = access.readings;
    match before == after {
        true => text.push_str(&format!("\nReading of the lists: `{after}`.\n")),
        false => text.push_str(&format!("\nReadings of the lists: `{before}`, then `{after}`.\n")),
    }
    text.push_str("\n## What the files say\n\n");
    if clients.is_empty() {
        text.push_str("The same.\n");
    }
    for client in clients {
        let label = escaped(&client.client.label());
        text.push_str(&format!("- {} client app **{label}**\n", client.change));
        for fact in &client.facts {
            let (sentence, at) = (escaped(&fact.sentence()), escaped(&fact.at.to_string()));
            text.push_str(&format!("  - {}: {sentence} ({at})\n", fact.change));
        }
    }
    if access.is_empty() {
        text.push_str("\n## Access\n\nAccess stays as it is.\n");
        return text;
    }
    surplus(&mut text, "gained", &access.gained);
    surplus(&mut text, "lost", &access.lost);
    if access.reweighed > 0 {
        text.push_str(&format!("\n## Decided otherwise: {}\n\n", access.reweighed));
        for change in &access.listed_reweighed {
            let (from, to) = (change.after.from.label(), change.after.to.label());
            let (before, after) = (change.before.verdict, change.after.verdict);
            let (from, to) = (escaped(&from), escaped(&to));
            text.push_str(&format!("- {from} → {to}: {before}, now {after}\n"));
        }
    }
    text
}

fn surplus(text: &mut String, what: &str, side: &SurplusReport) {
    text.push_str(&format!("\n## Access {what}\n\n"));
    if side.pairs == 0 && side.hops == 0 {
        text.push_str("None.\n");
        return;
    }
    let plural = |count: u64| if count == 1 { "" } else { "s" };
    text.push_str(&format!(
        "{} pair{} of who can become whom in the worst case, {} single hop{}.\n",
        side.pairs,
        plural(side.pairs),
        side.hops,
        plural(side.hops as u64)
    ));
    if !side.listed_pairs.is_empty() {
        text.push_str("\n| From | To | Hops | Way | Takes the credentials of | Evidence |\n");
        text.push_str("|---|---|---:|---|---|---|\n");
    }
    for pair in &side.listed_pairs {
        let names: Vec<_> = pair.way.needs_credentials_of.iter().map(Party::label).collect();
        let evidence: Vec<_> = pair.way.evidence().iter().map(ToString::to_string).collect();
        let cells = [
            pair.from.label(),
            pair.to.label(),
            pair.hops.to_string(),
            pair.way.arrows.clone(),
            listing(&names),
            evidence.join(", "),
        ];
        let cells = cells.map(|cell| escaped(&cell));
        text.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    let listed = side.listed_pairs.len();
    if side.pairs > listed as u64 {
        text.push_str(&format!("\nThese are the first {listed} of {}.\n", side.pairs));
    }
    let others: Vec<&HopReport> = side.listed_hops.iter().filter(|hop| !side.lists(hop)).collect();
    if !others.is_empty() {
        text.push_str("\nSingle hops beside these pairs:\n\n");
    }
    for hop in others {
        let evidence: Vec<_> = hop.permitted_by.iter().map(ToString::to_string).collect();
        let [from, to, asks] = [&hop.from, &hop.to, &hop.requester].map(|it| escaped(&it.label()));
        let evidence = escaped(&evidence.join(", "));
        text.push_str(&format!("- {from} → {to}, asked for by {asks} ({evidence})\n"));
    }
}

/// A text as it is, whatever Markdown would make of it.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' | '\r' => safe.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' => {
                safe.push('\\');
                safe.push(letter);
            }
            _ => safe.push(letter),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_a_table_or_become_links() {
        assert_eq!(escaped("a|b\n[c](d) <e> *f*"), r"a\|b \[c\](d) \<e\> \*f\*");
    }
}

use super::prelude::*;
use crate::yaml::Kind;

pub static RULE: Rule = Rule {
    id: "Y-014",
    title: "Placeholder without quotes",
    severity: Severity::High,
    confidence: Confidence::High,
    scope: Scope::Document,
    under_reading: false,
    why: "In YAML an unquoted {{name}} is a mapping within a mapping, not text. What was meant as \
          an id or a value is therefore none, and whatever refers to it misses it.",
    help: "Put quotes around it, as in \"{{guid:portal}}\".",
    references: &["YAML 1.2.2 §7.4.2"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for parsed in context.documents() {
        // Nearly every placeholder stands right behind a quote.
        let text = parsed.document.text();
        if text.match_indices("{{").all(|(at, _)| text[..at].ends_with(['"', '\''])) {
            continue;
        }
        for id in parsed.tree.ids() {
            let node = parsed.tree.node(id);
            let Kind::Mapping { entries: [(key, _)], flow: true } = node.kind else { continue };
            let written = parsed.document.slice(node.span);
            let inner = parsed.tree.node(*key).kind;
            if !matches!(inner, Kind::Mapping { flow: true, .. })
                || !written.starts_with("{{")
                || !written.ends_with("}}")
            {
                continue;
            }
            let message = format!(
                "{written} stands without quotes, so it is a mapping and not a placeholder."
            );
            findings.push(
                Finding::at(&RULE, parsed.place(node.span), &[written], message)
                    .help(format!("Put quotes around it: \"{written}\".")),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fires() {
        assert_lines(&RULE, "!ClientAppDto\nid: {{guid:a}}\nname: a\n", &[2]);
        let list = "allowedTokenExchangeClientApps:\n  - id: {{guid:b}}\n  - {id: {{guid:c}}}";
        assert_lines(&RULE, &client("a", list), &[6, 7]);
    }

    #[test]
    fn quoted_placeholders_and_other_mappings_are_fine() {
        assert_silent(&RULE, &client("a", "x: '{{guid:b}}'\ny: {a: {b: 1}}\nz: { {a: 1}: 2 }"));
    }
}

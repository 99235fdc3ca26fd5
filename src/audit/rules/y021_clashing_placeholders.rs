use super::prelude::*;
use crate::config::PlaceholderUse;

pub static RULE: Rule = Rule {
    id: "Y-021",
    title: "Placeholders that are nearly the same",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    scope: Scope::Project,
    under_reading: false,
    why: "The same name stands for the same value, and another name for another one. Names that \
          differ only in case or white space are two to one program and one to another, so what \
          they name may be two things or one.",
    help: "Write the name the same way everywhere, or make the two names clearly different.",
    references: &["CWE-178", "NIST SP 800-53 IA-4"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for group in context.project.placeholder_groups() {
        let Some(first) = group.first() else { continue };
        let mut seen: Vec<(&PlaceholderUse<'_>, Form<'_>)> = vec![(first, form(context, first))];
        for other in &group[1..] {
            let form = form(context, other);
            if seen.iter().any(|(_, earlier)| *earlier == form) {
                continue;
            }
            findings.push(report(context, &seen[0], (other, form)));
            seen.push((other, form));
        }
    }
}

/// What may not differ: kind and name, and whether blanks stand around them.
type Form<'a> = (&'a str, &'a str, bool);

fn form<'a>(context: &Context<'a>, used: &PlaceholderUse<'a>) -> Form<'a> {
    let plain = used.place.span.end - used.place.span.start == used.placeholder.key().len() + 4;
    // In a text with escapes the place is the whole text.
    let blank = !plain && context.source(used.place).trim_matches(['{', '}']).contains([' ', '\t']);
    let blank = blank && context.source(used.place).starts_with("{{");
    (used.placeholder.kind(), used.placeholder.name(), blank)
}

fn report(
    context: &Context<'_>,
    (first, first_form): &(&PlaceholderUse<'_>, Form<'_>),
    (other, form): (&PlaceholderUse<'_>, Form<'_>),
) -> Finding {
    let at = context.project.describe_place(first.place);
    let (written, earlier) = (context.source(other.place), context.source(first.place));
    let identity = [first.placeholder.key(), other.placeholder.key(), written];
    let finding = |message| {
        Finding::at(&RULE, other.place, &identity, message).related(first.place, "first here")
    };
    if form.1 != first_form.1 {
        finding(format!(
            "The placeholder {written} differs only in case or white space from {earlier} at {at}."
        ))
    } else if form.0 != first_form.0 {
        // A secret and an id may well be named after the same thing.
        let kinds = format!(
            "The placeholder {written} has the name of {earlier} at {at}, but another kind."
        );
        finding(kinds).severity(Severity::Info).confidence(Confidence::Low)
    } else {
        finding(format!(
            "The placeholder {written} is written with other blanks than {earlier} at {at}; the \
             studio takes them for the same, an importer may not."
        ))
        .severity(Severity::Low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::Reading;

    #[test]
    fn fires() {
        for (one, two, severity) in [
            ("{{guid:a}}", "{{guid:A}}", Severity::Medium),
            ("{{guid:team a}}", "{{guid:teama}}", Severity::Medium),
            ("{{guid:a}}", "{{secret:a}}", Severity::Info),
            ("{{guid:a}}", "{{a}}", Severity::Info),
            ("{{guid:a}}", "{{ guid:a }}", Severity::Low),
        ] {
            let yaml = format!("!CustomerDto\nid: '{one}'\nname: '{two}'\nother: 'x {two}'\n");
            assert_lines(&RULE, &yaml, &[3]);
            let findings = found(&RULE, &project(&yaml), Reading::default());
            assert_eq!(findings[0].severity, severity, "{findings:#?}");
        }
    }

    #[test]
    fn the_same_and_clearly_different_ones_are_fine() {
        assert_silent(&RULE, &(client("a", "x: '{{guid:a}}'") + &client("b", "")));
        assert_silent(&RULE, "id: \"\\x7b{guid:a}}\"\nname: '{{guid:a}}'\n");
    }
}

use super::prelude::*;
use crate::config::Place;
use crate::yaml::{Position, Span};

pub static RULE: Rule = Rule {
    id: "Y-011",
    title: "A document that is not valid YAML",
    severity: Severity::High,
    confidence: Confidence::High,
    scope: Scope::Project,
    under_reading: false,
    why: "Nothing in this document can be read: its client app, its permissions and its identities \
          are missing from every answer. The other documents are not affected.",
    help: "Correct the line that is shown; often the cause is on the line before it.",
    references: &["YAML 1.2.2"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for source in context.project.files() {
        let Ok(stream) = &source.stream else { continue };
        for (index, document) in stream.documents().iter().enumerate() {
            let Err(error) = document.tree() else { continue };
            let offset = error.offset.min(document.text().len());
            let span = Span { start: offset, end: offset };
            let place = Place { file: source.id, document: index, span };
            let Position { line, column } = stream.position(index, offset);
            let message = format!(
                "Line {line}, column {column} is not valid YAML: {}.",
                error.message.trim_end_matches('.')
            );
            let mut finding = Finding::at(&RULE, place, &[&source.name, &error.message], message);
            let line = stream.line_text(index, offset);
            if line.contains("{{") {
                finding = finding.help(
                    "A placeholder has to stand in quotes, as in \"{{guid:portal}}\": without them \
                     the braces are YAML.",
                );
            } else if line.starts_with([' ', '\t'])
                && line.trim_start_matches(' ').starts_with('\t')
            {
                finding = finding.help("Indent with spaces: YAML does not allow tabs there.");
            }
            findings.push(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::Reading;

    #[test]
    fn fires_and_leaves_the_neighbours_alone() {
        let yaml = client("a", "") + "---\n!ClientAppDto\nid: [\n" + &client("b", "");
        let project = project(&yaml);
        let findings = found(&RULE, &project, Reading::default());
        assert_eq!(findings.len(), 1, "{findings:#?}");
        assert_eq!(project.clients().len(), 2);
    }

    #[test]
    fn a_placeholder_in_the_way_is_explained() {
        let project = project("id: {{guid:a}}-x\n");
        let findings = found(&RULE, &project, Reading::default());
        assert!(findings[0].help.contains("in quotes"), "{findings:#?}");
    }

    #[test]
    fn valid_yaml_is_fine() {
        assert_silent(&RULE, &client("a", "x: [1, 2]\ny: |\n  ["));
        assert_silent(&RULE, "");
    }
}

use super::prelude::*;

pub static RULE: Rule = Rule {
    id: "Y-013",
    title: "No client app in the project",
    severity: Severity::High,
    confidence: Confidence::High,
    scope: Scope::Project,
    under_reading: false,
    why: "There is nothing to look at, so everything looks fine: a check of the wrong folder would \
          pass for ever.",
    help: "Open the files whose documents begin with the tag !ClientAppDto.",
    references: &["NIST SP 800-53 CA-7"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let files = context.project.files();
    if !context.project.clients().is_empty() {
        return;
    }
    // A document or file that could not be read may well have had some: Y-011 and Y-012 say so.
    let unread = files.iter().any(|file| match &file.stream {
        Ok(stream) => stream.documents().iter().any(|document| document.tree().is_err()),
        Err(_) => true,
    });
    if unread {
        return;
    }
    let message = match files {
        [] => "The project has no file.".to_owned(),
        [file] => format!("{} has no !ClientAppDto document.", file.name),
        files => format!("None of the {} files has a !ClientAppDto document.", files.len()),
    };
    let location = match files {
        [file] => Location::File(file.id),
        _ => Location::Project,
    };
    let mut finding = Finding::new(&RULE, location, &[], message);
    let untagged = context.documents().any(|parsed| {
        let root = parsed.tree.root();
        root.is_some_and(|root| {
            parsed.tree.node(root).tag.is_none() && parsed.tree.get(root, "id").is_some()
        })
    });
    if untagged {
        finding = finding.help(
            "There are documents with an id but without a tag: put '!ClientAppDto' on a line of \
             its own before each client app.",
        );
    }
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::Reading;

    #[test]
    fn fires() {
        for yaml in ["", "# only a comment\n", "---\n---\n", "!CustomerDto\nid: a\n"] {
            assert_lines(&RULE, yaml, &[0]);
        }
        let untagged = found(&RULE, &project("id: a\nname: b\n"), Reading::default());
        assert!(untagged[0].help.contains("on a line of its own"));
    }

    #[test]
    fn one_client_app_is_enough() {
        assert_silent(&RULE, &client("a", ""));
        assert_silent(&RULE, "id: [\n");
    }
}

//! Results as JUnit XML, which every pipeline shows.
//!
//! There is no standard; this is what Jenkins, GitLab, GitHub's actions and Azure all read: suites
//! of cases, each with at most one `failure`, `error` or `skipped`. Texts come from servers, so
//! everything is escaped, and a character that XML 1.0 §2.2 does not have at all (most control
//! characters) becomes the replacement character: one odd byte must not cost the whole report.

/// What became of one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Passed,
    /// It was tried, and did not come out as it should: a sentence, and the whole story.
    Failed {
        message: String,
        text: String,
    },
    /// It could not be tried to the end.
    Error {
        message: String,
    },
    Skipped {
        message: String,
    },
}

/// One case.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// What groups it, as in a file or a client.
    pub class: String,
    pub name: String,
    pub seconds: f64,
    pub verdict: Verdict,
}

/// A suite as a whole document.
pub fn document(suite: &str, cases: &[Case]) -> String {
    let count = |wanted: fn(&Verdict) -> bool| {
        cases.iter().filter(|case| wanted(&case.verdict)).count().to_string()
    };
    let seconds: f64 = cases.iter().map(|case| case.seconds).sum();
    let counts = [
        ("tests", cases.len().to_string()),
        ("failures", count(|verdict| matches!(verdict, Verdict::Failed { .. }))),
        ("errors", count(|verdict| matches!(verdict, Verdict::Error { .. }))),
        ("skipped", count(|verdict| matches!(verdict, Verdict::Skipped { .. }))),
        ("time", format!("{seconds:.3}")),
    ];
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let open = |out: &mut String, name: &str| {
        out.push_str(&format!("<{name} name=\"{}\"", escape(suite)));
        for (name, value) in &counts {
            out.push_str(&format!(" {name}=\"{value}\""));
        }
        out.push_str(">\n");
    };
    open(&mut out, "testsuites");
    open(&mut out, "testsuite");
    for case in cases {
        out.push_str(&format!(
            "<testcase classname=\"{}\" name=\"{}\" time=\"{:.3}\"",
            escape(&case.class),
            escape(&case.name),
            case.seconds
        ));
        let inside = match &case.verdict {
            Verdict::Passed => {
                out.push_str("/>\n");
                continue;
            }
            Verdict::Failed { message, text } => {
                format!("<failure message=\"{}\">{}</failure>", escape(message), escape(text))
            }
            Verdict::Error { message } => format!("<error message=\"{}\"/>", escape(message)),
            Verdict::Skipped { message } => format!("<skipped message=\"{}\"/>", escape(message)),
        };
        out.push_str(&format!(">\n{inside}\n</testcase>\n"));
    }
    out.push_str("</testsuite>\n</testsuites>\n");
    out
}

/// A text as it may stand in an attribute or an element.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Kept apart from the white space that attributes are normalised to (XML 1.0 §3.3.3).
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\r' => out.push_str("&#13;"),
            '\u{0}'..'\u{20}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_server_says_the_document_can_be_read() {
        let odd: String = (0..0x80_u8).map(char::from).chain("ü\u{fffe}]]>😀".chars()).collect();
        let verdicts = [
            Verdict::Passed,
            Verdict::Failed { message: odd.clone(), text: odd.clone() },
            Verdict::Error { message: odd.clone() },
            Verdict::Skipped { message: odd.clone() },
        ];
        let cases: Vec<Case> = verdicts
            .into_iter()
            .map(|verdict| Case { class: odd.clone(), name: odd.clone(), seconds: 0.5, verdict })
            .collect();
        let text = document(&odd, &cases);
        let xml = roxmltree::Document::parse(&text).unwrap();
        let suite = xml.root_element().first_element_child().unwrap();
        assert_eq!(suite.attribute("tests"), Some("4"));
        assert_eq!(suite.attribute("failures"), Some("1"));
        assert_eq!(suite.attribute("time"), Some("2.000"));
        let shown: String = odd
            .chars()
            .map(|c| match c {
                '\n' | '\t' | '\r' | ' '..='\u{fffd}' | '\u{10000}'.. => c,
                _ => '\u{fffd}',
            })
            .collect();
        let failure = xml.descendants().find(|node| node.has_tag_name("failure")).unwrap();
        assert_eq!(failure.attribute("message"), Some(shown.as_str()));
        assert_eq!(failure.text(), Some(shown.as_str()));
    }
}

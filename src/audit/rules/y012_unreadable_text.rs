use super::prelude::*;
use crate::config::FileError;
use crate::yaml::LoadError;

pub static RULE: Rule = Rule {
    id: "Y-012",
    title: "A file that cannot be read as text",
    severity: Severity::High,
    confidence: Confidence::High,
    scope: Scope::Project,
    under_reading: false,
    why: "YAML is text in UTF-8, UTF-16 or UTF-32. A file in another encoding would come out with \
          wrong letters in names and subjects, so nothing of it is loaded, and it is missing from \
          every answer.",
    help: "Save the file as UTF-8.",
    references: &["YAML 1.2.2 §5.2", "RFC 3629"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for file in context.project.files() {
        let Err(error) = &file.stream else { continue };
        let location = Location::File(file.id);
        let name = &file.name;
        let finding = match error {
            FileError::Load(LoadError::NotUtf8 { offset, looks_like: Some(encoding) }) => {
                let message = format!(
                    "{name} is not UTF-8 (first at byte {offset}); it looks like {encoding}. \
                     Nothing of it is loaded."
                );
                Finding::new(&RULE, location, &[name], message).help(format!(
                    "Save it as UTF-8 in your editor, or convert it: iconv -f {} -t UTF-8 {name} > \
                     converted.yaml",
                    for_iconv(encoding)
                ))
            }
            FileError::Load(LoadError::NotUtf8 { offset, looks_like: None }) => {
                let message = format!(
                    "{name} is not UTF-8 (first at byte {offset}). Nothing of it is loaded."
                );
                Finding::new(&RULE, location, &[name], message).help(
                    "Find out which encoding it was saved in, and save it as UTF-8. If it is not \
                     text at all, it should not end in .yaml.",
                )
            }
            FileError::Load(LoadError::Malformed { encoding, offset, what }) => {
                let message = format!(
                    "{name} is {encoding}, but at byte {offset} there is {what}. Nothing of it is \
                     loaded."
                );
                Finding::new(&RULE, location, &[name], message).help(
                    "The file may have been cut off, or joined from files in different encodings. \
                     Save it again in the program it comes from, as UTF-8 if you can choose.",
                )
            }
            // Nothing is wrong with the file.
            FileError::Load(LoadError::Cancelled) => continue,
            FileError::Load(LoadError::TooLarge { bytes, limit }) => {
                let message = format!(
                    "{name} has {bytes} bytes, more than the limit of {limit}. Nothing of it is \
                     loaded."
                );
                Finding::new(&RULE, location, &[name], message)
                    .help("Split it into several files, between documents.")
            }
            FileError::Read(why) => {
                let message = format!("{name} cannot be read: {why}. Nothing of it is loaded.");
                Finding::new(&RULE, location, &[name], message)
                    .help("Make the file readable for your account, or leave it out.")
            }
        };
        findings.push(finding);
    }
}

/// The name iconv knows an encoding by.
fn for_iconv(encoding: &str) -> String {
    let name = encoding.split(' ').next().unwrap_or_default();
    if name.eq_ignore_ascii_case("latin-1") { "ISO-8859-1".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::Reading;

    #[test]
    fn fires_and_says_how_to_convert() {
        let latin1 = b"name: Z\xfcrich\n";
        let findings = found(&RULE, &project_of_bytes(latin1), Reading::default());
        assert_eq!(findings.len(), 1);
        assert!(findings[0].help.contains("iconv -f ISO-8859-1"), "{findings:#?}");
    }

    #[test]
    fn fires_where_utf_16_is_broken() {
        let utf16: Vec<u8> = std::iter::once(0xfeff)
            .chain("name: a\n".encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        assert!(found(&RULE, &project_of_bytes(&utf16), Reading::default()).is_empty());
        let findings = found(&RULE, &project_of_bytes(&utf16[..7]), Reading::default());
        assert!(findings[0].message.contains("at byte 6"), "{findings:#?}");
    }

    #[test]
    fn utf_8_is_fine() {
        assert_silent(&RULE, "name: Zürich\n");
    }
}

use super::prelude::*;
use crate::config::FileError;
use crate::yaml::LoadError;

pub static RULE: Rule = Rule {
    id: "Y-012",
    title: "A file that cannot be read as text",
    severity: Severity::High,
    confidence: Confidence::High,
    under_reading: false,
    why: "YAML here is text in UTF-8. A file in another encoding would come out with wrong letters \
          in names and subjects, so nothing of it is loaded, and it is missing from every answer.",
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
    if name.eq_ignore_ascii_case("latin-1") {
        "ISO-8859-1".to_owned()
    } else if encoding.contains("little endian") {
        format!("{name}LE")
    } else if encoding.contains("big endian") {
        format!("{name}BE")
    } else {
        name.to_owned()
    }
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
        let utf16: Vec<u8> = std::iter::once(0xfeff)
            .chain("name: a\n".encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        let findings = found(&RULE, &project_of_bytes(&utf16), Reading::default());
        assert!(findings[0].help.contains("iconv -f UTF-16LE"), "{findings:#?}");
    }

    #[test]
    fn utf_8_is_fine() {
        assert_silent(&RULE, "name: Zürich\n");
    }
}

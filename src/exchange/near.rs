//! The configured identity that an external one was meant to be.
//!
//! Issuer and subject are compared byte by byte, by this program and by the servers it speaks to. A
//! token that comes close and does not match is refused like any stranger's, and the difference is hard
//! to see: a trailing slash, a letter in another case, a colon that was encoded. So whoever explains a
//! refusal asks here which of the project's identities come near, and in what they differ.

use serde::Serialize;

use crate::config::{ClientKey, Place, Project};

/// Letters by which two texts may differ and still be near.
const DISTANCE: usize = 3;
/// More than these are no help.
const MOST: usize = 3;
/// Longer texts are compared for equality alone.
const LONGEST: usize = 1_000;

/// In what two texts differ, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Difference {
    Same,
    /// Spaces at the beginning or the end.
    Space,
    /// A slash at the end.
    TrailingSlash,
    /// Upper and lower case.
    Case,
    /// `http` and `https`, or a port that goes without saying.
    Scheme,
    /// What is encoded in one, as in `%3A`, is plain in the other.
    Encoding,
    /// A star at the end, which no server takes for anything but a star.
    Star,
    /// So many letters.
    Letters(usize),
    Other,
}

impl Difference {
    /// Compares what a token says with what is configured.
    pub fn between(found: &str, configured: &str) -> Self {
        if found == configured {
            return Self::Same;
        }
        if found.len() > LONGEST || configured.len() > LONGEST {
            return Self::Other;
        }
        let (one, other) = (found.trim(), configured.trim());
        if one == other {
            return Self::Space;
        }
        let (one, other) = (one.trim_end_matches('/'), other.trim_end_matches('/'));
        if one == other {
            return Self::TrailingSlash;
        }
        let (one, other) = (one.to_lowercase(), other.to_lowercase());
        if one == other {
            return Self::Case;
        }
        if address(&one) == address(&other) {
            return Self::Scheme;
        }
        if decoded(&one) == decoded(&other) {
            return Self::Encoding;
        }
        if one.trim_end_matches('*') == other.trim_end_matches('*') {
            return Self::Star;
        }
        let shorter = one.chars().count().min(other.chars().count());
        let allowed = (shorter / 4).min(DISTANCE);
        // Texts of very different length need no closer look.
        if one.len().abs_diff(other.len()) > 4 * DISTANCE {
            return Self::Other;
        }
        match strsim::osa_distance(&one, &other) {
            distance if distance <= allowed => Self::Letters(distance),
            _ => Self::Other,
        }
    }

    /// What differs, after "differs": nothing for what is the same.
    pub fn words(self) -> Option<String> {
        Some(match self {
            Self::Same => return None,
            Self::Space => "by a space at its beginning or end".to_owned(),
            Self::TrailingSlash => "by a slash at its end".to_owned(),
            Self::Case => "in upper and lower case".to_owned(),
            Self::Scheme => "in scheme or port".to_owned(),
            Self::Encoding => "in what is percent-encoded".to_owned(),
            Self::Star => "by a star at its end".to_owned(),
            Self::Letters(1) => "in one letter".to_owned(),
            Self::Letters(count) => format!("in {count} letters"),
            Self::Other => "altogether".to_owned(),
        })
    }
}

/// An address without its scheme and without a port that goes without saying.
fn address(text: &str) -> &str {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let Some(rest) = rest else { return text };
    rest.strip_suffix(":443").or_else(|| rest.strip_suffix(":80")).unwrap_or(rest)
}

fn decoded(text: &str) -> String {
    url::form_urlencoded::parse(
        format!("v={}", text.replace('&', "%26").replace('+', "%2B")).as_bytes(),
    )
    .next()
    .map(|(_, value)| value.into_owned())
    .unwrap_or_default()
}

/// A configured identity near to an external one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near {
    /// Whose identity it is.
    pub client: ClientKey,
    /// Where it is written.
    pub place: Place,
    pub issuer: String,
    pub subject: String,
    pub issuer_differs: Difference,
    pub subject_differs: Difference,
}

impl Near {
    /// What to look at, in one sentence.
    pub fn sentence(&self, project: &Project) -> String {
        let label = project.client(self.client).label();
        let parts: Vec<String> = [
            ("issuer", self.issuer_differs, &self.issuer),
            ("subject", self.subject_differs, &self.subject),
        ]
        .into_iter()
        .filter_map(|(what, difference, text)| {
            Some(format!("its {what} “{text}” differs {}", difference.words()?))
        })
        .collect();
        format!("{label} has an identity that comes near: {}.", parts.join(", and "))
    }
}

/// The project's identities nearest to an issuer and a subject, the nearest first: at most three. None
/// when one of them is exactly this, since then nothing was meant otherwise, and none when nothing comes
/// near in both.
pub fn near(project: &Project, issuer: &str, subject: &str) -> Vec<Near> {
    let mut found: Vec<Near> = Vec::new();
    for client in project.clients() {
        for identity in &client.identities {
            let Some((own_issuer, own_subject)) = identity.pair() else { continue };
            let issuer_differs = Difference::between(issuer, own_issuer);
            if issuer_differs == Difference::Other {
                continue;
            }
            let subject_differs = Difference::between(subject, own_subject);
            match (issuer_differs, subject_differs) {
                (Difference::Same, Difference::Same) => return Vec::new(),
                (_, Difference::Other) => continue,
                _ => {}
            }
            found.push(Near {
                client: client.key,
                place: identity.place,
                issuer: own_issuer.to_owned(),
                subject: own_subject.to_owned(),
                issuer_differs,
                subject_differs,
            });
        }
    }
    found.sort_by_key(|near| {
        let (one, other) = (near.issuer_differs, near.subject_differs);
        (one.max(other), one.min(other), near.client)
    });
    found.truncate(MOST);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Source;

    #[test]
    fn what_differs_is_told_apart() {
        use Difference as D;
        for (found, configured, difference) in [
            ("https://a.example", "https://a.example", D::Same),
            ("https://a.example/", "https://a.example", D::TrailingSlash),
            ("https://A.example", "https://a.example", D::Case),
            ("http://a.example", "https://a.example", D::Scheme),
            ("https://a.example:443", "https://a.example", D::Scheme),
            ("repo:me/app:ref ", "repo:me/app:ref", D::Space),
            ("repo%3Ame/app", "repo:me/app", D::Encoding),
            ("repo:me/app:", "repo:me/app:*", D::Star),
            ("https://b.example", "https://a.example", D::Letters(1)),
            ("123456780", "123456789", D::Letters(1)),
            ("1234", "5678", D::Other),
            ("", "", D::Same),
            ("", "123456789", D::Other),
        ] {
            assert_eq!(Difference::between(found, configured), difference, "{found} {configured}");
        }
        let long = "a".repeat(1 << 20);
        assert_eq!(Difference::between(&long, "a"), D::Other);
    }

    fn project() -> Project {
        let text = "!ClientAppDto\nid: a\nname: Principal\nclientAppFederatedIdentities:\n  - issuer: \
                    https://auth.example\n    subject: \"123456789\"\n  - issuer: https://else.example\n\
                    \x20   subject: \"123456789\"\n";
        let bytes = text.as_bytes().to_vec();
        Project::from_sources(vec![Source { path: None, name: "x.yaml".to_owned(), bytes }])
    }

    #[test]
    fn the_nearest_identity_is_found_with_its_line() {
        let project = project();
        let found = near(&project, "https://auth.example/", "123456780");
        let [near] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(near.issuer_differs, Difference::TrailingSlash);
        assert_eq!(near.subject_differs, Difference::Letters(1));
        assert_eq!(
            near.sentence(&project),
            "Principal has an identity that comes near: its issuer “https://auth.example” differs by \
             a slash at its end, and its subject “123456789” differs in one letter."
        );
        assert!(project.describe_place(near.place).starts_with("x.yaml:"));
    }

    #[test]
    fn what_matches_or_is_far_has_nothing_near() {
        let project = project();
        assert!(near(&project, "https://auth.example", "123456789").is_empty());
        assert!(near(&project, "https://auth.example", "nobody").is_empty());
        assert!(near(&project, "https://nobody.example", "123456789").is_empty());
    }
}

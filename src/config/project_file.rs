//! The project file: what the studio keeps beside a configuration and that is no part of it.
//!
//! `exchange-studio.yaml` lies in the folder of what was opened, so that it can be reviewed and
//! shared like the configuration itself. It names things by what they are (the id of a client app,
//! the text of an issuer), never by their place in a file, and has no secret in it. It is written
//! only when somebody asks for it, and over nothing that was not read: a file of a later studio, or
//! one that cannot be read, is left alone. What this studio does not know of its content it keeps.
//!
//! ```yaml
//! version: 1
//! reading: requester-lists-target
//! positions:
//!   clients:
//!     c400a0ee-f266-45f2-8fba-f5884ed2e386: {x: 120, y: 64}
//!   unknown: {}
//!   issuers:
//!     https://accounts.google.com: {x: -300, y: 64}
//! profiles: {} # see `Profile`
//! ```

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::disk::{self, SaveError, SaveOptions};
use super::profile::{self, Profile, SecretInProfile};
use super::{Id, PROJECT_FILE};

/// The version of the format that is read and written.
const VERSION: u64 = 1;

/// Where a box of the drawing is pinned, in whole points at zoom 1: its upper left corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinnedAt {
    pub x: i32,
    pub y: i32,
}

/// What is pinned, by what it is. Client apps and unknown ones are named by [`Id::key`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Positions {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub clients: BTreeMap<String, PinnedAt>,
    /// Ids that no document defines.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub unknown: BTreeMap<String, PinnedAt>,
    /// Issuers as written in the files.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub issuers: BTreeMap<String, PinnedAt>,
    #[serde(flatten)]
    rest: serde_yaml::Mapping,
}

impl Positions {
    /// Whether nothing is pinned and nothing else is kept.
    fn is_empty(&self) -> bool {
        self.count() == 0 && self.rest.is_empty()
    }

    /// How many boxes are pinned.
    pub fn count(&self) -> usize {
        self.clients.len() + self.unknown.len() + self.issuers.len()
    }

    /// Where the client app with an id is pinned.
    pub fn client(&self, id: &Id) -> Option<PinnedAt> {
        self.clients.get(id.key().as_ref()).copied()
    }
}

/// The content of a project file, and what is known of the file.
#[derive(Clone, Debug, Default)]
pub struct ProjectFile {
    /// Where it is or would be; `None` for a project that is in no folder.
    pub path: Option<PathBuf>,
    content: Content,
    /// What is on disk as far as it is known: the bytes, and what they say.
    saved: Option<Vec<u8>>,
    as_saved: Content,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Content {
    version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reading: Option<String>,
    #[serde(default, skip_serializing_if = "Positions::is_empty")]
    positions: Positions,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    profiles: BTreeMap<String, Profile>,
    #[serde(flatten)]
    rest: serde_yaml::Mapping,
}

impl Default for Content {
    fn default() -> Self {
        Self {
            version: VERSION,
            reading: None,
            positions: Positions::default(),
            profiles: BTreeMap::new(),
            rest: serde_yaml::Mapping::default(),
        }
    }
}

/// Why a project file is not used. It stays on disk as it is, and is not written over.
#[derive(Debug, thiserror::Error)]
pub enum ProjectFileError {
    #[error("{path} cannot be read: {error}", path = path.display())]
    Io { path: PathBuf, error: std::io::Error },
    /// It is no YAML, or not of this shape.
    #[error("{path} is not a project file: {message}", path = path.display())]
    Malformed { path: PathBuf, message: String },
    #[error("{path} has no \"version\", so it is not taken for a project file", path = .0.display())]
    NoVersion(PathBuf),
    #[error(
        "{path} is of version {version}, and this studio knows version {VERSION} only; take a \
         newer studio",
        path = path.display()
    )]
    OtherVersion { path: PathBuf, version: String },
    /// A profile with what looks like a secret.
    #[error("{path}: {error}", path = path.display())]
    Secret { path: PathBuf, error: SecretInProfile },
}

/// What is asked first: the rest may have another shape in another version.
#[derive(Deserialize)]
struct Versioned {
    version: Option<serde_yaml::Value>,
    profiles: Option<serde_yaml::Value>,
}

impl ProjectFile {
    /// Where the project file of what was opened is: in the first folder, or beside the first file.
    pub fn beside(opened: &[PathBuf]) -> Option<PathBuf> {
        let first = opened.first()?;
        let folder = if first.is_dir() { first } else { first.parent()? };
        Some(folder.join(PROJECT_FILE))
    }

    /// Reads it; one that is not there is empty.
    ///
    /// # Errors
    ///
    /// When it is there and cannot be used.
    pub fn open(path: &Path) -> Result<Self, ProjectFileError> {
        let io = |error| ProjectFileError::Io { path: path.to_owned(), error };
        let saved = disk::read_whole(path).map_err(io)?;
        let content = match &saved {
            Some(bytes) => Content::read(path, bytes)?,
            None => Content::default(),
        };
        let as_saved = content.clone();
        Ok(Self { path: Some(path.to_owned()), content, saved, as_saved })
    }

    /// The name of the reading that was chosen for the project.
    pub fn reading(&self) -> Option<&str> {
        self.content.reading.as_deref()
    }

    pub fn set_reading(&mut self, name: &str) {
        self.content.reading = Some(name.to_owned());
    }

    pub fn positions(&self) -> &Positions {
        &self.content.positions
    }

    pub fn positions_mut(&mut self) -> &mut Positions {
        &mut self.content.positions
    }

    /// The server profiles, by their names.
    pub fn profiles(&self) -> &BTreeMap<String, Profile> {
        &self.content.profiles
    }

    /// Puts a server profile under a name, in place of the one that was there.
    ///
    /// # Errors
    ///
    /// When something in it looks like a secret; nothing has changed then.
    pub fn set_profile(&mut self, name: &str, profile: Profile) -> Result<(), SecretInProfile> {
        profile.refuse_secrets(name)?;
        self.content.profiles.insert(name.to_owned(), profile);
        Ok(())
    }

    /// Takes a server profile out, and gives it back.
    pub fn remove_profile(&mut self, name: &str) -> Option<Profile> {
        self.content.profiles.remove(name)
    }

    /// Whether it says something else than what is on disk.
    pub fn is_unsaved(&self) -> bool {
        self.content != self.as_saved
    }

    /// The text as it would be written.
    ///
    /// # Errors
    ///
    /// When what is kept of an unknown key cannot be written.
    pub fn text(&self) -> Result<String, serde_yaml::Error> {
        serde_yaml::to_string(&self.content)
    }

    /// Writes it in one step; gives the file as it is then.
    ///
    /// # Errors
    ///
    /// Any [`SaveError`]; also when somebody else wrote it since it was read. Nothing has been
    /// written then.
    pub fn save(&self) -> Result<Self, SaveError> {
        let path = self.path.as_deref().ok_or(SaveError::NoPath)?;
        let failed =
            |error| SaveError::Io { path: path.to_owned(), error: std::io::Error::other(error) };
        let bytes = self.text().map_err(failed)?.into_bytes();
        disk::write_whole(path, &bytes, self.saved.as_deref(), &SaveOptions::default())?;
        Ok(Self { saved: Some(bytes), as_saved: self.content.clone(), ..self.clone() })
    }

    /// Takes note that another state of it was saved, and keeps what was changed since.
    pub fn saved(&mut self, saved: Self) {
        self.saved = saved.saved;
        self.as_saved = saved.as_saved;
    }
}

impl Content {
    fn read(path: &Path, bytes: &[u8]) -> Result<Self, ProjectFileError> {
        let path = || path.to_owned();
        let malformed = |message: String| ProjectFileError::Malformed { path: path(), message };
        let text = std::str::from_utf8(bytes)
            .map_err(|_| malformed("it is not text in UTF-8".to_owned()))?;
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let asked: Versioned =
            serde_yaml::from_str(text).map_err(|error| malformed(error.to_string()))?;
        match asked.version {
            None => return Err(ProjectFileError::NoVersion(path())),
            Some(version) if version.as_u64() != Some(VERSION) => {
                let version = serde_yaml::to_string(&version).unwrap_or_default();
                let version = version.trim().to_owned();
                return Err(ProjectFileError::OtherVersion { path: path(), version });
            }
            Some(_) => {}
        }
        // Before anything can repeat a value in its message.
        if let Some(profiles) = &asked.profiles {
            profile::refuse_secrets(profiles)
                .map_err(|error| ProjectFileError::Secret { path: path(), error })?;
        }
        serde_yaml::from_str(text).map_err(|error| malformed(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "version: 1\n\
        reading: target-lists-requester\n\
        positions:\n  clients:\n    c400a0ee-f266-45f2-8fba-f5884ed2e386:\n      x: 120\n      y: -64\n  \
        later: kept\n\
        acceptances:\n- rule: G002\n  until: 2027-01-01\n";

    fn folder_with(text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(PROJECT_FILE);
        std::fs::write(&path, text).unwrap();
        (folder, path)
    }

    #[test]
    fn one_that_is_not_there_is_empty_and_comes_to_be_when_it_is_saved() {
        let folder = tempfile::tempdir().unwrap();
        let path = ProjectFile::beside(&[folder.path().to_owned()]).unwrap();
        assert_eq!(path, folder.path().join("exchange-studio.yaml"));
        let mut file = ProjectFile::open(&path).unwrap();
        assert!(!file.is_unsaved());
        assert!(!path.exists());
        file.set_reading("requester-lists-origin");
        let pin = PinnedAt { x: 7, y: 9 };
        file.positions_mut().issuers.insert("https://a.example".to_owned(), pin);
        assert!(file.is_unsaved());
        let saved = file.save().unwrap();
        file.saved(saved);
        assert!(!file.is_unsaved());
        let again = ProjectFile::open(&path).unwrap();
        assert_eq!(again.reading(), Some("requester-lists-origin"));
        assert_eq!(again.positions().issuers["https://a.example"], pin);
    }

    #[test]
    fn what_this_studio_does_not_know_is_kept() {
        let (_folder, path) = folder_with(TEXT);
        let mut file = ProjectFile::open(&path).unwrap();
        assert_eq!(file.text().unwrap(), TEXT);
        let id = Id::new("{C400A0EE-F266-45F2-8FBA-F5884ED2E386}");
        assert_eq!(file.positions().client(&id), Some(PinnedAt { x: 120, y: -64 }));
        file.set_reading("requester-lists-origin");
        file.save().unwrap();
        let expected = TEXT.replace("target-lists-requester", "requester-lists-origin");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), expected);
    }

    const PROFILES: &str = "version: 1\n\
        profiles:\n  \
        bare:\n    token_endpoint: https://sts.example/token\n    \
        jwks_uri: https://sts.example/keys\n    \
        introspection_endpoint: https://sts.example/introspect\n    \
        revocation_endpoint: https://sts.example/revoke\n  \
        staging:\n    issuer: https://login.example\n    \
        parameters:\n      acr_values: tenant:north\n    \
        client_auth: private_key_jwt\n    \
        clients:\n      broker:\n        method: client_secret_basic\n        \
        secret_env: BROKER_SECRET\n      \
        portal:\n        key_file: keys/portal.pem\n        key_id: k-1\n        \
        assertion_alg: PS256\n        assertion_audience: token-endpoint\n        \
        certificate_file: keys/portal-cert.pem\n        later: kept\n    \
        dpop: true\n    ca_file: keys/ca.pem\n    proxy: http://proxy.example:3128\n    \
        connect_timeout: 3\n    timeout: 10\n    clock_offset: -30\n    \
        audiences:\n      https://api.example: Dashboard\n    \
        colour: red\n";

    #[test]
    fn profiles_come_back_as_they_were_with_what_is_not_known() {
        let (_folder, path) = folder_with(PROFILES);
        let mut file = ProjectFile::open(&path).unwrap();
        assert_eq!(file.text().unwrap(), PROFILES);
        let staging = &file.profiles()["staging"];
        assert_eq!(staging.issuer.as_deref(), Some("https://login.example"));
        assert_eq!(staging.clock_offset, -30);
        assert!(staging.dpop);
        assert_eq!(staging.clients["broker"].secret_env.as_deref(), Some("BROKER_SECRET"));

        let mut changed = staging.clone();
        changed.timeout = Some(20);
        file.set_profile("staging", changed).unwrap();
        file.remove_profile("bare").unwrap();
        assert_eq!(file.remove_profile("bare"), None);
        file.save().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("timeout: 20") && !text.contains("sts.example"), "{text}");
        assert!(text.contains("later: kept") && text.contains("colour: red"), "{text}");

        let mut secret = Profile::default();
        secret.parameters.insert("password".to_owned(), "MARKED".to_owned());
        let error = file.set_profile("staging", secret).unwrap_err();
        assert!(error.to_string().contains("profiles.staging.parameters.password"), "{error}");
        assert_eq!(file.text().unwrap(), text);
    }

    #[test]
    fn a_profile_with_a_secret_is_refused_and_the_secret_is_not_repeated() {
        for text in [
            "version: 1\nprofiles:\n  a:\n    client_secret: MARKED\n",
            // Of the wrong shape too, where a message could repeat it.
            "version: 1\nprofiles:\n  a:\n    dpop: 3\n    client_secret: MARKED\n",
            "version: 1\nprofiles:\n  a:\n    timeout: |\n      -----BEGIN PRIVATE KEY-----\n      \
             MARKED\n",
        ] {
            let (_folder, path) = folder_with(text);
            let error = ProjectFile::open(&path).unwrap_err();
            let words = format!("{error} {error:?}");
            assert!(words.contains("profiles.a."), "{words}");
            assert!(!words.contains("MARKED"), "{words}");
        }
    }

    #[test]
    fn a_wrong_file_is_refused_with_words() {
        let cases = [
            ("version: [", "is not a project file"),
            ("- a\n- b\n", "is not a project file"),
            ("version: 1\npositions: 3\n", "positions"),
            ("version: 1\npositions:\n  clients:\n    a: {x: left, y: 2}\n", "positions"),
            ("reading: requester-lists-target\n", "has no \"version\""),
            ("version: 2\nshape: [new]\n", "is of version 2"),
            ("version: one\n", "is of version one"),
            ("version: 1\nprofiles: 3\n", "profiles"),
            ("version: 1\nprofiles:\n  a:\n    timeout: soon\n", "profiles.a.timeout"),
            ("version: 1\nprofiles:\n  a:\n    clients:\n      p: 3\n", "profiles.a.clients.p"),
            ("version: 1\nprofiles:\n  a:\n    clock_offset: far\n", "line 4"),
        ];
        for (text, words) in cases {
            let (_folder, path) = folder_with(text);
            let message = ProjectFile::open(&path).unwrap_err().to_string();
            assert!(message.contains(words), "{text:?}: {message}");
            assert!(message.contains(PROJECT_FILE), "{message}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn an_empty_file_says_nothing_and_is_nobodys() {
        let (_folder, path) = folder_with("\n");
        let mut file = ProjectFile::open(&path).unwrap();
        file.set_reading("requester-lists-target");
        file.save().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, "version: 1\nreading: requester-lists-target\n");
    }

    #[test]
    fn what_somebody_else_wrote_is_not_written_over() {
        let (_folder, path) = folder_with(TEXT);
        let mut file = ProjectFile::open(&path).unwrap();
        file.set_reading("requester-lists-origin");
        let theirs = TEXT.replace("G002", "G003");
        std::fs::write(&path, &theirs).unwrap();
        let error = file.save().unwrap_err();
        assert!(matches!(error, SaveError::ChangedOnDisk(_)), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), theirs);
        assert!(file.is_unsaved());
    }
}

//! The server that a command speaks to, and the way there: from a profile of the project file, from
//! options, or from both, the options having the last word.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use secrecy::ExposeSecret as _;

use super::{Exit, Failure, secret};
use crate::config::{PROJECT_FILE, Profile, ProjectFile};
use crate::exchange::http::parse_url;
use crate::exchange::{
    ClientCertificate, ClockOffset, Http, HttpOptions, KeyringErrorKind, NamedProfile, Process,
    ProfileError, ProfileErrorKind, Server, certificate, http,
};

/// Which server, and how it is reached.
#[derive(Debug, clap::Args)]
pub struct Connection {
    /// The server profile to use, by its name in the project file. What is given by other options
    /// counts instead of what it says.
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,

    /// The project file with the profile, if it is not exchange-studio.yaml in this folder, or beside
    /// the configuration that is given.
    #[arg(long, value_name = "FILE", requires = "profile")]
    project: Option<PathBuf>,

    /// The issuer of the server; endpoints and keys come from its discovery document.
    #[arg(long, value_name = "URL", conflicts_with_all = ["token_endpoint", "jwks_uri"])]
    server: Option<String>,

    /// The token endpoint itself, for a server without discovery.
    #[arg(long, value_name = "URL")]
    token_endpoint: Option<String>,

    /// Where the server's keys are, when only its token endpoint is given.
    #[arg(long, value_name = "URL", requires = "token_endpoint")]
    jwks_uri: Option<String>,

    #[command(flatten)]
    way: Way,
}

/// How a server is reached.
#[derive(Debug, clap::Args)]
pub struct Way {
    /// The file with certificate authorities (PEM) to trust beside those of the system.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,

    /// The proxy to use instead of those that the environment names (http://host:port); never for
    /// this machine.
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,

    /// Seconds for one request, from its start to the end of its answer; 30 unless given.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    timeout: Option<u64>,

    /// Seconds until a connection must stand; 10 unless given.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    connect_timeout: Option<u64>,

    /// How far the server's clock is ahead of this one, in seconds; negative when it is behind.
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    clock_offset: Option<i64>,
}

/// What a [`Connection`] comes to.
#[derive(Debug)]
pub struct Reached {
    server: Option<Server>,
    pub options: HttpOptions,
    clock: ClockOffset,
    profile: Option<Opened>,
}

/// A profile that was found in a project file.
#[derive(Debug)]
pub struct Opened {
    name: String,
    profile: Profile,
    folder: PathBuf,
}

impl Connection {
    /// Reads the profile, if one is named, and puts the options over it.
    ///
    /// # Errors
    ///
    /// When the profile is not there or cannot be used (exit 2), or a file cannot be read (exit 3).
    pub fn open(&self) -> Result<Reached, Failure> {
        self.open_beside(&[])
    }

    /// The same, where the project file may be beside the configuration that is given.
    ///
    /// # Errors
    ///
    /// As [`Connection::open`].
    pub fn open_beside(&self, opened: &[PathBuf]) -> Result<Reached, Failure> {
        let mut profile = match &self.profile {
            None => None,
            Some(name) => Some(find(name, self.project.as_ref(), opened)?),
        };
        let named = profile.as_ref().map(Opened::named);
        let server = match (&self.server, &self.token_endpoint, &named) {
            (Some(issuer), _, _) => Some(Server::Issuer(issuer.clone())),
            (None, Some(url), _) => {
                Some(Server::TokenEndpoint { url: url.clone(), jwks_uri: self.jwks_uri.clone() })
            }
            (None, None, Some(named)) => Some(named.server().map_err(|error| failure(&error))?),
            (None, None, None) => None,
        };
        let mut options = HttpOptions::default();
        let mut clock = ClockOffset::default();
        if let Some(named) = &named {
            options = named.http_options(&Process).map_err(|error| failure(&error))?;
            clock = named.clock_offset();
        }
        self.way.apply(&mut options, &mut clock)?;
        if let Some(Opened { profile, .. }) = &mut profile
            && (self.server.is_some() || self.token_endpoint.is_some())
        {
            // What a keyring keeps for one server is not for another.
            profile.issuer.clone_from(&self.server);
            profile.token_endpoint.clone_from(&self.token_endpoint);
        }
        Ok(Reached { server, options, clock, profile })
    }
}

/// The profile of that name: in this project file, or in the one beside what is opened.
///
/// # Errors
///
/// When it is not there (exit 2), or the file cannot be read (exit 3).
pub fn find(name: &str, project: Option<&PathBuf>, opened: &[PathBuf]) -> Result<Opened, Failure> {
    let beside = || ProjectFile::beside(opened).filter(|path| path.exists());
    let path = project.cloned().or_else(beside);
    let path = path.unwrap_or_else(|| PathBuf::from(PROJECT_FILE));
    if !path.exists() {
        return Err(Failure::unreadable(format!("there is no file '{}'", path.display()))
            .hint("give the project file with --project FILE"));
    }
    let file = ProjectFile::open(&path).map_err(|error| Failure::unreadable(error.to_string()))?;
    let Some(profile) = file.profiles().get(name) else {
        let names: Vec<&str> = file.profiles().keys().map(String::as_str).collect();
        let known = if names.is_empty() {
            "it has none".to_owned()
        } else {
            format!("it has {}", names.join(", "))
        };
        let said = format!("{} has no server profile '{name}'", path.display());
        return Err(Failure::usage(said).hint(known));
    };
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    Ok(Opened { name: name.to_owned(), profile: profile.clone(), folder })
}

impl Way {
    /// Puts what is given over what is there.
    ///
    /// # Errors
    ///
    /// When the proxy is none, or the authorities are none (exit 2), or their file cannot be read
    /// (exit 3).
    pub fn apply(&self, options: &mut HttpOptions, clock: &mut ClockOffset) -> Result<(), Failure> {
        if let Some(path) = &self.ca_file {
            let text = secret::from_file(path)?;
            options.extra_roots =
                certificate::read_roots(text.expose_secret()).map_err(|error| {
                    Failure::usage(format!("{} cannot be used: {error}", path.display()))
                })?;
        }
        if let Some(proxy) = &self.proxy {
            let url = http::parse_proxy(proxy).map_err(|error| Failure::usage(error.message))?;
            options.proxy = Some(url);
        }
        let seconds = Duration::from_secs;
        options.timeout = self.timeout.map_or(options.timeout, seconds);
        options.connect_timeout = self.connect_timeout.map_or(options.connect_timeout, seconds);
        *clock = self.clock_offset.map_or(*clock, ClockOffset::new);
        Ok(())
    }
}

impl Opened {
    pub fn named(&self) -> NamedProfile<'_> {
        NamedProfile { name: &self.name, profile: &self.profile, folder: &self.folder }
    }
}

impl Reached {
    /// The server, when one was named.
    pub fn named_server(&self) -> Option<&Server> {
        self.server.as_ref()
    }

    /// The server.
    ///
    /// # Errors
    ///
    /// When none was named (exit 2).
    pub fn server(&self) -> Result<&Server, Failure> {
        self.server.as_ref().ok_or_else(|| {
            Failure::usage("the server is missing")
                .hint("give --server ISSUER, --token-endpoint URL or --profile NAME")
        })
    }

    /// The clock of the server.
    pub fn clock(&self) -> ClockOffset {
        self.clock
    }

    /// The way out to the server.
    ///
    /// # Errors
    ///
    /// When the system gives none (exit 4).
    pub fn http(&self) -> Result<Http, Failure> {
        Http::new(self.options.clone())
            .map_err(|error| Failure::new(Exit::Unreachable, error.to_string()))
    }

    /// The way out to the server for many clients, of which one has to look at it first: the first one
    /// that has a certificate shows that, for a server that lets nobody in without one.
    ///
    /// # Errors
    ///
    /// When the system gives none (exit 4), or the certificate cannot be used (exit 2 or 3).
    pub fn http_of_many(&self) -> Result<Http, Failure> {
        let http = self.http()?;
        let Some(id) = self.profile.as_ref().and_then(|it| it.named().with_certificate().next())
        else {
            return Ok(http);
        };
        let to = self.server.as_ref().and_then(|server| parse_url(server.address()).ok());
        Ok(match (self.certificate(id)?, to) {
            (Some(certificate), Some(to)) => http.showing(&certificate, &to),
            _ => http,
        })
    }

    /// The certificate of a client of the profile.
    ///
    /// # Errors
    ///
    /// When it cannot be used (exit 2 or 3).
    pub fn certificate(&self, id: &str) -> Result<Option<Arc<ClientCertificate>>, Failure> {
        let Some(named) = self.profile() else { return Ok(None) };
        named.certificate(id, &Process).map_err(|error| failure(&error))
    }

    /// The time as the server has it.
    pub fn now(&self) -> SystemTime {
        self.clock.at(SystemTime::now())
    }

    /// The profile that was named.
    pub fn profile(&self) -> Option<NamedProfile<'_>> {
        self.profile.as_ref().map(Opened::named)
    }

    /// Parameters for every request: those of the profile, and `own`, which count instead of those
    /// of the same name.
    ///
    /// # Errors
    ///
    /// When the profile has one that it cannot have (exit 2).
    pub fn parameters(&self, own: &[(String, String)]) -> Result<Vec<(String, String)>, Failure> {
        let Some(named) = self.profile() else { return Ok(own.to_vec()) };
        let mut parameters = named.parameters().map_err(|error| failure(&error))?;
        parameters.retain(|(name, _)| own.iter().all(|(other, _)| other != name));
        parameters.extend_from_slice(own);
        Ok(parameters)
    }

    /// What audiences stand for in the configuration: `own`, and then what the profile says.
    pub fn audiences(&self, own: &[(String, String)]) -> Vec<(String, String)> {
        let profile = self.profile.iter().flat_map(|opened| &opened.profile.audiences);
        own.iter().cloned().chain(profile.map(|(url, id)| (url.clone(), id.clone()))).collect()
    }
}

/// How a command ends whose profile cannot be used.
pub fn failure(error: &ProfileError) -> Failure {
    let exit = match error.kind {
        ProfileErrorKind::Wrong | ProfileErrorKind::NoSecret => Exit::Usage,
        ProfileErrorKind::Unreadable => Exit::Unreadable,
        // As an environment variable that is not set.
        ProfileErrorKind::Keyring(KeyringErrorKind::Nothing) => Exit::Usage,
        ProfileErrorKind::Keyring(kind) => secret::exit_of(kind),
    };
    let failure = Failure::new(exit, error.to_string());
    match error.kind {
        ProfileErrorKind::Keyring(KeyringErrorKind::Nothing) => {
            let id = error.member.strip_prefix(".clients.");
            let id = id.and_then(|id| id.strip_suffix(".secret_keyring")).unwrap_or("ID");
            failure.hint(format!(
                "keep it there: exchange-studio secret keep --profile {} --client-id {id}",
                error.profile
            ))
        }
        ProfileErrorKind::Keyring(kind) => match kind.advice() {
            Some(advice) => failure.hint(advice),
            None => failure,
        },
        _ => failure,
    }
}

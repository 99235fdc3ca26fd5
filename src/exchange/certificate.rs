//! Certificates of a client, and of authorities it trusts, as people keep them: PEM.
//!
//! A client that shows a certificate while a TLS connection is made proves that it has the private
//! key; the server may take that as authentication, and may bind tokens to it (RFC 8705). Whether key
//! and certificate belong together is found out when they are read, not by a server's refusal. The
//! key is never shown: what can be seen of a certificate is its thumbprint.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use secrecy::zeroize::Zeroize as _;
use secrecy::{ExposeSecret, SecretString};

/// Why a text is no certificate that can be used. Says nothing of the key itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    #[error("there is no certificate in it: PEM (BEGIN CERTIFICATE) is wanted")]
    NoCertificate,
    #[error(
        "the certificate's private key is missing: it may be in the same text, or be given apart"
    )]
    NoKey,
    #[error("the private key is encrypted; take the password off first, as 'openssl pkey' does")]
    Encrypted,
    #[error("the private key is of no kind that TLS signs with")]
    Kind,
    #[error("the private key is not the certificate's")]
    Mismatch,
}

/// A certificate with its chain and its private key. `Debug` shows the thumbprint alone.
#[derive(Clone)]
pub struct ClientCertificate {
    pub(super) certified: Arc<CertifiedKey>,
    thumbprint: String,
}

impl std::fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientCertificate")
            .field("thumbprint", &self.thumbprint)
            .finish_non_exhaustive()
    }
}

impl ClientCertificate {
    /// Reads a certificate (PEM, the client's own first, then its chain) and its private key (PEM:
    /// PKCS#8, PKCS#1 or SEC1), which may stand in the same text.
    ///
    /// # Errors
    ///
    /// When one of them is missing or cannot be used, or they do not belong together.
    pub fn read(
        certificate: &SecretString,
        key: Option<&SecretString>,
    ) -> Result<Self, CertificateError> {
        let chain = certificates(certificate.expose_secret())?;
        let key = key.unwrap_or(certificate).expose_secret();
        let mut der = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|_| {
            if key.contains("BEGIN ENCRYPTED PRIVATE KEY") || key.contains("Proc-Type: 4,ENCRYPTED")
            {
                CertificateError::Encrypted
            } else {
                CertificateError::NoKey
            }
        })?;
        let signer = rustls::crypto::aws_lc_rs::sign::any_supported_type(&der);
        der.zeroize();
        let thumbprint = thumbprint(chain.first().ok_or(CertificateError::NoCertificate)?);
        let certified = CertifiedKey::new(chain, signer.map_err(|_| CertificateError::Kind)?);
        match certified.keys_match() {
            Ok(()) => Ok(Self { certified: Arc::new(certified), thumbprint }),
            Err(rustls::Error::InconsistentKeys(_)) => Err(CertificateError::Mismatch),
            Err(_) => Err(CertificateError::NoCertificate),
        }
    }

    /// The SHA-256 thumbprint of the certificate in base64url without padding, as `x5t#S256` has it
    /// (RFC 8705 §3.1).
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }
}

/// The SHA-256 thumbprint of a certificate, as [`ClientCertificate::thumbprint`] has it.
pub fn thumbprint(der: &CertificateDer<'_>) -> String {
    URL_SAFE_NO_PAD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, der))
}

fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, CertificateError> {
    let found: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|_| CertificateError::NoCertificate)?;
    if found.is_empty() { Err(CertificateError::NoCertificate) } else { Ok(found) }
}

/// The first certificate of a text, in DER.
///
/// # Errors
///
/// When there is none.
pub fn first_certificate(pem: &str) -> Result<Vec<u8>, CertificateError> {
    let found = certificates(pem)?;
    found.first().map(|one| one.to_vec()).ok_or(CertificateError::NoCertificate)
}

/// A certificate as people keep it.
pub fn to_pem(der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    let mut text = "-----BEGIN CERTIFICATE-----\n".to_owned();
    for line in body.as_bytes().chunks(64) {
        text.push_str(&String::from_utf8_lossy(line));
        text.push('\n');
    }
    text + "-----END CERTIFICATE-----\n"
}

/// Reads certificate authorities (PEM, one or several) as DER, for
/// [`HttpOptions::extra_roots`](super::HttpOptions::extra_roots).
///
/// # Errors
///
/// When there is none, or one that is no certificate.
pub fn read_roots(pem: &str) -> Result<Vec<Vec<u8>>, CertificateError> {
    let mut store = rustls::RootCertStore::empty();
    let found = certificates(pem)?;
    for one in &found {
        store.add(one.clone()).map_err(|_| CertificateError::NoCertificate)?;
    }
    Ok(found.into_iter().map(|one| one.to_vec()).collect())
}

#[cfg(test)]
pub(super) mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn text(label: &str, der: &[u8]) -> String {
        let body = STANDARD.encode(der);
        let lines: Vec<&str> =
            body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
    }

    /// A certificate and its key.
    pub fn made() -> (String, String) {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec!["portal".to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap();
        (text("CERTIFICATE", certificate.der()), text("PRIVATE KEY", &key.serialize_der()))
    }

    /// Both in one text.
    pub fn pem() -> SecretString {
        let (certificate, key) = made();
        SecretString::from(certificate + &key)
    }

    pub fn certificate() -> Arc<ClientCertificate> {
        Arc::new(ClientCertificate::read(&pem(), None).unwrap())
    }

    #[test]
    fn certificate_and_key_are_read_from_one_text_or_two() {
        let (certificate, key) = made();
        let together = SecretString::from(format!("{key}{certificate}"));
        let apart = SecretString::from(certificate.as_str());
        let one = ClientCertificate::read(&together, None).unwrap();
        let two = ClientCertificate::read(&apart, Some(&SecretString::from(key.as_str()))).unwrap();
        assert_eq!(one.thumbprint(), two.thumbprint());
        assert_eq!(one.thumbprint().len(), 43);
        let text = format!("{one:?}");
        assert!(text.contains(one.thumbprint()) && !text.contains("PRIVATE"), "{text}");
    }

    #[test]
    fn what_cannot_be_used_is_told_by_its_kind() {
        let ((certificate, key), (_, other)) = (made(), made());
        let read = |certificate: &str, key: Option<&str>| {
            let key = key.map(SecretString::from);
            ClientCertificate::read(&SecretString::from(certificate), key.as_ref()).unwrap_err()
        };
        assert_eq!(read(&certificate, None), CertificateError::NoKey);
        assert_eq!(read(&certificate, Some(&other)), CertificateError::Mismatch);
        assert_eq!(read(&key, None), CertificateError::NoCertificate);
        assert_eq!(read("", None), CertificateError::NoCertificate);
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert_eq!(read(broken, Some(&key)), CertificateError::NoCertificate);
        let locked =
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
        assert_eq!(read(&certificate, Some(locked)), CertificateError::Encrypted);
    }

    #[test]
    fn authorities_are_read_and_what_is_none_is_refused() {
        let ((one, key), (two, _)) = (made(), made());
        assert_eq!(read_roots(&format!("{one}{two}")).unwrap().len(), 2);
        for bad in ["", "x", &key, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
        {
            assert_eq!(read_roots(bad), Err(CertificateError::NoCertificate), "{bad}");
        }
    }
}

//! Keys as people keep them: PEM (PKCS#8, PKCS#1, SEC1) and JSON Web Keys.
//!
//! A client signs with a private key that somebody made elsewhere; an authority holds the public
//! half. Each side takes only its own: a private key given where a public one is wanted is refused
//! rather than quietly reduced, because whoever hands it over has made a mistake that matters.
//! What cannot be read is told by its kind, never by its content.

mod private_jwk;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::EncodingKey;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{PrivateKeyDer, SubjectPublicKeyInfoDer};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use self::private_jwk::PrivateJwk;
use super::certificate::CertificateError;
use super::der;
use super::keys::{KeyError, KeySet, SigningAlgorithm, SigningKey, private_key_of_pkcs8};

/// Why a text is no key that can be used. Says nothing of the key itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileError {
    #[error(
        "there is no private key in it: PEM (PKCS#8, PKCS#1 or SEC1) or a JSON Web Key is wanted"
    )]
    NoPrivateKey,
    #[error("the private key is encrypted; take the password off first, as 'openssl pkey' does")]
    Encrypted,
    #[error(
        "there is no public key in it: PEM (PUBLIC KEY), a JSON Web Key or a key set is wanted"
    )]
    NoPublicKey,
    #[error(
        "this is a private key, which the other side must not have; give its public half, as 'openssl pkey -pubout' makes it"
    )]
    Private,
    #[error("the key is not one of RSA (2048 bits or more), P-256, P-384 or Ed25519")]
    Kind,
    #[error("a {0} key does not sign with {1}")]
    Algorithm(&'static str, String),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Certificate(#[from] CertificateError),
}

/// A private key of one kind, in the form that the signer takes.
enum Material {
    Rsa(EncodingKey),
    P256(EncodingKey),
    P384(EncodingKey),
    Ed25519(EncodingKey),
}

impl SigningKey {
    /// Reads a client's private key. `kid` names it in headers; left out, the `kid` of a JSON Web
    /// Key or the thumbprint does. `algorithm` is needed by an RSA key alone, which signs with RS256
    /// unless it or its JSON Web Key says otherwise.
    ///
    /// # Errors
    ///
    /// When there is no usable key, or it does not sign with `algorithm`.
    pub fn read(
        text: &SecretString,
        kid: Option<&str>,
        algorithm: Option<&str>,
    ) -> Result<Self, KeyFileError> {
        let trimmed = text.expose_secret().trim_start();
        if trimmed.starts_with('{') {
            let jwk: PrivateJwk =
                serde_json::from_str(trimmed).map_err(|_| KeyFileError::NoPrivateKey)?;
            let algorithm = algorithm.or(jwk.alg.as_deref());
            return finish(jwk.material()?, kid.or(jwk.kid.as_deref()), algorithm);
        }
        let der = PrivateKeyDer::from_pem_slice(trimmed.as_bytes()).map_err(|_| {
            if trimmed.contains("ENCRYPTED") {
                KeyFileError::Encrypted
            } else {
                KeyFileError::NoPrivateKey
            }
        })?;
        finish(material(&der)?, kid, algorithm)
    }
}

fn finish(
    material: Material,
    kid: Option<&str>,
    asked: Option<&str>,
) -> Result<SigningKey, KeyFileError> {
    use SigningAlgorithm as Signs;
    let (kind, private, possible): (&str, EncodingKey, &[Signs]) = match material {
        Material::Rsa(key) => ("RSA", key, &[Signs::Rs256, Signs::Ps256]),
        Material::P256(key) => ("P-256", key, &[Signs::Es256]),
        Material::P384(key) => ("P-384", key, &[Signs::Es384]),
        Material::Ed25519(key) => ("Ed25519", key, &[Signs::EdDsa]),
    };
    let algorithm = match asked {
        None => possible.first().copied(),
        // RFC 9864 gives Ed25519 a name of its own; it is the same signature.
        Some("Ed25519") => possible.iter().copied().find(|one| *one == Signs::EdDsa),
        Some(name) => possible.iter().copied().find(|one| one.name() == name),
    };
    let algorithm = algorithm.ok_or_else(|| {
        let asked = asked.unwrap_or_default().chars().take(20).collect();
        KeyFileError::Algorithm(kind, asked)
    })?;
    Ok(SigningKey::assemble(algorithm, private, kid.filter(|kid| !kid.is_empty()))?)
}

fn material(der: &PrivateKeyDer<'_>) -> Result<Material, KeyFileError> {
    match der {
        PrivateKeyDer::Pkcs1(der) => rsa(der.secret_pkcs1_der()),
        PrivateKeyDer::Sec1(der) => {
            elliptic(|curve| EcdsaKeyPair::from_private_key_der(curve, der.secret_sec1_der()).ok())
        }
        PrivateKeyDer::Pkcs8(der) => {
            let der = der.secret_pkcs8_der();
            if RsaKeyPair::from_pkcs8(der).is_ok() {
                return rsa(private_key_of_pkcs8(der).ok_or(KeyFileError::Kind)?);
            }
            if let Ok(pair) = Ed25519KeyPair::from_pkcs8(der) {
                return edwards(&pair);
            }
            elliptic(|curve| EcdsaKeyPair::from_pkcs8(curve, der).ok())
        }
        _ => Err(KeyFileError::Kind),
    }
}

fn rsa(pkcs1: &[u8]) -> Result<Material, KeyFileError> {
    // The signer would find out later, and say less.
    RsaKeyPair::from_der(pkcs1).map_err(|_| KeyFileError::Kind)?;
    Ok(Material::Rsa(EncodingKey::from_rsa_der(pkcs1)))
}

fn elliptic(
    on: impl Fn(&'static EcdsaSigningAlgorithm) -> Option<EcdsaKeyPair>,
) -> Result<Material, KeyFileError> {
    let pkcs8 = |pair: EcdsaKeyPair| {
        let pkcs8 = pair.to_pkcs8v1().map_err(|_| KeyFileError::Kind)?;
        Ok::<_, KeyFileError>(EncodingKey::from_ec_der(pkcs8.as_ref()))
    };
    if let Some(pair) = on(&ECDSA_P256_SHA256_FIXED_SIGNING) {
        return Ok(Material::P256(pkcs8(pair)?));
    }
    match on(&ECDSA_P384_SHA384_FIXED_SIGNING) {
        Some(pair) => Ok(Material::P384(pkcs8(pair)?)),
        None => Err(KeyFileError::Kind),
    }
}

fn edwards(pair: &Ed25519KeyPair) -> Result<Material, KeyFileError> {
    let pkcs8 = pair.to_pkcs8v1().map_err(|_| KeyFileError::Kind)?;
    Ok(Material::Ed25519(EncodingKey::from_ed_der(pkcs8.as_ref())))
}

impl KeySet {
    /// Reads the public keys of a client: a key set (RFC 7517 §5), one JSON Web Key, or PEM
    /// (`PUBLIC KEY`, RFC 7468 §13). A key from PEM has no name, and is tried for any.
    ///
    /// # Errors
    ///
    /// When there is no key of a kind that is verified, or a private one.
    pub fn read_public(text: &str) -> Result<Self, KeyFileError> {
        let trimmed = text.trim_start();
        if !trimmed.starts_with('{') {
            if trimmed.contains("PRIVATE KEY-----") {
                return Err(KeyFileError::Private);
            }
            let spki = SubjectPublicKeyInfoDer::from_pem_slice(trimmed.as_bytes())
                .map_err(|_| KeyFileError::NoPublicKey)?;
            let jwk = jwk_of_spki(&spki).ok_or(KeyFileError::Kind)?;
            return parse(&json!({ "keys": [jwk] }));
        }
        let value: Value = serde_json::from_str(trimmed).map_err(|_| KeyFileError::NoPublicKey)?;
        let set = if value.get("keys").is_some() { value } else { json!({ "keys": [value] }) };
        let listed = set["keys"].as_array().ok_or(KeyFileError::NoPublicKey)?;
        if listed.iter().any(|key| key.get("d").is_some() || key.get("k").is_some()) {
            return Err(KeyFileError::Private);
        }
        parse(&set)
    }
}

fn parse(set: &Value) -> Result<KeySet, KeyFileError> {
    let keys = KeySet::parse(set.to_string().as_bytes()).map_err(|_| KeyFileError::NoPublicKey)?;
    let (usable, skipped) = (keys.keys().to_vec(), keys.skipped());
    if usable.is_empty() {
        return Err(KeyFileError::Kind);
    }
    Ok(KeySet::from_keys(usable, skipped))
}

/// A `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7) as a JSON Web Key without a name.
fn jwk_of_spki(spki: &[u8]) -> Option<Value> {
    const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    const ELLIPTIC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
    const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
    const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

    let (info, _) = der::read(spki, 0x30)?;
    let (algorithm, rest) = der::read(info, 0x30)?;
    let (kind, parameters) = der::read(algorithm, 0x06)?;
    let (bits, _) = der::read(rest, 0x03)?;
    let (0, key) = bits.split_first().map(|(unused, key)| (*unused, key))? else { return None };
    let text = |octets: &[u8]| URL_SAFE_NO_PAD.encode(octets);
    match kind {
        RSA => {
            let (numbers, _) = der::read(key, 0x30)?;
            let (n, rest) = der::read(numbers, 0x02)?;
            let (e, _) = der::read(rest, 0x02)?;
            let n = n.strip_prefix(&[0]).unwrap_or(n);
            (n.len() >= 256).then(|| json!({ "kty": "RSA", "n": text(n), "e": text(e) }))
        }
        ELLIPTIC => {
            let (curve, length) = match der::read(parameters, 0x06)?.0 {
                P256 => ("P-256", 32),
                P384 => ("P-384", 48),
                _ => return None,
            };
            let point = key.strip_prefix(&[4]).filter(|point| point.len() == 2 * length)?;
            let (x, y) = point.split_at(length);
            Some(json!({ "kty": "EC", "crv": curve, "x": text(x), "y": text(y) }))
        }
        ED25519 => {
            (key.len() == 32).then(|| json!({ "kty": "OKP", "crv": "Ed25519", "x": text(key) }))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;

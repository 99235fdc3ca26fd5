//! A secret in a file, as the command line and the window take a private key.
//!
//! Only its path is ever shown or kept: the text goes from the disk into a type that does not print
//! and is wiped.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use secrecy::SecretString;

/// The largest file that is read as a secret, in bytes.
const LARGEST: u64 = 1 << 20;

/// Why a file gives no secret. Names the path and nothing of what is in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path} cannot be read: {reason}")]
pub struct SecretFileError {
    pub path: String,
    pub reason: String,
}

/// The text of a file that holds a secret. Blocks.
///
/// # Errors
///
/// When it cannot be read, is larger than a key can be, or is no text.
pub fn read(path: &Path) -> Result<SecretString, SecretFileError> {
    let unreadable = |reason: String| SecretFileError { path: path.display().to_string(), reason };
    let file = File::open(path).map_err(|error| unreadable(error.to_string()))?;
    let mut text = String::new();
    let result = file.take(LARGEST + 1).read_to_string(&mut text);
    // Wiped from here on, whatever else is wrong with it.
    let secret = SecretString::from(text);
    let bytes = result.map_err(|error| unreadable(error.to_string()))?;
    if bytes as u64 > LARGEST {
        return Err(unreadable("it is too large for a key".to_owned()));
    }
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_secret_is_told_by_its_path_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.pem");
        for (bytes, reason) in
            [(vec![b'M'; (1 << 20) + 1], "too large"), (b"MARKED \xff".to_vec(), "UTF-8")]
        {
            std::fs::write(&path, bytes).unwrap();
            let error = read(&path).unwrap_err();
            assert!(error.reason.contains(reason), "{error}");
            assert!(error.to_string().contains("key.pem cannot be read: "), "{error}");
            assert!(!error.to_string().contains("MARKED"), "{error}");
        }
        std::fs::write(&path, vec![b'M'; 1 << 20]).unwrap();
        assert!(!format!("{:?}", read(&path).unwrap()).contains("MM"));
        assert!(read(&folder.path().join("nowhere")).is_err());
    }
}

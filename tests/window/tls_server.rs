//! A server behind TLS, as the tests of exchanges have it.

#[expect(dead_code, reason = "the window needs less of it")]
#[path = "../exchange/tls.rs"]
pub mod tls;

/// What that server is read with.
mod client_faults {
    use tokio::io::{AsyncRead, AsyncReadExt as _};

    /// One request, whole; empty when the other side is done.
    pub async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> String {
        let mut read = Vec::new();
        let mut chunk = [0; 4096];
        loop {
            match stream.read(&mut chunk).await {
                Ok(0) | Err(_) => return String::new(),
                Ok(count) => read.extend_from_slice(&chunk[..count]),
            }
            let text = String::from_utf8_lossy(&read);
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
            });
            if body.len() >= length.unwrap_or(0) {
                return text.into_owned();
            }
        }
    }
}

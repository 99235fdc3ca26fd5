//! A body that ends before it is complete.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use http_body::{Body as HttpBody, Frame};

/// Sends a part, and then fails, which closes the connection.
pub(super) fn broken_off(part: Bytes) -> Body {
    Body::new(BrokenOff(Some(part)))
}

struct BrokenOff(Option<Bytes>);

/// What the connection is told; nobody reads it.
#[derive(Debug, thiserror::Error)]
#[error("the answer breaks off here, as it was told to")]
struct OnPurpose;

impl HttpBody for BrokenOff {
    type Data = Bytes;
    type Error = OnPurpose;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, OnPurpose>>> {
        Poll::Ready(Some(self.0.take().map(Frame::data).ok_or(OnPurpose)))
    }
}

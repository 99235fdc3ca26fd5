//! A request to an endpoint that clients alone ask: token, introspection, revocation, device.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::response::{IntoResponse as _, Response};

use super::clients::authenticate;
use super::http::{Form, OAuthError};
use super::tls::Caller;
use super::{Current, Shared};
use crate::config::ClientApp;

/// What is asked, by whom, and the project at that moment: one for the whole request, whatever is edited
/// meanwhile.
pub(super) struct Call {
    pub form: Form,
    pub caller: Caller,
    pub current: Current,
}

impl Call {
    /// The client that asks, after it has shown what it must.
    pub fn client(&self, shared: &Shared) -> Result<&ClientApp, OAuthError> {
        authenticate(shared, &self.current.project, &self.caller, &self.form)
    }
}

impl FromRequest<Arc<Shared>> for Call {
    type Rejection = Response;

    async fn from_request(request: Request, shared: &Arc<Shared>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Ok(caller) = Caller::from_request_parts(&mut parts, shared).await;
        let body = Bytes::from_request(Request::from_parts(parts, body), shared).await;
        let body = body.map_err(|error| error.into_response())?;
        let form = Form::of_body(&caller.headers, &body).map_err(OAuthError::into_response)?;
        Ok(Self { form, caller, current: shared.current() })
    }
}

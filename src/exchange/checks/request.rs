use std::time::{Duration, SystemTime};

use super::Check;
use crate::exchange::client_auth::Client;
use crate::exchange::request::ExchangeRequest;

pub fn all(
    _request: &ExchangeRequest,
    _client: &Client,
    _endpoint: &str,
    _now: SystemTime,
    _skew: Duration,
) -> Vec<Check> {
    Vec::new()
}

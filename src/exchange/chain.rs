//! Several exchanges in a row: what one issues goes into the next.
//!
//! Each hop is asked for by a client of its own, at the same server. The chain ends at the first hop
//! that issues nothing, because there is nothing to go on with; how far it came and how long each hop
//! took is what a person wants to know of it.

use std::time::{Instant, SystemTime};

use super::client_auth::Client;
use super::http::Http;
use super::report::{Outcome, Report};
use super::request::ExchangeRequest;
use super::run::{SimulateError, Simulation, simulate_in};
use super::session::Session;
use super::token_type::ACCESS_TOKEN;

/// A hop after the first. What its request says of a subject token is not used: that is the token
/// the hop before has issued, of the type the server said.
#[derive(Clone, Debug)]
pub struct Further {
    pub client: Client,
    pub request: ExchangeRequest,
}

/// Runs a chain in one session. `each` is given every report as it comes, with the number of its hop
/// from 0.
///
/// # Errors
///
/// When the server's endpoints cannot be found. A later hop without an answer is the last thing
/// `each` is given.
pub async fn chain(
    http: &Http,
    first: &Simulation,
    further: &[Further],
    now: SystemTime,
    mut each: impl FnMut(usize, Result<Report, SimulateError>) + Send,
) -> Result<(), SimulateError> {
    let started = Instant::now();
    let way = first.client.way_to(&first.server, http);
    let session = Session::open(&way, &first.server).await?;
    let (mut client, mut request) = (&first.client, first.request.clone());
    for hop in 0..=further.len() {
        let now = now + started.elapsed();
        let report = simulate_in(http, &session, client, &request, first.skew, now).await;
        let issued = report.as_ref().ok().filter(|report| report.outcome == Outcome::Issued);
        let next = further.get(hop).and_then(|next| {
            let issued = issued?;
            let mut request = next.request.clone();
            request.subject_token = issued.issued.clone()?;
            request.subject_token_type = issued.issued_type().unwrap_or(ACCESS_TOKEN).to_owned();
            Some((&next.client, request))
        });
        each(hop, report.map_err(SimulateError::from));
        match next {
            Some(next) => (client, request) = next,
            None => break,
        }
    }
    Ok(())
}

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

/// Whether every hop that was wanted has issued something.
pub fn is_complete(reports: &[&Report], wanted: usize) -> bool {
    reports.len() == wanted && reports.iter().all(|report| report.outcome == Outcome::Issued)
}

/// How long the requests of all hops took together, in milliseconds.
pub fn total_ms(reports: &[&Report]) -> f64 {
    let total: f64 = reports.iter().map(|report| report.timings.total_ms).sum();
    // To the microsecond, as each.
    (total * 1e3).round() / 1e3
}

/// One sentence that says how far a chain came; `reports` are of the hops that were answered.
pub fn sentence(reports: &[&Report], wanted: usize) -> String {
    let total = total_ms(reports);
    if is_complete(reports, wanted) {
        return format!("All {wanted} hops issued a token, in {total:.0} ms.");
    }
    // One that was answered with a token is not where it ended.
    let issued = reports.iter().take_while(|report| report.outcome == Outcome::Issued).count();
    format!("The chain ended at hop {} of {wanted}, after {total:.0} ms.", issued + 1)
}

/// One sentence on what became of the tokens when the one that the chain began with was revoked; `None`
/// when that was not done, or the server says nothing of them.
pub fn after_revocation(reports: &[&Report]) -> Option<String> {
    let after: Vec<bool> =
        reports.iter().filter_map(|report| report.active_after_revocation).collect();
    let alive = after.iter().filter(|active| **active).count();
    Some(match (after.len(), alive) {
        (0, _) => return None,
        (1, 0) => "With the first token the one derived from it ended.".to_owned(),
        (1, _) => {
            "The first token was revoked, and the one derived from it stays active.".to_owned()
        }
        (all, 0) => format!("With the first token all {all} tokens derived from it ended."),
        (all, alive) if all == alive => {
            format!("The first token was revoked, and all {all} derived from it stay active.")
        }
        (all, alive) => format!(
            "The first token was revoked: of {all} derived from it {alive} stay active, {} ended.",
            all - alive
        ),
    })
}

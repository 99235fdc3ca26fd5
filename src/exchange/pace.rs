//! How fast a run of many exchanges may ask, and what it does when the server says that it is too
//! fast (429, RFC 6585 §4).
//!
//! A run asks one thing at a time. Between two requests lies at least the interval that a rate
//! means. A server that answers 429 is given the time it asks for (`Retry-After`, RFC 9110 §10.2.3)
//! and asked once more; when it says 429 again, or asks for more time than anybody will wait, the
//! run stops: what it has is kept, and it can be taken up later.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// The longest time that a server's `Retry-After` is waited for.
pub const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// What is waited for when a server answers 429 without saying how long.
pub const USUAL_WAIT: Duration = Duration::from_secs(5);

/// Lets requests through at a rate.
#[derive(Debug)]
pub struct Pace {
    interval: Duration,
    next: Option<Instant>,
}

impl Pace {
    /// So many requests a second at most; `None` or nothing positive for as fast as the server
    /// answers.
    pub fn new(per_second: Option<f64>) -> Self {
        let interval = per_second
            .filter(|rate| rate.is_finite() && *rate > 0.0)
            .and_then(|rate| Duration::try_from_secs_f64(1.0 / rate).ok())
            .unwrap_or_default();
        Self { interval, next: None }
    }

    /// Waits until the next request may go out.
    pub async fn turn(&mut self) {
        if let Some(next) = self.next {
            tokio::time::sleep_until(next).await;
        }
        if !self.interval.is_zero() {
            self.next = Some(Instant::now() + self.interval);
        }
    }
}

/// How long a server wants to be left alone: seconds, or a date. `None` when the text is neither.
pub fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number too large to be read is longer than anybody waits.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    let wait = date.as_second().saturating_sub(super::time::seconds(now));
    Some(Duration::from_secs(u64::try_from(wait).unwrap_or(0)))
}

/// The wait before the one repetition of a request that was answered with 429, by the answer's
/// headers; `None` when it is longer than [`LONGEST_WAIT`].
pub fn wait_of(headers: &[(String, String)], now: SystemTime) -> Option<Duration> {
    let said = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("retry-after"));
    let wait = said.and_then(|(_, value)| retry_after(value, now)).unwrap_or(USUAL_WAIT);
    (wait <= LONGEST_WAIT).then_some(wait)
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = UNIX_EPOCH + Duration::from_secs(784_111_777);
        let seconds = |text: &str| retry_after(text, now).map(|wait| wait.as_secs());
        assert_eq!(seconds("120"), Some(120));
        assert_eq!(seconds(" 0 "), Some(0));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:49:47 GMT"), Some(10));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:40:00 GMT"), Some(0), "it is over already");
        assert_eq!(seconds("99999999999999999999999"), Some(u64::MAX));
        for odd in ["", "-1", "soon", "1.5"] {
            assert_eq!(seconds(odd), None, "{odd}");
        }
        let header = |value: &str| vec![("retry-after".to_owned(), value.to_owned())];
        assert_eq!(wait_of(&header("2"), now), Some(Duration::from_secs(2)));
        assert_eq!(wait_of(&header("121"), now), None);
        assert_eq!(wait_of(&[], now), Some(USUAL_WAIT));
    }

    #[tokio::test]
    async fn requests_keep_their_distance() {
        let mut pace = Pace::new(Some(100.0));
        let start = Instant::now();
        for _ in 0..4 {
            pace.turn().await;
        }
        assert!(start.elapsed() >= Duration::from_millis(30), "three intervals of 10 ms");
        assert_eq!(Pace::new(Some(0.0)).interval, Duration::ZERO);
        assert_eq!(Pace::new(Some(f64::NAN)).interval, Duration::ZERO);
    }
}

//! Points in time as tokens write them (RFC 7519 §2, NumericDate), said for people.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

/// Seconds since 1970-01-01T00:00:00Z; negative before it.
pub fn seconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_secs()).unwrap_or(i64::MAX),
    }
}

/// The point in time that is so many seconds after 1970-01-01T00:00:00Z; that itself for one before.
pub fn point(seconds: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}

/// A point in time as `2026-11-22 23:05:00 UTC`; `None` beyond the year 9999.
pub fn utc(seconds: i64) -> Option<String> {
    let time = Timestamp::from_second(seconds).ok()?;
    (seconds >= YEAR_1).then(|| time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}

/// The first second that is written with a year of four digits.
const YEAR_1: i64 = -62_135_596_800;

/// A point in time as RFC 3339 has it; empty beyond the year 9999.
pub fn rfc3339(time: SystemTime) -> String {
    Timestamp::try_from(time).map(|time| time.to_string()).unwrap_or_default()
}

/// How long something is, in the two largest units that say it: `59 min 30 s`, `3 d 4 h`.
pub fn span(length: u64) -> String {
    let parts = [
        (length / 86_400, "d"),
        (length / 3_600 % 24, "h"),
        (length / 60 % 60, "min"),
        (length % 60, "s"),
    ];
    let Some(first) = parts.iter().position(|(count, _)| *count > 0) else {
        return "0 s".to_owned();
    };
    parts[first..]
        .iter()
        .take(2)
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Where a point in time lies from now: `in 59 min`, `2 h ago`, `now`.
pub fn relative(seconds: i64, now: SystemTime) -> String {
    let distance = seconds.saturating_sub(self::seconds(now));
    match distance {
        0 => "now".to_owned(),
        1.. => format!("in {}", span(distance.unsigned_abs())),
        _ => format!("{} ago", span(distance.unsigned_abs())),
    }
}

/// A duration in milliseconds, for reports.
pub fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_right_around_the_edges_of_months_and_leap_years() {
        // As `date -u -d @N` says.
        for (seconds, text) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (-1, "1969-12-31 23:59:59 UTC"),
            (951_782_399, "2000-02-28 23:59:59 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (1_709_164_800, "2024-02-29 00:00:00 UTC"),
            (1_795_388_645, "2026-11-22 23:04:05 UTC"),
            (4_107_542_400, "2100-03-01 00:00:00 UTC"),
        ] {
            assert_eq!(utc(seconds).as_deref(), Some(text));
        }
        assert_eq!(utc(i64::MAX), None);
        assert_eq!(utc(i64::MIN), None);
    }

    #[test]
    fn spans_use_two_units() {
        assert_eq!(span(0), "0 s");
        assert_eq!(span(3_570), "59 min 30 s");
        assert_eq!(span(3_600), "1 h");
        assert_eq!(span(273_600), "3 d 4 h");
    }

    #[test]
    fn relative_times_point_both_ways() {
        let now = UNIX_EPOCH + Duration::from_secs(1_000);
        assert_eq!(relative(1_060, now), "in 1 min");
        assert_eq!(relative(990, now), "10 s ago");
        assert_eq!(relative(1_000, now), "now");
    }
}

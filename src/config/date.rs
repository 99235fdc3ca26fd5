//! Dates as configurations write them.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// A point in time that a file states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Seconds since 1970-01-01T00:00:00Z. What states no offset is taken for UTC, and a day
    /// without time for its beginning.
    pub seconds: i64,
    /// Whether it states a day and no time.
    pub is_day: bool,
}

impl Moment {
    /// What a text says in a place for a date: ISO 8601 as far as RFC 3339 and .NET write it
    /// (`2027-01-31`, `2027-01-31T10:00:00Z`, with fraction, with offset, with a blank for the
    /// `T`). Anything else is none: `01/02/2027` is a day of January to some and of February to
    /// others.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        // A year without month, or a week, is ISO 8601 too, but says no day.
        let bytes = text.as_bytes();
        if bytes.len() < 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        if bytes.len() == 10 {
            let day: Date = text.parse().ok()?;
            let start = day.to_zoned(TimeZone::UTC).ok()?;
            return Some(Self { seconds: start.timestamp().as_second(), is_day: true });
        }
        let timestamp = match text.parse::<jiff::Timestamp>() {
            Ok(timestamp) => timestamp,
            // An annotation in brackets names a time zone that is not known here.
            Err(_) if text.contains(['[', ']']) => return None,
            Err(_) => {
                let local: DateTime = text.parse().ok()?;
                local.to_zoned(TimeZone::UTC).ok()?.timestamp()
            }
        };
        Some(Self { seconds: timestamp.as_second(), is_day: false })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_are_read_in_the_usual_forms() {
        let noon = 1_806_667_200;
        for text in [
            "2027-04-02T12:00:00Z",
            "2027-04-02t12:00:00z",
            "2027-04-02 12:00:00Z",
            "2027-04-02T12:00:00",
            "2027-04-02 12:00",
            "2027-04-02T14:00:00+02:00",
            "2027-04-02T12:00:00.0000000+00:00",
            "2027-04-02T12:00:00.9999999Z",
            " 2027-04-02T12:00:00Z ",
        ] {
            let moment = Moment::parse(text);
            assert_eq!(moment, Some(Moment { seconds: noon, is_day: false }), "{text}");
        }
        let day = Moment { seconds: noon - 43_200, is_day: true };
        assert_eq!(Moment::parse("2027-04-02"), Some(day));
        assert_eq!(Moment::parse("1970-01-01").map(|it| it.seconds), Some(0));
    }

    #[test]
    fn anything_else_is_no_date() {
        for text in [
            "",
            "never",
            "2027",
            "2027-04",
            "2027-4-2",
            "2027-02-30",
            "2027-13-01",
            "02/04/2027",
            "02.04.2027",
            "20270402",
            "2027-W14-5",
            "2027-04-02T25:00:00Z",
            "2027-04-02T12:00:00+99:00",
            "2027-04-02[Europe/Zurich]",
            "2027-04-02T12:00:00[Europe/Zurich]",
            "1806667200",
            "2027-04-0é",
            "{{env:EXPIRY}}",
        ] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }
}

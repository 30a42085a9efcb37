//! A moment to come, as people type it: after some time, or on a date.

use std::str::FromStr;

use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp, civil::Date, tz::TimeZone};

/// When something ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    After(SignedDuration),
    At(Timestamp),
}

/// The text is no moment to come.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither a time such as 12h or 90d nor a date such as 2027-01-31")]
pub(crate) struct NoMoment(String);

impl Until {
    /// The moment, counted from now; absent where it is past or beyond all calendars.
    pub(crate) fn from(self, now: Timestamp) -> Option<Timestamp> {
        let at = match self {
            Self::After(duration) => now.checked_add(duration).ok()?,
            Self::At(at) => at,
        };
        (at > now).then_some(at)
    }
}

impl FromStr for Until {
    type Err = NoMoment;

    fn from_str(text: &str) -> Result<Self, NoMoment> {
        if let Ok(at) = text.parse::<Timestamp>() {
            return Ok(Self::At(at));
        }
        if let Ok(date) = text.parse::<Date>() {
            let midnight = date.to_zoned(TimeZone::UTC);
            return midnight
                .map(|midnight| Self::At(midnight.timestamp()))
                .map_err(|_| NoMoment(text.to_owned()));
        }
        let span = text.parse::<Span>().ok();
        let duration = span.and_then(|span| {
            let days = SpanRelativeTo::days_are_24_hours();
            span.to_duration(days).ok()
        });
        duration
            .map(Self::After)
            .ok_or_else(|| NoMoment(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_midday(text: &str) -> Option<String> {
        let now: Timestamp = "2026-11-26T12:00:00Z".parse().unwrap();
        let until: Until = text.parse().unwrap();
        until.from(now).map(|at| at.to_string())
    }

    #[test]
    fn a_time_or_a_date_to_come_is_a_moment() {
        for (text, moment) in [
            ("90m", "2026-11-26T13:30:00Z"),
            ("12h", "2026-11-27T00:00:00Z"),
            ("90d", "2027-02-24T12:00:00Z"),
            ("2w", "2026-12-10T12:00:00Z"),
            ("2027-01-31", "2027-01-31T00:00:00Z"),
            ("2027-01-31T08:00:00+08:00", "2027-01-31T00:00:00Z"),
        ] {
            assert_eq!(from_midday(text).as_deref(), Some(moment), "{text}");
        }
    }

    #[test]
    fn what_is_past_is_no_moment_to_come() {
        for past in ["2026-11-26", "0s", "-3d", "1999-01-01T00:00:00Z"] {
            assert_eq!(from_midday(past), None, "{past}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "soon", "90", "2027-02-30", "3 fortnights"] {
            assert!(text.parse::<Until>().is_err(), "{text}");
        }
    }
}

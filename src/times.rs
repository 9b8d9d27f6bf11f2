//! Times as people type and read them. The only place where the clock is asked what "yesterday" is.

use chrono::{DateTime, Duration, FixedOffset, Local, NaiveDate, NaiveDateTime, TimeZone, Utc};
use event::Millis;

/// A zone to show times in.
#[derive(Clone, Copy, Debug)]
pub enum Zone {
    Machine,
    Named(chrono_tz::Tz),
    Offset(FixedOffset),
}

impl Zone {
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("local") {
            return Ok(Zone::Machine);
        }
        if let Ok(zone) = text.parse::<chrono_tz::Tz>() {
            return Ok(Zone::Named(zone));
        }
        text.parse::<FixedOffset>()
            .map(Zone::Offset)
            .map_err(|_| format!("`{text}` is no time zone; Europe/Madrid, UTC, +02:00 and local are"))
    }

    fn of_local(self, time: NaiveDateTime) -> Option<DateTime<Utc>> {
        match self {
            Zone::Machine => Local.from_local_datetime(&time).earliest().map(|t| t.to_utc()),
            Zone::Named(zone) => zone.from_local_datetime(&time).earliest().map(|t| t.to_utc()),
            Zone::Offset(zone) => zone.from_local_datetime(&time).earliest().map(|t| t.to_utc()),
        }
    }

    /// `2026-03-01 10:00:02 UTC`, and the zone's own time behind it where it differs.
    pub fn show(self, time: Millis) -> String {
        let Some(utc) = DateTime::from_timestamp_millis(time) else {
            return "unknown".to_owned();
        };
        let here = match self {
            Zone::Machine => utc.with_timezone(&Local).format("%H:%M %:z").to_string(),
            Zone::Named(zone) => utc.with_timezone(&zone).format("%H:%M %Z").to_string(),
            Zone::Offset(zone) => utc.with_timezone(&zone).format("%H:%M %:z").to_string(),
        };
        let utc = utc.format("%Y-%m-%d %H:%M:%S UTC");
        if here.ends_with("+00:00") || here.ends_with("UTC") { utc.to_string() } else { format!("{utc} ({here})") }
    }
}

/// `yesterday`, `-24h`, `2026-03-01`, `2026-03-01T03:00`, `2026-03-01T03:00+01:00`. Without an offset the time is of `zone`.
pub fn parse(text: &str, zone: Zone) -> Result<Millis, String> {
    at(text, zone, Utc::now())
        .ok_or_else(|| format!("`{text}` is no time; 2026-03-01, 2026-03-01T03:00, 2026-03-01T03:00+01:00, -24h, today and yesterday are"))
}

fn at(text: &str, zone: Zone, now: DateTime<Utc>) -> Option<Millis> {
    if let Some(back) = text.strip_prefix('-') {
        let (number, unit) = back.split_at_checked(back.len().checked_sub(1)?)?;
        let number: i64 = number.parse().ok()?;
        let span = match unit {
            "s" => Duration::try_seconds(number),
            "m" => Duration::try_minutes(number),
            "h" => Duration::try_hours(number),
            "d" => Duration::try_days(number),
            "w" => Duration::try_weeks(number),
            _ => None,
        }?;
        return Some(now.checked_sub_signed(span)?.timestamp_millis());
    }
    let day = match text {
        "now" => return Some(now.timestamp_millis()),
        "today" => Some(now.date_naive()),
        "yesterday" => now.date_naive().pred_opt(),
        _ => NaiveDate::parse_from_str(text, "%Y-%m-%d").ok(),
    };
    if let Some(day) = day {
        return Some(zone.of_local(day.and_hms_opt(0, 0, 0)?)?.timestamp_millis());
    }
    for form in ["%Y-%m-%dT%H:%M%#z", "%Y-%m-%d %H:%M%#z"] {
        if let Ok(time) = DateTime::parse_from_str(text, form) {
            return Some(time.timestamp_millis());
        }
    }
    for form in ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"] {
        if let Ok(time) = NaiveDateTime::parse_from_str(text, form) {
            return Some(zone.of_local(time)?.timestamp_millis());
        }
    }
    event::time::parse(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_as_people_type_them() {
        let now = DateTime::parse_from_rfc3339("2026-03-02T12:00:00Z").unwrap().to_utc();
        let utc = Zone::parse("UTC").unwrap();
        let madrid = Zone::parse("Europe/Madrid").unwrap();
        for (text, zone, expected) in [
            ("-24h", utc, "2026-03-01T12:00:00.000Z"),
            ("yesterday", utc, "2026-03-01T00:00:00.000Z"),
            ("yesterday", madrid, "2026-02-28T23:00:00.000Z"),
            ("2026-03-01T03:00+01:00", utc, "2026-03-01T02:00:00.000Z"),
            ("2026-03-01T03:00", madrid, "2026-03-01T02:00:00.000Z"),
            ("2026-03-01 03:00:05", utc, "2026-03-01T03:00:05.000Z"),
            ("2026-03-01T03:00:05.5Z", madrid, "2026-03-01T03:00:05.500Z"),
        ] {
            assert_eq!(at(text, zone, now).map(event::time::rfc3339).as_deref(), Some(expected), "{text}");
        }
        assert!(parse("soon", utc).is_err());
        assert!(Zone::parse("Mars/Base").is_err());
        assert_eq!(madrid.show(1_772_359_202_000), "2026-03-01 10:00:02 UTC (11:00 CET)");
        assert_eq!(utc.show(1_772_359_202_000), "2026-03-01 10:00:02 UTC");
    }
}

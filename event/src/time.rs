//! Times: milliseconds since 1970, UTC. Finer is cut, not rounded. Knows the forms that log sources write; has no clock.

use chrono::{DateTime, NaiveDate, NaiveDateTime};

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = i64;

/// Reads the times of the log sources: RFC 3339 with any number of decimals, a space for the `T`, no offset (UTC),
/// `+0530`, a comma as the decimal sign, lower case, `24:00:00` and the leap second `23:59:60` (both the next second).
pub fn parse(text: &str) -> Option<Millis> {
    usual(text.as_bytes()).or_else(|| unusual(text))
}

/// `2026-03-01T10:00:02Z` and `2026-03-01T10:00:02.123Z`: nearly every time there is.
fn usual(text: &[u8]) -> Option<Millis> {
    let (date, rest) = text.split_at_checked(19)?;
    let digits = |from: usize, n: usize| -> Option<i64> {
        date[from..from + n].iter().try_fold(0i64, |sum, b| b.is_ascii_digit().then(|| sum * 10 + i64::from(b - b'0')))
    };
    if date[4] != b'-' || date[7] != b'-' || date[10] != b'T' || date[13] != b':' || date[16] != b':' {
        return None;
    }
    let (year, month, day) = (digits(0, 4)?, digits(5, 2)?, digits(8, 2)?);
    let (hour, minute, second) = (digits(11, 2)?, digits(14, 2)?, digits(17, 2)?);
    if !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let millis = match rest {
        b"Z" => 0,
        [b'.', fraction @ .., b'Z'] if !fraction.is_empty() => {
            let mut millis = 0;
            for place in 0..3 {
                millis = millis * 10 + fraction.get(place).map_or(Some(0), |b| b.is_ascii_digit().then(|| i64::from(b - b'0')))?;
            }
            if !fraction.iter().all(u8::is_ascii_digit) {
                return None;
            }
            millis
        }
        _ => return None,
    };
    let days = days_from_civil(year, month, day);
    Some((((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + millis)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970 of a date in the Gregorian calendar (Howard Hinnant's algorithm).
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn unusual(text: &str) -> Option<Millis> {
    let text = text.trim();
    if text.len() > 64 || !text.is_ascii() || !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let mut text = text.to_ascii_uppercase().replacen(',', ".", 1);
    // Chrono reads a second 60 but no hour 24; both are the next second.
    let mut extra_ms = 0;
    if text.get(11..19).is_some_and(|time| time == "24:00:00") {
        text.replace_range(11..19, "00:00:00");
        extra_ms = 86_400_000;
    }
    if text.get(17..19) == Some("60") {
        text.replace_range(17..19, "59");
        extra_ms += 1000;
    }
    for form in ["%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f %#z"] {
        if let Ok(time) = DateTime::parse_from_str(&text, form) {
            return Some(time.timestamp_millis() + extra_ms);
        }
    }
    let bare = text.trim_end_matches(['Z', 'z']);
    for form in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"] {
        if let Ok(time) = NaiveDateTime::parse_from_str(bare, form) {
            return Some(time.and_utc().timestamp_millis() + extra_ms);
        }
    }
    None
}

/// A number since 1970: seconds, milliseconds, microseconds or nanoseconds, by its size (until the year 5138). A fraction is cut at
/// the millisecond.
pub fn from_epoch(number: &str) -> Option<Millis> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 19 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    match number {
        0..=99_999_999_999 => {
            let millis: i64 = format!("{:0<3}", fraction.get(..3).unwrap_or(fraction)).parse().ok()?;
            Some(number * 1000 + millis)
        }
        100_000_000_000..=99_999_999_999_999 => Some(number),
        100_000_000_000_000..=99_999_999_999_999_999 => Some(number / 1000),
        _ => Some(number / 1_000_000),
    }
}

/// A date alone, at midnight UTC.
pub fn parse_date(text: &str) -> Option<Millis> {
    Some(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis())
}

/// `2026-03-01T10:00:02.123Z`, as the `*_dt` attributes of OCSF want it.
pub fn rfc3339(time: Millis) -> String {
    let days = time.div_euclid(86_400_000);
    let (year, month, day) = civil_from_days(days);
    if !(0..=9999).contains(&year) {
        return "unknown".to_owned();
    }
    let of_day = time.rem_euclid(86_400_000);
    let mut text = *b"0000-00-00T00:00:00.000Z";
    let parts = [
        (0, 4, year),
        (5, 2, month),
        (8, 2, day),
        (11, 2, of_day / 3_600_000),
        (14, 2, of_day / 60_000 % 60),
        (17, 2, of_day / 1000 % 60),
        (20, 3, of_day % 1000),
    ];
    for (at, length, mut number) in parts {
        for digit in text[at..at + length].iter_mut().rev() {
            *digit = b'0' + (number % 10) as u8;
            number /= 10;
        }
    }
    text.iter().map(|byte| char::from(*byte)).collect()
}

/// The date of a day since 1970: [`days_from_civil`] the other way round.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days - era * 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_as_chrono_writes_it() {
        for n in -40_000..40_000i64 {
            let time = n * 863_999_771;
            let expected = DateTime::from_timestamp_millis(time).unwrap().format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
            if !expected.starts_with(['-', '+']) {
                assert_eq!(rfc3339(time), expected);
            }
        }
    }

    #[test]
    fn the_forms_that_logs_write() {
        let at = 1_772_359_202_000;
        for text in [
            "2026-03-01T10:00:02Z",
            "2026-03-01T10:00:02.0000000Z",
            "2026-03-01 10:00:02.000000000",
            "2026-03-01T10:00:02z",
            "2026-03-01T11:00:02+01:00",
            "2026-03-01T15:30:02+0530",
            "2026-03-01 10:00:02 +0000",
            "2026-03-01T10:00:02",
            "2026-03-01T10:00:02,000Z",
            "2026-03-01T24:00:02Z",
        ] {
            let expected = if text.contains("24:00:02") { None } else { Some(at) };
            assert_eq!(parse(text), expected, "{text}");
        }
        for number in ["1772359202", "1772359202.0", "1772359202000", "1772359202000000", "1772359202000000000"] {
            assert_eq!(from_epoch(number), Some(at), "{number}");
        }
        assert_eq!(from_epoch("1772359202.5"), Some(at + 500));
        for number in ["", "-1", "1e9", ".5", "99999999999999999999"] {
            assert_eq!(from_epoch(number), None, "{number}");
        }
        assert_eq!(parse("2026-03-01T10:00:02.1239Z"), Some(at + 123), "finer is cut");
        assert_eq!(parse("2026-02-28T24:00:00Z"), parse("2026-03-01T00:00:00Z"));
        assert_eq!(parse("2016-12-31T23:59:60Z"), parse("2017-01-01T00:00:00Z"));
        assert_eq!(parse("2024-02-29T00:00:00Z").map(rfc3339).as_deref(), Some("2024-02-29T00:00:00.000Z"));
        for text in ["", "yesterday", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-03-01", "Mar 1, 2026", "1772359202"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}

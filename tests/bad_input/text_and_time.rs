//! E and Z: odd texts and odd times.

use tests::reading::{read, record, record_with};

use crate::lines;

#[test]
fn e1_to_e4_texts_are_stored_as_they_are() {
    for text in ["\u{1b}[31m\u{7}", "a\u{202e}b\u{200b}", "=cmd|' /C calc'!A0", "<script>alert(1)</script>", "e\u{301} and é", "%2525+%20"]
    {
        let json = serde_json::to_string(text).unwrap();
        let read = read(record(1).replace("\"aws-cli/2.31.4\"", &json).as_bytes());
        assert_eq!(read.column("http_request.user_agent"), [text]);
    }
}

#[test]
fn e3_a_user_agent_of_a_megabyte() {
    let long = "x".repeat(1 << 20);
    let read = read(&lines(&[record(1).replace("aws-cli/2.31.4", &long), record(2)]));
    assert_eq!(read.outcome(), "2 mapped");
    assert_eq!(read.raw_data()[0].len(), record(1).len() + long.len() - 14, "the record is kept whole");
}

#[test]
fn times() {
    let of = |time: &str| {
        let text = record(1).replace("\"2026-03-01T00:00:01Z\"", time);
        let read = read(text.as_bytes());
        match read.batches.first() {
            Some(batch) => event::time::rfc3339(batch.times[0]),
            None => read.outcome(),
        }
    };
    for (number, time, expected) in [
        ("Z1 null", "null", "1 no_time"),
        ("Z1 empty", "\"\"", "1 no_time"),
        ("Z1 an object", "{\"a\":\"2026-03-01T00:00:01Z\"}", "1 no_time"),
        ("Z1 a list is searched", "[\"2026-03-01T00:00:01Z\"]", "2026-03-01T00:00:01.000Z"),
        ("Z4 a leap second", "\"2016-12-31T23:59:60Z\"", "2017-01-01T00:00:00.000Z"),
        ("Z5 an offset", "\"2026-03-01T02:00:01+02:00\"", "2026-03-01T00:00:01.000Z"),
        ("Z5 the far east", "\"2026-03-01T14:00:01+14:00\"", "2026-03-01T00:00:01.000Z"),
        ("Z5 lower case", "\"2026-03-01t00:00:01z\"", "2026-03-01T00:00:01.000Z"),
        ("Z5 nine digits", "\"2026-03-01T00:00:01.123456789Z\"", "2026-03-01T00:00:01.123Z"),
        ("Z5 no offset is UTC", "\"2026-03-01T00:00:01\"", "2026-03-01T00:00:01.000Z"),
        ("Z6 words", "\"the first of March\"", "1 no_time"),
        ("Z6 American", "\"3/1/2026 10:00:00 AM\"", "1 no_time"),
        ("Z6 no such day", "\"2026-02-30T00:00:01Z\"", "1 no_time"),
        ("Z6 no such hour", "\"2026-03-01T25:00:01Z\"", "1 no_time"),
        ("Z2 long ago", "\"1970-01-01T00:00:00Z\"", "1970-01-01T00:00:00.000Z"),
        ("Z3 the far future", "\"9999-12-31T23:59:59Z\"", "9999-12-31T23:59:59.000Z"),
    ] {
        assert_eq!(of(time), expected, "{number}: {time}");
    }
}

#[test]
fn z1_a_record_without_a_time_is_a_reject_of_its_log_source() {
    let read = read(&lines(&[record(1).replace("eventTime", "event_time"), record(2)]));
    assert_eq!(read.outcome(), "1 mapped, 1 no_time");
    assert_eq!(read.rejects[0].log_source.map(|name| name.0), Some("aws_cloudtrail"));
}

#[test]
fn i1_and_i7_identities_and_addresses_that_are_none() {
    for members in [
        ",\"userIdentity\":null",
        ",\"userIdentity\":\"dana\"",
        ",\"userIdentity\":{\"arn\":\"arn:aws:::\"}",
        ",\"userIdentity\":{\"arn\":\":::::::\",\"principalId\":\":\"}",
        ",\"sourceIPAddress\":\"AWS Internal\"",
        ",\"sourceIPAddress\":\"::ffff:1.2.3.4\"",
        ",\"sourceIPAddress\":\"1.2.3.4, 5.6.7.8\"",
        ",\"sourceIPAddress\":\"fe80::1%eth0\"",
        ",\"sourceIPAddress\":\"1.2.3.4:443\"",
        ",\"sourceIPAddress\":\"é.example\"",
        ",\"recipientAccountId\":11122223333",
    ] {
        assert_eq!(read(record_with(1, members).as_bytes()).outcome(), "1 mapped", "{members}");
    }
}

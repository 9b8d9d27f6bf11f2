//! Wrappers of transports and exports: what stands in them comes out as if it stood alone, four deep; what cannot be opened is a reject
//! that keeps its bytes. Every log source's samples take part, since no wrapper knows what it wraps.

use std::io::Write;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use event::Reason;
use serde_json::{Value, json};
use tests::reading::{gzip, read, read_with, record};

fn base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

/// `raw_data` of what comes out, and what the run came to.
fn opened(document: &Value) -> (Vec<String>, String) {
    let read = read(document.to_string().as_bytes());
    (read.raw_data(), read.outcome())
}

/// Every way to wrap two records, by its name.
fn wrappers(a: &str, b: &str) -> Vec<(&'static str, Value)> {
    let (x, y): (Value, Value) = (serde_json::from_str(a).unwrap(), serde_json::from_str(b).unwrap());
    let text = |value: &Value| value.to_string();
    let both = json!({"Records": [x, y]});
    let lines = format!("{a}\n{b}");
    let logs = json!({"messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": "trail", "logStream": "s",
        "subscriptionFilters": ["all"], "logEvents": [{"id": "1", "timestamp": 1, "message": a}, {"id": "2", "timestamp": 2, "message": b}]});
    let sns =
        json!({"Type": "Notification", "MessageId": "m", "TopicArn": "arn:aws:sns:eu-central-1:111122223333:t", "Message": text(&both)});
    vec![
        ("list", json!([x, y])),
        ("trail object", both.clone()),
        ("event hub", json!({"records": [x, y]})),
        (
            "value of az and Graph",
            json!({"@odata.context": "https://graph.microsoft.com/v1.0/$metadata", "value": [x, y], "nextLink": "n"}),
        ),
        ("entries of Cloud Logging", json!({"entries": [x, y], "nextPageToken": "t"})),
        ("items of the Reports API", json!({"kind": "admin#reports#activities", "items": [x, y]})),
        ("event hook of Okta", json!({"eventType": "com.okta.event_hook", "eventId": "1", "data": {"events": [x, y]}})),
        (
            "EventBridge",
            json!([{"version": "0", "id": "1", "detail-type": "t", "source": "aws.ec2", "detail": x}, {"detail-type": "t", "detail": y}]),
        ),
        ("data around", json!([{"data": x}, {"data": y}])),
        (
            "Pub/Sub push",
            json!({"message": {"data": base64(lines.as_bytes()), "messageId": "1", "attributes": {}}, "subscription": "projects/p/subscriptions/s"}),
        ),
        (
            "Pub/Sub pull",
            json!({"receivedMessages": [{"ackId": "1", "message": {"data": base64(a.as_bytes())}}, {"ackId": "2", "message": {"data": base64(b.as_bytes())}}]}),
        ),
        (
            "Pub/Sub pull of gcloud",
            json!([{"ackId": "1", "message": {"data": base64(a.as_bytes())}}, {"ackId": "2", "message": {"data": base64(b.as_bytes())}}]),
        ),
        ("CloudWatch Logs", logs.clone()),
        ("CloudWatch Logs for a function", json!({"awslogs": {"data": base64(&gzip(text(&logs).as_bytes()))}})),
        (
            "CloudWatch Logs by Kinesis",
            json!({"Records": [{"eventSource": "aws:kinesis", "kinesis": {"data": base64(&gzip(text(&logs).as_bytes()))}}]}),
        ),
        (
            "Firehose",
            json!({"invocationId": "i", "records": [{"recordId": "1", "data": base64(a.as_bytes())}, {"recordId": "2", "data": base64(b.as_bytes())}]}),
        ),
        ("filter-log-events", json!({"events": [{"logStreamName": "s", "message": a}, {"logStreamName": "s", "message": b}]})),
        ("SNS", sns.clone()),
        ("SNS for a function", json!({"Records": [{"EventSource": "aws:sns", "Sns": {"Type": "Notification", "Message": text(&both)}}]})),
        (
            "SQS for a function",
            json!({"Records": [{"messageId": "1", "eventSource": "aws:sqs", "body": a}, {"messageId": "2", "eventSource": "aws:sqs", "body": b}]}),
        ),
        ("SQS by the command line", json!({"Messages": [{"MessageId": "1", "Body": a}, {"MessageId": "2", "Body": b}]})),
        ("SNS in SQS", json!({"Records": [{"messageId": "1", "eventSource": "aws:sqs", "body": text(&sns)}]})),
        ("SQS with base64 of gzip", json!({"Messages": [{"Body": base64(&gzip(lines.as_bytes()))}]})),
        (
            "lookup-events",
            json!({"Events": [{"EventId": "1", "EventName": "n", "CloudTrailEvent": a}, {"EventId": "2", "CloudTrailEvent": b}]}),
        ),
        ("rows of lookup-events", json!([{"EventId": "1", "CloudTrailEvent": a}, {"EventId": "2", "CloudTrailEvent": b}])),
        ("CloudTrail Lake", json!([{"eventJson": a}, {"eventJson": b}])),
        ("Elastic, message", json!([{"@timestamp": "t", "message": a}, {"@timestamp": "t", "message": b}])),
        ("Elastic, event.original", json!([{"@timestamp": "t", "event": {"original": a}}, {"@timestamp": "t", "event.original": b}])),
        (
            "Elastic, a search",
            json!({"took": 1, "hits": {"total": 2, "hits": [{"_index": "i", "_source": {"event": {"original": a}}}, {"_source": {"message": b}}]}}),
        ),
        ("Splunk export", json!([{"preview": false, "result": {"_raw": a, "_time": "t"}}, {"preview": false, "result": {"_raw": b}}])),
        ("Splunk search", json!({"results": [{"_raw": a}, {"_raw": b}]})),
        ("Splunk HEC", json!([{"sourcetype": "s", "event": x}, {"sourcetype": "s", "event": b}])),
        ("raw of a shipper", json!([{"_raw": a}, {"_raw": b}])),
        ("white space and escapes", json!({"Messages": [{"Body": format!("\n\t {a} ")}, {"Body": format!(" {b}\r\n")}]})),
    ]
}

#[test]
fn whatever_wraps_them_the_records_are_the_same() {
    let (a, b) = (record(1), record(2));
    let mut wrong = Vec::new();
    for (name, document) in wrappers(&a, &b) {
        let (mut raw, outcome) = opened(&document);
        raw.sort();
        // Objects inside were written anew by this test, in another order of keys.
        let same = |is: &str, should: &str| serde_json::from_str::<Value>(is).unwrap() == serde_json::from_str::<Value>(should).unwrap();
        let both = raw.len() == 2 && raw.iter().any(|is| same(is, &a)) && raw.iter().any(|is| same(is, &b));
        if outcome != "2 mapped" || !both {
            wrong.push(format!("{name}: {outcome} {raw:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What stands in a string keeps its bytes, spaces and all.
#[test]
fn raw_data_is_what_stood_in_the_string() {
    let pretty = serde_json::to_string_pretty(&serde_json::from_str::<Value>(&record(1)).unwrap()).unwrap();
    let (raw, outcome) = opened(&json!({"Messages": [{"Body": pretty}]}));
    assert_eq!((raw, outcome.as_str()), (vec![pretty], "1 mapped"));
}

#[test]
fn every_sample_of_every_log_source_comes_out_of_a_string() {
    let folder = tests::root().join("normalize/logsources");
    let samples = tests::files_under(&folder);
    let raw = samples.iter().filter(|file| file.parent().is_some_and(|parent| parent.ends_with("samples/raw")));
    let mut normalizer = tests::normalizer(&tests::everything());
    let mut read = |bytes: &[u8]| read_with(&mut normalizer, bytes);
    let mut compared = 0;
    for file in raw.filter(|file| file.extension().is_some_and(|extension| extension == "ndjson")) {
        for line in tests::text(file).lines() {
            let plain = read(line.as_bytes());
            // What is no record of a log source by itself is opened once more, and says less of itself then.
            if plain.tally.mapped == 0 || serde_json::from_str::<Value>(line).is_err() {
                continue;
            }
            let within = read(json!({"Messages": [{"Body": base64(&gzip(line.as_bytes()))}]}).to_string().as_bytes());
            assert_eq!(within.outcome(), plain.outcome(), "{}: {line}", file.display());
            assert_eq!(within.raw_data(), plain.raw_data(), "{}: {line}", file.display());
            let keys = |read: &tests::reading::Read| read.batches.iter().flat_map(|batch| batch.keys.clone()).collect::<Vec<_>>();
            assert_eq!(keys(&within), keys(&plain), "{}: {line}", file.display());
            compared += 1;
        }
    }
    assert!(compared > 100, "{compared}");
}

/// Puts a text into so many wrappers.
fn deep(text: &str, times: usize, wrap: impl Fn(&str) -> Value) -> String {
    (0..times).fold(text.to_owned(), |text, _| wrap(&text).to_string())
}

#[test]
fn four_deep_and_no_deeper() {
    type Wrap = fn(&str) -> Value;
    let ways: [(&str, Wrap); 4] = [
        ("string", |text| json!({ "body": text })),
        ("base64", |text| json!({"awslogs": {"data": base64(text.as_bytes())}})),
        ("base64 of gzip", |text| json!({"awslogs": {"data": base64(&gzip(text.as_bytes()))}})),
        ("object", |text| json!({"detail": serde_json::from_str::<Value>(text).unwrap()})),
    ];
    for (name, wrap) in ways {
        for times in 0..=4 {
            assert_eq!(read(deep(&record(1), times, wrap).as_bytes()).outcome(), "1 mapped", "{name} {times} deep");
        }
        for times in [5, 6, 9] {
            let read = read(deep(&record(1), times, wrap).as_bytes());
            assert_eq!(read.outcome(), "1 wrapper_depth", "{name} {times} deep");
            assert!(!read.rejects[0].bytes.is_empty());
        }
    }
    let twenty = deep(&record(1), 20, |text| json!({"detail": serde_json::from_str::<Value>(text).unwrap()}));
    assert_eq!(read(twenty.as_bytes()).outcome(), "1 wrapper_depth");
}

#[test]
fn what_cannot_be_opened_is_a_reject_that_keeps_its_bytes() {
    let half = gzip(record(1).as_bytes());
    let half = &half[..half.len() / 2];
    for (name, data, reason) in [
        ("no base64", "!!!!".to_owned(), Reason::Wrapped),
        ("base64 of words", base64(b"hello, world"), Reason::Wrapped),
        ("base64 of nothing", String::new(), Reason::Wrapped),
        ("cut gzip", base64(half), Reason::Wrapped),
        ("gzip of words", base64(&gzip(b"hello")), Reason::Wrapped),
        ("broken JSON", base64(b"{\"eventName\":"), Reason::NotJson),
        ("JSON that is no record", base64(b"{\"a\":1}"), Reason::NotRecognised),
    ] {
        let document = json!([{"awslogs": {"data": data}}, serde_json::from_str::<Value>(&record(2)).unwrap()]);
        let read = read(document.to_string().as_bytes());
        assert_eq!(read.tally.mapped, 1, "{name}: its neighbour lives");
        assert_eq!(read.tally.reasons.keys().copied().collect::<Vec<_>>(), [reason], "{name}: {}", read.outcome());
        assert_eq!(read.rejects.len(), 1);
        assert!(!read.rejects[0].bytes.is_empty(), "{name}");
    }
    let url_safe = json!({"awslogs": {"data": BASE64_URL_SAFE_NO_PAD.encode(record(1))}});
    assert_eq!(opened(&url_safe).1, "1 mapped", "base64 for addresses, without padding");
}

#[test]
fn a_bomb_is_a_reject() {
    let bomb = base64(&gzip(&vec![b' '; 200 * 1024 * 1024]));
    let document = json!([{"awslogs": {"data": bomb}}, serde_json::from_str::<Value>(&record(2)).unwrap()]);
    assert_eq!(opened(&document).1, "1 mapped, 1 too_large");
    // Many that would fit one by one do not fit together.
    let mut small = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    small.write_all(format!("[{}]", " ".repeat(30 * 1024 * 1024)).as_bytes()).unwrap();
    let large = base64(&small.finish().unwrap());
    let many: Vec<Value> = (0..4).map(|_| json!({"awslogs": {"data": large}})).collect();
    assert_eq!(opened(&json!(many)).1, "2 too_large");
}

#[test]
fn what_holds_no_events_is_counted_as_such() {
    let notification = json!({"Records": [{"eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "us-east-1",
        "eventTime": "2026-03-01T10:00:00.000Z", "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": "trails"}, "object": {"key": "AWSLogs/a.json.gz", "size": 1}}}]});
    let sns = |message: String| json!({"Type": "Notification", "MessageId": "m", "Message": message});
    for (name, document, outcome) in [
        ("S3", notification.clone(), "1 object notification skipped"),
        ("S3 in SNS in SQS", json!({"Records": [{"body": sns(notification.to_string()).to_string()}]}), "1 object notification skipped"),
        ("CloudTrail's own", sns(json!({"s3Bucket": "b", "s3ObjectKey": ["k"]}).to_string()), "1 object notification skipped"),
        (
            "S3 by EventBridge",
            json!({"version": "0", "detail-type": "Object Created", "source": "aws.s3", "detail": {"bucket": {"name": "b"}, "object": {"key": "k"}}}),
            "1 object notification skipped",
        ),
        ("test of S3", json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}), "1 test message skipped"),
        (
            "CloudWatch",
            json!({"messageType": "CONTROL_MESSAGE", "logEvents": [{"id": "", "timestamp": 1, "message": "CWL CONTROL MESSAGE"}]}),
            "1 test message skipped",
        ),
        (
            "SNS asks",
            json!({"Type": "SubscriptionConfirmation", "Token": "t", "Message": "You have chosen to subscribe"}),
            "1 subscription message skipped",
        ),
        ("digest", json!({"awsAccountId": "111122223333", "digestS3Object": "k", "logFiles": []}), "1 CloudTrail digest skipped"),
        ("no records", json!({"Records": []}), "nothing"),
        ("null for records", json!({"Records": null}), "nothing"),
        ("no events", json!({"value": []}), "nothing"),
    ] {
        assert_eq!(opened(&document).1, outcome, "{name}");
    }
}

#[test]
fn what_is_known_and_not_read_is_said_once_with_a_count() {
    let flow = json!({"version": 2, "account-id": "1", "srcaddr": "10.0.0.1", "dstaddr": "10.0.0.2", "action": "ACCEPT"});
    let read = read(json!(vec![flow; 400]).to_string().as_bytes());
    assert_eq!(read.outcome(), "400 not_read");
    assert_eq!(read.tally.not_read.iter().collect::<Vec<_>>(), [(&"a VPC flow log", &400)]);
}

/// No record fits two log sources, whatever order they are tried in.
#[test]
fn each_sample_fits_one_log_source() {
    use event::{LogSourceName, Wanted};
    use normalize::{Normalizer, logsources};
    let folder = tests::root().join("normalize/logsources");
    for source in logsources::ALL {
        let wanted: std::collections::BTreeMap<LogSourceName, Wanted> = [(source.name, Wanted::default())].into();
        let mut alone = Normalizer::new(&[source], &wanted);
        for file in
            tests::files_under(&folder).into_iter().filter(|file| file.parent().is_some_and(|parent| parent.ends_with("samples/raw")))
        {
            let own = file.starts_with(folder.join(source.name.0));
            if own {
                continue;
            }
            tests::read_file(&file, "a sample", &mut alone, &mut |normalized| {
                assert_eq!(normalized.tally.mapped, 0, "{} takes records of {}", source.name, file.display());
            });
        }
    }
}

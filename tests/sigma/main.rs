//! Sigma 2.1, case by case: every modifier, escape and rule of the specification, on real normalised records. A case is a selection, a
//! record's request parameters, and whether they match.

use std::collections::BTreeMap;

use correlate::{Detector, Lists, RuleSet, SigmaFile};
use event::{Delta, Document, RawBatch};
use normalize::{Normalizer, logsources};
use tests::tables;

fn lists() -> Lists {
    Lists::from([("admins".to_owned(), vec!["root".to_owned(), "ana*".to_owned()])])
}

/// Whether the detection section matches a record with these request parameters.
fn matches(detection: &str, parameters: &str) -> bool {
    let indented: String = detection.lines().map(|line| format!("    {line}\n")).collect();
    let rule = format!(
        "title: t\nid: 11111111-2222-4333-8444-555555555555\nlogsource: {{product: aws, service: cloudtrail}}\ndetection:\n{indented}"
    );
    let file = SigmaFile { name: "case.yml".into(), text: rule.as_str().into() };
    let rules = RuleSet::compile(&[file], &tables(), &lists()).unwrap_or_else(|errors| panic!("{}\n{rule}", errors[0]));
    let record = format!(
        r#"{{"eventVersion":"1.11","eventTime":"2026-03-01T23:59:58Z","eventSource":"ec2.amazonaws.com","eventName":"RunInstances","eventType":"AwsApiCall","eventID":"e-1","a.b":"literal","requestParameters":{parameters}}}"#
    );
    let mut bytes = record.clone().into_bytes();
    let end = bytes.len() as u32;
    bytes.resize(bytes.len() + event::batch::PADDING, b' ');
    let raw = RawBatch {
        bytes,
        documents: vec![Document { range: 0..end, delta: 0, shift: 0 }],
        deltas: vec![Delta { partition: "case".into(), from: 0, to: end.into() }],
        ..RawBatch::default()
    };
    let wanted: BTreeMap<_, _> = logsources::ALL.iter().map(|source| (source.name, rules.wanted(source.name))).collect();
    let normalized = Normalizer::new(logsources::ALL, &wanted).normalize(raw);
    assert_eq!(normalized.tally.mapped, 1, "{record}: {:?}", normalized.rejects);
    let mut detector = Detector::new(&rules);
    normalized.batches.iter().any(|batch| !detector.detect(batch).detections.is_empty())
}

fn check(selection: &str, parameters: &str, expected: bool) {
    let indented: String = selection.lines().map(|line| format!("    {line}\n")).collect();
    let detection = format!("s:\n{indented}condition: s");
    assert_eq!(matches(&detection, parameters), expected, "{selection}\n{parameters}");
}

fn yes(selection: &str, parameters: &str) {
    check(selection, parameters, true);
}

fn no(selection: &str, parameters: &str) {
    check(selection, parameters, false);
}

#[test]
fn values() {
    yes("requestParameters.u: ana", r#"{"u":"Ana"}"#);
    no("requestParameters.u: ana", r#"{"u":"ana2"}"#);
    yes("requestParameters.u: [bob, ana]", r#"{"u":"ANA"}"#);
    yes("requestParameters.u: 5", r#"{"u":5}"#);
    yes("requestParameters.u: 5", r#"{"u":"5"}"#);
    yes("requestParameters.u: 5", r#"{"u":5.0}"#);
    yes("requestParameters.u: '5'", r#"{"u":5}"#);
    no("requestParameters.u: '5'", r#"{"u":5.0}"#);
    yes("requestParameters.u: true", r#"{"u":true}"#);
    yes("requestParameters.u: true", r#"{"u":"True"}"#);
    yes("requestParameters.u: 'true'", r#"{"u":true}"#);
    no("requestParameters.u: 'true'", r#"{"u":false}"#);
    yes("requestParameters.u: ''", r#"{"u":""}"#);
    no("requestParameters.u: ''", r#"{}"#);
    yes("requestParameters.u: 99999999999999999999", r#"{"u":99999999999999999999}"#);
    yes("requestParameters.u: straße", r#"{"u":"STRAßE"}"#);
    yes("requestParameters.u: ÄRGER", r#"{"u":"ärger"}"#);
    yes("requestParameters.u: 'q\"\u{e9}\\n'", r#"{"u":"Q\"\u00e9\\N"}"#);
}

#[test]
fn null_and_exists() {
    yes("requestParameters.u: null", "{}");
    yes("requestParameters.u: null", r#"{"u":null}"#);
    no("requestParameters.u: null", r#"{"u":""}"#);
    yes("requestParameters.u: []", "{}");
    yes("requestParameters.u: [null, x]", "{}");
    yes("requestParameters.u: [null, x]", r#"{"u":"x"}"#);
    yes("requestParameters.u|exists: true", r#"{"u":null}"#);
    yes("requestParameters.u|exists: true", r#"{"u":[]}"#);
    no("requestParameters.u|exists: true", "{}");
    yes("requestParameters.u|exists: false", "{}");
    yes("requestParameters.l.u|exists: true", r#"{"l":[{"x":1},{"u":2}]}"#);
}

#[test]
fn wildcards_and_escapes() {
    for (written, value, expected) in [
        ("a*b", "aXXb", true),
        (r"a\*b", "a*b", true),
        (r"a\*b", "axb", false),
        (r"a\\*b", r"a\\xb", true),
        (r"a\\\*b", r"a\\*b", true),
        (r"a\?b", "a?b", true),
        ("a?b", "axb", true),
        ("a?b", "ab", false),
        (r"a\b", r"a\\b", true),
        (r"\\\\srv", r"\\\\srv", true),
    ] {
        check(&format!("requestParameters.u: '{written}'"), &format!("{{\"u\":\"{value}\"}}"), expected);
    }
}

#[test]
fn text_modifiers() {
    yes("requestParameters.u|contains: na", r#"{"u":"Ana"}"#);
    yes("requestParameters.u|contains: ''", r#"{"u":"x"}"#);
    no("requestParameters.u|contains: ''", "{}");
    yes("requestParameters.u|startswith: AN", r#"{"u":"ana"}"#);
    no("requestParameters.u|startswith: na", r#"{"u":"ana"}"#);
    yes("requestParameters.u|startswith: 'a*'", r#"{"u":"axx"}"#);
    yes("requestParameters.u|endswith: A", r#"{"u":"ana"}"#);
    yes("requestParameters.u|contains|all: [an, na]", r#"{"u":"ana"}"#);
    no("requestParameters.u|contains|all: [an, x]", r#"{"u":"ana"}"#);
    yes("requestParameters.u|contains: 5", r#"{"u":"x5y"}"#);
    yes("requestParameters.u|cased: Ana", r#"{"u":"Ana"}"#);
    no("requestParameters.u|cased: ana", r#"{"u":"Ana"}"#);
    no("requestParameters.u|contains|cased: NA", r#"{"u":"Ana"}"#);
    yes("requestParameters.u|neq: x", r#"{"u":"y"}"#);
    yes("requestParameters.u|neq: x", "{}");
    no("requestParameters.u|neq: [x, y]", r#"{"u":"y"}"#);
    yes("requestParameters.u|contains|all|neq: [a, b]", r#"{"u":"a"}"#);
    no("requestParameters.u|contains|all|neq: [a, b]", r#"{"u":"ab"}"#);
}

#[test]
fn regular_expressions() {
    yes("requestParameters.u|re: '^a.c$'", r#"{"u":"abc"}"#);
    no("requestParameters.u|re: '^A.c$'", r#"{"u":"abc"}"#);
    yes("requestParameters.u|re|i: '^A.c$'", r#"{"u":"abc"}"#);
    yes("requestParameters.u|re: 'b'", r#"{"u":"abc"}"#);
    yes("requestParameters.u|re|m: '^b'", r#"{"u":"a\nb"}"#);
    no("requestParameters.u|re: '^b'", r#"{"u":"a\nb"}"#);
    yes("requestParameters.u|re|s: 'a.b'", r#"{"u":"a\nb"}"#);
    yes("requestParameters.u|re: ['x', 'b']", r#"{"u":"abc"}"#);
    no("requestParameters.u|re|all: ['x', 'b']", r#"{"u":"abc"}"#);
    yes("requestParameters.u|re: '^\\d+$'", r#"{"u":42}"#);
}

#[test]
fn networks() {
    yes("requestParameters.u|cidr: 10.0.0.0/8", r#"{"u":"10.1.2.3"}"#);
    no("requestParameters.u|cidr: 10.0.0.0/8", r#"{"u":"11.1.2.3"}"#);
    yes("requestParameters.u|cidr: 10.1.2.3/8", r#"{"u":"10.9.9.9"}"#);
    yes("requestParameters.u|cidr: 2001:db8::/32", r#"{"u":"2001:db8::1"}"#);
    yes("requestParameters.u|cidr: 10.0.0.0/8", r#"{"u":"::ffff:10.1.2.3"}"#);
    no("requestParameters.u|cidr: 10.0.0.0/8", r#"{"u":"ec2.amazonaws.com"}"#);
    yes("requestParameters.u|cidr: [192.0.2.0/24, 10.0.0.0/8]", r#"{"u":"10.1.2.3"}"#);
}

#[test]
fn numbers_and_times() {
    yes("requestParameters.u|gt: 3600", r#"{"u":3601}"#);
    no("requestParameters.u|gt: 3600", r#"{"u":3600}"#);
    yes("requestParameters.u|gte: 3600", r#"{"u":"3600"}"#);
    yes("requestParameters.u|lt: 1.5", r#"{"u":1.25}"#);
    no("requestParameters.u|lte: 1", r#"{"u":"one"}"#);
    no("requestParameters.u|lt: 1", "{}");
    yes("requestParameters.u|gt: 18446744073709551615", r#"{"u":18446744073709551616}"#);
    yes("eventTime|hour|gte: 22", "{}");
    yes("eventTime|hour: 23", "{}");
    no("eventTime|hour: 22", "{}");
    yes("eventTime|minute: 59", "{}");
    yes("eventTime|day: 1", "{}");
    yes("eventTime|month: 3", "{}");
    yes("eventTime|year|lt: 2027", "{}");
    yes("eventTime|week: 9", "{}");
}

#[test]
fn encodings() {
    yes("requestParameters.u|base64: foo", r#"{"u":"Zm9v"}"#);
    for value in ["xxZm9vxx", "xZvbx", "mb2"] {
        yes("requestParameters.u|base64offset|contains: foo", &format!("{{\"u\":\"{value}\"}}"));
    }
    for value in ["YQBiA", "EAYg", "hAGIA"] {
        yes("requestParameters.u|wide|base64offset|contains: ab", &format!("{{\"u\":\"..{value}..\"}}"));
        yes("requestParameters.u|utf16le|base64offset|contains: ab", &format!("{{\"u\":\"..{value}..\"}}"));
    }
    yes("requestParameters.u|utf16|base64: ab", r#"{"u":"//5hAGIA"}"#);
    yes("requestParameters.u|utf16be|base64: ab", r#"{"u":"AGEAYg=="}"#);
    for dash in ["-", "/", "\u{2013}", "\u{2014}", "\u{2015}"] {
        yes("requestParameters.u|windash|contains: ' -a '", &format!("{{\"u\":\"cmd {dash}a x\"}}"));
    }
    yes("requestParameters.u|windash: '-a-b'", r#"{"u":"/a-b"}"#);
    no("requestParameters.u|windash: '-a-b'", r#"{"u":"/a/b"}"#);
}

#[test]
fn placeholders_and_other_fields() {
    yes("requestParameters.u|expand: '%admins%'", r#"{"u":"root"}"#);
    yes("requestParameters.u|expand: 'x-%admins%'", r#"{"u":"x-ana*"}"#);
    no("requestParameters.u|expand: '%admins%'", r#"{"u":"anabel"}"#);
    yes(r"requestParameters.u|expand: '5\%'", r#"{"u":"5%"}"#);
    yes("requestParameters.u|fieldref: requestParameters.v", r#"{"u":"a","v":"A"}"#);
    no("requestParameters.u|fieldref: requestParameters.v", r#"{"u":"a","v":"b"}"#);
    no("requestParameters.u|fieldref: requestParameters.v", r#"{"u":"a"}"#);
    yes("requestParameters.u|fieldref|startswith: requestParameters.v", r#"{"u":"abc","v":"ab"}"#);
    yes("requestParameters.u|fieldref|contains: requestParameters.v", r#"{"u":"abc","v":"b"}"#);
    yes("requestParameters.u|fieldref|neq: requestParameters.v", r#"{"u":"abc","v":"b"}"#);
}

#[test]
fn lists_and_objects() {
    yes("requestParameters.l: b", r#"{"l":["a","b"]}"#);
    yes("requestParameters.l|all: [a, b]", r#"{"l":["a","b"]}"#);
    yes("requestParameters.l.n: b", r#"{"l":[{"n":"a"},{"n":["x","b"]}]}"#);
    yes("requestParameters|contains: '\"n\":\"b\"'", r#"{ "n" : "b" }"#);
    yes("requestParameters|contains: 's3:GetObject'", r#"{"policy":"{\"Action\":\"s3:GetObject\"}"}"#);
    yes("requestParameters|contains: '\"s3:GetObject\"'", r#"{"policy":"{\"Action\":\"s3:GetObject\"}"}"#);
    no("requestParameters|contains: nothing", r#"{"a":"b"}"#);
    yes("requestParameters.l|contains: '*'", r#"{"l":["a"]}"#);
    no("requestParameters.l|contains: '*'", "{}");
    yes("requestParameters.l: null", r#"{"l":[1,null]}"#);
}

#[test]
fn names_of_fields() {
    yes("requestParameters.userName: a", r#"{"USERNAME":"a"}"#);
    yes("REQUESTPARAMETERS.username: a", r#"{"userName":"a"}"#);
    yes("requestParameters.userName: a", r#"{"userName":"a","USERNAME":"b"}"#);
    no("requestParameters.userName: b", r#"{"USERNAME":"b","userName":"a"}"#);
    yes("requestParameters.u: second", r#"{"u":"first","u":"second"}"#);
    no("requestParameters.u: first", r#"{"u":"first","u":"second"}"#);
    yes("requestParameters.x.y: literal", r#"{"x":{"y":"descent"},"x.y":"literal"}"#);
    no("requestParameters.x.y: descent", r#"{"x":{"y":"descent"},"x.y":"literal"}"#);
    yes("a.b: literal", "{}");
    yes("requestParameters.name: a", r#"{"n\u0061me":"a"}"#);
    yes("'requestParameters.two words': a", r#"{"two words":"a"}"#);
    yes("api.operation: RunInstances", "{}");
}

/// Paths that differ in case only have answers of their own: no rule changes what another one sees.
#[test]
fn two_spellings_of_one_field() {
    let both = "s:\n    requestParameters.ab: x\n    requestParameters.AB: y\ncondition: s";
    assert!(matches(both, r#"{"ab":"x","AB":"y"}"#));
    assert!(matches(both, r#"{"AB":"y","ab":"x"}"#));
    assert!(!matches(both, r#"{"ab":"x"}"#));
    assert!(matches("s:\n    requestParameters.ab: x\n    requestParameters.AB: x\ncondition: s", r#"{"Ab":"x"}"#));
}

#[test]
fn keywords() {
    assert!(matches("k: [runinstances]\ncondition: k", "{}"));
    assert!(matches("k: [nothing, 'ec2*com']\ncondition: k", "{}"));
    assert!(!matches("k: [nothing]\ncondition: k", "{}"));
    assert!(matches("k:\n    '|all': [runinstances, hello]\ncondition: k", r#"{"u":"hello"}"#));
    assert!(!matches("k:\n    '|all': [runinstances, hullo]\ncondition: k", r#"{"u":"hello"}"#));
    assert!(matches("k:\n    '|re': 'Run[A-Z]'\ncondition: k", "{}"));
    assert!(matches("k: tab\tbed\ncondition: k", r#"{"u":"tab\tbed"}"#));
}

#[test]
fn conditions() {
    let detection = |condition: &str| {
        format!(
            "sel_a:\n    eventName: RunInstances\nsel_b:\n    eventName: Other\nfilter:\n    requestParameters.u: x\n_hidden:\n    eventName: Nothing\ncondition: {condition}"
        )
    };
    for (condition, parameters, expected) in [
        ("sel_a", "{}", true),
        ("sel_a and sel_b", "{}", false),
        ("sel_a or sel_b", "{}", true),
        ("sel_a and not filter", "{}", true),
        ("sel_a and not filter", r#"{"u":"x"}"#, false),
        ("sel_a and not filter or sel_b", r#"{"u":"x"}"#, false),
        ("not not sel_a", "{}", true),
        ("1 of sel_*", "{}", true),
        ("any of sel_*", "{}", true),
        ("all of sel_*", "{}", false),
        ("1 of them", "{}", true),
        ("all of them", r#"{"u":"x"}"#, false),
        ("1 of _*", "{}", false),
        ("(sel_a or sel_b) and (filter or not filter)", "{}", true),
        ("[sel_b, sel_a]", "{}", true),
    ] {
        assert_eq!(matches(&detection(condition), parameters), expected, "{condition} {parameters}");
    }
}

#[test]
fn selections_that_are_lists() {
    yes("- eventName: Other\n- requestParameters.u: x", r#"{"u":"x"}"#);
    no("- eventName: Other\n- requestParameters.u: x", "{}");
    yes("- eventName: RunInstances\n  requestParameters.u: x\n- eventName: Other", r#"{"u":"x"}"#);
}

#[test]
fn collections_and_filters() {
    let compile = |text: &str| {
        let file = SigmaFile { name: "collection.yml".into(), text: text.into() };
        RuleSet::compile(&[file], &tables(), &Lists::new())
    };
    let collection = "action: global\ntitle: g\nlogsource: {product: aws, service: cloudtrail}\n---\nid: 11111111-2222-4333-8444-555555555551\ndetection:\n    s: {eventName: A}\n    condition: s\n---\naction: repeat\nid: 11111111-2222-4333-8444-555555555552\ndetection:\n    s: {eventName: B}\n";
    let set = compile(collection).unwrap();
    assert_eq!(set.rules.len(), 2);
    assert!(set.rules.iter().all(|rule| rule.card.title == "g"));
    let filtered = "title: r\nid: 11111111-2222-4333-8444-555555555551\nname: the_rule\nlogsource: {product: aws, service: cloudtrail}\ndetection:\n    s: {eventName: A}\n    condition: s\n---\ntitle: f\nlogsource: {product: aws, service: cloudtrail}\nfilter:\n    rules: [the_rule]\n    admins: {userIdentity.userName: root}\n    condition: not admins\n";
    let set = compile(filtered).unwrap();
    assert_eq!(set.rules.len(), 1);
    assert_eq!(set.wanted(logsources::ALL[0].name).when[0].paths.len(), 2, "the filter's path is wanted with the operation");
    let wrong = filtered.replace("[the_rule]", "[no_rule]");
    assert!(compile(&wrong).unwrap_err()[0].to_string().contains("no rule has the id or name `no_rule`"));
}

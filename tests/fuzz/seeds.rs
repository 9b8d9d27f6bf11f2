//! What the fuzzer begins with: what archives hold, and every way in which they were seen to be damaged.

use tests::reading::{gzip, record, record_with, wrapped, zstd};

/// Texts: documents of JSON, sound and not.
pub fn texts() -> Vec<Vec<u8>> {
    let (a, b) = (record(1), record(2));
    let mut seeds: Vec<Vec<u8>> = vec![
        a.clone().into(),
        wrapped(&[&a, &b]).into(),
        format!("{a}\n{b}\n").into(),
        format!("{a}{b}").into(),
        format!("\u{feff}{a}\r\n\r\n{b}\r\n").into(),
        format!("[{a},\n{b}]").into(),
        format!("{{\"Records\":[{a},{{\"eventVersion\":\"1.").into(),
        format!("{{\"Records\":[{a},17,null,\"x\",[],{{}},{b}]}}").into(),
        format!("{{\"version\":\"0\",\"id\":\"1\",\"detail-type\":\"AWS API Call via CloudTrail\",\"detail\":{a}}}").into(),
        record_with(1, ",\"awsRegion\":\"x\",\"aws\\u0052egion\":\"y\",\"AWSREGION\":\"z\"").into(),
        record_with(1, ",\"userIdentity.type\":\"x\",\"a\":{\"b\":[{\"c\":1},{\"c\":[2,{\"c\":3}]}]}").into(),
        record_with(1, ",\"n\":[1e400,-0,18446744073709551616,123456789012345678901234567890.5e-10,0.1]").into(),
        record_with(1, ",\"s\":\"\\ud800\\udc00\\ud800\\\\\\\"\\u0000\\/\"").into(),
        record(1).replace("aws-cli/2.31.4", "\\\\\\\"}],{[\\u007b").into(),
        b"{\"Records\":null}".to_vec(),
        b"{\"digestS3Object\":\"x\",\"awsAccountId\":\"1\"}".to_vec(),
        b"{\"a\":\"\xff\xfe\"}\n\0\n{}{}[[]]\n7\n\"x\"\n".to_vec(),
        format!("{}{}", "{\"a\":".repeat(130), "}".repeat(130)).into(),
        "[".repeat(10_000).into(),
    ];
    seeds.push("{\"a\":".repeat(10_000).into());
    seeds
}

/// Records of every log source, plain and in wrappers within wrappers.
pub fn wrapped_records() -> Vec<Vec<u8>> {
    use base64::Engine;
    use serde_json::{Value, json};
    let base64 = |bytes: &[u8]| base64::prelude::BASE64_STANDARD.encode(bytes);
    let mut seeds = Vec::new();
    for source in normalize::logsources::ALL {
        let folder = tests::root().join(format!("normalize/logsources/{}/samples/raw", source.name));
        for (n, file) in tests::files_under(&folder).iter().enumerate() {
            let text = tests::text(file);
            let Some(line) = text.lines().find(|line| serde_json::from_str::<Value>(line).is_ok()) else { continue };
            seeds.push(line.as_bytes().to_vec());
            let wrapped = match n % 5 {
                0 => json!({"awslogs": {"data": base64(&gzip(line.as_bytes()))}}),
                1 => json!({"Records": [{"body": json!({"Type": "Notification", "Message": line}).to_string()}]}),
                2 => json!({"message": {"data": base64(line.as_bytes())}}),
                3 => json!({"value": [serde_json::from_str::<Value>(line).expect("looked at above"), {"event": {"original": line}}]}),
                _ => json!({"messageType": "DATA_MESSAGE", "logEvents": [{"message": line}, {"message": "no record"}]}),
            };
            seeds.push(wrapped.to_string().into_bytes());
        }
    }
    let mut itself = record(1).into_bytes();
    for _ in 0..20 {
        itself = json!({"awslogs": {"data": base64(&gzip(&itself))}}).to_string().into_bytes();
        seeds.push(itself.clone());
    }
    seeds
}

/// Files: texts as they are, packed, and packed badly.
pub fn files() -> Vec<Vec<u8>> {
    let text = format!("{}\n{}\n", record(1), record(2)).into_bytes();
    let packed = gzip(&text);
    let mut wrong_size = packed.clone();
    let end = wrong_size.len();
    wrong_size[end - 4..].copy_from_slice(&u32::MAX.to_le_bytes());
    let mut small_size = packed.clone();
    small_size[end - 4..].copy_from_slice(&3u32.to_le_bytes());
    let mut named = packed.clone();
    // Flags: a name, a comment and a checksum of the header that is wrong.
    named[3] = 0b0001_1010;
    let mut seeds = texts();
    seeds.extend([
        packed.clone(),
        packed[..packed.len() / 2].to_vec(),
        packed[..5].to_vec(),
        wrong_size,
        small_size,
        named,
        [packed.clone(), packed.clone()].concat(),
        [packed.clone(), vec![0; 40]].concat(),
        [packed.clone(), b"more".to_vec()].concat(),
        gzip(&packed),
        zstd(&text),
        zstd(&text)[..60].to_vec(),
        [b"\x50\x2a\x4d\x18\x04\0\0\0skip".to_vec(), zstd(&text)].concat(),
        b"\x28\xb5\x2f\xfd\x00\xa8".to_vec(),
    ]);
    seeds
}

/// Rules, sound and not.
pub fn rules() -> Vec<Vec<u8>> {
    let rules = std::fs::read_dir(tests::program::root().join("rules")).expect("it is there").map(|entry| entry.expect("readable").path());
    let mut paths: Vec<_> = rules.filter(|path| path.is_dir()).collect();
    paths.sort();
    let mut seeds: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path.join("rule.yml")).expect("readable")).collect();
    let head = "title: é\nlogsource: {product: aws, service: cloudtrail}\nlevel: high\n";
    for detection in [
        "detection:\n  a:\n    x|re|i: '^(a|b)+$'\n    y|cidr: [10.0.0.0/8, '2001:db8::/32']\n    z|gte: 5\n  condition: a\n",
        "detection:\n  a:\n    - x|wide|base64offset|contains: '/bin/*'\n    - y|windash|contains|all: ['-a -b', '–c']\n  condition: not a\n",
        "detection:\n  k: [one, 'two*', 3]\n  l:\n    x|exists: true\n    y|fieldref|startswith: x\n    z|hour|gt: 20\n  condition: 1 of them or (k and not all of l*)\n",
        "detection:\n  a:\n    x|expand: '%list%\\%'\n    y|cased|endswith: '\\*é?'\n    z: [null, true, 1.5, -3, '']\n  condition: [a, not a]\n",
        "filter:\n  rules: any\n  a: {x: y}\n  condition: not a\n",
        "correlation:\n  type: event_count\n  rules: [a]\n  timespan: 5m\n  condition: {gte: 3}\n",
        "---\naction: global\nlevel: low\n---\naction: repeat\n---\naction: reset\n",
    ] {
        seeds.push(format!("{head}{detection}").into());
    }
    seeds.push(b"a: &a [*a]\n\tb: \xff\n".to_vec());
    seeds
}

//! Published pairs of a raw CloudTrail record and the OCSF event that others made of it (Amazon Security Lake 1.1.0, OCSF's examples
//! 1.1.0 and 1.5.0). Where they name an attribute that 1.8.0 still has, we say the same, or the table says why not.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;

use serde_json::Value;

/// Where we differ: part of the pair's name (empty for all of them), path, and why. A path ends in `*` for all below it.
const EXPLAINED: &[(&str, &str, &str)] = &[
    ("", "metadata.version", "they write the version of their time, we write 1.8.0"),
    ("", "metadata.profiles[]", "they add the profile `datetime`; we write every time once, in milliseconds"),
    ("", "time_dt", "belongs to the profile `datetime`; `time` and `metadata.original_time` say the same"),
    ("", "actor.session.created_time_dt", "belongs to the profile `datetime`; `actor.session.created_time` says the same"),
    ("", "observables[]*", "we write observables into findings, not into every event"),
    (
        "",
        "actor.user.type",
        "1.8.0 wants the caption of type_id in type (User for 1); AWS's word stands in `unmapped`, or as type where type_id is 99",
    ),
    (
        "",
        "metadata.product.feature.name",
        "the record has no eventCategory: they write the name of the whole product's features, we write nothing",
    ),
    ("", "api.request.uid", "the record has no requestID: they write two quotes, we leave the request out"),
    ("UnknownAPI", "activity_name", "with activity 99 the event's own word is more than \"Other\""),
    ("AddroletoInstanceProfile", "activity_id", INSTANCE_PROFILE),
    ("AddroletoInstanceProfile", "activity_name", INSTANCE_PROFILE),
    ("AddroletoInstanceProfile", "category_*", INSTANCE_PROFILE),
    ("AddroletoInstanceProfile", "class_*", INSTANCE_PROFILE),
    ("AddroletoInstanceProfile", "type_*", INSTANCE_PROFILE),
    ("tests_AssumeRole.", "activity_*", "1.8.0 has a better activity than Logon for AssumeRole: Account Switch, Impersonate"),
    ("tests_AssumeRole.", "type_*", "follows the activity"),
    ("tests_AssumeRole", "status", "the record has no error: they write Other, we write Success"),
    (
        "tests_AssumeRole",
        "user.uid",
        "they write the role, we write the role session that was obtained: later calls show it as their actor",
    ),
    (
        "AssumeRoleWithWebIdentity",
        "session.issuer",
        "they write the identity provider, which stands in actor.idp.name; we write the role, as for all role sessions",
    ),
    ("v1.5.0/CloudTrail/Account Change", "api.response.data", "an empty text is the same as none"),
    ("v1.5.0/CloudTrail/Account Change", "src_endpoint.uid", "an empty text is the same as none"),
    ("v1.5.0/CloudTrail/Authentication", "activity_*", "a step of a sign-in is Preauth (6), not Other"),
    ("v1.5.0/CloudTrail/Authentication", "type_*", "follows the activity"),
    (
        "v1.5.0/CloudTrail/Authentication",
        "actor.user.name",
        "additionalEventData.UserName is who is signed in: we write it to user.name, which they lack although the class requires it",
    ),
    (
        "v1.5.0/CloudTrail/Authentication",
        "actor.user.uid_alt",
        "onBehalfOf.userId would collide with principalId; it is kept in `unmapped` as it is, for whoever resolves identities",
    ),
    ("v1.5.0/CloudTrail/Authentication", "actor.idp.uid", "onBehalfOf is kept whole in `unmapped`, for whoever resolves identities"),
];

const INSTANCE_PROFILE: &str = "an instance profile is no account, and no policy is detached: we call it API Activity";

/// What is in a gzip file.
pub fn inflated(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
    flate2::read::MultiGzDecoder::new(file).read_to_end(&mut bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    bytes
}

#[test]
fn published_mappings_say_the_same() {
    let shared = tests::shared_or_skip!("published_mappings_say_the_same");
    let schema: Value =
        serde_json::from_slice(&inflated(&shared.join("data/ocsf/schema-1.8.0.compiled.json.gz"))).expect("the schema is JSON");
    let mut used = BTreeSet::new();
    let mut unexplained = Vec::new();
    let (mut cases, mut same, mut gone) = (0, 0, BTreeSet::new());
    for file in ["security_lake_1.1.0_pairs.ndjson", "examples_raw_to_ocsf.ndjson"] {
        for line in tests::text(&shared.join("data/ocsf").join(file)).lines() {
            let pair: Value = serde_json::from_str(line).expect("a pair is JSON");
            let case = pair["case"].as_str().expect("a pair has a name");
            if !case.contains("CLOUD_TRAIL") && !case.contains("CloudTrail") {
                continue;
            }
            cases += 1;
            let ours = mapped(case, pair["raw"].as_str().expect("the raw record is a text"));
            let mut leaves = Vec::new();
            let mut theirs = pair["expected_ocsf"].clone();
            // Raw JSON: they write it as a text, we write it in line.
            for path in ["/api/request/data", "/api/response/data"] {
                let Some(data) = theirs.pointer_mut(path) else { continue };
                if let Some(json) = data.as_str().and_then(|text| serde_json::from_str(text).ok()) {
                    *data = json;
                }
            }
            flatten(&theirs, String::new(), &mut leaves);
            let mut our_leaves = Vec::new();
            flatten(&ours, String::new(), &mut our_leaves);
            for (path, theirs) in leaves {
                if our_leaves.contains(&(path.clone(), theirs.clone())) {
                    same += 1;
                    continue;
                }
                if path.starts_with("unmapped.") {
                    // They take it apart, we keep it as it was nested.
                    continue;
                }
                let class = ours["class_uid"].as_i64().expect("every event has a class");
                if !is_attribute(&schema, class, &path) {
                    gone.insert(path);
                    continue;
                }
                let explanation = EXPLAINED.iter().position(|(of, pattern, _)| {
                    case.contains(of) && pattern.strip_suffix('*').map_or(path == *pattern, |start| path.starts_with(start))
                });
                match explanation {
                    Some(explanation) => _ = used.insert(explanation),
                    None => {
                        let ours: Vec<&Value> = our_leaves.iter().filter(|(p, _)| *p == path).map(|(_, value)| value).collect();
                        unexplained.push(format!("{case}: {path}: they {theirs}, we {ours:?}"));
                    }
                }
            }
        }
    }
    println!("{cases} pairs, {same} values are the same; not attributes of 1.8.0, or deprecated in it: {gone:?}");
    assert!(cases >= 16, "{cases}");
    assert!(unexplained.is_empty(), "{} differences\n{}", unexplained.len(), unexplained.join("\n"));
    let unused: Vec<(&str, &str)> =
        (0..EXPLAINED.len()).filter(|at| !used.contains(at)).map(|at| (EXPLAINED[at].0, EXPLAINED[at].1)).collect();
    assert!(unused.is_empty(), "explanations that nothing needs: {unused:?}");
}

/// What we make of a record.
fn mapped(case: &str, raw: &str) -> Value {
    let path = super::scratch("pair.json");
    std::fs::write(&path, raw).expect("the target folder can be written");
    let mut out = Vec::new();
    tests::read_file(&path, case, &mut tests::normalizer(&tests::everything()), &mut |normalized| {
        for batch in &normalized.batches {
            forward::events::write(&batch.rows, &mut out);
        }
    });
    serde_json::from_slice(&out).unwrap_or_else(|error| panic!("{case}: one record becomes one event: {error}"))
}

/// The scalars of a value, with their paths; elements of a list all have `[]`.
pub fn flatten(value: &Value, path: String, out: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                flatten(value, if path.is_empty() { name.clone() } else { format!("{path}.{name}") }, out);
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| flatten(element, format!("{path}[]"), out)),
        scalar => out.push((path, scalar.clone())),
    }
}

/// Whether a class of 1.8.0 has the attribute at a path, and has not deprecated it.
fn is_attribute(schema: &Value, class: i64, path: &str) -> bool {
    let classes = schema["classes"].as_object().expect("the schema has classes");
    let mut holder = classes.values().find(|found| found["uid"] == class).expect("a class of ours is in the schema");
    for name in path.split('.') {
        let attribute = &holder["attributes"][name.trim_end_matches("[]")];
        if attribute.is_null() || !attribute["@deprecated"].is_null() {
            // What lies in a free object is nobody's attribute.
            return false;
        }
        holder = &schema["objects"][attribute["object_type"].as_str().unwrap_or_default()];
    }
    true
}

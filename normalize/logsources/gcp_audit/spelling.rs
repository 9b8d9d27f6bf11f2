//! How the shapes of an entry spell its paths: the names of its protocol buffers, and the columns of BigQuery. Lower case needs nothing.

/// Members that hold any JSON: what stands below is the service's own, and spelled alike everywhere.
const FREE: &[&str] = &["request", "response", "metadata", "labels", "resourceOriginalState", "jsonPayload"];

/// Columns of BigQuery's table that have other names than the members. Free JSON stands there as a string.
const COLUMNS: &[(&str, &str)] = &[
    ("protoPayload.request", "protopayload_auditlog.requestJson"),
    ("protoPayload.response", "protopayload_auditlog.responseJson"),
    ("protoPayload.metadata", "protopayload_auditlog.metadataJson"),
    ("protoPayload.resourceOriginalState", "protopayload_auditlog.resourceOriginalStateJson"),
    ("protoPayload.serviceData", "protopayload_auditlog.servicedata_v1_iam"),
    ("protoPayload", "protopayload_auditlog"),
];

/// The other spellings of a path, in the order in which they count.
pub fn spellings(path: &str) -> Vec<String> {
    let snake = snake_case(path);
    let typed = path.contains(".@type").then(|| path.replace(".@type", ".at_sign_type"));
    let column = COLUMNS.iter().find_map(|(member, column)| {
        let rest = path.get(member.len()..).filter(|rest| rest.is_empty() || rest.starts_with('.'))?;
        path[..member.len()].eq_ignore_ascii_case(member).then(|| format!("{column}{rest}"))
    });
    [(snake != path).then_some(snake), typed, column].into_iter().flatten().collect()
}

fn snake_case(path: &str) -> String {
    let mut out = String::with_capacity(path.len() + 8);
    let mut free = false;
    for (n, key) in path.split('.').enumerate() {
        if n > 0 {
            out.push('.');
        }
        for letter in key.chars() {
            if letter.is_ascii_uppercase() && !free && !out.is_empty() {
                out.push('_');
            }
            out.push(if free { letter } else { letter.to_ascii_lowercase() });
        }
        free |= FREE.iter().any(|name| name.eq_ignore_ascii_case(key));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape() {
        let check = |path, expected: &[&str]| assert_eq!(spellings(path), expected, "{path}");
        check("insertId", &["insert_id"]);
        check("severity", &[]);
        check("protoPayload.methodName", &["proto_payload.method_name", "protopayload_auditlog.methodName"]);
        check("protoPayload.request.machineType", &["proto_payload.request.machineType", "protopayload_auditlog.requestJson.machineType"]);
        check("protoPayload.@type", &["proto_payload.@type", "protoPayload.at_sign_type", "protopayload_auditlog.@type"]);
        check(
            "protoPayload.serviceData.policyDelta",
            &["proto_payload.service_data.policy_delta", "protopayload_auditlog.servicedata_v1_iam.policyDelta"],
        );
    }
}

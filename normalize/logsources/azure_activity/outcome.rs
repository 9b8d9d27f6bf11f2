//! What an operation was and what became of it. An operation that takes a while is several events with one correlation id: its start,
//! perhaps its acceptance, its end.

use event::ocsf::{Class, column_at};
use serde_json::Value;

use super::*;

const ACTIVITY_ID: usize = column_at("activity_id");
const ACTIVITY_NAME: usize = column_at("activity_name");
const STATUS_ID: usize = column_at("status_id");
const STATUS: usize = column_at("status");
const CODE: usize = column_at("status_code");
const DETAIL: usize = column_at("status_detail");
const RESPONSE_CODE: usize = column_at("api.response.code");
const ERROR: usize = column_at("api.response.error");
const ERROR_MESSAGE: usize = column_at("api.response.message");
const SEVERITY_ID: usize = column_at("severity_id");
const SEVERITY: usize = column_at("severity");

/// The names that .NET gives to HTTP statuses, which are Azure's.
const HTTP: &[(&str, i64)] = &[
    ("OK", 200),
    ("Created", 201),
    ("Accepted", 202),
    ("NoContent", 204),
    ("NotModified", 304),
    ("BadRequest", 400),
    ("Unauthorized", 401),
    ("Forbidden", 403),
    ("NotFound", 404),
    ("MethodNotAllowed", 405),
    ("RequestTimeout", 408),
    ("Conflict", 409),
    ("Gone", 410),
    ("PreconditionFailed", 412),
    ("UnprocessableEntity", 422),
    ("TooManyRequests", 429),
    ("InternalServerError", 500),
    ("NotImplemented", 501),
    ("BadGateway", 502),
    ("ServiceUnavailable", 503),
    ("GatewayTimeout", 504),
];

/// Categories whose operations are said of a resource, not done to it.
const NO_CALLS: &[&str] = &["ServiceHealth", "ResourceHealth", "Alert", "Autoscale", "Recommendation"];

/// One word for what the shapes call in two ways.
pub fn word(result: &str) -> &str {
    const WORDS: &[(&str, &str)] = &[
        ("Start", "Started"),
        ("Started", "Started"),
        ("Accept", "Accepted"),
        ("Accepted", "Accepted"),
        ("Success", "Success"),
        ("Succeeded", "Success"),
        ("Failure", "Failure"),
        ("Failed", "Failure"),
    ];
    WORDS.iter().find(|(theirs, _)| theirs.eq_ignore_ascii_case(result)).map_or(result, |(_, word)| word)
}

pub fn has_failed(record: &Record) -> bool {
    text_of(record, &RESULT_LEAVES).is_some_and(|result| word(&result) == "Failure")
}

/// An alert of Defender for Cloud, which the log repeats in a category of its own.
pub fn is_alert(operation: &str, record: &Record) -> bool {
    const PROVIDER: &str = "Microsoft.Security/";
    let of_provider = operation.get(..PROVIDER.len()).is_some_and(|start| start.eq_ignore_ascii_case(PROVIDER));
    of_provider && operation.to_ascii_lowercase().contains("/alerts/") && is(&text_of(record, &CATEGORY_LEAVES), &["Security"])
}

pub fn fill(class: Class, operation: &str, record: &Record, row: &mut Row) {
    let code = code(record);
    if let Some(code) = code.as_deref() {
        row.text(CODE, record, code);
        if let Some(number) = http_number(code) {
            row.number(RESPONSE_CODE, number);
        }
    }
    let activity = match class {
        Class::UserAccess if is_last(operation, "delete") => 2,
        Class::UserAccess => 1,
        Class::DetectionFinding => alert_activity(operation),
        _ if is(&text_of(record, &CATEGORY_LEAVES), NO_CALLS) => 99,
        _ => activity(operation, code.as_deref()),
    };
    row.number(ACTIVITY_ID, activity);
    if activity == 99 {
        row.text(ACTIVITY_NAME, record, operation);
    }
    status(class, record, row);
    severity(class, record, row);
    detail(record, row);
}

/// `Created`: from the properties, the sub-status (`OK (HTTP Status Code: 200)`), or behind the dot of `Succeeded.Created`.
fn code<'a>(record: &Record<'a>) -> Option<Cow<'a, str>> {
    let cut = |text: Cow<'a, str>| match text.split_once(" (") {
        Some((code, _)) => Cow::Owned(code.to_owned()),
        None => text,
    };
    let plain = [STATUS_CODE_1, STATUS_CODE_2, SUBSTATUS_VALUE, SUBSTATUS_SNAKE, SUBSTATUS_COLUMN];
    if let Some(code) = text_of(record, &plain) {
        return Some(cut(code));
    }
    let signature = cut(text_of(record, &[SIGNATURE])?);
    match signature.split_once('.') {
        Some((_, "")) => None,
        Some((_, code)) => Some(Cow::Owned(code.to_owned())),
        None => http_number(&signature).is_some().then_some(signature),
    }
}

fn http_number(code: &str) -> Option<i64> {
    let named = HTTP.iter().find(|(name, _)| name.eq_ignore_ascii_case(code)).map(|(_, number)| *number);
    named.or_else(|| code.parse().ok().filter(|number| (100..600).contains(number)))
}

fn status(class: Class, record: &Record, row: &mut Row) {
    let Some(result) = text_of(record, &RESULT_LEAVES) else {
        row.number(STATUS_ID, 0);
        return row.constant(STATUS, "Unknown");
    };
    let known: &[(&str, i64, &'static str)] = match class {
        Class::DetectionFinding => &[("Active", 1, "New"), ("Dismissed", 3, "Suppressed"), ("Resolved", 4, "Resolved")],
        _ => &[("Success", 1, "Success"), ("Failure", 2, "Failure")],
    };
    let word = word(&result);
    match known.iter().find(|(name, ..)| name.eq_ignore_ascii_case(word)) {
        Some((_, id, caption)) => {
            row.number(STATUS_ID, *id);
            row.constant(STATUS, caption);
        }
        None => {
            row.number(STATUS_ID, 99);
            row.text(STATUS, record, word);
        }
    }
}

fn severity(class: Class, record: &Record, row: &mut Row) {
    if !row.wants(SEVERITY_ID) && !row.wants(SEVERITY) {
        return;
    }
    const LEVELS: &[(&str, i64, &str)] = &[("Critical", 5, "Critical"), ("Error", 4, "High"), ("Warning", 3, "Medium")];
    const ALERTS: &[(&str, i64, &str)] = &[("High", 4, "High"), ("Medium", 3, "Medium"), ("Low", 2, "Low")];
    let (words, text) = match class {
        Class::DetectionFinding => (ALERTS, text_of(record, &[ALERT_SEVERITY_1, ALERT_SEVERITY_2])),
        _ => (LEVELS, text_of(record, &[LEVEL])),
    };
    if let Some((_, id, caption)) = words.iter().find(|(word, ..)| is(&text, &[word])) {
        row.number(SEVERITY_ID, *id);
        row.constant(SEVERITY, caption);
    }
}

/// The message of a failure is JSON in a string: `{"error":{"code":"SkuNotAvailable","message":"..."}}`.
fn detail(record: &Record, row: &mut Row) {
    if !row.wants(DETAIL) && !row.wants(ERROR) && !row.wants(ERROR_MESSAGE) {
        return;
    }
    let message = [STATUS_MESSAGE_1, STATUS_MESSAGE_2].iter().find_map(|path| record.all(*path).next());
    let message = message.map(|hit| record.text_of(hit)).filter(|message| !message.is_empty() && &**message != "null");
    let read: Option<Value> = message.as_deref().and_then(|message| serde_json::from_str(message).ok());
    let error = read.as_ref().map(|read| read.get("error").unwrap_or(read));
    let part = |name: &str| error.and_then(|error| error.get(name)).and_then(Value::as_str).filter(|text| !text.is_empty());
    if let Some(code) = part("code") {
        row.text(ERROR, record, code);
    }
    if let Some(text) = part("message") {
        row.text(ERROR_MESSAGE, record, text);
        return row.text(DETAIL, record, text);
    }
    if let Some(detail) = message.or_else(|| text_of(record, &[DESCRIPTION, SIGNATURE])) {
        row.text(DETAIL, record, &detail);
    }
}

/// Whether the last part of an operation is this word.
fn is_last(operation: &str, word: &str) -> bool {
    operation.rsplit('/').next().is_some_and(|last| last.eq_ignore_ascii_case(word))
}

fn alert_activity(operation: &str) -> i64 {
    let verb = operation.rsplit('/').nth(1).unwrap_or_default();
    match () {
        () if verb.eq_ignore_ascii_case("activate") => 1,
        () if verb.eq_ignore_ascii_case("dismiss") || verb.eq_ignore_ascii_case("resolve") => 3,
        () => 2,
    }
}

/// What an operation does to its resource. Actions are verbs of the provider's own.
fn activity(operation: &str, code: Option<&str>) -> i64 {
    const VERBS: &[(&str, i64)] =
        &[("list", 2), ("get", 2), ("read", 2), ("check", 2), ("validate", 2), ("create", 1), ("delete", 4), ("purge", 4), ("update", 3)];
    let mut parts = operation.rsplit('/');
    let last = parts.next().unwrap_or_default();
    let verb = if last.eq_ignore_ascii_case("action") { parts.next().unwrap_or_default() } else { last };
    match () {
        () if last.eq_ignore_ascii_case("write") => match code {
            Some(code) if code.eq_ignore_ascii_case("Created") || code == "201" => 1,
            _ => 3,
        },
        () => {
            let starts = |word: &str| verb.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
            VERBS.iter().find(|(word, _)| starts(word)).map_or(99, |(_, id)| *id)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn activities() {
        for (operation, code, expected) in [
            ("MICROSOFT.COMPUTE/VIRTUALMACHINES/WRITE", Some("Created"), 1),
            ("Microsoft.Compute/virtualMachines/write", Some("OK"), 3),
            ("Microsoft.Compute/virtualMachines/write", None, 3),
            ("Microsoft.Compute/virtualMachines/delete", None, 4),
            ("Microsoft.Resources/checkPolicyCompliance/read", None, 2),
            ("Microsoft.Storage/storageAccounts/listKeys/action", None, 2),
            ("Microsoft.Storage/storageAccounts/regenerateKey/action", None, 99),
            ("Microsoft.Compute/virtualMachines/start/action", None, 99),
            ("MICROSOFT.KEYVAULT/VAULTS/KEYS/CREATE", None, 1),
            ("action", None, 99),
            ("", None, 99),
        ] {
            assert_eq!(activity(operation, code), expected, "{operation}");
        }
    }
}

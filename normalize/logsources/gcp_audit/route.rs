//! Which OCSF class and activity a method is. Methods have three styles (`v1.compute.instances.insert`, `google.iam.admin.v1.CreateRole`,
//! `SetIamPolicy`); what is done stands in the first word behind the last dot of all three.

use event::ocsf::Class::{self, AccountChange, ApiActivity, Authentication};

use super::{SERVICE, identity, target};
use crate::record::Record;

/// What stands behind the last dot of a method.
pub fn segment(method: &str) -> &str {
    method.rsplit('.').next().unwrap_or(method)
}

/// Class and activity of a record. A class whose user is not named falls back to API Activity.
pub fn route(method: &str, record: &Record) -> (Class, i32) {
    let is = |service: &str| record.text(SERVICE).is_none_or(|name| name.eq_ignore_ascii_case(service));
    let token = || is("sts.googleapis.com") && identity::new_identity(record).is_some();
    let account = |found| target::service_account(record).map(|_| found);
    let segment = segment(method);
    let special = match segment {
        "ExchangeToken" | "WebSignIn" if token() => Some((Authentication, 1)),
        "WebSignOut" if token() => Some((Authentication, 2)),
        "GenerateAccessToken" | "GenerateIdToken" if is("iamcredentials.googleapis.com") => account((Authentication, 7)),
        "CreateServiceAccount" => account((AccountChange, 1)),
        "EnableServiceAccount" => account((AccountChange, 2)),
        "DisableServiceAccount" => account((AccountChange, 5)),
        "DeleteServiceAccount" => account((AccountChange, 6)),
        "UndeleteServiceAccount" | "UpdateServiceAccount" | "PatchServiceAccount" => account((AccountChange, 99)),
        _ => None,
    };
    special.unwrap_or_else(|| (ApiActivity, activity(segment)))
}

/// The activity that the first word stands for. `bulkInsert` and `BatchDelete` are what they do many times.
fn activity(segment: &str) -> i32 {
    let (word, rest) = first_word(segment);
    if segment == "GenerateContent" {
        // A model is asked; nothing is created.
        return 99;
    }
    match word.to_ascii_lowercase().as_str() {
        "batch" | "bulk" | "async" if !rest.is_empty() => activity(rest),
        "create" | "insert" | "import" | "copy" | "clone" | "generate" | "run" | "upload" | "register" | "allocate" | "instantiate" => 1,
        "get" | "list" | "search" | "test" | "read" | "query" | "aggregated" | "fetch" | "lookup" | "retrieve" | "check" | "export"
        | "download" | "view" | "watch" | "access" | "describe" | "validate" | "verify" | "preview" | "explain" | "head" | "scan"
        | "poll" | "decrypt" | "calculate" | "analyze" => 2,
        "update" | "patch" | "set" | "add" | "enable" | "move" | "change" | "replace" | "rename" | "modify" | "reset" | "resize"
        | "attach" | "undelete" | "restore" | "start" | "stop" | "resume" | "pause" | "suspend" | "restart" | "write" | "apply"
        | "assign" | "upgrade" | "configure" | "activate" | "deploy" | "commit" | "mutate" | "edit" | "promote" | "rollback"
        | "approve" | "append" | "migrate" | "grant" | "switch" => 3,
        "delete" | "deletecollection" | "remove" | "cancel" | "disable" | "revoke" | "destroy" | "detach" | "purge" | "undeploy"
        | "deactivate" | "drop" | "clear" | "abandon" | "unassign" | "release" | "terminate" => 4,
        _ => 99,
    }
}

/// `SetIamPolicy` begins with `Set`, `aggregatedList` with `aggregated`.
fn first_word(segment: &str) -> (&str, &str) {
    let end = segment.char_indices().skip(1).find(|(_, letter)| !letter.is_ascii_lowercase()).map_or(segment.len(), |(at, _)| at);
    segment.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn activities() {
        for (method, expected) in [
            ("v1.compute.instances.insert", 1),
            ("v1.compute.instances.bulkInsert", 1),
            ("beta.compute.instances.aggregatedList", 2),
            ("google.iam.v1.IAMPolicy.SetIamPolicy", 3),
            ("SetIAMPolicy", 3),
            ("storage.setIamPermissions", 3),
            ("google.cloud.secretmanager.v1.SecretManagerService.AccessSecretVersion", 2),
            ("google.devtools.containerregistry.v1.BatchDeleteVersions", 4),
            ("io.k8s.core.v1.pods.deletecollection", 4),
            ("google.cloud.aiplatform.v1.PredictionService.GenerateContent", 99),
            ("jobservice.insert", 1),
            ("Settle", 99),
            ("", 99),
        ] {
            assert_eq!(activity(segment(method)), expected, "{method}");
        }
    }
}

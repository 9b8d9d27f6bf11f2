//! Amazon Bedrock's model invocation log: who asked which model, how many tokens went in and out, and where it was computed. Prompts and
//! completions are read for rules and dropped from events unless the user asks for them. Does not know what stands behind an
//! application inference profile: the log gives its id alone.

use std::borrow::Cow;

use event::ocsf::{Class, column_at};
use event::{Field, LogSourceName, Profile};

use crate::logsource::{LogSource, PLAIN};
use crate::logsources::shared::is_email;
use crate::logsources::{alias, constant, derived, paths, same, text};
use crate::record::{Cell, Record, Row};

paths! {
    SCHEMA = "schemaType",
    TIMESTAMP = "timestamp",
    ACCOUNT = "accountId",
    REGION = "region",
    REQUEST_ID = "requestId",
    OPERATION_NAME = "operation",
    MODEL = "modelId",
    ARN = "identity.arn",
    ERROR_CODE = "errorCode",
    INPUT_TOKENS = "input.inputTokenCount",
    OUTPUT_TOKENS = "output.outputTokenCount",
    ANTHROPIC = "input.inputBodyJson.anthropic_version",
    GUARDRAIL = "output.outputBodyJson.amazon-bedrock-guardrailAction",
    STOP_REASON = "output.outputBodyJson.stopReason",
    LATENCY = "output.outputBodyJson.amazon-bedrock-invocationMetrics.invocationLatency",
    CONVERSE_LATENCY = "output.outputBodyJson.metrics.latencyMs",
    STREAM_LATENCY = "output.outputBodyJson.metadata.metrics.latencyMs",
}

pub const SOURCE: LogSource = LogSource {
    name: LogSourceName("aws_bedrock_invocation"),
    sigma: &[(None, "aws", "bedrock_invocation")],
    marks: &["schemaType", "modelId"],
    paths: PATHS,
    needed: &[SCHEMA, TIMESTAMP, ACCOUNT, REGION, REQUEST_ID, OPERATION_NAME, MODEL, ARN, ERROR_CODE, INPUT_TOKENS, OUTPUT_TOKENS],
    operation: "operation",
    members: &[
        "schemaType",
        "schemaVersion",
        "timestamp",
        "accountId",
        "identity",
        "region",
        "inferenceRegion",
        "requestId",
        "operation",
        "modelId",
        "errorCode",
        "input",
        "output",
        "requestMetadata",
    ],
    fields: FIELDS,
    kept: &[
        "input.inputBodyJson.anthropic_version",
        "output.outputBodyJson.amazon-bedrock-guardrailAction",
        "output.outputBodyJson.stopReason",
        "output.outputBodyJson.amazon-bedrock-invocationMetrics.invocationLatency",
        "output.outputBodyJson.metrics.latencyMs",
        "output.outputBodyJson.metadata.metrics.latencyMs",
    ],
    withheld: &["input.inputBodyJson", "input.inputBodyS3Path", "output.outputBodyJson", "output.outputBodyS3Path"],
    fits,
    time: &[TIMESTAMP],
    derive,
    key,
    ..PLAIN
};

const FIELDS: &[Field] = &[
    same("metadata.original_event_uid", "requestId"),
    same("metadata.original_time", "timestamp"),
    same("metadata.event_code", "operation"),
    same("metadata.log_version", "schemaVersion"),
    constant("metadata.product.name", "Amazon Bedrock"),
    constant("metadata.product.vendor_name", "AWS"),
    same("metadata.product.feature.name", "schemaType"),
    constant("metadata.log_name", "aws_bedrock_invocation"),
    constant("cloud.provider", "AWS"),
    same("cloud.region", "region"),
    text("cloud.account.uid", "accountId"),
    derived("cloud.account.type_id", &["accountId"], "10"),
    derived("cloud.account.type", &["accountId"], "the caption of type_id"),
    derived("cloud.cloud_partition", &["identity.arn"], "the partition in the caller's ARN"),
    same("api.operation", "operation"),
    constant("api.service.name", "bedrock.amazonaws.com"),
    same("api.request.uid", "requestId"),
    same("api.response.error", "errorCode"),
    same("status_code", "errorCode"),
    derived("status_id", &["errorCode"], "2 with an errorCode, else 1"),
    derived("status", &["errorCode"], "the caption of status_id"),
    constant("src_endpoint.svc_name", "bedrock.amazonaws.com"),
    derived("activity_id", &["operation"], "99; 0 without an operation"),
    same("activity_name", "operation"),
    derived(
        "duration",
        &[
            "output.outputBodyJson.amazon-bedrock-invocationMetrics.invocationLatency",
            "output.outputBodyJson.metrics.latencyMs",
            "output.outputBodyJson.metadata.metrics.latencyMs",
        ],
        "how long the model took, in milliseconds, where the answer says it",
    ),
    derived(
        "actor.user.name",
        &["identity.arn"],
        "the session's name if it is an e-mail address, else the role or user; \"Unknown\" without identity",
    ),
    derived("actor.user.email_addr", &["identity.arn"], "the session's name, if it is an e-mail address"),
    same("actor.user.uid", "identity.arn"),
    derived("actor.user.type_id", &["identity.arn"], "a user 1, root 2, roles and federated users 99"),
    derived("actor.user.type", &["identity.arn"], "the caption of type_id; of 99 CloudTrail's word"),
    derived("actor.user.account.uid", &["identity.arn"], "the account in the ARN"),
    derived("actor.user.account.type_id", &["identity.arn"], "10"),
    derived("actor.user.account.type", &["identity.arn"], "the caption of type_id"),
    derived("ai_model.name", &["modelId"], "the last part of the ARN, or the id"),
    same("ai_model.uid", "modelId"),
    derived(
        "ai_model.ai_provider",
        &["modelId", "input.inputBodyJson.anthropic_version"],
        "by the first word of the model's name; of a profile, by the request's body",
    ),
    constant("message_context.service.name", "bedrock.amazonaws.com"),
    derived("message_context.prompt_tokens", &["input.inputTokenCount"], "as a number; without those of the cache"),
    derived("message_context.completion_tokens", &["output.outputTokenCount"], "as a number"),
    derived("message_context.total_tokens", &["input.inputTokenCount", "output.outputTokenCount"], "the sum, where both are there"),
    derived("resources[].uid", &["modelId"], "the model's ARN"),
    derived("resources[].name", &["modelId"], "as ai_model.name"),
    derived("resources[].type", &["modelId"], "AWS's type of it"),
    derived("resources[].region", &["region"], "where it was asked for; where it was computed is `inferenceRegion`"),
    derived("resources[].role_id", &[], "1 (Target)"),
    derived("resources[].role", &[], "the caption of role_id"),
    derived(
        "action_id",
        &["output.outputBodyJson.amazon-bedrock-guardrailAction", "output.outputBodyJson.stopReason"],
        "2 where a guardrail intervened",
    ),
    derived("action", &[], "the caption of action_id"),
    derived("disposition_id", &[], "2 (Blocked) where a guardrail intervened"),
    derived("disposition", &[], "the caption of disposition_id"),
    // Names of Elastic and of Panther.
    alias(&["aws_bedrock.invocation.model_id", "gen_ai.request.model.id"], &["modelId"]),
    alias(&["gen_ai.user.id", "user.id"], &["identity.arn"]),
    alias(&["gen_ai.usage.prompt_tokens"], &["input.inputTokenCount"]),
    alias(&["gen_ai.usage.completion_tokens"], &["output.outputTokenCount"]),
    alias(&["aws_bedrock.invocation.error_code"], &["errorCode"]),
];

const CLOUD_ACCOUNT_TYPE_ID: usize = column_at("cloud.account.type_id");
const CLOUD_ACCOUNT_TYPE: usize = column_at("cloud.account.type");
const PARTITION: usize = column_at("cloud.cloud_partition");
const STATUS_ID: usize = column_at("status_id");
const STATUS: usize = column_at("status");
const OPERATION: usize = column_at("api.operation");
const ACTIVITY_ID: usize = column_at("activity_id");
const DURATION: usize = column_at("duration");
const ACTOR_NAME: usize = column_at("actor.user.name");
const ACTOR_EMAIL: usize = column_at("actor.user.email_addr");
const ACTOR_TYPE_ID: usize = column_at("actor.user.type_id");
const ACTOR_TYPE: usize = column_at("actor.user.type");
const ACTOR_ACCOUNT: usize = column_at("actor.user.account.uid");
const ACTOR_ACCOUNT_TYPE_ID: usize = column_at("actor.user.account.type_id");
const ACTOR_ACCOUNT_TYPE: usize = column_at("actor.user.account.type");
const MODEL_NAME: usize = column_at("ai_model.name");
const MODEL_PROVIDER: usize = column_at("ai_model.ai_provider");
const PROMPT_TOKENS: usize = column_at("message_context.prompt_tokens");
const COMPLETION_TOKENS: usize = column_at("message_context.completion_tokens");
const TOTAL_TOKENS: usize = column_at("message_context.total_tokens");
const RESOURCE_UID: usize = column_at("resources[].uid");
const RESOURCE_NAME: usize = column_at("resources[].name");
const RESOURCE_KIND: usize = column_at("resources[].type");
const RESOURCE_REGION: usize = column_at("resources[].region");
const RESOURCE_ROLE_ID: usize = column_at("resources[].role_id");
const RESOURCE_ROLE: usize = column_at("resources[].role");
const ACTION_ID: usize = column_at("action_id");
const ACTION: usize = column_at("action");
const DISPOSITION_ID: usize = column_at("disposition_id");
const DISPOSITION: usize = column_at("disposition");

/// First words of models' names, and who made them.
const PROVIDERS: &[(&str, &str)] = &[
    ("ai21", "AI21 Labs"),
    ("amazon", "Amazon"),
    ("anthropic", "Anthropic"),
    ("cohere", "Cohere"),
    ("deepseek", "DeepSeek"),
    ("google", "Google"),
    ("luma", "Luma AI"),
    ("meta", "Meta"),
    ("minimax", "MiniMax"),
    ("mistral", "Mistral AI"),
    ("moonshot", "Moonshot AI"),
    ("moonshotai", "Moonshot AI"),
    ("nvidia", "NVIDIA"),
    ("openai", "OpenAI"),
    ("qwen", "Qwen"),
    ("stability", "Stability AI"),
    ("twelvelabs", "TwelveLabs"),
    ("writer", "Writer"),
];
/// What an ARN of a model says that it is, and AWS's type of it.
const KINDS: &[(&str, &str)] = &[
    ("foundation-model", "AWS::Bedrock::FoundationModel"),
    ("application-inference-profile", "AWS::Bedrock::ApplicationInferenceProfile"),
    ("inference-profile", "AWS::Bedrock::InferenceProfile"),
    ("custom-model", "AWS::Bedrock::CustomModel"),
    ("custom-model-deployment", "AWS::Bedrock::CustomModelDeployment"),
    ("imported-model", "AWS::Bedrock::ImportedModel"),
    ("provisioned-model", "AWS::Bedrock::ProvisionedModelThroughput"),
    ("prompt-router", "AWS::Bedrock::PromptRouter"),
    ("endpoint", "AWS::SageMaker::Endpoint"),
];

fn fits(record: &Record) -> bool {
    record.text(SCHEMA).is_some_and(|schema| schema.eq_ignore_ascii_case("ModelInvocationLog"))
        || (record.text(MODEL).is_some()
            && record.text(REQUEST_ID).is_some()
            && record.text(OPERATION_NAME).is_some()
            && [INPUT_TOKENS, OUTPUT_TOKENS].into_iter().any(|path| record.number(path).is_some()))
}

fn key(record: &Record, out: &mut Vec<u8>) -> bool {
    out.extend_from_slice(SOURCE.name.0.as_bytes());
    for path in [REQUEST_ID, ACCOUNT, REGION, OPERATION_NAME, MODEL, ARN, ERROR_CODE] {
        out.push(0);
        out.extend_from_slice(record.scalar(path).unwrap_or_default().as_bytes());
    }
    out.push(0);
    if let Some(time) = record.time(TIMESTAMP) {
        out.extend_from_slice(&time.to_le_bytes());
    }
    record.text(REQUEST_ID).is_some()
}

fn derive(record: &Record, row: &mut Row) -> Class {
    row.profile(Profile::Cloud);
    row.profile(Profile::AiOperation);
    match record.text(OPERATION_NAME) {
        Some(_) => row.number(ACTIVITY_ID, 99),
        None => row.constant(OPERATION, "Unknown"),
    }
    let failed = record.scalar(ERROR_CODE).is_some();
    row.number(STATUS_ID, if failed { 2 } else { 1 });
    row.constant(STATUS, if failed { "Failure" } else { "Success" });
    if record.scalar(ACCOUNT).is_some() {
        row.number(CLOUD_ACCOUNT_TYPE_ID, 10);
        row.constant(CLOUD_ACCOUNT_TYPE, "AWS Account");
    }
    actor(record, row);
    model(record, row);
    tokens(record, row);
    let latency = [LATENCY, CONVERSE_LATENCY, STREAM_LATENCY].into_iter().find_map(|path| record.number(path));
    if let Some(milliseconds) = latency.filter(|number| *number >= 0) {
        row.number(DURATION, milliseconds);
    }
    let says = |path, word: &str| record.text(path).is_some_and(|text| text.eq_ignore_ascii_case(word));
    if says(GUARDRAIL, "INTERVENED") || says(STOP_REASON, "guardrail_intervened") {
        row.profile(Profile::SecurityControl);
        row.number(ACTION_ID, 2);
        row.constant(ACTION, "Denied");
        row.number(DISPOSITION_ID, 2);
        row.constant(DISPOSITION, "Blocked");
    }
    Class::ApiActivity
}

/// `arn:aws:sts::111122223333:assumed-role/ROLE/SESSION`, `arn:aws:iam::111122223333:user/path/NAME`, `arn:aws:iam::111122223333:root`.
fn actor(record: &Record, row: &mut Row) {
    let Some(arn) = record.text(ARN) else {
        return row.constant(ACTOR_NAME, "Unknown");
    };
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let [_, partition, _, _, account, resource] = parts[..] else {
        return row.text(ACTOR_NAME, record, &arn);
    };
    row.text(PARTITION, record, partition);
    row.text(ACTOR_ACCOUNT, record, account);
    if !account.is_empty() {
        row.number(ACTOR_ACCOUNT_TYPE_ID, 10);
        row.constant(ACTOR_ACCOUNT_TYPE, "AWS Account");
    }
    let (kind, rest) = resource.split_once('/').unwrap_or((resource, resource));
    let last = rest.rsplit('/').next().unwrap_or(rest);
    let (name, id, caption) = match kind {
        "assumed-role" => (if is_email(last) { last } else { rest.split('/').next().unwrap_or(rest) }, 99, "AssumedRole"),
        "federated-user" => (last, 99, "FederatedUser"),
        "root" => (last, 2, "Admin"),
        "role" => (last, 99, "Role"),
        _ => (last, 1, "User"),
    };
    row.text(ACTOR_NAME, record, name);
    if is_email(last) {
        row.text(ACTOR_EMAIL, record, last);
    }
    row.number(ACTOR_TYPE_ID, id);
    row.constant(ACTOR_TYPE, caption);
}

/// A model is named by its id (`anthropic.claude-...`), by that of a profile over several regions (`eu.anthropic.claude-...`), or by an ARN.
fn model(record: &Record, row: &mut Row) {
    let id = record.text(MODEL).unwrap_or(Cow::Borrowed("Unknown"));
    let resource = id.starts_with("arn:").then(|| id.splitn(6, ':').nth(5)).flatten();
    let (kind, name) = resource.and_then(|resource| resource.split_once('/')).unwrap_or(("", &id));
    row.text(MODEL_NAME, record, name);
    // In front of the maker may stand the geography of the profile.
    let maker = name.split('.').take(2).find_map(|word| PROVIDERS.iter().find(|(theirs, _)| theirs.eq_ignore_ascii_case(word)));
    match maker {
        Some((_, maker)) => row.constant(MODEL_PROVIDER, maker),
        None if record.scalar(ANTHROPIC).is_some() => row.constant(MODEL_PROVIDER, "Anthropic"),
        None => row.constant(MODEL_PROVIDER, "Unknown"),
    }
    if row.wants_list(RESOURCE_UID) && record.text(MODEL).is_some() {
        let is_first = name.split('.').next().is_some_and(|word| PROVIDERS.iter().any(|(theirs, _)| theirs.eq_ignore_ascii_case(word)));
        let kind = match KINDS.iter().find(|(theirs, _)| *theirs == kind) {
            Some((_, kind)) => Some(*kind),
            None if maker.is_none() => None,
            None => Some(if is_first { "AWS::Bedrock::FoundationModel" } else { "AWS::Bedrock::InferenceProfile" }),
        };
        let mut cells =
            vec![(RESOURCE_NAME, row.cell(record, name)), (RESOURCE_ROLE_ID, Cell::Long(1)), (RESOURCE_ROLE, row.constant_cell("Target"))];
        cells.extend(kind.map(|kind| (RESOURCE_KIND, row.constant_cell(kind))));
        if resource.is_some() {
            cells.push((RESOURCE_UID, row.cell(record, &id)));
        }
        if let Some(region) = record.text(REGION) {
            cells.push((RESOURCE_REGION, row.cell(record, &region)));
        }
        row.item(&cells);
    }
}

fn tokens(record: &Record, row: &mut Row) {
    let count = |path| record.number(path).filter(|count| (0..=i64::from(i32::MAX)).contains(count));
    let (asked, answered) = (count(INPUT_TOKENS), count(OUTPUT_TOKENS));
    let total = asked.zip(answered).map(|(asked, answered)| asked + answered).filter(|total| i32::try_from(*total).is_ok());
    for (column, count) in [(PROMPT_TOKENS, asked), (COMPLETION_TOKENS, answered), (TOTAL_TOKENS, total)] {
        if let Some(count) = count {
            row.number(column, count);
        }
    }
}

//! What is asked of AI services in Azure: resource logs of Azure OpenAI and Foundry (who called which model), and the spans of Foundry
//! agents that Application Insights keeps. Prompts and completions are withheld. Knows no price, and no model's maker.

use std::borrow::Cow;

use event::ocsf::{Class, column_at};
use event::{Field, JsonKind, LogSourceName, Profile};

use crate::logsource::{LogSource, PLAIN};
use crate::logsources::azure::resource_id;
use crate::logsources::shared::{is_address, is_email, is_unspecified, without_port};
use crate::logsources::{alias, constant, derived, first, paths};
use crate::record::{Cell, Record, Row};
use crate::trie::Leaf;

/// An attribute of OpenTelemetry for generative AI.
macro_rules! gen_ai {
    ($key:literal) => {
        concat!("properties.gen_ai.", $key)
    };
}

paths! {
    TIME = "time",
    TIME_GENERATED = "TimeGenerated",
    TIME_RECEIVED = "_TimeReceived",
    CATEGORY = "category",
    RESOURCE = "resourceId",
    RESOURCE_COLUMN = "_ResourceId",
    OPERATION = "operationName",
    CORRELATION = "correlationId",
    RESULT_TYPE = "resultType",
    SIGNATURE = "resultSignature",
    ADDRESS = "callerIpAddress",
    DURATION = "durationMs",
    TENANT_ID = "tenantId",
    PROPERTIES = "properties",
    API = "properties.apiName",
    API_COLUMN = "properties_s.apiName",
    CALLER = "properties.objectId",
    CALLER_COLUMN = "properties_s.objectId",
    MODEL = "properties.modelName",
    MODEL_COLUMN = "properties_s.modelName",
    VERSION_OF_MODEL = "properties.modelVersion",
    VERSION_COLUMN = "properties_s.modelVersion",
    DEPLOYMENT = "properties.modelDeploymentName",
    DEPLOYMENT_COLUMN = "properties_s.modelDeploymentName",
    KIND = "Type",
    NAME = "Name",
    SPAN = "Id",
    TRACE = "OperationId",
    SUCCESS = "Success",
    CLIENT = "ClientIP",
    SUBSCRIPTION_COLUMN = "_SubscriptionId",
    SIGNED_IN = "UserAuthenticatedId",
    END_USER = "properties.enduser.id",
    SERVICE_ROLE = "AppRoleName",
    GEN_AI_OPERATION = gen_ai!("operation.name"),
    GEN_AI_PROVIDER = gen_ai!("provider.name"),
    GEN_AI_SYSTEM = gen_ai!("system"),
    GEN_AI_MODEL = gen_ai!("response.model"),
    GEN_AI_REQUESTED = gen_ai!("request.model"),
    GEN_AI_RESPONSE = gen_ai!("response.id"),
    GEN_AI_AGENT = gen_ai!("agent.id"),
    GEN_AI_AGENT_NAME = gen_ai!("agent.name"),
    GEN_AI_PROJECT = "properties.gen_ai.azure_ai_project.id",
    GEN_AI_INPUT = gen_ai!("usage.input_tokens"),
    GEN_AI_OUTPUT = gen_ai!("usage.output_tokens"),
    MEASURED_INPUT = "Measurements.gen_ai.usage.input_tokens",
    MEASURED_OUTPUT = "Measurements.gen_ai.usage.output_tokens",
    PROMPT_TOKENS = "properties.promptTokens",
    COMPLETION_TOKENS = "properties.completionTokens",
}

pub const SOURCE: LogSource = LogSource {
    name: LogSourceName("azure_ai_diagnostic"),
    sigma: &[(None, "azure", "ai_diagnostic"), (None, "azure", "openai")],
    marks: &["category", "Type"],
    paths: PATHS,
    needed: &[
        CATEGORY,
        RESOURCE,
        RESOURCE_COLUMN,
        OPERATION,
        CORRELATION,
        SIGNATURE,
        PROPERTIES,
        KIND,
        NAME,
        SPAN,
        TRACE,
        GEN_AI_OPERATION,
        GEN_AI_PROVIDER,
        GEN_AI_SYSTEM,
        GEN_AI_MODEL,
        GEN_AI_REQUESTED,
        GEN_AI_AGENT,
    ],
    operation: "operationName",
    members: &[
        "time",
        "resourceId",
        "operationName",
        "category",
        "resultType",
        "resultSignature",
        "durationMs",
        "callerIpAddress",
        "correlationId",
        "location",
        "properties",
        "tenantId",
        "Tenant",
        "event",
        "level",
        "AssetIdentity",
        // Log Analytics: AzureDiagnostics
        "TimeGenerated",
        "TenantId",
        "Type",
        "SourceSystem",
        "Resource",
        "ResourceGroup",
        "ResourceProvider",
        "ResourceType",
        "SubscriptionId",
        "properties_s",
        "Tenant_s",
        "event_s",
        "location_s",
        "objectId_s",
        "_ResourceId",
        "_SubscriptionId",
        // Log Analytics: AppDependencies
        "AppRoleInstance",
        "AppRoleName",
        "AppVersion",
        "ClientCity",
        "ClientCountryOrRegion",
        "ClientIP",
        "ClientOS",
        "ClientStateOrProvince",
        "ClientType",
        "Data",
        "DependencyType",
        "IKey",
        "Id",
        "ItemCount",
        "Measurements",
        "Name",
        "OperationId",
        "ParentId",
        "PerformanceBucket",
        "ReferencedItemId",
        "ResourceGUID",
        "ResultCode",
        "SDKVersion",
        "SessionId",
        "Success",
        "Target",
        "UserAccountId",
        "UserAuthenticatedId",
        "UserId",
        "_BilledSize",
        "_Internal_WorkspaceResourceId",
        "_IsBillable",
        "_ItemId",
        "_TimeReceived",
    ],
    fields: FIELDS,
    kept: &["tenantId", "_ResourceId", "resultType", "Name", gen_ai!("request.model")],
    strings: &["properties", "properties_s"],
    withheld: &[
        gen_ai!("input.messages"),
        gen_ai!("output.messages"),
        gen_ai!("system_instructions"),
        gen_ai!("prompt"),
        gen_ai!("completion"),
        gen_ai!("prompt.0.content"),
        gen_ai!("completion.0.content"),
        gen_ai!("event.content"),
        gen_ai!("content.prompt"),
        gen_ai!("content.completion"),
        gen_ai!("tool.call.arguments"),
        gen_ai!("tool.call.result"),
        gen_ai!("retrieval.documents"),
        gen_ai!("retrieval.query.text"),
        "properties.gen_ai.user.message",
        "properties.gen_ai.system.message",
        "properties.gen_ai.assistant.message",
        "properties.gen_ai.tool.message",
        "properties.gen_ai.choice",
        "properties.gen_ai.input_messages",
        "properties.gen_ai.output_messages",
        "properties.messages",
        "properties.prompt",
        "properties.completion",
        "properties.input",
        "properties.output",
        "properties.content",
        "properties.choices",
        "properties.request",
        "properties.response",
        "properties.requestBody",
        "properties.responseBody",
        "properties.backendRequestBody",
        "properties.backendResponseBody",
        "properties_s.messages",
        "properties_s.prompt",
        "properties_s.completion",
        "properties_s.input",
        "properties_s.output",
        "properties_s.content",
        "properties_s.choices",
        "properties_s.request",
        "properties_s.response",
        "properties_s.requestBody",
        "properties_s.responseBody",
    ],
    fits,
    time: &[TIME, TIME_GENERATED],
    delivered: &[TIME_RECEIVED],
    derive,
    key,
    ..PLAIN
};

/// What tells who called.
const ACTOR: &[&str] = &[
    "UserAuthenticatedId",
    "properties.enduser.id",
    "properties.objectId",
    "properties_s.objectId",
    gen_ai!("agent.id"),
    gen_ai!("agent.name"),
    "AppRoleName",
];
/// What tells whether a model was called, and what with: its columns depend on all of it.
const CALL: &[&str] = &[
    "properties.modelName",
    "properties_s.modelName",
    gen_ai!("response.model"),
    gen_ai!("request.model"),
    gen_ai!("usage.input_tokens"),
    gen_ai!("usage.output_tokens"),
    "Measurements.gen_ai.usage.input_tokens",
    "Measurements.gen_ai.usage.output_tokens",
    "properties.promptTokens",
    "properties.completionTokens",
    gen_ai!("provider.name"),
    gen_ai!("system"),
    gen_ai!("response.id"),
    "properties.modelVersion",
    "properties_s.modelVersion",
    "AppRoleName",
    // A text under these paths that is no JSON may hold prompts: it counts as taken, so that `unmapped` does not show it.
    "properties",
    "properties_s",
];

const FIELDS: &[Field] = &[
    first("metadata.original_event_uid", &["_ItemId"]),
    first("metadata.original_time", &["time", "TimeGenerated"]),
    derived("metadata.logged_time", &["_TimeReceived"], "as a time"),
    Field { names: &["Category", "azure.open_ai.category"], ..first("metadata.event_code", &["category", "Type"]) },
    first("metadata.product.feature.name", &["category", "Type"]),
    first("metadata.correlation_uid", &["correlationId", "OperationId"]),
    derived("metadata.tenant_uid", &["tenantId"], "the tenant; not in Log Analytics, where it is the workspace"),
    derived("metadata.product.name", &["Type"], "\"Azure AI services\"; of spans \"Application Insights\""),
    constant("metadata.product.vendor_name", "Microsoft"),
    constant("metadata.log_name", "azure_ai_diagnostic"),
    constant("cloud.provider", "Azure"),
    first("cloud.region", &["location", "Tenant", "location_s", "Tenant_s", "properties.resource.cloud.region"]),
    derived("cloud.account.uid", &["_SubscriptionId"], "the subscription in the resource's id, else _SubscriptionId"),
    derived("cloud.account.type_id", &["_SubscriptionId"], "13 where the subscription is known"),
    derived("cloud.account.type", &["_SubscriptionId"], "\"Azure Subscription\" where the subscription is known"),
    derived("cloud.org.uid", &["tenantId"], "as metadata.tenant_uid"),
    Field {
        names: &["azure.open_ai.operation_name"],
        ..derived(
            "api.operation",
            &["operationName", gen_ai!("operation.name"), "Name"],
            "operationName; of a span gen_ai.operation.name, else its name",
        )
    },
    derived("api.service.name", &["AppRoleName"], "\"Microsoft.CognitiveServices\"; of a span the service that wrote it"),
    derived("api.version", &["properties.apiName", "properties_s.apiName"], "what stands behind `version` in apiName"),
    derived("api.request.uid", &["correlationId", "Id"], "the correlation id; of a span its own id"),
    derived("api.response.code", &["resultSignature"], "the HTTP status"),
    derived(
        "status_id",
        &["resultSignature", "resultType", "Success"],
        "by the HTTP status: 1 below 400, else 2; of a span by Success; 0 where nothing says so",
    ),
    derived("status", &["resultSignature", "resultType", "Success"], "the caption of status_id"),
    first("status_code", &["resultSignature", "ResultCode"]),
    derived("duration", &["durationMs"], "in milliseconds"),
    derived(
        "activity_id",
        &["operationName", "properties.modelName", "properties_s.modelName"],
        "by the verb of the operation (Create_Thread, ListKey); 99 where a model is called, and for spans",
    ),
    derived(
        "activity_name",
        &["operationName", "properties.modelName", "properties_s.modelName"],
        "the caption of activity_id; of 99 the operation",
    ),
    derived("actor.user.uid", &["properties.objectId", "properties_s.objectId"], "the object id of the caller; none where he used a key"),
    derived("actor.user.name", ACTOR, "who is signed in to the application; \"Unknown\" where nobody is known"),
    derived("actor.user.email_addr", &["UserAuthenticatedId", "properties.enduser.id"], "the same, if it is an e-mail address"),
    first("actor.app_uid", &[gen_ai!("agent.id")]),
    first("actor.app_name", &[gen_ai!("agent.name"), "AppRoleName"]),
    derived("src_endpoint.ip", &["callerIpAddress", "ClientIP"], "if it is an address, without its port"),
    derived(
        "src_endpoint.name",
        &["callerIpAddress", "ClientIP"],
        "what is no address: Azure masks the end of it, Application Insights writes 0.0.0.0; \"Unknown\" where there is none",
    ),
    first("src_endpoint.location.city", &["ClientCity"]),
    first("src_endpoint.location.region", &["ClientStateOrProvince"]),
    first("src_endpoint.location.country", &["ClientCountryOrRegion"]),
    derived(
        "resources[].uid",
        &["resourceId", "_ResourceId", "properties.gen_ai.azure_ai_project.id"],
        "the account; of a span the project, else the component that keeps it",
    ),
    derived(
        "resources[].name",
        &["properties.modelDeploymentName", "properties_s.modelDeploymentName"],
        "the last part of its id; then the deployment that was called",
    ),
    derived("resources[].type", &[], "provider and types in the id"),
    derived("resources[].group.name", &[], "the resource group in the id"),
    derived("resources[].role_id", &[], "1 (Target)"),
    derived("resources[].role", &[], "the caption of role_id"),
    Field {
        names: &["modelName", "azure.open_ai.properties.model_name"],
        ..derived("ai_model.name", CALL, "the model that answered, else the one that was asked for")
    },
    derived("ai_model.ai_provider", CALL, "as a span says; \"Azure\" in resource logs, which do not say whose model it is"),
    derived("ai_model.version", CALL, "modelVersion"),
    derived("message_context.uid", CALL, "the id of the response, else the correlation id"),
    derived("message_context.service.name", CALL, "as api.service.name; \"Unknown\" where there is none"),
    derived("message_context.prompt_tokens", CALL, "gen_ai.usage.input_tokens, of the properties or measured, or promptTokens"),
    derived("message_context.completion_tokens", CALL, "gen_ai.usage.output_tokens, of the properties or measured, or completionTokens"),
    derived("message_context.total_tokens", CALL, "the sum, where both are known"),
    alias(
        &["modelDeploymentName", "azure.open_ai.properties.model_deployment_name"],
        &["properties.modelDeploymentName", "properties_s.modelDeploymentName"],
    ),
    alias(&["properties.objectId", "objectId"], &["properties.objectId", "properties_s.objectId"]),
    alias(&["streamType", "properties.streamType"], &["properties.streamType", "properties_s.streamType"]),
    alias(&["ResourceId"], &["resourceId", "_ResourceId"]),
];

const TENANT: usize = column_at("metadata.tenant_uid");
const ORG: usize = column_at("cloud.org.uid");
const LOGGED_TIME: usize = column_at("metadata.logged_time");
const PRODUCT: usize = column_at("metadata.product.name");
const ACCOUNT: usize = column_at("cloud.account.uid");
const ACCOUNT_TYPE_ID: usize = column_at("cloud.account.type_id");
const ACCOUNT_TYPE: usize = column_at("cloud.account.type");
const API_OPERATION: usize = column_at("api.operation");
const SERVICE: usize = column_at("api.service.name");
const VERSION: usize = column_at("api.version");
const REQUEST_UID: usize = column_at("api.request.uid");
const RESPONSE_CODE: usize = column_at("api.response.code");
const STATUS_ID: usize = column_at("status_id");
const STATUS: usize = column_at("status");
const DURATION_MS: usize = column_at("duration");
const ACTIVITY_ID: usize = column_at("activity_id");
const ACTIVITY_NAME: usize = column_at("activity_name");
const ACTOR_UID: usize = column_at("actor.user.uid");
const ACTOR_NAME: usize = column_at("actor.user.name");
const ACTOR_EMAIL: usize = column_at("actor.user.email_addr");
const SOURCE_IP: usize = column_at("src_endpoint.ip");
const SOURCE_NAME: usize = column_at("src_endpoint.name");
const RESOURCE_UID: usize = column_at("resources[].uid");
const RESOURCE_NAME: usize = column_at("resources[].name");
const RESOURCE_TYPE: usize = column_at("resources[].type");
const RESOURCE_GROUP: usize = column_at("resources[].group.name");
const RESOURCE_ROLE_ID: usize = column_at("resources[].role_id");
const RESOURCE_ROLE: usize = column_at("resources[].role");
const MODEL_NAME: usize = column_at("ai_model.name");
const MODEL_PROVIDER: usize = column_at("ai_model.ai_provider");
const MODEL_VERSION: usize = column_at("ai_model.version");
const CONTEXT_UID: usize = column_at("message_context.uid");
const CONTEXT_SERVICE: usize = column_at("message_context.service.name");
const CONTEXT_PROMPT: usize = column_at("message_context.prompt_tokens");
const CONTEXT_COMPLETION: usize = column_at("message_context.completion_tokens");
const CONTEXT_TOTAL: usize = column_at("message_context.total_tokens");

const COGNITIVE_SERVICES: &str = "Microsoft.CognitiveServices";
const CATEGORIES: &[&str] = &["RequestResponse", "Audit", "Trace", "AzureOpenAIRequestUsage"];

fn one_of(text: Option<Cow<str>>, words: &[&str]) -> bool {
    text.is_some_and(|text| words.iter().any(|word| word.eq_ignore_ascii_case(&text)))
}

/// A span of Application Insights; its table has spans of all kinds of programs.
fn is_span(record: &Record) -> bool {
    one_of(record.text(KIND), &["AppDependencies"])
}

fn fits(record: &Record) -> bool {
    if is_span(record) {
        let attributes = [GEN_AI_OPERATION, GEN_AI_PROVIDER, GEN_AI_SYSTEM, GEN_AI_MODEL, GEN_AI_REQUESTED, GEN_AI_AGENT];
        return attributes.iter().any(|path| record.kind(*path) == JsonKind::Text)
            || record.text(PROPERTIES).is_some_and(|properties| properties.contains("gen_ai."));
    }
    one_of(record.text(CATEGORY), CATEGORIES)
        && record
            .first(&[RESOURCE, RESOURCE_COLUMN])
            .is_some_and(|id| resource_id(&id).kind.to_ascii_lowercase().starts_with("microsoft.cognitiveservices/"))
}

/// A span is known by its own id within its trace. A resource log has the correlation id of its request, and nothing of its own.
fn key(record: &Record, out: &mut Vec<u8>) -> bool {
    let parts = if is_span(record) { [TRACE, SPAN, NAME, KIND] } else { [CORRELATION, OPERATION, CATEGORY, SIGNATURE] };
    out.extend_from_slice(SOURCE.name.0.as_bytes());
    for path in parts {
        out.push(0);
        out.extend(record.scalar(path).unwrap_or_default().bytes().map(|byte| byte.to_ascii_lowercase()));
    }
    out.push(0);
    out.extend(record.first(&[RESOURCE, RESOURCE_COLUMN]).unwrap_or_default().bytes().map(|byte| byte.to_ascii_lowercase()));
    let time = SOURCE.time.iter().find_map(|path| record.time(*path));
    out.extend_from_slice(&time.unwrap_or_default().to_le_bytes());
    record.text(parts[0]).is_some()
}

fn derive(record: &Record, row: &mut Row) -> Class {
    let span = is_span(record);
    let operation = if span { record.first(&[GEN_AI_OPERATION, NAME]) } else { record.text(OPERATION) };
    let operation = operation.as_deref().unwrap_or("Unknown");
    row.profile(Profile::Cloud);
    row.constant(PRODUCT, if span { "Application Insights" } else { "Azure AI services" });
    row.text(API_OPERATION, record, operation);
    let service = if span { record.text(SERVICE_ROLE) } else { Some(Cow::Borrowed(COGNITIVE_SERVICES)) };
    if let Some(service) = &service {
        row.text(SERVICE, record, service);
    }
    if let Some((_, version)) = record.first(&[API, API_COLUMN]).as_deref().and_then(|api| api.rsplit_once("version ")) {
        row.text(VERSION, record, version);
    }
    if let Some(request) = record.text(if span { SPAN } else { CORRELATION }) {
        row.text(REQUEST_UID, record, &request);
    }
    if let Some(time) = record.time(TIME_RECEIVED) {
        row.number(LOGGED_TIME, time);
    }
    if let Some(duration) = record.float(DURATION).filter(|duration| *duration >= 0.0) {
        row.number(DURATION_MS, duration as i64);
    }
    if let Some(tenant) = record.text(TENANT_ID).filter(|_| record.kind(TIME_GENERATED) == JsonKind::Missing) {
        row.text(TENANT, record, &tenant);
        row.text(ORG, record, &tenant);
    }
    status(span, record, row);
    actor(record, row);
    source(record, row);
    resources(span, record, row);
    model(span, service.as_deref(), record, row);
    let called = span || record.first(&[MODEL, MODEL_COLUMN]).is_some();
    let activity = if called { 99 } else { activity(operation) };
    row.number(ACTIVITY_ID, activity);
    if activity == 99 {
        row.text(ACTIVITY_NAME, record, operation);
    }
    Class::ApiActivity
}

fn status(span: bool, record: &Record, row: &mut Row) {
    let http = record.number(SIGNATURE).filter(|code| (100..600).contains(code));
    if let Some(code) = http {
        row.number(RESPONSE_CODE, code);
    }
    let succeeded = match http {
        Some(code) => Some(code < 400),
        None if span => record.truth(SUCCESS),
        None => record.text(RESULT_TYPE).map(|result| result.to_ascii_lowercase().starts_with("succe")),
    };
    let (id, caption) = match succeeded {
        Some(true) => (1, "Success"),
        Some(false) => (2, "Failure"),
        None => (0, "Unknown"),
    };
    row.number(STATUS_ID, id);
    row.constant(STATUS, caption);
}

/// Who called with a key of the account is not known, and `objectId` is empty.
fn actor(record: &Record, row: &mut Row) {
    let id = record.first(&[CALLER, CALLER_COLUMN]);
    let name = record.first(&[SIGNED_IN, END_USER]);
    if let Some(id) = &id {
        row.text(ACTOR_UID, record, id);
    }
    match name.as_deref() {
        Some(name) => {
            row.text(ACTOR_NAME, record, name);
            row.text(ACTOR_EMAIL, record, if is_email(name) { name } else { "" });
        }
        None if id.is_none() && record.first(&[GEN_AI_AGENT, GEN_AI_AGENT_NAME, SERVICE_ROLE]).is_none() => {
            row.constant(ACTOR_NAME, "Unknown");
        }
        None => {}
    }
}

fn source(record: &Record, row: &mut Row) {
    match record.first(&[ADDRESS, CLIENT]).as_deref().map(without_port) {
        Some(address) if is_address(address) && !is_unspecified(address) => row.text(SOURCE_IP, record, address),
        Some(words) => row.text(SOURCE_NAME, record, words),
        None => row.constant(SOURCE_NAME, "Unknown"),
    }
}

/// The account, or the project of a span; then the deployment.
fn resources(span: bool, record: &Record, row: &mut Row) {
    let own = record.first(if span { &[GEN_AI_PROJECT, RESOURCE_COLUMN] } else { &[RESOURCE, RESOURCE_COLUMN] });
    let parts = own.as_deref().map(resource_id).unwrap_or_default();
    if let Some(subscription) = parts.subscription.map(Cow::Borrowed).or_else(|| record.text(SUBSCRIPTION_COLUMN)) {
        row.text(ACCOUNT, record, &subscription);
        row.number(ACCOUNT_TYPE_ID, 13);
        row.constant(ACCOUNT_TYPE, "Azure Subscription");
    }
    if !row.wants_list(RESOURCE_UID) {
        return;
    }
    if let Some(id) = own.as_deref() {
        let kind = (!parts.kind.is_empty()).then_some(parts.kind.as_str());
        let texts = [(RESOURCE_UID, Some(id)), (RESOURCE_NAME, parts.name), (RESOURCE_TYPE, kind), (RESOURCE_GROUP, parts.group)];
        let mut cells: Vec<(usize, Cell)> = Vec::new();
        for (column, text) in texts {
            if let Some(text) = text {
                cells.push((column, row.cell(record, text)));
            }
        }
        target(cells, row);
    }
    if let Some(deployment) = record.first(&[DEPLOYMENT, DEPLOYMENT_COLUMN]) {
        let cells = vec![
            (RESOURCE_NAME, row.cell(record, &deployment)),
            (RESOURCE_TYPE, row.constant_cell("Microsoft.CognitiveServices/accounts/deployments")),
        ];
        target(cells, row);
    }
}

fn target(mut cells: Vec<(usize, Cell)>, row: &mut Row) {
    cells.push((RESOURCE_ROLE_ID, Cell::Long(1)));
    cells.push((RESOURCE_ROLE, row.constant_cell("Target")));
    row.item(&cells);
}

/// The model and what it was given, in tokens.
fn model(span: bool, service: Option<&str>, record: &Record, row: &mut Row) {
    let name = record.first(&[MODEL, MODEL_COLUMN, GEN_AI_MODEL, GEN_AI_REQUESTED]);
    let tokens =
        |paths: &[Leaf]| paths.iter().find_map(|path| record.float(*path)).filter(|count| (0.0..2e9).contains(count)).map(|n| n as i64);
    let prompt = tokens(&[GEN_AI_INPUT, MEASURED_INPUT, PROMPT_TOKENS]);
    let completion = tokens(&[GEN_AI_OUTPUT, MEASURED_OUTPUT, COMPLETION_TOKENS]);
    if name.is_none() && prompt.is_none() && completion.is_none() {
        return;
    }
    row.profile(Profile::AiOperation);
    if let Some(name) = &name {
        row.text(MODEL_NAME, record, name);
        match record.first(&[GEN_AI_PROVIDER, GEN_AI_SYSTEM]) {
            Some(provider) => row.text(MODEL_PROVIDER, record, &provider),
            None => row.constant(MODEL_PROVIDER, "Azure"),
        }
        if let Some(version) = record.first(&[VERSION_OF_MODEL, VERSION_COLUMN]) {
            row.text(MODEL_VERSION, record, &version);
        }
    }
    let Some(context) = record.first(&[GEN_AI_RESPONSE, CORRELATION]).or_else(|| record.text(SPAN).filter(|_| span)) else {
        return;
    };
    row.text(CONTEXT_UID, record, &context);
    row.text(CONTEXT_SERVICE, record, service.unwrap_or("Unknown"));
    for (column, count) in [(CONTEXT_PROMPT, prompt), (CONTEXT_COMPLETION, completion)] {
        if let Some(count) = count {
            row.number(column, count);
        }
    }
    if let (Some(prompt), Some(completion)) = (prompt, completion) {
        row.number(CONTEXT_TOTAL, prompt + completion);
    }
}

/// `Create_Thread`, `Threads_Delete` and `ListKey` are operations on what the service keeps; to create a completion is to call a model.
fn activity(operation: &str) -> i64 {
    const CALLS: &[&str] =
        &["chatcompletions", "completions", "embeddings", "imagegenerations", "responses", "messages", "speech", "transcriptions"];
    const VERBS: &[(&str, i64)] = &[
        ("create", 1),
        ("list", 2),
        ("get", 2),
        ("retrieve", 2),
        ("update", 3),
        ("modify", 3),
        ("regenerate", 3),
        ("cancel", 3),
        ("delete", 4),
    ];
    let folded = operation.to_ascii_lowercase();
    let (first, last) = (folded.split('_').next().unwrap_or_default(), folded.rsplit('_').next().unwrap_or_default());
    if CALLS.contains(&first) {
        return 99;
    }
    VERBS.iter().find(|(verb, _)| folded.starts_with(verb) || last.starts_with(verb)).map_or(99, |(_, id)| *id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn activities() {
        for (operation, expected) in [
            ("Create_Thread", 1),
            ("ListKey", 2),
            ("Threads_Delete", 4),
            ("Files_List", 2),
            ("FineTuning_Jobs_Cancel", 3),
            ("Speech", 99),
            ("", 99),
        ] {
            assert_eq!(activity(operation), expected, "{operation}");
        }
    }
}

//! The table of the audit log: columns, names that rule writers use, members of all shapes.

use event::Field;

use super::{alias, both, constant, derived, first};

/// Everything that stands at the top of some shape: Event Hub, the Graph API, the table of Log Analytics.
pub const MEMBERS: &[&str] = &[
    // Event Hub.
    "time",
    "resourceId",
    "operationName",
    "operationVersion",
    "category",
    "tenantId",
    "resultType",
    "resultSignature",
    "resultDescription",
    "durationMs",
    "callerIpAddress",
    "correlationId",
    "identity",
    "Level",
    "location",
    "properties",
    // The Graph API, and what stands under `properties`.
    "id",
    "result",
    "resultReason",
    "activityDisplayName",
    "activityDateTime",
    "loggedByService",
    "operationType",
    "userAgent",
    "initiatedBy",
    "targetResources",
    "additionalDetails",
    "tenantGeo",
    // Log Analytics.
    "TimeGenerated",
    "Type",
    "SourceSystem",
    "AADTenantId",
    "AADOperationType",
    "Resource",
    "ResourceGroup",
    "ResourceProvider",
    "_ResourceId",
];

pub const KEPT: &[&str] = &["properties.operationType", "operationType", "AADOperationType", "properties.result", "result"];

const TENANT: &[&str] = &["resourceId", "AADTenantId", "tenantId"];
const BY: &[&str] = &[
    "properties.initiatedBy.user.userPrincipalName",
    "initiatedBy.user.userPrincipalName",
    "properties.initiatedBy.user.displayName",
    "initiatedBy.user.displayName",
    "properties.initiatedBy.app.servicePrincipalName",
    "initiatedBy.app.servicePrincipalName",
    "properties.initiatedBy.app.displayName",
    "initiatedBy.app.displayName",
    "identity",
];
const BY_ID: &[&str] = &[
    "properties.initiatedBy.user.id",
    "initiatedBy.user.id",
    "properties.initiatedBy.app.servicePrincipalId",
    "initiatedBy.app.servicePrincipalId",
];
const ADDRESS: &[&str] = &[
    "properties.initiatedBy.user.ipAddress",
    "initiatedBy.user.ipAddress",
    "callerIpAddress",
    "properties.additionalDetails[key=ipaddr].value",
    "additionalDetails[key=ipaddr].value",
];
const AGENT: &[&str] =
    &["properties.userAgent", "userAgent", "properties.additionalDetails[key=User-Agent].value", "additionalDetails[key=User-Agent].value"];
const TARGET_ID: &[&str] = both!("targetResources.id");
const TARGET_KIND: &[&str] = both!("targetResources.type");
const TARGET: &[&str] = &[
    "properties.targetResources.userPrincipalName",
    "targetResources.userPrincipalName",
    "properties.targetResources.displayName",
    "targetResources.displayName",
];
const USER: &[&str] = &[
    "properties.targetResources.userPrincipalName",
    "targetResources.userPrincipalName",
    "properties.targetResources.displayName",
    "targetResources.displayName",
    "properties.targetResources.modifiedProperties[displayName=ServicePrincipal.DisplayName].newValue",
    "targetResources.modifiedProperties[displayName=ServicePrincipal.DisplayName].newValue",
    "properties.targetResources.modifiedProperties[displayName=ServicePrincipal.DisplayName].oldValue",
    "targetResources.modifiedProperties[displayName=ServicePrincipal.DisplayName].oldValue",
    "properties.initiatedBy.user.displayName",
    "initiatedBy.user.displayName",
];
const USER_ID: &[&str] = &[
    "properties.targetResources.id",
    "targetResources.id",
    "properties.targetResources.modifiedProperties[displayName=ServicePrincipal.ObjectID].newValue",
    "targetResources.modifiedProperties[displayName=ServicePrincipal.ObjectID].newValue",
];
const GROUP: &[&str] = &[
    "properties.targetResources.modifiedProperties[displayName=Group.DisplayName].newValue",
    "targetResources.modifiedProperties[displayName=Group.DisplayName].newValue",
    "properties.targetResources.modifiedProperties[displayName=Group.DisplayName].oldValue",
    "targetResources.modifiedProperties[displayName=Group.DisplayName].oldValue",
    "properties.targetResources.displayName",
    "targetResources.displayName",
];
const GROUP_ID: &[&str] = &[
    "properties.targetResources.modifiedProperties[displayName=Group.ObjectID].newValue",
    "targetResources.modifiedProperties[displayName=Group.ObjectID].newValue",
    "properties.targetResources.id",
    "targetResources.id",
];
const PRIVILEGES: &[&str] = &[
    "properties.targetResources.modifiedProperties[displayName=Role.DisplayName].newValue",
    "targetResources.modifiedProperties[displayName=Role.DisplayName].newValue",
    "properties.targetResources.modifiedProperties[displayName=AppRole.Value].newValue",
    "targetResources.modifiedProperties[displayName=AppRole.Value].newValue",
    "properties.targetResources.modifiedProperties[displayName=DelegatedPermissionGrant.Scope].newValue",
    "targetResources.modifiedProperties[displayName=DelegatedPermissionGrant.Scope].newValue",
];
const ROLE_ID: &[&str] = &[
    "properties.targetResources.id",
    "targetResources.id",
    "properties.targetResources.modifiedProperties[displayName=Role.TemplateId].newValue",
    "targetResources.modifiedProperties[displayName=Role.TemplateId].newValue",
    "properties.targetResources.modifiedProperties[displayName=Role.TemplateId].oldValue",
    "targetResources.modifiedProperties[displayName=Role.TemplateId].oldValue",
    "properties.targetResources.modifiedProperties[displayName=Role.ObjectID].newValue",
    "targetResources.modifiedProperties[displayName=Role.ObjectID].newValue",
    "properties.targetResources.modifiedProperties[displayName=Role.ObjectID].oldValue",
    "targetResources.modifiedProperties[displayName=Role.ObjectID].oldValue",
];

/// A name of the activity, in whichever member a shape has it.
const ACTIVITY: &[&str] = &["operationName", "properties.activityDisplayName", "activityDisplayName", "properties.operationName"];

pub const FIELDS: &[Field] = &[
    Field { names: &["azure.auditlogs.properties.id"], ..first("metadata.original_event_uid", both!("id")) },
    first("metadata.original_time", &["properties.activityDateTime", "activityDateTime", "time", "TimeGenerated"]),
    Field { names: &["azure.correlation_id"], ..first("metadata.correlation_uid", both!("correlationId")) },
    derived("metadata.event_code", both!("category"), "the category of the activity"),
    first("metadata.log_level", &["Level"]),
    first("metadata.log_version", &["operationVersion"]),
    constant("metadata.log_name", "entra_audit"),
    derived("metadata.tenant_uid", TENANT, "the tenant; in a table, `TenantId` is the workspace"),
    constant("metadata.product.name", "Microsoft Entra ID"),
    constant("metadata.product.vendor_name", "Microsoft"),
    constant("metadata.product.feature.name", "AuditLogs"),
    constant("cloud.provider", "Azure"),
    derived("cloud.org.uid", TENANT, "as metadata.tenant_uid"),
    derived("api.operation", ACTIVITY, "the activity"),
    Field { names: &["azure.auditlogs.properties.logged_by_service"], ..first("api.service.name", both!("loggedByService")) },
    derived("activity_id", both!("operationType"), "by class, from the activity, its category and its kind of operation"),
    derived("activity_name", ACTIVITY, "the caption of activity_id; of 99 the activity"),
    derived("status_id", both!("result"), "success 1, failure 2, others 99"),
    derived("status", both!("result"), "the caption of status_id; of 99 Entra's word"),
    first("status_code", &["resultType", "properties.resultType"]),
    first("status_detail", both!("resultReason")),
    derived("severity_id", both!("result"), "2 (Low) for a failure, else 1"),
    derived("severity", both!("result"), "the caption of severity_id"),
    derived("actor.user.uid", BY_ID, "the user, or the service principal"),
    derived("actor.user.name", BY, "the UPN, or the name of the service principal or application"),
    derived("actor.user.email_addr", BY, "the UPN, if it is an e-mail address"),
    derived("actor.user.full_name", BY, "the name of a user that is shown"),
    derived("actor.user.type_id", BY_ID, "1 of a user, 4 of an application"),
    derived("actor.user.type", BY_ID, "the caption of type_id"),
    Field {
        names: &["azure.auditlogs.properties.initiated_by.app.displayName"],
        ..first("actor.app_name", both!("initiatedBy.app.displayName"))
    },
    Field { names: &["azure.auditlogs.properties.initiated_by.app.appId"], ..first("actor.app_uid", both!("initiatedBy.app.appId")) },
    derived("src_endpoint.ip", ADDRESS, "the user's address, or the caller's, or that of the details"),
    derived("src_endpoint.name", ADDRESS, "\"Unknown\" where class 6003 needs a source"),
    derived("http_request.user_agent", AGENT, "the user agent, or that of the details"),
    derived("user.name", USER, "the target user's UPN or name, or who is granted something"),
    derived("user.uid", USER_ID, "its object id"),
    derived("user.email_addr", USER, "the UPN, if it is an e-mail address"),
    derived("user.full_name", USER, "the name that is shown"),
    derived("user.type_id", TARGET_KIND, "1 of a user, 4 of a service principal, else 99"),
    derived("user.type", TARGET_KIND, "the caption of type_id; of 99 Entra's word"),
    derived("privileges[]", PRIVILEGES, "the role, or the permissions that an application is granted"),
    derived("group.name", GROUP, "the group, by what the modified properties say or the target"),
    derived("group.uid", GROUP_ID, "its object id"),
    derived("subgroup.name", TARGET, "a group that becomes a member"),
    derived("subgroup.uid", TARGET_ID, "its object id"),
    derived("entity.name", TARGET, "the first target"),
    derived("entity.uid", TARGET_ID, "its object id"),
    derived("entity.type_id", TARGET_KIND, "Device 1, User 2, Group 3, Policy 5, else 99"),
    derived("entity.type", TARGET_KIND, "the caption of type_id; of 99 Entra's word"),
    derived("resources[].uid", ROLE_ID, "the role, the API of a permission, or every target of an event that is no more than an API call"),
    derived("resources[].name", TARGET, "its name"),
    derived("resources[].type", TARGET_KIND, "its type"),
    derived("resources[].role_id", &[], "1 (Target)"),
    derived("resources[].role", &[], "the caption of role_id"),
    // What rules call it. The activity has five names, and some rules have names of their own for activities.
    Field {
        values: &[
            ("Update application – Certificates and secrets management", &["Update application – Certificates and secrets management "]),
            ("Add member from group", &["Add member to group"]),
            ("Add eligible member (permanent)", &["Add eligible member to role in PIM completed (permanent)"]),
            (
                "Add eligible member (eligible)",
                &["Add eligible member to role in PIM completed (timebound)", "Add eligible member to role"],
            ),
            ("Remove eligible member (permanent)", &["Remove eligible member from role in PIM completed (permanent)"]),
            (
                "Remove eligible member (eligible)",
                &["Remove eligible member from role in PIM completed (timebound)", "Remove eligible member from role"],
            ),
            ("Request Approved/Denied", &["*request approved*", "*request denied*"]),
            (
                "Assigns the caller to user access admin",
                &["User has elevated their access to User Access Administrator for their Azure Resources"],
            ),
        ],
        ..alias(
            &[
                "operationName",
                "activityDisplayName",
                "properties.activityDisplayName",
                "properties.operationName",
                "properties.message",
                "activityType",
                "Operation",
                "azure.auditlogs.operation_name",
                "azure.auditlogs.properties.activity_display_name",
            ],
            ACTIVITY,
        )
    },
    Field {
        values: &[("Administrative", &["AzureRBACRoleManagementElevateAccess"])],
        ..alias(&["category", "properties.category", "azure.auditlogs.properties.category"], both!("category"))
    },
    Field {
        values: &[("Sucess", &["success"])],
        ..alias(
            &["Status", "result", "properties.result", "azure.auditlogs.properties.result"],
            &["properties.result", "result", "properties.resultReason", "resultReason"],
        )
    },
    Field {
        values: &[(
            "Microsoft.online.Security.userConsentBlockedForRiskyAppsExceptions",
            &["Microsoft.Online.Security.UserConsentBlockedForRiskyAppsException*"],
        )],
        ..alias(&["failure_status_reason", "StatusReason", "azure.auditlogs.properties.result_reason"], both!("resultReason"))
    },
    Field {
        values: &[("UPN", &["*@*"])],
        ..alias(&["InitiatedBy", "properties.initiatedBy", "Initiatied.By", "Initiated.By", "Actor"], both!("initiatedBy"))
    },
    Field {
        values: &[("UPN", &["@"])],
        ..alias(&["Target", "Targets", "TargetUserName"], &["properties.targetResources", "targetResources"])
    },
    Field {
        values: &[("Service Principal", &["ServicePrincipal"])],
        ..alias(
            &["targetResources.type", "properties.targetResources.type", "azure.auditlogs.properties.target_resources.0.type"],
            both!("targetResources.type"),
        )
    },
    Field {
        values: &[("true", &["\"true\""]), ("false", &["\"false\""])],
        ..alias(
            &["ConsentContext.IsAdminConsent"],
            &[
                "properties.targetResources.modifiedProperties[displayName=ConsentContext.IsAdminConsent].newValue",
                "targetResources.modifiedProperties[displayName=ConsentContext.IsAdminConsent].newValue",
            ],
        )
    },
    alias(
        &["ConsentAction.Permissions"],
        &[
            "properties.targetResources.modifiedProperties[displayName=ConsentAction.Permissions].newValue",
            "targetResources.modifiedProperties[displayName=ConsentAction.Permissions].newValue",
        ],
    ),
    alias(
        &["Role.DisplayName"],
        &[
            "properties.targetResources.modifiedProperties[displayName=Role.DisplayName].newValue",
            "targetResources.modifiedProperties[displayName=Role.DisplayName].newValue",
        ],
    ),
    alias(
        &["additionalDetails.additionalInfo"],
        &["properties.additionalDetails[key=AdditionalInfo].value", "additionalDetails[key=AdditionalInfo].value"],
    ),
    alias(
        &["ipAddress", "source.ip", "src_ip", "callerIpAddress", "IPAddress"],
        &["callerIpAddress", "properties.initiatedBy.user.ipAddress", "initiatedBy.user.ipAddress", "ipAddress"],
    ),
    alias(
        &[
            "initiatedBy.user.userPrincipalName",
            "azure.auditlogs.properties.initiated_by.user.userPrincipalName",
            "azure.auditlogs.properties.initiated_by.user.user_principal_name",
        ],
        both!("initiatedBy.user.userPrincipalName"),
    ),
    alias(
        &["operationType", "properties.operationType", "AADOperationType"],
        &["properties.operationType", "operationType", "AADOperationType"],
    ),
    alias(&["azure.auditlogs.category"], &["category"]),
    alias(&["azure.tenant_id"], &["tenantId", "AADTenantId"]),
    alias(&["azure.auditlogs.identity"], &["identity"]),
    alias(&["azure.auditlogs.properties.target_resources.0.display_name"], both!("targetResources.displayName")),
    alias(&["azure.auditlogs.properties.target_resources.0.user_principal_name"], both!("targetResources.userPrincipalName")),
    alias(&["azure.auditlogs.properties.target_resources.0.modified_properties"], both!("targetResources.modifiedProperties")),
];

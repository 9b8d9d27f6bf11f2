//! Sheets of AWS.

use super::{
    ACCOUNT, FINDING_SOURCE, MFA, OPERATION, ORIGINAL_TIME, OUTCOME, REGION, SESSION, SOURCE, Sheet, TARGET, USER_ID, USER_NAME, row,
};

pub const CLOUDTRAIL: Sheet = Sheet {
    log_source: "aws_cloudtrail",
    rows: &[
        row("actor id", &["/userIdentity/arn", "/userIdentity/principalId"], USER_ID, ""),
        row(
            "actor name",
            &["/userIdentity/userName", "/userIdentity/sessionContext/sessionIssuer/userName", "/userIdentity/arn"],
            USER_NAME,
            "of AWS's own services (AWSService) the name stands in actor.app_name",
        ),
        row("operation", &["/eventName", "/insightDetails/eventName"], OPERATION, ""),
        row("outcome", &[""], OUTCOME, ""),
        row("target, listed in resources", &["/resources/ARN"], TARGET, ""),
        row(
            "target, a parameter ...Name, ...Id, ...Arn",
            &["/requestParameters/*Name|*Id|*Arn"],
            TARGET,
            "parameters that name a known kind of thing become resources (target.rs); all stand in api.request.data",
        ),
        row("source address", &["/sourceIPAddress"], SOURCE, ""),
        row("account", &["/recipientAccountId", "/userIdentity/accountId"], ACCOUNT, ""),
        row("region", &["/awsRegion"], REGION, ""),
        row(
            "session",
            &["/userIdentity/accessKeyId", "/userIdentity/credentialId", "/userIdentity/sessionContext/attributes/creationDate"],
            SESSION,
            "",
        ),
        row("MFA", &["/userIdentity/sessionContext/attributes/mfaAuthenticated", "/additionalEventData/MFAUsed"], MFA, ""),
        row("time", &["/eventTime"], ORIGINAL_TIME, ""),
    ],
    absent: "",
};

pub const GUARDDUTY: Sheet = Sheet {
    log_source: "aws_guardduty",
    rows: &[
        row(
            "actor id",
            &[
                "/resource/accessKeyDetails/principalId",
                "/resource/kubernetesDetails/kubernetesUserDetails/uid",
                "/service/detection/sequence/actors/user/uid",
            ],
            &["/evidences/actor/user/uid", "/evidences/actor/user/uid_alt"],
            "",
        ),
        row(
            "actor name",
            &[
                "/resource/accessKeyDetails/userName",
                "/resource/kubernetesDetails/kubernetesUserDetails/username",
                "/resource/rdsDbUserDetails/user",
                "/service/detection/sequence/actors/user/name",
            ],
            &["/evidences/actor/user/name"],
            "",
        ),
        row("operation: what was found", &["/type"], &["/finding_info/types"], ""),
        row(
            "operation: what was called",
            &["/service/action/awsApiCallAction/api", "/service/action/kubernetesApiCallAction/verb"],
            &["/evidences/api/operation"],
            "",
        ),
        row("outcome: its state", &[""], OUTCOME, ""),
        row(
            "target",
            &[
                "/resource/accessKeyDetails/accessKeyId",
                "/resource/instanceDetails/instanceId",
                "/resource/s3BucketDetails/name",
                "/resource/eksClusterDetails/name",
                "/resource/ecsClusterDetails/name",
                "/resource/lambdaDetails/functionName",
                "/resource/rdsDbInstanceDetails/dbInstanceIdentifier",
                "/resource/rdsLimitlessDbDetails/dbShardGroupIdentifier",
                "/resource/containerDetails/id",
                "/service/detection/sequence/resources/uid",
            ],
            TARGET,
            "",
        ),
        row(
            "source address",
            &[
                "/service/action/*/remoteIpDetails/ipAddressV4|ipAddressV6",
                "/service/action/portProbeAction/portProbeDetails/remoteIpDetails/ipAddressV4",
                "/service/detection/sequence/endpoints/ip",
            ],
            FINDING_SOURCE,
            "GeneratedFindingIp of sample findings is no address",
        ),
        row("account", &["/accountId"], ACCOUNT, ""),
        row("region", &["/region"], REGION, ""),
        row(
            "credential",
            &["/resource/accessKeyDetails/accessKeyId", "/service/detection/sequence/actors/user/credentialUid"],
            &["/evidences/actor/session/credential_uid"],
            "",
        ),
        row("time", &["/updatedAt", "/createdAt", "/service/eventLastSeen"], ORIGINAL_TIME, ""),
    ],
    absent: "MFA",
};

pub const BEDROCK_INVOCATION: Sheet = Sheet {
    log_source: "aws_bedrock_invocation",
    rows: &[
        row("actor id", &["/identity/arn"], USER_ID, ""),
        row("actor name", &["/identity/arn"], USER_NAME, ""),
        row("operation", &["/operation"], OPERATION, ""),
        row("outcome", &[""], OUTCOME, ""),
        row("target", &["/modelId"], TARGET, ""),
        row("model", &["/modelId"], &["/ai_model/uid"], ""),
        row("account", &["/accountId"], ACCOUNT, ""),
        row("region", &["/region"], REGION, ""),
        row("tokens in", &["/input/inputTokenCount"], &["/message_context/prompt_tokens"], "a count beyond 31 bits does not fit"),
        row("tokens out", &["/output/outputTokenCount"], &["/message_context/completion_tokens"], ""),
        row("time", &["/timestamp"], ORIGINAL_TIME, ""),
    ],
    absent: "source address, session, MFA: CloudTrail has them, of the same requestId",
};

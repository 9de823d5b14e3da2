//! Directory Service.

use super::answer::{NOTHING, Reading, named, same};

const DS: Reading = Reading { service: "ds", ..NOTHING };

const A_DIRECTORY: Reading = Reading {
    operation: "describe-directories",
    at: "DirectoryDescriptions",
    id: &["DirectoryId"],
    members: &[
        same("DirectoryId"),
        same("Name"),
        same("Edition"),
        same("Stage"),
        named("SsoEnabled", "EnableSso"),
    ],
    ..DS
};

pub(super) const READINGS: &[Reading] = &[
    Reading {
        marks: &["DirectoryId", "Type=MicrosoftAD|Type=SharedMicrosoftAD"],
        kind: "AWS::DirectoryService::MicrosoftAD",
        ..A_DIRECTORY
    },
    Reading {
        marks: &["DirectoryId", "Type=SimpleAD"],
        kind: "AWS::DirectoryService::SimpleAD",
        ..A_DIRECTORY
    },
    Reading {
        marks: &["DirectoryId", "Type=ADConnector"],
        kind: "AWS::DirectoryService::ADConnector",
        ..A_DIRECTORY
    },
    Reading {
        operation: "describe-trusts",
        at: "Trusts",
        marks: &["TrustId", "DirectoryId"],
        kind: "AWS::DirectoryService::Trust",
        id: &["TrustId"],
        members: &[
            same("DirectoryId"),
            same("RemoteDomainName"),
            same("TrustType"),
            same("TrustDirection"),
            same("TrustState"),
            same("TrustStateReason"),
            same("SelectiveAuth"),
        ],
        ..DS
    },
];

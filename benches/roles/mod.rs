//! The details of an account with any number of roles, as the AWS CLI prints them.

use std::io::Write;

/// Writes the details: a fifth as many distinct trust policies as roles, and three tenths as many distinct inline policies.
pub(crate) fn write(out: &mut dyn Write, roles: usize) -> std::io::Result<()> {
    write!(out, "{{\n    \"UserDetailList\": [],\n    \"GroupDetailList\": [],\n    \"RoleDetailList\": [")?;
    for number in 0..roles {
        let comma = if number == 0 { "" } else { "," };
        let account = "111122223333";
        let (trust, permissions) = (number / 5, number * 3 / 10);
        write!(
            out,
            r#"{comma}
        {{
            "Path": "/teams/{team}/",
            "RoleName": "service-{number}-deployment",
            "RoleId": "AROAEXAMPLE{number:010}",
            "Arn": "arn:aws:iam::{account}:role/teams/{team}/service-{number}-deployment",
            "CreateDate": "2024-03-01T09:{minute:02}:00+00:00",
            "AssumeRolePolicyDocument": {{
                "Version": "2012-10-17",
                "Statement": [
                    {{
                        "Effect": "Allow",
                        "Principal": {{
                            "Federated": "arn:aws:iam::{account}:oidc-provider/token.actions.githubusercontent.com"
                        }},
                        "Action": "sts:AssumeRoleWithWebIdentity",
                        "Condition": {{
                            "StringEquals": {{
                                "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                                "token.actions.githubusercontent.com:sub": "repo:acme/service-{trust}:ref:refs/heads/main"
                            }}
                        }}
                    }}
                ]
            }},
            "InstanceProfileList": [],
            "RolePolicyList": [
                {{
                    "PolicyName": "deployment",
                    "PolicyDocument": {{
                        "Version": "2012-10-17",
                        "Statement": [
                            {{
                                "Effect": "Allow",
                                "Action": [
                                    "s3:GetObject",
                                    "s3:PutObject"
                                ],
                                "Resource": "arn:aws:s3:::artifacts-{permissions}/*"
                            }},
                            {{
                                "Effect": "Allow",
                                "Action": "lambda:UpdateFunctionCode",
                                "Resource": "arn:aws:lambda:eu-west-1:{account}:function:service-{permissions}"
                            }}
                        ]
                    }}
                }}
            ],
            "AttachedManagedPolicies": [
                {{
                    "PolicyName": "CloudWatchLogsReadOnlyAccess",
                    "PolicyArn": "arn:aws:iam::aws:policy/CloudWatchLogsReadOnlyAccess"
                }}
            ],
            "Tags": [
                {{
                    "Key": "team",
                    "Value": "team-{team}"
                }},
                {{
                    "Key": "cost-center",
                    "Value": "{number}"
                }}
            ],
            "RoleLastUsed": {{
                "LastUsedDate": "2026-03-01T09:{minute:02}:00+00:00",
                "Region": "eu-west-1"
            }}
        }}"#,
            team = number % 100,
            minute = number % 60,
        )?;
    }
    write!(out, "\n    ],\n    \"Policies\": []\n}}\n")?;
    out.flush()
}

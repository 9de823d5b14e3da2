//! Roles whose permissions are looked at: an administrator with inline policies beside it, and one that is none.

/// AdministratorAccess and three inline policies.
pub(crate) const ADMINISTRATOR: &str = r#"
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: administrator
      AssumeRolePolicyDocument:
        Statement: { Effect: Allow, Principal: { AWS: "111122223333" }, Action: sts:AssumeRole }
      ManagedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"]
      Policies:
        - PolicyName: data
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - { Effect: Allow, Action: [s3:Get*, s3:List*, s3:PutObject], Resource: ["arn:aws:s3:::app-*", "arn:aws:s3:::app-*/*"] }
              - { Effect: Allow, Action: ["dynamodb:*"], Resource: !Sub "arn:aws:dynamodb:*:${AWS::AccountId}:table/app-*" }
        - PolicyName: deploy
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - { Effect: Allow, Action: ["lambda:*", "apigateway:*", "logs:*"], Resource: "*" }
              - Effect: Allow
                Action: iam:PassRole
                Resource: "arn:aws:iam::*:role/app-*"
                Condition: { StringEquals: { iam:PassedToService: lambda.amazonaws.com } }
        - PolicyName: read
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - { Effect: Allow, Action: ["ec2:Describe*", "cloudwatch:*", "tag:Get*"], Resource: "*" }
              - { Effect: Allow, Action: "secretsmanager:GetSecretValue", Resource: "arn:aws:secretsmanager:*:*:secret:app/*" }
"#;

/// The same inline policies under a boundary that allows most things, and denies some by resource.
pub(crate) fn bounded() -> String {
    let boundary = r#"
  Boundary:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - { Effect: Allow, NotAction: ["organizations:*", "account:*"], Resource: "*" }
          - { Effect: Deny, Action: "*", Resource: ["arn:aws:s3:::audit", "arn:aws:s3:::audit/*", "arn:aws:iam::*:role/audit"] }
"#;
    let managed = "ManagedPolicyArns: [\"arn:aws:iam::aws:policy/AdministratorAccess\"]";
    let role = ADMINISTRATOR.replace(managed, "PermissionsBoundary: !Ref Boundary");
    format!("{role}{}", boundary.trim_start_matches('\n'))
}

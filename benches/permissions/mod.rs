//! Roles whose permissions are looked at: an administrator with inline policies beside it, and one that is none.

use std::time::{Duration, Instant};

use fedlint::analysis::{Analysis, Impact};
use fedlint::knowledge::Issuers;
use fedlint::model::{EntityId, Model};
use fedlint::scan::model_of_texts;
use fedlint::settings::Settings;
use fedlint::source::Sources;
use fedlint::value::Vocabulary;

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

/// How long it takes to say what the permissions of a role amount to, in microseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    /// From policies as they are parsed, AWS's own from the catalogue: they are made ready, their sets of actions
    /// filled, and the answer found. What is the same for all roles was used before.
    pub(crate) cold: f64,
    /// With the policies made ready and their sets filled.
    pub(crate) warm: f64,
}

/// The medians of some turns, each with a scan of its own.
pub(crate) fn times(template: &str, administers: bool, turns: usize) -> Times {
    let (mut cold, mut warm) = (Vec::new(), Vec::new());
    let settings = Settings::default();
    for _ in 0..turns {
        let (vocabulary, sources) = (Vocabulary::default(), Sources::default());
        let model: Model = model_of_texts(&[("template.yaml", template)], &settings, &vocabulary);
        let role: EntityId = model.roles.first().expect("the template has a role").entity.id;
        let analysis = Analysis::new(&vocabulary, &settings, &sources, model, Issuers::default());
        let (found, time) = timed(|| analysis.privileges(role));
        assert_eq!(found.impact.sure == Impact::Administrator, administers, "{:?}", found.impact);
        cold.push(time);
        let holder = analysis.holder(role);
        let (_, time) = timed(|| analysis.assess(role, &holder, &holder.permissions));
        warm.push(time);
    }
    // The first turn uses what is the same for all roles.
    Times { cold: median(cold.split_off(1)), warm: median(warm.split_off(1)) }
}

fn timed<T>(run: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = run();
    (result, start.elapsed())
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 2).map_or(0.0, |time| time.as_secs_f64() * 1e6)
}

//! What roles can do with their permissions: cases that are decided by hand, and all of AWS's own policies.

mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use fedlint::knowledge::managed_policies::ManagedPolicies;
use fedlint::settings::Settings;
use fedlint::source::Sources;
use support::scan_with;

/// A rule that says of every role what its permissions amount to.
const RULE: &str = "id: every-role
group: hygiene
severity: low
since: 1.0.0
finds: privileges
when: { complete: true }
message: \"{holder.name}: `{methods}`\"
why: A test wants to see it.
help: Look at it.
references: [https://example.com]
examples: {}
";

/// The ways to gain permissions that each role of a template has, and what rules say of it.
fn methods(name: &str, template: &str) -> Vec<String> {
    let folder: PathBuf = std::env::temp_dir().join(format!("fedlint-{name}-{}", std::process::id()));
    fs::create_dir_all(folder.join("rules")).expect("a folder for the rules");
    fs::write(folder.join("fedlint.yaml"), "rules: { directories: [rules] }\n")
        .expect("settings are written");
    fs::write(folder.join("rules/every-role.yaml"), RULE).expect("the rule is written");
    let settings = Settings::load(&Sources::default(), &folder.join("fedlint.yaml")).expect("valid settings");
    let outcome = scan_with(&[("template.yaml", template)], &settings);
    fs::remove_dir_all(folder).expect("the folder can be removed");
    let mut lines: Vec<String> = outcome
        .findings
        .iter()
        .filter(|seen| seen.rule == "every-role")
        .map(|seen| seen.message.clone())
        .collect();
    let said =
        |seen: &&support::Seen| seen.rule.ends_with("-privileges") || seen.rule == "federation-takeover";
    lines
        .extend(outcome.findings.iter().filter(said).map(|seen| format!("{} {}", seen.rule, seen.certainty)));
    lines
}

/// A role that people of a company take, with these statements.
fn role(statements: &[&str]) -> String {
    let statements: String = statements.iter().map(|text| format!("\n              - {text}")).collect();
    format!(
        r#"
Resources:
  Deploy:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {{ Federated: arn:aws:iam::111122223333:saml-provider/corp }}
            Action: sts:AssumeRoleWithSAML
            Condition: {{ StringEquals: {{ "SAML:aud": https://signin.aws.amazon.com/saml }} }}
      Policies:
        - PolicyName: deploy
          PolicyDocument:
            Version: "2012-10-17"
            Statement:{statements}
"#
    )
}

/// T102: what a boundary has to cap is no proved way to gain permissions.
#[test]
fn a_new_role_that_a_boundary_must_cap_proves_nothing() {
    let under =
        r#"Condition: { StringEquals: { "iam:PermissionsBoundary": "arn:aws:iam::111122223333:policy/B" } }"#;
    let statement = format!(
        r#"{{ Effect: Allow, Action: ["iam:CreateRole", "iam:AttachRolePolicy"], Resource: "*", {under} }}"#
    );
    let lines = methods("t102", &role(&[&statement]));
    assert!(!lines.iter().any(|line| line.ends_with(" proved")), "{lines:?}");
    let without =
        role(&[r#"{ Effect: Allow, Action: ["iam:CreateRole", "iam:AttachRolePolicy"], Resource: "*" }"#]);
    assert!(methods("t102-open", &without).contains(&"escalation-privileges proved".to_owned()));
}

/// A managed policy of the account, named `B`, with these statements.
fn managed(statements: &[&str]) -> String {
    let statements: String = statements.iter().map(|text| format!("\n          - {text}")).collect();
    format!(
        r#"
  B:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      ManagedPolicyName: B
      PolicyDocument:
        Version: "2012-10-17"
        Statement:{statements}
"#
    )
}

/// As [`methods`], without what is said of the policy `B` itself.
fn of_role(name: &str, template: &str) -> Vec<String> {
    methods(name, template).into_iter().filter(|line| !line.starts_with("B: ")).collect()
}

const B: &str = "!Sub \"arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/B\"";
const STORAGE: &str = r#"{ Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::app/*" }"#;

fn roles_under(boundary: &str) -> String {
    format!(
        r#"{{ Effect: Allow, Action: ["iam:CreateRole", "iam:AttachRolePolicy", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"], Resource: "*", Condition: {{ StringEquals: {{ "iam:PermissionsBoundary": {boundary} }} }} }}"#
    )
}

/// T102, section G: there is no escalation beyond a boundary that gives nothing away.
#[test]
fn a_boundary_in_view_caps_what_new_roles_can_do() {
    let create = roles_under(B);
    let capped = |name: &str, more: &[&str], boundary: &[&str]| {
        let statements: Vec<&str> = std::iter::once(&*create).chain(more.iter().copied()).collect();
        of_role(name, &format!("{}{}", role(&statements), managed(boundary)))
    };
    let quiet = ["Deploy: ``".to_owned()];
    let is_possible = |lines: &[String]| lines.contains(&"escalation-privileges possible".to_owned());
    assert_eq!(capped("t102-capped", &[], &[STORAGE]), quiet);
    // As it is mostly written: who is within the boundary can make only others that are.
    assert_eq!(capped("t102-itself", &[], &[STORAGE, &create]), quiet);
    // A boundary that gives everything is none.
    let all = r#"{ Effect: Allow, Action: "*", Resource: "*" }"#;
    assert!(is_possible(&capped("t102-all", &[], &[all])));
    // Nor is one that can be changed, removed, or replaced by another one.
    for (number, action) in [
        "CreatePolicyVersion",
        "SetDefaultPolicyVersion",
        "DeleteRolePermissionsBoundary",
        "PutRolePermissionsBoundary",
    ]
    .iter()
    .enumerate()
    {
        let undo = format!(r#"{{ Effect: Allow, Action: "iam:{action}", Resource: "*" }}"#);
        let lines = capped(&format!("t102-{number}"), &[&undo], &[STORAGE]);
        assert!(is_possible(&lines), "{action}: {lines:?}");
    }
    let elsewhere =
        r#"{ Effect: Allow, Action: "iam:CreatePolicyVersion", Resource: "arn:aws:iam::*:policy/app/*" }"#;
    assert_eq!(capped("t102-elsewhere", &[elsewhere], &[STORAGE]), quiet);
}

/// Section G: who may attach certain policies gains what the worst of them allows.
#[test]
fn policies_that_may_be_attached_are_worth_what_they_allow() {
    let attach = |operator: &str, arn: &str| {
        format!(
            r#"{{ Effect: Allow, Action: ["iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy"], Resource: "*", Condition: {{ {operator}: {{ "iam:PolicyARN": {arn} }} }} }}"#
        )
    };
    let of = |name: &str, statements: &[&str], b: &[&str]| {
        of_role(name, &format!("{}{}", role(statements), managed(b)))
    };
    let is =
        |lines: &[String], certainty: &str| lines.contains(&format!("escalation-privileges {certainty}"));
    let aws = |name: &str| format!("\"arn:aws:iam::aws:policy/{name}\"");
    let free = r#"{ Effect: Allow, Action: "iam:AttachRolePolicy", Resource: "*" }"#;
    let unconditional = of("attach-free", &[free], &[STORAGE]);
    for (number, arn) in [aws("AdministratorAccess"), aws("*")].iter().enumerate() {
        let lines = of(&format!("attach-all-{number}"), &[&attach("ArnLike", arn)], &[STORAGE]);
        assert_eq!(lines, unconditional, "{arn}");
    }
    let reading = attach("ArnEquals", &aws("AmazonS3ReadOnlyAccess"));
    assert_eq!(of("attach-reading", &[&reading], &[STORAGE]), ["Deploy: ``"]);
    // A policy of the account, in view.
    let own = attach("ArnEquals", B);
    assert_eq!(of("attach-own", &[&own], &[STORAGE]), ["Deploy: ``"]);
    let versions = r#"{ Effect: Allow, Action: "iam:CreatePolicyVersion", Resource: "*" }"#;
    assert!(is(&of("attach-versions", &[&own, versions], &[STORAGE]), "possible"));
    // One that is not in view may allow anything.
    let other = attach("ArnLike", "\"arn:aws:iam::*:policy/app-*\"");
    assert!(is(&of("attach-other", &[&other], &[STORAGE]), "possible"));
}

/// T103: a role that can be passed to Lambda only is passed to nothing else.
#[test]
fn a_role_that_is_passed_to_one_service_is_passed_to_no_other() {
    let pass = r#"{ Effect: Allow, Action: "iam:PassRole", Resource: "*", Condition: { StringEquals: { "iam:PassedToService": lambda.amazonaws.com } } }"#;
    let run = r#"{ Effect: Allow, Action: ["ec2:RunInstances", "lambda:CreateFunction", "lambda:InvokeFunction"], Resource: "*" }"#;
    let lines = methods("t103", &role(&[pass, run]));
    assert_eq!(lines, ["Deploy: `lambda-001`", "escalation-privileges possible"]);
    let instances = r#"{ Effect: Allow, Action: "ec2:RunInstances", Resource: "*" }"#;
    assert_eq!(methods("t103-ec2", &role(&[pass, instances])), ["Deploy: ``"]);
}

/// A stronger role of the same deployment, and something that runs with it.
const VICTIMS: &str = r#"
  Strong:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Version: "2012-10-17", Statement: [{ Effect: Allow, Principal: { Service: [lambda.amazonaws.com, codebuild.amazonaws.com, ec2.amazonaws.com] }, Action: "sts:AssumeRole" }] }
      ManagedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"]
  Weak:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Version: "2012-10-17", Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: "sts:AssumeRole" }] }
      Policies: [{ PolicyName: logs, PolicyDocument: { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "logs:PutLogEvents", Resource: "*" }] } }]
  Function: { Type: AWS::Lambda::Function, Properties: { FunctionName: front, Role: !GetAtt Strong.Arn, Code: { ZipFile: "1" } } }
  Other: { Type: AWS::Lambda::Function, Properties: { FunctionName: back, Role: !GetAtt Weak.Arn, Code: { ZipFile: "1" } } }
  Build: { Type: AWS::CodeBuild::Project, Properties: { Name: build, ServiceRole: !GetAtt Strong.Arn } }
  Profile: { Type: AWS::IAM::InstanceProfile, Properties: { Roles: [!Ref Strong] } }
  Instance: { Type: AWS::EC2::Instance, Properties: { IamInstanceProfile: !Ref Profile } }
"#;

/// What already runs with a role is worth something where that role allows more: proved where it is in view.
#[test]
fn what_runs_with_a_stronger_role() {
    let with = |statement: &str| methods("victims", &format!("{}{VICTIMS}", role(&[statement])));
    let code = |resource: &str| {
        format!("{{ Effect: Allow, Action: 'lambda:UpdateFunctionCode', Resource: {resource} }}")
    };
    let proved = ["Deploy: `lambda-003`", "escalation-privileges proved"];
    assert_eq!(with(&code("'*'"))[..2], ["Deploy: `lambda-003`", "Strong: ``"]);
    let said = |lines: Vec<String>| -> Vec<String> {
        let is_victim = |line: &String| {
            line.starts_with("Strong") || line.starts_with("Weak") || line.starts_with("administrator")
        };
        lines.into_iter().filter(|line| !is_victim(line)).collect()
    };
    assert_eq!(said(with(&code("'*'"))), proved);
    assert_eq!(said(with(&code("!GetAtt Function.Arn"))), proved);
    // Only the function whose role allows less.
    assert_eq!(said(with(&code("!GetAtt Other.Arn"))), ["Deploy: ``"]);
    let build = "{ Effect: Allow, Action: 'codebuild:StartBuild', Resource: !GetAtt Build.Arn }";
    assert_eq!(said(with(build)), ["Deploy: `codebuild-002`", "escalation-privileges proved"]);
    let script = "{ Effect: Allow, Action: ['ec2:ModifyInstanceAttribute', 'ec2:StopInstances', 'ec2:StartInstances'], Resource: '*' }";
    assert_eq!(said(with(script)), ["Deploy: `ec2-002`", "escalation-privileges proved"]);
    // Whether the agent runs there is not known.
    let shell = "{ Effect: Allow, Action: 'ssm:StartSession', Resource: '*' }";
    assert_eq!(said(with(shell)), ["Deploy: `ssm-001`", "escalation-privileges possible"]);
    // With nothing in view, the account may have something.
    let alone = |statement: &str| methods("no-victims", &role(&[statement]));
    assert_eq!(alone(&code("'*'")), ["Deploy: `lambda-003`", "escalation-privileges possible"]);
    assert_eq!(alone(&code("'arn:aws:lambda:eu-west-1:111122223333:function:front'")), ["Deploy: ``"]);
}

/// Users and roles that allow more can be taken over, where the statement is about them.
#[test]
fn whom_somebody_becomes_by_changing_him() {
    let victims = r#"
  Boss:
    Type: AWS::IAM::User
    Properties: { ManagedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] }
  Clerk: { Type: AWS::IAM::User, Properties: { UserName: clerk } }
  Strong:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Version: "2012-10-17", Statement: [{ Effect: Allow, Principal: { Service: ec2.amazonaws.com }, Action: "sts:AssumeRole" }] }
      ManagedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"]
"#;
    let with = |action: &str, resource: &str| {
        let statement = format!("{{ Effect: Allow, Action: {action}, Resource: {resource} }}");
        let lines = methods("principals", &format!("{}{victims}", role(&[&statement])));
        let deploy = lines.iter().find(|line| line.starts_with("Deploy")).cloned().unwrap_or_default();
        let certainty = lines.iter().find_map(|line| line.strip_prefix("escalation-privileges "));
        (deploy, certainty.unwrap_or("not").to_owned())
    };
    let is = |found: (String, String), methods: &str, certainty: &str| {
        assert_eq!(found, (format!("Deploy: `{methods}`"), certainty.to_owned()));
    };
    is(with("'iam:CreateAccessKey'", "!GetAtt Boss.Arn"), "iam-002", "proved");
    is(with("'iam:CreateAccessKey'", "!GetAtt Clerk.Arn"), "", "not");
    is(with("'iam:UpdateAssumeRolePolicy'", "!GetAtt Strong.Arn"), "iam-012", "proved");
}

/// Who else has a role decides how bad it is: an account of another deployment of the scan is no stranger's.
#[test]
fn accounts_of_the_scan_are_not_outside() {
    let folder = std::env::temp_dir().join(format!("fedlint-accounts-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder for the settings");
    let file = folder.join("fedlint.yaml");
    let text =
        "deployments:\n  one.yaml: { account: '111122223333' }\n  two.yaml: { account: '444455556666' }\n";
    fs::write(&file, text).expect("the settings can be written");
    let mut settings = Settings::load(&Sources::default(), &file).expect("valid settings");
    settings.root = std::env::current_dir().expect("there is a working directory");
    fs::remove_dir_all(folder).expect("the folder can be removed");
    let role = |account: &str| {
        format!(
            "Resources:\n  Admin:\n    Type: AWS::IAM::Role\n    Properties:\n      ManagedPolicyArns: [arn:aws:iam::aws:policy/AdministratorAccess]\n      \
             AssumeRolePolicyDocument: {{ Version: '2012-10-17', Statement: [{{ Effect: Allow, \
             Principal: {{ AWS: '{account}' }}, Action: 'sts:AssumeRole' }}] }}\n"
        )
    };
    let severity = |account: &str| {
        let (one, two) = (role(account), role("111122223333"));
        let outcome = scan_with(&[("one.yaml", one.as_str()), ("two.yaml", two.as_str())], &settings);
        let said = |seen: &&support::Seen| seen.path == "one.yaml" && seen.rule == "administrator-privileges";
        let found = outcome.findings.iter().find(said).expect("it is an administrator");
        format!("{} {}", found.severity, found.certainty)
    };
    assert_eq!(severity("111122223333"), "low proved");
    assert_eq!(severity("444455556666"), "low proved");
    assert_eq!(severity("123456789012"), "high proved");
}

/// What each policy of AWS's gives a role that has nothing else, as it was read and found right. To accept another:
/// `FEDLINT_UPDATE=1 cargo test --test privilege_vectors`.
#[test]
fn what_the_policies_of_aws_give() {
    let mut template = String::from("Resources:\n");
    let mut names = Vec::new();
    for policy in ManagedPolicies::default().iter().filter(|policy| !policy.retired()) {
        let id = format!("P{}", names.len());
        names.push(policy.path_and_name());
        let arn = format!("arn:aws:iam::aws:policy{}", policy.path_and_name());
        writeln!(
            template,
            "  {id}:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: {{ Version: \"2012-10-17\", \
             Statement: [{{ Effect: Allow, Principal: {{ Federated: arn:aws:iam::111122223333:saml-provider/corp }}, \
             Action: sts:AssumeRoleWithSAML }}] }}\n      ManagedPolicyArns: [\"{arn}\"]"
        )
        .expect("a string can be written to");
    }
    let mut found = String::new();
    for line in methods("managed", &template) {
        if let Some((role, methods)) = line.strip_prefix('P').and_then(|line| line.split_once(": "))
            && methods != "``"
        {
            let name = &names[role.parse::<usize>().expect("the number of a policy")];
            writeln!(found, "{name}: {methods}").expect("a string can be written to");
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/managed_policy_escalations.txt");
    if std::env::var_os("FEDLINT_UPDATE").is_some() {
        fs::write(&path, &found).expect("the file can be written");
    }
    #[expect(clippy::disallowed_methods, reason = "a test reads what it tests")]
    let known = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, known);
}

/// Users have what their groups have, and a policy that nobody in view has stands for whoever gets it.
#[test]
fn users_groups_and_policies_that_nobody_has() {
    let template = r#"Resources:
  Writers:
    Type: AWS::IAM::Group
    Properties:
      Policies:
        - PolicyName: own
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - { Effect: Allow, Action: ["lambda:CreateFunction", "lambda:InvokeFunction"], Resource: "*" }
  Anna:
    Type: AWS::IAM::User
    Properties:
      Groups: [!Ref Writers]
      Policies:
        - PolicyName: own
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - { Effect: Allow, Action: "iam:PassRole", Resource: !GetAtt Boss.Arn }
  Bert:
    Type: AWS::IAM::User
    Properties:
      Policies:
        - PolicyName: own
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - { Effect: Allow, Action: "iam:PutUserPolicy", Resource: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:user/${!aws:username}" }
  Carl:
    Type: AWS::IAM::User
    Properties:
      UserName: carl
      Policies:
        - PolicyName: own
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - { Effect: Allow, Action: "iam:PutUserPolicy", Resource: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:user/carl" }
              - { Effect: Allow, Action: "iam:PutRolePolicy", Resource: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/carl" }
  Joined:
    Type: AWS::IAM::UserToGroupAddition
    Properties: { GroupName: !Ref Bosses, Users: [!Ref Dora] }
  Dora:
    Type: AWS::IAM::User
  Bosses:
    Type: AWS::IAM::Group
    Properties:
      ManagedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"]
  Spare:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - { Effect: Allow, Action: "*", Resource: "*" }
  Boundary:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - { Effect: Allow, Action: "*", Resource: "*" }
  Boss:
    Type: AWS::IAM::Role
    Properties:
      PermissionsBoundary: !Ref Boundary
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - { Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }
      ManagedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"]
"#;
    let found = support::scan(&[("template.yaml", template)]);
    let mut lines: Vec<String> = found
        .findings
        .iter()
        .filter(|finding| finding.entity != "Boss")
        .map(|finding| {
            format!("{} {} {}: {}", finding.severity, finding.certainty, finding.entity, finding.rule)
        })
        .collect();
    lines.sort();
    assert_eq!(
        lines,
        [
            "info proved Anna: escalation-privileges",
            "info proved Bosses: administrator-privileges",
            "info proved Carl: escalation-privileges",
            "info proved Dora: administrator-privileges",
            "info proved Spare: administrator-privileges",
        ]
    );
}

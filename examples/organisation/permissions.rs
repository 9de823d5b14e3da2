//! What roles may do, with the own account as `${AWS::AccountId}`.

use super::names;
use super::random::Random;
use super::template::{Value, map, policy, text, texts};

/// The boundary that some roles have.
pub(crate) const BOUNDARY: &str = "workload-boundary";

/// What a role may do.
#[derive(Clone, Debug, Default)]
pub(crate) struct Permissions {
    /// Policies of AWS, without `arn:aws:iam::aws:policy/`.
    pub(crate) aws: Vec<&'static str>,
    /// Inline policies, by name.
    pub(crate) inline: Vec<(&'static str, Value)>,
    /// A managed policy of the account, by name.
    pub(crate) managed: Option<(String, Value)>,
    /// True if it has a boundary.
    pub(crate) bounded: bool,
    /// True if it may assume every role.
    pub(crate) assumes_all: bool,
    /// True if something is denied.
    pub(crate) denies: bool,
}

impl Permissions {
    /// All of it as one text: equal for equal permissions.
    pub(crate) fn key(&self) -> String {
        let mut key = format!("{} {}", self.aws.join(" "), self.bounded);
        let managed = self.managed.iter().map(|(_, document)| document);
        for document in self.inline.iter().map(|(_, document)| document).chain(managed) {
            key.push_str(&document.yaml());
        }
        key
    }

    /// With a policy of AWS.
    fn with_aws(mut self, names: &[&'static str]) -> Self {
        self.aws.extend(names);
        self
    }

    /// With an inline policy.
    fn with(mut self, name: &'static str, statements: Vec<Value>) -> Self {
        self.inline.push((name, policy(statements)));
        self
    }

    /// With `sts:AssumeRole` on `*`.
    fn with_all_roles(mut self) -> Self {
        self.assumes_all = true;
        self.with("roles", vec![allow(&["sts:AssumeRole"], &["*".to_owned()])])
    }

    /// With a denial.
    pub(crate) fn with_denial(mut self) -> Self {
        self.denies = true;
        let statement = [
            ("Effect", text("Deny")),
            ("Action", texts(["s3:DeleteBucket", "kms:ScheduleKeyDeletion", "dynamodb:DeleteTable"])),
            ("Resource", text("*")),
        ];
        self.with("guard", vec![map(statement)])
    }

    /// With a boundary.
    pub(crate) fn with_boundary(mut self) -> Self {
        self.bounded = true;
        self
    }
}

fn allow(actions: &[&str], resources: &[String]) -> Value {
    let one_or_more = |items: Vec<&str>| match items.as_slice() {
        [one] => text(*one),
        _ => texts(items),
    };
    map([
        ("Effect", text("Allow")),
        ("Action", one_or_more(actions.to_vec())),
        ("Resource", one_or_more(resources.iter().map(String::as_str).collect())),
    ])
}

fn none() -> Permissions {
    Permissions::default()
}

/// Permissions that many roles of all accounts have, and how often.
pub(crate) fn common() -> Vec<(usize, Permissions)> {
    let basic = "service-role/AWSLambdaBasicExecutionRole";
    let logs = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"];
    let images = ["ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
    let node = ["AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryReadOnly"];
    let everything = ["*".to_owned()];
    vec![
        (16, none().with_aws(&[basic])),
        (6, none().with_aws(&["service-role/AWSLambdaVPCAccessExecutionRole"])),
        (6, none().with_aws(&[basic, "AWSXRayDaemonWriteAccess"])),
        (5, none().with_aws(&["AmazonSSMManagedInstanceCore"])),
        (4, none().with_aws(&["AmazonSSMManagedInstanceCore", "CloudWatchAgentServerPolicy"])),
        (8, none().with_aws(&["service-role/AmazonECSTaskExecutionRolePolicy"])),
        (2, none().with_aws(&node)),
        (2, none().with_aws(&["service-role/AmazonRDSEnhancedMonitoringRole"])),
        (2, none().with_aws(&["service-role/AWSGlueServiceRole"])),
        (3, none().with_aws(&["ReadOnlyAccess"])),
        (1, none().with_aws(&["job-function/ViewOnlyAccess"])),
        (1, none().with_aws(&["SecurityAudit"])),
        (2, none().with_aws(&["AmazonS3ReadOnlyAccess"])),
        (2, none().with_aws(&["AmazonDynamoDBFullAccess"])),
        (1, none().with_aws(&["PowerUserAccess"])),
        (1, none().with_aws(&["AdministratorAccess"])),
        (8, none().with("logs", vec![allow(&logs, &everything)])),
        (
            4,
            none()
                .with("logs", vec![allow(&logs, &everything)])
                .with("images", vec![allow(&images, &everything)]),
        ),
        (4, none()),
    ]
}

/// What roles have that may assume every role.
pub(crate) fn assuming_all() -> Vec<Permissions> {
    vec![
        none().with_all_roles(),
        none().with_aws(&["service-role/AWSLambdaBasicExecutionRole"]).with_all_roles(),
        none().with_aws(&["ReadOnlyAccess"]).with_all_roles(),
    ]
}

/// The same, with more.
pub(crate) fn assuming_all_and(serial: usize) -> Permissions {
    bucket(serial).with_all_roles()
}

/// What the last roles of chains may do, for each length.
pub(crate) fn chain_ends(serial: usize) -> [Permissions; 4] {
    let everything = ["*".to_owned()];
    let functions = ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"];
    [
        none().with("secrets", vec![allow(&["secretsmanager:GetSecretValue"], &everything)]),
        none().with("functions", vec![allow(&functions, &everything)]),
        bucket(serial),
        none().with_aws(&["AdministratorAccess"]),
    ]
}

/// The next role of a chain.
pub(crate) fn next_role(arn: String) -> Permissions {
    none().with("next", vec![allow(&["sts:AssumeRole"], &[arn])])
}

fn bucket(serial: usize) -> Permissions {
    let arn = format!("arn:aws:s3:::{}-{serial}", names::system(serial));
    let statements = vec![
        allow(&["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], &[format!("{arn}/*")]),
        allow(&["s3:ListBucket"], &[arn]),
    ];
    none().with("bucket", statements)
}

/// What one workload needs. Serial numbers keep permissions apart.
pub(crate) fn workload(account: usize, serial: usize, random: &mut Random) -> Permissions {
    let name = format!("{}-{serial}", names::system(serial));
    let own =
        |service: &str, rest: &str| format!("arn:aws:{service}:eu-west-1:${{AWS::AccountId}}:{rest}{name}");
    let basic = "service-role/AWSLambdaBasicExecutionRole";
    match random.below(26) {
        0..7 => bucket(serial),
        7..13 => {
            let table = own("dynamodb", "table/");
            let items = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:Query"];
            let queue = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];
            none()
                .with_aws(&[basic])
                .with("table", vec![allow(&items, &[table.clone(), format!("{table}/index/*")])])
                .with("queue", vec![allow(&queue, &[own("sqs", "")])])
        }
        13..16 => none().with(
            "secret",
            vec![
                allow(&["secretsmanager:GetSecretValue"], &[own("secretsmanager", "secret:") + "-*"]),
                allow(&["ssm:GetParameter", "ssm:GetParametersByPath"], &[own("ssm", "parameter/") + "/*"]),
                allow(&["kms:Decrypt"], &[own("kms", "key/")]),
            ],
        ),
        16..20 => {
            let statements = vec![
                allow(&["sns:Publish"], &[own("sns", "")]),
                allow(&["kinesis:PutRecord", "kinesis:PutRecords"], &[own("kinesis", "stream/")]),
                allow(&["cloudwatch:PutMetricData"], &["*".to_owned()]),
            ];
            Permissions { managed: Some((name, policy(statements))), ..none().with_aws(&[basic]) }
        }
        20..22 => {
            let role =
                format!("arn:aws:iam::${{AWS::AccountId}}:role/{}", names::role(account, random.below(1000)));
            none().with(
                "tasks",
                vec![
                    allow(&["ecs:RunTask", "ecs:DescribeTasks"], &[own("ecs", "task-definition/") + ":*"]),
                    allow(&["iam:PassRole"], &[role]),
                ],
            )
        }
        22..24 => {
            let stack = [
                "cloudformation:CreateChangeSet",
                "cloudformation:ExecuteChangeSet",
                "cloudformation:Describe*",
            ];
            let stacks = own("cloudformation", "stack/") + "/*";
            let passed = format!("arn:aws:iam::${{AWS::AccountId}}:role/{name}-*");
            none().with("deploy", vec![allow(&stack, &[stacks]), allow(&["iam:PassRole"], &[passed])])
        }
        _ => none().with_aws(&["ReadOnlyAccess"]).with(
            "function",
            vec![
                allow(&["lambda:InvokeFunction"], &[own("lambda", "function:")]),
                allow(&["s3:*"], &[format!("arn:aws:s3:::{name}"), format!("arn:aws:s3:::{name}/*")]),
            ],
        ),
    }
}

/// The policy that [`BOUNDARY`] is.
pub(crate) fn boundary() -> Value {
    policy(vec![allow(&["s3:*", "dynamodb:*", "sqs:*", "sns:*", "logs:*", "lambda:*"], &["*".to_owned()])])
}

//! Resources that run with a role: whoever says what they do has what the role allows.

use super::Entity;
use super::read::Slot;
use crate::value::{Field, Text};

/// A function, instance, task or build project.
#[derive(Clone, Debug)]
pub struct Carrier {
    /// What every entity has.
    pub entity: Entity,
    /// The service that its role has to trust.
    pub service: Option<&'static str>,
    /// The role's ARN.
    pub role: Field<Text>,
    /// `IamInstanceProfile` of an instance: the name of the instance profile that has the role.
    pub profile: Field<Text>,
}

impl Carrier {
    pub(super) fn read(entity: Entity, properties: Slot<'_>) -> Self {
        let (service, role) = match properties.context().vocabulary.names.text(entity.resource_type) {
            "AWS::Lambda::Function" => (Some("lambda.amazonaws.com"), Some("Role")),
            "AWS::ECS::TaskDefinition" => (Some("ecs-tasks.amazonaws.com"), Some("TaskRoleArn")),
            "AWS::CodeBuild::Project" => (Some("codebuild.amazonaws.com"), Some("ServiceRole")),
            "AWS::EC2::Instance" => (Some("ec2.amazonaws.com"), None),
            _ => (None, None),
        };
        Self {
            entity,
            service,
            role: role.map_or(Field::Absent, |role| properties.get(role).text()),
            profile: properties.get("IamInstanceProfile").text(),
        }
    }
}

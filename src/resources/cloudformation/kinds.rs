//! What is known of resource types, as data: which are resolved, which of their properties, where policy
//! documents stand in them, and what `Ref` and `Fn::GetAtt` give.
//!
//! Sources: the CloudFormation resource specification and user guide (return values). Formulas are texts
//! with placeholders:
//!
//! | placeholder | stands for |
//! | --- | --- |
//! | `{id}` | the name if one is written, else the identity that AWS gives |
//! | `{partition}`, `{region}`, `{account}`, `{suffix}` | the pseudo parameters |
//! | `{path}` | the property `Path`, `/` if absent |
//! | `{url}` | the property `Url` without its scheme |
//! | `{instance}` | the last part of the property `InstanceArn` |
//! | `{=Property}` | the property, or an own symbol if it is absent |
//! | `{Name shape}` | the symbol of the attribute `Name` with a shape of [`shape`] |
//! | `{#Name shape}` | the same, where AWS gives every resource of the type a value of its own |

use std::collections::BTreeMap;
use std::sync::RwLock;

use crate::value::{Class, Shape};

/// What is known of a resource type.
#[derive(Debug)]
pub(crate) struct Kind {
    /// The type.
    pub(crate) name: &'static str,
    /// Which properties are resolved.
    pub(crate) properties: Properties,
    /// The property that, where it is written, is the name (`{id}`).
    pub(crate) named_by: Option<&'static str>,
    /// The language of the identity that AWS gives otherwise.
    pub(crate) identity: &'static str,
    /// What `Ref` gives.
    pub(crate) reference: &'static str,
    /// What `Fn::GetAtt` gives.
    pub(crate) attributes: &'static [(&'static str, &'static str)],
    /// Where policy documents stand: paths of property names, `*` for each item of a list.
    pub(crate) documents: &'static [&'static [&'static str]],
}

/// Which properties of a type are of interest.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Properties {
    /// All but these: bulk that no model field reads.
    AllBut(&'static [&'static str]),
    /// These. The resource counts as one that is resolved.
    Only(&'static [&'static str]),
    /// These, for what others say about it; it is not resolved for itself.
    ForReferences(&'static [&'static str]),
}

use Properties::{AllBut, ForReferences, Only};

const ALL: Properties = AllBut(&[]);

const fn kind(
    name: &'static str,
    properties: Properties,
    named_by: Option<&'static str>,
    identity: &'static str,
    reference: &'static str,
    attributes: &'static [(&'static str, &'static str)],
    documents: &'static [&'static [&'static str]],
) -> Kind {
    Kind { name, properties, named_by, identity, reference, attributes, documents }
}

const POLICY_DOCUMENT: &[&[&str]] = &[&["PolicyDocument"]];
const PRINCIPAL_DOCUMENTS: &[&[&str]] = &[&["Policies", "*", "PolicyDocument"]];

/// The types, by name.
static KINDS: &[Kind] = &[
    kind("AWS::ApiGateway::Authorizer", ALL, None, "word", "{id}", &[("AuthorizerId", "{id}")], &[]),
    kind("AWS::ApiGatewayV2::Authorizer", ALL, None, "word", "{id}", &[("AuthorizerId", "{id}")], &[]),
    kind(
        "AWS::AppSync::GraphQLApi",
        Only(&[
            "Name",
            "AuthenticationType",
            "UserPoolConfig",
            "OpenIDConnectConfig",
            "AdditionalAuthenticationProviders",
        ]),
        None,
        "word",
        "{Arn arn}",
        &[
            ("Arn", "{Arn arn}"),
            ("ApiId", "{id}"),
            ("GraphQLUrl", "{GraphQLUrl any}"),
            ("GraphQLDns", "{GraphQLDns any}"),
            ("GraphQLEndpointArn", "{GraphQLEndpointArn arn}"),
            ("RealtimeUrl", "{RealtimeUrl any}"),
            ("RealtimeDns", "{RealtimeDns any}"),
        ],
        &[],
    ),
    kind(
        "AWS::CloudFormation::Stack",
        Only(&["TemplateURL", "Location", "Parameters"]),
        None,
        "any",
        "{StackId arn}",
        &[],
        &[],
    ),
    kind(
        "AWS::CodeBuild::Project",
        Only(&["Name", "ServiceRole"]),
        Some("Name"),
        "name",
        "{id}",
        &[("Arn", "arn:{partition}:codebuild:{region}:{account}:project/{id}"), ("Id", "{Id any}")],
        &[],
    ),
    kind(
        "AWS::Cognito::IdentityPool",
        ALL,
        None,
        "identity-pool",
        "{id}",
        &[("Id", "{id}"), ("Name", "{=IdentityPoolName}")],
        &[&["SupportedLoginProviders"], &["CognitoEvents"]],
    ),
    kind(
        "AWS::Cognito::IdentityPoolPrincipalTag",
        ALL,
        None,
        "composite",
        "{id}",
        &[],
        &[&["PrincipalTags"]],
    ),
    kind(
        "AWS::Cognito::IdentityPoolRoleAttachment",
        ALL,
        None,
        "any",
        "{id}",
        &[("Id", "{Id any}")],
        &[&["Roles"], &["RoleMappings"]],
    ),
    kind(
        "AWS::Cognito::UserPool",
        ALL,
        None,
        "user-pool",
        "{id}",
        &[
            ("Arn", "arn:{partition}:cognito-idp:{region}:{account}:userpool/{id}"),
            ("ProviderName", "cognito-idp.{region}.{suffix}/{id}"),
            ("ProviderURL", "https://cognito-idp.{region}.{suffix}/{id}"),
            ("UserPoolId", "{id}"),
        ],
        &[],
    ),
    kind(
        "AWS::Cognito::UserPoolClient",
        ALL,
        None,
        "client",
        "{id}",
        &[("ClientId", "{id}"), ("ClientSecret", "{ClientSecret any}"), ("Name", "{=ClientName}")],
        &[],
    ),
    kind(
        "AWS::Cognito::UserPoolDomain",
        ALL,
        Some("Domain"),
        "name",
        "{id}",
        &[("CloudFrontDistribution", "{CloudFrontDistribution any}")],
        &[],
    ),
    kind("AWS::Cognito::UserPoolGroup", ALL, Some("GroupName"), "name", "{id}", &[], &[]),
    kind("AWS::Cognito::UserPoolIdentityProvider", ALL, Some("ProviderName"), "name", "{id}", &[], &[]),
    kind("AWS::Cognito::UserPoolReplica", ALL, None, "composite", "{id}", &[], &[]),
    kind("AWS::Cognito::UserPoolResourceServer", ALL, Some("Identifier"), "any", "{id}", &[], &[]),
    kind("AWS::Cognito::UserPoolRiskConfigurationAttachment", ALL, None, "any", "{id}", &[], &[]),
    kind("AWS::Cognito::UserPoolUser", ALL, Some("Username"), "any", "{id}", &[], &[]),
    kind("AWS::Cognito::UserPoolUserToGroupAttachment", ALL, None, "any", "{id}", &[], &[]),
    kind(
        "AWS::DirectoryService::MicrosoftAD",
        AllBut(&["Password"]),
        None,
        "directory",
        "{id}",
        &[("Alias", "{Alias any}"), ("DnsIpAddresses", "{DnsIpAddresses any}"), ("DirectoryId", "{id}")],
        &[],
    ),
    kind(
        "AWS::DirectoryService::SimpleAD",
        AllBut(&["Password"]),
        None,
        "directory",
        "{id}",
        &[("Alias", "{Alias any}"), ("DnsIpAddresses", "{DnsIpAddresses any}"), ("DirectoryId", "{id}")],
        &[],
    ),
    kind("AWS::EC2::Instance", Only(&["IamInstanceProfile"]), None, "name", "{id}", &[], &[]),
    kind(
        "AWS::ECS::TaskDefinition",
        Only(&["TaskRoleArn", "ExecutionRoleArn"]),
        None,
        "any",
        "{TaskDefinitionArn arn}",
        &[("TaskDefinitionArn", "{TaskDefinitionArn arn}")],
        &[],
    ),
    kind(
        "AWS::EKS::Cluster",
        ForReferences(&["Name"]),
        Some("Name"),
        "name",
        "{id}",
        &[
            ("Arn", "arn:{partition}:eks:{region}:{account}:cluster/{id}"),
            ("OpenIdConnectIssuerUrl", "https://oidc.eks.{region}.{suffix}/id/{OidcId hex}"),
            ("Endpoint", "{Endpoint any}"),
            ("CertificateAuthorityData", "{CertificateAuthorityData any}"),
            ("ClusterSecurityGroupId", "{ClusterSecurityGroupId any}"),
            ("EncryptionConfigKeyArn", "{EncryptionConfigKeyArn any}"),
            ("Id", "{Id any}"),
            ("KubernetesNetworkConfig.ServiceIpv6Cidr", "{KubernetesNetworkConfig.ServiceIpv6Cidr any}"),
        ],
        &[],
    ),
    kind(
        "AWS::EKS::PodIdentityAssociation",
        ALL,
        None,
        "any",
        "{AssociationArn arn}",
        &[
            ("AssociationArn", "{AssociationArn arn}"),
            ("AssociationId", "{AssociationId any}"),
            // "The unique identifier for this EKS Pod Identity association for a target IAM role" (Amazon EKS API
            // reference, PodIdentityAssociation, externalId).
            ("ExternalId", "{#ExternalId external-id}"),
        ],
        &[&["Policy"]],
    ),
    kind(
        "AWS::ElasticLoadBalancingV2::Listener",
        Only(&["DefaultActions", "LoadBalancerArn", "Port", "Protocol"]),
        None,
        "any",
        "{ListenerArn arn}",
        &[("ListenerArn", "{ListenerArn arn}")],
        &[],
    ),
    kind(
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        Only(&["Actions", "ListenerArn", "Priority"]),
        None,
        "any",
        "{RuleArn arn}",
        &[("RuleArn", "{RuleArn arn}"), ("IsDefault", "{IsDefault any}")],
        &[],
    ),
    kind(
        "AWS::IAM::AccessKey",
        Only(&["UserName", "Status"]),
        None,
        "name",
        "{id}",
        &[("SecretAccessKey", "{SecretAccessKey any}")],
        &[],
    ),
    kind(
        "AWS::IAM::Group",
        ALL,
        Some("GroupName"),
        "name",
        "{id}",
        &[("Arn", "arn:{partition}:iam::{account}:group{path}{id}")],
        PRINCIPAL_DOCUMENTS,
    ),
    kind("AWS::IAM::GroupPolicy", ALL, Some("PolicyName"), "name", "{id}", &[], POLICY_DOCUMENT),
    kind(
        "AWS::IAM::InstanceProfile",
        ALL,
        Some("InstanceProfileName"),
        "name",
        "{id}",
        &[("Arn", "arn:{partition}:iam::{account}:instance-profile{path}{id}")],
        &[],
    ),
    kind(
        "AWS::IAM::ManagedPolicy",
        ALL,
        Some("ManagedPolicyName"),
        "name",
        "arn:{partition}:iam::{account}:policy{path}{id}",
        &[
            ("PolicyArn", "arn:{partition}:iam::{account}:policy{path}{id}"),
            ("AttachmentCount", "{AttachmentCount any}"),
            ("CreateDate", "{CreateDate any}"),
            ("DefaultVersionId", "{DefaultVersionId any}"),
            ("IsAttachable", "{IsAttachable any}"),
            ("PermissionsBoundaryUsageCount", "{PermissionsBoundaryUsageCount any}"),
            ("PolicyId", "{PolicyId unique:ANPA}"),
            ("UpdateDate", "{UpdateDate any}"),
        ],
        POLICY_DOCUMENT,
    ),
    kind(
        "AWS::IAM::OIDCProvider",
        ALL,
        None,
        "any",
        "arn:{partition}:iam::{account}:oidc-provider/{url}",
        &[("Arn", "arn:{partition}:iam::{account}:oidc-provider/{url}")],
        &[],
    ),
    kind("AWS::IAM::Policy", ALL, None, "name", "{id}", &[("Id", "{Id any}")], POLICY_DOCUMENT),
    kind(
        "AWS::IAM::Role",
        ALL,
        Some("RoleName"),
        "name",
        "{id}",
        &[("Arn", "arn:{partition}:iam::{account}:role{path}{id}"), ("RoleId", "{RoleId unique:AROA}")],
        &[&["AssumeRolePolicyDocument"], &["Policies", "*", "PolicyDocument"]],
    ),
    kind("AWS::IAM::RolePolicy", ALL, Some("PolicyName"), "name", "{id}", &[], POLICY_DOCUMENT),
    kind(
        "AWS::IAM::SAMLProvider",
        ALL,
        Some("Name"),
        "name",
        "arn:{partition}:iam::{account}:saml-provider/{id}",
        &[
            ("Arn", "arn:{partition}:iam::{account}:saml-provider/{id}"),
            ("SamlProviderUUID", "{SamlProviderUUID any}"),
        ],
        &[],
    ),
    kind("AWS::IAM::ServiceLinkedRole", ALL, None, "name", "{id}", &[("RoleName", "{id}")], &[]),
    kind(
        "AWS::IAM::User",
        ALL,
        Some("UserName"),
        "name",
        "{id}",
        &[("Arn", "arn:{partition}:iam::{account}:user{path}{id}")],
        PRINCIPAL_DOCUMENTS,
    ),
    kind("AWS::IAM::UserPolicy", ALL, Some("PolicyName"), "name", "{id}", &[], POLICY_DOCUMENT),
    kind("AWS::IAM::UserToGroupAddition", ALL, None, "any", "{id}", &[("Id", "{Id any}")], &[]),
    kind("AWS::IdentityStore::Group", ALL, None, "store-id", "{Ref composite}", &[("GroupId", "{id}")], &[]),
    kind(
        "AWS::IdentityStore::GroupMembership",
        ALL,
        None,
        "store-id",
        "{Ref composite}",
        &[("MembershipId", "{id}")],
        &[],
    ),
    kind(
        "AWS::IdentityStore::User",
        ALL,
        None,
        "store-id",
        "{Arn arn}",
        &[
            ("Arn", "{Arn arn}"),
            ("UserId", "{id}"),
            ("UserStatus", "{UserStatus any}"),
            ("CreatedAt", "{CreatedAt any}"),
            ("CreatedBy", "{CreatedBy any}"),
            ("UpdatedAt", "{UpdatedAt any}"),
            ("UpdatedBy", "{UpdatedBy any}"),
        ],
        &[],
    ),
    kind(
        "AWS::Lambda::Function",
        Only(&["Role", "FunctionName"]),
        Some("FunctionName"),
        "name",
        "{id}",
        &[
            ("Arn", "arn:{partition}:lambda:{region}:{account}:function:{id}"),
            ("SnapStartResponse", "{SnapStartResponse any}"),
            ("SnapStartResponse.ApplyOn", "{SnapStartResponse.ApplyOn any}"),
            ("SnapStartResponse.OptimizationStatus", "{SnapStartResponse.OptimizationStatus any}"),
        ],
        &[],
    ),
    kind(
        "AWS::Organizations::Account",
        ALL,
        None,
        "account",
        "{id}",
        &[
            ("AccountId", "{id}"),
            ("Arn", "{Arn arn}"),
            ("Status", "{Status any}"),
            ("State", "{State any}"),
            ("JoinedTimestamp", "{JoinedTimestamp any}"),
            ("JoinedMethod", "{JoinedMethod any}"),
            ("Paths", "{Paths any}"),
        ],
        &[],
    ),
    kind(
        "AWS::Organizations::Organization",
        ALL,
        None,
        "organization",
        "{id}",
        &[
            ("Id", "{id}"),
            ("Arn", "{Arn arn}"),
            ("ManagementAccountArn", "{ManagementAccountArn arn}"),
            ("ManagementAccountEmail", "{ManagementAccountEmail any}"),
            ("ManagementAccountId", "{ManagementAccountId account}"),
            ("RootId", "{RootId any}"),
        ],
        &[],
    ),
    kind(
        "AWS::Organizations::OrganizationalUnit",
        ALL,
        None,
        "unit",
        "{id}",
        &[("Arn", "{Arn arn}"), ("Id", "{id}"), ("Path", "{Path any}")],
        &[],
    ),
    kind(
        "AWS::Organizations::Policy",
        ALL,
        None,
        "any",
        "{id}",
        &[("Id", "{id}"), ("Arn", "{Arn arn}"), ("AwsManaged", "{AwsManaged any}")],
        &[&["Content"]],
    ),
    kind("AWS::RolesAnywhere::CRL", ALL, None, "guid", "{id}", &[("CrlId", "{id}")], &[]),
    kind(
        "AWS::RolesAnywhere::Profile",
        ALL,
        None,
        "guid",
        "{id}",
        &[
            ("ProfileId", "{id}"),
            ("ProfileArn", "arn:{partition}:rolesanywhere:{region}:{account}:profile/{id}"),
        ],
        &[&["SessionPolicy"]],
    ),
    kind(
        "AWS::RolesAnywhere::TrustAnchor",
        ALL,
        None,
        "guid",
        "{id}",
        &[
            ("TrustAnchorId", "{id}"),
            ("TrustAnchorArn", "arn:{partition}:rolesanywhere:{region}:{account}:trust-anchor/{id}"),
        ],
        &[],
    ),
    kind(
        "AWS::SSO::Application",
        ALL,
        None,
        "any",
        "{ApplicationArn arn}",
        &[("ApplicationArn", "{ApplicationArn arn}"), ("IdentityStoreArn", "{IdentityStoreArn arn}")],
        &[],
    ),
    kind("AWS::SSO::ApplicationAssignment", ALL, None, "composite", "{id}", &[], &[]),
    kind("AWS::SSO::Assignment", ALL, None, "composite", "{id}", &[], &[]),
    kind(
        "AWS::SSO::Instance",
        ALL,
        None,
        "instance",
        "{Ref any}",
        &[
            ("InstanceArn", "arn:{partition}:sso:::instance/{id}"),
            ("OwnerAccountId", "{account}"),
            ("IdentityStoreId", "{IdentityStoreId store}"),
            ("Status", "{Status any}"),
        ],
        &[],
    ),
    kind(
        "AWS::SSO::InstanceAccessControlAttributeConfiguration",
        ALL,
        None,
        "any",
        "{=InstanceArn}",
        &[],
        &[],
    ),
    kind(
        "AWS::SSO::PermissionSet",
        ALL,
        None,
        "permission-set",
        "{Ref composite}",
        &[("PermissionSetArn", "arn:{partition}:sso:::permissionSet/{instance}/{id}")],
        &[&["InlinePolicy"]],
    ),
    kind("Custom::AWSCDK-EKS-Cluster", ForReferences(&[]), None, "name", "{id}", &EKS_CUSTOM, &[]),
    kind("Custom::AWSCDKCfnJson", Only(&["Value"]), None, "any", "{id}", &[], &[&["Value"]]),
    kind(
        "Custom::AWSCDKOpenIdConnectProvider",
        ALL,
        None,
        "any",
        "arn:{partition}:iam::{account}:oidc-provider/{url}",
        &[],
        &[],
    ),
];

static EKS_CUSTOM: [(&str, &str); 2] = [
    ("OpenIdConnectIssuerUrl", "https://oidc.eks.{region}.{suffix}/id/{OidcId hex}"),
    ("OpenIdConnectIssuer", "oidc.eks.{region}.{suffix}/id/{OidcId hex}"),
];

/// What is known of the type `name`.
pub(crate) fn find(name: &str) -> Option<&'static Kind> {
    KINDS.binary_search_by(|kind| kind.name.cmp(name)).ok().map(|index| &KINDS[index])
}

impl Kind {
    /// True if resources of the type are resolved for themselves.
    pub(crate) fn matters(&self) -> bool {
        !matches!(self.properties, ForReferences(_))
    }

    /// True if the property is of interest.
    pub(crate) fn wants(&self, property: &str) -> bool {
        match self.properties {
            AllBut(names) => !names.contains(&property),
            Only(names) | ForReferences(names) => names.contains(&property),
        }
    }

    /// True if every attribute of the type is listed.
    pub(crate) fn is_closed(&self) -> bool {
        self.name.starts_with("AWS::")
            && !matches!(self.name, "AWS::CloudFormation::Stack" | "AWS::EC2::Instance")
    }

    /// The attribute that is the ARN, as a formula.
    pub(crate) fn arn(&self) -> Option<&'static str> {
        const ARNS: &[&str] = &[
            "Arn",
            "PolicyArn",
            "InstanceArn",
            "PermissionSetArn",
            "TrustAnchorArn",
            "ProfileArn",
            "ApplicationArn",
            "AssociationArn",
        ];
        let listed =
            self.attributes.iter().find(|(name, _)| ARNS.contains(name)).map(|(_, formula)| *formula);
        listed.or_else(|| self.reference.starts_with("arn:").then_some(self.reference))
    }
}

/// The language that a formula names, made once: there may be very many resources.
pub(crate) fn shape(name: &str) -> Shape {
    static MADE: RwLock<BTreeMap<String, Shape>> = RwLock::new(BTreeMap::new());
    if let Some(known) = MADE.read().expect("no thread panics while it holds the lock").get(name) {
        return known.clone();
    }
    let shape = make_shape(name);
    MADE.write().expect("no thread panics while it holds the lock").insert(name.to_owned(), shape.clone());
    shape
}

fn make_shape(name: &str) -> Shape {
    let alphanumeric = || {
        Class::of("0123456789")
            .or(Class::of("abcdefghijklmnopqrstuvwxyz"))
            .or(Class::of("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    };
    match name {
        "account" => Shape::account_id(),
        "arn" => Shape::literal("arn:").then(&Shape::any()),
        "client" => Shape::app_client_id(),
        "composite" => Shape::any().then(&Shape::literal("|")).then(&Shape::any()),
        "directory" => Shape::literal("d-").then(&Shape::class(Class::of("0123456789abcdef"), 10, Some(10))),
        "external-id" => Shape::external_id(),
        "guid" => Shape::guid(),
        "hex" => Shape::class(Class::of("0123456789ABCDEF"), 32, Some(32)),
        "identity-pool" => Shape::identity_pool_id(),
        "instance" => Shape::literal("ssoins-").then(&Shape::class(alphanumeric(), 16, Some(16))),
        "name" => Shape::name(),
        "organization" => Shape::literal("o-").then(&Shape::class(alphanumeric(), 10, Some(32))),
        "permission-set" => Shape::literal("ps-").then(&Shape::class(alphanumeric(), 16, Some(16))),
        "store" => Shape::literal("d-").then(&Shape::class(alphanumeric(), 10, Some(10))).or(&Shape::guid()),
        "store-id" => {
            let prefix = Shape::class(Class::of("0123456789abcdef"), 10, Some(10)).then(&Shape::literal("-"));
            Shape::guid().or(&prefix.then(&Shape::guid()))
        }
        "unit" => Shape::literal("ou-").then(&Shape::any()),
        "user-pool" => Shape::user_pool_id(),
        "word" => Shape::class(alphanumeric(), 1, Some(64)),
        _ => match name.strip_prefix("unique:") {
            Some(prefix) => Shape::unique_id(prefix),
            None => Shape::any(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_types_are_sorted_and_their_formulas_can_be_read() {
        assert!(KINDS.windows(2).all(|pair| pair[0].name < pair[1].name));
        for kind in KINDS {
            for formula in kind.attributes.iter().map(|(_, formula)| formula).chain([&kind.reference]) {
                let mut rest = *formula;
                while let Some(start) = rest.find('{') {
                    let end = rest[start..].find('}').expect("a placeholder ends") + start;
                    let inner = &rest[start + 1..end];
                    let known = matches!(
                        inner,
                        "id" | "partition" | "region" | "account" | "suffix" | "path" | "url" | "instance"
                    ) || inner.starts_with('=')
                        || inner.contains(' ');
                    assert!(known, "{}: {inner}", kind.name);
                    rest = &rest[end + 1..];
                }
            }
        }
    }
}

//! What is known of the kinds of things in accounts.

use super::clue::{WrittenArn, is_account};
use crate::knowledge::managed_policies::ManagedPolicies;

/// What is known of a kind.
#[derive(Debug)]
pub(crate) struct Kind {
    /// The CloudFormation type.
    pub(crate) name: &'static str,
    /// For people, with an article.
    pub(crate) called: &'static str,
    /// What `Ref` of a resource of the type gives.
    pub(crate) reference: Reference,
    /// The ARN where no answer has it: `{partition}`, `{region}`, `{account}` and `{id}` are filled in.
    pub(crate) arn: Option<&'static str>,
    /// True if ids are told apart by region only.
    pub(crate) regional: bool,
    /// The property that people know it by, if that is not the id.
    pub(crate) label: Option<&'static str>,
    /// True if an answer about one is worth something without its id.
    pub(crate) stands_alone: bool,
    /// The kind of things of which a thing of this kind has always one, perhaps an empty one: of which nothing is known if
    /// no answer tells of it. With the property of it that names this thing.
    pub(crate) companion: Option<(&'static str, &'static str)>,
}

/// The property of a thing that the details of its account do not tell, where it matters and other answers tell it.
#[must_use]
pub fn supplemented(kind: &str) -> Option<&'static str> {
    match kind {
        "AWS::IAM::Role" => Some("MaxSessionDuration"),
        "AWS::IAM::User" => Some("LoginProfile"),
        _ => None,
    }
}

/// What `Ref` gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reference {
    Id,
    Arn,
    /// Something of no use, or an attribute that the tables name.
    Other,
}

use Reference::{Arn, Id, Other};

const fn kind(name: &'static str, called: &'static str, reference: Reference) -> Kind {
    Kind {
        name,
        called,
        reference,
        arn: None,
        regional: false,
        label: None,
        stands_alone: false,
        companion: None,
    }
}

static KINDS: &[Kind] = &[
    Kind {
        arn: Some("arn:{partition}:cognito-identity:{region}:{account}:identitypool/{id}"),
        label: Some("IdentityPoolName"),
        companion: Some(("AWS::Cognito::IdentityPoolRoleAttachment", "IdentityPoolId")),
        ..kind("AWS::Cognito::IdentityPool", "an identity pool", Id)
    },
    kind("AWS::Cognito::IdentityPoolPrincipalTag", "tags of an identity pool", Other),
    kind("AWS::Cognito::IdentityPoolRoleAttachment", "the roles of an identity pool", Other),
    Kind {
        arn: Some("arn:{partition}:cognito-idp:{region}:{account}:userpool/{id}"),
        label: Some("UserPoolName"),
        ..kind("AWS::Cognito::UserPool", "a user pool", Id)
    },
    Kind { label: Some("ClientName"), ..kind("AWS::Cognito::UserPoolClient", "an app client", Id) },
    Kind { regional: true, ..kind("AWS::Cognito::UserPoolDomain", "a domain of a user pool", Id) },
    Kind { label: Some("GroupName"), ..kind("AWS::Cognito::UserPoolGroup", "a group of a user pool", Other) },
    Kind {
        label: Some("ProviderName"),
        ..kind("AWS::Cognito::UserPoolIdentityProvider", "an identity provider of a user pool", Other)
    },
    Kind { label: Some("Name"), ..kind("AWS::DirectoryService::ADConnector", "a directory", Id) },
    Kind { label: Some("Name"), ..kind("AWS::DirectoryService::MicrosoftAD", "a directory", Id) },
    Kind { label: Some("Name"), ..kind("AWS::DirectoryService::SimpleAD", "a directory", Id) },
    Kind {
        label: Some("RemoteDomainName"),
        ..kind("AWS::DirectoryService::Trust", "a trust of a directory", Other)
    },
    kind("AWS::EKS::PodIdentityAssociation", "a pod identity association", Arn),
    kind("AWS::IAM::AccessKey", "an access key", Id),
    kind("AWS::IAM::Group", "an IAM group", Id),
    kind("AWS::IAM::InstanceProfile", "an instance profile", Id),
    Kind { stands_alone: true, ..kind("AWS::IAM::ManagedPolicy", "a managed policy", Arn) },
    kind("AWS::IAM::OIDCProvider", "an OIDC provider", Arn),
    kind("AWS::IAM::Role", "a role", Id),
    Kind {
        arn: Some("arn:{partition}:iam::{account}:saml-provider/{id}"),
        stands_alone: true,
        ..kind("AWS::IAM::SAMLProvider", "a SAML provider", Arn)
    },
    kind("AWS::IAM::ServiceLinkedRole", "a service-linked role", Id),
    kind("AWS::IAM::User", "an IAM user", Id),
    Kind {
        label: Some("DisplayName"),
        ..kind("AWS::IdentityStore::Group", "a group of Identity Center", Other)
    },
    kind("AWS::IdentityStore::GroupMembership", "a membership of Identity Center", Other),
    Kind { label: Some("UserName"), ..kind("AWS::IdentityStore::User", "a user of Identity Center", Other) },
    Kind { label: Some("AccountName"), ..kind("AWS::Organizations::Account", "an account", Id) },
    kind("AWS::Organizations::DelegatedAdministrator", "a delegated administrator", Other),
    kind("AWS::Organizations::Organization", "an organisation", Id),
    Kind {
        label: Some("Name"),
        ..kind("AWS::Organizations::OrganizationalUnit", "an organisational unit", Id)
    },
    Kind { label: Some("Name"), ..kind("AWS::Organizations::Policy", "a policy of an organisation", Id) },
    kind("AWS::Organizations::Root", "the root of an organisation", Id),
    kind("AWS::RolesAnywhere::CRL", "a revocation list", Id),
    Kind { label: Some("Name"), ..kind("AWS::RolesAnywhere::Profile", "a profile of Roles Anywhere", Id) },
    Kind { label: Some("Name"), ..kind("AWS::RolesAnywhere::TrustAnchor", "a trust anchor", Id) },
    Kind { label: Some("Name"), ..kind("AWS::SSO::Application", "an application of Identity Center", Arn) },
    kind("AWS::SSO::ApplicationAssignment", "an assignment to an application", Other),
    kind("AWS::SSO::Assignment", "an account assignment", Other),
    kind("AWS::SSO::Instance", "an instance of Identity Center", Other),
    kind("AWS::SSO::InstanceAccessControlAttributeConfiguration", "attributes for access control", Other),
    Kind {
        label: Some("Name"),
        stands_alone: true,
        ..kind("AWS::SSO::PermissionSet", "a permission set", Other)
    },
    Kind { label: Some("Name"), ..kind("AWS::SSO::TrustedTokenIssuer", "a trusted token issuer", Other) },
];

static UNKNOWN: Kind = kind("", "a thing", Other);

/// What is known of the type `name`.
pub(crate) fn find(name: &str) -> &'static Kind {
    KINDS.binary_search_by(|kind| kind.name.cmp(name)).map_or(&UNKNOWN, |index| &KINDS[index])
}

/// Who makes a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Maker {
    /// Whoever has the account.
    Customer,
    /// A service of AWS, which decides trust and permissions: a service-linked role.
    Service,
    /// AWS: what Identity Center keeps up in accounts, and managed policies that are built in here.
    Aws,
}

/// Who makes the thing with this ARN.
pub(crate) fn made_by_aws(kind: &str, arn: Option<&str>) -> Maker {
    let Some(written) = arn.and_then(WrittenArn::parse) else { return Maker::Customer };
    match kind {
        "AWS::IAM::Role" if written.resource.starts_with("role/aws-service-role/") => Maker::Service,
        "AWS::IAM::Role" if written.resource.starts_with("role/aws-reserved/") => Maker::Aws,
        "AWS::IAM::SAMLProvider" if written.resource.starts_with("saml-provider/AWSSSO_") => Maker::Aws,
        "AWS::IAM::ManagedPolicy"
            if written.account == "aws"
                && arn.is_some_and(|arn| ManagedPolicies::default().find(arn).is_some()) =>
        {
            Maker::Aws
        }
        _ => Maker::Customer,
    }
}

/// The region that stands in an id: `eu-west-1_AbCdEfGhI`, `eu-west-1:GUID`.
pub(crate) fn region_in_id<'i>(kind: &str, id: &'i str) -> Option<&'i str> {
    let separator = match kind {
        "AWS::Cognito::UserPool" => '_',
        "AWS::Cognito::IdentityPool" => ':',
        _ => return None,
    };
    id.split_once(separator).map(|(region, _)| region)
}

/// What names a thing within its account, of what a member or a request says: an ARN, an issuer with its scheme, an id.
pub(crate) fn id_of(text: &str) -> &str {
    match WrittenArn::parse(text) {
        Some(arn) => arn.id(),
        None => text.strip_prefix("https://").unwrap_or(text),
    }
}

/// False if what a request named is no thing of this kind: the answer is of something else then.
pub(crate) fn is_id(kind: &str, id: &str) -> bool {
    match kind {
        "AWS::Organizations::Account" => is_account(id),
        "AWS::Organizations::OrganizationalUnit" => id.starts_with("ou-"),
        _ => true,
    }
}

/// A name with a capital letter at its beginning.
pub(crate) fn capitalised(name: &str) -> String {
    let mut characters = name.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_sorted() {
        assert!(KINDS.windows(2).all(|pair| pair[0].name < pair[1].name));
    }
}

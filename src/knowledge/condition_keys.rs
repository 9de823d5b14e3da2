//! The condition keys that AWS has under the prefixes that trust policies use, and what a misspelled one may mean.
//!
//! Sources, as of 2026-11-25: IAM User Guide, "AWS global condition context keys"
//! (`reference_policies_condition-keys`) and "IAM and AWS STS condition context keys"
//! (`reference_policies_iam-condition-keys`); Service Authorization Reference, "AWS Identity and Access Management"
//! and "AWS Security Token Service". Keys that AWS no longer documents and still sends are in the lists too. What
//! the tokens of an issuer have is in the file about it.

/// The keys of one prefix. With `/` at the end: every key that begins so.
struct Prefix {
    prefix: &'static str,
    keys: &'static [&'static str],
}

const PREFIXES: &[Prefix] = &[
    Prefix { prefix: "aws:", keys: GLOBAL },
    Prefix { prefix: "iam:", keys: IAM },
    Prefix { prefix: "saml:", keys: SAML },
    Prefix { prefix: "sts:", keys: STS },
];

const GLOBAL: &[&str] = &[
    "AssumedRoot",
    "CalledVia",
    "CalledViaAWSMCP",
    "CalledViaFirst",
    "CalledViaLast",
    "ChatbotSourceArn",
    "CurrentTime",
    "Ec2InstanceSourcePrivateIPv4",
    "Ec2InstanceSourceVpc",
    "EpochTime",
    "FederatedProvider",
    "IsMcpServiceAction",
    "MultiFactorAuthAge",
    "MultiFactorAuthPresent",
    "PrincipalAccount",
    "PrincipalArn",
    "PrincipalIsAWSService",
    "PrincipalOrgID",
    "PrincipalOrgMasterAccountId",
    "PrincipalOrgPaths",
    "PrincipalServiceName",
    "PrincipalServiceNamesList",
    "PrincipalTag/",
    "PrincipalType",
    "Referer",
    "RequestTag/",
    "RequestedRegion",
    "ResourceAccount",
    "ResourceOrgID",
    "ResourceOrgPaths",
    "ResourceTag/",
    "SecureTransport",
    "SignInSessionArn",
    "SourceAccount",
    "SourceArn",
    "SourceIdentity",
    "SourceIp",
    "SourceOrgID",
    "SourceOrgPaths",
    "SourceOwner",
    "SourceVpc",
    "SourceVpcArn",
    "SourceVpce",
    "TagKeys",
    "TokenIssueTime",
    "UserAgent",
    "ViaAWSMCPService",
    "ViaAWSService",
    "VpcSourceIp",
    "VpceAccount",
    "VpceOrgID",
    "VpceOrgPaths",
    "userid",
    "username",
];

const IAM: &[&str] = &[
    "AWSServiceName",
    "AccountPropertyNamespaces",
    "AssociatedResourceArn",
    "DelegationDuration",
    "DelegationRequestOwner",
    "FIDO-FIPS-140-2-certification",
    "FIDO-FIPS-140-3-certification",
    "FIDO-certification",
    "NotificationChannel",
    "OrganizationsPolicyId",
    "PassedToService",
    "PermissionsBoundary",
    "PolicyARN",
    "RegisterSecurityKey",
    "ResourceTag/",
    "RoleTemplateARN",
    "ServiceSpecificCredentialAgeDays",
    "ServiceSpecificCredentialServiceName",
    "TemplateArn",
];

const SAML: &[&str] = &[
    "aud",
    "cn",
    "commonName",
    "doc",
    "edupersonaffiliation",
    "edupersonassurance",
    "edupersonentitlement",
    "edupersonnickname",
    "edupersonorgdn",
    "edupersonorgunitdn",
    "edupersonprimaryaffiliation",
    "edupersonprimaryorgunitdn",
    "edupersonprincipalname",
    "edupersonscopedaffiliation",
    "edupersontargetedid",
    "eduorghomepageuri",
    "eduorgidentityauthnpolicyuri",
    "eduorglegalname",
    "eduorgsuperioruri",
    "eduorgwhitepagesuri",
    "givenName",
    "iss",
    "mail",
    "name",
    "namequalifier",
    "organizationStatus",
    "primaryGroupSID",
    "sub",
    "sub_type",
    "surname",
    "uid",
    "x500UniqueIdentifier",
];

const STS: &[&str] = &[
    "AWSServiceName",
    "DurationSeconds",
    "ExternalId",
    "IdentityTokenAudience",
    "RequestContext/",
    "RequestContextProviders",
    "RoleAuthorizedByIdp",
    "RoleSessionName",
    "SigningAlgorithm",
    "SourceIdentity",
    "TaskPolicyArn",
    "TransitiveTagKeys",
];

/// The claims of which AWS makes a key for every issuer that an account registers.
pub const CLAIMS_OF_EVERY_ISSUER: &[&str] = &["amr", "aud", "email", "oaud", "sub"];

/// Whether AWS has a key, as far as its prefix is one whose keys are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// It has.
    Yes,
    /// It has not; with the key that is meant, if one is close.
    No {
        /// As AWS spells it.
        meant: Option<String>,
    },
    /// The keys of this prefix are not known.
    OtherPrefix,
}

/// Whether AWS has a key. Case does not count.
#[must_use]
pub fn known(key: &str) -> Known {
    let Some(prefix) = PREFIXES.iter().find(|known| begins(key, known.prefix)) else {
        return Known::OtherPrefix;
    };
    let name = &key[prefix.prefix.len()..];
    let bare = name.trim_end_matches('/');
    let family = |known: &&str| known.strip_suffix('/').is_some_and(|stem| stem.eq_ignore_ascii_case(bare));
    if prefix.keys.iter().any(family) {
        // The key of the tag is lacking: which one is meant, nobody can say.
        return Known::No { meant: None };
    }
    let is = |known: &&str| {
        if known.ends_with('/') {
            name.len() > known.len() && begins(name, known)
        } else {
            name.eq_ignore_ascii_case(known)
        }
    };
    if prefix.keys.iter().any(is) {
        return Known::Yes;
    }
    // Of a key that ends in the key of a tag, only what stands before that can be misspelled.
    let (stem, rest) = name.split_once('/').map_or((name, ""), |(stem, rest)| (stem, rest));
    let candidates = prefix.keys.iter().filter(|known| known.ends_with('/') == name.contains('/'));
    let meant = meant(stem, candidates.map(|known| known.trim_end_matches('/')));
    let written = |meant: &str| match rest {
        "" => format!("{}{meant}", prefix.prefix),
        rest => format!("{}{meant}/{rest}", prefix.prefix),
    };
    Known::No { meant: meant.map(written) }
}

/// The one of some names that is meant by a misspelled one, if one is close. Case does not count.
#[must_use]
pub fn meant<'n>(written: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let plain = written.to_ascii_lowercase();
    names
        .map(|name| (distance(&plain, &name.to_ascii_lowercase()), name))
        .filter(|&(distance, name)| distance <= (name.len() / 4).clamp(1, 3))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, name)| name)
}

/// How much must be changed. One that lacks or has more characters only at the end is one change away.
fn distance(written: &str, name: &str) -> usize {
    let shares_beginning = written.len() >= 4 && (name.starts_with(written) || written.starts_with(name));
    if shares_beginning && written.len().abs_diff(name.len()) <= 3 {
        return 1;
    }
    strsim::damerau_levenshtein(written, name)
}

fn begins(text: &str, beginning: &str) -> bool {
    text.get(..beginning.len()).is_some_and(|start| start.eq_ignore_ascii_case(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant_by(key: &str) -> Option<String> {
        match known(key) {
            Known::No { meant } => meant,
            other => panic!("{key}: {other:?}"),
        }
    }

    #[test]
    fn a_key_is_known_in_any_case() {
        for key in [
            "aws:PrincipalOrgID",
            "aws:PrincipalOrgId",
            "AWS:SourceIp",
            "aws:PrincipalTag/team",
            "sts:externalid",
            "SAML:aud",
            "iam:ResourceTag/a/b",
        ] {
            assert_eq!(known(key), Known::Yes, "{key}");
        }
    }

    #[test]
    fn a_key_that_aws_does_not_have_is_not_known() {
        for (key, meant) in [
            ("aws:PrincipalOrg", Some("aws:PrincipalOrgID")),
            ("aws:PrincipleArn", Some("aws:PrincipalArn")),
            ("aws:MultiFactorAuthPresnet", Some("aws:MultiFactorAuthPresent")),
            ("aws:PrincpalTag/team", Some("aws:PrincipalTag/team")),
            ("sts:ExternalID2", Some("sts:ExternalId")),
            ("saml:group", None),
            ("aws:PrincipalTag", None),
            ("aws:PrincipalTag/", None),
            ("aws:", None),
            ("sts:Tenant", None),
        ] {
            assert_eq!(meant_by(key).as_deref(), meant, "{key}");
        }
    }

    #[test]
    fn of_other_prefixes_nothing_is_said() {
        for key in
            ["", "aws", "s3:prefix", "token.actions.githubusercontent.com:repo", "awss:SourceIp", "éws:x"]
        {
            assert_eq!(known(key), Known::OtherPrefix, "{key}");
        }
    }

    #[test]
    fn the_lists_have_no_key_twice() {
        for prefix in PREFIXES {
            let mut keys: Vec<String> = prefix.keys.iter().map(|key| key.to_ascii_lowercase()).collect();
            let all = keys.len();
            keys.sort();
            keys.dedup();
            assert_eq!(keys.len(), all, "{}", prefix.prefix);
        }
    }
}

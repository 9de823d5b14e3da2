//! Tells from raw bytes which files cannot matter, before anything is parsed.
//!
//! Most JSON and YAML files of a repository have nothing to do with identity. A file is read only if it
//! holds one of a few strings; that costs less than a tenth of parsing it. A file that writes characters as
//! `\u00..` could hide any of them and is always read.

use std::io::Read;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, packed};

use super::Encoding;

/// A string that a file must have to matter, and why.
struct Needle {
    text: &'static str,
    #[expect(dead_code, reason = "says to the reader of this list why the string is in it")]
    because: &'static str,
}

const fn needle(text: &'static str, because: &'static str) -> Needle {
    Needle { text, because }
}

/// One of these is in every file that can lead to a finding, a link or a deployment. Resource types are
/// case-sensitive in CloudFormation; actions are not, and are listed as people write them.
const NEEDLES: &[Needle] = &[
    needle("AWS::IAM::", "roles, providers, policies, users and groups"),
    needle("AWS::Cognito::", "user pools and identity pools"),
    needle("AWS::SSO::", "Identity Center: permission sets, assignments, applications"),
    needle("AWS::IdentityStore::", "groups, users and memberships of Identity Center"),
    needle("AWS::RolesAnywhere::", "trust anchors and profiles"),
    needle("AWS::EKS::PodIdentity", "roles for pods"),
    needle("AWS::DirectoryService::", "identity sources of Identity Center"),
    needle("AWS::Organizations::", "which accounts belong together"),
    needle("AWS::Serverless::", "SAM makes roles for functions and state machines"),
    needle("AWS::CloudFormation::Stack", "nested stacks hand identities on"),
    needle("AWS::ApiGateway::Authorizer", "consumers of user-pool tokens"),
    needle("AWS::ApiGatewayV2::Authorizer", "consumers of user-pool tokens"),
    needle("AWS::AppSync::GraphQLApi", "consumers of user-pool tokens"),
    needle("AWS::ElasticLoadBalancingV2::Listener", "consumers of user-pool tokens"),
    needle("AWS::VerifiedPermissions::", "consumers of user-pool tokens"),
    needle("Custom::AWSCDKOpenIdConnectProvider", "the OIDC provider that the AWS CDK makes"),
    needle("aws:cloudformation:stack", "the manifest of a CDK app says account and region of its stacks"),
    needle("sts:AssumeRole", "a trust policy, in whatever it stands"),
    needle("sts:assumerole", "a trust policy, in whatever it stands"),
    needle("sts:TagSession", "a trust policy, in whatever it stands"),
    needle("\"Federated\"", "a trust policy, in whatever it stands"),
    needle("\"Statement\"", "a policy document in a file of its own"),
    needle(
        "ssumeRolePolicyDocument",
        "answers about roles; with a small letter in front, items of AWS Config",
    ),
    needle("RoleDetailList", "the authorization details of an account"),
    needle("SAMLProviderList", "an answer of IAM"),
    needle("SAMLMetadataDocument", "an answer of IAM"),
    needle("OpenIDConnectProviderList", "an answer of IAM"),
    needle("ThumbprintList", "an answer of IAM"),
    needle("AttachedPolicies", "an answer of IAM"),
    needle("\"PolicyDocument\"", "an answer of IAM"),
    needle("AccessKeyMetadata", "an answer of IAM"),
    needle("\"InstanceArn\"", "an answer of Identity Center"),
    needle("PermissionSetArn", "an answer of Identity Center"),
    needle("PermissionSets\"", "an answer of Identity Center"),
    needle("AttachedManagedPolicies", "an answer of Identity Center"),
    needle("CustomerManagedPolicyReferences", "an answer of Identity Center"),
    needle("\"InlinePolicy\"", "an answer of Identity Center"),
    needle("\"ApplicationArn\"", "an answer of Identity Center"),
    needle("TrustedTokenIssuer", "an answer of Identity Center"),
    needle("\"IdentityStoreId\"", "an answer of an identity store"),
    needle("\"IdentityPoolId\"", "an answer of Cognito"),
    needle("\"UserPool", "an answer of Cognito"),
    needle("MasterAccountId", "an answer of Organizations"),
    needle("JoinedMethod", "an answer of Organizations"),
    needle("OrganizationalUnits\"", "an answer of Organizations"),
    needle("\"PolicyTypes\"", "an answer of Organizations"),
    needle("PolicySummary", "an answer of Organizations"),
    needle("DelegatedAdministrators\"", "an answer of Organizations"),
    needle("trustAnchorArn", "an answer of Roles Anywhere"),
    needle("profileArn", "an answer of Roles Anywhere"),
    needle("serviceAccount\"", "an answer of EKS"),
    needle("DirectoryId", "an answer of Directory Service"),
    needle("ExportingStackId", "an answer of CloudFormation"),
    needle("fedlint-dump", "the manifest of a dump"),
    needle("\\u00", "any of the others, hidden behind escapes"),
];

/// The longest needle is shorter than this; pieces of a stream overlap by as much.
const LONGEST: usize = 64;

/// True if a file with these bytes may matter.
#[must_use]
pub fn matters(bytes: &[u8]) -> bool {
    match Encoding::of(bytes) {
        Encoding::Utf8 | Encoding::Utf8WithMark => match bytes {
            // UTF-16 without a mark cannot be read, which is to be said if the file matters.
            [0, _, ..] | [_, 0, ..] => {
                let narrow: Vec<u8> = bytes.iter().copied().filter(|&byte| byte != 0).collect();
                has_needle(&narrow)
            }
            _ => has_needle(bytes),
        },
        Encoding::Utf16LittleEndian => has_needle(&narrow(bytes, u16::from_le_bytes)),
        Encoding::Utf16BigEndian => has_needle(&narrow(bytes, u16::from_be_bytes)),
    }
}

/// As [`matters`], for a text that is too large to be held. True if it cannot be told.
pub fn stream_matters(reader: &mut dyn Read) -> bool {
    const PIECE: usize = 1 << 20;
    let mut buffer = vec![0; LONGEST + PIECE];
    let mut kept = 0;
    loop {
        match reader.read(&mut buffer[kept..]) {
            Ok(0) => return false,
            Ok(read) => {
                let end = kept + read;
                if matters(&buffer[..end]) {
                    return true;
                }
                let start = end.saturating_sub(LONGEST);
                buffer.copy_within(start..end, 0);
                kept = end - start;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return true,
        }
    }
}

static PACKED: LazyLock<Option<packed::Searcher>> =
    LazyLock::new(|| packed::Searcher::new(NEEDLES.iter().map(|needle| needle.text)));

fn has_needle(bytes: &[u8]) -> bool {
    // The plain automaton is slower than parsing JSON: only for processors without the packed one.
    static AUTOMATON: LazyLock<Option<AhoCorasick>> =
        LazyLock::new(|| AhoCorasick::new(NEEDLES.iter().map(|needle| needle.text)).ok());
    match &*PACKED {
        Some(packed) => packed.find(bytes).is_some(),
        None => AUTOMATON.as_ref().is_none_or(|automaton| automaton.is_match(bytes)),
    }
}

/// The characters of UTF-16 text as far as they are ASCII: needles have no others.
fn narrow(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Vec<u8> {
    let (pairs, _) = bytes.as_chunks::<2>();
    pairs.iter().map(|&pair| u8::try_from(unit(pair)).unwrap_or(b'?')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needles_are_ascii_and_short() {
        for needle in NEEDLES {
            assert!(needle.text.is_ascii() && needle.text.len() < LONGEST, "{}", needle.text);
        }
    }

    #[test]
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    fn the_fast_searcher_takes_all_needles() {
        assert!(PACKED.is_some(), "too many needles, or too short ones");
    }

    #[test]
    fn rejects_what_cannot_matter() {
        let cases: [(&[u8], bool); 9] = [
            (b"", false),
            (b"a", false),
            (b"Type: AWS::S3::Bucket\n", false),
            (b"Type: AWS::IAM::Role\n", true),
            (b"{\"Type\": \"AWS\\u003a:IAM::Role\"}", true),
            (b"\xEF\xBB\xBFType: AWS::Cognito::UserPool", true),
            // Bytes that are no text are looked through all the same.
            (b"caf\xE9: AWS::IAM::Role", true),
            (b"caf\xE9: AWS::S3::Bucket", false),
            (b"{\"Action\": \"sts:AssumeRoleWithSAML\"}", true),
        ];
        for (bytes, expected) in cases {
            assert_eq!(matters(bytes), expected, "{}", String::from_utf8_lossy(bytes));
            assert_eq!(stream_matters(&mut &*bytes), expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn agrees_with_looking_for_each(before in "[A-Za-z: \n]{0,80}", which in 0..NEEDLES.len(), cut in 0usize..40, after in "[A-Za-z: \n]{0,80}") {
            let needle = NEEDLES[which].text;
            let text = format!("{before}{}{after}", &needle[..needle.len().min(cut)]);
            let expected = NEEDLES.iter().any(|needle| text.contains(needle.text));
            proptest::prop_assert_eq!(matters(text.as_bytes()), expected);
            proptest::prop_assert_eq!(stream_matters(&mut text.as_bytes()), expected);
        }
    }

    #[test]
    fn reads_wide_text() {
        for (text, expected) in [("a: 'ÀÉ' # AWS::IAM::Role", true), ("a: AWS::S3::Bucket", false)] {
            let units = || std::iter::once(0xFEFF).chain(text.encode_utf16());
            let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
            assert_eq!([matters(&little), matters(&big)], [expected; 2]);
            // Without the mark.
            assert_eq!([matters(&little[2..]), matters(&big[2..])], [expected; 2]);
        }
    }

    #[test]
    fn a_stream_is_searched_across_its_pieces() {
        struct Dribble<'b>(&'b [u8]);
        impl Read for Dribble<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                let length = self.0.len().min(3).min(buffer.len());
                buffer[..length].copy_from_slice(&self.0[..length]);
                self.0 = &self.0[length..];
                Ok(length)
            }
        }
        let text = format!("{}AWS::IdentityStore::Group{}", "-".repeat(1000), "-".repeat(1000));
        assert!(stream_matters(&mut Dribble(text.as_bytes())));
        assert!(!stream_matters(&mut Dribble("-".repeat(1000).as_bytes())));
    }
}

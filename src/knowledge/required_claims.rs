//! Issuers that many customers share, and the condition key that IAM wants to see tested for each.
//!
//! Since the middle of 2025 IAM refuses to create or change a trust policy that names one of them and does not test
//! the key; policies that exist are not looked at again. Source: IAM User Guide, "Identity-provider controls for
//! shared OIDC providers" (`id_roles_providers_oidc_secure-by-default`), as transcribed by two public repositories;
//! which were read in 2026. Only what AWS says of Cognito on a page of its own is documented without that detour.

/// What IAM wants to see tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequiredKey {
    /// A claim of the token: the key is the issuer, a colon, and this.
    Claim(&'static str),
    /// A key that every issuer has.
    Global(&'static str),
}

/// An issuer and its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequiredClaim {
    /// The issuer without scheme and final slash.
    pub issuer: &'static str,
    /// Whose tokens they are.
    pub service: &'static str,
    /// What must be tested.
    pub key: RequiredKey,
}

impl RequiredClaim {
    /// The row of an issuer, written without scheme.
    #[must_use]
    pub fn of(issuer: &str) -> Option<&'static Self> {
        let issuer = issuer.strip_suffix('/').unwrap_or(issuer);
        REQUIRED_CLAIMS.iter().find(|row| row.issuer == issuer)
    }
}

const SUBJECT: RequiredKey = RequiredKey::Claim("sub");
const AUDIENCE: RequiredKey = RequiredKey::Claim("aud");

const fn row(issuer: &'static str, service: &'static str, key: RequiredKey) -> RequiredClaim {
    RequiredClaim { issuer, service, key }
}

/// Every issuer that IAM knows as shared, but for Cognito, which is a built-in provider.
pub const REQUIRED_CLAIMS: &[RequiredClaim] = &[
    row(
        "sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d",
        "Microsoft Sentinel",
        RequiredKey::Global("sts:RoleSessionName"),
    ),
    row("agent.buildkite.com", "Buildkite", SUBJECT),
    row("oidc.codefresh.io", "Codefresh", SUBJECT),
    row("studio.datachain.ai/api", "DVC Studio", SUBJECT),
    row("token.actions.githubusercontent.com", "GitHub Actions", SUBJECT),
    row("oidc-configuration.audit-log.githubusercontent.com", "GitHub audit log streaming", SUBJECT),
    row("vstoken.actions.githubusercontent.com", "GitHub Actions", SUBJECT),
    row("gitlab.com", "GitLab", SUBJECT),
    row("oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb", "IBM Turbonomic", SUBJECT),
    row("oidc.op1.openshiftapps.com/2c51blsaqa9gkjt0o9rt11mle8mmropu", "IBM Turbonomic", SUBJECT),
    row("rh-oidc.s3.us-east-1.amazonaws.com/22ejnvnnturfmt6km08idd0nt4hekbn7", "IBM Turbonomic", SUBJECT),
    row("rh-oidc.s3.us-east-1.amazonaws.com/23e3sd27sju1hoou6ohfs68vbno607tr", "IBM Turbonomic", SUBJECT),
    row("rh-oidc.s3.us-east-1.amazonaws.com/23ne21h005qjl3n33d8dui5dlrmv2tmg", "IBM Turbonomic", SUBJECT),
    row("rh-oidc.s3.us-east-1.amazonaws.com/24jrf12m5dj7ljlfb4ta2frhrcoadm26", "IBM Turbonomic", SUBJECT),
    row("api.pulumi.com/oidc", "Pulumi Cloud", AUDIENCE),
    row("sandboxes.cloud", "sandboxes.cloud", AUDIENCE),
    row("scalr.io", "Scalr", SUBJECT),
    row("tokens.cloud.shisho.dev", "Shisho Cloud", SUBJECT),
    row("app.terraform.io", "HCP Terraform", SUBJECT),
    row("proidc.upbound.io", "Upbound", SUBJECT),
    row("oidc.vercel.com", "Vercel", AUDIENCE),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_found_with_and_without_final_slash() {
        let sentinel = "sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d/";
        let found = RequiredClaim::of(sentinel).map(|row| (row.service, row.key));
        assert_eq!(found, Some(("Microsoft Sentinel", RequiredKey::Global("sts:RoleSessionName"))));
        assert_eq!(RequiredClaim::of("gitlab.com").map(|row| row.key), Some(RequiredKey::Claim("sub")));
        // The case counts, and so does the path.
        assert_eq!(RequiredClaim::of("GitLab.com"), None);
        assert_eq!(RequiredClaim::of("oidc.vercel.com/team"), None);
    }

    #[test]
    fn no_issuer_stands_twice() {
        let mut issuers: Vec<_> = REQUIRED_CLAIMS.iter().map(|row| row.issuer).collect();
        issuers.sort_unstable();
        issuers.dedup();
        assert_eq!(issuers.len(), REQUIRED_CLAIMS.len());
    }
}

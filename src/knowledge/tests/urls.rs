//! Issuers are found by their URLs.

use super::{find, issuers as files};
use crate::knowledge::sender::{Format, Piece, Values};
use crate::knowledge::{Issuers, Tenancy};

#[test]
fn every_issuer_is_found_by_its_url() {
    use Tenancy::{Private, Public, Shared};
    let cases = [
        ("token.actions.githubusercontent.com", "github-actions", Shared),
        ("token.actions.githubusercontent.com/octo-inc", "github-actions", Private),
        ("token.actions.octocorp.ghe.com", "github-actions", Private),
        ("github.com/enterprises/octo-inc", "github-actions", Private),
        ("github.example.com/_services/token", "github-enterprise-server", Private),
        ("vstoken.actions.githubusercontent.com", "github-legacy", Shared),
        ("oidc-configuration.audit-log.githubusercontent.com", "github-audit-log", Shared),
        ("gitlab.com", "gitlab", Shared),
        ("api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc", "bitbucket", Private),
        ("oidc.circleci.com/org/5a1ec0de-0000-4000-8000-000000000001", "circleci", Private),
        ("app.terraform.io", "hcp-terraform", Shared),
        ("app.eu.terraform.io", "hcp-terraform", Shared),
        ("agent.buildkite.com", "buildkite", Shared),
        ("agent.acme.buildkite.dev", "buildkite", Shared),
        ("agent.acme.buildkite.site", "buildkite", Shared),
        ("accounts.google.com", "google", Public),
        ("graph.facebook.com", "facebook", Public),
        ("www.amazon.com", "amazon", Public),
        ("vstoken.dev.azure.com/5a1ec0de-0000-4000-8000-000000000001", "azure-devops", Private),
        ("sts.windows.net/5a1ec0de-0000-4000-8000-000000000001", "entra-id", Private),
        ("sts.windows.net/5a1ec0de-0000-4000-8000-000000000001/", "entra-id", Private),
        ("login.microsoftonline.com/5a1ec0de-0000-4000-8000-000000000001/v2.0", "entra-id", Private),
        ("sts.windows.net/9188040d-6c67-4c5b-b112-36a304b66dad/", "entra-id", Shared),
        ("login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0", "entra-id", Shared),
        ("sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d", "microsoft-sentinel", Shared),
        ("oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE", "eks", Private),
        ("oidc.eks.cn-north-1.amazonaws.com.cn/id/EXAMPLED539D4633E53DE1B71EXAMPLE", "eks", Private),
        ("acme.app.spacelift.io", "spacelift", Private),
        ("acme.app.us.spacelift.io", "spacelift", Private),
        ("oidc.vercel.com", "vercel", Shared),
        ("oidc.vercel.com/acme", "vercel", Private),
        ("oidc.fly.io/acme", "fly", Private),
        ("api.pulumi.com/oidc", "pulumi", Shared),
        ("scalr.io", "scalr", Shared),
        ("oidc.codefresh.io", "codefresh", Shared),
        ("studio.datachain.ai/api", "dvc-studio", Shared),
        ("tokens.cloud.shisho.dev", "shisho", Shared),
        ("proidc.upbound.io", "upbound", Shared),
        ("sandboxes.cloud", "sandboxes-cloud", Shared),
        ("oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb", "turbonomic", Shared),
        ("oidc.op1.openshiftapps.com/2c51blsaqa9gkjt0o9rt11mle8mmropu", "turbonomic", Shared),
        ("rh-oidc.s3.us-east-1.amazonaws.com/22ejnvnnturfmt6km08idd0nt4hekbn7", "turbonomic", Shared),
        ("rh-oidc.s3.us-east-1.amazonaws.com/23e3sd27sju1hoou6ohfs68vbno607tr", "turbonomic", Shared),
        ("rh-oidc.s3.us-east-1.amazonaws.com/23ne21h005qjl3n33d8dui5dlrmv2tmg", "turbonomic", Shared),
        ("rh-oidc.s3.us-east-1.amazonaws.com/24jrf12m5dj7ljlfb4ta2frhrcoadm26", "turbonomic", Shared),
        ("idcs-0badc0de0badc0de0badc0de0badc0de.identity.oraclecloud.com", "oracle", Private),
        ("cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI", "cognito-user-pool", Private),
        ("issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI", "cognito-user-pool", Private),
        ("cognito-identity.amazonaws.com", "cognito-identity-pool", Public),
        ("cognito-identity-us-gov.amazonaws.com", "cognito-identity-pool", Public),
        ("cognito-identity.us-gov-east-1.amazonaws.com", "cognito-identity-pool", Public),
        ("cognito-identity.cn-north-1.amazonaws.com.cn", "cognito-identity-pool", Public),
        // Hosts are the same in any case.
        ("Token.Actions.GitHubUserContent.com", "github-actions", Shared),
    ];
    let issuers = Issuers::default();
    for (url, id, tenancy) in cases {
        let found = find(&issuers, url);
        assert_eq!((found.file.id.as_str(), found.tenancy), (id, tenancy), "{url}");
    }
    for file in files().filter(|file| file.id != "unknown") {
        assert!(cases.iter().any(|(_, id, _)| *id == file.id), "{} has a case here", file.id);
    }
}

#[test]
fn a_url_that_only_looks_alike_is_not_found() {
    let urls = [
        "token.actions.githubusercontent.com.attacker.example",
        "token.actions.githubusercontent.com/octo-inc/more",
        "https://token.actions.githubusercontent.com",
        "token.actions.a.b.ghe.com",
        "token.actions..ghe.com",
        "evil-gitlab.com",
        "gitlab.com/acme",
        "gitlab.example.com",
        "app.terraform.io:443",
        "agent.buildkite.dev",
        "oidc.eks.eu-west-1.amazonaws.com",
        "oidc.eks.eu-west-1.amazonaws.com/ID/EXAMPLED539D4633E53DE1B71EXAMPLE",
        "oidc.eks.eu-west-1.amazonaws.com.attacker.example/id/EXAMPLED539D4633E53DE1B71EXAMPLE",
        "oidc.circleci.com",
        "sts.windows.net",
        "login.microsoftonline.com/5a1ec0de-0000-4000-8000-000000000001",
        "attacker.example/acme.app.spacelift.io",
        "app.spacelift.io",
        "api.pulumi.com",
        "API.pulumi.com/OIDC",
        "attacker.example/x/_services/token",
        "cognito-idp.eu-west-1.amazonaws.com",
        "cognito-identity.eu-west-1.amazonaws.com",
        "",
    ];
    for url in urls {
        assert!(Issuers::default().find(url).is_none(), "{url}");
    }
}

#[test]
fn a_url_says_which_tenant_it_is() {
    let issuers = Issuers::default();
    let filled = |url: &str| {
        find(&issuers, url).given().iter().map(|(name, text)| format!("{name}={text}")).collect::<Vec<_>>()
    };
    assert_eq!(filled("token.actions.githubusercontent.com"), [""; 0]);
    assert_eq!(filled("token.actions.githubusercontent.com/octo-inc"), ["enterprise=octo-inc"]);
    assert_eq!(filled("oidc.eks.eu-west-1.amazonaws.com/id/ABC"), ["region=eu-west-1", "cluster=ABC"]);
    let found = find(&issuers, "oidc.vercel.com/acme");
    let sender = found.file.sender(Some("oidc.vercel.com/acme"), &found.given(), &[]).unwrap();
    assert_eq!(sender.tenant, [0; 0], "nothing tells tenants apart any more");
    let audience = sender.kinds[0].claim("oidc.vercel.com/acme:aud").unwrap();
    let Values::One(formats) = &audience.values else { panic!("one value") };
    assert_eq!(formats, &[Format(vec![Piece::Literal("https://vercel.com/acme".to_owned())])]);
    // Organisations of one enterprise are no tenants of different customers.
    let url = "token.actions.githubusercontent.com/octo-inc";
    let found = find(&issuers, url);
    let sender = found.file.sender(Some(url), &found.given(), &[]).unwrap();
    assert_eq!(sender.tenant, [0; 0]);
    assert!(sender.project.contains(&sender.variable("owner").unwrap()));
}

/// Source: IAM User Guide, "Identity-provider controls for shared OIDC providers"
/// (`id_roles_providers_oidc_secure-by-default`), as transcribed by two public repositories, which were read in 2026;
/// for Cognito, its developer guide.
#[test]
fn aws_requires_a_claim_for_the_issuers_that_it_lists() {
    let cases = [
        ("cognito-identity.amazonaws.com", Some("aud")),
        ("sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d", Some("sts:RoleSessionName")),
        ("sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d/", Some("sts:RoleSessionName")),
        ("agent.buildkite.com", Some("sub")),
        ("oidc.codefresh.io", Some("sub")),
        ("studio.datachain.ai/api", Some("sub")),
        ("token.actions.githubusercontent.com", Some("sub")),
        ("oidc-configuration.audit-log.githubusercontent.com", Some("sub")),
        ("vstoken.actions.githubusercontent.com", Some("sub")),
        ("gitlab.com", Some("sub")),
        ("oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb", Some("sub")),
        ("oidc.op1.openshiftapps.com/2c51blsaqa9gkjt0o9rt11mle8mmropu", Some("sub")),
        ("rh-oidc.s3.us-east-1.amazonaws.com/22ejnvnnturfmt6km08idd0nt4hekbn7", Some("sub")),
        ("rh-oidc.s3.us-east-1.amazonaws.com/23e3sd27sju1hoou6ohfs68vbno607tr", Some("sub")),
        ("rh-oidc.s3.us-east-1.amazonaws.com/23ne21h005qjl3n33d8dui5dlrmv2tmg", Some("sub")),
        ("rh-oidc.s3.us-east-1.amazonaws.com/24jrf12m5dj7ljlfb4ta2frhrcoadm26", Some("sub")),
        ("api.pulumi.com/oidc", Some("aud")),
        ("sandboxes.cloud", Some("aud")),
        ("scalr.io", Some("sub")),
        ("tokens.cloud.shisho.dev", Some("sub")),
        ("app.terraform.io", Some("sub")),
        ("proidc.upbound.io", Some("sub")),
        ("oidc.vercel.com", Some("aud")),
        ("oidc.vercel.com/acme", None),
        ("token.actions.githubusercontent.com/octo-inc", None),
        ("app.eu.terraform.io", None),
        ("accounts.google.com", None),
    ];
    let issuers = Issuers::default();
    for (url, key) in cases {
        assert_eq!(find(&issuers, url).required_at_create, key, "{url}");
    }
    for url in Issuers::required_urls().filter(|url| !url.starts_with("cognito-identity")) {
        assert!(cases.iter().any(|(known, key)| *known == url && key.is_some()), "{url} has a case here");
    }
}

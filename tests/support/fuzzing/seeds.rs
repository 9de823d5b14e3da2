//! Inputs to begin with: the examples of the rules, test data, and a few that use what those do not.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::examples;

/// Words that mean something to one reader or another.
pub(crate) const WORDS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\",
    ":",
    ",",
    "'",
    "\n",
    "\r\n",
    "  ",
    "\t",
    "#",
    "- ",
    "? ",
    "| ",
    ">-",
    "&a ",
    "*a",
    "<<: ",
    "!Sub ",
    "!Ref ",
    "!GetAtt ",
    "!If [C, ",
    "!Join ['', [",
    "Fn::ForEach::X",
    "Fn::Transform",
    "${A}",
    "${AWS::AccountId}",
    "${!x}",
    "*",
    "?",
    "AWS::NoValue",
    "%7B",
    "\\u0000",
    "\\ud800",
    "\u{feff}",
    "\u{202e}",
    "\u{1b}[31m",
    "é",
    "😀",
    "\0",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "null",
    "true",
    "0",
    "-1",
    "1e999",
    "18446744073709551616",
    "2012-10-17",
    "StringLike",
    "ForAllValues:",
    "IfExists",
    "Null",
    "NotPrincipal",
    "Deny",
    "sts:*",
    "<",
    ">",
    "/>",
    "<!DOCTYPE a>",
    "&lt;",
    "&#0;",
    "xmlns:a=\"b\"",
    "<![CDATA[",
    "]]>",
    "\n#####\n",
    "~",
    "=",
];

#[expect(clippy::disallowed_methods, reason = "test data")]
fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All files of a folder, in order; none if it is not there, as in the package.
fn folder(path: &str) -> Vec<Vec<u8>> {
    let Ok(entries) = fs::read_dir(root().join(path)) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
    paths.sort();
    paths.iter().filter(|path| path.is_file()).map(|path| read(path)).collect()
}

/// The templates of the examples of all rules, those of one example in one input.
fn templates() -> Vec<Vec<u8>> {
    let rules = examples::rules();
    let examples = rules.iter().flat_map(|rule| rule.bad.iter().chain(&rule.good));
    let joined = examples.map(|example| {
        let texts: Vec<&str> = example.files.iter().map(|(_, text)| text.as_str()).collect();
        texts.join("\n#####\n").into_bytes()
    });
    joined.collect()
}

/// JSON policies that stand in the examples.
fn policies() -> Vec<Vec<u8>> {
    let policy = |principal: &str, action: &str, condition: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"A","Effect":"Allow","Principal":{principal},"Action":{action},"Condition":{condition}}}]}}"#
        )
        .into_bytes()
    };
    vec![
        policy(
            r#"{"Federated":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}"#,
            r#""sts:AssumeRoleWithWebIdentity""#,
            r#"{"StringLike":{"token.actions.githubusercontent.com:sub":["repo:acme/*","repo:acme/app:ref:refs/heads/main"]},"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"}}"#,
        ),
        policy(
            r#"{"AWS":["111122223333","arn:aws:iam::444455556666:role/team/Caller","*"]}"#,
            r#"["sts:AssumeRole","sts:TagSession"]"#,
            r#"{"ForAllValues:StringEqualsIfExists":{"aws:TagKeys":["a"]},"Null":{"aws:PrincipalTag/x":"false"},"DateLessThan":{"aws:CurrentTime":"2030-01-01T00:00:00Z"},"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#,
        ),
        policy(
            r#"{"Federated":"cognito-identity.amazonaws.com"}"#,
            r#""sts:AssumeRoleWithWebIdentity""#,
            r#"{"ForAnyValue:StringLike":{"cognito-identity.amazonaws.com:amr":"authenticated"},"ArnNotLike":{"aws:PrincipalArn":"arn:*:iam::${aws:PrincipalAccount}:role/*"}}"#,
        ),
        br#"{"Statement":{"Effect":"Deny","NotPrincipal":{"Service":["ec2.amazonaws.com"]},"NotAction":"sts:*"}}"#.to_vec(),
        br#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":["true","false"]},"NumericLessThanEquals":{"aws:MultiFactorAuthAge":3600},"BinaryEquals":{"k":"QQ=="}}}]}"#.to_vec(),
    ]
}

/// Answers of the API, as small ones as there are.
fn answers() -> Vec<Vec<u8>> {
    let role = r#"{"RoleDetailList":[{"RoleName":"a","Path":"/","RoleId":"AROAEXAMPLE","Arn":"arn:aws:iam::111122223333:role/a","AssumeRolePolicyDocument":"%7B%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%22%2A%22%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D","RolePolicyList":[{"PolicyName":"p","PolicyDocument":{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}}],"AttachedManagedPolicies":[{"PolicyName":"AdministratorAccess","PolicyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}]}],"UserDetailList":[],"GroupDetailList":[],"Policies":[]}"#;
    let pool = r#"{"UserPool":{"Id":"eu-west-1_AbCdEfGhI","Name":"people","Arn":"arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_AbCdEfGhI","AdminCreateUserConfig":{"AllowAdminCreateUserOnly":false},"MfaConfiguration":"OFF"}}"#;
    let other = r#"{"OpenIDConnectProviderList":[{"Arn":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}]}{"IdentityPools":[{"IdentityPoolId":"eu-west-1:11111111-2222-3333-4444-555555555555","IdentityPoolName":"a"}]}"#;
    vec![
        role.as_bytes().to_vec(),
        format!("{role}\n#####\n{pool}\n#####\n{other}").into_bytes(),
        format!("{{}}\n#####\n{pool}").into_bytes(),
        format!("{{}}\n#####\n{{}}\n#####\n{other}\n{role}").into_bytes(),
    ]
}

/// SAML metadata that stands in the examples, and some that uses what they do not.
fn metadata() -> Vec<Vec<u8>> {
    let mut found: Vec<Vec<u8>> = Vec::new();
    for text in templates() {
        let text = String::from_utf8_lossy(&text).into_owned();
        let ends = text.find("<EntityDescriptor").zip(text.rfind("</EntityDescriptor>"));
        if let Some((start, end)) = ends.filter(|(start, end)| start < end) {
            found.push(text.as_bytes()[start..end + "</EntityDescriptor>".len()].to_vec());
        }
    }
    found.push(
        br#"<?xml version="1.0"?><md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" validUntil="2030-01-01T00:00:00Z"><md:EntityDescriptor entityID="https://a.example/&amp;x"><md:IDPSSODescriptor WantAuthnRequestsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>MIIB</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="http://a.example/sso"/></md:IDPSSODescriptor><md:SPSSODescriptor/></md:EntityDescriptor></md:EntitiesDescriptor>"#.to_vec(),
    );
    found
}

/// Certificates: a byte that says whether the rest is text, then DER or Base64.
fn certificates() -> Vec<Vec<u8>> {
    let text = String::from_utf8(read(&root().join("testdata/saml/certificates.txt"))).expect("text");
    let mut found = Vec::new();
    for base64 in text.lines().filter_map(|line| line.split_once(' ')).map(|(_, base64)| base64) {
        found.push([&[3], base64.as_bytes()].concat());
        if let Some(der) = fedlint::source::base64::decode(base64) {
            found.push([&[0][..], &der].concat());
        }
    }
    found
}

fn settings() -> Vec<Vec<u8>> {
    let mut found = vec![read(&root().join("testdata/organisation/fedlint.yaml"))];
    for rule in examples::rules() {
        let all = rule.bad.iter().chain(&rule.good);
        found.extend(all.filter_map(|example| example.settings.clone()).map(String::into_bytes));
    }
    found
}

/// The inputs that a target begins with, and those that fuzzing kept.
pub(crate) fn of(target: &str) -> Vec<Vec<u8>> {
    let mut seeds = match target {
        "json" => [policies(), answers()].concat(),
        "yaml" | "template" | "fixes" => templates(),
        "embedded" => (0..5)
            .flat_map(|way| policies().into_iter().map(move |policy| [vec![way], policy].concat()))
            .collect(),
        "answer" => answers(),
        "policy" => policies(),
        "decision" => {
            (0..64_u8).map(|seed| (0..60).map(|at| seed.wrapping_mul(at) ^ seed >> 2).collect()).collect()
        }
        "saml_metadata" => metadata(),
        "certificate" => certificates(),
        "settings" => settings(),
        "rule_file" => folder("rules"),
        other => panic!("there is no target {other}"),
    };
    seeds.extend(folder(&format!("fuzz/corpus/{target}")));
    seeds
}

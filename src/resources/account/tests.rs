//! What answers become, written as one line a resource.

mod services;

use std::path::Path;

use super::{Dump, Start, read};
use crate::document::{self, Format, Limits};
use crate::resources::{Resources, Value};
use crate::settings::Settings;
use crate::source::{Origin, Sources};
use crate::value::{Vocabulary, WorldTable};

const LAYOUT: &str = "111122223333/global/iam";

/// Resources as `TYPE LOGICAL-ID @ACCOUNT {properties}`, then problems.
fn lines(files: &[(&str, &str)]) -> Vec<String> {
    let (sources, vocabulary) = (Sources::default(), Vocabulary::default());
    let resources = resources(files, &sources, &vocabulary);
    let text = |value: &Value| show(value, &vocabulary);
    let mut lines: Vec<String> = resources
        .resources
        .iter()
        .map(|resource| {
            let names = &vocabulary.names;
            let account = &resources.deployments[resource.deployment.0 as usize].account;
            let kind = names.text(resource.kind).strip_prefix("AWS::").expect("a type of AWS");
            let variant = &resource.variants[0];
            assert_eq!(variant.worlds, WorldTable::single().all());
            format!(
                "{kind} {} @{} {}",
                names.text(resource.logical_id),
                account.display(&vocabulary),
                text(&variant.properties.value)
            )
        })
        .collect();
    lines.extend(resources.problems.iter().map(|problem| format!("problem: {}", problem.message)));
    lines
}

fn resources(files: &[(&str, &str)], sources: &Sources, vocabulary: &Vocabulary) -> Resources {
    let settings = Settings::default();
    let mut all = Vec::new();
    for (path, text) in files {
        let source = sources.add_kept(Origin::Memory(path.into()), (*text).into());
        let document = document::read(text, source, Format::Json, &Limits::default()).document;
        all.extend(read(Path::new(path), &document, text, &settings, vocabulary, sources));
    }
    Dump::new(all).resolve(Start { deployment: 0, template: 0 }, vocabulary)
}

fn show(value: &Value, vocabulary: &Vocabulary) -> String {
    let list = |items: Vec<String>| items.join(", ");
    match value {
        Value::Null => "null".to_owned(),
        Value::Text(text) => text.display(vocabulary),
        Value::List(items) => {
            format!("[{}]", list(items.iter().map(|item| show(&item.value, vocabulary)).collect()))
        }
        Value::Map(entries) => {
            let entry = |entry: &crate::resources::Entry| {
                format!("{}: {}", entry.key.value.display(vocabulary), show(&entry.value.value, vocabulary))
            };
            format!("{{{}}}", list(entries.iter().map(entry).collect()))
        }
        Value::Shared(document) => show(&document.value, vocabulary),
        Value::Unknown(_) => "?".to_owned(),
    }
}

const ROLE: &str = r#"{
    "RoleName": "deploy", "Path": "/", "RoleId": "AROA1", "Arn": "arn:aws:iam::111122223333:role/deploy",
    "AssumeRolePolicyDocument": {"Statement": []}
}"#;

#[test]
fn the_authorization_details_tell_all_but_the_length_of_sessions() {
    let details = r#"{"RoleDetailList": [{
        "RoleName": "deploy", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/deploy",
        "AssumeRolePolicyDocument": "%7B%22Statement%22%3A%5B%5D%7D",
        "RolePolicyList": [{"PolicyName": "inline", "PolicyDocument": "{\"Statement\": []}"}],
        "AttachedManagedPolicies": [{"PolicyName": "P", "PolicyArn": "arn:aws:iam::111122223333:policy/P"}]
    }], "Policies": [{"PolicyName": "P", "Path": "/", "Arn": "arn:aws:iam::111122223333:policy/P",
        "PolicyVersionList": [
            {"VersionId": "v1", "IsDefaultVersion": false, "Document": {"Statement": [{}]}},
            {"VersionId": "v2", "IsDefaultVersion": true, "Document": {"Statement": []}}]}]}"#;
    assert_eq!(
        lines(&[("any name", details)]),
        [
            "IAM::Role deploy @111122223333 {RoleName: deploy, Path: /, AssumeRolePolicyDocument: {Statement: []}, \
             Policies: [{PolicyName: inline, PolicyDocument: {Statement: []}}], \
             ManagedPolicyArns: [arn:aws:iam::111122223333:policy/P], MaxSessionDuration: ?}",
            "IAM::ManagedPolicy P @111122223333 {ManagedPolicyName: P, Path: /, PolicyDocument: {Statement: []}}",
        ]
    );
}

#[test]
fn answers_about_one_thing_are_put_together() {
    let list =
        format!(r#"{{"Roles": [{}]}}"#, ROLE.replace("\"Path\"", "\"MaxSessionDuration\": 7200, \"Path\""));
    let policies = r#"{"PolicyNames": ["one", "two"]}"#;
    let one = r#"{"RoleName": "deploy", "PolicyName": "one", "PolicyDocument": {"Statement": []}}"#;
    let attached = r#"{"AttachedPolicies": []}"#;
    let key = |operation: &str| format!("{LAYOUT}/{operation}/deploy.json");
    let (names, got, managed) =
        (key("list-role-policies"), key("get-role-policy"), key("list-attached-role-policies"));
    assert_eq!(
        lines(&[("roles.json", &list), (&names, policies), (&got, one), (&managed, attached)]),
        ["IAM::Role deploy @111122223333 {Policies: [{PolicyName: one, PolicyDocument: {Statement: []}}, \
          {PolicyName: two, PolicyDocument: ?}], ManagedPolicyArns: [], RoleName: deploy, Path: /, \
          AssumeRolePolicyDocument: {Statement: []}, MaxSessionDuration: 7200, PermissionsBoundary: ?}"]
    );
}

#[test]
fn what_is_not_told_is_unknown_and_lists_that_are_cut_off_are_open() {
    let list = format!(r#"{{"Roles": [{ROLE}]}}"#);
    let cut = r#"{"PolicyNames": ["one"], "IsTruncated": true, "Marker": "x"}"#;
    assert_eq!(
        lines(&[("roles.json", &list), (&format!("{LAYOUT}/list-role-policies/deploy.json"), cut)]),
        [
            "IAM::Role deploy @111122223333 {Policies: [{PolicyName: one, PolicyDocument: ?}, ?], RoleName: deploy, Path: /, \
          AssumeRolePolicyDocument: {Statement: []}, ManagedPolicyArns: ?, PermissionsBoundary: ?}"
        ]
    );
}

#[test]
fn identity_is_from_the_answer_then_the_manifest_then_the_folders() {
    let provider = r#"{"SAMLMetadataDocument": "<x/>", "AssertionEncryptionMode": "Allowed"}"#;
    let list = r#"{"SAMLProviderList": [{"Arn": "arn:aws:iam::999988887777:saml-provider/Okta"}]}"#;
    let manifest = r#"{"fedlint-dump": 1, "account": "444455556666", "files": {
        "okta.json": {"service": "iam", "operation": "get-saml-provider", "key": "Okta"}}}"#;
    let okta = |account: &str| {
        format!(
            "IAM::SAMLProvider Okta @{account} {{SamlMetadataDocument: <x/>, AssertionEncryptionMode: Allowed}}"
        )
    };
    // By its folders, with the last part of the ARN or with all of it.
    for key in ["Okta", "arn%3Aaws%3Aiam%3A%3A111122223333%3Asaml-provider%2FOkta"] {
        let path = format!("x/{LAYOUT}/get-saml-provider/{key}.json");
        assert_eq!(lines(&[(&path, provider)]), [okta("111122223333")]);
    }
    // The manifest goes before the folders.
    let below = format!("{LAYOUT}/okta.json");
    assert_eq!(lines(&[(&format!("{LAYOUT}/m.json"), manifest), (&below, provider)]), [okta("444455556666")]);
    // The answer itself goes before both.
    assert_eq!(
        lines(&[(&format!("{LAYOUT}/list-saml-providers.json"), list)]),
        [
            "IAM::SAMLProvider Okta @999988887777 {SamlMetadataDocument: ?, AssertionEncryptionMode: ?, PrivateKeyList: ?}"
        ]
    );
    // Without any, what is missing is said, and the rest is there.
    assert_eq!(
        lines(&[("okta.json", provider)]),
        [
            "IAM::SAMLProvider okta @${AWS::AccountId} {SamlMetadataDocument: <x/>, AssertionEncryptionMode: Allowed}",
            "problem: this answer of `aws iam get-saml-provider` does not say which it is of: a SAML provider",
            "problem: nothing says which account this is of, so that it is known only by what it names itself",
        ]
    );
}

#[test]
fn answers_stand_one_after_another_and_in_other_objects() {
    let one = format!(r#"{{"Role": {ROLE}}}"#);
    let expected = "IAM::Role deploy @111122223333 {RoleName: deploy, Path: /, AssumeRolePolicyDocument: {Statement: []}, \
                    Policies: ?, ManagedPolicyArns: ?}";
    let other = one.replace("deploy", "other");
    for text in [
        format!("{one}\n{other}"),
        format!("[{one}, {other}]"),
        format!(r#"{{"ResponseMetadata": {{"HTTPStatusCode": 200}}, "response": {one}, "next": [{other}]}}"#),
    ] {
        assert_eq!(
            lines(&[("a.json", &text)]),
            [expected.to_owned(), expected.replace("deploy", "other")],
            "{text}"
        );
    }
    // A role without an answer around it: nobody says that it has no boundary.
    let alone = expected.replace("ManagedPolicyArns: ?}", "ManagedPolicyArns: ?, PermissionsBoundary: ?}");
    assert_eq!(lines(&[("a.json", ROLE)]), [alone]);
}

#[test]
fn an_answer_that_may_be_of_several_kinds_is_said() {
    let [problem] = lines(&[("a.json", r#"{"PolicyNames": ["x"]}"#)]).try_into().expect("one line");
    assert!(
        problem.starts_with("problem: this answer does not say what it is of: `aws iam list-role-policies`")
    );
    let [problem] =
        lines(&[(&format!("{LAYOUT}/get-role/x.json"), r#"{"Error": "cut"}"#)]).try_into().expect("one");
    assert_eq!(
        problem,
        "problem: this is not what `aws iam get-role` answers, which the folders say that it is"
    );
    assert_eq!(lines(&[("a.json", r#"{"a": 1}"#), ("b.json", "[]")]), [""; 0]);
}

#[test]
fn what_aws_makes_is_left_out() {
    let role = |path: &str, name: &str| {
        ROLE.replace(":role/deploy", &format!(":role{path}{name}")).replace("deploy", name)
    };
    let roles = [
        role("/aws-service-role/support.amazonaws.com/", "AWSServiceRoleForSupport"),
        role("/aws-reserved/sso.amazonaws.com/", "AWSReservedSSO_Admin_0123456789abcdef"),
    ];
    let list = format!(r#"{{"Roles": [{}]}}"#, roles.join(", "));
    let kinds: Vec<String> = lines(&[("a.json", &list)])
        .into_iter()
        .map(|line| line[..line.find(" @").unwrap()].to_owned())
        .collect();
    assert_eq!(kinds, ["IAM::ServiceLinkedRole AWSServiceRoleForSupport"]);
}

#[test]
fn items_of_aws_config_are_read() {
    let role = r#"{"configurationItems": [
        {"resourceType": "AWS::IAM::Role", "accountId": "111122223333", "awsRegion": "global",
         "arn": "arn:aws:iam::111122223333:role/deploy", "configurationItemStatus": "OK",
         "configurationItemCaptureTime": "2026-01-02T00:00:00Z",
         "configuration": "{\"roleName\":\"deploy\",\"path\":\"/\",\"assumeRolePolicyDocument\":\"%7B%22Statement%22%3A%5B%5D%7D\",\"rolePolicyList\":[{\"policyName\":\"p\",\"policyDocument\":\"%7B%22Statement%22%3A%5B%5D%7D\"}],\"attachedManagedPolicies\":[]}"},
        {"resourceType": "AWS::IAM::Role", "accountId": "111122223333", "arn": "arn:aws:iam::111122223333:role/deploy",
         "configurationItemCaptureTime": "2025-01-02T00:00:00Z", "configuration": "{\"roleName\":\"old\"}"},
        {"resourceType": "AWS::IAM::Role", "accountId": "111122223333", "arn": "arn:aws:iam::111122223333:role/gone",
         "configurationItemStatus": "ResourceDeleted", "configuration": ""},
        {"resourceType": "AWS::S3::Bucket", "accountId": "111122223333", "configuration": {}}
    ]}"#;
    assert_eq!(
        lines(&[("a.json", role)]),
        [
            "IAM::Role deploy @111122223333 {RoleName: deploy, Path: /, AssumeRolePolicyDocument: {Statement: []}, \
          Policies: [{PolicyName: p, PolicyDocument: {Statement: []}}], ManagedPolicyArns: [], \
          PermissionsBoundary: ?, MaxSessionDuration: ?}"
        ]
    );
    let snapshot = r#"{"fileVersion": "1.0", "configSnapshotId": "x", "configurationItems": [
        {"resourceType": "AWS::IAM::OIDCProvider", "awsAccountId": "111122223333",
         "ARN": "arn:aws:iam::111122223333:oidc-provider/h.example/x",
         "configuration": {"Arn": "arn:aws:iam::111122223333:oidc-provider/h.example/x", "Url": "https://h.example/x", "ClientIdList": ["a"]}}]}"#;
    let expected = "IAM::OIDCProvider h.example/x @111122223333 {Arn: arn:aws:iam::111122223333:oidc-provider/h.example/x, \
                    Url: https://h.example/x, ClientIdList: [a], ThumbprintList: ?}";
    assert_eq!(lines(&[("a.json", snapshot)]), [expected]);
    let result = r#"{"Results": ["{\"resourceType\":\"AWS::IAM::OIDCProvider\",\"accountId\":\"111122223333\",\"arn\":\"arn:aws:iam::111122223333:oidc-provider/h.example/x\",\"configuration\":{\"Arn\":\"arn:aws:iam::111122223333:oidc-provider/h.example/x\",\"Url\":\"https://h.example/x\",\"ClientIdList\":[\"a\"]}}"], "QueryInfo": {}}"#;
    assert_eq!(lines(&[("a.json", result)]), [expected]);
}

#[test]
fn a_policy_in_a_file_of_its_own_is_that_of_a_role_or_of_somebody() {
    let statement =
        |rest: &str| format!(r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", {rest}}}]}}"#);
    let kind = |text: &str| {
        lines(&[("iam/deploy.json", text)]).first().map(|line| line[..line.find(" {").unwrap()].to_owned())
    };
    let trust = statement(r#""Principal": {"Federated": "x"}, "Action": "sts:AssumeRoleWithSAML""#);
    assert_eq!(kind(&trust).as_deref(), Some("IAM::Role deploy @${AWS::AccountId}"));
    let service = statement(r#""Principal": {"Service": "ec2.amazonaws.com"}, "Action": ["STS:AssumeRole"]"#);
    assert_eq!(kind(&service).as_deref(), Some("IAM::Role deploy @${AWS::AccountId}"));
    let identity = statement(r#""Action": "s3:GetObject", "Resource": "*""#);
    assert_eq!(kind(&identity).as_deref(), Some("IAM::ManagedPolicy deploy @${AWS::AccountId}"));
    let bucket = statement(r#""Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::x/*""#);
    assert_eq!(kind(&bucket), None);
    assert_eq!(kind(r#"{"Statement": "x"}"#), None);
}

#[test]
fn lists_tell_what_there_is_unless_they_are_cut_off_or_filtered() {
    use crate::resources::Seen;

    let (sources, vocabulary) = (Sources::default(), Vocabulary::default());
    let seen = |files: &[(&str, &str)]| -> Vec<(String, Seen)> {
        let all = resources(files, &sources, &vocabulary).inventories;
        all.iter().map(|one| (vocabulary.names.text(one.kind).to_owned(), one.seen)).collect()
    };
    let kind = |name: &str| format!("AWS::IAM::{name}");
    let list = format!(r#"{{"Roles": [{ROLE}]}}"#);
    assert_eq!(seen(&[("a.json", &list)]), [(kind("Role"), Seen::All)]);
    let cut = format!(r#"{{"Roles": [{ROLE}], "NextToken": "x"}}"#);
    assert_eq!(seen(&[("a.json", &cut)]), [(kind("Role"), Seen::CutOff)]);
    // One page of two.
    assert_eq!(seen(&[("a.json", &list), ("b.json", &cut)]), [(kind("Role"), Seen::CutOff)]);
    // They may be those of one user.
    let groups =
        r#"{"Groups": [{"GroupName": "a", "Path": "/", "Arn": "arn:aws:iam::111122223333:group/a"}]}"#;
    assert_eq!(seen(&[("a.json", groups)]), []);
    assert_eq!(seen(&[(&format!("{LAYOUT}/list-groups.json"), groups)]), [(kind("Group"), Seen::All)]);
    // Details that were asked about policies only.
    let details = r#"{"RoleDetailList": [], "UserDetailList": [], "Policies": []}"#;
    assert_eq!(seen(&[(&format!("{LAYOUT}/get-account-authorization-details.json"), details)]), []);
    let none = r#"{"SAMLProviderList": []}"#;
    let path = format!("{LAYOUT}/list-saml-providers.json");
    let role = ("r.json", list.as_str());
    assert_eq!(seen(&[(&path, none), role]), [(kind("SAMLProvider"), Seen::All), (kind("Role"), Seen::All)]);
    let manifest = r#"{"fedlint-dump": 1, "account": "111122223333", "not-seen": [
        {"service": "iam", "operation": "list-saml-providers", "why": "denied"}]}"#;
    let denied = Seen::Not(vocabulary.names.intern("denied"));
    assert_eq!(
        seen(&[("m.json", manifest), role]),
        [(kind("Role"), Seen::All), (kind("SAMLProvider"), denied)]
    );
}

#[test]
fn things_of_one_name_are_called_by_their_ids() {
    let pool = |id: &str, name: &str| {
        format!(
            r#"{{"IdentityPoolId": "eu-west-1:{id}", "IdentityPoolName": "{name}", "AllowUnauthenticatedIdentities": false}}"#
        )
    };
    let text = [pool("a", "shop"), pool("b", "shop"), pool("c", "app")].join("\n");
    let names: Vec<String> = lines(&[("a.json", &text)])
        .into_iter()
        .filter_map(|line| Some(line.strip_prefix("Cognito::IdentityPool ")?.split(" @").next()?.to_owned()))
        .collect();
    assert_eq!(names, ["eu-west-1:a", "eu-west-1:b", "app"]);
}

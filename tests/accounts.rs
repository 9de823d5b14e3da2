//! Live accounts, as their answers say: the same findings as in templates, and what is proved where all was seen.

mod support;

use fedlint::settings::Settings;
use support::scan_with;

const IAM: &str = "111122223333/global/iam";

/// Findings as `rule certainty text`, then problems.
fn findings(files: &[(&str, &str)]) -> Vec<String> {
    let outcome = scan_with(files, &Settings::default());
    let line = |seen: support::Seen| format!("{} {} `{}`", seen.rule, seen.certainty, seen.text);
    let problems = outcome.problems.into_iter().map(|problem| format!("problem: {problem}"));
    outcome.findings.into_iter().map(line).chain(problems).collect()
}

fn role(provider: &str) -> String {
    let trust = format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Federated": "{provider}"}},
            "Action": "sts:AssumeRoleWithSAML",
            "Condition": {{"StringEquals": {{"SAML:aud": "https://signin.aws.amazon.com/saml"}}}}}}]}}"#
    );
    format!(
        r#"{{"RoleDetailList": [{{"Path": "/", "RoleName": "staff", "Arn": "arn:aws:iam::111122223333:role/staff",
            "AssumeRolePolicyDocument": {trust}, "RolePolicyList": [],
            "AttachedManagedPolicies": [{{"PolicyName": "ViewOnlyAccess",
                "PolicyArn": "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"}}]}}]}}"#
    )
}

#[test]
fn what_a_complete_list_does_not_have_does_not_exist() {
    let details = format!("{IAM}/get-account-authorization-details.json");
    let role = role("arn:aws:iam::111122223333:saml-provider/Okta");
    let list = format!("{IAM}/list-saml-providers.json");
    let with = |providers: &str| findings(&[(&details, &role), (&list, providers)]);
    let missing = "provider-not-found proved `\"arn:aws:iam::111122223333:saml-provider/Okta\"`";
    assert_eq!(with(r#"{"SAMLProviderList": []}"#), [missing]);
    assert_eq!(
        with(r#"{"SAMLProviderList": [{"Arn": "arn:aws:iam::111122223333:saml-provider/Okta"}]}"#),
        [""; 0]
    );
    // Without a list, or with one that is cut off, nobody knows.
    assert_eq!(findings(&[(&details, &role)]), [""; 0]);
    assert_eq!(with(r#"{"SAMLProviderList": [], "NextToken": "more"}"#), [""; 0]);
}

#[test]
fn nothing_is_held_against_what_was_not_seen() {
    let arn = |resource: &str| format!("arn:aws:iam::111122223333:{resource}");
    let named = |name: &str, resource: &str| {
        format!(r#"{{"{name}": "x", "Path": "/", "Arn": "{}", "DefaultVersionId": "v1"}}"#, arn(resource))
    };
    let files = [
        ("saml.json", format!(r#"{{"SAMLProviderList": [{{"Arn": "{}"}}]}}"#, arn("saml-provider/x"))),
        (
            "oidc.json",
            format!(
                r#"{{"OpenIDConnectProviderList": [{{"Arn": "{}"}}]}}"#,
                arn("oidc-provider/token.actions.githubusercontent.com")
            ),
        ),
        ("users.json", format!(r#"{{"Users": [{}]}}"#, named("UserName", "user/x"))),
        ("groups.json", format!(r#"{{"Groups": [{}]}}"#, named("GroupName", "group/x"))),
        ("policies.json", format!(r#"{{"Policies": [{}]}}"#, named("PolicyName", "policy/x"))),
        (
            "roles.json",
            format!(
                r#"{{"Role": {{"RoleName": "x", "Path": "/", "Arn": "{}", "AssumeRolePolicyDocument": {{
                    "Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "sts:AssumeRole",
                    "Principal": {{"Service": "ec2.amazonaws.com"}}}}]}}}}}}"#,
                arn("role/x")
            ),
        ),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    assert_eq!(findings(&files), [""; 0]);
}

#[test]
fn a_place_in_an_encoded_policy_is_found() {
    let trust = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22AWS%22%3A%22%2A%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D";
    let text = format!(
        r#"{{"Role": {{"RoleName": "open", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/open",
            "AssumeRolePolicyDocument": "{trust}"}}}}"#
    );
    assert_eq!(findings(&[("role.json", &text)]), ["trust-any-principal proved `%22%2A%22`"]);
}

#[test]
fn what_is_cut_off_is_said_and_the_rest_is_read() {
    let whole = role("arn:aws:iam::111122223333:saml-provider/Okta");
    let list = format!("{IAM}/list-saml-providers.json");
    let cut = whole.rfind("\"RolePolicyList\"").expect("it is there");
    let found = findings(&[("details.json", &whole[..cut]), (&list, r#"{"SAMLProviderList": []}"#)]);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("provider-not-found proved"), "{found:?}");
    assert!(found[1].contains("the text ends inside a collection"), "{found:?}");
    for (text, message) in [("", "empty"), ("not JSON", "value"), ("{\"a\": ", "ends")] {
        let path = format!("{IAM}/get-account-authorization-details.json");
        let found = findings(&[(&path, text)]);
        assert!(found.first().is_some_and(|problem| problem.contains(message)), "{text}: {found:?}");
    }
}

/// Findings in `templates` beside the account that `dump` is of.
fn findings_with(template: &str, dump: &[(&str, &str)]) -> Vec<String> {
    let outcome = fedlint::scan::scan_texts_with(&[("template.yaml", template)], dump, &Settings::default());
    let findings = outcome.findings.iter().filter(|finding| finding.counts());
    let mut lines: Vec<String> = findings
        .map(|finding| {
            let place = outcome.sources.place(finding.span);
            assert_eq!(place.path.to_string_lossy(), "template.yaml");
            format!("{} {}", finding.rule, finding.certainty.name())
        })
        .collect();
    lines.extend(outcome.problems.iter().map(|problem| format!("problem: {}", problem.message)));
    lines
}

const STAFF: &str = r#"
Parameters:
  Provider: { Type: String }
Resources:
  Staff:
    Type: AWS::IAM::Role
    Properties:
      RoleName: staff
      ManagedPolicyArns: [arn:aws:iam::aws:policy/job-function/ViewOnlyAccess]
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Federated: !Sub "arn:aws:iam::${AWS::AccountId}:saml-provider/Okta" }
            Action: sts:AssumeRoleWithSAML
            Condition: { StringEquals: { "SAML:aud": "https://signin.aws.amazon.com/saml" } }
"#;

#[test]
fn a_template_is_looked_at_beside_its_account() {
    let list = |providers: &str| format!(r#"{{"SAMLProviderList": [{providers}]}}"#);
    let okta = r#"{"Arn": "arn:aws:iam::111122223333:saml-provider/Okta"}"#;
    let path = format!("{IAM}/list-saml-providers.json");
    // An open role of the account is nobody's finding here, and one that the template is about is as the template says.
    let open = r#"{"RoleName": "NAME", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/NAME",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}}"#;
    let roles =
        format!(r#"{{"Roles": [{}, {}]}}"#, open.replace("NAME", "staff"), open.replace("NAME", "other"));
    let with = |providers: &str| findings_with(STAFF, &[(&path, &list(providers)), ("roles.json", &roles)]);
    assert_eq!(with(okta), [""; 0]);
    assert_eq!(with(""), ["provider-not-found proved"]);
    // Of several accounts, nobody knows which is meant.
    let other = open.replace("111122223333", "444455556666");
    let found =
        findings_with(STAFF, &[(&path, &list("")), ("role.json", &format!(r#"{{"Role": {other}}}"#))]);
    assert_eq!(found, [""; 0]);
}

#[test]
fn the_details_of_an_account_alone_say_which_account_is_meant() {
    let managed = r#"{"PolicyName": "ViewOnlyAccess", "Arn": "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",
        "DefaultVersionId": "v1", "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": true,
            "Document": {"Version": "2012-10-17", "Statement": []}}]}"#;
    let details = |account: &str| {
        format!(
            r#"{{"RoleDetailList": [{{"RoleName": "users", "Path": "/team/", "Arn":
                "arn:aws:iam::{account}:role/team/users", "AssumeRolePolicyDocument": {{"Version": "2012-10-17",
                    "Statement": []}}, "RolePolicyList": [], "AttachedManagedPolicies": []}}],
                "Policies": [{managed}], "IsTruncated": false}}"#
        )
    };
    let template = |role: &str| {
        format!(
            "Resources:\n  Pool:\n    Type: AWS::Cognito::IdentityPool\n    Properties: {{ AllowUnauthenticatedIdentities: \
             false, AllowClassicFlow: false }}\n  Roles:\n    Type: AWS::Cognito::IdentityPoolRoleAttachment\n    \
             Properties:\n      IdentityPoolId: !Ref Pool\n      Roles: {{ authenticated: !Sub \
             'arn:aws:iam::${{AWS::AccountId}}:role/{role}' }}\n"
        )
    };
    let missing = |role: &str, details: &[(&str, &str)]| -> bool {
        findings_with(&template(role), details).contains(&"reference-not-found proved".to_owned())
    };
    let own = details("111122223333");
    assert!(!missing("team/users", &[("details.json", &own)]));
    assert!(missing("team/others", &[("details.json", &own)]));
    // Of two accounts, nobody knows which is meant.
    let other = details("444455556666");
    assert!(!missing("team/others", &[("a.json", &own), ("b.json", &other)]));
}

#[test]
fn imports_are_answered_by_the_exports_of_the_account() {
    let template =
        STAFF.replace(r#"!Sub "arn:aws:iam::${AWS::AccountId}:saml-provider/Okta""#, "!ImportValue Idp");
    let exports = |value: &str| {
        format!(
            r#"{{"Exports": [{{"Name": "Idp", "Value": "{value}",
                "ExportingStackId": "arn:aws:cloudformation:eu-west-1:111122223333:stack/idp/1"}}]}}"#
        )
    };
    let with = |value: &str| {
        let providers = r#"{"SAMLProviderList": [{"Arn": "arn:aws:iam::111122223333:saml-provider/Okta"}]}"#;
        findings_with(&template, &[("exports.json", &exports(value)), ("saml.json", providers)])
    };
    assert_eq!(with("arn:aws:iam::111122223333:saml-provider/Okta"), [""; 0]);
    assert_eq!(with("Okta"), ["wrong-identifier proved"]);
}

#[test]
fn templates_are_not_looked_up_in() {
    let found = findings_with(STAFF, &[("other.yaml", STAFF)]);
    assert_eq!(
        found,
        ["problem: `other.yaml` is no answer of an account, so that nothing is looked up in it"]
    );
}

#[test]
fn what_further_answers_tell_of_a_role_of_the_details_is_added() {
    let trust = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithSAML",
        "Principal": {"Federated": "arn:aws:iam::111122223333:saml-provider/Okta"},
        "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}}]}"#;
    let role = format!(
        r#"{{"RoleName": "admin", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/admin",
            "AssumeRolePolicyDocument": {trust}, MORE}}"#
    );
    let managed = r#""RolePolicyList": [], "AttachedManagedPolicies": [
        {"PolicyName": "AdministratorAccess", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}]"#;
    let details = format!(r#"{{"RoleDetailList": [{}]}}"#, role.replace("MORE", managed));
    let roles = format!(r#"{{"Roles": [{}]}}"#, role.replace("MORE", r#""MaxSessionDuration": 43200"#));
    let rules = |files: &[(&str, &str)]| -> Vec<String> {
        let found = findings(files).into_iter().filter(|line| !line.starts_with("problem"));
        found.map(|line| line.split(" `").next().unwrap_or_default().to_owned()).collect()
    };
    // How long sessions last is not held against a role whose details do not tell.
    assert_eq!(rules(&[("details.json", &details)]), ["administrator-privileges proved"]);
    let both = ["administrator-privileges proved", "role-long-session proved"];
    assert_eq!(rules(&[("details.json", &details), ("roles.json", &roles)]), both);
    assert_eq!(rules(&[("z-details.json", &details), ("a-roles.json", &roles)]).len(), 2);
    // Told twice, it is one role.
    assert_eq!(rules(&[("a.json", &details), ("b.json", &details)]), ["administrator-privileges proved"]);
}

/// Details of two thousand roles, of which eight may be assumed by everybody.
fn long_details() -> String {
    use std::fmt::Write as _;

    // Over the length from which on files are read in pieces.
    let mut text = "{\n    \"RoleDetailList\": [".to_owned();
    let note = "a long note ".repeat(400);
    for number in 0..2_000 {
        let principal = if number % 250 == 7 { "*" } else { "arn:aws:iam::111122223333:root" };
        let comma = if number == 0 { "" } else { "," };
        write!(
            text,
            r#"{comma}
        {{
            "Path": "/",
            "RoleName": "role-{number}",
            "RoleId": "AROAEXAMPLEEXAMPLE{number:04}",
            "Arn": "arn:aws:iam::111122223333:role/role-{number}",
            "CreateDate": "2024-01-01T00:00:00+00:00",
            "AssumeRolePolicyDocument": {{
                "Version": "2012-10-17",
                "Statement": [
                    {{
                        "Effect": "Allow",
                        "Principal": {{
                            "AWS": "{principal}"
                        }},
                        "Action": "sts:AssumeRole"
                    }}
                ]
            }},
            "InstanceProfileList": [],
            "RolePolicyList": [],
            "AttachedManagedPolicies": [
                {{
                    "PolicyName": "ViewOnlyAccess",
                    "PolicyArn": "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"
                }}
            ],
            "Tags": [{{"Key": "note", "Value": "{note}"}}],
            "RoleLastUsed": {{}}
        }}"#
        )
        .expect("a text takes all");
    }
    text.push_str("\n    ]\n}\n");
    assert!(text.len() > 8 << 20);
    text
}

#[test]
fn a_long_file_is_read_in_pieces_and_says_the_same() {
    let text = long_details();
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("long");
    std::fs::create_dir_all(&folder).expect("the folder for what tests write is there");
    let path = folder.join("details.json");
    let seen = |text: &str| -> Vec<(usize, String)> {
        std::fs::write(&path, text).expect("it can be written");
        let request = fedlint::scan::Request { paths: vec![path.clone()], threads: 2, ..Default::default() };
        let outcome = fedlint::scan::scan(fedlint::source::Sources::default(), request, &Settings::default());
        let places = outcome.findings.iter().map(|finding| {
            let place = outcome.sources.place(finding.span);
            assert!(place.certain);
            let (start, end) = (place.start.offset as usize, place.end.offset as usize);
            (start, format!("{} {}", finding.rule, &text[start..end]))
        });
        let problems = outcome.problems.iter().map(|problem| (usize::MAX, problem.message.clone()));
        places.chain(problems).collect()
    };
    let in_memory: Vec<(usize, String)> = scan_with(&[("details.json", &text)], &Settings::default())
        .findings
        .into_iter()
        .map(|seen| (seen.offset, format!("{} {}", seen.rule, seen.text)))
        .collect();
    let mut whole = seen(&text);
    whole.sort();
    let mut expected = in_memory;
    expected.sort();
    assert_eq!(whole.len(), 8);
    assert_eq!(whole, expected);
    // Cut off near its end: all that stands before is read.
    let cut = text.rfind("\"Tags\"").expect("it is there");
    let found = seen(&text[..cut]);
    assert_eq!(found.len(), 9, "{found:?}");
    assert!(found.iter().any(|(_, text)| text == "the text ends inside a collection"), "{found:?}");
}

/// The roles of an identity pool, of which one is the role `name`.
fn pool_with_role(name: &str) -> (String, String) {
    let pool = "eu-west-1:12345678-1234-1234-1234-123456789012";
    let text = format!(
        r#"{{"IdentityPoolId": "{pool}", "Roles": {{"authenticated": "arn:aws:iam::111122223333:role/{name}"}}}}"#
    );
    (format!("111122223333/eu-west-1/cognito-identity/get-identity-pool-roles/{pool}.json"), text)
}

#[test]
fn a_permission_set_is_what_it_is_in_every_account_that_has_a_role_of_it() {
    let home = "999900001111/eu-west-1/sso-admin";
    let set = |name: &str| format!("arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-{name}");
    let [own, other] = ["0123456789abcdef", "fedcba9876543210"].map(set);
    let key = |arn: &str| arn.replace(':', "%3A").replace('/', "%2F");
    let answer = |operation: &str, arn: &str| format!("{home}/{operation}/{}.json", key(arn));
    let described =
        |arn: &str| format!(r#"{{"PermissionSet": {{"PermissionSetArn": "{arn}", "Name": "Admin"}}}}"#);
    let administrator = r#"{"AttachedManagedPolicies": [{"Name": "AdministratorAccess",
        "Arn": "arn:aws:iam::aws:policy/AdministratorAccess"}]}"#;
    let accounts = r#"{"AccountIds": ["999900001111", "111122223333"]}"#;
    // Another permission set is assigned, so that one without assignments would be left out.
    let assigned = format!(
        r#"{{"AccountAssignments": [{{"AccountId": "111122223333", "PermissionSetArn": "{other}",
            "PrincipalType": "GROUP", "PrincipalId": "11111111-2222-3333-4444-666666666666"}}]}}"#
    );
    let organization =
        r#"{"Organization": {"Id": "o-a1b2c3d4e5", "MasterAccountId": "999900001111", "FeatureSet": "ALL"}}"#;
    let files = [
        (answer("describe-permission-set", &own), described(&own)),
        (answer("list-managed-policies-in-permission-set", &own), administrator.to_owned()),
        (answer("describe-permission-set", &other), described(&other).replace("Admin", "Other")),
        (answer("list-account-assignments", &other), assigned),
        ("999900001111/global/organizations/describe-organization.json".to_owned(), organization.to_owned()),
        (answer("list-accounts-for-provisioned-permission-set", &own), accounts.to_owned()),
    ];
    let rules = |count: usize| -> Vec<String> {
        let files: Vec<(&str, &str)> =
            files[..count].iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let found = scan_with(&files, &Settings::default()).findings.into_iter();
        found.map(|seen| format!("{} {}", seen.rule, seen.message)).collect()
    };
    let has = |rules: &[String], rule: &str| rules.iter().any(|known| known.starts_with(rule));
    let (without, with) = (rules(5), rules(6));
    assert!(has(&without, "permission-set-unassigned"), "{without:?}");
    assert!(!has(&without, "admin-in-management-account"), "{without:?}");
    // It has a role in the management account, whoever gets it.
    assert!(!has(&with, "permission-set-unassigned"), "{with:?}");
    assert!(
        has(
            &with,
            "admin-in-management-account permission set `Admin` makes `whoever it is assigned to` as good as administrators \
             of account `999900001111`"
        ),
        "{with:?}"
    );
}

#[test]
fn a_group_is_missing_only_where_its_store_is_known() {
    let folder = "999900001111/eu-west-1";
    let set = "arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-0123456789abcdef";
    let assignment = format!(
        r#"{{"AccountAssignments": [{{"AccountId": "111122223333", "PermissionSetArn": "{set}",
            "PrincipalType": "GROUP", "PrincipalId": "11111111-2222-3333-4444-666666666666"}}]}}"#
    );
    let group = r#"{"GroupId": "11111111-2222-3333-4444-555555555555", "DisplayName": "g", "IdentityStoreId": "d-1234567890"}"#;
    let groups = format!(r#"{{"Groups": [{group}]}}"#);
    let instance = |store: &str| {
        format!(
            r#"{{"Instances": [{{"InstanceArn": "arn:aws:sso:::instance/ssoins-0123456789abcdef",
                "IdentityStoreId": "{store}", "OwnerAccountId": "999900001111", "Status": "ACTIVE"}}]}}"#
        )
    };
    let missing = |instances: Option<String>| -> bool {
        let paths = [
            format!("{folder}/sso-admin/list-account-assignments/111122223333_ps.json"),
            format!("{folder}/identitystore/list-groups/d-1234567890.json"),
            format!("{folder}/sso-admin/list-instances.json"),
        ];
        let mut files = vec![(paths[0].as_str(), assignment.as_str()), (&paths[1], &groups)];
        files.extend(instances.as_ref().map(|text| (paths[2].as_str(), text.as_str())));
        let found = scan_with(&files, &Settings::default()).findings;
        found.iter().any(|seen| seen.rule == "assignment-not-found" && seen.certainty == "proved")
    };
    assert!(missing(Some(instance("d-1234567890"))));
    assert!(!missing(Some(instance("d-9999999999"))), "another store, of which nothing was listed");
    assert!(!missing(None), "nobody says which store it is");
}

#[test]
fn a_long_file_that_is_cut_off_proves_no_absence() {
    let text = long_details();
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("long-cut");
    let (pool_path, _) = pool_with_role("");
    let pool = folder.join(pool_path);
    std::fs::create_dir_all(pool.parent().expect("it lies in folders")).expect("folders can be made");
    let details = folder.join("details.json");
    let proved = |bytes: &[u8], role: &str| -> usize {
        std::fs::write(&details, bytes).expect("it can be written");
        std::fs::write(&pool, pool_with_role(role).1).expect("it can be written");
        let request = fedlint::scan::Request {
            paths: vec![details.clone(), pool.clone()],
            threads: 2,
            ..Default::default()
        };
        let outcome = fedlint::scan::scan(fedlint::source::Sources::default(), request, &Settings::default());
        let missing =
            outcome.findings.iter().filter(|finding| finding.rule.as_ref() == "reference-not-found");
        missing.filter(|finding| finding.certainty.name() == "proved").count()
    };
    assert_eq!(proved(text.as_bytes(), "role-1999"), 0);
    assert_eq!(proved(text.as_bytes(), "nobody"), 1, "the list is whole");
    let at = |mark: &str| text.rfind(mark).expect("it is there");
    let last = at("{\n            \"Path\"");
    let cuts = [
        ("in a string", at("a long note") + 5),
        ("in an item", at("\"RolePolicyList\"")),
        ("between two items", last),
        ("behind an item", text.trim_end().len() - "\n    ]\n}".len()),
        ("behind the list", text.trim_end().len() - 1),
        ("far before the end", text.len() * 19 / 20),
    ];
    for (place, cut) in cuts {
        assert_eq!(proved(&text.as_bytes()[..cut], "role-1999"), 0, "{place}");
        assert_eq!(proved(&text.as_bytes()[..cut], "nobody"), 0, "{place}");
    }
    let with = |more: &str| text.trim_end().strip_suffix('}').expect("it ends so").to_owned() + more;
    assert_eq!(proved(with(r#", "IsTruncated": false}"#).as_bytes(), "nobody"), 1);
    for more in [r#", "IsTruncated": true, "Marker": "m"}"#, r#", "Marker": "m""#, r#", "Marker": "m"#, "} {"]
    {
        assert_eq!(proved(with(more).as_bytes(), "nobody"), 0, "{more}");
    }
    // What is no text is not read.
    let mut bytes = text.into_bytes();
    bytes[last + 60] = 0xff;
    assert_eq!(proved(&bytes, "role-1999"), 0);
    std::fs::remove_dir_all(&folder).expect("it was made here");
}

#[test]
fn no_beginning_of_an_answer_proves_what_all_of_it_does_not() {
    let role = |name: &str, provider: &str| {
        let details = role(&format!("arn:aws:iam::111122223333:saml-provider/{provider}"));
        let details =
            details.strip_prefix(r#"{"RoleDetailList": ["#).and_then(|text| text.strip_suffix("]}"));
        details.expect("that is what is around it").replace("staff", name).replace("\n            ", "")
    };
    let center = "999900001111/eu-west-1";
    let set = "arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-0123456789abcdef";
    let (pool, roles) = pool_with_role("users");
    let files = [
        (
            format!("{IAM}/list-saml-providers.json"),
            ["Okta", "Entra"]
                .map(|name| format!(r#"{{"Arn": "arn:aws:iam::111122223333:saml-provider/{name}"}}"#))
                .join(", "),
        ),
        (
            format!("{IAM}/get-account-authorization-details.json"),
            [role("staff", "Okta"), role("users", "Entra")].join(", "),
        ),
        (pool, roles),
        (
            format!("{center}/sso-admin/list-instances.json"),
            r#"{"Instances": [{"InstanceArn": "arn:aws:sso:::instance/ssoins-0123456789abcdef",
                "IdentityStoreId": "d-1234567890", "OwnerAccountId": "999900001111", "Status": "ACTIVE"}]}"#
                .to_owned(),
        ),
        (
            format!("{center}/sso-admin/list-permission-sets/ssoins-0123456789abcdef.json"),
            format!(r#"{{"PermissionSets": ["{}f", "{set}"]}}"#, &set[..set.len() - 1]),
        ),
        (
            format!("{center}/identitystore/list-groups/d-1234567890.json"),
            ["11111111-2222-3333-4444-555555555555", "11111111-2222-3333-4444-666666666666"]
                .map(|id| {
                    format!(r#"{{"GroupId": "{id}", "DisplayName": "g", "IdentityStoreId": "d-1234567890"}}"#)
                })
                .join(", "),
        ),
        (
            format!("{center}/sso-admin/list-account-assignments/111122223333_ps.json"),
            format!(
                r#"{{"AccountAssignments": [{{"AccountId": "111122223333", "PermissionSetArn": "{set}",
                    "PrincipalType": "GROUP", "PrincipalId": "11111111-2222-3333-4444-666666666666"}}]}}"#
            ),
        ),
    ];
    let around = |list: &str, text: String| format!(r#"{{"{list}": [{text}], "NextToken": null}}"#);
    let files = files.map(|(path, text)| {
        let name = path.rsplit('/').find(|name| name.contains("list-") || name.contains("get-"));
        let text = match name.expect("it is an answer") {
            "list-saml-providers.json" => around("SAMLProviderList", text),
            "get-account-authorization-details.json" => around("RoleDetailList", text),
            "list-groups" => around("Groups", text),
            _ => text,
        };
        (path, text)
    });
    let proved = |changed: usize, by: &str| -> Vec<String> {
        let text = |position: usize| if position == changed { by } else { files[position].1.as_str() };
        let files: Vec<(&str, &str)> =
            (0..files.len()).map(|position| (files[position].0.as_str(), text(position))).collect();
        let found = scan_with(&files, &Settings::default()).findings.into_iter();
        let proved = found.filter(|seen| seen.certainty == "proved");
        proved.map(|seen| format!("{} `{}`", seen.rule, seen.text)).collect()
    };
    let known = proved(usize::MAX, "");
    let is_new = |found: &String| !known.contains(found);
    let mut lists = 0;
    for (position, (path, text)) in files.iter().enumerate() {
        // Lists that are whole prove that others do not exist.
        for (name, other) in
            [("/Entra", "/None"), ("/users", "/other"), ("666666", "777777"), ("ps-0", "ps-1")]
        {
            let others = text.replace(name, other);
            let is_list =
                path.contains("/list-") && !path.contains("assignments") || path.contains("details");
            lists += usize::from(is_list && others != *text && proved(position, &others).iter().any(is_new));
        }
        // Every place of short answers, and some of long ones.
        for end in (0..text.len()).step_by(text.len().div_ceil(100)) {
            let new: Vec<String> = proved(position, &text[..end]).into_iter().filter(is_new).collect();
            assert_eq!(new, [""; 0], "{path}: {}", &text[..end]);
        }
    }
    assert_eq!(lists, 4, "each list proves something");
}

#[test]
fn what_is_only_possible_says_what_was_not_seen() {
    let manifest = r#"{"fedlint-dump": 1, "account": "111122223333", "not-seen": [
        {"service": "iam", "operation": "list-saml-providers", "region": "global", "why": "denied", "message": "AccessDenied"},
        {"service": "iam", "operation": "list-open-id-connect-providers", "why": "unavailable"}]}"#;
    // Names of providers have their case; there may be one of this name, too.
    let details = role("arn:aws:iam::111122223333:saml-provider/okta");
    let provider = r#"{"SAMLMetadataDocument": "<x/>", "CreateDate": "2024-01-01T00:00:00+00:00"}"#;
    let files = [
        ("111122223333/fedlint-dump.json", manifest),
        ("111122223333/global/iam/get-saml-provider/Okta.json", provider),
        ("details.json", &details),
    ];
    let outcome = fedlint::scan::scan_texts(&files, &Settings::default());
    let found = outcome.findings.iter().find(|finding| finding.rule.as_ref() == "provider-not-found");
    let found = found.expect("the name differs in case");
    assert_eq!(found.certainty.name(), "possible");
    let note = "of account 111122223333, not all was seen: AWS::IAM::SAMLProvider (denied)";
    assert!(found.notes.iter().any(|known| known == note), "{:?}", found.notes);
    let problems: Vec<&str> = outcome.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(
        problems,
        ["a question about account 111122223333 without an answer: `aws iam list-saml-providers` (denied)"]
    );
}

#[test]
fn nothing_is_said_of_what_is_only_named() {
    let folder = "111122223333/eu-west-1";
    let instance = "arn:aws:sso:::instance/ssoins-0123456789abcdef";
    let files = [
        (
            format!("{folder}/cognito-idp/list-user-pools.json"),
            r#"{"UserPools": [{"Id": "eu-west-1_AbCdEfGhI", "Name": "customers", "LambdaConfig": {}}]}"#.to_owned(),
        ),
        (
            format!("{folder}/cognito-idp/list-user-pool-clients/eu-west-1_AbCdEfGhI.json"),
            r#"{"UserPoolClients": [{"ClientId": "1h57kf5cpq17m0eml12example", "UserPoolId": "eu-west-1_AbCdEfGhI",
                "ClientName": "web"}]}"#
                .to_owned(),
        ),
        (
            format!("{folder}/cognito-identity/list-identity-pools.json"),
            r#"{"IdentityPools": [{"IdentityPoolId": "eu-west-1:12345678-1234-1234-1234-123456789012",
                "IdentityPoolName": "visitors"}]}"#
                .to_owned(),
        ),
        (
            format!("{folder}/sso-admin/list-instances.json"),
            format!(
                r#"{{"Instances": [{{"InstanceArn": "{instance}", "IdentityStoreId": "d-1234567890",
                    "OwnerAccountId": "111122223333", "Status": "ACTIVE"}}]}}"#
            ),
        ),
        (
            format!("{folder}/sso-admin/list-permission-sets/ssoins-0123456789abcdef.json"),
            r#"{"PermissionSets": ["arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-0123456789abcdef"]}"#
                .to_owned(),
        ),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    assert_eq!(findings(&files), [""; 0]);
}

const ADMINISTRATOR: &str = r#""RolePolicyList": [], "AttachedManagedPolicies": [
    {"PolicyName": "AdministratorAccess", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}]"#;

/// A role that everybody may assume, with what else there is of it.
fn open_role(more: &str) -> String {
    format!(
        r#"{{"RoleName": "open", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/open",
            "AssumeRolePolicyDocument": {{"Version": "2012-10-17", "Statement": [
                {{"Effect": "Allow", "Principal": {{"AWS": "*"}}, "Action": "sts:AssumeRole"}}]}}, {more}}}"#
    )
}

/// Rules with severity and certainty.
fn verdicts(files: &[(&str, &str)]) -> Vec<String> {
    let outcome = scan_with(files, &Settings::default());
    let line = |seen: support::Seen| format!("{} {} {}", seen.rule, seen.severity, seen.certainty);
    outcome.findings.into_iter().map(line).collect()
}

const OPEN: [&str; 2] = ["trust-any-principal critical proved", "administrator-privileges high proved"];

#[test]
fn details_of_a_role_stand_alone() {
    let role = open_role(ADMINISTRATOR);
    let mut expected = OPEN.map(str::to_owned).to_vec();
    expected.sort();
    for text in [role.clone(), format!("[{role}]"), format!(r#"{{"RoleDetailList": [{role}]}}"#)] {
        let mut found = verdicts(&[("roles.json", &text)]);
        found.sort();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn the_policy_that_allows_everything_limits_nothing() {
    let details = format!(r#"{{"RoleDetailList": [{}]}}"#, open_role(ADMINISTRATOR));
    let organizations = "999988887777/global/organizations";
    let targets = r#"{"Targets": [{"TargetId": "111122223333", "Type": "ACCOUNT", "Name": "a",
        "Arn": "arn:aws:organizations::999988887777:account/o-a1b2c3d4e5/111122223333"}]}"#;
    let policy = r#"{"Policy": {"PolicySummary": {"Id": "p-FullAWSAccess", "Name": "FullAWSAccess", "AwsManaged": true,
        "Arn": "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess",
        "Type": "SERVICE_CONTROL_POLICY"},
        "Content": "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\"}]}"}}"#;
    let targets_path = format!("{organizations}/list-targets-for-policy/p-FullAWSAccess.json");
    let policy_path = format!("{organizations}/describe-policy/p-FullAWSAccess.json");
    let mut expected = OPEN.map(str::to_owned).to_vec();
    expected.sort();
    let files = [("details.json", details.as_str()), (&targets_path, targets), (&policy_path, policy)];
    for files in [&files[..2], &files[..]] {
        let mut found = verdicts(files);
        found.sort();
        assert_eq!(found, expected);
    }
}

#[test]
fn a_boundary_that_nobody_was_asked_about_may_be_there() {
    let list = format!(r#"{{"Roles": [{}]}}"#, open_role(r#""MaxSessionDuration": 3600"#));
    let attached = r#"{"AttachedPolicies": [
        {"PolicyName": "AdministratorAccess", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}]}"#;
    let found = verdicts(&[
        ("roles.json", &list),
        (&format!("{IAM}/list-role-policies/open.json"), r#"{"PolicyNames": []}"#),
        (&format!("{IAM}/list-attached-role-policies/open.json"), attached),
    ]);
    assert!(found.contains(&"administrator-privileges high possible".to_owned()), "{found:?}");
}

#[test]
fn a_principal_of_a_live_trust_is_there() {
    let role = open_role(ADMINISTRATOR).replace("\"*\"", "\"arn:aws:iam::111122223333:role/apps/gone\"");
    let list = format!(r#"{{"Roles": [{role}]}}"#);
    let found = verdicts(&[("roles.json", &list)]);
    assert!(!found.iter().any(|line| line.starts_with("reference-not-found")), "{found:?}");
}

#[test]
fn what_aws_config_saw_deleted_is_gone() {
    let item = |status: &str, time: &str, configuration: &str| {
        format!(
            r#"{{"resourceType": "AWS::IAM::Role", "accountId": "111122223333", "configurationItemStatus": "{status}",
                "arn": "arn:aws:iam::111122223333:role/open", "configurationItemCaptureTime": "{time}",
                "configuration": {configuration}}}"#
        )
    };
    let role = r#"{"roleName": "open", "assumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}}"#;
    let there = item("OK", "2026-01-01T00:00:00Z", role);
    let gone = item("ResourceDeleted", "2026-03-01T00:00:00Z", "\"\"");
    let items = |items: &str| format!(r#"{{"configurationItems": [{items}]}}"#);
    assert!(!verdicts(&[("a.json", &items(&there))]).is_empty());
    assert_eq!(verdicts(&[("a.json", &items(&format!("{gone}, {there}")))]), [""; 0]);
}

#[test]
fn a_policy_that_is_cut_off_is_not_held_to_what_it_lacks() {
    let role = format!(r#"{{"RoleDetailList": [{}]}}"#, open_role(ADMINISTRATOR));
    let cut = role.find("\"Action\"").expect("it is there");
    assert_eq!(verdicts(&[("details.json", &role[..cut])]), [""; 0]);
}

#[test]
fn an_item_of_aws_config_that_is_cut_off_tells_of_what_is_in_it() {
    let item = format!(
        r#"{{"configurationItems": [{{"resourceType": "AWS::IAM::Role", "accountId": "111122223333",
            "arn": "arn:aws:iam::111122223333:role/open", "configuration": {{"roleName": "open", "path": "/",
            "rolePolicyList": [], "attachedManagedPolicies": [{{"policyName": "ViewOnlyAccess",
                "policyArn": "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"}}],
            "assumeRolePolicyDocument": {}"#,
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithSAML",
            "Principal": {"Federated": "arn:aws:iam::111122223333:saml-provider/Okta"}, "Condition":
            {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}}]}, "maxSessionDuration": 43200"#
    );
    let rules = |text: &str| -> Vec<String> {
        verdicts(&[("items.json", text)]).into_iter().filter(|line| line.ends_with("proved")).collect()
    };
    let whole = rules(&(item.clone() + "}}]}"));
    assert_eq!(whole, ["role-long-session info proved"]);
    // Without the policies that it has it would be a role without any.
    for end in (item.find("\"configuration\"").expect("it is there")..item.len()).step_by(9) {
        let found = rules(&item[..end]);
        assert!(found.iter().all(|line| whole.contains(line)), "{}: {found:?}", &item[..end]);
    }
}

#[test]
fn what_is_no_answer_is_said_where_one_should_be() {
    let path = format!("{IAM}/list-roles.json");
    let not_it =
        "problem: unread: this is not what `aws iam list-roles` answers, which the folders say that it is";
    for text in
        ["[]", "null", "\"An error occurred\"", "17", r#"{"Rolls": []}"#, r#"{"Error": {"Code": "x"}}"#]
    {
        assert_eq!(findings(&[(&path, text)]), [not_it], "{text}");
    }
    assert_eq!(findings(&[(&path, "{}")]), [""; 0]);
    let found = findings(&[(&path, "{")]);
    assert!(found.iter().any(|line| line.contains("syntax")), "{found:?}");
}

#[test]
fn things_of_wrong_types_are_no_things_of_other_answers() {
    let role = open_role(ADMINISTRATOR);
    let odd = r#"{"RoleName": 5, "Arn": null}, {"AttachedManagedPolicies": "x", "Roles": {"a": 1}, "InlinePolicy": "{}"}"#;
    let details = format!(
        r#"{{"RoleDetailList": [5, null, "x", [], {role}, {odd}], "Policies": "x", "Marker": null}}"#
    );
    let mut expected = OPEN.map(str::to_owned).to_vec();
    expected.sort();
    for path in ["details.json".to_owned(), format!("{IAM}/get-account-authorization-details.json")] {
        let mut found = verdicts(&[(&path, &details)]);
        found.sort();
        assert_eq!(found, expected, "{path}");
    }
    // What stands first need not be what is wanted, and the folders say what was asked.
    let path = format!("{IAM}/get-account-authorization-details.json");
    let wrong = format!(r#"{{"RoleDetailList": [{odd}, {role}]}}"#);
    assert!(verdicts(&[(&path, &wrong)]).iter().all(|line| !line.contains("permission-set")));
}

#[test]
fn an_account_that_is_told_of_twice_is_said() {
    let details = format!(r#"{{"RoleDetailList": [{}]}}"#, open_role(ADMINISTRATOR));
    let found = findings(&[("a/details.json", &details), ("b/details.json", &details)]);
    assert!(found.iter().any(|line| line.contains("are there more than once")), "{found:?}");
    // Lists of two dumps, too: what one of them does not have any more stands in the other.
    let list = |name: &str| {
        format!(r#"{{"SAMLProviderList": [{{"Arn": "arn:aws:iam::111122223333:saml-provider/{name}"}}]}}"#)
    };
    let path = |folder: &str| format!("{folder}/{IAM}/list-saml-providers.json");
    let two = [(path("2025"), list("Okta")), (path("2026"), list("Entra"))];
    let two: Vec<(&str, &str)> = two.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let said = "problem: answer: answers about account 111122223333 are there more than once, and may be of different times";
    assert_eq!(findings(&two), [said]);
    assert_eq!(findings(&two[..1]), [""; 0]);
    // Pages are one dump, and so are lists of two regions.
    let page = list("Okta").replace("]}", r#"], "IsTruncated": true, "Marker": "m"}"#);
    assert_eq!(findings(&[("1.json", &page), ("2.json", &list("Entra"))]), [""; 0]);
    let pools = r#"{"UserPools": []}"#;
    let of = |region: &str| format!("111122223333/{region}/cognito-idp/list-user-pools.json");
    assert_eq!(findings(&[(&of("eu-west-1"), pools), (&of("us-east-1"), pools)]), [""; 0]);
}

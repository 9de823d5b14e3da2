//! Answers of every service but IAM.

use std::path::Path;

use super::lines;
use crate::document::{self, Format, Limits};
use crate::resources::account::read;
use crate::settings::Settings;
use crate::source::{Origin, Sources};
use crate::value::Vocabulary;

const HOME: &str = "999900001111";

/// What answers become that lie in an account's folder, by what lies below it.
fn of_account(files: &[(&str, &str)]) -> Vec<String> {
    let paths: Vec<String> = files.iter().map(|(path, _)| format!("{HOME}/{path}.json")).collect();
    let files: Vec<(&str, &str)> =
        paths.iter().zip(files).map(|(path, (_, text))| (path.as_str(), *text)).collect();
    lines(&files)
}

mod organizations {
    use super::*;

    #[test]
    fn the_account_that_was_asked_is_of_the_organisation() {
        let text = r#"{"Organization": {"Id": "o-a1b2c3d4e5", "FeatureSet": "ALL", "MasterAccountId": "999900001111",
            "Arn": "arn:aws:organizations::999900001111:organization/o-a1b2c3d4e5"}}"#;
        assert_eq!(
            lines(&[("111122223333/global/organizations/describe-organization.json", text)]),
            ["Organizations::Organization o-a1b2c3d4e5 @111122223333 {Id: o-a1b2c3d4e5, \
              ManagementAccountId: 999900001111, FeatureSet: ALL}"]
        );
    }

    #[test]
    fn what_an_account_is_in_is_told_by_the_request_or_by_its_path() {
        let item = r#"{"Id": "111122223333", "Name": "shop", "Email": "shop@example.com", "Status": "ACTIVE",
            "Arn": "arn:aws:organizations::999900001111:account/o-a1b2c3d4e5/111122223333" PATHS}"#;
        let list = |paths: &str| format!(r#"{{"Accounts": [{}]}}"#, item.replace("PATHS", paths));
        let account = |parents: &str| {
            [format!("Organizations::Account shop @999900001111 {{AccountName: shop, ParentIds: {parents}}}")]
        };
        let plain = list("");
        assert_eq!(of_account(&[("global/organizations/list-accounts", &plain)]), account("?"));
        let below = "global/organizations/list-accounts-for-parent/ou-ab12-workload";
        assert_eq!(of_account(&[(below, &plain)]), account("[ou-ab12-workload]"));
        assert_eq!(
            of_account(&[("global/organizations/list-accounts", &plain), (below, &plain)]),
            account("[ou-ab12-workload]")
        );
        let by_path =
            list(r#", "Paths": ["o-a1b2c3d4e5/r-ab12/ou-ab12-all00000/ou-ab12-workload/111122223333/"]"#);
        assert_eq!(
            of_account(&[("global/organizations/list-accounts", &by_path)]),
            account("[ou-ab12-workload]")
        );
        // Without its folders, nobody knows of which parent it is; the accounts are there all the same.
        assert_eq!(lines(&[("accounts.json", &plain)]), account("?"));
        let described = plain.replace("Accounts", "Account").replace(": [{", ": {").replace("}]}", "}}");
        assert_eq!(
            of_account(&[("global/organizations/describe-account/111122223333", &described)]),
            account("?")
        );
    }

    #[test]
    fn units_stand_in_units_and_the_root() {
        let unit = |id: &str| {
            format!(
                r#"{{"Id": "{id}", "Name": "{id}", "Arn": "arn:aws:organizations::{HOME}:ou/o-a1b2c3d4e5/{id}"}}"#
            )
        };
        let list = format!(
            r#"{{"OrganizationalUnits": [{}, {}]}}"#,
            unit("ou-ab12-workload"),
            unit("ou-ab12-sandbox0")
        );
        let described = format!(r#"{{"OrganizationalUnit": {}}}"#, unit("ou-ab12-alone000"));
        let parents = r#"{"Parents": [{"Id": "r-ab12", "Type": "ROOT"}]}"#;
        assert_eq!(
            of_account(&[
                ("global/organizations/list-organizational-units-for-parent/r-ab12", &list),
                ("global/organizations/describe-organizational-unit/ou-ab12-alone000", &described),
                ("global/organizations/list-parents/ou-ab12-alone000", parents),
                ("global/organizations/list-parents/111122223333", parents),
            ]),
            [
                "Organizations::OrganizationalUnit ou-ab12-alone000 @999900001111 {Name: ou-ab12-alone000, ParentId: r-ab12}",
                "Organizations::OrganizationalUnit ou-ab12-workload @999900001111 {Name: ou-ab12-workload, ParentId: r-ab12}",
                "Organizations::OrganizationalUnit ou-ab12-sandbox0 @999900001111 {Name: ou-ab12-sandbox0, ParentId: r-ab12}",
                "Organizations::Account 111122223333 @999900001111 {ParentIds: [r-ab12], AccountName: ?}",
            ]
        );
    }

    #[test]
    fn a_policy_has_what_it_says_and_whom_it_limits() {
        let summary = r#"{"Id": "p-1", "Name": "guard", "Type": "SERVICE_CONTROL_POLICY", "AwsManaged": false,
            "Arn": "arn:aws:organizations::999900001111:policy/o-a1b2c3d4e5/service_control_policy/p-1"}"#;
        let list = format!(r#"{{"Policies": [{summary}]}}"#);
        let described =
            format!(r#"{{"Policy": {{"PolicySummary": {summary}, "Content": "{{\"Statement\": []}}"}}}}"#);
        let targets =
            r#"{"Targets": [{"TargetId": "r-ab12", "Type": "ROOT"}, {"TargetId": "111122223333"}]}"#;
        let policy = |content: &str, targets: &str| {
            [format!(
                "Organizations::Policy guard @999900001111 {{Name: guard, Type: SERVICE_CONTROL_POLICY, \
                 Content: {content}, TargetIds: {targets}}}"
            )]
        };
        assert_eq!(
            of_account(&[
                ("global/organizations/describe-policy/p-1", &described),
                ("global/organizations/list-policies/SERVICE_CONTROL_POLICY", &list),
                ("global/organizations/list-targets-for-policy/p-1", targets),
            ]),
            policy("{Statement: []}", "[r-ab12, 111122223333]")
        );
        // It limits this one, and perhaps others.
        let of_one = of_account(&[("global/organizations/list-policies-for-target/111122223333", &list)]);
        assert_eq!(
            of_one,
            ["Organizations::Policy guard @999900001111 {Name: guard, Type: SERVICE_CONTROL_POLICY, \
              TargetIds: [111122223333, ?], Content: ?}"]
        );
    }

    #[test]
    fn a_root_says_which_policies_are_in_use() {
        let roots = r#"{"Roots": [{"Id": "r-ab12", "Name": "Root", "Arn":
            "arn:aws:organizations::999900001111:root/o-a1b2c3d4e5/r-ab12",
            "PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]}]}"#;
        assert_eq!(
            of_account(&[("global/organizations/list-roots", roots)]),
            [
                "Organizations::Root r-ab12 @999900001111 {PolicyTypes: [{Type: SERVICE_CONTROL_POLICY, Status: ENABLED}]}"
            ]
        );
        assert_eq!(of_account(&[("global/organizations/list-roots", r#"{"Roots": []}"#)]), [""; 0]);
    }

    #[test]
    fn a_delegated_administrator_has_services() {
        let list = r#"{"DelegatedAdministrators": [{"Id": "222233334444", "Name": "identity",
            "Arn": "arn:aws:organizations::999900001111:account/o-a1b2c3d4e5/222233334444"}]}"#;
        let services = r#"{"DelegatedServices": [{"ServicePrincipal": "sso.amazonaws.com"}]}"#;
        let one = |services: &str| {
            [format!(
                "Organizations::DelegatedAdministrator 222233334444 @999900001111 {{AccountId: 222233334444, \
                 ServicePrincipals: {services}}}"
            )]
        };
        let listed = ("global/organizations/list-delegated-administrators", list);
        let of_one = ("global/organizations/list-delegated-services-for-account/222233334444", services);
        assert_eq!(of_account(&[listed, of_one]), one("[sso.amazonaws.com]"));
        assert_eq!(of_account(&[listed]), one("?"));
    }
}

mod identity_center {
    use super::*;

    const SET: &str = "arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-0123456789abcdef";
    const APPLICATION: &str =
        "arn:aws:sso::999900001111:application/ssoins-0123456789abcdef/apl-0123456789abcdef";

    #[test]
    fn a_permission_set_is_what_six_answers_tell() {
        let list = format!(r#"{{"PermissionSets": ["{SET}"]}}"#);
        let described = format!(
            r#"{{"PermissionSet": {{"Name": "Admin", "PermissionSetArn": "{SET}", "SessionDuration": "PT8H",
                "RelayState": "https://console.aws.amazon.com/"}}}}"#
        );
        let managed = r#"{"AttachedManagedPolicies": [{"Name": "A", "Arn": "arn:aws:iam::aws:policy/A"}]}"#;
        let named = r#"{"CustomerManagedPolicyReferences": [{"Name": "own", "Path": "/"}]}"#;
        let boundary = r#"{"PermissionsBoundary": {"ManagedPolicyArn": "arn:aws:iam::aws:policy/B"}}"#;
        let key = |operation: &str| format!("eu-west-1/sso-admin/{operation}/ps-0123456789abcdef");
        let files = [
            ("eu-west-1/sso-admin/list-permission-sets".to_owned(), list.as_str()),
            (key("describe-permission-set"), described.as_str()),
            (key("list-managed-policies-in-permission-set"), managed),
            (key("list-customer-managed-policy-references-in-permission-set"), named),
            (key("get-inline-policy-for-permission-set"), r#"{"InlinePolicy": "{\"Statement\": []}"}"#),
            (key("get-permissions-boundary-for-permission-set"), boundary),
        ];
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
        assert_eq!(
            of_account(&files),
            ["SSO::PermissionSet Admin @999900001111 {Name: Admin, SessionDuration: PT8H, \
              RelayStateType: https://console.aws.amazon.com/, InlinePolicy: {Statement: []}, \
              PermissionsBoundary: {ManagedPolicyArn: arn:aws:iam::aws:policy/B}, \
              CustomerManagedPolicyReferences: [{Name: own, Path: /}], \
              ManagedPolicies: [arn:aws:iam::aws:policy/A], ProvisionedAccounts: ?}"]
        );
        // An empty text is no inline policy; what was not asked is not known.
        let (inline, none) = (key("get-inline-policy-for-permission-set"), r#"{"InlinePolicy": ""}"#);
        assert_eq!(
            of_account(&[files[1], (&inline, none)]),
            ["SSO::PermissionSet Admin @999900001111 {Name: Admin, SessionDuration: PT8H, \
              RelayStateType: https://console.aws.amazon.com/, ManagedPolicies: ?, \
              CustomerManagedPolicyReferences: ?, PermissionsBoundary: ?, ProvisionedAccounts: ?}"]
        );
    }

    #[test]
    fn a_manifest_says_what_a_permission_set_does_not_have() {
        let set = format!(r#"{{"PermissionSet": {{"Name": "Admin", "PermissionSetArn": "{SET}"}}}}"#);
        let manifest = |why: &str| {
            format!(
                r#"{{"fedlint-dump": 1, "account": "{HOME}", "not-seen": [{{"service": "sso-admin", "region": "eu-west-1",
                    "operation": "get-permissions-boundary-for-permission-set", "key": "{SET}", "why": "{why}"}}]}}"#
            )
        };
        let path = "eu-west-1/sso-admin/describe-permission-set/ps-0123456789abcdef";
        let boundary = |why: &str| {
            let found = of_account(&[("fedlint-dump", &manifest(why)), (path, &set)]);
            found[0].contains("PermissionsBoundary: ?")
        };
        assert!(!boundary("none") && boundary("denied"));
    }

    #[test]
    fn an_assignment_says_whom_and_where_whichever_way_it_is_listed() {
        let text = format!(
            r#"{{"AccountAssignments": [{{"AccountId": "111122223333", "PermissionSetArn": "{SET}",
                "PrincipalType": "GROUP", "PrincipalId": "906799a0-1b2c-4d5e-8f90-a1b2c3d4e5f6"}}]}}"#
        );
        let expected = [
            "SSO::Assignment ps-0123456789abcdef/111122223333/906799a0-1b2c-4d5e-8f90-a1b2c3d4e5f6 @999900001111 \
             {PermissionSetArn: arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-0123456789abcdef, \
             PrincipalType: GROUP, PrincipalId: 906799a0-1b2c-4d5e-8f90-a1b2c3d4e5f6, TargetId: 111122223333}",
        ];
        for path in [
            "list-account-assignments/111122223333_ps-0123456789abcdef",
            "list-account-assignments-for-principal/906799a0-1b2c-4d5e-8f90-a1b2c3d4e5f6",
        ] {
            assert_eq!(of_account(&[(&format!("eu-west-1/sso-admin/{path}"), &text)]), expected);
        }
    }

    #[test]
    fn an_instance_owns_what_belongs_to_it_whoever_was_asked() {
        let list = r#"{"Instances": [{"InstanceArn": "arn:aws:sso:::instance/ssoins-0123456789abcdef",
            "IdentityStoreId": "d-1234567890", "OwnerAccountId": "999900001111", "Status": "ACTIVE"}]}"#;
        let described = r#"{"InstanceArn": "arn:aws:sso:::instance/ssoins-0123456789abcdef", "IdentityStoreId": "d-1234567890",
            "OwnerAccountId": "999900001111", "PermissionSetsEnabled": true, "Status": "ACTIVE"}"#;
        let set = format!(r#"{{"PermissionSet": {{"Name": "Admin", "PermissionSetArn": "{SET}"}}}}"#);
        let delegated = "222233334444/eu-west-1/sso-admin";
        let found = lines(&[
            (&format!("{delegated}/list-instances.json"), list),
            (&format!("{delegated}/describe-instance/ssoins-0123456789abcdef.json"), described),
            (&format!("{delegated}/describe-permission-set/ps-0123456789abcdef.json"), &set),
        ]);
        let starts = [
            "SSO::Instance ssoins-0123456789abcdef @999900001111 {IdentityStoreId: d-1234567890, \
             OwnerAccountId: 999900001111, Status: ACTIVE, PermissionSetsEnabled: true}",
            "SSO::PermissionSet Admin @999900001111 {Name: Admin,",
        ];
        assert_eq!(found.len(), 2, "{found:?}");
        for start in starts {
            assert!(found.iter().any(|line| line.starts_with(start)), "{start}: {found:?}");
        }
    }

    #[test]
    fn an_application_says_who_may_use_it_and_what_it_exchanges() {
        let list = format!(
            r#"{{"Applications": [{{"ApplicationArn": "{APPLICATION}", "Name": "reports", "Status": "ENABLED",
                "InstanceArn": "arn:aws:sso:::instance/ssoins-0123456789abcdef"}}]}}"#
        );
        let grants = r#"{"Grants": [{"GrantType": "refresh_token", "Grant": {"RefreshToken": {}}}]}"#;
        let methods = r#"{"AuthenticationMethods": [{"AuthenticationMethodType": "IAM",
            "AuthenticationMethod": {"Iam": {"ActorPolicy": {"Statement": []}}}}]}"#;
        let key = |operation: &str| format!("eu-west-1/sso-admin/{operation}/apl-0123456789abcdef");
        let (granted, asked, required) = (
            key("list-application-grants"),
            key("list-application-authentication-methods"),
            key("get-application-assignment-configuration"),
        );
        let assigned = format!(
            r#"{{"ApplicationAssignments": [{{"ApplicationArn": "{APPLICATION}", "PrincipalId": "g-1", "PrincipalType": "GROUP"}}]}}"#
        );
        let assignments = key("list-application-assignments");
        let found = of_account(&[
            ("eu-west-1/sso-admin/list-applications", &list),
            (&granted, grants),
            (&asked, methods),
            (&required, r#"{"AssignmentRequired": false}"#),
            (&assignments, &assigned),
        ]);
        assert_eq!(
            found,
            [
                "SSO::Application reports @999900001111 {AssignmentRequired: false, AuthenticationMethods: \
                 [{AuthenticationMethodType: IAM, AuthenticationMethod: {Iam: {ActorPolicy: {Statement: []}}}}], \
                 Grants: [{GrantType: refresh_token, Grant: {RefreshToken: {}}}], Name: reports, \
                 InstanceArn: arn:aws:sso:::instance/ssoins-0123456789abcdef, Status: ENABLED}",
                "SSO::ApplicationAssignment apl-0123456789abcdef/g-1 @999900001111 {ApplicationArn: \
                 arn:aws:sso::999900001111:application/ssoins-0123456789abcdef/apl-0123456789abcdef, \
                 PrincipalType: GROUP, PrincipalId: g-1}",
            ]
        );
        let described = list.replace(r#"{"Applications": ["#, "").replace("]}", "");
        let expected = "SSO::Application reports @999900001111 {Name: reports, \
                        InstanceArn: arn:aws:sso:::instance/ssoins-0123456789abcdef, Status: ENABLED, \
                        AssignmentRequired: ?, Grants: ?, AuthenticationMethods: ?}";
        assert_eq!(lines(&[("described.json", &described)]), [expected]);
    }

    #[test]
    fn a_token_issuer_has_its_url_where_it_is_described() {
        let arn = "arn:aws:sso::999900001111:trustedTokenIssuer/ssoins-0123456789abcdef/tti-1";
        let list = format!(
            r#"{{"TrustedTokenIssuers": [{{"TrustedTokenIssuerArn": "{arn}", "Name": "corporate"}}]}}"#
        );
        assert_eq!(
            of_account(&[("eu-west-1/sso-admin/list-trusted-token-issuers", &list)]),
            ["SSO::TrustedTokenIssuer corporate @999900001111 {Name: corporate, IssuerUrl: ?, \
              ClaimAttributePath: ?, IdentityStoreAttributePath: ?}"]
        );
        let described = format!(
            r#"{{"TrustedTokenIssuerArn": "{arn}", "Name": "corporate", "TrustedTokenIssuerConfiguration":
                {{"OidcJwtConfiguration": {{"IssuerUrl": "https://login.example.com", "ClaimAttributePath": "sub",
                "IdentityStoreAttributePath": "userName", "JwksRetrievalOption": "OPEN_ID_DISCOVERY"}}}}}}"#
        );
        assert_eq!(
            lines(&[("issuer.json", &described)]),
            ["SSO::TrustedTokenIssuer corporate @999900001111 {Name: corporate, \
              IssuerUrl: https://login.example.com, ClaimAttributePath: sub, IdentityStoreAttributePath: userName}"]
        );
    }

    #[test]
    fn attributes_for_access_control_are_those_of_the_instance_that_was_asked() {
        let text = r#"{"Status": "ENABLED", "InstanceAccessControlAttributeConfiguration":
            {"AccessControlAttributes": [{"Key": "team", "Value": {"Source": ["${path:enterprise.department}"]}}]}}"#;
        let path = "eu-west-1/sso-admin/describe-instance-access-control-attribute-configuration/ssoins-0123456789abcdef";
        assert_eq!(
            of_account(&[(path, text)]),
            ["SSO::InstanceAccessControlAttributeConfiguration ssoins-0123456789abcdef @999900001111 \
              {InstanceAccessControlAttributeConfiguration: {AccessControlAttributes: [{Key: team, \
              Value: {Source: [${path:enterprise.department}]}}]}}"]
        );
    }

    #[test]
    fn the_identity_store_has_groups_users_and_memberships() {
        let groups =
            r#"{"Groups": [{"GroupId": "g-1", "DisplayName": "admins", "IdentityStoreId": "d-1234567890"}]}"#;
        let users = r#"{"Users": [{"UserId": "u-1", "UserName": "ada", "IdentityStoreId": "d-1234567890"}]}"#;
        let members = r#"{"GroupMemberships": [{"MembershipId": "m-1", "GroupId": "g-1", "MemberId": {"UserId": "u-1"},
            "IdentityStoreId": "d-1234567890"}]}"#;
        assert_eq!(
            of_account(&[
                ("eu-west-1/identitystore/list-groups/d-1234567890", groups),
                ("eu-west-1/identitystore/list-users/d-1234567890", users),
                ("eu-west-1/identitystore/list-group-memberships/g-1", members),
            ]),
            [
                "IdentityStore::GroupMembership m-1 @999900001111 {IdentityStoreId: d-1234567890, GroupId: g-1, \
                 MemberId: {UserId: u-1}}",
                "IdentityStore::Group admins @999900001111 {DisplayName: admins, IdentityStoreId: d-1234567890}",
                "IdentityStore::User ada @999900001111 {UserName: ada, IdentityStoreId: d-1234567890}",
            ]
        );
    }
}

mod cognito {
    use super::*;

    #[test]
    fn groups_are_told_apart_by_what_they_have() {
        let cognito =
            r#"{"Groups": [{"GroupName": "admins", "UserPoolId": "eu-west-1_Ab12Cd34E", "Precedence": 1}]}"#;
        let store =
            r#"{"Groups": [{"GroupId": "g-1", "DisplayName": "admins", "IdentityStoreId": "d-1234567890"}]}"#;
        let iam = r#"{"Groups": [{"GroupName": "admins", "GroupId": "AGPA1", "Path": "/",
            "Arn": "arn:aws:iam::111122223333:group/admins"}]}"#;
        let kind = |text: &str| {
            lines(&[("groups.json", text)]).first().map(|line| line[..line.find(' ').unwrap()].to_owned())
        };
        assert_eq!(kind(cognito).as_deref(), Some("Cognito::UserPoolGroup"));
        assert_eq!(kind(store).as_deref(), Some("IdentityStore::Group"));
        assert_eq!(kind(iam).as_deref(), Some("IAM::Group"));
    }

    #[test]
    fn an_identity_pool_has_roles_of_which_perhaps_no_answer_tells() {
        let id = "eu-west-1:11111111-2222-3333-4444-555555555555";
        let described = format!(
            r#"{{"IdentityPoolId": "{id}", "IdentityPoolName": "shop", "AllowUnauthenticatedIdentities": true,
                "AllowClassicFlow": false}}"#
        );
        let path = "eu-west-1/cognito-identity/describe-identity-pool/eu-west-1%3A11111111-2222-3333-4444-555555555555";
        let pool = format!(
            "Cognito::IdentityPool shop @{HOME} {{IdentityPoolName: shop, AllowUnauthenticatedIdentities: true, AllowClassicFlow: false}}"
        );
        let attachment = |rest: &str| format!("Cognito::IdentityPoolRoleAttachment {rest}");
        let found = of_account(&[(path, &described)]);
        let unseen = attachment(&format!("shop @{HOME} {{Roles: ?, RoleMappings: ?, IdentityPoolId: {id}}}"));
        assert_eq!(found, [unseen, pool.clone()]);
        let roles = format!(
            r#"{{"IdentityPoolId": "{id}", "Roles": {{"authenticated": "arn:aws:iam::{HOME}:role/shop"}},
                "RoleMappings": {{"p": {{"Type": "Token", "AmbiguousRoleResolution": "Deny"}}}}}}"#
        );
        let given = path.replace("describe-identity-pool", "get-identity-pool-roles");
        let seen = attachment(&format!(
            "{id} @{HOME} {{IdentityPoolId: {id}, Roles: {{authenticated: arn:aws:iam::{HOME}:role/shop}}, \
             RoleMappings: {{p: {{Type: Token, AmbiguousRoleResolution: Deny}}}}}}"
        ));
        assert_eq!(of_account(&[(path, &described), (&given, &roles)]), [pool.clone(), seen]);
        let none = format!(r#"{{"IdentityPoolId": "{id}"}}"#);
        let empty = attachment(&format!("{id} @{HOME} {{IdentityPoolId: {id}}}"));
        assert_eq!(of_account(&[(path, &described), (&given, &none)]), [pool, empty]);
        let tags = format!(
            r#"{{"IdentityPoolId": "{id}", "IdentityProviderName": "accounts.google.com", "UseDefaults": false,
                "PrincipalTags": {{"team": "hd"}}}}"#
        );
        let list =
            format!(r#"{{"IdentityPools": [{{"IdentityPoolId": "{id}", "IdentityPoolName": "shop"}}]}}"#);
        let found = of_account(&[
            ("eu-west-1/cognito-identity/list-identity-pools", &list),
            ("eu-west-1/cognito-identity/get-principal-tag-attribute-map/x_accounts.google.com", &tags),
        ]);
        let tagged = format!(
            "Cognito::IdentityPoolPrincipalTag {id}/accounts.google.com @{HOME} {{IdentityPoolId: {id}, \
             IdentityProviderName: accounts.google.com, UseDefaults: false, PrincipalTags: {{team: hd}}}}"
        );
        assert!(found.contains(&tagged), "{found:?}");
        assert!(found.iter().any(|line| line.contains("AllowUnauthenticatedIdentities: ?")), "{found:?}");
    }

    #[test]
    fn a_user_pool_is_what_several_answers_tell() {
        let pool = r#"{"UserPool": {"Id": "eu-west-1_Ab12Cd34E", "Name": "shop", "MfaConfiguration": "OFF",
            "Arn": "arn:aws:cognito-idp:eu-west-1:999900001111:userpool/eu-west-1_Ab12Cd34E",
            "SchemaAttributes": [{"Name": "email", "Mutable": true}, {"Name": "custom:team", "Mutable": false},
                {"Name": "dev:custom:plan", "DeveloperOnlyAttribute": true}],
            "Domain": "shop-example", "CustomDomain": "login.example.com"}}"#;
        let found = of_account(&[("eu-west-1/cognito-idp/describe-user-pool/eu-west-1_Ab12Cd34E", pool)]);
        assert_eq!(
            found,
            [
                "Cognito::UserPool shop @999900001111 {UserPoolName: shop, MfaConfiguration: OFF, \
                 Schema: [{Name: email, Mutable: true}, {Name: team, Mutable: false}, \
                 {Name: plan, DeveloperOnlyAttribute: true}]}",
                "Cognito::UserPoolDomain shop-example @999900001111 {UserPoolId: eu-west-1_Ab12Cd34E, \
                 Domain: shop-example, CustomDomainConfig: ?}",
                "Cognito::UserPoolDomain login.example.com @999900001111 {UserPoolId: eu-west-1_Ab12Cd34E, \
                 Domain: login.example.com, CustomDomainConfig: ?}",
            ]
        );
        let list = r#"{"UserPools": [{"Id": "eu-west-1_Ab12Cd34E", "Name": "shop"}]}"#;
        let mfa = r#"{"MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": {"Enabled": true}}"#;
        let domain = r#"{"DomainDescription": {"UserPoolId": "eu-west-1_Ab12Cd34E", "AWSAccountId": "999900001111",
            "Domain": "shop-example"}}"#;
        let [pool, domain] = of_account(&[
            ("eu-west-1/cognito-idp/list-user-pools", list),
            ("eu-west-1/cognito-idp/get-user-pool-mfa-config/eu-west-1_Ab12Cd34E", mfa),
            ("eu-west-1/cognito-idp/describe-user-pool-domain/shop-example", domain),
        ])
        .try_into()
        .expect("a pool and its domain");
        let (pool, domain) =
            if pool.starts_with("Cognito::UserPool ") { (pool, domain) } else { (domain, pool) };
        assert!(
            pool.starts_with(
                "Cognito::UserPool shop @999900001111 {MfaConfiguration: ON, UserPoolName: shop,"
            )
        );
        assert!(pool.contains("DcrConfiguration: ?"), "{pool}");
        assert!(domain.ends_with("{UserPoolId: eu-west-1_Ab12Cd34E, Domain: shop-example}"), "{domain}");
    }

    #[test]
    fn of_a_secret_only_that_there_is_one_is_read() {
        let client = r#"{"UserPoolClient": {"UserPoolId": "eu-west-1_Ab12Cd34E", "ClientName": "web", "ClientId": "3n4b5",
            "ClientSecret": "top", "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"]}}"#;
        let path = "eu-west-1/cognito-idp/describe-user-pool-client/eu-west-1_Ab12Cd34E_3n4b5";
        let with = |secret: &str| {
            [format!(
                "Cognito::UserPoolClient web @999900001111 {{UserPoolId: eu-west-1_Ab12Cd34E, ClientName: web, {secret}\
                 ExplicitAuthFlows: [ALLOW_REFRESH_TOKEN_AUTH]}}"
            )]
        };
        assert_eq!(of_account(&[(path, client)]), with("GenerateSecret: true, "));
        let public = client.replace("\"ClientSecret\": \"top\", ", "");
        let public = public.replace("\"ClientSecret\": \"top\",\n            ", "");
        assert_eq!(
            of_account(&[(path, &public.replace("\n            \"ClientSecret\": \"top\",", ""))]),
            with("")
        );
        let list = r#"{"UserPoolClients": [{"UserPoolId": "eu-west-1_Ab12Cd34E", "ClientName": "web", "ClientId": "3n4b5"}]}"#;
        let [listed] =
            of_account(&[("eu-west-1/cognito-idp/list-user-pool-clients/eu-west-1_Ab12Cd34E", list)])
                .try_into()
                .expect("one client");
        assert!(listed.contains("GenerateSecret: ?"), "{listed}");
    }

    #[test]
    fn a_provider_is_of_the_pool_that_the_request_named() {
        let list = r#"{"Providers": [{"ProviderName": "Okta", "ProviderType": "SAML"}]}"#;
        let described = r#"{"IdentityProvider": {"UserPoolId": "eu-west-1_Ab12Cd34E", "ProviderName": "Okta",
            "ProviderType": "SAML", "AttributeMapping": {"email": "mail"}}}"#;
        let listed = ("eu-west-1/cognito-idp/list-identity-providers/eu-west-1_Ab12Cd34E", list);
        let one = ("eu-west-1/cognito-idp/describe-identity-provider/eu-west-1_Ab12Cd34E_Okta", described);
        assert_eq!(
            of_account(&[one, listed]),
            ["Cognito::UserPoolIdentityProvider Okta @999900001111 {UserPoolId: eu-west-1_Ab12Cd34E, \
              ProviderName: Okta, ProviderType: SAML, AttributeMapping: {email: mail}}"]
        );
        assert_eq!(
            of_account(&[listed]),
            [
                "Cognito::UserPoolIdentityProvider Okta @999900001111 {ProviderName: Okta, ProviderType: SAML, \
              UserPoolId: eu-west-1_Ab12Cd34E, ProviderDetails: ?, AttributeMapping: ?, IdpIdentifiers: ?}"
            ]
        );
        let [problem] = of_account(&[("eu-west-1/cognito-idp/list-identity-providers", list)])
            .try_into()
            .expect("one line");
        assert!(problem.contains("does not say which it is of"), "{problem}");
    }

    #[test]
    fn a_group_of_a_pool_has_a_role() {
        let group = r#"{"Group": {"GroupName": "admins", "UserPoolId": "eu-west-1_Ab12Cd34E",
            "RoleArn": "arn:aws:iam::999900001111:role/admin", "Precedence": 1}}"#;
        assert_eq!(
            of_account(&[("eu-west-1/cognito-idp/get-group/x", group)]),
            [
                "Cognito::UserPoolGroup admins @999900001111 {UserPoolId: eu-west-1_Ab12Cd34E, GroupName: admins, \
              RoleArn: arn:aws:iam::999900001111:role/admin, Precedence: 1}"
            ]
        );
    }
}

mod workloads {
    use super::*;

    #[test]
    fn roles_anywhere_has_the_names_of_templates() {
        let anchors = r#"{"trustAnchors": [{"trustAnchorId": "11111111-2222-3333-4444-555555555555", "name": "corporate",
            "trustAnchorArn": "arn:aws:rolesanywhere:eu-west-1:999900001111:trust-anchor/11111111-2222-3333-4444-555555555555",
            "source": {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": "x"}}, "enabled": true}]}"#;
        let profiles = r#"{"profiles": [{"profileId": "p", "name": "agents", "enabled": true, "durationSeconds": 3600,
            "profileArn": "arn:aws:rolesanywhere:eu-west-1:999900001111:profile/p", "sessionPolicy": "{\"Statement\": []}",
            "roleArns": ["arn:aws:iam::999900001111:role/agent"],
            "attributeMappings": [{"certificateField": "x509Subject", "mappingRules": [{"specifier": "CN"}]}]}]}"#;
        let lists = r#"{"crls": [{"crlId": "c", "crlArn": "arn:aws:rolesanywhere:eu-west-1:999900001111:crl/c", "name": "revoked",
            "enabled": true, "trustAnchorArn": "arn:x"}]}"#;
        let expected = [
            "RolesAnywhere::CRL c @999900001111 {Name: revoked, Enabled: true, TrustAnchorArn: arn:x}",
            "RolesAnywhere::Profile agents @999900001111 {Name: agents, Enabled: true, \
             RoleArns: [arn:aws:iam::999900001111:role/agent], SessionPolicy: {Statement: []}, DurationSeconds: 3600, \
             AttributeMappings: [{CertificateField: x509Subject, MappingRules: [{Specifier: CN}]}]}",
            "RolesAnywhere::TrustAnchor corporate @999900001111 {Name: corporate, Enabled: true, \
             Source: {SourceType: CERTIFICATE_BUNDLE, SourceData: {X509CertificateData: x}}}",
        ];
        let found = of_account(&[
            ("eu-west-1/rolesanywhere/list-crls", lists),
            ("eu-west-1/rolesanywhere/list-profiles", profiles),
            ("eu-west-1/rolesanywhere/list-trust-anchors", anchors),
        ]);
        assert_eq!(found, expected);
        // One by one they are the same.
        let one = anchors
            .replace("trustAnchors", "trustAnchor")
            .replace(": [{\"trust", ": {\"trust")
            .replace("}]}", "}}");
        assert_eq!(lines(&[("anchor.json", &one)]), expected[2..]);
    }

    #[test]
    fn a_pod_identity_has_its_role_where_it_is_described() {
        let arn = "arn:aws:eks:eu-west-1:999900001111:podidentityassociation/main/a-1";
        let list = format!(
            r#"{{"associations": [{{"clusterName": "main", "namespace": "web", "serviceAccount": "app",
                "associationArn": "{arn}", "associationId": "a-1"}}]}}"#
        );
        let path = "eu-west-1/eks/list-pod-identity-associations/main";
        let id = "EKS::PodIdentityAssociation a-1 @999900001111 {ClusterName: main, Namespace: web, ServiceAccount: app, ";
        assert_eq!(
            of_account(&[(path, &list)]),
            [format!("{id}RoleArn: ?, TargetRoleArn: ?, DisableSessionTags: ?, Policy: ?}}")]
        );
        let described = format!(
            r#"{{"association": {{"clusterName": "main", "namespace": "web", "serviceAccount": "app",
                "associationArn": "{arn}", "associationId": "a-1", "roleArn": "arn:aws:iam::999900001111:role/app",
                "disableSessionTags": false, "externalId": "x"}}}}"#
        );
        assert_eq!(
            of_account(&[
                ("eu-west-1/eks/describe-pod-identity-association/main_a-1", &described),
                (path, &list)
            ]),
            [format!("{id}RoleArn: arn:aws:iam::999900001111:role/app, DisableSessionTags: false}}")]
        );
    }

    #[test]
    fn a_directory_is_of_the_kind_that_it_says() {
        let text = r#"{"DirectoryDescriptions": [
            {"DirectoryId": "d-1", "Name": "a.example.com", "Type": "SimpleAD", "Stage": "Active"},
            {"DirectoryId": "d-2", "Name": "b.example.com", "Type": "ADConnector", "Stage": "Active"},
            {"DirectoryId": "d-3", "Name": "c.example.com", "Type": "MicrosoftAD", "Edition": "Standard", "Stage": "Impaired"},
            {"DirectoryId": "d-4", "Name": "d.example.com", "Type": "SharedMicrosoftAD", "Stage": "Active"}]}"#;
        let kinds: Vec<String> = of_account(&[("eu-west-1/ds/describe-directories", text)])
            .iter()
            .map(|line| line[..line.find(" @").unwrap()].to_owned())
            .collect();
        assert_eq!(
            kinds,
            [
                "DirectoryService::MicrosoftAD c.example.com",
                "DirectoryService::MicrosoftAD d.example.com",
                "DirectoryService::SimpleAD a.example.com",
                "DirectoryService::ADConnector b.example.com",
            ]
        );
        assert_eq!(
            of_account(&[("eu-west-1/ds/describe-directories", r#"{"DirectoryDescriptions": []}"#)]),
            [""; 0]
        );
        let trusts = r#"{"Trusts": [{"DirectoryId": "d-3", "TrustId": "t-1", "RemoteDomainName": "corp.example.com",
            "TrustType": "Forest", "TrustDirection": "Two-Way", "TrustState": "Verified"}]}"#;
        assert_eq!(
            of_account(&[("eu-west-1/ds/describe-trusts/d-3", trusts)]),
            ["DirectoryService::Trust corp.example.com @999900001111 {DirectoryId: d-3, \
              RemoteDomainName: corp.example.com, TrustType: Forest, TrustDirection: Two-Way, TrustState: Verified}"]
        );
    }
}

/// Answers of which nothing is read, wherever they lie.
#[test]
fn answers_that_are_passed_over_are_known_by_what_is_in_them() {
    let answers = [
        r#"{"RiskConfiguration": {"UserPoolId": "eu-west-1_AbCdEfGhI", "AccountTakeoverRiskConfiguration": {}}}"#,
        r#"{"ResourceServers": [{"UserPoolId": "eu-west-1_AbCdEfGhI", "Identifier": "api", "Name": "api", "Scopes": []}]}"#,
        r#"{"ResourceServer": {"UserPoolId": "eu-west-1_AbCdEfGhI", "Identifier": "api", "Name": "api"}}"#,
        r#"{"Users": [{"Username": "ada", "Attributes": [], "Enabled": true, "UserStatus": "CONFIRMED"}]}"#,
        r#"{"Regions": [{"RegionName": "eu-west-1", "Endpoint": "e", "OptInStatus": "opted-in"}]}"#,
        r#"{"clusters": ["shop"]}"#,
        r#"{"cluster": {"name": "shop", "arn": "arn:aws:eks:eu-west-1:999900001111:cluster/shop",
            "identity": {"oidc": {"issuer": "https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE"}}}}"#,
        r#"{"EnabledServicePrincipals": [{"ServicePrincipal": "sso.amazonaws.com", "DateEnabled": 1}]}"#,
        r#"{"UserId": "AIDAEXAMPLE", "Account": "999900001111", "Arn": "arn:aws:iam::999900001111:user/ada"}"#,
    ];
    let (sources, vocabulary) = (Sources::default(), Vocabulary::default());
    let is_known = |text: &str| {
        let source = sources.add_kept(Origin::Memory("x.json".into()), text.into());
        let document = document::read(text, source, Format::Json, &Limits::default()).document;
        read(Path::new("x.json"), &document, text, &Settings::default(), &vocabulary, &sources).is_some()
    };
    for answer in answers {
        assert!(is_known(answer), "{answer}");
        assert_eq!(lines(&[("x.json", answer)]), [""; 0], "{answer}");
    }
    assert!(!is_known(r#"{"clusters": [{"name": "shop", "cluster": {"server": "https://k.example"}}]}"#));
    // Beside what is read they hide nothing.
    let roots = r#"{"clusters": ["shop"], "roots": {"Roots": [{"Id": "r-ab12", "PolicyTypes": [], "Arn":
        "arn:aws:organizations::999900001111:root/o-a1b2c3d4e5/r-ab12"}]}}"#;
    assert_eq!(lines(&[("x.json", roots)]).len(), 1);
}

"""Builds an organisation of three accounts with faults that are planted on purpose: each line of expected.txt is one.
Argument: the address of moto's server."""

import json
import pathlib
import sys
import urllib.request

import boto3

ENDPOINT = sys.argv[1]
REGION = "eu-west-1"
HERE = pathlib.Path(__file__).resolve().parent
CERTIFICATES = dict(line.split() for line in (HERE / "../../testdata/saml/certificates.txt").read_text().splitlines())

# The ids that moto makes up are the same in every run.
urllib.request.urlopen(urllib.request.Request(f"{ENDPOINT}/moto-api/seed?a=7", method="POST")).read()


def session(credentials=None):
    keys = credentials or {"AccessKeyId": "own", "SecretAccessKey": "own", "SessionToken": None}
    return boto3.Session(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
        region_name=REGION,
    )


def client(where, service):
    return where.client(service, endpoint_url=ENDPOINT)


def trust(principal, action, conditions=None):
    statement = {"Effect": "Allow", "Principal": principal, "Action": action}
    if conditions:
        statement["Condition"] = conditions
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def allow(action, resource="*"):
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def role(iam, name, document, policy=None, managed=None):
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    if policy:
        iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=policy)
    if managed:
        iam.attach_role_policy(RoleName=name, PolicyArn=managed)
    return arn


def metadata(entity, certificate):
    """The metadata of an identity provider."""
    return f"""<?xml version="1.0"?>
<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity}">
  <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <KeyDescriptor use="signing">
      <KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
        <X509Certificate>{CERTIFICATES[certificate]}</X509Certificate>
      </X509Data></KeyInfo>
    </KeyDescriptor>
    <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
      Location="https://{entity}/redirect"/>
  </IDPSSODescriptor>
</EntityDescriptor>
<!-- {"as long as AWS asks for " * 60}-->
"""


ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"

management = session()
own = client(management, "sts").get_caller_identity()["Account"]
organizations = client(management, "organizations")
organizations.create_organization(FeatureSet="ALL")
root = organizations.list_roots()["Roots"][0]["Id"]
unit = organizations.create_organizational_unit(ParentId=root, Name="Workloads")["OrganizationalUnit"]["Id"]
organizations.enable_aws_service_access(ServicePrincipal="sso.amazonaws.com")


def member(name):
    status = organizations.create_account(AccountName=name, Email=f"{name}@example.com")
    account = status["CreateAccountStatus"]["AccountId"]
    assumed = client(management, "sts").assume_role(
        RoleArn=f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole", RoleSessionName="build"
    )
    # The role is there: whoever makes an account gets one.
    where = session(assumed["Credentials"])
    return account, where


shop, in_shop = member("shop")
tools, in_tools = member("tools")
organizations.move_account(AccountId=shop, SourceParentId=root, DestinationParentId=unit)
organizations.register_delegated_administrator(AccountId=tools, ServicePrincipal="ssm.amazonaws.com")
keep = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "organizations:LeaveOrganization", "Resource": "*"}],
}
# Policies of a type that the root does not use limit nobody; AWS would not attach them either.
organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
policy = organizations.create_policy(
    Name="Stay", Description="", Type="SERVICE_CONTROL_POLICY", Content=json.dumps(keep)
)
organizations.attach_policy(PolicyId=policy["Policy"]["PolicySummary"]["Id"], TargetId=unit)

# The management account: Identity Center.
sso = client(management, "sso-admin")
directory = client(management, "identitystore")
instance = sso.list_instances()["Instances"][0]
instance_arn, store = instance["InstanceArn"], instance["IdentityStoreId"]
group = directory.create_group(IdentityStoreId=store, DisplayName="operators")["GroupId"]
user = directory.create_user(
    IdentityStoreId=store,
    UserName="ann",
    DisplayName="Ann",
    Name={"GivenName": "Ann", "FamilyName": "Example"},
    Emails=[{"Value": "ann@example.com", "Primary": True}],
)["UserId"]
directory.create_group_membership(IdentityStoreId=store, GroupId=group, MemberId={"UserId": user})


def permission_set(name):
    made = sso.create_permission_set(InstanceArn=instance_arn, Name=name, SessionDuration="PT1H")
    return made["PermissionSet"]["PermissionSetArn"]


def assign(permission_set_arn, account, kind, principal):
    sso.create_account_assignment(
        InstanceArn=instance_arn,
        TargetId=account,
        TargetType="AWS_ACCOUNT",
        PermissionSetArn=permission_set_arn,
        PrincipalType=kind,
        PrincipalId=principal,
    )


everything = permission_set("Everything")
sso.attach_managed_policy_to_permission_set(
    InstanceArn=instance_arn, PermissionSetArn=everything, ManagedPolicyArn=ADMINISTRATOR
)
assign(everything, own, "GROUP", group)
assign(everything, shop, "GROUP", group)
reading = permission_set("Reading")
sso.put_inline_policy_to_permission_set(
    InstanceArn=instance_arn, PermissionSetArn=reading, InlinePolicy=allow("s3:GetObject")
)
assign(reading, shop, "USER", user)
permission_set("Forgotten")

# The account `tools`: the company's provider and GitHub.
iam = client(in_tools, "iam")
saml = iam.create_saml_provider(Name="corporate", SAMLMetadataDocument=metadata("idp.example.com", "elliptic-2020-2040"))["SAMLProviderArn"]
role(
    iam,
    "Staff",
    trust(
        {"Federated": saml},
        "sts:AssumeRoleWithSAML",
        {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
    ),
    policy=allow("s3:GetObject"),
)
role(iam, "Anyone", trust({"Federated": saml}, "sts:AssumeRoleWithSAML"), policy=allow("s3:GetObject"))
role(iam, "Never", trust({"Federated": saml}, "sts:AssumeRole"), policy=allow("s3:GetObject"))
github = iam.create_open_id_connect_provider(
    Url="https://token.actions.githubusercontent.com", ClientIDList=["sts.amazonaws.com"], ThumbprintList=["a" * 40]
)["OpenIDConnectProviderArn"]
key = "token.actions.githubusercontent.com"
role(
    iam,
    "Deploy",
    trust(
        {"Federated": github},
        "sts:AssumeRoleWithWebIdentity",
        {"StringEquals": {f"{key}:aud": "sts.amazonaws.com"}, "StringLike": {f"{key}:sub": "repo:*"}},
    ),
    managed=ADMINISTRATOR,
)
iam.create_user(UserName="robot")
iam.create_access_key(UserName="robot")
iam.create_login_profile(UserName="robot", Password="HUSH-password-1")

# The account `shop`: guests and customers, and trust in a provider that is in another account.
iam = client(in_shop, "iam")
elsewhere = f"arn:aws:iam::{shop}:oidc-provider/gitlab.example.com"
role(
    iam,
    "Nowhere",
    trust({"Federated": elsewhere}, "sts:AssumeRoleWithWebIdentity", {"StringEquals": {"gitlab.example.com:sub": "x"}}),
    policy=allow("s3:GetObject"),
)
role(iam, "Partner", trust({"AWS": "arn:aws:iam::999988887777:root"}, "sts:AssumeRole"), managed=ADMINISTRATOR)
iam.create_saml_provider(Name="old", SAMLMetadataDocument=metadata("old.example.com", "elliptic-2010-2020"))

user_pools = client(in_shop, "cognito-idp")
pool = user_pools.create_user_pool(PoolName="customers")["UserPool"]["Id"]
web = user_pools.create_user_pool_client(
    UserPoolId=pool,
    ClientName="web",
    GenerateSecret=True,
    AllowedOAuthFlows=["implicit"],
    AllowedOAuthFlowsUserPoolClient=True,
    AllowedOAuthScopes=["openid"],
    CallbackURLs=["http://shop.example.com/back"],
    SupportedIdentityProviders=["COGNITO"],
)["UserPoolClient"]["ClientId"]
user_pools.create_identity_provider(
    UserPoolId=pool,
    ProviderName="Google",
    ProviderType="Google",
    ProviderDetails={"client_id": "g", "client_secret": "HUSH-google", "authorize_scopes": "openid email"},
    AttributeMapping={"email": "email"},
)
user_pools.create_user_pool_domain(UserPoolId=pool, Domain="shop")

identity_pools = client(in_shop, "cognito-identity")
visitors = identity_pools.create_identity_pool(
    IdentityPoolName="visitors",
    AllowUnauthenticatedIdentities=True,
    CognitoIdentityProviders=[
        {
            "ProviderName": f"cognito-idp.{REGION}.amazonaws.com/{pool}",
            "ClientId": web,
            "ServerSideTokenCheck": False,
        }
    ],
)["IdentityPoolId"]


def pool_trust(amr):
    conditions = {"StringEquals": {"cognito-identity.amazonaws.com:aud": visitors}}
    if amr:
        conditions["ForAnyValue:StringLike"] = {"cognito-identity.amazonaws.com:amr": amr}
    return trust(
        {"Federated": "cognito-identity.amazonaws.com"}, "sts:AssumeRoleWithWebIdentity", conditions
    )


guest = role(iam, "Guest", pool_trust("unauthenticated"), policy=allow("dynamodb:*"))
customer = role(iam, "Customer", pool_trust("authenticated"), policy=allow("s3:GetObject"))
clerk = role(iam, "Clerk", pool_trust("unauthenticated"), policy=allow("s3:GetObject"))
identity_pools.set_identity_pool_roles(
    IdentityPoolId=visitors,
    Roles={"unauthenticated": guest, "authenticated": customer},
    RoleMappings={
        f"cognito-idp.{REGION}.amazonaws.com/{pool}:{web}": {
            "Type": "Rules",
            "AmbiguousRoleResolution": "Deny",
            "RulesConfiguration": {
                "Rules": [
                    {"Claim": "custom:team", "MatchType": "Contains", "Value": "clerk", "RoleARN": clerk},
                ]
            },
        }
    },
)
print(json.dumps({"management": own, "shop": shop, "tools": tools}))

"""moto's server, with what it lacks: the roles of identity pools, the accounts that permission sets are in, answers that say that
there is none of something, and errors instead of crashes for operations that it does not have. Argument: the port."""

import json
import os
import sys

os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

from moto.cognitoidentity.responses import CognitoIdentityResponse
from moto.cognitoidp.responses import CognitoIdpResponse
from moto.core.responses import BaseResponse
from moto.server import main
from moto.ssoadmin.exceptions import ResourceNotFoundException
from moto.ssoadmin.models import SSOAdminBackend
from moto.ssoadmin.responses import SSOAdminResponse

roles = {}


def set_identity_pool_roles(self):
    self.backend.describe_identity_pool(self._get_param("IdentityPoolId"))
    roles[self._get_param("IdentityPoolId")] = json.loads(self.body)
    return "{}"


def get_identity_pool_roles(self):
    pool = self._get_param("IdentityPoolId")
    return json.dumps(roles.get(pool, {"IdentityPoolId": pool}))


CognitoIdentityResponse.set_identity_pool_roles = set_identity_pool_roles
CognitoIdentityResponse.get_identity_pool_roles = get_identity_pool_roles


def accounts_of_permission_set(self, instance_arn, permission_set_arn):
    found = {
        one.target_id
        for one in self.account_assignments
        if one.instance_arn == instance_arn and one.permission_set_arn == permission_set_arn
    }
    return sorted(found)


SSOAdminBackend.list_accounts_for_provisioned_permission_set = accounts_of_permission_set



def describe_instance(self):
    found = [one for one in self.ssoadmin_backend.list_instances() if one.instance_arn == self._get_param("InstanceArn")]
    if not found:
        raise ResourceNotFoundException("no such instance")
    return json.dumps(found[0].to_json())


def there_is_none(self):
    raise ResourceNotFoundException("there is none")


SSOAdminResponse.describe_instance = describe_instance
SSOAdminResponse.describe_instance_access_control_attribute_configuration = there_is_none
SSOAdminResponse.get_permissions_boundary_for_permission_set = there_is_none
SSOAdminResponse.list_applications = lambda self: json.dumps({"Applications": []})
SSOAdminResponse.list_trusted_token_issuers = lambda self: json.dumps({"TrustedTokenIssuers": []})
CognitoIdpResponse.describe_risk_configuration = lambda self: json.dumps(
    {"RiskConfiguration": {"UserPoolId": self._get_param("UserPoolId")}}
)
CognitoIdentityResponse.get_principal_tag_attribute_map = lambda self: json.dumps(
    {
        "IdentityPoolId": self._get_param("IdentityPoolId"),
        "IdentityProviderName": self._get_param("IdentityProviderName"),
        "UseDefaults": False,
        "PrincipalTags": {},
    }
)

dispatch = BaseResponse.call_action


def call_action(self):
    try:
        return dispatch(self)
    except NotImplementedError:
        body = json.dumps({"__type": "UnknownOperationException", "message": "moto does not have it"})
        return 400, {"status": 400, "x-amzn-errortype": "UnknownOperationException"}, body


BaseResponse.call_action = call_action

main(["-H", "127.0.0.1", "-p", sys.argv[1]])

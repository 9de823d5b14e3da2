#!/usr/bin/env python3
"""Writes which fields the answers of AWS's API have, from the service models of botocore.

    tools/shapes/shapes.py FOLDER            writes testdata/api_shapes.json
    tools/shapes/shapes.py FOLDER --check    writes nothing, fails if the file differs

FOLDER holds the package as `pip download` names it; tools/shapes/run puts it there. A field is its path from the top of
the answer: `RoleDetailList[].RolePolicyList[].PolicyName`, with `[]` for each item of a list and `{}` for each value of a map.
Only the fields that hold nothing further are written. A shape that is inside itself is written once.
"""

import argparse
import gzip
import hashlib
import json
import pathlib
import re
import sys
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGES = pathlib.Path(__file__).with_name("packages.txt")
SHAPES = ROOT / "testdata" / "api_shapes.json"

# The operations whose answers are read, with the names that they have in the AWS CLI.
OPERATIONS = {
    "cloudformation": "list-exports",
    "cognito-identity": """
        describe-identity-pool get-identity-pool-roles get-principal-tag-attribute-map list-identity-pools
    """,
    "cognito-idp": """
        describe-identity-provider describe-resource-server describe-risk-configuration describe-user-pool
        describe-user-pool-client describe-user-pool-domain get-group get-user-pool-mfa-config list-groups
        list-identity-providers list-resource-servers list-user-pool-clients list-user-pools list-users list-users-in-group
        admin-list-groups-for-user
    """,
    "config": """
        batch-get-aggregate-resource-config batch-get-resource-config get-aggregate-resource-config
        get-resource-config-history select-aggregate-resource-config select-resource-config
    """,
    "ds": "describe-directories describe-trusts",
    "ec2": "describe-regions",
    "eks": """
        describe-cluster describe-pod-identity-association list-clusters list-pod-identity-associations
    """,
    "iam": """
        get-account-authorization-details get-group get-group-policy get-instance-profile get-login-profile
        get-open-id-connect-provider get-policy get-policy-version get-role get-role-policy get-saml-provider get-user
        get-user-policy list-access-keys list-account-aliases list-attached-group-policies list-attached-role-policies
        list-attached-user-policies list-entities-for-policy list-group-policies list-groups list-groups-for-user
        list-instance-profiles list-instance-profiles-for-role list-open-id-connect-providers list-policies
        list-policy-versions list-role-policies list-role-tags list-roles list-saml-providers list-user-policies list-users
    """,
    "identitystore": """
        describe-group describe-group-membership describe-user list-group-memberships list-group-memberships-for-member
        list-groups list-users
    """,
    "organizations": """
        describe-account describe-organization describe-organizational-unit describe-policy list-accounts
        list-accounts-for-parent list-aws-service-access-for-organization list-children list-delegated-administrators
        list-delegated-services-for-account list-organizational-units-for-parent list-parents list-policies
        list-policies-for-target list-roots list-targets-for-policy
    """,
    "rolesanywhere": "get-crl get-profile get-trust-anchor list-crls list-profiles list-trust-anchors",
    "sso-admin": """
        describe-account-assignment-creation-status describe-application describe-application-assignment describe-instance
        describe-instance-access-control-attribute-configuration describe-permission-set describe-trusted-token-issuer
        get-application-assignment-configuration get-application-authentication-method get-application-grant
        get-inline-policy-for-permission-set get-permissions-boundary-for-permission-set list-account-assignments
        list-account-assignments-for-principal list-accounts-for-provisioned-permission-set list-application-access-scopes
        list-application-assignments list-application-assignments-for-principal list-application-authentication-methods
        list-application-grants list-applications list-customer-managed-policy-references-in-permission-set list-instances
        list-managed-policies-in-permission-set list-permission-sets list-permission-sets-provisioned-to-account
        list-trusted-token-issuers
    """,
    "sts": "get-caller-identity",
}


def models(folder):
    """The service models of the package, by service."""
    lines = [line.split() for line in PACKAGES.read_text().splitlines() if line and not line.startswith("#")]
    (_, name, version, _, archive, digest) = lines[0]
    path = folder / archive
    if not path.exists():
        sys.exit(f"{path} is missing: {name} {version}")
    if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        sys.exit(f"{path} is not the archive that packages.txt pins")
    found = {}
    with zipfile.ZipFile(path) as wheel:
        # A later version of an API stands behind an earlier one.
        for entry in sorted(wheel.namelist()):
            parts = re.fullmatch(r"botocore/data/([^/]+)/[^/]+/service-2\.json\.gz", entry)
            if parts and parts[1] in OPERATIONS:
                found[parts[1]] = json.loads(gzip.decompress(wheel.read(entry)))
    return f"{name} {version}", found


def cli_name(operation):
    """The name of an operation in the AWS CLI, as botocore makes it."""
    words = re.sub(r"(.)([A-Z][a-z]+)", r"\1-\2", operation)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", words).lower()


def fields(model, name, path, inside):
    """The fields of a shape."""
    shape = model["shapes"][name]
    if name in inside:
        return
    inside = inside | {name}
    kind = shape["type"]
    if kind == "structure":
        members = shape["members"]
        if not members and path:
            yield path
        for member, of in members.items():
            # Names on the wire are those of JSON; the CLI prints the names of members.
            yield from fields(model, of["shape"], f"{path}.{member}" if path else member, inside)
    elif kind == "list":
        yield from fields(model, shape["member"]["shape"], f"{path}[]", inside)
    elif kind == "map":
        yield from fields(model, shape["value"]["shape"], path + "{}", inside)
    else:
        yield path


def text(folder):
    """The file."""
    package, found = models(folder)
    lines = []
    for service, operations in sorted(OPERATIONS.items()):
        model = found[service]
        known = {cli_name(operation): value for operation, value in model["operations"].items()}
        rows = []
        for operation in sorted(operations.split()):
            if operation not in known:
                sys.exit(f"{service} has no operation {operation}")
            output = known[operation].get("output")
            paths = sorted(fields(model, output["shape"], "", frozenset())) if output else []
            rows.append(f"  {json.dumps(operation)}: {json.dumps(paths)}")
        lines.append(f" {json.dumps(service)}: {{\n" + ",\n".join(rows) + "\n }")
    return "{\n" + f' "from": {json.dumps(package)},\n' + ",\n".join(lines) + "\n}\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    made = text(arguments.folder)
    if not arguments.check:
        SHAPES.write_text(made)
    elif SHAPES.read_text() != made:
        sys.exit("testdata/api_shapes.json is not what tools/shapes/run writes")


if __name__ == "__main__":
    main()

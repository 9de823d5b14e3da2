#!/usr/bin/env python3
"""Extracts what fedlint knows about AWS SAM from the PyPI package `aws-sam-translator` (Apache-2.0).

    python3 -m venv /tmp/sam && /tmp/sam/bin/pip install aws-sam-translator==1.115.0
    /tmp/sam/bin/python tools/sam/extract.py

Writes, below src/resources/cloudformation/sam/:

    policy_templates.json   SAM policy templates: parameter names and statements
    managed_policies.txt    AWS managed policies that SAM knows by name: the path after `policy/`, by name
    connectors.json         connector profiles that end in an IAM policy, and how ids become ARNs and roles

The output is a function of the package's version alone; `--check` writes nothing and fails if a file differs.
"""

import argparse
import importlib.metadata
import importlib.resources
import json
import pathlib
import sys

PACKAGE = "aws-sam-translator"
VERSION = "1.115.0"
TARGET = pathlib.Path(__file__).resolve().parents[2] / "src/resources/cloudformation/sam"
PROVENANCE = {
    "source": f"https://pypi.org/project/{PACKAGE}/{VERSION}/",
    "license": "Apache-2.0, Copyright Amazon.com, Inc. or its affiliates",
    "extracted-by": "tools/sam/extract.py",
}


def load(path):
    text = importlib.resources.files("samtranslator").joinpath(path).read_text(encoding="utf-8")
    return json.loads(text)


def references(node):
    """Names in `Ref`, anywhere below `node`."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "Ref":
                yield value
            yield from references(value)
    elif isinstance(node, list):
        for item in node:
            yield from references(item)


def policy_templates():
    templates = {}
    for name, template in sorted(load("policy_templates_data/policy_templates.json")["Templates"].items()):
        definition = template["Definition"]
        parameters = sorted(template["Parameters"])
        if set(definition) != {"Statement"}:
            sys.exit(f"{name}: more than statements in the definition: {sorted(definition)}")
        if unknown := set(references(definition)) - set(parameters):
            sys.exit(f"{name}: refers to what is no parameter: {sorted(unknown)}")
        templates[name] = {"parameters": parameters, "statement": definition["Statement"]}
    return provenance_first({"templates": templates})


def managed_policies():
    paths = {}
    for policies in load("internal/data/aws_managed_policies.json").values():
        for name, arn in policies.items():
            path = arn.split(":policy/", 1)[1]
            if path.rsplit("/", 1)[-1] != name:
                sys.exit(f"{name}: is not the end of {arn}")
            if paths.setdefault(name, path) != path:
                sys.exit(f"{name}: has several paths")
    header = [f"# {key}: {value}" for key, value in PROVENANCE.items()]
    return "\n".join(header + [paths[name] for name in sorted(paths)]) + "\n"


def connectors():
    data = load("model/connector_profiles/profiles.json")
    profiles = {}
    for source, destinations in data["Permissions"].items():
        for destination, profile in destinations.items():
            properties = profile["Properties"]
            kept = {"type": profile["Type"], "access": {}}
            for category, content in properties["AccessCategories"].items():
                is_role_policy = profile["Type"] == "AWS_IAM_ROLE_MANAGED_POLICY"
                kept["access"][category] = content["Statement"] if is_role_policy else []
            if properties["SourcePolicy"]:
                kept["role-of-source"] = True
            profiles.setdefault(source, {})[destination] = kept
    return provenance_first({"profiles": profiles, "resources": data["CfnResourceProperties"]})


def provenance_first(content):
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in PROVENANCE.items()]
    for key, table in content.items():
        entries = ",\n".join(
            f"{json.dumps(name)}: {json.dumps(entry, separators=(',', ':'))}" for name, entry in table.items()
        )
        lines.append(f"{json.dumps(key)}: {{\n{entries}\n}}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, fail if a file differs")
    arguments = parser.parse_args()
    installed = importlib.metadata.version(PACKAGE)
    if installed != VERSION:
        sys.exit(f"{PACKAGE} {VERSION} is needed, {installed} is installed")
    files = {
        "policy_templates.json": policy_templates(),
        "managed_policies.txt": managed_policies(),
        "connectors.json": connectors(),
    }
    for name, content in files.items():
        path = TARGET / name
        if arguments.check:
            if not path.exists() or path.read_text(encoding="utf-8") != content:
                sys.exit(f"{path} is not what {PACKAGE} {VERSION} gives")
        else:
            path.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()

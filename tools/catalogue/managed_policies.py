"""AWS managed policies: what stands in each section of managed_policies.bin, for src/knowledge/managed_policies.rs."""

import datetime
import json
import zlib

import columns

NONE = 0xFFFF
# Flags of a policy.
RETIRED, ONE_STATEMENT = 1, 2
# Flags of a statement.
DENY, NOT_ACTION, NOT_RESOURCE, ONE_ACTION, ONE_RESOURCE = 1, 2, 4, 8, 16
# How the value of a condition is written.
STRING, LIST, BOOLEAN = 0, 1, 2


class Policy:
    """One policy, in its newest version."""

    def __init__(self, name, path, version, updated, document, retired=False):
        self.name, self.path, self.retired = name, path, retired
        self.version = int(version.removeprefix("v"))
        self.updated = datetime.date.fromisoformat(updated[:10])
        self.document = document

    def canonical(self):
        """The document with sorted keys and without white space: what the columns have to give back."""
        return json.dumps(self.document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def newest(policies):
    return max(policy.updated for policy in policies.values())


def merge(listed, former):
    """The policies of all packages. `listed` is what AWS lists, and newer than those of `former`, which have what AWS
    lists no longer."""
    if any(newest(policies) > newest(listed) for policies in former):
        raise ValueError("something is newer than the list, so that what the list lacks need not be retired")
    merged = []
    for name in sorted(set(listed).union(*former)):
        candidates = [policies[name] for policies in (listed, *former) if name in policies]
        if len({policy.path for policy in candidates}) != 1:
            raise ValueError(f"{name}: has several paths")
        # The first of equals: the list.
        policy = max(candidates, key=lambda policy: (policy.version, policy.updated))
        policy.retired = name not in listed
        merged.append(policy)
    return merged


class Encoder:
    """Fills the columns."""

    def __init__(self, actions, policies):
        self.actions, self.policies = actions, policies
        statements = [statement for policy in policies for statement in statements_of(policy)]
        self.sids = columns.Table.sorted(statement["Sid"] for statement in statements if "Sid" in statement)
        self.other_actions = columns.Table.sorted(
            pattern
            for statement in statements
            for pattern in strings_of(statement.get("Action", statement.get("NotAction")))
            if self.action(pattern) is None
        )
        if len(actions.names) + len(self.other_actions.values) > 0x8000:
            raise ValueError("more actions and patterns than 15 bits can number")
        self.resources = columns.Table.sorted(
            pattern
            for statement in statements
            for pattern in strings_of(statement.get("Resource", statement.get("NotResource")))
        )
        tests = [
            (operator, key, value)
            for statement in statements
            for operator, keys in statement.get("Condition", {}).items()
            for key, value in keys.items()
        ]
        self.operators = columns.Table.sorted((operator for operator, _, _ in tests), limit=0xFF)
        self.keys = columns.Table.sorted(key for _, key, _ in tests)
        self.values = columns.Table.sorted(item for _, _, value in tests for item in written(value)[1])
        self.paths = columns.Table.sorted((policy.path for policy in policies), limit=0xFF)
        self.action_lists, self.resource_lists = columns.Table(), columns.Table()
        self.conditions, self.tests, self.value_lists = columns.Table(), columns.Table(), columns.Table()

    def action(self, pattern):
        """The number of an action of the catalogue, with the top bit if its name begins in lower case."""
        number = self.actions.ids.get(pattern.lower())
        if number is None:
            return None
        name = self.actions.names[number]
        if pattern == name:
            return number
        service, _, rest = name.partition(":")
        if pattern == f"{service}:{rest[:1].lower()}{rest[1:]}":
            return number | 0x8000
        return None

    def action_number(self, pattern):
        number = self.action(pattern)
        return len(self.actions.names) + self.other_actions.numbers[pattern] if number is None else number

    def statement(self, statement):
        if unknown := set(statement) - {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}:
            raise ValueError(f"an element that there is no column for: {sorted(unknown)}")
        if ("Action" in statement) == ("NotAction" in statement) or ("Resource" in statement) == (
            "NotResource" in statement
        ):
            raise ValueError(f"not one of Action and NotAction, or of Resource and NotResource: {statement}")
        actions = statement.get("Action", statement.get("NotAction"))
        resources = statement.get("Resource", statement.get("NotResource"))
        flags = {"Allow": 0, "Deny": DENY}[statement["Effect"]]
        flags |= NOT_ACTION if "NotAction" in statement else 0
        flags |= NOT_RESOURCE if "NotResource" in statement else 0
        flags |= ONE_ACTION if isinstance(actions, str) else 0
        flags |= ONE_RESOURCE if isinstance(resources, str) else 0
        condition = NONE
        if "Condition" in statement:
            condition = self.conditions.number(
                tuple(
                    self.tests.number(self.test(operator, key, value))
                    for operator, keys in sorted(statement["Condition"].items())
                    for key, value in sorted(keys.items())
                )
            )
        return (
            flags,
            self.sids.numbers[statement["Sid"]] if "Sid" in statement else NONE,
            self.action_lists.number(tuple(self.action_number(pattern) for pattern in strings_of(actions))),
            self.resource_lists.number(tuple(self.resources.numbers[pattern] for pattern in strings_of(resources))),
            condition,
        )

    def test(self, operator, key, value):
        form, items = written(value)
        values = self.value_lists.number(tuple(self.values.numbers[item] for item in items))
        return self.operators.numbers[operator], self.keys.numbers[key], values, form

    def encode(self, provenance):
        statements, starts = [], [0]
        for policy in self.policies:
            if set(policy.document) != {"Version", "Statement"} or policy.document["Version"] != "2012-10-17":
                raise ValueError(f"{policy.name}: there is no column for its version or for another element")
            statements.extend(self.statement(statement) for statement in statements_of(policy))
            starts.append(len(statements))
        flags, sids, action_lists, resource_lists, conditions = zip(*statements)
        operators, keys, values, forms = zip(*self.tests.values)
        epoch = datetime.date(1970, 1, 1)
        return columns.file(
            "fedlintP",
            [
                provenance.encode(),
                columns.strings([policy.name for policy in self.policies]),
                columns.strings(self.paths.values),
                columns.u8(self.paths.numbers[policy.path] for policy in self.policies),
                columns.u16(policy.version for policy in self.policies),
                columns.u16((policy.updated - epoch).days for policy in self.policies),
                columns.u8(flags_of(policy) for policy in self.policies),
                columns.u16(starts),
                columns.u8(flags),
                columns.u16(sids),
                columns.u16(action_lists),
                columns.u16(resource_lists),
                columns.u16(conditions),
                columns.strings(self.sids.values),
                columns.strings(self.other_actions.values),
                columns.strings(self.resources.values),
                columns.lists(self.action_lists.values),
                columns.lists(self.resource_lists.values),
                columns.lists(self.conditions.values),
                columns.strings(self.operators.values),
                columns.strings(self.keys.values),
                columns.strings(self.values.values),
                columns.lists(self.value_lists.values),
                columns.u8(operators),
                columns.u16(keys),
                columns.u16(values),
                columns.u8(forms),
            ],
        )


def statements_of(policy):
    statements = policy.document["Statement"]
    return [statements] if isinstance(statements, dict) else statements


def flags_of(policy):
    one = isinstance(policy.document["Statement"], dict)
    return (RETIRED if policy.retired else 0) | (ONE_STATEMENT if one else 0)


def strings_of(value):
    """A string or a list of strings as a list."""
    values = [value] if isinstance(value, str) else value
    if not all(isinstance(item, str) for item in values):
        raise ValueError(f"not strings: {value!r}")
    return values


def written(value):
    """How the value of a condition is written, and its items as strings."""
    if isinstance(value, bool):
        return BOOLEAN, ["true" if value else "false"]
    return STRING if isinstance(value, str) else LIST, strings_of(value)


def checksums(policies):
    """A line for each policy: its name and the CRC-32 of its canonical document. Does not come from the columns."""
    lines = [f"{policy.name}\t{zlib.crc32(policy.canonical().encode()):08x}\n" for policy in policies]
    return "".join(lines).encode()

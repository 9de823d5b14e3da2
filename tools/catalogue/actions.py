"""The catalogue of actions: what stands in each section of actions.bin, for src/knowledge/actions.rs."""

import json
import pathlib

import columns

LEVELS = ["List", "Read", "Write", "Permissions management", "Tagging"]
OVERRIDES = pathlib.Path(__file__).with_name("overrides.json")


class Actions:
    """The actions of the package, sorted by their names in lower case."""

    def __init__(self, read_json, services):
        """`read_json` reads a file of the package's folder `data`."""
        self.services = services
        self.types = {service: read_json(f"resourceTypes/{service}.json") for service in services}
        self.actions = {}
        for service in services:
            for key, action in read_json(f"actions/{service}.json").items():
                if key != action["name"].lower():
                    raise ValueError(f"{service}: {key} is not the name {action['name']}")
                self.actions[f"{service}:{action['name']}"] = (service, action)
        self.names = sorted(self.actions, key=str.lower)
        self.ids = {name.lower(): number for number, name in enumerate(self.names)}
        if len(self.ids) != len(self.names):
            raise ValueError("two actions differ by case only")
        self.levels = [level_bits(self.actions[name][1]["accessLevel"]) for name in self.names]
        self.override()

    def override(self):
        """Puts our own access levels above those of the package. Each must say something new."""
        for group in json.loads(OVERRIDES.read_text(encoding="utf-8")):
            if not group["reason"]:
                raise ValueError(f"overrides.json: no reason for {group['actions']}")
            bits = level_bits(group["add"])
            for name in group["actions"]:
                number = self.ids.get(name.lower())
                if number is None or self.names[number] != name:
                    raise ValueError(f"overrides.json: there is no action {name}")
                if self.levels[number] & bits == bits:
                    raise ValueError(f"overrides.json: {name} is of that level without it")
                self.levels[number] |= bits

    def encode(self, provenance):
        types = [(service, key) for service in self.services for key in sorted(self.types[service])]
        type_numbers = {pair: number for number, pair in enumerate(types)}
        records = [self.types[service][key] for service, key in types]
        of_actions = [self.actions[name][1] for name in self.names]
        key_names = columns.Table.sorted(
            key
            for keys in [record.get("conditionKeys", []) for record in records]
            + [action["conditionKeys"] for action in of_actions]
            + [row["conditionKeys"] for action in of_actions for row in action["resourceTypes"]]
            for key in keys
        )
        type_names = columns.Table.sorted(record["key"] for record in records)
        arns = columns.Table.sorted(record["arn"] for record in records)
        key_lists, row_lists = columns.Table(), columns.Table()
        key_lists.number(())

        def key_list(keys):
            return key_lists.number(tuple(sorted({key_names.number(key) for key in keys})))

        def row_list(service, rows):
            items = []
            for row in rows:
                # The top bit says that one resource of this type has to be named.
                items.append(type_numbers[service, row["name"].lower()] | (0x8000 if row["required"] else 0))
                items.append(key_list(row["conditionKeys"]))
            return row_lists.number(tuple(items))

        action_keys = [key_list(action["conditionKeys"]) for action in of_actions]
        action_rows = [row_list(*self.row_of(name)) for name in self.names]
        type_keys = [key_list(record.get("conditionKeys", [])) for record in records]
        starts = [n for n, name in enumerate(self.names) if n == 0 or service_of(self.names[n - 1]) != service_of(name)]
        if len(starts) != len({service_of(name) for name in self.names}):
            raise ValueError("the actions of a service are not side by side")
        return columns.file(
            "fedlintA",
            [
                columns.u32([len(self.names)]),
                provenance.encode(),
                columns.strings(self.names),
                columns.u8(self.levels),
                columns.u16(action_keys),
                columns.u16(action_rows),
                columns.u16(starts),
                columns.strings(key_names.values),
                columns.lists(key_lists.values),
                columns.lists(row_lists.values),
                columns.strings(type_names.values),
                columns.strings(arns.values),
                columns.u16(type_names.number(record["key"]) for record in records),
                columns.u16(arns.number(record["arn"]) for record in records),
                columns.u16(type_keys),
            ],
        )

    def row_of(self, name):
        service, action = self.actions[name]
        return service, action["resourceTypes"]


def service_of(name):
    return name.split(":", 1)[0]


def level_bits(levels):
    return sum(1 << LEVELS.index(level) for level in levels.split(", "))

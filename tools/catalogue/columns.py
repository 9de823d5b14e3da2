"""The columns of src/knowledge/columns.rs, written. All integers are little-endian.

A file is an 8-byte name, the number of its sections, the end of each (u32, counted from the first byte behind this
head), and the sections. A section is a column of integers of one width, or one of the following.

    strings   u32 count, a u32 for every 16th string: where it starts behind these; then for each string how many bytes
              it shares with the one before it, how many follow (a byte each), and these. Every 16th shares none.
    lists     u32 count, count + 1 u32: where each list starts, as a number of items; then the items, u16
"""

import struct

BLOCK = 16


def u8(values):
    return bytes(values)


def u16(values):
    values = list(values)
    return struct.pack(f"<{len(values)}H", *values)


def u32(values):
    values = list(values)
    return struct.pack(f"<{len(values)}I", *values)


def strings(values):
    starts, data, before = [], bytearray(), b""
    for index, value in enumerate(values):
        value = value.encode()
        shared = 0
        if index % BLOCK == 0:
            starts.append(len(data))
        else:
            while shared < min(len(before), len(value), 255) and before[shared] == value[shared]:
                shared += 1
        rest = value[shared:]
        if len(rest) > 255:
            raise ValueError(f"longer than a byte can say: {value!r}")
        data += bytes([shared, len(rest)]) + rest
        before = value
    return u32([len(values)] + starts) + bytes(data)


def lists(values):
    starts = [0]
    for value in values:
        starts.append(starts[-1] + len(value))
    return u32([len(values)] + starts) + u16(item for value in values for item in value)


def file(name, sections):
    ends, end = [], 0
    for section in sections:
        end += len(section)
        ends.append(end)
    return struct.pack("<8sI", name.encode(), len(sections)) + u32(ends) + b"".join(sections)


class Table:
    """Numbers distinct values in the order in which they are first met."""

    def __init__(self, limit=0xFFFF):
        self.values, self.numbers, self.limit = [], {}, limit

    def number(self, value):
        if value not in self.numbers:
            if len(self.values) >= self.limit:
                raise ValueError("more distinct values than a column can number")
            self.numbers[value] = len(self.values)
            self.values.append(value)
        return self.numbers[value]

    @classmethod
    def sorted(cls, values, limit=0xFFFF):
        table = cls(limit)
        for value in sorted(set(values)):
            table.number(value)
        return table

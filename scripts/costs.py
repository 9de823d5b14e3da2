#!/usr/bin/env python3
"""What one run of a command costs: prints wall seconds, CPU seconds and peak resident megabytes.

Usage: costs.py COMMAND     one argument, split at spaces; what it prints is thrown away
"""
import os
import sys
import time


def main():
    command = sys.argv[1].split()
    silent = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]
    start = time.monotonic()
    child = os.posix_spawn(command[0], command, os.environ, file_actions=silent)
    _, status, usage = os.wait4(child, 0)
    wall = time.monotonic() - start
    if os.waitstatus_to_exitcode(status) not in (0, 1):  # 1: there are findings
        sys.exit(f"{' '.join(command)}: exit code {os.waitstatus_to_exitcode(status)}")
    print(f"{wall:.2f} {usage.ru_utime + usage.ru_stime:.2f} {usage.ru_maxrss / 1024:.0f}")


main()
